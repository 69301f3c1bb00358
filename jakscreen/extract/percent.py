"""Percentages against counts: which whole numbers of n patients a printed percentage can stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor

__all__ = ["Percentage", "counts_that_fit", "denominators_that_fit", "printed_for", "printed_like"]

_EPSILON = 1e-9
_PERCENT = re.compile(r"(?<![\w.,])(\d+(?:\.\d+)?)\s?%")
_TO_TWELVE = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty")
_WORDS = {word: count for count, word in enumerate((*_TO_TWELVE, *_TEENS))}
_COUNT_BEFORE = re.compile(r"(?:^|[^\w.])(\d+|[a-z]+)\s*\($", re.IGNORECASE)
_OF_BEFORE = re.compile(r"(?:denominator|n\s*=|of)\s*(\d+)\s*[,:;(]?\s*$", re.IGNORECASE)
_OF_AFTER = re.compile(
    r"\s*of\s+(?:the\s+|all\s+|these\s+|our\s+)?(?:(\d+)\b\s*)?"
    r"(?:(?:patients|subjects|participants|individuals|persons|people|children|adolescents|adults|women|men|cases)\b)?",
    re.IGNORECASE,
)
_DID_AFTER = re.compile(
    r"\s*(?:achiev(?:ed|ing)|experienc(?:ed|ing)|show(?:ed|ing)|respond(?:ed|ing)|reach(?:ed|ing)|attained)\b",
    re.IGNORECASE,
)
_SUBSET_AFTER = re.compile(r"\s*(?:who|that|which|with|without|in|from|among)\b", re.IGNORECASE)
_RESULT = re.compile(r"[=≈<>≤≥~–-]\s*$")


@dataclass(frozen=True, slots=True)
class Percentage:
    """A percentage as printed: its value and the number of decimals it was rounded to."""

    value: float
    decimals: int

    def __str__(self) -> str:
        """Return it as printed, with its decimals."""
        return f"{self.value:.{self.decimals}f} %"

    def is_share(self, events: float, n: float) -> bool:
        """Say whether ``events / n`` rounds to it (a half may go up or down)."""
        return n > 0 and abs(100 * events / n - self.value) <= 0.5 * 10.0**-self.decimals + _EPSILON


def counts_that_fit(percentage: Percentage, n: int) -> tuple[int, ...]:
    """Return the whole numbers of `n` patients that round to the percentage; none means it is no count of these n.

    References
    ----------
    Brown, Heathers (2017), The GRIM test, Soc Psychol Personal Sci 8:363-369. doi:10.1177/1948550616673876

    Examples
    --------
    >>> counts_that_fit(Percentage(35.2, 1), 281), counts_that_fit(Percentage(38.3, 1), 127)
    ((99,), ())
    """
    half = 0.5 * 10.0**-percentage.decimals
    low = ceil((percentage.value - half) * n / 100 - _EPSILON)
    high = floor((percentage.value + half) * n / 100 + _EPSILON)
    return tuple(range(max(low, 0), min(high, n) + 1))


def denominators_that_fit(percentage: Percentage, events: int, *, below: int) -> tuple[int, ...]:
    """Return the denominators under `below` of which `events` are the percentage: what n may have been meant.

    Examples
    --------
    >>> denominators_that_fit(Percentage(63.6, 1), 7, below=14)
    (11,)
    """
    return tuple(n for n in range(max(events, 1), below) if percentage.is_share(events, n))


def printed_like(value: float, quote: str) -> Percentage:
    """Return a percentage with the decimals the quote prints it with, or else those the number needs.

    Examples
    --------
    >>> printed_like(33.0, "denominator 249, 33.0%"), printed_like(33.0, "")
    (Percentage(value=33.0, decimals=1), Percentage(value=33.0, decimals=0))
    """
    needed = 0 if float(value).is_integer() else _decimals(repr(value))
    printed = [_decimals(match[1]) for match in _PERCENT.finditer(quote) if float(match[1]) == value]
    return Percentage(value, max([needed, *printed]))


def printed_for(quote: str, *, events: float, n: float) -> Percentage | None:
    """Return the one percentage of a quote that is clearly said of these events and this n, or None.

    Clear are: a percentage in brackets behind the count itself ("seven (63.6%)"), "38.3% of patients" (not "of those
    who …"), "32% experienced …", and one behind its denominator ("denominator 127, 38.3%"). Thresholds (">=50%"),
    ranges, results of our own arithmetic ("8/18=44.4%") and sizes of an effect ("98% improvement") are not. If
    several remain that differ, none of which is the share of these events, the quote is not clear.

    Examples
    --------
    >>> printed_for("seven (63.6%) achieved over 50% improvement", events=7, n=14)
    Percentage(value=63.6, decimals=1)
    >>> printed_for("77% of those who responded achieved regrowth of more than 95%", events=7, n=12) is None
    True
    """
    found: dict[float, Percentage] = {}
    for match in _PERCENT.finditer(quote):
        before, after = quote[: match.start()], quote[match.end() :]
        if not _RESULT.search(before) and _is_said_of(before, after, events=events, n=n):
            found[float(match[1])] = Percentage(float(match[1]), _decimals(match[1]))
    for percentage in found.values():
        if percentage.is_share(events, n):
            return percentage
    return next(iter(found.values())) if len(found) == 1 else None


def _is_said_of(before: str, after: str, *, events: float, n: float) -> bool:
    """Say whether the words around a percentage tie it to this count or this denominator."""
    count = _COUNT_BEFORE.search(before)
    if count and after.lstrip().startswith((")", ";", ",")):
        said = _WORDS.get(count[1].casefold()) if count[1].isalpha() else int(count[1])
        return said == events
    denominator = _OF_BEFORE.search(before)
    if denominator:
        return int(denominator[1]) == n
    of = _OF_AFTER.match(after)
    if of:
        named = after[: of.end()].strip().casefold() not in ("of", "of the", "of all", "of these", "of our")
        return named and (of[1] is None or int(of[1]) == n) and not _SUBSET_AFTER.match(after[of.end() :])
    return _DID_AFTER.match(after) is not None


def _decimals(text: str) -> int:
    """Count the decimals of a number as written."""
    exponent = Decimal(text).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
