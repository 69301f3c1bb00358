"""Decisions out to Rayyan, Covidence, EPPI-Reviewer and ASReview and back: no label is lost, none comes twice."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest
from tests_support import Run, ris

from jak.screening import resolve, vote
from jak.workspace import open_review
from jakdb.words import ABSTRACT, FULLTEXT, Stage

REAL = Path(__file__).parent.parent / "reference" / "asreview_3.0.8.asreview"
"""Made by asreview 3.0.8 itself: five invented records, two of them duplicates, labels of two users, one changed."""

TOML = """
[review]
title = "Sea and sickness"
[screening]
reviewers_required = 2
reasons = ["animal study", "wrong drug, wrong dose"]
fulltext_reasons = ["wrong outcome"]
"""
TITLES = (
    "Ginger capsules for motion sickness on ferries",
    "Peppermint oil against nausea at sea",
    "Vestibular anatomy of the laboratory mouse",
    "Acupressure bands",
    "Camels in winter",
    "=1+1 is a title",
)
FILES = {"rayyan": "d.csv", "covidence": "d.csv", "eppi": "d.ris", "asreview": "d.asreview"}


@pytest.fixture
def six(review: Path, jak: Run) -> Path:
    """Return a review of six reports."""
    Path("jak.toml").write_text(TOML, encoding="utf-8")
    Path("a.ris").write_text(ris(*TITLES), encoding="utf-8")
    assert jak("search", "import", "a.ris").code == 0
    return review


@pytest.fixture
def decided(six: Path) -> Path:
    """Return the review with votes that differ, were changed, resolved, taken back, and some at full text."""
    drug = "wrong drug, wrong dose"
    votes: tuple[tuple[int, str, str, Stage, str, str], ...] = (
        (1, "include", 'ann "A" lee', ABSTRACT, "", ""),
        (1, "include", "bob", ABSTRACT, "", ""),
        (2, "include", "ann", ABSTRACT, "", ""),
        (2, "exclude", "ann", ABSTRACT, drug, ""),
        (2, "include", "bob", ABSTRACT, "", ""),
        (3, "exclude", "ann", ABSTRACT, "animal study", "mice | rats"),
        (3, "exclude", "bob", ABSTRACT, "", ""),
        (4, "maybe", "ann", ABSTRACT, "", ""),
        (5, "exclude", "bob", ABSTRACT, "", ""),
        (6, "include", "ann", ABSTRACT, "", ""),
        (6, "maybe", "bob", ABSTRACT, "", ""),
        (1, "awaiting", "ann", FULLTEXT, "", ""),
        (6, "exclude", "ann", FULLTEXT, "wrong outcome", ""),
        (6, "exclude", "bob", FULLTEXT, "wrong outcome", ""),
    )
    with open_review(six) as opened:
        for record, verdict, who, stage, reason, note in votes:
            vote(opened, record, verdict, reviewer=who, stage=stage, reason=reason, note=note)
        resolve(opened, 2, "exclude", by="ann", stage=ABSTRACT, reason=drug, note="seen")
    return six


def events(jak: Run) -> list[tuple[object, ...]]:
    """Return every decision in force, without its number."""
    names = ("record_id", "stage", "kind", "reviewer", "verdict", "reason", "note", "at")
    rows = jak("screen", "log", "--unblind", "--json").json["rows"]
    return sorted(tuple(row[name] for name in names) for row in rows)


@pytest.mark.parametrize(
    ("tool", "stage"),
    [("rayyan", "abstract"), ("covidence", "fulltext"), ("eppi", "fulltext"), ("asreview", "abstract")],
)
def test_no_decision_is_lost_on_the_way_out_and_back(
    decided: Path, jak: Run, tmp_path: Path, tool: str, stage: str
) -> None:
    done = jak("screen", "export", "-o", FILES[tool], "--for", tool, "--stage", stage, "--unblind")
    assert (done.code, done.out) == (0, f"{FILES[tool]}: 6 rows\n")
    before = events(jak)
    again = jak("screen", "import", FILES[tool], "--stage", stage, "--as", "carl", "--json").json
    assert (again["stored"], again["problems"]) == (0, [])
    other = tmp_path / "other"
    jak("init", other)
    shutil.copy("jak.toml", other)
    assert jak("search", "import", "a.ris", "--review", other).code == 0
    words = ["--review", other, "--stage", stage, "--as", "carl", "--json"]
    there = jak("screen", "import", FILES[tool], *words)
    assert (there.code, there.json["problems"]) == (0, [])
    names = ("record_id", "stage", "kind", "reviewer", "verdict", "reason", "note", "at")
    rows = jak("screen", "log", "--unblind", "--review", other, "--json").json["rows"]
    assert sorted(tuple(row[name] for name in names) for row in rows) == before


def test_rayyan_reads_its_own_words(decided: Path, jak: Run) -> None:
    jak("screen", "export", "-o", "d.csv", "--for", "rayyan", "--unblind")
    with Path("d.csv").open(encoding="utf-8") as file:
        notes = {row["key"]: row["notes"] for row in csv.DictReader(file)}
    assert notes["jak-1"].startswith('RAYYAN-INCLUSION: {"ann \\"A\\" lee"=>"Included", "bob"=>"Included"}')
    assert "RAYYAN-EXCLUSION-REASONS: animal study" in notes["jak-3"]
    assert notes["jak-4"].startswith('RAYYAN-INCLUSION: {"ann"=>"Maybe"}')


def test_a_vote_changed_in_rayyan_is_the_only_new_one(decided: Path, jak: Run) -> None:
    jak("screen", "export", "-o", "d.csv", "--for", "rayyan", "--unblind")
    text = Path("d.csv").read_text(encoding="utf-8")
    assert '{""ann""=>""Maybe""}' in text
    Path("d.csv").write_text(text.replace('{""ann""=>""Maybe""}', '{""ann""=>""Excluded""}'), encoding="utf-8")
    assert jak("screen", "import", "d.csv", "--json").json["stored"] == 1
    assert jak("screen", "log", "--unblind", "--json").json["rows"][-1]["verdict"] == "exclude"


def test_blind_an_export_for_a_tool_tells_nothing_of_others(decided: Path, jak: Run) -> None:
    """Report 4 waits for a second vote after ann's, report 5 after bob's: carl sees neither, ann her own."""
    for who, told in (("carl", {4: False, 5: False}), ("ann", {4: True, 5: False})):
        shown = jak("screen", "export", "-o", "d.csv", "--for", "rayyan", "--as", who, "--json").json
        assert shown["hidden"] > 0
        with Path("d.csv").open(encoding="utf-8") as file:
            notes = {row["key"]: row["notes"] for row in csv.DictReader(file)}
        assert {n: bool(notes[f"jak-{n}"]) for n in (4, 5)} == told
        jak("screen", "export", "-o", "d.asreview", "--as", who)
        with zipfile.ZipFile("d.asreview") as archive:
            Path("results.db").write_bytes(archive.read("results.db"))
        with sqlite3.connect("results.db") as raw:
            labelled = {row[0] + 1 for row in raw.execute("SELECT record_id FROM results")}
        raw.close()
        assert {n: n in labelled for n in (4, 5)} == told
        jak("screen", "export", "-o", "d.ris", "--as", who)
        blocks = Path("d.ris").read_text(encoding="utf-8").split("ER  -")
        assert {n: "jak abstract: pending" in blocks[n - 1] for n in (4, 5)} == told


@pytest.mark.parametrize(("verdict", "state"), [("include", "include"), ("exclude", "exclude")])
def test_a_list_of_covidence_takes_the_verdict_that_is_given(six: Path, jak: Run, verdict: str, state: str) -> None:
    rows = "Title,Covidence #,Notes,Tags\nAcupressure bands,#12,,\nCamels in winter,#13,,\n"
    Path("list.csv").write_text(rows, encoding="utf-8")
    assert jak("screen", "import", "list.csv").out.startswith("list.csv: 2 rows, 0 decisions stored")
    for who in ("ann", "bob"):
        assert jak("screen", "import", "list.csv", "--verdict", verdict, "--as", who, "--json").json["stored"] == 2
    assert jak("screen", "status", "--json").json["screening"]["abstract"] == {state: 2, "unscreened": 4}


def test_a_reason_of_covidence_is_an_exclusion_at_full_text(six: Path, jak: Run) -> None:
    for who in ("ann", "bob"):
        jak("screen", "decide", "4", "include", "--as", who)
        jak("screen", "decide", "5", "include", "--as", who)
    rows = "Title,Covidence #,Notes,Tags\nAcupressure bands,#12,Exclusion reason: Wrong outcome; ,\n"
    Path("list.csv").write_text(rows + "Camels in winter,#13,,Ongoing Study\n", encoding="utf-8")
    assert jak("screen", "import", "list.csv", "--json").json["stored"] == 2
    found = [
        (d["verdict"], d["reason"]) for d in jak("screen", "log", "--json").json["rows"] if d["stage"] == "fulltext"
    ]
    assert found == [("exclude", "Wrong outcome"), ("ongoing", "")]


def test_codes_of_eppi_reviewer(six: Path, jak: Run) -> None:
    codes = ("INCLUDE on title & abstract", "EXCLUDE on population", "nothing", "EXCLUDE on date")
    text = "".join(
        f"TY  - JOUR\nTI  - {title}\nN1  - {code}\nER  - \n\n" for title, code in zip(TITLES, codes, strict=False)
    )
    Path("e.ris").write_text(text.replace("EXCLUDE on date", "EXCLUDE on date\nN1  - INCLUDE on design"), "utf-8")
    done = jak("screen", "import", "e.ris")
    assert "2 decisions stored, 0 known before, 1 without a decision, 1 not taken" in done.out
    assert "codes of inclusion and of exclusion" in done.err
    found = [(d["record_id"], d["verdict"], d["reason"]) for d in jak("screen", "log", "--json").json["rows"]]
    assert found == [(1, "include", ""), (2, "exclude", "population")]


def test_a_project_of_asreview_is_read(six: Path, jak: Run) -> None:
    done = jak("screen", "import", REAL, "--json").json
    assert (done["dialect"], done["problems"], done["unlabelled"]) == ("asreview", [], 1)
    rows = jak("screen", "log", "--unblind", "--json").json["rows"]
    found = [(d["record_id"], d["reviewer"], d["verdict"], d["note"]) for d in rows]
    assert sorted(found) == [
        (1, "ASReview user 7", "include", "pop: adult"),
        (2, "ASReview user 7", "exclude", "hm"),
        (3, "ASReview user 8", "include", ""),
        (3, "ann", "exclude", ""),
    ]
    assert jak("screen", "import", REAL, "--json").json["stored"] == 0


@pytest.mark.parametrize("sent", [False, True], ids=["begun in ASReview", "begun in jak"])
def test_a_label_changed_there_and_back_stands_as_it_was_left(six: Path, jak: Run, sent: bool) -> None:
    """ASReview's own trigger keeps each label that was changed, all with the time of the first."""
    jak("screen", "decide", 1, "include", "--as", "ann")
    jak("screen", "export", "-o", "d.asreview", "--as", "ann")
    with zipfile.ZipFile("d.asreview") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for label, verdict in ((0, "exclude"), (1, "include"), (0, "exclude")):
        Path("results.db").write_bytes(parts["results.db"])
        with sqlite3.connect("results.db") as raw:
            if not sent:
                raw.execute("UPDATE results SET note = NULL")
            raw.execute("UPDATE results SET label = ? WHERE record_id = 0", (label,))
        raw.close()
        parts["results.db"] = Path("results.db").read_bytes()
        with zipfile.ZipFile("d.asreview", "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        assert jak("screen", "import", "d.asreview", "--as", "ann", "--json").json["stored"] == 1
        assert jak("screen", "log", "1", "--as", "ann", "--json").json["rows"][-1]["verdict"] == verdict
        assert jak("screen", "import", "d.asreview", "--as", "ann", "--json").json["stored"] == 0


def test_a_project_for_asreview_has_its_tables(decided: Path, jak: Run, tmp_path: Path) -> None:
    jak("screen", "export", "-o", "d.asreview", "--unblind")
    with zipfile.ZipFile(REAL) as real, zipfile.ZipFile("d.asreview") as ours:
        assert {n for n in real.namelist() if not n.startswith("data/")} <= set(ours.namelist())
        config, other = json.loads(ours.read("project.json")), json.loads(real.read("project.json"))
        assert set(other) <= set(config)
        assert (config["project_file_version"], config["name"]) == (3, "Sea and sickness")
        tables = []
        for archive, name in ((real, "real.db"), (ours, "ours.db")):
            (tmp_path / name).write_bytes(archive.read("results.db"))
            with sqlite3.connect(tmp_path / name) as raw:
                made = raw.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite%'").fetchall()
                columns = {t: raw.execute(f"PRAGMA table_xinfo({t})").fetchall() for kind, t in made if kind == "table"}
                tables.append((sorted(made), columns, raw.execute("PRAGMA user_version").fetchone()))
            raw.close()
        assert tables[0] == tables[1]
    with sqlite3.connect(tmp_path / "ours.db") as raw:
        labels = raw.execute("SELECT record_id, label FROM results ORDER BY record_id").fetchall()
    raw.close()
    assert labels == [(0, 1), (1, 0), (2, 0), (3, 1), (4, 0), (5, 1)]


def test_a_project_waits_in_the_order_of_who_writes_it(six: Path, jak: Run) -> None:
    jak("screen", "decide", 1, "include", "--as", "ann")
    jak("screen", "decide", 2, "exclude", "--as", "ann")
    order = [row["report"] for row in jak("screen", "rank", "--as", "ann", "--json").json["reports"]]
    assert order != sorted(order)
    jak("screen", "export", "-o", "d.asreview", "--as", "ann")
    with zipfile.ZipFile("d.asreview") as archive:
        Path("results.db").write_bytes(archive.read("results.db"))
    with sqlite3.connect("results.db") as raw:
        ranked = [row[0] + 1 for row in raw.execute("SELECT record_id FROM last_ranking ORDER BY ranking")]
    raw.close()
    assert ranked == order


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c, d: (b"{", d), "project.json cannot be read"),
        (lambda c, d: (c.replace(b'"project_file_version": 3', b'"project_file_version": 2'), d), "of version 2"),
        (
            lambda c, d: (c.replace(b'"project_file_version": 3', b'"project_file_version": 4'), d),
            "its labels from ASR",
        ),
        (lambda c, d: (c, b"no database"), "cannot be read"),
        (lambda c, d: (c, d[:5000]), "cannot be read"),
    ],
    ids=["no JSON", "an older version", "a newer version", "no database", "half a database"],
)
def test_a_project_that_cannot_be_read_is_refused(six: Path, jak: Run, change: object, said: str) -> None:
    with zipfile.ZipFile(REAL) as real:
        config, database = change(real.read("project.json"), real.read("results.db"))  # type: ignore[operator]
    with zipfile.ZipFile("bad.asreview", "w") as bad:
        bad.writestr("project.json", config)
        bad.writestr("results.db", database)
    done = jak("screen", "import", "bad.asreview")
    assert done.code == 4
    assert said in done.err
    Path("no.asreview").write_text("no zip", encoding="utf-8")
    assert "is no ASReview project" in jak("screen", "import", "no.asreview").err


@pytest.mark.parametrize("part", ["project.json", "results.db"])
def test_a_project_that_was_damaged_on_its_way_is_refused(six: Path, jak: Run, part: str) -> None:
    content = bytearray(REAL.read_bytes())
    with zipfile.ZipFile(REAL) as real:
        packed = real.getinfo(part)
    start = packed.header_offset + 30 + len(part)
    content[start : start + packed.compress_size] = bytes(255 for _ in range(packed.compress_size))
    Path("bad.asreview").write_bytes(content)
    done = jak("screen", "import", "bad.asreview")
    assert done.code == 4
    assert "bad.asreview is no ASReview project: Error -3" in done.err


def test_a_project_without_its_database_is_refused(six: Path, jak: Run) -> None:
    with zipfile.ZipFile(REAL) as real, zipfile.ZipFile("half.asreview", "w") as half:
        half.writestr("project.json", real.read("project.json"))
    done = jak("screen", "import", "half.asreview")
    assert done.code == 4
    assert "it has no results.db" in done.err


def test_what_a_tool_does_not_read_is_refused(six: Path, jak: Run) -> None:
    assert "end the name with .csv" in jak("screen", "export", "-o", "d.ris", "--for", "rayyan").err
    assert jak("screen", "export", "-o", "d.csv", "--for", "abstrackr").code == 2
