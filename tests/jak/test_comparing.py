"""An export that is imported again is accounted for against the earlier one, whatever its format."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
from refresh_support import HAIR, Texts
from services.corpus import Article, Corpus
from services.eutils import make_pair
from services.publication import medline, pubmed_xml

from jak.comparing import SearchAccount, account_of_search, compare_two
from jak.importing import Imported, import_files
from jak.looking_again import look_again
from jak.screening import queue_for, vote
from jak.searching import run_search
from jak.strategies import SearchSpec
from jak.undoing import undo_import
from jak.workspace import Review
from jakdb import imports, screening
from jakdb.errors import UsageError

PAIR = make_pair(120, changed=20, new=15, late=2)
HEADINGS = ("Title", "Authors", "Year", "Abstract", "Document Type", "MeSH Terms", "EID")


def articles(corpus: Corpus) -> list[Article]:
    """Return every article."""
    return [corpus.article_at(at) for at in range(len(corpus))]


def row(a: Article) -> tuple[str, ...]:
    """Return what a table says of an article."""
    people = "; ".join(f"{author.last}, {author.fore}" for author in a.authors)
    abstract = " ".join(text for _, text in a.abstract)
    mesh = "; ".join(name for _, name, _ in a.mesh)
    return (a.title, people, str(a.published.year), abstract, "; ".join(a.types), mesh, f"2-s2.0-{a.pmid}")


def nbib(found: Sequence[Article]) -> bytes:
    return "".join(medline(a) for a in found).encode()


def xml(found: Sequence[Article]) -> bytes:
    return f"<PubmedArticleSet>{''.join(map(pubmed_xml, found))}</PubmedArticleSet>".encode()


def table(found: Sequence[Article], headings: Sequence[str] = HEADINGS) -> bytes:
    """Return a CSV with the columns in some order."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([[row(a)[HEADINGS.index(name)] for name in headings] for a in found])
    return stream.getvalue().encode()


def workbook(found: Sequence[Article]) -> bytes:
    book = openpyxl.Workbook()
    for cells in (HEADINGS, *map(row, found)):
        book.active.append(list(cells))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def bring(review: Review, folder: Path, name: str, data: bytes, **options: object) -> Imported:
    """Import a file."""
    path = folder / name
    path.write_bytes(data)
    return import_files(review.store, [path], by="ann", **options)  # type: ignore[arg-type] # as the test says


def pmids(review: Review, records: Sequence[int]) -> set[int]:
    """Return the PMIDs of records: their own, or those in the accession numbers of the tables."""
    found = imports.get_records(review.store, records)
    return {int(r.pmid or r.accession.removeprefix("2-s2.0-")) for r in found.values()}


def sets(review: Review, account: SearchAccount) -> dict[str, set[int]]:
    """Return the sets of an account as PMIDs."""
    names = ("new", "changed", "corrected", "retracted", "vanished")
    moved = {name: pmids(review, [one.record for one in getattr(account, name)]) for name in names}
    return {**moved, "unchanged": pmids(review, account.unchanged)}


def expected(said: Callable[[Article], object], *, corrections: bool) -> dict[str, set[int]]:
    """Work out the sets from the two states of the database alone, by what a format says of an article."""
    before, after = ({a.pmid: a for a in articles(corpus)} for corpus in (PAIR.before, PAIR.after))
    both = before.keys() & after.keys()
    found: dict[str, set[int]] = {"new": after.keys() - before.keys(), "vanished": before.keys() - after.keys()}
    differs = {pmid for pmid in both if said(before[pmid]) != said(after[pmid])}
    found["retracted"] = {p for p in differs if "Retracted Publication" in after[p].types}
    errata = {p for p in differs if after[p].corrections} - found["retracted"]
    found["corrected"] = errata if corrections else set()
    found["changed"] = differs - found["retracted"] - found["corrected"]
    found["unchanged"] = both - differs
    return found


def test_a_new_file_against_the_earlier_one_has_the_exact_sets(opened: Review, tmp_path: Path) -> None:
    before, after = articles(PAIR.before), articles(PAIR.after)
    bring(opened, tmp_path, "old.nbib", nbib(before), source="PubMed", hits=len(before))
    report = {int(r.pmid): r.id for r in imports.active_records(opened.store)}
    bare = [p for p, kind in PAIR.kinds.items() if kind == "abstract appeared"]
    for pmid in bare[:2]:
        vote(opened, report[pmid], "exclude", reviewer="ann")
    decisions = screening.decisions(opened.store)
    queue = queue_for(opened, opened.snapshot(), "ann", "abstract")
    done = bring(opened, tmp_path, "new.nbib", nbib(after), updates=1, hits=len(after))
    account = account_of_search(opened, done.searches[0].search.id)
    assert sets(opened, account) == expected(medline, corrections=True)
    assert (account.source, account.against, account.is_whole, account.doubts) == ("PubMed", (1,), True, ())
    assert (account.retrieved, account.known, account.new_to_review) == (len(after), len(after) - 15, 15)
    titles = [one for one in account.changed if PAIR.kinds[int(one.pmid)] == "title"]
    assert {change.field for one in titles for change in one.changes} == {"title"}
    assert screening.decisions(opened.store) == decisions
    now = queue_for(opened, opened.snapshot(), "ann", "abstract")
    assert now[: len(queue)] == queue
    assert set(now) - set(queue) == {one.report for one in account.new}
    assert {one.report for one in look_again(opened, opened.snapshot())} == {report[p] for p in bare[:2]}


@pytest.mark.parametrize("order", [HEADINGS, HEADINGS[::-1]], ids=["the same columns", "columns turned round"])
def test_rows_of_a_table_are_compared_field_by_field(opened: Review, tmp_path: Path, order: Sequence[str]) -> None:
    before, after = articles(PAIR.before), articles(PAIR.after)
    bring(opened, tmp_path, "old.csv", table(before), source="Scopus", hits=len(before))
    bring(opened, tmp_path, "new.csv", table(after, order), updates=1, hits=len(after))
    account = account_of_search(opened, 2)
    assert sets(opened, account) == expected(row, corrections=False)
    assert account.doubts == ()
    fields = {"title": "title", "abstract appeared": "abstract", "type": "publication_types", "mesh": "mesh"}
    for one in account.changed:
        kind = PAIR.kinds[int(one.accession.removeprefix("2-s2.0-"))]
        assert fields[kind] in {change.field for change in one.changes}


def test_a_table_against_a_workbook_says_that_the_format_is_another(opened: Review, tmp_path: Path) -> None:
    before, after = articles(PAIR.before), articles(PAIR.after)
    bring(opened, tmp_path, "old.xlsx", workbook(before), source="Scopus", hits=len(before))
    bring(opened, tmp_path, "new.csv", table(after), updates=1, hits=len(after))
    account = account_of_search(opened, 2)
    assert sets(opened, account) == expected(row, corrections=False)
    both = len(before) - len(PAIR.vanished)
    assert account.doubts == (
        f"{both} records came as xlsx and now as csv: differences may come from the format alone",
    )


def test_a_table_from_before_headings_were_kept_is_read_by_what_was_stored(
    opened: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = articles(PAIR.before), articles(PAIR.after)
    with monkeypatch.context() as older:
        older.setattr("jaksearch.formats.reading.Export.layouts", ())
        bring(opened, tmp_path, "old.csv", table(before), source="Scopus", hits=len(before))
        bring(opened, tmp_path, "middle.csv", table(before, HEADINGS[::-1]), updates=1, hits=len(before))
    bring(opened, tmp_path, "new.csv", table(after), updates=2, hits=len(after))
    assert sets(opened, compare_two(opened, 1, 3)) == expected(row, corrections=False)
    # The rows of the second file were no first sighting, so nothing stands in for them.
    account = compare_two(opened, 2, 3)
    assert len(account.changed) == len(before) - len(PAIR.vanished)
    assert account.doubts == (
        f"of {len(account.changed)} changed records the fields cannot be told: rows of a table that was imported before"
        " jak kept headings",
    )


@pytest.mark.parametrize(
    ("hits", "said"),
    [(None, "nobody said how many records the source found"), (500, "the source found 500 records and the files hold")],
)
def test_nothing_is_called_vanished_unless_the_file_is_whole(
    opened: Review, tmp_path: Path, hits: int | None, said: str
) -> None:
    before, after = articles(PAIR.before), articles(PAIR.after)
    bring(opened, tmp_path, "old.nbib", nbib(before), source="PubMed")
    bring(opened, tmp_path, "new.nbib", nbib(after), updates=1, hits=hits)
    account = account_of_search(opened, 2)
    assert (account.is_whole, account.vanished) == (False, ())
    assert account.doubts[0].startswith(f"nothing is called vanished: {said}")
    assert sets(opened, account)["new"] == PAIR.new


def test_a_vanished_record_may_be_one_that_could_not_be_read(opened: Review, tmp_path: Path) -> None:
    before = articles(PAIR.before)
    bring(opened, tmp_path, "old.nbib", nbib(before), source="PubMed", hits=len(before))
    torn = nbib(before[:-1]) + b"\nPMID- \nDP  - 2020\n"
    bring(opened, tmp_path, "new.nbib", torn, updates=1, hits=len(before))
    account = account_of_search(opened, 2)
    assert (pmids(opened, [one.record for one in account.vanished]), account.rejected) == ({before[-1].pmid}, 1)
    assert account.doubts == ("1 record could not be read: one that is called vanished may be among them",)


def test_what_bears_no_number_is_known_by_what_it_says(opened: Review, tmp_path: Path) -> None:
    one, other = (f"TY  - JOUR\nTI  - Hair\nAB  - {word}\nER  - \n".encode() for word in ("old", "new"))
    bring(opened, tmp_path, "old.ris", one, source="Embase", hits=1)
    bring(opened, tmp_path, "new.ris", other, updates=1, hits=1)
    account = account_of_search(opened, 2)
    assert (len(account.new), len(account.vanished), account.changed) == (1, 1, ())
    assert account.doubts == (
        "2 records among the new and the vanished without a number of the source: one that changed counts as both",
    )


def test_a_search_that_jak_ran_is_refreshed_and_not_updated(opened: Review, tmp_path: Path) -> None:
    spec = SearchSpec("main", "pubmed", query="hair")
    run_search(opened.store, spec, by="ann", source=Texts(dict(HAIR)))
    with pytest.raises(UsageError, match="search 1 was run by jak itself"):
        bring(opened, tmp_path, "new.nbib", nbib(articles(PAIR.after)[:2]), updates=1)
    text = "".join(f"PMID- {one}\n{said}\n\n" for one, said in HAIR.items() if one != "2")
    bring(opened, tmp_path, "saved.nbib", text.encode(), source="PubMed", hits=2)
    account = compare_two(opened, 1, 2)
    assert (account.new, account.changed, [one.pmid for one in account.vanished]) == ((), (), ["2"])


def test_updates_follow_each_other(opened: Review, tmp_path: Path) -> None:
    first, second, third = (articles(PAIR.before)[n : n + 10] for n in (0, 5, 2))
    bring(opened, tmp_path, "1.nbib", nbib(first), source="PubMed", platform="Ovid", hits=10)
    bring(opened, tmp_path, "2.nbib", nbib(second), updates=1, hits=10)
    bring(opened, tmp_path, "3.nbib", nbib(third), updates=2, hits=10)
    account = account_of_search(opened, 3)
    assert (account.against, account.platform, len(account.new)) == ((1, 2), "Ovid", 0)
    assert pmids(opened, [one.record for one in account.vanished]) == {
        a.pmid for a in (*first, *second) if a not in third
    }
    assert imports.updates(opened.store) == {2: 1, 3: 2}


def test_the_same_bytes_again_are_a_search_that_found_the_same(opened: Review, tmp_path: Path) -> None:
    found = articles(PAIR.before)[:10]
    bring(opened, tmp_path, "old.nbib", nbib(found), source="PubMed", hits=10)
    assert bring(opened, tmp_path, "same.nbib", nbib(found), source="PubMed").known == (("same.nbib", 1),)
    done = bring(opened, tmp_path, "same.nbib", nbib(found), updates=1, hits=10)
    assert done.known == ()
    account = account_of_search(opened, 2)
    assert (len(account.unchanged), account.new, account.vanished) == (10, (), ())
    undo_import(opened.store, file=None, run=None, search=2, by="ann")
    with pytest.raises(UsageError, match="search 2 was taken back"):
        account_of_search(opened, 2)
    assert len(imports.active_records(opened.store)) == 10
    bring(opened, tmp_path, "same.nbib", nbib(found), updates=1, hits=10)
    assert account_of_search(opened, 3).against == (1,)


def test_what_is_no_update_is_refused_and_nothing_stored(opened: Review, tmp_path: Path) -> None:
    found = articles(PAIR.before)[:10]
    bring(opened, tmp_path, "old.nbib", nbib(found), source="PubMed")
    new = nbib(articles(PAIR.after)[:10])
    for options, said in (
        ({"updates": 9}, "there is no search 9"),
        ({"updates": 1, "source": "Embase"}, "search 1 is of PubMed, not of Embase"),
        ({"updates": 1, "platform": "Ovid"}, "search 1 was made on a platform that nobody named, not on Ovid"),
        ({"updates": 1, "search_id": 1}, "--updates and --search at once"),
    ):
        with pytest.raises(UsageError, match=said):
            bring(opened, tmp_path, "new.nbib", new, **options)
    bring(opened, tmp_path, "new.nbib", new, updates=1, source="pubmed")
    with pytest.raises(UsageError, match="search 1 was updated by search 2 already"):
        bring(opened, tmp_path, "third.nbib", nbib(articles(PAIR.after)[:9]), updates=1)
    undo_import(opened.store, file=None, run=None, search=1, by="ann")
    with pytest.raises(UsageError, match="search 1 was taken back"):
        bring(opened, tmp_path, "third.nbib", nbib(articles(PAIR.after)[:9]), updates=1)
    assert len(imports.files(opened.store)) == 2


def test_any_two_searches_can_be_compared(opened: Review, tmp_path: Path) -> None:
    before, after = articles(PAIR.before), articles(PAIR.after)
    bring(opened, tmp_path, "old.xml", xml(before), source="PubMed", hits=len(before))
    bring(opened, tmp_path, "new.xml", xml(after), source="PubMed", hits=len(after))
    assert sets(opened, compare_two(opened, 1, 2)) == expected(pubmed_xml, corrections=True)
    back = sets(opened, compare_two(opened, 2, 1))
    assert (back["new"], back["vanished"]) == (PAIR.vanished, PAIR.new)
    for earlier, later, said in ((1, 1, "compared with itself"), (1, 7, "no search 7"), (7, 1, "no search 7")):
        with pytest.raises(UsageError, match=said):
            compare_two(opened, earlier, later)
    with pytest.raises(UsageError, match="neither updates another nor"):
        account_of_search(opened, 2)


def test_a_file_that_was_taken_back_leaves_the_search_in_part(opened: Review, tmp_path: Path) -> None:
    before = articles(PAIR.before)
    bring(opened, tmp_path, "old.nbib", nbib(before), source="PubMed", hits=len(before))
    bring(opened, tmp_path, "new.nbib", nbib(before[:60]), updates=1, hits=60)
    bring(opened, tmp_path, "more.nbib", nbib(before[60:]), search_id=2)
    undo_import(opened.store, file=3, run=None, search=None, by="ann")
    account = account_of_search(opened, 2)
    assert (account.is_whole, account.vanished, len(account.unchanged)) == (False, (), 60)
    assert account.doubts == ("nothing is called vanished: 1 file of search 2 was taken back",)
