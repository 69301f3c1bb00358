"""Meta-regression: effects explained by moderators, in a mixed-effects model by inverse variance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jakpool.choices import TESTS
from jakpool.distributions import chi2_p, f_p, two_sided_p, two_sided_quantile
from jakpool.effects import Effects
from jakpool.errors import ChoiceError, PoolError
from jakpool.heterogeneity import h2_from_tau2, i2_from_tau2
from jakpool.inverse_variance import Fit, fit_inverse_variance
from jakpool.results import Note
from jakpool.tau2 import TAU2_METHODS, generalised_q, q_profile, typical_variance
from jakpool.versions import software

__all__ = ["Coefficient", "Regression", "meta_regression"]

Floats = npt.NDArray[np.float64]
Moderators = Mapping[str, Sequence[float] | Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One coefficient on the pooling scale; `name` is ``intercept``, a moderator, or ``moderator: level``."""

    name: str
    beta: float
    se: float
    zval: float
    pval: float
    ci_lb: float
    ci_ub: float
    permutation_p: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """A meta-regression in metafor's words.

    Attributes
    ----------
    df : float or None
        Degrees of freedom of t and of the F test (``None``: normal and chi-square).
    QM, QMdf, QMp : float, int, float
        Test of all moderators together: F if `df` is there, else chi-square.
    QE, QE_df, QEp : float, int, float
        Heterogeneity that remains.
    R2 : float or None
        Percent of the between-study variance that the moderators explain; ``None`` if there is none without them.
    line : tuple of (float, float, float, float)
        Moderator, predicted effect and its interval over the range of the first moderator, where it is the only one
        and a number: the line of a bubble plot.
    """

    measure: str
    k: int
    coefficients: tuple[Coefficient, ...]
    df: float | None
    QM: float
    QMdf: int
    QMp: float
    QE: float
    QE_df: int
    QEp: float
    tau2: float
    tau2_lb: float | None
    tau2_ub: float | None
    I2: float | None
    H2: float | None
    R2: float | None
    line: tuple[tuple[float, float, float, float], ...]
    settings: Mapping[str, str | float]
    notes: tuple[Note, ...]


def meta_regression(
    effects: Effects,
    moderators: Moderators,
    *,
    tau2: str = "REML",
    test: str = "knha",
    level: float = 0.95,
    permutations: int = 0,
    seed: int = 1,
) -> Regression:
    """Regress effects on moderators.

    Parameters
    ----------
    effects : Effects
    moderators : mapping of str to sequence
        One value a row: numbers, or words (a factor, coded against its first level in alphabetical order).
    tau2, test, level
        As in `pool` for random effects; Hartung-Knapp by default.
    permutations : int
        Random permutations of the rows for permutation p values; 0 for none.
    seed : int
        Of the permutations: the same seed gives the same p.

    Raises
    ------
    PoolError
        If there are not more rows than coefficients, or a moderator is constant or follows from the others.

    References
    ----------
    Thompson, Higgins (2002), Stat Med 21:1559-1573. doi:10.1002/sim.1187; Knapp, Hartung (2003), Stat Med
    22:2693-2710. doi:10.1002/sim.1482; López-López and others (2014), Br J Math Stat Psychol 67:30-48 (R2); Higgins,
    Thompson (2004), Stat Med 23:1663-1682. doi:10.1002/sim.1752 (permutation).

    Examples
    --------
    >>> from jakpool import generic
    >>> e = generic([0.1, 0.3, 0.5, 0.9], [0.02, 0.03, 0.02, 0.04])
    >>> found = meta_regression(e, {"dose": [1, 2, 3, 5]})
    >>> [(c.name, round(c.beta, 3)) for c in found.coefficients]
    [('intercept', -0.1), ('dose', 0.2)]
    """
    for option, value, known in (("tau2", tau2, TAU2_METHODS), ("test", test, TESTS)):
        if value not in known:
            raise ChoiceError(option, value, known)
    names, X = _design(effects, moderators)
    k, p = X.shape
    yi, vi = np.array(effects.yi), np.array(effects.vi)
    fit = fit_inverse_variance(yi, vi, X, tau2=tau2, test=test)
    q = float(generalised_q(yi, vi, X, np.zeros(1))[0])
    statistic = _moderator_test(fit)
    df = fit.df
    QM = statistic / (p - 1) if df is not None else statistic
    alone = fit_inverse_variance(yi, vi, np.ones((k, 1)), tau2=tau2, test="z").tau2
    typical = typical_variance(vi, X)
    bounds = q_profile(yi, vi, X, level=level)
    permuted = _permute(yi, vi, X, fit, tau2=tau2, test=test, times=permutations, seed=seed)
    coefficients = _coefficients(names, fit, level, permuted)
    notes = []
    if k < 10 * (p - 1):
        notes.append(
            Note(
                "few_for_regression",
                f"{k} rows for {p - 1} {'coefficient' if p == 2 else 'coefficients'}: fewer than ten rows a moderator "
                "make a regression a guess.",
            )
        )
    notes.append(
        Note("between_studies", "A moderator differs between studies, not between patients: no causal reading.")
    )
    return Regression(
        measure=effects.measure,
        k=k,
        coefficients=coefficients,
        df=df,
        QM=QM,
        QMdf=p - 1,
        QMp=f_p(QM, p - 1, df) if df is not None else chi2_p(statistic, p - 1),
        QE=q,
        QE_df=k - p,
        QEp=chi2_p(q, k - p),
        tau2=fit.tau2,
        tau2_lb=None if bounds is None else bounds[0],
        tau2_ub=None if bounds is None else bounds[1],
        I2=i2_from_tau2(fit.tau2, typical),
        H2=h2_from_tau2(fit.tau2, typical),
        R2=max(0.0, 100.0 * (alone - fit.tau2) / alone) if alone > 0 else None,
        line=_line(X, fit, level),
        settings={
            "measure": effects.measure,
            "model": "random",
            "tau2_method": tau2,
            "test": test,
            "level": level,
            "permutations": permutations,
            "seed": seed if permutations else 0,
            "software": software(),
        },
        notes=tuple(notes),
    )


def _design(effects: Effects, moderators: Moderators) -> tuple[list[str], Floats]:
    """Return names and columns of the design matrix, the intercept first."""
    k = len(effects)
    names, columns = ["intercept"], [np.ones(k)]
    for name, values in moderators.items():
        if len(values) != k:
            raise PoolError(f"{name} has {len(values)} values for {k} rows", hint="give one value a row")
        if isinstance(values[0], str):
            levels = sorted({str(v) for v in values})
            names += [f"{name}: {level}" for level in levels[1:]]
            columns += [np.array([float(str(v) == level) for v in values]) for level in levels[1:]]
        else:
            names.append(name)
            columns.append(np.array(values, dtype=float))
        if len(columns) >= k:
            raise PoolError(f"{len(columns)} coefficients need more than {k} rows", hint="name fewer moderators")
        X = np.column_stack(columns)
        scaled = X / np.maximum(np.abs(X).max(axis=0), 1e-300)
        if np.linalg.matrix_rank(scaled, tol=1e-9) < len(columns) or len(names) < len(columns):
            raise PoolError(f"{name} is constant or follows from the other moderators (collinear)", hint="take it out")
    if len(columns) == 1:
        raise PoolError("there is no moderator with two values", hint="name another moderator")
    return names, np.column_stack(columns)


def _moderator_test(fit: Fit) -> float:
    """Return the Wald statistic of all coefficients but the intercept."""
    beta, vcov = fit.beta[1:], fit.vcov[1:, 1:]
    return float(beta @ np.linalg.solve(vcov, beta))


def _coefficients(names: list[str], fit: Fit, level: float, permuted: list[float | None]) -> tuple[Coefficient, ...]:
    """Return each coefficient with its test and interval."""
    quantile = two_sided_quantile(level, fit.df)
    made = []
    for name, b, variance, p in zip(names, fit.beta, np.diag(fit.vcov), permuted, strict=True):
        beta, se = float(b), math.sqrt(float(variance))
        made.append(
            Coefficient(
                name=name,
                beta=beta,
                se=se,
                zval=beta / se,
                pval=two_sided_p(beta / se, fit.df),
                ci_lb=beta - quantile * se,
                ci_ub=beta + quantile * se,
                permutation_p=p,
            )
        )
    return tuple(made)


def _line(X: Floats, fit: Fit, level: float) -> tuple[tuple[float, float, float, float], ...]:
    """Return the predicted effects over the range of the only moderator."""
    if X.shape[1] != 2 or len(np.unique(X[:, 1])) < 3:
        return ()
    quantile = two_sided_quantile(level, fit.df)
    grid = np.linspace(X[:, 1].min(), X[:, 1].max(), 41)
    made = []
    for value in grid:
        row = np.array([1.0, value])
        middle, half = float(row @ fit.beta), quantile * math.sqrt(float(row @ fit.vcov @ row))
        made.append((float(value), middle, middle - half, middle + half))
    return tuple(made)


def _permute(
    yi: Floats, vi: Floats, X: Floats, fit: Fit, *, tau2: str, test: str, times: int, seed: int
) -> list[float | None]:
    """Return the share of permutations with a statistic at least as far out, one a coefficient (none: ``None``)."""
    p = X.shape[1]
    if not times:
        return [None] * p
    seen = np.abs(fit.beta / np.sqrt(np.diag(fit.vcov)))
    rng = np.random.default_rng(seed)
    beyond = np.ones(p)  # the order as observed is one of them
    for _ in range(times):
        other = fit_inverse_variance(yi, vi, X[rng.permutation(len(yi))], tau2=tau2, test=test)
        beyond += np.abs(other.beta / np.sqrt(np.diag(other.vcov))) >= seen - 1e-10
    return [None, *(float(b) / (times + 1) for b in beyond[1:])]
