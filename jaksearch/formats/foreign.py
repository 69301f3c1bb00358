"""Find stretches of another format inside a text, so that they are rejected with their text and melt into no record.

People put exports one behind the other into one file. A reader of one format would take the records of another for a
long last value, or for text between records.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from jakdb.words import RawRecord, Reject
from jaksearch.formats.limits import MAX_KEPT, beginning

__all__ = ["WATCHED", "Watched", "with_stretches"]

BEGINS = {
    name: re.compile(pattern)
    for name, pattern in {
        "ris": r"TY  - [A-Z]{2,6}\s*$",
        "medline": r"PMID- ?\d{1,9}\s*$",
        "wos": r"PT [JBSP]\s*$",
        "refer": r"%0 [A-Z][A-Za-z ]+$",
        "noteexpress": r"\{Reference Type\} ?[:：]",
        "refworks": r"RT (?:Journal|Book|Dissertation|Conference|Generic|Thesis)",
        "bibtex": r"@(?:article|book|inproceedings|incollection|misc|phdthesis)\s*\{[^\s,{}]*,\s*$",
        "estudy": r"(?:DataType: ?\d|SrcDatabase-来源库)",
    }.items()
}
"""How a record of a format begins, so strictly that no sentence does."""
OTHERS_BEGIN = {"ovid": re.compile(r"\s*<\s*\d+"), "cochrane": re.compile(r"Record #?\d+ of \d+")}
WATCHED = frozenset(BEGINS) | frozenset(OTHERS_BEGIN)
"""Formats in which stretches are looked for."""
FIRST_LETTERS = frozenset(
    ("TY ", "PMI", "PT ", "%0 ", "{Re", "RT ", "@ar", "@bo", "@in", "@mi", "@ph", "Dat", "Src")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Lines of another format: where they begin, which format, how many records begin there, and their text."""

    line: int
    format: str
    records: int
    text: str


class Watched(Iterator[str]):
    r"""The lines of a text, empty where another format stands.

    Parameters
    ----------
    lines : iterable of str
        The lines.
    own : str
        The format that is read.

    Attributes
    ----------
    stretches : list
        What was found so far and not yet handed on.

    Examples
    --------
    >>> text = "PMID- 1\nTI  - Hair\n\nTY  - JOUR\nTI  - Loss\nER  - \nPMID- 2\nTI  - Skin"
    >>> watched = Watched(text.split("\n"), "medline")
    >>> list(watched)
    ['PMID- 1', 'TI  - Hair', '', '', '', '', 'PMID- 2', 'TI  - Skin']
    >>> [(stretch.line, stretch.format, stretch.records) for stretch in watched.stretches]
    [(4, 'ris', 1)]
    """

    def __init__(self, lines: Iterable[str], own: str) -> None:
        self.stretches: list[_Stretch] = []
        self._lines = self._watch(lines, own)

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def __next__(self) -> str:
        return next(self._lines)

    def _watch(self, lines: Iterable[str], own: str) -> Iterator[str]:
        """Yield the lines and put stretches aside."""
        own_begins = BEGINS.get(own) or OTHERS_BEGIN[own]
        begun: tuple[int, str] | None = None
        kept: list[str] = []
        size = records = 0
        for number, line in enumerate(lines, start=1):
            if begun is None and line[:3] not in FIRST_LETTERS:  # nearly every line
                yield line
                continue
            if own_begins.match(line):
                if begun:
                    self.stretches.append(_Stretch(*begun, records, "\n".join(kept)))
                    begun = None
                yield line
                continue
            other = next((name for name, pattern in BEGINS.items() if pattern.match(line)), "")
            if begun is None and not other:
                yield line
                continue
            if begun is None:
                begun, kept, size, records = (number, other), [], 0, 0
            records += bool(other)
            if size <= MAX_KEPT:
                kept.append(line)
                size += len(line) + 1
            yield ""
        if begun:
            self.stretches.append(_Stretch(*begun, records, "\n".join(kept)))


def with_stretches(items: Iterable[RawRecord | Reject], watched: Watched) -> Iterator[RawRecord | Reject]:
    """Yield what a reader made of watched lines, and each stretch as a reject at its place; numbers run on."""
    number = 0
    for item in items:
        while watched.stretches and watched.stretches[0].line < item.line:
            number += 1
            yield _reject(watched.stretches.pop(0), number)
        number += 1
        yield item if item.number == number else replace(item, number=number)
    for stretch in watched.stretches:
        number += 1
        yield _reject(stretch, number)


def _reject(stretch: _Stretch, number: int) -> Reject:
    """Return a stretch as a reject."""
    what = f"{stretch.records} record{'s' if stretch.records > 1 else ''} of another format ({stretch.format})"
    reason, text = beginning(stretch.text, f"{what} in this file: save them as a file of their own")
    return Reject(number, stretch.line, reason, text)
