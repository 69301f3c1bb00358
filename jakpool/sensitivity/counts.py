"""The rows of the sensitivity set that pool the counts of two arms themselves: Mantel-Haenszel, Peto, GLMM."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from jakpool.choices import models_for
from jakpool.effects import Effects
from jakpool.measures import MEASURES, RATES
from jakpool.one_arm import rates
from jakpool.two_arm import two_arm

__all__ = ["CountModel", "count_models", "glmm_kind"]

TABLES = 4_000
COMMON = "common effect, no correction of zero cells"
KINDS = {
    "CM.EL": "random effects on the events of one arm given those of both",
    "UM.FS": "random effects, a base risk for every study",
    "Poisson": "random effects on the counts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CountModel:
    """One model of the counts.

    Attributes
    ----------
    name, remark : str
        What the row is called, and what its reader must know.
    effects : Effects or None
        What it pools; ``None`` where the model does not apply, with the reason in `why`.
    options : dict
        For `jakpool.pool`.
    why : str
    """

    name: str
    remark: str = ""
    effects: Effects | None = None
    options: dict[str, Any] = field(default_factory=dict)
    why: str = ""


def count_models(effects: Effects) -> tuple[CountModel, ...]:
    """Return the models of the counts behind two-arm effects, and for other effects why there is no GLMM.

    The mixed model and Peto's method know odds ratios (and the mixed model rate ratios). Beside risk ratios they stand
    as odds ratios of the same counts; risk differences have no such neighbour.

    Examples
    --------
    >>> from jakpool import two_arm
    >>> [model.name for model in count_models(two_arm([1, 5], [50, 60], [4, 9], [50, 60], measure="OR"))]
    ['Mantel-Haenszel', 'Peto', 'GLMM (CM.EL)']
    """
    effects = replace(effects, group=())
    fits = models_for(effects)
    rows = []
    if "mh" in fits:
        rows.append(CountModel(name="Mantel-Haenszel", remark=COMMON, effects=effects, options={"model": "mh"}))
    reason = _no_glmm(effects)
    if reason:
        return (*rows, CountModel(name="GLMM", why=reason))
    counted = _counted(effects)
    named = "odds ratio, " if effects.measure == "RR" else ""
    if "peto" in models_for(counted):
        remark = "common effect, for rare events and arms of like size"
        rows.append(CountModel(name=f"{named}Peto", remark=remark, effects=counted, options={"model": "peto"}))
    kind = glmm_kind(counted)
    options = {"model": "glmm"} if kind == "Poisson" else {"model": "glmm", "glmm": kind}
    return (*rows, CountModel(name=f"{named}GLMM ({kind})", remark=KINDS[kind], effects=counted, options=options))


def glmm_kind(effects: Effects) -> str:
    """Return the mixed model that suits the counts: ``CM.EL`` or ``UM.FS`` for two arms, ``Poisson`` for one-arm rates.

    UM.FS has a base risk to estimate for every study, which biases it where studies have few events. In CM.EL these
    drop out; but it sums over every table with a study's totals, and so grows slow with the events. With up to 4,000
    tables over all studies it is CM.EL; with more UM.FS, which is quicker and comes near it as events grow many.

    References
    ----------
    Stijnen, Hamza, Özdemir (2010), Stat Med 29:3046-3067, doi:10.1002/sim.4040; the bias of a likelihood with a base
    for every stratum: Breslow (1981), Biometrika 68:73-84.
    """
    if effects.events_c is None:
        return "Poisson"
    if effects.measure == "IRR":
        return "CM.EL"  # binomial: no tables to sum over
    columns = (effects.events or (), effects.n or (), effects.events_c or (), effects.n_c or ())
    tables = sum(min(n1, a + c) - max(0, a + c - n2) + 1 for a, n1, c, n2 in zip(*columns, strict=True))
    return "CM.EL" if tables <= TABLES else "UM.FS"


def _no_glmm(effects: Effects) -> str:
    """Return why the counts cannot be modelled; nothing where they can."""
    if effects.events is None or (effects.events_c is None and effects.time is None):
        return "it models counts of events, and these effects hold none"
    if effects.measure in ("OR", "RR", "PETO", "IRR", *RATES):
        return ""
    return f"it gives odds ratios and rate ratios, which are no neighbours of the {MEASURES[effects.measure].name}"


def _counted(effects: Effects) -> Effects:
    """Return the odds ratios, rate ratios or log rates of the same counts."""
    if effects.measure in ("OR", "IRR", "IRLN"):
        return effects
    words: dict[str, Any] = {"labels": effects.labels, "studies": effects.studies}
    events, n, events_c, n_c = effects.events or (), effects.n or (), effects.events_c or (), effects.n_c or ()
    if effects.time is not None:
        return rates(events, effects.time, **words)
    return two_arm(events, n, events_c, n_c, measure="OR", **words)
