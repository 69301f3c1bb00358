"""Rows of an import that wait to be stored, in a temporary file when they are many.

They are read before the store is locked. `marshal` writes plain tuples several times as fast as `pickle` writes
dataclasses; the file never leaves the process that wrote it.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import islice
from operator import attrgetter
from tempfile import SpooledTemporaryFile
from typing import Any, Self

from jakdb.words import Author, RawRecord, Record, Reject, RelatedItem

__all__ = ["Row", "Spool"]

Row = tuple[RawRecord, Record, str] | Reject
RECORD_FIELDS = tuple(field.name for field in fields(Record))
RECORD_VALUES = attrgetter(*RECORD_FIELDS)
PEOPLE_AT = tuple(map(RECORD_FIELDS.index, ("authors", "translated_authors", "editors", "translators")))
RELATED_AT = RECORD_FIELDS.index("related")
SPOOL = 8 << 20
"""Bytes of the rows that wait in memory to be stored; more go to a temporary file."""
SPOOLED_ROWS = 200


class Spool(Iterable[Row]):
    """Rows in a temporary file that nobody else sees; the first few thousand characters stay in memory."""

    def __init__(self) -> None:
        self._file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - closed in __exit__

    def fill(self, rows: Iterable[Row]) -> None:
        """Put the rows in."""
        remaining = iter(rows)
        while batch := list(islice(remaining, SPOOLED_ROWS)):
            data = marshal.dumps([_packed(row) for row in batch])
            self._file.write(len(data).to_bytes(8, "big"))
            self._file.write(data)

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows, from the first."""
        self._file.seek(0)
        while length := self._file.read(8):
            for packed in marshal.loads(self._file.read(int.from_bytes(length, "big"))):
                yield _unpacked(packed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _packed(row: Row) -> tuple[Any, ...]:
    """Return what the store needs of a row as plain tuples; the fields as printed stay behind, their text does not."""
    if isinstance(row, Reject):
        return row.number, row.line, row.reason, row.text, row.offset
    raw, record, identity = row
    values = list(RECORD_VALUES(record))
    for at in PEOPLE_AT:
        values[at] = [(a.family, a.given, a.literal, a.orcid) for a in values[at]]
    values[RELATED_AT] = [(r.kind, r.citation, r.pmid, r.doi) for r in record.related]
    return raw.number, raw.line, raw.text, identity, values, ""


def _unpacked(packed: tuple[Any, ...]) -> Row:
    """Return the row that was packed."""
    if len(packed) == 5:
        return Reject(*packed)
    number, line, text, identity, values, _ = packed
    for at in PEOPLE_AT:
        values[at] = tuple(Author(*name) for name in values[at])
    values[RELATED_AT] = tuple(RelatedItem(*item) for item in values[RELATED_AT])
    return RawRecord(number, line, text, ()), Record(*values), identity
