"""One reviewer at the terminal: the next report, keys, undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jak.asking import ask_choice, ask_key, show_record, wrapped
from jak.console import counted, emit, say
from jak.ordering import seed_reports
from jak.session import Session
from jakdb.errors import UsageError
from jakdb.words import ABSTRACT, FULLTEXT, Record, Stage

if TYPE_CHECKING:
    from jak.settings import ReviewSettings
    from jak.workspace import Review
    from jakscreen.rank import Neighbour, Term
    from jakscreen.rank.queries import Mix

__all__ = ["Explained", "Near", "Waiting", "explain_rank", "next_waiting", "screen_by_keys"]

QUERIES = {"random": "drawn at random", "uncertain": "uncertain", "diverse": "unlike the last"}
"""How a report that is not simply the most relevant one is announced."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The report to read next, as its sources read last, and how many wait behind it.

    Attributes
    ----------
    notices : tuple of str
        Retractions, expressions of concern and corrections of the report.
    query : str
        How the report was found: ``relevance``, ``uncertain``, ``diverse`` or ``random``.
    """

    report: int | None
    record: Record | None
    waiting: int
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    notices: tuple[str, ...] = ()
    query: str = "relevance"

    def show(self) -> None:
        """Print the report with the criteria."""
        if self.record is None:
            emit("Nothing waits for you at this stage.")
            return
        for notice in self.notices:
            emit(f"! {notice}")
        how = f", {QUERIES[self.query]}" if self.query in QUERIES else ""
        show_record(self.record, label=f"report {self.report} ({self.waiting} waiting{how}): ")
        for label, criteria in (("include if", self.include), ("exclude if", self.exclude)):
            if criteria:
                emit(wrapped(f"{label}: {'; '.join(criteria)}"))


@dataclass(frozen=True, slots=True)
class Near:
    """A report that an order was learnt from, and what likeness to it adds to a score.

    Attributes
    ----------
    report : int or None
        None for the question.
    known : str
        ``included``, ``excluded``, ``seed``, ``presumed irrelevant`` (drawn to stand in for excludes) or ``question``.
    """

    report: int | None
    title: str
    known: str
    weight: float


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a report stands where it stands in a reviewer's order; the strongest grounds first."""

    report: int
    title: str
    note: str
    score: float
    place: int
    of: int
    raises: tuple[Term, ...]
    lowers: tuple[Term, ...]
    like: tuple[Near, ...]
    unlike: tuple[Near, ...]


def next_waiting(review: Review, reviewer: str, stage: Stage, *, mix: Mix | None = None) -> Waiting:
    """Return the report that stands first in the reviewer's order, computed anew if votes or reports came."""
    with Session(review, reviewer, stage, mix=mix) as session:
        session.wait()
        if (trouble := session.trouble()) is not None:
            raise trouble
        return _waiting(review, session)


def screen_by_keys(review: Review, reviewer: str, stage: Stage, *, mix: Mix | None = None) -> None:
    """Show report after report and store each vote before the next is shown; the order is computed meanwhile."""
    votes = taken_back = 0
    with Session(review, reviewer, stage, mix=mix) as session:
        while True:
            waiting = _waiting(review, session)
            if (trouble := session.trouble()) is not None:
                say(f"! the order is as before, for the new one failed: {trouble}")
            emit("\n" + "─" * 60)
            waiting.show()
            if waiting.record is None or waiting.report is None:
                return
            more = "  [a] awaiting  [o] ongoing" if stage == FULLTEXT else ""
            prompt = f"[i] include  [e] exclude  [m] maybe{more}  [s] skip  [u] undo  [q] quit"
            key = ask_key(prompt, "iemsuqao" if more else "iemsuq")
            if key == "q":
                back = f", {taken_back} taken back" if taken_back else ""
                say(f"{counted(votes, 'vote')} stored{back}.")
                return
            if key == "u":
                taken_back += _undo(session)
                continue
            if key == "s":
                session.skip(waiting.report)
                say("put off until the others are read")
                continue
            verdict = {"i": "include", "e": "exclude", "m": "maybe", "a": "awaiting", "o": "ongoing"}[key]
            reason = _reason(review.settings, stage) if verdict == "exclude" else ""
            event = session.vote(waiting.record.id, verdict, reason=reason)
            votes += 1
            say(f"decision {event}: {verdict}{f' ({reason})' if reason else ''}")


def explain_rank(review: Review, number: int, reviewer: str) -> Explained:
    """Return what raises and lowers a report in the reviewer's order: its words, and the reports that it is like.

    Blind, these are reports that this reviewer voted on, or whose conflict was resolved, and no others.
    """
    from jak.ordering import labels_of, pool_of, ranking_of, scores_of  # noqa: PLC0415 - NumPy is not for --help
    from jakscreen.rank import why  # noqa: PLC0415

    snapshot = review.snapshot()
    report = snapshot.report(number)
    labels = labels_of(review, snapshot, reviewer)
    ranking = ranking_of(pool_of(review, snapshot), labels)
    found = why(report, ranking.model)
    seeds = set(seed_reports(review.settings, snapshot))
    scores = scores_of(ranking)

    def named(one: Neighbour) -> Near:
        """Say which report it is, and what is known of it."""
        if one.report_id < 0:
            return Near(None, "the question and the criteria", "question", one.weight)
        known = {1: "included", 0: "excluded"}.get(labels.get(one.report_id, -1))
        known = known or ("seed" if one.report_id in seeds else "presumed irrelevant")
        return Near(one.report_id, snapshot.best(one.report_id).title, known, one.weight)

    return Explained(
        report=report,
        title=snapshot.best(report).title,
        note=ranking.note,
        score=found.score,
        place=1 + sum((-score, other) < (-scores[report], report) for other, score in scores.items()),
        of=len(ranking.order),
        raises=found.raises,
        lowers=found.lowers,
        like=tuple(map(named, found.like)),
        unlike=tuple(map(named, found.unlike)),
    )


def _waiting(review: Review, session: Session) -> Waiting:
    """Return what the session shows next."""
    found = session.next()
    settings = review.settings
    if found is None:
        if not session.snapshot.states:
            say("No record has come yet: `jak search import FILES`")
        return Waiting(None, None, 0, settings.include, settings.exclude)
    shown, picked = found
    waiting = session.waiting
    return Waiting(shown.report, shown.record, waiting, settings.include, settings.exclude, shown.notices, picked.query)


def _undo(session: Session) -> bool:
    """Take the reviewer's last vote back, if there is one; say which."""
    try:
        undone = session.undo()
    except UsageError as error:
        say(str(error))
        return False
    say(f"taken back: {undone.verdict} on record {undone.record_id}")
    return True


def _reason(settings: ReviewSettings, stage: Stage) -> str:
    """Ask for the exclusion reason: needed at full text, optional at the abstract stage."""
    screening = settings.screening
    choices = screening.reasons if stage == ABSTRACT else screening.fulltext_reasons
    if not choices and stage == ABSTRACT:
        return ""
    return ask_choice("reason", choices, optional=stage == ABSTRACT)
