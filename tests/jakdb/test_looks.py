"""Criteria are kept when they read otherwise than last time, and a look again is an event that can be taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from jakdb import doctor, looks, screening
from jakdb.errors import UsageError
from jakdb.imports import FileToImport, NewSearch, layouts, save_imports
from jakdb.looks import NewLook, add_looks, undo_look
from jakdb.screening import NewDecision
from jakdb.store import Store
from jakdb.words import Criteria, RawRecord, Record, TableLayout

HAIR = Criteria("Does it grow?", ("adults",), ("animals",))
WIDER = Criteria("Does it grow?", ("adults", "children"), ("animals",))
LAYOUT = TableLayout(1, ("Title", "Year"), ",", "quoted")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    rows = [(RawRecord(n, n, f"Hair {n},2020", ()), Record(title=f"Hair {n}"), f"x||{n}") for n in (1, 2)]
    with Store.create(tmp_path / "review.db") as opened:
        file = FileToImport("a.csv", "a" * 64, 1, "csv", "utf-8", rows, layouts=lambda: [LAYOUT])
        save_imports(opened, [(NewSearch("Scopus"), file)], by="ann")
        yield opened


def decide(store: Store, criteria: Criteria | None, *, key: str = "") -> None:
    """Vote on a record."""
    screening.add_decisions(store, [NewDecision(1, "abstract", "ann", "include", key=key)], criteria=criteria)


def test_criteria_are_kept_once_for_each_text_that_somebody_decided_under(store: Store) -> None:
    for criteria in (HAIR, HAIR, WIDER, WIDER, None, HAIR):
        decide(store, criteria)
    kept = looks.criteria_versions(store)
    assert [one.criteria for one in kept] == [HAIR, WIDER, HAIR]
    assert [one.by for one in kept] == ["ann"] * 3
    decisions = screening.decisions(store)
    assert [one.at for one in kept] == [decisions[place].at for place in (0, 2, 5)]


def test_a_decision_that_is_not_stored_keeps_no_criteria(store: Store) -> None:
    decide(store, HAIR, key="one")
    decide(store, WIDER, key="one")
    screening.add_decisions(store, [], criteria=WIDER)
    with pytest.raises(UsageError, match="there is no record 9"):
        screening.add_decisions(store, [NewDecision(9, "abstract", "ann", "include")], criteria=WIDER)
    assert [one.criteria for one in looks.criteria_versions(store)] == [HAIR]


def test_a_look_is_an_event_and_its_undo_another(store: Store) -> None:
    first, second = add_looks(store, [NewLook(1, ("an abstract",), "still animals"), NewLook(2, (), "x")], by="ann")
    assert undo_look(store, first, by="bob").why == "still animals"
    assert [(one.kind, one.record_id, one.undoes, one.by) for one in looks.looks(store)] == [
        ("done", 1, None, "ann"),
        ("done", 2, None, "ann"),
        ("undo", 1, first, "bob"),
    ]
    for number, said in ((first, "undone before"), (3, "no look 3"), (99, "no look 99")):
        with pytest.raises(UsageError, match=said):
            undo_look(store, number, by="bob")
    with pytest.raises(UsageError, match="there is no record 7"):
        add_looks(store, [NewLook(2, (), "x"), NewLook(7, (), "x")], by="ann")
    assert len(looks.looks(store)) == 3
    assert second == 2
    assert all(check.is_sound for check in doctor.examine(store))


@pytest.mark.parametrize("table", ["criteria_versions", "looks", "search_updates"])
def test_nothing_of_it_can_be_altered(store: Store, table: str) -> None:
    decide(store, HAIR)
    add_looks(store, [NewLook(1, (), "x")], by="ann")
    rows = [(RawRecord(1, 1, "Hair 1,2020", ()), Record(title="Hair 1"), "x||1")]
    again = FileToImport("a.csv", "b" * 64, 1, "csv", "utf-8", rows)
    save_imports(store, [(NewSearch("Scopus"), again)], by="ann", updates=1)
    with sqlite3.connect(store.path) as raw:
        for change in (f"UPDATE {table} SET by = 'eve'", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(change)
    raw.close()


def test_the_layout_of_a_table_comes_back(store: Store) -> None:
    assert layouts(store) == {1: (LAYOUT,)}
