"""What the screening commands do: order, show, vote, resolve, and say where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jakdb.errors import UsageError
from jakdb.words import ABSTRACT, FULLTEXT, Decision, RetrievalStatus, Stage, Verdict

if TYPE_CHECKING:
    from jak.settings import ReviewSettings
    from jak.workspace import Review, Snapshot
    from jakdb.screening import NewDecision
    from jakscreen import ReportState
    from jakscreen.agreement import Agreement

__all__ = [
    "RankedQueue",
    "RankedReport",
    "ScreeningStatus",
    "Voted",
    "agreement_sentence",
    "as_verdict",
    "check_reason",
    "checked_vote",
    "last_decision",
    "parse_stage",
    "queue_for",
    "rank_for",
    "record_retrieval",
    "resolve",
    "screening_status",
    "store_vote",
    "vote",
]

STAGES: tuple[Stage, ...] = (ABSTRACT, FULLTEXT)
VERDICTS: dict[Stage, tuple[Verdict, ...]] = {
    ABSTRACT: ("include", "exclude", "maybe"),
    FULLTEXT: ("include", "exclude", "maybe", "awaiting", "ongoing"),
}


@dataclass(frozen=True, slots=True)
class Voted:
    """One stored vote, and the state of its report after it."""

    event: int
    report: int
    record: int
    stage: Stage
    verdict: str
    state: str


@dataclass(frozen=True, slots=True)
class RankedReport:
    """One report of a ranking."""

    report: int
    score: float
    title: str


@dataclass(frozen=True, slots=True)
class RankedQueue:
    """The reports that wait for a reviewer, most relevant first, and what the order rests on."""

    note: str
    reports: tuple[RankedReport, ...]


@dataclass(frozen=True, slots=True)
class ScreeningStatus:
    """Where screening stands, stage by stage."""

    reports: int
    removed: int
    abstract: dict[str, int]
    fulltext: dict[str, int]
    retrieval: dict[str, int]
    votes: dict[str, dict[str, int]]
    conflicts: int
    agreement: tuple[Agreement, ...]
    reviewers_required: int
    blind: bool


def rank_for(review: Review, reviewer: str, stage: Stage) -> RankedQueue:
    """Order the reports that wait for this reviewer, most relevant first, and store the order.

    Blind, the ranking learns from this reviewer's own votes and resolved consensus alone; while they are few, it goes
    by the question, the inclusion criteria and the seed papers of jak.toml too.
    """
    from jak.ordering import current_order  # noqa: PLC0415
    from jakscreen import pending_for  # noqa: PLC0415

    snapshot = review.snapshot()
    order = current_order(review, snapshot, reviewer, stage)
    required = review.settings.screening.reviewers_required
    waiting = set(pending_for(snapshot.states, reviewer, stage, reviewers_required=required))
    kept = [(r, s) for r, s in zip(order.reports, order.scores, strict=True) if r in waiting]
    return RankedQueue(order.note, tuple(RankedReport(r, s, snapshot.best(r).title) for r, s in kept))


def agreement_sentence(found: Agreement) -> str:
    """Say how far two reviewers agreed, with the interval and what was counted."""
    stage = "full text" if found.stage == FULLTEXT else "abstract"
    head = f"Agreement of {found.reviewer_a} and {found.reviewer_b} ({stage}, {found.n} reports)"
    notes = "; ".join(found.notes)
    if found.kappa is None:
        return f"{head}: kappa is not defined ({notes})"
    span = f", {found.level * 100:g} % interval {found.low:.2f} to {found.high:.2f}" if found.low is not None else ""
    seen = f", observed agreement {found.observed * 100:.0f} %" if found.observed is not None else ""
    return f"{head}: Cohen's kappa {found.kappa:.2f}{span}{seen} ({notes})"


def queue_for(review: Review, snapshot: Snapshot, reviewer: str, stage: Stage) -> list[int]:
    """Return the reports that wait for this reviewer: in the order last computed, unranked ones behind."""
    from jak.ordering import stored_order  # noqa: PLC0415
    from jakscreen import pending_for  # noqa: PLC0415

    required = review.settings.screening.reviewers_required
    waiting = pending_for(snapshot.states, reviewer, stage, reviewers_required=required)
    order = stored_order(review, reviewer, stage)
    place = {report: number for number, report in enumerate(order.reports if order else ())}
    return sorted(waiting, key=lambda report: (place.get(report, len(place)), report))


def vote(
    review: Review,
    number: int,
    verdict: str,
    *,
    reviewer: str,
    stage: Stage = ABSTRACT,
    reason: str = "",
    note: str = "",
    key: str = "",
) -> Voted:
    """Store one vote on a record (or on the report of that number); when it returns, the vote is on the disk.

    Raises
    ------
    UsageError
        If there is no such record, the verdict does not exist at the stage, the report has not reached the stage, or
        a full-text exclusion names no reason of jak.toml's list.
    """
    new = checked_vote(
        review.settings,
        review.snapshot(),
        number,
        verdict,
        reviewer=reviewer,
        stage=stage,
        reason=reason,
        note=note,
        key=key,
    )
    event = store_vote(review, new)
    snapshot = review.snapshot()
    report = snapshot.report_of[new.record_id]
    after = snapshot.states[report]
    return Voted(event, report, new.record_id, stage, verdict, after.abstract if stage == ABSTRACT else after.fulltext)


def checked_vote(
    settings: ReviewSettings,
    snapshot: Snapshot,
    number: int,
    verdict: str,
    *,
    reviewer: str,
    stage: Stage,
    reason: str = "",
    note: str = "",
    key: str = "",
) -> NewDecision:
    """Return a vote that the rules of screening allow, ready to be stored; see `vote`."""
    from jakdb.screening import NewDecision  # noqa: PLC0415

    report = snapshot.report(number)
    state = snapshot.states[report]
    if verdict not in VERDICTS[stage]:
        raise UsageError(
            f"{verdict!r} is no verdict at the {stage} stage", hint=f"one of: {', '.join(VERDICTS[stage])}"
        )
    if state.removed:
        raise UsageError(f"report {report} was removed before screening ({state.removal_reason})")
    if stage == FULLTEXT and state.abstract != "include":
        raise UsageError(
            f"report {report} stands at {state.abstract!r} after the abstract stage",
            hint="only included reports are read in full; decide or resolve the abstract first",
        )
    if stage == FULLTEXT and state.retrieval == "not_retrieved":
        raise UsageError(
            f"the full text of report {report} is noted as not retrieved",
            hint=f"if it is in hand now: `jak screen retrieval retrieved {report}`, then vote",
        )
    reason = check_reason(settings, stage, verdict, reason)
    record = number if number in snapshot.records else snapshot.best(report).id
    return NewDecision(
        record_id=record, stage=stage, reviewer=reviewer, verdict=verdict, reason=reason, note=note, key=key
    )


def store_vote(review: Review, new: NewDecision) -> int:
    """Put a checked vote on the disk and return its number."""
    from jakdb import screening  # noqa: PLC0415

    return screening.add_decisions(review.store, [new], criteria=review.settings.criteria)[0]


def check_reason(settings: ReviewSettings, stage: Stage, verdict: str, reason: str) -> str:
    """Return the reason as jak.toml writes it.

    At full text an exclusion needs one primary reason of the list; at the abstract stage a reason is optional, but if
    given it must be on the list (of either stage), so that counts by reason add up.
    """
    screening = settings.screening
    known = screening.fulltext_reasons if stage == FULLTEXT else (*screening.reasons, *screening.fulltext_reasons)
    if verdict != "exclude":
        if reason.strip():
            raise UsageError(f"a reason goes with an exclusion, not with {verdict!r}", hint="use --note for a remark")
        return ""
    if not reason.strip():
        if stage == FULLTEXT:
            raise UsageError(
                "an exclusion at full text needs its primary reason",
                hint=f"--reason, one of: {', '.join(known) or '(none: fill screening.fulltext_reasons in jak.toml)'}",
            )
        return ""
    for word in known:
        if word.casefold() == reason.strip().casefold():
            return word
    place = "screening.fulltext_reasons" if stage == FULLTEXT else "screening.reasons"
    raise UsageError(
        f"{reason!r} is no exclusion reason of jak.toml",
        hint=f"one of: {', '.join(dict.fromkeys(known)) or '(none yet)'}; or add it to {place}",
    )


def resolve(
    review: Review, number: int, verdict: str, *, by: str, stage: Stage | None = None, reason: str, note: str
) -> Voted:
    """Settle a conflict, or any report whose votes leave it in doubt, by a recorded decision with its ground."""
    from jakdb import screening  # noqa: PLC0415

    snapshot = review.snapshot()
    report = snapshot.report(number)
    state = snapshot.states[report]
    at: Stage = stage or (FULLTEXT if state.fulltext and state.votes_at(FULLTEXT) else ABSTRACT)
    votes = state.votes_at(at)
    if not votes:
        raise UsageError(
            f"report {report} has no vote to resolve at the {at} stage", hint="vote with `jak screen decide`"
        )
    standing = state.abstract if at == ABSTRACT else state.fulltext
    if standing in ("pending", "unscreened", "unassessed", ""):
        needed = review.settings.screening.reviewers_required
        raise UsageError(
            f"report {report} has fewer than {needed} votes at the {at} stage: a resolution is no vote",
            hint="let the other reviewer vote first",
        )
    if verdict not in VERDICTS[at] or verdict == "maybe":
        raise UsageError(
            f"a resolution cannot be {verdict!r}", hint="include or exclude (awaiting, ongoing at full text)"
        )
    if not note.strip():
        raise UsageError("a resolution needs its ground", hint='say it with --why "…"')
    reason = check_reason(review.settings, at, verdict, reason)
    new = screening.NewDecision(
        record_id=votes[-1].record_id,
        stage=at,
        reviewer=by,
        verdict=verdict,
        reason=reason,
        note=note,
        kind="resolution",
    )
    event = screening.add_decisions(review.store, [new], criteria=review.settings.criteria)[0]
    after = review.snapshot().states[report]
    return Voted(event, report, new.record_id, at, verdict, after.abstract if at == ABSTRACT else after.fulltext)


def record_retrieval(
    review: Review, numbers: Sequence[int], status: str, *, by: str, note: str = ""
) -> tuple[int, ...]:
    """Note that full texts were sought, retrieved or not retrieved; return the reports."""
    from typing import get_args  # noqa: PLC0415

    from jakdb import screening  # noqa: PLC0415

    word = status.replace("-", "_").replace(" ", "_")
    if word not in get_args(RetrievalStatus):
        raise UsageError(f"{status!r} is no retrieval status", hint="one of: sought, retrieved, not_retrieved")
    snapshot = review.snapshot()
    reports = [snapshot.report(n) for n in numbers]
    for report in reports:
        if snapshot.states[report].abstract != "include":
            raise UsageError(
                f"report {report} stands at {snapshot.states[report].abstract!r} after the abstract stage",
                hint="full texts are sought for included reports only; nothing was stored",
            )
        votes = snapshot.states[report].votes_at(FULLTEXT)
        if votes and word != "retrieved":
            raise UsageError(
                f"the full text of report {report} has been read: it carries {len(votes)} votes",
                hint=f"take back decision {', '.join(str(v.id) for v in votes)} first; nothing was stored",
            )
    screening.add_retrievals(review.store, [(snapshot.best(r).id, word, note) for r in reports], by=by)
    return tuple(reports)


WHICH: Mapping[str, Callable[[ReportState], bool]] = {
    "all": lambda s: True,
    "to-screen": lambda s: s.abstract in ("unscreened", "pending"),
    "conflict": lambda s: bool(s.conflict),
    "to-retrieve": lambda s: s.abstract == "include" and s.retrieval in ("", "sought") and not s.fulltext,
    "not-retrieved": lambda s: s.abstract == "include" and s.retrieval == "not_retrieved",
    "to-assess": lambda s: s.fulltext in ("unassessed", "pending"),
    "included": lambda s: s.fulltext == "include",
    "excluded": lambda s: s.abstract == "exclude" or s.fulltext == "exclude",
    "awaiting": lambda s: s.fulltext == "awaiting",
    "ongoing": lambda s: s.fulltext == "ongoing",
}
"""What `jak screen reports` can list, and how a state answers."""


def reports_that_are(snapshot: Snapshot, which: str) -> tuple[int, ...]:
    """Return the reports, none removed, that stand at one of `WHICH`."""
    if which not in WHICH:
        raise UsageError(f"{which!r} is not known", hint=f"one of: {', '.join(WHICH)}")
    return tuple(r for r, s in snapshot.states.items() if not s.removed and WHICH[which](s))


def removable(snapshot: Snapshot, number: int) -> int:
    """Return the report that a number means, if it can still be removed before screening."""
    report = snapshot.report(number)
    state = snapshot.states[report]
    if state.removed:
        raise UsageError(f"report {report} is removed already ({state.removal_reason})", hint="nothing was changed")
    if state.votes:
        raise UsageError(
            f"report {report} has been voted on, so it was screened", hint="exclude it with a reason instead"
        )
    return report


def last_decision(decisions: Sequence[Decision], reviewer: str) -> Decision:
    """Return the reviewer's last vote or resolution in force."""
    undone = {d.undoes for d in decisions if d.kind == "undo"}
    mine = [d for d in decisions if d.kind != "undo" and d.reviewer == reviewer and d.id not in undone]
    if not mine:
        raise UsageError(
            f"{reviewer} has no decision to undo",
            hint="`jak screen log` lists who decided what; `--as NAME` says who you are",
        )
    return mine[-1]


def screening_status(review: Review, snapshot: Snapshot | None = None) -> ScreeningStatus:
    """Count where the reports stand, and measure the agreement of first independent votes."""
    from jakscreen import open_conflicts  # noqa: PLC0415
    from jakscreen.agreement import agreements, first_votes  # noqa: PLC0415

    snapshot = snapshot or review.snapshot()
    inside = [s for s in snapshot.states.values() if not s.removed]
    undone = {d.undoes for d in snapshot.decisions if d.kind == "undo"}
    votes: dict[str, Counter[str]] = {}
    for d in snapshot.decisions:
        if d.kind == "vote" and d.id not in undone and d.record_id in snapshot.report_of:
            votes.setdefault(d.reviewer, Counter())[d.stage] += 1
    found: list[Agreement] = []
    for stage in STAGES:
        found += agreements(first_votes(snapshot.decisions, snapshot.members, stage=stage), stage=stage)
    return ScreeningStatus(
        reports=len(snapshot.states),
        removed=len(snapshot.states) - len(inside),
        abstract=dict(Counter(s.abstract for s in inside)),
        fulltext=dict(Counter(s.fulltext for s in inside if s.fulltext)),
        retrieval=dict(Counter(s.retrieval or "not noted" for s in inside if s.abstract == "include")),
        votes={reviewer: dict(count) for reviewer, count in sorted(votes.items())},
        conflicts=len(open_conflicts(snapshot.states)),
        agreement=tuple(found),
        reviewers_required=review.settings.screening.reviewers_required,
        blind=review.settings.screening.blind,
    )


def parse_stage(value: str) -> Stage:
    """Return the stage that a word means."""
    word = value.strip().casefold().replace("-", "").replace(" ", "").replace("_", "")
    for stage in STAGES:
        if stage.startswith(word) and word:
            return stage
    raise UsageError(f"{value!r} is no stage", hint="abstract or fulltext")


def as_verdict(value: str) -> Verdict:
    """Return the verdict that a word or its first letter means."""
    word = value.strip().casefold()
    for verdict in VERDICTS[FULLTEXT]:
        if word and verdict.startswith(word):
            return verdict
    raise UsageError(f"{value!r} is no verdict", hint="include, exclude, maybe; awaiting and ongoing at full text")
