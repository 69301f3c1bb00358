"""Read the plain table behind `jak pool … --from`: canonical columns, moderators, and an error for every bad cell."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jakdb.errors import InputError, UsageError

__all__ = ["CANONICAL", "NEEDED", "Table", "numbers_of", "read_table"]

LOG_MEANS = ("ROM", "MNLN")
COUNTS, RATES, MEANS = ("events", "n"), ("events", "time"), ("mean", "sd", "n")
CANONICAL = (
    "study",
    "group",
    "events",
    "n",
    "events_c",
    "n_c",
    "mean",
    "sd",
    "mean_c",
    "sd_c",
    "time",
    "time_c",
    "yi",
    "vi",
)


def _both(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns of both arms."""
    return (*names, *(f"{name}_c" for name in names))


NEEDED: Mapping[str, tuple[str, ...]] = {
    "PLO": COUNTS,
    "PAS": COUNTS,
    "RR": _both(COUNTS),
    "OR": _both(COUNTS),
    "GEN": ("yi", "vi"),
    **dict.fromkeys(("PR", "PLN", "PLO", "PAS", "PFT"), COUNTS),
    **dict.fromkeys(("IR", "IRLN", "IRS", "IRFT"), RATES),
    **dict.fromkeys(("MN", "MNLN"), MEANS),
    **dict.fromkeys(("RR", "OR", "RD", "AS", "PETO"), _both(COUNTS)),
    **dict.fromkeys(("IRR", "IRD"), _both(RATES)),
    **dict.fromkeys(("MD", "SMD", "SMDH", "ROM"), _both(MEANS)),
    **dict.fromkeys(("GEN", "HR", "RATIO"), ("yi", "vi")),
}
"""The columns that a measure is made of."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text, with the places of its cells.

    Attributes
    ----------
    name : str
        Of the file, for messages.
    heads : tuple of str
        The headings.
    rows : tuple of tuples of str
        One a study or arm, as long as the headings.
    numbers : tuple of int
        The row of each as a spreadsheet counts it; the heading is row 1.
    names : mapping of str to str
        Heading of each canonical column that the file has.
    """

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    names: Mapping[str, str]

    def column(self, heading: str) -> tuple[str, ...]:
        """Return the cells under a heading."""
        place = self.heads.index(heading)
        return tuple(row[place] for row in self.rows)

    @property
    def moderators(self) -> dict[str, tuple[str, ...]]:
        """Return the other columns: anything that is not canonical may be a moderator or name subgroups."""
        taken = {heading for name, heading in self.names.items() if name != "group"}
        return {head: self.column(head) for head in self.heads if head and head not in taken}


def read_table(path: Path, columns: Mapping[str, str]) -> Table:
    """Read a CSV, TSV or XLSX file.

    Parameters
    ----------
    columns : mapping of str to str
        Canonical names to the file's own headings.

    Raises
    ------
    UsageError
        If `columns` maps a name that is not canonical.
    InputError
        If the file is missing, is no table, lacks a mapped heading, or has a row that repeats another.
    """
    unknown = sorted(set(columns) - set(CANONICAL))
    if unknown:
        raise UsageError(f"--columns maps {', '.join(unknown)}", hint=f"known: {', '.join(CANONICAL)}")
    found = [(i, row) for i, row in enumerate(_read_rows(path), start=1) if any(row)]
    if not found:
        raise InputError(f"{path.name} is empty: it holds no table", hint="a heading line, then one row a study")
    heads = found[0][1]
    twice = sorted({head for head in heads if head and heads.count(head) > 1})
    if twice:
        raise InputError(f"{path.name} has two columns called {twice[0]!r}", hint="rename one of them")
    for name, heading in columns.items():
        if heading not in heads:
            raise InputError(
                f"{path.name} has no column {heading!r}, which --columns calls {name}", hint=_columns_hint(heads)
            )
    if len(found) == 1:
        raise InputError(f"{path.name} has a heading and no rows", hint="one row a study")
    mapped = set(columns.values())
    names = {name: name for name in CANONICAL if name in heads and name not in columns and name not in mapped}
    rows = tuple((*row[: len(heads)], *[""] * (len(heads) - len(row))) for _, row in found[1:])
    numbers = tuple(i for i, _ in found[1:])
    _refuse_copies(path.name, rows, numbers)
    return Table(path.name, tuple(heads), rows, numbers, {**names, **columns})


def numbers_of(table: Table, measure: str) -> dict[str, list[float]]:
    """Return the numbers that a measure needs, checked cell by cell.

    Raises
    ------
    InputError
        If a column is missing; or with every cell that is empty, no number, or cannot be, by row and column.
    """
    needed = NEEDED[measure]
    for name in needed:
        if name not in table.names:
            raise InputError(
                f"{table.name} has no column {name!r}, which {measure} needs",
                hint=f"{_columns_hint(table.heads)}; map one with --columns {name}=HEADING",
            )
    made: dict[str, list[float]] = {}
    problems: dict[tuple[int, int], str] = {}
    labels = table.column(table.names["study"]) if "study" in table.names else ("",) * len(table.rows)
    rows = [(number, f" ({label})" if label else "") for number, label in zip(table.numbers, labels, strict=True)]
    for place, name in enumerate(needed):
        heading = table.names[name]
        made[name] = []
        for (number, label), cell in zip(rows, table.column(heading), strict=True):
            value, said = _number(cell)
            made[name].append(value)
            said = said or _impossible(value, name, measure)
            if said:
                problems[number, place] = f"{table.name}, row {number}{label}, column {heading}: {said}"
    for events, n in (("events", "n"), ("events_c", "n_c")):
        if events in made and n in made:
            heading, of = table.names[events], table.names[n]
            for (number, label), x, total in zip(rows, made[events], made[n], strict=True):
                if x > total >= 1:
                    said = (
                        f"{table.name}, row {number}{label}, column {heading}: {x:g} events of {total:g} (column {of})"
                    )
                    problems.setdefault((number, needed.index(events)), said)
    if problems:
        first, *others = (problems[key] for key in sorted(problems))
        raise InputError(
            first, hint="correct the cell, or take the row out and say so in your report", problems=tuple(others)
        )
    return made


CHECKS: Mapping[str, Callable[[float], str]] = {
    "events": lambda x: "" if x >= 0 and x == int(x) else "a count of events is a whole number of 0 or more",
    "n": lambda x: "" if x >= 1 and x == int(x) else "n is a whole number of 1 or more",
    "time": lambda x: "" if x > 0 else "person-time is above 0",
    "sd": lambda x: "" if x > 0 else "a standard deviation is above 0",
    "vi": lambda x: "" if x > 0 else "a sampling variance is above 0",
}


def _number(cell: str) -> tuple[float, str]:
    """Return a cell as a number, and why it is none."""
    if not cell:
        return math.nan, "the cell is empty"
    try:
        value = float(cell)
    except ValueError:
        comma = " (write a decimal point, not a comma)" if cell.replace(",", "", 1).lstrip("-").isdigit() else ""
        return math.nan, f"{cell!r} is no number{comma}"
    return value, "" if math.isfinite(value) else f"{cell!r} is no finite number"


def _impossible(value: float, name: str, measure: str) -> str:
    """Say why a number cannot stand in a column."""
    bare = name.removesuffix("_c")
    check = CHECKS.get(bare)
    said = check(value) if check else ""
    if not said and bare == "n" and value < 2 and "sd" in NEEDED[measure]:
        said = "a standard deviation needs two patients"
    if bare == "mean" and value <= 0 and measure in LOG_MEANS:
        said = f"{measure} takes logarithms of means, which are above 0"
    return f"{value:g}: {said}" if said else ""


def _refuse_copies(name: str, rows: Sequence[tuple[str, ...]], numbers: Sequence[int]) -> None:
    """Refuse a row that repeats another in every cell: its patients would count twice."""
    seen: dict[tuple[str, ...], int] = {}
    for row, number in zip(rows, numbers, strict=True):
        if row in seen:
            raise InputError(
                f"{name}, row {number} repeats row {seen[row]} in every column ({row[0]})",
                hint="take one of them out; if they are two studies, give them different names in column study",
            )
        seen[row] = number


def _columns_hint(heads: Sequence[str]) -> str:
    """List the headings of a file."""
    return f"its columns: {', '.join(head for head in heads if head)}"


def _read_rows(path: Path) -> Iterator[list[str]]:
    """Yield the rows of a table as text cells, empty ones too."""
    if path.is_dir():
        raise InputError(f"{path} is a folder", hint="name a table in it")
    if not path.is_file():
        raise InputError(f"{path} does not exist", hint="check the name")
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _sheet_rows(path)
    text = _text(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return ([cell.strip() for cell in row] for row in reader)


def _sheet_rows(path: Path) -> Iterator[list[str]]:
    """Yield the rows of the first sheet of a workbook; numbers are written as they are read."""
    from zipfile import BadZipFile  # noqa: PLC0415

    from openpyxl import load_workbook  # noqa: PLC0415 - only for spreadsheets
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, OSError, KeyError, ValueError) as error:
        raise InputError(f"{path.name} is no spreadsheet that can be read: {error}") from error
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [_cell_text(value) for value in row]
    finally:
        book.close()


def _cell_text(value: object) -> str:
    """Write a cell of a spreadsheet as a text table has it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _text(path: Path) -> str:
    """Return a text file in UTF-8, or in what the importers of exports recognise."""
    content = path.read_bytes()
    try:
        if b"\0" not in content[:200]:
            return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    from jaksearch.formats.text import decode  # noqa: PLC0415 - all formats come with it

    return decode(content, name=path.name).text
