"""Run a search again, and account for what is new, changed, corrected, retracted or gone since.

A refresh asks for everything again; one by date (`since`) asks for what was created lately, and is never taken for a
view of the whole. The account is computed from the sightings of the store; nothing but the run itself is stored, and no
decision moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from jak.citation_rounds import is_citation_search
from jak.comparing import ENDED, Moved, between, runs_of_name
from jak.searching import run_search
from jak.strategies import SearchSpec, sent
from jak.versions import VersionChange, version_changes
from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.console import Tick
    from jak.searching import RunResult
    from jak.workspace import Review
    from jaksearch.sources.protocol import Source

__all__ = ["Account", "Moved", "Refreshed", "Window", "account_of", "refresh", "refreshable", "window_for"]

OVERLAP = 7
"""Days by which a refresh by date reaches back: databases show a record some days after they created it."""


@dataclass(frozen=True, slots=True)
class Account:
    """What lies between a run and all earlier runs of its strategy.

    Attributes
    ----------
    since : date or None
        The run asked only for records created on this day or later: the account says nothing of others.
    against : tuple of int
        The earlier runs.
    versions : tuple of int
        Versions of the strategy that these and this run used, ascending.
    retrieved, known, new_to_review, rejected : int
        ``retrieved == known + new_to_review + rejected``: every record of the run against the whole review.
    is_complete : bool
        Whether the run's equation holds.
    is_whole : bool
        Whether the run saw everything that the strategy finds; if not, nothing is called vanished.
    missed_before : tuple of int
        Of the vanished records those that the whole run before, and what came after it, had missed already.
    version_change : VersionChange or None
        What the text adds and drops, if it changed since the whole run before.
    absent : tuple of str
        Identifiers that the source listed and did not give: one that is called vanished may be among them.
    """

    strategy: str
    version: int
    run: int
    purpose: str
    since: date | None
    against: tuple[int, ...]
    versions: tuple[int, ...]
    retrieved: int
    known: int
    new_to_review: int
    rejected: int
    is_complete: bool
    is_whole: bool
    new: tuple[Moved, ...]
    unchanged: tuple[int, ...]
    changed: tuple[Moved, ...]
    corrected: tuple[Moved, ...]
    retracted: tuple[Moved, ...]
    vanished: tuple[Moved, ...]
    missed_before: tuple[int, ...] = ()
    version_change: VersionChange | None = None
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A refresh: its run with the proof, and its account."""

    result: RunResult
    account: Account


@dataclass(frozen=True, slots=True)
class Window:
    """The days of a refresh by date, and what it risks.

    Attributes
    ----------
    since : date
        The first day asked for, the overlap taken off.
    covered : date
        Up to here earlier runs have asked for everything.
    """

    strategy: str
    since: date
    covered: date

    @property
    def risks(self) -> tuple[str, ...]:
        """What a person must know before relying on it, in words."""
        gap = ""
        if self.since > self.covered:
            gap = (
                f"nothing was ever asked for the days between {self.covered.isoformat()} and {self.since.isoformat()}: "
                "what was created in them is missing until the next whole refresh"
            )
        day = self.since.isoformat()
        return (
            f"{self.strategy} asks only for records that the database created since {day}; it is no whole refresh",
            "not seen: older records that changed, were corrected, retracted or indexed anew so that the search finds "
            "them only now, and whether any have vanished",
            "jak goes by the day on which a record was created. The entry date is set back to the publication for "
            "records that come late, and so may other dates be: refresh in full before you publish",
            *([gap] if gap else []),
        )


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


def window_for(review: Review, spec: SearchSpec, since: date | None, *, overlap: int = OVERLAP) -> Window:
    """Return the days that a refresh by date asks for.

    Parameters
    ----------
    since : date or None
        A day; None takes the day up to which earlier runs have asked for everything.
    overlap : int
        Days to reach back before it, one or more.

    Raises
    ------
    UsageError
        If the text of the strategy was never run in full: older records that it finds would be missed for good.
    """
    if overlap < 1:
        raise UsageError("--overlap must be one day or more", hint="the service counts days in its own time zone")
    ran = [
        (run, is_whole)
        for run, strategy, is_whole in runs_of_name(review, spec.name)
        if (strategy.query, strategy.source) == (sent(spec).query, spec.source) and run.outcome == "complete"
    ]
    whole = [run for run, is_whole in ran if is_whole]
    if not whole:
        raise UsageError(
            f"{spec.name} as it reads now has not been run in full: by date, older records that it finds would be"
            " missed",
            hint=f"`jak search refresh {spec.name}` without --since",
        )
    covered = whole[-1].at.date()
    for run, _ in ran:
        if run.id > whole[-1].id and run.since is not None and run.since <= covered:
            covered = run.at.date()
    day = since or covered
    if day > review.store.now().date():
        raise UsageError(f"{day.isoformat()} is still to come", hint="name a day of the past: --since YYYY-MM-DD")
    return Window(spec.name, day - timedelta(days=overlap), covered)


def refresh(
    review: Review,
    spec: SearchSpec,
    *,
    by: str,
    source: Source,
    since: date | None = None,
    before: Callable[[int], None] = lambda _requests: None,
    tick: Tick = lambda _done, _total: None,
) -> Refreshed:
    """Run a strategy again and compare it with all that its earlier runs saw; one cut short is carried on.

    Parameters
    ----------
    since : date, optional
        Ask only for records created on this day or later (see `window_for`).
    before : callable
        Told how many requests are to come, before the first of them.
    """
    result = run_search(
        review.store, spec, by=by, source=source, purpose="refresh", since=since, before=before, tick=tick
    )
    return Refreshed(result, account_of(review, result.run.id))


def account_of(review: Review, run_id: int) -> Account:
    """Compare a run with every earlier run of its strategy, any version of it.

    Raises
    ------
    UsageError
        If there is no such run, it has not ended, or it was taken back.
    """
    from jakdb import imports, runs  # noqa: PLC0415 - SQLAlchemy is not for --help

    store = review.store
    texts = {s.id: s for s in runs.strategies(store)}
    run = next((r for r in runs.runs(store) if r.id == run_id), None)
    if run is None:
        raise UsageError(f"there is no run {run_id}", hint="`jak search log` shows them")
    if run.outcome not in ENDED:
        raise UsageError(f"run {run_id} has not ended", hint="`jak search refresh` carries it on")
    strategy = texts[run.strategy_id]
    if is_citation_search(strategy):
        # Each round starts from other papers: what an earlier one found and this one did not has not vanished.
        raise UsageError(
            f"run {run_id} is a round of citation searching", hint="`jak search log` shows what it brought"
        )
    standing = runs_of_name(review, strategy.name)
    if all(r.id != run_id for r, _, _ in standing):
        raise UsageError(f"run {run_id} was taken back", hint="run the search again")
    is_whole = next(whole for r, _, whole in standing if r.id == run_id)
    earlier = [(r, s, whole) for r, s, whole in standing if r.id < run_id]
    files = [f for f in imports.files(store) if f.search_id == run.search_id and not f.undone]
    found = between(review, before=[r.search_id for r, _, _ in earlier], now=run.search_id, is_whole=is_whole)
    last = next(((r, s) for r, s, whole in reversed(earlier) if whole), None)
    missed, changed = frozenset[int](), False
    if last is not None:
        lately = imports.seen_by_searches(store, [r.search_id for r, _, _ in earlier if r.id >= last[0].id])
        missed = frozenset(one.record for one in found.vanished) - frozenset[int]().union(*lately.values())
        changed = is_whole and last[1].version != strategy.version
    return Account(
        strategy=strategy.name,
        version=strategy.version,
        run=run_id,
        purpose=run.purpose,
        since=run.since,
        against=tuple(r.id for r, _, _ in earlier),
        versions=tuple(sorted({s.version for _, s, _ in earlier} | {strategy.version})),
        retrieved=sum(f.records for f in files),
        known=sum(f.seen_again for f in files),
        new_to_review=sum(f.accepted for f in files),
        rejected=sum(f.rejected for f in files),
        is_complete=run.outcome == "complete",
        is_whole=is_whole,
        new=found.new,
        unchanged=found.unchanged,
        changed=found.changed,
        corrected=found.corrected,
        retracted=found.retracted,
        vanished=found.vanished,
        missed_before=tuple(sorted(missed)),
        version_change=_change(review, strategy.name, run_id) if changed else None,
        absent=run.absent,
    )


def _change(review: Review, name: str, run_id: int) -> VersionChange:
    """Return what the text of a run adds and drops, the first whole run of its version."""
    return next(one for one in version_changes(review, name) if one.runs is not None and one.runs[1] == run_id)
