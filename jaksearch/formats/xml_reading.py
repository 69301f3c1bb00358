"""Read the records of any XML format: cut, parsed one by one, their fields made by the format, each accounted for."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jakdb.words import RawRecord, Reject
from jaksearch.formats.limits import UNKNOWN, is_known
from jaksearch.formats.xml_records import XmlSource, cut_records, parse_piece

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["FieldMaker", "XmlDialect", "read_xml_records"]

FieldMaker = Callable[["_Element", dict[str, int]], list[tuple[str, str]]]
"""``fields_of(element, unknown)`` returns the fields of a record, and puts elements that it does not know into
`unknown`, with their line in the record."""


@dataclass(frozen=True, slots=True)
class XmlDialect:
    """How one format writes its records.

    Attributes
    ----------
    names, inside, around
        As for `jaksearch.formats.xml_records.cut_records`.
    known_by, people, where : container of str
        As for `jaksearch.formats.limits.is_known`.
    frame : re.Pattern or None
        Text outside of records that belongs to the file (how many records it holds).
    prepare : callable or None
        Returns the source of a record as it is parsed, and what was odd about it, if anything was.
    plain : callable or None
        Returns the fields of a source that can be read without the parser, as the parser's would be; None if it cannot.
    last : callable or None
        Returns the part of a tag that `known_by`, `people` and `where` name; the whole tag if it is not given.
    """

    names: tuple[str, ...]
    around: tuple[str, ...]
    known_by: Container[str]
    people: Container[str] = ()
    where: Container[str] = ()
    inside: str = ""
    frame: re.Pattern[str] | None = None
    prepare: Callable[[str], tuple[str, str]] | None = None
    last: Callable[[str], str] | None = None
    plain: Callable[[str], list[tuple[str, str]] | None] | None = None


def read_xml_records(source: XmlSource, dialect: XmlDialect, fields_of: FieldMaker) -> Iterator[RawRecord | Reject]:
    """Yield every record of an XML text as a raw record or a reject, numbered from 1.

    Examples
    --------
    >>> dialect = XmlDialect(names=("a",), around=("r",), known_by={"t"})
    >>> found = read_xml_records(
    ...     "<r><a><t>Hair</t></a><a><t>Loss</a></r>", dialect, lambda a, _: [(t.tag, t.text) for t in a]
    ... )
    >>> [one.fields if isinstance(one, RawRecord) else one.reason[:19] for one in found]
    [(('t', 'Hair'),), 'line 1: not well-fo']
    """
    number = 0
    frame, prepare, last, plain = dialect.frame, dialect.prepare, dialect.last, dialect.plain
    pieces = cut_records(source, names=dialect.names, inside=dialect.inside, around=dialect.around)
    for piece in pieces:
        if frame is not None and not piece.is_record and not frame.sub("", piece.text).strip():
            continue
        number += 1
        line = piece.line
        if not piece.is_record:
            yield Reject(number, line, "text outside of any record", piece.text)
            continue
        notes = list(piece.notes)
        if frame is not None and number == 1:
            notes = [note for note in notes if "text before the record" not in note]
        text, odd = prepare(piece.text) if prepare else (piece.text, "")
        if odd:
            notes.append(f"line {line}: {odd}")
        fields = plain(text) if plain else None
        if fields is None:
            try:
                element, mended = parse_piece(text)
            except ValueError as error:
                reason, at = error.args
                yield Reject(number, line, f"line {line + at - 1}: {reason}", piece.text)
                continue
            if mended:
                notes.append(f"line {line}: characters that XML does not allow, read as text")
            unknown: dict[str, int] = {}
            fields = fields_of(element, unknown)
            notes += [f"line {line + at - 1}: unknown element {name}, kept" for name, at in unknown.items()]
        named = fields if last is None else [(last(tag), value) for tag, value in fields]
        if is_known(named, dialect.known_by, people=dialect.people, where=dialect.where):
            yield RawRecord(number, line, piece.text, tuple(fields), tuple(notes))
        else:
            yield Reject(number, line, UNKNOWN, piece.text)
