"""Pool random meta-analyses, rough ones among them, and count what goes wrong.

Usage: ``python benchmarks/pooling_never_fails.py [--count 100000] [--seed 0] [--slow 0]``. Kinds of effects, models,
estimators, tests, levels and intervals are drawn at random, every fourth time with a meta-regression, every tenth in
subgroups; every REML and ML estimate is held against a dense scan of its likelihood. ``--slow N`` runs N more with the
models of the counts themselves, whose likelihood is scanned too, and with all that follows a result. The exit code is 1
if anything is wrong.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / part) for part in ("tests", ".", "db")]

import numpy as np  # noqa: E402 - after the path
from pooling_cases import complaints, draw  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--slow", type=int, default=0)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    start = time.process_time()
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    for i in range(options.count + options.slow):
        effects = draw(rng)
        seen[effects.measure] += 1
        found = complaints(effects, rng, slow=i >= options.count)
        wrong += found
        for said in found[:3]:
            print(f"{i}: {said}", flush=True)
    print(dict(seen))
    print(f"{options.count + options.slow} analyses, {len(wrong)} wrong, {time.process_time() - start:.0f} CPU s")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
