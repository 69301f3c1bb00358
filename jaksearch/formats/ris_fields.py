"""What the tags of RIS mean, in the dialects of the databases."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jakdb.words import RawRecord
from jaksearch.formats.chinese import clean_markup, plain_number
from jaksearch.formats.meaning import DOI_LINK, EMBASE_LINK, RIS_TYPES, SCOPUS_EID, Meaning, Values, csl_type
from jaksearch.formats.people import named_orcids
from jaksearch.formats.values import clean_doi, expand_pages, find_pmcid, find_pmid

__all__ = ["ris_meaning"]

WITHOUT_CONTAINER = frozenset(("book", "thesis", "report", "patent", "software", "standard"))
PART_OF_BOOK = frozenset(("chapter", "paper-conference", "entry-encyclopedia", "entry-dictionary"))
EDITED = PART_OF_BOOK | {"book"}
_EDITORS = """
    ANCIENT A2|BLOG A2|BOOK A3 A2|CHAP A2|CLSWK|CONF A2|CPAPER A2|DICT A2|EBOOK A2|ECHAP A2|EDBOOK AU|ENCYC A2|GEN A2
    |MUSIC A2|SER A2|WHOLE A3 A2
"""
EDITORS: dict[str, tuple[str, ...]] = {
    kind: tuple(tags) for part in " ".join(_EDITORS.split()).split("|") for kind, *tags in (part.split(),)
}
"""Type of EndNote's RIS -> tags that hold its editors beside ED, the first that is there; series editors are none."""
_TRANSLATED = "ANCIENT BOOK CHAP CLSWK CTLG DICT EBOOK ECHAP EDBOOK ENCYC GEN GRANT PAMP WHOLE"
TRANSLATED = frozenset(_TRANSLATED.split())
"""Types of EndNote's RIS whose A4 are translators; of others they are sponsors, agencies, performers."""
NUMBERED = frozenset(("EJOUR", "GEN", "UNPB", "UNPD"))
CHINESE = re.compile(r"cnki|wanfang|sinomed|cqvip|知网|万方|维普|中国学术期刊|中国生物医学|^VIP\b", re.IGNORECASE)
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
LONG_NUMBER = re.compile(r"\d{8,}|E[DJ]\d{6,7}|[a-z]{2,10}-\d{5,}|[A-Za-z]*\d[\w-]{8,}")
EBSCO_DOI = re.compile(r"\A\s*Accession Number:.*\bDOI:\s*(10\.\S+)", re.IGNORECASE | re.DOTALL)
LONE_PMID = re.compile(r"\W*PMID:?\s*\d{1,8}\W*", re.IGNORECASE)


SCIENCE_DIRECT = "www.sciencedirect.com/science/article/"
A_NUMBER = 80
"""Characters of a custom field that holds a number; Ovid has the cited references under M1, with their numbers."""


def ris_meaning(raw: RawRecord, database: str = "") -> Meaning:
    """Return what the tags of RIS say; the database tells which bare numbers are PMIDs."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    code = first("TY").upper()
    kind = RIS_TYPES.get(code, "") or csl_type([first("TY")])
    source = f"{database} {first('DB')} {first('DP')}"
    links = [link for value in every(*LINKS) for link in value.split()]
    meaning = Meaning(
        title=first("T1", "TI", "CT", *(() if kind in PART_OF_BOOK else ("BT",)), "ST"),
        translated_title=first("TT"),
        authors=[] if code == "EDBOOK" else every("AU", "A1"),
        editors=_ris_editors(values, code, kind),
        translators=every("A4") if code in TRANSLATED or (code not in RIS_TYPES and kind in EDITED) else [],
        translated_authors=every("TA"),
        named_orcids=named_orcids(every("OI")) if "OI" in values.by_tag else [],
        date=every("PY", "DA", "Y1", "YR"),
        volume=first("VL", "VO"),
        issue=first("IS", "CP") or _numbered(values),
        pages=_ris_pages(values),
        article_number=first("C7", "AR"),
        doi=_ris_doi(values),
        pmid=_ris_pmid(values, source),
        pmcid=next(
            (found for text in [*every("PMCID", *LINKS), *_short(values, *CUSTOM)] if (found := find_pmcid(text))), ""
        ),
        registry=[
            *every("N1", "ID", "AN", "C6", *LINKS),
            "\n".join(every("AU", "A1", "JF", "JO", "T2")),  # so the Cochrane Library names a registered trial
            *_short(values, *CUSTOM),
            first("T1", "TI"),
            *every("AB", "N2"),
        ],
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
    if CHINESE.search(source) or any(map(CHINESE.search, links)):
        _clean_chinese(meaning)
    return meaning


def _clean_chinese(meaning: Meaning) -> None:
    """Take the marks and the leading zeros out that the databases of China put into every format."""
    meaning.title, meaning.translated_title = clean_markup(meaning.title), clean_markup(meaning.translated_title)
    meaning.abstract = clean_markup(meaning.abstract)
    meaning.keywords = [clean_markup(word) for word in meaning.keywords]
    meaning.volume, meaning.issue = plain_number(meaning.volume), plain_number(meaning.issue)
    meaning.pages = plain_number(meaning.pages)


def _ris_editors(values: Values, code: str, kind: str) -> list[str]:
    """Return the editors: under ED, and where EndNote has those of this type of reference."""
    tags = EDITORS.get(code, ("A2",) if kind in EDITED else ())
    return [*values.all("ED"), *next((names for tag in tags if (names := values.all(tag))), ())]


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
    elif SCIENCE_DIRECT in values.first("UR"):
        meaning.journal = values.first("JF", "JO", "T2")  # T2 is the title of a special issue
    else:
        meaning.journal = values.first("JF", "T2", "JO", "JA", "J2", "J1", "J9", "BT")
    if meaning.journal == meaning.title and meaning.type in WITHOUT_CONTAINER:
        meaning.journal = ""
    short = (values.first(tag) for tag in ("JA", "J2", "JI", "J1", "J9", "JO"))
    meaning.journal_abbreviation = next((text for text in short if text and text != meaning.journal), "")


def _short(values: Values, *tags: str) -> list[str]:
    """Return the values that can be a number and are no cited reference or address."""
    return [text for text in values.all(*tags) if len(text) <= A_NUMBER]


def _ris_pages(values: Values) -> str:
    """Put first and last page together; an article number stands in for them."""
    start, end = values.first("SP", "PG"), values.first("EP", "LP")
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
    if match := EBSCO_DOI.match(values.first("N1")):
        return clean_doi(match[1])
    return next((doi for link in values.all(*LINKS) if DOI_LINK.search(link) and (doi := clean_doi(link))), "")


def _ris_pmid(values: Values, source: str) -> str:
    """Find the PMID: said as such, or a bare number where this database puts it."""
    for text in values.all("PMID", "PM"):
        if (digits := text.strip()).isdigit():
            return digits.lstrip("0")
    for text in values.all("AN", "UT"):
        if match := re.fullmatch(r"MEDLINE:(\d{1,8})", text.strip()):
            return match[1].lstrip("0")
    for text in [
        *values.all(*LINKS, "AN"),
        *_short(values, *CUSTOM),
        *(note for note in values.all("N1") if LONE_PMID.fullmatch(note)),
    ]:
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
