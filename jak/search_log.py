"""The search log: every search as it was run or imported, and the 16 items of PRISMA-S that they and jak.toml answer.

What neither says is shown as missing; nothing is invented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from jak.citation_rounds import Round, rounds
from jak.search_log_items import Duplicates, items
from jak.search_log_words import Item, LoggedFile, LoggedRun, LoggedSearch, SearchLog
from jak.searching import equation
from jak.strategies import TOLD, Searches, ToldSearch
from jakdb.errors import SettingsError

if TYPE_CHECKING:
    from jak.workspace import Review
    from jakdb.words import ImportedFile, Run, SearchRun, Strategy

__all__ = ["Item", "LoggedFile", "LoggedRun", "LoggedSearch", "SearchLog", "search_log"]

NOTHING = ToldSearch()


def search_log(review: Review) -> SearchLog:
    """Gather the log of a review.

    Raises
    ------
    SettingsError
        If ``[search_log.searches]`` speaks of a search that is not there, or says what its import says otherwise.
    """
    from jak.cli import jak_version  # noqa: PLC0415 - the roof's version
    from jakdb import imports, runs  # noqa: PLC0415 - SQLAlchemy is not for --help

    store, searches = review.store, review.settings.searches
    files: dict[int, list[ImportedFile]] = {}
    for file in imports.files(store):
        files.setdefault(file.search_id, []).append(file)
    texts = {s.id: s for s in runs.strategies(store)}
    ran = {r.search_id: (r, texts[r.strategy_id]) for r in runs.runs(store)}
    cited = {one.run: one for one in rounds(store)}
    found = imports.searches(store)
    _check(found, searches)
    logged = tuple(_logged(s, files.get(s.id, ()), ran.get(s.id), searches, cited) for s in found)
    software = f"jak {jak_version()}"
    answered = items(logged, searches, _duplicates(review), software=software)
    return SearchLog(review.settings.title, software, answered, logged)


def _check(found: Sequence[SearchRun], searches: Searches) -> None:
    """Raise for the first statement of jak.toml about a search that does not fit the store."""
    by_id = {s.id: s for s in found}
    for number, told in searches.told.items():
        where = f"jak.toml: search_log.{TOLD}.{number}"
        if number not in by_id:
            raise SettingsError(f"{where}: there is no search {number}", hint="`jak search list` numbers them")
        for name in (f.name for f in fields(ToldSearch)):
            said, known = getattr(told, name), getattr(by_id[number], name)
            if said not in ("", None) and known not in ("", None, said):
                raise SettingsError(
                    f"{where}.{name} contradicts the review, which has {known!s:.100}",
                    hint="take it out: it is only for what an import did not say",
                )


def _duplicates(review: Review) -> Duplicates:
    """Count what became of duplicates."""
    from jak.deduping import unanswered  # noqa: PLC0415
    from jakdb import members  # noqa: PLC0415

    events = members.events_in_force(members.merge_events(review.store))
    reports = members.members(review.store)
    by_rules = [e for e in events if e.by.startswith("rules")]
    merges = [e for e in events if e.kind == "merge"]
    merged = sum(e.kind == "merge" for e in by_rules)
    return Duplicates(
        by_rules=merged,
        by_people=len(merges) - merged,
        rules=tuple(dict.fromkeys(e.by for e in by_rules)),
        questions=len(unanswered(events, members.report_of(reports))),
        is_done=members.all_compared(review.store),
        records=sum(map(len, reports.values())),
        reports=len(reports),
    )


def _logged(
    search: SearchRun,
    files: Sequence[ImportedFile],
    ran: tuple[Run, Strategy] | None,
    searches: Searches,
    cited: Mapping[int, Round],
) -> LoggedSearch:
    """Return one search with its run and files, and what jak.toml says of it."""
    told = searches.told.get(search.id, NOTHING)
    counting = files if search.undone else [f for f in files if not f.undone]
    names = [f.name for f in fields(ToldSearch)]
    from_import = {name: value for name in names if (value := getattr(search, name)) not in ("", None)}
    from_people = {name: value for name in names if (value := getattr(told, name)) not in ("", None)}
    known: dict[str, Any] = {"platform": "", "searched_on": None, "hits": None, "strategy": ""}
    known |= from_people | from_import
    return LoggedSearch(
        id=search.id,
        source=search.source,
        kind=search.kind,
        platform=known["platform"],
        searched_on=known["searched_on"],
        hits=known["hits"],
        query=known["strategy"],
        by=ran[0].by if ran is not None else files[0].by if files else "",
        records=sum(f.records for f in counting),
        new=sum(f.accepted for f in counting),
        seen_again=sum(f.seen_again for f in counting),
        rejected=sum(f.rejected for f in counting),
        undone=search.undone,
        run=_logged_run(*ran, searches, cited.get(ran[0].id)) if ran is not None else None,
        files=tuple(
            LoggedFile(
                f.name, f.sha256, f.size, f.format, f.records, f.accepted, f.seen_again, f.rejected, f.at, f.undone
            )
            for f in files
        ),
        told=tuple(name for name in from_people if name not in from_import),
    )


def _logged_run(run: Run, strategy: Strategy, searches: Searches, citations: Round | None) -> LoggedRun:
    """Return a run as the log shows it; a reason that was given after the run counts too."""
    text = strategy.text
    spec = searches.strategies.get(strategy.name)
    later = {part.query: part.why for part in (*spec.limits, *spec.filters)} if spec is not None else {}
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
        limits=tuple((query, why or later.get(query, "")) for query, why in text.get("limits", ())),
        filters=tuple((query, why or later.get(query, "")) for query, why in text.get("filters", ())),
        notes=tuple(text.get("notes", ())),
        citations=citations,
        since=run.since,
    )
