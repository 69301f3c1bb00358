"""What each search retrieved, knew and brought first, from the files in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from jak.search_accounts import SearchAccount, search_accounts
from jakdb import imports, runs
from jakdb.store import Store
from jakdb.words import RawRecord, Record, Reject, RunPurpose

Account = tuple[int, int, int, int]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "review.db") as opened:
        yield opened


def holding(ids: Sequence[str], name: str, *, rejected: int = 0) -> imports.FileToImport:
    rows: list[imports.Row] = [
        (RawRecord(n, n, f"text {i}", ()), Record(title=f"Title {i}", database="PubMed", pmid=i), f"pubmed||{i}")
        for n, i in enumerate(ids, start=1)
    ]
    rows += [Reject(90 + n, 90 + n, "no title", "") for n in range(rejected)]
    return imports.FileToImport(name, (name + "0" * 64)[:64], 10, "pubmed-xml", "utf-8", rows)


def bring(store: Store, ids: Sequence[str], name: str, *, rejected: int = 0) -> int:
    """Import a file as a search of its own; return the file's number."""
    new = imports.NewSearch("PubMed", strategy=name)
    [(_, (file,))] = imports.save_imports(store, [(new, holding(ids, name, rejected=rejected))], by="ann")
    return file.id


def ran(store: Store, ids: Sequence[str], name: str, purpose: RunPurpose) -> None:
    """Run a strategy in one batch."""
    strategy = runs.save_strategy(store, runs.NewStrategy("main", "pubmed", "hair"), by="ann")
    found = {"count": len(ids), "query": "hair"}
    search = imports.NewSearch("PubMed")
    run = runs.start_run(store, strategy.id, search=search, found=found, ids=ids, by="ann", purpose=purpose)
    runs.store_batch(store, run.id, asked=ids, file=holding(ids, name), absent=(), by="ann")
    runs.end_run(store, run.id, outcome="complete", by="ann")


def numbers(account: SearchAccount) -> Account:
    return account.retrieved, account.known, account.new, account.rejected


def test_a_refresh_knows_what_the_run_brought(store: Store) -> None:
    ran(store, ["1", "2", "3"], "first", "run")
    ran(store, ["1", "3", "4"], "second", "refresh")
    first, second = search_accounts(store)
    assert (first.run, first.purpose, numbers(first)) == (1, "run", (3, 0, 3, 0))
    assert (second.run, second.purpose, numbers(second)) == (2, "refresh", (3, 2, 1, 0))


def test_rejected_records_were_retrieved_and_a_double_row_is_known(store: Store) -> None:
    bring(store, ["1", "1", "2"], "a", rejected=2)
    [account] = search_accounts(store)
    assert (account.run, account.purpose, numbers(account)) == (None, "import", (5, 1, 2, 2))


def test_a_file_added_to_a_search_counts_with_it(store: Store) -> None:
    bring(store, ["1", "2"], "a")
    imports.save_imports(store, [(1, holding(["2", "3"], "b"))], by="ann")
    assert [numbers(a) for a in search_accounts(store)] == [(4, 1, 3, 0)]


def test_what_an_undone_import_had_brought_is_new_in_the_next_file(store: Store) -> None:
    file = bring(store, ["1", "2"], "a")
    bring(store, ["2", "3"], "b")
    assert [numbers(a) for a in search_accounts(store)] == [(2, 0, 2, 0), (2, 1, 1, 0)]
    imports.undo_file(store, file, by="ann")
    assert [(a.search, numbers(a)) for a in search_accounts(store)] == [(2, (2, 0, 2, 0))]


def test_a_search_that_found_nothing_has_an_account(store: Store) -> None:
    bring(store, [], "a")
    assert [numbers(a) for a in search_accounts(store)] == [(0, 0, 0, 0)]
