"""Read Web of Science's plain text (.txt, .ciw, .isi): ``PT`` to ``ER``, values going on by an indent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jakdb.words import RawRecord, Reject
from jaksearch.formats.meaning import Meaning, Values, csl_type
from jaksearch.formats.people import named_orcids
from jaksearch.formats.tagged import Dialect, read_dialect
from jaksearch.formats.values import clean_doi, expand_pages

__all__ = ["read_wos", "wos_meaning"]

_TAGS = """
    PT AU AF BA BF BE GP CA TI SO SE BS LA DT CT CY CL SP HO DE ID AB C1 C3 RP EM RI OI FU FP FX CR NR TC Z1 Z2 Z3 Z4 Z5
    Z6 Z7 Z8 Z9 ZA ZB ZC ZR ZS U1 U2 PU PI PA SN EI EY BN J9 JI PD PY VL IS PN SU SI MA BP EP PS AR DI D2 EA PG WC WE SC
    GA PM OA HC HP DA UT ER FT S1 OR BD CC CN TN TA MQ ME MC MI GE GS DS DN AC AE SS SD RG R2 C2 CH CR NO PR RN ED TR AN
    ST SA GI CD EN DG TM AA ON MH DP LT MF XA FO LS OS OC MN
"""
TAGS = frozenset(_TAGS.split())
SOURCE_TYPES = {"J": "article-journal", "B": "book", "S": "chapter", "P": "patent"}
MAIL = re.compile(r"(?<!\s)\s*+[(\[][^()\[\]@]*+@[^()\[\]]*+[)\]]")


def _begins(tag: str, value: str, tags: frozenset[str], blank: bool) -> bool:
    """Say whether a line begins a record: PT with one letter, or a second UT where ER and PT are lost."""
    return (tag == "PT" and re.fullmatch("[A-Z]{0,2}", value) is not None) or (
        blank and tag in ("TI", "UT") and tag in tags
    )


DIALECT = Dialect(
    line=re.compile(r"([A-Z][A-Z0-9])(?: (.*))?$"),
    begins=_begins,
    first="PT",
    tags=TAGS,
    end=re.compile(r"ER\s*$"),
    outside=re.compile(r"(?:EF\s*|FN (?:Clarivate|Thomson|ISI|Web of)\b.*|VR \d[\d.]*\s*)$"),
    listed=frozenset(("AU", "AF", "BA", "BF", "BE", "CA", "CR", "C1", "ED")),
    known_by=frozenset(("TI", "UT", "DI", "PM", "AB", "FT")),
    people=frozenset(("AU", "AF", "BA", "CA", "BE")),
    where=frozenset(("PY", "SO", "PD")),
)


def read_wos(text: str | Iterable[str], *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of Web of Science's plain text, as a raw record or a reject, numbered from 1.

    Parameters
    ----------
    text : str
        The file's text with newlines as ``\n``.
    columns : object
        Not used; it is there because every reader takes it.

    Examples
    --------
    >>> [record] = read_wos("FN Clarivate\nVR 1.0\nPT J\nAU Liu, L\n   Ko, J\nTI Hair\nER\n\nEF\n")
    >>> record.line, record.fields
    (3, (('PT', 'J'), ('AU', 'Liu, L'), ('AU', 'Ko, J'), ('TI', 'Hair')))
    """
    return read_dialect(text, DIALECT)


def wos_meaning(raw: RawRecord) -> Meaning:
    """Return what the tags of Web of Science say; full names win over initials."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    types = [word.strip() for value in every("DT") for word in value.split(";")]
    kind = SOURCE_TYPES.get(first("PT"), "") or csl_type(types)
    if kind in ("chapter", "book"):
        kind = csl_type(types) if csl_type(types) in ("chapter", "paper-conference", "book") else kind
    start, end = first("BP"), first("EP")
    numbers = every("UT", "PM")
    number = first("AR").removeprefix("UNSP ")
    meaning = Meaning(
        title=first("TI"),
        translated_title=first("FT"),
        authors=[MAIL.sub("", name) for name in (every("AF") or every("AU") or every("BF") or every("BA"))],
        groups=every("CA"),
        editors=[MAIL.sub("", name) for name in every("BE", "ED")],
        named_orcids=named_orcids(every("OI")) if "OI" in values.by_tag else [],
        date=every("PY", "PD", "EA"),
        journal=first("SO"),
        journal_abbreviation=first("JI", "J9"),
        volume=first("VL"),
        issue=first("IS"),
        pages=expand_pages(f"{start}-{end}" if start and end else start or first("PS")) or number,
        article_number=number,
        doi=next((doi for text in every("DI", "D2") if (doi := clean_doi(text))), ""),
        pmid=next((match[1] for text in numbers if (match := re.fullmatch(r"(?:MEDLINE:)?0*(\d{1,8})", text))), ""),
        registry=[first("TI"), first("AB")],
        accession=first("UT"),
        abstract=first("AB"),
        keywords=[text.replace("\n", " ") for text in every("DE", "ID")],
        language=first("LA"),
        types=types,
        issn=every("SN", "EI"),
        type=kind,
        database="Web of Science",
    )
    if kind == "book" and meaning.journal.casefold() == meaning.title.rstrip(".").casefold():
        meaning.journal = ""
    return meaning
