"""The marginal likelihood of binomial counts with a normal random intercept, by adaptive Gauss-Hermite quadrature.

Row i has ``x`` events of ``n`` with ``logit(p) = mu + tau * u``, ``u ~ N(0, 1)``. The integral over ``u`` is taken on
nodes centred and scaled at the mode of each row's integrand (Liu, Pierce 1994, Biometrika 81:624-629; Pinheiro, Bates
1995, J Comput Graph Stat 4:12-35), all rows and all parameter values at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import scipy

__all__ = ["SPLIT", "Derivatives", "derivatives", "hermite_rule", "log_marginal"]

Floats = npt.NDArray[np.float64]
NODES_FOR_MOMENTS = 25
STEP = 2e-3
SPLIT = 0
"""In place of a number of nodes: Gauss-Legendre on either side of the mode, for integrands that are no bell at all."""
HALF = 40


@dataclass(frozen=True, slots=True)
class Derivatives:
    """The log-likelihood of each row and its derivatives with respect to (mu, tau); arrays of one shape."""

    value: Floats
    mu: Floats
    tau: Floats
    mu_mu: Floats
    mu_tau: Floats
    tau_tau: Floats


def log_marginal(x: Floats, n: Floats, mu: Floats, tau: Floats, *, nodes: int) -> Floats:
    """Return the log-likelihood of each row.

    Parameters
    ----------
    x, n : array, shape (k,)
        Events and patients.
    mu, tau : array, broadcasting to shape (..., k)
        Mean logit and standard deviation of the random intercept; the likelihood is even in `tau`.
    nodes : int
        Quadrature nodes; 1 is Laplace's approximation, `SPLIT` the rule for rows without events (or with nothing
        else) under a wide distribution, where Gauss-Hermite needs far too many.

    Returns
    -------
    array, shape (..., k)

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(1)
    >>> round(float(log_marginal(one, 2 * one, 0 * one, 0 * one, nodes=25)[0]), 6)  # log of 1/2
    -0.693147
    """
    return _weighted(x, n, mu, tau, nodes)[0] + _constant(x, n)


def derivatives(x: Floats, n: Floats, mu: Floats, tau: Floats, *, nodes: int) -> Derivatives:
    """Return the log-likelihood of each row with its first and second derivatives.

    From `NODES_FOR_MOMENTS` nodes on they are moments of the integrand, by the identity of Louis (1982), J R Stat Soc
    B 44:226-233; below, where quadrature and integral differ, central differences of the quadrature itself, as R's
    lme4 sees it.
    """
    if SPLIT < nodes < NODES_FOR_MOMENTS:
        return _differences(x, n, mu, tau, nodes)
    value, weight, eta, u = _weighted(x, n, mu, tau, nodes)
    p = scipy.special.expit(eta)
    r = x[:, None] - n[:, None] * p
    info = n[:, None] * p * scipy.special.expit(-eta)
    ru = r * u
    g_mu, g_tau = (weight * r).sum(-1), (weight * ru).sum(-1)
    return Derivatives(
        value=value + _constant(x, n),
        mu=g_mu,
        tau=g_tau,
        mu_mu=(weight * (r * r - info)).sum(-1) - g_mu**2,
        mu_tau=(weight * (r * ru - info * u)).sum(-1) - g_mu * g_tau,
        tau_tau=(weight * (ru * ru - info * u * u)).sum(-1) - g_tau**2,
    )


@lru_cache(maxsize=8)
def hermite_rule(nodes: int) -> tuple[Floats, Floats]:
    """Return the Gauss-Hermite nodes and the logarithms of their weights, freed of the factor ``exp(-z^2)``."""
    z, w = np.polynomial.hermite.hermgauss(nodes)
    return z, np.log(w) + z * z


def _weighted(x: Floats, n: Floats, mu: Floats, tau: Floats, nodes: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the log integral without its binomial coefficient, and the nodes' weights, logits and positions."""
    mu, tau = np.broadcast_arrays(mu, tau)
    mu, tau = np.broadcast_arrays(mu, tau + 0.0 * x)
    mode, spread = _modes(x, n, mu, tau)
    if nodes == SPLIT:
        u, log_w = _split(x, n, mu, tau, mode)
    else:
        z, log_w = hermite_rule(nodes)
        u = mode[..., None] + np.sqrt(2.0) * spread[..., None] * z
        log_w = log_w + np.log(spread)[..., None] + 0.5 * np.log(2.0)
    eta = mu[..., None] + tau[..., None] * u
    log_f = _log_integrand(x[:, None], n[:, None], eta, u) + log_w
    top = log_f.max(axis=-1)
    f = np.exp(log_f - top[..., None])
    total = f.sum(axis=-1)
    return np.log(total) + top - 0.5 * np.log(2.0 * np.pi), f / total[..., None], eta, u


def _log_integrand(x: Floats, n: Floats, eta: Floats, u: Floats) -> Floats:
    """Return the logarithm of binomial kernel times normal kernel."""
    return np.asarray(x * eta - n * _softplus(eta) - 0.5 * u * u)


def _split(x: Floats, n: Floats, mu: Floats, tau: Floats, mode: Floats) -> tuple[Floats, Floats]:
    """Return nodes on both sides of the mode, closer together near it, and the logarithms of their weights.

    Each side runs to where the integrand has fallen by a factor of exp(-36). The integrand is log-concave with a
    curvature of at least 1, so that is within sqrt(72); Newton steps on its convex fall come in from there.
    """
    s, w = _half_rule()
    top = _log_integrand(x, n, mu + tau * mode, mode)
    u, log_w = [], []
    for side in (-1.0, 1.0):
        reach = np.full_like(mode, np.sqrt(72.0))
        for _ in range(8):
            at = mode + side * reach
            eta = mu + tau * at
            fall = top - _log_integrand(x, n, eta, at)
            steep = -side * (tau * (x - n * scipy.special.expit(eta)) - at)
            reach = np.maximum(reach - np.maximum(fall - 36.0, 0.0) / np.maximum(steep, 1e-300), 1e-12)
        u.append(mode[..., None] + side * reach[..., None] * s * s)
        log_w.append(np.log(2.0 * reach[..., None] * s * w))
    return np.concatenate(u, axis=-1), np.concatenate(log_w, axis=-1)


def _modes(x: Floats, n: Floats, mu: Floats, tau: Floats) -> tuple[Floats, Floats]:
    """Return mode and spread of each row's integrand in u, by Newton steps kept in a shrinking bracket."""
    slope = tau * (x - n * scipy.special.expit(mu))  # of the log integrand at u = 0; the mode lies between 0 and there
    low, high = np.minimum(slope, 0.0), np.maximum(slope, 0.0)
    a, b = x + 0.5, n - x + 0.5
    u = np.clip(tau * (np.log(a / b) - mu) / (tau**2 + 1.0 / a + 1.0 / b), low, high)
    curve = np.ones_like(u)
    for _ in range(60):
        eta = mu + tau * u
        p = scipy.special.expit(eta)
        slope = tau * (x - n * p) - u
        curve = 1.0 + tau**2 * n * p * scipy.special.expit(-eta)
        low, high = np.where(slope > 0, u, low), np.where(slope > 0, high, u)
        step = u + slope / curve
        step = np.where((step < low) | (step > high), 0.5 * (low + high), step)
        if bool((np.abs(step - u) <= 1e-8 * (1.0 + np.abs(u))).all()):
            break
        u = step
    return u, 1.0 / np.sqrt(curve)


def _differences(x: Floats, n: Floats, mu: Floats, tau: Floats, nodes: int) -> Derivatives:
    """Differentiate the quadrature by central differences, two step sizes extrapolated to none (Richardson)."""
    mu, tau = np.broadcast_arrays(mu, tau)
    fine, coarse = (_central(x, n, mu, tau, nodes, h) for h in (STEP, 2 * STEP))
    value = log_marginal(x, n, mu, tau, nodes=nodes)
    return Derivatives(value, *((4.0 * a - b) / 3.0 for a, b in zip(fine, coarse, strict=True)))


def _central(x: Floats, n: Floats, mu: Floats, tau: Floats, nodes: int, h: float) -> tuple[Floats, ...]:
    """Return the five central differences with step `h`."""
    shifts = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)]
    f = [log_marginal(x, n, mu + h * i, tau + h * j, nodes=nodes) for i, j in shifts]
    return (
        (f[1] - f[2]) / (2 * h),
        (f[3] - f[4]) / (2 * h),
        (f[1] - 2 * f[0] + f[2]) / h**2,
        (f[5] - f[6] - f[7] + f[8]) / (4 * h**2),
        (f[3] - 2 * f[0] + f[4]) / h**2,
    )


def _softplus(eta: Floats) -> Floats:
    """Return ``log(1 + exp(eta))`` without overflow."""
    return np.maximum(eta, 0.0) + np.log1p(np.exp(-np.abs(eta)))


def _constant(x: Floats, n: Floats) -> Floats:
    """Return the log binomial coefficients."""
    return np.asarray(-scipy.special.betaln(x + 1.0, n - x + 1.0) - np.log1p(n))


@cache
def _half_rule() -> tuple[Floats, Floats]:
    """Return the Gauss-Legendre nodes and weights on (0, 1)."""
    z, w = np.polynomial.legendre.leggauss(HALF)
    return 0.5 * (z + 1.0), 0.5 * w
