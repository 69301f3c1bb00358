"""A fifth of all requests fail, in every way that a service can fail: the review ends up with exactly the answer."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from services.eutils import Chance, EUtils, make_corpus, start
from services.faults import KINDS
from services.search import search

from jak.searching import run
from jak.starting import start_review
from jak.workspace import Review, open_review
from jakdb import doctor, imports
from jakdb.words import Record
from jaksearch.sources import make_source
from jaksearch.sources.protocol import Source

CORPUS = make_corpus(400, busy_day=(dt.date(2024, 5, 1), 200))
QUERY = "alopecia[tiab] OR english[la]"
ANSWER = {str(pmid) for pmid in CORPUS.ids[search(CORPUS, QUERY).mask]}
RATE = 0.2


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Review]:
    """Open a review with one strategy."""
    folder = tmp_path / "review"
    start_review(folder)
    with (folder / "jak.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[search.main]\nsource = "pubmed"\nlines = ["alopecia[tiab]", "english[la]", "#1 OR #2"]\n')
    with open_review(folder) as opened:
        yield opened


def source(url: str, folder: Path, *, wait: float = 5.0, batch_size: int = 10) -> Source:
    """Return PubMed that lists few records at a time, so that the search is cut, and does not wait long."""
    return make_source(
        "pubmed",
        base_url=url,
        per_second=0,
        state=folder / "state",
        cap=150,
        batch_size=batch_size,
        timeout=(2.0, wait),
        backoff=0.0001,
        sleep=lambda seconds: time.sleep(min(seconds, 0.001)),
    )


def by_pmid(review: Review) -> dict[str, Record]:
    """Return the records of a review without the numbers they bear in it."""
    return {record.pmid: replace(record, id=0) for record in imports.active_records(review.store)}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    """Return what a service without faults gives."""
    folder = tmp_path_factory.mktemp("undisturbed")
    start_review(folder / "review")
    with (folder / "review" / "jak.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[search.main]\nsource = "pubmed"\nquery = "{QUERY}"\n')
    with open_review(folder / "review") as opened, start(EUtils(CORPUS)) as server:
        assert run(opened, "main", by="ann", source=source(server.url, folder)).is_complete
        return by_pmid(opened)


@pytest.mark.parametrize("kind", [*KINDS, "every"])
def test_a_fifth_of_all_requests_may_fail_and_the_review_is_exact(
    review: Review, tmp_path: Path, undisturbed: dict[str, Record], kind: str
) -> None:
    """``expired`` strikes requests that lean on a search history; jak sends none, and so is not hurt."""
    kinds = KINDS if kind == "every" else (kind,)
    is_slow = "stall" in kinds
    faults = Chance(RATE, seed=7, kinds=kinds, in_a_row=3, seconds=0.4 if is_slow else 0.0)
    with start(EUtils(CORPUS, faults=faults)) as server:
        slow = {"wait": 0.25, "batch_size": 40} if is_slow else {}
        done = run(review, "main", by="ann", source=source(server.url, tmp_path, **slow))
        met = [request.fault for request in server.log if request.fault]
        assert any("[uid]" in request.params["term"] for request in server.log.of("esearch")), "a day is cut as well"
        assert not any("WebEnv" in request.params for request in server.log)
    assert len(met) >= 5
    assert set(met) <= set(kinds)
    assert done.equation == f"count {len(ANSWER)} = listed {len(ANSWER)} = fetched {len(ANSWER)} + absent 0"
    assert (done.is_complete, done.new, done.seen_again, done.rejected) == (True, len(ANSWER), 0, 0)
    assert set(undisturbed) == ANSWER
    assert by_pmid(review) == undisturbed
    assert [check for check in doctor.examine(review.store) if not check.is_sound] == []
