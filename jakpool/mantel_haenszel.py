"""Mantel-Haenszel pooling of risk ratios and odds ratios, from the counts themselves."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from jakpool.distributions import chi2_p, two_sided_p, two_sided_quantile
from jakpool.effects import Effects, two_arm
from jakpool.errors import PoolError
from jakpool.estimate import Estimate
from jakpool.results import Interval, Note

__all__ = ["pool_mantel_haenszel"]

Floats = npt.NDArray[np.float64]


def pool_mantel_haenszel(effects: Effects, *, level: float) -> Estimate:
    """Return the Mantel-Haenszel log ratio; no cell is corrected.

    Studies without any event, or with nothing but events, carry no weight. Q compares the studies' log ratios (0.5
    added to the cells of a study with a zero cell) with the Mantel-Haenszel one, over the studies that carry weight.

    References
    ----------
    OR: Mantel, Haenszel (1959), J Natl Cancer Inst 22:719-748; variance: Robins, Breslow, Greenland (1986), Biometrics
    42:311-323. RR: Greenland, Robins (1985), Biometrics 41:55-68, equations 4 and 13.
    """
    if effects.events is None or effects.n is None or effects.events_c is None or effects.n_c is None:
        raise PoolError("Mantel-Haenszel needs the counts of both arms", hint="use two_arm(...), or model = random")
    a, n1, c, n2 = (np.array(v, dtype=float) for v in (effects.events, effects.n, effects.events_c, effects.n_c))
    b, d, total = n1 - a, n2 - c, n1 + n2
    odds = effects.measure == "OR"
    r, s = (a * d / total, b * c / total) if odds else (a * n2 / total, c * n1 / total)
    R, S = float(r.sum()), float(s.sum())
    tells = ~(((a == 0) & (c == 0)) | ((b == 0) & (d == 0)))
    weights = tuple(float(v) for v in 100.0 * s / S) if S > 0 else (None,) * len(effects)
    words = (
        ("weights", "Mantel-Haenszel"),
        ("correction", "none for the estimate; 0.5 in the studies with a zero cell for Q"),
        ("I2_method", "(Q - df) / Q"),
    )
    variance = 0.0
    if R > 0 and S > 0:
        if odds:
            p, q = (a + d) / total, (b + c) / total
            first, second = float((p * r).sum()) / R**2, float((q * s).sum()) / S**2
            variance = 0.5 * (first + float((p * s + q * r).sum()) / (R * S) + second)
        else:
            variance = float(((n1 * n2 * (a + c) - a * c * total) / total**2).sum()) / (R * S)
    if variance <= 0.0:
        note = Note(
            "mh_undefined",
            "The Mantel-Haenszel ratio does not exist: one side has no events (or no patients "
            "without) in any study. Inverse variance with 0.5 added, model = random, gives a rough figure.",
        )
        return Estimate(
            model="mh", ci=Interval(None, None, "none"), weights=(None,) * len(effects), words=words, notes=(note,)
        )
    beta, se = math.log(R / S), math.sqrt(variance)
    z = beta / se
    half = two_sided_quantile(level) * se
    rows = np.flatnonzero(tells)
    each = two_arm(a[rows], n1[rows], c[rows], n2[rows], measure=effects.measure)
    q_stat = float(((np.array(each.yi) - beta) ** 2 / np.array(each.vi)).sum())
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
        weights=weights,
        words=words,
    )
