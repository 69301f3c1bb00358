"""Mixed models on the counts of two arms (UM.FS, CM.EL) and on one-arm rates, as pooled results."""

from __future__ import annotations

import math

import numpy as np

from jakpool.choices import Choices
from jakpool.corrections import Flags
from jakpool.count_likelihoods import CountLikelihood, likelihood_of
from jakpool.distributions import chi2_p, two_sided_p, two_sided_quantile
from jakpool.effects import Effects
from jakpool.errors import PoolError
from jakpool.estimate import Bounds, Estimate, df_words, two_rows, zero_tau2
from jakpool.glmm import pool_glmm
from jakpool.random_effect import Maximum, common_effect, maximise
from jakpool.results import Interval, Note
from jakpool.tau2 import generalised_q, typical_variance

__all__ = ["pool_glmm_of"]

NODES = 25
FAR = 15.0
"""So far from the mean of the effects (in log ratios, log rates) nothing is an estimate any more."""


def pool_glmm_of(effects: Effects, choices: Choices) -> Estimate:
    """Return the mixed model that fits the effects, by maximum likelihood.

    One-arm proportions: `jakpool.glmm.pool_glmm`. One-arm rates: Poisson counts with a normal log rate.

    Two arms, UM.FS: every study has a base of its own (a fixed effect) and the log odds ratio or log rate ratio is
    normal, half of it added to one arm and half taken from the other. Two arms, CM.EL: the events of the treated arm
    given all events, by the exact non-central hypergeometric (odds ratio) or binomial (rate ratio) distribution, so
    that the studies' bases drop out. Studies without any event (or with nothing but events, for the odds ratio) tell
    nothing.

    References
    ----------
    Stijnen, Hamza, Özdemir (2010), Stat Med 29:3046-3067. doi:10.1002/sim.4040; Jackson et al. (2018), Stat Med
    37:1059-1085. doi:10.1002/sim.7588 (models 4 and 7).
    """
    if effects.events_c is None and effects.time is None:
        return pool_glmm(effects, test=choices.test, level=choices.level, nodes=choices.nodes, profile=choices.profile)
    if effects.events is None:
        raise PoolError("the GLMM pools counts", hint="use model = random")
    likelihood, tells = likelihood_of(effects, choices.glmm, nodes=choices.nodes or NODES)
    return _finished(effects, choices, likelihood, tells)


def _finished(effects: Effects, choices: Choices, likelihood: CountLikelihood, tells: Flags) -> Estimate:
    """Maximise, and put the estimate together."""
    yi, vi = np.array(effects.yi), np.array(effects.vi)
    k = int(tells.sum())
    silent = len(yi) - k
    notes: list[Note] = []
    if silent:
        names = ", ".join(label for label, told in zip(effects.labels, tells, strict=True) if not told)
        notes.append(Note("silent_rows", f"{silent} of {len(yi)} rows tell nothing to this model: {names}."))
    if k < 2:
        notes.append(Note("too_few", "Fewer than two rows tell something: the model is not fitted."))
        return _unfitted(effects, notes)
    if likelihood.endless:
        notes.append(_no_finite_ratio())
        return _unfitted(effects, notes)
    w = 1.0 / vi[tells]
    start, scale = float(w @ yi[tells] / w.sum()), max(1.0 / math.sqrt(float(w.sum())), 0.05)
    top = maximise(likelihood.value, start, scale)
    q = _heterogeneity(effects, tells, likelihood, start)
    df = float(k - 1) if choices.test == "t" and k > 2 else None
    if k == 2 and choices.test == "t":
        notes.append(two_rows("Two rows", "normal"))
    if top.tau == 0.0:
        notes.append(zero_tau2())
    if abs(top.theta - start) > FAR or top.se is None:
        notes.append(_no_maximum())
        return _unfitted(effects, notes)
    return _estimate(effects, choices, top, df=df, q=q, tells=tells, notes=notes)


def _unfitted(effects: Effects, notes: list[Note]) -> Estimate:
    """Return the empty result, with its reasons."""
    nothing = Interval(None, None, "none")
    return Estimate(model="glmm", ci=nothing, weights=(None,) * len(effects), notes=tuple(notes))


def _no_finite_ratio() -> Note:
    """Say that there is no maximum."""
    return Note(
        "no_finite_ratio",
        "The likelihood grows without end: one side has no events, or the other nothing but events, in every study.",
    )


def _no_maximum() -> Note:
    """Say that none was found."""
    return Note(
        "no_maximum",
        "No maximum of the likelihood was found near the effects, or it is flat there: these rows tell too little to "
        "this model.",
    )


def _estimate(
    effects: Effects,
    choices: Choices,
    top: Maximum,
    *,
    df: float | None,
    q: tuple[float | None, float, int],
    tells: Flags,
    notes: list[Note],
) -> Estimate:
    """Return the estimate of a maximum."""
    se = top.se or 0.0
    crit = two_sided_quantile(choices.level, df)
    z = top.theta / se
    vi = np.array(effects.vi)
    pi: Bounds = (None, None)
    k = int(tells.sum())
    if k > 2:
        reach = crit * math.sqrt(top.tau**2 + se**2)
        pi = (top.theta - reach, top.theta + reach)
    wald, lrt, q_df = q
    value = wald if wald is not None else lrt
    weights = np.where(tells, 1.0 / (vi + top.tau**2), 0.0)
    name = {"CM.EL": "conditional, exact likelihood", "UM.FS": "fixed study effects"}[choices.glmm]
    name = name if effects.events_c is not None else "Poisson"
    return Estimate(
        model="glmm",
        beta=top.theta,
        se=se,
        zval=z,
        pval=two_sided_p(z, df),
        df=df,
        ci=Interval(top.theta - crit * se, top.theta + crit * se, df_words(df)),
        pi=pi,
        tau2=top.tau**2,
        QE=value,
        QE_df=q_df,
        QEp=chi2_p(value, q_df),
        QE_method="Wald" if wald is not None else "likelihood ratio",
        QE_Wld=wald,
        QEp_Wld=None if wald is None else chi2_p(wald, q_df),
        QE_LRT=lrt,
        QEp_LRT=chi2_p(lrt, q_df),
        typical=typical_variance(vi[tells], np.ones((k, 1))),
        loglik=top.loglik,
        weights=tuple(float(v) for v in 100.0 * weights / weights.sum()),
        nodes=choices.nodes or NODES,
        words=(
            ("weights", "inverse variance with tau2 (for orientation: the model has none of its own)"),
            ("correction", "none; 0.5 in the rows with a zero cell for the typical variance behind I2 only"),
            (
                "quadrature",
                f"adaptive Gauss-Hermite, {choices.nodes or NODES} nodes; {name}",
            ),
            ("pi_method", df_words(df) + ", sqrt(tau2 + se^2)" if pi[0] is not None else ""),
            ("I2_method", "tau2 / (tau2 + typical variance)"),
        ),
        notes=tuple(notes),
    )


def _heterogeneity(
    effects: Effects, tells: Flags, likelihood: CountLikelihood, start: float
) -> tuple[float | None, float, int]:
    """Return Q by Wald (``None`` where a cell is zero), by likelihood ratio, and the degrees of freedom.

    The likelihood ratio compares a figure of its own for every row with one for all.
    """
    yi, vi = np.array(effects.yi)[tells], np.array(effects.vi)[tells]
    zero = any(c for c, told in zip(effects.corrected, tells, strict=True) if told)
    wald = None if zero else float(generalised_q(yi, vi, np.ones((len(yi), 1)), np.zeros(1))[0])
    common = common_effect(likelihood.value, start)
    return wald, max(0.0, 2.0 * (likelihood.saturated - common)), len(yi) - 1
