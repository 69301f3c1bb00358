"""Continuity corrections: what is added to the cells of which rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jakpool.columns import Floats
from jakpool.errors import ChoiceError, PoolError

__all__ = ["CORRECTIONS", "additions", "treatment_arm"]

CORRECTIONS = ("only0", "if0all", "all", "none")
Flags = npt.NDArray[np.bool_]


def additions(zero: Flags, *, to: str, add: float) -> Floats:
    """Return what is added to every cell of each row.

    Parameters
    ----------
    zero : array of bool, shape (k,)
        Which rows have a cell of zero.
    to : str
        ``only0``: those rows; ``if0all``: all rows if one of them has a zero cell; ``all``; ``none``.
    add : float
        Zero or more; 1/2 is usual.

    Examples
    --------
    >>> import numpy as np
    >>> zero = np.array([True, False])
    >>> [additions(zero, to=to, add=0.5).tolist() for to in CORRECTIONS]
    [[0.5, 0.0], [0.5, 0.5], [0.5, 0.5], [0.0, 0.0]]
    """
    if to not in CORRECTIONS:
        raise ChoiceError("to", to, CORRECTIONS)
    if not 0.0 <= add < np.inf:
        raise PoolError(f"add is {add:g}", hint="what is added to a cell must be zero or more; 0.5 is usual")
    if to == "none":
        return np.zeros(len(zero))
    everywhere = to == "all" or (to == "if0all" and bool(zero.any()))
    return np.where(zero | everywhere, add, 0.0)


def treatment_arm(n: Floats, n_c: Floats, zero: Flags) -> tuple[Floats, Floats]:
    """Return the treatment-arm continuity correction: what is added to the cells of either arm, 1 together.

    Each arm gets the share that the *other* arm has of the patients, so that unequal arms are not pulled apart.

    References
    ----------
    Sweeting, Sutton, Lambert (2004), Stat Med 23:1351-1375, section 3.3. doi:10.1002/sim.1761

    Examples
    --------
    >>> import numpy as np
    >>> [a.tolist() for a in treatment_arm(np.array([100.0]), np.array([300.0]), np.array([True]))]
    [[0.25], [0.75]]
    """
    total = n + n_c
    return np.where(zero, n / total, 0.0), np.where(zero, n_c / total, 0.0)
