"""Read the tables of a web page row by row: CNKI, Wanfang and SinoMed write such pages under the name .xls."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import IO, Any

from jakdb.errors import InputError
from jaksearch.formats.sheets import MAX_CELL, MAX_COLUMNS, MAX_ROW, MAX_ROWS, Sheet, SheetRow

__all__ = ["html_sheets", "is_html_table"]

HEAD = 65_536
CHUNK = 1 << 16
MAX_SIZE = 512 << 20
MAX_DEPTH = 200
MAX_REPEATED = 2_000
"""Characters of a cell that are repeated in the rows it spans."""
BEGIN = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*|<!--.{0,2000}?-->\s*){0,5}<(?:!doctype\s+html|html|head|meta|style|body|table|div)\b",
    re.IGNORECASE | re.DOTALL,
)
CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
UNSEEN = frozenset(("script", "style", "title", "head", "noscript", "template"))
BREAKS = frozenset(("br", "p", "div", "li"))
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def is_html_table(head: bytes) -> bool:
    """Say whether a file that begins so may be a table written as a web page; `html_sheets` finds out.

    Examples
    --------
    >>> is_html_table(b"<html><body><table><tr><td>Title</td></tr>"), is_html_table(b"<html><p>Log in again")
    (True, False)
    """
    text = head[:HEAD].removeprefix(codecs.BOM_UTF8).removeprefix(codecs.BOM_UTF16_LE).replace(b"\0", b"")
    return bool(BEGIN.match(text)) and re.search(rb"<table\b", text, re.I) is not None


def html_sheets(stream: IO[bytes], *, warn: Callable[[str], None]) -> Iterator[Sheet]:
    """Yield the tables of a page in their order; a table around others (a layout) is none.

    Parameters
    ----------
    stream : seekable binary stream
        The page.
    warn : callable
        Is told of a doubtful encoding.

    Raises
    ------
    InputError
        If the page is too large.
    """
    size = stream.seek(0, 2)
    if size > MAX_SIZE:
        raise InputError(f"the page has {size >> 20:,} MiB; jak reads {MAX_SIZE >> 20}", hint="export it in parts")
    encoding, doubt = _encoding(stream)
    if doubt:
        warn(doubt)
    for number, rows in groupby(_rows(stream, encoding), key=lambda pair: pair[0]):
        yield Sheet(f"table {number}", (row for _, row in rows))


def _rows(stream: IO[bytes], encoding: str) -> Iterator[tuple[int, SheetRow]]:
    """Yield the rows of every table, each with its table's number."""
    from lxml import etree  # noqa: PLC0415 - formats load nothing heavy at import

    target = _Target()
    told: Any = target  # the stubs want methods that lxml does without
    parser = etree.HTMLParser(target=told, no_network=True, huge_tree=False, encoding="utf-8")
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    stream.seek(0)
    try:
        while chunk := stream.read(CHUNK):
            parser.feed(ODD.sub("\ufffd", decoder.decode(chunk)).encode("utf-8", errors="replace"))
            yield from target.taken()
        parser.feed(b" ")
        parser.close()
    except etree.ParseError as error:
        reason = " ".join((error.msg or "not readable").split())[:120]
        raise InputError(f"the page is damaged ({reason})", hint="export the search again") from error
    yield from target.taken()


class _Table:
    """A table that is open: its number, and the row and the cell that are open in it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.count = 0
        self.row: list[str] | None = None
        self.cell: list[str] | None = None
        self.span = self.height = 1
        self.size = self.length = 0
        self.reason = ""
        self.spans: list[tuple[int, int]] = []
        self.hanging: dict[int, tuple[str, int]] = {}  # column -> text of a cell above that spans rows, rows left
        self.begun: dict[int, tuple[str, int]] = {}  # the same for cells of the open row
        self.own = self.repeated = False  # whether the open row has text of its own, and text from above

    def open_row(self) -> None:
        """Begin a row."""
        self.row, self.size, self.reason, self.spans = [], 0, "", []
        self.own = self.repeated = False
        self.count += 1

    def fill(self) -> None:
        """Put the texts of cells that reach down from the rows above where the open row has its next cell."""
        while self.row is not None and len(self.row) in self.hanging:
            text = self.hanging[len(self.row)][0]
            self.repeated = self.repeated or bool(text)
            self.row.append(text)

    def pass_row(self) -> None:
        """Count the row that ends in the cells that span rows."""
        left = {column: (text, rows - 1) for column, (text, rows) in self.hanging.items() if rows > 1}
        self.hanging, self.begun = left | self.begun, {}


class _Target:
    """The rows of the tables, as their parts come."""

    def __init__(self) -> None:
        self.tables: list[_Table] = []
        self.deeper = self.unseen = self.numbers = 0
        self.rows: list[tuple[int, SheetRow]] = []

    def taken(self) -> list[tuple[int, SheetRow]]:
        """Return the rows that are complete, once."""
        rows, self.rows = self.rows, []
        return rows

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin a table, a row or a cell; tags that were forgotten end here."""
        if tag in UNSEEN:
            self.unseen += 1
        elif tag == "table":
            if len(self.tables) >= MAX_DEPTH:
                self.deeper += 1
                return
            if self.tables:  # the table around this one is a layout
                self.tables[-1].row = self.tables[-1].cell = None
            self.numbers += 1
            self.tables.append(_Table(self.numbers))
        elif self.tables and tag == "tr":
            self._end_row()
            table = self.tables[-1]
            table.open_row()
        elif self.tables and tag in ("td", "th") and self.tables[-1].row is not None:
            self._end_cell()
            table = self.tables[-1]
            if table.reason:
                return  # nothing more of this row is kept
            table.cell, table.length = [], 0
            table.span = _number(attributes.get("colspan", "1"), 100)
            table.height = _number(attributes.get("rowspan", "1"), 1_000)
        elif tag in BREAKS:
            self.data("\n")

    def end(self, tag: str) -> None:
        """End a table, a row or a cell."""
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag == "table":
            if self.deeper:
                self.deeper -= 1
            elif self.tables:
                self._end_row()
                self.tables.pop()
                if self.tables:
                    self.numbers += 1
                    self.tables[-1].number = self.numbers
        elif self.tables and tag == "tr":
            self._end_row()
        elif self.tables and tag in ("td", "th"):
            self._end_cell()

    def data(self, text: str) -> None:
        """Take text of a cell."""
        table = self.tables[-1] if self.tables else None
        if table is None or table.cell is None or self.unseen:
            return
        table.length += len(text)
        if table.length <= MAX_CELL:
            table.cell.append(text)
        else:
            table.reason = f"a cell of more than {MAX_CELL:,} characters"

    def close(self) -> None:
        """End the page and what is open in it."""
        while self.tables:
            self._end_row()
            self.tables.pop()

    def _end_cell(self) -> None:
        """Put the open cell into its row."""
        table = self.tables[-1]
        if table.cell is None or table.row is None:
            return
        lines = ("".join(table.cell)).replace("\xa0", " ").split("\n")
        text = "\n".join(line for part in lines if (line := " ".join(part.split())))
        table.cell = None
        table.size += len(text)
        table.own = table.own or bool(text)
        table.fill()
        if table.size > MAX_ROW or len(table.row) + table.span > MAX_COLUMNS:
            table.reason = f"a row of more than {MAX_COLUMNS:,} cells or {MAX_ROW:,} characters"
            return
        at = len(table.row)
        if table.span > 1:
            table.spans.append((at, table.span))
        if table.height > 1 and len(text) <= MAX_REPEATED:
            table.begun |= {at + n: ("" if n else text, table.height - 1) for n in range(table.span)}
        table.row += [text, *[""] * (table.span - 1)]

    def _end_row(self) -> None:
        """Put the open row to the rows that are complete."""
        self._end_cell()
        table = self.tables[-1]
        if table.row is None:
            return
        table.fill()
        table.pass_row()
        if table.own or table.reason:
            if table.count > MAX_ROWS:
                raise InputError(f"more than {MAX_ROWS:,} rows in one table", hint="export the search in parts")
            notes = []
            if table.repeated:
                notes.append(f"line {table.count}: cells above span several rows, their text repeated")
            if any(at + 1 < len(table.row) for at, _ in table.spans):
                notes.append(f"line {table.count}: cells span several columns, their text stands in the first")
            row = SheetRow(table.count, table.row, tuple(notes), table.reason, tuple(table.spans))
            self.rows.append((table.number, row))
        table.row = None


def _number(text: str, most: int) -> int:
    """Return how many columns or rows a cell spans."""
    text = text.strip()
    return max(1, min(int(text), most)) if re.fullmatch(r"\d{1,5}", text, re.ASCII) else 1


def _encoding(stream: IO[bytes]) -> tuple[str, str]:
    """Return a page's encoding and a doubt: its mark, UTF-8 if all of it is, what it says of itself, GB18030."""
    stream.seek(0)
    head = stream.read(HEAD)
    for bom, name in BOMS:
        if head.startswith(bom):
            return name, ""
    if head.count(0) > len(head) / 4:
        return ("utf-16-le" if head[1:2] == b"\0" else "utf-16-be"), ""
    declared = CHARSET.search(head[:4096])
    names = ["utf-8", *([declared[1].decode("ascii")] if declared else []), "gb18030"]
    names = ["gb18030" if name.lower() in ("gb2312", "gbk", "gb_2312-80") else name for name in names]
    for name in dict.fromkeys(names):
        if _decodes(stream, name):
            return name, ""
    return names[-2], f"damaged bytes, read as {names[-2]}: check the titles"


def _decodes(stream: IO[bytes], encoding: str) -> bool:
    """Say whether all of a stream is text in an encoding."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        stream.seek(0)
        while chunk := stream.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except (UnicodeError, LookupError):
        return False
    return True
