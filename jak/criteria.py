"""Versions of the eligibility criteria: what changed between two, and which one a decision was made under."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jakdb.words import FULLTEXT, Criteria, CriteriaVersion, Decision

if TYPE_CHECKING:
    from jak.workspace import Review, Snapshot
    from jakscreen import ReportState

__all__ = [
    "CriteriaStanding",
    "VersionInUse",
    "changes_of_criteria",
    "criteria_standing",
    "decided_under",
    "version_at",
]

SETTLED = ("include", "exclude")


@dataclass(frozen=True, slots=True)
class VersionInUse:
    """One version of the criteria, what it changed, and how many reports stand on decisions made under it.

    Attributes
    ----------
    version : int
        Counted from 1.
    changes : tuple of str
        Against the version before.
    """

    version: int
    criteria: Criteria
    by: str
    at: datetime
    changes: tuple[str, ...]
    reports: int


@dataclass(frozen=True, slots=True)
class CriteriaStanding:
    """The versions of the criteria, and where the decided reports stand.

    Attributes
    ----------
    changes_now : tuple of str
        What jak.toml says otherwise than the last version; nobody has decided under it yet.
    unknown : int
        Decided reports of which nobody knows the criteria: decided before jak kept them, or elsewhere.
    """

    versions: tuple[VersionInUse, ...]
    changes_now: tuple[str, ...]
    unknown: int


def changes_of_criteria(before: Criteria, after: Criteria) -> tuple[str, ...]:
    """Return what differs between two texts of the criteria; their order has no meaning.

    Examples
    --------
    >>> changes_of_criteria(Criteria("Hair?", ("adults",)), Criteria("Hair?", ("adults", "a trial"), ("mice",)))
    ("include 2 added: 'a trial'", "exclude 1 added: 'mice'")
    >>> changes_of_criteria(Criteria(include=("adults", "a trial")), Criteria(include=("a trial", "adults")))
    ()
    >>> changes_of_criteria(Criteria(include=("adults",)), Criteria(include=("all ages",)))
    ("include 1 changed: 'adults' -> 'all ages'",)
    """
    found = []
    if before.question != after.question:
        found.append(f"question changed: {before.question!r} -> {after.question!r}")
    for name in SETTLED:
        found += _changes(name, getattr(before, name), getattr(after, name))
    return tuple(found)


def version_at(versions: Sequence[CriteriaVersion], at: datetime) -> CriteriaVersion | None:
    """Return the version that was in force at a moment; None before the first."""
    return next((one for one in reversed(versions) if one.at <= at), None)


def decided_under(state: ReportState) -> datetime | None:
    """Return when the oldest decision was made that settles a report at the stage it has reached; None if none does.

    A resolution settles its stage alone. Two votes settle it together, so that both must be made anew.
    """
    stage = FULLTEXT if state.fulltext in (*SETTLED, "awaiting", "ongoing") else "abstract"
    if state.removed or (stage == "abstract" and state.abstract not in SETTLED):
        return None
    resolved = [one for one in state.resolutions if one.stage == stage]
    votes: Sequence[Decision] = resolved[-1:] or state.votes_at(stage)
    return min((one.at for one in votes), default=None)


def criteria_standing(review: Review, snapshot: Snapshot) -> CriteriaStanding:
    """Return the versions of the criteria with the reports that were decided under each."""
    from jakdb import looks  # noqa: PLC0415 - SQLAlchemy is not for --help

    versions = looks.criteria_versions(review.store)
    under: Counter[int] = Counter()
    for state in snapshot.states.values():
        at = decided_under(state)
        if at is not None:
            version = version_at(versions, at)
            under[version.id if version is not None else 0] += 1
    kept = []
    for number, one in enumerate(versions, start=1):
        changes = changes_of_criteria(versions[number - 2].criteria, one.criteria) if number > 1 else ()
        kept.append(VersionInUse(number, one.criteria, one.by, one.at, changes, under[one.id]))
    now = changes_of_criteria(versions[-1].criteria, review.settings.criteria) if versions else ()
    return CriteriaStanding(tuple(kept), now, under[0])


def _changes(name: str, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield what differs between two lists."""
    gone = {n: text for n, text in enumerate(before, start=1) if text not in after}
    come = {n: text for n, text in enumerate(after, start=1) if text not in before}
    for number in sorted(gone.keys() & come.keys()):
        yield f"{name} {number} changed: {gone.pop(number)!r} -> {come.pop(number)!r}"
    for number, text in gone.items():
        yield f"{name} {number} removed: {text!r}"
    for number, text in come.items():
        yield f"{name} {number} added: {text!r}"
