"""The three ways to count what several searches found, on small reviews whose numbers can be checked by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from jak.flow_settings import UpdateSpec
from jak.report.convention import convention_sentence
from jak.report.counts import FlowCounts, FlowMismatchError, Named, check
from jak.report.flow import count_flow
from jak.report.flow_inputs import FlowInputs
from jakdb.errors import UsageError
from jakdb.words import Link, SearchRun
from jakscreen.status import ReportState

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST = SearchRun(1, "PubMed", "", "database", date(2025, 6, 1), None, "", NOON)
EMBASE = SearchRun(2, "Embase", "", "database", date(2025, 6, 1), None, "", NOON)
AGAIN = SearchRun(3, "PubMed", "", "database", date(2026, 3, 1), None, "", NOON)
CITED = SearchRun(4, "Citation searching", "", "other", date(2026, 3, 1), None, "", NOON)
LATEST = SearchRun(5, "PubMed", "", "database", date(2026, 9, 1), None, "", NOON)
SINCE = UpdateSpec(since=date(2026, 1, 1))


def included(report: int) -> ReportState:
    return ReportState(report, abstract="include", retrieval="retrieved", fulltext="include")


def excluded(report: int) -> ReportState:
    return ReportState(report, abstract="exclude")


def tells(study: str, record: int) -> Link:
    return Link(record, study, record, "report", "", "ann", NOON)


def inputs(
    searches: Sequence[SearchRun],
    retrieved: Mapping[int, Sequence[int]],
    states: Sequence[ReportState],
    *,
    merged: Mapping[int, Sequence[int]] | None = None,
    links: Sequence[Link] = (),
) -> FlowInputs:
    """Return what the searches gave, by search; a record is a report of its own unless it is merged."""
    members = {s.report_id: [s.report_id, *(merged or {}).get(s.report_id, ())] for s in states}
    pairs = [(record, search) for search, records in retrieved.items() for record in records]
    return FlowInputs(searches, pairs, members, {s.report_id: s for s in states}, (), links)


def two_searches(**more: object) -> FlowInputs:
    """The example of docs/report.md: PubMed 1 to 4, Embase 5 (the paper of 1) and 6; a year later 1, 2, 3, 7, 8."""
    return inputs(
        (FIRST, EMBASE, AGAIN),
        {1: [1, 2, 3, 4], 2: [5, 6], 3: [1, 2, 3, 7, 8]},
        [included(1), *map(excluded, (2, 3, 4, 6)), included(7), excluded(8)],
        merged={1: [5]},
        links=(tells("ash", 1), tells("fox", 7)),
        **more,  # type: ignore[arg-type]  # words of a test
    )


def test_once_counts_a_record_where_it_was_found_first() -> None:
    counts = count_flow(two_searches())
    assert counts.databases == (Named("PubMed", 6), Named("Embase", 2))
    assert (counts.duplicates, counts.found_again, counts.known, counts.screened) == (1, 0, 0, 7)
    assert counts.previous is None
    assert convention_sentence(counts) == "Each record is counted once, where it was found first."


def test_per_run_counts_all_that_each_search_retrieved() -> None:
    counts = count_flow(two_searches(), convention="per-run")
    assert counts.databases == (Named("PubMed", 9), Named("Embase", 2))
    assert (counts.duplicates, counts.found_again, counts.known, counts.screened) == (4, 3, 0, 7)
    assert (counts.included_studies, counts.included_reports) == (2, 2)
    assert "those found again (n\u00a0=\u00a03) are among the duplicates" in convention_sentence(counts)


def test_an_update_counts_the_new_search_and_takes_over_the_previous_studies() -> None:
    counts = count_flow(two_searches(), convention="update", update=SINCE)
    assert counts.databases == (Named("PubMed", 5),)
    assert (counts.duplicates, counts.known, counts.found_again) == (3, 3, 0)
    assert (counts.screened, counts.excluded_human, counts.fulltext.included) == (2, 1, 1)
    previous = counts.previous
    assert previous is not None
    assert (previous.studies, previous.reports, previous.new_studies, previous.new_reports) == (1, 1, 1, 1)
    assert (counts.included_studies, counts.included_reports) == (2, 2)
    sentence = convention_sentence(counts)
    assert "searches before 2026-01-01" in sentence
    assert "known from the previous version (n\u00a0=\u00a03)" in sentence


def test_numbers_of_a_version_made_elsewhere_are_added_to_all_that_is_here() -> None:
    spec = UpdateSpec(studies=12, reports=14, citation="Doe 2024")
    counts = count_flow(two_searches(), convention="update", update=spec)
    assert counts.databases == (Named("PubMed", 9), Named("Embase", 2))
    assert (counts.duplicates, counts.known, counts.found_again, counts.screened) == (4, 0, 3, 7)
    assert (counts.included_studies, counts.included_reports) == (14, 16)
    assert "(Doe 2024) was made elsewhere" in convention_sentence(counts)


def test_several_new_searches_are_added_up() -> None:
    """Record 9 is found by both new searches: once known from neither, once found again."""
    states = [included(1), excluded(9)]
    found = inputs((FIRST, AGAIN, LATEST), {1: [1], 3: [1, 9], 5: [1, 9]}, states)
    counts = count_flow(found, convention="update", update=SINCE)
    assert counts.databases == (Named("PubMed", 4),)
    assert (counts.duplicates, counts.known, counts.found_again, counts.screened) == (3, 2, 1, 1)


def test_a_new_record_of_a_known_report_is_known() -> None:
    """Record 9 of the new search was merged with record 1 of the earlier one."""
    found = inputs((FIRST, AGAIN), {1: [1], 3: [9]}, [included(1)], merged={1: [9]})
    counts = count_flow(found, convention="update", update=SINCE)
    assert (counts.duplicates, counts.known, counts.screened) == (1, 1, 0)
    assert counts.previous is not None
    assert (counts.previous.reports, counts.previous.new_reports) == (1, 0)


def test_a_record_twice_in_one_file_is_found_again() -> None:
    counts = count_flow(inputs((FIRST,), {1: [1, 1, 2]}, [excluded(1), excluded(2)]), convention="per-run")
    assert (counts.databases, counts.duplicates, counts.found_again) == ((Named("PubMed", 3),), 1, 1)


def test_a_new_report_of_a_previous_study_has_a_line_of_its_own() -> None:
    """Report 7 tells of the previous study only, report 8 of it and of a new one, report 9 of nothing yet."""
    found = inputs(
        (FIRST, AGAIN),
        {1: [1], 3: [7, 8, 9]},
        [included(n) for n in (1, 7, 8, 9)],
        links=(tells("ash", 1), tells("ash", 7), tells("ash", 8), replace(tells("new", 8), id=80)),
    )
    counts = count_flow(found, convention="update", update=SINCE)
    previous = counts.previous
    assert previous is not None
    assert (previous.studies, previous.new_studies, counts.included_studies) == (1, 1, 2)
    assert (previous.reports, previous.new_reports, previous.more_reports, counts.included_reports) == (1, 2, 1, 4)
    assert counts.unlinked_reports == 1


def test_what_is_open_in_the_previous_version_makes_the_flow_interim() -> None:
    found = inputs((FIRST, AGAIN), {1: [1, 2, 3], 3: [7]}, [ReportState(1), included(2), excluded(3), excluded(7)])
    counts = count_flow(found, convention="update", update=SINCE)
    assert counts.previous is not None
    assert counts.previous.open == 1
    assert counts.unscreened == 0
    assert Named("reports of the previous version: not settled", 1) in counts.open_items


def test_other_methods_keep_their_column_when_a_database_finds_the_record_later() -> None:
    """Record 1 comes by citation searching, then from PubMed: one report of other methods, one duplicate of PubMed."""
    found = inputs((CITED, LATEST), {4: [1, 2], 5: [1]}, [included(1), excluded(2)])
    once = count_flow(found)
    counts = count_flow(found, convention="per-run")
    assert once.other is not None
    assert counts.other is not None
    assert (counts.databases, counts.duplicates, counts.found_again) == ((Named("PubMed", 1),), 1, 1)
    assert once.other == counts.other
    assert once.other.fulltext.included == 1


def test_what_other_methods_found_again_is_a_duplicate_of_their_column() -> None:
    found = inputs((FIRST, CITED), {1: [1], 4: [1, 2]}, [included(1), excluded(2)])
    counts = count_flow(found, convention="update", update=SINCE)
    assert counts.other is not None
    assert counts.other.identified == (Named("Citation searching", 2),)
    assert (counts.other.duplicates, counts.other.known, counts.other.found_again) == (1, 1, 0)
    assert counts.databases == ()


def test_other_methods_that_found_only_known_records_have_a_column_per_run() -> None:
    found = inputs((FIRST, CITED), {1: [1], 4: [1]}, [included(1)])
    assert count_flow(found).other is None
    counts = count_flow(found, convention="per-run")
    assert counts.other is not None
    assert (counts.other.duplicates, counts.other.fulltext.sought) == (1, 0)


def test_a_search_without_a_day_counts_by_that_of_its_import() -> None:
    found = inputs((FIRST, replace(AGAIN, searched_on=None)), {1: [1], 3: [2]}, [included(1), excluded(2)])
    counts = count_flow(found, convention="update", update=SINCE)
    assert (counts.databases, counts.screened) == ((Named("PubMed", 1),), 1)


def test_a_search_on_the_day_itself_is_new() -> None:
    found = inputs((FIRST, AGAIN), {1: [1], 3: [2]}, [included(1), excluded(2)])
    counts = count_flow(found, convention="update", update=UpdateSpec(since=date(2026, 3, 1)))
    assert counts.screened == 1


def test_an_update_before_its_first_search_counts_nothing_new() -> None:
    counts = count_flow(inputs((FIRST,), {1: [1]}, [included(1)]), convention="update", update=SINCE)
    assert (counts.databases, counts.screened, counts.included_reports) == ((), 0, 1)


def test_without_a_previous_version_there_is_no_update() -> None:
    with pytest.raises(UsageError, match="previous version") as caught:
        count_flow(two_searches(), convention="update")
    assert "[update]" in caught.value.hint
    with pytest.raises(UsageError, match="no search of this review was made before 2020-01-01"):
        count_flow(two_searches(), convention="update", update=UpdateSpec(since=date(2020, 1, 1)))


def an_update() -> FlowCounts:
    return count_flow(two_searches(), convention="update", update=SINCE)


@pytest.mark.parametrize("name", ["studies", "reports", "new_studies", "new_reports", "more_reports"])
def test_each_number_of_the_previous_version_is_part_of_a_sum(name: str) -> None:
    counts = an_update()
    assert counts.previous is not None
    wrong = replace(counts.previous, **{name: getattr(counts.previous, name) + 1})
    with pytest.raises(FlowMismatchError):
        check(replace(counts, previous=wrong))


def test_more_records_found_again_than_duplicates_are_refused() -> None:
    with pytest.raises(FlowMismatchError, match="cannot outnumber duplicates"):
        check(replace(an_update(), found_again=1))
