"""`jak pool run|effects|forest|…`: a review's named analysis, or a plain file, pooled, drawn and written down."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from jak.commands.pool_options import Asked, analysis_command
from jak.console import emit, emit_json, say

__all__ = ["add_analyses"]

Figure = Annotated[Path, typer.Option("--output", "-o", help="File to write: .svg, .png or .pdf.")]
Title = Annotated[str, typer.Option(help="Title of the figure [default: the analysis's].")]


def add_analyses(pool: typer.Typer) -> None:
    """Add the commands to the family, in the order of an analyst's work."""
    for command in (run, effects, forest, funnel, bias, sensitivity, regress, subgroups, export, why):
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


def effects(
    asked: Asked,
    *,
    labbe: Annotated[
        Path | None, typer.Option("--labbe", help="Draw a L'Abbé plot of two-arm counts to this file.")
    ] = None,
) -> None:
    """List the effect of each row on the pooling scale and on the natural one, before anything is pooled."""
    from jak.choosing import result_for
    from jak.drawing import draw_labbe
    from jak.tabling import show_effects

    result = result_for(asked, quick=True)
    if labbe is not None:
        say(f"drawn: {draw_labbe(result, labbe)}")
    if asked.as_json:
        emit_json("pool effects", result.effects_dict())
    else:
        show_effects(result)


def forest(
    asked: Asked,
    *,
    output: Figure = Path("forest.svg"),
    title: Title = "",
    layout: Annotated[str, typer.Option(help="plain, revman (Cochrane reviews) or jama (journals).")] = "plain",
    also: Annotated[
        str, typer.Option(help="Diamonds of other models beside, by commas: random, common, mh, peto, glmm.")
    ] = "",
    cumulative: Annotated[
        str, typer.Option(metavar="ORDER", help="Draw how the result grows instead: by file, weight, or a column.")
    ] = "",
    leave_one_out: Annotated[bool, typer.Option("--leave-one-out", help="Draw it without each study instead.")] = False,
    limits: Annotated[str, typer.Option(metavar="LOW,HIGH", help="Ends of the axis, for example 0,0.2.")] = "",
    favours: Annotated[str, typer.Option(metavar="LEFT,RIGHT", help="What the two sides speak for.")] = "",
    arms: Annotated[str, typer.Option(metavar="A,B", help="What the two arms are called.")] = "",
) -> None:
    """Draw the forest plot."""
    from jak.drawing import draw_forest

    wanted = {"title": title, "layout": layout, "also": also, "limits": limits, "favours": favours, "arms": arms}
    path, k = draw_forest(asked, output, cumulative=cumulative, leave_one_out=leave_one_out, wanted=wanted)
    _drawn(asked, "forest", path, k)


def funnel(
    asked: Asked,
    *,
    output: Figure = Path("funnel.svg"),
    title: Title = "",
    against: Annotated[
        str, typer.Option(help="se, or n (patients) [default: n for proportions, whose logit and error lean]")
    ] = "",
    contours: Annotated[bool, typer.Option("--contours", help="Shade where a row is significant.")] = False,
    radial: Annotated[bool, typer.Option("--radial", help="Draw a radial (Galbraith) plot instead.")] = False,
) -> None:
    """Draw the funnel plot."""
    from jak.drawing import draw_funnel

    path, k = draw_funnel(asked, output, title=title, against=against, contours=contours, radial=radial)
    _drawn(asked, "funnel", path, k)


def bias(
    asked: Asked,
    *,
    drawing: Annotated[
        Path | None, typer.Option("--figure", help="Draw a funnel with the rows that trim and fill adds to this file.")
    ] = None,
    doi: Annotated[
        Path | None, typer.Option("--doi", help="Draw the Doi plot, whose LFK index is criticised, to this file.")
    ] = None,
) -> None:
    """Test for small-study effects: the test that suits the measure, the others with their faults, trim and fill."""
    from jak.choosing import source_for
    from jak.drawing import draw_doi, draw_filled
    from jak.pool_bias import bias_dict, bias_of, show_bias

    source = source_for(asked)
    found = bias_of(source)
    if drawing is not None:
        say(f"drawn: {draw_filled(source, found, drawing)}")
    if doi is not None:
        say(f"drawn: {draw_doi(source, found, doi)}")
    if asked.as_json:
        emit_json("pool bias", bias_dict(source, found))
    else:
        show_bias(source, found)


def regress(
    asked: Asked,
    *,
    mods: Annotated[str, typer.Option(help="Moderators: columns, by commas; words make a factor.")] = "",
    permutations: Annotated[
        int, typer.Option(min=0, max=100_000, help="Random permutations for permutation p values.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the permutations.")] = 1,
    drawing: Annotated[
        Path | None, typer.Option("--bubble", help="Draw effects against the only moderator to this file.")
    ] = None,
) -> None:
    """Regress effects on moderators (meta-regression), for the differences between studies that they may explain."""
    from jak.choosing import source_for
    from jak.drawing import draw_bubble
    from jak.pool_regress import permuted, regress_dict, regress_on, show_regression

    source = source_for(asked)
    named, found = regress_on(source, mods)
    by_chance = permuted(source, named, permutations, seed=seed)
    if drawing is not None:
        say(f"drawn: {draw_bubble(source, named, found, drawing)}")
    if asked.as_json:
        emit_json("pool regress", regress_dict(source, found, by_chance))
    else:
        show_regression(source, found, by_chance)


def subgroups(asked: Asked) -> None:
    """Pool the subgroups of `--by` (or of the analysis) and test the difference between them."""
    from jak.choosing import result_for
    from jak.tabling import show_subgroups

    result = result_for(asked, quick=True, needs_groups=True)
    if asked.as_json:
        emit_json("pool subgroups", result.to_dict())
    else:
        show_subgroups(result)


def sensitivity(
    asked: Asked,
    *,
    drawing: Annotated[
        Path | None, typer.Option("--figure", help="Draw the table as a small forest to this file.")
    ] = None,
    influence: Annotated[
        Path | None, typer.Option("--influence", help="Draw what each row does to the result to this file.")
    ] = None,
    baujat: Annotated[
        Path | None, typer.Option("--baujat", help="Draw which rows differ and which matter to this file.")
    ] = None,
    gosh: Annotated[
        Path | None, typer.Option("--gosh", help="Draw the results of all subsets (20 rows; else a sample) here.")
    ] = None,
    highlight: Annotated[str, typer.Option(help="With --gosh: tell subsets with and without this row apart.")] = "",
) -> None:
    """Pool again by other models and estimators and without some studies; a flag marks what differs from the result."""
    from jak.choosing import result_for
    from jak.pool_influence import draw_set
    from jak.tabling import show_sensitivity

    result = result_for(asked)
    files = {"figure": drawing, "influence": influence, "baujat": baujat, "gosh": gosh}
    for path in draw_set(result, files, highlight=highlight):
        say(f"drawn: {path}")
    if asked.as_json:
        emit_json("pool sensitivity", result.to_dict())
    else:
        show_sensitivity(result)


def export(
    asked: Asked,
    *,
    r: Annotated[
        Path | None,
        typer.Option("--r", help="Write an R script: data, model and a check of every figure by metafor."),
    ] = None,
    words: Annotated[
        Path | None,
        typer.Option("--words", help="Write the sentences of PRISMA 2020 (items 12 to 15, 19 to 22)."),
    ] = None,
    result: Annotated[Path | None, typer.Option("--result", help="Write the result as JSON.")] = None,
    schema: Annotated[Path | None, typer.Option("--schema", help="Write the JSON schema of results.")] = None,
) -> None:
    """Write a result down for others: a metafor script that checks it, sentences for a report, JSON with its schema."""
    from jak.pool_export import export_result

    files = export_result(asked, r=r, words=words, result=result, schema=schema)
    if asked.as_json:
        emit_json("pool export", {"files": files})
    else:
        for path in files:
            emit(str(path))


def why(
    asked: Asked,
    *,
    against: Annotated[str, typer.Option(help="A program, as in --like, or settings: tau2=DL,test=z.")] = "metafor",
) -> None:
    """Tabulate why two settings differ on these numbers: the analysis as asked, and --against, one change at a time."""
    from jak.choosing import source_for
    from jak.pool_why import settings_against, show_why, steps_between, why_dict

    source = source_for(asked)
    first, second = settings_against(source, against)
    names = (asked.like or "the analysis", against)
    steps = steps_between(source, first, second)
    if asked.as_json:
        emit_json("pool why", why_dict(steps, first=names[0], second=names[1]))
    else:
        show_why(source.name, steps, first=names[0], second=names[1])


def _drawn(asked: Asked, figure: str, path: Path, k: int) -> None:
    """Say which file was written."""
    if asked.as_json:
        body: dict[str, Any] = {"file": path, "k": k}
        emit_json(f"pool {figure}", body)
    else:
        emit(str(path))
