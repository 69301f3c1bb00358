"""What reference managers call the types of references, and where they hide a DOI."""

from __future__ import annotations

import re
from collections.abc import Iterable

from jaksearch.formats.meaning import csl_type
from jaksearch.formats.values import clean_doi

__all__ = ["link_doi", "reference_type"]

TYPES = {
    "generic": "document", "standard": "standard", "grant": "document", "map": "map", "computer program": "software",
    "film or broadcast": "motion_picture", "video recording": "motion_picture",
    "audiovisual material": "motion_picture", "sound recording": "song",
    "bill": "bill", "bills/resolutions": "bill", "case": "legal_case",
    "case/court decisions": "legal_case", "statute": "legislation", "laws/statutes": "legislation",
    "legal rule or regulation": "legislation", "hearing": "hearing", "artwork": "graphic", "figure": "figure",
    "personal communication": "personal_communication", "unpublished work": "manuscript", "manuscript": "manuscript",
    "unpublished material": "manuscript", "encyclopedia": "entry-encyclopedia", "dictionary": "entry-dictionary",
    "electronic article": "article-journal", "electronic book": "book", "web page": "webpage", "serial": "book",
    "online database": "dataset", "aggregated database": "dataset", "government document": "report",
    "book, section": "chapter", "book, edited": "book", "book, whole": "book", "abstract": "article-journal",
}  # fmt: skip
LINKED_DOI = re.compile(r"(?:doi(?:\.org)?/|doi[:=])(10\.\d{4,9}/[^\s?&#]+)", re.IGNORECASE)


def reference_type(word: str) -> str:
    """Return the type of CSL for a reference manager's word; nothing if it is not known.

    Examples
    --------
    >>> reference_type("Journal Article"), reference_type("Book, Section"), reference_type("Dissertation/Thesis")
    ('article-journal', 'chapter', 'thesis')
    """
    word = " ".join(word.split())
    return TYPES.get(word.casefold(), "") or csl_type([word])


def link_doi(links: Iterable[str]) -> str:
    """Return the DOI that an address holds.

    Examples
    --------
    >>> link_doi(["https://link.cnki.net/doi/10.13287/j.1001-9332.2000.0212"])
    '10.13287/j.1001-9332.2000.0212'
    """
    return next((clean_doi(match[1]) for link in links if (match := LINKED_DOI.search(link))), "")
