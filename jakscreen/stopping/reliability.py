"""How often each rule kept its promise when reviews that are read to the end were replayed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from math import sqrt

from jakscreen.stopping.calibrated import Calibration

__all__ = ["Learnt", "Reliability", "learnt", "wilson"]

FILE = "reliability.json"


@dataclass(frozen=True, slots=True)
class Reliability:
    """One rule's record over replays; for `calibrated` each review was left out of what was learnt for it.

    Attributes
    ----------
    runs, reviews : int
        Replays, and the reviews that they are of.
    reached : int
        Replays whose recall at the stop was the target or more.
    reviews_reached : int
        Reviews of which every replay did.
    low, high : float
        Wilson interval of ``reached / runs``. The replays of a review are alike, so it is too narrow; `review_low` and
        `review_high`, that of ``reviews_reached / reviews``, is cautious.
    recall_least : float
        Recall of the worst replay.
    read : float
        Mean share of the pool that was read, whole pools where the rule never said stop.
    read_stopped : float or None
        The same over the replays in which it said stop.
    stopped : int
        Number of those.
    """

    runs: int
    reviews: int
    reached: int
    reviews_reached: int
    low: float
    high: float
    review_low: float
    review_high: float
    recall_least: float
    read: float
    read_stopped: float | None
    stopped: int


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the package knows from replays.

    Attributes
    ----------
    target, confidence : float
        For which the rules were replayed.
    learner : str
        Who ordered the replays that `rules` counts.
    reviews : str
        What kind of reviews they are, in words.
    rules : mapping of str to Reliability
        By the name of the rule, applied as jak does: none below 20 relevant found.
    unguarded : mapping of str to Reliability
        The same without that guard.
    """

    target: float
    confidence: float
    learner: str
    reviews: str
    calibration: Calibration
    rules: Mapping[str, Reliability]
    unguarded: Mapping[str, Reliability]


@lru_cache(maxsize=1)
def learnt() -> Learnt:
    """Read the package's data file, which ``benchmarks/stopping.py --write`` makes.

    Examples
    --------
    >>> learnt().target
    0.95
    """
    text = (resources.files("jakscreen.stopping") / FILE).read_text(encoding="utf-8")
    read = json.loads(text)
    table = read["calibration"]
    return Learnt(
        target=read["target"],
        confidence=read["confidence"],
        learner=read["learner"],
        reviews=read["reviews"],
        calibration=Calibration(
            table["threshold"],
            table["target"],
            tuple(table["index"]),
            tuple(table["missed"]),
            tuple(table["missed_high"]),
        ),
        rules={name: Reliability(**row) for name, row in read["rules"].items()},
        unguarded={name: Reliability(**row) for name, row in read["unguarded"].items()},
    )


def wilson(successes: int, trials: int, *, z: float = 1.959963984540054) -> tuple[float, float]:
    """Return the Wilson score interval of a share.

    References
    ----------
    Wilson (1927), J Am Stat Assoc 22:209-212. doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> low, high = wilson(45, 45)
    >>> round(low, 4), high
    (0.9213, 1.0)
    """
    if not 0 <= successes <= trials or not trials:
        raise ValueError(f"{successes} of {trials} is no share")
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return max(0.0, middle - half), 1.0 if successes == trials else min(1.0, middle + half)
