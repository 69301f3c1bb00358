"""Influence, subsets, leave-one-out, cumulative and the sensitivity set; R's figures are in test_reference.py."""

import numpy as np
import pytest

from jakpool import (
    Effects,
    PoolError,
    cumulative,
    generic,
    gosh,
    influence,
    leave_one_out,
    pool,
    prediction_interval,
    proportions,
    two_arm,
)
from jakpool.sensitivity_set import sensitivity_set
from jakpool.subsets import fit_subsets
from jakpool.tau2 import estimate_tau2

X = [16, 10, 4, 43, 0, 9, 31, 7]
N = [17, 12, 8, 58, 6, 13, 45, 40]


def made(k: int, seed: int) -> Effects:
    rng = np.random.default_rng(seed)
    return generic(rng.normal(0, 0.7, k), rng.uniform(0.01, 0.5, k))


@pytest.mark.parametrize("tau2", ["REML", "ML", "PM", "DL"])
def test_subsets_are_what_each_is_alone(tau2: str) -> None:
    """Every subset of 7 rows against `estimate_tau2`, to 1e-8 relative."""
    for seed in range(4):
        e = made(7, seed)
        yi, vi = np.array(e.yi), np.array(e.vi)
        masks = ((np.arange(1, 128)[:, None] >> np.arange(7)) & 1).astype(bool)
        fits = fit_subsets(yi, vi, masks, tau2=tau2)
        for row, t in zip(masks, fits.tau2, strict=True):
            alone = estimate_tau2(yi[row], vi[row], np.ones((int(row.sum()), 1)), method=tau2)
            assert t == pytest.approx(alone, rel=1e-8, abs=1e-12)


def test_subsets_of_equal_effects_have_no_variance() -> None:
    fits = fit_subsets(np.full(4, 0.3), np.array([0.1, 0.2, 0.3, 1e-9]), ~np.eye(4, dtype=bool))
    assert (fits.tau2 == 0).all()
    assert fits.beta == pytest.approx(0.3)


@pytest.mark.parametrize("model", ["random", "common"])
@pytest.mark.parametrize("test", ["z", "t", "knha", "adhoc"])
def test_left_out_figures_are_those_of_pool(model: str, test: str) -> None:
    if model == "common" and test not in ("z", "t"):
        return
    e = proportions(X, N, studies=["A", "A", *"BCDEFG"])
    for left in leave_one_out(e, model=model, test=test):
        rows = [i for i, study in enumerate(e.studies) if study != left.study]
        alone = pool(e.keep(rows), model=model, test=test)
        for name in ("k", "k_studies", "n_total", "events_total", "ci_method", "model", "df"):
            assert getattr(left.pooled, name) == getattr(alone, name)
        for name in ("beta", "se", "pval", "ci_lb", "ci_ub", "pi_lb", "tau2", "QE", "QEp", "I2", "I2_Q", "H2"):
            ours, theirs = getattr(left.pooled, name), getattr(alone, name)
            assert (ours is None) == (theirs is None), name
            assert ours is None or ours == pytest.approx(theirs, rel=1e-8, abs=1e-10), name
        assert left.pooled.back.estimate == pytest.approx(alone.back.estimate)


def test_leaving_out_the_only_events_gives_the_exact_interval() -> None:
    left = leave_one_out(proportions([0, 0, 0, 5], [10, 12, 9, 11]), model="random")
    assert left[3].pooled.model == "exact"


def test_all_subsets_of_three() -> None:
    """By hand: w = 100, 50, 25; means of the seven subsets."""
    found = gosh(generic([0.0, 0.3, 0.6], [0.01, 0.02, 0.04]), model="common")
    assert found.complete
    assert found.k.tolist() == [1, 1, 2, 1, 2, 2, 3]
    assert found.beta == pytest.approx([0, 0.3, 0.1, 0.6, 0.12, 0.4, 30 / 175])


def test_beyond_twenty_rows_subsets_are_drawn() -> None:
    e = made(25, 3)
    found = gosh(e, model="common", subsets=500, least=2, seed=4)
    assert not found.complete
    assert 400 < len(found.beta) <= 500
    assert (found.k >= 2).all()
    assert (gosh(e, model="common", subsets=500, least=2, seed=4).beta == found.beta).all()


def test_cumulative_ends_with_the_whole() -> None:
    e = proportions(X, N, studies=["A", "A", *"BCDEFG"])
    steps = cumulative(e, order=[3, 1, 2, 9, 8, 7, 6, 5])
    assert [s.added for s in steps] == ["A", "B", "G", "F", "E", "D", "C"]
    assert steps[0].k == 2  # both arms at once
    assert steps[-1].beta == pytest.approx(pool(e, model="random", test="z").beta)


def test_influence_finds_the_outlier() -> None:
    rows = influence(generic([0.1, 0.15, 0.12, 0.2, 3.0], [0.02] * 5))
    assert [row.outlier for row in rows] == [False] * 4 + [True]
    with pytest.raises(PoolError, match="influence needs three"):
        influence(generic([0.1, 0.2], [0.1, 0.1]))


def test_the_wider_interval_holds_both_others() -> None:
    e = proportions(X, N)
    both = pool(e, test="wider")
    t = pool(e, test="t")
    assert both.ci_lb == min(t.ci_lb, t.profile_lb)
    assert both.ci_ub == max(t.ci_ub, t.profile_ub)
    assert both.ci_method == "the wider of t with 7 df and profile likelihood"


def test_only_proportions_have_the_wider_interval() -> None:
    ratios = two_arm([4, 6, 3], [123, 306, 231], [11, 29, 11], [139, 303, 220], measure="OR")
    with pytest.raises(PoolError, match="only the GLMM of one-arm proportions"):
        pool(ratios, model="glmm", test="wider")


def test_rows_that_leave_some_out() -> None:
    e = proportions(X, N)
    rows = {
        row.name: row
        for row in sensitivity_set(
            e, pool(e), high_risk=[True] + [False] * 7, overlap=["", "", "", "", "", "", "west", "west"]
        )
    }
    assert rows["without a high risk of bias"].k == 7
    overlap = rows["without suspected overlap of patients"]  # the study with 45 patients stays
    assert overlap.estimate == pytest.approx(pool(e.keep(range(7)), profile=False).back.estimate)
    assert rows["beta-binomial"].estimate == pytest.approx(pool(e, model="betabin").back.estimate)
    nobody = sensitivity_set(e, pool(e), high_risk=[True] * 8)
    assert "no row is left" in {row.remark for row in nobody}
    with pytest.raises(PoolError, match="high_risk has 1 entries for 8 rows"):
        sensitivity_set(e, pool(e), high_risk=[True])


def test_prediction_is_wider_than_with_tau_known() -> None:
    e = proportions(X, N)
    found, known = prediction_interval(e), pool(e)
    assert found.lower < known.pi_lb < known.pi_ub < found.upper
    with pytest.raises(PoolError, match="nothing can be predicted"):
        prediction_interval(proportions([0, 0, 0], [5, 6, 7]))
