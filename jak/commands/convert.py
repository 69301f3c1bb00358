"""`jak search convert`: export files in another format, without a review."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jak.console import counted, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaksearch.convert import Converted, Rejected
    from jaksearch.formats import FileReading

__all__ = ["register"]

SHOWN = 20


def register(search: typer.Typer) -> None:
    """Add the command to `jak search`."""
    search.command("convert")(convert)


def convert(
    files: Annotated[
        list[Path], typer.Argument(help="Export files in any format that jak reads; - is standard input.")
    ],
    to: Annotated[str, typer.Option(help="ris, nbib, bib, csl, csv, jsonl or enw.")],
    format_name: Annotated[str | None, typer.Option("--format", help="Format of the files [default: seen].")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help='Map a CSV column: --column title="Article name" (repeatable).')
    ] = None,
) -> None:
    """Write export files in another format to standard output; no review is needed.

    Every record is kept, none is merged. Records that cannot be read are listed on stderr, and the exit code is 4.
    """
    from jak.parsing import parse_mapping
    from jakdb.errors import InputError
    from jaksearch import convert as converting
    from jaksearch.formats.targets import find_target

    target = find_target(to)
    for path in files:
        if str(path) != "-" and not path.exists():
            raise InputError(f"{path} does not exist", hint="check the name; nothing was written")
    rejected: list[Rejected] = []
    found = converting.convert(
        (("standard input", sys.stdin.buffer.read()) if str(path) == "-" else path for path in files),
        format=format_name,
        columns=parse_mapping(column or [], option="--column"),
        done=_account,
    )
    for piece in converting.write(_kept(found, rejected), to=target.name):
        sys.stdout.write(piece)
    for reject in rejected[:SHOWN]:
        say(f"rejected: {reject.file}, line {reject.line}: {reject.reason}")
    if len(rejected) > SHOWN:
        say(f"… and {len(rejected) - SHOWN} more")
    if rejected:
        raise typer.Exit(4)


def _kept(found: Iterator[Converted | Rejected], rejected: list[Rejected]) -> Iterator[Converted]:
    """Pass the records on and put the rejects aside."""
    from jaksearch.convert import Converted

    for one in found:
        if isinstance(one, Converted):
            yield one
        else:
            rejected.append(one)


def _account(reading: FileReading) -> None:
    """Say what one file holds, and what was odd in it."""
    say(
        f"{reading.name}: {reading.format}, {counted(len(reading.records), 'record')}: "
        f"{len(reading.accepted)} accepted, {len(reading.rejects)} rejected"
    )
    for warning in reading.warnings:
        say(f"note: {reading.name}: {warning}")
