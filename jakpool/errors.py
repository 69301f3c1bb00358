"""Errors of jakpool: each is a `ValueError` with its own sentence and, in `hint`, the way out."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["BadRowError", "ChoiceError", "NoStudiesError", "PoolError"]


class PoolError(ValueError):
    """A pooling cannot be done as asked.

    Attributes
    ----------
    hint : str
        What to do next; empty if the sentence says it.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class BadRowError(PoolError):
    """One row holds numbers that cannot be.

    Attributes
    ----------
    row : int
        Position of the row, from 1.
    label : str
        What the row is called.
    """

    def __init__(self, row: int, label: str, reason: str, *, hint: str = "correct the row or leave it out") -> None:
        super().__init__(f"row {row} ({label}): {reason}", hint=hint)
        self.row = row
        self.label = label


class NoStudiesError(PoolError):
    """There is nothing to pool."""

    def __init__(self, what: str = "no rows to pool") -> None:
        super().__init__(what, hint="give at least one study")


class ChoiceError(PoolError):
    """An option has a value that is not known, or that does not fit the others."""

    def __init__(self, option: str, value: object, known: Iterable[str], *, why: str = "") -> None:
        super().__init__(f"{option} cannot be {value!r}{f': {why}' if why else ''}", hint=f"one of: {', '.join(known)}")
        self.option = option
