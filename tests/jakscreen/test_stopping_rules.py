"""Stopping rules against buscarpy, scipy and closed forms."""

from __future__ import annotations

import json
from math import exp, inf, log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from jakscreen.stopping import (
    DEFAULT_RULE,
    RULES,
    Calibration,
    Goal,
    Reading,
    UnknownRuleError,
    allowed_missed,
    clopper_pearson,
    consecutive,
    expected_missed,
    hypergeometric_bounds,
    index_of,
    judge,
    judge_all,
    learnt,
    missed_target_p,
    needed_for,
    poisson_left,
    recall_frontier,
    replay,
    safe,
    sample_bound,
    supported_recall,
    wilson,
)

PINNED = json.loads((Path(__file__).parents[1] / "reference" / "buscarpy.json").read_text(encoding="utf-8"))["cases"]


def reading(pattern: str, pool: int) -> Reading:
    return Reading(tuple(map(int, pattern)), pool)


@pytest.mark.parametrize("case", PINNED, ids=[str(n) for n in range(len(PINNED))])
def test_the_hypergeometric_test_is_buscarpys(case: dict[str, object]) -> None:
    """buscarpy 0.0.2, calculate_h0 and recall_frontier, absolute 1e-9 (written by benchmarks/stopping.py --pin)."""
    labels = list(map(int, str(case["labels"])))
    pool = int(str(case["pool"]))
    assert missed_target_p(labels, pool, target=float(str(case["target"]))) == pytest.approx(case["p"], abs=1e-9)
    if frontier := case["frontier"]:
        found = recall_frontier(labels, pool)
        assert [list(found.targets), list(found.p)] == [pytest.approx(row, abs=1e-9) for row in frontier]  # type: ignore[attr-defined]


def test_a_tiny_p_is_summed_directly() -> None:
    """scipy.stats.hypergeom of the end piece with the smallest p, relative 1e-9."""
    labels = [1] * 40 + [0] * 900
    r, pool, missing = 40, 1000, 3  # floor(40 / .95 + 1 - 40)
    p = min(stats.hypergeom.cdf(max(0, n - 900), n + pool - 940, max(0, n - 900) + missing, n) for n in (900, 901, 940))
    assert missed_target_p(labels, pool) == pytest.approx(p, rel=1e-9)
    assert r == sum(labels)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 1), min_size=1, max_size=40), st.integers(0, 200), st.sampled_from([0.5, 0.8, 0.95]))
def test_the_smallest_p_of_all_end_pieces_counts(labels: list[int], unread: int, target: float) -> None:
    """scipy.stats.hypergeom of every end piece, absolute 1e-9."""
    found = sum(labels)
    missing = int(found / target + 1 - found)
    sizes = np.arange(1, len(labels) + 1)
    inside = np.cumsum(labels[::-1])
    every = stats.hypergeom.cdf(inside, sizes + unread, inside + missing, sizes) if missing <= unread else 0.0
    p = missed_target_p(labels, len(labels) + unread, target=target)
    assert p == pytest.approx(np.min(every), abs=1e-9)


def test_no_target_can_be_missed_where_too_few_are_unread() -> None:
    """20 found: two more would have to be missing for a recall below 95 %, and one is unread."""
    assert missed_target_p([1] * 20, 21) == 0.0


def test_before_anything_is_read_the_target_may_be_missed() -> None:
    assert missed_target_p([], 100) == 1.0


def test_more_labels_than_records_are_refused() -> None:
    with pytest.raises(ValueError, match="pool of 1"):
        missed_target_p([0, 0], 1)
    with pytest.raises(ValueError, match="pool of 1"):
        Reading((0, 0), 1)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_sample_bounds_are_the_exact_ones(data: st.DataObject) -> None:
    """Every total is tried with scipy.stats.hypergeom."""
    frame = data.draw(st.integers(1, 80))
    drawn = data.draw(st.integers(0, frame))
    relevant = data.draw(st.integers(0, drawn))
    totals = np.arange(relevant, frame - (drawn - relevant) + 1)
    high = totals[stats.hypergeom.cdf(relevant, frame, totals, drawn) >= 0.05 - 1e-10].max()
    low = totals[stats.hypergeom.sf(relevant - 1, frame, totals, drawn) >= 0.05 - 1e-10].min()
    assert hypergeometric_bounds(frame, drawn=drawn, relevant=relevant) == (low, high)


def test_a_sample_of_everything_leaves_nothing_missed() -> None:
    bound = sample_bound(50, drawn=50, relevant=7, found=7)
    assert (bound.missed, bound.missed_high, bound.recall, bound.recall_low) == (0.0, 0, 1.0, 1.0)


def test_counts_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="contradict"):
        sample_bound(50, drawn=10, relevant=3, found=2)


def test_clopper_pearson_of_none_is_the_closed_form() -> None:
    """1 - (alpha / 2) ** (1 / n)."""
    assert clopper_pearson(0, 40) == (0.0, pytest.approx(1 - 0.025 ** (1 / 40), rel=1e-12))
    low, high = clopper_pearson(7, 20)
    exact = stats.binomtest(7, 20).proportion_ci(method="exact")
    assert (low, high) == (pytest.approx(exact.low, rel=1e-10), pytest.approx(exact.high, rel=1e-10))


def test_wilson_is_scipys() -> None:
    exact = stats.binomtest(43, 45).proportion_ci(method="wilson")
    assert wilson(43, 45) == (pytest.approx(exact.low, rel=1e-12), pytest.approx(exact.high, rel=1e-12))


@pytest.mark.parametrize(("frame", "missed"), [(200, 0), (363, 4), (30, 30)])
def test_the_draw_that_is_needed_is_the_smallest(frame: int, missed: int) -> None:
    n = needed_for(frame, missed=missed)
    assert hypergeometric_bounds(frame, drawn=n, relevant=0)[1] <= missed
    if n:
        assert hypergeometric_bounds(frame, drawn=n - 1, relevant=0)[1] > missed


def test_of_21_studies_one_may_be_missed() -> None:
    """95 % of 21 is 19.95, so 20 are enough; 18 of 19 are 94.7 %."""
    assert [allowed_missed(n) for n in (18, 19, 20, 38, 57)] == [0, 1, 1, 2, 3]


def test_the_power_law_has_the_greatest_likelihood() -> None:
    """theta found by scipy's own optimiser, relative 1e-6."""
    finds = reading("1101001000100000010000000010", 60)
    x = (np.array(finds.places) - 0.5) / finds.read
    best = optimize.minimize_scalar(lambda t: -(len(x) * log(t) + (t - 1) * np.log(x).sum()), bounds=(0.01, 5))
    found = poisson_left(finds, shape="power")
    assert found is not None
    assert found.parameter == pytest.approx(best.x, rel=1e-4)
    assert found.left == pytest.approx(len(x) * ((60 / 28) ** best.x - 1), rel=1e-4)


def test_the_exponential_rate_has_the_greatest_likelihood() -> None:
    finds = reading("1101001000100000010000000010", 60)
    x = (np.array(finds.places) - 0.5) / finds.read
    best = optimize.minimize_scalar(lambda b: -(len(x) * log(b / (1 - exp(-b))) - b * x.sum()), bounds=(0.01, 20))
    found = poisson_left(finds, shape="exponential")
    assert found is not None
    assert found.parameter == pytest.approx(best.x, rel=1e-4)
    left = len(x) * (exp(-best.x) - exp(-best.x * 60 / 28)) / (1 - exp(-best.x))
    assert found.left == pytest.approx(left, rel=1e-4)
    assert found.left_high == stats.poisson.ppf(0.95, found.left)


def test_finds_that_all_come_late_leave_no_more_than_is_unread() -> None:
    """A power of a thousand: 50 times the places read already is beyond a float."""
    found = poisson_left(Reading((0,) * 998 + (1, 1), 50_000), shape="power")
    assert found is not None
    assert (found.left, found.left_high) == (49_000.0, 49_000)


def test_one_find_makes_no_process() -> None:
    assert poisson_left(reading("1000", 10)) is None


def test_a_row_of_irrelevant_records_begins_after_the_last_find() -> None:
    assert not consecutive(reading("1" + "0" * 49, 100), 50)
    assert consecutive(reading("1" + "0" * 50, 100), 50)


def test_safe_wants_all_its_conditions() -> None:
    short = safe(reading("1" + "0" * 50, 1000))
    assert (short.share, short.silence, short.met) == (False, True, False)
    assert not safe(reading("1" + "0" * 99, 1000), keys_missing=1).met
    assert not safe(reading("1" + "0" * 99, 1000), relevant=60).met
    assert safe(reading("1" + "0" * 99, 1000), relevant=50).met


def test_each_irrelevant_record_lowers_the_index() -> None:
    values = [index_of(reading("10" * 20 + "0" * n, 300)) for n in range(0, 200, 10)]
    assert values == sorted(values, reverse=True)


def test_a_find_raises_the_index() -> None:
    silent = reading("10" * 20 + "0" * 60, 300)
    assert index_of(reading("10" * 20 + "0" * 59 + "1", 300)) > index_of(silent)


def test_the_index_knows_its_ends() -> None:
    assert index_of(reading("0101", 4)) == -inf
    assert index_of(reading("00", 4)) == inf
    assert index_of(reading("", 4)) == inf


def test_the_index_is_its_formula() -> None:
    """Worked out apart, with numpy, from the words of the docstring."""
    one = reading("1101001000100000010000000010", 60)
    n, u, r = 28, 32 / 28, 8
    p = np.array([1, 2, 4, 7, 11, 18, 27])
    r = len(p)
    rate = np.mean([np.log((1 + np.exp(-(n - p) / (h * n)).sum()) / (h * r)) for h in (0.1, 0.2, 0.4)])
    reach = np.mean([np.log(u), *(np.log((1 - np.exp(-b * u)) / b) for b in (1.5, 3, 5))])
    late = 3 * p.mean() / n + 0.3 * np.log(r / n) - 0.1 * np.log(r)
    assert index_of(one) == pytest.approx(rate + reach + late, rel=1e-12)


def test_never_more_are_expected_than_are_unread() -> None:
    table = Calibration(-2.0, 0.95, (-3.0, 0.0), (0.5, 0.9), (5.0, 9.0))
    found = expected_missed(reading("1" * 20 + "0", 23), table)
    assert found is not None
    assert (found.missed_high, found.recall_low) == (2.0, 20 / 22)


def test_below_20_found_no_rule_advises() -> None:
    judged = judge_all(reading("1" * 19 + "0" * 300, 400), Goal(calibration=learnt().calibration))
    assert {one.rule for one in judged} == set(RULES)
    assert [one.rule for one in judged if one.stop is not None] == []


def test_a_random_sample_advises_below_20_found() -> None:
    """All but one record were drawn: nothing relevant can be missed but that one."""
    few = reading("1" * 5 + "0" * 94, 100)
    bound = sample_bound(100, drawn=99, relevant=5, found=5)
    assert judge("sample", few, Goal(sample=bound, target=0.8)).stop is True
    assert judge("sample", few, Goal()).stop is None


def test_all_read_is_the_end() -> None:
    assert all(one.stop for one in judge_all(reading("010", 3)))


def test_an_unknown_rule_is_refused_with_those_known() -> None:
    with pytest.raises(UnknownRuleError) as caught:
        judge("knee", reading("1", 2))
    assert DEFAULT_RULE in caught.value.hint


def test_calibrated_does_not_promise_more_than_it_learnt() -> None:
    judged = judge(DEFAULT_RULE, reading("1" * 30 + "0" * 300, 400), Goal(0.99, calibration=learnt().calibration))
    assert judged.stop is None
    assert "95" in judged.why


def test_a_replay_stops_where_the_rule_first_says_so() -> None:
    labels = [1] * 20 + [0] * 60 + [1] + [0] * 119
    found = {one.rule: one for one in replay(labels, ["consecutive-50", "consecutive-100", "consecutive-200"])}
    assert (found["consecutive-50"].read, found["consecutive-50"].found) == (70, 20)
    assert found["consecutive-50"].recall == 20 / 21
    assert found["consecutive-100"].read == 181
    assert (found["consecutive-200"].stopped, found["consecutive-200"].share) == (False, 1.0)


def test_the_package_knows_every_rule_that_needs_no_sample() -> None:
    known = learnt()
    assert set(known.rules) == set(known.unguarded) == set(RULES) - {"sample"}
    table = known.calibration
    assert list(table.missed) == sorted(table.missed)
    assert all(m <= h for m, h in zip(table.missed, table.missed_high, strict=True))
    for row in known.rules.values():
        assert (row.low, row.high) == tuple(round(x, 4) for x in wilson(row.reached, row.runs))


def test_the_supported_recall_is_the_frontiers() -> None:
    for pattern, pool in (("110100" * 10 + "0" * 200, 400), ("1" * 30 + "0" * 50, 100), ("1100" * 5, 300)):
        labels = list(map(int, pattern))
        frontier = recall_frontier(labels, pool).supported()
        assert frontier is not None
        assert supported_recall(labels, pool) == pytest.approx(frontier, abs=1e-9)


def test_without_a_find_no_figure_is_infinite() -> None:
    judged = judge(DEFAULT_RULE, reading("000", 9), Goal(calibration=learnt().calibration), guard=False)
    assert (judged.stop, judged.figure) == (False, None)


def test_a_tie_stays_inside_the_bounds() -> None:
    """One of 40 drawn, irrelevant: with 38 relevant ones that has a chance of exactly 2 / 40."""
    assert hypergeometric_bounds(40, drawn=1, relevant=0) == (0, 38)
