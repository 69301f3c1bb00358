"""Read NoteFirst's XML (``<Bibliographies><Bibliography>…``), which CNKI, Wanfang, SinoMed and VIP export.

Chinese and English stand side by side under the same elements and are told apart by ``Lang="chi"`` and ``Lang="eng"``.
The elements are those that programs reading Wanfang's export use; real files of the other databases could not be had.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jakdb.words import RawRecord, Reject
from jaksearch.formats.chinese import HAN, clean_markup, plain_number, split_words
from jaksearch.formats.meaning import Meaning, csl_type
from jaksearch.formats.references import link_doi
from jaksearch.formats.values import clean_doi, expand_pages, find_pmid, said
from jaksearch.formats.xml_reading import XmlDialect, read_xml_records
from jaksearch.formats.xml_records import XmlSource, inner_text

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["notefirst_meaning", "read_notefirst"]

ENGLISH = frozenset(("eng", "en", "english", "en-us", "英文"))
DIRECTORS = re.compile(r"director|supervisor|导师", re.IGNORECASE)


def _last(tag: str) -> str:
    """Return the name of the element that a tag ends with."""
    return tag.partition(" [")[0].rpartition("/")[2].partition("(")[0]


DIALECT = XmlDialect(
    names=("Bibliography",),
    around=("Bibliographies", "BibliographiesCount"),
    known_by=frozenset(("Title", "PrimaryTitle", "DOI", "PMID", "Abstract")),
    people=frozenset(("FullName", "Name")),
    where=frozenset(("Media", "PublishDate", "PublicationDate", "Year")),
    frame=re.compile(r"<BibliographiesCount\b[^<>]*>\s*\d*\s*</BibliographiesCount>|<BibliographiesCount\s*/>"),
    last=_last,
)


def read_notefirst(text: XmlSource, *, columns: object = None) -> Iterator[RawRecord | Reject]:
    """Yield every record of NoteFirst's XML, as a raw record or a reject, numbered from 1; `columns` is not used.

    The tag of a field is the path of its element, with the language where the element or the one around it names one
    (``Author/Info/FullName [eng]``).

    Examples
    --------
    >>> text = '<Bibliography><PrimaryTitle><Title Lang="chi">斑秃</Title></PrimaryTitle></Bibliography>'
    >>> [record] = read_notefirst(text)
    >>> record.fields
    (('PrimaryTitle/Title [chi]', '斑秃'),)
    """
    return read_xml_records(text, DIALECT, _fields)


def _fields(record: _Element, unknown: dict[str, int]) -> list[tuple[str, str]]:
    """Return the fields of a record."""
    fields: list[tuple[str, str]] = []
    _walk(record, "", "", fields)
    return fields


def notefirst_meaning(raw: RawRecord) -> Meaning:
    """Return what the elements say; English names and titles are translations where there are Chinese ones."""
    values = _Sides(raw)
    titles = values.pair("Title", within="PrimaryTitle")
    if not titles[0]:
        titles = values.pair("Title", without="MotherTitle") if values.every("Title") else values.pair("PrimaryTitle")
    names, foreign = values.lists("FullName", "Name", without="SecondaryResponsibility")
    abstract, other_abstract = values.pair("Abstract")
    journal, other_journal = values.pair("Media")
    book = values.pair("Title", within="MotherTitle")[0]
    words, _ = values.lists("keyword", "Keyword")
    links = values.every("Url", "URL", "Link")
    kinds = values.every("Type", "BibliographyType", "ReferenceType", "RefType")
    kind = csl_type(kinds) or ("thesis" if values.every("Degree") else "article-journal" if journal else "")
    start, end = values.first("StartPage", "FirstPage"), values.first("EndPage", "LastPage")
    pages = values.first("PageScope", "Pages", "Page") or (f"{start}-{end}" if start and end else start)
    if kind == "thesis" and not re.search(r"\d\s*-\s*\d", pages):
        pages = ""
    return Meaning(
        title=titles[0],
        translated_title=titles[1],
        authors=names,
        translated_authors=foreign,
        date=values.every("PublishDate", "PublicationDate", "Year"),
        journal=_container(kind, book=book, journal=journal),
        translated_journal=_container(kind, book="", journal=other_journal),
        volume=plain_number(values.first("Volume")),
        issue=plain_number(values.first("Issue")),
        pages=plain_number(expand_pages(pages)),
        doi=next((doi for text in values.every("DOI") if (doi := clean_doi(text))), "") or link_doi(links),
        pmid=next((text for text in values.every("PMID") if text.isdigit()), "")
        or next((found for link in links if (found := find_pmid(link))), ""),
        registry=[text for tag in ("Title", "Abstract") for text in values.every(tag)],
        accession=values.first("AccessionNumber", "AccessNumber", "ID"),
        abstract=abstract,
        translated_abstract=other_abstract,
        keywords=split_words(map(clean_markup, words)),
        language=values.first("Language"),
        issn=values.every("ISSN"),
        url=next((link for link in links if link.startswith("http")), ""),
        type=kind,
        database=values.first("DatabaseProvider", "DatabaseName", "Database", "DataSource"),
    )


def _container(kind: str, *, book: str, journal: str) -> str:
    """Return what a paper stands in: the book of a chapter or a conference, else the journal; a book stands alone."""
    if kind in ("book", "thesis"):
        return ""
    return book or journal if kind in ("paper-conference", "chapter") else journal


def _walk(parent: _Element, path: str, language: str, fields: list[tuple[str, str]]) -> None:
    """Add the fields of the elements in an element, in their order."""
    for child in parent:
        tag = str(child.tag)
        spoken = (child.get("Lang") or child.get("lang") or language).strip()
        role = (child.get("Responsibility") or "").strip()
        here = f"{path}{tag}" + (f"({role})" if role else "")
        if len(child):
            _walk(child, f"{here}/", spoken, fields)
        elif value := inner_text(child):
            fields.append((f"{here} [{spoken}]" if spoken else here, value))


class _Sides:
    """The values of a record by element, English ones apart."""

    def __init__(self, raw: RawRecord) -> None:
        self.fields = [(tag, _last(tag), said(clean_markup(value))) for tag, value in raw.fields]

    def _found(self, names: tuple[str, ...], within: str, without: str) -> list[tuple[bool, str]]:
        """Return whether a value is English, and the value, of the elements with these names."""
        return [
            (tag.endswith("]") and tag.rpartition(" [")[2][:-1].casefold() in ENGLISH, value)
            for tag, name, value in self.fields
            if name in names and value and (not within or within in tag) and (not without or without not in tag)
        ]

    def every(self, *names: str) -> list[str]:
        """Return all values."""
        return [value for _, value in self._found(names, "", "")]

    def first(self, *names: str) -> str:
        """Return the first value."""
        return next(iter(self.every(*names)), "")

    def lists(self, *names: str, without: str = "") -> tuple[list[str], list[str]]:
        """Return the values in the language of the paper, and those in translation; one side alone is the paper's."""
        found = self._found(names, "", without)
        own = [value for english, value in found if not english]
        other = [value for english, value in found if english]
        if any(HAN.search(value) for value in own):  # names of both languages without a mark
            other += [value for value in own if not HAN.search(value)] if not other else []
            own = [value for value in own if value not in other]
        return (own, other) if own else (other, [])

    def pair(self, *names: str, within: str = "", without: str = "") -> tuple[str, str]:
        """Return the first value in the language of the paper, and the first in translation."""
        found = self._found(names, within, without)
        own = next((value for english, value in found if not english), "")
        other = next((value for english, value in found if english), "")
        return (own, other) if own else (other, "")
