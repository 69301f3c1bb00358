"""`jak search citations`: from papers of the review to their references and to the papers that cite them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jak.console import counted, emit, emit_json, emit_table, progress, say
from jak.options import As, DryRun, Json, ReviewFolder

if TYPE_CHECKING:
    from jak.citation_rounds import NotChased, RoundSeed
    from jak.citation_searching import Plan, Reached
    from jak.searching import RunResult

__all__ = ["register"]

WIDTH = 60
DIRECTIONS = ("both", "backward", "forward")
SOURCES = ("pubmed", "openalex", "both")
MEANT = {"both": ("backward", "forward"), "backward": ("backward",), "forward": ("forward",)}
ASKED = {"both": ("pubmed", "openalex"), "pubmed": ("pubmed",), "openalex": ("openalex",)}


def register(search: typer.Typer) -> None:
    """Add the command to `jak search`."""
    search.command("citations")(citations)


def citations(
    of: Annotated[
        list[str] | None,
        typer.Option(
            "--of",
            metavar="WHICH",
            help="included, fulltext (included there), sought (for retrieval), report numbers (12,15), pmid:123, "
            "a DOI, or a file of PMIDs, DOIs or titles (repeatable) [default: included].",
        ),
    ] = None,
    direction: Annotated[
        str, typer.Option(help="backward (their references), forward (papers that cite them), or both.")
    ] = "both",
    source: Annotated[str, typer.Option(help="pubmed, openalex, or both.")] = "pubmed",
    again: Annotated[bool, typer.Option("--again", help="Also start from papers of earlier rounds again.")] = False,
    review: ReviewFolder = None,
    by: As = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Follow the citations of reports, and bring in what they lead to as records by other methods.

    Each round starts from papers that no earlier round started from. What could not be found in the source is listed
    with the reason. --dry-run counts the links of each paper, and how many of them are in the review already.
    """
    from jak.citation_searching import carried_on, chase, plan, reached
    from jak.citation_seeds import seeds_of
    from jak.connecting import connect, connection, missing_of
    from jak.parsing import parse_choice
    from jak.searching import busy_hours
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakdb.errors import UsageError

    directions: Any = MEANT[parse_choice(direction, DIRECTIONS, option="--direction")]
    names = ASKED[parse_choice(source, SOURCES, option="--source")]
    asked: list[dict[str, Any]] = []
    carried: list[dict[str, Any]] = []
    results: list[RunResult] = []
    with open_review(review) as opened:
        snapshot = opened.snapshot()
        seeds, unread = seeds_of(snapshot, of or ["included"])
        if not seeds and not unread:
            raise UsageError(
                "there is no paper to start from: no report is included yet",
                hint="screen first, or name papers: --of 12,15, --of sought, --of FILE",
            )
        ways = {name: connection(name) for name in names}
        for advice in dict.fromkeys(advice for way in ways.values() for advice in missing_of(way)):
            say(f"note: {advice}")
        fetch_to_come = busy_hours(opened.store.now, say)
        for name in names:
            index = connect(name, ways[name])
            before = partial(fetch_to_come, name)
            if not dry_run:
                with progress(name) as tick:
                    ended = carried_on(opened.store, index, by=reviewer_name(by), before=before, tick=tick)
                for one, done in ended:
                    carried.append({"source": name, "round": one.number, "run": done})
                    results.append(done)
                    if not as_json:
                        emit(f"{index.database}, round {one.number}: carried on")
                        _show_run(one.number, done)
            with progress(name) as tick:
                found = plan(opened.store, seeds, index, directions=directions, unread=unread, again=again, tick=tick)
            known = reached(snapshot, found, index) if dry_run else None
            if not as_json:
                _show_plan(found, known)
            result = None
            if not dry_run and found.has_news:
                with progress(name) as tick:
                    result = chase(opened.store, found, index, by=reviewer_name(by), before=before, tick=tick)
                if not as_json:
                    _show_run(found.number, result)
                results.append(result)
            asked.append(_row(found, known, result))
            _say_notes(found)
    if as_json:
        emit_json("search citations", {"dry_run": dry_run, "sources": asked, "carried_on": carried})
    if dry_run:
        say("Nothing was fetched or stored (--dry-run).")
    _end(asked, results)


def _end(asked: list[dict[str, Any]], results: list[RunResult]) -> None:
    """End with the code that fits: 5 for a shortfall, 4 for a paper that no source had, 3 if nothing was found."""
    from jakdb.errors import ShortfallError

    short = [one for one in results if not one.is_complete]
    if short:
        raise ShortfallError(
            "; ".join(f"{one.strategy.name}: {one.equation}" for one in short),
            hint="what arrived is stored; `jak search citations --again` asks for all of it once more",
        )
    if any(one.rejected for one in results) or set.intersection(*({x.label for x in a["not_chased"]} for a in asked)):
        raise typer.Exit(4)
    if not any(one["found"] for one in asked) and not any(one.run.count for one in results):
        raise typer.Exit(3)


def _row(found: Plan, known: Reached | None, result: RunResult | None) -> dict[str, Any]:
    """Return one source for --json."""
    return {
        "source": found.source,
        "database": found.database,
        "round": found.number,
        "directions": found.directions,
        "seeds": found.seeds,
        "not_chased": found.not_chased,
        "chased_before": found.before,
        "warnings": found.warnings,
        "found": len(found.ids),
        "in_review": known.in_review if known is not None else None,
        "in_review_of_seed": known.seeds if known is not None else None,
        "run": result,
    }


def _show_plan(found: Plan, known: Reached | None) -> None:
    """Print the papers of a round and the number of their links."""
    before = f" ({counted(len(found.before), 'paper')} of earlier rounds left out)" if found.before else ""
    ways = " and ".join(found.directions)
    emit(f"{found.database}, round {found.number}: {ways} from {counted(len(found.seeds), 'paper')}{before}")
    if found.seeds:
        heads = ["paper", "references", "citing", *(["in the review"] if known is not None else []), "title"]
        rows = [_line(seed, known) for seed in found.seeds]
        emit_table(heads, rows, right=(1, 2, 3) if known is not None else (1, 2))
    if known is not None:
        emit(f"  {counted(known.found, 'paper')} in all, each once: {known.in_review} in the review already")


def _line(seed: RoundSeed, known: Reached | None) -> list[object]:
    """Return a paper as a row; a direction that was not asked for stays empty."""
    here = [known.seeds[seed.label]] if known is not None else []
    return [seed.label, seed.backward, seed.forward, *here, seed.title[:WIDTH]]


def _show_run(number: int, done: RunResult) -> None:
    """Print the account of a run."""
    emit(f"  {done.equation}")
    emit(
        f"  round {number}: {done.new} new, {done.seen_again} seen again, {done.rejected} rejected (run {done.run.id})"
    )
    if done.run.absent:
        emit(f"  absent: {', '.join(done.run.absent)}")


def _say_notes(found: Plan) -> None:
    """Say what a person must look after."""
    for warning in found.warnings:
        say(f"note: {warning}")
    for one in found.not_chased:
        say(f"not chased: {_named(one)}: {one.reason}")
    if not found.seeds and found.before:
        say(f"No paper is new; --again starts from these again: {', '.join(found.before)}")


def _named(one: NotChased) -> str:
    """Name a paper that could not be started from."""
    return f"{one.label} ({one.title[:WIDTH]})" if one.title else one.label
