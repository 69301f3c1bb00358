"""Candidate pairs by SQL: which records share a key, among those that the duplicate rules have read.

Three tables hold what can be computed again from the records: the facts that the rules read of each record, with the
version of the rules, and the keys that two printings of one paper are likely to share, as 64-bit numbers. A record
stands there once it has been compared with all others, so what does not stand there is new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import Connection, delete, exists, func, select

from jakdb import tables as t
from jakdb.store import Store

__all__ = ["Keyed", "candidates", "facts_of", "forget_gone", "key_number", "save_compared", "uncompared"]

LARGEST_BLOCK = 60
"""Records that may share a key before each is compared with its neighbours alone, unless the key is an identifier."""
WINDOW = 15
"""Neighbours on either side in a larger block."""
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Keyed:
    """What is kept of one record.

    Attributes
    ----------
    facts : str
        What the rules read of it, as JSON.
    order : str
        Its place among the neighbours of a block that is too large to compare whole.
    keys : collection of (str, bool)
        Each key, and whether it is an identifier, whose block is always compared whole.
    """

    record_id: int
    facts: str
    order: str
    keys: Collection[tuple[str, bool]]


def key_number(key: str) -> int:
    """Return a key as a number of 64 bits; two keys of one number cost a comparison and nothing else.

    >>> key_number("pmid:7") == key_number("pmid:7"), key_number("pmid:7") == key_number("pmid:8")
    (True, False)
    """
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def uncompared(store: Store, version: str) -> list[int]:
    """Return the records of the review that rules of this version have not compared with all others, ascending."""
    record = t.membership.c.record_id
    compared = exists().where(t.dedupe_facts.c.record_id == record, t.dedupe_facts.c.version == version)
    with store.read() as connection:
        return list(connection.execute(select(record).where(~compared).order_by(record)).scalars().all())


def facts_of(store: Store, ids: Iterable[int]) -> dict[int, str]:
    """Return what is kept of records, as JSON; those that were not compared are absent."""
    wanted, found = sorted(set(ids)), dict[int, str]()
    with store.read() as connection:
        for start in range(0, len(wanted), CHUNK):
            part = t.dedupe_facts.c.record_id.in_(wanted[start : start + CHUNK])
            query = select(t.dedupe_facts.c.record_id, t.dedupe_facts.c.facts).where(part)
            found.update((row[0], row[1]) for row in connection.execute(query).all())
    return found


def candidates(store: Store, new: Sequence[Keyed]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of a new record and one that was compared before that share a key, the smaller number first.

    A pair may come more than once. Records that are no longer in the review are left out.
    """
    wanted: dict[int, list[Keyed]] = {}
    whole: set[int] = set()
    for one in new:
        for key, is_identifier in one.keys:
            number = key_number(key)
            wanted.setdefault(number, []).append(one)
            if is_identifier:
                whole.add(number)
    k, f = t.dedupe_keys.c, t.dedupe_facts.c
    numbers = sorted(wanted)
    with store.read() as connection:
        for start in range(0, len(numbers), CHUNK):
            part = k.key.in_(numbers[start : start + CHUNK])
            query = select(k.key, k.record_id, f.order).join(t.dedupe_facts, f.record_id == k.record_id)
            active = query.join(t.membership, t.membership.c.record_id == k.record_id).where(part)
            blocks: dict[int, list[tuple[str, int]]] = {}
            for number, record, order in connection.execute(active).all():
                blocks.setdefault(number, []).append((order, record))
            for number, block in blocks.items():
                yield from _pairs(block, wanted[number], is_whole=number in whole)


def _pairs(block: list[tuple[str, int]], new: Sequence[Keyed], *, is_whole: bool) -> Iterator[tuple[int, int]]:
    """Yield the pairs of one block; in a large one each new record meets its neighbours only."""
    if is_whole or len(block) + len(new) <= LARGEST_BLOCK:
        for one in new:
            for _, record in block:
                if record != one.record_id:
                    yield (one.record_id, record) if one.record_id < record else (record, one.record_id)
        return
    fresh = {one.record_id for one in new}
    line = sorted([*block, *((one.order, one.record_id) for one in new)])
    for at, (_, record) in enumerate(line):
        if record in fresh:
            for _, other in line[max(0, at - WINDOW) : at + WINDOW + 1]:
                if other != record:
                    yield (record, other) if record < other else (other, record)


def save_compared(connection: Connection, rows: Iterable[Keyed], *, version: str) -> None:
    """Keep what the rules read of records that have been compared, in an open transaction."""
    facts, keys = [], []
    for row in rows:
        facts.append({"record_id": row.record_id, "version": version, "facts": row.facts, "order": row.order})
        keys += [{"key": key_number(key), "record_id": row.record_id} for key, _ in row.keys]
        if len(facts) == CHUNK:
            _insert(connection, facts, keys)
            facts, keys = [], []
    _insert(connection, facts, keys)


def forget_gone(connection: Connection, *, version: str) -> None:
    """Forget records that left the review, and what rules of another version read, in an open transaction."""
    gone = ~t.dedupe_facts.c.record_id.in_(select(t.membership.c.record_id))
    stale = select(t.dedupe_facts.c.record_id).where(gone | (t.dedupe_facts.c.version != version))
    if not connection.execute(select(func.count()).select_from(stale.subquery())).scalar_one():
        return
    connection.execute(delete(t.dedupe_keys).where(t.dedupe_keys.c.record_id.in_(stale)))
    connection.execute(delete(t.dedupe_facts).where(t.dedupe_facts.c.record_id.in_(stale)))


def _insert(
    connection: Connection, facts: Sequence[Mapping[str, object]], keys: Sequence[Mapping[str, object]]
) -> None:
    """Insert rows."""
    if facts:
        connection.execute(t.dedupe_facts.insert(), list(facts))
    if keys:
        connection.execute(t.dedupe_keys.insert(), list(keys))
