"""Measure what a decision costs in pools of 1,000, 10,000 and 50,000 records, beside ASReview in the same run.

    python benchmarks/ranking_speed.py --data FOLDER [--sizes 1000 10000 50000] [--decisions 40] [--asreview PYTHON]

A pool of a size is made of the sets in FOLDER, one behind the other, and, where they do not suffice, of copies in which
three of ten words are exchanged for words drawn from the whole text (so that frequent words stay frequent) and one of
fifty for a word that occurs nowhere else. Each system reads the same pool in a process of its own with one thread: CPU
seconds to index it, then mean CPU milliseconds a decision (learn from all labels so far, score the whole pool, take the
first) for `--decisions` decisions, from one relevant and five irrelevant records on, and again with 300 records
labelled by chance before them; and the largest memory that the process held.

Run it where jak is installed, or with ``PYTHONPATH=.:db`` from the repository.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

COMMON = """
import csv, json, sys, time
import numpy as np
path, decisions = sys.argv[1], int(sys.argv[2])
with open(path, encoding="utf-8", newline="") as stream:
    rows = list(csv.DictReader(stream))
labels = np.array([int(row["label_included"]) for row in rows])
def started(more):
    rng = np.random.default_rng(1000)
    ones, zeros = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    first = [int(n) for n in (*rng.choice(ones, 1, replace=False), *rng.choice(zeros, 5, replace=False))]
    rest = [int(n) for n in rng.permutation(len(labels)) if n not in first]
    return first + rest[:more]
def run(known, scores_of):
    unread = np.ones(len(labels), dtype=bool)
    unread[known] = False
    scores_of(known)
    begin = time.process_time()
    for _ in range(decisions):
        known.append(int(np.argmax(np.where(unread, scores_of(known), -np.inf))))
        unread[known[-1]] = False
    return 1000 * (time.process_time() - begin) / decisions
def told(index, few, many):
    with open("/proc/self/status") as status:  # getrusage counts what the parent held when it forked
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    print(json.dumps({"index": index, "few": few, "many": many, "peak": peak}))
"""

JAK = """
from jakscreen.rank import LEARNERS, Examples, ReportText, extract, make_learner
name = sys.argv[3]
def listed(text):
    return tuple(part.strip() for part in text.split(";") if part.strip())
texts = {
    n: ReportText(row["title"], row["abstract"], listed(row["keywords"]), listed(row["authors"]))
    for n, row in enumerate(rows)
}
del rows
begin = time.process_time()
features = extract(texts)
for block in {block for recipe in LEARNERS[name] for block in recipe.blocks}:
    features.block(block)
index = time.process_time() - begin
figures = []
for more in (0, 300):
    learner = make_learner(name, features)
    def scores_of(known):
        at = np.array(known)
        return learner.learn(Examples(at, labels[at] == 1, np.ones(len(at)))).scores
    known = started(more)
    for _ in range(len(known) // 24 + 1):
        scores_of(known)
    figures.append(run(known, scores_of))
told(index, *figures)
"""

PEER = """
import warnings
warnings.filterwarnings("ignore")
import pandas as pd
from asreview.learner import ActiveLearningCycle
from asreview.models.models import get_ai_config
cycle = ActiveLearningCycle.from_meta(get_ai_config("elas_u4")["value"])
texts = pd.DataFrame({key: [row[key] for row in rows] for key in ("title", "abstract")})
del rows
begin = time.process_time()
matrix = cycle.transform(texts)
index = time.process_time() - begin
def scores_of(known):
    at = np.array(known)
    cycle.fit(matrix[at], labels[at])
    pool = np.setdiff1d(np.arange(len(labels)), at)
    order = cycle.rank(matrix[pool])
    scores = np.full(len(labels), -np.inf)
    scores[pool[order]] = -np.arange(len(pool))
    return scores
figures = [run(started(more), scores_of) for more in (0, 300)]
told(index, *figures)
"""


def pool_of(folder: Path, size: int) -> list[dict[str, str]]:
    """Return records of all sets, and altered copies of them, `size` in all."""
    columns = ("title", "abstract", "keywords", "authors", "label_included")
    rows: list[dict[str, str]] = []
    for path in sorted(folder.glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            rows += [{column: row.get(column, "") for column in columns} for row in csv.DictReader(stream)]
    rng = np.random.default_rng(0)
    rows = [rows[i] for i in rng.permutation(len(rows))]
    words = [word for row in rows for word in f"{row['title']} {row['abstract']}".split()]
    made = [dict(row, label_included=str(int(float(row["label_included"])))) for row in rows[:size]]
    while len(made) < size:
        row = dict(made[len(made) % len(rows)])
        for column in ("title", "abstract"):
            text = np.array(row[column].split(), dtype=object)
            chance = rng.random(len(text))
            exchanged = chance < 0.3
            drawn = rng.integers(len(words), size=int(exchanged.sum()))
            text[exchanged] = [words[i] for i in drawn.tolist()]
            text[chance > 0.98] = [f"w{rng.integers(10**9)}" for _ in range(int((chance > 0.98).sum()))]
            row[column] = " ".join(text)
        made.append(row)
    return made


def measured(python: str, code: str, *arguments: str) -> dict[str, float]:
    """Run a system in a process of its own with one thread and return its figures."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [python, "-c", COMMON + code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **one})
    if done.returncode:
        raise SystemExit(f"{arguments}: failed\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10000, 50000])
    parser.add_argument("--decisions", type=int, default=40)
    parser.add_argument("--learners", nargs="+", default=["single", "fusion"])
    parser.add_argument("--asreview", default="", metavar="PYTHON", help="an interpreter that can import asreview")
    options = parser.parse_args()
    if not list(options.data.glob("*.csv.gz")):
        raise SystemExit(f"{options.data}: no labelled set (*.csv.gz)")
    headings = f"{'index s':>9}{'ms, 6 labelled on':>19}{'ms, 306 labelled on':>21}{'peak MiB':>10}"
    print(f"{'records':>8} {'system':<10}{headings}")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pool.csv"
            rows = pool_of(options.data, size)
            with path.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            del rows
            systems = [(name, sys.executable, JAK, (name,)) for name in options.learners]
            systems += [("asreview", options.asreview, PEER, ())] if options.asreview else []
            for name, python, code, more in systems:
                f = measured(python, code, str(path), str(options.decisions), *more)
                figures = f"{f['index']:>9.2f}{f['few']:>19.1f}{f['many']:>21.1f}{f['peak']:>10.0f}"
                print(f"{size:>8} {name:<10}{figures}", flush=True)


if __name__ == "__main__":
    main()
