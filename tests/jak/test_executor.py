"""Pieces of work in other processes: the same result, also when a process dies in the middle."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from jak.executor import RebuiltPool, executor
from jakdb.errors import UsageError
from jakdb.words import Author, Record
from jaksearch.dedupe import find_duplicates

TOPICS = ("ginger", "peppermint", "acupressure", "scopolamine", "biofeedback", "hypnosis", "promethazine", "massage")


def die_once(marker: str, value: int) -> int:
    """Kill the process that runs this the first time, and give the double the second time."""
    try:
        Path(marker).touch(exist_ok=False)
    except FileExistsError:
        return 2 * value
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("not reached")


def die(_: int) -> int:
    """Kill the process that runs this."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("not reached")


def records() -> list[Record]:
    """Return 400 records, each paper twice."""
    found = []
    for n in range(200):
        topic = TOPICS[n % len(TOPICS)]
        title = f"Effects of {topic} on {n} passengers of ferries in the northern seas: a cohort study"
        one = Record(
            id=2 * n + 1,
            title=title,
            authors=(Author("Adams", "Ruth"), Author("Baker", f"P{n}")),
            year=2000 + n % 20,
            journal="Journal of Invented Travel Medicine",
            volume=str(1 + n % 30),
            pages=f"{10 * n + 1}-{10 * n + 8}",
        )
        two = Record(**{f: getattr(one, f) for f in ("authors", "year", "volume")}, id=2 * n + 2, title=title.upper())
        found += [one, two]
    return found


def test_one_job_is_this_process() -> None:
    with executor(jobs=1) as pool:
        assert pool is None


def test_a_cluster_and_processes_together_are_refused() -> None:
    with pytest.raises(UsageError, match="both"), executor(jobs=2, dask="tcp://127.0.0.1:1"):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
def test_work_whose_process_dies_is_sent_again(tmp_path: Path) -> None:
    with RebuiltPool(2) as pool:
        futures = [pool.submit(die_once, str(tmp_path / f"died-{n % 3}"), n) for n in range(12)]
        assert [future.result(timeout=60) for future in futures] == [2 * n for n in range(12)]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
def test_work_that_always_kills_its_process_is_given_up() -> None:
    with RebuiltPool(1) as pool, pytest.raises(Exception, match="terminated abruptly"):
        pool.submit(die, 1).result(timeout=60)


def test_duplicates_are_the_same_in_other_processes() -> None:
    here = find_duplicates(records())
    assert len(here.merges) == 200
    with RebuiltPool(2) as pool:
        assert find_duplicates(records(), executor=pool) == here


def test_duplicates_are_the_same_on_a_cluster() -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, protocol="inproc://"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert find_duplicates(records(), executor=client.get_executor(pure=False)) == find_duplicates(records())
