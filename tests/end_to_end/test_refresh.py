"""A review is refreshed by the command line against a database half a year older.

What must come out is worked out here from the two states of the database, article by article, and from nothing that
jak prints.
"""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from services.corpus import Article, Corpus
from services.eutils import EUtils, make_pair, start
from tests_support import Run

from jak.cli import main
from jakdb import imports
from jakdb.store import Store
from jaksearch.sources import make_source

PAIR = make_pair(160, changed=20, new=20, late=3)
TOML = """
[screening]
reviewers_required = 1
fulltext_reasons = ["wrong drug"]

[search.main]
source = "pubmed"
lines = ["all[sb]"]

[analysis.response]
title = "Any response"
outcome = "response"
"""


def held(corpus: Corpus) -> dict[int, Article]:
    """Return every article by its PMID."""
    return {int(pmid): corpus.article_at(at) for at, pmid in enumerate(corpus.ids)}


BEFORE, AFTER = held(PAIR.before), held(PAIR.after)
BOTH = BEFORE.keys() & AFTER.keys()


def said(article: Article) -> tuple[object, ...]:
    """Return what a refresh compares: all but the day of the revision."""
    names = ("title", "abstract", "authors", "journal", "types", "mesh", "doi", "registration", "corrections", "pages")
    return tuple(getattr(article, name) for name in names)


DIFFERS = {pmid for pmid in BOTH if said(BEFORE[pmid]) != said(AFTER[pmid])}
RETRACTED = {p for p in DIFFERS if "RetractionIn" in {c.kind for c in AFTER[p].corrections}}
CORRECTED = {p for p in DIFFERS - RETRACTED if "ErratumIn" in {c.kind for c in AFTER[p].corrections}}
SETS = {
    "new": AFTER.keys() - BEFORE.keys(),
    "changed": DIFFERS - RETRACTED - CORRECTED,
    "corrected": CORRECTED,
    "retracted": RETRACTED,
    "vanished": BEFORE.keys() - AFTER.keys(),
}
APPEARED = sorted(p for p in DIFFERS if AFTER[p].abstract and not BEFORE[p].abstract)
LATE = {p for p in SETS["new"] if (AFTER[p].created - AFTER[p].published).days > 365}


EXCLUDED = {*APPEARED[:2], *sorted(SETS["changed"] - set(APPEARED))[:3], *sorted(BOTH - DIFFERS)[:3]}
AWAITING = {sorted(CORRECTED)[0], sorted(BOTH - DIFFERS)[4]}
POOLED = {"one": sorted(RETRACTED)[0], "two": sorted(BOTH - DIFFERS)[5], "gone": sorted(SETS["vanished"])[0]}


@dataclass(frozen=True)
class Refreshed:
    """A review after its refresh, and what the commands said before it."""

    folder: Path
    report: dict[int, int]
    log: list[dict[str, Any]]
    waiting: list[int]


def jak_says(*words: object) -> dict[str, Any]:
    """Run a command that must succeed, and return its JSON."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        assert main([*map(str, words), "--json"]) == 0
    found = json.loads(out.getvalue())
    assert isinstance(found, dict)
    return found


def by_pmid() -> dict[int, int]:
    """Return the number of each record, which is its report's too."""
    with Store(Path("review.db")) as store:
        return {int(r.pmid): r.id for r in imports.active_records(store)}


def to_screen() -> list[int]:
    """Return the reports that wait."""
    return [row["report"] for row in jak_says("screen", "reports", "to-screen")["rows"]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Refreshed:
    """Search, decide, pool, and search again half a year later."""
    folder = tmp_path_factory.mktemp("review")
    (folder / "jak.toml").write_text(TOML, encoding="utf-8")
    Store.create(folder / "review.db").close()
    with pytest.MonkeyPatch.context() as patch, start(EUtils(PAIR)) as server:
        patch.chdir(folder)
        patch.setattr("jaksearch.sources.make_source", partial(make_source, per_second=0))
        surroundings = {"EUTILS_URL": server.url, "EMAIL": "ann@example.org", "REVIEWER": "ann", "STATE_DIR": folder}
        for name, value in surroundings.items():
            patch.setenv(f"JAK_{name}", str(value))
        patch.setenv("XDG_CONFIG_HOME", str(folder / "none"))
        jak_says("search", "run")
        report = by_pmid()
        for pmid in EXCLUDED:
            jak_says("screen", "decide", report[pmid], "exclude")
        for pmid in {*AWAITING, *POOLED.values()}:
            jak_says("screen", "decide", report[pmid], "include")
            verdict = "awaiting" if pmid in AWAITING else "include"
            jak_says("screen", "decide", report[pmid], verdict, "--stage", "fulltext")
        rows = ["study,arm,outcome,field,value,status,source,quote"]
        for study, pmid in POOLED.items():
            jak_says("pool", "link", report[pmid], study, "--arm", "a=drug")
            rows += [f"{study},a,response,{field},read,page 1,seen" for field in ("events,5", "n,9")]
        Path("numbers.csv").write_text("\n".join(rows), encoding="utf-8")
        jak_says("pool", "load", "numbers.csv")
        log, waiting = jak_says("screen", "log", "--unblind")["rows"], to_screen()
        server.service.advance()
        jak_says("search", "refresh")
    return Refreshed(folder, report, log, waiting)


@pytest.fixture
def refreshed(built: Refreshed, monkeypatch: pytest.MonkeyPatch) -> Refreshed:
    """Stand in the folder of the refreshed review, which the tests only read."""
    monkeypatch.chdir(built.folder)
    return built


@pytest.mark.usefixtures("refreshed")
def test_the_sets_are_exact() -> None:
    [account] = jak_says("search", "refresh", "--show", 2)["searches"]
    for name, wanted in SETS.items():
        assert {int(one["pmid"]) for one in account[name]} == wanted, name
    pmid = {record: n for n, record in by_pmid().items()}
    assert {pmid[record] for record in account["unchanged"]} == BOTH - DIFFERS
    assert all(SETS.values())
    assert account["retrieved"] == len(AFTER) == account["known"] + account["new_to_review"]
    assert account["new_to_review"] == len(SETS["new"])


@pytest.mark.usefixtures("refreshed")
def test_the_late_records_are_found() -> None:
    assert {AFTER[pmid].entered for pmid in LATE} == {AFTER[pmid].published for pmid in LATE}
    assert len(LATE) == 3
    [account] = jak_says("search", "refresh", "--show", 2)["searches"]
    assert {int(one["pmid"]) for one in account["new"]} >= LATE


def test_the_queue_grows_by_the_new_records_alone_and_decisions_stay(refreshed: Refreshed) -> None:
    now = by_pmid()
    waiting = to_screen()
    assert waiting[: len(refreshed.waiting)] == refreshed.waiting
    assert set(waiting) - set(refreshed.waiting) == {now[pmid] for pmid in SETS["new"]}
    assert jak_says("screen", "log", "--unblind")["rows"] == refreshed.log
    assert {pmid: now[pmid] for pmid in BEFORE} == refreshed.report  # what has vanished stays, under its number


def test_the_list_to_look_at_again_is_exact(refreshed: Refreshed) -> None:
    rows = jak_says("search", "look-again")["reports"]
    wanted = {refreshed.report[p]: ["an abstract has appeared"] for p in APPEARED if p in EXCLUDED}
    wanted |= {refreshed.report[p]: ["changed: related"] for p in AWAITING & DIFFERS}
    assert {row["report"]: row["why"] for row in rows} == wanted
    assert len(wanted) == 3


def test_the_retraction_is_shown_in_status_screen_pool_and_report(refreshed: Refreshed, jak: Run) -> None:
    pmid = POOLED["one"]
    [notice] = [c for c in AFTER[pmid].corrections if c.kind == "RetractionIn"]
    warning = f"RETRACTED: report {refreshed.report[pmid]} (INCLUDED at full text): {AFTER[pmid].title}"
    assert f"{warning} ({notice.source} PMID {notice.pmid})" in jak("status").out
    assert warning in jak("screen", "next").err
    assert f"! RETRACTED: {AFTER[pmid].authors[0].last}" in jak("screen", "reports", "included").out
    assert f"one: {warning}" in jak("pool", "run", "response").out
    assert jak("report").code == 0
    assert f"RETRACTED: report {refreshed.report[pmid]}" in Path("report.html").read_text(encoding="utf-8")
    others = [p for study, p in POOLED.items() if study != "one"]
    assert not any(f"RETRACTED: report {refreshed.report[p]}" in jak("status").out for p in others)
