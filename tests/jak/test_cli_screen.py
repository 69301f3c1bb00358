"""`jak screen` from the command line: votes of two reviewers, conflicts, kappa, full text, exchange."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests_support import Run, ris

TOML = """
[review]
question = "Does oral tofacitinib help in alopecia areata?"

[criteria]
include = ["tofacitinib", "alopecia areata"]

[screening]
reviewers_required = 2
reasons = ["wrong population"]
fulltext_reasons = ["wrong outcome", "wrong design"]
"""


@pytest.fixture
def pool_of_six(review: Path, jak: Run) -> Path:
    """Return a review with six records."""
    Path("jak.toml").write_text(TOML, encoding="utf-8")
    titles = (
        "Asthma in children",
        "Tofacitinib in alopecia areata",
        "Statins and the heart",
        "Oral tofacitinib for alopecia areata in adolescents",
        "Migraine in winter",
        "Alopecia areata: a cohort on tofacitinib",
    )
    Path("a.ris").write_text(ris(*titles), encoding="utf-8")
    assert jak("search", "import", "a.ris").code == 0
    return review


def state(jak: Run) -> dict[str, int]:
    """Return the counts at the abstract stage."""
    found = jak("screen", "status", "--json").json["screening"]["abstract"]
    assert isinstance(found, dict)
    return found


def test_before_votes_the_order_is_likeness_to_the_question(pool_of_six: Path, jak: Run) -> None:
    order = [r["report"] for r in jak("screen", "rank", "--json").json["reports"]]
    assert set(order[:3]) == {2, 4, 6}
    assert [r["report"] for r in jak("screen", "rank", "--limit", "2", "--json").json["reports"]] == order[:2]


def test_votes_teach_the_order(pool_of_six: Path, jak: Run) -> None:
    for report, verdict in ((3, "include"), (1, "include"), (2, "exclude"), (4, "exclude")):
        jak("screen", "decide", report, verdict)
    order = [r["report"] for r in jak("screen", "rank", "--json").json["reports"]]
    assert order == [5, 6]


def test_one_vote_of_two_is_pending_and_two_settle(pool_of_six: Path, jak: Run) -> None:
    jak("screen", "decide", "1", "exclude", "--as", "ann")
    assert state(jak) == {"pending": 1, "unscreened": 5}
    jak("screen", "decide", "1", "exclude", "--as", "bob")
    assert state(jak) == {"exclude": 1, "unscreened": 5}


def test_a_conflict_is_listed_and_settled_on_record(pool_of_six: Path, jak: Run) -> None:
    jak("screen", "decide", "2", "include", "--as", "ann")
    jak("screen", "decide", "2", "exclude", "--as", "bob", "--reason", "Wrong Population")
    assert (
        "report 2 (abstract): the votes differ (ann: include, bob: exclude (wrong population))"
        in jak("screen", "conflicts").out
    )
    assert jak("screen", "resolve", "2", "exclude", "--why", "").code == 2
    done = jak("screen", "resolve", "2", "exclude", "--why", "adults only, agreed by both", "--json").json
    assert done["state"] == "exclude"
    assert jak("screen", "conflicts").out == "No conflict is open.\n"
    assert jak("screen", "undo", done["event"]).code == 0
    assert jak("screen", "conflicts", "--json").json["rows"][0]["conflict"]["report_id"] == 2


def test_undo_takes_the_last_vote_of_that_reviewer(pool_of_six: Path, jak: Run) -> None:
    jak("screen", "decide", "1", "include", "--as", "ann")
    jak("screen", "decide", "2", "include", "--as", "bob")
    assert "on record 1 by ann" in jak("screen", "undo", "--as", "ann").out
    assert jak("screen", "undo", "--as", "ann").code == 2
    assert state(jak) == {"pending": 1, "unscreened": 5}


def test_blind_order_ignores_the_other_reviewers_votes(pool_of_six: Path, jak: Run) -> None:
    before = jak("screen", "rank", "--as", "bob", "--json").json
    jak("screen", "decide", "3", "include", "--as", "ann")
    jak("screen", "decide", "2", "exclude", "--as", "ann")
    assert jak("screen", "rank", "--as", "bob", "--json").json == before


def test_next_shows_one_report_and_never_asks_without_a_terminal(pool_of_six: Path, jak: Run) -> None:
    jak("screen", "rank")
    shown = jak("screen", "next", "--json").json
    assert shown["waiting"] == 6
    assert "tofacitinib" in shown["record"]["title"].lower()
    assert "include if: tofacitinib; alopecia areata" in jak("screen", "next").out


def test_kappa_counts_first_independent_votes(pool_of_six: Path, jak: Run) -> None:
    """2 x 2: both include 2, ann only 1, bob only 0, both exclude 3: po 5/6, pe 1/2, kappa 2/3 (by hand)."""
    votes = {1: "ee", 2: "ii", 3: "ee", 4: "im", 5: "ee", 6: "ie"}
    for record, (a, b) in votes.items():
        jak("screen", "decide", record, a, "--as", "ann")
        jak("screen", "decide", record, b, "--as", "bob")
    jak("screen", "decide", "6", "include", "--as", "bob")
    found = jak("screen", "status", "--json").json["screening"]["agreement"][0]
    assert found["n"] == 6
    assert found["kappa"] == pytest.approx(2 / 3, abs=1e-12)
    assert "maybe counts as include" in " ".join(found["notes"])


def test_full_text_needs_an_included_abstract_and_one_reason(pool_of_six: Path, jak: Run) -> None:
    assert jak("screen", "decide", "2", "include", "--stage", "fulltext").code == 2
    for who in ("ann", "bob"):
        jak("screen", "decide", "2", "include", "--as", who)
        jak("screen", "decide", "4", "include", "--as", who)
        jak("screen", "decide", "6", "include", "--as", who)
    assert jak("screen", "retrieval", "not-retrieved", "6").code == 0
    bare = jak("screen", "decide", "2", "exclude", "--stage", "fulltext")
    assert bare.code == 2
    assert "wrong outcome, wrong design" in bare.err
    assert jak("screen", "decide", "2", "exclude", "--stage", "fulltext", "--reason", "because").code == 2
    for who in ("ann", "bob"):
        jak("screen", "decide", "2", "exclude", "--stage", "fulltext", "--reason", "wrong outcome", "--as", who)
        jak("screen", "decide", "4", "ongoing", "--stage", "fulltext", "--as", who)
    flow = jak("screen", "status", "--json").json["flow"]["fulltext"]
    assert (flow["sought"], flow["not_retrieved"], flow["assessed"], flow["ongoing"]) == (3, 1, 2, 1)
    assert flow["excluded"] == [{"name": "wrong outcome", "n": 1}]


def test_removed_and_stopped_reports_have_lines_of_their_own(pool_of_six: Path, jak: Run) -> None:
    jak("screen", "remove", "5", "--reason", "not in a language we read")
    jak("screen", "decide", "1", "exclude", "--as", "ann")
    jak("screen", "decide", "1", "exclude", "--as", "bob")
    jak("screen", "stop", "50 irrelevant in a row")
    flow = jak("screen", "status", "--json").json["flow"]
    assert flow["removed"] == [{"name": "not in a language we read", "n": 1}]
    assert flow["not_screened"] == [{"name": "50 irrelevant in a row", "n": 4}]
    assert (flow["screened"], flow["excluded_human"], flow["unscreened"]) == (1, 1, 0)
    jak("screen", "stop", "")
    assert jak("screen", "status", "--json").json["flow"]["unscreened"] == 4


def test_decisions_go_out_and_come_back_into_another_store(pool_of_six: Path, jak: Run, tmp_path: Path) -> None:
    jak("screen", "decide", "1", "exclude", "--reason", "wrong population")
    jak("screen", "decide", "1", "include")
    jak("screen", "decide", "2", "maybe", "--note", "ask, the authors")
    assert jak("screen", "export", "-o", "d.csv").code == 0
    with Path("d.csv").open(encoding="utf-8") as file:
        assert [row["verdict"] for row in csv.DictReader(file)] == ["exclude", "include", "maybe"]
    assert "0 decisions stored, 3 known before" in jak("screen", "import", "d.csv").out
    other = tmp_path / "other"
    jak("init", other)
    jak("search", "import", "a.ris", "--review", other)
    assert "3 decisions stored" in jak("screen", "import", "d.csv", "--review", other).out
    assert jak("screen", "export", "-o", other / "e.csv", "--review", other).code == 0
    assert (other / "e.csv").read_text(encoding="utf-8") == Path("d.csv").read_text(encoding="utf-8")


def test_rows_that_match_nothing_are_named(pool_of_six: Path, jak: Run) -> None:
    Path("d.csv").write_text("title,label_included\nTofacitinib in alopecia areata,1\nUnheard of,0\n", encoding="utf-8")
    done = jak("screen", "import", "d.csv")
    assert done.code == 4
    assert "1 decision stored" in done.out
    assert "not taken: row 3" in done.err


def test_ris_of_decisions_holds_every_report(pool_of_six: Path, jak: Run) -> None:
    jak("screen", "decide", "2", "include")
    assert jak("screen", "export", "-o", "d.ris").code == 0
    text = Path("d.ris").read_text(encoding="utf-8")
    assert text.count("TY  - ") == 6
    assert "jak abstract: pending" in text


def test_why_names_words(pool_of_six: Path, jak: Run) -> None:
    found = jak("screen", "why", "2", "--json").json["why"]
    assert "tofacitinib" in [t["term"] for t in found["raises"]]


def test_the_same_key_counts_once(pool_of_six: Path, jak: Run) -> None:
    first = jak("screen", "decide", "1", "include", "--key", "abc", "--json").json["event"]
    assert jak("screen", "decide", "1", "include", "--key", "abc", "--json").json["event"] == first


def test_blind_nobody_reads_the_others_open_votes(pool_of_six: Path, jak: Run) -> None:
    jak("screen", "decide", "1", "exclude", "--as", "ann", "--reason", "wrong population")
    for words in (["screen", "log"], ["search", "show", "1"], ["screen", "next"], ["screen", "why", "1"]):
        assert "wrong population" not in jak(*words, "--as", "bob").out
    assert jak("screen", "log", "--as", "bob", "--json").json["rows"] == []
    assert "1 event of other reviewers hidden while blind" in jak("screen", "log", "--as", "bob").err
    assert len(jak("screen", "log", "--as", "ann", "--json").json["rows"]) == 1
    assert len(jak("screen", "log", "--as", "bob", "--unblind", "--json").json["rows"]) == 1
    assert jak("screen", "export", "-o", "d.csv", "--as", "bob", "--json").json["rows"] == 0
    jak("screen", "decide", "1", "include", "--as", "bob")
    assert len(jak("screen", "log", "--as", "bob", "--json").json["rows"]) == 2


def test_a_third_reviewer_does_not_see_a_conflict_that_wants_their_vote(pool_of_six: Path, jak: Run) -> None:
    text = Path("jak.toml").read_text(encoding="utf-8").replace("reviewers_required = 2", "reviewers_required = 3")
    Path("jak.toml").write_text(text, encoding="utf-8")
    jak("screen", "decide", "1", "exclude", "--as", "ann")
    jak("screen", "decide", "1", "include", "--as", "bob")
    assert jak("screen", "conflicts", "--as", "cy", "--json").json["rows"] == []
    assert "hidden until you have voted" in jak("screen", "conflicts", "--as", "cy").err
    assert len(jak("screen", "conflicts", "--as", "ann", "--json").json["rows"]) == 1


def test_nobody_takes_anothers_vote_back_without_a_ground(pool_of_six: Path, jak: Run) -> None:
    jak("screen", "decide", "1", "include", "--as", "ann")
    done = jak("screen", "undo", "1", "--as", "bob")
    assert done.code == 2
    assert "include" not in done.err
    assert jak("screen", "undo", "1", "--as", "bob", "--why", "cast on the wrong abstract, agreed with ann").code == 0


def test_a_resolution_is_no_second_vote(pool_of_six: Path, jak: Run) -> None:
    jak("screen", "decide", "1", "include", "--as", "ann")
    done = jak("screen", "resolve", "1", "exclude", "--as", "bob", "--why", "no")
    assert done.code == 2
    assert "fewer than 2 votes" in done.err


def test_a_full_text_that_was_not_retrieved_cannot_be_voted_on(pool_of_six: Path, jak: Run) -> None:
    for who in ("ann", "bob"):
        jak("screen", "decide", "2", "include", "--as", who)
    jak("screen", "retrieval", "not_retrieved", "2")
    done = jak("screen", "decide", "2", "include", "--stage", "fulltext")
    assert done.code == 2
    assert "jak screen retrieval retrieved 2" in done.err
    Path("d.csv").write_text("title,verdict,stage\nTofacitinib in alopecia areata,include,fulltext\n", encoding="utf-8")
    assert "not taken: row 2" in jak("screen", "import", "d.csv").err


def test_an_imported_exclusion_at_full_text_needs_its_reason(pool_of_six: Path, jak: Run) -> None:
    rows = "title,verdict,stage,reason\nTofacitinib in alopecia areata,include,abstract,\n"
    Path("d.csv").write_text(rows + "Tofacitinib in alopecia areata,exclude,fulltext,\n", encoding="utf-8")
    done = jak("screen", "import", "d.csv")
    assert done.code == 4
    assert "an exclusion at full text needs its primary reason" in done.err
    assert "1 decision stored" in done.out


def test_a_record_number_alone_never_names_a_paper_of_another_store(pool_of_six: Path, jak: Run) -> None:
    Path("d.csv").write_text("record_id,title,pmid,verdict\n1,,99999999,exclude\n2,,,exclude\n", encoding="utf-8")
    done = jak("screen", "import", "d.csv")
    assert (done.code, "0 decisions stored" in done.out) == (4, True)


def test_reports_are_listed_by_where_they_stand(pool_of_six: Path, jak: Run) -> None:
    for who in ("ann", "bob"):
        jak("screen", "decide", "2", "include", "--as", who)
    assert [r["report"] for r in jak("screen", "reports", "to-retrieve", "--json").json["rows"]] == [2]
    jak("screen", "retrieval", "retrieved", "2")
    assert [r["report"] for r in jak("screen", "reports", "to-assess", "--json").json["rows"]] == [2]
    assert jak("screen", "reports", "nowhere").code == 2


def test_a_removal_is_listed_and_taken_back_by_its_number(pool_of_six: Path, jak: Run) -> None:
    jak("screen", "remove", "5", "--reason", "a language nobody reads")
    assert jak("screen", "remove", "5", "--reason", "again").code == 2
    listed = jak("screen", "removals", "--json").json["rows"]
    assert [(r["record_id"], r["reason"]) for r in listed] == [(5, "a language nobody reads")]
    assert jak("screen", "bring-back", listed[0]["id"]).code == 0
    assert jak("screen", "removals", "--json").json["rows"] == []
    jak("screen", "decide", "5", "exclude")
    assert jak("screen", "remove", "5", "--reason", "too late").code == 2


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101])
def test_a_name_that_is_none_is_refused(pool_of_six: Path, jak: Run, name: str) -> None:
    assert jak("screen", "decide", "1", "include", "--as", name).code == 2


@pytest.mark.parametrize("verdict", ["awaiting", "ongoing"])
def test_a_resolution_stands_at_the_stage_that_was_reached(pool_of_six: Path, jak: Run, verdict: str) -> None:
    for stage, vote in (("abstract", "include"), ("fulltext", verdict)):
        for who in ("ann", "bob"):
            jak("screen", "decide", "2", vote, "--stage", stage, "--as", who)
    words = ["screen", "resolve", "2", "exclude", "--reason", "wrong outcome", "--why", "full data came", "--json"]
    done = jak(*words).json
    assert (done["stage"], done["state"]) == ("fulltext", "exclude")
    assert state(jak)["include"] == 1


def test_a_text_that_was_read_cannot_be_noted_as_not_retrieved(pool_of_six: Path, jak: Run) -> None:
    for stage in ("abstract", "fulltext"):
        for who in ("ann", "bob"):
            jak("screen", "decide", "2", "include", "--stage", stage, "--as", who)
    done = jak("screen", "retrieval", "not_retrieved", "2")
    assert done.code == 2
    assert "take back decision 3, 4 first" in done.err


def test_a_key_of_another_decision_is_refused(pool_of_six: Path, jak: Run) -> None:
    jak("screen", "decide", "1", "include", "--key", "kk")
    assert jak("screen", "decide", "2", "exclude", "--key", "kk").code == 2
