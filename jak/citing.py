"""Say in one line what a record is, and what was decided about a report."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from jakdb.words import Record

if TYPE_CHECKING:
    from jak.workspace import Snapshot

__all__ = ["authors_short", "cite", "identifiers", "matches", "trail"]


def authors_short(record: Record) -> str:
    """Return the first author, with et al. where there are more.

    Examples
    --------
    >>> from jakdb.words import Author
    >>> authors_short(Record(authors=(Author("Liu", "L."), Author("Dai", "F."))))
    'Liu et al.'
    """
    if not record.authors:
        return ""
    first = record.authors[0]
    name = first.family or first.literal
    return f"{name} et al." if len(record.authors) > 1 else name


def cite(record: Record) -> str:
    """Return author, year, title and journal in a line.

    Examples
    --------
    >>> cite(Record(title="Tofacitinib in alopecia areata", year=2019, journal="J Derm", volume="5", pages="1-9"))
    '2019. Tofacitinib in alopecia areata. J Derm 5:1-9'
    >>> cite(Record(title="Does hair regrow?", journal="J Derm"))
    'Does hair regrow? J Derm'
    """
    who = authors_short(record)
    head = " ".join(x for x in (who, str(record.year) if record.year else "") if x)
    place = record.journal
    if record.volume:
        place += f" {record.volume}" + (f"({record.issue})" if record.issue else "")
    if record.pages:
        place += f":{record.pages}" if record.volume else f" {record.pages}"
    title = (record.title or record.translated_title or "(no title)").rstrip(".")
    line = ""
    for part in filter(None, (head, title, place.strip())):
        line += ("" if not line else " " if line.endswith((".", "?", "!")) else ". ") + part
    return line


def identifiers(record: Record) -> str:
    """Return DOI, PMID and registry numbers in a line."""
    parts = [
        f"doi:{record.doi}" if record.doi else "",
        f"PMID {record.pmid}" if record.pmid else "",
        *record.registry_ids,
    ]
    return ", ".join(p for p in parts if p)


def matches(record: Record, words: str) -> bool:
    """Return whether every word stands in title, authors, journal, year or an identifier."""
    authors = " ".join(map(str, record.authors))
    text = " ".join(
        (record.title, record.translated_title, authors, record.journal, str(record.year), record.doi, record.pmid)
    ).casefold()
    return all(word in text for word in words.casefold().split())


def trail(snapshot: Snapshot, report: int, *, hidden: Collection[int] = ()) -> tuple[str, ...]:
    """Return what was decided about a report, event by event, with who and when, but for the hidden ones."""
    records = set(snapshot.members[report])
    undone = {d.undoes for d in snapshot.decisions if d.kind == "undo"}
    lines = []
    for d in snapshot.decisions:
        if d.record_id in records and d.kind != "undo" and d.id not in undone and d.id not in hidden:
            stage = "full text" if d.stage == "fulltext" else "abstract"
            what = f"resolved: {d.verdict}" if d.kind == "resolution" else d.verdict
            why = f" ({d.reason})" if d.reason else ""
            note = f" [{d.note}]" if d.note else ""
            lines.append((d.at, f"{stage}: {what}{why} by {d.reviewer} on {d.at:%Y-%m-%d}, record {d.record_id}{note}"))
    lines += [
        (
            r.at,
            f"full text {r.status.replace('_', ' ')} by {r.by} on {r.at:%Y-%m-%d}" + (f" [{r.note}]" if r.note else ""),
        )
        for r in snapshot.retrievals
        if r.record_id in records
    ]
    gone = {r.undoes for r in snapshot.removals if r.cause == "undo"}
    lines += [
        (x.at, f"removed before screening ({x.cause}: {x.reason}) by {x.by} on {x.at:%Y-%m-%d}")
        for x in snapshot.removals
        if x.record_id in records and x.cause != "undo" and x.id not in gone
    ]
    returned = {x.undoes for x in snapshot.looks if x.kind == "undo"}
    lines += [
        (x.at, f"looked at again ({'; '.join(x.reasons)}) and left as it is by {x.by} on {x.at:%Y-%m-%d} [{x.why}]")
        for x in snapshot.looks
        if x.record_id in records and x.kind != "undo" and x.id not in returned
    ]
    return tuple(line for _, line in sorted(lines, key=lambda pair: pair[0]))
