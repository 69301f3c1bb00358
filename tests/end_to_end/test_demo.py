"""The bundled review, played: the figures that the issue states, the sources behind them, and the same bytes twice."""

from __future__ import annotations

import csv
import hashlib
from importlib import resources
from pathlib import Path

import pytest
from tests_support import Run

DATA = resources.files("jak.demo") / "data"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a played demonstration."""
    from jak.demo.play import play

    folder = tmp_path_factory.mktemp("demo") / "jak-demo"
    assert play(folder) == 0
    return folder


SITES = {
    "Efficacy and safety of tofacitinib therapy in Asian": ("nycu", "dermsinica", "uitm", "in-asian-patients"),
    "Tofacitinib for the treatment of alopecia areata and variants in adol": ("27816292", "in-adolescents"),
    "Benefit and risk profile": ("31494993", "benefit-and-risk"),
    "The efficacy and safety of JAK inhibitors": ("2022.950450", "699051054", "36091777"),
    "Treatment of alopecia areata in pre-adolescent": ("findanexpert", "endolab"),
    "Safety and efficacy of the JAK inhibitor": ("jamadermatology", "tressless"),
    "Comparison of the treatment outcome": ("joomag",),
}
with (DATA / "printings.csv").open(encoding="utf-8-sig", newline="") as _file:
    PAPERS = {
        row["URL"]: next(title for title, marks in SITES.items() if any(mark in row["URL"] for mark in marks))
        for row in csv.DictReader(_file)
    }
"""The paper of each printing, by its address, as the list of printings names them."""


def counts(found: dict[str, object]) -> tuple[object, ...]:
    """Return k, events, N, and estimate with intervals in whole percent."""
    back = found["back"]
    assert isinstance(back, dict)
    names = ("estimate", "ci_lb", "ci_ub", "profile_lb", "profile_ub")
    return (found["k"], found["events_total"], found["n_total"], *(round(back[n] * 100) for n in names))


@pytest.mark.parametrize(
    ("analysis", "expected"),
    [
        ("response", (9, 124, 182, 68, 60, 76, 61, 75)),
        ("salt50", (9, 84, 178, 53, 38, 68, 40, 69)),
        ("salt90", (4, 16, 43, 36, 10, 75, 11, 68)),
    ],
)
def test_the_pooled_figures_are_those_of_the_sourced_cells(
    played: Path, jak: Run, analysis: str, expected: tuple[int, ...]
) -> None:
    """Counts and intervals worked out with metafor's model on the same cells, rounded to whole percent."""
    found = jak("pool", "run", analysis, "--review", played / "review", "--json").json
    assert counts(found) == expected
    assert [g["name"] for g in found["subgroups"]] == ["ruxolitinib", "tofacitinib"]


def test_heterogeneity_of_salt50(played: Path, jak: Run) -> None:
    found = jak("pool", "run", "salt50", "--review", played / "review", "--json").json
    assert round(found["I2_Q"]) == 56
    assert found["QEp"] == pytest.approx(0.019, abs=5e-4)


def test_the_lower_bound_is_noted_and_a_run_goes_without_it(played: Path, jak: Run) -> None:
    found = jak("pool", "run", "response", "--review", played / "review", "--json").json
    assert any("lower bound" in note["message"] for note in found["notes"])
    run = next(v for v in found["variants"] if v["without"] == "lower_bound")
    assert counts(run["result"])[:3] == (8, 115, 170)


def test_included_studies_without_numbers_are_listed(played: Path, jak: Run) -> None:
    found = jak("pool", "run", "response", "--review", played / "review", "--json").json
    said = " ".join(found["not_extracted"])
    assert "ibrahim_2017" in said
    assert "almutairi_2019_tofa" in said


def test_all_printings_are_merged_or_asked_with_a_reason(played: Path, jak: Run) -> None:
    events = [
        row["event"] for row in jak("search", "dedupe", "list", "--review", played / "review", "--json").json["rows"]
    ]
    with (DATA / "printings.csv").open(encoding="utf-8-sig", newline="") as file:
        printings = list(csv.DictReader(file))
    rows = jak("search", "records", "--review", played / "review", "--json").json["rows"]
    report_of = {row["record"]["id"]: row["report"] for row in rows}
    titles = {row["record"]["id"]: row["record"]["title"] for row in rows if row["record"]["id"] <= 50}
    reports = {PAPERS[p["URL"]]: n for n, t in titles.items() for p in printings if t.startswith(PAPERS[p["URL"]])}
    for number, printing in enumerate(printings, start=51):
        assert report_of[number] == reports[PAPERS[printing["URL"]]], printing["Title"]
        own = [e for e in events if number in (e["record_a"], e["record_b"]) and e["kind"] in ("merge", "ask")]
        assert own
        assert all(e["reasons"] for e in own)


def test_the_rules_alone_merge_sixteen_printings_and_ask_of_one(played: Path, jak: Run) -> None:
    events = [
        row["event"] for row in jak("search", "dedupe", "list", "--review", played / "review", "--json").json["rows"]
    ]
    rules = [e["kind"] for e in events if e["by"].startswith("rules")]
    assert (rules.count("merge"), rules.count("ask")) == (16, 1)
    cohorts = {
        r["record"]["id"]
        for r in jak("search", "records", "69 patients", "--review", played / "review", "--json").json["rows"]
    }
    assert not any(cohorts == {e["record_a"], e["record_b"]} for e in events)


def test_two_cohorts_of_69_patients_stay_apart(played: Path, jak: Run) -> None:
    rows = jak("search", "records", "69 patients", "--review", played / "review", "--json").json["rows"]
    assert len({row["report"] for row in rows}) == len(rows) == 2


def test_the_flow_adds_up(played: Path, jak: Run) -> None:
    flow = jak("screen", "status", "--review", played / "review", "--json").json["flow"]
    assert (flow["duplicates"], flow["screened"], flow["excluded_human"]) == (17, 50, 36)
    assert (flow["fulltext"]["sought"], flow["fulltext"]["assessed"], flow["fulltext"]["included"]) == (14, 14, 13)
    assert (flow["included_studies"], flow["included_reports"], flow["secondary_studies"]) == (13, 13, 1)


def test_the_update_gives_the_risk_ratios_of_the_later_trials(played: Path, jak: Run) -> None:
    """Mantel-Haenszel risk ratio of baricitinib from registry counts: 6.98 (139/465, 10/189; 103/390, 4/156)."""
    found = jak("pool", "run", "baricitinib", "--review", played / "update", "--json").json
    assert found["back"]["estimate"] == pytest.approx(6.98, abs=5e-3)
    rows = {r["label"]: (r["events"], r["n"], r["events_c"], r["n_c"]) for r in found["studies"]}
    assert rows == {"BRAVE-AA1": (139, 465, 10, 189), "BRAVE-AA2": (103, 390, 4, 156)}
    every = jak("pool", "run", "salt20", "--review", played / "update", "--json").json
    assert every["k"] == 4
    assert any("thrive_aa2, deuruxolitinib_12_mg_bid" in entry for entry in every["left_out"])


def test_every_number_of_the_report_links_to_its_quote(played: Path) -> None:
    page = (played / "review" / "report.html").read_text(encoding="utf-8")
    with (DATA / "extraction.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 75
    from html import escape

    for row in rows:
        assert escape(row["quote"].split("(")[0].strip()[:40]) in page.replace("&#34;", "&quot;").replace(
            "&#39;", "&#x27;"
        )
    assert "partial reconstruction" in page


def test_the_statuses_are_those_of_the_sources() -> None:
    """35 read, 25 read in a secondary source, 14 derived from a printed percentage, 1 lower bound."""
    with (DATA / "extraction.csv").open(encoding="utf-8", newline="") as file:
        found = [row["status"] for row in csv.DictReader(file)]
    assert {s: found.count(s) for s in set(found)} == {
        "read": 35,
        "read_secondary": 25,
        "read_derived": 14,
        "lower_bound": 1,
    }


def test_played_twice_the_figures_are_the_same_bytes(played: Path, tmp_path: Path) -> None:
    from jak.demo.play import play

    play(tmp_path / "again")
    for name in ("review/forest-response.svg", "review/prisma.svg", "update/forest-salt20.svg"):
        one, two = ((folder / name).read_bytes() for folder in (played, tmp_path / "again"))
        assert hashlib.sha256(one).hexdigest() == hashlib.sha256(two).hexdigest(), name


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, jak: Run) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.doc").write_text("years of work")
    done = jak("demo", "--folder", tmp_path / "mine")
    assert done.code == 2
    assert (tmp_path / "mine" / "thesis.doc").read_text() == "years of work"
