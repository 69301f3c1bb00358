"""Which records are one report: worked out from the events, and kept in step with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from jakdb import doctor
from jakdb.blocking import Keyed, uncompared
from jakdb.dedupe import save_dedupe
from jakdb.errors import UsageError
from jakdb.imports import FileToImport, NewSearch, save_imports, undo_file
from jakdb.members import (
    NewMerge,
    add_merges,
    events_in_force,
    members,
    membership,
    merge_events,
    merge_links,
    undo_merge,
)
from jakdb.store import Store
from jakdb.words import MergeLink, RawRecord, Record


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a store of six records in two files."""
    with Store.create(tmp_path / "review.db") as made:
        for name, numbers in (("a.ris", (1, 2, 3)), ("b.ris", (4, 5, 6))):
            rows = [(RawRecord(n, n, "", ()), Record(title=f"Title {n}"), f"id {n}") for n in numbers]
            save_imports(made, [(NewSearch(name), FileToImport(name, name * 8, 1, "ris", "utf-8", rows))], by="ann")
        yield made


def test_links_are_the_events_without_their_grounds(store: Store) -> None:
    add_merges(store, [NewMerge("merge", 2, 5, 0.9, ("title equal",)), NewMerge("ask", 3, 4, 0.4)], by="rules 1")
    undo_merge(store, 1, by="ann")
    whole = [{f.name: getattr(e, f.name) for f in fields(MergeLink)} for e in merge_events(store)]
    assert [{f.name: getattr(e, f.name) for f in fields(MergeLink)} for e in merge_links(store)] == whole
    assert [e.id for e in events_in_force(merge_links(store))] == [2]


def test_merges_close_transitively_and_the_lowest_active_record_names_the_report(store: Store) -> None:
    add_merges(store, [NewMerge("merge", 6, 4), NewMerge("merge", 4, 1), NewMerge("merge", 5, 3)], by="ann")
    assert membership(store) == {1: 1, 2: 2, 3: 3, 4: 1, 5: 3, 6: 1}
    undo_file(store, 1, by="ann")
    assert membership(store) == {4: 4, 5: 5, 6: 4}
    assert members(store) == {4: (4, 6), 5: (5,)}
    assert all(check.is_sound for check in doctor.examine(store))


def test_a_merge_of_one_report_is_refused_and_none_of_its_batch_is_stored(store: Store) -> None:
    add_merges(store, [NewMerge("merge", 1, 2), NewMerge("merge", 2, 3)], by="ann")
    with pytest.raises(UsageError, match="records 1 and 3 are one report already"):
        add_merges(store, [NewMerge("merge", 4, 5), NewMerge("merge", 3, 1)], by="ann")
    undo_merge(store, 2, by="ann")
    add_merges(store, [NewMerge("merge", 3, 1)], by="ann")
    assert membership(store)[3] == 1
    assert len(merge_events(store)) == 4


@pytest.mark.parametrize("kind", ["merge", "ask", "distinct"])
def test_an_event_on_a_record_that_is_not_there_is_refused(kind: str, store: Store) -> None:
    with pytest.raises(UsageError, match="there is no record 7"):
        add_merges(store, [NewMerge(kind, 2, 7)], by="ann")
    assert merge_events(store) == ()


def test_a_run_says_what_the_reports_are_afterwards(store: Store) -> None:
    nothing = save_dedupe(store, merges=[], undoes=[], relations=[], compared=[], version="1", by="rules 1")
    assert (nothing.numbers, nothing.report_of) == ((), None)
    merged = save_dedupe(
        store, merges=[NewMerge("merge", 2, 6)], undoes=[], relations=[], compared=[], version="1", by="rules 1"
    )
    assert merged.numbers == (1,)
    assert merged.report_of == membership(store) == {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 2}
    taken = save_dedupe(store, merges=[], undoes=[1], relations=[], compared=[], version="1", by="rules 1")
    assert taken.report_of == membership(store) == {n: n for n in range(1, 7)}


def test_new_to_the_rules_is_what_rules_of_this_version_have_not_compared(store: Store) -> None:
    def run(version: str, *records: int) -> None:
        kept = [Keyed(record, "{}", "", []) for record in records]
        save_dedupe(store, merges=[], undoes=[], relations=[], compared=kept, version=version, by=f"rules {version}")

    run("1", 1, 2, 5)
    assert uncompared(store, "1") == [3, 4, 6]
    assert uncompared(store, "2") == [1, 2, 3, 4, 5, 6]
    undo_file(store, 2, by="ann")
    assert uncompared(store, "1") == [3]
