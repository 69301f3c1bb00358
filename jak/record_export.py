"""Take records out of a review: those of some searches or all, as they came in, or one for each report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.workspace import Review, Snapshot
    from jaksearch.convert import Converted

__all__ = ["Choice", "RecordsExported", "export_records", "target_of"]

CHUNK = 500
"""Records that are held at a time."""
ENDINGS = {"xml": "endnote-xml", "json": "csl"}
"""Endings of files that are no names of formats."""
NOTHING = ("", (), None)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which records leave; everything that is given narrows it down.

    Attributes
    ----------
    searches, runs : tuple of int
        Numbers of searches and runs; a record of one of them is meant.
    sources : tuple of str
        Databases, as the searches name them.
    new_in : int or None
        A run: only what nothing before it had brought.
    only : str
        ``all``, or ``included``: records of included reports.
    reports : bool
        One record for each report that has a record among them, made of all records of the report.
    """

    searches: tuple[int, ...] = ()
    runs: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    new_in: int | None = None
    only: Literal["all", "included"] = "all"
    reports: bool = False


@dataclass(frozen=True, slots=True)
class RecordsExported:
    """What was written.

    Attributes
    ----------
    lost : tuple of (str, int)
        Each field that the format has no place for, with how many of the records give it.
    """

    format: str
    written: int
    reports: bool
    lost: tuple[tuple[str, int], ...]
    file: Path | None = None


def target_of(to: str, output: Path | None) -> str:
    """Return the format that is meant: as named, or as the file's name ends.

    Examples
    --------
    >>> target_of("", Path("all.xml")), target_of("BibTeX", None)
    ('endnote-xml', 'bib')
    """
    from jaksearch.formats.targets import TARGETS, find_target  # noqa: PLC0415

    ending = output.suffix.lstrip(".").casefold() if output is not None else ""
    if not (to or ending):
        raise UsageError("the format is not named", hint=f"name it with --to: {', '.join(TARGETS)}")
    return find_target(to or ENDINGS.get(ending, ending)).name


def export_records(
    review: Review,
    choice: Choice,
    write: Callable[[Iterable[str]], object],
    *,
    to: str,
    file: Path | None = None,
) -> RecordsExported:
    """Write records, or reports, in a format; a few hundred are held at a time.

    Parameters
    ----------
    write : callable
        Takes the pieces of the file, one after the other; it is not called if nothing is meant.
    to : str
        A name of `jaksearch.formats.targets.TARGETS`.

    Raises
    ------
    UsageError
        If there is no such search, run or database.
    """
    from jaksearch import convert  # noqa: PLC0415
    from jaksearch.formats.targets import TARGETS  # noqa: PLC0415

    numbers = _meant(review, choice)
    snapshot = review.snapshot() if choice.reports or choice.only != "all" else None
    if snapshot is not None and choice.only == "included":
        numbers = {r for r in numbers if snapshot.states[snapshot.report_of[r]].is_included}
    lost: Counter[str] = Counter()
    written = 0

    def counted(found: Iterable[Converted]) -> Iterator[Converted]:
        nonlocal written
        for one in found:
            written += 1
            lost.update(name for name in TARGETS[to].lost if getattr(one.record, name) not in NOTHING)
            yield one

    if not numbers:
        return RecordsExported(to, 0, choice.reports, (), None)
    if snapshot is not None and choice.reports:
        found = _reports(snapshot, sorted({snapshot.report_of[r] for r in numbers}))
    else:
        found = _records(review, sorted(numbers))
    write(convert.write(counted(found), to=to))
    return RecordsExported(to, written, choice.reports, tuple(sorted(lost.items())), file)


def _meant(review: Review, choice: Choice) -> set[int]:
    """Return the numbers of the active records of the searches, runs and databases that are meant."""
    from jakdb import imports, origins, runs  # noqa: PLC0415 - SQLAlchemy is not for --help

    searches = [s for s in imports.searches(review.store) if not s.undone]
    held = origins.records_of_searches(review.store)
    found: set[int] = set().union(*held.values())
    known = {r.id for r in runs.runs(review.store)}
    for number in (*choice.runs, *([choice.new_in] if choice.new_in is not None else [])):
        if number not in known:
            raise UsageError(f"there is no run {number}", hint="`jak search log` shows them")
    if strange := sorted(set(choice.searches) - {s.id for s in searches}):
        raise UsageError(f"there is no search {strange[0]}", hint="`jak search list` shows them")
    if choice.searches:
        found &= set().union(*(held.get(number, ()) for number in choice.searches))
    if choice.runs:
        found &= set().union(*runs.seen_by_runs(review.store, choice.runs).values())
    if choice.sources:
        wanted = {name.strip().casefold() for name in choice.sources}
        names = {s.source.casefold(): s.source for s in searches}
        if unknown := sorted(wanted - names.keys()):
            hint = f"databases: {', '.join(dict.fromkeys(names.values())) or 'none yet'}"
            raise UsageError(f"nothing was searched in {unknown[0]!r}", hint=hint)
        found &= set().union(*(held.get(s.id, ()) for s in searches if s.source.casefold() in wanted))
    if choice.new_in is not None:
        found &= origins.new_in_run(review.store, choice.new_in)
    return found


def _records(review: Review, numbers: Sequence[int]) -> Iterator[Converted]:
    """Yield records as they came in, each with the place where it was found first."""
    from jakdb import imports, origins  # noqa: PLC0415
    from jaksearch.convert import Converted  # noqa: PLC0415

    for start in range(0, len(numbers), CHUNK):
        some = numbers[start : start + CHUNK]
        records, places = imports.get_records(review.store, some), origins.first_origins(review.store, some)
        for number in some:
            # Another process may have taken the file back meanwhile: the record stays, without a place.
            place = places.get(number, origins.Origin("", "", 0))
            yield Converted(place.file, place.format, records[number], place.line)


def _reports(snapshot: Snapshot, numbers: Sequence[int]) -> Iterator[Converted]:
    """Yield one record for each report; it has no place of its own."""
    from jaksearch.convert import Converted  # noqa: PLC0415

    for report in numbers:
        yield Converted("", "", snapshot.merged(report).record, 0)
