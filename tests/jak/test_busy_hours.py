"""More than 100 requests on a weekday between 5:00 and 21:00 US Eastern: said before the fetch, by every command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from services.eutils import EUtils, Script, make_corpus, start
from services.serving import Server

from jak.searching import run_search
from jak.strategies import SearchSpec
from jakdb.errors import SourceError
from jakdb.store import Store
from jaksearch.sources import make_source

Run = Callable[..., Any]
MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 3, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 15, tzinfo=UTC)
HELD = 104


@pytest.fixture
def served() -> Iterator[Server]:
    """Serve a corpus of more than a hundred batches."""
    with start(EUtils(make_corpus(HELD))) as server:
        yield server


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, served: Server) -> Callable[[datetime], None]:
    """Return what sets the clock of every review that is opened, and point jak to the service, a record a request."""

    def quick(name: str, **options: Any) -> Any:
        return make_source(name, **options | {"per_second": 0, "attempts": 2, "backoff": 0.001, "batch_size": 1})

    monkeypatch.setenv("JAK_EUTILS_URL", served.url)
    monkeypatch.setattr("jaksearch.sources.make_source", quick)

    def set_clock(moment: datetime) -> None:
        def opened(path: Path) -> Store:
            return Store(path, now=lambda: moment)

        monkeypatch.setattr("jakdb.store.Store", opened)

    return set_clock


def warnings(text: str) -> list[str]:
    """Return how many requests each warning about busy hours names."""
    return [line.split()[1] for line in text.splitlines() if "in busy hours" in line]


def test_a_run_a_query_a_dry_run_and_a_refresh_warn(
    review: Path, jak: Run, at: Callable[[datetime], None], served: Server
) -> None:
    at(MONDAY)
    dry = jak("search", "pubmed", "all[sb]", "--dry-run")
    assert (dry.code, warnings(dry.err)) == (0, ["104"])
    assert served.log.of("efetch") == []
    done = jak("search", "pubmed", "all[sb]", "--json")
    assert (done.code, warnings(done.err), warnings(done.out)) == (0, ["104"], [])
    again = jak("search", "refresh")
    assert (again.code, warnings(again.err)) == (0, ["104"])
    assert "without an API key NCBI allows 3 requests a second to an address" in again.err


@pytest.mark.parametrize("moment", [NIGHT, SUNDAY])
def test_at_night_and_at_weekends_nothing_is_said(
    review: Path, jak: Run, at: Callable[[datetime], None], moment: datetime
) -> None:
    at(moment)
    done = jak("search", "pubmed", "all[sb]", "--dry-run")
    assert (done.code, warnings(done.err)) == (0, [])


def test_the_searches_of_one_command_add_up(review: Path, jak: Run, at: Callable[[datetime], None]) -> None:
    at(MONDAY)
    path = review / "jak.toml"
    tables = [f'\n[search.{name}]\nsource = "pubmed"\nquery = "alopecia"\n' for name in ("a", "b")]
    path.write_text(path.read_text(encoding="utf-8") + "".join(tables), encoding="utf-8")
    dry = jak("search", "run", "a", "--dry-run", "--json")
    one = dry.json["searches"][0]["batches"]
    assert 50 < one <= 100
    assert warnings(dry.err) == []
    assert warnings(jak("search", "run").err) == [str(2 * one)]


def test_the_fetch_has_not_begun_when_it_is_said(tmp_path: Path, served: Server) -> None:
    """And a run that is carried on counts what is left."""
    told: list[tuple[int, int]] = []

    def before(requests: int) -> None:
        told.append((requests, len(served.log.of("efetch"))))

    options: dict[str, Any] = {"per_second": 0, "attempts": 1, "batch_size": 20, "state": tmp_path / "state"}
    source = make_source("pubmed", base_url=served.url, **options)
    spec = SearchSpec("main", "pubmed", query="all[sb]")
    served.service.faults = Script([None, None, "html"], path="efetch.fcgi")
    with Store.create(tmp_path / "review.db") as store:
        with pytest.raises(SourceError):
            run_search(store, spec, by="ann", source=source, before=before)
        asked = len(served.log.of("efetch"))
        served.service.faults = None
        assert run_search(store, spec, by="ann", source=source, before=before).is_complete
    assert told == [(6, 0), (4, asked)]
