"""The hypergeometric test of whether a recall target was missed (buscar)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

__all__ = ["Frontier", "missed_target_p", "recall_frontier", "supported_recall"]

_SMALL = 1e-3
_STEP, _FIRST, _END = 0.005, 0.99, 0.01
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frontier:
    """p values for a falling row of recall targets, the last one the first below 0.01."""

    targets: tuple[float, ...]
    p: tuple[float, ...]

    def supported(self, confidence: float = 0.95) -> float | None:
        """Return the highest recall of which having missed it is rejected; none if no target is.

        Examples
        --------
        >>> Frontier((0.99, 0.985, 0.98), (0.2, 0.04, 0.001)).supported()
        0.985
        """
        return next((t for t, p in zip(self.targets, self.p, strict=True) if p < 1 - confidence), None)


def missed_target_p(labels: Sequence[int], pool: int, *, target: float = 0.95) -> float:
    """Return the p value of the hypothesis that the recall is below `target`; below 1 - confidence, one may stop.

    Each end piece of the reading is taken as if it were drawn at random from itself and everything unread: had the
    target been missed, at least so many relevant ones would have been in there. The smallest p of all end pieces
    counts. Looking again and again, and taking the smallest, is not corrected for; neither does the original.

    Parameters
    ----------
    labels : sequence of int
        1 and 0 in the order of reading.
    pool : int
        Records in all.
    target : float
        Recall, above 0 and at most 1.

    Returns
    -------
    float
        Zero where more relevant records would have to be missing than are unread (buscarpy gives NaN there), one
        before anything is read.

    References
    ----------
    Callaghan, Mueller-Hansen (2020), Syst Rev 9:273, "ranked quasi-sampling". doi:10.1186/s13643-020-01521-4
    The same figures as `calculate_h0` of buscarpy 0.0.2 to 1e-9.

    Examples
    --------
    >>> round(missed_target_p([1] * 20 + [0] * 100, pool=200), 6)
    0.196151
    """
    if not 0 < target <= 1:
        raise ValueError("target must be above 0 and at most 1")
    reading = np.asarray(labels, dtype=np.int64)
    if len(reading) > pool:
        raise ValueError(f"{len(reading)} labels, but a pool of {pool}")
    if not len(reading):
        return 1.0
    found = int(reading.sum())
    unread = pool - len(reading)
    missing = floor(found / target + 1 - found)
    if missing > unread:
        return 0.0
    sizes, inside = _end_pieces(reading)
    p = 1.0 - _below(missing, inside + missing, sizes + unread, unread)
    least = int(np.argmin(p))
    if p[least] >= _SMALL:
        return float(min(1.0, p[least]))
    return min(_tail(int(inside[i]), int(inside[i]) + missing, int(sizes[i]), unread) for i in _near(p, least))


def recall_frontier(labels: Sequence[int], pool: int) -> Frontier:
    """Return the p value of each recall target from 0.99 downwards, until one is below 0.01.

    References
    ----------
    `recall_frontier` of buscarpy 0.0.2 (Callaghan, Mueller-Hansen 2020, Syst Rev 9:273).

    Examples
    --------
    >>> found = recall_frontier([1] * 30 + [0] * 150, pool=200)
    >>> len(found.targets), round(found.targets[-1], 3), found.p[-1] < 0.01
    (12, 0.935, True)
    """
    target, targets, ps = _FIRST, [], []
    while target > 0:
        p = missed_target_p(labels, pool, target=target)
        targets.append(target)
        ps.append(p)
        if p < _END:
            break
        target -= _STEP
    return Frontier(tuple(targets), tuple(ps))


def supported_recall(labels: Sequence[int], pool: int, *, confidence: float = 0.95) -> float | None:
    """Return the highest recall of the frontier's row of which having missed it is rejected; none if there is none.

    The p value falls with the target, so the row is halved instead of walked: quick for large pools too.

    Examples
    --------
    >>> labels = [1] * 30 + [0] * 150
    >>> supported_recall(labels, 200), round(recall_frontier(labels, 200).supported(), 3)
    (0.965, 0.965)
    """
    low, high = 0, round(_FIRST / _STEP)
    while low < high:
        middle = (low + high) // 2
        if missed_target_p(labels, pool, target=_FIRST - _STEP * middle) < 1 - confidence:
            high = middle
        else:
            low = middle + 1
    target = round(_FIRST - _STEP * low, 10)
    return target if target > 0 else None


def _end_pieces(reading: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the sizes of the end pieces that matter, and the relevant ones in each.

    Of the end pieces with the same relevant ones the longest has the smallest p, for one more irrelevant record in it
    makes it less likely that the missing ones are all unread. So the pieces just behind a find are enough, and the
    whole.
    """
    back = reading[::-1]
    finds = np.flatnonzero(back)
    sizes = np.append(finds[finds > 0], len(back))
    return sizes, back.cumsum()[sizes - 1]


def _choose(n: NDArray[np.int64], k: NDArray[np.int64] | int) -> _Floats:
    """Return the logarithms of binomial coefficients."""
    return np.asarray(gammaln(n + 1.0) - gammaln(np.asarray(k) + 1.0) - gammaln(n - k + 1.0))


def _below(missing: int, relevant: NDArray[np.int64], among: NDArray[np.int64], unread: int) -> _Floats:
    """Return the chance that fewer than `missing` of the relevant ones are unread, for each end piece."""
    total = np.zeros(len(among))
    logs = gammaln(np.arange(among.max() + 1) + 1.0)  # of all factorials at once: they are asked for again and again
    others = among - relevant
    constant = logs[relevant] + logs[others] - (logs[among] - logs[unread] - logs[among - unread])
    first = np.maximum(0, unread - others)
    for j in range(int(first.min()), min(missing, unread + 1, int(relevant.max()) + 1)):
        at = np.flatnonzero((relevant >= j) & (first <= j))
        ways = logs[j] + logs[relevant[at] - j] + logs[unread - j] + logs[others[at] - unread + j]
        total[at] += np.exp(constant[at] - ways)
    return total


def _near(p: _Floats, least: int) -> list[int]:
    """Return the places whose p, a difference of numbers near one, may be the smallest."""
    near = np.flatnonzero(p < p[least] + 1e-9)
    some = near[np.unique(np.linspace(0, len(near) - 1, min(len(near), 200)).astype(int))]
    return [int(place) for place in some]


def _tail(inside: int, relevant: int, drawn: int, unread: int) -> float:
    """Return the chance of `inside` relevant ones or fewer among those drawn, by summing it directly."""
    k = np.arange(max(0, relevant - unread), inside + 1)
    among = np.full(len(k), drawn + unread)
    log = _choose(np.full(len(k), relevant), k) + _choose(among - relevant, drawn - k) - _choose(among, drawn)
    return float(np.exp(log).sum()) if len(k) else 0.0
