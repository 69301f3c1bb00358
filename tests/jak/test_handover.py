"""From extracted numbers to columns: each patient once, nothing mixed, everything left out by name.

The numbers are those of the alopecia areata papers (abstracts) and of the trials' registry entries, with their ids
beside them.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jak.handover import Columns, NothingToPoolError, columns_for, variants
from jak.settings import AnalysisSpec
from jakdb.errors import GateError, UsageError
from jakdb.words import Arm, Doubt, Extraction, Study
from jakscreen.extract import cell_of, check

RESPONSE = AnalysisSpec("response", "Any response", "any_response", by="group")
LATE = AnalysisSpec("late", "SALT 20", "salt20", measure="RR", model="random", control=("placebo",))


def count(study: str, arm: str, outcome: str, events: float | None, n: float | None, **more: Any) -> list[Extraction]:
    """Return the rows of one count; a group that is not given is the arm's name."""
    given = {"group": arm, **more}
    rows = []
    if events is not None:
        rows.append(Extraction(study, arm, outcome=outcome, field="events", value=events, **given))
    if n is not None:
        rows.append(
            Extraction(study, arm, outcome=outcome, field="n", value=n, **{**given, "status": "read", "note": ""})
        )
    return rows


def numbered(rows: list[Extraction]) -> list[Extraction]:
    return [replace(row, row=number) for number, row in enumerate(rows, start=2)]


SERIES = numbered(
    [
        *count("craiglow_2017", "tofacitinib", "any_response", 9, 13),  # PMID 27816292
        *count("jabbari_2018", "tofacitinib", "any_response", 11, 12),  # NCT02299297
        *count(  # doi 10.1111/dth.13118
            "akdogan_2019",
            "tofacitinib",
            "any_response",
            5,
            9,
            note="contradiction: the classes add to 5/9 = 55.6 %, the text says 41.4 %",
        ),
        *count("mackay_wiggan_2016", "ruxolitinib", "any_response", 9, 12, status="lower_bound"),
        *count("liu_king_2019", "ruxolitinib", "any_response", 5, 8),  # doi 10.1016/j.jaad.2018.08.040
    ]
)
TRIALS = numbered(
    [
        *count("brave_aa1", "placebo", "salt20", 10, 189, time="36 weeks"),  # NCT03570749
        *count("brave_aa1", "2 mg", "salt20", 40, 184, time="36 weeks", group="baricitinib"),
        *count("brave_aa1", "4 mg", "salt20", 99, 281, time="36 weeks", group="baricitinib"),
        *count("brave_aa2", "placebo", "salt20", 4, 156, time="36 weeks"),  # NCT03899259
        *count("brave_aa2", "2 mg", "salt20", 27, 156, time="36 weeks", group="baricitinib"),
        *count("brave_aa2", "4 mg", "salt20", 76, 234, time="36 weeks", group="baricitinib"),
    ]
)


def made(spec: AnalysisSpec, rows: list[Extraction], **more: Any) -> Columns:
    """Return the columns with every study of the rows included, unless said otherwise."""
    keys = {row.study for row in rows}
    given = {
        "studies": {key: Study(key, key, randomised=True) for key in sorted(keys)},
        "included_studies": keys,
        **more,
    }
    return columns_for(spec, rows, **given)


def test_one_arm_columns_by_group() -> None:
    columns = made(RESPONSE, SERIES)
    assert columns.events == (9, 11, 5, 9, 5)
    assert columns.n == (13, 12, 9, 12, 8)
    assert columns.groups == ("tofacitinib",) * 3 + ("ruxolitinib",) * 2
    assert columns.labels == (*columns.studies[:3], "mackay_wiggan_2016, lower bound", "liu_king_2019")
    assert (columns.events_c, columns.n_c, columns.combined, columns.left_out) == (None, None, None, ())


def test_every_row_names_the_numbers_behind_it() -> None:
    columns = made(RESPONSE, SERIES)
    assert [[cell.value for cell in cells] for cells in columns.cells] == [[9, 13], [11, 12], [5, 9], [9, 12], [5, 8]]
    assert [cell.row for cells in columns.cells for cell in cells] == [row.row for row in SERIES]


def test_without_subgroups_there_are_no_groups() -> None:
    assert made(replace(RESPONSE, by=""), SERIES).groups == ()


def test_labels_are_those_of_the_studies() -> None:
    studies = {row.study: Study(row.study, row.study.title().replace("_", " ")) for row in SERIES}
    assert made(RESPONSE, SERIES, studies=studies).labels[0] == "Craiglow 2017"


def test_a_lower_bound_is_pooled_with_a_note() -> None:
    columns = made(RESPONSE, SERIES)
    assert "mackay_wiggan_2016: events (9) is a lower bound: the true number may be higher" in columns.notes


def test_a_doubt_about_a_pooled_number_is_a_note_and_others_are_not() -> None:
    doubts = check(SERIES).doubts
    elsewhere = Doubt((99,), "no_integer", "of another outcome", study="craiglow_2017", outcome="salt50")
    notes = made(RESPONSE, SERIES, doubts=[*doubts, elsewhere]).notes
    assert [note for note in notes if note.startswith("doubt: ")] == [
        "doubt: any_response of akdogan_2019, tofacitinib: contradiction in the source: "
        "the classes add to 5/9 = 55.6 %, the text says 41.4 %"
    ]


def test_a_status_that_the_analysis_leaves_out_is_left_out_by_name() -> None:
    columns = made(replace(RESPONSE, leave_out=("lower_bound",)), SERIES)
    assert "mackay_wiggan_2016" not in columns.studies
    assert [str(entry) for entry in columns.left_out] == ["mackay_wiggan_2016, ruxolitinib: status lower_bound"]
    assert not any("lower bound" in note for note in columns.notes)


def test_the_treatment_arms_of_one_trial_are_added_up_against_its_control() -> None:
    columns = made(LATE, TRIALS)
    assert list(zip(columns.events, columns.n, columns.events_c or (), columns.n_c or (), strict=True)) == [
        (139, 465, 10, 189),
        (103, 390, 4, 156),
    ]
    assert columns.labels == ("brave_aa1", "brave_aa2")
    assert any("2 treatment arms added up" in note and "40/184 + 99/281" in note for note in columns.notes)
    assert len(columns.cells[0]) == 6


def test_every_patient_counts_once() -> None:
    columns = made(LATE, TRIALS)
    assert sum(columns.n) + sum(columns.n_c or ()) == sum(row.value or 0 for row in TRIALS if row.field == "n")


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_numbers_changes_no_row(order: random.Random) -> None:
    shuffled = list(TRIALS)
    order.shuffle(shuffled)
    columns, again = made(LATE, TRIALS), made(LATE, shuffled)
    rows = zip(columns.studies, columns.events, columns.n, columns.events_c or (), columns.n_c or (), strict=True)
    assert sorted(rows) == sorted(
        zip(again.studies, again.events, again.n, again.events_c or (), again.n_c or (), strict=True)
    )


def test_a_treatment_may_be_named() -> None:
    named = [replace(row, group="baricitinib 4 mg") if row.arm == "4 mg" else row for row in TRIALS]
    columns = made(replace(LATE, treatment=("Baricitinib 4 mg",)), named)
    assert columns.events == (99, 76)
    assert str(columns.left_out[0]) == "brave_aa1, 2 mg: group baricitinib is not part of this analysis"


def test_an_unknown_control_group_is_an_error_that_lists_the_groups() -> None:
    with pytest.raises(UsageError, match="control group 'sham'") as raised:
        made(replace(LATE, control=("sham",)), TRIALS)
    assert "baricitinib, placebo" in raised.value.hint


def test_one_control_is_never_counted_for_two_subgroups() -> None:
    two_drugs = [replace(row, group="other drug") if row.arm == "2 mg" else row for row in TRIALS]
    with pytest.raises(UsageError, match="would count the control's patients 2 times") as raised:
        made(replace(LATE, by="group"), two_drugs)
    assert 'treatment = ["other drug"]' in raised.value.hint
    assert made(LATE, two_drugs).n == (465, 390)


def test_two_arm_subgroups_are_the_treatments() -> None:
    assert made(replace(LATE, by="group"), TRIALS).groups == ("baricitinib", "baricitinib")


def test_a_trial_without_control_numbers_is_left_out_by_name() -> None:
    rows = [row for row in TRIALS if (row.study, row.arm) != ("brave_aa2", "placebo")]
    columns = made(LATE, rows)
    assert columns.studies == ("brave_aa1",)
    assert "brave_aa2: no control numbers (placebo)" in [str(entry) for entry in columns.left_out]


def test_an_arm_given_as_n_and_percent_is_left_out_by_name() -> None:
    """THRIVE-AA2 (NCT04797650), 12 mg: 38.3 % of 127; the 8 mg arm has 82 of 249, the placebo arm 1 of 127."""
    percent = Extraction("thrive_aa2", "12 mg", "deuruxolitinib", "salt20", "percent", 38.3, time="24 weeks")
    rows = [
        *TRIALS,
        *count("thrive_aa2", "placebo", "salt20", 1, 127, time="24 weeks"),
        *count("thrive_aa2", "8 mg", "salt20", 82, 249, time="24 weeks", group="deuruxolitinib", status="approximate"),
        *count("thrive_aa2", "12 mg", "salt20", None, 127, time="24 weeks", group="deuruxolitinib"),
        percent,
    ]
    columns = made(LATE, rows)
    assert (columns.events[-1], columns.n[-1]) == (82, 249)
    assert [str(entry) for entry in columns.left_out] == ["thrive_aa2, 12 mg: given as n and percent only"]
    assert "thrive_aa2: events (82) is approximate" in columns.notes
    different = "the studies measured at different times (36 weeks: brave_aa1, brave_aa2; 24 weeks: thrive_aa2)"
    assert different in columns.notes


def test_arms_of_one_study_and_group_are_one_row() -> None:
    rows = count("a", "low", "any_response", 3, 10, group="x") + count("a", "high", "any_response", 5, 12, group="x")
    columns = made(RESPONSE, rows, arms=[Arm("a", "low", "2 mg"), Arm("a", "high", "4 mg")])
    assert (columns.events, columns.n) == ((8,), (22,))
    assert columns.notes == ("a: 2 arms added up, so that each patient counts once (2 mg, 4 mg: 3/10 + 5/12)",)


ALMUTAIRI = [
    *count("almutairi_2019", "ruxolitinib", "ae_serious", 0, 38),
    *count("almutairi_2019", "tofacitinib", "ae_serious", 0, 37),
    *count("dai_2020", "tofacitinib", "ae_serious", 0, 35),
]


def test_a_study_in_two_subgroups_is_one_study_overall() -> None:
    """Almutairi 2019 compares two drugs: two rows by drug, one of 75 patients overall."""
    columns = made(replace(RESPONSE, outcome="ae_serious"), ALMUTAIRI)
    assert columns.labels == ("almutairi_2019, ruxolitinib", "almutairi_2019, tofacitinib", "dai_2020")
    assert any("takes them as independent" in note for note in columns.notes)
    assert columns.combined is not None
    assert (columns.combined.studies, columns.combined.n) == (("almutairi_2019", "dai_2020"), (75, 35))
    assert columns.combined.groups == ()


def test_a_shared_denominator_is_used() -> None:
    rows = [
        Extraction("craiglow_dai", "tofa", "tofacitinib", "ae_*", "n", 7),
        Extraction("craiglow_dai", "tofa", "tofacitinib", "ae_bowel", "events", 2),
    ]
    columns = made(replace(RESPONSE, outcome="ae_bowel"), rows)
    assert (columns.events, columns.n) == ((2,), (7,))


def test_subgroups_by_design() -> None:
    studies = {"a": Study("a", "A", design="trial"), "b": Study("b", "B")}
    rows = count("a", "x", "any_response", 1, 2) + count("b", "x", "any_response", 1, 2)
    columns = made(replace(RESPONSE, by="design"), rows, studies=studies)
    assert columns.groups == ("trial", "not stated")
    assert "design not stated, a subgroup of its own: B" in columns.notes


def test_a_group_may_come_from_the_arm() -> None:
    rows = count("a", "x", "any_response", 1, 2, group="")
    assert made(RESPONSE, rows, arms=[Arm("a", "x", group="tofacitinib")]).groups == ("tofacitinib",)


def test_a_number_of_a_study_that_is_not_included_stops_the_run() -> None:
    included = {row.study for row in SERIES} - {"akdogan_2019", "liu_king_2019"}
    with pytest.raises(GateError, match="akdogan_2019, liu_king_2019") as raised:
        made(RESPONSE, SERIES, included_studies=included, excluded_studies={"akdogan_2019": "excluded: case series"})
    assert raised.value.exit_code == 7
    assert raised.value.problems == (
        "akdogan_2019 (rows 6, 7): excluded: case series",
        "liu_king_2019 (rows 10, 11): no included report",
    )


def test_a_study_that_is_not_included_does_not_stop_other_outcomes() -> None:
    other = count("excluded_study", "x", "salt50", 1, 2)
    assert len(made(RESPONSE, SERIES + other, included_studies={row.study for row in SERIES}).studies) == 5


def test_a_secondary_source_is_pooled_with_its_reason() -> None:
    included = {row.study for row in SERIES} - {"akdogan_2019"}
    columns = made(RESPONSE, SERIES, included_studies=included, secondary_studies={"akdogan_2019": "told in a letter"})
    assert "akdogan_2019 was read in a secondary source: told in a letter" in columns.notes


def test_an_open_difference_between_extractors_stops_the_run() -> None:
    rows = [replace(row, extractor="Ann") for row in SERIES]
    other = replace(rows[0], value=10, extractor="Ben", row=50)
    with pytest.raises(GateError, match="extractors differ about 1 of its numbers") as raised:
        made(RESPONSE, [*rows, other])
    assert raised.value.problems == ("events of any_response of craiglow_2017, tofacitinib (Ann: 9; Ben: 10)",)
    settled = made(RESPONSE, [*rows, other], resolutions={cell_of(other): (10, "Cy", "table 2")})
    assert settled.events[0] == 10
    assert settled.cells[0][0].note == "settled by Cy: table 2"


def test_an_open_difference_of_another_outcome_does_not_stop_the_run() -> None:
    ann = Extraction("craiglow_2017", "tofacitinib", "tofacitinib", "salt50", "n", 13, extractor="Ann")
    assert len(made(RESPONSE, [*SERIES, ann, replace(ann, value=12, extractor="Ben")]).studies) == 5


def test_an_outcome_that_nobody_extracted_is_an_error_that_lists_the_others() -> None:
    with pytest.raises(UsageError, match="nobody extracted the outcome 'salt75'") as raised:
        made(replace(RESPONSE, outcome="salt75"), [*SERIES, *ALMUTAIRI])
    assert raised.value.hint == "outcomes with numbers: ae_serious, any_response"


def test_several_times_need_a_rule() -> None:
    rows = [*TRIALS, *[replace(row, time="52 weeks") for row in TRIALS]]
    with pytest.raises(UsageError, match="several times") as raised:
        made(LATE, rows)
    assert "[analysis.late]" in raised.value.hint
    columns = made(replace(LATE, time="last"), rows)
    assert {cell.time for cells in columns.cells for cell in cells} == {"52 weeks"}
    assert columns.left_out == ()


def test_observed_and_imputed_counts_are_never_mixed() -> None:
    """BRAVE-AA1, 4 mg: the registry counts 35.2 % observed, the paper estimates 38.8 % after imputation."""
    observed = [replace(row, population="observed") for row in TRIALS]
    imputed = [replace(row, population="imputed") for row in TRIALS if row.study == "brave_aa2"]
    mixed = [row for row in observed if row.study == "brave_aa1"] + imputed
    with pytest.raises(UsageError, match="different populations must not be mixed"):
        made(LATE, mixed)
    columns = made(replace(LATE, population="observed"), mixed)
    assert columns.studies == ("brave_aa1",)
    assert "brave_aa2, 4 mg: population imputed, the analysis takes observed" in [str(e) for e in columns.left_out]


def test_arms_without_a_number_of_the_outcome_are_listed_apart() -> None:
    """Ibrahim 2017 gives no number; Almutairi's responders are in neither arm's report."""
    studies = {key: Study(key, key) for key in ("ibrahim", "almutairi", "excluded", *{row.study for row in SERIES})}
    arms = [Arm("almutairi", "tofa"), Arm("almutairi", "ruxo"), Arm("excluded", "x")]
    columns = made(RESPONSE, SERIES, studies=studies, arms=arms, included_studies=set(studies) - {"excluded"})
    assert [(entry.study, entry.arm) for entry in columns.not_extracted] == [
        ("ibrahim", ""),
        ("almutairi", "tofa"),
        ("almutairi", "ruxo"),
    ]
    assert columns.left_out == ()


def test_nothing_to_pool_names_every_reason() -> None:
    rows = [
        Extraction("thrive_aa1", "8 mg", "deuruxolitinib", "salt20", "percent", 29.6),
        Extraction("allegro", "10 mg", "ritlecitinib", "salt20", "n", 63),
    ]
    with pytest.raises(NothingToPoolError, match="no number of 'salt20' can be pooled") as raised:
        made(replace(RESPONSE, outcome="salt20"), rows)
    assert raised.value.hint == "thrive_aa1, 8 mg: given as percent only; allegro, 10 mg: given as n only"


def test_definitions_that_differ_are_noted() -> None:
    rows = [replace(SERIES[0], definition="clinically significant regrowth"), SERIES[1]]
    rows += [replace(SERIES[2], definition="any regrowth"), SERIES[3]]
    assert any("define any_response in 2 ways" in note for note in made(RESPONSE, rows).notes)


def test_trials_pooled_with_other_designs_are_noted() -> None:
    studies = {
        "brave_aa1": Study("brave_aa1", "BRAVE-AA1", randomised=True),
        "brave_aa2": Study("brave_aa2", "BRAVE-AA2"),
    }
    note = "pooled with randomised trials though not marked as randomised: BRAVE-AA2"
    assert note in made(LATE, TRIALS, studies=studies).notes


@pytest.mark.parametrize("setting", ["leave_out", "without"])
def test_an_unknown_word_to_leave_out_is_an_error(setting: str) -> None:
    spec = replace(RESPONSE, **{setting: ("lower",)})
    with pytest.raises(UsageError, match=f"{setting} holds 'lower'"):
        made(spec, SERIES)


def variant_of(*words: str, **more: Any) -> list[Any]:
    keys = {row.study for row in SERIES}
    given = {"studies": {key: Study(key, key) for key in keys}, "included_studies": keys, **more}
    return list(variants(replace(RESPONSE, without=words), SERIES, **given))


def test_a_variant_leaves_out_what_its_word_says() -> None:
    bound, risk = variant_of("lower_bound", "high_risk", high_risk={"jabbari_2018"})
    assert (bound.title, bound.columns.events) == ("without lower bounds", (9, 11, 5, 5))
    assert [str(entry) for entry in bound.dropped] == ["mackay_wiggan_2016, ruxolitinib: status lower_bound"]
    assert (risk.title, risk.columns.events) == ("without studies at high risk of bias", (9, 5, 9, 5))


def test_a_variant_without_secondary_sources() -> None:
    included = {row.study for row in SERIES} - {"akdogan_2019"}
    [variant] = variant_of("secondary", included_studies=included, secondary_studies={"akdogan_2019": "a letter"})
    assert "akdogan_2019" not in variant.columns.studies
    [nothing] = variant_of("secondary", secondary_studies={"akdogan_2019": "a letter, and its own report is included"})
    assert (len(nothing.columns.studies), nothing.dropped) == (5, ())


def test_a_variant_that_leaves_nothing_says_so() -> None:
    [variant] = variant_of("high_risk", high_risk={row.study for row in SERIES})
    assert variant.columns is None
    assert variant.why.startswith("analysis response: no number of 'any_response' can be pooled: craiglow_2017")


def test_no_words_make_no_variants() -> None:
    assert variant_of() == []


def numbers(study: str, arm: str, **given: float) -> list[Extraction]:
    """Return the numbers of one arm for the outcome ``score`` (or ``falls`` for a rate), one a field."""
    outcome = "falls" if "person_time" in given else "score"
    return [Extraction(study, arm, group=arm, outcome=outcome, field=name, value=v) for name, v in given.items()]


SCORES = numbered(
    [
        *numbers("one", "drug", mean=5.0, sd=2.0, n=10),
        *numbers("one", "placebo", mean=7.5, sd=2.5, n=12),
        *numbers("two", "drug", mean=4.25, se=0.5, n=36),
        *numbers("two", "placebo", mean=6.0, sd=3.0, n=35),
        *numbers("three", "drug", mean=4.0, n=20),
        *numbers("three", "placebo", mean=4.4, sd=1.0, n=20),
        *numbers("four", "drug", median=4.0, n=20),
        *numbers("four", "placebo", mean=4.4, sd=1.0, n=20),
    ]
)
FOUR = {"included_studies": {"one", "two", "three", "four"}, "studies": {}}


def test_means_of_two_arms_become_columns() -> None:
    """An SD from an SE is ``se sqrt(n)`` = 0.5 * 6 (Cochrane Handbook 6.5.2.2)."""
    spec = AnalysisSpec("score", "Score", "score", measure="MD", model="random", control=("placebo",))
    made = columns_for(spec, SCORES, **FOUR)
    assert made.studies == ("one", "two")
    assert made.numbers == {
        "mean": (5.0, 4.25),
        "sd": (2.0, 3.0),
        "n": (10, 36),
        "mean_c": (7.5, 6.0),
        "sd_c": (2.5, 3.0),
        "n_c": (12, 35),
    }
    assert "two: the standard deviation of drug was worked out from its standard error (0.5) and n" in made.notes
    assert {str(entry) for entry in made.left_out} >= {
        "three, drug: a mean is given, but neither sd nor se",
        "four, drug: given as median, n without a mean",
    }


def test_means_of_arms_in_one_group_are_combined() -> None:
    """5 and 7, SD 2, ten patients each: mean 6, SD sqrt((2 * 9 * 4 + 20) / 19) (Cochrane Handbook, table 6.5.a)."""
    rows = numbered([*numbers("one", "low", mean=5, sd=2, n=10), *numbers("one", "high", mean=7, sd=2, n=10)])
    made = columns_for(AnalysisSpec("s", "S", "score", measure="MN", model="random"), rows, **FOUR)
    assert made.numbers["mean"] == (6.0,)
    assert made.numbers["sd"] == pytest.approx((((2 * 9 * 4 + 20) / 19) ** 0.5,), rel=1e-12)
    assert made.numbers["n"] == (20,)
    assert "one: 2 arms combined, so that each patient counts once (low, high: 5 (2), n = 10 + 7 (2), n = 10)" in (
        made.notes
    )


def test_rates_take_events_and_person_time_also_a_shared_one() -> None:
    rows = numbered(
        [
            *numbers("one", "drug", events=3, person_time=120.5),
            Extraction("two", "drug", group="drug", outcome="falls", field="events", value=0),
            Extraction("two", "drug", group="drug", outcome="fa*", field="person_time", value=44),
            Extraction("three", "drug", group="drug", outcome="falls", field="events", value=2),
            Extraction("three", "drug", group="drug", outcome="falls", field="n", value=44),
        ]
    )
    assert check(rows).errors == ()
    made = columns_for(AnalysisSpec("f", "F", "falls", measure="IRLN", model="random"), rows, **FOUR)
    assert made.numbers == {"events": (3, 0), "time": (120.5, 44)}
    assert made.n == ()
    assert [str(entry) for entry in made.left_out] == ["three, drug: events are given, but person_time is not reported"]


def test_an_outcome_with_other_numbers_says_which_are_missing() -> None:
    with pytest.raises(UsageError) as caught:
        columns_for(AnalysisSpec("s", "S", "score"), SCORES, **FOUR)
    assert "PLO needs events and n, and of 'score' there are only mean, median, n, sd, se" in str(caught.value)


def test_extractors_who_differ_about_a_mean_close_its_gate() -> None:
    other = replace(SCORES[0], value=5.1, extractor="ben")
    spec = AnalysisSpec("s", "S", "score", measure="MN", model="random")
    with pytest.raises(GateError, match="extractors differ about 1 of its numbers"):
        columns_for(spec, [*SCORES, other], **FOUR)


def test_more_events_than_patients_are_never_a_proportion() -> None:
    rows = numbered(count("craiglow_2017", "tofacitinib", "any_response", 120, 80))
    with pytest.raises(UsageError, match=r"craiglow_2017, .*120 events of 80 patients"):
        made(RESPONSE, rows)
