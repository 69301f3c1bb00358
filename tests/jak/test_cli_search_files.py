"""`jak search import` of archives, workbooks, many databases in one file, labels, samples, and files that break off."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from tests_support import Run, ris

from jak.importing import IDENTITY, file_to_import
from jakdb.words import Author, Record
from jaksearch.formats import open_exports, source


def imported(jak: Run, *words: object, code: int = 0) -> dict[str, object]:
    done = jak("search", "import", *words, "--json")
    assert done.code == code, done.err
    return json.loads(done.out)  # type: ignore[no-any-return]


def test_the_exports_in_an_archive_are_files_of_their_own(review: Path, jak: Run) -> None:
    with zipfile.ZipFile("june.zip", "w") as archive:
        archive.writestr("june/a.ris", ris("One", extra="DB  - Embase\n"))
        archive.writestr("june/b.nbib", "PMID- 7\nTI  - Two\n")
        archive.writestr("__MACOSX/a.ris", "x")
    Path("c.ris.gz").write_bytes(gzip.compress(ris("Three", "Four").encode()))
    found = imported(jak, "june.zip", "c.ris.gz")
    files = [file for search in found["searches"] for file in search["files"]]  # type: ignore[attr-defined]
    assert [(f["name"], f["format"], f["accepted"]) for f in files] == [
        ("june.zip/june/a.ris", "ris", 1),
        ("june.zip/june/b.nbib", "medline", 1),
        ("c.ris.gz/c.ris", "ris", 2),
    ]
    assert any("__MACOSX" in warning for warning in files[0]["warnings"])
    again = imported(jak, "june.zip")
    assert ([name for name, _ in again["known"]], again["searches"]) == (  # type: ignore[attr-defined]
        ["june.zip/june/a.ris", "june.zip/june/b.nbib"],
        [],
    )


def test_a_workbook_is_read_row_by_row(review: Path, jak: Run) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Title", "Publication Year", "DOI"],
        ["Hair", 2020, "10.1000/a"],
        [None, None, None],
        ["=1+1", 2021, ""],
    ):
        sheet.append(row)
    book.save("a.xlsx")
    found = imported(jak, "a.xlsx", "--source", "Scopus", code=4)
    [file] = found["searches"][0]["files"]  # type: ignore[index]
    assert (file["format"], file["records"], file["accepted"], file["rejected"]) == ("xlsx", 2, 1, 1)
    [reject] = json.loads(jak("search", "rejects", "--json").out)["rows"]
    assert (reject["line"], reject["offset"], reject["text"]) == (4, None, "\t2021")
    assert json.loads(jak("search", "records", "Hair", "--json").out)["rows"][0]["record"]["doi"] == "10.1000/a"


def test_records_that_jak_wrote_keep_their_own_databases(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One", extra="DB  - Embase\n") + ris("Two", extra="DB  - Scopus\n"), encoding="utf-8")
    Path("all.jsonl").write_text(jak("search", "convert", "a.ris", "--to", "jsonl").out, encoding="utf-8")
    imported(jak, "all.jsonl")
    rows = json.loads(jak("search", "records", "--json").out)["rows"]
    assert [row["record"]["database"] for row in rows] == ["Embase", "Scopus"]


def test_a_reject_is_kept_with_its_byte(review: Path, jak: Run) -> None:
    data = ("\ufeff" + ris("Häár") + "TY  - JOUR\nPB  - Ü\nER  - \n").replace("\n", "\r\n").encode()
    Path("a.ris").write_bytes(data)
    imported(jak, "a.ris", code=4)
    [reject] = json.loads(jak("search", "rejects", "--json").out)["rows"]
    assert (reject["line"], data[reject["offset"] :].decode()) == (5, "TY  - JOUR\r\nPB  - Ü\r\nER  - \r\n")
    assert f"line 5, byte {reject['offset']}: nothing to know" in jak("search", "rejects").out


def test_a_file_that_cannot_be_read_to_its_end_leaves_nothing(
    review: Path, jak: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MAX_LINE", 20_000)
    monkeypatch.setattr(source, "CHUNK", 4_096)
    Path("a.ris").write_text(ris("First of all"), encoding="utf-8")
    Path("b.ris").write_text(ris(*map(str, range(3_000))) + "TI  - " + "x" * 90_000, encoding="utf-8")
    done = jak("search", "import", "a.ris", "b.ris")
    assert (done.code, done.out) == (4, "")
    assert "b.ris, line 12001: a line of more than" in done.err
    assert json.loads(jak("search", "list", "--json").out)["files"] == []
    assert jak("search", "records").code == 3
    assert jak("doctor").code == 0


LABELLED = (
    ris("One", extra="N1  - ASReview_relevant\n")
    + ris("Two", extra="N1  - ASReview_irrelevant\n")
    + ris("Two", extra="N1  - ASReview_relevant\n")
    + ris("Three", extra="N1  - ASReview_not_seen\n")
)


def test_labels_become_votes_on_request_only(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(LABELLED, encoding="utf-8")
    imported(jak, "a.ris")
    assert json.loads(jak("screen", "log", "--json").out)["rows"] == []
    found = imported(jak, "a.ris", "--decisions", "--as", "ann")
    assert [(v["stored"], v["problems"]) for v in found["decisions"]] == [(3, [])]  # type: ignore[attr-defined]
    votes = json.loads(jak("screen", "log", "--json").out)["rows"]
    # Two rows with one title are told apart, because the rows of an imported file are known.
    assert [(v["record_id"], v["verdict"]) for v in votes] == [(1, "include"), (2, "exclude"), (3, "include")]
    again = imported(jak, "a.ris", "--decisions", "--as", "ann")
    assert [v["stored"] for v in again["decisions"]] == [0]  # type: ignore[attr-defined]


def test_a_file_without_labels_is_imported_and_said(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One"), encoding="utf-8")
    done = jak("search", "import", "a.ris", "--decisions")
    assert done.code == 4
    assert "its records are in, but no decision was taken" in done.out
    assert jak("search", "records").code == 0


def test_a_sample_for_a_report_shows_the_shape_and_no_words(review: Path, jak: Run) -> None:
    text = ris("Secret title", extra="ZZ  - Dr. Jekyll 1886\nAU  - Hyde, E.\n")
    text += "TY  - JOUR\nPB  - 协和 Press\nER  - \n"
    Path("a.ris").write_text(text, encoding="utf-8")
    Path("b.txt").write_text("<<Mystery>>\nJekyll: 12\n", encoding="utf-8")
    assert jak("search", "import", "a.ris", "b.txt", "--report", "sample.txt").code == 4
    sample = Path("sample.txt").read_text(encoding="utf-8")
    assert "2 records: 1 accepted, 1 rejected" in sample
    assert "ZZ  - Xx. Xxxxxx 9999" in sample
    assert "PB  - 字字 Xxxxx" in sample
    assert not any(word in sample for word in ("Secret", "Jekyll", "Hyde", "协和", "Press", "1886", "Mystery", "a.ris"))


def test_columns_of_the_settings_are_for_tables_only(review: Path, jak: Run) -> None:
    with Path("jak.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[import.columns]\ntitle = "Paper"\n' if "[import" not in Path("jak.toml").read_text() else "")
    Path("a.ris").write_text(ris("One"), encoding="utf-8")
    assert imported(jak, "a.ris")["searches"][0]["files"][0]["format"] == "ris"  # type: ignore[index]
    assert imported(jak, "a.ris", "--format", "ris", "--source", "Again")["known"]


def test_what_a_record_without_a_number_is_known_by_never_changes() -> None:
    """The digest is that of the version that first stored records; another one would store them all again."""
    people = (Author("Liu", "LY"), Author(literal="WHO"))
    record = Record(title="Hair", authors=people, year=2020, keywords=("a", "b"), database="X")
    from jak.importing import _identity

    assert _identity(record) == "content:X||3ad5f72c2e236c8bd7973e1ebb2e00b0eeb26412ec2472b744c2e085208bdd3b"
    assert len(IDENTITY) == 24


def test_rows_are_read_when_they_are_asked_for() -> None:
    text = "".join(f"TY  - JOUR\nTI  - {n} {'x' * 1000}\nER  - \n" for n in range(20_000))
    with open_exports(("a.ris", text.encode())) as exports:
        export = next(exports)
        file, _ = file_to_import(export)
        rows = iter(file.rows)
        next(rows)
        assert 0 < export.position < export.size / 2
        assert sum(1 for _ in rows) == 19_999
        assert (export.records, export.position) == (20_000, export.size)


def test_every_file_that_cannot_be_read_is_named_at_once(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One"), encoding="utf-8")
    Path("b.pdf").write_bytes(b"%PDF-1.7 x")
    Path("c.txt").write_text("Nothing to see\n", encoding="utf-8")
    done = jak("search", "import", "a.ris", "b.pdf", "c.txt", "d.ris")
    assert (done.code, done.out) == (4, "")
    assert all(name in done.err for name in ("3 of 4 files", "b.pdf", "c.txt", "d.ris"))
    assert jak("search", "records").code == 3


def test_a_mapping_in_the_settings_is_for_the_tables_that_have_its_heading(review: Path, jak: Run) -> None:
    settings = Path("jak.toml").read_text(encoding="utf-8")
    assert "[import" not in settings
    Path("jak.toml").write_text(settings + '\n[import.columns]\ntitle = "Article name"\n', encoding="utf-8")
    Path("a.ris").write_text(ris("One"), encoding="utf-8")
    Path("b.csv").write_text("Article name,Year\nTwo,2020\n", encoding="utf-8")
    Path("c.csv").write_text("Title,Year\nThree,2020\n", encoding="utf-8")
    imported(jak, "a.ris", "b.csv", "c.csv", "--source", "All")
    rows = json.loads(jak("search", "records", "--json").out)["rows"]
    assert [row["record"]["title"] for row in rows] == ["One", "Two", "Three"]


def test_a_dry_run_gives_the_account_of_the_real_run(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One", "One", extra="AN  - 7\nDB  - Embase\n"), encoding="utf-8")
    kinds = ("records", "accepted", "seen_again", "rejected")
    files = [
        imported(jak, "a.ris", *words)["searches"][0]["files"][0]  # type: ignore[index]
        for words in (("--dry-run",), ())
    ]
    assert [[file[kind] for kind in kinds] for file in files] == [[2, 1, 1, 0], [2, 1, 1, 0]]
