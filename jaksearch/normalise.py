"""Make a `Record` of what a file says about one paper: pure, and the same for every format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jakdb.words import Author, RawRecord, Record
from jaksearch.formats.dates import first_date
from jaksearch.formats.later import later
from jaksearch.formats.people import read_authors, with_orcids
from jaksearch.formats.sections import abstract_sections
from jaksearch.formats.values import (
    clean_issn,
    clean_text,
    clean_url,
    each_said,
    find_registry_ids,
    find_year,
    said,
    split_keywords,
    split_mesh,
    split_volume,
    unbracketed,
)

if TYPE_CHECKING:
    from jaksearch.formats.meaning import Meaning

__all__ = ["normalise", "source_key"]

meaning_of = later("meanings", "meaning_of")
own_record = later("meanings", "own_record")

WEB = re.compile(r"(?:(?:https?://|www\.)\S+|[\w.-]+\.(?:gov|org|int|com|net|eu)/\S*)$", re.IGNORECASE)


def normalise(raw: RawRecord, *, format: str, database: str = "", platform: str = "") -> Record:  # noqa: A002
    r"""Return the record that the fields of one row or one tagged block describe.

    Parameters
    ----------
    raw : RawRecord
        As a reader of `jaksearch.formats` made it.
    format : str
        The reader's format, a name of `jaksearch.formats.FORMATS`; it says what the tags mean.
    database, platform : str
        Where the file is from, if that is known; it decides where bare numbers are PMIDs, and wins over what the
        record says of itself.

    Raises
    ------
    UsageError
        If `format` is none of them.

    Examples
    --------
    >>> from jaksearch.formats import read_bytes
    >>> [raw] = read_bytes(b"TY  - JOUR\nT1  - Hair\nA1  - Liu LY\nSP  - 475\nEP  - 82\nER  - ").records
    >>> record = normalise(raw, format="ris")
    >>> record.title, record.authors[0].family, record.pages, record.type
    ('Hair', 'Liu', '475-482', 'article-journal')
    """
    own: Record | None = own_record(raw, format)
    if own is not None:
        return replace(own, database=database or own.database, platform=platform or own.platform)
    meaning: Meaning = meaning_of(raw, format, database)
    volume, issue = split_volume(said(meaning.volume), said(meaning.issue))
    title = unbracketed(clean_text(meaning.title))
    translated = clean_text(meaning.translated_title)
    journal = said(meaning.journal)
    abbreviation = said(meaning.journal_abbreviation)
    translated_journal = said(meaning.translated_journal)
    if not journal:
        journal, translated_journal = translated_journal, ""
    address = ""
    if journal and WEB.match(journal):  # the Cochrane Library has the page of a registered trial for its source
        journal, address = "", journal
    if abbreviation and WEB.match(abbreviation):
        abbreviation = ""
    year = next((year for text in meaning.date if (year := find_year(text))), None)
    abstract, translated_abstract = said(meaning.abstract), said(meaning.translated_abstract)
    if not abstract:
        abstract, translated_abstract = translated_abstract, ""
    sections = abstract_sections(abstract) if meaning.sections is None else _clean_sections(meaning.sections)
    authors = _authors(meaning)
    translated_authors = _people(
        meaning.translated_people, meaning.translated_authors, listed=meaning.listed, pinyin=True
    )
    if not authors:  # names in one script only are the names
        authors, translated_authors = translated_authors, ()
    return Record(
        title=title or translated,
        translated_title="" if translated == title or not title else translated,
        authors=authors,
        translated_authors=translated_authors,
        editors=_people(meaning.editing_people, meaning.editors, listed=meaning.listed),
        translators=_people(meaning.translating_people, meaning.translators, listed=meaning.listed),
        year=year,
        date=first_date(meaning.date if meaning.days is None else meaning.days, year),
        journal=journal,
        translated_journal="" if translated_journal == journal else translated_journal,
        journal_abbreviation="" if abbreviation == journal else abbreviation,
        volume=volume,
        issue=issue,
        pages=said(meaning.pages),
        article_number=said(meaning.article_number),
        doi=meaning.doi,
        pmid=meaning.pmid,
        pmcid=meaning.pmcid,
        registry_ids=find_registry_ids(meaning.registry),
        accession=said(meaning.accession),
        abstract=abstract,
        translated_abstract="" if translated_abstract == abstract else translated_abstract,
        abstract_sections=sections,
        related=tuple(dict.fromkeys(meaning.related)),
        keywords=split_keywords(meaning.keywords),
        mesh=split_mesh(meaning.mesh),
        language=said(meaning.language),
        publication_types=each_said(meaning.types),
        issn=clean_issn(meaning.issn),
        url=clean_url(meaning.url or address),
        type=meaning.type,
        database=database or said(meaning.database),
        platform=platform or said(meaning.platform),
    )


def source_key(record: Record) -> str:
    """Return what a record is known by: database, platform and accession number or PMID; nothing if one is missing.

    A record found again under the same key is "seen again". Without a key the caller compares the whole record.

    Examples
    --------
    >>> source_key(Record(database="Embase", platform="Embase.com", accession="L2003"))
    'embase|embase.com|L2003'
    >>> source_key(Record(database="Embase", title="Hair"))
    ''
    """
    number = record.accession or record.pmid
    if not (record.database and number):
        return ""
    return f"{record.database.casefold()}|{record.platform.casefold()}|{number}"


def _authors(meaning: Meaning) -> tuple[Author, ...]:
    """Return persons and groups, each once, with their ORCIDs."""
    if not (meaning.orcids or meaning.named_orcids or meaning.people or meaning.groups):  # most records
        return read_authors(map(clean_text, meaning.authors), listed=meaning.listed) if meaning.authors else ()
    found: list[Author]
    if meaning.orcids:
        found = list(meaning.people)
        for at, name in enumerate(meaning.authors):
            read = read_authors((clean_text(name),), listed=meaning.listed)
            orcid = meaning.orcids.get(at, "") if len(read) == 1 else ""
            found += [replace(author, orcid=orcid) for author in read] if orcid else read
    else:
        found = list(meaning.people)
        if meaning.authors:
            found += read_authors(map(clean_text, meaning.authors), listed=meaning.listed)
    found += [Author(literal=name) for group in meaning.groups if (name := said(group))]
    if meaning.named_orcids:
        found = with_orcids(found, meaning.named_orcids)
    return tuple(dict.fromkeys(found))


def _people(
    people: Sequence[Author], names: Sequence[str], *, listed: bool, pinyin: bool = False
) -> tuple[Author, ...]:
    """Return editors, translators or names in translation, each once."""
    if not names:
        return tuple(dict.fromkeys(people)) if people else ()
    return tuple(dict.fromkeys((*people, *read_authors(map(clean_text, names), listed=listed, pinyin=pinyin))))


def _clean_sections(sections: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the sections that say something, cleaned."""
    return tuple(pair for label, text in sections if any(pair := (clean_text(label), clean_text(text))))
