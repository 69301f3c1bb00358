"""Searches in processes of their own, to be killed, and what two stores must have in common afterwards."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from services.serving import Log

from jakdb import doctor, imports, members, runs
from jakdb.store import Store

ROOT = Path(__file__).parents[1]
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
SEARCH = """
import sys
from pathlib import Path
from jak.searching import run_search
from jak.strategies import SearchSpec
from jakdb.store import Store
from jaksearch.sources import make_source

review, url, folder, size = sys.argv[1:]
limits = {"per_second": 0, "state": Path(folder), "batch_size": int(size)}
source = make_source("pubmed", base_url=url, email="a@example.org", **limits)
with Store(Path(review)) as store:
    run_search(store, SearchSpec("main", "pubmed", (("1", "all[sb]"),)), by="ann", source=source)
"""


def start_search(review: Path, url: str, folder: Path, *, batch_size: int) -> subprocess.Popen[bytes]:
    """Start a real search for everything in a process of its own."""
    words = [sys.executable, "-c", SEARCH, str(review), url, str(folder), str(batch_size)]
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'db'}"}
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)


def finish(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of a process and close its pipe."""
    _, said = process.communicate(timeout=600)
    assert process.returncode in (0, -9), said.decode()
    return process.returncode


def times_fetched(log: Log, pmids: Iterable[int]) -> Counter[str]:
    """Return how often each of these records was asked for; a kill may cut a request within an identifier."""
    known = {str(pmid) for pmid in pmids}
    asked = (one for request in log.of("efetch") for one in request.params.get("id", "").split(","))
    return Counter(one for one in asked if one in known)


def state(path: Path) -> dict[str, object]:
    """Return everything a store holds of its searches, without moments and keys; it must be sound."""
    with Store(path) as store:
        assert [c for c in doctor.examine(store) if not c.is_sound] == []
        return {
            "records": imports.active_records(store),
            "members": members.members(store),
            "sightings": imports.sightings(store),
            "files": [replace(f, at=MOMENT) for f in imports.files(store)],
            "runs": [replace(r, at=MOMENT, ended=None) for r in runs.runs(store)],
            "strategies": [replace(s, at=MOMENT) for s in runs.strategies(store)],
        }
