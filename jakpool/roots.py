"""Roots in a bracket: by cuts and the secant, or by Newton's steps where the slope is known."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["crossing", "newton"]

Floats = npt.NDArray[np.float64]
CUTS = 65


def newton(
    score: Callable[[float], tuple[float, float]],
    low: float,
    high: float,
    f_low: float,
    f_high: float,
    *,
    precision: float = 4e-16,
) -> float:
    """Return where a function falls through zero, by Newton's steps kept in a bracket and halved where they leave it.

    Parameters
    ----------
    score : callable
        The function's value and slope.
    low, high, f_low, f_high : float
        ``f_low > 0 >= f_high`` are the values at the ends.
    precision : float
        Relative size of the step after which no other is taken.

    Examples
    --------
    >>> newton(lambda t: (2.0 - t * t, -2.0 * t), 1.0, 2.0, 1.0, -2.0)
    1.414213562373095
    """
    at = low + (high - low) * f_low / (f_low - f_high)
    for _ in range(200):
        value, slope = score(at)
        if value > 0.0:
            low = at
        else:
            high = at
        new = at - value / slope if slope < 0.0 else math.nan
        if not low <= new <= high:  # nor where there is no slope
            new = 0.5 * (low + high)
        moved, at = abs(new - at), new
        if moved <= precision * abs(new) or high - low <= precision * abs(high):
            break
    return at


def crossing(f: Callable[[Floats], Floats], low: float, high: float) -> float:
    """Return where a function with ``f(low) > 0 >= f(high)`` crosses zero: cut once into many pieces, then the secant.

    The secant is kept in its bracket by the rule of Illinois, and halved where it does not shrink.

    Examples
    --------
    >>> round(crossing(lambda t: 2.0 - t * t, 1.0, 2.0), 12)
    1.414213562373
    """
    cuts = np.linspace(low, high, CUTS) if low == 0.0 or high < 4 * low else np.geomspace(low, high, CUTS)
    values = f(cuts[1:])
    not_above = values <= 0.0
    not_above[-1] = True  # known from before; rounding may say otherwise
    at = int(np.argmax(not_above))
    low, high = float(cuts[at]), float(cuts[at + 1])
    if at == 0 and low == 0.0 and high > 0.0:  # near zero the pieces are still wide: cut the first one again
        return crossing(f, low, high) if high > 1e-280 else 0.0
    f_low, f_high = float(values[at - 1] if at else f(np.array([low]))[0]), float(values[at])
    if f_high > 0.0:
        return high
    side, last = 0, math.nan
    for turn in range(200):
        steep = f_low - f_high
        new = high + f_high * (high - low) / steep if steep > 0.0 and turn % 4 != 3 else 0.5 * (low + high)
        new = min(max(new, low), high)
        value = float(f(np.array([new]))[0])
        if value == 0.0 or high - low <= 4e-16 * high or (new == last and turn % 4 != 3):
            return new
        last = new
        if value > 0.0:
            low, f_low = new, value
            f_high, side = (0.5 * f_high, 1) if side == 1 else (f_high, 1)
        else:
            high, f_high = new, value
            f_low, side = (0.5 * f_low, -1) if side == -1 else (f_low, -1)
    return 0.5 * (low + high)
