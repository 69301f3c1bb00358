"""What the tags of RIS mean, in the dialects of the databases."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jakdb.words import RawRecord
from jaksearch.formats.meaning import DOI_LINK, EMBASE_LINK, RIS_TYPES, SCOPUS_EID, Meaning, Values, csl_type
from jaksearch.formats.people import named_orcids
from jaksearch.formats.values import clean_doi, expand_pages, find_pmcid, find_pmid

__all__ = ["ris_meaning"]

WITHOUT_CONTAINER = frozenset(("book", "thesis", "report", "patent", "software", "standard"))
PART_OF_BOOK = frozenset(("chapter", "paper-conference", "entry-encyclopedia", "entry-dictionary"))
EDITED = PART_OF_BOOK | {"book"}
TRANSLATED = frozenset(("book", "chapter", "entry-encyclopedia", "entry-dictionary"))
NUMBERED = frozenset(("EJOUR", "GEN", "UNPB", "UNPD"))
PUBMED = re.compile(r"pubmed|medline|\bNLM\b", re.IGNORECASE)
LINKS = ("UR", "L1", "L2", "L3", "L4", "LK")
CUSTOM = ("U1", "U2", "U3", "U4", "U5", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "M1", "M2", "M3", "M4")
EMBASE_NUMBER = re.compile(r"\bL\d{6,12}\b")
WOS_NUMBER = re.compile(
    r"\b(?:WOS|BCI|BIOSIS|CABI|FSTA|KJD|SCIELO|RSCI|CSCD|ZOOREC|DRCI|DIIDW|PPRN|PQDT|INSPEC|CCC):\S+"
)
CENTRAL_NUMBER = re.compile(r"\bCN-\d{6,}")
NOTED_NUMBER = re.compile(r"Accession Number:\s*([^;.\s]+)", re.IGNORECASE)
EBSCO_LINK = re.compile(r"ebscohost\.com\S*[?&]AN=([\w.-]+)", re.IGNORECASE)
LONG_NUMBER = re.compile(r"\d{8,}|[A-Za-z]*\d[\w-]{8,}")
LONE_PMID = re.compile(r"\W*PMID:?\s*\d{1,8}\W*", re.IGNORECASE)


def ris_meaning(raw: RawRecord, database: str = "") -> Meaning:
    """Return what the tags of RIS say; the database tells which bare numbers are PMIDs."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    kind = RIS_TYPES.get(first("TY").upper(), "") or csl_type([first("TY")])
    source = f"{database} {first('DB')} {first('DP')}"
    links = [link for value in every(*LINKS) for link in value.split()]
    meaning = Meaning(
        title=first("T1", "TI", "CT", *(() if kind in PART_OF_BOOK else ("BT",)), "ST"),
        translated_title=first("TT"),
        authors=every("AU", "A1"),
        editors=every("ED", *(("A2",) if kind in EDITED else ())),
        translators=every("A4") if kind in TRANSLATED else [],
        translated_authors=every("TA"),
        named_orcids=named_orcids(every("OI")) if "OI" in values.by_tag else [],
        date=every("PY", "DA", "Y1", "YR"),
        volume=first("VL", "VO"),
        issue=first("IS", "CP") or _numbered(values),
        pages=_ris_pages(values),
        article_number=first("C7", "AR"),
        doi=_ris_doi(values),
        pmid=_ris_pmid(values, source),
        pmcid=next((found for text in every("PMCID", *CUSTOM, *LINKS) if (found := find_pmcid(text))), ""),
        registry=[*every("N1", "ID", "AN", "C6", *CUSTOM, *LINKS), first("T1", "TI"), *every("AB", "N2")],
        abstract=first("AB", "N2"),
        keywords=every("KW", "DE"),
        language=first("LA"),
        types=[text for text in every("M3") if not clean_doi(text)],
        issn=every("SN", "SI"),
        url=next((link for link in links if link.startswith(("http", "//"))), ""),
        type=kind,
        database=first("DB"),
        platform=first("DP"),
    )
    meaning.accession = _ris_accession(values, meaning.pmid, links)
    _ris_container(values, meaning)
    return meaning


def _numbered(values: Values) -> str:
    """Return the issue of the types for which EndNote's RIS has it under M1 (for journal articles it is IS)."""
    number = values.first("M1") if values.first("TY") in NUMBERED else ""
    return number if len(number) <= 20 and "." not in number else ""


def _ris_container(values: Values, meaning: Meaning) -> None:
    """Find the journal (or the book of a chapter) and its abbreviation."""
    if values.first("TY") == "CONF" and not WOS_NUMBER.search(" ".join(values.all("AN", "UT"))):
        meaning.journal = values.first("C3", "T2", "BT", "JF", "JO", "J2")  # the proceedings, then the conference
    elif meaning.type in PART_OF_BOOK:
        meaning.journal = values.first("T2", "BT", "JF", "JO", "C3", "J2")
    elif meaning.type in WITHOUT_CONTAINER:
        meaning.journal = values.first("JF", "JO")
    else:
        meaning.journal = values.first("JF", "T2", "JO", "JA", "J2", "J1", "J9", "BT")
    if meaning.journal == meaning.title and meaning.type in WITHOUT_CONTAINER:
        meaning.journal = ""
    short = (values.first(tag) for tag in ("JA", "J2", "JI", "J1", "J9", "JO"))
    meaning.journal_abbreviation = next((text for text in short if text and text != meaning.journal), "")


def _ris_pages(values: Values) -> str:
    """Put first and last page together; an article number stands in for them."""
    start, end = values.first("SP"), values.first("EP")
    if (start, end) == ("No", "Specified"):  # "No Pagination Specified", cut at its blanks
        start = end = ""
    if start and end.strip("+") and "-" not in start:
        return expand_pages(f"{start}-{end}")
    return expand_pages(start) or expand_pages(end) or values.first("C7", "AR", "SE" if values.first("JF") else "AR")


def _ris_doi(values: Values) -> str:
    """Find the DOI where it belongs, else where exporters hide it."""
    for text in values.all("DO", "DI"):
        if doi := clean_doi(text):
            return doi
    for text in values.all("M3", "L3", "ID", "N1", *CUSTOM):
        if text.casefold().startswith(("doi", "10.", "http")) and (doi := clean_doi(text)):
            return doi
    return next((doi for link in values.all(*LINKS) if DOI_LINK.search(link) and (doi := clean_doi(link))), "")


def _ris_pmid(values: Values, source: str) -> str:
    """Find the PMID: said as such, or a bare number where this database puts it."""
    for text in values.all("PMID", "PM"):
        if (digits := text.strip()).isdigit():
            return digits.lstrip("0")
    for text in values.all("AN", "UT"):
        if match := re.fullmatch(r"MEDLINE:(\d{1,8})", text.strip()):
            return match[1].lstrip("0")
    for text in [*values.all(*CUSTOM, *LINKS, "AN"), *(note for note in values.all("N1") if LONE_PMID.fullmatch(note))]:
        if pmid := find_pmid(text):
            return pmid
    folded = source.casefold()
    bare: list[str] = values.all("AN", "ID") if PUBMED.search(source) else []
    if "embase" in folded or any(EMBASE_NUMBER.fullmatch(text) for text in values.all("U2")):
        bare = [*bare, *values.all("C5")]
    if "scopus" in folded:
        bare = [*bare, *values.all("C2")]
    return next((text.lstrip("0") for text in bare if re.fullmatch(r"\d{5,8}", text)), "")


def _ris_accession(values: Values, pmid: str, links: Sequence[str]) -> str:
    """Find what the database calls the record."""
    text = " ".join(values.all("AN", "UT", "C3"))
    for pattern in (WOS_NUMBER, CENTRAL_NUMBER):
        if match := pattern.search(text):
            return match[0]
    if match := EMBASE_NUMBER.search(" ".join(values.all("U2", "AN"))):
        return match[0]
    if number := values.first("AN").split(";")[0].strip():
        return number
    if match := SCOPUS_EID.search(" ".join(links)):
        return match[0]
    if match := EMBASE_LINK.search(" ".join(links)):
        return match[1]
    if pmid:
        return pmid
    if match := NOTED_NUMBER.search(" ".join(values.all("N1"))) or EBSCO_LINK.search(" ".join(links)):
        return match[1]
    return next((text for text in values.all("ID") if LONG_NUMBER.fullmatch(text)), "")
