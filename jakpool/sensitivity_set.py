"""The automatic set of sensitivity analyses: other models, other estimators, fewer studies, in one table with flags."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from jakpool.effects import Effects, generic
from jakpool.errors import PoolError
from jakpool.measures import ONE_ARM
from jakpool.naming import has_null, is_percent, is_ratio
from jakpool.one_arm import proportions
from jakpool.pool import pool
from jakpool.results import LeftOut, Pooled
from jakpool.tau2 import TAU2_METHODS

__all__ = ["SensitivityRow", "sensitivity_set"]

MOVED, POINTS, SMALL = 0.20, 0.05, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityRow:
    """One sensitivity analysis, on the natural scale.

    Attributes
    ----------
    name : str
        What was done instead.
    k : int
        Rows pooled.
    estimate, ci_lb, ci_ub : float or None
        Proportion, ratio, or effect as given.
    flag : str
        Why a reader should look: it leaves the main interval, or moves far; empty if neither.
    remark : str
        What must be known of the method; why there is no figure.
    """

    name: str
    k: int
    estimate: float | None = None
    ci_lb: float | None = None
    ci_ub: float | None = None
    flag: str = ""
    remark: str = ""


def sensitivity_set(
    effects: Effects,
    main: Pooled,
    *,
    left: Sequence[LeftOut] = (),
    tau2: str = "REML",
    high_risk: Sequence[bool] | None = None,
    overlap: Sequence[str] | None = None,
) -> tuple[SensitivityRow, ...]:
    """Return the set for a main result: each row changes the model, an estimator, or the studies.

    A row is flagged if its estimate leaves the main interval, or moves by more than 20 % of the main estimate (ratios
    are compared as ratios; proportions also by more than 5 points).

    Parameters
    ----------
    effects : Effects
        What `main` was pooled from; one-arm counts, two-arm counts, or effects as given.
    main : Pooled
    left : sequence of LeftOut
        From `leave_one_out`; their range is a row.
    high_risk : sequence of bool, optional
        Which rows have a high risk of bias.
    overlap : sequence of str, optional
        A word for each row: rows of one word (same centre, same years) may share patients, and only the study with most
        patients is kept. Empty words overlap with nothing.

    Raises
    ------
    PoolError
        `high_risk` or `overlap` is not of the rows' length. An analysis that cannot be made says why in its row.

    References
    ----------
    Page and others (2021), BMJ 372:n160, items 13f and 20d; Schwarzer, Chemaitelly, Abu-Raddad, Rücker (2019), Res
    Synth Methods 10:476-483. doi:10.1002/jrsm.1348 (why the Freeman-Tukey row is for comparison only).

    Examples
    --------
    >>> from jakpool import pool
    >>> e = proportions([9, 11, 26, 5], [13, 12, 35, 9])
    >>> rows = sensitivity_set(e, pool(e))
    >>> [row.name for row in rows][3:5]
    ['logit, DerSimonian-Laird, Wald (legacy)', 'logit, common effect']
    """
    if len(effects) < 2:
        return ()
    for word, given in (("high_risk", high_risk), ("overlap", overlap)):
        if given is not None and len(given) != len(effects):
            raise PoolError(f"{word} has {len(given)} entries for {len(effects)} rows", hint="give one entry a row")
    level = main.settings.level
    rows: list[SensitivityRow] = []
    for name, other, how, remark in _runs(effects, main):
        rows.append(_tried(name, other, {"level": level, **how}, remark))
    if _counted(effects):
        rows.insert(2, _freeman_tukey(effects, level))
    rows += _smaller(effects, main, level)
    if high_risk is not None:
        kept = [i for i, high in enumerate(high_risk) if not high]
        rows.append(_without("without a high risk of bias", kept, effects, main))
    if overlap is not None:
        rows.append(_without("without suspected overlap of patients", _largest(effects, overlap), effects, main))
    rows += _left(left)
    return tuple(replace(row, flag=_flag(row, main)) for row in rows)


def _runs(effects: Effects, main: Pooled) -> Iterator[tuple[str, Effects, dict[str, Any], str]]:
    """Yield the other models and estimators of the same rows."""
    plain = replace(effects, group=())
    used = main.settings
    if _counted(effects) and effects.events is not None and effects.n is not None:
        logit, arcsine = (
            proportions(effects.events, effects.n, measure=m, labels=effects.labels, studies=effects.studies)
            for m in ("PLO", "PAS")
        )
        yield "logit, REML, Hartung-Knapp (ad hoc)", logit, {"model": "random", "test": "adhoc"}, ""
        yield "arcsine, REML, Hartung-Knapp (ad hoc)", arcsine, {"model": "random", "test": "adhoc"}, ""
        yield "logit, DerSimonian-Laird, Wald (legacy)", logit, {"model": "random", "tau2": "DL", "test": "z"}, LEGACY
        yield "logit, common effect", logit, {"model": "common"}, COMMON
        yield "beta-binomial", logit, {"model": "betabin"}, "the mean of the proportions, not their median"
        plain = logit
    else:
        if effects.events_c is not None:
            yield "Mantel-Haenszel", plain, {"model": "mh"}, "no continuity correction"
        yield "DerSimonian-Laird, Wald (legacy)", plain, {"model": "random", "tau2": "DL", "test": "z"}, LEGACY
        yield "REML, Wald", plain, {"model": "random", "test": "z"}, ""
        yield "common effect", plain, {"model": "common"}, COMMON
    done = {"REML"} if _counted(effects) else set()
    if (used.model, used.test) == ("random", "adhoc"):
        done.add(used.tau2_method)
    for method in TAU2_METHODS:
        if method not in done:
            how = {"model": "random", "tau2": method, "test": "adhoc"}
            yield f"tau2 by {method}, Hartung-Knapp (ad hoc)", plain, how, ""


LEGACY = "shown because older reviews used it; too narrow with few studies"
COMMON = "assumes that the studies do not differ"


def _tried(name: str, effects: Effects, how: dict[str, Any], remark: str) -> SensitivityRow:
    """Pool one run, or say why it cannot be."""
    try:
        found = pool(effects, profile=False, **how)
    except PoolError as error:
        return SensitivityRow(name=name, k=len(effects), remark=f"not possible: {error}")
    back = found.back
    return SensitivityRow(
        name=name, k=len(effects), estimate=back.estimate, ci_lb=back.ci_lb, ci_ub=back.ci_ub, remark=remark
    )


def _counted(effects: Effects) -> bool:
    """Say whether the effects are counts of one arm."""
    return effects.measure in ONE_ARM and effects.events is not None and effects.n is not None


def _freeman_tukey(effects: Effects, level: float) -> SensitivityRow:
    """Return the double-arcsine row, with its range over the four n that programs put into the back-transformation.

    Freeman, Tukey (1950), Ann Math Stat 21:607-611; Miller (1978), Am Stat 32:138 (back-transformation, harmonic mean).
    """
    x, n = np.array(effects.events, dtype=float), np.array(effects.n, dtype=float)
    yi = 0.5 * (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1))))
    vi = 1 / (4 * n + 2)
    found = pool(generic([*yi], [*vi], labels=effects.labels), model="random", test="adhoc", level=level)
    name = "Freeman-Tukey, REML, Hartung-Knapp (ad hoc)"
    if found.beta is None or found.ci_lb is None or found.ci_ub is None:
        return SensitivityRow(name=name, k=len(x), remark="not possible")
    sizes = {
        "harmonic": len(n) / float((1 / n).sum()),
        "geometric": float(np.exp(np.log(n).mean())),
        "arithmetic": float(n.mean()),
        "inverse variance": 1 / (4 * float(found.se or 0.0) ** 2) if found.se else float(n.sum()),
    }
    middle = {what: _miller(found.beta, size) for what, size in sizes.items()}
    harmonic = sizes["harmonic"]
    low, high = min(middle.values()), max(middle.values())
    return SensitivityRow(
        name=name,
        k=len(x),
        estimate=middle["harmonic"],
        ci_lb=_miller(found.ci_lb, harmonic),
        ci_ub=_miller(found.ci_ub, harmonic),
        remark=f"for comparability only: {100 * low:.1f} to {100 * high:.1f} % with four ways to average n",
    )


def _miller(t: float, n: float) -> float:
    """Return the proportion behind a mean double arcsine of rows of n patients; 0 or 1 beyond what n allows."""
    low = 0.5 * (math.asin(0.0) + math.asin(math.sqrt(1 / (n + 1))))
    high = 0.5 * (math.asin(math.sqrt(n / (n + 1))) + math.asin(1.0))
    if t <= low:
        return 0.0
    if t >= high:
        return 1.0
    s = math.sin(2 * t)
    inside = max(0.0, 1 - (s + (s - 1 / s) / n) ** 2)
    return 0.5 * (1 - math.copysign(1.0, math.cos(2 * t)) * math.sqrt(inside))


def _without(name: str, kept: Sequence[int], effects: Effects, main: Pooled) -> SensitivityRow:
    """Return the main analysis of some rows."""
    left_out = len(effects) - len(kept)
    if not left_out:
        return SensitivityRow(name=name, k=len(effects), remark="no row is left out: nothing changes")
    if not kept:
        return SensitivityRow(name=name, k=0, remark="no row is left")
    s = main.settings
    how = {"model": s.model, "test": s.test, "level": s.level}
    if s.model == "random":
        how["tau2"] = s.tau2_method
    plural = "s" if left_out > 1 else ""
    return _tried(name, replace(effects.keep(kept), group=()), how, f"{left_out} row{plural} left out")


def _largest(effects: Effects, overlap: Sequence[str]) -> list[int]:
    """Return the rows of the studies with most patients among those that may overlap."""
    sizes: dict[tuple[str, str], int] = {}
    for i, word in enumerate(overlap):
        patients = (effects.n[i] if effects.n else 1) + (effects.n_c[i] if effects.n_c else 0)
        sizes[word, effects.studies[i]] = sizes.get((word, effects.studies[i]), 0) + patients
    best = {word: max((k for k in sizes if k[0] == word), key=lambda k: sizes[k])[1] for word in overlap if word}
    return [i for i, word in enumerate(overlap) if not word or effects.studies[i] == best[word]]


def _smaller(effects: Effects, main: Pooled, level: float) -> list[SensitivityRow]:
    """Return the row without small studies, if there are any and enough others."""
    if effects.n is None:
        return []
    sizes = [n + (effects.n_c[i] if effects.n_c else 0) for i, n in enumerate(effects.n)]
    kept = [i for i, size in enumerate(sizes) if size >= SMALL]
    if len(kept) == len(sizes):
        return []
    name = f"without n < {SMALL}"
    if not kept:
        return [SensitivityRow(name=name, k=0, remark="no row is left")]
    how = {"model": main.settings.model, "test": main.settings.test, "level": level}
    if main.settings.model == "random":
        how["tau2"] = main.settings.tau2_method
    return [_tried(name, replace(effects.keep(kept), group=()), how, f"{len(sizes) - len(kept)} rows left out")]


def _left(left: Sequence[LeftOut]) -> list[SensitivityRow]:
    """Return the range of the estimates without each study."""
    known = [(row.pooled.back.estimate, row) for row in left if row.pooled.back.estimate is not None]
    if len(known) < 2:
        return []
    made = []
    for what, best in (("lowest", min), ("highest", max)):
        value, row = best(known, key=lambda pair: pair[0])
        back = row.pooled.back
        name = f"without {row.study} (leave one out, {what})"
        made.append(SensitivityRow(name=name, k=row.pooled.k, estimate=value, ci_lb=back.ci_lb, ci_ub=back.ci_ub))
    return made


def _flag(row: SensitivityRow, main: Pooled) -> str:
    """Say whether a row leaves the main interval or moves far."""
    middle, value = main.back.estimate, row.estimate
    if middle is None or value is None:
        return ""
    low, high = main.back.ci_lb, main.back.ci_ub
    said = []
    if (low is not None and value < low) or (high is not None and value > high):
        said.append("outside the main interval")
    moved = abs(value - middle)
    if is_percent(main.measure):
        if moved > POINTS or moved > MOVED * middle:
            said.append(f"moves by {100 * moved:.1f} points")
    elif is_ratio(main.measure) and middle and not 1 / (1 + MOVED) <= value / middle <= 1 + MOVED:
        said.append(f"moves by {100 * (value / middle - 1):+.0f} %")
    elif not is_ratio(main.measure) and has_null(main.measure) and moved > MOVED * abs(middle):
        said.append("moves by more than 20 %")
    return "; ".join(said)
