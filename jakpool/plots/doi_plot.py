"""The Doi plot: effects against the absolute normal quantiles of their weighted ranks."""

from __future__ import annotations

from itertools import pairwise

from jakpool.plots.axes import linear_axis
from jakpool.plots.frame import (
    FULL,
    HEIGHT,
    LEFT,
    SIZE,
    WIDTH,
    axis_words,
    dashed,
    drawn_value,
    effect_axis,
    effect_axis_name,
    footer,
    frame,
    heading,
    sign,
    solid,
)
from jakpool.plots.pictures import picture
from jakpool.plots.scene import Mark, Scene
from jakpool.plots.wording import few, value_words
from jakpool.small_study import Doi

__all__ = ["doi", "doi_scene"]

ROOM = 0.05


def doi(
    found: Doi,
    *,
    measure: str,
    title: str = "",
    format: str = "svg",  # noqa: A002 - the word a reader expects
    ids: str = "doi",
    dpi: int = 300,
) -> bytes:
    """Draw a Doi plot, with its LFK index and what speaks against it.

    Parameters
    ----------
    found : Doi
        From `jakpool.doi`.
    measure : str
        That of the effects.
    title, format, ids, dpi
        As in `forest`.

    References
    ----------
    Furuya-Kanamori, Barendregt, Doi (2018), Int J Evid Based Healthc 16:195-203. doi:10.1097/XEB.0000000000000141

    Examples
    --------
    >>> from jakpool import doi as points, generic
    >>> b"LFK" in doi(points(generic([0.1, 0.4, 0.9], [0.01, 0.04, 0.2])), measure="GEN")
    True
    """
    return picture(doi_scene(found, measure=measure, title=title), format=format, ids=ids, dpi=dpi)


def doi_scene(found: Doi, *, measure: str, title: str = "") -> Scene:
    """Return the Doi plot as a scene; the arguments are those of `doi`."""
    marks: list[Mark] = []
    top = heading(marks, title, FULL)
    bottom = top + HEIGHT
    low, high = found.yi[0], found.yi[-1]
    room = ROOM * (high - low)
    x = effect_axis(measure, (low - room, high + room), (LEFT, LEFT + WIDTH))
    y = linear_axis((0.0, 1.08 * max(abs(z) for z in found.zi)), (top, bottom), size=SIZE)
    across = [x.place(value) for yi in found.yi if (value := drawn_value(yi, measure)) is not None]
    places = [(a, y.place(abs(z))) for a, z in zip(across, found.zi, strict=True)]
    tip = drawn_value(found.tip, measure)
    if tip is not None:
        marks.append(dashed(((x.place(tip), top), (x.place(tip), bottom))))
    marks += frame(x, y, top, bottom)
    marks += [solid(pair) for pair in pairwise(places)]
    marks += [
        sign(0, *place, tip=f"{label}: {value_words(drawn_value(yi, measure), measure)}, |z| {few(abs(z))}")
        for place, label, yi, z in zip(places, found.labels, found.yi, found.zi, strict=True)
    ]
    marks += axis_words(x, y, top, bottom, across=effect_axis_name(measure), up="|z| of the weighted rank")
    index = f"{found.lfk:.2f}".replace("-", "\N{MINUS SIGN}")
    said = f"LFK index {index} ({found.judgement} by its authors' rule). Dashed: where the limbs meet."
    end = footer(marks, [said, found.caution.message], FULL, bottom + 36)
    return Scene(
        width=FULL,
        height=end,
        marks=tuple(marks),
        title=" ".join(title.split()) or "Doi plot",
        description=f"Doi plot of {found.k} rows; LFK index {index}.",
    )
