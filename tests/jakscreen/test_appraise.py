"""Instruments as data, appraisal tables, totals, differences, and the review's own rule for high risk."""

from __future__ import annotations

import csv
import io
import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import InputError, UsageError
from jakdb.words import Appraisal, Study
from jakscreen.appraise import (
    Total,
    agreement,
    check,
    differences,
    high_risk,
    instrument,
    instruments,
    load_table,
    read_table,
    template,
    totals,
)

SERIES = Study("dai_2020", "Dai 2020", design="retrospective cohort")
COHORT = Study("shin_2019", "Shin 2019", design="retrospective comparative cohort", comparative=True)
TRIAL = Study("brave_aa1", "BRAVE-AA1", comparative=True, randomised=True)
STUDIES = {study.key: study for study in (SERIES, COHORT, TRIAL)}


def scored(study: str, name: str, scores: list[float], reviewer: str = "Ann") -> list[Appraisal]:
    return [Appraisal(study, name, str(i), score, reviewer, row=i + 1) for i, score in enumerate(scores, start=1)]


def test_minors_has_twelve_items_of_which_four_are_comparative() -> None:
    """Slim et al. 2003, ANZ J Surg 73:712-716: ideal score 16, and 24 for comparative studies."""
    minors = instrument("minors")
    assert [question.key for question in minors.questions] == [str(i) for i in range(1, 13)]
    assert [question.key for question in minors.questions if question.comparative_only] == ["9", "10", "11", "12"]
    assert [score for score, _ in minors.scores] == [0, 1, 2]
    assert (minors.maximum(SERIES), minors.maximum(COHORT)) == (16, 24)


def test_pedro_has_eleven_items_of_which_the_first_does_not_count() -> None:
    """Maher et al. 2003, Phys Ther 83:713-721: eleven items, ten points."""
    pedro = instrument("PEDro")
    assert len(pedro.questions) == 11
    assert [question.key for question in pedro.questions if not question.scored] == ["1"]
    assert (pedro.maximum(TRIAL), pedro.maximum(COHORT), pedro.questions_for(COHORT)) == (10, 0, ())


def test_every_data_file_is_an_instrument_and_names_its_source() -> None:
    folder = resources.files("jakscreen.appraise") / "instruments"
    files = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    assert sorted(tomllib.loads(file.read_text(encoding="utf-8"))["name"] for file in files) == sorted(
        scale.name for scale in instruments()
    )
    assert all(scale.doi.startswith("10.") and "2003" in scale.reference for scale in instruments())
    assert all(question.text for scale in instruments() for question in scale.questions)


def test_an_unknown_instrument_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match="did you mean 'MINORS'") as raised:
        instrument("minor")
    assert raised.value.hint == "instruments: MINORS, PEDro"


def test_template_asks_each_study_what_its_design_is_asked() -> None:
    rows = list(csv.DictReader(io.StringIO(template([SERIES, COHORT], "minors"))))
    assert [row["study"] for row in rows].count("dai_2020") == 8
    assert [row["study"] for row in rows].count("shin_2019") == 12


def test_template_of_pedro_asks_randomised_trials_only() -> None:
    rows = list(csv.DictReader(io.StringIO(template(list(STUDIES.values()), "PEDro"))))
    assert {row["study"] for row in rows} == {"brave_aa1"}
    with pytest.raises(UsageError, match="PEDro is for randomised trials") as raised:
        template([SERIES], "PEDro")
    assert "MINORS" in raised.value.hint
    with pytest.raises(UsageError, match="no study to appraise"):
        template([], "MINORS")


def test_a_filled_template_is_read_back() -> None:
    rows = list(csv.reader(io.StringIO(template([TRIAL], "PEDro"))))
    heading, filled = rows[0], [[*row[:4], "yes" if int(row[2]) % 2 else "No", "Ann", "", ""] for row in rows[1:]]
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";").writerows([heading, *filled])
    appraisals = load_table("\ufeff" + stream.getvalue(), name="pedro.csv", studies=STUDIES)
    assert [row.score for row in appraisals] == [1, 0] * 5 + [1]
    [total] = totals(appraisals, STUDIES)
    assert (total.total, total.maximum, total.complete) == (5, 10, True)


def test_an_untouched_template_is_no_appraisal() -> None:
    loaded = read_table(template([SERIES], "MINORS"), name="m.csv")
    assert (loaded.appraisals, loaded.problems, loaded.untouched) == ((), (), 8)
    with pytest.raises(InputError) as raised:
        load_table(template([SERIES], "MINORS"), name="m.csv", studies=STUDIES)
    assert raised.value.problems == ("m.csv: none of its 8 rows has a score",)


@pytest.mark.parametrize("written", ["good", "nan", "inf", "1/2"])
def test_a_score_that_is_no_number_is_a_problem_with_its_row(written: str) -> None:
    loaded = read_table(f"study,instrument,item,score\ndai_2020,MINORS,1,{written}\n", name="m.csv")
    assert loaded.problems == (f"row 2: the score is {written!r}; write a number, yes or no",)


def test_items_that_a_spreadsheet_changed_are_understood() -> None:
    loaded = read_table("study,instrument,item,score\na,minors,1.0,2\na,Minors,item 10,2.0\n", name="m.csv")
    assert [(row.instrument, row.item, row.score) for row in loaded.appraisals] == [
        ("MINORS", "1", 2),
        ("MINORS", "10", 2),
    ]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (
            Appraisal("dai_2020", "MINORS", "13", 2, "Ann", row=5),
            "row 5: MINORS has no item '13'; its items are 1 to 12",
        ),
        (
            Appraisal("dai_2020", "MINORS", "1", 3, "Ann", row=5),
            "row 5: the score 3 is none of MINORS's (0 not reported",
        ),
        (Appraisal("dai_2020", "MINORS", "1", 1.5, "Ann", row=5), "row 5: the score 1.5 is none of MINORS's"),
        (Appraisal("brave_aa1", "PEDro", "2", 2, "Ann", row=5), "row 5: the score 2 is none of PEDro's (0 no, 1 yes)"),
        (Appraisal("shin_2019", "PEDro", "2", 1, "Ann", row=5), "row 5: PEDro is for randomised trials, and shin_2019"),
        (Appraisal("dai_2020", "MINORS", "9", 1, "Ann", row=5), "row 5: item 9 of MINORS is for comparative studies"),
        (Appraisal("dai2020", "MINORS", "1", 1, "Ann", row=5), "row 5: the study 'dai2020' is not known; did you mean"),
        (
            Appraisal("dai_2020", "MINOR", "1", 1, "Ann", row=5),
            "row 5: the instrument 'MINOR' is not known; did you mean",
        ),
    ],
)
def test_a_wrong_row_is_an_error_that_names_it(row: Appraisal, error: str) -> None:
    [found] = check([row], STUDIES)
    assert found.startswith(error)


def test_an_item_scored_twice_by_one_appraiser_is_an_error() -> None:
    rows = [
        Appraisal("dai_2020", "MINORS", "1", 2, "Ann", row=2),
        Appraisal("dai_2020", "MINORS", "1", 2, "Ann", row=3),
    ]
    assert check(rows, STUDIES) == ("row 3: Ann scored item 1 of MINORS for dai_2020 in row 2 already",)


def test_one_error_blocks_the_whole_table() -> None:
    text = "study,instrument,item,score\ndai_2020,MINORS,1,2\ndai_2020,MINORS,9,2\n"
    with pytest.raises(InputError, match="one problem; nothing was loaded"):
        load_table(text, name="m.csv", studies=STUDIES)


def test_a_comparative_study_without_its_last_items_is_incomplete() -> None:
    [total] = totals(scored("shin_2019", "MINORS", [2] * 8), STUDIES)
    assert (total.total, total.maximum, total.complete) == (16, 24, False)
    assert (total.missing, total.missing_maximum) == (("9", "10", "11", "12"), 8)


def test_the_unscored_item_of_pedro_is_not_in_the_total() -> None:
    [total] = totals(scored("brave_aa1", "PEDro", [1] * 11), STUDIES)
    assert (total.total, total.complete) == (10, True)


def test_instruments_and_appraisers_have_totals_of_their_own() -> None:
    rows = [
        *scored("brave_aa1", "PEDro", [1] * 11),
        *scored("brave_aa1", "MINORS", [2] * 12),
        *scored("brave_aa1", "MINORS", [1] * 12, "Ben"),
    ]
    assert [(t.instrument, t.reviewer, t.total, t.maximum) for t in totals(rows, STUDIES)] == [
        ("PEDro", "Ann", 10, 10),
        ("MINORS", "Ann", 24, 24),
        ("MINORS", "Ben", 12, 24),
    ]


@given(st.lists(st.sampled_from([0, 1, 2]), min_size=8, max_size=8))
def test_a_total_is_the_sum_and_within_its_maximum(scores: list[float]) -> None:
    [total] = totals(scored("dai_2020", "MINORS", scores), STUDIES)
    assert total.total == sum(scores) <= total.maximum
    assert total.complete


def test_differences_between_appraisers_are_listed() -> None:
    ann, ben = scored("dai_2020", "MINORS", [2, 1, 0]), scored("dai_2020", "MINORS", [2, 2, 0], "Ben")
    [difference] = differences(ann + ben)
    assert (difference.item, difference.scores) == ("2", (("Ann", 1), ("Ben", 2)))


def test_weighted_kappa_of_a_table_worked_by_hand() -> None:
    """Distances add to 3 in ten items; by chance, from the margins (4, 3, 3) and (4, 4, 2), to 8.6: 1 - 3/8.6.

    scikit-learn's cohen_kappa_score(weights="linear") gives the same 0.65116.
    """
    ann = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]
    ben = [0, 0, 0, 1, 1, 1, 1, 2, 2, 0]
    [found] = agreement(scored("dai_2020", "MINORS", ann) + scored("dai_2020", "MINORS", ben, "Ben"))
    assert (found.items, found.equal, found.reviewers) == (10, 8, ("Ann", "Ben"))
    assert found.kappa == pytest.approx(0.65116, abs=5e-6)


def test_appraisers_who_agree_throughout_have_kappa_one_or_none() -> None:
    [found] = agreement(scored("a", "MINORS", [0, 1, 2]) + scored("a", "MINORS", [0, 1, 2], "Ben"))
    assert found.kappa == 1
    [found] = agreement(scored("a", "MINORS", [2, 2]) + scored("a", "MINORS", [2, 2], "Ben"))
    assert (found.kappa, found.equal) == (None, 2)


def test_one_appraiser_has_no_agreement() -> None:
    assert agreement(scored("a", "MINORS", [0, 1, 2])) == ()


def test_without_a_rule_nobody_is_at_high_risk() -> None:
    assert high_risk([Total("dai_2020", "MINORS", "Ann", 0, 16, complete=True)], {}) == frozenset()


@pytest.mark.parametrize(("total", "below"), [(9, True), (10, False), (11, False)])
def test_high_risk_is_below_the_rule(total: float, below: bool) -> None:
    found = high_risk([Total("dai_2020", "MINORS", "Ann", total, 16, complete=True)], {"MINORS": 10})
    assert ("dai_2020" in found) == below


def test_a_rule_holds_for_its_own_instrument_only() -> None:
    found = [Total("brave_aa1", "PEDro", "Ann", 8, 10, complete=True)]
    assert high_risk(found, {"minors": 10}) == frozenset()


def test_comparative_studies_may_have_a_rule_of_their_own() -> None:
    rows = scored("dai_2020", "MINORS", [2] * 6 + [0] * 2) + scored("shin_2019", "MINORS", [2] * 6 + [0] * 6)
    found = totals(rows, STUDIES)
    assert high_risk(found, {"minors": 10}) == frozenset()
    assert high_risk(found, {"minors": 10, "minors_comparative": 15}) == {"shin_2019"}


def test_an_incomplete_appraisal_counts_only_if_nothing_could_lift_it() -> None:
    low = totals(scored("dai_2020", "MINORS", [0] * 5), STUDIES)
    assert high_risk(low, {"minors": 7}) == {"dai_2020"}
    assert high_risk(low, {"minors": 6}) == frozenset()


def test_the_lowest_appraiser_counts_until_there_is_a_consensus() -> None:
    two = [Total("a", "MINORS", "Ann", 12, 16, complete=True), Total("a", "MINORS", "Ben", 9, 16, complete=True)]
    assert high_risk(two, {"minors": 10}) == {"a"}
    assert high_risk([*two, Total("a", "MINORS", "consensus", 11, 16, complete=True)], {"minors": 10}) == frozenset()


def test_a_rule_for_no_instrument_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"high_risk_below\.minor names no instrument; did you mean 'minors'"):
        high_risk([], {"minor": 10})
