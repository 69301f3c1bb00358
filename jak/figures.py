"""Draw a result's forest or funnel plot to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.pooling import AnalysisResult

__all__ = ["draw", "picture"]

FORMATS = ("svg", "png", "pdf")


def picture(figure: str, result: AnalysisResult, *, file_format: str = "svg", title: str = "") -> bytes:
    """Return the bytes of a figure: ``forest`` or ``funnel``."""
    from jak.pooling import in_our_words  # noqa: PLC0415

    heading = title or result.spec.title
    with in_our_words():
        return _draw(figure, result, file_format=file_format, heading=heading)


def _draw(figure: str, result: AnalysisResult, *, file_format: str, heading: str) -> bytes:
    """Draw one figure."""
    from jakpool.plots import forest, funnel  # noqa: PLC0415 - numpy is not for --help

    if figure == "forest":
        others = [("Each study once", result.combined)] if result.combined is not None else []
        sides = ("Treatment", ", ".join(result.spec.control).capitalize() or "Control")
        return forest(
            result.pooled,
            title=heading,
            format=file_format,
            others=others,
            beside=True,
            arms=sides,
            notes=result.notices,
        )
    return funnel(result.overall, title=heading, format=file_format)


def draw(figure: str, result: AnalysisResult, output: Path, *, title: str = "") -> Path:
    """Write a figure in the format that the file's name ends with."""
    from jak.files import write_whole  # noqa: PLC0415

    ending = output.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise UsageError(f"{output.name} is no picture that jak draws", hint="end the name with .svg, .png or .pdf")
    return write_whole(output, picture(figure, result, file_format=ending, title=title))
