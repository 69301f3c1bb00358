"""Counts with their denominators, two extractors side by side, and the value in force."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import GateError
from jakdb.words import Extraction
from jakscreen.extract import Resolution, agreed, cell_of, compare, in_force, pair_counts
from jakscreen.extract.pairs import find_n


def number(outcome: str, field: str, value: float | None, **more: object) -> Extraction:
    """Return one number of Craiglow and Dai's children, whose adverse events share one n."""
    given: dict[str, object] = {"study": "craiglow_dai", "arm": "tofa", "group": "tofacitinib", **more}
    return Extraction(outcome=outcome, field=field, value=value, **given)  # type: ignore[arg-type]  # keywords by name


def test_one_denominator_serves_every_outcome_of_its_prefix() -> None:
    shared = number("ae_*", "n", 7)
    counts = pair_counts([shared, number("ae_bowel", "events", 2), number("ae_uri", "events", 1)])
    assert [(c.outcome, c.events and c.events.value, c.n) for c in counts] == [
        ("ae_bowel", 2, shared),
        ("ae_uri", 1, shared),
    ]
    assert all(c.is_usable for c in counts)


def test_the_very_outcome_comes_before_a_prefix_and_the_longer_before_the_shorter() -> None:
    exact, longer, shorter = number("ae_liver_alt", "n", 5), number("ae_liver*", "n", 6), number("ae_*", "n", 7)
    events = number("ae_liver_alt", "events", 1)
    assert find_n(events, [shorter, longer, exact]) is exact
    assert find_n(events, [shorter, longer]) is longer
    assert find_n(events, [shorter]) is shorter
    assert find_n(number("salt50", "events", 1), [shorter, longer, exact]) is None


def test_a_denominator_without_time_serves_any_time_but_not_the_reverse() -> None:
    timeless, at_24 = number("salt20", "n", 281), number("salt20", "n", 280, time="24 weeks")
    events = number("salt20", "events", 99, time="24 weeks")
    assert find_n(events, [timeless]) is timeless
    assert find_n(events, [timeless, at_24]) is at_24
    assert find_n(number("salt20", "events", 99), [at_24]) is None


def test_a_denominator_of_another_population_or_arm_does_not_serve() -> None:
    events = number("salt20", "events", 99, population="observed")
    assert find_n(events, [number("salt20", "n", 281, population="imputed")]) is None
    assert find_n(events, [number("salt20", "n", 281, arm="placebo")]) is None
    assert find_n(events, [number("salt20", "n", 281, study="brave_aa2")]) is None


def test_the_number_enrolled_is_no_denominator() -> None:
    [salt50, enrolled] = pair_counts([number("enrolled", "n", 14), number("salt50", "events", 7)])
    assert (salt50.n, enrolled.outcome, enrolled.events) == (None, "enrolled", None)


@pytest.mark.parametrize(
    ("rows", "lack"),
    [
        ([number("o", "n", 127), number("o", "percent", 38.3)], "given as n and percent only"),
        ([number("o", "percent", 29.6)], "given as percent only"),
        ([number("o", "n", 63)], "given as n only"),
        ([number("o", "n", 63), number("o", "events", None, status="not_reported")], "given as n only"),
        ([number("o", "events", None, status="not_reported")], "not reported"),
        ([number("o", "events", 3), number("o", "n", None)], "events are given, but n is not reported"),
        ([number("o", "events", 0), number("o", "n", 0)], "nobody was evaluated (n = 0)"),
        ([number("o", "events", 0), number("o", "n", 5)], ""),
    ],
)
def test_what_a_count_lacks_is_said(rows: list[Extraction], lack: str) -> None:
    [count] = pair_counts(rows)
    assert count.lack == lack
    assert count.is_usable == (lack == "")


def test_times_and_populations_are_counts_of_their_own() -> None:
    rows = [
        number("salt20", "events", events, time=time, population=population)
        for events, time, population in (
            (99, "36 weeks", "observed"),
            (109, "36 weeks", "imputed"),
            (80, "24 weeks", "observed"),
        )
    ]
    assert len(pair_counts([*rows, number("salt20", "n", 281)])) == 3


def test_means_are_passed_over() -> None:
    assert pair_counts([number("salt_change", "mean", 95.2), number("salt_change", "sd", 2.69)]) == ()


def test_two_values_of_one_cell_are_never_paired() -> None:
    with pytest.raises(GateError, match="n of salt50 of craiglow_dai, tofa has two values: 14 and 11"):
        pair_counts([number("salt50", "n", 14), number("salt50", "n", 11)])


def test_the_statuses_of_a_count_are_those_of_events_and_n() -> None:
    rows = [
        number("o", "events", 9, status="lower_bound"),
        number("o", "n", 12),
        number("o", "percent", 75, status="imputed"),
    ]
    assert pair_counts(rows)[0].statuses == {"lower_bound", "read"}


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(order: random.Random) -> None:
    rows = [
        number("ae_*", "n", 7),
        number("ae_bowel", "events", 2),
        number("salt50", "events", 6),
        number("salt50", "n", 7),
        number("salt90", "percent", 38.3),
    ]
    shuffled = list(rows)
    order.shuffle(shuffled)
    assert set(pair_counts(shuffled)) == set(pair_counts(rows))


ANN = number("salt50", "n", 14, extractor="Ann", row=2, id=10)
BEN = number("salt50", "n", 11, extractor="Ben", row=3, id=11, quote="7/11=63.6%")


def test_a_difference_shows_both_values_with_their_numbers() -> None:
    [difference] = compare([ANN, BEN])
    assert difference.cell == cell_of(ANN)
    assert difference.values == (("Ann", 14), ("Ben", 11))
    assert (difference.ids, difference.rows) == ((10, 11), (2, 3))


def test_a_number_against_not_reported_is_a_difference() -> None:
    assert len(compare([ANN, number("salt50", "n", None, extractor="Ben")])) == 1


def test_equal_values_agree() -> None:
    same = number("salt50", "n", 14, extractor="Ben")
    assert compare([ANN, same]) == ()
    assert agreed([ANN, same]) == (cell_of(ANN),)
    assert agreed([ANN]) == ()


def test_an_open_difference_is_not_in_force() -> None:
    other = number("salt90", "n", 14)
    force = in_force([ANN, BEN, other])
    assert force.rows == (other,)
    assert [difference.cell for difference in force.open] == [cell_of(ANN)]


def test_a_resolution_names_the_value_in_force() -> None:
    force = in_force([ANN, BEN], {cell_of(ANN): Resolution(11, "Cy", "63.6 % is seven of eleven")})
    [row] = force.rows
    assert (row.value, row.extractor, row.quote, row.id) == (11, "Ben", "7/11=63.6%", 11)
    assert row.note == "settled by Cy: 63.6 % is seven of eleven"
    assert (force.open, len(force.settled)) == ((), 1)


def test_a_resolution_to_a_third_value_keeps_no_quote_of_another_number() -> None:
    [row] = in_force([ANN, BEN], {cell_of(ANN): (12, "Cy", "asked the authors")}).rows
    assert (row.value, row.quote, row.status) == (12, "", "read_derived")
    [row] = in_force([ANN, BEN], {cell_of(ANN): (None, "Cy", "cannot be told")}).rows
    assert (row.value, row.status) == (None, "not_reported")


def test_of_equal_values_the_more_cautious_status_is_in_force() -> None:
    read = number("any_response", "events", 9, extractor="Ann")
    bound = number("any_response", "events", 9, extractor="Ben", status="lower_bound")
    assert in_force([read, bound]).rows == (bound,)
    assert in_force([bound, read]).rows == (bound,)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["Ann", "Ben"]), st.integers(0, 2)), max_size=8))
def test_every_cell_is_either_in_force_or_open_and_twice_is_once(given_rows: list[tuple[str, str, int]]) -> None:
    rows = [number(outcome, "n", value, extractor=who) for outcome, who, value in given_rows]
    force = in_force(rows)
    settled = [cell_of(row) for row in force.rows]
    still_open = [difference.cell for difference in force.open]
    assert sorted(settled + still_open) == sorted({cell_of(row) for row in rows})
    assert in_force(force.rows).rows == force.rows


@pytest.mark.parametrize("spread", ["sd", "se"])
def test_a_mean_of_one_patient_cannot_be_pooled(spread: str) -> None:
    def of(n: int) -> str:
        rows = [number("dlqi", "mean", 5), number("dlqi", spread, 0.5), number("dlqi", "n", n)]
        return pair_counts(rows, kind="mean")[0].lack

    assert [of(n) for n in (0, 1, 2)] == [
        "nobody was evaluated (n = 0)",
        "a standard deviation needs two patients (n = 1)",
        "",
    ]
