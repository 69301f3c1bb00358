"""Train the weights of the duplicate score, and report them leave-one-dataset-out.

    python benchmarks/dedupe_train.py --data FOLDER [--write]

Every candidate pair of every labelled set of FOLDER is described by the keys of what was seen (`decide.evidence`); a
logistic regression with a Gaussian prior around hand-set weights (benchmarks/dedupe_prior.json) learns how much each
key says. The prior holds where few pairs have a key: a set without a PMID teaches nothing about PMIDs. Pairs of each
set weigh the same in total, so that a large set does not outvote a small one. Pairs that benchmarks/
dedupe_adjudicated.json changes count as adjudicated.

For each set the weights are trained on all others, the rules run with them, and the outcome is printed beside that of
the hand-set weights and of weights trained on everything. `--write` puts the last into jaksearch/dedupe/weights.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import optimize, special

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "db"), str(ROOT / "benchmarks")]

from dedupe_sets import Labelled, Outcome, outcome_of, read_labelled  # noqa: E402

from jaksearch.dedupe.decide import evidence  # noqa: E402
from jaksearch.dedupe.features import compare  # noqa: E402
from jaksearch.dedupe.keys import pairs_of_facts  # noqa: E402
from jaksearch.dedupe.prepare import prepare  # noqa: E402
from jaksearch.dedupe.weights import WEIGHTS  # noqa: E402

PRIOR = Path(__file__).with_name("dedupe_prior.json")
SHIPPED = ROOT / "jaksearch" / "dedupe" / "weights.json"
SPREAD = 0.5
"""Standard deviation of the prior around each hand-set weight, in log odds."""
PAIRS = 2_000.0
"""Pairs that one set counts for, however many it has."""


@dataclass(frozen=True, slots=True)
class Described:
    """The pairs of one set: which keys each has, and whether it is one paper."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    same: np.ndarray


def describe(labelled: Labelled) -> Described:
    """Describe every candidate pair of a set; plainly different titles are left out, as the rules leave them out."""
    facts = {record.id: prepare(record) for record in labelled.records}
    rows, same = [], []
    for a, b in pairs_of_facts(list(facts.values())):
        seen = compare(facts[a], facts[b])
        if seen["title"].level == "differs" and (a, b) not in labelled.gold:
            continue
        rows.append(evidence(facts[a], facts[b], seen))
        same.append((a, b) in labelled.gold)
    return Described(labelled.name, tuple(rows), np.array(same, dtype=float))


def train(sets: Sequence[Described], prior: Mapping[str, float]) -> dict[str, float]:
    """Return the weights that make the labels likeliest under the prior."""
    names = sorted(prior)
    column = {name: i for i, name in enumerate(names)}
    middle = np.array([prior[name] for name in names])
    tables = []
    for one in sets:
        table = np.zeros((len(one.rows), len(names)))
        for i, row in enumerate(one.rows):
            for key in row:
                if key in column:
                    table[i, column[key]] = 1.0
        tables.append((table, one.same, PAIRS / max(1, len(one.rows))))

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        value = 0.5 * float(np.sum((weights - middle) ** 2)) / SPREAD**2
        slope = (weights - middle) / SPREAD**2
        for table, same, share in tables:
            points = table @ weights
            value += share * float(np.sum(np.logaddexp(0.0, points) - same * points))
            slope = slope + share * (table.T @ (special.expit(points) - same))
        return value, slope

    found = optimize.minimize(loss, middle, jac=True, method="L-BFGS-B", options={"maxiter": 2000})
    return {name: round(float(weight), 2) for name, weight in zip(names, found.x, strict=True)}


def with_weights(weights: Mapping[str, float], labelled: Labelled) -> Outcome:
    """Run the rules over a set with other weights than the shipped ones."""
    shipped = dict(WEIGHTS)
    try:
        WEIGHTS.clear()
        WEIGHTS.update(weights)
        return outcome_of(labelled)
    finally:
        WEIGHTS.clear()
        WEIGHTS.update(shipped)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--write", action="store_true", help="ship the weights trained on all sets")
    chosen = parser.parse_args()
    prior = json.loads(PRIOR.read_text("utf-8"))
    every = [read_labelled(p) for p in sorted(chosen.data.iterdir()) if (p / "gold.csv").exists()]
    described = [describe(one) for one in every]
    everything = train(described, prior)
    heads = ("set", "weights", "precision", "recall", "F1", "lost", "queue", "true", "merged or asked")
    print("|", " | ".join(heads), "|\n|---|---|" + "---:|" * 7)
    for left_out, one in enumerate(every):
        others = train([d for i, d in enumerate(described) if i != left_out], prior)
        for how, weights in (("by hand", prior), ("trained on the others", others), ("trained on all", everything)):
            o = with_weights(weights, one)
            figures = (f"{o.precision:.4f}", f"{o.recall:.4f}", f"{o.f1:.4f}", o.lost, o.queue, o.queue_true)
            print("|", " | ".join(map(str, (one.name, how, *figures, f"{o.with_queue:.4f}"))), "|", flush=True)
    moved = sorted(everything, key=lambda name: -abs(everything[name] - prior[name]))
    print("\nMoved most:", ", ".join(f"{n} {prior[n]:g} -> {everything[n]:g}" for n in moved[:25]))
    if chosen.write:
        told = json.loads(SHIPPED.read_text("utf-8"))
        told |= {"trained_on": [one.name for one in every], "weights": everything}
        SHIPPED.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
        print(f"\n{SHIPPED.name} written")


if __name__ == "__main__":
    main()
