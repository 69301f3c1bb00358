"""Compute the order in which one reviewer reads, and keep it: from texts, votes, the question and seed papers."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jakdb.errors import SettingsError
from jakdb.words import Stage

if TYPE_CHECKING:
    from jak.settings import ReviewSettings
    from jak.workspace import Review, Snapshot
    from jakdb.store import Store
    from jakscreen.rank import Learner, Ranking
    from jakscreen.rank.orders import Order

__all__ = [
    "Pool",
    "compute_order",
    "current_order",
    "labels_of",
    "order_key",
    "pool_key",
    "pool_of",
    "query_text",
    "ranking_of",
    "save_order",
    "scores_of",
    "seed_reports",
    "stored_order",
]

ORDERS = 1
"""Version of what makes an order; another one makes every stored order stale."""
DIGITS = 4
"""Of a score that count: closer than that, reports stand by their numbers."""
BEST = 300
"""Of how many of the best reports the clusters are made."""
OPEN = ", everybody's votes"
"""Marks an order that was learnt while screening was not blind; once it is blind, nobody is shown it."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What an order rests on besides the votes.

    Attributes
    ----------
    key : str
        Of the reports, their records as they were seen last, and the seeds: the same key means the same texts.
    learner : Learner
        Made for the pool; it keeps what saves time when it is asked again.
    seeds : frozenset of int
        Reports that jak.toml names as known to belong.
    """

    key: str
    learner: Learner
    seeds: frozenset[int]


def pool_of(review: Review, snapshot: Snapshot) -> Pool:
    """Read every report, the new ones from their text and the others from what is kept, for the learner of jak.toml."""
    from jak.kept_tokens import tokens_of  # noqa: PLC0415 - NumPy is not for --help
    from jakscreen.rank import ReportText, extract, make_learner  # noqa: PLC0415

    seeds = seed_reports(review.settings, snapshot)
    key = pool_key(review.store, snapshot, seeds)  # before the texts: one that changes meanwhile is read next time
    question = query_text(review.settings)
    guides = [ReportText(title=question)] if question.strip() else []
    features = extract(tokens_of(review.store, snapshot), guides=guides)
    return Pool(key, make_learner(review.settings.ranking.learner, features), seeds)


def pool_key(store: Store, snapshot: Snapshot, seeds: Set[int]) -> str:
    """Return a digest of which records make which reports, when they last changed, and which reports are seeds."""
    from hashlib import sha256  # noqa: PLC0415

    from jakdb import changes  # noqa: PLC0415

    changed = sorted((n, last) for n, last in changes.last_of_changed(store).items() if n in snapshot.records)
    return sha256(repr((sorted(snapshot.members.items()), changed, sorted(seeds))).encode()).hexdigest()


def seed_reports(settings: ReviewSettings, snapshot: Snapshot) -> frozenset[int]:
    """Return the reports that ranking.seeds of jak.toml names.

    Raises
    ------
    SettingsError
        If a seed is no report of this review; the sentence names it.
    """
    from jak.citation_seeds import seeds_of  # noqa: PLC0415
    from jakdb.errors import UsageError  # noqa: PLC0415

    found: set[int] = set()
    absent: list[str] = []
    for word in settings.ranking.seeds:
        path = settings.folder / word
        number = word.casefold().removeprefix("report").strip()
        meant = number if number.isdecimal() else str(path) if path.is_file() else word
        try:
            seeds, unread = seeds_of(snapshot, [meant])
        except UsageError:
            absent.append(word)
            continue
        absent += [one.label for one in unread]
        absent += [seed.label for seed in seeds if seed.record is None]
        found.update(snapshot.report_of[seed.record] for seed in seeds if seed.record is not None)
    if absent:
        raise SettingsError(
            f"jak.toml: ranking.seeds names {', '.join(absent)}, which this review does not hold",
            hint="import it (`jak search import`), correct it, or take it off the list",
        )
    return frozenset(found)


def labels_of(review: Review, snapshot: Snapshot, reviewer: str) -> dict[int, int]:
    """Return what this reviewer's order may learn from."""
    from jakscreen import labels_for  # noqa: PLC0415

    ranking = review.settings.ranking
    blind = review.settings.screening.blind
    return labels_for(reviewer, snapshot.states, blind=blind, combine=ranking.votes, weights=ranking.weights)


def ranking_of(pool: Pool, labels: Mapping[int, int]) -> Ranking:
    """Order every report by what the labels teach, and as long as there are few by the question and the seeds."""
    from jakscreen.rank import rank_with  # noqa: PLC0415

    return rank_with(pool.learner, labels, seeds=sorted(pool.seeds))


def scores_of(ranking: Ranking) -> dict[int, float]:
    """Return the scores of a ranking as far as they count.

    A learner that is asked again starts from its last answer, so that scores agree to its tolerance and no further.
    """
    return {report: round(score, DIGITS) for report, score in ranking.scores.items()}


def order_key(settings: ReviewSettings, key: str, labels: Mapping[int, int]) -> str:
    """Return the fingerprint of the order that would be computed, see `fingerprint`."""
    from jakscreen.rank.orders import fingerprint  # noqa: PLC0415

    ranking = settings.ranking
    return fingerprint(labels, [], [ORDERS, key, ranking.learner, query_text(settings)])


def compute_order(settings: ReviewSettings, pool: Pool, labels: Mapping[int, int]) -> Order:
    """Order every report, and find what the other queries take."""
    from jakscreen.rank.orders import Order  # noqa: PLC0415
    from jakscreen.rank.queries import clusters, uncertain  # noqa: PLC0415

    ranking = ranking_of(pool, labels)
    scores = scores_of(ranking)
    order = sorted(scores, key=lambda report: (-scores[report], report))
    unread = [report for report in order if report not in labels]
    best = unread[:BEST]
    features = pool.learner.features
    row = {report: number for number, report in enumerate(features.ids, start=features.extra)}
    return Order(
        reports=tuple(order),
        scores=tuple(scores[report] for report in order),
        uncertain=uncertain(scores, labels, unread),
        clusters=clusters(best, [row[report] for report in best], features.block("words")),
        note=ranking.note,
        learner=f"{pool.learner.name} ({ranking.basis}{'' if settings.screening.blind else OPEN})",
        fingerprint=order_key(settings, pool.key, labels),
    )


def current_order(review: Review, snapshot: Snapshot, reviewer: str, stage: Stage) -> Order:
    """Return the reviewer's order for the votes as they stand: the stored one if it rests on them, else a new one."""
    labels = labels_of(review, snapshot, reviewer)
    stored = stored_order(review, reviewer, stage)
    key = pool_key(review.store, snapshot, seed_reports(review.settings, snapshot))
    if stored is not None and stored.fingerprint == order_key(review.settings, key, labels):
        return stored
    order = compute_order(review.settings, pool_of(review, snapshot), labels)
    save_order(review, reviewer, stage, order)
    return order


def save_order(review: Review, reviewer: str, stage: Stage, order: Order) -> None:
    """Keep an order in place of the reviewer's last one."""
    from jakdb import ranking  # noqa: PLC0415
    from jakscreen.rank.orders import order_to_bytes  # noqa: PLC0415

    kept = ranking.StoredOrder(order.fingerprint, order.learner, order.note, order_to_bytes(order))
    ranking.save_order(review.store, stage, reviewer, kept)


def stored_order(review: Review, reviewer: str, stage: Stage) -> Order | None:
    """Return the reviewer's last order; none if there is none that can be read, or that may be shown."""
    from jakdb import ranking  # noqa: PLC0415
    from jakscreen.rank.orders import order_from_bytes  # noqa: PLC0415

    kept = ranking.last_order(review.store, stage, reviewer)
    if kept is None or (review.settings.screening.blind and OPEN in kept.learner):
        return None
    return order_from_bytes(kept.content, note=kept.note, learner=kept.learner, fingerprint=kept.fingerprint)


def query_text(settings: ReviewSettings) -> str:
    """Return what a ranking without votes starts from."""
    return "\n".join((settings.question or settings.title, *settings.include))
