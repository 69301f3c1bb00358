"""The error for a strategy that cannot be read: what is wrong, where, shown with a caret, and the way out."""

from __future__ import annotations

import unicodedata

from jakdb.errors import UsageError

__all__ = ["StrategyError"]

AROUND = 40
"""Characters that are shown before and after the place."""


class StrategyError(UsageError):
    """A line of a strategy cannot be read.

    Attributes
    ----------
    column : int
        The place in the text, counted from 1, with blanks and line breaks in a row as one blank.
    """

    def __init__(self, what: str, *, place: str, text: str, at: int, hint: str) -> None:
        self.what = what
        self.column = at + 1
        super().__init__(f"{place}, column {self.column}: {what}\n{_excerpt(text, at)}", hint=hint)


def _excerpt(text: str, at: int) -> str:
    """Return the piece of the text around a place, with a caret below it."""
    start = max(0, at - AROUND)
    before, after = text[start:at], text[at : at + AROUND]
    lead = "…" if start else ""
    shown = f"{lead}{before}{after}{'…' if at + AROUND < len(text) else ''}"
    return f"    {_printable(shown)}\n    {' ' * _width(lead + before)}^"


def _printable(text: str) -> str:
    """Return a text without control characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    widths = {"W": 2, "F": 2}
    return sum(
        0 if unicodedata.combining(letter) else widths.get(unicodedata.east_asian_width(letter), 1)
        for letter in _printable(text)
    )
