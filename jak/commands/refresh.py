"""`jak search refresh` and `look-again`: search again, and see what has changed under what was decided."""

from __future__ import annotations

from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jak.console import counted, emit, emit_json, emit_table, progress, say
from jak.options import As, DryRun, Json, ReviewFolder

if TYPE_CHECKING:
    from jak.refreshing import Account, Moved
    from jak.strategies import SearchSpec
    from jak.workspace import Review

__all__ = ["in_short", "register"]

SHOWN = 20
"""Records of a set that are printed; --json has all."""
WIDTH = 60
LEAD = 20
"""Characters that are shown before the place where two long values differ."""


def register(search: typer.Typer) -> None:
    """Add the commands to `jak search`."""
    search.command("refresh")(refresh)
    search.command("look-again")(look_again)


def refresh(
    name: Annotated[
        list[str] | None, typer.Argument(help="Names of searches [default: all that were run before].")
    ] = None,
    show: Annotated[
        int | None, typer.Option("--show", metavar="RUN", help="Print the account of this run again; ask nobody.")
    ] = None,
    review: ReviewFolder = None,
    by: As = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Run searches again in full, and report new, unchanged, changed, corrected, retracted and vanished records.

    Each is compared with everything that earlier runs of it saw: a limit by date would lose records that enter late.
    No decision and no queue changes but for new records; `jak search look-again` lists what deserves another look.
    """
    from jak.refreshing import account_of, refreshable
    from jak.workspace import open_review
    from jakdb.errors import UsageError

    with open_review(review) as opened:
        if show is not None:
            account = account_of(opened, show)
            if as_json:
                emit_json("search refresh", {"dry_run": False, "searches": [account]})
            else:
                _show(account)
            return
        chosen, notes = refreshable(opened, name or ())
        for note in notes:
            say(f"note: {note}")
        if not chosen:
            raise UsageError("no search has been run, so there is none to refresh", hint="`jak search run` first")
        if dry_run:
            from jak.commands.run import search_for

            search_for(opened, list(chosen), by=by, dry_run=True, as_json=as_json, command="search refresh")
            return
        _refresh(opened, chosen, by=by, as_json=as_json)


def look_again(review: ReviewFolder = None, as_json: Json = False) -> None:
    """List decided reports that read otherwise since: computed when asked for, and nothing goes back to a queue.

    Excluded ones of which an abstract has appeared, or which were a registration or a conference abstract and are a
    full paper now; awaiting, ongoing and not retrieved ones that changed. A later decision takes a report off.
    """
    from jak.looking_again import look_again as listed
    from jak.looking_again import retracted_reports
    from jak.workspace import open_review

    with open_review(review) as opened:
        snapshot = opened.snapshot()
        rows, retracted = listed(opened, snapshot), retracted_reports(opened, snapshot)
    if as_json:
        emit_json("search look-again", {"reports": rows, "retracted": retracted})
        return
    for one in retracted:
        say(f"! {one.sentence}")
    if not rows:
        say("No decided report reads otherwise since.")
        return
    table = [(x.report, x.state, f"{x.decided:%Y-%m-%d}", "; ".join(x.why), x.title[:WIDTH]) for x in rows]
    emit_table(("report", "stands", "decided", "since then", "title"), table, right=(0,))


def _refresh(opened: Review, chosen: tuple[SearchSpec, ...], *, by: str | None, as_json: bool) -> None:
    """Refresh strategies one after the other, and print their accounts."""
    from jak.connecting import connect, connection, missing_of
    from jak.looking_again import look_again as listed
    from jak.looking_again import retracted_reports
    from jak.refreshing import refresh as refresh_one
    from jak.searching import busy_hours
    from jak.settings import reviewer_name
    from jakdb.errors import ShortfallError

    ways = {source: connection(source) for source in dict.fromkeys(spec.source for spec in chosen)}
    for advice in dict.fromkeys(advice for way in ways.values() for advice in missing_of(way)):
        say(f"note: {advice}")
    fetch_to_come = busy_hours(opened.store.now, say)
    done = []
    for spec in chosen:
        source = connect(spec.source, ways[spec.source])
        before = partial(fetch_to_come, source.name)
        with progress(spec.name) as tick:
            done.append(refresh_one(opened, spec, by=reviewer_name(by), source=source, before=before, tick=tick))
        if not as_json:
            emit(f"{done[-1].account.strategy}: {done[-1].result.equation}")
            _show(done[-1].account)
            for warning in done[-1].result.run.warnings:
                say(f"warning: {warning}")
    snapshot = opened.snapshot()
    rows, retracted = listed(opened, snapshot), retracted_reports(opened, snapshot)
    if as_json:
        searches: list[dict[str, Any]] = [{"equation": x.result.equation, "account": x.account} for x in done]
        emit_json(
            "search refresh", {"dry_run": False, "searches": searches, "look_again": rows, "retracted": retracted}
        )
    for one in retracted:
        say(f"! {one.sentence}")
    if rows:
        say(f"{counted(len(rows), 'decided report')} to look at again: `jak search look-again`")
    short = [x for x in done if not x.account.is_complete]
    if short:
        raise ShortfallError(
            "; ".join(f"{x.account.strategy}: {x.result.equation}" for x in short),
            hint="what arrived is stored, and nothing is called vanished; refresh again",
        )
    if any(x.account.rejected for x in done):
        raise typer.Exit(4)
    if not any(x.result.run.count for x in done):
        raise typer.Exit(3)


def _show(account: Account) -> None:
    """Print what lies between a run and the earlier ones."""
    against = ", ".join(str(number) for number in account.against) or "none"
    emit(f"{account.strategy}, version {account.version}: {account.purpose} {account.run}, against runs {against}")
    rejected = f", rejected {account.rejected}" if account.rejected else ""
    emit(
        f"  retrieved {account.retrieved} = already known {account.known} + new {account.new_to_review}{rejected}"
        " (against the whole review)"
    )
    if len(account.versions) > 1:
        versions = ", ".join(str(version) for version in account.versions)
        say(f"note: the text changed (versions {versions}): what it adds and drops is among the new and the vanished")
    counts = (
        ("new", account.new),
        ("changed", account.changed),
        ("corrected", account.corrected),
        ("retracted", account.retracted),
        ("vanished", account.vanished),
    )
    said = ", ".join(f"{word} {len(records)}" for word, records in counts)
    emit(f"  against these runs: {said}, unchanged {len(account.unchanged)}")
    if not account.is_complete:
        say("note: the run fell short, so nothing is called vanished")
    for word, records in counts:
        _list(word, records)


def _list(word: str, records: tuple[Moved, ...]) -> None:
    """Print the records of one set: all that were corrected, retracted or gone, and the first of the others."""
    shown = records[:SHOWN] if word in ("new", "changed") else records
    for one in shown:
        known = ", known from another search" if one.known_elsewhere else ""
        emit(f"  {word}: record {one.record} (PMID {one.pmid or '-'}; {one.state}{known}) {one.title[:WIDTH]}")
        for notice in one.notices:
            number = f", PMID {notice.pmid}" if notice.pmid else ""
            emit(f"      {notice.kind.replace('_', ' ')}: {notice.citation}{number}")
        for change in one.changes:
            if change.field != "related":
                before, after = in_short(change.before, change.after)
                emit(f"      {change.field}: {before} -> {after}")
    if len(records) > len(shown):
        emit(f"  … and {len(records) - len(shown)} more {word}; --json lists all")


def in_short(before: object, after: object) -> tuple[str, str]:
    """Return two values of a field on short lines, from a little before the place where they differ.

    Examples
    --------
    >>> in_short("a" * 90 + " one two", "a" * 90 + " one three")
    ('…aaaaaaaaaaaaaa one two', '…aaaaaaaaaaaaaa one three')
    >>> in_short((), ("Humans", "Aged"))
    ('(empty)', 'Humans; Aged')
    """
    texts = (_as_text(before), _as_text(after))
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False)))
    start = same - LEAD if same > LEAD and max(map(len, texts)) > WIDTH else 0
    shown = [f"…{text[start:]}" if start else text for text in texts]
    one, other = ((text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…") or "(empty)" for text in shown)
    return one, other


def _as_text(value: object) -> str:
    """Return a value of a field on one line."""
    if isinstance(value, tuple):
        text = "; ".join(": ".join(part) if isinstance(part, tuple) else str(part) for part in value)
    else:
        text = "" if value is None else str(value)
    return text.replace("\n", " ")
