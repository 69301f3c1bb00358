"""Read CNKI's E-Study text (``SrcDatabase-来源库: …``, ``Title-题名: …``), mostly without a line between records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jakdb.words import RawRecord, Reject
from jaksearch.formats.chinese import clean_markup, plain_number, split_words
from jaksearch.formats.meaning import Meaning, Values, csl_type
from jaksearch.formats.references import link_doi
from jaksearch.formats.tagged import Dialect, read_dialect
from jaksearch.formats.values import clean_doi, expand_pages

__all__ = ["estudy_meaning", "read_estudy"]

FILE_NAME = re.compile(r"[?&]filename=([\w.-]+)", re.IGNORECASE)


def _begins(tag: str, value: str, tags: frozenset[str], blank: bool) -> bool:
    """Say whether a line begins a record: DataType, or the database or the title standing again."""
    return tag == "DataType" or (tag in ("SrcDatabase-来源库", "Title-题名") and (tag in tags or not tags))


DIALECT = Dialect(
    line=re.compile(
        r"(DataType|[A-Z][A-Za-z ]{1,28}-[㐀-鿿]{1,10}|(?:DOI|Doi|URL|Url|ISSN|CN|CLC|PMID)-[\w-]{1,12}) ?[:：](.*)$"
    ),
    begins=_begins,
    first="DataType",
    known_by=frozenset(("Title-题名", "Summary-摘要", "Link-链接", "DOI-DOI")),
    people=frozenset(("Author-作者",)),
    where=frozenset(("Year-年", "Source-刊名", "Source-文献来源", "PubTime-出版时间", "PubTime-发表时间")),
)


def read_estudy(text: str | Iterable[str], *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of CNKI's E-Study text, numbered from 1; `columns` is not used.

    Examples
    --------
    >>> records = read_estudy("DataType: 1\nTitle-题名: 斑秃\nDataType: 1\nTitle-题名: 脱发\n")
    >>> [(record.line, record.fields[1]) for record in records]
    [(1, ('Title-题名', '斑秃')), (3, ('Title-题名', '脱发'))]
    """
    return read_dialect(text, DIALECT)


def estudy_meaning(raw: RawRecord) -> Meaning:
    """Return what the tags of E-Study say; their English half names them, the Chinese half varies."""
    values = Values((tag.partition("-")[0], value) for tag, value in raw.fields)
    first, every = values.first, values.all
    name = FILE_NAME.search(first("Link"))
    return Meaning(
        title=clean_markup(first("Title")),
        translated_title=clean_markup(first("TitleEn", "EnTitle", "EnglishTitle")),
        authors=[text.rstrip(";； ") for text in every("Author")],
        translated_authors=[text.rstrip(";； ") for text in every("AuthorEn", "EnAuthor", "EnglishAuthor")],
        date=every("Year", "PubTime"),
        journal=first("Source"),
        translated_journal=first("SourceEn", "EnSource"),
        volume=plain_number(first("Roll", "Volume")),
        issue=plain_number(first("Period", "Issue")),
        pages=plain_number(expand_pages(first("Page"))),
        doi=next((doi for text in every("DOI", "Doi") if (doi := clean_doi(text))), "") or link_doi(every("Link")),
        registry=every("Title", "Summary"),
        accession=name[1] if name else "",
        abstract=clean_markup(first("Summary")),
        translated_abstract=clean_markup(first("SummaryEn", "EnSummary")),
        keywords=split_words(map(clean_markup, every("Keyword"))),
        issn=every("ISSN"),
        url=first("Link", "URL", "Url"),
        type=csl_type(every("SrcDatabase")),
        database="CNKI",
    )
