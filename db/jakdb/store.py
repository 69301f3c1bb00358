"""The store: one review in one SQLite file, opened, checked for its version, and closed."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Table, func, inspect, select

from jakdb.engine import make_engine, transaction, translated
from jakdb.errors import StoreError

__all__ = ["HEAD", "Store", "append", "new_key"]

HEAD = "0006"
"""Revision of the schema that this version of jak reads and writes."""


class Store:
    """One open review.

    Parameters
    ----------
    path : Path
        The SQLite file. It must exist: `create` makes one.
    now : callable, optional
        Where the time of events comes from (aware datetime).

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Store.create(Path(folder) / "review.db") as store:
    ...         store.revision
    '0006'
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime] | None = None) -> None:
        if not path.is_file():
            raise StoreError(f"{path} does not exist", hint="`jak init FOLDER` starts a review with an empty store")
        self.path = path
        self.now = now or (lambda: datetime.now(UTC))
        self._engine = make_engine(path)
        with self.read() as connection:
            self.revision = _revision(connection, path)
        if self.revision != HEAD:
            self._migrate()

    @classmethod
    def create(cls, path: Path, *, now: Callable[[], datetime] | None = None) -> Self:
        """Make an empty store, whole or not at all.

        Raises
        ------
        StoreError
            If a file of that name exists, or it cannot be written.
        """
        from jakdb import migrate  # noqa: PLC0415 - Alembic is loaded only where a schema is made or changed

        if path.exists():
            raise StoreError(f"{path} exists already", hint="open it, or choose another folder")
        building = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            with translated(path):
                migrate.upgrade(building)
            os.replace(building, path)  # noqa: PTH105 - both names are absolute and in one folder
        finally:
            for leftover in (building, *(building.with_name(building.name + tail) for tail in ("-wal", "-shm"))):
                leftover.unlink(missing_ok=True)
        return cls(path, now=now)

    def _migrate(self) -> None:
        """Bring an older store to this version, after a backup beside it."""
        from jakdb import backup, migrate  # noqa: PLC0415 - rarely needed

        known = migrate.revisions()
        if self.revision not in known:
            self.close()
            raise StoreError(
                f"{self.path} was written by a newer jak (its schema is {self.revision}, this version knows {HEAD})",
                hint="install the newer version (pip install --upgrade jak-review); nothing was changed",
            )
        copy = self.path.with_name(f"{self.path.name}.before-{HEAD}-{self.now():%Y%m%dT%H%M%SZ}")
        backup.backup(self, copy)
        self.close()
        with translated(self.path):
            migrate.upgrade(self.path)
        self._engine = make_engine(self.path)
        with self.read() as connection:
            self.revision = _revision(connection, self.path)

    def read(self) -> AbstractContextManager[Connection]:
        """Open a transaction that sees one state of the review."""
        return transaction(self._engine, self.path, write=False)

    def write(self) -> AbstractContextManager[Connection]:
        """Open a transaction that holds the write lock; leaving it commits to the disk, an error takes all back."""
        return transaction(self._engine, self.path, write=True)

    @contextmanager
    def raw(self) -> Iterator[Any]:
        """Lend the driver's own connection, for backups and integrity checks."""
        with translated(self.path):
            connection = self._engine.raw_connection()
            try:
                yield connection.driver_connection
            finally:
                connection.close()

    def close(self) -> None:
        """Give back every file handle."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def new_key() -> str:
    """Return a key that no other event has."""
    return uuid.uuid4().hex


def append(connection: Connection, table: Table, row: Mapping[str, Any]) -> tuple[int, bool]:
    """Append one event; the same key again changes nothing.

    Returns
    -------
    int, bool
        The event's number, and whether it is new.
    """
    values = dict(row)
    values["key"] = values.get("key") or new_key()
    known = connection.execute(select(table.c.id).where(table.c.key == values["key"])).scalar()
    if known is not None:
        return int(known), False
    return int(connection.execute(table.insert().values(values)).inserted_primary_key[0]), True  # type: ignore[index]  # never None after an insert


def append_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """Append many rows at once and return their numbers, which run without a gap inside one write transaction.

    The rows must have the same columns. They go to the driver as tuples, each value prepared by its column's type: what
    SQLAlchemy does with every row of an insert takes twice as long as what the database does.
    """
    if not rows:
        return ()
    first = int(connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()) + 1
    dialect = connection.dialect
    names = ["id", *(name for name in rows[0] if name != "id")]
    insert = table.insert().compile(dialect=dialect, column_keys=names)
    prepared = [
        (name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in insert.positiontup or ()
    ]
    parameters = [
        tuple([row[name] if prepare is None else prepare(row[name]) for name, prepare in prepared])
        for row in ({**row, "id": first + at} for at, row in enumerate(rows))
    ]
    connection.exec_driver_sql(str(insert), parameters)
    return tuple(range(first, first + len(rows)))


def _revision(connection: Connection, path: Path) -> str:
    """Read the schema's revision without Alembic, which takes a while to load."""
    if not inspect(connection).has_table("alembic_version"):
        raise StoreError(
            f"{path} is no store of jak: it names no schema version",
            hint="`jak restore FILE` brings back a backup, `jak init FOLDER` starts a new review",
        )
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if found is None:
        raise StoreError(f"{path}: the schema version is missing", hint="`jak restore FILE` brings back a backup")
    return str(found)
