"""Quantiles and tail probabilities without cancellation, and the exact interval of a proportion.

They call `scipy.special` only: importing `scipy.stats` costs over a second. Modules here import `scipy`, which loads
`scipy.special` when it is first used, so that importing jakpool costs no more than numpy does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import scipy

__all__ = [
    "chi2_p",
    "chi2_quantile",
    "clopper_pearson",
    "clopper_pearson_rows",
    "f_p",
    "finite",
    "logit",
    "poisson_interval",
    "two_sided_p",
    "two_sided_quantile",
]


@lru_cache(maxsize=256)
def two_sided_quantile(level: float, df: float | None = None) -> float:
    """Return how many standard errors a two-sided interval reaches: normal, or t with `df` degrees of freedom.

    Examples
    --------
    >>> round(two_sided_quantile(0.95), 4), round(two_sided_quantile(0.95, 8), 4)
    (1.96, 2.306)
    """
    tail = (1.0 - level) / 2.0
    if df is None:
        return -float(scipy.special.ndtri(tail))
    return -float(scipy.special.stdtrit(df, tail))


def two_sided_p(statistic: float, df: float | None = None) -> float:
    """Return the two-sided p of a z statistic, or of t with `df` degrees of freedom.

    Examples
    --------
    >>> round(two_sided_p(-1.959964), 4)
    0.05
    >>> two_sided_p(30.0) > 0.0
    True
    """
    low = -abs(statistic)
    return 2.0 * float(scipy.special.ndtr(low) if df is None else scipy.special.stdtr(df, low))


def chi2_p(statistic: float, df: float) -> float:
    """Return the upper tail probability of a chi-square statistic (at most 1; `df` of 0 gives 1)."""
    if df <= 0:
        return 1.0
    return float(scipy.special.chdtrc(df, max(statistic, 0.0)))


@lru_cache(maxsize=256)
def chi2_quantile(upper_tail: float, df: float) -> float:
    """Return the chi-square value that is exceeded with probability `upper_tail`.

    Examples
    --------
    >>> round(chi2_quantile(0.05, 1), 4)
    3.8415
    """
    return float(scipy.special.chdtri(df, upper_tail))


def f_p(statistic: float, df1: float, df2: float) -> float:
    """Return the upper tail probability of an F statistic."""
    return float(scipy.special.fdtrc(df1, df2, max(statistic, 0.0)))


def clopper_pearson(events: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a proportion.

    With no events or nothing but events one bound is 0 or 1 and the other keeps its one-sided tail of
    ``(1 - level) / 2``.

    References
    ----------
    Clopper, Pearson (1934), Biometrika 26:404-413. doi:10.1093/biomet/26.4.404

    Examples
    --------
    >>> [round(bound, 4) for bound in clopper_pearson(9, 13)]
    [0.3857, 0.9091]
    >>> clopper_pearson(0, 10)[0]
    0.0
    """
    return clopper_pearson_rows([events], [n], level=level)[0]


def clopper_pearson_rows(events: Sequence[int], n: Sequence[int], *, level: float = 0.95) -> list[tuple[float, float]]:
    """Return the exact interval of each of several proportions; see `clopper_pearson`.

    Examples
    --------
    >>> [round(upper, 4) for _, upper in clopper_pearson_rows([0, 9], [10, 13])]
    [0.3085, 0.9091]
    """
    x, rest = np.asarray(events), np.asarray(n) - np.asarray(events)
    tail = (1.0 - level) / 2.0
    lower = np.where(x == 0, 0.0, scipy.special.betaincinv(np.maximum(x, 1), rest + 1, tail))
    upper = np.where(rest == 0, 1.0, scipy.special.betainccinv(x + 1, np.maximum(rest, 1), tail))
    return list(zip(lower.tolist(), upper.tolist(), strict=True))


def poisson_interval(events: int, time: float, *, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a rate, from chi-square quantiles.

    References
    ----------
    Garwood (1936), Biometrika 28:437-442.

    Examples
    --------
    >>> [round(bound, 4) for bound in poisson_interval(10, 1.0)]
    [4.7954, 18.3904]
    """
    tail = (1.0 - level) / 2.0
    lower = 0.0 if events == 0 else 0.5 * float(scipy.special.chdtri(2 * events, 1.0 - tail))
    return lower / time, 0.5 * float(scipy.special.chdtri(2 * events + 2, tail)) / time


def logit(p: float) -> float | None:
    """Return the log odds, ``None`` at 0 and 1 where it is infinite."""
    return math.log(p) - math.log1p(-p) if 0.0 < p < 1.0 else None


def finite(value: float | np.floating) -> float | None:
    """Return a Python float, or ``None`` for what is infinite or no number."""
    number = float(value)
    return number if math.isfinite(number) else None
