"""Subgroups pooled each by itself, with a tau2 of its own, and the test between them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from jakpool.distributions import chi2_p
from jakpool.effects import Effects
from jakpool.results import Between, Note, Pooled, Subgroup
from jakpool.subgroups import Answer, shared_studies

__all__ = ["pool_subgroups_apart"]


def pool_subgroups_apart(effects: Effects, alone: Callable[[Effects], Pooled], *, common: bool) -> Answer:
    """Return the subgroups (sorted by name), the test between them, and the cautions.

    Each subgroup is pooled as if it were the whole analysis. The test between compares their estimates with their
    inverse squared standard errors, as a chi-square with ``G - 1`` degrees of freedom.

    Parameters
    ----------
    effects : Effects
    alone : callable
        Pools the rows of one subgroup.
    common : bool
        Whether the model has no tau2 at all (the words of the test differ).

    References
    ----------
    Borenstein, Hedges, Higgins, Rothstein (2009), Introduction to meta-analysis, chapter 19 (separate estimates of
    tau2).
    """
    names = tuple(sorted(set(effects.group)))
    results = [alone(effects.keep([i for i, g in enumerate(effects.group) if g == name])) for name in names]
    notes = list(shared_studies(effects))
    for name, result in zip(names, results, strict=True):
        notes.extend(
            Note(note.code, f"{name}: {note.message}") for note in result.notes if note.code not in _OF_THE_WHOLE
        )
    groups = tuple(_row(name, result) for name, result in zip(names, results, strict=True))
    told = [(r.beta, r.se) for r in results if r.beta is not None and r.se is not None and r.se > 0]
    if len(names) == 1:
        notes.append(Note("one_group", f"All rows are of one subgroup ({names[0]}): nothing is compared."))
        return groups, None, tuple(notes)
    if len(told) < 2:
        notes.append(Note("no_comparison", "Fewer than two subgroups have an estimate with a standard error."))
        return groups, None, tuple(notes)
    if len(told) < len(names):
        notes.append(
            Note("part_compared", f"The test between leaves out {len(names) - len(told)} without a standard error.")
        )
    b, w = np.array([t[0] for t in told]), np.array([t[1] for t in told]) ** -2.0
    q = float(w @ (b - float(w @ b / w.sum())) ** 2)
    within = [r.QE for r in results if r.QE is not None]
    df = sum(r.QE_df for r in results if r.QE is not None)
    between = Between(
        groups=names,
        method="Q between subgroups" + ("" if common else " (separate tau2)"),
        QM=q,
        QMdf=(len(told) - 1, None),
        QMp=chi2_p(q, len(told) - 1),
        QE=sum(within) if within else None,
        QE_df=df,
        QEp=chi2_p(sum(within), df) if within and df else None,
        QE_method="sum of the subgroups' Q",
    )
    return groups, between, tuple(notes)


_OF_THE_WHOLE = frozenset({"double_zero", "arms_of_one_study", "freeman_tukey", "prediction_few", "no_prediction"})


def _row(name: str, result: Pooled) -> Subgroup:
    """Return a subgroup's own result as a row."""
    return Subgroup(
        name=name,
        k=result.k,
        k_studies=result.k_studies,
        n_total=result.n_total,
        events_total=result.events_total,
        beta=result.beta,
        se=result.se,
        ci_lb=result.ci_lb,
        ci_ub=result.ci_ub,
        ci_method=result.ci_method,
        df=result.df,
        profile_lb=result.profile_lb,
        profile_ub=result.profile_ub,
        tau2=result.tau2,
        QE=result.QE,
        QE_df=result.QE_df,
        QEp=result.QEp,
        I2_Q=result.I2_Q,
        back=result.back,
    )
