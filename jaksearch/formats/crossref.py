"""Read the JSON of Crossref's REST API: replies with works, or one work.

Crossref's CSL-JSON (content negotiation, Zotero) is another format, ``csl``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from jakdb.words import RawRecord, Reject, RelatedItem
from jaksearch.formats.csl_fields import UPDATES, author_of, date_of
from jaksearch.formats.json_objects import Shape, object_of, read_shape
from jaksearch.formats.markup import marked_abstract
from jaksearch.formats.meaning import Meaning, Values, csl_type
from jaksearch.formats.related import kind_of
from jaksearch.formats.values import clean_doi, clean_text, expand_pages, find_pmid

__all__ = ["SHAPE", "crossref_meaning", "read_crossref"]

_OWN = """
    DOI URL title author type publisher indexed reference-count references-count container-title abstract prefix member
    issued published license content-domain short-container-title institution publisher-location update-policy
    reference source resource
"""
SHAPE = Shape(
    path=("message", "items"),
    own=frozenset(_OWN.split()),
    is_record=lambda value: "DOI" in value and ("title" in value or "publisher" in value or "URL" in value),
    known_by=frozenset(("DOI", "title", "abstract")),
    people=frozenset(("author", "editor")),
    where=frozenset(("container-title", "issued", "published")),
    whole=frozenset(("issued", "published", "published-print", "published-online", "posted", "relation")),
    without=frozenset(("reference",)),
)
TYPES = {
    "posted-content": "article",
    "proceedings-article": "paper-conference",
    "book-chapter": "chapter",
    "book-section": "chapter",
    "book-part": "chapter",
    "reference-entry": "entry-encyclopedia",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "dissertation": "thesis",
    "peer-review": "document",
}
BACK = {"retraction_of": "retraction_in", "erratum_for": "erratum_in", "update_of": "update_in"}
"""What an update is to the updated paper -> what the update is to the record, where it is the updated one."""
SAID = {
    "retraction_in": "Retracted Publication",
    "retraction_of": "Retraction of Publication",
    "erratum_for": "Published Erratum",
}
PUBLISHED = ("issued", "published-print", "published", "published-online", "posted")


def read_crossref(text: str, *, columns: object = None) -> Iterator[RawRecord | Reject]:
    """Yield every work, as a raw record or a reject, numbered from 1; `columns` is not used.

    Examples
    --------
    >>> reply = '{"status": "ok", "message-type": "work-list", "message": {"items": [{"DOI": "10.1000/x"}]}}'
    >>> [record] = read_crossref(reply)
    >>> record.fields
    (('DOI', '10.1000/x'),)
    >>> [single] = read_crossref('{"status": "ok", "message-type": "work", "message": {"DOI": "10.1000/x"}}')
    >>> single.text
    '{"DOI": "10.1000/x"}'
    """
    return read_shape(text, SHAPE)


def crossref_meaning(raw: RawRecord) -> Meaning:
    """Return what the keys of a work say."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    doi = clean_doi(first("DOI"))
    title, subtitle = first("title"), first("subtitle")
    if subtitle and subtitle.casefold() not in title.casefold():
        title = f"{title.rstrip(' :')}: {subtitle}" if title else subtitle
    abstract, sections = marked_abstract(" ".join(every("abstract")[:1]))
    related = _related(values)
    types = [first("type"), first("subtype")]
    types += [word for kind, word in SAID.items() if any(item.kind == kind for item in related)]
    number = first("article-number")
    dates = [date for text in every(*PUBLISHED) if (date := date_of(text))]
    journals = every("container-title")
    trials = [str(object_of(text).get("clinical-trial-number", "")) for text in every("clinical-trial-number")]
    link = first("resource/primary/URL", "URL")
    kind = first("type")
    return Meaning(
        title=title,
        translated_title=first("original-title"),
        people=[author for text in every("author") if (author := author_of(text))],
        editing_people=[author for text in every("editor") if (author := author_of(text))],
        translating_people=[author for text in every("translator") if (author := author_of(text))],
        date=dates,
        journal=journals[0] if journals else first("institution"),
        journal_abbreviation=first("short-container-title"),
        volume=first("volume"),
        issue=first("issue"),
        pages=expand_pages(first("page")) or number,
        article_number=number,
        doi=doi,
        pmid=next(filter(None, map(find_pmid, every("alternative-id"))), ""),
        registry=[*trials, title, abstract],
        accession=doi,
        abstract=abstract,
        sections=sections,
        related=related,
        keywords=every("subject"),
        language=first("language"),
        types=[word for word in types if word],
        issn=every("ISSN"),
        url=link,
        type=TYPES.get(kind) or csl_type([kind.replace("-", " ")]),
        database="Crossref",
    )


def _related(values: Values) -> list[RelatedItem]:
    """Return the papers that the record updates, those that update it, and other relations."""
    found = []
    for tag, is_updated in (("update-to", False), ("updated-by", True)):
        for text in values.all(tag):
            update = object_of(text)
            word = re.sub(r"\W+", "_", str(update.get("type", "update")).lower())
            kind = UPDATES.get(word, f"{word}_of")
            if is_updated:
                kind = BACK.get(kind, f"{kind.removesuffix('_of').removesuffix('_for')}_in")
            if doi := clean_doi(str(update.get("DOI", ""))):
                found.append(RelatedItem(kind, clean_text(_day(update)), "", doi))
    for text in values.all("relation"):
        for name, ends in object_of(text).items():
            named = [end for end in ends if isinstance(end, dict)] if isinstance(ends, list) else []
            dois = [clean_doi(str(end.get("id", ""))) for end in named]
            found += [RelatedItem(kind_of(str(name)), "", "", doi) for doi in dois if doi]
    return list(dict.fromkeys(found))


def _day(update: dict[str, Any]) -> str:
    """Return the day of an update, in figures."""
    return date_of(json.dumps(update["updated"])) if isinstance(update.get("updated"), dict) else ""
