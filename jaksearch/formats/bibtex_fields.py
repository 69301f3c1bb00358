"""What the fields of BibTeX and BibLaTeX mean, in the dialects of Scopus, Web of Science, Zotero and others."""

from __future__ import annotations

import re

from jakdb.words import Author, RawRecord
from jaksearch.formats.latex import from_latex
from jaksearch.formats.meaning import CSL_TYPES, DOI_LINK, SCOPUS_EID, Meaning, Values, csl_type
from jaksearch.formats.people import named_orcids, read_authors, with_orcids
from jaksearch.formats.values import clean_doi, clean_text, expand_pages, find_pmcid, find_pmid

__all__ = ["ENTRY_TYPES", "bibtex_meaning"]

ENTRY_TYPES: dict[str, str] = {
    "article": "article-journal", "suppperiodical": "article-journal", "review": "article-journal",
    "inproceedings": "paper-conference", "conference": "paper-conference", "incollection": "chapter",
    "inbook": "chapter", "bookinbook": "chapter", "suppbook": "chapter", "suppcollection": "chapter",
    "inreference": "entry-encyclopedia", "book": "book", "mvbook": "book", "booklet": "pamphlet", "collection": "book",
    "mvcollection": "book", "proceedings": "book", "mvproceedings": "book", "reference": "book", "mvreference": "book",
    "manual": "report", "report": "report", "techreport": "report", "thesis": "thesis", "phdthesis": "thesis",
    "mastersthesis": "thesis", "masterthesis": "thesis", "unpublished": "manuscript", "patent": "patent",
    "dataset": "dataset", "software": "software", "online": "webpage", "electronic": "webpage", "www": "webpage",
    "standard": "standard", "legislation": "legislation", "legal": "legislation", "jurisdiction": "legal_case",
    "letter": "personal_communication", "movie": "motion_picture", "video": "motion_picture", "audio": "song",
    "music": "song", "artwork": "graphic", "image": "graphic", "misc": "document",
}  # fmt: skip
"""Type of entry -> type of CSL."""
CONTAINERS = frozenset(("paper-conference", "chapter", "entry-encyclopedia"))
UNSAID = frozenset(("unknown", "n/a", "na"))
AND = re.compile(r"\s+and\s+", re.IGNORECASE)


def bibtex_meaning(raw: RawRecord) -> Meaning:
    """Return what the fields of an entry say."""
    spoken = [(name, value) for name, value in raw.fields if value.casefold() not in UNSAID]
    values = Values(spoken)
    first, every = values.first, values.all
    kind = ENTRY_TYPES.get(first("ENTRYTYPE"), "")
    words = [word for word in every("publicationtype", "document_type", "type") if word]
    meant = first("entrysubtype")
    sure = kind == "document" and meant in CSL_TYPES
    kind = meant if sure else kind
    title = first("title", "maintitle")
    if (subtitle := first("subtitle")) and subtitle.casefold() not in title.casefold():
        title = f"{title}: {subtitle}"
    book = first("booktitle", "maintitle" if first("title") else "booktitle")
    journal = first("journal", "journaltitle", "fjournal")
    journal = (book or journal) if kind in CONTAINERS else (journal or book)
    short = first("shortjournal", "journal-iso", "journalabbr", "abbrev_source_title")
    links = [link for value in every("url", "link", "howpublished", "bdsk-url-1") for link in value.split()]
    notes = every("note", "annote", "annotation", "addendum")
    eprint = first("eprint")
    doi = next((doi for text in every("doi", "crossref_doi") if (doi := clean_doi(text))), "")
    doi = doi or next((doi for link in links if DOI_LINK.search(link) and (doi := clean_doi(link))), "")
    eid = SCOPUS_EID.search(" ".join(links))
    identifier = first("ID")
    pmid = _pmid(values, notes)
    numbers = (
        first("accession", "unique-id", "unique_id"),
        identifier if identifier.startswith(("WOS:", "ISI:")) else "",
        eid[0] if eid else "",
        pmid,
    )
    people = _everybody(every("author"))
    if named := named_orcids(every("orcid-numbers", "orcid")):
        people = with_orcids(people, named)
    number = first("article-number", "art_number", "eid", "articleno")
    return Meaning(
        title=title or book,
        translated_title=first("translatedtitle", "titletranslation", "title_translated", "title_en"),
        people=people,
        editing_people=_everybody(every("editor")),
        translating_people=_everybody(every("translator")),
        translated_people=_everybody(every("translatedauthor", "author_translated", "author_en")),
        date=every("year", "date", "issued", "eventdate"),
        days=_days(values),
        journal="" if not title and journal == book else journal,
        translated_journal=first("translatedjournal", "journal_translated", "journal_en"),
        journal_abbreviation=short,
        volume=first("volume"),
        issue=first("number", "issue"),
        pages=expand_pages(first("pages", "page", "pagenums")) or number,
        article_number=number,
        doi=doi,
        pmid=pmid,
        pmcid=next((found for text in [*every("pmcid", "pmc"), eprint, *links] if (found := find_pmcid(text))), ""),
        registry=[*every("registration"), *notes, title, *every("abstract")],
        accession=next((number for number in numbers if number), ""),
        abstract=first("abstract"),
        translated_abstract=first("translatedabstract", "abstract_translated", "abstract_en"),
        keywords=_listed(every("keywords", "keyword", "author_keywords", "keywords-plus")),
        mesh=every("mesh"),
        language=first("language", "langid", "origlanguage"),
        types=[part.strip() for word in words for part in word.split(";")],
        issn=every("issn", "eissn"),
        url=next((link for link in links if link.startswith(("http", "//"))), ""),
        type=kind if sure or kind not in ("", "document") else csl_type(words) or kind,
        database=first("database") or {"scopus": "Scopus", "pubmed": "PubMed"}.get(first("source").casefold(), ""),
        platform=first("platform"),
    )


def _days(values: Values) -> list[str]:
    """Return the dates of an entry; of a span of months the first."""
    month = re.split(r"\s*(?:--?|–|/|#)\s*", values.first("month").strip("{} "))[0]
    made = f"{values.first('year')} {month} {values.first('day')}" if month else ""
    return [*values.all("date", "issued"), made, *values.all("year")]


def _everybody(values: list[str]) -> list[Author]:
    """Return the persons of fields, still with braces."""
    return [author for value in values for author in _people(value)]


def _pmid(values: Values, notes: list[str]) -> str:
    """Find the PMID in its field, among eprints, or in a note that names just one."""
    for text in values.all("pmid", "pubmed_id"):
        if digits := re.fullmatch(r"\D{0,6}0*(\d{1,8})", text):
            return digits[1]
    if values.first("eprinttype", "archiveprefix").casefold() in ("pubmed", "pmid", "medline"):
        return values.first("eprint").lstrip("0")
    return next((found for text in notes if text.count("PMID") == 1 and (found := find_pmid(text))), "")


def _listed(values: list[str]) -> list[str]:
    """Cut keywords that stand between commas; semicolons are cut for every format."""
    found = []
    for value in values:
        commas = ";" not in value and value.count(",") > 0 and not re.search(r"\([^()]*,", value)
        found += value.split(",") if commas else [value]
    return found


def _people(value: str) -> tuple[Author, ...]:
    """Return the authors of a field, still with braces: groups stand in braces, "von Last, Jr, First" in parts."""
    names = [name for name in _split(value, AND) if name.casefold() not in ("others", "et al", "et al.", "")]
    if len(names) == 1 and not names[0].startswith("{") and re.search(r"[;；、]|,.*,", _outside(names[0])):
        return read_authors([clean_text(from_latex(names[0]))], listed=True)
    return tuple(author for name in names for author in _person(name))


def _person(name: str) -> tuple[Author, ...]:
    """Return one name, or nobody."""
    if _is_braced(name):
        group = _text(name[1:-1])
        return (Author(literal=group),) if group else ()
    parts = [_text(part) for part in _split(name, re.compile(","))]
    if len(parts) == 1 or len(parts) > 3:
        return read_authors([clean_text(from_latex(name))])
    family, given = parts[0], parts[-1]
    if len(parts) == 3 and parts[1]:
        given = f"{given}, {parts[1]}"
    return (Author(family, given),) if family or given else ()


def _text(part: str) -> str:
    """Return what a piece of a name prints."""
    return clean_text(from_latex(part)).strip()


def _is_braced(name: str) -> bool:
    """Say whether one pair of braces holds the whole name."""
    if not (name.startswith("{") and name.endswith("}") and len(name) > 2):
        return False
    return not _outside(name)


def _outside(text: str) -> str:
    """Return what stands outside braces."""
    return "".join(piece for piece, depth in _pieces(text) if depth == 0 and piece not in "{}")


def _pieces(text: str) -> list[tuple[str, int]]:
    """Return the characters with the depth of braces around them; a brace counts as inside its pair."""
    pieces = []
    depth = 0
    for at, char in enumerate(text):
        escaped = at > 0 and text[at - 1] == "\\"
        if char == "{" and not escaped:
            depth += 1
        pieces.append((char, depth))
        if char == "}" and not escaped and depth:
            depth -= 1
    return pieces


def _split(text: str, mark: re.Pattern[str]) -> list[str]:
    """Cut a text where the mark stands outside braces."""
    if "{" not in text:
        return [part.strip() for part in mark.split(text)]
    depths = [depth for _, depth in _pieces(text)]
    parts, at = [], 0
    for match in mark.finditer(text):
        if not any(depths[match.start() : match.end()]):
            parts.append(text[at : match.start()].strip())
            at = match.end()
    return [*parts, text[at:].strip()]
