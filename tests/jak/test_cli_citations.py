"""`jak search citations` as people type it: from included reports to the PRISMA flow and the search log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from services.eutils import EUtils, Script, make_corpus, start
from services.openalex import OpenAlex
from services.serving import Server

from jak.citation_rounds import rounds
from jak.reporting import flow_counts
from jak.workspace import open_review
from jakdb import imports
from jakdb.store import Store
from jaksearch.sources import make_source

CORPUS = make_corpus(120)
Run = Callable[..., Any]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """Serve a corpus as PubMed and as OpenAlex, and point jak to them."""
    with start(EUtils(CORPUS)) as server, start(OpenAlex(CORPUS)) as other:
        monkeypatch.setenv("JAK_EUTILS_URL", server.url)
        monkeypatch.setenv("JAK_OPENALEX_URL", other.url)
        monkeypatch.setenv("JAK_EMAIL", "ann@example.org")
        monkeypatch.setenv("JAK_NCBI_API_KEY", "0123456789abcdef")
        monkeypatch.setenv("JAK_STATE_DIR", str(tmp_path / "state"))
        impatient = partial(make_source, attempts=2, backoff=0.01, per_second=0)
        monkeypatch.setattr("jaksearch.sources.make_source", impatient)
        yield server


@pytest.fixture
def screened(review: Path, jak: Run, served: Server) -> Path:
    """Return a review with one search; its reports 1 to 3 were included at title and abstract by the one reviewer."""
    path = review / "jak.toml"
    alone = path.read_text(encoding="utf-8").replace("reviewers_required = 2", "reviewers_required = 1")
    path.write_text(alone, encoding="utf-8")
    assert jak("search", "pubmed", "alopecia areata[mh] AND english[la]").code == 0
    assert jak("search", "dedupe").code == 0
    for report in (1, 2, 3):
        assert jak("screen", "decide", report, "include", "--stage", "abstract").code == 0
    return review


def pmids(folder: Path) -> dict[int, str]:
    """Return the PMID of each record."""
    with Store(folder / "review.db") as store:
        return {r.id: r.pmid for r in imports.active_records(store)}


def expected(numbers: list[str]) -> set[str]:
    """Return what articles cite and what cites them."""
    found: set[str] = set()
    for pmid in map(str, CORPUS.ids):
        cited = {str(one) for one in CORPUS.cited_by_place(CORPUS.place(int(pmid)))}
        found |= cited if pmid in numbers else {pmid} if cited & set(numbers) else set()
    return found


def test_a_dry_run_counts_and_stores_nothing(screened: Path, jak: Run, served: Server) -> None:
    before = pmids(screened)
    done = jak("search", "citations", "--dry-run", "--json")
    assert (done.code, pmids(screened)) == (0, before)
    assert "Nothing was fetched or stored" in done.err
    [asked] = done.json["sources"]
    wanted = expected([before[n] for n in (1, 2, 3)])
    assert (asked["round"], asked["found"], asked["run"]) == (1, len(wanted), None)
    assert asked["in_review"] == len(wanted & set(before.values())) > 0
    assert [seed["label"] for seed in asked["seeds"]] == ["report 1", "report 2", "report 3"]
    assert asked["in_review_of_seed"].keys() == {"report 1", "report 2", "report 3"}
    assert len(served.log.of("efetch")) == 2, "the search, and a look at the three papers"
    text = jak("search", "citations", "--dry-run")
    assert f"{len(wanted)} papers in all, each once: {asked['in_review']} in the review already" in text.out


def test_rounds_bring_records_by_other_methods_and_the_flow_adds_up(screened: Path, jak: Run) -> None:
    before = pmids(screened)
    wanted = expected([before[n] for n in (1, 2, 3)])
    first = jak("search", "citations", "--json")
    assert first.code == 0
    [asked] = first.json["sources"]
    new = sorted(n for n in pmids(screened) if n not in before)
    assert {pmids(screened)[n] for n in new} == wanted - set(before.values())
    assert (asked["run"]["new"], asked["run"]["seen_again"]) == (len(new), len(wanted) - len(new))
    assert jak("search", "dedupe").code == 0
    for report in (1, 2, 3, new[0], new[1]):
        if report in new:
            assert jak("screen", "decide", report, "include", "--stage", "abstract").code == 0
        assert jak("screen", "retrieval", "retrieved", report).code == 0
    for report in (1, new[0]):
        assert jak("screen", "decide", report, "include", "--stage", "fulltext").code == 0
    assert jak("screen", "decide", new[2], "exclude", "--stage", "abstract", "--reason", "").code == 0
    with open_review(screened) as opened:
        flow = flow_counts(opened, opened.snapshot())
    assert [(x.name, x.n) for x in flow.databases] == [("PubMed", len(before))]
    assert flow.other is not None
    assert [(x.name, x.n) for x in flow.other.identified] == [("Citation searching", len(new))]
    assert (flow.other.duplicates, flow.other.excluded, flow.other.fulltext.sought) == (0, 1, 2)
    assert (flow.other.fulltext.included, flow.fulltext.included, flow.included_reports) == (1, 1, 2)
    with open_review(screened) as opened:
        each = flow_counts(opened, opened.snapshot(), convention="per-run")
    assert each.other is not None
    assert [(x.name, x.n) for x in each.other.identified] == [("Citation searching", len(wanted))]
    assert (each.other.found_again, each.included_reports) == (len(wanted) - len(new), 2)
    assert jak("report", "--output", "report.html", "--svg", "flow.svg").code == 0
    drawn = (screened / "flow.svg").read_text(encoding="utf-8")
    assert f"Citation searching (n = {len(new)})<" in drawn.replace("\N{NO-BREAK SPACE}", " ")
    assert "Identification of studies via other methods" in drawn
    second = jak("search", "citations")
    assert second.code == 0
    # Two records of the first round were included, one at full text and one at title and abstract as far as it came.
    assert "PubMed, round 2: backward and forward from 2 papers (3 papers of earlier rounds left out)" in second.out
    assert "  round 2: " in second.out
    third = jak("search", "citations")
    assert third.code == 3
    assert "round 3" in third.out
    assert "No paper is new" in third.err
    nothing = jak("search", "citations", "--again", "--of", f"1,{new[0]}")
    assert (nothing.code, "round 3: 0 new, " in nothing.out) == (0, True)


def test_both_sources_find_the_same_papers_and_the_flow_counts_each_once(screened: Path, jak: Run) -> None:
    before = pmids(screened)
    wanted = expected([before[n] for n in (1, 2, 3)])
    done = jak("search", "citations", "--source", "both", "--json")
    assert done.code == 0
    pubmed, openalex = done.json["sources"]
    assert (pubmed["source"], openalex["source"]) == ("pubmed", "openalex")
    assert (pubmed["round"], openalex["round"]) == (1, 1)
    assert pubmed["found"] == openalex["found"] == openalex["run"]["new"] == len(wanted)
    assert [seed["ids"] for seed in openalex["seeds"]] == [[f"W{before[n]}"] for n in (1, 2, 3)]
    assert jak("search", "dedupe").code == 0
    with open_review(screened) as opened:
        snapshot = opened.snapshot()
        flow = flow_counts(opened, snapshot)
    assert len(snapshot.members) == len(wanted | set(before.values()))
    assert [(x.name, x.n) for x in flow.databases] == [("PubMed", len(before))]
    assert flow.other is not None
    new = len(wanted - set(before.values()))
    assert [(x.name, x.n) for x in flow.other.identified] == [("Citation searching", new + len(wanted))]
    assert flow.other.duplicates == len(wanted), "each work is also a record of PubMed, from one method or the other"
    assert (flow.duplicates, flow.other.unscreened) == (0, new)
    said = {item["number"]: item["said"] for item in jak("search", "log", "--json").json["items"]}[5]
    assert [line.partition(", round")[0] for line in said] == [
        "search 2 (PubMed, NCBI E-utilities)",
        "search 3 (OpenAlex, OpenAlex API)",
    ]
    last = max(snapshot.records)
    assert f"(citation searching, run {openalex['run']['run']['id']})" in jak("search", "show", last).out


def test_a_paper_that_one_source_has_is_no_failure_of_the_other(screened: Path, jak: Run, served: Server) -> None:
    served.service.faults = Script(["missing"] * 9, path="elink.fcgi")
    done = jak("search", "citations", "--of", "1", "--source", "both")
    assert done.code == 0
    assert done.err.count("not chased: report 1 ") == 1
    assert "OpenAlex, round 1: " in done.out


def test_a_record_says_which_report_led_to_it(screened: Path, jak: Run) -> None:
    before = pmids(screened)
    assert jak("search", "citations", "--of", "2", "--direction", "backward").code == 0
    cited = {str(one) for one in CORPUS.cited_by_place(CORPUS.place(int(before[2])))}
    [some] = [n for n, pmid in pmids(screened).items() if pmid == min(cited)]
    shown = jak("search", "show", some)
    assert "  cited by report 2 (citation searching, run 2)" in shown.out
    told = jak("search", "show", some, "--json").json["citations"]
    assert told == [{"run": 2, "seed": "report 2", "report": 2, "direction": "backward"}]
    assert jak("search", "show", 1, "--json").json["citations"] == []


def test_the_log_answers_item_five(screened: Path, jak: Run) -> None:
    assert {item["number"] for item in jak("search", "log", "--json").json["items"] if item["missing"]} >= {5}
    assert jak("search", "citations", "--of", "1,2", "--of", "pmid:99").code == 4
    found = jak("search", "log", "--json").json
    items = {item["number"]: item for item in found["items"]}
    assert items[5]["missing"] == []
    first, second = items[5]["said"]
    assert first.startswith("search 2 (PubMed, NCBI E-utilities), round 1 on 2")
    assert ": references of, and papers that cite, 2 papers (report 1, report 2): " in first
    assert second == ("search 2, round 1, not chased: PMID 99: PubMed has no record with the PMID 99")
    assert not any("Citation searching" in said for said in items[7]["said"])
    assert found["searches"][1]["run"]["citations"]["seeds"][0]["label"] == "report 1"
    text = jak("search", "log").out
    assert "### Search 2: Citation searching\n" in text
    assert "- round: 1, from 2 papers\n- started from: report 1 (" in text
    assert "- not chased: PMID 99: PubMed has no record with the PMID 99\n" in text
    assert "linkname=pubmed_pubmed_citedin" in text


def test_refresh_leaves_citation_searching_out_and_says_so(screened: Path, jak: Run) -> None:
    assert jak("search", "citations").code == 0
    done = jak("search", "refresh", "--dry-run")
    assert done.code == 0
    assert "citation searching is not refreshed: `jak search citations --again`" in done.err
    named = jak("search", "refresh", "citation searching pubmed")
    assert (named.code, "--again" in named.err) == (2, True)
    assert jak("search", "refresh", "--show", 2).code == 2


def test_an_unfinished_round_is_named_and_carried_on(screened: Path, jak: Run, served: Server) -> None:
    # The first reply shows the three papers, then the records of the round are asked for.
    served.service.faults = Script([None, "html", "html"], path="efetch.fcgi")
    assert jak("search", "citations").code == 5
    assert "! unfinished: citation searching pubmed, run 2: " in jak("status").out
    assert "`jak search citations`" in jak("status").out
    served.service.faults = None
    again = jak("search", "citations")
    assert "PubMed, round 1: carried on" in again.out
    assert (again.code, "No paper is new" in again.err) == (0, True)
    assert "unfinished" not in jak("status").out


def test_papers_are_taken_from_a_list(screened: Path, jak: Run, tmp_path: Path) -> None:
    known, other = pmids(screened)[2], str(CORPUS.ids[0])
    (tmp_path / "seeds.csv").write_text(f"pmid,doi\n{known},\n{other},\n,10.1000/nowhere\nx,\n", encoding="utf-8")
    done = jak("search", "citations", "--of", tmp_path / "seeds.csv", "--direction", "forward", "--json")
    assert done.code == 4
    [asked] = done.json["sources"]
    in_review = other in pmids(screened).values()
    assert [seed["label"] for seed in asked["seeds"]] == ["report 2", f"PMID {other}"] or in_review
    assert [one["label"] for one in asked["not_chased"]] == ["seeds.csv, line 5", "DOI 10.1000/nowhere"]
    with Store(screened / "review.db") as store:
        [one] = rounds(store)
    assert one.directions == ("forward",)
    assert [seed.backward for seed in one.seeds] == [None, None]


def test_a_paper_of_a_list_is_a_report_only_if_number_and_title_agree(screened: Path, jak: Run, tmp_path: Path) -> None:
    title = jak("search", "show", 2, "--json").json["record"]["title"]
    (tmp_path / "titles.txt").write_text(f"{title}\nhair\n", encoding="utf-8")
    [asked] = jak("search", "citations", "--of", tmp_path / "titles.txt", "--dry-run", "--json").json["sources"]
    assert [seed["label"] for seed in asked["seeds"]] == ["report 2"]
    wrong = f"pmid,title\n{pmids(screened)[2]},Ginger against nausea in early pregnancy\n"
    (tmp_path / "wrong.csv").write_text(wrong, encoding="utf-8")
    done = jak("search", "citations", "--of", tmp_path / "wrong.csv", "--json")
    assert done.code == 4
    [asked] = done.json["sources"]
    assert (asked["seeds"], asked["run"]) == ([], None)
    assert "Ginger" in asked["not_chased"][0]["reason"]


def test_what_means_nothing_is_an_error_with_the_way_out(review: Path, jak: Run, served: Server) -> None:
    nobody = jak("search", "citations")
    assert (nobody.code, "no report is included yet" in nobody.err) == (2, True)
    for words in (("--of", "nowhere.csv"), ("--of", "12"), ("--direction", "up"), ("--source", "google")):
        assert jak("search", "citations", *words).code == 2, words
    assert served.log.requests == []


def test_words_mean_reports_by_their_standing(screened: Path, jak: Run) -> None:
    for report, *said in ((1, "include"), (2, "exclude", "--reason", "wrong study design")):
        assert jak("screen", "retrieval", "retrieved", report).code == 0
        assert jak("screen", "decide", report, *said, "--stage", "fulltext").code == 0
    found = {}
    for word in ("included", "fulltext", "sought"):
        [asked] = jak("search", "citations", "--of", word, "--dry-run", "--json").json["sources"]
        found[word] = [seed["record"] for seed in asked["seeds"]]
    assert found == {"included": [1, 3], "fulltext": [1], "sought": [1, 2, 3]}
