"""Events of screening: votes, resolutions, retrievals, removals, stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from jakdb import tables as t
from jakdb.errors import UsageError
from jakdb.looks import stamp_criteria
from jakdb.store import Store, append
from jakdb.words import Criteria, Decision, Removal, Retrieval, Stage, Stop

__all__ = [
    "NewDecision",
    "add_decisions",
    "add_removals",
    "add_retrievals",
    "add_stop",
    "decisions",
    "removals",
    "retrievals",
    "stops",
    "undo_decision",
    "undo_removal",
]


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A vote or resolution to be stored; see `Decision`. `at` is given only for one cast elsewhere, earlier."""

    record_id: int
    stage: Stage
    reviewer: str
    verdict: str
    reason: str = ""
    note: str = ""
    kind: str = "vote"
    key: str = ""
    at: datetime | None = None


def add_decisions(store: Store, new: Sequence[NewDecision], *, criteria: Criteria | None = None) -> tuple[int, ...]:
    """Append votes or resolutions in one transaction and return their numbers.

    When it returns, they are on the disk. The same key again appends nothing.

    Parameters
    ----------
    criteria : Criteria, optional
        What they were made under; kept as a new version if it reads otherwise than the last one.
    """
    with store.write() as connection:
        at = store.now()
        _require_records(connection, [d.record_id for d in new])
        _require_free_keys(connection, new)
        stored = [
            append(
                connection,
                t.decisions,
                {
                    "record_id": d.record_id,
                    "stage": d.stage,
                    "kind": d.kind,
                    "verdict": d.verdict,
                    "reason": d.reason,
                    "note": d.note,
                    "by": d.reviewer,
                    "at": min(d.at, at) if d.at else at,
                    "key": d.key,
                },
            )
            for d in new
        ]
        fresh = [d.reviewer for d, (_, is_new) in zip(new, stored, strict=True) if is_new]
        if criteria is not None and fresh:
            stamp_criteria(connection, criteria, by=fresh[0], at=at)
    return tuple(number for number, _ in stored)


def undo_decision(store: Store, event_id: int, *, by: str, why: str = "", key: str = "") -> Decision:
    """Take a vote or resolution out of force by one more event, and return what was taken back.

    Raises
    ------
    UsageError
        If there is no such decision in force, or it is somebody else's and `why` does not say why it goes.
    """
    with store.write() as connection:
        found = {d.id: d for d in _decisions(connection)}
        event = found.get(event_id)
        if event is None or event.kind == "undo":
            raise UsageError(f"there is no decision {event_id}", hint="`jak screen log` shows them with their numbers")
        if any(d.undoes == event_id for d in found.values()):
            raise UsageError(f"decision {event_id} was undone before", hint="nothing was changed")
        if event.reviewer != by and not why.strip():
            raise UsageError(
                f"decision {event_id} is not yours", hint='say why you take another person\'s decision back: --why "…"'
            )
        row: dict[str, Any] = {"record_id": event.record_id, "stage": event.stage, "kind": "undo"}
        row |= {"verdict": event.verdict}
        row |= {"reason": "", "note": why, "undoes": event_id, "by": by, "at": store.now(), "key": key}
        append(connection, t.decisions, row)
    return event


def decisions(store: Store, *, after: int = 0) -> tuple[Decision, ...]:
    """Return every decision event with a number above `after`, in the order in which they were stored."""
    with store.read() as connection:
        return tuple(_decisions(connection, after=after))


def add_retrievals(store: Store, rows: Sequence[tuple[int, str, str]], *, by: str) -> tuple[int, ...]:
    """Append (record, status, note) events of full-text retrieval."""
    with store.write() as connection:
        _require_records(connection, [r[0] for r in rows])
        at = store.now()
        return tuple(
            append(connection, t.retrievals, {"record_id": r, "status": s, "note": n, "by": by, "at": at})[0]
            for r, s, n in rows
        )


def retrievals(store: Store) -> tuple[Retrieval, ...]:
    """Return every retrieval event in order."""
    return tuple(Retrieval(**row) for row in _rows(store, t.retrievals, Retrieval))


def add_removals(store: Store, rows: Sequence[tuple[int, str, str]], *, by: str) -> tuple[int, ...]:
    """Append (record, cause, reason) events of removal before screening."""
    with store.write() as connection:
        _require_records(connection, [r[0] for r in rows])
        at = store.now()
        return tuple(
            append(connection, t.removals, {"record_id": r, "cause": c, "reason": why, "by": by, "at": at})[0]
            for r, c, why in rows
        )


def undo_removal(store: Store, event_id: int, *, by: str) -> Removal:
    """Bring a removed report back by one more event."""
    events = {r.id: r for r in removals(store)}
    event = events.get(event_id)
    if event is None or event.cause == "undo" or any(r.undoes == event_id for r in events.values()):
        raise UsageError(f"there is no removal {event_id} to undo", hint="`jak screen removals` lists them")
    with store.write() as connection:
        row = {"record_id": event.record_id, "cause": "undo", "reason": "", "undoes": event_id}
        append(connection, t.removals, {**row, "by": by, "at": store.now()})
    return event


def removals(store: Store) -> tuple[Removal, ...]:
    """Return every removal event in order."""
    return tuple(Removal(**row) for row in _rows(store, t.removals, Removal))


def add_stop(store: Store, stage: Stage, rule: str, *, by: str) -> int:
    """Record that a stage ends before every report is read (an empty rule takes that back)."""
    with store.write() as connection:
        return append(connection, t.stops, {"stage": stage, "rule": rule, "by": by, "at": store.now()})[0]


def stops(store: Store) -> tuple[Stop, ...]:
    """Return every stop event in order."""
    return tuple(Stop(**row) for row in _rows(store, t.stops, Stop))


def _require_free_keys(connection: Connection, new: Sequence[NewDecision]) -> None:
    """Refuse a key that stands for another decision: the caller would believe that this one was stored."""
    c = t.decisions.c
    for d in (d for d in new if d.key):
        query = select(c.record_id, c.stage, c.kind, c.verdict, c.by).where(c.key == d.key)
        known = connection.execute(query).first()
        if known is not None and tuple(known) != (d.record_id, d.stage, d.kind, d.verdict, d.reviewer):
            raise UsageError(f"the key {d.key!r} stands for another decision", hint="every decision needs its own key")


def _require_records(connection: Connection, ids: Sequence[int]) -> None:
    """Refuse events on records that do not exist."""
    for number in dict.fromkeys(ids):
        if connection.execute(select(t.records.c.id).where(t.records.c.id == number)).first() is None:
            raise UsageError(f"there is no record {number}", hint="`jak search records` lists them")


def _rows(store: Store, table: Table, word: type[Any]) -> list[dict[str, Any]]:
    """Read a table as the fields of a word."""
    names = [f.name for f in fields(word)]
    with store.read() as connection:
        found = connection.execute(select(table).order_by(table.c.id)).mappings()
        return [{n: row[n] for n in names} for row in found]


def _decisions(connection: Connection, *, after: int = 0) -> list[Decision]:
    """Read the decision events above a number."""
    names = [f.name for f in fields(Decision) if f.name != "reviewer"]
    query = select(t.decisions).where(t.decisions.c.id > after).order_by(t.decisions.c.id)
    return [Decision(reviewer=row["by"], **{n: row[n] for n in names}) for row in connection.execute(query).mappings()]
