"""Read RefWorks' tagged text (``RT Journal Article``, ``A1 …``), also as CNKI, Wanfang and SinoMed write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

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

__all__ = ["read_refworks", "refworks_meaning"]

_TAGS = """
    RT SR ID A1 A2 A3 A4 A5 A6 AU T1 T2 T3 TI JF JO YR FD VO IS SP OP K1 AB NO ED PB PP SN AV AD AN LA CL SF OT LK DO CN
    DB DS IP RD ST U1 U2 U3 U4 U5 U6 U7 U8 U9 UL SL LL CR WT WV WP OL PMID PMCID MN MD TT TO URL UR SO PN NP
"""
TAGS = frozenset(_TAGS.split())
_CNKI_PARTS = "期刊 年鉴 科技成果 博士 硕士 国内会议 国际会议 中国会议 报纸 标准 专利"
CNKI_PARTS = frozenset(_CNKI_PARTS.split())
CNKI_STUCK = re.compile(r"^A[13][㐀-鿿]", re.MULTILINE)
EDITED = frozenset(("book", "chapter", "paper-conference", "entry-encyclopedia", "entry-dictionary"))
KIND = re.compile(r"(?:(?:[A-Z][a-z]|[㐀-鿿]).{0,38})?")


def _begins(tag: str, value: str, tags: frozenset[str], blank: bool) -> bool:
    """Say whether a line begins a record: RT with a type of reference, or a second title where RT is lost."""
    return (tag == "RT" and KIND.fullmatch(value) is not None) or (blank and tag in ("SR", "T1") and tag in tags)


DIALECT = Dialect(
    # CNKI writes "A1林行众" for theses: a known tag may stand directly before a character that is not Latin.
    line=re.compile(
        r"((?:A[1-4]|T[12]|PB|JF|K1)(?=[^\x00-\x7f])|(?:[A-Z][A-Z0-9]|PMC?ID|URL)(?= |$)) ?(.*)$",
    ),
    begins=_begins,
    first="RT",
    tags=TAGS,
    known_by=frozenset(("T1", "TI", "DO", "AN", "AB", "PMID")),
    people=frozenset(("A1", "AU", "A2")),
    where=frozenset(("YR", "FD", "JF", "JO")),
)
# VIP puts the tags into braces, with a colon behind them.
BRACED = replace(DIALECT, line=re.compile(r"\{?([A-Z][A-Z0-9]|PMC?ID|URL)\}?\s?[:：] ?(.*)$"))
BRACED_FIRST = re.compile(r"(?:\{RT\}|RT)\s?[:：]")


def read_refworks(text: str | Iterable[str], *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of RefWorks' tagged text, numbered from 1; `columns` is not used.

    Examples
    --------
    >>> [record] = read_refworks("RT Journal Article\nSR 1\nA1林行众\nT1 斑秃\n")
    >>> record.fields
    (('RT', 'Journal Article'), ('SR', '1'), ('A1', '林行众'), ('T1', '斑秃'))
    """
    ahead, lines = looked_ahead(text, 100)
    dialect = BRACED if any(map(BRACED_FIRST.match, ahead)) else DIALECT
    return mark_copied_names(read_dialect(lines, dialect), "A1")


def refworks_meaning(raw: RawRecord) -> Meaning:
    """Return what the tags of RefWorks say."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    kind = reference_type(first("RT"))
    title, second = apart(map(clean_markup, every("T1", "TI")))
    start, end = first("SP"), first("OP")
    if start and end and "-" not in end:
        pages = expand_pages(f"{start}-{end}")
    else:  # a single SP of a book or a thesis is its number of pages
        pages = expand_pages(end or ("" if kind in ("book", "thesis") else start))
    links = every("LK", "UL", "UR", "URL")
    journal, other_journal = in_two_scripts(every("JF"))
    abstract, other_abstract = in_two_scripts(map(clean_markup, every("AB")))
    authors, latin = names_apart(every("A1", "AU"), title)
    return Meaning(
        title=title,
        translated_title=second or clean_markup(first("TT", "TO", "OT")),
        authors=authors,
        translated_authors=latin,
        editors=every("A2") if kind in EDITED else [],
        translators=every("A4") if kind in EDITED else [],
        date=every("YR", "FD"),
        journal=journal or first("T2" if kind in ("chapter", "paper-conference") else "JO", "JO"),
        translated_journal=other_journal,
        journal_abbreviation=first("JO"),
        volume=plain_number(first("VO")),
        issue=plain_number(first("IS")),
        pages=pages,
        doi=next((doi for text in every("DO") if (doi := clean_doi(text))), "") or link_doi(links),
        pmid=next((text.lstrip("0") for text in every("PMID") if text.isdigit()), "")
        or next((found for text in every("AN", "NO") if (found := find_pmid(text))), ""),
        pmcid=next((found for text in every("PMCID") if (found := find_pmcid(text))), ""),
        registry=every("T1", "AB", "NO"),
        accession=first("AN"),
        abstract=abstract,
        translated_abstract=other_abstract,
        keywords=split_words(map(clean_markup, every("K1"))),
        language=first("LA").strip(";； "),
        issn=every("SN"),
        url=next((link for link in links if link.startswith("http")), ""),
        type=kind,
        database=first("DS") or ("CNKI" if first("DB") in CNKI_PARTS or CNKI_STUCK.search(raw.text) else ""),
    )
