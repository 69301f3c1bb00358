"""Read tagged text of any dialect: cut it into records, records into tags and values, and account for each line.

The formats differ in how a tag is written, what begins and ends a record, and which lines stand between records. That
is data (`Dialect`); the reading is the same. What is odd is read and said: values that go on without indent, unknown
tags, a record without its first or last line, text between records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from jakdb.words import RawRecord, Reject
from jaksearch.formats.limits import MAX_LINES, MAX_VALUE, UNKNOWN, beginning, is_known, oversize
from jaksearch.formats.source import MAX_RECORD, lines_of, too_long

__all__ = ["Dialect", "LineRule", "read_dialect"]

NO_TAGS: frozenset[str] = frozenset()
MAX_TAGS = 400
"""Different tags of one record that are remembered; no format has as many."""
LineRule = Callable[[str, str, frozenset[str], bool], bool]
"""``begins(tag, value, tags the record has so far, whether a blank line stands before)``."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one format writes its records.

    Attributes
    ----------
    line : re.Pattern
        A tagged line: group 1 is the tag, group 2 the value.
    begins : callable
        Whether a tagged line begins a record.
    first : str
        The tag that begins a record, for sentences.
    tags : frozenset of str
        Tags we know; any other is kept with a warning. Empty: every tag is taken as it comes.
    mark : re.Pattern or None
        A line without a tag that begins a record (``<12. >``).
    end : re.Pattern or None
        The line that ends a record.
    outside : re.Pattern or None
        A line that belongs to no record (the header and the last line of a file).
    listed : frozenset of str
        Tags whose further lines are values of their own (one author a line).
    known_by, people, where : frozenset of str
        A record is known by one tag of `known_by`, or by one of `people` with one of `where`.
    indented : bool
        Whether an indented line never holds a tag.
    """

    line: re.Pattern[str]
    begins: LineRule
    first: str
    known_by: frozenset[str]
    people: frozenset[str] = frozenset()
    where: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    mark: re.Pattern[str] | None = None
    end: re.Pattern[str] | None = None
    outside: re.Pattern[str] | None = None
    listed: frozenset[str] = frozenset()
    indented: bool = True


@dataclass(slots=True)
class _Block:
    """The lines of one record: where they start, how they begin and end, and what was odd."""

    start: int
    lines: list[str] = field(default_factory=list)
    marked: bool = False
    begun: bool = True
    closed: bool = False
    warnings: list[str] = field(default_factory=list)
    tags: frozenset[str] = NO_TAGS


def read_dialect(text: str | Iterable[str], dialect: Dialect) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of a tagged text (or of its lines) as a raw record or a reject, numbered from 1.

    Raises
    ------
    InputError
        If a record has no end within `jaksearch.formats.source.MAX_RECORD` characters. Records beyond the limits of
        `jaksearch.formats.limits` are rejects.

    Examples
    --------
    >>> dialect = Dialect(
    ...     line=re.compile(r"([A-Z]): (.*)"), begins=lambda tag, *_: tag == "T", first="T", known_by=frozenset("T")
    ... )
    >>> [record.fields for record in read_dialect("T: Hair\nA: Liu\nT: Loss\n  of hair\n", dialect)]
    [(('T', 'Hair'), ('A', 'Liu')), (('T', 'Loss\nof hair'),)]
    """
    for number, block in enumerate(_blocks(lines_of(text), dialect), start=1):
        yield _read_block(block, number, dialect)


def _blocks(lines: Iterator[str], dialect: Dialect) -> Iterator[_Block]:
    """Cut the lines into records; text between records becomes a warning of the next one (or of the last)."""
    block: _Block | None = None  # being read
    last: _Block | None = None  # the newest, given out when the next begins: text may stand behind the last of all
    junk = size = 0
    blank = False
    for number, line in enumerate(lines, start=1):
        size += len(line) + 1
        if not line or line.isspace():
            if block is not None and len(block.lines) <= MAX_LINES:
                block.lines.append(line)
            blank = True
            continue
        parsed = _tag_of(line, dialect)
        opened: _Block | None = None
        if dialect.outside and dialect.outside.match(line):
            block = None
        elif dialect.end and dialect.end.match(line):
            if block is not None:
                block.lines.append(line)
                block.closed = True
            block = None
        elif dialect.mark and dialect.mark.match(line):
            opened = _Block(number, [line], marked=True)
        elif parsed and (block is None or (block.tags and dialect.begins(parsed[0], parsed[1], block.tags, blank))):
            opened = _Block(number, [line], begun=dialect.begins(parsed[0], parsed[1], NO_TAGS, blank))
            opened.tags = frozenset((parsed[0],))
        elif block is not None:
            if size > MAX_RECORD:
                raise too_long(block.start)
            if len(block.lines) <= MAX_LINES:
                block.lines.append(line)
            if parsed and parsed[0] not in block.tags and len(block.tags) < MAX_TAGS:
                block.tags |= {parsed[0]}
        else:
            junk = junk or number
        if opened is not None:
            if last is not None:
                yield last
            if junk:
                opened.warnings.append(f"line {junk}: text between records left out")
            block = last = opened
            junk, size = 0, len(line) + 1
        blank = False
    if last is not None:
        if junk:
            last.warnings.append(f"line {junk}: text after the last record left out")
        yield last


def _tag_of(line: str, dialect: Dialect) -> tuple[str, str] | None:
    """Return tag and value of a tagged line."""
    if dialect.indented and line[0].isspace():
        return None
    match = dialect.line.match(line)
    return (match[1], (match[2] or "").strip()) if match else None


def _read_block(block: _Block, number: int, dialect: Dialect) -> RawRecord | Reject:
    """Make one record or one reject of a block."""
    lines = block.lines
    while lines and not lines[-1].strip():
        lines.pop()
    text = "\n".join(lines)
    warnings = block.warnings
    if len(lines) > MAX_LINES:
        return _reject(block, number, *beginning(text, oversize((), lines=len(lines))))
    if not block.begun and not block.marked:
        warnings.append(f"line {block.start}: begins without {dialect.first}")
    fields = _fields(block, dialect)
    if len(text) > MAX_VALUE and (reason := oversize(fields)):
        return _reject(block, number, *beginning(text, reason))
    if dialect.end and not block.closed:
        warnings.append(f"line {block.start}: no line that ends the record")
    if dialect.first not in dialect.known_by and not any(tag != dialect.first for tag, _ in fields):
        return _reject(block, number, f"nothing but {dialect.first if fields else 'its first line'}", text)
    if not is_known(fields, dialect.known_by, people=dialect.people, where=dialect.where):
        return _reject(block, number, UNKNOWN, text)
    return RawRecord(number, block.start, text, tuple(fields), tuple(warnings))


def _reject(block: _Block, number: int, reason: str, text: str) -> Reject:
    """Return the reject of a block, which also tells of text that was left out around it."""
    left_out = [warning for warning in block.warnings if warning.endswith("left out")]
    return Reject(number, block.start, "; ".join((reason, *left_out)), text)


def _fields(block: _Block, dialect: Dialect) -> list[tuple[str, str]]:
    """Return tag and value of each line; lines without a tag go on with the value above."""
    found: list[tuple[str, list[str]]] = []
    loose = False  # whether the line above went on without an indent
    lines = block.lines[:-1] if block.closed else block.lines
    for offset, line in enumerate(lines):
        if not line or line.isspace() or (block.marked and not offset):
            continue
        at = block.start + offset
        parsed = _tag_of(line, dialect)
        known = parsed is not None and (not dialect.tags or parsed[0] in dialect.tags)
        if parsed and (known or not loose):
            if not known:
                block.warnings.append(f"line {at}: unknown tag {parsed[0]}, kept")
            found.append((parsed[0], [parsed[1]]))
            loose = False
            continue
        if not found:
            block.warnings.append(f"line {at}: text before the first tag left out")
            continue
        tag, pieces = found[-1]
        if not line[0].isspace():
            if not loose:
                block.warnings.append(f"line {at}: no tag, joined to {tag}")
            loose = True
        if tag in dialect.listed:
            found.append((tag, [line.strip()]))
        else:
            pieces.append(line.strip())
    # An empty value says nothing, but the first tag must stay: it shows that the record was begun.
    return [(tag, value) for tag, pieces in found if (value := "\n".join(pieces).strip()) or tag == dialect.first]
