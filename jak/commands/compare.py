"""`jak search compare` and `versions`: what lies between two searches, and between two texts of a strategy."""

from __future__ import annotations

from typing import Annotated

import typer

from jak.console import emit, emit_json, say
from jak.options import Json, ReviewFolder

__all__ = ["register"]


def register(search: typer.Typer) -> None:
    """Add the commands to `jak search`."""
    search.command("compare")(compare)
    search.command("versions")(versions)


def compare(
    searches: Annotated[
        list[int], typer.Argument(metavar="[EARLIER] LATER", help="Numbers of searches (see `jak search list`).")
    ],
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """Account for one search against another, field by field: runs of jak and imported exports alike.

    With one number, that search is compared with all that it updates (`jak search import --updates`), or a run with the
    earlier runs of its strategy.
    """
    from jak.account_text import show_search_account
    from jak.comparing import account_of_search, compare_two
    from jak.workspace import open_review
    from jakdb.errors import UsageError

    if len(searches) > 2:
        raise UsageError(f"{len(searches)} searches to compare", hint="name one or two: [EARLIER] LATER")
    with open_review(review) as opened:
        account = account_of_search(opened, searches[0]) if len(searches) == 1 else compare_two(opened, *searches)
    if as_json:
        emit_json("search compare", account)
    else:
        show_search_account(account)


def versions(
    name: Annotated[str | None, typer.Argument(help="Name of a search [default: all that have versions].")] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask the service which of the dropped records it still has.")
    ] = False,
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """Show what each version of a changed strategy adds and drops: its text by line, and its records.

    A dropped record of an included report is called out. What is new in the database is told from what the text adds
    where the source says when it created a record.
    """
    from jak.account_text import show_version_change
    from jak.connecting import connect, connection
    from jak.versions import ask_for_dropped, source_of, strategies_with_versions, version_changes
    from jak.workspace import open_review

    with open_review(review) as opened:
        snapshot = opened.snapshot()
        names = [name] if name is not None else strategies_with_versions(opened)
        changes = [change for one in names for change in version_changes(opened, one, snapshot=snapshot)]
        if ask:
            through = connection()
            changes = [ask_for_dropped(one, connect(source_of(opened, one.strategy), through)) for one in changes]
    if as_json:
        emit_json("search versions", {"changes": changes, "cautions": [one.caution for one in changes if one.caution]})
        return
    for number, change in enumerate(changes):
        if number:
            emit()
        show_version_change(change)
    if not changes:
        say(f"{name} has one version only." if name is not None else "No strategy that was run has changed.")
