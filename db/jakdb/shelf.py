"""Facts and keys of more records than the memory holds, in a DuckDB file, and the pairs among them by SQL.

It stands beside the store of a review, not in it: a million records of a file are compared without a review. DuckDB is
an extra (``pip install 'jak-review[duckdb]'``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jakdb.blocking import LARGEST_BLOCK, WINDOW, Keyed, key_number
from jakdb.errors import UsageError

__all__ = ["FactShelf"]

BATCH = 20_000
"""Records that are handed to DuckDB at a time."""


class FactShelf:
    """What the duplicate rules read of many records, on disk.

    Parameters
    ----------
    folder : Path
        Where the file stands, and what does not fit into memory.
    memory : str
        What DuckDB may hold, as it writes it (``1GB``).
    threads : int
        Threads of DuckDB.

    Raises
    ------
    UsageError
        If DuckDB is not installed.
    """

    def __init__(self, folder: Path, *, memory: str = "1GB", threads: int = 2) -> None:
        try:
            duckdb: Any = import_module("duckdb")
        except ImportError:
            raise UsageError(
                "comparing on disk needs DuckDB, which is not installed", hint="pip install 'jak-review[duckdb]'"
            ) from None
        config = {"memory_limit": memory, "threads": threads, "temp_directory": str(folder / "spill")}
        self._connection = duckdb.connect(str(folder / "facts.duckdb"), config=config)
        self._connection.execute("SET preserve_insertion_order=false")
        self._connection.execute("CREATE TABLE facts (record INTEGER, facts VARCHAR, place VARCHAR)")
        self._connection.execute("CREATE TABLE keys (key BIGINT, record INTEGER, is_whole BOOLEAN)")
        self.count = 0

    def add(self, rows: Iterable[Keyed]) -> None:
        """Put records on the shelf."""
        batch: list[Keyed] = []
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                self._insert(batch)
                batch = []
        self._insert(batch)

    def pair(self) -> int:
        """Work out which records share a key, and return how many pairs that is.

        In a block of more than `LARGEST_BLOCK` records that share no identifier, each is paired with its `WINDOW`
        neighbours on either side, as `jaksearch.dedupe.keys` does in memory.
        """
        self._connection.execute(
            "CREATE TABLE blocks AS SELECT key, count(*) AS size, bool_or(is_whole) AS is_whole FROM keys "
            "GROUP BY key HAVING count(*) > 1"
        )
        self._connection.execute(
            f"""
            CREATE TABLE pairs AS WITH placed AS (
                SELECT key, record, row_number() OVER (PARTITION BY key ORDER BY place) AS at
                FROM blocks JOIN keys USING (key) JOIN facts USING (record)
                WHERE NOT blocks.is_whole AND blocks.size > {LARGEST_BLOCK}
            )
            SELECT a, b, min(key) AS key FROM (
                SELECT x.record AS a, y.record AS b, key
                FROM blocks JOIN keys x USING (key) JOIN keys y USING (key)
                WHERE x.record < y.record AND (blocks.is_whole OR blocks.size <= {LARGEST_BLOCK})
                UNION ALL
                SELECT least(x.record, y.record), greatest(x.record, y.record), x.key
                FROM placed x JOIN placed y ON x.key = y.key AND y.at > x.at AND y.at <= x.at + {WINDOW}
            ) GROUP BY a, b
            """
        )
        [(count,)] = self._connection.execute("SELECT count(*) FROM pairs").fetchall()
        return int(count)

    def pairs(self, size: int) -> Iterator[list[tuple[int, int]]]:
        """Yield the pairs in pieces of at most `size`, those of one key and then of neighbours together.

        So the facts of a record are wanted a few times in a row and not once for each of its pairs.
        """
        cursor = self._connection.cursor()
        cursor.execute("SELECT a, b FROM pairs JOIN facts ON record = a ORDER BY key, place, a, b")
        while piece := cursor.fetchmany(size):
            yield piece

    def facts(self, records: Sequence[int]) -> dict[int, str]:
        """Return what is on the shelf of some records, as JSON."""
        pandas: Any = import_module("pandas")
        wanted = pandas.DataFrame({"record": records}, dtype="int32")
        cursor = self._connection.cursor()
        cursor.register("wanted", wanted)
        return dict(cursor.execute("SELECT record, facts FROM facts JOIN wanted USING (record)").fetchall())

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _insert(self, rows: Sequence[Keyed]) -> None:
        """Insert a batch, as columns: row by row would take most of the time."""
        if not rows:
            return
        pandas: Any = import_module("pandas")
        facts = pandas.DataFrame(
            {
                "record": [row.record_id for row in rows],
                "facts": [row.facts for row in rows],
                "place": [row.order for row in rows],
            }
        )
        keys = pandas.DataFrame(
            [(key_number(key), row.record_id, is_whole) for row in rows for key, is_whole in row.keys],
            columns=["key", "record", "is_whole"],
        )
        for name, frame in (("facts", facts), ("keys", keys)):
            self._connection.register("batch", frame)
            self._connection.execute(f"INSERT INTO {name} SELECT * FROM batch")
            self._connection.unregister("batch")
        self.count += len(rows)
