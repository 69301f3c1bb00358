"""Replay a group's own past reviews and show what a learner would have saved."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jakscreen.rank.simulation import Run, Simulated
    from jakscreen.stopping import Replayed

__all__ = ["payload", "run_simulation", "stopping_table", "stops", "table", "write_orders"]

SHOWN = (
    ("WSS@95", "wss95"),
    ("recall 10 %", "recall10"),
    ("recall 20 %", "recall20"),
    ("ATD", "atd"),
    ("loss", "loss"),
)


def run_simulation(
    files: Sequence[Path],
    *,
    learner: str,
    seeds: int,
    priors: str,
    question: str = "",
    questions: Path | None = None,
    executor: Executor | None = None,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> Simulated:
    """Replay each file with each seed; `priors` and the rest as `jakscreen.rank.simulation.simulate` has them."""
    from jakdb.errors import UsageError  # noqa: PLC0415
    from jakscreen.rank.labelled import read_questions  # noqa: PLC0415 - numpy is not for --help
    from jakscreen.rank.simulation import parse_start, simulate  # noqa: PLC0415

    start = parse_start(priors)
    if (question or questions) and not start.question:
        raise UsageError(f"a question says nothing with --priors {start}", hint="--priors question starts from it")
    return simulate(
        files,
        learner=learner,
        seeds=seeds,
        start=start,
        question=question,
        questions=read_questions(questions) if questions else None,
        executor=executor,
        tick=tick,
    )


def stops(runs: Sequence[Run]) -> list[tuple[Replayed, ...]]:
    """Return where each stopping rule would have ended each replay."""
    from jakscreen.stopping import replay  # noqa: PLC0415

    return [replay(run.labels) for run in runs]


def payload(found: Simulated, stopped: Sequence[Sequence[Replayed]]) -> dict[str, Any]:
    """Return what ``--json`` prints: each replay with its figures beside and its stops, the means, and each rule."""
    from jakscreen.stopping import tally  # noqa: PLC0415

    runs = [
        {
            "file": run.file,
            "learner": run.learner,
            "seed": run.seed,
            "records": len(run.order),
            **asdict(run.metrics),
            "stopping": {
                one.rule: {"stopped": one.stopped, "read": one.read, "found": one.found, "recall": one.recall}
                for one in each
            },
        }
        for run, each in zip(found.runs, stopped, strict=True)
    ]
    return {"runs": runs, "summary": dict(found.summary), "stopping": [asdict(row) for row in tally(stopped)]}


def stopping_table(stopped: Sequence[Sequence[Replayed]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the headings and one row a stopping rule."""
    from jakscreen.stopping import tally  # noqa: PLC0415

    rows: list[tuple[str, ...]] = [
        (
            one.rule,
            f"{one.reached} of {one.replays}",
            f"{100 * one.low:.0f} to {100 * one.high:.0f} %",
            f"{100 * one.recall_least:.1f} %",
            f"{100 * one.read:.1f} %",
        )
        for one in tally(stopped)
    ]
    return ("stopping rule", "reached 95 %", "Wilson interval", "lowest recall", "read"), rows


def table(found: Simulated) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the headings and one row a review, the mean of its seeds, and last the mean of the reviews."""
    rows = []
    for file in dict.fromkeys(run.file for run in found.runs):
        figures = [asdict(run.metrics) for run in found.runs if run.file == file]
        means = {key: sum(one[key] for one in figures) / len(figures) for key in figures[0]}
        rows.append(_row(file, means))
    if len(rows) > 1:
        rows.append(_row("mean", found.summary))
    return ("review", *(heading for heading, _ in SHOWN), "first relevant"), rows


def write_orders(runs: Sequence[Run], path: Path) -> Path:
    """Write every replay's order as JSON: ``{"runs": [{file, learner, seed, priors, order, labels}]}``, rows from 0."""
    from jak.files import write_whole  # noqa: PLC0415

    keys = ("file", "learner", "seed", "priors", "order", "labels")
    return write_whole(path, json.dumps({"runs": [{key: getattr(run, key) for key in keys} for run in runs]}))


def _row(name: str, means: Mapping[str, float]) -> tuple[str, ...]:
    """Return one line of the table."""
    return (name, *(f"{means[key]:.3f}" for _, key in SHOWN), f"{means['first_relevant']:.1f}")
