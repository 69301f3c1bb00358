"""Rounds of citation searching against the local E-utilities: what they lead to, what is kept, what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from services.eutils import Chance, EUtils, Script, make_corpus, start
from services.serving import Server

from jak.citation_rounds import Trace, rounds, traces
from jak.citation_searching import Plan, carried_on, chase, plan
from jak.citation_seeds import Seed, Unread
from jakdb import doctor, imports, members, runs
from jakdb.errors import SourceError, UsageError
from jakdb.store import Store
from jakdb.words import Record
from jaksearch.sources import make_source
from jaksearch.sources.entrez import PubMed

CORPUS = make_corpus(300)
IDS = [str(pmid) for pmid in CORPUS.ids]
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
BOTH = ("backward", "forward")


def references(pmid: str) -> set[str]:
    """Return what the corpus says an article cites."""
    return {str(one) for one in CORPUS.cited_by_place(CORPUS.place(int(pmid)))}


def citing(pmid: str) -> set[str]:
    """Return what the corpus says cites an article."""
    return {other for other in IDS if pmid in references(other)}


def seed(pmid: str, label: str = "") -> Seed:
    """Return an article as a paper that is no report of the review."""
    return Seed(label or f"PMID {pmid}", "", None, (Record(pmid=pmid),))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "review.db") as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[Server]:
    with start(EUtils(CORPUS)) as running:
        yield running


@pytest.fixture
def pubmed(server: Server, tmp_path: Path) -> PubMed:
    return source(server, tmp_path)


def source(server: Server, tmp_path: Path, **options: Any) -> PubMed:
    """Return PubMed at a local address, without a limit of requests."""
    options = {"per_second": 0, "sleep": lambda _seconds: None, "batch_size": 20} | options
    made = make_source("pubmed", base_url=server.url, state=tmp_path / "state", **options)
    assert isinstance(made, PubMed)
    return made


def both(store: Store, pubmed: PubMed, seeds: Sequence[Seed], **options: Any) -> Plan:
    """Plan a round in both directions."""
    return plan(store, seeds, pubmed, **({"directions": BOTH} | options))


OLD, NEW = IDS[5], IDS[200]


def test_a_round_brings_every_reference_and_every_citing_paper(store: Store, pubmed: PubMed) -> None:
    found = both(store, pubmed, [seed(OLD), seed(NEW)])
    assert [(s.backward, s.forward) for s in found.seeds] == [
        (len(references(one)), len(citing(one))) for one in (OLD, NEW)
    ]
    assert len(citing(OLD)) > 3
    expected = references(OLD) | citing(OLD) | references(NEW) | citing(NEW)
    assert set(found.ids) == expected
    assert (runs.strategies(store), imports.searches(store)) == ((), ())
    done = chase(store, found, pubmed, by="ann")
    assert done.equation == "count {0} = listed {0} = fetched {0} + absent 0".format(len(expected))
    assert {r.pmid for r in imports.active_records(store)} == expected
    [search] = imports.searches(store)
    assert (search.source, search.kind, search.platform) == ("Citation searching", "other", "PubMed, NCBI E-utilities")
    assert (search.hits, search.searched_on) == (len(expected), store.now().date())
    assert search.strategy.splitlines() == [
        f"elink.fcgi: db=pubmed&dbfrom=pubmed&linkname=pubmed_pubmed_{way}&id={OLD}&id={NEW}"
        for way in ("refs", "citedin")
    ]
    assert [(label, count) for label, _, count in done.run.lines] == [
        (f"PMID {OLD}: references", len(references(OLD))),
        (f"PMID {OLD}: citing papers", len(citing(OLD))),
        (f"PMID {NEW}: references", len(references(NEW))),
        (f"PMID {NEW}: citing papers", len(citing(NEW))),
    ]
    assert [c for c in doctor.examine(store) if not c.is_sound] == []


def test_each_record_leads_back_to_the_papers_that_led_to_it(store: Store, pubmed: PubMed) -> None:
    middle = next(one for one in IDS if references(one) and citing(one))
    above, below = min(citing(middle)), min(references(middle))
    chase(store, both(store, pubmed, [seed(above), seed(below)]), pubmed, by="ann")
    [run] = runs.runs(store)
    [record] = [r for r in imports.active_records(store) if r.pmid == middle]
    told = traces(store, record, report_of={})
    assert set(told) == {
        Trace(run.id, f"PMID {above}", None, "backward"),
        Trace(run.id, f"PMID {below}", None, "forward"),
    }
    assert {one.sentence for one in told} == {f"cited by PMID {above}", f"cites PMID {below}"}
    for file in imports.files(store):
        imports.undo_file(store, file.id, by="ann")
    assert traces(store, record, report_of={}) == ()


def test_the_next_round_starts_from_new_papers_only(store: Store, pubmed: PubMed) -> None:
    chase(store, both(store, pubmed, [seed(NEW)], directions=("backward",)), pubmed, by="ann")
    second = both(store, pubmed, [seed(NEW), seed(OLD)])
    assert (second.number, second.before) == (2, ())
    assert [(s.label, s.directions) for s in second.seeds] == [
        (f"PMID {NEW}", ("forward",)),
        (f"PMID {OLD}", BOTH),
    ]
    chase(store, second, pubmed, by="ann")
    third = both(store, pubmed, [seed(NEW), seed(OLD)])
    assert (third.number, third.seeds, third.ids) == (3, (), ())
    assert third.before == (f"PMID {NEW}", f"PMID {OLD}")
    with pytest.raises(UsageError, match="no paper to start from"):
        chase(store, third, pubmed, by="ann")
    again = both(store, pubmed, [seed(NEW), seed(OLD)], again=True)
    assert [s.directions for s in again.seeds] == [BOTH, BOTH]
    done = chase(store, again, pubmed, by="ann")
    assert (done.new, done.seen_again) == (0, len(again.ids))
    assert [(one.number, len(one.seeds)) for one in rounds(store)] == [(1, 1), (2, 2), (3, 2)]


def test_a_round_that_was_taken_back_is_done_again(store: Store, pubmed: PubMed) -> None:
    chase(store, both(store, pubmed, [seed(NEW)]), pubmed, by="ann")
    for file in imports.files(store):
        imports.undo_file(store, file.id, by="ann")
    assert [s.label for s in both(store, pubmed, [seed(NEW)]).seeds] == [f"PMID {NEW}"]


def test_what_pubmed_does_not_have_is_named_with_the_reason(store: Store, pubmed: PubMed) -> None:
    article = CORPUS.article_at(200)
    seeds = [
        Seed("report 1", article.title, 1, (Record(title=article.title, year=article.published.year),)),
        Seed("report 2", "A paper", 2, (Record(doi=article.doi.upper().lower()),)),
        Seed("report 3", "Hair", 3, (Record(doi="10.1000/nowhere"),)),
        seed("99"),
    ]
    found = both(store, pubmed, seeds, unread=[Unread("list.csv, line 7", "'x' is no PMID")])
    assert [(s.label, s.ids) for s in found.seeds] == [("report 1", (NEW,)), ("report 2", (NEW,))]
    assert [(one.label, one.title) for one in found.not_chased] == [
        ("list.csv, line 7", ""),
        ("report 3", "Hair"),
        ("PMID 99", ""),
    ]
    assert all(one.reason for one in found.not_chased)
    chase(store, found, pubmed, by="ann")
    [kept] = rounds(store)
    assert kept.not_chased == found.not_chased
    assert kept.seeds == found.seeds


def test_a_round_that_starts_from_nothing_is_kept_if_it_names_a_paper_first(store: Store, pubmed: PubMed) -> None:
    assert not both(store, pubmed, [seed("99")]).has_news, "a list may be mistyped, and is none of the review"
    nowhere = both(store, pubmed, [replace(seed("99", "report 9"), record=9)])
    assert (nowhere.seeds, nowhere.has_news) == ((), True)
    done = chase(store, nowhere, pubmed, by="ann")
    assert (done.equation, done.is_complete) == ("count 0 = listed 0 = fetched 0 + absent 0", True)
    [kept] = rounds(store)
    assert [one.label for one in kept.not_chased] == ["report 9"]
    again = both(store, pubmed, [replace(seed("99", "report 9"), record=9)])
    assert (len(again.not_chased), again.has_news) == (1, False)
    with pytest.raises(UsageError, match="no paper to start from"):
        chase(store, again, pubmed, by="ann")
    assert both(store, pubmed, [replace(seed("98", "report 8"), record=8)]).has_news


def test_a_report_is_followed_under_each_of_its_numbers(store: Store, pubmed: PubMed) -> None:
    papers = (Record(pmid=OLD), Record(pmid=NEW), Record(pmid="99"))
    found = both(store, pubmed, [Seed("report 4", "Two records", 4, papers)])
    [one] = found.seeds
    assert one.ids == (OLD, NEW)
    assert one.backward == len(references(OLD) | references(NEW))
    assert any(warning.startswith("report 4: ") and "99" in warning for warning in found.warnings)


def test_a_number_that_leads_nowhere_gives_way_to_another_record(store: Store, pubmed: PubMed) -> None:
    papers = (Record(pmid="99"), Record(doi=f"10.99999/jak.{NEW}"))
    [one] = both(store, pubmed, [Seed("report 4", "", 4, papers)]).seeds
    assert one.ids == (NEW,)


def test_no_answer_about_a_paper_is_not_taken_for_no_citations(store: Store, server: Server, pubmed: PubMed) -> None:
    server.service.faults = Script(["missing"] * 6, path="elink.fcgi")
    found = both(store, pubmed, [seed(OLD), seed(NEW)])
    assert [(s.label, s.backward, s.forward) for s in found.seeds] == [
        (f"PMID {OLD}", len(references(OLD)), len(citing(OLD))),
        (f"PMID {NEW}", None, len(citing(NEW))),
    ]
    [lost] = found.not_chased
    assert (lost.label, lost.reason) == (f"PMID {NEW}", "PubMed gives no answer about its references")
    chase(store, found, pubmed, by="ann")
    [again] = both(store, pubmed, [seed(OLD), seed(NEW)]).seeds
    assert (again.label, again.directions) == (f"PMID {NEW}", ("backward",))


def test_papers_without_links_are_pointed_out(store: Store, pubmed: PubMed) -> None:
    first = IDS[0]
    assert references(first) == set()
    found = both(store, pubmed, [seed(first)])
    assert f"PubMed knows no references of PMID {first}" in found.warnings


def test_an_interrupted_round_is_carried_on(store: Store, server: Server, tmp_path: Path) -> None:
    pubmed = source(server, tmp_path, batch_size=2, attempts=2)
    found = both(store, pubmed, [seed(OLD), seed(NEW)])
    assert len(found.ids) > 4
    server.service.faults = Script([None, "html", "html"], path="efetch.fcgi")
    with pytest.raises(SourceError):
        chase(store, found, pubmed, by="ann")
    assert 0 < len(imports.active_records(store)) < len(found.ids)
    server.service.faults = None
    [(one, done)] = carried_on(store, pubmed, by="ann")
    assert (one.number, one.outcome, done.resumed, done.is_complete) == (1, "complete", True, True)
    assert done.new == len(found.ids)
    assert carried_on(store, pubmed, by="ann") == ()
    assert both(store, pubmed, [seed(OLD), seed(NEW)]).seeds == ()


def test_a_round_through_faults_equals_an_undisturbed_one(server: Server, tmp_path: Path) -> None:
    kept = []
    for name, faults in (("calm", None), ("rough", Chance(0.3, seed=7, seconds=0.01))):
        server.service.faults = faults
        with Store.create(tmp_path / name) as store:
            pubmed = source(server, tmp_path, backoff=0.001)
            chase(store, both(store, pubmed, [seed(OLD), seed(NEW)]), pubmed, by="ann")
            kept.append(
                {
                    "records": imports.active_records(store),
                    "members": members.members(store),
                    "rounds": rounds(store),
                    "runs": [replace(r, at=MOMENT, ended=None) for r in runs.runs(store)],
                }
            )
    assert kept[0] == kept[1]


def test_a_source_without_citations_is_refused(store: Store) -> None:
    class Plain:
        name, database = "plain", "Plain"

    with pytest.raises(UsageError, match="Plain does not say which papers cite which"):
        plan(store, [seed(OLD)], Plain(), directions=BOTH)  # type: ignore[arg-type]
