"""Duplicates in a store: only what is new is compared, the order of imports does not matter, people outrank rules."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from jak.deduping import answer, deduplicate, open_questions
from jak.starting import start_review
from jak.workspace import Review, open_review
from jakdb import doctor
from jakdb.imports import FileToImport, NewSearch, active_records, save_imports
from jakdb.members import NewMerge, add_merges, events_in_force, members, merge_events, undo_merge
from jakdb.relations import answer_relation, relation_events, relations_in_force
from jakdb.words import Author, RawRecord, Record
from jaksearch.dedupe import find_duplicates

PAPER = Record(
    title="Ginger capsules for motion sickness on ferries: an open-label trial in sailors",
    authors=(Author("Adams", "Ruth"), Author("Baker", "Paul")),
    year=2018,
    journal="Journal of Invented Travel Medicine",
    volume="12",
    issue="2",
    pages="101-108",
)
SPARSE = Record(title=PAPER.title, authors=PAPER.authors, year=2018)


@pytest.fixture
def review(tmp_path: Path):
    start_review(tmp_path / "review")
    with open_review(tmp_path / "review") as opened:
        yield opened


def bring(review: Review, records: Sequence[Record], name: str) -> None:
    """Import records as one file, each known by its accession number."""
    rows = [(RawRecord(n, n, r.title, ()), r, f"{name}:{r.accession or n}") for n, r in enumerate(records, start=1)]
    file = FileToImport(name, sha256(name.encode()).hexdigest(), 1, "csv", "utf-8", rows)
    save_imports(review.store, [(NewSearch(name), file)], by="ann")


def groups(review: Review) -> set[frozenset[str]]:
    """Return the reports as sets of accession numbers."""
    name = {r.id: r.accession for r in active_records(review.store)}
    return {frozenset(name[i] for i in ids) for ids in members(review.store).values()}


def printings(count: int, *, seed: int) -> list[Record]:
    """Return papers in several printings, some of them hard: sparse ones between two papers, abstracts, parts."""
    rng, made = random.Random(seed), []
    words = ["ginger", "lemon", "mint", "anchor", "harbour", "sail", "rope", "keel", "storm", "tide", "gull", "reef"]
    for n in range(count):
        title = f"{' '.join(rng.sample(words, 7))} in study {n} of passengers at sea"
        people = tuple(Author(f"Name{rng.randrange(40)}x", "AB") for _ in range(3))
        one = replace(PAPER, title=title, authors=people, volume=str(n), pages=f"{n + 10}-{n + 19}", pmid=str(1000 + n))
        made.append(one)
        if n % 2:
            made.append(replace(one, title=title.upper(), journal="J Invented Travel Med", pmid="", doi=f"10.5555/{n}"))
        if n % 3 == 0:
            made.append(Record(title=title, authors=people, year=2018))
        if n % 5 == 0:
            made.append(replace(one, pmid=str(5000 + n), volume=str(n + 1), pages=f"S{n + 1}", journal="Waves"))
        if n % 7 == 0:
            made.append(replace(one, title=f"Erratum: {title}", pmid="", volume=str(n + 2), pages="9"))
    return [replace(r, accession=f"a{n}") for n, r in enumerate(made)]


def test_batches_in_any_order_give_the_clusters_of_one_comparison(tmp_path: Path) -> None:
    records = printings(60, seed=1)
    whole = find_duplicates([replace(r, id=n) for n, r in enumerate(records, start=1)])
    assert len(whole.merges) > 30
    results = set()
    for seed in range(5):
        order = records[:]
        random.Random(seed).shuffle(order)
        start_review(tmp_path / f"review{seed}")
        with open_review(tmp_path / f"review{seed}") as review:
            size = -(-len(order) // 20)
            for n in range(20):
                bring(review, order[n * size : (n + 1) * size], f"batch{n}")
                deduplicate(review)
            results.add(frozenset(groups(review)))
            assert all(check.is_sound for check in doctor.examine(review.store))
    assert len(results) == 1
    [clusters] = results
    assert sum(len(c) - 1 for c in clusters) == len(whole.merges)


def test_only_what_is_new_is_compared(review: Review) -> None:
    bring(review, [replace(PAPER, accession="a")], "one")
    assert deduplicate(review).compared == 1
    assert deduplicate(review).compared == 0
    bring(review, [replace(PAPER, accession="b", journal="J Invented Travel Med")], "two")
    done = deduplicate(review)
    assert (done.compared, len(done.merged), done.reports_after) == (1, 1, 1)


def test_a_merge_is_taken_back_when_a_later_record_makes_it_doubtful(review: Review) -> None:
    bring(review, [replace(PAPER, accession="a", pmid="11"), replace(SPARSE, accession="s")], "one")
    assert groups(review) == {frozenset("a"), frozenset("s")}
    deduplicate(review)
    assert groups(review) == {frozenset("as")}
    # Another paper with the same title: the sparse record could now be either.
    other = replace(PAPER, accession="b", pmid="22", journal="", volume="", issue="", pages="")
    bring(review, [other], "two")
    done = deduplicate(review)
    assert frozenset("as") not in groups(review)
    assert len(done.taken_back) == 1
    assert done.open_questions
    assert len(merge_events(review.store)) >= 2  # nothing was deleted


def test_what_people_said_outranks_the_rules_for_ever(review: Review) -> None:
    bring(review, [replace(PAPER, accession="a"), replace(PAPER, accession="b", pages="101-8")], "one")
    [merged] = deduplicate(review).merged
    undo_merge(review.store, merged.event, by="ann")
    for n in range(3):
        bring(review, [replace(PAPER, accession=f"c{n}", issue="")], f"more{n}")
        deduplicate(review)
        one, other = (next(g for g in groups(review) if x in g) for x in "ab")
        assert one != other


def test_a_merge_by_hand_is_never_taken_back(review: Review) -> None:
    bring(review, [replace(PAPER, accession="a", pmid="1"), replace(PAPER, accession="b", pmid="2")], "one")
    deduplicate(review)
    [question] = open_questions(review)
    answer(review, question.event, True, by="ann")
    bring(review, [replace(PAPER, accession="c", pmid="1", issue="")], "two")
    done = deduplicate(review)
    # c has the PMID of a, and contradicts b, with which a person joined a: that is for the person again.
    assert groups(review) == {frozenset("ab"), frozenset("c")}
    assert (done.taken_back, done.open_questions) == ((), 1)


def test_merging_all_and_undoing_all_is_where_it_began(review: Review) -> None:
    bring(review, printings(30, seed=2), "one")
    before, records = groups(review), active_records(review.store)
    deduplicate(review)
    assert groups(review) != before
    for event in events_in_force(merge_events(review.store)):
        undo_merge(review.store, event.id, by="ann")
    assert groups(review) == before
    assert active_records(review.store) == records


def test_a_record_that_left_and_came_back_is_compared_again(review: Review) -> None:
    from jakdb.imports import undo_file

    bring(review, [replace(PAPER, accession="a")], "one")
    deduplicate(review)
    undo_file(review.store, 1, by="ann")
    bring(review, [replace(PAPER, accession="b", pages="101-8")], "two")
    deduplicate(review)
    bring(review, [replace(PAPER, accession="a")], "one")
    deduplicate(review)
    assert groups(review) == {frozenset("ab")}


def test_relations_are_suggested_once_and_answered(review: Review) -> None:
    abstract = replace(PAPER, accession="s", journal="Waves", volume="3", issue="Suppl 1", pages="S12")
    bring(review, [replace(PAPER, accession="a"), abstract], "one")
    [found] = deduplicate(review).related
    assert found.relation == "conference abstract"
    assert deduplicate(review).related == ()
    answer_relation(review.store, found.event, "accept", by="ann", why="the same sailors")
    assert [state for _, state in relations_in_force(relation_events(review.store))] == ["accept"]
    bring(review, [replace(abstract, accession="t", pages="S12-S12")], "two")
    assert deduplicate(review).related == ()  # the same two reports


def test_a_dry_run_stores_nothing(review: Review) -> None:
    bring(review, [replace(PAPER, accession="a"), replace(PAPER, accession="b", pages="101-8")], "one")
    done = deduplicate(review, dry_run=True)
    assert (len(done.merged), done.reports_after) == (1, 1)
    assert merge_events(review.store) == ()
    assert deduplicate(review).compared == 2


def test_a_merge_by_hand_of_two_records_is_joined(review: Review) -> None:
    bring(review, [replace(PAPER, accession="a"), replace(PAPER, accession="b", title="Another title altogether")], "x")
    add_merges(review.store, [NewMerge("merge", 1, 2, 1.0, ("looked up",))], by="ann")
    deduplicate(review)
    assert groups(review) == {frozenset("ab")}
