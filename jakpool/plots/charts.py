"""Charts of single studies: Baujat, bubble, L'Abbé and radial (Galbraith) plots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from jakpool.distributions import two_sided_quantile
from jakpool.errors import NoStudiesError, PoolError
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
    spread,
    tags,
)
from jakpool.plots.pictures import picture
from jakpool.plots.scene import PALE, Line, Mark, Scene, Shape, circle
from jakpool.plots.wording import estimate_words, few
from jakpool.results import Pooled, StudyRow

__all__ = ["baujat", "bubble", "labbe", "radial"]


def baujat(
    labels: Sequence[str],
    heterogeneity: Sequence[float],
    influence: Sequence[float],
    *,
    title: str = "",
    format: str = "svg",  # noqa: A002 - the word a reader expects
    ids: str = "baujat",
    dpi: int = 300,
) -> bytes:
    """Draw a Baujat plot: which studies make the heterogeneity, and which move the result.

    Parameters
    ----------
    labels : sequence of str
        One a study, as are the other two.
    heterogeneity : sequence of float
        Contribution to Cochran's Q, zero or more: to the right.
    influence : sequence of float
        Squared standardised change of the pooled estimate when the study is left out, zero or more: upwards.
    title, format, ids, dpi
        As in `forest`.

    Raises
    ------
    NoStudiesError
        If there is nothing to draw.

    References
    ----------
    Baujat, Mahé, Pignon, Hill (2002), Stat Med 21:2641-2652. doi:10.1002/sim.1221

    Examples
    --------
    >>> b"Contribution" in baujat(["A", "B", "C"], [0.1, 2.0, 0.4], [0.2, 1.5, 0.1])
    True
    """
    if not labels:
        raise NoStudiesError("no studies to draw")
    points = sorted(
        zip(labels, heterogeneity, influence, strict=True), key=lambda p: (-_far(p, heterogeneity, influence), p[0])
    )
    marks: list[Mark] = []
    top = heading(marks, title, FULL)
    bottom = top + HEIGHT
    x = linear_axis(spread([0.0, *heterogeneity], floor=0.0), (LEFT, LEFT + WIDTH), size=SIZE)
    y = linear_axis(spread([0.0, *influence], floor=0.0), (bottom, top), size=SIZE)
    marks += frame(x, y, top, bottom)
    places = []
    for label, across, up in points:
        tip = f"{label}: {few(across)} of Q, influence {few(up)}"
        marks.append(sign(0, x.place(across), y.place(up), tip=tip))
        places.append((x.place(across), y.place(up), label))
    without = tags(marks, places, (LEFT + 2, top - 2, FULL - 4, bottom - 2))
    marks += axis_words(
        x, y, top, bottom, across="Contribution to heterogeneity (Q)", up="Influence on the pooled estimate"
    )
    notes = ["Right: makes the studies differ. Up: moves the pooled estimate when it is left out."]
    if without:
        notes.append(f"Without room for their names: {', '.join(without)}.")
    end = footer(marks, notes, FULL, bottom + 36)
    return picture(
        _scene(marks, FULL, end, title or "Baujat plot", [p[0] for p in points]), format=format, ids=ids, dpi=dpi
    )


def bubble(
    pooled: Pooled,
    moderator: Sequence[float],
    *,
    line: Sequence[tuple[float, float, float, float]] = (),
    name: str = "Moderator",
    title: str = "",
    format: str = "svg",  # noqa: A002 - the word a reader expects
    ids: str = "bubble",
    dpi: int = 300,
) -> bytes:
    """Draw a bubble plot: effects against a moderator, with the line of a meta-regression and its confidence band.

    Parameters
    ----------
    pooled : Pooled
        Its rows are the bubbles; their area goes with the weight.
    moderator : sequence of float
        Value of each row of `pooled`, in their order.
    line : sequence of (float, float, float, float)
        Moderator, predicted effect and the bounds of its interval, on the pooling scale, by growing moderator.
    name : str
        What the moderator is called.
    title, format, ids, dpi
        As in `forest`.

    Raises
    ------
    PoolError
        If there is not one value a row.
    NoStudiesError
        If no row has an effect.

    References
    ----------
    Thompson, Higgins (2002), Stat Med 21:1559-1573. doi:10.1002/sim.1187

    Examples
    --------
    >>> from jakpool import pool, two_arm
    >>> trials = pool(two_arm([4, 6, 3], [123, 306, 231], [11, 29, 11], [139, 303, 220]))
    >>> svg = bubble(trials, [44, 55, 42], line=[(42, -1.3, -2, -0.6), (55, -1.2, -2, -0.4)], name="Latitude")
    >>> b"Latitude" in svg
    True
    """
    if len(moderator) != len(pooled.studies):
        raise PoolError(
            f"the moderator has {len(moderator)} values for {len(pooled.studies)} rows", hint="give one value a row"
        )
    rows = [(row, float(at), row.yi) for row, at in zip(pooled.studies, moderator, strict=True) if row.yi is not None]
    if not rows:
        raise NoStudiesError("no row has an effect to draw")
    marks: list[Mark] = []
    top = heading(marks, title, FULL)
    bottom = top + HEIGHT
    effects = [yi for _, _, yi in rows]
    reach = (max(effects) - min(effects)) or 1.0
    inside = [min(max(v, min(effects) - reach), max(effects) + reach) for _, *rest in line for v in rest]
    x = linear_axis(spread([at for _, at, _ in rows]), (LEFT, LEFT + WIDTH), size=SIZE)
    y = effect_axis(pooled.measure, spread([*effects, *inside]), (bottom, top))

    def up(value: float) -> float:
        """Return the height of an effect; one beyond the axis stays at its end."""
        natural = drawn_value(value, pooled.measure)
        place = top if natural is None else y.place(natural)
        return min(max(place, top), bottom)

    held = [(min(max(x.place(at), x.start), x.end), up(fit), up(low), up(high)) for at, fit, low, high in line]
    if len(held) > 1:
        marks += _band(held)
        marks.append(solid([(px, fit) for px, fit, _, _ in held]))
    marks += frame(x, y, top, bottom)
    heaviest = max((row.weight or 0.0 for row, _, _ in rows), default=0.0)
    for row, at, yi in sorted(rows, key=lambda r: -(r[0].weight or 0.0)):
        radius = 2.0 + 7.0 * math.sqrt((row.weight or 0.0) / heaviest) if heaviest else 3.3
        shape = circle(x.place(at), up(yi), radius)
        marks.append(Shape(points=shape, fill="#9ecae1", width=0.8, tip=f"{_tip(row, pooled)}; {name} {at:g}"))
    marks += axis_words(x, y, top, bottom, across=name, up=effect_axis_name(pooled.measure))
    notes = ["Area of a circle: weight."]
    if line:
        notes.insert(
            0, f"Line and band: meta-regression with its {100 * pooled.settings.level:g} % confidence interval."
        )
    end = footer(marks, notes, FULL, bottom + 36)
    scene = _scene(marks, FULL, end, title or "Bubble plot", [row.label for row, _, _ in rows])
    return picture(scene, format=format, ids=ids, dpi=dpi)


def labbe(
    pooled: Pooled,
    *,
    arms: tuple[str, str] = ("Treatment", "Control"),
    title: str = "",
    format: str = "svg",  # noqa: A002 - the word a reader expects
    ids: str = "labbe",
    dpi: int = 300,
) -> bytes:
    """Draw a L'Abbé plot: the proportion with the event in the treated arm against that in the control arm.

    Parameters
    ----------
    pooled : Pooled
        Of two-arm counts (RR, OR, RD, …).
    arms : (str, str)
        What the arms are called.
    title, format, ids, dpi
        As in `forest`.

    Raises
    ------
    PoolError
        If the rows are not counts of two arms.

    References
    ----------
    L'Abbé, Detsky, O'Rourke (1987), Ann Intern Med 107:224-233. doi:10.7326/0003-4819-107-2-224

    Examples
    --------
    >>> from jakpool import pool, two_arm
    >>> b"Control, %" in labbe(pool(two_arm([4, 6, 3], [123, 306, 231], [11, 29, 11], [139, 303, 220])))
    True
    """
    rows = [
        (row, 100 * row.events_c / row.n_c, 100 * row.events / row.n, row.n + row.n_c)
        for row in pooled.studies
        if row.events is not None and row.n and row.events_c is not None and row.n_c
    ]
    if not rows:
        raise PoolError("a L'Abbé plot needs events and n of two arms", hint="draw a forest or radial plot instead")
    marks: list[Mark] = []
    top = heading(marks, title, FULL)
    bottom = top + WIDTH
    most = min(100.0, 1.08 * max([v for _, a, b, _ in rows for v in (a, b)] or [1.0]) or 1.0)
    x = linear_axis((0.0, most), (LEFT, LEFT + WIDTH), size=SIZE)
    y = linear_axis((0.0, most), (bottom, top), size=SIZE)
    marks.append(solid([(x.start, bottom), (x.end, top)], colour=PALE))
    curve = [(most * i / 60, _treated(pooled, most * i / 60)) for i in range(61)]
    shown = [(x.place(a), y.place(b)) for a, b in curve if b is not None and 0 <= b <= most]
    if len(shown) > 1:
        marks.append(dashed(shown))
    marks += frame(x, y, top, bottom)
    largest = max(n for *_, n in rows)
    for row, control, treated, n in sorted(rows, key=lambda r: -r[3]):
        radius = 1.8 + 7.0 * math.sqrt(n / largest)
        shape = circle(x.place(control), y.place(treated), radius)
        marks.append(Shape(points=shape, fill="#9ecae1", width=0.8, tip=_tip(row, pooled)))
    marks += axis_words(x, y, top, bottom, across=f"{arms[1]}, % with the event", up=f"{arms[0]}, % with the event")
    notes = ["Solid: no difference. Dashed: the pooled effect. Area of a circle: patients of both arms."]
    end = footer(marks, notes, FULL, bottom + 36)
    scene = _scene(marks, FULL, end, title or "L'Abbé plot", [row.label for row, *_ in rows])
    return picture(scene, format=format, ids=ids, dpi=dpi)


def radial(
    pooled: Pooled,
    *,
    title: str = "",
    format: str = "svg",  # noqa: A002 - the word a reader expects
    ids: str = "radial",
    dpi: int = 300,
) -> bytes:
    """Draw a radial (Galbraith) plot: z values against precision; a study's slope from the origin is its effect.

    With a between-study variance tau2 both axes use ``sqrt(vi + tau2)``; 95 % (`Settings.level`) of the studies lie in
    the band around the line of the pooled estimate.

    Parameters
    ----------
    pooled : Pooled
    title, format, ids, dpi
        As in `forest`.

    Raises
    ------
    NoStudiesError
        If no row has an effect and a standard error, or there is no pooled estimate.

    References
    ----------
    Galbraith (1988), Technometrics 30:271-281. doi:10.1080/00401706.1988.10488400

    Examples
    --------
    >>> from jakpool import pool, two_arm
    >>> b"Precision" in radial(pool(two_arm([4, 6, 3], [123, 306, 231], [11, 29, 11], [139, 303, 220])))
    True
    """
    rows = [(row, row.yi, row.sei) for row in pooled.studies if row.yi is not None and row.sei]
    if not rows or pooled.beta is None:
        raise NoStudiesError("no pooled estimate, or no row with an effect and a standard error to draw")
    tau2 = pooled.tau2 or 0.0
    points = [(row, 1 / math.sqrt(se**2 + tau2), yi / math.sqrt(se**2 + tau2)) for row, yi, se in rows]
    z = two_sided_quantile(pooled.settings.level)
    far = 1.08 * max(px for _, px, _ in points)
    marks: list[Mark] = []
    top = heading(marks, title, FULL)
    bottom = top + HEIGHT
    heights = [v for _, _, v in points] + [z, -z, pooled.beta * far + z, pooled.beta * far - z]
    x = linear_axis((0.0, far), (LEFT, LEFT + WIDTH), size=SIZE)
    y = linear_axis(spread(heights), (bottom, top), size=SIZE)
    band = [(0.0, -z), (far, pooled.beta * far - z), (far, pooled.beta * far + z), (0.0, z)]
    marks.append(Shape(points=tuple((x.place(a), y.place(b)) for a, b in band), fill="#f2f2f2", edge="", width=0.0))
    marks.append(solid([(x.place(0.0), y.place(0.0)), (x.place(far), y.place(pooled.beta * far))]))
    if y.low < 0 < y.high:
        marks.append(Line(points=((x.start, y.place(0.0)), (x.end, y.place(0.0))), colour=PALE, width=0.5))
    marks += frame(x, y, top, bottom)
    marks += [sign(0, x.place(a), y.place(b), tip=_tip(row, pooled)) for row, a, b in points]
    root = "1 / √(vi + τ²)" if tau2 else "1 / standard error"
    marks += axis_words(x, y, top, bottom, across=f"Precision, {root}", up="z = effect × precision")
    level = f"{100 * pooled.settings.level:g} %"
    notes = [
        f"The slope from 0 to a point is its effect ({effect_axis_name(pooled.measure)}); line: pooled estimate; "
        f"band: where {level} of the studies are expected."
    ]
    end = footer(marks, notes, FULL, bottom + 36)
    scene = _scene(marks, FULL, end, title or "Radial plot", [row.label for row, *_ in points])
    return picture(scene, format=format, ids=ids, dpi=dpi)


def _far(point: tuple[str, float, float], across: Sequence[float], up: Sequence[float]) -> float:
    """Return how far out a point lies, in shares of the largest of both axes."""
    return point[1] / (max(across) or 1.0) + point[2] / (max(up) or 1.0)


def _band(held: Sequence[tuple[float, ...]]) -> list[Mark]:
    """Return the band of a curve as slices (each is convex), with dashed edges."""
    marks: list[Mark] = [
        Shape(
            points=((a[0], a[2]), (b[0], b[2]), (b[0], b[3]), (a[0], a[3])), fill="#ededed", edge="#ededed", width=0.3
        )
        for a, b in pairwise(held)
    ]
    marks += [dashed([(h[0], h[side]) for h in held]) for side in (2, 3)]
    return marks


def _treated(pooled: Pooled, control: float) -> float | None:
    """Return the percentage in the treated arm that the pooled effect gives for one in the control arm."""
    effect = pooled.back.estimate
    if effect is None:
        return None
    p = control / 100
    if pooled.measure == "RR":
        return control * effect
    if pooled.measure in ("OR", "PETO"):
        return 100 * p * effect / (1 - p + p * effect) if p < 1 or effect else None
    return control + 100 * effect if pooled.measure == "RD" else None


def _tip(row: StudyRow, pooled: Pooled) -> str:
    """Return what a reader sees who points at a row."""
    return f"{row.label}: {estimate_words(row.estimate, (row.ci.lower, row.ci.upper), pooled.measure)}"


def _scene(marks: list[Mark], full: float, end: float, title: str, labels: Sequence[str]) -> Scene:
    """Return the sheet."""
    named = " ".join(title.split())
    return Scene(
        width=full, height=end, marks=tuple(marks), title=named, description=f"{named} of {len(labels)} studies."
    )
