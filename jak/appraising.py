"""Load appraisals and add them up by the review's own rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jak.workspace import Review
    from jakscreen.appraise import Total

__all__ = ["AppraisalsLoaded", "Appraised", "appraised", "load_appraisals"]


@dataclass(frozen=True, slots=True)
class AppraisalsLoaded:
    """What a load brought in."""

    load: int
    rows: int
    studies: int


@dataclass(frozen=True, slots=True)
class Appraised:
    """Totals, differences between appraisers, and who is at high risk by which rule."""

    totals: tuple[Total, ...]
    differences: tuple[str, ...]
    high_risk: frozenset[str]
    rules: Mapping[str, float]


def load_appraisals(review: Review, path: Path, *, by: str) -> AppraisalsLoaded:
    """Check an appraisal table and store it, whole or not at all."""
    from jak.reading import digest, read_text  # noqa: PLC0415
    from jakdb import numbers  # noqa: PLC0415
    from jakscreen.appraise import load_table  # noqa: PLC0415

    rows = load_table(read_text(path), name=path.name, studies=numbers.studies(review.store))
    signed = [replace(r, reviewer=r.reviewer or by) for r in rows]
    load = numbers.save_appraisals(review.store, signed, name=path.name, sha256=digest(path), by=by)
    return AppraisalsLoaded(load, len(signed), len({r.study for r in signed}))


def appraised(review: Review) -> Appraised:
    """Add up what the appraisers said."""
    from jakdb import numbers  # noqa: PLC0415
    from jakscreen.appraise import differences, high_risk, totals  # noqa: PLC0415

    rows = numbers.appraisals(review.store)
    found = totals(rows, numbers.studies(review.store))
    rules = review.settings.high_risk
    return Appraised(found, tuple(map(str, differences(rows))), high_risk(found, rules), rules)
