"""`jak search convert` from the command line: data on stdout, the account on stderr, no review needed."""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
from pathlib import Path

import pytest
from tests_support import Run, ris

TARGETS = ("ris", "nbib", "bib", "csl", "csv", "jsonl", "enw")


@pytest.fixture(autouse=True)
def _outside_a_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("target", TARGETS)
def test_every_row_of_every_file_is_kept_and_comes_back(target: str, jak: Run) -> None:
    Path("a.ris").write_text(ris("斑秃", "Same", "Same", extra="AU  - Müller, K\nPY  - 2020\n"), encoding="utf-8")
    Path("b.bib").write_text("@article{x, title={Same}}\n@article{x, title={Other}}\n", encoding="utf-8")
    done = jak("search", "convert", "a.ris", "b.bib", "--to", target)
    assert (done.code, "a.ris: ris, utf-8, 3 records: 3 accepted, 0 rejected" in done.err) == (0, True)
    Path("again").write_text(done.out, encoding="utf-8")
    rows = [json.loads(line) for line in jak("search", "convert", "again", "--to", "jsonl").out.splitlines()]
    assert [row["title"] for row in rows] == ["斑秃", "Same", "Same", "Same", "Other"]
    assert rows[0]["authors"] == [{"family": "Müller", "given": "K", "literal": ""}]
    assert rows[0]["year"] == 2020


def test_rejects_go_to_stderr_and_the_code_is_4(jak: Run) -> None:
    Path("a.ris").write_text(ris("One") + "TY  - JOUR\nPY  - 2020\nER  - \n", encoding="utf-8")
    done = jak("search", "convert", "a.ris", "--to", "csv")
    assert done.code == 4
    assert [row["title"] for row in csv.DictReader(io.StringIO(done.out))] == ["One"]
    assert f"rejected: a.ris, line 5, byte {len(ris('One'))}: nothing to know the record by" in done.err


def test_each_record_keeps_its_own_database_and_one_can_be_told_for_all(jak: Run) -> None:
    Path("a.ris").write_text(ris("One", extra="DB  - Embase\n") + ris("Two", "Three"), encoding="utf-8")
    for target in ("csl", "bib", "enw", "endnote-xml"):
        Path("b").write_text(jak("search", "convert", "a.ris", "--to", target).out, encoding="utf-8")
        rows = [json.loads(line) for line in jak("search", "convert", "b", "--to", "jsonl").out.splitlines()]
        assert [row["database"] for row in rows] == ["Embase", "", ""], target
    done = jak("search", "convert", "a.ris", "--to", "jsonl", "--database", "CINAHL")
    assert [json.loads(line)["database"] for line in done.out.splitlines()] == ["CINAHL"] * 3


def test_a_member_of_an_archive_that_is_no_export_is_said_before_anything_is_written(jak: Run) -> None:
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.writestr("a.ris", ris("One"))
        archive.writestr("readme.txt", "Please read this first.\nThank you.\n")
    done = jak("search", "convert", "a.zip", "--to", "jsonl")
    assert (done.code, done.out) == (4, "")
    assert "a.zip/readme.txt: not a format jak knows" in done.err


def test_rejects_can_be_kept_with_their_text(jak: Run) -> None:
    Path("a.ris").write_text(ris("One") + "TY  - JOUR\nPY  - 2020\nER  - \n", encoding="utf-8")
    assert jak("search", "convert", "a.ris", "--to", "csv", "--rejects", "bad.jsonl").code == 4
    [row] = map(json.loads, Path("bad.jsonl").read_text(encoding="utf-8").splitlines())
    at = Path("a.ris").read_bytes().index(row["text"].encode())
    assert (row["file"], row["number"], row["line"], row["offset"]) == ("a.ris", 2, 5, at)


def test_standard_input_is_read(jak: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ris("One").encode())))
    done = jak("search", "convert", "-", "--to", "jsonl")
    assert (done.code, json.loads(done.out)["file"]) == (0, "standard input")


def test_many_rejects_are_counted(jak: Run) -> None:
    Path("a.ris").write_text("TY  - JOUR\nPY  - 2020\nER  - \n" * 25, encoding="utf-8")
    done = jak("search", "convert", "a.ris", "--to", "jsonl")
    assert (done.code, done.out, "… and 5 more" in done.err) == (4, "", True)


def test_format_and_columns_can_be_told(jak: Run) -> None:
    Path("a.txt").write_text("Paper,When\nHair,2020\n", encoding="utf-8")
    done = jak("search", "convert", "a.txt", "--to", "jsonl", "--format", "csv", "--column", "title=Paper")
    assert (done.code, json.loads(done.out)["title"], json.loads(done.out)["file"]) == (0, "Hair", "a.txt")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["a.ris", "--to", "docx"], 2, "not a format jak writes"),
        (["a.ris", "--to", "csv", "--format", "docx"], 2, "not a format jak reads"),
        (["none.ris", "--to", "csv"], 4, "none.ris does not exist"),
        (["a.ris", "none.ris", "--to", "csv"], 4, "none.ris does not exist"),
        (["a.pdf", "--to", "csv"], 4, "a.pdf"),
    ],
)
def test_mistakes_get_a_sentence_and_write_nothing(words: list[str], code: int, sentence: str, jak: Run) -> None:
    Path("a.ris").write_text(ris("One"), encoding="utf-8")
    Path("a.pdf").write_bytes(b"%PDF-1.7 not an export")
    done = jak("search", "convert", *words)
    assert (done.code, done.out) == (code, "")
    assert sentence in done.err
