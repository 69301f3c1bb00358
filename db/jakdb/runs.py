"""Search strategies and their runs: the identifiers a service listed, the batches that came, and how each run ended.

A run begins with its whole list of identifiers, in one transaction; each batch is one more transaction. Whatever kills
a run, `pending_ids` is what is still to be fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, exists, func, select

from jakdb import tables as t
from jakdb.errors import UsageError
from jakdb.imports import FileToImport, NewSearch, save_file
from jakdb.members import extend_membership
from jakdb.store import Store, append, append_many
from jakdb.words import Run, RunOutcome, RunPurpose, Strategy

__all__ = [
    "NewStrategy",
    "end_run",
    "files_of_runs",
    "found_by_runs",
    "pending_ids",
    "runs",
    "runs_of",
    "save_strategy",
    "seen_by_runs",
    "start_run",
    "store_batch",
    "strategies",
]


@dataclass(frozen=True, slots=True)
class NewStrategy:
    """A strategy as it is about to run; see `Strategy`."""

    name: str
    source: str
    query: str
    text: Mapping[str, Any] = field(default_factory=dict)


def save_strategy(store: Store, new: NewStrategy, *, by: str) -> Strategy:
    """Keep a strategy and return it: the newest version of its name if that says the same, else a new version."""
    with store.write() as connection:
        versions = [s for s in _strategies(connection) if s.name == new.name]
        last = versions[-1] if versions else None
        if last is not None and (last.source, last.query, last.text) == (new.source, new.query, new.text):
            return last
        row = {"name": new.name, "source": new.source, "query": new.query, "text": dict(new.text)}
        version = last.version + 1 if last is not None else 1
        number, _ = append(connection, t.strategies, {**row, "version": version, "by": by, "at": store.now()})
        return next(s for s in _strategies(connection) if s.id == number)


def strategies(store: Store) -> tuple[Strategy, ...]:
    """Return every version of every strategy, in the order in which they were kept."""
    with store.read() as connection:
        return tuple(_strategies(connection))


def start_run(
    store: Store,
    strategy_id: int,
    *,
    search: NewSearch,
    found: Mapping[str, Any],
    ids: Sequence[str],
    by: str,
    purpose: RunPurpose = "run",
) -> Run:
    """Begin a run: its search, what the service said, and the whole list of identifiers, in one transaction.

    Parameters
    ----------
    found : mapping
        ``count``, ``query``, ``translation``, ``warnings``, ``lines``, ``version`` and ``since``; see `Run`. What
        else is in it is kept as well (`found_by_runs`).
    ids : sequence of str
        Each once, in the order in which they will be fetched.

    Raises
    ------
    UsageError
        If there is no such strategy, or an earlier run of it is still open.
    """
    if len(set(ids)) != len(ids):
        raise UsageError("an identifier stands twice on the list", hint="nothing was stored")
    with store.write() as connection:
        at = store.now()
        if connection.execute(select(t.strategies.c.id).where(t.strategies.c.id == strategy_id)).first() is None:
            raise UsageError(f"there is no strategy {strategy_id}")
        for run in runs_of(connection):
            if run.strategy_id == strategy_id and not run.outcome:
                raise UsageError(f"run {run.id} of this strategy is not finished", hint="run the strategy to resume it")
        row = {f.name: getattr(search, f.name) for f in fields(NewSearch)}
        search_id, _ = append(connection, t.searches, {**row, "by": by, "at": at})
        values = {"strategy_id": strategy_id, "search_id": search_id, "purpose": purpose, "found": dict(found)}
        run_id, _ = append(connection, t.runs, {**values, "by": by, "at": at})
        listed = [{"run_id": run_id, "position": i, "identifier": one} for i, one in enumerate(ids, start=1)]
        append_many(connection, t.run_ids, listed)
        return runs_of(connection, run_id)[0]


def pending_ids(store: Store, run_id: int) -> tuple[str, ...]:
    """Return the identifiers of a run that no batch has brought or found absent, in their order."""
    with store.read() as connection:
        query = select(t.run_ids.c.identifier).where(
            t.run_ids.c.run_id == run_id, t.run_ids.c.position > _done(connection, run_id)
        )
        return tuple(connection.execute(query.order_by(t.run_ids.c.position)).scalars())


def store_batch(
    store: Store,
    run_id: int,
    *,
    asked: Sequence[str],
    file: FileToImport | None,
    absent: Sequence[str],
    by: str,
) -> bool:
    """Store what one batch brought, with its records, in one transaction.

    Parameters
    ----------
    asked : sequence of str
        The next identifiers of `pending_ids`.
    file : FileToImport or None
        The reply; ``None`` if none of them is there.

    Returns
    -------
    bool
        False if another process had stored these identifiers already; nothing is changed then.

    Raises
    ------
    UsageError
        If the run has ended, or the identifiers are not the next ones of its list.
    """
    with store.write() as connection:
        done = _done(connection, run_id)
        place = t.run_ids.c.position
        first = connection.execute(
            select(place).where(t.run_ids.c.run_id == run_id, t.run_ids.c.identifier == asked[0])
        ).scalar()
        if first is not None and first <= done:
            return False
        search_id = _open_search(connection, run_id)
        here = select(t.run_ids.c.identifier).where(t.run_ids.c.run_id == run_id, place > done).order_by(place)
        if list(connection.execute(here.limit(len(asked))).scalars()) != list(asked):
            raise UsageError(f"these are not the next identifiers of run {run_id}", hint="nothing was stored")
        at, file_id = store.now(), None
        if file is not None:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            file_id = save_file(connection, search_id, file, by=by, at=at, twice=True)
            extend_membership(connection, [file_id])
        row = {"run_id": run_id, "position": done + 1, "count": len(asked), "file_id": file_id, "absent": list(absent)}
        append(connection, t.run_batches, {**row, "by": by, "at": at})
    return True


def end_run(store: Store, run_id: int, *, outcome: RunOutcome, by: str, message: str = "") -> Run:
    """End a run; one that another process has ended the same way stays as it is.

    Raises
    ------
    UsageError
        If it has ended in another way, or is called complete while its equation does not hold.
    """
    with store.write() as connection:
        before = runs_of(connection, run_id)
        if before and before[0].outcome == outcome:
            return before[0]
        _open_search(connection, run_id)
        if outcome == "complete" and not before[0].is_exact:
            run = before[0]
            raise UsageError(f"run {run_id} is not complete: {run.fetched} of {run.count} records are here")
        row = {"run_id": run_id, "outcome": outcome, "message": message, "by": by, "at": store.now()}
        append(connection, t.run_ends, row)
        return runs_of(connection, run_id)[0]


def runs(store: Store) -> tuple[Run, ...]:
    """Return every run with its account, in the order in which they began."""
    with store.read() as connection:
        return tuple(runs_of(connection))


def files_of_runs(store: Store) -> dict[int, int]:
    """Return the run of each file that a run brought."""
    with store.read() as connection:
        query = select(t.run_batches.c.file_id, t.run_batches.c.run_id).where(t.run_batches.c.file_id.is_not(None))
        return {row[0]: row[1] for row in connection.execute(query)}


def found_by_runs(store: Store, run_ids: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """Return, by run, everything that was kept as found when it began, as `start_run` was told it."""
    query = select(t.runs.c.id, t.runs.c.found).where(t.runs.c.id.in_(list(run_ids)))
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def seen_by_runs(store: Store, run_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return, by run, the numbers of the records that its files hold, without the files that were taken back."""
    c = t.run_batches.c
    undone = exists().where(t.file_undos.c.file_id == c.file_id)
    query = select(c.run_id, t.sightings.c.record_id).join(t.sightings, t.sightings.c.file_id == c.file_id)
    found: dict[int, set[int]] = {number: set() for number in run_ids}
    with store.read() as connection:
        for run_id, record_id in connection.execute(query.where(c.run_id.in_(found), ~undone)):
            found[run_id].add(record_id)
    return {number: frozenset(records) for number, records in found.items()}


def _strategies(connection: Connection) -> list[Strategy]:
    """Read every strategy, each name's versions ascending."""
    names = [f.name for f in fields(Strategy)]
    query = select(t.strategies).order_by(t.strategies.c.id)
    return [Strategy(**{n: row[n] for n in names}) for row in connection.execute(query).mappings()]


def _open_search(connection: Connection, run_id: int) -> int:
    """Return the search of a run that may still grow."""
    search_id = connection.execute(select(t.runs.c.search_id).where(t.runs.c.id == run_id)).scalar()
    if search_id is None:
        raise UsageError(f"there is no run {run_id}", hint="`jak search log` shows them")
    ended = connection.execute(select(t.run_ends.c.outcome).where(t.run_ends.c.run_id == run_id)).scalar()
    if ended is not None:
        raise UsageError(f"run {run_id} has ended ({ended})", hint="`jak search run` starts a new one")
    return int(search_id)


def _done(connection: Connection, run_id: int) -> int:
    """Return the position of the last identifier that a batch has settled."""
    last = func.max(t.run_batches.c.position + t.run_batches.c["count"] - 1)
    return int(connection.execute(select(func.coalesce(last, 0)).where(t.run_batches.c.run_id == run_id)).scalar_one())


def runs_of(connection: Connection, run_id: int | None = None) -> list[Run]:
    """Read all runs, or one, with what their batches add up to, in an open transaction."""
    chosen = t.runs.c.id == run_id if run_id is not None else t.runs.c.id.is_not(None)
    listed = select(t.run_ids.c.run_id, func.count()).join(t.runs, t.runs.c.id == t.run_ids.c.run_id)
    ids = {row[0]: row[1] for row in connection.execute(listed.where(chosen).group_by(t.run_ids.c.run_id))}
    batches: dict[int, list[Any]] = {}
    c = t.run_batches.c
    came = select(c.run_id, c.absent, func.coalesce(t.files.c.records, 0)).join(t.runs, t.runs.c.id == c.run_id)
    for batch in connection.execute(came.outerjoin(t.files, t.files.c.id == c.file_id).where(chosen).order_by(c.id)):
        batches.setdefault(batch[0], []).append(batch)
    ends = {row["run_id"]: row for row in connection.execute(select(t.run_ends)).mappings()}
    found = []
    for row in connection.execute(select(t.runs).where(chosen).order_by(t.runs.c.id)).mappings():
        said, end, brought = row["found"], ends.get(row["id"]), batches.get(row["id"], [])
        found.append(
            Run(
                id=row["id"],
                strategy_id=row["strategy_id"],
                search_id=row["search_id"],
                purpose=row["purpose"],
                count=int(said["count"]),
                query=said["query"],
                translation=said.get("translation", ""),
                warnings=tuple(said.get("warnings", ())),
                lines=tuple((label, query, int(count)) for label, query, count in said.get("lines", ())),
                version=said.get("version", ""),
                ids=ids.get(row["id"], 0),
                fetched=sum(one[2] for one in brought),
                batches=len(brought),
                absent=tuple(gone for one in brought for gone in one[1]),
                outcome=end["outcome"] if end is not None else "",
                message=end["message"] if end is not None else "",
                by=row["by"],
                at=row["at"],
                ended=end["at"] if end is not None else None,
                since=date.fromisoformat(said["since"]) if said.get("since") else None,
            )
        )
    return found
