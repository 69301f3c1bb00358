"""From export files to the store: read, normalise, group into searches, account, and check against the hit count."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from jakdb.errors import InputError, UsageError
from jakdb.words import ImportedFile, RawRecord, Record, Reject, SearchRun, SourceKind

if TYPE_CHECKING:
    from jak.console import Tick
    from jakdb.imports import FileToImport, NewSearch
    from jakdb.store import Store

__all__ = ["Imported", "Shortfall", "import_files", "missing_batch", "read_for_import"]


SMALLEST_BATCH = 50
"""No database exports fewer at a time; below that a guess at several batches would mislead."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """The database said it found more than its files hold."""

    hits: int
    records: int
    message: str


@dataclass(frozen=True, slots=True)
class SearchImported:
    """One search with the files that came in now, and what is missing."""

    search: SearchRun
    files: tuple[ImportedFile, ...]
    rejects: tuple[tuple[str, int, str], ...]
    shortfall: Shortfall | None


@dataclass(frozen=True, slots=True)
class Imported:
    """The account of one import command."""

    searches: tuple[SearchImported, ...]
    known: tuple[tuple[str, int], ...]
    dry_run: bool

    @property
    def is_partial(self) -> bool:
        """Whether a record was rejected or a search is short of its hit count."""
        return any(s.rejects or s.shortfall for s in self.searches)


def import_files(
    store: Store,
    paths: Sequence[Path],
    *,
    by: str,
    source: str = "",
    platform: str = "",
    kind: SourceKind = "database",
    searched_on: date | None = None,
    hits: int | None = None,
    strategy: str = "",
    search_id: int | None = None,
    format_name: str | None = None,
    columns: Mapping[str, str] | None = None,
    dry_run: bool = False,
    tick: Tick = lambda _done, _total: None,
) -> Imported:
    """Import export files as one search (`source` or `search_id` given) or one search a detected database.

    Everything that can be refused is refused before the first write, and the write is one transaction: an import is
    whole or it is nothing.

    Raises
    ------
    InputError
        If a file is no export that jak can read.
    """
    from jakdb import imports  # noqa: PLC0415 - SQLAlchemy is not for --help
    from jaksearch.formats.reading import known_format  # noqa: PLC0415

    if format_name is not None:
        known_format(format_name)
    earlier = next((s for s in imports.searches(store) if s.id == search_id), None) if search_id is not None else None
    if search_id is not None and earlier is None:
        raise UsageError(f"there is no search {search_id}", hint="`jak search list` shows them")
    known: list[tuple[str, int]] = []
    groups: dict[str, list[tuple[FileToImport, str]]] = {}
    seen: set[str] = set()
    for done, path in enumerate(paths):
        tick(done, len(paths))
        data = _read(path)
        digest = hashlib.sha256(data).hexdigest()
        old = imports.find_file(store, digest)
        if old is not None or digest in seen:
            known.append((path.name, old.id if old else 0))
            continue
        seen.add(digest)
        named = source or (earlier.source if earlier else "")
        file, database = read_for_import(
            path.name,
            data,
            database=named,
            platform=platform or (earlier.platform if earlier else ""),
            format_name=format_name,
            columns=columns,
        )
        groups.setdefault(named or database, []).append((file, database))
    tick(len(paths), len(paths))
    batches: list[tuple[NewSearch | int, list[FileToImport]]] = []
    for database, group in groups.items():
        search: NewSearch | int = (
            search_id
            if search_id is not None
            else imports.NewSearch(database, platform, kind, searched_on, hits, strategy)
        )
        batches.append((search, [file for file, _ in group]))
    if dry_run:
        return Imported(tuple(_preview(store, search, files) for search, files in batches), tuple(known), dry_run=True)
    if not batches:
        return Imported((), tuple(known), dry_run=False)
    saved = imports.save_imports(store, batches, by=by)
    done_searches = []
    for (run, files), (_, given) in zip(saved, batches, strict=True):
        standing = [f for f in imports.files(store) if f.search_id == run.id and not f.undone]
        rejected = tuple((g.name, r.line, r.reason) for g in given for r in g.rows if isinstance(r, Reject))
        done_searches.append(
            SearchImported(run, files, rejected, missing_batch(run.hits, [f.records for f in standing]))
        )
    return Imported(tuple(done_searches), tuple(known), dry_run=False)


def read_for_import(
    name: str,
    data: bytes,
    *,
    database: str = "",
    platform: str = "",
    format_name: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> tuple[FileToImport, str]:
    """Read one file's bytes into rows for the store, and say which database it comes from.

    Returns
    -------
    FileToImport, str
        The rows in the order of the file, and the database: as given, as detected, or the file's stem.
    """
    from jakdb.imports import FileToImport  # noqa: PLC0415
    from jaksearch.formats import read_bytes  # noqa: PLC0415
    from jaksearch.normalise import normalise  # noqa: PLC0415

    reading = read_bytes(data, name=name, format=format_name, columns=columns)
    found = database or reading.database or Path(name).stem
    rows: list[tuple[RawRecord, Record, str] | Reject] = []
    copies: Counter[str] = Counter()
    for raw in reading.records:
        if isinstance(raw, Reject):
            rows.append(raw)
            continue
        record = normalise(raw, format=reading.format, database=found, platform=platform)
        identity = _identity(record)
        if identity.startswith("content:"):
            # Two rows of one file that say the same and bear no number stay two records: dedupe merges them with a
            # reason. Counting copies gives the same names when the file comes again.
            copies[identity] += 1
            identity = f"{identity}:{copies[identity]}"
        rows.append((raw, record, identity))
    file = FileToImport(
        name=name,
        sha256=reading.sha256,
        size=reading.size,
        format=reading.format,
        encoding=reading.encoding,
        rows=tuple(rows),
        warnings=tuple(reading.warnings),
    )
    return file, found


def missing_batch(hits: int | None, sizes: Sequence[int]) -> Shortfall | None:
    """Compare the database's own hit count with the records of its files, and name the batch that is likely missing.

    Databases export a fixed number at a time, so the largest file tells the size of a batch.

    Examples
    --------
    >>> missing_batch(812, [500, 312]) is None
    True
    >>> missing_batch(812, [500]).message
    'the database found 812, the files hold 500: 312 are missing, likely the last batch (501-812)'
    >>> missing_batch(1312, [500, 312]).message
    'the database found 1312, the files hold 812: 500 are missing, likely one full batch of 500 (1-500 or 501-1000)'
    """
    held = sum(sizes)
    if hits is None or held == hits:
        return None
    if held > hits:
        message = (
            f"the database found {hits}, the files hold {held}: {held - hits} too many, so a file or the count is wrong"
        )
        return Shortfall(hits, held, message)
    size = max(sizes, default=0)
    message = f"the database found {hits}, the files hold {held}: {hits - held} are missing"
    if 0 < size < hits:
        batches = math.ceil(hits / size)
        last = hits - size * (batches - 1)
        full = sum(1 for s in sizes if s == size)
        if last in sizes and (last != size or full == batches):
            places = [f"{i * size + 1}-{(i + 1) * size}" for i in range(batches - 1)]
            count = batches - 1 - full
            named = "one full batch" if count == 1 else f"{count} full batches"
            where = " or ".join(places) if len(places) <= 4 else f"between 1 and {size * (batches - 1)}"
            message += f", likely {named} of {size} ({where})" if count > 0 else ", spread over the files"
        elif full == batches - 1:
            message += f", likely the last batch ({size * (batches - 1) + 1}-{hits})"
        elif size >= SMALLEST_BATCH:
            message += f", likely {batches - full} batches of up to {size} (of {batches} in all)"
    return Shortfall(hits, held, message)


def _read(path: Path) -> bytes:
    """Read a file's bytes, or say why not."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path} does not exist", hint="check the name; nothing was imported") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder", hint=f"name its files, for example {path}/*.ris") from None
    except PermissionError:
        raise InputError(f"{path} cannot be read", hint="check its permissions; nothing was imported") from None


def _identity(record: Record) -> str:
    """Return what a record is known by: database, platform and number, else its content."""
    from jaksearch.normalise import source_key  # noqa: PLC0415

    key = source_key(record)
    if key:
        return key
    digest = hashlib.sha256(repr(astuple(record)).encode()).hexdigest()
    return f"content:{record.database}|{record.platform}|{digest}"


def _preview(store: Store, search: NewSearch | int, files: Sequence[FileToImport]) -> SearchImported:
    """Say what an import would do."""
    now = store.now()
    accounts = tuple(
        ImportedFile(
            id=0,
            search_id=0,
            name=f.name,
            sha256=f.sha256,
            size=f.size,
            format=f.format,
            encoding=f.encoding,
            records=len(f.rows),
            accepted=sum(not isinstance(r, Reject) for r in f.rows),
            rejected=sum(isinstance(r, Reject) for r in f.rows),
            seen_again=0,
            warnings=f.warnings,
            at=now,
            by="",
        )
        for f in files
    )
    if isinstance(search, int):
        run = SearchRun(search, "", "", "database", None, None, "", now)
    else:
        run = SearchRun(
            0, search.source, search.platform, search.kind, search.searched_on, search.hits, search.strategy, now
        )
    rejected = tuple((f.name, r.line, r.reason) for f in files for r in f.rows if isinstance(r, Reject))
    return SearchImported(run, accounts, rejected, missing_batch(run.hits, [f.records for f in accounts]))
