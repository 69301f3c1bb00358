"""Measure how fast PubMed records are fetched and read, beside Bio.Entrez, and print the figures as markdown.

    python benchmarks/search_speed.py [--records 2000,8000] [--rounds 3] [--data FOLDER]

Two kinds of records, each from a local server in a process of its own: the short synthetic ones of the tests' server,
and real ones of the folder of exports, which have six times their length. The real ones are repeated with PMIDs, DOIs,
pages and family names of their own, so that nothing is remembered that would be new in a search. Each way runs in a
fresh process that has loaded what it needs before the clock starts; the ways take turns, and the median of the rounds
counts. `search.py` says what each way does.
"""

# ruff: noqa: PLC0415 - a process that measures or serves loads what it needs and nothing else

from __future__ import annotations

import argparse
import contextlib
import json
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.eutils import Fault
    from services.serving import Reply, Request

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT), str(ROOT / "db"), str(ROOT / "tests")]

PEER = "Bio.Entrez"
FIRST = 60_000_001
"""The first PMID of the real records, as `formats_speed` numbers them."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class RealRecords:
    """An E-utilities server over real articles, of two tools (`services.serving.Service`)."""

    root = "/entrez/eutils/"
    per_second = keyed_per_second = faults = None
    delay = 0.0

    def __init__(self, folder: Path, count: int) -> None:
        from formats_speed import XML_HEAD, build

        self.head = XML_HEAD
        _, *articles, self.tail = build(folder, "pubmed-xml", count)
        self.articles = [with_own_words(article, number) for number, article in enumerate(articles, start=1)]

    def answer(self, request: Request, key: str, fault: Fault | None) -> Reply:
        """Answer esearch with every PMID, and efetch with the articles asked for."""
        from services.serving import Reply

        if request.tool == "esearch":
            most = min(int(request.params.get("retmax", "20")), len(self.articles))
            ids = "".join(f"<Id>{FIRST + at}</Id>" for at in range(most))
            body = f"<Count>{len(self.articles)}</Count><RetMax>{most}</RetMax><RetStart>0</RetStart>"
            dtd = "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd"
            head = f'<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" "{dtd}">\n'
            return Reply(
                f'<?xml version="1.0"?>\n{head}<eSearchResult>{body}<IdList>{ids}</IdList></eSearchResult>'.encode()
            )
        wanted = (int(one) - FIRST for one in request.params["id"].split(","))
        return Reply("".join([self.head, *(self.articles[at] for at in wanted), self.tail]).encode())


def with_own_words(article: str, number: int) -> str:
    """Give an article family names and pages of its own."""
    own = "".join(LETTERS[number // 26**place % 26] for place in range(3))
    first = number * 7 % 9_000 + 1
    article = re.sub(r"(?<=<LastName>)[^<]+", lambda name: f"{name[0]}{own}", article)
    article = re.sub(r"(?<=<StartPage>)[^<]+", str(first), article)
    article = re.sub(r"(?<=<EndPage>)[^<]+", str(first + 9), article)
    return re.sub(r"(?<=<MedlinePgn>)\d[^<]*", f"{first}-{first + 9}", article)


@contextlib.contextmanager
def served(words: list[str]) -> Iterator[str]:
    """Start a server and give its address."""
    with subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield next(found[0] for line in server.stdout if (found := re.search(r"http://\S+/", line)))
        finally:
            server.terminate()


def measured(url: str, ways: list[str], rounds: int) -> dict[str, list[dict[str, float]]]:
    """Run each way once a round, in turn."""
    found: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            words = [sys.executable, str(HERE / "search.py"), "fetch", way, url]
            done = subprocess.run(words, check=True, capture_output=True, text=True)
            found[way].append(json.loads(done.stdout))
    return found


def rows(kind: str, found: dict[str, list[dict[str, float]]]) -> Iterator[str]:
    """Return the rows of the table: the median rate, the rates of all rounds, and the median of the rounds' ratios."""
    peer = [one["cpu"] for one in found[PEER]]
    for way, runs in found.items():
        rates = sorted(one["count"] / one["cpu"] for one in runs)
        ratio = statistics.median(theirs / one["cpu"] for theirs, one in zip(peer, runs, strict=True))
        spread = f"{rates[0]:,.0f}-{rates[-1]:,.0f}"
        peak = max(one["peak"] for one in runs)
        cells = (
            kind,
            f"{runs[0]['count']:,.0f}",
            way,
            f"{statistics.median(rates):,.0f}",
            spread,
            f"{ratio:.2f}",
            f"{peak:.0f}",
        )
        yield f"| {' | '.join(cells)} |"


def serve(folder: Path, count: int) -> None:
    """Serve real records until the process is ended."""
    import threading

    from services.serving import start

    with start(RealRecords(folder, count)) as server:
        print(server.url, flush=True)
        threading.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", default="2000,8000", help="numbers of records")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, help="folder of exports, for real records too")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        return serve(asked.data, asked.serve)
    from search import WAYS

    print("| records | number | read by | records a CPU second | lowest-highest | of Bio.Entrez's rate | peak MiB |")
    print("|---|---:|---|---:|---:|---:|---:|")
    for size in asked.records.split(","):
        kinds = {"synthetic": ["-m", "tests.services.eutils", "--per-second", "0", "--corpus", size]}
        if asked.data:
            kinds["real"] = [__file__, "--data", str(asked.data), "--serve", size]
        for kind, words in kinds.items():
            with served(words) as url:
                print("\n".join(rows(kind, measured(url, list(WAYS), asked.rounds))), flush=True)
    return None


if __name__ == "__main__":
    main()
