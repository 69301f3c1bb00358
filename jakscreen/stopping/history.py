"""What was read in a review, batch by batch, out of the events of screening."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Protocol

from jakdb.words import ABSTRACT, FULLTEXT, Decision
from jakscreen.rank.queries import random_order
from jakscreen.status import ReportState, decisions_in_force
from jakscreen.stopping.sequence import Reading

__all__ = ["Batch", "Drawn", "Sample", "batches_of", "sample_of"]


class Drawn(Protocol):
    """What is kept of a report that was drawn at random."""

    @property
    def record_id(self) -> int:
        """A record of the report."""

    @property
    def seed(self) -> int:
        """Of the random order."""

    @property
    def at(self) -> datetime:
        """When it was drawn."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Reports that came before the same votes: the first pool, or what a later search brought.

    Attributes
    ----------
    since : datetime
        When the first of them came.
    reports : tuple of int
        All of them that were not removed.
    read : tuple of int
        Those read, in the order in which they were read first; duplicates are one report.
    read_at : tuple of datetime
        When each of these was read first.
    labels : tuple of int
        1 or 0 at the abstract stage, as the votes stand now.
    fulltext_labels : tuple of int
        The same, but 0 for those excluded on full text. Not yet assessed ones stay 1.
    assessed : int
        How many relevant ones are decided on full text.
    """

    since: datetime
    reports: tuple[int, ...]
    read: tuple[int, ...]
    read_at: tuple[datetime, ...]
    labels: tuple[int, ...]
    fulltext_labels: tuple[int, ...]
    assessed: int

    def reading(self, *, fulltext: bool = False) -> Reading:
        """Return the labels of one level as rules want them."""
        return Reading(self.fulltext_labels if fulltext else self.labels, len(self.reports))


@dataclass(frozen=True, slots=True)
class Sample:
    """A simple random sample of those reports of a batch that were unread when drawing began.

    Attributes
    ----------
    before : frozenset of int
        Reports that were read before the first draw: no part of what was drawn from.
    drawn : tuple of int
        The beginning of the order, as far as it was drawn and is read.
    order : tuple of int
        All that was drawn from, in its random order.
    """

    before: frozenset[int]
    drawn: tuple[int, ...]
    order: tuple[int, ...]


def batches_of(
    states: Mapping[int, ReportState],
    decisions: Iterable[Decision],
    members: Mapping[int, Sequence[int]],
    arrived: Mapping[int, datetime],
    labels: Mapping[int, int],
    *,
    reviewer: str,
    blind: bool = True,
) -> tuple[Batch, ...]:
    """Cut the reports into batches, and tell what was read of each, in which order.

    A report belongs to the first search that brought a record of it. A batch ends where a vote stands between two
    arrivals. Blind, all rests on the reviewer's own votes and on resolved consensus; otherwise on everybody's.

    Parameters
    ----------
    members : mapping of int to sequence of int
        Report to its records.
    arrived : mapping of int to datetime
        When each record first came.
    labels : mapping of int to int
        What counts of each report that was read, see `jakscreen.labels_for`: votes, never what a question or a seed
        paper made presume.
    """
    home = {record: report for report, records in members.items() for record in records}
    first: dict[int, tuple[datetime, int]] = {}
    moments = []
    for decision in decisions_in_force(decisions):
        report = home.get(decision.record_id)
        if report is None or report not in labels or decision.stage != ABSTRACT:
            continue
        if blind and decision.kind == "vote" and decision.reviewer != reviewer:
            continue
        first.setdefault(report, (decision.at, decision.id))
        moments.append(decision.at)
    came = {
        report: min(arrived[record] for record in members[report])
        for report, state in states.items()
        if not state.removed
    }
    found = []
    for since, reports in _cut(came, sorted(moments)):
        read = tuple(sorted((r for r in reports if r in labels), key=lambda report: first[report]))
        finals = [_fulltext(states[r], reviewer, blind=blind) if labels[r] else None for r in read]
        found.append(
            Batch(
                since=since,
                reports=reports,
                read=read,
                read_at=tuple(first[report][0] for report in read),
                labels=tuple(labels[r] for r in read),
                fulltext_labels=tuple(labels[r] if f is None else f for r, f in zip(read, finals, strict=True)),
                assessed=sum(f is not None for f in finals),
            )
        )
    return tuple(found)


def sample_of(batch: Batch, draws: Iterable[Drawn], report_of: Mapping[int, int]) -> Sample | None:
    """Return the random sample of a batch; none if nothing of it was drawn.

    The sample is the beginning of the batch's own random order (`random_order`), as far as every report was drawn and
    is read. What was read before the first draw is left out, for the sample says how much is relevant among the rest.
    A report that was drawn but not read ends it, since what is put off is no longer left to chance; so does one that
    was not drawn, for what was drawn before it came was not drawn from the whole batch. The places on record are not
    asked: they count from a stage that may have grown or shrunk since. Of several seeds the longest sample counts.
    """
    inside, read_at = set(batch.reports), dict(zip(batch.read, batch.read_at, strict=True))
    drawn: dict[int, set[int]] = {}
    began: dict[int, datetime] = {}
    for draw in draws:
        report = report_of.get(draw.record_id)
        if report is not None and report in inside:
            drawn.setdefault(draw.seed, set()).add(report)
            began[draw.seed] = min(draw.at, began.get(draw.seed, draw.at))
    found = []
    for seed, reports in sorted(drawn.items()):
        before = frozenset(report for report, at in read_at.items() if at < began[seed])
        order = random_order(inside - before, seed)
        sure = reports & read_at.keys()
        found.append(Sample(before, tuple(takewhile(sure.__contains__, order)), tuple(order)))
    return max(found, key=lambda sample: len(sample.drawn), default=None)


def _cut(came: Mapping[int, datetime], moments: Sequence[datetime]) -> list[tuple[datetime, tuple[int, ...]]]:
    """Return the reports in groups: a vote between two arrivals begins a new one."""
    groups: list[tuple[datetime, list[int]]] = []
    last: datetime | None = None
    for report in sorted(came, key=lambda r: (came[r], r)):
        at = came[report]
        if last is None or (at > last and any(last <= moment < at for moment in moments)):
            groups.append((at, []))
        groups[-1][1].append(report)
        last = at
    return [(since, tuple(sorted(reports))) for since, reports in groups]


def _fulltext(state: ReportState, reviewer: str, *, blind: bool) -> int | None:
    """Return what the full text made of a report, as far as this reviewer may know; none if not assessed."""
    if state.fulltext_resolved or (not blind and state.fulltext in ("include", "exclude", "awaiting", "ongoing")):
        return int(state.fulltext != "exclude")
    votes = [vote for vote in state.votes_at(FULLTEXT) if not blind or vote.reviewer == reviewer]
    return int(any(vote.verdict != "exclude" for vote in votes)) if votes else None
