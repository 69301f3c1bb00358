"""Run a search: look, keep the list of identifiers, fetch it batch by batch, and prove that nothing is missing.

The proof is one equation, ``count = listed = fetched + absent``: what the service says it has, the identifiers on the
stored list, the records that arrived, and those that the service listed but does not give.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from jak.strategies import SearchSpec, Sent, as_text, sent
from jakdb.errors import InputError, ShortfallError, SourceError, UsageError
from jakdb.words import Run, RunOutcome, RunPurpose, Strategy

if TYPE_CHECKING:
    from jak.console import Tick
    from jak.workspace import Review
    from jakdb.imports import FileToImport
    from jakdb.store import Store
    from jaksearch.sources.protocol import Batch, Found, Source

__all__ = [
    "Looked",
    "RunResult",
    "busy_hours",
    "equation",
    "finish",
    "is_rush_hour",
    "kept_search",
    "look",
    "run",
    "run_search",
    "unfinished",
]

LOOKS = 2
"""How often the count and the list are asked for, if they differ: a database may grow between the two."""
MANY_REQUESTS = 100
"""Above this number NCBI asks for the night or the weekend."""
OF_NCBI = frozenset({"pubmed"})
"""Sources that NCBI answers for."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a dry run tells: the strategy as it would be sent, and what the service says of it."""

    name: str
    source: str
    sent: Sent
    found: Found
    batches: int


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run brought.

    Attributes
    ----------
    resumed : bool
        Whether an earlier, unfinished run was carried on; `new`, `seen_again` and `rejected` count the whole run.
    equation : str
        The proof, or what does not add up, in words.
    abandoned : tuple of int
        Unfinished runs of an earlier text of the strategy, ended now.
    """

    strategy: Strategy
    run: Run
    new: int
    seen_again: int
    rejected: int
    resumed: bool
    equation: str
    abandoned: tuple[int, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether the equation holds."""
        return self.run.outcome == "complete"


def look(spec: SearchSpec, source: Source, *, since: date | None = None) -> Looked:
    """Ask what a strategy would find, created on a day or later; nothing is fetched and nothing stored."""
    whole = sent(spec)
    if since is not None:
        whole = _created_since(source, whole, since)
    found = source.look(whole.lines, whole.query)
    return Looked(spec.name, source.name, whole, found, -(-found.count // source.batch_size))


def run(
    review: Review,
    name: str,
    *,
    by: str,
    source: Source,
    before: Callable[[int], None] = lambda _requests: None,
    tick: Tick = lambda _done, _total: None,
) -> RunResult:
    """Run a strategy of jak.toml, or carry on with its unfinished run.

    Parameters
    ----------
    before : callable
        Told how many requests the fetch will take, before the first of them is sent.

    Raises
    ------
    SettingsError
        If jak.toml names no such strategy.
    SourceError
        If the service cannot be reached; what has arrived stays, and the next call carries on from there.
    """
    spec = review.settings.searches.strategy(name)
    return run_search(review.store, spec, by=by, source=source, before=before, tick=tick)


def run_search(
    store: Store,
    spec: SearchSpec,
    *,
    by: str,
    source: Source,
    purpose: RunPurpose = "run",
    since: date | None = None,
    before: Callable[[int], None] = lambda _requests: None,
    tick: Tick = lambda _done, _total: None,
) -> RunResult:
    """Run a strategy; as `run`, for one that need not stand in jak.toml, or to refresh it.

    Parameters
    ----------
    since : date, optional
        Ask only for records created on this day or later. Such a run is no view of the whole, and an unfinished one
        is never carried on as another.

    Raises
    ------
    UsageError
        If the source cannot tell when a record was created, or a whole run is not finished.
    """
    from jakdb import runs  # noqa: PLC0415 - SQLAlchemy is not for --help

    if spec.source != source.name:
        raise UsageError(f"{spec.name} is written for {spec.source}, not for {source.name}")
    whole = sent(spec)
    new = runs.NewStrategy(spec.name, spec.source, whole.query, as_text(spec))
    texts = {s.id: s for s in runs.strategies(store) if s.name == spec.name}
    unended = [r for r in runs.runs(store) if r.strategy_id in texts and not r.outcome]
    alike = [r for r in unended if _says(texts[r.strategy_id]) == _says(new)]
    same = [r for r in alike if r.since == since]
    if since is not None:
        whole = _created_since(source, whole, since)
        if alike and not same and alike[-1].since is None:
            raise UsageError(
                f"run {alike[-1].id} of {spec.name} is not finished", hint="carry it on first, without --since"
            )
    abandoned = () if same else tuple(r.id for r in unended)
    if same:
        current = same[-1]
    else:
        found, ids = _listed(source, whole, tick)
        for number in abandoned:
            what = "another part" if any(r.id == number for r in alike) else "another text"
            message = f"{what} of {spec.name} was asked for before the run was finished"
            runs.end_run(store, number, outcome="abandoned", by=by, message=message)
        strategy = runs.save_strategy(store, new, by=by)
        current = _begin(store, strategy, source, found, ids, by=by, purpose=purpose, since=since)
    return finish(
        store, current, by=by, source=source, resumed=bool(same), abandoned=abandoned, before=before, tick=tick
    )


def finish(
    store: Store,
    current: Run,
    *,
    by: str,
    source: Source,
    resumed: bool = False,
    abandoned: tuple[int, ...] = (),
    before: Callable[[int], None] = lambda _requests: None,
    tick: Tick = lambda _done, _total: None,
) -> RunResult:
    """Fetch what a run that has begun still lacks, and end it by its equation; as `run`."""
    _fetch(store, current, source, by=by, before=before, tick=tick)
    return _ended(store, current.id, by=by, resumed=resumed, abandoned=abandoned)


def kept_search(store: Store, source: str, query: str) -> SearchSpec:
    """Return the strategy for a query typed at the prompt: the earlier one that says the same, else one newly named."""
    from jakdb import runs  # noqa: PLC0415

    kept = [s for s in runs.strategies(store) if s.source == source and s.name.startswith(f"{source} ad hoc ")]
    names = dict.fromkeys(s.name for s in kept)
    wanted = SearchSpec(f"{source} ad hoc {len(names) + 1}", source, query=query.strip())
    name = next((s.name for s in kept if s.query == sent(wanted).query), wanted.name)
    return SearchSpec(name, source, query=query.strip())


def unfinished(store: Store) -> tuple[tuple[Strategy, Run], ...]:
    """Return the runs that were begun and not ended, with their strategies."""
    from jakdb import runs  # noqa: PLC0415

    texts = {s.id: s for s in runs.strategies(store)}
    return tuple((texts[r.strategy_id], r) for r in runs.runs(store) if not r.outcome)


def equation(run: Run) -> str:
    """Return the account of a run as an equation, and what is wrong with it if it does not hold.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> done = Run(1, 1, 1, "run", 7, "q", "", (), (), "", 7, 6, 1, ("12",), "complete", "", "ann", at, at)
    >>> equation(done)
    'count 7 = listed 7 = fetched 6 + absent 1'
    """
    numbers = (run.count, run.ids, run.fetched, len(run.absent))
    if run.is_exact:
        return "count {} = listed {} = fetched {} + absent {}".format(*numbers)
    said = "count {}, listed {}, fetched {}, absent {}".format(*numbers)
    if run.count != run.ids:
        difference = run.count - run.ids
        word = "missing from" if difference > 0 else "too many on"
        return f"{said}: {abs(difference)} {word} the list of the service"
    open_ids = run.ids - run.fetched - len(run.absent)
    return f"{said}: {open_ids} not fetched" if open_ids > 0 else f"{said}: {-open_ids} more than were asked for"


def is_rush_hour(requests: int, now: datetime) -> bool:
    """Return whether NCBI asks for another time: over 100 requests on a weekday from 5:00 to 21:00 US Eastern.

    Examples
    --------
    >>> from datetime import UTC
    >>> monday, sunday = datetime(2026, 11, 23, 15, tzinfo=UTC), datetime(2026, 11, 22, 15, tzinfo=UTC)
    >>> is_rush_hour(200, monday), is_rush_hour(100, monday), is_rush_hour(200, sunday)
    (True, False, False)
    """
    offset = now.utcoffset()
    if offset is None:
        raise ValueError("a moment needs a time zone")
    utc = now.replace(tzinfo=None) - offset
    # Daylight saving ends at 6:00 UTC on the first Sunday of November and begins at 7:00 on the second of March.
    begins = _sunday(utc.year, 3, nth=2) + timedelta(hours=7)
    ends = _sunday(utc.year, 11, nth=1) + timedelta(hours=6)
    eastern = utc - timedelta(hours=4 if begins <= utc < ends else 5)
    return requests > MANY_REQUESTS and eastern.weekday() < 5 and 5 <= eastern.hour < 21


def busy_hours(now: Callable[[], datetime], tell: Callable[[str], None]) -> Callable[[str, int], None]:
    """Return what is told of each fetch of a command, and says once when NCBI asks to send so much at another time.

    Parameters
    ----------
    tell : callable
        Told the sentence, before the fetch that goes over the limit: the requests of a command are added up.

    Examples
    --------
    >>> from datetime import UTC
    >>> job = busy_hours(lambda: datetime(2026, 11, 23, 15, tzinfo=UTC), lambda text: print(text[:35]))
    >>> job("pubmed", 60); job("europepmc", 300); job("pubmed", 60); job("pubmed", 60)
    warning: 120 requests in busy hours
    """
    asked = 0
    is_said = False

    def fetch_to_come(source: str, requests: int) -> None:
        nonlocal asked, is_said
        asked += requests if source in OF_NCBI else 0
        if not is_said and source in OF_NCBI and is_rush_hour(asked, now()):
            is_said = True
            tell(
                f"warning: {asked} requests in busy hours (5:00-21:00 US Eastern on a weekday): NCBI asks to send more "
                f"than {MANY_REQUESTS} at night or at weekends; Ctrl-C stops a run, and the same command carries it on"
            )

    return fetch_to_come


def _sunday(year: int, month: int, *, nth: int) -> datetime:
    """Return the nth Sunday of a month, at midnight, without a time zone."""
    first = datetime(year, month, 1)  # noqa: DTZ001 - compared with moments of UTC that carry none either
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))


def _says(strategy: object) -> tuple[object, ...]:
    """Return what makes two strategies of one name the same."""
    return tuple(getattr(strategy, name) for name in ("source", "query", "text"))


def _listed(source: Source, whole: Sent, tick: Tick) -> tuple[Found, tuple[str, ...]]:
    """Ask for count and list until they agree, or twice."""
    for _ in range(LOOKS):
        found = source.look(whole.lines, whole.query)
        ids: dict[str, None] = {}
        try:
            for one in source.ids(whole.query, tick=tick):
                ids[one] = None
        except ShortfallError:
            continue
        if len(ids) == found.count:
            break
    return found, tuple(ids)


def _created_since(source: Source, whole: Sent, day: date) -> Sent:
    """Limit what is sent to records created on a day or later."""
    from jaksearch.sources.protocol import Dated  # noqa: PLC0415

    if not isinstance(source, Dated):
        raise UsageError(
            f"{source.database} cannot be asked for records by the day on which they were created",
            hint="refresh in full, without --since",
        )
    return Sent(whole.lines, source.created_since(whole.query, day))


def _begin(
    store: Store,
    strategy: Strategy,
    source: Source,
    found: Found,
    ids: Sequence[str],
    *,
    by: str,
    purpose: RunPurpose,
    since: date | None = None,
) -> Run:
    """Store the search, what was found and the list."""
    from jakdb import imports, runs  # noqa: PLC0415

    search = imports.NewSearch(
        source=source.database,
        platform=source.platform,
        kind=source.kind,
        searched_on=store.now().date(),
        hits=found.count,
        strategy=found.query,
    )
    said = {**asdict(found), **({"since": since.isoformat()} if since is not None else {})}
    return runs.start_run(store, strategy.id, search=search, found=said, ids=ids, by=by, purpose=purpose)


def _fetch(store: Store, current: Run, source: Source, *, by: str, before: Callable[[int], None], tick: Tick) -> None:
    """Fetch what is pending, batch by batch; each batch is stored before the next is asked for."""
    from jakdb import runs  # noqa: PLC0415

    pending = runs.pending_ids(store, current.id)
    before(-(-len(pending) // source.batch_size))
    while pending:
        tick(current.ids - len(pending), current.ids)
        asked = pending[: source.batch_size]
        batch = source.fetch(asked)
        if batch.asked != asked:
            raise SourceError(f"{source.database}: the reply is about other records than were asked for")
        first = current.ids - len(pending) + 1
        name = f"{source.name}-run{current.id}-{first}-{first + len(asked) - 1}"
        is_ours = _store(store, current, batch, name, source, by=by)
        # Another process that carries on with the same run may have been faster.
        pending = pending[len(asked) :] if is_ours else runs.pending_ids(store, current.id)
    tick(current.ids, current.ids)


def _store(store: Store, current: Run, batch: Batch, name: str, source: Source, *, by: str) -> bool:
    """Store one batch."""
    from jak.importing import file_to_import  # noqa: PLC0415
    from jakdb import runs  # noqa: PLC0415
    from jaksearch.formats import open_exports  # noqa: PLC0415

    def stored(file: FileToImport | None) -> bool:
        return runs.store_batch(store, current.id, asked=batch.asked, file=file, absent=batch.absent, by=by)

    if not batch.data:
        return stored(None)
    try:
        with open_exports((name, batch.data), format=batch.format) as exports:
            # The platform stays empty: an accession number means the same record in an export that a person saved.
            file, _ = file_to_import(next(exports), database=source.database)
            return stored(file)
    except InputError as error:
        raise SourceError(
            f"{source.database}: a reply cannot be read: {error}", hint="run the search again: it carries on here"
        ) from error


def _ended(store: Store, run_id: int, *, by: str, resumed: bool, abandoned: tuple[int, ...]) -> RunResult:
    """End a run by its equation and add up its files."""
    from jakdb import imports, runs  # noqa: PLC0415

    current = next(r for r in runs.runs(store) if r.id == run_id)
    said = equation(current)
    outcome: RunOutcome = "complete" if current.is_exact else "shortfall"
    done = runs.end_run(store, run_id, outcome=outcome, by=by, message=said)
    brought = runs.files_of_runs(store)
    files = [f for f in imports.files(store) if brought.get(f.id) == run_id]
    return RunResult(
        strategy=next(s for s in runs.strategies(store) if s.id == done.strategy_id),
        run=done,
        new=sum(f.accepted for f in files),
        seen_again=sum(f.seen_again for f in files),
        rejected=sum(f.rejected for f in files),
        resumed=resumed,
        equation=said,
        abandoned=abandoned,
    )
