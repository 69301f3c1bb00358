"""Axes in percent, of ratios (logarithmic) and plain: limits, ticks, and where a value lies."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from jakpool.plots.lettering import width
from jakpool.plots.wording import is_percent, is_ratio

__all__ = ["Axis", "linear_axis", "log_axis", "logit_axis", "natural_axis"]

Tick = tuple[float, str]
Limits = tuple[float, float]
INFINITE = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """An axis between two places in points.

    Attributes
    ----------
    start, end : float
        Places of the lowest and the highest value, in points (`end` may be the smaller: a reversed axis).
    low, high : float
        Those values, on the natural scale.
    ticks : tuple of (float, str)
        Values on the natural scale and their labels.
    bend : function
        From the natural scale to the one that is drawn evenly; the identity, a logarithm, a logit.
    """

    start: float
    end: float
    low: float
    high: float
    ticks: tuple[Tick, ...]
    bend: Callable[[float], float]

    def place(self, value: float) -> float:
        """Return where a value lies, in points; values beyond the axis lie beyond its ends."""
        low, high = self.bend(self.low), self.bend(self.high)
        return self.start + (self.end - self.start) * (self.bend(value) - low) / (high - low)

    def holds(self, value: float) -> bool:
        """Say whether a value lies on the axis."""
        return self.low - 1e-9 * abs(self.low) <= value <= self.high + 1e-9 * abs(self.high)


def natural_axis(measure: str, values: Sequence[float], core: Sequence[float], span: Limits, *, size: float) -> Axis:
    """Return the axis of a forest plot.

    Parameters
    ----------
    values : sequence of float
        All estimates and bounds on the natural scale.
    core : sequence of float
        The values that must be on the axis: estimates, and bounds of pooled figures.
    span : (float, float)
        Where it begins and ends, in points.
    size : float
        Font size of the tick labels, which decides how many fit.

    Examples
    --------
    >>> axis = natural_axis("RR", [0.1, 0.5, 1.4], [0.5], (0, 200), size=8)
    >>> [label for _, label in axis.ticks], round(axis.place(1.0), 1)
    (['0.1', '0.2', '0.5', '1', '2'], 151.1)
    """
    if is_percent(measure):
        return linear_axis((0.0, 1.0), span, size=size, percent=True)
    if is_ratio(measure):
        return log_axis(_log_limits(values, core), span, size=size)
    return linear_axis(_linear_limits(values, core), span, size=size)


def linear_axis(limits: Limits, span: Limits, *, size: float, percent: bool = False) -> Axis:
    """Return an even axis with round ticks.

    Examples
    --------
    >>> [label for _, label in linear_axis((0, 1), (0, 200), size=8, percent=True).ticks]
    ['0', '20', '40', '60', '80', '100']
    """
    low, high = limits
    unit = 100.0 if percent else 1.0
    ticks: tuple[Tick, ...] = ()
    rough = (high - low) * unit / 12
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1, 2, 2.5, 5, 10, 20, 25, 50, 100):
        step = factor * power
        if step < rough:
            continue
        first, last = math.ceil(low * unit / step - 1e-9), math.floor(high * unit / step + 1e-9)
        places = max(0, -math.floor(math.log10(step) + 1e-9) + (factor == 2.5 or factor == 25))
        ticks = tuple((i * step / unit, f"{i * step:.{places}f}".replace("-", "−")) for i in range(first, last + 1))
        axis = Axis(start=span[0], end=span[1], low=low, high=high, ticks=ticks, bend=_same)
        if _fits(axis, size, most=8):
            return axis
    return Axis(start=span[0], end=span[1], low=low, high=high, ticks=ticks[:1] + ticks[-1:], bend=_same)


def log_axis(limits: Limits, span: Limits, *, size: float) -> Axis:
    """Return a logarithmic axis with ticks such as 0.1, 0.2, 0.5, 1, 2, 5, 10.

    Examples
    --------
    >>> [label for _, label in log_axis((0.001, 1000), (0, 200), size=8).ticks]
    ['0.001', '0.01', '0.1', '1', '10', '100', '1000']
    """
    low, high = limits
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    axis = Axis(start=span[0], end=span[1], low=low, high=high, ticks=(), bend=math.log)
    fine = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)
    for steps in (fine, (1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        values = [m * 10.0**e for e in range(first, last + 1) for m in steps]
        axis = replace(axis, ticks=tuple((v, f"{v:.10g}") for v in values if axis.holds(v)))
        if _fits(axis, size, most=7):
            return axis if len(axis.ticks) > 1 else _evenly(axis, size, percent=False)
    every = math.ceil(len(axis.ticks) / 5)
    powers = range(first, last + 1)
    ticks = [(10.0**e, f"{10.0**e:.10g}" if -4 < e < 6 else f"1e{e}") for e in powers if e % every == 0]
    return replace(axis, ticks=tuple(t for t in ticks if axis.holds(t[0])))


def logit_axis(limits: Limits, span: Limits, *, size: float, bend: Callable[[float], float]) -> Axis:
    """Return an axis of proportions that is even on another scale (`bend`), with ticks in percent."""
    low, high = limits
    axis = Axis(start=span[0], end=span[1], low=low, high=high, ticks=(), bend=bend)
    for in_percent in (
        (0.1, 0.5, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 99.5, 99.9),
        (0.1, 0.5, 2, 10, 30, 50, 70, 90, 98, 99.5, 99.9),
        (0.001, 0.01, 0.1, 1, 10, 50, 90, 99, 99.9, 99.99),
        (0.001, 0.1, 10, 90, 99.9),
    ):
        axis = replace(axis, ticks=tuple((t / 100, f"{t:g}") for t in in_percent if low <= t / 100 <= high))
        if _fits(axis, size, most=9):
            break
    return axis if len(axis.ticks) > 2 else _evenly(axis, size, percent=True)


def _evenly(axis: Axis, size: float, *, percent: bool) -> Axis:
    """Return the axis with the ticks of an even one, for a stretch too short for its own round values."""
    even = linear_axis((axis.low, axis.high), (axis.start, axis.end), size=size, percent=percent)
    kept: tuple[Tick, ...] = ()
    for tick in even.ticks:
        possible = tick[0] > 0 and not (percent and tick[0] >= 1)
        if possible and _fits(replace(axis, ticks=(*kept[-1:], tick)), size, most=2):
            kept = (*kept, tick)
    return replace(axis, ticks=kept)


def _fits(axis: Axis, size: float, *, most: int) -> bool:
    """Say whether the tick labels stand clear of each other."""
    edges = [(axis.place(v), width(label, size) / 2) for v, label in axis.ticks]
    pairs = pairwise(edges)
    return len(edges) <= most and all(abs(b - a) > left + right + 0.5 * size for (a, left), (b, right) in pairs)


def _log_limits(values: Sequence[float], core: Sequence[float]) -> Limits:
    """Return limits that hold 1 and the core, and the rest unless it is far out."""
    inner = [v for v in core if v > 0] or [1.0]
    outer = [v for v in values if v > 0] or [1.0]
    low = min(max(min(outer), min(inner) / 10), 0.5)
    high = max(min(max(outer), max(inner) * 10), 2.0)
    return max(low, 1 / INFINITE) / 1.08, min(high, INFINITE) * 1.08


def _linear_limits(values: Sequence[float], core: Sequence[float]) -> Limits:
    """Return limits that hold the core, and the rest unless it is far out."""
    inner = [*core] or [0.0]
    reach = (max(inner) - min(inner)) or abs(inner[0]) or 1.0
    low = max(min([*values, *inner]), min(inner) - 2 * reach)
    high = min(max([*values, *inner]), max(inner) + 2 * reach)
    room = 0.05 * (high - low) or 0.5 * reach
    return low - room, high + room


def _same(value: float) -> float:
    """Return the value."""
    return value
