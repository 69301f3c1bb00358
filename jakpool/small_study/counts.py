"""Tests of asymmetry that work on counts: Peters (one arm and two), Harbord, Macaskill, Deeks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from jakpool.effects import Effects
from jakpool.errors import PoolError
from jakpool.measures import ONE_ARM
from jakpool.small_study.regression import Asymmetry, weighted_regression

__all__ = ["deeks", "harbord", "macaskill", "peters"]

Floats = npt.NDArray[np.float64]


def peters(effects: Effects, *, level: float = 0.95) -> Asymmetry:
    """Return Peters' test: the effect on 1/n, weighted by events and non-events.

    Two arms: weights ``1 / (1/(a + c) + 1/(b + d))``. One arm: weights ``1 / (1/x + 1/(n - x))``; rows without events,
    or with nothing but events, have a weight of 0 and drop out.

    References
    ----------
    Peters, Sutton, Jones, Abrams, Rushton (2006), JAMA 295:676-680. doi:10.1001/jama.295.6.676; for proportions the
    size of the study in place of the standard error: Hunter et al. (2014), J Clin Epidemiol 67:897-903.
    doi:10.1016/j.jclinepi.2014.03.003

    Examples
    --------
    >>> from jakpool import proportions
    >>> found = peters(proportions([1, 10, 4, 43, 30], [17, 12, 8, 58, 40]))
    >>> found.name, found.df
    ('Peters', 3.0)
    """
    if effects.measure in ONE_ARM and effects.events is not None and effects.n is not None:
        x, n = np.array(effects.events, dtype=float), np.array(effects.n, dtype=float)
        rows = (x > 0) & (x < n)
        x, n = x[rows], n[rows]
        return weighted_regression(
            np.array(effects.yi)[rows],
            1 / x + 1 / (n - x),
            1 / n,
            name="Peters",
            level=level,
            limit=True,
            source="Peters et al. 2006; Hunter et al. 2014",
        )
    y, _, a, b, c, d = _cells(effects, "Peters' test")
    return weighted_regression(
        y,
        1 / (a + c) + 1 / (b + d),
        1 / (a + b + c + d),
        name="Peters",
        level=level,
        limit=True,
        source="Peters et al. 2006",
    )


def macaskill(effects: Effects, *, level: float = 0.95) -> Asymmetry:
    """Return Macaskill's test: the effect on n, with weights 1/vi.

    References
    ----------
    Macaskill, Walter, Irwig (2001), Stat Med 20:641-654. doi:10.1002/sim.698

    Examples
    --------
    >>> from jakpool import two_arm
    >>> macaskill(two_arm([4, 6, 3], [123, 306, 231], [11, 29, 11], [139, 303, 220])).df
    1.0
    """
    y, v, a, b, c, d = _cells(effects, "Macaskill's test")
    return weighted_regression(y, v, a + b + c + d, name="Macaskill", level=level, source="Macaskill et al. 2001")


def harbord(effects: Effects, *, level: float = 0.95) -> Asymmetry:
    """Return Harbord's test: Egger's on the score ``Z / V`` and its standard error ``1 / sqrt(V)``.

    ``Z = a - (a + c) n1 / N`` and ``V = n1 n2 (a + c)(b + d) / (N^2 (N - 1))``.

    References
    ----------
    Harbord, Egger, Sterne (2006), Stat Med 25:3443-3457. doi:10.1002/sim.2380

    Examples
    --------
    >>> from jakpool import two_arm
    >>> harbord(two_arm([4, 6, 3], [123, 306, 231], [11, 29, 11], [139, 303, 220], measure="OR")).name
    'Harbord'
    """
    _, _, a, b, c, d = _cells(effects, "Harbord's test")
    n1, n2, total = a + b, c + d, a + b + c + d
    score = a - (a + c) * n1 / total
    v = n1 * n2 * (a + c) * (b + d) / (total**2 * (total - 1))
    return weighted_regression(
        score / v, 1 / v, 1 / np.sqrt(v), name="Harbord", level=level, source="Harbord et al. 2006"
    )


def deeks(effects: Effects, *, level: float = 0.95) -> Asymmetry:
    """Return Deeks' test: the log odds ratio on ``1 / sqrt(ESS)``, weighted by ``ESS = 4 n1 n2 / (n1 + n2)``.

    Made for diagnostic odds ratios. The odds ratio has 0.5 added to its cells where one is zero.

    References
    ----------
    Deeks, Macaskill, Irwig (2005), J Clin Epidemiol 58:882-893. doi:10.1016/j.jclinepi.2005.01.016

    Examples
    --------
    >>> from jakpool import two_arm
    >>> deeks(two_arm([4, 6, 3], [123, 306, 231], [11, 29, 11], [139, 303, 220], measure="OR")).name
    'Deeks'
    """
    y, _, a, b, c, d = _cells(effects, "Deeks' test")
    if effects.measure != "OR":
        add = np.where((a == 0) | (b == 0) | (c == 0) | (d == 0), 0.5, 0.0)
        y = np.log((a + add) * (d + add) / ((b + add) * (c + add)))
    ess = 4 * (a + b) * (c + d) / (a + b + c + d)
    found = weighted_regression(y, 1 / ess, 1 / np.sqrt(ess), name="Deeks", level=level, limit=True)
    return replace(found, source="Deeks et al. 2005")


def _cells(effects: Effects, what: str) -> tuple[Floats, ...]:
    """Return effects, variances and the four cells of the rows that tell (some with, some without the event)."""
    if effects.events is None or effects.n is None or effects.events_c is None or effects.n_c is None:
        raise PoolError(f"{what} needs counts", hint="use proportions(...) or two_arm(...), or Egger's test")
    a, n1, c, n2 = (np.array(v, dtype=float) for v in (effects.events, effects.n, effects.events_c, effects.n_c))
    b, d = n1 - a, n2 - c
    rows = (a + c > 0) & (b + d > 0)
    return np.array(effects.yi)[rows], np.array(effects.vi)[rows], a[rows], b[rows], c[rows], d[rows]
