"""Read Embase's CSV "by field": a record is a block of rows, each of which begins with the name of its field.

``"TITLE","…"``, ``"AUTHOR NAMES","Liu L.","Ng K."``, …; the next record begins with the first field again. The layout
is the one that other readers of these files describe; no real file could be had.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from jakdb.words import RawRecord, Reject
from jaksearch.formats.limits import MAX_VALUE, UNKNOWN, beginning, is_known, oversize
from jaksearch.formats.meaning import Meaning
from jaksearch.formats.source import MAX_RECORD, lines_of, too_long
from jaksearch.formats.table_fields import table_meaning

__all__ = ["LABELS", "embase_fields_meaning", "read_embase_fields"]

_LABELS = """
    TITLE|ORIGINAL (NON-ENGLISH) TITLE|ORIGINAL NON-ENGLISH TITLE|AUTHOR NAMES|AUTHOR ADDRESSES|CORRESPONDENCE ADDRESS
    |EDITORS|AIP/IP ENTRY DATE|FULL RECORD ENTRY DATE|SOURCE|SOURCE TITLE|PUBLICATION YEAR|VOLUME|ISSUE|FIRST PAGE
    |LAST PAGE|PAGES|PAGE RANGE|DATE OF PUBLICATION|PUBLICATION DATE|PUBLICATION TYPE|SOURCE TYPE|CONFERENCE NAME
    |CONFERENCE LOCATION|CONFERENCE DATE|CONFERENCE EDITORS|ISSN|ISBN|BOOK PUBLISHER|ABSTRACT
    |ORIGINAL NON-ENGLISH ABSTRACT|ORIGINAL (NON-ENGLISH) ABSTRACT|AUTHOR KEYWORDS|KEYWORDS
    |EMTREE DRUG INDEX TERMS (MAJOR FOCUS)|EMTREE DRUG INDEX TERMS|EMTREE MEDICAL INDEX TERMS (MAJOR FOCUS)
    |EMTREE MEDICAL INDEX TERMS|EMTREE DEVICE INDEX TERMS|DRUG TRADE NAME|DRUG MANUFACTURER|DEVICE TRADE NAME
    |DEVICE MANUFACTURER|CAS REGISTRY NUMBERS|MOLECULAR SEQUENCE NUMBERS|EMBASE CLASSIFICATION|CLINICAL TRIAL NUMBERS
    |LANGUAGE OF ARTICLE|ARTICLE LANGUAGE|LANGUAGE OF SUMMARY|SUMMARY LANGUAGE|COUNTRY OF AUTHOR|COUNTRY OF JOURNAL
    |EMBASE ACCESSION ID|MEDLINE PMID|PUI|DOI|FULL TEXT LINK|EMBASE LINK|OPEN URL LINK|COPYRIGHT|ARTICLE NUMBER|CODEN
    |DIGITAL OBJECT IDENTIFIER (DOI)
"""
LABELS = frozenset(label.strip() for label in " ".join(_LABELS.split()).split("|"))
"""Names of fields, in capitals as the export writes them."""
FIRST = "TITLE"
KNOWN_BY = frozenset((FIRST, "ABSTRACT", "DOI", "MEDLINE PMID", "PUI", "EMBASE ACCESSION ID", "EMBASE LINK"))
PEOPLE = frozenset(("AUTHOR NAMES", "EDITORS"))
WHERE = frozenset(("PUBLICATION YEAR", "DATE OF PUBLICATION", "PUBLICATION DATE", "SOURCE TITLE", "SOURCE"))
JOINED = frozenset(("AUTHOR NAMES", "EDITORS", "CONFERENCE EDITORS"))
BESIDE = frozenset(
    ("MEDLINE PMID", "DOI", "PUI", "FULL TEXT LINK", "EMBASE LINK")
)  # an address stands in a second cell
LABEL = re.compile(r'\s*"?([A-Z][A-Z0-9/() -]{1,48}?)"?\s*(?:[,;\t]|$)')


@dataclass(slots=True)
class _Block:
    """The rows of one record."""

    start: int
    lines: list[str] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    fields: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_embase_fields(text: str | Iterable[str], *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of Embase's CSV by field, numbered from 1; `columns` is not used.

    A field has a value for each cell of its row. A record begins at a second title, or where after a blank row a field
    stands again. A row that begins with no known name goes on with the cell before if
    a quotation mark is open there, and is said and kept under its own name otherwise.

    Raises
    ------
    InputError
        If a record has no end within `jaksearch.formats.source.MAX_RECORD` characters.

    Examples
    --------
    >>> text = '"TITLE","Hair"\n"AUTHOR NAMES","Liu L.","Ng K."\n\n"TITLE","Loss"\n'
    >>> [(record.line, record.fields) for record in read_embase_fields(text)]
    [(1, (('TITLE', 'Hair'), ('AUTHOR NAMES', 'Liu L.'), ('AUTHOR NAMES', 'Ng K.'))), (4, (('TITLE', 'Loss'),))]
    """
    block: _Block | None = None
    number = size = 0
    for line, row in _rows(lines_of(text)):
        label, values, notes = _parsed(row, line)
        after = block.start + len(block.lines) if block else 0
        if block is None or (label in block.labels and (label == FIRST or line > after)):
            if block is not None:
                number += 1
                yield _record(block, number)
            block, size = _Block(line), 0
            if label != FIRST:
                block.warnings.append(f"line {line}: begins without {FIRST}")
        size += sum(map(len, row))
        if size > MAX_RECORD:
            raise too_long(block.start)
        while len(block.lines) < line - block.start:
            block.lines.append("")
        block.lines += row
        block.labels.add(label)
        block.fields += [(label, value) for value in values]
        block.warnings += notes
    if block is not None:
        yield _record(block, number + 1)


def embase_fields_meaning(raw: RawRecord) -> Meaning:
    """Return what the fields of Embase's CSV say; they are named as the columns of the CSV by record."""
    cells: dict[str, list[str]] = {}
    for label, value in raw.fields:
        cells.setdefault(label, []).append(value)
    fields = [
        (label, "; ".join(values) if label in JOINED or label not in BESIDE else values[0])
        for label, values in cells.items()
    ]
    meaning = table_meaning(replace(raw, fields=tuple(fields)))
    meaning.database = "Embase"
    return meaning


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows and the line each begins on; a cell may go on over lines until the next known name."""
    row: list[str] = []
    start = size = 0
    is_open = False
    for number, line in enumerate(lines, start=1):
        known = (match := LABEL.match(line)) is not None and match[1].strip() in LABELS
        if is_open and not known:
            row.append(line)
            size += len(line)
            if size > MAX_RECORD:
                raise too_long(start)
            is_open = not line.count('"') % 2
            continue
        if row:
            yield start, _trimmed(row)
        row, start, size, is_open = [], number, 0, False
        if line.strip(' \t,;"'):
            row = [line]
            is_open = line.count('"') % 2 == 1
    if row:
        yield start, _trimmed(row)


def _trimmed(row: list[str]) -> list[str]:
    """Return the lines of a row without blank ones at the end."""
    while len(row) > 1 and not row[-1].strip():
        row.pop()
    return row


def _parsed(row: list[str], line: int) -> tuple[str, list[str], list[str]]:
    """Return name and values of a row, and what was odd about it."""
    text = "\n".join(row)
    notes = [f"line {line}: a quotation mark is never closed"] if text.count('"') % 2 else []
    found = LABEL.match(row[0])
    delimiter = next((mark for mark in ",\t;" if found and found[0].rstrip(" ").endswith(mark)), ",")
    try:
        cells = [cell for part in csv.reader([line + "\n" for line in row], delimiter=delimiter) for cell in part]
    except csv.Error:  # a cell of more than 128 KiB, the standard library's limit
        cells = [cell.strip('"') for cell in text.split(f'"{delimiter}"')]
    label = cells[0].strip()
    if label not in LABELS:
        notes.append(f"line {line}: unknown field {label[:40]}, kept")
    return label, [value for cell in cells[1:] if (value := cell.strip())], notes


def _record(block: _Block, number: int) -> RawRecord | Reject:
    """Return the record of a block, or its reject."""
    text = "\n".join(block.lines).rstrip("\n")
    if len(text) > MAX_VALUE // 4 and (reason := oversize(block.fields)):
        return Reject(number, block.start, *beginning(text, reason))
    if is_known(block.fields, KNOWN_BY, people=PEOPLE, where=WHERE):
        return RawRecord(number, block.start, text, tuple(block.fields), tuple(block.warnings))
    return Reject(number, block.start, UNKNOWN, text)
