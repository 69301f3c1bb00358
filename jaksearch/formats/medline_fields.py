"""What the tags of PubMed's tagged text mean, and those of ERIC's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from jakdb.words import RawRecord, RelatedItem
from jaksearch.formats.meaning import Meaning, Values, csl_type
from jaksearch.formats.people import find_orcid
from jaksearch.formats.related import KIND_OF_TAG, related_item
from jaksearch.formats.sections import sections_of
from jaksearch.formats.values import clean_doi, expand_pages, find_pmcid, said, unbracketed

__all__ = ["meaning_of", "medline_meaning"]

OTHER_KINDS = frozenset(("AAMC", "AIDS", "KIE", "PIP", "NASA", "Publisher", "plain-language-summary"))
SHORT_TYPES = 500
"""Characters of publication types that are remembered together."""
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
    first, found = values.first, values.by_tag
    every = found.get
    title = first("TI")
    pmid = first("PMID")
    book = first("BTI", "CTI") if "BTI" in found or "CTI" in found else ""
    abbreviation = first("TA")
    journal = first("JT") or abbreviation or (book if title else "")
    types = tuple(every("PT", ()))
    types, kind = _types(types) if len("".join(types)) < SHORT_TYPES else _types.__wrapped__(types)
    if book:
        kind = "chapter" if title else "book"
    abstracts = every("AB", [])
    others = every("OAB", [])
    other = _other_abstract(others) if others else ""
    pages = expand_pages(first("PG"))
    doi, number, url = _located([*every("LID", ()), *every("AID", ())])
    days = [*every("DP", ()), *every("DEP", ())]
    return Meaning(
        title=unbracketed(title or book or first("VTI")),
        translated_title=unbracketed(first("TT")) if "TT" in found and (title or book) else "",
        authors=authors,
        groups=every("CN", []),
        editors=every("FED") or every("ED", []),
        date=[*days, *every("EDAT", ())],
        days=days,
        journal=journal,
        journal_abbreviation=abbreviation,
        volume=first("VI"),
        issue=first("IP"),
        pages=pages or number,
        article_number=number if pages in ("", number) else "",
        doi=doi,
        pmid=pmid.lstrip("0") if pmid.isdigit() else "",
        pmcid=find_pmcid(first("PMC")) if "PMC" in found else "",
        registry=[*every("SI", ()), title, *abstracts, *others],
        accession=pmid or first("OID"),
        abstract=" ".join(abstracts) or other,
        translated_abstract=other if abstracts else "",
        sections=sections_of(abstracts) if len(abstracts) > 1 else None,
        keywords=every("OT", []),
        mesh=every("MH", []),
        language=first("LA"),
        types=list(types),
        issn=[text.split(" ", 1)[0] for text in (*every("IS", ()), *every("ISSN", ()))],
        url=next((text for text in found["URL"] if _is_page(text)), url) if "URL" in found else url,
        type=kind or ("article-journal" if journal else ""),
        database="ERIC" if "OWN" in found and first("OWN") == "ERIC" else "PubMed" if pmid else "",
    )


@lru_cache(maxsize=1024)
def _types(values: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Return the publication types that say something, and the type of CSL that they mean."""
    types = tuple(text for text in values if said(text))
    return types, csl_type(types)


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


def _located(locations: Sequence[str]) -> tuple[str, str, str]:
    """Return the DOI, the article number and the address among the locations."""
    doi = number = url = ""
    for text in locations:
        if text.endswith("[pii]") and not number and (match := PII.fullmatch(text)):
            number = match[1]
        if not doi and "pii" not in text[-5:]:
            doi = clean_doi(text)
        if not url and _is_page(text):
            url = text
    return doi, number, url


def _is_page(text: str) -> bool:
    """Say whether a location is an address, and not only that of a DOI."""
    return text.startswith("http") and "doi.org" not in text
