"""Pool effects: one function from effects to a frozen result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jakpool.distributions import clopper_pearson, two_sided_p, two_sided_quantile
from jakpool.effects import ONE_ARM, TWO_ARM, Effects, back_transform, study_interval, to_scale
from jakpool.errors import ChoiceError, NoStudiesError, PoolError
from jakpool.estimate import Bounds, Estimate
from jakpool.glmm import pool_glmm
from jakpool.heterogeneity import h2_from_tau2, i2_from_q, i2_from_tau2, i2_q_interval
from jakpool.inverse_variance import TESTS, pool_inverse_variance
from jakpool.mantel_haenszel import pool_mantel_haenszel
from jakpool.results import Back, Interval, Note, Pooled, Settings, StudyRow
from jakpool.subgroups import pool_subgroups
from jakpool.tau2 import TAU2_METHODS
from jakpool.versions import software

__all__ = ["MODELS", "default_model", "default_test", "pool"]

MODELS = ("glmm", "random", "common", "mh")
TESTS_OF = {"glmm": ("z", "t", "wider"), "random": TESTS, "common": ("z", "t"), "mh": ("z",)}


def default_model(effects: Effects) -> str:
    """Return the model used when none is asked: the GLMM for counts of one-arm proportions, else random effects."""
    return "glmm" if effects.measure == "PLO" and effects.events is not None else "random"


def default_test(model: str) -> str:
    """Return the test used when none is asked: t for the GLMM, Hartung-Knapp (ad hoc) for random effects, else z."""
    return {"glmm": "t", "random": "adhoc"}.get(model, "z")


def pool(
    effects: Effects,
    *,
    model: str | None = None,
    tau2: str = "REML",
    test: str | None = None,
    by: str | Sequence[str] = "",
    level: float = 0.95,
    alpha: float = 0.1,
    nodes: int | None = None,
    profile: bool = True,
) -> Pooled:
    """Pool effects.

    Parameters
    ----------
    effects : Effects
        From `proportions`, `two_arm` or `generic`.
    model : str, optional
        ``glmm`` (one-arm logistic random intercept, ML), ``random`` or ``common`` (inverse variance), ``mh``
        (Mantel-Haenszel). Default: `default_model`.
    tau2 : str
        REML, DL, ML or PM (``random`` only).
    test : str, optional
        What the interval is made of: ``z``; ``t`` (k - 1 degrees of freedom); ``knha`` (Hartung-Knapp); ``adhoc``
        (Hartung-Knapp with a factor of at least 1); ``wider`` (GLMM: on either side the wider of t and profile
        likelihood; t alone without `profile`). The GLMM and a common effect know z and t, Mantel-Haenszel z.
        Default: `default_test`.
    by : str or sequence of str
        Subgroups: any word (it names the factor, say "drug") takes the groups of `effects`; a sequence gives the group
        of each row; empty for none.
    level : float
        Confidence level of every interval.
    alpha : float
        What the p of Q is called significant at; it labels, and never chooses a model.
    nodes : int, optional
        Nodes of the GLMM's adaptive Gauss-Hermite quadrature; by default 25, or another rule where 25 are too few.
    profile : bool
        Whether to work out the GLMM's profile-likelihood intervals (they take most of the time).

    Returns
    -------
    Pooled

    Raises
    ------
    PoolError
        No row, a word that is not known, or a model that does not fit the effects.

    Notes
    -----
    One row is not pooled: its own interval is the result. One-arm rows with no events at all, or with nothing but
    events, give the exact interval of the totals. A t interval with one degree of freedom is never given: the
    profile-likelihood interval takes its place.

    Examples
    --------
    >>> from jakpool import pool, proportions
    >>> result = pool(proportions([16, 10, 4, 43], [17, 12, 8, 58]))
    >>> result.model, result.ci_method, result.k
    ('glmm', 't with 3 df', 4)
    >>> round(result.back.estimate, 4), round(result.back.ci_lb, 4), round(result.back.ci_ub, 4)
    (0.7684, 0.6048, 0.878)
    """
    model = default_model(effects) if model is None else model
    test = default_test(model) if test is None else test
    _check(effects, model, tau2, test, level, alpha)
    if not isinstance(by, str):
        if len(by) != len(effects):
            raise PoolError(f"by has {len(by)} entries for {len(effects)} rows", hint="give the group of each row")
        effects, by = replace(effects, group=tuple(str(g) for g in by)), "group"
    if by and not effects.group:
        raise PoolError(
            "subgroups are asked for, but the effects have no group", hint="give group=... with the effects"
        )
    estimate = _estimate(effects, model=model, tau2=tau2, test=test, level=level, nodes=nodes, profile=profile)
    settings = _settings(effects, estimate, model=model, tau2=tau2, test=test, by=by, level=level, alpha=alpha)
    result = _assemble(effects, estimate, settings)
    if not by:
        return result
    groups, between, notes = pool_subgroups(
        effects, model=model, tau2=tau2, test=test, level=level, nodes=nodes, profile=profile
    )
    return replace(result, subgroups=groups, between=between, notes=(*result.notes, *notes))


def _check(effects: Effects, model: str, tau2: str, test: str, level: float, alpha: float) -> None:
    """Refuse what is not known or does not fit."""
    if len(effects) == 0:
        raise NoStudiesError
    for option, value, known in (
        ("model", model, MODELS),
        ("tau2", tau2, TAU2_METHODS),
        ("test", test, (*TESTS, "wider")),
    ):
        if value not in known:
            raise ChoiceError(option, value, known)
    fits = ["random", "common"]
    if effects.measure == "PLO" and effects.events is not None:
        fits.insert(0, "glmm")
    if effects.measure in TWO_ARM and effects.events_c is not None:
        fits.append("mh")
    if model not in fits:
        raise ChoiceError("model", model, fits, why=f"it does not fit {effects.measure} effects of this kind")
    if test not in TESTS_OF[model]:
        raise ChoiceError("test", test, TESTS_OF[model], why=f"model {model} has no such test")
    for option, share in (("level", level), ("alpha", alpha)):
        if not 0.0 < share < 1.0:
            raise ChoiceError(option, share, ("a number between 0 and 1",))


def _estimate(
    effects: Effects, *, model: str, tau2: str, test: str, level: float, nodes: int | None, profile: bool
) -> Estimate:
    """Return the model's estimate, or what stands in its place when there is nothing to model."""
    counted = effects.measure in ONE_ARM and effects.events is not None and effects.n is not None
    if counted and effects.events is not None and effects.n is not None:
        events, total = sum(effects.events), sum(effects.n)
        if len(effects) == 1 or events in (0, total):
            return _exact(effects, events, total, level)
    if effects.events_c is not None and effects.events is not None and sum(effects.events) + sum(effects.events_c) == 0:
        return _nothing(effects)
    if len(effects) == 1:
        return _one_row(effects, level)
    if model == "glmm":
        return pool_glmm(effects, test=test, level=level, nodes=nodes, profile=profile)
    if model == "mh":
        return pool_mantel_haenszel(effects, level=level)
    yi, vi = np.array(effects.yi), np.array(effects.vi)
    made = pool_inverse_variance(yi, vi, model=model, tau2=tau2, test=test, level=level)
    corrected = [label for label, c in zip(effects.labels, effects.corrected, strict=False) if c]
    if not corrected:
        return made
    note = Note(
        "zero_cells",
        f"0.5 was added to the cells of {len(corrected)} row{'s' if len(corrected) > 1 else ''} with a zero cell "
        f"({', '.join(corrected)}); the result depends on that choice.",
    )
    return replace(made, notes=(*made.notes, note))


def _exact(effects: Effects, events: int, total: int, level: float) -> Estimate:
    """Return the exact interval of one row, or of the totals when no row has events (or all have nothing else)."""
    low, high = clopper_pearson(events, total, level=level)
    one = len(effects) == 1

    if one:
        method = "Clopper-Pearson"
        notes = [Note("one_row", "One row: nothing is pooled, and nothing is known about how studies differ.")]
    else:
        method = f"Clopper-Pearson of the totals (one-sided {50 + 50 * level:g} %)"
        what = "no events" if events == 0 else "nothing but events"
        notes = [
            Note(
                "all_alike",
                f"All {len(effects)} rows have {what}: no model can be fitted; the interval is the exact one of "
                f"{events}/{total}, as if the rows were one study.",
            )
        ]
    if events in (0, total) and effects.measure == "PLO":
        notes.append(
            Note("infinite_logit", "The logit of 0 % or 100 % is infinite: beta and one bound are left empty.")
        )
    return Estimate(
        model="exact",
        beta=to_scale(events / total, effects.measure),
        ci=Interval(to_scale(low, effects.measure), to_scale(high, effects.measure), method),
        natural=(events / total, low, high),
        weights=(100.0,) if one else tuple(100.0 * m / total for m in effects.n or ()),
        words=(("weights", "share of the patients"),),
        notes=tuple(notes),
    )


def _one_row(effects: Effects, level: float) -> Estimate:
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


def _nothing(effects: Effects) -> Estimate:
    """Return the empty result of studies without a single event."""
    note = Note("no_events", "No study has an event in either arm: a ratio cannot be estimated.")
    return Estimate(model="none", ci=Interval(None, None, "none"), weights=(None,) * len(effects), notes=(note,))


def _settings(
    effects: Effects, estimate: Estimate, *, model: str, tau2: str, test: str, by: str, level: float, alpha: float
) -> Settings:
    """Write down every choice."""
    words = dict(estimate.words)
    correction = words.get("correction", "")
    if not correction and effects.corrected and estimate.model in ("random", "common", "single"):
        correction = "0.5 added to the cells of rows with a zero cell" if any(effects.corrected) else "none needed"
    return Settings(
        measure=effects.measure,
        model=model,
        tau2_method={"random": tau2, "glmm": "ML"}.get(model, "none (common effect)"),
        test=test,
        level=level,
        alpha=alpha,
        nodes=estimate.nodes,
        quadrature=words.get("quadrature", ""),
        by=by,
        correction=correction,
        weights=words.get("weights", ""),
        ci_method=estimate.ci.method,
        profile_method=words.get("profile_method", ""),
        pi_method=words.get("pi_method", ""),
        tau2_ci_method=words.get("tau2_ci_method", ""),
        I2_method=words.get("I2_method", ""),
        I2_Q_method="(Q - df) / Q, test-based interval" if estimate.QE is not None else "",
        software=software(),
    )


def _assemble(effects: Effects, e: Estimate, settings: Settings) -> Pooled:
    """Put a result together: percentages, natural scale, rows, notes."""
    i2: Bounds = (None, None)
    I2 = H2 = None
    if e.typical is not None and e.tau2 is not None:
        I2, H2 = i2_from_tau2(e.tau2, e.typical), h2_from_tau2(e.tau2, e.typical)
        low, high = (None if t is None else i2_from_tau2(t, e.typical) for t in e.tau2_ci)
        i2 = (low, high)
    I2_Q = None if e.QE is None else i2_from_q(e.QE, e.QE_df)
    i2_q = None if e.QE is None or e.QE_df < 1 else i2_q_interval(e.QE, e.QE_df, level=settings.level)
    if I2 is None and I2_Q is not None and e.QE is not None and e.typical is None:  # a common effect: from Q
        I2, H2, i2 = I2_Q, e.QE / e.QE_df, i2_q or (None, None)
    return Pooled(
        measure=effects.measure,
        model=e.model,
        k=len(effects),
        k_studies=len(set(effects.studies)),
        n_total=None if effects.n is None else sum(effects.n) + sum(effects.n_c or ()),
        events_total=None if effects.events is None else sum(effects.events) + sum(effects.events_c or ()),
        beta=e.beta,
        se=e.se,
        zval=e.zval,
        pval=e.pval,
        df=e.df,
        ci_lb=e.ci.lower,
        ci_ub=e.ci.upper,
        ci_method=e.ci.method,
        profile_lb=e.profile[0],
        profile_ub=e.profile[1],
        pi_lb=e.pi[0],
        pi_ub=e.pi[1],
        intervals=e.intervals,
        tau2=e.tau2,
        tau2_lb=e.tau2_ci[0],
        tau2_ub=e.tau2_ci[1],
        QE=e.QE,
        QE_df=e.QE_df,
        QEp=e.QEp,
        QE_method=e.QE_method,
        QE_Wld=e.QE_Wld,
        QEp_Wld=e.QEp_Wld,
        QE_LRT=e.QE_LRT,
        QEp_LRT=e.QEp_LRT,
        I2=I2,
        I2_lb=i2[0],
        I2_ub=i2[1],
        I2_Q=I2_Q,
        I2_Q_lb=None if i2_q is None else i2_q[0],
        I2_Q_ub=None if i2_q is None else i2_q[1],
        H2=H2,
        loglik=e.loglik,
        back=back(effects.measure, e),
        studies=tuple(_row(effects, i, e, settings.level) for i in range(len(effects))),
        settings=settings,
        notes=(*effects.notes, *_arms(effects), *e.notes, *_prediction(effects, e)),
    )


def back(measure: str, e: Estimate) -> Back:
    """Return an estimate on the natural scale; an infinite logit is a proportion of 0 or 1."""

    def bound(value: float | None, infinite: float | None) -> float | None:
        return infinite if value is None else back_transform(value, measure)

    zero, one = (0.0, 1.0) if e.open_profile and measure == "PLO" else (None, None)
    infinite_ci = e.open_profile and (e.ci.method.endswith("profile likelihood") or e.ci.method == "none")
    return Back(
        estimate=e.natural[0] if e.natural else back_transform(e.beta, measure),
        ci_lb=e.natural[1] if e.natural else bound(e.ci.lower, zero if infinite_ci else None),
        ci_ub=e.natural[2] if e.natural else bound(e.ci.upper, one if infinite_ci else None),
        profile_lb=bound(e.profile[0], zero),
        profile_ub=bound(e.profile[1], one),
        pi_lb=back_transform(e.pi[0], measure),
        pi_ub=back_transform(e.pi[1], measure),
    )


def _row(effects: Effects, i: int, e: Estimate, level: float) -> StudyRow:
    """Return one row of the forest plot."""
    middle, ci = study_interval(effects, i, level=level, quantile=two_sided_quantile(level))
    return StudyRow(
        label=effects.labels[i],
        study=effects.studies[i],
        group=effects.group[i] if effects.group else "",
        events=None if effects.events is None else effects.events[i],
        n=None if effects.n is None else effects.n[i],
        events_c=None if effects.events_c is None else effects.events_c[i],
        n_c=None if effects.n_c is None else effects.n_c[i],
        yi=effects.yi[i],
        sei=math.sqrt(effects.vi[i]),
        estimate=middle,
        ci=ci,
        weight=e.weights[i],
    )


def _arms(effects: Effects) -> tuple[Note, ...]:
    """Say which studies come with several rows."""
    several = sorted({s for s in effects.studies if effects.studies.count(s) > 1})
    if not several:
        return ()
    return (
        Note(
            "arms_of_one_study",
            f"{len(effects)} rows come from {len(set(effects.studies))} studies ({', '.join(several)}: several rows): "
            "rows of one study are taken as independent.",
        ),
    )


def _prediction(effects: Effects, e: Estimate) -> tuple[Note, ...]:
    """Say why there is no prediction interval, or how far to trust one from few rows."""
    if e.model not in ("glmm", "random"):
        return ()
    if e.pi[0] is None:
        return (Note("no_prediction", "No prediction interval: it needs three rows and a between-study variance."),)
    if len(effects) < 10:
        return (
            Note("prediction_few", f"The prediction interval rests on {len(effects)} rows and is probably too short."),
        )
    return ()
