"""Put a record into the shape in which readers leave it before it is written: so what is read back is written alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from jakdb.words import Author, Record
from jaksearch.formats.people import HAN
from jaksearch.formats.values import (
    clean_text,
    clean_url,
    expand_pages,
    said,
    split_keywords,
    split_mesh,
    split_volume,
    unbracketed,
)

__all__ = ["printed_name", "printed_names", "settled"]

BETWEEN_NAMES = re.compile(r"\s*[;；|]+\s*")
BETWEEN_HAN_NAMES = re.compile(r"\s*[,，、;；|]+\s*")


def settled(record: Record) -> Record:
    r"""Return the record with every text on one line, lists taken apart, volume and pages as readers leave them.

    A record that a reader made is left as it is; one that a person or a program made may hold anything. What stands
    in a second language only is no translation.

    Examples
    --------
    >>> record = Record(title="Hair\nloss", keywords=("a; b", "a"), url="https://example.org/a b", volume="7(4)")
    >>> found = settled(record)
    >>> found.title, found.keywords, found.url, found.volume, found.issue
    ('Hair loss', ('a', 'b'), 'https://example.org/ab', '7', '4')
    """
    volume, issue = split_volume(said(record.volume), said(record.issue))
    title, translated = unbracketed(clean_text(record.title)), clean_text(record.translated_title)
    journal, abbreviation = said(record.journal), said(record.journal_abbreviation)
    translated_journal = said(record.translated_journal)
    if not journal:
        journal, translated_journal = translated_journal, ""
    abstract, translated_abstract = said(record.abstract), said(record.translated_abstract)
    if not abstract:
        abstract, translated_abstract = translated_abstract, ""
    authors, translated_authors = _clean_people(record.authors), _clean_people(record.translated_authors)
    if not authors:
        authors, translated_authors = translated_authors, ()
    article_number = said(record.article_number)
    sections = tuple(
        pair for label, text in record.abstract_sections if any(pair := (clean_text(label), clean_text(text)))
    )
    return replace(
        record,
        title=title or translated,
        translated_title="" if translated == title or not title else translated,
        authors=authors,
        translated_authors=translated_authors,
        editors=_clean_people(record.editors),
        translators=_clean_people(record.translators),
        journal=journal,
        journal_abbreviation="" if abbreviation == journal else abbreviation,
        translated_journal="" if translated_journal == journal else translated_journal,
        volume=volume,
        issue=issue,
        pages=expand_pages(said(record.pages)) or article_number,
        article_number=article_number,
        accession=said(record.accession),
        abstract=abstract,
        translated_abstract="" if translated_abstract == abstract else translated_abstract,
        abstract_sections=sections,
        keywords=split_keywords(record.keywords),
        mesh=split_mesh(record.mesh),
        language=said(record.language),
        publication_types=tuple(dict.fromkeys(filter(None, map(said, record.publication_types)))),
        url=clean_url(record.url),
        database=said(record.database),
        platform=said(record.platform),
    )


def printed_name(author: Author) -> str:
    """Return a name as EndNote, RIS and refer write it: a comma at the end marks a group.

    What stands between names elsewhere is no part of one: a semicolon becomes a comma, between Chinese words a blank.

    Examples
    --------
    >>> printed_name(Author("Liu", "LY")), printed_name(Author(literal="Hair; Skin"))
    ('Liu, LY', 'Hair, Skin,')
    """
    text = str(author)
    if HAN.search(text) and author.literal:
        text = BETWEEN_HAN_NAMES.sub(" ", text)
    elif BETWEEN_NAMES.search(text):
        text = BETWEEN_NAMES.sub(", ", text)
    text = text.strip(" ,")
    return f"{text}," if author.literal and text else text


def printed_names(people: Iterable[Author]) -> tuple[str, ...]:
    """Return the names as `printed_name` does, each once: a reader takes a name that stands twice for one person.

    Examples
    --------
    >>> printed_names([Author(literal="A; B"), Author(literal="A, B")])
    ('A, B,',)
    """
    return tuple(dict.fromkeys(map(printed_name, people)))


def _clean_people(people: Iterable[Author]) -> tuple[Author, ...]:
    """Return the persons and groups, cleaned, each once."""
    found: dict[Author, None] = {}
    for author in people:
        parts = (clean_text(author.family), clean_text(author.given), clean_text(author.literal))
        if any(parts):
            found.setdefault(Author(*parts, author.orcid))
    return tuple(found)
