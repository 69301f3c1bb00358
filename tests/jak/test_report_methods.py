"""The methods sentences say what was done, also where that is less than it should be."""

from __future__ import annotations

from dataclasses import replace

from jak.report.contents import (
    AppraisalTable,
    CellSource,
    DedupeSummary,
    ReportContents,
    ScreeningSummary,
    SearchRow,
)
from jak.report.counts import FlowCounts, FullTextCounts, Named
from jak.report.methods import methods_paragraphs
from jak.settings import Amendment

FLOW = FlowCounts((), (), 0, 0, (), (), 0, 0, 0, 0, 0, 0, FullTextCounts(), None, 0, 0, 0, 0)
EMPTY = ReportContents(title="T", generated_at="2026-11-22", jak_version="0.1.0", flow=FLOW)
PUBMED = SearchRow(1, "PubMed", "NLM", "database", "2026-11-20", 40, 40, "alopecia")


def paragraph(contents: ReportContents, heading: str) -> str:
    return {p.heading: p.text for p in methods_paragraphs(contents)}[heading]


def cell(number: int, extractor: str) -> CellSource:
    return CellSource(number, "s", "a", "salt50", "n", 10, "read", extractor=extractor)


def screened(**words: object) -> str:
    summary = ScreeningSummary(("ada", "bob"), ("ada", "bob"), 2, True)
    return paragraph(replace(EMPTY, screening=replace(summary, **words)), "Selection")  # type: ignore[arg-type]


def test_nothing_recorded_is_said_as_such() -> None:
    text = " ".join(p.text for p in methods_paragraphs(EMPTY))
    assert "No search is recorded." in text
    assert "No screening decision of a person is recorded." in text
    assert "No appraisal of the included studies is recorded." in text
    assert "No registration" in text


def test_registration_protocol_and_amendments() -> None:
    contents = replace(EMPTY, registration="CRD1", amendments=(Amendment("2026-01-01", "x"),) * 2)
    text = paragraph(contents, "Registration and protocol")
    assert text == (
        "The review was registered (CRD1); no protocol is recorded. 2 amendments to the protocol are listed with the "
        "question."
    )


def test_searches_name_platform_day_and_records() -> None:
    text = paragraph(replace(EMPTY, searches=(PUBMED,)), "Search")
    assert "PubMed (via NLM), on 2026-11-20 (40 records)" in text
    assert "strategies stand in full" in text


def test_a_missing_day_and_a_missing_strategy_are_said() -> None:
    text = paragraph(replace(EMPTY, searches=(replace(PUBMED, searched_on="", strategy=""),)), "Search")
    assert "day not recorded" in text
    assert "strategy is not recorded for PubMed" in text


def test_a_shortfall_against_the_hit_count_is_said() -> None:
    text = paragraph(replace(EMPTY, searches=(replace(PUBMED, hits=812),)), "Search")
    assert "PubMed reported 812 hits, of which 40 are in this review." in text


def test_registers_and_other_sources_are_named_apart() -> None:
    rows = (
        PUBMED,
        replace(PUBMED, id=2, source="ICTRP", kind="register"),
        replace(PUBMED, id=3, source="W", kind="other"),
    )
    text = paragraph(replace(EMPTY, searches=rows), "Search")
    assert "These registers were searched: ICTRP" in text
    assert "These other sources gave further records: W" in text


def test_duplicates_by_rules_by_person_and_open_pairs() -> None:
    text = paragraph(replace(EMPTY, dedupe=DedupeSummary(67, 50, 15, 2, 1, 2, 1, "v1")), "Duplicate records")
    assert "67 records describe 50 reports: 15 pairs were joined by the rules (v1) and 2 by a person" in text
    assert "3 near-equal pairs went to a person; 1 pair still waits for an answer." in text
    assert "A person kept 1 pair apart." in text


def test_two_blind_reviewers() -> None:
    text = screened(kappa=("Cohen's kappa was 0.81.",), resolved=3)
    assert "At least two of ada and bob screened titles and abstracts independently and blind to each other." in text
    assert "3 conflicts were resolved on record." in text
    assert "Cohen's kappa was 0.81." in text
    assert "single" not in text


def test_reviewers_who_saw_each_other_are_not_called_blind() -> None:
    text = screened(blind=False)
    assert "blind" not in text
    assert "seeing each other's decisions" in text


def test_a_single_reviewer_is_said_as_such_whatever_was_required() -> None:
    text = screened(abstract_reviewers=("ada",), fulltext_reviewers=("ada",))
    assert text.count("A single reviewer (ada)") == 2
    assert "independently" not in text


def test_shared_screening_is_not_called_double() -> None:
    assert "one decision settled a report" in screened(required=1)


def test_tools_and_stopping_rules_are_named() -> None:
    summary = ScreeningSummary(("ada",), (), 1, True, automation=("automation: rct filter",))
    flow = replace(FLOW, not_screened=(Named("100 in a row", 7),))
    text = paragraph(replace(EMPTY, screening=summary, flow=flow), "Selection")
    assert "automation: rct filter" in text
    assert "stopped by a rule: 100 in a row" in text
    assert "No decision of a person on full texts is recorded." in text


def test_unfinished_selection_is_said() -> None:
    assert "not finished" in paragraph(
        replace(EMPTY, flow=replace(FLOW, unscreened=1), screening=ScreeningSummary(("a",), ("a",), 1, True)),
        "Selection",
    )


def test_how_the_flow_counts_is_said() -> None:
    assert paragraph(EMPTY, "Flow diagram") == "Each record is counted once, where it was found first."
    per_run = replace(FLOW, convention="per-run")
    assert "all records that it retrieved" in paragraph(replace(EMPTY, flow=per_run), "Flow diagram")


def test_single_and_double_extraction() -> None:
    once = paragraph(replace(EMPTY, cells=(cell(1, "ada"),)), "Data extraction")
    assert (
        once == "1 number was extracted by ada, each with its source and status. Nobody extracted them a second time."
    )
    twice = paragraph(replace(EMPTY, cells=(cell(1, "ada"), cell(2, "bob"))), "Data extraction")
    assert "ada and bob" in twice
    assert "Two people read each of them." in twice


def test_appraisal_names_the_instrument_and_never_a_cut_off_of_its_own() -> None:
    table = AppraisalTable("MINORS", "Slim 2003", (), ("ada", "bob"), ())
    text = paragraph(
        replace(EMPTY, appraisals=(table, replace(table, instrument="PEDro", appraisers=("ada",)))), "Appraisal"
    )
    assert "Two appraisers judged 0 studies by MINORS (Slim 2003)." in text
    assert "no rule for it was set" in text
    assert "1 appraiser judged" in text
    assert "Totals of different instruments are not compared." in text
