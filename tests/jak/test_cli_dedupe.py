"""`jak search dedupe` in a review: what merges, undo and relations mean for decisions, counts, studies and numbers."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests_support import Run

TITLE = "Ginger capsules for motion sickness on ferries: an open-label trial in sailors"
AUTHORS = ("Adams, Ruth", "Baker, Paul", "Clark, Amos")
TOML = """
[screening]
reviewers_required = 1
fulltext_reasons = ["wrong outcome"]

[analysis.response]
title = "Any response"
outcome = "response"
"""
STUDIES = """study,label,year,design,comparative,randomised,report,arm,group
one,One 2018,2018,cohort,no,no,1,a,ginger
two,Two 2018,2018,cohort,no,no,2,a,ginger
two,Two 2018,2018,cohort,no,no,2,b,lemon
"""
NUMBERS = """study,arm,outcome,field,value,status,source,quote
one,a,response,events,9,read,page 2,9
one,a,response,n,13,read,page 2,13
two,a,response,events,9,read,page 2,9
two,a,response,n,13,read,page 2,13
two,b,response,events,4,read,page 2,4
two,b,response,n,11,read,page 2,11
"""
APPENDED = {"merge_events", "relation_events", "dedupe_facts", "dedupe_keys", "facts"}
"""Where every run leaves its events, and what it has compared."""


def paper(title: str = TITLE, *, pages: str = "101-108", journal: str = "Invented Travel Medicine", **more: str) -> str:
    """Return one record as RIS."""
    fields = {"VL": "12", "IS": "2", "PY": "2018", **more}
    first, _, last = pages.partition("-")
    lines = ["TY  - JOUR", f"TI  - {title}", *(f"AU  - {name}" for name in AUTHORS), f"JO  - {journal}"]
    lines += [f"{tag}  - {value}" for tag, value in fields.items() if value]
    lines += [f"SP  - {first}", *([f"EP  - {last}"] if last else []), "ER  - ", "", ""]
    return "\n".join(lines)


def bring(jak: Run, name: str, *papers: str) -> None:
    """Import papers as one file."""
    Path(name).write_text("".join(papers), encoding="utf-8")
    assert jak("search", "import", name).code == 0


def dump(*tables: str) -> dict[str, list[Any]]:
    """Return the rows of tables of the store as they are on disk; of all but those of events if none is named."""
    with sqlite3.connect("review.db") as connection:
        known = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
        wanted = tables or known - APPENDED
        return {t: sorted(map(repr, connection.execute(f"select * from {t}"))) for t in wanted}


@pytest.fixture
def twins(review: Path, jak: Run) -> Path:
    """Return a review with one paper from two databases and another paper."""
    Path("jak.toml").write_text(TOML, encoding="utf-8")
    bring(jak, "embase.ris", paper())
    bring(jak, "pubmed.ris", paper(TITLE.upper(), journal="Invented Travel Med"))
    bring(jak, "scopus.ris", paper("Lemon drops against seasickness of passengers: a crossover trial", pages="7-9"))
    return review


def flow(jak: Run) -> dict[str, Any]:
    """Return the counts of the PRISMA flow."""
    counts: dict[str, Any] = jak("screen", "status", "--json").json["flow"]
    return counts


def test_decisions_that_differ_open_a_conflict_and_stay_on_their_records(twins: Path, jak: Run) -> None:
    assert jak("screen", "decide", 1, "include").code == 0
    assert jak("screen", "decide", 2, "exclude").code == 0
    before = dump("decisions")
    assert jak("screen", "conflicts", "--json").json["rows"] == []
    done = jak("search", "dedupe")
    assert "1 merged report with different decisions" in done.err
    [conflict] = jak("screen", "conflicts", "--json").json["rows"]
    assert (conflict["conflict"]["kind"], conflict["conflict"]["meanwhile"]) == ("merge", "include")
    assert dump("decisions") == before  # the rules decide nothing for a person
    assert jak("search", "dedupe", "undo", 1).code == 0
    assert jak("screen", "conflicts", "--json").json["rows"] == []
    stand = {row["report"]: row["state"] for row in jak("screen", "reports", "all", "--json").json["rows"]}
    assert (stand[1], stand[2]) == ("include", "exclude")
    assert dump("decisions") == before


def test_the_flow_follows_a_merge_and_its_undo(twins: Path, jak: Run) -> None:
    for record, verdict in ((1, "include"), (2, "include"), (3, "exclude")):
        assert jak("screen", "decide", record, verdict).code == 0
    first = flow(jak)
    jak("search", "dedupe")
    merged = flow(jak)
    jak("search", "dedupe", "undo", 1)
    assert flow(jak) == first
    assert (merged["duplicates"] - first["duplicates"], first["screened"] - merged["screened"]) == (1, 1)


def test_merging_all_and_undoing_all_leaves_every_table_as_it_was(review: Path, jak: Run) -> None:
    Path("jak.toml").write_text(TOML, encoding="utf-8")
    rng = random.Random(5)
    for name in ("embase", "pubmed"):
        titles = [f"{TITLE} number {n} of the {word}" for n, word in enumerate(("Elbe", "Oder", "Rhine"), 10)]
        bring(jak, f"{name}.ris", *(paper(t, pages=f"{100 + n}-{109 + n}", DB=name) for n, t in enumerate(titles)))
    for record in range(1, 7):
        assert jak("screen", "decide", record, rng.choice(("include", "exclude", "maybe"))).code == 0
    before, shown = dump(), [jak("screen", "reports", "all", "--json").out, jak("screen", "log", "--json").out]
    assert len(before["decisions"]) == 6
    merged = jak("search", "dedupe", "--json").json["merged"]
    assert len(merged) == 3
    assert dump()["membership"] != before["membership"]
    assert {t: rows for t, rows in dump().items() if t != "membership"} == {
        t: rows for t, rows in before.items() if t != "membership"
    }
    for pair in merged:
        assert jak("search", "dedupe", "undo", pair["event"]).code == 0
    assert dump() == before
    assert [jak("screen", "reports", "all", "--json").out, jak("screen", "log", "--json").out] == shown
    assert jak("search", "dedupe", "--json").json["merged"] == []  # what a person undid stays undone


@pytest.fixture
def extracted(twins: Path, jak: Run) -> Path:
    """Return them included, each under a study of its own with numbers."""
    for record in (1, 2):
        for stage in ("abstract", "fulltext"):
            assert jak("screen", "decide", record, "include", "--stage", stage).code == 0
    Path("studies.csv").write_text(STUDIES, encoding="utf-8")
    Path("numbers.csv").write_text(NUMBERS, encoding="utf-8")
    assert jak("pool", "studies", "--load", "studies.csv").code == 0
    assert jak("pool", "load", "numbers.csv").code == 0
    return twins


SAID = "reports 1 and 2 are one, but their numbers stand under one (arm a) and two (arms a, b): patients may be counted"


def test_a_merge_after_extraction_warns_that_patients_may_be_counted_twice(extracted: Path, jak: Run) -> None:
    numbers = dump("extractions", "links", "studies")
    told = jak("search", "dedupe", "--dry-run", "--json").json["cautions"]
    assert len(told) == 1
    assert told[0].startswith(SAID)
    done = jak("search", "dedupe")
    assert f"! {SAID} twice." in done.err
    assert "`jak pool studies`" in done.err
    assert "`jak pool unlink`" in done.err
    assert dump("extractions", "links", "studies") == numbers


def test_a_merge_by_hand_after_extraction_warns_too(extracted: Path, jak: Run) -> None:
    done = jak("search", "dedupe", "merge", 2, 1, "--json").json
    assert done["cautions"][0].startswith(SAID)
    assert done["conflict"] is False


def test_two_reports_of_one_study_merge_without_a_warning(extracted: Path, jak: Run) -> None:
    assert jak("pool", "link", 2, "one").code == 0
    assert jak("pool", "unlink", 2).code == 0
    assert jak("search", "dedupe", "--json").json["cautions"] == []


@pytest.fixture
def companions(review: Path, jak: Run) -> Path:
    """Return a review with a paper, the abstract of it at a meeting, its erratum and another paper."""
    Path("jak.toml").write_text(TOML, encoding="utf-8")
    bring(
        jak,
        "embase.ris",
        paper(),
        paper(journal="Waves", pages="S12", VL="3", IS="Suppl 1"),
        paper(f"Erratum: {TITLE}", pages="400", IS="9"),
        paper("Lemon drops against seasickness of passengers: a crossover trial", pages="7-9"),
    )
    assert jak("search", "dedupe").code == 0
    return review


def suggested(jak: Run, *more: str) -> dict[int, tuple[str, str]]:
    """Return relation and state of each suggestion, by its number."""
    rows = jak("search", "dedupe", "relations", *more, "--json").json["rows"]
    return {row["event"]: (row["relation"], row["state"]) for row in rows}


def test_relations_are_listed_and_accepted_into_one_study(companions: Path, jak: Run) -> None:
    found = suggested(jak)
    assert sorted(found.values()) == [("conference abstract", "open"), ("erratum", "open")]
    [abstract] = [n for n, (relation, _) in found.items() if relation == "conference abstract"]
    text = jak("search", "dedupe", "relations").out
    assert "an abstract and a paper" in text
    done = jak("search", "dedupe", "relations", "accept", abstract, "--json").json
    assert (done["study"], len(done["links"])) == ("adams-2018", 2)
    assert suggested(jak, "--all")[abstract] == ("conference abstract", "accept")
    assert abstract not in suggested(jak)
    known = jak("pool", "studies", "--json").json
    assert list(known["studies"]) == ["adams-2018"]
    assert [(link["study_key"], link["record_id"]) for link in known["links"]] == [("adams-2018", 1), ("adams-2018", 2)]
    # The erratum joins the study that the paper has; the paper is not linked a second time.
    [erratum] = suggested(jak)
    second = jak("search", "dedupe", "relations", "accept", erratum, "--json").json
    assert (second["study"], len(second["links"])) == ("adams-2018", 1)
    assert jak("search", "dedupe", "relations").out == "No relation waits for an answer.\n"


def test_a_report_of_two_studies_needs_the_study_by_name(companions: Path, jak: Run) -> None:
    Path("studies.csv").write_text(STUDIES, encoding="utf-8")
    assert jak("pool", "studies", "--load", "studies.csv").code == 0
    [abstract] = [n for n, (relation, _) in suggested(jak).items() if relation == "conference abstract"]
    refused = jak("search", "dedupe", "relations", "accept", abstract)
    assert refused.code == 2
    assert "reports 1 and 2 are linked with one and two" in refused.err
    assert "--study KEY" in refused.err
    done = jak("search", "dedupe", "relations", "accept", abstract, "--study", "one", "--json").json
    assert (done["study"], len(done["links"])) == ("one", 1)
    assert jak("search", "dedupe", "relations", "undo", done["event"]).code == 0
    assert abstract in suggested(jak)


def test_an_answer_is_taken_back_with_its_links(companions: Path, jak: Run) -> None:
    number = min(suggested(jak))
    done = jak("search", "dedupe", "relations", "accept", number, "--json").json
    linked = dump("links")
    assert jak("search", "dedupe", "relations", "undo", done["event"]).code == 0
    assert suggested(jak)[number][1] == "open"
    assert len(dump("links")["links"]) == len(linked["links"]) + 2  # the links stay on record, each with its undo
    again = jak("search", "dedupe", "relations", "undo", done["event"])
    assert again.code == 2
    assert jak("search", "dedupe", "relations", "accept", number).code == 0


def test_a_dismissed_relation_is_not_suggested_again(companions: Path, jak: Run) -> None:
    [abstract] = [n for n, (relation, _) in suggested(jak).items() if relation == "conference abstract"]
    assert jak("search", "dedupe", "relations", "dismiss", abstract, "--why", "another crossing").code == 0
    # A refresh brings both once more, in another printing.
    bring(
        jak,
        "pubmed.ris",
        paper(TITLE.upper(), journal="Invented Travel Med"),
        paper(journal="Waves", pages="S12-S12", VL="3", IS="Suppl 1"),
    )
    done = jak("search", "dedupe", "--json").json
    assert len(done["merged"]) == 2
    assert [one["relation"] for one in done["related"]] == []
    assert [relation for relation, _ in suggested(jak).values()] == ["erratum"]
    assert suggested(jak, "--all")[abstract] == ("conference abstract", "dismiss")


def test_numbers_that_do_not_exist_are_refused_with_a_way_out(companions: Path, jak: Run) -> None:
    for words in (("accept", 99), ("dismiss", 99), ("undo", 99)):
        done = jak("search", "dedupe", "relations", *words)
        assert done.code == 2
        assert "`jak search dedupe relations` shows them" in done.err


def test_the_report_is_shown_with_the_source_of_each_field(twins: Path, jak: Run) -> None:
    assert jak("search", "dedupe").code == 0
    done = jak("search", "show", 2, "--json").json
    assert done["merged"]["record"]["journal"] == "Invented Travel Medicine"
    assert done["merged"]["sources"]["journal"] == [1]
    assert [s["record"]["id"] for s in done["source_records"]] == [1, 2]
    assert done["source_records"][1]["found_in"] == ["pubmed, pubmed.ris, record 1, line 1"]
    assert done["record"]["id"] == 2
    text = jak("search", "show", 1).out
    assert "The report, each field from the record that counts for it:" in text
    assert "Its source records:" in text
    assert "The report, each field" not in jak("search", "show", 3).out


def test_a_question_is_answered_once_and_by_an_undo_again(review: Path, jak: Run) -> None:
    bring(jak, "embase.ris", paper(), paper(pages="300-307"))
    [question] = jak("search", "dedupe", "--json").json["asked"]
    number = question["event"]
    said = jak("search", "dedupe", "answer", number, "distinct", "--json").json
    again = jak("search", "dedupe", "answer", number, "same")
    assert again.code == 2
    assert f"question {number} has its answer: distinct, event {said['event']} by ann" in again.err
    assert f"`jak search dedupe undo {said['event']}`" in again.err
    assert jak("search", "dedupe", "undo", said["event"]).code == 0
    assert jak("search", "dedupe", "answer", number, "same").code == 0
    for words in (("answer", 99, "same"), ("answer", number, "perhaps"), ("merge", 1, 1), ("merge", 1, 99)):
        assert jak("search", "dedupe", *words).code == 2
