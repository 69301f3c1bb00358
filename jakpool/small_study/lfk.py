"""The Doi plot and its LFK index, with what speaks against using them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from jakpool.columns import floats
from jakpool.effects import Effects
from jakpool.errors import PoolError
from jakpool.results import Note

__all__ = ["Doi", "doi"]

MINOR, MAJOR = 1.0, 2.0
CAUTION = Note(
    "lfk",
    "The LFK index is no test: without any bias it passes its limits of 1 and 2 more or less often depending on the "
    "number and size of the studies and on their heterogeneity (in 0 to nearly 30 % of simulated meta-analyses), and "
    "where the classic tests are allowed as many false alarms it finds no more than they do; those who measured this "
    "advise against it (Schwarzer et al. 2024).",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doi:
    """The points of a Doi plot, from the smallest effect to the largest, and the LFK index.

    Attributes
    ----------
    labels : tuple of str
    yi, zi : tuple of float
        Effects on the pooling scale, and the normal quantiles of their weighted ranks; the plot shows ``|zi|``.
    tip : float
        The effect with the smallest ``|zi|``, where the two limbs meet.
    lfk : float
        0 for two limbs alike; below 0 the limb of small effects is the longer, above 0 that of large ones.
    judgement : str
        ``no asymmetry`` (up to 1 on either side), ``minor asymmetry`` (up to 2) or ``major asymmetry``: the rule of
        the index's authors, not a test.
    caution : Note
        What speaks against the index; it belongs beside it.
    """

    labels: tuple[str, ...]
    yi: tuple[float, ...]
    zi: tuple[float, ...]
    tip: float
    lfk: float
    judgement: str
    caution: Note = CAUTION

    @property
    def k(self) -> int:
        """The number of rows."""
        return len(self.yi)


def doi(effects: Effects) -> Doi:
    """Return the Doi plot's points and the LFK index.

    Every row counts as ``N = 100 max(v) / v`` ranks in the order of the effects. Its percentile is its middle rank less
    a half over all ranks, ``zi`` the normal quantile of that. With the tip where ``|zi|`` is smallest,
    ``LFK = 5 / (2 k) sum(zi + (range of z / range of y) (yi - tip))``. Rows of equal effects keep their order.

    Raises
    ------
    PoolError
        Fewer than three rows, or effects that are all the same.

    References
    ----------
    Furuya-Kanamori, Barendregt, Doi (2018), Int J Evid Based Healthc 16:195-203. doi:10.1097/XEB.0000000000000141.
    Against it: Schwarzer, Rücker, Semaca (2024), Res Synth Methods 15:603-615. doi:10.1002/jrsm.1714.

    Examples
    --------
    >>> from jakpool import doi, generic
    >>> found = doi(generic([-4.27, -1.71, -0.58, -0.19, 0.0], [0.158, 0.076, 0.018, 0.022, 0.04]))
    >>> round(found.lfk, 2), found.judgement
    (-3.31, 'major asymmetry')
    """
    if len(effects) < 3:
        raise PoolError(f"{len(effects)} rows: a Doi plot needs three", hint="leave it out")
    order = np.argsort(np.array(effects.yi), kind="stable")
    yi, vi = np.array(effects.yi)[order], np.array(effects.vi)[order]
    width = float(yi[-1] - yi[0])
    if width == 0.0:
        raise PoolError("all effects are the same: a Doi plot has no limbs", hint="leave it out")
    ranks = 100.0 * float(vi.max()) / vi
    whole = float(ranks.sum())
    below = np.cumsum(ranks) - ranks / 2.0 - 0.5
    above = np.cumsum(ranks[::-1])[::-1] - ranks / 2.0 + 0.5
    zi = np.where(below < above, scipy.special.ndtri(below / whole), -scipy.special.ndtri(above / whole))
    tip = float(yi[np.argmin(np.abs(zi))])
    lfk = 2.5 * float(np.mean(zi + float(zi[-1] - zi[0]) / width * (yi - tip)))
    return Doi(
        labels=tuple(effects.labels[i] for i in order),
        yi=floats(yi),
        zi=floats(zi),
        tip=tip,
        lfk=lfk,
        judgement=f"{_word(abs(lfk))} asymmetry",
    )


def _word(size: float) -> str:
    """Return what the authors call an index of this size."""
    return "no" if size <= MINOR else "minor" if size <= MAJOR else "major"
