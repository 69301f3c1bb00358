"""`jak search convert`: export files in another format, without a review."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Annotated, cast

import typer

from jak.console import counted, emit_pieces, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaksearch.convert import Converted, Rejected
    from jaksearch.formats import Export

__all__ = ["register"]

SHOWN = 20
IN_MEMORY = 16 << 20
"""Bytes of standard input that are held; the rest goes to a temporary file."""


def register(search: typer.Typer) -> None:
    """Add the command to `jak search`."""
    search.command("convert")(convert)


def convert(
    files: Annotated[
        list[Path], typer.Argument(help="Export files in any format that jak reads; - is standard input.")
    ],
    to: Annotated[str, typer.Option(help="ris, nbib, bib, csl, csv, jsonl, enw or endnote-xml.")],
    format_name: Annotated[str | None, typer.Option("--format", help="Format of the files [default: seen].")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help='Map a CSV column: --column title="Article name" (repeatable).')
    ] = None,
    database: Annotated[str, typer.Option(help="Database that every record is from [default: seen].")] = "",
    rejects: Annotated[
        Path | None, typer.Option(help="Write what could not be read to this file: one JSON object a line.")
    ] = None,
) -> None:
    """Write export files in another format to standard output; no review is needed.

    Every record is kept, none is merged. Records that cannot be read are listed on stderr, and the exit code is 4.
    """
    from jak.parsing import parse_mapping
    from jaksearch import convert as converting
    from jaksearch.formats import open_exports
    from jaksearch.formats.targets import find_target

    target = find_target(to)
    columns = parse_mapping(column or [], option="--column")
    refused = _Refused(keep=rejects is not None)
    with SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        if Path("-") in files:
            shutil.copyfileobj(sys.stdin.buffer, spool)
        # Every file is opened once before anything is written, so that a wrong name does not cut the output short.
        sources = [("standard input", cast("IO[bytes]", spool)) if str(path) == "-" else path for path in files]
        for source in sources:
            with open_exports(source, format=format_name, columns=columns) as exports:
                for _ in exports:
                    pass
        accounts: list[Export] = []
        found = converting.convert(
            sources, format=format_name, columns=columns, database=database, done=accounts.append
        )
        emit_pieces(converting.write(refused.put_aside(found), to=target.name))
    for export in accounts:
        _account(export)
    for reject in refused.first:
        byte = f", byte {reject.offset}" if reject.offset >= 0 else ""
        say(f"rejected: {reject.file}, line {reject.line}{byte}: {reject.reason}")
    if refused.count > SHOWN:
        say(f"… and {refused.count - SHOWN} more; --rejects FILE keeps them all with their text")
    if rejects is not None:
        refused.save(rejects)
    if refused.count:
        raise typer.Exit(4)


class _Refused:
    """The rejects of a conversion: the first of them, and all of them as lines of JSON."""

    def __init__(self, *, keep: bool) -> None:
        self.keep = keep
        self.count = 0
        self.first: list[Rejected] = []
        self.lines: list[str] = []

    def put_aside(self, found: Iterator[Converted | Rejected]) -> Iterator[Converted]:
        """Pass the records on and keep the rejects."""
        import json
        from dataclasses import asdict

        from jaksearch.convert import Rejected

        for one in found:
            if not isinstance(one, Rejected):
                yield one
                continue
            self.count += 1
            if len(self.first) < SHOWN:
                self.first.append(one)
            if self.keep:
                self.lines.append(json.dumps(asdict(one), ensure_ascii=False) + "\n")

    def save(self, path: Path) -> None:
        """Write the lines, whole or not at all."""
        from jak.files import write_whole

        write_whole(path, "".join(self.lines))
        say(f"{path}: {counted(self.count, 'reject')}")


def _account(export: Export) -> None:
    """Say what one file holds, and what was odd in it."""
    say(
        f"{export.name}: {', '.join(filter(None, (export.format, export.encoding, export.database)))}, "
        f"{counted(export.records, 'record')}: "
        f"{export.accepted} accepted, {export.rejected} rejected"
    )
    for warning in export.warnings:
        say(f"note: {export.name}: {warning}")
