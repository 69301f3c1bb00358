"""Read PubMed's tagged text (MEDLINE, .nbib), ERIC's too.

Every line is a tag of up to four characters, a hyphen and a value; values go on in lines with six blanks. A record
begins with ``PMID`` (or ``OWN``, in ERIC's files) and blank lines stand between records, but neither is trusted alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import dropwhile, takewhile

from jakdb.words import RawRecord, Reject
from jaksearch.formats.limits import MAX_LINES, MAX_VALUE, UNKNOWN, beginning, is_known, oversize
from jaksearch.formats.source import MAX_RECORD, lines_of, too_long

__all__ = ["TAGS", "read_medline"]

_TAGS = """
    AB AD AID AU AUID BTI CDAT CI CIN CN COI COIS CON CP CRDT CRF CRI CTDT CTI CY DA DCOM DDIN DEP DP DRDT DRIN ECF
    ECI ED EDAT EFR EIN EN FAU FED FIR FPS GN GR GS IP IPDAT IR IRAD IROF IS ISBN ISSN JID JT LA LID LR MH MHDA MID
    MRI NM NR OAB OABL OCI OCRF OID ORI OT OTO OWN PB PG PHST PL PMC PMCR PMID PRIN PS PST PT PUBM RCI RF RIN RN ROF
    RPF RPI RRF RRI SB SFM SI SO SPIN STAT TA TI TT UIN UN UOF URL VI VTI
"""
TAGS = frozenset(_TAGS.split())
ODD = ("\n       ", "\n\n", "  \n      ", "\n      \n", "\t")
"""What no value has that is wrapped as PubMed does it."""
EXACT = {f"{tag:4}- ": tag for tag in TAGS}
"""How a line begins as PubMed writes it."""
LINE = re.compile(r"([A-Z][A-Z0-9]{1,3})( {0,3})-(.*)$", re.DOTALL)
FIRST = frozenset(("PMID", "OWN"))
INSIDE = (frozenset(EXACT) | {" " * 6}) - {"PMID- ", "OWN - "}
LOOK = 1 << 20
"""So many characters are taken before a record's size is looked at again."""
INSTEAD = frozenset(("PMC", "PMCR"))
WHOLE = 3
"""Lines without a blank one between them: a file with every second line blank has no such three."""
TITLES = ("TI  -", "BTI -", "CTI -")
HEADER = frozenset(("OWN", "STAT", "DRDT", "CTDT", "DCOM", "LR", "DA", "CRDT"))
ONCE = frozenset(("PMID", "TI", "JT", "TA", "DP", "OWN", "STAT"))
KNOWN_BY = frozenset(("PMID", "TI", "BTI", "CTI", "VTI", "TT", "AB", "LID", "AID", "PMC", "PMCR", "OID", "OAB", "MID"))
PEOPLE = frozenset(("FAU", "AU", "CN"))
WHERE = frozenset(("DP", "JT", "TA"))


def read_medline(text: str | Iterable[str], *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of a MEDLINE text, as a raw record or a reject, numbered from 1.

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
    >>> [record] = read_medline("PMID- 1234\nTI  - Hair loss and\n      its treatment.\n")
    >>> record.fields
    (('PMID', '1234'), ('TI', 'Hair loss and its treatment.'))
    """
    for number, (start, lines, lead) in enumerate(_blocks(lines_of(text)), start=1):
        warnings = [f"line {lead}: text before the first record left out"] if lead else []
        yield _read_record(lines, start, number, warnings)


def _blocks(lines: Iterator[str]) -> Iterator[tuple[int, list[str], int]]:
    """Yield the line on which a record begins, its lines, and for the first the line of any text before it."""
    start = lead = first = size = 0
    look = LOOK
    block: list[str] = []
    blank = True
    for number, line in enumerate(lines, start=1):
        if line[:6] in INSIDE and not blank:  # nearly every line
            block.append(line)
            size += len(line) + 1
            if size < look:
                continue
            look = size + LOOK
            del block[MAX_LINES + 1 :]
            if size <= MAX_RECORD:
                continue
            raise too_long(start)
        if not line or line.isspace():
            blank = True
        elif tag := _tag_of(line):
            if not start or _begins(tag, block, blank=blank):
                if start:
                    yield start, block, lead
                    lead = 0
                else:
                    lead = first
                start, block, size, look = number, [], 0, LOOK
            blank = False
        else:
            # An untagged line does not end the pause: a search's heading may stand between two records.
            first = first or number
        if start:
            size += len(line) + 1
            if size > MAX_RECORD:
                raise too_long(start)
            if len(block) <= MAX_LINES:
                block.append(line)
    if start:
        yield start, block, lead


def _begins(tag: str, block: list[str], *, blank: bool) -> bool:
    """Say whether a tag begins a new record after the lines of the record so far."""
    if tag in FIRST and blank:
        return True
    if tag in INSTEAD and blank:  # a book or an article of PMC without a PMID, behind a whole record
        before = list(takewhile(str.strip, dropwhile(lambda line: not line.strip(), reversed(block))))
        return len(before) >= WHOLE and any(line.startswith(TITLES) for line in block)
    if tag not in (ONCE if blank else FIRST):
        return False
    seen = {found for line in block if line.strip() and (found := _tag_of(line))}
    return tag in seen or (tag == "PMID" and not seen <= HEADER)


def _tag_of(line: str) -> str | None:
    """Return the tag of a line, or None for a line without one."""
    match = LINE.match(line)
    if match is None:
        return None
    tag, gap, value = match.groups()
    # A tag we do not know must stand as PubMed writes it: "BRCA-1" at a line's beginning is no tag.
    return tag if tag in TAGS or (len(tag) + len(gap) == 4 and value.startswith(" ")) else None


def _read_record(lines: list[str], line: int, number: int, warnings: list[str]) -> RawRecord | Reject:
    """Make one record or one reject of the lines of a record."""
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) > MAX_LINES:
        return Reject(number, line, *beginning(lines, oversize((), lines=len(lines))))
    text = "\n".join(lines)
    fields = _plain_fields(text)
    if fields is None:
        fields = _careful_fields(lines, line, warnings)
    if len(text) > MAX_VALUE and (reason := oversize(fields)):
        return Reject(number, line, *beginning(text, reason))
    if is_known(fields, KNOWN_BY, people=PEOPLE, where=WHERE):
        return RawRecord(number, line, text, fields, tuple(warnings))
    return Reject(number, line, UNKNOWN, text)


def _plain_fields(text: str) -> tuple[tuple[str, str], ...] | None:
    """Return tag and value of a record written as PubMed writes it; None if anything is odd."""
    if any(odd in text for odd in ODD):
        return None
    fields = []
    for row in text.replace(" \n      ", " ").replace("\n      ", " ").split("\n"):
        tag = EXACT.get(row[:6])
        if tag is None:
            return None
        if value := row[6:].strip():
            fields.append((tag, value))
    return tuple(fields)


def _careful_fields(lines: list[str], line: int, warnings: list[str]) -> tuple[tuple[str, str], ...]:
    """Return tag and value of each line; lines without a tag go on with the value above."""
    found: list[tuple[str, list[str]]] = []
    blank = False
    for offset, row in enumerate(lines):
        if row.startswith("      "):
            found[-1][1].append(row.strip())
        elif not row or row.isspace():
            blank = True
        elif tag := _tag_of(row):
            if tag not in TAGS:
                warnings.append(f"line {line + offset}: unknown tag {tag}, kept")
            if blank:
                warnings.append(f"line {line + offset}: blank line inside a record")
            found.append((tag, [row[row.index("-") + 1 :].strip()]))
            blank = False
        elif blank:
            warnings.append(f"line {line + offset}: text between records left out")
        else:
            warnings.append(f"line {line + offset}: no tag, joined to {found[-1][0]}")
            found[-1][1].append(row.strip())
    return tuple((tag, value) for tag, pieces in found if (value := " ".join(filter(None, pieces))))
