"""Finds as an inhomogeneous Poisson process whose rate falls along the reading."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, log
from typing import Literal

from scipy.special import pdtr

from jakscreen.stopping.sequence import Reading

__all__ = ["Process", "Shape", "poisson_left"]

_LARGE = 500.0
"""Logarithm of more finds than any pool holds; a late burst of finds would take the power beyond a float."""

Shape = Literal["power", "exponential"]


@dataclass(frozen=True, slots=True)
class Process:
    """Finds expected among the unread.

    Attributes
    ----------
    shape : str
        ``power``: rate ``a x**(theta - 1)``; ``exponential``: rate ``a exp(-b x)``; x: place as a share of those read.
    parameter : float
        theta, or b (negative where the rate rises).
    left : float
        Expected finds among the unread.
    left_high : int
        Upper bound: the smallest number that a Poisson variable of that mean exceeds with a chance of at most
        ``1 - confidence``.
    recall, recall_low : float
        Of what is found, with the two.
    """

    shape: Shape
    parameter: float
    left: float
    left_high: int
    recall: float
    recall_low: float


def poisson_left(reading: Reading, *, shape: Shape = "power", confidence: float = 0.95) -> Process | None:
    """Fit the process to the places of the finds and extend it over the unread; none below two finds.

    A find stands in the middle of its record. The parameters maximise the likelihood of the places (the paper fits the
    counts of windows by least squares), and are taken as known: the bound covers the chance of the process, not the
    doubt about its shape.

    References
    ----------
    Stevenson, Bin-Hezam (2023), ACM Trans Inf Syst 42:73 (point processes as stopping methods).
    doi:10.1145/3631990. Power law: Crow (1975), AMSAA TR-138, eq. for theta. Exponential: Cox, Lewis (1966), The
    Statistical Analysis of Series of Events, section 3.3.

    Examples
    --------
    >>> found = poisson_left(Reading((1, 1, 0, 1, 0, 0, 1) + (0,) * 43, pool=100), shape="exponential")
    >>> found.left < 0.1, found.left_high, found.recall > 0.99
    (True, 0, True)
    """
    n, r = reading.read, reading.found
    if r < 2:
        return None
    at = [(p - 0.5) / n for p in reading.places]
    whole = reading.pool / n
    if shape == "power":
        parameter = r / sum(-log(x) for x in at)
        left = r * ((whole**parameter if parameter * log(whole) < _LARGE else exp(_LARGE)) - 1)
    else:
        parameter = _decay(sum(at) / r)
        left = r * (whole - 1) if parameter == 0 else r * (_mass(parameter, whole) - 1)
    left = min(left, float(reading.unread))
    high = _bound(left, confidence)
    return Process(
        shape, parameter, left, min(high, reading.unread), r / (r + left), r / (r + min(high, reading.unread))
    )


def _mass(b: float, whole: float) -> float:
    """Return the finds up to `whole` as a multiple of those up to 1."""
    return expm1(-b * whole) / expm1(-b) if -b * whole < _LARGE else exp(_LARGE)


def _decay(mean: float) -> float:
    """Return b of the density proportional to exp(-b x) on (0, 1) with that mean."""
    low, high = -700.0, 700.0
    for _ in range(200):
        b = (low + high) / 2
        at = 0.5 if abs(b) < 1e-9 else (1 / b - 1 / expm1(b))
        low, high = (b, high) if at > mean else (low, b)
    return (low + high) / 2 if abs(low + high) > 1e-6 else 0.0


def _bound(mean: float, confidence: float) -> int:
    """Return the quantile of the Poisson distribution."""
    low, high = 0, int(mean + 12 * (mean + 1) ** 0.5 + 20)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if pdtr(middle, mean) >= confidence else (middle + 1, high)
    return low
