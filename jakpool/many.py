"""Thousands of small meta-analyses at once: bootstraps, permutations, subsets, simulations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from jakpool.columns import Floats
from jakpool.errors import ChoiceError, PoolError
from jakpool.tau2 import estimate_tau2

__all__ = ["MANY_TAU2", "Many", "fit_many", "pool_many"]

MANY_TAU2 = ("REML", "ML", "DL", "common")
GRID = 22
"""Points at which the score of the likelihood is looked at before it is solved."""


@dataclass(frozen=True, slots=True)
class Many:
    """Arrays with one entry (or row) an analysis.

    Attributes
    ----------
    k : array, shape (m,)
        Rows used.
    beta : array, shape (m, p)
    vcov : array, shape (m, p, p)
        ``inverse(X' W X)``, without any Hartung-Knapp factor.
    tau2 : array, shape (m,)
    q : array, shape (m,)
        The Hartung-Knapp factor, ``sum(w r^2) / (k - p)``; not a number where ``k = p``.
    QE : array, shape (m,)
        Heterogeneity, with weights ``1 / v``.
    I2 : array, shape (m,)
        Percent, from tau2.
    """

    k: npt.NDArray[np.intp]
    beta: Floats
    vcov: Floats
    tau2: Floats
    q: Floats
    QE: Floats
    I2: Floats


@dataclass(frozen=True, slots=True)
class ManyPooled:
    """The pooled means of many analyses, with their intervals; arrays of shape (m,)."""

    k: npt.NDArray[np.intp]
    beta: Floats
    se: Floats
    ci_lb: Floats
    ci_ub: Floats
    pval: Floats
    tau2: Floats
    QE: Floats
    I2: Floats


def pool_many(yi: Floats, vi: Floats, *, tau2: str = "REML", test: str = "adhoc", level: float = 0.95) -> ManyPooled:
    """Pool each row of effects by inverse variance.

    The estimates are those of `jakpool.pool`: the likelihood is scanned, so that the global maximum is found; where it
    has several maxima, the single analysis is asked.

    Parameters
    ----------
    yi, vi : array, shape (m, k)
        Effects and variances, one analysis a row; not a number where an analysis has fewer effects.
    tau2 : str
        REML, ML, DL or ``common``.
    test : str
        z, t, knha or adhoc.

    Examples
    --------
    >>> import numpy as np
    >>> found = pool_many(np.array([[0.1, 0.8, 0.4], [0.2, 0.3, np.nan]]), np.full((2, 3), 0.05), test="z")
    >>> found.k.tolist(), found.beta.round(4).tolist(), found.tau2.round(4).tolist()
    ([3, 2], [0.4333, 0.25], [0.0733, 0.0])
    """
    tests = ("z", "t", "knha", "adhoc")
    if test not in tests:
        raise ChoiceError("test", test, tests)
    fit = fit_many(yi, vi, tau2=tau2)
    df = fit.k - 1.0
    scale: Floats = np.ones(len(fit.k))
    if test in ("knha", "adhoc"):
        scale = np.where(df > 0, fit.q, 1.0)
        scale = np.maximum(scale, 1.0) if test == "adhoc" else scale
    se = np.sqrt(fit.vcov[:, 0, 0] * scale)
    tail = (1.0 - level) / 2.0
    beta = fit.beta[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.abs(beta / se)
        if test == "z":
            reach: Floats = np.full(len(se), -scipy.special.ndtri(tail))
            p: Floats = 2.0 * scipy.special.ndtr(-z)
        else:
            reach, p = np.asarray(-scipy.special.stdtrit(df, tail)), np.asarray(2.0 * scipy.special.stdtr(df, -z))
    return ManyPooled(fit.k, beta, se, beta - reach * se, beta + reach * se, p, fit.tau2, fit.QE, fit.I2)


def fit_many(yi: Floats, vi: Floats, X: Floats | None = None, *, tau2: str = "REML") -> Many:
    """Fit each row of effects on its own design.

    Parameters
    ----------
    yi, vi : array, shape (m, k)
        Not a number where an analysis has fewer effects.
    X : array, shape (k, p) or (m, k, p), optional
        Of full rank in every analysis; a column of ones by default.
    tau2 : str
        REML, ML, DL or ``common``.

    References
    ----------
    As `jakpool.tau2`: Harville (1977), JASA 72:320-338; DerSimonian, Laird (1986), Control Clin Trials 7:177-188.
    """
    if tau2 not in MANY_TAU2:
        raise ChoiceError("tau2", tau2, MANY_TAU2, why="only these are solved for many analyses at once")
    yi, vi = np.atleast_2d(np.asarray(yi, dtype=float)), np.atleast_2d(np.asarray(vi, dtype=float))
    if yi.shape != vi.shape:
        raise PoolError(f"yi has shape {yi.shape}, vi {vi.shape}", hint="give one variance an effect")
    there = np.isfinite(yi) & np.isfinite(vi)
    if bool((vi[there] <= 0).any()):
        raise PoolError("a sampling variance is not above zero", hint="leave such rows out (not a number)")
    data = _Data.of(np.where(there, yi, 0.0), np.where(there, vi, 1.0), X, None if bool(there.all()) else there)
    if bool((data.k < data.p).any()):
        raise PoolError("an analysis has fewer effects than coefficients", hint="leave it out")
    zero = np.zeros(len(yi))
    q0, trace0 = data.q_and_trace(zero)
    df = data.k - data.p
    safe = np.maximum(df, 1)
    if tau2 == "common":
        t2 = zero
    elif tau2 == "DL":
        t2 = np.where(df > 0, np.maximum(0.0, (q0 - df) / np.where(trace0 > 0, trace0, 1.0)), 0.0)
    else:
        t2 = np.where(df > 0, _likelihood(data, restricted=tau2 == "REML"), 0.0)
    beta, vcov, q = data.solve(t2)
    typical = safe / np.where(trace0 > 0, trace0, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(df > 0, q / safe, np.nan)
    return Many(data.k, beta, vcov, t2, factor, q0, 100.0 * t2 / (t2 + typical))


@dataclass(frozen=True, slots=True)
class _Data:
    """Effects with their designs; `X` is ``None`` for a mean alone, `there` for complete rows."""

    y: Floats
    v: Floats
    X: Floats | None
    there: npt.NDArray[np.bool_] | None
    k: npt.NDArray[np.intp]
    p: int

    @classmethod
    def of(cls, y: Floats, v: Floats, X: Floats | None, there: npt.NDArray[np.bool_] | None) -> _Data:
        """Broadcast the design."""
        k = np.full(len(y), y.shape[1], dtype=np.intp) if there is None else there.sum(axis=1)
        if X is None:
            return cls(y, v, None, there, k, 1)
        X = np.asarray(X, dtype=float)
        design = np.broadcast_to(X, (*y.shape, X.shape[-1])) if X.ndim == 2 else X
        return cls(y, v, design, there, k, X.shape[-1])

    def some(self, rows: npt.NDArray[np.intp]) -> _Data:
        """Return some analyses."""
        return _Data(
            self.y[rows],
            self.v[rows],
            None if self.X is None else self.X[rows],
            None if self.there is None else self.there[rows],
            self.k[rows],
            self.p,
        )

    def weights(self, t2: Floats) -> Floats:
        """Return ``1 / (v + tau2)``, 0 for what is not there."""
        w = 1.0 / (self.v + t2[:, None])
        return w if self.there is None else w * self.there

    def solve(self, t2: Floats) -> tuple[Floats, Floats, Floats]:
        """Return coefficients, their covariance and the weighted squares at these tau2."""
        w = self.weights(t2)
        if self.X is None:
            total = w.sum(axis=1)
            mu = (w * self.y).sum(axis=1) / total
            r = self.y - mu[:, None]
            return mu[:, None], (1.0 / total)[:, None, None], (w * r * r).sum(axis=1)
        vcov = np.linalg.inv(np.einsum("mk,mkp,mkq->mpq", w, self.X, self.X, optimize=True))
        beta = np.einsum("mpq,mq->mp", vcov, np.einsum("mk,mkp->mp", w * self.y, self.X))
        r = self.y - np.einsum("mkp,mp->mk", self.X, beta)
        return beta, vcov, (w * r * r).sum(axis=1)

    def q_and_trace(self, t2: Floats) -> tuple[Floats, Floats]:
        """Return the weighted squares and the trace of P."""
        w = self.weights(t2)
        _, vcov, q = self.solve(t2)
        return q, w.sum(axis=1) - self._inner(w, vcov)

    def _inner(self, w: Floats, vcov: Floats) -> Floats:
        """Return the trace of ``inverse(X' W X) X' W W X``."""
        if self.X is None:
            return np.asarray((w * w).sum(axis=1) * vcov[:, 0, 0])
        return np.asarray(np.einsum("mpq,mk,mkp,mkq->m", vcov, w * w, self.X, self.X, optimize=True))

    def score(self, t2: Floats, *, restricted: bool) -> Floats:
        """Return twice the slope of the log-likelihood in tau2."""
        w = self.weights(t2)
        if self.X is None:
            total = w.sum(axis=1)
            r = self.y - ((w * self.y).sum(axis=1) / total)[:, None]
            wr = w * r
            trace = total - np.einsum("mk,mk->m", w, w) / total if restricted else total
            return np.asarray(np.einsum("mk,mk->m", wr, wr) - trace)
        beta, vcov, _ = self.solve(t2)
        r = self.y - np.einsum("mkp,mp->mk", self.X, beta)
        trace = w.sum(axis=1) - (self._inner(w, vcov) if restricted else 0.0)
        return np.asarray(((w * r) ** 2).sum(axis=1) - trace)


def _likelihood(data: _Data, *, restricted: bool) -> Floats:
    """Return the global maximum of every likelihood: scan the score, bracket its only fall, and solve it there."""
    m = len(data.y)
    _, _, spread = _Data(data.y, np.zeros_like(data.v), data.X, data.there, data.k, data.p).solve(np.ones(m))
    df = np.maximum(data.k - data.p, 1)
    top = 4.0 * data.k / df * spread
    least = data.v.min(axis=1) if data.there is None else np.where(data.there, data.v, np.inf).min(axis=1)
    bottom = np.minimum(least, np.maximum(top, 1e-300)) * 1e-3
    ratio = np.maximum(np.log(np.maximum(top, 1e-300) / bottom), 0.01)
    low, high = np.zeros(m), np.zeros(m)
    falls = np.zeros(m, dtype=np.intp)
    at, before = np.zeros(m), data.score(np.zeros(m), restricted=restricted)
    for j in range(GRID):
        here = bottom * np.exp(ratio * (j / (GRID - 1)))
        now = data.score(here, restricted=restricted)
        fall = (before > 0) & (now <= 0)
        low, high = np.where(fall, at, low), np.where(fall, here, high)
        falls += fall
        at, before = here, now
    first = data.score(np.zeros(m), restricted=restricted)
    solved = np.flatnonzero((falls == 1) & (first > 0))
    found = np.zeros(m)
    found[solved] = _root(data.some(solved), low[solved], high[solved], restricted=restricted)
    for i in np.flatnonzero((falls > 1) | ((falls == 1) & (first <= 0)) | ((first > 0) & (falls == 0))):
        found[i] = _alone(data, int(i), restricted=restricted)
    return found


def _root(data: _Data, low: Floats, high: Floats, *, restricted: bool) -> Floats:
    """Return where the score falls through 0: the regula falsi of Illinois, halved where it is slow."""
    if not len(low):
        return low
    f_low, f_high = data.score(low, restricted=restricted), data.score(high, restricted=restricted)
    side = np.zeros(len(low))
    last = high
    for turn in range(80):
        width = f_low - f_high
        new = np.where(width > 0, high + f_high * (high - low) / np.where(width > 0, width, 1.0), 0.5 * (low + high))
        if turn % 4 == 3:
            new = 0.5 * (low + high)
        new = np.clip(new, low, high)
        f = data.score(new, restricted=restricted)
        above = f > 0
        f_high = np.where(above & (side > 0), 0.5 * f_high, f_high)
        f_low = np.where(~above & (side < 0), 0.5 * f_low, f_low)
        low, f_low = np.where(above, new, low), np.where(above, f, f_low)
        high, f_high = np.where(above, high, new), np.where(above, f_high, f)
        side = np.where(above, 1.0, -1.0)
        moved, last = np.abs(new - last), new
        if turn % 4 != 3 and bool((moved <= 1e-13 * new).all()):
            break
    return last


def _alone(data: _Data, i: int, *, restricted: bool) -> float:
    """Return one analysis's estimate by the dense scan."""
    rows = np.ones(data.y.shape[1], dtype=bool) if data.there is None else data.there[i]
    X = np.ones((int(rows.sum()), 1)) if data.X is None else data.X[i][rows]
    return estimate_tau2(data.y[i][rows], data.v[i][rows], X, method="REML" if restricted else "ML")
