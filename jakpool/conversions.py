"""From what papers print to what pooling needs: medians, ranges, standard errors, intervals, p, shared controls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import scipy

from jakpool.columns import Numbers, Words, numbers, rows_of
from jakpool.distributions import two_sided_quantile
from jakpool.effects import Effects, generic
from jakpool.errors import BadRowError, PoolError

__all__ = [
    "Arm",
    "combine_counts",
    "combine_means",
    "mean_sd_from_quantiles",
    "ratios",
    "sd_from_interval",
    "sd_from_se",
    "split_control",
]


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm with a mean."""

    mean: float
    sd: float
    n: int


def mean_sd_from_quantiles(
    n: int,
    *,
    median: float,
    q1: float | None = None,
    q3: float | None = None,
    low: float | None = None,
    high: float | None = None,
) -> tuple[float, float]:
    """Return mean and standard deviation from a median with quartiles, range, or both; of a distribution near normal.

    Mean: Luo's weighted averages. Standard deviation: Wan's from the range or the quartiles alone, Shi's from both.

    Parameters
    ----------
    n : int
        Patients, at least 2.
    median, q1, q3, low, high : float
        Quartiles and extremes come in pairs.

    Raises
    ------
    PoolError
        Quantiles out of order, one of a pair alone, or neither pair.

    References
    ----------
    Luo, Wan, Liu, Tong (2018), Stat Methods Med Res 27:1785-1805. doi:10.1177/0962280216669183; Wan, Wang, Liu, Tong
    (2014), BMC Med Res Methodol 14:135; Shi et al. (2020), Res Synth Methods 11:641-654.

    Examples
    --------
    >>> mean, sd = mean_sd_from_quantiles(40, median=5, q1=3, q3=8)
    >>> round(mean, 4), round(sd, 4)
    (5.3549, 3.8446)
    """
    if n < 2:
        raise PoolError(f"n is {n}", hint="a standard deviation needs two patients")
    quartiles, extremes = _pair(q1, q3, "q1 and q3"), _pair(low, high, "low and high")
    given = [v for v in (low, q1, median, q3, high) if v is not None]
    if given != sorted(given) or not all(math.isfinite(v) for v in given):
        raise PoolError(f"the quantiles {given} are not in order", hint="check minimum, q1, median, q3, maximum")
    by_range = 2.0 * float(scipy.special.ndtri((n - 0.375) / (n + 0.25)))
    by_quartiles = 2.0 * float(scipy.special.ndtri((0.75 * n - 0.125) / (n + 0.25)))
    if quartiles and extremes:
        w1, w2 = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
        mean = w1 * sum(extremes) / 2 + w2 * sum(quartiles) / 2 + (1 - w1 - w2) * median
        first = (extremes[1] - extremes[0]) / ((1.0 + 0.07 * n**0.6) * by_range)
        second = (quartiles[1] - quartiles[0]) / ((1.0 + 1.0 / (0.07 * n**0.6)) * by_quartiles)
        return mean, first + second
    if quartiles:
        w = 0.7 + 0.39 / n
        return w * sum(quartiles) / 2 + (1 - w) * median, (quartiles[1] - quartiles[0]) / by_quartiles
    if extremes:
        w = 4.0 / (4.0 + n**0.75)
        return w * sum(extremes) / 2 + (1 - w) * median, (extremes[1] - extremes[0]) / by_range
    raise PoolError("a median alone tells no spread", hint="give the quartiles, the range, or both")


def sd_from_se(se: float, n: int) -> float:
    """Return the standard deviation behind the standard error of a mean, ``se sqrt(n)``.

    >>> sd_from_se(0.5, 36)
    3.0
    """
    if se <= 0 or n < 2:
        raise PoolError(f"se is {se:g}, n is {n}", hint="a standard error above zero of two patients or more")
    return se * math.sqrt(n)


def sd_from_interval(lower: float, upper: float, n: int, *, level: float = 0.95) -> float:
    """Return the standard deviation behind the confidence interval of a mean, by t with ``n - 1`` degrees of freedom.

    References
    ----------
    Cochrane Handbook for Systematic Reviews of Interventions, version 6, section 6.5.2.2.

    Examples
    --------
    >>> round(sd_from_interval(30.0, 34.2, 25), 2)
    5.09
    """
    if not lower < upper or n < 2:
        raise PoolError(f"the interval {lower:g} to {upper:g} of {n} patients has no spread", hint="check its bounds")
    return math.sqrt(n) * (upper - lower) / (2.0 * two_sided_quantile(level, n - 1.0))


def ratios(
    estimate: Numbers,
    *,
    lower: Numbers | None = None,
    upper: Numbers | None = None,
    p: Numbers | None = None,
    z: Numbers | None = None,
    level: float = 0.95,
    measure: str = "HR",
    labels: Words = None,
    studies: Words = None,
    group: Words = None,
) -> Effects:
    """Return the effects of hazard or other ratios that are printed with an interval, a p-value or a z statistic.

    The effect is ``log(estimate)``; its standard error is the interval's width on the log scale over twice the normal
    quantile, or the effect over z (from p by the two-sided normal quantile).

    Parameters
    ----------
    estimate : sequence of float
        Ratios, above zero.
    lower, upper : sequence of float, optional
        Bounds of the interval at `level`.
    p, z : sequence of float, optional
        Two-sided p-values, or z statistics, where there is no interval.
    measure : str
        HR, RATIO, OR, RR, IRR or ROM.

    Raises
    ------
    BadRowError
        A bound that is not above zero, bounds that do not hold the estimate, a p that is not between 0 and 1; it names
        the row.

    References
    ----------
    Cochrane Handbook for Systematic Reviews of Interventions, version 6, sections 6.3.1 and 6.3.2; Tierney et al.
    (2007), Trials 8:16.

    Examples
    --------
    >>> e = ratios([1.2], lower=[0.9], upper=[1.6])
    >>> round(e.yi[0], 4), round(e.vi[0], 4)
    (0.1823, 0.0215)
    """
    rows = rows_of(estimate, labels, studies, group, {})
    values = numbers(estimate, rows.labels, "estimate")
    yi, vi = [], []
    bounds = None
    if lower is not None and upper is not None:
        bounds = numbers(lower, rows.labels, "lower"), numbers(upper, rows.labels, "upper")
    tests = None if z is None else numbers(z, rows.labels, "z")
    shares = None if p is None else numbers(p, rows.labels, "p")
    if bounds is None and tests is None and shares is None:
        raise PoolError("nothing tells how precise the ratios are", hint="give lower and upper, p, or z")
    for i, value in enumerate(values):
        if value <= 0:
            raise BadRowError(i + 1, rows.labels[i], f"estimate is {value:g}; a ratio is above zero")
        y = math.log(value)
        if bounds is not None:
            low, high = float(bounds[0][i]), float(bounds[1][i])
            if not 0 < low < high or not low <= value <= high:
                raise BadRowError(
                    i + 1, rows.labels[i], f"the interval {low:g} to {high:g} does not fit the estimate {value:g}"
                )
            se = (math.log(high) - math.log(low)) / (2.0 * two_sided_quantile(level))
        else:
            se = _se_from_test(y, i, rows.labels, shares, tests)
        yi.append(y)
        vi.append(se * se)
    return generic(yi, vi, measure=measure, labels=rows.labels, studies=rows.studies, group=rows.group or None)


def combine_counts(events: Sequence[int], n: Sequence[int]) -> tuple[int, int]:
    """Return several arms of one trial as one arm: events and patients added up.

    >>> combine_counts([3, 5], [20, 22])
    (8, 42)
    """
    return sum(events), sum(n)


def combine_means(arms: Sequence[Arm]) -> Arm:
    """Return several arms with means as one arm, as if the patients had been measured together.

    References
    ----------
    Cochrane Handbook for Systematic Reviews of Interventions, version 6, table 6.5.a.

    Examples
    --------
    >>> both = combine_means([Arm(5.0, 2.0, 10), Arm(7.0, 2.0, 10)])
    >>> both.mean, round(both.sd, 4), both.n
    (6.0, 2.2005, 20)
    """
    if not arms:
        raise PoolError("there is no arm to combine", hint="give at least one")
    first = arms[0]
    for arm in arms[1:]:
        n = first.n + arm.n
        mean = (first.n * first.mean + arm.n * arm.mean) / n
        between = first.n * arm.n / n * (first.mean - arm.mean) ** 2
        square = ((first.n - 1) * first.sd**2 + (arm.n - 1) * arm.sd**2 + between) / (n - 1)
        first = Arm(mean, math.sqrt(square), n)
    return first


def split_control(events: int, n: int, parts: int) -> tuple[tuple[int, int], ...]:
    """Return a control arm shared by several comparisons in parts that add up to it, so that nobody is counted twice.

    Whole patients are dealt out; the comparisons stay correlated only through chance. Combining the treated arms is
    usually better.

    References
    ----------
    Cochrane Handbook for Systematic Reviews of Interventions, version 6, section 23.3.4.

    Examples
    --------
    >>> split_control(11, 60, 2)
    ((6, 30), (5, 30))
    """
    if parts < 1 or n < parts or not 0 <= events <= n:
        raise PoolError(f"{events}/{n} cannot be split in {parts}", hint="every part needs a patient")
    sizes = [n // parts + (i < n % parts) for i in range(parts)]
    dealt = [events // parts + (i < events % parts) for i in range(parts)]
    return tuple(zip(dealt, sizes, strict=True))


def _pair(low: float | None, high: float | None, names: str) -> tuple[float, float] | None:
    """Return two bounds that come together."""
    if low is None and high is None:
        return None
    if low is None or high is None:
        raise PoolError(f"{names} come together", hint="give both or neither")
    return low, high


def _se_from_test(y: float, i: int, labels: Sequence[str], shares: Numbers | None, tests: Numbers | None) -> float:
    """Return the standard error behind a p-value or a z statistic."""
    if tests is not None:
        z = abs(float(tests[i]))
    else:
        share = float(shares[i]) if shares is not None else math.nan
        if not 0.0 < share < 1.0:
            raise BadRowError(i + 1, labels[i], f"p is {share:g}; it lies between 0 and 1")
        z = -float(scipy.special.ndtri(share / 2.0))
    if z == 0.0 or y == 0.0:
        raise BadRowError(i + 1, labels[i], "a ratio of 1, or z of 0, tells nothing about the standard error")
    return abs(y) / z
