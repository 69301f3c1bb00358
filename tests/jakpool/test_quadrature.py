"""The marginal likelihood against direct integration, and its derivatives against differences."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from jakpool.quadrature import SPLIT, derivatives, log_marginal

X, N = np.array([0.0, 3.0, 12.0, 40.0]), np.array([20.0, 9.0, 12.0, 500.0])


def direct(x: float, n: float, mu: float, tau: float) -> float:
    """Integrate with a general routine, cut where the integrand may bend."""

    def log_f(u: float) -> float:
        eta = mu + tau * u
        return x * eta - n * float(np.logaddexp(0.0, eta)) - 0.5 * u * u

    grid = np.linspace(-12, 12, 4801)
    top = max(log_f(u) for u in grid)
    value = np.trapezoid([math.exp(log_f(u) - top) for u in grid], grid)
    constant = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    return float(math.log(value) + top - 0.5 * math.log(2 * math.pi) + constant)


@pytest.mark.parametrize("nodes", [25, SPLIT])
@pytest.mark.parametrize(("mu", "tau"), [(0.0, 0.4), (-2.0, 1.0), (1.0, 0.0)])
def test_the_integral_is_right(mu: float, tau: float, nodes: int) -> None:
    """Each row to nine digits."""
    ours = log_marginal(X, N, np.array(mu), np.array(tau), nodes=nodes)
    assert ours == pytest.approx([direct(x, n, mu, tau) for x, n in zip(X, N, strict=True)], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("x", "n"), [(0.0, 10.0), (1000.0, 1000.0), (1.0, 1.0)])
@pytest.mark.parametrize("tau", [3.0, 12.0, 40.0])
def test_the_split_rule_holds_where_gauss_hermite_does_not(x: float, n: float, tau: float) -> None:
    """A step instead of a bell: the split rule has eight digits, 25 Gauss-Hermite nodes as few as two."""
    truth = direct(x, n, 0.0, tau)
    split = log_marginal(np.array([x]), np.array([n]), np.array(0.0), np.array(tau), nodes=SPLIT)[0]
    assert split == pytest.approx(truth, abs=2e-8)


def test_without_spread_it_is_the_binomial() -> None:
    """tau = 0."""
    p = special.expit(-1.3)
    expected = np.log(special.binom(N, X)) + X * np.log(p) + (N - X) * np.log1p(-p)
    assert log_marginal(X, N, np.array(-1.3), np.array(0.0), nodes=25) == pytest.approx(expected)


def test_the_likelihood_is_even_in_tau() -> None:
    """A standard deviation has no sign here."""
    plus, minus = (log_marginal(X, N, np.array(0.3), np.array(t), nodes=25) for t in (0.8, -0.8))
    assert plus == pytest.approx(minus, rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(mu=st.floats(-3, 3), tau=st.floats(0.05, 3), nodes=st.sampled_from([1, 7, 25, SPLIT]))
def test_derivatives_are_those_of_the_value(mu: float, tau: float, nodes: int) -> None:
    """Central differences of the sum over rows agree."""
    d = derivatives(X, N, np.array(mu), np.array(tau), nodes=nodes)

    def value(a: float, b: float) -> float:
        return float(log_marginal(X, N, np.array(a), np.array(b), nodes=nodes).sum())

    h = 1e-3
    tolerance = {"rel": 5e-3, "abs": 2e-2}
    assert d.mu.sum() == pytest.approx((value(mu + h, tau) - value(mu - h, tau)) / (2 * h), **tolerance)
    assert d.tau.sum() == pytest.approx((value(mu, tau + h) - value(mu, tau - h)) / (2 * h), **tolerance)
    second = (value(mu + h, tau) - 2 * value(mu, tau) + value(mu - h, tau)) / h**2
    assert d.mu_mu.sum() == pytest.approx(second, **tolerance)


def test_parameters_broadcast() -> None:
    """Many values at once give what one at a time gives."""
    mu, tau = np.array([[0.0], [1.0]]), np.array([[0.5], [0.7]])
    both = log_marginal(X, N, mu, tau, nodes=25)
    assert both.shape == (2, 4)
    assert both[1] == pytest.approx(log_marginal(X, N, np.array(1.0), np.array(0.7), nodes=25))


def test_nodes_agree_with_general_integration() -> None:
    """scipy's quad on one row, as a second witness."""

    def f(u: float) -> float:
        return float(special.expit(0.2 + 0.9 * u) ** 3 * special.expit(-0.2 - 0.9 * u) ** 6 * math.exp(-0.5 * u * u))

    value = integrate.quad(f, -12, 12)[0] / math.sqrt(2 * math.pi) * special.binom(9, 3)
    ours = log_marginal(np.array([3.0]), np.array([9.0]), np.array(0.2), np.array(0.9), nodes=25)[0]
    assert ours == pytest.approx(math.log(value), rel=1e-9)
