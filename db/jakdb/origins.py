"""Where the records of a review came from: by search, by run, by file, without their source texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import exists, select

from jakdb import tables as t
from jakdb.store import Store

__all__ = ["Origin", "first_origins", "new_in_run", "records_of_searches"]

CHUNK = 500
"""Numbers in one query: SQLite takes so many."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The file, its format and the line on which a record was first found."""

    file: str
    format: str
    line: int


def records_of_searches(store: Store) -> dict[int, frozenset[int]]:
    """Return, by search, the numbers of the records that its files hold, without the files that were taken back."""
    query = (
        select(t.files.c.search_id, t.sightings.c.record_id)
        .join(t.sightings, t.sightings.c.file_id == t.files.c.id)
        .where(~exists().where(t.file_undos.c.file_id == t.files.c.id))
        .distinct()
    )
    found: dict[int, set[int]] = {}
    with store.read() as connection:
        for search_id, record_id in connection.execute(query):
            found.setdefault(search_id, set()).add(record_id)
    return {search: frozenset(records) for search, records in found.items()}


def new_in_run(store: Store, run_id: int) -> frozenset[int]:
    """Return the numbers of the records that no file before those of a run had brought."""
    c = t.run_batches.c
    query = (
        select(t.sightings.c.record_id)
        .join(t.run_batches, c.file_id == t.sightings.c.file_id)
        .where(c.run_id == run_id, t.sightings.c.first, ~exists().where(t.file_undos.c.file_id == c.file_id))
    )
    with store.read() as connection:
        return frozenset(connection.execute(query).scalars())


def first_origins(store: Store, record_ids: Iterable[int]) -> dict[int, Origin]:
    """Return the first place of each record among the files that were not taken back."""
    wanted = sorted(set(record_ids))
    found: dict[int, Origin] = {}
    with store.read() as connection:
        for start in range(0, len(wanted), CHUNK):
            query = (
                select(t.sightings.c.record_id, t.files.c.name, t.files.c.format, t.sightings.c.line)
                .join(t.files, t.files.c.id == t.sightings.c.file_id)
                .where(t.sightings.c.record_id.in_(wanted[start : start + CHUNK]))
                .where(~exists().where(t.file_undos.c.file_id == t.files.c.id))
                .order_by(t.sightings.c.id)
            )
            for record_id, name, format_name, line in connection.execute(query):
                found.setdefault(record_id, Origin(name, format_name, line))
    return found
