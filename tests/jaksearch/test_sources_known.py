"""Known papers at PubMed: found by PMID, DOI or title, never guessed, in few requests; and which a query finds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from services.corpus import Article
from services.eutils import EUtils, Script, make_corpus, start
from services.serving import Server

from jakdb.errors import UsageError
from jakdb.words import Record
from jaksearch.sources import KnownItems, Resolved, make_source
from jaksearch.sources.entrez_known import which_of

CORPUS = make_corpus(300)
PAPERS = [CORPUS.article_at(at) for at in range(len(CORPUS))]


@pytest.fixture
def server() -> Iterator[Server]:
    with start(EUtils(CORPUS)) as served:
        yield served


@pytest.fixture
def pubmed(server: Server, tmp_path: Path) -> KnownItems:
    """Return PubMed at a local address, without a limit of requests."""
    source = make_source(
        "pubmed",
        base_url=server.url,
        email="ann@example.org",
        per_second=0,
        state=tmp_path / "state",
        sleep=lambda _seconds: None,
    )
    assert isinstance(source, KnownItems)
    return source


def resolved(pubmed: KnownItems, item: Record) -> Resolved:
    """Return what PubMed has of one paper."""
    [found] = pubmed.resolve([item])
    return found


def by_title(paper: Article) -> Record:
    """Return a paper of which the title and year are known."""
    return Record(title=paper.title.rstrip("."), year=paper.published.year)


def test_papers_are_found_by_any_of_their_names(pubmed: KnownItems) -> None:
    items = [Record(pmid=str(PAPERS[0].pmid)), Record(doi=PAPERS[1].doi), by_title(PAPERS[2])]
    found = pubmed.resolve(items)
    assert [(one.standing, one.id) for one in found] == [("held", str(PAPERS[at].pmid)) for at in range(3)]
    assert [cast("Record", one.record).doi for one in found] == [PAPERS[at].doi for at in range(3)]


def test_hundreds_of_numbers_take_few_requests(pubmed: KnownItems, server: Server) -> None:
    items = [Record(pmid=str(paper.pmid)) for paper in PAPERS[:150]]
    items += [Record(doi=paper.doi) for paper in PAPERS[150:230]]
    done: list[tuple[int, int]] = []
    found = pubmed.resolve(items, tick=lambda now, all_: done.append((now, all_)))
    assert [one.id for one in found] == [str(paper.pmid) for paper in PAPERS[:230]]
    assert (len(server.log.of("esearch")), len(server.log.of("efetch"))) == (4, 2)
    assert done[-1] == (230, 230)


def test_what_pubmed_does_not_have_is_absent_and_a_title_is_not_sure(pubmed: KnownItems) -> None:
    assert resolved(pubmed, Record(pmid="1234")).why == "PubMed has no record with the PMID 1234"
    told = resolved(pubmed, Record(pmid="1234", doi="10.1/none", title="Scalp cooling by night, of several kinds"))
    assert (told.standing, told.why) == (
        "absent",
        "PubMed has no record with the PMID 1234 or DOI 10.1/none, and none with this title",
    )
    told = resolved(pubmed, Record(title="Scalp cooling by night, of several kinds"))
    assert told.standing == "unresolved"
    assert "name the PMID or the DOI" in told.why
    assert resolved(pubmed, Record(title="Hair")).standing == "unresolved"
    assert resolved(pubmed, Record(title="Hair", doi="10.1/none")).standing == "absent"


def test_a_number_of_another_paper_is_said_and_not_believed(pubmed: KnownItems) -> None:
    told = resolved(pubmed, replace(by_title(PAPERS[5]), pmid=str(PAPERS[4].pmid)))
    assert told.standing == "unresolved"
    assert told.why.startswith(f"PMID {PAPERS[4].pmid} is '")
    told = resolved(pubmed, Record(pmid=str(PAPERS[4].pmid), doi=PAPERS[5].doi))
    assert told.standing == "unresolved"
    told = resolved(pubmed, replace(by_title(PAPERS[6]), pmid="1234"))
    assert told.why == f"the list says PMID 1234, but the paper is PMID {PAPERS[6].pmid}"


def test_a_title_that_is_another_papers_is_a_doubt(pubmed: KnownItems) -> None:
    other = by_title(PAPERS[7])
    told = resolved(pubmed, replace(other, title=other.title.replace(" for ", " against or for ")))
    assert told.standing == "unresolved"
    assert f"PMID {PAPERS[7].pmid}" in told.why
    told = resolved(pubmed, replace(other, year=1999))
    assert told.standing == "unresolved"
    assert "years are 1999" in told.why


def test_a_title_with_one_misspelt_word_is_still_found(pubmed: KnownItems) -> None:
    paper = by_title(PAPERS[8])
    words = sorted((word for word in paper.title.split() if word.isalpha()), key=len)
    for word in (words[-1], words[-5]):
        told = resolved(pubmed, replace(paper, title=paper.title.replace(word, f"{word[:-2]}x{word[-1]}")))
        assert (told.standing, told.id) == ("held", str(PAPERS[8].pmid)), word


def test_two_papers_with_one_title_are_not_told_apart_by_a_guess(server: Server, pubmed: KnownItems) -> None:
    twin = {"title": PAPERS[9].title, "published": PAPERS[9].published}
    server.service.corpus = replace(CORPUS, patches={PAPERS[10].pmid: twin}, found={})
    told = resolved(pubmed, by_title(PAPERS[9]))
    assert told.standing == "unresolved"
    assert str(PAPERS[9].pmid) in told.why
    assert str(PAPERS[10].pmid) in told.why
    assert resolved(pubmed, replace(by_title(PAPERS[9]), pmid=str(PAPERS[9].pmid))).standing == "held"


def test_a_query_finds_some_of_the_papers(pubmed: KnownItems, server: Server) -> None:
    ids = [str(paper.pmid) for paper in PAPERS[:250]]
    found = pubmed.which("baricitinib[ti] OR tofacitinib[ti]", ids)
    wanted = {i for i, p in zip(ids, PAPERS, strict=False) if p.title.startswith(("Baricitinib", "Tofacitinib"))}
    assert found == wanted
    assert wanted
    assert len(server.log.of("esearch")) == 3
    assert pubmed.which("baricitinib[ti]", []) == frozenset()
    assert pubmed.hits("baricitinib[ti]") == sum(paper.title.startswith("Baricitinib") for paper in PAPERS)


def test_a_query_that_a_limit_would_not_hold_together_is_refused(pubmed: KnownItems) -> None:
    with pytest.raises(UsageError, match="do not match"):
        pubmed.which("hair) OR (loss", ["7"])
    with pytest.raises(UsageError, match="no PMID"):
        pubmed.which("hair", ["x"])


def test_records_that_were_not_asked_for_are_an_error() -> None:
    from jakdb.errors import SourceError

    with pytest.raises(SourceError, match="not asked for"):
        which_of("hair", ["7"], lambda _query, _count: ["8"])


def test_faults_of_the_service_change_nothing(server: Server, pubmed: KnownItems) -> None:
    server.service.faults = Script(["500", "truncated", None, "html", "empty", None])
    items = [Record(pmid=str(PAPERS[0].pmid)), Record(doi=PAPERS[1].doi), by_title(PAPERS[2])]
    assert [one.standing for one in pubmed.resolve(items)] == ["held"] * 3


@pytest.mark.skipif(os.environ.get("JAK_LIVE") != "1", reason="asks the live service only with JAK_LIVE=1")
def test_the_live_service_knows_a_paper_by_each_of_its_names(tmp_path: Path) -> None:
    """About ten requests at NCBI's rate."""
    source = make_source("pubmed", state=tmp_path)
    assert isinstance(source, KnownItems)
    title = "Identifying diagnostic studies in MEDLINE: reducing the number needed to read"
    items = [Record(pmid="12386115"), Record(doi="10.1197/jamia.m1124"), Record(title=title, year=2002)]
    assert [one.id for one in source.resolve(items)] == ["12386115"] * 3
    assert source.which("number needed to read[ti]", ["12386115", "22011384"]) == {"12386115"}
    assert resolved(source, Record(pmid="99999999")).standing == "absent"
