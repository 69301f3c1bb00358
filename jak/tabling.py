"""A pooled result as lines of text: rows, pooled figures with the method of each interval, heterogeneity, notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jak.console import counted, emit, emit_table
from jakpool.naming import SCALES, is_percent, row_noun

if TYPE_CHECKING:
    from jak.pooling import AnalysisResult
    from jakpool.results import Back, Pooled, Subgroup
    from jakpool.sensitivity import SensitivityRow
    from jakpool.small_study import SmallStudy

__all__ = [
    "between_words",
    "figure",
    "flag_words",
    "heterogeneity_lines",
    "interval",
    "pooled_lines",
    "show_effects",
    "show_result",
    "show_sensitivity",
    "show_subgroups",
]

MODELS = {
    "glmm": "random-intercept logistic GLMM, maximum likelihood",
    "betabin": "beta-binomial, maximum likelihood",
    "random": "inverse variance, random effects",
    "common": "inverse variance, common effect",
    "mh": "Mantel-Haenszel",
    "peto": "Peto",
    "exact": "exact, no model fitted",
}


def figure(value: float | None, measure: str) -> str:
    """Return a figure on the natural scale: percent for proportions, else two to four digits.

    Examples
    --------
    >>> figure(0.6812, "PLO"), figure(6.98, "RR"), figure(None, "PLO")
    ('68.1 %', '6.98', 'not defined')
    """
    if value is None:
        return "not defined"
    if is_percent(measure):
        return f"{value * 100:.1f} %"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3g}"


def interval(lower: float | None, upper: float | None, measure: str) -> str:
    """Return an interval on the natural scale.

    Examples
    --------
    >>> interval(0.602, 0.759, "PLO")
    '60.2 to 75.9 %'
    """
    if lower is None and upper is None:
        return "not defined"
    low, high = figure(lower, measure), figure(upper, measure)
    return (
        f"{low.removesuffix(' %') if lower is not None else 'no bound'} to {high if upper is not None else 'no bound'}"
    )


def p_value(p: float | None) -> str:
    """Return a p-value to three digits.

    Examples
    --------
    >>> p_value(0.0192), p_value(0.00001), p_value(None)
    ('= 0.019', '< 0.001', 'not defined')
    """
    if p is None:
        return "not defined"
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def pooled_lines(name: str, pooled: Pooled | Subgroup, measure: str, *, level: float) -> Iterator[str]:
    """Yield the lines of one pooled figure: counts, estimate, and every interval with its method."""
    row = row_noun(measure)
    arms = f"{counted(pooled.k, row)}, {counted(pooled.k_studies, 'study', 'studies')}"
    total = _count(pooled.events_total, pooled.n_total)
    counts = "" if pooled.events_total is None else f", {total}{'' if pooled.n_total is not None else ' events'}"
    if pooled.n_total is not None:
        counts += f" (N = {pooled.n_total})"
    back: Back = pooled.back
    yield f"{name}: {arms}{counts}: {figure(back.estimate, measure)}"
    percent = f"{level * 100:g} %"
    yield f"    {percent} interval ({pooled.ci_method}): {interval(back.ci_lb, back.ci_ub, measure)}"
    if back.profile_lb is not None and not pooled.ci_method.startswith("profile"):
        yield f"    {percent} interval (profile likelihood): {interval(back.profile_lb, back.profile_ub, measure)}"
    for other in getattr(pooled, "intervals", ()):
        from jakpool.effects import back_transform  # noqa: PLC0415

        low, middle, high = (back_transform(v, measure) for v in (other.lower, other.estimate, other.upper))
        said = f"{figure(middle, measure)}, " if middle is not None else ""
        yield f"    beside it ({other.method}): {said}{interval(low, high, measure)}"
    if back.pi_lb is not None:
        method = getattr(getattr(pooled, "settings", None), "pi_method", "")
        named = f" ({method})" if method else ""
        yield f"    {percent} prediction interval{named}: {interval(back.pi_lb, back.pi_ub, measure)}"


def heterogeneity_lines(pooled: Pooled) -> Iterator[str]:
    """Yield tau2, I2 from both sources, and Q with what alpha makes of it."""
    if pooled.tau2 is None and pooled.QE is None:
        return
    parts = []
    # A common effect and Mantel-Haenszel have no between-study variance: only I2 from Q means something there.
    assumed = pooled.model in ("common", "mh", "peto")
    if pooled.tau2 is not None and not assumed:
        span = (
            f" ({pooled.tau2_lb:.3f} to {pooled.tau2_ub:.3f})"
            if pooled.tau2_lb is not None and pooled.tau2_ub is not None
            else ""
        )
        parts.append(f"tau2 {pooled.tau2:.4f}{span}")
    if pooled.I2 is not None and not assumed:
        span = (
            f" ({pooled.I2_lb:.0f} to {pooled.I2_ub:.0f})"
            if pooled.I2_lb is not None and pooled.I2_ub is not None
            else ""
        )
        parts.append(f"I2 from tau2 {pooled.I2:.0f} %{span}")
    if pooled.I2_Q is not None:
        span = (
            f" ({pooled.I2_Q_lb:.0f} to {pooled.I2_Q_ub:.0f})"
            if pooled.I2_Q_lb is not None and pooled.I2_Q_ub is not None
            else ""
        )
        parts.append(f"I2 from Q {pooled.I2_Q:.0f} %{span}")
    if parts:
        yield "    heterogeneity: " + ", ".join(parts)
    if pooled.QE is not None and pooled.QEp is not None:
        alpha = pooled.settings.alpha
        verdict = "significant" if pooled.QEp < alpha else "not significant"
        method = f" ({pooled.QE_method})" if pooled.QE_method else ""
        said = f"Q{method} = {pooled.QE:.2f}, {pooled.QE_df} df, p {p_value(pooled.QEp)}"
        yield f"    {said}: {verdict} at alpha {alpha:g}"


def between_words(pooled: Pooled) -> str:
    """Return the test between subgroups in words, empty if there is none."""
    between = pooled.between
    if between is None or between.QM is None:
        return ""
    df, df2 = between.QMdf
    degrees = f"{df} df" if df2 is None else f"{df} and {df2:g} df"
    return f"{between.method} {between.QM:.2f}, {degrees}, p {p_value(between.QMp)}"


def show_result(result: AnalysisResult) -> None:
    """Print an analysis with its rows, figures, subgroups, extra runs and notes."""
    pooled, overall = result.pooled, result.overall
    measure, level = pooled.measure, pooled.settings.level
    emit(f"{result.spec.title}: {SCALES.get(measure, measure)}, {MODELS.get(overall.model, overall.model)}")
    emit()
    _show_rows(pooled)
    emit()
    for line in pooled_lines("Overall", overall, measure, level=level):
        emit(line)
    for line in heterogeneity_lines(overall):
        emit(line)
    for subgroup in pooled.subgroups:
        for line in pooled_lines(subgroup.name, subgroup, measure, level=level):
            emit(line)
    between = between_words(pooled)
    if between:
        emit(f"Between subgroups: {between}")
    if result.leave_one_out:
        spread = [row.pooled.back.estimate for row in result.leave_one_out if row.pooled.back.estimate is not None]
        if spread:
            low = min(result.leave_one_out, key=lambda r: _key(r.pooled.back.estimate))
            high = max(result.leave_one_out, key=lambda r: _key(r.pooled.back.estimate))
            least, most = figure(min(spread), measure), figure(max(spread), measure)
            if least == most:
                emit(f"Leave one study out: {least} whichever is left out")
            else:
                emit(f"Leave one study out: {least} (without {low.study}) to {most} (without {high.study})")
    for run in result.variants:
        if run.pooled is None:
            emit(f"Run {run.variant.title}: {run.variant.why}")
        elif not run.variant.dropped:
            emit(f"Run {run.variant.title}: nothing to leave out, the same result")
        else:
            for line in pooled_lines(f"Run {run.variant.title}", run.pooled, measure, level=level):
                emit(line)
    _show_set(result)
    if result.small_study is not None and not result.small_study.appendix:
        _show_small_study(result.small_study, "Small-study effects", result.overall.measure)
    _show_notes(result)
    if result.small_study is not None and result.small_study.appendix:
        _show_small_study(result.small_study, "Appendix: small-study effects", result.overall.measure)


def _show_small_study(found: SmallStudy, heading: str, measure: str) -> None:
    """Print the tests for small-study effects under a heading, with their notes."""
    from jak.pool_bias import bias_lines  # noqa: PLC0415

    emit()
    emit(heading)
    for line in bias_lines(found, measure):
        emit(line)
    for note in found.notes:
        emit(f"- {note.message}")


def show_effects(result: AnalysisResult) -> None:
    """Print the effect of each row on the pooling scale with its standard error, and on the natural scale."""
    pooled = result.pooled
    measure = pooled.measure
    emit(f"{result.spec.title}: {SCALES.get(measure, measure)}")
    emit()
    rows = [
        (
            row.label,
            *((row.group,) if any(r.group for r in pooled.studies) else ()),
            "" if row.yi is None else f"{row.yi:.4f}",
            "" if row.sei is None else f"{row.sei:.4f}",
            figure(row.estimate, measure),
            interval(row.ci.lower, row.ci.upper, measure),
        )
        for row in pooled.studies
    ]
    groups = ["group"] if any(r.group for r in pooled.studies) else []
    methods = ", ".join(sorted({row.ci.method for row in pooled.studies}))
    heads = ["study", *groups, "yi", "se", "estimate", f"{pooled.settings.level * 100:g} % interval ({methods})"]
    last = len(heads) - 1
    emit_table(heads, rows, right=(last - 3, last - 2, last - 1, last))
    _show_notes(result, pooled=False)


def show_subgroups(result: AnalysisResult) -> None:
    """Print the subgroups, the test between them, and the notes."""
    pooled = result.pooled
    measure, level = pooled.measure, pooled.settings.level
    emit(f"{result.spec.title}: {SCALES.get(measure, measure)}, by {pooled.settings.by}")
    emit()
    for subgroup in pooled.subgroups:
        for line in pooled_lines(subgroup.name, subgroup, measure, level=level):
            emit(line)
    for line in pooled_lines("Overall", result.overall, measure, level=level):
        emit(line)
    between = between_words(pooled)
    emit(f"Between subgroups: {between or 'no test: there is one subgroup, or nothing that could differ'}")
    if pooled.between is not None and pooled.between.tau2 is not None:
        emit(f"Common tau2 within the subgroups: {pooled.between.tau2:.4f}")
    _show_notes(result)


def show_sensitivity(result: AnalysisResult) -> None:
    """Print the main result, the set of sensitivity analyses, and the notes."""
    pooled = result.overall
    emit(f"{result.spec.title}: {SCALES.get(pooled.measure, pooled.measure)}")
    emit()
    for line in pooled_lines("Main result", pooled, pooled.measure, level=pooled.settings.level):
        emit(line)
    _show_set(result)
    _show_notes(result)


def _show_set(result: AnalysisResult) -> None:
    """Print the set of sensitivity analyses as a table, flags last."""
    if not result.sensitivity:
        return
    measure, level = result.overall.measure, result.overall.settings.level
    emit()
    rows = [
        (
            row.name,
            row.k,
            figure(row.estimate, measure) if row.estimate is not None else "",
            interval(row.ci_lb, row.ci_ub, measure) if row.ci_lb is not None or row.ci_ub is not None else "",
            "; ".join(part for part in (f"! {flag_words(row)}" if row.flags else "", row.remark, row.why) if part),
        )
        for row in result.sensitivity
    ]
    emit_table(("sensitivity analysis", "k", "estimate", f"{level * 100:g} % interval", ""), rows, right=(1, 2, 3))
    flagged = sum(bool(row.flags) for row in result.sensitivity)
    if flagged:
        far = "20 %, or 5 points" if is_percent(measure) else "20 %"
        emit(f"{flagged} of {len(rows)} leave the main interval or move far ({far}): marked !")


def flag_words(row: SensitivityRow) -> str:
    """Say what the flags of a row mean; empty without a flag."""
    words = {"outside": "outside the interval", "moved": "moves far"}
    return ", ".join(words.get(flag, flag) for flag in row.flags)


def _show_rows(pooled: Pooled) -> None:
    """Print a line for each row of the forest plot."""
    from jakpool.given import given_of  # noqa: PLC0415

    given = given_of(pooled.studies)
    two = any(row.n_c is not None or row.events_c is not None for row in pooled.studies)
    grouped = any(row.group for row in pooled.studies)
    filled = two or any(any(given.cells((row,))) for row in pooled.studies)
    columns = [head[0].lower() + head[1:] for head in given.heads()] if filled else []
    control = [] if not two else ["control"] if len(columns) == 1 else [f"control {head}" for head in columns]
    heads = ["study", *(["group"] if grouped else []), *columns, *control]
    numbers = len(heads)
    methods = {row.ci.method for row in pooled.studies}
    heads += ["estimate", f"{pooled.settings.level * 100:g} % interval ({', '.join(sorted(methods))})", "weight %"]
    rows = []
    for row in pooled.studies:
        line = [row.label, *([row.group] if grouped else [])]
        for arm in range(1 + two if filled else 0):
            line += given.cells((row,), arm=arm)
        line += [
            figure(row.estimate, pooled.measure),
            interval(row.ci.lower, row.ci.upper, pooled.measure),
            "" if row.weight is None else f"{row.weight:.1f}",
        ]
        rows.append(line)
    emit_table(heads, rows, right=range(numbers, len(heads)))


def _count(events: int | None, n: int | None) -> str:
    """Write events/n, or what is known of it."""
    return "/".join(str(value) for value in (events, n) if value is not None)


def _show_notes(result: AnalysisResult, *, pooled: bool = True) -> None:
    """Print every caution, what was left out, and what nobody extracted; without `pooled` those of the rows only."""
    said: set[str] = set()
    notes = [note.message for p in (result.overall, result.pooled) for note in p.notes] if pooled else []
    if not pooled and result.source is not None:
        notes = [note.message for note in result.source.effects.notes]
    if result.columns is not None:
        notes += list(result.columns.notes)
        notes += [f"left out: {entry}" for entry in result.columns.left_out]
        notes += [f"not extracted: {entry}" for entry in result.columns.not_extracted]
    if result.source is not None:
        notes += list(result.source.notes)
    if result.spec.caution:
        notes.insert(0, result.spec.caution)
    if notes:
        emit()
        emit("Notes")
    for note in notes:
        if note not in said:
            emit(f"- {note}")
            said.add(note)


def _key(value: float | None) -> float:
    """Return a value to sort by; what is not defined sorts in the middle."""
    return 0.5 if value is None else value
