"""What each search gave: the records that it retrieved, those known already, and those that it brought first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jakdb.store import Store
    from jakdb.words import SourceKind

__all__ = ["SearchAccount", "search_accounts"]


@dataclass(frozen=True, slots=True)
class SearchAccount:
    """One search in force, of a run or of imported files.

    Over all searches, `new` adds up to the records identified in a flow that counts each record once, and
    ``known + new`` to those of a flow that counts per run.

    Attributes
    ----------
    run : int or None
        The run that made the search; ``None`` for imported files.
    purpose : str
        ``run``, ``refresh`` or ``import``.
    retrieved, known, new, rejected : int
        ``retrieved == known + new + rejected``: records in files that are not undone; those that the same or an earlier
        file in force holds already; those that it brought first; those that could not be taken.
    """

    search: int
    source: str
    platform: str
    kind: SourceKind
    searched_on: date | None
    run: int | None
    purpose: str
    retrieved: int
    known: int
    new: int
    rejected: int


def search_accounts(store: Store) -> tuple[SearchAccount, ...]:
    """Return the account of every search in force, in the order in which they were made.

    It follows from the files in force now: if an import is undone, what it had brought first is new in the next file
    that holds it.
    """
    from jakdb import imports, runs  # noqa: PLC0415 - SQLAlchemy is not for --help

    came: dict[int, int] = {}
    new: dict[int, int] = {}
    seen: set[int] = set()
    for record, search in imports.retrieved(store):
        came[search] = came.get(search, 0) + 1
        if record not in seen:
            seen.add(record)
            new[search] = new.get(search, 0) + 1
    rejected: dict[int, int] = {}
    for file in imports.files(store):
        if not file.undone:
            rejected[file.search_id] = rejected.get(file.search_id, 0) + file.rejected
    made_by = {run.search_id: run for run in runs.runs(store)}
    accounts = []
    for one in imports.searches(store):
        if one.undone:
            continue
        run = made_by.get(one.id)
        taken, refused = came.get(one.id, 0), rejected.get(one.id, 0)
        accounts.append(
            SearchAccount(
                search=one.id,
                source=one.source,
                platform=one.platform,
                kind=one.kind,
                searched_on=one.searched_on,
                run=run.id if run else None,
                purpose=run.purpose if run else "import",
                retrieved=taken + refused,
                known=taken - new.get(one.id, 0),
                new=new.get(one.id, 0),
                rejected=refused,
            )
        )
    return tuple(accounts)
