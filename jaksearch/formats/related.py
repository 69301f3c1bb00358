"""Read the publications that a source names beside a record: retractions, errata, comments, updates."""

from __future__ import annotations

import re
from functools import lru_cache

from jakdb.words import RelatedItem
from jaksearch.formats.values import clean_doi, clean_text

__all__ = ["KIND_OF_TAG", "TAG_OF_KIND", "kind_of", "related_item", "related_text"]

KIND_OF_TAG = {
    "RIN": "retraction_in", "ROF": "retraction_of", "EIN": "erratum_in", "EFR": "erratum_for",
    "ECI": "expression_of_concern_in", "ECF": "expression_of_concern_for", "CRI": "corrected_in",
    "CRF": "corrected_from", "RPI": "republished_in", "RPF": "republished_from", "RRI": "retracted_republished_in",
    "RRF": "retracted_republished_from", "UIN": "update_in", "UOF": "update_of", "CIN": "comment_in",
    "CON": "comment_on", "ORI": "original_report_in", "SPIN": "summary_for_patients_in",
    "DDIN": "dataset_described_in", "DRIN": "dataset_reported_in", "PRIN": "partial_retraction_in",
    "PROF": "partial_retraction_of",
}  # fmt: skip
"""Tag of PubMed's text -> kind."""
TAG_OF_KIND = {kind: tag for tag, kind in KIND_OF_TAG.items()}
OTHER_NAMES = {
    "CorrectedandRepublishedIn": "corrected_in",
    "CorrectedandRepublishedFrom": "corrected_from",
    "RetractedandRepublishedIn": "retracted_republished_in",
    "RetractedandRepublishedFrom": "retracted_republished_from",
}
PMID_END = re.compile(r"[\s.;,(]*\bPMID:?\s*(\d{1,9})\)?[.;]?\s*$", re.IGNORECASE)
DOI_END = re.compile(r"[\s;,(]*(?:https?://(?:dx\.)?)?doi(?:\.org/|[:\s]\s*)(10\.\S+)\s*$", re.IGNORECASE)
TAIL = 500
"""Characters at the end of a citation in which its numbers are looked for."""


def related_item(kind: str, text: str) -> RelatedItem | None:
    """Return what a text names; PMID and DOI at its end are no part of the citation. None if it says nothing.

    Examples
    --------
    >>> related_item("erratum_in", "J Hair. 2020;1(2):3. doi: 10.1000/x.1. PMID: 31494993")
    RelatedItem(kind='erratum_in', citation='J Hair. 2020;1(2):3.', pmid='31494993', doi='10.1000/x.1')
    """
    citation = clean_text(text)
    pmid = doi = ""
    if match := PMID_END.search(citation, max(0, len(citation) - TAIL)):
        pmid = match[1].lstrip("0")
        stop = "." if citation[match.start() : match.start() + 1] == "." else ""
        citation = citation[: match.start()] + stop
    if match := DOI_END.search(citation, max(0, len(citation) - TAIL)):
        doi = clean_doi(match[1])
        citation = citation[: match.start()]
    return RelatedItem(kind, citation, pmid, doi) if citation or pmid or doi else None


def related_text(related: RelatedItem) -> str:
    """Return what `related_item` reads back.

    Examples
    --------
    >>> related_text(RelatedItem("comment_in", "J Hair. 2020;1:3.", pmid="7"))
    'J Hair. 2020;1:3. PMID: 7'
    """
    doi = f"doi: {related.doi}" if related.doi else ""
    return " ".join(filter(None, (related.citation, doi, f"PMID: {related.pmid}" if related.pmid else "")))


@lru_cache(maxsize=256)
def kind_of(name: str) -> str:
    """Return the kind for a name of PubMed's XML or Crossref.

    Examples
    --------
    >>> kind_of("RetractionIn"), kind_of("CorrectedandRepublishedFrom"), kind_of("is-preprint-of")
    ('retraction_in', 'corrected_from', 'is_preprint_of')
    """
    return OTHER_NAMES.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).replace("-", "_").lower()
