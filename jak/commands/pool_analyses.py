"""`jak pool run|effects|forest|…`: a review's named analysis, or a plain file, pooled, drawn and written down."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jak.commands.pool_options import Asked, analysis_command
from jak.console import emit, emit_json

__all__ = ["add_analyses"]

Figure = Annotated[Path | None, typer.Option("--output", "-o", help="File to write: .svg, .png or .pdf.")]
Title = Annotated[str, typer.Option(help="Title of the figure [default: the analysis's].")]
Layout = Annotated[str, typer.Option(help="plain, revman or jama.")]


def add_analyses(pool: typer.Typer) -> None:
    """Add the commands to the family, in the order of an analyst's work."""
    commands = (run, forest, funnel)
    for command in commands:
        analysis_command(pool, command.__name__)(command)


def run(asked: Asked) -> None:
    """Pool an analysis: estimates with every interval's method, heterogeneity, subgroups, extra runs, notes."""
    from jak.choosing import result_for
    from jak.tabling import show_result

    result = result_for(asked)
    if asked.as_json:
        emit_json("pool run", result.to_dict())
    else:
        show_result(result)


def forest(asked: Asked, *, output: Figure = Path("forest.svg"), title: Title = "", layout: Layout = "plain") -> None:
    """Draw the forest plot."""
    from jak.choosing import result_for
    from jak.figures import draw

    result = result_for(asked, quick=True)
    path = draw("forest", result, output or Path("forest.svg"), title=title)
    if asked.as_json:
        emit_json("pool forest", {"file": path, "k": result.pooled.k})
    else:
        emit(str(path))


def funnel(asked: Asked, *, output: Figure = Path("funnel.svg"), title: Title = "", layout: Layout = "plain") -> None:
    """Draw the funnel plot."""
    from jak.choosing import result_for
    from jak.figures import draw

    result = result_for(asked, quick=True)
    path = draw("funnel", result, output or Path("funnel.svg"), title=title)
    if asked.as_json:
        emit_json("pool funnel", {"file": path, "k": result.pooled.k})
    else:
        emit(str(path))
