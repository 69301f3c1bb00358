"""The influence panel: what each study does to the result, one small chart a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jakpool.errors import NoStudiesError, PoolError
from jakpool.plots.axes import linear_axis
from jakpool.plots.frame import SMALL, dashed, footer, heading, solid, spread
from jakpool.plots.pictures import picture
from jakpool.plots.scene import INK, PALE, SIGNAL, Line, Mark, Scene, Shape, Words, circle

__all__ = ["Panel", "influence", "influence_scene"]

WIDE, TALL, GAP, LEFT = 205.0, 84.0, 26.0, 44.0
NAMED = 60  # rows; more have numbers only


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One figure for every study.

    Attributes
    ----------
    name : str
        What the figure is, with its letters ("Cook's distance").
    values : tuple of float or None
        One a study; ``None`` leaves a gap.
    middle : float or None
        A line to compare with (0 for residuals, 1 for covariance ratios, the value with all studies).
    limits : tuple of float
        Dashed lines: beyond them a study is influential by a rule of thumb.
    """

    name: str
    values: tuple[float | None, ...]
    middle: float | None = None
    limits: tuple[float, ...] = ()


def influence(
    labels: Sequence[str],
    panels: Sequence[Panel],
    *,
    influential: Sequence[bool] = (),
    title: str = "",
    format: str = "svg",  # noqa: A002 - the word a reader expects
    notes: Sequence[str] = (),
    ids: str = "influence",
    dpi: int = 300,
) -> bytes:
    """Draw a panel of charts with one point a study; those said to be influential are filled and larger.

    Parameters
    ----------
    labels : sequence of str
        The studies, in the order of the values; they are numbered and named under the charts.
    panels : sequence of Panel
    influential : sequence of bool
        One a study; empty for none.
    title, format, notes, ids, dpi
        As in `steps`.

    Raises
    ------
    NoStudiesError, PoolError
        If there is nothing to draw, or a panel has another number of values.

    References
    ----------
    Viechtbauer, Cheung (2010), Res Synth Methods 1:112-125. doi:10.1002/jrsm.11

    Examples
    --------
    >>> b"Cook" in influence(["A", "B"], [Panel(name="Cook's distance", values=(0.1, 0.7))])
    True
    """
    scene = influence_scene(labels, panels, influential=influential, title=title, notes=notes)
    return picture(scene, format=format, ids=ids, dpi=dpi)


def influence_scene(
    labels: Sequence[str],
    panels: Sequence[Panel],
    *,
    influential: Sequence[bool] = (),
    title: str = "",
    notes: Sequence[str] = (),
) -> Scene:
    """Return the influence panel as a scene; the arguments are those of `influence`."""
    if not labels or not panels:
        raise NoStudiesError("no studies to draw")
    flags = [*influential] or [False] * len(labels)
    if len(flags) != len(labels) or any(len(panel.values) != len(labels) for panel in panels):
        raise PoolError("the panels and the labels differ in length", hint="give one value a study")
    full = 2 * (LEFT + WIDE) + GAP + 16.0
    marks: list[Mark] = []
    top = heading(marks, title, full)
    for i, panel in enumerate(panels):
        left = LEFT + (i % 2) * (WIDE + LEFT + GAP)
        above = top + (i // 2) * (TALL + 42.0)
        marks += _panel(panel, flags, left, above)
    end = top + math.ceil(len(panels) / 2) * (TALL + 42.0)
    numbered = "; ".join(f"{i} {label}" for i, label in enumerate(labels, start=1)) if len(labels) <= NAMED else ""
    said = [*notes]
    if any(flags):
        said.append("Filled and larger: influential. Dashed: rules of thumb.")
    height = footer(marks, [*said, *([f"{numbered}."] if numbered else [])], full, end)
    named = " ".join(title.split()) or "Influence of single studies"
    marked = [label for label, flag in zip(labels, flags, strict=True) if flag]
    return Scene(
        width=full,
        height=height,
        marks=tuple(marks),
        title=named,
        description=f"{named}; influential: {', '.join(marked) or 'none'}.",
    )


def _panel(panel: Panel, flags: Sequence[bool], left: float, above: float) -> list[Mark]:
    """Return one chart: its name, axes, lines and points."""
    known = [v for v in panel.values if v is not None]
    marks: list[Mark] = [Words(x=left, y=above + 8, text=panel.name, size=8.0, bold=True)]
    top, bottom = above + 14, above + 14 + TALL
    k = len(panel.values)
    far = [v for v in panel.limits if known and min(known) - _reach(known) <= v <= max(known) + _reach(known)]
    held = [*known, *far, *([] if panel.middle is None else [panel.middle])] or [0.0]
    y = linear_axis(spread(held, room=0.1), (bottom, top), size=SMALL)

    def across(i: int) -> float:
        """Return where the study of that place stands."""
        return left + WIDE * (i + 0.5) / k

    if panel.middle is not None:
        marks.append(solid([(left, y.place(panel.middle)), (left + WIDE, y.place(panel.middle))], colour=PALE))
    marks += [dashed([(left, y.place(v)), (left + WIDE, y.place(v))]) for v in far]
    marks.append(Line(points=((left, top), (left, bottom), (left + WIDE, bottom)), width=0.8))
    for value, label in y.ticks[:: 2 if len(y.ticks) > 5 else 1]:
        marks.append(Line(points=((left - 3, y.place(value)), (left, y.place(value))), width=0.8))
        marks.append(Words(x=left - 5, y=y.place(value) + 2.6, text=label, size=SMALL, anchor="end"))
    every = math.ceil(k / 16)
    for i in range(k):
        if i % every == 0:
            marks.append(Line(points=((across(i), bottom), (across(i), bottom + 3)), width=0.8))
            marks.append(Words(x=across(i), y=bottom + 11, text=str(i + 1), size=SMALL, anchor="middle"))
    run: list[tuple[float, float]] = []
    for i in range(k + 1):
        here = panel.values[i] if i < k else None
        if here is not None:
            run.append((across(i), y.place(here)))
            continue
        if len(run) > 1:
            marks.append(solid(run, colour=PALE))
        run = []
    for i, point in enumerate(panel.values):
        if point is not None:
            radius, fill = (3.4, SIGNAL) if flags[i] else (2.2, "#ffffff")
            marks.append(Shape(points=circle(across(i), y.place(point), radius), fill=fill, edge=INK, width=0.7))
    return marks


def _reach(known: Sequence[float]) -> float:
    """Return how far beyond the values a rule of thumb is still drawn."""
    return 1.5 * ((max(known) - min(known)) or 1.0)
