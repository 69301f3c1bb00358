"""Compare what a search finds now with what it found before: pure, from the source texts of both sightings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Literal

from jakdb.errors import InputError
from jakdb.words import RawRecord, Record, RelatedItem, TableLayout
from jaksearch.formats import read_bytes
from jaksearch.formats.table import read_row
from jaksearch.formats.table_fields import TABLES
from jaksearch.normalise import normalise

__all__ = [
    "CORRECTS",
    "RETRACTS",
    "Comparison",
    "Difference",
    "FieldChange",
    "Sight",
    "Standing",
    "compare",
    "compare_searches",
    "created_on",
    "is_retracted",
    "notices",
    "preliminary",
    "record_of",
]

Standing = Literal["new", "unchanged", "changed", "corrected", "retracted", "vanished"]
RETRACTS = ("retraction_in", "retracted_republished_in")
CORRECTS = ("erratum_in", "corrected_in", "expression_of_concern_in")
RETRACTED = "retracted publication"
NOT_COMPARED = frozenset(("id", "database", "platform"))
ABSTRACTS = frozenset(("meeting abstract", "congress abstract", "conference abstract", "conference meeting abstract"))
CREATED = {
    "pubmed-xml": re.compile(
        r'<PubMedPubDate PubStatus="entrez">\s*<Year>(\d{4})</Year>\s*<Month>(\d{1,2})</Month>\s*<Day>(\d{1,2})</Day>'
    ),
    "medline": re.compile(r"^CRDT- *(\d{4})/(\d{1,2})/(\d{1,2})", re.MULTILINE),
}
"""Where a source text says when its record was created; PubMed's XML calls that day entrez."""
REGISTRATIONS = frozenset(("clinical trial registration", "clinical trial registry record", "trial registration"))


@dataclass(frozen=True, slots=True)
class Sight:
    """A record as one search saw it: its source text, and what it takes to read that.

    Attributes
    ----------
    layout : TableLayout or None
        How the row of a table is cut; None for other formats, and for tables of which nobody kept it.
    stored : Record or None
        What was read here when it came in, if that is known: it stands in for a row that cannot be read again.
    """

    text: str
    format: str
    database: str
    layout: TableLayout | None = None
    stored: Record | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a record, before and now."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of one record.

    Attributes
    ----------
    record_id : int
        Its number in the review.
    changes : tuple of FieldChange
        Every field that reads otherwise, of a changed, corrected or retracted record.
    notices : tuple of RelatedItem
        Retractions, errata and expressions of concern that were not there before; of a new record, all of them.
    """

    record_id: int
    standing: Standing
    changes: tuple[FieldChange, ...] = ()
    notices: tuple[RelatedItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The sets between two searches; no record is in two of them, and `unchanged` records are named by number only."""

    new: tuple[Difference, ...]
    unchanged: tuple[int, ...]
    changed: tuple[Difference, ...]
    corrected: tuple[Difference, ...]
    retracted: tuple[Difference, ...]
    vanished: tuple[int, ...]


def record_of(sight: Sight) -> Record | None:
    r"""Return the record that a source text describes, read anew; None if the text says nothing without its file.

    A row of a table needs the headings, which stand elsewhere.

    Examples
    --------
    >>> record_of(Sight("PMID- 12\nTI  - Hair", "medline", "PubMed")).title
    'Hair'
    >>> record_of(Sight("12,Hair", "csv", "PubMed", TableLayout(1, ("PMID", "Title"), ",", "quoted"))).title
    'Hair'
    >>> record_of(Sight("12,Hair", "csv", "PubMed")) is None
    True
    """
    if sight.format in TABLES:
        cells = read_row(sight.text, sight.layout) if sight.layout is not None else None
        if not cells:
            return sight.stored
        return normalise(RawRecord(1, 1, sight.text, cells), format=sight.format, database=sight.database)
    try:
        reading = read_bytes(sight.text.encode(), format=sight.format)
    except InputError:
        return None
    if len(reading.accepted) != 1 or reading.rejects:
        return None
    return normalise(reading.accepted[0], format=sight.format, database=sight.database)


def created_on(sight: Sight) -> date | None:
    r"""Return the day on which the database created a record, if its source text says so.

    Examples
    --------
    >>> created_on(Sight("PMID- 12\nCRDT- 2026/01/05 16:00", "medline", "PubMed"))
    datetime.date(2026, 1, 5)
    >>> created_on(Sight("TY  - JOUR\nPY  - 2026", "ris", "Embase")) is None
    True
    """
    pattern = CREATED.get(sight.format)
    found = pattern.search(sight.text) if pattern is not None else None
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None


def notices(record: Record) -> tuple[RelatedItem, ...]:
    """Return the retractions, errata and expressions of concern that a record names about itself."""
    return tuple(one for one in record.related if one.kind in RETRACTS or one.kind in CORRECTS)


def is_retracted(record: Record) -> bool:
    """Return whether a record says of itself that it was retracted.

    Examples
    --------
    >>> is_retracted(Record(related=(RelatedItem("retraction_in", pmid="12"),)))
    True
    >>> is_retracted(Record(publication_types=("Retracted Publication",))), is_retracted(Record(title="Retracted"))
    (True, False)
    """
    types = {kind.casefold() for kind in record.publication_types}
    return RETRACTED in types or any(one.kind in RETRACTS for one in record.related)


def preliminary(record: Record) -> str:
    """Return ``registration`` or ``abstract`` for what is no full paper, else nothing.

    Examples
    --------
    >>> preliminary(Record(type="dataset")), preliminary(Record(type="paper-conference"))
    ('registration', 'abstract')
    >>> preliminary(Record(publication_types=("Journal Article", "Meeting Abstract")))
    'abstract'
    >>> preliminary(Record(type="article-journal"))
    ''
    """
    types = {kind.casefold() for kind in record.publication_types}
    if record.type == "dataset" or types & REGISTRATIONS:
        return "registration"
    return "abstract" if record.type == "paper-conference" or types & ABSTRACTS else ""


def compare(before: Record, after: Record) -> tuple[Standing, tuple[FieldChange, ...], tuple[RelatedItem, ...]]:
    """Say what became of a record, field by field, and which notices are new.

    Examples
    --------
    >>> old, now = Record(title="Hair"), Record(title="Hair", related=(RelatedItem("erratum_in", "J. 2026;1:9."),))
    >>> standing, changes, new = compare(old, now)
    >>> standing, [change.field for change in changes], new[0].kind
    ('corrected', ['related'], 'erratum_in')
    """
    names = [f.name for f in fields(Record) if f.name not in NOT_COMPARED]
    changes = tuple(
        FieldChange(name, getattr(before, name), getattr(after, name))
        for name in names
        if getattr(before, name) != getattr(after, name)
    )
    earlier = notices(before)
    added = tuple(one for one in notices(after) if one not in earlier)
    if any(one.kind in RETRACTS for one in added) or (is_retracted(after) and not is_retracted(before)):
        return "retracted", changes, added
    if added:
        return "corrected", changes, added
    return ("changed" if changes else "unchanged"), changes, ()


def compare_searches(sights: Iterable[tuple[int, Sight | None, Sight | None]]) -> Comparison:
    r"""Put each record of two searches into its set.

    A text that is the same byte for byte is unchanged without being read. One that cannot be read by itself counts as
    changed, without its fields.

    Parameters
    ----------
    sights : iterable of (int, Sight or None, Sight or None)
        A record's number, how it was seen before and how it is seen now; it is gone through once.

    Examples
    --------
    >>> def sight(title):
    ...     return Sight(f"PMID- 12\nTI  - {title}", "medline", "PubMed")
    >>> found = compare_searches(
    ...     [(1, sight("A"), None), (2, sight("B"), sight("B")), (3, sight("C"), sight("D")), (4, None, sight("E"))]
    ... )
    >>> [one.record_id for one in found.new], found.unchanged, found.vanished
    ([4], (2,), (1,))
    >>> [(c.field, c.before, c.after) for one in found.changed for c in one.changes]
    [('title', 'C', 'D')]
    """
    by_standing: dict[Standing, list[Difference]] = {}
    for number, before, after in sights:
        difference = _difference(number, before, after)
        by_standing.setdefault(difference.standing, []).append(difference)

    def of(standing: Standing) -> tuple[Difference, ...]:
        return tuple(by_standing.get(standing, ()))

    return Comparison(
        new=of("new"),
        unchanged=tuple(one.record_id for one in of("unchanged")),
        changed=of("changed"),
        corrected=of("corrected"),
        retracted=of("retracted"),
        vanished=tuple(one.record_id for one in of("vanished")),
    )


def _difference(number: int, before: Sight | None, after: Sight | None) -> Difference:
    """Compare one record."""
    if after is None:
        return Difference(number, "vanished")
    if before == after:
        return Difference(number, "unchanged")
    now = record_of(after)
    if before is None:
        return Difference(number, "new", notices=notices(now) if now is not None else ())
    earlier = record_of(before)
    if earlier is None or now is None:
        return Difference(number, "changed")
    standing, changes, added = compare(earlier, now)
    return Difference(number, standing, changes, added)
