"""Read workbooks (.xlsx, .xls) and tables written as web pages: one record a row, as in a text table."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import IO, Literal

from jakdb.errors import InputError
from jakdb.words import RawRecord, Reject, TableLayout
from jaksearch.formats.heading_row import HEAD_LINES, best_heading, checked_heading, column_keys, recognisable
from jaksearch.formats.html_table import html_sheets
from jaksearch.formats.limits import UNKNOWN
from jaksearch.formats.sheets import Sheet, SheetRow
from jaksearch.formats.xls import xls_sheets
from jaksearch.formats.xlsx import xlsx_sheets

__all__ = ["SheetKind", "SheetRecords", "read_spreadsheet"]

SheetKind = Literal["xlsx", "xls", "html-table"]


def read_spreadsheet(
    source: bytes | IO[bytes], *, kind: SheetKind, columns: Mapping[str, str] | None = None
) -> SheetRecords:
    r"""Return the rows of every sheet that has a column of titles, each as a raw record or a reject.

    Parameters
    ----------
    source : bytes or seekable binary stream
        The file.
    kind : str
        ``xlsx``, ``xls`` or ``html-table``, as `jaksearch.formats.containers.container_kind` and
        `jaksearch.formats.html_table.is_html_table` tell it.
    columns : mapping of str to str, optional
        Field -> heading, for headings that are not recognised.

    Returns
    -------
    SheetRecords
        An iterator. A record's `line` is the row's number in its sheet and its `text` the row's cells between tabs; a
        reject's `offset` is -1. `headings` and `warnings` grow as the sheets are read.

    Raises
    ------
    UsageError
        If `columns` names a field that does not exist.
    InputError
        If the file is damaged or breaks a limit, or no sheet has a column of titles.

    Examples
    --------
    >>> page = b"<table><tr><th>Title<th>Year<tr><td>Hair<td>2020<tr><td><td>2021</table>"
    >>> records = read_spreadsheet(page, kind="html-table")
    >>> [(record.line, record.text) for record in records]
    [(2, 'Hair\t2020'), (3, '\t2021')]
    >>> records.headings
    ('Title', 'Year')
    """
    return SheetRecords(io.BytesIO(source) if isinstance(source, bytes) else source, kind, dict(columns or {}))


class SheetRecords(Iterator[RawRecord | Reject]):
    """The records of a workbook or a page, an iterator that reads them row by row.

    Attributes
    ----------
    headings : tuple of str
        The headings of the sheets read so far.
    layouts : tuple of TableLayout
        How the rows of the sheets read so far are taken apart.
    warnings : list of str
        What was odd about the file: sheets left out or hidden, formulas without a value, merged cells.
    """

    def __init__(self, stream: IO[bytes], kind: SheetKind, columns: dict[str, str]) -> None:
        self.headings: tuple[str, ...] = ()
        self.layouts: tuple[TableLayout, ...] = ()
        self.warnings: list[str] = []
        self.columns = columns
        self.is_page = kind == "html-table"
        self.taken = 0
        if kind == "xlsx":
            sheets = xlsx_sheets(stream, warn=self.warnings.append)
        elif kind == "xls":
            sheets = xls_sheets(stream)
        else:
            sheets = html_sheets(stream, warn=self.warnings.append)
        self._records = self._read(sheets)

    def __iter__(self) -> SheetRecords:
        return self

    def __next__(self) -> RawRecord | Reject:
        return next(self._records)

    def _read(self, sheets: Iterator[Sheet]) -> Iterator[RawRecord | Reject]:
        """Yield the records of all sheets; raise if none has a column of titles."""
        problem: InputError | None = None
        spans: list[str] = []
        for sheet in sheets:
            first = list(islice(sheet.rows, HEAD_LINES))
            if not first:
                continue
            rows = ((index, row.cells, "") for index, row in enumerate(first))
            found = best_heading(rows, frozenset(self.columns.values()))
            try:
                heading = checked_heading(found, self.columns)
            except InputError as error:
                problem = problem or error
                if not self.is_page:  # the tables of a page's layout are no sheets
                    self.warnings.append(f"sheet {sheet.name!r} left out: {error}")
                continue
            if sheet.is_hidden:
                self.warnings.append(f"sheet {sheet.name!r} is hidden; it is read too")
            self.headings += tuple(name for name in heading.names if name not in self.headings)
            before = self.taken
            names = _spread(heading.names, first[heading.index].spans)
            yield from self._records_of(names, chain(first[heading.index + 1 :], sheet.rows))
            if self.taken > before:
                spans.append(f"{before + 1} to {self.taken} from {sheet.name!r}")
        if problem and not self.headings and self.is_page:
            raise InputError(
                "this is a web page without a table of records, not an export",
                hint="the database's session had probably ended: log in again and export as RIS, PubMed (.nbib) or CSV",
            ) from problem
        if not self.headings:
            raise problem or InputError("no table in it, or only empty ones", hint="export the search again")
        if len(spans) > 1:
            self.warnings.append(f"records of several sheets: {', '.join(spans)}")

    def _records_of(self, names: Sequence[str], rows: Iterable[SheetRow]) -> Iterator[RawRecord | Reject]:
        """Make records of the rows below a heading."""
        keys = tuple(column_keys(names, self.columns))
        self.layouts = (*self.layouts, TableLayout(self.taken + 1, keys, "\t", "cells"))
        for row in rows:
            cells = [cell.strip() for cell in row.cells]
            while cells and not cells[-1]:
                cells.pop()
            # A tab inside a cell would be one cell more when the row is read again by itself.
            text = "\t".join(cell.replace("\t", " ") for cell in cells)
            if not text and not row.reason:
                continue
            self.taken += 1
            fields = tuple((key, cell) for key, cell in zip(keys, cells, strict=False) if key and cell)
            if row.reason:
                yield Reject(self.taken, row.number, row.reason, text)
            elif len(cells) > len(keys):
                yield Reject(self.taken, row.number, f"{len(cells)} cells where the heading has {len(keys)}", text)
            elif not recognisable(fields):
                yield Reject(self.taken, row.number, UNKNOWN, text)
            else:
                yield RawRecord(self.taken, row.number, text, fields, row.warnings)


def _spread(names: Sequence[str], spans: Iterable[tuple[int, int]]) -> list[str]:
    """Return the headings; one that spans columns names all of them that have no name."""
    found = list(names)
    for at, width in spans:
        found += [""] * (at + width - len(found))
        for column in range(at + 1, at + width):
            found[column] = found[column] or found[at]
    return found
