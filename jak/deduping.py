"""Run the duplicate rules over a review's records and keep what they and people said as events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from jak.dedupe_plan import around, is_by_rules, make_plan, settled
from jak.double_counting import counted_twice
from jakdb.errors import UsageError
from jakdb.words import MergeEvent, MergeLink, Record

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from jak.console import Tick
    from jak.workspace import Review
    from jakdb.blocking import Keyed
    from jakdb.members import NewMerge
    from jaksearch.dedupe import Verdict
    from jaksearch.dedupe.find import Found
    from jaksearch.dedupe.prepare import Facts, Outline

__all__ = [
    "Answered",
    "Deduped",
    "OpenQuestion",
    "answer",
    "deduplicate",
    "explain_pair",
    "is_open",
    "keyed",
    "merge_by_hand",
    "open_questions",
    "unanswered",
]

Event = TypeVar("Event", bound=MergeEvent | MergeLink)

TOP_BAND = 0.5
"""As in `jaksearch.dedupe.find`, which is not for --help."""


@dataclass(frozen=True, slots=True)
class PairFound:
    """One pair as it was stored: the event's number, the records, the score, the reasons; of a question its band."""

    event: int
    record_a: int
    record_b: int
    score: float
    reasons: tuple[str, ...]
    band: int = 0


@dataclass(frozen=True, slots=True)
class RelationFound:
    """A relation as it was stored."""

    event: int
    record_a: int
    record_b: int
    relation: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deduped:
    """What one run of the rules did.

    Attributes
    ----------
    compared : int
        Records that were new to the rules.
    taken_back : tuple of int
        Merges of the rules that they would not make now that more records are known.
    cautions : tuple of str
        What a merge means for numbers that were extracted before.
    """

    records: int
    compared: int
    reports_before: int
    reports_after: int
    merged: tuple[PairFound, ...]
    asked: tuple[PairFound, ...]
    related: tuple[RelationFound, ...]
    taken_back: tuple[int, ...]
    open_questions: int
    conflicts_opened: int
    cautions: tuple[str, ...]
    rules: str
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What a person said about two records, as it was stored.

    Attributes
    ----------
    conflict : bool
        The report that they make carries decisions that differ, and did not before.
    cautions : tuple of str
        What a merge means for numbers that were extracted before.
    """

    event: int
    record_a: int
    record_b: int
    conflict: bool
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A near-equal pair that a person must answer."""

    event: int
    a: Record
    b: Record
    score: float
    reasons: tuple[str, ...]

    @property
    def band(self) -> int:
        """1 for a question that is worth a person's time first, 2 for one that is unlikely to be one paper."""
        return 1 if self.score >= TOP_BAND else 2


def deduplicate(
    review: Review,
    *,
    dry_run: bool = False,
    tick: Tick = lambda _done, _total: None,
    executor: Executor | None = None,
) -> Deduped:
    """Compare what is new with everything, merge what is surely one paper, queue what is nearly so.

    Only records that were not compared before are; the rules look again at the reports that these touch, so that the
    outcome is that of comparing all at once, whatever the order of imports. A pair that a person called distinct, or
    whose merge a person undid, is never merged by the rules again, nor are two clusters joined that hold such a pair.
    """
    from jakdb import blocking, members  # noqa: PLC0415
    from jakdb.dedupe import save_dedupe  # noqa: PLC0415
    from jakdb.relations import NewRelation, relation_events  # noqa: PLC0415
    from jaksearch.dedupe import RULES_VERSION  # noqa: PLC0415

    store = review.store
    report_of: Mapping[int, int] = members.membership(store)
    new = [number for number in blocking.uncompared(store, RULES_VERSION) if number in report_of]
    events = members.merge_links(store)
    in_force = members.events_in_force(events)
    found, fresh, inside = _compare(review, new, report_of, in_force, settled(events), tick, executor)
    suggested = [(e.record_a, e.record_b) for e in relation_events(store)]
    plan = make_plan(found, inside=inside, in_force=in_force, every=events, related=suggested, report_of=report_of)
    stored = [members.NewMerge("merge", p.a, p.b, p.score, p.reasons) for p in plan.merges]
    stored += [members.NewMerge("ask", p.a, p.b, p.score, p.reasons) for p in plan.asks]
    relations = [NewRelation(p.a, p.b, p.relation, p.score, p.reasons) for p in plan.relations]
    touched = {number for pair in plan.merges for number in (pair.a, pair.b)}
    before = _conflicts(review, report_of, touched)
    cautions = counted_twice(review, report_of, [(p.a, p.b) for p in plan.merges])
    numbers: tuple[int, ...] = (0,) * (len(stored) + len(relations))
    after = report_of
    if not dry_run:
        saved = save_dedupe(
            store,
            merges=stored,
            undoes=plan.undoes,
            relations=relations,
            compared=fresh,
            version=RULES_VERSION,
            by=f"rules {RULES_VERSION}",
        )
        numbers = saved.numbers
        after = report_of if saved.report_of is None else saved.report_of
    now = members.events_in_force(members.merge_links(store))
    pairs = [*plan.merges, *plan.asks]
    kept = [
        PairFound(n, p.a, p.b, p.score, p.reasons, p.band if p.kind == "ask" else 0)
        for n, p in zip(numbers, pairs, strict=False)
    ]
    reports = len(set(report_of.values()))
    return Deduped(
        records=len(report_of),
        compared=len(new),
        reports_before=reports,
        reports_after=reports - len(plan.merges) + len(plan.undoes) if dry_run else len(set(after.values())),
        merged=tuple(kept[: len(plan.merges)]),
        asked=tuple(kept[len(plan.merges) :]),
        related=tuple(
            RelationFound(n, p.a, p.b, p.relation, p.reasons)
            for n, p in zip(numbers[len(pairs) :], plan.relations, strict=True)
        ),
        taken_back=plan.undoes,
        open_questions=len(unanswered(now, after)) + (len(plan.asks) if dry_run else 0),
        conflicts_opened=0 if dry_run else max(0, _conflicts(review, after, touched) - before),
        cautions=cautions,
        rules=RULES_VERSION,
        dry_run=dry_run,
    )


def _compare(
    review: Review,
    new: Sequence[int],
    report_of: Mapping[int, int],
    in_force: Sequence[MergeLink],
    said: frozenset[tuple[int, int]],
    tick: Tick,
    executor: Executor | None,
) -> tuple[Found, list[Keyed], frozenset[int]]:
    """Return what the rules find, what is to be kept of the new records, and which records that is about."""
    from jakdb import blocking, imports  # noqa: PLC0415
    from jaksearch.dedupe.decide import are_plainly_two  # noqa: PLC0415
    from jaksearch.dedupe.find import Found, find_among, judge  # noqa: PLC0415
    from jaksearch.dedupe.keys import pairs_of_facts  # noqa: PLC0415
    from jaksearch.dedupe.prepare import prepare  # noqa: PLC0415
    from jaksearch.dedupe.stored import facts_from_json, outline_from_json  # noqa: PLC0415

    if not new:
        return Found((), ()), [], frozenset()
    facts = {number: prepare(record) for number, record in imports.get_records(review.store, new).items()}
    fresh = [keyed(one) for one in facts.values()]
    by_people = [(e.record_a, e.record_b) for e in in_force if e.kind == "merge" and not is_by_rules(e)]

    def kept(wanted: Iterable[int]) -> dict[int, str]:
        """Return what the store keeps of those records of the review that are not among the facts."""
        missing = {number for number in wanted if number not in facts and number in report_of}
        return blocking.facts_of(review.store, missing)

    judged: dict[tuple[int, int], Verdict] = {}
    if len(new) == len(report_of):
        pairs = pairs_of_facts(list(facts.values()))
    else:
        pairs = sorted({*blocking.candidates(review.store, fresh), *pairs_of_facts(list(facts.values()))})
        texts = kept(number for pair in pairs for number in pair)
        outlines: dict[int, Outline] = {**facts, **{n: outline_from_json(text) for n, text in texts.items()}}
        near = [(a, b) for a, b in pairs if not are_plainly_two(outlines[a], outlines[b])]
        facts.update((n, facts_from_json(texts[n])) for n in {n for pair in near for n in pair} - facts.keys())
        judged = judge(facts, near, executor=executor)  # what else is two papers ends here
        touched = around({*new, *(number for pair in judged for number in pair)}, in_force)
        facts.update((n, facts_from_json(text)) for n, text in kept(touched).items())
        facts = {number: facts[number] for number in touched if number in facts}
        beside = set(pairs_of_facts(list(facts.values()))).difference(pairs)
        pairs = sorted(beside.union(judged))
    joined = [pair for pair in by_people if facts.keys() >= set(pair)]
    found = find_among(facts, pairs=pairs, judged=judged, settled=said, joined=joined, tick=tick, executor=executor)
    return found, fresh, frozenset(facts)


def keyed(facts: Facts) -> Keyed:
    """Return what the store keeps of a record that was compared."""
    from jakdb.blocking import Keyed  # noqa: PLC0415
    from jaksearch.dedupe.keys import IDENTIFIER_KEYS, facts_keys, neighbour_order  # noqa: PLC0415
    from jaksearch.dedupe.stored import facts_to_json  # noqa: PLC0415

    keys = [(key, key.partition(":")[0] in IDENTIFIER_KEYS) for key in sorted(facts_keys(facts))]
    return Keyed(facts.id, facts_to_json(facts), neighbour_order(facts), keys)


def _conflicts(review: Review, report_of: Mapping[int, int], touched: Collection[int]) -> int:
    """Count the open conflicts of the reports of some records, by the membership given."""
    from jakdb import members, screening  # noqa: PLC0415
    from jakscreen import open_conflicts  # noqa: PLC0415
    from jakscreen.status import report_states  # noqa: PLC0415

    reports = {report_of[record] for record in touched if record in report_of}
    decisions = screening.decisions(review.store)
    if not reports or not decisions:
        return 0
    some: dict[int, list[int]] = {}
    for record, report in sorted(report_of.items()):
        if report in reports:
            some.setdefault(report, []).append(record)
    states = report_states(
        some,
        decisions,
        screening.retrievals(review.store),
        screening.removals(review.store),
        reviewers_required=review.settings.screening.reviewers_required,
        merges=members.merge_events(review.store),
    )
    return len(open_conflicts(states))


def open_questions(review: Review) -> tuple[OpenQuestion, ...]:
    """Return the pairs that still wait for a person, the most alike first."""
    from jakdb import imports, members  # noqa: PLC0415

    report_of = members.membership(review.store)
    waiting = unanswered(members.events_in_force(members.merge_events(review.store)), report_of)
    records = imports.get_records(review.store, {n for e in waiting for n in (e.record_a, e.record_b)})
    found = [OpenQuestion(e.id, records[e.record_a], records[e.record_b], e.score, e.reasons) for e in waiting]
    return tuple(sorted(found, key=lambda q: (-q.score, q.event)))


def is_open(review: Review, question: int) -> bool:
    """Say whether a question still waits: answers to others may have made its two reports one meanwhile."""
    from jakdb import members  # noqa: PLC0415

    events = members.events_in_force(members.merge_events(review.store))
    return any(e.id == question for e in unanswered(events, members.membership(review.store)))


def unanswered(events: Sequence[Event], report_of: Mapping[int, int]) -> tuple[Event, ...]:
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


def answer(review: Review, question: int, same: bool, *, by: str, why: str = "") -> Answered:
    """Answer a question: one paper (a merge) or two (never merged by the rules).

    Raises
    ------
    UsageError
        If there is no such question, or it was answered before.
    """
    from jakdb import members  # noqa: PLC0415

    events = members.merge_events(review.store)
    asked = next((e for e in events if e.id == question and e.kind == "ask"), None)
    if asked is None:
        raise UsageError(f"there is no question {question}", hint="`jak search dedupe list` shows them")
    pair = (asked.record_a, asked.record_b)
    standing = (e for e in members.events_in_force(events) if e.kind in ("merge", "distinct"))
    if said := next((e for e in standing if (e.record_a, e.record_b) == pair), None):
        raise UsageError(
            f"question {question} has its answer: {said.kind}, event {said.id} by {said.by}",
            hint=f"`jak search dedupe undo {said.id}` takes it back",
        )
    reasons = (f"answer to question {question}", *((why,) if why else ()))
    kind = "merge" if same else "distinct"
    return _store(review, members.NewMerge(kind, *pair, asked.score, reasons), by=by)


def merge_by_hand(review: Review, a: int, b: int, *, by: str, why: str) -> Answered:
    """Merge two records that a person holds to be one paper."""
    from jakdb import members  # noqa: PLC0415

    return _store(review, members.NewMerge("merge", a, b, 1.0, (why,)), by=by)


def _store(review: Review, new: NewMerge, *, by: str) -> Answered:
    """Store what a person said, and say what it means for decisions and numbers that were there before."""
    from jakdb import members  # noqa: PLC0415

    pair = (new.record_a, new.record_b)
    report_of = members.membership(review.store)
    merges = new.kind == "merge" and report_of.keys() >= set(pair)
    before = _conflicts(review, report_of, pair) if merges else 0
    [event] = members.add_merges(review.store, [new], by=by)
    after = _conflicts(review, members.membership(review.store), pair) if merges else 0
    return Answered(event, *pair, after > before, counted_twice(review, report_of, [pair]) if merges else ())


def explain_pair(review: Review, a: int, b: int) -> tuple[Verdict, tuple[MergeEvent, ...]]:
    """Return what the rules say of two records today, and the events on them."""
    from jakdb import members  # noqa: PLC0415
    from jaksearch.dedupe import explain  # noqa: PLC0415

    snapshot = review.snapshot()
    for number in (a, b):
        snapshot.report(number)
    events = [e for e in members.merge_events(review.store) if {e.record_a, e.record_b} == {a, b}]
    return explain(snapshot.records[a], snapshot.records[b]), tuple(events)
