"""Where the effect of a further study is expected: prediction intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

from jakpool.choices import Choices
from jakpool.distributions import two_sided_quantile
from jakpool.estimate import Bounds, df_words

__all__ = ["NONE", "Prediction", "predict"]


@dataclass(frozen=True, slots=True)
class Prediction:
    """A prediction interval and how it was made; the method is empty where there is none."""

    bounds: Bounds = (None, None)
    method: str = ""


NONE = Prediction()


def predict(
    choices: Choices, *, k: int, beta: float, tau2: float, se: float, plain_se: float, df: float | None
) -> Prediction:
    """Return ``beta ± c sqrt(tau2 + se^2)``; none from two rows or fewer.

    ``auto`` follows the test of the mean, as metafor's `predict` has it: its standard error, with a normal quantile for
    z and t with ``k - 1`` degrees of freedom else. ``z`` and ``t`` ask for one of them with the plain standard error,
    ``hts`` for t with ``k - 2`` and the plain standard error, ``hk`` for t with ``k - 2`` and the standard error of
    Hartung and Knapp (the plain one where the test is z or t).

    Parameters
    ----------
    k : int
        Rows.
    beta, tau2 : float
    se, plain_se : float
        Standard error of the mean by the test that was asked, and ``1 / sqrt(sum of the weights)``.
    df : float or None
        Degrees of freedom of the test of the mean; ``None`` for z.

    References
    ----------
    ``hts``: Higgins, Thompson, Spiegelhalter (2009), J R Stat Soc A 172:137-159, equation 12; ``hk``: Partlett, Riley
    (2017), Stat Med 36:301-317. Neither knows that tau2 is itself estimated from few studies: Nagashima, Noma, Furukawa
    (2019), Stat Methods Med Res 28:1689-1702.

    Examples
    --------
    >>> p = predict(Choices(model="random", pi="hts"), k=10, beta=0.0, tau2=0.2, se=0.3, plain_se=0.25, df=9.0)
    >>> [round(b, 3) for b in p.bounds], p.method
    ([-1.181, 1.181], 't with 8 df, sqrt(tau2 + se^2)')
    """
    kind = choices.pi
    if kind == "none" or k < 3:
        return NONE
    if kind == "auto":
        quantile_df, error = df, se
    elif kind == "z":
        quantile_df, error = None, plain_se
    elif kind == "t":
        quantile_df, error = float(k - 1), plain_se
    elif kind == "hts":
        quantile_df, error = float(k - 2), plain_se
    else:
        quantile_df, error = float(k - 2), se
    reach = two_sided_quantile(choices.level, quantile_df) * math.sqrt(tau2 + error**2)
    words = "Hartung-Knapp, " if kind == "hk" else ""
    return Prediction((beta - reach, beta + reach), f"{words}{df_words(quantile_df)}, sqrt(tau2 + se^2)")
