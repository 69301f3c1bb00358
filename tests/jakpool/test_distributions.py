"""Quantiles, tails and the exact interval."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jakpool.distributions import (
    chi2_p,
    chi2_quantile,
    clopper_pearson,
    f_p,
    logit,
    two_sided_p,
    two_sided_quantile,
)


@given(events=st.integers(0, 300), more=st.integers(0, 300), level=st.sampled_from([0.8, 0.95, 0.99]))
def test_clopper_pearson_leaves_the_right_tails(events: int, more: int, level: float) -> None:
    """At each bound the binomial tail towards the count is half of what the level leaves."""
    n = events + more
    if n == 0:
        return
    low, high = clopper_pearson(events, n, level=level)
    assert 0.0 <= low <= events / n <= high <= 1.0
    if events > 0:
        assert stats.binom.sf(events - 1, n, low) == pytest.approx((1 - level) / 2, rel=1e-7)
    if events < n:
        assert stats.binom.cdf(events, n, high) == pytest.approx((1 - level) / 2, rel=1e-7)


def test_no_events_keep_a_one_sided_bound() -> None:
    """0/10: the upper bound is 1 - 0.025^(1/10)."""
    assert clopper_pearson(0, 10) == (0.0, pytest.approx(1 - 0.025**0.1))
    assert clopper_pearson(10, 10) == (pytest.approx(0.025**0.1), 1.0)


@pytest.mark.parametrize("df", [None, 2.0, 13.0])
def test_quantile_and_p_are_inverse(df: float | None) -> None:
    """p of the quantile is what the level leaves."""
    assert two_sided_p(two_sided_quantile(0.95, df), df) == pytest.approx(0.05, rel=1e-10)


def test_small_p_values_do_not_cancel() -> None:
    """scipy.stats gives the same far out in the tail."""
    assert two_sided_p(30.0) == pytest.approx(2 * stats.norm.sf(30.0), rel=1e-10)
    assert two_sided_p(60.0, 20.0) == pytest.approx(2 * stats.t.sf(60.0, 20), rel=1e-8)
    assert chi2_p(900.0, 12) == pytest.approx(stats.chi2.sf(900.0, 12), rel=1e-10)
    assert f_p(400.0, 3, 40) == pytest.approx(stats.f.sf(400.0, 3, 40), rel=1e-10)


def test_chi2_quantile_is_the_upper_one() -> None:
    """3.8415 is exceeded with probability 0.05."""
    assert chi2_quantile(0.05, 1) == pytest.approx(3.841458820694124)
    assert chi2_p(5.0, 0) == 1.0


def test_logit_is_empty_where_it_is_infinite() -> None:
    """0 and 1 have no logit."""
    assert logit(0.0) is None
    assert logit(1.0) is None
    assert logit(0.75) == pytest.approx(math.log(3))
