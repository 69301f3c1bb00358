"""The likelihoods of counts of two arms, or of one-arm rates, with a normal random effect."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from jakpool.columns import Floats
from jakpool.corrections import Flags
from jakpool.effects import Effects
from jakpool.quadrature import hermite_rule
from jakpool.random_effect import Binomial, Family, Hypergeometric, Poisson, marginal

__all__ = ["CountLikelihood", "likelihood_of"]

Value = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class CountLikelihood:
    """A log-likelihood of (theta, tau), and its value where every row has a theta of its own.

    `endless` says that every row is at the same edge of what can be (all events in one arm): the likelihood then grows
    without end as theta does.
    """

    value: Value
    saturated: float
    endless: bool = False


def likelihood_of(effects: Effects, kind: str, *, nodes: int) -> tuple[CountLikelihood, Flags]:
    """Return the likelihood (``UM.FS`` or ``CM.EL`` for two arms), and which rows tell something to it."""
    x = np.array(effects.events, dtype=float)
    if effects.events_c is None:
        t = np.array(effects.time, dtype=float)
        full = float((scipy.special.xlogy(x, x) - x - scipy.special.gammaln(x + 1)).sum())
        return CountLikelihood(_conditional(Poisson(x, t), len(x), nodes), full), np.ones(len(x), dtype=bool)
    c = np.array(effects.events_c, dtype=float)
    if effects.time is not None:
        t1, t2 = np.array(effects.time, dtype=float), np.array(effects.time_c, dtype=float)
        tells = (x + c) > 0
        x, c, t1, t2 = x[tells], c[tells], t1[tells], t2[tells]
        endless = bool((x == 0).all() or (c == 0).all())
        if kind == "CM.EL":
            family: Family = Binomial(x, x + c, np.log(t1 / t2))
            return CountLikelihood(_conditional(family, len(x), nodes), _binomial(x, x + c), endless), tells
        full = float((scipy.special.xlogy(x, x) - x + scipy.special.xlogy(c, c) - c).sum())
        full -= float((scipy.special.gammaln(x + 1) + scipy.special.gammaln(c + 1)).sum())
        return CountLikelihood(_poisson_bases(x, t1, c, t2, nodes), full, endless), tells
    n1, n2 = np.array(effects.n, dtype=float), np.array(effects.n_c, dtype=float)
    tells = ~(((x == 0) & (c == 0)) | ((x == n1) & (c == n2)))
    x, n1, c, n2 = x[tells], n1[tells], c[tells], n2[tells]
    endless = bool(((x == 0) | (c == n2)).all() or ((x == n1) | (c == 0)).all())
    if kind == "CM.EL":
        tables = Hypergeometric(x, n1, c, n2)
        return CountLikelihood(_conditional(tables, len(x), nodes), _best_tables(tables), endless), tells
    return CountLikelihood(_logistic_bases(x, n1, c, n2, nodes), _binomial(x, n1) + _binomial(c, n2), endless), tells


def _binomial(x: Floats, n: Floats) -> float:
    """Return the log-likelihood of counts at their own proportions."""
    constant = -scipy.special.betaln(n - x + 1, x + 1) - np.log1p(n)
    return float((constant + scipy.special.xlogy(x, x / n) + scipy.special.xlogy(n - x, (n - x) / n)).sum())


def _best_tables(tables: Hypergeometric) -> float:
    """Return the log-likelihood of every table at its own log odds ratio; 0 for one at the edge of what can be."""
    k = len(tables.a)
    eta = np.zeros((k, 1))
    low, high = np.full((k, 1), -40.0), np.full((k, 1), 40.0)
    for _ in range(80):
        _, first, second = tables.parts(eta)
        low, high = np.where(first > 0, eta, low), np.where(first > 0, high, eta)
        new = eta - first / np.minimum(second, -1e-12)
        eta = np.where((new > low) & (new < high), new, 0.5 * (low + high))
    return float(tables.value(eta).sum())


def _conditional(family: Family, k: int, nodes: int) -> Callable[[float, float], float]:
    """Return the log-likelihood of rows with one parameter."""
    return lambda theta, tau: float(marginal(family, theta, abs(tau), k=k, nodes=nodes).sum())


def _logistic_bases(a: Floats, n1: Floats, c: Floats, n2: Floats, nodes: int) -> Callable[[float, float], float]:
    """Return the log-likelihood of UM.FS for odds ratios, each study's base solved for."""
    constant = (
        -scipy.special.betaln(n1 - a + 1, a + 1) - np.log1p(n1) - scipy.special.betaln(n2 - c + 1, c + 1) - np.log1p(n2)
    )
    whole = float(constant.sum())

    def arms(one: Floats, two: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Return the log-likelihood of both arms, and per arm residual and information."""
        p1, p2 = scipy.special.expit(one), scipy.special.expit(two)
        value = (
            a[:, None] * one
            - n1[:, None] * np.logaddexp(0, one)
            + c[:, None] * two
            - n2[:, None] * np.logaddexp(0, two)
        )
        info1, info2 = n1[:, None] * p1 * scipy.special.expit(-one), n2[:, None] * p2 * scipy.special.expit(-two)
        return value, a[:, None] - n1[:, None] * p1, c[:, None] - n2[:, None] * p2, info1, info2

    start = np.log((c + 0.5) / (n2 - c + 0.5))
    return _profiled(arms, start, nodes, whole)


def _poisson_bases(x: Floats, t1: Floats, c: Floats, t2: Floats, nodes: int) -> Callable[[float, float], float]:
    """Return the log-likelihood of UM.FS for rate ratios, each study's base solved for."""
    whole = float((x * np.log(t1) + c * np.log(t2) - scipy.special.gammaln(x + 1) - scipy.special.gammaln(c + 1)).sum())

    def arms(one: Floats, two: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Return the log-likelihood of both arms, and per arm residual and information."""
        m1, m2 = t1[:, None] * np.exp(one), t2[:, None] * np.exp(two)
        return x[:, None] * one - m1 + c[:, None] * two - m2, x[:, None] - m1, c[:, None] - m2, m1, m2

    return _profiled(arms, np.log((c + 0.5) / t2), nodes, whole)


Arms = Callable[[Floats, Floats], tuple[Floats, Floats, Floats, Floats, Floats]]


def _profiled(arms: Arms, start: Floats, nodes: int, constant: float) -> Callable[[float, float], float]:
    """Return the log-likelihood with every study's base at its best.

    The base enters both arms alike, the random effect by halves; the integral over it is taken around the joint mode.
    """
    z, log_w = hermite_rule(nodes)
    kept = {"base": start.copy()}

    def loglik(theta: float, tau: float) -> float:
        tau = abs(tau)
        base = kept["base"][:, None]
        u = np.zeros_like(base)
        total = slope = None
        low, high = np.full_like(base, -np.inf), np.full_like(base, np.inf)
        for _ in range(60):
            u, curve = _mode(arms, base, u, theta, tau)
            spread = np.sqrt(2.0 / curve) if tau > 0 else np.ones_like(base)
            at = u + spread * z if tau > 0 else u
            value, r1, r2, i1, i2 = arms(base + theta + 0.5 * tau * at, base - 0.5 * tau * at)
            log_f = value - 0.5 * at * at + log_w if tau > 0 else value
            top = log_f.max(axis=1, keepdims=True)
            weight = np.exp(log_f - top)
            mass = weight.sum(axis=1, keepdims=True)
            weight /= mass
            total = top + np.log(mass) + (np.log(spread) - 0.5 * math.log(2 * math.pi) if tau > 0 else 0.0)
            g = r1 + r2
            slope = (weight * g).sum(axis=1, keepdims=True)
            second = (weight * (g * g - i1 - i2)).sum(axis=1, keepdims=True) - slope**2
            low, high = np.where(slope > 0, base, low), np.where(slope > 0, high, base)
            step = np.where(second < 0, -slope / np.minimum(second, -1e-12), np.sign(slope))
            new = base + np.clip(step, -3.0, 3.0)
            both = np.isfinite(low) & np.isfinite(high)
            new = np.where(
                both & ((new <= low) | (new >= high)), 0.5 * (np.where(both, low, 0) + np.where(both, high, 0)), new
            )
            done = float(np.abs(new - base).max()) < 1e-9
            base = new
            if done:
                break
        if total is None:
            return -math.inf
        kept["base"] = base[:, 0]
        return float(total.sum()) + constant

    return loglik


def _mode(arms: Arms, base: Floats, u: Floats, theta: float, tau: float) -> tuple[Floats, Floats]:
    """Return the mode of the random effect of each study and the curvature there, by Newton's steps in a bracket."""
    curve = np.ones_like(u)
    if tau == 0.0:
        return np.zeros_like(u), curve
    half = 0.5 * tau
    low, high = np.full_like(u, -np.inf), np.full_like(u, np.inf)
    for _ in range(60):
        _, r1, r2, i1, i2 = arms(base + theta + half * u, base - half * u)
        slope = half * (r1 - r2) - u
        curve = 1.0 + half**2 * (i1 + i2)
        low, high = np.where(slope > 0, u, low), np.where(slope > 0, high, u)
        new = u + np.clip(slope / curve, -2.0, 2.0)
        out = ((new <= low) | (new >= high)) & (new != u)  # two clipped steps may lead back and forth for ever
        new = np.where(out, 0.5 * (low + high), new)
        step, u = new - u, new
        if float(np.abs(step).max()) < 1e-10:
            break
    return u, curve
