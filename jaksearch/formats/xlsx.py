"""Read the sheets of an Excel workbook (.xlsx) row by row, in the memory of one row.

The parts of the workbook are unpacked within the limits of archives and go through lxml as a stream of events: no tree
is built, no entity is expanded, nothing outside of the file is looked at. openpyxl reads workbooks too, but fills
gaps between cells with cells and cannot tell a formula without a value from an empty cell; python-calamine ends the
process at two cells in opposite corners of a sheet.
"""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Callable, Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from jakdb.errors import InputError
from jaksearch.formats.packed import Budget, open_zip, unpack_member
from jaksearch.formats.sheets import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROW,
    MAX_ROWS,
    Sheet,
    SheetRow,
    date_text,
    is_date_format,
    number_text,
)

__all__ = ["xlsx_sheets"]

MAX_IDLE = 500_000
"""Empty rows and cells in a row; what stands below them was not meant."""
MAX_SHEETS = 256
MAX_STYLES = 65_536
SAVE_HINT = "open it in a spreadsheet program and save it as CSV (UTF-8)"
ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Warn = Callable[[str], None]


def xlsx_sheets(stream: IO[bytes], *, warn: Warn) -> Iterator[Sheet]:
    """Yield the sheets of a workbook in their order.

    Parameters
    ----------
    stream : seekable binary stream
        The workbook.
    warn : callable
        Is told what was odd about the workbook, in words.

    Raises
    ------
    InputError
        If the workbook is damaged, breaks a limit, or has no sheet.
    """
    with open_zip("the workbook", stream) as archive:
        book = _Book(archive)
        if not book.sheets:
            raise InputError("the workbook has no sheet", hint=SAVE_HINT)
        with SpooledTemporaryFile(max_size=16 << 20) as store:
            strings = _Strings(store)
            if book.strings:
                book.parse(book.strings, strings)
            for name, part, hidden in book.sheets[:MAX_SHEETS]:
                yield Sheet(name, book.rows(part, strings, warn=_named(name, warn)), is_hidden=hidden)


class _Book:
    """The parts of a workbook: where its sheets and strings are, and which formats are dates."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.budget = Budget("the workbook")
        self.parts = {info.filename.replace("\\", "/").removeprefix("/").lower(): info for info in archive.infolist()}
        links, outline, styles = _Links(), _Outline(), _Styles()
        self.parse("xl/_rels/workbook.xml.rels", links)
        self.parse("xl/workbook.xml", outline)
        found = dict(links.by_id.values())
        self.strings = found.get("sharedstrings", "")
        if "styles" in found:
            self.parse(found["styles"], styles)
        self.dates, self.since_1904 = styles.dates(), outline.since_1904
        self.sheets = [
            (name, links.by_id[link][1], hidden)
            for name, link, hidden in outline.sheets
            if links.by_id.get(link, ("",))[0] == "worksheet"
        ]

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield the unpacked bytes of a part; a missing part is empty."""
        if info := self.parts.get(part.lower()):
            yield from unpack_member(self.archive, info, self.budget, shown=part)

    def parse(self, part: str, target: Any) -> None:
        """Send a part through a target."""
        for _ in self.events(part, target):
            pass

    def events(self, part: str, target: Any) -> Iterator[None]:
        """Send a part through a target, stopping after every chunk."""
        from lxml import etree  # noqa: PLC0415 - formats load nothing heavy at import

        parser = etree.XMLParser(
            target=target, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
        )
        started = False
        try:
            for chunk in self.chunks(part):
                if not started and b"<!DOCTYPE" in chunk:
                    what = "declares a document type, as no workbook does"
                    raise InputError(f"the workbook: {part} {what}", hint=SAVE_HINT)
                started = True
                parser.feed(chunk)
                yield
            if started:
                parser.close()
        except etree.XMLSyntaxError as error:
            reason = " ".join((error.msg or "not well-formed").split())[:120]
            raise InputError(f"the workbook: {part} is damaged ({reason})", hint=SAVE_HINT) from error
        yield

    def rows(self, part: str, strings: _Strings, *, warn: Warn) -> Iterator[SheetRow]:
        """Yield the rows of a sheet that are not empty."""
        target = _SheetTarget(strings, self.dates, since_1904=self.since_1904)
        for _ in self.events(part, target):
            yield from target.taken()
            if target.idle > MAX_IDLE:
                warn(f"nothing in {MAX_IDLE:,} rows and cells up to row {target.number:,}: not read further")
                break
        for what in target.oddities():
            warn(what)


class _Target:
    """What lxml tells of a part; names come without their namespace."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""

    def end(self, tag: str) -> None:
        """End an element."""

    def data(self, text: str) -> None:
        """Take text."""

    def close(self) -> None:
        """End the part."""


class _Links(_Target):
    """The relations of a workbook: id -> (kind, part)."""

    def __init__(self) -> None:
        self.by_id: dict[str, tuple[str, str]] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take a relation to a part of the file."""
        if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External" and len(self.by_id) < 10_000:
            target = attributes.get("Target", "")
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            kind = attributes.get("Type", "").rsplit("/", 1)[-1].lower()
            self.by_id[attributes.get("Id", "")] = (kind, part)


class _Outline(_Target):
    """The list of sheets: name, relation, whether it is hidden."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.since_1904 = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take a sheet, or the workbook's way to count days."""
        if _local(tag) == "sheet" and len(self.sheets) <= MAX_SHEETS:
            link = next((value for key, value in attributes.items() if _local(key) == "id" and key != "id"), "")
            self.sheets.append(
                (attributes.get("name", "")[:100], link, attributes.get("state", "visible") != "visible")
            )
        elif _local(tag) == "workbookPr":
            self.since_1904 = attributes.get("date1904", "") in ("1", "true")


class _Styles(_Target):
    """Which of the cells' styles show dates."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.formats: list[str] = []
        self.inside = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take a number format or a style."""
        name = _local(tag)
        if name == "numFmt" and len(self.codes) < MAX_STYLES:
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self.inside = True
        elif name == "xf" and self.inside and len(self.formats) < MAX_STYLES:
            self.formats.append(attributes.get("numFmtId", "0"))

    def end(self, tag: str) -> None:
        """Leave the list of styles."""
        if _local(tag) == "cellXfs":
            self.inside = False

    def dates(self) -> frozenset[str]:
        """Return the numbers of the styles that show dates."""
        known = {
            key: is_date_format(int(key) if re.fullmatch(r"\d{1,6}", key) else 0, self.codes.get(key, ""))
            for key in set(self.formats)
        }
        return frozenset(str(index) for index, key in enumerate(self.formats) if known[key])


class _Strings(_Target):
    """The strings that cells share, kept in a temporary file where they are many."""

    def __init__(self, store: IO[bytes]) -> None:
        self.store = store
        self.starts = array("Q", [0])
        self.pieces: list[str] = []
        self.size = 0
        self.depth = self.aside = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin a string, a run of it, or its reading aid (which is no part of it)."""
        name = _local(tag)
        if name == "si":
            self.pieces, self.size = [], 0
        elif name == "t":
            self.depth += 1
        elif name == "rPh":
            self.aside += 1

    def end(self, tag: str) -> None:
        """End a string, a run of it, or its reading aid."""
        name = _local(tag)
        if name == "t":
            self.depth -= 1
        elif name == "rPh":
            self.aside -= 1
        elif name == "si":
            raw = "".join(self.pieces).encode("utf-8", errors="replace")
            self.store.write(raw)
            self.starts.append(self.starts[-1] + len(raw))

    def data(self, text: str) -> None:
        """Take text of the string; more than a cell may have is kept to one character too many, and so refused."""
        if self.depth and not self.aside and self.size <= MAX_CELL:
            self.pieces.append(text[: MAX_CELL + 1 - self.size])
            self.size += len(text)

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self.starts) - 1:
            return ""
        self.store.seek(self.starts[index])
        return self.store.read(self.starts[index + 1] - self.starts[index]).decode("utf-8", errors="replace")


class _SheetTarget(_Target):
    """The rows of a sheet, as its cells come."""

    def __init__(self, strings: _Strings, dates: frozenset[str], *, since_1904: bool) -> None:
        self.strings, self.dates, self.since_1904 = strings, dates, since_1904
        self.rows: list[SheetRow] = []
        self.number = self.column = self.idle = self.merged = self.hidden = self.formulas = self.aside = 0
        self.cells: dict[int, str] = {}
        self.warnings: list[str] = []
        self.reason = self.kind = self.style = ""
        self.pieces: list[str] = []
        self.size = self.length = 0
        self.taking = self.formula = False

    def taken(self) -> list[SheetRow]:
        """Return the rows that are complete, once."""
        rows, self.rows = self.rows, []
        return rows

    def oddities(self) -> Iterator[str]:
        """Yield what was odd about the sheet."""
        if self.hidden:
            yield f"{self.hidden:,} hidden rows are read too"
        if self.merged:
            yield f"{self.merged:,} merged ranges: their value stands in the first cell only"
        if self.formulas:
            yield f"{self.formulas:,} formula{'s' if self.formulas > 1 else ''} without a value, read as empty"

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin a row, a cell, its value or its formula."""
        name = _local(tag)
        if name == "c":
            found = CELL.fullmatch(attributes.get("r", ""))
            self.column = _column(found[1]) if found else self.column + 1
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
            self.pieces, self.length, self.formula = [], 0, False
        elif name in ("v", "t"):
            self.taking = True
        elif name == "f":
            self.formula = True
        elif name == "rPh":
            self.aside += 1
        elif name == "row":
            said = attributes.get("r", "")
            self.number = int(said) if re.fullmatch(r"\d{1,9}", said) else self.number + 1
            if not 0 < self.number <= MAX_ROWS:
                raise InputError(f"the workbook: row {self.number:,}, where a sheet has {MAX_ROWS:,}", hint=SAVE_HINT)
            self.hidden += attributes.get("hidden", "") in ("1", "true")
            self.column = self.size = 0
            self.cells, self.warnings, self.reason = {}, [], ""
        elif name == "mergeCell":
            self.merged += 1

    def data(self, text: str) -> None:
        """Take text of a value."""
        if self.taking and not self.aside and self.length <= MAX_CELL:
            self.pieces.append(text[: MAX_CELL + 1 - self.length])
            self.length += len(text)

    def end(self, tag: str) -> None:
        """End a row, a cell, or its value."""
        name = _local(tag)
        if name == "c":
            self._end_cell()
        elif name in ("v", "t"):
            self.taking = False
        elif name == "rPh":
            self.aside -= 1
        elif name == "row":
            self.idle += 1
            if self.cells or self.reason:
                self.idle = 0
                width = max(self.cells, default=0)
                cells = [self.cells.get(column, "") for column in range(1, width + 1)]
                self.rows.append(SheetRow(self.number, cells, tuple(self.warnings), self.reason))

    def _end_cell(self) -> None:
        """Keep a cell that says something, within the limits."""
        text = self._value("".join(self.pieces))
        if not text:
            self.idle += 1
            if self.formula and self.kind != "str":
                self.formulas += 1
                if len(self.warnings) < 20:
                    self.warnings.append(f"row {self.number}: a formula without a value in column {self.column}")
            return
        self.size += len(text)
        if self.column > MAX_COLUMNS:
            self.reason = f"a cell in column {self.column:,}, where jak reads {MAX_COLUMNS:,}"
        elif len(text) > MAX_CELL:
            self.reason = f"a cell of more than {MAX_CELL:,} characters"
        elif self.size > MAX_ROW:
            self.reason = f"a row of more than {MAX_ROW:,} characters"
        else:
            self.cells[self.column] = text

    def _value(self, text: str) -> str:
        """Return a cell's text, by its kind and its style."""
        if self.kind == "s":
            text = self.strings[int(text)] if re.fullmatch(r"\s*\d{1,9}\s*", text) else ""
        elif self.kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(text.strip(), text.strip())
        elif self.kind == "n":
            number = number_text(text)
            if self.style in self.dates and number and (value := _float(number)) is not None:
                return date_text(value, since_1904=self.since_1904)
            return number
        if "_x" in text:
            text = ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        if "\r" in text:
            text = re.sub(r"\r\r?\n|\r", "\n", text)
        return ODD.sub("\ufffd", text).strip()


def _named(name: str, warn: Warn) -> Warn:
    """Return a function that warns of a sheet."""
    return lambda what: warn(f"sheet {name!r}: {what}")


def _float(text: str) -> float | None:
    """Return a number, or nothing."""
    try:
        return float(text)
    except ValueError:
        return None


def _column(letters: str) -> int:
    """Return the number of a column, from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _local(tag: Any) -> str:
    """Return a name without its namespace."""
    return str(tag).rpartition("}")[2]
