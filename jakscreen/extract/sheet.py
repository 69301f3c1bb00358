"""Read a small table that people keep in a spreadsheet: comma, semicolon or tab, with or without a byte order mark."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jakdb.cells import bare_cell, guarded_cell
from jakscreen.extract.vocabulary import near

__all__ = ["Sheet", "SheetRow", "read_sheet", "write_sheet"]

DELIMITERS = (",", ";", "\t")
LONGEST_HEADING = 10_000


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its number as the spreadsheet shows it (the heading is row 1) and the cells by column."""

    row: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a table, and what is wrong with it as a table."""

    rows: tuple[SheetRow, ...]
    problems: tuple[str, ...]


def read_sheet(text: str, *, name: str, columns: Sequence[str], required: Sequence[str]) -> Sheet:
    r"""Read a table with known headings.

    The delimiter is the one under which most headings are known. Headings count without regard to case, and a space
    in them as an underscore. Empty rows are skipped but counted, so that row numbers are those of the spreadsheet.

    Parameters
    ----------
    name : str
        Name of the file, for the sentences.
    columns, required : sequence of str
        The headings there may be, and those there must be.

    Examples
    --------
    >>> text = "study;value\na_2019;12,5\n"
    >>> sheet = read_sheet(text, name="t.csv", columns=("study", "value"), required=("study",))
    >>> sheet.rows
    (SheetRow(row=2, cells={'study': 'a_2019', 'value': '12,5'}),)
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        return Sheet((), (f"{name} is empty: the first row must hold the headings {', '.join(columns)}",))
    delimiter, text = _delimiter(text, columns)
    rows: list[SheetRow] = []
    problems: list[str] = []
    headings: list[str] = []
    number = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                headings = [_heading(cell) for cell in cells]
                problems = list(_heading_problems(headings, name=name, columns=columns, required=required))
                if problems:
                    return Sheet((), tuple(problems))
            elif any(cell.strip() for cell in cells):
                problem = _shape_problem(headings, cells, required)
                if problem:
                    problems.append(f"row {number}: {problem}")
                else:
                    named = zip(headings, cells, strict=False)
                    rows.append(SheetRow(number, {h: bare_cell(c.strip()) for h, c in named if h}))
    except csv.Error as error:
        problems.append(
            f"row {number + 1} (line {reader.line_num}): a quotation mark is open or out of place ({error}); "
            f"inside a quoted cell write it twice"
        )
    if not rows and not problems:
        problems.append(f"{name} holds a heading but no row")
    return Sheet(tuple(rows), tuple(problems))


def write_sheet(headings: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    r"""Return a comma-separated table with its heading, one line a row; cells that a spreadsheet would run are guarded.

    Examples
    --------
    >>> write_sheet(("study", "label"), iter([("dai_2020", "Dai, 2020")]))
    'study,label\ndai_2020,"Dai, 2020"\n'
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([guarded_cell(cell) for cell in row] for row in rows)
    return stream.getvalue()


def _heading(cell: str) -> str:
    """Return a heading in the form it is known by."""
    return "_".join(cell.strip().casefold().split())


def _delimiter(text: str, columns: Sequence[str]) -> tuple[str, str]:
    """Return the delimiter, and the text without the ``sep=`` line that Excel puts before the heading."""
    first, _, rest = text.partition("\n")
    declared = first.strip().casefold()
    if declared.startswith("sep=") and len(declared) == len("sep=;"):
        return declared[-1], rest
    if first.casefold() == "sep=\t":
        return "\t", rest

    def known(delimiter: str) -> int:
        """Count the headings that are known under this delimiter."""
        cells = next(csv.reader([first[:LONGEST_HEADING]], delimiter=delimiter), [])
        return sum(_heading(cell) in columns for cell in cells)

    return max(DELIMITERS, key=known), text


def _heading_problems(
    headings: Sequence[str], *, name: str, columns: Sequence[str], required: Sequence[str]
) -> Iterator[str]:
    """Yield what is wrong with the first row."""
    if not any(heading in columns for heading in headings):
        yield (
            f"{name}: the first row holds no heading that is known here; "
            f"it must name the columns {', '.join(required)} and may name {', '.join(columns)}"
        )
        return
    for heading in dict.fromkeys(headings):
        if heading and heading not in columns:
            meant = near(heading, columns)
            yield f"{name}: column {heading!r} is not known{meant}; rename it or take it out ({', '.join(columns)})"
        if heading and headings.count(heading) > 1:
            yield f"{name}: column {heading!r} stands twice in the heading"
    for heading in required:
        if heading not in headings:
            yield f"{name}: the column {heading!r} is missing"


def _shape_problem(headings: Sequence[str], cells: Sequence[str], required: Sequence[str]) -> str:
    """Return what is wrong with the number of cells of a row, or ""."""
    extra = [cell for cell, heading in zip(cells, headings, strict=False) if not heading and cell.strip()]
    if extra or any(cell.strip() for cell in cells[len(headings) :]):
        return (
            f"{len(cells)} cells under {sum(bool(h) for h in headings)} headings; "
            f"a cell that holds the delimiter must stand in quotation marks"
        )
    short = [heading for heading in headings[len(cells) :] if heading in required]
    if short:
        return f"the row ends after {len(cells)} cells, before the column {short[0]!r}"
    return ""
