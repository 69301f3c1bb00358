"""The GOSH plot: the pooled estimates of all subsets of the studies against their heterogeneity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from jakpool.errors import NoStudiesError, PoolError
from jakpool.plots.axes import Axis, linear_axis
from jakpool.plots.frame import (
    HEIGHT,
    LEFT,
    LEGEND,
    SIZE,
    SMALL,
    WIDTH,
    axis_words,
    effect_axis,
    effect_axis_name,
    footer,
    frame,
    heading,
    spread,
)
from jakpool.plots.lettering import wrap
from jakpool.plots.pictures import picture
from jakpool.plots.scene import INK, PALE, Line, Mark, Scene, Shape, Words

__all__ = ["gosh", "gosh_scene"]

BINS, LAYERS = 60, 44
ABOVE = 48.0
GREYS = ("#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#084594")
WITH, WITHOUT = "#8e3b00", "#2171b5"
Numbers = Sequence[float] | npt.NDArray[Any]


def gosh(
    estimates: Numbers,
    heterogeneity: Numbers,
    *,
    measure: str,
    overall: float | None = None,
    highlight: Sequence[bool] | npt.NDArray[Any] | None = None,
    highlighted: str = "",
    name: str = "I², %",
    title: str = "",
    format: str = "svg",  # noqa: A002 - the word a reader expects
    notes: Sequence[str] = (),
    ids: str = "gosh",
    dpi: int = 300,
) -> bytes:
    """Draw a GOSH plot (graphical display of study heterogeneity) as a map of how many subsets lie where.

    Two heaps mean that the studies are of two kinds; with `highlight` the distribution above is drawn for the subsets
    with and without one study, which tells whether that study makes the heaps.

    Parameters
    ----------
    estimates, heterogeneity : sequence of float
        Pooled estimate (pooling scale) and heterogeneity (by default I2 in percent) of each subset.
    measure : str
        metafor's word; it gives the axis.
    overall : float, optional
        The estimate of all studies, drawn as a line.
    highlight : sequence of bool, optional
        Whether a subset holds the study called `highlighted`.
    title, format, notes, ids, dpi
        As in `steps`.

    Raises
    ------
    NoStudiesError, PoolError
        If there are no subsets, or the lengths differ.

    References
    ----------
    Olkin, Dahabreh, Trikalinos (2012), Res Synth Methods 3:214-223. doi:10.1002/jrsm.1053

    Examples
    --------
    >>> b"subsets" in gosh([0.1, 0.2, 0.15], [0.0, 40.0, 10.0], measure="MD")
    True
    """
    scene = gosh_scene(
        estimates,
        heterogeneity,
        measure=measure,
        overall=overall,
        highlight=highlight,
        highlighted=highlighted,
        name=name,
        title=title,
        notes=notes,
    )
    return picture(scene, format=format, ids=ids, dpi=dpi)


def gosh_scene(
    estimates: Numbers,
    heterogeneity: Numbers,
    *,
    measure: str,
    overall: float | None = None,
    highlight: Sequence[bool] | npt.NDArray[Any] | None = None,
    highlighted: str = "",
    name: str = "I², %",
    title: str = "",
    notes: Sequence[str] = (),
) -> Scene:
    """Return the GOSH plot as a scene; the arguments are those of `gosh`."""
    middle, mixed = np.asarray(estimates, dtype=float), np.asarray(heterogeneity, dtype=float)
    if len(middle) != len(mixed) or (highlight is not None and len(highlight) != len(middle)):
        raise PoolError("estimates, heterogeneity and highlight differ in length", hint="give one of each a subset")
    known = np.isfinite(middle) & np.isfinite(mixed)
    held = np.zeros(len(middle), dtype=bool) if highlight is None else np.asarray(highlight, dtype=bool)
    middle, mixed, held = middle[known], mixed[known], held[known]
    if not len(middle):
        raise NoStudiesError("no subsets to draw")
    full = LEFT + WIDTH + (LEGEND if highlight is not None else 0.0) + 16.0
    marks: list[Mark] = []
    crown = heading(marks, title, full)
    top = crown + ABOVE
    bottom = top + HEIGHT
    low, high = spread([float(middle.min()), float(middle.max()), *([] if overall is None else [overall])])
    x = effect_axis(measure, (low, high), (LEFT, LEFT + WIDTH))
    y = linear_axis(spread([float(mixed.min()), float(mixed.max())], floor=0.0), (bottom, top), size=SIZE)
    marks += _map(middle, mixed, (low, high), y)
    groups = [(middle[~held], WITHOUT), (middle[held], WITH)] if highlight is not None else [(middle, INK)]
    marks += _heaps(groups, (low, high), crown, top)
    if overall is not None:
        at = x.start + (x.end - x.start) * (overall - low) / (high - low)
        marks.append(Line(points=((at, crown), (at, bottom)), colour=INK, width=0.7, dash=(3.0, 2.5)))
    marks += frame(x, y, top, bottom)
    marks += axis_words(x, y, top, bottom, across=effect_axis_name(measure), up=name)
    if highlight is not None:
        at = crown + 10
        for i, (words, colour) in enumerate(((f"with {highlighted}", WITH), (f"without {highlighted}", WITHOUT))):
            marks.append(Line(points=((x.end + 10, at), (x.end + 26, at)), colour=colour, width=1.6, dash=DASHES[i]))
            for line in wrap(words, LEGEND - 4, SMALL):
                at += SMALL * 1.35
                marks.append(Words(x=x.end + 10, y=at, text=line, size=SMALL))
            at += 12
    said = [f"{len(middle):,} subsets; the darker, the more of them (on a logarithmic scale). Above: how many."]
    if overall is not None:
        said.append("Dashed: all studies.")
    end = footer(marks, [" ".join(said), *notes], full, bottom + 36)
    named = " ".join(title.split()) or "GOSH plot"
    return Scene(
        width=full, height=end, marks=tuple(marks), title=named, description=f"{named}: {len(middle)} subsets."
    )


DASHES: tuple[tuple[float, float] | None, ...] = (None, (3.0, 2.0))


def _map(
    middle: npt.NDArray[np.float64], mixed: npt.NDArray[np.float64], limits: tuple[float, float], y: Axis
) -> list[Mark]:
    """Return the cells with subsets in them; neighbours of one shade in a row are one shape."""
    counts, _, _ = np.histogram2d(mixed, middle, bins=(LAYERS, BINS), range=((y.low, y.high), limits))
    shade = np.zeros(counts.shape, dtype=int)
    if counts.max() > 0:
        share = np.log1p(counts) / np.log1p(counts.max())
        shade = np.where(counts > 0, 1 + np.minimum((share * len(GREYS)).astype(int), len(GREYS) - 1), 0)
    wide, tall = WIDTH / BINS, (y.start - y.end) / LAYERS
    marks: list[Mark] = []
    for layer in range(LAYERS):
        below = y.start - layer * tall
        begin = 0
        for cell in range(1, BINS + 1):
            if cell < BINS and shade[layer, cell] == shade[layer, begin]:
                continue
            if shade[layer, begin]:
                left, right = LEFT + begin * wide, LEFT + cell * wide
                box = ((left, below), (right, below), (right, below - tall), (left, below - tall))
                marks.append(Shape(points=box, fill=GREYS[shade[layer, begin] - 1], edge="", width=0.0))
            begin = cell
    return marks


def _heaps(
    groups: Sequence[tuple[npt.NDArray[np.float64], str]], limits: tuple[float, float], crown: float, top: float
) -> list[Mark]:
    """Return the distribution of the estimates above the map, one outline a group."""
    counts = [np.histogram(values, bins=BINS, range=limits)[0] for values, _ in groups]
    most = max(float(c.max()) for c in counts) or 1.0
    wide = WIDTH / BINS
    marks: list[Mark] = [Line(points=((LEFT, top - 4), (LEFT + WIDTH, top - 4)), colour=PALE, width=0.5)]
    for i, (heap, (_, colour)) in enumerate(zip(counts, groups, strict=True)):
        points = [(LEFT, top - 4)]
        for cell, count in enumerate(heap):
            height = top - 4 - (top - 8 - crown) * float(count) / most
            points += [(LEFT + cell * wide, height), (LEFT + (cell + 1) * wide, height)]
        points.append((LEFT + WIDTH, top - 4))
        dash = DASHES[1] if len(groups) > 1 and i == 0 else None
        marks.append(Line(points=tuple(points), colour=colour, width=0.9, dash=dash))
    return marks
