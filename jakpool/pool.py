"""Pool effects: one function from effects to a frozen result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jakpool.beta_binomial import pool_beta_binomial
from jakpool.choices import Choices, default_model, default_test
from jakpool.effects import Effects, back_size, study_intervals
from jakpool.errors import PoolError
from jakpool.estimate import Bounds, Estimate
from jakpool.glmm_two_arm import pool_glmm_of
from jakpool.heterogeneity import h2_from_tau2, i2_from_q, i2_from_tau2, i2_q_interval
from jakpool.inverse_variance import pool_inverse_variance
from jakpool.lone import exact, freeman_tukey, nothing, one_row
from jakpool.mantel_haenszel import pool_mantel_haenszel
from jakpool.measures import MEASURES
from jakpool.natural import back
from jakpool.peto import pool_peto
from jakpool.prediction import predict
from jakpool.results import Note, Pooled, Settings, StudyRow
from jakpool.subgroups import Answer, pool_subgroups
from jakpool.subgroups_apart import pool_subgroups_apart
from jakpool.versions import software

__all__ = ["pool"]

GIVEN = ("time", "time_c", "mean", "sd", "mean_c", "sd_c")


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
    pi: str = "auto",
    tau2_ci: str = "auto",
    tau2_groups: str = "common",
    glmm: str = "UM.FS",
    back_n: str = "harmonic",
) -> Pooled:
    """Pool effects.

    Parameters
    ----------
    effects : Effects
        From `proportions`, `rates`, `means`, `two_arm`, `two_rates`, `two_means` or `generic`.
    model : str, optional
        ``glmm`` (random effects on the counts themselves, ML), ``betabin`` (beta-binomial, ML), ``random`` or
        ``common`` (inverse variance), ``mh`` (Mantel-Haenszel), ``peto``. Default: the GLMM for counts of one-arm
        proportions, else random effects; `jakpool.choices.models_for` lists what fits.
    tau2 : str
        REML, DL, HE, HS, SJ, ML, EB or PM (``random`` only).
    test : str, optional
        What the interval is made of: ``z``; ``t`` (k - 1 degrees of freedom); ``knha`` (Hartung-Knapp); ``adhoc``
        (Hartung-Knapp with a factor of at least 1); ``wider`` (one-arm GLMM: on either side the wider of t and profile
        likelihood; t alone without `profile`). The GLMM and the beta-binomial know z and t, Mantel-Haenszel and Peto z.
        Default: t for the GLMM and the beta-binomial, adhoc for random effects, else z.
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
    pi : str
        Prediction interval: ``auto`` (as the test of the mean), ``z``, ``t``, ``hts``, ``hk`` or ``none``; see
        `jakpool.prediction.predict`.
    tau2_ci : str
        Interval of tau2: ``qp`` (Q-profile; the default of inverse variance), ``pl`` (profile likelihood; always that
        of the GLMM) or ``none``.
    tau2_groups : str
        ``common`` (one tau2 for all subgroups) or ``separate``. The GLMM of rates and of two arms, the beta-binomial
        and Peto pool every subgroup by itself, whatever is said here.
    glmm : str
        For two arms: ``UM.FS`` (unconditional, fixed study effects) or ``CM.EL`` (conditional, exact likelihood).
    back_n : str
        Sample size of the way back from Freeman-Tukey: harmonic, geometric, arithmetic or variance.

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
    choices = Choices(
        model=model,
        tau2=tau2,
        test=test,
        pi=pi,
        tau2_ci=tau2_ci,
        tau2_groups=tau2_groups,
        glmm=glmm,
        back_n=back_n,
        level=level,
        alpha=alpha,
        nodes=nodes,
        profile=profile,
    )
    choices.check(effects)
    if not isinstance(by, str):
        if len(by) != len(effects):
            raise PoolError(f"by has {len(by)} entries for {len(effects)} rows", hint="give the group of each row")
        effects, by = replace(effects, group=tuple(str(g) for g in by)), "group"
    if by and not effects.group:
        raise PoolError(
            "subgroups are asked for, but the effects have no group", hint="give group=... with the effects"
        )
    estimate = _estimate(effects, choices)
    result = _assemble(effects, estimate, _settings(effects, estimate, choices, by), back_n=back_n)
    if not by:
        return result
    groups, between, notes = _groups(effects, choices)
    return replace(result, subgroups=groups, between=between, notes=(*result.notes, *notes))


def _groups(effects: Effects, choices: Choices) -> Answer:
    """Return the subgroups, with one tau2 for all or one for each."""
    counted = choices.model == "glmm" and (effects.events_c is not None or effects.time is not None)
    apart = counted or choices.tau2_groups == "separate" or choices.model in ("betabin", "peto")
    if apart and choices.model != "mh":

        def alone(rows: Effects) -> Pooled:
            estimate = _estimate(rows, choices)
            return _assemble(rows, estimate, _settings(rows, estimate, choices, ""), back_n=choices.back_n)

        return pool_subgroups_apart(effects, alone, common=choices.model in ("common", "peto"))
    return pool_subgroups(
        effects,
        model=choices.model,
        tau2=choices.tau2,
        test=choices.test,
        level=choices.level,
        nodes=choices.nodes,
        profile=choices.profile,
    )


def _estimate(effects: Effects, choices: Choices) -> Estimate:
    """Return the model's estimate, or what stands in its place when there is nothing to model."""
    model, level = choices.model, choices.level
    alone = exact(effects, level)
    if alone is not None:
        return alone
    empty = nothing(effects)
    if empty is not None:
        return empty
    if len(effects) == 1:
        return one_row(effects, level)
    if model == "glmm":
        return _predicted(pool_glmm_of(effects, choices), choices, len(effects))
    if model == "betabin":
        return _predicted(pool_beta_binomial(effects, choices), choices, len(effects))
    if model == "mh":
        return pool_mantel_haenszel(effects, level=level)
    if model == "peto":
        return pool_peto(effects, level=level)
    made = pool_inverse_variance(np.array(effects.yi), np.array(effects.vi), choices)
    notes = list(made.notes)
    corrected = [label for label, c in zip(effects.labels, effects.corrected, strict=False) if c]
    if corrected:
        notes.append(
            Note(
                "zero_cells",
                f"{effects.correction:g} was added to the cells of {len(corrected)} "
                f"row{'s' if len(corrected) > 1 else ''} with a zero cell ({', '.join(corrected)}); the result depends "
                "on that choice.",
            )
        )
    if MEASURES[effects.measure].scale.startswith("freeman-tukey"):
        notes.append(freeman_tukey(choices.back_n))
    return replace(made, notes=tuple(notes))


def _predicted(made: Estimate, choices: Choices, k: int) -> Estimate:
    """Give a likelihood model the prediction interval that was asked for, if it is another than its own."""
    if choices.pi == "auto" or made.beta is None or made.se is None or made.tau2 is None:
        return made
    other = predict(choices, k=k, beta=made.beta, tau2=made.tau2, se=made.se, plain_se=made.se, df=made.df)
    words = tuple((name, other.method if name == "pi_method" else word) for name, word in made.words)
    return replace(made, pi=other.bounds, words=words)


def _settings(effects: Effects, estimate: Estimate, choices: Choices, by: str) -> Settings:
    """Write down every choice."""
    words, model = dict(estimate.words), choices.model
    correction = words.get("correction", "")
    if not correction and effects.corrected and estimate.model in ("random", "common", "single"):
        added = f"{effects.correction:g} added to the cells of rows with a zero cell"
        correction = added if any(effects.corrected) else "none needed"
    return Settings(
        measure=effects.measure,
        model=model,
        tau2_method={"random": choices.tau2, "glmm": "ML", "betabin": "ML"}.get(model, "none (common effect)"),
        test=choices.test,
        level=choices.level,
        alpha=choices.alpha,
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


def _assemble(effects: Effects, e: Estimate, settings: Settings, *, back_n: str) -> Pooled:
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
        back=back(effects.measure, e, size=back_size(effects, se=e.se, kind=back_n)),
        studies=_rows(effects, e, settings.level),
        settings=settings,
        notes=(*effects.notes, *_arms(effects), *e.notes, *_prediction(effects, e)),
    )


def _rows(effects: Effects, e: Estimate, level: float) -> tuple[StudyRow, ...]:
    """Return the rows of the forest plot."""
    return tuple(
        StudyRow(
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
            **{name: values[i] for name in GIVEN if (values := getattr(effects, name)) is not None},
        )
        for i, (middle, ci) in enumerate(study_intervals(effects, level=level))
    )


def _arms(effects: Effects) -> tuple[Note, ...]:
    """Say which studies come with several rows."""
    different = set(effects.studies)
    if len(different) == len(effects):
        return ()
    several = sorted(s for s in different if effects.studies.count(s) > 1)
    return (
        Note(
            "arms_of_one_study",
            f"{len(effects)} rows come from {len(different)} studies ({', '.join(several)}: several rows): "
            "rows of one study are taken as independent.",
        ),
    )


def _prediction(effects: Effects, e: Estimate) -> tuple[Note, ...]:
    """Say why there is no prediction interval, or how far to trust one from few rows."""
    if e.model not in ("glmm", "betabin", "random"):
        return ()
    if e.pi[0] is None:
        return (Note("no_prediction", "No prediction interval: it needs three rows and a between-study variance."),)
    if len(effects) < 10:
        return (
            Note("prediction_few", f"The prediction interval rests on {len(effects)} rows and is probably too short."),
        )
    return ()
