"""Write records as BibTeX with the fields of BibLaTeX and a few of jak's own, which other programs leave alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from jakdb.words import Author, Record
from jaksearch.formats.latex import to_latex
from jaksearch.formats.settle import settled

__all__ = ["bibtex_key", "to_bibtex"]

TYPES: dict[str, str] = {
    "article-journal": "article", "paper-conference": "inproceedings", "chapter": "incollection", "book": "book",
    "entry-encyclopedia": "inreference", "pamphlet": "booklet", "report": "report", "thesis": "thesis",
    "manuscript": "unpublished", "patent": "patent", "dataset": "dataset", "software": "software", "webpage": "online",
    "standard": "standard", "legislation": "legislation", "legal_case": "jurisdiction",
    "personal_communication": "letter", "motion_picture": "movie", "song": "audio", "graphic": "artwork",
}  # fmt: skip
"""Type of CSL -> type of entry; every other type is ``@misc`` with the word in ``entrysubtype``."""
IN_BOOK = frozenset(("paper-conference", "chapter", "entry-encyclopedia"))
PEOPLE = frozenset(("author", "editor", "translatedauthor", "translator"))
SEPARATES = re.compile(r"[,;；|、]|(?:^|\s)and(?:\s|$)", re.IGNORECASE)
"""What stands between names."""
SMALL_WORDS = frozenset(("a", "an", "the", "on", "of", "in", "and", "for", "with"))


def to_bibtex(record: Record, *, key: str = "") -> str:
    r"""Return the record as one entry and a blank line; letters beyond ASCII stay, marks of LaTeX are escaped.

    Parameters
    ----------
    record : Record
        Any record.
    key : str, optional
        The citation key; made of the first author, the year and a word of the title if not given.

    Examples
    --------
    >>> record = Record(title="Hair & skin", authors=(Author("Liu", "LY"), Author(literal="WHO")), year=2020,
    ...                 journal="J Derm", type="article-journal")
    >>> print(to_bibtex(record), end="")
    @article{liu2020hair,
      title = {Hair \& skin},
      author = {Liu, LY and {WHO}},
      year = {2020},
      journal = {J Derm},
    }
    """
    record = settled(record)
    container = "booktitle" if record.type in IN_BOOK else "journal"
    kind = TYPES.get(record.type, "misc" if record.type or not record.journal else "article")
    pairs = [
        ("title", record.title),
        ("translatedtitle", record.translated_title),
        ("author", _names(record.authors)),
        ("translatedauthor", _names(record.translated_authors)),
        ("editor", _names(record.editors)),
        ("translator", _names(record.translators)),
        ("year", str(record.year) if record.year is not None else ""),
        ("date", record.date),
        (container, record.journal),
        ("translatedjournal", record.translated_journal),
        ("shortjournal", record.journal_abbreviation),
        ("volume", record.volume),
        ("number", record.issue),
        ("pages", record.pages),
        ("eid", record.article_number),
        ("doi", record.doi),
        ("pmid", record.pmid),
        ("pmcid", record.pmcid),
        ("issn", ", ".join(record.issn)),
        ("url", record.url),
        ("language", record.language),
        ("publicationtype", "; ".join(record.publication_types)),
        ("keywords", _keywords(record.keywords)),
        ("mesh", "; ".join(record.mesh)),
        ("registration", "; ".join(record.registry_ids)),
        ("accession", record.accession if record.accession != record.pmid else ""),
        ("database", record.database),
        ("platform", record.platform),
        ("abstract", record.abstract),
        ("translatedabstract", record.translated_abstract),
        ("entrysubtype", record.type or "document" if kind == "misc" else ""),
    ]
    lines = [f"@{kind}{{{key or bibtex_key(record)},"]
    for name, value in pairs:
        written = value if name in PEOPLE else to_latex(value)
        if line := " ".join(written.split()):
            lines.append(f"  {name} = {{{line}}},")
    return "\n".join([*lines, "}", "", ""])


def bibtex_key(record: Record) -> str:
    """Return a citation key of ASCII letters and digits: first author, year, first word of the title.

    Examples
    --------
    >>> bibtex_key(Record(title="The hair", authors=(Author("Müller", "K"),), year=2020)), bibtex_key(Record())
    ('muller2020hair', 'record')
    """
    name = next((author.family or author.literal for author in (*record.authors, *record.translated_authors)), "")
    words = [
        word
        for word in re.split(r"\W+", (record.title or record.translated_title).casefold())
        if word not in SMALL_WORDS
    ]
    parts = (_ascii(name), str(record.year or ""), next(filter(None, map(_ascii, words)), ""))
    return "".join(parts) or _ascii(record.doi or record.pmid) or "record"


def _keywords(words: tuple[str, ...]) -> str:
    """Join keywords by semicolons; one that holds a comma gets its semicolon even when it stands alone."""
    return "; ".join(words) + (";" if len(words) == 1 and "," in words[0] else "")


def _ascii(text: str) -> str:
    """Return letters and digits of ASCII, accents taken off."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in folded if char.isascii() and char.isalnum())


def _names(authors: Iterable[Author]) -> str:
    """Return names between "and"."""
    return " and ".join(filter(None, map(_name, authors)))


def _name(author: Author) -> str:
    """Return a name as BibTeX takes it apart: a group in braces, a part with a comma or "and" in braces."""
    if author.literal:
        return f"{{{to_latex(author.literal)}}}"
    family, given = _part(author.family), _part(author.given)
    if given or re.search(r"[\s{]", family):
        return f"{family}, {given}"
    return family


def _part(text: str) -> str:
    """Return a part of a name, in braces if it holds what separates names."""
    written = to_latex(" ".join(text.split()))
    return f"{{{written}}}" if SEPARATES.search(text) else written
