"""Mark italics, indices and formulas inside texts, so that they can be told from the elements around the texts.

They are part of the text that they stand in. The marks are characters that XML does not allow, so that no file can
have them of its own, and that none but a text may hold: where one turns up in a tag or between elements, the parser
must tell what it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from jaksearch.formats.pubmed_xml_rules import NotPlainError

__all__ = ["marked", "unmarked"]

INLINE = {
    "i": ("\x01", "\x02"), "b": ("\x03", "\x04"), "u": ("\x05", "\x06"), "sub": ("\x07", "\x08"),
    "sup": ("\x0e", "\x0f"),
}  # fmt: skip
"""Element -> the marks of its beginning and its end."""
FORMULA = ("\x10", "\x11")
PAIRS = (*INLINE.values(), FORMULA)
MARKS = "".join(begin + end for begin, end in PAIRS)
MARK_BYTES = MARKS.encode()
OTHER_BYTES = bytes(byte for byte in range(256) if byte not in MARK_BYTES)
END_OF = {ord(begin): ord(end) for begin, end in PAIRS}
ENDS = (*(f"{name}>" for name in INLINE), "mml:")
FIRST = frozenset(end[0] for end in ENDS)
"""With these letters no name of PubMed's own elements begins."""
DEEPEST = 50
"""Elements in each other; the parser gives up at 256."""
MATHML = re.compile(r"<mml:math(?=[ >]).*?</mml:math>", re.DOTALL)
TAG = re.compile(r'<(/?)(mml:[a-z]+)((?: [A-Za-z:]+="[^<>&"]*")*) ?(/?)>')
ATTRIBUTE = re.compile(r" ([A-Za-z:]+)=")
NAMESPACE = ' xmlns:mml="http://www.w3.org/1998/Math/MathML"'


def marked(pieces: Sequence[str]) -> list[str]:
    r"""Return pieces of a text that was split at ``</``, with marks in place of the tags of italics and the like.

    Raises
    ------
    NotPlainError
        If there are none, or the marks would not be the only ones of their kind, or a formula is not well-formed
        beyond doubt.

    Examples
    --------
    >>> marked(["<a>CD8<sup>+", "sup> cells", "a>"])
    ['<a>CD8\x0e+\x0f cells', 'a>']
    """
    found: list[str] = []
    together: list[str] = []  # the parts of the last one, if it has several
    for piece in pieces:
        if piece[:1] in FIRST and piece.startswith(ENDS) and found:
            together = together or [found[-1]]
            name, _, rest = piece.partition(">")
            together += (INLINE[name][1], rest) if name in INLINE else ("</", piece)
            continue
        if together:
            found[-1], together = _with_marks("".join(together)), []
        found.append(piece)
    if together:
        found[-1] = _with_marks("".join(together))
    whole = "".join(pieces)
    if len(found) == len(pieces) or any(mark in whole for mark in MARKS):
        raise NotPlainError
    return found


def unmarked(text: str) -> str:
    r"""Return a text without the marks in it, which must be paired.

    Raises
    ------
    NotPlainError
        If they are not, or there is no text but marks.

    Examples
    --------
    >>> unmarked("CD8\x0e+\x0f cells")
    'CD8+ cells'
    """
    data = text.encode("utf-8", "surrogatepass")
    opened: list[int] = []
    for mark in data.translate(None, OTHER_BYTES):
        if mark in END_OF and len(opened) < DEEPEST:
            opened.append(END_OF[mark])
        elif not opened or opened.pop() != mark:
            raise NotPlainError
    bare = data.translate(None, MARK_BYTES).decode("utf-8", "surrogatepass")
    if opened or not bare.strip():
        raise NotPlainError
    return bare


def _with_marks(text: str) -> str:
    """Return a text, in which the end tags of italics and the like are marks, with marks for their start tags too."""
    for name, (begin, _) in INLINE.items():
        text = text.replace(f"<{name}>", begin)
    return MATHML.sub(_formula, text) if "<mml:" in text else text


def _formula(match: re.Match[str]) -> str:
    """Return the text in a formula, between marks."""
    formula = match[0]
    tags = TAG.findall(formula)
    if len(tags) != formula.count("<") or tags[0][2] != NAMESPACE:
        raise NotPlainError
    opened: list[str] = []
    for at, (closing, name, attributes, empty) in enumerate(tags):
        if closing:
            if attributes or empty or not opened or opened.pop() != name:
                raise NotPlainError
            continue
        names = ATTRIBUTE.findall(attributes)
        if len(set(names)) < len(names) or (at and ":" in "".join(names)) or len(opened) > DEEPEST:
            raise NotPlainError
        if not empty:
            opened.append(name)
    if opened:
        raise NotPlainError
    begin, end = FORMULA
    return f"{begin}{TAG.sub('', formula)}{end}"
