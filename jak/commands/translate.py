"""`jak search translate`: draft a PubMed strategy for databases that are searched by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jak.console import counted, emit, emit_json, say
from jak.options import Json, ReviewFolder

__all__ = ["register"]


def register(search: typer.Typer) -> None:
    """Add the command to `jak search`."""
    search.command("translate")(translate)


def translate(
    to: Annotated[str, typer.Option(help="ovid, embase, wos, cochrane, or all of them.")],
    name: Annotated[str, typer.Argument(help="Name of a PubMed search in jak.toml.")] = "",
    query: Annotated[
        str, typer.Option(help="Translate this PubMed query, or @FILE that holds it, instead; no review is needed.")
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the draft and what is to be checked to this file.")
    ] = None,
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """Draft a PubMed strategy in the syntax of another database, with a warning for every loss.

    The draft is for a librarian to check: <<MAP>> stands after a heading whose counterpart a person must find, and
    <<BY-HAND …>> where jak knows none. Nothing is run, sent or stored.
    """
    from jak.files import write_whole
    from jak.parsing import parse_choice, text_or_file
    from jak.settings import find_review, load_settings
    from jak.translating import HEADER, as_text, drafts, spec_of_query
    from jakdb.errors import UsageError
    from jaksearch.translate import TARGETS

    wanted = parse_choice(to, (*TARGETS, "all"), option="--to")
    if bool(name) == bool(query):
        raise UsageError(
            "name a search of jak.toml, or give a query with --query, and not both",
            hint="jak search translate NAME --to ovid",
        )
    if query:
        spec = spec_of_query(text_or_file(query))
    else:
        settings = load_settings(review if review is not None else find_review(Path.cwd()))
        spec = settings.searches.strategy(name)
    found = drafts(spec, TARGETS if wanted == "all" else (wanted,))
    if output is not None:
        write_whole(output, as_text(spec.name, found, with_losses=True) + "\n")
        say(f"{output}: {counted(len(found), 'draft')}")
    if as_json:
        emit_json("search translate", {"status": HEADER, "name": spec.name, "drafts": found})
    elif output is None:
        emit(as_text(spec.name, found))
    for draft in found:
        lead = f"{draft.title}: " if len(found) > 1 else ""
        for loss in draft.losses:
            say(f"warning: {lead}{loss}")
