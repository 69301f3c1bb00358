"""Forests of steps: a result pooled again and again (cumulative, leave one out, a set of sensitivity analyses)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jakpool.errors import NoStudiesError
from jakpool.plots.axes import natural_axis
from jakpool.plots.forest_table import (
    MARGIN,
    SMALL,
    Heads,
    axis_marks,
    find_columns,
    header,
    paragraph,
    rows_of,
    title_marks,
)
from jakpool.plots.glyphs import leaves
from jakpool.plots.pictures import picture
from jakpool.plots.rows import Row
from jakpool.plots.scene import GREY, PALE, Line, Mark, Scene, Shape
from jakpool.plots.wording import effect_name, estimate_words, has_null, is_ratio

__all__ = ["Step", "steps", "steps_scene"]

Bounds = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One result of a forest of steps.

    Attributes
    ----------
    label : str
        What was done, for example the study that was added or left out.
    k : int or None
        Rows pooled.
    estimate, ci_lb, ci_ub : float or None
        On the natural scale.
    flag : str
        Why a reader should look (drawn in bold colour, with the words beside the label); empty if nothing is the
        matter.
    """

    label: str
    estimate: float | None
    ci_lb: float | None
    ci_ub: float | None
    k: int | None = None
    flag: str = ""


def steps(
    rows: Sequence[Step],
    *,
    measure: str,
    overall: Step | None = None,
    head: str = "Analysis",
    title: str = "",
    format: str = "svg",  # noqa: A002 - the word a reader expects
    level: float = 0.95,
    notes: Sequence[str] = (),
    ids: str = "steps",
    dpi: int = 300,
) -> bytes:
    """Draw results one under the other, with the main result as a band behind them and as a diamond at the end.

    Parameters
    ----------
    rows : sequence of Step
        A square with its interval each.
    measure : str
        metafor's word; it gives the axis.
    overall : Step, optional
        The main result.
    head : str
        Heading of the labels: "Study added", "Study left out", "Analysis".
    level : float
        Confidence level of the intervals, for the heading.
    notes : sequence of str
        Printed under the figure.
    title, format, ids, dpi
        As in `forest`.

    Raises
    ------
    NoStudiesError
        If there is nothing to draw.

    References
    ----------
    Lau, Antman, Jimenez-Silva, Kupelnick, Mosteller, Chalmers (1992), N Engl J Med 327:248-254.
    doi:10.1056/NEJM199207233270406 (cumulative meta-analysis)

    Examples
    --------
    >>> first = Step(label="A", estimate=0.5, ci_lb=0.2, ci_ub=1.1)
    >>> second = Step(label="+ B", estimate=0.6, ci_lb=0.4, ci_ub=0.9)
    >>> b"+ B" in steps([first, second], measure="RR", head="Study added")
    True
    """
    scene = steps_scene(rows, measure=measure, overall=overall, head=head, title=title, level=level, notes=notes)
    return picture(scene, format=format, ids=ids, dpi=dpi)


def steps_scene(
    rows: Sequence[Step],
    *,
    measure: str,
    overall: Step | None = None,
    head: str = "Analysis",
    title: str = "",
    level: float = 0.95,
    notes: Sequence[str] = (),
) -> Scene:
    """Return the forest of steps as a scene; the arguments are those of `steps`."""
    if not rows:
        raise NoStudiesError("no results to draw")
    table = [_row(step, measure, kind="step") for step in rows]
    if overall is not None:
        table.append(_row(overall, measure, kind="overall"))
    counted = any(step.k is not None for step in rows)
    heads = Heads(
        label=(head,),
        counts=(("k",),) if counted else (),
        words=(effect_name(measure), f"[{100 * level:g} % CI]"),
        weight=(),
    )
    if not counted:
        table = [replace(row, cells=()) for row in table]
    columns = find_columns(table, heads)
    values = [v for row in table for v in (row.estimate, *row.interval) if v is not None]
    core = [row.estimate for row in table if row.estimate is not None]
    if overall is not None:
        core += [v for v in (overall.ci_lb, overall.ci_ub) if v is not None]
    scale = natural_axis(measure, values, core, (columns.plot[0] + 4, columns.plot[1] - 4), size=SMALL)
    marks: list[Mark] = []
    y = header(marks, heads, columns, title_marks(marks, title, columns.full, MARGIN) + 4)
    top = y
    drawn: list[Mark] = []
    y = rows_of(drawn, table, columns, scale, y)
    if overall is not None:
        low, high = overall.ci_lb, overall.ci_ub
        if low is not None and high is not None:
            left, right = (min(max(scale.place(v), scale.start), scale.end) for v in (low, high))
            box = ((left, top), (right, top), (right, y), (left, y))
            marks.append(Shape(points=box, fill="#f0f0f0", edge="", width=0.0))
        if overall.estimate is not None and scale.holds(overall.estimate):
            x = scale.place(overall.estimate)
            marks.append(Line(points=((x, top), (x, y)), colour=PALE, width=0.7, dash=(2.5, 2.5)))
    null = (1.0 if is_ratio(measure) else 0.0) if has_null(measure) else None
    if null is not None and scale.holds(null):
        marks.append(Line(points=((scale.place(null), top), (scale.place(null), y)), colour=GREY, width=0.6))
    marks += drawn
    y = axis_marks(marks, columns, scale, y, effect_name(measure)) + 4
    said = ["Shaded: interval of the main result."] if overall is not None else []
    if any(leaves(row.interval, scale) for row in table):
        said.append("An arrow: the interval goes on beyond the axis.")
    marks.append(Line(points=((MARGIN, y), (columns.full - MARGIN, y)), colour=PALE, width=0.5))
    for sentence in (" ".join(said), *notes):
        if sentence:
            y = paragraph(marks, sentence, MARGIN, y + 1, columns.full - 2 * MARGIN)
    named = " ".join(title.split()) or head
    parts = [f"{row.label}: {row.words}." for row in table]
    return Scene(width=columns.full, height=y + MARGIN, marks=tuple(marks), title=named, description=" ".join(parts))


def _row(step: Step, measure: str, *, kind: str) -> Row:
    """Return one step as a row."""
    interval = (step.ci_lb, step.ci_ub)
    return Row(
        kind=kind,
        label=step.label,
        cells=("" if step.k is None else f"{step.k}",),
        estimate=step.estimate,
        interval=interval,
        words=estimate_words(step.estimate, interval, measure),
        share=0.4,
        below=step.flag,
    )
