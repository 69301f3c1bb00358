"""Egger's regression and its variants, which ask if the effect depends on the precision or the size of the study."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jakpool.choices import TESTS
from jakpool.distributions import two_sided_p, two_sided_quantile
from jakpool.effects import Effects
from jakpool.errors import ChoiceError, PoolError
from jakpool.inverse_variance import fit_inverse_variance

__all__ = ["PREDICTORS", "Asymmetry", "egger", "regression_test", "thompson_sharp", "weighted_regression"]

Floats = npt.NDArray[np.float64]
PREDICTORS = ("sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv")
WITH_LIMIT = ("sei", "vi", "ninv", "sqrtninv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asymmetry:
    """A test of funnel plot asymmetry.

    Attributes
    ----------
    name : str
        Whose test, on what.
    k : int
        Rows used.
    statistic : float or None
        t with `df` degrees of freedom, or z where `df` is ``None``; ``None`` for an exact test.
    estimate, se : float or None
        Slope of the predictor (for Egger the bias coefficient), or Kendall's S and its standard error.
    limit, limit_lb, limit_ub : float or None
        Effect where the predictor is 0 (an endless study), on the pooling scale.
    tau2 : float or None
        Between-study variance that remains.
    source : str
    """

    name: str
    k: int
    statistic: float | None
    df: float | None
    pval: float | None
    estimate: float | None
    se: float | None
    limit: float | None = None
    limit_lb: float | None = None
    limit_ub: float | None = None
    tau2: float | None = None
    source: str = ""


def regression_test(
    effects: Effects,
    *,
    model: str = "lm",
    predictor: str = "sei",
    tau2: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> Asymmetry:
    """Regress the effects on a measure of their precision or size.

    Parameters
    ----------
    model : str
        ``lm`` (weights 1/vi, a multiplicative dispersion, t with ``k - 2``: Egger's with `predictor` sei), ``random``
        (additive tau2) or ``common``.
    predictor : str
        sei, vi, ni, ninv (1/n), sqrtni, sqrtninv.
    tau2, test : str
        Of ``random``: as in `pool`.

    Raises
    ------
    PoolError
        Fewer than three rows, no n where the predictor needs it, or a predictor that is the same in all rows.

    References
    ----------
    Egger, Davey Smith, Schneider, Minder (1997), BMJ 315:629-634; Sterne, Egger (2005), in Publication bias in
    meta-analysis, 99-110 (predictors and models); Moreno et al. (2009), BMC Med Res Methodol 9:2 (the limit).

    Examples
    --------
    >>> from jakpool import proportions
    >>> e = proportions([1, 10, 4, 43, 30], [17, 12, 8, 58, 40])
    >>> found = regression_test(e, predictor="ninv")
    >>> found.df, found.k
    (3.0, 5)
    """
    for option, value, known in (
        ("model", model, ("lm", "random", "common")),
        ("predictor", predictor, PREDICTORS),
        ("test", test, TESTS),
    ):
        if value not in known:
            raise ChoiceError(option, value, known)
    vi = np.array(effects.vi)
    x = _predictor(effects, predictor)
    names = {"lm": "weighted regression", "random": "mixed-effects regression", "common": "common-effect regression"}
    return weighted_regression(
        np.array(effects.yi),
        vi,
        x,
        name=f"{names[model]} on {predictor}",
        model=model,
        tau2=tau2,
        test=test,
        level=level,
        limit=predictor in WITH_LIMIT,
        source="Sterne, Egger 2005",
    )


def egger(effects: Effects, *, level: float = 0.95) -> Asymmetry:
    """Return Egger's test: effects on standard errors, weights 1/vi, t with ``k - 2`` degrees of freedom.

    For logits of proportions it answers another question than for two-arm effects: the standard error is a function of
    the proportion itself, and the funnel is lopsided without any bias (Hunter et al. 2014).

    References
    ----------
    Egger, Davey Smith, Schneider, Minder (1997), BMJ 315:629-634; Hunter, Saratzis, Sutton, Boucher, Sayers, Bown
    (2014), J Clin Epidemiol 67:897-903. doi:10.1016/j.jclinepi.2014.03.003

    Examples
    --------
    >>> from jakpool import generic
    >>> round(egger(generic([0.1, 0.2, 0.6, 0.9], [0.01, 0.02, 0.1, 0.2])).estimate, 3)
    2.309
    """
    return weighted_regression(
        np.array(effects.yi),
        np.array(effects.vi),
        np.sqrt(np.array(effects.vi)),
        name="Egger",
        level=level,
        limit=True,
        source="Egger et al. 1997",
    )


def thompson_sharp(effects: Effects, *, tau2: str = "REML", level: float = 0.95) -> Asymmetry:
    """Return the test of Thompson and Sharp: Egger's with an additive between-study variance, t with ``k - 2``.

    References
    ----------
    Thompson, Sharp (1999), Stat Med 18:2693-2708, method 3a with the variance estimated by `tau2`.

    Examples
    --------
    >>> from jakpool import generic
    >>> thompson_sharp(generic([0.1, 0.2, 0.6, 0.9], [0.01, 0.02, 0.1, 0.2])).df
    2.0
    """
    return weighted_regression(
        np.array(effects.yi),
        np.array(effects.vi),
        np.sqrt(np.array(effects.vi)),
        name="Thompson-Sharp",
        model="random",
        tau2=tau2,
        test="t",
        level=level,
        limit=True,
        source="Thompson, Sharp 1999",
    )


def weighted_regression(
    y: Floats,
    v: Floats,
    x: Floats,
    *,
    name: str,
    model: str = "lm",
    tau2: str = "REML",
    test: str = "z",
    level: float = 0.95,
    limit: bool = False,
    source: str = "",
) -> Asymmetry:
    """Regress `y` (variances `v` up to a factor for ``lm``) on a constant and `x`."""
    k = len(y)
    if k < 3:
        raise PoolError(f"{name}: {k} usable rows, and a regression needs three", hint="leave the test out")
    scale = float(np.abs(x).max())
    if scale == 0.0 or float(np.ptp(x)) <= 1e-10 * scale:
        raise PoolError(
            f"{name}: its predictor is the same in every row, so nothing can depend on it",
            hint="leave the test out, or take another predictor",
        )
    X = np.column_stack([np.ones(k), x / scale])
    if model == "lm":
        fit = fit_inverse_variance(y, v, X, model="common", test="knha")
    else:
        fit = fit_inverse_variance(y, v, X, model=model, tau2=tau2, test=test)
    slope, se = float(fit.beta[1]) / scale, math.sqrt(float(fit.vcov[1, 1])) / scale
    statistic = slope / se if se > 0 else None
    beta, se_limit = float(fit.beta[0]), math.sqrt(float(fit.vcov[0, 0]))
    half = two_sided_quantile(level, fit.df) * se_limit
    return Asymmetry(
        name=name,
        k=k,
        statistic=statistic,
        df=fit.df,
        pval=None if statistic is None else two_sided_p(statistic, fit.df),
        estimate=slope,
        se=se,
        limit=beta if limit else None,
        limit_lb=beta - half if limit else None,
        limit_ub=beta + half if limit else None,
        tau2=fit.tau2 if model == "random" else None,
        source=source,
    )


def _predictor(effects: Effects, predictor: str) -> Floats:
    """Return the predictor of each row."""
    if predictor in ("sei", "vi"):
        v = np.array(effects.vi)
        return np.sqrt(v) if predictor == "sei" else v
    if effects.n is None:
        raise PoolError(f"predictor {predictor} needs the patients of each row", hint="give n, or take sei or vi")
    n = np.array(effects.n, dtype=float)
    if effects.n_c is not None:
        n = n + np.array(effects.n_c, dtype=float)
    if predictor == "ni":
        return n
    if predictor == "ninv":
        return np.asarray(1.0 / n)
    root = np.sqrt(n)
    return np.asarray(root if predictor == "sqrtni" else 1.0 / root)
