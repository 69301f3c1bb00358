"""What a random sample says about what was missed: exact bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, gammaln, logsumexp

__all__ = ["SampleBound", "clopper_pearson", "hypergeometric_bounds", "needed_for", "sample_bound"]


@dataclass(frozen=True, slots=True)
class SampleBound:
    """Relevant records of a batch, estimated from those drawn at random.

    Attributes
    ----------
    frame, drawn, relevant : int
        Records that were drawn from, records drawn and read, and relevant ones among them.
    found : int
        Relevant records found, in the frame and outside.
    total_low, total, total_high : int, float, int
        Relevant records in all: exact hypergeometric bounds of those in the frame, and the sample's share times the
        frame, each with those that were found outside.
    missed, missed_high : float, int
        Relevant records not found: expected (never negative), and the upper bound.
    recall, recall_low : float or None
        ``found / total``, at most 1, and ``found / (found + missed_high)``; none if nothing was found.
    confidence : float
        Of each one-sided bound.
    """

    frame: int
    drawn: int
    relevant: int
    found: int
    total_low: int
    total: float
    total_high: int
    missed: float
    missed_high: int
    recall: float | None
    recall_low: float | None
    confidence: float


def sample_bound(
    frame: int, *, drawn: int, relevant: int, found: int, before: int = 0, confidence: float = 0.95
) -> SampleBound:
    """Bound the relevant records of a frame by those in a simple random sample of it, drawn without replacement.

    Parameters
    ----------
    frame, drawn, relevant : int
        Records drawn from, drawn, and relevant among those drawn. The sample may overlap with what was read by
        relevance.
    found : int
        Relevant records known in the frame, those of the sample among them.
    before : int
        Relevant records known outside the frame: of what was read when the frame, the unread, was fixed.
    confidence : float
        One-sided.

    Raises
    ------
    ValueError
        If the counts contradict each other.

    Examples
    --------
    >>> bound = sample_bound(1000, drawn=300, relevant=6, found=20)
    >>> bound.total, bound.total_high, bound.missed_high, bound.recall_low
    (20.0, 36, 16, 0.5555555555555556)
    >>> unread = sample_bound(100, drawn=63, relevant=0, found=0, before=40)
    >>> unread.found, unread.missed_high, unread.recall_low
    (40, 2, 0.9523809523809523)
    """
    if not 0 <= relevant <= drawn <= frame or not relevant <= found <= frame - (drawn - relevant):
        raise ValueError(
            f"frame {frame}, drawn {drawn}, relevant {relevant}, found {found}: they contradict each other"
        )
    low, high = hypergeometric_bounds(frame, drawn=drawn, relevant=relevant, confidence=confidence)
    total = relevant * frame / drawn if drawn else float(frame)
    missed_high = max(0, high - found)
    known = before + found
    return SampleBound(
        frame,
        drawn,
        relevant,
        known,
        before + max(low, found),
        before + total,
        known + missed_high,
        max(0.0, total - found),
        missed_high,
        min(1.0, known / (before + total)) if known and before + total else None,
        known / (known + missed_high) if known else None,
        confidence,
    )


def hypergeometric_bounds(frame: int, *, drawn: int, relevant: int, confidence: float = 0.95) -> tuple[int, int]:
    """Return exact one-sided lower and upper bounds of the relevant records in a frame.

    The upper bound is the largest number T with ``P(X <= relevant | T) >= 1 - confidence``, the lower the smallest
    with ``P(X >= relevant | T) >= 1 - confidence``, X hypergeometric.

    References
    ----------
    Buonaccorsi (1987), Am Stat 41:215-218 (exact intervals for finite populations). doi:10.1080/00031305.1987.10475484

    Examples
    --------
    >>> hypergeometric_bounds(1000, drawn=1000, relevant=17), hypergeometric_bounds(1000, drawn=0, relevant=0)
    ((17, 17), (0, 1000))
    """
    alpha = 1 - confidence - 1e-10  # a tie is kept inside, whatever its last digit
    most = frame - (drawn - relevant)

    def few(total: int) -> bool:
        return _cdf(relevant, frame, total, drawn) >= alpha

    def many(total: int) -> bool:
        return (1 - _cdf(relevant - 1, frame, total, drawn) if relevant else 1.0) >= alpha

    low, step = relevant, most
    while low < step:  # P(X >= relevant) rises with the total
        middle = (low + step) // 2
        low, step = (low, middle) if many(middle) else (middle + 1, step)
    high, end = relevant, most
    while high < end:  # P(X <= relevant) falls with it
        middle = (high + end + 1) // 2
        high, end = (middle, end) if few(middle) else (high, middle - 1)
    return low, high


def clopper_pearson(successes: int, trials: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the two-sided Clopper-Pearson interval of a share.

    References
    ----------
    Clopper, Pearson (1934), Biometrika 26:404-413. doi:10.1093/biomet/26.4.404

    Examples
    --------
    >>> low, high = clopper_pearson(0, 100)
    >>> low, round(high, 5)
    (0.0, 0.03622)
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no share")
    half = (1 - confidence) / 2
    low = float(betaincinv(successes, trials - successes + 1, half)) if successes else 0.0
    high = float(betaincinv(successes + 1, trials - successes, 1 - half)) if successes < trials else 1.0
    return low, high


def needed_for(frame: int, *, missed: int, confidence: float = 0.95) -> int:
    """Return how many of the unread must be drawn and all be irrelevant, to say that at most `missed` are relevant.

    Examples
    --------
    >>> needed_for(1000, missed=5), hypergeometric_bounds(1000, drawn=393, relevant=0)[1]
    (393, 5)
    """
    low, high = 0, frame
    while low < high:
        middle = (low + high) // 2
        if hypergeometric_bounds(frame, drawn=middle, relevant=0, confidence=confidence)[1] <= missed:
            high = middle
        else:
            low = middle + 1
    return low


def _cdf(k: int, frame: int, total: int, drawn: int) -> float:
    """Return the chance of `k` or fewer relevant ones in a sample."""
    first, last = max(0, drawn - (frame - total)), min(k, total, drawn)
    if last < first:
        return 0.0
    x = np.arange(first, last + 1, dtype=np.float64)

    def choose(n: float, r: object) -> object:
        return gammaln(n + 1.0) - gammaln(r + 1.0) - gammaln(n - r + 1.0)  # type: ignore[operator]

    log = choose(total, x) + choose(frame - total, drawn - x) - choose(frame, drawn)  # type: ignore[operator]
    return float(min(1.0, np.exp(logsumexp(log))))
