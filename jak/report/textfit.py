"""Estimate how wide a text is drawn, and break it into lines that fit a box.

The reader's machine chooses the font of an SVG file, so the estimate is on the wide side: some 15 % above Arial,
Helvetica and Liberation Sans, about equal to DejaVu Sans.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "text_width", "wrap"]

NARROW = frozenset("ijl.,:;'|!()[]ftrI /-`·")
WIDE = frozenset("mwMW%@—…")
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    r"""Return the text on one line, without what XML cannot hold; a no-break space stays one.

    Examples
    --------
    >>> clean(" two\n lines\x00 ")
    'two lines'
    """
    return UNPRINTABLE.sub("", re.sub(r"[ \t\r\n\f\v\u2028\u2029]+", " ", text)).strip(" ")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text in pixels at a font size in pixels, rather too wide than too narrow.

    Examples
    --------
    >>> text_width("Embase", 10) > text_width("ill", 10)
    True
    >>> text_width("斑秃", 10)
    20.0
    """
    return sum(_char_width(char) for char in text) * size * (1.14 if bold else 1.0)


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """Break a text into lines of at most `width` pixels, at spaces where it can, inside a word where it must.

    A no-break space never ends a line unless its word alone is too long. An empty text is one empty line.

    Examples
    --------
    >>> wrap("Wrong population or wrong drug", 120, 12)
    ('Wrong population', 'or wrong drug')
    >>> wrap("随机对照试验", 40, 12)
    ('随机对', '照试验')
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(clean(text)):
        candidate = line + piece
        if not line or text_width(candidate.rstrip(" "), size, bold=bold) <= width:
            line = candidate
        else:
            lines.append(line.rstrip(" "))
            line = piece
        while text_width(line.rstrip(" "), size, bold=bold) > width and len(line.rstrip(" ")) > 1:
            cut = _fitting(line, width, size, bold=bold)
            lines.append(line[:cut])
            line = line[cut:]
    if line.rstrip(" ") or not lines:
        lines.append(line.rstrip(" "))
    return tuple(lines)


def _char_width(char: str) -> float:
    """Return the width of one character in em."""
    if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    if char in NARROW:
        return 0.36
    if char in WIDE:
        return 1.0
    return 0.72 if char.isupper() else 0.64 if char.isdigit() else 0.62


def _pieces(text: str) -> list[str]:
    """Return what may stand at a line's start: words with the space behind them, single CJK characters."""
    pieces: list[str] = []
    open_word = False
    for char in text:
        cjk = unicodedata.east_asian_width(char) in "WF" and char.isalpha()
        if char == " ":
            if pieces:
                pieces[-1] += char
            open_word = False
        elif cjk or not open_word:
            pieces.append(char)
            open_word = not cjk
        else:
            pieces[-1] += char
    return pieces


def _fitting(line: str, width: float, size: float, *, bold: bool) -> int:
    """Return how many characters of the line fit, one at least."""
    used = 0.0
    for count, char in enumerate(line):
        used += text_width(char, size, bold=bold)
        if used > width and count:
            return count
    return len(line)
