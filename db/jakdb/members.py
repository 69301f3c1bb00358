"""Which records are one report: a view over the merge events, kept as a table for speed.

A report is known by its lowest active record. Merges close transitively; an `undo` takes one event out of force, so the
clusters fall back to what they were, and decisions, which hang on records, are where they always were.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, exists, func, select

from jakdb import tables as t
from jakdb.errors import UsageError
from jakdb.store import Store, append, append_many, new_key
from jakdb.words import MergeEvent, MergeLink

__all__ = [
    "NewMerge",
    "add_merges",
    "all_compared",
    "append_merges",
    "events_in_force",
    "extend_membership",
    "mark_compared",
    "mark_compared_in",
    "members",
    "membership",
    "merge_events",
    "merge_links",
    "rebuild_membership",
    "report_of",
    "undo_merge",
]

Event = TypeVar("Event", bound=MergeEvent | MergeLink)


@dataclass(frozen=True, slots=True)
class NewMerge:
    """A merge event to be stored; see `MergeEvent`."""

    kind: str
    record_a: int
    record_b: int
    score: float = 1.0
    reasons: tuple[str, ...] = ()
    key: str = ""


def add_merges(store: Store, merges: Sequence[NewMerge], *, by: str) -> tuple[int, ...]:
    """Append merge, ask and distinct events in one transaction and return their numbers."""
    with store.write() as connection:
        numbers = append_merges(connection, merges, by=by, store=store)
        rebuild_membership(connection)
    return numbers


def append_merges(
    connection: Connection, merges: Sequence[NewMerge], *, by: str, store: Store, undoes: Sequence[int] = ()
) -> tuple[int, ...]:
    """Take events out of force and append others, in an open transaction; the membership is not brought in step.

    Parameters
    ----------
    undoes : sequence of int
        Numbers of merges in force that are taken back before the others are appended.

    Returns
    -------
    tuple of int
        The numbers of the appended events, those of the undos left out.
    """
    at = store.now()
    before = {e.id: e for e in _links(connection)}
    for number in undoes:
        event = before[number]
        row = {"kind": "undo", "record_a": event.record_a, "record_b": event.record_b, "score": 0.0}
        append(connection, t.merge_events, {**row, "reasons": [], "undoes": number, "by": by, "at": at})
    known = _existing(connection, {record for merge in merges for record in (merge.record_a, merge.record_b)})
    sets = _Sets(_links(connection) if undoes else before.values())
    rows = []
    for merge in merges:
        a, b = sorted((merge.record_a, merge.record_b))
        for record in (a, b):
            if record not in known:
                raise UsageError(f"there is no record {record}", hint="`jak search records` lists them")
        if a == b:
            raise UsageError(f"record {a} cannot be merged with itself")
        if merge.kind == "merge" and not sets.join(a, b):
            raise UsageError(f"records {a} and {b} are one report already", hint="nothing was stored")
        row = {"kind": merge.kind, "record_a": a, "record_b": b, "score": merge.score}
        rows.append(row | {"reasons": list(merge.reasons), "by": by, "at": at, "key": merge.key})
    if any(row["key"] for row in rows):  # an event that may have been stored before
        return tuple(append(connection, t.merge_events, row)[0] for row in rows)
    return append_many(connection, t.merge_events, [row | {"key": new_key()} for row in rows])


def undo_merge(store: Store, event_id: int, *, by: str) -> MergeEvent:
    """Take a merge, ask or distinct event out of force and return it."""
    with store.write() as connection:
        found = {e.id: e for e in _events(connection)}
        event = found.get(event_id)
        if event is None or event.kind == "undo":
            raise UsageError(
                f"there is no merge {event_id}", hint="`jak search dedupe list` shows them with their numbers"
            )
        if any(e.undoes == event_id for e in found.values()):
            raise UsageError(f"merge {event_id} was undone before", hint="nothing was changed")
        row = {"kind": "undo", "record_a": event.record_a, "record_b": event.record_b, "score": 0.0}
        append(connection, t.merge_events, {**row, "reasons": [], "undoes": event_id, "by": by, "at": store.now()})
        rebuild_membership(connection)
    return event


def merge_events(store: Store) -> tuple[MergeEvent, ...]:
    """Return every event, in the order in which they were stored."""
    with store.read() as connection:
        return tuple(_events(connection))


def merge_links(store: Store) -> tuple[MergeLink, ...]:
    """Return of every event what reports are made of, in the order in which they were stored."""
    with store.read() as connection:
        return tuple(_links(connection))


def events_in_force(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return the events that no later event took back."""
    listed = list(events)
    undone = {e.undoes for e in listed if e.kind == "undo"}
    return tuple(e for e in listed if e.kind != "undo" and e.id not in undone)


def expected_membership(connection: Connection) -> dict[int, int]:
    """Work out from the events which report each active record belongs to."""
    active = connection.execute(select(t.records.c.id).order_by(t.records.c.id)).scalars().all()
    undone = set(connection.execute(select(t.file_undos.c.file_id)).scalars())
    if undone:
        seen = select(t.sightings.c.record_id, t.sightings.c.file_id)
        held = {record for record, file in connection.execute(seen) if file not in undone}
        active = [record for record in active if record in held]
    sets = _Sets(_links(connection))
    lowest: dict[int, int] = {}
    return {record: lowest.setdefault(sets.root(record), record) for record in active}


def rebuild_membership(connection: Connection) -> dict[int, int]:
    """Bring the membership table in step with the events, writing only what differs, and return all of it."""
    wanted = expected_membership(connection)
    current = _membership(connection)
    stale = [record for record, report in current.items() if wanted.get(record) != report]
    for start in range(0, len(stale), 500):
        connection.execute(t.membership.delete().where(t.membership.c.record_id.in_(stale[start : start + 500])))
    fresh = [record for record, report in wanted.items() if current.get(record) != report]
    for start in range(0, len(fresh), 1000):
        rows = [{"record_id": record, "report_id": wanted[record]} for record in fresh[start : start + 1000]]
        connection.execute(t.membership.insert(), rows)
    return wanted


def extend_membership(connection: Connection, file_ids: Sequence[int]) -> None:
    """Take the records of files that have just come in into the membership, without going through all the others.

    No event speaks of a record that is new; a record that was there before and had left the review comes back by way of
    the whole computation.
    """
    c = t.sightings.c
    outside = ~exists().where(t.membership.c.record_id == c.record_id)
    ours = select(c.record_id).where(c.file_id.in_(file_ids), outside)
    first = select(c.record_id).where(c.file_id.in_(file_ids), c.first)
    if connection.execute(ours.where(c.record_id.not_in(first)).limit(1)).first() is not None:
        rebuild_membership(connection)
        return
    fresh = select(c.record_id, c.record_id).where(c.file_id.in_(file_ids), c.first)
    connection.execute(t.membership.insert().from_select(["record_id", "report_id"], fresh.where(outside)))


def mark_compared(store: Store) -> None:
    """Put on record that the rules have compared every file imported so far."""
    with store.write() as connection:
        mark_compared_in(connection, store.now())


def mark_compared_in(connection: Connection, at: datetime) -> None:
    """As `mark_compared`, in an open transaction."""
    name = _compared(connection)
    if connection.execute(select(t.facts.c.name).where(t.facts.c.name == name)).first() is None:
        connection.execute(t.facts.insert().values(name=name, value=at.isoformat()))


def all_compared(store: Store) -> bool:
    """Return whether the rules have run since the last file came in or left."""
    with store.read() as connection:
        query = select(t.facts.c.name).where(t.facts.c.name == _compared(connection))
        return connection.execute(query).first() is not None


def _compared(connection: Connection) -> str:
    """Name the state of the imports: the last file and the number of undone ones."""
    last = connection.execute(select(func.max(t.files.c.id))).scalar() or 0
    undone = connection.execute(select(func.count()).select_from(t.file_undos)).scalar() or 0
    return f"compared {last} files, {undone} undone"


def members(store: Store) -> dict[int, tuple[int, ...]]:
    """Return the active records of each report, by report, both ascending."""
    grouped: dict[int, list[int]] = {}
    for record, report in membership(store).items():
        grouped.setdefault(report, []).append(record)
    return {report: tuple(grouped[report]) for report in sorted(grouped)}


def membership(store: Store) -> dict[int, int]:
    """Return the report of each active record, by record, ascending."""
    with store.read() as connection:
        return _membership(connection)


def report_of(members: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Turn the mapping round: the report of each record."""
    return {record: report for report, records in members.items() for record in records}


class _Sets:
    """Which records the merges in force make one; the lowest of a set names it."""

    def __init__(self, events: Iterable[MergeEvent | MergeLink]) -> None:
        self._above: dict[int, int] = {}
        for event in events_in_force(events):
            if event.kind == "merge":
                self.join(event.record_a, event.record_b)

    def root(self, record: int) -> int:
        """Return the name of the set of a record."""
        above = self._above
        while record in above:
            nearer = above[record]
            above[record] = above.get(nearer, nearer)
            record = nearer
        return record

    def join(self, a: int, b: int) -> bool:
        """Join two sets; say whether they were two."""
        low, high = sorted((self.root(a), self.root(b)))
        if low != high:
            self._above[high] = low
        return low != high


def _membership(connection: Connection) -> dict[int, int]:
    """Read the report of each active record."""
    query = select(t.membership.c.record_id, t.membership.c.report_id).order_by(t.membership.c.record_id)
    return dict(connection.execute(query).all())


def _existing(connection: Connection, records: Collection[int]) -> frozenset[int]:
    """Return those of the records that the store holds."""
    wanted, found = sorted(records), set[int]()
    for start in range(0, len(wanted), 500):
        query = select(t.records.c.id).where(t.records.c.id.in_(wanted[start : start + 500]))
        found.update(connection.execute(query).scalars())
    return frozenset(found)


def _events(connection: Connection) -> list[MergeEvent]:
    """Read every merge event."""
    names = [f.name for f in fields(MergeEvent)]
    query = select(*(t.merge_events.c[name] for name in names)).order_by(t.merge_events.c.id)
    return [_event(list(row), names.index("reasons")) for row in connection.execute(query).all()]


def _links(connection: Connection) -> list[MergeLink]:
    """Read of every merge event what reports are made of."""
    query = select(*(t.merge_events.c[f.name] for f in fields(MergeLink))).order_by(t.merge_events.c.id)
    return [MergeLink(*row) for row in connection.execute(query).all()]


def _event(values: list[Any], reasons: int) -> MergeEvent:
    """Make an event of what the table holds; its reasons stand at a place of their own."""
    values[reasons] = tuple(values[reasons])
    return MergeEvent(*values)
