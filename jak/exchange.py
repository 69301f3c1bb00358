"""Write decisions for other tools, and bring theirs in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jakdb.errors import UsageError
from jakdb.words import ABSTRACT, RawRecord, Reject, Stage

if TYPE_CHECKING:
    from jak.workspace import Review, Snapshot
    from jakdb import screening
    from jakscreen.exchange import ReadDecisions
    from jakscreen.matching import Match

__all__ = ["DecisionsImported", "Exported", "export_decisions", "import_decisions", "import_own_decisions"]


@dataclass(frozen=True, slots=True)
class DecisionsImported:
    """The account of an import of decisions: every row is stored, known, unlabelled or a problem."""

    rows: int
    stored: int
    known: int
    unlabelled: int
    problems: tuple[str, ...]
    dialect: str
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and how many events of others were left out while blind."""

    file: Path
    rows: int
    hidden: int


def export_decisions(
    review: Review,
    output: Path,
    *,
    only: str = "all",
    reviewer: str | None = None,
    tool: str = "jak",
    stage: Stage = ABSTRACT,
) -> Exported:
    """Write every decision in force as CSV, each report with its state as RIS, or what another tool reads.

    Parameters
    ----------
    reviewer : str, optional
        For whom it is written: blind, other reviewers' votes on open reports are left out; ``None`` writes all.
    tool : str
        ``jak``, or one of `exchange_tools.TOOLS`; the ending ``.asreview`` means ASReview.
    stage : str
        Whose verdicts stand in the other tool's own words; the decisions of both stages go along in notes.
    """
    from jak.blinding import hidden_decisions  # noqa: PLC0415
    from jak.files import write_whole  # noqa: PLC0415
    from jakscreen.exchange import decision_notes, export_rows, write_decisions  # noqa: PLC0415
    from jaksearch.formats.write import to_ris  # noqa: PLC0415

    snapshot = review.snapshot()
    settings = review.settings.screening
    hidden = hidden_decisions(snapshot, settings, reviewer) if reviewer is not None else frozenset()
    shown = [d for d in snapshot.decisions if d.id not in hidden]
    ending = output.suffix.lower()
    if tool != "jak" or ending == ".asreview":
        from jak.exchange_tools import for_tool  # noqa: PLC0415

        written = for_tool(
            "asreview" if ending == ".asreview" and tool == "jak" else tool,
            review,
            snapshot,
            shown=shown,
            stage=stage,
            ending=ending,
            only=only,
            name=output.name,
            reviewer=reviewer,
        )
        write_whole(output, written.content)
        return Exported(output, written.rows, len(hidden))
    if ending == ".csv":
        rows = export_rows(shown, snapshot.records, snapshot.members)
        write_whole(output, write_decisions(rows))
        return Exported(output, len(rows), len(hidden))
    if ending != ".ris":
        raise UsageError(f"{output.name} is no format for decisions", hint="end the name with .csv, .ris or .asreview")
    from jak.exchange_tools import told_states  # noqa: PLC0415

    votes = decision_notes(shown)
    blocks = []
    for report, state in told_states(snapshot, review, shown).items():
        if only == "included" and not state.is_included:
            continue
        notes = [f"jak report {report}", f"jak abstract: {state.abstract}"]
        notes += [f"jak full text: {state.fulltext}"] if state.fulltext else []
        reason = state.fulltext_reason or state.abstract_reason
        notes += [f"jak reason: {reason}"] if reason else []
        notes += [note for record in snapshot.members[report] for note in votes.get(record, ())]
        blocks.append(to_ris(snapshot.best(report), notes=notes))
    write_whole(output, "".join(blocks))
    return Exported(output, len(blocks), len(hidden))


def import_decisions(
    review: Review, path: Path, *, by: str, stage: Stage = ABSTRACT, verdict: str = "", dry_run: bool = False
) -> DecisionsImported:
    """Store the decisions of a CSV, RIS or ASReview file that can be matched; the same row counts once.

    Parameters
    ----------
    verdict : str
        For rows that do not say: the file is the list of what was included, or of what was excluded.
    """
    from jak.reading import read_text  # noqa: PLC0415
    from jakscreen.exchange import decisions_of_rows, read_decisions  # noqa: PLC0415
    from jakscreen.matching import matcher  # noqa: PLC0415

    snapshot = review.snapshot()
    match = matcher(snapshot.records.values(), snapshot.members)
    if path.suffix.lower() == ".asreview":
        from jakscreen.asreview_file import project_rows, read_asreview  # noqa: PLC0415

        projects = list(project_rows(read_asreview(path)))
        found = decisions_of_rows(projects, match, name=path.name, stage=stage, reviewer=by, ordered=True)
        return _store(review, snapshot, found, by=by, dry_run=dry_run)
    text = read_text(path)
    if path.suffix.lower() == ".ris" or text.lstrip().startswith("TY  -"):
        found = _from_ris(text, match, name=path.name, stage=stage, reviewer=by, verdict=verdict)
    else:
        found = read_decisions(text, match, name=path.name, stage=stage, reviewer=by, verdict=verdict)
    return _store(review, snapshot, found, by=by, dry_run=dry_run)


def import_own_decisions(
    review: Review, path: Path, *, by: str, format_name: str | None = None, columns: Mapping[str, str] | None = None
) -> DecisionsImported:
    """Store the decisions that stand beside the records of a file that was imported: each row's record is known."""
    from jakdb import imports  # noqa: PLC0415
    from jakscreen.exchange import Problem, decisions_of_rows  # noqa: PLC0415
    from jaksearch.formats import open_exports  # noqa: PLC0415

    files = {f.sha256: f.id for f in imports.files(review.store) if not f.undone}
    rows: list[tuple[int, Mapping[str, str]]] = []
    problems: list[Problem] = []
    ids: dict[int, int] = {}
    before = 0
    with open_exports(path, format=format_name, columns=columns) as exports:
        for export in exports:
            number = files.get(export.sha256)
            places = imports.sightings(review.store) if number is not None else ()
            known = {s.number: s.record_id for s in places if s.file_id == number}
            for raw in export:
                row = before + raw.number
                if isinstance(raw, RawRecord) and raw.number in known:
                    ids[row] = known[raw.number]
                    rows.append((row, _labels(raw, export.format)))
                else:
                    problems.append(Problem(row, raw.reason if isinstance(raw, Reject) else "it was not imported"))
            before += export.records
    nobody: Match = lambda _: 0  # noqa: E731 - every row's record is known
    found = decisions_of_rows(rows, nobody, name=path.name, reviewer=by, problems=problems, ids=ids)
    return _store(review, review.snapshot(), found, by=by, dry_run=False)


def _labels(raw: RawRecord, format_name: str) -> dict[str, str]:
    """Return a record's fields under the headings that decisions are looked for in."""
    if format_name == "ris":
        return {"notes": " | ".join(value for tag, value in raw.fields if tag in ("N1", "RN", "NO"))}
    row: dict[str, str] = {}
    for key, value in raw.fields:
        heading = "_".join(key.lower().split())
        row[heading] = f"{row[heading]} | {value}" if heading in row else value
    return row


def _store(review: Review, snapshot: Snapshot, found: ReadDecisions, *, by: str, dry_run: bool) -> DecisionsImported:
    """Store what was read, but for what stands already and what the rules of screening refuse."""
    from jakdb import screening  # noqa: PLC0415
    from jakscreen import decisions_in_force  # noqa: PLC0415

    # A decision is known again by what it says, so that the same table saved anew adds nothing either.
    keys = [
        hashlib.sha256(
            "|".join(map(str, (d.record_id, d.stage, d.kind, d.reviewer, d.verdict, d.reason, d.note, d.at))).encode()
        ).hexdigest()
        for d in found.decisions
    ]
    standing: set[tuple[object, ...]] = set()
    for d in decisions_in_force(snapshot.decisions):
        said = (d.record_id, d.stage, d.kind, d.reviewer, d.verdict, d.reason, d.note)
        standing |= {said, (*said, d.at.replace(microsecond=0))}
    new: list[screening.NewDecision] = []
    problems = list(map(str, found.problems))
    # Abstracts first: a full-text vote in the same file stands on them.
    for r, key in sorted(zip(found.decisions, keys, strict=True), key=lambda pair: pair[0].stage != ABSTRACT):
        who = r.reviewer or by
        # A row with its time is known by its time too: an earlier vote that was changed later is no new vote.
        when = (r.at.replace(microsecond=0),) if r.at else ()
        if (r.record_id, r.stage, r.kind, who, r.verdict, r.reason, r.note, *when) in standing:
            continue
        made = screening.NewDecision(r.record_id, r.stage, who, r.verdict, r.reason, r.note, r.kind, key, r.at)
        refused = _refusal(review, snapshot, made, new)
        if refused:
            problems.append(f"row {r.row}: {refused}")
        else:
            new.append(made)
    before = len(snapshot.decisions)
    if new and not dry_run:
        screening.add_decisions(review.store, new, criteria=review.settings.criteria)
    stored = len(new) if dry_run else len(screening.decisions(review.store)) - before
    return DecisionsImported(
        rows=found.rows,
        stored=stored,
        known=len(found.decisions) - stored - (len(problems) - len(found.problems)),
        unlabelled=len(found.unlabelled),
        problems=tuple(problems),
        dialect=found.dialect,
        dry_run=dry_run,
    )


def _refusal(
    review: Review, snapshot: Snapshot, new: screening.NewDecision, earlier: Sequence[screening.NewDecision]
) -> str:
    """Say why a decision made elsewhere cannot stand here by the rules of `jak screen decide`; empty if it can."""
    from jak.screening import check_reason  # noqa: PLC0415

    if new.stage == ABSTRACT:
        return ""
    report = snapshot.report_of[new.record_id]
    state = snapshot.states[report]
    here = [e for e in earlier if snapshot.report_of[e.record_id] == report and e.stage == ABSTRACT]
    if state.abstract != "include" and not any(e.verdict != "exclude" for e in here):
        return f"report {report} is not included at the abstract stage, so it has no full-text decision"
    if state.retrieval == "not_retrieved":
        return f"the full text of report {report} is noted as not retrieved"
    try:
        check_reason(review.settings, new.stage, new.verdict, new.reason)
    except UsageError as error:
        return f"{error} ({error.hint})"
    return ""


def _from_ris(text: str, match: Match, *, name: str, stage: Stage, reviewer: str, verdict: str = "") -> ReadDecisions:
    """Read the decisions that stand in the notes of a RIS file."""
    from jakscreen.dialects import LIST_VERDICT  # noqa: PLC0415
    from jakscreen.exchange import Problem, decisions_of_rows  # noqa: PLC0415
    from jaksearch.formats import read_ris  # noqa: PLC0415
    from jaksearch.normalise import normalise  # noqa: PLC0415

    rows, problems = [], []
    for raw in read_ris(text):
        if not isinstance(raw, RawRecord):
            problems.append(Problem(raw.number, raw.reason))
            continue
        record = normalise(raw, format="ris")
        notes = " | ".join(value for tag, value in raw.fields if tag in ("N1", "RN", "NO"))
        year = str(record.year or "")
        facts = {"title": record.title, "doi": record.doi, "pmid": record.pmid, "year": year, "notes": notes}
        facts |= {LIST_VERDICT: verdict} if verdict else {}
        rows.append((raw.number, facts))
    return decisions_of_rows(rows, match, name=name, stage=stage, reviewer=reviewer, problems=problems)
