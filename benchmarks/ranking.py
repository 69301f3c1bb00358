"""Replay labelled reviews with jak's learners, ASReview's own Simulate beside them, and print who saves more reading.

    python benchmarks/ranking.py --data FOLDER [--only NAME ...] [--seeds 3] [--learners fusion single]
                                 [--question] [--asreview PYTHON] [--json FILE] [--orders FILE]

FOLDER holds ``<name>.csv.gz`` with title, abstract, keywords, authors and label_included. Protocol: one relevant and
five irrelevant reports, drawn by ``numpy.random.default_rng(1000 + seed)`` (relevant first, without replacement), are
known from the start and left out of the counts; then one report at a time, the first of the ranking, trained again
after every label. The figures are those of `jakscreen.rank.metrics`. ``--asreview PYTHON`` runs ASReview's Simulate
(ELAS u4, n_query 1) with the same priors, by an interpreter that has asreview installed, in a process of its own; its
`loss` and `ndcg` of each order are compared with jak's to 1e-12. ``--question`` starts from the questions in
FOLDER/questions.csv with no label known instead; ASReview then reads by chance until it has a relevant and an
irrelevant report. ``--json`` appends every run as a line, and runs that are in the file already are not run again.
``--orders`` writes the labels in the order read, as ``jak screen simulate --orders`` does, for benchmarks/stopping.py.

Run it where jak is installed, or with ``PYTHONPATH=.:db`` from the repository.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from jakscreen.rank.labelled import Labelled, read_labelled, read_questions
from jakscreen.rank.metrics import loss, measure, ndcg
from jakscreen.rank.simulation import Start, features_of, replay

PEER = """
import csv, gzip, json, sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np, pandas as pd
from asreview import metrics
from asreview.learner import ActiveLearningCycle
from asreview.models.models import get_ai_config
from asreview.simulation.simulate import Simulate
path, priors = sys.argv[1], json.loads(sys.argv[2])
rows = list(csv.DictReader(gzip.open(path, "rt", encoding="utf-8", newline="")))
labels = np.array([int(float(row["label_included"])) for row in rows])
cycle = ActiveLearningCycle.from_meta(get_ai_config("elas_u4")["value"])
texts = pd.DataFrame({key: [row[key] for row in rows] for key in ("title", "abstract")})
begin = time.process_time()
run = Simulate(texts, labels, [cycle], print_progress=False)
run.label(priors)
run.review()
order = [int(n) for n in run._results.record_id.values[len(priors):]]
read = set(order) | set(priors)
whole = labels[order + [n for n in range(len(labels)) if n not in read]]
print(json.dumps({"order": order, "seconds": time.process_time() - begin, "loss": metrics.loss(whole.tolist()),
                  "ndcg": metrics.ndcg(whole.tolist())}))
"""


def peer(python: str, path: Path, review: Labelled, priors: list[int]) -> tuple[list[int], float]:
    """Return the labels in ASReview's order and its CPU seconds; its metrics must be ours."""
    command = [python, "-c", PEER, str(path), json.dumps(priors)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"asreview failed on {path.name}:\n{done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    read = {*told["order"], *priors}
    whole = [review.labels[n] for n in (*told["order"], *(n for n in range(len(review.labels)) if n not in read))]
    if abs(loss(whole) - told["loss"]) > 1e-12 or abs(ndcg(whole) - told["ndcg"]) > 1e-12:
        raise SystemExit(f"{path.name}: jak's metrics are not ASReview's: {loss(whole)} {ndcg(whole)} {told}")
    return whole, float(told["seconds"])


def start_of(review: Labelled, seed: int) -> list[int]:
    """Return records read by chance until one of each kind is among them."""
    order = np.random.default_rng(2000 + seed).permutation(len(review.labels)).tolist()
    labels = [review.labels[n] for n in order]
    return [int(n) for n in order[: max(labels.index(0), labels.index(1)) + 1]]


def one_run(
    name: str, path: Path, review: Labelled, seed: int, question: str, asreview: str, made: Any
) -> dict[str, Any]:
    """Return the figures of one replay."""
    start = Start(0, 0, question=True) if question else Start()
    if name == "asreview":
        priors = start_of(review, seed) if question else list(replay_priors(review, seed))
        labels, seconds = peer(asreview, path, review, priors)
        if question:
            labels = [review.labels[n] for n in priors] + labels
    else:
        begin = time.process_time()
        run = replay(review, name, seed, start, question, features=made)
        labels, seconds = list(run.labels), time.process_time() - begin
    read = "".join(map(str, labels))
    found = {"set": review.name, "system": name, "seed": seed, "seconds": seconds, **asdict(measure(labels))}
    return {**found, "read": read}


def replay_priors(review: Labelled, seed: int) -> tuple[int, ...]:
    """Return one relevant and five irrelevant records."""
    rng, labels = np.random.default_rng(1000 + seed), np.array(review.labels)
    drawn = [rng.choice(np.flatnonzero(labels == kind), count, replace=False) for kind, count in ((1, 1), (0, 5))]
    return tuple(int(n) for n in np.concatenate(drawn))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="sets by name; all by default")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--learners", nargs="+", default=["fusion", "single"])
    parser.add_argument("--question", action="store_true", help="start from the question alone")
    parser.add_argument("--asreview", default="", metavar="PYTHON", help="an interpreter that can import asreview")
    parser.add_argument("--json", type=Path, metavar="FILE", help="append each run as a line; do not run those again")
    parser.add_argument("--orders", type=Path, metavar="FILE", help="write the labels in the order read here")
    options = parser.parse_args()
    paths = [p for p in sorted(options.data.glob("*.csv.gz")) if not options.only or p.name[:-7] in options.only]
    if not paths:
        raise SystemExit(f"{options.data}: no labelled set (*.csv.gz) of that name")
    questions = read_questions(options.data / "questions.csv") if options.question else {}
    lines = options.json.read_text(encoding="utf-8").splitlines() if options.json and options.json.exists() else []
    runs: list[dict[str, Any]] = [json.loads(line) for line in lines]
    systems = [*options.learners, *(["asreview"] if options.asreview else [])]
    for path in paths:
        review = read_labelled(path)
        question = questions.get(review.name, "")
        if options.question and not question:
            continue
        made = features_of(review, question)
        for name in systems:
            for seed in range(options.seeds):
                if not any((r["set"], r["system"], r["seed"]) == (review.name, name, seed) for r in runs):
                    runs.append(one_run(name, path, review, seed, question, options.asreview, made))
                    if options.json:
                        with options.json.open("a", encoding="utf-8") as stream:
                            stream.write(json.dumps(runs[-1]) + "\n")
    if options.orders:
        told = [(r["set"], r["system"], r["seed"], [int(label) for label in r["read"]]) for r in runs]
        orders = [dict(zip(("file", "learner", "seed", "labels"), one, strict=True)) for one in told]
        options.orders.write_text(json.dumps({"runs": orders}), encoding="utf-8")
    show(runs, systems)


def show(runs: list[dict[str, Any]], systems: list[str]) -> None:
    """Print the means of each set, and of all sets beside the peer's."""
    keys = ("wss95", "loss", "atd", "recall5", "recall10", "first_relevant", "seconds")
    print(f"{'set':<30}{'system':<10}" + "".join(f"{key:>15}" for key in keys))
    sets = sorted({run["set"] for run in runs})

    def mean(name: str, system: str, key: str) -> float:
        return float(np.mean([r[key] for r in runs if (r["set"], r["system"]) == (name, system)]))

    for name in sets:
        for system in systems:
            print(f"{name:<30}{system:<10}" + "".join(f"{mean(name, system, key):>15.3f}" for key in keys))
    for system in systems:
        over = [np.mean([mean(name, system, key) for name in sets]) for key in keys]
        print(f"{'mean of the sets':<30}{system:<10}" + "".join(f"{value:>15.3f}" for value in over))
    for system in systems[:-1] if systems[-1] == "asreview" else []:
        gain = {name: mean(name, system, "wss95") - mean(name, "asreview", "wss95") for name in sets}
        lost = [name for name, value in gain.items() if value <= 0]
        ratio = np.mean([mean(n, system, "loss") for n in sets]) / np.mean([mean(n, "asreview", "loss") for n in sets])
        print(
            f"{system}: WSS@95 {100 * np.mean(list(gain.values())):+.2f} points, loss times {ratio:.3f}, "
            f"better on {len(sets) - len(lost)} of {len(sets)} sets; not on: {', '.join(lost) or 'none'}"
        )


if __name__ == "__main__":
    main()
