"""Read the JSON of OpenAlex: replies with works, one work, or works one after another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from jakdb.words import Author, RawRecord, Reject
from jaksearch.formats.json_objects import Shape, object_of, read_shape
from jaksearch.formats.meaning import Meaning, Values, csl_type
from jaksearch.formats.people import find_orcid, read_author
from jaksearch.formats.sections import abstract_sections
from jaksearch.formats.values import clean_doi, clean_text, expand_pages, find_pmcid, find_pmid

__all__ = ["SHAPE", "openalex_meaning", "read_openalex", "rebuilt_abstract"]

_OWN = """
    id doi title display_name publication_year ids authorships primary_location abstract_inverted_index biblio
    referenced_works
"""
WORK = re.compile(r"(?:openalex\.org/(?:works/)?|^)(W\d+)$", re.IGNORECASE)
SHAPE = Shape(
    path=("results",),
    own=frozenset(_OWN.split()),
    is_record=lambda value: WORK.search(str(value.get("id", ""))) is not None,
    known_by=frozenset(("id", "doi", "title", "display_name", "ids/pmid", "abstract_inverted_index")),
    people=frozenset(("authorships",)),
    where=frozenset(("publication_year", "primary_location/source/display_name")),
    whole=frozenset(("abstract_inverted_index",)),
    without=frozenset(("referenced_works", "related_works", "counts_by_year", "concepts", "topics", "locations")),
)
SOURCE = "primary_location/source"
TYPES = {
    "article": "article-journal",
    "review": "article-journal",
    "letter": "article-journal",
    "editorial": "article-journal",
    "erratum": "article-journal",
    "retraction": "article-journal",
    "preprint": "article",
    "posted-content": "article",
    "book-chapter": "chapter",
    "reference-entry": "entry-encyclopedia",
    "dissertation": "thesis",
    "proceedings-article": "paper-conference",
    "libguides": "webpage",
}
MOST_WORDS = 100_000
"""Words of an abstract; a place beyond that is none."""


def read_openalex(text: str, *, columns: object = None) -> Iterator[RawRecord | Reject]:
    """Yield every work, as a raw record or a reject, numbered from 1; `columns` is not used.

    Examples
    --------
    >>> [record] = read_openalex('{"meta": {"count": 1}, "results": [{"id": "https://openalex.org/W7"}]}')
    >>> record.fields
    (('id', 'https://openalex.org/W7'),)
    """
    return read_shape(text, SHAPE)


def rebuilt_abstract(index: object) -> str:
    """Return the abstract of which OpenAlex tells the places of each word.

    Examples
    --------
    >>> rebuilt_abstract({"lost.": [3], "is": [1], "Hair": [0], "soon": [2]})
    'Hair is soon lost.'
    """
    if not isinstance(index, dict):
        return ""
    words = [
        (place, str(word))
        for word, places in index.items()
        for place in (places if isinstance(places, list) else ())
        if isinstance(place, int) and 0 <= place < MOST_WORDS
    ]
    return " ".join(word for _, word in sorted(words))


def openalex_meaning(raw: RawRecord) -> Meaning:
    """Return what the keys of a work say."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    work = WORK.search(first("id") or first("ids/openalex"))
    number = work[1].upper() if work else ""
    abstract = clean_text(rebuilt_abstract(object_of("".join(every("abstract_inverted_index")[:1]))))
    kind = first("type")
    is_retracted = first("is_retracted") == "true"
    types = [kind, *(["Retracted Publication"] if is_retracted else [])]
    if kind == "retraction":
        types.append("Retraction of Publication")
    if kind == "erratum":
        types.append("Published Erratum")
    start, end = first("biblio/first_page"), first("biblio/last_page")
    pages = expand_pages(f"{start}-{end}" if start and end else start)
    title = first("title", "display_name")
    page = first("primary_location/landing_page_url")
    pmid = first("ids/pmid")
    pmcid = first("ids/pmcid")
    return Meaning(
        title=title,
        people=[author for text in every("authorships") if (author := _author(text))],
        date=every("publication_date", "publication_year"),
        journal=first(f"{SOURCE}/display_name", "primary_location/raw_source_name"),
        volume=first("biblio/volume"),
        issue=first("biblio/issue"),
        pages=pages,
        article_number=pages if re.fullmatch(r"[A-Za-z]+\d{2,}", pages) else "",
        doi=clean_doi(first("doi", "ids/doi")),
        pmid=find_pmid(pmid) or (pmid if pmid.isdigit() else ""),
        pmcid=find_pmcid(pmcid) or _pmcid(pmcid),
        registry=[title, abstract],
        accession=number,
        abstract=abstract,
        sections=abstract_sections(abstract),
        keywords=[word for text in every("keywords") if (word := _name(text, "display_name", "keyword"))],
        mesh=[heading for text in every("mesh") if (heading := _heading(text))],
        language=first("language"),
        types=types,
        issn=every(f"{SOURCE}/issn", f"{SOURCE}/issn_l"),
        url=page if page.startswith("http") else f"https://openalex.org/{number}" if number else "",
        type=TYPES.get(kind) or csl_type([kind.replace("-", " ")]),
        database="OpenAlex",
    )


def _author(text: str) -> Author | None:
    """Return the author of one authorship: the name that OpenAlex knows, else the one that was printed."""
    found = object_of(text)
    known = found.get("author")
    person = known if isinstance(known, dict) else {}
    name = clean_text(str(person.get("display_name") or found.get("raw_author_name") or ""))
    author = read_author(name) if name else None
    orcid = find_orcid(str(person.get("orcid") or ""))
    return replace(author, orcid=orcid) if author and orcid else author


def _heading(text: str) -> str:
    """Return a heading of MeSH with its qualifier, a star before what is a major topic."""
    heading = object_of(text)
    name = str(heading.get("descriptor_name") or "")
    qualifier = str(heading.get("qualifier_name") or "")
    star = "*" if heading.get("is_major_topic") is True else ""
    if not name:
        return ""
    return f"{name}/{star}{qualifier}" if qualifier else f"{star}{name}"


def _pmcid(text: str) -> str:
    """Return the PMC number of an address without its letters (``…/pmc/articles/123456``)."""
    match = re.search(r"/articles/(\d{3,9})/?$", text)
    return f"PMC{match[1]}" if match else ""


def _name(text: str, *keys: str) -> str:
    """Return the first of some keys of an object that says something; a plain text is itself."""
    found = object_of(text)
    return next((str(found[key]) for key in keys if found.get(key)), "" if text.startswith("{") else text)
