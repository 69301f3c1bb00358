"""`jak search check`, `yield` and `export` as people type them, with their exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from services.eutils import EUtils, Script, make_corpus, start
from services.serving import Server
from tests_support import ris

from jaksearch.sources import make_source

CORPUS = make_corpus(300)
PAPERS = [CORPUS.article_at(at) for at in range(len(CORPUS))]
FOUND = next(p for p in PAPERS if p.title.startswith("Tofacitinib for alopecia areata"))
MISSED = next(p for p in PAPERS if p.title.startswith("Tofacitinib for") and "areata" not in p.title)
Run = Callable[..., Any]
MAIN = """
[search.main]
source = "pubmed"
lines = {areata = '"alopecia areata"[ti]', drugs = "tofacitinib[ti] OR ruxolitinib[ti]"}
query = "#areata AND #drugs"
"""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """Serve a corpus, and point jak to it."""
    with start(EUtils(CORPUS)) as server:
        monkeypatch.setenv("JAK_EUTILS_URL", server.url)
        monkeypatch.setenv("JAK_EMAIL", "ann@example.org")
        monkeypatch.setenv("JAK_STATE_DIR", str(tmp_path / "state"))
        quick = partial(make_source, attempts=2, backoff=0.01, per_second=0)
        monkeypatch.setattr("jaksearch.sources.make_source", quick)
        yield server


@pytest.fixture
def seeds(review: Path) -> Path:
    """Write the strategy, and a list of a paper that it finds and one that it misses."""
    settings = review / "jak.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + MAIN, encoding="utf-8")
    path = review / "seeds.csv"
    path.write_text(f"PMID,DOI\n{FOUND.pmid},\n,{MISSED.doi}\n", encoding="utf-8")
    return path


def test_a_miss_is_a_note_and_names_its_line(jak: Run, served: Server, seeds: Path) -> None:
    ran = jak("search", "check", "--items", seeds)
    assert ran.code == 0
    assert "main (pubmed): known papers in PubMed: 1 of 2 found, 50.0 % (95 % interval 9.5 to 90.5 %)" in ran.out
    assert (
        f"missed: doi:{MISSED.doi}, PubMed {MISSED.pmid} (line 3 of the list): line areata does not find it" in ran.out
    )
    assert f"  {MISSED.title}\n  MeSH: " in ran.out
    assert "relative recall" in ran.err
    assert jak("search", "list").out.count("\n") == 2, "nothing is stored"
    assert served.log.of("espell") == []


def test_the_account_for_programs_holds_every_paper(jak: Run, served: Server, seeds: Path) -> None:
    told = jak("search", "check", "main", "--items", seeds, "--json").json
    [strategy] = told["strategies"]
    assert [(item["standing"], item["id"]) for item in strategy["items"]] == [
        ("found", str(FOUND.pmid)),
        ("missed", str(MISSED.pmid)),
    ]
    assert strategy["items"][1]["why"] == ["line areata does not find it"]
    assert (strategy["recall"]["found"], told["together"]["of"], told["stored"]) == (1, 2, None)


def test_exit_codes_tell_what_a_person_must_look_at(jak: Run, served: Server, seeds: Path) -> None:
    seeds.write_text(f"{MISSED.pmid}\n1234\n", encoding="utf-8")
    ran = jak("search", "check", "--items", seeds)
    assert ran.code == 3
    assert "not in PubMed: PMID 1234 (line 2 of the list)" in ran.out
    seeds.write_text(f"{FOUND.pmid}\nA title that nobody ever wrote about hair\n", encoding="utf-8")
    ran = jak("search", "check", "--items", seeds)
    assert (ran.code, "unresolved: 'A title that nobody" in ran.out) == (4, True)
    seeds.write_text(f"{FOUND.pmid}\nhello\n", encoding="utf-8")
    ran = jak("search", "check", "--items", seeds)
    assert (ran.code, "not taken: line 2: 'hello' is no PMID, DOI or title" in ran.err) == (4, True)
    assert jak("search", "check", "nobody", "--items", seeds).code == 2
    seeds.write_text("hello\n", encoding="utf-8")
    assert jak("search", "check", "--items", seeds).code == 4
    assert jak("search", "check", "--items", "none.csv").code == 4
    assert jak("search", "check").code == 2


def test_an_unreachable_service_ends_with_five(jak: Run, served: Server, seeds: Path) -> None:
    served.service.faults = Script(["500"] * 30)
    assert jak("search", "check", "--items", seeds).code == 5
    assert jak("search", "yield", "main").code == 5


def test_known_papers_may_stand_in_the_settings(jak: Run, served: Server, seeds: Path) -> None:
    settings = seeds.with_name("jak.toml")
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}\n[search_check]\nitems = ["{FOUND.pmid}"]\n', encoding="utf-8")
    assert "1 of 1 found" in jak("search", "check").out
    settings.write_text(f'{text}\n[search_check]\nitem = "x"\n', encoding="utf-8")
    wrong = jak("search", "check")
    assert (wrong.code, "did you mean 'items'?" in wrong.err) == (2, True)
    settings.write_text(f"{text}\n[search_check]\nitems = 7\n", encoding="utf-8")
    assert jak("search", "check").code == 2


def test_other_databases_are_looked_for_in_the_review(jak: Run, served: Server, seeds: Path, tmp_path: Path) -> None:
    empty = jak("search", "check", "--items", seeds, "--stored")
    assert (empty.code, "nothing has been searched" in empty.err) == (2, True)
    (tmp_path / "embase.ris").write_text(
        ris(FOUND.title, extra=f"DO  - {FOUND.doi}\nPY  - {FOUND.published.year}\n"), encoding="utf-8"
    )
    assert jak("search", "import", tmp_path / "embase.ris", "--source", "Embase").code == 0
    seeds.write_text(f"{FOUND.doi}\n{MISSED.doi}\n", encoding="utf-8")
    requests = len(served.log)
    ran = jak("search", "check", "embase", "--items", seeds)
    assert len(served.log) == requests
    assert ran.code == 0
    assert "known papers in the review: 1 of 2 found" in ran.out
    assert f"not in the review: doi:{MISSED.doi} (line 2 of the list)" in ran.out
    both = jak("search", "check", "main", "Embase", "--items", seeds, "--json").json
    assert (len(both["strategies"]), both["stored"]["databases"][0]["recall"]["found"]) == (1, 1)
    assert jak("search", "check", "--stored", "--items", seeds).out == ran.out
    unknown = jak("search", "check", "CINAHL", "--items", seeds)
    assert (unknown.code, "databases: Embase" in unknown.err) == (2, True)
    seeds.write_text(f"{MISSED.doi}\n", encoding="utf-8")
    assert jak("search", "check", "--stored", "--items", seeds).code == 3


def test_a_search_of_a_service_that_knows_no_papers_is_left_out(
    jak: Run, seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Plain:
        name = "pubmed"
        database = "Plain"

    monkeypatch.setattr("jak.connecting.connect", lambda _name, _through: Plain())
    (tmp_path / "embase.ris").write_text(ris(FOUND.title, extra=f"DO  - {FOUND.doi}\n"), encoding="utf-8")
    jak("search", "import", tmp_path / "embase.ris", "--source", "Embase")
    seeds.write_text(f"{FOUND.doi}\n", encoding="utf-8")
    ran = jak("search", "check", "--items", seeds)
    assert ran.code == 0
    assert "note: main is left out: Plain cannot be asked" in ran.err
    assert "known papers in the review: 1 of 1 found" in ran.out
    assert jak("search", "check", "main", "--items", seeds).code == 2


def test_an_excluded_paper_that_was_known_is_named(jak: Run, review: Path, tmp_path: Path) -> None:
    (tmp_path / "embase.ris").write_text(ris(FOUND.title, extra=f"DO  - {FOUND.doi}\n"), encoding="utf-8")
    jak("search", "import", tmp_path / "embase.ris", "--source", "Embase")
    for who in ("ann", "bob"):
        assert jak("screen", "decide", 1, "exclude", "--as", who).code == 0
    (review / "seeds.txt").write_text(f"{FOUND.doi}\n", encoding="utf-8")
    ran = jak("search", "check", "--items", "seeds.txt")
    assert f"in the review, but excluded at abstract: doi:{FOUND.doi} (line 1 of the list), report 1" in ran.out


def test_yield_counts_lines_at_the_service_and_databases_in_the_review(
    jak: Run, served: Server, seeds: Path, tmp_path: Path
) -> None:
    assert jak("search", "yield").code == 3
    lines = jak("search", "yield", "main")
    assert lines.code == 0
    assert [row.split()[:2] for row in lines.out.splitlines()[3:]] == [["line", "areata"], ["line", "drugs"]]
    assert "no report with a PMID is included yet" in lines.err
    assert jak("search", "list").out.count("\n") == 2
    terms = jak("search", "yield", "main", "--terms", "--json").json["searches"][0]["lines"]
    by_name = {line["name"]: line for line in terms}
    assert by_name["'tofacitinib[ti]' in line drugs"]["only"] > 0
    assert jak("search", "yield", "--terms").code == 2
    assert jak("search", "yield", "nobody").code == 2
    assert jak("search", "yield", "--by", "x").code == 2
    jak("search", "run", "main")
    whole = jak("search", "yield", "--by", "search")
    assert whole.code == 0
    assert whole.out.splitlines()[2].startswith("1 PubMed")
    assert "still to decide on" in whole.err
    assert jak("search", "yield", "--stage", "abstract", "--json").json["stage"] == "abstract"


def test_yield_of_a_line_knows_the_included_papers(jak: Run, served: Server, seeds: Path) -> None:
    jak("search", "run", "main")
    number = next(
        row["record"]["id"]
        for row in jak("search", "records", "--json").json["rows"]
        if row["record"]["pmid"] == str(FOUND.pmid)
    )
    for words in (("decide", number, "include"), ("decide", number, "include", "--as", "bob")):
        assert jak("screen", *words).code == 0
    assert jak("screen", "retrieval", "retrieved", number).code == 0
    for who in ("ann", "bob"):
        assert jak("screen", "decide", number, "include", "--stage", "fulltext", "--as", who).code == 0
    ran = jak("search", "yield", "main")
    assert "finds 1 of the review's 1 included paper with a PMID, number needed to read" in ran.out
    assert "included" in ran.out.splitlines()[2]


def test_a_search_that_finds_nothing_yields_three(jak: Run, served: Server, seeds: Path) -> None:
    settings = seeds.with_name("jak.toml")
    settings.write_text('[search.none]\nsource = "pubmed"\nquery = "hippogriff[ti]"\n', encoding="utf-8")
    assert jak("search", "yield", "none").code == 3


def test_a_reader_that_has_seen_enough_is_no_error(jak: Run, review: Path, tmp_path: Path) -> None:
    (tmp_path / "many.ris").write_text(ris(*(f"Paper {n}" for n in range(1_000))), encoding="utf-8")
    jak("search", "import", tmp_path / "many.ris", "--source", "Embase")
    for words in (["export", "--to", "jsonl"], ["convert", str(tmp_path / "many.ris"), "--to", "jsonl"]):
        command = [sys.executable, "-m", "jak", "search", *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.read(10).startswith(b'{"title": ')
            process.stdout.close()
            assert (process.stderr.read(), process.wait()) == (b"", 0)


def test_records_leave_to_a_file_or_to_standard_output(jak: Run, review: Path, tmp_path: Path) -> None:
    assert jak("search", "export", "--to", "ris").code == 3
    (tmp_path / "embase.ris").write_text(ris("One", "Two", extra="PB  - Press\nKW  - hair\n"), encoding="utf-8")
    jak("search", "import", tmp_path / "embase.ris", "--source", "Embase")
    out = jak("search", "export", "--to", "csl")
    assert out.code == 0
    assert [row["title"] for row in json.loads(out.out)] == ["One", "Two"]
    to_file = jak("search", "export", "-o", "all.bib", "--source", "Embase")
    assert (to_file.code, to_file.out) == (0, "all.bib: 2 records\n")
    assert "@" in (review / "all.bib").read_text(encoding="utf-8")
    told = jak("search", "export", "-o", "all.nbib", "--reports", "--json")
    assert (told.json["written"], told.json["format"]) == (2, "nbib")
    assert "nbib has no place for database (2 reports)" in told.err
    for wrong in (
        ("--to", "docx"),
        (),
        ("--to", "ris", "--json"),
        ("-o", "none/x.ris"),
        ("--to", "ris", "--search", "7"),
        ("--to", "ris", "--only", "x"),
    ):
        assert jak("search", "export", *wrong).code == 2
    assert not (review / "none").exists()
