"""`jak screen simulate`: what a learner would have saved in reviews that are screened already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jak.console import counted, emit, emit_json, emit_table, progress, say
from jak.options import Json

__all__ = ["register"]


def register(screen: typer.Typer) -> None:
    """Add the command to `jak screen`."""
    screen.command("simulate")(simulate)


def simulate(
    files: Annotated[
        list[Path], typer.Argument(help="Screened reviews, .csv or .csv.gz: title, abstract, label_included (1 or 0).")
    ],
    learner: Annotated[str, typer.Option(help="fusion, single or elas.")] = "fusion",
    seeds: Annotated[int, typer.Option(min=1, help="Replays of each review: seeds 0, 1, …")] = 3,
    priors: Annotated[
        str, typer.Option(help="What is known at first: 1+5 (relevant + irrelevant), question, or none.")
    ] = "1+5",
    question: Annotated[str, typer.Option(metavar="TEXT", help="With --priors question: the question.")] = "",
    questions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --priors question: a CSV with name and question.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw recall curves (.svg, .png, .pdf).")] = None,
    orders: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write each order with its labels (JSON).")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that replay.")] = 1,
    dask: Annotated[str, typer.Option(metavar="ADDRESS", help="Replay on this Dask cluster (tcp://host:8786).")] = "",
    as_json: Json = False,
) -> None:
    """Replay screened reviews, one record at a time, and say how much reading a learner would have saved."""
    from jak.executor import executor
    from jak.files import check_outputs
    from jak.recall_curves import draw_curves, picture_format
    from jak.simulating import payload, run_simulation, stopping_table, stops, table, write_orders

    if plot:
        picture_format(plot)
    check_outputs([plot, orders], inputs=[*files, *([questions] if questions else [])])
    with executor(jobs=jobs, dask=dask) as pool, progress("Replaying") as tick:
        found = run_simulation(
            files,
            learner=learner,
            seeds=seeds,
            priors=priors,
            question=question,
            questions=questions,
            executor=pool,
            tick=tick,
        )
    if plot:
        say(f"drawn: {draw_curves(found.runs, plot, title=f'{learner}, {priors}')}")
    if orders:
        say(f"written: {write_orders(found.runs, orders)}")
    stopped = stops(found.runs)
    if as_json:
        emit_json("screen simulate", payload(found, stopped))
        return
    headings, rows = table(found)
    emit_table(headings, rows, right=range(1, len(headings)))
    emit("")
    headings, rows = stopping_table(stopped)
    emit_table(headings, rows, right=range(1, len(headings)))
    say(f"{counted(len(found.runs), 'replay')} with {learner} from {priors}; loss: 0 is best, 0.5 is chance")
    say("where no rule said stop, or fewer than 20 relevant were found, the review counts as read to its end")
