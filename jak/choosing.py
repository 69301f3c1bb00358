"""Choose between a review's analysis and a plain file, and refuse half of each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jak.parsing import parse_mapping
from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.pooling import AnalysisResult

__all__ = ["result_for"]

MEASURES = ("PLO", "PAS", "RR", "OR", "GEN")
MODELS = ("", "glmm", "random", "common", "mh")
TAU2 = ("REML", "DL", "ML", "PM")
TESTS = ("", "z", "t", "knha", "adhoc")


DEFAULTS: Mapping[str, Any] = {
    "measure": "PLO",
    "model": "",
    "tau2": "REML",
    "test": "",
    "by": "",
    "columns": "",
    "level": 0.95,
    "alpha": 0.1,
    "nodes": None,
}
"""What the options are when nobody gives them."""


def result_for(
    analysis: str, source: Path | None, *, review: Path | None, options: Mapping[str, Any], quick: bool = False
) -> AnalysisResult:
    """Pool the named analysis of a review, or the file.

    Raises
    ------
    UsageError
        If neither or both are named, or an option is not known.
    """
    from jak.parsing import parse_choice  # noqa: PLC0415
    from jak.pooling import run_analysis, run_table  # noqa: PLC0415
    from jak.workspace import open_review  # noqa: PLC0415

    if source is not None and analysis:
        raise UsageError("an analysis and --from were both given", hint="name one of them")
    if source is None:
        given = [f"--{name}" for name, value in DEFAULTS.items() if options[name] != value]
        if given:
            raise UsageError(
                f"{', '.join(given)} only goes with --from",
                hint="how an analysis of a review is pooled stands in jak.toml, so that it is on record",
            )
    if source is not None:
        return run_table(
            source,
            measure=parse_choice(options["measure"], MEASURES, option="--measure"),
            model=parse_choice(options["model"], MODELS, option="--model"),
            tau2=parse_choice(options["tau2"], TAU2, option="--tau2"),
            test=parse_choice(options["test"], TESTS, option="--test"),
            by=options["by"],
            columns=parse_mapping(
                [x for x in options["columns"].split(",") if x.strip()], option="--columns", example="events=xi"
            ),
            level=options["level"],
            alpha=options["alpha"],
            nodes=options["nodes"],
        )
    with open_review(review) as opened:
        if not analysis:
            names = ", ".join(opened.settings.analyses) or "none yet: add a table [analysis.NAME]"
            raise UsageError("name an analysis of jak.toml, or a file with --from", hint=f"analyses there: {names}")
        return run_analysis(opened, analysis, quick=quick)
