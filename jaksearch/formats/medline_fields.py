"""What the tags of PubMed's tagged text mean, and those of ERIC's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jakdb.words import RawRecord
from jaksearch.formats.meaning import Meaning, Values, csl_type
from jaksearch.formats.values import clean_doi, expand_pages, find_pmcid, said, unbracketed

__all__ = ["medline_meaning"]


def medline_meaning(raw: RawRecord) -> Meaning:
    """Return what the tags of MEDLINE say."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    types = [text for text in every("PT") if said(text)]
    owner = first("OWN")
    pmid = first("PMID")
    book = first("BTI", "CTI")
    journal = first("JT", "TA", *(() if first("TI") == "" else ("BTI", "CTI")))
    locations = every("LID", "AID")
    doi = next((doi for text in locations if "pii" not in text[-5:] and (doi := clean_doi(text))), "")
    kind = "chapter" if book and first("TI") else "book" if book else csl_type(types)
    return Meaning(
        title=unbracketed(first("TI") or book or first("VTI")),
        translated_title=unbracketed(first("TT")) if first("TI") or book else "",
        authors=_medline_authors(raw),
        groups=every("CN"),
        date=every("DP", "DEP", "EDAT"),
        journal=journal,
        journal_abbreviation=first("TA"),
        volume=first("VI"),
        issue=first("IP"),
        pages=_medline_pages(first("PG"), locations),
        doi=doi,
        pmid=pmid.lstrip("0") if pmid.isdigit() else "",
        pmcid=find_pmcid(first("PMC")),
        registry=[*every("SI"), first("TI"), *every("AB", "OAB")],
        accession=pmid or first("OID"),
        abstract=" ".join(every("AB")) or first("OAB"),
        keywords=every("OT"),
        mesh=every("MH"),
        language=first("LA"),
        types=types,
        issn=[text.split(" ", 1)[0] for text in every("IS", "ISSN")],
        url=next(
            (text for text in [*every("URL"), *locations] if text.startswith("http") and "doi.org" not in text), ""
        ),
        type=kind or ("article-journal" if journal else ""),
        database="ERIC" if owner == "ERIC" else "PubMed" if pmid else "",
    )


def _medline_authors(raw: RawRecord) -> list[str]:
    """Take full names where they stand, and short names of authors that have no full one."""
    authors: list[str] = []
    paired = False
    for tag, value in raw.fields:
        if tag == "FAU":
            authors.append(value)
            paired = True
        elif tag == "AU":
            if not paired:
                authors.append(value)
            paired = False
    return authors


def _medline_pages(printed: str, locations: Sequence[str]) -> str:
    """Return the printed pages; an article number among the locations stands in for them."""
    if pages := expand_pages(printed):
        return pages
    for text in locations:
        if match := re.fullmatch(r"([A-Za-z]{0,3}\d{1,8})\s*\[pii\]", text):
            return match[1]
    return ""
