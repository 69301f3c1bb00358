"""Peto's pooling of odds ratios: observed less expected events."""

from __future__ import annotations

import math

import numpy as np

from jakpool.distributions import chi2_p, two_sided_p, two_sided_quantile
from jakpool.effects import Effects
from jakpool.errors import PoolError
from jakpool.estimate import Estimate
from jakpool.results import Interval, Note

__all__ = ["pool_peto"]


def pool_peto(effects: Effects, *, level: float) -> Estimate:
    """Return Peto's log odds ratio, ``sum(O - E) / sum(V)``; nothing is added to any cell.

    Rows in which nothing or everything happened carry no weight. The method is biased where effects are large or arms
    very unequal.

    References
    ----------
    Yusuf et al. (1985), Prog Cardiovasc Dis 27:335-371; its bias: Greenland, Salvan (1990), Stat Med 9:247-252.

    Examples
    --------
    >>> from jakpool import two_arm
    >>> e = pool_peto(two_arm([4, 6], [123, 306], [11, 29], [139, 303], measure="OR"), level=0.95)
    >>> round(e.beta, 4), round(e.se, 4)
    (-1.2401, 0.2912)
    """
    if effects.events is None or effects.n is None or effects.events_c is None or effects.n_c is None:
        raise PoolError("Peto's method needs the counts of both arms", hint="use two_arm(...), or model = random")
    a, n1, c, n2 = (np.array(v, dtype=float) for v in (effects.events, effects.n, effects.events_c, effects.n_c))
    total, events = n1 + n2, a + c
    variance = n1 * n2 * events * (total - events) / (total**2 * np.maximum(total - 1.0, 1.0))
    excess = a - n1 * events / total
    tells = variance > 0
    whole = float(variance.sum())
    words = (("weights", "hypergeometric variance"), ("correction", "none"), ("I2_method", "(Q - df) / Q"))
    if whole <= 0.0:
        note = Note("peto_undefined", "In every study nothing or everything happened: there is no odds ratio.")
        return Estimate(
            model="peto", ci=Interval(None, None, "none"), weights=(None,) * len(a), words=words, notes=(note,)
        )
    beta, se = float(excess.sum()) / whole, 1.0 / math.sqrt(whole)
    half, z = two_sided_quantile(level) * se, beta / se
    df = int(tells.sum()) - 1
    q = max(0.0, float((excess[tells] ** 2 / variance[tells]).sum()) - beta**2 * whole)
    return Estimate(
        model="peto",
        beta=beta,
        se=se,
        zval=z,
        pval=two_sided_p(z),
        ci=Interval(beta - half, beta + half, "normal (z)"),
        tau2=0.0,
        QE=q if df > 0 else None,
        QE_df=df,
        QEp=chi2_p(q, df) if df > 0 else None,
        QE_method="Q around Peto's estimate",
        weights=tuple(float(v) for v in 100.0 * variance / whole),
        words=words,
    )
