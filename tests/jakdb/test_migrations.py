"""A store of every earlier revision opens, keeps what it holds, and takes new records beside the old ones."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from jakdb import doctor, looks, migrate, ranking, runs, screening
from jakdb.imports import (
    FileToImport,
    NewSearch,
    active_records,
    layouts,
    rejects,
    save_imports,
    sightings,
    updates,
)
from jakdb.store import HEAD, Store
from jakdb.words import Author, Criteria, RawRecord, Record, Reject, RelatedItem

OLD = Record(title="Hair", authors=(Author("Liu", "LY"),), year=2020, database="PubMed", pmid="7", accession="7")
FULL = Record(
    title="Loss",
    authors=(Author("Ng", "K", orcid="0000-0002-1825-0097"),),
    editors=(Author("Ed", "A"),),
    translators=(Author(literal="Group"),),
    translated_authors=(Author("Wang", "Wei"),),
    date="2020-01-30",
    translated_journal="Journal",
    article_number="e7",
    translated_abstract="Text",
    abstract_sections=(("METHODS", "We looked."), ("RESULTS", "We saw.")),
    related=(RelatedItem("retraction_in", "J. 2021;1:2", "8", "10.1/x"),),
    database="PubMed",
)


def first_revision(path: Path) -> None:
    """Make a store as the first version did, with one record, one sighting and one reject."""
    migrate.upgrade(path, "0001")
    at = "2026-01-01 00:00:00.000000"
    with sqlite3.connect(path) as raw:
        columns = [row[1] for row in raw.execute("PRAGMA table_info(records)")]
        lists = ("authors", "registry_ids", "keywords", "mesh", "publication_types", "issn")
        row: dict[str, object] = dict.fromkeys(columns, "") | dict.fromkeys(lists, "[]")
        row |= {"id": 1, "identity": "pubmed||7", "title": OLD.title, "year": 2020, "pmid": "7", "accession": "7"}
        row |= {"authors": json.dumps([["Liu", "LY", ""]]), "database": "PubMed"}
        raw.execute(f"INSERT INTO records ({','.join(row)}) VALUES ({','.join('?' * len(row))})", list(row.values()))
        raw.execute("INSERT INTO searches VALUES (1, 'PubMed', '', 'database', NULL, NULL, '', 'ann', ?, 'k1')", (at,))
        raw.execute(
            "INSERT INTO files VALUES (1, 1, 'a.nbib', ?, 10, 'medline', 'utf-8', 2, 1, 1, 0, '[]', 'ann', ?, 'k2')",
            ("a" * 64, at),
        )
        raw.execute("INSERT INTO sightings VALUES (1, 1, 1, 1, 1, 1, 0, 'PMID- 7')")
        raw.execute("INSERT INTO rejects VALUES (1, 1, 2, 9, 'nothing', 'PMID-')")
        raw.execute("INSERT INTO membership VALUES (1, 1)")
    raw.close()


def test_a_store_of_the_first_revision_opens_with_everything_in_it(tmp_path: Path) -> None:
    first_revision(tmp_path / "review.db")
    with Store(tmp_path / "review.db") as store:
        assert store.revision == HEAD
        [record] = active_records(store)
        assert record == replace(OLD, id=1)
        assert [reject for _, reject in rejects(store)] == [Reject(2, 9, "nothing", "PMID-", -1)]
        assert all(check.is_sound for check in doctor.examine(store))
    assert list(tmp_path.glob("review.db.before-*"))


def test_more_read_by_a_newer_version_is_no_change_of_the_record(tmp_path: Path) -> None:
    first_revision(tmp_path / "review.db")
    newer = replace(OLD, date="2020-01-30")
    rows = [(RawRecord(1, 1, "PMID- 7", ()), newer, "pubmed||7")]
    with Store(tmp_path / "review.db") as store:
        save_imports(store, [(1, FileToImport("b.nbib", "b" * 64, 7, "medline", "utf-8", rows))], by="ann")
        assert [place.changed for place in sightings(store)] == [False, False]
        assert active_records(store)[0].date == ""  # a record is never altered


def test_every_field_comes_back_from_the_store(tmp_path: Path) -> None:
    rows = [(RawRecord(1, 1, "x", ()), FULL, "one"), Reject(2, 3, "nothing", "y", 17)]
    with Store.create(tmp_path / "review.db") as store:
        save_imports(store, [(NewSearch("PubMed"), FileToImport("a", "c" * 64, 1, "ris", "utf-8", rows))], by="ann")
        [record] = active_records(store)
        assert record == replace(FULL, id=1)
        assert [reject.offset for _, reject in rejects(store)] == [17]


def third_revision(path: Path) -> None:
    """Make a store as the version before the refresh did, with a table, a decision and a run."""
    migrate.upgrade(path, "0003")
    at = "2026-01-01 00:00:00.000000"
    with sqlite3.connect(path) as raw:
        columns = [row[1] for row in raw.execute("PRAGMA table_info(records)")]
        lists = ("authors", "registry_ids", "keywords", "mesh", "publication_types", "issn")
        later = ("translated_authors", "editors", "translators", "abstract_sections", "related")
        row: dict[str, object] = dict.fromkeys(columns, "") | dict.fromkeys((*lists, *later), "[]")
        row |= {"id": 1, "identity": "scopus||7", "title": "Hair", "year": 2020, "database": "Scopus"}
        raw.execute(f"INSERT INTO records ({','.join(row)}) VALUES ({','.join('?' * len(row))})", list(row.values()))
        raw.execute("INSERT INTO searches VALUES (1, 'Scopus', '', 'database', NULL, NULL, '', 'ann', ?, 'k1')", (at,))
        raw.execute(
            "INSERT INTO files VALUES (1, 1, 'a.csv', ?, 10, 'csv', 'utf-8', 1, 1, 0, 0, '[]', 'ann', ?, 'k2')",
            ("a" * 64, at),
        )
        raw.execute("INSERT INTO sightings VALUES (1, 1, 1, 1, 2, 1, 0, 'Hair,2020')")
        raw.execute("INSERT INTO membership VALUES (1, 1)")
        raw.execute(
            "INSERT INTO decisions VALUES (1, 1, 'abstract', 'vote', 'exclude', '', '', NULL, 'ann', ?, 'k3')", (at,)
        )
        raw.execute("INSERT INTO strategies VALUES (1, 'main', 'pubmed', 1, '{}', 'hair', 'ann', ?, 'k4')", (at,))
        raw.execute("INSERT INTO searches VALUES (2, 'PubMed', '', 'database', NULL, 0, '', 'ann', ?, 'k5')", (at,))
        found = json.dumps({"count": 0, "query": "hair"})
        raw.execute("INSERT INTO runs VALUES (1, 1, 2, 'run', ?, 'ann', ?, 'k6')", (found, at))
    raw.close()


def test_a_store_from_before_the_refresh_opens_with_its_decisions_and_runs(tmp_path: Path) -> None:
    third_revision(tmp_path / "review.db")
    with Store(tmp_path / "review.db") as store:
        assert store.revision == HEAD
        assert [(d.id, d.verdict) for d in screening.decisions(store)] == [(1, "exclude")]
        assert [(r.count, r.since) for r in runs.runs(store)] == [(0, None)]
        assert (looks.criteria_versions(store), looks.looks(store), updates(store), layouts(store)) == ((), (), {}, {})
        screening.add_decisions(
            store, [screening.NewDecision(1, "abstract", "ann", "include")], criteria=Criteria("Does hair grow?")
        )
        assert [one.criteria.question for one in looks.criteria_versions(store)] == ["Does hair grow?"]
        assert all(check.is_sound for check in doctor.examine(store))
    [copy] = tmp_path.glob(f"review.db.before-{HEAD}-*")
    with sqlite3.connect(copy) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("0003",)]
    raw.close()


def test_a_store_from_before_the_draws_opens_with_its_decisions_and_without_its_old_orders(tmp_path: Path) -> None:
    third_revision(tmp_path / "review.db")
    migrate.upgrade(tmp_path / "review.db", "0005")
    with sqlite3.connect(tmp_path / "review.db") as raw:
        at = "2026-01-01 00:00:00.000000"
        raw.execute("INSERT INTO rankings VALUES ('abstract', 'ann', 1, 1, 0.5, 'votes', ?)", (at,))
    raw.close()
    with Store(tmp_path / "review.db") as store:
        assert store.revision == HEAD
        assert [d.verdict for d in screening.decisions(store)] == ["exclude"]
        assert ranking.last_order(store, "abstract", "ann") is None
        assert ranking.add_draws(store, "abstract", [ranking.NewDraw(1, 1, 1)], seed=0, by="ann") == 1
        assert ranking.add_draws(store, "abstract", [ranking.NewDraw(1, 1, 1)], seed=0, by="ann") == 0
        assert [(d.record_id, d.place, d.frame, d.by) for d in ranking.draws(store)] == [(1, 1, 1, "ann")]
        with pytest.raises(IntegrityError, match="append-only"), store.write() as connection:
            connection.exec_driver_sql("DELETE FROM draws")
        assert all(check.is_sound for check in doctor.examine(store))
