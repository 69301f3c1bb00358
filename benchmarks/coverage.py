"""How often the intervals for one-arm proportions hold the truth, by simulation.

Usage: ``python benchmarks/coverage.py [--runs 300] [--quick] [--json FILE]``. Each of 27 cells (k 3, 8, 19; p .05,
.2, .6; tau 0, .5, 1) draws ``n`` log-uniform from 6 to 90, ``logit(p_i) ~ N(logit(p), tau^2)`` and ``x_i ~
Binomial(n_i, p_i)``, with a seed of its own. Intervals for the mean are held against the median proportion ``p``
(what the logit models estimate) and against the marginal mean of the proportions (what the beta-binomial estimates).
A prediction interval is judged by the share of the true distribution of new studies that lies in it, at tau = 0 by
whether it holds p. Runs without events, or with nothing but events, count with the exact interval that jakpool gives;
other methods give none there.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]

from jakpool import PoolError, pool, prediction_interval, proportions  # noqa: E402 - after the path
from jakpool.distributions import two_sided_quantile  # noqa: E402

SEED = 7
K, P, TAU = (3, 8, 19), (0.05, 0.2, 0.6), (0.0, 0.5, 1.0)
MEANS = (
    "GLMM wider", "GLMM t", "GLMM profile", "DL Wald", "logit HKSJ", "arcsine HKSJ", "Freeman-Tukey", "beta-binomial",
)  # fmt: skip
PREDICTIONS = ("t(k-1)", "HTS t(k-2)", "averaged over tau")
EDGES = (0.0, 1.0)


def means(x: np.ndarray, n: np.ndarray, *, quick: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the intervals of the mean on the natural scale, and the prediction intervals on the logit scale."""
    logit, arcsine = proportions(x, n), proportions(x, n, measure="PAS")
    ours = pool(logit, test="wider")
    t = (ours.back.ci_lb, ours.back.ci_ub)  # the same where there is no model
    if ours.beta is not None and ours.se is not None:
        half = two_sided_quantile(0.95, len(x) - 1) * ours.se
        t = (float(special.expit(ours.beta - half)), float(special.expit(ours.beta + half)))
    found: dict[str, Any] = {
        "GLMM wider": (ours.back.ci_lb, ours.back.ci_ub),
        "GLMM t": t,
        "GLMM profile": (ours.back.profile_lb, ours.back.profile_ub) if ours.model == "glmm" else t,
    }
    predicted: dict[str, Any] = dict.fromkeys(PREDICTIONS)
    if ours.model != "glmm":
        return found, predicted
    if ours.beta is None:
        found |= {"GLMM t": EDGES, "GLMM wider": EDGES}  # no interval narrower than everything
    for name, effects, options in (
        ("DL Wald", logit, {"tau2": "DL", "test": "z"}),
        ("logit HKSJ", logit, {"tau2": "REML", "test": "knha"}),
        ("arcsine HKSJ", arcsine, {"tau2": "REML", "test": "knha"}),
    ):
        back = pool(effects, model="random", **options).back
        found[name] = (back.ci_lb, back.ci_ub)
    ft = pool(proportions(x, n, measure="PFT"), model="random", test="z").back
    found["Freeman-Tukey"] = (ft.ci_lb, ft.ci_ub)
    if not quick:
        bb = pool(logit, model="betabin").back
        found["beta-binomial"] = (bb.ci_lb, bb.ci_ub)
    if ours.beta is not None and ours.se is not None and ours.tau2 is not None:
        reach = math.sqrt(ours.tau2 + ours.se**2)
        for name, df in (("t(k-1)", len(x) - 1), ("HTS t(k-2)", len(x) - 2)):
            half = two_sided_quantile(0.95, df) * reach
            predicted[name] = (ours.beta - half, ours.beta + half)
    if quick:
        return found, predicted
    try:
        averaged = prediction_interval(logit)
        predicted["averaged over tau"] = (averaged.lower, averaged.upper)
    except PoolError:
        pass
    return found, predicted


def cell(k: int, p: float, tau: float, runs: int, *, seed: int = SEED, quick: bool = False) -> dict[str, Any]:
    """Return the shares of one cell."""
    rng = np.random.default_rng([seed, k, round(100 * p), round(10 * tau)])
    middle = math.log(p / (1 - p))
    z, w = np.polynomial.hermite_e.hermegauss(61)
    marginal = float((w / w.sum() * special.expit(middle + tau * z)).sum())
    median_held: dict[str, list[bool]] = {name: [] for name in MEANS}
    mean_held: dict[str, list[bool]] = {name: [] for name in MEANS}
    share: dict[str, list[float]] = {name: [] for name in PREDICTIONS}
    width: dict[str, list[float]] = {name: [] for name in PREDICTIONS}
    for _ in range(runs):
        n = np.rint(np.exp(rng.uniform(math.log(6), math.log(90), k)))
        logits = rng.normal(middle, tau, k) if tau > 0 else np.full(k, middle)
        x = rng.binomial(n.astype(int), 1.0 / (1.0 + np.exp(-logits))).astype(float)
        found, predicted = means(x, n, quick=quick)
        for name in MEANS:
            interval = found.get(name)
            if interval is not None:
                low, high = (edge if v is None else v for v, edge in zip(interval, EDGES, strict=True))
                median_held[name].append(bool(low <= p <= high))
                mean_held[name].append(bool(low <= marginal <= high))
        for name, interval in predicted.items():
            if interval is not None:
                low, high = interval
                inside = float(low <= middle <= high)
                if tau > 0:
                    inside = float(special.ndtr((high - middle) / tau) - special.ndtr((low - middle) / tau))
                share[name].append(inside)
                width[name].append(float(special.expit(high) - special.expit(low)))
    return {
        "k": k,
        "p": p,
        "tau": tau,
        "median": {name: float(np.mean(held)) for name, held in median_held.items() if held},
        "mean": {name: float(np.mean(held)) for name, held in mean_held.items() if held},
        "prediction": {name: float(np.mean(v)) for name, v in share.items() if v},
        "prediction_width": {name: float(np.mean(v)) for name, v in width.items() if v},
    }


def table(cells: list[dict[str, Any]], what: str, names: tuple[str, ...]) -> str:
    """Return a Markdown table with a line of shares at the end."""
    names = tuple(name for name in names if all(name in one[what] for one in cells))
    lines = [f"| k | p | tau | {' | '.join(names)} |", f"|{'---:|' * (3 + len(names))}"]
    for one in cells:
        figures = " | ".join(_share(one[what][name]) for name in names)
        lines.append(f"| {one['k']} | {one['p']:g} | {one['tau']:g} | {figures} |")
    each = {name: np.array([one[what][name] for one in cells]) for name in names}
    lines.append("| | | at least .93 | " + " | ".join(f"{(v >= 0.93).sum()} of {len(v)}" for v in each.values()) + " |")
    lines.append("| | | least | " + " | ".join(_share(v.min()) for v in each.values()) + " |")
    return "\n".join(lines)


def _share(value: float) -> str:
    """Return a share without its leading zero."""
    return f"{value:.3f}".removeprefix("0")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=300, help="meta-analyses a cell")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the draws, {SEED} by default")
    parser.add_argument("--quick", action="store_true", help="without the beta-binomial and the averaged prediction")
    parser.add_argument("--json", type=Path, help="write the shares here too")
    options = parser.parse_args()
    cells = []
    for k in K:
        for p in P:
            for tau in TAU:
                cells.append(cell(k, p, tau, options.runs, seed=options.seed, quick=options.quick))
                print(f"{k} {p} {tau}: {time.process_time():.0f} CPU s", file=sys.stderr, flush=True)
                if options.json:
                    options.json.write_text(json.dumps(cells, indent=1), encoding="utf-8")
    print("The interval holds the median proportion\n")
    print(table(cells, "median", MEANS))
    print("\nThe interval holds the marginal mean\n")
    print(table(cells, "mean", MEANS))
    print("\nShare of new studies in the 95 % prediction interval\n")
    print(table(cells, "prediction", PREDICTIONS))
    print("\nIts mean width, as a proportion\n")
    print(table(cells, "prediction_width", PREDICTIONS))


if __name__ == "__main__":
    main()
