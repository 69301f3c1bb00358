"""What a run of the duplicate rules changes: pure, from what the rules find now and what they merged before.

The outcome must not depend on the order in which records came. So the rules look again at every report that a new
record touches, and merges of their own that they would not make now are taken back. What people said is never touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jakdb.words import MergeEvent, MergeLink

if TYPE_CHECKING:
    from jaksearch.dedupe.find import Found, Pair

__all__ = ["Plan", "around", "is_by_rules", "make_plan", "settled"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Merges of the rules to take back, and what to append.

    Attributes
    ----------
    undoes : tuple of int
        Numbers of events.
    """

    undoes: tuple[int, ...]
    merges: tuple[Pair, ...]
    asks: tuple[Pair, ...]
    relations: tuple[Pair, ...]


class _Groups:
    """Disjoint sets of record numbers."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def root(self, record: int) -> int:
        """Return the lowest record of a set."""
        parent = self._parent
        while parent.setdefault(record, record) != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    def join(self, a: int, b: int) -> bool:
        """Join two sets; say whether they were two."""
        low, high = sorted((self.root(a), self.root(b)))
        self._parent[high] = low
        return low != high


def is_by_rules(event: MergeEvent | MergeLink) -> bool:
    """Say whether the rules made an event, not a person.

    >>> from datetime import UTC, datetime
    >>> is_by_rules(MergeEvent(1, "merge", 1, 2, 1.0, (), "rules 2.1", datetime(2026, 1, 1, tzinfo=UTC)))
    True
    """
    return event.by.startswith("rules")


def settled(events: Iterable[MergeEvent | MergeLink]) -> frozenset[tuple[int, int]]:
    """Return the pairs that a person has spoken on: called distinct, merged by hand, or whose event they undid."""
    every = tuple(events)
    by_people = {e.undoes for e in every if e.kind == "undo" and not is_by_rules(e)}
    said = ("merge", "distinct")
    return frozenset(
        (e.record_a, e.record_b)
        for e in every
        if e.kind != "undo" and (e.id in by_people or (e.kind in said and not is_by_rules(e)))
    )


def around(records: Collection[int], events: Iterable[MergeEvent | MergeLink]) -> frozenset[int]:
    """Return the records and all that merges and questions join them to, however far away.

    Parameters
    ----------
    events : iterable of MergeEvent or MergeLink
        Those in force.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> def event(n, kind, a, b):
    ...     return MergeEvent(n, kind, a, b, 1.0, (), "rules 2.1", datetime(2026, 1, 1, tzinfo=UTC))
    >>> sorted(around({1}, [event(1, "merge", 1, 2), event(2, "ask", 2, 3), event(3, "merge", 4, 5)]))
    [1, 2, 3]
    """
    neighbours: dict[int, list[int]] = {}
    for e in events:
        if e.kind in ("merge", "ask"):
            neighbours.setdefault(e.record_a, []).append(e.record_b)
            neighbours.setdefault(e.record_b, []).append(e.record_a)
    found, waiting = set(records), list(records)
    while waiting:
        for other in neighbours.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return frozenset(found)


def make_plan(
    found: Found,
    *,
    inside: Collection[int],
    in_force: Sequence[MergeEvent | MergeLink],
    every: Sequence[MergeEvent | MergeLink],
    related: Iterable[tuple[int, int]],
    report_of: Mapping[int, int],
) -> Plan:
    """Compare what the rules find now with what they merged before.

    Parameters
    ----------
    inside : collection of int
        The records that `found` is about; merges with a record elsewhere stay as they are.
    in_force, every : sequence of MergeEvent or MergeLink
        The events in force, and all of them.
    related : iterable of (int, int)
        Pairs that a relation was suggested for before.
    report_of : mapping of int to int
        The report of each record of the review, before the run.
    """
    known = set(inside)
    target, after = _Groups(), _Groups()
    for e in in_force:
        if e.kind == "merge" and not is_by_rules(e):
            target.join(e.record_a, e.record_b)
            after.join(e.record_a, e.record_b)
    for pair in found.merges:
        target.join(pair.a, pair.b)
    undoes = []
    for e in in_force:
        if e.kind != "merge" or not is_by_rules(e):
            continue
        if known.issuperset((e.record_a, e.record_b)) and target.root(e.record_a) != target.root(e.record_b):
            undoes.append(e.id)
        else:
            after.join(e.record_a, e.record_b)
    merges = tuple(pair for pair in found.merges if after.join(pair.a, pair.b))
    asked = {(e.record_a, e.record_b) for e in every if e.kind == "ask"}
    asks = tuple(p for p in found.asks if (p.a, p.b) not in asked and after.root(p.a) != after.root(p.b))

    def reports(a: int, b: int) -> tuple[int, int]:
        one, other = sorted((after.root(report_of.get(a, a)), after.root(report_of.get(b, b))))
        return one, other

    suggested = {reports(a, b) for a, b in related} | {(a, b) for a, b in related}
    relations = tuple(p for p in found.relations if reports(p.a, p.b) not in suggested and (p.a, p.b) not in suggested)
    return Plan(tuple(undoes), merges, asks, relations)
