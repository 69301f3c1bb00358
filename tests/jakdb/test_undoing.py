"""A whole search is taken back in one transaction, whatever it is made of; decisions stay on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from jakdb import doctor, imports, runs, screening
from jakdb.errors import UsageError
from jakdb.imports import FileToImport, NewSearch, active_records, files, save_imports, searches
from jakdb.runs import NewStrategy, end_run, pending_ids, save_strategy, start_run, store_batch
from jakdb.screening import NewDecision
from jakdb.store import Store
from jakdb.undoing import undo_search
from jakdb.words import RawRecord, Record

IDS = ("11", "12", "13", "14")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "review.db") as opened:
        yield opened


def reply(ids: Sequence[str], name: str) -> FileToImport:
    """Return a file with a record an identifier."""
    rows = [
        (RawRecord(n, n, f"text {i}", ()), Record(title=f"Title {i}", database="PubMed", pmid=i), f"pubmed||{i}")
        for n, i in enumerate(ids, start=1)
    ]
    return FileToImport(name, (name + "0" * 64)[:64], 10, "pubmed-xml", "utf-8", rows)


def run(store: Store, *, batches: int = 2) -> int:
    """Run a strategy of two batches, to the end if both come; return the search."""
    strategy = save_strategy(store, NewStrategy("main", "pubmed", "hair"), by="ann")
    found = {"count": len(IDS), "query": "hair"}
    begun = start_run(store, strategy.id, search=NewSearch("PubMed"), found=found, ids=IDS, by="ann")
    for number in range(batches):
        asked = pending_ids(store, begun.id)[:2]
        store_batch(store, begun.id, asked=asked, file=reply(asked, f"{begun.id}-{number}"), absent=(), by="ann")
    if batches == 2:
        end_run(store, begun.id, outcome="complete", by="ann")
    return begun.search_id


def test_a_run_is_taken_back_whole_and_decisions_stay(store: Store) -> None:
    save_imports(store, [(NewSearch("Embase"), reply(["11"], "kept"))], by="ann")
    search = run(store)
    screening.add_decisions(store, [NewDecision(n, "abstract", "ann", "include") for n in (1, 2, 3)])
    dry = undo_search(store, search, by="ann", keep=False)
    assert (dry.records_gone, len(active_records(store))) == (3, 4)
    done = undo_search(store, search, by="ann")
    assert done == dry
    assert (len(done.files), done.before, done.records_gone, done.records_kept) == (2, 0, 3, 1)
    assert (done.decisions_kept, done.given_up) == (2, None)
    assert [r.pmid for r in active_records(store)] == ["11"]
    assert len(screening.decisions(store)) == 3
    assert [s.undone for s in searches(store)] == [False, True]
    assert all(check.is_sound for check in doctor.examine(store))


def test_what_was_taken_back_comes_back_with_its_decisions(store: Store) -> None:
    undo_search(store, run(store), by="ann")
    assert active_records(store) == ()
    run(store)
    assert [(r.id, r.pmid) for r in active_records(store)] == [(1, "11"), (2, "12"), (3, "13"), (4, "14")]
    assert [f.accepted for f in files(store)] == [2, 2, 0, 0]
    assert all(check.is_sound for check in doctor.examine(store))


def test_only_what_still_stands_is_taken_back(store: Store) -> None:
    search = run(store)
    imports.undo_file(store, 1, by="ann")
    done = undo_search(store, search, by="ann")
    assert ([f.id for f in done.files], done.before, done.records_gone) == ([2], 1, 2)
    for number, said in ((search, "was undone before"), (9, "there is no search 9")):
        with pytest.raises(UsageError, match=said):
            undo_search(store, number, by="ann")


@pytest.mark.parametrize(("batches", "gone"), [(0, 0), (1, 2)])
def test_an_unfinished_run_is_given_up_so_that_the_next_fetches_everything(
    store: Store, batches: int, gone: int
) -> None:
    search = run(store, batches=batches)
    done = undo_search(store, search, by="ann")
    assert (done.given_up, done.records_gone) == (1, gone)
    [ended] = runs.runs(store)
    assert (ended.outcome, ended.message) == ("abandoned", "taken back before it was finished")
    run(store)
    assert len(active_records(store)) == 4
    assert all(check.is_sound for check in doctor.examine(store))


def test_a_search_without_a_file_has_nothing_to_take_back(store: Store) -> None:
    strategy = save_strategy(store, NewStrategy("none", "pubmed", "hippogriff"), by="ann")
    begun = start_run(
        store, strategy.id, search=NewSearch("PubMed"), found={"count": 0, "query": "x"}, ids=(), by="ann"
    )
    end_run(store, begun.id, outcome="complete", by="ann")
    with pytest.raises(UsageError, match="holds no file"):
        undo_search(store, begun.search_id, by="ann")
