"""Measure `jaksearch.sources` against the local E-utilities server, and print the figures as markdown.

    python benchmarks/search.py limits [--requests 300]
    python benchmarks/search.py speed [--records 2000] [--peers ENVIRONMENT]
    python benchmarks/search.py ceiling [--records 41035 --on-one-day 12000]
    python benchmarks/search.py faults [--records 2500 --rate 0.2]
    python benchmarks/search.py kills [--records 2500 --times 50]

`limits` sends requests at NCBI's own rates with eight threads, with two processes and while a third of the requests
fail, and reads from the server's log how many arrived in the fullest second. `speed` fetches and reads records without
a limit, from a server in a process of its own, beside Bio.Entrez (its `read` on the same replies, its limiter left
out) and metapub (if an environment that has it is named), and counts records for each second of the client's own
processor time and the memory it came to. `ceiling` searches by the real command for more records than PubMed lists,
many of them created on one day; `faults` lets a share of all requests fail, in one way after the other and in all
together; `kills` ends searches at random moments with SIGKILL, runs them again, and compares their stores with that of
an undisturbed one.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "db"), str(ROOT / "tests")]

# ruff: noqa: PLC0415 - a process that measures loads what it measures and nothing else

EVERYTHING = "all[sb]"
BATCH = 200


def send(url: str, state: Path, *, requests: int, key: str) -> None:
    """Ask for one count so many times, at NCBI's rate."""
    from jaksearch.sources import make_source

    source = make_source("pubmed", base_url=url, api_key=key, state=state, attempts=12, backoff=0.1)
    for _ in range(requests):
        source.count(EVERYTHING)


def limits(requests: int) -> None:
    """Print the fullest second of each way to send."""
    from services.eutils import Chance, EUtils, make_corpus, start

    print("| requests | sent by | allowed a second | fullest second | too early after Retry-After | seconds |")
    print("|---|---|---|---|---|---|")
    corpus = make_corpus(60)
    for key, allowed in (("", 3), ("some-key", 10)):
        for way in ("8 threads", "2 processes", "8 threads, a third of the requests failing"):
            faults = (
                Chance(1 / 3, kinds=("429", "429-retry-after", "500", "502", "reset")) if "failing" in way else None
            )
            count, started = (2 if "processes" in way else 8), time.monotonic()
            with tempfile.TemporaryDirectory() as folder, start(EUtils(corpus, faults=faults)) as server:
                share = -(-requests // count) if faults is None else -(-requests // count // 2)
                if "processes" in way:
                    words = [sys.executable, __file__, "send", server.url, folder, str(share), key]
                    for process in [subprocess.Popen(words) for _ in range(count)]:
                        if process.wait():
                            raise SystemExit("a process failed")
                else:
                    many = {"requests": share, "key": key}
                    threads = [
                        threading.Thread(target=send, args=(server.url, Path(folder)), kwargs=many)
                        for _ in range(count)
                    ]
                    for thread in threads:
                        thread.start()
                    for thread in threads:
                        thread.join()
                took = time.monotonic() - started
                early = len(server.log.early()) if faults else "-"
                row = (len(server.log), way, allowed, server.log.busiest(), early, f"{took:.0f}")
                print("|", " | ".join(map(str, row)), "|", flush=True)


def by_jak(url: str, state: Path, *, whole: bool = True) -> int:
    """Fetch and read every record; normalise it too if the whole way is measured."""
    from jakdb.words import RawRecord
    from jaksearch.formats import open_exports
    from jaksearch.normalise import normalise
    from jaksearch.sources import make_source

    source = make_source("pubmed", base_url=url, per_second=0, state=state)
    ids, count = list(source.ids(EVERYTHING)), 0
    for at in range(0, len(ids), BATCH):
        batch = source.fetch(ids[at : at + BATCH])
        with open_exports(("batch.xml", batch.data), format=batch.format) as exports:
            for export in exports:
                for raw in export:
                    count += 1
                    if whole and isinstance(raw, RawRecord):
                        normalise(raw, format=export.format, database="PubMed")
    return count


def by_biopython(url: str, state: Path) -> int:
    """Fetch every record and read it with Bio.Entrez."""
    from Bio import Entrez

    Entrez.local_cache = str(state)

    def post(tool: str, **form: str) -> object:
        return urllib.request.urlopen(f"{url}{tool}.fcgi", urllib.parse.urlencode(form).encode())

    ids = Entrez.read(post("esearch", db="pubmed", term=EVERYTHING, retmax="9999"))["IdList"]
    count = 0
    for at in range(0, len(ids), BATCH):
        with post("efetch", db="pubmed", retmode="xml", id=",".join(ids[at : at + BATCH])) as reply:
            count += len(Entrez.read(reply)["PubmedArticle"])
    return count


WAYS = {
    "jak": by_jak,
    "jak, not normalised": partial(by_jak, whole=False),
    "Bio.Entrez": by_biopython,
}
LOADED = {
    "jak": ("jaksearch.formats", "jaksearch.normalise", "jaksearch.sources.entrez", "platformdirs"),
    "Bio.Entrez": ("Bio.Entrez",),
}
"""What a way works with, loaded before the clock starts."""


def fetch(way: str, url: str) -> None:
    """Fetch everything one way, and print what it cost as JSON."""
    for module in LOADED.get(way.partition(",")[0], ()):
        importlib.import_module(module)
    with tempfile.TemporaryDirectory() as folder:
        before, started = time.process_time(), time.monotonic()
        count = WAYS[way](url, Path(folder))
        used, took = time.process_time() - before, time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"count": count, "cpu": used, "wall": took, "peak": peak}))


METAPUB = {"metapub, a request a record": "fetch", "metapub's parser, batches": "parse"}


def by_metapub(peers: Path, way: str, url: str) -> list[str]:
    """Return the command that fetches everything by metapub, which lives in an environment of its own."""
    return [str(peers / "bin" / "python"), str(ROOT / "benchmarks" / "search_metapub.py"), METAPUB[way], url]


def speed(records: int, peers: Path | None = None) -> None:
    """Print records for each second of processor time, and memory."""
    serve = [sys.executable, "-m", "tests.services.eutils", "--per-second", "0", "--corpus"]
    print("| records | read by | records a CPU second | records a second | peak MiB |\n|---|---|---|---|---|")
    for size in (records, 4 * records):
        with subprocess.Popen([*serve, str(size)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            url = next(found[0] for line in server.stdout if (found := re.search(r"http://\S+/", line)))
            try:
                for way in (*WAYS, *(METAPUB if peers is not None else ())):
                    words = [sys.executable, __file__, "fetch", way, url]
                    if peers is not None and way in METAPUB:
                        words = by_metapub(peers, way, url)
                    done = subprocess.run(words, check=True, capture_output=True, text=True)
                    got = json.loads(done.stdout)
                    cpu, wall = got["count"] / got["cpu"], got["count"] / got["wall"]
                    print(f"| {got['count']} | {way} | {cpu:.0f} | {wall:.0f} | {got['peak']:.0f} |", flush=True)
            finally:
                server.terminate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    parts.add_parser("limits").add_argument("--requests", type=int, default=300)
    one = parts.add_parser("speed")
    one.add_argument("--records", type=int, default=2000)
    one.add_argument("--peers", type=Path, help="folder of an environment that has metapub")
    one = parts.add_parser("ceiling")
    one.add_argument("--records", type=int, default=41_035)
    one.add_argument("--on-one-day", type=int, default=12_000)
    one = parts.add_parser("faults")
    one.add_argument("--records", type=int, default=2500)
    one.add_argument("--rate", type=float, default=0.2)
    one = parts.add_parser("kills")
    one.add_argument("--records", type=int, default=2500)
    one.add_argument("--times", type=int, default=50)
    one.add_argument("--seed", type=int, default=4)
    one = parts.add_parser("fetch", help="one way, for `speed`")
    one.add_argument("way", choices=tuple(WAYS))
    one.add_argument("url")
    one = parts.add_parser("send", help="one process, for `limits`")
    for name in ("url", "state", "requests", "key"):
        one.add_argument(name)
    asked = parser.parse_args()
    if asked.part == "limits":
        limits(asked.requests)
    elif asked.part == "speed":
        speed(asked.records, asked.peers)
    elif asked.part in ("ceiling", "faults", "kills"):
        import search_proofs

        if asked.part == "ceiling":
            search_proofs.ceiling(asked.records, asked.on_one_day)
        elif asked.part == "faults":
            search_proofs.faults(asked.records, asked.rate)
        else:
            search_proofs.kills(asked.records, asked.times, asked.seed)
    elif asked.part == "fetch":
        fetch(asked.way, asked.url)
    else:
        send(asked.url, Path(asked.state), requests=int(asked.requests), key=asked.key)


if __name__ == "__main__":
    main()
