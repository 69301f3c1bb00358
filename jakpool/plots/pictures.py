"""From a scene to bytes: SVG written here, PNG and PDF by matplotlib.

The SVG keeps its words as text, so that they can be searched, copied and read aloud, and so that the reader's own fonts
show any script. It holds no style rule, script or outside reference and may stand inside an HTML page.
"""

from __future__ import annotations

import io
import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from jakpool.errors import ChoiceError, PoolError
from jakpool.plots.lettering import covered
from jakpool.plots.scene import INK, Line, Mark, Scene, Words

__all__ = ["FORMATS", "MissingGlyphsError", "picture"]

FORMATS = ("svg", "png", "pdf")
FAMILY = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"
# Widths are DejaVu's, the widest: the narrower ones that journals print in fit too.
LATIN = ("Arial", "Liberation Sans")
CJK = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "SimSun",
    "Droid Sans Fallback",
    "Noto Sans CJK JP",
    "Arial Unicode MS",
)
# Control characters and lone surrogates cannot stand in XML.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class MissingGlyphsError(PoolError):
    """No font of this machine can draw some characters of the labels."""

    def __init__(self, characters: str, kind: str) -> None:
        super().__init__(
            f"no font on this machine can draw {characters!r} in a {kind.upper()}",
            hint="install a font that has them (Noto Sans CJK for Chinese), or ask for SVG: the reader's fonts draw it",
        )
        self.characters = characters


def picture(scene: Scene, *, format: str = "svg", ids: str = "figure", dpi: int = 300) -> bytes:  # noqa: A002
    """Return the scene as a file's bytes; the same scene gives the same bytes.

    Parameters
    ----------
    format : str
        ``svg``, ``png`` or ``pdf``.
    ids : str
        What the ids inside an SVG begin with; figures of one HTML page need different ones.
    dpi : int
        Dots per inch of a PNG.

    Raises
    ------
    ChoiceError
        If the format is not known, or `ids` is no XML name.
    MissingGlyphsError
        If a PNG or PDF has characters that no font of the machine has.

    Examples
    --------
    >>> words = Words(x=5, y=12, text="p < 0.05")
    >>> picture(Scene(width=80, height=20, marks=(words,), title="P", description=""))[-46:]
    b' y="12" font-size="9">p &lt; 0.05</text></svg>'
    """
    if format not in FORMATS:
        raise ChoiceError("format", format, FORMATS)
    if format == "svg":
        return _svg(scene, ids)
    return _drawn(scene, format, dpi)


def _svg(scene: Scene, ids: str) -> bytes:
    """Write the scene as SVG."""
    if not re.fullmatch(r"[A-Za-z_][\w.-]*", ids, flags=re.ASCII):
        raise ChoiceError("ids", ids, ("a letter, then letters, digits, - _ and .",), why="it begins ids of the SVG")
    size = f"{_n(scene.width)} {_n(scene.height)}"
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(scene.width)}pt" height="{_n(scene.height)}pt" '
        f'viewBox="0 0 {size}" style="max-width:100%;height:auto" role="img" '
        f'aria-labelledby="{ids}-title {ids}-desc" font-family="{FAMILY}" fill="{INK}">',
        f'<title id="{ids}-title">{_text(scene.title)}</title>',
        f'<desc id="{ids}-desc">{_text(scene.description)}</desc>',
        f'<rect width="{_n(scene.width)}" height="{_n(scene.height)}" fill="#ffffff"/>',
        *(_element(mark) for mark in scene.marks),
    ]
    return ("\n".join(body) + "</svg>").encode()


def _element(mark: Mark) -> str:
    """Write one mark as an SVG element."""
    if isinstance(mark, Words):
        anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
        bold = ' font-weight="bold"' if mark.bold else ""
        fill = "" if mark.colour == INK else f' fill="{mark.colour}"'
        place = f'x="{_n(mark.x)}" y="{_n(mark.y)}" font-size="{_n(mark.size)}"'
        turn = f' transform="rotate(-90 {_n(mark.x)} {_n(mark.y)})"' if mark.turned else ""
        return f"<text {place}{anchor}{bold}{fill}{turn}>{_text(mark.text)}</text>"
    points = quoteattr(" ".join(f"{_n(x)},{_n(y)}" for x, y in mark.points))
    if isinstance(mark, Line):
        dash = f' stroke-dasharray="{_n(mark.dash[0])} {_n(mark.dash[1])}"' if mark.dash else ""
        return f'<polyline points={points} fill="none" stroke="{mark.colour}" stroke-width="{_n(mark.width)}"{dash}/>'
    edge = f' stroke="{mark.edge}" stroke-width="{_n(mark.width)}"' if mark.edge and mark.width else ""
    shape = f'<polygon points={points} fill="{mark.fill}"{edge} stroke-linejoin="miter"'
    return f"{shape}><title>{_text(mark.tip)}</title></polygon>" if mark.tip else f"{shape}/>"


def _n(value: float) -> str:
    """Write a coordinate: two decimals are a hundredth of a point."""
    return f"{round(value, 2) + 0.0:.10g}"


def _text(text: str) -> str:
    """Escape a text for XML."""
    return escape(FORBIDDEN.sub("\ufffd", text))


def _drawn(scene: Scene, kind: str, dpi: int) -> bytes:
    """Draw the scene with matplotlib, without pyplot, under matplotlib's own defaults and not the user's."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.figure import Figure

    out = io.BytesIO()
    families, spare = _families(scene, kind)
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"pdf.fonttype": 42, "path.simplify": False})
        figure = Figure(figsize=(scene.width / 72, scene.height / 72), dpi=dpi if kind == "png" else 72)
        figure.set_facecolor("#ffffff")
        for order, mark in enumerate(scene.marks):
            artist = _artist(figure, mark, scene.height, families, spare)
            artist.set_zorder(order)  # as listed: matplotlib would put every line above every shape
        if kind == "png":
            canvas: Any = FigureCanvasAgg(figure)
            canvas.print_png(out, metadata={"Software": None, "Title": _latin(scene.title)})
        else:
            about = {"Creator": None, "Producer": None, "CreationDate": None, "Title": scene.title}
            canvas = FigureCanvasPdf(figure)
            canvas.print_pdf(out, metadata=about)
    return out.getvalue()


def _artist(figure: Any, mark: Mark, height: float, families: list[str], spare: dict[str, bool]) -> Any:
    """Add one mark to a matplotlib figure, in inches from the lower left, and return what matplotlib made of it."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Polygon

    inches = figure.dpi_scale_trans
    if isinstance(mark, Words):
        needs_spare = not all(covered(c) for c in mark.text)
        bold = mark.bold and not (needs_spare and not all(spare.values()))
        return figure.text(
            mark.x / 72,
            (height - mark.y) / 72,
            FORBIDDEN.sub("\ufffd", mark.text),
            transform=inches,
            fontsize=mark.size,
            fontfamily=[*families, *spare] if needs_spare else families,
            fontweight="bold" if bold else "normal",
            color=mark.colour,
            ha={"start": "left", "middle": "center", "end": "right"}[mark.anchor],
            va="baseline",
            rotation=90 if mark.turned else 0,
            rotation_mode="anchor",
            parse_math=False,
        )
    points = [(x / 72, (height - y) / 72) for x, y in mark.points]
    if isinstance(mark, Line):
        style: Any = (0, tuple(length / mark.width for length in mark.dash)) if mark.dash else "-"
        xs, ys = zip(*points, strict=True)
        line = Line2D(xs, ys, color=mark.colour, linewidth=mark.width, linestyle=style, transform=inches)
        line.set_dash_capstyle("butt")
        line.set_solid_capstyle("butt")
        return figure.add_artist(line)
    edge = mark.edge if mark.width else "none"
    shape = Polygon(points, closed=True, facecolor=mark.fill, edgecolor=edge or "none", linewidth=mark.width)
    shape.set_transform(inches)
    shape.set_joinstyle("miter")
    return figure.add_artist(shape)


def _families(scene: Scene, kind: str) -> tuple[list[str], dict[str, bool]]:
    """Return the font families for most words, and those for what they lack with whether they have a bold face.

    Together they have every character, or the error says which have no font.
    """
    from matplotlib import font_manager

    here = {entry.name: entry.fname for entry in font_manager.fontManager.ttflist}
    latin = [name for name in LATIN if name in here][:1]
    wanted = {c for mark in scene.marks if isinstance(mark, Words) for c in FORBIDDEN.sub("\ufffd", mark.text)}
    missing = {c for c in wanted if not covered(c)}
    spare: dict[str, bool] = {}
    for name in CJK:
        if not missing:
            break
        if name in here:
            font = font_manager.get_font(here[name])
            found = {c for c in missing if font.get_char_index(ord(c))}
            if found:
                weights = [entry.weight for entry in font_manager.fontManager.ttflist if entry.name == name]
                spare[name] = any(_is_bold(weight) for weight in weights)
                missing -= found
    if missing:
        raise MissingGlyphsError("".join(sorted(missing)), kind)
    return [*latin, "DejaVu Sans"], spare


def _is_bold(weight: int | str) -> bool:
    """Say whether a font's weight, as a number or a word, is bold."""
    return weight >= 600 if isinstance(weight, int) else "bold" in weight.lower()


def _latin(text: str) -> str:
    """Keep what a PNG's title can hold."""
    return text.encode("latin-1", "replace").decode("latin-1")
