"""Turn votes, and before there are many what the protocol says, into examples to learn from.

A question, criteria for inclusion and studies known from elsewhere stand in for relevant reports; some reports of the
pool, drawn by chance, stand in for irrelevant ones, for most of a pool is. Both are guesses: they count less than
votes, and less with every vote of their kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from jakscreen.rank.machine import Examples

if TYPE_CHECKING:
    from jakscreen.rank.features import Features

__all__ = ["PRESUMED", "examples_of"]

PRESUMED = 100
"""Reports presumed irrelevant, at most; one less for each exclude."""

GUIDE_WEIGHT = 1.0
PRESUMED_WEIGHT = 1.0


def examples_of(
    features: Features, labels: Mapping[int, int], *, seeds: Sequence[int] = (), seed: int = 0
) -> Examples | None:
    """Return what can be learnt from; None if nothing speaks for any report.

    Parameters
    ----------
    features : Features
        With a guiding text or more in front, or none.
    labels : mapping of int to int
        Report id to 1 (include) or 0 (exclude); reports outside the pool are left aside.
    seeds : sequence of int
        Reports of the pool known to be relevant beforehand; a vote on one of them counts in its place.
    seed : int
        Which reports are presumed irrelevant.
    """
    first = features.extra
    row_of = {report_id: first + i for i, report_id in enumerate(features.ids)}
    voted = sorted((row_of[report_id], label) for report_id, label in labels.items() if report_id in row_of)
    includes, excludes = sum(label for _, label in voted), sum(1 - label for _, label in voted)
    known = {row for row, _ in voted}
    guides = [*range(first), *sorted({row_of[s] for s in seeds if s in row_of} - known)]
    if not includes and not guides:
        return None
    guide_weight = GUIDE_WEIGHT / (1 + includes)
    presumed = []
    if excludes < PRESUMED and (guides or not excludes):
        draw = np.random.default_rng(seed).permutation(np.arange(first, first + len(features.ids)))
        presumed = [row for row in draw.tolist() if row not in known and row not in guides][: PRESUMED - excludes]
        if not presumed and not excludes:
            return None
    parts = [
        *((row, label == 1, 1.0) for row, label in voted),
        *((row, True, guide_weight) for row in guides),
        *((row, False, PRESUMED_WEIGHT / (1 + excludes)) for row in presumed),
    ]
    rows, relevant, weight = zip(*parts, strict=True)
    return Examples(np.array(rows, dtype=np.int64), np.array(relevant, dtype=bool), np.array(weight, dtype=np.float64))
