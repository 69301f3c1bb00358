"""One population and one time of each arm, on the baricitinib trials: two populations, several weeks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import UsageError
from jakdb.words import Extraction
from jakscreen.extract import (
    ArmCount,
    choose_population,
    choose_time,
    days,
    once_an_arm,
    pair_counts,
    population_of,
    same_time,
)


def counts(*given: tuple[str, int, str, str], study: str = "brave_aa1", status: str = "read") -> list[ArmCount]:
    """Return counts from arm, events, time and population; each of 281 patients."""
    rows: list[Extraction] = []
    for arm, events, time, population in given:
        for field, value in (("events", events), ("n", 281)):
            rows.append(
                Extraction(study, arm, arm, "salt20", field, value, status=status, time=time, population=population)
            )
    return list(pair_counts(rows))


def taken(chosen: Sequence[ArmCount]) -> list[tuple[str, str, str]]:
    return [(count.arm, count.time, count.population) for count in chosen]


BOTH = counts(("4 mg", 99, "36 weeks", "observed"), ("4 mg", 109, "36 weeks", "imputed"))


def test_observed_and_imputed_are_never_mixed() -> None:
    """The registry's observed 35.2 % and the paper's imputed 38.8 % of one arm."""
    with pytest.raises(UsageError, match=r"imputed: brave_aa1 \(4 mg\); observed: brave_aa1 \(4 mg\)") as raised:
        choose_population(BOTH, "", analysis="late")
    assert 'under [analysis.late] population = "observed"' in raised.value.hint


def test_populations_of_different_studies_are_not_mixed_either() -> None:
    with pytest.raises(UsageError, match="different populations"):
        choose_population(BOTH[:1] + counts(("4 mg", 76, "", "imputed"), study="brave_aa2"), "", analysis="late")


@pytest.mark.parametrize("population", ["observed", "imputed"])
def test_a_named_population_is_taken(population: str) -> None:
    chosen = choose_population(BOTH, population, analysis="late")
    assert taken(chosen.counts) == [("4 mg", "36 weeks", population)]
    assert len(chosen.passed_over) == 1


def test_an_unstated_population_goes_with_any_and_is_noted() -> None:
    unstated = counts(("4 mg", 76, "36 weeks", ""), study="brave_aa2")
    for wanted in ("", "observed"):
        chosen = choose_population(BOTH[:1] + unstated, wanted, analysis="late")
        assert len(chosen.counts) == 2
        assert chosen.notes == ("population not stated, pooled with observed numbers: brave_aa2 (4 mg)",)


def test_populations_that_nobody_states_need_no_note() -> None:
    assert choose_population(counts(("4 mg", 76, "", "")), "", analysis="late").notes == ()


def test_a_stated_number_comes_before_an_unstated_one_of_the_same_arm() -> None:
    both = BOTH[:1] + counts(("4 mg", 98, "36 weeks", ""))
    assert taken(choose_population(both, "observed", analysis="late").counts) == [("4 mg", "36 weeks", "observed")]


def test_a_number_with_the_status_imputed_is_imputed() -> None:
    [count] = counts(("4 mg", 109, "36 weeks", ""), status="imputed")
    assert population_of(count) == "imputed"


SEVERAL = counts(("4 mg", 60, "24 weeks", ""), ("4 mg", 99, "36 weeks", ""), ("4 mg", 40, "3 months", ""))


def test_several_times_without_a_rule_are_an_error_that_says_how_to_write_one() -> None:
    with pytest.raises(UsageError, match=r"brave_aa1 \(4 mg\): 24 weeks, 36 weeks, 3 months") as raised:
        choose_time(SEVERAL, "", analysis="late")
    assert 'under [analysis.late] time = "last", "first" or a time such as "24 weeks"' in raised.value.hint
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("rule", "time"), [("last", "36 weeks"), ("first", "3 months"), ("24 weeks", "24 weeks"), ("Week 24", "24 weeks")]
)
def test_a_rule_takes_one_time(rule: str, time: str) -> None:
    chosen = choose_time(SEVERAL, rule, analysis="late")
    assert taken(chosen.counts) == [("4 mg", time, "")]
    assert len(chosen.passed_over) == 2


def test_an_arm_not_measured_at_the_named_time_is_passed_over_by_name() -> None:
    chosen = choose_time(counts(("4 mg", 60, "24 weeks", ""), ("2 mg", 40, "", "")), "36 weeks", analysis="late")
    assert chosen.counts == ()
    assert [why for _, why in chosen.passed_over] == ["measured at 24 weeks, not at 36 weeks", "no time stated"]


def test_one_time_an_arm_needs_no_rule() -> None:
    different = counts(("4 mg", 60, "24 weeks", ""), ("2 mg", 40, "3-21 months", ""))
    assert list(choose_time(different, "", analysis="late").counts) == different
    assert list(choose_time(different, "last", analysis="late").counts) == different


def test_times_that_cannot_be_ordered_are_an_error_that_says_so() -> None:
    unclear = counts(("4 mg", 60, "24 weeks", ""), ("4 mg", 80, "end of follow-up", ""))
    with pytest.raises(UsageError, match="end of follow-up is not one number and one unit"):
        choose_time(unclear, "last", analysis="late")


def is_placebo(count: ArmCount) -> bool:
    return count.arm == "placebo"


def test_compared_arms_are_taken_at_a_time_they_share() -> None:
    """The control is not followed as long as the treatment: the last time is the last of both."""
    trial = counts(("4 mg", 60, "24 weeks", ""), ("4 mg", 99, "36 weeks", ""), ("placebo", 10, "24 weeks", ""))
    chosen = choose_time(trial, "last", analysis="late", is_control=is_placebo)
    assert taken(chosen.counts) == [("4 mg", "24 weeks", ""), ("placebo", "24 weeks", "")]
    with pytest.raises(UsageError, match="several times"):
        choose_time(trial, "", analysis="late", is_control=is_placebo)


def test_arms_without_a_shared_time_are_not_compared() -> None:
    trial = counts(("4 mg", 99, "36 weeks", ""), ("placebo", 10, "24 weeks", ""))
    chosen = choose_time(trial, "", analysis="late", is_control=is_placebo)
    assert chosen.counts == ()
    assert chosen.passed_over[0][1] == "treatment and control were measured at different times (36 weeks, 24 weeks)"


def test_a_trial_without_a_control_is_left_for_the_caller() -> None:
    alone = counts(("4 mg", 99, "36 weeks", ""))
    assert list(choose_time(alone, "", analysis="late", is_control=is_placebo).counts) == alone


def test_the_same_count_twice_is_one() -> None:
    twice = counts(("4 mg", 99, "", ""), ("4 mg", 99, "", "observed"))
    assert taken(once_an_arm(twice, analysis="late")) == [("4 mg", "", "observed")]


def test_two_counts_that_differ_in_nothing_to_choose_by_are_an_error() -> None:
    with pytest.raises(UsageError, match="has several counts of one outcome"):
        once_an_arm(counts(("4 mg", 98, "", ""), ("4 mg", 99, "", "observed")), analysis="late")


def test_an_sd_and_an_se_of_one_value_are_not_the_same_stated_twice() -> None:
    rows = [
        Extraction("brave_aa1", "4 mg", "baricitinib", "dlqi", field, value, time=time)
        for time, spread in (("24 weeks", "sd"), ("24 wk", "se"))
        for field, value in (("mean", 5), (spread, 2), ("n", 25))
    ]
    with pytest.raises(UsageError, match=r"several means of one outcome \(5 \(SD 2\) of 25; 5 \(SE 2\) of 25"):
        once_an_arm(pair_counts(rows, kind="mean"), analysis="late")


@pytest.mark.parametrize(
    ("time", "length"),
    [
        ("24 weeks", 168),
        ("week 24", 168),
        ("24 wk", 168),
        ("24w", 168),
        ("24-week", 168),
        ("at 24 weeks", 168),
        ("90 days", 90),
        ("1 year", 365.25),
        ("12 months", 365.25),
        ("6.5 mo", 6.5 * 365.25 / 12),
        ("Baseline", 0),
    ],
)
def test_times_are_read(time: str, length: float) -> None:
    assert days(time) == pytest.approx(length)


@pytest.mark.parametrize(
    "time", ["", "3-21 months", "mean 6.5 months", "end", "24", "weeks", "24 visits", "4 to 18 months"]
)
def test_what_is_not_one_number_and_one_unit_is_no_time(time: str) -> None:
    assert days(time) is None


@given(number=st.integers(1, 300), unit=st.sampled_from(["day", "week", "month", "year"]))
def test_a_time_reads_the_same_in_either_order(number: int, unit: str) -> None:
    assert same_time(f"{number} {unit}s", f"{unit.title()} {number}")
