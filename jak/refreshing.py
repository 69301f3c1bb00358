"""Run a search again in full, and account for what is new, changed, corrected, retracted or gone since.

The account is computed from the sightings of the store; nothing but the run itself is stored, and no decision moves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jak.citation_rounds import is_citation_search
from jak.looking_again import places_of, state_in_words
from jak.searching import run_search
from jak.strategies import SearchSpec
from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.console import Tick
    from jak.searching import RunResult
    from jak.workspace import Review
    from jakdb.store import Store
    from jakdb.words import RelatedItem
    from jaksearch.refresh import Difference, FieldChange, Sight
    from jaksearch.sources.protocol import Source

__all__ = ["Account", "Moved", "Refreshed", "account_of", "refresh", "refreshable"]

ENDED = ("complete", "shortfall")


@dataclass(frozen=True, slots=True)
class Moved:
    """One record that a refresh found new, changed, corrected, retracted or gone, and where its report stands.

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
    changes: tuple[FieldChange, ...] = ()
    notices: tuple[RelatedItem, ...] = ()
    known_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What lies between a run and all earlier runs of its strategy.

    Attributes
    ----------
    against : tuple of int
        The earlier runs.
    versions : tuple of int
        Versions of the strategy that these and this run used, ascending.
    retrieved, known, new_to_review, rejected : int
        ``retrieved == known + new_to_review + rejected``: every record of the run against the whole review.
    is_complete : bool
        Whether the run's equation holds; if not, nothing is called vanished.
    """

    strategy: str
    version: int
    run: int
    purpose: str
    against: tuple[int, ...]
    versions: tuple[int, ...]
    retrieved: int
    known: int
    new_to_review: int
    rejected: int
    is_complete: bool
    new: tuple[Moved, ...]
    unchanged: tuple[int, ...]
    changed: tuple[Moved, ...]
    corrected: tuple[Moved, ...]
    retracted: tuple[Moved, ...]
    vanished: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A refresh: its run with the proof, and its account."""

    result: RunResult
    account: Account


def refreshable(review: Review, names: Sequence[str] = ()) -> tuple[tuple[SearchSpec, ...], tuple[str, ...]]:
    """Return the strategies to run again, as they read now, and notes on those that are left out.

    Without names these are all that have run to an end: those of jak.toml, and queries typed at the prompt.

    Raises
    ------
    UsageError
        If a named strategy is unknown or never ran to its end, or a first run of one is not finished.
    """
    from jakdb import runs  # noqa: PLC0415 - SQLAlchemy is not for --help

    saved = review.settings.searches.strategies
    newest = {s.name: s for s in runs.strategies(review.store)}
    citations = {s.name for s in newest.values() if is_citation_search(s)}
    name_of = {s.id: s.name for s in runs.strategies(review.store)}
    every = runs.runs(review.store)
    ended = dict.fromkeys(name_of[r.strategy_id] for r in every if r.outcome in ENDED)
    unfinished = {name_of[r.strategy_id]: r.id for r in every if not r.outcome and r.purpose == "run"}
    notes = (
        [] if names else [f"{name} has not been run: `jak search run {name}`" for name in saved if name not in ended]
    )
    if not names and citations & ended.keys():
        notes.append("citation searching is not refreshed: `jak search citations --again`, when the new are screened")
    chosen = []
    for name in names or [name for name in ended if name not in citations]:
        if name in citations:
            raise UsageError(f"{name} cannot be refreshed by its name", hint="`jak search citations --again`")
        if name in saved:
            spec = saved[name]
        elif name in newest and name.startswith(f"{newest[name].source} ad hoc "):
            kept = newest[name]
            spec = SearchSpec(name, kept.source, query=str(kept.text["query"]))
        elif name in ended and not names:
            notes.append(f"{name} stands in jak.toml no more and is not run again")
            continue
        else:
            spec = review.settings.searches.strategy(name)
        if name in unfinished:
            raise UsageError(f"run {unfinished[name]} of {name} is not finished", hint="`jak search run` carries it on")
        if name not in ended:
            raise UsageError(f"{name} has not been run yet", hint=f"`jak search run {name}` first")
        chosen.append(spec)
    return tuple(chosen), tuple(notes)


def refresh(
    review: Review,
    spec: SearchSpec,
    *,
    by: str,
    source: Source,
    before: Callable[[int], None] = lambda _requests: None,
    tick: Tick = lambda _done, _total: None,
) -> Refreshed:
    """Run a strategy again in full and compare it with all that its earlier runs saw; one cut short is carried on."""
    result = run_search(review.store, spec, by=by, source=source, purpose="refresh", before=before, tick=tick)
    return Refreshed(result, account_of(review, result.run.id))


def account_of(review: Review, run_id: int) -> Account:
    """Compare a run with every earlier run of its strategy, any version of it.

    Raises
    ------
    UsageError
        If there is no such run, or it has not ended.
    """
    from jakdb import imports, runs  # noqa: PLC0415
    from jaksearch.refresh import Difference, compare_searches  # noqa: PLC0415

    store = review.store
    texts = {s.id: s for s in runs.strategies(store)}
    every = {r.id: r for r in runs.runs(store)}
    if run_id not in every:
        raise UsageError(f"there is no run {run_id}", hint="`jak search log` shows them")
    run = every[run_id]
    if run.outcome not in ENDED:
        raise UsageError(f"run {run_id} has not ended", hint="`jak search refresh` carries it on")
    strategy = texts[run.strategy_id]
    if is_citation_search(strategy):
        # Each round starts from other papers: what an earlier one found and this one did not has not vanished.
        raise UsageError(
            f"run {run_id} is a round of citation searching", hint="`jak search log` shows what it brought"
        )
    earlier = [r for r in every.values() if r.id < run_id and texts[r.strategy_id].name == strategy.name]
    seen = runs.seen_by_runs(store, [run_id, *(r.id for r in earlier)])
    now, before = seen[run_id], frozenset[int]().union(*(seen[r.id] for r in earlier))
    brought = runs.files_of_runs(store)
    files = [f for f in imports.files(store) if brought.get(f.id) == run_id and not f.undone]
    is_complete = run.outcome == "complete"
    found = compare_searches(
        _sights(store, now | before if is_complete else now, now=run_id, before={r.id for r in earlier})
    )
    moved = _moved(review, first_file=min((f.id for f in files), default=0))
    return Account(
        strategy=strategy.name,
        version=strategy.version,
        run=run_id,
        purpose=run.purpose,
        against=tuple(r.id for r in earlier),
        versions=tuple(sorted({texts[r.strategy_id].version for r in (*earlier, run)})),
        retrieved=sum(f.records for f in files),
        known=sum(f.seen_again for f in files),
        new_to_review=sum(f.accepted for f in files),
        rejected=sum(f.rejected for f in files),
        is_complete=is_complete,
        new=moved(found.new),
        unchanged=found.unchanged,
        changed=moved(found.changed),
        corrected=moved(found.corrected),
        retracted=moved(found.retracted),
        vanished=moved([Difference(number, "vanished") for number in found.vanished]),
    )


def _sights(
    store: Store, numbers: Collection[int], *, now: int, before: Collection[int]
) -> Iterator[tuple[int, Sight | None, Sight | None]]:
    """Yield each record as the earlier runs saw it last, and as this one does."""
    from jakdb import runs  # noqa: PLC0415

    run_of = runs.files_of_runs(store)
    for record, places in places_of(store, numbers):
        after = [place.sight for place in places if run_of.get(place.file_id) == now]
        earlier = [place.sight for place in places if run_of.get(place.file_id) in before]
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
                    changes=one.changes,
                    notices=one.notices,
                    known_elsewhere=record.id in elsewhere,
                )
            )
        return tuple(told)

    return tell
