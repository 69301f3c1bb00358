"""`jak report`: one HTML file with a source behind every number, and the PRISMA flow."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jak.console import emit, emit_json, say
from jak.options import FlowConvention, Json, ReviewFolder

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(report)


def report(
    output: Annotated[Path, typer.Option("--output", "-o", help="HTML file to write.")] = Path("report.html"),
    flow: FlowConvention = None,
    svg: Annotated[Path | None, typer.Option(help="Write the PRISMA 2020 flow diagram (.svg) here as well.")] = None,
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """Write the report: PRISMA 2020 flow, results, figures, methods, every number with its source; one HTML file."""
    from jak.flow_settings import as_convention
    from jak.publishing import publish
    from jak.workspace import open_review

    convention = None if flow is None else as_convention(flow)
    with open_review(review) as opened:
        done = publish(opened, output, flow=convention, svg=svg)
    if as_json:
        emit_json("report", done)
        return
    for path in (done.report, done.svg):
        if path is not None:
            emit(str(path))
    for caution in done.failed:
        say(f"not in the report: {caution}")
    if done.interim:
        say("The flow is marked interim: " + "; ".join(done.open_items))
