"""Print numbers as a journal does: percentages with one decimal, ratios with two, a dash where there is none."""

from __future__ import annotations

from math import isfinite

from jak.report.contents import Scale, Span

__all__ = ["NONE", "count", "counts_of", "effect", "join_words", "plural", "span", "value"]

NONE = "–"


def count(n: int | None) -> str:
    """Return a whole number with its thousands apart.

    >>> count(12345), count(None)
    ('12,345', '–')
    """
    return NONE if n is None else f"{n:,}"


def counts_of(events: int | None, n: int | None) -> str:
    """Return events of patients.

    >>> counts_of(42, 66), counts_of(None, 66)
    ('42/66', '–/66')
    """
    return f"{count(events)}/{count(n)}"


def value(number: float | None) -> str:
    """Return an extracted value as it was read: whole numbers without a point.

    >>> value(42.0), value(35.2), value(None)
    ('42', '35.2', '–')
    """
    if number is None:
        return NONE
    return str(int(number)) if number == int(number) else repr(float(number))


def effect(number: float | None, scale: Scale) -> str:
    """Return an effect on its natural scale, without the unit.

    >>> effect(0.6813, "percent"), effect(3.456, "ratio"), effect(0.0444, "ratio"), effect(None, "ratio")
    ('68.1', '3.46', '0.044', '–')
    """
    if number is None or not isfinite(number):
        return NONE
    if scale == "percent":
        return f"{100 * number:.1f}"
    if abs(number) >= 100:
        return f"{number:,.0f}"
    if abs(number) >= 10:
        return f"{number:.1f}"
    if 0 < abs(number) < 0.1:
        return f"{number:.2g}"
    return f"{number:.2f}"


def span(interval: Span | None, scale: Scale) -> str:
    """Return an interval without its method; a bound that does not exist is a dash.

    >>> span(Span(0.6, 0.757, "t"), "percent"), span(None, "percent")
    ('60.0 to 75.7', '–')
    """
    if interval is None or (interval.lower is None and interval.upper is None):
        return NONE
    return f"{effect(interval.lower, scale)} to {effect(interval.upper, scale)}"


def plural(n: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    >>> plural(1, "study", "studies"), plural(1200, "record")
    ('1 study', '1,200 records')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def join_words(words: tuple[str, ...] | list[str]) -> str:
    """Return words as a list in a sentence.

    >>> join_words(["A", "B", "C"]), join_words(["A"])
    ('A, B and C', 'A')
    """
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
