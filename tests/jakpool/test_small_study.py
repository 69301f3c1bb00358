"""Tests of asymmetry and what is said with them; R's figures are in test_reference.py."""

import math

import pytest

from jakpool import (
    PoolError,
    begg,
    doi,
    egger,
    fail_safe,
    generic,
    harbord,
    pet_peese,
    peters,
    proportions,
    rank_test,
    regression_test,
    small_study_effects,
    trim_fill,
    two_arm,
)

X = [16, 10, 4, 43, 0, 9, 31, 7, 12, 20, 3]
N = [17, 12, 8, 58, 6, 13, 45, 40, 30, 33, 9]


def test_proportions_are_tested_against_n() -> None:
    found = small_study_effects(proportions(X, N))
    assert (found.funnel, found.main.name, found.main.k) == ("n", "Peters", 10)  # 0/6 has no weight
    assert not found.appendix
    assert [note.code for note in found.notes] == ["egger_proportions", "peters_dropped"]
    assert {test.name for test in found.others} >= {"Egger", "Begg", "Thompson-Sharp"}


def test_few_studies_go_to_the_appendix() -> None:
    found = small_study_effects(proportions(X[:9], N[:9]))
    assert found.appendix
    assert found.notes[0].code == "few_studies"


def test_arms_do_not_make_studies() -> None:
    assert small_study_effects(proportions(X, N, studies=["A"] * 3 + list("BCDEFGHI"))).appendix


def test_odds_ratios_have_harbord_and_risk_ratios_peters() -> None:
    counts = ([4, 6, 3, 12], [123, 306, 231, 50], [11, 29, 11, 20], [139, 303, 220, 48])
    assert small_study_effects(two_arm(*counts, measure="OR")).main.name == "Harbord"
    assert small_study_effects(two_arm(*counts, measure="RR")).main.name == "Peters"


def test_a_predictor_that_is_constant_is_refused() -> None:
    with pytest.raises(PoolError, match="the same in every row"):
        egger(generic([0.1, 0.2, 0.3], [0.1, 0.1, 0.1]))
    with pytest.raises(PoolError, match="the same in every row"):
        peters(proportions([1, 2, 3], [10, 10, 10]))
    found = small_study_effects(proportions([1, 2, 3], [10, 10, 10]))
    assert found.main is None
    assert "peters_impossible" in {note.code for note in found.notes}


def test_what_is_missing_is_named() -> None:
    with pytest.raises(PoolError, match="patients of each row"):
        regression_test(generic([0.1, 0.2, 0.3], [0.1, 0.2, 0.3]), predictor="ninv")
    with pytest.raises(PoolError, match="Harbord's test needs counts"):
        harbord(generic([0.1, 0.2, 0.3], [0.1, 0.2, 0.3]))
    with pytest.raises(PoolError, match="three"):
        begg(generic([0.1, 0.2], [0.1, 0.2]))


def test_exact_rank_test_by_hand() -> None:
    """Four rows in perfect order: 2 of 24 orders are as extreme."""
    found = rank_test(generic([0.1, 0.2, 0.6, 0.9], [0.01, 0.02, 0.1, 0.2]))
    assert found.pval == pytest.approx(2 / 24)


def test_ties_are_not_exact() -> None:
    assert rank_test(generic([0.1, 0.2, 0.6, 0.9], [0.01, 0.02, 0.02, 0.2])).name == "rank correlation"


def test_trim_fill_mirrors() -> None:
    """Mirrored effects: the other side is filled by as many, and the mean changes its sign."""
    y, v = [0.1, 0.12, 0.3, 0.6, 0.9, 1.1], [0.01, 0.02, 0.05, 0.1, 0.2, 0.3]
    left, right = trim_fill(generic(y, v)), trim_fill(generic([-e for e in y], v))
    assert (left.side, right.side) == ("left", "right")
    assert left.k0 == right.k0 > 0
    assert left.pooled.beta == pytest.approx(-right.pooled.beta)
    assert left.pooled.k == 6 + left.k0


def test_symmetry_needs_no_filling() -> None:
    assert trim_fill(generic([-1.0, 0.0, 1.0], [0.1, 0.02, 0.1]), side="left").k0 == 0


def test_peese_is_taken_where_pet_finds_an_effect() -> None:
    strong = pet_peese(generic([1.0, 1.02, 1.1, 0.97], [0.001, 0.002, 0.004, 0.003]))
    assert strong.chosen == "PEESE"
    assert strong.back.estimate == strong.peese.limit


def test_nothing_is_needed_to_overturn_nothing() -> None:
    assert fail_safe(generic([0.01, -0.01, 0.02], [0.1, 0.1, 0.1])).number == 0
    assert fail_safe(generic([0.01, -0.01, 0.0], [0.1, 0.1, 0.1]), kind="Rosenberg").number == 0
    assert fail_safe(generic([0.4, 0.4], [0.1, 0.1]), kind="Orwin", target=0.1).number == 6


def test_limbs_alike_have_an_lfk_index_near_nought_and_a_long_limb_shows_its_side() -> None:
    even = doi(generic([-0.4, -0.2, 0.0, 0.2, 0.4], [0.04, 0.02, 0.01, 0.02, 0.04]))
    assert even.judgement == "no asymmetry"
    assert abs(even.lfk) < 0.1  # the half that is taken from every rank
    assert even.tip == 0.0
    left = doi(generic([-2.4, -1.2, 0.0, 0.1, 0.2], [0.04, 0.02, 0.01, 0.02, 0.04], labels=list("abcde")))
    assert left.lfk < -2
    assert left.judgement == "major asymmetry"
    right = doi(generic([2.4, 1.2, 0.0, -0.1, -0.2], [0.04, 0.02, 0.01, 0.02, 0.04]))
    assert right.lfk == pytest.approx(-left.lfk, abs=0.1)
    assert left.labels == tuple("abcde")
    assert list(left.zi) == sorted(left.zi)


def test_a_row_far_heavier_than_all_others_leaves_the_lfk_index_finite() -> None:
    for place in range(3):
        vi = [1.0, 1.0, 1.0]
        vi[place] = 1e-16
        assert math.isfinite(doi(generic([0.1, 0.2, 0.4], vi)).lfk)


def test_a_doi_plot_needs_three_rows_that_differ() -> None:
    with pytest.raises(PoolError, match="a Doi plot needs three"):
        doi(generic([0.1, 0.2], [0.1, 0.1]))
    with pytest.raises(PoolError, match="no limbs"):
        doi(generic([0.1, 0.1, 0.1], [0.1, 0.1, 0.2]))
    assert small_study_effects(generic([0.1, 0.1, 0.1], [0.1, 0.1, 0.2])).doi is None


def test_the_lfk_index_never_stands_without_its_criticism() -> None:
    found = small_study_effects(proportions(X, N))
    assert found.doi is not None
    assert "Schwarzer et al. 2024" in found.doi.caution.message
