"""What the pooled effect would be without small-study effects: trim and fill, PET-PEESE."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jakpool.effects import Effects, back_transform, generic
from jakpool.errors import ChoiceError, PoolError
from jakpool.inverse_variance import fit_inverse_variance
from jakpool.pool import pool
from jakpool.results import Back, Pooled
from jakpool.small_study.regression import Asymmetry, weighted_regression
from jakpool.subsets import fit_subsets

__all__ = ["Adjusted", "TrimFill", "pet_peese", "trim_fill"]

Floats = npt.NDArray[np.float64]
ESTIMATORS = ("L0", "R0")
SIDES = ("auto", "left", "right")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrimFill:
    """A pooled result with the studies that would make the funnel symmetrical.

    Attributes
    ----------
    side : str
        Where studies are missing, ``left`` or ``right``.
    k0, se_k0 : int, float
        How many, and the standard error of the estimator.
    p_k0 : float or None
        p of "none is missing"; R0 only.
    filled : tuple of float
        The effects put in, on the pooling scale.
    pooled : Pooled
        With them; it is a sensitivity analysis, not a corrected estimate.
    """

    estimator: str
    side: str
    k0: int
    se_k0: float
    p_k0: float | None
    filled: tuple[float, ...]
    pooled: Pooled


def trim_fill(
    effects: Effects,
    *,
    estimator: str = "L0",
    side: str = "auto",
    model: str = "random",
    tau2: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> TrimFill:
    """Trim the studies that have no counterpart, and fill in their mirror images.

    Parameters
    ----------
    estimator : str
        ``L0`` or ``R0``.
    side : str
        Where studies are thought to be missing; ``auto`` goes by the slope of the effects on their standard errors.

    Raises
    ------
    PoolError
        Fewer than three rows.

    References
    ----------
    Duval, Tweedie (2000), Biometrics 56:455-463. doi:10.1111/j.0006-341X.2000.00455.x; the same (2000), JASA 95:89-98
    (the standard errors).

    Examples
    --------
    >>> from jakpool import generic
    >>> found = trim_fill(generic([0.1, 0.12, 0.3, 0.6, 0.9, 1.1], [0.01, 0.02, 0.05, 0.1, 0.2, 0.3]), model="common")
    >>> found.side, found.k0
    ('left', 3)
    """
    for option, value, known in (
        ("estimator", estimator, ESTIMATORS),
        ("side", side, SIDES),
        ("model", model, ("random", "common")),
    ):
        if value not in known:
            raise ChoiceError(option, value, known)
    yi, vi = np.array(effects.yi), np.array(effects.vi)
    k = len(yi)
    if k < 3:
        raise PoolError(f"{k} rows: trim and fill needs three", hint="leave it out")
    method = "EE" if model == "common" else tau2
    if side == "auto":
        side = "left"
        if float(np.ptp(vi)) > 0:
            X = np.column_stack([np.ones(k), np.sqrt(vi)])
            slope = fit_inverse_variance(yi, vi, X, model=model, tau2=tau2, test="z").beta[1]
            side = "right" if slope < 0 else "left"
    flipped = -yi if side == "right" else yi
    order = np.argsort(flipped, kind="stable")
    y, v = flipped[order], vi[order]
    k0 = -1
    new, raw, centre = 0, 0.0, 0.0
    for _ in range(k):  # settles in a few turns
        k0 = new
        kept = np.arange(k) < k - k0
        centre = float(fit_subsets(y, v, kept[None], tau2=method).beta[0])
        raw = _missing(y - centre, estimator)
        new = max(0, round(raw))
        if new == k0 or new >= k:
            break
    k0 = min(new, k - 1)
    filled, at = 2.0 * centre - y[k - k0 :], v[k - k0 :]
    if side == "right":
        filled = -filled
    both = generic(
        [*yi, *filled],
        [*vi, *at],
        measure=effects.measure,
        labels=[*effects.labels, *(f"filled {effects.labels[i]}" for i in order[k - k0 :])],
    )
    sums = k * (k + 1) * (2 * k + 1) + 10 * raw**3 + 27 * raw**2 + 17 * raw
    sums += -18 * k * raw**2 - 18 * k * raw + 6 * k**2 * raw
    se = 4.0 * math.sqrt(max(sums / 24.0, 0.0)) / (2 * k - 1) if estimator == "L0" else math.sqrt(2.0 * k0 + 2.0)
    return TrimFill(
        estimator=estimator,
        side=side,
        k0=k0,
        se_k0=se,
        p_k0=0.5 ** (k0 + 1) if estimator == "R0" else None,
        filled=tuple(float(f) for f in filled),
        pooled=pool(both, model=model, tau2=tau2, test=test, level=level),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """PET and PEESE, and which of them the rule takes.

    `pet` regresses on the standard error, `peese` on the variance; `limit` of each is the effect of an endless study.
    `chosen` is ``PEESE`` if PET's limit differs from 0 at the one-sided 5 % level, else ``PET``; `back` is its limit on
    the natural scale.
    """

    pet: Asymmetry
    peese: Asymmetry
    chosen: str
    back: Back


def pet_peese(effects: Effects, *, level: float = 0.95) -> Adjusted:
    """Return the precision-effect test and estimate.

    References
    ----------
    Stanley, Doucouliagos (2014), Res Synth Methods 5:60-78. doi:10.1002/jrsm.1095

    Examples
    --------
    >>> from jakpool import generic
    >>> pet_peese(generic([0.1, 0.2, 0.6, 0.9], [0.01, 0.02, 0.1, 0.2])).chosen
    'PEESE'
    """
    yi, vi = np.array(effects.yi), np.array(effects.vi)
    pet = weighted_regression(
        yi, vi, np.sqrt(vi), name="PET", level=level, limit=True, source="Stanley, Doucouliagos 2014"
    )
    peese = weighted_regression(yi, vi, vi, name="PEESE", level=level, limit=True, source="Stanley, Doucouliagos 2014")
    at_ten = weighted_regression(yi, vi, np.sqrt(vi), name="PET", level=0.9, limit=True)
    low, high = at_ten.limit_lb, at_ten.limit_ub
    differs = low is not None and high is not None and (low > 0.0 or high < 0.0)
    taken = peese if differs else pet
    middle, lower, upper = (back_transform(v, effects.measure) for v in (taken.limit, taken.limit_lb, taken.limit_ub))
    return Adjusted(pet=pet, peese=peese, chosen=taken.name, back=Back(estimate=middle, ci_lb=lower, ci_ub=upper))


def _missing(y: Floats, estimator: str) -> float:
    """Return how many centred effects have no counterpart on the left, before it is rounded."""
    k = len(y)
    ranks = np.empty(k)
    ranks[np.argsort(np.abs(y), kind="stable")] = np.arange(1, k + 1)
    if estimator == "R0":
        left = ranks[y < 0]
        return float(k - (left.max() if len(left) else 0.0) - 1)
    positive = float(ranks[y > 0].sum())
    return (4.0 * positive - k * (k + 1)) / (2.0 * k - 1.0)
