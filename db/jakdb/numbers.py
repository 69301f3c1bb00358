"""Studies, arms, links, and the numbers read in them: append-only, the last word stands, a load can be undone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, select

from jakdb import tables as t
from jakdb.errors import UsageError
from jakdb.store import Store, append, append_many
from jakdb.words import Appraisal, Arm, Doubt, Extraction, Link, Study

__all__ = [
    "Load",
    "Resolution",
    "add_link",
    "add_resolution",
    "appraisals",
    "arms",
    "doubts",
    "extractions",
    "links",
    "loaded_at",
    "loads",
    "resolutions",
    "save_appraisals",
    "save_arms",
    "save_extractions",
    "save_studies",
    "studies",
    "undo_link",
    "undo_load",
    "undo_resolution",
]

_STUDY = tuple(f.name for f in fields(Study) if f.name not in ("key", "id"))
_ARM = tuple(f.name for f in fields(Arm) if f.name not in ("key", "study_key"))


@dataclass(frozen=True, slots=True)
class Load:
    """One loaded table of numbers or of appraisals."""

    id: int
    kind: str
    name: str
    sha256: str
    rows: int
    by: str
    at: datetime
    undone: bool


@dataclass(frozen=True, slots=True)
class Resolution:
    """Which of two extractors' values stands, or a third one, and why."""

    study: str
    arm: str
    outcome: str
    time: str
    population: str
    field: str
    value: float | None
    why: str
    by: str
    at: datetime
    id: int = 0
    undoes: int | None = None


def save_studies(store: Store, rows: Sequence[Study], *, by: str) -> int:
    """Append what is said of studies; a study said again in other words gets a new version. Return how many changed."""
    changed = 0
    with store.write() as connection:
        current = _studies(connection)
        for study in rows:
            if not re.fullmatch(r"[\w.+-]{1,100}", study.key):
                raise UsageError(f"{study.key!r} is no key for a study", hint="one short word such as smith_2020")
            old = current.get(study.key)
            if old is not None and all(getattr(old, n) == getattr(study, n) for n in _STUDY):
                continue
            number = _study_id(connection, study.key, create=True)
            row = {n: getattr(study, n) for n in _STUDY}
            append(connection, t.study_versions, {**row, "study_id": number, "by": by, "at": store.now()})
            changed += 1
    return changed


def save_arms(store: Store, rows: Sequence[Arm], *, by: str) -> int:
    """Append what is said of arms; their studies must exist. Return how many changed."""
    changed = 0
    with store.write() as connection:
        current = {(a.study_key, a.key): a for a in _arms(connection)}
        for arm in rows:
            if current.get((arm.study_key, arm.key)) == arm:
                continue
            row = {n: getattr(arm, n) for n in _ARM} | {"arm_key": arm.key}
            number = _study_id(connection, arm.study_key)
            append(connection, t.arm_versions, {**row, "study_id": number, "by": by, "at": store.now()})
            changed += 1
    return changed


def studies(store: Store) -> dict[str, Study]:
    """Return the studies as they stand, by key."""
    with store.read() as connection:
        return _studies(connection)


def arms(store: Store) -> tuple[Arm, ...]:
    """Return the arms as they stand."""
    with store.read() as connection:
        return tuple(_arms(connection))


def add_link(store: Store, study_key: str, record_id: int, *, by: str, role: str = "report", why: str = "") -> int:
    """Say that a report tells of a study; `secondary` needs a `why`."""
    if role == "secondary" and not why.strip():
        raise UsageError("a secondary source needs a reason", hint="say it with --why")
    with store.write() as connection:
        number = _study_id(connection, study_key)
        if connection.execute(select(t.records.c.id).where(t.records.c.id == record_id)).first() is None:
            raise UsageError(f"there is no record {record_id}", hint="`jak search records` lists them")
        row = {"study_id": number, "record_id": record_id, "role": role, "why": why, "by": by, "at": store.now()}
        return append(connection, t.links, row)[0]


def undo_link(store: Store, link_id: int, *, by: str) -> Link:
    """Take a link out of force by one more event."""
    with store.write() as connection:
        found = {x.id: x for x in _links(connection)}
        link = found.get(link_id)
        if link is None or link.role == "undo" or any(x.undoes == link_id for x in found.values()):
            raise UsageError(f"there is no link {link_id} to undo", hint="`jak pool studies` shows them")
        row = {
            "study_id": _study_id(connection, link.study_key),
            "record_id": link.record_id,
            "role": "undo",
            "why": "",
        }
        append(connection, t.links, {**row, "undoes": link_id, "by": by, "at": store.now()})
    return link


def links(store: Store) -> tuple[Link, ...]:
    """Return the links in force."""
    with store.read() as connection:
        every = _links(connection)
    undone = {x.undoes for x in every if x.role == "undo"}
    return tuple(x for x in every if x.role != "undo" and x.id not in undone)


def save_extractions(
    store: Store, rows: Sequence[Extraction], *, found: Sequence[Doubt] = (), name: str, sha256: str, by: str
) -> int:
    """Append one load of numbers with its doubts, whole or not at all; return its number."""
    with store.write() as connection:
        load = _load(connection, "extraction", name=name, sha256=sha256, rows=len(rows), by=by, at=store.now())
        ids = {key: _study_id(connection, key) for key in dict.fromkeys(r.study for r in rows)}
        names = [f.name for f in fields(Extraction) if f.name not in ("study", "id")]
        values = [{n: getattr(r, n) for n in names} | {"load_id": load, "study_id": ids[r.study]} for r in rows]
        append_many(connection, t.extractions, values)
        doubtful = [f.name for f in fields(Doubt)]
        said = [{n: getattr(d, n) for n in doubtful} | {"load_id": load, "rows": list(d.rows)} for d in found]
        append_many(connection, t.doubts, said)
    return load


def save_appraisals(store: Store, rows: Sequence[Appraisal], *, name: str, sha256: str, by: str) -> int:
    """Append one load of appraisals, whole or not at all; return its number."""
    with store.write() as connection:
        load = _load(connection, "appraisal", name=name, sha256=sha256, rows=len(rows), by=by, at=store.now())
        names = [f.name for f in fields(Appraisal) if f.name not in ("study", "id")]
        values = [
            {n: getattr(r, n) for n in names} | {"load_id": load, "study_id": _study_id(connection, r.study)}
            for r in rows
        ]
        append_many(connection, t.appraisals, values)
    return load


def undo_load(store: Store, load_id: int, *, by: str) -> Load:
    """Take a load out of force; earlier numbers of the same cells stand again."""
    with store.write() as connection:
        found = {x.id: x for x in _loads(connection)}
        load = found.get(load_id)
        if load is None or load.undone:
            raise UsageError(f"there is no load {load_id} to undo", hint="`jak pool loads` shows them")
        append(connection, t.load_undos, {"load_id": load_id, "by": by, "at": store.now()})
    return load


def loads(store: Store) -> tuple[Load, ...]:
    """Return every load, the undone ones marked."""
    with store.read() as connection:
        return tuple(_loads(connection))


def extractions(store: Store) -> tuple[Extraction, ...]:
    """Return the numbers in force: of one cell and extractor, the last load's."""
    with store.read() as connection:
        names = _study_names(connection)
        query = select(t.extractions).where(~_load_undone(t.extractions)).order_by(t.extractions.c.id)
        latest: dict[tuple[str, ...], Extraction] = {}
        plain = [f.name for f in fields(Extraction) if f.name != "study"]
        for row in connection.execute(query).mappings():
            e = Extraction(study=names[row["study_id"]], **{n: row[n] for n in plain})
            latest[(e.study, e.arm, e.outcome, e.time, e.population, e.field, e.extractor)] = e
    return tuple(sorted(latest.values(), key=lambda e: e.id))


def loaded_at(store: Store) -> dict[int, datetime]:
    """Return for each number in force, by its id, when it was loaded."""
    query = select(t.extractions.c.id, t.loads.c.at).join(t.loads, t.loads.c.id == t.extractions.c.load_id)
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def doubts(store: Store) -> tuple[Doubt, ...]:
    """Return the doubts of the loads in force."""
    with store.read() as connection:
        query = select(t.doubts).where(~_load_undone(t.doubts)).order_by(t.doubts.c.id)
        names = [f.name for f in fields(Doubt)]
        return tuple(
            Doubt(**{**{n: row[n] for n in names}, "rows": tuple(row["rows"])})
            for row in connection.execute(query).mappings()
        )


def appraisals(store: Store) -> tuple[Appraisal, ...]:
    """Return the appraisals in force: of one study, instrument, item and appraiser, the last load's."""
    with store.read() as connection:
        names = _study_names(connection)
        query = select(t.appraisals).where(~_load_undone(t.appraisals)).order_by(t.appraisals.c.id)
        latest: dict[tuple[str, ...], Appraisal] = {}
        plain = [f.name for f in fields(Appraisal) if f.name != "study"]
        for row in connection.execute(query).mappings():
            a = Appraisal(study=names[row["study_id"]], **{n: row[n] for n in plain})
            latest[(a.study, a.instrument, a.item, a.reviewer)] = a
    return tuple(sorted(latest.values(), key=lambda a: a.id))


def add_resolution(store: Store, resolution: Resolution) -> int:
    """Record which value of a cell stands."""
    with store.write() as connection:
        names = [f.name for f in fields(Resolution) if f.name not in ("study", "id", "at")]
        row = {n: getattr(resolution, n) for n in names}
        row |= {"study_id": _study_id(connection, resolution.study), "at": store.now()}
        return append(connection, t.extraction_resolutions, row)[0]


def undo_resolution(store: Store, resolution_id: int, *, by: str) -> Resolution:
    """Take a resolution out of force by one more event: the values differ again."""
    standing = {r.id: r for r in resolutions(store)}
    if resolution_id not in standing:
        raise UsageError(f"there is no resolution {resolution_id} in force", hint="`jak pool compare` lists them")
    old = standing[resolution_id]
    add_resolution(store, replace(old, why="", by=by, undoes=old.id))
    return old


def resolutions(store: Store) -> tuple[Resolution, ...]:
    """Return the resolutions in force, in order; of one cell the last stands."""
    with store.read() as connection:
        names = _study_names(connection)
        query = select(t.extraction_resolutions).order_by(t.extraction_resolutions.c.id)
        plain = [f.name for f in fields(Resolution) if f.name != "study"]
        every = [
            Resolution(study=names[row["study_id"]], **{n: row[n] for n in plain})
            for row in connection.execute(query).mappings()
        ]
    undone = {r.undoes for r in every}
    return tuple(r for r in every if r.undoes is None and r.id not in undone)


def _load(connection: Connection, kind: str, *, name: str, sha256: str, rows: int, by: str, at: datetime) -> int:
    """Append a load; the same bytes in force are refused."""
    for old in _loads(connection):
        if old.sha256 == sha256 and old.kind == kind and not old.undone:
            raise UsageError(f"{name} was loaded before, as load {old.id}", hint="nothing was added")
    row = {"kind": kind, "name": name, "sha256": sha256, "rows": rows, "by": by, "at": at}
    return append(connection, t.loads, row)[0]


def _loads(connection: Connection) -> list[Load]:
    """Read every load."""
    undone = exists().where(t.load_undos.c.load_id == t.loads.c.id).label("undone")
    names = [f.name for f in fields(Load)]
    query = select(t.loads, undone).order_by(t.loads.c.id)
    return [Load(**{n: row[n] for n in names}) for row in connection.execute(query).mappings()]


def _load_undone(table: Any) -> Any:
    """Return the condition that the row's load was taken back."""
    return exists().where(t.load_undos.c.load_id == table.c.load_id)


def _study_id(connection: Connection, key: str, *, create: bool = False) -> int:
    """Return the number of a study, making one where that is wanted."""
    number = connection.execute(select(t.studies.c.id).where(t.studies.c.study_key == key)).scalar()
    if number is None and create:
        number = connection.execute(t.studies.insert().values(study_key=key)).inserted_primary_key[0]  # type: ignore[index]  # never None after an insert
    if number is None:
        raise UsageError(f"there is no study {key!r}", hint="`jak pool studies` shows them; `jak pool link` makes one")
    return int(number)


def _study_names(connection: Connection) -> Mapping[int, str]:
    """Return the key of each study."""
    return {row[0]: row[1] for row in connection.execute(select(t.studies.c.id, t.studies.c.study_key))}


def _studies(connection: Connection) -> dict[str, Study]:
    """Read the last version of each study."""
    names = _study_names(connection)
    found: dict[str, Study] = {}
    for row in connection.execute(select(t.study_versions).order_by(t.study_versions.c.id)).mappings():
        key = names[row["study_id"]]
        found[key] = Study(key=key, id=row["study_id"], **{n: row[n] for n in _STUDY})
    return found


def _arms(connection: Connection) -> list[Arm]:
    """Read the last version of each arm."""
    names = _study_names(connection)
    found: dict[tuple[str, str], Arm] = {}
    for row in connection.execute(select(t.arm_versions).order_by(t.arm_versions.c.id)).mappings():
        key = (names[row["study_id"]], row["arm_key"])
        found[key] = Arm(study_key=key[0], key=key[1], **{n: row[n] for n in _ARM})
    return list(found.values())


def _links(connection: Connection) -> list[Link]:
    """Read every link event."""
    names = _study_names(connection)
    plain = [f.name for f in fields(Link) if f.name != "study_key"]
    return [
        Link(study_key=names[row["study_id"]], **{n: row[n] for n in plain})
        for row in connection.execute(select(t.links).order_by(t.links.c.id)).mappings()
    ]
