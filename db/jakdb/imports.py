"""Searches, files and records: what came in, from where, and exactly how much of it.

A record is known by its `identity`: database, platform and accession number or PMID, else its content. Found again, it
gets one more sighting with its own source text; the record itself is never altered. A record is *active* as long as
one file that holds it has not been undone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, exists, func, select

from jakdb import tables as t
from jakdb.errors import UsageError
from jakdb.members import extend_membership, rebuild_membership
from jakdb.one_paper import may_be_one_paper
from jakdb.store import Store, append, append_many
from jakdb.words import (
    Author,
    ImportedFile,
    RawRecord,
    Record,
    Reject,
    RelatedItem,
    SearchRun,
    SourceKind,
    TableLayout,
)

__all__ = [
    "FileToImport",
    "NewSearch",
    "Sighting",
    "UndoneFile",
    "active_records",
    "files",
    "find_file",
    "first_seen",
    "get_records",
    "layouts",
    "records_that_vary",
    "rejects",
    "retrieved",
    "save_file",
    "save_imports",
    "searches",
    "seen_by_searches",
    "sightings",
    "take_back",
    "undo_file",
    "updates",
]

BATCH = 1_000
"""Rows that are held and written at a time; fewer where their source texts are long."""
SOME = 5_000
"""So many records are asked for by number; for more, going through all of them is faster."""
BATCH_TEXT = 1_000_000
"""Characters of source text that are held at a time; one row may have more."""
_COLUMNS = tuple(f.name for f in fields(Record) if f.name != "id")
_FIELDS = ("id", *_COLUMNS)
_LISTS = ("registry_ids", "keywords", "mesh", "publication_types", "issn")
ADDED_LATER = frozenset(
    (
        "translated_authors",
        "editors",
        "translators",
        "date",
        "translated_journal",
        "article_number",
        "translated_abstract",
        "abstract_sections",
        "related",
    )
)
"""Columns of revision 0002: records stored before it have them empty."""
Row = tuple[RawRecord, Record, str] | Reject
_PEOPLE = ("authors", "translated_authors", "editors", "translators")


@dataclass(frozen=True, slots=True)
class NewSearch:
    """What a person says about a search when importing it."""

    source: str
    platform: str = ""
    kind: SourceKind = "database"
    searched_on: date | None = None
    hits: int | None = None
    strategy: str = ""


@dataclass(frozen=True, slots=True)
class FileToImport:
    """One file, read and normalised.

    Attributes
    ----------
    rows : iterable of (RawRecord, Record, str) or Reject
        Each row is a record with its identity, or a reject; it is gone through once.
    warnings, layouts : callable
        Return what was odd, in words, and how a table's rows are cut; called when the rows have been gone through.
    """

    name: str
    sha256: str
    size: int
    format: str
    encoding: str
    rows: Iterable[Row]
    warnings: Callable[[], Sequence[str]] = tuple
    layouts: Callable[[], Sequence[TableLayout]] = tuple


@dataclass(frozen=True, slots=True)
class Sighting:
    """One place where a record was found.

    Attributes
    ----------
    first : bool
        Whether the record as it is stored was read here.
    """

    record_id: int
    file_id: int
    file: str
    search_id: int
    source: str
    number: int
    line: int
    changed: bool
    source_text: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class UndoneFile:
    """What the undo of an import took out, the records that another file holds too, and the decisions that stay."""

    file: ImportedFile
    records_gone: int
    decisions_kept: int
    records_kept: int = 0


def save_imports(
    store: Store,
    files: Iterable[tuple[NewSearch | int, FileToImport]],
    *,
    by: str,
    keep: bool = True,
    updates: int | None = None,
    again: Collection[str] = (),
) -> tuple[tuple[SearchRun, tuple[ImportedFile, ...]], ...]:
    """Store the files of one or several searches, all of them or nothing.

    Parameters
    ----------
    files : iterable of (search, file)
        Each file with a new search (files with equal ones are added to one), or with the number of one that exists.
        Files and their rows are asked for one by one while the transaction is open, so that neither is ever held whole;
        an error in them takes everything back. A file that is active already is an error.
    keep : bool
        Without it everything is taken back at the end, and only the account is returned.
    updates : int, optional
        The search that a new one is run again for.
    again : collection of str
        Hashes of files that may be active already: a database searched again may answer the same.

    Returns
    -------
    tuple of (SearchRun, tuple of ImportedFile)
        Each search with the files added to it now.
    """
    saved: dict[int, list[int]] = {}
    made: dict[NewSearch, int] = {}
    with store.write() as connection:
        at = store.now()
        # A file's row is written behind its records, when its account is known.
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for search, file in files:
            if isinstance(search, int):
                number = search
                if connection.execute(select(t.searches.c.id).where(t.searches.c.id == number)).first() is None:
                    raise UsageError(f"there is no search {number}", hint="`jak search list` shows them")
            else:
                if search not in made:
                    row = {field.name: getattr(search, field.name) for field in fields(NewSearch)}
                    made[search], _ = append(connection, t.searches, {**row, "by": by, "at": at})
                    if updates is not None:
                        link = {"search_id": made[search], "updates_id": updates}
                        append(connection, t.search_updates, {**link, "by": by, "at": at})
                number = made[search]
            twice = file.sha256 in again
            saved.setdefault(number, []).append(save_file(connection, number, file, by=by, at=at, twice=twice))
        if saved:
            extend_membership(connection, [number for numbers in saved.values() for number in numbers])
        by_id = {f.id: f for f in _files(connection)}
        runs = {s.id: s for s in _searches(connection)}
        if not keep:
            connection.get_transaction().rollback()  # type: ignore[union-attr] # write() has begun one
    return tuple((runs[number], tuple(by_id[f] for f in numbers)) for number, numbers in saved.items())


def save_file(
    connection: Connection, search_id: int, file: FileToImport, *, by: str, at: datetime, twice: bool = False
) -> int:
    """Store one file with its records, sightings and rejects in an open transaction; return its number.

    The transaction must defer foreign keys (the file's row is written last) and extend the membership afterwards.

    Parameters
    ----------
    twice : bool
        Whether the same bytes may be there already: a service asked again answers the same.
    """
    active = connection.execute(select(t.files.c.id).where(t.files.c.sha256 == file.sha256, ~_is_undone())).scalar()
    if active is not None and not twice:
        raise UsageError(f"{file.name} was imported before, as file {active}", hint="nothing was added")
    file_id = int(connection.execute(select(func.coalesce(func.max(t.files.c.id), 0))).scalar_one()) + 1
    count = new = refused = apart = 0
    for batch in _batches(file.rows):
        count += len(batch)
        added, renamed = _save_rows(connection, file_id, [row for row in batch if not isinstance(row, Reject)])
        new, apart = new + added, apart + renamed
        rejected = [row for row in batch if isinstance(row, Reject)]
        refused += len(rejected)
        append_many(
            connection,
            t.rejects,
            [
                {
                    "file_id": file_id,
                    "number": r.number,
                    "line": r.line,
                    "reason": r.reason,
                    "source_text": r.text,
                    "offset": r.offset,
                }
                for r in rejected
            ],
        )
    append(
        connection,
        t.files,
        {
            "id": file_id,
            "search_id": search_id,
            "name": file.name,
            "sha256": file.sha256,
            "size": file.size,
            "format": file.format,
            "encoding": file.encoding,
            "records": count,
            "accepted": new,
            "rejected": refused,
            "seen_again": count - refused - new,
            "warnings": [*file.warnings(), *_said_apart(apart)],
            "layout": [[one.first, list(one.keys), one.delimiter, one.cut] for one in file.layouts()],
            "by": by,
            "at": at,
        },
    )
    return file_id


def _said_apart(count: int) -> list[str]:
    """Say how many records bear a number that another paper has."""
    if not count:
        return []
    return [f"{count} record{'s' if count > 1 else ''}: the number of another paper, taken as a record of its own"]


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows in batches whose size the memory can bear."""
    batch: list[Row] = []
    characters = 0
    for row in rows:
        batch.append(row)
        characters += len(row.text if isinstance(row, Reject) else row[0].text)
        if len(batch) == BATCH or characters >= BATCH_TEXT:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _save_rows(connection: Connection, file_id: int, rows: Sequence[tuple[RawRecord, Record, str]]) -> tuple[int, int]:
    """Store records that are new, and a sighting for each row; return how many were new, and how many told apart."""
    known = _known(connection, [identity for _, _, identity in rows])
    seen_before = _stored(connection, known.values())
    new: dict[str, Record] = {}
    told_apart: list[tuple[RawRecord, Record, str]] = []
    for raw, record, identity in rows:
        identity = _told_apart(connection, record, identity, known, seen_before, new)
        told_apart.append((raw, record, identity))
        if identity not in known:
            new.setdefault(identity, record)
    apart = sum(before[2] != after[2] for before, after in zip(rows, told_apart, strict=True))
    rows = told_apart
    ids = append_many(connection, t.records, [_to_row(record, identity) for identity, record in new.items()])
    number_of = {**known, **dict(zip(new, ids, strict=True))}
    first = set(new)
    sighted = []
    for raw, record, identity in rows:
        is_first = identity in first
        first.discard(identity)
        record_id = number_of[identity]
        stored = new.get(identity) or seen_before[record_id]
        sighted.append(
            {
                "record_id": record_id,
                "file_id": file_id,
                "number": raw.number,
                "line": raw.line,
                "first": is_first,
                "changed": _differs(stored, record),
                "source_text": raw.text,
            }
        )
    append_many(connection, t.sightings, sighted)
    return len(new), apart


def _told_apart(
    connection: Connection,
    record: Record,
    identity: str,
    known: dict[str, int],
    seen_before: dict[int, Record],
    new: Mapping[str, Record],
) -> str:
    """Return the identity, with a number behind it if another paper already has it.

    Accession numbers of a database are unique; running numbers of hand-made tables and libraries are not.
    """
    base, count = identity, 1
    while True:
        if identity not in new and identity not in known and count > 1:
            found = _known(connection, [identity])
            known.update(found)
            seen_before.update(_stored(connection, found.values()))
        other = new.get(identity) or (seen_before[known[identity]] if identity in known else None)
        if other is None or may_be_one_paper(other, record):
            return identity
        count += 1
        identity = f"{base}#{count}"


def find_file(store: Store, sha256: str) -> ImportedFile | None:
    """Return the file with these bytes, unless it was undone."""
    with store.read() as connection:
        return next((f for f in _files(connection) if f.sha256 == sha256 and not f.undone), None)


def files(store: Store) -> tuple[ImportedFile, ...]:
    """Return every imported file, the undone ones marked."""
    with store.read() as connection:
        return tuple(_files(connection))


def searches(store: Store) -> tuple[SearchRun, ...]:
    """Return every search; one whose files were all undone is marked."""
    with store.read() as connection:
        return tuple(_searches(connection))


def seen_by_searches(store: Store, search_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return, by search, the numbers of the records that its files hold, without the files that were taken back."""
    found: dict[int, set[int]] = {number: set() for number in search_ids}
    query = select(t.files.c.search_id, t.sightings.c.record_id).join(t.files, t.files.c.id == t.sightings.c.file_id)
    with store.read() as connection:
        for search_id, record_id in connection.execute(query.where(t.files.c.search_id.in_(found), ~_is_undone())):
            found[search_id].add(record_id)
    return {number: frozenset(records) for number, records in found.items()}


def updates(store: Store) -> dict[int, int]:
    """Return, by search that was imported as an update, the search that it updates."""
    with store.read() as connection:
        query = select(t.search_updates.c.search_id, t.search_updates.c.updates_id)
        return {row[0]: row[1] for row in connection.execute(query)}


def undo_file(store: Store, file_id: int, *, by: str, keep: bool = True) -> UndoneFile:
    """Take an import back by one more event: its records leave the review unless another file holds them.

    Decisions stay on record, and count again if the file comes back. Without `keep` nothing is changed, and only the
    account is returned.
    """
    with store.write() as connection:
        file = next((f for f in _files(connection) if f.id == file_id), None)
        if file is None:
            raise UsageError(f"there is no imported file {file_id}", hint="`jak search list` shows them")
        if file.undone:
            raise UsageError(f"file {file_id} ({file.name}) was undone before", hint="nothing was changed")
        gone, stay, decided = take_back(connection, [file_id], by=by, at=store.now())
        if not keep:
            connection.get_transaction().rollback()  # type: ignore[union-attr] # write() has begun one
    return UndoneFile(file=file, records_gone=gone, decisions_kept=decided, records_kept=stay)


def take_back(connection: Connection, file_ids: Sequence[int], *, by: str, at: datetime) -> tuple[int, int, int]:
    """Append the undo of files in an open transaction.

    Returns
    -------
    int, int, int
        Records that left the review, records of these files that another file holds too, decisions on those that left.
    """
    sighted = select(t.sightings.c.record_id).where(t.sightings.c.file_id.in_(file_ids)).distinct()
    held = set(connection.execute(sighted).scalars())
    before = set(connection.execute(_active_ids()).scalars())
    for number in file_ids:
        append(connection, t.file_undos, {"file_id": number, "by": by, "at": at})
    gone = before - set(connection.execute(_active_ids()).scalars())
    rebuild_membership(connection)
    decided = sum(1 for r in connection.execute(select(t.decisions.c.record_id)).scalars() if r in gone)
    return len(gone), len(held - gone), decided


def active_records(store: Store) -> tuple[Record, ...]:
    """Return every active record, in the order in which they came."""
    with store.read() as connection:
        query = select(t.records).where(t.records.c.id.in_(_active_ids())).order_by(t.records.c.id)
        return tuple(_to_record(row) for row in connection.execute(query).mappings())


def get_records(store: Store, ids: Iterable[int]) -> dict[int, Record]:
    """Return records by number, active or not; unknown numbers are absent."""
    with store.read() as connection:
        return _stored(connection, ids)


def sightings(store: Store, record_ids: Iterable[int] | None = None) -> tuple[Sighting, ...]:
    """Return where records were found, in files that are not undone."""
    query = (
        select(t.sightings, t.files.c.name, t.files.c.search_id, t.searches.c.source)
        .join(t.files, t.files.c.id == t.sightings.c.file_id)
        .join(t.searches, t.searches.c.id == t.files.c.search_id)
        .where(~_is_undone())
        .order_by(t.sightings.c.id)
    )
    wanted = None if record_ids is None else set(record_ids)
    if wanted is not None and len(wanted) <= 500:
        query = query.where(t.sightings.c.record_id.in_(wanted))
    with store.read() as connection:
        return tuple(
            Sighting(
                record_id=row["record_id"],
                file_id=row["file_id"],
                file=row["name"],
                search_id=row["search_id"],
                source=row["source"],
                number=row["number"],
                line=row["line"],
                changed=row["changed"],
                source_text=row["source_text"],
                first=row["first"],
            )
            for row in connection.execute(query).mappings()
            if wanted is None or row["record_id"] in wanted
        )


def retrieved(store: Store) -> tuple[tuple[int, int], ...]:
    """Return record and search of each sighting in a file that is not undone, in the order in which they came."""
    query = (
        select(t.sightings.c.record_id, t.files.c.search_id)
        .join(t.files, t.files.c.id == t.sightings.c.file_id)
        .where(~_is_undone())
        .order_by(t.sightings.c.id)
    )
    with store.read() as connection:
        return tuple((row[0], row[1]) for row in connection.execute(query))


def first_seen(store: Store, ids: Iterable[int]) -> dict[int, datetime]:
    """Return when each record came in first, of the files that were not taken back; unknown numbers are absent."""
    wanted = sorted(set(ids))
    found: dict[int, datetime] = {}
    query = select(t.sightings.c.record_id, func.min(t.files.c.at)).join(t.files, t.files.c.id == t.sightings.c.file_id)
    with store.read() as connection:
        for start in range(0, len(wanted), 500):
            part = query.where(t.sightings.c.record_id.in_(wanted[start : start + 500]), ~_is_undone())
            found |= {row[0]: row[1] for row in connection.execute(part.group_by(t.sightings.c.record_id))}
    return found


def layouts(store: Store) -> dict[int, tuple[TableLayout, ...]]:
    """Return, by file, how the rows of a table are cut; a file without one is no table, or older than revision 0004."""
    with store.read() as connection:
        query = select(t.files.c.id, t.files.c.layout)
        rows = [(number, kept) for number, kept in connection.execute(query) if kept]
    return {n: tuple(TableLayout(first, tuple(keys), *rest) for first, keys, *rest in kept) for n, kept in rows}


def records_that_vary(store: Store, among: Collection[int] | None = None) -> frozenset[int]:
    """Return the numbers of the records whose source texts are not all the same, those of undone files among them."""
    text, number = t.sightings.c.source_text, t.sightings.c.record_id
    query = select(number).group_by(number).having(func.min(text) != func.max(text))
    with store.read() as connection:
        if among is None or len(among) > SOME:
            found = frozenset(connection.execute(query).scalars())
            return found if among is None else found.intersection(among)
        varying: set[int] = set()
        wanted = sorted(among)
        for start in range(0, len(wanted), 500):
            varying.update(connection.execute(query.where(number.in_(wanted[start : start + 500]))).scalars())
    return frozenset(varying)


def rejects(store: Store, file_id: int | None = None) -> tuple[tuple[ImportedFile, Reject], ...]:
    """Return what could not be taken, with the file it stands in."""
    with store.read() as connection:
        by_id = {f.id: f for f in _files(connection)}
        query = select(t.rejects).order_by(t.rejects.c.id)
        if file_id is not None:
            query = query.where(t.rejects.c.file_id == file_id)
        return tuple(
            (by_id[row["file_id"]], Reject(*(row[n] for n in ("number", "line", "reason", "source_text", "offset"))))
            for row in connection.execute(query).mappings()
            if not by_id[row["file_id"]].undone
        )


def _is_undone() -> Any:
    """Return the condition that the file of the row was taken back."""
    return exists().where(t.file_undos.c.file_id == t.files.c.id)


def _active_ids() -> Select[tuple[int]]:
    """Select the numbers of the records that an active file holds."""
    return (
        select(t.sightings.c.record_id).join(t.files, t.files.c.id == t.sightings.c.file_id).where(~_is_undone())
    ).distinct()


def _files(connection: Connection) -> list[ImportedFile]:
    """Read every file with its account."""
    query = select(t.files, _is_undone().label("undone")).order_by(t.files.c.id)
    names = [f.name for f in fields(ImportedFile)]
    return [
        ImportedFile(**{**{n: row[n] for n in names}, "warnings": tuple(row["warnings"])})
        for row in connection.execute(query).mappings()
    ]


def _searches(connection: Connection) -> list[SearchRun]:
    """Read every search; undone when all of its files are, or when it was given up before it had one."""
    standing = set(connection.execute(select(t.files.c.search_id).where(~_is_undone())).scalars())
    without_file = ~exists().where(t.files.c.search_id == t.runs.c.search_id)
    abandoned = exists().where(t.run_ends.c.run_id == t.runs.c.id, t.run_ends.c.outcome == "abandoned")
    standing |= set(connection.execute(select(t.runs.c.search_id).where(without_file, ~abandoned)).scalars())
    names = [f.name for f in fields(SearchRun) if f.name != "undone"]
    return [
        SearchRun(**{n: row[n] for n in names}, undone=row["id"] not in standing)
        for row in connection.execute(select(t.searches).order_by(t.searches.c.id)).mappings()
    ]


def _known(connection: Connection, identities: Sequence[str]) -> dict[str, int]:
    """Return the numbers of those identities that the store has."""
    found: dict[str, int] = {}
    for start in range(0, len(identities), 500):
        part = identities[start : start + 500]
        query = select(t.records.c.identity, t.records.c.id).where(t.records.c.identity.in_(part))
        found.update({row[0]: row[1] for row in connection.execute(query)})
    return found


def _stored(connection: Connection, ids: Iterable[int]) -> dict[int, Record]:
    """Read records by number."""
    wanted = sorted(set(ids))
    found: dict[int, Record] = {}
    for start in range(0, len(wanted), 500):
        query = select(t.records).where(t.records.c.id.in_(wanted[start : start + 500]))
        found.update({row["id"]: _to_record(row) for row in connection.execute(query).mappings()})
    return found


def _to_row(record: Record, identity: str) -> dict[str, Any]:
    """Return a record as a row of its table."""
    row: dict[str, Any] = {name: getattr(record, name) for name in _COLUMNS}
    for name in _PEOPLE:
        if people := row[name]:
            row[name] = [[a.family, a.given, a.literal, *([a.orcid] if a.orcid else [])] for a in people]
    if record.related:
        row["related"] = [[r.kind, r.citation, r.pmid, r.doi] for r in record.related]
    row["identity"] = identity
    return row


def _to_record(row: RowMapping) -> Record:
    """Return a row of the table as a record."""
    values: dict[str, Any] = {name: row[name] for name in _FIELDS}
    for name in _LISTS:
        values[name] = tuple(values[name])
    for name in _PEOPLE:
        values[name] = tuple(Author(*a) for a in values[name])
    values["abstract_sections"] = tuple((label, text) for label, text in values["abstract_sections"])
    values["related"] = tuple(RelatedItem(*r) for r in values["related"])
    return Record(**values)


def _differs(stored: Record, found: Record) -> bool:
    """Say whether a record says something else than the stored one; what an older jak did not read is no change."""
    if stored is found:
        return False
    for name in _COLUMNS:
        before = getattr(stored, name)
        if before != getattr(found, name) and (before or name not in ADDED_LATER):
            return True
    return False
