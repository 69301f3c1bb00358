"""Read exports: bytes to text, format, database, and every record or reject in them, one after the other."""

from __future__ import annotations

import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self, cast

from jakdb.errors import InputError, UsageError
from jakdb.words import RawRecord, Reject, TableLayout
from jaksearch.formats.containers import container_kind, expand
from jaksearch.formats.detect import detect_database, sniff
from jaksearch.formats.foreign import WATCHED, Watched, with_stretches
from jaksearch.formats.html_table import is_html_table
from jaksearch.formats.later import later
from jaksearch.formats.service_json import SERVICE_JSON
from jaksearch.formats.source import Source
from jaksearch.formats.spreadsheet import SheetKind, SheetRecords, read_spreadsheet
from jaksearch.formats.table import TableRecords, find_heading, read_table
from jaksearch.formats.table_fields import TABLES
from jaksearch.formats.tagged_formats import TAGGED, TAGGED_ALIASES
from jaksearch.formats.xml_formats import XML

__all__ = ["FORMATS", "Export", "FileReading", "Format", "known_format", "open_exports", "read_bytes", "read_file"]

Reader = Callable[..., Iterator[RawRecord | Reject]]
ExportFile = Path | str | tuple[str, bytes | IO[bytes]]
"""A file on disk, or a name and the bytes (a stream must be able to seek)."""
PLACE = re.compile(r"^line \d+: ")
HEAD = 200_000
FIRST = 60
"""So many records tell the database."""
SEVERAL_A_LINE = frozenset(("csl", "bibtex", *SERVICE_JSON, *XML))
"""Formats whose records need not begin at the beginning of a line."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, what it is in words, and ``read(source, columns=...)``.

    Attributes
    ----------
    takes : str
        What `read` is given: the ``lines`` of a text, a text as a ``stream``, the whole ``text``, or the bytes of a
        ``workbook``.
    """

    name: str
    description: str
    read: Reader
    takes: Literal["lines", "stream", "text", "workbook"] = "lines"


FORMATS: dict[str, Format] = {
    "ris": Format("ris", "RIS in every dialect (.ris, .txt)", later("ris", "read_ris")),
    "medline": Format("medline", "PubMed's tagged text (.nbib, .txt)", later("medline", "read_medline")),
    "csv": Format("csv", "tables with headings: comma, tab, semicolon or bar (.csv, .tsv, .txt)", read_table),
    "bibtex": Format("bibtex", "BibTeX and BibLaTeX (.bib)", later("bibtex", "read_bibtex"), takes="text"),
    "csl": Format(
        "csl", "CSL-JSON, as Zotero and Crossref write it (.json)", later("csl_json", "read_csl"), takes="text"
    ),
    "jsonl": Format("jsonl", "jak's own records, one a line (.jsonl)", later("own", "read_jsonl")),
    **{name: Format(name, kind.description, kind.read, takes="text") for name, kind in SERVICE_JSON.items()},
    **{name: Format(name, kind.description, kind.read) for name, kind in TAGGED.items()},
    **{name: Format(name, kind.description, kind.read, takes="stream") for name, kind in XML.items()},
    "xlsx": Format("xlsx", "Excel workbooks (.xlsx)", read_spreadsheet, takes="workbook"),
    "xls": Format("xls", "old Excel workbooks (.xls)", read_spreadsheet, takes="workbook"),
    "html-table": Format("html-table", "tables in a web page, often named .xls", read_spreadsheet, takes="workbook"),
}
ALIASES = {
    "nbib": "medline",
    "pubmed": "medline",
    "tsv": "csv",
    "tab": "csv",
    "table": "csv",
    "bib": "bibtex",
    "biblatex": "bibtex",
    "csl-json": "csl",
    "json": "csl",
    "excel": "xlsx",
    "html": "html-table",
    **TAGGED_ALIASES,
}


@dataclass(frozen=True, slots=True)
class FileReading:
    """Everything one file holds.

    Attributes
    ----------
    name, sha256, size : str, str, int
        The file's name, and the hash and length of its bytes.
    format, encoding, database : str
        As detected (or as told); the database is a guess, empty if nothing points to one.
    records : tuple of RawRecord or Reject
        In the order of the file, numbered from 1 without gaps.
    warnings : tuple of str
        What was odd, counted by kind ("3 records: unknown tag ZZ, kept"); doubts about the whole file first.
    """

    name: str
    sha256: str
    size: int
    format: str
    encoding: str
    database: str
    records: tuple[RawRecord | Reject, ...]
    warnings: tuple[str, ...]

    @property
    def accepted(self) -> tuple[RawRecord, ...]:
        """The records that were taken."""
        return tuple(record for record in self.records if isinstance(record, RawRecord))

    @property
    def rejects(self) -> tuple[Reject, ...]:
        """The records that were not taken."""
        return tuple(record for record in self.records if isinstance(record, Reject))


class Export(Iterator[RawRecord | Reject]):
    """One export that is being read: an iterator of its records and rejects, in the order of the file.

    Attributes
    ----------
    name, sha256, size, format, encoding, database
        As in `FileReading`, known from the beginning.
    records, accepted, rejected : int
        How many there were so far; at the end, the account of the file.
    """

    def __init__(
        self,
        name: str,
        stream: IO[bytes],
        *,
        format: str | None = None,  # noqa: A002 - the word people use
        columns: Mapping[str, str] | None = None,
        soft: Mapping[str, str] | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.records = self.accepted = self.rejected = 0
        self._notes = notes
        self._kinds: Counter[str] = Counter()
        self._source: Source | None = None
        self._sheets: SheetRecords | None = None
        self._table: TableRecords | None = None
        self._last = -1  # the byte at which the last reject began
        with self._named():
            chosen = _chosen(format, columns)
            stream.seek(0)
            head = stream.read(HEAD)
            kind = container_kind(head, stream)
            if chosen is None and kind in ("xlsx", "xls"):
                chosen = FORMATS[kind]
            if chosen is not None and chosen.takes != "workbook" and kind in ("xlsx", "xls"):
                raise InputError(f"this is a workbook, not {chosen.description}", hint="leave out --format")
            if chosen is None and is_html_table(head):
                chosen = FORMATS["html-table"]
            if chosen is not None and chosen.takes == "workbook":
                self._items: Iterator[RawRecord | Reject] = self._open_workbook(stream, chosen, columns, soft)
            else:
                self._items = self._open_text(stream, chosen, columns, soft)

    def _open_text(
        self,
        stream: IO[bytes],
        chosen: Format | None,
        columns: Mapping[str, str] | None,
        soft: Mapping[str, str] | None,
    ) -> Iterator[RawRecord | Reject]:
        """Begin to read a text."""
        source = self._source = Source(stream, name=self.name)
        self.sha256, self.size, self.encoding = source.sha256, source.size, source.encoding
        text = source.head(HEAD)
        chosen = chosen or _sniffed(text, self.name, columns or soft)
        self.format = chosen.name
        columns = _fitting(text, columns, soft) if chosen.name in TABLES else None
        if chosen.name in WATCHED:
            lines = source.lines() if chosen.takes == "lines" else source.text().split("\n")
            watched = Watched(lines, chosen.name)
            read = chosen.read(watched if chosen.takes == "lines" else "\n".join(watched))
            items = with_stretches(read, watched)
        elif chosen.takes == "lines":
            items = chosen.read(source.lines(), columns=columns)
        elif chosen.takes == "stream":
            items = chosen.read(source.stream(), columns=columns)
        else:
            items = chosen.read(source.text(), columns=columns)
        if isinstance(items, TableRecords):
            self._table = items
        first = list(islice(items, FIRST))
        headings: tuple[str, ...] = ()
        if chosen.name == "csv":
            found = find_heading(text.split("\n", 20)[:20], frozenset((columns or {}).values()))
            headings = found.names if found else ()
        before = text[:20_000] if chosen.name == "ris" else ""
        taken = [item for item in first if isinstance(item, RawRecord)]
        self.database = detect_database(chosen.name, taken, headings=headings, head=before)
        if source.doubt:
            self._notes = (source.doubt, *self._notes)
        return _after(first, items)

    def _open_workbook(
        self,
        stream: IO[bytes],
        chosen: Format,
        columns: Mapping[str, str] | None,
        soft: Mapping[str, str] | None,
    ) -> Iterator[RawRecord | Reject]:
        """Begin to read a workbook."""
        stream.seek(0)
        self.sha256 = hashlib.file_digest(cast("Any", stream), "sha256").hexdigest()
        self.size, self.encoding, self.format = stream.tell(), "", chosen.name
        kind = cast("SheetKind", chosen.name)
        try:
            sheets: SheetRecords = read_spreadsheet(stream, kind=kind, columns={**(soft or {}), **(columns or {})})
            first = list(islice(sheets, FIRST))
        except InputError:
            if not soft:
                raise
            stream.seek(0)
            sheets = read_spreadsheet(stream, kind=kind, columns=columns)
            first = list(islice(sheets, FIRST))
        taken = [item for item in first if isinstance(item, RawRecord)]
        self.database = detect_database("csv", taken, headings=sheets.headings)
        self._sheets = sheets
        return _after(first, sheets)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> RawRecord | Reject:
        """Return the next record or reject; an `InputError` if the rest of the file cannot be read."""
        try:
            item = next(self._items, None)
        except InputError:
            with self._named():
                raise
        if item is None:
            if not self.records:
                raise InputError(
                    f"{self.name}: no record in it ({FORMATS[self.format].description})",
                    hint="check that the export ran to its end, or name the format with --format",
                )
            raise StopIteration
        self.records += 1
        if isinstance(item, RawRecord):
            self.accepted += 1
            if item.warnings:
                self._kinds.update(dict.fromkeys(PLACE.sub("", warning) for warning in item.warnings).keys())
            return item
        self.rejected += 1
        return self._placed(item)

    def note(self, kind: str) -> None:
        """Count a warning about one record that was seen after the reading (a missing title)."""
        self._kinds[kind] += 1

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was odd so far: doubts about the whole file, then counts by kind, the most frequent first."""
        notes = (*self._notes, *(self._sheets.warnings if self._sheets is not None else ()))
        counts = (f"{n} record{'s' if n > 1 else ''}: {kind}" for kind, n in self._kinds.most_common())
        return (*notes, *counts)

    @property
    def layouts(self) -> tuple[TableLayout, ...]:
        """How the rows of a table that were read so far are cut; empty for other formats."""
        table = self._table or self._sheets
        return table.layouts if table is not None else ()

    @property
    def position(self) -> int:
        """Bytes of the file read so far, of `size`."""
        return self._source.position if self._source is not None else self.size

    def _placed(self, reject: Reject) -> Reject:
        """Return the reject with the byte at which it begins."""
        if self._source is None or reject.offset >= 0:
            return reject
        text = reject.text if self.format in SEVERAL_A_LINE else ""
        offset = self._source.offset_of(reject.line, text=text, after=self._last)
        self._last = max(self._last, offset)
        return replace(reject, offset=offset)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Put the file's name before what a reader says of it."""
        try:
            yield
        except InputError as error:
            said = str(error)
            if said.startswith(self.name):
                raise
            raise InputError(f"{self.name}: {said}", hint=error.hint, problems=error.problems) from error


class open_exports:  # noqa: N801 - used like a function, in a with statement
    r"""Open the export in a file, or the exports in an archive, for reading one after the other.

    Parameters
    ----------
    file : Path, str, or (str, bytes or binary stream)
        The file; its extension does not matter. zip and gz archives are unpacked.
    format : str, optional
        A name of `FORMATS`; found out if not given.
    columns : mapping of str to str, optional
        Field -> heading, for tables with headings of their own; a table without such a heading is an error.
    soft : mapping of str to str, optional
        The same for tables that have the heading; others are read as they are.

    Raises
    ------
    InputError
        If the file is missing, empty, binary or of an unknown format; while it is read, if it holds no record at all
        or a line or record that has no end.
    UsageError
        If `format` or a field of `columns` is not known.

    Examples
    --------
    >>> with open_exports(("a.ris", b"TY  - JOUR\nTI  - Hair\nER  - \nTY  - JOUR\nPB  - X\nER  - \n")) as exports:
    ...     for export in exports:
    ...         places = [(item.number, item.line) for item in export]
    ...         print(export.name, export.format, places, export.accepted, export.rejected)
    a.ris ris [(1, 1), (2, 4)] 1 1
    """

    def __init__(
        self,
        file: ExportFile,
        *,
        format: str | None = None,  # noqa: A002
        columns: Mapping[str, str] | None = None,
        soft: Mapping[str, str] | None = None,
    ) -> None:
        _chosen(format, columns)
        self._stack = ExitStack()
        self._options: dict[str, Any] = {"format": format, "columns": columns, "soft": soft}
        if isinstance(file, tuple):
            self._name, content = file
            self._stream = io.BytesIO(content) if isinstance(content, bytes) else content
        else:
            path = Path(file)
            self._name = path.name
            self._stream = self._stack.enter_context(_opened(path))

    def __enter__(self) -> Iterator[Export]:
        """Return the exports; an export can be read until the next is asked for."""
        try:
            self._stream.seek(0)
            head = self._stream.read(64)
            kind = container_kind(head, self._stream)
            if kind not in ("zip", "gzip"):
                return iter([Export(self._name, self._stream, **self._options)])
            members = expand(self._name, self._stream)
        except BaseException:
            self._stack.close()
            raise
        return self._unpacked(members)

    def _unpacked(self, members: Any) -> Iterator[Export]:
        """Yield the exports of an archive; the first tells what was left out."""
        notes = tuple(members.warnings)
        for name, stream in members:
            yield Export(name, stream, notes=notes, **self._options)
            notes = ()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def read_file(
    path: Path | str,
    *,
    format: str | None = None,  # noqa: A002
    columns: Mapping[str, str] | None = None,
) -> FileReading:
    """Read an export from disk, whole.

    Parameters
    ----------
    path, format, columns
        As for `open_exports`; an archive must hold one export.

    Raises
    ------
    InputError
        If the file is missing, empty, binary or of an unknown format, or holds no record at all.
    UsageError
        If `format` or a field of `columns` is not known.
    """
    return _whole(Path(path), format, columns)


def read_bytes(
    data: bytes,
    *,
    name: str = "input",
    format: str | None = None,  # noqa: A002
    columns: Mapping[str, str] | None = None,
) -> FileReading:
    r"""Read an export from memory (standard input, an upload); as `read_file`.

    Examples
    --------
    >>> reading = read_bytes(b"TY  - JOUR\nTI  - Hair\nER  - \nTY  - JOUR\nPB  - X\nER  - \n")
    >>> reading.format, len(reading.accepted), [(reject.line, reject.offset) for reject in reading.rejects]
    ('ris', 1, [(4, 29)])
    """
    return _whole((name, data), format, columns)


def known_format(name: str) -> Format:
    """Return a format by its name or alias; an unknown one is a `UsageError` that lists them."""
    name = name.casefold()
    try:
        return FORMATS[ALIASES.get(name, name)]
    except KeyError:
        raise UsageError(f"{name!r} is not a format jak reads", hint=f"formats: {', '.join(FORMATS)}") from None


def _whole(file: ExportFile, format: str | None, columns: Mapping[str, str] | None) -> FileReading:  # noqa: A002
    """Read everything in the one export of a file."""
    with open_exports(file, format=format, columns=columns) as exports:
        export = next(exports)
        records = tuple(export)
        found = FileReading(
            name=export.name,
            sha256=export.sha256,
            size=export.size,
            format=export.format,
            encoding=export.encoding,
            database=export.database,
            records=records,
            warnings=export.warnings,
        )
        if next(exports, None) is not None:
            name = file[0] if isinstance(file, tuple) else Path(file).name
            raise InputError(f"{name}: several exports in one archive", hint="use open_exports, or unpack it first")
    return found


def _after(first: list[RawRecord | Reject], rest: Iterator[RawRecord | Reject]) -> Iterator[RawRecord | Reject]:
    """Yield what was looked at already, letting go of it, and then the rest."""
    first.reverse()
    while first:
        yield first.pop()
    yield from rest


def _chosen(format: str | None, columns: Mapping[str, str] | None) -> Format | None:  # noqa: A002
    """Return the format that was named, or follows from the mapping of columns."""
    chosen = None if format is None else known_format(format)
    if columns and chosen is not None and chosen.name not in TABLES:
        raise UsageError("columns can be mapped in tables only", hint="leave out --column, or use --format csv")
    return chosen


def _sniffed(text: str, name: str, columns: Mapping[str, str] | None) -> Format:
    """Find out the format; where columns are mapped, what is nothing else is a table."""
    try:
        return FORMATS[sniff(text, name=name)]
    except InputError:
        if not columns:
            raise
        return FORMATS["csv"]


def _fitting(text: str, columns: Mapping[str, str] | None, soft: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """Return the mapping of columns with those soft ones whose heading the table has."""
    if not soft:
        return columns
    found = find_heading(text.split("\n", 20)[:20], frozenset((*soft.values(), *(columns or {}).values())))
    names = found.names if found else ()
    return {**{field: name for field, name in soft.items() if name in names}, **(columns or {})}


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, or say why not."""
    try:
        stream = path.open("rb")
    except IsADirectoryError as error:
        raise InputError(f"{path}: this is a folder", hint="name the files in it") from error
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist", hint="check the name") from error
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror})", hint="check the name and the permissions"
        ) from error
    with stream:
        yield stream
