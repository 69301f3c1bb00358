"""Meta-regression: do the effects differ with what the studies are like."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jakpool.choices import TESTS
from jakpool.design import Design, make_design
from jakpool.distributions import chi2_p, f_p, two_sided_p, two_sided_quantile
from jakpool.effects import Effects, back_size
from jakpool.errors import ChoiceError, NoStudiesError, PoolError
from jakpool.heterogeneity import h2_from_tau2, i2_from_q, i2_from_tau2
from jakpool.inverse_variance import NO_RESIDUE, Fit, fit_inverse_variance
from jakpool.many import MANY_TAU2, fit_many
from jakpool.measures import back_transform
from jakpool.results import Note, plain
from jakpool.tau2 import TAU2_METHODS, estimate_tau2, generalised_q, typical_variance
from jakpool.versions import software

__all__ = ["Coefficient", "Permuted", "Point", "Regression", "permutation_test", "predict_grid", "regress"]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient of the regression on the pooling scale, with its interval and its test against 0."""

    name: str
    beta: float
    se: float
    stat: float
    pval: float
    ci_lb: float
    ci_ub: float


@dataclass(frozen=True, slots=True)
class Point:
    """A predicted mean at one point of a grid, on the pooling scale and on the natural one.

    `pi_lb` and `pi_ub` are where the effect of a further study with these moderators is expected.
    """

    at: Mapping[str, Any]
    pred: float
    se: float
    ci_lb: float
    ci_ub: float
    pi_lb: float
    pi_ub: float
    back: float | None
    back_ci_lb: float | None
    back_ci_ub: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """A meta-regression, in metafor's words.

    Attributes
    ----------
    measure, model, tau2_method, test : str
    level : float
    k : int
        Rows.
    coefficients : tuple of Coefficient
        The intercept first.
    vcov : tuple of tuple of float
        Covariance of the coefficients (with the Hartung-Knapp factor, where that is the test).
    df : float or None
        Degrees of freedom of t and of the second of F; ``None`` for normal and chi-square.
    tau2, tau2_without : float
        Residual between-study variance, and that of the model without moderators.
    R2 : float or None
        Percent of `tau2_without` that the moderators explain; ``None`` where that is 0.
    I2, H2 : float
        Percent, and ratio, of the residual heterogeneity: from tau2, or from Q for a common effect.
    QE, QE_df, QEp : float, int, float
        Test of the residual heterogeneity.
    QM, QMdf, QMp : float, (int, float or None), float
        Test of all coefficients but the intercept: F where the second degrees of freedom are there, else chi-square.
    terms : tuple of (str, float, int, float)
        The same test for each moderator by itself: name, statistic, degrees of freedom, p.
    fitted : tuple of float
        The means of the rows.
    software : str
    notes : tuple of Note
    """

    measure: str
    model: str
    tau2_method: str
    test: str
    level: float
    k: int
    coefficients: tuple[Coefficient, ...]
    vcov: tuple[tuple[float, ...], ...]
    df: float | None
    tau2: float
    tau2_without: float
    R2: float | None
    I2: float
    H2: float
    QE: float
    QE_df: int
    QEp: float
    QM: float
    QMdf: tuple[int, float | None]
    QMp: float
    terms: tuple[tuple[str, float, int, float], ...]
    fitted: tuple[float, ...]
    labels: tuple[str, ...]
    design: Design
    software: str
    notes: tuple[Note, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values, without the design matrix."""
        whole: dict[str, Any] = plain({name: getattr(self, name) for name in self.__slots__ if name != "design"})
        whole["beta"] = [c.beta for c in self.coefficients]
        whole["se"] = [c.se for c in self.coefficients]
        return {"schema_version": 1, **whole}


@dataclass(frozen=True, slots=True)
class Permuted:
    """Permutation p-values of the coefficients and of the test of all moderators."""

    names: tuple[str, ...]
    pval: tuple[float, ...]
    QMp: float
    permutations: int
    exact: bool


def regress(
    effects: Effects,
    moderators: Mapping[str, Sequence[Any]],
    *,
    model: str = "random",
    tau2: str = "REML",
    test: str = "knha",
    level: float = 0.95,
) -> Regression:
    """Regress effects on moderators by inverse variance.

    Parameters
    ----------
    effects : Effects
    moderators : mapping of str to sequence
        One entry a row each; numbers are slopes, words a factor (see `jakpool.design.make_design`).
    model : str
        ``random`` (mixed-effects) or ``common`` (no residual heterogeneity).
    tau2, test : str
        As in `jakpool.pool`.

    Raises
    ------
    PoolError
        A moderator that is constant, missing or determined by others, too few rows, an unknown word.

    References
    ----------
    Berkey et al. (1995), Stat Med 14:395-411; Knapp, Hartung (2003), Stat Med 22:2693-2710 (test); R2: Raudenbush
    (2009), The handbook of research synthesis, 2nd ed., chapter 16, and López-López et al. (2014), Br J Math Stat
    Psychol 67:30-48 (it needs many studies).

    Examples
    --------
    >>> from jakpool import generic
    >>> e = generic([0.1, 0.3, 0.4, 0.6, 0.9], [0.02] * 5)
    >>> r = regress(e, {"dose": [1, 2, 3, 4, 5]}, test="z")
    >>> round(r.coefficients[1].beta, 3), round(r.QM, 2), r.tau2
    (0.19, 18.05, 0.0)
    """
    if len(effects) == 0:
        raise NoStudiesError
    for option, value, known in (
        ("model", model, ("random", "common")),
        ("tau2", tau2, TAU2_METHODS),
        ("test", test, TESTS),
    ):
        if value not in known:
            raise ChoiceError(option, value, known)
    design = make_design(moderators, effects.labels)
    yi, vi, X = np.array(effects.yi), np.array(effects.vi), design.X
    k, p = X.shape
    fit = fit_inverse_variance(yi, vi, X, model=model, tau2=tau2, test=test)
    exact = test == "knha" and fit.q < NO_RESIDUE
    if exact:
        fit = fit_inverse_variance(yi, vi, X, model=model, tau2=tau2, test="t")
    without = 0.0 if model == "common" else estimate_tau2(yi, vi, np.ones((k, 1)), method=tau2)
    q = float(generalised_q(yi, vi, X, np.zeros(1))[0])
    typical = typical_variance(vi, X)
    qm, qm_df, qm_p = _wald(fit, list(range(1, p)))
    return Regression(
        measure=effects.measure,
        model=model,
        tau2_method=tau2 if model == "random" else "none (common effect)",
        test=test,
        level=level,
        k=k,
        coefficients=_coefficients(fit, design.names, level),
        vcov=tuple(tuple(float(v) for v in row) for row in fit.vcov),
        df=fit.df,
        tau2=fit.tau2,
        tau2_without=without,
        R2=max(0.0, 100.0 * (without - fit.tau2) / without) if without > 0.0 else None,
        I2=i2_from_tau2(fit.tau2, typical) if model == "random" else i2_from_q(q, k - p) or 0.0,
        H2=h2_from_tau2(fit.tau2, typical) if model == "random" else q / (k - p),
        QE=q,
        QE_df=k - p,
        QEp=chi2_p(q, k - p),
        QM=qm,
        QMdf=qm_df,
        QMp=qm_p,
        terms=tuple((t.name, *_term(fit, list(t.columns))) for t in design.terms),
        fitted=tuple(float(v) for v in X @ fit.beta),
        labels=effects.labels,
        design=design,
        software=software(),
        notes=(*effects.notes, *_cautions(k, p, design), *((_no_residue(),) if exact else ())),
    )


def predict_grid(
    regression: Regression, grid: Sequence[Mapping[str, Any]], effects: Effects | None = None
) -> tuple[Point, ...]:
    """Return predicted means at points of a grid.

    Parameters
    ----------
    regression : Regression
    grid : sequence of mapping
        A value for every moderator.
    effects : Effects, optional
        The effects of the regression, for the way back from Freeman-Tukey.

    Examples
    --------
    >>> from jakpool import generic
    >>> e = generic([0.1, 0.3, 0.4, 0.6, 0.9], [0.02] * 5)
    >>> r = regress(e, {"dose": [1, 2, 3, 4, 5]}, test="z")
    >>> [round(p.pred, 3) for p in predict_grid(r, [{"dose": 1}, {"dose": 6}])]
    [0.08, 1.03]
    """
    beta, vcov = np.array([c.beta for c in regression.coefficients]), np.array(regression.vcov)
    crit = two_sided_quantile(regression.level, regression.df)
    size = None if effects is None else back_size(effects, se=None)
    points = []
    for at in grid:
        row = regression.design.row(at)
        pred, se = float(row @ beta), math.sqrt(max(0.0, float(row @ vcov @ row)))
        reach = crit * math.sqrt(regression.tau2 + se**2)
        low, high = pred - crit * se, pred + crit * se
        back = [back_transform(v, regression.measure, size=size) for v in (pred, low, high)]
        points.append(Point(dict(at), pred, se, low, high, pred - reach, pred + reach, *back))
    return tuple(points)


def permutation_test(
    effects: Effects,
    moderators: Mapping[str, Sequence[Any]],
    *,
    model: str = "random",
    tau2: str = "REML",
    test: str = "z",
    permutations: int = 1000,
    seed: int = 0,
) -> Permuted:
    """Test the moderators by permuting them over the rows.

    The p-value is the share of permutations whose statistic is at least as far from 0 as the observed one; the observed
    order is one of them. With 7 rows or fewer all orders are taken.

    References
    ----------
    Higgins, Thompson (2004), Stat Med 23:1663-1682; Viechtbauer et al. (2015), Psychol Methods 20:360-374.

    Examples
    --------
    >>> from jakpool import generic
    >>> e = generic([0.1, 0.3, 0.4, 0.6, 0.9], [0.02] * 5)
    >>> found = permutation_test(e, {"dose": [1, 2, 3, 4, 5]})
    >>> found.exact, found.permutations, round(found.QMp, 3)
    (True, 120, 0.017)
    """
    tau2 = "common" if model == "common" else tau2
    if tau2 not in MANY_TAU2:
        raise ChoiceError("tau2", tau2, MANY_TAU2, why="the permutation test refits by these only")
    if permutations < 1:
        raise PoolError(f"permutations is {permutations}", hint="1000 is usual")
    design = make_design(moderators, effects.labels)
    yi, vi, X = np.array(effects.yi), np.array(effects.vi), design.X
    k, p = X.shape
    orders, exact = _orders(k, permutations, seed)
    fit = fit_many(np.broadcast_to(yi, orders.shape), np.broadcast_to(vi, orders.shape), X[orders], tau2=tau2)
    scale = np.ones(len(orders))
    if test in ("knha", "adhoc"):
        scale = np.maximum(fit.q, 1.0) if test == "adhoc" else np.where(fit.q < NO_RESIDUE, 1.0, fit.q)
    vcov = fit.vcov * scale[:, None, None]
    stat = np.abs(fit.beta) / np.sqrt(np.einsum("mpp->mp", vcov))
    slopes, inner = fit.beta[:, 1:], vcov[:, 1:, 1:]
    qm = np.einsum("mp,mp->m", slopes, np.linalg.solve(inner, slopes[:, :, None])[:, :, 0])
    slack = 1.0 - 1e-10  # equal statistics may differ in their last digits
    return Permuted(
        names=design.names,
        pval=tuple(float((stat[:, j] >= slack * stat[0, j]).mean()) for j in range(p)),
        QMp=float((qm >= slack * qm[0]).mean()),
        permutations=len(orders),
        exact=exact,
    )


def _orders(k: int, permutations: int, seed: int) -> tuple[Any, bool]:
    """Return orders of the rows, the observed one first: all of them if they are few."""
    if k <= 7:
        from itertools import permutations as every

        return np.array(list(every(range(k))), dtype=np.intp), True
    rng = np.random.default_rng(seed)
    drawn = rng.permuted(np.broadcast_to(np.arange(k), (permutations, k)), axis=1)
    drawn[0] = np.arange(k)
    return drawn, False


def _coefficients(fit: Fit, names: tuple[str, ...], level: float) -> tuple[Coefficient, ...]:
    """Return the coefficients with their tests."""
    crit = two_sided_quantile(level, fit.df)
    made = []
    for j, name in enumerate(names):
        b, se = float(fit.beta[j]), math.sqrt(float(fit.vcov[j, j]))
        stat = b / se if se > 0 else math.copysign(math.inf, b)
        made.append(Coefficient(name, b, se, stat, two_sided_p(stat, fit.df), b - crit * se, b + crit * se))
    return tuple(made)


def _wald(fit: Fit, columns: list[int]) -> tuple[float, tuple[int, float | None], float]:
    """Return the test of some coefficients."""
    b, vcov = fit.beta[columns], fit.vcov[np.ix_(columns, columns)]
    chi2, m = float(b @ np.linalg.solve(vcov, b)), len(columns)
    if fit.df is None:
        return chi2, (m, None), chi2_p(chi2, m)
    return chi2 / m, (m, fit.df), f_p(chi2 / m, m, fit.df)


def _term(fit: Fit, columns: list[int]) -> tuple[float, int, float]:
    """Return the test of one moderator."""
    stat, df, p = _wald(fit, columns)
    return stat, df[0], p


def _no_residue() -> Note:
    """Say why the Hartung-Knapp factor was not used."""
    return Note(
        "knha_zero",
        "The effects lie on the regression without any residue: the Hartung-Knapp factor would be 0, every interval of "
        "no width. The usual standard errors with t are given in its place.",
    )


def _cautions(k: int, p: int, design: Design) -> tuple[Note, ...]:
    """Say how far the regression can be trusted."""
    notes = []
    if k < 10 * (p - 1):
        notes.append(
            Note(
                "few_rows",
                f"{k} rows for {p - 1} coefficient{'s' if p > 2 else ''}: fewer than ten studies for each, so that "
                "chance findings are likely (Cochrane Handbook, chapter 10).",
            )
        )
    if any(not t.levels for t in design.terms):
        notes.append(
            Note(
                "between_studies",
                "A slope compares studies, not patients: what holds between studies need not hold within them.",
            )
        )
    return tuple(notes)
