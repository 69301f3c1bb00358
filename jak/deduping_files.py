"""Look for duplicates in files, without a review: pairs to merge, a queue for people, and other relations."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jakdb.errors import InputError
from jakdb.words import RawRecord, Record, Reject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaksearch.dedupe.find import Pair
    from jaksearch.dedupe.prepare import Facts

__all__ = ["FilesDeduped", "dedupe_files", "pairs_csv", "queue_csv", "relations_csv"]

ID_HEADINGS = ("ID", "id", "Id", "record_id", "RecordID")
"""Headings of a column that names the rows, the first that is there."""


@dataclass(frozen=True, slots=True)
class FilesDeduped:
    """What the rules found in files.

    Attributes
    ----------
    ids : mapping of int to str
        What the file calls each record: its ID column, or its number in the order of the files.
    records, reports : int
        How many came, and how many papers they are after merging.
    rejected : tuple of (str, int, str)
        File, line and reason of what could not be read.
    empty : int
        Rows with nothing to compare: they are among the records, each a report of its own.
    """

    ids: Mapping[int, str]
    records: int
    reports: int
    merges: tuple[Pair, ...]
    asks: tuple[Pair, ...]
    relations: tuple[Pair, ...]
    compared: int
    rejected: tuple[tuple[str, int, str], ...]
    empty: int = 0


def dedupe_files(
    paths: Sequence[Path],
    *,
    format_name: str | None = None,
    columns: Mapping[str, str] | None = None,
    executor: Executor | None = None,
    on_disk: bool = False,
    tick: Callable[[int, int], None] = lambda _done, _total: None,
) -> FilesDeduped:
    """Compare the records of some files in any format that jak imports; nothing is stored.

    Parameters
    ----------
    on_disk : bool
        Keep what is compared in a temporary DuckDB file instead of in memory; the result is the same.

    Raises
    ------
    InputError
        If a file cannot be read, or two rows have one ID.
    """
    from jaksearch.dedupe.find import find_among  # noqa: PLC0415 - not for --help
    from jaksearch.dedupe.prepare import prepare  # noqa: PLC0415
    from jaksearch.formats.limits import UNKNOWN  # noqa: PLC0415

    ids: dict[int, str] = {}
    rejected: list[tuple[str, int, str]] = []

    def read() -> Iterator[Facts]:
        for name, record in _records(paths, format_name=format_name, columns=columns, rejected=rejected):
            number = len(ids) + 1
            ids[number] = name or str(number)
            yield prepare(record, number)
        _refuse_twins(ids)

    if on_disk:
        from jak.deduping_disk import find_on_disk  # noqa: PLC0415

        found = find_on_disk(read(), tick=tick, executor=executor)
    else:
        found = find_among({one.id: one for one in read()}, tick=tick, executor=executor)
    return FilesDeduped(
        ids=ids,
        records=len(ids),
        reports=len(ids) - len(found.merges),
        merges=found.merges,
        asks=found.asks,
        relations=found.relations,
        compared=found.compared,
        rejected=tuple(row for row in rejected if row[2] != UNKNOWN),
        empty=sum(row[2] == UNKNOWN for row in rejected),
    )


def pairs_csv(found: FilesDeduped) -> str:
    """Return the pairs to merge as CSV; their transitive closure is the clusters."""
    return _csv(found, ("ID_1", "ID_2", "score", "reasons"), found.merges, lambda p: (p.score, "; ".join(p.reasons)))


def queue_csv(found: FilesDeduped) -> str:
    """Return the questions for people as CSV, the likeliest first."""
    heads = ("ID_1", "ID_2", "band", "score", "relation", "reasons")
    return _csv(found, heads, found.asks, lambda p: (p.band, p.score, p.relation, "; ".join(p.reasons)))


def relations_csv(found: FilesDeduped) -> str:
    """Return what belongs together without being one paper, as CSV."""
    heads = ("ID_1", "ID_2", "relation", "score", "reasons")
    return _csv(found, heads, found.relations, lambda p: (p.relation, p.score, "; ".join(p.reasons)))


def _records(
    paths: Sequence[Path],
    *,
    format_name: str | None,
    columns: Mapping[str, str] | None,
    rejected: list[tuple[str, int, str]],
) -> Iterator[tuple[str, Record]]:
    """Yield the ID and the record of each row; a row with nothing to compare is an empty record."""
    from jaksearch.formats import open_exports  # noqa: PLC0415
    from jaksearch.formats.limits import UNKNOWN  # noqa: PLC0415
    from jaksearch.normalise import normalise  # noqa: PLC0415

    for path in paths:
        with open_exports(path, format=format_name, columns=columns) as exports:
            for export in exports:
                for raw in export:
                    if not isinstance(raw, Reject):
                        yield _id_of(raw), normalise(raw, format=export.format, database=export.database)
                        continue
                    rejected.append((export.name, raw.line, raw.reason))
                    if raw.reason == UNKNOWN:
                        yield "", Record()


def _id_of(raw: RawRecord) -> str:
    """Return what a table calls a row; nothing if it has no such column."""
    named = dict(raw.fields)
    return next((value.strip() for head in ID_HEADINGS if (value := named.get(head, "")).strip()), "")


def _refuse_twins(ids: Mapping[int, str]) -> None:
    """Refuse two rows of one ID: nobody could tell which of them a pair means."""
    seen: dict[str, int] = {}
    for number, name in ids.items():
        if name in seen:
            raise InputError(
                f"records {seen[name]} and {number} are both called {name!r}",
                hint="give every row its own ID, or take the column away: rows are numbered then",
            )
        seen[name] = number


def _csv(
    found: FilesDeduped, heads: Sequence[str], pairs: Sequence[Pair], rest: Callable[[Pair], tuple[object, ...]]
) -> str:
    """Return pairs as a table."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows((found.ids[p.a], found.ids[p.b], *rest(p)) for p in pairs)
    return text.getvalue()
