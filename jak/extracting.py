"""Load extracted numbers, compare extractors, and settle what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jakdb.errors import UsageError
from jakdb.words import Doubt, Extraction

if TYPE_CHECKING:
    from jak.workspace import Review
    from jakscreen.extract import Cell, Difference, InForce, Resolution

__all__ = [
    "NumbersLoaded",
    "compared",
    "current_doubts",
    "load_numbers",
    "resolutions_in_force",
    "settle_number",
]


@dataclass(frozen=True, slots=True)
class NumbersLoaded:
    """What a load brought in, and the doubts that go with it."""

    load: int
    rows: int
    studies: int
    untouched: int
    doubts: tuple[Doubt, ...]
    differences: tuple[Difference, ...]
    changed: tuple[str, ...]


def load_numbers(review: Review, path: Path, *, by: str, dry_run: bool = False) -> NumbersLoaded:
    """Check a table of numbers and store it, whole or not at all.

    Raises
    ------
    InputError
        If any row is wrong; `problems` lists every one.
    """
    from jak.reading import digest, read_text  # noqa: PLC0415
    from jakdb import numbers  # noqa: PLC0415
    from jakscreen.extract import load_table  # noqa: PLC0415

    known: dict[str, set[str]] = {key: set() for key in numbers.studies(review.store)}
    for arm in numbers.arms(review.store):
        known[arm.study_key].add(arm.key)
    stored = numbers.extractions(review.store)
    sound = load_table(read_text(path), name=path.name, known_studies=known, beside=stored, extractor=by)
    groups = {(a.study_key, a.key): a.group for a in numbers.arms(review.store)}
    rows = tuple(replace(r, group=r.group or groups.get((r.study, r.arm), "")) for r in sound.rows)
    changed = _replaced(rows, stored)
    load = 0
    if not dry_run:
        load = numbers.save_extractions(
            review.store, rows, found=sound.doubts, name=path.name, sha256=digest(path), by=by
        )
    return NumbersLoaded(
        load=load,
        rows=len(rows),
        studies=len({r.study for r in rows}),
        untouched=sound.untouched,
        doubts=sound.doubts,
        differences=() if dry_run else compared(review).open,
        changed=changed,
    )


def _replaced(rows: Sequence[Extraction], stored: Sequence[Extraction]) -> tuple[str, ...]:
    """Say which loaded numbers these rows replace, and by what."""
    from jakscreen.extract import cell_of, describe  # noqa: PLC0415
    from jakscreen.extract.vocabulary import number  # noqa: PLC0415

    mine = {(cell_of(r), r.extractor): r for r in rows}
    pairs = ((r, mine[cell_of(r), r.extractor]) for r in stored if (cell_of(r), r.extractor) in mine)
    return tuple(
        f"{old.field} of {describe(old)} ({old.extractor}): {number(old.value)} -> {number(new.value)}"
        for old, new in pairs
        if old.value != new.value
    )


def current_doubts(review: Review) -> tuple[Doubt, ...]:
    """Return the doubts about the numbers in force, whichever loads they came from."""
    from jakscreen.extract import check  # noqa: PLC0415

    return check(compared(review).rows).doubts


def compared(review: Review) -> InForce:
    """Return which value of each cell stands, what is open and what was settled."""
    from jakdb import numbers  # noqa: PLC0415
    from jakscreen.extract import in_force  # noqa: PLC0415

    return in_force(numbers.extractions(review.store), resolutions_in_force(review))


def settle_number(review: Review, cell: tuple[str, str, str, str, str, str], value: float, *, why: str, by: str) -> int:
    """Record which value of a cell stands, and why, under the checks of a loaded table.

    Raises
    ------
    UsageError
        If extractors do not differ there, or the value would be refused in a table (a count that is no whole number,
        events above n).
    """
    from jakdb import numbers  # noqa: PLC0415
    from jakscreen.extract import Cell, Resolution, cell_of, check, describe, in_force  # noqa: PLC0415

    wanted = Cell(*cell)
    if not why.strip():
        raise UsageError("a settled number needs its ground", hint="say it with --why")
    rows = numbers.extractions(review.store)
    here = [r for r in rows if cell_of(r) == wanted]
    if not here:
        near = sorted({describe(r) for r in rows if r.study == wanted.study and r.outcome == wanted.outcome})
        known = "; ".join(near) or "nothing of that study and outcome"
        raise UsageError(
            f"nobody extracted {wanted.field} of {describe(wanted)}",
            hint=f"extracted there: {known}; name arm, time and population with --arm, --time, --population",
        )
    if len({r.value for r in here}) < 2:
        raise UsageError(
            f"extractors do not differ about {wanted.field} of {describe(wanted)}",
            hint="load a corrected table to change a number that all read alike",
        )
    settled = resolutions_in_force(review)
    before = set(check(in_force(rows, settled).rows).errors)
    tried = in_force(rows, {**settled, wanted: Resolution(value, by, why)})
    errors = [e for e in check(tried.rows).errors if e not in before]
    if errors:
        raise UsageError(f"{value:g} cannot stand: {errors[0]}", hint="nothing was stored")
    new = numbers.Resolution(*cell, value=value, why=why, by=by, at=review.store.now())
    return numbers.add_resolution(review.store, new)


def resolutions_in_force(review: Review) -> dict[Cell, Resolution]:
    """Return how differences were settled, by cell; a settlement older than a number of its cell counts no more."""
    from jakdb import numbers  # noqa: PLC0415
    from jakscreen.extract import Cell, Resolution, cell_of  # noqa: PLC0415

    loaded = numbers.loaded_at(review.store)
    newest: dict[Cell, datetime] = {}
    for row in numbers.extractions(review.store):
        cell = cell_of(row)
        newest[cell] = max(newest.get(cell, loaded[row.id]), loaded[row.id])
    settled = {}
    for r in numbers.resolutions(review.store):
        cell = Cell(r.study, r.arm, r.outcome, r.time, r.population, r.field)
        # A number loaded after it was settled was not there when somebody judged: the cell is open again.
        if cell not in newest or newest[cell] <= r.at:
            settled[cell] = Resolution(r.value, r.by, r.why)
    return settled
