"""The searches of a review, one line a file, and one line a run however many batches it took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jak.console import counted

if TYPE_CHECKING:
    from jakdb.store import Store
    from jakdb.words import ImportedFile, Run

__all__ = ["listed"]


def listed(store: Store) -> list[tuple[object, ...]]:
    """Return the rows of `jak search list`, in the order of the files."""
    from jakdb import imports, runs  # noqa: PLC0415 - SQLAlchemy is not for --help

    by_id = {s.id: s for s in imports.searches(store)}
    brought, updates = runs.files_of_runs(store), imports.updates(store)
    of_run: dict[int, list[ImportedFile]] = {}
    lines: list[tuple[int, Run | None, list[ImportedFile]]] = []
    for file in imports.files(store):
        number = brought.get(file.id)
        if number is None:
            lines.append((file.search_id, None, [file]))
        else:
            of_run.setdefault(number, []).append(file)
    lines += [(run.search_id, run, of_run.get(run.id, [])) for run in runs.runs(store)]
    rows: list[tuple[object, ...]] = []
    for search_id, run, files in sorted(lines, key=lambda line: (line[2][0].id if line[2] else 10**9, line[0])):
        search = by_id[search_id]
        ids = [f.id for f in files]
        rows.append(
            (
                search_id,
                search.source,
                search.kind,
                search.searched_on or "",
                search.hits,
                _span(ids),
                files[0].name if run is None else f"run {run.id}: {counted(len(files), 'batch', 'batches')}",
                sum(f.records for f in files),
                sum(f.accepted for f in files),
                sum(f.seen_again for f in files),
                sum(f.rejected for f in files),
                _state(run, files, updates.get(search_id)),
            )
        )
    return rows


def _span(ids: Sequence[int]) -> str:
    """Return file numbers as they are said: one, or the first and the last."""
    return "" if not ids else str(ids[0]) if len(ids) == 1 else f"{ids[0]}-{ids[-1]}"


def _state(run: Run | None, files: Sequence[ImportedFile], updates: int | None) -> str:
    """Return what is not as usual about a line."""
    undone = sum(f.undone for f in files)
    if undone:
        return "undone" if undone == len(files) else f"{undone} undone"
    if updates is not None:
        return f"updates {updates}"
    if run is not None and run.since is not None and run.outcome == "complete":
        return f"since {run.since.isoformat()} only"
    if run is None or run.outcome == "complete":
        return ""
    return run.outcome or f"unfinished: {run.ids - run.fetched - len(run.absent)} to fetch"
