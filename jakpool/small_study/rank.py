"""Begg's rank correlation of effects and variances: normal with its ties, and exact."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from jakpool.distributions import two_sided_p
from jakpool.effects import Effects
from jakpool.errors import PoolError
from jakpool.small_study.regression import Asymmetry

__all__ = ["begg", "rank_test"]

Floats = npt.NDArray[np.float64]
EXACT_BELOW = 50


def begg(effects: Effects) -> Asymmetry:
    """Return Begg and Mazumdar's test by the normal approximation, without a continuity correction.

    The statistic is Kendall's S (concordant less discordant pairs) of the standardised effects and the variances over
    its standard error, which allows for ties.

    References
    ----------
    Begg, Mazumdar (1994), Biometrics 50:1088-1101; ties: Kendall, Gibbons (1990), Rank correlation methods, 5th ed.,
    section 5.2.

    Examples
    --------
    >>> from jakpool import generic
    >>> found = begg(generic([0.1, 0.2, 0.6, 0.9], [0.01, 0.02, 0.1, 0.2]))
    >>> found.estimate, round(found.statistic, 3)
    (6.0, 2.038)
    """
    u, v = _standardised(effects)
    s, tied_u, tied_v, k = _kendall_s(u, v), _ties(u), _ties(v), len(u)
    variance = (
        k * (k - 1) * (2 * k + 5)
        - sum(t * (t - 1) * (2 * t + 5) for t in tied_u)
        - sum(t * (t - 1) * (2 * t + 5) for t in tied_v)
    ) / 18.0
    variance += (
        sum(t * (t - 1) * (t - 2) for t in tied_u)
        * sum(t * (t - 1) * (t - 2) for t in tied_v)
        / (9.0 * k * (k - 1) * (k - 2))
    )
    variance += sum(t * (t - 1) for t in tied_u) * sum(t * (t - 1) for t in tied_v) / (2.0 * k * (k - 1))
    se = math.sqrt(variance) if variance > 0 else 0.0
    z = s / se if se > 0 else None
    return Asymmetry(
        name="Begg",
        k=k,
        statistic=z,
        df=None,
        pval=None if z is None else two_sided_p(z),
        estimate=s,
        se=se,
        source="Begg, Mazumdar 1994",
    )


def rank_test(effects: Effects) -> Asymmetry:
    """Return Kendall's tau of standardised effects and variances (`estimate`) with its p.

    The p is exact below 50 rows without ties, else normal.

    References
    ----------
    Begg, Mazumdar (1994), Biometrics 50:1088-1101; exact distribution: Kendall, Gibbons (1990), Rank correlation
    methods, 5th ed., section 5.3.

    Examples
    --------
    >>> from jakpool import generic
    >>> found = rank_test(generic([0.1, 0.2, 0.6, 0.9], [0.01, 0.02, 0.1, 0.2]))
    >>> found.estimate, round(found.pval, 4)
    (1.0, 0.0833)
    """
    u, v = _standardised(effects)
    k, s = len(u), _kendall_s(u, v)
    pairs = k * (k - 1) / 2
    loss = [sum(t * (t - 1) / 2 for t in _ties(values)) for values in (u, v)]
    scale = math.sqrt((pairs - loss[0]) * (pairs - loss[1]))
    exact = k < EXACT_BELOW and loss == [0, 0]
    normal = begg(effects)
    return Asymmetry(
        name="rank correlation (exact)" if exact else "rank correlation",
        k=k,
        statistic=None if exact else normal.statistic,
        df=None,
        pval=_exact_p(k, s) if exact else normal.pval,
        estimate=s / scale if scale > 0 else None,
        se=None,
        source="Begg, Mazumdar 1994",
    )


def _standardised(effects: Effects) -> tuple[Floats, Floats]:
    """Return effects less the common-effect mean over their standard errors, and the variances."""
    if len(effects) < 3:
        raise PoolError(f"{len(effects)} rows: a rank correlation needs three", hint="leave the test out")
    yi, vi = np.array(effects.yi), np.array(effects.vi)
    w = 1.0 / vi
    return (yi - w @ yi / w.sum()) / np.sqrt(vi - 1.0 / w.sum()), vi


def _kendall_s(u: Floats, v: Floats) -> float:
    """Return concordant less discordant pairs."""
    return float((np.sign(u[:, None] - u) * np.sign(v[:, None] - v)).sum() / 2.0)


def _ties(values: Floats) -> list[int]:
    """Return how many values share each tied one."""
    return [int(n) for n in np.unique(values, return_counts=True)[1] if n > 1]


def _exact_p(k: int, s: float) -> float:
    """Return the two-sided p of S among all orders, from the number of orders with each number of inversions."""
    orders = np.ones(1)
    for i in range(2, k + 1):
        orders = np.convolve(orders, np.ones(i) / i)
    q = round((k * (k - 1) / 2 + s) / 2)
    inversions = min(q, len(orders) - 1 - q)
    return float(min(1.0, 2.0 * orders[: inversions + 1].sum()))
