"""What a sheet of a workbook is, and what a cell of it says as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = [
    "MAX_CELL", "MAX_COLUMNS", "MAX_ROW", "MAX_ROWS", "Sheet", "SheetRow", "date_text", "is_date_format", "number_text",
]  # fmt: skip

MAX_ROWS = 1_048_576
"""As many as Excel has."""
MAX_COLUMNS = 2_000
"""The widest export has about 200; Excel's 16,384 would cost a million rows of nothing."""
MAX_CELL = 1 << 20
"""Characters; Excel itself stops at 32,767."""
MAX_ROW = 16 << 20
"""Characters in one row, as in one record of any other format."""

BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Numbers of the date formats that need no definition (ECMA-376, part 1, 18.8.30)."""
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
PLAIN = re.compile(r"-?\d{1,400}")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that is not empty: its number from 1, its cells as text, what was odd, and why it cannot be read.

    `spans` has the column and the width of cells that span columns; their text stands in the first of these.
    """

    number: int
    cells: list[str]
    warnings: tuple[str, ...] = ()
    reason: str = ""
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook or a table of a page; its rows can be read once, before the next sheet is asked for."""

    name: str
    rows: Iterator[SheetRow]
    is_hidden: bool = False


def is_date_format(number: int, code: str = "") -> bool:
    """Say whether a number format shows a date or a time.

    Examples
    --------
    >>> is_date_format(14), is_date_format(164, "yyyy-mm-dd"), is_date_format(165, '0.0" days"')
    (True, True, False)
    """
    if number in BUILT_IN_DATES:
        return True
    shown = LITERAL.sub("", code[:1000].partition(";")[0])
    return bool(re.search("[dmyhs]", shown, re.IGNORECASE)) and "general" not in shown.lower()


def number_text(text: str) -> str:
    """Return a number as people write it: whole numbers without a point, others with no more digits than they have.

    Examples
    --------
    >>> number_text("2020.0"), number_text("3.1415926E7"), number_text("0.10000000000000001"), number_text("n. a.")
    ('2020', '31415926', '0.1', 'n. a.')
    """
    text = text.strip()
    if PLAIN.fullmatch(text) or len(text) > 400:
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    return str(int(value)) if abs(value) < 1e15 and value.is_integer() else text if abs(value) >= 1e15 else repr(value)


def date_text(serial: float, *, since_1904: bool = False) -> str:
    """Return a workbook's day number as ISO 8601 writes it; a number that is no day stays a number.

    Parameters
    ----------
    serial : float
        Days since the end of 1899 (1900 has a 29 February there), with the time as a fraction.
    since_1904 : bool
        Whether the workbook counts from 1904.

    Examples
    --------
    >>> date_text(43860), date_text(43860.5), date_text(0.25), date_text(1e9)
    ('2020-01-30', '2020-01-30 12:00:00', '06:00:00', '1000000000')
    """
    if not 0 <= serial < 2_958_466:
        return number_text(repr(serial))
    if serial < 1 and not since_1904:
        return f"{datetime(1900, 1, 1) + timedelta(seconds=round(serial * 86_400)):%H:%M:%S}"  # noqa: DTZ001 - no zone
    first = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if serial < 60 else 30)  # noqa: DTZ001
    day = first + timedelta(days=int(serial), seconds=round(serial % 1 * 86_400))
    return day.strftime("%Y-%m-%d" if not serial % 1 else "%Y-%m-%d %H:%M:%S")
