"""Mantel-Haenszel pooling of ratios and differences of risks, odds and rates, from the counts themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jakpool.columns import Floats
from jakpool.distributions import chi2_p, two_sided_p, two_sided_quantile
from jakpool.effects import Effects
from jakpool.errors import PoolError
from jakpool.estimate import Estimate
from jakpool.measures import is_ratio
from jakpool.results import Interval, Note
from jakpool.two_arm import two_arm, two_rates

__all__ = ["pool_mantel_haenszel"]


@dataclass(frozen=True, slots=True)
class _Sums:
    """An estimate with its variance (``None``: it does not exist), the weights, and the rows that tell something."""

    beta: float | None
    variance: float
    weights: Floats
    tells: npt.NDArray[np.bool_]


def pool_mantel_haenszel(effects: Effects, *, level: float) -> Estimate:
    """Return the Mantel-Haenszel log ratio (RR, OR, IRR) or difference (RD, IRD); no cell is corrected.

    Studies without any event carry no weight in a ratio, nor do those with nothing but events in an odds ratio. Q
    compares the studies' own figures (0.5 added to the cells of a study with a zero cell) with the pooled one, without
    the studies in which nothing or everything happened.

    References
    ----------
    OR: Mantel, Haenszel (1959), J Natl Cancer Inst 22:719-748; variance: Robins, Breslow, Greenland (1986), Biometrics
    42:311-323. RR and rates: Greenland, Robins (1985), Biometrics 41:55-68. RD: its variance by Sato, Greenland, Robins
    (1989), Biometrics 45:1323-1324.

    Examples
    --------
    >>> from jakpool import two_arm
    >>> e = pool_mantel_haenszel(two_arm([4, 6], [123, 306], [11, 29], [139, 303], measure="RR"), level=0.95)
    >>> round(math.exp(e.beta), 4)
    0.2588
    """
    if effects.events is None or effects.events_c is None:
        raise PoolError("Mantel-Haenszel needs the counts of both arms", hint="use two_arm(...), or model = random")
    a, c = np.array(effects.events, dtype=float), np.array(effects.events_c, dtype=float)
    if effects.time is not None and effects.time_c is not None:
        sums = _rates(a, np.array(effects.time), c, np.array(effects.time_c), ratio=effects.measure == "IRR")
    elif effects.n is not None and effects.n_c is not None:
        n1, n2 = np.array(effects.n, dtype=float), np.array(effects.n_c, dtype=float)
        sums = {"OR": _odds, "RD": _difference}.get(effects.measure, _risks)(a, n1, c, n2)
    else:
        raise PoolError("Mantel-Haenszel needs patients or person-time of both arms", hint="use model = random")
    words = (
        ("weights", "Mantel-Haenszel"),
        ("correction", "none for the estimate; 0.5 in the studies with a zero cell for Q"),
        ("I2_method", "(Q - df) / Q"),
    )
    if sums.beta is None or sums.variance <= 0.0:
        note = Note("mh_undefined", _undefined(effects.measure))
        return Estimate(
            model="mh", ci=Interval(None, None, "none"), weights=(None,) * len(effects), words=words, notes=(note,)
        )
    beta, se = sums.beta, math.sqrt(sums.variance)
    z, half = beta / se, two_sided_quantile(level) * se
    rows = np.flatnonzero(sums.tells)
    q_stat = _q(effects, rows, beta)
    whole = float(sums.weights.sum())
    return Estimate(
        model="mh",
        beta=beta,
        se=se,
        zval=z,
        pval=two_sided_p(z),
        ci=Interval(beta - half, beta + half, "normal (z)"),
        tau2=0.0,
        QE=q_stat if len(rows) > 1 else None,
        QE_df=len(rows) - 1,
        QEp=chi2_p(q_stat, len(rows) - 1) if len(rows) > 1 else None,
        QE_method="Q around the Mantel-Haenszel estimate",
        weights=tuple(float(v) for v in 100.0 * sums.weights / whole) if whole > 0 else (None,) * len(effects),
        words=words,
    )


def _undefined(measure: str) -> str:
    """Say why there is no figure."""
    if is_ratio(measure):
        return (
            "The Mantel-Haenszel ratio does not exist: one side has no events (or no patients without) in any study. "
            "Inverse variance with 0.5 added, model = random, gives a rough figure."
        )
    return (
        "The Mantel-Haenszel difference has a variance of 0: no arm has both patients with and without the event. "
        "Inverse variance with 0.5 added, model = random, gives a rough figure."
    )


def _odds(a: Floats, n1: Floats, c: Floats, n2: Floats) -> _Sums:
    """Return the log odds ratio."""
    b, d, total = n1 - a, n2 - c, n1 + n2
    r, s = a * d / total, b * c / total
    R, S = float(r.sum()), float(s.sum())
    tells = ~(((a == 0) & (c == 0)) | ((b == 0) & (d == 0)))
    if R <= 0 or S <= 0:
        return _Sums(None, 0.0, s, tells)
    p, q = (a + d) / total, (b + c) / total
    first, second = float((p * r).sum()) / R**2, float((q * s).sum()) / S**2
    return _Sums(math.log(R / S), 0.5 * (first + float((p * s + q * r).sum()) / (R * S) + second), s, tells)


def _risks(a: Floats, n1: Floats, c: Floats, n2: Floats) -> _Sums:
    """Return the log risk ratio."""
    total = n1 + n2
    r, s = a * n2 / total, c * n1 / total
    R, S = float(r.sum()), float(s.sum())
    tells = ~(((a == 0) & (c == 0)) | ((a == n1) & (c == n2)))
    if R <= 0 or S <= 0:
        return _Sums(None, 0.0, s, tells)
    variance = float(((n1 * n2 * (a + c) - a * c * total) / total**2).sum()) / (R * S)
    return _Sums(math.log(R / S), variance, s, tells)


def _difference(a: Floats, n1: Floats, c: Floats, n2: Floats) -> _Sums:
    """Return the risk difference."""
    total = n1 + n2
    weight = n1 * n2 / total
    whole = float(weight.sum())
    beta = float(((a * n2 - c * n1) / total).sum()) / whole
    p = (n1**2 * c - n2**2 * a + n1 * n2 * (n2 - n1) / 2.0) / total**2
    q = (a * (n2 - c) + c * (n1 - a)) / (2.0 * total)
    variance = (beta * float(p.sum()) + float(q.sum())) / whole**2
    tells = ~(((a == 0) & (c == 0)) | ((a == n1) & (c == n2)))
    return _Sums(beta, variance, weight, tells)


def _rates(a: Floats, t1: Floats, c: Floats, t2: Floats, *, ratio: bool) -> _Sums:
    """Return the log rate ratio or the rate difference."""
    total = t1 + t2
    if not ratio:
        weight = t1 * t2 / total
        whole = float(weight.sum())
        beta = float(((a * t2 - c * t1) / total).sum()) / whole
        variance = float((weight**2 * (a / t1**2 + c / t2**2)).sum()) / whole**2
        return _Sums(beta, variance, weight, np.ones(len(a), dtype=bool))
    r, s = a * t2 / total, c * t1 / total
    R, S = float(r.sum()), float(s.sum())
    tells = (a + c) > 0
    if R <= 0 or S <= 0:
        return _Sums(None, 0.0, s, tells)
    return _Sums(math.log(R / S), float((t1 * t2 * (a + c) / total**2).sum()) / (R * S), s, tells)


def _q(effects: Effects, rows: npt.NDArray[np.intp], beta: float) -> float:
    """Return the weighted squares of the studies' own figures around the pooled one."""

    def some(values: tuple[float, ...] | tuple[int, ...] | None) -> list[float]:
        return [float((values or ())[i]) for i in rows]

    if not len(rows):
        return 0.0
    make = (
        two_rates(
            some(effects.events),
            some(effects.time),
            some(effects.events_c),
            some(effects.time_c),
            measure=effects.measure,
        )
        if effects.time is not None
        else two_arm(
            some(effects.events), some(effects.n), some(effects.events_c), some(effects.n_c), measure=effects.measure
        )
    )
    return float(((np.array(make.yi) - beta) ** 2 / np.array(make.vi)).sum())
