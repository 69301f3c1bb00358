"""`jak pool appraise`: MINORS and PEDro by two appraisers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jak.console import emit, emit_json, emit_table
from jak.options import As, Json, ReviewFolder

__all__ = ["appraise"]

appraise = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Appraise the studies: MINORS, PEDro.")


@appraise.command()
def template(instrument: Annotated[str, typer.Argument(help="MINORS or PEDro.")], review: ReviewFolder = None) -> None:
    """Print an appraisal table to fill in: a row for each study and item that its design calls for."""
    from jak.workspace import open_review
    from jakdb import numbers
    from jakdb.errors import UsageError
    from jakscreen.appraise import template as make

    with open_review(review) as opened:
        linked = {x.study_key for x in numbers.links(opened.store)}
        studies = {key: study for key, study in numbers.studies(opened.store).items() if key in linked}
    if not studies:
        raise UsageError("no study is linked with a report yet", hint="`jak pool link REPORT STUDY` makes one")
    emit(make(list(studies.values()), instrument).rstrip("\n"))


@appraise.command()
def load(
    file: Annotated[Path, typer.Argument(help="The appraisal table, filled in.")],
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Load appraisals, whole or not at all; each row names its appraiser (else it is you)."""
    from jak.appraising import load_appraisals
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        done = load_appraisals(opened, file, by=reviewer_name(by))
    if as_json:
        emit_json("pool appraise load", done)
    else:
        emit(f"{file.name}: {done.rows} items of {done.studies} studies, load {done.load}")


@appraise.command()
def show(review: ReviewFolder = None, as_json: Json = False) -> None:
    """Show totals by instrument and appraiser, what is missing, and where two appraisers differ."""
    from jak.appraising import appraised
    from jak.workspace import open_review

    with open_review(review) as opened:
        found = appraised(opened)
    if as_json:
        emit_json("pool appraise show", found)
        return
    emit_table(
        ("study", "instrument", "appraiser", "total", "of", "missing items", "high risk"),
        [
            (
                t.study,
                t.instrument,
                t.reviewer,
                f"{t.total:g}",
                f"{t.maximum:g}",
                ", ".join(t.missing),
                "yes" if t.study in found.high_risk else "",
            )
            for t in found.totals
        ],
        right=(3, 4),
    )
    for difference in found.differences:
        emit(f"differs: {difference}")
    if not found.rules:
        emit("No study is called high risk: jak.toml names no rule (appraisal.high_risk_below).")
