"""Make one record of the records of a report, and say which of them gave each field; the store keeps them apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from jakdb.words import Record

__all__ = ["Merged", "merge_records", "merged_record"]

PLACE = ("journal", "journal_abbreviation", "translated_journal", "volume", "issue", "pages", "article_number")
DATE = ("year", "date")
TOGETHER = (
    ("authors", "translated_authors"),
    ("abstract", "abstract_sections", "translated_abstract"),
    PLACE,
)
"""Fields that one record gives together, the one that gives most of them: no volume beside another printing's pages."""
UNITED = ("registry_ids", "publication_types", "issn", "related")
"""Lists that every record adds to: a retraction that one database names must not be lost."""
NAMES = ("database", "platform", "accession")
"""What the databases are and call the record; all of them are kept."""
APART = frozenset(("id", *NAMES, *DATE, *UNITED, *(name for group in TOGETHER for name in group)))
ALONE = tuple(field.name for field in fields(Record) if field.name not in APART)
EMPTY = ("", (), None)


@dataclass(frozen=True, slots=True)
class Merged:
    """The record that a report's records make together.

    Attributes
    ----------
    record : Record
        It has the number of the record whose word counts first.
    sources : mapping of str to tuple of int
        For each field that is given, in the order of `Record`, the numbers of the records that gave its value.
    """

    record: Record
    sources: Mapping[str, tuple[int, ...]]


def merged_record(best: Record, others: Iterable[Record] = ()) -> Record:
    """Return one record that says what all of a report's records say; see `merge_records`.

    Examples
    --------
    >>> one = Record(title="Hair", pmid="7", accession="7", database="PubMed", id=1)
    >>> merged = merged_record(one, [Record(title="HAIR", doi="10.1/x", accession="L2", database="Embase", id=2)])
    >>> merged.title, merged.doi, merged.database, merged.accession
    ('Hair', '10.1/x', 'PubMed; Embase', 'PubMed: 7; Embase: L2')
    """
    return merge_records(best, others).record


def merge_records(best: Record, others: Iterable[Record] = ()) -> Merged:
    """Return what all of a report's records say, and which of them says it.

    Parameters
    ----------
    best : Record
        The one whose word counts where several give a field.
    others : iterable of Record
        They fill what it leaves empty, in their order. Every database and accession number is kept, in the order of
        the records' numbers, joined by semicolons. The year is that of the record that gives the place in print.

    Examples
    --------
    >>> ahead = Record(title="Hair", year=2019, pmid="7", id=1)
    >>> final = Record(title="HAIR", year=2020, journal="J Hair", volume="5", pages="1-9", id=2)
    >>> merged = merge_records(ahead, [final])
    >>> merged.record.title, merged.record.year, merged.sources["title"], merged.sources["pages"]
    ('Hair', 2020, (1,), (2,))
    """
    every = [best, *others]
    if len(every) == 1:
        return Merged(best, dict.fromkeys(_given(best), (best.id,)))
    from_one: dict[str, Record] = {}
    for group in (*((name,) for name in ALONE), *TOGETHER):
        from_one |= dict.fromkeys(group, _fullest(every, group))
    from_one |= dict.fromkeys(DATE, _fullest(_of_one_year(every, from_one["journal"]), DATE))
    values: dict[str, Any] = {name: getattr(giver, name) for name, giver in from_one.items()}
    in_order = sorted(every, key=lambda record: record.id)
    for name in UNITED:
        values[name] = tuple(dict.fromkeys(one for record in every for one in getattr(record, name)))
    values["registry_ids"] = tuple(sorted(values["registry_ids"]))
    values |= _named(in_order)
    record = replace(best, **values)
    sources = {
        name: (from_one[name].id,)
        if name in from_one
        else tuple(r.id for r in in_order if getattr(r, name) not in EMPTY)
        for name in _given(record)
    }
    return Merged(record, sources)


def _given(record: Record) -> Iterable[str]:
    """Return the names of the fields of a record that say something, in their order."""
    return (field.name for field in fields(Record) if field.name != "id" and getattr(record, field.name) not in EMPTY)


def _fullest(records: Sequence[Record], names: Collection[str]) -> Record:
    """Return the record that gives most of some fields, the earliest of several."""
    return max(records, key=lambda record: sum(getattr(record, name) not in EMPTY for name in names))


def _of_one_year(records: Sequence[Record], place: Record) -> Sequence[Record]:
    """Return those that have the year of the record that gives the place in print, or all where that tells none."""
    printed = place.year is not None and bool(place.volume or place.pages)
    return [record for record in records if record.year == place.year] if printed else records


def _named(records: Sequence[Record]) -> dict[str, str]:
    """Return databases, platforms and accession numbers; a number that stands alone needs no name before it."""
    numbers = dict.fromkeys((r.database, r.accession) for r in records if r.accession)
    named = [f"{database}: {number}" if database else number for database, number in numbers]
    alone = len(numbers) == 1
    return {
        "database": "; ".join(dict.fromkeys(r.database for r in records if r.database)),
        "platform": "; ".join(dict.fromkeys(r.platform for r in records if r.platform)),
        "accession": next(iter(numbers))[1] if alone else "; ".join(named),
    }
