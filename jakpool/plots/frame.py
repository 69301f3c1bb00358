"""The frame of a chart: two axes with ticks and names, signs of groups with a legend, labels beside points, notes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from jakpool.effects import back_transform
from jakpool.errors import PoolError
from jakpool.plots.axes import Axis, linear_axis, log_axis, logit_axis
from jakpool.plots.lettering import width, wrap
from jakpool.plots.scene import GREY, INK, Line, Mark, Point, Shape, Words, circle
from jakpool.plots.wording import effect_name, is_percent, is_ratio, tied

__all__ = [
    "FILLS",
    "FULL",
    "HEIGHT",
    "LEFT",
    "LEGEND",
    "SIZE",
    "SMALL",
    "TOP",
    "WIDTH",
    "axis_words",
    "dashed",
    "drawn_value",
    "effect_axis",
    "effect_axis_name",
    "footer",
    "frame",
    "heading",
    "legend",
    "sign",
    "solid",
    "spread",
    "tags",
]

LEFT, TOP, WIDTH, HEIGHT, LEGEND = 56.0, 12.0, 300.0, 220.0, 110.0
FULL = LEFT + WIDTH + 16.0  # of a chart without a legend
SIZE, SMALL, TITLE = 9.0, 7.5, 11.0
# Shape and colour both tell groups apart; the colours differ in lightness too.
FILLS = ("#6baed6", "#ffd166", "#8e3b00", "#ffffff", "#1f3b57", "#b8b8b8")


def heading(marks: list[Mark], title: str, full: float) -> float:
    """Draw the title and return where the plot begins."""
    top = TOP
    for line in wrap(title, full - 20, TITLE, bold=True) if title.strip() else []:
        marks.append(Words(x=10, y=top + TITLE, text=line, size=TITLE, bold=True))
        top += TITLE * 1.3
    return top + (10 if title.strip() else 4)


def frame(x: Axis, y: Axis, top: float, bottom: float) -> list[Mark]:
    """Return the two axes with their ticks."""
    marks: list[Mark] = [Line(points=((x.start, top), (x.start, bottom), (x.end, bottom)), width=0.8)]
    marks += [Line(points=((x.place(v), bottom), (x.place(v), bottom + 3.5)), width=0.8) for v, _ in x.ticks]
    marks += [Line(points=((x.start - 3.5, y.place(v)), (x.start, y.place(v))), width=0.8) for v, _ in y.ticks]
    return marks


def axis_words(x: Axis, y: Axis, top: float, bottom: float, *, across: str, up: str) -> list[Mark]:
    """Return the labels of the ticks and the names of the axes."""
    marks: list[Mark] = [
        Words(x=x.place(v), y=bottom + 6 + SMALL, text=label, size=SMALL, anchor="middle") for v, label in x.ticks
    ]
    marks += [
        Words(x=x.start - 6, y=y.place(v) + 0.36 * SMALL, text=label, size=SMALL, anchor="end") for v, label in y.ticks
    ]
    for i, line in enumerate(wrap(across, x.end - x.start + 40, SIZE)[:1]):
        place = bottom + 28 + i * SIZE * 1.3
        marks.append(Words(x=(x.start + x.end) / 2, y=place, text=line, size=SIZE, anchor="middle"))
    away = max((width(label, SMALL) for _, label in y.ticks), default=0.0) + 14
    place = max(SIZE + 1, min(14.0, x.start - away)) if x.start - away < 14 else 14.0
    marks.append(Words(x=place, y=(top + bottom) / 2, text=up, size=SIZE, anchor="middle", turned=True))
    return marks


def sign(place: int, x: float, y: float, *, tip: str = "", size: float = 1.0) -> Shape:
    """Return the sign of a group: shape and colour change together; `size` multiplies its breadth."""
    corners: tuple[Callable[[], tuple[Point, ...]], ...] = (
        lambda: circle(x, y, 3.3 * size),
        lambda: tuple((x + 3 * size * a, y + 3 * size * b) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))),
        lambda: ((x, y - 4 * size), (x + 3.8 * size, y + 2.8 * size), (x - 3.8 * size, y + 2.8 * size)),
        lambda: tuple((x + 4.3 * size * a, y + 4.3 * size * b) for a, b in ((0, -1), (1, 0), (0, 1), (-1, 0))),
        lambda: ((x, y + 4 * size), (x + 3.8 * size, y - 2.8 * size), (x - 3.8 * size, y - 2.8 * size)),
    )
    return Shape(points=corners[place % len(corners)](), fill=FILLS[place % len(FILLS)], width=0.7, tip=tip)


def legend(entries: Sequence[tuple[int, str]], x: float, y: float, *, room: float = LEGEND) -> list[Mark]:
    """Return signs with the names of their groups, downwards from a place."""
    marks: list[Mark] = []
    for place, group in entries:
        marks.append(sign(place, x, y))
        for line in wrap(group, room - 16, SMALL):
            marks.append(Words(x=x + 9, y=y + 0.36 * SMALL, text=line, size=SMALL))
            y += SMALL * 1.35
        y += 4
    return marks


def footer(marks: list[Mark], sentences: Sequence[str], full: float, y: float) -> float:
    """Draw the notes under a chart and return the height of the sheet."""
    for sentence in sentences:
        for line in wrap(tied(sentence), full - 20, SMALL):
            y += SMALL * 1.32
            marks.append(Words(x=10, y=y, text=line, size=SMALL, colour=GREY))
        y += 1.5
    return y + 10


def spread(values: Sequence[float], *, room: float = 0.06, floor: float | None = None) -> tuple[float, float]:
    """Return limits that hold all values with some room; `floor` is the lowest limit there may be.

    Examples
    --------
    >>> spread([0, 10], room=0.1), spread([2, 2], floor=0)
    ((-1.0, 11.0), (1.0, 3.0))
    """
    low, high = min(values), max(values)
    reach = (high - low) or abs(low) or 1.0
    if high == low:
        low, high, reach = low - reach / 2, high + reach / 2, 0.0
    low, high = low - room * reach, high + room * reach
    return (low if floor is None else max(low, floor)), high


def tags(
    marks: list[Mark], points: Sequence[tuple[float, float, str]], box: tuple[float, float, float, float]
) -> list[str]:
    """Write labels beside points where they touch nothing, the first points first; return those that found no place.

    Parameters
    ----------
    points : sequence of (float, float, str)
        Places in points on the sheet, and the labels, the most important first.
    box : (float, float, float, float)
        Left, top, right and bottom within which labels may stand.
    """
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y, _ in points]
    without = []
    for x, y, label in points:
        wide, tall = width(label, SMALL), SMALL
        spots = [
            (x + 6, y - tall / 2),
            (x - 6 - wide, y - tall / 2),
            (x - wide / 2, y - 6 - tall),
            (x - wide / 2, y + 6),
            (x + 5, y - 5 - tall),
            (x - 5 - wide, y - 5 - tall),
            (x + 5, y + 5),
            (x - 5 - wide, y + 5),
        ]
        for left, above in spots:
            here = (left - 1, above - 0.5, left + wide + 1, above + tall + 0.5)
            inside = here[0] >= box[0] and here[1] >= box[1] and here[2] <= box[2] and here[3] <= box[3]
            if inside and all(_apart(here, other) for other in taken):
                taken.append(here)
                marks.append(Words(x=left, y=above + 0.86 * tall, text=label, size=SMALL))
                break
        else:
            without.append(label)
    return without


ON_THEIR_OWN = ("PFT", "IRFT")
"""Measures that have no way back without a sample size: drawn on the scale they are pooled on."""


def drawn_value(value: float | None, measure: str) -> float | None:
    """Return what an effect is on its axis: the natural figure, or itself where there is no way back."""
    return value if measure in ON_THEIR_OWN else back_transform(value, measure)


def effect_axis(measure: str, limits: tuple[float, float], span: tuple[float, float]) -> Axis:
    """Return an axis for effects between two limits on the pooling scale, with ticks on the natural scale.

    Examples
    --------
    >>> [label for _, label in effect_axis("RR", (-1.5, 1.2), (0, 300)).ticks]
    ['0.3', '0.5', '0.7', '1', '1.5', '2', '3']
    """
    low, high = limits
    if measure in ("PAS", "PFT"):
        low, high = max(low, 0.0), min(high, math.pi / 2)
    if measure in ON_THEIR_OWN:
        return linear_axis((low, high), span, size=SIZE)
    ends = back_transform(low, measure), back_transform(high, measure)
    if ends[0] is None or ends[1] is None or (is_ratio(measure) and ends[0] <= 0.0):
        raise PoolError("the effects are too large to draw", hint="look at the rows: a log ratio above 700 is an error")
    if is_ratio(measure):
        return log_axis((ends[0], ends[1]), span, size=SIZE)
    if measure in ("PLO", "PAS"):
        return logit_axis((ends[0], ends[1]), span, size=SIZE, bend=_logit if measure == "PLO" else _arcsine)
    return linear_axis((ends[0], ends[1]), span, size=SIZE, percent=is_percent(measure))


def effect_axis_name(measure: str, *, natural: bool = False) -> str:
    """Name an axis of effects, with the scale that it is even on.

    Examples
    --------
    >>> effect_axis_name("PLO"), effect_axis_name("MD")
    ('Proportion, % (logit scale)', 'Mean difference')
    """
    scale = "log" if is_ratio(measure) else {"PLO": "logit", "PAS": "arcsine"}.get(measure, "")
    return effect_name(measure) + (f" ({scale} scale)" if scale and not natural else "")


def dashed(points: Sequence[Point], *, colour: str = GREY) -> Line:
    """Return a thin dashed line."""
    return Line(points=tuple(points), colour=colour, width=0.8, dash=(3.0, 2.5))


def solid(points: Sequence[Point], *, colour: str = INK, thick: float = 0.8) -> Line:
    """Return a line."""
    return Line(points=tuple(points), colour=colour, width=thick)


def _apart(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    """Say whether two boxes touch nowhere."""
    return a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]


def _logit(p: float) -> float:
    """Return the log odds."""
    return math.log(p) - math.log1p(-p)


def _arcsine(p: float) -> float:
    """Return the arcsine of the square root."""
    return math.asin(math.sqrt(p))
