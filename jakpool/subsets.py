"""Pool many subsets of the same effects at once by inverse variance.

A subset is a row of a matrix of ones and zeros. At a tau2 that all subsets share their sums are one matrix product, so
the likelihood of every subset is scanned over a grid for next to nothing; each is then refined in a bracket of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jakpool.tau2 import estimate_tau2

__all__ = ["SubsetFits", "fit_subsets"]

Floats = npt.NDArray[np.float64]
Masks = npt.NDArray[np.bool_]
GRID = 40
CHUNK = 8192
ROOT_METHODS = ("REML", "ML", "PM")


@dataclass(frozen=True, slots=True)
class SubsetFits:
    """One figure a subset; arrays of shape (m,).

    `se` is the normal-theory standard error, `hk` the Hartung-Knapp factor ``sum(w r^2) / (k - 1)`` (1 for k = 1),
    `typical` the typical sampling variance behind I2 (NaN for k = 1).
    """

    k: npt.NDArray[np.intp]
    beta: Floats
    se: Floats
    tau2: Floats
    QE: Floats
    hk: Floats
    typical: Floats

    @property
    def I2(self) -> Floats:  # noqa: N802 - the literature's letter
        """Percent, from tau2 (0 for k = 1)."""
        return np.where(self.k > 1, 100.0 * self.tau2 / (self.tau2 + self.typical), 0.0)

    @property
    def H2(self) -> Floats:  # noqa: N802 - the literature's letter
        """Total over sampling variance (1 for k = 1)."""
        return np.where(self.k > 1, self.tau2 / self.typical + 1.0, 1.0)


def fit_subsets(yi: Floats, vi: Floats, masks: Masks, *, tau2: str = "REML") -> SubsetFits:
    """Fit a mean to each subset.

    Parameters
    ----------
    yi, vi : array, shape (k,)
    masks : array of bool, shape (m, k)
        Which effects each subset holds; one or more.
    tau2 : str
        ``EE`` for a common effect, or an estimator of `jakpool.tau2`; REML, ML, PM and DL are fitted all at once.

    References
    ----------
    As in `jakpool.tau2.estimate_tau2`; I2 by Higgins, Thompson (2002), Stat Med 21:1539-1558, equation 9.

    Examples
    --------
    >>> import numpy as np
    >>> fits = fit_subsets(np.array([0.1, 0.8, 0.4]), np.array([0.02, 0.03, 0.05]), ~np.eye(3, dtype=bool), tau2="DL")
    >>> [round(float(t), 4) for t in fits.tau2]
    [0.04, 0.01, 0.22]
    """
    parts = [_chunk(yi, vi, masks[i : i + CHUNK], tau2) for i in range(0, len(masks), CHUNK)]
    names = ("k", "beta", "se", "tau2", "QE", "hk", "typical")
    return SubsetFits(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _chunk(yi: Floats, vi: Floats, masks: Masks, method: str) -> SubsetFits:
    """Fit one block of subsets."""
    m = masks.astype(np.float64)
    k = masks.sum(axis=1)
    shift = float((yi / vi).sum() / (1.0 / vi).sum())
    y = yi - shift  # so that sums of squares lose no digits
    w = 1.0 / vi
    s0, a0 = m @ w, m @ (w * w)
    b0 = (m @ (w * y)) / s0
    QE = (m * (y - b0[:, None]) ** 2) @ w
    with np.errstate(divide="ignore", invalid="ignore"):
        typical = np.where(k > 1, (k - 1) / (s0 - a0 / s0), np.nan)
    if method == "EE":
        t = np.zeros(len(m))
    elif method == "DL":
        t = np.where(k > 1, np.maximum(0.0, (QE - (k - 1)) * np.nan_to_num(typical) / np.maximum(k - 1, 1)), 0.0)
    elif method in ROOT_METHODS:
        t = _roots(y, vi, m, k, method)
    else:
        t = np.array([estimate_tau2(yi[row], vi[row], np.ones((int(row.sum()), 1)), method=method) for row in masks])
    weights = m / (vi + t[:, None])
    total = weights.sum(axis=1)
    beta = (weights @ y) / total
    resid = weights * (y - beta[:, None]) ** 2
    hk = np.where(k > 1, resid.sum(axis=1) / np.maximum(k - 1, 1), 1.0)
    return SubsetFits(k, beta + shift, 1.0 / np.sqrt(total), t, QE, hk, typical)


def _roots(y: Floats, vi: Floats, m: Floats, k: npt.NDArray[np.intp], method: str) -> Floats:
    """Return the estimates that are roots of a falling score; subsets with several maxima are solved one by one."""
    grid, score = _scan(y, vi, m, k, method)
    above, below = score[:, :-1] > 0, score[:, 1:] <= 0
    peaks = above & below
    count = peaks.sum(axis=1) + (score[:, 0] <= 0)
    t = np.zeros(len(m))
    one = np.flatnonzero((count == 1) & peaks.any(axis=1) & (k > 1))
    at = peaks[one].argmax(axis=1)
    t[one] = _refine(
        lambda tau2, rows: _score(y, vi, m[one[rows]], k[one[rows]], tau2, method),
        grid[at],
        grid[at + 1],
        score[one, at],
        score[one, at + 1],
    )
    for i in np.flatnonzero(((count > 1) | (count == 0)) & (k > 1)):
        row = m[i] > 0
        t[i] = estimate_tau2(y[row], vi[row], np.ones((int(row.sum()), 1)), method=method)
    return t


def _scan(y: Floats, vi: Floats, m: Floats, k: npt.NDArray[np.intp], method: str) -> tuple[Floats, Floats]:
    """Return a grid of tau2 and the score of every subset on it, shape (m, grid)."""
    top = 8.0 * float(((y - y.mean()) ** 2).sum())
    bottom = min(float(vi.min()), top) * 1e-6
    if top <= 0.0 or bottom <= 0.0:
        return np.array([0.0, 1.0]), np.full((len(m), 2), -1.0)
    grid = np.concatenate([[0.0], np.geomspace(bottom, top * 1.01, GRID)])
    w = 1.0 / (vi[:, None] + grid)
    s0, s1 = m @ w, m @ (w * y[:, None])
    b = s1 / s0
    if method == "PM":
        return grid, m @ (w * y[:, None] ** 2) - b * s1 - (k[:, None] - 1)
    w2 = w * w
    a0 = m @ w2
    squares = m @ (w2 * y[:, None] ** 2) - 2.0 * b * (m @ (w2 * y[:, None])) + b * b * a0
    return grid, squares - (s0 if method == "ML" else s0 - a0 / s0)


def _score(
    y: Floats, vi: Floats, m: Floats, k: npt.NDArray[np.intp], tau2: Floats, method: str
) -> tuple[Floats, Floats]:
    """Return the score of each subset at its own tau2, and its slope (see `jakpool.tau2`: trace(P P) - 2 u' P u)."""
    w = m / (vi + tau2[:, None])
    s0 = w.sum(axis=1)
    r = y - ((w @ y) / s0)[:, None]
    u = w * r
    squares = np.einsum("mk,mk->m", u, u)
    if method == "PM":
        return np.einsum("mk,mk->m", u, r) - (k - 1), -squares
    bent = np.einsum("mk,mk,mk->m", w, u, u) - np.einsum("mk,mk->m", w, u) ** 2 / s0
    w2 = w * w
    a0 = w2.sum(axis=1)
    if method == "ML":
        return squares - s0, a0 - 2.0 * bent
    a0 /= s0
    return squares - (s0 - a0), s0 * a0 - 2.0 * np.einsum("mk,mk->m", w2, w) / s0 + a0 * a0 - 2.0 * bent


def _refine(
    score: Callable[[Floats, npt.NDArray[np.intp]], tuple[Floats, Floats]],
    low: Floats,
    high: Floats,
    f_low: Floats,
    f_high: Floats,
) -> Floats:
    """Close every bracket by Newton's steps kept inside it, all at once."""
    low, high = low.copy(), high.copy()
    best = low + (high - low) * f_low / (f_low - f_high)
    left = np.arange(len(low))
    for _ in range(200):
        if not len(left):
            break
        at = best[left]
        value, slope = score(at, left)
        up = value > 0
        a, b = np.where(up, at, low[left]), np.where(up, high[left], at)
        with np.errstate(divide="ignore", invalid="ignore"):
            new = at - value / slope
        new = np.where((slope < 0) & (new >= a) & (new <= b), new, 0.5 * (a + b))
        low[left], high[left], best[left] = a, b, new
        left = left[(np.abs(new - at) > 1e-15 * new) & (b - a > 4e-16 * b)]
    return best
