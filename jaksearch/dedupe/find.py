"""Find all duplicates among records, and explain a single pair."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Literal

from jakdb.errors import UsageError
from jakdb.words import Record
from jaksearch.dedupe.cluster import Forest, join
from jaksearch.dedupe.decide import TWO_DOIS, Verdict, decide_facts, full_verdict, have_one_identifier
from jaksearch.dedupe.keys import pairs_of_facts
from jaksearch.dedupe.prepare import Facts, prepare

__all__ = ["Found", "Pair", "explain", "find_among", "find_duplicates", "judge", "judge_chunk", "settle"]

CHUNK = 4_000
"""Pairs that are decided in one piece, wherever that is."""
TOP_BAND = 0.5
"""Score from which a question is in the top band of the queue."""
AHEAD = 16
"""Pieces that are sent before the first of them must be done: they are held in memory."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records and what the rules say about them.

    Attributes
    ----------
    a, b : int
        Numbers of the records, the smaller first.
    reasons : tuple of str
        What was seen between exactly these two; vetoes begin with ``veto:``.
    """

    a: int
    b: int
    score: float
    reasons: tuple[str, ...]
    kind: Literal["merge", "ask", "related"]
    relation: str = ""

    @property
    def band(self) -> int:
        """1 for a question that is worth a person's time first, 2 for one that is unlikely to be one paper.

        >>> Pair(1, 2, 0.7, (), "ask").band, Pair(1, 2, 0.2, (), "ask").band
        (1, 2)
        """
        return 1 if self.score >= TOP_BAND else 2


@dataclass(frozen=True, slots=True)
class Found:
    """What to merge and what to ask.

    Attributes
    ----------
    merges : tuple of Pair
        Enough pairs to join each cluster, each with the reasons seen between its own two records.
    asks : tuple of Pair
        The queue for people, the likeliest first; one pair between any two reports, none already joined by `merges`.
    relations : tuple of Pair
        Reports that are not one but belong together, with the word for it; one pair between any two reports.
    compared : int
        How many pairs were compared.
    """

    merges: tuple[Pair, ...]
    asks: tuple[Pair, ...]
    relations: tuple[Pair, ...] = ()
    compared: int = 0


def explain(a: Record, b: Record) -> Verdict:
    """Return the verdict on two records with every field named, whether or not blocking would have paired them.

    >>> verdict = explain(Record(title="Alopecia areata", pages="1-3"), Record(title="Alopecia areata", pages="7"))
    >>> verdict.kind, verdict.reasons
    ('apart', ('title equal but common', 'pages 1-3 / 7'))
    """
    return full_verdict(prepare(a), prepare(b))


def find_duplicates(
    records: Sequence[Record],
    *,
    new_ids: Collection[int] | None = None,
    settled: Collection[tuple[int, int]] = frozenset(),
    joined: Iterable[tuple[int, int]] = (),
    tick: Callable[[int, int], None] = lambda done, total: None,
    executor: Executor | None = None,
) -> Found:
    """Find the records that are surely one report, and those that a person should look at.

    Parameters
    ----------
    records : sequence of Record
        With distinct, positive `id`.
    new_ids : collection of int, optional
        Compare only these with all records; `joined` should then hold the merges made before.
    settled : collection of (int, int)
        Pairs a person has decided. They are never returned; those that are not in `joined` were told apart, and no
        chain of merges joins them.
    joined : iterable of (int, int)
        Pairs already merged in the store, by rules or by people; they are taken as they are.
    tick : callable
        Called with the number of pairs compared and their total.
    executor : Executor, optional
        Where pairs are decided; in this process if not given. The result is the same.

    Returns
    -------
    Found
        The same for any order of `records`.

    Raises
    ------
    UsageError
        If two records have the same number, or one has none.

    Examples
    --------
    >>> title = "Oral ruxolitinib induces hair regrowth in patients with moderate-to-severe alopecia areata"
    >>> found = find_duplicates([Record(id=1, title=title, year=2016), Record(id=2, title=title.upper(), year=2016)])
    >>> [(p.a, p.b, p.reasons) for p in found.merges]
    [(1, 2, ('title equal', 'year 2016'))]
    """
    facts = {r.id: prepare(r) for r in sorted(records, key=lambda r: r.id)}
    if len(facts) != len(records) or 0 in facts:
        raise UsageError(
            "records to compare must have distinct numbers",
            hint="give every record its own positive id before looking for duplicates",
        )
    return find_among(facts, new_ids=new_ids, settled=settled, joined=joined, tick=tick, executor=executor)


def find_among(
    facts: Mapping[int, Facts],
    *,
    new_ids: Collection[int] | None = None,
    settled: Collection[tuple[int, int]] = frozenset(),
    joined: Iterable[tuple[int, int]] = (),
    pairs: Sequence[tuple[int, int]] | None = None,
    judged: Mapping[tuple[int, int], Verdict] | None = None,
    tick: Callable[[int, int], None] = lambda done, total: None,
    executor: Executor | None = None,
) -> Found:
    """As `find_duplicates`, for records that `prepare` has read: the records themselves need not be held.

    Parameters
    ----------
    facts : mapping of int to Facts
        By the number of the record.
    pairs : sequence of (int, int), optional
        The pairs to compare, the smaller number first, sorted; those that share a key if not given.
    judged : mapping of (int, int) to Verdict, optional
        What `judge` said of some of them before; they are not compared again.
    """
    before = judged or {}
    decided = {_ordered(p) for p in settled}
    old = {_ordered(p) for p in joined}
    known = decided | old
    candidates = pairs_of_facts(list(facts.values()), new_ids) if pairs is None else pairs
    pairs = [p for p in candidates if p not in known]
    said = {**before, **judge(facts, [p for p in pairs if p not in before], tick=tick, executor=executor)}
    verdicts = {p: said[p] for p in pairs if p in said}
    return settle(facts, verdicts, settled=decided, joined=old, compared=len(pairs))


def settle(
    facts: Mapping[int, Facts],
    verdicts: Mapping[tuple[int, int], Verdict],
    *,
    settled: Collection[tuple[int, int]] = frozenset(),
    joined: Collection[tuple[int, int]] = frozenset(),
    compared: int = 0,
) -> Found:
    """Make clusters, questions and relations of what was said about pairs.

    Parameters
    ----------
    facts : mapping of int to Facts
        Asked only about records of clusters of three or more, one by one.
    verdicts : mapping of (int, int) to Verdict
        Of the pairs that are not plainly two papers, the smaller number first.
    settled, joined
        As for `find_duplicates`, the smaller number first.
    compared : int
        How many pairs were compared.
    """
    decided, old = frozenset(settled), frozenset(joined)
    beside: dict[tuple[int, int], Verdict] = {}

    def contradiction(a: int, b: int) -> str:
        """Return the vetoes between two records; none if one was merged before and is not among the records now."""
        return "; ".join(verdict(a, b).vetoes) if a in facts and b in facts else ""

    def verdict(a: int, b: int) -> Verdict:
        """Return what the rules say of any two records, whether or not a key paired them."""
        pair = _ordered((a, b))
        known = verdicts.get(pair) or beside.get(pair)
        if known is None:
            known = beside[pair] = decide_facts(facts[pair[0]], facts[pair[1]])
        return known

    def excused(a: int, b: int, cluster: list[int]) -> bool:
        """Say whether two printings of one identifier bridge what contradicts: each agrees with one of the two.

        Only places (and a DOI that turns out to be wrong) can be bridged so.
        """
        if set(verdict(a, b).vetoes) - {*verdict(a, b).soft, TWO_DOIS}:
            return False

        def agreeing(one: int) -> list[int]:
            return [z for z in cluster if z in facts and (z == one or verdict(one, z).kind == "merge")]

        return any(
            x != y and have_one_identifier(facts[x], facts[y]) and verdict(x, y).kind == "merge"
            for x in agreeing(a)
            for y in agreeing(b)
        )

    outcome = join(
        {p: v.points for p, v in verdicts.items() if v.kind == "merge"},
        contradiction=contradiction,
        excused=excused,
        joined=sorted(old),
        distinct=decided - old,
    )
    merges = tuple(_pair(p, verdicts[p], "merge") for p in outcome.merges)
    asks = [_pair(p, v, "ask") for p, v in verdicts.items() if v.kind == "ask"]
    asks.extend(_pair(p, verdicts[p], "ask", f"veto: {said}") for p, said in outcome.refused)
    every = old | set(outcome.merges)
    asks = _one_question_each(asks, every, decided - old)
    related = [_pair(p, v, "related") for p, v in verdicts.items() if v.kind == "related"]
    related = _one_question_each(related, every, {(p.a, p.b) for p in asks})
    return Found(merges, tuple(asks), tuple(related), compared)


def judge_chunk(facts: Sequence[Facts], pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int, Verdict]]:
    """Decide some pairs, by the places of their facts, and return those that are not plainly two papers.

    It stands at the level of the module so that other processes can be sent it.
    """
    found = []
    for a, b in pairs:
        verdict = decide_facts(facts[a], facts[b])
        if verdict.kind != "apart":
            found.append((facts[a].id, facts[b].id, verdict))
    return found


def judge(
    facts: Mapping[int, Facts],
    pairs: Sequence[tuple[int, int]],
    *,
    tick: Callable[[int, int], None] = lambda done, total: None,
    executor: Executor | None = None,
) -> dict[tuple[int, int], Verdict]:
    """Decide every pair in chunks, telling how far it is after each; pairs that are plainly two papers are left out."""
    verdicts: dict[tuple[int, int], Verdict] = {}
    waiting: deque[tuple[int, Future[list[tuple[int, int, Verdict]]]]] = deque()
    done = 0

    def keep(size: int, found: list[tuple[int, int, Verdict]]) -> None:
        nonlocal done
        verdicts.update(((a, b), verdict) for a, b, verdict in found)
        done += size
        tick(done, len(pairs))

    for start in range(0, len(pairs), CHUNK):
        chunk = pairs[start : start + CHUNK]
        numbers = list(dict.fromkeys(number for pair in chunk for number in pair))
        place = {number: i for i, number in enumerate(numbers)}
        some = [facts[number] for number in numbers]
        places = [(place[a], place[b]) for a, b in chunk]
        if executor is None:
            keep(len(chunk), judge_chunk(some, places))
            continue
        waiting.append((len(chunk), executor.submit(judge_chunk, some, places)))
        if len(waiting) >= AHEAD:
            size, future = waiting.popleft()
            keep(size, future.result())
    for size, future in waiting:
        keep(size, future.result())
    tick(len(pairs), len(pairs))
    return verdicts


def _ordered(pair: tuple[int, int]) -> tuple[int, int]:
    """Return the pair with the smaller number first."""
    a, b = pair
    return (a, b) if a <= b else (b, a)


def _pair(pair: tuple[int, int], verdict: Verdict, kind: Literal["merge", "ask", "related"], *more: str) -> Pair:
    """Return a pair for the outside, vetoes among its reasons."""
    vetoes = (f"veto: {v}" for v in verdict.vetoes)
    return Pair(*pair, verdict.score, (*verdict.reasons, *vetoes, *more), kind, verdict.relation)


def _one_question_each(
    asks: list[Pair], merged: Collection[tuple[int, int]], told_apart: Collection[tuple[int, int]]
) -> list[Pair]:
    """Return the likeliest pair between any two reports: one answer settles the others, as does one given before."""
    forest = Forest()
    for a, b in sorted(merged):
        forest.union(a, b)

    def reports(pair: tuple[int, int]) -> tuple[int, int]:
        return _ordered((forest.find(pair[0]), forest.find(pair[1])))

    answered = {reports(p) for p in told_apart}
    kept: list[Pair] = []
    for ask in sorted(asks, key=lambda p: (-p.score, p.a, p.b)):
        between = reports((ask.a, ask.b))
        if between[0] != between[1] and between not in answered:
            answered.add(between)
            kept.append(ask)
    return kept
