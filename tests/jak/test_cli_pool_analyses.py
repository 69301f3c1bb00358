"""`jak pool effects|forest|funnel|subgroups|export`: what they print, write and refuse, on plain files."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests_support import Run

from jak.drawing import draw_doi
from jak.pool_export import result_schema
from jak.result_schema import run_schema_text
from jakdb.errors import UsageError
from jakpool import generic

# Oral tolerance of four drugs, invented.
ARMS = "study,drug,year,xi,ni\nA,x,2015,16,17\nB,x,2016,10,12\nC,y,2018,4,8\nD,y,2021,43,58\nE,y,2022,0,9\n"
# The first BCG trials (Colditz and others 1994, JAMA 271:698-702), with the latitude.
TRIALS = (
    "study,ai,n1i,ci,n2i,latitude\nAronson,4,123,11,139,44\nFerguson,6,306,29,303,55\nRosenthal,3,231,11,220,42\n"
    "Hart,62,13598,248,12867,52\nFrimodt-Moller,33,5069,47,5808,13\n"
)
ONE = ("--columns", "events=xi,n=ni")
TWO = ("--columns", "events=ai,n=n1i,events_c=ci,n_c=n2i", "--measure", "RR")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with both tables."""
    monkeypatch.chdir(tmp_path)
    Path("arms.csv").write_text(ARMS, encoding="utf-8")
    Path("trials.csv").write_text(TRIALS, encoding="utf-8")
    return tmp_path


def check(schema: dict[str, Any], value: Any, root: dict[str, Any], where: str = "$") -> None:
    """Assert that a value is as the schema says; the words of JSON Schema that ours uses."""
    if "$ref" in schema:
        check(root["$defs"][schema["$ref"].rpartition("/")[2]], value, root, where)
    if "anyOf" in schema:
        errors = []
        for part in schema["anyOf"]:
            try:
                check(part, value, root, where)
                break
            except AssertionError as error:
                errors.append(str(error))
        else:
            raise AssertionError(f"{where}: none of {errors}")
    if "const" in schema:
        assert value == schema["const"], where
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}
    kinds |= {"object": dict, "array": list}
    if "type" in schema:
        named = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert any(isinstance(value, kinds[name]) for name in named), (where, value, named)
    if isinstance(value, dict):
        assert set(schema.get("required", ())) <= value.keys(), (where, set(schema.get("required", ())) - value.keys())
        for name, inner in value.items():
            if name in schema.get("properties", {}):
                check(schema["properties"][name], inner, root, f"{where}.{name}")
    if isinstance(value, list) and "items" in schema:
        for i, inner in enumerate(value):
            check(schema["items"], inner, root, f"{where}[{i}]")


@pytest.mark.parametrize(
    "words",
    [
        ("arms.csv", *ONE),
        ("arms.csv", *ONE, "--by", "drug"),
        ("arms.csv", *ONE, "--measure", "PAS"),
        ("trials.csv", *TWO),
        ("trials.csv", *TWO, "--model", "mh"),
    ],
    ids=["arms", "subgroups", "arcsine", "trials", "Mantel-Haenszel"],
)
def test_a_result_is_as_its_schema_says(folder: Path, jak: Run, words: tuple[str, ...]) -> None:
    schema = json.loads(result_schema())
    found = jak("pool", "run", "--from", *words, "--json").json
    check(schema, found, schema)
    # The words of metafor that stand at top level.
    wanted = "measure k beta se ci_lb ci_ub pi_lb pi_ub tau2 tau2_lb tau2_ub QE QEp I2 I2_Q H2 back studies subgroups"
    assert {*wanted.split(), "settings", "notes", "schema_version"} <= found.keys()
    assert not {key for key in found if key not in schema["properties"]}


def test_the_shipped_schema_is_that_of_the_code() -> None:
    assert result_schema() == run_schema_text()


def test_the_same_numbers_have_the_same_hash_whatever_is_asked_of_them(folder: Path, jak: Run) -> None:
    hashes = [
        jak("pool", "run", "--from", "arms.csv", *ONE, *more, "--json").json["settings"]["data_sha256"]
        for more in ((), ("--by", "drug"), ("--measure", "PAS"))
    ]
    assert len(set(hashes)) == 1
    Path("arms.csv").write_text(ARMS.replace("43", "44"), encoding="utf-8")
    assert jak("pool", "run", "--from", "arms.csv", *ONE, "--json").json["settings"]["data_sha256"] not in hashes


def test_effects_are_those_of_metafor(folder: Path, jak: Run) -> None:
    """metafor 5.1-0, escalc(measure = "RR") on dat.bcg: yi -0.8893, vi 0.3256 for Aronson (four places)."""
    found = jak("pool", "effects", "--from", "trials.csv", *TWO, "--json").json
    assert round(found["studies"][0]["yi"], 4) == -0.8893
    assert round(found["studies"][0]["vi"], 4) == 0.3256
    assert "beta" not in found
    assert "0.41" in jak("pool", "effects", "--from", "trials.csv", *TWO).out


def test_subgroups_print_each_and_the_test_between(folder: Path, jak: Run) -> None:
    text = jak("pool", "subgroups", "--from", "arms.csv", *ONE, "--by", "drug").out
    assert "x: 2 arms" in text
    assert "Between subgroups: Wald F" in text
    done = jak("pool", "subgroups", "--from", "arms.csv", *ONE)
    assert (done.code, "--by COLUMN" in done.err) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        ("--layout", "revman", "--also", "common,mh", "--arms", "BCG,none", "--favours", "vaccine,none"),
        ("--layout", "jama", "--limits", "0.1,2"),
        ("--cumulative", "latitude"),
        ("--cumulative", "weight"),
        ("--leave-one-out",),
    ],
    ids=["revman", "jama", "by latitude", "by weight", "leave one out"],
)
def test_forests_of_every_kind_are_written(folder: Path, jak: Run, words: tuple[str, ...]) -> None:
    assert jak("pool", "forest", "--from", "trials.csv", *TWO, *words, "-o", "1.svg").code == 0
    assert jak("pool", "forest", "--from", "trials.csv", *TWO, *words, "-o", "2.svg").code == 0
    assert Path("1.svg").read_bytes() == Path("2.svg").read_bytes()


def test_a_cumulative_forest_adds_the_studies_in_order(folder: Path, jak: Run) -> None:
    jak("pool", "forest", "--from", "trials.csv", *TWO, "--cumulative", "latitude", "-o", "1.svg")
    text = Path("1.svg").read_text(encoding="utf-8")
    order = ["Frimodt-Moller", "+ Rosenthal", "+ Aronson", "+ Hart", "+ Ferguson"]
    assert [text.index(f">{name}<") for name in order] == sorted(text.index(f">{name}<") for name in order)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("forest", "--layout", "nejm"), 2, "plain, revman, jama"),
        (("forest", "--cumulative", "colour"), 4, "file, weight, latitude"),
        (("forest", "--limits", "1"), 2, "--limits 0,0.2"),
        (("forest", "-o", "x.gif"), 2, ".svg, .png or .pdf"),
        (("funnel", "--against", "size"), 2, "se, n"),
        (("funnel", "--contours", "--against", "n"), 2, "standard errors"),
        (("export",), 2, "--r, --words"),
        (("forest", "--also", "fixed"), 2, "random, common, mh"),
    ],
    ids=["layout", "order", "limits", "ending", "against", "contours", "export", "also"],
)
def test_a_wrong_word_names_the_right_ones(
    folder: Path, jak: Run, words: tuple[str, ...], code: int, said: str
) -> None:
    done = jak("pool", words[0], "--from", "trials.csv", *TWO, *words[1:])
    assert (done.code, done.out) == (code, "")
    assert said in done.err


@pytest.mark.parametrize(
    ("table", "words", "code", "said"),
    [
        ("study,events,n\n\nA,5,9\n\nB,10,8\n", (), 4, "t.csv, row 5 (B), column events: 10 events of 8 (column n)"),
        ("study,events,n\nA,5,-9\n", (), 4, "row 2 (A), column n: -9: n is a whole number of 1 or more"),
        ("study,events,n\nA,5,\n", (), 4, "row 2 (A), column n: the cell is empty"),
        ('study,events,n\nA,"5,5",9\n', (), 4, "write a decimal point, not a comma"),
        ("study,events,n\nA,1.5,9\n", (), 4, "row 2 (A), column events: 1.5: a count of events is a whole number"),
        ("study,events,n\nA,5,9\nB,3,7\nA,5,9\n", (), 4, "row 4 repeats row 2 in every column"),
        ("study,drug,events,n\nA,x,5,9\nB,,3,7\n", ("--by", "drug"), 4, "row 3, column drug: the subgroup is empty"),
        ("study,events,n,n\nA,5,9,9\n", (), 4, "two columns called 'n'"),
        ("study,events,n\nA,5,9\n", ("--by", "n"), 2, "--by n"),
        ("study,events,n\nA,5,9\n", ("--columns", "n=number"), 4, "no column 'number'"),
        ("study,yi,vi\nA,0.5,0\n", ("--measure", "GEN"), 4, "row 2 (A), column vi: 0: a sampling variance is above 0"),
    ],
    ids=[
        "above n", "negative", "empty", "comma", "fraction", "copy", "no subgroup", "twice", "by", "mapped", "variance",
    ],
)  # fmt: skip
def test_bad_input_names_row_and_column(
    folder: Path, jak: Run, table: str, words: tuple[str, ...], code: int, said: str
) -> None:
    Path("t.csv").write_text(table, encoding="utf-8")
    done = jak("pool", "run", "--from", "t.csv", *words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert len(done.err.strip().splitlines()) == 2  # the sentence, and what to do


def test_every_bad_cell_is_listed(folder: Path, jak: Run) -> None:
    Path("t.csv").write_text("study,events,n\nA,x,9\nB,3,\nC,9,7\n", encoding="utf-8")
    lines = jak("pool", "run", "--from", "t.csv").err.splitlines()
    assert "row 2 (A), column events" in lines[0]
    assert [line for line in lines if line.startswith("  - ")] == [
        "  - t.csv, row 3 (B), column n: the cell is empty",
        "  - t.csv, row 4 (C), column events: 9 events of 7 (column n)",
    ]


def test_rows_of_one_name_are_said_to_be_arms_of_one_study(folder: Path, jak: Run) -> None:
    Path("t.csv").write_text("study,events,n\nA,5,9\nB,3,7\nA,6,9\n", encoding="utf-8")
    found = jak("pool", "run", "--from", "t.csv", "--json").json
    assert (found["k"], found["k_studies"]) == (3, 2)
    assert any("column study: rows 2, 4 are all called 'A'" in note["message"] for note in found["notes"])


def test_one_study_is_given_with_its_own_interval_and_a_note(folder: Path, jak: Run) -> None:
    """R 4.2.2, binom.test(5, 9)$conf.int: 0.2120 to 0.8630 (four places)."""
    Path("t.csv").write_text("study,events,n\nA,5,9\n", encoding="utf-8")
    found = jak("pool", "run", "--from", "t.csv", "--json").json
    assert [round(found["back"][name], 4) for name in ("ci_lb", "ci_ub")] == [0.2120, 0.8630]
    assert "one_row" in [note["code"] for note in found["notes"]]


def test_why_goes_from_one_setting_to_the_other(folder: Path, jak: Run) -> None:
    words = ("--from", "trials.csv", *TWO)
    found = jak("pool", "why", *words, "--against", "tau2=DL,test=z,model=common", "--json").json
    assert sorted(step["setting"] for step in found["steps"]) == ["", "model", "tau2", "test"]
    own = jak("pool", "run", *words, "--json").json
    legacy = jak("pool", "run", *words, "--tau2", "DL", "--test", "z", "--model", "common", "--json").json
    assert found["steps"][0]["result"]["ci_lb"] == own["ci_lb"]
    assert found["steps"][-1]["result"]["ci_lb"] == found["ci_lb"] == legacy["ci_lb"]
    text = jak("pool", "why", *words, "--against", "tau2=DL").out
    assert "tau2: REML -> DL" in text


# R 4.2.2, metafor 3.8-1, these five trials: escalc(measure = "RR"), then rma() with REML and z, DL and z, REML and knha
# (threshold 1e-12): estimate, bounds, tau2, I2 from tau2, I2 from Q; six places.
PRESETS = {
    "metafor": (-1.058585, -1.648648, -0.468522, 0.298395, 76.513175, 82.195856),
    "meta": (-1.058585, -1.648648, -0.468522, 0.298395, 76.513175, 82.195856),
    "revman5": (-1.065990, -1.737624, -0.394355, 0.422872, 82.195856, 82.195856),
    "revman-web": (-1.058585, -1.807398, -0.309773, 0.298395, 76.513175, 82.195856),
}


@pytest.mark.parametrize("program", PRESETS)
def test_the_defaults_of_other_programs_give_their_figures(folder: Path, jak: Run, program: str) -> None:
    found = jak("pool", "run", "--from", "trials.csv", *TWO, "--like", program, "--json").json
    names = ("beta", "ci_lb", "ci_ub", "tau2", "I2", "I2_Q")
    assert [found[name] for name in names] == pytest.approx(PRESETS[program], abs=2e-6)
    assert found["settings"]["like"] == program
    assert any("defaults of" in note["message"] for note in found["notes"])


def test_why_ends_at_the_other_program(folder: Path, jak: Run) -> None:
    words = ("--from", "trials.csv", *TWO, "--like", "revman5", "--against", "revman-web")
    found = jak("pool", "why", *words, "--json").json
    assert [step["setting"] for step in found["steps"]] == ["", "tau2", "test", "pi"]
    assert found["ci_ub"] == pytest.approx(PRESETS["revman-web"][2], abs=2e-6)


def test_an_unknown_program_names_the_known_ones(folder: Path, jak: Run) -> None:
    done = jak("pool", "run", "--from", "trials.csv", *TWO, "--like", "stata")
    assert (done.code, "metafor, meta, revman5, revman-web" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("against", "said"), [("taus=DL", "settings: alpha"), ("tau2=XX", "REML"), ("level=x", "level=0.9")]
)
def test_why_refuses_settings_that_are_none(folder: Path, jak: Run, against: str, said: str) -> None:
    done = jak("pool", "why", "--from", "trials.csv", *TWO, "--against", against)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize(
    "words",
    [("funnel", "--radial", "-o", "1.svg"), ("funnel", "--contours", "-o", "1.svg"), ("effects", "--labbe", "1.svg")],
    ids=["radial", "contours", "labbe"],
)
def test_other_charts_are_written(folder: Path, jak: Run, words: tuple[str, ...]) -> None:
    assert jak("pool", words[0], "--from", "trials.csv", *TWO, *words[1:]).code == 0
    assert Path("1.svg").read_text(encoding="utf-8").startswith("<svg ")


# R 4.2.2, metafor 3.8-1, dat.bcg with the latitude: rma(yi, vi, mods = ~ ablat, test = "knha") after escalc(measure =
# "RR"), threshold 1e-13; nine places.
BCG = (
    "trial,ai,n1i,ci,n2i,ablat\n1,4,123,11,139,44\n2,6,306,29,303,55\n3,3,231,11,220,42\n4,62,13598,248,12867,52\n"
    "5,33,5069,47,5808,13\n6,180,1541,372,1451,44\n7,8,2545,10,629,19\n8,505,88391,499,88391,13\n"
    "9,29,7499,45,7277,27\n10,17,1716,65,1665,42\n11,186,50634,141,27338,18\n12,5,2498,3,2341,33\n"
    "13,27,16913,29,17854,33\n"
)
THIRTEEN = ("--from", "bcg.csv", "--columns", "study=trial,events=ai,n=n1i,events_c=ci,n_c=n2i", "--measure", "RR")


def test_a_regression_is_that_of_metafor(folder: Path, jak: Run) -> None:
    Path("bcg.csv").write_text(BCG, encoding="utf-8")
    found = jak("pool", "regress", *THIRTEEN, "--mods", "ablat", "--test", "knha", "--bubble", "b.svg", "--json").json
    assert found["coefficients"] == ["intercept", "ablat"]
    assert found["beta"] == pytest.approx([0.251468210, -0.029101725], abs=1e-8)
    assert found["se"] == pytest.approx([0.283925284, 0.008201417], abs=1e-8)
    got = [found[name] for name in ("tau2", "QM", "QMp", "QE", "I2", "R2")]
    assert got == pytest.approx([0.076347964, 12.590982884, 0.004565052, 30.733090011, 68.391224838, 75.626621812])
    assert Path("b.svg").read_text(encoding="utf-8").count("<title>") == 13
    text = jak("pool", "regress", *THIRTEEN, "--mods", "ablat", "--permutations", "99").out
    assert "p by permutation" in text
    assert "studies, not patients" in text


@pytest.mark.parametrize(
    ("column", "cells", "code", "said"),
    [
        ("dose", ["5"] * 5, 4, "column dose: the moderator is 5 in every row"),
        ("dose", ["1", "2", "", "4", "5"], 4, "row 4 (Rosenthal), column dose: the moderator is empty"),
        ("dose", ["1", "2", "x", "4", "5"], 4, "row 4 (Rosenthal), column dose: 'x' is no number as the others are"),
        ("twice", ["88", "110", "84", "104", "26"], 4, "column twice: the moderator follows from latitude"),
        ("place", ["a", "b", "c", "d", "e"], 2, "coefficients need more than 5 rows (column place)"),
    ],
    ids=["constant", "empty", "slip", "collinear", "too many levels"],
)
def test_a_useless_moderator_is_named(
    folder: Path, jak: Run, column: str, cells: list[str], code: int, said: str
) -> None:
    lines = TRIALS.splitlines()
    rows = [f"{line},{cell}" for line, cell in zip(lines, [column, *cells], strict=True)]
    Path("trials.csv").write_text("\n".join(rows), encoding="utf-8")
    done = jak("pool", "regress", "--from", "trials.csv", *TWO, "--mods", f"latitude,{column}")
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_a_regression_without_a_moderator_lists_them(folder: Path, jak: Run) -> None:
    done = jak("pool", "regress", "--from", "trials.csv", *TWO)
    assert (done.code, "--mods: latitude" in done.err) == (2, True)


def test_small_study_tests_are_those_of_r(folder: Path, jak: Run) -> None:
    """R 4.2.2, dat.bcg: lm(yi ~ sqrt(vi), weights = 1/vi), lm(yi ~ I(1/n), weights = 1/(1/(a+c) + 1/(b+d)))."""
    Path("bcg.csv").write_text(BCG, encoding="utf-8")
    found = jak("pool", "bias", *THIRTEEN, "--figure", "f.svg", "--json").json
    tests = {test["name"]: test for test in (found["main"], *found["others"])}
    assert found["main"]["name"] == "Peters"
    assert tests["Peters"]["statistic"] == pytest.approx(-1.270189443, abs=1e-8)
    assert tests["Egger"]["pval"] == pytest.approx(0.188706995, abs=1e-8)
    assert (found["trim_fill"]["k0"], found["trim_fill"]["side"]) == (1, "right")
    assert found["appendix"] is False
    assert "Open circles: 1 rows" in Path("f.svg").read_text(encoding="utf-8")


def test_small_study_tests_of_few_studies_stand_in_an_appendix(folder: Path, jak: Run) -> None:
    text = jak("pool", "run", "--from", "arms.csv", *ONE).out
    assert text.index("\nNotes\n") < text.index("Appendix: small-study effects")
    jak("pool", "export", "--from", "arms.csv", *ONE, "--words", "w.md")
    words = Path("w.md").read_text(encoding="utf-8")
    assert "Peters" not in words
    assert "fewer than ten studies" in words
    Path("bcg.csv").write_text(BCG, encoding="utf-8")
    text = jak("pool", "run", *THIRTEEN).out
    assert "Appendix" not in text
    assert "\nSmall-study effects\n" in text
    jak("pool", "export", *THIRTEEN, "--words", "w.md")
    assert "the test of Peters" in Path("w.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("effects", "why"),
    [([1.0, 2.0], "few: a Doi plot needs three effects"), ([1.0, 1.0, 1.0], "few: all effects are the same")],
)
def test_a_doi_plot_that_cannot_be_says_why(effects: list[float], why: str) -> None:
    source = SimpleNamespace(name="few", once=generic(effects, [0.1] * len(effects)))
    with pytest.raises(UsageError, match=why):
        draw_doi(source, SimpleNamespace(doi=None), Path("doi.svg"))  # type: ignore[arg-type]  # what it reads of them


def test_the_lfk_index_stands_beside_its_criticism(folder: Path, jak: Run) -> None:
    """metasens 1.5-2, lfkindex() on dat.bcg, log risk ratios: -4.10239685594785."""
    Path("bcg.csv").write_text(BCG, encoding="utf-8")
    done = jak("pool", "bias", *THIRTEEN, "--doi", "doi.svg")
    assert "LFK index of the Doi plot: -4.10, major asymmetry by its authors' rule" in done.out
    assert "advise against it (Schwarzer et al. 2024)" in done.out
    assert "drawn: doi.svg" in done.err
    assert "advise against it" in " ".join(Path("doi.svg").read_text(encoding="utf-8").split())
    found = jak("pool", "bias", *THIRTEEN, "--json").json
    assert found["doi"]["lfk"] == pytest.approx(-4.10239685594785, rel=1e-9)
    assert "lfk" in [note["code"] for note in found["notes"]]
    assert "LFK" not in jak("pool", "run", *THIRTEEN).out


def test_odds_ratios_beside_risk_ratios_are_in_the_table_and_not_on_the_axis(folder: Path, jak: Run) -> None:
    Path("bcg.csv").write_text(BCG, encoding="utf-8")
    table = jak("pool", "sensitivity", *THIRTEEN, "--figure", "set.svg").out
    assert "odds ratio, GLMM (CM.EL)" in table
    assert "odds ratio" not in Path("set.svg").read_text(encoding="utf-8")


def test_two_rows_are_too_few_for_small_study_effects(folder: Path, jak: Run) -> None:
    Path("t.csv").write_text("study,events,n\nA,5,9\nB,3,7\n", encoding="utf-8")
    done = jak("pool", "bias", "--from", "t.csv")
    assert (done.code, "too few" in done.err) == (2, True)
    assert jak("pool", "run", "--from", "t.csv").code == 0


def test_columns_tell_of_bias_and_of_patients_in_common(folder: Path, jak: Run) -> None:
    lines = ARMS.splitlines()
    more = ["high_risk,overlap", "yes,", "no,west 2010", ",west 2010", "no,", "no,"]
    table = "\n".join(f"{line},{cells}" for line, cells in zip(lines, more, strict=True))
    Path("arms.csv").write_text(table, encoding="utf-8")
    rows = {row["name"]: row for row in jak("pool", "run", "--from", "arms.csv", *ONE, "--json").json["sensitivity"]}
    assert rows["without a high risk of bias"]["k"] == 4
    assert rows["without suspected overlap of patients"]["k"] == 4
    Path("arms.csv").write_text(table.replace("yes,", "perhaps,"), encoding="utf-8")
    done = jak("pool", "run", "--from", "arms.csv", *ONE)
    assert (done.code, "row 2, column high_risk: 'perhaps'" in done.err) == (4, True)


def test_the_sensitivity_table_flags_what_moves_far(folder: Path, jak: Run) -> None:
    words = ("--figure", "f.svg", "--influence", "i.svg", "--baujat", "b.svg", "--gosh", "g.svg", "--highlight", "Hart")
    found = jak("pool", "sensitivity", "--from", "trials.csv", *TWO, *words, "--json").json
    rows = {row["name"]: row for row in found["sensitivity"]}
    own = jak("pool", "run", "--from", "trials.csv", *TWO, "--model", "mh", "--json").json
    assert rows["Mantel-Haenszel"]["estimate"] == pytest.approx(own["back"]["estimate"])
    (moved,) = [row for name, row in rows.items() if "lowest" in name]
    assert moved["estimate"] < 0.8 * found["back"]["estimate"]
    assert moved["flags"] == ["moved"]
    for name in "fibg":
        assert Path(f"{name}.svg").read_text(encoding="utf-8").startswith("<svg ")
    assert "with Hart" in Path("g.svg").read_text(encoding="utf-8")
    done = jak("pool", "sensitivity", "--from", "trials.csv", *TWO, "--gosh", "g.svg", "--highlight", "Nobody")
    assert (done.code, "Aronson" in done.err) == (2, True)


# R 4.2.2, metafor 3.8-1: rma(method = "DL", test = "z") after escalc() of these rows; six places.
FAMILIES = {
    "SMD": (
        "study,mean,sd,n,mean_c,sd_c,n_c\nA,10,2,30,8,2.2,31\nB,12,3,25,11,2.9,28\nC,9,2,40,8.1,2,41\n",
        (0.564634, 0.177421, 0.029202),
    ),
    "IRLN": ("study,events,time\nA,10,200\nB,12,300\nC,9,250\n", (-3.177483, 0.179605, 0.0)),
    "IRR": (
        "study,events,time,events_c,time_c\nA,10,200,14,210\nB,12,300,20,280\nC,9,250,8,260\n",
        (-0.305193, 0.238578, 0.0),
    ),
    "MN": ("study,mean,sd,n\nA,10,2,30\nB,12,3,25\nC,9,2,40\n", (10.253128, 0.747851, 1.487640)),
}


@pytest.mark.parametrize("measure", FAMILIES)
def test_means_and_rates_are_pooled_and_drawn_too(folder: Path, jak: Run, measure: str) -> None:
    table, expected = FAMILIES[measure]
    Path("t.csv").write_text(table, encoding="utf-8")
    words = ("--from", "t.csv", "--measure", measure, "--tau2", "DL", "--test", "z")
    found = jak("pool", "run", *words, "--json").json
    assert (found["beta"], found["se"], found["tau2"]) == pytest.approx(expected, abs=2e-6)
    for command in ("run", "effects", "sensitivity", "bias"):
        done = jak("pool", command, *words)
        assert (done.code, "None" in done.out) == (0, False)
    assert jak("pool", "forest", *words, "-o", "f.svg").code == 0
    assert jak("pool", "funnel", *words, "--against", "se", "-o", "f.svg").code == 0


def test_words_have_every_item_of_prisma(folder: Path, jak: Run) -> None:
    assert jak("pool", "export", "--from", "arms.csv", *ONE, "--by", "drug", "--words", "w.md").code == 0
    text = Path("w.md").read_text(encoding="utf-8")
    for item in (
        "12",
        "13a",
        "13b",
        "13c",
        "13d",
        "13e",
        "13f",
        "14",
        "15",
        "19",
        "20a",
        "20b",
        "20c",
        "20d",
        "21",
        "22",
    ):
        assert f"**Item {item}," in text
    assert "x, y" in text


@pytest.mark.parametrize(
    "words",
    [
        ("arms.csv", *ONE),
        ("arms.csv", *ONE, "--model", "random", "--by", "drug", "--tau2", "PM", "--test", "knha"),
        ("trials.csv", *TWO),
        ("trials.csv", *TWO, "--model", "mh"),
        ("trials.csv", *TWO[:2], "--measure", "OR", "--model", "peto"),
        ("trials.csv", *TWO[:2], "--measure", "OR", "--model", "glmm"),
        ("rates.csv", "--measure", "IRR", "--pi", "hts"),
        ("means.csv", "--measure", "SMD"),
    ],
    ids=["glmm", "subgroups", "risk ratios", "Mantel-Haenszel", "Peto", "two-arm glmm", "rates", "means"],
)
def test_metafor_agrees_with_the_exported_script(folder: Path, jak: Run, words: tuple[str, ...]) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("R is not here: the exported script was NOT run")
    asked = subprocess.run(["Rscript", "-e", "library(metafor)"], capture_output=True, text=True, check=False)
    if asked.returncode:
        pytest.skip("R is here without metafor: the exported script was NOT run")
    Path("rates.csv").write_text(FAMILIES["IRR"][0], encoding="utf-8")
    Path("means.csv").write_text(FAMILIES["SMD"][0], encoding="utf-8")
    assert jak("pool", "export", "--from", *words, "--r", "x.R").code == 0
    done = subprocess.run(["Rscript", "x.R"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All figures are equal." in done.stdout
    assert "not given" not in done.stdout


def test_a_changed_figure_stops_the_exported_script(folder: Path, jak: Run) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("R is not here: the exported script was NOT run")
    jak("pool", "export", "--from", "trials.csv", *TWO, "--r", "x.R")
    lines = [
        line.replace(line.split(", ")[2], "0.123") if line.startswith('check("tau2"') else line
        for line in Path("x.R").read_text(encoding="utf-8").splitlines()
    ]
    Path("x.R").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(["Rscript", "x.R"], capture_output=True, text=True, check=False)
    if "there is no package" in done.stderr:
        pytest.skip("R is here without metafor: the exported script was NOT run")
    assert done.returncode != 0
    assert "1 figures differ" in done.stderr


MEANS = "study,mean,sd,n,mean_c,sd_c,n_c\nA,5,1,20,6,2,21\n{}"


@pytest.mark.parametrize(
    ("row", "measure", "said"),
    [
        ("B,5,1,1,6,2,20\n", "MD", "row 3 (B), column n: 1: a standard deviation needs two patients"),
        ("B,5,1,20,6,2,1\n", "SMD", "row 3 (B), column n_c: 1: a standard deviation needs two patients"),
        ("B,5,1,20,-6,2,20\n", "ROM", "row 3 (B), column mean_c: -6: ROM takes logarithms of means, which are above 0"),
        ("B,x,1,20,6,2,20\n", "MD", "row 3 (B), column mean: 'x' is no number"),
        ("B,5,0,20,6,2,20\n", "MN", "row 3 (B), column sd: 0: a standard deviation is above 0"),
    ],
)
def test_a_bad_mean_is_named_by_row_and_column(folder: Path, jak: Run, row: str, measure: str, said: str) -> None:
    Path("t.csv").write_text(MEANS.format(row), encoding="utf-8")
    done = jak("pool", "run", "--from", "t.csv", "--measure", measure)
    assert (done.code, done.out) == (4, "")
    assert f"jak: t.csv, {said}" in done.err


def test_a_negative_mean_is_no_fault_of_a_difference(folder: Path, jak: Run) -> None:
    Path("t.csv").write_text(MEANS.format("B,-5,1,20,-6,2,20\n"), encoding="utf-8")
    assert jak("pool", "run", "--from", "t.csv", "--measure", "MD").code == 0


@pytest.mark.parametrize(
    ("mods", "said"),
    [
        ("events", "column events: it holds names or numbers of the rows"),
        ("nowhere", "column nowhere: it is not there"),
    ],
)
def test_what_is_no_moderator_is_said_with_those_there_are(folder: Path, jak: Run, mods: str, said: str) -> None:
    Path("t.csv").write_text("study,events,n\nA,5,9\nB,3,7\nC,3,8\n", encoding="utf-8")
    done = jak("pool", "regress", "--from", "t.csv", "--mods", mods)
    assert done.code == 4
    assert said in done.err
    assert "moderators there: none: the table has no other column" in done.err


def test_single_means_are_arms_in_sentences_and_have_no_points(folder: Path, jak: Run) -> None:
    Path("t.csv").write_text("study,mean,sd,n\nA,5,1,20\nB,15,2,25\nC,7,1,30\n", encoding="utf-8")
    jak("pool", "export", "--from", "t.csv", "--measure", "MN", "--words", "w.md")
    words = Path("w.md").read_text(encoding="utf-8")
    assert "3 arms, 3 studies" in words
    assert "comparison" not in words
    assert "or move far (20 %): marked !" in jak("pool", "sensitivity", "--from", "t.csv", "--measure", "MN").out
