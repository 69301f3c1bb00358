"""Read EndNote's XML export (``<xml><records><record>…``), as EndNote, Bookends, Zotero and others write it.

EndNote 7 wrote its elements in capitals and other words; they are read into the fields of the later versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jakdb.words import RawRecord, Reject
from jaksearch.formats.endnote7 import old_fields
from jaksearch.formats.endnote_xml_fields import KNOWN_BY, KNOWN_ELEMENTS
from jaksearch.formats.xml_records import XmlSource, cut_records, first_line, inner_text, parse_piece

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["read_endnote_xml"]

AROUND = ("xml", "records", "XML", "RECORDS")
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
    for number, piece in enumerate(cut_records(text, names=["record", "RECORD"], around=AROUND), start=1):
        if not piece.is_record:
            yield Reject(number, piece.line, "text outside of any record", piece.text)
            continue
        notes = list(piece.notes)
        try:
            element, mended = parse_piece(piece.text)
        except ValueError as error:
            reason, line = error.args
            yield Reject(number, piece.line, f"line {piece.line + line - 1}: {reason}", piece.text)
            continue
        if mended:
            notes.append(f"line {piece.line}: characters that XML does not allow, read as text")
        fields: list[tuple[str, str]] = []
        unknown: dict[str, int] = {}
        if element.tag == "RECORD":
            fields = old_fields(element, unknown)
        else:
            _walk(element, "", fields, unknown)
        notes += [f"line {piece.line + line - 1}: unknown element {name}, kept" for name, line in unknown.items()]
        if any(tag in KNOWN_BY for tag, _ in fields):
            yield RawRecord(number, piece.line, piece.text, tuple(fields), tuple(notes))
        else:
            reason = "nothing to know the record by: no title, identifier or abstract"
            yield Reject(number, piece.line, reason, piece.text)


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
