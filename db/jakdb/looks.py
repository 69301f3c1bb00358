"""What was looked at again, and the versions of the criteria that decisions were made under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from jakdb import tables as t
from jakdb.errors import UsageError
from jakdb.store import Store, append
from jakdb.words import Criteria, CriteriaVersion, Look

__all__ = ["NewLook", "add_looks", "criteria_versions", "looks", "stamp_criteria", "undo_look"]


@dataclass(frozen=True, slots=True)
class NewLook:
    """That somebody looked at a report again and leaves it as it is; see `Look`."""

    record_id: int
    reasons: tuple[str, ...]
    why: str


def add_looks(store: Store, new: Sequence[NewLook], *, by: str, criteria: Criteria | None = None) -> tuple[int, ...]:
    """Append looks in one transaction and return their numbers; `criteria` as for `screening.add_decisions`."""
    with store.write() as connection:
        at = store.now()
        known = set(connection.execute(select(t.records.c.id)).scalars())
        numbers = []
        for one in new:
            if one.record_id not in known:
                raise UsageError(f"there is no record {one.record_id}", hint="`jak search records` lists them")
            row = {"kind": "done", "record_id": one.record_id, "reasons": list(one.reasons), "why": one.why}
            numbers.append(append(connection, t.looks, {**row, "by": by, "at": at})[0])
        if criteria is not None and numbers:
            stamp_criteria(connection, criteria, by=by, at=at)
    return tuple(numbers)


def undo_look(store: Store, event_id: int, *, by: str) -> Look:
    """Take a look out of force by one more event, and return it.

    Raises
    ------
    UsageError
        If there is no such look in force.
    """
    with store.write() as connection:
        found = {one.id: one for one in _looks(connection)}
        event = found.get(event_id)
        if event is None or event.kind == "undo":
            raise UsageError(f"there is no look {event_id}", hint="`jak search looked` shows them")
        if any(one.undoes == event_id for one in found.values()):
            raise UsageError(f"look {event_id} was undone before", hint="nothing was changed")
        row = {"kind": "undo", "record_id": event.record_id, "reasons": [], "why": "", "undoes": event_id}
        append(connection, t.looks, {**row, "by": by, "at": store.now()})
    return event


def looks(store: Store) -> tuple[Look, ...]:
    """Return every event in the order in which it was stored."""
    with store.read() as connection:
        return tuple(_looks(connection))


def criteria_versions(store: Store) -> tuple[CriteriaVersion, ...]:
    """Return every version of the criteria under which somebody decided, the oldest first."""
    with store.read() as connection:
        found = connection.execute(select(t.criteria_versions).order_by(t.criteria_versions.c.id)).mappings()
        return tuple(CriteriaVersion(row["id"], _criteria(row), row["by"], row["at"]) for row in found)


def stamp_criteria(connection: Connection, criteria: Criteria, *, by: str, at: datetime) -> None:
    """Keep the criteria in an open transaction if they read otherwise than the last version."""
    query = select(t.criteria_versions).order_by(t.criteria_versions.c.id.desc()).limit(1)
    last = connection.execute(query).mappings().first()
    if last is None or _criteria(last) != criteria:
        row = {"question": criteria.question, "include": list(criteria.include), "exclude": list(criteria.exclude)}
        append(connection, t.criteria_versions, {**row, "by": by, "at": at})


def _criteria(row: RowMapping) -> Criteria:
    """Return a row of the table as criteria."""
    return Criteria(row["question"], tuple(row["include"]), tuple(row["exclude"]))


def _looks(connection: Connection) -> list[Look]:
    """Read every event."""
    names = [f.name for f in fields(Look)]
    return [
        Look(**{**{n: row[n] for n in names}, "reasons": tuple(row["reasons"])})
        for row in connection.execute(select(t.looks).order_by(t.looks.c.id)).mappings()
    ]
