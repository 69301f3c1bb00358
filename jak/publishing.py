"""Write the report and the flow of a review."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jakdb.errors import GateError, UsageError

if TYPE_CHECKING:
    from jak.flow_settings import Convention
    from jak.report.counts import FlowCounts
    from jak.workspace import Review

__all__ = ["Published", "publish"]


@dataclass(frozen=True, slots=True)
class Published:
    """What was written, and what could not be said.

    Attributes
    ----------
    flow : str
        How records that several searches found are counted; `flow_sentence` says it as it stands under the figure.
    """

    report: Path
    svg: Path | None
    flow: Convention
    flow_sentence: str
    counts: FlowCounts
    analyses: tuple[str, ...]
    failed: tuple[str, ...]
    interim: bool
    open_items: tuple[str, ...]


def publish(review: Review, output: Path, *, flow: Convention | None = None, svg: Path | None = None) -> Published:
    """Pool every analysis of jak.toml and write the report; an analysis that cannot be run is named in it.

    Parameters
    ----------
    flow : str or None
        How the flow counts; ``None`` for what jak.toml says.
    svg : Path or None
        Where the flow is drawn as well.

    Raises
    ------
    FlowMismatchError
        If the flow does not add up: nothing is written then.
    GateError
        If a pooled number's report is not included.
    UsageError
        If the flow of an updated review is asked for, and there is no previous version.
    """
    from jak.files import write_whole  # noqa: PLC0415
    from jak.flow_counts import flow_counts  # noqa: PLC0415
    from jak.pooling import run_analysis  # noqa: PLC0415
    from jak.report.convention import convention_sentence  # noqa: PLC0415
    from jak.report.html import html_report  # noqa: PLC0415
    from jak.report.prisma import flow_svg  # noqa: PLC0415
    from jak.reporting import report_contents  # noqa: PLC0415

    if svg is not None and svg.suffix.lower() != ".svg":
        raise UsageError(f"{svg.name} is no SVG", hint="end the name with .svg")
    results, failed = [], []
    snapshot = review.snapshot()
    convention = flow or review.settings.flow
    # Asked for now, so that a flow that cannot be counted is told before anything is pooled.
    flow_counts(review, snapshot, convention=convention)
    for name in review.settings.analyses:
        try:
            results.append(run_analysis(review, name, snapshot=snapshot))
        except GateError:
            raise
        except UsageError as error:
            failed.append(f"analysis {name}: {error}" + (f" ({error.hint})" if error.hint else ""))
    contents = report_contents(review, results, now=review.store.now(), convention=convention)
    contents = replace(contents, cautions=(*contents.cautions, *(f"Not pooled: {x}." for x in failed)))
    page = html_report(contents)
    drawn = flow_svg(contents.flow) if svg is not None else ""
    write_whole(output, page)
    if svg is not None:
        write_whole(svg, drawn)
    return Published(
        report=output,
        svg=svg,
        flow=convention,
        flow_sentence=convention_sentence(contents.flow),
        counts=contents.flow,
        analyses=tuple(r.spec.name for r in results),
        failed=tuple(failed),
        interim=contents.flow.interim,
        open_items=tuple(f"{x.name} ({x.n})" for x in contents.flow.open_items),
    )
