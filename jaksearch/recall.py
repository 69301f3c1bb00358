"""How much of the known papers a search finds, and how many records are read for one that is included."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

__all__ = ["Recall", "number_needed_to_read", "recall_of", "wilson_interval"]


@dataclass(frozen=True, slots=True)
class Recall:
    """The share of some known papers that a search finds, with its interval; shares are from 0 to 1."""

    found: int
    of: int
    share: float
    low: float
    high: float


def wilson_interval(found: int, of: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a proportion, without continuity correction.

    Parameters
    ----------
    found, of : int
        ``0 <= found <= of`` and ``of >= 1``.

    References
    ----------
    Wilson (1927), J Am Stat Assoc 22:209-212. doi:10.1080/01621459.1927.10502953
    Newcombe (1998), Stat Med 17:857-872, method 3. doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E

    Examples
    --------
    >>> [round(limit, 4) for limit in wilson_interval(81, 263)]
    [0.2553, 0.3662]
    """
    if not 0 <= found <= of or of < 1:
        raise ValueError(f"{found} of {of} is no proportion")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    middle = 2 * found + z * z
    half = z * sqrt(z * z + 4 * found * (of - found) / of)
    bottom = 2 * (of + z * z)
    # At the ends of the scale the limit is exact; rounding must not leave 0.9999999999999999.
    return (middle - half) / bottom if found else 0.0, (middle + half) / bottom if found < of else 1.0


def recall_of(found: int, of: int) -> Recall | None:
    """Return the relative recall; nothing where there are no known papers.

    References
    ----------
    Sampson, Zhang, Morrison et al. (2006), BMC Med Res Methodol 6:33. doi:10.1186/1471-2288-6-33
    """
    return Recall(found, of, found / of, *wilson_interval(found, of)) if of else None


def number_needed_to_read(read: int, included: int) -> float | None:
    """Return how many records are read for one that is included, the inverse of precision; nothing if none is.

    References
    ----------
    Bachmann, Coray, Estermann, ter Riet (2002), J Am Med Inform Assoc 9:653-658. doi:10.1197/jamia.M1124

    Examples
    --------
    >>> number_needed_to_read(400, 8), number_needed_to_read(400, 0)
    (50.0, None)
    """
    return read / included if included else None
