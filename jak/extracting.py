"""Load extracted numbers, compare extractors, and settle what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jakdb.errors import UsageError
from jakdb.words import Doubt

if TYPE_CHECKING:
    from jak.workspace import Review
    from jakscreen.extract import Difference, InForce

__all__ = ["NumbersLoaded", "compared", "load_numbers", "settle_number"]


@dataclass(frozen=True, slots=True)
class NumbersLoaded:
    """What a load brought in, and the doubts that go with it."""

    load: int
    rows: int
    studies: int
    untouched: int
    doubts: tuple[Doubt, ...]
    differences: tuple[Difference, ...]


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
    sound = load_table(read_text(path), name=path.name, known_studies=known)
    groups = {(a.study_key, a.key): a.group for a in numbers.arms(review.store)}
    rows = tuple(
        replace(r, group=r.group or groups.get((r.study, r.arm), ""), extractor=r.extractor or by) for r in sound.rows
    )
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
    )


def compared(review: Review) -> InForce:
    """Return which value of each cell stands, what is open and what was settled."""
    from jakdb import numbers  # noqa: PLC0415
    from jakscreen.extract import Cell, Resolution, in_force  # noqa: PLC0415

    settled = {
        Cell(r.study, r.arm, r.outcome, r.time, r.population, r.field): Resolution(r.value, r.by, r.why)
        for r in numbers.resolutions(review.store)
    }
    return in_force(numbers.extractions(review.store), settled)


def settle_number(review: Review, cell: tuple[str, str, str, str, str, str], value: float, *, why: str, by: str) -> int:
    """Record which value of a cell stands, and why."""
    from jakdb import numbers  # noqa: PLC0415
    from jakscreen.extract import Cell, cell_of  # noqa: PLC0415

    wanted = Cell(*cell)
    if not why.strip():
        raise UsageError("a settled number needs its ground", hint="say it with --why")
    if wanted not in {cell_of(r) for r in numbers.extractions(review.store)}:
        raise UsageError(f"nobody extracted {wanted}", hint="`jak pool compare` lists the numbers that differ")
    new = numbers.Resolution(*cell, value=value, why=why, by=by, at=review.store.now())
    return numbers.add_resolution(review.store, new)
