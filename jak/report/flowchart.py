"""Lay out and draw a flow chart of wrapped text boxes in columns, as one self-contained SVG.

Knows boxes, rows and arrows, and nothing of PRISMA: `jak.report.prisma` says what stands in them. Heights follow from
the wrapped text, so that no box overlaps another however long a label is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate

from jak.report.textfit import clean, text_width, wrap

__all__ = ["Column", "Content", "Line", "Side", "Step", "draw"]

SIZE = 12.0
SMALL = 10.0
LINE = 16.0
FOOT_LINE = 14.0
PAD = 10.0
MARGIN = 14.0
BAR = 28.0
ROW_GAP = 30.0
STACK_GAP = 10.0
COLUMN_GAP = 44.0
INDENT = 12.0
CLEAR = 8.0
"""How far below a box an arrow may leave its line."""
INK = "#1f2933"
FONT = "Arial, Helvetica, 'Liberation Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"
STYLES = {
    "plain": ("#ffffff", "#334155", ""),
    "stop": ("#f1f5f9", "#334155", "2 3"),
    "open": ("#fff7ed", "#b45309", "6 4"),
    "head": ("#fde9b8", "#a97b12", ""),
    "side": ("#cfe2f3", "#3f6d98", ""),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a box before it is wrapped; `indent` counts steps."""

    text: str
    indent: int = 0
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """The lines of one box, and its look: a key of `STYLES`."""

    lines: tuple[Line, ...]
    style: str = "plain"


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a column: the box of the main line (``None``: it only passes), and the boxes that leave it."""

    main: Content | None
    aside: tuple[Content, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and the steps below it.

    Attributes
    ----------
    joins : int
        The row at which an arrow leads from its last box into the main column; negative ones count from the end.
    """

    head: str
    steps: tuple[Step, ...]
    joins: int = -1

    def width(self, box: float) -> float:
        """Return its width: two boxes beside each other, or one if nothing stands aside."""
        return 2 * box + COLUMN_GAP if any(step.aside for step in self.steps) else box


@dataclass(frozen=True, slots=True)
class Side:
    """A bar on the left beside the rows `first` to `last`, both counted from 0."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its place in pixels."""

    x: float
    y: float
    width: float
    height: float
    content: Content

    @property
    def middle(self) -> float:
        """The x of its middle."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """The y of its lower edge."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Row:
    """One placed row: for each column its main box and the boxes beside it."""

    y: float
    height: float
    mains: tuple[Box | None, ...]
    asides: tuple[tuple[Box, ...], ...]


def draw(
    columns: Sequence[Column],
    sides: Sequence[Side],
    *,
    width: float,
    title: str,
    desc: str,
    foot: Sequence[str],
    main: int = 0,
    mark: str = "",
) -> str:
    """Draw the chart; the same arguments give the same bytes.

    Parameters
    ----------
    width : float
        Width of each box in pixels.
    title, desc : str
        The accessible name and the text alternative.
    foot : sequence of str
        Sentences in small print below the chart, each on lines of its own.
    main : int
        The column that the others join.
    mark : str
        A warning in a banner above the chart; empty for none.

    Examples
    --------
    >>> columns = [Column("A", (Step(Content((Line("one < two"),))),))]
    >>> svg = draw(columns, [], width=200, title="t", desc="d", foot=["small"])
    >>> "one &lt; two" in svg, svg == svg.strip()
    (True, True)
    """
    left = MARGIN + BAR + 14
    widths = [column.width(width) for column in columns]
    starts = list(accumulate([left, *widths], lambda x, w: x + w + COLUMN_GAP))
    full = starts.pop() - COLUMN_GAP + MARGIN
    parts: list[str] = []
    y = MARGIN
    if mark:
        banner = _place(Content((Line(mark, bold=True),), "open"), left, y, full - MARGIN - left)
        parts += _box(banner)
        y = banner.bottom + 12
    heads = [Content((Line(column.head, bold=True),), "head") for column in columns]
    height = max(_height(*pair) for pair in zip(heads, widths, strict=True))
    for content, x, wide in zip(heads, starts, widths, strict=True):
        parts += _box(Box(x, y, wide, height, content), centred=True)
    rows = _place_rows(columns, sides, starts, y + height + 16, width)
    for side in sides:
        parts += _side(side.name, rows[side.first].y, rows[side.last].y + rows[side.last].height)
    parts += _arrows(rows, columns, main)
    for row in rows:
        for box in [*(main for main in row.mains if main), *(box for aside in row.asides for box in aside)]:
            parts += _box(box)
    end = rows[-1].y + rows[-1].height + 20
    small = [line for sentence in foot for line in wrap(sentence, full - MARGIN - left, SMALL)]
    parts += [_text(line, left, end + FOOT_LINE * number, size=SMALL) for number, line in enumerate(small)]
    end += FOOT_LINE * (len(small) - 1)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full:g} {end + MARGIN:g}" width="{full:g}" '
        f'height="{end + MARGIN:g}" role="img" aria-labelledby="flow-title flow-desc" font-family="{FONT}">'
    )
    marker = (
        '<defs><marker id="flow-arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" '
        f'orient="auto"><path d="M0 0.5 L8 4 L0 7.5 Z" fill="{INK}"/></marker></defs>'
    )
    return "\n".join(
        [
            head,
            f'<title id="flow-title">{escape(clean(title))}</title>',
            f'<desc id="flow-desc">{escape(clean(desc))}</desc>',
            marker,
            f'<rect width="{full:g}" height="{end + MARGIN:g}" fill="#ffffff"/>',
            *parts,
            "</svg>",
        ]
    )


def _place_rows(
    columns: Sequence[Column], sides: Sequence[Side], starts: Sequence[float], y: float, width: float
) -> list[Row]:
    """Place every step; a row is as high as its highest column or as its side bar needs."""
    rows: list[Row] = []
    least = {side.first: text_width(side.name, 13, bold=True) + 20 for side in sides if side.first == side.last}
    for index in range(max(len(column.steps) for column in columns)):
        mains: list[Box | None] = []
        asides: list[tuple[Box, ...]] = []
        for column, x in zip(columns, starts, strict=True):
            step = column.steps[index] if index < len(column.steps) else Step(None)
            mains.append(_place(step.main, x, y, width) if step.main else None)
            stack: list[Box] = []
            for content in step.aside:
                top = stack[-1].bottom + STACK_GAP if stack else y
                stack.append(_place(content, x + width + COLUMN_GAP, top, width))
            asides.append(tuple(stack))
        bottoms = [box.bottom for box in [*(m for m in mains if m), *(box for stack in asides for box in stack)]]
        height = max([bottom - y for bottom in bottoms] + [least.get(index, 0.0)])
        rows.append(Row(y, height, tuple(mains), tuple(asides)))
        y += height + ROW_GAP
    return rows


def _arrows(rows: Sequence[Row], columns: Sequence[Column], trunk: int) -> list[str]:
    """Return the arrows: down each column, to each box beside it, and from the other columns into the main one."""
    parts: list[str] = []
    for column, described in enumerate(columns):
        last: Box | None = None
        for row in rows:
            main = row.mains[column]
            if main and last:
                parts.append(_arrow((main.middle, last.bottom), (main.middle, main.y)))
            last = main or last
            for order, box in enumerate(row.asides[column]):
                if last is None:
                    continue
                beside = main is not None and (order == 0 or box.y + box.height / 2 < main.bottom - 4)
                shared = min(main.height, box.height) / 2 if main and order == 0 else box.height / 2
                level = box.y + shared
                if main and not beside:
                    level = max(level, main.bottom + CLEAR)
                begin = last.x + last.width if beside else last.middle
                parts.append(_arrow((begin, level), (box.x, level)))
        target = rows[described.joins].mains[trunk]
        if last and target and column != trunk:
            level = target.y + target.height / 2
            edge = target.x if column < trunk else target.x + target.width
            parts.append(_arrow((last.middle, last.bottom), (last.middle, level), (edge, level)))
    return parts


def _place(content: Content, x: float, y: float, width: float) -> Box:
    """Return the box at its place, as high as its text needs."""
    return Box(x, y, width, _height(content, width), content)


def _height(content: Content, width: float) -> float:
    """Return the height of a box in pixels."""
    return 2 * PAD + LINE * len(_fitted(content, width))


def _fitted(content: Content, width: float) -> list[tuple[str, float, bool]]:
    """Return the wrapped lines with their indent in pixels; a line that continues hangs a little deeper."""
    fitted: list[tuple[str, float, bool]] = []
    for line in content.lines:
        indent = line.indent * INDENT
        room = width - 2 * PAD - indent
        first, *rest = wrap(line.text, room, SIZE, bold=line.bold)
        fitted.append((first, indent, line.bold))
        if rest:
            hang = 0.0 if line.bold else INDENT / 2
            remainder = clean(line.text)[len(first) :].strip(" ")
            fitted += [(text, indent + hang, line.bold) for text in wrap(remainder, room - hang, SIZE, bold=line.bold)]
    return fitted


def _box(box: Box, *, centred: bool = False) -> list[str]:
    """Return the rectangle and its lines."""
    fill, stroke, dash = STYLES[box.content.style]
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    round_by = 8 if centred else 2
    parts = [
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="{round_by}" '
        f'fill="{fill}" stroke="{stroke}"{dashes}/>'
    ]
    for number, (text, indent, bold) in enumerate(_fitted(box.content, box.width)):
        x = box.middle if centred else box.x + PAD + indent
        parts.append(_text(text, x, box.y + PAD + LINE * number + 12, bold=bold, anchor="middle" if centred else ""))
    return parts


def _side(name: str, top: float, bottom: float) -> list[str]:
    """Return a bar with its name from bottom to top."""
    fill, stroke, _ = STYLES["side"]
    x, y = MARGIN + BAR / 2, (top + bottom) / 2
    return [
        f'<rect x="{MARGIN:g}" y="{top:g}" width="{BAR:g}" height="{bottom - top:g}" rx="8" fill="{fill}" '
        f'stroke="{stroke}"/>',
        f'<text transform="translate({x + 4.5:g} {y:g}) rotate(-90)" text-anchor="middle" font-size="13" '
        f'font-weight="bold" fill="{INK}">{escape(name)}</text>',
    ]


def _text(text: str, x: float, y: float, *, size: float = SIZE, bold: bool = False, anchor: str = "") -> str:
    """Return one line of text with its baseline at `y`."""
    weight = ' font-weight="bold"' if bold else ""
    place = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}"{weight}{place} fill="{INK}">{escape(text)}</text>'


def _arrow(*points: tuple[float, float]) -> str:
    """Return a line through the points with a head at its end."""
    path = " ".join(f"{'L' if i else 'M'}{x:g} {y:g}" for i, (x, y) in enumerate(points))
    return f'<path d="{path}" fill="none" stroke="{INK}" stroke-width="1.2" marker-end="url(#flow-arrow)"/>'
