"""Write the report and the flow of a review."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jakdb.errors import GateError, UsageError

if TYPE_CHECKING:
    from jak.workspace import Review

__all__ = ["Published", "publish"]


@dataclass(frozen=True, slots=True)
class Published:
    """What was written, and what could not be said."""

    report: Path
    flow: Path | None
    analyses: tuple[str, ...]
    failed: tuple[str, ...]
    interim: bool
    open_items: tuple[str, ...]


def publish(review: Review, output: Path, *, flow: Path | None = None) -> Published:
    """Pool every analysis of jak.toml and write the report; an analysis that cannot be run is named in it.

    Raises
    ------
    FlowMismatchError
        If the flow does not add up: nothing is written then.
    GateError
        If a pooled number's report is not included.
    """
    from jak.files import write_whole  # noqa: PLC0415
    from jak.pooling import run_analysis  # noqa: PLC0415
    from jak.report.html import html_report  # noqa: PLC0415
    from jak.report.prisma import flow_svg  # noqa: PLC0415
    from jak.reporting import report_contents  # noqa: PLC0415

    if flow is not None and flow.suffix.lower() != ".svg":
        raise UsageError(f"{flow.name} is no SVG", hint="end the name with .svg")
    results, failed = [], []
    snapshot = review.snapshot()
    for name in review.settings.analyses:
        try:
            results.append(run_analysis(review, name, snapshot=snapshot))
        except GateError:
            raise
        except UsageError as error:
            failed.append(f"analysis {name}: {error}" + (f" ({error.hint})" if error.hint else ""))
    contents = report_contents(review, results, now=review.store.now())
    contents = replace(contents, cautions=(*contents.cautions, *(f"Not pooled: {x}." for x in failed)))
    page = html_report(contents)
    drawn = flow_svg(contents.flow) if flow is not None else ""
    write_whole(output, page)
    if flow is not None:
        write_whole(flow, drawn)
    return Published(
        report=output,
        flow=flow,
        analyses=tuple(r.spec.name for r in results),
        failed=tuple(failed),
        interim=contents.flow.interim,
        open_items=tuple(f"{x.name} ({x.n})" for x in contents.flow.open_items),
    )
