"""Where records came from: by search, by run, by file; files that were taken back do not count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from jakdb import origins, runs
from jakdb.imports import FileToImport, NewSearch, save_imports, undo_file
from jakdb.origins import Origin
from jakdb.runs import NewStrategy
from jakdb.store import Store
from jakdb.words import RawRecord, Record


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "review.db") as opened:
        yield opened


def export(numbers: Sequence[str], name: str, *, first_line: int = 1) -> FileToImport:
    """Return a file with a record a number."""
    rows = [
        (RawRecord(n, first_line + n, name, ()), Record(title=f"Title {i}", database="PubMed", pmid=i), f"pubmed||{i}")
        for n, i in enumerate(numbers)
    ]
    return FileToImport(name, (name + "0" * 64)[:64], 10, "medline", "utf-8", rows)


def test_records_belong_to_every_search_that_brought_them(store: Store) -> None:
    first, second = NewSearch("PubMed"), NewSearch("MEDLINE", "Ovid")
    save_imports(store, [(first, export("12", "a")), (first, export("23", "b")), (second, export("34", "c"))], by="ann")
    assert origins.records_of_searches(store) == {1: {1, 2, 3}, 2: {3, 4}}
    undo_file(store, 2, by="ann")
    assert origins.records_of_searches(store) == {1: {1, 2}, 2: {3, 4}}
    undo_file(store, 3, by="ann")
    assert origins.records_of_searches(store) == {1: {1, 2}}


def test_a_record_began_in_the_first_file_that_still_counts(store: Store) -> None:
    save_imports(store, [(NewSearch("PubMed"), export("1", "a", first_line=7))], by="ann")
    save_imports(store, [(NewSearch("PubMed"), export("21", "b"))], by="ann")
    assert origins.first_origins(store, [1, 2, 99]) == {1: Origin("a", "medline", 7), 2: Origin("b", "medline", 1)}
    undo_file(store, 1, by="ann")
    assert origins.first_origins(store, [1]) == {1: Origin("b", "medline", 2)}


def test_new_in_a_run_is_what_nothing_before_it_brought(store: Store) -> None:
    save_imports(store, [(NewSearch("PubMed"), export("12", "a"))], by="ann")
    strategy = runs.save_strategy(store, NewStrategy("main", "pubmed", "hair"), by="ann")
    found = {"count": 3, "query": "hair"}
    run = runs.start_run(store, strategy.id, search=NewSearch("PubMed"), found=found, ids=list("234"), by="ann")
    runs.store_batch(store, run.id, asked=("2", "3"), file=export("23", "b"), absent=(), by="ann")
    runs.store_batch(store, run.id, asked=("4",), file=export("4", "c"), absent=(), by="ann")
    assert origins.new_in_run(store, run.id) == {3, 4}
    assert origins.new_in_run(store, 9) == frozenset()
    undo_file(store, 3, by="ann")
    assert origins.new_in_run(store, run.id) == {3}
