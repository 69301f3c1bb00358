"""The figures of `jak pool sensitivity`: its table as a forest, influence, Baujat and GOSH plots."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jak.drawing import draw_sensitivity
from jak.figures import check_ending, write_picture
from jak.pooling import in_our_words
from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.pooling import AnalysisResult
    from jakpool import Effects, Influence
    from jakpool.plots import Panel

__all__ = ["draw_set"]

INVERSE = "By inverse variance of the same effects, also where the result itself is a model of the counts."


def draw_set(result: AnalysisResult, files: Mapping[str, Path | None], *, highlight: str = "") -> list[Path]:
    """Draw each figure that is asked for and return the files."""
    for path in files.values():
        if path is not None:
            check_ending(path)
    drawn = []
    for kind, path in files.items():
        if path is None:
            continue
        if kind == "figure":
            drawn.append(draw_sensitivity(result, path))
            continue
        draw = {"influence": _influence, "baujat": _baujat, "gosh": _gosh}[kind]
        with in_our_words():
            content = draw(result, check_ending(path), highlight)
        drawn.append(write_picture(path, content))
    return drawn


def _influence(result: AnalysisResult, file_format: str, _highlight: str) -> bytes:
    """Draw the influence panel."""
    from jakpool import influence  # noqa: PLC0415
    from jakpool.plots import influence as draw  # noqa: PLC0415

    rows = influence(_effects(result), **_how(result))
    return draw(
        [row.label for row in rows],
        _panels(rows),
        influential=[row.influential for row in rows],
        title=result.spec.title,
        format=file_format,
        notes=[INVERSE],
    )


def _panels(rows: tuple[Influence, ...]) -> list[Panel]:
    """Return the figures of each row with their rules of thumb (Viechtbauer, Cheung 2010)."""
    from jakpool.plots import Panel  # noqa: PLC0415

    k = len(rows)
    far = 3 * (1 / (k - 1)) ** 0.5
    return [
        Panel(name=name, values=tuple(getattr(row, field) for row in rows), middle=middle, limits=limits)
        for name, field, middle, limits in (
            ("Deleted residual (standardised)", "rstudent", 0.0, (-1.96, 1.96)),
            ("DFFITS", "dffits", 0.0, (-far, far)),
            ("Cook's distance", "cook_d", None, (0.4549,)),
            ("Covariance ratio", "cov_r", 1.0, ()),
            ("τ² without the row", "tau2_del", None, ()),
            ("Q without the row", "QE_del", None, ()),
            ("Hat value", "hat", 1 / k, (3 / k,)),
            ("DFBETA (standardised)", "dfbs", 0.0, (-1.0, 1.0)),
        )
    ]


def _baujat(result: AnalysisResult, file_format: str, _highlight: str) -> bytes:
    """Draw the Baujat plot."""
    from jakpool import influence  # noqa: PLC0415
    from jakpool.plots import baujat  # noqa: PLC0415

    rows = influence(_effects(result), **_how(result))
    return baujat(
        [row.label for row in rows],
        [row.baujat_x for row in rows],
        [row.baujat_y or 0.0 for row in rows],
        title=result.spec.title,
        format=file_format,
    )


def _gosh(result: AnalysisResult, file_format: str, highlight: str) -> bytes:
    """Draw the GOSH plot."""
    from jakpool import gosh, pool  # noqa: PLC0415
    from jakpool.plots import gosh as draw  # noqa: PLC0415

    effects = _effects(result)
    if highlight and highlight not in effects.labels:
        raise UsageError(f"there is no row {highlight!r}", hint=f"rows: {', '.join(effects.labels)}")
    how = _how(result)
    model = "common" if how["model"] == "common" or len(effects) > 15 else "random"
    found = gosh(effects, model=model, tau2=how["tau2"], subsets=100_000 if len(effects) > 20 else 1_000_000, least=2)
    whole = pool(effects, model=model, **({"tau2": how["tau2"]} if model == "random" else {}))
    kind = "all subsets" if found.complete else "a random sample of the subsets"
    said = f"By inverse variance with {'random effects' if model == 'random' else 'a common effect'}; {kind}."
    return draw(
        found.beta,
        found.I2,
        measure=effects.measure,
        overall=whole.beta,
        highlight=found.included[:, effects.labels.index(highlight)] if highlight else None,
        highlighted=highlight,
        title=result.spec.title,
        format=file_format,
        notes=[said],
    )


def _effects(result: AnalysisResult) -> Effects:
    """Return the effects behind a result, each study once."""
    if result.source is None:
        raise UsageError("the result has no numbers behind it")
    return result.source.once


def _how(result: AnalysisResult) -> dict[str, Any]:
    """Return the settings of the inverse-variance model that stands for the result's own."""
    how = result.source.how if result.source is not None else {}
    used = result.overall.settings
    return {
        "model": "common" if used.model == "common" else "random",
        "tau2": how.get("tau2") or "REML",
        "test": used.test if used.model == "random" else "z",
    }
