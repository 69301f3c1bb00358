"""Q, I2 and H2: from Q and from tau2, each with its interval."""

from __future__ import annotations

import math

from jakpool.distributions import two_sided_quantile

__all__ = ["h2_from_tau2", "i2_from_q", "i2_from_tau2", "i2_q_interval"]


def i2_from_tau2(tau2: float, typical: float) -> float:
    """Return I2 in percent, ``tau2 / (tau2 + typical sampling variance)``.

    References
    ----------
    Higgins, Thompson (2002), Stat Med 21:1539-1558, equation 9. doi:10.1002/sim.1186

    Examples
    --------
    >>> i2_from_tau2(0.3, 0.1)
    75.0
    """
    return 100.0 * tau2 / (tau2 + typical)


def h2_from_tau2(tau2: float, typical: float) -> float:
    """Return H2, the total over the sampling variance (1 without heterogeneity)."""
    return tau2 / typical + 1.0


def i2_from_q(q: float, df: int) -> float | None:
    """Return I2 in percent, ``(Q - df) / Q`` and no less than 0; ``None`` without degrees of freedom.

    References
    ----------
    Higgins, Thompson, Deeks, Altman (2003), BMJ 327:557-560. doi:10.1136/bmj.327.7414.557

    Examples
    --------
    >>> i2_from_q(20.0, 10), i2_from_q(5.0, 10), i2_from_q(0.0, 0)
    (50.0, 0.0, None)
    """
    if df < 1:
        return None
    return max(0.0, 100.0 * (q - df) / q) if q > 0 else 0.0


def i2_q_interval(q: float, df: int, *, level: float = 0.95) -> tuple[float, float] | None:
    """Return the test-based interval of I2 (percent), ``None`` where its standard error does not exist.

    References
    ----------
    Higgins, Thompson (2002), Stat Med 21:1539-1558, section 3.3 (standard error of ``ln H``).

    Examples
    --------
    >>> low, high = i2_q_interval(29.785, 13)
    >>> round(low, 1), round(high, 1)
    (20.6, 76.0)
    """
    k = df + 1
    if q > k:
        se = 0.5 * (math.log(q) - math.log(df)) / (math.sqrt(2.0 * q) - math.sqrt(2.0 * k - 3.0))
    elif k > 2:
        se = math.sqrt(1.0 / (2.0 * (k - 2)) * (1.0 - 1.0 / (3.0 * (k - 2) ** 2)))
    else:
        return None
    log_h = math.log(max(1.0, math.sqrt(q / df)))
    half = two_sided_quantile(level) * se
    low, high = (max(0.0, 100.0 * (1.0 - math.exp(-2.0 * bound))) for bound in (log_h - half, log_h + half))
    return low, high
