"""A number that two papers bear makes no paper disappear, and the same paper found again is one record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jakdb import imports
from jakdb.imports import FileToImport, NewSearch, active_records, save_imports, sightings, undo_file
from jakdb.store import Store
from jakdb.words import ImportedFile, RawRecord, Record

GINGER = Record(title="Ginger against nausea", accession="1", database="L")
MINT = Record(title="Another paper, on peppermint", accession="1", database="L")


def saved(store: Store, name: str, *records: Record) -> ImportedFile:
    rows = [(RawRecord(n, n, r.title, ()), r, "l||1") for n, r in enumerate(records, start=1)]
    file = FileToImport(name, name.ljust(64, "0"), 1, "ris", "utf-8", rows)
    [(_, [account])] = save_imports(store, [(NewSearch("L"), file)], by="ann")
    return account


def titles(store: Store) -> list[str]:
    return [record.title for record in active_records(store)]


@pytest.mark.parametrize("batch", [1, 1000])
def test_two_papers_with_one_number_are_two_records(
    batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", batch)
    with Store.create(tmp_path / "review.db") as store:
        account = saved(store, "a", GINGER, MINT, GINGER)
        assert (account.accepted, account.seen_again) == (2, 1)
        assert account.warnings == ("1 record: the number of another paper, taken as a record of its own",)
        again = saved(store, "b", MINT, GINGER)
        assert (again.accepted, again.seen_again) == (0, 2)
        assert titles(store) == [GINGER.title, MINT.title]
        assert [place.record_id for place in sightings(store)] == [1, 2, 1, 2, 1]


def test_an_undo_takes_back_the_paper_that_the_file_holds(tmp_path: Path) -> None:
    with Store.create(tmp_path / "review.db") as store:
        first = saved(store, "a", GINGER)
        saved(store, "b", MINT)
        assert undo_file(store, first.id, by="ann").records_gone == 1
        assert titles(store) == [MINT.title]


@pytest.mark.parametrize(
    "found",
    [
        replace(GINGER, title="Ginger against nausea: a trial", doi="10.1/a"),
        replace(GINGER, title="Ingwer gegen Brechreiz", translated_title="Ginger against nausea"),
        replace(GINGER, title=""),
        replace(GINGER, title="GINGER AGAINST NAUSEA."),
    ],
)
def test_the_same_paper_said_otherwise_is_seen_again(found: Record, tmp_path: Path) -> None:
    with Store.create(tmp_path / "review.db") as store:
        saved(store, "a", GINGER)
        assert saved(store, "b", found).seen_again == 1


@pytest.mark.parametrize("name", ["pmid", "doi"])
def test_a_new_title_under_the_same_identifier_is_the_same_paper(name: str, tmp_path: Path) -> None:
    with Store.create(tmp_path / "review.db") as store:
        saved(store, "a", replace(GINGER, **{name: "10.1/x"}))
        assert saved(store, "b", replace(MINT, **{name: "10.1/x"})).seen_again == 1


def test_an_account_can_be_had_without_keeping_anything(tmp_path: Path) -> None:
    rows = [(RawRecord(1, 1, "x", ()), GINGER, "l||1")]
    with Store.create(tmp_path / "review.db") as store:
        saved(store, "a", GINGER)
        file = FileToImport("b", "b" * 64, 1, "ris", "utf-8", rows)
        [(_, [account])] = save_imports(store, [(NewSearch("M"), file)], by="ann", keep=False)
        assert (account.accepted, account.seen_again) == (0, 1)
        assert [file.name for file in imports.files(store)] == ["a"]
        assert [search.source for search in imports.searches(store)] == ["L"]
