"""A search of each service from the strategy to the proof, carried on, and refreshed against a known difference."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from services.clinicaltrials import ClinicalTrials
from services.corpus import make_corpus, make_pair
from services.crossref import Crossref
from services.europepmc import EuropePMC
from services.faults import KINDS, Chance, Script
from services.openalex import OpenAlex
from services.paged import Paged
from services.serving import Server, start

from jak.connecting import connect, connection, missing_of
from jak.refreshing import refresh, refreshable
from jak.searching import kept_search, run_search
from jak.settings import load_settings
from jak.strategies import Part, SearchSpec, sent
from jak.workspace import Review
from jakdb import doctor, imports, runs
from jakdb.errors import SettingsError, SourceError, UsageError
from jakdb.store import Store
from jaksearch.sources import Source, make_source

KEY = "0123456789abcdef0123456789abcdef0123"
CORPUS = make_corpus(200)
PAIR = make_pair(200)
SERVICES: dict[str, type[Paged]] = {
    "europepmc": EuropePMC,
    "clinicaltrials": ClinicalTrials,
    "openalex": OpenAlex,
    "crossref": Crossref,
}
EVERYTHING = {
    "europepmc": SearchSpec("main", "europepmc", (("1", "PUB_YEAR:[1900 TO 2100]"),)),
    "clinicaltrials": SearchSpec("main", "clinicaltrials", (("1", "1900:2100[dp]"),)),
    "openalex": SearchSpec("main", "openalex", query="filter:from_publication_date:1900-01-01"),
    "crossref": SearchSpec("main", "crossref", query="filter:from-pub-date:1900-01-01"),
}
VISIBLE = {
    "europepmc": {"title", "abstract appeared", "type", "mesh", "erratum"},
    "clinicaltrials": {"title", "abstract appeared"},
    "openalex": {"title", "abstract appeared"},
    "crossref": {"title", "abstract appeared", "erratum"},
}
"""The kinds of changes that a service shows at all."""
Run = Callable[..., Any]


@contextmanager
def asked(name: str, tmp_path: Path, **options: Any) -> Iterator[tuple[Source, Server]]:
    """Serve a service and give its source, without a limit and with short waits."""
    served = {key: options.pop(key) for key in ("faults", "corpus") if key in options}
    options = {"batch_size": 40, "timeout": (2.0, 5.0), "sleep": lambda _: None} | options
    with start(SERVICES[name](served.pop("corpus", CORPUS), **served)) as server:
        made = make_source(
            name, base_url=server.url, email="ann@example.org", per_second=0, state=tmp_path / "state", **options
        )
        yield made, server


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Review]:
    (tmp_path / "jak.toml").write_text("", encoding="utf-8")
    with Store.create(tmp_path / "review.db") as store:
        yield Review(load_settings(tmp_path), store)


@pytest.mark.parametrize("name", SERVICES)
def test_a_search_brings_every_record_proves_it_and_knows_it_again(name: str, opened: Review, tmp_path: Path) -> None:
    store = opened.store
    with asked(name, tmp_path) as (source, _):
        done = run_search(store, EVERYTHING[name], by="ann", source=source)
        again = run_search(store, EVERYTHING[name], by="ann", source=source)
    count = done.run.count
    assert count > 80
    assert done.equation == f"count {count} = listed {count} = fetched {count} + absent 0"
    assert (done.new, done.seen_again, done.rejected) == (count, 0, 0)
    assert (again.new, again.seen_again) == (0, count)
    [search, _] = imports.searches(store)
    assert (search.source, search.kind) == (source.database, source.kind)
    assert search.platform == source.platform
    assert search.strategy == sent(EVERYTHING[name]).query
    records = imports.active_records(store)
    assert len({r.accession for r in records}) == len(records) == count
    assert {r.database for r in records} == {source.database}
    assert [c for c in doctor.examine(store) if not c.is_sound] == []


@pytest.mark.parametrize("name", SERVICES)
def test_at_a_fifth_of_faults_of_every_kind_the_review_is_exact(name: str, opened: Review, tmp_path: Path) -> None:
    faults = Chance(0.2, kinds=KINDS, seed=5, seconds=0.3)
    with asked(name, tmp_path, faults=faults, page_size=20, batch_size=20, timeout=(2.0, 0.2)) as (source, _):
        done = run_search(opened.store, EVERYTHING[name], by="ann", source=source)
    with asked(name, tmp_path) as (source, _):
        ids = set(source.ids(sent(EVERYTHING[name]).query))
    assert done.is_complete
    assert {r.accession for r in imports.active_records(opened.store)} == ids


@pytest.mark.parametrize("name", SERVICES)
def test_a_search_that_was_stopped_goes_on_with_its_list(name: str, opened: Review, tmp_path: Path) -> None:
    with asked(name, tmp_path) as (source, server):
        real, fetches = source.fetch, []

        def fetch(ids: Any) -> Any:
            fetches.append(tuple(ids))
            if len(fetches) == 2:
                raise SourceError("the power is cut")
            return real(ids)

        source.fetch = fetch  # type: ignore[method-assign]
        with pytest.raises(SourceError, match="power"):
            run_search(opened.store, EVERYTHING[name], by="ann", source=source)
        before = len(server.log)
        done = run_search(opened.store, EVERYTHING[name], by="ann", source=source)
        assert (done.resumed, done.is_complete, done.new) == (True, True, done.run.count)
        assert fetches[2] == fetches[1]
        assert len(fetches) == len(set(fetches)) + 1
        assert len(server.log) - before == len(fetches) - 2  # nothing is listed again


@pytest.mark.parametrize("name", SERVICES)
def test_a_refresh_knows_the_exact_sets(name: str, opened: Review, tmp_path: Path) -> None:
    """Against the corpus half a year later, as far as the service shows what is different."""
    store = opened.store
    with asked(name, tmp_path, corpus=PAIR) as (source, server):
        run_search(store, EVERYTHING[name], by="ann", source=source)
        server.service.advance()
        spec = EVERYTHING[name]
        account = refresh(opened, spec, by="ann", source=source).account
    number = {r.id: int(re.sub(r"\D+", "", r.accession.rpartition(".")[2])) for r in imports.active_records(store)}
    if name == "clinicaltrials":
        number = {one: at % 10_000_000 + 30_000_000 for one, at in number.items()}
    everywhere = set(number.values())
    shown = {pmid for pmid in PAIR.changed if PAIR.kinds[pmid] in VISIBLE[name]}
    errata = {pmid for pmid in shown if PAIR.kinds[pmid] == "erratum"}
    retracted = set() if name == "clinicaltrials" else set(PAIR.retracted)
    told = {
        "new": {number[one.record] for one in account.new},
        "changed": {number[one.record] for one in account.changed},
        "corrected": {number[one.record] for one in account.corrected},
        "retracted": {number[one.record] for one in account.retracted},
        "vanished": {number[one.record] for one in account.vanished},
    }
    assert told == {
        "new": PAIR.new & everywhere,
        "changed": (shown - errata) & everywhere,
        "corrected": errata & everywhere,
        "retracted": retracted & everywhere,
        "vanished": PAIR.vanished & everywhere,
    }
    assert account.retrieved == account.known + account.new_to_review
    assert told["new"]
    assert told["changed"]


def test_limits_of_a_service_with_filters_stand_behind_the_query() -> None:
    lines = (("drug", "baricitinib OR ritlecitinib"), ("hair", "alopecia"))
    limits = (Part("filter:publication_year:2020-2024", "new drugs"), Part("randomized"))
    spec = SearchSpec("main", "openalex", lines, "#drug AND #hair", limits)
    assert sent(spec).query == (
        "((baricitinib OR ritlecitinib) AND (alopecia)) AND (randomized) filter:publication_year:2020-2024"
    )
    assert sent(spec).lines[2:] == (("limit 1", "filter:publication_year:2020-2024"), ("limit 2", "randomized"))
    own = SearchSpec("main", "openalex", query="hair filter:type:article", limits=limits[1:])
    assert sent(own).query == "(hair) AND (randomized) filter:type:article"
    only = SearchSpec("main", "crossref", query="filter:type:journal-article", limits=limits[:1])
    assert sent(only).query == "filter:type:journal-article filter:publication_year:2020-2024"
    in_pubmed = SearchSpec("main", "pubmed", lines, limits=limits[:1])
    assert sent(in_pubmed).query == "(alopecia) AND (filter:publication_year:2020-2024)"


def test_crossref_takes_no_limit_that_would_need_an_and() -> None:
    with pytest.raises(UsageError, match="cannot join") as caught:
        sent(SearchSpec("main", "crossref", query="alopecia", limits=(Part("english"),)))
    assert "filter:" in caught.value.hint


def test_a_clause_within_a_line_is_refused_when_the_settings_are_read(tmp_path: Path) -> None:
    text = '[search.a]\nsource = "openalex"\nlines = ["hair filter:type:article", "drug"]\nquery = "#1 AND #2"\n'
    (tmp_path / "jak.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="holds for the whole search"):
        load_settings(tmp_path)


def test_a_query_at_the_prompt_is_refreshed_at_its_own_service(opened: Review, tmp_path: Path) -> None:
    spec = kept_search(opened.store, "openalex", "baricitinib filter:publication_year:2015")
    with asked("openalex", tmp_path) as (source, _):
        run_search(opened.store, spec, by="ann", source=source)
        [again], _ = refreshable(opened)
        assert again == spec
        assert refresh(opened, again, by="ann", source=source).account.new == ()
    assert [s.name for s in runs.strategies(opened.store)] == ["openalex ad hoc 1"]


def test_each_service_is_reached_by_its_own_settings() -> None:
    env = {"JAK_EMAIL": "a@b.org", "JAK_NCBI_API_KEY": "n", "JAK_OPENALEX_API_KEY": KEY} | {
        f"JAK_{name.upper()}_URL": f"http://127.0.0.1/{name}/" for name in SERVICES
    }
    for name in SERVICES:
        found = connection(name, environment=env, own={})
        assert found.base_url == f"http://127.0.0.1/{name}/"
        assert found.api_key == (KEY if name == "openalex" else "")
        assert KEY not in repr(found)
        assert missing_of(found) == ()
    own = {"openalex_api_key": "mine", "crossref_url": "http://own/"}
    assert connection("openalex", environment={}, own=own).api_key == "mine"
    assert connection("crossref", environment={}, own=own).base_url == "http://own/"
    words = {name: " ".join(missing_of(connection(name, environment={}, own={}))) for name in SERVICES}
    assert "JAK_OPENALEX_API_KEY" in words["openalex"]
    assert "NCBI" not in "".join(words.values())
    assert words["clinicaltrials"] == ""


def test_a_connection_to_one_service_is_not_used_for_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAK_STATE_DIR", str(tmp_path))
    with start(OpenAlex(CORPUS)) as server:
        monkeypatch.setenv("JAK_OPENALEX_URL", server.url)
        source = connect("openalex", connection(environment={"JAK_NCBI_API_KEY": KEY}, own={}))
        assert list(source.ids("hippogriff")) == []
        assert {request.key for request in server.log} == {""}


TOML = """
[search.papers]
source = "europepmc"
lines = {drug = "TITLE_ABS:baricitinib", year = "PUB_YEAR:[2018 TO 2022]"}
query = "#drug AND #year"

[search.trials]
source = "clinicaltrials"
lines = ["baricitinib"]

[search.works]
source = "openalex"
query = "baricitinib"
limits = [{query = "filter:from_publication_date:2018-01-01", why = "new"}]

[search.dois]
source = "crossref"
query = "query.title:baricitinib"
limits = [{query = "filter:from-pub-date:2018", why = "new"}]
"""


@pytest.fixture
def served(review: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Server]]:
    """Serve all four, and point jak to them."""
    path = review / "jak.toml"
    path.write_text(path.read_text(encoding="utf-8") + TOML, encoding="utf-8")
    monkeypatch.setenv("JAK_EMAIL", "ann@example.org")
    monkeypatch.setenv("JAK_OPENALEX_API_KEY", KEY)
    monkeypatch.setenv("JAK_STATE_DIR", str(tmp_path / "state"))
    impatient = partial(make_source, attempts=2, backoff=0.01, per_second=0)
    monkeypatch.setattr("jaksearch.sources.make_source", impatient)
    with (
        start(EuropePMC(CORPUS)) as one,
        start(ClinicalTrials(CORPUS)) as two,
        start(OpenAlex(CORPUS)) as three,
        start(Crossref(CORPUS)) as four,
    ):
        servers = dict(zip(SERVICES, (one, two, three, four), strict=True))
        for name, server in servers.items():
            monkeypatch.setenv(f"JAK_{name.upper()}_URL", server.url)
        yield servers


def test_the_commands_search_refresh_and_log_every_service(
    review: Path, jak: Run, served: dict[str, Server], tmp_path: Path
) -> None:
    dry = jak("search", "run", "--dry-run")
    assert dry.code == 0
    assert "sent: (TITLE_ABS:baricitinib) AND (PUB_YEAR:[2018 TO 2022])" in dry.out
    assert "sent: baricitinib filter:from_publication_date:2018-01-01" in dry.out
    assert "NCBI" not in dry.err
    ran = jak("search", "run")
    assert ran.code == 0
    assert len(re.findall(r"count (\d+) = listed \1 = fetched \1 \+ absent 0", ran.out)) == 4
    assert jak("search", "run", "dois", "--dry-run").err.count("warning: ") == 0
    warned = jak("search", "crossref", "baricitinib AND alopecia", "--dry-run")
    assert "warning: Crossref has no Boolean search" in warned.err
    log = jak("search", "log").out
    assert "- ClinicalTrials.gov" in log[log.index("**3. Study registries**") : log.index("**4. ")]
    assert "- OpenAlex (OpenAlex API)" in log
    assert "- kind: register" in log
    assert "data of 2025-11-27" in log
    assert "search 3, OpenAlex: filter:from_publication_date:2018-01-01 (new)" in log
    again = jak("search", "refresh", "--json")
    assert again.code == 0
    assert [search["account"]["new"] for search in again.json["searches"]] == [[]] * 4
    assert "register" in jak("search", "list").out


@pytest.mark.parametrize("name", SERVICES)
def test_the_commands_for_one_query(name: str, review: Path, jak: Run, served: dict[str, Server]) -> None:
    query = {"europepmc": "TITLE:baricitinib", "crossref": "query.title:baricitinib"}.get(name, "baricitinib")
    first = jak("search", name, query, "--json")
    assert first.code == 0
    [done] = first.json["searches"]
    assert done["strategy"]["name"] == f"{name} ad hoc 1"
    assert done["new"] == done["run"]["count"] > 0
    assert jak("search", name, query).code == 0
    assert jak("search", name, "filter:x" if name in ("openalex", "crossref") else "hippogriff").code in (3, 5)
    assert jak("search", name, " ").code == 2


def test_the_key_of_openalex_is_in_nothing_that_jak_writes(
    review: Path, jak: Run, served: dict[str, Server], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    told = [jak("-vv", "search", "run", "works"), jak("-vv", "search", "openalex", "filter:colour:red")]
    told.append(jak("search", "log", "--to", tmp_path / "log.md"))
    told.append(jak("search", "log", "--json"))
    for faults in (["500"] * 30, ["reset"] * 30, ["html"] * 30, ["429"] * 30):
        served["openalex"].service.faults = Script(faults)
        told.append(jak("-vv", "search", "openalex", "hair"))
        assert told[-1].code == 5
    assert {request.key for request in served["openalex"].log} == {"key 1"}
    assert all(KEY not in one.out + one.err for one in told)
    assert caplog.records
    assert KEY not in caplog.text
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in written} >= {"review.db", "log.md", "jak.toml"}
    assert [path for path in written if KEY.encode() in path.read_bytes()] == []


def test_a_saved_reply_is_imported_and_known_again_by_a_search(
    review: Path, jak: Run, served: dict[str, Server], tmp_path: Path
) -> None:
    """A person saves what the service's address shows in a browser, and imports it without a word about it."""
    import requests

    asked = {
        "europepmc": (
            "search",
            {"query": "TITLE:baricitinib", "format": "json", "resultType": "core", "pageSize": 999},
        ),
        "clinicaltrials": ("studies", {"query.term": "baricitinib", "pageSize": 999}),
        "openalex": ("works", {"search": "baricitinib", "per_page": 100}),
        "crossref": ("works", {"query.title": "baricitinib", "rows": 999}),
    }
    for name, (path, params) in asked.items():
        saved = tmp_path / f"{name}.json"
        saved.write_bytes(requests.get(served[name].url + path, params=params, timeout=10).content)
        found = jak("search", "import", saved, "--json")
        assert found.code == 0
        [search] = found.json["searches"]
        query = {"europepmc": "TITLE:baricitinib", "crossref": "query.title:baricitinib"}.get(name, "baricitinib")
        [done] = jak("search", name, query, "--json").json["searches"]
        assert done["new"] == 0
        assert done["seen_again"] == done["run"]["count"] == search["files"][0]["accepted"] > 0
