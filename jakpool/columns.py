"""Columns of numbers checked row by row: an error names the row, its label, what is wrong and what to do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jakpool.errors import BadRowError, ChoiceError, NoStudiesError, PoolError

__all__ = [
    "Floats",
    "Numbers",
    "Rows",
    "Words",
    "counts_of",
    "floats",
    "ints",
    "known",
    "numbers",
    "positive",
    "rows_of",
    "within",
]

Floats = npt.NDArray[np.float64]
Numbers = Sequence[float] | npt.NDArray[Any]
Words = Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Labels, study keys and groups of the rows."""

    labels: tuple[str, ...]
    studies: tuple[str, ...]
    group: tuple[str, ...]


def rows_of(first: Numbers, labels: Words, studies: Words, group: Words, others: dict[str, Numbers]) -> Rows:
    """Check that all columns are of one length, and fill in default words."""
    k = len(first)
    if k == 0:
        raise NoStudiesError
    columns: dict[str, Any] = {**others, "labels": labels, "studies": studies, "group": group}
    for name, column in columns.items():
        if column is not None and len(column) != k:
            raise PoolError(f"{name} has {len(column)} entries for {k} rows", hint="every column needs one entry a row")
    keys = None if studies is None else tuple(str(s) for s in studies)
    names = tuple(str(v) for v in labels) if labels is not None else keys or tuple(str(i + 1) for i in range(k))
    if keys is None:
        keys = names if len(set(names)) == k else tuple(f"{name} (row {i + 1})" for i, name in enumerate(names))
    return Rows(names, keys, () if group is None else tuple(str(g) for g in group))


def numbers(values: Numbers, labels: Sequence[str], name: str) -> Floats:
    """Return finite floats, or name the first row that has none."""
    out = np.empty(len(values))
    for i, value in enumerate(values):
        try:
            out[i] = float(value)
        except (TypeError, ValueError):
            raise BadRowError(i + 1, labels[i], f"{name} is {value!r}, which is no number") from None
        if not math.isfinite(out[i]):
            raise BadRowError(i + 1, labels[i], f"{name} is missing or not finite ({value})")
    return out


def counts_of(values: Numbers, labels: Sequence[str], name: str) -> Floats:
    """Return whole numbers of zero or more (``n``: one or more), or name the first row that has none."""
    out = numbers(values, labels, name)
    for i, value in enumerate(out):
        if value != round(value):
            raise BadRowError(i + 1, labels[i], f"{name} is {value:g}, which is no whole number")
        if value < 0:
            raise BadRowError(i + 1, labels[i], f"{name} is {value:g}, below zero")
        if value == 0 and name in ("n", "n_c"):
            raise BadRowError(i + 1, labels[i], f"{name} is 0, nobody was counted")
    return out


def within(events: Floats, n: Floats, labels: Sequence[str], events_name: str, n_name: str) -> None:
    """Refuse more events than patients."""
    for i, (x, total) in enumerate(zip(events, n, strict=True)):
        if x > total:
            raise BadRowError(i + 1, labels[i], f"{events_name} ({x:g}) exceeds {n_name} ({total:g})")


def known(option: str, value: str, words: tuple[str, ...]) -> None:
    """Refuse a word that is not known."""
    if value not in words:
        raise ChoiceError(option, value, words)


def floats(values: Floats) -> tuple[float, ...]:
    """Return Python floats."""
    return tuple(float(v) for v in values)


def ints(values: Floats) -> tuple[int, ...]:
    """Return Python ints."""
    return tuple(round(float(v)) for v in values)


def positive(values: Numbers, labels: Sequence[str], name: str, *, zero: bool = False) -> Floats:
    """Return finite numbers above zero (or, with `zero`, not below it), or name the first row that has none."""
    out = numbers(values, labels, name)
    for i, value in enumerate(out):
        if value < 0 or (value == 0 and not zero):
            raise BadRowError(
                i + 1, labels[i], f"{name} is {value:g}; it must be {'zero or more' if zero else 'above zero'}"
            )
    return out
