"""Leave one study out: what the result is without each study in turn."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from jakpool.distributions import chi2_p, two_sided_p, two_sided_quantile
from jakpool.effects import Effects, back_transform
from jakpool.estimate import df_words, zero_tau2
from jakpool.heterogeneity import h2_from_tau2, i2_from_q, i2_from_tau2
from jakpool.measures import MEASURES, ONE_ARM
from jakpool.pool import pool
from jakpool.results import Back, LeftOut, Note, Pooled
from jakpool.subsets import SubsetFits, fit_subsets

__all__ = ["leave_one_out"]

NAMES = {"knha": "Hartung-Knapp, ", "adhoc": "Hartung-Knapp with factor of at least 1, "}


def leave_one_out(
    effects: Effects,
    *,
    model: str | None = None,
    tau2: str = "REML",
    test: str | None = None,
    level: float = 0.95,
    alpha: float = 0.1,
    nodes: int | None = None,
    **further: Any,
) -> tuple[LeftOut, ...]:
    """Pool again without each study in turn; all arms of a study leave together.

    By inverse variance all fits are made at once. Their results have no rows, no interval of tau2 (the bounds of I2
    that rest on it are empty too), and of the cautions those about zero cells and a tau2 of 0; the GLMM's have the t
    interval, not the profile-likelihood one.

    Parameters
    ----------
    effects : Effects
    model, tau2, test, level, alpha, nodes
        As in `pool`; `further` options of it (pi, glmm, back_n) too.

    Returns
    -------
    tuple of LeftOut
        In the order in which the studies first appear; empty if there is only one study.

    References
    ----------
    Viechtbauer, Cheung (2010), Res Synth Methods 1:112-125. doi:10.1002/jrsm.11

    Examples
    --------
    >>> from jakpool import proportions
    >>> e = proportions([9, 11, 26, 5], [13, 12, 35, 9], studies=["A", "A", "B", "C"])
    >>> [(left.study, left.arms, left.pooled.k) for left in leave_one_out(e)]
    [('A', 2, 2), ('B', 1, 3), ('C', 1, 3)]
    """
    studies = tuple(dict.fromkeys(effects.studies))
    if len(studies) < 2:
        return ()
    kept = [[i for i, s in enumerate(effects.studies) if s != study] for study in studies]

    def alone(rows: list[int]) -> Pooled:
        return pool(
            effects.keep(rows),
            model=model,
            tau2=tau2,
            test=test,
            level=level,
            alpha=alpha,
            nodes=nodes,
            profile=False,
            **further,
        )

    first = alone(kept[0])
    chosen = first.settings.model
    apart = bool(further) or chosen not in ("random", "common") or "freeman" in MEASURES[effects.measure].scale
    slow = [i == 0 or apart or _special(effects, rows) for i, rows in enumerate(kept)]
    fits = None
    if not all(slow):
        masks = np.ones((len(studies), len(effects)), dtype=bool)
        for i, rows in enumerate(kept):
            masks[i] = False
            masks[i, rows] = True
        method = "EE" if chosen == "common" else tau2
        fits = fit_subsets(np.array(effects.yi), np.array(effects.vi), masks, tau2=method)
    left = []
    for i, (study, rows) in enumerate(zip(studies, kept, strict=True)):
        rest = first if i == 0 else alone(rows) if slow[i] or fits is None else _light(effects, rows, fits, i, first)
        left.append(LeftOut(study=study, arms=len(effects) - len(rows), pooled=rest))
    return tuple(left)


def _special(effects: Effects, rows: list[int]) -> bool:
    """Whether a subset is one of `pool`'s special cases: fewer than three rows, all alike, or no event at all."""
    if len(rows) < 3:
        return True
    if effects.events is None or effects.n is None:
        return False
    events = sum(effects.events[i] for i in rows)
    if effects.measure in ONE_ARM:
        return events in (0, sum(effects.n[i] for i in rows))
    return effects.events_c is not None and events + sum(effects.events_c[i] for i in rows) == 0


def _light(effects: Effects, rows: list[int], fits: SubsetFits, i: int, first: Pooled) -> Pooled:
    """Return one subset's overall figures, as `pool` has them."""
    s = first.settings
    k, beta, t, hk = len(rows), float(fits.beta[i]), float(fits.tau2[i]), float(fits.hk[i])
    scale = {"knha": hk, "adhoc": max(1.0, hk)}.get(s.test, 1.0)
    df = None if s.test == "z" else float(k - 1)
    se = float(fits.se[i]) * math.sqrt(scale)
    crit = two_sided_quantile(s.level, df)
    q, typical = float(fits.QE[i]), float(fits.typical[i])
    random = s.model == "random"
    reach = crit * math.sqrt(t + se * se)
    low, high = beta - crit * se, beta + crit * se
    pi = (beta - reach, beta + reach) if random else (None, None)
    i2_q = i2_from_q(q, k - 1)
    method = NAMES.get(s.test, "") + df_words(df)
    back = Back(
        estimate=back_transform(beta, effects.measure),
        ci_lb=back_transform(low, effects.measure),
        ci_ub=back_transform(high, effects.measure),
        pi_lb=back_transform(pi[0], effects.measure),
        pi_ub=back_transform(pi[1], effects.measure),
    )
    return replace(
        first,
        model=s.model,
        k=k,
        k_studies=len({effects.studies[j] for j in rows}),
        n_total=_total(effects.n, effects.n_c, rows),
        events_total=_total(effects.events, effects.events_c, rows),
        beta=beta,
        se=se,
        zval=beta / se if se > 0 else None,
        pval=two_sided_p(beta / se, df) if se > 0 else None,
        df=df,
        ci_lb=low,
        ci_ub=high,
        ci_method=method,
        profile_lb=None,
        profile_ub=None,
        pi_lb=pi[0],
        pi_ub=pi[1],
        intervals=(),
        tau2=t if random else first.tau2,
        tau2_lb=None,
        tau2_ub=None,
        QE=q,
        QEp=chi2_p(q, k - 1),
        QE_df=k - 1,
        I2=i2_from_tau2(t, typical) if random else i2_q,
        I2_lb=None,
        I2_ub=None,
        I2_Q=i2_q,
        I2_Q_lb=None,
        I2_Q_ub=None,
        H2=h2_from_tau2(t, typical) if random else q / (k - 1),
        back=back,
        studies=(),
        settings=s if s.ci_method == method else replace(s, ci_method=method),
        notes=_notes(effects, rows, zero=random and t == 0.0),
    )


def _notes(effects: Effects, rows: list[int], *, zero: bool) -> tuple[Note, ...]:
    """Return the cautions of one subset."""
    notes = [zero_tau2()] if zero else []
    corrected = [effects.labels[j] for j in rows if effects.corrected and effects.corrected[j]]
    if corrected:
        plural = "s" if len(corrected) > 1 else ""
        message = (
            f"0.5 was added to the cells of {len(corrected)} row{plural} with a zero cell ({', '.join(corrected)}); "
            "the result depends on that choice."
        )
        notes.append(Note("zero_cells", message))
    return tuple(notes)


def _total(one: tuple[int, ...] | None, other: tuple[int, ...] | None, rows: list[int]) -> int | None:
    """Return the patients (or events) of the rows, over both arms where there are two."""
    if one is None:
        return None
    return sum(one[j] for j in rows) + (sum(other[j] for j in rows) if other else 0)
