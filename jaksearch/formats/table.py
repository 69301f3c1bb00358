"""Read CSV, TSV and semicolon tables: one record a row, under headings we recognise or the user maps.

The standard library's `csv` reads the cells; which lines make one row is decided here, so that one quotation mark
that is never closed costs one row and not the rest of the file.
"""

from __future__ import annotations

import bisect
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jakdb.errors import InputError, UsageError
from jakdb.words import RawRecord, Reject
from jaksearch.formats.headings import FIELDS, canonical

__all__ = ["DELIMITERS", "Heading", "find_heading", "read_table"]

DELIMITERS = (",", "\t", ";", "|")
HEAD_LINES = 12
KNOWN_BY = frozenset(
    ("title", "translated_title", "doi", "pmid", "pmcid", "accession", "abstract", "url", "registry", "source", "jak")
)
UNUSED = "unused: "
"""Put before a heading whose meaning the user gave to another column."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The row of headings: its line (from 0), its names, the delimiter, and how many of the names are known."""

    index: int
    names: tuple[str, ...]
    delimiter: str
    known: int

    @property
    def has_title(self) -> bool:
        """Whether one of the columns holds titles."""
        return any((found := canonical(name)) and found[0] == "title" for name in self.names)


def find_heading(lines: Sequence[str], wanted: frozenset[str] = frozenset()) -> Heading | None:
    """Return the row of headings among the first lines: the one with most known headings.

    Parameters
    ----------
    lines : sequence of str
        The first lines of the file (more do no harm).
    wanted : frozenset of str
        Headings that the user named.
    """
    best: Heading | None = None
    for index, line in enumerate(lines[:HEAD_LINES]):
        if not line.strip():
            continue
        for delimiter in DELIMITERS:
            names = tuple(name.strip().lstrip("\ufeff") for name in _cells(line, delimiter))
            while len(names) > 1 and not names[-1]:
                names = names[:-1]
            known = sum(canonical(name) is not None or name in wanted for name in names)
            found = Heading(index, names, delimiter, known)
            if best is None or _rank(found) > _rank(best):
                best = found
    return best


def read_table(text: str, *, columns: Mapping[str, str] | None = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every row of a table, as a raw record or a reject, numbered from 1; blank rows are no records.

    Parameters
    ----------
    text : str
        The file's text with newlines as ``\n``.
    columns : mapping of str to str, optional
        Field -> heading, for headings that are not recognised; fields are those of `jaksearch.formats.headings`.

    Raises
    ------
    UsageError
        If `columns` names a field that does not exist.
    InputError
        If `columns` names a heading that the file does not have, or no column holds titles.

    Examples
    --------
    >>> [record] = read_table("Title;Year\nHair loss;2020\n")
    >>> record.fields
    (('Title', 'Hair loss'), ('Year', '2020'))
    >>> [record] = read_table("Paper,Year\nHair loss,2020\n", columns={"title": "Paper"})
    >>> record.fields
    (('title', 'Hair loss'), ('Year', '2020'))
    """
    lines = text.split("\n")
    columns = dict(columns or {})
    heading = _checked_heading(lines, columns)
    keys = _keys(heading.names, columns)
    quoted = not _plain_tabs(lines, heading)
    rows = _rows(lines, heading, quoted=quoted)
    for number, row in enumerate(rows, start=1):
        if isinstance(row, _Bad):
            yield Reject(number, row.line, row.reason, row.text)
            continue
        pairs = zip(keys, row.cells, strict=False)
        fields = tuple((key, value) for key, cell in pairs if key and (value := cell.strip()))
        if _recognisable(fields):
            yield RawRecord(number, row.line, row.text, fields, row.warnings)
        else:
            yield Reject(number, row.line, "nothing to know the record by: no title, identifier or abstract", row.text)


def _rank(heading: Heading) -> tuple[int, int, int]:
    """Prefer more known headings, then the earlier line, then more columns."""
    return heading.known, -heading.index, len(heading.names)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that has as many cells as the heading."""

    line: int
    text: str
    cells: list[str]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Bad:
    """A row that could not be cut into as many cells as the heading has."""

    line: int
    text: str
    reason: str


def _checked_heading(lines: Sequence[str], columns: Mapping[str, str]) -> Heading:
    """Return the heading; raise if the mapping is wrong or no column holds titles."""
    if unknown := sorted(set(columns) - set(FIELDS)):
        raise UsageError(
            f"{unknown[0]!r} is not a field that a column can be mapped to",
            hint=f"fields: {', '.join(FIELDS)}",
        )
    heading = find_heading(lines, frozenset(columns.values()))
    if heading is None:
        raise InputError("the table is empty", hint="export the search again as CSV")
    listed = ", ".join(repr(name[:60]) for name in heading.names[:40])
    for field, name in columns.items():
        if name not in heading.names:
            raise InputError(f"the table has no column {name!r} (for {field})", hint=f"its headings are: {listed}")
    if not heading.has_title and "title" not in columns:
        raise InputError(
            f"no column of the table holds titles; its headings are: {listed}",
            hint='say which one does: --column title="Heading"',
        )
    return heading


def _keys(names: Sequence[str], columns: Mapping[str, str]) -> list[str]:
    """Return the key under which each column's cells are kept: the heading, or the field the user mapped it to."""
    mapped = {heading: field for field, heading in columns.items()}
    keys = []
    for name in names:
        found = canonical(name)
        if name in mapped:
            keys.append(mapped[name])
        elif found and found[0] in columns:
            keys.append(UNUSED + name)
        else:
            keys.append(name)
    return keys


def _plain_tabs(lines: Sequence[str], heading: Heading) -> bool:
    """Say whether a tab-delimited table is written without quoting (Web of Science): every line is a full row."""
    if heading.delimiter != "\t":
        return False
    width = len(heading.names)
    return all(
        line.count("\t") + 1 == width or (line.count("\t") >= width and line.endswith("\t"))
        for line in lines[heading.index + 1 :]
        if line.strip()
    )


def _rows(lines: Sequence[str], heading: Heading, *, quoted: bool) -> Iterator[_Row | _Bad]:
    """Cut the lines below the heading into rows."""
    width, delimiter = len(heading.names), heading.delimiter if len(heading.names) > 1 else ""
    odd = [i for i, line in enumerate(lines) if line.count('"') % 2] if quoted else []
    index = heading.index + 1
    while index < len(lines):
        line = lines[index]
        if not line.strip() or not line.strip(delimiter + ' \t"'):
            index += 1
            continue
        end = _end_of_row(lines, index, delimiter, odd) if quoted else index
        if end is None:
            end = _recovered(lines, index, len(lines) - 1, delimiter, width)
            text = "\n".join(lines[index : end + 1]).rstrip("\n")
            cells = _cells(text, delimiter)
            if len(cells) <= width and end == len(lines) - 1:
                note = f"line {index + 1}: a quotation mark is never closed: perhaps the file is cut off"
                yield _Row(index + 1, text, cells + [""] * (width - len(cells)), (note,))
            else:
                yield _Bad(index + 1, text, "a quotation mark is opened and never closed")
            index = end + 1
            continue
        text = "\n".join(lines[index : end + 1])
        cells = _cells(text, delimiter) if quoted else [_unquoted(cell) for cell in line.split(delimiter)]
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        extra = len(cells) - width
        torn = end > index and not _well_formed(text, delimiter)
        if torn:
            end = _recovered(lines, index, end, delimiter, width)
            yield _Bad(index + 1, "\n".join(lines[index : end + 1]), "a quotation mark is opened and closed elsewhere")
        elif extra > 0 and (mended := _without_funding(cells, heading.names)):
            yield _Row(index + 1, text, mended, (f"line {index + 1}: {extra} of {len(cells)} cells without a heading",))
        elif extra == 0:
            yield _Row(index + 1, text, cells)
        else:
            end = _recovered(lines, index, end, delimiter, width)
            text = "\n".join(lines[index : end + 1])
            cells = _cells(text, delimiter) if quoted else cells
            yield _Bad(index + 1, text, f"{len(cells)} cells where the heading has {width}")
        index = end + 1


def _without_funding(cells: list[str], names: Sequence[str]) -> list[str]:
    """Take out the second and later funding texts, to which Scopus's CSV gives cells but no heading."""
    at = next((i for i, name in enumerate(names) if name.startswith("Funding Text")), None)
    if at is None or names[-1] != "EID" or not cells[-1].strip().startswith("2-s2.0-"):
        return []
    return cells[: at + 1] + cells[at + 1 + len(cells) - len(names) :]


def _end_of_row(lines: Sequence[str], index: int, delimiter: str, odd: Sequence[int]) -> int | None:
    """Return the last line of the row that begins at `index`; None if a quotation mark is never closed."""
    line = lines[index]
    if line.count('"') % 2 == 0 or not _open_at_end(line, delimiter):
        return index
    at = bisect.bisect_right(odd, index)
    return odd[at] if at < len(odd) else None


def _open_at_end(line: str, delimiter: str) -> bool:
    """Say whether the line ends inside a quoted cell; a mark inside an unquoted cell opens nothing."""
    at = 0
    while at <= len(line):
        if line.startswith('"', at):
            at += 1
            while True:
                close = line.find('"', at)
                if close < 0:
                    return True
                if line.startswith('""', close):
                    at = close + 2
                    continue
                at = close + 1
                break
        following = line.find(delimiter, at) if delimiter else -1
        if following < 0:
            return False
        at = following + 1
    return False


def _well_formed(text: str, delimiter: str) -> bool:
    """Say whether quoted cells end where cells end; where they do not, two rows' stray marks have met."""
    if not delimiter:
        return True
    try:
        list(csv.reader([line + "\n" for line in text.split("\n")], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "larger than field limit" in str(error)
    return True


def _recovered(lines: Sequence[str], index: int, end: int, delimiter: str, width: int) -> int:
    """Return the line after which reading goes on: a row of its own inside a wrong row of many lines ends it."""
    for at in range(index + 1, min(end, index + 200) + 1):
        line = lines[at]
        if line.count('"') % 2 == 0 and len(_cells(line, delimiter)) == width:
            return at - 1
    return end


def _cells(text: str, delimiter: str) -> list[str]:
    """Cut one row into cells."""
    if not delimiter:
        return [_unquoted(text)]
    try:
        rows = list(csv.reader([line + "\n" for line in text.split("\n")], delimiter=delimiter))
    except csv.Error:
        # The standard library refuses cells of more than 128 KiB, a limit that is global: such a row is cut by hand.
        return [_unquoted(cell) for cell in _cut(text, delimiter)]
    return [cell for row in rows for cell in row]


def _cut(text: str, delimiter: str) -> list[str]:
    """Cut a row at the delimiters that stand outside quotation marks."""
    cells, piece = [], ""
    for part in text.split(delimiter):
        piece = f"{piece}{delimiter}{part}" if piece else part
        if piece.count('"') % 2 == 0:
            cells.append(piece)
            piece = ""
    return [*cells, piece] if piece else cells


def _unquoted(cell: str) -> str:
    """Return a cell without the quotation marks around it, if it is quoted as a whole."""
    cell = cell.strip()
    inner = cell[1:-1]
    if len(cell) >= 2 and cell[0] == cell[-1] == '"' and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return cell


def _recognisable(fields: Sequence[tuple[str, str]]) -> bool:
    """Say whether any cell could tell a person what the record is."""
    return any(key in KNOWN_BY or ((found := canonical(key)) and found[0] in KNOWN_BY) for key, _ in fields)
