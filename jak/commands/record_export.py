"""`jak search export`: records leave the review in the formats that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jak.console import counted, emit, emit_json, emit_pieces, say
from jak.options import Json, ReviewFolder

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["register"]


def register(search: typer.Typer) -> None:
    """Add the command to `jak search`."""
    search.command("export")(export)


def export(
    to: Annotated[
        str,
        typer.Option(help="jsonl, ris, csv, bib, nbib, csl, enw or endnote-xml [default: as the file's name ends]."),
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write [default: standard output].")
    ] = None,
    searches: Annotated[
        list[int] | None, typer.Option("--search", help="Number of a search, see `jak search list` (repeatable).")
    ] = None,
    runs: Annotated[list[int] | None, typer.Option("--run", help="Number of a run (repeatable).")] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", "--database", help="Database or register (repeatable).")
    ] = None,
    new_in: Annotated[
        int | None, typer.Option("--new-in", metavar="RUN", help="Only records that nothing before this run brought.")
    ] = None,
    only: Annotated[str, typer.Option(help="all, or included: records of included reports.")] = "all",
    reports: Annotated[
        bool, typer.Option("--reports", help="One record for each report, with all its accession numbers.")
    ] = False,
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """Write records of the review for other programs; options narrow down which, decisions stay behind.

    `jak screen export` writes the decisions. JSONL and CSV hold a record exactly; what another format has no place for
    is counted on stderr.
    """
    from jak.files import write_pieces
    from jak.parsing import parse_choice
    from jak.record_export import Choice, export_records, target_of
    from jak.workspace import open_review
    from jakdb.errors import UsageError

    if as_json and output is None:
        raise UsageError("--json and the records cannot both go to standard output", hint="name a file with -o")
    target = target_of(to, output)
    choice = Choice(
        searches=tuple(searches or ()),
        runs=tuple(runs or ()),
        sources=tuple(source or ()),
        new_in=new_in,
        only=parse_choice(only, ("all", "included"), option="--only"),
        reports=reports,
    )

    def write(pieces: Iterable[str]) -> None:
        if output is None:
            emit_pieces(pieces)
        else:
            write_pieces(output, pieces)

    with open_review(review) as opened:
        done = export_records(opened, choice, write, to=target, file=output)
    if as_json:
        emit_json("search export", done)
    if not done.written:
        say("No record is meant, so nothing was written.")
        raise typer.Exit(3)
    noun = "report" if reports else "record"
    if output is not None and not as_json:
        emit(f"{output}: {counted(done.written, noun)}")
    for field, count in done.lost:
        say(f"note: {target} has no place for {field} ({counted(count, noun)})")
