"""CPU time of what a report needs besides the main result. Usage: ``python benchmarks/pooling_sensitivity_speed.py``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]

from jakpool import gosh, influence, leave_one_out, pool, proportions, sensitivity_set, small_study_effects  # noqa: E402


def best(call: Callable[[], object], times: int = 3) -> float:
    """Return the least CPU seconds of several calls."""
    found = []
    for _ in range(times):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return min(found)


def main() -> None:
    rng = np.random.default_rng(3)
    n = np.rint(np.exp(rng.uniform(np.log(6), np.log(90), 20)))
    x = rng.binomial(n.astype(int), 1 / (1 + np.exp(-rng.normal(-0.5, 0.5, 20))))
    e = proportions(x, n)
    some = e.keep(range(13))
    rows: list[tuple[str, Callable[[], object]]] = [
        ("leave one out, REML Hartung-Knapp, k = 20", lambda: leave_one_out(e, model="random")),
        ("influence, REML, k = 20", lambda: influence(e)),
        ("GOSH, REML, k = 13, 8,191 subsets", lambda: gosh(some)),
        ("GOSH, common effect, k = 20, 1,048,575 subsets", lambda: gosh(e, model="common")),
        ("leave one out, GLMM, k = 20", lambda: leave_one_out(e)),
        ("main result, GLMM with profile likelihood, k = 20", lambda: pool(e)),
        ("small-study effects, k = 20", lambda: small_study_effects(e)),
        ("the whole report without plots (main result, sensitivity set, small-study effects), k = 20",
         lambda: (sensitivity_set(e), small_study_effects(e))),
    ]  # fmt: skip
    for name, call in rows:
        print(f"| {name} | {1000 * best(call):.1f} ms |", flush=True)


if __name__ == "__main__":
    main()
