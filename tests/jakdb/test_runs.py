"""Strategies in versions, and runs: the list first, then batches, then an end that the equation allows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from jakdb import doctor, members, runs
from jakdb.errors import UsageError
from jakdb.imports import (
    FileToImport,
    NewSearch,
    active_records,
    files,
    save_imports,
    searches,
    sightings,
    undo_file,
)
from jakdb.members import NewMerge, add_merges
from jakdb.runs import NewStrategy, end_run, pending_ids, save_strategy, start_run, store_batch
from jakdb.store import Store
from jakdb.words import RawRecord, Record, Run

IDS = tuple(str(n) for n in range(11, 18))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "review.db") as opened:
        yield opened


def reply(ids: Sequence[str], name: str = "reply") -> FileToImport:
    """Return a file with a record an identifier."""
    rows = [
        (RawRecord(n, n, f"text {i}", ()), Record(title=f"Title {i}", database="PubMed", pmid=i), f"pubmed||{i}")
        for n, i in enumerate(ids, start=1)
    ]
    return FileToImport(name, (name + "0" * 64)[:64], 10, "pubmed-xml", "utf-8", rows)


def begin(store: Store, ids: Sequence[str] = IDS, *, count: int | None = None) -> Run:
    """Begin a run with a list."""
    strategy = save_strategy(store, NewStrategy("main", "pubmed", "hair"), by="ann")
    found = {
        "count": len(ids) if count is None else count,
        "query": "hair",
        "translation": '"hair"[All Fields]',
        "warnings": ["a doubt"],
        "lines": [["1", "hair", 9]],
        "version": "Build 1",
    }
    return start_run(store, strategy.id, search=NewSearch("PubMed", hits=len(ids)), found=found, ids=ids, by="ann")


def sound(store: Store) -> bool:
    """Say whether the doctor finds nothing."""
    return [c for c in doctor.examine(store) if not c.is_sound] == []


def test_a_strategy_gets_a_version_a_text(store: Store) -> None:
    first = NewStrategy("main", "pubmed", "hair", {"lines": [["1", "hair"]]})
    other = NewStrategy("main", "pubmed", "hair loss", {"lines": [["1", "hair loss"]]})
    kept = [save_strategy(store, new, by="ann").version for new in (first, first, other, other, first)]
    assert kept == [1, 1, 2, 2, 3]
    assert [(s.version, s.query, s.text) for s in runs.strategies(store)][1] == (2, "hair loss", other.text)
    assert save_strategy(store, NewStrategy("second", "pubmed", "hair"), by="ann").version == 1


def test_a_run_begins_with_its_whole_list(store: Store) -> None:
    run = begin(store)
    assert (run.count, run.ids, run.fetched, run.batches, run.outcome) == (7, 7, 0, 0, "")
    assert (run.translation, run.warnings, run.lines) == ('"hair"[All Fields]', ("a doubt",), (("1", "hair", 9),))
    assert pending_ids(store, run.id) == IDS
    assert [s.undone for s in searches(store)] == [False]


def test_batches_make_up_the_equation(store: Store) -> None:
    run = begin(store)
    assert store_batch(store, run.id, asked=IDS[:3], file=reply(IDS[:3], "a"), absent=(), by="ann")
    assert pending_ids(store, run.id) == IDS[3:]
    assert store_batch(store, run.id, asked=IDS[3:6], file=reply(IDS[4:6], "b"), absent=IDS[3:4], by="bob")
    assert store_batch(store, run.id, asked=IDS[6:], file=None, absent=IDS[6:], by="bob")
    assert pending_ids(store, run.id) == ()
    done = end_run(store, run.id, outcome="complete", by="bob")
    assert (done.count, done.ids, done.fetched, done.absent, done.batches) == (7, 7, 5, ("14", "17"), 3)
    assert done.is_exact
    assert done.ended is not None
    assert [r.pmid for r in active_records(store)] == ["11", "12", "13", "15", "16"]
    assert list(runs.files_of_runs(store).values()) == [run.id, run.id]
    assert sound(store)


def test_a_batch_that_another_process_stored_changes_nothing(store: Store) -> None:
    run = begin(store)
    assert store_batch(store, run.id, asked=IDS[:3], file=reply(IDS[:3], "a"), absent=(), by="ann")
    assert not store_batch(store, run.id, asked=IDS[:3], file=reply(IDS[:3], "b"), absent=(), by="bob")
    assert (runs.runs(store)[0].fetched, len(files(store))) == (3, 1)
    end_run(store, run.id, outcome="shortfall", by="ann")
    assert not store_batch(store, run.id, asked=IDS[:3], file=reply(IDS[:3], "b"), absent=(), by="bob")


@pytest.mark.parametrize("asked", [IDS[1:3], ("99",), (*IDS, "99"), (IDS[0], IDS[2])])
def test_a_batch_must_be_the_next_of_the_list(store: Store, asked: tuple[str, ...]) -> None:
    run = begin(store)
    with pytest.raises(UsageError, match="not the next identifiers"):
        store_batch(store, run.id, asked=asked, file=reply(asked), absent=(), by="ann")
    assert (files(store), pending_ids(store, run.id)) == ((), IDS)


def test_a_batch_that_breaks_off_leaves_nothing(store: Store) -> None:
    run = begin(store)
    whole = reply(IDS[:3])

    def breaking() -> Iterator[object]:
        yield from list(whole.rows)[:2]
        raise RuntimeError("the reply ends here")

    broken = FileToImport("r", "f" * 64, 1, "pubmed-xml", "utf-8", breaking())  # type: ignore[arg-type]
    with pytest.raises(RuntimeError):
        store_batch(store, run.id, asked=IDS[:3], file=broken, absent=(), by="ann")
    assert (active_records(store), files(store), pending_ids(store, run.id)) == ((), (), IDS)
    assert sound(store)


def test_a_run_is_not_complete_while_something_is_missing(store: Store) -> None:
    run = begin(store, count=8)
    store_batch(store, run.id, asked=IDS, file=reply(IDS), absent=(), by="ann")
    with pytest.raises(UsageError, match="7 of 8"):
        end_run(store, run.id, outcome="complete", by="ann")
    assert end_run(store, run.id, outcome="shortfall", by="ann", message="1 missing").message == "1 missing"


def test_an_ended_run_stays_as_it_is(store: Store) -> None:
    run = begin(store)
    first = end_run(store, run.id, outcome="abandoned", by="ann")
    assert end_run(store, run.id, outcome="abandoned", by="bob") == first
    with pytest.raises(UsageError, match="has ended"):
        end_run(store, run.id, outcome="shortfall", by="ann")
    with pytest.raises(UsageError, match="has ended"):
        store_batch(store, run.id, asked=IDS[:1], file=reply(IDS[:1]), absent=(), by="ann")
    assert [s.undone for s in searches(store)] == [True]


def test_a_strategy_has_one_open_run(store: Store) -> None:
    run = begin(store)
    with pytest.raises(UsageError, match=f"run {run.id} of this strategy is not finished"):
        begin(store)
    end_run(store, run.id, outcome="abandoned", by="ann")
    assert begin(store).id == run.id + 1


def test_what_is_not_there_is_said(store: Store) -> None:
    with pytest.raises(UsageError, match="no strategy 5"):
        start_run(store, 5, search=NewSearch("PubMed"), found={"count": 0, "query": ""}, ids=(), by="ann")
    with pytest.raises(UsageError, match="no run 5"):
        store_batch(store, 5, asked=("1",), file=None, absent=("1",), by="ann")
    with pytest.raises(UsageError, match="stands twice"):
        begin(store, ("1", "1"))
    assert (runs.runs(store), searches(store)) == ((), ())


def test_the_same_reply_in_a_later_run_is_seen_again(store: Store) -> None:
    for _ in range(2):
        run = begin(store)
        store_batch(store, run.id, asked=IDS, file=reply(IDS), absent=(), by="ann")
        end_run(store, run.id, outcome="complete", by="ann")
    assert [(f.accepted, f.seen_again) for f in files(store)] == [(7, 0), (0, 7)]
    assert len(sightings(store)) == 14
    assert sound(store)


def test_a_batch_of_new_records_does_not_go_through_the_whole_review(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_connection: object) -> None:
        raise AssertionError("the whole membership was computed")

    monkeypatch.setattr(members, "rebuild_membership", never)
    run = begin(store)
    store_batch(store, run.id, asked=IDS, file=reply((*IDS[:6], IDS[0])), absent=(), by="ann")
    assert members.members(store) == {n: (n,) for n in range(1, 7)}
    assert sound(store)


def test_a_record_that_comes_back_comes_back_to_its_report(store: Store) -> None:
    save_imports(store, [(NewSearch("PubMed"), reply(("11", "12", "13"), "old"))], by="ann")
    add_merges(store, [NewMerge("merge", 1, 2)], by="ann")
    undo_file(store, 1, by="ann")
    assert members.members(store) == {}
    run = begin(store)
    store_batch(store, run.id, asked=IDS, file=reply(("12", "14", "11", "15", "16", "17", "13")), absent=(), by="ann")
    assert members.members(store)[1] == (1, 2)
    assert len(members.members(store)) == 6
    assert sound(store)


def test_what_a_run_stored_cannot_be_changed(store: Store, tmp_path: Path) -> None:
    run = begin(store)
    store_batch(store, run.id, asked=IDS, file=reply(IDS), absent=(), by="ann")
    end_run(store, run.id, outcome="complete", by="ann")
    with sqlite3.connect(tmp_path / "review.db") as raw:
        for table in ("strategies", "runs", "run_ids", "run_batches", "run_ends"):
            for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    raw.execute(statement)
    raw.close()


def test_the_doctor_sees_a_gap_between_batches(store: Store, tmp_path: Path) -> None:
    run = begin(store)
    store_batch(store, run.id, asked=IDS, file=None, absent=IDS, by="ann")
    with sqlite3.connect(tmp_path / "review.db") as raw:
        raw.execute("DROP TRIGGER run_batches_no_update")
        raw.execute("UPDATE run_batches SET position = 2")
    raw.close()
    problems = [p for check in doctor.examine(store) for p in check.problems]
    assert "run 1: a batch begins at 2, expected 1" in problems
    assert "run 1: its batches hold more than the 7 identifiers of its list" in problems
