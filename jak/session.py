"""One reviewer at work: the next report, a vote, a vote taken back, and an order computed while they read."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from jak.background import Background
from jak.live import Live
from jak.screening import checked_vote, last_decision, store_vote
from jakdb.errors import StoreError
from jakdb.words import Decision, Record, Stage

if TYPE_CHECKING:
    from types import TracebackType

    from jak.notices import Named
    from jak.ordering import Pool
    from jak.workspace import Review, Snapshot
    from jakscreen import ReportState
    from jakscreen.rank.orders import Order
    from jakscreen.rank.queries import Mix, Picked

__all__ = ["Session", "Shown"]

log = logging.getLogger(__name__)

AHEAD = 5
"""Reports that are made ready to be shown while another is read."""
KEPT = 32
"""Orders that are kept, so that a vote taken back finds its order again at once."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A report as it is shown: the record as its source read last, and the notices on the report."""

    report: int
    record: Record
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an order is asked for: the votes as they stood, of which pool, and what waits."""

    snapshot: Snapshot
    labels: dict[int, int]
    waiting: frozenset[int]
    ready: dict[int, Shown]


class Session:
    """A reviewer's session at one stage.

    Every vote is on the disk before the next report is shown. The order is computed in a thread of its own and put into
    use when it is ready; a report is shown from the last one. Nothing of the session has to survive it.

    Parameters
    ----------
    mix : Mix, optional
        Shares of uncertain, diverse and random reports; jak.toml's without it.
    """

    def __init__(self, review: Review, reviewer: str, stage: Stage, *, mix: Mix | None = None) -> None:
        from jak.ordering import seed_reports, stored_order  # noqa: PLC0415 - NumPy is not for --help

        self.review = review
        self.reviewer = reviewer
        self.stage: Stage = stage
        self.mix = mix if mix is not None else review.settings.ranking.mix
        self.skipped: set[int] = set()
        self._live = Live(review)
        self._pool: Pool | None = None
        self._key: tuple[Snapshot, str] | None = None
        self._named: tuple[Snapshot, Named] | None = None
        self._orders: OrderedDict[str, Order] = OrderedDict()
        self._ready: dict[int, Shown] = {}
        seed_reports(review.settings, self._live.snapshot)  # a seed that is missing is said before anybody reads
        self._order = stored_order(review, reviewer, stage)
        self._saved = ""
        if self._order is not None:
            self._saved = self._order.fingerprint
            self._orders[self._saved] = self._order
        self._take_all()
        self._background: Background[_Asked, Order] = Background(self._compute)
        self._ask()

    @property
    def snapshot(self) -> Snapshot:
        """The records and reports of the session."""
        return self._live.snapshot

    @property
    def waiting(self) -> int:
        """How many reports wait for the reviewer."""
        return len(self._waiting)

    @property
    def order(self) -> Order | None:
        """The order in use; none before the first is there."""
        return self._order

    def next(self) -> tuple[Shown, Picked] | None:
        """Return the report to read next and by which query it came; none if none waits."""
        self.catch_up()
        picked = self._pick()
        if picked is None:
            return None
        shown = self._ready.get(picked.report)
        return (shown if shown is not None else self._show(picked.report)), picked

    def vote(self, record: int, verdict: str, *, reason: str = "", note: str = "") -> int:
        """Store a vote and ask for an order that learns from it; when it returns, the vote is on the disk."""
        new = checked_vote(
            self.review.settings,
            self.snapshot,
            record,
            verdict,
            reviewer=self.reviewer,
            stage=self.stage,
            reason=reason,
            note=note,
        )
        event = store_vote(self.review, new)
        self.catch_up()
        return event

    def undo(self) -> Decision:
        """Take the reviewer's last vote or resolution back; the order falls back to what it was before it.

        Raises
        ------
        UsageError
            If there is none.
        """
        from jakdb import screening  # noqa: PLC0415

        last = last_decision(self._live.decisions, self.reviewer)
        undone = screening.undo_decision(self.review.store, last.id, by=self.reviewer)
        self.catch_up()
        return undone

    def skip(self, report: int) -> None:
        """Put a report off until the others are read; nothing is stored."""
        self.skipped.add(report)

    def catch_up(self) -> None:
        """Take in what anybody stored since, and the order that was computed meanwhile."""
        moved = self._live.catch_up()
        if moved is None:
            self._take_all()
            self._ask()
        elif moved:
            before = dict.fromkeys(moved)
            for report in moved:
                before[report] = self._labels.get(report)
                self._take(report, self._live.states[report])
            if any(self._labels.get(report) != before[report] for report in moved):
                self._ask()
        latest = self._background.latest
        if latest is not None:
            self._order = latest

    def wait(self) -> Order | None:
        """Wait for the order that rests on every vote so far; for tests and measurements."""
        self._background.wait()
        self.catch_up()
        return self._order

    def trouble(self) -> Exception | None:
        """Return what the last computation of an order failed of, once."""
        return self._background.trouble()

    def close(self) -> None:
        """End the session."""
        self._background.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take_all(self) -> None:
        """Take every report in after the whole state was read."""
        from jak.random_draws import Draws  # noqa: PLC0415

        self._ready = {}
        self._labels: dict[int, int] = {}
        self._waiting: set[int] = set()
        self._voted: set[int] = set()
        for report, state in sorted(self._live.states.items()):
            self._take(report, state)
        self._draws = Draws(self.review, self.snapshot, self.reviewer, self.stage)

    def _take(self, report: int, state: ReportState) -> None:
        """Take in where one report stands: what it teaches, whether it waits, whether the reviewer has voted."""
        from jakscreen.rank.labels import label_of  # noqa: PLC0415
        from jakscreen.status import pending_for  # noqa: PLC0415

        screening, ranking = self.review.settings.screening, self.review.settings.ranking
        label = label_of(self.reviewer, state, blind=screening.blind, combine=ranking.votes, weights=ranking.weights)
        if label is None:
            self._labels.pop(report, None)
        else:
            self._labels[report] = label
        required = screening.reviewers_required
        waits = bool(pending_for({report: state}, self.reviewer, self.stage, reviewers_required=required))
        (self._waiting.add if waits else self._waiting.discard)(report)
        mine = any(vote.reviewer == self.reviewer for vote in state.votes_at(self.stage))
        (self._voted.add if mine else self._voted.discard)(report)

    def _pick(self) -> Picked | None:
        """Choose the next report."""
        from jakscreen.rank.queries import Picked, pick  # noqa: PLC0415

        if self._order is None:
            self._order = self._background.wait()
        if self.skipped.issuperset(self._waiting):
            self.skipped.clear()
        turn = len(self._voted) + len(self.skipped)
        query = self.mix.turn(turn)
        open_ = self._waiting - self.skipped if self.skipped else self._waiting
        if query == "random":
            report = self._draws.take(open_)
            if report is not None:
                return Picked(report, query)
        order = self._order
        if order is None:
            return Picked(min(open_), "relevance") if open_ else None
        found = pick(
            order.reports,
            open_,
            query,
            uncertain=order.uncertain,
            clusters=order.clusters,
            round_=int(turn * self.mix.diverse),
        )
        # A report that has just come in is in no order yet: it waits behind the others, and is never forgotten.
        return found if found is not None or not open_ else Picked(min(open_), "relevance")

    def _show(self, report: int) -> Shown:
        """Read a report as it is shown."""
        from jak.notices import named_by_notices, noticed_reports  # noqa: PLC0415
        from jak.places import best_as_last_seen  # noqa: PLC0415

        snapshot = self.snapshot
        if self._named is None or self._named[0] is not snapshot:
            self._named = (snapshot, named_by_notices(snapshot.records.values()))
        found = noticed_reports(self.review, snapshot, [report], named=self._named[1])
        record = best_as_last_seen(self.review.store, snapshot, report)
        return Shown(report, record, tuple(one.sentence for one in found))

    def _ask(self) -> None:
        """Ask for the order of the votes as they stand."""
        self._background.ask(_Asked(self.snapshot, dict(self._labels), frozenset(self._waiting), self._ready))

    def _compute(self, asked: _Asked) -> Order:
        """Compute an order, keep it, and make the reports at its head ready; runs in the thread."""
        from jak import ordering  # noqa: PLC0415

        if self._key is None or self._key[0] is not asked.snapshot:
            seeds = ordering.seed_reports(self.review.settings, asked.snapshot)
            self._key = (asked.snapshot, ordering.pool_key(self.review.store, asked.snapshot, seeds))
        key = self._key[1]
        wanted = ordering.order_key(self.review.settings, key, asked.labels)
        order = self._orders.get(wanted)
        if order is None:
            if self._pool is None or self._pool.key != key:
                self._pool = ordering.pool_of(self.review, asked.snapshot)
            order = ordering.compute_order(self.review.settings, self._pool, asked.labels)
            self._orders[wanted] = order
        self._orders.move_to_end(wanted)
        while len(self._orders) > KEPT:
            self._orders.popitem(last=False)
        if self._saved != wanted:
            self._save(order)
        self._prepare(order, asked)
        return order

    def _save(self, order: Order) -> None:
        """Keep the order for the next session; a store that is busy costs no more than that."""
        from jak import ordering  # noqa: PLC0415

        try:
            ordering.save_order(self.review, self.reviewer, self.stage, order)
        except StoreError as error:
            log.info("the order cannot be kept: %s", error)
        else:
            self._saved = order.fingerprint

    def _prepare(self, order: Order, asked: _Asked) -> None:
        """Make ready what may be shown next."""
        ahead = islice((report for report in order.reports if report in asked.waiting), AHEAD)
        for report in (*ahead, *order.uncertain[:1], *(group[0] for group in order.clusters[:AHEAD])):
            if report in asked.waiting and report not in asked.ready:
                asked.ready[report] = self._show(report)
