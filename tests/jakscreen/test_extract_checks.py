"""What blocks an extraction table, and what loads flagged; on facts of the alopecia papers and registry entries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import InputError
from jakdb.words import Extraction
from jakscreen.extract import check, load_table, touches

KNOWN = {"jerjen_preadolescent": {"tofa"}, "almutairi_2019": {"tofa", "ruxo"}, "dai_2020": set()}


def number(
    outcome: str,
    field: str,
    value: float | None,
    *,
    study: str = "jerjen_preadolescent",
    arm: str = "tofa",
    **more: object,
) -> Extraction:
    """Return one number; `row` defaults to something that tells events from n."""
    given: dict[str, object] = {
        "group": "tofacitinib",
        "row": {"events": 2, "n": 3, "percent": 4}.get(field, 5),
        **more,
    }
    return Extraction(study=study, arm=arm, outcome=outcome, field=field, value=value, **given)  # type: ignore[arg-type]  # keywords by name


def count(outcome: str, events: float, n: float, **more: object) -> list[Extraction]:
    return [number(outcome, "events", events, **more), number(outcome, "n", n, **more)]


def kinds(rows: list[Extraction], **more: object) -> list[str]:
    checked = check(rows, **more)  # type: ignore[arg-type]  # keywords by name
    assert checked.errors == ()
    return [doubt.kind for doubt in checked.doubts]


def only_error(rows: list[Extraction], known: dict[str, set[str]] | None = None) -> str:
    [error] = check(rows, known_studies=known).errors
    return error


def test_sound_counts_have_neither_errors_nor_doubts() -> None:
    rows = count("any_response", 9, 14) + count("salt50", 7, 11, quote="seven (63.6%) achieved over 50% improvement")
    checked = check(rows, known_studies=KNOWN)
    assert (checked.errors, checked.doubts) == ((), ())


def test_more_events_than_patients_is_an_error_that_names_both_rows() -> None:
    error = only_error(count("salt50", 12, 11))
    assert error == "row 2: 12 events of 11 patients (row 3): salt50 of jerjen_preadolescent, tofa"


@given(events=st.integers(0, 60), n=st.integers(0, 60))
def test_events_are_an_error_exactly_when_they_exceed_n(events: int, n: int) -> None:
    assert bool(check(count("salt50", events, n)).errors) == (events > n)


def test_events_above_a_shared_n_are_an_error() -> None:
    rows = [number("ae_liver", "events", 40), number("ae_*", "n", 35)]
    assert "40 events of 35 patients" in only_error(rows)


def test_the_n_of_another_time_is_no_denominator() -> None:
    rows = [number("salt50", "events", 7, time="24 weeks"), number("salt50", "n", 11, time="36 weeks")]
    error = only_error(rows)
    assert error.startswith("row 2: events without an n: salt50 of jerjen_preadolescent, tofa, at 24 weeks")
    assert "the n in row 3 is for time '36 weeks'" in error


def test_events_without_any_n_are_an_error() -> None:
    assert only_error([number("salt50", "events", 7)]).endswith("; add a row with the field 'n'")


def test_events_with_an_n_that_is_not_reported_are_an_error() -> None:
    rows = [number("salt50", "events", 7), number("salt50", "n", None, status="not_reported")]
    assert "the n in row 3 is not reported" in only_error(rows)


def test_a_percentage_needs_no_n() -> None:
    """THRIVE-AA1 prints 29.6 % of a population whose size is not given."""
    assert kinds([number("salt20", "percent", 29.6)]) == []


def test_an_unknown_study_is_an_error_with_the_near_name() -> None:
    error = only_error([number("salt50", "n", 35, study="Dai2020")], KNOWN)
    assert error == "row 3: the study 'Dai2020' is not known; did you mean 'dai_2020'?"


def test_an_unknown_arm_is_an_error_with_the_arms_there_are() -> None:
    error = only_error([number("salt50", "n", 37, study="almutairi_2019", arm="tofacitinib")], KNOWN)
    assert error.startswith("row 3: the arm 'tofacitinib' is not known; the arms of almutairi_2019 are ruxo, tofa")


def test_no_arm_where_the_study_has_arms_is_an_error() -> None:
    assert "no arm is given; the arms of almutairi_2019" in only_error(
        [number("salt50", "n", 37, study="almutairi_2019", arm="")], KNOWN
    )


def test_a_study_without_declared_arms_takes_any_arm() -> None:
    assert check([number("salt50", "n", 35, study="dai_2020", arm="whatever")], known_studies=KNOWN).errors == ()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (number("salt50", "n", -1), "n cannot be negative (-1)"),
        (number("salt50", "n", 11.5), "n must be a whole number, not 11.5"),
        (number("salt50", "percent", 101), "a percentage of patients cannot exceed 100 (101)"),
        (number("salt50", "event", 7), "the field 'event' is not known; did you mean 'events'?"),
        (number("salt50", "n", 11, status="raed"), "the status 'raed' is not known; did you mean 'read'?"),
        (
            number("salt50", "n", 11, population="observd"),
            "the population 'observd' is not known; did you mean 'observed'?",
        ),
        (number("salt50", "n", 11, status="not_reported"), "the status is 'not_reported' but the value 11"),
        (number("ae_*", "events", 1), "only an n or a person_time may be shared by outcomes ('ae_*')"),
        (number("salt20", "n", 281, population="observed", status="imputed"), "can only be one of them"),
    ],
)
def test_a_wrong_row_is_an_error_that_names_it(row: Extraction, words: str) -> None:
    errors = [error for error in check([row]).errors if "without an n" not in error]
    assert len(errors) == 1
    assert errors[0].startswith(f"row {row.row}: ")
    assert words in errors[0]


def test_a_mean_may_be_negative() -> None:
    assert check([number("salt_change", "mean", -12.5)]).errors == ()


def test_one_extractor_cannot_give_a_cell_two_values() -> None:
    n = number("salt50", "n", 14, extractor="Ann")
    assert "n is 11, in row 3 14 for the same cell" in only_error([n, replace(n, value=11, row=9)])


def test_two_extractors_may_give_a_cell_two_values() -> None:
    n = number("salt50", "n", 14, extractor="Ann")
    assert check([n, replace(n, value=11, extractor="Ben", row=9)]).errors == ()


def test_counts_are_held_against_the_n_of_the_same_extractor() -> None:
    ann = count("salt50", 12, 14, extractor="Ann")
    ben = count("salt50", 7, 11, extractor="Ben")
    assert check(ann + ben).errors == ()
    assert len(check([*ann, replace(ben[0], value=12), ben[1]]).errors) == 1


def test_an_arm_in_two_groups_is_an_error() -> None:
    rows = [number("salt50", "n", 37), number("salt90", "n", 37, group="ruxolitinib", row=8)]
    assert "row 8: the arm tofa of jerjen_preadolescent is in the group 'ruxolitinib', in row 3" in only_error(rows)


def test_a_percentage_that_is_no_whole_number_of_its_n_is_a_doubt() -> None:
    """THRIVE-AA2, 12 mg: 38.3 % of 127 is 48.6 patients (NCT04797650)."""
    rows = [number("salt20", "percent", 38.3), number("salt20", "n", 127)]
    [doubt] = check(rows).doubts
    assert (doubt.kind, doubt.rows, doubt.study, doubt.arm) == ("no_integer", (4, 3), "jerjen_preadolescent", "tofa")
    assert "38.3 % is no whole number of 127 patients" in doubt.message


def test_a_percentage_that_is_a_whole_number_of_its_n_is_none() -> None:
    """BRAVE-AA1, 4 mg: 35.2 % of 281 is 99 patients (NCT03570749)."""
    assert kinds([*count("salt20", 99, 281), number("salt20", "percent", 35.2)]) == []


def test_a_percentage_of_other_events_is_a_doubt() -> None:
    rows = [*count("salt20", 80, 234), number("salt20", "percent", 32.5)]
    [doubt] = check(rows).doubts
    assert doubt.kind == "percentage"
    assert "32.5 % is printed, but 80/234 is 34.2 %" in doubt.message


def test_the_percentage_of_a_quote_is_held_against_its_count() -> None:
    """Jerjen: 63.6 % is seven of eleven, not of the fourteen enrolled."""
    [doubt] = check(count("salt50", 7, 14, quote="seven (63.6%) achieved over 50% improvement")).doubts
    assert doubt.kind == "no_integer"
    [doubt] = check(count("any_response", 40, 66, quote="64% of patients responded to treatment")).doubts
    assert doubt.kind == "percentage"
    assert kinds(count("any_response", 42, 66, quote="64% of patients responded to treatment")) == []


def test_the_same_percentage_in_a_row_and_in_the_quote_is_one_doubt() -> None:
    quote = "denominator 249, 33.0%; randomised 258"
    rows = [*count("salt20", 82, 249, quote=quote), number("salt20", "percent", 33.0, quote=quote)]
    [doubt] = check(rows).doubts
    assert set(doubt.rows) == {2, 3, 4}


def test_a_contradictory_abstract_is_a_doubt_in_its_own_words() -> None:
    """Akdogan 2019: the classes add to 5 of 9, the text says 41.4 %."""
    note = "Contradiction: the classes add to 5/9 = 55.6 %, the text says 41.4 %"
    [doubt] = check([number("any_response", "events", 5, note=note), number("any_response", "n", 9)]).doubts
    assert doubt.kind == "contradiction"
    assert doubt.message.endswith("the classes add to 5/9 = 55.6 %, the text says 41.4 %")


def test_more_evaluated_than_enrolled_is_a_doubt() -> None:
    enrolled = number("enrolled", "n", 14, row=9)
    assert kinds([enrolled, number("salt50", "n", 11)]) == []
    assert kinds([enrolled, number("salt50", "n", 14)]) == []
    [doubt] = check([enrolled, number("salt50", "n", 15)]).doubts
    assert (doubt.kind, doubt.rows, doubt.outcome) == ("above_enrolled", (3, 9), "salt50")


def test_a_narrower_response_above_the_wider_is_a_doubt() -> None:
    rows = count("salt50", 2, 9) + count("salt90", 3, 9, row=7)
    [doubt] = check(rows).doubts
    assert doubt.kind == "nesting"
    assert "3 events, but only 2 for salt50" in doubt.message


def test_nesting_is_judged_across_a_missing_outcome() -> None:
    assert kinds(count("any_response", 2, 9) + count("salt90", 3, 9)) == ["nesting"]


@pytest.mark.parametrize("difference", [{"time": "36 weeks"}, {"population": "imputed"}, {"arm": "ruxo", "group": ""}])
def test_nesting_is_judged_for_the_same_arm_time_and_population_only(difference: dict[str, object]) -> None:
    assert kinds(count("salt50", 2, 9) + count("salt90", 3, 9, **difference)) == []


def test_nesting_is_judged_for_the_same_denominator_only() -> None:
    """Jerjen: SALT50 in seven of eleven, any response in nine of fourteen."""
    assert kinds(count("any_response", 9, 14) + count("salt50", 10, 11)) == []


def test_the_nested_outcomes_are_an_argument() -> None:
    rows = count("cr", 5, 9) + count("orr", 4, 9)
    assert kinds(rows) == []
    assert kinds(rows, nested=[("orr", "cr")]) == ["nesting"]


@pytest.mark.parametrize("status", ["lower_bound", "upper_bound", "approximate", "imputed"])
def test_a_number_that_is_not_exact_is_a_doubt(status: str) -> None:
    rows = [number("any_response", "events", 9, status=status), number("any_response", "n", 12)]
    assert kinds(rows) == [status]


def test_a_lower_bound_is_not_held_against_a_percentage() -> None:
    rows = [
        number("any_response", "events", 5, status="lower_bound", quote="75% of patients responded"),
        number("any_response", "n", 12),
    ]
    assert kinds(rows) == ["lower_bound"]


def test_a_doubt_touches_the_rows_it_names() -> None:
    rows = count("salt50", 2, 9) + count("salt90", 3, 9, row=7)
    [doubt] = check(rows).doubts
    assert [touches(doubt, row) for row in rows] == [True, False, True, True]
    assert not touches(doubt, replace(rows[0], arm="ruxo"))


def test_a_sound_table_is_loaded_with_its_doubts() -> None:
    text = "study,outcome,field,value,status\na,any_response,events,9,lower_bound\na,any_response,n,12,\na,salt50,n,,\n"
    sound = load_table(text, name="cells.csv")
    assert [row.value for row in sound.rows] == [9, 12]
    assert [doubt.kind for doubt in sound.doubts] == ["lower_bound"]
    assert sound.untouched == 1


def test_one_error_blocks_the_whole_table() -> None:
    text = "study,outcome,field,value\na,salt50,events,19\na,salt50,n,18\nb,salt50,n,12 %\n"
    with pytest.raises(InputError, match=r"cells\.csv: 2 problems; nothing was loaded") as raised:
        load_table(text, name="cells.csv")
    assert [problem.split(":")[0] for problem in raised.value.problems] == ["row 4", "row 2"]
    assert raised.value.exit_code == 4


def test_an_empty_template_is_refused() -> None:
    with pytest.raises(InputError) as raised:
        load_table("study,outcome,field,value\na,salt50,events,\n", name="cells.csv")
    assert raised.value.problems == ("cells.csv: none of its 1 rows has a value",)


@pytest.mark.parametrize(
    ("sd", "se", "said"),
    [(9, 0.5, ["spread"]), (2.5, 0.5, []), (2.4, 0.5, []), (0.7, 0.1, []), (0.5, 2.51, ["spread"])],
)
def test_an_sd_that_is_not_its_se_times_the_root_of_n_is_doubted(sd: float, se: float, said: list[str]) -> None:
    rows = [number("dlqi", field, value) for field, value in (("mean", 5), ("sd", sd), ("se", se), ("n", 25))]
    assert kinds(rows) == said


def test_events_that_recur_are_doubted_where_there_is_a_person_time_and_block_elsewhere() -> None:
    recurring = count("infection", 120, 80)
    assert "120 events of 80 patients" in only_error(recurring)
    assert kinds([*recurring, number("infection", "person_time", 160)]) == ["recurrent"]
    assert "120 events of 80 patients" in only_error([*recurring, number("infection", "person_time", None)])
