"""GOSH: the pooled result of every subset of the studies, or of a sample of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jakpool.effects import Effects
from jakpool.errors import ChoiceError, PoolError
from jakpool.subsets import fit_subsets

__all__ = ["MOST", "Gosh", "gosh"]

Floats = npt.NDArray[np.float64]
MOST = 20
CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Gosh:
    """One entry a subset; arrays of shape (m,), on the pooling scale, I2 in percent from tau2.

    For a common effect I2 is ``(Q - df) / Q``. `included` has shape (m, k); `complete` says whether these are all
    subsets.
    """

    labels: tuple[str, ...]
    included: npt.NDArray[np.bool_]
    k: npt.NDArray[np.intp]
    beta: Floats
    tau2: Floats
    QE: Floats
    I2: Floats
    complete: bool


def gosh(
    effects: Effects,
    *,
    model: str = "random",
    tau2: str = "REML",
    subsets: int = 1_000_000,
    least: int = 1,
    seed: int = 1,
) -> Gosh:
    """Pool every subset of `least` or more rows, up to 20 rows; beyond (or above `subsets`) a random sample.

    Parameters
    ----------
    subsets : int
        How many to draw at most where not all are taken; each row is in with probability one half.
    least : int
        Fewest rows of a subset.
    seed : int
        Of the sample.

    References
    ----------
    Olkin, Dahabreh, Trikalinos (2012), Res Synth Methods 3:214-223. doi:10.1002/jrsm.1053

    Examples
    --------
    >>> from jakpool import generic, gosh
    >>> all_of = gosh(generic([0.1, 0.3, 0.2], [0.04, 0.09, 0.02]), model="common", least=2)
    >>> len(all_of.beta), all_of.complete
    (4, True)
    """
    if model not in ("random", "common"):
        raise ChoiceError("model", model, ("random", "common"), why="subsets are pooled by inverse variance")
    k = len(effects)
    if not 1 <= least <= k:
        raise PoolError(f"least is {least} for {k} rows", hint=f"give a whole number from 1 to {k}")
    if subsets < 1:
        raise PoolError(f"subsets is {subsets}", hint="give a whole number above zero")
    yi, vi = np.array(effects.yi), np.array(effects.vi)
    complete = k <= MOST and ((1 << k) - 1 <= subsets or (k <= MOST and subsets >= 1_000_000))
    if complete:
        numbers = np.arange(1, 1 << k, dtype=np.int64)
        masks = ((numbers[:, None] >> np.arange(k)) & 1).astype(bool)
    else:
        rng = np.random.default_rng(seed)
        masks = rng.random((subsets, k)) < 0.5
    masks = masks[masks.sum(axis=1) >= least]
    if model == "common":
        return _common(effects, yi, vi, masks, complete=complete)
    fits = fit_subsets(yi, vi, masks, tau2=tau2)
    return Gosh(effects.labels, masks, fits.k, fits.beta, fits.tau2, fits.QE, fits.I2, complete)


def _common(effects: Effects, yi: Floats, vi: Floats, masks: npt.NDArray[np.bool_], *, complete: bool) -> Gosh:
    """Return the common-effect means: three sums a subset."""
    w = 1.0 / vi
    shift = float(w @ yi / w.sum())
    y = yi - shift
    columns = np.column_stack([w, w * y, w * y * y])
    sums = np.concatenate([masks[i : i + CHUNK].astype(np.float64) @ columns for i in range(0, len(masks), CHUNK)])
    k = masks.sum(axis=1)
    beta = sums[:, 1] / sums[:, 0]
    QE = np.where(k > 1, np.maximum(sums[:, 2] - beta * sums[:, 1], 0.0), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        I2 = np.where(k - 1 < QE, 100.0 * (QE - (k - 1)) / QE, 0.0)
    return Gosh(effects.labels, masks, k, beta + shift, np.zeros(len(k)), QE, I2, complete)
