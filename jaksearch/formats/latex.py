r"""Read and write the LaTeX that stands in values of BibTeX: accents, symbols, dashes, braces.

Only what bibliographies use is understood. A macro that is not known stays as it stands, a percent sign is a percent
sign (exporters forget the backslash far more often than they mean a comment), and nothing is expanded.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["from_latex", "to_latex"]

ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331", "t": "\u0361",
}  # fmt: skip
_DRESS = """
    textit textbf textsc textrm textsf texttt textsl textup textmd textnormal emph text mathrm mathit mathbf mathsf
    mathtt mathcal it bf rm sc em tt sl url mbox hbox ensuremath textsuperscript textsubscript underline relax protect
    noopsort bibinfo left right boldsymbol displaystyle nolinkurl path uppercase
"""
DRESS = frozenset(_DRESS.split())
"""Macros that only dress their argument: their name goes, the argument stays."""
SYMBOLS = {
    "textbraceleft": "{", "textbraceright": "}", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^",
    "textdollar": "$", "textunderscore": "_", "textless": "<", "textgreater": ">", "textbar": "|", "textquotedbl": '"',
    "lbrace": "{", "rbrace": "}", "newline": " ", "slash": "/",
}  # fmt: skip
TOKEN = re.compile(
    r"""\\(?P<accent>[`'^"~=.])\s*(?:\{\s*(?P<inner>\\[ij]\s*|[^\W\d_]?)\s*\}|(?P<bare>\\[ij](?![A-Za-z])|[^\W\d_]))
    |\\(?P<mark>[cdbHkruvt])(?:\s*\{\s*(?P<marked>\\[ij]\s*|[^\W\d_]{1,2})\s*\}|\s+(?P<after>[^\W\d_]))
    |\\(?P<escaped>[%&\#_${}])
    |\\(?P<space>[\s,;:\\])
    |\\(?P<nothing>[-/!@])
    |\\(?P<macro>[A-Za-z]+)(?P<gap>\s*\{\}|[ \t\n]+)?
    |(?P<dash>---?)|(?P<quote>``|'')|(?P<tie>~)|(?P<brace>[{}])""",
    re.VERBOSE,
)
MATH = re.compile(r"(?<!\\)\$([^$\n]{1,200})(?<!\\)\$")
MATHEMATICAL = re.compile(r"[\\^_{}=<>]|^\s*[A-Za-z]\s*$")
RAISED = re.compile(r"(?<!\\)[\^_](?=[{\w+\-*\\])")
SPECIAL = re.compile(r"[\\{}$%&#_~^]|-(?=-)|`(?=`)|'(?=')")
WRITTEN = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "-": "-{}", "`": "`{}", "'": "'{}",
}  # fmt: skip


def from_latex(text: str, *, verbatim: bool = False) -> str:
    r"""Return the text that a value of BibTeX prints.

    Parameters
    ----------
    text : str
        The value without its outer braces or quotation marks.
    verbatim : bool
        For addresses and identifiers: dashes, quotes and ties stay as they are.

    Examples
    --------
    >>> from_latex(r"M{\"u}ller and Garc{\'\i}a: {CD8$^{+}$} cells in 50\% -- 60 %")
    'Müller and García: CD8+ cells in 50% – 60 %'
    >>> from_latex(r"\textit{Saccharomyces} with $\alpha$-{TNF} \& \unknown{x}")
    'Saccharomyces with α-TNF & \\unknownx'
    """
    if not (set(text) & set("\\{}$~-`'")):
        return text
    if "$" in text and not verbatim:
        text = MATH.sub(_plain_math, text)

    def spoken(match: re.Match[str]) -> str:
        kind = match.lastgroup or ""
        if kind in ("dash", "quote", "tie"):
            return match[0] if verbatim else PRINTED[match[0]]
        return _spoken(match)

    return unicodedata.normalize("NFC", TOKEN.sub(spoken, text))


def to_latex(text: str) -> str:
    r"""Return text as a value of BibTeX that `from_latex` reads back exactly; letters beyond ASCII stay.

    Examples
    --------
    >>> to_latex("50 % of {A_1} -- é")
    '50 \\% of \\textbraceleft{}A\\_1\\textbraceright{} -{}- é'
    """
    return SPECIAL.sub(lambda match: WRITTEN.get(match[0]) or f"\\{match[0]}", text)


PRINTED = {"---": "—", "--": "–", "``": "“", "''": "”", "~": " "}


def _spoken(match: re.Match[str]) -> str:
    """Return what one token prints."""
    if match["accent"]:
        letter = match["inner"] if match["inner"] is not None else match["bare"]
        return _accented(letter, match["accent"])
    if match["mark"]:
        return _accented(match["marked"] or match["after"], match["mark"])
    if match["escaped"]:
        return match["escaped"]
    if match["space"]:
        return " "
    if match["macro"]:
        name = match["macro"]
        if name in DRESS:
            return ""
        symbol = _symbol(name)
        return match[0] if symbol is None else symbol
    return ""


def _accented(letter: str, accent: str) -> str:
    """Put an accent on a letter; on nothing, the accent's own sign stands."""
    letter = letter.strip().removeprefix("\\")
    return letter[:1] + ACCENTS[accent] + letter[1:] if letter else accent


def _plain_math(match: re.Match[str]) -> str:
    """Take the dollars from what is mathematics; two prices in one sentence are none."""
    inner = match[1]
    return RAISED.sub("", inner) + "{}" if MATHEMATICAL.search(inner) else match[0]


@lru_cache(maxsize=1024)
def _symbol(name: str) -> str | None:
    """Return what a macro without arguments prints; None if it is not known."""
    if name in SYMBOLS:
        return SYMBOLS[name]
    from pylatexenc.latex2text import get_default_latex_context_db  # type: ignore[import-untyped] # noqa: PLC0415 - no types; for macros only

    printed = getattr(_context(get_default_latex_context_db).get_macro_spec(name), "simplify_repl", None)
    return printed if isinstance(printed, str) and printed and "%" not in printed else None


@lru_cache(maxsize=1)
def _context(make):  # type: ignore[no-untyped-def] # pylatexenc has no types
    """Make the table of macros once."""
    return make()
