"""The funnel plot: effects against their standard errors or against the number of patients."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from jakpool.distributions import two_sided_quantile
from jakpool.effects import back_transform
from jakpool.errors import ChoiceError, NoStudiesError, PoolError
from jakpool.plots.axes import Axis, linear_axis, log_axis, logit_axis
from jakpool.plots.lettering import wrap
from jakpool.plots.pictures import picture
from jakpool.plots.scene import GREY, INK, Line, Mark, Point, Scene, Shape, Words, circle, cut
from jakpool.plots.wording import effect_name, estimate_words, is_percent, is_ratio, tied
from jakpool.results import Pooled, StudyRow

__all__ = ["funnel", "funnel_scene"]

LEFT, TOP, WIDTH, HEIGHT, LEGEND = 56.0, 12.0, 300.0, 220.0, 110.0
SIZE, SMALL, TITLE = 9.0, 7.5, 11.0
FEW = 10
FAR = 4.0  # of a logit or log ratio: a wider region is cut
AGAINST = ("se", "n")
SCALES = ("pooling", "natural")
# Shape and colour both tell groups apart; the colours differ in lightness too.
FILLS = ("#6baed6", "#ffd166", "#8e3b00", "#ffffff", "#1f3b57", "#b8b8b8")


def funnel(
    pooled: Pooled,
    *,
    title: str = "",
    format: str = "svg",  # noqa: A002 - the word a reader expects
    against: str = "se",
    scale: str = "pooling",
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
    scene = funnel_scene(pooled, title=title, against=against, scale=scale, axis=axis)
    return picture(scene, format=format, ids=ids, dpi=dpi)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A row with its place: the effect on the pooling scale and on the drawn one, and what it is drawn against."""

    row: StudyRow
    yi: float
    value: float
    height: float


def funnel_scene(
    pooled: Pooled, *, title: str = "", against: str = "se", scale: str = "pooling", axis: str = ""
) -> Scene:
    """Return the funnel plot as a scene; the arguments are those of `funnel`."""
    if against not in AGAINST:
        raise ChoiceError("against", against, AGAINST)
    if scale not in SCALES:
        raise ChoiceError("scale", scale, SCALES)
    natural = scale == "natural" and is_percent(pooled.measure)
    points = _points(pooled, against, natural=natural)
    groups = sorted({p.row.group for p in points if p.row.group})
    groups = groups if len(groups) > 1 else []
    full = LEFT + WIDTH + (LEGEND if groups else 0.0) + 16.0
    marks: list[Mark] = []
    top = TOP
    for line in wrap(title, full - 20, TITLE, bold=True) if title.strip() else []:
        marks.append(Words(x=10, y=top + TITLE, text=line, size=TITLE, bold=True))
        top += TITLE * 1.3
    top += 10 if title.strip() else 4
    bottom = top + HEIGHT
    y = _height_axis(points, against, top, bottom)
    region = _region(pooled, points, against, y)
    x = _effect_axis(pooled, points, region, natural=natural)
    marks += _region_marks(pooled, region, x, top, bottom)
    marks += _frame(x, y, top, bottom)
    for p in points:
        marks.append(_dot(p, x, y, groups, pooled.measure))
    marks += _axis_words(x, y, top, bottom, axis or _name(pooled, natural=natural), against)
    marks += _legend(groups, top)
    end = bottom + 36
    for sentence in _notes(pooled, points, against, with_region=bool(region), natural=natural):
        for line in wrap(tied(sentence), full - 20, SMALL):
            end += SMALL * 1.32
            marks.append(Words(x=10, y=end, text=line, size=SMALL, colour=GREY))
        end += 1.5
    return Scene(
        width=full,
        height=end + 10,
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
        back = back_transform(row.yi, pooled.measure)
        value = row.estimate if natural else back
        if row.yi is not None and value is not None and height is not None and (against == "se" or height > 0):
            points.append(_Point(row=row, yi=row.yi, value=value, height=float(height)))
    if not points and against == "n" and pooled.studies:
        raise PoolError("no row has a number of patients", hint='draw it against the standard error, against="se"')
    if not points:
        raise NoStudiesError("no row has an effect and a standard error to draw")
    return points


def _patients(row: StudyRow) -> int | None:
    """Return the patients of a row, of both arms where there are two."""
    return None if row.n is None else row.n + (row.n_c or 0)


def _height_axis(points: list[_Point], against: str, top: float, bottom: float) -> Axis:
    """Return the upright axis: standard errors from 0 at the top, or patients with the most at the top."""
    heights = [p.height for p in points]
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
    pooled: Pooled, points: list[_Point], region: list[tuple[float, float, float]], *, natural: bool
) -> Axis:
    """Return the level axis: it holds the points, the estimate and, unless it is far out, the region."""
    span = (LEFT, LEFT + WIDTH)
    if natural:
        return linear_axis((-0.02, 1.02), span, size=SIZE, percent=True)
    inner = [p.yi for p in points] + ([] if pooled.beta is None else [pooled.beta])
    logarithmic = pooled.measure == "PLO" or is_ratio(pooled.measure)
    reach = max(3 * (max(inner) - min(inner)), FAR) if logarithmic else math.inf
    low = min([max(min([a for _, a, _ in region] or inner), min(inner) - reach), *inner])
    high = max([min(max([b for _, _, b in region] or inner), max(inner) + reach), *inner])
    room = 0.04 * (high - low) or 0.1
    low, high = low - room, high + room
    if pooled.measure == "PAS":
        low, high = max(low, 0.0), min(high, math.pi / 2)
    ends = back_transform(low, pooled.measure), back_transform(high, pooled.measure)
    if ends[0] is None or ends[1] is None:
        raise PoolError("the effects are too large to draw", hint="look at the rows: a log ratio above 700 is an error")
    if is_ratio(pooled.measure):
        return log_axis((ends[0], ends[1]), span, size=SIZE)
    if is_percent(pooled.measure):
        return logit_axis((ends[0], ends[1]), span, size=SIZE, bend=_logit if pooled.measure == "PLO" else _arcsine)
    return linear_axis((ends[0], ends[1]), span, size=SIZE)


def _region_marks(
    pooled: Pooled, region: list[tuple[float, float, float]], x: Axis, top: float, bottom: float
) -> list[Mark]:
    """Return the region, its dashed sides, and the line of the pooled estimate."""
    marks: list[Mark] = []
    if region:
        left = [(_spot(pooled, a, x), y) for y, a, _ in region]
        right = [(_spot(pooled, b, x), y) for y, _, b in region]
        inside = cut([*left, *reversed(right)], x.start, x.end)
        if inside:
            marks.append(Shape(points=inside, fill="#f2f2f2", edge="", width=0.0))
        for side in (left, right):
            shown: list[Point] = [p for p in side if x.start <= p[0] <= x.end]
            if len(shown) > 1:
                marks.append(Line(points=tuple(shown), colour=GREY, width=0.8, dash=(3.0, 2.5)))
    if pooled.back.estimate is not None and x.holds(pooled.back.estimate) and pooled.beta is not None:
        middle = x.place(pooled.back.estimate)
        marks.append(Line(points=((middle, top), (middle, bottom)), colour=INK, width=0.8))
    return marks


def _spot(pooled: Pooled, value: float, x: Axis) -> float:
    """Return where a value of the pooling scale lies; a point beyond the axis if it cannot be drawn."""
    if pooled.measure == "PAS":
        value = min(max(value, 0.0), math.pi / 2)
    if pooled.measure == "PLO":
        value = min(max(value, -30.0), 30.0)
    back = back_transform(value, pooled.measure)
    return x.end + 1000.0 if back is None else x.place(back)


def _frame(x: Axis, y: Axis, top: float, bottom: float) -> list[Mark]:
    """Return the two axes with their ticks."""
    marks: list[Mark] = [Line(points=((x.start, top), (x.start, bottom), (x.end, bottom)), width=0.8)]
    marks += [Line(points=((x.place(v), bottom), (x.place(v), bottom + 3.5)), width=0.8) for v, _ in x.ticks]
    marks += [Line(points=((x.start - 3.5, y.place(v)), (x.start, y.place(v))), width=0.8) for v, _ in y.ticks]
    return marks


def _axis_words(x: Axis, y: Axis, top: float, bottom: float, name: str, against: str) -> list[Mark]:
    """Return the labels of the ticks and the names of the axes."""
    marks: list[Mark] = [
        Words(x=x.place(v), y=bottom + 6 + SMALL, text=label, size=SMALL, anchor="middle") for v, label in x.ticks
    ]
    marks += [
        Words(x=x.start - 6, y=y.place(v) + 0.36 * SMALL, text=label, size=SMALL, anchor="end") for v, label in y.ticks
    ]
    marks.append(Words(x=(x.start + x.end) / 2, y=bottom + 28, text=name, size=SIZE, anchor="middle"))
    marks.append(
        Words(x=14, y=(top + bottom) / 2, text=_against_words(against), size=SIZE, anchor="middle", turned=True)
    )
    return marks


def _dot(p: _Point, x: Axis, y: Axis, groups: list[str], measure: str) -> Shape:
    """Return the mark of one row."""
    tip = f"{p.row.label}: {estimate_words(p.row.estimate, (p.row.ci.lower, p.row.ci.upper), measure)}"
    place = groups.index(p.row.group) if p.row.group in groups else 0
    return _sign(place, x.place(p.value), y.place(p.height), tip)


def _sign(place: int, x: float, y: float, tip: str = "") -> Shape:
    """Return the sign of a group: shape and colour change together."""
    corners: tuple[Callable[[], tuple[Point, ...]], ...] = (
        lambda: circle(x, y, 3.3),
        lambda: ((x - 3, y - 3), (x + 3, y - 3), (x + 3, y + 3), (x - 3, y + 3)),
        lambda: ((x, y - 4), (x + 3.8, y + 2.8), (x - 3.8, y + 2.8)),
        lambda: ((x, y - 4.3), (x + 4.3, y), (x, y + 4.3), (x - 4.3, y)),
        lambda: ((x, y + 4), (x + 3.8, y - 2.8), (x - 3.8, y - 2.8)),
    )
    fill = FILLS[place % len(FILLS)]
    return Shape(points=corners[place % len(corners)](), fill=fill, width=0.7, tip=tip)


def _legend(groups: list[str], top: float) -> list[Mark]:
    """Return the signs with the names of their groups, right of the plot."""
    marks: list[Mark] = []
    x, y = LEFT + WIDTH + 14, top + 4
    for place, group in enumerate(groups):
        marks.append(_sign(place, x, y))
        for line in wrap(group, LEGEND - 16, SMALL):
            marks.append(Words(x=x + 9, y=y + 0.36 * SMALL, text=line, size=SMALL))
            y += SMALL * 1.35
        y += 4
    return marks


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


def _name(pooled: Pooled, *, natural: bool) -> str:
    """Name the level axis."""
    scales = {"PLO": " (logit scale)", "PAS": " (arcsine scale)", "RR": " (log scale)", "OR": " (log scale)"}
    return effect_name(pooled.measure) + ("" if natural else scales.get(pooled.measure, ""))


def _logit(p: float) -> float:
    """Return the log odds."""
    return math.log(p) - math.log1p(-p)


def _arcsine(p: float) -> float:
    """Return the arcsine of the square root."""
    return math.asin(math.sqrt(p))
