"""Compute the order in which one reviewer reads, and keep it: from texts, votes, the question and seed papers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jakdb.errors import SettingsError
from jakdb.words import Stage

if TYPE_CHECKING:
    from jak.settings import ReviewSettings
    from jak.workspace import Review, Snapshot
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
    "seed_reports",
    "stored_order",
]

ORDERS = 1
"""Version of what makes an order; another one makes every stored order stale."""
DIGITS = 4
"""Of a score that count: closer than that, reports stand by their numbers."""
BEST = 300
"""Of how many of the best reports the clusters are made."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What an order rests on besides the votes.

    Attributes
    ----------
    key : str
        Of the reports and their records: records never change, so the same key means the same texts.
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
    question = query_text(review.settings)
    guides = [ReportText(title=question)] if question.strip() else []
    features = extract(tokens_of(review.store, snapshot), guides=guides)
    return Pool(pool_key(snapshot), make_learner(review.settings.ranking.learner, features), seeds)


def pool_key(snapshot: Snapshot) -> str:
    """Return a digest of which records make which reports."""
    from hashlib import sha256  # noqa: PLC0415

    return sha256(repr(sorted(snapshot.members.items())).encode()).hexdigest()


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


def order_key(settings: ReviewSettings, key: str, labels: Mapping[int, int], *, seeds: Collection[int]) -> str:
    """Return the fingerprint of the order that would be computed: the same one, the same order.

    `seeds` are the reports, not the words of jak.toml: a file that these name may say something else tomorrow.
    """
    from jakscreen.rank.orders import fingerprint  # noqa: PLC0415

    return fingerprint(labels, [], [ORDERS, key, settings.ranking.learner, sorted(seeds), query_text(settings)])


def compute_order(settings: ReviewSettings, pool: Pool, labels: Mapping[int, int]) -> Order:
    """Order every report, and find what the other queries take."""
    from jakscreen.rank.orders import Order  # noqa: PLC0415
    from jakscreen.rank.queries import clusters, uncertain  # noqa: PLC0415

    ranking = ranking_of(pool, labels)
    # A learner that is asked again starts from its last answer, so that scores agree to its tolerance and no further.
    scores = {report: round(score, DIGITS) for report, score in ranking.scores.items()}
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
        learner=f"{pool.learner.name} ({ranking.basis})",
        fingerprint=order_key(settings, pool.key, labels, seeds=pool.seeds),
    )


def current_order(review: Review, snapshot: Snapshot, reviewer: str, stage: Stage) -> Order:
    """Return the reviewer's order for the votes as they stand: the stored one if it rests on them, else a new one."""
    labels = labels_of(review, snapshot, reviewer)
    stored = stored_order(review, reviewer, stage)
    seeds = seed_reports(review.settings, snapshot)
    if stored is not None and stored.fingerprint == order_key(review.settings, pool_key(snapshot), labels, seeds=seeds):
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
    """Return the reviewer's last order; none if there is none that can be read."""
    from jakdb import ranking  # noqa: PLC0415
    from jakscreen.rank.orders import order_from_bytes  # noqa: PLC0415

    kept = ranking.last_order(review.store, stage, reviewer)
    if kept is None:
        return None
    return order_from_bytes(kept.content, note=kept.note, learner=kept.learner, fingerprint=kept.fingerprint)


def query_text(settings: ReviewSettings) -> str:
    """Return what a ranking without votes starts from."""
    return "\n".join((settings.question or settings.title, *settings.include))
