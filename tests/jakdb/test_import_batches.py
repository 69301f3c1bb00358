"""Rows are written in batches that the memory can bear, and the account is that of all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from jakdb import imports
from jakdb.imports import FileToImport, NewSearch, active_records, save_imports, sightings
from jakdb.store import Store
from jakdb.words import Author, RawRecord, Record, Reject


def rows(count: int, length: int) -> list[tuple[RawRecord, Record, str] | Reject]:
    """Return records with source texts of a length, every fifth of them a reject."""
    made: list[tuple[RawRecord, Record, str] | Reject] = []
    for number in range(1, count + 1):
        if number % 5 == 0:
            made.append(Reject(number, number, "no title", "x" * length))
        else:
            record = Record(title=f"Hair {number}", authors=(Author("Liu", "LY", orcid="0000-0002-1825-0097"),))
            made.append((RawRecord(number, number, "x" * length, ()), record, f"key {number}"))
    return made


@pytest.mark.parametrize(("batch", "text"), [(1000, 1_000_000), (3, 1_000_000), (1000, 250), (1, 1)])
def test_the_size_of_the_batches_changes_nothing(
    batch: int, text: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", batch)
    monkeypatch.setattr(imports, "BATCH_TEXT", text)
    with Store.create(tmp_path / "review.db") as store:
        file = FileToImport("a.ris", "0" * 64, 9, "ris", "utf-8", rows(23, 100))
        [(_, [account])] = save_imports(store, [(NewSearch("PubMed"), file)], by="ann")
        assert (account.records, account.accepted, account.rejected) == (23, 19, 4)
        assert [record.title for record in active_records(store)] == [f"Hair {n}" for n in range(1, 24) if n % 5]
        assert {record.authors[0].orcid for record in active_records(store)} == {"0000-0002-1825-0097"}
        assert [place.number for place in sightings(store)] == [n for n in range(1, 24) if n % 5]
        assert len(imports.rejects(store)) == 4


def test_long_source_texts_are_held_a_few_at_a_time() -> None:
    held = [len(batch) for batch in imports._batches(rows(10, imports.BATCH_TEXT // 2))]
    assert held == [2, 2, 2, 2, 2]
