"""The advice that jak gives by default: an index of the reading, and a threshold learnt from finished reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, expm1, inf, log

from jakscreen.stopping.sequence import Reading

__all__ = ["Calibration", "Expected", "expected_missed", "index_of"]

WINDOWS = (0.1, 0.2, 0.4)
"""Lengths of the end of the reading over which the rate of finding is measured, as shares of what was read."""
DECAYS = (0.0, 1.5, 3.0, 5.0)
"""By what power of e the rate may fall over as many more records as were read; 0: it stays."""
LATE, RARE, MANY = 3.0, 0.3, -0.1


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learnt from replays.

    Attributes
    ----------
    threshold : float
        One may stop once the index is below it.
    target : float
        Recall that it was learnt for.
    index, missed, missed_high : tuple of float
        When the index first fell to a value: the records still to be found as a share of those found, mean and 95th
        percentile of the replays (every review counting alike). Rising with the index.
    """

    threshold: float
    target: float
    index: tuple[float, ...]
    missed: tuple[float, ...]
    missed_high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """Relevant records still unread, and the recall that goes with them.

    Attributes
    ----------
    missed, missed_high : float
        Mean, and what 95 of 100 replays stayed below.
    recall, recall_low : float
        ``found / (found + missed)`` of the two.
    """

    missed: float
    missed_high: float
    recall: float
    recall_low: float


def index_of(reading: Reading) -> float:
    """Return how much is likely to be left to find: a logarithm, low is little; minus infinity if all is read.

    With n records read and u times as many unread, r relevant ones found at the places p, it is the sum of

    - the mean over the windows h of ``log((1 + sum(exp(-(n - p) / (h n)))) / (h r))``: the rate at which relevant
      records are found at the end of the reading, relative to the mean rate, as if one more had just been found;
    - the mean over the decays b of ``log((1 - exp(-b u)) / b)``: how long that rate goes on, in units of n;
    - ``3 mean(p) / n``: the later in the reading the finds came, the worse the ranking;
    - ``0.3 log(r / n) - 0.1 log(r)``: where relevant records are common or few, less is learnt from a silence.

    The first two are the logarithm of the expected finds among the unread as a share of those found, by Poisson
    processes of exponentially falling rate (see `poisson`), averaged over windows and decays instead of choosing any;
    the weights of the last two are the middle of those tried. Only the threshold is learnt.

    Examples
    --------
    >>> early = Reading((1, 0) * 30, pool=1000)
    >>> late = Reading((1, 0) * 30 + (0,) * 500, pool=1000)
    >>> index_of(early) > index_of(late)
    True
    """
    n, r = reading.read, reading.found
    if not reading.unread:
        return -inf
    if not n or not r:
        return inf
    unread = reading.unread / n
    places = reading.places
    rate = sum(log((1 + sum(exp((p - n) / (h * n)) for p in places)) / (h * r)) for h in WINDOWS) / len(WINDOWS)
    reach = sum(log(-expm1(-b * unread) / b if b else unread) for b in DECAYS) / len(DECAYS)
    return rate + reach + LATE * sum(places) / (r * n) + RARE * log(r / n) + MANY * log(r)


def expected_missed(reading: Reading, calibration: Calibration) -> Expected | None:
    """Return what the replays had still to find when their index fell this low; none before anything is found.

    Never more than is unread.

    Examples
    --------
    >>> table = Calibration(-2.5, 0.95, (-3.0, -2.0), (0.01, 0.05), (0.03, 0.15))
    >>> reading = Reading((1, 0) * 30 + (0,) * 940, pool=1000)
    >>> expected_missed(reading, table)
    Expected(missed=0.0, missed_high=0.0, recall=1.0, recall_low=1.0)
    """
    if not reading.found:
        return None
    at = index_of(reading)
    missed, high = 0.0, 0.0
    if reading.unread:
        missed = min(_between(at, calibration.index, calibration.missed) * reading.found, float(reading.unread))
        high = min(_between(at, calibration.index, calibration.missed_high) * reading.found, float(reading.unread))
    found = reading.found
    return Expected(missed, high, found / (found + missed), found / (found + high))


def _between(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Return the value of a broken line, level outside its ends."""
    if x <= xs[0]:
        return ys[0]
    for x0, x1, y0, y1 in zip(xs, xs[1:], ys, ys[1:], strict=False):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return ys[-1]
