"""The funnel plot: effects against their standard errors or against the number of patients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jakpool.distributions import two_sided_quantile
from jakpool.errors import ChoiceError, NoStudiesError, PoolError
from jakpool.plots.axes import Axis, linear_axis, log_axis
from jakpool.plots.frame import (
    HEIGHT,
    LEFT,
    LEGEND,
    SIZE,
    WIDTH,
    axis_words,
    drawn_value,
    effect_axis,
    effect_axis_name,
    footer,
    frame,
    heading,
    legend,
    sign,
)
from jakpool.plots.pictures import picture
from jakpool.plots.scene import GREY, INK, Line, Mark, Point, Scene, Shape, circle, cut
from jakpool.plots.wording import estimate_words, has_null, is_percent, is_ratio
from jakpool.results import Pooled, StudyRow

__all__ = ["funnel", "funnel_scene"]

FEW = 10
FAR = 4.0  # of a logit or log ratio: a wider region is cut
AGAINST = ("se", "n")
SCALES = ("pooling", "natural")


def funnel(
    pooled: Pooled,
    *,
    title: str = "",
    format: str = "svg",  # noqa: A002 - the word a reader expects
    against: str = "se",
    scale: str = "pooling",
    contours: bool = False,
    filled: Sequence[tuple[float, float]] = (),
    axis: str = "",
    ids: str = "funnel",
    dpi: int = 300,
) -> bytes:
    """Draw a funnel plot.

    Without bias and without heterogeneity, 95 % (`Settings.level`) of the rows lie within the dashed region around the
    pooled estimate. For proportions the logit and its standard error hang together, so that the plot leans without any
    bias; ``against="n"`` does not have that fault.

    Parameters
    ----------
    pooled : Pooled
        Its rows are the points; subgroups differ in shape and colour.
    against : str
        ``se``: standard error, 0 at the top; ``n``: patients, on a logarithmic axis, the most at the top.
    scale : str
        For proportions: ``pooling`` spaces them evenly on the scale they are pooled on (logit, arcsine), with ticks
        in percent; ``natural`` in percent. Ratios are always on a logarithmic axis.
    contours : bool
        Shade where a row would be significant at 0.10, 0.05 and 0.01 against no effect (``se`` only; not for what one
        group has: a proportion has no value of no effect).
    filled : sequence of (float, float)
        Effect (pooling scale) and standard error of the rows that trim and fill adds, drawn as open circles.
    axis : str
        What the axis of effects is called; by default after the measure.
    title, format, ids, dpi
        As in `forest`.

    Returns
    -------
    bytes
        The file; the same arguments give the same bytes.

    Raises
    ------
    NoStudiesError
        If no row has an effect and a standard error.
    PoolError
        If ``against="n"`` and no row has a number of patients.
    ChoiceError
        If a word is not known.

    References
    ----------
    Sterne, Egger (2001), J Clin Epidemiol 54:1046-1055. doi:10.1016/S0895-4356(01)00377-8 (the axes and the region);
    Hunter, Saratzis, Sutton, Boucher, Sayers, Bown (2014), J Clin Epidemiol 67:897-903.
    doi:10.1016/j.jclinepi.2014.03.003 (proportions: sample size instead); Sterne and others (2011), BMJ 343:d4002.
    doi:10.1136/bmj.d4002 (ten studies at least).

    Examples
    --------
    >>> from jakpool import pool, proportions
    >>> svg = funnel(pool(proportions([9, 11, 26], [13, 12, 35])), against="n").decode()
    >>> "Patients" in svg, "Fewer than 10" in svg
    (True, True)
    """
    scene = funnel_scene(pooled, title=title, against=against, scale=scale, contours=contours, filled=filled, axis=axis)
    return picture(scene, format=format, ids=ids, dpi=dpi)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A row with its place: the effect on the pooling scale and on the drawn one, and what it is drawn against."""

    row: StudyRow
    yi: float
    value: float
    height: float


def funnel_scene(
    pooled: Pooled,
    *,
    title: str = "",
    against: str = "se",
    scale: str = "pooling",
    contours: bool = False,
    filled: Sequence[tuple[float, float]] = (),
    axis: str = "",
) -> Scene:
    """Return the funnel plot as a scene; the arguments are those of `funnel`."""
    if against not in AGAINST:
        raise ChoiceError("against", against, AGAINST)
    if scale not in SCALES:
        raise ChoiceError("scale", scale, SCALES)
    if (contours or filled) and (against != "se" or (contours and not has_null(pooled.measure))):
        why = "it has no value of no effect" if against == "se" else "they belong to standard errors"
        raise PoolError(
            f"no contours or filled rows for {pooled.measure} against {against}: {why}",
            hint="draw it with against = n and without them",
        )
    natural = scale == "natural" and is_percent(pooled.measure)
    points = _points(pooled, against, natural=natural)
    groups = sorted({p.row.group for p in points if p.row.group})
    groups = groups if len(groups) > 1 else []
    full = LEFT + WIDTH + (LEGEND if groups else 0.0) + 16.0
    marks: list[Mark] = []
    top = heading(marks, title, full)
    bottom = top + HEIGHT
    y = _height_axis(points, against, top, bottom, extra=[se for _, se in filled])
    region = _region(pooled, points, against, y)
    held = [value for value, _ in filled] + ([0.0] if contours else [])
    x = _effect_axis(pooled, points, region, held, natural=natural)
    around = _zones(y) if contours else ()
    marks += _zone_marks(pooled, around, x)
    marks += _region_marks(pooled, region, x, top, bottom, filled=not contours)
    marks += frame(x, y, top, bottom)
    for p in points:
        marks.append(_dot(p, x, y, groups, pooled.measure))
    marks += [
        Shape(points=circle(_spot(pooled, value, x), y.place(se), 3.3), fill="#ffffff", width=0.9, tip="filled in")
        for value, se in filled
        if x.start <= _spot(pooled, value, x) <= x.end
    ]
    across = axis or effect_axis_name(pooled.measure, natural=natural)
    marks += axis_words(x, y, top, bottom, across=across, up=_against_words(against))
    marks += legend([*enumerate(groups)], LEFT + WIDTH + 14, top + 4)
    sentences = _notes(pooled, points, against, with_region=bool(region), natural=natural)
    if contours:
        sentences.append(
            "Shaded from the line of no effect outwards: p > 0.10, 0.05 to 0.10, 0.01 to 0.05; unshaded: p < 0.01."
        )
    if filled:
        sentences.append(f"Open circles: {len(filled)} rows that trim and fill adds; nobody observed them.")
    end = footer(marks, sentences, full, bottom + 36)
    return Scene(
        width=full,
        height=end,
        marks=tuple(marks),
        title=" ".join(title.split()) or "Funnel plot",
        description=f"Funnel plot of {len(points)} rows against {_against_words(against).lower()}; pooled estimate "
        f"{estimate_words(pooled.back.estimate, (pooled.back.ci_lb, pooled.back.ci_ub), pooled.measure)}.",
    )


def _points(pooled: Pooled, against: str, *, natural: bool) -> list[_Point]:
    """Return the rows that have a place."""
    points = []
    for row in pooled.studies:
        height = row.sei if against == "se" else _patients(row)
        back = drawn_value(row.yi, pooled.measure)
        value = row.estimate if natural else back
        if row.yi is not None and value is not None and height is not None and (against == "se" or height > 0):
            points.append(_Point(row=row, yi=row.yi, value=value, height=float(height)))
    if not points and against == "n" and pooled.studies:
        raise PoolError("no row has a number of patients", hint="draw it against the standard error, against = se")
    if not points:
        raise NoStudiesError("no row has an effect and a standard error to draw")
    return points


def _patients(row: StudyRow) -> int | None:
    """Return the patients of a row, of both arms where there are two."""
    return None if row.n is None else row.n + (row.n_c or 0)


def _height_axis(points: list[_Point], against: str, top: float, bottom: float, *, extra: Sequence[float] = ()) -> Axis:
    """Return the upright axis: standard errors from 0 at the top, or patients with the most at the top."""
    heights = [*(p.height for p in points), *extra]
    if against == "se":
        return linear_axis((0.0, (max(heights) or 1.0) * 1.08), (top, bottom), size=SIZE)
    return log_axis((min(heights) / 1.3, max(heights) * 1.3), (bottom, top), size=SIZE)


def _region(pooled: Pooled, points: list[_Point], against: str, y: Axis) -> list[tuple[float, float, float]]:
    """Return (height on paper, lower, upper) of the region on the pooling scale, from the top; empty if none."""
    if pooled.beta is None:
        return []
    z = two_sided_quantile(pooled.settings.level)
    out = []
    for i in range(61):
        value = y.low * (y.high / y.low) ** (i / 60) if against == "n" else y.low + (y.high - y.low) * i / 60
        se = value if against == "se" else _binomial_se(pooled, value)
        if se is None:
            return []
        out.append((y.place(value), pooled.beta - z * se, pooled.beta + z * se))
    return sorted(out)


def _binomial_se(pooled: Pooled, n: float) -> float | None:
    """Return the standard error of one arm of n patients at the pooled proportion; none for other measures."""
    if pooled.measure == "PAS":
        return 1 / math.sqrt(4 * n)
    p = pooled.back.estimate
    if pooled.measure != "PLO" or p is None or not 0 < p < 1:
        return None
    return 1 / math.sqrt(n * p * (1 - p))


def _effect_axis(
    pooled: Pooled,
    points: list[_Point],
    region: list[tuple[float, float, float]],
    held: Sequence[float] = (),
    *,
    natural: bool,
) -> Axis:
    """Return the level axis: it holds the points, the estimate and, unless it is far out, the region."""
    span = (LEFT, LEFT + WIDTH)
    if natural:
        return linear_axis((-0.02, 1.02), span, size=SIZE, percent=True)
    inner = [p.yi for p in points] + ([] if pooled.beta is None else [pooled.beta]) + [*held]
    logarithmic = pooled.measure == "PLO" or is_ratio(pooled.measure)
    reach = max(3 * (max(inner) - min(inner)), FAR) if logarithmic else math.inf
    low = min([max(min([a for _, a, _ in region] or inner), min(inner) - reach), *inner])
    high = max([min(max([b for _, _, b in region] or inner), max(inner) + reach), *inner])
    room = 0.04 * (high - low) or 0.1
    low, high = low - room, high + room
    return effect_axis(pooled.measure, (low, high), span)


def _region_marks(
    pooled: Pooled, region: list[tuple[float, float, float]], x: Axis, top: float, bottom: float, *, filled: bool
) -> list[Mark]:
    """Return the region, its dashed sides, and the line of the pooled estimate."""
    marks: list[Mark] = []
    if region:
        left = [(_spot(pooled, a, x), y) for y, a, _ in region]
        right = [(_spot(pooled, b, x), y) for y, _, b in region]
        inside = cut([*left, *reversed(right)], x.start, x.end)
        if inside and filled:
            marks.append(Shape(points=inside, fill="#f2f2f2", edge="", width=0.0))
        for side in (left, right):
            shown: list[Point] = [p for p in side if x.start <= p[0] <= x.end]
            if len(shown) > 1:
                marks.append(Line(points=tuple(shown), colour=GREY, width=0.8, dash=(3.0, 2.5)))
    centre = drawn_value(pooled.beta, pooled.measure)
    if centre is not None and x.holds(centre):
        middle = x.place(centre)
        marks.append(Line(points=((middle, top), (middle, bottom)), colour=INK, width=0.8))
    return marks


# Against no effect: the paler, the smaller p.
ZONES = ((0.10, "#d9d9d9"), (0.05, "#e9e9e9"), (0.01, "#f6f6f6"))
Zone = tuple[tuple[tuple[float, float, float], ...], str]


def _zones(y: Axis) -> tuple[Zone, ...]:
    """Return the zones (height on paper, lower, upper on the pooling scale), the widest first."""
    out = []
    for p, colour in reversed(ZONES):
        z = two_sided_quantile(1 - p)
        out.append((tuple((y.place(se), -z * se, z * se) for se in (y.low, y.high)), colour))
    return tuple(out)


def _zone_marks(pooled: Pooled, zones: Sequence[Zone], x: Axis) -> list[Mark]:
    """Return the zones of significance: white outside, then p < 0.01 … p > 0.10 towards the line of no effect."""
    marks: list[Mark] = []
    for zone, colour in zones:
        left = [(_spot(pooled, a, x), y) for y, a, _ in zone]
        right = [(_spot(pooled, b, x), y) for y, _, b in zone]
        inside = cut([*left, *reversed(right)], x.start, x.end)
        if inside:
            marks.append(Shape(points=inside, fill=colour, edge="", width=0.0))
    return marks


def _spot(pooled: Pooled, value: float, x: Axis) -> float:
    """Return where a value of the pooling scale lies; a point beyond the axis if it cannot be drawn."""
    if pooled.measure == "PAS":
        value = min(max(value, 0.0), math.pi / 2)
    if pooled.measure == "PLO":
        value = min(max(value, -30.0), 30.0)
    back = drawn_value(value, pooled.measure)
    return x.end + 1000.0 if back is None else x.place(back)


def _dot(p: _Point, x: Axis, y: Axis, groups: list[str], measure: str) -> Shape:
    """Return the mark of one row."""
    tip = f"{p.row.label}: {estimate_words(p.row.estimate, (p.row.ci.lower, p.row.ci.upper), measure)}"
    place = groups.index(p.row.group) if p.row.group in groups else 0
    return sign(place, x.place(p.value), y.place(p.height), tip=tip)


def _notes(pooled: Pooled, points: list[_Point], against: str, *, with_region: bool, natural: bool) -> list[str]:
    """Say what is drawn, and what the reader must beware of."""
    notes = []
    if with_region:
        notes.append(
            f"Line: pooled estimate. Dashed: where {100 * pooled.settings.level:g} % of the rows would lie around it "
            "without differences between studies."
        )
    elif pooled.beta is not None:
        notes.append("Line: pooled estimate.")
    if len(points) < FEW:
        notes.append(
            f"Fewer than {FEW} rows (k = {len(points)}): chance alone shapes such a plot; asymmetry cannot be judged."
        )
    if pooled.measure == "PLO" and against == "se":
        notes.append(
            "A logit and its standard error depend on each other: this plot leans without any bias. Against the number "
            "of patients it does not."
        )
    zero = sum(_has_zero(p.row) for p in points) if pooled.measure != "PAS" else 0
    if zero and not (natural and against == "n"):
        what = "standard error of" if natural else "effect and standard error of"
        notes.append(
            f"0.5 was added to the cells for the {what} {zero} {'row' if zero == 1 else 'rows'} with a zero cell."
        )
    left = len(pooled.studies) - len(points)
    if left:
        notes.append(f"Not drawn, for want of a figure: {left} {'row' if left == 1 else 'rows'}.")
    return notes


def _has_zero(row: StudyRow) -> bool:
    """Say whether a cell of the row is zero."""
    arms = ((row.events, row.n), (row.events_c, row.n_c))
    return any(x is not None and n is not None and x in (0, n) for x, n in arms)


def _against_words(against: str) -> str:
    """Name the upright axis."""
    return "Standard error" if against == "se" else "Patients"
