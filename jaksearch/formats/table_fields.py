"""What the columns of a table mean."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from jakdb.words import RawRecord
from jaksearch.formats.chinese import names_apart
from jaksearch.formats.headings import HAN, canonical, normal_heading
from jaksearch.formats.ictrp import TRIAL_NUMBERS, trial_row
from jaksearch.formats.meaning import CSL_TYPES, DOI_LINK, EMBASE_LINK, SCOPUS_EID, Meaning, csl_type
from jaksearch.formats.people import find_orcid, named_orcids
from jaksearch.formats.values import clean_doi, expand_pages, find_pmcid, find_pmid, said, unbracketed

__all__ = ["TABLES", "table_meaning"]

TABLES = frozenset(("csv", "xlsx", "xls", "html-table"))
"""Formats whose records are the rows of a table."""

MARKS = re.compile("[(),]")
WOS_TAGS = frozenset(("PT", "AU", "TI", "UT"))
"""Tags of Web of Science with which its table may begin."""
EMBASE_ONLY = ("emtree", "embase", "pui")
"""How headings begin that only Embase's tables have."""
MAX_SOURCE = 1_000
"""Characters of a citation."""
OPENALEX = re.compile(r"https?://openalex\.org/(W\d+)", re.IGNORECASE)
OPENALEX_HEADINGS = ("authorships.", "primary_location.")
SCOPUS_AUTHOR_ID = re.compile(r"(?<!\s)\s*+\(\d{6,}+\)")
EMBASE_SOURCE = re.compile(
    r"(?P<journal>.+?) \((?P<year>\d{4})\) (?P<volume>[^:() ]*)"
    r"(?:\s*:\s*(?P<issue>[^()]*?))?(?:\s*\((?P<pages>[^)]+)\))?(?=\.|,|$)"
)
EMBASE_NUMBER = re.compile(r"\) \S*:\S* Article Number: (\S+?)\.?(?:\s|$)")
CITED_DAY = re.compile(r"(?<=\. )\d{4} [A-Z][a-z]{2}(?: \d{1,2})?(?=[;:.-])")
PUBMED_CITATION = re.compile(
    r"(?P<journal>.+?)\. (?P<year>\d{4})\b[^;:.]*"
    r"(?:;(?P<volume>[^(:.]*)(?:\((?P<issue>[^)]*)\))?)?(?::(?P<pages>[^.;]+))?\."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the headings of a table say of every row of it.

    Attributes
    ----------
    places : tuple of (str, tuple of int)
        Each field with the columns that hold it, the most believed first.
    page_counts : tuple of int
        Columns of pages that may hold the number of pages instead.
    accessions : tuple of (int, int)
        How much each column of accession numbers is believed (0 most), and the column.
    others : tuple of int
        Columns whose headings are not known.
    keywords_plus : int
        The column of Web of Science's Keywords Plus; 0 if there is none.
    is_openalex, is_embase, is_register : bool
        Whose table it is.
    """

    places: tuple[tuple[str, tuple[int, ...]], ...]
    page_counts: tuple[int, ...]
    accessions: tuple[tuple[int, int], ...]
    others: tuple[int, ...]
    keywords_plus: int
    is_openalex: bool
    is_embase: bool
    is_register: bool


@lru_cache(maxsize=1024)  # a row has the headings of the cells that it fills
def _plan(headings: tuple[str, ...]) -> Plan:
    """Read the headings of a table once for all its rows."""
    ranked: dict[str, list[tuple[int, int]]] = defaultdict(list)
    page_counts, others = [], []
    for at, heading in enumerate(headings):
        if meant := canonical(heading):
            ranked[meant[0]].append((meant[1], at))
            if meant[0] == "pages" and "count" in heading.casefold():
                page_counts.append(at)
        else:
            others.append(at)
    plain = [normal_heading(heading) for heading in headings]
    return Plan(
        places=tuple((name, tuple(at for _, at in sorted(pairs))) for name, pairs in ranked.items()),
        page_counts=tuple(page_counts),
        accessions=tuple(ranked.get("accession", ())),
        others=tuple(others),
        keywords_plus=max((at for at in others if headings[at] == "ID" and headings[0] in WOS_TAGS), default=0),
        is_openalex=any(heading.startswith(OPENALEX_HEADINGS) for heading in headings),
        is_embase=any(heading.startswith(EMBASE_ONLY) for heading in plain),
        is_register=any(heading in TRIAL_NUMBERS for heading in plain),
    )


def _values(raw: RawRecord, plan: Plan) -> dict[str, list[str]]:
    """Return what a row says of each field, the most believed first."""
    texts = [value for _, value in raw.fields]
    values = {name: [texts[at] for at in places] for name, places in plan.places}
    if plan.page_counts:
        counts = {at for at in plan.page_counts if texts[at].isdigit()}
        values["pages"] = [texts[at] for at in dict(plan.places)["pages"] if at not in counts]
    works = [(0, at, work[1]) for at in plan.others if (work := OPENALEX.match(texts[at]))]
    if works:
        works += [(rank, at, texts[at]) for rank, at in plan.accessions]
        values["accession"] = [text for _, _, text in sorted(works)]
    if plan.keywords_plus and not OPENALEX.match(texts[plan.keywords_plus]):
        values["keywords"] = [*values.get("keywords", []), texts[plan.keywords_plus]]
    return values


def table_meaning(raw: RawRecord) -> Meaning:
    """Return what the columns of a table say."""
    plan = _plan(tuple([heading for heading, _ in raw.fields]))
    values = _values(raw, plan)

    def first(name: str) -> str:
        if name in values:
            for value in values[name]:
                if text := said(value):
                    return text
        return ""

    words = [part.strip() for value in values.get("types", ()) for part in re.split(r"[;|]", value) if len(part) > 1]
    links = values.get("url", [])
    source = _read_source(first("source"))
    start, end = first("page_start"), first("page_end")
    pages = expand_pages(f"{start}-{end}" if start and end and "-" not in start else start)
    whole = expand_pages(first("pages"))
    if not pages or (not end and whole.startswith(f"{pages}-")):
        pages = whole
    people = (values.get("authors_full") or values.get("authors", []))[:1]
    title = unbracketed(first("title"))
    names = [SCOPUS_AUTHOR_ID.sub("", text) for text in people]
    authors, latin = names_apart(names, title)
    openalex = plan.is_openalex
    if openalex:
        authors = [name for text in authors for name in text.split("|")]
    number = first("article_number").removeprefix("UNSP ")
    if not number and (match := EMBASE_NUMBER.search(first("source"))):
        number = match[1]
    meaning = Meaning(
        title=title,
        translated_title=unbracketed(first("translated_title")),
        authors=authors,
        translated_authors=values.get("translated_authors") or latin,
        editors=[SCOPUS_AUTHOR_ID.sub("", text) for text in values.get("editors", [])[:1]],
        translators=values.get("translators", [])[:1],
        orcids=_orcids_by_place(values.get("orcids", []), len(authors)) if openalex else {},
        named_orcids=[] if openalex else named_orcids(values.get("orcids", [])),
        groups=[part for value in values.get("group_authors", []) for part in re.split("[;|]", value)],
        listed=True,
        date=[*values.get("year", []), *values.get("date", []), source.get("year", "")],
        days=[*values.get("date", []), *values.get("year", []), _cited_day(first("source"))],
        journal=first("journal") or source.get("journal", ""),
        translated_journal=first("translated_journal"),
        journal_abbreviation=first("journal_abbreviation"),
        volume=first("volume") or source.get("volume", ""),
        issue=first("issue") or source.get("issue", ""),
        pages=pages or number or expand_pages(source.get("pages", "")),
        article_number=number,
        doi=next((doi for text in [*values.get("doi", []), first("source")] if (doi := clean_doi(text))), ""),
        pmid=_table_pmid(values),
        pmcid=next((found for text in values.get("pmcid", []) if (found := find_pmcid(text) or _bare_pmc(text))), ""),
        registry=[
            text
            for name in (
                "registry",
                "accession",
                "notes",
                "title",
                "translated_title",
                "abstract",
                "authors",
                "journal",
                "source",
            )
            for text in values.get(name, ())
        ],
        abstract=first("abstract"),
        translated_abstract=first("translated_abstract"),
        keywords=[word for text in values.get("keywords", []) for word in _emtree(text)],
        mesh=values.get("mesh", []),
        language=first("language"),
        types=[word for word in words if word not in CSL_TYPES],
        issn=values.get("issn", []),
        url=next((text for text in links if text.startswith("http")), ""),
        database=first("database") or source.get("database", ""),
        platform=first("platform"),
    )
    meaning.pmcid = meaning.pmcid or next(
        (found for text in values.get("notes", ()) if (found := find_pmcid(text))), ""
    )
    meaning.doi = meaning.doi or next((doi for link in links if DOI_LINK.search(link) and (doi := clean_doi(link))), "")
    meaning.type = next((word for word in words if word in CSL_TYPES), "") or csl_type(words)
    if not meaning.type:  # CNKI names the part of its base: 期刊, 硕士, 中国会议
        meaning.type = csl_type([value for value in values.get("database", ()) if HAN.search(value)])
    if openalex and "article" in words:  # CSL's article is a preprint, which OpenAlex calls so
        meaning.type = "article-journal"
    match = EMBASE_LINK.search(" ".join(links))
    eid = SCOPUS_EID.search(" ".join(links))
    numbers = [first("accession"), match[1] if match else "", eid[0] if eid else "", meaning.pmid]
    meaning.accession = next((number for number in numbers if number), "")
    if plan.is_embase and numbers[0].isdigit():
        meaning.accession = match[1] if match else f"L{numbers[0]}"  # as Embase's RIS and addresses have it
    return trial_row(meaning, raw) if plan.is_register else meaning


def _orcids_by_place(texts: list[str], people: int) -> dict[int, str]:
    """Return the ORCIDs that stand between bars, one for each author; none if there are more or fewer of them."""
    found = texts[0].split("|") if texts else []
    return {at: orcid for at, text in enumerate(found) if (orcid := find_orcid(text))} if len(found) == people else {}


def _cited_day(text: str) -> str:
    """Return the date in a citation of PubMed's ("Hair J. 2020 Jan 15;7(2):3-9.")."""
    match = CITED_DAY.search(text) if ";" in text or ":" in text else None
    return match[0] if match else ""


def _table_pmid(values: dict[str, list[str]]) -> str:
    """Find the PMID in its column (a spreadsheet may have made "123.0" of it), else in the notes."""
    for text in values.get("pmid", []):
        if match := re.fullmatch(r"(?:PMID:?\s*)?0*(\d{1,8})(?:\.0)?", text.strip(), re.IGNORECASE):
            return match[1]
        if found := find_pmid(text):
            return found
    notes = [text for text in values.get("notes", ()) if text.count("PMID") == 1]
    return next((found for text in [*notes, *values.get("url", [])] if (found := find_pmid(text))), "")


def _emtree(text: str) -> list[str]:
    """Cut index terms that stand between commas (Embase's CSV), not at commas inside brackets."""
    if ";" in text or text.count(",") < 4:
        return [text]
    begin, words = 0, []
    for cut in _commas_outside(text):
        words.append(text[begin:cut].strip())
        begin = cut + 1
    return [*words, text[begin:].strip()]


def _commas_outside(text: str) -> list[int]:
    """Return where commas stand that no closing bracket follows before an opening one."""
    found: list[int] = []
    waiting: list[int] = []
    for match in MARKS.finditer(text):
        if match[0] == ",":
            waiting.append(match.start())
            continue
        if match[0] == "(":
            found += waiting
        waiting = []
    return found + waiting


def _bare_pmc(text: str) -> str:
    """Return a PMC number of digits only with its prefix."""
    return f"PMC{text.strip()}" if re.fullmatch(r"\d{4,9}", text.strip()) else ""


def _read_source(text: str) -> dict[str, str]:
    """Take apart a citation ("Cancer (2004) 102:4 (253-258)", PubMed's); a single word names the database."""
    if not text or len(text) > MAX_SOURCE:
        return {}
    for pattern in (EMBASE_SOURCE, PUBMED_CITATION):
        if match := pattern.match(text):
            return {name: value.strip() for name, value in match.groupdict(default="").items()}
    if text.casefold() in ("scopus", "embase", "medline", "pubmed", "cinahl", "central", "web of science"):
        return {"database": text}
    return {"journal": text} if len(text) <= 150 else {}
