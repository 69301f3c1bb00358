"""`jak search`: bring records in, list them, and see which are one paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jak.console import emit, emit_json, emit_table, progress, say
from jak.options import As, DryRun, Json, ReviewFolder

__all__ = ["register"]

search = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Bring records in and see which are one paper.")


def register(app: typer.Typer) -> None:
    """Add the family to the root."""
    from jak.commands import check as checking
    from jak.commands import citations, convert, record_export
    from jak.commands import compare as comparing
    from jak.commands import refresh as refreshing
    from jak.commands import run as running
    from jak.commands import translate as translating
    from jak.commands.dedupe import dedupe

    convert.register(search)
    citations.register(search)
    running.register(search)
    refreshing.register(search)
    checking.register(search)
    record_export.register(search)
    translating.register(search)
    comparing.register(search)
    search.add_typer(dedupe, name="dedupe")
    app.add_typer(search, name="search")


@search.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Export files of databases and reference managers.")],
    source: Annotated[
        str,
        typer.Option("--source", "--database", help="Database or register [default: detected, one search each]."),
    ] = "",
    platform: Annotated[str, typer.Option(help="Where it was searched, for example Embase.com or Ovid.")] = "",
    kind: Annotated[str, typer.Option(help="database, register, or other (other methods in PRISMA).")] = "database",
    searched: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Day of the search.")] = "",
    hits: Annotated[int | None, typer.Option(min=0, help="How many records the database itself said it found.")] = None,
    strategy: Annotated[str, typer.Option(help="The search strategy, or @FILE that holds it.")] = "",
    into: Annotated[int | None, typer.Option("--search", help="Add the files to this search instead.")] = None,
    updates: Annotated[
        int | None,
        typer.Option(metavar="SEARCH", help="The files are this search, run again: account for every difference."),
    ] = None,
    format_name: Annotated[str | None, typer.Option("--format", help="Name of the format [default: seen].")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help='Map a CSV column: --column title="Article name" (repeatable).')
    ] = None,
    with_decisions: Annotated[
        bool, typer.Option("--decisions", help="Take the labels of Rayyan, ASReview or jak in the files as votes too.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(help="Write an anonymised sample of what was not understood to this file, to send in."),
    ] = None,
    review: ReviewFolder = None,
    by: As = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Import export files, whole or not at all; records + rejects are exactly the records of each file.

    Archives (.zip, .gz) are unpacked. Several files with --source are one search: --hits checks them against the
    database's own count. --updates N is to an export what `jak search refresh` is to a search that jak runs itself.
    """
    from jak.account_text import show_search_account
    from jak.comparing import account_of_search
    from jak.importing import VotesImported, import_decisions_too, import_files, write_sample
    from jak.parsing import parse_choice, parse_date, parse_mapping, text_or_file
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakdb.errors import UsageError
    from jaksearch.formats.reading import known_format
    from jaksearch.formats.table_fields import TABLES

    mapped = parse_mapping(column or [], option="--column")
    if report is not None:
        write_sample(files, report, format_name=format_name, columns=mapped)
        say(f"{report}: an anonymised sample of what was not understood; read it before you send it")
    if hits is not None and not source and into is None and updates is None:
        raise UsageError("--hits needs --source", hint="the hit count belongs to one search: name it with --source")
    takes_columns = format_name is None or known_format(format_name).name in TABLES
    with open_review(review) as opened, progress("Importing", in_bytes=True) as tick:
        done = import_files(
            opened.store,
            files,
            by=reviewer_name(by),
            source=source,
            platform=platform,
            kind=parse_choice(kind, ("database", "register", "other"), option="--kind"),
            searched_on=parse_date(searched, option="--searched"),
            hits=hits,
            strategy=text_or_file(strategy),
            search_id=into,
            updates=updates,
            format_name=format_name,
            columns=mapped,
            soft=opened.settings.columns if takes_columns else {},
            dry_run=dry_run,
            tick=tick,
        )
        votes: tuple[VotesImported, ...] = ()
        if with_decisions and not dry_run:
            votes = import_decisions_too(
                opened, files, by=reviewer_name(by), format_name=format_name, columns=mapped or None
            )
        kept = done.searches if updates is not None and not dry_run else ()
        accounts = [account_of_search(opened, s.search.id) for s in kept]
    if as_json:
        emit_json(
            "search import",
            {
                "partial": done.is_partial or any(v.is_partial for v in votes),
                "searches": done.searches,
                "known": done.known,
                "decisions": votes,
                "dry_run": dry_run,
                "accounts": accounts,
            },
        )
    else:
        rows = [
            (
                s.search.source,
                f.name,
                f.format,
                f.encoding,
                f.records,
                f.accepted,
                f.seen_again,
                f.rejected,
                f.id or "-",
            )
            for s in done.searches
            for f in s.files
        ]
        if rows:
            heads = ("source", "file", "format", "encoding", "records", "new", "seen again", "rejected", "file id")
            emit_table(heads, rows, right=(4, 5, 6, 7, 8))
        for name, number in done.known:
            where = f"as file {number}" if number else "in this command"
            emit(f"{name}: the same bytes were imported before, {where}; nothing added")
        for s in done.searches:
            for f in s.files:
                for warning in f.warnings:
                    say(f"note: {f.name}: {warning}")
            for name, line, reason in s.rejects[:20]:
                say(f"rejected: {name}, line {line}: {reason}")
            if len(s.rejects) > 20:
                say(f"… and {len(s.rejects) - 20} more; `jak search rejects` lists all with their text")
            if s.shortfall:
                say(f"SHORTFALL: {s.search.source}: {s.shortfall.message}")
        for account in accounts:
            show_search_account(account)
        for vote in votes:
            emit(vote.message)
            for problem in vote.problems:
                say(f"not taken: {problem}")
        if dry_run:
            say("Nothing was changed (--dry-run).")
    if done.is_partial or any(v.is_partial for v in votes):
        raise typer.Exit(4)


@search.command("list")
def list_(review: ReviewFolder = None, as_json: Json = False) -> None:
    """List the searches and the files that hold their records."""
    from jak.search_list import listed
    from jak.workspace import open_review
    from jakdb import imports

    with open_review(review) as opened:
        searches, files = imports.searches(opened.store), imports.files(opened.store)
        rows = listed(opened.store)
    if as_json:
        emit_json("search list", {"searches": searches, "files": files})
        return
    heads = (
        "search",
        "source",
        "kind",
        "searched",
        "hits",
        "file id",
        "file",
        "records",
        "new",
        "seen again",
        "rejected",
        "",
    )
    emit_table(heads, rows, right=(4, 7, 8, 9, 10))


@search.command()
def rejects(
    file: Annotated[int | None, typer.Argument(help="Number of an imported file [default: all].")] = None,
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """Show what could not be taken: file, line, byte (from 0), reason and the text itself."""
    from jak.workspace import open_review
    from jakdb import imports
    from jakdb.errors import UsageError

    with open_review(review) as opened:
        if file is not None and file not in {f.id for f in imports.files(opened.store)}:
            raise UsageError(f"there is no imported file {file}", hint="`jak search list` shows them")
        found = imports.rejects(opened.store, file)
    if as_json:
        rows = [
            {
                "file": f.name,
                "file_id": f.id,
                "number": r.number,
                "line": r.line,
                "offset": r.offset if r.offset >= 0 else None,
                "reason": r.reason,
                "text": r.text,
            }
            for f, r in found
        ]
        emit_json("search rejects", rows)
        return
    for f, r in found:
        byte = f", byte {r.offset}" if r.offset >= 0 else ""
        emit(f"{f.name}, record {r.number}, line {r.line}{byte}: {r.reason}")
        for line in r.text.splitlines():
            emit(f"    {line}")
    if not found:
        say("No record was rejected.")


@search.command()
def undo(
    file: Annotated[
        int | None, typer.Argument(help="Number of one imported file (see `jak search list`).", show_default=False)
    ] = None,
    run: Annotated[int | None, typer.Option("--run", metavar="N", help="Take every batch of this run back.")] = None,
    search_id: Annotated[
        int | None, typer.Option("--search", metavar="N", help="Take every file of this search back.")
    ] = None,
    review: ReviewFolder = None,
    by: As = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Take a file, a run or a search back, whole; decisions on its records are kept and count again if they return.

    Import the file or run the search again to take the undo back.
    """
    from jak.settings import reviewer_name
    from jak.undoing import undo_import
    from jak.workspace import open_review

    with open_review(review) as opened:
        undone = undo_import(opened.store, file=file, run=run, search=search_id, by=reviewer_name(by), dry_run=dry_run)
    if as_json:
        emit_json("search undo", undone)
        return
    emit(undone.sentence)
    if dry_run:
        say("Nothing was changed (--dry-run).")


@search.command()
def records(
    find: Annotated[str, typer.Argument(help="Words in title, author, journal, DOI or PMID [default: all].")] = "",
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """List the records with their numbers and reports."""
    from jak.citing import cite, matches
    from jak.workspace import open_review

    with open_review(review) as opened:
        snapshot = opened.snapshot()
    found = [r for r in snapshot.records.values() if matches(r, find)]
    if as_json:
        emit_json("search records", [{"report": snapshot.report_of[r.id], "record": r} for r in found])
    else:
        emit_table(
            ("record", "report", "database", "citation"),
            [(r.id, snapshot.report_of[r.id], r.database, cite(r)) for r in found],
            right=(0, 1),
        )
    if not found:
        raise typer.Exit(3)


@search.command()
def show(
    record: Annotated[int, typer.Argument(help="Number of a record.")],
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Show a record and its report: each field with the record that gave it, the source records, and every event."""
    from jak.blinding import hidden_decisions
    from jak.citation_rounds import traces
    from jak.citing import cite, trail
    from jak.merged_view import merged_rows, source_records, source_rows
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakdb import imports, members

    with open_review(review) as opened:
        snapshot = opened.snapshot()
        report = snapshot.report(record)
        together = snapshot.members[report]
        hidden = hidden_decisions(snapshot, opened.settings.screening, reviewer_name(by))
        every_place = imports.sightings(opened.store, together)
        events = [e for e in members.merge_events(opened.store) if {e.record_a, e.record_b}.intersection(together)]
        found = snapshot.records[record]
        merged = snapshot.merged(report)
        sources = source_records((snapshot.records[r] for r in together), every_place)
        places = [place for place in every_place if place.record_id == record]
        led_here = traces(opened.store, found, report_of=snapshot.report_of)
    if as_json:
        emit_json(
            "search show",
            {
                "record": found,
                "report": report,
                "records_of_report": together,
                "merged": merged,
                "source_records": sources,
                "sightings": places,
                "merge_events": events,
                "citations": led_here,
            },
        )
        return
    emit(cite(found))
    emit(f"report {report} (records {', '.join(map(str, together))})")
    for trace in led_here:
        emit(f"  {trace.sentence} (citation searching, run {trace.run})")
    for line in trail(snapshot, report, hidden=hidden):
        emit(f"  {line}")
    for event in events:
        emit(
            f"  {event.kind} {event.id}: records {event.record_a} and {event.record_b} by {event.by}: "
            f"{'; '.join(event.reasons)}"
        )
    if len(together) > 1:
        emit("\nThe report, each field from the record that counts for it:")
        emit_table(("field", "value", "record"), merged_rows(merged))
        emit("\nIts source records:")
        emit_table(("record", "database", "accession", "found in"), source_rows(sources), right=(0,))
    for place in places:
        emit(f"\n{place.source}, {place.file}, record {place.number}, line {place.line}:")
        emit(place.source_text)
