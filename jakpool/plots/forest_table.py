"""The table of a forest plot: columns of words around an axis, its headings, its rows, and the axis under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jakpool.plots.axes import Axis
from jakpool.plots.glyphs import row_marks
from jakpool.plots.layouts import PLAIN, Layout
from jakpool.plots.lettering import width, wrap
from jakpool.plots.rows import Row
from jakpool.plots.scene import GREY, Line, Mark, Words
from jakpool.plots.wording import tied

__all__ = [
    "MARGIN",
    "PLOT",
    "SIZE",
    "SMALL",
    "TITLE",
    "Columns",
    "Heads",
    "axis_marks",
    "find_columns",
    "header",
    "paragraph",
    "row_of",
    "rows_of",
    "sides",
    "title_marks",
]

MARGIN, GAP, INDENT = 10.0, 12.0, 9.0
SIZE, SMALL, TITLE = 9.0, 7.5, 11.0
PLOT = 220.0
MANY = 35  # rows; more stand closer, so that sixty fit on a page
LABELS = (120.0, 250.0)
LEFT_LEAST = 190.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """Lines of the column headings; `weight` and `counts` are empty where the plot has no such column."""

    label: tuple[str, ...]
    counts: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]
    weight: tuple[str, ...]


def find_columns(rows: Sequence[Row], heads: Heads, *, layout: Layout = PLAIN) -> Columns:
    """Find room for every column, in the order of the layout, from what stands in it."""
    widest = max(
        (width(row.label, SIZE, bold=_bold(row)) + INDENT * row.indent for row in rows if row.kind != "heading"),
        default=0.0,
    )
    label = min(max(widest, LABELS[0], width(heads.label[0], SIZE, bold=True)), LABELS[1])
    counts = [
        max([width(line, SIZE, bold=True) for line in head] + [width(_cell(row, i), SIZE, bold=True) for row in rows])
        for i, head in enumerate(heads.counts)
    ]
    words = max(width(line, SIZE, bold=True) for line in (*heads.words, *(row.words for row in rows)))
    weight = max((width(line, SIZE, bold=True) for line in (*heads.weight, *(row.weight for row in rows))), default=0.0)
    order = [name for name in layout.order if name != "weight" or heads.weight]
    before = order[1 : order.index("plot")]
    sizes = {"counts": sum(counts) + GAP * max(len(counts) - 1, 0), "words": words, "weight": weight}
    left = label + sum(GAP + sizes[name] for name in before if sizes[name])
    label += max(0.0, LEFT_LEAST - left)
    x = MARGIN + label
    at: dict[str, float] = {}
    places: list[float] = []
    plot = (x, x)
    for name in order[1:]:
        if name == "plot":
            plot = (x + GAP, x + GAP + PLOT)
            x = plot[1]
        elif name == "counts":
            for wide in counts:
                x += GAP + wide
                places.append(x)
        else:
            x += GAP + sizes[name]
            at[name] = x
    return Columns(
        label=label, counts=tuple(places), plot=plot, words=at["words"], weight=at.get("weight"), full=x + MARGIN
    )


def title_marks(marks: list[Mark], title: str, full: float, y: float) -> float:
    """Draw the title over the whole width and return where it ends."""
    for line in wrap(title, full - 2 * MARGIN, TITLE, bold=True) if title.strip() else []:
        y += TITLE * 1.3
        marks.append(Words(x=MARGIN, y=y - 3, text=line, size=TITLE, bold=True))
    return y


def header(marks: list[Mark], heads: Heads, columns: Columns, y: float) -> float:
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


def rows_of(
    marks: list[Mark], rows: Sequence[Row], columns: Columns, scale: Axis, y: float, *, layout: Layout = PLAIN
) -> float:
    """Draw all rows from `y` downwards and return where they end."""
    for i, row in enumerate(rows):
        apart = 6.0 if row.kind == "overall" or (row.kind == "heading" and i) else 0.0
        y = row_of(marks, row, columns, scale, y + apart, pad=2.5 if len(rows) <= MANY else 0.5, layout=layout)
    return y + 3


def row_of(
    marks: list[Mark], row: Row, columns: Columns, scale: Axis, y: float, *, pad: float, layout: Layout = PLAIN
) -> float:
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
    marks += row_marks(row, scale, base - 0.36 * SIZE, layout=layout)
    y += max(1, len(lines)) * step + pad
    if row.below:
        y = paragraph(marks, row.below, x, y - 2, columns.left - INDENT * row.indent) + 2
    return y


def axis_marks(marks: list[Mark], columns: Columns, scale: Axis, y: float, name: str) -> float:
    """Draw the axis under the rows with its name and return where it ends."""
    marks.append(Line(points=((scale.start, y), (scale.end, y)), width=0.8))
    for value, label in scale.ticks:
        x = scale.place(value)
        marks.append(Line(points=((x, y), (x, y + 3.5)), width=0.8))
        marks.append(Words(x=x, y=y + 5 + SMALL, text=label, size=SMALL, anchor="middle"))
    y += 6 + SMALL
    for line in wrap(name, PLOT, SIZE):
        y += SIZE * 1.3
        marks.append(Words(x=(columns.plot[0] + columns.plot[1]) / 2, y=y, text=line, size=SIZE, anchor="middle"))
    return y + 3


def sides(
    marks: list[Mark], columns: Columns, scale: Axis, y: float, *, favours: tuple[str, str], null: float
) -> float:
    """Write what the two sides of the line of no effect speak for, from `y` downwards; return where it ends."""
    x = scale.place(null) if scale.holds(null) else (columns.plot[0] + columns.plot[1]) / 2
    left, right = f"← {favours[0]}", f"{favours[1]} →"
    room = max(columns.full - MARGIN - x - 5, 90.0)
    lines = wrap(right, room, SMALL)
    far = max(width(line, SMALL) for line in lines)
    x = min(
        x, columns.full - MARGIN - 5 - far
    )  # words that find no room at the right stand nearer; arrows say the rest
    both = [(line, i, x + 5, "start") for i, line in enumerate(lines)]
    room = max(x - 5 - columns.plot[0], 90.0)
    both += [(line, i, x - 5, "end") for i, line in enumerate(wrap(left, room, SMALL))]
    for line, i, place, anchor in both:
        marks.append(Words(x=place, y=y + (i + 1) * SMALL * 1.35, text=line, size=SMALL, anchor=anchor))
    return y + (1 + max(i for _, i, _, _ in both)) * SMALL * 1.35 + 3


def paragraph(marks: list[Mark], text: str, x: float, y: float, room: float) -> float:
    """Draw a small paragraph from `y` downwards and return where it ends."""
    for line in wrap(tied(text), room, SMALL):
        y += SMALL * 1.32
        marks.append(Words(x=x, y=y, text=line, size=SMALL, colour=GREY))
    return y + 1.5


def _cell(row: Row, column: int) -> str:
    """Return one cell of counts; empty where the row has none."""
    return row.cells[column] if column < len(row.cells) else ""


def _bold(row: Row) -> bool:
    """Say whether a row is printed bold."""
    return row.kind in ("heading", "overall")
