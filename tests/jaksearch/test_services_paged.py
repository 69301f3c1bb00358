"""The local Europe PMC, ClinicalTrials.gov, OpenAlex and Crossref page to the end and miss nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from services.clinicaltrials import ClinicalTrials
from services.corpus import make_corpus, make_pair
from services.crossref import Crossref
from services.europepmc import EuropePMC
from services.faults import Script
from services.openalex import OpenAlex
from services.paged import Paged
from services.search import search
from services.serving import Server, start

CORPUS = make_corpus(600)
BARICITINIB = {int(pmid) for pmid in CORPUS.ids[search(CORPUS, "baricitinib[tiab]").mask]}


@contextmanager
def serving(kind: type[Paged], **settings: Any) -> Iterator[Server]:
    with start(kind(settings.pop("corpus", CORPUS), **settings)) as server:
        yield server


def get(server: Server, path: str, *, status: int = 200, **params: object) -> Any:
    given = {name.replace("__", "."): str(value) for name, value in params.items()}
    reply = requests.get(server.url + path, params=given, timeout=10)
    assert reply.status_code == status, reply.text
    return reply.json() if reply.headers["Content-Type"] == "application/json" else reply.text


def europepmc_ids(server: Server, query: str, size: int = 17) -> tuple[list[int], list[int]]:
    """Page by ``cursorMark`` until it names itself."""
    cursor, ids, counts = "*", [], []
    while True:
        said = get(server, "search", query=query, format="json", pageSize=size, cursorMark=cursor, resultType="idlist")
        ids += [int(record["id"]) for record in said["resultList"]["result"]]
        counts.append(said["hitCount"])
        if said["nextCursorMark"] == cursor:
            return ids, counts
        cursor = said["nextCursorMark"]


def test_europepmc_pages_by_cursor_until_it_names_itself() -> None:
    with serving(EuropePMC) as server:
        ids, counts = europepmc_ids(server, "TITLE_ABS:baricitinib AND SRC:MED")
        assert europepmc_ids(server, "TITLE_ABS:baricitinib AND SRC:MED", size=1000)[0] == ids
    assert set(ids) == BARICITINIB
    assert len(ids) == len(BARICITINIB) == counts[0]
    assert set(counts) == {len(ids)}


def test_europepmc_reads_fields_and_ranges_and_gives_the_whole_record() -> None:
    with serving(EuropePMC) as server:
        query = 'TITLE:"alopecia areata" AND PUB_YEAR:[2019 TO 2020] AND HAS_ABSTRACT:y AND SRC:MED'
        said = get(server, "search", query=query, format="json", resultType="core", pageSize=100)
        refused = get(server, "search", query="", format="json")
    records = said["resultList"]["result"]
    assert records
    assert said["hitCount"] == len(records)
    for record in records:
        assert "alopecia areata" in record["title"]
        assert record["pubYear"] in ("2019", "2020")
        assert record["abstractText"].startswith("<h4>Background</h4>")
        article = CORPUS.article(int(record["pmid"]))
        assert article is not None
        assert record["doi"] == article.doi
    assert refused["errMsg"] == "No search criteria provided"


def test_europepmc_has_the_same_number_in_two_sources_and_gives_each_by_both() -> None:
    number = next(int(pmid) for pmid in CORPUS.ids if pmid % 10 == 0)
    with serving(EuropePMC) as server:
        asked = {"format": "json", "resultType": "idlist"}
        both = get(server, "search", query=f"EXT_ID:{number}", **asked)["resultList"]["result"]
        one = get(server, "search", query=f"(EXT_ID:{number} AND SRC:CBA)", **asked)["resultList"]["result"]
        post = requests.get(f"{server.url}searchPOST", params={"query": "x"}, timeout=10)
    assert [(each["id"], each["source"]) for each in both] == [(str(number), "MED"), (str(number), "CBA")]
    assert one == [both[1]]
    assert post.status_code == 405


def test_openalex_cuts_authors_in_lists_and_ends_the_free_use_of_a_day() -> None:
    with serving(OpenAlex, free=0.0025) as server:
        server.service.authors = 1
        listed = get(server, "works", search="baricitinib")["results"]
        long = next(work for work in listed if work.get("is_authors_truncated"))
        alone = get(server, f"works/{long['id'].rpartition('/')[2]}")
        get(server, "works", search="baricitinib")
        spent = get(server, "works", status=429, search="baricitinib")
        assert get(server, f"works/{long['id'].rpartition('/')[2]}") == alone
    assert len(long["authorships"]) == 1 < len(alone["authorships"])
    assert "budget" in spent["message"]


def test_clinicaltrials_gives_the_sections_that_are_asked_for() -> None:
    with serving(ClinicalTrials) as server:
        number = get(server, "studies", pageSize=1)["studies"][0]["protocolSection"]["identificationModule"]["nctId"]
        few = get(server, "studies", filter__ids=number, fields="NCTId")["studies"]
        some = get(server, "studies", filter__ids=number, fields="protocolSection,hasResults")["studies"]
        wrong = get(server, "studies", status=400, fields="Colour")
    assert few == [{"protocolSection": {"identificationModule": {"nctId": number}}}]
    assert list(some[0]) == ["protocolSection", "hasResults"]
    assert "unknown field" in wrong


def test_crossref_gives_a_page_of_a_cursor_once() -> None:
    with serving(Crossref) as server:
        asked = {"query__title": "baricitinib", "rows": 10}
        cursor = get(server, "works", **asked, cursor="*")["message"]["next-cursor"]
        second, third = (get(server, "works", **asked, cursor=cursor)["message"] for _ in range(2))
    assert second["next-cursor"] == third["next-cursor"] == cursor
    assert {work["DOI"] for work in second["items"]}.isdisjoint({work["DOI"] for work in third["items"]})


def test_clinicaltrials_counts_on_the_first_page_and_ends_without_a_token() -> None:
    registered = {a.registration for a in map(CORPUS.article_at, range(len(CORPUS))) if a.registration}
    with serving(ClinicalTrials) as server:
        token: dict[str, str] = {}
        found: list[str] = []
        pages = []
        while True:
            said = get(server, "studies", pageSize=50, countTotal="true", **token)
            found += [one["protocolSection"]["identificationModule"]["nctId"] for one in said["studies"]]
            pages.append(said)
            if "nextPageToken" not in said:
                break
            token = {"pageToken": said["nextPageToken"]}
        one = get(server, f"studies/{found[0]}")
        by_ids = get(server, "studies", filter__ids=f"{found[0]},{found[1]}")
        some = get(server, "studies", query__cond="alopecia areata", query__intr="baricitinib", pageSize=1000)
        words = get(server, "studies", status=400, cond="x")
        wrong = get(server, "studies", status=400, pageToken="nonsense")
        version = get(server, "version")
    assert set(found) == registered
    assert pages[0]["totalCount"] == len(found) == len(registered)
    assert ["totalCount" in page for page in pages] == [True] + [False] * (len(pages) - 1)
    assert one["protocolSection"]["identificationModule"]["nctId"] == found[0]
    assert len(by_ids["studies"]) == 2
    names = {one["protocolSection"]["armsInterventionsModule"]["interventions"][0]["name"] for one in some["studies"]}
    assert names == {"Baricitinib"}
    assert words == "`cond` is unknown parameter"
    assert "pageToken" in wrong
    assert version["dataTimestamp"] == "2025-11-27T06:33:00"


def test_openalex_pages_by_cursor_until_it_is_null() -> None:
    with serving(OpenAlex) as server:
        cursor, ids = "*", []
        while cursor:
            said = get(server, "works", search="baricitinib", cursor=cursor, **{"per-page": 7})
            ids += [int(work["id"].rpartition("W")[2]) for work in said["results"]]
            cursor = said["meta"]["next_cursor"]
        too_many = get(server, "works", status=400, per_page=500)
        too_far = get(server, "works", status=400, per_page=100, page=101)
    assert set(ids) == BARICITINIB
    assert len(ids) == said["meta"]["count"]
    assert said["results"] == []
    assert too_many["error"] == "Invalid query parameters error."
    assert "Cursor pagination is required" in too_far["message"]


def test_openalex_follows_citations_both_ways() -> None:
    work = int(CORPUS.ids[300])
    with serving(OpenAlex) as server:
        cited = get(server, "works", filter=f"cited_by:W{work}", select="id")["results"]
        one = get(server, f"works/W{work}")
        citing = [get(server, "works", filter=f"cites:{each['id'].rpartition('/')[2]}", per_page=100) for each in cited]
        by_pmid = get(server, "works", filter=f"pmid:{work}|{work + 100_000_000}")
    assert {each["id"] for each in cited} == set(one["referenced_works"])
    assert cited
    assert all(one["id"] in [each["id"] for each in found["results"]] for found in citing)
    assert [each["ids"]["pmid"] for each in by_pmid["results"]] == [f"https://pubmed.ncbi.nlm.nih.gov/{work}"]


def test_crossref_finds_any_word_and_pages_by_cursor() -> None:
    expected = {int(pmid) for pmid in CORPUS.ids[search(CORPUS, "baricitinib[ti] OR vitiligo[ti]").mask]}
    with serving(Crossref) as server:
        cursor, dois = "*", []
        while True:
            said = get(server, "works", query__title="baricitinib for vitiligo", rows=50, cursor=cursor)["message"]
            dois += [work["DOI"] for work in said["items"]]
            if len(said["items"]) < 50:
                break
            cursor = said["next-cursor"]
        one = get(server, f"works/{dois[0]}")["message"]
        wrong = get(server, "works", status=404, rows=10, cursor="nonsense")
        several = get(server, "works", filter=f"doi:{dois[1]},doi:{dois[2]}", select="DOI")["message"]["items"]
        missing = get(server, "works/10.1/none", status=404)
    assert {int(doi.rpartition(".")[2]) for doi in dois} == expected
    assert len(dois) == said["total-results"] == len(expected)
    assert one["DOI"] == dois[0]
    assert wrong == "Resource not found."
    assert sorted(several, key=str) == sorted([{"DOI": dois[1]}, {"DOI": dois[2]}], key=str)
    assert missing == "Resource not found."


def test_a_cursor_belongs_to_one_search_and_can_expire() -> None:
    with serving(EuropePMC, faults=Script([None, None, "expired"])) as server:
        asked = {"format": "json", "pageSize": 5, "query": "alopecia"}
        cursor = get(server, "search", **asked)["nextCursorMark"]
        get(server, "search", status=400, **{**asked, "query": "vitiligo", "cursorMark": cursor})
        get(server, "search", status=400, **asked, cursorMark=cursor)
        assert get(server, "search", **asked, cursorMark=cursor)["resultList"]["result"]


@pytest.mark.parametrize("kind", [EuropePMC, OpenAlex, Crossref])
def test_every_service_moves_to_its_second_state(kind: type[Paged]) -> None:
    pair = make_pair(200)
    counts = {
        EuropePMC: lambda server: get(server, "search", query="SRC:MED", format="json")["hitCount"],
        OpenAlex: lambda server: get(server, "works")["meta"]["count"],
        Crossref: lambda server: get(server, "works")["message"]["total-results"],
    }
    with serving(kind, corpus=pair) as server:
        before = counts[kind](server)
        server.service.advance()
        after = counts[kind](server)
    assert (before, after) == (len(pair.before), len(pair.after))


def test_retractions_are_told_by_each_service() -> None:
    pair = make_pair(200)
    [first, *_] = sorted(pair.retracted)
    with serving(EuropePMC, corpus=pair) as server:
        server.service.advance()
        said = get(server, "search", query=f"EXT_ID:{first}", format="json", resultType="core")
    [record] = said["resultList"]["result"]
    assert record["commentCorrectionList"]["commentCorrection"][0]["type"] == "Retraction in"
    with serving(OpenAlex, corpus=pair) as server:
        server.service.advance()
        told = get(server, "works", filter="is_retracted:true", per_page=100)["results"]
    assert {int(work["ids"]["pmid"].rpartition("/")[2]) for work in told} == pair.retracted
