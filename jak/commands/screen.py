"""`jak screen`: order the reports, vote, resolve, and say where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jak.console import counted, emit, emit_json, emit_table, say
from jak.options import As, DryRun, FlowConvention, Json, ReviewFolder, StageName, given

__all__ = ["register"]

screen = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Decide what is in: order, vote, resolve.")


Unblind = Annotated[
    bool, typer.Option("--unblind", help="Show other reviewers' votes on open reports too; say so in your report.")
]


def register(app: typer.Typer) -> None:
    """Add the family to the root."""
    from jak.commands import simulate

    simulate.register(screen)
    app.add_typer(screen, name="screen")


@screen.command()
def rank(
    context: typer.Context,
    stage: StageName = "abstract",
    limit: Annotated[int, typer.Option(min=1, help="How many to print.")] = 20,
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Order what waits for you by relevance, learnt from your votes (before them: likeness to the question)."""
    from dataclasses import replace

    from jak.screening import parse_stage, rank_for
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        queue = rank_for(opened, reviewer_name(by), parse_stage(stage))
    ranked = queue.reports
    if as_json:
        # Every report, unless a limit is asked for.
        emit_json("screen rank", replace(queue, reports=ranked[:limit]) if given(context, "limit") else queue)
        return
    say(queue.note)
    emit_table(
        ("", "report", "score", "title"),
        [(i, r.report, f"{r.score:.3f}", r.title) for i, r in enumerate(ranked[:limit], start=1)],
        right=(0, 1, 2),
    )
    if len(ranked) > limit:
        say(f"… and {len(ranked) - limit} more")


@screen.command("next")
def next_(
    stage: StageName = "abstract",
    mix: Annotated[
        str | None,
        typer.Option(
            metavar="random=SHARE,…",
            help="Give a share of the turns to random, uncertain or diverse reports [default: jak.toml's].",
            show_default=False,
        ),
    ] = None,
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Show the most relevant report that waits for you and take a key: i e m s u q. Without a terminal: show it."""
    import sys

    from jak.notices import included_reports_noticed
    from jak.ranking_settings import as_mix
    from jak.screen_session import next_waiting, screen_by_keys
    from jak.screening import parse_stage
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    shares = as_mix(mix) if mix is not None else None
    interactive = sys.stdin.isatty() and sys.stdout.isatty() and not as_json
    with open_review(review) as opened:
        noticed = included_reports_noticed(opened, opened.snapshot())
        for one in noticed:
            if one.kind != "corrected":
                say(f"! {one.sentence}")
        if corrected := sum(one.kind == "corrected" for one in noticed):
            say(f"! CORRECTED: {counted(corrected, 'included report')}; `jak status` names them")
        if interactive:
            screen_by_keys(opened, reviewer_name(by), parse_stage(stage), mix=shares)
            return
        waiting = next_waiting(opened, reviewer_name(by), parse_stage(stage), mix=shares)
    if as_json:
        emit_json("screen next", waiting)
    else:
        waiting.show()


@screen.command()
def decide(
    report: Annotated[int, typer.Argument(help="Number of a report or record.")],
    verdict: Annotated[str, typer.Argument(metavar="include|exclude|maybe|awaiting|ongoing", help="Your vote.")],
    reason: Annotated[str, typer.Option(help="Exclusion reason, one of jak.toml's list.")] = "",
    note: Annotated[str, typer.Option(help="A remark kept with the vote.")] = "",
    stage: StageName = "abstract",
    key: Annotated[str, typer.Option(help="Idempotency key: the same key again stores nothing.", hidden=True)] = "",
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Vote on one report. When the command returns, the vote is on the disk."""
    from jak.screening import as_verdict, parse_stage, vote
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        done = vote(
            opened,
            report,
            as_verdict(verdict),
            reviewer=reviewer_name(by),
            stage=parse_stage(stage),
            reason=reason,
            note=note,
            key=key,
        )
    if as_json:
        emit_json("screen decide", done)
    else:
        emit(f"decision {done.event}: report {done.report} {done.verdict} ({done.stage}); it stands at {done.state}")


@screen.command()
def undo(
    decision: Annotated[int | None, typer.Argument(help="Number of a decision [default: your last].")] = None,
    why: Annotated[str, typer.Option(help="Needed for another person's decision; kept on record.")] = "",
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Take a decision back by one more event."""
    from jak.screening import last_decision
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakdb import screening

    with open_review(review) as opened:
        name = reviewer_name(by)
        number = decision if decision is not None else last_decision(opened.snapshot().decisions, name).id
        undone = screening.undo_decision(opened.store, number, by=name, why=why)
    if as_json:
        emit_json("screen undo", undone)
    else:
        emit(f"decision {undone.id} ({undone.verdict} on record {undone.record_id} by {undone.reviewer}) is taken back")


@screen.command()
def status(flow: FlowConvention = None, review: ReviewFolder = None, as_json: Json = False) -> None:
    """Progress by stage, conflicts, Cohen's kappa, and the PRISMA counts so far."""
    from jak.flow_counts import flow_counts, flow_rows
    from jak.flow_settings import as_convention
    from jak.screening import agreement_sentence, screening_status
    from jak.workspace import open_review

    convention = "once" if flow is None else as_convention(flow)
    with open_review(review) as opened:
        snapshot = opened.snapshot()
        found = screening_status(opened, snapshot)
        prisma = flow_counts(opened, snapshot, convention=convention)
    if as_json:
        emit_json("screen status", {"screening": found, "flow": prisma})
        return
    emit(
        f"{counted(found.reports, 'report')}, {found.removed} removed before screening, "
        f"{counted(found.reviewers_required, 'vote')} to settle one"
    )
    for title, counts in (("abstract", found.abstract), ("full text", found.fulltext), ("retrieval", found.retrieval)):
        said = ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in sorted(counts.items())) or "nothing yet"
        emit(f"{title}: {said}")
    for reviewer, votes in found.votes.items():
        emit(f"votes of {reviewer}: {', '.join(f'{n} {stage}' for stage, n in sorted(votes.items()))}")
    emit(f"open conflicts: {found.conflicts}")
    for kappa in found.agreement:
        emit(agreement_sentence(kappa))
    emit()
    emit_table(("PRISMA 2020 so far", "n"), flow_rows(prisma), right=(1,))


@screen.command()
def criteria(review: ReviewFolder = None, as_json: Json = False) -> None:
    """List the versions of the criteria, what each changed, and how many reports were decided under it.

    A version is kept when somebody decides under a text that is new. `jak search look-again` lists the reports that
    were decided under another text than jak.toml has now.
    """
    from jak.criteria import criteria_standing
    from jak.workspace import open_review

    with open_review(review) as opened:
        found = criteria_standing(opened, opened.snapshot())
    if as_json:
        emit_json("screen criteria", found)
        return
    for one in found.versions:
        emit(f"version {one.version}, first used {one.at:%Y-%m-%d} by {one.by}: {counted(one.reports, 'report')}")
        for change in one.changes:
            emit(f"  {change}")
    if found.unknown:
        emit(f"version unknown (decided before jak kept the criteria): {counted(found.unknown, 'report')}")
    if found.changes_now:
        emit("jak.toml reads otherwise; nobody has decided under it yet:")
        for change in found.changes_now:
            emit(f"  {change}")
    if not found.versions:
        say("No criteria are kept yet: the next decision keeps them.")


@screen.command()
def conflicts(review: ReviewFolder = None, by: As = None, as_json: Json = False) -> None:
    """List the reports on which the votes differ (blind: not those that still want your own vote)."""
    from jak.blinding import hidden_conflicts
    from jak.citing import cite
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakscreen import open_conflicts

    with open_review(review) as opened:
        snapshot = opened.snapshot()
        every = open_conflicts(snapshot.states)
        hidden = hidden_conflicts(snapshot, every, opened.settings.screening, reviewer_name(by))
    found = [c for c in every if c.report_id not in hidden]
    if hidden:
        say(f"{counted(len(hidden), 'conflict')} hidden until you have voted: `jak screen next`")
    if as_json:
        emit_json("screen conflicts", [{"conflict": c, "sentence": c.sentence} for c in found])
        return
    for c in found:
        emit(f"report {c.report_id} ({c.stage}): {c.sentence}; meanwhile {c.meanwhile}")
        emit(f"  {cite(snapshot.best(c.report_id))}")
    if not found:
        emit("No conflict is open to you." if hidden else "No conflict is open.")


@screen.command()
def resolve(
    report: Annotated[int, typer.Argument(help="Number of a report.")],
    verdict: Annotated[str, typer.Argument(metavar="include|exclude|awaiting|ongoing", help="What stands.")],
    why: Annotated[str, typer.Option(help="The ground, kept on record.")],
    reason: Annotated[str, typer.Option(help="Exclusion reason, one of jak.toml's list.")] = "",
    stage: Annotated[str, typer.Option(help="abstract or fulltext [default: where it stands].")] = "",
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Settle a conflict or a doubtful report, with its ground on record."""
    from jak.screening import as_verdict, parse_stage
    from jak.screening import resolve as settle
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        done = settle(
            opened,
            report,
            as_verdict(verdict),
            by=reviewer_name(by),
            stage=parse_stage(stage) if stage else None,
            reason=reason,
            note=why,
        )
    if as_json:
        emit_json("screen resolve", done)
    else:
        emit(f"decision {done.event}: report {done.report} stands at {done.state} ({done.stage})")


@screen.command()
def retrieval(
    status: Annotated[
        str, typer.Argument(metavar="sought|retrieved|not_retrieved", help="What became of the full text.")
    ],
    reports: Annotated[list[int], typer.Argument(help="Numbers of reports.")],
    note: Annotated[str, typer.Option(help="For example where it was asked for.")] = "",
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Note whether full texts were sought, retrieved or not."""
    from jak.screening import record_retrieval
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        done = record_retrieval(opened, reports, status, by=reviewer_name(by), note=note)
    if as_json:
        emit_json("screen retrieval", {"status": status, "reports": done})
    else:
        emit(f"{status}: {', '.join(map(str, done))}")


@screen.command()
def remove(
    reports: Annotated[list[int], typer.Argument(help="Numbers of reports.")],
    reason: Annotated[str, typer.Option(help="Why, kept on record.")],
    cause: Annotated[str, typer.Option(help="automation (marked ineligible by a tool) or other.")] = "other",
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Take reports out before screening (PRISMA counts them apart); `jak screen bring-back` undoes it."""
    from jak.parsing import parse_choice
    from jak.screening import removable
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakdb import screening

    word = parse_choice(cause, ("automation", "other"), option="--cause")
    with open_review(review) as opened:
        snapshot = opened.snapshot()
        rows = [(snapshot.best(removable(snapshot, n)).id, word, reason) for n in reports]
        events = screening.add_removals(opened.store, rows, by=reviewer_name(by))
    if as_json:
        emit_json("screen remove", {"events": events})
    else:
        emit(f"removed; `jak screen bring-back {events[0]}` takes {'it' if len(events) == 1 else 'the first'} back")


@screen.command()
def removals(review: ReviewFolder = None, as_json: Json = False) -> None:
    """List the reports removed before screening, with the number that `bring-back` takes."""
    from jak.workspace import open_review
    from jakscreen.events import in_force

    with open_review(review) as opened:
        snapshot = opened.snapshot()
    found = in_force(snapshot.removals, undo=lambda event: event.cause == "undo")
    if as_json:
        emit_json("screen removals", found)
        return
    emit_table(
        ("removal", "report", "cause", "reason", "by"),
        [(r.id, snapshot.report_of.get(r.record_id, "-"), r.cause, r.reason, r.by) for r in found],
        right=(0, 1),
    )


@screen.command()
def reports(
    which: Annotated[
        str,
        typer.Argument(
            metavar="WHICH",
            help="all, to-screen, conflict, to-retrieve, not-retrieved, to-assess, included, excluded, …",
        ),
    ],
    review: ReviewFolder = None,
    as_json: Json = False,
) -> None:
    """List the reports that stand somewhere, with their numbers."""
    from jak.citing import cite
    from jak.notices import noticed_reports
    from jak.screening import reports_that_are
    from jak.workspace import open_review

    with open_review(review) as opened:
        snapshot = opened.snapshot()
        found = reports_that_are(snapshot, which)
        noticed: dict[int, list[str]] = {}
        for one in noticed_reports(opened, snapshot, found):
            noticed.setdefault(one.report, []).append(one.word)
    if as_json:
        rows = [
            {
                "report": r,
                "state": snapshot.states[r].abstract,
                "citation": cite(snapshot.best(r)),
                "notices": noticed.get(r, []),
            }
            for r in found
        ]
        emit_json("screen reports", rows)
        return
    marks = {r: f"! {', '.join(words)}: " for r, words in noticed.items()}
    emit_table(
        ("report", "abstract", "retrieval", "full text", "citation"),
        [
            (r, (s := snapshot.states[r]).abstract, s.retrieval, s.fulltext, marks.get(r, "") + cite(snapshot.best(r)))
            for r in found
        ],
        right=(0,),
    )


@screen.command("bring-back")
def bring_back(
    removal: Annotated[int, typer.Argument(help="Number of the removal.")],
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Undo a removal."""
    from jak.settings import reviewer_name
    from jak.workspace import open_review
    from jakdb import screening

    with open_review(review) as opened:
        undone = screening.undo_removal(opened.store, removal, by=reviewer_name(by))
    if as_json:
        emit_json("screen bring-back", undone)
    else:
        emit(f"record {undone.record_id} is back")


@screen.command()
def stop(
    context: typer.Context,
    rule: Annotated[
        str | None,
        typer.Argument(
            help='The rule by which reading ended, put on record; "" takes the stop back [default: ask for advice].'
        ),
    ] = None,
    stage: StageName = "abstract",
    target: Annotated[float, typer.Option(help="Advice: recall to be reached.")] = 0.95,
    confidence: Annotated[float, typer.Option(help="Advice: confidence of tests and bounds.")] = 0.95,
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Say whether reading may stop, by several rules side by side; or put on record that it did, and by which rule.

    Without RULE it advises on the abstract stage and changes nothing: it never stops by itself. With RULE a stage has
    ended before every report was read; the flow shows those on a line of their own.
    """
    from jak.screening import parse_stage
    from jak.settings import reviewer_name
    from jak.stop_advice import advice_payload, advise, print_advice, stopping_asked
    from jak.stop_record import only_advice, stop_in_force
    from jak.workspace import open_review
    from jakdb import screening

    at = parse_stage(stage)
    if rule is not None:
        only_advice([name for name in ("target", "confidence") if given(context, name)])
    with open_review(review) as opened:
        if rule is None:
            stopping_asked(at)
            advice = advise(opened, reviewer_name(by), target=target, confidence=confidence)
            if as_json:
                emit_json("screen stop", advice_payload(advice))
            else:
                print_advice(advice)
            return
        if not rule.strip():
            stop_in_force(opened.snapshot().stops, at)
        event = screening.add_stop(opened.store, at, rule.strip(), by=reviewer_name(by))
    if as_json:
        emit_json("screen stop", {"event": event, "stage": at, "rule": rule.strip()})
    else:
        emit("the stop is taken back" if not rule.strip() else f"stopped: {rule.strip()}")
        if rule.strip():
            say("Stopping early departs from Cochrane's standards and must be reported; the report says so.")


@screen.command()
def log(
    report: Annotated[int | None, typer.Argument(help="Only this report.")] = None,
    unblind: Unblind = False,
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """List every decision event with its number, in order; blind, others' votes on open reports are hidden."""
    from jak.blinding import hidden_decisions
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        snapshot = opened.snapshot()
        hidden = hidden_decisions(snapshot, opened.settings.screening, reviewer_name(by))
    wanted = None if report is None else set(snapshot.members[snapshot.report(report)])
    listed = [d for d in snapshot.decisions if wanted is None or d.record_id in wanted]
    found = [d for d in listed if unblind or d.id not in hidden]
    if len(found) < len(listed):
        say(f"{counted(len(listed) - len(found), 'event')} of other reviewers hidden while blind; --unblind shows them")
    if as_json:
        emit_json("screen log", found)
        return
    undone = {d.undoes: d.id for d in found if d.kind == "undo"}
    emit_table(
        ("event", "at", "record", "stage", "kind", "by", "verdict", "reason", "note", ""),
        [
            (
                d.id,
                f"{d.at:%Y-%m-%d %H:%M:%S}",
                d.record_id,
                d.stage,
                d.kind,
                d.reviewer,
                d.verdict,
                d.reason,
                d.note,
                f"undone by {undone[d.id]}" if d.id in undone else (f"undoes {d.undoes}" if d.undoes else ""),
            )
            for d in found
        ],
        right=(0, 2),
    )


@screen.command()
def why(
    report: Annotated[int, typer.Argument(help="Number of a report.")],
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Say what raises or lowers a report in your order: its words, and the reports that you have decided on."""
    from jak.screen_session import explain_rank
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        found = explain_rank(opened, report, reviewer_name(by))
    if as_json:
        emit_json("screen why", {"note": found.note, "why": found})
        return
    emit(f"report {found.report}: place {found.place} of {found.of}, score {found.score:.3f}; {found.note}")
    if terms := (*found.raises, *found.lowers):
        emit_table(("term", "weight"), [(t.term, f"{t.weight:+.3f}") for t in terms], right=(1,))
    if near := (*found.like, *found.unlike):
        emit()
        emit_table(
            ("like", "report", "weight", "title"),
            [(n.known, n.report or "-", f"{n.weight:+.3f}", n.title) for n in near],
            right=(1, 2),
        )


@screen.command("export")
def export(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write: .csv (every event), .ris or .asreview.")
    ],
    only: Annotated[str, typer.Option(help="For all but CSV of jak: all, or included.")] = "all",
    tool: Annotated[
        str, typer.Option("--for", metavar="jak|rayyan|covidence|eppi|asreview", help="Who reads it.")
    ] = "jak",
    stage: StageName = "abstract",
    unblind: Unblind = False,
    review: ReviewFolder = None,
    by: As = None,
    as_json: Json = False,
) -> None:
    """Write the decisions: every event as CSV, the reports with their state as RIS, or what another tool reads."""
    from jak.exchange import export_decisions
    from jak.exchange_tools import TOOLS
    from jak.parsing import parse_choice
    from jak.screening import parse_stage
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    with open_review(review) as opened:
        reader = None if unblind else reviewer_name(by)
        which = parse_choice(only, ("all", "included"), option="--only")
        done = export_decisions(
            opened,
            output,
            only=which,
            reviewer=reader,
            tool=parse_choice(tool, ("jak", *TOOLS), option="--for"),
            stage=parse_stage(stage),
        )
    if as_json:
        emit_json("screen export", done)
    else:
        emit(f"{done.file}: {counted(done.rows, 'row')}")
    if done.hidden:
        say(f"{counted(done.hidden, 'event')} of other reviewers left out while blind; --unblind writes them")


@screen.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(help="Decisions: jak's, Rayyan's, Covidence's, EPPI-Reviewer's (CSV, RIS), or .asreview."),
    ],
    stage: StageName = "abstract",
    verdict: Annotated[
        str, typer.Option(metavar="include|exclude", help="For a list of what was included, or of what was excluded.")
    ] = "",
    review: ReviewFolder = None,
    by: As = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Bring in decisions made elsewhere; each unmatched row is named, the same file again adds nothing."""
    from jak.exchange import import_decisions
    from jak.screening import as_verdict, parse_stage
    from jak.settings import reviewer_name
    from jak.workspace import open_review

    said = as_verdict(verdict) if verdict else ""
    with open_review(review) as opened:
        done = import_decisions(
            opened, file, by=reviewer_name(by), stage=parse_stage(stage), verdict=said, dry_run=dry_run
        )
    if as_json:
        emit_json("screen import", done)
    else:
        emit(
            f"{file.name}: {counted(done.rows, 'row')}, {counted(done.stored, 'decision')} stored, "
            f"{done.known} known before, {done.unlabelled} without a decision, {len(done.problems)} not taken"
        )
        for problem in done.problems:
            say(f"not taken: {problem}")
    if done.problems:
        raise typer.Exit(4)
