"""The beta-binomial model of one-arm proportions: proportions differ between rows as a beta distribution has it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from jakpool.choices import Choices
from jakpool.distributions import chi2_p, logit, two_sided_p, two_sided_quantile
from jakpool.effects import Effects
from jakpool.estimate import Bounds, Estimate, df_words
from jakpool.glmm import counts, q_logistic
from jakpool.results import Interval, Note

__all__ = ["BetaBinomial", "fit_beta_binomial", "pool_beta_binomial"]

Floats = npt.NDArray[np.float64]
GRID = 60
ONE_BY_ONE = 1024
RULE = 16
LARGEST = 1e4
"""The widest spread looked at: theta = 1 / (a + b), where proportions are all but 0 or 1."""


@dataclass(frozen=True, slots=True)
class BetaBinomial:
    """A fit by maximum likelihood.

    Attributes
    ----------
    mean : float
        Mean proportion, ``a / (a + b)``.
    theta : float
        Spread, ``1 / (a + b)``; 0 is the binomial model, ``theta / (1 + theta)`` the correlation within a row.
    se : float
        Standard error of ``logit(mean)``, from the joint Hessian.
    loglik : float
        With its constants.
    """

    mean: float
    theta: float
    se: float
    loglik: float


def fit_beta_binomial(x: Floats, n: Floats) -> BetaBinomial:
    """Fit counts that hold both patients with and without the event.

    The likelihood is scanned over the spread (the mean is solved for each), and its best point is refined by Newton's
    steps: the global maximum, without a start value.

    Parameters
    ----------
    x, n : array, shape (k,)

    References
    ----------
    Griffiths (1973), Biometrics 29:637-648 (the likelihood in mean and theta); pooled proportions by it: Young-Xu, Chan
    (2008), Int J Public Health 53:79-86.

    Examples
    --------
    >>> import numpy as np
    >>> fit = fit_beta_binomial(np.array([9.0, 11.0, 26.0, 2.0]), np.array([13.0, 12.0, 35.0, 9.0]))
    >>> round(fit.mean, 3), round(fit.theta, 3)
    (0.653, 0.186)
    """
    sums = _Sums.of(x, n)
    thetas = np.concatenate([[0.0], np.geomspace(1e-5, LARGEST, GRID)])
    start = logit(float(x.sum() / n.sum())) or 0.0
    best, value, at = 0, -math.inf, start
    mu = start
    for i, theta in enumerate(thetas):
        mu, found = sums.solve(mu, float(theta))
        if found > value:
            best, value, at = i, found, mu
    low = float(thetas[max(best - 1, 0)])
    high = float(thetas[min(best + 1, len(thetas) - 1)])
    mu, theta = _refine(sums, at, low, high)
    parts = sums.derivatives(mu, theta)
    _, slope, mu_mu, mu_theta, theta_theta = parts[1:]
    information = -mu_mu
    if theta > 0.0 and theta_theta < 0.0 and abs(slope) < math.inf:
        information += mu_theta**2 / theta_theta
    constant = float((-scipy.special.betaln(x + 1.0, n - x + 1.0) - np.log1p(n)).sum())
    se = 1.0 / math.sqrt(information) if information > 0 else math.inf
    return BetaBinomial(float(scipy.special.expit(mu)), theta, se, parts[0] + constant)


def pool_beta_binomial(effects: Effects, choices: Choices) -> Estimate:
    """Return the mean proportion of two or more rows, on the logit scale.

    The interval is normal or t with ``k - 1`` degrees of freedom on the logit scale; the prediction interval holds the
    middle of the fitted beta distribution and takes no account of the uncertainty of its parameters.

    References
    ----------
    See `fit_beta_binomial`.
    """
    x, n = counts(effects)
    k = len(x)
    fit = fit_beta_binomial(x, n)
    beta = logit(fit.mean)
    notes = []
    df = float(k - 1) if choices.test == "t" and k > 2 else None
    ci = Interval(None, None, "none")
    z = p = None
    if beta is not None and math.isfinite(fit.se):
        half = two_sided_quantile(choices.level, df) * fit.se
        ci = Interval(beta - half, beta + half, df_words(df))
        z = beta / fit.se
        p = two_sided_p(z, df)
    if fit.theta == 0.0:
        notes.append(
            Note(
                "theta_zero", "The spread between rows is estimated as 0: the model is then one binomial of the totals."
            )
        )
    q = q_logistic(x, n, np.zeros(k, dtype=np.intp))
    pi: Bounds = (None, None)
    if fit.theta > 0.0 and k > 2:
        a, b = fit.mean / fit.theta, (1.0 - fit.mean) / fit.theta
        tail = (1.0 - choices.level) / 2.0
        ends = float(scipy.special.betaincinv(a, b, tail)), float(scipy.special.betaincinv(a, b, 1.0 - tail))
        pi = logit(ends[0]), logit(ends[1])
    return Estimate(
        model="betabin",
        beta=beta,
        se=fit.se if math.isfinite(fit.se) else None,
        zval=z,
        pval=p,
        df=df,
        ci=ci,
        pi=pi,
        QE=q.value,
        QE_df=q.df,
        QEp=chi2_p(q.value, q.df),
        QE_method=q.method,
        loglik=fit.loglik,
        weights=tuple(float(v) for v in 100.0 * _weights(n, fit.theta)),
        words=(
            ("weights", "n / (1 + (n - 1) rho)"),
            ("correction", "none"),
            ("pi_method", "middle of the fitted beta distribution" if pi[0] is not None else ""),
            ("I2_method", "(Q - df) / Q"),
        ),
        notes=tuple(notes),
    )


def _weights(n: Floats, theta: float) -> Floats:
    """Return each row's share of the information about the mean: patients over their variance inflation."""
    rho = theta / (1.0 + theta)
    share = n / (1.0 + (n - 1.0) * rho)
    return np.asarray(share / share.sum())


@dataclass(frozen=True, slots=True)
class _Sums:
    """How many rows have more than i events, more than i patients without, more than i patients; i is 0, 1, and on.

    Beyond the first thousand a stretch of i on which the three are constant stands for itself by a few points with
    weights, so that a register of millions takes no longer than a trial.
    """

    i: Floats
    events: Floats
    others: Floats
    all: Floats

    @classmethod
    def of(cls, x: Floats, n: Floats) -> _Sums:
        """Count the rows."""
        i, weight = _points(np.concatenate([x, n - x, n]))

        def above(values: Floats) -> Floats:
            return weight * (len(values) - np.searchsorted(np.sort(values), i, side="right"))

        return cls(i, above(x), above(n - x), above(n))

    def derivatives(self, mu: float, theta: float) -> tuple[float, float, float, float, float, float]:
        """Return the log-likelihood (without constants) and its derivatives by mu, theta, and twice by both."""
        p, q = float(scipy.special.expit(mu)), float(scipy.special.expit(-mu))
        it = self.i * theta
        a, b, c = p + it, q + it, 1.0 + it
        value = float(self.events @ np.log(a) + self.others @ np.log(b) - self.all @ np.log(c))
        ea, ob, nc = self.events / a, self.others / b, self.all / c
        by_p = float(ea.sum() - ob.sum())
        by_pp = float(-(ea / a).sum() - (ob / b).sum())
        by_t = float(self.i @ ea + self.i @ ob - self.i @ nc)
        by_pt = float(-(self.i @ (ea / a)) + self.i @ (ob / b))
        square = self.i**2
        by_tt = float(-(square @ (ea / a)) - square @ (ob / b) + square @ (nc / c))
        slope = p * q
        return (
            value,
            by_p * slope,
            by_t,
            by_pp * slope**2 + by_p * slope * (q - p),
            by_pt * slope,
            by_tt,
        )

    def solve(self, mu: float, theta: float) -> tuple[float, float]:
        """Return the best mean for a spread, and the log-likelihood there; it has one maximum in the mean."""
        low, high = -60.0, 60.0
        value = -math.inf
        for _ in range(60):
            value, first, _, second, _, _ = self.derivatives(mu, theta)
            low, high = (mu, high) if first > 0 else (low, mu)
            new = mu - first / second if second < 0 else 0.5 * (low + high)
            if not low < new < high:
                new = 0.5 * (low + high)
            if abs(new - mu) <= 1e-12 * (1.0 + abs(mu)):
                break
            mu = new
        return mu, value


def _points(ends: Floats) -> tuple[Floats, Floats]:
    """Return points and weights for sums over 0, 1, … below the largest of `ends`, of what jumps only at `ends`.

    The first thousand are taken one by one. What is summed beyond is smooth between the jumps on the scale of i itself:
    pieces no longer than their start are summed by Gauss's rule for equal weights on whole numbers, whose orthogonal
    polynomials are Chebyshev's of a discrete variable (Gautschi 2004, Orthogonal polynomials, section 1.5.2).
    """
    longest = int(ends.max())
    ones = np.arange(min(longest, ONE_BY_ONE), dtype=float)
    if longest <= ONE_BY_ONE:
        return ones, np.ones_like(ones)
    doubled = ONE_BY_ONE * 2.0 ** np.arange(math.ceil(math.log2(longest / ONE_BY_ONE)))
    cuts = np.unique(np.concatenate([ends[ends > ONE_BY_ONE], doubled, [longest]]))
    start, size = cuts[:-1], np.diff(cuts)
    short = size <= RULE
    i = [ones, *(np.arange(a, a + m) for a, m in zip(start[short], size[short], strict=True))]
    weight = [np.ones(sum(len(part) for part in i))]
    start, size = start[~short, None], size[~short, None]
    j = np.arange(1.0, RULE)
    jacobi = np.zeros((len(size), RULE, RULE))
    jacobi[:, np.arange(RULE - 1), np.arange(1, RULE)] = np.sqrt(j**2 * (size**2 - j**2) / (4.0 * (4.0 * j**2 - 1.0)))
    roots, vectors = np.linalg.eigh(jacobi, UPLO="U")
    i.append((start + 0.5 * (size - 1.0) + roots).ravel())
    weight.append((size * vectors[:, 0, :] ** 2).ravel())
    return np.concatenate(i), np.concatenate(weight)


def _refine(sums: _Sums, mu: float, low: float, high: float) -> tuple[float, float]:
    """Return mean and spread of the maximum between two scan points, by halving on the slope of the profile."""

    def slope(theta: float, start: float) -> tuple[float, float]:
        at, _ = sums.solve(start, theta)
        return at, sums.derivatives(at, theta)[2]

    mu, first = slope(low, mu)
    if first <= 0.0:
        return mu, low
    for _ in range(80):
        middle = 0.5 * (low + high)
        mu, first = slope(middle, mu)
        low, high = (middle, high) if first > 0 else (low, middle)
        if high - low <= 1e-12 * (1e-6 + high):
            break
    return mu, 0.5 * (low + high)
