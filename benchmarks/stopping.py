"""Replay stopping rules on reviews that were read to the end, each review left out of what is learnt for it.

    python benchmarks/stopping.py --orders FILE... [--report fusion] [--buscar PYTHON] [--write] [--json OUT]

Each FILE is what ``jak screen simulate … --orders FILE`` writes: ``{"runs": [{"file", "learner", "seed", "labels"}]}``,
the labels of every record in the order of reading, priors left out. Orders of several learners may be given: the
threshold is learnt from all of them, and figures are printed for each; those of `--report` go into the package with
``--write``.

Learning (for `calibrated`): the highest threshold of the index at which no replay ends below 95 % recall; it is learnt
from the other reviews for each review in turn, and from all of them for the package.
``--buscar PYTHON`` compares the hypergeometric test with buscarpy's own, by an interpreter that has it.

Run it where jak is installed, or with ``PYTHONPATH=.:db`` from the repository.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from jakscreen.stopping import (
    FEW_FOUND,
    Calibration,
    Goal,
    Reading,
    Replayed,
    checkpoints,
    index_of,
    missed_target_p,
    recall_frontier,
    replay,
    wilson,
)

TARGET, CONFIDENCE = 0.95, 0.95
HERE = Path(__file__).parent
PACKAGE = HERE.parent / "jakscreen" / "stopping" / "reliability.json"
PINNED = HERE.parent / "tests" / "reference" / "buscarpy.json"
REVIEWS = (
    "15 published reviews, most of them of drug treatments (also of behavioural interventions, virus metagenomics and "
    "software engineering), of 271 to 2,304 records, 6 to 146 of them included on full text, every record read"
)
PEER = """
import json, sys, warnings
warnings.filterwarnings("ignore")
import numpy as np
import matplotlib; matplotlib.use("Agg")
from buscarpy import calculate_h0, recall_frontier
out = []
for case in json.load(sys.stdin):
    labels = np.array(case["labels"])
    p = calculate_h0(labels, case["pool"], case["target"])
    frontier = recall_frontier(labels, case["pool"], plot=False) if case["frontier"] else None
    out.append({"p": None if np.isnan(p) else float(p),
                "frontier": frontier and [[float(x) for x in frontier[key]] for key in ("recall_target", "p")]})
print(json.dumps(out))
"""


@dataclass(frozen=True)
class Run:
    """One replay, and the index on its way."""

    review: str
    learner: str
    seed: int
    labels: tuple[int, ...]
    at: tuple[int, ...]
    index: tuple[float, ...]
    found: tuple[int, ...]

    @property
    def relevant(self) -> int:
        """Relevant records in all."""
        return sum(self.labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=Path, nargs="+", required=True)
    parser.add_argument("--report", default="fusion")
    parser.add_argument("--buscar", default="", metavar="PYTHON")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--pin", action="store_true", help="write tests/reference/buscarpy.json")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    runs = read_runs(arguments.orders)
    if arguments.buscar:
        compare_with_buscar(runs, arguments.buscar, pin=arguments.pin)
    found: dict[str, Any] = {}
    for learner in sorted({run.learner for run in runs}):
        mine = [run for run in runs if run.learner == learner]
        guarded, unguarded = measure(runs, mine)
        found[learner] = {"rules": guarded, "unguarded": unguarded, "expected": check_expected(runs, mine)}
        show(learner, mine, found[learner])
    table = learn(runs)
    print(f"\nthreshold from all reviews: {table.threshold:.3f}")
    if arguments.write:
        row = found[arguments.report]
        text = {
            "target": TARGET,
            "confidence": CONFIDENCE,
            "learner": arguments.report,
            "reviews": REVIEWS,
            "calibration": asdict(table),
            "rules": row["rules"],
            "unguarded": row["unguarded"],
        }
        PACKAGE.write_text(json.dumps(text, indent=1) + "\n", encoding="utf-8")
        print(f"written: {PACKAGE.name}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def read_runs(paths: Iterable[Path]) -> list[Run]:
    """Read orders and follow the index along each."""
    runs = []
    for path in paths:
        for row in json.loads(path.read_text(encoding="utf-8"))["runs"]:
            labels = tuple(int(label) for label in row["labels"])
            at = checkpoints(len(labels))
            finds = list(accumulate(labels))
            index = tuple(index_of(Reading(labels[:n], len(labels))) for n in at)
            runs.append(
                Run(row["file"], row["learner"], row["seed"], labels, at, index, tuple(finds[n - 1] for n in at))
            )
    return runs


def learn(runs: Sequence[Run]) -> Calibration:
    """Learn the threshold, and what is still to be found at each index."""
    threshold = min(_lowest(run) for run in runs)
    enough = [run for run in runs if run.relevant >= FEW_FOUND]
    grid = np.round(np.arange(-6.0, 1.01, 0.25), 2)
    mean, high = [], []
    for z in grid:
        shares: dict[str, list[float]] = defaultdict(list)
        for run in enough:
            shares[run.review].append(_left(run, float(z)))
        mean.append(float(np.mean([np.mean(found) for found in shares.values()])))
        high.append(max(mean[-1], float(np.quantile([x for found in shares.values() for x in found], 0.95))))
    rise = [np.maximum.accumulate(values) for values in (mean, high)]
    return Calibration(
        round(threshold, 4),
        TARGET,
        tuple(map(float, grid)),
        tuple(round(float(x), 5) for x in rise[0]),
        tuple(round(float(x), 5) for x in rise[1]),
    )


def measure(runs: Sequence[Run], mine: Sequence[Run]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Replay every rule on some runs, each with what the other reviews taught."""
    both: list[dict[str, list[tuple[str, Replayed]]]] = [defaultdict(list), defaultdict(list)]
    for review in sorted({run.review for run in mine}):
        goal = Goal(TARGET, CONFIDENCE, learn([run for run in runs if run.review != review]))
        for run in (run for run in mine if run.review == review):
            for guard, into in zip((True, False), both, strict=True):
                for one in replay(run.labels, goal=goal, guard=guard):
                    into[one.rule].append((review, one))
    return {name: _summary(rows) for name, rows in both[0].items()}, {n: _summary(rows) for n, rows in both[1].items()}


def check_expected(runs: Sequence[Run], mine: Sequence[Run]) -> dict[str, float]:
    """Say how often the records still to be found stayed below the bound, reviews left out in turn."""
    below, expected, seen = [], [], []
    for review in sorted({run.review for run in mine}):
        table = learn([run for run in runs if run.review != review])
        for run in (r for r in mine if r.review == review and r.relevant >= FEW_FOUND):
            for z, mean, high in zip(table.index, table.missed, table.missed_high, strict=True):
                if z > min(run.index[i] for i in range(len(run.at)) if run.found[i] >= FEW_FOUND) and z <= -1:
                    left = _left(run, z)
                    below.append(left <= high + 1e-12)
                    expected.append(mean)
                    seen.append(left)
    return {
        "states": len(below),
        "below": float(np.mean(below)),
        "expected": float(np.mean(expected)),
        "seen": float(np.mean(seen)),
    }


def compare_with_buscar(runs: Sequence[Run], python: str, *, pin: bool) -> None:
    """Compare p values and frontiers with buscarpy's own."""
    cases = []
    for number, run in enumerate(runs):
        pool = len(run.labels)
        for part, share in enumerate((0.05, 0.2, 0.5, 0.8)):
            labels = run.labels[: max(1, int(share * pool))]
            target = (0.95, 0.9, 0.8, 0.99)[(number + part) % 4]
            cases.append({"labels": labels, "pool": pool, "target": target, "frontier": number % 10 == 0})
    done = subprocess.run([python, "-c", PEER], input=json.dumps(cases), capture_output=True, text=True, check=True)
    worst, undefined = 0.0, 0
    told = json.loads(done.stdout)
    for case, theirs in zip(cases, told, strict=True):
        ours = missed_target_p(case["labels"], case["pool"], target=case["target"])
        if theirs["p"] is None:
            undefined += 1
            assert ours == 0.0
        else:
            worst = max(worst, abs(ours - theirs["p"]))
        if theirs["frontier"] and theirs["p"] is not None:
            frontier = recall_frontier(case["labels"], case["pool"])
            told_p = np.array(theirs["frontier"][1])
            if np.isnan(told_p).any():  # there buscarpy goes on to a target of zero; ours is 0, which ends the row
                told_p = np.append(told_p[: int(np.isnan(told_p).argmax())], 0.0)
                undefined += 1
            assert len(frontier.p) == len(told_p)
            worst = max(worst, float(np.abs(np.array(frontier.p) - told_p).max()))
    print(f"buscarpy: {len(cases)} readings, largest difference {worst:.1e}; NaN there {undefined} times (0 here)")
    if pin:
        small = [(c, t) for c, t in zip(cases, told, strict=True) if c["pool"] < 400 and t["p"] is not None][:12]
        rows = [
            {"labels": "".join(map(str, c["labels"])), "pool": c["pool"], "target": c["target"], **t} for c, t in small
        ]
        PINNED.write_text(json.dumps({"source": "buscarpy 0.0.2", "cases": rows}, indent=1) + "\n", encoding="utf-8")
        print(f"written: {PINNED.name}")


def show(learner: str, mine: Sequence[Run], found: Mapping[str, Any]) -> None:
    """Print one learner's table."""
    print(f"\n{learner}: {len(mine)} replays of {len({run.review for run in mine})} reviews")
    print(
        "| rule | reached 95 % (Wilson) | least recall | read | reached, no guard | least, no guard | read, no guard |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, row in found["rules"].items():
        free = found["unguarded"][name]
        print(
            f"| {name} | {row['reached']}/{row['runs']} ({row['low']:.3f} to {row['high']:.3f}) "
            f"| {row['recall_least']:.3f} | {row['read']:.3f} "
            f"| {free['reached']}/{free['runs']} | {free['recall_least']:.3f} | {free['read']:.3f} |"
        )
    e = found["expected"]
    print(
        f"expected missed: {e['expected']:.4f} of those found, seen {e['seen']:.4f}; "
        f"below the 95 % bound in {e['below']:.3f} of {e['states']} states"
    )


def _lowest(run: Run) -> float:
    """Return the lowest index at which stopping would leave the recall below the target."""
    enough = TARGET * run.relevant - 1e-9
    short = [i for i, f in zip(run.index, run.found, strict=True) if FEW_FOUND <= f < enough]
    return min(short, default=inf)


def _left(run: Run, z: float) -> float:
    """Return what is still to be found, as a share of what is, when the index first falls to z."""
    for index, found in zip(run.index, run.found, strict=True):
        if found >= FEW_FOUND and index <= z:
            return (run.relevant - found) / found
    return 0.0


def _summary(rows: Sequence[tuple[str, Replayed]]) -> dict[str, Any]:
    """Count what the replays of one rule reached."""
    by_review: dict[str, list[bool]] = defaultdict(list)
    for review, one in rows:
        by_review[review].append(one.recall >= TARGET - 1e-9)
    reached = sum(ok for found in by_review.values() for ok in found)
    whole = sum(all(found) for found in by_review.values())
    low, high = wilson(reached, len(rows))
    review_low, review_high = wilson(whole, len(by_review))
    stopped = [one.share for _, one in rows if one.stopped]
    return {
        "runs": len(rows),
        "reviews": len(by_review),
        "reached": reached,
        "reviews_reached": whole,
        "low": round(low, 4),
        "high": round(high, 4),
        "review_low": round(review_low, 4),
        "review_high": round(review_high, 4),
        "recall_least": round(min(one.recall for _, one in rows), 4),
        "read": round(float(np.mean([one.share for _, one in rows])), 4),
        "read_stopped": round(float(np.mean(stopped)), 4) if stopped else None,
        "stopped": len(stopped),
    }


if __name__ == "__main__":
    main()
