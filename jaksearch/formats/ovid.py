"""Read Ovid's two texts: tagged (``<1. >``, ``TI  - …``) and labelled ("Title", the value indented below it)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jakdb.words import RawRecord, Reject
from jaksearch.formats.meaning import Meaning, Values, csl_type
from jaksearch.formats.source import looked_ahead
from jaksearch.formats.tagged import Dialect, read_dialect
from jaksearch.formats.values import clean_doi, expand_pages, find_pmcid, find_pmid

__all__ = ["ovid_meaning", "read_ovid"]

LABELS = {
    "Accession Number": "AN", "Unique Identifier": "UI", "Author": "AU", "Authors": "AU", "Authors Full Name": "FA",
    "Author Full Names": "FA", "Institution": "IN", "Title": "TI", "Original Title": "OT", "Source": "SO",
    "Abstract": "AB", "Author Keywords": "KW", "Keyword Heading": "KW", "Keywords": "KW", "Language": "LG",
    "Document Type": "DT", "Publication Type": "PT", "ISSN": "IS", "ISSN Print": "IS", "ISSN Electronic": "ES",
    "DOI Number": "DO", "DOI": "DO", "Digital Object Identifier": "DO", "Year of Publication": "YR",
    "Publication Year": "YR", "Date of Publication": "DP", "Publication Date": "DP", "Database": "DB",
    "MeSH Subject Headings": "MH", "Subject Headings": "SH", "Journal Name": "JN", "Journal": "JN", "Volume": "VO",
    "Issue": "IP", "Issue/Part": "IP", "Page": "PG", "Pages": "PG", "PMID": "PM", "Book Title": "BT",
    "Link to the Ovid Full Text or citation": "XL", "Link to the External Link Resolver": "XL",
    "Editor": "ED", "Editors": "ED",
    "Record Identifier": "UI", "Version ID": "VI", "Registry Number/Name of Substance": "RN",
}  # fmt: skip
"""Label of the labelled text -> tag of the tagged text."""

OTHER_LABELS = frozenset(
    ("Score", "Status", "Journal Subset", "NLM Journal Code", "Country of Publication", "Record Owner", "Entry Date",
     "Publisher", "Update Date", "Copyright", "Grant Information", "Conference Information", "Comments")
)  # fmt: skip

MARK = re.compile(r"\s{0,3}<\s*\d+\s*\.?\s*>\s*$")
KNOWN_BY = frozenset(("TI", "HT", "AN", "UI", "DO", "AB", "PM"))
PEOPLE = frozenset(("AU", "FA", "ED"))
WHERE = frozenset(("YR", "DP", "SO", "JN"))
BACK = {tag: frozenset(label for label, known in LABELS.items() if known == tag) for tag in set(LABELS.values())}


def _tag_begins(tag: str, value: str, tags: frozenset[str], blank: bool) -> bool:
    """Say whether a line begins a record whose ``<1>`` is lost."""
    return tag in ("VN", "UI") and (tag in tags or not tags)


def _label_begins(tag: str, value: str, tags: frozenset[str], blank: bool) -> bool:
    """Say whether a label begins a record: the labels that come first, standing again."""
    first = tag in ("Score", "Database", "Unique Identifier", "Accession Number")
    return first and (not tags or (blank and tag in tags) or (tag == "Score" and blank))


TAGGED = Dialect(
    line=re.compile(r"([A-Z][A-Z0-9]{1,7}) {0,3}- ?(?: |$)(.*)$"),
    begins=_tag_begins,
    first="VN",
    mark=MARK,
    known_by=KNOWN_BY,
    people=PEOPLE,
    where=WHERE,
)
LABELLED = Dialect(
    line=re.compile(r"([A-Z][\w./&()-]*(?: [\w./&()-]+){0,7})()\s*$"),
    begins=_label_begins,
    first="Score",
    tags=frozenset(LABELS) | OTHER_LABELS,
    mark=MARK,
    known_by=frozenset().union(*(BACK[tag] for tag in KNOWN_BY if tag in BACK)),
    people=BACK["AU"] | BACK["FA"],
    where=frozenset().union(*(BACK[tag] for tag in WHERE if tag in BACK)),
)
TAG_LINE = re.compile(r"(?:VN|TI|AU|SO|AB|UI|DB) {0,3}- ")


def read_ovid(text: str | Iterable[str], *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of Ovid's tagged or labelled text, numbered from 1; `columns` is not used.

    Examples
    --------
    >>> [record] = read_ovid("<1. >\nVN  - Ovid Technologies\nTI  - Hair\n      and its loss\n")
    >>> record.line, record.fields
    (1, (('VN', 'Ovid Technologies'), ('TI', 'Hair\nand its loss')))
    >>> [record] = read_ovid("<1>\nUnique Identifier\n  31733325\nTitle\n  Hair\n")
    >>> record.fields
    (('Unique Identifier', '31733325'), ('Title', 'Hair'))
    """
    ahead, lines = looked_ahead(text, 500)
    tagged = any(map(TAG_LINE.match, ahead))
    return read_dialect(lines, TAGGED if tagged else LABELLED)


SOURCES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<journal>.+?)\. (?P<volume>\w[\w ]*?) ?(?:\((?P<issue>[^()]*)\))?:(?P<pages>[^,;]+), (?P<year>\d{4})",
        r"(?P<journal>.+?)\. (?P<volume>\w+) ?(?:\((?P<issue>[^()]*)\))? ?\((?:pp )?(?P<pages>[^()]+)\), ?"
        r"(?P<year>\d{4})",
        r"(?P<journal>.+?)\. Vol\.? ?(?P<volume>\w+)(?:\((?P<issue>.+?)\))?, ?(?:[A-Za-z-]+ )?(?P<year>\d{4})"
        r"(?:, (?:pp\. )?(?P<pages>[^.]+))?",
        r".*?\((?P<year>\d{4})\)\. (?P<journal>.+?)\.? \(pp\. (?P<pages>[^)]+)\)",
        r"(?P<journal>.+?)\. (?P<year>\d{4})\b[^;]*;"
        r"(?: ?(?P<volume>\d+) ?(?:\((?P<issue>[^()]*)\))?:)? ?(?P<pages>[A-Z]?\d+-\w+)?",
    )
)
DEGREES = re.compile(r"(?:[\s,]+(?:MD|PhD|MPH|MSc|MBBS|BSc|MS|MA|RN|DO|PharmD|DDS|Dr|FRCP|MBChB)\.?)+(?=$|[\s,*+~#])")
NAME = re.compile(r"(?<!\S)(?:[^\W\d_][\w'’-]+,? )+?(?:[A-Z]-?){1,4}\.(?!\S)")
NAMES = re.compile(rf"{NAME.pattern}(?: {NAME.pattern})+")
EDITOR = re.compile(r"(?:^|; )([^;\[\]]+?) \[Eds?\]")
MAX_EDITORS = 2_000
MARKS = re.compile(r"(?:\s+[\d,*+~#^&$]+|\s*\[[^\]]*\]|\s*\(\d\w*\))+\s*$")
TITLE_NOTE = re.compile(r"\s*\[(?:References|Article|Review|Letter|Editorial|Miscellaneous|Report)\]\.?\s*$")
PREFIXED = re.compile(r"(?:[A-Z][\w -]+: )?(\S+?)\.?$")


def ovid_meaning(raw: RawRecord) -> Meaning:
    """Return what the tags (or labels) of Ovid's texts say."""
    values = Values((LABELS.get(tag, tag), value) for tag, value in raw.fields)
    first, every = values.first, values.all
    database = re.sub(r"\s*<.*$", "", first("DB"))
    source = _read_source(first("SO"))
    types = [word.strip() for value in every("PT", "DT") for word in re.split(r"[;.]", value)]
    kind = csl_type(every("DT")[:1]) or csl_type(types)
    if "Dissertation" in first("PT", "DT"):
        kind = "thesis"
    elif not kind and database == "Books@Ovid":
        kind = "book"
    links = every("XL", "XP", "UR", "LK")
    text = " ".join(links)
    book = first("BT").split(". ")[0]
    meaning = Meaning(
        title=TITLE_NOTE.sub("", first("TI", "HT") or book),
        translated_title=first("OT", "TT"),
        authors=[_person(name) for value in (every("FA") or every("AU")) for name in _names(value)],
        groups=every("CA", "CN", "GP"),
        editors=[_person(name) for value in every("ED") for name in _names(value)] or _cited_editors(first("SO")),
        date=[*every("YR", "DP", "PY"), source.get("year", "")],
        days=[*every("YR", "DP", "PY", "EP"), first("SO").rpartition(", ")[2]],
        journal=first("JN", "NJ", "JT") or source.get("journal", "") or ("" if kind == "book" else book),
        journal_abbreviation=first("JA"),
        volume=first("VO", "VI") if "VO" in values.by_tag or "JN" in values.by_tag else source.get("volume", ""),
        issue=first("IP") or source.get("issue", ""),
        pages=expand_pages(first("PG")) or expand_pages(source.get("pages", "")),
        doi=next((doi for value in every("DO", "DI", "ID") if (doi := clean_doi(value))), ""),
        pmcid=next((found for value in every("PC", "ID", "PMC") if (found := find_pmcid(value))), ""),
        registry=every("SI", "CN", "TI", "AB", "RN"),
        accession=_number(first("AN", "UI")),
        abstract=first("AB").removeprefix(": "),
        keywords=every("KW", "KF"),
        mesh=[value.strip("*") for value in every("MH")],
        language=first("LG").rstrip("."),
        types=[word for word in types if word],
        issn=[word for value in every("IS", "ES", "IL") for word in re.split(r"[\s,;]+", value)],
        url=next((link for link in text.split() if link.startswith("http")), ""),
        type=kind,
        database=database,
        platform="Ovid",
    )
    meaning.pmid = next(
        (match[1] for value in every("PM") if (match := re.match(r"\s*0*(\d{5,8})\b", value))), ""
    ) or next((found for value in every("PM") if (found := find_pmid(value))), "")
    if not meaning.pmid and "medline" in database.casefold() and re.fullmatch(r"\d{5,8}", first("UI")):
        meaning.pmid = first("UI").lstrip("0")
    return meaning


def _read_source(text: str) -> dict[str, str]:
    """Take apart a citation of Ovid ("J Hair. 12(3):45-9, 2020 Jan.")."""
    text = " ".join(text.split())[:600]
    for pattern in SOURCES:
        if match := pattern.match(text):
            return {name: (value or "").strip() for name, value in match.groupdict(default="").items()}
    return {"journal": text.rstrip(". ")} if text and len(text) <= 120 else {}


def _names(value: str) -> list[str]:
    """Cut names at semicolons, or where each ends with initials and a full stop ("Smith J. Doe A.")."""
    if ";" not in value and NAMES.fullmatch(text := f"{' '.join(value.split()).rstrip('.')}."):
        return [match[0] for match in NAME.finditer(text)]
    return value.split(";")


def _cited_editors(source: str) -> list[str]:
    """Return the editors of a book that a citation names ("Berg, Ann [Ed]; Dahl, Bo [Ed]. (2012). …")."""
    return EDITOR.findall(source[:MAX_EDITORS].partition("(")[0])


def _person(name: str) -> str:
    """Return a name without degrees, footnote marks and mail."""
    return DEGREES.sub("", MARKS.sub("", name)).strip(" ,")


def _number(text: str) -> str:
    """Return an accession number without the kind of document before it."""
    match = PREFIXED.fullmatch(text.strip())
    return match[1] if match else text.strip()
