"""What was read, batch by batch, from the events of screening."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jakdb.words import ABSTRACT, FULLTEXT, Decision, Removal, Retrieval, Stage
from jakscreen import labels_for, report_states
from jakscreen.rank.queries import random_order
from jakscreen.stopping.history import Batch, Drawn, batches_of, sample_of

OTHER = [1, 5, 3, 2, 4]
"""The random order of five reports by seed 19."""
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Draw:
    record_id: int
    seed: int
    at: datetime = NOON


def minute(n: int) -> datetime:
    return NOON + timedelta(minutes=n)


def vote(n: int, record: int, verdict: str, *, by: str = "ada", stage: Stage = ABSTRACT) -> Decision:
    """Event number n, cast at minute n."""
    return Decision(n, record, stage, "vote", by, verdict, "x" if stage == FULLTEXT else "", "", minute(n))  # type: ignore[arg-type]


def undo(n: int, of: int, record: int) -> Decision:
    return Decision(n, record, ABSTRACT, "undo", "ada", "include", "", "", minute(n), undoes=of)


def batches(
    *decisions: Decision,
    members: dict[int, tuple[int, ...]] | None = None,
    arrived: dict[int, int] | None = None,
    reviewer: str = "ada",
    blind: bool = True,
    removals: tuple[Removal, ...] = (),
    retrievals: tuple[Retrieval, ...] = (),
) -> tuple[Batch, ...]:
    home = members or {n: (n,) for n in range(1, 6)}
    states = report_states(home, decisions, retrievals, removals, reviewers_required=2)
    came = {record: minute((arrived or {}).get(record, -10)) for records in home.values() for record in records}
    labels = labels_for(reviewer, states, blind=blind)
    return batches_of(states, decisions, home, came, labels, reviewer=reviewer, blind=blind)


def drawn_of(batch: Batch, draws: Iterable[Drawn], home: dict[int, int]) -> tuple[int, ...]:
    found = sample_of(batch, draws, home)
    return found.drawn if found else ()


def test_labels_stand_in_the_order_of_reading() -> None:
    (only,) = batches(vote(1, 4, "include"), vote(2, 1, "exclude"), vote(3, 3, "maybe"))
    assert (only.read, only.labels, only.reports) == ((4, 1, 3), (1, 0, 1), (1, 2, 3, 4, 5))
    assert only.reading().pool == 5


def test_a_changed_vote_keeps_its_place_and_counts_as_it_stands() -> None:
    (only,) = batches(vote(1, 4, "include"), vote(2, 1, "exclude"), vote(3, 4, "exclude"))
    assert (only.read, only.labels) == ((4, 1), (0, 0))


def test_a_vote_taken_back_was_never_read() -> None:
    (only,) = batches(vote(1, 4, "include"), vote(2, 1, "exclude"), undo(3, 1, 4))
    assert only.read == (1,)


def test_duplicates_are_read_once() -> None:
    (only,) = batches(vote(1, 1, "exclude"), vote(2, 2, "exclude"), members={1: (1, 2), 3: (3,)})
    assert (only.reports, only.read) == ((1, 3), (1,))


def test_removed_reports_are_no_part_of_the_pool() -> None:
    gone = Removal(1, 5, "other", "erratum", "ada", minute(0))
    assert batches(vote(1, 1, "exclude"), removals=(gone,))[0].reports == (1, 2, 3, 4)


def test_what_comes_after_votes_is_a_batch_of_its_own() -> None:
    first, second = batches(vote(1, 1, "include"), vote(8, 5, "exclude"), arrived={4: 5, 5: 6})
    assert (first.reports, first.read) == ((1, 2, 3), (1,))
    assert (second.reports, second.read, second.since) == ((4, 5), (5,), minute(5))


def test_files_that_come_before_any_vote_are_one_batch() -> None:
    assert len(batches(vote(9, 1, "include"), arrived={4: 5, 5: 6})) == 1


def test_a_report_found_again_stays_in_its_first_batch() -> None:
    first, second = batches(vote(1, 1, "include"), members={1: (1, 4), 2: (2,), 5: (5,)}, arrived={4: 5, 5: 5})
    assert (first.reports, second.reports) == ((1, 2), (5,))


def test_blind_a_reviewer_sees_nothing_of_the_other() -> None:
    votes = (vote(1, 1, "include", by="bob"), vote(2, 2, "exclude"))
    (only,) = batches(*votes)
    assert only.read == (2,)
    assert batches(*votes, blind=False)[0].read == (1, 2)


def test_blind_the_votes_of_others_move_no_place_and_cut_no_batch() -> None:
    votes = (vote(1, 2, "include", by="bob"), vote(8, 1, "include"), vote(9, 2, "exclude"))
    (only,) = batches(*votes, arrived={4: 5})
    assert (only.read, only.read_at) == ((1, 2), (minute(8), minute(9)))
    first, second = batches(*votes, arrived={4: 5}, blind=False)
    assert (first.read, second.reports) == ((2, 1), (4,))


def test_resolved_consensus_counts_for_both() -> None:
    votes = (vote(1, 1, "include", by="bob"), vote(2, 1, "exclude", by="cat"))
    settled = Decision(3, 1, ABSTRACT, "resolution", "chair", "exclude", "", "", minute(3))
    assert batches(*votes, settled)[0].labels == (0,)
    assert batches(*votes)[0].read == ()


def test_the_full_text_level_drops_what_was_excluded_there() -> None:
    both = [
        vote(n, record, "include", by=who)
        for n, (record, who) in enumerate(
            [(1, "ada"), (1, "bob"), (2, "ada"), (2, "bob"), (3, "ada"), (3, "bob")], start=1
        )
    ]
    texts = [vote(7, 1, "exclude", stage=FULLTEXT), vote(8, 2, "include", stage=FULLTEXT)]
    (only,) = batches(*both, *texts)
    assert (only.labels, only.fulltext_labels, only.assessed) == ((1, 1, 1), (0, 1, 1), 2)


def test_the_sample_ends_at_the_first_report_that_was_put_off() -> None:
    """Reports 1 to 5 stand in the order 4 3 2 5 1 by seed 0."""
    assert (random_order(range(1, 6), 0), random_order(range(1, 6), 19)) == ([4, 3, 2, 5, 1], OTHER)
    (only,) = batches(vote(1, 4, "include"), vote(2, 3, "exclude"), vote(3, 1, "exclude"))
    home = {n: n for n in range(1, 6)}
    draws = [Draw(n, 0) for n in (4, 3, 2, 1)]
    assert drawn_of(only, draws, home) == (4, 3)
    assert drawn_of(only, [*draws, Draw(OTHER[0], 19)], home) == (4, 3)
    assert drawn_of(only, [], home) == ()


def test_of_several_seeds_the_longest_sample_counts() -> None:
    (only,) = batches(*(vote(n, OTHER[n - 1], "exclude") for n in (1, 2, 3)))
    home = {n: n for n in range(1, 6)}
    assert drawn_of(only, [Draw(4, 0), *(Draw(n, 19) for n in OTHER[:3])], home) == tuple(OTHER[:3])


def test_what_was_drawn_before_a_report_came_is_no_sample_of_the_batch_with_it() -> None:
    """4 stands first in the order of five, but came when 3 and 2 had been drawn from the others, and before a vote."""
    (only,) = batches(vote(1, 3, "include"), vote(2, 2, "exclude"))
    home = {n: n for n in range(1, 6)}
    assert drawn_of(only, [Draw(3, 0), Draw(2, 0)], home) == ()


def test_read_by_relevance_and_not_drawn_is_no_part_of_the_sample() -> None:
    (only,) = batches(*(vote(n, n, "include") for n in range(1, 6)))
    home = {n: n for n in range(1, 6)}
    assert drawn_of(only, [Draw(4, 0), Draw(3, 0)], home) == (4, 3)


def test_what_was_read_before_the_first_draw_is_no_part_of_the_sample() -> None:
    """Reports 1 to 5 stand in the order 4 3 2 5 1 by seed 0; 3 and 1 were read by relevance, 2 after drawing began."""
    (only,) = batches(*(vote(at, n, "include") for at, n in ((1, 3), (2, 1), (4, 4), (5, 2))))
    home = {n: n for n in range(1, 6)}
    sample = sample_of(only, [Draw(4, 0, minute(3)), *(Draw(n, 0, minute(6)) for n in (3, 2, 5))], home)
    assert sample is not None
    assert (sample.before, sample.drawn, sample.order) == ({1, 3}, (4, 2), (4, 2, 5))
