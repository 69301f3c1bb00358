"""From export files to another format without a review: every row of every file is kept."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from jakdb.words import RawRecord, Record, Reject
from jaksearch.formats import Export, open_exports
from jaksearch.formats.detect import DATABASES, detect_database
from jaksearch.formats.own import CSV_COLUMNS, is_own_row, to_csv_rows, to_jsonl
from jaksearch.formats.targets import find_target
from jaksearch.formats.write import to_ris
from jaksearch.formats.write_bibtex import bibtex_key, to_bibtex
from jaksearch.formats.write_csl import to_csl_json
from jaksearch.formats.write_endnote_xml import ENDNOTE_FOOTER, ENDNOTE_HEADER, to_endnote_xml
from jaksearch.formats.write_tagged import to_enw, to_nbib
from jaksearch.normalise import normalise

__all__ = ["Converted", "Rejected", "convert", "write"]

DATABASE_NAMES = frozenset(name for _, name in DATABASES)
OWN_WORD = frozenset(("DB", "database", "Database"))
NO_TITLE = "no title"
NAME_THEIR_OWN = frozenset(("refer", "csl", "bibtex", "endnote-xml"))
"""Formats of libraries, whose records come from many databases: each tells its own, or none."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A record and where it was read: the file's name, its format, and the line (from 1)."""

    file: str
    format: str
    record: Record
    line: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be taken: where it stands (line from 1, byte from 0), why, and its text."""

    file: str
    format: str
    number: int
    line: int
    reason: str
    text: str
    offset: int = -1


def convert(
    files: Iterable[Path | tuple[str, bytes | IO[bytes]]],
    *,
    format: str | None = None,  # noqa: A002 - the word people use
    columns: Mapping[str, str] | None = None,
    database: str = "",
    done: Callable[[Export], None] = lambda _: None,
) -> Iterator[Converted | Rejected]:
    r"""Yield every record of the files in their order, converted or rejected; nothing is merged or left out.

    Parameters
    ----------
    files : iterable of Path or (str, bytes or binary stream)
        Files on disk, or a name and the bytes themselves; archives are unpacked.
    format, columns
        As for `jaksearch.formats.open_exports`.
    database : str
        Where the records are from, if the caller knows; it stands in every record.
    done : callable
        Called with each export when the last of its records was yielded: its counts are the account.

    Raises
    ------
    InputError
        When a file's turn comes and it cannot be read.

    Examples
    --------
    >>> [first, second] = convert([("a.ris", b"TY  - JOUR\nTI  - Hair\nER  - \nTY  - JOUR\nPB  - X\nER  - \n")])
    >>> first.record.title, first.line, second.line, second.reason[:15]
    ('Hair', 1, 4, 'nothing to know')
    """
    for file in files:
        with open_exports(file, format=format, columns=columns) as exports:
            for export in exports:
                for raw in export:
                    if isinstance(raw, Reject):
                        yield Rejected(
                            export.name, export.format, raw.number, raw.line, raw.reason, raw.text, raw.offset
                        )
                    else:
                        record = _record(raw, export)
                        if database:
                            record = replace(record, database=database)
                        if not record.title:
                            export.note(NO_TITLE)
                        yield Converted(export.name, export.format, record, raw.line)
                done(export)


def write(records: Iterable[Converted | Record], *, to: str) -> Iterator[str]:
    r"""Yield the pieces of a file in another format, one after another; joined they are the file.

    Parameters
    ----------
    records : iterable of Converted or Record
        What to write; JSONL keeps file, format and line of what was converted.
    to : str
        A name of `jaksearch.formats.targets.TARGETS`.

    Raises
    ------
    UsageError
        If jak writes no such format.

    Examples
    --------
    >>> print("".join(write([Record(title="Hair", year=2020), Record(title="Loss")], to="csl")), end="")
    [
      {"id": "2020hair", "type": "document", "title": "Hair", "issued": {"date-parts": [[2020]]}},
      {"id": "loss", "type": "document", "title": "Loss"}
    ]
    """
    return WRITERS[find_target(to).name](_sources(records))


def _sources(records: Iterable[Converted | Record]) -> Iterator[Converted]:
    """Yield everything with a place, which is empty for a bare record."""
    for one in records:
        yield Converted("", "", one, 0) if isinstance(one, Record) else one


def _record(raw: RawRecord, export: Export) -> Record:
    """Normalise one record; a database that the record names itself, and jak knows, wins over the file's."""
    if export.format not in NAME_THEIR_OWN:
        return normalise(raw, format=export.format, database=_database(raw, export))
    record = normalise(raw, format=export.format)
    return record if record.database else replace(record, database=detect_database(export.format, [raw]))


def _database(raw: RawRecord, export: Export) -> str:
    """Return the database of one record: the file's, unless the record itself names another one that jak knows."""
    if export.format == "jsonl" or is_own_row(raw.fields):
        return ""
    own = next((value for tag, value in raw.fields if tag in OWN_WORD and value in DATABASE_NAMES), "")
    return own or export.database


def _jsonl(records: Iterator[Converted]) -> Iterator[str]:
    """Write jak's own lines."""
    for one in records:
        yield to_jsonl(one.record, format=one.format, file=one.file, line=one.line)


def _csv(records: Iterator[Converted]) -> Iterator[str]:
    """Write a table with its heading."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for one in records:
        yield _taken(stream)
        writer.writerows(to_csv_rows([one.record]))
    yield _taken(stream)


def _taken(stream: io.StringIO) -> str:
    """Return what was written since the last time."""
    text = stream.getvalue()
    stream.seek(0)
    stream.truncate()
    return text


def _csl(records: Iterator[Converted]) -> Iterator[str]:
    """Write an array with an item a line."""
    keys: Counter[str] = Counter()
    yield "["
    mark = "\n  "
    for one in records:
        yield mark + to_csl_json(one.record, key=_unused(bibtex_key(one.record), keys))
        mark = ",\n  "
    yield "\n]\n"


def _endnote_xml(records: Iterator[Converted]) -> Iterator[str]:
    """Write the records between the beginning and the end of EndNote's XML."""
    yield ENDNOTE_HEADER
    for one in records:
        yield to_endnote_xml(one.record)
    yield ENDNOTE_FOOTER


def _bibtex(records: Iterator[Converted]) -> Iterator[str]:
    """Write entries whose keys all differ."""
    keys: Counter[str] = Counter()
    for one in records:
        yield to_bibtex(one.record, key=_unused(bibtex_key(one.record), keys))


def _unused(key: str, keys: Counter[str]) -> str:
    """Return the key, with a number if it was used before."""
    keys[key] += 1
    if keys[key] == 1:
        return key
    return _unused(f"{key}-{keys[key]}", keys)


def _each(make: Callable[[Record], str]) -> Callable[[Iterator[Converted]], Iterator[str]]:
    """Return a writer of records that do not depend on each other."""

    def written(records: Iterator[Converted]) -> Iterator[str]:
        return (make(one.record) for one in records)

    return written


WRITERS: dict[str, Callable[[Iterator[Converted]], Iterator[str]]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "ris": _each(to_ris),
    "nbib": _each(to_nbib),
    "bib": _bibtex,
    "csl": _csl,
    "enw": _each(to_enw),
    "endnote-xml": _endnote_xml,
}
