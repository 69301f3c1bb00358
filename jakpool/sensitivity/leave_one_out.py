"""Sensitivity: what the result is without each study in turn."""

from __future__ import annotations

from typing import Any

from jakpool.effects import Effects
from jakpool.pool import pool
from jakpool.results import LeftOut

__all__ = ["leave_one_out"]


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

    Parameters
    ----------
    effects : Effects
    model, tau2, test, level, alpha, nodes
        As in `pool`; `further` options of it (pi, glmm, back_n) too.

    Returns
    -------
    tuple of LeftOut
        In the order in which the studies first appear; empty if there is only one study.

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
    left = []
    for study in studies:
        rows = [i for i, s in enumerate(effects.studies) if s != study]
        rest = pool(
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
        left.append(LeftOut(study=study, arms=len(effects) - len(rows), pooled=rest))
    return tuple(left)
