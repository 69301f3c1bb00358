"""Draw how many of the relevant records are found as a screening goes on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jakpool.plots.scene import Mark, Scene
    from jakscreen.rank.simulation import Run

__all__ = ["draw_curves", "recall_scene"]

FORMATS = ("svg", "png", "pdf")
LEFT, TOP, WIDTH, HEIGHT = 52.0, 12.0, 330.0, 250.0
SIZE, SMALL = 9.0, 7.5
COLOURS = ("#1f3b57", "#8e3b00", "#6baed6", "#b8860b", "#555555", "#2e7d4f")
DASHES = (None, (5.0, 2.0), (1.5, 1.5))


def draw_curves(runs: Sequence[Run], output: Path, *, title: str = "") -> Path:
    """Write a figure of recall curves in the format that the file's name ends with.

    Raises
    ------
    UsageError
        If jak draws no such picture.
    """
    from jak.files import write_whole  # noqa: PLC0415
    from jakpool.plots.pictures import picture  # noqa: PLC0415 - numpy is not for --help

    ending = picture_format(output)
    return write_whole(output, picture(recall_scene(runs, title=title), format=ending, ids="recall"))


def picture_format(output: Path) -> str:
    """Return the format that a file's name ends with."""
    ending = output.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise UsageError(f"{output.name} is no picture that jak draws", hint="end the name with .svg, .png or .pdf")
    return ending


def recall_scene(runs: Sequence[Run], *, title: str = "") -> Scene:
    """Return the curves as a scene: one line a replay, one colour a review, chance as a pale diagonal."""
    from jakpool.plots.axes import linear_axis  # noqa: PLC0415
    from jakpool.plots.lettering import width, wrap  # noqa: PLC0415
    from jakpool.plots.scene import GREY, INK, PALE, Line, Scene, Words  # noqa: PLC0415

    files = list(dict.fromkeys(run.file for run in runs))
    legend = 30 + max(width(file, SMALL) for file in files)
    full = LEFT + WIDTH + legend + 14
    marks: list[Mark] = []
    top = TOP
    for line in wrap(title, full - 20, 11.0, bold=True) if title.strip() else []:
        marks.append(Words(x=10, y=top + 11, text=line, size=11.0, bold=True))
        top += 15
    top += 6
    bottom = top + HEIGHT
    x = linear_axis((0.0, 1.0), (LEFT, LEFT + WIDTH), size=SIZE, percent=True)
    y = linear_axis((0.0, 1.0), (bottom, top), size=SIZE, percent=True)
    for value, label in x.ticks:
        at = x.place(value)
        marks.append(Line(points=((at, bottom), (at, bottom + 3.5)), colour=GREY))
        marks.append(Words(x=at, y=bottom + 13, text=label, size=SIZE, anchor="middle"))
    for value, label in y.ticks:
        at = y.place(value)
        marks.append(Line(points=((LEFT - 3.5, at), (LEFT, at)), colour=GREY))
        marks.append(Words(x=LEFT - 6, y=at + 3, text=label, size=SIZE, anchor="end"))
    marks.append(Line(points=((LEFT, top), (LEFT, bottom), (LEFT + WIDTH, bottom)), colour=INK))
    marks.append(Line(points=((LEFT, bottom), (LEFT + WIDTH, top)), colour=PALE, dash=(2.0, 2.0)))
    marks.append(Line(points=((LEFT, y.place(0.95)), (LEFT + WIDTH, y.place(0.95))), colour=PALE))
    for run in runs:
        colour, dash = _style(files.index(run.file))
        corners = [(x.place(a), y.place(b)) for a, b in _steps(run.labels)]
        marks.append(Line(points=tuple(corners), colour=colour, width=0.9, dash=dash))
    for place, file in enumerate(files):
        colour, dash = _style(place)
        at, height = LEFT + WIDTH + 10, top + 6 + 12 * place
        marks.append(Line(points=((at, height), (at + 16, height)), colour=colour, width=1.2, dash=dash))
        marks.append(Words(x=at + 20, y=height + 2.5, text=file, size=SMALL))
    marks.append(Words(x=LEFT + WIDTH / 2, y=bottom + 28, text="Records read (%)", size=SIZE, anchor="middle"))
    middle = (top + bottom) / 2
    marks.append(Words(x=14, y=middle, text="Relevant records found (%)", size=SIZE, anchor="middle", turned=True))
    low = max(bottom + 38, top + 12 * len(files) + 14)
    said = f"Pale: 95 % of the relevant records, and an order by chance. {len(runs)} replays of {len(files)} reviews."
    marks.append(Words(x=10, y=low + SMALL, text=said, size=SMALL, colour=GREY))
    return Scene(
        width=max(full, 20 + width(said, SMALL)),
        height=low + 18,
        marks=tuple(marks),
        title=" ".join(title.split()) or "Recall curves",
        description=f"Share of the relevant records found against the share read, {len(runs)} replays: "
        + "; ".join(f"{run.file} seed {run.seed}: {run.metrics.recall10:.0%} at 10 %" for run in runs),
    )


def _style(place: int) -> tuple[str, tuple[float, float] | None]:
    """Return colour and dash of a review's lines."""
    return COLOURS[place % len(COLOURS)], DASHES[place // len(COLOURS) % len(DASHES)]


def _steps(labels: Sequence[int]) -> list[tuple[float, float]]:
    """Return the corners of a curve, where a relevant record is found.

    >>> _steps([0, 1])
    [(0.0, 0.0), (0.5, 0.0), (1.0, 1.0), (1.0, 1.0)]
    """
    n, r = len(labels), sum(labels)
    points, found = [(0.0, 0.0)], 0
    for read, label in enumerate(labels, start=1):
        if label:
            points += [((read - 1) / n, found / r), (read / n, (found + 1) / r)]
            found += 1
    return [*points, (1.0, 1.0)]
