"""What a version of a strategy adds and drops is told by record, and a lost included report is called out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from refresh_support import SETTINGS, Texts, pubmed
from services.eutils import EUtils, make_corpus, start
from services.search import search

from jak.comparing import runs_of_name
from jak.refreshing import account_of, refresh
from jak.screening import vote
from jak.searching import run_search
from jak.settings import load_settings
from jak.strategies import SearchSpec
from jak.undoing import undo_import
from jak.versions import ask_for_dropped, strategies_with_versions, version_changes
from jak.workspace import Review
from jakdb import imports
from jakdb.errors import SourceError, UsageError
from jakdb.store import Store
from jaksearch.sources import Batch

FIRST = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = datetime(2026, 9, 1, tzinfo=UTC)


def spec(*lines: str, note: str = "") -> SearchSpec:
    """Return the strategy with some lines."""
    labelled = tuple((str(n), line) for n, line in enumerate(lines, start=1))
    return SearchSpec("main", "pubmed", labelled, notes=(note,) if note else ())


def paper(number: int, created: str = "") -> tuple[str, str]:
    """Return a record with the day of its creation."""
    day = f"\nCRDT- {created} 16:00" if created else ""
    return str(number), f"TI  - Paper {number}\nPT  - Journal Article{day}"


OLD = dict([paper(1), paper(2), paper(3), paper(8)])
NEW = dict(
    [paper(3), paper(4, "2026/03/01"), paper(5, "2026/08/01"), paper(6), paper(7, "2026/03/09"), paper(9, "2026/03/10")]
)


class Asked(Texts):
    """A source of texts in which some are absent."""

    absent: tuple[str, ...] = ()

    def fetch(self, ids: object) -> Batch:
        asked = tuple(ids)  # type: ignore[arg-type] # identifiers
        return Batch("medline", b"", asked, tuple(one for one in asked if one in self.absent))


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[tuple[Review, list[datetime]]]:
    """Return a review and its clock."""
    (tmp_path / "jak.toml").write_text(SETTINGS, encoding="utf-8")
    now = [FIRST]
    with Store.create(tmp_path / "review.db", now=lambda: now[0]) as store:
        yield Review(load_settings(tmp_path), store), now


def changed(clocked: tuple[Review, list[datetime]], *, other: bool = False) -> Review:
    """Run two versions, half a year apart; before the second, another search may find paper 6."""
    review, now = clocked
    run_search(review.store, spec("hair"), by="ann", source=Texts(OLD))
    for report, verdict in ((1, "include"), (2, "exclude"), (3, "include")):
        vote(review, report, verdict, reviewer="ann")
    if other:
        run_search(review.store, SearchSpec("other", "pubmed", query="six"), by="ann", source=Texts(dict([paper(6)])))
    now[0] = LATER
    refresh(review, spec("hair", "#1 AND jak"), by="ann", source=Texts(NEW))
    return review


def test_added_and_dropped_records_are_told_with_where_they_come_from(
    clocked: tuple[Review, list[datetime]],
) -> None:
    review = changed(clocked)
    [change] = version_changes(review, "main")
    assert (change.before, change.after, change.runs) == (1, 2, (1, 2))
    assert change.text == ("+ line 2: #1 AND jak",)
    assert {one.identifier: one.origin for one in change.adds} == {
        "4": "there before",
        "5": "new in the database",
        "6": "cannot be told",
        "7": "cannot be told",  # the day before the run, in somebody's time zone
        "9": "cannot be told",
    }
    assert {one.identifier: (one.origin, one.state) for one in change.drops} == {
        "1": ("cannot be told", "INCLUDED at abstract"),
        "2": ("cannot be told", "excluded at abstract"),
        "8": ("cannot be told", "not screened"),
    }
    assert (change.drops_included, change.drops_decided) == (1, 2)
    assert change.caution.startswith("INCLUDED REPORT LOST BY main, version 2: 1 that version 1 found (report 1)")


def test_what_another_search_saw_tells_more(clocked: tuple[Review, list[datetime]]) -> None:
    review, now = clocked
    changed(clocked)
    now[0] = datetime(2026, 9, 2, tzinfo=UTC)
    run_search(review.store, SearchSpec("more", "pubmed", query="two"), by="ann", source=Texts(dict([paper(2)])))
    [change] = version_changes(review, "main")
    assert {one.identifier: one.origin for one in change.drops}["2"] == "still there"
    assert {one.identifier: one.origin for one in change.drops}["1"] == "cannot be told"


def test_what_an_earlier_search_saw_was_there_before(clocked: tuple[Review, list[datetime]]) -> None:
    review, now = clocked
    now[0] = datetime(2026, 3, 1, tzinfo=UTC)
    run_search(review.store, SearchSpec("other", "pubmed", query="six"), by="ann", source=Texts(dict([paper(6)])))
    now[0] = FIRST
    changed(clocked)
    [change] = version_changes(review, "main")
    assert {one.identifier: one.origin for one in change.adds}["6"] == "there before"


def test_the_source_can_be_asked_for_what_was_dropped(clocked: tuple[Review, list[datetime]]) -> None:
    review = changed(clocked)
    [change] = version_changes(review, "main")
    source = Asked({})
    source.absent = ("8",)
    asked = ask_for_dropped(change, source)
    assert {one.identifier: one.origin for one in asked.drops} == {
        "1": "still there",
        "2": "still there",
        "8": "gone from the database",
    }
    assert asked.adds == change.adds


def test_the_account_of_a_refresh_holds_the_change_once(clocked: tuple[Review, list[datetime]]) -> None:
    review = changed(clocked)
    [change] = version_changes(review, "main")
    assert account_of(review, 2).version_change == change
    again = refresh(review, spec("hair", "#1 AND jak"), by="ann", source=Texts(NEW)).account
    assert again.version_change is None
    assert len(again.missed_before) == len(again.vanished) == 3
    assert version_changes(review, "main") == (change,)


def test_a_note_is_a_version_that_sends_the_same(clocked: tuple[Review, list[datetime]]) -> None:
    review, _ = clocked
    run_search(review.store, spec("hair"), by="ann", source=Texts(OLD))
    run_search(review.store, spec("hair", note="checked"), by="ann", source=Texts(OLD))
    [change] = version_changes(review, "main")
    assert (change.text, change.sends_the_same) == (("+ note: checked",), True)
    assert (change.adds, change.drops, change.caution) == ((), (), "")


def test_a_version_that_never_ran_to_its_end_is_passed_over(clocked: tuple[Review, list[datetime]]) -> None:
    review, _ = clocked
    run_search(review.store, spec("hair"), by="ann", source=Texts(OLD))
    broken = Texts(NEW)
    broken.fails = True
    with pytest.raises(SourceError):
        run_search(review.store, spec("nails"), by="ann", source=broken)
    run_search(review.store, spec("skin"), by="ann", source=Texts(NEW))
    second, third = version_changes(review, "main")
    assert (second.before, second.after, second.runs) == (1, 2, None)
    assert "version 2 never ran to the end" in second.why_not
    assert (third.before, third.after, third.runs) == (1, 3, (1, 3))
    assert third.text == ("- line 1: hair", "+ line 1: skin")


def test_a_run_that_was_taken_back_is_none(clocked: tuple[Review, list[datetime]]) -> None:
    review = changed(clocked)
    undo_import(review.store, file=None, run=2, search=None, by="ann")
    [change] = version_changes(review, "main")
    assert change.runs is None
    assert [run.id for run, _, _ in runs_of_name(review, "main")] == [1]
    with pytest.raises(UsageError, match="run 2 was taken back"):
        account_of(review, 2)


def test_an_unknown_name_is_an_error(clocked: tuple[Review, list[datetime]]) -> None:
    review = changed(clocked)
    assert strategies_with_versions(review) == ("main",)
    with pytest.raises(UsageError, match="no strategy 'mian' was ever run") as caught:
        version_changes(review, "mian")
    assert caught.value.hint == "strategies that were: main"


def test_a_real_service_tells_the_days_in_its_xml(opened: Review, tmp_path: Path) -> None:
    """The database does not change between the runs, so nothing can be new in it: the corpus says what each finds."""
    corpus = make_corpus(300)
    texts = ("baricitinib[tiab]", "tofacitinib[tiab]")
    with start(EUtils(corpus)) as server:
        for text in texts:
            run_search(opened.store, spec(text), by="ann", source=pubmed(server, tmp_path))
        [change] = version_changes(opened, "main")
        one, other = ({str(n) for n in corpus.ids[search(corpus, text).mask]} for text in texts)
        assert {x.identifier for x in change.adds} == other - one
        assert {x.identifier for x in change.drops} == one - other
        assert {x.origin for x in change.adds} == {"there before"}
        asked = ask_for_dropped(change, pubmed(server, tmp_path))
    assert {x.origin for x in asked.drops} == {"still there"}
    assert len(imports.active_records(opened.store)) == len(one | other)
