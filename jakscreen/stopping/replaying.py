"""Where each rule would have stopped a review that is read to the end, and what it would have missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jakscreen.stopping.reliability import learnt, wilson
from jakscreen.stopping.rules import RULES, Goal, judge
from jakscreen.stopping.sequence import Reading

__all__ = ["Replayed", "Tally", "checkpoints", "replay", "tally"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """One rule on one finished reading.

    Attributes
    ----------
    stopped : bool
        Whether it said stop before every record was read.
    read, found, relevant, pool : int
        Records read and relevant ones found by then, relevant ones and records in all.
    recall : float
        ``found / relevant``, 1 if nothing is relevant.
    share : float
        ``read / pool``.
    """

    rule: str
    stopped: bool
    read: int
    found: int
    relevant: int
    pool: int
    recall: float
    share: float


@dataclass(frozen=True, slots=True)
class Tally:
    """One rule over several finished readings.

    Attributes
    ----------
    replays, stopped : int
        All of them, and those in which it said stop before the end.
    reached : int
        Those that held the target or more at the stop, or were read to the end.
    low, high : float
        Wilson interval of ``reached / replays``. Replays of one review are alike: with few reviews it is too narrow.
    recall_least, recall_mean : float
        Of the recalls at the stop.
    read : float
        Mean share of the pool that was read.
    """

    rule: str
    replays: int
    stopped: int
    reached: int
    low: float
    high: float
    recall_least: float
    recall_mean: float
    read: float


def replay(
    labels: Sequence[int],
    rules: Iterable[str] = (),
    *,
    goal: Goal | None = None,
    guard: bool = True,
    every: float = 0.005,
) -> tuple[Replayed, ...]:
    """Read a finished review again, and ask the rules on the way when to stop.

    Parameters
    ----------
    labels : sequence of int
        1 and 0 of every record of the pool in the order of reading, priors left out. An order that ends at the last
        relevant record is filled up with zeros by whoever calls.
    rules : iterable of str, optional
        Names from `RULES`; by default all but `sample`, which needs a random sample.
    goal : Goal, optional
        Target, confidence and calibration; by default 95 %, 95 % and what the package learnt.
    guard : bool
        See `rules.judge`.
    every : float
        After what share of the pool the rules are asked again.

    Examples
    --------
    >>> found = replay([1] * 25 + [0] * 175, ["consecutive-50"])[0]
    >>> found.read, found.recall, found.share
    (75, 1.0, 0.375)
    """
    whole = Reading(tuple(int(label) for label in labels), len(labels))
    wanted = goal or Goal(calibration=learnt().calibration)
    names = tuple(rules) or tuple(name for name in RULES if name != "sample")
    open_ = dict.fromkeys(names)
    stops: dict[str, int] = {}
    for n in checkpoints(whole.pool, every=every):
        reading = Reading(whole.labels[:n], whole.pool)
        for name in list(open_):
            if judge(name, reading, wanted, guard=guard).stop:
                stops[name] = n
                del open_[name]
    return tuple(_replayed(name, stops.get(name, whole.pool), whole) for name in names)


def checkpoints(pool: int, *, every: float = 0.005) -> tuple[int, ...]:
    """Return after how many records the rules are asked: each whole step of a share of the pool, not the end.

    Examples
    --------
    >>> checkpoints(1000, every=0.25), checkpoints(3)
    ((250, 500, 750), (1, 2))
    """
    step = max(1, round(every * pool))
    return tuple(range(step, pool, step))


def tally(replays: Iterable[Iterable[Replayed]], *, target: float = 0.95) -> tuple[Tally, ...]:
    """Return how each rule did over finished reviews, in the order in which the rules first come.

    Parameters
    ----------
    replays : iterable of iterable of Replayed
        What `replay` found for each of them.
    target : float
        Recall to be reached.

    Examples
    --------
    >>> (found,) = tally([replay([1] * 25 + [0] * 175, ["consecutive-50"])])
    >>> found.rule, found.replays, found.reached, found.recall_least, found.read
    ('consecutive-50', 1, 1, 1.0, 0.375)
    """
    by_rule: dict[str, list[Replayed]] = {}
    for replayed in replays:
        for one in replayed:
            by_rule.setdefault(one.rule, []).append(one)
    return tuple(_tally(name, found, target) for name, found in by_rule.items())


def _tally(rule: str, found: Sequence[Replayed], target: float) -> Tally:
    """Return one rule's row."""
    reached = sum(one.recall >= target for one in found)
    low, high = wilson(reached, len(found))
    recalls = [one.recall for one in found]
    return Tally(
        rule=rule,
        replays=len(found),
        stopped=sum(one.stopped for one in found),
        reached=reached,
        low=low,
        high=high,
        recall_least=min(recalls),
        recall_mean=sum(recalls) / len(found),
        read=sum(one.share for one in found) / len(found),
    )


def _replayed(name: str, read: int, whole: Reading) -> Replayed:
    """Return what stopping there means."""
    found = sum(whole.labels[:read])
    relevant = whole.found
    return Replayed(
        name,
        read < whole.pool,
        read,
        found,
        relevant,
        whole.pool,
        found / relevant if relevant else 1.0,
        read / whole.pool if whole.pool else 1.0,
    )
