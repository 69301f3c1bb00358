"""The flow is counted from events, and counts that contradict each other are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jak.report.counts import FlowMismatchError, Named, as_dict, check, equations, total
from jak.report.flow import count_flow
from jak.report.flow_inputs import FlowInputs
from jakdb.words import Decision, Link, Retrieval, SearchRun, Stop
from jakscreen.status import ReportState, report_states

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EMBASE = SearchRun(1, "Embase", "Embase.com", "database", date(2026, 11, 20), 3, "", NOON)
PUBMED = SearchRun(2, "PubMed", "NLM", "database", date(2026, 11, 20), 2, "", NOON)
REGISTER = SearchRun(3, "ClinicalTrials.gov", "", "register", date(2026, 11, 20), 1, "", NOON)
CITATIONS = SearchRun(4, "Citation searching", "", "other", date(2026, 11, 21), None, "", NOON)
SEARCHES = (EMBASE, PUBMED, REGISTER, CITATIONS)


def state(report: int, **words: object) -> ReportState:
    return ReportState(report, **words)  # type: ignore[arg-type]  # words of a test


def included(report: int) -> ReportState:
    return state(report, abstract="include", retrieval="retrieved", fulltext="include")


def excluded(report: int, reason: str) -> ReportState:
    return state(report, abstract="include", retrieval="retrieved", fulltext="exclude", fulltext_reason=reason)


def flow(states: list[ReportState], *, found: dict[int, int] | None = None, **more: object) -> FlowInputs:
    """One Embase record for each report, unless told otherwise."""
    members = {s.report_id: [s.report_id] for s in states}
    found = found or dict.fromkeys(members, 1)
    return FlowInputs(SEARCHES, list(found.items()), members, {s.report_id: s for s in states}, **more)  # type: ignore[arg-type]


def test_records_are_counted_by_source_and_duplicates_by_report() -> None:
    """Report 1 has two Embase records and one of PubMed, report 2 one of a register: 4 records, 2 reports."""
    states = {1: state(1, abstract="exclude"), 2: state(2, abstract="exclude")}
    counts = count_flow(
        FlowInputs(SEARCHES[:3], [(10, 1), (11, 1), (12, 2), (13, 3)], {1: [10, 11, 12], 2: [13]}, states)
    )
    assert counts.databases == (Named("Embase", 2), Named("PubMed", 1))
    assert counts.registers == (Named("ClinicalTrials.gov", 1),)
    assert counts.duplicates == 2
    assert counts.screened == counts.excluded_human == 2
    assert counts.other is None
    assert not counts.interim


def test_a_source_that_found_nothing_is_still_named() -> None:
    counts = count_flow(flow([state(1, abstract="exclude")]))
    assert Named("PubMed", 0) in counts.databases


def test_two_searches_of_one_source_are_one_line() -> None:
    again = replace(EMBASE, id=9)
    states = {1: state(1, abstract="exclude"), 2: state(2, abstract="exclude")}
    counts = count_flow(FlowInputs((EMBASE, again), [(1, 1), (2, 9)], {1: [1], 2: [2]}, states))
    assert counts.databases == (Named("Embase", 2),)


def test_removals_leave_before_screening() -> None:
    counts = count_flow(
        flow(
            [
                state(1, removed="automation", abstract="include"),
                state(2, removed="other", removal_reason="retracted"),
                state(3, removed="other", removal_reason="retracted"),
                state(4, abstract="exclude", abstract_by_automation=True),
                state(5, abstract="exclude"),
            ]
        )
    )
    assert counts.automation == 1
    assert counts.removed == (Named("retracted", 2),)
    assert (counts.screened, counts.excluded_automation, counts.excluded_human) == (2, 1, 1)


def test_a_stop_leaves_reports_unread_and_never_excluded() -> None:
    stop = Stop(1, "abstract", "100 in a row", "ada", NOON)
    counts = count_flow(flow([state(1), state(2), state(3, abstract="exclude")], stops=(stop,)))
    assert counts.not_screened == (Named("100 in a row", 2),)
    assert (counts.screened, counts.excluded_human, counts.unscreened) == (1, 1, 0)
    assert not counts.interim


def test_a_stop_taken_back_leaves_them_open() -> None:
    stops = (Stop(1, "abstract", "100 in a row", "ada", NOON), Stop(2, "abstract", "", "ada", NOON))
    counts = count_flow(flow([state(1)], stops=stops))
    assert counts.not_screened == ()
    assert counts.unscreened == 1
    assert counts.interim


def test_a_stop_at_full_text_is_a_line_of_its_own() -> None:
    stop = Stop(1, "fulltext", "funds ended", "ada", NOON)
    waiting = state(1, abstract="include", retrieval="retrieved", fulltext="unassessed")
    counts = count_flow(flow([waiting], stops=(stop,)))
    assert counts.fulltext.not_assessed == (Named("funds ended", 1),)
    assert counts.fulltext.assessed == 0
    assert not counts.interim


def test_open_work_is_counted_apart_and_marks_the_flow_interim() -> None:
    counts = count_flow(
        flow(
            [
                state(1),
                state(2, abstract="pending"),
                state(3, abstract="conflict"),
                state(4, abstract="include"),
                state(5, abstract="include", retrieval="sought"),
                state(6, abstract="include", retrieval="retrieved", fulltext="unassessed"),
                state(7, abstract="include", retrieval="retrieved", fulltext="pending"),
                state(8, abstract="include", retrieval="retrieved", fulltext="conflict"),
            ]
        )
    )
    assert counts.interim
    assert [row.n for row in counts.open_items] == [1, 1, 1, 2, 1, 1, 1]
    assert (counts.screened, counts.excluded_human, counts.fulltext.sought, counts.fulltext.assessed) == (7, 0, 5, 2)


def test_full_texts_excluded_are_listed_by_reason_commonest_first() -> None:
    counts = count_flow(flow([excluded(1, "b"), excluded(2, "a"), excluded(3, "c"), excluded(4, "c"), excluded(5, "")]))
    assert counts.fulltext.excluded == (
        Named("c", 2),
        Named("No reason recorded", 1),
        Named("a", 1),
        Named("b", 1),
    )


def test_awaiting_and_ongoing_are_neither_included_nor_excluded() -> None:
    words = {"abstract": "include", "retrieval": "retrieved"}
    counts = count_flow(flow([state(1, fulltext="awaiting", **words), state(2, fulltext="ongoing", **words)]))
    assert (counts.fulltext.awaiting, counts.fulltext.ongoing, counts.included_reports) == (1, 1, 0)
    assert counts.fulltext.excluded == ()
    assert not counts.interim


def test_other_methods_have_their_own_column_from_reports_sought() -> None:
    """Report 1, found by Embase and by citations, counts with the databases and as a duplicate of the others."""
    states = {
        1: excluded(1, "topical"),
        2: state(2, abstract="include", retrieval="not_retrieved"),
        3: state(3, abstract="exclude"),
        4: state(4),
    }
    found = [(10, 1), (11, 4), (20, 4), (21, 4), (30, 4), (40, 4)]
    members = {1: [10, 11], 2: [20, 21], 3: [30], 4: [40]}
    counts = count_flow(FlowInputs(SEARCHES, found, members, states))
    assert counts.other is not None
    assert counts.other.identified == (Named("Citation searching", 5),)
    assert counts.other.duplicates == 2
    assert (counts.other.excluded, counts.other.unscreened) == (1, 1)
    assert (counts.other.fulltext.sought, counts.other.fulltext.not_retrieved) == (1, 1)
    assert total(counts.databases) == 1
    assert counts.fulltext.excluded == (Named("topical", 1),)


def test_an_other_report_sought_without_screening_counts_as_sought() -> None:
    counts = count_flow(FlowInputs((CITATIONS,), [(1, 4)], {1: [1]}, {1: state(1, retrieval="sought")}))
    assert counts.other is not None
    assert counts.other.fulltext.sought == 1
    assert counts.other.fulltext.retrieval_open == 1


def test_studies_and_reports_are_counted_apart() -> None:
    """Two reports of one study, one report of two studies, one study from a secondary source."""

    def link(number: int, key: str, record: int, role: str = "report", undoes: int | None = None) -> Link:
        return Link(number, key, record, role, "", "ada", NOON, undoes)  # type: ignore[arg-type]  # words of a test

    states = [included(1), included(2), included(3), excluded(4, "review")]
    links = (
        link(1, "brave-aa1", 1),
        link(2, "brave-aa2", 1),
        link(3, "brave-aa1", 2),
        link(4, "children", 4, "secondary"),
        link(5, "wrong", 3),
        link(6, "wrong", 3, "undo", undoes=5),
    )
    counts = count_flow(flow(states, links=links))
    assert (counts.included_reports, counts.included_studies, counts.secondary_studies) == (3, 2, 1)
    assert counts.unlinked_reports == 1
    assert counts.interim


def test_an_undo_that_is_undone_brings_the_link_back() -> None:
    links = (
        Link(1, "a", 1, "report", "", "ada", NOON),
        Link(2, "a", 1, "undo", "", "ada", NOON, 1),
        Link(3, "a", 1, "undo", "", "ada", NOON, 2),
    )
    assert count_flow(flow([included(1)], links=links)).included_studies == 1


def test_a_record_of_an_undone_search_is_an_error() -> None:
    states = {1: state(1)}
    with pytest.raises(FlowMismatchError, match="record 1 "):
        count_flow(FlowInputs((replace(EMBASE, undone=True),), [(1, 1)], {1: [1]}, states))


@pytest.mark.parametrize(
    ("found", "members", "states"),
    [
        ({1: 1, 2: 1}, {1: [1]}, {1: state(1)}),
        ({1: 1}, {1: [1, 2]}, {1: state(1)}),
        ({1: 1}, {1: [1], 2: [1]}, {1: state(1), 2: state(2)}),
        ({1: 1}, {1: [1], 2: []}, {1: state(1), 2: state(2)}),
        ({1: 1}, {1: [1]}, {}),
        ({1: 1}, {1: [1]}, {1: state(1), 2: state(2)}),
    ],
)
def test_records_reports_and_states_must_fit(
    found: dict[int, int], members: dict[int, list[int]], states: dict[int, ReportState]
) -> None:
    with pytest.raises(FlowMismatchError):
        count_flow(FlowInputs(SEARCHES, list(found.items()), members, states))


def test_a_state_nobody_knows_breaks_a_sum() -> None:
    with pytest.raises(FlowMismatchError, match="screened = excluded"):
        count_flow(flow([state(1, abstract="perhaps")]))


def test_a_mismatch_names_the_sum_and_both_sides() -> None:
    counts = count_flow(flow([state(1, abstract="exclude")]))
    with pytest.raises(FlowMismatchError) as caught:
        check(replace(counts, screened=2))
    assert (caught.value.left, caught.value.right) == (1, 2)
    assert "= screened" in str(caught.value)
    assert caught.value.exit_code == 1
    assert "doctor" in caught.value.hint


def test_each_number_of_the_main_column_is_part_of_a_sum() -> None:
    """A flow that is one off in any single count is refused (the studies stand in no sum)."""
    counts = count_flow(
        flow([excluded(1, "x"), included(2), state(3, abstract="exclude"), state(4, removed="automation")])
    )
    names = ["duplicates", "automation", "unscreened", "screened", "excluded_human", "excluded_automation", "pending"]
    for name in [*names, "conflicts", "included_reports"]:
        with pytest.raises(FlowMismatchError):
            check(replace(counts, **{name: getattr(counts, name) + 1}))
    for name in (
        "sought",
        "not_retrieved",
        "retrieval_open",
        "unassessed",
        "assessed",
        "awaiting",
        "ongoing",
        "included",
    ):
        wrong = replace(counts.fulltext, **{name: getattr(counts.fulltext, name) + 1})
        with pytest.raises(FlowMismatchError):
            check(replace(counts, fulltext=wrong))


def test_a_negative_count_is_refused() -> None:
    counts = count_flow(flow([state(1, abstract="exclude")]))
    with pytest.raises(FlowMismatchError, match="negative"):
        check(replace(counts, secondary_studies=-1))


def test_json_says_what_is_open() -> None:
    table = as_dict(count_flow(flow([state(1)])))
    assert table["interim"] is True
    assert table["open"] == [{"name": "not yet screened", "n": 1}]


def test_the_flow_of_real_events_adds_up() -> None:
    """Votes and retrievals through `report_states`, not states made by hand."""
    decisions = [
        Decision(1, 1, "abstract", "vote", "ada", "include", "", "", NOON),
        Decision(2, 2, "abstract", "vote", "ada", "exclude", "animal", "", NOON),
        Decision(3, 3, "abstract", "vote", "automation: x", "exclude", "", "", NOON),
        Decision(4, 1, "fulltext", "vote", "ada", "include", "", "", NOON),
    ]
    retrievals = [Retrieval(1, 1, "retrieved", "", "ada", NOON)]
    members = {1: [1, 5], 2: [2], 3: [3], 4: [4]}
    states = report_states(members, decisions, retrievals, reviewers_required=1)
    link = Link(1, "s", 5, "report", "", "ada", NOON)
    counts = count_flow(FlowInputs(SEARCHES, [(1, 1), (5, 2), (2, 1), (3, 1), (4, 3)], members, states, (), (link,)))
    assert counts.duplicates == 1
    assert (counts.screened, counts.excluded_human, counts.excluded_automation, counts.unscreened) == (3, 1, 1, 1)
    assert (counts.included_reports, counts.included_studies, counts.unlinked_reports) == (1, 1, 0)


STATES = st.builds(
    lambda abstract, automation, retrieval, fulltext, reason, removed: state(
        0,
        abstract=abstract,
        abstract_by_automation=automation,
        retrieval=retrieval,
        fulltext=fulltext,
        fulltext_reason=reason,
        removed=removed,
    ),
    st.sampled_from(["unscreened", "pending", "conflict", "include", "exclude"]),
    st.booleans(),
    st.sampled_from(["", "sought", "retrieved", "not_retrieved"]),
    st.sampled_from(["", "unassessed", "pending", "conflict", "include", "exclude", "awaiting", "ongoing"]),
    st.sampled_from(["", "a", "b"]),
    st.sampled_from(["", "", "automation", "other"]),
)


@given(
    st.lists(st.tuples(STATES, st.lists(st.integers(1, 4), min_size=1, max_size=3)), max_size=12),
    st.sets(st.sampled_from(["abstract", "fulltext"])),
)
def test_whatever_the_states_every_sum_holds(reports: list[tuple[ReportState, list[int]]], stopped: set[str]) -> None:
    """Records of any sources, reports in any state that the stages allow."""
    found: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    states: dict[int, ReportState] = {}
    for report, (drawn, searches) in enumerate(reports, start=1):
        reached = drawn.abstract == "include" and drawn.retrieval == "retrieved"
        fulltext = (drawn.fulltext or "unassessed") if reached else ""
        states[report] = replace(drawn, report_id=report, fulltext=fulltext)  # type: ignore[arg-type]
        members[report] = [100 * report + i for i in range(len(searches))]
        found |= dict(zip(members[report], searches, strict=True))
    stops = tuple(Stop(i, stage, "rule", "ada", NOON) for i, stage in enumerate(sorted(stopped)))  # type: ignore[arg-type]
    counts = count_flow(FlowInputs(SEARCHES, list(found.items()), members, states, stops))
    assert all(left == right for _, left, right in equations(counts))
    identified = total(counts.databases) + total(counts.registers)
    identified += total(counts.other.identified) if counts.other else 0
    assert identified == len(found)
    ends = [counts.fulltext, *([counts.other.fulltext] if counts.other else [])]
    assert sum(c.included for c in ends) == sum(s.fulltext == "include" and not s.removed for s in states.values())
