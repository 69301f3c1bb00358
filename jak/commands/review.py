"""Start, look after and save a review: init, status, doctor, backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jak.console import emit, emit_json, emit_table, say
from jak.options import As, Json, ReviewFolder, Yes

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command()(init)
    app.command()(status)
    app.command()(doctor)
    app.command()(backup)
    app.command()(restore)


def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the new review; it is made if need be.")],
    title: Annotated[str, typer.Option(help="Title of the review.")] = "",
    question: Annotated[str, typer.Option(help="Question of the review, in a sentence.")] = "",
    as_json: Json = False,
) -> None:
    """Start a review: write jak.toml and an empty store. It never asks anything."""
    from jak.starting import start_review

    settings, store = start_review(folder, title=title, question=question)
    if as_json:
        emit_json("init", {"settings": settings, "store": store})
    else:
        emit(f"{settings}\n{store}")
        say(f"Next: write the question and the criteria into {settings}, then `jak search import FILES`.")


def status(review: ReviewFolder = None, as_json: Json = False) -> None:
    """Say where the review stands and what to do next."""
    from jak.standing import where_it_stands
    from jak.workspace import open_review

    with open_review(review) as opened:
        standing = where_it_stands(opened)
    if as_json:
        emit_json("status", standing)
        return
    emit(standing.title or "(no title in jak.toml)")
    emit()
    emit_table(("step", "count"), standing.counts, right=(1,))
    for caution in standing.cautions:
        emit(f"! {caution}")
    emit()
    emit(f"Next: {standing.next_step}")


def doctor(review: ReviewFolder = None, as_json: Json = False) -> None:
    """Check the store: SQLite's integrity, references, and whether the events tell one story."""
    from jak.workspace import open_review
    from jakdb.doctor import examine
    from jakdb.errors import StoreError

    with open_review(review) as opened:
        checks = examine(opened.store)
    sound = all(check.is_sound for check in checks)
    if as_json:
        emit_json("doctor", {"sound": sound, "checks": checks})
    else:
        for check in checks:
            emit(f"{'ok ' if check.is_sound else 'BAD'}  {check.name}")
            for problem in check.problems:
                emit(f"     - {problem}")
    if not sound:
        raise StoreError("the store is not sound", hint="`jak backup FILE` first, then `jak restore` an earlier backup")


def backup(
    file: Annotated[Path, typer.Argument(help="File to write; it must not exist.")], review: ReviewFolder = None
) -> None:
    """Write a checked copy of the store, also while others work on it."""
    from jak.workspace import open_review
    from jakdb import backup as backups

    with open_review(review) as opened:
        emit(str(backups.backup(opened.store, file)))


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `jak backup` wrote.")],
    review: ReviewFolder = None,
    yes: Yes = False,
    by: As = None,
) -> None:
    """Put a backup in the place of the store; what was there is kept beside it."""
    from jak.settings import find_review, load_settings, reviewer_name
    from jakdb import backup as backups
    from jakdb.errors import UsageError

    settings = load_settings(review if review is not None else find_review(Path.cwd()))
    if settings.store.exists() and not yes:
        raise UsageError(
            f"this would replace {settings.store}", hint="repeat it with --yes; the present store is kept beside it"
        )
    kept = backups.restore(file, settings.store)
    emit(str(settings.store))
    say(f"Restored from {file} by {reviewer_name(by)}." + (f" The earlier store is kept as {kept}." if kept else ""))
