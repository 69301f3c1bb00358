"""Moderators to a design matrix: numbers as they are, words as a factor."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jakpool.columns import Floats
from jakpool.errors import BadRowError, PoolError

__all__ = ["Design", "Term", "make_design"]


@dataclass(frozen=True, slots=True)
class Term:
    """One moderator.

    Attributes
    ----------
    name : str
    levels : tuple of str
        Of a factor, the reference first; empty for a number.
    columns : tuple of int
        Its columns of the design.
    """

    name: str
    levels: tuple[str, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Design:
    """The design matrix, with an intercept first, and what its columns are.

    Attributes
    ----------
    X : array, shape (k, p)
    names : tuple of str
        "intercept", "year", "drug: ruxolitinib", …
    terms : tuple of Term
    """

    X: Floats
    names: tuple[str, ...]
    terms: tuple[Term, ...]

    def row(self, values: Mapping[str, Any]) -> Floats:
        """Return the row of one point of a prediction grid; a moderator that is not named is an error.

        Raises
        ------
        PoolError
            A moderator without a value, or a level that no row has.
        """
        out = np.zeros(len(self.names))
        out[0] = 1.0
        for term in self.terms:
            if term.name not in values:
                raise PoolError(f"the grid has no value of {term.name}", hint="give one for every moderator")
            value = values[term.name]
            if not term.levels:
                out[term.columns[0]] = _number(value, term.name)
            elif str(value) not in term.levels:
                known = ", ".join(term.levels)
                raise PoolError(f"{term.name} is never {value!r}", hint=f"its levels are {known}")
            elif str(value) != term.levels[0]:
                out[term.columns[term.levels.index(str(value)) - 1]] = 1.0
        return out


def make_design(moderators: Mapping[str, Sequence[Any]], labels: Sequence[str]) -> Design:
    """Return the design of moderators, one entry a row each.

    A moderator whose entries are all numbers is a slope; any other is a factor with a column for every level but the
    first in alphabetical order.

    Raises
    ------
    PoolError
        No moderator, one that is constant, one that the others determine, more columns than rows allow.
    BadRowError
        A missing entry; it names the row.

    Examples
    --------
    >>> d = make_design({"year": [2018, 2020, 2021, 2022], "drug": ["tofa", "ruxo", "tofa", "ruxo"]}, "abcd")
    >>> d.names
    ('intercept', 'year', 'drug: tofa')
    """
    if not moderators:
        raise PoolError("no moderator is given", hint="name at least one column")
    k = len(labels)
    columns, names = [np.ones(k)], ["intercept"]
    terms: list[Term] = []
    levels: tuple[str, ...]
    for name, values in moderators.items():
        if len(values) != k:
            raise PoolError(f"{name} has {len(values)} entries for {k} rows", hint="every moderator needs one a row")
        for i, value in enumerate(values):
            if value is None or str(value).strip() == "" or (isinstance(value, float) and math.isnan(value)):
                raise BadRowError(
                    i + 1, labels[i], f"{name} is missing", hint="fill it in, or leave the row out of the regression"
                )
        if all(_is_number(value) for value in values):
            made, levels = [np.array([float(value) for value in values])], ()
            titles = [name]
        else:
            words = [str(value).strip() for value in values]
            levels = tuple(sorted(set(words)))
            made = [np.array([word == level for word in words], dtype=float) for level in levels[1:]]
            titles = [f"{name}: {level}" for level in levels[1:]]
        if not made or any(float(np.ptp(column)) == 0.0 for column in made):
            raise PoolError(f"{name} is the same in every row", hint="a constant explains nothing; leave it out")
        start = len(columns)
        for column, title in zip(made, titles, strict=True):
            if _determined(columns, column):
                raise PoolError(
                    f"{title} is determined by the columns before it ({', '.join(names)})",
                    hint="two moderators say the same; leave one out",
                )
            columns.append(column)
            names.append(title)
        terms.append(Term(name, levels, tuple(range(start, len(columns)))))
    if len(columns) >= k:
        raise PoolError(
            f"{len(columns)} coefficients cannot be told from {k} rows", hint="leave moderators out, or pool levels"
        )
    return Design(np.column_stack(columns), tuple(names), tuple(terms))


def _determined(columns: list[Floats], column: Floats) -> bool:
    """Whether a column is a linear combination of others, as far as floats can tell."""
    basis = np.column_stack([c / max(float(np.linalg.norm(c)), 1e-300) for c in columns])
    centred = column - float(column.mean())
    left = centred - basis @ np.linalg.lstsq(basis, centred, rcond=None)[0]
    return float(np.linalg.norm(left)) <= 1e-9 * max(float(np.linalg.norm(centred)), 1e-300)


def _is_number(value: Any) -> bool:
    """Whether an entry is a finite number, or a word that reads as one."""
    if isinstance(value, bool):
        return False
    try:
        return math.isfinite(float(value))
    except (TypeError, ValueError):
        return False


def _number(value: Any, name: str) -> float:
    """Return a number of the grid."""
    if not _is_number(value):
        raise PoolError(f"{name} is {value!r} in the grid, which is no number", hint="give a number")
    return float(value)
