"""Citation searching in OpenAlex: papers are found by what agrees, and every link is followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from services.corpus import make_corpus
from services.faults import Chance
from services.openalex import OpenAlex as Service
from services.serving import Server, start

from jakdb.words import Record
from jaksearch.sources.citing import Numbers
from jaksearch.sources.openalex import NAMES, OpenAlex
from jaksearch.sources.openalex_citing import citation_request, find_works, numbers_of, works_linked
from jaksearch.sources.transport import Transport

CORPUS = make_corpus(300)
Works = Callable[..., Iterator[dict[str, Any]]]


@pytest.fixture
def served() -> Iterator[Server]:
    with start(Service(CORPUS)) as server:
        yield server


@pytest.fixture
def works(served: Server, tmp_path: Path) -> Works:
    transport = Transport(
        served.url,
        tool="jak",
        email="",
        api_key="",
        per_second=0,
        state=tmp_path,
        service="OpenAlex",
        names=NAMES,
        backoff=0.0001,
        timeout=(2.0, 5.0),
    )
    return OpenAlex(transport, page_size=20).works


class Shelf:
    """Works that are handed out whatever the filter names; what was asked is noted."""

    def __init__(self, *held: dict[str, Any]) -> None:
        self.held = held
        self.asked: list[str] = []

    def __call__(self, *, filter: str, select: Sequence[str]) -> Iterator[dict[str, Any]]:  # noqa: A002
        self.asked.append(filter)
        yield from self.held


def work(number: str, *, title: str = "", doi: str = "", pmid: str = "", cites: Sequence[str] = ()) -> dict[str, Any]:
    """Return a work as OpenAlex writes it."""
    return {
        "id": f"https://openalex.org/{number}",
        "doi": f"https://doi.org/{doi}" if doi else None,
        "display_name": title,
        "publication_year": 2020,
        "ids": {"pmid": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}"} if pmid else {},
        "referenced_works": [f"https://openalex.org/{one}" for one in cites],
    }


def test_papers_are_found_by_pmid_doi_and_title(works: Works, served: Server) -> None:
    one, two, three = (CORPUS.article_at(at) for at in (10, 20, 30))
    items = [
        Record(pmid=str(one.pmid), title=one.title),
        Record(doi=two.doi),
        Record(title=three.title, year=three.published.year),
        Record(pmid="99", doi="10.1000/nowhere", title="A title that nobody ever gave to a paper"),
        Record(pmid="99", title=three.title),
        Record(title="Hair"),
    ]
    found = find_works(items, works)
    assert [x.id for x in found] == [f"W{one.pmid}", f"W{two.pmid}", f"W{three.pmid}", "", f"W{three.pmid}", ""]
    assert [x.standing for x in found] == ["held", "held", "held", "absent", "held", "unresolved"]
    assert found[3].why == "OpenAlex has no work with the PMID 99 or DOI 10.1000/nowhere, and none with this title"
    assert "too few words" in found[5].why
    asked = dict.fromkeys(request.params["filter"] for request in served.log)
    assert [text.partition(":")[0] for text in asked][:3] == ["ids.pmid", "doi", "title.search"]


def test_a_number_of_another_paper_is_not_believed(works: Works) -> None:
    other = CORPUS.article_at(10)
    [found] = find_works([Record(pmid=str(other.pmid), title="Ginger against nausea in early pregnancy")], works)
    assert (found.standing, found.id) == ("unresolved", "")
    assert "Ginger" in found.why


def test_several_works_that_are_one_paper_are_followed_together() -> None:
    title = "Ginger against nausea in early pregnancy: a randomised trial"
    shelf = Shelf(work("W2", title=title, doi="10.1000/x", cites=["W5"]), work("W1", title=title, doi="10.1000/x"))
    [found] = find_works([Record(doi="10.1000/x")], shelf)
    assert found.id == "W1|W2"
    shelf = Shelf(work("W1", cites=["W5", "W6"]), work("W2", cites=["W6", "W7"]))
    assert works_linked(["W1|W2"], "backward", shelf) == {"W1|W2": ("W5", "W6", "W7")}
    assert shelf.asked == ["openalex:W1|W2"]
    shelf = Shelf(work("W8"))
    assert works_linked(["W1|W2"], "forward", shelf) == {"W1|W2": ("W8",)}
    assert shelf.asked == ["cites:W1|W2"]


def test_links_are_those_of_the_corpus_in_both_directions(works: Works) -> None:
    cited = max(CORPUS.ids, key=lambda pmid: sum(pmid in CORPUS.cited_by_place(at) for at in range(len(CORPUS))))
    ids = [f"W{cited}", f"W{CORPUS.ids[-1]}", "W99"]
    backward, forward = (works_linked(ids, way, works) for way in ("backward", "forward"))
    assert backward == {
        one: tuple(f"W{pmid}" for pmid in CORPUS.cited_by_place(CORPUS.place(int(one[1:])))) for one in ids[:2]
    }, "a work that OpenAlex does not know is left out"
    expected = {f"W{CORPUS.ids[at]}" for at in range(len(CORPUS)) if cited in CORPUS.cited_by_place(at)}
    assert set(forward[ids[0]]) == expected
    assert len(expected) > 3


def test_links_are_exact_through_faults(served: Server, works: Works) -> None:
    ids = [f"W{pmid}" for pmid in CORPUS.ids[:30]]
    calm = [works_linked(ids, way, works) for way in ("backward", "forward")]
    served.service.faults = Chance(0.2, seed=3, seconds=0.01)
    assert [works_linked(ids, way, works) for way in ("backward", "forward")] == calm
    assert {request.fault for request in served.log} > {""}


def test_an_address_stays_short_enough(works: Works, served: Server) -> None:
    dois = [f"10.99999/{'(long)' * 15}{number}" for number in range(60)]
    assert {x.standing for x in find_works([Record(doi=doi) for doi in dois], works)} == {"absent"}
    asked = [request.params["filter"] for request in served.log]
    assert sum(text.count("|") + 1 for text in asked) == 60
    assert max(map(len, asked)) < 2_500
    lines = citation_request([f"W{n}" for n in range(120)], "backward").splitlines()
    assert [line.count("|") + 1 for line in lines] == [50, 50, 20]


def test_a_doi_that_would_end_the_filter_is_not_asked_for() -> None:
    shelf = Shelf()
    [found] = find_works([Record(doi="10.1000/a,b")], shelf)
    assert (found.standing, shelf.asked) == ("absent", [])
    assert found.why == "OpenAlex cannot be asked for the DOI 10.1000/a,b"


def test_works_are_known_by_pmid_and_doi(works: Works) -> None:
    article = CORPUS.article_at(7)
    assert numbers_of([f"W{article.pmid}", "W99"], works) == {
        f"W{article.pmid}": Numbers(pmid=str(article.pmid), doi=article.doi)
    }
