"""Which records said something else when they were seen again."""

from __future__ import annotations

from sqlalchemy import exists, func, select

from jakdb import tables as t
from jakdb.store import Store

__all__ = ["last_of_changed"]


def last_of_changed(store: Store) -> dict[int, int]:
    """Return the last sighting of every record that any sighting found changed; files taken back do not count."""
    undone = exists().where(t.file_undos.c.file_id == t.sightings.c.file_id)
    record, stands = t.sightings.c.record_id, ~undone
    again = select(t.files.c.id).where(t.files.c.seen_again > 0)  # the others need not be looked through
    changed = select(record).where(t.sightings.c.file_id.in_(again), t.sightings.c.changed, stands)
    query = select(record, func.max(t.sightings.c.id)).where(record.in_(changed), stands).group_by(record)
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query.order_by(record))}
