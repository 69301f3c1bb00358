"""Read PubMed's tagged text (MEDLINE, .nbib), ERIC's too.

Every line is a tag of up to four characters, a hyphen and a value; values go on in lines with six blanks. A record
begins with ``PMID`` (or ``OWN``, in ERIC's files) and blank lines stand between records, but neither is trusted alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jakdb.words import RawRecord, Reject

__all__ = ["TAGS", "read_medline"]

_TAGS = """
    AB AD AID AU AUID BTI CDAT CI CIN CN COI COIS CON CP CRDT CRF CRI CTDT CTI CY DA DCOM DDIN DEP DP DRDT DRIN ECF
    ECI ED EDAT EFR EIN EN FAU FED FIR FPS GN GR GS IP IPDAT IR IRAD IROF IS ISBN ISSN JID JT LA LID LR MH MHDA MID
    MRI NM NR OAB OABL OCI OCRF OID ORI OT OTO OWN PB PG PHST PL PMC PMCR PMID PRIN PS PST PT PUBM RCI RF RIN RN ROF
    RPF RPI RRF RRI SB SFM SI SO SPIN STAT TA TI TT UIN UN UOF URL VI VTI
"""
TAGS = frozenset(_TAGS.split())
LINE = re.compile(r"([A-Z][A-Z0-9]{1,3})( {0,3})-(.*)$", re.DOTALL)
FIRST = frozenset(("PMID", "OWN"))
HEADER = frozenset(("OWN", "STAT", "DRDT", "CTDT", "DCOM", "LR", "DA", "CRDT"))
ONCE = frozenset(("PMID", "TI", "JT", "TA", "DP", "OWN", "STAT"))
KNOWN_BY = frozenset(("PMID", "TI", "BTI", "CTI", "VTI", "TT", "AB", "LID", "AID", "PMC", "PMCR", "OID", "OAB", "MID"))
PEOPLE = frozenset(("FAU", "AU", "CN"))
WHERE = frozenset(("DP", "JT", "TA"))


def read_medline(text: str, *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of a MEDLINE text, as a raw record or a reject, numbered from 1.

    Parameters
    ----------
    text : str
        The file's text with newlines as ``\n``.
    columns : object
        Not used; it is there because every reader takes it.

    Examples
    --------
    >>> [record] = read_medline("PMID- 1234\nTI  - Hair loss and\n      its treatment.\n")
    >>> record.fields
    (('PMID', '1234'), ('TI', 'Hair loss and its treatment.'))
    """
    lines = text.split("\n")
    starts = _starts(lines)
    if not starts:
        return
    ends = [*starts[1:], len(lines)]
    lead = next((i for i in range(starts[0]) if lines[i].strip()), None)
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
        warnings = (
            [f"line {lead + 1}: text before the first record left out"] if number == 1 and lead is not None else []
        )
        yield _read_record(lines[start:end], start + 1, number, warnings)


def _starts(lines: Sequence[str]) -> list[int]:
    """Return the indices of the lines on which records begin."""
    starts: list[int] = []
    seen: set[str] = set()
    blank = True
    for index, line in enumerate(lines):
        if not line or line.isspace():
            blank = True
            continue
        tag = _tag_of(line)
        if tag is None:
            # An untagged line does not end the pause: a search's heading may stand between two records.
            continue
        if not starts or _begins(tag, seen, blank=blank):
            starts.append(index)
            seen = set()
        seen.add(tag)
        blank = False
    return starts


def _begins(tag: str, seen: set[str], *, blank: bool) -> bool:
    """Say whether a tag begins a new record after the tags seen so far."""
    if tag == "PMID":
        return blank or "PMID" in seen or not seen <= HEADER
    if not blank:
        return tag == "OWN" and "OWN" in seen
    return tag in FIRST or (tag in ONCE and tag in seen)


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
    text = "\n".join(lines)
    fields = tuple((tag, value) for tag, pieces in found if (value := " ".join(filter(None, pieces))))
    tags = {tag for tag, _ in fields}
    if tags & KNOWN_BY or (tags & PEOPLE and tags & WHERE):
        return RawRecord(number, line, text, fields, tuple(warnings))
    reason = "nothing to know the record by: no title, identifier, abstract, or author with year or journal"
    return Reject(number, line, reason, text)
