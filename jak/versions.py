"""What each version of a strategy adds and drops: its text line by line, and the records that only one of two finds.

A difference between two runs comes from the text, or from the database, which changed meanwhile. Where the source says
when it created a record, a new one is told from one that was there before; where it does not, nobody can tell.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from jak.citation_rounds import is_citation_search
from jak.comparing import runs_of_name
from jak.looking_again import state_in_words
from jak.places import places_of
from jakdb.errors import UsageError
from jakdb.words import Run, Strategy

if TYPE_CHECKING:
    from jak.workspace import Review, Snapshot
    from jaksearch.sources.protocol import Source

__all__ = [
    "VersionChange",
    "VersionRecord",
    "ask_for_dropped",
    "source_of",
    "strategies_with_versions",
    "text_changes",
    "version_changes",
]

Origin = Literal["new in the database", "there before", "still there", "gone from the database", "cannot be told"]
DAY = timedelta(days=1)
"""The service counts days in a time zone of its own."""


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One record that one version of a strategy finds and the other does not.

    Attributes
    ----------
    identifier : str
        What the source calls it.
    origin : str
        Of an added one: ``new in the database`` (created after the earlier run), ``there before`` (so the text adds
        it, or the database indexed it anew). Of a dropped one: ``still there`` (so the text drops it, or the database
        indexed it anew), ``gone from the database``. Of both: ``cannot be told``.
    is_included, is_decided : bool
        Where its report stands; `state` has it in words.
    """

    record: int
    report: int
    identifier: str
    title: str
    state: str
    is_included: bool
    is_decided: bool
    origin: Origin


@dataclass(frozen=True, slots=True)
class VersionChange:
    """What lies between two versions of a strategy.

    Attributes
    ----------
    before, after : int
        The versions whose runs are compared: `after`, and the last one before it that ran to its end.
    runs : tuple of (int, int) or None
        The last whole run of the one and the first of the other; None if a version has none.
    text : tuple of str
        The differences of the text, a line each: ``-`` as it was, ``+`` as it is.
    sends_the_same : bool
        Whether the query is the same all the same (a note or a reason was changed).
    drops_included, drops_decided : int
        How many of the dropped records belong to an included report, and to a decided one.
    why_not : str
        Why there is nothing to compare; empty if there is.
    """

    strategy: str
    before: int
    after: int
    text: tuple[str, ...]
    sends_the_same: bool
    runs: tuple[int, int] | None
    adds: tuple[VersionRecord, ...]
    drops: tuple[VersionRecord, ...]
    drops_included: int
    drops_decided: int
    why_not: str = ""

    @property
    def caution(self) -> str:
        """What must not be overlooked, in words; empty if there is nothing."""
        if not self.drops_included:
            return ""
        reports = sorted({one.report for one in self.drops if one.is_included})
        listed = ", ".join(map(str, reports[:10])) + (", …" if len(reports) > 10 else "")
        return (
            f"INCLUDED REPORT LOST BY {self.strategy}, version {self.after}: {len(reports)} that version {self.before} "
            f"found (report {listed})"
        )


def version_changes(review: Review, name: str, *, snapshot: Snapshot | None = None) -> tuple[VersionChange, ...]:
    """Return what each version of a strategy but the first adds and drops.

    Raises
    ------
    UsageError
        If no strategy of that name was ever run.
    """
    from jakdb import runs  # noqa: PLC0415 - SQLAlchemy is not for --help

    searched = [s for s in runs.strategies(review.store) if not is_citation_search(s)]
    kept = [s for s in searched if s.name == name]
    if not kept:
        names = ", ".join(dict.fromkeys(s.name for s in searched)) or "none"
        raise UsageError(f"no strategy {name!r} was ever run", hint=f"strategies that were: {names}")
    whole: dict[int, list[Run]] = {}
    for run, strategy, is_whole in runs_of_name(review, name):
        if is_whole:
            whole.setdefault(strategy.version, []).append(run)
    snapshot = snapshot or review.snapshot()
    found = []
    for place, strategy in enumerate(kept[1:], start=1):
        earlier = next((s for s in reversed(kept[:place]) if s.version in whole), kept[place - 1])
        found.append(_change(review, snapshot, earlier, strategy, whole))
    return tuple(found)


def strategies_with_versions(review: Review) -> tuple[str, ...]:
    """Return the names of the strategies of which more than one version was run.

    Rounds of citation searching are none: each starts from other papers.
    """
    from jakdb import runs  # noqa: PLC0415

    every = runs.strategies(review.store)
    return tuple(dict.fromkeys(s.name for s in every if s.version > 1 and not is_citation_search(s)))


def source_of(review: Review, name: str) -> str:
    """Return the service that the newest version of a strategy is written for."""
    from jakdb import runs  # noqa: PLC0415

    return [s.source for s in runs.strategies(review.store) if s.name == name][-1]


def text_changes(before: Strategy, after: Strategy) -> tuple[str, ...]:
    """Return the differences of two texts of a strategy, line by line.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> def text(version, *lines):
    ...     said = {"lines": [[str(n), line] for n, line in enumerate(lines, start=1)], "query": "#1 AND #2"}
    ...     return Strategy(version, "main", "pubmed", version, said, "", "ann", datetime.now(UTC))
    >>> text_changes(text(1, "hair", "jak"), text(2, "hair", "jak*"))
    ('- line 2: jak', '+ line 2: jak*')
    """
    one, other = (list(_lines(strategy.text)) for strategy in (before, after))
    if before.source != after.source:
        one, other = [f"source: {before.source}", *one], [f"source: {after.source}", *other]
    return tuple(line for line in difflib.ndiff(one, other) if line[:2] in ("- ", "+ "))


def ask_for_dropped(change: VersionChange, source: Source) -> VersionChange:
    """Ask the source for the dropped records of which nobody can tell whether they are still there."""
    doubtful = list(dict.fromkeys(x.identifier for x in change.drops if x.origin == "cannot be told" and x.identifier))
    absent: set[str] = set()
    for start in range(0, len(doubtful), source.batch_size):
        absent.update(source.fetch(doubtful[start : start + source.batch_size]).absent)

    def told(one: VersionRecord) -> VersionRecord:
        if one.identifier not in doubtful or one.origin != "cannot be told":
            return one
        return replace(one, origin="gone from the database" if one.identifier in absent else "still there")

    return replace(change, drops=tuple(map(told, change.drops)))


def _change(
    review: Review, snapshot: Snapshot, before: Strategy, after: Strategy, whole: dict[int, list[Run]]
) -> VersionChange:
    """Compare two versions."""
    from jakdb import runs  # noqa: PLC0415

    shared: dict[str, Any] = {
        "strategy": after.name,
        "before": before.version,
        "after": after.version,
        "text": text_changes(before, after),
        "sends_the_same": before.query == after.query and before.source == after.source,
    }
    lacking = [str(s.version) for s in (before, after) if s.version not in whole]
    if lacking:
        said = f"version {' and version '.join(lacking)} never ran to the end, or the run was taken back"
        return VersionChange(**shared, runs=None, adds=(), drops=(), drops_included=0, drops_decided=0, why_not=said)
    first, second = whole[before.version][-1], whole[after.version][0]
    seen = runs.seen_by_runs(review.store, [first.id, second.id])
    added, dropped = seen[second.id] - seen[first.id], seen[first.id] - seen[second.id]
    adds = tuple(_records(snapshot, added, dict(_origins_of_added(review, added, first, second))))
    drops = tuple(_records(snapshot, dropped, _origins_of_dropped(review, dropped, second)))
    return VersionChange(
        **shared,
        runs=(first.id, second.id),
        adds=adds,
        drops=drops,
        drops_included=sum(one.is_included for one in drops),
        drops_decided=sum(one.is_decided for one in drops),
    )


def _records(snapshot: Snapshot, numbers: Collection[int], origins: dict[int, Origin]) -> Iterator[VersionRecord]:
    """Yield records with where their reports stand."""
    for number in sorted(numbers):
        record = snapshot.records[number]
        report = snapshot.report_of[number]
        state = snapshot.states[report]
        reached = state.fulltext if state.fulltext not in ("", "unassessed", "pending") else state.abstract
        yield VersionRecord(
            record=number,
            report=report,
            identifier=record.accession or record.pmid,
            title=record.title,
            state=state_in_words(state),
            is_included=reached == "include" and not state.removed,
            is_decided=reached not in ("unscreened", "pending"),
            origin=origins.get(number, "cannot be told"),
        )


def _origins_of_added(
    review: Review, numbers: Collection[int], first: Run, second: Run
) -> Iterator[tuple[int, Origin]]:
    """Tell records that are new in the database from those that were there when the earlier version ran."""
    from jakdb import imports  # noqa: PLC0415
    from jaksearch.refresh import created_on  # noqa: PLC0415

    search_of = {f.id: f.search_id for f in imports.files(review.store)}
    day = first.at.date()
    for record, places in places_of(review.store, numbers):
        if any(place.at < first.at for place in places):
            yield record, "there before"  # another search had found it already
            continue
        sight = next(place.sight for place in places if search_of[place.file_id] == second.search_id)
        created = created_on(sight)
        if created is None or day - DAY <= created <= day:
            yield record, "cannot be told"
        else:
            yield record, "new in the database" if created > day else "there before"


def _origins_of_dropped(review: Review, numbers: Collection[int], second: Run) -> dict[int, Origin]:
    """Return the records that another search of the same source found after the later version had run."""
    from jakdb import imports  # noqa: PLC0415

    searches = {s.id: s for s in imports.searches(review.store)}
    search_of = {f.id: f.search_id for f in imports.files(review.store)}
    source = searches[second.search_id].source

    def is_later(file_id: int, at: Any) -> bool:
        search = searches[search_of[file_id]]
        return at >= second.at and search.source == source and search.id != second.search_id

    return {
        record: "still there"
        for record, places in places_of(review.store, numbers)
        if any(is_later(place.file_id, place.at) for place in places)
    }


def _lines(text: Any) -> Iterator[str]:
    """Yield what people wrote, a line for each part of it."""
    for label, line in text.get("lines", ()):
        yield f"line {label}: {_flat(line)}"
    if text.get("query"):
        yield f"query: {_flat(text['query'])}"
    for name, reason in (("limits", "why"), ("filters", "from")):
        for query, why in text.get(name, ()):
            yield f"{name[:-1]}: {_flat(query)}{f' ({reason}: {_flat(why)})' if why else ''}"
    for note in text.get("notes", ()):
        yield f"note: {_flat(note)}"
    for key, said in text.get("press", {}).items():
        yield f"peer review, {key}: {_flat(said)}"


def _flat(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())
