"""What the PRISMA flow is counted from: searches, what they retrieved, reports and where they stand, studies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from jak.report.counts import FlowMismatchError, Named
from jakdb.words import Link, SearchRun, Stop

__all__ = [
    "FlowInputs",
    "ScreenedReport",
    "left_by_stop",
    "links_in_force",
    "reports_of_records",
    "stops_in_force",
    "studies_told",
]


class ScreenedReport(Protocol):
    """What the flow asks of a report's state (`jakscreen.status.ReportState` answers it)."""

    @property
    def abstract(self) -> str:
        """``unscreened``, ``pending``, ``conflict``, ``include`` or ``exclude``."""

    @property
    def abstract_by_automation(self) -> bool:
        """Whether a tool alone excluded it."""

    @property
    def retrieval(self) -> str:
        """Empty, ``sought``, ``retrieved`` or ``not_retrieved``."""

    @property
    def fulltext(self) -> str:
        """Empty, ``unassessed``, ``pending``, ``conflict``, ``include``, ``exclude``, ``awaiting``, ``ongoing``."""

    @property
    def fulltext_reason(self) -> str:
        """The primary reason of an exclusion at full text."""

    @property
    def removed(self) -> str:
        """Empty, ``automation`` or ``other``: removed before screening."""

    @property
    def removal_reason(self) -> str:
        """Why it was removed."""


@dataclass(frozen=True, slots=True)
class FlowInputs:
    """What the flow is counted from.

    Attributes
    ----------
    searches : sequence of SearchRun
        The searches in force; one that found nothing is still named in the flow.
    retrieved : sequence of (int, int)
        Record id and search id, a pair for each time that a search gave a record, in the order in which they came.
    members : mapping of int to sequence of int
        Report id to its record ids; every record belongs to exactly one report.
    states : mapping of int to ScreenedReport
        Report id to where it stands.
    stops : sequence of Stop
        The last one of a stage counts; an empty rule takes a stop back.
    came : mapping of int to datetime
        When the first record of each report came in: a stop says nothing of those that came later.
    links : sequence of Link
        Which reports tell of which studies, undos included.
    """

    searches: Sequence[SearchRun]
    retrieved: Sequence[tuple[int, int]]
    members: Mapping[int, Sequence[int]]
    states: Mapping[int, ScreenedReport]
    stops: Sequence[Stop] = ()
    links: Sequence[Link] = ()
    came: Mapping[int, datetime] = field(default_factory=dict)


def reports_of_records(inputs: FlowInputs, searches: Mapping[int, SearchRun]) -> dict[int, int]:
    """Return each record's report, after making sure that records, reports and searches fit together."""
    for record, search in inputs.retrieved:
        if search not in searches:
            raise FlowMismatchError(f"searches in force that brought record {record} (search {search})", 0, 1)
    report_of: dict[int, int] = {}
    for report, records in inputs.members.items():
        if not records:
            raise FlowMismatchError(f"records of report {report}, one at least", 0, 1)
        for record in records:
            if record in report_of:
                raise FlowMismatchError(f"reports of record {record}, exactly one", 2, 1)
            report_of[record] = report
    found = {record for record, _ in inputs.retrieved}
    missing = found ^ report_of.keys()
    if missing:
        words = f"records found = records in reports (record {min(missing)} is in one of them only)"
        raise FlowMismatchError(words, len(found), len(report_of))
    if set(inputs.members) != set(inputs.states):
        raise FlowMismatchError("reports = reports with a state", len(inputs.members), len(inputs.states))
    return report_of


def studies_told(links: Iterable[Link], report_of: Mapping[int, int]) -> dict[int, set[str]]:
    """Return the studies that each report tells of as one of their own reports."""
    tells: dict[int, set[str]] = {}
    for link in links:
        if link.role == "report" and link.record_id in report_of:
            tells.setdefault(report_of[link.record_id], set()).add(link.study_key)
    return tells


def stops_in_force(stops: Iterable[Stop]) -> dict[str, Stop]:
    """Return the stop of each stage, the last word counting."""
    last: dict[str, Stop] = {}
    for stop in sorted(stops, key=lambda s: (s.at, s.id)):
        last[stop.stage] = stop
    return {stage: stop for stage, stop in last.items() if stop.rule.strip()}


def left_by_stop(
    stop: Stop | None, reports: Iterable[int], came: Mapping[int, datetime]
) -> tuple[tuple[Named, ...], int]:
    """Return how many of the open reports a stop left, under its rule, and how many wait: they came after it.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> stop = Stop(1, "abstract", "SAFE", "ann", datetime(2026, 3, 1, tzinfo=UTC))
    >>> left_by_stop(stop, [7, 8], {8: datetime(2026, 4, 1, tzinfo=UTC)})
    ((Named(name='SAFE', n=1),), 1)
    """
    open_ = list(reports)
    if stop is None:
        return (), len(open_)
    waits = sum(report in came and came[report] > stop.at for report in open_)
    left = len(open_) - waits
    return ((Named(stop.rule.strip(), left),) if left else (), waits)


def links_in_force(links: Iterable[Link]) -> list[Link]:
    """Return the links that no later link undoes."""
    kept: list[Link] = []
    undone: set[int | None] = set()
    for link in sorted(links, key=lambda row: row.id, reverse=True):
        if link.id in undone:
            continue
        if link.role == "undo":
            undone.add(link.undoes)
        else:
            kept.append(link)
    return kept[::-1]
