"""What the variables of CSL-JSON mean, as Zotero, Crossref and jak write them."""

from __future__ import annotations

import json
import re
from typing import Any

from jakdb.words import Author, RawRecord, RelatedItem
from jaksearch.formats.meaning import CSL_TYPES, DOI_LINK, Meaning, Values, csl_type
from jaksearch.formats.people import find_orcid, read_author
from jaksearch.formats.related import kind_of
from jaksearch.formats.values import clean_doi, clean_text, expand_pages, find_pmcid, find_pmid

__all__ = ["UPDATES", "author_of", "csl_meaning", "date_of"]

DATES = ("issued", "published-print", "published", "published-online", "original-date", "submitted")
PUBLISHED = DATES[:4]
UPDATES = {
    "retraction": "retraction_of",
    "correction": "erratum_for",
    "corrigendum": "erratum_for",
    "erratum": "erratum_for",
    "expression_of_concern": "expression_of_concern_for",
    "new_version": "update_of",
}
"""Crossref's kind of update -> what the updated paper is to the record."""


def csl_meaning(raw: RawRecord) -> Meaning:
    """Return what the variables say; jak's own additions stand under ``custom``."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    custom = _own(every("custom"))
    written = first("type")
    notes = every("note", "annote")
    doi = next((doi for text in every("DOI", "URL") if (doi := clean_doi(text)) and _is_doi(text)), "")
    pmid = next((digits[1] for text in every("PMID") if (digits := re.fullmatch(r"\D{0,6}0*(\d{1,8})", text))), "")
    pmid = pmid or next((found for text in notes if text.count("PMID") == 1 and (found := find_pmid(text))), "")
    pmcids = (find_pmcid(text) or (f"PMC{text}" if text.isdigit() else "") for text in every("PMCID"))
    pmcid = next((found for found in pmcids if found), "") or next(filter(None, map(find_pmcid, notes)), "")
    title = first("title")
    keywords = every("keyword", "subject")
    if len(keywords) == 1 and ";" not in keywords[0]:
        keywords = keywords[0].split(",")
    accession = [*_texts(custom, "accession"), first("archive_location") if first("archive") else "", pmid]
    number = _text(custom, "article_number") or first("article-number", "eLocator")
    dates = [date for text in every(*DATES) if (date := date_of(text))]
    return Meaning(
        title=title,
        translated_title=_text(custom, "translated_title"),
        people=_authors(every("author")),
        editing_people=_authors(every("editor")),
        translating_people=_authors(every("translator")),
        translated_people=_authors([json.dumps(one) for one in _objects(custom, "translated_authors")]),
        date=dates,
        days=[date for text in every(*PUBLISHED) if (date := date_of(text))],
        journal=first("container-title"),
        translated_journal=_text(custom, "translated_journal"),
        journal_abbreviation=first(
            "container-title-short", "journalAbbreviation", "shortjournal", "short-container-title"
        ),
        volume=first("volume"),
        issue=first("issue", *(() if first("volume") == "" else ("number",))),
        pages=expand_pages(first("page")) or number or first("page-first"),
        article_number=number,
        doi=doi,
        pmid=pmid,
        pmcid=pmcid,
        registry=[*_texts(custom, "registry_ids"), *notes, title, first("abstract")],
        accession=next((text for text in accession if text), ""),
        abstract=first("abstract"),
        translated_abstract=_text(custom, "translated_abstract"),
        sections=_sections(custom),
        related=_related(values, custom),
        keywords=[*_texts(custom, "keywords"), *(() if _texts(custom, "keywords") else keywords)],
        mesh=_texts(custom, "mesh"),
        language=first("language"),
        types=[*_texts(custom, "publication_types"), *(() if _texts(custom, "publication_types") else every("genre"))],
        issn=every("ISSN"),
        url=next((text for text in every("URL") if text.startswith(("http", "//"))), ""),
        type=written if written in CSL_TYPES else csl_type([written.replace("-", " ")]),
        database=_text(custom, "database"),
        platform=_text(custom, "platform"),
    )


def author_of(text: str) -> Author | None:
    """Return the author that a name of CSL means, particles with the family name, a suffix behind the given name.

    Examples
    --------
    >>> author_of('{"family": "Maas", "given": "MK", "non-dropping-particle": "van der"}')
    Author(family='van der Maas', given='MK', literal='', orcid='')
    """
    name = _json(text)
    if name is None:
        return read_author(clean_text(text))
    parts = {key: clean_text(str(value)) for key, value in name.items() if isinstance(value, str | int)}
    orcid = find_orcid(parts.get("ORCID", ""))
    if literal := parts.get("literal") or (parts.get("name", "") if "family" not in parts else ""):
        return Author(literal=literal, orcid=orcid)
    particles = (parts.get("dropping-particle", ""), parts.get("non-dropping-particle", ""), parts.get("family", ""))
    family = " ".join(filter(None, particles))
    given = ", ".join(filter(None, (parts.get("given", ""), parts.get("suffix", ""))))
    return Author(family, given, orcid=orcid) if family or given else None


def _is_doi(text: str) -> bool:
    """Say whether a text is a DOI or a link to one, and no other address that holds one."""
    return text.lstrip().lower().startswith(("10.", "doi", "urn:doi")) or DOI_LINK.search(text) is not None


def date_of(text: str) -> str:
    """Return a date of CSL as text, the parts between hyphens."""
    date = _json(text)
    if date is None:
        return text
    parts: Any = date.get("date-parts")
    while isinstance(parts, list) and parts and isinstance(parts[0], list):
        parts = parts[0]
    if isinstance(parts, list) and parts:
        return "-".join(str(part) for part in parts if isinstance(part, int | str) and part)
    return str(date.get("literal") or date.get("raw") or date.get("season") or "")


def _authors(values: list[str]) -> list[Author]:
    """Return the persons and groups that are named."""
    return [author for text in values if (author := author_of(text))]


def _objects(custom: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the objects of one of jak's own additions."""
    kept = custom.get(key)
    return [one for one in kept if isinstance(one, dict)] if isinstance(kept, list) else []


def _sections(custom: dict[str, Any]) -> tuple[tuple[str, str], ...] | None:
    """Return the sections of the abstract that jak wrote."""
    if "abstract_sections" not in custom:
        return None
    return tuple((str(one.get("label", "")), str(one.get("text", ""))) for one in _objects(custom, "abstract_sections"))


def _related(values: Values, custom: dict[str, Any]) -> list[RelatedItem]:
    """Return the publications that jak wrote, and those that Crossref links (``update-to``, ``relation``)."""
    found = [
        RelatedItem(*(str(one.get(name, "")) for name in ("kind", "citation", "pmid", "doi")))
        for one in _objects(custom, "related")
    ]
    for text in values.all("update-to"):
        update = _json(text) or {}
        kind = re.sub(r"\W+", "_", str(update.get("type", "update")).lower())
        if doi := clean_doi(str(update.get("DOI", ""))):
            found.append(RelatedItem(UPDATES.get(kind, f"{kind}_of"), "", "", doi))
    for text in values.all("relation"):
        for name, ends in (_json(text) or {}).items():
            named = [end for end in ends if isinstance(end, dict)] if isinstance(ends, list) else []
            dois = [clean_doi(str(end.get("id", ""))) for end in named]
            found += [RelatedItem(kind_of(str(name)), "", "", doi) for doi in dois if doi]
    return found


def _own(values: list[str]) -> dict[str, Any]:
    """Return what jak itself put under ``custom``."""
    for text in values:
        if isinstance(own := (_json(text) or {}).get("jak"), dict):
            return own
    return {}


def _texts(custom: dict[str, Any], key: str) -> list[str]:
    """Return one of jak's own additions as texts."""
    value = custom.get(key, [])
    return [str(one) for one in (value if isinstance(value, list) else [value]) if one]


def _text(custom: dict[str, Any], key: str) -> str:
    """Return one of jak's own additions as one text."""
    return next(iter(_texts(custom, key)), "")


def _json(text: str) -> dict[str, Any] | None:
    """Return the object a field holds; None if it holds a plain text."""
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
