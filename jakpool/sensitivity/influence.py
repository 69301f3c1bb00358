"""Influence of single studies: deleted residuals, DFFITS, Cook's distance and their kin, Baujat's plot, outliers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from jakpool.choices import TESTS
from jakpool.distributions import chi2_p
from jakpool.effects import Effects
from jakpool.errors import ChoiceError, PoolError
from jakpool.subsets import fit_subsets

__all__ = ["Influence", "influence"]

OUTLIER = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """What the inverse-variance mean owes to one row.

    Attributes
    ----------
    rstudent : float or None
        Deleted residual over its standard error.
    dffits, cook_d, dfbs : float or None
        Change of the mean when the row is left out: over the standard error of its fitted value; squared, over the
        variance of the mean; over its standard error.
    cov_r : float or None
        Variance of the mean without the row over that with it.
    tau2_del, QE_del : float
        Without the row.
    hat, weight : float
        Leverage, and the weight in percent.
    baujat_x, baujat_y : float or None
        Contribution to the heterogeneity, and squared standardised change of the mean.
    outlier : bool
        ``|rstudent| > 1.96``.
    influential : bool
        ``|dffits| > 3 sqrt(1/(k - 1))``, Cook's distance beyond the median of chi-square with 1 df, ``hat > 3/k`` or
        ``|dfbs| > 1``.

    ``None`` where the figure does not exist (a variance of zero).
    """

    label: str
    study: str
    rstudent: float | None
    dffits: float | None
    cook_d: float | None
    cov_r: float | None
    tau2_del: float
    QE_del: float
    hat: float
    dfbs: float | None
    weight: float
    baujat_x: float
    baujat_y: float | None
    outlier: bool
    influential: bool


def influence(effects: Effects, *, model: str = "random", tau2: str = "REML", test: str = "z") -> tuple[Influence, ...]:
    """Return the influence of every row on the inverse-variance mean, in the order of the rows.

    The GLMM has no such figures of its own: for counts they tell about the inverse-variance model of the same effects.

    Parameters
    ----------
    model : str
        ``random`` or ``common``.
    tau2, test : str
        As in `pool`; Hartung-Knapp scales the variances by its factor.

    Raises
    ------
    PoolError
        Fewer than three rows, or a model that has no weights of inverse variance.

    References
    ----------
    Viechtbauer, Cheung (2010), Res Synth Methods 1:112-125. doi:10.1002/jrsm.11; Baujat, Mahé, Pignon, Hill (2002),
    Stat Med 21:2641-2652. doi:10.1002/sim.1221

    Examples
    --------
    >>> from jakpool import generic, influence
    >>> rows = influence(generic([0.1, 0.2, 0.15, 1.4], [0.04, 0.05, 0.04, 0.03]), model="common")
    >>> [(row.label, row.outlier) for row in rows]
    [('1', True), ('2', False), ('3', True), ('4', True)]
    """
    if model not in ("random", "common"):
        raise ChoiceError("model", model, ("random", "common"), why="influence is worked out by inverse variance")
    if test not in TESTS:
        raise ChoiceError("test", test, TESTS)
    k = len(effects)
    if k < 3:
        raise PoolError(f"{k} rows: influence needs three", hint="look at the rows themselves")
    yi, vi = np.array(effects.yi), np.array(effects.vi)
    masks = np.vstack([np.ones((1, k), dtype=bool), ~np.eye(k, dtype=bool)])
    fits = fit_subsets(yi, vi, masks, tau2="EE" if model == "common" else tau2)
    scale = fits.hk if test == "knha" else np.maximum(fits.hk, 1.0) if test == "adhoc" else np.ones(k + 1)
    beta, beta_del = float(fits.beta[0]), fits.beta[1:]
    t, t_del = float(fits.tau2[0]), fits.tau2[1:]
    var, var_del = float(fits.se[0] ** 2 * scale[0]), fits.se[1:] ** 2 * scale[1:]
    w = 1.0 / (vi + t)
    hat = w / w.sum()
    change = beta - beta_del
    with np.errstate(divide="ignore", invalid="ignore"):
        rstudent = (yi - beta_del) / np.sqrt((vi + t_del + fits.se[1:] ** 2) * scale[1:])
        dffits = change / np.sqrt(scale[1:] * hat * (t_del + vi))
        dfbs = change / np.sqrt(scale[1:] / (1.0 / (vi + t_del[:, None])).sum(axis=1))
        cook = change**2 / var
        cov_r = var_del / var
        baujat_y = change**2 / var_del
    baujat_x = (yi - beta) ** 2 / (vi + t)

    def number(value: float) -> float | None:
        return float(value) if math.isfinite(value) else None

    return tuple(
        Influence(
            label=effects.labels[i],
            study=effects.studies[i],
            rstudent=number(rstudent[i]),
            dffits=number(dffits[i]),
            cook_d=number(cook[i]),
            cov_r=number(cov_r[i]),
            tau2_del=float(t_del[i]),
            QE_del=float(fits.QE[i + 1]),
            hat=float(hat[i]),
            dfbs=number(dfbs[i]),
            weight=100.0 * float(hat[i]),
            baujat_x=float(baujat_x[i]),
            baujat_y=number(baujat_y[i]),
            outlier=bool(abs(rstudent[i]) > OUTLIER),
            influential=bool(
                abs(dffits[i]) > 3.0 * math.sqrt(1.0 / (k - 1))
                or (math.isfinite(cook[i]) and chi2_p(float(cook[i]), 1) < 0.5)
                or hat[i] > 3.0 / k
                or abs(dfbs[i]) > 1.0
            ),
        )
        for i in range(k)
    )
