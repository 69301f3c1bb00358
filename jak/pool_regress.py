"""`jak pool regress`: a meta-regression of a source, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jak.console import emit, emit_table
from jak.pool_moderators import Moderator, moderators_of
from jak.pooling import in_our_words
from jak.tabling import p_value
from jakpool.naming import SCALES

if TYPE_CHECKING:
    from jak.pool_source import Source
    from jakpool.regression import Permuted, Regression

__all__ = ["line_of", "permuted", "regress_dict", "regress_on", "show_regression"]


def regress_on(source: Source, mods: str) -> tuple[dict[str, Moderator], Regression]:
    """Return the moderators and the regression on them, by Hartung-Knapp unless another test is asked for."""
    from jakpool.regression import regress  # noqa: PLC0415

    named = moderators_of(source, [name.strip() for name in mods.split(",") if name.strip()])
    how = source.how
    with in_our_words(source.name, source.numbers):
        found = regress(
            source.effects,
            named,
            model="common" if how.get("model") == "common" else "random",
            tau2=how.get("tau2") or "REML",
            test=how.get("test") or "knha",
            level=how.get("level", 0.95),
        )
    return named, found


def permuted(source: Source, named: Mapping[str, Moderator], times: int, *, seed: int) -> Permuted | None:
    """Return the permutation test of the moderators; none if no permutation is asked for."""
    from jakpool.regression import permutation_test  # noqa: PLC0415

    if not times:
        return None
    how = source.how
    with in_our_words(source.name, source.numbers):
        return permutation_test(
            source.effects,
            named,
            model="common" if how.get("model") == "common" else "random",
            tau2=how.get("tau2") or "REML",
            test=how.get("test") or "knha",
            permutations=times,
            seed=seed,
        )


def line_of(found: Regression, name: str, values: list[float]) -> list[tuple[float, float, float, float]]:
    """Return the line of a bubble plot: moderator, predicted effect and its interval, over the moderator's range."""
    from jakpool.regression import predict_grid  # noqa: PLC0415

    low, high = min(values), max(values)
    grid = [low + (high - low) * i / 40 for i in range(41)]
    points = predict_grid(found, [{name: value} for value in grid])
    return [(value, p.pred, p.ci_lb, p.ci_ub) for value, p in zip(grid, points, strict=True)]


def regress_dict(source: Source, found: Regression, by_chance: Permuted | None) -> dict[str, Any]:
    """Return the regression in metafor's words: one entry a coefficient in ``beta``, ``se``, ``ci_lb`` and so on."""
    from jakpool.versions import data_hash  # noqa: PLC0415

    body = found.to_dict()
    rows = body.pop("coefficients")
    columns = {name: [row[name] for row in rows] for name in ("beta", "se", "pval", "ci_lb", "ci_ub")}
    columns["zval"] = [row["stat"] for row in rows]
    settings = {name: body.pop(name) for name in ("model", "tau2_method", "test", "level", "software")}
    settings |= {"measure": found.measure, "data_sha256": data_hash(source.effects)}
    chance = None
    if by_chance is not None:
        chance = {
            "pval": list(by_chance.pval),
            "QMp": by_chance.QMp,
            "permutations": by_chance.permutations,
            "exact": by_chance.exact,
        }
    notes = [*body.pop("notes"), *({"code": "numbers", "message": note} for note in source.notes)]
    head = {"coefficients": [row["name"] for row in rows]}
    return {**body, **head, **columns, "permuted": chance, "settings": settings, "notes": notes}


def show_regression(source: Source, found: Regression, by_chance: Permuted | None) -> None:
    """Print the coefficients, what they explain, what remains, and the notes."""
    scale = SCALES.get(found.measure, found.measure)
    emit(f"{source.name}: meta-regression of {scale}, {found.k} rows, tau2 by {found.tau2_method}, {found.test}")
    emit()
    heads = ["coefficient", "estimate", "se", f"{100 * found.level:g} % interval", "p"]
    heads += ["p by permutation"] if by_chance is not None else []
    rows = [
        [
            c.name,
            f"{c.beta:.4f}",
            f"{c.se:.4f}",
            f"{c.ci_lb:.4f} to {c.ci_ub:.4f}",
            p_value(c.pval).removeprefix("= "),
            *([f"{by_chance.pval[i]:.3f}"] if by_chance is not None else []),
        ]
        for i, c in enumerate(found.coefficients)
    ]
    emit_table(heads, rows, right=tuple(range(1, len(heads))))
    emit()
    df, df2 = found.QMdf
    said = f"F = {found.QM:.2f}, {df} and {df2:g} df" if df2 is not None else f"chi-square = {found.QM:.2f}, {df} df"
    chance = f"; p = {by_chance.QMp:.3f} by permutation" if by_chance is not None else ""
    emit(f"All moderators: {said}, p {p_value(found.QMp)}{chance}")
    explained = "" if found.R2 is None else f", R2 {found.R2:.0f} % of the variance between studies explained"
    emit(f"Remaining: tau2 {found.tau2:.4f}, I2 {found.I2:.0f} %{explained}")
    emit(f"Remaining Q = {found.QE:.2f}, {found.QE_df} df, p {p_value(found.QEp)}")
    notes = dict.fromkeys([*(note.message for note in found.notes), *source.notes])
    if notes:
        emit()
        emit("Notes")
    for note in notes:
        emit(f"- {note}")
