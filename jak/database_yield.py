"""What each database or search of a review brought: reports, those that nothing else brought, and included ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from jak.workspace import Review
    from jakdb.words import Stage
    from jakscreen import ReportState

__all__ = ["ReviewYield", "SourceYield", "review_yield"]

DECIDED = ("pending", "conflict", "include", "exclude", "awaiting", "ongoing")


@dataclass(frozen=True, slots=True)
class SourceYield:
    """What one database, register or search brought.

    Attributes
    ----------
    kind : str
        ``database``, ``register`` or ``other``; empty for everything together.
    records, reports : int
        A record that came twice counts once; a report is one or several records.
    only_here : int
        Reports that nothing else brought.
    screened : int
        Reports, not removed before, that somebody has voted on.
    included, only_here_included : int
        Included ones among these.
    precision : float or None
        ``included / screened``.
    read_for_one : float or None
        Number needed to read, ``screened / included``.
    """

    name: str
    kind: str
    searches: tuple[int, ...]
    records: int
    reports: int
    only_here: int
    screened: int
    included: int
    only_here_included: int
    precision: float | None
    read_for_one: float | None


@dataclass(frozen=True, slots=True)
class ReviewYield:
    """What every source brought, and all together.

    Attributes
    ----------
    stage : str
        At which a report counts as included.
    open : int
        Reports that wait for a decision at that stage or before: the figures will change.
    """

    stage: Stage
    sources: tuple[SourceYield, ...]
    together: SourceYield
    open: int


def review_yield(
    review: Review, *, stage: Stage = "fulltext", by: Literal["database", "search"] = "database"
) -> ReviewYield:
    """Count what each database, or each search, brought to the review."""
    from jakdb import imports, origins  # noqa: PLC0415 - SQLAlchemy is not for --help

    snapshot = review.snapshot()
    held = origins.records_of_searches(review.store)
    groups: dict[str, tuple[str, str, list[int]]] = {}
    for search in imports.searches(review.store):
        if not search.undone:
            key = search.source.casefold() if by == "database" else str(search.id)
            name = search.source if by == "database" else f"{search.id} {search.source}"
            groups.setdefault(key, (name, search.kind, []))[2].append(search.id)
    records = {k: set().union(*(held.get(s, ()) for s in searches)) for k, (_, _, searches) in groups.items()}
    reports = {key: {snapshot.report_of[r] for r in found} for key, found in records.items()}
    brought_by: dict[int, int] = {}
    for found in reports.values():
        for report in found:
            brought_by[report] = brought_by.get(report, 0) + 1
    alone = {report for report, count in brought_by.items() if count == 1}
    screened = {r for r, state in snapshot.states.items() if _is_screened(state)}
    included = {r for r, state in snapshot.states.items() if _is_included(state, stage)}

    def row(name: str, kind: str, searches: Iterable[int], held_records: set[int], found: set[int]) -> SourceYield:
        from jaksearch.recall import number_needed_to_read  # noqa: PLC0415

        read, taken = len(found & screened), len(found & included)
        return SourceYield(
            name=name,
            kind=kind,
            searches=tuple(searches),
            records=len(held_records),
            reports=len(found),
            only_here=len(found & alone),
            screened=read,
            included=taken,
            only_here_included=len(found & alone & included),
            precision=taken / read if read else None,
            read_for_one=number_needed_to_read(read, taken),
        )

    every = [number for _, _, searches in groups.values() for number in searches]
    return ReviewYield(
        stage=stage,
        sources=tuple(row(*groups[key], records[key], reports[key]) for key in groups),
        together=row("together", "", sorted(every), set().union(*records.values()), set().union(*reports.values())),
        open=sum(_is_open(state, stage) for state in snapshot.states.values()),
    )


def _is_screened(state: ReportState) -> bool:
    """Return whether a report was read: voted on, at the abstract or at full text at once."""
    return not state.removed and (state.abstract != "unscreened" or state.fulltext in DECIDED)


def _is_included(state: ReportState, stage: Stage) -> bool:
    """Return whether a report is included at a stage."""
    return state.is_included if stage == "fulltext" else not state.removed and state.abstract == "include"


def _is_open(state: ReportState, stage: Stage) -> bool:
    """Return whether a decision at a stage, or before it, is still to come."""
    if state.removed:
        return False
    if state.abstract in ("unscreened", "pending", "conflict"):
        return True
    waits = state.fulltext in ("", "unassessed", "pending", "conflict") and state.retrieval != "not_retrieved"
    return stage == "fulltext" and state.abstract == "include" and waits
