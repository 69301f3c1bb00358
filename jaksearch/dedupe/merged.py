"""Make one record of the records of a report, to hand it over to other programs; the store keeps them apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from jakdb.words import Record

__all__ = ["merged_record"]

TOGETHER = (
    ("authors", "translated_authors"),
    ("journal", "journal_abbreviation", "translated_journal", "volume", "issue", "pages", "article_number"),
    ("abstract", "abstract_sections", "translated_abstract"),
    ("year", "date"),
)
"""Fields that one record gives together, the one that gives most of them: no volume beside another printing's pages."""
UNITED = ("registry_ids", "publication_types", "issn", "related")
"""Lists that every record adds to: a retraction that one database names must not be lost."""
APART = frozenset(("id", "accession", "database", "platform", *UNITED, *(name for group in TOGETHER for name in group)))


def merged_record(best: Record, others: Iterable[Record] = ()) -> Record:
    """Return one record that says what all of a report's records say.

    Parameters
    ----------
    best : Record
        The one whose word counts where several give a field.
    others : iterable of Record
        They fill what it leaves empty, in their order. Every database and accession number is kept, in the order of
        the records' numbers, joined by semicolons.

    Examples
    --------
    >>> one = Record(title="Hair", pmid="7", accession="7", database="PubMed", id=1)
    >>> merged = merged_record(one, [Record(title="HAIR", doi="10.1/x", accession="L2", database="Embase", id=2)])
    >>> merged.title, merged.doi, merged.database, merged.accession
    ('Hair', '10.1/x', 'PubMed; Embase', 'PubMed: 7; Embase: L2')
    """
    rest = list(others)
    if not rest:
        return best
    every = [best, *rest]
    values: dict[str, Any] = {}
    alone = [(field.name,) for field in fields(Record) if field.name not in APART]
    for group in (*alone, *TOGETHER):
        values |= _fullest(every, group)
    for name in UNITED:
        values[name] = tuple(dict.fromkeys(one for record in every for one in getattr(record, name)))
    values["registry_ids"] = tuple(sorted(values["registry_ids"]))
    values |= _sources(sorted(every, key=lambda record: record.id))
    return replace(best, **values)


def _fullest(records: Sequence[Record], names: Sequence[str]) -> dict[str, Any]:
    """Return fields of the record that gives most of them, the earliest of several."""
    chosen = max(records, key=lambda record: sum(getattr(record, name) not in ("", (), None) for name in names))
    return {name: getattr(chosen, name) for name in names}


def _sources(records: Sequence[Record]) -> dict[str, str]:
    """Return databases, platforms and accession numbers; a number that stands alone needs no name before it."""
    numbers = dict.fromkeys((r.database, r.accession) for r in records if r.accession)
    named = [f"{database}: {number}" if database else number for database, number in numbers]
    alone = len(numbers) == 1
    return {
        "database": "; ".join(dict.fromkeys(r.database for r in records if r.database)),
        "platform": "; ".join(dict.fromkeys(r.platform for r in records if r.platform)),
        "accession": next(iter(numbers))[1] if alone else "; ".join(named),
    }
