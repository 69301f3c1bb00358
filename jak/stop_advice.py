"""What `jak screen stop` answers: whether one may stop reading, by which rules, and how far to trust them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from jak.console import emit, emit_table, say
from jakdb.errors import UsageError
from jakdb.words import ABSTRACT, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from jak.workspace import Review
    from jakscreen.stopping import Expected, Judged, Reliability, SampleBound
    from jakscreen.stopping.history import Batch, Sample

__all__ = [
    "CAUTION",
    "BatchAdvice",
    "LevelAdvice",
    "StopAdvice",
    "advice_payload",
    "advice_rows",
    "advice_sentences",
    "advise",
    "print_advice",
    "reliability_sentence",
    "stopping_asked",
]

CAUTION = (
    "Ranking orders the work; it does not end it. Stopping before every record is read departs from Cochrane's "
    "standards and must be reported: the rule, its figures, and how many records were not read."
)
LEVELS = ("abstract", "full text")


@dataclass(frozen=True, slots=True)
class LevelAdvice:
    """One batch, with what counts as relevant: included on the abstract, or on the full text.

    Attributes
    ----------
    found, assessed : int
        Relevant records found; how many of those included on their abstracts are decided on full text.
    may_miss : int
        How many more the target allows to be unread.
    expected : Expected or None
        Records missed and recall, by the replays that the package knows; none below 20 found.
    supported : float or None
        The highest recall that the hypergeometric test supports at the confidence; none below 20 found.
    sample : SampleBound or None
        What a random sample says.
    """

    level: str
    found: int
    assessed: int
    may_miss: int
    expected: Expected | None
    supported: float | None
    sample: SampleBound | None
    rules: tuple[Judged, ...]

    def says(self, rule: str) -> Judged:
        """Return what one rule says."""
        return next(judged for judged in self.rules if judged.rule == rule)


@dataclass(frozen=True, slots=True)
class BatchAdvice:
    """One batch of records; `draw` of the unread, drawn next and all irrelevant, bound the missed by the target."""

    batch: int
    since: datetime
    records: int
    read: int
    unread: int
    draw: int
    levels: tuple[LevelAdvice, ...]


@dataclass(frozen=True, slots=True)
class StopAdvice:
    """What every rule says of every batch, and how often each kept its promise."""

    reviewer: str
    blind: bool
    target: float
    confidence: float
    rule: str
    learner: str
    learnt_on: str
    batches: tuple[BatchAdvice, ...]
    reliability: Mapping[str, Reliability]
    caution: str = CAUTION

    @property
    def may_stop(self) -> bool | None:
        """Whether the default rule, or a random sample, says of every batch on both levels that reading may stop."""
        if not self.batches:
            return None
        said = [_says(level, self.rule) for batch in self.batches for level in batch.levels]
        return None if any(one is None for one in said) else all(said)


def advise(review: Review, reviewer: str, *, target: float = 0.95, confidence: float = 0.95) -> StopAdvice:
    """Judge the abstract stage by every rule, as far as this reviewer may see it.

    Raises
    ------
    UsageError
        If target or confidence lie outside 0.5 and 1.
    SettingsError
        If ranking.seeds of jak.toml, the key papers, names one that the review does not hold.
    """
    from jak.ordering import labels_of, seed_reports  # noqa: PLC0415 - not for --help
    from jakdb import imports, ranking  # noqa: PLC0415
    from jakscreen.stopping import DEFAULT_RULE, learnt  # noqa: PLC0415
    from jakscreen.stopping.history import batches_of, sample_of  # noqa: PLC0415

    for name, value in (("--target", target), ("--confidence", confidence)):
        if not 0.5 <= value < 1:
            raise UsageError(f"{name} {value:g} is out of range", hint="between 0.5 and 1, for example 0.95")
    snapshot = review.snapshot()
    blind = review.settings.screening.blind
    found = batches_of(
        snapshot.states,
        snapshot.decisions,
        snapshot.members,
        imports.first_seen(review.store, snapshot.records),
        labels_of(review, snapshot, reviewer),
        reviewer=reviewer,
        blind=blind,
    )
    draws = [draw for draw in ranking.draws(review.store, ABSTRACT) if not blind or draw.by == reviewer]
    keys = seed_reports(review.settings, snapshot)
    known = learnt()
    return StopAdvice(
        reviewer=reviewer,
        blind=blind,
        target=target,
        confidence=confidence,
        rule=DEFAULT_RULE,
        learner=known.learner,
        learnt_on=known.reviews,
        batches=tuple(
            _batch(n, one, sample_of(one, draws, snapshot.report_of), keys=keys, target=target, confidence=confidence)
            for n, one in enumerate(found, start=1)
        ),
        reliability=known.rules,
    )


def stopping_asked(stage: Stage) -> None:
    """Refuse advice on another stage than the one that ranking orders."""
    if stage != ABSTRACT:
        raise UsageError(
            f"there is no advice on the {stage} stage: every full text that was sought is read",
            hint='to put a stop on record, name its rule: jak screen stop "RULE" --stage fulltext',
        )


def print_advice(advice: StopAdvice) -> None:
    """Print the sentences, and the rules side by side."""
    if not advice.batches:
        say("No record has come yet: `jak search import FILES`")
        return
    for batch in advice.batches:
        for sentence in advice_sentences(advice, batch):
            emit(sentence)
        if batch.unread:
            emit()
            emit_table(
                ("rule", "abstract", "full text", "why (abstract)", "reached 95 %", "least", "read"),
                advice_rows(advice, batch),
                right=(5, 6),
            )
        emit()
    for sentence in _closing(advice):
        emit(sentence)
    whose = "your votes and resolved consensus alone (blind)" if advice.blind else "everybody's votes"
    say(f'It rests on {whose}. It advises; put a stop on record with `jak screen stop "RULE"`.')


def advice_rows(advice: StopAdvice, batch: BatchAdvice) -> Iterable[tuple[str, ...]]:
    """Yield a row a rule: what it says on both levels, why, and its record."""
    words = {True: "may stop", False: "go on", None: "no advice"}
    for judged in batch.levels[0].rules:
        record = advice.reliability.get(judged.rule)
        yield (
            judged.rule + (" *" if judged.rule == advice.rule else ""),
            *(words[level.says(judged.rule).stop] for level in batch.levels),
            judged.why,
            *_record(record),
        )


def advice_sentences(advice: StopAdvice, batch: BatchAdvice) -> Iterable[str]:
    """Yield what a methods section can say of one batch."""
    share = f", {_percent(batch.read / batch.records, 0)}" if batch.records else ""
    yield (
        f"Batch {batch.batch} (records that came from {batch.since:%Y-%m-%d} on): {batch.read} of {batch.records} "
        f"records were read{share}; {batch.unread} were not."
    )
    for level in batch.levels:
        yield _found(level, advice.target)
        if batch.unread:
            yield from _estimates(level, batch.records, advice.confidence)
    if not batch.unread:
        yield "The batch is read whole: nothing was missed for want of reading."
        return
    yield _verdict(advice, batch)


def reliability_sentence(advice: StopAdvice) -> str:
    """Say how often the default rule kept its promise, and on what reviews."""
    record = advice.reliability[advice.rule]
    span = f"Wilson 95 % interval {_percent(record.low)} to {_percent(record.high)}"
    reviews = (
        f"{record.reviews_reached} of {record.reviews}, {_percent(record.review_low)} to {_percent(record.review_high)}"
    )
    return (
        f"The {advice.rule} rule reached its target, a recall of 95 %, in {record.reached} of {record.runs} replays of "
        f"{record.reviews} reviews, each left out of what was learnt for it ({_percent(record.reached / record.runs)}, "
        f"{span}; by reviews {reviews}); the lowest recall was {_percent(record.recall_least)}, and "
        f"{_percent(record.read, 0)} of the records were read on average. Learnt on: {advice.learnt_on}."
    )


def advice_payload(advice: StopAdvice) -> dict[str, Any]:
    """Return the answer for ``--json``: the figures, whether one may stop, and the sentences."""
    said = [list(advice_sentences(advice, batch)) for batch in advice.batches]
    return {
        **asdict(advice),
        "may_stop": advice.may_stop,
        "sentences": [*(sentence for batch in said for sentence in batch), *_closing(advice)],
    }


def _closing(advice: StopAdvice) -> Iterable[str]:
    """Yield what is said of all batches: how far to trust the default rule, and that stopping must be reported."""
    yield reliability_sentence(advice)
    if (advice.target, advice.confidence) != (0.95, 0.95):
        yield "All figures of replays are for a recall of 95 % with 95 % confidence, not for what you asked."
    yield advice.caution


def _batch(
    number: int, batch: Batch, sample: Sample | None, *, keys: Set[int], target: float, confidence: float
) -> BatchAdvice:
    """Judge one batch on both levels."""
    unread = len(batch.reports) - len(batch.read)
    levels = tuple(
        _level(level, batch, sample, keys=keys, target=target, confidence=confidence, fulltext=level == LEVELS[1])
        for level in LEVELS
    )
    draw = max(
        _wanted(batch, sample, level.may_miss, confidence=confidence, fulltext=level.level == LEVELS[1])
        for level in levels
    )
    return BatchAdvice(number, batch.since, len(batch.reports), len(batch.read), unread, draw, levels)


def _level(
    level: str, batch: Batch, sample: Sample | None, *, keys: Set[int], target: float, confidence: float, fulltext: bool
) -> LevelAdvice:
    """Judge one batch on one level."""
    from jakscreen.stopping import (  # noqa: PLC0415
        FEW_FOUND,
        Goal,
        allowed_missed,
        expected_missed,
        judge_all,
        learnt,
        sample_bound,
        supported_recall,
    )

    reading = batch.reading(fulltext=fulltext)
    label = dict(zip(batch.read, reading.labels, strict=True))
    bound = None
    if sample is not None and sample.drawn:
        before = sum(label[report] for report in sample.before)
        bound = sample_bound(
            len(sample.order),
            drawn=len(sample.drawn),
            relevant=sum(label[report] for report in sample.drawn),
            found=reading.found - before,
            before=before,
            confidence=confidence,
        )
    calibration = learnt().calibration
    missing = sum(report in keys and not label.get(report) for report in batch.reports)
    goal = Goal(target=target, confidence=confidence, calibration=calibration, sample=bound, keys_missing=missing)
    enough = reading.found >= FEW_FOUND or not reading.unread
    return LevelAdvice(
        level=level,
        found=reading.found,
        assessed=batch.assessed,
        may_miss=allowed_missed(reading.found, target=target),
        expected=expected_missed(reading, calibration) if enough else None,
        supported=supported_recall(reading.labels, reading.pool, confidence=confidence) if enough else None,
        sample=bound,
        rules=judge_all(reading, goal),
    )


def _wanted(batch: Batch, sample: Sample | None, allowed: int, *, confidence: float, fulltext: bool) -> int:
    """Return how many unread reports must be drawn next and be irrelevant, to say that at most `allowed` are missed."""
    from jakscreen.stopping import needed_for, sample_bound  # noqa: PLC0415

    unread = len(batch.reports) - len(batch.read)
    if sample is None:
        return needed_for(unread, missed=min(allowed, unread), confidence=confidence)
    label = dict(zip(batch.read, batch.reading(fulltext=fulltext).labels, strict=True))
    order = sample.order
    relevant = [0, *accumulate(label.get(report, 0) for report in order)]

    def enough(drawn: int) -> bool:
        bound = sample_bound(
            len(order), drawn=drawn, relevant=relevant[drawn], found=relevant[-1], confidence=confidence
        )
        return bound.missed_high <= allowed

    places = range(len(sample.drawn), len(order) + 1)
    drawn = places[bisect_left(places, True, key=enough)] if not enough(places[0]) else places[0]
    return sum(report not in label for report in order[:drawn])


def _says(level: LevelAdvice, rule: str) -> bool | None:
    """Return what the default rule says, or where it has no advice, the sample."""
    said = level.says(rule).stop
    return level.says("sample").stop if said is None else said


def _found(level: LevelAdvice, target: float) -> str:
    """Say what was found on a level, and what the target allows."""
    decided = (
        f" ({level.assessed or 'none'} decided on full text, the others counted in)" if level.level == LEVELS[1] else ""
    )
    return (
        f"At the {level.level} level {level.found} were relevant{decided}; "
        f"a recall of {_percent(target, None)} may miss {level.may_miss}."
    )


def _estimates(level: LevelAdvice, records: int, confidence: float) -> Iterable[str]:
    """Yield what is said about the missed ones on a level."""
    if level.expected is not None:
        e = level.expected
        yield (
            f"Expected missed at that level: {e.missed:.1f} (recall {_percent(e.recall)}); 95 of 100 replays that "
            f"looked like this missed at most {e.missed_high:.1f} (recall {_percent(e.recall_low)})."
        )
    if level.supported is not None:
        least = f"a recall of at least {_percent(level.supported)} with {_percent(confidence, None)} confidence"
        yield f"The hypergeometric test supports {least}."
    if level.sample is not None:
        s = level.sample
        low = f", a recall of at least {_percent(s.recall_low)}" if s.recall_low is not None else ""
        whence = f"all {s.frame}" if s.frame == records else f"the {s.frame} that were unread when drawing began"
        yield (
            f"Of {s.drawn} records drawn at random from {whence}, {s.relevant} were relevant: {s.missed:.1f} "
            f"missed are expected, at most {s.missed_high} with {_percent(confidence, None)} confidence{low}."
        )


def _verdict(advice: StopAdvice, batch: BatchAdvice) -> str:
    """Say what the default rule advises for a batch, or where it has no advice, the random sample."""
    said = [_says(level, advice.rule) for level in batch.levels]
    default = {level.level: level.says(advice.rule) for level in batch.levels}
    silent = [level for level, judged in default.items() if judged.stop is None]
    more = (
        f"ead the batch to its end, or draw {batch.draw} of the {batch.unread} unread at random (`jak screen next "
        f"--mix random=1`): if none is relevant, no more are missed than the target allows, with "
        f"{_percent(advice.confidence, None)} confidence."
    )
    if any(one is None for one in said):
        why = next(level.says(advice.rule).why for level, one in zip(batch.levels, said, strict=True) if one is None)
        return f"No advice: {why}. R{more}"
    if any(judged.stop is False for judged in default.values()):
        return f"The {advice.rule} rule advises to go on."
    if not silent:
        return f"The {advice.rule} rule advises that reading of this batch may stop."
    where = f" at the {silent[0]} level" if len(silent) < len(default) else ""
    none = f"The {advice.rule} rule has no advice{where} ({default[silent[0]].why})"
    if all(said):
        return f"{none}; by the random sample reading of this batch may stop."
    return f"{none}; by the random sample it is too early. R{more}"


def _percent(share: float, digits: int | None = 1) -> str:
    """Return a share in percent; what a person asked for (`digits` none) is not rounded."""
    return f"{100 * share:g} %" if digits is None else f"{100 * share:.{digits}f} %"


def _record(record: Reliability | None) -> tuple[str, str, str]:
    """Return how often a rule reached its target, its lowest recall, and what it read."""
    if record is None:
        return "exact", "", ""
    return (
        f"{record.reached}/{record.runs} ({_percent(record.low, 0)} to {_percent(record.high, 0)})",
        f"{_percent(record.recall_least)}",
        f"{_percent(record.read, 0)}",
    )
