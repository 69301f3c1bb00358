"""The factor that takes the bias out of a standardised mean difference."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

__all__ = ["hedges_factor"]


def hedges_factor(df: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return Hedges' exact factor J, ``gamma(df/2) / (sqrt(df/2) gamma((df-1)/2))``; 0 for one degree of freedom.

    References
    ----------
    Hedges (1981), J Educ Stat 6:107-128, equation 6e.

    Examples
    --------
    >>> import numpy as np
    >>> [round(float(j), 4) for j in hedges_factor(np.array([2.0, 38.0]))]
    [0.5642, 0.9801]
    """
    with np.errstate(invalid="ignore"):
        exact = np.exp(scipy.special.gammaln(df / 2) - scipy.special.gammaln((df - 1) / 2)) / np.sqrt(df / 2)
    return np.where(df > 1, exact, 0.0)
