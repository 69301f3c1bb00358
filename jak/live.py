"""The state of a review in an open session, kept in step with the store event by event.

A snapshot of fifty thousand records takes seconds to read. A session reads it once; after that a vote, its own or
another process's, moves the state of one report. What moves more (an import, a merge, a removal) is read again whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from jakdb.words import Decision, MergeEvent, Removal, Retrieval

if TYPE_CHECKING:
    from jak.workspace import Review, Snapshot
    from jakdb.ranking import Heads
    from jakscreen import ReportState

__all__ = ["Live"]

E = TypeVar("E", Decision, Retrieval, Removal)


class Live:
    """A review's state, brought in step by `catch_up`.

    Attributes
    ----------
    snapshot : Snapshot
        Records and reports as they were read; its `states` are these, kept in step, and its `decisions` are not.
    decisions : list of Decision
        Every decision event.
    readings : int
        How often the whole state was read.
    """

    def __init__(self, review: Review) -> None:
        self.review = review
        self.readings = 0
        self.heads: Heads
        self.decisions: list[Decision]
        self._read()

    def catch_up(self) -> tuple[int, ...] | None:
        """Take in what was stored since, by anybody; return the reports that moved, or none if all was read again."""
        from jakdb import ranking, screening  # noqa: PLC0415 - SQLAlchemy is not for --help

        heads = ranking.heads(self.review.store)
        if heads == self.heads:
            return ()
        same = [n for n in heads.__slots__ if n not in ("decisions", "draws")]
        if any(getattr(heads, name) != getattr(self.heads, name) for name in same):
            self._read()
            return None
        new = screening.decisions(self.review.store, after=self.decisions[-1].id if self.decisions else 0)
        moved = {self.snapshot.report_of[d.record_id] for d in new if d.record_id in self.snapshot.report_of}
        for decision in new:
            self.decisions.append(decision)
            self._decided.setdefault(self._home(decision.record_id), []).append(decision)
        for report in moved:
            self.states[report] = self._state(report)
        self.heads = heads
        return tuple(sorted(moved))

    def _read(self) -> None:
        """Read everything; what is stored meanwhile is taken in by the next `catch_up`."""
        from jakdb import members, ranking  # noqa: PLC0415

        self.heads = ranking.heads(self.review.store)
        read = self.review.snapshot()
        self.states: dict[int, ReportState] = dict(read.states)
        self.snapshot: Snapshot = replace(read, states=self.states)
        self.readings += 1
        self.decisions = list(self.snapshot.decisions)
        self._decided: dict[int, list[Decision]] = self._by_report(self.snapshot.decisions)
        self._retrieved: dict[int, list[Retrieval]] = self._by_report(self.snapshot.retrievals)
        self._removed: dict[int, list[Removal]] = self._by_report(self.snapshot.removals)
        self._merged: dict[int, list[MergeEvent]] = {}
        for event in members.merge_events(self.review.store):
            for report in {self._home(event.record_a), self._home(event.record_b)}:
                self._merged.setdefault(report, []).append(event)

    def _by_report(self, events: Iterable[E]) -> dict[int, list[E]]:
        """Return events by the report of their record."""
        found: dict[int, list[E]] = {}
        for event in events:
            found.setdefault(self._home(event.record_id), []).append(event)
        return found

    def _home(self, record: int) -> int:
        """Return the report of a record; zero if it is not in the review."""
        return self.snapshot.report_of.get(record, 0)

    def _state(self, report: int) -> ReportState:
        """Work out where one report stands from its own events."""
        from jakscreen.status import report_states  # noqa: PLC0415

        members: Mapping[int, tuple[int, ...]] = {report: self.snapshot.members[report]}
        found = report_states(
            members,
            self._decided.get(report, ()),
            self._retrieved.get(report, ()),
            self._removed.get(report, ()),
            reviewers_required=self.review.settings.screening.reviewers_required,
            merges=self._merged.get(report, ()),
        )
        return found[report]
