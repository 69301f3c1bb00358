"""Relations between reports that are not one paper: suggested by the rules, accepted or dismissed by people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import Connection, select

from jakdb import tables as t
from jakdb.errors import UsageError
from jakdb.store import Store, append, append_many, new_key
from jakdb.words import RelationEvent

__all__ = ["NewRelation", "add_relations", "answer_relation", "relation_events", "relations_in_force"]


@dataclass(frozen=True, slots=True)
class NewRelation:
    """A suggestion to be stored; see `RelationEvent`."""

    record_a: int
    record_b: int
    relation: str
    score: float
    reasons: tuple[str, ...] = ()


def add_relations(connection: Connection, new: Sequence[NewRelation], *, by: str, store: Store) -> tuple[int, ...]:
    """Append suggestions in an open transaction and return their numbers."""
    at = store.now()
    rows = []
    for one in new:
        row = {f.name: getattr(one, f.name) for f in fields(NewRelation)} | {"reasons": list(one.reasons)}
        rows.append({**row, "kind": "suggest", "by": by, "at": at, "key": new_key()})
    return append_many(connection, t.relation_events, rows)


def answer_relation(store: Store, number: int, kind: str, *, by: str, why: str = "") -> RelationEvent:
    """Accept or dismiss a suggestion, or take an earlier answer back (``undo``), by one more event.

    Raises
    ------
    UsageError
        If there is no such event, or it was answered or taken back before.
    """
    with store.write() as connection:
        found = {e.id: e for e in _events(connection)}
        event = found.get(number)
        wanted = ("accept", "dismiss") if kind == "undo" else ("suggest",)
        if event is None or event.kind not in wanted:
            what = "answer" if kind == "undo" else "suggestion"
            raise UsageError(f"there is no {what} {number}", hint="`jak search dedupe relations` shows them")
        standing = [e for e in found.values() if e.undoes == number and not _is_undone(e, found.values())]
        if standing:
            raise UsageError(f"{event.kind} {number} has been answered: {standing[0].kind}", hint="nothing was changed")
        row = {f.name: getattr(event, f.name) for f in fields(RelationEvent) if f.name not in ("id", "by", "at")}
        row |= {"kind": kind, "undoes": number, "reasons": [why] if why else [], "by": by, "at": store.now()}
        new, _ = append(connection, t.relation_events, row)
        return next(e for e in _events(connection) if e.id == new)


def relation_events(store: Store) -> tuple[RelationEvent, ...]:
    """Return every event, in the order in which they were stored."""
    with store.read() as connection:
        return tuple(_events(connection))


def relations_in_force(events: Iterable[RelationEvent]) -> tuple[tuple[RelationEvent, str], ...]:
    """Return each suggestion with how it stands: ``open``, ``accept`` or ``dismiss``."""
    every = list(events)
    answers = {e.undoes: e.kind for e in every if e.kind in ("accept", "dismiss") and not _is_undone(e, every)}
    return tuple((e, answers.get(e.id, "open")) for e in every if e.kind == "suggest")


def _is_undone(event: RelationEvent, events: Iterable[RelationEvent]) -> bool:
    """Say whether an answer was taken back."""
    return any(e.kind == "undo" and e.undoes == event.id for e in events)


def _events(connection: Connection) -> list[RelationEvent]:
    """Read every event."""
    names = [f.name for f in fields(RelationEvent)]
    query = select(t.relation_events).order_by(t.relation_events.c.id)
    return [
        RelationEvent(**{**{n: row[n] for n in names}, "reasons": tuple(row["reasons"])})
        for row in connection.execute(query).mappings()
    ]
