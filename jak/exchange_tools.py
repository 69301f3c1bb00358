"""Reports with their decisions as Rayyan, Covidence, EPPI-Reviewer and ASReview read them.

Each file says in its tool's own words where the reports stand at one stage, and carries every decision in a note that
`jak screen import` reads back: what a tool has no word for is not lost, and what comes back unchanged is no new vote.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jakdb.errors import UsageError
from jakdb.words import ABSTRACT, FULLTEXT, Decision, Record, Stage

if TYPE_CHECKING:
    from jak.workspace import Review, Snapshot
    from jakdb.asreview import ProjectLabel
    from jakscreen import ReportState

__all__ = ["TOOLS", "Written", "for_tool", "told_states"]

TOOLS: Mapping[str, tuple[str, ...]] = {
    "rayyan": (".csv",),
    "covidence": (".csv",),
    "eppi": (".ris",),
    "asreview": (".asreview",),
}
"""Tool -> the endings of the files that it is written."""

_RAYYAN = {"include": "Included", "exclude": "Excluded", "maybe": "Maybe"}
_RAYYAN_COLUMNS = (
    "key", "title", "year", "journal", "issn", "volume", "issue", "pages", "authors", "url", "language", "abstract",
    "notes", "doi", "pubmed_id", "keywords",
)  # fmt: skip
_COVIDENCE_COLUMNS = (
    "Title", "Authors", "Abstract", "Published Year", "Published Month", "Journal", "Volume", "Issue", "Pages",
    "Accession Number", "DOI", "Ref", "Covidence #", "Study", "Notes", "Tags",
)  # fmt: skip
_TAGS = {"awaiting": "Awaiting Classification", "ongoing": "Ongoing Study"}


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the file, and how many reports it holds."""

    content: str | bytes
    rows: int


def for_tool(
    tool: str,
    review: Review,
    snapshot: Snapshot,
    *,
    shown: Sequence[Decision],
    stage: Stage,
    ending: str,
    only: str,
    name: str,
    reviewer: str | None = None,
) -> Written:
    """Return the reports, none removed, as a tool reads them.

    Parameters
    ----------
    shown : sequence of Decision
        The events that may be told; where a report stands counts as far as these say.
    only : str
        ``all``, or ``included`` (at the last stage reached).
    reviewer : str, optional
        In whose order ASReview shows what has no label, until it has learnt its own.

    Raises
    ------
    UsageError
        If the tool is not known or reads no file of that ending.
    """
    if tool not in TOOLS:
        raise UsageError(f"--for {tool}: not known", hint=f"one of: jak, {', '.join(TOOLS)}")
    if ending not in TOOLS[tool]:
        raise UsageError(f"{name}: {tool} does not read that", hint=f"end the name with {' or '.join(TOOLS[tool])}")
    from jakscreen.exchange import decision_notes  # noqa: PLC0415

    told = told_states(snapshot, review, shown)
    by_record = decision_notes(shown)
    reports = [
        _Report(
            number,
            snapshot.best(number),
            _verdict(told, number, stage),
            _votes(shown, snapshot, number, stage),
            tuple(note for record in snapshot.members[number] for note in by_record.get(record, ())),
            told[number].fulltext_reason if stage == FULLTEXT else told[number].abstract_reason,
        )
        for number, state in snapshot.states.items()
        if not state.removed and (only != "included" or told[number].is_included)
    ]
    if tool == "rayyan":
        return Written(_csv(_RAYYAN_COLUMNS, [_rayyan(one, stage) for one in reports]), len(reports))
    if tool == "covidence":
        return Written(_csv(_COVIDENCE_COLUMNS, [_covidence(one, stage) for one in reports]), len(reports))
    if tool == "eppi":
        return Written("".join(_eppi(one, stage) for one in reports), len(reports))
    return Written(_asreview(review, reports, stage, name, reviewer), len(reports))


@dataclass(frozen=True, slots=True)
class _Report:
    """A report with what is told of it: its verdict, the last vote of each reviewer, every decision as a note."""

    number: int
    record: Record
    verdict: str
    votes: tuple[Decision, ...]
    notes: tuple[str, ...]
    reason: str


def told_states(snapshot: Snapshot, review: Review, shown: Sequence[Decision]) -> Mapping[int, ReportState]:
    """Return where the reports stand as far as the decisions that may be told say."""
    from jakdb import members  # noqa: PLC0415
    from jakscreen.status import report_states  # noqa: PLC0415

    return report_states(
        snapshot.members,
        shown,
        snapshot.retrievals,
        snapshot.removals,
        reviewers_required=review.settings.screening.reviewers_required,
        merges=members.merge_events(review.store),
    )


def _verdict(states: Mapping[int, ReportState], report: int, stage: Stage) -> str:
    """Return what a report is settled as; empty while it is open."""
    state = states[report]
    word = state.abstract if stage == ABSTRACT else state.fulltext
    return word if word in ("include", "exclude", "awaiting", "ongoing") else ""


def _votes(shown: Sequence[Decision], snapshot: Snapshot, report: int, stage: Stage) -> tuple[Decision, ...]:
    """Return the last vote of each reviewer that may be told."""
    may = {d.id for d in shown}
    last = {d.reviewer: d for d in snapshot.states[report].votes_at(stage) if d.id in may}
    return tuple(last[who] for who in sorted(last))


def _rayyan(one: _Report, stage: Stage) -> list[str]:
    """Return a row of Rayyan's CSV: each reviewer's last vote in its notes."""
    pairs = [
        (d.reviewer.replace("\\", "\\\\").replace('"', '\\"'), _RAYYAN[d.verdict])
        for d in one.votes
        if d.verdict in _RAYYAN
    ]
    notes = ["RAYYAN-INCLUSION: {" + ", ".join(f'"{who}"=>"{word}"' for who, word in pairs) + "}"] if pairs else []
    reasons = list(dict.fromkeys(d.reason for d in one.votes if d.verdict == "exclude" and d.reason))
    notes += [f"RAYYAN-EXCLUSION-REASONS: {','.join(reasons)}"] if reasons else []
    r = one.record
    return [
        f"jak-{one.number}", r.title, str(r.year or ""), r.journal, "; ".join(r.issn), r.volume, r.issue, r.pages,
        _people(r), r.url, r.language, r.abstract, " | ".join((*notes, *one.notes)), r.doi, r.pmid,
        "; ".join(r.keywords),
    ]  # fmt: skip


def _covidence(one: _Report, stage: Stage) -> list[str]:
    """Return a row as Covidence's lists have it."""
    from jakscreen.dialects import sent_note  # noqa: PLC0415

    excluded = one.verdict == "exclude" and stage == FULLTEXT
    notes = [f"Exclusion reason: {one.reason}"] if excluded and one.reason else []
    notes += [sent_note(stage, one.verdict)] if one.verdict else []
    r = one.record
    return [
        r.title, _people(r), r.abstract, str(r.year or ""), "", r.journal, r.volume, r.issue, r.pages, r.accession,
        r.doi, str(one.number), "", _study(r), " | ".join((*notes, *one.notes)), _TAGS.get(one.verdict, ""),
    ]  # fmt: skip


def _eppi(one: _Report, stage: Stage) -> str:
    """Return a reference with screening codes in its notes, as EPPI-Reviewer's users name them."""
    from jakscreen.dialects import sent_note  # noqa: PLC0415
    from jaksearch.formats.write import to_ris  # noqa: PLC0415

    at = "full text" if stage == FULLTEXT else "title & abstract"
    code = {"include": f"INCLUDE on {at}", "exclude": f"EXCLUDE on {one.reason or at}"}.get(one.verdict)
    notes = [code] if code else []
    notes += [sent_note(stage, one.verdict)] if one.verdict else []
    return to_ris(one.record, notes=[*notes, *one.notes])


def _asreview(review: Review, reports: Sequence[_Report], stage: Stage, name: str, reviewer: str | None) -> bytes:
    """Return an ASReview project: settled reports are labelled, the others wait in the reviewer's order."""
    from jak.ordering import stored_order  # noqa: PLC0415
    from jakdb.asreview import ProjectRecord  # noqa: PLC0415
    from jakscreen.asreview_file import project_bytes  # noqa: PLC0415

    now = review.store.now()
    records = [
        ProjectRecord(
            number=place,
            title=one.record.title or one.record.translated_title,
            abstract=one.record.abstract,
            authors=tuple(map(str, one.record.authors)),
            keywords=(*one.record.keywords, *one.record.mesh),
            year=one.record.year,
            doi=one.record.doi,
            url=one.record.url or (f"https://pubmed.ncbi.nlm.nih.gov/{one.record.pmid}/" if one.record.pmid else ""),
            label=_label(one, stage),
        )
        for place, one in enumerate(reports)
    ]
    order = stored_order(review, reviewer, stage) if reviewer else None
    rank = {report: at for at, report in enumerate(order.reports if order else ())}
    places = sorted(range(len(reports)), key=lambda place: rank.get(reports[place].number, len(rank)))
    waiting = [place for place in places if records[place].label is None]
    title = review.settings.title or name.removesuffix(".asreview")
    return project_bytes(records, name=title, created=int(now.timestamp()), order=waiting)


def _label(one: _Report, stage: Stage) -> ProjectLabel | None:
    """Return the label of a report, with its decisions as a note; none if nobody has decided anything.

    ASReview has one label a record: 0 if the report is excluded or all votes so far exclude it, and else 1.
    """
    from jakdb.asreview import ProjectLabel  # noqa: PLC0415
    from jakscreen.dialects import sent_note  # noqa: PLC0415

    if not one.notes:
        return None
    open_ = not one.verdict
    excluded = one.verdict == "exclude" or (open_ and all(d.verdict == "exclude" for d in one.votes))
    at = max((d.at.timestamp() for d in one.votes), default=None)
    sent = sent_note(stage, "exclude" if excluded else "include")
    return ProjectLabel(0 if excluded else 1, at, " | ".join((sent, *one.notes)))


def _csv(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows as CSV; cells that a spreadsheet would run as formulas are guarded."""
    from jakdb.cells import guarded_cell  # noqa: PLC0415

    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows([guarded_cell(cell) for cell in row] for row in rows)
    return stream.getvalue()


def _people(record: Record) -> str:
    """Return the authors in one line."""
    return "; ".join(map(str, record.authors))


def _study(record: Record) -> str:
    """Return what Covidence calls a study: first author and year."""
    first = str(record.authors[0]).split(",")[0] if record.authors else ""
    return " ".join(filter(None, (first, str(record.year or ""))))
