"""`jak search log` in its three forms: what each item of PRISMA-S is answered with, and the Word document read back."""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import pytest
from services.eutils import EUtils, Script, make_corpus, start
from services.serving import Server
from tests_support import ris

from jak.search_log_docx import as_docx
from jak.search_log_text import as_markdown
from jak.search_log_words import Item, LoggedSearch, SearchLog
from jakdb.store import Store
from jaksearch.dedupe import RULES_VERSION
from jaksearch.sources import make_source

Run = Callable[..., Any]
MOMENT = datetime(2026, 11, 20, 12, tzinfo=UTC)
MAIN = """
[search.main]
source = "pubmed"
lines = {1 = '"alopecia areata"[tiab]', 2 = "tofacitinib  OR baricitinib"}
query = "#1 AND #2"
limits = [{query = "english[la]", why = "nobody reads more"}]
press = {by = "a librarian", date = "2026-01-02"}
"""


def settings(folder: Path, text: str) -> None:
    """Write into the review's jak.toml."""
    path = folder / "jak.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Serve a corpus, and point jak to it."""
    with start(EUtils(make_corpus(120))) as server:
        monkeypatch.setenv("JAK_EUTILS_URL", server.url)
        monkeypatch.setenv("JAK_EMAIL", "ann@example.org")
        monkeypatch.setattr("jaksearch.sources.make_source", quick)
        yield server


def quick(name: str, **options: Any) -> Any:
    """Return a source without a limit and with short waits."""
    return make_source(name, **options | {"per_second": 0, "attempts": 2, "backoff": 0.001, "batch_size": 10})


def logged(jak: Run) -> dict[str, Any]:
    """Return the log as JSON."""
    found = jak("search", "log", "--json").json
    assert isinstance(found, dict)
    return found


def item(found: dict[str, Any], number: int) -> dict[str, Any]:
    """Return one item of a log in JSON."""
    one = found["items"][number - 1]
    assert one["number"] == number
    return dict(one)


def document(jak: Run, path: Path) -> Any:
    """Write the log as a Word document and open it."""
    assert jak("search", "log", "--to", path).code == 0
    return docx.Document(str(path))


def words_of(opened: Any) -> list[str]:
    """Return the text of each paragraph outside of tables."""
    return [paragraph.text for paragraph in opened.paragraphs]


def test_the_word_document_holds_what_the_others_hold(review: Path, jak: Run, served: Server, tmp_path: Path) -> None:
    settings(review, MAIN)
    assert jak("search", "run").code == 0
    settings(review, "")
    changed = (
        (review / "jak.toml").read_text(encoding="utf-8").replace("OR baricitinib", "OR baricitinib OR hippogriff")
    )
    (review / "jak.toml").write_text(changed, encoding="utf-8")
    assert jak("search", "run").code == 0
    found, text, opened = logged(jak), jak("search", "log").out, document(jak, tmp_path / "log.docx")
    words = words_of(opened)
    items, *tables = opened.tables
    rows = [[cell.text for cell in row.cells] for row in items.rows]
    assert [row[1] for row in rows if row[0].isdigit()] == [one["name"] for one in found["items"]]
    for one in found["items"]:
        [row] = [row for row in rows if row[0] == str(one["number"])]
        assert row[2].split("\n") == (one["where"] or [""])
        assert row[3].split("\n") == [*one["said"], *(f"MISSING: {missing}" for missing in one["missing"])]
    first, second = found["searches"]
    assert [one["run"]["version"] for one in (first, second)] == [1, 2]
    assert (second["records"], second["new"], second["rejected"]) == (second["seen_again"] + second["new"], 0, 0)
    assert first["records"] == first["new"] == second["seen_again"] > 10
    assert second["run"]["warnings"] != []
    for place, one in enumerate(found["searches"]):
        run = one["run"]
        account = f"retrieved: {one['records']} = already known {one['seen_again']} + new {one['new']}"
        said = [
            f"{account} (against the whole review at that time)",
            f"strategy: main, version {run['version']}; run {run['run']}",
            f"equation: {run['equation']}",
            "limit: english[la] (nobody reads more)",
            *(f"warning of the source: {warning}" for warning in run["warnings"]),
        ]
        assert set(said) <= set(words)
        assert {f"- {line}" for line in said if "limit" not in line} <= set(text.splitlines())
        assert "- limit: `english[la]` (nobody reads more)" in text
        strategies = [p.text for p in opened.paragraphs if p.style.name == "Strategy"]
        assert strategies[2 * place : 2 * place + 2] == [run["translation"], one["query"]]
        assert f"```text\n{one['query']}\n```" in text
        lines, files = tables[2 * place : 2 * place + 2]
        shown = [[cell.text for cell in row.cells] for row in lines.rows]
        assert shown[1:] == [[label, str(count), query] for label, query, count in run["lines"]]
        shown = [[cell.text for cell in row.cells] for row in files.rows]
        assert [(row[0], row[4]) for row in shown[1:]] == [(file["name"], file["sha256"]) for file in one["files"]]
        assert all(file["sha256"] in text for file in one["files"])
    assert "tofacitinib  OR baricitinib OR hippogriff" in second["query"]


def test_missing_statements_are_bold_and_so_is_their_number(review: Path, jak: Run, tmp_path: Path) -> None:
    Path("one.ris").write_text(ris("One"), encoding="utf-8")
    assert jak("search", "import", "one.ris", "--source", "Embase").code == 0
    found, opened = logged(jak), document(jak, tmp_path / "log.docx")
    missing = sum(len(one["missing"]) for one in found["items"])
    bold = [run.text for p in opened.paragraphs for run in p.runs if run.bold]
    assert bold == [f"{missing} statements missing", "MISSING", "MISSING", "MISSING", "MISSING"]
    cells = {id(cell._tc): cell for row in opened.tables[0].rows for cell in row.cells}.values()
    marked = [run.text for cell in cells for p in cell.paragraphs for run in p.runs if run.bold]
    assert marked.count("MISSING") == missing > 10


def test_a_strategy_is_kept_letter_by_letter(tmp_path: Path) -> None:
    """Blanks, tabs, lines, quotation marks, Chinese; what XML cannot hold is shown and said."""
    text = '  1\texp "斑秃"/\n\n2   (jak* OR <janus>) & "x"  \n`code`'
    assert strategies(text) == [text]
    opened = docx.Document(io.BytesIO(as_docx(log_of("a\x0bb\x00c"))))
    assert [p.text for p in opened.paragraphs if p.style.name == "Strategy"] == ["a\ufffdb\ufffdc"]
    assert any("2 control characters of it cannot stand in a Word document" in words for words in words_of(opened))
    assert strategies("one\r\ntwo") == ["one\ntwo"]
    assert f"````text\n{text}```x\n````" in as_markdown(log_of(f"{text}```x"))


def strategies(text: str) -> list[str]:
    """Return the strategies of a Word document that was made for one."""
    opened = docx.Document(io.BytesIO(as_docx(log_of(text))))
    return [p.text for p in opened.paragraphs if p.style.name == "Strategy"]


def log_of(query: str) -> SearchLog:
    """Return a log with one search."""
    search = LoggedSearch(1, "Embase", "Ovid", "database", None, None, query, "ann", 1, 1, 0, 0, False, None, ())
    return SearchLog("Hair\x00", "jak 0", (Item(1, "S", "N", (), ("said\x0c",), ("x",)),), (search,))


def test_the_same_review_gives_the_same_bytes(review: Path, jak: Run, tmp_path: Path) -> None:
    Path("one.ris").write_text(ris("One"), encoding="utf-8")
    with Store(review / "review.db", now=lambda: MOMENT) as store:
        from jak.importing import import_files

        import_files(store, [Path("one.ris")], by="ann", source="Embase")
    opened = document(jak, tmp_path / "log.docx")
    properties = opened.core_properties
    assert properties.created == properties.modified == MOMENT
    assert re.fullmatch(r"jak \S.*", properties.author)
    written = (tmp_path / "log.docx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None
    document(jak, tmp_path / "again.docx")
    assert (tmp_path / "again.docx").read_bytes() == written


def test_without_python_docx_the_way_out_is_named(
    review: Path, jak: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    done = jak("search", "log", "--to", tmp_path / "log.docx")
    assert (done.code, "pip install python-docx" in done.err) == (2, True)
    assert not (tmp_path / "log.docx").exists()
    assert jak("search", "log", "--to", tmp_path / "log.md").code == 0


def test_another_ending_is_refused(review: Path, jak: Run, tmp_path: Path) -> None:
    done = jak("search", "log", "--to", tmp_path / "log.pdf")
    assert (done.code, "md, docx, json" in done.err) == (2, True)


def test_databases_of_one_platform_are_named_and_people_say_the_rest(review: Path, jak: Run) -> None:
    Path("embase.ris").write_text(ris("One", extra="DB  - Embase\n"), encoding="utf-8")
    Path("medline.ris").write_text(ris("Two", extra="DB  - Ovid MEDLINE\n"), encoding="utf-8")
    Path("ovid.txt").write_text("1 exp alopecia/\n2 jak*.ti.\n", encoding="utf-8")
    named = ("--platform", "Ovid", "--searched", "2026-11-20", "--strategy", "@ovid.txt")
    assert jak("search", "import", "embase.ris", "medline.ris", *named).code == 0
    found = logged(jak)
    assert item(found, 1)["said"] == ["Embase (Ovid)", "MEDLINE (Ovid)"]
    together = "on Ovid: Embase, MEDLINE (searches 1, 2, on one day with one strategy)"
    assert item(found, 2)["said"] == [together]
    assert "at once" in item(found, 2)["missing"][0]
    assert [text.partition(":")[0] for text in item(found, 15)["missing"]] == [
        "how many records Embase itself counted in search 1",
        "how many records MEDLINE itself counted in search 2",
    ]
    Path("more.ris").write_text(ris("Three"), encoding="utf-8")
    assert jak("search", "import", "more.ris", "--platform", "Ovid", "--source", "PsycInfo").code == 0
    assert item(logged(jak), 2)["said"] == ["on Ovid: Embase, MEDLINE, PsycInfo (searches 1, 2, 3)"]
    assert jak("search", "undo", 3).code == 0
    told = '[search_log]\nmulti_database = "Both at once."\n[search_log.searches.1]\nhits = 3\n'
    settings(review, f"\n{told}[search_log.searches.2]\nhits = 1\n")
    found = logged(jak)
    assert item(found, 2)["said"] == [together, "Both at once."]
    assert item(found, 2)["where"] == ["searches", "search_log.multi_database in jak.toml"]
    assert item(found, 15)["said"] == [
        "search 1, Embase: 1 record (the source counted 3, 2 missing)",
        "search 2, MEDLINE: 1 record (the source counted 1)",
        "all searches: 2 records, of which 2 new and 0 found again; 2 different ones in the review",
    ]
    assert item(found, 15)["missing"] == []
    assert "- the source counted: 3 (said in jak.toml)" in jak("search", "log").out


def test_what_an_import_left_out_can_be_said_later(review: Path, jak: Run) -> None:
    """Taking the file back and importing it with its platform would make other records of it."""
    Path("one.ris").write_text(ris("One"), encoding="utf-8")
    assert jak("search", "import", "one.ris", "--source", "Embase").code == 0
    before = logged(jak)
    asked = [item(before, number)["missing"] for number in (1, 8, 13, 15)]
    names = ("platform", "strategy", "searched_on", "hits")
    assert all(f"search_log.searches.1.{name} in jak.toml" in one[0] for name, one in zip(names, asked, strict=True))
    said = (
        "platform = 'Embase.com'\nsearched_on = 2026-11-20\nhits = 1\nstrategy = '''\n#1 hair/exp\n#2 #1 AND x\n'''\n"
    )
    settings(review, f"\n[search_log.searches.1]\n{said}")
    found = logged(jak)
    assert [item(found, number)["missing"] for number in (1, 8, 13, 15)] == [[], [], [], []]
    [search] = found["searches"]
    assert (search["platform"], search["searched_on"], search["hits"]) == ("Embase.com", "2026-11-20", 1)
    assert (search["query"], sorted(search["told"])) == ("#1 hair/exp\n#2 #1 AND x", sorted(names))
    text = jak("search", "log").out
    assert "- platform: Embase.com (said in jak.toml)\n" in text
    assert "Strategy, as written down by the searcher in jak.toml:\n\n```text\n#1 hair/exp\n#2 #1 AND x\n```" in text


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("9]\nhits = 1", "there is no search 9"),
        ("1]\nplatform = 'Ovid'", "searches.1.platform contradicts the review, which has Embase.com"),
        ("1]\nhits = -1", "searches.1.hits must be a whole number"),
        ("1]\nsearched_on = 'May'", "searched_on is 'May'"),
        ("1]\nhit = 1", "did you mean 'hits'"),
        ("first]\nhits = 1", "'first' is no search"),
    ],
)
def test_a_wrong_statement_about_a_search_is_an_error(review: Path, jak: Run, table: str, words: str) -> None:
    Path("one.ris").write_text(ris("One"), encoding="utf-8")
    assert jak("search", "import", "one.ris", "--source", "Embase", "--platform", "Embase.com").code == 0
    settings(review, f"\n[search_log.searches.{table}\n")
    done = jak("search", "log")
    assert (done.code, words in done.err) == (2, True)


def test_limits_are_asked_for_in_every_search_that_names_none(review: Path, jak: Run, served: Server) -> None:
    settings(review, MAIN)
    assert jak("search", "run").code == 0
    assert item(logged(jak), 9)["missing"] == []
    assert item(logged(jak), 2)["missing"] == []
    assert jak("search", "pubmed", "baricitinib").code == 0
    assert item(logged(jak), 9)["missing"] == [
        "that no limits were used, or which, and why, in search 2: search_log.limits in jak.toml"
    ]
    settings(review, "\n[search_log]\nlimits = 'None in search 2.'\n")
    assert item(logged(jak), 9)["missing"] == []
    assert item(logged(jak), 9)["said"][0] == "None in search 2."


def test_the_reason_of_a_limit_can_be_given_after_the_run(review: Path, jak: Run, served: Server) -> None:
    settings(review, MAIN.replace(', why = "nobody reads more"', ""))
    assert jak("search", "run").code == 0
    assert "- limit: `english[la]` (**MISSING**)" in jak("search", "log").out
    why = "why, or where from: search.main.limits in jak.toml, english[la]"
    assert item(logged(jak), 9)["missing"] == [why]
    path = review / "jak.toml"
    given = path.read_text(encoding="utf-8").replace('"english[la]"', '"english[la]", why = "given later"')
    path.write_text(given, encoding="utf-8")
    assert (item(logged(jak), 9)["missing"], len(logged(jak)["searches"])) == ([], 1)
    assert "- limit: `english[la]` (given later)" in jak("search", "log").out


def test_a_search_that_was_taken_back_keeps_its_counts_and_counts_no_more(review: Path, jak: Run) -> None:
    Path("one.ris").write_text(ris("One", "Two"), encoding="utf-8")
    assert jak("search", "import", "one.ris", "--source", "Embase").code == 0
    assert jak("search", "undo", 1).code == 0
    found = logged(jak)
    assert [(s["undone"], s["records"], s["new"]) for s in found["searches"]] == [(True, 2, 2)]
    assert item(found, 1)["missing"] == ["no database has been searched"]
    assert item(found, 15)["said"] == [
        "all searches: 0 records, of which 0 new and 0 found again; 0 different ones in the review"
    ]
    assert "### Search 1: Embase (taken back)" in jak("search", "log").out


def test_a_run_that_was_given_up_is_shown_as_such(review: Path, jak: Run, served: Server) -> None:
    settings(review, MAIN)
    served.service.faults = Script(["html"] * 30, path="efetch.fcgi")
    assert jak("search", "run").code == 5
    served.service.faults = None
    assert "unfinished" in jak("search", "log").out
    changed = (review / "jak.toml").read_text(encoding="utf-8").replace("english", "german")
    (review / "jak.toml").write_text(changed, encoding="utf-8")
    assert jak("search", "run").code == 0
    text = jak("search", "log").out
    assert "### Search 1: PubMed (given up)" in text
    assert "### Search 2: PubMed\n" in text


def test_updates_name_the_days_and_the_peer_review_the_versions(review: Path, jak: Run, served: Server) -> None:
    settings(review, MAIN)
    assert jak("search", "run").code == 0
    assert item(logged(jak), 12)["missing"] != []
    assert jak("search", "refresh").code == 0
    changed = (review / "jak.toml").read_text(encoding="utf-8").replace("english", "eng")
    (review / "jak.toml").write_text(changed, encoding="utf-8")
    assert jak("search", "run").code == 0
    found = logged(jak)
    days = [search["searched_on"] for search in found["searches"]]
    assert item(found, 12)["said"] == [f"main: run 3 times in full ({', '.join(days)})"]
    assert item(found, 13)["said"][-1] == f"search 3, PubMed: {days[-1]} (main, version 2)"
    assert item(found, 14)["said"] == ["main: by: a librarian; date: 2026-01-02 (versions 1, 2 were run)"]
    assert item(found, 14)["where"] == ["search.main.press in jak.toml"]
    assert [search["run"]["purpose"] for search in found["searches"]] == ["run", "refresh", "run"]


def test_deduplication_names_software_rules_and_what_came_of_it(review: Path, jak: Run) -> None:
    text = "DO  - 10.5555/jak.1\nAU  - Adams, Ruth\nPY  - 2020\n"
    for name in ("a", "b"):
        Path(f"{name}.ris").write_text(
            ris("A trial of tofacitinib in hair", extra=f"{text}M1  - {name}\n"), encoding="utf-8"
        )
        assert jak("search", "import", f"{name}.ris", "--source", name).code == 0
    assert item(logged(jak), 16)["missing"] != []
    assert jak("search", "dedupe").code == 0
    one = item(logged(jak), 16)
    assert one["missing"] == []
    assert re.match(rf"jak \S+, rules {re.escape(RULES_VERSION)}: pairs of records are compared by ", one["said"][0])
    assert one["said"][1] == "2 different records are 1 report; 1 merge by rules, 0 by people"


def test_an_empty_review_has_a_log(review: Path, jak: Run, tmp_path: Path) -> None:
    assert len(logged(jak)["items"]) == 16
    opened = document(jak, tmp_path / "log.docx")
    assert len([row for row in opened.tables[0].rows if row.cells[0].text.isdigit()]) == 16
    assert json.loads(jak("search", "log", "--json").out)["searches"] == []
    assert opened.core_properties.created < MOMENT - timedelta(days=365)
