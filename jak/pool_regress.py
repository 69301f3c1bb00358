"""`jak pool regress`: a meta-regression of a source, as a table and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from jak.console import emit, emit_table
from jak.pool_moderators import Moderator, moderators_of
from jak.pooling import in_our_words
from jak.tabling import p_value
from jakpool.naming import SCALES

if TYPE_CHECKING:
    from jak.pool_source import Source
    from jakpool.metaregression import Regression

__all__ = ["regress_dict", "regress_on", "show_regression"]


def regress_on(
    source: Source, mods: str, *, permutations: int = 0, seed: int = 1
) -> tuple[dict[str, Moderator], Regression]:
    """Return the moderators and the regression on them."""
    from jakpool.metaregression import meta_regression  # noqa: PLC0415

    named = moderators_of(source, [name.strip() for name in mods.split(",") if name.strip()])
    how = source.how
    with in_our_words(source.name, source.numbers):
        found = meta_regression(
            source.effects,
            named,
            tau2=how.get("tau2") or "REML",
            test=how.get("test") or "knha",
            level=how.get("level", 0.95),
            permutations=permutations,
            seed=seed,
        )
    return named, found


def regress_dict(source: Source, found: Regression) -> dict[str, Any]:
    """Return the regression in metafor's words: one entry a coefficient in ``beta``, ``se``, ``ci_lb`` and so on."""
    from jakpool.results import SCHEMA_VERSION  # noqa: PLC0415
    from jakpool.versions import data_hash  # noqa: PLC0415

    body = asdict(found)
    rows = body.pop("coefficients")
    names = ("beta", "se", "zval", "pval", "ci_lb", "ci_ub", "permutation_p")
    by_name = {name: [row[name] for row in rows] for name in names}
    body["settings"] = {**body["settings"], "data_sha256": data_hash(source.effects)}
    body["notes"] = [*body["notes"], *({"code": "numbers", "message": note} for note in source.notes)]
    return {"schema_version": SCHEMA_VERSION, "coefficients": [row["name"] for row in rows], **by_name, **body}


def show_regression(source: Source, found: Regression) -> None:
    """Print the coefficients, what they explain, what remains, and the notes."""
    s = found.settings
    scale = SCALES.get(found.measure, found.measure)
    emit(f"{source.name}: meta-regression of {scale}, {found.k} rows, tau2 by {s['tau2_method']}, {s['test']}")
    emit()
    permuted = any(c.permutation_p is not None for c in found.coefficients)
    heads = ["coefficient", "estimate", "se", f"{100 * float(s['level']):g} % interval", "p"]
    rows = [
        [
            c.name,
            f"{c.beta:.4f}",
            f"{c.se:.4f}",
            f"{c.ci_lb:.4f} to {c.ci_ub:.4f}",
            p_value(c.pval).removeprefix("= "),
            *([("" if c.permutation_p is None else f"{c.permutation_p:.3f}")] if permuted else []),
        ]
        for c in found.coefficients
    ]
    heads += ["p by permutation"] if permuted else []
    emit_table(heads, rows, right=tuple(range(1, len(heads))))
    emit()
    name = "F" if found.df is not None else "chi-square"
    degrees = f"{found.QMdf} and {found.df:g} df" if found.df is not None else f"{found.QMdf} df"
    emit(f"All moderators: {name} = {found.QM:.2f}, {degrees}, p {p_value(found.QMp)}")
    explained = "" if found.R2 is None else f", R2 {found.R2:.0f} % of the variance between studies explained"
    emit(f"Remaining: tau2 {found.tau2:.4f}{'' if found.I2 is None else f', I2 {found.I2:.0f} %'}{explained}")
    emit(f"Remaining Q = {found.QE:.2f}, {found.QE_df} df, p {p_value(found.QEp)}")
    emit()
    emit("Notes")
    for note in dict.fromkeys([*(note.message for note in found.notes), *source.notes]):
        emit(f"- {note}")
