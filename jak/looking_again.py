"""What deserves another look: decided reports that read otherwise since, or whose criteria changed since.

All of it is computed from the events and sightings whenever it is asked for, and no report returns to a queue. A later
decision takes a report off, and so does somebody who looked at it again and leaves it as it is: that is an event, with
the reasons that there were and the ground (`jak search looked`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jak.criteria import changes_of_criteria, decided_under, version_at
from jak.places import places_of
from jakdb.errors import UsageError
from jakdb.words import Look

if TYPE_CHECKING:
    from jak.workspace import Review, Snapshot
    from jakdb.words import Record
    from jakscreen import ReportState
    from jaksearch.refresh import Sight

__all__ = ["LookAgain", "is_in", "look_again", "looks_in_force", "mark_looked", "state_in_words"]


@dataclass(frozen=True, slots=True)
class LookAgain:
    """A report that was decided on, or waits, and deserves another look.

    Attributes
    ----------
    decided : datetime
        The last vote, resolution or note of retrieval; one that comes later takes the report off the list.
    why : tuple of str
        What is other than it was then.
    by_criteria : bool
        Whether a change of the criteria is all there is.
    """

    report: int
    title: str
    state: str
    decided: datetime
    why: tuple[str, ...]
    by_criteria: bool = False


@dataclass(frozen=True, slots=True)
class _Decided:
    """When a report that a change could bring back was decided on, and what else bears on it.

    Attributes
    ----------
    at : datetime
        The last decision.
    since : datetime
        What came later is news: the last decision or look, and no earlier than the record that it names.
    """

    at: datetime
    since: datetime


def look_again(review: Review, snapshot: Snapshot) -> tuple[LookAgain, ...]:
    """Return the reports that deserve another look, computed anew: nothing is stored, no decision is touched.

    These are excluded reports of which an abstract has appeared, or which were a registration or a conference abstract
    and are a full paper now; reports that are awaiting, ongoing or not retrieved, and read otherwise in any field or
    of which another report has come (the same registry number, the same study); and every decided report whose
    decisions were made under other criteria than jak.toml has now. What counts is how things stood when the last
    decision was made.
    """
    decided = _decided(review, snapshot)
    why: dict[int, list[str]] = {}
    for report, reasons in (*_that_read_otherwise(review, snapshot, decided), *_with_news(review, snapshot, decided)):
        why.setdefault(report, []).extend(reasons)
    others = set(why)
    for report, reasons in _by_criteria(review, snapshot):
        why.setdefault(report, []).extend(reasons)
    found = []
    for report in sorted(why, key=lambda number: (number not in others, number)):
        state = snapshot.states[report]
        at = decided[report].at if report in decided else max(x.at for x in (*state.votes, *state.resolutions))
        title = snapshot.best(report).title
        found.append(LookAgain(report, title, state_in_words(state), at, tuple(why[report]), report not in others))
    return tuple(found)


def looks_in_force(snapshot: Snapshot) -> tuple[Look, ...]:
    """Return the looks again that nobody took back."""
    undone = {one.undoes for one in snapshot.looks if one.kind == "undo"}
    return tuple(one for one in snapshot.looks if one.kind != "undo" and one.id not in undone)


def mark_looked(
    review: Review, numbers: Sequence[int], *, why: str, by: str, all_by_criteria: bool = False
) -> tuple[LookAgain, ...]:
    """Put on record that reports were looked at again and stay as they are; return what had spoken for it.

    Parameters
    ----------
    all_by_criteria : bool
        Take all reports that are listed because the criteria changed and for nothing else.

    Raises
    ------
    UsageError
        If a report is not on the list, none is named, or `why` says nothing.
    """
    from jakdb import looks  # noqa: PLC0415 - SQLAlchemy is not for --help

    if not why.strip():
        raise UsageError("say why the report stays as it is", hint='--why "…"; it is kept on record')
    snapshot = review.snapshot()
    listed = {one.report: one for one in look_again(review, snapshot)}
    wanted = [snapshot.report(number) for number in numbers]
    if all_by_criteria:
        wanted += [one.report for one in listed.values() if one.by_criteria]
    if not wanted:
        raise UsageError("no report is named", hint="`jak search look-again` lists them")
    for report in wanted:
        if report not in listed:
            raise UsageError(
                f"report {report} is not on the list to look at again",
                hint="`jak search look-again`; nothing was stored",
            )
    done = [listed[report] for report in dict.fromkeys(wanted)]
    new = [looks.NewLook(snapshot.voted(one.report).id, one.why, why.strip()) for one in done]
    looks.add_looks(review.store, new, by=by, criteria=review.settings.criteria)
    return tuple(done)


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


def is_in(state: ReportState) -> bool:
    """Return whether a report is included as far as it has come."""
    return state.fulltext == "include" if state.fulltext not in ("", "unassessed") else state.abstract == "include"


def _decided(review: Review, snapshot: Snapshot) -> Mapping[int, _Decided]:
    """Return when each report that a change could bring back was decided on last."""
    from jakdb import imports  # noqa: PLC0415

    retrievals = _by_report(snapshot, snapshot.retrievals)
    looked = _by_report(snapshot, looks_in_force(snapshot))
    events: dict[int, list[tuple[datetime, int]]] = {}
    for report, state in snapshot.states.items():
        if state.removed or not ("exclude" in (state.abstract, state.fulltext) or _waits(state)):
            continue
        own = [(x.at, x.record_id) for x in (*state.votes, *state.resolutions)] + retrievals.get(report, [])
        if own:
            events[report] = own
    named = {record for own in events.values() for _, record in own}
    # A vote brought in from elsewhere may be older than the import of its record.
    came = imports.first_seen(review.store, named)
    decided = {}
    for report, own in events.items():
        at = max(at for at, _ in own)
        since = max([at, *(came[record] for _, record in own if record in came)])
        decided[report] = _Decided(at, max([since, *(when for when, _ in looked.get(report, ()))]))
    return decided


def _by_report(snapshot: Snapshot, events: Iterable[Any]) -> dict[int, list[tuple[datetime, int]]]:
    """Return the moments of events, with the record that each names, by report."""
    found: dict[int, list[tuple[datetime, int]]] = {}
    for event in events:
        if event.record_id in snapshot.report_of:
            found.setdefault(snapshot.report_of[event.record_id], []).append((event.at, event.record_id))
    return found


def _that_read_otherwise(
    review: Review, snapshot: Snapshot, decided: Mapping[int, _Decided]
) -> Iterator[tuple[int, list[str]]]:
    """Yield the reports whose records read otherwise since, and how."""
    from jakdb import imports  # noqa: PLC0415

    vary = imports.records_that_vary(review.store, {n for report in decided for n in snapshot.members[report]})
    # A report of one record that always read the same cannot be on the list: most are not read at all.
    reports = [
        report for report in decided if len(snapshot.members[report]) > 1 or vary.intersection(snapshot.members[report])
    ]
    numbers = [record for report in reports for record in snapshot.members[report]]
    seen = {r: [(p.at, hash(p.sight)) for p in places] for r, places in places_of(review.store, numbers)}
    moved: list[int] = []
    for report in reports:
        for record in snapshot.members[report]:
            before = [mark for when, mark in seen[record] if when <= decided[report].since]
            if not before or before[-1] != seen[record][-1][1]:
                moved.append(report)
                break
    around: dict[int, tuple[Sight | None, Sight]] = {}
    for record, places in places_of(review.store, [r for report in moved for r in snapshot.members[report]]):
        since = decided[snapshot.report_of[record]].since
        earlier = [p.sight for p in places if p.at <= since]
        around[record] = (earlier[-1] if earlier else None, places[-1].sight)
    for report in moved:
        pairs = [(snapshot.records[r], *around[r]) for r in snapshot.members[report]]
        if why := list(_why(snapshot.states[report], pairs)):
            yield report, why


def _with_news(review: Review, snapshot: Snapshot, decided: Mapping[int, _Decided]) -> Iterator[tuple[int, list[str]]]:
    """Yield the waiting reports of which another report has come: by registry number, or by a study linked since."""
    from jakdb import imports, numbers  # noqa: PLC0415

    waiting = [report for report in decided if _waits(snapshot.states[report])]
    if not waiting:
        return
    named: dict[str, list[int]] = {}
    for record in snapshot.records.values():
        for registered in record.registry_ids:
            named.setdefault(registered, []).append(record.id)
    own = {r: {x for n in snapshot.members[r] for x in snapshot.records[n].registry_ids} for r in waiting}
    others = {n for ids in own.values() for registered in ids for n in named[registered]}
    came = imports.first_seen(review.store, others)
    links = numbers.links(review.store)
    for report in waiting:
        since = decided[report].since
        why = []
        for registered in sorted(own[report]):
            news = sorted({snapshot.report_of[n] for n in named[registered] if came[n] > since} - {report})
            why += [
                f"report {other} names {registered} too, and was found since"
                for other in news
                if not snapshot.states[other].removed
            ]
        studies = {x.study_key for x in links if snapshot.report_of.get(x.record_id) == report}
        for link in links:
            other = snapshot.report_of.get(link.record_id)
            if link.study_key in studies and other not in (None, report) and link.at > since:
                why.append(f"report {other} was linked to its study {link.study_key} since")
        if why:
            yield report, list(dict.fromkeys(why))


def _by_criteria(review: Review, snapshot: Snapshot) -> Iterator[tuple[int, list[str]]]:
    """Yield the decided reports whose decisions were made under other criteria than there are now, and what differs."""
    from jakdb import looks  # noqa: PLC0415

    versions = looks.criteria_versions(review.store)
    if not versions:
        return
    looked = _by_report(snapshot, looks_in_force(snapshot))
    now = review.settings.criteria
    changes = {one.id: list(changes_of_criteria(one.criteria, now)) for one in versions}
    for report, state in snapshot.states.items():
        at = decided_under(state)
        if at is None:
            continue
        at = max([at, *(when for when, _ in looked.get(report, ()))])
        # What was decided before the first version was decided under that one or an older one.
        known = version_at(versions, at)
        since = "criteria changed since" if known else "criteria changed, and it was decided before jak kept them"
        found = changes[(known or versions[0]).id]
        if found:
            yield report, [f"{since}: {change}" for change in found]


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
