"""Make or change the schema, by Alembic's migrations in ``migrations/versions``.

Foreign keys are off while a migration runs (SQLite rebuilds a table by copying it, and a rebuilt table would take the
rows that point to it along), and no table may hold fewer rows afterwards than before (but for `RECOMPUTED`).
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from jakdb.errors import StoreError

__all__ = ["revisions", "upgrade"]

HERE = Path(__file__).parent / "migrations"
RECOMPUTED = frozenset({"rankings"})
"""Tables whose rows a migration may drop: the next command that needs them computes them anew."""


def revisions() -> tuple[str, ...]:
    """Return every revision this version of jak knows, the newest first."""
    return tuple(script.revision for script in ScriptDirectory(str(HERE)).walk_revisions())


def upgrade(path: Path, revision: str = "head") -> None:
    """Bring the file to a revision in one transaction; an empty file becomes a store.

    Raises
    ------
    StoreError
        If a table holds fewer rows afterwards, or a foreign key points nowhere; the file is then left as it was.
    """
    config = Config()
    config.set_main_option("script_location", str(HERE))
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    try:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is None:
                raise StoreError(f"{path} cannot be opened")
            driver.isolation_level = None
            for rule in ("foreign_keys=OFF", "journal_mode=WAL", "synchronous=FULL"):
                driver.execute(f"PRAGMA {rule}").close()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                before = _counts(connection)
                config.attributes["connection"] = connection
                command.upgrade(config, revision)
                _check(connection, before, path)
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        engine.dispose()


def _counts(connection: Connection) -> dict[str, int]:
    """Return the number of rows of each table."""
    names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
    return {name: int(connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()) for name in names}


def _check(connection: Connection, before: dict[str, int], path: Path) -> None:
    """Refuse a migration that lost rows or tore a reference."""
    after = _counts(connection)
    kept = ((name, n) for name, n in before.items() if name not in RECOMPUTED)
    lost = [f"{name} {n} -> {after.get(name, 0)}" for name, n in kept if after.get(name, 0) < n]
    torn = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if lost or torn:
        raise StoreError(
            f"the migration of {path.name} would lose rows ({', '.join(lost) or f'{len(torn)} torn references'})",
            hint="it was taken back and the store is as before; please report this",
        )
