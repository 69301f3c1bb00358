"""Rules of thumb: so many irrelevant records in a row, and the conditions of the SAFE procedure."""

from __future__ import annotations

from dataclasses import dataclass

from jakscreen.stopping.sequence import Reading

__all__ = ["Safe", "consecutive", "safe"]


@dataclass(frozen=True, slots=True)
class Safe:
    """Which conditions of SAFE's second phase are met.

    Attributes
    ----------
    share : bool
        A tenth of the pool is read.
    silence : bool
        The last 50 records were irrelevant.
    twice : bool
        Twice as many records are read as are estimated to be relevant.
    keys : bool
        All key papers were found.
    """

    share: bool
    silence: bool
    twice: bool
    keys: bool

    @property
    def met(self) -> bool:
        """Whether all are."""
        return self.share and self.silence and self.twice and self.keys


def consecutive(reading: Reading, n: int) -> bool:
    """Return whether the last `n` records read were all irrelevant.

    Examples
    --------
    >>> consecutive(Reading((1, 0, 0, 0), pool=10), 3), consecutive(Reading((0, 0), pool=10), 3)
    (True, False)
    """
    return reading.read >= n and reading.gap >= n


def safe(reading: Reading, *, relevant: float | None = None, keys_missing: int = 0, n: int = 50) -> Safe:
    """Return which conditions the SAFE procedure sets for the end of its second phase, and which are met.

    Its other phases are people's work: a random sample before, another ranking (phase 3) and a look at the excluded
    records (phase 4) after.

    Parameters
    ----------
    relevant : float, optional
        Relevant records expected in the pool, from a random sample. Without it, those found stand for it.
    keys_missing : int
        Papers known to belong that were not found yet.

    References
    ----------
    Boetje, van de Schoot (2024), Syst Rev 13:81. doi:10.1186/s13643-024-02502-7

    Examples
    --------
    >>> safe(Reading((1,) * 10 + (0,) * 60, pool=500)).met
    True
    """
    expected = reading.found if relevant is None else relevant
    return Safe(
        share=reading.read >= 0.1 * reading.pool,
        silence=consecutive(reading, n),
        twice=reading.read >= 2 * expected,
        keys=not keys_missing,
    )
