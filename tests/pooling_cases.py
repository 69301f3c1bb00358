"""Random meta-analyses, rough ones among them, and what must hold for each: used by a test and by a benchmark."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from jakpool import Effects, generic, pool, proportions, rates, two_arm, two_means
from jakpool.choices import models_for
from jakpool.tau2 import log_likelihood

TAU2 = ("REML", "ML", "DL", "HE", "HS", "SJ", "EB", "PM")
TESTS = ("z", "t", "knha", "adhoc")


def draw(rng: np.random.Generator) -> Effects:
    """Return effects of some kind: 1 to 60 rows, zeros, only events, variance ratios of 1e8, identical effects."""
    k = int(rng.integers(1, 61)) if rng.random() < 0.5 else int(rng.integers(1, 8))
    kind = rng.integers(6)
    if kind == 0:
        spread = rng.choice([0.1, 1.0, 4.0, 18.0])
        vi = np.exp(rng.uniform(-spread / 2, spread / 2, k)) * 10.0 ** rng.uniform(-4, 4)
        yi = np.zeros(k) + rng.normal() if rng.random() < 0.2 else rng.normal(0, np.sqrt(vi) * rng.choice([0.1, 1, 5]))
        return generic(yi, vi)
    n = np.maximum(1, np.exp(rng.uniform(0, 8, k))).astype(int)
    p = rng.choice([0.0, 0.02, 0.3, 0.97, 1.0]) if rng.random() < 0.5 else rng.random(k)
    x = rng.binomial(n, p)
    if kind in (1, 2):
        return proportions(x, n, measure=str(rng.choice(["PLO", "PLO", "PAS", "PFT", "PR", "PLN"])))
    if kind == 3:
        return rates(x, n * rng.uniform(0.1, 10, k), measure=str(rng.choice(["IR", "IRLN", "IRS", "IRFT"])))
    m = np.maximum(1, np.exp(rng.uniform(0, 6, k))).astype(int)
    if kind == 4:
        c = rng.binomial(m, rng.choice([0.0, 0.05, 0.5, 1.0]))
        return two_arm(x, n, c, m, measure=str(rng.choice(["RR", "OR", "RD", "AS", "PETO"])))
    first, second = rng.normal(10, 3, k), rng.normal(10, 3, k)
    sd = np.exp(rng.normal(0, 1, (2, k)))
    return two_means(first, sd[0], n + 1, second, sd[1], m + 1, measure=str(rng.choice(["MD", "SMD", "SMDH"])))


def complaints(effects: Effects, rng: np.random.Generator, *, slow: bool = False) -> list[str]:
    """Pool the effects in a way drawn at random, and return what is wrong with the result."""
    models = [m for m in models_for(effects) if slow or m in ("random", "common", "mh", "peto")]
    model = str(rng.choice(models))
    test = str(rng.choice(TESTS if model in ("random", "common") else ("z",)))
    tau2 = str(rng.choice(TAU2))
    said = f"{effects.measure} k={len(effects)} {model} {tau2} {test}"
    try:
        result = pool(effects, model=model, tau2=tau2, test=test, profile=False)
    except Exception as error:
        return [f"{said}: {type(error).__name__}: {error}"]
    wrong = [f"{said}: {name} is {value}" for name, value in _figures(result) if not math.isfinite(value)]
    if result.tau2 is not None and result.tau2 < 0:
        wrong.append(f"{said}: tau2 is {result.tau2}")
    if result.ci_lb is not None and result.ci_ub is not None and result.beta is not None:
        slack = 1e-9 * (1 + abs(result.beta))
        if not result.ci_lb - slack <= result.beta <= result.ci_ub + slack:
            wrong.append(f"{said}: the interval does not hold its estimate")
    if model == "random" and tau2 in ("REML", "ML") and result.model == "random" and len(effects) > 1:
        better = _better(np.array(effects.yi), np.array(effects.vi), result.tau2 or 0.0, restricted=tau2 == "REML")
        if better > 1e-8:
            wrong.append(f"{said}: the likelihood is higher by {better:.2e} elsewhere")
    return wrong


def _better(yi: Any, vi: Any, tau2: float, *, restricted: bool) -> float:
    """Return by how much a dense scan of the likelihood beats an estimate."""
    ones = np.ones((len(yi), 1))
    top = 10.0 * (float(np.ptp(yi)) ** 2 + float(vi.max()))
    scan = np.concatenate([[0.0], np.geomspace(float(vi.min()) * 1e-6, top, 4000)])
    best = float(log_likelihood(yi, vi, ones, scan, restricted=restricted).max())
    ours = float(log_likelihood(yi, vi, ones, np.array([tau2]), restricted=restricted)[0])
    return (best - ours) / max(1.0, abs(best))


def _figures(value: Any, path: str = "") -> list[tuple[str, float]]:
    """Return every float of a result with its path."""
    if is_dataclass(value) and not isinstance(value, type):
        return [pair for f in fields(value) for pair in _figures(getattr(value, f.name), f"{path}.{f.name}")]
    if isinstance(value, tuple):
        return [pair for i, inner in enumerate(value) for pair in _figures(inner, f"{path}.{i}")]
    return [(path, float(value))] if isinstance(value, float) else []
