"""Write records as items of CSL-JSON; what CSL has no variable for stands under ``custom``, as its schema allows."""

from __future__ import annotations

import json
from typing import Any

from jakdb.words import Author, Record
from jaksearch.formats.dates import PLAIN_DATE
from jaksearch.formats.sections import abstract_sections
from jaksearch.formats.settle import settled
from jaksearch.formats.write_bibtex import bibtex_key

__all__ = ["to_csl_json"]


def to_csl_json(record: Record, *, key: str = "") -> str:
    """Return the record as one JSON object without a newline at the end; the items of a file stand in an array.

    Parameters
    ----------
    record : Record
        Any record.
    key : str, optional
        The item's ``id``; made as a citation key if not given.

    Examples
    --------
    >>> to_csl_json(Record(title="Hair", year=2020, type="book"))
    '{"id": "2020hair", "type": "book", "title": "Hair", "issued": {"date-parts": [[2020]]}}'
    """
    record = settled(record)
    item: dict[str, Any] = {
        "id": key or bibtex_key(record),
        "type": record.type or ("article-journal" if record.journal else "document"),
        "title": record.title,
        "author": [_name(author) for author in record.authors],
        "editor": [_name(author) for author in record.editors],
        "translator": [_name(author) for author in record.translators],
        "issued": {"date-parts": [_date(record)]} if record.year is not None else None,
        "container-title": record.journal,
        "container-title-short": record.journal_abbreviation,
        "volume": record.volume,
        "issue": record.issue,
        "page": record.pages,
        "DOI": record.doi,
        "PMID": record.pmid,
        "PMCID": record.pmcid,
        "ISSN": list(record.issn),
        "URL": record.url,
        "language": record.language,
        "genre": "; ".join(record.publication_types),
        "keyword": "; ".join(record.keywords),
        "abstract": record.abstract,
        "custom": _own(record),
    }
    return json.dumps({name: value for name, value in item.items() if value}, ensure_ascii=False)


def _name(author: Author) -> dict[str, str]:
    """Return a name as CSL has it."""
    named = (("literal", author.literal),) if author.literal else (("family", author.family), ("given", author.given))
    return {part: value for part, value in (*named, ("ORCID", author.orcid)) if value}


def _date(record: Record) -> list[int | None]:
    """Return the parts of the date: the year, and month and day as far as they are known."""
    return [int(part) for part in record.date.split("-")] if PLAIN_DATE.fullmatch(record.date) else [record.year]


def _own(record: Record) -> dict[str, dict[str, object]]:
    """Return what CSL has no variable for."""
    sections = record.abstract_sections or abstract_sections(record.abstract)
    own: dict[str, object] = {
        "translated_title": record.translated_title,
        "translated_authors": [_name(author) for author in record.translated_authors],
        "translated_journal": record.translated_journal,
        "translated_abstract": record.translated_abstract,
        "article_number": record.article_number,
        "abstract_sections": [{"label": label, "text": text} for label, text in sections],
        "related": [
            {"kind": one.kind, "citation": one.citation, "pmid": one.pmid, "doi": one.doi} for one in record.related
        ],
        "registry_ids": list(record.registry_ids),
        "accession": record.accession if record.accession != record.pmid else "",
        "mesh": list(record.mesh),
        "keywords": list(record.keywords),
        "publication_types": list(record.publication_types),
        "database": record.database,
        "platform": record.platform,
    }
    kept = {name: value for name, value in own.items() if value}
    return {"jak": kept} if kept else {}
