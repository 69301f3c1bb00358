"""What stands in the place of a model: one row, no events at all, nothing but events."""

from __future__ import annotations

import math

from jakpool.distributions import clopper_pearson, poisson_interval, two_sided_p, two_sided_quantile
from jakpool.effects import Effects
from jakpool.estimate import Estimate
from jakpool.measures import MEASURES, is_ratio, to_scale
from jakpool.results import Interval, Note

__all__ = ["exact", "freeman_tukey", "nothing", "one_row"]


def exact(effects: Effects, level: float) -> Estimate | None:
    """Return the exact interval of one row of one-arm counts, or of the totals when all rows have no events.

    For proportions also where all rows have nothing but events; ``None`` where there is something to model.
    """
    if effects.events is None or effects.events_c is not None or (effects.n is None and effects.time is None):
        return None
    events, one = sum(effects.events), len(effects) == 1
    if effects.n is None:
        total = math.fsum(effects.time or ())
        if not one and events > 0:
            return None
        low, high = poisson_interval(events, total, level=level)
        name, sizes = "exact Poisson", effects.time
    else:
        total = sum(effects.n)
        if not one and 0 < events < total:
            return None
        low, high = clopper_pearson(events, round(total), level=level)
        name, sizes = "Clopper-Pearson", effects.n
    size = total / len(effects)

    if one:
        method = name
        notes = [Note("one_row", "One row: nothing is pooled, and nothing is known about how studies differ.")]
    else:
        method = f"{name} of the totals (one-sided {50 + 50 * level:g} %)"
        what = "no events" if events == 0 else "nothing but events"
        notes = [
            Note(
                "all_alike",
                f"All {len(effects)} rows have {what}: no model can be fitted; the interval is the exact one of "
                f"{events}/{total:g}, as if the rows were one study.",
            )
        ]
    scale = MEASURES[effects.measure].scale
    if events in (0, total) and scale == "logit":
        notes.append(
            Note("infinite_logit", "The logit of 0 % or 100 % is infinite: beta and one bound are left empty.")
        )
    if events == 0 and scale == "log":
        notes.append(Note("infinite_log", "The logarithm of 0 is infinite: beta and one bound are left empty."))
    return Estimate(
        model="exact",
        beta=to_scale(events / total, effects.measure, size=size),
        ci=Interval(to_scale(low, effects.measure, size=size), to_scale(high, effects.measure, size=size), method),
        natural=(events / total, low, high),
        weights=(100.0,) if one else tuple(100.0 * m / total for m in sizes or ()),
        words=(("weights", "share of the patients" if effects.n is not None else "share of the time"),),
        notes=tuple(notes),
    )


def one_row(effects: Effects, level: float) -> Estimate:
    """Return the interval of the only row."""
    y, se = effects.yi[0], math.sqrt(effects.vi[0])
    half = two_sided_quantile(level) * se
    return Estimate(
        model="single",
        beta=y,
        se=se,
        zval=y / se,
        pval=two_sided_p(y / se),
        ci=Interval(y - half, y + half, "normal (z), one study"),
        weights=(100.0,),
        notes=(Note("one_row", "One row: nothing is pooled, and nothing is known about how studies differ."),),
    )


def nothing(effects: Effects) -> Estimate | None:
    """Return the empty result of a ratio of two arms that no study tells anything about, else ``None``.

    That is a ratio without a single event, and an odds ratio without a single patient who has none; a difference of
    two arms without events is 0, and is pooled like any other.
    """
    if effects.events is None or effects.events_c is None or not is_ratio(effects.measure):
        return None
    events = sum(effects.events) + sum(effects.events_c)
    patients = None if effects.n is None or effects.n_c is None else sum(effects.n) + sum(effects.n_c)
    if events == 0:
        note = Note("no_events", "No study has an event in either arm: a ratio cannot be estimated.")
    elif events == patients and effects.measure in ("OR", "PETO"):
        note = Note(
            "only_events",
            "Every patient of every study has the event, in both arms: an odds ratio cannot be estimated.",
        )
    else:
        return None
    return Estimate(model="none", ci=Interval(None, None, "none"), weights=(None,) * len(effects), notes=(note,))


def freeman_tukey(back_n: str) -> Note:
    """Return the caution that always goes with a Freeman-Tukey transformation."""
    return Note(
        "freeman_tukey",
        f"The Freeman-Tukey transformation has no way back for a pooled figure: it was taken with the {back_n} "
        "sample size, and another choice can change the result beyond reason (Schwarzer et al. 2019).",
    )
