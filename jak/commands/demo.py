"""`jak demo`: the bundled review from export to report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(demo)


def demo(
    folder: Annotated[Path, typer.Option(help="Folder of the demonstration; it is made anew.")] = Path("jak-demo"),
) -> None:
    """Play the bundled alopecia areata review from two exports to its forest plot and report."""
    from jak.demo.play import play

    play(folder)
