"""Cumulative meta-analysis: the result as studies are added one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from jakpool.choices import TESTS
from jakpool.distributions import chi2_p, two_sided_p, two_sided_quantile
from jakpool.effects import Effects, back_transform
from jakpool.errors import ChoiceError, PoolError
from jakpool.results import Back
from jakpool.subsets import fit_subsets

__all__ = ["CumulativeStep", "cumulative"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CumulativeStep:
    """The pooled result once a study (all its arms) has been added; `added` names it, `k` counts the rows so far."""

    added: str
    k: int
    beta: float
    se: float
    zval: float | None
    pval: float | None
    ci_lb: float
    ci_ub: float
    tau2: float
    QE: float
    QEp: float
    I2: float
    H2: float
    back: Back


def cumulative(
    effects: Effects,
    *,
    order: Sequence[float] | Sequence[str] | None = None,
    model: str = "random",
    tau2: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> tuple[CumulativeStep, ...]:
    """Pool by inverse variance again after each study is added.

    Parameters
    ----------
    order : sequence, optional
        One value a row, by which studies are sorted (year, variance, ...); ties and the default keep the order given.
        A study comes in with all its arms, where its first arm stands.

    References
    ----------
    Lau, Antman, Jimenez-Silva, Kupelnick, Mosteller, Chalmers (1992), N Engl J Med 327:248-254.

    Examples
    --------
    >>> from jakpool import cumulative, generic
    >>> effects = generic([0.1, 0.3, 0.2], [0.04, 0.09, 0.02], labels=["C", "A", "B"])
    >>> steps = cumulative(effects, order=[2003, 1999, 2001])
    >>> [(s.added, s.k, round(s.beta, 3)) for s in steps]
    [('A', 1, 0.3), ('B', 2, 0.218), ('C', 3, 0.184)]
    """
    if model not in ("random", "common"):
        raise ChoiceError("model", model, ("random", "common"), why="studies are added by inverse variance")
    if test not in TESTS:
        raise ChoiceError("test", test, TESTS)
    k = len(effects)
    if order is not None and len(order) != k:
        raise PoolError(f"order has {len(order)} entries for {k} rows", hint="give one value a row")
    rows = range(k) if order is None else sorted(range(k), key=lambda i: order[i])
    studies = tuple(dict.fromkeys(effects.studies[i] for i in rows))
    place = np.array([studies.index(s) for s in effects.studies])
    masks = place <= np.arange(len(studies))[:, None]
    fits = fit_subsets(np.array(effects.yi), np.array(effects.vi), masks, tau2="EE" if model == "common" else tau2)
    steps = []
    for i, study in enumerate(studies):
        rows_in, beta = int(fits.k[i]), float(fits.beta[i])
        hk = float(fits.hk[i])
        scale = 1.0 if test in ("z", "t") or rows_in == 1 else hk if test == "knha" else max(1.0, hk)
        df = None if test == "z" or rows_in < 3 else float(rows_in - 1)
        se = float(fits.se[i]) * (scale**0.5 if df is not None else 1.0)
        half = two_sided_quantile(level, df) * se
        step = CumulativeStep(
            added=study,
            k=rows_in,
            beta=beta,
            se=se,
            zval=beta / se if se > 0 else None,
            pval=two_sided_p(beta / se, df) if se > 0 else None,
            ci_lb=beta - half,
            ci_ub=beta + half,
            tau2=float(fits.tau2[i]),
            QE=float(fits.QE[i]),
            QEp=chi2_p(float(fits.QE[i]), rows_in - 1),
            I2=float(fits.I2[i]),
            H2=float(fits.H2[i]),
            back=Back(),
        )
        middle, low, high = (back_transform(v, effects.measure) for v in (step.beta, step.ci_lb, step.ci_ub))
        steps.append(replace(step, back=Back(estimate=middle, ci_lb=low, ci_ub=high)))
    return tuple(steps)
