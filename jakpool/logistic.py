"""Fit the one-arm logistic random-intercept model: maximum likelihood, standard errors, profile likelihood.

Given tau, the subgroups' means are separate concave problems (the integrand is log-concave, and so is its marginal:
Prékopa 1973), solved by Newton steps in a bracket. What remains is one dimension, the profile in tau, which is scanned
and refined: the global maximum is found, and tau = 0 is an answer like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from jakpool.quadrature import Derivatives, derivatives, log_marginal
from jakpool.roots import newton

__all__ = [
    "LogisticData",
    "LogisticFit",
    "Scan",
    "fit_logistic",
    "profile_mu",
    "profile_tau",
    "profile_value",
    "scan_likelihood",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
SCAN = 36
FAR = 600.0
TAU_FAR = 150.0
FULL_TURNS = 2


@dataclass(frozen=True, slots=True)
class LogisticData:
    """Counts, the subgroup of each row (0 to G - 1) and the number of quadrature nodes.

    Every subgroup must have at least one event and one patient without.
    """

    x: Floats
    n: Floats
    group: Ints
    nodes: int
    design: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Write the subgroups as columns of ones and zeros."""
        design = (self.group[:, None] == np.arange(int(self.group.max()) + 1)).astype(np.float64)
        object.__setattr__(self, "design", design)

    def sums(self, values: Floats) -> Floats:
        """Sum the rows (last axis) of each subgroup."""
        return np.asarray(values @ self.design)


@dataclass(frozen=True, slots=True)
class Scan:
    """The likelihood over a grid of tau: the subgroups' profile log-likelihoods and means, each of shape (m, G)."""

    tau: Floats
    value: Floats
    mu: Floats


@dataclass(frozen=True, slots=True)
class LogisticFit:
    """The maximum of the likelihood.

    Attributes
    ----------
    mu : array, shape (G,)
    tau : float
        Zero or more.
    vcov : array, shape (G, G)
        Of `mu`, from the joint Hessian in (mu, tau); at tau = 0 with tau held there.
    information : array, shape (k,)
        What each row tells about its mean, ``-d2 l_i / d mu2``.
    scan : Scan
        Where the fit was refined from.
    bounded : bool
        False if the likelihood still rises at the largest tau of the scan: tau is not identified.
    """

    mu: Floats
    tau: float
    loglik: float
    vcov: Floats
    information: Floats
    scan: Scan
    bounded: bool


def scan_likelihood(data: LogisticData) -> Scan:
    """Return the profile of the likelihood over a grid from tau = 0 to far beyond the spread of the logits."""
    raw = np.log((data.x + 0.5) / (data.n - data.x + 0.5))
    spread = float(raw.max() - raw.min())
    small = float(np.sqrt((1.0 / (data.x + 0.5) + 1.0 / (data.n - data.x + 0.5)).min()))
    taus = np.concatenate([[0.0], np.geomspace(1e-2 * min(1.0, small), 3.0 * spread + 6.0, SCAN)])
    # A logit averaged over the intercepts shrinks by about sqrt(1 + 0.35 tau^2): Zeger et al. (1988), Biometrics 44.
    start = data.sums(raw) / data.sums(np.ones_like(raw)) * np.sqrt(1.0 + 0.35 * taus**2)[:, None]
    mu, parts = _means(data, taus, start, precision=1e-7)
    return Scan(taus, data.sums(parts.value), mu)


def fit_logistic(data: LogisticData, scan: Scan) -> LogisticFit:
    """Return the maximum likelihood fit, refined from a scan."""
    taus, mu, total = scan.tau, scan.mu, scan.value.sum(axis=1)
    tau, best = _maximum(taus, total, lambda t, i: _slope(data, t, mu[i]))
    flat = bool(total.max() - total[0] <= 1e-9 * (1.0 + abs(float(total[0]))))
    if flat or bool((data.n == 1).all()):  # single patients say nothing about tau: the least one stands
        tau, best = 0.0, 0
    at, parts = _means(data, np.array([tau]), mu[best][None])
    return LogisticFit(
        mu=at[0],
        tau=tau,
        loglik=float(parts.value.sum()),
        vcov=_covariance(data, parts, tau),
        information=np.maximum(-parts.mu_mu[0], 0.0),
        scan=scan,
        bounded=best < len(taus) - 1 or bool(((data.x > 0) & (data.x < data.n)).any()),
    )


def profile_mu(data: LogisticData, fit: LogisticFit, which: int, *, drop: float) -> tuple[float | None, float | None]:
    """Return where the profile log-likelihood of one mean has fallen by `drop` on either side.

    ``None`` stands for a side on which it never does.

    References
    ----------
    Venzon, Moolgavkar (1988), Appl Stat 37:87-94; Hardy, Thompson (1996), Stat Med 15:619-629.
    """
    floor = fit.loglik - drop

    def at(mean: float) -> tuple[float, float]:
        return profile_value(data, fit, which, mean)

    middle, step = float(fit.mu[which]), float(np.sqrt(2.0 * drop * fit.vcov[which, which]))

    def bound(side: float) -> float | None:
        start = middle + side * step
        likely = int(np.argmax(_held(data, fit, which, start)))
        found = _joint_crossing(data, fit, which, start, likely, floor)
        if found is not None and (found[0] - middle) * side > 0.0:
            best = _peaks(_held(data, fit, which, found[0]))
            if len(best) == 1 and bool(abs(np.searchsorted(fit.scan.tau, found[1]) - best[0]) <= 1):
                return found[0]
        return _descend(at, middle, side * step, floor)

    return bound(-1.0), bound(1.0)


def _joint_crossing(
    data: LogisticData, fit: LogisticFit, which: int, start: float, likely: int, floor: float
) -> tuple[float, float] | None:
    """Return a mean, and tau, where the likelihood is `floor` and a maximum in all else; ``None`` if none is found.

    Newton's steps on all equations at once, the way of Venzon and Moolgavkar, from the scan's point `likely`. It may
    end at another maximum than the best one: the caller looks.
    """
    g = len(fit.mu)
    at = np.append(fit.scan.mu[likely], fit.scan.tau[max(likely, 1)])
    at[which] = start
    for _ in range(12):
        parts = derivatives(data.x, data.n, at[:g][data.group], at[g:], nodes=data.nodes)
        slopes = np.append(data.sums(parts.mu), parts.tau.sum())
        bends = np.diag(np.append(data.sums(parts.mu_mu), parts.tau_tau.sum()))
        bends[g, :g] = bends[:g, g] = data.sums(parts.mu_tau)
        equations = slopes.copy()
        equations[which], bends[which] = float(parts.value.sum()) - floor, slopes
        try:
            step = np.linalg.solve(bends, -equations)
        except np.linalg.LinAlgError:
            return None
        at += step
        size = float(np.abs(step).max())
        if size <= 1e-7 and bends[g, g] < 0.0:
            return float(at[which]), abs(float(at[g]))
        if not size < 4.0:
            return None
    return None


def _held(data: LogisticData, fit: LogisticFit, which: int, mean: float) -> Floats:
    """Return the likelihood over the scan's tau with one mean held."""
    rows = data.group == which
    own = log_marginal(data.x[rows], data.n[rows], np.array(mean), fit.scan.tau[:, None], nodes=data.nodes)
    return np.asarray(own.sum(axis=1) + fit.scan.value.sum(axis=1) - fit.scan.value[:, which])


def profile_value(data: LogisticData, fit: LogisticFit, which: int, mean: float) -> tuple[float, float]:
    """Return the profile log-likelihood with one mean held, and its derivative there."""
    fixed = (which, mean)
    tau, i = _maximum(fit.scan.tau, _held(data, fit, which, mean), lambda t, i: _slope(data, t, fit.scan.mu[i], fixed))
    _, parts = _means(data, np.array([tau]), fit.scan.mu[i][None], fixed)
    return float(parts.value.sum()), float(parts.mu[0, data.group == which].sum())


def profile_tau(data: LogisticData, fit: LogisticFit, *, drop: float) -> tuple[float, float | None]:
    """Return where the profile log-likelihood of tau has fallen by `drop`; an upper bound of ``None`` is infinite."""
    total = fit.scan.value.sum(axis=1)
    floor = fit.loglik - drop

    def at(tau: float) -> tuple[float, float]:
        """Return how far the profile is above the floor, and its slope."""
        start = fit.scan.mu[int(np.searchsorted(fit.scan.tau, tau).clip(0, len(total) - 1))]
        parts = _means(data, np.array([tau]), start[None])[1]
        return float(parts.value.sum()) - floor, float(parts.tau.sum())

    low = 0.0
    if total[0] < floor and fit.tau > 0.0:
        bottom = float(total[0]) - floor
        low = -newton(lambda t: _mirrored(at(-t)), -fit.tau, 0.0, drop, bottom, precision=1e-9)
    near, far, above = fit.tau, max(2.0 * fit.tau, 1.0), drop
    value = at(far)[0]
    while value > 0.0:
        near, far, above = far, 2.0 * far, value
        if far > TAU_FAR:
            return low, None
        value = at(far)[0]
    return low, newton(at, near, far, above, value, precision=1e-9)


def _mirrored(point: tuple[float, float]) -> tuple[float, float]:
    """Return value and slope of a function seen from the other side."""
    return point[0], -point[1]


def _means(
    data: LogisticData,
    taus: Floats,
    start: Floats,
    fixed: tuple[int, float] | None = None,
    *,
    precision: float = 1e-10,
) -> tuple[Floats, Derivatives]:
    """Return the best means at each tau, shape (m, G), and the rows' derivatives there; one mean may be held."""
    mu = start.copy()
    if fixed is not None:
        mu[:, fixed[0]] = fixed[1]
    low, high = np.full_like(mu, -np.inf), np.full_like(mu, np.inf)
    left = np.arange(len(taus))  # the rows that still move
    for turn in range(40):
        at, tau = mu[left], taus[left, None]
        parts = derivatives(data.x, data.n, at[:, data.group], tau, nodes=data.nodes)
        slope, curve = data.sums(parts.mu), -data.sums(parts.mu_mu)
        low[left] = np.where(slope > 0, at, low[left])
        high[left] = np.where(slope > 0, high[left], at)
        step = np.clip(slope / np.maximum(curve, 1e-12), -1.0 - tau, 1.0 + tau)
        if fixed is not None:
            step[:, fixed[0]] = 0.0
        near = precision * (1.0 + np.abs(at))
        settled = (np.abs(step) <= near) | (high[left] - low[left] <= near)
        moves = np.asarray(~settled.all(axis=1))
        if not moves.any():
            break
        outside = (at + step <= low[left]) | (at + step >= high[left])
        bracketed = np.isfinite(low[left]) & np.isfinite(high[left])
        cut = np.where(bracketed, low[left], 0.0) + np.where(bracketed, high[left], 0.0)
        new = np.where(outside & bracketed, 0.5 * cut, at + step)
        mu[left] = np.where(settled, at, new)
        if turn >= FULL_TURNS:
            left = left[moves]
    if len(left) < len(taus):
        parts = derivatives(data.x, data.n, mu[:, data.group], taus[:, None], nodes=data.nodes)
    return mu, parts


def _slope(
    data: LogisticData, tau: float, start: Floats, fixed: tuple[int, float] | None = None
) -> tuple[float, float, float]:
    """Return the profile log-likelihood at one tau, with its first and second derivative in tau."""
    _, parts = _means(data, np.array([tau]), start[None], fixed)
    cross, curve = data.sums(parts.mu_tau)[0], data.sums(parts.mu_mu)[0]
    if fixed is not None:
        cross[fixed[0]] = 0.0
    second = float(parts.tau_tau.sum() - (cross**2 / np.minimum(curve, -1e-300)).sum())
    return float(parts.value.sum()), float(parts.tau.sum()), second


def _maximum(
    taus: Floats, scan: Floats, slope: Callable[[float, int], tuple[float, float, float]]
) -> tuple[float, int]:
    """Refine every local maximum of a scan that may be the global one; return it and the scan's place beside it."""
    _, tau, i = max((*_refine(taus, int(i), slope), int(i)) for i in _peaks(scan))
    return tau, i


def _peaks(scan: Floats) -> Ints:
    """Return the places of the local maxima of a scan that may be the global one."""
    padded = np.concatenate([[-np.inf], scan, [-np.inf]])
    peaks = np.flatnonzero((padded[1:-1] >= padded[:-2]) & (padded[1:-1] >= padded[2:]))
    return np.asarray(peaks[scan[peaks] > scan.max() - 0.5])


def _refine(taus: Floats, i: int, slope: Callable[[float, int], tuple[float, float, float]]) -> tuple[float, float]:
    """Return value and place of the maximum near scan point `i`: Newton steps on the slope in a shrinking bracket."""
    low, high = float(taus[max(i - 1, 0)]), float(taus[min(i + 1, len(taus) - 1)])
    at_zero = slope(0.0, 0) if low == 0.0 else None
    if i == 0 and at_zero is not None and at_zero[2] <= 0.0:  # the slope at 0 is 0, the likelihood is even in tau
        return at_zero[0], 0.0
    tau = float(taus[i]) if i > 0 else 0.5 * high
    value = -np.inf
    for _ in range(80):
        value, first, second = slope(tau, i)
        low, high = (tau, high) if first > 0 else (low, tau)
        new = tau - first / second if second < 0 else 0.5 * (low + high)
        if not low < new < high:
            new = 0.5 * (low + high)
        if abs(new - tau) <= 1e-10 * (1e-3 + tau):
            break
        tau = new
    if at_zero is not None and at_zero[0] >= value:
        return at_zero[0], 0.0
    return value, tau


def _covariance(data: LogisticData, parts: Derivatives, tau: float) -> Floats:
    """Return the covariance of the means from the joint Hessian, an arrow: the means meet only through tau."""
    curve = -data.sums(parts.mu_mu)[0]
    vcov = np.diag(1.0 / curve)
    if tau == 0.0:
        return vcov
    cross = -data.sums(parts.mu_tau)[0]
    schur = float(-parts.tau_tau.sum() - (cross**2 / curve).sum())
    if schur <= 0.0:  # flat in tau: nothing sensible to add
        return vcov
    lean = cross / curve
    return vcov + np.outer(lean, lean) / schur


def _descend(at: Callable[[float], tuple[float, float]], start: float, step: float, floor: float) -> float | None:
    """Walk away from the maximum until the profile is below `floor`, then find the crossing."""
    inside, outside = start, start + step
    value, slope = at(outside)
    while value > floor:
        inside, step = outside, 1.7 * step
        outside += step
        if abs(outside) > FAR:
            return None
        value, slope = at(outside)
    mean = outside
    for _ in range(60):
        if value > floor:
            inside = mean
        else:
            outside = mean
        # The log-likelihood falls like a parabola: its square root is nearly a straight line.
        new = mean - (value - floor) / slope if slope != 0.0 else inside
        if not min(inside, outside) < new < max(inside, outside):
            new = 0.5 * (inside + outside)
        if abs(new - mean) <= 1e-9 * (1.0 + abs(mean)):
            return new
        mean = new
        value, slope = at(mean)
    return mean
