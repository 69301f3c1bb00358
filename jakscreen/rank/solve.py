"""Solve the support vector machine of a few labelled reports, from the last solution on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["balanced_costs", "squared_hinge"]

TOLERANCE = 1e-7
"""Residual at which a linear system counts as solved, for each report."""

_CHANGES = 30
_STEPS = 500


def balanced_costs(
    relevant: NDArray[np.bool_], weight: NDArray[np.float64], *, cost: float, ratio: float
) -> NDArray[np.float64]:
    """Return what an error costs at each report: all relevant together weigh `ratio` times all irrelevant together.

    Parameters
    ----------
    relevant : array of bool, shape (m,)
    weight : array of float, shape (m,)
        How far each label counts: 1 for a vote, less for a guess.
    cost : float
        Mean cost of an error (C).

    Examples
    --------
    >>> balanced_costs(np.array([True, False, False]), np.ones(3), cost=0.1, ratio=5.0).round(3).tolist()
    [0.25, 0.025, 0.025]
    """
    share = weight[relevant].sum() / (ratio * weight[~relevant].sum())
    found = np.where(relevant, 1.0, share) * weight
    return np.asarray(found * (cost * weight.sum() / found.sum()))


def squared_hinge(
    times: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    diagonal: NDArray[np.float64],
    y: NDArray[np.float64],
    costs: NDArray[np.float64],
    *,
    start: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the coefficients of a linear support vector machine with squared hinge loss, in its dual form.

    They minimise ``b'Kb / 2 + sum(costs * max(0, 1 - y * Kb) ** 2)`` over ``b``; the score of a report is the sum of
    its kernel with the labelled ones times ``b``.

    Parameters
    ----------
    times : function
        Multiplies the kernel matrix K (m, m) with a vector.
    diagonal : array, shape (m,)
        Of K, or near it: it decides how fast the answer comes, not which.
    y : array, shape (m,)
        1 and -1.
    costs : array, shape (m,)
        See `balanced_costs`.
    start : array, shape (m,), optional
        Where to begin, the last solution say: it saves time and changes nothing beyond the tolerance.

    References
    ----------
    Chapelle (2007), Neural Comput 19:1155-1178, section 4 (Newton steps on the reports within the margin, which solve
    ``(K + diag(1 / 2c)) b = y`` there); the linear systems by conjugate gradients with the diagonal as preconditioner.
    doi:10.1162/neco.2007.19.5.1155

    Examples
    --------
    Two reports of length one with nothing in common, an error costs 1/2: b = y / (1 + 1).

    >>> squared_hinge(lambda v: v, np.ones(2), np.array([1.0, -1.0]), np.full(2, 0.5)).round(6).tolist()
    [0.5, -0.5]
    """
    ridge = 1 / (2 * costs)
    found = np.zeros(len(y)) if start is None else start.copy()
    product = times(found)
    inside = np.ones(len(y), dtype=bool) if start is None else y * product < 1
    for _ in range(_CHANGES):
        if not inside.all() and found[~inside].any():
            found[~inside] = 0.0
            product = times(found)
        found, product = _solved(times, diagonal, ridge, y, inside, found, product)
        now = y * product < 1
        if (now == inside).all():
            break
        inside = now
    return found


def _solved(
    times: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    diagonal: NDArray[np.float64],
    ridge: NDArray[np.float64],
    y: NDArray[np.float64],
    inside: NDArray[np.bool_],
    found: NDArray[np.float64],
    product: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Solve the system of the reports within the margin; return the solution and K times it."""
    mask = inside.astype(np.float64)
    scale = mask / (diagonal + ridge)
    residual = mask * (y - product - ridge * found)
    limit = (TOLERANCE**2) * len(y)
    ahead = scale * residual
    direction = ahead.copy()
    size = float(residual @ ahead)
    for _ in range(_STEPS):
        if float(residual @ residual) <= limit:
            break
        turned = times(direction)
        step = size / float(direction @ (turned + ridge * direction))
        found = found + step * direction
        product = product + step * turned
        residual = residual - step * mask * (turned + ridge * direction)
        ahead = scale * residual
        before, size = size, float(residual @ ahead)
        direction = ahead + (size / before) * direction
    return found, product
