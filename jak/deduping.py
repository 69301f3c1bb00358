"""Run the duplicate rules over a review's records and keep what they and people said as events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jakdb.errors import UsageError
from jakdb.words import MergeEvent, Record

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from jak.console import Tick
    from jak.workspace import Review
    from jaksearch.dedupe import Verdict

__all__ = ["Deduped", "OpenQuestion", "answer", "deduplicate", "explain_pair", "open_questions", "unanswered"]


@dataclass(frozen=True, slots=True)
class PairFound:
    """One pair as it was stored: the event's number, the records, the score and the reasons."""

    event: int
    record_a: int
    record_b: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deduped:
    """What one run of the rules did."""

    records: int
    reports_before: int
    reports_after: int
    merged: tuple[PairFound, ...]
    asked: tuple[PairFound, ...]
    open_questions: int
    conflicts_opened: int
    rules: str
    dry_run: bool


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A near-equal pair that a person must answer."""

    event: int
    a: Record
    b: Record
    score: float
    reasons: tuple[str, ...]


def deduplicate(
    review: Review,
    *,
    dry_run: bool = False,
    tick: Tick = lambda _done, _total: None,
    executor: Executor | None = None,
) -> Deduped:
    """Merge what is surely one paper, queue what is nearly so, and leave alone what a person has settled.

    A pair that a person called distinct, or whose merge a person undid, is never merged by the rules again, nor are
    two clusters joined that hold such a pair.
    """
    from jakdb import members  # noqa: PLC0415 - SQLAlchemy is not for --help
    from jakscreen import open_conflicts  # noqa: PLC0415
    from jaksearch.dedupe import RULES_VERSION, find_duplicates  # noqa: PLC0415

    snapshot = review.snapshot()
    events = members.merge_events(review.store)
    inside = snapshot.records.keys()
    in_force = members.events_in_force(events)
    pairs = ((e.record_a, e.record_b) for e in in_force if e.kind == "merge")
    joined = tuple(pair for pair in pairs if inside >= set(pair))
    records = tuple(snapshot.records.values())
    found = find_duplicates(records, settled=_settled(events), joined=joined, tick=tick, executor=executor)
    parent = dict(snapshot.report_of)
    asked_before = {(e.record_a, e.record_b) for e in events if e.kind == "ask"}
    new: list[members.NewMerge] = []
    for pair in found.merges:
        a, b = parent[pair.a], parent[pair.b]
        if a != b:
            new.append(members.NewMerge("merge", pair.a, pair.b, pair.score, pair.reasons))
            parent = {record: (a if report == b else report) for record, report in parent.items()}
    for pair in found.asks:
        low = (min(pair.a, pair.b), max(pair.a, pair.b))
        if low not in asked_before and parent[pair.a] != parent[pair.b]:
            new.append(members.NewMerge("ask", pair.a, pair.b, pair.score, pair.reasons))
    numbers = (0,) * len(new) if dry_run else members.add_merges(review.store, new, by=f"rules {RULES_VERSION}")
    if not dry_run:
        members.mark_compared(review.store)
    stored = [
        (PairFound(n, m.record_a, m.record_b, m.score, m.reasons), m.kind) for n, m in zip(numbers, new, strict=True)
    ]
    after = snapshot if dry_run else review.snapshot()
    questions = len(open_questions(review)) + (sum(m.kind == "ask" for m in new) if dry_run else 0)
    return Deduped(
        records=len(snapshot.records),
        reports_before=len(snapshot.members),
        reports_after=len(set(parent.values())),
        merged=tuple(p for p, kind in stored if kind == "merge"),
        asked=tuple(p for p, kind in stored if kind == "ask"),
        open_questions=questions,
        conflicts_opened=max(0, len(open_conflicts(after.states)) - len(open_conflicts(snapshot.states))),
        rules=RULES_VERSION,
        dry_run=dry_run,
    )


def open_questions(review: Review) -> tuple[OpenQuestion, ...]:
    """Return the pairs that still wait for a person, the most alike first."""
    from jakdb import members  # noqa: PLC0415

    snapshot = review.snapshot()
    events = members.events_in_force(members.merge_events(review.store))
    waiting = [
        OpenQuestion(e.id, snapshot.records[e.record_a], snapshot.records[e.record_b], e.score, e.reasons)
        for e in unanswered(events, snapshot.report_of)
    ]
    return tuple(sorted(waiting, key=lambda q: (-q.score, q.event)))


def unanswered(events: Sequence[MergeEvent], report_of: Mapping[int, int]) -> tuple[MergeEvent, ...]:
    """Return, of the events in force, the questions about two reports of today that no answer settles."""
    answered = {(e.record_a, e.record_b) for e in events if e.kind in ("merge", "distinct")}
    return tuple(
        e
        for e in events
        if e.kind == "ask"
        and (e.record_a, e.record_b) not in answered
        and e.record_a in report_of
        and e.record_b in report_of
        and report_of[e.record_a] != report_of[e.record_b]
    )


def answer(review: Review, question: int, same: bool, *, by: str, why: str = "") -> int:
    """Answer a question: one paper (a merge) or two (never merged by the rules); return the event's number."""
    from jakdb import members  # noqa: PLC0415

    asked = next((e for e in members.merge_events(review.store) if e.id == question and e.kind == "ask"), None)
    if asked is None:
        raise UsageError(f"there is no question {question}", hint="`jak search dedupe list` shows them")
    reasons = (f"answer to question {question}", *((why,) if why else ()))
    kind = "merge" if same else "distinct"
    new = members.NewMerge(kind, asked.record_a, asked.record_b, asked.score, reasons)
    return members.add_merges(review.store, [new], by=by)[0]


def explain_pair(review: Review, a: int, b: int) -> tuple[Verdict, tuple[MergeEvent, ...]]:
    """Return what the rules say of two records today, and the events on them."""
    from jakdb import members  # noqa: PLC0415
    from jaksearch.dedupe import explain  # noqa: PLC0415

    snapshot = review.snapshot()
    for number in (a, b):
        snapshot.report(number)
    events = [e for e in members.merge_events(review.store) if {e.record_a, e.record_b} == {a, b}]
    return explain(snapshot.records[a], snapshot.records[b]), tuple(events)


def _settled(events: tuple[MergeEvent, ...]) -> frozenset[tuple[int, int]]:
    """Return the pairs that a person has spoken on: called distinct, merged by hand, or whose event they undid."""
    undone = {e.undoes for e in events if e.kind == "undo"}
    return frozenset(
        (e.record_a, e.record_b)
        for e in events
        if e.kind != "undo" and (e.id in undone or (e.kind in ("merge", "distinct") and not e.by.startswith("rules")))
    )
