"""A refresh against a database half a year older, of which every difference is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from refresh_support import HAIR, Texts, pubmed
from services.eutils import EUtils, make_pair, start
from services.serving import Server

from jak.account_text import show_account
from jak.looking_again import look_again
from jak.notices import retracted_reports
from jak.refreshing import Account, Moved, Refreshed, account_of, refresh, refreshable
from jak.screening import queue_for, record_retrieval, vote
from jak.searching import RunResult, run_search
from jak.strategies import SearchSpec
from jak.workspace import Review
from jakdb import imports, runs, screening
from jakdb.errors import SettingsError, SourceError, UsageError
from jakdb.store import Store
from jaksearch.sources import Batch, make_source

PAIR = make_pair(200)
MAIN = SearchSpec("main", "pubmed", (("1", "all[sb]"),))
Run = Callable[..., Any]


def pmids(records: Sequence[Moved]) -> set[int]:
    """Return the PMIDs of the records of a set."""
    return {int(one.pmid) for one in records}


@dataclass(frozen=True)
class HalfAYear:
    """A review screened in part, before and after its refresh."""

    review: Review
    report: dict[int, int]
    decisions: tuple[object, ...]
    queue: list[int]
    refreshed: Refreshed
    excluded: set[int]
    awaiting: set[int]
    not_retrieved: set[int]
    included: set[int]


@pytest.fixture
def half_a_year(opened: Review, tmp_path: Path) -> HalfAYear:
    """Search, decide on most of what will change and on as much that will not, then search again."""
    server_side = EUtils(PAIR)
    with start(server_side) as server:
        run_search(opened.store, MAIN, by="ann", source=pubmed(server, tmp_path))
        report = {int(r.pmid): r.id for r in imports.active_records(opened.store)}
        kinds: dict[str, list[int]] = {}
        for pmid, kind in sorted(PAIR.kinds.items()):
            kinds.setdefault(kind, []).append(pmid)
        still = sorted(PAIR.unchanged)
        excluded = {*(pmids[0] for pmids in kinds.values()), *kinds["abstract appeared"][:3], *still[:10]}
        awaiting = {kinds["title"][1], still[10]}
        not_retrieved = {kinds["mesh"][1], kinds["abstract appeared"][3], still[11]}
        included = {*sorted(PAIR.retracted)[:2], *sorted(PAIR.vanished)[:1], still[12]}
        for pmid in excluded:
            vote(opened, report[pmid], "exclude", reviewer="ann")
        for pmid in awaiting | not_retrieved | included:
            vote(opened, report[pmid], "include", reviewer="ann")
        for pmid in awaiting:
            record_retrieval(opened, [report[pmid]], "retrieved", by="ann")
            vote(opened, report[pmid], "awaiting", reviewer="ann", stage="fulltext")
        for pmid in not_retrieved:
            record_retrieval(opened, [report[pmid]], "not_retrieved", by="ann")
        before = screening.decisions(opened.store)
        queue = queue_for(opened, opened.snapshot(), "ann", "abstract")
        server_side.advance()
        [spec], _ = refreshable(opened)
        done = refresh(opened, spec, by="ann", source=pubmed(server, tmp_path))
    return HalfAYear(opened, report, before, queue, done, excluded, awaiting, not_retrieved, included)


def test_a_refresh_knows_the_exact_sets(half_a_year: HalfAYear) -> None:
    account = half_a_year.refreshed.account
    errata = {pmid for pmid, kind in PAIR.kinds.items() if kind == "erratum"}
    number = {record: pmid for pmid, record in half_a_year.report.items()}
    assert pmids(account.new) == PAIR.new
    assert {number[record] for record in account.unchanged} == PAIR.unchanged
    assert pmids(account.changed) == PAIR.changed - errata
    assert pmids(account.corrected) == errata
    assert pmids(account.retracted) == PAIR.retracted
    assert pmids(account.vanished) == PAIR.vanished
    assert PAIR.late
    assert PAIR.late <= pmids(account.new)
    assert (account.retrieved, account.known, account.new_to_review) == (236, 196, 40)
    assert (account.purpose, account.against, account.versions, account.is_complete) == ("refresh", (1,), (1,), True)
    assert half_a_year.refreshed.result.equation == "count 236 = listed 236 = fetched 236 + absent 0"


def test_changes_are_told_field_by_field(half_a_year: HalfAYear) -> None:
    account = half_a_year.refreshed.account
    fields = {
        "title": {"title"},
        "abstract appeared": {"abstract"},
        "type": {"publication_types"},
        "mesh": {"mesh"},
        "erratum": {"related"},
    }
    for one in (*account.changed, *account.corrected):
        assert {change.field for change in one.changes} == fields[PAIR.kinds[int(one.pmid)]]
    title = next(one for one in account.changed if PAIR.kinds[int(one.pmid)] == "title")
    [change] = title.changes
    assert ("corrected title" in change.before, "corrected title" in change.after) == (False, True)
    for one in account.retracted:
        assert [notice.kind for notice in one.notices] == ["retraction_in"]
        assert int(one.notices[0].pmid) in PAIR.new


def test_decisions_stay_and_the_queue_grows_by_new_records_only(half_a_year: HalfAYear) -> None:
    review = half_a_year.review
    assert screening.decisions(review.store) == half_a_year.decisions
    queue = queue_for(review, review.snapshot(), "ann", "abstract")
    assert queue[: len(half_a_year.queue)] == half_a_year.queue
    new = {one.report for one in half_a_year.refreshed.account.new}
    assert set(queue) - set(half_a_year.queue) == new
    assert len(new) == 40


def test_the_list_to_look_at_again_is_exact(half_a_year: HalfAYear) -> None:
    number = {report: pmid for pmid, report in half_a_year.report.items()}
    found = {number[one.report]: one for one in look_again(half_a_year.review, half_a_year.review.snapshot())}
    appeared = {p for p in half_a_year.excluded if PAIR.kinds.get(p) == "abstract appeared"}
    waiting = {p for p in half_a_year.awaiting | half_a_year.not_retrieved if p in PAIR.kinds}
    assert (len(appeared), len(waiting)) == (3, 3)
    assert set(found) == appeared | waiting
    assert {found[pmid].why for pmid in appeared} == {("an abstract has appeared",)}
    assert {found[pmid].state for pmid in half_a_year.not_retrieved & waiting} == {"not retrieved"}
    assert {found[pmid].why for pmid in half_a_year.awaiting & waiting} == {("changed: title",)}


def test_a_later_decision_takes_a_report_off_the_list(half_a_year: HalfAYear) -> None:
    review = half_a_year.review
    [first, *others] = look_again(review, review.snapshot())
    if first.state == "excluded at abstract":
        vote(review, first.report, "exclude", reviewer="ann")
    else:
        record_retrieval(review, [first.report], "not_retrieved", by="ann")
    assert look_again(review, review.snapshot()) == tuple(others)


def test_an_included_report_that_was_retracted_is_named(half_a_year: HalfAYear) -> None:
    review = half_a_year.review
    found = retracted_reports(review, review.snapshot())
    wanted = {half_a_year.report[pmid] for pmid in half_a_year.included & PAIR.retracted}
    assert {one.report for one in found} == wanted
    assert len(wanted) == 2
    assert all("INCLUDED at abstract" in one.sentence and "PMID 30" in one.sentence for one in found)


def test_an_account_can_be_asked_for_again(half_a_year: HalfAYear) -> None:
    assert account_of(half_a_year.review, 2) == half_a_year.refreshed.account
    first = account_of(half_a_year.review, 1)
    assert (len(first.new), first.unchanged, first.vanished, first.against) == (200, (), (), ())
    with pytest.raises(UsageError, match="there is no run 7"):
        account_of(half_a_year.review, 7)


def searched(review: Review, source: Texts) -> RunResult:
    """Run the strategy for the first time."""
    return run_search(review.store, MAIN, by="ann", source=source)


def refreshed(review: Review, source: Texts) -> Account:
    """Run it again."""
    return refresh(review, MAIN, by="ann", source=source).account


def test_a_conference_abstract_that_became_a_paper_is_looked_at_again(opened: Review) -> None:
    source = Texts(dict(HAIR))
    searched(opened, source)
    for number in (1, 2):
        vote(opened, number, "exclude", reviewer="ann")
    source.held = HAIR | {"1": "TI  - One\nPT  - Journal Article", "2": "TI  - Two and more\nPT  - Journal Article"}
    refreshed(opened, source)
    [found] = look_again(opened, opened.snapshot())
    assert (found.report, found.why) == (1, ("was an abstract, is a full paper now",))


def test_what_changed_before_the_decision_is_no_reason_to_look_again(opened: Review) -> None:
    source = Texts(dict(HAIR))
    searched(opened, source)
    source.held = HAIR | {"2": "TI  - Two\nAB  - Hair grows.\nPT  - Journal Article"}
    refreshed(opened, source)
    vote(opened, 2, "exclude", reviewer="ann")
    assert look_again(opened, opened.snapshot()) == ()
    refreshed(opened, source)
    assert look_again(opened, opened.snapshot()) == ()


def test_a_change_that_was_seen_is_no_change_the_next_time(opened: Review) -> None:
    source = Texts(dict(HAIR))
    searched(opened, source)
    source.held = HAIR | {"2": "TI  - Two, corrected two\nPT  - Journal Article"}
    assert [one.record for one in refreshed(opened, source).changed] == [2]
    again = refreshed(opened, source)
    assert (again.changed, again.unchanged, again.against) == ((), (1, 2, 3), (1, 2))


def test_a_record_that_was_gone_and_came_back_is_not_new(opened: Review) -> None:
    source = Texts(dict(HAIR))
    searched(opened, source)
    source.held = {one: text for one, text in HAIR.items() if one != "3"}
    assert [one.record for one in refreshed(opened, source).vanished] == [3]
    assert len(imports.active_records(opened.store)) == 3
    source.held = dict(HAIR)
    back = refreshed(opened, source)
    assert (back.new, back.unchanged, back.vanished) == ((), (1, 2, 3), ())


def test_a_shortfall_calls_nothing_vanished(opened: Review) -> None:
    source = Texts(dict(HAIR))
    searched(opened, source)
    source.held, source.said = {"1": HAIR["1"]}, 3
    account = refreshed(opened, source)
    assert (account.is_complete, account.vanished, account.unchanged) == (False, (), (1,))


class Withholding(Texts):
    """A source that lists a record and does not give it."""

    def fetch(self, ids: Sequence[str]) -> Batch:
        given = super().fetch([one for one in ids if one != "3"])
        return replace(given, asked=tuple(ids), absent=tuple(one for one in ids if one == "3"))


def test_a_record_that_is_listed_and_not_given_is_no_certain_loss(
    opened: Review, capsys: pytest.CaptureFixture[str]
) -> None:
    searched(opened, Texts(dict(HAIR)))
    account = refreshed(opened, Withholding(dict(HAIR)))
    assert (account.is_whole, account.absent, [one.pmid for one in account.vanished]) == (True, ("3",), ["3"])
    show_account(account)
    assert "1 record not given or not readable" in capsys.readouterr().err


def test_an_interrupted_refresh_goes_on(opened: Review) -> None:
    source = Texts(dict(HAIR))
    with pytest.raises(UsageError, match="has not been run yet"):
        refreshable(opened, ["main"])
    searched(opened, source)
    source.fails = True
    with pytest.raises(SourceError):
        refreshed(opened, source)
    with pytest.raises(UsageError, match="has not ended"):
        account_of(opened, 2)
    source.fails = False
    account = refreshed(opened, source)
    assert (account.run, account.unchanged) == (2, (1, 2, 3))
    assert [(r.purpose, r.outcome) for r in runs.runs(opened.store)] == [("run", "complete"), ("refresh", "complete")]


def test_an_unfinished_first_run_stands_before_a_refresh(opened: Review) -> None:
    source = Texts(dict(HAIR))
    source.fails = True
    with pytest.raises(SourceError):
        searched(opened, source)
    with pytest.raises(UsageError, match="run 1 of main is not finished"):
        refreshable(opened, ["main"])


def test_a_new_record_may_be_known_from_another_search(opened: Review) -> None:
    source = Texts(dict(HAIR))
    run_search(opened.store, SearchSpec("other", "pubmed", query="other"), by="ann", source=source)
    source.held = {"1": HAIR["1"]}
    searched(opened, source)
    source.held = HAIR | {"4": "TI  - Four"}
    account = refreshed(opened, source)
    assert [(one.pmid, one.known_elsewhere) for one in account.new] == [("2", True), ("3", True), ("4", False)]
    assert (account.retrieved, account.known, account.new_to_review) == (4, 3, 1)


def test_queries_of_the_prompt_are_refreshed_and_names_that_are_gone_are_said(opened: Review) -> None:
    source = Texts(dict(HAIR))
    run_search(opened.store, SearchSpec("pubmed ad hoc 1", "pubmed", query="hair"), by="ann", source=source)
    run_search(opened.store, SearchSpec("old", "pubmed", query="old"), by="ann", source=source)
    [spec], notes = refreshable(opened)
    assert (spec.name, spec.query) == ("pubmed ad hoc 1", "hair")
    assert notes == (
        "main has not been run: `jak search run main`",
        "old stands in jak.toml no more and is not run again",
    )
    assert refresh(opened, spec, by="ann", source=source).result.strategy.version == 1
    with pytest.raises(SettingsError, match="names no search 'old'"):
        refreshable(opened, ["old"])


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """Serve both states of the database, and point jak to them."""
    with start(EUtils(make_pair(60, changed=10, new=8))) as server:
        monkeypatch.setenv("JAK_EUTILS_URL", server.url)
        monkeypatch.setenv("JAK_EMAIL", "ann@example.org")
        monkeypatch.setenv("JAK_STATE_DIR", str(tmp_path / "state"))
        monkeypatch.setattr("jaksearch.sources.make_source", partial(make_source, per_second=0))
        yield server


def test_the_commands_refresh_look_again_and_the_warnings(review: Path, jak: Run, served: Server) -> None:
    toml = review / "jak.toml"
    text = toml.read_text(encoding="utf-8").replace("reviewers_required = 2", "reviewers_required = 1")
    toml.write_text(f'{text}\n[search.main]\nsource = "pubmed"\nlines = ["all[sb]"]\n', encoding="utf-8")
    assert "none to refresh" in jak("search", "refresh").err
    assert jak("search", "run").code == 0
    pair = served.service.pair
    with Store(review / "review.db") as store:
        number = {int(r.pmid): r.id for r in imports.active_records(store)}
    gone_wrong = number[min(pair.retracted)]
    bare = number[min(p for p, kind in pair.kinds.items() if kind == "abstract appeared")]
    assert jak("screen", "decide", gone_wrong, "include").code == 0
    assert jak("screen", "decide", bare, "exclude").code == 0
    served.service.advance()
    dry = jak("search", "refresh", "--dry-run")
    assert (dry.code, "Nothing was fetched" in dry.err) == (0, True)
    done = jak("search", "refresh")
    assert done.code == 0
    assert "refresh 2, against runs 1" in done.out
    assert "retrieved 64 = already known 56 + new 8" in done.out
    assert "new 8, changed 8, corrected 2, retracted 3, vanished 4, unchanged 43" in done.out
    assert "1 decided report to look at again" in done.err
    assert re.search(r"title: …[^>]*-> …[^>]*corrected title", done.out)
    warning = f"RETRACTED: report {gone_wrong} (INCLUDED at abstract)"
    for words in (("search", "look-again"), ("screen", "next")):
        assert warning in jak(*words).err
    assert warning in jak("status").out
    assert jak("report").code == 0
    assert warning in (review / "report.html").read_text(encoding="utf-8")
    assert "an abstract has appeared" in jak("search", "look-again").out
    [row] = jak("search", "look-again", "--json").json["reports"]
    assert row["report"] == bare
    shown = jak("search", "refresh", "--show", 2, "--json").json["searches"][0]
    assert {int(one["pmid"]) for one in shown["vanished"]} == pair.vanished
    again = jak("search", "refresh", "main", "--json").json
    [account] = [one["account"] for one in again["searches"]]
    assert (account["new"], account["changed"], account["known"], len(account["unchanged"])) == ([], [], 64, 64)


def test_a_pooled_study_whose_report_was_retracted_is_named_under_the_result(
    review: Path, jak: Run, served: Server
) -> None:
    toml = review / "jak.toml"
    text = toml.read_text(encoding="utf-8").replace("reviewers_required = 2", "reviewers_required = 1")
    tables = '[search.main]\nsource = "pubmed"\nlines = ["all[sb]"]\n[analysis.response]\noutcome = "response"\n'
    toml.write_text(f"{text}\n{tables}", encoding="utf-8")
    assert jak("search", "run").code == 0
    pair = served.service.pair
    with Store(review / "review.db") as store:
        number = {int(r.pmid): r.id for r in imports.active_records(store)}
    reports = {"one": number[min(pair.retracted)], "two": number[min(pair.unchanged)]}
    for study, report in reports.items():
        for stage in ("abstract", "fulltext"):
            assert jak("screen", "decide", report, "include", "--stage", stage).code == 0
        assert jak("pool", "link", report, study, "--arm", "a=drug").code == 0
    rows = [f"{study},a,response,{field},read,page 1,seen" for study in reports for field in ("events,5", "n,9")]
    (review / "numbers.csv").write_text(
        "\n".join(["study,arm,outcome,field,value,status,source,quote", *rows]), encoding="utf-8"
    )
    assert jak("pool", "load", "numbers.csv").code == 0
    assert "RETRACTED" not in jak("pool", "run", "response").out
    served.service.advance()
    assert jak("search", "refresh").code == 0
    warning = f"one: RETRACTED: report {reports['one']} (INCLUDED at full text)"
    assert warning in jak("pool", "run", "response").out
    notes = [note["message"] for note in jak("pool", "run", "response", "--json").json["notes"]]
    assert [note[:4] for note in notes if "RETRACTED" in note] == ["one:"]
