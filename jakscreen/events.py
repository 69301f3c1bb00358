"""Which events are in force, and which records were one report at a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from jakdb.words import MergeEvent

__all__ = ["Event", "in_force", "merges_of", "together"]


class Event(Protocol):
    """What the events that can be taken back have in common."""

    @property
    def id(self) -> int:
        """Number in the store; a younger event has a higher one."""

    @property
    def at(self) -> datetime:
        """When it happened."""

    @property
    def undoes(self) -> int | None:
        """The event that it takes back."""


E = TypeVar("E", bound=Event)


def in_force(events: Iterable[E], *, undo: Callable[[E], bool]) -> list[E]:
    """Return the events that are no undo and that no undo in force takes back, ordered by time and id.

    An undo that is itself taken back undoes nothing, so the event it named is in force again.
    """
    every = sorted(events, key=lambda event: (event.at, event.id))
    gone: set[int] = set()
    for event in sorted(every, key=lambda event: -event.id):  # an undo is younger than what it takes back
        if undo(event) and event.id not in gone and event.undoes is not None and event.undoes < event.id:
            gone.add(event.undoes)
    return [event for event in every if not undo(event) and event.id not in gone]


def merges_of(events: Iterable[MergeEvent]) -> dict[int, list[MergeEvent]]:
    """Return for each merged record the merges in force of its whole cluster."""
    merges: dict[int, list[MergeEvent]] = {}
    cluster: dict[int, set[int]] = {}
    for event in in_force(events, undo=lambda event: event.kind == "undo"):
        if event.kind != "merge":
            continue
        a, b = cluster.get(event.record_a, {event.record_a}), cluster.get(event.record_b, {event.record_b})
        small, large = (a, b) if len(a) < len(b) else (b, a)
        found = merges.get(next(iter(large)), [])
        if small is not large:
            found += merges.get(next(iter(small)), [])
        found.append(event)
        for record in small | large:
            merges[record] = found
            cluster[record] = large
        large |= small
    return merges


def together(record_id: int, at: datetime, merges: Sequence[MergeEvent]) -> set[int]:
    """Return the records that were one report with this one at a moment, itself among them.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
    >>> merge = MergeEvent(1, "merge", 3, 4, 1.0, (), "rules", noon)
    >>> together(3, noon, [merge]), together(3, noon.replace(hour=11), [merge])
    ({3, 4}, {3})
    """
    group = {record_id}
    pairs = [{m.record_a, m.record_b} for m in merges if m.at <= at]
    grown = True
    while grown:
        near = group.union(*(pair for pair in pairs if not group.isdisjoint(pair)))
        grown = near != group
        group = near
    return group
