"""One support vector machine over a few blocks of features, solved again as labels come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jakscreen.rank.features import Features
from jakscreen.rank.solve import balanced_costs, squared_hinge

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DENSE", "Examples", "Learnt", "Machine"]

DENSE = 3000
"""Up to so many labelled rows their kernel matrix is kept; beyond, it is applied by passes over the blocks."""

FEW = 24
"""Of so many new rows at once the likeness to all is computed; with more, kernels are applied by passes this once."""

COLUMNS = 2**25
"""Numbers that are kept at most of the likeness of labelled rows to all."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What is to be learnt from.

    Attributes
    ----------
    rows : array of int64, shape (m,)
        Rows of the blocks, each once.
    relevant : array of bool, shape (m,)
        At least one of each kind.
    weight : array of float64, shape (m,)
        1 for a vote, less for a guess; above zero.
    """

    rows: NDArray[np.int64]
    relevant: NDArray[np.bool_]
    weight: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """A solved machine.

    Attributes
    ----------
    scores : array of float64, shape (rows,)
        Distance from the boundary of each row of the pool (guiding texts among them), above zero on the relevant side.
    rows, coefficients : array, shape (m,)
        Labelled rows, and how much the likeness to each adds to a score.
    weights : mapping of str to float
        Weight of each block.
    intercept : float
        Added to every score.
    """

    scores: NDArray[np.float64]
    rows: NDArray[np.int64]
    coefficients: NDArray[np.float64]
    weights: Mapping[str, float]
    intercept: float


class Machine:
    """A linear support vector machine with squared hinge loss over weighted blocks.

    Its kernel is ``1 + sum(weight * product)`` over the blocks. It keeps how like each labelled row is to every row of
    the pool, and its last solution: one more label costs one pass over the blocks and a few steps from there.

    Parameters
    ----------
    features : Features
    weights : mapping of str to float
        Weight of each block.
    cost, ratio : float
        See `solve.balanced_costs`.
    """

    def __init__(self, features: Features, weights: Mapping[str, float], *, cost: float, ratio: float) -> None:
        self.features = features
        self.weights = dict(weights)
        self.cost = cost
        self.ratio = ratio
        self._solution: dict[int, float] = {}
        self._forget()

    def learn(self, examples: Examples) -> Learnt:
        """Solve the machine for these examples, from the last solution on."""
        rows = examples.rows
        y = np.where(examples.relevant, 1.0, -1.0)
        costs = balanced_costs(examples.relevant, examples.weight, cost=self.cost, ratio=self.ratio)
        start = np.array([self._solution.get(row, 0.0) for row in rows.tolist()]) if self._solution else None
        if self._prepare(rows):
            kernel = self._kernel_of(rows)
            found = squared_hinge(kernel.__matmul__, kernel.diagonal(), y, costs, start=start)
        else:
            diagonal = np.full(len(rows), 1 + sum(self.weights.values()))
            found = squared_hinge(lambda v: self._times(rows, v), diagonal, y, costs, start=start)
        self._solution = dict(zip(rows.tolist(), found.tolist(), strict=True))
        return Learnt(self._scores(rows, found), rows, found, self.weights, float(found.sum()))

    def _forget(self) -> None:
        """Begin anew to keep."""
        self._place: dict[int, int] = {}
        self._rows = np.zeros(0, dtype=np.int64)
        self._kernel = np.zeros((0, 0))
        self._columns = np.zeros((0, len(self.features.ids) + self.features.extra), dtype=np.float32)

    def _prepare(self, rows: NDArray[np.int64]) -> bool:
        """Compute the likeness of a few rows that are new to all; say whether the kernel of `rows` is known."""
        new = [row for row in rows.tolist() if row not in self._place]
        if len(self._rows) + len(new) > DENSE and new:
            if len(rows) > DENSE:
                return False
            self._forget()  # many rows that count no more
            new = rows.tolist()
        for row in new[:FEW]:
            self._add(row)
        return len(new) <= FEW

    def _add(self, row: int) -> None:
        """Keep the likeness of one row to all."""
        old = len(self._rows)
        at = np.array([row], dtype=np.int64)
        column = self._pass(at, np.ones(1))
        if old == len(self._kernel):
            grown = np.zeros((max(2 * old, 64),) * 2)
            grown[:old, :old] = self._kernel[:old, :old]
            self._kernel = grown
        room = min(len(self._kernel), COLUMNS // max(len(column), 1))
        if room > len(self._columns):
            more = np.zeros((room, len(column)), dtype=np.float32)
            more[: min(old, len(self._columns))] = self._columns[:old]
            self._columns = more
        self._rows = np.append(self._rows, row)
        self._place[row] = old
        self._kernel[old, : old + 1] = self._kernel[: old + 1, old] = column[self._rows]
        self._kernel[old, old] += self._unshared(at)[0]
        if old < len(self._columns):
            self._columns[old] = column

    def _kernel_of(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the kernel matrix of labelled rows."""
        if len(rows) == len(self._rows) and bool((rows == self._rows).all()):
            return np.asarray(self._kernel[: len(rows), : len(rows)])
        places = np.array([self._place[row] for row in rows.tolist()])
        return np.asarray(self._kernel[np.ix_(places, places)])

    def _scores(self, rows: NDArray[np.int64], coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the score of every row: from what is kept, and one pass for the rest."""
        places = np.array([self._place.get(row, len(self._columns)) for row in rows.tolist()])
        kept = places < len(self._columns)
        known = np.zeros(min(len(self._rows), len(self._columns)), dtype=np.float32)
        known[places[kept]] = coefficients[kept]
        scores = np.zeros(len(self.features.ids) + self.features.extra)
        if kept.any():
            scores += known @ self._columns[: len(known)]
        if not kept.all():
            scores += self._pass(rows[~kept], coefficients[~kept])
        return scores

    def _pass(self, rows: NDArray[np.int64], coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the kernel of all rows with some, times coefficients, but for what a row shares with itself alone."""
        found = np.full(len(self.features.ids) + self.features.extra, coefficients.sum())
        for name, weight in self.weights.items():
            block = self.features.block(name)
            found += block.scores(block.direction(rows, weight * coefficients))
        return found

    def _unshared(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what `_pass` leaves out of a row's kernel with itself."""
        parts = [weight * self.features.block(name).unshared(rows) for name, weight in self.weights.items()]
        return np.asarray(sum(parts, np.zeros(len(rows))))

    def _times(self, rows: NDArray[np.int64], vector: NDArray[np.float64]) -> NDArray[np.float64]:
        """Multiply the kernel matrix of labelled rows with a vector, without making it."""
        return np.asarray(self._pass(rows, vector)[rows] + self._unshared(rows) * vector)
