"""Reports drawn at random for one reviewer, put on record before they are shown."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from jakdb.words import ABSTRACT, Stage

if TYPE_CHECKING:
    from jak.workspace import Review, Snapshot

__all__ = ["Draws", "frame_of"]


def frame_of(snapshot: Snapshot, stage: Stage) -> tuple[int, ...]:
    """Return the reports that random draws of a stage are made from: none removed; at full text the included ones."""
    return tuple(
        report
        for report, state in snapshot.states.items()
        if not state.removed and (stage == ABSTRACT or state.abstract == "include")
    )


class Draws:
    """The random order of one stage, and how far it has been drawn for one reviewer.

    All reviewers with the same seed draw the same reports in the same order, and see nothing of each other by it.
    """

    def __init__(self, review: Review, snapshot: Snapshot, reviewer: str, stage: Stage) -> None:
        self._review = review
        self._snapshot = snapshot
        self._reviewer = reviewer
        self._stage: Stage = stage
        self._seed = review.settings.ranking.seed
        self._order: list[int] = []
        self._drawn: set[int] | None = None

    def take(self, waiting: Collection[int]) -> int | None:
        """Draw the next report that waits, put it on record, and return it; none if none is left."""
        from jakdb import ranking  # noqa: PLC0415 - SQLAlchemy is not for --help
        from jakscreen.rank.queries import draw, random_order  # noqa: PLC0415

        if self._drawn is None:
            home, store = self._snapshot.report_of, self._review.store
            mine = (d for d in ranking.draws(store, self._stage) if (d.by, d.seed) == (self._reviewer, self._seed))
            self._drawn = {home[d.record_id] for d in mine if d.record_id in home}
        if not self._order or self._stage != ABSTRACT:
            self._order = random_order(frame_of(self._snapshot, self._stage), self._seed)
        found = draw(self._order, waiting, self._drawn)
        if found.new:
            new = [ranking.NewDraw(report, place, len(self._order)) for report, place in found.new]
            ranking.add_draws(self._review.store, self._stage, new, seed=self._seed, by=self._reviewer)
            self._drawn.update(report for report, _ in found.new)
        return found.report
