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
"""Up to so many labelled rows their kernel matrix is kept; beyond, it is applied by products of the blocks."""


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
    directions : mapping of str to array
        What each block's rows are multiplied with, its weight within.
    weights : mapping of str to float
        Weight of each block.
    intercept : float
        Added to every score.
    """

    scores: NDArray[np.float64]
    rows: NDArray[np.int64]
    coefficients: NDArray[np.float64]
    directions: Mapping[str, NDArray[np.float32]]
    weights: Mapping[str, float]
    intercept: float


class Machine:
    """A linear support vector machine with squared hinge loss over weighted blocks.

    Its kernel is ``1 + sum(weight * product)`` over the blocks. It keeps the kernel of the rows that it has seen
    labelled and its last solution: one more label costs one more row and a few steps from there.

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
        self._place: dict[int, int] = {}
        self._rows = np.zeros(0, dtype=np.int64)
        self._kernel = np.zeros((0, 0))
        self._solution: dict[int, float] = {}

    def learn(self, examples: Examples) -> Learnt:
        """Solve the machine for these examples, from the last solution on."""
        rows = examples.rows
        y = np.where(examples.relevant, 1.0, -1.0)
        costs = balanced_costs(examples.relevant, examples.weight, cost=self.cost, ratio=self.ratio)
        start = np.array([self._solution.get(row, 0.0) for row in rows.tolist()]) if self._solution else None
        if len(rows) <= DENSE:
            kernel = self._kernel_of(rows)
            found = squared_hinge(kernel.__matmul__, kernel.diagonal(), y, costs, start=start)
        else:
            diagonal = np.full(len(rows), 1 + sum(self.weights.values()))
            found = squared_hinge(lambda v: self._times(rows, v), diagonal, y, costs, start=start)
        self._solution = dict(zip(rows.tolist(), found.tolist(), strict=True))
        intercept = float(found.sum())
        scores = np.full(len(self.features.ids) + self.features.extra, intercept)
        directions = {}
        for name, weight in self.weights.items():
            block = self.features.block(name)
            directions[name] = block.direction(rows, weight * found)
            scores += block.scores(directions[name])
        return Learnt(scores, rows, found, directions, self.weights, intercept)

    def gram(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the kernel of some rows with others."""
        found = np.ones((len(rows), len(others)))
        for name, weight in self.weights.items():
            found += weight * self.features.block(name).gram(rows, others)
        return found

    def _kernel_of(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the kernel matrix of labelled rows, computing what is new."""
        new = np.array([row for row in rows.tolist() if row not in self._place], dtype=np.int64)
        if len(new):
            old, size = len(self._rows), len(self._rows) + len(new)
            if size > 2 * DENSE:  # many rows that count no more
                self._place, self._rows, self._kernel = {}, np.zeros(0, dtype=np.int64), np.zeros((0, 0))
                return self._kernel_of(rows)
            if size > len(self._kernel):
                grown = np.zeros((max(size, 2 * len(self._kernel), 64),) * 2)
                grown[:old, :old] = self._kernel[:old, :old]
                self._kernel = grown
            self._rows = np.concatenate([self._rows, new])
            self._place.update((row, old + i) for i, row in enumerate(new.tolist()))
            fresh = self.gram(new, self._rows)
            self._kernel[old:size, :size] = fresh
            self._kernel[:size, old:size] = fresh.T
        if len(rows) == len(self._rows) and bool((rows == self._rows).all()):
            return self._kernel[: len(rows), : len(rows)]
        places = np.array([self._place[row] for row in rows.tolist()])
        return self._kernel[np.ix_(places, places)]

    def _times(self, rows: NDArray[np.int64], vector: NDArray[np.float64]) -> NDArray[np.float64]:
        """Multiply the kernel matrix of labelled rows with a vector, without making it."""
        found = np.full(len(rows), float(vector.sum()))
        for name, weight in self.weights.items():
            block = self.features.block(name)
            found += weight * block.scores(block.direction(rows, vector))[rows]
            found += weight * block.unshared(rows) * vector
        return found
