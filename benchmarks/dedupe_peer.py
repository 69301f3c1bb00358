"""Run jak and bib-dedupe on the same files, each in a process of its own, and print the figures as markdown.

    python benchmarks/dedupe_peer.py sets --data FOLDER --peer PYTHON
    python benchmarks/dedupe_peer.py scale [--sizes 1000,17000,80000] [--peer PYTHON]

PYTHON is that of an environment with bib-dedupe 0.11.0. `sets` runs `jak search dedupe --from` and bib-dedupe on each
labelled set and scores both by the folder's own score.py. `scale` runs them on invented records (dedupe_synthetic.py).
CPU seconds and memory are those of the whole process, reading the file and starting up among them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PEER = """
import sys, warnings
warnings.filterwarnings("ignore")
import pandas
from bib_dedupe.bib_dedupe import block, cluster, match, prep
records = pandas.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
for column in ("ENTRYTYPE", "booktitle"):
    if column not in records:
        records[column] = "article" if column == "ENTRYTYPE" else ""
matched = match(block(prep(records, verbosity_level=0, cpu=1), verbosity_level=0, cpu=1), verbosity_level=0, cpu=1)
found = cluster(matched, verbosity_level=0) if len(matched) else []
pairs = [(group[0], other) for group in found for other in group[1:]]
pandas.DataFrame(pairs, columns=["ID_1", "ID_2"]).to_csv(sys.argv[2], index=False)
maybe = matched[matched.duplicate_label == "maybe"] if len(matched) else matched
maybe[["ID_1", "ID_2"]].to_csv(sys.argv[3], index=False)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process cost: CPU seconds, peak MiB."""

    cpu: float
    peak: float


def run(words: Sequence[str]) -> Cost:
    """Run a command and return what it cost."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'db'}"}
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, text=True)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)}: {process.stderr.read() if process.stderr else ''}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def by_jak(records: Path, folder: Path, *more: str) -> Cost:
    """Run jak on a file."""
    out = [f"--{name}={folder / name}.csv" for name in ("pairs", "queue", "relations")]
    return run([sys.executable, "-m", "jak", "search", "dedupe", "--from", str(records), *out, *more])


def by_peer(python: str, records: Path, folder: Path) -> Cost:
    """Run bib-dedupe on a file, as its documentation does."""
    return run([python, "-c", PEER, str(records), str(folder / "pairs.csv"), str(folder / "queue.csv")])


def scored(data: Path, records: Path, gold: Path, pairs: Path) -> dict[str, float]:
    """Return what the folder's score.py says."""
    words = [sys.executable, str(data / "score.py"), str(records), str(gold), str(pairs)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    said: dict[str, float] = json.loads(done.stdout)
    return said


def true_in(queue: Path, gold: Path) -> tuple[int, int]:
    """Return how many pairs a queue has, and how many of them are one paper by the labels."""
    import csv  # noqa: PLC0415

    with gold.open(encoding="utf-8", newline="") as handle:
        cluster = {row["ID"]: row["cluster"] for row in csv.DictReader(handle)}
    with queue.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    same = sum(r["ID_1"] in cluster and cluster[r["ID_1"]] == cluster.get(r["ID_2"]) for r in rows)
    return len(rows), same


def sets(data: Path, peer: str) -> None:
    """Print both tools on each labelled set."""
    heads = ("set", "tool", "precision", "recall", "F1", "lost", "queue (true)", "CPU s", "records a CPU s", "MiB")
    print("|", " | ".join(heads), "|\n|---|---|" + "---:|" * 8)
    for folder in sorted(p for p in data.iterdir() if (p / "gold.csv").exists()):
        with tempfile.TemporaryDirectory() as name:
            out = Path(name)
            records = out / "records.csv"
            packed = folder / "records.csv.gz"
            with gzip.open(packed) if packed.exists() else (folder / "records.csv").open("rb") as source:
                records.write_bytes(source.read())
            ways = [("jak", lambda r=records, o=out: by_jak(r, o))]
            if peer:
                ways.append(("bib-dedupe", lambda r=records, o=out: by_peer(peer, r, o)))
            for tool, way in ways:
                cost = way()
                s = scored(data, records, folder / "gold.csv", out / "pairs.csv")
                queue, same = true_in(out / "queue.csv", folder / "gold.csv")
                row = (folder.name, tool, *(f"{s[k]:.4f}" for k in ("precision", "recall", "f1")), s["rec_fp"])
                row += (f"{queue} ({same})", f"{cost.cpu:.1f}", f"{s['n'] / cost.cpu:.0f}", f"{cost.peak:.0f}")
                print("|", " | ".join(map(str, row)), "|", flush=True)


def scale(sizes: Sequence[int], peer: str, peer_up_to: int) -> None:
    """Print cost by size on invented records."""
    print("| records | tool | CPU s | records a CPU s | MiB |\n|---:|---|---:|---:|---:|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            out = Path(name)
            records = out / "records.csv"
            with records.open("wb") as made:
                words = [sys.executable, str(Path(__file__).with_name("dedupe_synthetic.py")), str(size)]
                subprocess.run(words, stdout=made, check=True)
            more = ("--on-disk",) if size > 200_000 else ()
            ways = [(" ".join(("jak", *more)), lambda r=records, o=out, m=more: by_jak(r, o, *m))]
            if peer and size <= peer_up_to:
                ways.append(("bib-dedupe", lambda r=records, o=out: by_peer(peer, r, o)))
            for tool, way in ways:
                cost = way()
                row = (size, tool, f"{cost.cpu:.1f}", f"{size / cost.cpu:.0f}", f"{cost.peak:.0f}")
                print("|", " | ".join(map(str, row)), "|", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("sets", "scale"))
    parser.add_argument("--data", type=Path, help="folder of the labelled sets")
    parser.add_argument("--peer", default="", help="Python of an environment with bib-dedupe")
    parser.add_argument("--sizes", default="1000,17000,80000")
    parser.add_argument("--peer-up-to", type=int, default=4000, help="the peer is not run on more records than this")
    chosen = parser.parse_args()
    if chosen.part == "scale":
        scale([int(size) for size in chosen.sizes.split(",")], chosen.peer, chosen.peer_up_to)
    elif chosen.data is None or not chosen.data.is_dir():
        parser.error("--data FOLDER: the labelled sets are not part of the repository")
    else:
        sets(chosen.data, chosen.peer)


if __name__ == "__main__":
    main()
