"""Read %-refer, the text of EndNote (.enw), CNKI, Wanfang and library catalogues: a percent sign and a letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jakdb.words import RawRecord, Reject
from jaksearch.formats.chinese import (
    apart,
    clean_markup,
    in_two_scripts,
    mark_copied_names,
    names_apart,
    plain_number,
    split_words,
)
from jaksearch.formats.meaning import Meaning, Values
from jaksearch.formats.references import link_doi, reference_type
from jaksearch.formats.source import looked_ahead
from jaksearch.formats.tagged import Dialect, read_dialect
from jaksearch.formats.values import clean_doi, expand_pages, find_pmcid, find_pmid

__all__ = ["read_refer", "refer_meaning"]

TYPED_FIRST = re.compile(r"\A\s*%0(?:\s|$)")
ISBN = re.compile(r"(?:97[89][- ]?)?\d[\d -]{8,13}[\dXx]")
PART = frozenset(("chapter", "paper-conference", "entry-encyclopedia", "entry-dictionary"))


def _begins(tag: str, value: str, tags: frozenset[str], blank: bool) -> bool:
    """Say whether a line begins a record: %0, or after a blank line a title, author or label that stands again."""
    return tag == "0" or not tags or (blank and "T" in tags and (tag == "T" or (tag in "AF" and tag not in tags)))


def _begins_untyped(tag: str, value: str, tags: frozenset[str], blank: bool) -> bool:
    """Say the same where the type stands inside the record (bepress puts %T before %0, or leaves %0 out)."""
    if tag == "0":
        return blank or "0" in tags
    return _begins(tag, value, tags, blank) or (blank and tag in tags)


DIALECT = Dialect(
    line=re.compile(r"%([0-9A-Za-z@+~?!#$&*()\[\]<>=^:])(?: (.*)|)$"),
    begins=_begins,
    first="0",
    known_by=frozenset("TRXMLQ"),
    people=frozenset("AEH"),
    where=frozenset("DJB8"),
)
UNTYPED = Dialect(
    line=DIALECT.line,
    begins=_begins_untyped,
    first="0",
    known_by=DIALECT.known_by,
    people=DIALECT.people,
    where=DIALECT.where,
)


def read_refer(text: str | Iterable[str], *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of a %-refer text, numbered from 1; `columns` is not used.

    Examples
    --------
    >>> [record] = read_refer("%0 Journal Article\n%A 余敏\n%T 斑秃\n%P 94-98,93\n")
    >>> record.fields
    (('0', 'Journal Article'), ('A', '余敏'), ('T', '斑秃'), ('P', '94-98,93'))
    """
    ahead, lines = looked_ahead(text, 100)
    typed = TYPED_FIRST.match("\n".join(ahead))
    return mark_copied_names(read_dialect(lines, DIALECT if typed else UNTYPED), "A")


def refer_meaning(raw: RawRecord) -> Meaning:
    """Return what the tags of %-refer say; %H are the authors' names in translation."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    kind = reference_type(first("0"))
    if not kind:
        kind = "article-journal" if first("J") else ""
    title, second = apart(map(clean_markup, every("T")))
    journals = every("B", "J") if kind in PART else every("J") or ([] if kind == "book" else every("B"))
    spans = [text for text in every("P") if re.search(r"\d\s*[-–—~]\s*\w", text)] or every("P")
    numbers = [text for text in every("V") if not (ISBN.fullmatch(text.strip()) and "-" in text)]
    journal, other_journal = in_two_scripts(journals)
    abstract, other_abstract = in_two_scripts(map(clean_markup, every("X")))
    authors, latin = names_apart(every("A"), title)
    return Meaning(
        title=title,
        translated_title=second or clean_markup(first("Q")),
        authors=authors,
        translated_authors=every("H") or latin,
        editors=every("E"),
        translators=every("?") if kind in ("book", "chapter") else [],
        date=every("D", "8"),
        journal=journal,
        translated_journal=other_journal,
        journal_abbreviation=first("O") if kind == "article-journal" and len(first("O")) < 60 else "",
        volume=plain_number(numbers[0]) if numbers else "",
        issue=plain_number(first("N")),
        pages="" if kind in ("book", "thesis") else plain_number(expand_pages(spans[0])) if spans else "",
        doi=next((doi for text in every("R") if (doi := clean_doi(text))), "") or link_doi(every("U")),
        pmid=next((found for text in every("M", "U", "Z") if (found := find_pmid(text))), ""),
        pmcid=next((found for text in every("2", "U") if (found := find_pmcid(text))), ""),
        registry=every("T", "X", "Z"),
        accession=first("M"),
        abstract=abstract,
        translated_abstract=other_abstract,
        keywords=split_words(map(clean_markup, every("K"))),
        language=first("G"),
        types=every("9"),
        issn=every("@"),
        url=next((text for text in every("U") if text.startswith("http")), ""),
        type=kind,
        database=first("W", "~"),
    )
