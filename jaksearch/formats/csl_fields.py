"""What the variables of CSL-JSON mean, as Zotero, Crossref and jak write them."""

from __future__ import annotations

import json
import re
from typing import Any

from jakdb.words import Author, RawRecord
from jaksearch.formats.meaning import CSL_TYPES, DOI_LINK, Meaning, Values, csl_type
from jaksearch.formats.people import read_author
from jaksearch.formats.values import clean_doi, clean_text, expand_pages, find_pmcid, find_pmid

__all__ = ["author_of", "csl_meaning"]

DATES = ("issued", "published-print", "published", "published-online", "original-date", "submitted")


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
    return Meaning(
        title=title,
        translated_title=next(iter(_texts(custom, "translated_title")), ""),
        people=[author for text in every("author") if (author := author_of(text))],
        date=[year for text in every(*DATES) if (year := _year_of(text))],
        journal=first("container-title"),
        journal_abbreviation=first(
            "container-title-short", "journalAbbreviation", "shortjournal", "short-container-title"
        ),
        volume=first("volume"),
        issue=first("issue", *(() if first("volume") == "" else ("number",))),
        pages=expand_pages(first("page")) or first("article-number") or first("page-first"),
        doi=doi,
        pmid=pmid,
        pmcid=pmcid,
        registry=[*_texts(custom, "registry_ids"), *notes, title, first("abstract")],
        accession=next((text for text in accession if text), ""),
        abstract=first("abstract"),
        keywords=[*_texts(custom, "keywords"), *(() if _texts(custom, "keywords") else keywords)],
        mesh=_texts(custom, "mesh"),
        language=first("language"),
        types=[*_texts(custom, "publication_types"), *(() if _texts(custom, "publication_types") else every("genre"))],
        issn=every("ISSN"),
        url=next((text for text in every("URL") if text.startswith(("http", "//"))), ""),
        type=written if written in CSL_TYPES else csl_type([written.replace("-", " ")]),
        database=next(iter(_texts(custom, "database")), ""),
        platform=next(iter(_texts(custom, "platform")), ""),
    )


def author_of(text: str) -> Author | None:
    """Return the author that a name of CSL means, particles with the family name, a suffix behind the given name.

    Examples
    --------
    >>> author_of('{"family": "Maas", "given": "MK", "non-dropping-particle": "van der"}')
    Author(family='van der Maas', given='MK', literal='')
    """
    name = _json(text)
    if name is None:
        return read_author(clean_text(text))
    parts = {key: clean_text(str(value)) for key, value in name.items() if isinstance(value, str | int)}
    if literal := parts.get("literal") or (parts.get("name", "") if "family" not in parts else ""):
        return Author(literal=literal)
    particles = (parts.get("dropping-particle", ""), parts.get("non-dropping-particle", ""), parts.get("family", ""))
    family = " ".join(filter(None, particles))
    given = ", ".join(filter(None, (parts.get("given", ""), parts.get("suffix", ""))))
    return Author(family, given) if family or given else None


def _is_doi(text: str) -> bool:
    """Say whether a text is a DOI or a link to one, and no other address that holds one."""
    return text.lstrip().lower().startswith(("10.", "doi", "urn:doi")) or DOI_LINK.search(text) is not None


def _year_of(text: str) -> str:
    """Return the year of a date of CSL as text."""
    date = _json(text)
    if date is None:
        return text
    parts: Any = date.get("date-parts")
    while isinstance(parts, list) and parts:
        parts = parts[0]
    return str(parts or date.get("literal") or date.get("raw") or date.get("season") or "")


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


def _json(text: str) -> dict[str, Any] | None:
    """Return the object a field holds; None if it holds a plain text."""
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
