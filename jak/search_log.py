"""The search log: the 16 items of PRISMA-S, filled from the store and jak.toml; what neither says is shown as missing.

Rethlefsen et al. (2021), PRISMA-S: an extension to the PRISMA statement for reporting literature searches in systematic
reviews, Syst Rev 10:39. doi:10.1186/s13643-020-01542-z
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from jak.searching import equation
from jak.strategies import Searches, SearchSpec

if TYPE_CHECKING:
    from jak.workspace import Review
    from jakdb.words import ImportedFile, Run, SearchRun, Strategy

__all__ = ["Item", "LoggedFile", "LoggedRun", "LoggedSearch", "SearchLog", "search_log"]

ITEMS = (
    ("Information sources and methods", "Database name"),
    ("Information sources and methods", "Multi-database searching"),
    ("Information sources and methods", "Study registries"),
    ("Information sources and methods", "Online resources and browsing"),
    ("Information sources and methods", "Citation searching"),
    ("Information sources and methods", "Contacts"),
    ("Information sources and methods", "Other methods"),
    ("Search strategies", "Full search strategies"),
    ("Search strategies", "Limits and restrictions"),
    ("Search strategies", "Search filters"),
    ("Search strategies", "Prior work"),
    ("Search strategies", "Updates"),
    ("Search strategies", "Dates of searches"),
    ("Peer review", "Peer review"),
    ("Managing records", "Total records"),
    ("Managing records", "Deduplication"),
)
"""Section and name of each item, in the order of the checklist."""


@dataclass(frozen=True, slots=True)
class LoggedFile:
    """One file of a search; for a run, one reply of the service."""

    name: str
    sha256: str
    size: int
    format: str
    records: int
    accepted: int
    seen_again: int
    rejected: int
    imported: datetime
    undone: bool


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """What is known of a search that jak ran itself."""

    run: int
    strategy: str
    version: int
    purpose: str
    began: datetime
    ended: datetime | None
    outcome: str
    equation: str
    lines: tuple[tuple[str, str, int], ...]
    translation: str
    warnings: tuple[str, ...]
    database_version: str
    absent: tuple[str, ...]
    limits: tuple[tuple[str, str], ...]
    filters: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    since: date | None = None


@dataclass(frozen=True, slots=True)
class LoggedSearch:
    """One search of one source, run by jak or imported.

    Attributes
    ----------
    query : str
        The strategy, byte for byte as it was sent; for an import, as the person wrote it down.
    records : int
        Records in its files that were not taken back, the rejected among them.
    """

    id: int
    source: str
    platform: str
    kind: str
    searched_on: date | None
    hits: int | None
    query: str
    by: str
    records: int
    new: int
    seen_again: int
    rejected: int
    undone: bool
    run: LoggedRun | None
    files: tuple[LoggedFile, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the checklist: what is known, and what a person still has to say, and where."""

    number: int
    section: str
    name: str
    said: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchLog:
    """The whole log."""

    title: str
    items: tuple[Item, ...]
    searches: tuple[LoggedSearch, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Everything that nobody has said yet."""
        return tuple(one for item in self.items for one in item.missing)


def search_log(review: Review) -> SearchLog:
    """Gather the log of a review."""
    from jakdb import imports, members, runs  # noqa: PLC0415 - SQLAlchemy is not for --help

    store, searches = review.store, review.settings.searches
    files = imports.files(store)
    texts = {s.id: s for s in runs.strategies(store)}
    by_search = {r.search_id: (r, texts[r.strategy_id]) for r in runs.runs(store)}
    logged = tuple(
        _logged(s, [f for f in files if f.search_id == s.id], by_search.get(s.id)) for s in imports.searches(store)
    )
    standing = [s for s in logged if not s.undone]
    merges = [e for e in members.events_in_force(members.merge_events(store)) if e.kind == "merge"]
    dedupe = _Dedupe(
        by_rules=sum(e.by.startswith("rules") for e in merges),
        by_people=sum(not e.by.startswith("rules") for e in merges),
        rules=tuple(dict.fromkeys(e.by for e in merges if e.by.startswith("rules"))),
        is_done=members.all_compared(store),
        records=sum(len(m) for m in members.members(store).values()),
        reports=len(members.members(store)),
    )
    found = _sources(standing, searches), _strategies(standing, searches), _managing(standing, searches, dedupe)
    answers = {number: answer for part in found for number, answer in part}
    items = tuple(
        Item(number, section, name, *answers[number]) for number, (section, name) in enumerate(ITEMS, start=1)
    )
    return SearchLog(review.settings.title, items, logged)


_Answered = tuple[tuple[str, ...], tuple[str, ...]]
"""What is known, what is missing."""
Answer = tuple[int, _Answered]
"""Number of an item, and its answer."""


@dataclass(frozen=True, slots=True)
class _Dedupe:
    """What became of duplicates."""

    by_rules: int
    by_people: int
    rules: tuple[str, ...]
    is_done: bool
    records: int
    reports: int


def _sources(standing: Sequence[LoggedSearch], searches: Searches) -> Iterator[Answer]:
    """Answer items 1 to 7."""
    databases = [s for s in standing if s.kind == "database"]
    named = dict.fromkeys(f"{s.source} ({s.platform})" if s.platform else s.source for s in databases)
    no_platform = dict.fromkeys(s.source for s in databases if not s.platform)
    missing = [f"the platform of {source} (`jak search import --platform`)" for source in no_platform]
    yield 1, (tuple(named), (*missing, *(() if databases else ("no database has been searched",))))
    yield 2, _told(searches, "multi_database", "whether several databases were searched at once on one platform")
    registers = tuple(dict.fromkeys(s.source for s in standing if s.kind == "register"))
    yield 3, (registers or ("no search of a register is in this review",), ())
    others = tuple(f"{s.source}: {s.records} records" for s in standing if s.kind == "other")
    wanted = {
        4: ("online_resources", "which web sites or printed sources were browsed, and how"),
        5: ("citation_searching", "whether cited and citing references were looked through, and how"),
        6: ("contacts", "whether authors, experts or manufacturers were asked for studies or data"),
        7: ("other_methods", "any other way in which records were found"),
    }
    for number, (key, what) in wanted.items():
        said, lacking = _told(searches, key, what)
        yield number, ((*said, *others) if number == 7 else said, lacking)


def _strategies(standing: Sequence[LoggedSearch], searches: Searches) -> Iterator[Answer]:
    """Answer items 8 to 13."""
    lacking = [f"the strategy of search {s.id}, {s.source} (`jak search import --strategy`)" for s in _bare(standing)]
    count = sum(bool(s.query) for s in standing)
    yield 8, ((f"{count} of {len(standing)} strategies below, as they were run",), tuple(lacking))
    yield 9, _restrictions(standing, searches, "limits", "that no limits were used, or which, and why, in every search")
    yield 10, _restrictions(standing, searches, "filters", "whether published search filters were used, and which")
    yield 11, _told(searches, "prior_work", "whether strategies of earlier reviews were used, and which")
    times = Counter(s.run.strategy for s in standing if s.run is not None)
    again = [f"{name}: run {n} times" for name, n in times.items() if n > 1]
    said, silent = _told(searches, "updates", "how searches were updated (run again, alerts), or that they were not")
    yield 12, ((*said, *again), () if again else silent)
    dated = [f"{_place(s)}: {s.searched_on.isoformat()}" for s in standing if s.searched_on is not None]
    undated = [f"the day of {_place(s)} (`jak search import --searched`)" for s in standing if s.searched_on is None]
    yield 13, (tuple(dated), tuple(undated))


def _managing(standing: Sequence[LoggedSearch], searches: Searches, dedupe: _Dedupe) -> Iterator[Answer]:
    """Answer items 14 to 16."""
    said, silent = _told(searches, "peer_review", "whether and how the strategies were peer reviewed (PRESS)")
    names = dict.fromkeys(s.run.strategy for s in standing if s.run is not None)
    reviewed = [spec for name in names if (spec := searches.strategies.get(name)) and spec.press]
    lines = tuple(f"{spec.name}: {_press(spec)}" for spec in reviewed)
    is_told = bool(names) and len(reviewed) == len(names) and all(s.run is not None for s in standing)
    yield 14, ((*said, *lines), () if is_told else silent)
    total = sum(s.records for s in standing)
    again = ", those found again counted each time" if any(s.seen_again for s in standing) else ""
    each = tuple(f"{_place(s)}: {s.records} records{_of_hits(s)}" for s in standing)
    yield 15, ((*each, f"all searches: {total} records{again}"), ())
    told = searches.said.get("deduplication", "")
    done = [
        f"jak ({', '.join(dedupe.rules) or 'no rule merged anything'}): {dedupe.records} records are {dedupe.reports} "
        f"reports; {dedupe.by_rules} merges by rules, {dedupe.by_people} by people"
    ]
    lacking = () if dedupe.is_done or not standing else ("duplicates are not looked for yet (`jak search dedupe`)",)
    yield 16, ((*([told] if told else ()), *done), lacking)


def _logged(search: SearchRun, files: Sequence[ImportedFile], ran: tuple[Run, Strategy] | None) -> LoggedSearch:
    """Return one search with its run and files."""
    standing = [f for f in files if not f.undone]
    return LoggedSearch(
        id=search.id,
        source=search.source,
        platform=search.platform,
        kind=search.kind,
        searched_on=search.searched_on,
        hits=search.hits,
        query=search.strategy,
        by=ran[0].by if ran is not None else files[0].by if files else "",
        records=sum(f.records for f in standing),
        new=sum(f.accepted for f in standing),
        seen_again=sum(f.seen_again for f in standing),
        rejected=sum(f.rejected for f in standing),
        undone=search.undone,
        run=_logged_run(*ran) if ran is not None else None,
        files=tuple(
            LoggedFile(
                f.name, f.sha256, f.size, f.format, f.records, f.accepted, f.seen_again, f.rejected, f.at, f.undone
            )
            for f in files
        ),
    )


def _logged_run(run: Run, strategy: Strategy) -> LoggedRun:
    """Return a run as the log shows it."""
    text = strategy.text
    return LoggedRun(
        run=run.id,
        strategy=strategy.name,
        version=strategy.version,
        purpose=run.purpose,
        began=run.at,
        ended=run.ended,
        outcome=run.outcome or "unfinished",
        equation=equation(run),
        lines=run.lines,
        translation=run.translation,
        warnings=run.warnings,
        database_version=run.version,
        absent=run.absent,
        limits=tuple((query, why) for query, why in text.get("limits", ())),
        filters=tuple((query, why) for query, why in text.get("filters", ())),
        notes=tuple(text.get("notes", ())),
        since=run.since,
    )


def _told(searches: Searches, key: str, what: str) -> _Answered:
    """Return what jak.toml says under a key of [search_log], or that it is missing."""
    said = searches.said.get(key, "")
    return ((said,), ()) if said else ((), (f"{what}: search_log.{key} in jak.toml",))


def _restrictions(standing: Sequence[LoggedSearch], searches: Searches, key: str, what: str) -> _Answered:
    """Answer for limits or filters: those of the strategies that ran, each with its reason, and what people say."""
    said, silent = _told(searches, key, what)
    known, lacking = [], []
    for search in standing:
        if search.run is None:
            continue
        for query, why in search.run.limits if key == "limits" else search.run.filters:
            known.append(f"{_place(search)}: {query}{f' ({why})' if why else ''}")
            if not why:
                lacking.append(f"why, or where from: search.{search.run.strategy}.{key} in jak.toml, {query}")
    return (*said, *known), (*dict.fromkeys(lacking), *(() if known else silent))


def _bare(standing: Sequence[LoggedSearch]) -> list[LoggedSearch]:
    """Return the searches of databases and registers whose strategy nobody wrote down."""
    return [s for s in standing if not s.query and s.kind != "other"]


def _place(search: LoggedSearch) -> str:
    """Name a search."""
    return f"search {search.id}, {search.source}"


def _of_hits(search: LoggedSearch) -> str:
    """Say what the source itself counted."""
    return f" (the source counted {search.hits})" if search.hits is not None else ""


def _press(spec: SearchSpec) -> str:
    """Return the peer review of a strategy in one line."""
    return "; ".join(f"{key}: {text}" for key, text in spec.press.items())
