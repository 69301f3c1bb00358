"""Times as papers write them ("24 weeks", "6 months"), in days so that they can be put in order."""

from __future__ import annotations

import re

__all__ = ["days", "same_time"]

DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
_UNITS = {
    "d": "day",
    "day": "day",
    "w": "week",
    "wk": "week",
    "week": "week",
    "m": "month",
    "mo": "month",
    "mth": "month",
    "month": "month",
    "y": "year",
    "yr": "year",
    "year": "year",
}
_NUMBER_UNIT = re.compile(r"(\d+(?:\.\d+)?)[\s-]*([a-z]+?)s?\.?")
_UNIT_NUMBER = re.compile(r"([a-z]+?)s?\.?\s*(\d+(?:\.\d+)?)")


def days(time: str) -> float | None:
    """Return a time in days (a month is a twelfth of 365.25 days), or None if it is not one number and one unit.

    Examples
    --------
    >>> days("36 weeks"), days("Week 24"), days("6 months"), days("baseline")
    (252.0, 168.0, 182.625, 0.0)
    >>> days("3-21 months") is None
    True
    """
    text = " ".join(time.casefold().split()).removeprefix("at ")
    if text == "baseline":
        return 0.0
    match = _NUMBER_UNIT.fullmatch(text)
    if match:
        amount, unit = match[1], match[2]
    else:
        match = _UNIT_NUMBER.fullmatch(text)
        if not match:
            return None
        amount, unit = match[2], match[1]
    return float(amount) * DAYS[_UNITS[unit]] if unit in _UNITS else None


def same_time(a: str, b: str) -> bool:
    """Say whether two times are the same: the same words, or the same number of days.

    Examples
    --------
    >>> same_time("24 weeks", "Week 24"), same_time("24 weeks", "6 months")
    (True, False)
    """
    if a.casefold() == b.casefold():
        return True
    in_days = days(a)
    return in_days is not None and in_days == days(b)
