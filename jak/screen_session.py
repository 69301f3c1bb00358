"""One reviewer at the terminal: the next report, keys, undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jak.asking import ask_choice, ask_key, show_record, wrapped
from jak.console import emit, say
from jak.notices import noticed_reports
from jak.places import best_as_last_seen
from jak.screening import last_decision, queue_for, rank_for, vote
from jakdb.words import ABSTRACT, FULLTEXT, Record, Stage

if TYPE_CHECKING:
    from jak.settings import ReviewSettings
    from jak.workspace import Review
    from jakscreen.rank import Why

__all__ = ["Waiting", "explain_rank", "next_waiting", "screen_by_keys"]

RERANK_EVERY = 10
"""How many votes of one session pass before the order is computed again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The report to read next, as its sources read last, and how many wait behind it.

    Attributes
    ----------
    notices : tuple of str
        Retractions, expressions of concern and corrections of the report.
    """

    report: int | None
    record: Record | None
    waiting: int
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    notices: tuple[str, ...] = ()

    def show(self) -> None:
        """Print the report with the criteria."""
        if self.record is None:
            emit("Nothing waits for you at this stage.")
            return
        for notice in self.notices:
            emit(f"! {notice}")
        show_record(self.record, label=f"report {self.report} ({self.waiting} waiting): ")
        for label, criteria in (("include if", self.include), ("exclude if", self.exclude)):
            if criteria:
                emit(wrapped(f"{label}: {'; '.join(criteria)}"))


def next_waiting(review: Review, reviewer: str, stage: Stage) -> Waiting:
    """Return the report that stands first in the reviewer's order."""
    snapshot = review.snapshot()
    queue = queue_for(review, snapshot, reviewer, stage)
    settings = review.settings
    if not queue:
        return Waiting(None, None, 0, settings.include, settings.exclude)
    report = queue[0]
    notices = tuple(one.sentence for one in noticed_reports(review, snapshot, [report]))
    record = best_as_last_seen(review.store, snapshot, report)
    return Waiting(report, record, len(queue), settings.include, settings.exclude, notices)


def screen_by_keys(review: Review, reviewer: str, stage: Stage) -> None:
    """Show report after report and store each vote before the next is shown."""
    votes = 0
    rank_for(review, reviewer, stage)
    while True:
        if votes and votes % RERANK_EVERY == 0:
            rank_for(review, reviewer, stage)
        waiting = next_waiting(review, reviewer, stage)
        emit("\n" + "─" * 60)
        waiting.show()
        if waiting.record is None or waiting.report is None:
            return
        more = "  [a] awaiting  [o] ongoing" if stage == FULLTEXT else ""
        key = ask_key(f"[i] include  [e] exclude  [m] maybe{more}  [u] undo  [q] quit", "iemuqao" if more else "iemuq")
        if key == "q":
            say(f"{votes} votes stored.")
            return
        if key == "u":
            _undo(review, reviewer)
            continue
        verdict = {"i": "include", "e": "exclude", "m": "maybe", "a": "awaiting", "o": "ongoing"}[key]
        reason = _reason(review.settings, stage) if verdict == "exclude" else ""
        done = vote(review, waiting.record.id, verdict, reviewer=reviewer, stage=stage, reason=reason)
        votes += 1
        say(f"decision {done.event}: {verdict}{f' ({reason})' if reason else ''}")


def explain_rank(review: Review, number: int, reviewer: str) -> tuple[str, Why]:
    """Return what the reviewer's order rests on, and the words that raise or lower a report in it."""
    from jak.screening import ranking_of  # noqa: PLC0415
    from jakscreen.rank import why  # noqa: PLC0415

    snapshot = review.snapshot()
    report = snapshot.report(number)
    ranking = ranking_of(review, snapshot, reviewer)
    return ranking.note, why(report, ranking.model)


def _undo(review: Review, reviewer: str) -> None:
    """Take the reviewer's last vote back."""
    from jakdb import screening  # noqa: PLC0415
    from jakdb.errors import UsageError  # noqa: PLC0415

    try:
        undone = screening.undo_decision(review.store, last_decision(review.snapshot(), reviewer).id, by=reviewer)
    except UsageError as error:
        say(str(error))
        return
    say(f"taken back: {undone.verdict} on record {undone.record_id}")


def _reason(settings: ReviewSettings, stage: Stage) -> str:
    """Ask for the exclusion reason: needed at full text, optional at the abstract stage."""
    screening = settings.screening
    choices = screening.reasons if stage == ABSTRACT else screening.fulltext_reasons
    if not choices and stage == ABSTRACT:
        return ""
    return ask_choice("reason", choices, optional=stage == ABSTRACT)
