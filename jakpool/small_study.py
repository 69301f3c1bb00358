"""Small-study effects: regression and rank tests for asymmetry, and trim and fill, each with its caution."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import special

from jakpool.distributions import two_sided_p, two_sided_quantile
from jakpool.effects import Effects, back_transform
from jakpool.errors import PoolError
from jakpool.inverse_variance import fit_inverse_variance
from jakpool.naming import is_percent
from jakpool.results import Note

__all__ = ["AsymmetryTest", "SmallStudy", "TrimFill", "small_study_effects"]

Floats = npt.NDArray[np.float64]
FEW = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AsymmetryTest:
    """One test for asymmetry of the funnel.

    Attributes
    ----------
    name : str
        What it is called.
    predictor : str
        What effects are regressed on, or ranked with.
    statistic, df, pval : float or None
        t or z of the slope, or Kendall's tau; degrees of freedom of t; two-sided p.
    slope, se : float or None
        Of the predictor, on the pooling scale.
    limit, limit_lb, limit_ub : float or None
        Effect at a predictor of 0 (an infinitely large study) with its interval, on the natural scale.
    main : bool
        Whether it is the one to look at for this kind of effect.
    remark : str
        Why to trust or distrust it.
    """

    name: str
    predictor: str
    statistic: float | None
    df: float | None
    pval: float | None
    slope: float | None = None
    se: float | None = None
    limit: float | None = None
    limit_lb: float | None = None
    limit_ub: float | None = None
    main: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrimFill:
    """What the result would be with the studies that a symmetrical funnel lacks (estimator L0).

    Attributes
    ----------
    k0 : int
        Rows filled in.
    side : str
        ``left`` or ``right``: where they are missing.
    beta, se, ci_lb, ci_ub : float
        Pooling scale, of the rows and the filled ones.
    estimate, lower, upper : float or None
        The same on the natural scale.
    filled : tuple of (float, float)
        Effect and standard error of each filled row, for a funnel plot.
    """

    k0: int
    side: str
    beta: float
    se: float
    ci_lb: float
    ci_ub: float
    estimate: float | None
    lower: float | None
    upper: float | None
    filled: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallStudy:
    """All tests for one set of effects.

    Attributes
    ----------
    appendix : bool
        Whether there are fewer than ten rows: the figures belong to an appendix and into no sentence.
    """

    measure: str
    k: int
    tests: tuple[AsymmetryTest, ...]
    trim_fill: TrimFill | None
    appendix: bool
    notes: tuple[Note, ...]


def small_study_effects(effects: Effects, *, tau2: str = "REML", level: float = 0.95) -> SmallStudy:
    """Test for small-study effects, the test that suits the measure first.

    For proportions and two-arm counts that is the regression on 1/n (Peters type): a logit or a log ratio and its own
    standard error depend on each other, so that Egger's test finds asymmetry where there is none.

    Raises
    ------
    PoolError
        With fewer than three rows.

    References
    ----------
    Egger, Davey Smith, Schneider, Minder (1997), BMJ 315:629-634 (regression on the standard error, weighted, with a
    multiplicative dispersion); Sterne, Egger (2005), in Publication bias in meta-analysis, chapter 6 (random effects);
    Peters, Sutton, Jones, Abrams, Rushton (2006), JAMA 295:676-680. doi:10.1001/jama.295.6.676; Begg, Mazumdar (1994),
    Biometrics 50:1088-1101; Duval, Tweedie (2000), Biometrics 56:455-463; Hunter and others (2014), J Clin Epidemiol
    67:897-903. doi:10.1016/j.jclinepi.2014.03.003; Sterne and others (2011), BMJ 343:d4002. doi:10.1136/bmj.d4002.

    Examples
    --------
    >>> from jakpool import two_arm
    >>> e = two_arm([4, 6, 3, 62], [123, 306, 231, 13598], [11, 29, 11, 248], [139, 303, 220, 12867])
    >>> found = small_study_effects(e)
    >>> [test.name for test in found.tests], found.appendix
    (['Peters', 'Egger', 'Egger, random effects', 'Begg and Mazumdar'], True)
    """
    k = len(effects)
    if k < 3:
        raise PoolError(
            f"{k} {'row is' if k == 1 else 'rows are'} too few to look for small-study effects", hint="it takes three"
        )
    yi, vi = np.array(effects.yi), np.array(effects.vi)
    tests = []
    counted = effects.n is not None and effects.events is not None
    if counted:
        tests.append(_peters(effects, level))
    leans = "effect and standard error depend on each other: it finds asymmetry without any bias" if counted else ""
    sei = np.sqrt(vi)
    if float(np.ptp(sei)) > 1e-12 * float(sei.max()):
        tests.append(_weighted("Egger", "standard error", yi, sei, 1 / vi, effects.measure, level, remark=leans))
        tests.append(_random(effects, sei, tau2=tau2, level=level, remark=leans))
    tests.append(_begg(yi, vi))
    first = tests[0]
    notes = []
    if k < FEW:
        few = (
            f"Fewer than {FEW} rows (k = {k}): chance alone makes a funnel lean, and a test has no power. These "
            "figures belong into an appendix, and into no sentence."
        )
        notes.append(Note("few_for_bias", few))
    if is_percent(effects.measure):
        direction = (
            "A proportion has no direction that journals favour: asymmetry may mean that small studies saw other "
            "patients. The test against 1/n is the one to look at (Hunter 2014)."
        )
        notes.append(Note("bias_proportions", direction))
    return SmallStudy(
        measure=effects.measure,
        k=k,
        tests=(replace(first, main=True), *tests[1:]),
        trim_fill=_trim_fill(yi, vi, effects.measure, tau2=tau2, level=level),
        appendix=k < FEW,
        notes=tuple(notes),
    )


def _peters(effects: Effects, level: float) -> AsymmetryTest:
    """Regress on 1/n; two arms are weighted by their events together, as under no effect."""
    x, n = np.array(effects.events, dtype=float), np.array(effects.n, dtype=float)
    yi, weights = np.array(effects.yi), 1 / np.array(effects.vi)
    if effects.events_c is not None and effects.n_c is not None:
        x, n = x + np.array(effects.events_c), n + np.array(effects.n_c)
        add = np.where((x == 0) | (x == n), 0.5, 0.0)
        weights = 1 / (1 / (x + add) + 1 / (n - x + add))
    if float(np.ptp(n)) == 0.0:
        return AsymmetryTest(
            name="Peters", predictor="1/n", statistic=None, df=None, pval=None, remark="all rows are of one size"
        )
    return _weighted("Peters", "1/n", yi, 1 / n, weights, effects.measure, level, remark="")


def _weighted(
    name: str, predictor: str, yi: Floats, x: Floats, weights: Floats, measure: str, level: float, *, remark: str
) -> AsymmetryTest:
    """Regress effects on a predictor by weighted least squares; t with k - 2 degrees of freedom."""
    k = len(yi)
    X = np.column_stack([np.ones(k), x])
    inverse = np.linalg.inv(X.T @ (X * weights[:, None]))
    beta = inverse @ (X.T @ (weights * yi))
    residual = float((weights * (yi - X @ beta) ** 2).sum()) / (k - 2)
    se = np.sqrt(np.diag(inverse) * residual)
    df = float(k - 2)
    half = two_sided_quantile(level, df) * float(se[0])
    statistic = float(beta[1] / se[1]) if se[1] > 0 else None
    return AsymmetryTest(
        name=name,
        predictor=predictor,
        statistic=statistic,
        df=df,
        pval=None if statistic is None else two_sided_p(statistic, df),
        slope=float(beta[1]),
        se=float(se[1]),
        limit=back_transform(float(beta[0]), measure),
        limit_lb=back_transform(float(beta[0]) - half, measure),
        limit_ub=back_transform(float(beta[0]) + half, measure),
        remark=remark,
    )


def _random(effects: Effects, sei: Floats, *, tau2: str, level: float, remark: str) -> AsymmetryTest:
    """Regress effects on the standard error in a random-effects model; normal."""
    yi, vi = np.array(effects.yi), np.array(effects.vi)
    fit = fit_inverse_variance(yi, vi, np.column_stack([np.ones(len(yi)), sei]), tau2=tau2, test="z")
    se = math.sqrt(float(fit.vcov[1, 1]))
    z = float(fit.beta[1]) / se
    half = two_sided_quantile(level) * math.sqrt(float(fit.vcov[0, 0]))
    middle = float(fit.beta[0])
    return AsymmetryTest(
        name="Egger, random effects",
        predictor="standard error",
        statistic=z,
        df=None,
        pval=two_sided_p(z),
        slope=float(fit.beta[1]),
        se=se,
        limit=back_transform(middle, effects.measure),
        limit_lb=back_transform(middle - half, effects.measure),
        limit_ub=back_transform(middle + half, effects.measure),
        remark=remark,
    )


def _begg(yi: Floats, vi: Floats) -> AsymmetryTest:
    """Correlate the ranks of standardised effects and variances (Kendall's tau-b)."""
    w = 1 / vi
    middle = float(w @ yi / w.sum())
    spread = vi - 1 / w.sum()
    standardised = (yi - middle) / np.sqrt(np.maximum(spread, 1e-300))
    tau, p = _kendall(standardised, vi)
    return AsymmetryTest(
        name="Begg and Mazumdar",
        predictor="variance (ranks)",
        statistic=tau,
        df=None,
        pval=p,
        remark="little power",
    )


def _kendall(a: Floats, b: Floats) -> tuple[float | None, float | None]:
    """Return Kendall's tau-b with its p: exact without ties below 50 rows, else normal."""
    k = len(a)
    s = sum(int(np.sign(a[i] - a[j]) * np.sign(b[i] - b[j])) for i, j in combinations(range(k), 2))
    ties = [np.unique(v, return_counts=True)[1].astype(float) for v in (a, b)]
    pairs = k * (k - 1) / 2
    left = [pairs - float((t * (t - 1) / 2).sum()) for t in ties]
    if min(left) <= 0:
        return None, None
    tau = s / math.sqrt(left[0] * left[1])
    if k < 50 and all(len(t) == k for t in ties):
        return tau, _kendall_exact(k, s)
    v0 = k * (k - 1) * (2 * k + 5)
    vt, vu = (float((t * (t - 1) * (2 * t + 5)).sum()) for t in ties)
    v1 = float((ties[0] * (ties[0] - 1)).sum()) * float((ties[1] * (ties[1] - 1)).sum()) / (2 * k * (k - 1))
    v2 = math.prod(float((t * (t - 1) * (t - 2)).sum()) for t in ties) / (9 * k * (k - 1) * (k - 2))
    variance = (v0 - vt - vu) / 18 + v1 + v2
    return tau, two_sided_p(s / math.sqrt(variance))


def _kendall_exact(k: int, s: int) -> float:
    """Return the two-sided p of Kendall's S among all orders of k rows."""
    ways = np.ones(1)
    for i in range(2, k + 1):
        ways = np.convolve(ways, np.ones(i))
    share = ways / math.exp(float(special.gammaln(k + 1)))
    inversions = (k * (k - 1) // 2 - abs(s)) // 2
    return min(1.0, 2.0 * float(share[: inversions + 1].sum()))


def _trim_fill(yi: Floats, vi: Floats, measure: str, *, tau2: str, level: float) -> TrimFill | None:
    """Trim and fill by the estimator L0 with random effects; the side is that of the regression's slope."""
    sei = np.sqrt(vi)
    if float(np.ptp(sei)) <= 1e-12 * float(sei.max()):
        return None
    k = len(yi)
    slope = fit_inverse_variance(yi, vi, np.column_stack([np.ones(k), sei]), tau2=tau2, test="z").beta[1]
    sign = 1.0 if slope >= 0 else -1.0  # with a rising slope the left side lacks studies
    order = np.argsort(sign * yi, kind="stable")
    y, v = sign * yi[order], vi[order]
    k0, seen = 0, -1
    for _ in range(100):
        kept = k - k0
        fit = fit_inverse_variance(y[:kept], v[:kept], np.ones((kept, 1)), tau2=tau2, test="z")
        middle = float(fit.beta[0])
        if k0 == seen:
            break
        seen = k0
        away = y - middle
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(away), kind="stable")] = np.arange(1, k + 1)
        total = float(ranks[away > 0].sum())
        k0 = min(max(0, round((4 * total - k * (k + 1)) / (2 * k - 1))), k - 2)
    filled = [(sign * (2 * middle - y[i]), math.sqrt(v[i])) for i in range(k - k0, k)]
    all_y = np.concatenate([yi, [effect for effect, _ in filled]])
    all_v = np.concatenate([vi, [se**2 for _, se in filled]])
    last = fit_inverse_variance(all_y, all_v, np.ones((len(all_y), 1)), tau2=tau2, test="z")
    beta, se = float(last.beta[0]), math.sqrt(float(last.vcov[0, 0]))
    half = two_sided_quantile(level) * se
    return TrimFill(
        k0=k0,
        side="left" if sign > 0 else "right",
        beta=beta,
        se=se,
        ci_lb=beta - half,
        ci_ub=beta + half,
        estimate=back_transform(beta, measure),
        lower=back_transform(beta - half, measure),
        upper=back_transform(beta + half, measure),
        filled=tuple((float(effect), float(s)) for effect, s in filled),
    )
