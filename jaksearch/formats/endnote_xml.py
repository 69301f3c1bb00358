"""Read EndNote's XML export (``<xml><records><record>…``), as EndNote, Bookends, Zotero and others write it.

EndNote 7 wrote its elements in capitals and other words; they are read into the fields of the later versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jakdb.words import RawRecord, Reject
from jaksearch.formats.endnote7 import old_fields
from jaksearch.formats.endnote_xml_fields import KNOWN_BY, KNOWN_ELEMENTS, PEOPLE, WHERE
from jaksearch.formats.xml_reading import XmlDialect, read_xml_records
from jaksearch.formats.xml_records import XmlSource, first_line, inner_text

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["read_endnote_xml"]

DIALECT = XmlDialect(
    names=("record", "RECORD"),
    around=("xml", "records", "XML", "RECORDS"),
    known_by=KNOWN_BY,
    people=PEOPLE,
    where=WHERE,
)
RUN = "style"
# One element may hold several values, between carriage returns.
LISTS = frozenset(("keyword", "url", "author", "isbn", "notes", "work-type"))


def read_endnote_xml(text: XmlSource, *, columns: object = None) -> Iterator[RawRecord | Reject]:
    """Yield every record of EndNote's XML, as a raw record or a reject, numbered from 1.

    Parameters
    ----------
    text : str or stream
        The file's text, or a stream of text or bytes; a stream is read in the memory of one record.
    columns : object
        Not used; it is there because every reader takes it.

    Notes
    -----
    The tag of a field is the path of its element in the record (``titles/secondary-title``). The runs of one style that
    a value is cut into are joined. ``ref-type`` is the name of the type, or its number where the name is missing.

    Examples
    --------
    >>> [record] = read_endnote_xml("<record><titles><title><style>Hair</style> loss</title></titles></record>")
    >>> record.fields
    (('titles/title', 'Hair loss'),)
    """
    return read_xml_records(text, DIALECT, _fields)


def _fields(record: _Element, unknown: dict[str, int]) -> list[tuple[str, str]]:
    """Return the fields of a record of either version."""
    if record.tag == "RECORD":
        return old_fields(record, unknown)
    fields: list[tuple[str, str]] = []
    _walk(record, "", fields, unknown)
    return fields


def _walk(parent: _Element, path: str, fields: list[tuple[str, str]], unknown: dict[str, int]) -> None:
    """Add the fields of the elements in an element, in their order."""
    for child in parent:
        tag = str(child.tag)
        if tag not in KNOWN_ELEMENTS:
            unknown.setdefault(tag, first_line(child))
        if any(part.tag != RUN for part in child) and not _has_text(child):
            _walk(child, f"{path}{tag}/", fields, unknown)
            continue
        fields += [(path + tag, text) for text in _values(child, tag)]


def _has_text(element: _Element) -> bool:
    """Say whether text stands beside the elements in an element."""
    return any(text and not text.isspace() for text in (element.text, *(part.tail for part in element)))


def _values(element: _Element, tag: str) -> list[str]:
    """Return what an element without parts says."""
    if tag == "ref-type" and (name := (element.get("name") or "").strip()):
        return [name]
    if tag in LISTS:
        parts = "".join(map(str, element.itertext())).split("\r")
        return [text for part in parts if (text := " ".join(part.split()))]
    text = inner_text(element)
    return [text] if text else []
