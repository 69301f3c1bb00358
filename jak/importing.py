"""From export files to the store: read, normalise, group into searches, account, and check against the hit count."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from jak.spooling import Row, Spool
from jakdb.errors import InputError, JakError, UsageError
from jakdb.words import ImportedFile, Record, Reject, SearchRun, SourceKind

if TYPE_CHECKING:
    from jak.console import Tick
    from jak.workspace import Review
    from jakdb.imports import FileToImport, NewSearch
    from jakdb.store import Store
    from jaksearch.formats import Export

__all__ = [
    "Imported",
    "Shortfall",
    "file_to_import",
    "import_decisions_too",
    "import_files",
    "missing_batch",
    "write_sample",
]

_IDENTITY = """
    title translated_title authors year journal journal_abbreviation volume issue pages doi pmid pmcid registry_ids
    accession abstract keywords mesh language publication_types issn url type database platform
"""
IDENTITY = tuple(_IDENTITY.split())
"""What a record without a number is known by: fixed, so that a newer jak knows again what an older one stored."""

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
    updates: int | None = None,
    format_name: str | None = None,
    columns: Mapping[str, str] | None = None,
    soft: Mapping[str, str] | None = None,
    dry_run: bool = False,
    tick: Tick = lambda _done, _total: None,
) -> Imported:
    """Import export files as one search (`source` or `search_id` given) or one search a detected database.

    The files are read, normalised and written in one transaction: an import is whole or it is nothing. The members of
    a zip archive are files of their own.

    Parameters
    ----------
    updates : int, optional
        The search that these files are, run again: a new search of the same source. The same bytes come in anew.
    columns, soft : mapping of str to str
        Field -> heading, for every table, and for those that have the heading.
    tick : callable
        Told how many bytes of how many are done.

    Raises
    ------
    InputError
        If a file is no export that jak can read; nothing is stored then.
    """
    from jakdb import imports  # noqa: PLC0415 - SQLAlchemy is not for --help
    from jaksearch.formats import open_exports  # noqa: PLC0415
    from jaksearch.formats.reading import known_format  # noqa: PLC0415

    if format_name is not None:
        known_format(format_name)
    named_search = updates if updates is not None else search_id
    earlier = next((s for s in imports.searches(store) if s.id == named_search), None)
    if named_search is not None and earlier is None:
        raise UsageError(f"there is no search {named_search}", hint="`jak search list` shows them")
    again: frozenset[str] = frozenset()
    if earlier is not None and updates is not None:
        again = _again(store, earlier, source=source, platform=platform, into=search_id)
        kind, platform = earlier.kind, earlier.platform
    known: list[tuple[str, int]] = []
    rejected: dict[str, list[tuple[str, int, str]]] = {}
    seen: set[str] = set()
    progress = _Progress(paths, tick)

    staged: list[tuple[NewSearch | int, FileToImport]] = []
    problems: list[InputError] = []
    with ExitStack() as spools:
        # Everything is read before the store is locked: others go on voting meanwhile, and what can be refused is
        # refused before the first write.
        for path in paths:
            try:
                with open_exports(path, format=format_name, columns=columns, soft=soft) as exports:
                    for export in exports:
                        old = imports.find_file(store, export.sha256)
                        if (old is not None and export.sha256 not in again) or export.sha256 in seen:
                            known.append((export.name, old.id if old else 0))
                            continue
                        seen.add(export.sha256)
                        named = source or (earlier.source if earlier else "")
                        where = platform or (earlier.platform if earlier else "")
                        refused = rejected.setdefault(export.sha256, [])
                        file, database = file_to_import(export, database=named, platform=where)
                        spool = spools.enter_context(Spool())
                        spool.fill(progress.through(file.rows, export, refused))
                        search = imports.NewSearch(database, platform, kind, searched_on, hits, strategy)
                        # The rows have been gone through, so the warnings are complete; later the export is closed.
                        said, cut = list(file.warnings()), list(file.layouts())
                        whole = replace(file, rows=spool, warnings=said.copy, layouts=cut.copy)
                        staged.append((search if search_id is None else search_id, whole))
            except InputError as error:
                problems.append(error)
            progress.file_done()
        if problems:
            raise _refused(problems, len(paths))
        saved = imports.save_imports(store, staged, by=by, keep=not dry_run, updates=updates, again=again)
    done_searches = []
    for run, files in saved:
        standing = [f for f in imports.files(store) if f.search_id == run.id and not f.undone]
        shown = [*standing, *files] if dry_run else standing
        refusals = tuple(r for f in files for r in rejected[f.sha256])
        done_searches.append(SearchImported(run, files, refusals, missing_batch(run.hits, [f.records for f in shown])))
    return Imported(tuple(done_searches), tuple(known), dry_run=dry_run)


def _again(store: Store, earlier: SearchRun, *, source: str, platform: str, into: int | None) -> frozenset[str]:
    """Return the hashes of the files that an update of a search may bring again: those of the searches it updates.

    Raises
    ------
    UsageError
        If the search was taken back or updated already or was a run, the files are added to a search as well, or source
        or platform are others.
    """
    from jakdb import imports, runs  # noqa: PLC0415

    if into is not None:
        raise UsageError("--updates and --search at once", hint="an update is a new search: leave --search out")
    if any(run.search_id == earlier.id for run in runs.runs(store)):
        raise UsageError(
            f"search {earlier.id} was run by jak itself",
            hint="`jak search refresh` runs it again; or import the files and `jak search compare` the two",
        )
    if earlier.undone:
        raise UsageError(f"search {earlier.id} was taken back", hint="import the files without --updates")
    if source and source.casefold() != earlier.source.casefold():
        raise UsageError(
            f"search {earlier.id} is of {earlier.source}, not of {source}",
            hint="an update is the same search of the same source; leave --source out, or --updates",
        )
    if platform and platform.casefold() != earlier.platform.casefold():
        raise UsageError(
            f"search {earlier.id} was made on {earlier.platform or 'a platform that nobody named'}, not on {platform}",
            hint="records of another platform are not known again; leave --platform out, or --updates",
        )
    updated, gone = imports.updates(store), {s.id for s in imports.searches(store) if s.undone}
    later = [new for new, old in updated.items() if old == earlier.id and new not in gone]
    if later:
        raise UsageError(
            f"search {earlier.id} was updated by search {later[0]} already",
            hint=f"--updates {later[0]} compares with both; or `jak search undo --search {later[0]}` first",
        )
    chain = {earlier.id}
    number = earlier.id
    while number in updated:
        number = updated[number]
        chain.add(number)
    return frozenset(f.sha256 for f in imports.files(store) if f.search_id in chain and not f.undone)


def _refused(problems: Sequence[InputError], count: int) -> InputError:
    """Return one error for all files that cannot be imported."""
    if len(problems) == 1 and count == 1:
        return problems[0]
    said = tuple(problem for error in problems for problem in (f"{error} ({error.hint})", *error.problems))
    return InputError(
        f"{len(problems)} of {count} files cannot be imported, so nothing was: {problems[0]}",
        hint="leave these files out, or mend them, and import again",
        problems=said,
    )


@dataclass(frozen=True, slots=True)
class VotesImported:
    """What became of the decisions in one file."""

    file: str
    message: str
    stored: int
    problems: tuple[str, ...]
    is_partial: bool


def import_decisions_too(
    review: Review,
    paths: Sequence[Path],
    *,
    by: str,
    format_name: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> tuple[VotesImported, ...]:
    """Store the votes that the files hold beside their records: labels of Rayyan and ASReview, jak's own notes.

    The records are in the store already and stay there; a file whose votes cannot be read is said.
    """
    from jak.console import counted  # noqa: PLC0415
    from jak.exchange import import_own_decisions  # noqa: PLC0415

    done = []
    for path in paths:
        try:
            found = import_own_decisions(review, path, by=by, format_name=format_name, columns=columns)
        except JakError as error:
            message = f"{path.name}: its records are in, but no decision was taken: {error}"
            done.append(VotesImported(path.name, message, 0, (), is_partial=True))
            continue
        message = (
            f"{path.name}: {counted(found.stored, 'decision')} stored, {found.known} known before, "
            f"{found.unlabelled} without a decision, {len(found.problems)} not taken"
        )
        done.append(VotesImported(path.name, message, found.stored, found.problems, is_partial=bool(found.problems)))
    return tuple(done)


def write_sample(
    paths: Sequence[Path], to: Path, *, format_name: str | None = None, columns: Mapping[str, str] | None = None
) -> None:
    """Write what was not understood in the files, anonymised."""
    from jak.files import write_whole  # noqa: PLC0415
    from jaksearch.formats.sample import sample_of  # noqa: PLC0415

    parts = [sample_of(path, format=format_name, columns=columns) for path in paths]
    write_whole(to, "\n----\n\n".join(parts))


class _Progress:
    """How much of all files is done, in bytes."""

    def __init__(self, paths: Sequence[Path], tick: Tick) -> None:
        self.sizes = [path.stat().st_size if path.is_file() else 0 for path in paths]
        self.total = sum(self.sizes)
        self.tick = tick
        self.files = 0
        tick(0, self.total)

    def through(self, rows: Iterable[Row], export: Export, refused: list[tuple[str, int, str]]) -> Iterator[Row]:
        """Pass the rows of an export on; tell how far it is, and note its rejects."""
        before = sum(self.sizes[: self.files])
        for count, row in enumerate(rows):
            if count % 256 == 0 and export.size and self.files < len(self.sizes):
                share = min(1.0, export.position / export.size)
                self.tick(before + int(share * self.sizes[self.files]), self.total)
            if isinstance(row, Reject):
                refused.append((export.name, row.line, row.reason))
            yield row

    def file_done(self) -> None:
        """Go on to the next file."""
        self.files += 1
        self.tick(sum(self.sizes[: self.files]), self.total)


def file_to_import(export: Export, *, database: str = "", platform: str = "") -> tuple[FileToImport, str]:
    """Return what the store needs of one export, its rows to be read and normalised one by one.

    Parameters
    ----------
    database, platform : str
        As the user named them; they stand for every record.

    Returns
    -------
    FileToImport, str
        The file, and the database of its search: as given, as detected, or the file's stem. Records that jak itself
        wrote keep the database that they name.
    """
    from jakdb.imports import FileToImport  # noqa: PLC0415

    found = database or export.database or Path(export.name).stem
    rows = _rows(export, database, found, platform)
    file = FileToImport(
        name=export.name,
        sha256=export.sha256,
        size=export.size,
        format=export.format,
        encoding=export.encoding,
        rows=rows,
        warnings=lambda: export.warnings,
        layouts=lambda: export.layouts,
    )
    return file, found


def _rows(export: Export, named: str, found: str, platform: str) -> Iterator[Row]:
    """Normalise the records of an export and give each its identity."""
    from jaksearch.formats.own import is_own_row  # noqa: PLC0415
    from jaksearch.formats.table_fields import TABLES  # noqa: PLC0415
    from jaksearch.normalise import normalise  # noqa: PLC0415

    copies: Counter[int] = Counter()
    for raw in export:
        if isinstance(raw, Reject):
            yield raw
            continue
        own = export.format == "jsonl" or (export.format in TABLES and is_own_row(raw.fields))
        record = normalise(raw, format=export.format, database=named if own else found, platform=platform)
        if not record.database:
            record = replace(record, database=named or (Path(export.name).stem if own else found))
        if not record.title:
            export.note("no title")
        identity = _identity(record)
        if identity.startswith("content:"):
            # Two rows of one file that say the same and bear no number stay two records: dedupe merges them with a
            # reason. Counting copies gives the same names when the file comes again.
            short = int(identity[-16:], 16)
            copies[short] += 1
            identity = f"{identity}:{copies[short]}"
        yield raw, record, identity


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


def _identity(record: Record) -> str:
    """Return what a record is known by: database, platform and number, else its content."""
    from jaksearch.normalise import source_key  # noqa: PLC0415

    key = source_key(record)
    if key:
        return key
    people = tuple((a.family, a.given, a.literal) for a in record.authors)
    content = tuple(people if name == "authors" else getattr(record, name) for name in IDENTITY)
    digest = hashlib.sha256(repr((*content, 0)).encode()).hexdigest()
    return f"content:{record.database}|{record.platform}|{digest}"
