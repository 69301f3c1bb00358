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
    from numpy.typing import NDArray

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
    first, ids = features.extra, features.tokens.ids[features.extra :]
    votes, vote_labels = _rows_of(ids, list(labels), list(labels.values()))
    by_row = np.argsort(votes, kind="stable")
    votes, vote_labels = votes[by_row], vote_labels[by_row]
    includes = int(vote_labels.sum())
    excludes = len(votes) - includes
    known = np.setdiff1d(_rows_of(ids, sorted(set(seeds)), [1] * len(set(seeds)))[0], votes)
    guides = np.concatenate([_telling_guides(features), known + first])
    if not includes and not len(guides):
        return None
    presumed = np.zeros(0, dtype=np.int64)
    if excludes < PRESUMED and (len(guides) or not excludes):
        free = np.ones(len(ids), dtype=bool)
        free[votes] = free[known] = False
        draw = np.random.default_rng(seed).permutation(len(ids))
        presumed = draw[free[draw]][: PRESUMED - excludes]
    if not excludes and not len(presumed):
        return None
    return Examples(
        np.concatenate([votes + first, guides, presumed + first]).astype(np.int64),
        np.concatenate([vote_labels == 1, np.ones(len(guides), bool), np.zeros(len(presumed), bool)]),
        np.concatenate(
            [
                np.ones(len(votes)),
                np.full(len(guides), GUIDE_WEIGHT / (1 + includes)),
                np.full(len(presumed), PRESUMED_WEIGHT / (1 + excludes)),
            ]
        ),
    )


def _telling_guides(features: Features) -> NDArray[np.int64]:
    """Return the guiding texts that share a word with the pool; the others say nothing."""
    if not features.extra:
        return np.zeros(0, dtype=np.int64)
    ends = features.tokens.ends[: features.extra].tolist()
    starts = [0, *ends[:-1]]
    guiding, pool = features.tokens.stream[: ends[-1]], features.tokens.stream[ends[-1] :]
    shared = np.isin(guiding, pool)
    return np.array([i for i, (a, b) in enumerate(zip(starts, ends, strict=True)) if shared[a:b].any()], dtype=np.int64)


def _rows_of(
    ids: NDArray[np.int64], reports: Sequence[int], labels: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of those reports that are in the pool, and their labels."""
    wanted = np.array(reports, dtype=np.int64)
    places = np.searchsorted(ids, wanted)
    inside = places < len(ids)
    inside[inside] = ids[places[inside]] == wanted[inside]
    return places[inside].astype(np.int64), np.array(labels, dtype=np.int64)[inside]
