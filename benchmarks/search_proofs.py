"""The proofs of `search.py`: a search past the ceiling, under faults, and killed; each prints a table in markdown."""

from __future__ import annotations

import datetime as dt
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from search_processes import ROOT, finish, start_search, state, times_fetched
from services.eutils import Chance, EUtils, make_corpus, start
from services.faults import KINDS

from jak.searching import run_search
from jak.strategies import SearchSpec
from jakdb import imports, runs
from jakdb.store import Store
from jaksearch.sources import make_source

__all__ = ["ceiling", "faults", "kills"]

EVERYTHING = SearchSpec("main", "pubmed", query="all[sb]")
BATCH = 200
BUSY_DAY = dt.date(2024, 5, 1)


def ceiling(records: int, on_one_day: int) -> None:
    """Search for more than PubMed lists of one query, with the real command and NCBI's limit for a key."""
    corpus = make_corpus(records, busy_day=(BUSY_DAY, on_one_day))
    with tempfile.TemporaryDirectory() as name, start(EUtils(corpus)) as server:
        folder = Path(name)
        environment = {
            "HOME": name,
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT}:{ROOT / 'db'}",
            "JAK_EUTILS_URL": server.url,
            "JAK_EMAIL": "ann@example.org",
            "JAK_NCBI_API_KEY": "a-key-of-the-benchmark",
            "JAK_REVIEWER": "ann",
        }
        jak = [sys.executable, "-m", "jak"]
        subprocess.run([*jak, "init", "review"], cwd=folder, env=environment, check=True, capture_output=True)
        started = time.monotonic()
        done = subprocess.run(
            [*jak, "search", "pubmed", EVERYTHING.query, "--review", "review"],
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        took = time.monotonic() - started
        print("".join(f"    {line}\n" for line in (done.stdout + done.stderr).splitlines()))
        with Store(folder / "review" / "review.db") as store:
            stored = {int(record.pmid) for record in imports.active_records(store)}
        days = Counter(corpus.created.tolist())
        terms = [request.params["term"] for request in server.log.of("esearch")]
        row = (
            len(corpus),
            max(days.values()),
            len(stored),
            "yes" if stored == {int(pmid) for pmid in corpus.ids} else "NO",
            sum("[crdt]" in term and "[uid]" not in term for term in terms),
            sum("[uid]" in term for term in terms),
            len(server.log.of("efetch")),
            server.log.busiest(),
            f"{took:.0f}",
            f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f}",
        )
    print("| records | on one day | stored | exactly those | lists by day | lists by PMID | fetches | fullest second |")
    print("|---|---|---|---|---|---|---|---|")
    print("|", " | ".join(map(str, row[:8])), "|")
    print(f"\n{row[8]} s, peak of the client {row[9]} MiB")


def faults(records: int, rate: float) -> None:
    """Search while requests fail in one way, and in all; the waits are cut short."""
    corpus = make_corpus(records, busy_day=(BUSY_DAY, records // 5))
    answer = {int(pmid) for pmid in corpus.ids}
    print("| fault | requests | failed | records | exact |\n|---|---|---|---|---|")
    for kind in (*KINDS, "all of them"):
        kinds = KINDS if kind == "all of them" else (kind,)
        is_slow = "stall" in kinds
        service = EUtils(corpus, faults=Chance(rate, kinds=kinds, seconds=1.0 if is_slow else 0.0))
        with tempfile.TemporaryDirectory() as folder, start(service) as server:
            source = make_source(
                "pubmed",
                base_url=server.url,
                per_second=0,
                state=Path(folder),
                cap=max(10, records // 8),
                batch_size=20,
                timeout=(5.0, 0.5 if is_slow else 30.0),
                backoff=0.0001,
                sleep=lambda seconds: time.sleep(min(seconds, 0.001)),
            )
            with Store.create(Path(folder) / "review.db") as store:
                done = run_search(store, EVERYTHING, by="ann", source=source)
                stored = [int(record.pmid) for record in imports.active_records(store)]
            failed = sum(bool(request.fault) for request in server.log)
        exact = done.is_complete and len(stored) == len(answer) and set(stored) == answer
        print(f"| {kind} | {len(server.log)} | {failed} | {len(stored)} | {'yes' if exact else 'NO'} |", flush=True)


def kills(records: int, times: int, seed: int) -> None:
    """Kill a search at a random moment, run it again, and compare its store with that of an undisturbed one.

    The moments lie after any of the requests and before the next; a run that had ended is not begun anew.
    """
    corpus, moments = make_corpus(records), random.Random(seed)
    met: Counter[str] = Counter()
    most = twice = equal = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Store.create(folder / "undisturbed.db").close()
        with start(EUtils(corpus)) as server:
            finish(start_search(folder / "undisturbed.db", server.url, folder / "state", batch_size=BATCH))
            requests = len(server.log)
            step = (time.monotonic() - next(iter(server.log)).time) / requests
        wanted = state(folder / "undisturbed.db")
        for trial in range(times):
            review = folder / f"killed{trial}.db"
            Store.create(review).close()
            with start(EUtils(corpus)) as server:
                process = start_search(review, server.url, folder / "state", batch_size=BATCH)
                reached = moments.randint(1, requests)
                while len(server.log) < reached and process.poll() is None:
                    time.sleep(0.002)
                time.sleep(moments.uniform(0.0, step))
                process.kill()
                finish(process)
                with Store(review) as store:
                    is_done = any(run.outcome for run in runs.runs(store))
                fetched = len(server.log.of("efetch"))
                if not is_done:
                    finish(start_search(review, server.url, folder / "state", batch_size=BATCH))
                again = times_fetched(server.log, corpus.ids)
            moment = "after its end" if is_done else "fetching" if fetched else "listing"
            met[moment] += 1
            repeated = sum(again.values()) - len(again)
            most, twice = max(most, repeated), twice + (repeated > 0)
            found = state(review)
            different = [name for name in wanted if found[name] != wanted[name]]
            if len(again) < len(corpus):
                different.append("what was asked for")
            if different:
                print(f"search {trial}, killed {moment}: different {', '.join(different)}", file=sys.stderr)
            equal += not different
            review.unlink()
    said = ", ".join(f"{word} {count}" for word, count in sorted(met.items()))
    print("| records | searches | killed | store as undisturbed | fetched records twice | at most so many |")
    print("|---|---|---|---|---|---|")
    print(f"| {records} | {times} | {said} | {equal} | {twice} | {most} (a batch is {BATCH}) |")
