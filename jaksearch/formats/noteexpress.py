"""Read NoteExpress' text (.net): ``{Reference Type}: …``, with or without the blank line between records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jakdb.words import RawRecord, Reject
from jaksearch.formats.chinese import (
    apart,
    clean_markup,
    in_two_scripts,
    mark_copied_names,
    names_apart,
    plain_number,
    split_words,
)
from jaksearch.formats.meaning import Meaning, Values
from jaksearch.formats.references import link_doi, reference_type
from jaksearch.formats.tagged import Dialect, read_dialect
from jaksearch.formats.values import clean_doi, expand_pages, find_pmid

__all__ = ["noteexpress_meaning", "read_noteexpress"]


def _begins(tag: str, value: str, tags: frozenset[str], blank: bool) -> bool:
    """Say whether a line begins a record: its type, or a second title after a blank line where the type is lost."""
    return tag == "Reference Type" or (blank and tag == "Title" and tag in tags)


EDITED = frozenset(("book", "chapter", "paper-conference", "entry-encyclopedia", "entry-dictionary"))
DIALECT = Dialect(
    line=re.compile(r"\{([A-Z][^{}]{1,40})\}\s?[:：](.*)$"),
    begins=_begins,
    first="Reference Type",
    known_by=frozenset(("Title", "DOI", "Abstract", "Accession Number", "URL")),
    people=frozenset(("Author",)),
    where=frozenset(("Year", "Date", "Journal", "Secondary Title")),
)


def read_noteexpress(text: str | Iterable[str], *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of NoteExpress' text, numbered from 1; `columns` is not used.

    Examples
    --------
    >>> text = "{Reference Type}: Journal Article\n{Title}: 斑秃\n{Reference Type}: Thesis\n{Title}：脱发\n"
    >>> [dict(record.fields)["Title"] for record in read_noteexpress(text)]
    ['斑秃', '脱发']
    """
    return mark_copied_names(read_dialect(text, DIALECT), "Author")


def noteexpress_meaning(raw: RawRecord) -> Meaning:
    """Return what the fields of NoteExpress say; translated names stay apart."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    kind = reference_type(first("Reference Type"))
    title, second = apart(map(clean_markup, every("Title")))
    journal, other_journal = in_two_scripts(every("Journal", "Secondary Title", "Media"))
    abstract, other_abstract = in_two_scripts(map(clean_markup, every("Abstract")))
    authors, latin = names_apart(every("Author"), title)
    return Meaning(
        title=title,
        translated_title=clean_markup(first("Translated Title")) or second,
        authors=authors,
        translated_authors=every("Translated Author", "Author Translated", "Translated Authors") or latin,
        editors=[*every("Editor"), *(every("Secondary Author") if kind in EDITED else [])],
        translators=every("Translator"),
        date=every("Year", "Date"),
        journal="" if kind in ("book", "thesis") else journal,
        translated_journal=first("Translated Journal") or ("" if kind in ("book", "thesis") else other_journal),
        journal_abbreviation=first("Alternate Title", "Journal Abbreviation"),
        volume=plain_number(first("Volume")),
        issue=plain_number(first("Issue", "Number")),
        pages=plain_number(expand_pages(first("Pages"))),
        doi=next((doi for text in every("DOI") if (doi := clean_doi(text))), "") or link_doi(every("URL")),
        pmid=next((text.strip() for text in every("PMID") if text.strip().isdigit()), "")
        or next((found for text in every("Accession Number", "Notes", "URL") if (found := find_pmid(text))), ""),
        registry=every("Title", "Abstract", "Notes"),
        accession=first("Accession Number"),
        abstract=abstract,
        translated_abstract=clean_markup(first("Translated Abstract")) or other_abstract,
        keywords=split_words(map(clean_markup, every("Keywords"))),
        language=first("Language"),
        types=every("Type of Work"),
        issn=every("ISBN/ISSN", "ISSN"),
        url=first("URL"),
        type=kind,
        database=first("Database Provider", "Name of Database"),
    )
