"""Where records were seen: each sighting with its source text, and what it takes to read that again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from jak.workspace import Snapshot, fullness

if TYPE_CHECKING:
    from jakdb.store import Store
    from jakdb.words import Record
    from jaksearch.refresh import Sight

__all__ = ["Place", "as_last_seen", "best_as_last_seen", "places_of"]

CHUNK = 500
"""Records whose source texts are held at a time."""


@dataclass(frozen=True, slots=True)
class Place:
    """One sighting of a record: when, in which file, and as what."""

    file_id: int
    at: datetime
    sight: Sight


def places_of(store: Store, numbers: Collection[int]) -> Iterator[tuple[int, list[Place]]]:
    """Yield each record with its sightings, the oldest first; few source texts are held at a time."""
    from jakdb import imports  # noqa: PLC0415
    from jaksearch.refresh import Sight  # noqa: PLC0415

    files = {f.id: f for f in imports.files(store)}
    layouts = imports.layouts(store)
    wanted = sorted(numbers)
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        stored = imports.get_records(store, part)
        found: dict[int, list[Place]] = {}
        for place in imports.sightings(store, part):
            file, record = files[place.file_id], stored[place.record_id]
            held = [layout for layout in layouts.get(file.id, ()) if layout.first <= place.number]
            sight = Sight(
                place.source_text,
                file.format,
                record.database,
                layout=held[-1] if held else None,
                stored=record if place.first else None,
            )
            found.setdefault(place.record_id, []).append(Place(file.id, file.at, sight))
        yield from sorted(found.items())


def as_last_seen(store: Store, records: Mapping[int, Record]) -> dict[int, Record]:
    """Return records as their sources read when they were seen last; what cannot be read again stays as it was stored.

    A record is stored as it was seen first, and what a source adds later, an abstract or headings, is in its last text.
    """
    from jaksearch.refresh import record_of  # noqa: PLC0415

    latest = dict(records)
    for number, places in places_of(store, records):
        stored = records[number]
        found = record_of(places[-1].sight) if places[-1].sight.text != places[0].sight.text else None
        if found is not None:
            latest[number] = replace(found, id=number, database=stored.database, platform=stored.platform)
    return latest


def best_as_last_seen(store: Store, snapshot: Snapshot, report: int) -> Record:
    """Return the record of a report that says most, as its source read when it was seen last.

    Who decides on it must see what it says now.
    """
    latest = as_last_seen(store, {number: snapshot.records[number] for number in snapshot.members[report]})
    return max((latest[number] for number in snapshot.members[report]), key=fullness)
