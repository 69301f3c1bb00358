"""Look for known papers among the records of a review: what each database brought of them, however it was searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jak.looking_again import state_in_words
from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.workspace import Review, Snapshot
    from jaksearch.known_items import KnownItem
    from jaksearch.recall import Recall
    from jaksearch.same_paper import Held

__all__ = ["DatabaseChecked", "StoredChecked", "StoredItem", "check_stored", "source_names"]


@dataclass(frozen=True, slots=True)
class DatabaseChecked:
    """What one database brought of the known papers; `only_here` counts those that no other database did."""

    database: str
    recall: Recall | None
    only_here: int


@dataclass(frozen=True, slots=True)
class StoredItem:
    """A known paper in the review.

    Attributes
    ----------
    standing : str
        ``found``; ``missing`` from the review; ``unresolved`` (which report it is, a person must say).
    reports : tuple of int
        The reports that it is; several, if duplicates of it were not merged.
    databases : tuple of str
        Which brought it.
    state : str
        Where its report stands, as `state_in_words` says it.
    """

    line: int
    name: str
    standing: Literal["found", "missing", "unresolved"]
    reports: tuple[int, ...] = ()
    title: str = ""
    databases: tuple[str, ...] = ()
    state: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class StoredChecked:
    """What the review holds of the known papers; unresolved ones are left out of every recall."""

    recall: Recall | None
    databases: tuple[DatabaseChecked, ...]
    items: tuple[StoredItem, ...]


def source_names(review: Review) -> tuple[str, ...]:
    """Return the databases and registers whose searches are in the review, as they were first named."""
    from jakdb import imports  # noqa: PLC0415 - SQLAlchemy is not for --help

    names = {s.source.casefold(): s.source for s in reversed(imports.searches(review.store)) if not s.undone}
    return tuple(reversed(names.values()))


def check_stored(review: Review, items: Sequence[KnownItem], *, databases: Sequence[str] = ()) -> StoredChecked:
    """Find known papers among the records by PMID, DOI, then title and year, and say which databases brought them.

    Parameters
    ----------
    databases : sequence of str
        Give the account of these; of all if empty.

    Raises
    ------
    UsageError
        If a database was not searched, or the review has no record.
    """
    from jaksearch.recall import recall_of  # noqa: PLC0415
    from jaksearch.same_paper import find_held  # noqa: PLC0415 - rapidfuzz is not for --help

    names = source_names(review)
    if not names:
        hint = "`jak search import FILES`, or name searches in jak.toml: they are tested before they are run"
        raise UsageError("nothing has been searched or imported yet", hint=hint)
    for name in databases:
        if name.casefold() not in {known.casefold() for known in names}:
            strategies = ", ".join(review.settings.searches.strategies) or "none"
            raise UsageError(
                f"{name!r} is no search of jak.toml and no database of this review",
                hint=f"searches: {strategies}; databases: {', '.join(names) or 'none yet'}",
            )
    meant = [n for n in names if not databases or n.casefold() in {d.casefold() for d in databases}]
    snapshot = review.snapshot()
    brought = reports_of_sources(review, snapshot)
    held = find_held([item.record for item in items], snapshot.records.values())
    found = [_stored(item, one, snapshot, brought, names) for item, one in zip(items, held, strict=True)]
    known = [one for one in found if one.standing != "unresolved"]
    rows = []
    for name in meant:
        here = [one for one in known if name in one.databases]
        only = sum(len(one.databases) == 1 for one in here)
        rows.append(DatabaseChecked(name, recall_of(len(here), len(known)), only))
    everywhere = recall_of(sum(bool(one.databases) for one in known), len(known))
    return StoredChecked(everywhere, tuple(rows), tuple(found))


def reports_of_sources(review: Review, snapshot: Snapshot) -> dict[str, frozenset[int]]:
    """Return the reports that each source brought, by its name in small letters."""
    from jakdb import imports, origins  # noqa: PLC0415 - SQLAlchemy is not for --help

    held = origins.records_of_searches(review.store)
    found: dict[str, set[int]] = {}
    for search in imports.searches(review.store):
        if not search.undone:
            reports = {snapshot.report_of[record] for record in held.get(search.id, ())}
            found.setdefault(search.source.casefold(), set()).update(reports)
    return {name: frozenset(reports) for name, reports in found.items()}


def _stored(
    item: KnownItem,
    held: Held,
    snapshot: Snapshot,
    brought: Mapping[str, frozenset[int]],
    names: Sequence[str],
) -> StoredItem:
    """Say where one known paper stands."""
    from jaksearch.known_items import named  # noqa: PLC0415

    reports = tuple(sorted({snapshot.report_of[record] for record in held.records}))
    name = named(item.record)
    if held.doubts:
        return StoredItem(item.line, name, "unresolved", why="; ".join(held.doubts))
    if not reports:
        return StoredItem(item.line, name, "missing")
    if len(reports) > 1 and not (held.by_number or held.are_one):
        many = ", ".join(map(str, reports))
        why = f"reports {many} have this title: merge them, or name the PMID or the DOI"
        return StoredItem(item.line, name, "unresolved", reports, why=why)
    return StoredItem(
        line=item.line,
        name=name,
        standing="found",
        reports=reports,
        title=snapshot.best(reports[0]).title,
        databases=tuple(n for n in names if brought[n.casefold()].intersection(reports)),
        state="; ".join(dict.fromkeys(state_in_words(snapshot.states[report]) for report in reports)),
    )
