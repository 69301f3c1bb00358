"""Which report comes next, and what several reviewers' votes teach."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.words import Decision
from jakscreen.rank import extract, labels_for
from jakscreen.rank.orders import Order, order_from_bytes, order_to_bytes
from jakscreen.rank.queries import Mix, clusters, draw, pick, random_order, uncertain
from jakscreen.status import report_states

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@given(st.integers(0, 10_000))
def test_any_run_of_turns_keeps_the_shares(start: int) -> None:
    """Multiples of the golden ratio: 200 neighbouring turns are off by no more than a few."""
    mix = Mix(random=0.1, uncertain=0.2, diverse=0.05)
    found = Counter(mix.turn(n) for n in range(start, start + 200))
    for query, share in (("random", 20), ("uncertain", 40), ("diverse", 10), ("relevance", 130)):
        assert abs(found[query] - share) <= 4  # type: ignore[index]  # the words of Query


def test_without_a_mix_every_turn_is_relevance() -> None:
    assert {Mix().turn(n) for n in range(100)} == {"relevance"}


def test_a_query_that_finds_nothing_falls_back_to_relevance() -> None:
    found = pick([1, 2], {2}, "uncertain", uncertain=[1])
    assert found is not None
    assert (found.report, found.query) == (2, "relevance")
    assert pick([1, 2], (), "diverse", clusters=[(1,), (2,)]) is None


def test_clusters_take_turns() -> None:
    groups = [(1, 2), (3, 4), (5,)]
    found = [pick([1, 2, 3, 4, 5], {1, 2, 3, 4, 5}, "diverse", clusters=groups, round_=n) for n in range(4)]
    assert [one.report for one in found if one] == [1, 3, 5, 1]


def test_alike_reports_share_a_cluster() -> None:
    texts = {1: "hair loss in adults", 2: "asthma drug trial", 3: "hair loss treated", 4: "a drug trial in asthma"}
    words = extract(texts).block("words")
    assert clusters([1, 2, 3, 4], [0, 1, 2, 3], words, count=2) == ((1, 3), (2, 4))
    assert clusters([], [], words) == ()
    assert sorted(r for group in clusters([1, 2, 3, 4], [0, 1, 2, 3], words) for r in group) == [1, 2, 3, 4]


def test_uncertain_reports_lie_in_the_middle() -> None:
    scores = {n: n / 10 for n in range(11)}
    assert uncertain(scores, {0: 0, 10: 1}, range(1, 10), most=3) == (5, 4, 6)
    assert uncertain(scores, {10: 1}, range(10)) == ()


@given(st.sets(st.integers(1, 10_000), max_size=60), st.integers(1, 10_000), st.integers(0, 5))
def test_a_report_more_leaves_the_order_of_the_others(reports: set[int], new: int, seed: int) -> None:
    before = random_order(reports - {new}, seed)
    assert [r for r in random_order(reports | {new}, seed) if r != new] == before


def test_each_report_is_first_about_as_often() -> None:
    """4,000 seeds, 8 reports: each first about 500 times; 5 standard deviations of a binomial are 105."""
    first = Counter(random_order(range(1, 9), seed)[0] for seed in range(4000))
    assert all(abs(n - 500) < 5 * math.sqrt(4000 * 1 / 8 * 7 / 8) for n in first.values())
    assert len(first) == 8


@given(st.data())
def test_what_is_drawn_is_a_beginning_of_the_order(data: st.DataObject) -> None:
    order = random_order(range(1, 20), seed=3)
    waiting, drawn = set(order), set[int]()
    for _ in range(data.draw(st.integers(0, 10))):
        found = draw(order, waiting, drawn)
        drawn.update(report for report, _ in found.new)
        assert set(order[: len(drawn)]) == drawn
        assert all(order[place - 1] == report for report, place in found.new)
        if found.report is not None:
            waiting.discard(found.report)
        waiting.discard(data.draw(st.sampled_from(order)))


def states(*votes: tuple[int, str, str]) -> dict[int, object]:
    events = [
        Decision(n, record, "abstract", "vote", who, verdict, "", "", NOON)  # type: ignore[arg-type] # words
        for n, (record, who, verdict) in enumerate(votes, start=1)
    ]
    return report_states({1: [1], 2: [2], 3: [3]}, events, [], reviewers_required=2)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("combine", "weights", "expected"),
    [
        ("any", {}, {1: 1, 2: 0, 3: 1}),
        ("consensus", {}, {1: 1}),
        ("weighted", {}, {1: 1, 2: 0, 3: 1}),
        ("weighted", {"bob": 3.0}, {1: 1, 2: 0, 3: 0}),
        ("weighted", {"ann": 0.0, "bob": 0.0}, {1: 1}),
    ],
)
def test_votes_of_several_reviewers_are_combined(
    combine: str, weights: dict[str, float], expected: dict[int, int]
) -> None:
    """1: both include; 2: one exclude; 3: ann includes, bob excludes."""
    found = states(
        (1, "ann", "include"), (1, "bob", "maybe"), (2, "bob", "exclude"), (3, "ann", "include"), (3, "bob", "exclude")
    )
    assert labels_for("cy", found, blind=False, combine=combine, weights=weights) == expected  # type: ignore[arg-type]
    assert labels_for("cy", found, blind=True, combine=combine, weights=weights) == {}  # type: ignore[arg-type]
    blind = labels_for("ann", found, combine=combine, weights=weights)  # type: ignore[arg-type]
    assert blind == {1: 1, 3: 1}


def test_bytes_that_are_no_order_are_none() -> None:
    whole = order_to_bytes(Order((1, 2), (0.5, 0.1), (2,), ((1,), (2,)), "", "", ""))
    for content in (b"", b"\x80\x04K\x01.", whole[:-30], whole[:40]):
        assert order_from_bytes(content, note="", learner="", fingerprint="") is None
