"""Influence, subsets, leave-one-out, cumulative and the sensitivity set; R's figures are in test_reference.py."""

import json
import math
import re
from pathlib import Path

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
    rates,
    sensitivity_set,
    two_arm,
    two_means,
    two_rates,
)
from jakpool.subsets import fit_subsets
from jakpool.tau2 import estimate_tau2

REFERENCE = Path(__file__).parent.parent / "reference"
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


def test_set_of_proportions() -> None:
    table = sensitivity_set(
        proportions(X, N, group=["a", "b"] * 4),
        high_risk=[True] + [False] * 7,
        overlap=["", "", "", "", "", "", "west", "west"],
    )
    rows = {row.name: row for row in table.rows}
    assert rows["without a high risk of bias"].k == 7
    assert rows["without suspected overlap of patients"].k == 7  # the study with 45 patients stays
    assert rows["without arms of fewer than 10"].k == 6
    assert rows["a: tau2 of its own"].against == table.main.subgroups[0].back.estimate
    assert rows["beta-binomial"].estimate is not None
    assert "over harmonic" in next(row.remark for row in table.rows if row.name.startswith("Freeman"))
    assert sum(row.name.startswith("logit, ") for row in table.rows) >= 5
    for row in table.rows:
        assert row.estimate is not None or row.why
        if row.estimate is not None and row.against is not None:
            far = abs(row.estimate - row.against) > min(0.05, 0.2 * row.against)
            assert ("moved" in row.flags) == far


def test_a_row_that_cannot_be_fitted_says_why() -> None:
    table = sensitivity_set(proportions([0, 0, 0], [10, 12, 9]), high_risk=[True] * 3)
    rows = {row.name: row for row in table.rows}
    assert "patients with the event" in rows["beta-binomial"].why
    assert "nothing is left" in rows["without a high risk of bias"].why
    with pytest.raises(PoolError, match="high_risk has 1 entries for 3 rows"):
        sensitivity_set(proportions([1, 2, 3], [10, 12, 9]), high_risk=[True])


def test_set_of_two_arms() -> None:
    e = two_arm([4, 6, 3, 12], [123, 306, 231, 50], [11, 29, 11, 20], [139, 303, 220, 48])
    rows = {row.name: row for row in sensitivity_set(e).rows}
    assert rows["Mantel-Haenszel"].estimate == pytest.approx(pool(e, model="mh").back.estimate)


def counts_of(dataset: str) -> dict[str, list[int]]:
    """Return the counts that are pinned in tests/reference."""
    cases = json.loads((REFERENCE / f"{dataset}.json").read_text(encoding="utf-8"))["cases"]
    given = next(case["arguments"] for case in cases if case["effects"] == "two_arm")
    return {name: given[name] for name in ("events", "n", "events_c", "n_c")}


@pytest.mark.parametrize(
    ("dataset", "name", "log_ratio"),
    [("bcg", "GLMM (CM.EL)", -0.753810509099587), ("nielweise2007", "GLMM (CM.EL)", -1.3531582826639)],
)
def test_set_of_odds_ratios_has_the_glmm_of_metafor(dataset: str, name: str, log_ratio: float) -> None:
    """metafor 5.1-0, rma.glmm(measure = "OR", model = "CM.EL", method = "ML"), to 1e-4 of the odds ratio."""
    counts = counts_of(dataset)
    odds = {row.name: row for row in sensitivity_set(two_arm(**counts, measure="OR")).rows}
    assert odds[name].estimate == pytest.approx(math.exp(log_ratio), rel=1e-4)
    assert odds["Peto"].estimate == pytest.approx(pool(two_arm(**counts, measure="OR"), model="peto").back.estimate)
    rows = sensitivity_set(two_arm(**counts, measure="RR")).rows
    beside = next(row for row in rows if row.name == f"odds ratio, {name}")
    assert beside.estimate == pytest.approx(odds[name].estimate)
    assert beside.against == pytest.approx(pool(two_arm(**counts, measure="OR")).back.estimate)
    assert "the main model's odds ratio" in beside.remark
    assert [row.name for row in rows if row.measure] == ["odds ratio, Peto", f"odds ratio, {name}"]


def test_with_very_many_events_the_glmm_has_a_base_for_every_study() -> None:
    e = two_arm([1500, 900], [9000, 8000], [1700, 950], [9100, 8100], measure="OR")
    rows = {row.name: row for row in sensitivity_set(e).rows}
    assert rows["GLMM (UM.FS)"].estimate == pytest.approx(pool(e, model="glmm", glmm="UM.FS").back.estimate)


def test_set_of_rates_has_a_glmm() -> None:
    e = two_rates([3, 7, 12], [100, 210, 300], [8, 9, 20], [110, 200, 310])
    rows = {row.name: row for row in sensitivity_set(e).rows}
    assert rows["GLMM (CM.EL)"].estimate == pytest.approx(pool(e, model="glmm", glmm="CM.EL").back.estimate)
    one = rates([3, 7, 12], [100, 210, 300], measure="IRS")
    rows = {row.name: row for row in sensitivity_set(one).rows}
    log = rates([3, 7, 12], [100, 210, 300])
    assert rows["GLMM (Poisson)"].estimate == pytest.approx(pool(log, model="glmm").back.estimate)


@pytest.mark.parametrize(
    ("effects", "why"),
    [
        (two_means([5, 6, 4], [1, 2, 1], [20, 30, 25], [4, 5, 5], [1, 2, 1], [21, 29, 25]), "these effects hold none"),
        (two_arm([1, 5, 4], [50, 60, 55], [4, 9, 3], [50, 60, 54], measure="RD"), "neighbours of the risk difference"),
        (generic([0.1, 0.2, 0.4], [0.1, 0.1, 0.2], measure="HR"), "these effects hold none"),
    ],
    ids=["means", "risk differences", "hazard ratios"],
)
def test_where_the_glmm_does_not_apply_its_row_says_so(effects: Effects, why: str) -> None:
    row = next(row for row in sensitivity_set(effects).rows if row.name == "GLMM")
    assert row.estimate is None
    assert re.search(why, row.why)


def test_a_row_without_an_estimate_gives_its_own_reason() -> None:
    """Double-zero rows are a caution, not the reason."""
    rows = sensitivity_set(two_arm([0, 0, 0], [5, 6, 7], [0, 1, 3], [5, 6, 7], measure="OR")).rows
    assert "grows without end" in next(row.why for row in rows if row.name == "GLMM (CM.EL)")


def test_beta_binomial_has_the_highest_likelihood_of_a_dense_grid() -> None:
    """The grid is coarse: its best point lies within one step of the estimate."""
    from scipy.special import betaln, expit

    x, n = np.array(X, dtype=float), np.array(N, dtype=float)
    eta, psi = np.meshgrid(np.linspace(-2, 3, 501), np.linspace(-3, 6, 181), indexing="ij")
    a, b = expit(eta) * np.exp(psi), expit(-eta) * np.exp(psi)
    grid = sum(betaln(xi + a, ni - xi + b) - betaln(a, b) for xi, ni in zip(x, n, strict=True))
    best = eta[np.unravel_index(grid.argmax(), grid.shape)]
    found = pool(proportions(X, N), model="betabin")
    assert found.beta == pytest.approx(best, abs=0.011)


def test_freeman_tukey_of_one_size_is_the_same_with_any_n() -> None:
    """All n alike: the three means are that n, and the range is nought but for inverse variance."""
    e = proportions([3, 5, 8], [20, 20, 20], measure="PFT")
    found = {kind: pool(e, back_n=kind).back.estimate for kind in ("harmonic", "arithmetic")}
    assert found["harmonic"] == pytest.approx(found["arithmetic"], rel=1e-12)


def test_prediction_is_wider_than_with_tau_known() -> None:
    e = proportions(X, N)
    found, known = prediction_interval(e), pool(e)
    assert found.lower < known.pi_lb < known.pi_ub < found.upper
    with pytest.raises(PoolError, match="nothing can be predicted"):
        prediction_interval(proportions([0, 0, 0], [5, 6, 7]))


def test_only_proportions_have_the_wider_interval() -> None:
    ratios = two_arm([4, 6, 3], [123, 306, 231], [11, 29, 11], [139, 303, 220], measure="OR")
    with pytest.raises(PoolError, match="only the GLMM of one-arm proportions"):
        pool(ratios, model="glmm", test="wider")


def test_the_set_is_held_against_the_mixed_model_that_was_asked_for() -> None:
    ratios = two_arm([1, 0, 2, 0, 1], [60, 50, 40, 80, 30], [4, 2, 1, 3, 0], [58, 49, 42, 77, 31], measure="OR")
    asked, found = (f(ratios, model="glmm", glmm="CM.EL") for f in (pool, sensitivity_set))
    assert found.main.back == asked.back
    left = [one.pooled.back.estimate for one in leave_one_out(ratios, model="glmm", glmm="CM.EL")]
    rows = {row.name.split(":")[0]: row.estimate for row in found.rows}
    assert rows["leave one study out, lowest"] == pytest.approx(min(left), rel=1e-9)
    assert rows["leave one study out, highest"] == pytest.approx(max(left), rel=1e-9)


def test_subgroups_that_are_apart_already_are_not_compared_with_a_common_tau2() -> None:
    counted = rates([1, 5, 10, 4, 6, 9], [10, 20, 30, 10, 20, 30], group=list("aabbab"))
    assert not [row for row in sensitivity_set(counted, model="glmm").rows if "tau2 of its own" in row.name]
    assert len([row for row in sensitivity_set(counted).rows if "tau2 of its own" in row.name]) == 2


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e7])
def test_the_unit_of_time_changes_no_pooled_rate(unit: float) -> None:
    events, time = [3, 5, 2, 8], np.array([1.0, 2.0, 0.5, 3.0])
    found = pool(rates(events, time * unit), model="glmm")
    assert found.back.estimate is not None
    assert found.back.estimate * unit == pytest.approx(pool(rates(events, time), model="glmm").back.estimate, rel=1e-6)


def test_where_no_maximum_is_found_no_side_is_said_to_be_without_events() -> None:
    ratios = two_arm([0, 0, 20], [50, 20, 20], [5, 3, 2], [50, 20, 30], measure="OR")
    codes = {note.code for note in pool(ratios, model="glmm", glmm="CM.EL").notes}
    assert "no_maximum" in codes
    assert "no_finite_ratio" not in codes
