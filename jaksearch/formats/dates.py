"""Read the day of publication as far as a source tells it, in the shapes in which databases print dates."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from functools import lru_cache

from jaksearch.formats.values import find_year

__all__ = ["PLAIN_DATE", "find_date", "first_date"]

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
MONTHS = {name: number for number, name in enumerate(_MONTHS.split(), start=1)}
MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
NAMED = re.compile(
    rf"(?:(?<!\d)(?P<before>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*[-–]\s*\d{{1,2}})?[ .-]*)?\b{MONTH}\.?"
    r"(?:[ .,-]*(?<=[ .,-])(?P<after>\d{1,2})(?:st|nd|rd|th)?(?!\d))?",
    re.IGNORECASE,
)
PLAIN_DATE = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])(?:-[0-9]{2})?")
"""How a record holds its date."""
YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-/.年\s]\s*(\d{1,2})(?!\d)(?:\s*[-/.月\s]\s*(\d{1,2})(?!\d))?")
DAY_OR_MONTH_FIRST = re.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
MONTH_FIRST = re.compile(r"(?<![\d/.-])(\d{1,2})[/.](\d{4})(?!\d)")
COMPACT = re.compile(r"(?<!\d)(\d{4})(\d\d)(\d\d)(?!\d)")


def first_date(texts: Iterable[str], year: int | None) -> str:
    """Return the date of the first text that names a month of the year; nothing if none does.

    Examples
    --------
    >>> first_date(["2020", "2019 Dec", "JAN 15"], 2020)
    '2020-01-15'
    """
    if year is None:
        return ""
    return next((date for text in texts if (date := find_date(text, year))), "")


@lru_cache(maxsize=8192)
def find_date(text: str, year: int) -> str:
    """Return the day, or else the month, that a text names in a year; nothing if it names another year or no month.

    Of a span of months or days the first counts. A day and a month in figures before the year count only where they
    cannot be taken for each other.

    Examples
    --------
    >>> find_date("2016/01/30/", 2016), find_date("2020 Jan-Feb", 2020), find_date("DEC 20", 2018)
    ('2016-01-30', '2020-01', '2018-12-20')
    >>> find_date("2020 Spring", 2020), find_date("04/05/2020", 2020), find_date("2019 Dec", 2020)
    ('', '', '')
    """
    if len(text) < 3 or (text.isdigit() and len(text) != 8):
        return ""
    said = find_year(text)
    if said not in (None, year):
        return ""
    if match := NAMED.search(text):
        return _made(year, MONTHS[match["month"][:3].lower()], int(match["after"] or match["before"] or 0))
    if said is None:
        return ""
    if match := YEAR_FIRST.search(text) or COMPACT.search(text):
        return _made(year, int(match[2]), int(match[3] or 0)) if int(match[1]) == year else ""
    if match := DAY_OR_MONTH_FIRST.search(text):
        first, second = int(match[1]), int(match[3])
        if first != second and max(first, second) <= 12:
            return ""
        return _made(year, min(first, second), max(first, second))
    if match := MONTH_FIRST.search(text):
        return _made(year, int(match[1]), 0)
    return ""


def _made(year: int, month: int, day: int) -> str:
    """Return the date, without a day that the month has not; nothing for a month that the year has not."""
    if not 1 <= month <= 12:
        return ""
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return f"{year:04}-{month:02}"
