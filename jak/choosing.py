"""Choose between a review's analysis and a plain file, and refuse half of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jak.parsing import parse_choice, parse_mapping
from jak.pool_table import NEEDED
from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.commands.pool_options import Asked
    from jak.pool_source import Source
    from jak.pooling import AnalysisResult
    from jak.workspace import Review

__all__ = ["like_settings", "result_for", "source_for"]

MODELS = ("", "glmm", "betabin", "random", "common", "mh", "peto")
TAU2 = ("REML", "DL", "ML", "EB", "PM", "HE", "HS", "SJ")
TESTS = ("", "z", "t", "wider", "knha", "adhoc")
PREDICTION = ("", "auto", "z", "t", "hts", "hk", "none")
GROUPS = ("", "common", "separate")
GLMMS = ("", "UM.FS", "CM.EL")
ONLY_FILE = (
    "measure",
    "model",
    "tau2",
    "test",
    "pi",
    "tau2_groups",
    "glmm",
    "by",
    "columns",
    "level",
    "alpha",
    "nodes",
)


def source_for(asked: Asked) -> Source:
    """Return what the named analysis of a review, or the file, gives to pool.

    Raises
    ------
    UsageError
        If neither or both are named, or an option is not known.
    """
    from jak.pool_source import source_of_table  # noqa: PLC0415
    from jak.pooling import source_of_review  # noqa: PLC0415
    from jak.workspace import open_review  # noqa: PLC0415

    _refuse_half(asked)
    if asked.source is not None:
        return source_of_table(asked.source, **_table_options(asked))
    with open_review(asked.review) as opened:
        return source_of_review(opened, _named(opened, asked.analysis), like=asked.like)


def result_for(asked: Asked, *, quick: bool = False, needs_groups: bool = False) -> AnalysisResult:
    """Pool the named analysis of a review, or the file; the errors are those of `source_for`.

    `quick` leaves the extra runs and the leave-one-out away; `needs_groups` refuses an analysis without subgroups.
    """
    from jak.pooling import run_analysis, run_table  # noqa: PLC0415
    from jak.workspace import open_review  # noqa: PLC0415

    _refuse_half(asked)
    if asked.source is not None:
        if needs_groups and not asked.by:
            raise UsageError("no subgroups are named", hint="name their column: --by COLUMN")
        return run_table(asked.source, quick=quick, **_table_options(asked))
    with open_review(asked.review) as opened:
        name = _named(opened, asked.analysis)
        if needs_groups and not opened.settings.analysis(name).by:
            raise UsageError(
                f"analysis {name} has no subgroups", hint=f'write by = "group" under [analysis.{name}] in jak.toml'
            )
        return run_analysis(opened, name, quick=quick, like=asked.like)


def _refuse_half(asked: Asked) -> None:
    """Refuse an analysis and a file at once, and options of a file for an analysis."""
    from jak.commands.pool_options import Asked as Blank  # noqa: PLC0415

    if asked.source is not None and asked.analysis:
        raise UsageError("an analysis and --from were both given", hint="name one of them")
    if asked.source is None:
        given = [f"--{name.replace('_', '-')}" for name in ONLY_FILE if getattr(asked, name) != getattr(Blank(), name)]
        if given:
            raise UsageError(
                f"{', '.join(given)} only goes with --from",
                hint="how an analysis of a review is pooled stands in jak.toml, so that it is on record",
            )


def _named(review: Review, analysis: str) -> str:
    """Return the analysis, or say which there are."""
    if not analysis:
        names = ", ".join(review.settings.analyses) or "none yet: add a table [analysis.NAME]"
        raise UsageError("name an analysis of jak.toml, or a file with --from", hint=f"analyses there: {names}")
    return analysis


def _table_options(asked: Asked) -> dict[str, Any]:
    """Return what `source_of_table` takes besides the file."""
    measure = parse_choice(asked.measure or "PLO", tuple(NEEDED), option="--measure")
    model = parse_choice(asked.model, MODELS, option="--model")
    like = like_settings(asked.like, measure)
    further = {
        "pi": parse_choice(asked.pi, PREDICTION, option="--pi"),
        "tau2_groups": parse_choice(asked.tau2_groups, GROUPS, option="--tau2-groups"),
        "glmm": parse_choice(asked.glmm, GLMMS, option="--glmm"),
    }
    return {
        "measure": measure,
        "by": asked.by,
        "columns": parse_mapping(
            [x for x in asked.columns.split(",") if x.strip()], option="--columns", example="events=xi"
        ),
        "like": asked.like,
        "how": {
            "model": model or like.get("model"),
            "tau2": parse_choice(asked.tau2 or like.get("tau2", "REML"), TAU2, option="--tau2"),
            "test": parse_choice(asked.test, TESTS, option="--test") or (None if model else like.get("test")),
            "level": asked.level,
            "alpha": asked.alpha,
            "nodes": asked.nodes,
            **({"pi": like["pi"]} if "pi" in like else {}),
            **{name: value for name, value in further.items() if value},
        },
    }


def like_settings(program: str, measure: str) -> Mapping[str, Any]:
    """Return the defaults of another program; nothing if none is named."""
    from jak.pooling import in_our_words  # noqa: PLC0415
    from jakpool.like import preset  # noqa: PLC0415

    if not program:
        return {}
    with in_our_words():
        return preset(program, measure).settings
