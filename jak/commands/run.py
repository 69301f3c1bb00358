"""`jak search run`, `pubmed`, its like and `log`: search a service, and account for every search of the review."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jak.console import counted, emit, emit_json, emit_table, json_text, progress, say
from jak.options import As, DryRun, Json, ReviewFolder

if TYPE_CHECKING:
    from jak.searching import Looked, RunResult
    from jak.strategies import SearchSpec
    from jak.workspace import Review

__all__ = ["register", "search_for"]


OTHERS = {
    "europepmc": ("Europe PMC", "as typed into Europe PMC"),
    "clinicaltrials": ("ClinicalTrials.gov", "in the words of its expert search"),
    "openalex": ("OpenAlex", "words with AND, OR, NOT, and filter:NAME:VALUE behind them"),
    "crossref": ("Crossref", "words, any of which count, and filter:NAME:VALUE behind them"),
}
"""Source -> its name, and what a query to it is."""


def register(search: typer.Typer) -> None:
    """Add the commands to `jak search`."""
    search.command("run")(run)
    search.command("pubmed")(pubmed)
    for name, (title, query) in OTHERS.items():
        search.command(name)(_asking(name, title, query))
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
    _ad_hoc("pubmed", query, review=review, by=by, dry_run=dry_run, as_json=as_json)


def _asking(source: str, title: str, words: str) -> Callable[..., None]:
    """Return the command that searches one source for a query."""

    def ask(
        query: str,
        review: ReviewFolder = None,
        by: As = None,
        dry_run: DryRun = False,
        as_json: Json = False,
    ) -> None:
        _ad_hoc(source, query, review=review, by=by, dry_run=dry_run, as_json=as_json)

    # An annotation written above could not name what this function is given.
    ask.__annotations__["query"] = Annotated[str, typer.Argument(help=f"The query, {words}, or @FILE that holds it.")]
    ask.__doc__ = f"Search {title} for a query; it is kept as a strategy, as by `jak search pubmed`."
    return ask


def _ad_hoc(source: str, query: str, *, review: Path | None, by: str | None, dry_run: bool, as_json: bool) -> None:
    """Search a source for a query, and keep it as a strategy."""
    from jak.parsing import text_or_file
    from jak.searching import kept_search
    from jak.workspace import open_review

    with open_review(review) as opened:
        spec = kept_search(opened.store, source, text_or_file(query))
        search_for(opened, [spec], by=by, dry_run=dry_run, as_json=as_json, command=f"search {source}")


def log(
    to: Annotated[
        Path | None, typer.Option("--to", help="File to write: .md, .docx or .json [default: print Markdown].")
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
    from jak.search_log_docx import as_docx, check_docx
    from jak.search_log_text import as_markdown
    from jak.workspace import open_review

    known = ("md", "docx", "json")
    kind = parse_choice(to.suffix.lstrip(".") or "md", known, option="--to") if to is not None else "md"
    if kind == "docx":
        check_docx()
    with open_review(review) as opened:
        found = search_log(opened)
    if to is not None:
        content: str | bytes
        if kind == "docx":
            content = as_docx(found)
        else:
            content = as_markdown(found) if kind == "md" else json_text("search log", found) + "\n"
        write_whole(to, content)
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
    from jak.searching import busy_hours, look, run_search
    from jak.settings import reviewer_name
    from jakdb.errors import ShortfallError

    ways = {source: connection(source) for source in dict.fromkeys(spec.source for spec in chosen)}
    for advice in dict.fromkeys(advice for way in ways.values() for advice in missing_of(way)):
        say(f"note: {advice}")
    fetch_to_come = busy_hours(opened.store.now, say)
    looked: list[Looked] = []
    done: list[RunResult] = []
    for spec in chosen:
        source = connect(spec.source, ways[spec.source])
        if dry_run:
            looked.append(look(spec, source, since=(since or {}).get(spec.name)))
            fetch_to_come(source.name, looked[-1].batches)
            if not as_json:
                _show_looked(looked[-1])
            continue
        before = partial(fetch_to_come, source.name)
        with progress(spec.name) as tick:
            done.append(run_search(opened.store, spec, by=reviewer_name(by), source=source, before=before, tick=tick))
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
