"""A figure before it has a format: lines, shapes and words at places in points, with y growing downwards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "BLUE",
    "GREY",
    "INK",
    "PALE",
    "SIGNAL",
    "Line",
    "Mark",
    "Point",
    "Scene",
    "Shape",
    "Words",
    "arrow",
    "circle",
    "cut",
]

Point = tuple[float, float]

# Told apart by the colour-blind and, by lightness, in grey print.
INK = "#1a1a1a"
GREY = "#555555"
PALE = "#b3b3b3"
BLUE = "#6baed6"
SIGNAL = "#b8480a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through points; `dash` gives the lengths of stroke and gap, both in points."""

    points: tuple[Point, ...]
    colour: str = INK
    width: float = 0.8
    dash: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A closed polygon. `tip` is what a reader sees who points at it (SVG only)."""

    points: tuple[Point, ...]
    fill: str = INK
    edge: str = INK
    width: float = 0.6
    tip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One line of text; `y` is its baseline, `anchor` one of start, middle, end; `turned` reads upwards."""

    x: float
    y: float
    text: str
    size: float = 9.0
    bold: bool = False
    anchor: str = "start"
    colour: str = INK
    turned: bool = False


Mark = Line | Shape | Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A whole figure: size in points, what is drawn (the first lies lowest), and what it says for who cannot see it."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    title: str
    description: str


def circle(x: float, y: float, radius: float) -> tuple[Point, ...]:
    """Return a circle as a polygon of 24 corners.

    Examples
    --------
    >>> [round(v, 3) for v in circle(0, 0, 2)[0]]
    [2.0, 0.0]
    """
    turns = [2 * math.pi * i / 24 for i in range(24)]
    return tuple((x + radius * math.cos(t), y + radius * math.sin(t)) for t in turns)


def arrow(x: float, y: float, *, towards: int, size: float = 3.0, colour: str = INK) -> Shape:
    """Return an arrowhead with its tip at a point; `towards` is -1 for left, 1 for right.

    Examples
    --------
    >>> arrow(10, 5, towards=1).points[0]
    (10, 5)
    """
    back = x - towards * 1.6 * size
    return Shape(points=((x, y), (back, y - size), (back, y + size)), fill=colour, edge=colour, width=0.2)


def cut(points: Sequence[Point], left: float, right: float) -> tuple[Point, ...]:
    """Return the part of a convex polygon between two upright lines; empty if there is none.

    Examples
    --------
    >>> cut([(0, 0), (10, -2), (10, 2)], 5, 20)
    ((5, 1.0), (5, -1.0), (10, -2), (10, 2))
    """
    kept = list(points)
    for edge, side in ((left, 1), (right, -1)):
        out: list[Point] = []
        for i, here in enumerate(kept):
            before = kept[i - 1]
            if (here[0] - edge) * side >= 0:
                if (before[0] - edge) * side < 0:
                    out.append(_crossing(before, here, edge))
                out.append(here)
            elif (before[0] - edge) * side >= 0:
                out.append(_crossing(before, here, edge))
        kept = out
    return tuple(kept) if kept else ()


def _crossing(a: Point, b: Point, x: float) -> Point:
    """Return where the line from a to b meets an upright line."""
    return x, a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0])
