"""`jak search dedupe` compares in this process, in others, on a cluster and from a disk: with one result, also when a
worker is killed in the middle.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests_support import Run
from worker_support import NO_SIGKILL, Victims, children, killing_progress, local_cluster

import jak.commands.dedupe
from jak.workspace import open_review
from jakdb.members import members, merge_events
from jakdb.relations import relation_events
from jaksearch.dedupe import find

HEADS = ("ID", "title", "author", "year", "journal", "volume", "number", "pages", "doi", "abstract", "isbn", "url")
TOPICS = ("ginger", "peppermint", "acupressure", "scopolamine", "biofeedback", "hypnosis", "promethazine", "massage")


def rows() -> Iterator[tuple[str, ...]]:
    """Yield 150 papers in two printings, with errata, abstracts of meetings, and second papers of one title."""
    for n in range(150):
        title = (
            f"Effects of {TOPICS[n % len(TOPICS)]} on {n + 20} passengers of ferries in northern seas: a cohort study"
        )
        people, year, pages = f"Adams, Ruth and Baker, P{n}", str(2000 + n % 20), f"{10 * n + 1}-{10 * n + 8}"
        journal, volume = "Journal of Invented Travel Medicine", str(1 + n % 30)
        yield title, people, year, journal, volume, "2", pages, f"10.5555/{n}"
        yield title.upper(), people, year, "J Invented Travel Med", volume, "", pages, ""
        if n % 5 == 0:
            yield f"Erratum: {title}", people, year, journal, volume, "9", str(10 * n + 4001), ""
        if n % 7 == 0:
            yield title, people, year, journal, volume, "", f"{10 * n + 6001}-{10 * n + 6007}", ""


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file of records that are compared in many small pieces."""
    monkeypatch.setattr(find, "CHUNK", 100)
    path = tmp_path / "records.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(HEADS)
        writer.writerows((f"r{n}", *row, "", "", "") for n, row in enumerate(rows(), start=1))
    return path


def found(jak: Run, records: Path, *more: object) -> tuple[bytes, ...]:
    """Return the pairs, the queue and the relations that a run writes."""
    out = {name: records.with_name(f"{name}.csv") for name in ("pairs", "queue", "relations")}
    options = (word for name, path in out.items() for word in (f"--{name}", path))
    done = jak("search", "dedupe", "--from", records, *options, *more)
    assert done.code == 0, done.err
    return tuple(path.read_bytes() for path in out.values())


@pytest.fixture
def expected(jak: Run, records: Path) -> tuple[bytes, ...]:
    """Return what this process alone finds: some of each kind."""
    written = found(jak, records)
    assert [text.count(b"\n") > 10 for text in written] == [True, True, True]
    return written


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Victims], list[int]]:
    """Return what kills one of some processes after the first piece is compared, and notes how many pairs were left."""

    def kill_one_of(victims: Victims) -> list[int]:
        progress, left = killing_progress(victims)
        monkeypatch.setattr(jak.commands.dedupe, "progress", progress)
        return left

    return kill_one_of


@pytest.fixture
def cluster() -> Iterator[Any]:
    with local_cluster() as started:
        yield started


def test_from_a_disk_the_pairs_the_queue_and_the_relations_are_the_same(
    jak: Run, records: Path, expected: tuple[bytes, ...]
) -> None:
    pytest.importorskip("duckdb", reason="needs the extra `duckdb`")
    assert found(jak, records, "--on-disk") == expected


@NO_SIGKILL
def test_a_killed_process_changes_nothing_in_files(
    jak: Run, records: Path, expected: tuple[bytes, ...], killing: Callable[[Victims], list[int]]
) -> None:
    left = killing(children)
    assert found(jak, records, "--jobs", "2") == expected
    assert left[0] > 1000


@NO_SIGKILL
def test_on_a_cluster_with_a_killed_worker_the_result_is_the_same(
    jak: Run, records: Path, expected: tuple[bytes, ...], killing: Callable[[Victims], list[int]], cluster: Any
) -> None:
    assert found(jak, records, "--dask", cluster.scheduler_address) == expected
    left = killing(lambda: [worker.pid for worker in cluster.workers.values()])
    assert found(jak, records, "--dask", cluster.scheduler_address) == expected
    assert left[0] > 1000


@NO_SIGKILL
def test_a_killed_process_changes_nothing_in_a_store(
    jak: Run, records: Path, killing: Callable[[Victims], list[int]], tmp_path: Path
) -> None:
    kept = []
    for name, more in (("here", ()), ("killed", ("--jobs", "2"))):
        folder = tmp_path / name
        assert jak("init", folder).code == 0
        assert jak("search", "import", records, "--source", "PubMed", "--review", folder).code == 0
        left = killing(children) if more else [0]
        done = jak("search", "dedupe", "--review", folder, "--json", *more)
        assert done.code == 0, done.err
        with open_review(folder) as opened:
            events = [(e.kind, e.record_a, e.record_b, e.score, e.reasons) for e in merge_events(opened.store)]
            relations = [(e.kind, e.record_a, e.record_b, e.relation) for e in relation_events(opened.store)]
            kept.append((members(opened.store), events, relations, json.loads(done.out)))
    assert left[0] > 1000
    assert kept[0] == kept[1]
    assert len(kept[0][1]) > 150
