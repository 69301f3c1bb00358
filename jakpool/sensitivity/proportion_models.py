"""Other models of one-arm proportions, for the sensitivity set: beta-binomial and Freeman-Tukey."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from jakpool.distributions import two_sided_quantile
from jakpool.inverse_variance import fit_inverse_variance

__all__ = ["Natural", "beta_binomial", "freeman_tukey"]

Floats = npt.NDArray[np.float64]
PSI = (-6.0, 14.0)


@dataclass(frozen=True, slots=True)
class Natural:
    """A pooled proportion with its interval, on the natural scale."""

    estimate: float
    lower: float
    upper: float


def beta_binomial(x: Floats, n: Floats, *, level: float = 0.95) -> Natural:
    """Return the mean proportion of the beta-binomial model by maximum likelihood.

    Proportions are ``Beta(m s, (1 - m) s)``; the interval is t with ``k - 1`` degrees of freedom on the logit of `m`,
    with the observed information of both parameters. The mean of the proportions is the marginal one, not the median.

    References
    ----------
    Griffiths (1973), Biometrics 29:637-648; Young-Xu, Chan (2008), Pharm Stat 7:193-203 (for meta-analysis).

    Examples
    --------
    >>> import numpy as np
    >>> found = beta_binomial(np.array([9.0, 11, 26, 5]), np.array([13.0, 12, 35, 30]))
    >>> round(found.estimate, 2)
    0.6
    """
    from scipy.optimize import minimize

    def minus(parameters: Floats) -> tuple[float, Floats]:
        eta, psi = parameters
        m, s = special.expit(eta), math.exp(psi)
        a, b = m * s, special.expit(-eta) * s
        value = (special.betaln(x + a, n - x + b) - special.betaln(a, b)).sum()
        rest = special.digamma(s) - special.digamma(n + s)
        da = special.digamma(x + a) - special.digamma(a) + rest
        db = special.digamma(n - x + b) - special.digamma(b) + rest
        turn = m * special.expit(-eta) * s
        return -float(value), -np.array([turn * (da - db).sum(), a * da.sum() + b * db.sum()])

    start = math.log(float(x.sum()) / float(n.sum() - x.sum()))
    bounds = [(start - 12.0, start + 12.0), PSI]
    fits = [minimize(minus, [start, psi], jac=True, method="L-BFGS-B", bounds=bounds) for psi in (0.0, 3.0, PSI[1])]
    best = min(fits, key=lambda fit: float(fit.fun)).x
    h = 1e-4
    step = np.eye(2) * h
    inside = best[1] < PSI[1] - 2 * h
    H = np.array([(minus(best + step[i])[1] - minus(best - step[i])[1]) / (2 * h) for i in range(2)])
    flat = not inside or H[1, 1] <= 0 or np.linalg.det(H) <= 0
    variance = 1.0 / H[0, 0] if flat else float(np.linalg.inv(H)[0, 0])
    half = two_sided_quantile(level, len(x) - 1) * math.sqrt(variance)
    middle, low, high = (float(special.expit(best[0] + shift)) for shift in (0.0, -half, half))
    return Natural(middle, low, high)


def freeman_tukey(x: Floats, n: Floats, *, test: str = "adhoc", level: float = 0.95) -> dict[str, Natural]:
    """Return the pooled double-arcsine proportion, back-transformed with each n in use.

    ``y = (asin(sqrt(x / (n + 1))) + asin(sqrt((x + 1) / (n + 1)))) / 2`` with variance ``1 / (4 n + 2)``, REML. The
    back-transformation asks for an n, and no n is right: harmonic, geometric and arithmetic mean, and the inverse of
    the variance of the pooled effect, can give very different proportions from the same result.

    References
    ----------
    Freeman, Tukey (1950), Ann Math Stat 21:607-611; Miller (1978), Am Stat 32:138 (the inverse); Schwarzer,
    Chemaitelly, Abu-Raddad, Rücker (2019), Res Synth Methods 10:476-483. doi:10.1002/jrsm.1348 (why not); Barendregt
    et al. (2013), J Epidemiol Community Health 67:974-978 (inverse variance).

    Examples
    --------
    >>> import numpy as np
    >>> found = freeman_tukey(np.array([9.0, 11, 26, 5]), np.array([13.0, 12, 35, 30]))
    >>> {name: round(p.estimate, 3) for name, p in found.items()}
    {'harmonic': 0.627, 'geometric': 0.627, 'arithmetic': 0.626, 'inverse variance': 0.634}
    """
    y = 0.5 * (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1))))
    v = 1.0 / (4.0 * n + 2.0)
    k = len(x)
    fit = fit_inverse_variance(y, v, np.ones((k, 1)), tau2="REML", test=test)
    mean, se = float(fit.beta[0]), math.sqrt(float(fit.vcov[0, 0]))
    half = two_sided_quantile(level, fit.df) * se
    plain = fit_inverse_variance(y, v, np.ones((k, 1)), tau2="REML", test="z")
    sizes = {
        "harmonic": k / float((1.0 / n).sum()),
        "geometric": math.exp(float(np.log(n).mean())),
        "arithmetic": float(n.mean()),
        "inverse variance": 1.0 / (4.0 * float(plain.vcov[0, 0])),
    }
    return {name: Natural(*(_miller(mean + d, size) for d in (0.0, -half, half))) for name, size in sizes.items()}


def _miller(value: float, n: float) -> float:
    """Turn a double arcsine back with `n`; beyond the ends of the transformation it is 0 or 1."""
    low = 0.5 * math.asin(math.sqrt(1.0 / (n + 1.0)))
    if value <= low:
        return 0.0
    if value >= 0.5 * math.pi - low:
        return 1.0
    twice = 2.0 * value
    sine = math.sin(twice)
    inner = max(0.0, 1.0 - (sine + (sine - 1.0 / sine) / n) ** 2)
    return min(1.0, max(0.0, 0.5 * (1.0 - math.copysign(1.0, math.cos(twice)) * math.sqrt(inner))))
