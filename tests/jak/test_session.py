"""A reviewer's open session: votes, undo, random draws, and what a blind reviewer's order may know."""

from __future__ import annotations

from dataclasses import replace

import pytest
from screening_pool import TITLES, bring

from jak.ordering import compute_order, current_order, labels_of, pool_of, stored_order
from jak.ranking_settings import RankingSettings
from jak.screen_session import explain_rank
from jak.screening import vote
from jak.session import Session
from jak.workspace import Review
from jakdb import doctor, members, ranking, screening
from jakdb.imports import FileToImport, NewSearch, files, save_imports, undo_file
from jakdb.words import RawRecord, Record
from jakscreen.rank.queries import Mix, random_order


def with_ranking(review: Review, **fields: object) -> Review:
    """Return the review with other settings of ranking."""
    return replace(review, settings=replace(review.settings, ranking=RankingSettings(**fields)))  # type: ignore[arg-type]


def test_a_vote_taken_back_restores_the_exact_order(pool: Review) -> None:
    with Session(pool, "ann", "abstract") as session:
        for record, verdict in ((1, "include"), (12, "exclude"), (25, "exclude")):
            session.vote(record, verdict)
        before = session.wait()
        session.vote(31, "include")
        changed = session.wait()
        session.undo()
        after = session.wait()
    assert before is not None
    assert changed is not None
    assert changed.reports != before.reports
    assert after == before
    snapshot = pool.snapshot()
    anew = compute_order(pool.settings, pool_of(pool, snapshot), labels_of(pool, snapshot, "ann"))
    assert anew.scores == pytest.approx(
        before.scores, abs=2e-4
    )  # another way to the same labels: the solver's tolerance
    assert stored_order(pool, "ann", "abstract") == before


def test_changed_votes_and_undo_keep_every_event_and_the_queue_follows(pool: Review) -> None:
    with Session(pool, "ann", "abstract") as session:
        session.vote(5, "maybe")
        assert session.waiting == 39
        session.vote(5, "exclude")
        assert session.waiting == 39
        session.undo()
        assert session.snapshot.states[5].votes[-1].verdict == "maybe"
        session.undo()
        assert session.waiting == 40
    assert [d.kind for d in screening.decisions(pool.store)] == ["vote", "vote", "undo", "undo"]


def test_the_state_in_a_session_is_that_of_a_fresh_reading(pool: Review) -> None:
    members.add_merges(pool.store, [members.NewMerge("merge", 3, 4)], by="rules")
    with Session(pool, "ann", "abstract") as session:
        session.vote(3, "include")
        vote(pool, 4, "exclude", reviewer="bob")
        vote(pool, 7, "include", reviewer="bob")
        session.vote(7, "include")
        session.undo()
        session.catch_up()
        assert dict(session.snapshot.states) == dict(pool.snapshot().states)
        assert session.snapshot.states[3].abstract == "conflict"


def test_what_another_process_merges_or_removes_enters_an_open_session(pool: Review) -> None:
    with Session(pool, "ann", "abstract") as session:
        session.vote(1, "include")
        for change in (
            lambda: members.add_merges(pool.store, [members.NewMerge("merge", 1, 2)], by="rules"),
            lambda: screening.add_removals(pool.store, [(5, "other", "a protocol")], by="bob"),
            lambda: screening.undo_removal(pool.store, 1, by="bob"),
        ):
            change()
            session.catch_up()
            assert dict(session.snapshot.states) == dict(pool.snapshot().states)
        assert session.waiting == 38


def test_duplicates_are_one_report_to_read(pool: Review) -> None:
    members.add_merges(pool.store, [members.NewMerge("merge", 1, 2)], by="rules")
    with Session(pool, "ann", "abstract") as session:
        order = session.wait()
        assert order is not None
        assert (session.waiting, 2 in order.reports) == (39, False)


def test_a_skipped_report_comes_back_when_the_others_are_read(pool: Review) -> None:
    with Session(pool, "ann", "abstract") as session:
        session.wait()
        first = session.next()
        assert first is not None
        session.skip(first[0].report)
        second = session.next()
        assert second is not None
        assert second[0].report != first[0].report
        for report in sorted(set(range(1, 41)) - {first[0].report}):
            session.vote(report, "exclude")
        third = session.next()
    assert third is not None
    assert third[0].report == first[0].report


def test_new_reports_enter_an_open_session_and_are_ranked(pool: Review) -> None:
    with Session(pool, "ann", "abstract") as session:
        session.vote(1, "include")
        session.vote(25, "exclude")
        session.wait()
        bring(pool.store, "b", ["ginger on ferries: part 3", "surgery of the knee"])
        session.catch_up()
        assert session.waiting == 40
        order = session.wait()
        assert order is not None
        assert order.reports.index(41) < 10 < order.reports.index(42)


def test_a_seed_added_to_a_file_of_seeds_makes_the_order_anew(pool: Review) -> None:
    listed = pool.settings.folder / "seeds.txt"
    review = with_ranking(pool, seeds=(listed.name,))
    for seeds in ([38], [38, 31]):
        listed.write_text("".join(f"{TITLES[report - 1]}\n" for report in seeds))
        order = current_order(review, review.snapshot(), "ann", "abstract")
        with Session(review, "ann", "abstract") as session:
            assert session.wait() == order
        named = with_ranking(pool, seeds=tuple(f"report {report}" for report in seeds))
        assert order.scores == current_order(named, named.snapshot(), "ben", "abstract").scores


def test_random_turns_draw_the_beginning_of_one_random_order(pool: Review) -> None:
    expected = random_order(range(1, 41), seed=7)
    review = with_ranking(pool, seed=7)
    vote(review, expected[1], "include", reviewer="ann")
    shown = []
    with Session(review, "ann", "abstract", mix=Mix(random=1.0)) as session:
        for _ in range(3):
            found = session.next()
            assert found is not None
            assert found[1].query == "random"
            shown.append(found[0].report)
            assert ranking.draws(review.store)[-1].record_id == found[0].report  # on record before the vote
            session.vote(found[0].record.id, "exclude")
    assert shown == [expected[0], expected[2], expected[3]]
    drawn = ranking.draws(review.store, "abstract")
    assert [d.record_id for d in drawn] == expected[:4]
    assert [(d.place, d.frame, d.seed, d.by) for d in drawn] == [(n, 40, 7, "ann") for n in (1, 2, 3, 4)]
    assert all(check.is_sound for check in doctor.examine(review.store))


def test_an_interrupted_random_turn_shows_the_same_report_again(pool: Review) -> None:
    found = []
    for _ in range(2):
        with Session(pool, "ann", "abstract", mix=Mix(random=1.0)) as session:
            shown = session.next()
            assert shown is not None
            found.append(shown[0].report)
    assert found[0] == found[1]
    assert len(ranking.draws(pool.store)) == 1


def test_blind_anothers_votes_change_not_a_byte(pool: Review) -> None:
    def seen() -> tuple[object, ...]:
        order = current_order(pool, pool.snapshot(), "ann", "abstract")
        with Session(pool, "ann", "abstract") as session:
            assert session.wait() == order
        kept = ranking.last_order(pool.store, "abstract", "ann")
        return order, kept, [explain_rank(pool, number, "ann") for number in (5, 30)]

    for record, verdict in ((1, "include"), (30, "exclude")):
        vote(pool, record, verdict, reviewer="ann")
    before = seen()
    for record, verdict in ((2, "exclude"), (3, "exclude"), (5, "include"), (31, "include"), (1, "exclude")):
        vote(pool, record, verdict, reviewer="bob")
    assert seen() == before


def test_blind_a_resolution_teaches_everybody(pool: Review) -> None:
    for reviewer, verdict in (("bob", "exclude"), ("cy", "include")):
        vote(pool, 3, verdict, reviewer=reviewer)
    assert labels_of(pool, pool.snapshot(), "ann") == {}
    new = screening.NewDecision(3, "abstract", "chair", "exclude", note="mice", kind="resolution")
    screening.add_decisions(pool.store, [new])
    assert labels_of(pool, pool.snapshot(), "ann") == {3: 0}


def test_the_place_that_is_explained_is_the_place_in_the_order(pool: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jak.ordering.DIGITS", 0)  # many scores are the same
    vote(pool, 1, "include", reviewer="ann")
    vote(pool, 12, "exclude", reviewer="ann")
    order = current_order(pool, pool.snapshot(), "ann", "abstract")
    for place in (1, 2, 5, 20, 40):
        assert explain_rank(pool, order.reports[place - 1], "ann").place == place


def test_an_order_learnt_from_everybody_is_shown_to_nobody_once_screening_is_blind(pool: Review) -> None:
    open_ = replace(pool, settings=replace(pool.settings, screening=replace(pool.settings.screening, blind=False)))
    vote(pool, 3, "include", reviewer="bob")
    order = current_order(open_, pool.snapshot(), "ann", "abstract")
    assert stored_order(open_, "ann", "abstract") == order
    assert stored_order(pool, "ann", "abstract") is None
    with Session(pool, "ann", "abstract") as session:
        assert session.order is None


def test_another_paper_in_a_file_of_seeds_makes_another_order(pool: Review) -> None:
    titles = {"1005": "mint in the cellar", "1035": "camels in winter"}
    rows = [(RawRecord(n, n, t, ()), Record(title=t, pmid=p), p) for n, (p, t) in enumerate(titles.items(), start=1)]
    save_imports(pool.store, [(NewSearch("PubMed"), FileToImport("b", "b" * 64, 1, "ris", "utf-8", rows))], by="ann")
    with_file = with_ranking(pool, seeds=("seeds.txt",))
    orders = []
    for pmid in titles:
        (pool.settings.folder / "seeds.txt").write_text(f"{pmid}\n", encoding="utf-8")
        orders.append(current_order(with_file, pool.snapshot(), "ann", "abstract"))
    assert orders[0].reports != orders[1].reports


def test_an_undone_import_leaves_nothing_wrong(pool: Review) -> None:
    bring(pool.store, "b", ["ginger on rafts", "mint on rafts"])
    current_order(pool, pool.snapshot(), "ann", "abstract")
    vote(pool, 41, "include", reviewer="ann")
    ranking.add_draws(pool.store, "abstract", [ranking.NewDraw(42, 1, 42)], seed=0, by="ann")
    undo_file(pool.store, files(pool.store)[-1].id, by="ann")
    order = current_order(pool, pool.snapshot(), "ann", "abstract")
    assert set(order.reports) == set(range(1, 41))
    with Session(pool, "ann", "abstract", mix=Mix(random=1.0)) as session:
        assert session.next() is not None
    assert all(check.is_sound for check in doctor.examine(pool.store))


def test_a_failing_order_is_told_and_the_work_goes_on(pool: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    from jak import ordering

    def fail(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(ordering, "compute_order", fail)
    with Session(pool, "ann", "abstract") as session:
        assert session.next() is not None
        session.vote(1, "include")
        session.wait()
        assert str(session.trouble()) == "no room"
        assert session.next() is not None
    assert len(screening.decisions(pool.store)) == 1
