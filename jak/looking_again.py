"""What deserves another look: decided reports that read otherwise since, and included ones that were retracted.

All of it is computed from the sightings whenever it is asked for; nothing is stored and no report returns to a queue.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jak.workspace import Review, Snapshot
    from jakdb.store import Store
    from jakdb.words import Link, Record, RelatedItem
    from jakscreen import ReportState
    from jaksearch.refresh import Sight

__all__ = [
    "LookAgain",
    "Place",
    "RetractedReport",
    "look_again",
    "places_of",
    "retracted_reports",
    "retraction_notes",
    "state_in_words",
]

CHUNK = 500
"""Records whose source texts are held at a time."""


@dataclass(frozen=True, slots=True)
class Place:
    """One sighting of a record: when, in which file, and as what."""

    file_id: int
    at: datetime
    sight: Sight


@dataclass(frozen=True, slots=True)
class LookAgain:
    """A report that was decided on, or waits, and reads otherwise since.

    Attributes
    ----------
    decided : datetime
        The last vote, resolution or note of retrieval; one that comes later takes the report off the list.
    why : tuple of str
        What is other than it was then.
    """

    report: int
    title: str
    state: str
    decided: datetime
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RetractedReport:
    """An included report whose source says now that it was retracted."""

    report: int
    title: str
    state: str
    notices: tuple[RelatedItem, ...]

    @property
    def sentence(self) -> str:
        """The warning, in words."""
        where = "; ".join(
            " ".join(filter(None, (one.citation, f"PMID {one.pmid}" if one.pmid else ""))) for one in self.notices
        )
        return f"RETRACTED: report {self.report} ({self.state}): {self.title}{f' ({where})' if where else ''}"


def look_again(review: Review, snapshot: Snapshot) -> tuple[LookAgain, ...]:
    """Return the reports that deserve another look, computed anew: nothing is stored, no decision is touched.

    These are excluded reports of which an abstract has appeared, or which were a registration or a conference abstract
    and are a full paper now; and reports that are awaiting, ongoing or not retrieved, and read otherwise in any field.
    What counts is how they read when the last decision on them was made.
    """
    from jakdb import imports  # noqa: PLC0415 - SQLAlchemy is not for --help

    vary = imports.records_that_vary(review.store)
    # A report of one record that always read the same cannot be on the list: most are not read at all.
    decided = {
        report: told
        for report, told in _decided(snapshot).items()
        if len(snapshot.members[report]) > 1 or vary.intersection(snapshot.members[report])
    }
    numbers = [record for report in decided for record in snapshot.members[report]]
    seen = {r: [(p.at, hash(p.sight)) for p in places] for r, places in places_of(review.store, numbers)}
    moved: dict[int, datetime] = {}
    for report, (at, named) in decided.items():
        # A vote brought in from elsewhere may be older than the import of its record.
        at = max([at, *(seen[record][0][0] for record in named if record in seen)])
        for record in snapshot.members[report]:
            before = [mark for when, mark in seen[record] if when <= at]
            if not before or before[-1] != seen[record][-1][1]:
                moved[report] = at
    around: dict[int, tuple[Sight | None, Sight]] = {}
    for record, places in places_of(review.store, [r for report in moved for r in snapshot.members[report]]):
        earlier = [p.sight for p in places if p.at <= moved[snapshot.report_of[record]]]
        around[record] = (earlier[-1] if earlier else None, places[-1].sight)
    found = []
    for report in sorted(moved):
        state = snapshot.states[report]
        why = tuple(_why(state, [(snapshot.records[r], *around[r]) for r in snapshot.members[report]]))
        if why:
            title = snapshot.best(report).title
            found.append(LookAgain(report, title, state_in_words(state), decided[report][0], why))
    return tuple(found)


def retracted_reports(review: Review, snapshot: Snapshot) -> tuple[RetractedReport, ...]:
    """Return the included reports (at the last stage that they have reached) that were retracted, as last seen."""
    from jakdb import imports  # noqa: PLC0415
    from jaksearch.refresh import RETRACTS, is_retracted, record_of  # noqa: PLC0415

    states = {r: s for r, s in snapshot.states.items() if not s.removed and _is_in(s)}
    latest = {r: snapshot.records[r] for report in states for r in snapshot.members[report]}
    for number, places in places_of(review.store, imports.records_that_vary(review.store) & latest.keys()):
        latest[number] = record_of(places[-1].sight) or latest[number]
    found = []
    for report, state in states.items():
        records = [latest[r] for r in snapshot.members[report]]
        if any(is_retracted(record) for record in records):
            named = dict.fromkeys(x for record in records for x in record.related if x.kind in RETRACTS)
            title = snapshot.best(report).title
            found.append(RetractedReport(report, title, state_in_words(state), tuple(named)))
    return tuple(found)


def retraction_notes(
    review: Review, snapshot: Snapshot, links: Sequence[Link], studies: Collection[str]
) -> tuple[str, ...]:
    """Return a caution for each of the studies of which an included report was retracted."""
    retracted = {one.report: one for one in retracted_reports(review, snapshot)}
    notes = []
    for key in dict.fromkeys(studies):
        reports = [snapshot.report_of.get(x.record_id) for x in links if x.study_key == key]
        notes += [f"{key}: {retracted[r].sentence}" for r in dict.fromkeys(reports) if r in retracted]
    return tuple(notes)


def state_in_words(state: ReportState) -> str:
    """Say where a report stands.

    Examples
    --------
    >>> from jakscreen import ReportState
    >>> state_in_words(ReportState(1)), state_in_words(ReportState(1, abstract="exclude"))
    ('not screened', 'excluded at abstract')
    >>> state_in_words(ReportState(1, abstract="include", retrieval="retrieved", fulltext="include"))
    'INCLUDED at full text'
    """
    if state.removed:
        return "removed"
    words = {"include": "INCLUDED", "exclude": "excluded", "unscreened": "not screened"}
    if state.fulltext and state.fulltext != "unassessed":
        return f"{words.get(state.fulltext, state.fulltext)} at full text"
    if state.retrieval == "not_retrieved":
        return "not retrieved"
    said = words.get(state.abstract, state.abstract)
    return said if state.abstract == "unscreened" else f"{said} at abstract"


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


def _decided(snapshot: Snapshot) -> Mapping[int, tuple[datetime, tuple[int, ...]]]:
    """Return when each report that a change could bring back was decided on last, and the records named then."""
    retrievals: dict[int, list[tuple[datetime, int]]] = {}
    for event in snapshot.retrievals:
        if event.record_id in snapshot.report_of:
            retrievals.setdefault(snapshot.report_of[event.record_id], []).append((event.at, event.record_id))
    decided = {}
    for report, state in snapshot.states.items():
        if state.removed or not ("exclude" in (state.abstract, state.fulltext) or _waits(state)):
            continue
        events = [(x.at, x.record_id) for x in (*state.votes, *state.resolutions)] + retrievals.get(report, [])
        if events:
            decided[report] = (max(at for at, _ in events), tuple(record for _, record in events))
    return decided


def _is_in(state: ReportState) -> bool:
    """Return whether a report is included as far as it has come."""
    return state.fulltext == "include" if state.fulltext not in ("", "unassessed") else state.abstract == "include"


def _waits(state: ReportState) -> bool:
    """Return whether a report is awaiting, ongoing or not retrieved."""
    is_sought = state.abstract == "include" and state.retrieval == "not_retrieved"
    return state.fulltext in ("awaiting", "ongoing") or is_sought


def _why(state: ReportState, pairs: Sequence[tuple[Record, Sight | None, Sight]]) -> Iterator[str]:
    """Say what is other than it was; a record's sight before is None if it came after the decision."""
    from jaksearch.refresh import compare, preliminary, record_of  # noqa: PLC0415

    earlier = {r.id: (record_of(before) or r) for r, before, _ in pairs if before is not None}
    now = {r.id: (record_of(after) or r) for r, _, after in pairs}
    if _waits(state):
        changed = [change.field for n, record in earlier.items() for change in compare(record, now[n])[1]]
        if changed:
            yield f"changed: {', '.join(dict.fromkeys(changed))}"
        if added := [str(n) for n in now if n not in earlier]:
            yield f"found since: record {', '.join(added)}"
        return
    if not any(r.abstract for r in earlier.values()) and any(r.abstract for r in now.values()):
        yield "an abstract has appeared"
    was = [kind for r in earlier.values() if (kind := preliminary(r))]
    if was and len(was) == len(earlier) and not all(preliminary(r) for r in now.values()):
        yield f"was {'an abstract' if was[0] == 'abstract' else 'a registration'}, is a full paper now"
