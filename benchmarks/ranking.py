"""Replay labelled reviews with jak's ranking and print how much reading it saves.

    python benchmarks/ranking.py --data FOLDER [--only NAME ...] [--seeds 3] [--every 1] [--asreview PYTHON]

FOLDER holds ``<name>.csv.gz`` with title, abstract, keywords and label_included. Protocol: one relevant and five
irrelevant reports, drawn by ``numpy.random.default_rng(1000 + seed)`` (relevant first, without replacement), are known
from the start and left out of the counts; then one report at a time, the first of the ranking, trained again after
every `--every` labels. With N reports and R relevant ones left: WSS@95 is (N - n95) / N - .05, n95 being the number
read when ceil(.95 R) are found; recall@10 is at ceil(.1 N) read; ATD is the mean rank of the relevant ones over N; loss
is the mean of rank_i - i over N - R. ``--asreview PYTHON`` runs ASReview's own Simulate (ELAS u4) with the same priors
beside it, by an interpreter that has asreview installed, in a process of its own.

Run it where jak is installed, or with ``PYTHONPATH=.:db`` from the repository.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jakdb.words import Record
from jakscreen.rank import Features, extract, rank, report_text

PEER = """
import csv, gzip, json, sys, warnings
warnings.filterwarnings("ignore")
import numpy as np, pandas as pd
from asreview.learner import ActiveLearningCycle
from asreview.models.models import get_ai_config
from asreview.simulation.simulate import Simulate
path, priors, every = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
rows = list(csv.DictReader(gzip.open(path, "rt", encoding="utf-8", newline="")))
labels = np.array([int(float(row["label_included"])) for row in rows])
cycle = ActiveLearningCycle.from_meta(get_ai_config("elas_u4")["value"])
cycle.n_query = every
texts = pd.DataFrame({key: [row[key] for row in rows] for key in ("title", "abstract")})
run = Simulate(texts, labels, [cycle], print_progress=False)
run.label(priors)
run.review()
print(json.dumps([int(n) for n in run._results.record_id.values[len(priors):]]))
"""


@dataclass(frozen=True)
class Metrics:
    """Figures of one run."""

    wss95: float
    recall10: float
    atd: float
    loss: float
    seconds: float


def read(path: Path) -> tuple[dict[int, str], np.ndarray[Any, np.dtype[np.int64]]]:
    """Return the text and the label of each record."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    texts = {}
    for number, row in enumerate(rows):
        keywords = tuple(word.strip() for word in row.get("keywords", "").split(";") if word.strip())
        texts[number] = report_text([Record(title=row["title"], abstract=row["abstract"], keywords=keywords)])
    return texts, np.array([int(float(row["label_included"])) for row in rows])


def draw_priors(labels: np.ndarray[Any, Any], seed: int) -> list[int]:
    """Return one relevant and five irrelevant records."""
    rng = np.random.default_rng(1000 + seed)
    ones, zeros = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    return [int(n) for n in (*rng.choice(ones, 1, replace=False), *rng.choice(zeros, 5, replace=False))]


def simulate(features: Features, labels: np.ndarray[Any, Any], priors: Iterable[int], *, every: int) -> list[int]:
    """Return the order in which the records are read, until the last relevant one."""
    known = {n: int(labels[n]) for n in priors}
    left = int(labels.sum()) - sum(known.values())
    order: list[int] = []
    while left:
        waiting = (n for n in rank(features, known).order if n not in known)
        batch = [n for n, _ in zip(waiting, range(every), strict=False)]
        for number in batch:
            known[number] = int(labels[number])
            left -= known[number]
            order.append(number)
    return order


def measure(order: Sequence[int], labels: np.ndarray[Any, Any], priors: Sequence[int], seconds: float) -> Metrics:
    """Return the figures of an order that may end with the last relevant record."""
    n = len(labels) - len(priors)
    relevant = int(labels.sum() - labels[list(priors)].sum())
    ranks = np.flatnonzero(labels[np.asarray(order)] == 1) + 1
    if len(ranks) != relevant:
        raise SystemExit(f"an order holds {len(ranks)} of {relevant} relevant records: the figures would be wrong")
    n95 = int(ranks[int(np.ceil(0.95 * relevant)) - 1])
    return Metrics(
        wss95=(n - n95) / n - 0.05,
        recall10=float((ranks <= np.ceil(0.1 * n)).sum() / relevant),
        atd=float(ranks.mean() / n),
        loss=float((ranks - np.arange(1, relevant + 1)).mean() / (n - relevant)),
        seconds=seconds,
    )


def peer(python: str, path: Path, priors: Sequence[int], *, every: int) -> list[int]:
    """Return the order in which ASReview reads the records."""
    command = [python, "-c", PEER, str(path), json.dumps(list(priors)), str(every)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"asreview failed on {path.name}:\n{done.stderr[-2000:]}")
    return [int(n) for n in json.loads(done.stdout.strip().splitlines()[-1])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="sets by name; all by default")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--every", type=int, default=1, help="labels between two trainings (1: after each)")
    parser.add_argument("--asreview", default="", metavar="PYTHON", help="an interpreter that can import asreview")
    parser.add_argument("--json", type=Path, metavar="FILE", help="append each run as a line")
    options = parser.parse_args()
    paths = [p for p in sorted(options.data.glob("*.csv.gz")) if not options.only or p.name[:-7] in options.only]
    if not paths:
        raise SystemExit(f"{options.data}: no labelled set (*.csv.gz) of that name")
    print(f"{options.seeds} seeds, trained after every {options.every} label(s), keywords read where there are any")
    print(f"{'set':<30}{'system':<10}{'WSS@95':>8}{'R@10':>8}{'ATD':>8}{'loss':>8}{'s/run':>8}")
    means: dict[str, list[Metrics]] = {}
    for path in paths:
        texts, labels = read(path)
        features = extract(texts)
        runs: dict[str, list[Metrics]] = {}
        for seed in range(options.seeds):
            priors = draw_priors(labels, seed)
            for name in ("jak", "asreview") if options.asreview else ("jak",):
                start = time.perf_counter()
                if name == "jak":
                    order = simulate(features, labels, priors, every=options.every)
                else:
                    order = peer(options.asreview, path, priors, every=options.every)
                result = measure(order, labels, priors, time.perf_counter() - start)
                runs.setdefault(name, []).append(result)
                if options.json:
                    with options.json.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps({"set": path.name[:-7], "system": name, "seed": seed} | asdict(result)))
                        stream.write("\n")
        for name, results in runs.items():
            means.setdefault(name, []).append(show(path.name[:-7], name, results))
    for name, results in means.items():
        show("mean of the sets", name, results)


def show(label: str, system: str, runs: Sequence[Metrics]) -> Metrics:
    """Print one line of means and return them."""
    mean = Metrics(*(float(np.mean([getattr(r, key) for r in runs])) for key in Metrics.__dataclass_fields__))
    figures = (mean.wss95, mean.recall10, mean.atd, mean.loss)
    print(f"{label:<30}{system:<10}" + "".join(f"{f:8.3f}" for f in figures) + f"{mean.seconds:8.1f}", flush=True)
    return mean


if __name__ == "__main__":
    main()
