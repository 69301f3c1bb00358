"""The store: opening, versions, transactions, and what cannot be changed."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from jakdb import doctor, migrate, screening, tables
from jakdb.errors import StoreError, UsageError
from jakdb.imports import FileToImport, NewSearch, save_imports
from jakdb.store import HEAD, Store, append, append_many
from jakdb.words import RawRecord, Record

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def filled(path: Path, count: int = 3) -> Store:
    """Return a store with some records."""
    store = Store.create(path, now=lambda: NOW)
    rows = [
        (RawRecord(i, i, f"source text {i}", ()), Record(title=f"Title {i}", database="PubMed", pmid=str(i)), f"id {i}")
        for i in range(1, count + 1)
    ]
    file = FileToImport("a.ris", "a" * 64, 10, "ris", "utf-8", rows)
    save_imports(store, [(NewSearch("PubMed"), file)], by="ann")
    return store


def test_the_head_constant_is_the_newest_migration() -> None:
    assert migrate.revisions()[0] == HEAD


def test_migrations_make_the_tables_as_declared(tmp_path: Path) -> None:
    with Store.create(tmp_path / "review.db") as store, store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_connections_keep_the_rules_of_the_store(tmp_path: Path) -> None:
    with Store.create(tmp_path / "review.db") as store, store.read() as connection:
        rules = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert rules == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}


@pytest.mark.parametrize("table", tables.APPEND_ONLY)
def test_no_event_can_be_changed_or_deleted(tmp_path: Path, table: str) -> None:
    with filled(tmp_path / "review.db") as store:
        screening.add_decisions(store, [screening.NewDecision(1, "abstract", "ann", "include")])
    with sqlite3.connect(tmp_path / "review.db") as raw:
        names = {row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        assert {f"{table}_no_update", f"{table}_no_delete"} <= names
        if raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:
            column = raw.execute(f"PRAGMA table_info({table})").fetchall()[0][1]
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(f"UPDATE {table} SET {column} = {column}")
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(f"DELETE FROM {table}")
    raw.close()


def test_a_decision_on_a_record_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with filled(tmp_path / "review.db") as store, pytest.raises(UsageError, match="no record 99"):
        screening.add_decisions(store, [screening.NewDecision(99, "abstract", "ann", "include")])


def test_foreign_keys_hold_below_our_own_checks(tmp_path: Path) -> None:
    row = {"record_id": 99, "status": "sought", "note": "", "by": "ann", "at": NOW, "key": "k"}
    insert = tables.metadata.tables["retrievals"].insert().values(row)
    with filled(tmp_path / "review.db") as store, store.write() as connection, pytest.raises(IntegrityError):
        connection.execute(insert)


def test_the_same_key_stores_one_decision(tmp_path: Path) -> None:
    with filled(tmp_path / "review.db") as store:
        new = screening.NewDecision(1, "abstract", "ann", "include", key="once")
        first, second = screening.add_decisions(store, [new]), screening.add_decisions(store, [new])
        assert first == second
        assert len(screening.decisions(store)) == 1


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    with filled(tmp_path / "review.db") as store:
        good = screening.NewDecision(1, "abstract", "ann", "include")
        with pytest.raises(UsageError):
            screening.add_decisions(store, [good, screening.NewDecision(99, "abstract", "ann", "include")])
        assert screening.decisions(store) == ()


def test_a_moment_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    with Store.create(tmp_path / "review.db", now=lambda: NOW.replace(tzinfo=None)) as store:
        from sqlalchemy.exc import StatementError

        with pytest.raises(StatementError, match="time zone"):
            screening.add_stop(store, "abstract", "rule", by="ann")


def test_moments_come_back_in_utc(tmp_path: Path) -> None:
    with filled(tmp_path / "review.db") as store:
        screening.add_stop(store, "abstract", "rule", by="ann")
        assert screening.stops(store)[0].at == NOW


def test_many_rows_are_kept_as_single_ones_are(tmp_path: Path) -> None:
    at = datetime(2026, 11, 22, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    run = {"source": "PubMed", "platform": "", "kind": "database", "strategy": "斑秃", "by": "ann", "at": at}
    undo = {"kind": "ask", "record_a": 1, "record_b": 2, "score": 0.5, "reasons": ["a", "é"], "undoes": None, "by": "x"}
    with filled(tmp_path / "review.db") as store, store.write() as connection:
        rows = [run | {"searched_on": date(2026, 1, 2), "hits": 7}, run | {"searched_on": None, "hits": None}]
        alone = [append(connection, tables.searches, row)[0] for row in rows]
        together = append_many(connection, tables.searches, [{**row, "key": f"key {row['hits']}"} for row in rows])
        assert together == (alone[-1] + 1, alone[-1] + 2)
        found = {row["id"]: row for row in connection.execute(select(tables.searches)).mappings()}
        for one, other in zip(alone, together, strict=True):
            assert {**found[one], "id": 0, "key": ""} == {**found[other], "id": 0, "key": ""}
        assert found[together[0]]["at"] == at
        append_many(connection, tables.merge_events, [undo | {"key": "k", "at": at}])
        [event] = connection.execute(select(tables.merge_events)).mappings()
        assert (event["reasons"], event["undoes"], event["score"]) == (["a", "é"], None, 0.5)
        assert append_many(connection, tables.merge_events, []) == ()


def test_many_rows_obey_the_rules_of_their_table(tmp_path: Path) -> None:
    with filled(tmp_path / "review.db") as store, pytest.raises(IntegrityError), store.write() as connection:
        append_many(connection, tables.searches, [{"source": "PubMed", "kind": "nothing known"}])


def test_four_writers_wait_for_each_other(tmp_path: Path) -> None:
    filled(tmp_path / "review.db").close()
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            with Store(tmp_path / "review.db") as store:
                for i in range(25):
                    new = screening.NewDecision(1 + i % 3, "abstract", name, "include")
                    screening.add_decisions(store, [new])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"reviewer {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Store(tmp_path / "review.db") as store:
        assert len(screening.decisions(store)) == 100


def test_a_missing_store_says_how_to_start(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist") as caught:
        Store(tmp_path / "review.db")
    assert "jak init" in caught.value.hint


def test_creating_over_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "review.db").write_text("mine")
    with pytest.raises(StoreError, match="exists already"):
        Store.create(tmp_path / "review.db")
    assert (tmp_path / "review.db").read_text() == "mine"


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "review.db").write_text("this is no database at all, though it is long enough to be looked at" * 20)
    with pytest.raises(StoreError, match="damaged or is no store"):
        Store(tmp_path / "review.db")


def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / "review.db")
    raw.execute("CREATE TABLE photos (id INTEGER)")
    raw.commit()
    raw.close()
    with pytest.raises(StoreError, match="names no schema version"):
        Store(tmp_path / "review.db")


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    Store.create(tmp_path / "review.db").close()
    raw = sqlite3.connect(tmp_path / "review.db")
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.commit()
    raw.close()
    before = (tmp_path / "review.db").read_bytes()
    with pytest.raises(StoreError, match="newer jak") as caught:
        Store(tmp_path / "review.db")
    assert caught.value.exit_code == 6
    assert (tmp_path / "review.db").read_bytes() == before


def test_a_sound_store_passes_every_check(tmp_path: Path) -> None:
    with filled(tmp_path / "review.db") as store:
        assert [check.name for check in doctor.examine(store) if not check.is_sound] == []


def test_the_doctor_sees_a_tampered_membership(tmp_path: Path) -> None:
    with filled(tmp_path / "review.db") as store:
        raw = sqlite3.connect(tmp_path / "review.db")
        raw.execute("UPDATE membership SET report_id = 1 WHERE record_id = 3")
        raw.commit()
        raw.close()
        bad = [check for check in doctor.examine(store) if not check.is_sound]
    assert [check.name for check in bad] == ["reports follow from merge events"]
    assert bad[0].problems == ("record 3: in report 1, by the events 3",)


def test_the_doctor_misses_a_guard(tmp_path: Path) -> None:
    with filled(tmp_path / "review.db") as store:
        raw = sqlite3.connect(tmp_path / "review.db")
        raw.execute("DROP TRIGGER decisions_no_delete")
        raw.commit()
        raw.close()
        bad = [check for check in doctor.examine(store) if not check.is_sound]
    assert [p for check in bad for p in check.problems] == ["the guard decisions_no_delete is missing"]
