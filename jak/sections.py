"""Turn a pooled analysis into the section that the report prints of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from jak.report import contents as c

if TYPE_CHECKING:
    from jak.pooling import AnalysisResult, VariantResult
    from jakpool.results import Pooled, Subgroup

__all__ = ["section"]


def section(result: AnalysisResult, *, figures: bool = True) -> c.AnalysisSection:
    """Turn one analysis into its section."""
    from jak.figures import picture  # noqa: PLC0415
    from jak.tabling import between_words  # noqa: PLC0415
    from jakpool.given import given_of  # noqa: PLC0415
    from jakpool.measures import MEASURES, ONE_ARM, is_ratio  # noqa: PLC0415
    from jakpool.sentences import methods_sentence, results_sentence  # noqa: PLC0415

    pooled, overall, spec = result.pooled, result.overall, result.spec
    columns = result.columns
    cells = columns.cells if columns is not None else ((),) * len(pooled.studies)
    given = given_of(pooled.studies)
    rows = tuple(
        c.DataRow(
            id=f"{i}",
            label=row.label,
            study=row.study,
            group=row.group,
            events=row.events,
            n=row.n,
            events_c=row.events_c,
            n_c=row.n_c,
            given=() if given.kind == "count" else given.cells((row,)),
            given_c=() if given.kind == "count" or not spec.two_arm else given.cells((row,), arm=1),
            cell_ids=tuple(x.id for x in own),
            estimate=row.estimate,
            interval=c.Span(row.ci.lower, row.ci.upper, row.ci.method),
            weight=row.weight,
        )
        for i, (row, own) in enumerate(zip(pooled.studies, cells, strict=True), start=1)
    )
    everything = tuple(r.id for r in rows)
    figures_of = [_pooled_row("Overall", overall, everything)]
    figures_of += [_pooled_row(g.name, g, tuple(r.id for r in rows if r.group == g.name)) for g in pooled.subgroups]
    said = between_words(pooled)
    between = f"Test between subgroups: {said}." if said else ""
    known = {x.message for x in result.doubts}
    notes = dict.fromkeys(
        n
        for n in (*(x.message for p in (overall, pooled) for x in p.notes), *(columns.notes if columns else ()))
        if n.removeprefix("doubt: ") not in known
    )
    return c.AnalysisSection(
        name=spec.name,
        title=spec.title,
        effect=_capital(MEASURES[spec.measure].name),
        scale="percent" if spec.measure in ONE_ARM else "ratio" if is_ratio(spec.measure) else "plain",
        given=() if given.kind == "count" else given.heads(),
        methods=methods_sentence(overall),
        results=results_sentence(overall),
        rows=rows,
        pooled=tuple(figures_of),
        between=between,
        caution=spec.caution,
        notes=tuple(notes),
        doubts=tuple(x.message for x in result.doubts),
        left_out=tuple(map(str, columns.left_out)) if columns else (),
        variants=tuple(
            c.VariantRow(
                v.variant.title,
                _pooled_row(v.variant.title, v.pooled, _kept(rows, v)) if v.pooled is not None else None,
                tuple(map(str, v.variant.dropped)),
                v.variant.why,
            )
            for v in result.variants
        ),
        leave_one_out=tuple(
            _pooled_row(x.study, x.pooled, tuple(r.id for r in rows if r.study != x.study))
            for x in result.leave_one_out
        ),
        forest_svg=picture("forest", result).decode() if figures else "",
        funnel_svg=picture("funnel", result).decode() if figures and pooled.k > 2 else "",
        settings=result.to_dict()["settings"],
    )


def _capital(words: str) -> str:
    """Return words with a capital letter at their head."""
    return words[:1].upper() + words[1:]


def _kept(rows: Sequence[c.DataRow], run: VariantResult) -> tuple[str, ...]:
    """Return the ids of the rows that an extra run still pools."""
    columns = run.variant.columns
    labels = set(columns.labels) if columns is not None else set()
    return tuple(r.id for r in rows if r.label in labels)


def _pooled_row(name: str, pooled: Pooled | Subgroup, row_ids: tuple[str, ...]) -> c.PooledRow:
    """Return a pooled figure with every interval and its method."""
    from jakpool.effects import back_transform  # noqa: PLC0415

    back = pooled.back
    spans = [c.Span(back.ci_lb, back.ci_ub, pooled.ci_method)]
    if back.profile_lb is not None and not pooled.ci_method.startswith("profile"):
        spans.append(c.Span(back.profile_lb, back.profile_ub, "profile likelihood"))
    for other in getattr(pooled, "intervals", ()):
        measure = getattr(pooled, "measure", "GEN")
        spans.append(c.Span(back_transform(other.lower, measure), back_transform(other.upper, measure), other.method))
    prediction = None
    if back.pi_lb is not None or back.pi_ub is not None:
        method = getattr(getattr(pooled, "settings", None), "pi_method", "")
        prediction = c.Span(back.pi_lb, back.pi_ub, method)
    return c.PooledRow(
        name=name,
        k=pooled.k,
        k_studies=pooled.k_studies,
        n=pooled.n_total,
        events=pooled.events_total,
        estimate=back.estimate,
        intervals=tuple(spans),
        prediction=prediction,
        heterogeneity=tuple(_heterogeneity(pooled)),
        row_ids=row_ids,
    )


def _heterogeneity(pooled: Pooled | Subgroup) -> Iterator[str]:
    """Yield finished phrases on heterogeneity."""
    from jak.tabling import p_value  # noqa: PLC0415

    tau2, i2 = getattr(pooled, "tau2", None), getattr(pooled, "I2", None)
    assumed = getattr(pooled, "model", "") in ("common", "mh", "peto")
    if tau2 is not None and not assumed:
        yield f"τ² = {tau2:.3f}{_bounds(pooled, 'tau2', 3)}"
    if i2 is not None and not assumed:
        yield f"I² from τ² {i2:.0f} %{_bounds(pooled, 'I2', 0)}"
    if pooled.I2_Q is not None:
        yield f"I² from Q {pooled.I2_Q:.0f} %{_bounds(pooled, 'I2_Q', 0)}"
    if pooled.QE is not None and pooled.QEp is not None:
        alpha = getattr(getattr(pooled, "settings", None), "alpha", None)
        verdict = "" if alpha is None else f" ({'' if pooled.QEp < alpha else 'not '}significant at α = {alpha:g})"
        yield f"Q = {pooled.QE:.2f}, {pooled.QE_df} df, p {p_value(pooled.QEp)}{verdict}"


def _bounds(pooled: object, name: str, digits: int) -> str:
    """Return the interval of a measure of heterogeneity in brackets, or nothing where there is none."""
    low, high = getattr(pooled, f"{name}_lb", None), getattr(pooled, f"{name}_ub", None)
    return "" if low is None or high is None else f" ({low:.{digits}f} to {high:.{digits}f})"
