"""Say how good an order could be if nearly all labels were known: a ceiling for what screening by rank can save.

    python benchmarks/ranking_ceiling.py --data FOLDER [--learners fusion single] [--runs RUNS] [--only NAME ...]

Each review is cut into ten parts by chance; the reports of each part are scored by a learner that was taught the labels
of the nine others, and all are put in one order (scores standardised within the part). No reader has so many labels at
hand before the end, so that the mean rank of the relevant ones here (ATD) is what a replay can hardly reach. RUNS is
what ``benchmarks/ranking.py --json RUNS`` wrote: its ATD is printed beside, the peer's among them.

Run it where jak is installed, or with ``PYTHONPATH=.:db`` from the repository.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from jakscreen.rank.guidance import examples_of
from jakscreen.rank.labelled import Labelled, read_labelled
from jakscreen.rank.learners import make_learner
from jakscreen.rank.metrics import measure
from jakscreen.rank.simulation import features_of

PARTS = 10


def ceiling(review: Labelled, learner: str, *, seed: int = 0) -> float:
    """Return the ATD of an order in which every report was scored by the labels of the other parts."""
    labels = np.array(review.labels)
    features = features_of(review)
    part = np.random.default_rng(seed).permutation(len(labels)) % PARTS
    scores = np.zeros(len(labels))
    for number in range(PARTS):
        held = part == number
        votes = {int(row): int(labels[row]) for row in np.flatnonzero(~held)}
        examples = examples_of(features, votes, seed=seed)
        assert examples is not None
        found = make_learner(learner, features).learn(examples).scores[features.extra :][held]
        scores[held] = (found - found.mean()) / (found.std() or 1.0)
    return measure([int(label) for label in labels[np.argsort(-scores, kind="stable")]]).atd


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--learners", nargs="+", default=["fusion"])
    parser.add_argument("--runs", type=Path, metavar="RUNS")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="sets by name; all of RUNS, or all")
    options = parser.parse_args()
    runs = [json.loads(line) for line in options.runs.read_text(encoding="utf-8").splitlines()] if options.runs else []
    systems = sorted({run["system"] for run in runs})
    names = options.only or sorted({run["set"] for run in runs}) or [p.name[:-7] for p in options.data.glob("*.csv.gz")]
    heads = [*(f"{system}, replayed" for system in systems), *(f"{learner}, ceiling" for learner in options.learners)]
    print(f"| set | {' | '.join(heads)} |\n|---|" + "---:|" * len(heads))
    rows = []
    for name in sorted(names):
        review = read_labelled(options.data / f"{name}.csv.gz")
        told = [[r["atd"] for r in runs if (r["set"], r["system"]) == (name, system)] for system in systems]
        rows.append([*(float(np.mean(one)) for one in told), *(ceiling(review, one) for one in options.learners)])
        print(f"| {name} | " + " | ".join(f"{value:.4f}" for value in rows[-1]) + " |", flush=True)
    print("| mean | " + " | ".join(f"{value:.4f}" for value in np.mean(rows, axis=0)) + " |")


if __name__ == "__main__":
    main()
