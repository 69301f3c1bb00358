"""One arm a row: proportions, rates and means."""

from __future__ import annotations

import numpy as np

from jakpool.columns import Floats, Numbers, Words, counts_of, floats, ints, known, numbers, positive, rows_of, within
from jakpool.corrections import additions
from jakpool.effects import Effects, finished
from jakpool.errors import BadRowError
from jakpool.measures import ONE_ARM, RATES, SINGLE_MEANS

__all__ = ["means", "proportions", "rates"]


def proportions(
    events: Numbers,
    n: Numbers,
    *,
    measure: str = "PLO",
    labels: Words = None,
    studies: Words = None,
    group: Words = None,
    to: str = "only0",
    add: float = 0.5,
) -> Effects:
    """Return the effects of one-arm proportions.

    With ``p = x / n``: ``PLO`` is ``log(x / (n - x))``, variance ``1/x + 1/(n - x)``; ``PR`` is p, ``p (1 - p) / n``;
    ``PLN`` is ``log(p)``, ``1/x - 1/n``; ``PAS`` is ``asin(sqrt(p))``, ``1 / (4 n)``; ``PFT`` is
    ``(asin(sqrt(x / (n + 1))) + asin(sqrt((x + 1) / (n + 1)))) / 2``, ``1 / (4 n + 2)``. PLO, PR and PLN are corrected:
    by default 0.5 is added to both cells of a row in which one is zero (metafor's ``add = 1/2, to = "only0"``). The
    GLMM and the beta-binomial model work on the counts themselves and need no correction.

    Parameters
    ----------
    events, n : sequence of whole numbers
        One entry a row; ``0 <= events <= n`` and ``n >= 1``.
    measure : str
        PLO, PAS, PFT, PR or PLN.
    labels, studies, group : sequence of str, optional
        What rows are called (default "1", "2", …), which study they belong to (default: each row is its own), and
        their subgroup.
    to, add : str, float
        Which rows are corrected, by how much (see `jakpool.corrections`).

    Raises
    ------
    BadRowError
        A count that cannot be, or a row that has no finite effect without a correction; it names the row.
    NoStudiesError
        No row.

    References
    ----------
    Stijnen, Hamza, Özdemir (2010), Stat Med 29:3046-3067. doi:10.1002/sim.4040 (logit and its correction);
    Freeman, Tukey (1950), Ann Math Stat 21:607-611 (arcsine, double arcsine).

    Examples
    --------
    >>> e = proportions([9, 0], [13, 10], labels=["Craiglow 2017", "Nil"])
    >>> [round(y, 4) for y in e.yi], e.corrected
    ([0.8109, -3.0445], (False, True))
    """
    known("measure", measure, ONE_ARM)
    rows = rows_of(events, labels, studies, group, {"n": n})
    x = counts_of(events, rows.labels, "events")
    total = counts_of(n, rows.labels, "n")
    within(x, total, rows.labels, "events", "n")
    extra = additions((x == 0) | (x == total), to=to, add=add)
    if measure in ("PAS", "PFT"):
        extra = np.zeros(len(x))
    a, b = x + extra, total - x + extra
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = _proportion(measure, a, b)
    _must_be_finite(yi, vi, rows.labels, "it has no finite effect without a correction", exact=measure == "PR")
    made = Effects(
        measure=measure,
        labels=rows.labels,
        studies=rows.studies,
        group=rows.group,
        yi=floats(yi),
        vi=floats(vi),
        events=ints(x),
        n=ints(total),
        corrected=tuple(bool(c) for c in extra > 0),
        correction=add if bool((extra > 0).any()) else 0.0,
    )
    return finished(made)


def rates(
    events: Numbers,
    time: Numbers,
    *,
    measure: str = "IRLN",
    labels: Words = None,
    studies: Words = None,
    group: Words = None,
    to: str = "only0",
    add: float = 0.5,
) -> Effects:
    """Return the effects of one-arm incidence rates.

    ``IR`` is ``x / t``, variance ``x / t^2``; ``IRLN`` is ``log(x / t)``, ``1 / x``; ``IRS`` is ``sqrt(x / t)``,
    ``1 / (4 t)``; ``IRFT`` is ``(sqrt(x / t) + sqrt((x + 1) / t)) / 2``, ``1 / (4 t)``. IR and IRLN are corrected where
    no event was seen (0.5 events are added).

    Parameters
    ----------
    events : sequence of whole numbers
    time : sequence of float
        Person-time, above zero, in one unit for all rows.

    Raises
    ------
    BadRowError
        A count or time that cannot be; it names the row.

    References
    ----------
    Freeman, Tukey (1950), Ann Math Stat 21:607-611; Rothman, Greenland, Lash (2008), Modern epidemiology, chapter 14.

    Examples
    --------
    >>> e = rates([4, 9], [100.0, 150.0])
    >>> [round(y, 4) for y in e.yi], [round(v, 4) for v in e.vi]
    ([-3.2189, -2.8134], [0.25, 0.1111])
    """
    known("measure", measure, RATES)
    rows = rows_of(events, labels, studies, group, {"time": time})
    x = counts_of(events, rows.labels, "events")
    t = positive(time, rows.labels, "time")
    extra = additions(x == 0, to=to, add=add)
    if measure in ("IRS", "IRFT"):
        extra = np.zeros(len(x))
    a = x + extra
    with np.errstate(divide="ignore"):
        yi, vi = _rate(measure, a, t)
    _must_be_finite(yi, vi, rows.labels, "it has no finite effect without a correction", exact=measure == "IR")
    made = Effects(
        measure=measure,
        labels=rows.labels,
        studies=rows.studies,
        group=rows.group,
        yi=floats(yi),
        vi=floats(vi),
        events=ints(x),
        time=floats(t),
        corrected=tuple(bool(c) for c in extra > 0),
        correction=add if bool((extra > 0).any()) else 0.0,
    )
    return finished(made)


def means(
    mean: Numbers,
    sd: Numbers,
    n: Numbers,
    *,
    measure: str = "MN",
    labels: Words = None,
    studies: Words = None,
    group: Words = None,
) -> Effects:
    """Return the effects of one-arm means: ``MN`` as they are, ``MNLN`` as logarithms.

    The variance of a mean is ``sd^2 / n``, that of its logarithm ``sd^2 / (n mean^2)`` (delta method).

    Raises
    ------
    BadRowError
        A standard deviation or n that is not above zero, or a mean of zero or less for MNLN.

    Examples
    --------
    >>> means([12.0], [3.0], [36]).vi
    (0.25,)
    """
    known("measure", measure, SINGLE_MEANS)
    rows = rows_of(mean, labels, studies, group, {"sd": sd, "n": n})
    m = numbers(mean, rows.labels, "mean") if measure == "MN" else positive(mean, rows.labels, "mean")
    s, total = positive(sd, rows.labels, "sd"), counts_of(n, rows.labels, "n")
    yi, vi = (m, s**2 / total) if measure == "MN" else (np.log(m), s**2 / (total * m**2))
    return Effects(
        measure=measure,
        labels=rows.labels,
        studies=rows.studies,
        group=rows.group,
        yi=floats(yi),
        vi=floats(vi),
        n=ints(total),
        mean=floats(m),
        sd=floats(s),
    )


def _rate(measure: str, a: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Return effect and variance from the (corrected) events and the time."""
    if measure == "IR":
        return a / t, a / t**2
    if measure == "IRLN":
        return np.log(a / t), 1.0 / a
    if measure == "IRS":
        return np.sqrt(a / t), 1.0 / (4.0 * t)
    return 0.5 * (np.sqrt(a / t) + np.sqrt((a + 1.0) / t)), 1.0 / (4.0 * t)


def _proportion(measure: str, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return effect and variance from the (corrected) cells with and without the event."""
    n = a + b
    p = a / n
    if measure == "PLO":
        return np.log(a / b), 1.0 / a + 1.0 / b
    if measure == "PLN":
        return np.log(p), 1.0 / a - 1.0 / n
    if measure == "PR":
        return p, p * (1.0 - p) / n
    if measure == "PAS":
        return np.arcsin(np.sqrt(p)), 1.0 / (4.0 * n)
    root = np.sqrt(a / (n + 1.0)), np.sqrt((a + 1.0) / (n + 1.0))
    return 0.5 * (np.arcsin(root[0]) + np.arcsin(root[1])), 1.0 / (4.0 * n + 2.0)


def _must_be_finite(yi: Floats, vi: Floats, labels: tuple[str, ...], why: str, *, exact: bool) -> None:
    """Refuse a row whose effect is infinite or whose variance is 0."""
    for i, (y, v) in enumerate(zip(yi, vi, strict=True)):
        if not (np.isfinite(y) and np.isfinite(v) and v > 0):
            reason = "its variance is 0 without a correction" if exact else why
            raise BadRowError(i + 1, labels[i], reason, hint="use to = only0, another measure, or leave the row out")
