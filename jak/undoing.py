"""Take a file, a run or a whole search back, and say exactly what that took out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jak.console import counted
from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jakdb.store import Store
    from jakdb.words import ImportedFile

__all__ = ["TakenBack", "undo_import"]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What an undo took out.

    Attributes
    ----------
    file : ImportedFile or None
        The file, if one was named.
    files : tuple of ImportedFile
        Those that were taken back now.
    before : int
        Files of the search that had been taken back before.
    records_gone, records_kept : int
        Records of the files that left the review, and those that stay because another file holds them.
    decisions_kept : int
        Decisions on the records that left.
    given_up : int or None
        The unfinished run that ended with it.
    """

    what: str
    file: ImportedFile | None
    files: tuple[ImportedFile, ...]
    before: int
    records_gone: int
    records_kept: int
    decisions_kept: int
    given_up: int | None
    dry_run: bool

    @property
    def sentence(self) -> str:
        """The account in words."""
        seen = f", {self.records_kept} stay with another file" if self.records_kept else ""
        before = f"; {counted(self.before, 'file')} had been taken back before" if self.before else ""
        run = f"; run {self.given_up} was not finished and is given up" if self.given_up is not None else ""
        return (
            f"{self.what}: {counted(self.records_gone, 'record')} left the review{seen}, "
            f"{counted(self.decisions_kept, 'decision')} on them kept{before}{run}"
        )


def undo_import(
    store: Store, *, file: int | None, run: int | None, search: int | None, by: str, dry_run: bool = False
) -> TakenBack:
    """Take one file back, or every file of a run or a search, in one transaction.

    Raises
    ------
    UsageError
        If not exactly one of them is named, or there is nothing to take back.
    """
    from jakdb import imports, runs, undoing  # noqa: PLC0415 - SQLAlchemy is not for --help

    if sum(one is not None for one in (file, run, search)) != 1:
        raise UsageError("say what to take back: FILE, --run N or --search N", hint="`jak search list` shows them")
    if file is not None:
        undone = imports.undo_file(store, file, by=by, keep=not dry_run)
        return TakenBack(
            what=undone.file.name,
            file=undone.file,
            files=(undone.file,),
            before=0,
            records_gone=undone.records_gone,
            records_kept=undone.records_kept,
            decisions_kept=undone.decisions_kept,
            given_up=None,
            dry_run=dry_run,
        )
    what = f"search {search}"
    if run is not None:
        found = next((r for r in runs.runs(store) if r.id == run), None)
        if found is None:
            raise UsageError(f"there is no run {run}", hint="`jak search list` shows them")
        search, what = found.search_id, f"run {run}"
    whole = undoing.undo_search(store, search or 0, by=by, keep=not dry_run)
    return TakenBack(
        what=f"{what} ({whole.search.source}, {counted(len(whole.files), 'file')})",
        file=None,
        files=whole.files,
        before=whole.before,
        records_gone=whole.records_gone,
        records_kept=whole.records_kept,
        decisions_kept=whole.decisions_kept,
        given_up=whole.given_up,
        dry_run=dry_run,
    )
