"""A prediction interval for one-arm proportions that allows for what is not known about tau."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

from jakpool.effects import Effects
from jakpool.errors import PoolError
from jakpool.glmm import counts, fit_counts
from jakpool.quadrature import derivatives
from jakpool.results import Interval

__all__ = ["prediction_interval"]

Floats = npt.NDArray[np.float64]
FINE = 400


def prediction_interval(effects: Effects, *, level: float = 0.95) -> Interval:
    """Return where the logit of one new study is expected, averaged over tau by its restricted likelihood.

    ``mu ± t sqrt(tau2 + se^2)`` takes tau2 as known, and that of the GLMM is estimated too small from few studies. Here
    every tau counts by ``L(mu(tau), tau) se(tau)``, the likelihood with the mean integrated out by Laplace's
    approximation (a flat prior on mu and tau), and the new logit is a mixture of ``N(mu(tau), tau^2 + se(tau)^2)``.

    Raises
    ------
    PoolError
        Fewer than three rows, or nothing but rows without events (or with nothing else).

    References
    ----------
    Cox, Reid (1987), J R Stat Soc B 49:1-39 (the adjusted profile likelihood); Gelman (2006), Bayesian Anal 1:515-534
    (a flat prior on tau needs three groups). ``benchmarks/coverage.py`` has how often it holds.

    Examples
    --------
    >>> from jakpool import proportions
    >>> from jakpool.effects import back_transform
    >>> found = prediction_interval(proportions([16, 10, 4, 43, 20, 9, 31], [17, 12, 8, 58, 29, 13, 45]))
    >>> [round(back_transform(v, "PLO"), 2) for v in (found.lower, found.upper)]
    [0.4, 0.93]
    """
    x, n = counts(effects)
    k = len(x)
    if k < 3:
        raise PoolError(f"{k} rows: a prediction interval needs three", hint="look at the rows themselves")
    if not 0 < x.sum() < n.sum():
        raise PoolError("all rows have no events, or nothing but events: nothing can be predicted", hint="see pool")
    data, fit = fit_counts(x, n, np.zeros(k, dtype=np.intp), nodes=None)
    if not fit.bounded:
        raise PoolError("the likelihood sets no bound to tau: nothing can be predicted", hint="see pool")
    scan = fit.scan
    parts = derivatives(x, n, np.repeat(scan.mu, k, axis=1), scan.tau[:, None], nodes=data.nodes)
    spread = 1.0 / np.sqrt(np.maximum(-parts.mu_mu.sum(axis=1), 1e-12))
    tau = np.concatenate([np.linspace(0.0, 4.0, FINE), np.geomspace(4.02, max(float(scan.tau[-1]), 4.03), FINE // 2)])
    log_l = np.interp(tau, scan.tau, scan.value[:, 0] + np.log(spread))
    weight = np.exp(log_l - log_l.max()) * np.gradient(tau)
    weight /= weight.sum()
    middle, se = np.interp(tau, scan.tau, scan.mu[:, 0]), np.interp(tau, scan.tau, spread)
    total = np.sqrt(tau**2 + se**2)
    tail = (1.0 - level) / 2.0
    low, high = (_quantile(weight, middle, total, p) for p in (tail, 1.0 - tail))
    return Interval(low, high, "prediction, averaged over tau by its restricted likelihood")


def _quantile(weight: Floats, middle: Floats, spread: Floats, p: float) -> float:
    """Return a quantile of a mixture of normal distributions, by halving."""
    low, high = float((middle - 12 * spread).min()), float((middle + 12 * spread).max())
    for _ in range(80):
        at = 0.5 * (low + high)
        if float(weight @ scipy.special.ndtr((at - middle) / spread)) < p:
            low = at
        else:
            high = at
    return 0.5 * (low + high)
