"""An open review: its settings, its store, and the views that commands ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from jak.settings import ReviewSettings, find_review, load_settings
from jakdb.errors import UsageError
from jakdb.words import Decision, Look, Record, Removal, Retrieval, Stop

if TYPE_CHECKING:
    from jakdb.store import Store
    from jakscreen.status import ReportState
    from jaksearch.dedupe.merged import Merged

__all__ = ["Review", "Snapshot", "fullness", "open_review"]


@dataclass(frozen=True)
class Snapshot:
    """One state of a review: what is in, which records are one report, and what was decided."""

    records: Mapping[int, Record]
    members: Mapping[int, tuple[int, ...]]
    decisions: tuple[Decision, ...]
    retrievals: tuple[Retrieval, ...]
    removals: tuple[Removal, ...]
    stops: tuple[Stop, ...]
    states: Mapping[int, ReportState]
    looks: tuple[Look, ...] = ()

    @cached_property
    def report_of(self) -> dict[int, int]:
        """The report of each record."""
        return {record: report for report, records in self.members.items() for record in records}

    def report(self, number: int) -> int:
        """Return the report that a report's or record's number means.

        Raises
        ------
        UsageError
            If no active record has that number.
        """
        if number in self.report_of:
            return self.report_of[number]
        raise UsageError(f"there is no record {number} in this review", hint="`jak search records` lists them")

    def voted(self, report: int) -> Record:
        """Return the record with a report's last vote, so that a link stays with it when a merge is undone."""
        votes = self.states[report].votes
        return self.records[votes[-1].record_id] if votes else self.best(report)

    def best(self, report: int) -> Record:
        """Return the record of a report that says most: an abstract first, then identifiers, then the lowest number."""
        return max((self.records[r] for r in self.members[report]), key=fullness)

    def merged(self, report: int) -> Merged:
        """Return what all records of a report say together, and which of them says it."""
        from jaksearch.dedupe.merged import merge_records  # noqa: PLC0415 - not for --help

        best = self.best(report)
        return merge_records(best, [self.records[r] for r in self.members[report] if r != best.id])


def fullness(record: Record) -> tuple[bool, int, int]:
    """Say how much a record tells, to be compared with others of its report."""
    filled = sum(bool(x) for x in (record.doi, record.pmid, record.year, record.journal, record.pages, record.authors))
    return bool(record.abstract), filled, -record.id


@dataclass(frozen=True)
class Review:
    """A review's folder, open for work."""

    settings: ReviewSettings
    store: Store

    def snapshot(self) -> Snapshot:
        """Read the whole state once."""
        from jakdb import imports, looks, members, screening  # noqa: PLC0415 - SQLAlchemy is not for --help
        from jakscreen.status import report_states  # noqa: PLC0415

        found = members.members(self.store)
        decisions = screening.decisions(self.store)
        retrievals = screening.retrievals(self.store)
        removals = screening.removals(self.store)
        states = report_states(
            found,
            decisions,
            retrievals,
            removals,
            reviewers_required=self.settings.screening.reviewers_required,
            merges=members.merge_events(self.store),
        )
        return Snapshot(
            records={r.id: r for r in imports.active_records(self.store)},
            members=found,
            decisions=decisions,
            retrievals=retrievals,
            removals=removals,
            stops=screening.stops(self.store),
            states=states,
            looks=looks.looks(self.store),
        )


@contextmanager
def open_review(folder: Path | None) -> Iterator[Review]:
    """Open the review in a folder, or the one around the working folder, and close it again."""
    from jakdb.store import Store  # noqa: PLC0415 - SQLAlchemy is not for --help

    settings = load_settings(folder if folder is not None else find_review(Path.cwd()))
    with Store(settings.store) as store:
        yield Review(settings=settings, store=store)
