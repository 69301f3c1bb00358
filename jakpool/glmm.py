"""The one-arm logistic random-intercept model (GLMM) as a pooled result."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from jakpool.distributions import chi2_p, chi2_quantile, two_sided_p, two_sided_quantile
from jakpool.effects import Effects
from jakpool.errors import ChoiceError, PoolError
from jakpool.estimate import Bounds, Estimate, df_words, two_rows, zero_tau2
from jakpool.logistic import (
    LogisticData,
    LogisticFit,
    fit_logistic,
    profile_mu,
    profile_tau,
    profile_value,
    scan_likelihood,
)
from jakpool.measures import ONE_ARM
from jakpool.quadrature import HALF, SPLIT, log_marginal
from jakpool.results import Interval, Note
from jakpool.tau2 import generalised_q, typical_variance

__all__ = ["LEAST_NODES", "LogisticQ", "counts", "fit_counts", "pool_glmm", "q_logistic", "quadrature_words", "wider"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
LEAST_NODES = 25
MOST_NODES = 101


@dataclass(frozen=True, slots=True)
class LogisticQ:
    """Heterogeneity of counts within subgroups: Wald (``None`` when a cell is zero) and likelihood ratio."""

    wald: float | None
    lrt: float
    df: int

    @property
    def value(self) -> float:
        """The Wald form if it exists, else the likelihood ratio."""
        return self.lrt if self.wald is None else self.wald

    @property
    def method(self) -> str:
        """What `value` is."""
        return "likelihood ratio" if self.wald is None else "Wald"


def pool_glmm(effects: Effects, *, test: str, level: float, nodes: int | None = None, profile: bool = True) -> Estimate:
    """Return the pooled logit of two or more rows by maximum likelihood.

    Rows are binomial with ``logit(p_i) ~ N(mu, tau2)``. The main interval is t with ``k - 1`` degrees of freedom
    (`test` ``t``), normal (``z``), or on either side the wider of t and profile likelihood (``wider``, if `profile`);
    with two rows it is the profile-likelihood one. The prediction interval is
    ``mu ± t(k - 1) sqrt(tau2 + se^2)``; it tends to be too short with few studies.

    Parameters
    ----------
    nodes : int, optional
        Nodes of the adaptive Gauss-Hermite quadrature; by default 25, or another rule where 25 do not hold the
        log-likelihood to 1e-7 (see `fit_counts`).

    References
    ----------
    Stijnen, Hamza, Özdemir (2010), Stat Med 29:3046-3067. doi:10.1002/sim.4040; t interval: Jackson, Law, Stijnen,
    Viechtbauer, White (2018), Stat Med 37:1059-1085. doi:10.1002/sim.7588
    """
    x, n = counts(effects)
    k, together = len(x), np.zeros(len(x), dtype=np.intp)
    data, fit = fit_counts(x, n, together, nodes=nodes)
    q = q_logistic(x, n, together)
    notes = list(zero_cells(effects) if q.wald is None else ())
    if not fit.bounded:
        notes.append(_unbounded())
    single = bool((n == 1).all())
    if single:
        notes.append(Note("tau2_unidentified", "Every row is one patient: the between-study variance cannot be told."))
    elif fit.bounded and fit.tau == 0.0:
        notes.append(zero_tau2())
    inner = _intervals(data, fit, test=test, level=level, profile=profile, pi=not single)
    if profile and fit.bounded:
        notes.extend(_open(inner, single=single))
    return Estimate(
        model="glmm",
        beta=inner.beta,
        se=inner.se,
        zval=inner.zval,
        pval=inner.pval,
        df=inner.df,
        ci=inner.ci,
        profile=inner.profile,
        open_profile=inner.open_profile,
        pi=inner.pi,
        intervals=inner.intervals,
        tau2=None if single or not fit.bounded else fit.tau**2,
        tau2_ci=(None, None) if single else inner.tau2_ci,
        QE=q.value,
        QE_df=q.df,
        QEp=chi2_p(q.value, q.df),
        QE_method=q.method,
        QE_Wld=q.wald,
        QEp_Wld=None if q.wald is None else chi2_p(q.wald, q.df),
        QE_LRT=q.lrt,
        QEp_LRT=chi2_p(q.lrt, q.df),
        typical=typical_variance(np.array(effects.vi), np.ones((k, 1))),
        loglik=fit.loglik,
        weights=tuple(float(v) for v in 100.0 * fit.information / fit.information.sum())
        if fit.bounded
        else (None,) * k,
        nodes=2 * HALF if data.nodes == SPLIT else data.nodes,
        words=(
            ("weights", "share of the information about the pooled logit"),
            ("correction", "none; 0.5 in the rows with a zero cell for the typical variance behind I2 only"),
            ("quadrature", quadrature_words(data.nodes)),
            ("profile_method", "profile likelihood"),
            ("pi_method", "" if inner.pi[0] is None else df_words(inner.df) + ", sqrt(tau2 + se^2)"),
            ("tau2_ci_method", "profile likelihood"),
            ("I2_method", "tau2 / (tau2 + typical variance of the logits)"),
        ),
        notes=(*notes, *inner.notes),
    )


def counts(effects: Effects) -> tuple[Floats, Floats]:
    """Return events and patients of one-arm effects as arrays."""
    if effects.measure not in ONE_ARM or effects.events is None or effects.n is None:
        raise PoolError("the GLMM pools counts of one-arm proportions", hint="use proportions(...), or model = random")
    return np.array(effects.events, dtype=float), np.array(effects.n, dtype=float)


def fit_counts(x: Floats, n: Floats, group: Ints, *, nodes: int | None) -> tuple[LogisticData, LogisticFit]:
    """Fit the counts by adaptive Gauss-Hermite quadrature with the nodes asked, or with 25 if these are enough.

    They are not for rows without events (or with nothing else) under a wide distribution, whose integrand is a step
    rather than a bell. The scan of the likelihood is checked against the split rule, to 1e-7 at its maximum and to
    1e-5 as far down as intervals reach; where it does not hold, the split rule takes over.
    """
    if nodes is not None and not 1 <= nodes <= MOST_NODES:
        raise ChoiceError("nodes", nodes, (f"a whole number from 1 to {MOST_NODES}",))
    data = LogisticData(x, n, group, LEAST_NODES if nodes is None else nodes)
    scan = scan_likelihood(data)
    if nodes is None:
        seen = scan.value.sum(axis=1)
        true = log_marginal(x, n, scan.mu[:, group], scan.tau[:, None], nodes=SPLIT).sum(axis=1)
        error, down = np.abs(true - seen), true.max() - true
        if bool((error[down < 0.5] > 1e-7).any() or (error[down < 3.0] > 1e-5).any() or seen.max() > true.max() + 1e-5):
            data = LogisticData(x, n, group, SPLIT)
            scan = scan_likelihood(data)
    return data, fit_logistic(data, scan)


def quadrature_words(nodes: int) -> str:
    """Return what the integral was taken by."""
    if nodes == SPLIT:
        return f"Gauss-Legendre on either side of the mode, {2 * HALF} nodes"
    return f"adaptive Gauss-Hermite, {nodes} node{'s' if nodes > 1 else ''}"


def q_logistic(x: Floats, n: Floats, group: Ints) -> LogisticQ:
    """Return the heterogeneity of counts within subgroups.

    Wald: the saturated logistic model's test, which is Cochran's Q of the raw logits. Likelihood ratio: the deviance
    of the model with one proportion a subgroup.
    """
    design = (group[:, None] == np.arange(int(group.max()) + 1)).astype(float)
    p = ((x @ design) / (n @ design))[group]
    deviance = 2.0 * float((scipy.special.rel_entr(x, n * p) + scipy.special.rel_entr(n - x, n * (1.0 - p))).sum())
    wald = None
    if bool(((x > 0) & (x < n)).all()):
        raw = 1.0 / x + 1.0 / (n - x)
        wald = float(generalised_q(np.log(x / (n - x)), raw, design, np.zeros(1))[0])
    return LogisticQ(wald, max(deviance, 0.0), len(x) - design.shape[1])


def zero_cells(effects: Effects) -> tuple[Note, ...]:
    """Say that the Wald form of Q does not exist."""
    rows = [label for label, zero in zip(effects.labels, effects.corrected, strict=True) if zero]
    return (
        Note(
            "zero_cells",
            f"{len(rows)} row{'s have' if len(rows) > 1 else ' has'} no events or nothing but events "
            f"({', '.join(rows)}): their logits are infinite, the Wald form of Q does not exist, and Q is the "
            "likelihood-ratio one.",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inner:
    """Estimate and intervals of one mean."""

    beta: float | None = None
    se: float | None = None
    zval: float | None = None
    pval: float | None = None
    df: float | None = None
    ci: Interval
    profile: Bounds = (None, None)
    open_profile: bool = False
    pi: Bounds = (None, None)
    intervals: tuple[Interval, ...] = ()
    tau2_ci: Bounds = (None, None)
    notes: tuple[Note, ...] = ()


def _intervals(data: LogisticData, fit: LogisticFit, *, test: str, level: float, profile: bool, pi: bool) -> _Inner:
    """Return the mean with its intervals; profile-likelihood ones where t would have one degree of freedom."""
    if not fit.bounded:
        return _Inner(ci=Interval(None, None, "none"), open_profile=True)
    k = len(data.x)
    mu, se = float(fit.mu[0]), math.sqrt(float(fit.vcov[0, 0]))
    df = None if test == "z" else float(k - 1)
    drop = 0.5 * chi2_quantile(1.0 - level, 1)
    few = df == 1
    bounds: Bounds = profile_mu(data, fit, 0, drop=drop) if profile or few else (None, None)
    tau2_ci: Bounds = (None, None)
    if profile:
        low, high = profile_tau(data, fit, drop=drop)
        tau2_ci = (low**2, None if high is None else high**2)
    if few:
        half = two_sided_quantile(level) * se
        lr = max(0.0, 2.0 * (fit.loglik - profile_value(data, fit, 0, 0.0)[0]))
        return _Inner(
            beta=mu,
            se=se,
            zval=math.copysign(math.sqrt(lr), mu),
            pval=chi2_p(lr, 1),
            ci=Interval(*bounds, "profile likelihood"),
            profile=bounds,
            open_profile=True,
            intervals=(Interval(mu - half, mu + half, "normal (z)"),),
            tau2_ci=tau2_ci,
            notes=(two_rows("Two rows", "profile-likelihood"),),
        )
    crit = two_sided_quantile(level, df)
    reach = crit * math.sqrt(fit.tau**2 + se**2)
    ci = Interval(mu - crit * se, mu + crit * se, df_words(df))
    if test == "wider" and profile:
        ci = wider(ci, bounds)
    return _Inner(
        beta=mu,
        se=se,
        zval=mu / se,
        pval=two_sided_p(mu / se, df),
        df=df,
        ci=ci,
        profile=bounds,
        open_profile=profile,
        pi=(mu - reach, mu + reach) if pi and k > 2 else (None, None),
        tau2_ci=tau2_ci,
    )


def wider(ci: Interval, bounds: Bounds) -> Interval:
    """Return the farther of two bounds on either side; an open one is the farthest."""
    low, high = bounds
    return Interval(
        None if low is None or ci.lower is None else min(low, ci.lower),
        None if high is None or ci.upper is None else max(high, ci.upper),
        f"the wider of {ci.method} and profile likelihood",
    )


def _open(inner: _Inner, *, single: bool) -> list[Note]:
    """Say which profile-likelihood bounds lie at infinity."""
    notes = []
    if None in inner.profile:
        notes.append(
            Note("profile_open", "The profile-likelihood interval of the mean has no end on one side or both.")
        )
    if inner.tau2_ci[1] is None and not single:
        notes.append(Note("tau2_open", "The data set no upper bound to tau2: its interval is open."))
    return notes


def _unbounded() -> Note:
    """Say that the likelihood has no maximum."""
    return Note(
        "tau2_unbounded",
        "Every row has no events or nothing but events, and the likelihood grows without end as tau2 grows: there is "
        "no pooled proportion, and no interval narrower than 0 to 100 %.",
    )
