"""The beta-binomial likelihood: sums of any length."""

import math

import numpy as np
import pytest
from scipy import special

from jakpool.beta_binomial import fit_beta_binomial


def test_a_register_is_summed_by_few_points_as_exactly_as_one_by_one() -> None:
    """The likelihood written out as products (Griffiths 1973), summed by math.fsum over every i."""
    x, n = np.array([9.0, 9_200.0, 310.0, 41_000.0]), np.array([13.0, 30_000.0, 1_500.0, 100_000.0])
    fit = fit_beta_binomial(x, n)
    p, theta = fit.mean, fit.theta
    terms = []
    for events, patients in zip(x, n, strict=True):
        terms += [math.log(p + i * theta) for i in range(int(events))]
        terms += [math.log(1.0 - p + i * theta) for i in range(int(patients - events))]
        terms += [-math.log1p(i * theta) for i in range(int(patients))]
    constant = float((-special.betaln(x + 1, n - x + 1) - np.log1p(n)).sum())
    assert fit.loglik == pytest.approx(math.fsum(terms) + constant, abs=1e-8)


def test_a_hundred_million_patients_are_fitted() -> None:
    """scipy's betaln at the estimate, and no higher beside it; to the digits that betaln keeps at 1e8."""
    x, n = np.array([2e7, 9e6, 100.0, 3e5]), np.array([1e8, 3e7, 500.0, 2e6])
    fit = fit_beta_binomial(x, n)

    def loglik(mean: float, theta: float) -> float:
        a, b = mean / theta, (1.0 - mean) / theta
        own = special.betaln(x + a, n - x + b) - special.betaln(a, b)
        return float((own - special.betaln(x + 1, n - x + 1) - np.log1p(n)).sum())

    best = loglik(fit.mean, fit.theta)
    assert fit.loglik == pytest.approx(best, abs=1e-5)
    for mean, theta in ((0.99, 1.0), (1.01, 1.0), (1.0, 0.95), (1.0, 1.05)):
        assert loglik(fit.mean * mean, fit.theta * theta) < best
