"""`jak search run`, `pubmed` and `log`: search a service, and account for every search of the review."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jak.console import counted, emit, emit_json, emit_table, progress, say
from jak.options import As, DryRun, Json, ReviewFolder

if TYPE_CHECKING:
    from jak.searching import Looked, RunResult
    from jak.strategies import SearchSpec
    from jak.workspace import Review

__all__ = ["register", "search_for"]


def register(search: typer.Typer) -> None:
    """Add the commands to `jak search`."""
    search.command("run")(run)
    search.command("pubmed")(pubmed)
    search.command("log")(log)


def run(
    name: Annotated[list[str] | None, typer.Argument(help="Names of searches in jak.toml [default: all].")] = None,
    review: ReviewFolder = None,
    by: As = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Run the searches of jak.toml ([search.NAME]); an unfinished one is carried on where it stopped.

    Every run ends with its equation: count = listed = fetched + absent. A service that gives less ends it with code 5.
    --dry-run shows the query as it will be sent, the count of each line, its translation and every warning.
    """
    from jak.workspace import open_review
    from jakdb.errors import SettingsError

    with open_review(review) as opened:
        searches = opened.settings.searches
        chosen = [searches.strategy(one) for one in (name or searches.strategies)]
        if not chosen:
            raise SettingsError(
                "jak.toml names no search", hint='add a table [search.NAME] with source = "pubmed" and its lines'
            )
        search_for(opened, chosen, by=by, dry_run=dry_run, as_json=as_json, command="search run")


def pubmed(
    query: Annotated[str, typer.Argument(help="The query, as typed into PubMed, or @FILE that holds it.")],
    review: ReviewFolder = None,
    by: As = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Search PubMed for a query; it is kept as a strategy, and the same query again is the same strategy."""
    from jak.parsing import text_or_file
    from jak.searching import kept_search
    from jak.workspace import open_review

    with open_review(review) as opened:
        spec = kept_search(opened.store, "pubmed", text_or_file(query))
        search_for(opened, [spec], by=by, dry_run=dry_run, as_json=as_json, command="search pubmed")


def log(
    to: Annotated[
        Path | None, typer.Option("--to", help="File to write: .md or .json [default: print Markdown].")
    ] = None,
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """Print the search log: the 16 items of PRISMA-S, and every search as it was run or imported.

    What only people can say is taken from jak.toml ([search_log], press, limits) and is MISSING until it is there.
    """
    from jak.files import write_whole
    from jak.parsing import parse_choice
    from jak.search_log import search_log
    from jak.search_log_text import as_markdown
    from jak.workspace import open_review

    kind = parse_choice(to.suffix.lstrip(".") or "md", ("md", "json"), option="--to") if to is not None else "md"
    with open_review(review) as opened:
        found = search_log(opened)
    if to is not None:
        from jak.console import json_text

        write_whole(to, as_markdown(found) if kind == "md" else json_text("search log", found) + "\n")
        say(f"{to}: {counted(len(found.missing), 'statement')} missing")
    if as_json:
        emit_json("search log", found)
    elif to is None:
        emit(as_markdown(found).rstrip("\n"))


def search_for(
    opened: Review,
    chosen: list[SearchSpec],
    *,
    by: str | None,
    dry_run: bool,
    as_json: bool,
    command: str,
    since: Mapping[str, date] | None = None,
) -> None:
    """Look at, or run, some strategies one after the other; with `since`, look at what was created since a day."""
    from jak.connecting import connect, connection, missing_of
    from jak.searching import is_rush_hour, look, run_search
    from jak.settings import reviewer_name
    from jakdb.errors import ShortfallError

    through = connection()
    for advice in missing_of(through):
        say(f"note: {advice}")
    looked: list[Looked] = []
    done: list[RunResult] = []
    for spec in chosen:
        source = connect(spec.source, through)
        if dry_run:
            looked.append(look(spec, source, since=(since or {}).get(spec.name)))
            if is_rush_hour(looked[-1].batches, opened.store.now()):
                say("note: NCBI asks for runs of over 100 requests at night (21:00-5:00 US Eastern) or on weekends")
            if not as_json:
                _show_looked(looked[-1])
            continue
        with progress(spec.name) as tick:
            done.append(run_search(opened.store, spec, by=reviewer_name(by), source=source, tick=tick))
        if not as_json:
            _show_done(done[-1])
    if as_json:
        rows = {"dry_run": dry_run, "searches": looked if dry_run else done}
        emit_json(command, rows)
    if dry_run:
        say("Nothing was fetched or stored (--dry-run).")
    short = [one for one in done if not one.is_complete]
    if short:
        raise ShortfallError(
            "; ".join(f"{one.strategy.name}: {one.equation}" for one in short),
            hint="what arrived is stored; run the search again, and if it stays so, tell the service",
        )
    if any(one.rejected for one in done):
        raise typer.Exit(4)
    counts = [one.found.count for one in looked] if dry_run else [one.run.count for one in done]
    if not any(counts):
        raise typer.Exit(3)


def _show_looked(looked: Looked) -> None:
    """Print what a dry run told."""
    found = looked.found
    emit(f"{looked.name} ({looked.source})")
    emit(f"  sent: {found.query}")
    if found.translation:
        emit(f"  understood as: {found.translation}")
    if found.lines:
        emit_table(("line", "count", "query"), [(label, n, query) for label, query, n in found.lines], right=(1,))
    emit(f"  {counted(found.count, 'record')} in {counted(looked.batches, 'batch', 'batches')}")
    for warning in found.warnings:
        say(f"warning: {warning}")


def _show_done(done: RunResult) -> None:
    """Print the account of a run."""
    kept, run_ = done.strategy, done.run
    emit(f"{kept.name}, version {kept.version}: run {run_.id}{', carried on' if done.resumed else ''}")
    emit(f"  {done.equation}")
    emit(f"  new {done.new}, seen again {done.seen_again}, rejected {done.rejected}")
    if run_.absent:
        emit(f"  absent: {', '.join(run_.absent)}")
    for warning in run_.warnings:
        say(f"warning: {warning}")
    for number in done.abandoned:
        say(f"note: run {number} of {kept.name}, of an earlier text or by date, was not finished and is given up")
