"""`jak search translate`: drafts on stdout, warnings on stderr, nothing sent and nothing stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests_support import Run

TOML = """
[search.main]
source = "pubmed"
query = "#areata AND #drugs"
limits = [{query = "english[la]", why = "nobody reads more"}, "2010:2024[dp]"]
filters = [{query = "placebo[tiab]", from = "a handbook"}]

[search.main.lines]
areata = '"Alopecia Areata"[Mesh] OR "alopecia areata"[tiab]'
drugs = "tofacitinib[tiab] OR ruxolitinib[tiab]"

[search.other]
source = "europepmc"
query = "hair"
"""
HEADER = "DRAFT, to be checked by a librarian"


@pytest.fixture
def strategies(review: Path) -> Path:
    """Return a review whose jak.toml has a strategy."""
    path = review / "jak.toml"
    path.write_text(path.read_text(encoding="utf-8") + TOML, encoding="utf-8")
    return review


def test_a_draft_is_marked_as_one_and_names_its_lines(strategies: Path, jak: Run) -> None:
    done = jak("search", "translate", "main", "--to", "ovid")
    assert done.code == 0
    assert done.out.splitlines() == [
        HEADER,
        "Ovid MEDLINE, drafted from the PubMed strategy main; the whole search is line 7",
        "Lines: 1 = areata, 2 = drugs, 3 = whole query, 4 = limit 1, 5 = filter 1, 6 = whole search, part 1, "
        "7 = whole search",
        "",
        '1  exp Alopecia Areata/ or "alopecia areata".ti,ab,kf.',
        "2  (tofacitinib or ruxolitinib).ti,ab,kf.",
        "3  1 and 2",
        "4  english.lg.",
        "5  placebo.ti,ab,kf.",
        "6  3 and 4 and 5",
        '7  limit 6 to yr="2010-2024"',
    ]
    assert all(line.startswith("warning: ") for line in done.err.splitlines())
    assert "warning: filter 1, placebo[tiab]: this filter was made for PubMed (a handbook)" in done.err


def test_all_drafts_come_one_after_the_other_and_each_warning_names_its_own(strategies: Path, jak: Run) -> None:
    done = jak("search", "translate", "main", "--to", "all")
    assert (done.code, done.out.count(HEADER)) == (0, 4)
    assert "\n\nDRAFT, to be checked by a librarian\nEmbase.com, drafted from" in done.out
    names = ("Ovid MEDLINE", "Embase.com", "Web of Science", "Cochrane Library (CENTRAL)")
    assert all(line.startswith(tuple(f"warning: {name}: " for name in names)) for line in done.err.splitlines())
    assert "#1  'Alopecia Areata'/exp <<MAP>> OR 'alopecia areata':ti,ab,kw" in done.out


def test_json_has_every_line_and_every_loss(strategies: Path, jak: Run) -> None:
    found = jak("search", "translate", "main", "--to", "embase", "--json").json
    assert (found["command"], found["status"], found["name"]) == ("search translate", HEADER, "main")
    [draft] = found["drafts"]
    assert (draft["target"], draft["title"], draft["search"]) == ("embase", "Embase.com", 7)
    assert draft["lines"][1] == {
        "number": 2,
        "label": "drugs",
        "text": "(tofacitinib OR ruxolitinib):ti,ab,kw",
        "pubmed": "tofacitinib[tiab] OR ruxolitinib[tiab]",
    }
    assert {"kind", "line", "words", "sentence"} == set(draft["losses"][0])
    assert [loss["words"] for loss in draft["losses"] if loss["kind"] == "heading"] == [['"Alopecia Areata"[mh]']]


def test_a_file_holds_the_draft_and_what_is_to_be_checked(strategies: Path, jak: Run, tmp_path: Path) -> None:
    target = tmp_path / "embase.txt"
    done = jak("search", "translate", "main", "--to", "embase", "-o", target)
    assert (done.code, done.out) == (0, "")
    text = target.read_text(encoding="utf-8")
    draft, _, checks = text.partition("\nTo check:\n")
    assert draft.startswith(f"{HEADER}\nEmbase.com")
    warnings = [line.removeprefix("warning: ") for line in done.err.splitlines() if line.startswith("warning: ")]
    assert [line.removeprefix("- ") for line in checks.splitlines()] == warnings
    assert f"{target}: 1 draft" in done.err
    assert jak("search", "translate", "main", "--to", "embase", "-o", tmp_path / "no" / "such.txt").code == 2


def test_a_query_needs_no_review(jak: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = jak("search", "translate", "--query", "hair[ti]", "--to", "wos")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[1:] == [
        "Web of Science, drafted from the PubMed strategy query; the whole search is line #1",
        "",
        '#1  TI=("hair")',
    ]
    (tmp_path / "query.txt").write_text("hair[ti]\nOR loss[ti]\n", encoding="utf-8")
    assert '#1  TI=("hair" OR "loss")' in jak("search", "translate", "--query", "@query.txt", "--to", "wos").out
    assert jak("search", "translate", "main", "--to", "wos").code == 2


def test_a_file_without_losses_still_asks_for_a_check(jak: Run, tmp_path: Path) -> None:
    assert jak("search", "translate", "--query", "hair[ti]", "--to", "ovid", "-o", tmp_path / "a.txt").code == 0
    assert "jak knows of no loss; check it all the same" in (tmp_path / "a.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["main", "--to", "scopus"], "one of: ovid, embase, wos, cochrane, all"),
        (["nobody", "--to", "ovid"], "searches there: main, other"),
        (["other", "--to", "ovid"], "other is written for europepmc"),
        (["--to", "ovid"], "name a search of jak.toml, or give a query"),
        (["main", "--query", "hair", "--to", "ovid"], "and not both"),
        (["--query", "hair AND (loss", "--to", "ovid"], "column 10: this parenthesis is not closed"),
        (["--query", "@none.txt", "--to", "ovid"], "none.txt cannot be read"),
        (["--query", " ", "--to", "ovid"], "nothing to translate"),
        (["main"], "--to"),
    ],
)
def test_mistakes_get_a_sentence_and_no_draft(strategies: Path, jak: Run, words: list[str], said: str) -> None:
    done = jak("search", "translate", *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_the_place_is_shown_with_a_caret(jak: Run) -> None:
    done = jak("search", "translate", "--query", "斑秃 AND (loss", "--to", "all")
    assert done.err.splitlines() == [
        "jak: whole query, column 8: this parenthesis is not closed",
        "    斑秃 AND (loss",
        "             ^",
        "  close it, or take it away",
    ]


def test_nothing_is_stored(strategies: Path, jak: Run) -> None:
    before = {path.name: path.read_bytes() for path in strategies.iterdir()}
    assert jak("search", "translate", "main", "--to", "all").code == 0
    assert {path.name: path.read_bytes() for path in strategies.iterdir()} == before
