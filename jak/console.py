"""What reaches the terminal: data on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

__all__ = [
    "ReaderGoneError",
    "Tick",
    "counted",
    "emit",
    "emit_json",
    "emit_pieces",
    "emit_table",
    "json_text",
    "progress",
    "say",
    "say_error",
]

Tick = Callable[[int, int], None]
SCHEMA_VERSION = 1


class ReaderGoneError(Exception):
    """The reader of a pipe (head, less) has seen enough."""


def counted(n: int, noun: str, many: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "study", "studies"), counted(2, "study", "studies"), counted(0, "arm")
    ('1 study', '2 studies', '0 arms')
    """
    return f"{n} {noun if n == 1 else many or noun + 's'}"


def emit(text: str = "") -> None:
    """Print a line of data to stdout."""
    try:
        sys.stdout.write(f"{text}\n")
    except BrokenPipeError:
        # Not let through: Typer would end with code 1 before our own handler sees it.
        raise ReaderGoneError from None


def emit_pieces(pieces: Iterable[str]) -> None:
    """Print pieces of data to stdout as they are, one after the other."""
    try:
        for piece in pieces:
            sys.stdout.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None


def say(text: str = "") -> None:
    """Print a line that is no data (progress, advice) to stderr."""
    sys.stderr.write(f"{text}\n")


def say_error(message: str, hint: str = "", problems: Iterable[str] = ()) -> None:
    """Print an error: what, where, and the way out."""
    say(f"jak: {message}")
    for problem in problems:
        say(f"  - {problem}")
    if hint:
        say(f"  {hint}")


def emit_json(command: str, payload: Any) -> None:
    """Print one JSON object: the command's name, the version of the schema, then the payload's keys."""
    emit(json_text(command, payload))


def json_text(command: str, payload: Any) -> str:
    """Return what `emit_json` prints."""
    body = _plain(payload)
    if not isinstance(body, dict):
        body = {"rows": body}
    return json.dumps({"command": command, "schema_version": SCHEMA_VERSION, **body}, ensure_ascii=False, indent=2)


def emit_table(headings: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[int] = ()) -> None:
    """Print an aligned table; the columns in `right` are numbers. Wide characters count as two columns."""
    from rich.cells import cell_len  # noqa: PLC0415 - Rich loads a while and --help needs none

    shown = [["" if v is None else str(v).replace("\n", " ") for v in row] for row in rows]
    widths = [max(cell_len(line[i]) for line in (list(headings), *shown)) for i in range(len(headings))]

    def draw(line: Sequence[str]) -> str:
        cells = []
        for i, text in enumerate(line):
            pad = " " * (widths[i] - cell_len(text))
            cells.append(pad + text if i in right else text + pad)
        return "  ".join(cells).rstrip()

    emit(draw(list(headings)))
    emit("  ".join("-" * w for w in widths))
    for line in shown:
        emit(draw(line))


@contextmanager
def progress(label: str, *, in_bytes: bool = False) -> Iterator[Tick]:
    """Show a bar with rate and remaining time on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    done = DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), done, TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None, rate="")
        started = time.monotonic()

        def tick(done: int, total: int) -> None:
            rate = done / max(time.monotonic() - started, 1e-3)
            shown = f"{rate / 1e6:,.1f} MB/s" if in_bytes else f"{rate:,.0f}/s"
            bar.update(task, completed=done, total=total, rate=shown)

        yield tick


def _plain(value: Any) -> Any:
    """Return dataclasses, dates and paths as what JSON knows."""
    if is_dataclass(value) and not isinstance(value, type):
        return {k: _plain(v) for k, v in asdict(value).items()}
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return value
