"""How a connection to the store behaves.

SQLite's rules (https://www.sqlite.org/pragma.html, https://www.sqlite.org/lang_transaction.html): foreign keys on,
write-ahead log, a full sync at each commit, and BEGIN IMMEDIATE for writers, so that two of them wait for each other
instead of failing at their first write. The listeners hang on our own engine only.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from jakdb.errors import StoreError

__all__ = ["BUSY_TIMEOUT", "make_engine", "translated"]

BUSY_TIMEOUT = 15_000
"""How long a writer waits for another one, in milliseconds."""

_WRITE = "jak_write"
_JSON = json.JSONEncoder(check_circular=False)


def make_engine(path: Path) -> Engine:
    """Return an engine for the SQLite file, with jak's rules on each of its connections."""
    engine = create_engine(
        f"sqlite:///{path}", poolclass=NullPool, json_serializer=_to_json, json_deserializer=_from_json
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        """Set the rules; pysqlite's own transaction handling is switched off in favour of ours."""
        connection.isolation_level = None
        for rule in (
            f"busy_timeout={BUSY_TIMEOUT}",
            "foreign_keys=ON",
            "journal_mode=WAL",
            "synchronous=FULL",
        ):
            connection.execute(f"PRAGMA {rule}").close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        """Take the write lock at once where something will be written."""
        write = connection.get_execution_options().get(_WRITE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _to_json(value: Any) -> str:
    """Return a value as JSON; most lists of a record are empty."""
    return _JSON.encode(value) if value or not isinstance(value, (list, tuple)) else "[]"


def _from_json(text: str) -> Any:
    """Return what a column of JSON holds."""
    return [] if text == "[]" else json.loads(text)


@contextmanager
def transaction(engine: Engine, path: Path, *, write: bool) -> Iterator[Connection]:
    """Open one transaction; leaving with an error takes everything back."""
    with translated(path), engine.connect().execution_options(**{_WRITE: write}) as connection, connection.begin():
        yield connection


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite says into a sentence that a reviewer can act on.

    Raises
    ------
    StoreError
        Locked, disk full, damaged, read-only; every other database error is a bug and passes unchanged.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = str(cause).lower()
        if "locked" in said or "busy" in said:
            raise StoreError(
                f"{path.name} is in use by another process that did not finish within {BUSY_TIMEOUT // 1000} seconds",
                hint="wait for it to end and try again; nothing was changed",
            ) from error
        if "full" in said or "disk i/o" in said or "file too large" in said:
            raise StoreError(
                f"{path} cannot be written: no space left, or a file size limit was reached",
                hint="free some space and run the same command again; nothing was changed",
            ) from error
        if "readonly" in said or "unable to open" in said:
            raise StoreError(
                f"{path} cannot be opened for writing", hint="check that the file and its folder belong to you"
            ) from error
        if "malformed" in said or "not a database" in said or "corrupt" in said:
            raise StoreError(
                f"{path} is damaged or is no store of jak ({cause})",
                hint="`jak restore FILE` brings back a backup; keep the damaged file, it may still be readable",
            ) from error
        raise
