"""Pooling: small cases, choices, two arms, and what a result carries."""

import json
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jakpool import ChoiceError, NoStudiesError, PoolError, generic, pool, proportions, two_arm
from jakpool.distributions import clopper_pearson
from jakpool.pool import default_model, default_test


def codes(pooled: object) -> set[str]:
    """Return the codes of a result's notes."""
    return {n.code for n in pooled.notes}  # type: ignore[attr-defined]  # a Pooled


@pytest.mark.parametrize("measure", ["PLO", "PAS"])
def test_one_row_gets_its_exact_interval_only(measure: str) -> None:
    """k = 1: Clopper-Pearson, no tau2, no prediction, a note."""
    p = pool(proportions([9], [13], measure=measure))
    assert (p.model, p.ci_method, p.k) == ("exact", "Clopper-Pearson", 1)
    assert (p.back.estimate, p.back.ci_lb, p.back.ci_ub) == (9 / 13, *clopper_pearson(9, 13))
    assert (p.tau2, p.QE, p.I2, p.pi_lb, p.se) == (None, None, None, None, None)
    assert "one_row" in codes(p)


@pytest.mark.parametrize("model", ["glmm", "random", "common"])
@pytest.mark.parametrize(("x", "share"), [([0, 0, 0], 0.0), ([7, 12, 9], 1.0)])
def test_no_events_anywhere_get_the_exact_interval_of_the_totals(model: str, x: list[int], share: float) -> None:
    """0 of 28 or 28 of 28: one bound, no failure, the estimate 0 or 1."""
    p = pool(proportions(x, [7, 12, 9]), model=model)
    assert p.back.estimate == share
    assert (p.back.ci_lb, p.back.ci_ub) == clopper_pearson(sum(x), 28)
    assert p.ci_method == "Clopper-Pearson of the totals (one-sided 97.5 %)"
    assert p.beta is None
    assert {"all_alike", "infinite_logit"} <= codes(p)
    json.dumps(p.to_dict(), allow_nan=False)


@pytest.mark.parametrize("test", ["t", "knha", "adhoc"])
def test_two_rows_never_get_t_with_one_degree_of_freedom(test: str) -> None:
    """The normal interval of the random-effects model, named; profile and common effect beside."""
    p = pool(generic([0.1, 0.9], [0.04, 0.09]), test=test)
    assert p.ci_method == "normal (z), random effects"
    assert p.df is None
    assert "one_df" in codes(p)
    assert p.pi_lb is None
    z = pool(generic([0.1, 0.9], [0.04, 0.09]), test="z")
    assert (p.ci_lb, p.ci_ub, p.pval) == (z.ci_lb, z.ci_ub, z.pval)
    profile, common = p.intervals
    assert profile.method == "profile likelihood (normal model, ML)"
    w = np.array([1 / 0.04, 1 / 0.09])
    middle = float(w @ [0.1, 0.9] / w.sum())
    assert common.estimate == pytest.approx(middle)
    assert common.upper == pytest.approx(middle + 1.959963985 / w.sum() ** 0.5)


def test_the_profile_interval_of_two_alike_rows_has_its_closed_form() -> None:
    """Equal variances far below the spread: k log(1 + t^2 / (k - 1)) = 3.84 solves for the half-width."""
    p = pool(generic([-1.0, 1.0], [1e-12, 1e-12]))
    half = math.sqrt(math.exp(3.841458820694124 / 2) - 1)  # in units of the ML standard deviation, 1 here
    assert p.profile_ub == pytest.approx(half, rel=1e-6)
    assert p.profile_lb == pytest.approx(-half, rel=1e-6)


def test_one_row_of_two_arms_is_its_own_interval() -> None:
    """k = 1: nothing pooled, tau2 unknown."""
    p = pool(two_arm([4], [123], [11], [139]))
    assert (p.model, p.tau2, p.studies[0].weight) == ("single", None, 100.0)
    assert p.back.estimate == pytest.approx((4 / 123) / (11 / 139))


@pytest.mark.parametrize("model", ["random", "common", "mh"])
def test_no_event_in_either_arm_of_any_study_is_no_ratio(model: str) -> None:
    """Not 1, not NaN: nothing, with a note."""
    p = pool(two_arm([0, 0], [10, 20], [0, 0], [12, 18]), model=model)
    assert (p.beta, p.back.estimate, p.ci_lb) == (None, None, None)
    assert "no_events" in codes(p)


@pytest.mark.parametrize("model", ["random", "common", "mh"])
def test_nothing_but_events_is_no_odds_ratio(model: str) -> None:
    """The odds ratio does not care which outcome is called the event; a risk ratio of 1 can be estimated."""
    counts = ([10, 20], [10, 20], [12, 18], [12, 18])
    p = pool(two_arm(*counts, measure="OR"), model=model)
    assert (p.beta, p.back.estimate, p.ci_lb) == (None, None, None)
    assert "only_events" in codes(p)
    assert pool(two_arm(*counts, measure="RR")).back.estimate == pytest.approx(1.0, abs=0.05)


def test_a_difference_without_events_is_none_and_has_an_interval() -> None:
    """0 of 10 against 0 of 10 says that the risks differ little, unlike a ratio, which it says nothing about."""
    p = pool(two_arm([0, 0], [10, 20], [0, 0], [10, 20], measure="RD"))
    assert p.beta == pytest.approx(0.0, abs=1e-12)
    assert p.ci_lb is not None
    assert p.ci_lb < 0.0
    arcsine = pool(two_arm([0, 0], [10, 20], [0, 0], [12, 18], measure="AS"), model="common")
    assert arcsine.beta == 0.0
    assert arcsine.se == pytest.approx((1 / (1 / (1 / 40 + 1 / 48) + 1 / (1 / 80 + 1 / 72))) ** 0.5)


def test_mantel_haenszel_without_events_on_one_side_says_so() -> None:
    """The ratio would be 0: no figure, and the way out."""
    p = pool(two_arm([0, 0], [10, 20], [3, 1], [12, 18]), model="mh")
    assert p.beta is None
    assert "model = random" in next(n.message for n in p.notes if n.code == "mh_undefined")


def test_mantel_haenszel_of_one_table_is_its_ratio() -> None:
    """Two studies, one without events: the other's crude ratios."""
    rr = pool(two_arm([4, 0], [123, 50], [11, 0], [139, 50]), model="mh")
    assert rr.back.estimate == pytest.approx((4 / 123) / (11 / 139))
    odds = pool(two_arm([4, 0], [123, 50], [11, 0], [139, 50], measure="OR"), model="mh")
    assert odds.back.estimate == pytest.approx(4 * 128 / (119 * 11))
    assert odds.QE_df == 0


def test_defaults_follow_the_effects() -> None:
    """Counts of one arm: GLMM with t; all else: random effects with the careful Hartung-Knapp."""
    assert default_model(proportions([1], [2])) == "glmm"
    assert default_model(proportions([1], [2], measure="PAS")) == "random"
    assert default_model(two_arm([1], [2], [1], [2])) == "random"
    assert [default_test(m) for m in ("glmm", "random", "common", "mh")] == ["t", "adhoc", "z", "z"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"model": "bayes"}, "model cannot be 'bayes'"),
        ({"model": "mh"}, "does not fit PLO"),
        ({"tau2": "HM"}, "tau2 cannot be 'HM'"),
        ({"test": "adhoc"}, "model glmm has no such test"),
        ({"model": "random", "test": "hk"}, "test cannot be 'hk'"),
        ({"level": 1.0}, "level cannot be 1.0"),
        ({"alpha": 0.0}, "alpha cannot be 0.0"),
        ({"nodes": 0}, "nodes cannot be 0"),
        ({"by": "drug"}, "the effects have no group"),
        ({"by": ["a"]}, "by has 1 entries for 3 rows"),
    ],
)
def test_a_choice_that_does_not_fit_is_an_error_with_a_way_out(options: dict[str, object], says: str) -> None:
    """Each is a ValueError whose hint names what would do."""
    with pytest.raises(PoolError, match=says) as caught:
        pool(proportions([1, 2, 3], [4, 5, 6]), **options)  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.hint


def test_a_glmm_of_ratios_is_an_error() -> None:
    """It pools counts of one arm."""
    with pytest.raises(ChoiceError, match="does not fit RR"):
        pool(two_arm([1, 2], [4, 5], [1, 2], [4, 5]), model="glmm")


def test_nothing_to_pool_is_an_error() -> None:
    """Also when the rows were all left out."""
    with pytest.raises(NoStudiesError):
        pool(proportions([1, 2], [4, 5]).keep([]))


def test_hartung_knapp_below_the_normal_interval_is_noted() -> None:
    """knha with a factor below 1 warns, adhoc keeps 1."""
    e = generic([0.30, 0.31, 0.29, 0.30], [0.04, 0.05, 0.06, 0.04])
    narrow, careful, wald = (pool(e, test=t) for t in ("knha", "adhoc", "t"))
    assert "knha_narrow" in codes(narrow)
    assert narrow.se is not None
    assert careful.se is not None
    assert narrow.se < careful.se
    assert (careful.ci_lb, careful.ci_ub) == (wald.ci_lb, wald.ci_ub)


def test_zero_cells_are_named_under_inverse_variance() -> None:
    """The correction matters, so it is said and recorded."""
    p = pool(proportions([0, 3, 9], [10, 12, 20], labels=["Nil", "B", "C"]), model="random")
    assert "Nil" in next(n.message for n in p.notes if n.code == "zero_cells")
    assert p.settings.correction.startswith("0.5 added")


def test_arms_of_one_study_are_counted_once_as_a_study() -> None:
    """Rows, studies and patients are different numbers."""
    p = pool(proportions([5, 6, 7], [10, 12, 20], studies=["A", "A", "B"], labels=["A low", "A high", "B"]))
    assert (p.k, p.k_studies, p.n_total) == (3, 2, 42)
    assert "arms_of_one_study" in codes(p)
    assert [row.label for row in p.studies] == ["A low", "A high", "B"]


def test_level_widens_every_interval() -> None:
    """99 % holds 95 % holds 80 %."""
    e = proportions([5, 6, 17, 8], [10, 12, 20, 31])
    wide, usual, narrow = (pool(e, level=level) for level in (0.99, 0.95, 0.8))
    for name in ("ci_ub", "profile_ub", "pi_ub", "tau2_ub"):
        assert getattr(wide, name) > getattr(usual, name) > getattr(narrow, name)
    assert wide.studies[0].ci.upper > usual.studies[0].ci.upper  # type: ignore[operator]  # both are there


def test_alpha_changes_nothing_but_the_label() -> None:
    """The model is never chosen by the p of Q."""
    e = proportions([5, 6, 17, 8], [10, 12, 20, 31])
    strict, lax = pool(e, alpha=0.001), pool(e, alpha=0.5)
    assert (strict.beta, strict.ci_lb, strict.model) == (lax.beta, lax.ci_lb, lax.model)
    assert (strict.settings.alpha, lax.settings.alpha) == (0.001, 0.5)


def test_weights_are_percents() -> None:
    """They add up to 100 in every model."""
    one = proportions([5, 6, 17, 8], [10, 12, 20, 31])
    two = two_arm([5, 6, 17, 8], [10, 12, 20, 31], [6, 3, 2, 9], [10, 12, 20, 31])
    for p in (pool(one), pool(one, model="random"), pool(one, model="common"), pool(two), pool(two, model="mh")):
        assert sum(row.weight or 0.0 for row in p.studies) == pytest.approx(100.0)


def test_a_result_is_plain_data() -> None:
    """It has a schema version, Python numbers only, and survives a pickle and JSON."""
    p = pool(proportions([5, 6, 17], [10, 12, 20], group=["a", "b", "a"]), by="drug")
    assert pickle.loads(pickle.dumps(p)) == p
    plain = p.to_dict()
    assert plain["schema_version"] == 1
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert {"beta", "se", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "tau2", "QE", "QEp", "I2", "I2_Q", "k"} <= plain.keys()
    assert plain["settings"]["software"].startswith("jakpool")
    assert type(p.beta) is float


EFFECTS = st.lists(st.tuples(st.floats(-4, 4), st.floats(-8, 2).map(lambda e: 10.0**e)), min_size=1, max_size=10)


@settings(max_examples=60, deadline=None)
@given(EFFECTS, st.sampled_from(["z", "t", "knha", "adhoc"]), st.sampled_from(["REML", "DL", "ML", "PM"]))
def test_inverse_variance_never_fails(rows: list[tuple[float, float]], test: str, tau2: str) -> None:
    """Whatever the variances: no exception, no NaN, an interval around its estimate, the same in any order."""
    p = pool(generic(*zip(*rows, strict=True)), test=test, tau2=tau2)
    json.dumps(p.to_dict(), allow_nan=False)
    assert p.beta is not None
    assert p.ci_lb is not None
    assert p.ci_ub is not None
    assert p.ci_lb <= p.beta <= p.ci_ub
    back = pool(generic(*zip(*rows[::-1], strict=True)), test=test, tau2=tau2)
    assert back.beta == pytest.approx(p.beta, rel=1e-5, abs=1e-7)


TABLES = st.lists(
    st.tuples(st.integers(1, 50), st.integers(1, 50)).flatmap(
        lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=60, deadline=None)
@given(TABLES, st.sampled_from(["RR", "OR"]), st.sampled_from(["random", "common", "mh"]))
def test_two_arms_never_fail(rows: list[tuple[int, int, int, int]], measure: str, model: str) -> None:
    """Zeros everywhere: no exception, no NaN; swapping the arms turns the ratio over."""
    a, n1, c, n2 = zip(*rows, strict=True)
    p = pool(two_arm(a, n1, c, n2, measure=measure), model=model)
    json.dumps(p.to_dict(), allow_nan=False)
    swapped = pool(two_arm(c, n2, a, n1, measure=measure), model=model)
    if p.beta is None:
        assert swapped.beta is None
        assert p.notes
    else:
        assert swapped.beta == pytest.approx(-p.beta, rel=1e-6, abs=1e-8)
