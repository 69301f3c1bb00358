"""Look a store over: SQLite's own checks, and whether the events tell one story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Table, and_, func, select

from jakdb import tables as t
from jakdb.members import expected_membership
from jakdb.ranking import damaged_caches
from jakdb.runs import runs_of
from jakdb.store import HEAD, Store

__all__ = ["Check", "examine"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `problems` is empty when it is sound."""

    name: str
    problems: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def examine(store: Store) -> tuple[Check, ...]:
    """Return every check with what it found; nothing is changed."""
    checks: list[tuple[str, Callable[[Connection], list[str]]]] = [
        ("SQLite integrity", _integrity),
        ("foreign keys", _foreign_keys),
        ("schema version", lambda _: [] if store.revision == HEAD else [f"schema {store.revision}, expected {HEAD}"]),
        ("events cannot be changed", _triggers),
        ("accounts of imported files", lambda connection: [*_accounts(connection), *_runs(connection)]),
        ("every record was seen in a file", _unseen),
        ("reports follow from merge events", _membership),
        ("undo events", _undos),
        ("loads of numbers", _loads),
        ("orders, features and draws of ranking", damaged_caches),
    ]
    with store.read() as connection:
        return tuple(Check(name, tuple(check(connection))) for name, check in checks)


def _integrity(connection: Connection) -> list[str]:
    """Run PRAGMA integrity_check."""
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    return [] if found == ["ok"] else found


def _foreign_keys(connection: Connection) -> list[str]:
    """Run PRAGMA foreign_key_check."""
    torn = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    return [f"row {row[1]} of {row[0]} points to a missing row of {row[2]}" for row in torn]


def _triggers(connection: Connection) -> list[str]:
    """Name the guards that an append-only table lacks."""
    have = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    wanted = {f"{name}_no_{verb}" for name in t.APPEND_ONLY for verb in ("update", "delete")}
    return [f"the guard {name} is missing" for name in sorted(wanted - have)]


def _accounts(connection: Connection) -> list[str]:
    """Compare sightings and rejects with the account of each file."""
    problems = []
    seen = _count_by(connection, t.sightings)
    refused = _count_by(connection, t.rejects)
    c = t.files.c
    for number, accepted, again, rejected in connection.execute(select(c.id, c.accepted, c.seen_again, c.rejected)):
        if seen.get(number, 0) != accepted + again:
            problems.append(f"file {number}: {seen.get(number, 0)} records stored, the account says {accepted + again}")
        if refused.get(number, 0) != rejected:
            problems.append(f"file {number}: {refused.get(number, 0)} rejects stored, the account says {rejected}")
    return problems


def _count_by(connection: Connection, table: Table) -> dict[int, int]:
    """Count the rows of each file."""
    query = select(table.c.file_id, func.count()).group_by(table.c.file_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def _unseen(connection: Connection) -> list[str]:
    """Name records without a sighting: they have no source text."""
    query = select(t.records.c.id).outerjoin(t.sightings, t.sightings.c.record_id == t.records.c.id)
    return [
        f"record {n} stands in no file" for n in connection.execute(query.where(t.sightings.c.id.is_(None))).scalars()
    ]


def _membership(connection: Connection) -> list[str]:
    """Compare the table of reports with what the merge events say."""
    wanted = expected_membership(connection)
    current = {row[0]: row[1] for row in connection.execute(select(t.membership.c.record_id, t.membership.c.report_id))}
    return [
        f"record {record}: in report {current.get(record)}, by the events {wanted.get(record)}"
        for record in sorted(wanted.keys() | current.keys())
        if wanted.get(record) != current.get(record)
    ]


def _undos(connection: Connection) -> list[str]:
    """Name undos that point to no earlier event, and events undone twice."""
    problems = []
    for table, kind in (
        (t.merge_events, "kind"),
        (t.decisions, "kind"),
        (t.removals, "cause"),
        (t.links, "role"),
        (t.looks, "kind"),
    ):
        undone = table.alias("undone")
        column, other = table.c[kind], undone.c[kind]
        wrong = select(table.c.id).outerjoin(undone, undone.c.id == table.c.undoes)
        wrong = wrong.where(column == "undo").where(
            undone.c.id.is_(None) | (other == "undo") | (undone.c.id >= table.c.id)
        )
        problems += [f"{table.name}: undo {n} points to no earlier event" for n in connection.execute(wrong).scalars()]
        twice = select(table.c.undoes).where(and_(column == "undo", table.c.undoes.is_not(None)))
        twice = twice.group_by(table.c.undoes).having(func.count() > 1)
        problems += [f"{table.name}: event {n} is undone twice" for n in connection.execute(twice).scalars()]
    return problems


def _loads(connection: Connection) -> list[str]:
    """Compare the rows of each load with what it announced."""
    problems = []
    for table, kind in ((t.extractions, "extraction"), (t.appraisals, "appraisal")):
        count = func.count(table.c.id)
        query = select(t.loads.c.id, t.loads.c.rows, count).outerjoin(table, table.c.load_id == t.loads.c.id)
        query = query.where(t.loads.c.kind == kind).group_by(t.loads.c.id, t.loads.c.rows)
        problems += [
            f"load {number}: {found} rows stored, {said} announced"
            for number, said, found in connection.execute(query)
            if said != found
        ]
    return problems


def _runs(connection: Connection) -> list[str]:
    """Look for gaps between the batches of each run, and for runs called complete that are not."""
    problems = []
    expected: dict[int, int] = {}
    c = t.run_batches.c
    for number, position, count in connection.execute(
        select(c.run_id, c.position, c.count).order_by(c.run_id, c.position)
    ):
        if position != expected.get(number, 1):
            problems.append(f"run {number}: a batch begins at {position}, expected {expected.get(number, 1)}")
        expected[number] = position + count
    for run in runs_of(connection):
        if expected.get(run.id, 1) - 1 > run.ids:
            problems.append(f"run {run.id}: its batches hold more than the {run.ids} identifiers of its list")
        if run.outcome == "complete" and not run.is_exact:
            problems.append(f"run {run.id} is called complete: {run.count} announced, {run.fetched} fetched")
    return problems
