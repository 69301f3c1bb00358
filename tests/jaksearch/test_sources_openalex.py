"""OpenAlex gives every work of a search once, whatever happens on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from services.corpus import make_corpus
from services.faults import KINDS, Chance, Script
from services.openalex import OpenAlex as Service
from services.serving import start

from jakdb.errors import ShortfallError, SourceError
from jaksearch.sources import make_source
from jaksearch.sources.openalex import BASE_URL, NAMES, OpenAlex
from jaksearch.sources.transport import Transport

CORPUS = make_corpus(700)
ALL = {f"https://openalex.org/W{pmid}" for pmid in CORPUS.ids}


def client(url: str, state: Path, **options: Any) -> OpenAlex:
    """Return OpenAlex without a limit, with short waits."""
    options = {"api_key": "", "per_second": 0.0, "backoff": 0.0001, "timeout": (2.0, 5.0)} | options
    transport = Transport(
        url, tool="jak", email="ann@example.org", state=state, service="OpenAlex", names=NAMES, **options
    )
    return OpenAlex(transport)


def test_the_address_is_that_of_the_service() -> None:
    assert BASE_URL == "https://api.openalex.org/"


def test_works_are_paged_to_the_end_with_the_fields_that_are_asked_for(tmp_path: Path) -> None:
    with start(Service(CORPUS)) as server:
        works = list(client(server.url, tmp_path).works(filter="from_publication_date:1000-01-01", select=["ids"]))
        asked = list(server.log)
    assert {work["id"] for work in works} == ALL
    assert len(works) == len(ALL)
    assert set(works[0]) == {"id", "ids"}
    assert [request.method for request in asked] == ["GET"] * len(asked)
    assert len(asked) == 8
    assert {request.params["mailto"] for request in asked} == {"ann@example.org"}
    assert {request.params["per_page"] for request in asked} == {"100"}


def test_works_that_cite_and_works_by_their_numbers(tmp_path: Path) -> None:
    cited = next(a for a in map(CORPUS.article_at, reversed(range(len(CORPUS)))) if a.references).references[0]
    citing = {a.pmid for a in map(CORPUS.article_at, range(len(CORPUS))) if cited in a.references}
    with start(Service(CORPUS)) as server:
        openalex = client(server.url, tmp_path)
        found = {work["id"] for work in openalex.works(filter=f"cites:W{cited}", select=("id",))}
        one = list(openalex.works(filter=f"ids.pmid:{cited}"))
        assert openalex.works_count(filter=f"cites:W{cited}") == len(citing)
    assert found == {f"https://openalex.org/W{pmid}" for pmid in citing}
    assert [work["ids"]["pmid"] for work in one] == [f"https://pubmed.ncbi.nlm.nih.gov/{cited}"]


def test_at_a_fifth_of_faults_of_every_kind_the_list_is_exact(tmp_path: Path) -> None:
    with start(Service(CORPUS, faults=Chance(0.2, kinds=KINDS, seed=11))) as server:
        openalex = client(server.url, tmp_path, timeout=(2.0, 0.15), sleep=lambda _seconds: None)
        for _ in range(5):
            works = [work["id"] for work in openalex.works(filter="from_publication_date:1000-01-01", select=["id"])]
            assert len(works) == len(ALL)
            assert set(works) == ALL
        assert len({request.fault for request in server.log}) > 8


def test_a_cursor_that_is_too_old_begins_the_list_again(tmp_path: Path) -> None:
    with start(Service(CORPUS, faults=Script([None, None, "expired"]))) as server:
        works = [work["id"] for work in client(server.url, tmp_path).works(filter="from_publication_date:1000-01-01")]
    assert len(works) == len(set(works)) == len(ALL)


def test_a_list_that_stays_short_is_a_shortfall(tmp_path: Path) -> None:
    with start(Service(CORPUS, faults=Chance(1.0, kinds=["missing"], in_a_row=10**6))) as server:
        found = []
        with pytest.raises(ShortfallError, match="OpenAlex counts 700 records, but lists 69"):
            found.extend(client(server.url, tmp_path).works(filter="from_publication_date:1000-01-01", select=["id"]))


def test_a_filter_that_is_none_is_an_error_in_the_words_of_the_service(tmp_path: Path) -> None:
    with start(Service(CORPUS)) as server, pytest.raises(SourceError, match=r"does not accept the request: .*colour"):
        list(client(server.url, tmp_path).works(filter="colour:red"))


@pytest.mark.parametrize(
    ("key", "query", "count", "words"),
    [
        ("", "alopecia", 9_000, ""),
        ("", "alopecia", 10_000, "200 requests cost $0.11 of use, and $0.10 a day are free without a key"),
        ("key", "alopecia", 80_000, ""),
        ("key", "alopecia", 96_000, "1920 requests cost $1.06 of use, and $1.00 a day are free with a key"),
        ("", "filter:type:article", 40_000, ""),
        ("", "alopecia", 100_001, "more than the 100000 works that jak fetches"),
    ],
)
def test_what_a_search_costs_is_said_if_it_is_more_than_a_day_is_free(
    key: str, query: str, count: int, words: str, tmp_path: Path
) -> None:
    """OpenAlex, Authentication & Pricing (2026): $1 for 1,000 searches, $0.10 for 1,000 filters, $0.10 or $1 free."""
    source = make_source("openalex", api_key=key, state=tmp_path)
    assert isinstance(source, OpenAlex)
    said = " ".join(source._warnings(query, count))
    assert said.startswith(words) if words else said == ""
