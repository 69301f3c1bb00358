"""`jak search dedupe`: merge what is surely one paper, ask about the rest, explain, undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jak.commands.relations import relations as relations_of
from jak.console import counted, emit, emit_json, emit_table, progress, say
from jak.options import As, DryRun, Json, ReviewFolder

if TYPE_CHECKING:
    from jak.deduping import Answered, OpenQuestion
    from jak.workspace import Review

__all__ = ["dedupe"]

dedupe = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    help="Merge what is surely one paper and list what to ask; every merge has its reasons and an undo.",
)

dedupe.add_typer(relations_of, name="relations")


@dedupe.callback()
def run(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Option("--from", help="Compare the records of this file instead; no review is needed (repeatable)."),
    ] = None,
    pairs: Annotated[Path | None, typer.Option(help="With --from: write the pairs to merge here (.csv).")] = None,
    queue: Annotated[Path | None, typer.Option(help="With --from: write the questions for people here (.csv).")] = None,
    relations: Annotated[
        Path | None, typer.Option(help="With --from: write what belongs together, but is not one paper, here (.csv).")
    ] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", help="With --from: its format [default: seen].")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(help='With --from: map a column: --column title="Article name" (repeatable).')
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that compare.")] = 1,
    dask: Annotated[str, typer.Option(metavar="ADDRESS", help="Compare on this Dask cluster (tcp://host:8786).")] = "",
    on_disk: Annotated[
        bool, typer.Option("--on-disk", help="With --from: for millions of records, through DuckDB (an extra).")
    ] = False,
    review: ReviewFolder = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Merge what is surely one paper and list what to ask; every merge has its reasons and an undo."""
    if context.invoked_subcommand is not None:
        return
    from jakdb.errors import UsageError

    if files:
        _in_files(
            files,
            written={"pairs": pairs, "queue": queue, "relations": relations},
            format_name=format_name,
            column=column or [],
            jobs=jobs,
            dask=dask,
            on_disk=on_disk,
            as_json=as_json,
        )
        return
    if pairs or queue or relations or format_name or column or on_disk:
        raise UsageError("--pairs, --queue, --relations, --format, --column and --on-disk go with --from FILE")
    from jak.bulk import garbage_seldom
    from jak.deduping import deduplicate
    from jak.executor import executor
    from jak.relating import told_by
    from jak.workspace import open_review

    with (
        open_review(review) as opened,
        executor(jobs=jobs, dask=dask) as pool,
        progress("Comparing") as tick,
        garbage_seldom(),
    ):
        done = deduplicate(opened, dry_run=dry_run, tick=tick, executor=pool)
    if as_json:
        emit_json("search dedupe", done)
        return
    for title, stored in (("merged", done.merged), ("to ask", done.asked)):
        for pair in stored:
            number = f" {pair.event}" if pair.event else ""
            emit(f"{title}{number}: records {pair.record_a} and {pair.record_b}: {'; '.join(pair.reasons)}")
    for one in done.related:
        number = f" {one.event}" if one.event else ""
        emit(f"related{number}: records {one.record_a} and {one.record_b}: {told_by(one.relation, one.reasons)}")
    for event in done.taken_back:
        say(f"merge {event} of the rules is taken back: what came since speaks against it")
    emit(
        f"{done.records} records ({done.compared} new): {done.reports_before} -> {done.reports_after} reports, "
        f"{counted(done.open_questions, 'question')} open"
    )
    for caution in done.cautions:
        say(f"! {caution}")
    if done.related:
        say("Link related reports into studies with `jak search dedupe relations`.")
    if done.conflicts_opened:
        say(
            f"{counted(done.conflicts_opened, 'merged report')} with different decisions: `jak screen conflicts`. "
            "Meanwhile include wins."
        )
    if done.open_questions:
        say("Answer them with `jak search dedupe review`.")
    if dry_run:
        say("Nothing was changed (--dry-run).")


def _in_files(
    files: list[Path],
    *,
    written: dict[str, Path | None],
    format_name: str | None,
    column: list[str],
    jobs: int,
    dask: str,
    on_disk: bool,
    as_json: bool,
) -> None:
    """Compare the records of files, and write what was asked for."""
    from jak.bulk import garbage_seldom
    from jak.deduping_files import dedupe_files, pairs_csv, queue_csv, relations_csv
    from jak.executor import executor
    from jak.files import write_whole
    from jak.parsing import parse_mapping

    columns = parse_mapping(column, option="--column")
    with executor(jobs=jobs, dask=dask) as pool, progress("Comparing") as tick, garbage_seldom():
        found = dedupe_files(files, format_name=format_name, columns=columns, executor=pool, on_disk=on_disk, tick=tick)
    for name, as_csv in (("pairs", pairs_csv), ("queue", queue_csv), ("relations", relations_csv)):
        path = written[name]
        if path is not None:
            write_whole(path, as_csv(found))
    if as_json:
        emit_json("search dedupe", found)
    else:
        shown = (
            ("to merge", written["pairs"], found.merges),
            ("to ask", written["queue"], found.asks),
            ("related", written["relations"], found.relations),
        )
        for title, path, listed in shown:
            if path is not None:
                emit(f"{path}: {counted(len(listed), 'pair')} {title}")
                continue
            for pair in listed:
                word = pair.relation if title == "related" else title
                emit(f"{word}: {found.ids[pair.a]} and {found.ids[pair.b]}: {'; '.join(pair.reasons)}")
        emit(
            f"{found.records} records: {found.reports} reports, {counted(len(found.asks), 'question')}, "
            f"{counted(len(found.relations), 'relation')}"
        )
    if found.empty:
        say(f"{counted(found.empty, 'row')} with nothing to compare: kept, each as it is")
    for name, line, reason in found.rejected[:20]:
        say(f"rejected: {name}, line {line}: {reason}")
    if found.rejected:
        say(f"{counted(len(found.rejected), 'record')} could not be read and were not compared")
        raise typer.Exit(4)


@dedupe.command("list")
def list_(review: ReviewFolder = None, as_json: Json = False) -> None:
    """List every merge, question and answer with its number, and whether it was undone."""
    from jak.workspace import open_review
    from jakdb import members

    with open_review(review) as opened:
        events = members.merge_events(opened.store)
    undone = {e.undoes: e.id for e in events if e.kind == "undo"}
    if as_json:
        emit_json("search dedupe list", [{"event": e, "undone_by": undone.get(e.id)} for e in events])
        return
    emit_table(
        ("event", "kind", "records", "by", "reasons", ""),
        [
            (
                e.id,
                e.kind,
                f"{e.record_a}, {e.record_b}",
                e.by,
                "; ".join(e.reasons),
                f"undone by {undone[e.id]}" if e.id in undone else (f"undoes {e.undoes}" if e.undoes else ""),
            )
            for e in events
        ],
        right=(0,),
    )


@dedupe.command()
def review(
    band: Annotated[int | None, typer.Option(min=1, max=2, help="1: likely ones; 2: the rest [default: both].")] = None,
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Show the open questions, likeliest first: s same, d different, k skip, u undo, q quit. No terminal: list them."""
    import sys

    from jak.asking import show_pair
    from jak.deduping import open_questions
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        every = open_questions(opened)
        questions = [q for q in every if band is None or q.band == band]
        if as_json:
            emit_json("search dedupe review", {"questions": questions})
            return
        interactive = sys.stdin.isatty() and sys.stdout.isatty()
        if interactive:
            _ask(opened, questions, by=reviewer_name(by))
        else:
            for number, question in enumerate(questions, start=1):
                emit(_head(question, number, len(questions)))
                show_pair(question)
    if not questions and every:
        emit(f"No question of band {band} is open, {len(every)} of the other band.")
    elif not questions:
        emit("No question is open.")
    elif not interactive:
        say("Answer one with `jak search dedupe answer ID same|distinct`.")


def _head(question: OpenQuestion, number: int, count: int) -> str:
    """Return the line above a question."""
    return f"question {question.event} ({number} of {count}, band {question.band}), {question.score:.0%} alike"


def _ask(opened: Review, questions: Sequence[OpenQuestion], *, by: str) -> None:
    """Ask one question after the other; undo goes back to the last one that was answered."""
    from jak.asking import ask_key, show_pair
    from jak.deduping import answer, is_open
    from jakdb import members

    stored: list[tuple[int, int]] = []
    at = 0
    while at < len(questions):
        question = questions[at]
        if not is_open(opened, question.event):
            at += 1  # what was answered meanwhile, here or elsewhere, settles it
            continue
        emit(_head(question, at + 1, len(questions)))
        show_pair(question)
        key = ask_key("[s] same paper  [d] different  [k] skip  [u] undo  [q] quit", "sdkuq")
        if key == "q":
            break
        if key == "u":
            if not stored:
                say("Nothing was answered yet.")
                continue
            at, event = stored.pop()
            members.undo_merge(opened.store, event, by=by)
            emit(f"event {event} is taken back\n")
            continue
        if key in "sd":
            done = answer(opened, question.event, key == "s", by=by)
            stored.append((at, done.event))
            _told(done)
            emit()
        at += 1


def _told(done: Answered, what: str = "stored") -> None:
    """Print what was stored, and what follows from it."""
    emit(f"{what} as event {done.event}; `jak search dedupe undo {done.event}` takes it back")
    if done.conflict:
        say("The report carries different decisions: `jak screen conflicts`. Meanwhile include wins.")
    for caution in done.cautions:
        say(f"! {caution}")


@dedupe.command("answer")
def answer_(
    question: Annotated[int, typer.Argument(help="Number of a question.")],
    verdict: Annotated[str, typer.Argument(metavar="same|distinct", help="One paper or two.")],
    why: Annotated[str, typer.Option(help="The ground, kept with the answer.")] = "",
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Answer one question without a dialogue."""
    from jak.deduping import answer
    from jak.parsing import parse_choice
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    same = parse_choice(verdict, ("same", "distinct"), option="the answer") == "same"
    with open_review(review) as opened:
        done = answer(opened, question, same, by=reviewer_name(by), why=why)
    if as_json:
        emit_json("search dedupe answer", {"question": question, "same": same, **asdict(done)})
    else:
        _told(done)


@dedupe.command()
def merge(
    a: Annotated[int, typer.Argument(help="Number of a record.")],
    b: Annotated[int, typer.Argument(help="Number of another record.")],
    why: Annotated[str, typer.Option(help="The ground, kept with the merge.")] = "merged by hand",
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Merge two records by hand."""
    from jak.deduping import merge_by_hand
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        done = merge_by_hand(opened, a, b, by=reviewer_name(by), why=why)
    if as_json:
        emit_json("search dedupe merge", done)
    else:
        _told(done, "merged")


@dedupe.command()
def undo(
    event: Annotated[int, typer.Argument(help="Number of a merge, question or answer.")],
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Take a merge or an answer back; each decision stays on the record that was shown."""
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakdb import members

    with open_review(review) as opened:
        undone = members.undo_merge(opened.store, event, by=reviewer_name(by))
    if as_json:
        emit_json("search dedupe undo", undone)
    else:
        emit(f"{undone.kind} {undone.id} of records {undone.record_a} and {undone.record_b} is taken back")


@dedupe.command()
def explain(
    a: Annotated[int, typer.Argument(help="Number of a record.")],
    b: Annotated[int, typer.Argument(help="Number of another record.")],
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """Say what the rules see in two records, field by field, and what was decided on them."""
    from jak.citing import cite
    from jak.deduping import explain_pair
    from jak.workspace import open_review
    from jakdb import imports

    with open_review(review) as opened:
        verdict, events = explain_pair(opened, a, b)
        shown = imports.get_records(opened.store, (a, b))
    if as_json:
        emit_json("search dedupe explain", {"verdict": verdict, "events": events})
        return
    for number in (a, b):
        emit(f"{number}: {cite(shown[number])}")
    emit(f"the rules say: {verdict.kind} ({verdict.score:.2f})")
    for reason in verdict.reasons:
        emit(f"  {reason}")
    for veto in verdict.vetoes:
        emit(f"  veto: {veto}")
    for event in events:
        emit(f"  event {event.id}: {event.kind} by {event.by} on {event.at:%Y-%m-%d}: {'; '.join(event.reasons)}")
