"""Backups and migrations: a copy is checked, a restore keeps what was there, a migration is preceded by a copy."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from jakdb import backup, migrate, screening
from jakdb import store as store_module
from jakdb.errors import StoreError, UsageError
from jakdb.imports import FileToImport, NewSearch, active_records, save_imports
from jakdb.store import HEAD, Store
from jakdb.words import RawRecord, Record

NEXT = f"{int(HEAD) + 1:04d}"
"""A revision that is made up here."""


def filled(path: Path) -> Store:
    """Return a store with one record."""
    store = Store.create(path)
    row = (RawRecord(1, 1, "text", ()), Record(title="One", database="PubMed", pmid="1"), "id 1")
    file = FileToImport("a.ris", "a" * 64, 10, "ris", "utf-8", [row])
    save_imports(store, [(NewSearch("PubMed"), file)], by="ann")
    return store


def test_a_backup_holds_what_the_store_held(tmp_path: Path) -> None:
    with filled(tmp_path / "review.db") as store:
        backup.backup(store, tmp_path / "copy.db")
    with Store(tmp_path / "copy.db") as copy:
        assert [r.title for r in active_records(copy)] == ["One"]


def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    with filled(tmp_path / "review.db") as store, pytest.raises(UsageError, match="exists already"):
        backup.backup(store, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"


def test_a_restore_brings_back_and_keeps_the_present(tmp_path: Path) -> None:
    with filled(tmp_path / "review.db") as store:
        backup.backup(store, tmp_path / "copy.db")
        screening.add_decisions(store, [screening.NewDecision(1, "abstract", "ann", "include")])
    kept = backup.restore(tmp_path / "copy.db", tmp_path / "review.db")
    with Store(tmp_path / "review.db") as store:
        assert screening.decisions(store) == ()
    assert kept is not None
    with Store(kept) as store:
        assert len(screening.decisions(store)) == 1


def test_a_damaged_store_is_kept_and_replaced(tmp_path: Path) -> None:
    with filled(tmp_path / "review.db") as store:
        backup.backup(store, tmp_path / "copy.db")
    (tmp_path / "review.db").write_bytes(b"garbage" * 1000)
    kept = backup.restore(tmp_path / "copy.db", tmp_path / "review.db")
    with Store(tmp_path / "review.db") as store:
        assert len(active_records(store)) == 1
    assert kept is not None
    assert kept.read_bytes().startswith(b"garbage")


@pytest.mark.parametrize("content", [b"", b"no database" * 500], ids=["empty", "other"])
def test_a_restore_from_something_else_changes_nothing(tmp_path: Path, content: bytes) -> None:
    filled(tmp_path / "review.db").close()
    (tmp_path / "copy.db").write_bytes(content)
    with pytest.raises(StoreError):
        backup.restore(tmp_path / "copy.db", tmp_path / "review.db")
    with Store(tmp_path / "review.db") as store:
        assert len(active_records(store)) == 1


def test_an_older_store_is_copied_before_it_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second migration is played in, so that the path from an older schema is walked for real."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    for source in (migrate.HERE.glob("*.py"), migrate.HERE.glob("*.mako")):
        for file in source:
            (versions.parent / file.name).write_bytes(file.read_bytes())
    for file in (migrate.HERE / "versions").glob("*.py"):
        (versions / file.name).write_bytes(file.read_bytes())
    (versions / f"{NEXT}_test.py").write_text(
        '"""A column more."""\nimport sqlalchemy as sa\nfrom alembic import op\n'
        f'revision = "{NEXT}"\ndown_revision = "{HEAD}"\nbranch_labels = None\ndepends_on = None\n\n\n'
        "def upgrade() -> None:\n"
        '    with op.batch_alter_table("stops") as batch:\n'
        '        batch.add_column(sa.Column("extra", sa.Text()))\n'
    )
    filled(tmp_path / "review.db").close()
    monkeypatch.setattr(migrate, "HERE", versions.parent)
    monkeypatch.setattr(store_module, "HEAD", NEXT)
    with Store(tmp_path / "review.db") as store:
        assert store.revision == NEXT
        assert len(active_records(store)) == 1
    copies = list(tmp_path.glob(f"review.db.before-{NEXT}-*"))
    assert len(copies) == 1
    raw = sqlite3.connect(copies[0])
    assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
    raw.close()


def test_a_migration_that_loses_rows_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    for file in migrate.HERE.glob("*.*"):
        if file.is_file():
            (versions.parent / file.name).write_bytes(file.read_bytes())
    for file in (migrate.HERE / "versions").glob("*.py"):
        (versions / file.name).write_bytes(file.read_bytes())
    (versions / f"{NEXT}_bad.py").write_text(
        '"""Lose the sightings."""\nfrom alembic import op\n'
        f'revision = "{NEXT}"\ndown_revision = "{HEAD}"\nbranch_labels = None\ndepends_on = None\n\n\n'
        "def upgrade() -> None:\n"
        '    op.execute("DROP TRIGGER sightings_no_delete")\n'
        '    op.execute("DELETE FROM sightings")\n'
    )
    filled(tmp_path / "review.db").close()
    monkeypatch.setattr(migrate, "HERE", versions.parent)
    monkeypatch.setattr(store_module, "HEAD", NEXT)
    with pytest.raises(StoreError, match="would lose rows"):
        Store(tmp_path / "review.db")
    raw = sqlite3.connect(tmp_path / "review.db")
    assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
    assert raw.execute("SELECT count(*) FROM sightings").fetchone() == (1,)
    raw.close()
