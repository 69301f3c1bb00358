"""A search from the strategy to the proof: against the local E-utilities, and against sources that misbehave."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from search_processes import finish, start_search, state, times_fetched
from services.eutils import EUtils, Script, make_corpus, make_pair, start
from services.serving import Server

from jak.searching import equation, kept_search, look, run_search, unfinished
from jak.strategies import Part, SearchSpec, as_text
from jakdb import doctor, imports, runs
from jakdb.errors import ShortfallError, SourceError, UsageError
from jakdb.store import Store
from jaksearch.sources import Batch, Found, make_source
from jaksearch.sources.protocol import Source

CORPUS = make_corpus(300)
EVERYTHING = SearchSpec("main", "pubmed", (("1", "all[sb]"),))
KEY = "0123456789abcdef0123456789abcdef0123"
Run = Callable[..., Any]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "review.db") as opened:
        yield opened


def pubmed(server: Server, tmp_path: Path, *, batch_size: int = 50) -> Source:
    """Return PubMed at a local address, without a limit of requests."""
    return make_source(
        "pubmed",
        base_url=server.url,
        email="ann@example.org",
        per_second=0,
        state=tmp_path / "state",
        batch_size=batch_size,
        sleep=lambda _seconds: None,
    )


class Paper:
    """A source that holds numbered papers, and can be made to give less than it says."""

    name = "pubmed"
    kind = "database"
    database = "PubMed"
    platform = "paper"

    def __init__(self, held: int, *, said: int | None = None, batch_size: int = 10) -> None:
        self.held = [str(n) for n in range(1, held + 1)]
        self.said = held if said is None else said
        self.batch_size = batch_size
        self.looks = self.fails_after = 0
        self.fetched: list[tuple[str, ...]] = []
        self.withheld: set[str] = set()
        self.unreadable = b""
        self.raises = False

    def look(self, lines: Sequence[tuple[str, str]], query: str) -> Found:
        self.looks += 1
        return Found(self.said, query, lines=tuple((label, text, self.said) for label, text in lines))

    def ids(self, query: str, *, tick: Callable[[int, int], None] = lambda _done, _total: None) -> Iterator[str]:
        yield from self.held
        if self.raises:
            raise ShortfallError("the slices do not add up")

    def fetch(self, ids: Sequence[str]) -> Batch:
        if self.fails_after and len(self.fetched) == self.fails_after:
            raise SourceError("PubMed is not there")
        self.fetched.append(tuple(ids))
        here = [one for one in ids if one not in self.withheld]
        text = "".join(f"PMID- {one}\nTI  - Paper {one}\n\n" for one in here).encode()
        return Batch("medline", self.unreadable or text, tuple(ids), tuple(one for one in ids if one in self.withheld))


def test_a_search_brings_every_record_and_proves_it(store: Store, tmp_path: Path) -> None:
    spec = replace(EVERYTHING, limits=(Part("english[la]", "why"),))
    with start(EUtils(CORPUS)) as server:
        done = run_search(store, spec, by="ann", source=pubmed(server, tmp_path))
    count = done.run.count
    assert 200 < count < 300
    assert done.equation == f"count {count} = listed {count} = fetched {count} + absent 0"
    assert (done.is_complete, done.new, done.rejected, done.resumed) == (True, count, 0, False)
    assert done.run.query == "(all[sb]) AND (english[la])"
    assert [(label, text) for label, text, _ in done.run.lines] == [("1", "all[sb]"), ("limit 1", "english[la]")]
    records = imports.active_records(store)
    assert len({r.pmid for r in records}) == len(records) == count
    assert {r.language for r in records} <= {"eng", "en", "English", "english"}
    [search] = imports.searches(store)
    assert (search.hits, search.strategy, search.source) == (count, done.run.query, "PubMed")
    assert [c for c in doctor.examine(store) if not c.is_sound] == []


def test_a_dry_run_fetches_and_stores_nothing(store: Store, tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server:
        found = look(EVERYTHING, pubmed(server, tmp_path))
        assert server.log.of("efetch") == []
    assert (found.found.count, found.batches) == (300, 6)
    assert (runs.strategies(store), imports.searches(store)) == ((), ())


def test_what_the_service_lists_and_does_not_give_is_absent(store: Store, tmp_path: Path) -> None:
    """Records vanish between the list and the reply: the corpus moves on while the run is interrupted."""
    pair = make_pair(300)
    service = EUtils(pair)
    with start(service) as server:
        source = pubmed(server, tmp_path)
        ids = tuple(source.ids("all[sb]"))
        service.advance()
        strategy = runs.save_strategy(store, runs.NewStrategy("main", "pubmed", "all[sb]", _text()), by="ann")
        found = {"count": len(ids), "query": "all[sb]"}
        runs.start_run(store, strategy.id, search=imports.NewSearch("PubMed"), found=found, ids=ids, by="ann")
        done = run_search(store, EVERYTHING, by="ann", source=source)
    assert {int(one) for one in done.run.absent} == pair.vanished
    assert pair.vanished
    assert done.resumed
    assert done.is_complete
    assert done.run.fetched == len(ids) - len(pair.vanished)


def _text() -> dict[str, Any]:
    """Return the text of EVERYTHING as the store keeps it."""
    return as_text(EVERYTHING)


def test_a_manual_export_is_seen_again_by_a_search(store: Store, tmp_path: Path) -> None:
    from jak.importing import import_files

    (tmp_path / "pubmed.nbib").write_text("PMID- 3\nTI  - Paper 3\n\n", encoding="utf-8")
    import_files(store, [tmp_path / "pubmed.nbib"], by="ann", source="PubMed")
    done = run_search(store, EVERYTHING, by="ann", source=Paper(5))
    assert (done.new, done.seen_again) == (4, 1)


def test_a_search_that_was_stopped_goes_on_where_it_was(store: Store) -> None:
    source = Paper(35)
    source.fails_after = 2
    with pytest.raises(SourceError):
        run_search(store, EVERYTHING, by="ann", source=source)
    [(strategy, run)] = unfinished(store)
    assert (strategy.name, run.ids, run.fetched) == ("main", 35, 20)
    source.fails_after = 0
    done = run_search(store, EVERYTHING, by="bob", source=source)
    assert (done.resumed, done.is_complete, done.new) == (True, True, 35)
    assert source.looks == 1
    assert Counter(one for batch in source.fetched for one in batch).most_common(1)[0][1] == 1
    assert unfinished(store) == ()


def test_a_changed_text_gives_up_the_unfinished_run(store: Store) -> None:
    source = Paper(35)
    source.fails_after = 2
    with pytest.raises(SourceError):
        run_search(store, EVERYTHING, by="ann", source=source)
    source.fails_after = 0
    changed = replace(EVERYTHING, lines=(("1", "hair"),))
    done = run_search(store, changed, by="ann", source=source)
    assert (done.abandoned, done.resumed, done.strategy.version) == ((1,), False, 2)
    assert (done.new, done.seen_again) == (15, 20)
    assert [r.outcome for r in runs.runs(store)] == ["abandoned", "complete"]


@pytest.mark.parametrize(
    ("held", "said", "words"),
    [
        (35, 40, "count 40, listed 35, fetched 35, absent 0: 5 missing from the list of the service"),
        (35, 30, "count 30, listed 35, fetched 35, absent 0: 5 too many on the list of the service"),
    ],
)
def test_a_list_that_is_not_the_count_is_a_shortfall(store: Store, held: int, said: int, words: str) -> None:
    source = Paper(held, said=said)
    source.raises = said > held
    done = run_search(store, EVERYTHING, by="ann", source=source)
    assert (done.is_complete, done.run.outcome, done.equation) == (False, "shortfall", words)
    assert source.looks == 2
    assert len(imports.active_records(store)) == held


def test_a_reply_with_less_than_it_says_is_a_shortfall(store: Store) -> None:
    class Forgetful(Paper):
        def fetch(self, ids: Sequence[str]) -> Batch:
            batch = super().fetch(ids)
            return replace(batch, data=batch.data.replace(b"PMID- 7\nTI  - Paper 7\n\n", b""))

    done = run_search(store, EVERYTHING, by="ann", source=Forgetful(15))
    assert done.equation == "count 15, listed 15, fetched 14, absent 0: 1 not fetched"
    assert done.run.outcome == "shortfall"


def test_a_batch_of_nothing_but_absent_records_is_no_file(store: Store) -> None:
    source = Paper(15)
    source.withheld = {str(n) for n in range(11, 16)}
    done = run_search(store, EVERYTHING, by="ann", source=source)
    assert done.equation == "count 15 = listed 15 = fetched 10 + absent 5"
    assert len(imports.files(store)) == 1


def test_a_reply_that_cannot_be_read_stops_the_search(store: Store) -> None:
    source = Paper(15)
    source.unreadable = b"<html>the service is down</html>"
    with pytest.raises(SourceError, match="a reply cannot be read"):
        run_search(store, EVERYTHING, by="ann", source=source)
    assert imports.files(store) == ()
    source.unreadable = b""
    assert run_search(store, EVERYTHING, by="ann", source=source).is_complete


def test_a_search_that_finds_nothing_is_a_search(store: Store) -> None:
    done = run_search(store, EVERYTHING, by="ann", source=Paper(0))
    assert (done.equation, done.is_complete) == ("count 0 = listed 0 = fetched 0 + absent 0", True)
    assert [(s.hits, s.undone) for s in imports.searches(store)] == [(0, False)]


def test_a_query_at_the_prompt_is_kept_once(store: Store) -> None:
    for query in ("hair", "hair loss", "hair"):
        run_search(store, kept_search(store, "pubmed", query), by="ann", source=Paper(3))
    assert [(s.name, s.version, s.query) for s in runs.strategies(store)] == [
        ("pubmed ad hoc 1", 1, "hair"),
        ("pubmed ad hoc 2", 1, "hair loss"),
    ]
    assert [r.strategy_id for r in runs.runs(store)] == [1, 2, 1]


def test_a_strategy_for_another_source_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="written for embase"):
        run_search(store, replace(EVERYTHING, source="embase"), by="ann", source=Paper(1))


def test_faults_of_the_service_leave_the_set_exact(store: Store, tmp_path: Path) -> None:
    kinds = ["500", "429", "truncated", "html", None, "empty", "reset", None, "500"]
    with start(EUtils(CORPUS, faults=Script(kinds))) as server:
        done = run_search(store, EVERYTHING, by="ann", source=pubmed(server, tmp_path))
        assert sum(bool(request.fault) for request in server.log) == 7
    assert (done.is_complete, done.new) == (True, 300)


SIZE = 20


def test_a_killed_search_comes_back_as_if_nothing_had_happened(tmp_path: Path) -> None:
    """kill -9 after a number of requests drawn from a seeded generator, up to twice a search, then let it finish."""
    moments = random.Random(4)
    Store.create(tmp_path / "undisturbed.db").close()
    with start(EUtils(CORPUS)) as server:
        assert finish(start_search(tmp_path / "undisturbed.db", server.url, tmp_path / "state", batch_size=SIZE)) == 0
        requests = len(server.log)
    wanted = state(tmp_path / "undisturbed.db")
    killed = 0
    for trial in range(5):
        review = tmp_path / f"killed{trial}.db"
        Store.create(review).close()
        with start(EUtils(CORPUS, delay=0.005)) as server:
            kills = 0
            for _ in range(2):
                before, after = len(server.log), moments.randrange(1, requests * 2 // 3)
                process = start_search(review, server.url, tmp_path / "state", batch_size=SIZE)
                with closing(process.stderr):  # type: ignore[arg-type]
                    while process.poll() is None and len(server.log) - before < after:
                        time.sleep(0.001)
                    time.sleep(moments.uniform(0, 0.02))
                    process.kill()
                    if process.wait() == 0:  # it was done before the blow
                        break
                    kills += 1
            else:
                assert finish(start_search(review, server.url, tmp_path / "state", batch_size=SIZE)) == 0
            asked = times_fetched(server.log, CORPUS.ids)
        assert state(review) == wanted
        assert len(asked) == 300
        assert sum(asked.values()) - len(asked) <= kills * SIZE, "more than one batch a kill was fetched twice"
        killed += kills
    assert killed >= 5


def test_two_processes_carry_on_with_one_run(tmp_path: Path) -> None:
    path = tmp_path / "review.db"
    with start(EUtils(CORPUS, delay=0.05)) as server:
        with Store.create(path) as store:
            ids = tuple(pubmed(server, tmp_path).ids("all[sb]"))
            strategy = runs.save_strategy(store, runs.NewStrategy("main", "pubmed", "all[sb]", _text()), by="ann")
            found = {"count": len(ids), "query": "all[sb]"}
            runs.start_run(store, strategy.id, search=imports.NewSearch("PubMed"), found=found, ids=ids, by="ann")
        both = [start_search(path, server.url, tmp_path / "state", batch_size=SIZE) for _ in range(2)]
        assert [finish(process) for process in both] == [0, 0]
    with Store(path) as store:
        # A second one is there only if a process was so slow to start that the first had finished.
        ended = [(r.outcome, r.fetched) for r in runs.runs(store)]
        assert set(ended) == {("complete", 300)}
        assert len(imports.active_records(store)) == 300
        assert len(imports.sightings(store)) == 300 * len(ended)
        assert [c for c in doctor.examine(store) if not c.is_sound] == []


def test_equations_say_what_is_wrong(store: Store) -> None:
    done = run_search(store, EVERYTHING, by="ann", source=Paper(3)).run
    assert equation(replace(done, fetched=4)) == "count 3, listed 3, fetched 4, absent 0: 1 more than were asked for"
