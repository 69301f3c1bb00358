"""Lay a report out: the record that its records make together, where each field is from, and the records themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

from jakdb.words import Record, RelatedItem

if TYPE_CHECKING:
    from jakdb.imports import Sighting
    from jaksearch.dedupe.merged import Merged

__all__ = ["SourceRecord", "merged_rows", "source_records", "source_rows"]

WIDTH = 90


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One of the records of a report as it came in, and the places where it was found."""

    record: Record
    found_in: tuple[str, ...]


def source_records(records: Iterable[Record], places: Iterable[Sighting]) -> tuple[SourceRecord, ...]:
    """Return records with the files and lines where they were found."""
    found: dict[int, list[str]] = {}
    for place in places:
        where = f"{place.source}, {place.file}, record {place.number}, line {place.line}"
        found.setdefault(place.record_id, []).append(where)
    return tuple(SourceRecord(record, tuple(found.get(record.id, ()))) for record in records)


def merged_rows(merged: Merged) -> list[tuple[str, str, str]]:
    """Return each field with its value in a line and the records that gave it.

    Examples
    --------
    >>> from jaksearch.dedupe.merged import merge_records
    >>> merged_rows(merge_records(Record(title="Hair", year=2019, id=1), [Record(title="HAIR", pmid="7", id=2)]))
    [('title', 'Hair', '1'), ('year', '2019', '1'), ('pmid', '7', '2')]
    """
    return [
        (name, _in_a_line(getattr(merged.record, name)), ", ".join(map(str, numbers)))
        for name, numbers in merged.sources.items()
    ]


def source_rows(sources: Sequence[SourceRecord]) -> list[tuple[int, str, str, str]]:
    """Return record, database, accession and place of each source record."""
    return [(s.record.id, s.record.database, s.record.accession, "; ".join(s.found_in)) for s in sources]


def _in_a_line(value: Any) -> str:
    """Return a field's value as one line that is not too long."""
    if isinstance(value, tuple):
        parts = (astuple(one) if isinstance(one, RelatedItem) else one for one in value)
        value = "; ".join(": ".join(filter(None, one)) if isinstance(one, tuple) else str(one) for one in parts)
    text = " ".join(str(value).split())
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1].rstrip()}…"
