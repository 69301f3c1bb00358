"""`jak search dedupe relations`: reports that belong together without being one paper."""

from __future__ import annotations

from typing import Annotated

import typer

from jak.console import counted, emit, emit_json, emit_table, say
from jak.options import As, Json, ReviewFolder

__all__ = ["relations"]

WIDTH = 50
relations = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    help="List reports that belong together without being one paper, and link them into studies.",
)


@relations.callback()
def list_(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="List the answered ones too.")] = False,
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """List reports that belong together without being one paper, and link them into studies."""
    if context.invoked_subcommand is not None:
        return
    from jak.relating import suggestions
    from jak.workspace import open_review

    with open_review(review) as opened:
        found = suggestions(opened, everything=everything)
    if as_json:
        emit_json("search dedupe relations", found)
        return
    if not found:
        emit("No relation waits for an answer.")
        return
    rows = [
        (
            s.event,
            s.relation,
            f"{s.report_a}, {s.report_b}",
            ", ".join(s.studies),
            s.state,
            s.a.title[:WIDTH],
            s.reasons[-1] if s.reasons else "",
        )
        for s in found
    ]
    emit_table(("id", "relation", "reports", "study", "state", "title", "seen"), rows, right=(0,))
    say("Link two reports into one study with `jak search dedupe relations accept ID`, or `dismiss ID`.")


@relations.command()
def accept(
    number: Annotated[int, typer.Argument(help="Number of a suggestion.")],
    study: Annotated[str, typer.Option(help="Key of the study [default: theirs, or a new one].")] = "",
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Link both reports with one study, so that its patients are counted once."""
    from jak.relating import accept as accepting
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        done = accepting(opened, number, study=study, by=reviewer_name(by))
    if as_json:
        emit_json("search dedupe relations accept", done)
    else:
        emit(
            f"both tell of {done.study} ({counted(len(done.links), 'new link')}); "
            f"`jak search dedupe relations undo {done.event}` takes it back"
        )


@relations.command()
def dismiss(
    number: Annotated[int, typer.Argument(help="Number of a suggestion.")],
    why: Annotated[str, typer.Option(help="The ground, kept with the answer.")] = "",
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Put a suggestion aside for good: the reports do not belong together."""
    from jak.relating import dismiss as dismissing
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        done = dismissing(opened, number, why=why, by=reviewer_name(by))
    if as_json:
        emit_json("search dedupe relations dismiss", done)
    else:
        emit(f"dismissed; `jak search dedupe relations undo {done.id}` takes it back")


@relations.command()
def undo(
    number: Annotated[int, typer.Argument(help="Number of an answer, as accept and dismiss print it.")],
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Take an answer back, with the links that it made; the suggestion waits again."""
    from jak.relating import take_back
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        done = take_back(opened, number, by=reviewer_name(by))
    if as_json:
        emit_json("search dedupe relations undo", done)
    else:
        emit(f"answer {number} is taken back")
