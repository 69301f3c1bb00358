"""Two extractors' values side by side, and the one value of each cell that is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from jakdb.words import Extraction
from jakscreen.extract.vocabulary import STATUSES, Cell, cell_of, describe, number

__all__ = ["Difference", "InForce", "Resolution", "agreed", "compare", "in_force"]


class Resolution(NamedTuple):
    """How a difference was settled: the value to use (None: not reported), by whom and why."""

    value: float | None
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that was read differently.

    Attributes
    ----------
    values : tuple of (str, float or None)
        Extractor and value, in the order of the rows.
    ids, rows : tuple of int
        The numbers of the extractions in the store, and of their rows in the loaded table, in the same order.
    """

    cell: Cell
    values: tuple[tuple[str, float | None], ...]
    ids: tuple[int, ...]
    rows: tuple[int, ...]

    def __str__(self) -> str:
        """Return it as a sentence for a list."""
        said = "; ".join(f"{who or 'no name'}: {number(value)}" for who, value in self.values)
        return f"{self.cell.field} of {describe(self.cell)} ({said})"


@dataclass(frozen=True, slots=True)
class InForce:
    """What a pooling may use, and what stands before it.

    Attributes
    ----------
    rows : tuple of Extraction
        One row a cell; cells with an open difference are not among them.
    open : tuple of Difference
        Differences that nobody has settled.
    settled : tuple of Difference
        Differences that a resolution settled.
    """

    rows: tuple[Extraction, ...]
    open: tuple[Difference, ...]
    settled: tuple[Difference, ...]


def compare(rows: Iterable[Extraction]) -> tuple[Difference, ...]:
    """Return every cell to which the rows give more than one value.

    Examples
    --------
    >>> a = Extraction("jerjen", "tofa", "tofacitinib", "salt50", "n", 14, extractor="Ann", row=2)
    >>> b = Extraction("jerjen", "tofa", "tofacitinib", "salt50", "n", 11, extractor="Ben", row=3)
    >>> [str(difference) for difference in compare([a, b])]
    ['n of salt50 of jerjen, tofa (Ann: 14; Ben: 11)']
    """
    return tuple(_difference(cell, held) for cell, held in _by_cell(rows).items() if len({r.value for r in held}) > 1)


def agreed(rows: Iterable[Extraction]) -> tuple[Cell, ...]:
    """Return the cells that two or more extractors read alike.

    Examples
    --------
    >>> a = Extraction("dai_2020", "tofa", "tofacitinib", "salt50", "n", 35, extractor="Ann")
    >>> [cell.field for cell in agreed([a, replace(a, extractor="Ben")])]
    ['n']
    """
    return tuple(
        cell
        for cell, held in _by_cell(rows).items()
        if len({r.value for r in held}) == 1 and len({r.extractor for r in held}) > 1
    )


def in_force(
    rows: Iterable[Extraction], resolutions: Mapping[Cell, Resolution | tuple[float | None, str, str]] | None = None
) -> InForce:
    """Return the single value of each cell that may be pooled.

    Values that agree give one row: the one whose status calls for most caution, so that a lower bound is never hidden
    by somebody's `read`. Values that differ are open until a resolution names one; the row then says by whom and why.

    Examples
    --------
    >>> a = Extraction("jerjen", "tofa", "tofacitinib", "salt50", "n", 14, extractor="Ann")
    >>> b = Extraction("jerjen", "tofa", "tofacitinib", "salt50", "n", 11, extractor="Ben")
    >>> len(in_force([a, b]).rows), len(in_force([a, b]).open)
    (0, 1)
    >>> settled = in_force([a, b], {cell_of(a): Resolution(11, "Cy", "63.6 % is 7 of 11")})
    >>> settled.rows[0].value, settled.rows[0].note
    (11, 'settled by Cy: 63.6 % is 7 of 11')
    """
    resolutions = resolutions or {}
    taken: list[Extraction] = []
    still_open: list[Difference] = []
    settled: list[Difference] = []
    for cell, held in _by_cell(rows).items():
        resolution = resolutions.get(cell)
        differ = len({row.value for row in held}) > 1
        if resolution is not None:
            taken.append(_resolved(held, Resolution(*resolution)))
            if differ:
                settled.append(_difference(cell, held))
        elif differ:
            still_open.append(_difference(cell, held))
        else:
            taken.append(_most_cautious(held))
    return InForce(tuple(taken), tuple(still_open), tuple(settled))


def _by_cell(rows: Iterable[Extraction]) -> dict[Cell, list[Extraction]]:
    """Return the rows of each cell, in their order."""
    cells: dict[Cell, list[Extraction]] = {}
    for row in rows:
        cells.setdefault(cell_of(row), []).append(row)
    return cells


def _difference(cell: Cell, held: Sequence[Extraction]) -> Difference:
    """Lay the values of one cell side by side."""
    return Difference(
        cell,
        tuple((row.extractor, row.value) for row in held),
        tuple(row.id for row in held),
        tuple(row.row for row in held),
    )


def _caution(row: Extraction) -> int:
    """Return the rank of the row's status; an unknown one ranks highest."""
    return STATUSES.index(row.status) if row.status in STATUSES else len(STATUSES)


def _most_cautious(held: Sequence[Extraction]) -> Extraction:
    """Return the row whose status calls for most caution; the first among equals."""
    return max(held, key=_caution)


def _resolved(held: Sequence[Extraction], resolution: Resolution) -> Extraction:
    """Return the row that holds the resolved value, with the resolution in its note."""
    same = [row for row in held if row.value == resolution.value]
    row = _most_cautious(same or held)
    words = f"settled by {resolution.by}: {resolution.why}"
    note = f"{row.note}; {words}" if row.note else words
    if same:
        return replace(row, note=note)
    # Nobody read this value: the quotes speak of other numbers and no longer prove it.
    status = "not_reported" if resolution.value is None else "read_derived"
    return replace(row, value=resolution.value, status=status, quote="", note=note)
