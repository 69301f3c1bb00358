"""Read RIS in every dialect we have met, and account for each record.

A record begins at ``TY`` and ends at ``ER``; where one of them is missing the next ``TY`` or the end of the file ends
it, with a warning. Tagged lines outside a record become one reject. Everything else that is odd (one blank before the
hyphen, unknown tags, values that go on without indent, text between records) is read and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from jakdb.words import RawRecord, Reject
from jaksearch.formats.limits import MAX_LINES, MAX_VALUE, NOTHING, UNKNOWN, beginning, is_known, oversize
from jaksearch.formats.source import MAX_RECORD, lines_of, too_long

__all__ = ["KNOWN_BY", "PEOPLE", "TAGS", "WHERE", "read_ris"]

_TAGS = """
    A1 A2 A3 A4 A5 AB AD AF AI AN AR AU AV BT C1 C2 C3 C4 C5 C6 C7 C8 CA CC CL CN CP CR CT CY DA DB DE DI DO DP DS ED EP
    ER ET FD FT FU FX H1 H2 ID IP IS J1 J2 J9 JA JF JI JN JO JP KW L1 L2 L3 L4 L5 LA LB LK LL LP LS M1 M2 M3 M4 M5 MA N1
    N2 NO NS NV OL OP OT PA PB PD PG PI PM PMCID PMID PN PP PT PU PY RD RI RN RP SE SI SN SP ST SV T1 T2 T3 TA TI TS TT
    TY U1 U2 U3 U4 U5 UR UT VL VO WE WP WT WV Y1 Y2 YR
"""
TAGS = frozenset(_TAGS.split())
"""Tags of the specification and of the dialects; any other two characters are kept with a warning."""

FRAME = frozenset(("TY", "ER"))
EXACT = {f"{tag}  - ": tag for tag in TAGS - FRAME if len(tag) == 2}
"""How a line inside a record begins by the specification."""
LOOK = 1 << 20
"""So many characters are taken before a record's size is looked at again."""
GAP = r"[ \t\xa0]"
LINE = re.compile(rf"[ \t\xa0]{{0,3}}([A-Z][A-Z0-9]|PMC?ID)({GAP}{{0,4}})[-–](?:{GAP}+(.*)|(.*))$", re.DOTALL)
BEGIN = re.compile(rf"[ \t\xa0]{{0,3}}TY({GAP}{{0,4}})[-–]{GAP}*(.*)$")
END = re.compile(rf"[ \t\xa0]{{0,3}}ER(?:{GAP}{{0,4}}[-–]{GAP}*(.*))?$")
KIND = re.compile(r"[A-Za-z][A-Za-z0-9 _/,()-]{0,39}")
CODE = re.compile(r"[A-Z]{2,12}")
SEPARATOR = re.compile(
    r"\s*(?:\d+\.|<\s*\d+\s*\.?\s*>|Record #?\d+ of \d+|Link to the .*"
    r"|(?:Provider|Database|Content|Source|Export(?:ed)?)\b.*:.*)\s*$",
    re.IGNORECASE,
)
LINK = re.compile(r"\s*Link to the (?:Ovid|Full|External) [^:]{0,60}:\s*(?:https?://\S+)?\s*$", re.IGNORECASE)
ADDRESS = re.compile(r"\s*https?://\S+\s*$")
END_OF_FILE = re.compile(rf"EF(?:{GAP}{{0,4}}-{GAP}*)?$")
TITLE = frozenset(("TI", "T1", "CT", "BT", "TT"))
KNOWN_BY = TITLE | frozenset(("DO", "DI", "AN", "UT", "PMID", "PMCID", "U2", "C5", "AB", "N2", "UR", "L3", "PM"))
PEOPLE = frozenset(("AU", "A1", "A2", "ED"))
NOTES = frozenset(("N1", "AD", "M1", "U3"))
WHERE = frozenset(("PY", "Y1", "DA", "T2", "JF", "JO", "JA", "J2"))


@dataclass(slots=True)
class _Block:
    """Lines that belong together: where they start, whether TY and ER frame them, and junk around."""

    start: int
    lines: list[str]
    begun: bool
    closed: bool = False
    followed: bool = False
    warnings: list[str] = field(default_factory=list)


def read_ris(text: str | Iterable[str], *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of an RIS text, as a raw record or a reject, numbered from 1.

    Parameters
    ----------
    text : str or iterable of str
        The file's text with newlines as ``\n``, or its lines; of lines only one record's are held.
    columns : object
        Not used; it is there because every reader takes it.

    Raises
    ------
    InputError
        If a record has no end within `jaksearch.formats.source.MAX_RECORD` characters. Records beyond the limits of
        `jaksearch.formats.limits` are rejects.

    Examples
    --------
    >>> [record] = read_ris("TY  - JOUR\nTI  - Hair\nER  - \n")
    >>> record.fields
    (('TY', 'JOUR'), ('TI', 'Hair'))
    >>> [reject] = read_ris("TY  - JOUR\nPB  - Elsevier\nER  - \n")
    >>> reject.line, reject.reason
    (1, 'nothing to know the record by: no title, identifier, abstract, or author with year or journal')
    """
    for number, block in enumerate(_Cutter().blocks(lines_of(text)), start=1):
        yield _read_block(block, number)


class _Cutter:
    """Cuts lines into records; text between records becomes a warning of the next one (or of the last)."""

    def __init__(self) -> None:
        self.block: _Block | None = None  # being read
        self.ready: _Block | None = None  # ended; it waits until it is clear that no text stands behind the last record
        self.junk = 0  # first line of text that stands between records
        self.doubtful: list[str] = []  # "ER …" that may belong to a sentence, and the lines until that is clear
        self.doubtful_at = 0
        self.done: list[_Block] = []  # known to be whole

    def blocks(self, lines: Iterator[str]) -> Iterator[_Block]:
        """Yield the records."""
        kept: list[str] = []
        size, look = 0, LOOK
        for number, line in enumerate(lines, start=1):
            if kept and (line[:6] in EXACT or not line):  # nearly every line
                kept.append(line)
                size += len(line) + 1
                if size < look:
                    continue
                look = size + LOOK
                del kept[MAX_LINES + 1 :]
                if size <= MAX_RECORD:
                    continue
                raise too_long(self.block.start if self.block else number)
            before = self.block
            self._line(number, line)
            if self.done:
                yield from self.done
                self.done.clear()
            if self.block is not before:
                size, look = 0, LOOK
            size += len(line) + 1
            if size > MAX_RECORD:
                raise too_long(self.block.start if self.block else number)
            kept = self.block.lines if self.block and not self.doubtful else []
        if self.doubtful:
            self._settle(begins=True)
        yield from self.done
        if last := self.block or self.ready:
            if self.junk:
                last.warnings.append(f"line {self.junk}: text after the last record left out")
            yield last

    def _line(self, number: int, line: str) -> None:
        """Take one line."""
        if self.doubtful:
            if not line or line.isspace() or SEPARATOR.match(line):
                self.doubtful.append(line)
                return
            self._settle(begins=_begins(line))
        head = (line.lstrip() if line[:1].isspace() else line)[:2]
        if head == "TY" and _begins(line):
            if self.block is not None:
                self.block.followed = True
            self._open(number, line)
        elif head == "ER" and (match := END.match(line.rstrip())):
            rest = match[1]
            if rest and rest.startswith("TY") and _begins(rest):
                if self.block is not None:
                    self.block.lines.append("ER  - ")
                    self.block.closed = True
                self._open(number, rest)
            elif rest == "":
                self._close(line)
            else:
                self.doubtful, self.doubtful_at = [line], number
        else:
            self._inside_or_between(number, line)

    def _inside_or_between(self, number: int, line: str) -> None:
        """Take a line that neither begins nor ends a record."""
        if self.block is not None:
            if len(self.block.lines) <= MAX_LINES:
                self.block.lines.append(line)
        elif line and not line.isspace():
            if END_OF_FILE.match(line):
                return  # how Web of Science ends a file
            if _tag_of(line):
                self._open(number, line, begun=False)
            elif not SEPARATOR.match(line):
                self.junk = self.junk or number

    def _settle(self, *, begins: bool) -> None:
        """Decide whether "ER …" ended a record: a record begins behind it, or nothing does; else it is text."""
        lines, self.doubtful = self.doubtful, []
        if begins:
            self._close(lines[0])
            return
        for number, line in enumerate(lines, start=self.doubtful_at):
            self._inside_or_between(number, line)

    def _close(self, line: str) -> None:
        """End the record."""
        if self.block is not None:
            self.block.lines.append(line)
            self.block.closed = True
            self.block, self.ready = None, self.block

    def _open(self, number: int, line: str, *, begun: bool = True) -> None:
        """Begin a record and tell it of the text left out before it; the one before is whole."""
        if before := self.block or self.ready:
            self.done.append(before)
        self.ready = None
        self.block = _Block(number, [line], begun)
        if self.junk:
            self.block.warnings.append(f"line {self.junk}: text between records left out")
            self.junk = 0


def _begins(line: str) -> bool:
    """Say whether a line begins a record, and is not a sentence that starts with TY."""
    if not (match := BEGIN.match(line.rstrip())):
        return False
    gap, kind = match.groups()
    if not kind:
        return True
    return bool(KIND.fullmatch(kind) if gap == "  " else CODE.fullmatch(kind))


def _tag_of(line: str) -> tuple[str, str, bool] | None:
    """Return tag, value and whether the line is written as the specification says; None for a line without a tag."""
    match = LINE.match(line)
    if not match:
        return None
    tag, gap, spaced, tight = match.groups()
    exact = gap == "  " and not tight
    # "T2-weighted" and "CT -guided" go on with the line above; "TY  -JOUR" and "KW - hair" are tags.
    if not exact and (tag not in TAGS or (tight and len(gap) < 2)):
        return None
    return tag, (tight if spaced is None else spaced).strip(), exact


def _read_block(block: _Block, number: int) -> RawRecord | Reject:
    """Make one record or one reject of a block."""
    lines = block.lines
    while lines and not lines[-1].strip():
        lines.pop()
    text = "\n".join(lines)
    warnings = block.warnings
    if len(lines) > MAX_LINES:
        return Reject(number, block.start, *beginning(text, oversize((), lines=len(lines))))
    fields = _fields(block, warnings)
    if len(text) > MAX_VALUE and (reason := oversize(fields)):
        return Reject(number, block.start, *beginning(text, reason))
    if not block.begun:
        if not _surely_a_record(fields):
            return Reject(number, block.start, "fields without TY, the line that begins a record", text)
        warnings.append(f"line {block.start}: no TY, the line that begins a record")
    if not block.closed:
        ending = "no ER before the next TY" if block.followed else "no ER before the end of the file: perhaps cut off"
        warnings.append(f"line {block.start}: {ending}")
    if len(fields) <= 1:
        return Reject(number, block.start, "nothing but TY", text)
    if not is_known(fields, KNOWN_BY, people=PEOPLE, where=WHERE):
        return Reject(number, block.start, UNKNOWN, text)
    return RawRecord(number, block.start, text, tuple(fields), tuple(warnings))


def _fields(block: _Block, warnings: list[str]) -> list[tuple[str, str]]:
    """Return tag and value of each line; lines without a tag go on with the value above."""
    lines = block.lines[:-1] if block.closed else block.lines
    found = [(tag, line[6:].strip()) for line in lines if (tag := EXACT.get(line[:6]))]
    if len(found) == len(lines) - 1 and block.begun:  # a record as the specification wants it
        fields = [("TY", lines[0].split("-", 1)[1].strip())] if lines[0][2:6] == "  - " else []
        if fields:
            return fields + [pair for pair in found if pair[1]]
    return _careful_fields(block, lines, warnings)


def _careful_fields(block: _Block, lines: Sequence[str], warnings: list[str]) -> list[tuple[str, str]]:
    """Return tag and value of each line of a record that is not written as the specification wants it."""
    found: list[tuple[str, list[str]]] = []
    tail = 0  # how many pieces of the last value stand before a blank line and no tag
    blank = linked = False  # linked: whether the line above is a link that the export adds
    for offset, line in enumerate(lines):
        if exact_tag := EXACT.get(line[:6]):
            found.append((exact_tag, [line[6:].strip()]))
            blank = linked = False
            tail = 0
            continue
        if not line or line.isspace():
            blank = True
            continue
        at = block.start + offset
        parsed = _tag_of(line)
        # A line with TY or ER that neither begins nor ends the record is part of a sentence.
        if parsed and (offset == 0 or parsed[0] not in FRAME):
            tag, value, exact = parsed
            if tag not in TAGS:
                warnings.append(f"line {at}: unknown tag {tag}, kept")
            elif not exact and value:
                warnings.append(f"line {at}: tag {tag} not followed by two blanks, a hyphen and a blank")
            found.append((tag, [value]))
            blank = linked = False
            tail = 0
            continue
        if LINK.match(line):
            warnings.append(f"line {at}: a link that the export adds, left out")
            linked = True
            continue
        if linked and ADDRESS.match(line):
            continue
        linked = False
        tag, pieces = found[-1]
        if blank and not tail:
            tail = len(pieces)
        blank = False
        if not line[0].isspace() and len(pieces) == 1 and tag not in NOTES:
            warnings.append(f"line {at}: no tag, joined to {tag}")
        pieces.append(line.strip())
    if found and block.followed and not block.closed:
        _drop_text_before_next(found, tail, warnings, block.start)
    # An empty value says nothing, but TY must stay: it shows that the record was begun.
    return [(tag, value) for tag, pieces in found if (value := "\n".join(pieces).strip()) or tag == "TY"]


def _drop_text_before_next(found: list[tuple[str, list[str]]], tail: int, warnings: list[str], start: int) -> None:
    """Take away what stands between a record without ER and the next TY."""
    tag, pieces = found[-1]
    if tail:
        del pieces[tail:]
        if tail == 1:
            warnings[:] = [warning for warning in warnings if not warning.endswith(f": no tag, joined to {tag}")]
        warnings.append(f"line {start}: text between records left out")
    elif len(pieces) > 1 and SEPARATOR.match(pieces[-1]):
        pieces.pop()


def _surely_a_record(fields: Sequence[tuple[str, str]]) -> bool:
    """Say whether fields that no TY begins are one record: one title, and something beside it."""
    tags = {tag for tag, value in fields if value not in NOTHING}
    titles = max(sum(tag == title for tag, _ in fields) for title in TITLE)
    return titles == 1 and bool(tags & TITLE and tags & ((KNOWN_BY - TITLE) | PEOPLE | WHERE))
