"""The forest plot: columns of words around an axis, rows of squares, diamonds and a prediction interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jakpool.errors import ChoiceError
from jakpool.plots.axes import Axis, linear_axis, log_axis, natural_axis
from jakpool.plots.glyphs import leaves, row_marks
from jakpool.plots.lettering import width, wrap
from jakpool.plots.pictures import picture
from jakpool.plots.rows import Others, Row, forest_rows
from jakpool.plots.scene import GREY, PALE, Line, Mark, Scene, Words
from jakpool.plots.wording import (
    between_words,
    effect_name,
    heterogeneity_words,
    is_percent,
    is_ratio,
    rows_words,
    tied,
)
from jakpool.results import Pooled

__all__ = ["forest", "forest_scene"]

MARGIN, GAP, INDENT = 10.0, 12.0, 9.0
SIZE, SMALL, TITLE = 9.0, 7.5, 11.0
PLOT = 220.0
MANY = 35  # rows; more stand closer, so that sixty fit on a page
LABELS = (120.0, 250.0)
LEFT_LEAST = 190.0


def forest(
    pooled: Pooled,
    *,
    title: str = "",
    format: str = "svg",  # noqa: A002 - the word a reader expects
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
        others=others,
        beside=beside,
        arms=arms,
        favours=favours,
        axis=axis,
        limits=limits,
        notes=notes,
    )
    return picture(scene, format=format, ids=ids, dpi=dpi)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Where the columns stand, in points; all but the labels are right-aligned at their place."""

    label: float
    counts: tuple[float, ...]
    plot: tuple[float, float]
    words: float
    weight: float | None
    full: float

    @property
    def left(self) -> float:
        """Return the width of what stands left of the plot."""
        return self.plot[0] - GAP - MARGIN


def forest_scene(
    pooled: Pooled,
    *,
    title: str = "",
    others: Others = (),
    beside: bool = False,
    arms: tuple[str, str] = ("Treatment", "Control"),
    favours: tuple[str, str] | None = None,
    axis: str = "",
    limits: tuple[float, float] | None = None,
    notes: Sequence[str] = (),
) -> Scene:
    """Return the forest plot as a scene; the arguments are those of `forest`."""
    rows = forest_rows(pooled, others=others, beside=beside)
    heads = _heads(pooled, rows, arms)
    columns = _columns(rows, heads)
    scale = _axis(pooled, rows, columns, limits)
    marks: list[Mark] = []
    y = MARGIN
    for line in wrap(title, columns.full - 2 * MARGIN, TITLE, bold=True) if title.strip() else []:
        y += TITLE * 1.3
        marks.append(Words(x=MARGIN, y=y - 3, text=line, size=TITLE, bold=True))
    y = _header(marks, heads, columns, y + 4)
    top = y
    drawn: list[Mark] = []
    for i, row in enumerate(rows):
        apart = 6.0 if row.kind == "overall" or (row.kind == "heading" and i) else 0.0
        y = _row(drawn, row, columns, scale, y + apart, pad=2.5 if len(rows) <= MANY else 0.5)
    y += 3
    marks += _guides(pooled, scale, top, y)
    marks += drawn
    bottom = _axis_marks(marks, pooled, columns, scale, y, favours, axis or effect_name(pooled.measure))
    for sentence in (heterogeneity_words(pooled), between_words(pooled)):
        if sentence:
            y = _paragraph(marks, sentence, MARGIN, y + 2, columns.left)
    y = max(y, bottom) + 6
    marks.append(Line(points=((MARGIN, y), (columns.full - MARGIN, y)), colour=PALE, width=0.5))
    for sentence in (*_footnotes(pooled, rows, scale, others), *notes):
        y = _paragraph(marks, sentence, MARGIN, y + 1, columns.full - 2 * MARGIN)
    named = title.strip() or "Forest plot"
    return Scene(
        width=columns.full,
        height=y + MARGIN,
        marks=tuple(marks),
        title=" ".join(named.split()),
        description=_description(pooled, rows),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heads:
    """Lines of the column headings."""

    label: tuple[str, ...]
    counts: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]
    weight: tuple[str, ...]


def _heads(pooled: Pooled, rows: list[Row], arms: tuple[str, str]) -> _Heads:
    """Return the headings of the columns that have something to show."""
    filled = any(cell for row in rows for cell in row.cells)
    counted = any("/" in cell for row in rows for cell in row.cells)
    what = "Events/n" if counted else "n"
    counts: tuple[tuple[str, ...], ...] = ()
    if filled:
        named = arms if is_ratio(pooled.measure) and counted else ("",)
        counts = tuple((*(wrap(name, 80, SIZE, bold=True) if name else ()), what) for name in named)
    level = f"[{100 * pooled.settings.level:g} % CI]"
    weighed = any(row.weight for row in rows)
    kind = ("Arm" if pooled.k != pooled.k_studies else "Study") if is_percent(pooled.measure) else "Study"
    return _Heads(
        label=(kind,),
        counts=counts,
        words=(effect_name(pooled.measure), level),
        weight=("Weight,", "%") if weighed else (),
    )


def _columns(rows: list[Row], heads: _Heads) -> _Columns:
    """Find room for every column from what stands in it."""
    widest = max(
        (width(row.label, SIZE, bold=_bold(row)) + INDENT * row.indent for row in rows if row.kind != "heading"),
        default=0.0,
    )
    label = min(max(widest, LABELS[0]), LABELS[1])
    counts = [
        max([width(line, SIZE, bold=True) for line in head] + [width(_cell(row, i), SIZE, bold=True) for row in rows])
        for i, head in enumerate(heads.counts)
    ]
    left = label + sum(counts) + GAP * len(counts)
    label += max(0.0, LEFT_LEAST - left)
    x = MARGIN + label
    places = []
    for wide in counts:
        x += GAP + wide
        places.append(x)
    plot = (x + GAP, x + GAP + PLOT)
    wide = max(width(line, SIZE, bold=True) for line in (*heads.words, *(row.words for row in rows)))
    words = plot[1] + GAP + wide
    weight = None
    if heads.weight:
        wide = max(width(line, SIZE, bold=True) for line in (*heads.weight, *(row.weight for row in rows)))
        weight = words + GAP + wide
    return _Columns(
        label=label, counts=tuple(places), plot=plot, words=words, weight=weight, full=(weight or words) + MARGIN
    )


def _axis(pooled: Pooled, rows: list[Row], columns: _Columns, limits: tuple[float, float] | None) -> Axis:
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


def _header(marks: list[Mark], heads: _Heads, columns: _Columns, y: float) -> float:
    """Draw the headings, their last lines level, and the rule under them."""
    step = SIZE * 1.25
    deep = max(len(head) for head in (heads.label, *heads.counts, heads.words, heads.weight))
    base = y + deep * step
    places: list[tuple[tuple[str, ...], float, str]] = [(heads.label, MARGIN, "start")]
    places += [(head, x, "end") for head, x in zip(heads.counts, columns.counts, strict=True)]
    places.append((heads.words, columns.words, "end"))
    if columns.weight is not None:
        places.append((heads.weight, columns.weight, "end"))
    for head, x, anchor in places:
        for i, line in enumerate(head):
            up = (len(head) - 1 - i) * step
            marks.append(Words(x=x, y=base - up, text=line, size=SIZE, bold=True, anchor=anchor))
    marks.append(Line(points=((MARGIN, base + 5), (columns.full - MARGIN, base + 5)), width=0.8))
    return base + 9


def _row(marks: list[Mark], row: Row, columns: _Columns, scale: Axis, y: float, *, pad: float) -> float:
    """Draw one row from `y` downwards and return where the next begins."""
    step = SIZE * 1.3
    bold = _bold(row)
    x = MARGIN + INDENT * row.indent
    room = (columns.left if row.kind == "heading" else columns.label) - INDENT * row.indent
    base = y + SIZE + 1.5
    lines = wrap(row.label, room, SIZE, bold=bold)
    for i, line in enumerate(lines):
        marks.append(Words(x=x, y=base + i * step, text=line, size=SIZE, bold=bold))
    for text, place in zip(row.cells, columns.counts, strict=False):
        marks.append(Words(x=place, y=base, text=text, size=SIZE, bold=bold, anchor="end"))
    if row.words:
        marks.append(Words(x=columns.words, y=base, text=row.words, size=SIZE, bold=bold, anchor="end"))
    if row.weight and columns.weight is not None:
        marks.append(Words(x=columns.weight, y=base, text=row.weight, size=SIZE, bold=bold, anchor="end"))
    marks += row_marks(row, scale, base - 0.36 * SIZE)
    y += max(1, len(lines)) * step + pad
    if row.below:
        y = _paragraph(marks, row.below, x, y - 2, columns.left - INDENT * row.indent) + 2
    return y


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
    """Return the value of no effect: 1 for ratios, 0 for effects as given, none for proportions."""
    if is_percent(pooled.measure):
        return None
    return 1.0 if is_ratio(pooled.measure) else 0.0


def _axis_marks(
    marks: list[Mark],
    pooled: Pooled,
    columns: _Columns,
    scale: Axis,
    y: float,
    favours: tuple[str, str] | None,
    name: str,
) -> float:
    """Draw the axis under the rows, its name, and what its sides speak for; return where it ends."""
    marks.append(Line(points=((scale.start, y), (scale.end, y)), width=0.8))
    for value, label in scale.ticks:
        x = scale.place(value)
        marks.append(Line(points=((x, y), (x, y + 3.5)), width=0.8))
        marks.append(Words(x=x, y=y + 5 + SMALL, text=label, size=SMALL, anchor="middle"))
    middle = (columns.plot[0] + columns.plot[1]) / 2
    y += 6 + SMALL
    for line in wrap(name, PLOT, SIZE):
        y += SIZE * 1.3
        marks.append(Words(x=middle, y=y, text=line, size=SIZE, anchor="middle"))
    null = _null(pooled)
    if favours is None or null is None:
        return y + 3
    x = scale.place(null) if scale.holds(null) else middle
    ends = []
    sides = (
        (f"← {favours[0]}", x - 5, columns.plot[0], "end"),
        (f"{favours[1]} →", x + 5, columns.full - MARGIN, "start"),
    )
    for text, place, edge, anchor in sides:
        lines = wrap(text, max(abs(place - edge), 60.0), SMALL)
        for i, line in enumerate(lines):
            marks.append(Words(x=place, y=y + (i + 1) * SMALL * 1.35 + 3, text=line, size=SMALL, anchor=anchor))
        ends.append(y + len(lines) * SMALL * 1.35 + 3)
    return max(ends) + 3


def _paragraph(marks: list[Mark], text: str, x: float, y: float, room: float) -> float:
    """Draw a small paragraph from `y` downwards and return where it ends."""
    for line in wrap(tied(text), room, SMALL):
        y += SMALL * 1.32
        marks.append(Words(x=x, y=y, text=line, size=SMALL, colour=GREY))
    return y + 1.5


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


def _cell(row: Row, column: int) -> str:
    """Return one cell of counts; empty where the row has none."""
    return row.cells[column] if column < len(row.cells) else ""


def _bold(row: Row) -> bool:
    """Say whether a row is printed bold."""
    return row.kind in ("heading", "overall")
