"""Read the JSON of Europe PMC's web service (``resultType=core`` or ``lite``).

A record is known by its source and its number there (``MED/31494993``, ``PPR/PPR12345``): the same number may stand for
another record in another source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jakdb.words import Author, RawRecord, Reject, RelatedItem
from jaksearch.formats.json_objects import Shape, object_of, read_shape
from jaksearch.formats.markup import marked_abstract
from jaksearch.formats.meaning import Meaning, Values, csl_type
from jaksearch.formats.people import find_orcid, read_author
from jaksearch.formats.values import clean_doi, clean_text, expand_pages, find_pmcid

__all__ = ["SHAPE", "europepmc_id", "europepmc_meaning", "read_europepmc"]

_OWN = """
    id source pmid pmcid doi title authorString authorList journalInfo pubYear abstractText pageInfo bookOrReportDetails
    firstPublicationDate
"""
SHAPE = Shape(
    path=("resultList", "result"),
    own=frozenset(_OWN.split()),
    is_record=lambda value: "id" in value and "source" in value and ("title" in value or "pubYear" in value),
    known_by=frozenset(("id", "pmid", "pmcid", "doi", "title", "abstractText")),
    people=frozenset(("authorString", "authorList/author")),
    where=frozenset(("pubYear", "journalTitle", "journalInfo/journal/title", "journalInfo/yearOfPublication")),
)
KINDS = {"PPR": "article", "PAT": "patent", "ETH": "thesis"}
"""Source whose records are all of one type -> type of CSL."""
NOTICES = {
    "retraction in": "Retracted Publication",
    "retraction of": "Retraction of Publication",
    "erratum for": "Published Erratum",
}
JOURNAL = "journalInfo/journal"


def read_europepmc(text: str, *, columns: object = None) -> Iterator[RawRecord | Reject]:
    """Yield every record of Europe PMC's JSON, as a raw record or a reject, numbered from 1; `columns` is not used.

    Examples
    --------
    >>> [record] = read_europepmc('{"hitCount": 1, "resultList": {"result": [{"id": "1", "source": "MED"}]}}')
    >>> record.fields
    (('id', '1'), ('source', 'MED'))
    """
    return read_shape(text, SHAPE)


def europepmc_id(record: dict[str, Any]) -> str:
    """Return what Europe PMC calls a record: source and number.

    Examples
    --------
    >>> europepmc_id({"id": "31494993", "source": "MED", "pmid": "31494993"}), europepmc_id({"title": "Hair"})
    ('MED/31494993', '')
    """
    source, number = str(record.get("source") or ""), str(record.get("id") or "")
    return f"{source}/{number}" if source and number else ""


def europepmc_meaning(raw: RawRecord) -> Meaning:
    """Return what the keys of a record say."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    source, number = first("source"), first("id")
    pmid = first("pmid") or (number if source == "MED" else "")
    people = [author for text in every("authorList/author") if (author := _author(text))]
    abstract, sections = marked_abstract(" ".join(every("abstractText")[:1]))
    related = [item for text in every("commentCorrectionList/commentCorrection") if (item := _related(text))]
    types = every("pubTypeList/pubType") or first("pubType").split("; ")
    words = [word.lower() for word in types]
    types += [word for kind, word in NOTICES.items() if word.lower() not in words and kind in _kinds(related)]
    book = first("bookOrReportDetails/comprisingTitle")
    journal = first(f"{JOURNAL}/title", "journalTitle") or book
    dates = every("journalInfo/dateOfPublication", "journalInfo/printPublicationDate", "firstPublicationDate")
    pages = first("pageInfo")
    return Meaning(
        title=first("title"),
        people=people,
        authors=[] if people else [name for name in first("authorString").rstrip(".").split(", ") if name],
        date=[*every("journalInfo/yearOfPublication", "pubYear", "bookOrReportDetails/yearOfPublication"), *dates],
        days=[*dates[:2], *every("electronicPublicationDate"), *dates[2:]],
        journal=journal,
        journal_abbreviation=first(
            f"{JOURNAL}/medlineAbbreviation", f"{JOURNAL}/isoabbreviation", f"{JOURNAL}/ISOAbbreviation"
        ),
        volume=first("journalInfo/volume", "journalVolume"),
        issue=first("journalInfo/issue", "issue"),
        pages=expand_pages(pages),
        article_number=pages if re.fullmatch(r"[A-Za-z]+\d{2,}", pages) else "",
        doi=clean_doi(first("doi")),
        pmid=pmid.lstrip("0") if pmid.isdigit() else "",
        pmcid=find_pmcid(first("pmcid") or (number if source == "PMC" else "")),
        registry=[first("title"), abstract],
        accession=europepmc_id({"source": source, "id": number}) or number,
        abstract=abstract,
        sections=sections,
        related=related,
        keywords=every("keywordList/keyword"),
        mesh=[heading for text in every("meshHeadingList/meshHeading") if (heading := _heading(text))],
        language=first("language"),
        types=types,
        issn=every(*(f"{JOURNAL}/{name}" for name in ("issn", "essn", "ISSN", "ESSN")), "journalIssn"),
        url=f"https://europepmc.org/article/{source}/{number}" if source and number else "",
        type=KINDS.get(source)
        or ("chapter" if book and book != first("title") else csl_type(types))
        or ("article-journal" if journal else ""),
        database="Europe PMC",
    )


def _author(text: str) -> Author | None:
    """Return the author that an object names."""
    name = object_of(text)
    parts = {key: clean_text(str(value)) for key, value in name.items() if isinstance(value, str)}
    if group := parts.get("collectiveName"):
        return Author(literal=group)
    number = name.get("authorId")
    orcid = find_orcid(str(number.get("value", ""))) if isinstance(number, dict) else ""
    family, given = parts.get("lastName", ""), parts.get("firstName") or parts.get("initials", "")
    if family:
        return Author(family, given, orcid=orcid)
    return read_author(parts.get("fullName", ""))


def _heading(text: str) -> str:
    """Return a heading of MeSH with its qualifiers, a star before what is a major topic."""
    heading = object_of(text)
    name = str(heading.get("descriptorName") or "")
    if not name:
        return ""
    listed = heading.get("meshQualifierList")
    qualifiers = listed.get("meshQualifier") if isinstance(listed, dict) else None
    parts = [f"{_star(heading)}{name}"]
    named = [one for one in qualifiers if isinstance(one, dict)] if isinstance(qualifiers, list) else []
    parts += [f"{_star(one)}{one['qualifierName']}" for one in named if one.get("qualifierName")]
    return "/".join(parts)


def _star(heading: dict[str, Any]) -> str:
    """Return the star of a major topic."""
    return "*" if heading.get("majorTopic_YN") == "Y" else ""


def _related(text: str) -> RelatedItem | None:
    """Return the publication that a comment or correction names."""
    found = object_of(text)
    kind = "_".join(str(found.get("type") or "").lower().split())
    number = str(found.get("id") or "")
    pmid = number if found.get("source") == "MED" and number.isdigit() else ""
    citation = clean_text(str(found.get("reference") or found.get("note") or "")) or ("" if pmid else number)
    doi = clean_doi(citation)
    return RelatedItem(kind, citation, pmid, doi) if kind and (citation or pmid) else None


def _kinds(related: list[RelatedItem]) -> set[str]:
    """Return the kinds of related publications, in words."""
    return {item.kind.replace("_", " ") for item in related}
