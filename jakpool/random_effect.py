"""Likelihoods of rows with one normal random effect, by adaptive Gauss-Hermite quadrature, and their maximum.

A row has log-likelihood ``h(eta)`` in one parameter, concave, with ``eta = theta + tau u`` and ``u ~ N(0, 1)``. The
families: the non-central hypergeometric distribution of a two-by-two table with its margins given (log odds ratio), the
binomial distribution of the treated arm's events among all events (log rate ratio), and the Poisson distribution.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import scipy

from jakpool.columns import Floats
from jakpool.quadrature import hermite_rule

__all__ = [
    "Binomial",
    "Family",
    "Hypergeometric",
    "Likelihood",
    "Maximum",
    "Poisson",
    "common_effect",
    "marginal",
    "maximise",
]

SCAN = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0)
STEP = 1e-3
LARGEST_BLOCK = 20_000
"""How many two-by-two tables are worked on at once; more would fill the memory."""


class Family(Protocol):
    """Rows with a concave log-likelihood in one parameter."""

    def parts(self, eta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the log-likelihood and its first two derivatives; `eta` has shape (k, m)."""
        ...

    def value(self, eta: Floats) -> Floats:
        """Return the log-likelihood alone."""
        ...


@dataclass(frozen=True, slots=True)
class Hypergeometric:
    """Tables with fixed margins: events of the treated arm, given all events; arrays of shape (k,).

    References
    ----------
    Stijnen, Hamza, Özdemir (2010), Stat Med 29:3046-3067, section 3.2 (exact conditional likelihood).
    """

    a: Floats
    n1: Floats
    c: Floats
    n2: Floats
    blocks: tuple[_Block, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Work out once what no parameter changes: the tables with these margins and their log coefficients."""
        least, most = np.maximum(0.0, self.a - self.n2 + self.c), np.minimum(self.n1, self.a + self.c)
        sizes = (most - least).astype(np.intp) + 1
        blocks, first = [], 0
        for end in range(1, len(sizes) + 1):
            if end == len(sizes) or sizes[first : end + 1].sum() > LARGEST_BLOCK:
                blocks.append(_Block.of(self, slice(first, end), least[first:end], sizes[first:end]))
                first = end
        object.__setattr__(self, "blocks", tuple(blocks))

    def parts(self, eta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the log-likelihood and its first two derivatives."""
        value, first, second = np.empty(eta.shape), np.empty(eta.shape), np.empty(eta.shape)
        for block in self.blocks:
            top, weight, total = block.weights(eta)
            value[block.rows] = block.own + self.a[block.rows, None] * eta[block.rows] - top - np.log(total)
            weight *= block.s
            mean = block.sums(weight) / total
            weight *= block.s
            first[block.rows] = self.a[block.rows, None] - mean
            second[block.rows] = mean**2 - block.sums(weight) / total
        return value, first, second

    def value(self, eta: Floats) -> Floats:
        """Return the log-likelihood alone."""
        value = np.empty(eta.shape)
        for block in self.blocks:
            top, _, total = block.weights(eta)
            value[block.rows] = block.own + self.a[block.rows, None] * eta[block.rows] - top - np.log(total)
        return value


@dataclass(frozen=True, slots=True)
class _Block:
    """All tables with the margins of some rows, one below the other: events s, log coefficient, row, first of each."""

    rows: slice
    own: Floats
    s: Floats
    log_w: Floats
    row: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]

    @classmethod
    def of(cls, tables: Hypergeometric, rows: slice, least: Floats, sizes: npt.NDArray[np.intp]) -> _Block:
        """Lay the tables of some rows out."""
        a, n1, c, n2 = (part[rows] for part in (tables.a, tables.n1, tables.c, tables.n2))
        row, starts = np.repeat(np.arange(len(sizes)), sizes), np.cumsum(sizes) - sizes
        s = np.arange(len(row)) - starts[row] + least[row]
        log_w = _log_ways(n1[row], s) + _log_ways(n2[row], (a + c)[row] - s)
        return cls(rows, (_log_ways(n1, a) + _log_ways(n2, c))[:, None], s[:, None], log_w[:, None], row, starts)

    def weights(self, eta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return each row's largest log weight, the tables' weights beside it, and their sum."""
        terms = self.log_w + self.s * eta[self.rows][self.row]
        top = np.maximum.reduceat(terms, self.starts, axis=0)
        weight = np.exp(terms - top[self.row])
        return top, weight, self.sums(weight)

    def sums(self, terms: Floats) -> Floats:
        """Sum over the tables of each row."""
        return np.asarray(np.add.reduceat(terms, self.starts, axis=0))


def _log_ways(n: Floats, s: Floats) -> Floats:
    """Return the logarithm of the binomial coefficient, but for a part that only n decides."""
    return np.asarray(-scipy.special.betaln(n - s + 1, s + 1))


@dataclass(frozen=True, slots=True)
class Binomial:
    """Events x of n with ``logit(p) = offset + eta``; arrays of shape (k,)."""

    x: Floats
    n: Floats
    offset: Floats

    def parts(self, eta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the log-likelihood and its first two derivatives."""
        z, x, n = eta + self.offset[:, None], self.x[:, None], self.n[:, None]
        p = scipy.special.expit(z)
        constant = -scipy.special.betaln(n - x + 1, x + 1) - np.log1p(n)
        return constant + x * z - n * np.logaddexp(0.0, z), x - n * p, -n * p * scipy.special.expit(-z)

    def value(self, eta: Floats) -> Floats:
        """Return the log-likelihood alone."""
        return self.parts(eta)[0]


@dataclass(frozen=True, slots=True)
class Poisson:
    """Events x in the time t with ``log(rate) = eta``; arrays of shape (k,)."""

    x: Floats
    t: Floats

    def parts(self, eta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the log-likelihood and its first two derivatives."""
        x, t = self.x[:, None], self.t[:, None]
        mean = t * np.exp(np.minimum(eta, 700.0))
        return x * (eta + np.log(t)) - mean - scipy.special.gammaln(x + 1), x - mean, -mean

    def value(self, eta: Floats) -> Floats:
        """Return the log-likelihood alone."""
        return self.parts(eta)[0]


def marginal(family: Family, theta: float, tau: float, *, k: int, nodes: int) -> Floats:
    """Return each row's log-likelihood with its random effect integrated out, shape (k,).

    The nodes lie around the mode of each row's integrand (Pinheiro, Bates 1995, J Comput Graph Stat 4:12-35).
    """
    if tau == 0.0:
        return family.value(np.full((k, 1), theta))[:, 0]
    u = np.zeros((k, 1))
    curve = np.ones((k, 1))
    value, first, second = family.parts(theta + tau * u)
    for _ in range(100):
        slope, curve = tau * first - u, 1.0 - tau**2 * second
        step = slope / curve
        size = 1.0
        before = value - 0.5 * u * u
        while True:  # the integrand is log-concave: a step may be too long, never in the wrong direction
            new = u + size * step
            value, first, second = family.parts(theta + tau * new)
            if bool((value - 0.5 * new * new >= before - 1e-12 * (1.0 + np.abs(before))).all()) or size < 1e-6:
                break
            size *= 0.5
        u = new
        if float(np.abs(step).max()) <= 1e-9:
            break
    curve = 1.0 - tau**2 * second
    z, log_w = hermite_rule(nodes)
    spread = np.sqrt(2.0 / curve)
    at = u + spread * z
    log_f = family.value(theta + tau * at) - 0.5 * at * at + log_w
    top = log_f.max(axis=1, keepdims=True)
    total = np.log(np.exp(log_f - top).sum(axis=1)) + top[:, 0]
    return np.asarray(total + np.log(spread[:, 0]) - 0.5 * math.log(2.0 * math.pi))


Likelihood = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where a likelihood in (theta, tau) is largest.

    Attributes
    ----------
    se : float or None
        Standard error of theta from the joint Hessian; ``None`` where the likelihood is flat.
    """

    theta: float
    tau: float
    loglik: float
    se: float | None


def maximise(loglik: Likelihood, start: float, scale: float) -> Maximum:
    """Return the global maximum: theta is solved at each tau of a scan, and the best pair is refined by Newton's steps.

    Parameters
    ----------
    loglik : callable
        Log-likelihood of (theta, tau), even in tau.
    start, scale : float
        A rough estimate of theta and its standard error.
    """
    from scipy import optimize

    def best_theta(tau: float, around: float) -> tuple[float, float]:
        found = optimize.minimize_scalar(
            lambda t: -loglik(t, tau), bracket=(around - scale, around + scale), tol=1e-6, options={"maxiter": 60}
        )
        return float(found.x), -float(found.fun)

    theta, top, at = start, -math.inf, 0.0
    here = start
    values = []
    for tau in SCAN:
        here, value = best_theta(tau, here)
        values.append(value)
        if value > top:
            theta, top, at = here, value, tau
        if value < top - 6.0 and tau > 1.0:
            break
    theta, at = _polish(loglik, theta, at)
    if at < 1e-4:
        zero, value = best_theta(0.0, theta)
        if value >= loglik(theta, at) - 1e-10:
            theta, at = zero, 0.0
            theta = _newton_theta(loglik, theta)
    return Maximum(theta, at, loglik(theta, at), _standard_error(loglik, theta, at))


def common_effect(loglik: Likelihood, start: float) -> float:
    """Return the largest log-likelihood without heterogeneity."""
    from scipy import optimize

    found = optimize.minimize_scalar(lambda t: -loglik(t, 0.0), bracket=(start - 0.1, start + 0.1), tol=1e-10)
    return -float(found.fun)


def _polish(loglik: Likelihood, theta: float, tau: float) -> tuple[float, float]:
    """Return the maximum near a scan point."""
    from scipy import optimize

    tau = tau or 0.02
    corners = np.array([[theta, tau], [theta + 0.1, tau], [theta, tau * 1.3]])

    def fall(point: Any) -> float:
        return -loglik(float(point[0]), float(point[1]))

    found = optimize.minimize(
        fall, corners[0], method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-9, "initial_simplex": corners}
    )
    theta, tau = float(found.x[0]), abs(float(found.x[1]))
    for _ in range(8):
        gradient, hessian = _derivatives(loglik, theta, tau)
        if hessian[0][0] >= 0 or hessian[0][0] * hessian[1][1] - hessian[0][1] ** 2 <= 0:
            break
        step = np.linalg.solve(np.array(hessian), -np.array(gradient))
        if not np.isfinite(step).all() or float(np.abs(step).max()) > 0.2:
            break
        theta, tau = theta + float(step[0]), abs(tau + float(step[1]))
        if float(np.abs(step).max()) < 1e-9:
            break
    return theta, tau


def _newton_theta(loglik: Likelihood, theta: float) -> float:
    """Return the best theta where tau is 0."""
    for _ in range(20):
        low, middle, high = (loglik(theta + d * STEP, 0.0) for d in (-1, 0, 1))
        curve = (low - 2 * middle + high) / STEP**2
        step = -(high - low) / (2 * STEP) / curve if curve < 0 else 0.0
        theta += step
        if abs(step) < 1e-10:
            break
    return theta


def _derivatives(loglik: Likelihood, theta: float, tau: float) -> tuple[list[float], list[list[float]]]:
    """Return gradient and Hessian by central differences, two steps extrapolated to none."""

    def at(h: float) -> list[float]:
        f = {(i, j): loglik(theta + i * h, tau + j * h) for i in (-1, 0, 1) for j in (-1, 0, 1)}
        return [
            (f[1, 0] - f[-1, 0]) / (2 * h),
            (f[0, 1] - f[0, -1]) / (2 * h),
            (f[1, 0] - 2 * f[0, 0] + f[-1, 0]) / h**2,
            (f[1, 1] - f[1, -1] - f[-1, 1] + f[-1, -1]) / (4 * h**2),
            (f[0, 1] - 2 * f[0, 0] + f[0, -1]) / h**2,
        ]

    g = [(4 * fine - coarse) / 3 for fine, coarse in zip(at(STEP), at(2 * STEP), strict=True)]
    return g[:2], [[g[2], g[3]], [g[3], g[4]]]


def _standard_error(loglik: Likelihood, theta: float, tau: float) -> float | None:
    """Return the standard error of theta from the joint Hessian (from theta alone where tau is 0)."""
    _, h = _derivatives(loglik, theta, tau)
    information = -h[0][0]
    if tau > 0.0 and h[1][1] < 0:
        information += h[0][1] ** 2 / h[1][1]
    return 1.0 / math.sqrt(information) if information > 0 else None
