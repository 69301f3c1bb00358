"""`jak pool`: studies, their numbers and appraisals; the meta-analysis itself is in `pool_analyses`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jak.console import counted, emit, emit_json, emit_table, say
from jak.options import As, Json, ReviewFolder

__all__ = ["register"]

pool = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Studies, their numbers, and the meta-analysis.")


def register(app: typer.Typer) -> None:
    """Add the family to the root."""
    from jak.commands.appraise import appraise
    from jak.commands.pool_analyses import add_analyses

    add_analyses(pool)
    pool.add_typer(appraise, name="appraise")
    app.add_typer(pool, name="pool")


@pool.command()
def link(
    report: Annotated[str, typer.Argument(help="The report: its number, DOI, PMID or full title.")],
    study: Annotated[str, typer.Argument(help="Key of the study, for example smith_2020; it is made if need be.")],
    label: Annotated[str, typer.Option(help="What tables and figures call the study.")] = "",
    year: Annotated[int | None, typer.Option(help="Year of the study.")] = None,
    design: Annotated[str, typer.Option(help="Study design, in words.")] = "",
    comparative: Annotated[bool, typer.Option("--comparative", help="It compares groups (MINORS: 12 items).")] = False,
    randomised: Annotated[bool, typer.Option("--randomised", help="It is a randomised trial.")] = False,
    arm: Annotated[list[str] | None, typer.Option(help="An arm: KEY=GROUP or KEY=GROUP,DOSE (repeatable).")] = None,
    role: Annotated[str, typer.Option(help="report, or secondary: another source tells of the study.")] = "report",
    why: Annotated[str, typer.Option(help="Why a secondary source is used.")] = "",
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Say that a report tells of a study (many-to-many), and name the study's arms."""
    from jak.linking import link as link_report
    from jak.linking import parse_arm
    from jak.parsing import parse_choice
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakdb.words import Study

    with open_review(review) as opened:
        said = Study(study, label, year, design, comparative=comparative or randomised, randomised=randomised)
        number, found = link_report(
            opened,
            report,
            said,
            [parse_arm(study, a) for a in arm or []],
            role=parse_choice(role, ("report", "secondary"), option="--role"),
            why=why,
            by=reviewer_name(by),
        )
    if as_json:
        emit_json("pool link", {"link": number, "report": found, "study": study, "role": role})
    else:
        emit(f"link {number}: report {found} tells of {study}")


@pool.command()
def unlink(
    link: Annotated[int, typer.Argument(help="Number of a link (see `jak pool studies`).")],
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Take a link back."""
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakdb import numbers

    with open_review(review) as opened:
        undone = numbers.undo_link(opened.store, link, by=reviewer_name(by))
    if as_json:
        emit_json("pool unlink", undone)
    else:
        emit(f"link {undone.id} of {undone.study_key} is taken back")


@pool.command()
def studies(
    load: Annotated[Path | None, typer.Option(help="Load studies, arms and reports from this table.")] = None,
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """List the studies with their arms and reports, or load them from a table (one row an arm)."""
    from jak.citing import cite
    from jak.linking import load_studies
    from jak.notices import notices_of_studies
    from jak.pooling import memberships
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakdb import numbers

    with open_review(review) as opened:
        if load is not None:
            done = load_studies(opened, load, by=reviewer_name(by))
            if as_json:
                emit_json("pool studies", done)
            else:
                emit(f"{load.name}: {done.studies} studies, {done.arms} arms and {done.links} links are new or changed")
            return
        snapshot = opened.snapshot()
        found, arms, links = numbers.studies(opened.store), numbers.arms(opened.store), numbers.links(opened.store)
        noticed = notices_of_studies(opened, snapshot, links, list(found))
    who = memberships(snapshot, links, list(found))
    if as_json:
        rows = {"studies": found, "arms": arms, "links": links, "membership": who, "notices": noticed}
        emit_json("pool studies", rows)
        return
    for key, study in found.items():
        standing = (
            "included"
            if key in who.included
            else f"secondary: {who.secondary[key]}"
            if key in who.secondary
            else who.excluded[key]
        )
        emit(f"{key}: {study.label}, {study.design or 'design not stated'} ({standing})")
        for arm in (a for a in arms if a.study_key == key):
            emit(f"    arm {arm.key}: {arm.group}{f', {arm.dose}' if arm.dose else ''}")
        for x in (x for x in links if x.study_key == key):
            report = snapshot.report_of.get(x.record_id)
            where = f"report {report}: {cite(snapshot.best(report))}" if report else "its record left the review"
            emit(f"    link {x.id} ({x.role}): {where}")
        for notice in noticed.get(key, ()):
            emit(f"    ! {notice.sentence}")


@pool.command()
def template(
    outcomes: Annotated[str, typer.Option(help="Outcomes, by commas [default: those of jak.toml's analyses].")] = "",
    review: ReviewFolder = None,
) -> None:
    """Print an extraction table to fill in: a row for each arm, outcome, and number that its analyses need."""
    from jak.workspace import open_review
    from jakdb import numbers
    from jakdb.errors import UsageError
    from jakscreen.extract import template as make

    with open_review(review) as opened:
        named = [o.strip() for o in outcomes.split(",") if o.strip()]
        analyses = opened.settings.analyses.values()
        named = named or list(dict.fromkeys(a.outcome for a in analyses))
        kinds = {outcome: {a.kind: None for a in analyses if a.outcome == outcome} for outcome in named}
        if not named:
            raise UsageError("there is no outcome to extract", hint="name them: --outcomes any_response,salt50")
        linked = {x.study_key for x in numbers.links(opened.store)}
        found = {key: study for key, study in numbers.studies(opened.store).items() if key in linked}
        arms = numbers.arms(opened.store)
    if not found:
        raise UsageError(
            "no study is linked with a report yet", hint="`jak pool link REPORT STUDY --arm KEY=GROUP` makes one"
        )
    kinds = {outcome: own for outcome, own in kinds.items() if own}
    emit(make(list(found.values()), arms, named, kinds=kinds).rstrip("\n"))


@pool.command()
def load(
    file: Annotated[Path, typer.Argument(help="The extraction table, filled in.")],
    review: ReviewFolder = None,
    by: As = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check it and change nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Load extracted numbers: an error blocks the whole file, a doubt loads flagged and shows under every result."""
    from jak.extracting import load_numbers
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        done = load_numbers(opened, file, by=reviewer_name(by), dry_run=dry_run)
    if as_json:
        emit_json("pool load", done)
        return
    said = f"{counted(done.rows, 'number')} of {counted(done.studies, 'study', 'studies')}"
    emit(f"{file.name}: {said}" + ("" if dry_run else f", load {done.load}"))
    for change in done.changed:
        emit(f"changed: {change}")
    if done.untouched:
        say(f"{done.untouched} rows without a value were passed over")
    for doubt in done.doubts:
        emit(f"doubt ({doubt.kind}): {doubt.message}")
    if done.differences:
        say(f"extractors differ about {counted(len(done.differences), 'number')}: `jak pool compare`")
    if dry_run:
        say("Nothing was changed (--dry-run).")


@pool.command()
def loads(review: ReviewFolder = None, as_json: Json = False) -> None:
    """List the loads of numbers and appraisals."""
    from jak.workspace import open_review
    from jakdb import numbers

    with open_review(review) as opened:
        found = numbers.loads(opened.store)
    if as_json:
        emit_json("pool loads", found)
        return
    emit_table(
        ("load", "kind", "file", "rows", "by", "at", ""),
        [(x.id, x.kind, x.name, x.rows, x.by, f"{x.at:%Y-%m-%d %H:%M}", "undone" if x.undone else "") for x in found],
        right=(0, 3),
    )


@pool.command()
def undo(
    load: Annotated[int, typer.Argument(help="Number of a load.")],
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Take a load back; earlier numbers of the same cells stand again."""
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakdb import numbers

    with open_review(review) as opened:
        undone = numbers.undo_load(opened.store, load, by=reviewer_name(by))
    if as_json:
        emit_json("pool undo", undone)
    else:
        emit(f"load {undone.id} ({undone.name}) is taken back")


@pool.command()
def compare(review: ReviewFolder = None, as_json: Json = False) -> None:
    """Show the numbers on which extractors differ, and those that were settled."""
    from jak.extracting import compared
    from jak.workspace import open_review
    from jakdb import numbers

    with open_review(review) as opened:
        found = compared(opened)
        settled = numbers.resolutions(opened.store)
    if as_json:
        emit_json("pool compare", {"open": found.open, "settled": found.settled, "resolutions": settled})
        return
    for difference in found.open:
        emit(f"open: {difference}")
    for difference in found.settled:
        emit(f"settled: {difference}")
    for r in settled:
        value = "no number" if r.value is None else f"{r.value:g}"
        emit(f"resolution {r.id}: {r.field} of {r.outcome} of {r.study} is {value} by {r.by}: {r.why}")
    if not found.open and not found.settled:
        emit("No two extractors differ.")


@pool.command()
def settle(
    study: Annotated[str, typer.Argument(help="Key of the study.")],
    outcome: Annotated[str, typer.Argument(help="Outcome.")],
    field: Annotated[str, typer.Argument(help="events, n, …")],
    value: Annotated[float, typer.Argument(help="The number that stands.")],
    why: Annotated[str, typer.Option(help="The ground, kept on record.")],
    arm: Annotated[str, typer.Option(help="Arm.")] = "",
    time: Annotated[str, typer.Option(help="Time.")] = "",
    population: Annotated[str, typer.Option(help="Population.")] = "",
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Settle a number on which extractors differ."""
    from jak.extracting import settle_number
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    cell = (study, arm, outcome, time, population, field)
    with open_review(review) as opened:
        number = settle_number(opened, cell, value, why=why, by=reviewer_name(by))
    if as_json:
        emit_json("pool settle", {"resolution": number, "cell": cell, "value": value})
    else:
        emit(f"settled as resolution {number}: {field} of {outcome} of {study} is {value:g}")


@pool.command()
def unsettle(
    resolution: Annotated[int, typer.Argument(help="Number of a resolution (see `jak pool compare`).")],
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Take a settled number back: the extractors' values differ again."""
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakdb import numbers

    with open_review(review) as opened:
        undone = numbers.undo_resolution(opened.store, resolution, by=reviewer_name(by))
    if as_json:
        emit_json("pool unsettle", undone)
    else:
        emit(f"resolution {undone.id} ({undone.field} of {undone.outcome} of {undone.study}) is taken back")
