"""Inverse-variance pooling with a common effect or random effects, for any design matrix."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jakpool.choices import Choices
from jakpool.distributions import chi2_p, chi2_quantile, two_sided_p, two_sided_quantile
from jakpool.estimate import Estimate, df_words, two_rows, zero_tau2
from jakpool.prediction import NONE, predict
from jakpool.results import Interval, Note
from jakpool.tau2 import (
    estimate_tau2,
    generalised_q,
    log_likelihood,
    maximum_likelihood,
    profile_tau2,
    q_profile,
    typical_variance,
    weighted_fit,
)

__all__ = ["NO_RESIDUE", "Fit", "fit_inverse_variance", "pool_inverse_variance", "profile_interval"]

Floats = npt.NDArray[np.float64]
NO_RESIDUE = 1e-20
"""A Hartung-Knapp factor below this is rounding: there are no residuals to measure error by."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients of a weighted regression of effects on the columns of `X`.

    Attributes
    ----------
    vcov : array, shape (p, p)
        Multiplied by `scale`, the Hartung-Knapp factor (1 for z and t).
    q : float
        The factor before the ad hoc rule, ``sum(w r^2) / (k - p)``.
    df : float or None
        ``k - p`` for t, knha and adhoc; ``None`` for z.
    """

    beta: Floats
    vcov: Floats
    tau2: float
    df: float | None
    q: float
    scale: float


def fit_inverse_variance(
    yi: Floats, vi: Floats, X: Floats, *, model: str = "random", tau2: str = "REML", test: str = "adhoc"
) -> Fit:
    """Fit the model with weights ``1 / (vi + tau2)``; a common-effect model has ``tau2 = 0``.

    References
    ----------
    Knapp, Hartung (2003), Stat Med 22:2693-2710. doi:10.1002/sim.1482 (``knha``); IntHout, Ioannidis, Borm (2014), BMC
    Med Res Methodol 14:25 and Röver, Knapp, Friede (2015), BMC Med Res Methodol 15:99 (``adhoc``: the factor is never
    below 1).
    """
    k, p = X.shape
    t2 = 0.0 if model == "common" else float(estimate_tau2(yi, vi, X, method=tau2))
    beta, vcov, resid = (a[0] for a in weighted_fit(yi, vi, X, np.array([t2])))
    q = float((resid**2 / (vi + t2)).sum() / (k - p)) if k > p else 1.0
    scale = 1.0
    if test == "knha":
        scale = q
    elif test == "adhoc":
        scale = max(1.0, q)
    return Fit(beta, vcov * scale, t2, None if test == "z" else float(k - p), q, scale)


def pool_inverse_variance(yi: Floats, vi: Floats, choices: Choices) -> Estimate:
    """Return the pooled estimate of two or more rows (prediction: see `jakpool.prediction`)."""
    model, tau2, test, level = choices.model, choices.tau2, choices.test, choices.level
    k, X = len(yi), np.ones((len(yi), 1))
    fit = fit_inverse_variance(yi, vi, X, model=model, tau2=tau2, test=test)
    beta, se = float(fit.beta[0]), math.sqrt(float(fit.vcov[0, 0]))
    q = float(generalised_q(yi, vi, X, np.zeros(1))[0])
    crit = two_sided_quantile(level, fit.df)
    notes: list[Note] = []
    stat, pval, df = beta / se if se > 0 else None, None, fit.df
    ci = Interval(beta - crit * se, beta + crit * se, _method(test, fit))
    beside: list[Interval] = []
    bounds: tuple[float | None, float | None] = (None, None)
    random = model == "random"
    if fit.df == 1:
        fit = fit_inverse_variance(yi, vi, X, model=model, tau2=tau2, test="z")
        crit, df, se = two_sided_quantile(level), None, math.sqrt(float(fit.vcov[0, 0]))
        stat, pval = beta / se, two_sided_p(beta / se)
        ci = Interval(
            beta - crit * se, beta + crit * se, f"normal (z), {'random effects' if random else 'common effect'}"
        )
        if random:
            bounds = profile_interval(yi, vi, X, 0, level=level)
            ml = fit_inverse_variance(yi, vi, X, tau2="ML", test="z")
            beside.append(Interval(*bounds, "profile likelihood (normal model, ML)", float(ml.beta[0])))
            beside.append(_common_effect(yi, vi, level))
        notes.append(two_rows("Two rows", "normal", random=random))
    elif stat is not None:
        pval = two_sided_p(stat, fit.df)
    if test == "knha" and fit.q < 1.0 and fit.df != 1:
        notes.append(
            Note(
                "knha_narrow",
                f"The Hartung-Knapp factor is {fit.q:.3g}, below 1: the interval is narrower than the normal one; "
                "test = adhoc keeps the factor at 1 or more.",
            )
        )
    if random and fit.tau2 == 0.0:
        notes.append(zero_tau2())
    w = 1.0 / (vi + fit.tau2)
    plain = math.sqrt(1.0 / float(w.sum()))
    prediction = predict(choices, k=k, beta=beta, tau2=fit.tau2, se=se, plain_se=plain, df=fit.df) if random else NONE
    tau2_ci, tau2_words = _tau2_interval(yi, vi, X, choices) if random else (None, "")
    return Estimate(
        model=model,
        beta=beta,
        se=se,
        zval=stat,
        pval=pval,
        df=df,
        ci=ci,
        profile=bounds,
        pi=prediction.bounds,
        intervals=tuple(beside),
        tau2=fit.tau2,
        tau2_ci=(None, None) if tau2_ci is None else tau2_ci,
        QE=q,
        QE_df=k - 1,
        QEp=chi2_p(q, k - 1),
        QE_method="Cochran's Q (inverse variance)",
        typical=typical_variance(vi, X) if random else None,
        loglik=float(log_likelihood(yi, vi, X, np.array([fit.tau2]), restricted=tau2 == "REML" and random)[0]),
        weights=tuple((100.0 * w / w.sum()).tolist()),
        words=(
            ("weights", "inverse variance" + (" with tau2" if random else "")),
            ("pi_method", prediction.method),
            ("tau2_ci_method", tau2_words),
            ("I2_method", "tau2 / (tau2 + typical variance)" if random else "(Q - df) / Q"),
        ),
        notes=tuple(notes),
    )


def _tau2_interval(yi: Floats, vi: Floats, X: Floats, choices: Choices) -> tuple[tuple[float, float] | None, str]:
    """Return the interval of tau2 that was asked for, and its name; Q-profile by default."""
    if choices.tau2_ci == "none":
        return None, ""
    if choices.tau2_ci == "pl":
        restricted = choices.tau2 != "ML"
        name = "profile likelihood" + (" (restricted)" if restricted else "")
        return profile_tau2(yi, vi, X, restricted=restricted, level=choices.level), name
    return q_profile(yi, vi, X, level=choices.level), "Q-profile"


def profile_interval(yi: Floats, vi: Floats, X: Floats, which: int, *, level: float) -> tuple[float, float]:
    """Return the profile-likelihood interval of one coefficient in the normal random-effects model (ML).

    References
    ----------
    Hardy, Thompson (1996), Stat Med 15:619-629.
    """
    floor = _profile(yi, vi, X) - 0.5 * chi2_quantile(1.0 - level, 1)
    fit = fit_inverse_variance(yi, vi, X, tau2="ML", test="z")
    middle, se = float(fit.beta[which]), math.sqrt(float(fit.vcov[which, which]))
    others = np.delete(X, which, axis=1)

    def above(value: float) -> bool:
        return _profile(yi - X[:, which] * value, vi, others) > floor

    return _edge(above, middle, -se), _edge(above, middle, se)


def _edge(above: Callable[[float], bool], inside: float, step: float) -> float:
    """Walk outwards until `above` no longer holds, then halve the bracket."""
    outside = inside + step
    while above(outside):
        inside, step = outside, 2.0 * step
        outside += step
    for _ in range(60):
        middle = 0.5 * (inside + outside)
        if above(middle):
            inside = middle
        else:
            outside = middle
        if abs(outside - inside) <= 1e-12 * (1.0 + abs(middle)):
            break
    return 0.5 * (inside + outside)


def _profile(yi: Floats, vi: Floats, X: Floats) -> float:
    """Return the log-likelihood, maximised over the coefficients and over tau2."""
    t2 = maximum_likelihood(yi, vi, X)
    return float(log_likelihood(yi, vi, X, np.array([t2]), restricted=False)[0])


def _common_effect(yi: Floats, vi: Floats, level: float) -> Interval:
    """Return the common-effect interval given beside."""
    w = 1.0 / vi
    middle, half = float(w @ yi / w.sum()), two_sided_quantile(level) / math.sqrt(float(w.sum()))
    return Interval(middle - half, middle + half, "normal (z), common effect", middle)


def _method(test: str, fit: Fit) -> str:
    """Name the interval."""
    names = {"knha": "Hartung-Knapp, ", "adhoc": "Hartung-Knapp with factor of at least 1, "}
    return names.get(test, "") + df_words(fit.df)
