"""`jak search` from the command line: import with its account, undo, dedupe with reasons and undo."""

from __future__ import annotations

from pathlib import Path

from tests_support import Run, ris


def test_records_and_rejects_are_the_records_of_the_file(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One", "Two") + "TY  - JOUR\nPY  - 2020\nER  - \n\n" + ris("Three"), encoding="utf-8")
    done = jak("search", "import", "a.ris", "--json")
    assert done.code == 4
    file = done.json["searches"][0]["files"][0]
    assert (file["records"], file["accepted"], file["rejected"]) == (4, 3, 1)
    listed = jak("search", "rejects", "--json").json["rows"]
    assert [(r["file"], r["line"]) for r in listed] == [("a.ris", 9)]
    assert listed[0]["reason"]
    assert "PY  - 2020" in listed[0]["text"]


def test_the_same_bytes_add_nothing_and_say_so(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One"), encoding="utf-8")
    Path("b.ris").write_text(ris("One"), encoding="utf-8")
    assert jak("search", "import", "a.ris").code == 0
    again = jak("search", "import", "b.ris")
    assert again.code == 0
    assert "the same bytes were imported before, as file 1; nothing added" in again.out
    assert jak("search", "records", "--json").json["rows"].__len__() == 1


def test_the_same_file_twice_in_one_command_counts_once(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One"), encoding="utf-8")
    assert jak("search", "import", "a.ris", "a.ris").code == 0
    assert len(jak("search", "records", "--json").json["rows"]) == 1


def test_a_record_known_by_its_number_is_seen_again(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One", extra="AN  - L1\n"), encoding="utf-8")
    Path("b.ris").write_text(ris("One, corrected", extra="AN  - L1\n"), encoding="utf-8")
    jak("search", "import", "a.ris", "--source", "Embase")
    second = jak("search", "import", "b.ris", "--source", "Embase", "--json").json["searches"][0]["files"][0]
    assert (second["records"], second["accepted"], second["seen_again"]) == (1, 0, 1)
    shown = jak("search", "show", "1", "--json").json
    assert shown["record"]["title"] == "One"
    assert [s["changed"] for s in shown["sightings"]] == [False, True]


def test_an_import_can_be_undone_and_come_back_with_its_decisions(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One", "Two"), encoding="utf-8")
    jak("search", "import", "a.ris")
    jak("screen", "decide", "1", "include")
    undone = jak("search", "undo", "1", "--json").json
    assert (undone["records_gone"], undone["decisions_kept"]) == (2, 1)
    assert jak("search", "records").code == 3
    assert jak("search", "undo", "1").code == 2
    assert jak("search", "import", "a.ris").code == 0
    assert jak("screen", "status", "--json").json["screening"]["abstract"] == {"pending": 1, "unscreened": 1}


def test_a_shortfall_is_loud_and_names_the_batch(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris(*[f"Title {i}" for i in range(5)]), encoding="utf-8")
    done = jak("search", "import", "a.ris", "--source", "Embase", "--hits", "8", "--searched", "2026-11-20")
    assert done.code == 4
    assert (
        "SHORTFALL: Embase: the database found 8, the files hold 5: 3 are missing, likely the last batch (6-8)"
        in done.err
    )
    assert "3 are missing" in jak("status").out
    Path("b.ris").write_text(ris(*[f"Title {i}" for i in range(5, 8)]), encoding="utf-8")
    assert jak("search", "import", "b.ris", "--search", "1").code == 0
    assert "missing" not in jak("status").out


def test_files_without_flags_are_one_search_each(review: Path, jak: Run) -> None:
    Path("mine.ris").write_text(ris("One"), encoding="utf-8")
    Path("yours.csv").write_text('Title,Authors,Year\nTwo,"Liu, L",2019\n', encoding="utf-8")
    Path("pubmed.nbib").write_text("PMID- 12345678\nTI  - Three\nFAU - Liu, Lucy\nDP  - 2020 Jan\n\n", encoding="utf-8")
    done = jak("search", "import", "mine.ris", "yours.csv", "pubmed.nbib", "--json").json
    assert [s["search"]["source"] for s in done["searches"]] == ["mine", "yours", "PubMed"]


def test_a_bad_file_stops_the_whole_command(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One"), encoding="utf-8")
    Path("b.ris").write_bytes(b"%PDF-1.7 not an export")
    done = jak("search", "import", "a.ris", "b.ris")
    assert done.code == 4
    assert "b.ris" in done.err
    assert "PDF" in done.err
    assert jak("search", "list", "--json").json["files"] == []


def test_a_dry_run_changes_nothing(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One"), encoding="utf-8")
    assert jak("search", "import", "a.ris", "--dry-run").code == 0
    assert jak("search", "list", "--json").json["files"] == []


def test_duplicates_merge_with_reasons_and_come_apart_by_number(review: Path, jak: Run) -> None:
    extra = "DO  - 10.1000/xyz\nJO  - J Derm\nVL  - 5\nSP  - 1\nEP  - 9\n"
    title = "Tofacitinib for severe alopecia areata: a study of ninety patients"
    Path("a.ris").write_text(ris(title, extra=extra), encoding="utf-8")
    Path("b.ris").write_text(ris(title.upper(), extra=extra), encoding="utf-8")
    jak("search", "import", "a.ris", "--source", "Embase")
    jak("search", "import", "b.ris", "--source", "Scopus")
    done = jak("search", "dedupe", "--json").json
    assert len(done["merged"]) == 1
    assert any("DOI" in reason for reason in done["merged"][0]["reasons"])
    assert jak("screen", "status", "--json").json["flow"]["duplicates"] == 1
    event = done["merged"][0]["event"]
    assert jak("search", "dedupe", "undo", event).code == 0
    assert jak("search", "dedupe", "--json").json["merged"] == []
    assert jak("screen", "status", "--json").json["flow"]["duplicates"] == 0
    assert jak("search", "dedupe", "undo", event).code == 2


def test_merging_different_decisions_opens_a_conflict_and_undo_closes_it(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One long and specific title on alopecia", "Another title"), encoding="utf-8")
    jak("search", "import", "a.ris")
    for record, verdict in ((1, "include"), (2, "exclude")):
        for who in ("ann", "bob"):
            jak("screen", "decide", record, verdict, "--as", who)
    before = jak("screen", "status", "--json").json["screening"]["abstract"]
    event = jak("search", "dedupe", "merge", "1", "2", "--json").json["event"]
    conflict = jak("screen", "conflicts", "--json").json["rows"][0]["conflict"]
    assert (conflict["report_id"], conflict["meanwhile"]) == (1, "include")
    jak("search", "dedupe", "undo", event)
    assert jak("screen", "status", "--json").json["screening"]["abstract"] == before == {"include": 1, "exclude": 1}


def test_explain_names_what_the_rules_see(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("Part I: mechanisms of alopecia", "Part II: mechanisms of alopecia"), encoding="utf-8")
    jak("search", "import", "a.ris")
    said = jak("search", "dedupe", "explain", "1", "2").out
    assert "the rules say:" in said
    assert "veto" in said


def test_a_pair_is_merged_once_and_an_undo_does_what_it_says(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One title", "Another title", "A third"), encoding="utf-8")
    jak("search", "import", "a.ris")
    first = jak("search", "dedupe", "merge", "1", "2", "--json").json["event"]
    jak("search", "dedupe", "merge", "2", "3")
    done = jak("search", "dedupe", "merge", "1", "3")
    assert done.code == 2
    assert "one report already" in done.err
    jak("search", "dedupe", "undo", first)
    assert {row["report"] for row in jak("search", "records", "--json").json["rows"]} == {1, 2}


def test_wrong_options_are_refused_for_known_bytes_too(review: Path, jak: Run) -> None:
    Path("a.ris").write_text(ris("One"), encoding="utf-8")
    jak("search", "import", "a.ris")
    assert jak("search", "import", "a.ris", "--search", "77").code == 2
    assert jak("search", "import", "a.ris", "--format", "nonsense").code == 2
