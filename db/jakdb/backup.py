"""Copy a review while it is in use, and bring a copy back.

SQLite's online backup (https://www.sqlite.org/backup.html) gives one consistent state even while others write.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

from jakdb.engine import translated
from jakdb.errors import StoreError, UsageError
from jakdb.store import Store

__all__ = ["backup", "restore"]


def backup(store: Store, target: Path) -> Path:
    """Write a checked copy of the store; the target appears whole or not at all.

    Raises
    ------
    UsageError
        If the target exists, or its folder does not.
    StoreError
        If it cannot be written, or the copy fails its integrity check.
    """
    if target.exists():
        raise UsageError(f"{target} exists already", hint="name a new file: a backup never overwrites another")
    if not target.parent.is_dir():
        raise UsageError(f"the folder {target.parent} does not exist", hint="make it first")
    building = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        with store.raw() as source, translated(target), closing(sqlite3.connect(building)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE").close()
        _check(building, target)
        with building.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(building, target)  # noqa: PTH105 - both names lie in one folder
    finally:
        building.unlink(missing_ok=True)
    return target


def restore(source: Path, path: Path) -> Path | None:
    """Put a backup in the place of a store, keeping what was there beside it.

    Returns
    -------
    Path or None
        Where the replaced store was kept; ``None`` if there was none.
    """
    if not source.is_file():
        raise UsageError(f"{source} does not exist", hint="name a file that `jak backup` wrote")
    _check(source, source)
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as copy, translated(source):
        if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            raise StoreError(f"{source} is no backup of a review: it names no schema version")
    kept = None
    if path.exists():
        kept = path.with_name(f"{path.name}.before-restore-{uuid.uuid4().hex[:8]}")
        try:
            with Store(path) as current:
                backup(current, kept)
        except StoreError:
            # A damaged store cannot be copied page by page by SQLite; its bytes can.
            shutil.copyfile(path, kept)
            for tail in ("", "-wal", "-shm"):
                path.with_name(path.name + tail).unlink(missing_ok=True)
    with translated(path), closing(sqlite3.connect(source)) as copy, closing(sqlite3.connect(path)) as live:
        live.execute("PRAGMA busy_timeout=15000").close()
        copy.backup(live)
        live.execute("PRAGMA journal_mode=WAL").close()
    Store(path).close()
    return kept


def _check(path: Path, named: Path) -> None:
    """Refuse a copy that is not sound."""
    with translated(named), closing(sqlite3.connect(path)) as copy:
        found = [row[0] for row in copy.execute("PRAGMA integrity_check")]
    if found != ["ok"]:
        raise StoreError(f"{named} fails SQLite's integrity check: {found[0]}", hint="use another backup")
