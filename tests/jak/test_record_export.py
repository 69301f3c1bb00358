"""Records leave a review: which ones, in which format, and the same ones come back into another review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from record_strategies import RECORDS
from tests_support import ris

from jak.deduping import deduplicate
from jak.importing import import_files
from jak.record_export import Choice, RecordsExported, export_records, target_of
from jak.screening import record_retrieval, vote
from jak.settings import load_settings
from jak.workspace import Review
from jakdb import imports, runs
from jakdb.errors import UsageError
from jakdb.store import Store
from jakdb.words import Record
from jaksearch.formats.targets import TARGETS

ONE = "Ginger capsules against motion sickness on ferries and small boats: a randomised trial"


def started(folder: Path) -> Store:
    """Return a new store in a folder with settings."""
    folder.mkdir(exist_ok=True)
    (folder / "jak.toml").write_text("[screening]\nreviewers_required = 1\n", encoding="utf-8")
    return Store.create(folder / "review.db")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Review]:
    """Return a review with PubMed (records 1, 2), Embase (3, of record 1's paper, and 4) and a register (5)."""
    with started(tmp_path / "review") as store:
        (tmp_path / "a.nbib").write_text(
            f"PMID- 11\nTI  - {ONE}\nDP  - 2018\nMH  - Humans\n\nPMID- 12\nTI  - Mint\nDP  - 2019\n\n", encoding="utf-8"
        )
        (tmp_path / "b.ris").write_text(
            ris(ONE, extra="PY  - 2018\nAN  - L7\nAB  - Thirty sailors.\n") + ris("Bands"), encoding="utf-8"
        )
        (tmp_path / "c.ris").write_text(ris("Registered"), encoding="utf-8")
        import_files(store, [tmp_path / "a.nbib"], by="ann", source="PubMed")
        import_files(store, [tmp_path / "b.ris"], by="ann", source="Embase")
        import_files(store, [tmp_path / "c.ris"], by="ann", source="ICTRP", kind="register")
        yield Review(load_settings(tmp_path / "review"), store)


def exported(review: Review, choice: Choice | None = None, *, to: str = "jsonl") -> tuple[str, RecordsExported]:
    """Return the text of an export, and its account."""
    pieces: list[str] = []
    done = export_records(review, choice or Choice(), pieces.extend, to=to)
    return "".join(pieces), done


def numbers(review: Review, choice: Choice) -> set[str]:
    """Return the titles that leave."""
    import json

    return {json.loads(line)["title"] for line in exported(review, choice)[0].splitlines()}


def test_everything_leaves_with_the_place_where_it_was_found(opened: Review) -> None:
    text, done = exported(opened)
    assert (done.written, done.lost, len(text.splitlines())) == (5, (), 5)
    assert '"format": "medline", "file": "a.nbib", "line": 1' in text
    assert '"format": "ris", "file": "b.ris"' in text


def test_searches_databases_and_files_taken_back_narrow_it_down(opened: Review) -> None:
    assert numbers(opened, Choice(searches=(3,))) == {"Registered"}
    assert numbers(opened, Choice(searches=(1, 3))) == {ONE, "Mint", "Registered"}
    assert numbers(opened, Choice(sources=("embase",))) == {ONE, "Bands"}
    assert numbers(opened, Choice(searches=(1,), sources=("Embase",))) == set()
    imports.undo_file(opened.store, 2, by="ann")
    assert numbers(opened, Choice()) == {ONE, "Mint", "Registered"}


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (Choice(searches=(9,)), "no search 9"),
        (Choice(runs=(1,)), "no run 1"),
        (Choice(new_in=1), "no run 1"),
        (Choice(sources=("CINAHL",)), "nothing was searched in 'cinahl'"),
    ],
)
def test_what_does_not_exist_is_an_error(opened: Review, choice: Choice, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        exported(opened, choice)


def test_nothing_is_written_where_nothing_is_meant(opened: Review) -> None:
    def write(_pieces: object) -> None:
        raise AssertionError("nothing to write")

    done = export_records(opened, Choice(searches=(1,), sources=("Embase",)), write, to="csl")
    assert done.written == 0


def test_a_report_is_one_record_with_every_accession_number(opened: Review) -> None:
    deduplicate(opened)
    text, done = exported(opened, Choice(reports=True), to="ris")
    assert (done.written, done.reports, text.count("TY  - ")) == (4, True, 4)
    assert "AN  - PubMed: 11; Embase: L7\n" in text
    assert "U1  - 11[pmid]\n" in text
    assert "AB  - Thirty sailors.\n" in text
    of_embase, _ = exported(opened, Choice(reports=True, sources=("Embase",)), to="ris")
    assert "AN  - PubMed: 11; Embase: L7\n" in of_embase
    assert of_embase.count("TY  - ") == 2


def test_included_reports_are_those_of_the_full_text(opened: Review) -> None:
    deduplicate(opened)
    for report in (1, 2):
        vote(opened, report, "include", reviewer="ann")
    record_retrieval(opened, [1, 2], "retrieved", by="ann")
    vote(opened, 1, "include", reviewer="ann", stage="fulltext")
    assert exported(opened, Choice(only="included"))[1].written == 2
    assert exported(opened, Choice(only="included", reports=True))[1].written == 1


def test_new_in_a_run_leaves_out_what_was_known(opened: Review) -> None:
    from jak.importing import file_to_import
    from jaksearch.formats import open_exports

    strategy = runs.save_strategy(opened.store, runs.NewStrategy("main", "pubmed", "x"), by="ann")
    found = {"count": 2, "query": "x"}
    search = imports.NewSearch("PubMed")
    run = runs.start_run(opened.store, strategy.id, search=search, found=found, ids=["12", "13"], by="ann")
    data = b"PMID- 12\nTI  - Mint\n\nPMID- 13\nTI  - Lemon\n\n"
    with open_exports(("reply", data), format="medline") as exports:
        file, _ = file_to_import(next(exports), database="PubMed")
        runs.store_batch(opened.store, run.id, asked=("12", "13"), file=file, absent=(), by="ann")
    assert numbers(opened, Choice(runs=(1,))) == {"Mint", "Lemon"}
    assert numbers(opened, Choice(new_in=1)) == {"Lemon"}


def test_what_a_format_has_no_place_for_is_counted(opened: Review) -> None:
    assert exported(opened, to="ris")[1].lost == (("mesh", 1),)
    assert dict(exported(opened, to="nbib")[1].lost)["database"] == 5
    for target in TARGETS:
        text, done = exported(opened, to=target)
        assert done.written == 5
        assert "Registered" in text


def test_the_ending_of_a_file_names_its_format() -> None:
    assert [target_of("", Path(f"x.{ending}")) for ending in ("ris", "nbib", "bib", "json", "xml", "JSONL")] == [
        "ris",
        "nbib",
        "bib",
        "csl",
        "endnote-xml",
        "jsonl",
    ]
    assert target_of("ris", Path("x.txt")) == "ris"
    with pytest.raises(UsageError, match="not named"):
        target_of("", Path("x"))
    with pytest.raises(UsageError, match="'txt'"):
        target_of("", Path("x.txt"))


def test_jsonl_brings_the_same_records_into_a_new_review(opened: Review, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text(exported(opened)[0], encoding="utf-8")
    with started(tmp_path / "other") as store:
        import_files(store, [tmp_path / "out.jsonl"], by="ann")
        assert imports.active_records(store) == imports.active_records(opened.store)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(RECORDS, min_size=1, max_size=6))
def test_any_records_come_back_the_same(tmp_path_factory: pytest.TempPathFactory, records: list[Record]) -> None:
    """The law of the round trip, with records as odd as the generator makes them, copies and shared numbers too."""
    from jaksearch.convert import write

    folder = tmp_path_factory.mktemp("law")
    (folder / "in.jsonl").write_text(
        "".join(write((replace(r, database=r.database or "X") for r in records), to="jsonl")), encoding="utf-8"
    )
    with started(folder / "one") as first, started(folder / "two") as second:
        done = import_files(first, [folder / "in.jsonl"], by="ann")
        kept = imports.active_records(first)
        assert done.searches[0].files[0].rejected + done.searches[0].files[0].seen_again + len(kept) == len(records)
        if not kept:
            return
        text, _ = exported(Review(load_settings(folder / "one"), first))
        (folder / "out.jsonl").write_text(text, encoding="utf-8")
        import_files(second, [folder / "out.jsonl"], by="ann")
        assert imports.active_records(second) == kept
