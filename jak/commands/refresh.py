"""`jak search refresh` and `look-again`: search again, and see what has changed under what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jak.console import counted, emit, emit_json, emit_table, progress, say
from jak.options import As, DryRun, Json, ReviewFolder

if TYPE_CHECKING:
    from jak.notices import NoticedReport
    from jak.refreshing import Window
    from jak.strategies import SearchSpec
    from jak.workspace import Review

__all__ = ["register"]

WIDTH = 60
"""Characters of a title in a table."""
SHOWN = 20
"""Reports listed for changed criteria alone that are printed without --all."""


def register(search: typer.Typer) -> None:
    """Add the commands to `jak search`."""
    search.command("refresh")(refresh)
    search.command("look-again")(look_again)
    search.command("looked")(looked)


def refresh(
    name: Annotated[
        list[str] | None, typer.Argument(help="Names of searches [default: all that were run before].")
    ] = None,
    since: Annotated[
        str,
        typer.Option(
            metavar="YYYY-MM-DD|last", help="Only records created since this day, or since the last run: a stopgap."
        ),
    ] = "",
    overlap: Annotated[int, typer.Option(min=1, metavar="DAYS", help="Days that --since reaches back further.")] = 7,
    show: Annotated[
        int | None, typer.Option("--show", metavar="RUN", help="Print the account of this run again; ask nobody.")
    ] = None,
    review: ReviewFolder = None,
    by: As = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Run searches again in full, and report new, unchanged, changed, corrected, retracted and vanished records.

    Each is compared with everything that earlier runs of it saw. --since asks for less, and says what it may miss.
    No decision and no queue changes but for new records; `jak search look-again` lists what deserves another look.
    """
    from jak.account_text import show_account
    from jak.parsing import parse_date
    from jak.refreshing import account_of, refreshable, window_for
    from jak.workspace import open_review
    from jakdb.errors import UsageError

    with open_review(review) as opened:
        if show is not None:
            account = account_of(opened, show)
            if as_json:
                emit_json("search refresh", {"dry_run": False, "searches": [account]})
            else:
                show_account(account)
            return
        chosen, notes = refreshable(opened, name or ())
        for note in notes:
            say(f"note: {note}")
        if not chosen:
            raise UsageError("no search has been run, so there is none to refresh", hint="`jak search run` first")
        windows: dict[str, Window] = {}
        if since:
            day = None if since.strip().casefold() == "last" else parse_date(since, option="--since")
            windows = {spec.name: window_for(opened, spec, day, overlap=overlap) for spec in chosen}
        for window in windows.values():
            for risk in window.risks:
                say(f"WARNING: {risk}")
        days = {name: window.since for name, window in windows.items()}
        if dry_run:
            from jak.commands.run import search_for

            search_for(opened, list(chosen), by=by, dry_run=True, as_json=as_json, command="search refresh", since=days)
            return
        _refresh(opened, chosen, by=by, as_json=as_json, since=days)


def look_again(
    every: Annotated[
        bool, typer.Option("--all", help="Print every report that is listed for changed criteria alone.")
    ] = False,
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """List decided reports that deserve another look: computed when asked for, and nothing goes back to a queue.

    Excluded ones of which an abstract has appeared, or which were a registration or a conference abstract and are a
    full paper now; awaiting, ongoing and not retrieved ones that changed or of which another report has come; and those
    that were decided under other criteria. A later decision takes a report off, and so does `jak search looked`.
    """
    from jak.criteria import criteria_standing
    from jak.looking_again import look_again as listed
    from jak.looking_again import looks_in_force
    from jak.notices import included_reports_noticed
    from jak.workspace import open_review

    with open_review(review) as opened:
        snapshot = opened.snapshot()
        rows, noticed = listed(opened, snapshot), included_reports_noticed(opened, snapshot)
        unknown = criteria_standing(opened, snapshot).unknown
    looked = len(looks_in_force(snapshot))
    if as_json:
        emit_json(
            "search look-again", {"reports": rows, **_noticed(noticed), "criteria_unknown": unknown, "looked": looked}
        )
        return
    for one in noticed:
        say(f"! {one.sentence}")
    shown = [x for x in rows if every or not x.by_criteria]
    alone = [x for x in rows if x.by_criteria and not every]
    shown += alone[:SHOWN]
    if shown:
        table = [(x.report, x.state, f"{x.decided:%Y-%m-%d}", "; ".join(x.why), x.title[:WIDTH]) for x in shown]
        emit_table(("report", "stands", "decided", "since then", "title"), table, right=(0,))
    else:
        say("No decided report reads otherwise since, and none was decided under other criteria.")
    if len(alone) > SHOWN:
        say(f"… and {len(alone) - SHOWN} more that were decided under other criteria; --all lists them")
    if unknown:
        say(f"note: the criteria are not known under which {counted(unknown, 'report')} were decided")
    if looked:
        say(f"{counted(looked, 'look')} on record that left a report as it is: `jak search looked`")


def looked(
    reports: Annotated[list[int] | None, typer.Argument(help="Numbers of reports that stay as they are.")] = None,
    why: Annotated[str, typer.Option(help="Why they stay as they are; kept on record.")] = "",
    for_criteria: Annotated[
        bool, typer.Option("--all-criteria", help="All that are listed for changed criteria and nothing else.")
    ] = False,
    undo: Annotated[int | None, typer.Option("--undo", metavar="LOOK", help="Put a report back on the list.")] = None,
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Put on record that reports on the list to look at again stay as they are; without a report, show the record."""
    from jak.looking_again import looks_in_force, mark_looked
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakdb import looks
    from jakdb.errors import UsageError

    if undo is not None and (reports or for_criteria):
        raise UsageError("--undo and reports at once", hint="take a look back first")
    with open_review(review) as opened:
        if undo is not None:
            done = looks.undo_look(opened.store, undo, by=reviewer_name(by))
            if as_json:
                emit_json("search looked", {"undone": done})
            else:
                emit(f"look {done.id} on record {done.record_id} is taken back")
            return
        if reports or for_criteria:
            marked = mark_looked(opened, reports or (), why=why, by=reviewer_name(by), all_by_criteria=for_criteria)
            if as_json:
                emit_json("search looked", {"looked": marked})
            else:
                emit(f"{counted(len(marked), 'report')} left as {'it is' if len(marked) == 1 else 'they are'}: {why}")
            return
        snapshot = opened.snapshot()
    found = looks_in_force(snapshot)
    if as_json:
        emit_json("search looked", {"looks": found})
        return
    table = [
        (x.id, snapshot.report_of.get(x.record_id, "-"), f"{x.at:%Y-%m-%d}", x.by, "; ".join(x.reasons), x.why)
        for x in found
    ]
    emit_table(("look", "report", "at", "by", "what spoke for it", "why it stays"), table, right=(0, 1))


def _refresh(
    opened: Review, chosen: tuple[SearchSpec, ...], *, by: str | None, as_json: bool, since: Mapping[str, date]
) -> None:
    """Refresh strategies one after the other, and print their accounts."""
    from jak.account_text import show_account
    from jak.connecting import connect, connection, missing_of
    from jak.looking_again import look_again as listed
    from jak.notices import included_reports_noticed
    from jak.refreshing import refresh as refresh_one
    from jak.searching import busy_hours
    from jak.settings import reviewer_name
    from jakdb.errors import ShortfallError

    ways = {source: connection(source) for source in dict.fromkeys(spec.source for spec in chosen)}
    for advice in dict.fromkeys(advice for way in ways.values() for advice in missing_of(way)):
        say(f"note: {advice}")
    fetch_to_come = busy_hours(opened.store.now, say)
    done = []
    for spec in chosen:
        source = connect(spec.source, ways[spec.source])
        before = partial(fetch_to_come, source.name)
        with progress(spec.name) as tick:
            done.append(
                refresh_one(
                    opened,
                    spec,
                    by=reviewer_name(by),
                    source=source,
                    since=since.get(spec.name),
                    before=before,
                    tick=tick,
                )
            )
        if not as_json:
            emit(f"{done[-1].account.strategy}: {done[-1].result.equation}")
            show_account(done[-1].account)
            for number in done[-1].result.abandoned:
                say(f"note: run {number} of {spec.name}, of another text or other days, is given up unfinished")
            for warning in done[-1].result.run.warnings:
                say(f"warning: {warning}")
    snapshot = opened.snapshot()
    rows, noticed = listed(opened, snapshot), included_reports_noticed(opened, snapshot)
    if as_json:
        searches: list[dict[str, Any]] = [{"equation": x.result.equation, "account": x.account} for x in done]
        payload = {"dry_run": False, "searches": searches, "look_again": rows, **_noticed(noticed)}
        emit_json("search refresh", payload)
    for one in noticed:
        say(f"! {one.sentence}")
    if rows:
        say(f"{counted(len(rows), 'decided report')} to look at again: `jak search look-again`")
    short = [x for x in done if not x.account.is_complete]
    if short:
        raise ShortfallError(
            "; ".join(f"{x.account.strategy}: {x.result.equation}" for x in short),
            hint="what arrived is stored, and nothing is called vanished; refresh again",
        )
    if any(x.account.rejected for x in done):
        raise typer.Exit(4)
    if not any(x.result.run.count for x in done):
        raise typer.Exit(3)


def _noticed(noticed: tuple[NoticedReport, ...]) -> dict[str, list[NoticedReport]]:
    """Return the notices on included reports as JSON has them."""
    return {
        "retracted": [one for one in noticed if one.kind == "retracted"],
        "corrected": [one for one in noticed if one.kind != "retracted"],
    }
