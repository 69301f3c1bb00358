"""Known papers among the records of a review, and what each database brought: matched by number, title and year."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests_support import ris

from jak.database_yield import review_yield
from jak.deduping import deduplicate
from jak.importing import import_files
from jak.line_yield import included_pmids
from jak.screening import record_retrieval, vote
from jak.settings import load_settings
from jak.stored_check import check_stored, source_names
from jak.workspace import Review
from jakdb import imports
from jakdb.errors import UsageError
from jakdb.store import Store
from jakdb.words import Record
from jaksearch.known_items import KnownItem

Run = Callable[..., Any]
GINGER = "Ginger capsules against motion sickness on ferries and small boats: a randomised trial"
MINT = "Peppermint oil against nausea at sea in sailors and their passengers: a case series"
BANDS = "Acupressure bands against motion sickness in schoolchildren on long bus journeys"
TEA = "Weak black tea with lemon before crossings of the channel: an observational study"


def nbib(*papers: tuple[int, str]) -> str:
    """Return an export of PubMed."""
    return "".join(f"PMID- {pmid}\nTI  - {title}\nDP  - 2018\nAU  - Adams R\n\n" for pmid, title in papers)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Review]:
    """Return a review with PubMed (ginger, mint), Embase (ginger, bands) twice, and a web site (tea); no dedupe yet."""
    (tmp_path / "jak.toml").write_text("[screening]\nreviewers_required = 1\n", encoding="utf-8")
    files = {
        "a.nbib": nbib((11, GINGER), (12, MINT)),
        "b.ris": ris(GINGER, BANDS, extra="PY  - 2018\nAU  - Adams, R\n"),
        "c.ris": ris(BANDS.upper(), extra="PY  - 2018\nAU  - Adams, R\n"),
        "d.ris": ris(TEA, extra="PY  - 2019\n"),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with Store.create(tmp_path / "review.db") as store:
        import_files(store, [tmp_path / "a.nbib"], by="ann", source="PubMed")
        import_files(store, [tmp_path / "b.ris"], by="ann", source="Embase")
        import_files(store, [tmp_path / "c.ris"], by="ann", source="EMBASE")
        import_files(store, [tmp_path / "d.ris"], by="ann", source="A web site", kind="other")
        yield Review(load_settings(tmp_path), store)


def items(*records: Record) -> list[KnownItem]:
    """Return papers as a list names them."""
    return [KnownItem(record, line) for line, record in enumerate(records, 2)]


def test_every_database_has_its_own_recall_before_and_after_dedupe(opened: Review) -> None:
    known = items(
        Record(pmid="11"), Record(title=BANDS, year=2018), Record(title=TEA), Record(doi="10.1/none"), Record(pmid="12")
    )
    for _ in range(2):
        found = check_stored(opened, known)
        assert [item.databases for item in found.items] == [
            ("PubMed", "Embase"),
            ("Embase",),
            ("A web site",),
            (),
            ("PubMed",),
        ]
        assert [item.standing for item in found.items] == ["found", "found", "found", "missing", "found"]
        rows = {row.database: row for row in found.databases}
        assert {name: (row.recall.found, row.recall.of) for name, row in rows.items() if row.recall} == {
            "PubMed": (2, 5),
            "Embase": (2, 5),
            "A web site": (1, 5),
        }
        assert {name: row.only_here for name, row in rows.items()} == {"PubMed": 1, "Embase": 1, "A web site": 1}
        assert found.recall is not None
        assert (found.recall.found, found.recall.of) == (4, 5)
        deduplicate(opened)


def test_one_database_alone_is_compared_with_all(opened: Review) -> None:
    found = check_stored(opened, items(Record(pmid="11"), Record(pmid="12")), databases=["pubmed"])
    assert [(row.database, row.only_here) for row in found.databases] == [("PubMed", 1)]
    with pytest.raises(UsageError, match="no database of this review"):
        check_stored(opened, items(Record(pmid="11")), databases=["CINAHL"])
    assert source_names(opened) == ("PubMed", "Embase", "A web site")


def test_a_doubtful_paper_is_unresolved_and_in_no_recall(opened: Review) -> None:
    found = check_stored(
        opened,
        items(Record(title=GINGER.replace("Ginger", "Turmeric")), Record(pmid="12", title=TEA), Record(pmid="11")),
    )
    assert [item.standing for item in found.items] == ["unresolved", "unresolved", "found"]
    assert "record 1" in found.items[0].why
    assert "PMID 12 is" in found.items[1].why
    assert found.recall is not None
    assert found.recall.of == 1


def test_two_reports_with_one_title_are_not_chosen_from(opened: Review, tmp_path: Path) -> None:
    (tmp_path / "e.ris").write_text(ris(TEA, extra="PY  - 2019\nVL  - 3\nSP  - 9\nDO  - 10.5555/a\n"), encoding="utf-8")
    (tmp_path / "f.ris").write_text(
        ris(TEA, extra="PY  - 2020\nVL  - 4\nSP  - 80\nDO  - 10.5555/b\n"), encoding="utf-8"
    )
    import_files(opened.store, [tmp_path / "e.ris", tmp_path / "f.ris"], by="ann", source="Scopus")
    [item] = check_stored(opened, items(Record(title=TEA))).items
    assert item.standing == "unresolved"
    assert "merge them, or name the PMID" in item.why
    [item] = check_stored(opened, items(Record(title=TEA, doi="10.5555/b"))).items
    assert item.standing == "found", item


def test_where_the_report_stands_is_told(opened: Review) -> None:
    vote(opened, 2, reviewer="ann", verdict="exclude", reason="")
    [item] = check_stored(opened, items(Record(pmid="12"))).items
    assert (item.reports, item.state, item.title) == ((2,), "excluded at abstract", MINT)


def test_a_review_without_a_search_has_nothing_to_look_in(tmp_path: Path) -> None:
    (tmp_path / "jak.toml").write_text("", encoding="utf-8")
    with Store.create(tmp_path / "review.db") as store, pytest.raises(UsageError, match="nothing has been searched"):
        check_stored(Review(load_settings(tmp_path), store), items(Record(pmid="1")))


def test_what_a_database_brought_alone_is_counted_in_reports(opened: Review) -> None:
    deduplicate(opened)
    whole = review_yield(opened)
    rows = {row.name: row for row in whole.sources}
    assert {name: (r.kind, r.records, r.reports, r.only_here) for name, r in rows.items()} == {
        "PubMed": ("database", 2, 2, 1),
        "Embase": ("database", 3, 2, 1),
        "A web site": ("other", 1, 1, 1),
    }
    both = whole.together
    assert (both.records, both.reports, both.only_here, both.searches) == (6, 4, 3, (1, 2, 3, 4))
    assert (both.screened, both.precision, both.read_for_one, whole.open) == (0, None, None, 4)
    imports.undo_file(opened.store, 4, by="ann")
    assert [row.name for row in review_yield(opened).sources] == ["PubMed", "Embase"]


def test_precision_and_number_needed_to_read_rest_on_what_was_screened(opened: Review) -> None:
    deduplicate(opened)
    members = opened.snapshot().members
    ginger, mint, bands, tea = sorted(members)
    for report, verdict in ((ginger, "include"), (mint, "exclude"), (bands, "include")):
        vote(opened, report, reviewer="ann", verdict=verdict, reason="")
    abstract = {row.name: row for row in review_yield(opened, stage="abstract").sources}
    assert (abstract["PubMed"].screened, abstract["PubMed"].included, abstract["PubMed"].read_for_one) == (2, 1, 2.0)
    assert (abstract["Embase"].precision, abstract["Embase"].only_here_included) == (1.0, 1)
    assert review_yield(opened, stage="abstract").open == 1
    record_retrieval(opened, [ginger, bands], "retrieved", by="ann")
    vote(opened, ginger, reviewer="ann", verdict="include", stage="fulltext", reason="")
    whole = review_yield(opened)
    rows = {row.name: row for row in whole.sources}
    assert (rows["PubMed"].screened, rows["PubMed"].included, rows["PubMed"].read_for_one) == (2, 1, 2.0)
    assert (rows["Embase"].included, rows["Embase"].only_here_included, rows["Embase"].precision) == (1, 0, 0.5)
    assert (whole.together.screened, whole.together.included, whole.together.read_for_one) == (3, 1, 3.0)
    assert whole.open == 2
    assert tea in members
    assert included_pmids(opened.snapshot()) == ("11",)


def test_each_search_can_be_a_row(opened: Review) -> None:
    rows = {row.name: row for row in review_yield(opened, by="search").sources}
    assert list(rows) == ["1 PubMed", "2 Embase", "3 EMBASE", "4 A web site"]
    assert rows["3 EMBASE"].only_here == 1
