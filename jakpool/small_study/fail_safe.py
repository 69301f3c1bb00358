"""Fail-safe numbers: how many unseen null results would overturn the pooled one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy

from jakpool.distributions import two_sided_quantile
from jakpool.effects import Effects
from jakpool.errors import ChoiceError

__all__ = ["FailSafe", "fail_safe"]

KINDS = ("Rosenthal", "Orwin", "Rosenberg")


@dataclass(frozen=True, slots=True)
class FailSafe:
    """How many further studies with an effect of 0 it takes, and for what."""

    kind: str
    number: int
    meaning: str


def fail_safe(
    effects: Effects, *, kind: str = "Rosenthal", alpha: float = 0.05, target: float | None = None
) -> FailSafe:
    """Return a fail-safe number.

    ``Rosenthal``: until the one-sided combined p (Stouffer) exceeds `alpha`. ``Orwin``: until the unweighted mean
    shrinks to `target` (default: half of it). ``Rosenberg``: until the two-sided common-effect p exceeds `alpha`.
    They take the effect 0 as "nothing": for proportions on the logit scale that is 50 %, and the number means little.

    References
    ----------
    Rosenthal (1979), Psychol Bull 86:638-641; Orwin (1983), J Educ Stat 8:157-159; Rosenberg (2005), Evolution
    59:464-468, equation 6. Against their use: Becker (2005), in Publication bias in meta-analysis, 111-125.

    Examples
    --------
    >>> from jakpool import generic
    >>> fail_safe(generic([0.4, 0.6, 0.5], [0.01, 0.02, 0.04])).number
    40
    """
    if kind not in KINDS:
        raise ChoiceError("kind", kind, KINDS)
    if not 0.0 < alpha < 1.0:
        raise ChoiceError("alpha", alpha, ("a number between 0 and 1",))
    yi, vi = np.array(effects.yi), np.array(effects.vi)
    k = len(yi)
    if kind == "Rosenthal":
        z = abs(float((yi / np.sqrt(vi)).sum()))
        crit = -float(scipy.special.ndtri(alpha))
        number = (z / crit) ** 2 - k if z / math.sqrt(k) > crit else 0.0
        return FailSafe(kind, _whole(number), f"until the one-sided combined p exceeds {alpha:g}")
    if kind == "Orwin":
        mean = float(yi.mean())
        aim = abs(mean) / 2.0 if target is None else abs(target)
        if aim == 0.0:
            if mean == 0.0:
                return FailSafe(kind, 0, "until the unweighted mean is 0")
            raise ChoiceError("target", target, ("a number other than 0",), why="a mean never shrinks to nothing")
        return FailSafe(kind, _whole(k * (abs(mean) - aim) / aim), f"until the unweighted mean shrinks to {aim:g}")
    w = 1.0 / vi
    number = k / float(w.sum()) * (float(w @ yi) ** 2 / two_sided_quantile(1.0 - alpha) ** 2 - float(w.sum()))
    return FailSafe(kind, _whole(number), f"until the two-sided common-effect p exceeds {alpha:g}")


def _whole(number: float) -> int:
    """Round up, but not for the last digits of a float; never below 0."""
    return max(0, math.ceil(number - 1e-9 * max(1.0, abs(number))))
