"""Where reports stand, from their events."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jakdb.words import ABSTRACT, FULLTEXT, Decision, MergeEvent, Removal, Retrieval, Stage, Verdict
from jakscreen import decisions_in_force, labels_for, open_conflicts, pending_for, report_states
from jakscreen.status import ReportState

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def minute(n: int) -> datetime:
    return NOON + timedelta(minutes=n)


def vote(
    n: int, reviewer: str, verdict: Verdict, *, record: int = 1, stage: Stage = ABSTRACT, reason: str = ""
) -> Decision:
    """Event number n, cast at minute n."""
    return Decision(n, record, stage, "vote", reviewer, verdict, reason, "", minute(n))


def resolution(n: int, verdict: Verdict, *, record: int = 1, stage: Stage = ABSTRACT, reason: str = "") -> Decision:
    return Decision(n, record, stage, "resolution", "chair", verdict, reason, "", minute(n))


def undo(n: int, of: int, *, record: int = 1, stage: Stage = ABSTRACT, reviewer: str = "ada") -> Decision:
    return Decision(n, record, stage, "undo", reviewer, "include", "", "", minute(n), undoes=of)


def retrieval(n: int, status: str, *, record: int = 1) -> Retrieval:
    return Retrieval(n, record, status, "", "ada", minute(n))  # type: ignore[arg-type] # the words are given as text


def merge(n: int, a: int, b: int) -> MergeEvent:
    return MergeEvent(n, "merge", a, b, 1.0, (), "rules", minute(n))


def only(*decisions: Decision, required: int = 2, records: tuple[int, ...] = (1,), **more: object) -> ReportState:
    """State of the one report."""
    return report_states({1: records}, decisions, (), reviewers_required=required, **more)[1]  # type: ignore[arg-type]


def at_fulltext(*decisions: Decision, required: int = 2) -> ReportState:
    """State of a report that was included by its abstract and retrieved."""
    before = [resolution(1, "include")]
    return report_states({1: [1]}, [*before, *decisions], [retrieval(1, "retrieved")], reviewers_required=required)[1]


class TestVotes:
    def test_no_event_is_unscreened(self) -> None:
        assert only() == ReportState(1)

    def test_one_vote_of_two_is_pending(self) -> None:
        state = only(vote(1, "ada", "exclude"))
        assert (state.abstract, state.meanwhile, state.conflict) == ("pending", "", "")

    def test_one_reviewer_suffices_where_one_is_required(self) -> None:
        assert only(vote(1, "ada", "exclude", reason="animals"), required=1).abstract == "exclude"

    def test_two_agreeing_votes_settle(self) -> None:
        state = only(vote(1, "ada", "exclude", reason="animals"), vote(2, "bea", "exclude", reason="animals"))
        assert (state.abstract, state.abstract_reason, state.resolved) == ("exclude", "animals", False)

    def test_different_reasons_for_an_abstract_are_no_conflict_and_both_kept(self) -> None:
        state = only(vote(1, "ada", "exclude", reason="animals"), vote(2, "bea", "exclude", reason="review"))
        assert (state.abstract, state.abstract_reason) == ("exclude", "animals; review")

    @pytest.mark.parametrize(("one", "two"), [("include", "maybe"), ("maybe", "maybe"), ("include", "include")])
    def test_maybe_counts_as_include(self, one: Verdict, two: Verdict) -> None:
        assert only(vote(1, "ada", one), vote(2, "bea", two)).abstract == "include"

    def test_maybe_against_exclude_is_a_conflict(self) -> None:
        state = only(vote(1, "ada", "maybe"), vote(2, "bea", "exclude"))
        assert (state.abstract, state.conflict, state.meanwhile) == ("conflict", "verdict", "include")

    def test_disagreement_is_a_conflict_before_all_have_voted(self) -> None:
        assert only(vote(1, "ada", "include"), vote(2, "bea", "exclude"), required=3).abstract == "conflict"

    def test_a_changed_vote_on_the_same_record_replaces(self) -> None:
        state = only(vote(1, "ada", "include"), vote(2, "bea", "exclude"), vote(3, "ada", "exclude"))
        assert state.abstract == "exclude"
        assert [v.id for v in state.votes] == [2, 3]

    def test_an_undone_change_brings_the_earlier_vote_back(self) -> None:
        state = only(vote(1, "ada", "include"), vote(2, "ada", "exclude"), undo(3, of=2), required=1)
        assert [v.id for v in state.votes] == [1]

    def test_an_undone_undo_brings_the_vote_back(self) -> None:
        state = only(vote(1, "ada", "include"), undo(2, of=1), undo(3, of=2), required=1)
        assert state.abstract == "include"

    def test_two_votes_of_one_reviewer_are_one_voter(self) -> None:
        assert only(vote(1, "ada", "exclude"), vote(2, "ada", "exclude")).abstract == "pending"

    def test_automation_alone_is_said(self) -> None:
        tool = only(vote(1, "automation: classifier", "exclude"), required=1)
        both = only(vote(1, "automation: classifier", "exclude"), vote(2, "ada", "exclude"))
        assert (tool.abstract, tool.abstract_by_automation) == ("exclude", True)
        assert (both.abstract, both.abstract_by_automation) == ("exclude", False)

    def test_automation_alone_does_not_exclude_where_two_are_required(self) -> None:
        assert only(vote(1, "automation: classifier", "exclude")).abstract == "pending"

    def test_events_on_records_outside_every_report_are_left_aside(self) -> None:
        assert only(vote(1, "ada", "include", record=9)) == ReportState(1)

    def test_a_record_in_two_reports_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="record 2 stands in reports 1 and 2"):
            report_states({1: [1, 2], 2: [2]}, (), ())

    def test_no_reviewer_required_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="1 or more"):
            report_states({}, (), (), reviewers_required=0)


class TestResolutions:
    votes = (vote(1, "ada", "include"), vote(2, "bea", "exclude", reason="animals"))

    def test_a_resolution_settles(self) -> None:
        state = only(*self.votes, resolution(3, "exclude"))
        assert (state.abstract, state.resolved, state.conflict) == ("exclude", True, "")

    def test_a_resolution_without_a_reason_takes_the_excluders(self) -> None:
        assert only(*self.votes, resolution(3, "exclude")).abstract_reason == "animals"

    def test_the_last_resolution_stands(self) -> None:
        assert only(*self.votes, resolution(3, "exclude"), resolution(4, "include")).abstract == "include"

    def test_an_undone_resolution_opens_the_conflict(self) -> None:
        state = only(*self.votes, resolution(3, "exclude"), undo(4, of=3))
        assert state == only(*self.votes)
        assert state.abstract == "conflict"

    def test_a_vote_after_the_resolution_changes_nothing_and_is_kept(self) -> None:
        state = only(*self.votes, resolution(3, "include"), vote(4, "bea", "exclude"))
        assert (state.abstract, state.resolved) == ("include", True)
        assert [v.id for v in state.votes] == [1, 4]

    def test_a_resolution_may_come_before_enough_votes(self) -> None:
        assert only(vote(1, "ada", "maybe"), resolution(2, "exclude")).abstract == "exclude"


class TestMergedRecords:
    def test_include_and_exclude_merge_to_a_conflict(self) -> None:
        state = only(vote(1, "ada", "include", record=1), vote(2, "bea", "exclude", record=2), records=(1, 2))
        assert (state.abstract, state.meanwhile) == ("conflict", "include")

    def test_one_reviewer_who_voted_differently_on_two_records_is_a_conflict(self) -> None:
        state = only(vote(1, "ada", "include"), vote(2, "ada", "exclude", record=2), records=(1, 2), required=1)
        assert (state.abstract, state.conflict, len(state.votes)) == ("conflict", "merge", 2)

    def test_known_merge_time_tells_a_change_from_a_difference(self) -> None:
        votes = (vote(1, "ada", "include"), vote(3, "ada", "exclude", record=2))
        before = only(*votes, records=(1, 2), required=1, merges=[merge(2, 1, 2)])
        after = only(*votes, records=(1, 2), required=1, merges=[merge(4, 1, 2)])
        assert (before.abstract, [v.id for v in before.votes]) == ("exclude", [3])
        assert (after.abstract, after.conflict) == ("conflict", "merge")

    def test_votes_merged_in_after_a_resolution_open_it_again(self) -> None:
        decisions = (resolution(2, "include"), vote(1, "ada", "exclude", record=2))
        late = only(*decisions, records=(1, 2), merges=[merge(3, 1, 2)])
        early = only(*decisions, records=(1, 2), merges=[merge(1, 1, 2)])
        assert (late.abstract, late.conflict, late.resolved) == ("conflict", "after_resolution", False)
        assert (early.abstract, early.resolved) == ("include", True)

    def test_without_merge_times_a_resolution_covers_what_was_said_before_it(self) -> None:
        before = only(resolution(2, "include"), vote(1, "ada", "exclude", record=2), records=(1, 2))
        after = only(resolution(2, "include"), vote(3, "ada", "exclude", record=2), records=(1, 2))
        assert (before.abstract, after.abstract) == ("include", "conflict")

    def test_agreeing_votes_merged_in_leave_the_resolution(self) -> None:
        decisions = (resolution(2, "include"), vote(1, "ada", "maybe", record=2))
        assert only(*decisions, records=(1, 2), merges=[merge(3, 1, 2)]).resolved

    def test_two_reports_resolved_apart_and_merged_are_a_conflict(self) -> None:
        decisions = (resolution(1, "include"), resolution(2, "exclude", record=2))
        state = only(*decisions, records=(1, 2), merges=[merge(3, 1, 2)])
        assert (state.abstract, state.conflict, len(state.resolutions)) == ("conflict", "merge", 2)
        again = only(*decisions, resolution(4, "exclude", record=1), records=(1, 2), merges=[merge(3, 1, 2)])
        assert (again.abstract, again.resolved) == ("exclude", True)

    def test_merges_through_a_record_outside_the_report_count(self) -> None:
        decisions = (vote(1, "ada", "exclude", record=3), resolution(4, "include", record=1))
        state = only(*decisions, records=(1, 3), merges=[merge(2, 1, 2), merge(3, 2, 3)])
        assert state.abstract == "include"

    def test_an_undone_merge_does_not_join(self) -> None:
        back = replace(merge(3, 1, 2), kind="undo", undoes=2)
        decisions = (vote(1, "ada", "exclude", record=2), resolution(4, "include", record=1))
        state = only(*decisions, records=(1, 2), merges=[merge(2, 1, 2), back, merge(5, 1, 2)])
        assert state.conflict == "after_resolution"


class TestFulltext:
    def test_nothing_before_the_abstract_is_included(self) -> None:
        state = report_states({1: [1]}, [vote(1, "ada", "maybe")], [retrieval(1, "retrieved")])[1]
        assert (state.abstract, state.retrieval, state.fulltext) == ("pending", "retrieved", "")

    @pytest.mark.parametrize(
        ("status", "fulltext"), [("sought", ""), ("not_retrieved", ""), ("retrieved", "unassessed")]
    )
    def test_assessed_only_once_retrieved(self, status: str, fulltext: str) -> None:
        state = report_states({1: [1]}, [resolution(1, "include")], [retrieval(1, status)])[1]
        assert (state.retrieval, state.fulltext) == (status, fulltext)

    def test_the_last_retrieval_event_stands(self) -> None:
        events = [retrieval(2, "retrieved"), retrieval(1, "not_retrieved")]
        assert report_states({1: [1]}, [resolution(1, "include")], events)[1].fulltext == "unassessed"

    def test_a_fulltext_vote_says_that_the_text_was_in_hand(self) -> None:
        decisions = [resolution(1, "include"), vote(3, "ada", "include", stage=FULLTEXT)]
        for events in ([], [retrieval(2, "sought")], [retrieval(2, "not_retrieved")]):
            state = report_states({1: [1]}, decisions, events, reviewers_required=1)[1]
            assert (state.retrieval, state.fulltext, state.is_included) == ("retrieved", "include", True)

    def test_a_text_lost_after_the_vote_is_not_assessed(self) -> None:
        decisions = [resolution(1, "include"), vote(3, "ada", "include", stage=FULLTEXT)]
        state = report_states({1: [1]}, decisions, [retrieval(4, "not_retrieved")], reviewers_required=1)[1]
        assert (state.retrieval, state.fulltext, len(state.votes)) == ("not_retrieved", "", 1)

    def test_one_primary_reason(self) -> None:
        same = (vote(2, "ada", "exclude", stage=FULLTEXT, reason="dose"), vote(3, "bea", "exclude", stage=FULLTEXT))
        assert (at_fulltext(*same).fulltext, at_fulltext(*same).fulltext_reason) == ("exclude", "dose")

    def test_two_reasons_are_a_conflict_of_reason(self) -> None:
        votes = (
            vote(2, "ada", "exclude", stage=FULLTEXT, reason="dose"),
            vote(3, "bea", "exclude", stage=FULLTEXT, reason="design"),
        )
        state = at_fulltext(*votes)
        assert (state.fulltext, state.conflict, state.meanwhile) == ("conflict", "reason", "exclude")
        assert at_fulltext(*votes, resolution(4, "exclude", stage=FULLTEXT)).conflict == "reason"
        settled = at_fulltext(*votes, resolution(4, "exclude", stage=FULLTEXT, reason="design"))
        assert (settled.fulltext, settled.fulltext_reason, settled.resolved) == ("exclude", "design", True)

    @pytest.mark.parametrize("word", ["awaiting", "ongoing"])
    def test_awaiting_and_ongoing_are_states_of_their_own(self, word: Verdict) -> None:
        agreed = at_fulltext(vote(2, "ada", word, stage=FULLTEXT), vote(3, "bea", word, stage=FULLTEXT))
        split = at_fulltext(vote(2, "ada", word, stage=FULLTEXT), vote(3, "bea", "exclude", stage=FULLTEXT))
        assert agreed.fulltext == word
        assert (split.fulltext, split.meanwhile) == ("conflict", word)

    def test_include_wins_meanwhile(self) -> None:
        state = at_fulltext(vote(2, "ada", "awaiting", stage=FULLTEXT), vote(3, "bea", "include", stage=FULLTEXT))
        assert (state.fulltext, state.meanwhile) == ("conflict", "include")


class TestRemovals:
    def removal(self, n: int, cause: str = "automation", *, record: int = 1, undoes: int | None = None) -> Removal:
        return Removal(n, record, cause, "no abstract", "ada", minute(n), undoes)  # type: ignore[arg-type] # a word

    def test_removed_and_brought_back(self) -> None:
        gone = report_states({1: [1]}, (), (), [self.removal(1)])[1]
        assert (gone.removed, gone.removal_reason) == ("automation", "no abstract")
        assert report_states({1: [1]}, (), (), [self.removal(1), self.removal(2, "undo", undoes=1)])[1].removed == ""

    def test_a_record_merged_in_later_keeps_the_report(self) -> None:
        members = {1: [1, 2]}
        assert report_states(members, (), (), [self.removal(2)], merges=[merge(1, 1, 2)])[1].removed == "automation"
        assert report_states(members, (), (), [self.removal(2)], merges=[merge(3, 1, 2)])[1].removed == ""
        assert report_states(members, (), (), [self.removal(2)])[1].removed == "automation"


class TestLists:
    def test_open_conflicts_say_what_and_why(self) -> None:
        states = report_states(
            {1: [1], 2: [2]},
            [vote(1, "ada", "include"), vote(2, "bea", "exclude", reason="animals"), vote(3, "ada", "maybe", record=2)],
            (),
        )
        (conflict,) = open_conflicts(states)
        assert (conflict.report_id, conflict.stage, conflict.kind) == (1, ABSTRACT, "verdict")
        assert conflict.sentence == "the votes differ (ada: include, bea: exclude (animals))"

    def test_a_fulltext_conflict_names_its_stage(self) -> None:
        state = at_fulltext(vote(2, "ada", "exclude", stage=FULLTEXT), vote(3, "bea", "include", stage=FULLTEXT))
        (conflict,) = open_conflicts({1: state})
        assert (conflict.stage, [v.id for v in conflict.votes]) == (FULLTEXT, [2, 3])

    def test_a_removed_report_has_no_open_conflict(self) -> None:
        events = [vote(1, "ada", "include"), vote(2, "bea", "exclude")]
        removal = Removal(1, 1, "other", "", "ada", minute(9))
        assert open_conflicts(report_states({1: [1]}, events, (), [removal])) == ()

    def test_pending_is_what_this_reviewer_has_to_read(self) -> None:
        events = [
            vote(1, "ada", "include", record=1),
            vote(2, "bea", "include", record=2),
            vote(3, "bea", "exclude", record=3),
            vote(4, "cem", "include", record=3),
            vote(5, "bea", "include", record=4),
            vote(6, "cem", "include", record=4),
        ]
        removal = Removal(1, 6, "automation", "", "rules", minute(1))
        states = report_states({n: [n] for n in range(1, 7)}, events, (), [removal])
        assert pending_for(states, "ada", ABSTRACT) == (2, 5)
        assert pending_for(states, "ada", FULLTEXT) == ()

    def test_pending_at_fulltext_needs_the_text_in_hand(self) -> None:
        decisions = [resolution(n, "include", record=n) for n in (1, 2)]
        states = report_states({1: [1], 2: [2]}, decisions, [retrieval(1, "retrieved", record=2)])
        assert pending_for(states, "ada", FULLTEXT) == (2,)

    def test_blind_labels_are_own_votes_and_resolutions(self) -> None:
        events = [
            vote(1, "ada", "maybe", record=1),
            vote(2, "bea", "exclude", record=1),
            vote(3, "bea", "exclude", record=2),
            vote(4, "ada", "include", record=3),
            resolution(5, "exclude", record=3),
            vote(6, "bea", "include", record=4),
            vote(7, "cem", "include", record=4),
        ]
        states = report_states({n: [n] for n in range(1, 6)}, events, ())
        assert labels_for("ada", states, blind=True) == {1: 1, 3: 0}
        assert labels_for("ada", states, blind=False) == {1: 1, 2: 0, 3: 0, 4: 1}


VERDICTS: st.SearchStrategy[Verdict] = st.sampled_from(["include", "exclude", "maybe"])


@st.composite
def histories(draw: st.DrawFn) -> list[Decision]:
    """Votes, resolutions and undos on three records; times may be equal, and never run against the numbers."""
    events: list[Decision] = []
    for n in range(1, draw(st.integers(0, 14)) + 1):
        at = (events[-1].at if events else NOON) + timedelta(minutes=draw(st.integers(0, 1)))
        kind = draw(st.sampled_from(["vote", "vote", "vote", "resolution", "undo"]))
        record, stage = draw(st.integers(1, 3)), draw(st.sampled_from([ABSTRACT, FULLTEXT]))
        if kind == "undo":
            if events:
                of = draw(st.sampled_from(events))
                events.append(replace(of, id=n, kind="undo", at=at, undoes=of.id))
            continue
        who = draw(st.sampled_from(["ada", "bea", "cem"]))
        events.append(Decision(n, record, stage, kind, who, draw(VERDICTS), draw(st.sampled_from("ab")), "", at))
    return events


MEMBERS = {1: [1, 2], 3: [3]}


@settings(deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_handed_in_does_not_matter(events: list[Decision], random: object) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis gives a random.Random
    assert report_states(MEMBERS, shuffled, ()) == report_states(MEMBERS, events, ())


@settings(deadline=None)
@given(histories(), st.data())
def test_taking_back_the_next_event_gives_exactly_the_earlier_states(
    events: list[Decision], data: st.DataObject
) -> None:
    n, at = len(events) + 20, (events[-1].at if events else NOON)
    record, verdict = data.draw(st.integers(1, 3)), data.draw(VERDICTS)
    kind = data.draw(st.sampled_from(["vote", "resolution"]))
    new = Decision(n, record, ABSTRACT, kind, "ada", verdict, "", "", at)
    back = replace(new, id=n + 1, kind="undo", undoes=n)
    assert report_states(MEMBERS, [*events, new, back], ()) == report_states(MEMBERS, events, ())


@settings(deadline=None)
@given(histories())
def test_no_vote_in_force_is_lost(events: list[Decision]) -> None:
    """The last vote of each reviewer on each record is in the state of its report: one at each stage."""
    last = {
        (d.record_id, d.reviewer, d.stage): d
        for d in sorted(decisions_in_force(events), key=lambda d: (d.at, d.id))
        if d.kind == "vote"
    }
    states = report_states(MEMBERS, events, ())
    kept = [d for state in states.values() for d in state.votes]
    assert sorted(d.id for d in kept) == sorted(d.id for d in last.values())


@settings(deadline=None)
@given(histories())
def test_exclude_never_wins_over_a_standing_include(events: list[Decision]) -> None:
    for state in report_states(MEMBERS, events, ()).values():
        said = {v.verdict for v in state.votes_at(ABSTRACT)}
        if said & {"include", "maybe"} and not any(r.stage == ABSTRACT for r in state.resolutions):
            assert state.abstract != "exclude"
            assert state.abstract != "conflict" or state.meanwhile == "include"


@settings(deadline=None)
@given(histories())
def test_conflicts_and_states_agree(events: list[Decision]) -> None:
    states = report_states(MEMBERS, events, ())
    for state in states.values():
        assert (state.conflict != "") == ("conflict" in (state.abstract, state.fulltext))
        assert not (state.resolved and state.conflict)
    assert {c.report_id for c in open_conflicts(states)} == {i for i, s in states.items() if s.conflict}


def test_equal_times_are_ordered_by_number() -> None:
    first, second = (replace(vote(n, "ada", v), at=NOON) for n, v in ((1, "include"), (2, "exclude")))  # type: ignore[arg-type] # words
    assert only(second, first, required=1).abstract == "exclude"
