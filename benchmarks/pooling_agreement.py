"""Compare jakpool with every reference figure within its reach, and print the agreement and every divergence.

Usage: ``python benchmarks/pooling_agreement.py --data FOLDER [--json FILE]`` where FOLDER holds
``reference/<dataset>.json`` (figures computed by R's metafor and meta). Nodes with an error or a warning are skipped.
A figure agrees if it is within the tolerance of its case, relative, or within 1e-9 of it; p-values below 1e-8 are
compared by their logarithms. The exit code is 1 if a figure diverges without a cause known in `CAUSES`.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

import numpy as np  # noqa: E402 - after the path
from pin_reference import Case, cases  # noqa: E402

import jakpool  # noqa: E402
from jakpool.quadrature import log_marginal  # noqa: E402

CAUSES = {
    r"\|nAGQ1 ": "Laplace's approximation: R's optimiser stops short of the maximum, and its derivatives are rough",
    r"^synthetic_ftproblem glmm": "tau of 16, rows of 0/n and n/n: no number of Gauss-Hermite nodes converges, and the "
    "exact log-likelihood is higher at jakpool's estimate",
    r"^steurer2006 .* I2$": "tau2 is 0; R's iteration stops just above",
    r"/meta/REML\|": "meta's REML stops early (1e-5 of tau2, absolute)",
    r"/metabias\|Thompson|/trimfill/.*\|REML|/gosh ": "R's default threshold of 1e-5; its converged fits agree",
    r"/cumul/.*\.I2$": "tau2 is 0; R's iteration stops just above",
    r"^nielweise2008 glmm/(UM.FS|CM.EL)\|ML ci_ub": "the bound lies next to 0 (4e-5 and 2e-6 apart); R's optimiser "
    "stops early, ours gives the same with 7 to 61 nodes",
    r"^collins1985a glmm/CM.EL\|ML (se|zval|ci_ub)": "R's Hessian is taken numerically; the estimates agree to 3e-6",
    r"^normand1999 generic/MD/confint/QP.DL": "R stops looking for the bound at ten times the estimate",
}


def run(case: Case) -> Any:
    """Return what jakpool gives for a case."""
    effects = getattr(jakpool, case["effects"])(**case["arguments"])
    if case["options"] is None:
        return effects
    options = dict(case["options"])
    call = options.pop("call", None)
    if call:
        return getattr(jakpool, call)(effects, **options)
    if options.pop("leave_one_out", False):
        return jakpool.leave_one_out(effects, **options)
    return jakpool.pool(effects, **options)


def at(result: Any, path: str) -> Any:
    """Follow a path such as ``subgroups.0.beta`` into a result."""
    for step in path.split("."):
        result = result[int(step)] if step.isdigit() else getattr(result, step)
        result = float(result()) if callable(result) else result  # the mean of an array
    return result


def gain(case: Case, result: Any) -> float | None:
    """Return by how much the log-likelihood at jakpool's estimate of a one-arm GLMM exceeds that at R's."""
    nodes = re.search(r"glmm/PLO\|.*\|nAGQ(\d+)$", case["name"])
    if nodes is None or not {"beta", "tau2"} <= set(case["expect"]) or result.beta is None:
        return None
    x, n = (np.array(case["arguments"][name], dtype=float) for name in ("events", "n"))
    ours, theirs = (
        float(log_marginal(x, n, np.array(beta), np.array(math.sqrt(tau2)), nodes=int(nodes.group(1))).sum())
        for beta, tau2 in ((result.beta, result.tau2), (case["expect"]["beta"], case["expect"]["tau2"]))
    )
    return ours - theirs


def distance(ours: float | None, theirs: float) -> float:
    """Return the relative difference; infinite if there is no figure of ours, 0 if both are within 1e-9."""
    if ours is None:
        return math.inf
    if 0 < theirs < 1e-8 and ours > 0:  # a p-value, or next to nothing
        return abs(math.log(ours / theirs) / math.log(theirs))
    if abs(ours - theirs) <= 1e-9:
        return 0.0
    return abs(ours - theirs) / max(abs(theirs), 1e-300)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds reference/<dataset>.json")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args()
    table: list[tuple[str, int, int, float]] = []
    gains: list[tuple[float, str]] = []
    divergences: list[tuple[str, str, float | None, float, float, str]] = []
    for path in sorted((options.data / "reference").glob("[!_]*.json")):
        found: dict[str, list[float]] = {}
        far: dict[str, int] = {}
        for case in cases(json.loads(path.read_text(encoding="utf-8"))):
            result = run(case)
            name = f"{path.stem} {case['name']}"
            more = gain(case, result)
            gains += [] if more is None else [(more, name)]
            for figure, theirs in case["expect"].items():
                ours = at(result, figure)
                d = distance(ours, theirs)
                kind = case["name"].split("|")[0].rsplit("/", 1)[0]
                if d > case["tolerance"]:
                    full = f"{name} {figure}"
                    cause = next((why for pattern, why in CAUSES.items() if re.search(pattern, full)), "")
                    divergences.append((name, figure, ours, theirs, d, cause))
                    far[kind] = far.get(kind, 0) + 1
                else:
                    found.setdefault(kind, []).append(d)
                found.setdefault(kind, [])
        for kind, good in found.items():
            bad = far.get(kind, 0)
            table.append((f"{path.stem} {kind}", len(good) + bad, bad, max(good, default=0.0)))
    print(f"{'what':44} {'figures':>8} {'diverge':>8} {'worst of those that agree':>26}")
    for what, total, bad, worst in table:
        print(f"{what:44} {total:8d} {bad:8d} {worst:26.1e}")
    print(f"{'all':44} {sum(t[1] for t in table):8d} {len(divergences):8d}")
    print(f"\nLog-likelihood at jakpool's estimate less that at R's, {len(gains)} one-arm GLMMs with R's own nodes:")
    print(f"  from {min(gains)[0]:.1e} ({min(gains)[1]}) to {max(gains)[0]:.1e} ({max(gains)[1]})")
    print("\nDivergences")
    for name, figure, ours, theirs, d, cause in divergences:
        print(f"  {name}: {figure} {ours} instead of {theirs} ({d:.1e}){f' - {cause}' if cause else ''}")
    if options.json:
        keys = ("case", "figure", "ours", "theirs", "relative", "cause")
        rows = [dict(zip(keys, row, strict=True)) for row in divergences]
        options.json.write_text(json.dumps({"table": table, "divergences": rows}, indent=1), encoding="utf-8")
    return 1 if any(not cause for *_, cause in divergences) or min(gains)[0] < -1e-6 else 0


if __name__ == "__main__":
    raise SystemExit(main())
