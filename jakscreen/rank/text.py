"""What a report says, field by field, and the words in it; Chinese by pairs of characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from jakdb.words import Record

if TYPE_CHECKING:
    from opencc import OpenCC

__all__ = ["ReportText", "has_ideograph", "report_fields", "report_text", "terms", "words"]

_IDEOGRAPHS = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_WORD = re.compile(r"\w\w+")
_HAS_IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
_PIECE = re.compile(f"([{_IDEOGRAPHS}]+)|((?:(?![{_IDEOGRAPHS}])\\w){{2,}})")
_KANA = re.compile("[\u3040-\u30ff]")


@dataclass(frozen=True, slots=True)
class ReportText:
    """The fields of a report that a ranking reads; what the sources do not say is empty.

    Attributes
    ----------
    title, abstract : str
        Each from the record that says most; a title in a second script stands behind the first.
    keywords : tuple of str
        Subject headings (MeSH) and authors' keywords.
    authors : tuple of str
        Family names with initials.
    journal : str
        As printed.
    """

    title: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    journal: str = ""

    def __str__(self) -> str:
        """Return title, abstract and keywords as one text."""
        return " ".join(part for part in (self.title, self.abstract, "; ".join(self.keywords)) if part)


def report_fields(records: Sequence[Record]) -> ReportText:
    """Return what the records of a report say, each field from the record that says most.

    Examples
    --------
    >>> one, two = Record(title="Ruxolitinib", id=1), Record(title="Ruxolitinib.", abstract="Twelve adults.", id=2)
    >>> report_fields([one, two])
    ReportText(title='Ruxolitinib.', abstract='Twelve adults.', keywords=(), authors=(), journal='')
    """
    if not records:
        return ReportText()
    titles = {r.title: None for r in records} | {r.translated_title: None for r in records}
    title = max((r.title for r in records), key=len)
    other = [t for t in titles if t and has_ideograph(t) != has_ideograph(title)]
    authors = max((r.authors for r in records), key=len)
    return ReportText(
        title=" ".join(part for part in (title, *other[:1]) if part),
        abstract=max((r.abstract for r in records), key=len),
        keywords=max((r.keywords + r.mesh for r in records), key=len),
        authors=tuple(a.literal or f"{a.family} {a.given[:1]}".strip() for a in authors),
        journal=max((r.journal for r in records), key=len),
    )


def report_text(records: Sequence[Record]) -> str:
    """Return the text of a report: title, abstract and keywords, each from the record that says most.

    Examples
    --------
    >>> report_text([Record(title="Ruxolitinib", id=1), Record(title="Ruxolitinib.", abstract="Twelve adults.", id=2)])
    'Ruxolitinib. Twelve adults.'
    """
    return str(report_fields(records))


def words(text: str) -> list[str]:
    """Return the words of a text in order: two or more letters; of Chinese, pairs of neighbouring characters.

    Traditional characters become simplified ones, full-width letters become letters.

    Examples
    --------
    >>> words("Oral JAK1 inhibitors, a trial")
    ['oral', 'jak1', 'inhibitors', 'trial']
    >>> words("JAK抑制剂 for 斑"), words("斑禿") == words("斑秃")
    (['jak', '抑制', '制剂', 'for', '斑'], True)
    """
    text = _plain(text)
    if text.isascii() or not has_ideograph(text):
        return _WORD.findall(text)
    found: list[str] = []
    for ideographs, word in _PIECE.findall(text):
        found.extend([word] if word else _ideograph_pairs(ideographs))
    return found


def terms(text: str) -> Iterator[str]:
    """Yield the words of a text, and the pairs of neighbouring ones that are not Chinese.

    Examples
    --------
    >>> list(terms("Oral JAK inhibitors"))
    ['oral', 'jak', 'inhibitors', 'oral jak', 'jak inhibitors']
    >>> list(terms("JAK抑制剂 for 斑"))
    ['jak', '抑制', '制剂', 'for', '斑']
    """
    run: list[str] = []
    for word in words(text):
        if has_ideograph(word):
            yield from _with_pairs(run)
            run = []
            yield word
        else:
            run.append(word)
    yield from _with_pairs(run)


def has_ideograph(text: str) -> bool:
    """Say whether a text holds Chinese characters or kana.

    >>> has_ideograph("斑秃"), has_ideograph("alopécie")
    (True, False)
    """
    return not text.isascii() and _HAS_IDEOGRAPH.search(text) is not None


def _plain(text: str) -> str:
    """Return the text in lower case, full-width letters and traditional characters made plain."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).lower()
    if has_ideograph(text) and not _KANA.search(text):
        simple: str = _simplifier().convert(text)
        return simple
    return text


def _ideograph_pairs(run: str) -> list[str]:
    """Return the pairs of neighbours, or the only character."""
    return [run] if len(run) == 1 else [run[start : start + 2] for start in range(len(run) - 1)]


def _with_pairs(run: Sequence[str]) -> Iterator[str]:
    """Yield words and pairs of neighbours."""
    yield from run
    for one, two in pairwise(run):
        yield f"{one} {two}"


@cache
def _simplifier() -> OpenCC:
    """Return OpenCC's table from traditional to simplified characters, read when the first Chinese text comes."""
    from opencc import OpenCC  # noqa: PLC0415 - not before there is Chinese text

    return OpenCC("t2s")
