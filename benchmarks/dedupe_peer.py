"""Run jak and bib-dedupe on the same files, each in a process of its own, and print the figures as markdown.

    python benchmarks/dedupe_peer.py sets --data FOLDER --peer PYTHON
    python benchmarks/dedupe_peer.py scale [--sizes 1000,17000,80000] [--peer PYTHON]
    python benchmarks/dedupe_peer.py refresh
    python benchmarks/dedupe_peer.py places [--sizes 17000]

PYTHON is that of an environment with bib-dedupe 0.11.0. `sets` runs `jak search dedupe --from` and bib-dedupe on each
labelled set and scores both by the folder's own score.py. `scale` runs them on invented records (dedupe_synthetic.py).
`refresh` brings 500 invented records into a store of 17,000. `places` compares in this process, in two, on disk, and on
a Dask cluster (a scheduler and two workers on loopback), and says whether the files written are the same bytes.

CPU seconds are those of a whole process with those that it started, reading the file and starting up among them; memory
is that of the process tree. jak's modules are compiled beforehand, as those of an installed package are.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

JAK = (sys.executable, "-m", "jak")
WRITTEN = ("pairs", "queue", "relations")
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
    """Run a command and return what it and the processes that it starts cost."""
    process = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment(), text=True, cwd=ROOT
    )
    peaks = [0.0]
    ended = threading.Event()
    watching = threading.Thread(target=watch, args=(process.pid, peaks, ended), daemon=True)
    watching.start()
    _, status, used = os.wait4(process.pid, 0)
    ended.set()
    watching.join()
    if status:
        raise SystemExit(f"{' '.join(words)}: {process.stderr.read() if process.stderr else ''}")
    return Cost(used.ru_utime + used.ru_stime, max(used.ru_maxrss / 1024, *peaks))


def environment() -> dict[str, str]:
    """Return the environment of the processes: this checkout's code, compiled into a folder of its own."""
    folder = Path(tempfile.gettempdir()) / f"jak-compiled-{os.getuid()}"
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'db'}", "PYTHONPYCACHEPREFIX": str(folder)}


def watch(pid: int, peaks: list[float], ended: threading.Event) -> None:
    """Note the memory of a process and of all that it starts, in MiB, ten times a second (shared pages once)."""
    while not ended.wait(0.1):
        peaks.append(sum(map(memory, tree(pid))) / 1024)


def tree(pid: int) -> Iterator[int]:
    """Yield a process and those below it."""
    yield pid
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in below:
        yield from tree(int(child))


def memory(pid: int) -> int:
    """Return the memory of a process in KiB, its part of what it shares with others; nothing if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def by_jak(records: Path, folder: Path, *more: str) -> Cost:
    """Run jak on a file."""
    out = [f"--{name}={folder / name}.csv" for name in WRITTEN]
    return run([*JAK, "search", "dedupe", "--from", str(records), *out, *more])


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


def invented(size: int, path: Path) -> None:
    """Write as many invented records as are asked for."""
    with path.open("wb") as made:
        words = [sys.executable, str(Path(__file__).with_name("dedupe_synthetic.py")), str(size)]
        subprocess.run(words, stdout=made, check=True)


def scale(sizes: Sequence[int], peer: str, peer_up_to: int) -> None:
    """Print cost by size on invented records."""
    print("| records | tool | CPU s | records a CPU s | MiB |\n|---:|---|---:|---:|---:|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            out = Path(name)
            records = out / "records.csv"
            invented(size, records)
            more = ("--on-disk",) if size > 200_000 else ()
            ways = [(" ".join(("jak", *more)), lambda r=records, o=out, m=more: by_jak(r, o, *m))]
            if peer and size <= peer_up_to:
                ways.append(("bib-dedupe", lambda r=records, o=out: by_peer(peer, r, o)))
            for tool, way in ways:
                cost = way()
                row = (size, tool, f"{cost.cpu:.1f}", f"{size / cost.cpu:.0f}", f"{cost.peak:.0f}")
                print("|", " | ".join(map(str, row)), "|", flush=True)


def refresh(old: int = 17_000, new: int = 500) -> None:
    """Print what it costs to bring new records into a store, and to compare them."""
    print("| step | records | CPU s | MiB |\n|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        review = f"--review={folder / 'review'}"
        invented(old + new, folder / "all.csv")
        with (folder / "all.csv").open("rb") as lines:
            heads = next(lines)
            for part, size in (("old", old), ("new", new)):
                (folder / f"{part}.csv").write_bytes(heads + b"".join(islice(lines, size)))
        run([*JAK, "init", str(folder / "review")])
        for part, size in (("old", old), ("new", new)):
            steps = (
                ("import", ["search", "import", str(folder / f"{part}.csv"), f"--source={part}", review]),
                ("dedupe", ["search", "dedupe", review]),
            )
            for step, words in steps:
                cost = run([*JAK, *words])
                print("|", " | ".join((step, str(size), f"{cost.cpu:.2f}", f"{cost.peak:.0f}")), "|", flush=True)


def places(sizes: Sequence[int]) -> None:
    """Print what comparing costs wherever it is done, and whether it comes to the same."""
    print("| records | where | CPU s | MiB | files |\n|---:|---|---:|---:|---|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name, cluster() as address:
            out = Path(name)
            records = out / "records.csv"
            invented(size, records)
            first = ""
            for more in ((), ("--jobs=2",), ("--on-disk",), ("--on-disk", "--jobs=2"), (f"--dask={address}",)):
                cost = by_jak(records, out, *more)
                digest = sha256(b"".join((out / f"{one}.csv").read_bytes() for one in WRITTEN)).hexdigest()
                first = first or digest
                where = " ".join(more).partition("=tcp")[0] or "this process"
                same = "the same bytes" if digest == first else "OTHER BYTES"
                row = (size, where, f"{cost.cpu:.1f}", f"{cost.peak:.0f}", same)
                print("|", " | ".join(map(str, row)), "|", flush=True)


@contextmanager
def cluster() -> Iterator[str]:
    """Start a Dask scheduler and two workers in processes of their own, and give the scheduler's address."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "scheduler.json"
        common = ["--scheduler-file", str(told), "--dashboard-address=127.0.0.1:0"]
        starts = (["scheduler", "--host=127.0.0.1", "--port=0", *common], ["worker", "--nworkers=2", "--nthreads=1"])
        started = []
        for words in (starts[0], [*starts[1], *common, f"--local-directory={folder}"]):
            program = f"from distributed.cli.dask_{words[0]} import main; main()"
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment()}
            started.append(subprocess.Popen([sys.executable, "-c", program, *words[1:]], **quiet))
            while not told.exists() or not told.read_text().strip():
                time.sleep(0.1)
        try:
            yield json.loads(told.read_text())["address"]
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("sets", "scale", "refresh", "places"))
    parser.add_argument("--data", type=Path, help="folder of the labelled sets")
    parser.add_argument("--peer", default="", help="Python of an environment with bib-dedupe")
    parser.add_argument("--sizes", help="numbers of records [default: 1000,17000,80000; places: 17000]")
    parser.add_argument("--peer-up-to", type=int, default=4000, help="the peer is not run on more records than this")
    chosen = parser.parse_args()
    sizes = chosen.sizes or ("17000" if chosen.part == "places" else "1000,17000,80000")
    run([*JAK, "search", "dedupe", "--help"])  # compiles jak's modules
    if chosen.part == "scale":
        scale([int(size) for size in sizes.split(",")], chosen.peer, chosen.peer_up_to)
    elif chosen.part == "places":
        places([int(size) for size in sizes.split(",")])
    elif chosen.part == "refresh":
        refresh()
    elif chosen.data is None or not chosen.data.is_dir():
        parser.error("--data FOLDER: the labelled sets are not part of the repository")
    else:
        sets(chosen.data, chosen.peer)


if __name__ == "__main__":
    main()
