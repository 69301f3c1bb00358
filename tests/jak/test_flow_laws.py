"""Whatever a review went through, the flow adds up by each convention, and all of them tell of the same reports.

Histories are drawn at random and played on a real store: runs and imports that find records again, files added to a
search, undone imports, merges and their undo, removals, votes of two people, retrieval, stops, studies.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jak.flow_counts import flow_counts
from jak.flow_settings import UpdateSpec
from jak.report.counts import FlowCounts, equations, total
from jak.report.previous import previous_reports
from jak.search_accounts import search_accounts
from jak.settings import ReviewSettings, ScreeningSettings
from jak.workspace import Review
from jakdb import imports, members, numbers, screening
from jakdb.errors import UsageError
from jakdb.store import Store
from jakdb.words import RawRecord, Record, Study

SINCE = date(2026, 1, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAPERS = st.integers(1, 5)
SOURCES = (("PubMed", "database"), ("Embase", "database"), ("ICTRP", "register"), ("Citation searching", "other"))
DAYS = (date(2025, 6, 1), date(2025, 12, 31), date(2026, 1, 1), None)
SEARCH = st.tuples(
    st.just("search"), st.sampled_from(SOURCES), st.sampled_from(DAYS), st.lists(PAPERS, min_size=2, max_size=6)
)
STEPS = st.one_of(
    SEARCH,
    st.tuples(st.just("add"), st.integers(1, 4), st.lists(PAPERS, min_size=1, max_size=3)),
    st.tuples(st.just("undo file"), st.integers(1, 5)),
    *[st.tuples(st.just("merge"), PAPERS, PAPERS)] * 2,
    st.tuples(st.just("undo merge"), st.integers(1, 4)),
    st.tuples(st.just("remove"), PAPERS, st.sampled_from(("automation", "other"))),
    st.tuples(
        st.just("decide"),
        PAPERS,
        st.sampled_from(("ann", "ben", "automation: rct")),
        st.sampled_from(("abstract", "fulltext")),
        st.sampled_from(("include", "include", "exclude", "awaiting")),
    ),
    st.tuples(st.just("undo decision"), st.integers(1, 6)),
    st.tuples(st.just("settle"), PAPERS, st.sampled_from(("include", "exclude", "ongoing"))),
    st.tuples(st.just("retrieval"), PAPERS, st.sampled_from(("sought", "retrieved", "not_retrieved"))),
    st.tuples(st.just("stop"), st.sampled_from(("abstract", "fulltext")), st.sampled_from(("a rule", ""))),
    st.tuples(st.just("link"), PAPERS, st.sampled_from("xyz"), st.sampled_from(("report", "secondary"))),
)
# Most papers come to an end in a real review, so each history begins with searches and with a fate for every paper.
FATES = st.lists(st.sampled_from(("include", "include", "exclude", "")), min_size=5, max_size=5)
STUDIES = st.lists(st.sampled_from(("x", "x", "y", "z", "")), min_size=5, max_size=5)


def begun(parts: tuple[list[Any], list[str], list[str], list[Any]]) -> list[tuple[Any, ...]]:
    """Put a history together."""
    searches, fates, studies, steps = parts
    settled = [("settle", paper, fate) for paper, fate in enumerate(fates, start=1) if fate]
    linked = [("link", paper, study, "report") for paper, study in enumerate(studies, start=1) if study]
    return [*searches, *settled, *linked, *steps]


HISTORIES = st.tuples(st.lists(SEARCH, min_size=3, max_size=5), FATES, STUDIES, st.lists(STEPS, max_size=15)).map(begun)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with three studies and no record, to be copied: the schema is made once."""
    path = tmp_path_factory.mktemp("empty") / "review.db"
    with Store.create(path) as store:
        numbers.save_studies(store, [Study(key, key) for key in "xyz"], by="ann")
    return path


def file_of(papers: list[int], name: str) -> imports.FileToImport:
    """Return a file that holds these papers, each under a number of its own."""
    rows = [
        (RawRecord(n, n, f"paper {paper}", ()), Record(title=f"Paper {paper}", accession=str(paper)), f"p:{paper}")
        for n, paper in enumerate(papers, start=1)
    ]
    digest = hashlib.sha256(name.encode()).hexdigest()
    return imports.FileToImport(name, digest, 1, "ris", "utf-8", rows)  # type: ignore[arg-type]  # rows are pairs here


def play(store: Store, step: tuple[Any, ...], number: int) -> None:
    """Do one step; one that makes no sense at that moment is refused by the store and leaves it as it was."""
    kind, *words = step
    name = f"file {number}"
    if kind == "search":
        (source, sort), day, papers = words
        search = imports.NewSearch(source, kind=sort, searched_on=day, strategy=name)
        imports.save_imports(store, [(search, file_of(papers, name))], by="ann")
    elif kind == "add":
        imports.save_imports(store, [(words[0], file_of(words[1], name))], by="ann")
    elif kind == "undo file":
        imports.undo_file(store, words[0], by="ann")
    elif kind == "merge":
        members.add_merges(store, [members.NewMerge("merge", words[0], words[1])], by="ann")
    elif kind == "undo merge":
        members.undo_merge(store, words[0], by="ann")
    elif kind == "remove":
        screening.add_removals(store, [(words[0], words[1], "because")], by="ann")
    elif kind == "decide":
        record, who, stage, verdict = words
        screening.add_decisions(store, [screening.NewDecision(record, stage, who, verdict, "r")])
    elif kind == "undo decision":
        screening.undo_decision(store, words[0], by="ann", why="wrong")
    elif kind == "settle":
        record, verdict = words
        screening.add_retrievals(store, [(record, "retrieved", "")], by="ann")
        for stage, word in (("abstract", "include"), ("fulltext", verdict)):
            votes = [screening.NewDecision(record, stage, who, word, "r") for who in ("ann", "ben")]  # type: ignore[arg-type]
            screening.add_decisions(store, votes)
    elif kind == "retrieval":
        screening.add_retrievals(store, [(words[0], words[1], "")], by="ann")
    elif kind == "stop":
        screening.add_stop(store, words[0], words[1], by="ann")
    elif kind == "link":
        record, study, role = words
        numbers.add_link(store, study, record, by="ann", role=role, why="it tells of it")


def identified(counts: FlowCounts) -> int:
    """Return the records of every source."""
    return total(counts.databases) + total(counts.registers) + (total(counts.other.identified) if counts.other else 0)


def below_duplicates(counts: FlowCounts) -> dict[str, object]:
    """Return every number below the duplicates, without those that a column without reports does not have."""
    found = json.loads(json.dumps(_plain(counts)))
    for name in ("databases", "registers", "duplicates", "found_again", "known", "convention", "previous"):
        del found[name]
    other = found["other"]
    if other is not None:
        for name in ("identified", "duplicates", "found_again", "known"):
            del other[name]
        if not any(_numbers(other)):
            found["other"] = None
    return dict(found)


def _plain(counts: FlowCounts) -> dict[str, object]:
    from jak.report.counts import as_dict

    return as_dict(counts)


def _numbers(value: object) -> list[int]:
    if isinstance(value, dict):
        return [n for inner in value.values() for n in _numbers(inner)]
    if isinstance(value, list):
        return [n for inner in value for n in _numbers(inner)]
    return [value] if isinstance(value, int) else []


@settings(max_examples=40, deadline=None)
@given(HISTORIES)
def test_every_history_gives_flows_that_add_up_and_agree(empty: Path, steps: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as folder:
        shutil.copyfile(empty, Path(folder) / "review.db")
        with Store(Path(folder) / "review.db", now=lambda: NOON) as store:
            plain = ReviewSettings(Path(folder), screening=ScreeningSettings(2), update=UpdateSpec(since=SINCE))
            review = Review(plain, store)
            for number, step in enumerate(steps):
                with suppress(UsageError):
                    play(store, step, number)
            agree(review)


def agree(review: Review) -> None:
    """Hold the laws on one review."""
    from jak.flow_counts import flow_inputs

    store, snapshot = review.store, review.snapshot()
    once = flow_counts(review, snapshot)
    per_run = flow_counts(review, snapshot, convention="per-run")
    given_spec = UpdateSpec(studies=5, reports=7)
    given_flow = flow_counts(Review(replace(review.settings, update=given_spec), store), snapshot, convention="update")
    for counts in (once, per_run, given_flow):
        assert all(left == right for _, left, right in equations(counts))

    # Below the duplicates, once and per run tell the same of every report, and so does a version made elsewhere.
    assert below_duplicates(once) == below_duplicates(per_run)
    assert per_run.duplicates - per_run.found_again == once.duplicates
    assert identified(per_run) - identified(once) == per_run.found_again + (
        per_run.other.found_again if per_run.other else 0
    )
    assert (given_flow.databases, given_flow.duplicates) == (per_run.databases, per_run.duplicates)
    assert given_flow.included_reports == once.included_reports + 7
    assert given_flow.included_studies == once.included_studies + 5

    # The accounts of the searches add up to what both count as identified.
    accounts = search_accounts(store)
    assert all(one.retrieved == one.known + one.new + one.rejected for one in accounts)
    assert identified(once) == sum(one.new for one in accounts) == len(snapshot.records)
    assert identified(per_run) == sum(one.new + one.known for one in accounts)

    # An update divides the reports: those of the previous version, and the rest.
    days = {s.id: s.searched_on or s.at.date() for s in imports.searches(store) if not s.undone}
    if not any(day < SINCE for day in days.values()):
        with pytest.raises(UsageError, match="no search"):
            flow_counts(review, snapshot, convention="update")
        return
    update = flow_counts(review, snapshot, convention="update")
    assert all(left == right for _, left, right in equations(update))
    assert (update.included_reports, update.included_studies) == (once.included_reports, once.included_studies)
    assert identified(update) == sum(one.new + one.known for one in accounts if days[one.search] >= SINCE)
    earlier = previous_reports(flow_inputs(review, snapshot), SINCE)
    gone = {r: s for r, s in snapshot.states.items() if r in earlier and not s.removed}
    assert update.previous is not None
    assert update.previous.reports == sum(s.fulltext == "include" for s in gone.values())
    assert update.previous.new_reports + update.previous.more_reports == once.included_reports - update.previous.reports
    columns = [update, *([update.other] if update.other else [])]
    new = [r for r in snapshot.members if r not in earlier]
    assert identified(update) - sum(c.duplicates for c in columns) == len(new)
