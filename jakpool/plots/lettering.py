"""How wide words are, and where long ones break.

Widths are those of DejaVu Sans, which comes with matplotlib: they are the same on every machine, and no common
sans-serif (Arial, Helvetica, Liberation Sans) is wider, so what fits here fits everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

__all__ = ["covered", "width", "wrap"]

BLANKS = re.compile(r"[ \t\n\r\f\v\u2028\u2029]+")


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line in points.

    Examples
    --------
    >>> round(width("0", 10), 2), round(width("国", 10), 2)
    (6.36, 10.0)
    """
    return size * sum(_advance(character, bold) for character in text)


def wrap(text: str, limit: float, size: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a text, each at most `limit` points wide; a word longer than a line is cut.

    Chinese and Japanese break between any two characters. Line breaks and runs of blanks count as one blank; a
    no-break space (U+00A0) holds together.

    Examples
    --------
    >>> wrap("Mackay-Wiggan and colleagues 2016", 110, 9)
    ['Mackay-Wiggan and', 'colleagues 2016']
    >>> wrap("", 100, 9)
    ['']
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if width((line + piece).rstrip(), size, bold=bold) <= limit:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while width(line.rstrip(), size, bold=bold) > limit and len(line) > 1:
            end = len(line) - 1
            while end > 1 and width(line[:end], size, bold=bold) > limit:
                end -= 1
            lines.append(line[:end])
            line = line[end:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def covered(character: str) -> bool:
    """Say whether DejaVu Sans has a character."""
    return unicodedata.combining(character) > 0 or bool(_font(False).get_char_index(ord(character)))


def _pieces(text: str) -> list[str]:
    """Split where a line may break: after a blank and around every wide character."""
    pieces, piece = [], ""
    for character in BLANKS.sub(" ", text).strip(" "):
        if _wide(character):
            pieces += [piece, character]
            piece = ""
        else:
            piece += character
            if character == " ":
                pieces.append(piece)
                piece = ""
    return [p for p in (*pieces, piece) if p]


def _wide(character: str) -> bool:
    """Say whether a character takes a full square (Chinese, Japanese, Korean)."""
    return unicodedata.east_asian_width(character) in "WF"


@lru_cache(maxsize=4096)
def _advance(character: str, bold: bool) -> float:
    """Return the width of a character in units of the font size."""
    if unicodedata.combining(character):
        return 0.0
    if not covered(character):
        return 1.0
    from matplotlib.ft2font import LoadFlags

    glyph = _font(bold).load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / 100


@lru_cache(maxsize=2)
def _font(bold: bool) -> Any:
    """Open the font once; its size of 100 gives widths in percent of the font size."""
    from pathlib import Path

    import matplotlib
    from matplotlib.ft2font import FT2Font

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    font = FT2Font(str(Path(matplotlib.get_data_path(), "fonts", "ttf", name)))
    font.set_size(100, 72)
    return font
