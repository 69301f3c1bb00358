"""The list to look at again: changed criteria, reports found since, and what takes a report off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from refresh_support import SETTINGS

from jak.citing import trail
from jak.criteria import changes_of_criteria, criteria_standing
from jak.exchange import import_decisions
from jak.importing import import_files
from jak.linking import link
from jak.looking_again import LookAgain, look_again, looks_in_force, mark_looked
from jak.screening import record_retrieval, resolve, vote
from jak.settings import ScreeningSettings, load_settings
from jak.workspace import Review
from jakdb import looks, screening
from jakdb.errors import UsageError
from jakdb.screening import NewDecision
from jakdb.store import Store
from jakdb.words import Arm, Criteria, Study

START = datetime(2026, 1, 1, tzinfo=UTC)
ADULTS = Criteria("Does hair grow?", ("adults",), ("animals",))
CHILDREN = Criteria("Does hair grow?", ("adults", "children"), ("animals",))
ADDED = "criteria changed since: include 2 added: 'children'"


class Bench:
    """A review whose clock moves on by a day at every event, and whose criteria can be edited."""

    def __init__(self, folder: Path, store: Store, *, required: int = 1) -> None:
        self.folder, self.store = folder, store
        self.day = 0
        self.settings = replace(
            load_settings(folder), screening=ScreeningSettings(required, fulltext_reasons=("wrong drug",))
        )
        self.edit(ADULTS)

    @property
    def review(self) -> Review:
        """The review as it is now."""
        return Review(self.settings, self.store)

    def edit(self, criteria: Criteria) -> None:
        """Write other criteria into jak.toml."""
        self.settings = replace(
            self.settings, question=criteria.question, include=criteria.include, exclude=criteria.exclude
        )

    def bring(self, name: str, *records: str) -> None:
        """Import some records of RIS."""
        path = self.folder / name
        path.write_text("".join(f"TY  - JOUR\n{one}\nER  - \n\n" for one in records), encoding="utf-8")
        import_files(self.store, [path], by="ann", source="Embase")

    def vote(self, report: int, verdict: str, *, by: str = "ann", stage: str = "abstract", reason: str = "") -> None:
        vote(self.review, report, verdict, reviewer=by, stage=stage, reason=reason)  # type: ignore[arg-type] # a word

    def listed(self) -> dict[int, LookAgain]:
        """Return the list, by report."""
        return {one.report: one for one in look_again(self.review, self.review.snapshot())}

    def tick(self) -> datetime:
        """Return the next moment."""
        self.day += 1
        return START + timedelta(days=self.day)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    (tmp_path / "jak.toml").write_text(SETTINGS, encoding="utf-8")
    held: list[Bench] = []
    with Store.create(tmp_path / "review.db", now=lambda: held[0].tick() if held else START) as store:
        held.append(Bench(tmp_path, store))
        held[0].bring("old.ris", *(f"TI  - Hair {n}\nAN  - L{n}\nAB  - text" for n in range(1, 6)))
        yield held[0]


def test_what_was_decided_under_other_criteria_is_listed_with_what_changed(bench: Bench) -> None:
    bench.vote(1, "include")
    bench.vote(2, "exclude")
    bench.edit(CHILDREN)
    assert {report: one.why for report, one in bench.listed().items()} == {1: (ADDED,), 2: (ADDED,)}
    assert all(one.by_criteria for one in bench.listed().values())
    bench.vote(3, "exclude")
    assert set(bench.listed()) == {1, 2}
    bench.vote(1, "include")
    assert set(bench.listed()) == {2}


def test_going_back_to_the_old_text_takes_everything_off(bench: Bench) -> None:
    bench.vote(1, "include")
    bench.edit(CHILDREN)
    bench.vote(2, "include")
    bench.edit(ADULTS)
    assert {report: one.why for report, one in bench.listed().items()} == {
        2: ("criteria changed since: include 2 removed: 'children'",)
    }
    bench.edit(CHILDREN)
    assert set(bench.listed()) == {1}


def test_both_votes_must_be_made_anew_or_the_conflict_resolved(bench: Bench) -> None:
    bench.settings = replace(bench.settings, screening=ScreeningSettings(2))
    for report in (1, 2, 3):
        bench.vote(report, "exclude")
    bench.edit(CHILDREN)
    assert bench.listed() == {}  # one vote settles nothing, and the report still waits for the other
    for report in (1, 2, 3):
        bench.vote(report, "exclude", by="bob")
    assert set(bench.listed()) == {1, 2, 3}
    bench.vote(1, "exclude")
    resolve(bench.review, 2, "exclude", by="cleo", note="talked about it", reason="")
    assert set(bench.listed()) == {3}


def test_the_stage_that_a_report_has_reached_decides(bench: Bench) -> None:
    bench.vote(1, "include")
    bench.edit(CHILDREN)
    record_retrieval(bench.review, [1], "retrieved", by="ann")
    assert set(bench.listed()) == {1}
    bench.vote(1, "exclude", stage="fulltext", reason="wrong drug")
    assert bench.listed() == {}


def test_decisions_from_before_the_criteria_were_kept_are_called_unknown(bench: Bench) -> None:
    screening.add_decisions(bench.store, [NewDecision(n, "abstract", "ann", "exclude") for n in (1, 2)])
    assert bench.listed() == {}
    assert criteria_standing(bench.review, bench.review.snapshot()).unknown == 2
    bench.vote(3, "exclude")
    found = criteria_standing(bench.review, bench.review.snapshot())
    assert (found.unknown, [one.reports for one in found.versions], bench.listed()) == (2, [1], {})
    bench.edit(CHILDREN)
    before = "criteria changed, and it was decided before jak kept them: include 2 added: 'children'"
    assert {report: one.why for report, one in bench.listed().items()} == {1: (before,), 2: (before,), 3: (ADDED,)}


def test_decisions_brought_in_fall_to_the_criteria_of_their_day(bench: Bench) -> None:
    bench.vote(1, "include")
    bench.edit(CHILDREN)
    bench.vote(2, "include")
    between = screening.decisions(bench.store)[0].at + timedelta(hours=12)
    days = {3: between.isoformat(), 4: "2025-06-01T00:00:00+00:00", 5: ""}
    rows = [f"{n},Hair {n},abstract,exclude,bob,{at}" for n, at in days.items()]
    (bench.folder / "votes.csv").write_text("\n".join(["record,title,stage,verdict,reviewer,at", *rows]))
    assert import_decisions(bench.review, bench.folder / "votes.csv", by="bob").stored == 3
    assert [one.criteria for one in looks.criteria_versions(bench.store)] == [ADULTS, CHILDREN]
    listed = bench.listed()
    assert set(listed) == {1, 3, 4}
    assert listed[3].why == (ADDED,)
    assert listed[4].why[0].startswith("criteria changed, and it was decided before jak kept them")
    found = criteria_standing(bench.review, bench.review.snapshot())
    assert ([one.reports for one in found.versions], found.unknown) == ([2, 2], 1)


def test_a_look_takes_a_report_off_and_stays_on_record(bench: Bench) -> None:
    for report in (1, 2, 3):
        bench.vote(report, "exclude")
    bench.edit(CHILDREN)
    done = mark_looked(bench.review, [1], why=" still animals ", by="bob")
    assert [one.why for one in done] == [(ADDED,)]
    assert set(bench.listed()) == {2, 3}
    snapshot = bench.review.snapshot()
    [look] = looks_in_force(snapshot)
    assert (look.record_id, look.reasons, look.why, look.by) == (1, (ADDED,), "still animals", "bob")
    assert any("looked at again" in line and "still animals" in line for line in trail(snapshot, 1))
    assert len(screening.decisions(bench.store)) == 3
    bench.edit(replace(CHILDREN, exclude=("animals", "cells")))
    assert set(bench.listed()) == {1, 2, 3}
    assert bench.listed()[1].why == ("criteria changed since: exclude 2 added: 'cells'",)
    bench.edit(CHILDREN)
    looks.undo_look(bench.store, look.id, by="bob")
    assert set(bench.listed()) == {1, 2, 3}


def test_all_that_are_listed_for_the_criteria_alone_can_be_taken_at_once(bench: Bench) -> None:
    bench.bring("bare.ris", "TI  - Bare\nAN  - L9")
    for report in (1, 2, 6):
        bench.vote(report, "exclude")
    bench.edit(CHILDREN)
    bench.bring("full.ris", "TI  - Bare\nAN  - L9\nAB  - An abstract at last")
    assert bench.listed()[6].why == ("an abstract has appeared", ADDED)
    assert list(bench.listed()) == [6, 1, 2]  # what reads otherwise stands before what the criteria list
    done = mark_looked(bench.review, (), why="wording only", by="ann", all_by_criteria=True)
    assert [one.report for one in done] == [1, 2]
    assert set(bench.listed()) == {6}
    mark_looked(bench.review, [6], why="read it", by="ann")
    assert bench.listed() == {}
    bench.bring("again.ris", "TI  - Bare\nAN  - L9")
    bench.bring("more.ris", "TI  - Bare\nAN  - L9\nAB  - Yet another abstract")
    assert bench.listed() == {}  # it had an abstract when it was looked at


def test_a_look_needs_a_listed_report_and_a_ground(bench: Bench) -> None:
    bench.vote(1, "exclude")
    for numbers, why, said in (
        ([1], "x", "report 1 is not on the list"),
        ([1], " ", "say why"),
        ([], "x", "no report is named"),
        ([77], "x", "no record 77"),
    ):
        with pytest.raises(UsageError, match=said):
            mark_looked(bench.review, numbers, why=why, by="ann")
    assert looks.looks(bench.store) == ()


def test_a_report_of_the_same_trial_found_since_is_news_for_one_that_waits(bench: Bench) -> None:
    bench.bring("trials.ris", *(f"TI  - Trial {n}\nAN  - T{n}\nN1  - NCT0000000{n}" for n in (1, 2, 3)))
    for report in (6, 7, 8):
        bench.vote(report, "include")
    for report in (6, 7):
        record_retrieval(bench.review, [report], "retrieved", by="ann")
        bench.vote(report, "ongoing" if report == 6 else "include", stage="fulltext")
    record_retrieval(bench.review, [8], "not_retrieved", by="ann")
    bench.bring("results.ris", *(f"TI  - Results {n}\nAN  - R{n}\nN1  - NCT0000000{n}" for n in (1, 2, 3)))
    assert {report: one.why for report, one in bench.listed().items()} == {
        6: ("report 9 names NCT00000001 too, and was found since",),
        8: ("report 11 names NCT00000003 too, and was found since",),
    }
    assert bench.listed()[6].state == "ongoing at full text"
    bench.vote(6, "ongoing", stage="fulltext")
    mark_looked(bench.review, [8], why="asked for both", by="ann")
    assert bench.listed() == {}


def test_a_report_linked_to_the_study_since_is_news_too(bench: Bench) -> None:
    for report in (1, 2, 3):
        bench.vote(report, "include")
        record_retrieval(bench.review, [report], "retrieved", by="ann")
    bench.vote(1, "awaiting", stage="fulltext")
    bench.vote(2, "include", stage="fulltext")
    study, arm = Study("hair_2020", "Hair 2020"), Arm("hair_2020", "a", group="drug")
    link(bench.review, "1", study, [arm], role="report", why="", by="ann")
    assert bench.listed() == {}
    link(bench.review, "2", study, [arm], role="report", why="", by="ann")
    assert {report: one.why for report, one in bench.listed().items()} == {
        1: ("report 2 was linked to its study hair_2020 since",)
    }
    bench.vote(1, "awaiting", stage="fulltext")
    assert bench.listed() == {}


WORDS = st.sampled_from(["adults", "children", "trials", "mice", "cells"])
TEXTS = st.builds(
    Criteria,
    st.sampled_from(["", "Does hair grow?", "Does it fall?"]),
    st.lists(WORDS, unique=True, max_size=4).map(tuple),
    st.lists(WORDS, unique=True, max_size=4).map(tuple),
)


@given(TEXTS, TEXTS)
def test_changes_are_named_exactly_when_the_criteria_say_something_else(one: Criteria, other: Criteria) -> None:
    same = (one.question, set(one.include), set(one.exclude)) == (
        other.question,
        set(other.include),
        set(other.exclude),
    )
    assert (changes_of_criteria(one, other) == ()) == same
    assert len(changes_of_criteria(one, other)) == len(changes_of_criteria(other, one))
