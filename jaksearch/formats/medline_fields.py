"""What the tags of PubMed's tagged text mean, and those of ERIC's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jakdb.words import RawRecord, RelatedItem
from jaksearch.formats.meaning import Meaning, Values, csl_type
from jaksearch.formats.people import find_orcid
from jaksearch.formats.related import KIND_OF_TAG, related_item
from jaksearch.formats.sections import sections_of
from jaksearch.formats.values import clean_doi, expand_pages, find_pmcid, said, unbracketed

__all__ = ["meaning_of", "medline_meaning"]

OTHER_KINDS = frozenset(("AAMC", "AIDS", "KIE", "PIP", "NASA", "Publisher", "plain-language-summary"))
PII = re.compile(r"([A-Za-z]{0,3}\d{1,8})\s*\[pii\]")


def medline_meaning(raw: RawRecord) -> Meaning:
    """Return what the tags of MEDLINE say."""
    authors, orcids = _medline_authors(raw)
    meaning = meaning_of(Values(raw.fields), authors)
    meaning.orcids = orcids
    meaning.related = _related(raw)
    return meaning


def meaning_of(values: Values, authors: list[str]) -> Meaning:
    """Return what the values of MEDLINE's tags say, but for authors' ORCIDs and related publications."""
    first, every = values.first, values.all
    types = [text for text in every("PT") if said(text)]
    owner = first("OWN")
    pmid = first("PMID")
    book = first("BTI", "CTI")
    journal = first("JT", "TA", *(() if first("TI") == "" else ("BTI", "CTI")))
    locations = every("LID", "AID")
    doi = next((doi for text in locations if "pii" not in text[-5:] and (doi := clean_doi(text))), "")
    kind = "chapter" if book and first("TI") else "book" if book else csl_type(types)
    abstracts = every("AB")
    other = _other_abstract(every("OAB"))
    return Meaning(
        title=unbracketed(first("TI") or book or first("VTI")),
        translated_title=unbracketed(first("TT")) if first("TI") or book else "",
        authors=authors,
        groups=every("CN"),
        editors=every("FED") or every("ED"),
        date=every("DP", "DEP", "EDAT"),
        days=every("DP", "DEP"),
        journal=journal,
        journal_abbreviation=first("TA"),
        volume=first("VI"),
        issue=first("IP"),
        pages=_medline_pages(first("PG"), locations),
        article_number=_article_number(first("PG"), locations),
        doi=doi,
        pmid=pmid.lstrip("0") if pmid.isdigit() else "",
        pmcid=find_pmcid(first("PMC")),
        registry=[*every("SI"), first("TI"), *every("AB", "OAB")],
        accession=pmid or first("OID"),
        abstract=" ".join(abstracts) or other,
        translated_abstract=other if abstracts else "",
        sections=sections_of(abstracts) if len(abstracts) > 1 else None,
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


def _medline_authors(raw: RawRecord) -> tuple[list[str], dict[int, str]]:
    """Take full names where they stand, and short names of authors that have no full one; ORCIDs by place."""
    authors: list[str] = []
    orcids: dict[int, str] = {}
    paired = False
    of_author = False  # an identifier after an editor or investigator is not the author's
    for tag, value in raw.fields:
        if tag == "FAU":
            authors.append(value)
            paired = of_author = True
        elif tag == "AU":
            if not paired:
                authors.append(value)
            paired = False
            of_author = True
        elif tag == "AUID":
            if of_author and (orcid := find_orcid(value)):
                orcids[len(authors) - 1] = orcid
        elif tag in ("FED", "ED", "FIR", "IR", "CN"):
            of_author = False
    return authors, orcids


def _other_abstract(values: Sequence[str]) -> str:
    """Return the first abstract in another language, without the word for where it is from."""
    for text in values:
        kind, colon, rest = text.partition(": ")
        known = colon and kind in OTHER_KINDS
        words = rest if known else text
        if kind != "plain-language-summary" and not words.startswith("Abstract available from"):
            return words
    return ""


def _related(raw: RawRecord) -> list[RelatedItem]:
    """Return what the tags of comments and corrections name."""
    found = (related_item(KIND_OF_TAG[tag], value) for tag, value in raw.fields if tag in KIND_OF_TAG)
    return [related for related in found if related is not None]


def _medline_pages(printed: str, locations: Sequence[str]) -> str:
    """Return the printed pages; an article number among the locations stands in for them."""
    return expand_pages(printed) or _location(locations)


def _article_number(printed: str, locations: Sequence[str]) -> str:
    """Return the article number: among the locations, where it is the page or there are no pages."""
    number = _location(locations)
    return number if number and expand_pages(printed) in ("", number) else ""


def _location(locations: Sequence[str]) -> str:
    """Return the article number among the locations."""
    return next((match[1] for text in locations if text.endswith("[pii]") and (match := PII.fullmatch(text))), "")
