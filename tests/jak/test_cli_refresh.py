"""What a refresh has beside itself: by date, versions, comparisons, updates of exports, looks, undo, criteria."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from services.eutils import EUtils, make_pair, start
from services.serving import Server
from tests_support import Run, ris

from jaksearch.sources import make_source

PAIR = make_pair(60, changed=10, new=8)
TOML = """
[review]
question = "Does hair grow?"
[criteria]
include = ["adults"]
[screening]
reviewers_required = 1
[search.main]
source = "pubmed"
lines = ["all[sb]"]
"""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """Serve both states of the database, and point jak to them."""
    with start(EUtils(PAIR)) as server:
        monkeypatch.setenv("JAK_EUTILS_URL", server.url)
        monkeypatch.setenv("JAK_EMAIL", "ann@example.org")
        monkeypatch.setenv("JAK_STATE_DIR", str(tmp_path / "state"))
        monkeypatch.setattr("jaksearch.sources.make_source", partial(make_source, per_second=0))
        yield server


@pytest.fixture
def searched(review: Path, jak: Run, served: Server) -> Run:
    """Return jak in a review that was searched once."""
    Path("jak.toml").write_text(TOML, encoding="utf-8")
    assert jak("search", "run").code == 0
    return jak


def edit(old: str, new: str) -> None:
    """Change jak.toml."""
    path = Path("jak.toml")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_refresh_by_date_says_what_it_risks_and_what_it_was(searched: Run, served: Server) -> None:
    served.service.advance()
    dry = searched("search", "refresh", "--since", "2026-01-08", "--dry-run")
    assert "sent: (all[sb]) AND 2026/01/01:2099/12/31[crdt]" in dry.out
    done = searched("search", "refresh", "--since", "2026-01-08")
    assert done.code == 0
    assert done.err.count("WARNING: ") == 3
    assert "WARNING: main asks only for records that the database created since 2026-01-01" in done.err
    assert "not seen: older records that changed, were corrected, retracted or indexed anew" in done.err
    assert "The entry date is set back to the publication for records that come late" in done.err
    assert "refresh 2 of records created since 2026-01-01, against runs 1" in done.out
    assert "vanished not told" in done.out
    assert "since 2026-01-01 only" in searched("search", "list").out
    assert "by date only: records that the database created since 2026-01-01" in searched("search", "log").out
    account = searched("search", "refresh", "--show", 2, "--json").json["searches"][0]
    assert (account["since"], account["is_whole"], account["vanished"]) == ("2026-01-01", False, [])
    assert "vanished 4" in searched("search", "refresh").out
    wide = searched("search", "refresh", "--since", "last", "--overlap", 2, "--dry-run")
    assert "[crdt]" in wide.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "soon"), "--since"),
        (("--since", "2999-01-01"), "2999-01-01 is still to come"),
        (("--since", "last", "--overlap", "0"), "--overlap"),
    ],
)
def test_a_day_that_cannot_be_is_refused(searched: Run, words: tuple[str, ...], said: str) -> None:
    refused = searched("search", "refresh", *words)
    assert refused.code == 2
    assert said in refused.err
    assert "run 2" not in searched("search", "list").out


def test_a_changed_text_needs_a_whole_refresh_and_shows_what_it_drops(searched: Run) -> None:
    assert searched("search", "versions").err == "No strategy that was run has changed.\n"
    rows = searched("search", "records", "--json").json["rows"]
    kept = next(row["report"] for row in rows if "aricitinib" not in row["record"]["title"])
    assert searched("screen", "decide", kept, "include").code == 0
    edit("all[sb]", "baricitinib")
    refused = searched("search", "refresh", "--since", "last")
    assert (refused.code, "has not been run in full" in refused.err) == (2, True)
    shown = searched("search", "refresh")
    changes = searched("search", "versions", "main", "--json").json
    [change] = changes["changes"]
    assert change["text"] == ["- line 1: all[sb]", "+ line 1: baricitinib"]
    assert change["adds"] == []
    dropped = {one["report"] for one in change["drops"]}
    assert len(dropped) == 60 - len(
        searched("search", "refresh", "--show", 2, "--json").json["searches"][0]["unchanged"]
    )
    is_lost = kept in dropped
    assert (change["drops_included"], bool(changes["cautions"])) == (int(is_lost), is_lost)
    for output in (shown, searched("search", "versions")):
        assert "- line 1: all[sb]\n  + line 1: baricitinib" in output.out
        assert ("! INCLUDED REPORT LOST BY main, version 2" in output.err) == is_lost
    assert is_lost
    asked = searched("search", "versions", "--ask").out
    assert f"drops {len(dropped)} ({len(dropped)} still there)" in asked
    assert "cannot be told" in searched("search", "versions").out
    assert searched("search", "versions", "mian").code == 2


def test_a_run_is_taken_back_whole(searched: Run, served: Server) -> None:
    assert searched("screen", "decide", 3, "exclude").code == 0
    served.service.advance()
    assert searched("search", "refresh").code == 0
    dry = searched("search", "undo", "--run", 2, "--dry-run")
    assert dry.out == (
        "run 2 (PubMed, 1 file): 8 records left the review, 56 stay with another file, 0 decisions on them kept\n"
    )
    assert searched("search", "undo", "--run", 2).out == dry.out
    assert searched("search", "refresh", "--show", 2).code == 2
    done = searched("search", "undo", "--search", 1, "--json").json
    assert (done["records_gone"], done["decisions_kept"], done["given_up"]) == (60, 1, None)
    assert searched("search", "records").code == 3
    back = searched("search", "run")
    assert "new 0, seen again 64" in back.out
    assert searched("screen", "reports", "excluded", "--json").json["rows"][0]["report"] == 3
    for words, said in (
        ((), "say what to take back"),
        ((1, "--run", 2), "say what to take back"),
        (("--run", 9), "there is no run 9"),
        (("--search", 9), "there is no search 9"),
        (("--run", 2), "was undone before"),
    ):
        refused = searched("search", "undo", *words)
        assert (refused.code, said in refused.err) == (2, True)


def test_an_export_is_updated_and_searches_are_compared(review: Path, jak: Run) -> None:
    Path("old.ris").write_text(ris("Hair", extra="AN  - L1\n") + ris("Nails", extra="AN  - L2\n"), encoding="utf-8")
    Path("new.ris").write_text(
        ris("Hair", extra="AN  - L1\nAB  - More\n") + ris("Skin", extra="AN  - L3\n"), encoding="utf-8"
    )
    assert jak("search", "import", "old.ris", "--source", "Embase", "--hits", 2).code == 0
    assert jak("screen", "decide", 1, "exclude").code == 0
    assert jak("search", "import", "new.ris", "--updates", 1, "--dry-run").code == 0
    done = jak("search", "import", "new.ris", "--updates", 1, "--hits", 2)
    assert "search 2, Embase, against search 1" in done.out
    assert "retrieved 2 = already known 1 + new 1 (against the whole review)" in done.out
    assert "new 1, changed 1, corrected 0, retracted 0, vanished 1, unchanged 0" in done.out
    assert "abstract: (empty) -> More" in done.out
    assert "vanished: record 2 (L2; not screened) Nails" in done.out
    assert "updates 1" in jak("search", "list").out
    one, two = jak("search", "compare", 2, "--json").json, jak("search", "compare", 1, 2, "--json").json
    assert one == two
    assert (one["is_whole"], len(one["new"]), len(one["vanished"])) == (True, 1, 1)
    for words, said in (((1,), "neither updates"), ((1, 2, 2), "name one or two"), ((1, 9), "no search 9")):
        refused = jak("search", "compare", *words)
        assert (refused.code, said in refused.err) == (2, True)
    assert jak("search", "import", "old.ris", "--updates", 7).code == 2


def test_changed_criteria_are_listed_and_looked_at(searched: Run) -> None:
    jak = searched
    assert jak("screen", "criteria").err == "No criteria are kept yet: the next decision keeps them.\n"
    for report in (1, 2, 3):
        assert jak("screen", "decide", report, "exclude").code == 0
    assert "No decided report reads otherwise" in jak("search", "look-again").err
    edit('include = ["adults"]', 'include = ["adults", "children"]')
    shown = jak("search", "look-again")
    assert shown.out.count("criteria changed since: include 2 added: 'children'") == 3
    assert "decided reports whose criteria changed since: 3" in jak("status").out
    assert "jak.toml reads otherwise; nobody has decided under it yet" in jak("screen", "criteria").out
    assert jak("search", "looked", 1).code == 2
    assert jak("search", "looked", 1, "--why", "an animal study").out == "1 report left as it is: an animal study\n"
    assert jak("search", "looked", 1, "--why", "again").code == 2
    assert jak("screen", "decide", 2, "exclude").code == 0
    assert [r["report"] for r in jak("search", "look-again", "--json").json["reports"]] == [3]
    assert "1 look on record" in jak("search", "look-again").err
    assert jak("search", "looked", "--all-criteria", "--why", "no child in it").code == 0
    looks = jak("search", "looked", "--json").json["looks"]
    assert [(one["id"], one["record_id"], one["why"]) for one in looks] == [
        (1, 1, "an animal study"),
        (2, 3, "no child in it"),
    ]
    assert "an animal study" in jak("search", "looked").out
    assert "looked at again" in jak("search", "show", 1).out
    assert jak("search", "looked", "--undo", 1).out == "look 1 on record 1 is taken back\n"
    assert jak("search", "looked", "--undo", 1).code == 2
    assert jak("search", "looked", 2, "--undo", 1).code == 2
    assert [r["report"] for r in jak("search", "look-again", "--json").json["reports"]] == [1]
    listed = jak("screen", "criteria", "--json").json
    assert [one["reports"] for one in listed["versions"]] == [2, 1]
    assert listed["versions"][1]["changes"] == ["include 2 added: 'children'"]
    assert "version 2, first used" in jak("screen", "criteria").out
    assert jak("report").code == 0
    page = Path("report.html").read_text(encoding="utf-8")
    assert "1 were decided under other criteria than are printed here" in page
