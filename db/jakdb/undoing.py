"""Take a whole search back: every file of it, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, select

from jakdb import tables as t
from jakdb.errors import UsageError
from jakdb.imports import _files, _searches, take_back
from jakdb.store import Store, append
from jakdb.words import ImportedFile, SearchRun

__all__ = ["UndoneSearch", "undo_search"]


@dataclass(frozen=True, slots=True)
class UndoneSearch:
    """What the undo of a whole search took out.

    Attributes
    ----------
    files : tuple of ImportedFile
        Its files that were taken back now.
    before : int
        Files of it that had been taken back before.
    records_gone, records_kept : int
        Records of these files that left the review, and those that another file holds too.
    decisions_kept : int
        Decisions on the records that left; they count again if a record comes back.
    given_up : int or None
        The unfinished run that ended with it.
    """

    search: SearchRun
    files: tuple[ImportedFile, ...]
    before: int
    records_gone: int
    records_kept: int
    decisions_kept: int
    given_up: int | None


def undo_search(store: Store, search_id: int, *, by: str, keep: bool = True) -> UndoneSearch:
    """Take every file of a search back by one more event each; a run of it that is not finished is given up.

    Parameters
    ----------
    keep : bool
        Without it nothing is changed, and only the account is returned.

    Raises
    ------
    UsageError
        If there is no such search, or nothing of it is left to be taken back.
    """
    with store.write() as connection:
        at = store.now()
        search = next((s for s in _searches(connection) if s.id == search_id), None)
        if search is None:
            raise UsageError(f"there is no search {search_id}", hint="`jak search list` shows them")
        ended = exists().where(t.run_ends.c.run_id == t.runs.c.id)
        open_run = connection.execute(select(t.runs.c.id).where(t.runs.c.search_id == search_id, ~ended)).scalar()
        own = [f for f in _files(connection) if f.search_id == search_id]
        standing = tuple(f for f in own if not f.undone)
        if not standing and open_run is None:
            said = "was undone before" if own else "holds no file"
            raise UsageError(f"search {search_id} ({search.source}) {said}", hint="nothing was changed")
        if open_run is not None:
            # Its batches would not be fetched again, so that the rest alone would pass for the whole.
            row = {"run_id": open_run, "outcome": "abandoned", "message": "taken back before it was finished"}
            append(connection, t.run_ends, {**row, "by": by, "at": at})
        gone, stay, decided = take_back(connection, [f.id for f in standing], by=by, at=at)
        if not keep:
            connection.get_transaction().rollback()  # type: ignore[union-attr] # write() has begun one
    return UndoneSearch(search, standing, len(own) - len(standing), gone, stay, decided, open_run)
