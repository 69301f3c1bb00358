"""Random meta-analyses, rough ones among them, and what must hold for each: used by a test and by a benchmark."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from jakpool import (
    Effects,
    Pooled,
    cumulative,
    generic,
    influence,
    leave_one_out,
    means,
    pool,
    proportions,
    rates,
    regress,
    sensitivity_set,
    small_study_effects,
    two_arm,
    two_means,
    two_rates,
)
from jakpool.choices import models_for
from jakpool.count_likelihoods import likelihood_of
from jakpool.distributions import chi2_quantile
from jakpool.quadrature import SPLIT, log_marginal
from jakpool.tau2 import log_likelihood

TAU2 = ("REML", "ML", "DL", "HE", "HS", "SJ", "EB", "PM")
TESTS = ("z", "t", "knha", "adhoc")
SHARES = (0.0, 0.02, 0.3, 0.97, 1.0)
LEVELS = (0.95, 0.95, 0.8, 0.99)


def draw(rng: np.random.Generator) -> Effects:
    """Return effects of some kind: 1 to 60 rows, zeros, only events, variance ratios of 1e8, identical effects."""
    k = int(rng.integers(1, 61)) if rng.random() < 0.5 else int(rng.integers(1, 8))
    kind = rng.integers(8)
    if kind == 0:
        spread = rng.choice([0.1, 1.0, 4.0, 18.5])
        vi = np.exp(rng.uniform(-spread / 2, spread / 2, k)) * 10.0 ** rng.uniform(-4, 4)
        yi = np.zeros(k) + rng.normal() if rng.random() < 0.2 else rng.normal(0, np.sqrt(vi) * rng.choice([0.1, 1, 5]))
        return generic(yi, vi)
    sizes = rng.uniform(0, 8, k) if rng.random() < 0.95 else rng.uniform(0, 18.5, k)
    n, x = _counts(rng, np.maximum(1, np.exp(sizes)).astype(int))
    if kind in (1, 2):
        return proportions(x, n, measure=str(rng.choice(["PLO", "PLO", "PAS", "PFT", "PR", "PLN"])))
    time = n * rng.uniform(0.1, 10, k)
    if kind == 3:
        return rates(x, time, measure=str(rng.choice(["IR", "IRLN", "IRS", "IRFT"])))
    n, x = _counts(rng, np.maximum(1, np.exp(rng.uniform(0, 8, k))).astype(int))
    m, c = _counts(rng, np.maximum(1, np.exp(rng.uniform(0, 6, k))).astype(int))
    if kind == 4:
        return two_arm(x, n, c, m, measure=str(rng.choice(["RR", "OR", "OR", "RD", "AS", "PETO"])))
    if kind == 5:
        return two_rates(x, time, c, m * rng.uniform(0.1, 10, k), measure=str(rng.choice(["IRR", "IRR", "IRD"])))
    first, second = rng.normal(10, 2, k).clip(0.1), rng.normal(10, 2, k).clip(0.1)
    if rng.random() < 0.2:
        first = second = np.full(k, 10.0)
    sd = np.exp(rng.normal(0, 1, (2, k)))
    if kind == 6:
        return means(first, sd[0], n + 1, measure=str(rng.choice(["MN", "MNLN"])))
    measure = str(rng.choice(["MD", "SMD", "SMDH", "ROM"]))
    return two_means(first, sd[0], n + 1, second, sd[1], m + 1, measure=measure)


def _counts(rng: np.random.Generator, n: Any) -> tuple[Any, Any]:
    """Return patients and events: alike in all rows, none or all in some rows, or as chance has it."""
    luck = rng.random()
    if luck < 0.1:
        n = np.full_like(n, n[0])
        return n, np.full_like(n, rng.binomial(n[0], rng.random()))
    if luck < 0.2:
        return n, rng.binomial(n, rng.choice([0.0, 0.5, 1.0], len(n)))
    return n, rng.binomial(n, rng.choice(SHARES) if luck < 0.6 else rng.random(len(n)))


def complaints(effects: Effects, rng: np.random.Generator, *, slow: bool = False) -> list[str]:
    """Pool the effects in a way drawn at random, and return what is wrong with the result.

    Every fourth time they are regressed on moderators too, and every tenth in subgroups. `slow` adds the models of the
    counts themselves, with their profile intervals, and all that follows a pooled result.
    """
    models = [m for m in models_for(effects) if slow or m in ("random", "common", "mh", "peto")]
    counted = [m for m in models if m in ("glmm", "betabin")]
    model = str(rng.choice(counted if counted and rng.random() < 0.7 else models))
    test = str(rng.choice(TESTS if model in ("random", "common") else ("z", "t") if model in counted else ("z",)))
    how: dict[str, Any] = {
        "model": model,
        "tau2": str(rng.choice(TAU2)),
        "test": test,
        "level": float(rng.choice(LEVELS)),
        "pi": str(rng.choice(["auto", "z", "t", "hts", "hk"])),
        "tau2_ci": str(rng.choice(["auto", "auto", "auto", "pl"])),
        "glmm": str(rng.choice(["UM.FS", "CM.EL"])),
        "back_n": str(rng.choice(["harmonic", "geometric", "arithmetic", "variance"])),
    }
    if test == "t" and effects.measure == "PLO" and model == "glmm" and rng.random() < 0.3:
        how["test"] = "wider"
    if rng.random() < 0.1:
        how |= {
            "by": [str(rng.integers(3)) for _ in effects.yi],
            "tau2_groups": str(rng.choice(["common", "separate"])),
        }
    said = f"{effects.measure} k={len(effects)} {how}"
    found: list[Pooled] = []
    wrong = _tried(said, lambda: found.append(pool(effects, profile=slow, **how)) or found)
    for result in found:
        wrong += [f"{said}: {what}" for what in _broken(effects, result, how, slow=slow)]
    if len(effects) >= 5 and rng.random() < 0.25:
        wrong += _regressed(effects, rng)
    if slow:
        plain = {"model": how["model"], "tau2": how["tau2"], "level": how["level"]}
        if len(effects) <= 8 or model != "glmm" or effects.measure == "PLO":  # else each of the many fits takes long
            wrong += _tried(f"{said}, leave one out", lambda: leave_one_out(effects, **plain))
            wrong += _tried(f"{said}, sensitivity", lambda: sensitivity_set(effects, **plain))
        wrong += _tried(f"{said}, small studies", lambda: small_study_effects(effects))
        if len(effects) > 2:
            wrong += _tried(f"{said}, influence", lambda: influence(effects))
            wrong += _tried(f"{said}, cumulative", lambda: cumulative(effects, model="random"))
    return wrong


def _tried(said: str, make: Callable[[], Any]) -> list[str]:
    """Say what was raised, and what is no number."""
    try:
        made = make()
    except Exception as error:
        return [f"{said}: {type(error).__name__}: {error}"]
    made = tuple(made) if isinstance(made, list | tuple) else made
    return [f"{said}: {name} is {value}" for name, value in _figures(made) if not math.isfinite(value)]


def _broken(effects: Effects, result: Pooled, how: dict[str, Any], *, slow: bool) -> list[str]:
    """Say what a result has wrong: order of its bounds, a higher likelihood elsewhere."""
    wrong = []
    if result.tau2 is not None and result.tau2 < 0:
        wrong.append(f"tau2 is {result.tau2}")
    of_counts = result.beta if result.model == "glmm" else None  # elsewhere it is that of ML, whatever tau2 is asked
    for low, middle, high, what in (
        (result.ci_lb, result.beta, result.ci_ub, "the interval"),
        (result.pi_lb, result.beta, result.pi_ub, "the prediction interval"),
        (result.profile_lb, of_counts, result.profile_ub, "the profile interval"),
        (result.back.ci_lb, result.back.estimate, result.back.ci_ub, "the interval on the natural scale"),
        (result.tau2_lb, result.tau2_lb, result.tau2_ub, "the interval of tau2"),
    ):
        if middle is not None and any(
            bound is not None and sign * (bound - middle) > 1e-9 * (1 + abs(middle))
            for bound, sign in ((low, 1), (high, -1))
        ):
            wrong.append(f"{what} does not hold its estimate: {low}, {middle}, {high}")
    if how["model"] == "random" and how["tau2"] in ("REML", "ML") and result.model == "random" and len(effects) > 1:
        better = _better(effects, np.ones((len(effects), 1)), result.tau2 or 0.0, restricted=how["tau2"] == "REML")
        if better > 1e-8:
            wrong.append(f"the likelihood is higher by {better:.2e} elsewhere")
    if slow and result.model == "glmm" and result.beta is not None:
        wrong += _glmm(effects, result) if result.measure == "PLO" else _two_arm_glmm(effects, result, how["glmm"])
    return wrong


def _regressed(effects: Effects, rng: np.random.Generator) -> list[str]:
    """Regress the effects on a number, and maybe on a factor, and say what is wrong with that."""
    k = len(effects)
    moderators: dict[str, Any] = {"year": (2000 + rng.integers(0, 25, k)).tolist()}
    if k >= 8 and rng.random() < 0.5:
        moderators["drug"] = [f"drug {i}" for i in rng.integers(0, 3, k)]
    columns = [np.ones(k), np.array(moderators["year"]) - 2010.0]
    drugs = sorted(set(moderators.get("drug", ())))
    columns += [np.array([d == drug for d in moderators["drug"]], dtype=float) for drug in drugs[1:]]
    design = np.array(columns).T
    if np.linalg.matrix_rank(design) < design.shape[1] or len(drugs) == 1:
        return []
    tau2, test = str(rng.choice(TAU2)), str(rng.choice(TESTS))
    said = f"{effects.measure} k={k} regressed on {list(moderators)} {tau2} {test}"
    found: list[Any] = []
    wrong = _tried(said, lambda: found.append(regress(effects, moderators, tau2=tau2, test=test)) or found)
    if found and tau2 in ("REML", "ML"):
        better = _better(effects, design, found[0].tau2, restricted=tau2 == "REML")
        if better > 1e-8:
            wrong.append(f"{said}: the likelihood is higher by {better:.2e} elsewhere")
    return wrong


def _better(effects: Effects, design: Any, tau2: float, *, restricted: bool) -> float:
    """Return by how much a dense scan of the likelihood beats an estimate."""
    yi, vi = np.array(effects.yi), np.array(effects.vi)
    top = 10.0 * (float(np.ptp(yi)) ** 2 + float(vi.max()))
    scan = np.concatenate([[0.0], np.geomspace(float(vi.min()) * 1e-6, top, 4000 if design.shape[1] == 1 else 1000)])
    best = float(log_likelihood(yi, vi, design, scan, restricted=restricted).max())
    ours = float(log_likelihood(yi, vi, design, np.array([tau2]), restricted=restricted)[0])
    return (best - ours) / max(1.0, abs(best))


def _glmm(effects: Effects, result: Pooled) -> list[str]:
    """Scan the likelihood of counts around the estimate, and along tau where the profile interval ends."""
    x, n = np.array(effects.events, dtype=float), np.array(effects.n, dtype=float)
    beta, loglik, se = float(result.beta or 0.0), float(result.loglik or 0.0), float(result.se or 0.0)
    taus = np.concatenate([[0.0], np.geomspace(0.01, 40.0, 80)])

    def highest(mu: float) -> float:
        coarse = log_marginal(x, n, np.array(mu), taus[:, None], nodes=SPLIT).sum(axis=1)
        at = int(np.argmax(coarse))
        near = np.linspace(taus[max(at - 1, 0)], taus[min(at + 1, len(taus) - 1)], 50)
        fine = log_marginal(x, n, np.array(mu), near[:, None], nodes=SPLIT).sum(axis=1)
        return float(max(coarse.max(), fine.max()))

    wrong = []
    best = max(highest(beta + d * se) for d in (-3.0, -1.5, -0.5, 0.0, 0.5, 1.5, 3.0))
    if best > loglik + 1e-6:
        wrong.append(f"the likelihood of the counts is higher by {best - loglik:.2e} elsewhere")
    floor = loglik - 0.5 * chi2_quantile(1.0 - result.settings.level, 1)
    ends = {bound: highest(bound) - floor for bound in (result.profile_lb, result.profile_ub) if bound is not None}
    wrong += [f"the profile at {b} is {off:.2e} above its floor" for b, off in ends.items() if not -1e-3 < off < 1e-5]
    return wrong


def _two_arm_glmm(effects: Effects, result: Pooled, kind: str) -> list[str]:
    """Scan the likelihood of two arms, or of rates, around the estimate."""
    value = likelihood_of(effects, kind, nodes=25)[0].value
    beta, se, loglik = float(result.beta or 0.0), float(result.se or 0.0), float(result.loglik or 0.0)
    tau = math.sqrt(result.tau2 or 0.0)
    points = [(beta + d * se, t) for d in (-1.5, -0.5, 0.5, 1.5) for t in (0.0, tau, 0.5 * tau, 1.5 * tau, 1.0, 4.0)]
    best = max(value(theta, t) for theta, t in points)
    if best > loglik + 1e-6 * (1.0 + abs(loglik)):
        return [f"the likelihood of {kind} is higher by {best - loglik:.2e} elsewhere"]
    return []


def _figures(value: Any, path: str = "") -> list[tuple[str, float]]:
    """Return every float of a result with its path."""
    if is_dataclass(value) and not isinstance(value, type):
        return [pair for f in fields(value) for pair in _figures(getattr(value, f.name), f"{path}.{f.name}")]
    if isinstance(value, tuple):
        return [pair for i, inner in enumerate(value) for pair in _figures(inner, f"{path}.{i}")]
    return [(path, float(value))] if isinstance(value, float) else []
