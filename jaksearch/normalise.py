"""Make a `Record` of what a file says about one paper: pure, and the same for every format."""

from __future__ import annotations

import re
from dataclasses import replace

from jakdb.errors import UsageError
from jakdb.words import Author, RawRecord, Record
from jaksearch.formats.bibtex_fields import bibtex_meaning
from jaksearch.formats.csl_fields import csl_meaning
from jaksearch.formats.medline_fields import medline_meaning
from jaksearch.formats.own import is_own_row, jsonl_record, row_record
from jaksearch.formats.people import read_authors
from jaksearch.formats.ris_fields import ris_meaning
from jaksearch.formats.table_fields import table_meaning
from jaksearch.formats.tagged_formats import TAGGED
from jaksearch.formats.values import (
    clean_issn,
    clean_text,
    find_registry_ids,
    find_year,
    said,
    split_keywords,
    split_volume,
    unbracketed,
)
from jaksearch.formats.xml_formats import XML

__all__ = ["normalise", "source_key"]


def normalise(raw: RawRecord, *, format: str, database: str = "", platform: str = "") -> Record:  # noqa: A002
    r"""Return the record that the fields of one row or one tagged block describe.

    Parameters
    ----------
    raw : RawRecord
        As a reader of `jaksearch.formats` made it.
    format : str
        The reader's format: ``ris``, ``medline`` or ``csv``; it says what the tags mean.
    database, platform : str
        Where the file is from, if that is known; it decides where bare numbers are PMIDs, and wins over what the
        record says of itself.

    Raises
    ------
    UsageError
        If `format` is none of the three.

    Examples
    --------
    >>> from jaksearch.formats import read_bytes
    >>> [raw] = read_bytes(b"TY  - JOUR\nT1  - Hair\nA1  - Liu LY\nSP  - 475\nEP  - 82\nER  - ").records
    >>> record = normalise(raw, format="ris")
    >>> record.title, record.authors[0].family, record.pages, record.type
    ('Hair', 'Liu', '475-482', 'article-journal')
    """
    if format == "jsonl" or (format == "csv" and is_own_row(raw.fields)):
        own = jsonl_record(raw.fields) if format == "jsonl" else row_record(raw.fields)
        return replace(own, database=database or own.database, platform=platform or own.platform)
    if format == "ris":
        meaning = ris_meaning(raw, database)
    elif format == "medline":
        meaning = medline_meaning(raw)
    elif format == "csv":
        meaning = table_meaning(raw)
    elif format == "bibtex":
        meaning = bibtex_meaning(raw)
    elif format == "csl":
        meaning = csl_meaning(raw)
    elif format in TAGGED:
        meaning = TAGGED[format].meaning(raw)
    elif format in XML:
        meaning = XML[format].meaning(raw, database)
    else:
        raise UsageError(f"{format!r} is not a format jak reads", hint="pass the format that the reading names")
    volume, issue = split_volume(said(meaning.volume), said(meaning.issue))
    title = unbracketed(clean_text(meaning.title))
    translated = clean_text(meaning.translated_title)
    journal = said(meaning.journal)
    abbreviation = said(meaning.journal_abbreviation)
    groups = tuple(Author(literal=name) for group in meaning.groups if (name := said(group)))
    return Record(
        title=title,
        translated_title="" if translated == title else translated,
        authors=tuple(
            dict.fromkeys(
                (*meaning.people, *read_authors(map(clean_text, meaning.authors), listed=meaning.listed), *groups)
            )
        ),
        year=next((year for text in meaning.date if (year := find_year(text))), None),
        journal=journal,
        journal_abbreviation="" if abbreviation == journal else abbreviation,
        volume=volume,
        issue=issue,
        pages=said(meaning.pages),
        doi=meaning.doi,
        pmid=meaning.pmid,
        pmcid=meaning.pmcid,
        registry_ids=find_registry_ids(meaning.registry),
        accession=said(meaning.accession),
        abstract=said(meaning.abstract),
        keywords=split_keywords(meaning.keywords),
        mesh=tuple(dict.fromkeys(term for text in meaning.mesh for part in text.split(";") if (term := said(part)))),
        language=said(meaning.language),
        publication_types=tuple(dict.fromkeys(word for text in meaning.types if (word := said(text)))),
        issn=clean_issn(meaning.issn),
        url=_clean_url(meaning.url),
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


def _clean_url(url: str) -> str:
    """Return the address without blanks, with a protocol."""
    url = re.sub(r"\s+", "", clean_text(url))
    return f"https:{url}" if url.startswith("//") else url
