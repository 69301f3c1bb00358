"""What stands on the axis of a forest plot: squares with whiskers, diamonds, and the bar of the prediction interval."""

from __future__ import annotations

from jakpool.plots.axes import Axis
from jakpool.plots.layouts import PLAIN, Layout
from jakpool.plots.rows import Row
from jakpool.plots.scene import INK, SIGNAL, Line, Mark, Shape, arrow, cut

__all__ = ["leaves", "row_marks"]

Bounds = tuple[float | None, float | None]
HALF_SQUARE = 4.6


def row_marks(row: Row, scale: Axis, y: float, *, layout: Layout = PLAIN) -> list[Mark]:
    """Return the marks of one row at the height `y`; none for a heading or where nothing is known."""
    if row.kind == "heading":
        return []
    tip = f"{row.label}: {row.words}"
    if row.kind == "prediction":
        return _bar(row.interval, scale, y, colour=SIGNAL, thick=2.4, cap=3.6)
    low, high = row.interval
    if row.kind not in ("study", "step") and row.estimate is not None and low is not None and high is not None:
        return _diamond(low, row.estimate, high, scale, y, row=row, fill=layout.fills[row.kind], tip=tip)
    whiskers = _bar(row.interval, scale, y, colour=INK, thick=0.9, cap=0.0)
    if row.estimate is None:
        return whiskers
    if not scale.holds(row.estimate):
        return whiskers or [_edge_arrow(row.estimate, scale, y)]
    x, half = scale.place(row.estimate), max(1.4, HALF_SQUARE * row.share**0.5)
    box = ((x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half))
    fill = layout.fills["study"] if row.kind in ("study", "step") else "#ffffff"
    return [Shape(points=box, fill=fill, width=0.5, tip=tip), *whiskers]


def leaves(interval: Bounds, scale: Axis) -> bool:
    """Say whether an interval goes on beyond the axis or lacks one bound, so that it ends in an arrow."""
    low, high = interval
    if low is None and high is None:
        return False
    return low is None or high is None or not (scale.holds(low) and scale.holds(high))


def _bar(interval: Bounds, scale: Axis, y: float, *, colour: str, thick: float, cap: float) -> list[Mark]:
    """Return an interval as a line, with an arrow where it leaves the axis and a cap (if any) where it ends."""
    low, high = interval
    if low is None and high is None:
        return []
    if low is not None and low > scale.high and not scale.holds(low):
        return [_edge_arrow(low, scale, y)]
    if high is not None and high < scale.low and not scale.holds(high):
        return [_edge_arrow(high, scale, y)]
    left_open, right_open = (bound is None or not scale.holds(bound) for bound in interval)
    start = scale.start if low is None or left_open else scale.place(low)
    end = scale.end if high is None or right_open else scale.place(high)
    size = max(3.0, cap)
    stem = ((start + size * left_open, y), (end - size * right_open, y))
    marks: list[Mark] = [Line(points=stem, colour=colour, width=thick)]
    for x, is_open, towards in ((start, left_open, -1), (end, right_open, 1)):
        if is_open:
            marks.append(arrow(x, y, towards=towards, size=size - 0.6, colour=colour))
        elif cap:
            marks.append(Line(points=((x, y - cap), (x, y + cap)), colour=colour, width=0.6 * thick))
    return marks


def _diamond(
    low: float, middle: float, high: float, scale: Axis, y: float, *, row: Row, fill: str, tip: str
) -> list[Mark]:
    """Return a diamond from bound to bound, cut where it leaves the axis, with an arrow there."""
    if low > scale.high or high < scale.low:
        return [_edge_arrow(low if low > scale.high else high, scale, y)]
    half = 5.2 if row.kind == "overall" else 4.4
    x = scale.place(middle)
    left, right = (_place(bound, scale) for bound in (low, high))
    corners = ((min(left, x - 1.5), y), (x, y - half), (max(right, x + 1.5), y), (x, y + half))
    marks: list[Mark] = []
    points = cut(corners, scale.start, scale.end)
    if points:
        marks.append(Shape(points=points, fill=fill, width=0.8, tip=tip))
    for bound, edge, towards in ((low, scale.start, -1), (high, scale.end, 1)):
        if not scale.holds(bound):
            marks.append(arrow(edge + 3.5 * towards, y, towards=towards, size=2.6))
    return marks


def _place(bound: float, scale: Axis) -> float:
    """Return the place of a bound, far outside for what a logarithm cannot take."""
    if bound < scale.low and not scale.holds(bound):
        return scale.start - 1000.0 if bound <= 0.0 else max(scale.place(bound), scale.start - 1000.0)
    return min(scale.place(bound), scale.end + 1000.0)


def _edge_arrow(value: float, scale: Axis, y: float) -> Mark:
    """Return an arrow at the end of the axis beyond which a value lies."""
    high = value > scale.high
    return arrow(scale.end if high else scale.start, y, towards=1 if high else -1, size=2.6)
