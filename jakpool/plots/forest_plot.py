"""The forest plot: columns of words around an axis, rows of squares, diamonds and a prediction interval."""

from __future__ import annotations

from collections.abc import Sequence

from jakpool.errors import ChoiceError
from jakpool.given import given_of
from jakpool.plots.axes import Axis, linear_axis, log_axis, natural_axis
from jakpool.plots.forest_table import (
    MARGIN,
    SIZE,
    SMALL,
    Columns,
    Heads,
    axis_marks,
    find_columns,
    header,
    paragraph,
    rows_of,
    sides,
    title_marks,
)
from jakpool.plots.glyphs import leaves
from jakpool.plots.layouts import Layout, layout_named
from jakpool.plots.lettering import wrap
from jakpool.plots.pictures import picture
from jakpool.plots.rows import Others, Row, arms_of, forest_rows
from jakpool.plots.scene import GREY, PALE, Line, Mark, Scene
from jakpool.plots.wording import (
    between_words,
    effect_name,
    has_null,
    heterogeneity_words,
    is_percent,
    is_ratio,
    rows_words,
)
from jakpool.results import Pooled

__all__ = ["forest", "forest_scene"]


def forest(
    pooled: Pooled,
    *,
    title: str = "",
    format: str = "svg",  # noqa: A002 - the word a reader expects
    layout: str = "plain",
    others: Others = (),
    beside: bool = False,
    arms: tuple[str, str] = ("Treatment", "Control"),
    favours: tuple[str, str] | None = None,
    axis: str = "",
    limits: tuple[float, float] | None = None,
    notes: Sequence[str] = (),
    ids: str = "forest",
    dpi: int = 300,
) -> bytes:
    """Draw a forest plot.

    Proportions stand on an axis from 0 to 100 %, ratios on a logarithmic one with a line at 1, other effects on a
    plain one. An interval that leaves the axis, or whose bound does not exist, ends in an arrow.

    Parameters
    ----------
    pooled : Pooled
        Its rows, subgroups, overall figure and prediction interval are drawn.
    title : str
        Above the plot; wrapped if it is long.
    format : str
        ``svg``, ``png`` or ``pdf``.
    layout : str
        ``plain``; ``revman``, as in Cochrane reviews: events and totals in columns of their own, the plot rightmost;
        or ``jama``: the estimate left of the plot, the weight right of it, and the sides named above it.
    others : sequence of (str, Pooled)
        Results of other models of the same rows, each an open diamond under the overall one, with a label.
    beside : bool
        Whether to draw the profile-likelihood interval and the further intervals that `pooled` holds, likewise.
    arms : (str, str)
        What the two columns of counts are called (ratios).
    favours : (str, str), optional
        What the left and the right side of the line at 1, or 0, speak for.
    axis : str
        What the axis is called; by default after the measure.
    limits : (float, float), optional
        Ends of the axis on the natural scale (0 to 1 for a proportion).
    notes : sequence of str
        What a reader of the figure must know, printed under it.
    ids : str
        What ids inside the SVG begin with; figures of one HTML page need different ones.
    dpi : int
        Dots per inch of a PNG.

    Returns
    -------
    bytes
        The file; the same arguments give the same bytes.

    Raises
    ------
    NoStudiesError
        If the result has no rows.
    ChoiceError
        If the format, the limits or `ids` cannot be.
    PoolError
        If one of `others` is on another scale.
    MissingGlyphsError
        If no font of the machine has a character of a PNG or PDF.

    References
    ----------
    Lewis, Clarke (2001), BMJ 322:1479-1480. doi:10.1136/bmj.322.7300.1479 (squares by weight, diamonds); Guddat,
    Grouven, Bender, Skipka (2012), Syst Rev 1:34. doi:10.1186/2046-4053-1-34 (the prediction interval as a bar).

    Examples
    --------
    >>> from jakpool import pool, two_arm
    >>> trials = two_arm([4, 6], [123, 306], [11, 29], [139, 303], labels=["Aronson", "Ferguson"])
    >>> svg = forest(pool(trials), title="Tuberculosis", favours=("favours vaccine", "favours none")).decode()
    >>> "Aronson" in svg, "4/123" in svg, "0.41 [0.13, 1.26]" in svg
    (True, True, True)
    """
    scene = forest_scene(
        pooled,
        title=title,
        layout=layout,
        others=others,
        beside=beside,
        arms=arms,
        favours=favours,
        axis=axis,
        limits=limits,
        notes=notes,
    )
    return picture(scene, format=format, ids=ids, dpi=dpi)


def forest_scene(
    pooled: Pooled,
    *,
    title: str = "",
    layout: str = "plain",
    others: Others = (),
    beside: bool = False,
    arms: tuple[str, str] = ("Treatment", "Control"),
    favours: tuple[str, str] | None = None,
    axis: str = "",
    limits: tuple[float, float] | None = None,
    notes: Sequence[str] = (),
) -> Scene:
    """Return the forest plot as a scene; the arguments are those of `forest`."""
    style = layout_named(layout)
    rows = forest_rows(pooled, others=others, beside=beside, layout=style)
    heads = _heads(pooled, rows, arms, style)
    columns = find_columns(rows, heads, layout=style)
    scale = _axis(pooled, rows, columns, limits)
    null = _null(pooled)
    marks: list[Mark] = []
    y = title_marks(marks, title, columns.full, MARGIN) + 4
    if favours is not None and null is not None and style.favours_above:
        y = sides(marks, columns, scale, y, favours=favours, null=null)
    y = header(marks, heads, columns, y)
    top = y
    drawn: list[Mark] = []
    y = rows_of(drawn, rows, columns, scale, y, layout=style)
    marks += _guides(pooled, scale, top, y)
    marks += drawn
    bottom = axis_marks(marks, columns, scale, y, axis or effect_name(pooled.measure))
    if favours is not None and null is not None and not style.favours_above:
        bottom = sides(marks, columns, scale, bottom, favours=favours, null=null)
    for sentence in (heterogeneity_words(pooled), between_words(pooled)):
        if sentence:
            said = sentence.replace("p =", "P =").replace("p <", "P <") if style.upper_p else sentence
            y = paragraph(marks, said, MARGIN, y + 2, columns.left)
    y = max(y, bottom) + 6
    marks.append(Line(points=((MARGIN, y), (columns.full - MARGIN, y)), colour=PALE, width=0.5))
    for sentence in (*_footnotes(pooled, rows, scale, others), *notes):
        y = paragraph(marks, sentence, MARGIN, y + 1, columns.full - 2 * MARGIN)
    named = title.strip() or "Forest plot"
    return Scene(
        width=columns.full,
        height=y + MARGIN,
        marks=tuple(marks),
        title=" ".join(named.split()),
        description=_description(pooled, rows),
    )


def _heads(pooled: Pooled, rows: list[Row], arms: tuple[str, str], layout: Layout) -> Heads:
    """Return the headings of the columns that have something to show."""
    filled = any(cell for row in rows for cell in row.cells)
    given = given_of(pooled.studies)
    two = arms_of(pooled.measure) == 2
    named = two and (given.counted or given.kind == "mean")
    above = [wrap(name, 80, SIZE, bold=True) if named else [] for name in (arms if two else ("",))]
    counts: tuple[tuple[str, ...], ...] = ()
    if filled:
        heads = given.heads(split=layout.split)
        counts = tuple((*(() if i else name), head) for name in above for i, head in enumerate(heads))
    level = f"{layout.brackets[0]}{100 * pooled.settings.level:g} % CI{layout.brackets[1]}"
    weighed = any(row.weight for row in rows)
    kind = "Arm" if is_percent(pooled.measure) and pooled.k != pooled.k_studies else "Study"
    return Heads(
        label=(layout.study or kind,),
        counts=counts,
        words=(effect_name(pooled.measure), level),
        weight=("Weight,", "%") if weighed else (),
    )


def _axis(pooled: Pooled, rows: list[Row], columns: Columns, limits: tuple[float, float] | None) -> Axis:
    """Return the axis: as asked, or wide enough for what matters."""
    span = (columns.plot[0] + 4, columns.plot[1] - 4)
    if limits is not None:
        low, high = limits
        if not low < high or (is_ratio(pooled.measure) and low <= 0):
            raise ChoiceError("limits", limits, ("two numbers, the lower first (above 0 for ratios)",))
        if is_ratio(pooled.measure):
            return log_axis(limits, span, size=SMALL)
        return linear_axis(limits, span, size=SMALL, percent=is_percent(pooled.measure))
    known = [v for row in rows for v in (row.estimate, *row.interval) if v is not None]
    core = [v for row in rows if row.estimate is not None for v in (row.estimate,)]
    core += [v for row in rows if row.kind in ("overall", "other") for v in row.interval if v is not None]
    return natural_axis(pooled.measure, known, core, span, size=SMALL)


def _guides(pooled: Pooled, scale: Axis, top: float, bottom: float) -> list[Mark]:
    """Return the upright lines behind the rows: no effect (solid) and the overall estimate (dashed)."""
    marks: list[Mark] = []
    null = _null(pooled)
    if null is not None and scale.holds(null):
        x = scale.place(null)
        marks.append(Line(points=((x, top), (x, bottom)), colour=GREY, width=0.6))
    middle = pooled.back.estimate
    if middle is not None and scale.holds(middle):
        x = scale.place(middle)
        marks.append(Line(points=((x, top), (x, bottom)), colour=PALE, width=0.7, dash=(2.5, 2.5)))
    return marks


def _null(pooled: Pooled) -> float | None:
    """Return the value of no effect: 1 for ratios, 0 for effects as given, none for what one group has."""
    if not has_null(pooled.measure):
        return None
    return 1.0 if is_ratio(pooled.measure) else 0.0


def _footnotes(pooled: Pooled, rows: list[Row], scale: Axis, others: Others) -> list[str]:
    """Say how the intervals were made, what is counted, and what the signs mean."""
    settings = pooled.settings
    methods = {"studies": sorted({s.ci.method for s in pooled.studies if s.ci.method not in ("", "none")})}
    methods["subgroups"] = sorted({s.ci_method for s in pooled.subgroups if s.ci_method not in ("", "none")})
    methods["overall"] = [pooled.ci_method] if pooled.ci_method not in ("", "none") else []
    methods["prediction"] = [settings.pi_method] if settings.pi_method and pooled.back.pi_lb is not None else []
    named = "; ".join(f"{what}, {' or '.join(how)}" for what, how in methods.items() if how)
    said = [f"Intervals ({100 * settings.level:g} %): {named}."] if named else []
    said += [f"{label}: {other.ci_method}." for label, other in others if other.ci_method]
    total = rows_words(pooled.measure, pooled.k, pooled.k_studies)
    if pooled.n_total is not None:
        total += f", N = {pooled.n_total:,}"
    if pooled.events_total is not None:
        total += f", {pooled.events_total:,} events"
    said.append(f"{total}.")
    if any(s.weight is not None for s in pooled.studies):
        kind = f" ({settings.weights})" if settings.weights else ""
        said[-1] += f" Area of a square: weight{kind}."
    if any(leaves(row.interval, scale) for row in rows):
        said[-1] += " An arrow: the interval goes on beyond the axis."
    if any("–" in row.words for row in rows):
        said[-1] += " –: no such figure, or infinite."
    return said


def _description(pooled: Pooled, rows: list[Row]) -> str:
    """Say in words what the figure shows."""
    parts = [f"Forest plot, {effect_name(pooled.measure)}, {rows_words(pooled.measure, pooled.k, pooled.k_studies)}."]
    parts += [f"{row.label}: {row.words}." for row in rows if row.words and row.kind != "study"]
    return " ".join(parts)
