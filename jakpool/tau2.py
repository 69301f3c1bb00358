"""The between-study variance tau2: eight estimators, and its Q-profile and profile-likelihood intervals.

All estimators take effects `yi`, variances `vi` and a design matrix `X` (a column of ones, or one column a
subgroup). REML and ML scan the whole profile of the likelihood on a dense grid and refine every maximum they meet,
so they return the global one and cannot fail to converge; PM and the Q-profile bounds are roots of a function that
only falls. The design of a mean alone has sums in place of matrices: it is what is fitted most.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from jakpool.distributions import chi2_quantile
from jakpool.errors import ChoiceError
from jakpool.roots import crossing, newton
from jakpool.tau2_moments import MOMENTS, moment_tau2

__all__ = [
    "TAU2_METHODS",
    "estimate_tau2",
    "generalised_q",
    "log_likelihood",
    "maximum_likelihood",
    "profile_tau2",
    "q_profile",
    "typical_variance",
    "weighted_fit",
]

Floats = npt.NDArray[np.float64]
TAU2_METHODS = ("REML", "DL", "HE", "HS", "SJ", "ML", "EB", "PM")
SCAN = np.linspace(0.0, 1.0, 160)


def weighted_fit(yi: Floats, vi: Floats, X: Floats, tau2: Floats) -> tuple[Floats, Floats, Floats]:
    """Fit weighted least squares at each of several `tau2`.

    Parameters
    ----------
    yi, vi : array, shape (k,)
    X : array, shape (k, p)
    tau2 : array, shape (m,)

    Returns
    -------
    beta : array, shape (m, p)
    vcov : array, shape (m, p, p)
        ``inverse(X' W X)`` with ``W = diag(1 / (vi + tau2))``.
    resid : array, shape (m, k)
    """
    w = 1.0 / (vi + tau2[:, None])
    if _is_mean(X):
        total = w.sum(axis=1)
        beta = (w @ yi / total)[:, None]
        return beta, (1.0 / total)[:, None, None], yi - beta
    root, basis, triangle = _decomposed(w, X)
    z = root * yi
    inner = np.einsum("mkp,mk->mp", basis, z)
    inverse = np.linalg.inv(triangle)
    beta = np.einsum("mpq,mq->mp", inverse, inner)
    return beta, inverse @ inverse.transpose(0, 2, 1), (z - np.einsum("mkp,mp->mk", basis, inner)) / root


def generalised_q(yi: Floats, vi: Floats, X: Floats, tau2: Floats) -> Floats:
    """Return the generalised Q, the weighted residual sum of squares, at each `tau2`; it falls as `tau2` grows.

    References
    ----------
    DerSimonian, Kacker (2007), Contemp Clin Trials 28:105-114, equation 6. doi:10.1016/j.cct.2006.04.004
    """
    resid = weighted_fit(yi, vi, X, tau2)[2]
    return np.asarray((resid**2 / (vi + tau2[:, None])).sum(axis=1))


def log_likelihood(yi: Floats, vi: Floats, X: Floats, tau2: Floats, *, restricted: bool) -> Floats:
    """Return the (restricted) log-likelihood at each `tau2`, maximised over the coefficients, with its constants.

    References
    ----------
    Raudenbush (2009), in The handbook of research synthesis, 2nd ed., chapter 16; Harville (1977), JASA 72:320-338.
    """
    k, p = X.shape
    _, vcov, resid = weighted_fit(yi, vi, X, tau2)
    total = vi + tau2[:, None]
    twice = -np.log(total).sum(axis=1) - (resid**2 / total).sum(axis=1)
    if not restricted:
        return np.asarray(0.5 * (twice - k * np.log(2 * np.pi)))
    if _is_mean(X):
        twice = twice + np.log(vcov[:, 0, 0]) + math.log(k)
    else:
        twice = twice + 2.0 * (_log_size(np.ones((1, k)), X) - _log_size(1.0 / total, X))
    return np.asarray(0.5 * (twice - (k - p) * np.log(2 * np.pi)))


def estimate_tau2(yi: Floats, vi: Floats, X: Floats, *, method: str = "REML") -> float:
    """Return the between-study variance, zero or more.

    Parameters
    ----------
    yi, vi : array, shape (k,)
    X : array, shape (k, p)
        Of full rank. With ``k <= p`` nothing can be estimated and 0 is returned: the caller says so.
    method : str
        REML, ML, DL, HE, HS, SJ (see `jakpool.tau2_moments`), PM (Paule-Mandel) or EB (empirical Bayes, whose equation
        is that of PM).

    References
    ----------
    REML and ML: Harville (1977), JASA 72:320-338; PM:
    Paule, Mandel (1982), J Res Natl Bur Stand 87:377-385; EB: Morris (1983), JASA 78:47-55, the same equation:
    Viechtbauer et al. (2015), Psychol Methods 20:360-374; compared by Veroniki et al. (2016), Res Synth Methods
    7:55-79. doi:10.1002/jrsm.1164

    Examples
    --------
    >>> import numpy as np
    >>> yi, vi = np.array([0.1, 0.8, 0.4]), np.array([0.02, 0.03, 0.05])
    >>> round(estimate_tau2(yi, vi, np.ones((3, 1)), method="DL"), 4)
    0.121
    """
    if method not in TAU2_METHODS:
        raise ChoiceError("tau2", method, TAU2_METHODS)
    k, p = X.shape
    if k <= p:
        return 0.0
    if method in MOMENTS:
        return moment_tau2(yi, vi, X, method=method)
    if method in ("PM", "EB"):
        return _q_root(yi, vi, X, float(k - p))
    return _likelihood_maximum(yi, vi, X, restricted=method == "REML")


def maximum_likelihood(yi: Floats, vi: Floats, X: Floats) -> float:
    """Return the ML estimate of tau2; unlike `estimate_tau2` also for a design without columns (a known mean of 0)."""
    return _likelihood_maximum(yi, vi, X, restricted=False) if len(yi) > X.shape[1] else 0.0


def q_profile(yi: Floats, vi: Floats, X: Floats, *, level: float = 0.95) -> tuple[float, float] | None:
    """Return the Q-profile interval of tau2, ``None`` if ``k <= p``.

    The bounds are where the generalised Q meets the chi-square quantiles with ``k - p`` degrees of freedom; both are 0
    where the effects agree better than chance would have it.

    References
    ----------
    Viechtbauer (2007), Stat Med 26:37-52. doi:10.1002/sim.2514
    """
    k, p = X.shape
    if k <= p:
        return None
    tail = (1.0 - level) / 2.0
    lower = _q_root(yi, vi, X, chi2_quantile(tail, k - p))
    return lower, _q_root(yi, vi, X, chi2_quantile(1.0 - tail, k - p), start=lower)


def profile_tau2(
    yi: Floats, vi: Floats, X: Floats, *, restricted: bool, level: float = 0.95
) -> tuple[float, float] | None:
    """Return the profile-likelihood interval of tau2, ``None`` if ``k <= p``.

    The bounds are where the (restricted) log-likelihood has fallen by half the chi-square quantile with 1 degree of
    freedom; the lower one is 0 where it never falls that far below the estimate.

    References
    ----------
    Hardy, Thompson (1996), Stat Med 15:619-629; Viechtbauer (2007), Stat Med 26:37-52.
    """
    k, p = X.shape
    if k <= p:
        return None
    middle = _likelihood_maximum(yi, vi, X, restricted=restricted)

    def loglik(t: Floats) -> Floats:
        return log_likelihood(yi, vi, X, t, restricted=restricted)

    floor = float(loglik(np.array([middle]))[0]) - 0.5 * chi2_quantile(1.0 - level, 1)
    high = max(2.0 * middle, _scale(yi, vi, X), float(vi.min()))
    while loglik(np.array([high]))[0] > floor:
        high *= 4.0
    upper = crossing(lambda t: loglik(t) - floor, middle, high)
    if middle == 0.0 or loglik(np.zeros(1))[0] >= floor:
        return 0.0, upper
    return middle - crossing(lambda drop: loglik(middle - drop) - floor, 0.0, middle), upper


def typical_variance(vi: Floats, X: Floats) -> float:
    """Return the typical sampling variance ``(k - p) / trace(P)`` behind I2.

    References
    ----------
    Higgins, Thompson (2002), Stat Med 21:1539-1558, equation 9. doi:10.1002/sim.1186
    """
    k, p = X.shape
    return float((k - p) / _trace_p(1.0 / vi[None, :], X)[0])


def _decomposed(w: Floats, X: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the roots of each row of weights, and the QR decomposition of the design that they multiply.

    Where variances differ by 1e8, ``X' W X`` itself has lost the digits that the light rows need.
    """
    root = np.sqrt(w)
    basis, triangle = np.linalg.qr(root[:, :, None] * X)
    return root, basis, triangle


def _log_size(w: Floats, X: Floats) -> Floats:
    """Return half the logarithm of the determinant of ``X' W X`` for each row of weights."""
    triangle = _decomposed(w, X)[2]
    return np.asarray(np.log(np.abs(np.diagonal(triangle, axis1=1, axis2=2))).sum(axis=1))


def _trace_p(w: Floats, X: Floats) -> Floats:
    """Return the trace of ``P = W - W X inverse(X' W X) X' W`` for each row of weights."""
    if _is_mean(X):
        total = w.sum(axis=1)
        return np.asarray(total - np.einsum("mk,mk->m", w, w) / total)
    leverage = np.einsum("mkp,mkp->mk", *[_decomposed(w, X)[1]] * 2)
    return np.asarray((w * np.clip(1.0 - leverage, 0.0, None)).sum(axis=1))


def _is_mean(X: Floats) -> bool:
    """Whether a design is that of a mean alone."""
    return X.shape[1] == 1 and bool((X == 1.0).all())


def _score(yi: Floats, vi: Floats, X: Floats, tau2: Floats, *, restricted: bool) -> Floats:
    """Return twice the derivative of the (restricted) log-likelihood with respect to `tau2`."""
    w = 1.0 / (vi + tau2[:, None])
    wr = w * weighted_fit(yi, vi, X, tau2)[2]
    return np.asarray(np.einsum("mk,mk->m", wr, wr) - (_trace_p(w, X) if restricted else w.sum(axis=1)))


def _mean_score(yi: Floats, vi: Floats, tau2: float, *, restricted: bool) -> tuple[float, float]:
    """Return `_score` of a mean alone at one tau2, and its derivative.

    With u = P y the derivative of ``u'u - trace(P)`` is ``trace(P P) - 2 u' P u``.
    """
    w = 1.0 / (vi + tau2)
    w2, total = w * w, float(w.sum())
    u = w * (yi - float(w @ yi) / total)
    pu = w * (u - float(w @ u) / total)
    one = float(w2.sum())
    trace, trace2 = total, one
    if restricted:
        trace, trace2 = total - one / total, one - 2.0 * float(w2 @ w) / total + (one / total) ** 2
    return float(u @ u) - trace, trace2 - 2.0 * float(u @ pu)


def _scale(yi: Floats, vi: Floats, X: Floats) -> float:
    """Return a variance that no estimate of tau2 exceeds by far: the sum of squared unweighted residuals."""
    resid = weighted_fit(yi, np.zeros_like(vi), X, np.ones(1))[2]
    return float((resid**2).sum())


def _likelihood_maximum(yi: Floats, vi: Floats, X: Floats, *, restricted: bool) -> float:
    """Return the global maximum over ``tau2 >= 0``: a dense scan, then every local maximum refined on the score."""
    k, p = X.shape
    # Beyond this the score is negative: every squared residual is far below vi + tau2.
    top = 4.0 * k / (k - p) * _scale(yi, vi, X)
    bottom = min(float(vi.min()), top) * 1e-6
    if top <= 0.0 or bottom <= 0.0:
        return 0.0
    grid = np.concatenate([[0.0], bottom * np.exp(math.log(max(top / bottom, 1.01)) * SCAN)])

    def score(t: Floats) -> Floats:
        return _score(yi, vi, X, t, restricted=restricted)

    s = score(grid)
    peaks = np.flatnonzero((s[:-1] > 0) & (s[1:] <= 0))
    brackets = [(float(grid[i]), float(grid[i + 1]), float(s[i]), float(s[i + 1])) for i in peaks]
    if _is_mean(X):
        found = [newton(lambda t: _mean_score(yi, vi, t, restricted=restricted), *bracket) for bracket in brackets]
    else:
        found = [crossing(score, low, high) for low, high, *_ in brackets]
    if len(found) == 1 and s[0] > 0.0:  # up from 0, and down once
        return found[0]
    maxima = np.array([0.0, *found])
    return float(maxima[int(np.argmax(log_likelihood(yi, vi, X, maxima, restricted=restricted)))])


def _q_root(yi: Floats, vi: Floats, X: Floats, target: float, *, start: float = 0.0) -> float:
    """Return where the generalised Q has fallen to `target`, `start` if it lies no higher there.

    In a basis orthogonal to the design, Q is a sum of ``c / (a + tau2)`` with every c and a of zero or more, so that
    its reciprocal is concave: Newton's steps on 1 / Q rise to the root and never pass it.
    """
    mean, tau2 = _is_mean(X), start
    for _ in range(200):
        w = 1.0 / (vi + tau2)
        resid = yi - float(w @ yi) / float(w.sum()) if mean else weighted_fit(yi, vi, X, np.array([tau2]))[2][0]
        u = w * resid
        q = float(u @ resid)
        if q <= target:
            break
        step = q * (q / target - 1.0) / float(u @ u)
        if step <= 2e-16 * tau2:
            break
        tau2 += step
    return tau2
