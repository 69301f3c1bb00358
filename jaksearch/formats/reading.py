"""Read one export: bytes to text, format, database, and every record or reject in it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jakdb.errors import InputError, UsageError
from jakdb.words import RawRecord, Reject
from jaksearch.formats.bibtex import read_bibtex
from jaksearch.formats.csl_json import read_csl
from jaksearch.formats.detect import detect_database, sniff
from jaksearch.formats.medline import read_medline
from jaksearch.formats.own import read_jsonl
from jaksearch.formats.ris import read_ris
from jaksearch.formats.table import find_heading, read_table
from jaksearch.formats.tagged_formats import TAGGED, TAGGED_ALIASES
from jaksearch.formats.text import decode
from jaksearch.formats.xml_formats import XML

__all__ = ["FORMATS", "FileReading", "Format", "read_bytes", "read_file"]

Reader = Callable[..., Iterator[RawRecord | Reject]]
PLACE = re.compile(r"^line \d+: ")


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, what it is in words, and ``read(text, columns=...)``."""

    name: str
    description: str
    read: Reader


FORMATS: dict[str, Format] = {
    "ris": Format("ris", "RIS in every dialect (.ris, .txt)", read_ris),
    "medline": Format("medline", "PubMed's tagged text (.nbib, .txt)", read_medline),
    "csv": Format("csv", "tables with headings: comma, tab, semicolon or bar (.csv, .tsv, .txt)", read_table),
    "bibtex": Format("bibtex", "BibTeX and BibLaTeX (.bib)", read_bibtex),
    "csl": Format("csl", "CSL-JSON, as Zotero and Crossref write it (.json)", read_csl),
    "jsonl": Format("jsonl", "jak's own records, one a line (.jsonl)", read_jsonl),
    **{name: Format(name, kind.description, kind.read) for name, kind in TAGGED.items()},
    **{name: Format(name, kind.description, kind.read) for name, kind in XML.items()},
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


def read_file(
    path: Path | str,
    *,
    format: str | None = None,  # noqa: A002 - the word people use
    columns: Mapping[str, str] | None = None,
) -> FileReading:
    """Read an export from disk.

    Parameters
    ----------
    path : Path or str
        The file; its extension does not matter.
    format : str, optional
        A name of `FORMATS`; found out if not given.
    columns : mapping of str to str, optional
        Field -> heading, for tables with headings of their own.

    Raises
    ------
    InputError
        If the file is missing, empty, binary or of an unknown format, or holds no record at all.
    UsageError
        If `format` or a field of `columns` is not known.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except IsADirectoryError as error:
        raise InputError(f"{path}: this is a folder", hint="name the files in it") from error
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror})", hint="check the name and the permissions"
        ) from error
    return read_bytes(data, name=path.name, format=format, columns=columns)


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
    >>> reading.format, len(reading.accepted), len(reading.rejects)
    ('ris', 1, 1)
    """
    chosen = None if format is None else known_format(format)
    if columns and chosen is None:
        chosen = FORMATS["csv"]
    if columns and chosen is not FORMATS["csv"]:
        raise UsageError("columns can be mapped in tables only", hint="leave out --column, or use --format csv")
    decoded = decode(data, name=name)
    if chosen is None:
        chosen = FORMATS[sniff(decoded.text, name=name)]
    try:
        records = tuple(chosen.read(decoded.text, columns=columns))
    except InputError as error:
        raise InputError(f"{name}: {error}", hint=error.hint, problems=error.problems) from error
    if not records:
        raise InputError(
            f"{name}: no record in it ({chosen.description})",
            hint="check that the export ran to its end, or name the format with --format",
        )
    return FileReading(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        format=chosen.name,
        encoding=decoded.encoding,
        database=_database(chosen.name, records, decoded.text, columns),
        records=records,
        warnings=((decoded.doubt,) if decoded.doubt else ()) + _counted(records),
    )


def known_format(name: str) -> Format:
    """Return a format by its name or alias; an unknown one is a `UsageError` that lists them."""
    name = name.casefold()
    try:
        return FORMATS[ALIASES.get(name, name)]
    except KeyError:
        raise UsageError(f"{name!r} is not a format jak reads", hint=f"formats: {', '.join(FORMATS)}") from None


def _database(name: str, records: tuple[RawRecord | Reject, ...], text: str, columns: Mapping[str, str] | None) -> str:
    """Guess the database from the first records."""
    first = [record for record in records[:60] if isinstance(record, RawRecord)]
    if name != "csv":
        return detect_database(name, first, head=text[:20_000] if name == "ris" else "")
    heading = find_heading(text.split("\n", 20)[:20], frozenset((columns or {}).values()))
    return detect_database(name, first, headings=heading.names if heading else ())


def _counted(records: tuple[RawRecord | Reject, ...]) -> tuple[str, ...]:
    """Count the warnings by kind, the most frequent first."""
    kinds: Counter[str] = Counter()
    for record in records:
        if isinstance(record, RawRecord):
            kinds.update({PLACE.sub("", warning) for warning in record.warnings})
    return tuple(f"{count} record{'s' if count > 1 else ''}: {kind}" for kind, count in kinds.most_common())
