"""The moderators of a meta-regression, from the columns of a table: numbers or factors, none of them useless."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jakdb.errors import InputError, UsageError

if TYPE_CHECKING:
    from jak.pool_source import Source

__all__ = ["Moderator", "moderators_of"]

Moderator = tuple[float, ...] | tuple[str, ...]


def moderators_of(source: Source, names: Sequence[str]) -> dict[str, Moderator]:
    """Return the named moderators of each row: numbers where all cells are numbers, else words (a factor).

    Raises
    ------
    UsageError
        If none is named, or there are too many for the rows.
    InputError
        If a column does not exist, has an empty cell, is the same in every row, or follows from the others.
    """
    if not names:
        known = ", ".join(source.moderators) or "none: the table has no other column"
        raise UsageError("no moderator is named", hint=f"name columns with --mods: {known}")
    if len(set(names)) < len(names):
        raise UsageError("a moderator is named twice", hint="name each once")
    found: dict[str, Moderator] = {}
    for name in names:
        cells = source.moderators.get(name)
        if cells is None:
            what = "holds names or numbers of the rows" if name in source.taken else "is not there"
            raise InputError(
                f"{source.name}, column {name}: it {what} and is no moderator",
                hint=f"moderators there: {', '.join(source.moderators) or 'none: the table has no other column'}",
            )
        found[name] = _column(source, name, cells)
    _refuse_collinear(source, found)
    return found


def _column(source: Source, name: str, cells: Sequence[str]) -> Moderator:
    """Return one column, or say which row of it cannot be used."""
    for i, cell in enumerate(cells):
        if not cell:
            raise InputError(
                f"{source.name}, {_row(source, i)}, column {name}: the moderator is empty",
                hint="write it, or take the row out and say so in your report",
            )
    numbers = [_number(cell) for cell in cells]
    if len(set(cells)) == 1:
        raise InputError(
            f"{source.name}, column {name}: the moderator is {cells[0]} in every row",
            hint="it explains nothing: name another",
        )
    if all(value is not None for value in numbers):
        return tuple(value for value in numbers if value is not None)
    odd = [i for i, value in enumerate(numbers) if value is None]
    if len(odd) * 3 <= len(cells):  # mostly numbers: a slip, no factor
        raise InputError(
            f"{source.name}, {_row(source, odd[0])}, column {name}: {cells[odd[0]]!r} is no number as the others are",
            hint="correct the cell; a factor has words in every row",
        )
    return tuple(cells)


def _refuse_collinear(source: Source, found: Mapping[str, Moderator]) -> None:
    """Refuse a moderator that follows from the ones before it, or more coefficients than rows."""
    import numpy as np  # noqa: PLC0415

    k = len(source.effects)
    columns = [np.ones(k)]
    for name, values in found.items():
        if isinstance(values[0], str):
            own = [np.array([float(v == level) for v in values]) for level in sorted(set(map(str, values)))[1:]]
        else:
            array = np.array(values, dtype=float)
            own = [(array - array.mean()) / array.std()]
        columns += own
        if len(columns) >= k:
            raise UsageError(
                f"{len(columns)} coefficients need more than {k} rows (column {name})", hint="name fewer moderators"
            )
        if np.linalg.matrix_rank(np.column_stack(columns), tol=1e-9) < len(columns):
            before = ", ".join(list(found)[: list(found).index(name)])
            raise InputError(
                f"{source.name}, column {name}: the moderator follows from {before or 'the intercept'} (collinear)",
                hint="take one of them out",
            )


def _row(source: Source, place: int) -> str:
    """Return what a row is called in messages."""
    number = f"row {source.numbers[place]}" if place < len(source.numbers) else f"row {place + 1}"
    return f"{number} ({source.effects.labels[place]})"


def _number(cell: str) -> float | None:
    """Return a cell as a finite number, or nothing."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
