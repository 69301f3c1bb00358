"""Subgroups: one model with the subgroup as a factor and a common tau2, and the test between them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jakpool.distributions import chi2_p, chi2_quantile, clopper_pearson, f_p, two_sided_quantile
from jakpool.effects import Effects, back_size
from jakpool.estimate import Bounds, df_words, two_rows
from jakpool.glmm import counts, fit_counts, q_logistic, wider
from jakpool.heterogeneity import i2_from_q, i2_from_tau2
from jakpool.inverse_variance import NO_RESIDUE, fit_inverse_variance
from jakpool.logistic import profile_mu
from jakpool.lone import nothing
from jakpool.mantel_haenszel import pool_mantel_haenszel
from jakpool.measures import ONE_ARM, back_transform, to_scale
from jakpool.results import Back, Between, Interval, Note, Subgroup
from jakpool.tau2 import generalised_q, typical_variance

__all__ = ["Answer", "pool_subgroups", "shared_studies"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Test = tuple[str, float | None, tuple[int, float | None], float | None]
Answer = tuple[tuple[Subgroup, ...], Between | None, tuple[Note, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mean:
    """One subgroup's mean with its intervals, on the pooling scale."""

    beta: float | None = None
    se: float | None = None
    ci: Bounds = (None, None)
    method: str = "none"
    df: float | None = None
    profile: Bounds = (None, None)
    exact: tuple[float, float, float] | None = None
    QE: float | None = None


def pool_subgroups(
    effects: Effects, *, model: str, tau2: str, test: str, level: float, nodes: int | None, profile: bool
) -> Answer:
    """Return the subgroups (sorted by name), the test between them, and the cautions.

    The GLMM and the inverse-variance model are fitted once, with a mean for each subgroup and a common tau2; intervals
    have ``K - G`` degrees of freedom (K rows, G subgroups), or are profile-likelihood ones where that is 1.
    Mantel-Haenszel pools each subgroup by itself.

    References
    ----------
    Borenstein, Hedges, Higgins, Rothstein (2009), Introduction to meta-analysis, chapter 19 (common tau2 across
    subgroups).
    """
    names = tuple(sorted(set(effects.group)))
    group = np.array([names.index(g) for g in effects.group], dtype=np.intp)
    silent = {
        name
        for name in names
        if model in ("random", "common")
        and nothing(effects.keep([i for i, g in enumerate(effects.group) if g == name]))
    }
    if silent:

        def fit(rest: Effects) -> Answer:
            return pool_subgroups(rest, model=model, tau2=tau2, test=test, level=level, nodes=nodes, profile=profile)

        return _without(effects, silent, fit)
    counted = effects.measure in ONE_ARM and effects.events is not None and effects.n is not None
    if counted and sum(effects.events or ()) in (0, sum(effects.n or ())):
        model = "glmm"  # nothing to model: every subgroup has its exact interval
    if model == "glmm":
        means, between, notes = _glmm(effects, names, group, test=test, level=level, nodes=nodes, profile=profile)
    elif model == "mh":
        means, between, notes = _mantel_haenszel(effects, names, group, level=level)
    else:
        means, between, notes = _inverse_variance(effects, names, group, model=model, tau2=tau2, test=test, level=level)
    if len(names) == 1:
        between = None
        notes = (*notes, Note("one_group", f"All rows are of one subgroup ({names[0]}): nothing is compared."))
    notes = (*notes, *shared_studies(effects))
    return tuple(_subgroup(effects, names[g], group == g, mean) for g, mean in enumerate(means)), between, notes


def _without(effects: Effects, silent: set[str], fit: Callable[[Effects], Answer]) -> Answer:
    """Return the answer of the other subgroups, with empty figures for those that tell nothing about a ratio."""
    rest = effects.keep([i for i, g in enumerate(effects.group) if g not in silent])
    told, between, notes = fit(rest) if len(rest) else ((), None, ())
    empty = tuple(_subgroup(effects, name, np.array([g == name for g in effects.group]), _Mean()) for name in silent)
    note = Note(
        "group_silent",
        f"{', '.join(sorted(silent))}: no events in either arm (or nothing but events), so that a ratio cannot be "
        "estimated; the comparison of the subgroups leaves it out.",
    )
    return tuple(sorted((*told, *empty), key=lambda g: g.name)), between, (*notes, note)


def shared_studies(effects: Effects) -> tuple[Note, ...]:
    """Say which studies have arms in several subgroups."""
    groups: dict[str, set[str]] = {}
    for study, group in zip(effects.studies, effects.group, strict=True):
        groups.setdefault(study, set()).add(group)
    shared = sorted(study for study, found in groups.items() if len(found) > 1)
    if not shared:
        return ()
    return (
        Note(
            "study_in_groups",
            f"{', '.join(shared)} has arms in several subgroups: the test between them takes the arms as independent.",
        ),
    )


def _glmm(
    effects: Effects,
    names: tuple[str, ...],
    group: Ints,
    *,
    test: str,
    level: float,
    nodes: int | None,
    profile: bool,
) -> tuple[list[_Mean], Between | None, tuple[Note, ...]]:
    """Fit one GLMM; subgroups without events (or without anything else) stand apart with their exact interval."""
    x, n = counts(effects)
    q_all = q_logistic(x, n, group)
    q_each = [q_logistic(x[group == g], n[group == g], group[group == g] * 0) for g in range(len(names))]
    if q_all.wald is None:
        q_each = [type(q)(None, q.lrt, q.df) for q in q_each]
    sums = [(int(x[group == g].sum()), int(n[group == g].sum())) for g in range(len(names))]
    mixed = [g for g, (events, total) in enumerate(sums) if 0 < events < total]
    means = [
        _exact_mean(effects.measure, *sums[g], level=level, single=bool((group == g).sum() == 1))
        for g in range(len(names))
    ]
    notes: list[Note] = []
    apart = [names[g] for g in range(len(names)) if g not in mixed]
    if not mixed:
        notes.append(
            Note(
                "group_alike",
                "No subgroup has both patients with and without the event: each has the exact interval of its totals, "
                "and nothing is tested between them.",
            )
        )
        return means, None, tuple(notes)
    if apart:
        notes.append(
            Note(
                "group_alike",
                f"{', '.join(apart)}: no events or nothing but events, so the model has no mean for it; the interval "
                "is the exact one of the totals, and tau2 comes from the other subgroups.",
            )
        )
    rows = np.flatnonzero(np.isin(group, mixed))
    inner = np.searchsorted(np.array(mixed, dtype=np.intp), group[rows])
    df = len(rows) - len(mixed)
    between = Between(
        groups=names,
        method="none",
        QM=None,
        QMdf=(len(names) - 1, None),
        QMp=None,
        QE=q_all.value,
        QE_df=q_all.df,
        QEp=chi2_p(q_all.value, q_all.df),
        QE_method=q_all.method,
    )
    if df < 1:
        notes.append(_no_replication())
        return means, between, tuple(notes)
    data, fit = fit_counts(x[rows], n[rows], inner, nodes=nodes)
    if not fit.bounded:
        notes.append(
            Note(
                "tau2_unbounded",
                "Within the subgroups every row has no events or nothing but events: tau2 "
                "has no estimate, and the subgroups have the exact intervals of their totals.",
            )
        )
        return means, between, tuple(notes)
    t = test in ("t", "wider")
    few = t and df == 1
    crit = two_sided_quantile(level, float(df) if t and not few else None)
    for j, g in enumerate(mixed):
        mu, se = float(fit.mu[j]), math.sqrt(float(fit.vcov[j, j]))
        bounds: Bounds = (None, None)
        if profile or few:
            bounds = profile_mu(data, fit, j, drop=0.5 * chi2_quantile(1.0 - level, 1))
        ci = Interval(mu - crit * se, mu + crit * se, df_words(float(df) if t else None))
        if few:
            ci = Interval(*bounds, "profile likelihood")
        elif test == "wider" and profile:
            ci = wider(ci, bounds)
        means[g] = _Mean(
            beta=mu,
            se=se,
            ci=(ci.lower, ci.upper),
            method=ci.method,
            df=float(df) if t and not few else None,
            profile=bounds,
            QE=q_each[g].value,
        )
    if few:
        notes.append(two_rows("The rows within the subgroups", "profile-likelihood", random=False))
    _, alone = fit_counts(x, n, np.zeros_like(group), nodes=nodes)
    lrt = max(0.0, 2.0 * (fit.loglik - alone.loglik))  # subgroups that stand apart have a likelihood of 1
    method, qm, qmdf, qmp = _likelihood_ratio(lrt, len(names) - 1)
    if not apart and not few and len(names) > 1:
        method, qm, qmdf, qmp = _wald(fit.mu, fit.vcov, float(df) if t else None)
    typical = _design_variance(effects, group)
    t2 = fit.tau**2
    between = Between(
        groups=names,
        method=method,
        QM=qm,
        QMdf=qmdf,
        QMp=qmp,
        LRT=lrt,
        LRTp=chi2_p(lrt, len(names) - 1),
        tau2=t2,
        QE=q_all.value,
        QE_df=q_all.df,
        QEp=chi2_p(q_all.value, q_all.df),
        QE_method=q_all.method,
        I2=None if typical is None else i2_from_tau2(t2, typical),
    )
    return means, between, tuple(notes)


def _inverse_variance(
    effects: Effects, names: tuple[str, ...], group: Ints, *, model: str, tau2: str, test: str, level: float
) -> tuple[list[_Mean], Between | None, tuple[Note, ...]]:
    """Fit one weighted regression on the subgroups."""
    yi, vi = np.array(effects.yi), np.array(effects.vi)
    X = (group[:, None] == np.arange(len(names))).astype(float)
    k, p = X.shape
    common = model == "common"
    q = float(generalised_q(yi, vi, X, np.zeros(1))[0])
    q_each = [
        float(generalised_q(yi[group == g], vi[group == g], np.ones((int((group == g).sum()), 1)), np.zeros(1))[0])
        for g in range(p)
    ]
    shared = {"QE": q, "QE_df": k - p, "QEp": chi2_p(q, k - p)}
    notes: tuple[Note, ...] = ()
    if k == p and not common:
        return [_own(effects, int(np.flatnonzero(group == g)[0]), level) for g in range(p)], None, (_no_replication(),)
    few = k - p == 1 and test != "z"
    fit = fit_inverse_variance(yi, vi, X, model=model, tau2=tau2, test="z" if few or k == p else test)
    crit = two_sided_quantile(level, fit.df)
    knapp = "Hartung-Knapp, " if fit.df is not None and test in ("knha", "adhoc") else ""
    means = []
    for g in range(p):
        b, se = float(fit.beta[g]), math.sqrt(float(fit.vcov[g, g]))
        ci = (b - crit * se, b + crit * se)
        means.append(_Mean(beta=b, se=se, ci=ci, df=fit.df, QE=q_each[g], method=knapp + df_words(fit.df)))
    if few:
        notes = (two_rows("The rows within the subgroups", "normal", random=False),)
    if p == 1:
        return means, None, notes
    exact = test == "knha" and fit.q < NO_RESIDUE  # the rows agree exactly within their subgroups
    method, qm, qmdf, qmp = _wald(fit.beta, 0.0 * fit.vcov if exact else fit.vcov, fit.df)
    typical = None if common else typical_variance(vi, X)
    return (
        means,
        Between(
            groups=names,
            method=method,
            QM=qm,
            QMdf=qmdf,
            QMp=qmp,
            tau2=fit.tau2,
            QE=shared["QE"],
            QE_df=k - p,
            QEp=shared["QEp"],
            QE_method="Cochran's Q within subgroups",
            I2=None if typical is None else i2_from_tau2(fit.tau2, typical),
        ),
        notes,
    )


def _mantel_haenszel(
    effects: Effects, names: tuple[str, ...], group: Ints, *, level: float
) -> tuple[list[_Mean], Between | None, tuple[Note, ...]]:
    """Pool each subgroup by itself and compare the ratios with their inverse variances."""
    each = [
        pool_mantel_haenszel(effects.keep([int(i) for i in np.flatnonzero(group == g)]), level=level)
        for g in range(len(names))
    ]
    means = [_Mean(beta=e.beta, se=e.se, ci=(e.ci.lower, e.ci.upper), method=e.ci.method, QE=e.QE) for e in each]
    there = [(e.beta, e.se) for e in each if e.beta is not None and e.se is not None]
    missing = [name for name, e in zip(names, each, strict=True) if e.beta is None]
    notes = (Note("mh_undefined", f"{', '.join(missing)}: no Mantel-Haenszel ratio, one side has no events."),)
    within = sum(e.QE or 0.0 for e in each)
    df = sum(e.QE_df for e in each)
    if len(there) < 2:
        return means, None, notes if missing else ()
    b, v = np.array([t[0] for t in there]), np.array([t[1] for t in there]) ** 2
    qm = float(generalised_q(b, v, np.ones((len(b), 1)), np.zeros(1))[0])
    return (
        means,
        Between(
            groups=names,
            method="chi-square of the separate ratios",
            QM=qm,
            QMdf=(len(b) - 1, None),
            QMp=chi2_p(qm, len(b) - 1),
            tau2=0.0,
            QE=within,
            QE_df=df,
            QEp=chi2_p(within, df),
            QE_method="Q around the Mantel-Haenszel estimates",
        ),
        notes if missing else (),
    )


def _wald(beta: Floats, vcov: Floats, df: float | None) -> Test:
    """Test that all means are equal: F with `df`, or chi-square."""
    m = len(beta) - 1
    contrast = np.column_stack([-np.ones(m), np.eye(m)])
    differences = contrast @ beta
    if not vcov.any():  # Hartung-Knapp of rows that agree exactly within their subgroups
        return "none", None, (m, df), None
    chi2 = float(differences @ np.linalg.solve(contrast @ vcov @ contrast.T, differences))
    if df is None:
        return "Wald chi-square", chi2, (m, None), chi2_p(chi2, m)
    return "Wald F", chi2 / m, (m, df), f_p(chi2 / m, m, df)


def _likelihood_ratio(lrt: float, df: int) -> Test:
    """Name the likelihood-ratio test as the test between."""
    return "likelihood-ratio chi-square", lrt, (df, None), chi2_p(lrt, df)


def _design_variance(effects: Effects, group: Ints) -> float | None:
    """Return the typical sampling variance within subgroups."""
    X = (group[:, None] == np.arange(int(group.max()) + 1)).astype(float)
    return typical_variance(np.array(effects.vi), X) if len(group) > X.shape[1] else None


def _exact_mean(measure: str, events: int, total: int, *, level: float, single: bool) -> _Mean:
    """Return the exact interval of a subgroup's totals."""
    low, high = clopper_pearson(events, total, level=level)
    return _Mean(
        beta=to_scale(events / total, measure, size=total),
        ci=(to_scale(low, measure, size=total), to_scale(high, measure, size=total)),
        method="Clopper-Pearson" if single else "Clopper-Pearson of the totals",
        exact=(events / total, low, high),
    )


def _own(effects: Effects, row: int, level: float) -> _Mean:
    """Return the interval of a subgroup's only row."""
    if effects.measure in ONE_ARM and effects.events is not None and effects.n is not None:
        return _exact_mean(effects.measure, effects.events[row], effects.n[row], level=level, single=True)
    half = two_sided_quantile(level) * math.sqrt(effects.vi[row])
    b = effects.yi[row]
    return _Mean(beta=b, se=math.sqrt(effects.vi[row]), ci=(b - half, b + half), method="normal (z), one study")


def _no_replication() -> Note:
    """Say why there is no model."""
    return Note(
        "no_replication",
        "No subgroup has two rows that could differ: a common tau2 cannot be estimated, each "
        "subgroup has its own exact or normal interval, and nothing is tested between them.",
    )


def _subgroup(effects: Effects, name: str, rows: npt.NDArray[np.bool_], mean: _Mean) -> Subgroup:
    """Put one subgroup together."""
    kept = effects.keep([int(i) for i in np.flatnonzero(rows)])
    measure, df = effects.measure, len(kept) - 1
    size = back_size(kept, se=mean.se)

    def bound(value: float | None, infinite: float) -> float | None:
        if value is None:
            return infinite if measure == "PLO" and mean.method.endswith("profile likelihood") else None
        return back_transform(value, measure, size=size)

    if mean.exact:
        back = Back(estimate=mean.exact[0], ci_lb=mean.exact[1], ci_ub=mean.exact[2])
    else:
        back = Back(
            estimate=back_transform(mean.beta, measure, size=size),
            ci_lb=bound(mean.ci[0], 0.0),
            ci_ub=bound(mean.ci[1], 1.0),
            profile_lb=back_transform(mean.profile[0], measure, size=size),
            profile_ub=back_transform(mean.profile[1], measure, size=size),
        )
    return Subgroup(
        name=name,
        k=len(kept),
        k_studies=len(set(kept.studies)),
        n_total=None if kept.n is None else sum(kept.n) + sum(kept.n_c or ()),
        events_total=None if kept.events is None else sum(kept.events) + sum(kept.events_c or ()),
        beta=mean.beta,
        se=mean.se,
        ci_lb=mean.ci[0],
        ci_ub=mean.ci[1],
        ci_method=mean.method,
        df=mean.df,
        profile_lb=mean.profile[0],
        profile_ub=mean.profile[1],
        QE=mean.QE if df > 0 else None,
        QE_df=max(df, 0),
        QEp=chi2_p(mean.QE, df) if df > 0 and mean.QE is not None else None,
        I2_Q=i2_from_q(mean.QE, df) if mean.QE is not None else None,
        back=back,
    )
