"""Read CSV, TSV and semicolon tables: one record a row, under headings we recognise or the user maps.

The standard library's `csv` reads the cells; which lines make one row is decided here, so that one quotation mark
that is never closed costs one row and not the rest of the file.
"""

from __future__ import annotations

import bisect
import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self

from jakdb.words import RawRecord, Reject, TableLayout
from jaksearch.formats.heading_row import (
    HEAD_LINES,
    Heading,
    best_heading,
    checked_heading,
    column_keys,
    recognisable,
)
from jaksearch.formats.limits import MAX_KEPT, MAX_VALUE, UNKNOWN, beginning
from jaksearch.formats.source import MAX_RECORD, lines_of

__all__ = ["DELIMITERS", "Heading", "TableRecords", "find_heading", "read_row", "read_table"]

DELIMITERS = (",", "\t", ";", "|")
MAX_MARKS = 200_000
"""Delimiters or quotation marks in a row; a spreadsheet has at most 16,384 columns."""
AHEAD = 4_000
"""Lines held ahead of the row being read."""
NEAR = 400
"""More are loaded when fewer than these are left; behind a row that is not well formed 200 are looked through."""


def find_heading(lines: Sequence[str], wanted: frozenset[str] = frozenset()) -> Heading | None:
    """Return the row of headings among the first lines: the one with most known headings.

    Parameters
    ----------
    lines : sequence of str
        The first lines of the file (more do no harm).
    wanted : frozenset of str
        Headings that the user named.
    """
    shown = lines[:HEAD_LINES]
    first = [(index, line) for index, line in enumerate(shown) if len(line) <= MAX_VALUE and line.strip()]
    return best_heading(
        ((index, _cells(line, delimiter), delimiter) for index, line in first for delimiter in DELIMITERS), wanted
    )


def read_table(text: str | Iterable[str], *, columns: Mapping[str, str] | None = None) -> TableRecords:
    r"""Return every row of a table, as a raw record or a reject, numbered from 1; blank rows are no records.

    Parameters
    ----------
    text : str or iterable of str
        The file's text with newlines as ``\n``, or its lines; of lines a few thousand are held at a time.
    columns : mapping of str to str, optional
        Field -> heading, for headings that are not recognised; fields are those of `jaksearch.formats.headings`.

    Returns
    -------
    TableRecords
        An iterator, with the layout of the rows.

    Raises
    ------
    UsageError
        If `columns` names a field that does not exist.
    InputError
        If `columns` names a heading that the file does not have, or no column holds titles.

    Examples
    --------
    >>> [record] = read_table("Title;Year\nHair loss;2020\n")
    >>> record.fields
    (('Title', 'Hair loss'), ('Year', '2020'))
    >>> [record] = read_table("Paper,Year\nHair loss,2020\n", columns={"title": "Paper"})
    >>> record.fields
    (('title', 'Hair loss'), ('Year', '2020'))
    """
    return TableRecords(lines_of(text), dict(columns or {}))


class TableRecords(Iterator[RawRecord | Reject]):
    """The records of a table, an iterator that reads them row by row.

    Attributes
    ----------
    layouts : tuple of TableLayout
        How the rows are cut: one layout for all of them.
    """

    def __init__(self, lines: Iterator[str], columns: dict[str, str]) -> None:
        window = _Window(lines)
        window.load(0, AHEAD)
        heading = checked_heading(find_heading(window.lines[:HEAD_LINES], frozenset(columns.values())), columns)
        keys = tuple(column_keys(heading.names, columns))
        quoted = not _plain_tabs(window.lines, heading)
        delimiter = heading.delimiter if len(keys) > 1 else ""
        self.layouts = (TableLayout(1, keys, delimiter, "quoted" if quoted else "plain"),)
        self._records = _records(_rows(window, heading, quoted=quoted), keys)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> RawRecord | Reject:
        return next(self._records)


def read_row(text: str, layout: TableLayout) -> tuple[tuple[str, str], ...] | None:
    r"""Return the fields of one row, read again from its text; none if the layout does not fit it.

    Examples
    --------
    >>> layout = TableLayout(1, ("Title", "Year"), ",", "quoted")
    >>> read_row('"Hair, and nails",2020', layout)
    (('Title', 'Hair, and nails'), ('Year', '2020'))
    >>> read_row("Hair,2020,more", layout) is None
    True
    """
    keys = layout.keys
    if layout.cut == "quoted":
        cells = _cells(text, layout.delimiter)
    else:
        cells = text.split(layout.delimiter) if layout.delimiter else [text]
    if layout.cut == "plain":
        cells = [_unquoted(cell) for cell in cells]
    while len(cells) > len(keys) and not cells[-1].strip():
        cells.pop()
    if len(cells) > len(keys):
        cells = _without_funding(cells, keys)
        if not cells:
            return None
    if layout.cut == "cells":
        return tuple((key, cell) for key, cell in zip(keys, cells, strict=False) if key and cell)
    return _fields(keys, cells)


def _records(rows: Iterable[_Row | _Bad], keys: Sequence[str]) -> Iterator[RawRecord | Reject]:
    """Make records of the rows of a table."""
    for number, row in enumerate(rows, start=1):
        if isinstance(row, _Bad):
            reason, kept = beginning(row.text, row.reason)
            yield Reject(number, row.line, reason, kept)
            continue
        fields = _fields(keys, row.cells)
        if recognisable(fields):
            yield RawRecord(number, row.line, row.text, fields, row.warnings)
        else:
            yield Reject(number, row.line, UNKNOWN, row.text)


def _fields(keys: Sequence[str], cells: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Put the cells of a row under their keys, the empty ones left out."""
    pairs = zip(keys, cells, strict=False)
    return tuple((key, value) for key, cell in pairs if key and (value := _as_text(cell.strip())))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that has as many cells as the heading."""

    line: int
    text: str
    cells: list[str]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Bad:
    """A row that could not be cut into as many cells as the heading has."""

    line: int
    text: str
    reason: str


class _Window:
    """The lines of a table that are held: from the row being read to some thousands ahead."""

    def __init__(self, source: Iterator[str]) -> None:
        self.source = source
        self.lines: list[str] = []
        self.odd: list[int] = []  # lines with an odd number of quotation marks
        self.before = 0  # lines that were let go
        self.ended = False

    def load(self, index: int, count: int) -> None:
        """Hold at least so many lines from an index on, if there are as many."""
        wanted = index + count - len(self.lines)
        if wanted <= 0 or self.ended:
            return
        start = len(self.lines)
        self.lines.extend(islice(self.source, wanted))
        self.ended = len(self.lines) - start < wanted
        self.odd.extend(i for i in range(start, len(self.lines)) if self.lines[i].count('"') % 2)

    def load_odd(self, index: int) -> int | None:
        """Return the next line behind an index with an odd number of marks, within the length of a record."""
        size = 0
        seen = index
        while True:
            at = bisect.bisect_right(self.odd, index)
            if at < len(self.odd):
                return self.odd[at]
            size += sum(map(len, self.lines[seen:]))
            seen = len(self.lines)
            if self.ended or size > MAX_RECORD:
                return None
            self.load(seen, AHEAD)

    def forget(self, index: int) -> int:
        """Let go of the lines before an index when they are many; return the index as it is now."""
        if index < AHEAD:
            return index
        del self.lines[:index]
        self.before += index
        self.odd = [at - index for at in self.odd if at >= index]
        return 0


def _plain_tabs(lines: Sequence[str], heading: Heading) -> bool:
    """Say whether a tab-delimited table is written without quoting (Web of Science): every line is a full row."""
    if heading.delimiter != "\t":
        return False
    width = len(heading.names)
    return all(
        line.count("\t") + 1 == width or (line.count("\t") >= width and line.endswith("\t"))
        for line in lines[heading.index + 1 :]
        if line.strip()
    )


def _rows(window: _Window, heading: Heading, *, quoted: bool) -> Iterator[_Row | _Bad]:
    """Cut the lines below the heading into rows."""
    width, delimiter = len(heading.names), heading.delimiter if len(heading.names) > 1 else ""
    lines = window.lines
    index = heading.index + 1
    while True:
        index = window.forget(index)
        if len(lines) - index < NEAR:
            window.load(index, AHEAD)
        if index >= len(lines):
            return
        line = lines[index]
        if not line.strip() or not line.strip(delimiter + ' \t"'):
            index += 1
            continue
        at = window.before + index + 1
        if len(line) > MAX_MARKS and _is_crowded(line, delimiter):
            yield _Bad(at, line, _too_large(line, delimiter))
            index += 1
            continue
        end = _end_of_row(window, index, delimiter) if quoted else index
        if end is None:
            end = _recovered(lines, index, len(lines) - 1, delimiter, width)
            text = "\n".join(lines[index : end + 1]).rstrip("\n")
            cells = _cells(text, delimiter)
            if len(cells) <= width and end == len(lines) - 1 and window.ended:
                note = f"line {at}: a quotation mark is never closed: perhaps the file is cut off"
                yield _Row(at, text, cells + [""] * (width - len(cells)), (note,))
            else:
                yield _Bad(at, text, "a quotation mark is opened and never closed")
            index = end + 1
            continue
        text = "\n".join(lines[index : end + 1])
        if len(text) > MAX_KEPT and (reason := _too_large(text, delimiter)):
            yield _Bad(at, text, reason)
            index = end + 1
            continue
        cells = _cells(text, delimiter) if quoted or not delimiter else list(map(_unquoted, line.split(delimiter)))
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        extra = len(cells) - width
        torn = end > index and not _well_formed(text, delimiter)
        if torn:
            end = _recovered(lines, index, end, delimiter, width)
            yield _Bad(at, "\n".join(lines[index : end + 1]), "a quotation mark is opened and closed elsewhere")
        elif extra > 0 and (mended := _without_funding(cells, heading.names)):
            yield _Row(at, text, mended, (f"line {at}: {extra} of {len(cells)} cells without a heading",))
        elif extra == 0:
            yield _Row(at, text, cells)
        else:
            end = _recovered(lines, index, end, delimiter, width)
            text = "\n".join(lines[index : end + 1])
            cells = _cells(text, delimiter) if quoted else cells
            yield _Bad(at, text, f"{len(cells)} cells where the heading has {width}")
        index = end + 1


def _without_funding(cells: list[str], names: Sequence[str]) -> list[str]:
    """Take out the second and later funding texts, to which Scopus's CSV gives cells but no heading."""
    at = next((i for i, name in enumerate(names) if name.startswith("Funding Text")), None)
    if at is None or names[-1] != "EID" or not cells[-1].strip().startswith("2-s2.0-"):
        return []
    return cells[: at + 1] + cells[at + 1 + len(cells) - len(names) :]


def _end_of_row(window: _Window, index: int, delimiter: str) -> int | None:
    """Return the last line of the row that begins at `index`; None if a quotation mark is never closed."""
    line = window.lines[index]
    if line.count('"') % 2 == 0 or not _open_at_end(line, delimiter):
        return index
    return window.load_odd(index)


def _open_at_end(line: str, delimiter: str) -> bool:
    """Say whether the line ends inside a quoted cell; a mark inside an unquoted cell opens nothing."""
    at = 0
    while at <= len(line):
        if line.startswith('"', at):
            at += 1
            while True:
                close = line.find('"', at)
                if close < 0:
                    return True
                if line.startswith('""', close):
                    at = close + 2
                    continue
                at = close + 1
                break
        following = line.find(f'{delimiter}"', at) if delimiter else -1
        if following < 0:
            return False
        at = following + 1
    return False


def _well_formed(text: str, delimiter: str) -> bool:
    """Say whether quoted cells end where cells end; where they do not, two rows' stray marks have met."""
    if not delimiter:
        return True
    try:
        list(csv.reader([line + "\n" for line in text.split("\n")], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "larger than field limit" in str(error)
    return True


def _recovered(lines: Sequence[str], index: int, end: int, delimiter: str, width: int) -> int:
    """Return the line after which reading goes on: a row of its own inside a wrong row of many lines ends it."""
    for at in range(index + 1, min(end, index + 200) + 1):
        line = lines[at]
        if line.count('"') % 2 == 0 and len(_cells(line, delimiter)) == width:
            return at - 1
    return end


def _cells(text: str, delimiter: str) -> list[str]:
    """Cut one row into cells."""
    if not delimiter:
        return [_unquoted(text)]
    try:
        rows = list(csv.reader([line + "\n" for line in text.split("\n")], delimiter=delimiter))
    except csv.Error:
        # The standard library refuses cells of more than 128 KiB, a limit that is global: such a row is cut by hand.
        return [_unquoted(cell) for cell in _cut(text, delimiter)]
    return [cell for row in rows for cell in row]


def _cut(text: str, delimiter: str) -> list[str]:
    """Cut a row at the delimiters that stand outside quotation marks."""
    cells, begin, at, odd = [], 0, 0, False
    while at >= 0:
        end = text.find(delimiter, at)
        odd ^= text.count('"', at, end if end >= 0 else len(text)) % 2 == 1
        if not odd or end < 0:
            cells.append(text[begin : end if end >= 0 else len(text)])
            begin = end + len(delimiter)
        at = end + len(delimiter) if end >= 0 else -1
    return cells


def _too_large(text: str, delimiter: str) -> str:
    """Return why a row is too large to be one; nothing if it is not."""
    if _is_crowded(text, delimiter):
        return f"more than {MAX_MARKS:,} delimiters or quotation marks in one row"
    if any(len(cell) > MAX_VALUE for cell in (_cut(text, delimiter) if delimiter else [text])):
        return f"a cell of more than {MAX_VALUE:,} characters"
    return ""


def _is_crowded(text: str, delimiter: str) -> bool:
    """Say whether a text is mostly delimiters or quotation marks: it would take long to cut, and is no row."""
    return any(text.count(mark) > MAX_MARKS for mark in (delimiter, '"') if mark)


def _as_text(cell: str) -> str:
    """Return a cell without the formula that keeps a spreadsheet from taking it for a number (``="0891"``)."""
    return cell[2:-1].strip() if cell[:2] == '="' and cell[-1] == '"' and len(cell) > 2 else cell


def _unquoted(cell: str) -> str:
    """Return a cell without the quotation marks around it, if it is quoted as a whole."""
    cell = cell.strip()
    inner = cell[1:-1]
    if len(cell) >= 2 and cell[0] == cell[-1] == '"' and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return cell
