"""Two arms a row: events of patients, events of person-time, means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jakpool.columns import Floats, Numbers, Words, counts_of, floats, ints, known, numbers, positive, rows_of, within
from jakpool.corrections import CORRECTIONS, Flags, additions, treatment_arm
from jakpool.effects import Effects, finished
from jakpool.errors import BadRowError, NoStudiesError
from jakpool.measures import TWO_ARM, TWO_MEANS, TWO_RATES
from jakpool.results import Note
from jakpool.standardised import hedges_factor

__all__ = ["two_arm", "two_means", "two_rates"]

Cells = tuple[Floats, Floats, Floats, Floats]


def two_arm(
    events: Numbers,
    n: Numbers,
    events_c: Numbers,
    n_c: Numbers,
    *,
    measure: str = "RR",
    labels: Words = None,
    studies: Words = None,
    group: Words = None,
    to: str = "only0",
    add: float = 0.5,
    drop00: bool = False,
) -> Effects:
    """Return the effects of two-arm studies with events.

    With cells a, b = n - a (treated) and c, d = n_c - c (control): ``RR`` is ``log(a/n) - log(c/n_c)``, variance
    ``1/a - 1/n + 1/c - 1/n_c``; ``OR`` ``log(a d / (b c))``, ``1/a + 1/b + 1/c + 1/d``; ``RD`` ``a/n - c/n_c``,
    ``a b / n^3 + c d / n_c^3``; ``AS`` ``asin(sqrt(a/n)) - asin(sqrt(c/n_c))``, ``1/(4n) + 1/(4 n_c)``; ``PETO``
    ``(a - E) / V``, ``1 / V`` with the hypergeometric mean E and variance V. By default 0.5 is added to all four cells
    of a row in which one is zero (not for AS), as metafor's ``add = 1/2, to = "only0", drop00 = FALSE`` has it: studies
    without any event in both arms stay, and a note says so. Mantel-Haenszel, Peto's pooling and the GLMM work on the
    counts themselves and need no correction.

    Parameters
    ----------
    events, n, events_c, n_c : sequence of whole numbers
        Counts of the treated arm and of the control arm.
    measure : str
        RR, OR, RD, AS or PETO.
    labels, studies, group : sequence of str, optional
        As in `proportions`.
    to : str
        ``only0``, ``if0all``, ``all``, ``none``, or ``treatment-arm``: where a cell is zero, each arm gets the other
        arm's share of the patients instead of `add` (the two shares are 1 together).
    add : float
        What is added.
    drop00 : bool
        Leave out rows without events in both arms, and rows with nothing but events; a note names them.

    Raises
    ------
    BadRowError
        A count that cannot be, or a row without a finite effect; it names the row.
    NoStudiesError
        No row.

    References
    ----------
    Fleiss, Berlin (2009), in The handbook of research synthesis, 2nd ed., chapter 13; AS: Rücker et al. (2009), Stat
    Med 28:721-738; PETO: Yusuf et al. (1985), Prog Cardiovasc Dis 27:335-371.

    Examples
    --------
    >>> e = two_arm([4], [123], [11], [139], measure="RR")
    >>> round(e.yi[0], 4), round(e.vi[0], 4)
    (-0.8893, 0.3256)
    """
    known("measure", measure, TWO_ARM)
    known("to", to, (*CORRECTIONS, "treatment-arm"))
    rows = rows_of(events, labels, studies, group, {"n": n, "events_c": events_c, "n_c": n_c})
    a, n1 = counts_of(events, rows.labels, "events"), counts_of(n, rows.labels, "n")
    c, n2 = counts_of(events_c, rows.labels, "events_c"), counts_of(n_c, rows.labels, "n_c")
    within(a, n1, rows.labels, "events", "n")
    within(c, n2, rows.labels, "events_c", "n_c")
    b, d = n1 - a, n2 - c
    zero = (a == 0) | (b == 0) | (c == 0) | (d == 0)
    add1, add2 = _added(zero, n1, n2, measure=measure, to=to, add=add)
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = _binary(measure, (a + add1, b + add1, c + add2, d + add2))
    silent = ((a == 0) & (c == 0)) | ((b == 0) & (d == 0))
    dropped = silent if drop00 else np.zeros(len(a), dtype=bool)
    _finite(yi, vi, rows.labels, skip=dropped)
    made = Effects(
        measure=measure,
        labels=rows.labels,
        studies=rows.studies,
        group=rows.group,
        yi=floats(yi),
        vi=floats(vi),
        events=ints(a),
        n=ints(n1),
        events_c=ints(c),
        n_c=ints(n2),
        corrected=tuple(bool(x) for x in add1 > 0),
        correction=0.5 if to == "treatment-arm" else (add if bool((add1 > 0).any()) else 0.0),
    )
    return _without(made, dropped)


def two_rates(
    events: Numbers,
    time: Numbers,
    events_c: Numbers,
    time_c: Numbers,
    *,
    measure: str = "IRR",
    labels: Words = None,
    studies: Words = None,
    group: Words = None,
    to: str = "only0",
    add: float = 0.5,
    drop00: bool = False,
) -> Effects:
    """Return rate ratios or rate differences of two-arm studies with person-time.

    ``IRR`` is ``log(x/t) - log(x_c/t_c)``, variance ``1/x + 1/x_c``; ``IRD`` is ``x/t - x_c/t_c``,
    ``x/t^2 + x_c/t_c^2``. Where an arm has no event, 0.5 is added to both arms of that row.

    Raises
    ------
    BadRowError
        A count or time that cannot be; it names the row.

    References
    ----------
    Rothman, Greenland, Lash (2008), Modern epidemiology, chapter 14.

    Examples
    --------
    >>> e = two_rates([7], [1344.0], [11], [1988.0])
    >>> round(e.yi[0], 4), round(e.vi[0], 4)
    (-0.0605, 0.2338)
    """
    known("measure", measure, TWO_RATES)
    rows = rows_of(events, labels, studies, group, {"time": time, "events_c": events_c, "time_c": time_c})
    x1, x2 = counts_of(events, rows.labels, "events"), counts_of(events_c, rows.labels, "events_c")
    t1, t2 = positive(time, rows.labels, "time"), positive(time_c, rows.labels, "time_c")
    extra = additions((x1 == 0) | (x2 == 0), to=to, add=add)
    a, c = x1 + extra, x2 + extra
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "IRR":
            yi, vi = np.log(a / t1) - np.log(c / t2), 1.0 / a + 1.0 / c
        else:
            yi, vi = a / t1 - c / t2, a / t1**2 + c / t2**2
    dropped = (x1 == 0) & (x2 == 0) if drop00 else np.zeros(len(a), dtype=bool)
    _finite(yi, vi, rows.labels, skip=dropped)
    made = Effects(
        measure=measure,
        labels=rows.labels,
        studies=rows.studies,
        group=rows.group,
        yi=floats(yi),
        vi=floats(vi),
        events=ints(x1),
        events_c=ints(x2),
        time=floats(t1),
        time_c=floats(t2),
        corrected=tuple(bool(x) for x in extra > 0),
        correction=add if bool((extra > 0).any()) else 0.0,
    )
    return _without(made, dropped)


def two_means(
    mean: Numbers,
    sd: Numbers,
    n: Numbers,
    mean_c: Numbers,
    sd_c: Numbers,
    n_c: Numbers,
    *,
    measure: str = "MD",
    labels: Words = None,
    studies: Words = None,
    group: Words = None,
) -> Effects:
    """Return differences or ratios of two means.

    ``MD``: variance ``sd^2/n + sd_c^2/n_c``. ``SMD``: Hedges' g with the exact factor J and the pooled standard
    deviation, variance ``1/n + 1/n_c + g^2 / (2 (n + n_c))``. ``SMDH``: divided by the root of the mean of both
    variances (unequal variances), J with ``n + n_c - 2``. ``ROM``: ``log(mean / mean_c)``, freed of its
    bias by half the difference of ``sd^2/(n mean^2)`` and ``sd_c^2/(n_c mean_c^2)``, whose sum is the variance.

    Raises
    ------
    BadRowError
        A standard deviation that is not above zero, arms of one patient, or for ROM a mean that is not above zero.

    References
    ----------
    Hedges (1981), J Educ Stat 6:107-128; Bonett (2009), Psychol Methods 14:225-238 (SMDH); Hedges, Gurevitch, Curtis
    (1999), Ecology 80:1150-1156, and Lajeunesse (2015), Ecology 96:2056-2063 (ROM and its bias).

    Examples
    --------
    >>> e = two_means([5.0], [2.0], [20], [4.0], [2.0], [20], measure="SMD")
    >>> round(e.yi[0], 4), round(e.vi[0], 4)
    (0.4901, 0.103)
    """
    known("measure", measure, TWO_MEANS)
    columns = {"sd": sd, "n": n, "mean_c": mean_c, "sd_c": sd_c, "n_c": n_c}
    rows = rows_of(mean, labels, studies, group, columns)
    read = positive if measure == "ROM" else numbers
    m1, m2 = read(mean, rows.labels, "mean"), read(mean_c, rows.labels, "mean_c")
    s1, s2 = positive(sd, rows.labels, "sd"), positive(sd_c, rows.labels, "sd_c")
    n1, n2 = counts_of(n, rows.labels, "n"), counts_of(n_c, rows.labels, "n_c")
    if measure in ("SMD", "SMDH"):
        for i, (left, right) in enumerate(zip(n1, n2, strict=True)):
            if left < 2 or right < 2:
                raise BadRowError(i + 1, rows.labels[i], "an arm has one patient; a standard deviation needs two")
    yi, vi = _continuous(measure, (m1, s1, n1), (m2, s2, n2))
    return Effects(
        measure=measure,
        labels=rows.labels,
        studies=rows.studies,
        group=rows.group,
        yi=floats(yi),
        vi=floats(vi),
        n=ints(n1),
        n_c=ints(n2),
        mean=floats(m1),
        sd=floats(s1),
        mean_c=floats(m2),
        sd_c=floats(s2),
    )


def _added(zero: Flags, n1: Floats, n2: Floats, *, measure: str, to: str, add: float) -> tuple[Floats, Floats]:
    """Return what is added to the cells of each arm."""
    if measure == "AS":
        return np.zeros(len(zero)), np.zeros(len(zero))
    if to == "treatment-arm":
        return treatment_arm(n1, n2, zero)
    extra = additions(zero, to=to, add=add)
    return extra, extra


def _binary(measure: str, cells: Cells) -> tuple[Floats, Floats]:
    """Return effect and variance from the (corrected) cells."""
    a, b, c, d = cells
    n1, n2 = a + b, c + d
    if measure == "RR":
        return np.log(a / n1) - np.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2
    if measure == "OR":
        return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    if measure == "RD":
        return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3
    if measure == "AS":
        return np.arcsin(np.sqrt(a / n1)) - np.arcsin(np.sqrt(c / n2)), 1 / (4 * n1) + 1 / (4 * n2)
    total = n1 + n2
    variance = n1 * n2 * (a + c) * (b + d) / (total**2 * (total - 1))
    return (a - n1 * (a + c) / total) / variance, 1 / variance


def _continuous(
    measure: str, treated: tuple[Floats, Floats, Floats], control: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats]:
    """Return effect and variance from means, standard deviations and sizes."""
    (m1, s1, n1), (m2, s2, n2) = treated, control
    if measure == "MD":
        return m1 - m2, s1**2 / n1 + s2**2 / n2
    if measure == "ROM":
        first, second = s1**2 / (n1 * m1**2), s2**2 / (n2 * m2**2)
        return np.log(m1 / m2) + 0.5 * (first - second), first + second
    df = n1 + n2 - 2
    if measure == "SMD":
        g = hedges_factor(df) * (m1 - m2) / np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / df)
        return g, 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2))
    square = (s1**2 + s2**2) / 2
    g = hedges_factor(df) * (m1 - m2) / np.sqrt(square)
    first = g**2 * (s1**4 / (n1 - 1) + s2**4 / (n2 - 1)) / (8 * square**2)
    return g, first + (s1**2 / (n1 - 1) + s2**2 / (n2 - 1)) / square


def _finite(yi: Floats, vi: Floats, labels: tuple[str, ...], *, skip: Flags) -> None:
    """Refuse a row whose effect is infinite or whose variance is 0."""
    for i, (y, v) in enumerate(zip(yi, vi, strict=True)):
        if not skip[i] and not (np.isfinite(y) and np.isfinite(v) and v > 0):
            raise BadRowError(
                i + 1,
                labels[i],
                "it has no finite effect, or a variance of 0, without a correction",
                hint="use to = only0, leave double-zero rows out (drop00), or pool by Mantel-Haenszel",
            )


def _without(made: Effects, dropped: Flags) -> Effects:
    """Leave the dropped rows out, and say which."""
    if not dropped.any():
        return finished(made)
    kept = [i for i in range(len(made)) if not dropped[i]]
    if not kept:
        raise NoStudiesError("no row has both patients with and without the event")
    names = ", ".join(label for label, gone in zip(made.labels, dropped, strict=True) if gone)
    note = Note("dropped_rows", f"Left out, because nothing or everything happened in both arms: {names}.")
    left = made.keep(kept)
    return replace(left, notes=(*left.notes, note))
