"""Europe PMC, ClinicalTrials.gov, OpenAlex and Crossref are listed to the end and fetched in full, come what may."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from services.clinicaltrials import ClinicalTrials
from services.corpus import make_corpus
from services.crossref import Crossref
from services.europepmc import EuropePMC
from services.faults import KINDS, Chance, Fault, Script
from services.openalex import OpenAlex
from services.paged import Paged
from services.serving import Server, start

from jakdb.errors import ShortfallError, SourceError, UsageError
from jaksearch.formats import FORMATS, read_bytes
from jaksearch.normalise import normalise
from jaksearch.sources import SOURCES, Source, make_source
from jaksearch.sources.clauses import apart

CORPUS = make_corpus(400)
ARTICLES = [CORPUS.article_at(i) for i in range(len(CORPUS))]
KEY = "0123456789abcdef-openalex"


@dataclass(frozen=True)
class Case:
    """A service: how it is served, a query for everything, and what that finds."""

    service: type[Paged]
    query: str
    found: frozenset[str]
    none: str
    method: str = "GET"


CASES = {
    "europepmc": Case(
        EuropePMC,
        "PUB_YEAR:[1900 TO 2100]",
        frozenset([f"MED/{a.pmid}" for a in ARTICLES] + [f"CBA/{a.pmid}" for a in ARTICLES if a.pmid % 10 == 0]),
        "TITLE:hippogriff",
        "POST",
    ),
    "clinicaltrials": Case(
        ClinicalTrials, "1900:2100[dp]", frozenset(a.registration for a in ARTICLES if a.registration), "hippogriff"
    ),
    "openalex": Case(
        OpenAlex,
        "filter:from_publication_date:1900-01-01",
        frozenset(f"W{a.pmid}" for a in ARTICLES),
        "hippogriff",
    ),
    "crossref": Case(Crossref, "filter:from-pub-date:1900-01-01", frozenset(a.doi for a in ARTICLES), "hippogriff"),
}


@contextmanager
def asked(name: str, state: Path, **options: Any) -> Iterator[tuple[Source, Server]]:
    """Serve a service and give its source, without a limit and with short waits."""
    served = {key: options.pop(key) for key in ("faults", "free") if key in options}
    options = {"per_second": 0, "backoff": 0.0001, "timeout": (2.0, 5.0), "sleep": lambda _: None} | options
    with start(CASES[name].service(options.pop("corpus", CORPUS), **served)) as server:
        yield make_source(name, base_url=server.url, email="ann@example.org", state=state, **options), server


def fetched(source: Source, ids: Sequence[str]) -> list[str]:
    """Fetch records in batches, and return the accession numbers that our reader finds."""
    found: list[str] = []
    for at in range(0, len(ids), source.batch_size):
        batch = source.fetch(ids[at : at + source.batch_size])
        assert batch.absent == ()
        reading = read_bytes(batch.data, format=batch.format)
        assert not reading.rejects
        found += [normalise(raw, format=batch.format).accession for raw in reading.accepted]
    return found


def test_the_sources_that_there_are(tmp_path: Path) -> None:
    assert set(SOURCES) == {"pubmed", *CASES}
    kinds = {}
    for name in SOURCES:
        source = make_source(name, per_second=0, state=tmp_path)
        assert source.name == name
        assert source.platform
        kinds[source.database] = source.kind
        assert name == "pubmed" or name in FORMATS
    assert kinds == {
        "PubMed": "database",
        "Europe PMC": "database",
        "ClinicalTrials.gov": "register",
        "OpenAlex": "database",
        "Crossref": "database",
    }


@pytest.mark.parametrize("name", CASES)
def test_all_is_listed_once_and_fetched_in_the_order_of_the_list(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    ticks: list[tuple[int, int]] = []
    with asked(name, tmp_path, page_size=60) as (source, server):
        found = source.look([("1", case.query), ("2", case.none)], case.query)
        ids = list(source.ids(case.query, tick=lambda done, total: ticks.append((done, total))))
        assert list(source.ids(case.none)) == []
        accessions = fetched(source, ids)
    assert found.count == len(ids) == len(case.found)
    assert [count for _, _, count in found.lines] == [len(case.found), 0]
    assert found.query == case.query
    assert set(ids) == case.found
    assert accessions == ids
    assert ticks[-1] == (len(ids), len(ids))
    assert {request.method for request in server.log} == {case.method}
    assert {request.agent for request in server.log} == {"jak"}
    mail = {"europepmc": "email", "openalex": "mailto", "crossref": "mailto"}.get(name)
    told = {request.params.get(mail) for request in server.log if mail}
    assert told == ({"ann@example.org"} if mail else set())


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", [1, 2])
def test_at_a_fifth_of_faults_of_every_kind_the_set_is_exact(name: str, seed: int, tmp_path: Path) -> None:
    case = CASES[name]
    chance = Chance(0.2, kinds=KINDS, seed=seed, seconds=0.3)
    with asked(name, tmp_path, faults=chance, page_size=12, batch_size=10, timeout=(2.0, 0.2)) as (source, server):
        assert source.look([], case.query).count == len(case.found)
        ids = list(source.ids(case.query))
        assert set(ids) == case.found
        assert len(ids) == len(case.found)
        assert fetched(source, ids) == ids
        assert len({request.fault for request in server.log}) > 4


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "stall"])
@pytest.mark.parametrize("name", CASES)
def test_one_fault_of_a_kind_on_the_way_changes_nothing(name: str, kind: str, tmp_path: Path) -> None:
    case = CASES[name]
    with asked(name, tmp_path, faults=Script([None, None, kind, None, None, None, kind]), page_size=100) as (source, _):
        ids = list(source.ids(case.query))
        assert set(ids) == case.found
        assert len(ids) == len(case.found)
        assert fetched(source, ids[:50]) == ids[:50]


@pytest.mark.parametrize("name", CASES)
def test_a_list_that_stays_short_is_a_shortfall_that_keeps_what_it_listed(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    with asked(name, tmp_path, faults=Chance(1.0, kinds=["count"], in_a_row=10**9)) as (source, _):
        found: list[str] = []
        with pytest.raises(ShortfallError, match=r"counts \d+ records, but lists \d+: 1 missing") as caught:
            found.extend(source.ids(case.query))
    assert set(found) == case.found
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("name", CASES)
def test_what_the_service_does_not_give_is_absent(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    here = sorted(case.found)[:3]
    gone = {"europepmc": "MED/1", "clinicaltrials": "NCT00000000", "openalex": "W1", "crossref": "10.1000/none"}[name]
    with asked(name, tmp_path) as (source, _):
        batch = source.fetch([here[0], gone, *here[1:]])
        none = source.fetch([gone])
    assert batch.asked == (here[0], gone, *here[1:])
    assert (batch.absent, batch.count) == ((gone,), 3)
    assert (none.absent, none.count, none.data) == ((gone,), 0, b"")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("europepmc", "30000004"), ("europepmc", "MED/1) OR (SRC:MED"), ("clinicaltrials", "30000004"),
        ("clinicaltrials", "NCT1,NCT2"), ("openalex", "30000004"), ("openalex", "W1|W2"), ("crossref", "jak.1"),
    ],
)  # fmt: skip
def test_what_is_no_identifier_is_an_error(name: str, wrong: str, tmp_path: Path) -> None:
    with asked(name, tmp_path) as (source, server), pytest.raises(UsageError, match="is no "):
        source.fetch([wrong])
    assert len(server.log) == 0


@pytest.mark.parametrize("name", CASES)
def test_too_many_at_once_and_an_empty_query_are_errors(name: str, tmp_path: Path) -> None:
    with asked(name, tmp_path, batch_size=2) as (source, server):
        with pytest.raises(UsageError, match="3 records in one batch"):
            source.fetch(sorted(CASES[name].found)[:3])
        with pytest.raises(UsageError, match="empty"):
            source.look([], "  ")
        with pytest.raises(UsageError, match="empty"):
            list(source.ids(""))
        assert len(server.log) == 0


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("europepmc", "TITLE:(", "does not accept the request"),
        ("clinicaltrials", "()", "does not accept the request: 'Invalid query"),
        ("openalex", "filter:colour:red", "does not accept the request: .*colour"),
        ("crossref", "filter:colour:red", "does not accept the request: .*no such filter"),
    ],
)
def test_a_query_that_is_refused_is_told_in_the_words_of_the_service(
    name: str, query: str, words: str, tmp_path: Path
) -> None:
    with asked(name, tmp_path) as (source, server), pytest.raises(SourceError, match=words) as caught:
        source.look([], query)
    assert len(server.log) <= 2
    assert caught.value.hint


@pytest.mark.parametrize("name", CASES)
def test_a_service_that_asks_to_wait_for_hours_is_left_to_the_user(name: str, tmp_path: Path) -> None:
    faults = Script([Fault("429-retry-after", retry_after=30_000)])
    with asked(name, tmp_path, faults=faults) as (source, server):
        with pytest.raises(SourceError, match="asks to wait 500 minutes"):
            list(source.ids(CASES[name].query))
        assert len(server.log) == 1


@pytest.mark.parametrize("name", ["openalex", "crossref"])
def test_more_than_is_sensible_is_refused_and_said_before(name: str, tmp_path: Path) -> None:
    with asked(name, tmp_path, cap=399) as (source, _):
        assert any("399" in warning for warning in source.look([], CASES[name].query).warnings)
        with pytest.raises(UsageError, match="400 works") as caught:
            list(source.ids(CASES[name].query))
    assert "filter" in caught.value.hint


def test_the_same_number_in_two_sources_of_europe_pmc_is_two_records(tmp_path: Path) -> None:
    number = next(a.pmid for a in ARTICLES if a.pmid % 10 == 0)
    with asked("europepmc", tmp_path) as (source, _):
        ids = list(source.ids(f"EXT_ID:{number}"))
        batch = source.fetch(ids)
    assert ids == [f"MED/{number}", f"CBA/{number}"]
    first, second = (normalise(raw, format=batch.format) for raw in read_bytes(batch.data).accepted)
    assert (first.accession, first.pmid) == (f"MED/{number}", str(number))
    assert (second.accession, second.pmid) == (f"CBA/{number}", "")


def test_crossref_says_that_it_ranks(tmp_path: Path) -> None:
    with asked("crossref", tmp_path) as (source, _):
        words = source.look([], "alopecia AND baricitinib").warnings
        filters = source.look([], "filter:from-pub-date:2020").warnings
        titles = source.look([], "query.title:baricitinib filter:from-pub-date:2020")
    assert len(words) == 2
    assert "no Boolean search" in words[0]
    assert "words like any other" in words[1]
    assert filters == ()
    assert 0 < titles.count < 60


def test_a_doi_with_a_comma_is_fetched_by_itself(tmp_path: Path) -> None:
    odd = "10.1002/(sici)1097-4679(199811)54:7<971,a::b>3.0.co;2-k"
    patched = make_corpus(20)
    pmid = int(patched.ids[3])
    patched.patches[pmid] = {**patched.patches.get(pmid, {}), "doi": odd}  # type: ignore[index]
    with asked("crossref", tmp_path, corpus=patched) as (source, server):
        ids = list(source.ids("filter:from-pub-date:1900-01-01"))
        assert fetched(source, ids) == ids
        assert odd in ids
        assert [request.path for request in server.log if request.path != "/works"]


def test_a_work_with_more_authors_than_a_list_gives_is_fetched_whole(tmp_path: Path) -> None:
    with asked("openalex", tmp_path) as (source, server):
        server.service.authors = 1
        batch = source.fetch(sorted(CASES["openalex"].found)[:20])
    works = json.loads(batch.data)
    assert len(works) == 20
    wanted = {f"https://openalex.org/W{a.pmid}": len(a.authors) for a in ARTICLES}
    assert [len(work["authorships"]) for work in works] == [wanted[work["id"]] for work in works]
    assert any(len(work["authorships"]) > 1 for work in works)


def test_a_day_s_use_that_is_spent_ends_the_search_with_the_way_out(tmp_path: Path) -> None:
    with asked("openalex", tmp_path, free=0.0015) as (source, _), pytest.raises(SourceError) as caught:
        list(source.ids("alopecia"))
    assert "budget" in str(caught.value)
    assert "JAK_OPENALEX_API_KEY" in caught.value.hint


def test_the_key_of_openalex_goes_into_requests_and_the_others_get_none(tmp_path: Path) -> None:
    for name, case in CASES.items():
        with asked(name, tmp_path / name, api_key=KEY) as (source, server):
            list(source.ids(case.none))
            assert {request.key for request in server.log} == ({"key 1"} if name == "openalex" else {""})
        assert KEY not in repr(source) + str(vars(source))


@pytest.mark.parametrize(("email", "limit"), [("", 1), ("ann@example.org", 3)])
def test_crossref_lets_those_ask_more_who_say_who_they_are(email: str, limit: int, tmp_path: Path) -> None:
    source = make_source("crossref", email=email, state=tmp_path)
    assert source._transport.limiter.slots == limit  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "query", ["(alopecia filter:type:article) AND baricitinib", "baricitinib AND (filter:type:article)"]
)
def test_a_clause_in_parentheses_is_an_error(query: str, tmp_path: Path) -> None:
    with asked("openalex", tmp_path) as (source, _), pytest.raises(UsageError, match="holds for the whole"):
        source.look([], query)


@pytest.mark.parametrize(
    ("query", "words", "clauses"),
    [
        ("alopecia", "alopecia", ()),
        ('"see filter:x:1"', '"see filter:x:1"', ()),
        ("a prefilter:x:1 b", "a prefilter:x:1 b", ()),
        (
            "a filter:title.search:(b OR c) filter:x:1",
            "a",
            (("filter", "title.search:(b OR c)"), ("filter", "x:1")),
        ),
        ("filter: x", "filter: x", ()),
    ],
)
def test_a_query_is_taken_apart(query: str, words: str, clauses: tuple[tuple[str, str], ...]) -> None:
    assert apart(query) == (words, clauses)


LIVE = {
    "europepmc": 'TITLE:"alopecia areata" AND TITLE:ritlecitinib',
    "clinicaltrials": "AREA[ConditionSearch]alopecia areata AND AREA[InterventionSearch]ritlecitinib",
    "openalex": "ritlecitinib filter:title.search:alopecia areata",
    "crossref": "query.title:ritlecitinib filter:from-pub-date:2020",
}


@pytest.mark.skipif(os.environ.get("JAK_LIVE") != "1", reason="asks the live services only with JAK_LIVE=1")
@pytest.mark.parametrize("name", CASES)
def test_the_live_service(name: str, tmp_path: Path) -> None:
    """Every record of a small search, against the real service."""
    key = os.environ.get("JAK_OPENALEX_API_KEY", "") if name == "openalex" else ""
    source = make_source(name, email=os.environ.get("JAK_EMAIL", ""), api_key=key, state=tmp_path)
    found = source.look([], LIVE[name])
    ids = list(source.ids(LIVE[name]))
    assert 0 < found.count < 500
    assert len(ids) == found.count
    assert fetched(source, ids) == ids
