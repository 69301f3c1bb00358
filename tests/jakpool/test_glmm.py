"""The one-arm GLMM: the alopecia review, a brute-force check, boundaries, and what cannot be estimated."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from jakpool import Pooled, pool, proportions
from jakpool.distributions import chi2_quantile
from jakpool.quadrature import SPLIT, log_marginal

# Responses to oral JAK inhibitors in alopecia areata: kennedy_crispin 2016, craiglow 2017, jabbari 2018, shin 2019,
# dai 2020, akdogan 2019, dincer_rota 2021, jerjen, craiglow_dai 2019 (tofacitinib), mackay_wiggan 2016, liu_king 2019
# (ruxolitinib); each row is events and patients.
ANY_RESPONSE = [42, 9, 11, 26, 5, 8, 9, 9, 5], [66, 13, 12, 35, 9, 13, 14, 12, 8]
SALT50 = [21, 8, 8, 18, 2, 7, 6, 9, 5], [66, 12, 18, 35, 9, 11, 7, 12, 8]
SALT90 = [1, 3, 7, 5], [9, 14, 12, 8]


def percents(*values: float | None) -> list[int]:
    """Return whole percents."""
    return [round(100 * v) for v in values if v is not None]


def test_alopecia_any_response() -> None:
    """9 arms, 124/182: 68 % (t 60-76, profile 61-75)."""
    p = pool(proportions(*ANY_RESPONSE))
    assert (p.k, p.events_total, p.n_total, p.ci_method) == (9, 124, 182, "t with 8 df")
    b = p.back
    assert percents(b.estimate, b.ci_lb, b.ci_ub, b.profile_lb, b.profile_ub) == [68, 60, 76, 61, 75]


def test_alopecia_salt50() -> None:
    """9 arms, 84/178: 53 % (t 38-68, profile 40-69); I2 from Q 56 %, p of Q 0.019."""
    p = pool(proportions(*SALT50))
    b = p.back
    assert (p.k, p.events_total, p.n_total) == (9, 84, 178)
    assert percents(b.estimate, b.ci_lb, b.ci_ub, b.profile_lb, b.profile_ub) == [53, 38, 68, 40, 69]
    assert p.I2_Q is not None
    assert round(p.I2_Q) == 56
    assert p.QEp == pytest.approx(0.019, abs=5e-4)
    assert p.QE_method == "Wald"


def test_alopecia_salt90() -> None:
    """4 arms, 16/43: 36 % (t 10-75, profile 11-68)."""
    p = pool(proportions(*SALT90))
    b = p.back
    assert (p.k, p.events_total, p.n_total) == (4, 16, 43)
    assert percents(b.estimate, b.ci_lb, b.ci_ub, b.profile_lb, b.profile_ub) == [36, 10, 75, 11, 68]


def brute(x: list[int], n: list[int]) -> tuple[float, float]:
    """Maximise the likelihood with a general optimiser from several starts."""
    a, b = np.array(x, float), np.array(n, float)

    def minus(q: np.ndarray) -> float:
        return -float(log_marginal(a, b, np.array(q[0]), np.array(q[1]), nodes=SPLIT).sum())

    tight = {"xatol": 1e-10, "fatol": 1e-13, "maxiter": 4000}
    found = [optimize.minimize(minus, [0.0, t], method="Nelder-Mead", options=tight) for t in (0.1, 1.0, 4.0)]
    best = min(found, key=lambda r: r.fun)
    return -float(best.fun), float(best.x[0])


@pytest.mark.parametrize(
    ("x", "n"),
    [
        ([0, 0, 3, 12, 20, 5, 8, 1], [7, 12, 10, 20, 20, 9, 31, 15]),
        ([0, 0, 0, 1], [30, 12, 44, 9]),
        ([0, 0, 0, 0, 1, 9], [50, 61, 267, 219, 12, 9]),
        ([300, 20, 0], [100000, 20, 15]),
        ([5, 9], [10, 11]),
    ],
)
def test_the_maximum_is_the_global_one(x: list[int], n: list[int]) -> None:
    """A general optimiser finds no higher likelihood, and the same mean; also where Gauss-Hermite is of no use."""
    p = pool(proportions(x, n))
    value, mean = brute(x, n)
    assert p.loglik is not None
    assert p.loglik >= value - 1e-7
    assert p.beta == pytest.approx(mean, rel=1e-3, abs=1e-4)


def test_profile_bounds_lie_where_the_profile_has_fallen_enough() -> None:
    """At each bound the likelihood, maximised over tau, is lower by half a chi-square quantile."""
    x, n = (np.array(v, float) for v in SALT50)
    p = pool(proportions(*SALT50))
    assert p.loglik is not None
    for bound in (p.profile_lb, p.profile_ub):
        taus = np.linspace(0, 4, 4001)
        values = log_marginal(x, n, np.full((len(taus), 1), bound), taus[:, None], nodes=25).sum(axis=1)
        assert p.loglik - values.max() == pytest.approx(0.5 * chi2_quantile(0.05, 1), abs=1e-5)


def test_the_standard_error_is_that_of_the_joint_hessian() -> None:
    """Second differences of the log-likelihood in (mu, tau), inverted."""
    x, n = (np.array(v, float) for v in SALT50)
    p = pool(proportions(*SALT50))
    assert p.beta is not None
    assert p.tau2 is not None
    at, h = np.array([p.beta, p.tau2**0.5]), 1e-3

    def f(i: int, j: int) -> float:
        mu, tau = at + h * np.array([i, j])
        return float(log_marginal(x, n, np.array(mu), np.array(tau), nodes=25).sum())

    cross = (f(1, 1) - f(1, -1) - f(-1, 1) + f(-1, -1)) / 4
    hessian = np.array([[f(1, 0) - 2 * f(0, 0) + f(-1, 0), cross], [cross, f(0, 1) - 2 * f(0, 0) + f(0, -1)]]) / h**2
    assert p.se == pytest.approx(np.linalg.inv(-hessian)[0, 0] ** 0.5, rel=1e-5)


def test_at_tau_zero_it_is_the_logit_of_the_totals() -> None:
    """Rows that agree: exactly tau2 = 0, the pooled proportion, and its binomial standard error."""
    p = pool(proportions([5, 10, 15], [10, 20, 30]), test="z")
    assert p.tau2 == 0.0
    assert p.back.estimate == pytest.approx(0.5, abs=1e-9)
    assert p.se == pytest.approx((1 / 30 + 1 / 30) ** 0.5)
    assert "tau2_zero" in {n.code for n in p.notes}


def test_two_rows_get_the_profile_interval_and_a_note() -> None:
    """k = 2: no t with one degree of freedom, no prediction interval."""
    p = pool(proportions([5, 9], [10, 11]))
    assert p.ci_method == "profile likelihood"
    assert (p.ci_lb, p.ci_ub) == (p.profile_lb, p.profile_ub)
    assert p.df is None
    assert p.pi_lb is None
    assert {"one_df", "no_prediction"} <= {n.code for n in p.notes}
    assert [i.method for i in p.intervals] == ["normal (z)"]


def test_a_zero_cell_turns_q_into_the_likelihood_ratio() -> None:
    """The Wald form does not exist; a note says so."""
    p = pool(proportions([0, 3, 9], [10, 12, 20], labels=["Nil", "B", "C"]))
    assert p.QE_Wld is None
    assert (p.QE, p.QEp, p.QE_method) == (p.QE_LRT, p.QEp_LRT, "likelihood ratio")
    assert "Nil" in next(n.message for n in p.notes if n.code == "zero_cells")


def test_all_or_nothing_rows_have_no_pooled_proportion() -> None:
    """0/10 and 10/10: the likelihood has no maximum; 0 to 100 % is all that can be said."""
    p = pool(proportions([0, 10], [10, 10]))
    assert p.beta is None
    assert p.back.estimate is None
    assert (p.back.ci_lb, p.back.ci_ub) == (0.0, 1.0)
    assert "tau2_unbounded" in {n.code for n in p.notes}


def test_single_patients_say_nothing_about_tau2() -> None:
    """Rows of one patient each: the proportion is pooled, tau2 is not told."""
    p = pool(proportions([1, 0, 1, 1], [1, 1, 1, 1]))
    assert p.back.estimate == pytest.approx(0.75, abs=1e-6)
    assert p.tau2 is None
    assert "tau2_unidentified" in {n.code for n in p.notes}


def test_nodes_are_recorded() -> None:
    """25 by default where they are enough, another rule where they are not, or what was asked."""
    assert pool(proportions(*SALT50)).settings.quadrature == "adaptive Gauss-Hermite, 25 nodes"
    assert pool(proportions(*SALT50), nodes=15).settings.nodes == 15
    wide = pool(proportions([0, 0, 0, 0, 0, 4], [39, 8, 115, 30, 9, 4]))
    assert wide.settings.quadrature.startswith("Gauss-Legendre")


COUNTS = st.lists(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=7
)


@settings(max_examples=25, deadline=None)
@given(COUNTS, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: list[tuple[int, int]], random: object) -> None:
    """Shuffled rows give the same figures."""
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    first, second = (pool(proportions(*zip(*r, strict=True)), profile=False) for r in (rows, shuffled))
    for name in ("beta", "se", "tau2", "loglik", "QE"):
        if getattr(first, name) is None:
            assert getattr(second, name) is None
        else:
            assert getattr(second, name) == pytest.approx(getattr(first, name), rel=1e-5, abs=1e-7)


@settings(max_examples=25, deadline=None)
@given(COUNTS)
def test_swapping_events_mirrors_the_result(rows: list[tuple[int, int]]) -> None:
    """Patients without the event: the logit changes its sign, tau2 stays."""
    x, n = zip(*rows, strict=True)
    there = pool(proportions(x, n), profile=False)
    back = pool(proportions([b - a for a, b in rows], n), profile=False)
    assert (back.beta is None, back.tau2 is None) == (there.beta is None, there.tau2 is None)
    if there.beta is not None:
        assert back.beta == pytest.approx(-there.beta, rel=1e-4, abs=1e-6)
    if there.tau2 is not None:
        assert back.tau2 == pytest.approx(there.tau2, rel=1e-4, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(COUNTS)
def test_every_interval_holds_its_estimate_and_nothing_is_nan(rows: list[tuple[int, int]]) -> None:
    """And the JSON is valid."""
    p: Pooled = pool(proportions(*zip(*rows, strict=True)))
    json.dumps(p.to_dict(), allow_nan=False)
    for low, high in ((p.ci_lb, p.ci_ub), (p.profile_lb, p.profile_ub), (p.pi_lb, p.pi_ub)):
        assert low is None or p.beta is None or low <= p.beta
        assert high is None or p.beta is None or high >= p.beta
