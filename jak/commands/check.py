"""`jak search check` and `yield`: test searches with known papers, and see what each line and database brings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from jak.console import counted, emit, emit_json, emit_table, progress, say
from jak.options import Json, ReviewFolder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jak.checking import StrategyChecked
    from jak.database_yield import ReviewYield
    from jak.line_yield import StrategyYield
    from jak.stored_check import StoredChecked
    from jak.strategies import SearchSpec
    from jak.workspace import Review
    from jaksearch.known_items import ItemsRead
    from jaksearch.recall import Recall

__all__ = ["register"]

WIDTH = 100
BY: tuple[Literal["database", "search"], ...] = ("database", "search")


def register(search: typer.Typer) -> None:
    """Add the commands to `jak search`."""
    search.command("check")(check)
    search.command("yield")(yield_)


def check(
    name: Annotated[
        list[str] | None,
        typer.Argument(help="Names of searches in jak.toml, or of databases in the review [default: all searches]."),
    ] = None,
    items: Annotated[
        Path | None,
        typer.Option(help="Known papers: PMIDs, DOIs or titles, a table of them, or an export [default: jak.toml]."),
    ] = None,
    stored: Annotated[
        bool, typer.Option("--stored", help="Look among the records of the review; ask no service.")
    ] = False,
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """Test searches with papers that you know: which are found, and which line, limit or filter loses each other one.

    A search of jak.toml is asked for at its service; nothing has to be run before, and nothing is stored. What other
    databases brought is looked for among the records of the review, by PMID, DOI, then title and year.
    """
    from jak.checking import CAUTION, known_items, strategies_named, together
    from jak.stored_check import check_stored
    from jak.workspace import open_review

    with open_review(review) as opened:
        read = known_items(opened, items)
        specs, others = ((), tuple(name or ())) if stored else strategies_named(opened, name or ())
        held = check_stored(opened, read.items, databases=others) if others or not specs else None
        checked = _check_live(opened, specs, read, is_named=bool(name)) if specs else []
        if held is None and not checked:
            held = check_stored(opened, read.items)
    whole = together(checked)
    if as_json:
        rows = {"items": len(read.items), "problems": read.problems, "repeated": read.repeated}
        emit_json("search check", {**rows, "strategies": checked, "together": whole, "stored": held})
    else:
        for one in checked:
            _show_checked(one)
        if len(checked) > 1 and whole is not None:
            emit(f"together: {_in_words(whole)}")
        if held is not None:
            _show_stored(held)
    for problem in read.problems:
        say(f"not taken: line {problem}")
    if read.repeated:
        say(f"note: {counted(read.repeated, 'row')} of the list named a paper again")
    say(f"note: {CAUTION}")
    standings = [i.standing for one in checked for i in one.items] + [i.standing for i in (held.items if held else ())]
    if read.problems or "unresolved" in standings:
        raise typer.Exit(4)
    if "found" not in standings:
        raise typer.Exit(3)


def yield_(
    name: Annotated[
        list[str] | None,
        typer.Argument(help="Names of searches in jak.toml: what each of their lines brings, asked at the service."),
    ] = None,
    terms: Annotated[
        bool, typer.Option("--terms", help="Each term of a line as well; it takes more requests.")
    ] = False,
    by: Annotated[str, typer.Option(help="Without a name: database, or search.")] = "database",
    stage: Annotated[
        str, typer.Option(metavar="fulltext|abstract", help="Where a report counts as included.")
    ] = "fulltext",
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """Show what each database brought that no other one did, and how many reports are read for one that is included.

    With the name of a search: what each of its lines, limits and filters brings or takes out, by counts of the service.
    """
    from jak.database_yield import review_yield
    from jak.parsing import parse_choice
    from jak.screening import parse_stage
    from jak.workspace import open_review
    from jakdb.errors import UsageError

    with open_review(review) as opened:
        if name:
            found = _lines(opened, name, terms=terms)
            if as_json:
                emit_json("search yield", {"searches": found})
            else:
                for one in found:
                    _show_lines(one)
            if not any(one.hits for one in found):
                raise typer.Exit(3)
            return
        if terms:
            raise UsageError("--terms needs the name of a search", hint="`jak search yield NAME --terms`")
        whole = review_yield(opened, stage=parse_stage(stage), by=parse_choice(by, BY, option="--by"))
    if as_json:
        emit_json("search yield", whole)
    elif whole.sources:
        _show_yield(whole)
    if not whole.sources:
        say("Nothing has been searched or imported yet.")
        raise typer.Exit(3)


def _check_live(
    opened: Review, specs: Sequence[SearchSpec], read: ItemsRead, *, is_named: bool
) -> list[StrategyChecked]:
    """Ask the service of each strategy; each service is asked once which papers it holds."""
    from jak.checking import check_strategy, knows_papers
    from jak.connecting import connect, connection, missing_of
    from jakdb.errors import UsageError

    through = connection()
    for advice in missing_of(through):
        say(f"note: {advice}")
    resolved = {}
    checked = []
    for spec in specs:
        source = connect(spec.source, through)
        try:
            service = knows_papers(source)
        except UsageError as error:
            if is_named:
                raise
            say(f"note: {spec.name} is left out: {error}")
            continue
        with progress(spec.name) as tick:
            if spec.source not in resolved:
                resolved[spec.source] = service.resolve([item.record for item in read.items], tick=tick)
            checked.append(check_strategy(spec, source, read.items, resolved[spec.source], tick=tick))
    return checked


def _lines(opened: Review, names: Sequence[str], *, terms: bool) -> list[StrategyYield]:
    """Ask the service of each strategy what its lines bring."""
    from jak.checking import strategies_named
    from jak.connecting import connect, connection, missing_of
    from jak.line_yield import included_pmids, requests_of, strategy_yield
    from jak.searching import is_rush_hour

    specs, others = strategies_named(opened, names)
    for other in others:
        opened.settings.searches.strategy(other)
    through = connection()
    for advice in missing_of(through):
        say(f"note: {advice}")
    included = included_pmids(opened.snapshot())
    found = []
    requests = sum(requests_of(spec, terms=terms, included=bool(included)) for spec in specs)
    if is_rush_hour(requests, opened.store.now()):
        say(f"note: about {requests} requests; NCBI asks for over 100 at night (21:00-5:00 US Eastern) or on weekends")
    for spec in specs:
        with progress(spec.name) as tick:
            found.append(strategy_yield(spec, connect(spec.source, through), included, terms=terms, tick=tick))
    return found


def _in_words(recall: Recall | None) -> str:
    """Say a recall with its interval."""
    if recall is None:
        return "none of them is there"
    share, low, high = (f"{100 * value:.1f}" for value in (recall.share, recall.low, recall.high))
    return f"{recall.found} of {recall.of} found, {share} % (95 % interval {low} to {high} %)"


def _show_checked(one: StrategyChecked) -> None:
    """Print what a strategy finds of the known papers."""
    emit(f"{one.strategy} ({one.source}): known papers in {one.database}: {_in_words(one.recall)}")
    if one.recall is not None:
        emit_table(("line", "finds", "query"), [(x.label, x.finds, x.query) for x in one.lines], right=(1,))
    for item in one.that_are("missed"):
        also = "" if item.name == f"PMID {item.id}" else f", {one.database} {item.id}"
        emit(f"missed: {item.name}{also} (line {item.line} of the list): {'; '.join(item.why)}")
        emit(f"  {item.title}")
        for what, words in (("MeSH", item.mesh), ("keywords", item.keywords)):
            emit(f"  {what}: {'; '.join(word.lstrip('*') for word in words) or 'none'}")
        if not item.has_abstract:
            emit("  no abstract")
    for item in one.that_are("absent"):
        emit(f"not in {one.database}: {item.name} (line {item.line} of the list): {'; '.join(item.why)}")
    for item in one.that_are("unresolved"):
        emit(f"unresolved: {item.name} (line {item.line} of the list): {'; '.join(item.why)}")
    if one.repeated:
        say(f"note: {counted(one.repeated, 'row')} of the list named a paper again, by another number")


def _show_stored(held: StoredChecked) -> None:
    """Print what the databases of the review brought of the known papers."""
    emit(f"known papers in the review: {_in_words(held.recall)}")
    rows: list[tuple[object, ...]] = []
    for one in held.databases:
        recall = one.recall
        shares = [f"{100 * v:.1f}" for v in (recall.share, recall.low, recall.high)] if recall else ["", "", ""]
        rows.append((one.database, recall.found if recall else 0, shares[0], f"{shares[1]}-{shares[2]}", one.only_here))
    emit_table(("database", "found", "%", "95 % interval", "only here"), rows, right=(1, 2, 3, 4))
    for item in held.items:
        where = f"{item.name} (line {item.line} of the list)"
        if item.standing == "missing":
            emit(f"not in the review: {where}")
        elif item.standing == "unresolved":
            emit(f"unresolved: {where}: {item.why}")
        elif "excluded" in item.state or "removed" in item.state:
            emit(f"in the review, but {item.state}: {where}, report {', '.join(map(str, item.reports))}")


def _show_lines(one: StrategyYield) -> None:
    """Print what the lines of a strategy bring."""
    emit(f"{one.strategy} ({one.source}): {counted(one.hits, 'record')}")
    if one.included is not None:
        papers = f"{one.included} of the review's {counted(one.known, 'included paper')} with a PMID"
        emit(f"  finds {papers}{_for_one(one.read_for_one)}")
    heads = ["part", "finds", "without it", "only by it", "takes out", "query"]
    rows: list[list[object]] = [[x.name, x.hits, x.without, x.only, x.removes, x.query[:WIDTH]] for x in one.lines]
    if one.included is not None:
        heads[4:4] = ["included", "to read"]
        for row, x in zip(rows, one.lines, strict=True):
            row[4:4] = [x.only_included, _number(x.read_for_one)]
    if rows:
        emit_table(heads, rows, right=range(1, len(heads) - 1))
    if one.note:
        say(f"caution: {one.note}")
    if one.included is None:
        say("note: no report with a PMID is included yet, so nothing tells which of these records are wanted")


def _show_yield(whole: ReviewYield) -> None:
    """Print what the databases brought."""
    heads = (
        "source",
        "records",
        "reports",
        "only here",
        "screened",
        "included",
        "included only here",
        "precision %",
        "number needed to read",
    )
    rows = [
        (
            x.name,
            x.records,
            x.reports,
            x.only_here if x.kind else "",
            x.screened,
            x.included,
            x.only_here_included if x.kind else "",
            "" if x.precision is None else f"{100 * x.precision:.1f}",
            _number(x.read_for_one),
        )
        for x in (*whole.sources, whole.together)
    ]
    emit_table(heads, rows, right=(1, 2, 3, 4, 5, 6, 7, 8))
    if whole.open:
        say(f"note: {counted(whole.open, 'report')} still to decide on, so included ones and what follows will change")


def _number(value: float | None) -> str:
    """Return a number needed to read with one decimal; nothing if there is none."""
    return "" if value is None else f"{value:.1f}"


def _for_one(value: float | None) -> str:
    """Say a number needed to read."""
    return "" if value is None else f", number needed to read {value:.1f}"
