"""Read the plain text of the Cochrane Library ("Record #1 of 25", then ``ID:``, ``AU:``, ``TI:``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jakdb.words import RawRecord, Reject
from jaksearch.formats.meaning import Meaning, Values, csl_type
from jaksearch.formats.tagged import Dialect, read_dialect
from jaksearch.formats.values import clean_doi, expand_pages

__all__ = ["cochrane_meaning", "read_cochrane"]

_TAGS = "ID AU TI SO YR VL NO PG PM XR PT KY DOI AB US CC PB DT AN CN SN LA ER DE CO"
TAGS = frozenset(_TAGS.split())


def _begins(tag: str, value: str, tags: frozenset[str], blank: bool) -> bool:
    """Say whether a line begins a record whose "Record #" line is lost."""
    return tag == "ID" and (tag in tags or not tags or blank)


DIALECT = Dialect(
    line=re.compile(r"([A-Z]{2,4}): ?(.*)$"),
    begins=_begins,
    first="ID",
    tags=TAGS,
    mark=re.compile(r"Record #?\d+ of \d+\s*$"),
    known_by=frozenset(("TI", "DOI", "AB", "PM", "ID")),
    people=frozenset(("AU",)),
    where=frozenset(("YR", "SO")),
)


def read_cochrane(text: str | Iterable[str], *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of the Cochrane Library's plain text, numbered from 1; `columns` is not used.

    Examples
    --------
    >>> [record] = read_cochrane("Record #1 of 1\nID: CN-01234567\nAU: Liu L\nTI: Hair\n")
    >>> record.line, record.fields
    (1, (('ID', 'CN-01234567'), ('AU', 'Liu L'), ('TI', 'Hair')))
    """
    return read_dialect(text, DIALECT)


def cochrane_meaning(raw: RawRecord) -> Meaning:
    """Return what the tags of the Cochrane Library say; its CN- and CD-numbers are no PMIDs."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    types = [word.strip() for value in every("PT", "DT") for word in value.split(";")]
    return Meaning(
        title=first("TI"),
        authors=every("AU"),
        date=every("YR"),
        journal=first("SO"),
        volume=first("VL"),
        issue=first("NO"),
        pages=expand_pages(first("PG")),
        doi=next((doi for text in every("DOI") if (doi := clean_doi(text))), ""),
        pmid=next(
            (match[1] for text in every("PM") if (match := re.search(r"(?:PUBMED\s+)?\b0*(\d{5,8})\b", text))), ""
        ),
        registry=every("TI", "AB", "XR", "ID", "US", "AU", "SO"),
        accession=first("ID"),
        abstract=first("AB"),
        keywords=every("KY", "DE"),
        language=first("LA"),
        types=types,
        issn=every("SN"),
        url=first("US"),
        type=csl_type(types) or "article-journal",
        database="Cochrane Library",
    )
