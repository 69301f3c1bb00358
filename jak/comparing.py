"""What lies between two searches: the records that are new, changed, corrected, retracted or gone, and their reports.

It is computed from the sightings of the store, for runs of jak and for imported exports alike; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from jak.console import counted
from jak.looking_again import state_in_words
from jak.places import places_of
from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.workspace import Review
    from jakdb.words import ImportedFile, RelatedItem, Run, SearchRun, Strategy
    from jaksearch.refresh import Difference, FieldChange, Sight

__all__ = [
    "ENDED",
    "Between",
    "Moved",
    "SearchAccount",
    "account_of_search",
    "between",
    "compare_two",
    "runs_of_name",
    "whole_doubts",
]

ENDED = ("complete", "shortfall")


@dataclass(frozen=True, slots=True)
class Moved:
    """One record that a search found new, changed, corrected, retracted or gone, and where its report stands.

    Attributes
    ----------
    state : str
        As `state_in_words` says it.
    known_elsewhere : bool
        Of a new one: whether another search of the review had found it before.
    """

    record: int
    report: int
    pmid: str
    title: str
    state: str
    accession: str = ""
    changes: tuple[FieldChange, ...] = ()
    notices: tuple[RelatedItem, ...] = ()
    known_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """The sets between one search and earlier ones; no record is in two of them.

    Attributes
    ----------
    unread : int
        Changed records of which nobody can say in which fields: rows of a table whose headings were not kept.
    formats : tuple of (str, str, int)
        Formats of a record before and now, where they differ, and how many records have them.
    """

    new: tuple[Moved, ...]
    unchanged: tuple[int, ...]
    changed: tuple[Moved, ...]
    corrected: tuple[Moved, ...]
    retracted: tuple[Moved, ...]
    vanished: tuple[Moved, ...]
    unread: int
    formats: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class SearchAccount:
    """What lies between a search and the earlier ones that it is compared with.

    Attributes
    ----------
    against : tuple of int
        The earlier searches.
    retrieved, known, new_to_review, rejected : int
        ``retrieved == known + new_to_review + rejected``: every record of the search against the whole review.
    is_whole : bool
        Whether its files are known to be everything that the source found; if not, nothing is called vanished.
    doubts : tuple of str
        What a reader of the sets must know, in words.
    """

    search: int
    source: str
    platform: str
    searched_on: date | None
    hits: int | None
    against: tuple[int, ...]
    retrieved: int
    known: int
    new_to_review: int
    rejected: int
    is_whole: bool
    doubts: tuple[str, ...]
    new: tuple[Moved, ...]
    unchanged: tuple[int, ...]
    changed: tuple[Moved, ...]
    corrected: tuple[Moved, ...]
    retracted: tuple[Moved, ...]
    vanished: tuple[Moved, ...]


def between(review: Review, *, before: Collection[int], now: int, is_whole: bool) -> Between:
    """Compare the search `now` with everything that the searches `before` saw.

    Parameters
    ----------
    is_whole : bool
        Whether `now` is everything that its source finds; if not, nothing is called vanished.
    """
    from jakdb import imports  # noqa: PLC0415 - SQLAlchemy is not for --help
    from jaksearch.refresh import Difference, compare_searches  # noqa: PLC0415

    store = review.store
    seen = imports.seen_by_searches(store, [now, *before])
    ours = seen[now]
    earlier = frozenset[int]().union(*(seen[number] for number in before))
    other: dict[tuple[str, str], int] = {}
    sights = _sights(review, ours | earlier if is_whole else ours, now=now, before=frozenset(before), other=other)
    found = compare_searches(sights)
    first_file = min((f.id for f in imports.files(store) if f.search_id == now and not f.undone), default=0)
    moved = _moved(review, first_file=first_file)
    return Between(
        new=moved(found.new),
        unchanged=found.unchanged,
        changed=moved(found.changed),
        corrected=moved(found.corrected),
        retracted=moved(found.retracted),
        vanished=moved([Difference(number, "vanished") for number in found.vanished]),
        unread=sum(not one.changes for one in found.changed),
        formats=tuple((*pair, count) for pair, count in sorted(other.items())),
    )


def account_of_search(review: Review, search_id: int) -> SearchAccount:
    """Compare a search with those that it updates, or a run with all earlier runs of its strategy.

    Raises
    ------
    UsageError
        If there is no such search, it was taken back, or it neither updates another nor was run before.
    """
    from jakdb import imports, runs  # noqa: PLC0415

    store = review.store
    _standing(review, [search_id])
    updated = imports.updates(store)
    chain: list[int] = []
    number = search_id
    while number in updated:
        number = updated[number]
        chain.insert(0, number)
    run = next((r for r in runs.runs(store) if r.search_id == search_id), None)
    if run is not None:
        name = next(s.name for s in runs.strategies(store) if s.id == run.strategy_id)
        chain += [r.search_id for r, _, _ in runs_of_name(review, name) if r.id < run.id]
    gone = {s.id for s in imports.searches(store) if s.undone}
    against = tuple(n for n in chain if n not in gone)
    if not against:
        raise UsageError(
            f"search {search_id} neither updates another nor is a strategy that was run before",
            hint=f"name both: `jak search compare EARLIER {search_id}`",
        )
    return _account(review, against, search_id)


def compare_two(review: Review, earlier: int, later: int) -> SearchAccount:
    """Compare any two searches.

    Raises
    ------
    UsageError
        If one of them does not exist or was taken back, or they are the same.
    """
    if earlier == later:
        raise UsageError(f"search {later} cannot be compared with itself", hint="name two searches: EARLIER LATER")
    _standing(review, [earlier, later])
    return _account(review, (earlier,), later)


def runs_of_name(review: Review, name: str) -> tuple[tuple[Run, Strategy, bool], ...]:
    """Return the runs of a strategy, any version of it, that were not taken back, and whether each saw everything.

    Runs that were given up are among them as far as they brought something.
    """
    from jakdb import imports, runs  # noqa: PLC0415

    store = review.store
    texts = {s.id: s for s in runs.strategies(store)}
    searches = {s.id: s for s in imports.searches(store)}
    files: dict[int, list[ImportedFile]] = {}
    for file in imports.files(store):
        files.setdefault(file.search_id, []).append(file)
    found = []
    for run in runs.runs(store):
        own = files.get(run.search_id, [])
        is_gone = not any(not f.undone for f in own) and (bool(own) or run.outcome not in ENDED)
        if texts[run.strategy_id].name == name and not is_gone:
            is_whole = not whole_doubts(searches[run.search_id], own, run)
            found.append((run, texts[run.strategy_id], is_whole))
    return tuple(found)


def whole_doubts(search: SearchRun, files: Sequence[ImportedFile], run: Run | None) -> tuple[str, ...]:
    """Say why the files of a search may not be everything that its source found; nothing if they are.

    Parameters
    ----------
    files : sequence of ImportedFile
        Every file of the search, those that were taken back among them.
    """
    doubts = []
    undone = sum(f.undone for f in files)
    if undone:
        doubts.append(f"{counted(undone, 'file')} of search {search.id} {'was' if undone == 1 else 'were'} taken back")
    if run is not None:
        if run.since is not None:
            doubts.append(f"the run asked only for records created since {run.since.isoformat()}")
        if run.outcome != "complete":
            doubts.append(f"run {run.id} is {run.outcome or 'unfinished'}")
        return tuple(doubts)
    held = sum(f.records for f in files if not f.undone)
    if search.hits is None:
        doubts.append("nobody said how many records the source found (`jak search import --hits`)")
    elif search.hits != held:
        doubts.append(f"the source found {search.hits} records and the files hold {held}")
    return tuple(doubts)


def _standing(review: Review, numbers: Sequence[int]) -> None:
    """Refuse searches that do not exist or were taken back."""
    from jakdb import imports  # noqa: PLC0415

    known = {s.id: s for s in imports.searches(review.store)}
    for number in numbers:
        if number not in known:
            raise UsageError(f"there is no search {number}", hint="`jak search list` shows them")
        if known[number].undone:
            raise UsageError(f"search {number} was taken back", hint="import or run it again to compare it")


def _account(review: Review, against: tuple[int, ...], now: int) -> SearchAccount:
    """Compare searches that stand."""
    from jakdb import imports, runs  # noqa: PLC0415

    store = review.store
    search = next(s for s in imports.searches(store) if s.id == now)
    files = [f for f in imports.files(store) if f.search_id == now]
    standing = [f for f in files if not f.undone]
    run = next((r for r in runs.runs(store) if r.search_id == now), None)
    lacks = whole_doubts(search, files, run)
    found = between(review, before=against, now=now, is_whole=not lacks)
    rejected = sum(f.rejected for f in standing)
    doubts = [f"nothing is called vanished: {lack}" for lack in lacks]
    if rejected and found.vanished:
        doubts.append(f"{counted(rejected, 'record')} could not be read: one that is called vanished may be among them")
    nameless = [one for one in (*found.new, *found.vanished) if not (one.accession or one.pmid)]
    if nameless:
        doubts.append(
            f"{counted(len(nameless), 'record')} among the new and the vanished without a number of the source: "
            "one that changed counts as both"
        )
    doubts += [
        f"{counted(count, 'record')} came as {before} and now as {after}: differences may come from the format alone"
        for before, after, count in found.formats
    ]
    if found.unread:
        doubts.append(
            f"of {counted(found.unread, 'changed record')} the fields cannot be told: rows of a table that was imported"
            " before jak kept headings"
        )
    return SearchAccount(
        search=now,
        source=search.source,
        platform=search.platform,
        searched_on=search.searched_on,
        hits=search.hits,
        against=against,
        retrieved=sum(f.records for f in standing),
        known=sum(f.seen_again for f in standing),
        new_to_review=sum(f.accepted for f in standing),
        rejected=rejected,
        is_whole=not lacks,
        doubts=tuple(doubts),
        new=found.new,
        unchanged=found.unchanged,
        changed=found.changed,
        corrected=found.corrected,
        retracted=found.retracted,
        vanished=found.vanished,
    )


def _sights(
    review: Review,
    numbers: Collection[int],
    *,
    now: int,
    before: Collection[int],
    other: dict[tuple[str, str], int],
) -> Iterator[tuple[int, Sight | None, Sight | None]]:
    """Yield each record as the earlier searches saw it last, and as this one does; count formats that differ."""
    from jakdb import imports  # noqa: PLC0415

    search_of = {f.id: f.search_id for f in imports.files(review.store)}
    for record, places in places_of(review.store, numbers):
        after = [place.sight for place in places if search_of[place.file_id] == now]
        earlier = [place.sight for place in places if search_of[place.file_id] in before]
        if after and earlier and after[-1].format != earlier[-1].format:
            pair = (earlier[-1].format, after[-1].format)
            other[pair] = other.get(pair, 0) + 1
        yield record, earlier[-1] if earlier else None, after[-1] if after else None


def _moved(review: Review, *, first_file: int) -> Callable[[Sequence[Difference]], tuple[Moved, ...]]:
    """Return what tells of each record where its report stands, and whether a file before the first one held it."""
    snapshot = review.snapshot()

    def tell(differences: Sequence[Difference]) -> tuple[Moved, ...]:
        news = [one.record_id for one in differences if one.standing == "new"]
        elsewhere = {record for record, places in places_of(review.store, news) if places[0].file_id < first_file}
        told = []
        for one in differences:
            record = snapshot.records[one.record_id]
            report = snapshot.report_of[one.record_id]
            told.append(
                Moved(
                    record=record.id,
                    report=report,
                    pmid=record.pmid,
                    title=record.title,
                    state=state_in_words(snapshot.states[report]),
                    accession=record.accession,
                    changes=one.changes,
                    notices=one.notices,
                    known_elsewhere=record.id in elsewhere,
                )
            )
        return tuple(told)

    return tell
