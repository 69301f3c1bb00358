"""Known papers against a strategy at a service: each miss is laid to the line, limit or filter that loses it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from services.corpus import Article
from services.eutils import EUtils, make_corpus, start
from services.serving import Server

from jak.checking import StrategyChecked, check_strategy, known_items, knows_papers, strategies_named, together
from jak.line_yield import LineYield, included_pmids, requests_of, strategy_yield
from jak.settings import load_settings
from jak.strategies import Part, SearchSpec
from jak.workspace import Review
from jakdb import runs
from jakdb.errors import InputError, UsageError
from jakdb.store import Store
from jakdb.words import Record
from jaksearch.known_items import KnownItem
from jaksearch.sources import Batch, Found, Source, make_source

CORPUS = make_corpus(600)
PAPERS = [CORPUS.article_at(at) for at in range(len(CORPUS))]
MAIN = SearchSpec(
    "main",
    "pubmed",
    (("areata", '"alopecia areata"[tiab]'), ("tofa", "tofacitinib[tiab]"), ("ruxo", "ruxolitinib[tiab]")),
    "#areata AND (#tofa OR #ruxo) NOT veterans[ti]",
    limits=(Part("english[la]", "nobody reads more"),),
    filters=(Part("hasabstract[sb]", "invented"),),
)


def drug_of(paper: Article) -> str:
    """Return the drug in a title."""
    return paper.title.split()[0].casefold()


def wanted(*, drug: str, areata: bool = True, veterans: bool = False, english: bool = True) -> Article:
    """Return the first paper, with an abstract, that is like this."""
    for paper in PAPERS:
        is_like = ("for alopecia areata" in paper.title) == areata and ("veterans" in paper.title) == veterans
        if drug_of(paper) == drug and is_like and (paper.language == "eng") == english and paper.abstract:
            return paper
    raise AssertionError("the corpus has no such paper")


def pubmed(server: Server, tmp_path: Path) -> Source:
    """Return PubMed at a local address, without a limit of requests."""
    return make_source(
        "pubmed",
        base_url=server.url,
        email="ann@example.org",
        per_second=0,
        state=tmp_path / "state",
        sleep=lambda _seconds: None,
    )


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Source]:
    with start(EUtils(CORPUS)) as server:
        yield pubmed(server, tmp_path)


def checked(source: Source, records: Sequence[Record], spec: SearchSpec = MAIN) -> StrategyChecked:
    """Test a strategy with papers."""
    items = [KnownItem(record, line) for line, record in enumerate(records, 2)]
    return check_strategy(spec, source, items, knows_papers(source).resolve(records))


def test_each_miss_is_laid_to_what_loses_it(source: Source) -> None:
    found = checked(
        source,
        [
            Record(pmid=str(wanted(drug="tofacitinib").pmid)),
            Record(doi=wanted(drug="ruxolitinib").doi),
            Record(pmid=str(wanted(drug="minoxidil").pmid)),
            Record(pmid=str(wanted(drug="tofacitinib", areata=False).pmid)),
            Record(pmid=str(wanted(drug="tofacitinib", veterans=True).pmid)),
            Record(pmid=str(wanted(drug="ruxolitinib", english=False).pmid)),
            Record(pmid=str(wanted(drug="minoxidil", areata=False, veterans=True).pmid)),
        ],
    )
    assert [item.standing for item in found.items] == ["found"] * 2 + ["missed"] * 5
    assert [item.why for item in found.items[2:]] == [
        ("none of these finds it: line tofa; line ruxo",),
        ("line areata does not find it",),
        ("'veterans[ti]' takes it out (NOT)",),
        ("limit 1 does not find it: english[la]",),
        (
            "line areata does not find it",
            "none of these finds it: line tofa; line ruxo",
            "'veterans[ti]' takes it out (NOT)",
        ),
    ]
    assert found.recall is not None
    assert (found.recall.found, found.recall.of) == (2, 7)
    assert [(line.label, line.finds) for line in found.lines] == [
        ("areata", 5),
        ("tofa", 3),
        ("ruxo", 2),
        ("limit 1", 6),
        ("filter 1", 7),
    ]


def test_a_filter_is_guilty_too_and_the_record_shows_why(source: Source) -> None:
    [paper] = [p for p in PAPERS if "areata" in p.title and drug_of(p) == "tofacitinib" and not p.abstract][:1]
    spec = SearchSpec("main", "pubmed", query="areata[ti]", filters=MAIN.filters)
    [item] = checked(source, [Record(pmid=str(paper.pmid))], spec).items
    assert item.why == ("filter 1 does not find it: hasabstract[sb]",)
    assert (item.title, item.has_abstract) == (paper.title, False)
    [indexed] = [p for p in PAPERS if p.mesh and drug_of(p) == "minoxidil" and "areata" in p.title][:1]
    [item] = checked(source, [Record(pmid=str(indexed.pmid))]).items
    assert "Humans" in item.mesh


def test_a_paper_that_the_database_does_not_hold_is_not_missed(source: Source) -> None:
    held = wanted(drug="tofacitinib")
    found = checked(
        source,
        [Record(pmid="1234"), Record(title="Hair"), Record(pmid=str(held.pmid)), Record(doi=held.doi)],
    )
    assert [item.standing for item in found.items] == ["absent", "unresolved", "found"]
    assert (found.recall is not None and found.recall.of, found.repeated) == (1, 1)
    assert [item.line for item in found.that_are("absent")] == [2]
    nothing = checked(source, [Record(pmid="1234")])
    assert nothing.recall is None
    assert {line.finds for line in nothing.lines} == {0}


def test_strategies_together_find_what_one_of_them_finds(source: Source) -> None:
    papers = [wanted(drug=drug) for drug in ("tofacitinib", "ruxolitinib", "minoxidil")]
    records = [Record(pmid=str(paper.pmid)) for paper in papers] + [Record(pmid="1234")]
    each = [checked(source, records, SearchSpec(d, "pubmed", query=f"{d}[ti]")) for d in ("tofacitinib", "ruxolitinib")]
    both = together(each)
    assert both is not None
    assert (both.found, both.of) == (2, 3)
    assert together([]) is None


def test_a_source_that_knows_no_papers_is_refused() -> None:
    class Plain:
        name, database, platform, batch_size = "plain", "Plain", "", 1

        def look(self, lines: Sequence[tuple[str, str]], query: str) -> Found:
            return Found(0, query)

        def ids(self, query: str, *, tick: object = None) -> Iterator[str]:
            yield from ()

        def fetch(self, ids: Sequence[str]) -> Batch:
            return Batch("ris", b"", tuple(ids))

    with pytest.raises(UsageError, match="Plain cannot be asked"):
        knows_papers(Plain())


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Review]:
    """Return an empty review with two searches."""
    text = '[search.main]\nsource = "pubmed"\nquery = "hair"\n[search.other]\nsource = "pubmed"\nquery = "loss"\n'
    (tmp_path / "jak.toml").write_text(text, encoding="utf-8")
    with Store.create(tmp_path / "review.db") as store:
        yield Review(load_settings(tmp_path), store)


def test_strategies_are_those_of_the_settings_and_those_typed_before(opened: Review) -> None:
    text = {"query": "scalp", "lines": []}
    runs.save_strategy(opened.store, runs.NewStrategy("pubmed ad hoc 1", "pubmed", "scalp", text), by="ann")
    runs.save_strategy(opened.store, runs.NewStrategy("gone", "pubmed", "scalp", text), by="ann")
    found, others = strategies_named(opened, ["other", "pubmed ad hoc 1", "gone", "Embase"])
    assert [(spec.name, spec.query) for spec in found] == [("other", "loss"), ("pubmed ad hoc 1", "scalp")]
    assert others == ("gone", "Embase")
    assert [spec.name for spec in strategies_named(opened, [])[0]] == ["main", "other"]


def test_known_papers_come_from_a_file_or_from_the_settings(opened: Review, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no known papers"):
        known_items(opened, None)
    settings = tmp_path / "jak.toml"
    settings.write_text('[search_check]\nitems = ["12", "10.1000/x"]\n', encoding="utf-8")
    assert len(known_items(Review(load_settings(tmp_path), opened.store), None).items) == 2
    settings.write_text('[search_check]\nitems = "seeds.txt"\n', encoding="utf-8")
    inside = Review(load_settings(tmp_path), opened.store)
    with pytest.raises(InputError, match="no such file"):
        known_items(inside, None)
    (tmp_path / "seeds.txt").write_text("12\n", encoding="utf-8")
    assert len(known_items(inside, None).items) == 1
    (tmp_path / "mine.txt").write_text("1\n2\n3\n", encoding="utf-8")
    assert len(known_items(inside, tmp_path / "mine.txt").items) == 3


def lines_of(source: Source, spec: SearchSpec, included: Sequence[str] = (), *, terms: bool = False) -> list[LineYield]:
    """Return what the parts of a strategy bring."""
    return list(strategy_yield(spec, source, included, terms=terms).lines)


def test_what_only_a_line_brings_is_what_is_lost_without_it(source: Source) -> None:
    areata = [p for p in PAPERS if "alopecia areata" in p.title and "veterans" not in p.title]
    tofa, ruxo = ([p for p in areata if drug_of(p) == drug] for drug in ("tofacitinib", "ruxolitinib"))
    spec = SearchSpec(
        "main",
        "pubmed",
        (("a", '"alopecia areata"[ti]'), ("t", '"tofacitinib for"[ti]'), ("r", '"ruxolitinib for"[ti]')),
        "#a AND (#t OR #r) NOT veterans[ti]",
        limits=(Part("english[la]"),),
    )
    english = [p for p in (*tofa, *ruxo) if p.language == "eng"]
    by_name = {line.name: line for line in lines_of(source, spec)}
    assert list(by_name) == ["line a", "line t", "line r", "'veterans[ti]'", "limit 1"]
    assert by_name["line t"].only == sum(drug_of(p) == "tofacitinib" for p in english) > 0
    assert by_name["line t"].without == sum(drug_of(p) == "ruxolitinib" for p in english)
    assert by_name["line t"].removes == by_name["line a"].only == 0
    assert by_name["limit 1"].removes == len(tofa) + len(ruxo) - len(english) > 0
    assert by_name["'veterans[ti]'"].removes > 0
    assert by_name["line a"].hits == sum("alopecia areata" in p.title for p in PAPERS)
    assert {line.only_included for line in by_name.values()} == {None}


def test_number_needed_to_read_counts_included_papers_that_only_a_line_brings(source: Source) -> None:
    tofa, ruxo = ([p for p in PAPERS if drug_of(p) == drug] for drug in ("tofacitinib", "ruxolitinib"))
    spec = SearchSpec("main", "pubmed", (("t", '"tofacitinib for"[ti]'), ("r", '"ruxolitinib for"[ti]')), "#t OR #r")
    included = [str(p.pmid) for p in tofa[:2]] + [str(wanted(drug="minoxidil").pmid)]
    found = strategy_yield(spec, source, included)
    assert (found.hits, found.known, found.included) == (len(tofa) + len(ruxo), 3, 2)
    assert found.read_for_one == found.hits / 2
    of_t, of_r = found.lines
    assert (of_t.only, of_t.only_included, of_t.read_for_one) == (len(tofa), 2, len(tofa) / 2)
    assert (of_r.only, of_r.only_included, of_r.read_for_one) == (len(ruxo), 0, None)
    assert found.note == ""


def test_terms_of_a_line_are_left_out_one_by_one(source: Source) -> None:
    spec = SearchSpec("main", "pubmed", (("1", "tofacitinib[ti] OR ruxolitinib[ti]"), ("2", "areata[ti]")), "#1 AND #2")
    names = [line.name for line in lines_of(source, spec, terms=True)]
    assert names == ["line 1", "'tofacitinib[ti]' in line 1", "'ruxolitinib[ti]' in line 1", "line 2"]
    assert requests_of(spec, terms=True, included=False) == 2 * 4 + 3
    assert requests_of(spec, terms=False, included=True) == 3 * 2 + 3


def test_a_service_that_reads_operators_otherwise_is_told_of() -> None:
    class Other:
        """AND binds closer here: `a OR b AND c` is 3 records, and with brackets 1."""

        name, database, platform, batch_size = "other", "Other", "", 1

        def look(self, lines: Sequence[tuple[str, str]], query: str) -> Found:
            return Found(0, query)

        def ids(self, query: str, *, tick: object = None) -> Iterator[str]:
            yield from ()

        def fetch(self, ids: Sequence[str]) -> Batch:
            return Batch("ris", b"", tuple(ids))

        def resolve(self, items: Sequence[Record], *, tick: object = None) -> tuple[()]:
            return ()

        def which(self, query: str, ids: Sequence[str]) -> frozenset[str]:
            return frozenset()

        def hits(self, query: str) -> int:
            return 1 if query.startswith("(") else 3

    told = strategy_yield(SearchSpec("x", "other", query="a OR b AND c"), Other())
    assert "counts 3 records, and 1 with every part in brackets" in told.note


def test_included_papers_are_named_by_one_pmid_a_report(opened: Review) -> None:
    assert included_pmids(opened.snapshot()) == ()
