"""Rounds of citation searching in OpenAlex, and the same papers in both sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from services.eutils import EUtils, make_corpus
from services.openalex import OpenAlex as Service
from services.serving import Server, start

from jak.citation_rounds import rounds, traces
from jak.citation_searching import chase, plan, reached
from jak.citation_seeds import Seed
from jak.settings import ReviewSettings
from jak.workspace import Review
from jakdb import doctor, imports
from jakdb.store import Store
from jakdb.words import Record
from jaksearch.sources import Source, make_source

CORPUS = make_corpus(300)
IDS = [str(pmid) for pmid in CORPUS.ids]
BOTH = ("backward", "forward")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "review.db") as opened:
        yield opened


@pytest.fixture
def openalex(tmp_path: Path) -> Iterator[Source]:
    with start(Service(CORPUS)) as server:
        yield source("openalex", server, tmp_path)


def source(name: str, server: Server, tmp_path: Path) -> Source:
    """Return a service at a local address, without a limit of requests."""
    return make_source(name, base_url=server.url, state=tmp_path / "state", per_second=0, batch_size=20)


def linked(pmid: str) -> tuple[set[str], set[str]]:
    """Return what the corpus says an article cites, and what cites it."""
    cites = {one: {str(x) for x in CORPUS.cited_by_place(CORPUS.place(int(one)))} for one in IDS}
    return cites[pmid], {one for one in IDS if pmid in cites[one]}


def test_a_round_brings_works_with_both_kinds_of_links(store: Store, openalex: Source) -> None:
    paper = Seed("PMID x", "", None, (Record(pmid=IDS[5]),))
    found = plan(store, [paper], openalex, directions=BOTH)
    references, citing = linked(IDS[5])
    [seed] = found.seeds
    assert (seed.ids, seed.backward, seed.forward) == ((f"W{IDS[5]}",), len(references), len(citing))
    done = chase(store, found, openalex, by="ann")
    assert done.is_complete
    records = imports.active_records(store)
    assert {r.accession for r in records} == {f"W{one}" for one in references | citing}
    assert {(r.database, r.pmid == r.accession[1:]) for r in records} == {("OpenAlex", True)}
    [search] = imports.searches(store)
    assert (search.source, search.platform, search.kind) == ("Citation searching", "OpenAlex, OpenAlex API", "other")
    assert search.strategy.splitlines() == [
        f"works?filter=openalex:W{IDS[5]}&select=id,referenced_works",
        f"works?filter=cites:W{IDS[5]}&select=id",
    ]
    some = next(r for r in records if r.pmid in citing)
    assert [one.sentence for one in traces(store, some, report_of={})] == ["cites PMID x"]
    assert [c for c in doctor.examine(store) if not c.is_sound] == []


def test_each_source_counts_its_own_rounds(store: Store, openalex: Source, tmp_path: Path) -> None:
    paper = Seed("PMID x", "", None, (Record(pmid=IDS[5]),))
    with start(EUtils(CORPUS)) as server:
        pubmed = source("pubmed", server, tmp_path)
        for one in (pubmed, openalex):
            found = plan(store, [paper], one, directions=BOTH)
            assert (found.number, len(found.seeds)) == (1, 1)
            chase(store, found, one, by="ann")
        assert [(x.source, x.number) for x in rounds(store)] == [("pubmed", 1), ("openalex", 1)]
        snapshot = Review(ReviewSettings(tmp_path), store).snapshot()
        again = plan(store, [paper], openalex, directions=BOTH, again=True)
        known = reached(snapshot, again, openalex)
        assert known.found == known.in_review > 0


def test_what_another_database_brought_is_known_by_its_numbers(store: Store, openalex: Source, tmp_path: Path) -> None:
    from jak.importing import import_files

    references, citing = linked(IDS[5])
    one, other = sorted(references | citing)[:2]
    (tmp_path / "a.ris").write_text(
        f"TY  - JOUR\nTI  - One\nAN  - {one}\nDO  - 10.99999/jak.{one}\nER  - \n"
        f"TY  - JOUR\nTI  - Other\nAN  - {other}\nER  - \n",
        encoding="utf-8",
    )
    import_files(store, [tmp_path / "a.ris"], by="ann", source="Embase")
    paper = Seed("PMID x", "", None, (Record(pmid=IDS[5]),))
    found = plan(store, [paper], openalex, directions=BOTH)
    snapshot = Review(ReviewSettings(tmp_path), store).snapshot()
    known = reached(snapshot, found, openalex)
    assert known.in_review == known.seeds["PMID x"] == 1
    assert known.found == len(references | citing)
