"""The between-study variance: global maxima, laws, and the Q-profile interval."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jakpool import ChoiceError
from jakpool.distributions import chi2_p
from jakpool.tau2 import (
    TAU2_METHODS,
    estimate_tau2,
    generalised_q,
    log_likelihood,
    q_profile,
    typical_variance,
    weighted_fit,
)

ROWS = st.lists(st.tuples(st.floats(-3, 3), st.floats(-8, 3).map(lambda e: 10.0**e)), min_size=2, max_size=12)


def arrays(rows: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return effects, variances, and a column of ones."""
    yi, vi = (np.array(column) for column in zip(*rows, strict=True))
    return yi, vi, np.ones((len(yi), 1))


@settings(max_examples=150, deadline=None)
@given(ROWS, st.booleans())
def test_likelihood_estimates_are_global_maxima(rows: list[tuple[float, float]], restricted: bool) -> None:
    """No point of a dense scan lies higher, whatever the ratio of the variances."""
    yi, vi, ones = arrays(rows)
    t2 = estimate_tau2(yi, vi, ones, method="REML" if restricted else "ML")
    scan = np.concatenate([[0.0], np.geomspace(1e-12, 1e4, 4000)])
    best = log_likelihood(yi, vi, ones, np.array([t2]), restricted=restricted)[0]
    highest = log_likelihood(yi, vi, ones, scan, restricted=restricted).max()
    assert best >= highest - 1e-7 * (1 + abs(highest))


@settings(max_examples=60, deadline=None)
@given(ROWS, st.randoms(use_true_random=False), st.sampled_from(TAU2_METHODS))
def test_order_does_not_matter(rows: list[tuple[float, float]], random: object, method: str) -> None:
    """Rows shuffled give the same estimate."""
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    first, second = (estimate_tau2(*arrays(r), method=method) for r in (rows, shuffled))
    assert second == pytest.approx(first, rel=1e-6, abs=1e-10)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from(TAU2_METHODS))
def test_tau2_scales_with_the_square(rows: list[tuple[float, float]], method: str) -> None:
    """Effects in other units: tau2 in their square."""
    yi, vi, ones = arrays(rows)
    first = estimate_tau2(yi, vi, ones, method=method)
    assert estimate_tau2(8 * yi, 64 * vi, ones, method=method) == pytest.approx(64 * first, rel=1e-6, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_q_profile_bounds_meet_the_quantiles(rows: list[tuple[float, float]]) -> None:
    """At a bound above zero the generalised Q has the tail probability that it should."""
    yi, vi, ones = arrays(rows)
    bounds = q_profile(yi, vi, ones, level=0.9)
    assert bounds is not None
    low, high = bounds
    assert 0.0 <= low <= high
    for bound, tail in ((low, 0.05), (high, 0.95)):
        if bound > 0:
            q = generalised_q(yi, vi, ones, np.array([bound]))[0]
            assert chi2_p(q, len(yi) - 1) == pytest.approx(tail, rel=1e-5)


def test_two_maxima_are_told_apart() -> None:
    """Two precise rows far apart and many vague ones: the likelihood has two peaks, and the higher one is found."""
    yi = np.array([-1.0, 1.0, 0.01, 0.0, -0.01, 0.02, -0.02, 0.0, 0.01])
    vi = np.array([1.0, 1.0] + [1e-6] * 7)
    ones = np.ones((9, 1))
    t2 = estimate_tau2(yi, vi, ones, method="ML")
    scan = np.geomspace(1e-9, 10, 20000)
    values = log_likelihood(yi, vi, ones, scan, restricted=False)
    assert t2 == pytest.approx(scan[values.argmax()], rel=1e-3)


@pytest.mark.parametrize("method", TAU2_METHODS)
def test_identical_effects_have_none(method: str) -> None:
    """Rows that agree exactly: zero, not a failure."""
    assert estimate_tau2(np.full(4, 0.3), np.array([1e-8, 0.1, 1.0, 1e3]), np.ones((4, 1)), method=method) == 0.0


@pytest.mark.parametrize("method", TAU2_METHODS)
def test_no_degrees_of_freedom_give_zero(method: str) -> None:
    """One row, or as many columns as rows."""
    assert estimate_tau2(np.array([0.3]), np.array([0.1]), np.ones((1, 1)), method=method) == 0.0
    assert q_profile(np.array([0.3]), np.array([0.1]), np.ones((1, 1))) is None


def test_an_unknown_estimator_is_an_error() -> None:
    """The known ones are named."""
    with pytest.raises(ChoiceError, match="tau2 cannot be 'XX'"):
        estimate_tau2(np.zeros(2), np.ones(2), np.ones((2, 1)), method="XX")


def test_a_factor_is_fitted_like_separate_means() -> None:
    """Two columns of zeros and ones: each mean is the weighted mean of its rows."""
    yi, vi = np.array([0.1, 0.4, 1.0, 2.0]), np.array([0.1, 0.2, 0.3, 0.1])
    design = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    beta, vcov, resid = weighted_fit(yi, vi, design, np.array([0.0, 0.5]))
    for row, t2 in enumerate((0.0, 0.5)):
        w = 1 / (vi + t2)
        assert beta[row] == pytest.approx([np.average(yi[:2], weights=w[:2]), np.average(yi[2:], weights=w[2:])])
        assert np.diag(vcov[row]) == pytest.approx([1 / w[:2].sum(), 1 / w[2:].sum()])
        assert resid[row] == pytest.approx(yi - design @ beta[row])


def test_equal_variances_are_typical() -> None:
    """With equal variances the typical variance is that variance."""
    assert typical_variance(np.full(5, 0.2), np.ones((5, 1))) == pytest.approx(0.2)


def test_a_steep_design_with_variances_1e8_apart_keeps_the_global_maximum() -> None:
    """The likelihood does not depend on where years are counted from; in raw years ``X' W X`` would lose its digits."""
    yi = np.array([-4.727612890321371, 3.2697721352101317, 9.159224149682922, -0.1512878199713147, 0.39191063200838977])
    vi = np.array([12493.082179251032, 18188.680075234704, 9525.874575821717, 9.622349920252601, 0.0003961801875058168])
    year = np.array([2022.0, 2015.0, 2015.0, 2010.0, 2008.0])
    raw, centred = (np.column_stack([np.ones(5), year - start]) for start in (0.0, 2008.0))
    estimate = estimate_tau2(yi, vi, raw, method="REML")
    scan = np.concatenate([[0.0, estimate], np.geomspace(1e-10, 1e6, 20000)])
    likelihood = log_likelihood(yi, vi, centred, scan, restricted=True)
    assert likelihood[1] >= likelihood.max() - 1e-10 * abs(likelihood.max())
    assert estimate == pytest.approx(estimate_tau2(yi, vi, centred, method="REML"), rel=1e-6, abs=1e-9)
