"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["As", "DryRun", "FlowConvention", "Json", "OutputFile", "ReviewFolder", "StageName", "Yes", "given"]

ReviewFolder = Annotated[
    Path | None,
    typer.Option(
        "--review",
        envvar="JAK_REVIEW",
        help="Folder of the review [default: this folder or the nearest above it with a jak.toml].",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
As = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="NAME", help="Who acts [default: JAK_REVIEWER, settings file, login name].", show_default=False
    ),
]
StageName = Annotated[str, typer.Option("--stage", metavar="abstract|fulltext", help="Stage of screening.")]
FlowConvention = Annotated[
    str | None,
    typer.Option(
        "--flow",
        metavar="once|per-run|update",
        help="How the flow counts: a record once, in every search that found it, or as an updated review.",
        show_default=False,
    ),
]
OutputFile = Annotated[Path, typer.Option("--output", "-o", help="File to write.")]


def given(context: typer.Context, name: str) -> bool:
    """Say whether a person gave an option or argument, so that its value is not the default by itself."""
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"
