"""Say when records that become one report have their numbers under two studies: patients may be counted twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jak.workspace import Review

__all__ = ["counted_twice"]


def counted_twice(review: Review, report_of: Mapping[int, int], merges: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    """Return a caution for each report that merges make of reports whose studies have numbers, and are not the same.

    Parameters
    ----------
    report_of : mapping of int to int
        The report of each record before the merges.
    merges : iterable of (int, int)
        Records that are merged.
    """
    from jakdb import numbers  # noqa: PLC0415 - SQLAlchemy is not for --help

    pairs = tuple(merges)
    if not pairs:
        return ()
    arms: dict[str, set[str]] = {}
    for x in numbers.extractions(review.store):
        arms.setdefault(x.study, set()).add(x.arm)
    studies: dict[int, set[str]] = {}
    for link in numbers.links(review.store):
        if link.record_id in report_of and link.study_key in arms:
            studies.setdefault(report_of[link.record_id], set()).add(link.study_key)
    if not studies:
        return ()
    together: dict[int, set[int]] = {}
    for pair in pairs:
        reports = {report_of[number] for number in pair}
        for known in [key for key, group in together.items() if group & reports]:
            reports |= together.pop(known)
        together[min(reports)] = reports
    said = []
    for reports in (together[key] for key in sorted(together)):
        with_numbers = [report for report in sorted(reports) if report in studies]
        if len({frozenset(studies[report]) for report in with_numbers}) > 1:
            keys = sorted(set().union(*(studies[report] for report in with_numbers)))
            named = " and ".join(f"{key} ({_arms(arms[key])})" for key in keys)
            said.append(
                f"reports {' and '.join(map(str, with_numbers))} are one, but their numbers stand under {named}: "
                "patients may be counted twice. Compare both with `jak pool studies`, and take the report out of one "
                "with `jak pool unlink`"
            )
    return tuple(said)


def _arms(keys: Iterable[str]) -> str:
    """Return the names of arms."""
    listed = sorted(keys)
    return f"{'arm' if len(listed) == 1 else 'arms'} {', '.join(listed)}"
