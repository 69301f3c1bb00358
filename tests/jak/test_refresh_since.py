"""A refresh by date sees what was created lately and claims no more; a later whole one is as if it had not been."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from refresh_support import HAIR, SETTINGS, Texts, pubmed
from services.corpus import Corpus
from services.eutils import EUtils, make_pair, start
from services.serving import Server

from jak.looking_again import look_again
from jak.notices import retracted_reports
from jak.refreshing import Account, account_of, refresh, window_for
from jak.screening import vote
from jak.search_log import search_log
from jak.search_log_text import as_markdown
from jak.searching import run_search
from jak.settings import load_settings
from jak.standing import where_it_stands
from jak.strategies import SearchSpec
from jak.workspace import Review
from jakdb import imports, runs, screening
from jakdb.errors import SourceError, UsageError
from jakdb.store import Store

PAIR = make_pair(200)
MAIN = SearchSpec("main", "pubmed", (("1", "all[sb]"),))
FIRST = datetime(2025, 11, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 5, 1, 12, tzinfo=UTC)


@dataclass
class Clock:
    """The time of the store."""

    at: datetime = FIRST

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Half:
    """A review that was searched once, and a service that has grown since."""

    review: Review
    server: Server
    clock: Clock
    folder: Path

    def refresh(self, since: date | None = None, spec: SearchSpec = MAIN) -> Account:
        """Run the strategy again."""
        source = pubmed(self.server, self.folder)
        return refresh(self.review, spec, by="ann", source=source, since=since).account


@pytest.fixture
def half(tmp_path: Path) -> Iterator[Half]:
    (tmp_path / "jak.toml").write_text(SETTINGS, encoding="utf-8")
    clock, service = Clock(), EUtils(PAIR)
    with Store.create(tmp_path / "review.db", now=clock) as store, start(service) as server:
        review = Review(load_settings(tmp_path), store)
        run_search(store, MAIN, by="ann", source=pubmed(server, tmp_path))
        service.advance()
        clock.at = LATER
        yield Half(review, server, clock, tmp_path)


def created(corpus: Corpus, first: date) -> set[int]:
    """Return the PMIDs of the articles created on a day or later."""
    return {int(pmid) for pmid, day in zip(corpus.ids, corpus.created, strict=True) if day >= first.toordinal()}


def numbers(review: Review) -> dict[int, int]:
    """Return the PMID of each record."""
    return {r.id: int(r.pmid) for r in imports.active_records(review.store)}


def test_it_sees_what_was_created_since_and_late_records_too(half: Half) -> None:
    window = window_for(half.review, MAIN, None)
    assert (window.since, window.covered) == (FIRST.date() - timedelta(days=7), FIRST.date())
    account = half.refresh(window.since)
    pmid = numbers(half.review)
    wanted = created(PAIR.after, window.since)
    before = {int(n) for n in PAIR.before.ids}
    assert {pmid[one.record] for one in account.new} == wanted - before
    assert PAIR.late <= {pmid[one.record] for one in account.new}
    assert {pmid[n] for n in account.unchanged} == {n for n in wanted & before if n in PAIR.unchanged}
    assert account.retrieved == len(wanted)
    assert (account.since, account.is_complete, account.is_whole) == (window.since, True, False)
    assert (account.vanished, account.retracted, account.missed_before) == ((), (), ())


def test_a_whole_refresh_afterwards_still_finds_everything(half: Half) -> None:
    by_date = half.refresh(date(2026, 1, 1))
    pmid = numbers(half.review)
    lately = {pmid[one.record] for one in by_date.new}
    whole = half.refresh()
    pmid = numbers(half.review)
    errata = {n for n, kind in PAIR.kinds.items() if kind == "erratum"}
    assert lately == created(PAIR.after, date(2026, 1, 1)) - {int(n) for n in PAIR.before.ids}
    assert lately < PAIR.new
    assert {pmid[one.record] for one in whole.new} == PAIR.new - lately
    assert {pmid[n] for n in whole.unchanged} == PAIR.unchanged | lately
    assert {pmid[one.record] for one in whole.changed} == PAIR.changed - errata
    assert {pmid[one.record] for one in whole.retracted} == PAIR.retracted
    assert {pmid[one.record] for one in whole.vanished} == PAIR.vanished
    assert (whole.since, whole.is_whole, whole.against) == (None, True, (1, 2))


def test_what_only_a_search_by_date_had_seen_can_vanish(half: Half) -> None:
    half.refresh(date(2026, 1, 1))
    service = half.server.service
    gone = sorted(created(PAIR.after, date(2026, 1, 1)))[0]
    keep = service.corpus.ids != gone
    service.corpus = Corpus(
        **{name: getattr(PAIR.after, name)[keep] for name in ("ids", "published", "created", "entered", "revised")},
        slots={slot: column[keep] for slot, column in PAIR.after.slots.items()},
        cites=PAIR.after.cites[keep],
        patches=PAIR.after.patches,
    )
    whole = half.refresh()
    pmid = numbers(half.review)
    assert {pmid[one.record] for one in whole.vanished} == PAIR.vanished | {gone}
    assert whole.missed_before == ()
    again = half.refresh()
    assert set(again.missed_before) == {one.record for one in again.vanished} == {one.record for one in whole.vanished}


def test_last_means_up_to_where_nothing_was_left_out(half: Half) -> None:
    half.clock.at = datetime(2025, 12, 1, tzinfo=UTC)
    half.refresh(date(2025, 10, 25))
    half.clock.at = datetime(2026, 2, 1, tzinfo=UTC)
    half.refresh(date(2026, 1, 15))
    half.clock.at = LATER
    window = window_for(half.review, MAIN, None, overlap=3)
    assert (window.covered, window.since) == (date(2025, 12, 1), date(2025, 11, 28))
    assert not any("nothing was ever asked" in risk for risk in window.risks)
    gap = window_for(half.review, MAIN, date(2026, 3, 1))
    assert (gap.covered, gap.since) == (date(2025, 12, 1), date(2026, 2, 22))
    assert "nothing was ever asked for the days between 2025-12-01 and 2026-02-22" in gap.risks[-1]


def test_it_needs_a_whole_run_of_the_same_text(half: Half) -> None:
    other = SearchSpec("main", "pubmed", (("1", "baricitinib"),))
    with pytest.raises(UsageError, match="has not been run in full"):
        window_for(half.review, other, None)
    with pytest.raises(UsageError, match="still to come"):
        window_for(half.review, MAIN, date(2026, 6, 1))
    with pytest.raises(UsageError, match="one day or more"):
        window_for(half.review, MAIN, None, overlap=0)
    noted = SearchSpec("main", "pubmed", (("1", "all[sb]"),), notes=("a note changes nothing that is sent",))
    assert window_for(half.review, noted, None).covered == FIRST.date()


def test_decisions_and_the_list_stay_as_they_are(half: Half) -> None:
    report = {int(r.pmid): r.id for r in imports.active_records(half.review.store)}
    for pmid in sorted(PAIR.changed)[:5]:
        vote(half.review, report[pmid], "exclude", reviewer="ann")
    before = screening.decisions(half.review.store)
    half.refresh(date(2025, 11, 1))
    assert screening.decisions(half.review.store) == before
    assert look_again(half.review, half.review.snapshot()) == ()


def test_the_notice_of_a_retraction_flags_the_older_paper_that_was_not_asked_for(half: Half) -> None:
    report = {int(r.pmid): r.id for r in imports.active_records(half.review.store)}
    pmid = min(PAIR.retracted)
    vote(half.review, report[pmid], "include", reviewer="ann")
    half.refresh(date(2025, 11, 1))
    [found] = retracted_reports(half.review, half.review.snapshot())
    [number] = found.found_in
    assert (found.report, found.notices) == (report[pmid], ())
    assert numbers(half.review)[number] in PAIR.new


def test_the_log_says_what_it_was(half: Half) -> None:
    half.refresh(date(2026, 1, 1))
    log = search_log(half.review)
    assert [s.run.since for s in log.searches if s.run is not None] == [None, date(2026, 1, 1)]
    assert log.searches[1].query == "(all[sb]) AND 2026/01/01:2099/12/31[crdt]"
    text = as_markdown(log)
    assert text.count("- by date only: records that the database created since 2026-01-01") == 1
    assert [r.purpose for r in runs.runs(half.review.store)] == ["run", "refresh"]
    assert account_of(half.review, 2).since == date(2026, 1, 1)


class Dated(Texts):
    """A source of texts that can be asked by date."""

    def created_since(self, query: str, day: date) -> str:
        return f"({query}) since {day.isoformat()}"


def ended(review: Review) -> list[tuple[date | None, str]]:
    """Return the runs as they ended."""
    return [(r.since, r.outcome) for r in runs.runs(review.store)]


def test_a_search_by_date_that_was_cut_short_is_never_carried_on_as_a_whole_one(opened: Review) -> None:
    source, day = Dated(dict(HAIR)), date(2026, 1, 1)
    run_search(opened.store, MAIN, by="ann", source=source)
    source.fails = True
    with pytest.raises(SourceError):
        refresh(opened, MAIN, by="ann", source=source, since=day)
    source.fails = False
    done = refresh(opened, MAIN, by="ann", source=source)
    assert done.result.abandoned == (2,)
    assert (done.account.is_whole, done.account.unchanged) == (True, (1, 2, 3))
    assert ended(opened) == [(None, "complete"), (day, "abandoned"), (None, "complete")]


def test_a_search_by_date_that_was_cut_short_goes_on_for_the_same_days(opened: Review) -> None:
    source, day = Dated(dict(HAIR)), date(2026, 1, 1)
    run_search(opened.store, MAIN, by="ann", source=source)
    source.fails = True
    with pytest.raises(SourceError):
        refresh(opened, MAIN, by="ann", source=source, since=day)
    [caution] = [one for one in where_it_stands(opened).cautions if one.startswith("unfinished")]
    assert caution == ("unfinished: main, run 2: 1 of 3 records to fetch (the same `jak search refresh --since` again)")
    source.fails = False
    assert refresh(opened, MAIN, by="ann", source=source, since=day).result.resumed
    assert ended(opened) == [(None, "complete"), (day, "complete")]


def test_a_whole_run_that_was_cut_short_comes_first(opened: Review) -> None:
    source = Dated(dict(HAIR))
    run_search(opened.store, MAIN, by="ann", source=source)
    source.fails = True
    with pytest.raises(SourceError):
        refresh(opened, MAIN, by="ann", source=source)
    source.fails = False
    with pytest.raises(UsageError, match="run 2 of main is not finished"):
        refresh(opened, MAIN, by="ann", source=source, since=date(2026, 1, 1))
    assert ended(opened) == [(None, "complete"), (None, "")]


def test_a_source_that_does_not_know_days_says_so(opened: Review) -> None:
    source = Texts(dict(HAIR))
    run_search(opened.store, MAIN, by="ann", source=source)
    with pytest.raises(UsageError, match="by the day on which they were created"):
        refresh(opened, MAIN, by="ann", source=source, since=date(2026, 1, 1))
    assert len(runs.runs(opened.store)) == 1
