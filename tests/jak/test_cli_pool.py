"""`jak pool` from the command line: studies, numbers, gates, pooling, figures, plain files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests_support import Run, ris

TOML = """
[screening]
reviewers_required = 1
fulltext_reasons = ["wrong outcome"]

[appraisal]
high_risk_below = {MINORS = 9}

[analysis.response]
title = "Any response"
outcome = "response"
by = "group"
without = ["high_risk"]
"""

STUDIES = """study,label,year,design,comparative,randomised,report,arm,group
one,One 2019,2019,cohort,no,no,Title one,a,tofacitinib
two,Two 2020,2020,cohort,no,no,Title two,a,tofacitinib
three,Three 2021,2021,comparison,yes,no,Title three,a,tofacitinib
three,Three 2021,2021,comparison,yes,no,Title three,b,ruxolitinib
"""

HEAD = "study,arm,outcome,field,value,status,source,quote\n"
NUMBERS = HEAD + (
    "one,a,response,events,9,read,page 2,nine of thirteen\n"
    "one,a,response,n,13,read,page 2,thirteen\n"
    "two,a,response,events,26,read,page 3,26\n"
    "two,a,response,n,35,read,page 3,35\n"
    "three,a,response,events,5,read,page 4,5\n"
    "three,a,response,n,9,read,page 4,9\n"
    "three,b,response,events,8,read,page 4,8\n"
    "three,b,response,n,12,read,page 4,12\n"
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the review of `linked` is kept once it was made."""
    return tmp_path_factory.mktemp("linked") / "review"


@pytest.fixture
def linked(review: Path, kept: Path, jak: Run) -> Path:
    """Return a review with three included studies."""
    if kept.exists():
        shutil.copytree(kept, review, dirs_exist_ok=True)
        return review
    Path("jak.toml").write_text(TOML, encoding="utf-8")
    Path("a.ris").write_text(ris("Title one", "Title two", "Title three"), encoding="utf-8")
    jak("search", "import", "a.ris")
    for record in (1, 2, 3):
        for stage in ("abstract", "fulltext"):
            assert jak("screen", "decide", record, "include", "--stage", stage).code == 0
    Path("studies.csv").write_text(STUDIES, encoding="utf-8")
    assert jak("pool", "studies", "--load", "studies.csv").code == 0
    shutil.copytree(review, kept)
    return review


@pytest.fixture
def loaded(linked: Path, jak: Run) -> Path:
    """Return it with numbers."""
    Path("numbers.csv").write_text(NUMBERS, encoding="utf-8")
    assert jak("pool", "load", "numbers.csv").code == 0
    return linked


def test_the_template_comes_back_filled(linked: Path, jak: Run) -> None:
    template = jak("pool", "template").out
    lines = template.strip().splitlines()
    assert len(lines) == 1 + 4 * 2
    filled = [lines[0]] + [line.replace("events,,", "events,3,").replace("n,,", "n,5,") for line in lines[1:]]
    Path("filled.csv").write_text("\n".join(filled), encoding="utf-8")
    assert jak("pool", "load", "filled.csv", "--json").json["rows"] == 8


def test_a_result_counts_each_patient_once_and_names_its_methods(loaded: Path, jak: Run) -> None:
    found = jak("pool", "run", "response", "--json").json
    assert (found["k"], found["k_studies"], found["n_total"], found["events_total"]) == (3, 3, 69, 48)
    assert [(g["name"], g["k"]) for g in found["subgroups"]] == [("ruxolitinib", 1), ("tofacitinib", 3)]
    assert found["settings"]["alpha"] == 0.1
    assert any("independent" in note["message"] for note in found["notes"])
    text = jak("pool", "run", "response").out
    for said in (
        "Overall: 3 arms, 3 studies, 48/69 (N = 69)",
        "at alpha 0.1",
        "profile likelihood",
        "prediction interval",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("one,a,response,events,14,read,p,q\none,a,response,n,13,read,p,q\n", "row 2: 14 events of 13 patients"),
        ("one,z,response,events,1,read,p,q\none,z,response,n,13,read,p,q\n", "row 2"),
        ("unknown,a,response,n,13,read,p,q\n", "'unknown'"),
        ("one,a,response,n,twelve,read,p,q\n", "row 2"),
    ],
)
def test_an_error_blocks_the_whole_table(linked: Path, jak: Run, row: str, said: str) -> None:
    Path("bad.csv").write_text(HEAD + row + NUMBERS.removeprefix(HEAD), encoding="utf-8")
    done = jak("pool", "load", "bad.csv")
    assert done.code == 4
    assert said in done.err
    assert jak("pool", "loads", "--json").json["rows"] == []


def test_the_same_table_loads_once(loaded: Path, jak: Run) -> None:
    done = jak("pool", "load", "numbers.csv")
    assert done.code == 2
    assert "loaded before, as load 1" in done.err


def test_a_load_can_be_taken_back(loaded: Path, jak: Run) -> None:
    assert jak("pool", "undo", "1").code == 0
    done = jak("pool", "run", "response")
    assert done.code == 2
    assert "jak pool template" in done.err


def test_a_number_whose_report_is_not_included_closes_the_gate(loaded: Path, jak: Run) -> None:
    jak("screen", "decide", "2", "exclude", "--stage", "fulltext", "--reason", "wrong outcome")
    done = jak("pool", "run", "response")
    assert done.code == 7
    assert "two" in done.err
    assert jak("report", "-o", "r.html").code == 7
    assert not Path("r.html").exists()


def test_two_extractors_who_differ_close_the_gate_until_settled(loaded: Path, jak: Run) -> None:
    Path("bob.csv").write_text(
        HEAD.replace("quote", "quote,extractor") + "one,a,response,events,8,read,p,q,bob\n"
        "one,a,response,n,13,read,p,q,bob\n",
        encoding="utf-8",
    )
    jak("pool", "load", "bob.csv")
    assert jak("pool", "run", "response").code == 7
    assert "events" in jak("pool", "compare").out
    assert jak("pool", "settle", "one", "response", "events", "9", "--arm", "a", "--why", "table 2 says nine").code == 0
    assert jak("pool", "run", "response").code == 0
    assert jak("report", "-o", "r.html").code == 0
    assert "table 2 says nine" in Path("r.html").read_text(encoding="utf-8")


def test_high_risk_is_a_rule_of_the_review(loaded: Path, jak: Run) -> None:
    rows = [
        f"{s},MINORS,{i},{score},{who}"
        for s, score in (("one", 2), ("two", 1))
        for i in range(1, 9)
        for who in ("ann", "bob")
    ]
    Path("minors.csv").write_text("study,instrument,item,score,reviewer\n" + "\n".join(rows), encoding="utf-8")
    assert jak("pool", "appraise", "load", "minors.csv").code == 0
    shown = jak("pool", "appraise", "show", "--json").json
    assert {(t["study"], t["total"], t["maximum"]) for t in shown["totals"]} == {
        ("one", 16.0, 16.0),
        ("two", 8.0, 16.0),
    }
    assert shown["high_risk"] == ["two"]
    run = jak("pool", "run", "response", "--json").json["variants"][0]
    assert run["result"]["n_total"] == 34


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
@pytest.mark.parametrize("figure", ["forest", "funnel"])
def test_figures_come_in_three_formats_and_the_same_bytes_twice(
    loaded: Path, jak: Run, figure: str, ending: str
) -> None:
    assert jak("pool", figure, "response", "-o", f"1.{ending}").code == 0
    assert jak("pool", figure, "response", "-o", f"2.{ending}").code == 0
    first = Path(f"1.{ending}").read_bytes()
    assert first == Path(f"2.{ending}").read_bytes()
    assert first.startswith({"svg": b"<", "png": b"\x89PNG", "pdf": b"%PDF"}[ending])


def test_a_plain_file_needs_no_review(tmp_path: Path, jak: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("study,xi,ni,drug\nA,16,17,x\nB,10,12,x\nC,4,8,y\nD,43,58,y\n", encoding="utf-8")
    found = jak("pool", "run", "--from", "t.csv", "--columns", "events=xi,n=ni", "--by", "drug", "--json").json
    assert (found["measure"], found["k"], found["n_total"]) == ("PLO", 4, 95)
    assert {"beta", "se", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "tau2", "QE", "QEp", "I2", "I2_Q", "back"} <= found.keys()
    assert len(found["leave_one_out"]) == 4


@pytest.mark.parametrize(
    ("table", "words", "code", "said"),
    [
        ("study,events\nA,1\n", [], 4, "no column 'n'"),
        ("study,events,n\nA,x,2\n", [], 4, "row 2 (A), column events: 'x' is no number"),
        ("study,events,n\nA,,2\n", [], 4, "row 2 (A), column events: the cell is empty"),
        ("study,events,n\nA,3,2\n", [], 4, "t.csv, row 2 (A)"),
        ("study,events,n\nA,-1,2\n", [], 4, "t.csv, row 2 (A)"),
        ("study,events,n\n", [], 4, "no rows"),
        ("", [], 4, "empty"),
        ("study,events,n\nA,1,2\n", ["--measure", "XX"], 2, "PLO, PAS, RR, OR, GEN"),
        ("study,events,n\nA,1,2\n", ["--by", "drug"], 4, "no column 'drug'"),
        ("study,events,n\nA,1,2\n", ["--columns", "foo=n"], 2, "foo"),
    ],
)
def test_a_bad_plain_file_is_one_sentence(
    tmp_path: Path, jak: Run, monkeypatch: pytest.MonkeyPatch, table: str, words: list[str], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(table, encoding="utf-8")
    done = jak("pool", "run", "--from", "t.csv", *words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_a_spreadsheet_reads_like_its_csv(tmp_path: Path, jak: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import openpyxl

    monkeypatch.chdir(tmp_path)
    book = openpyxl.Workbook()
    for row in (("study", "events", "n"), ("A", 16, 17), ("B", 10, 12), ("C", 4, 8)):
        book.active.append(row)
    book.save("t.xlsx")
    Path("t.csv").write_text("study,events,n\nA,16,17\nB,10,12\nC,4,8\n", encoding="utf-8")
    one, two = (jak("pool", "run", "--from", name, "--json").json for name in ("t.xlsx", "t.csv"))
    assert one["beta"] == two["beta"]


def test_a_secondary_source_needs_its_reason_and_is_noted(loaded: Path, jak: Run) -> None:
    assert jak("pool", "link", "1", "four", "--role", "secondary").code == 2
    jak(
        "pool",
        "link",
        "1",
        "four",
        "--role",
        "secondary",
        "--why",
        "its own report was not seen",
        "--arm",
        "a=tofacitinib",
    )
    Path("four.csv").write_text(
        HEAD + "four,a,response,events,2,read,p,q\nfour,a,response,n,4,read,p,q\n", encoding="utf-8"
    )
    assert jak("pool", "load", "four.csv").code == 0
    notes = [n["message"] for n in jak("pool", "run", "response", "--json").json["notes"]]
    assert any("its own report was not seen" in note for note in notes)


@pytest.mark.parametrize(
    ("value", "said"), [("10.5", "whole"), ("80", "13"), ("-1", "negative")], ids=["fraction", "above n", "negative"]
)
def test_a_settled_number_passes_the_checks_of_a_table(loaded: Path, jak: Run, value: str, said: str) -> None:
    rows = "one,a,response,events,8,read,p,q,bob\none,a,response,n,13,read,p,q,bob\n"
    Path("bob.csv").write_text(HEAD.replace("quote", "quote,extractor") + rows, encoding="utf-8")
    jak("pool", "load", "bob.csv")
    words = ["pool", "settle", "one", "response", "events", "--arm", "a", "--why", "w", "--", value]
    done = jak(*words)
    assert done.code == 2
    assert said in done.err
    assert jak("pool", "settle", "one", "response", "n", "13", "--arm", "a", "--why", "w").code == 2


def test_a_settled_number_can_be_taken_back(loaded: Path, jak: Run) -> None:
    rows = "one,a,response,events,8,read,p,q,bob\none,a,response,n,13,read,p,q,bob\n"
    Path("bob.csv").write_text(HEAD.replace("quote", "quote,extractor") + rows, encoding="utf-8")
    jak("pool", "load", "bob.csv")
    number = jak("pool", "settle", "one", "response", "events", "8", "--arm", "a", "--why", "w", "--json").json[
        "resolution"
    ]
    assert jak("pool", "run", "response").code == 0
    assert jak("pool", "unsettle", number).code == 0
    assert jak("pool", "run", "response").code == 7
    assert jak("pool", "unsettle", number).code == 2


def test_options_of_a_plain_file_are_refused_for_an_analysis(loaded: Path, jak: Run) -> None:
    done = jak("pool", "run", "response", "--measure", "PAS")
    assert done.code == 2
    assert "--measure only goes with --from" in done.err


def test_numbers_are_checked_against_those_loaded_before(loaded: Path, jak: Run) -> None:
    Path("later.csv").write_text(
        HEAD.replace("quote", "quote,extractor") + "one,a,response,n,8,read,p,q,ann\n", encoding="utf-8"
    )
    done = jak("pool", "load", "later.csv")
    assert done.code == 4
    assert "9 events of 8 patients" in done.err
    assert len(jak("pool", "loads", "--json").json["rows"]) == 1


def test_a_replaced_number_is_named(loaded: Path, jak: Run) -> None:
    Path("later.csv").write_text(
        HEAD.replace("quote", "quote,extractor") + "one,a,response,n,15,read,p,q,ann\n", encoding="utf-8"
    )
    assert "changed: n of response of one, a (ann): 13 -> 15" in jak("pool", "load", "later.csv").out
    assert jak("pool", "run", "response", "--json").json["n_total"] == 71


def test_doubts_follow_the_numbers_in_force(linked: Path, jak: Run) -> None:
    cells = ("events,21", "n,30", "percent,77.7")
    rows = "".join(f"one,a,response,{cell},read,p,q,ann\n" for cell in cells)
    head = HEAD.replace("quote", "quote,extractor")
    Path("first.csv").write_text(head + rows, encoding="utf-8")
    assert "doubt" in jak("pool", "load", "first.csv").out
    assert "77.7" in jak("pool", "run", "response").out
    Path("second.csv").write_text(head + "one,a,response,percent,70,read,p,q,ann\n", encoding="utf-8")
    jak("pool", "load", "second.csv")
    assert "77.7" not in jak("pool", "run", "response").out


def test_a_settlement_does_not_outlive_the_numbers_it_judged(loaded: Path, jak: Run) -> None:
    head = HEAD.replace("quote", "quote,extractor")
    Path("bob.csv").write_text(
        head + "one,a,response,events,8,read,p,q,bob\none,a,response,n,13,read,p,q,bob\n", encoding="utf-8"
    )
    jak("pool", "load", "bob.csv")
    jak("pool", "settle", "one", "response", "events", "9", "--arm", "a", "--why", "table 2")
    assert jak("pool", "run", "response").code == 0
    Path("both.csv").write_text(
        head + "one,a,response,events,7,read,p,q,bob\none,a,response,events,7,read,p,q,ann\n", encoding="utf-8"
    )
    jak("pool", "load", "both.csv")
    assert jak("pool", "run", "response", "--json").json["events_total"] == 46


def test_blind_the_report_shows_no_open_vote(loaded: Path, jak: Run) -> None:
    text = Path("jak.toml").read_text(encoding="utf-8").replace("reviewers_required = 1", "reviewers_required = 2")
    Path("jak.toml").write_text(
        text.replace("fulltext_reasons", 'reasons = ["dull"]\nfulltext_reasons'), encoding="utf-8"
    )
    for record in (1, 2, 3):
        for stage in ("abstract", "fulltext"):
            jak("screen", "decide", record, "include", "--stage", stage, "--as", "bob")
    assert jak("report", "-o", "settled.html").code == 0
    assert "abstract: include by ann" in Path("settled.html").read_text(encoding="utf-8")
    jak("pool", "undo", "1")
    jak("screen", "undo", "2", "--as", "ann")
    jak("screen", "undo", "8", "--as", "bob")
    jak("screen", "decide", "1", "exclude", "--stage", "fulltext", "--reason", "wrong outcome", "--as", "bob")
    assert jak("report", "-o", "open.html").code == 0
    assert "wrong outcome) by bob" not in Path("open.html").read_text(encoding="utf-8")


def test_an_arm_without_a_group_is_no_treatment(linked: Path, jak: Run) -> None:
    Path("jak.toml").write_text(
        TOML.replace('by = "group"', 'measure = "RR"\ncontrol = "ruxolitinib"').replace('without = ["high_risk"]', ""),
        encoding="utf-8",
    )
    Path("four.tab.csv").write_text(
        "study,label,report,arm,group\nfour,Four,Title one,t,tofacitinib\nfour,Four,Title one,c,ruxolitinib\n"
        "four,Four,Title one,x,\n",
        encoding="utf-8",
    )
    assert jak("pool", "studies", "--load", "four.tab.csv").code == 0
    counts = {"t": (5, 20), "c": (2, 20), "x": (1, 40)}
    rows = [
        f"four,{arm},response,{field},{value},read,p,q\n"
        for arm, pair in counts.items()
        for field, value in zip(("events", "n"), pair, strict=True)
    ]
    Path("four.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    assert jak("pool", "load", "four.csv").code == 0
    found = jak("pool", "run", "response", "--json").json
    assert [(r["events"], r["n"], r["events_c"], r["n_c"]) for r in found["studies"]] == [(5, 20, 2, 20)]
    assert any("no group stated" in entry for entry in found["left_out"])


def test_a_count_without_a_population_is_not_passed_over_in_silence(linked: Path, jak: Run) -> None:
    Path("jak.toml").write_text(TOML.replace('by = "group"', 'population = "observed"'), encoding="utf-8")
    head = HEAD.replace("outcome,", "outcome,population,").replace("quote", "quote,extractor")
    rows = [
        f"one,a,response,{population},{field},{value},read,p,q,{who}\n"
        for population, events, who in (("observed", 10, "ann"), ("", 12, "bob"))
        for field, value in (("events", events), ("n", 45))
    ]
    Path("n.csv").write_text(head + "".join(rows), encoding="utf-8")
    assert jak("pool", "load", "n.csv").code == 0
    found = jak("pool", "run", "response", "--json").json
    assert found["events_total"] == 10
    assert any("(12/45) was passed over for the observed one (10/45)" in note["message"] for note in found["notes"])


def test_an_analysis_can_be_pooled_as_other_programs_do(loaded: Path, jak: Run) -> None:
    own, other = (jak("pool", "run", "response", *words, "--json").json for words in ((), ("--like", "revman5")))
    assert (own["model"], other["model"]) == ("glmm", "random")
    assert (other["settings"]["tau2_method"], other["pi_lb"]) == ("DL", None)
    steps = jak("pool", "why", "response", "--against", "metafor", "--json").json["steps"]
    assert steps[0]["result"]["model"] == "glmm"
    assert steps[-1]["result"]["model"] == "random"


OTHER_MEASURES = """
[analysis.score]
title = "Score"
outcome = "score"
measure = "SMD"
control = "ruxolitinib"
pi = "hts"

[analysis.rate]
title = "Infections"
outcome = "infections"
measure = "IRLN"
model = "glmm"

[analysis.share]
title = "Response, raw"
outcome = "response"
measure = "PFT"
"""


def test_a_template_asks_for_what_the_measures_need(linked: Path, jak: Run) -> None:
    Path("jak.toml").write_text(TOML + OTHER_MEASURES, encoding="utf-8")
    fields = [line.split(",")[7] for line in jak("pool", "template").out.splitlines() if line.startswith("one,")]
    assert fields == ["events", "n", "mean", "sd", "n", "events", "person_time"]


def test_means_and_rates_of_a_review_are_pooled_and_reported(loaded: Path, jak: Run) -> None:
    """The estimates are those of the same numbers in a plain file."""
    Path("jak.toml").write_text(TOML + OTHER_MEASURES, encoding="utf-8")
    means = [
        *("three,a,score,mean,5.25,read,,", "three,a,score,sd,1.5,read,,", "three,a,score,n,9,read,,"),
        *("three,b,score,mean,6,read,,", "three,b,score,se,0.5,read,,", "three,b,score,n,12,read,,"),
        *("one,a,infections,events,4,read,,", "one,a,infections,person_time,12.5,read,,"),
        *("two,a,infections,events,0,read,,", "two,a,infections,person_time,30,read,,"),
        *("three,b,infections,events,3,read,,", "three,b,infections,person_time,11,read,,"),
    ]
    Path("more.csv").write_text(HEAD + "\n".join(means) + "\n", encoding="utf-8")
    assert jak("pool", "load", "more.csv").code == 0
    score = jak("pool", "run", "score", "--json").json
    alone = "study,mean,sd,n,mean_c,sd_c,n_c\nThree 2021,5.25,1.5,9,6,1.7320508075688772,12\n"
    Path("score.csv").write_text(alone, encoding="utf-8")
    same = jak("pool", "run", "--from", "score.csv", "--measure", "SMD", "--json").json
    assert score["beta"] == pytest.approx(same["beta"], rel=1e-12)
    assert [(row["mean"], row["n_c"]) for row in score["studies"]] == [(5.25, 12)]
    assert any("worked out from its standard error (0.5)" in note["message"] for note in score["notes"])
    rate = jak("pool", "run", "rate").out
    assert "0/30.0" in rate
    assert "rates" in rate.splitlines()[0]
    share = jak("pool", "run", "share", "--json").json
    assert share["measure"] == "PFT"
    assert jak("report", "--output", "report.html").code == 0
    page = Path("report.html").read_text(encoding="utf-8")
    assert "5.25 (1.50)" in page
    assert "Events/time" in page
    assert "Control mean (SD)" in page
