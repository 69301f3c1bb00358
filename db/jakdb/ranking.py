"""What ranking keeps in the store: draws at random (events), the last orders and the features read (both derived).

Orders and features are bytes that jakscreen wrote; a checksum beside each tells whether they are whole. What is
damaged, or of another version, is as good as absent: it is computed anew, so that a cache never stops anybody's work.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, delete, func, or_, select

from jakdb import tables as t
from jakdb.errors import UsageError
from jakdb.store import Store, append
from jakdb.words import Draw, Stage

__all__ = [
    "FeaturesKept",
    "Heads",
    "NewDraw",
    "StoredOrder",
    "add_draws",
    "damaged_caches",
    "draws",
    "features_kept",
    "heads",
    "keep_features",
    "last_order",
    "save_order",
]


@dataclass(frozen=True, slots=True)
class NewDraw:
    """A draw to be stored; see `Draw`."""

    record_id: int
    place: int
    frame: int


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """The last order of one reviewer at one stage.

    Attributes
    ----------
    fingerprint : str
        Of everything that the order was computed from: the same fingerprint, the same order.
    content : bytes
        What jakscreen wrote, unpickled by nobody: NumPy's npz without objects.
    """

    fingerprint: str
    learner: str
    note: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FeaturesKept:
    """Features of some reports, as bytes; `content` is ``None`` where they are damaged."""

    id: int
    rows: int
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Heads:
    """The last number of each kind of event that moves a queue: what differs tells what to read again."""

    decisions: int
    retrievals: int
    removals: int
    merges: int
    files: int
    undone_files: int
    draws: int


_HEADS = select(
    *(
        select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery()
        for table in (t.decisions, t.retrievals, t.removals, t.merge_events, t.files, t.file_undos, t.draws)
    )
)
"""Made once: a session asks before every report."""


def add_draws(store: Store, stage: Stage, new: Sequence[NewDraw], *, seed: int, by: str) -> int:
    """Put on record which reports were drawn at random, before anybody sees them; return how many are new.

    The same record, stage, seed and reviewer again append nothing.
    """
    added = 0
    with store.write() as connection:
        at = store.now()
        for draw in new:
            if connection.execute(select(t.records.c.id).where(t.records.c.id == draw.record_id)).first() is None:
                raise UsageError(f"there is no record {draw.record_id}", hint="`jak search records` lists them")
            key = sha256(f"draw|{stage}|{seed}|{by}|{draw.record_id}".encode()).hexdigest()
            row = {"record_id": draw.record_id, "stage": stage, "seed": seed, "place": draw.place}
            added += append(connection, t.draws, {**row, "frame": draw.frame, "by": by, "at": at, "key": key})[1]
    return added


def draws(store: Store, stage: Stage | None = None) -> tuple[Draw, ...]:
    """Return every draw at random in the order in which they were made, of one stage if it is named."""
    c = t.draws.c
    query = select(c.id, c.record_id, c.stage, c.seed, c.place, c.frame, c.by, c.at).order_by(c.id)
    if stage is not None:
        query = query.where(c.stage == stage)
    with store.read() as connection:
        return tuple(Draw(*row) for row in connection.execute(query))


def save_order(store: Store, stage: Stage, reviewer: str, order: StoredOrder) -> None:
    """Replace the reviewer's order of a stage; an order is derived and no event."""
    row = {"stage": stage, "reviewer": reviewer, "fingerprint": order.fingerprint, "learner": order.learner}
    row |= {"note": order.note, "sha256": sha256(order.content).hexdigest()}
    with store.write() as connection:
        connection.execute(delete(t.rankings).where(t.rankings.c.stage == stage, t.rankings.c.reviewer == reviewer))
        connection.execute(t.rankings.insert().values(**row, content=order.content, at=store.now()))


def last_order(store: Store, stage: Stage, reviewer: str) -> StoredOrder | None:
    """Return the reviewer's last order of a stage; none if there is none, or it is damaged."""
    c = t.rankings.c
    query = select(c.fingerprint, c.learner, c.note, c.content, c.sha256)
    with store.read() as connection:
        row = connection.execute(query.where(c.stage == stage, c.reviewer == reviewer)).first()
    if row is None or sha256(row.content).hexdigest() != row.sha256:
        return None
    return StoredOrder(row.fingerprint, row.learner, row.note, row.content)


def features_kept(store: Store, version: str) -> tuple[FeaturesKept, ...]:
    """Return what is kept of this version, in the order in which it was kept."""
    c = t.ranking_features.c
    query = select(c.id, c.rows, c.content, c.sha256).where(c.version == version).order_by(c.id)
    with store.read() as connection:
        return tuple(
            FeaturesKept(row.id, row.rows, row.content if sha256(row.content).hexdigest() == row.sha256 else None)
            for row in connection.execute(query)
        )


def keep_features(
    store: Store, version: str, parts: Sequence[tuple[int, bytes]], *, instead_of: Collection[int] = ()
) -> None:
    """Keep features, in place of some entries and of all those of another version.

    Parameters
    ----------
    parts : sequence of (int, bytes)
        Number of reports, and their features.
    """
    c = t.ranking_features.c
    rows = [{"version": version, "rows": n, "sha256": sha256(b).hexdigest(), "content": b} for n, b in parts]
    with store.write() as connection:
        connection.execute(delete(t.ranking_features).where(or_(c.version != version, c.id.in_(tuple(instead_of)))))
        if rows:
            connection.execute(t.ranking_features.insert(), rows)


def heads(store: Store) -> Heads:
    """Return how far each kind of event has come, by one short query."""
    with store.read() as connection:
        return Heads(*connection.execute(_HEADS).one())


def damaged_caches(connection: Connection) -> list[str]:
    """Name kept orders and features that are not whole, and draws that make no sense."""
    problems = []
    for table, name in ((t.ranking_features, "features kept for ranking"), (t.rankings, "a reviewer's order")):
        damaged = sum(
            sha256(row.content).hexdigest() != row.sha256
            for row in connection.execute(select(table.c.content, table.c.sha256))
        )
        if damaged:
            problems.append(f"{name}: {damaged} damaged; the next `jak screen rank` computes them anew")
    c = t.draws.c
    wrong = select(c.id).where(or_(c.place < 1, c.frame < c.place))
    problems += [f"draw {n}: its place lies outside its frame" for n in connection.execute(wrong).scalars()]
    return problems
