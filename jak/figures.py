"""Draw a result's forest or funnel plot to a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.pooling import AnalysisResult

__all__ = ["check_ending", "draw", "picture", "write_picture"]

FORMATS = ("svg", "png", "pdf")


def picture(
    figure: str,
    result: AnalysisResult,
    *,
    file_format: str = "svg",
    title: str = "",
    options: Mapping[str, Any] | None = None,
) -> bytes:
    """Return the bytes of a figure: ``forest`` or ``funnel``; `options` go to the function of that name."""
    from jak.pooling import in_our_words  # noqa: PLC0415
    from jakpool.plots import forest, funnel  # noqa: PLC0415 - numpy is not for --help

    heading, more = title or result.spec.title, dict(options or {})
    with in_our_words():
        if figure == "funnel":
            return funnel(result.overall, title=heading, format=file_format, **more)
        others = [("Each study once", result.combined)] if result.combined is not None else []
        given = more.pop("others", ())
        more = {
            "arms": ("Treatment", ", ".join(result.spec.control).capitalize() or "Control"),
            "notes": result.notices,
            **more,
        }
        return forest(result.pooled, title=heading, format=file_format, others=[*others, *given], beside=True, **more)


def draw(
    figure: str,
    result: AnalysisResult,
    output: Path,
    *,
    title: str = "",
    options: Mapping[str, Any] | None = None,
) -> Path:
    """Write a figure in the format that the file's name ends with."""
    ending = check_ending(output)
    return write_picture(output, picture(figure, result, file_format=ending, title=title, options=options))


def check_ending(output: Path) -> str:
    """Return the format that a file's name ends with, or say which there are."""
    ending = output.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise UsageError(f"{output.name} is no picture that jak draws", hint="end the name with .svg, .png or .pdf")
    return ending


def write_picture(output: Path, content: bytes) -> Path:
    """Write a figure as a whole and return its path."""
    from jak.files import write_whole  # noqa: PLC0415

    return write_whole(output, content)
