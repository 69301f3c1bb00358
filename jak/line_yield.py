"""What each line of a strategy is worth: how many records, and included ones, only this line brings or takes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jak.checking import knows_papers
from jak.combination import bracketed, combination, part_name, removable, without

if TYPE_CHECKING:
    from jak.combination import Part
    from jak.console import Tick
    from jak.strategies import SearchSpec
    from jak.workspace import Snapshot
    from jaksearch.sources import KnownItems, Source

__all__ = ["LineYield", "StrategyYield", "included_pmids", "requests_of", "strategy_yield"]


@dataclass(frozen=True, slots=True)
class LineYield:
    """A line, limit, filter or term of a strategy.

    Attributes
    ----------
    hits : int
        Records that it finds by itself.
    without : int
        Records that the strategy finds without it.
    only : int
        Records that only it brings: what the strategy would lose.
    removes : int
        Records that it takes out: what the strategy would find besides.
    only_included : int or None
        Included papers among those that only it brings; None if none is known.
    read_for_one : float or None
        Number needed to read: records that only it brings, for one of these that is included.
    """

    name: str
    query: str
    hits: int
    without: int
    only: int
    removes: int
    only_included: int | None
    read_for_one: float | None


@dataclass(frozen=True, slots=True)
class StrategyYield:
    """What a strategy and its lines bring.

    Attributes
    ----------
    included : int or None
        How many of the `known` included papers of the review it finds; None if none is known.
    read_for_one : float or None
        Number needed to read: its records for one that is included.
    note : str
        A caution about the figures of the lines.
    """

    strategy: str
    source: str
    database: str
    query: str
    hits: int
    known: int
    included: int | None
    read_for_one: float | None
    lines: tuple[LineYield, ...]
    note: str = ""


def included_pmids(snapshot: Snapshot) -> tuple[str, ...]:
    """Return a PMID for each included report that has one."""
    found = []
    for report, state in snapshot.states.items():
        numbers = [snapshot.records[r].pmid for r in snapshot.members[report]] if state.is_included else []
        found += [pmid for pmid in numbers if pmid][:1]
    return tuple(dict.fromkeys(found))


def requests_of(spec: SearchSpec, *, terms: bool, included: bool) -> int:
    """Return about how many requests the counts of a strategy take."""
    return len(removable(combination(spec), terms=terms)) * (3 if included else 2) + 3


def strategy_yield(
    spec: SearchSpec,
    source: Source,
    included: Sequence[str] = (),
    *,
    terms: bool = False,
    tick: Tick = lambda _done, _total: None,
) -> StrategyYield:
    """Ask a service for the counts of a strategy with and without each of its parts.

    Parameters
    ----------
    included : sequence of str
        Identifiers at the service of the papers that the review includes.
    terms : bool
        Whether each term of a line is left out in turn as well.
    """
    from jaksearch.recall import number_needed_to_read  # noqa: PLC0415

    service = knows_papers(source)
    whole = combination(spec)
    units = removable(whole, terms=terms)
    hits = service.hits(whole.text)
    found = service.which(whole.text, included) if included else frozenset()
    in_brackets = service.hits(bracketed(whole))
    lines = []
    for done, unit in enumerate(units, 1):
        lines.append(_line(service, whole, unit, hits, found if included else None))
        tick(done, len(units))
    note = ""
    if in_brackets != hits:
        note = (
            f"{source.database} counts {hits} records, and {in_brackets} with every part in brackets: it reads the "
            "operators in another order than from left to right, so set brackets; the figures of the lines are not sure"
        )
    return StrategyYield(
        strategy=spec.name,
        source=source.name,
        database=source.database,
        query=whole.text,
        hits=hits,
        known=len(included),
        included=len(found) if included else None,
        read_for_one=number_needed_to_read(hits, len(found)),
        lines=tuple(lines),
        note=note,
    )


def _line(
    service: KnownItems, whole: Part, unit: tuple[Part, ...], hits: int, found: frozenset[str] | None
) -> LineYield:
    """Ask for the strategy without one unit."""
    from jaksearch.recall import number_needed_to_read  # noqa: PLC0415

    rest = without(whole, unit) or ""
    left = service.hits(rest)
    only = max(0, hits - left)
    lost = None
    if found is not None:
        lost = len(found - service.which(rest, sorted(found))) if only and found else 0
    return LineYield(
        name=part_name(unit[0]),
        query=unit[0].text,
        hits=service.hits(unit[0].text),
        without=left,
        only=only,
        removes=max(0, left - hits),
        only_included=lost,
        read_for_one=number_needed_to_read(only, lost or 0),
    )
