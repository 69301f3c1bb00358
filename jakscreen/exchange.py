"""Write decisions to a table and read them back, from our own tables and from those of other tools.

Our table has one row a decision:

=============================  =====================================================================================
column                         what
=============================  =====================================================================================
record_id, report_id           numbers in the store that wrote it
database, accession            where the record was found, and what the database calls it
pmid, doi, title               of the record
stage                          ``abstract`` or ``fulltext``
reviewer                       a person, or ``automation: …``
verdict                        ``include``, ``exclude``, ``maybe``; at full text also ``awaiting``, ``ongoing``
reason, note                   exclusion reason, or ground of a resolution; free text
at                             when it was decided, ISO 8601
kind                           ``vote`` or ``resolution``
=============================  =====================================================================================
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from jakdb.cells import guarded_cell
from jakdb.errors import UsageError
from jakdb.words import ABSTRACT, FULLTEXT, Decision, Record, Stage, Verdict
from jakscreen.dialects import LIST_VERDICT, MARK, READERS, Dialect, RowError, dialect_of, facts_of, table_rows
from jakscreen.matching import Match, UnmatchedError
from jakscreen.status import decisions_in_force

__all__ = [
    "COLUMNS",
    "Problem",
    "ReadDecision",
    "ReadDecisions",
    "decision_notes",
    "decisions_of_rows",
    "export_rows",
    "read_decisions",
    "write_decisions",
]

COLUMNS = (
    "record_id",
    "report_id",
    "database",
    "accession",
    "pmid",
    "doi",
    "title",
    "stage",
    "reviewer",
    "verdict",
    "reason",
    "note",
    "at",
    "kind",
)

_VERDICTS: Mapping[str, Verdict] = {
    "include": "include",
    "exclude": "exclude",
    "maybe": "maybe",
    "awaiting": "awaiting",
    "ongoing": "ongoing",
    "included": "include",
    "excluded": "exclude",
    "undecided": "maybe",
}
_STAGES: Mapping[str, Stage] = {
    **dict.fromkeys(("abstract", "title/abstract", "title and abstract"), ABSTRACT),
    **dict.fromkeys(("fulltext", "full text", "full-text"), FULLTEXT),
}


@dataclass(frozen=True, slots=True)
class ReadDecision:
    """One decision read from a table, matched to a record; `at` is ``None`` where the table does not say."""

    row: int
    record_id: int
    stage: Stage
    kind: Literal["vote", "resolution"]
    reviewer: str
    verdict: Verdict
    reason: str = ""
    note: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One row that could not be taken, and why."""

    row: int
    reason: str

    def __str__(self) -> str:
        """Return the sentence."""
        return f"row {self.row}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ReadDecisions:
    """What a table held; every row is in `decisions`, in `problems`, or in `unlabelled`.

    Attributes
    ----------
    dialect : str
        ``jak``, ``rayyan``, ``asreview``, ``covidence``, ``eppi``, ``labels`` (a column of 1 and 0) or ``list`` (one
        verdict for all rows).
    rows : int
        Rows of the table, without the heading and empty ones.
    unlabelled : tuple of int
        Rows that say nothing yet: not seen, or no label.
    """

    dialect: Dialect
    rows: int
    decisions: tuple[ReadDecision, ...]
    problems: tuple[Problem, ...]
    unlabelled: tuple[int, ...]


def export_rows(
    decisions: Iterable[Decision], records: Mapping[int, Record], members: Mapping[int, Sequence[int]]
) -> list[dict[str, str]]:
    """Return the decisions that nobody took back as rows of our table, in the order in which they were taken.

    A vote that was changed later stands before the one that replaced it. Decisions on records that `records` does not
    hold keep their row, with what is known: the record id.
    """
    home = {record: report for report, ids in members.items() for record in ids}
    rows = []
    for d in decisions_in_force(decisions):
        record = records.get(d.record_id, Record(id=d.record_id))
        rows.append(
            {
                "record_id": str(d.record_id),
                "report_id": str(home.get(d.record_id, "")),
                "database": record.database,
                "accession": record.accession,
                "pmid": record.pmid,
                "doi": record.doi,
                "title": record.title,
                "stage": d.stage,
                "reviewer": d.reviewer,
                "verdict": d.verdict,
                "reason": d.reason,
                "note": d.note,
                "at": d.at.isoformat(),
                "kind": d.kind,
            }
        )
    return rows


def write_decisions(rows: Iterable[Mapping[str, str]]) -> str:
    r"""Return rows as CSV with a heading; cells that a spreadsheet would run as formulas are guarded.

    Examples
    --------
    >>> write_decisions([]).split(",")[:3]
    ['record_id', 'report_id', 'database']
    """
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: guarded_cell(cell) for name, cell in row.items()} for row in rows)
    return stream.getvalue()


def decision_notes(decisions: Iterable[Decision]) -> dict[int, tuple[str, ...]]:
    """Return the decisions that nobody took back as notes, by record id, for a format with free notes (RIS's ``N1``).

    A note is ``JAK-DECISION:`` and a JSON object with stage, reviewer, verdict, reason, note, at and kind on one line;
    `decisions_of_rows` reads it back.

    Examples
    --------
    >>> vote = Decision(1, 7, "abstract", "vote", "ada", "include", "", "", datetime(2026, 11, 20, 12, tzinfo=UTC))
    >>> decision_notes([vote])[7][0][:57]
    'JAK-DECISION: {"stage": "abstract", "reviewer": "ada", "v'
    """
    notes: dict[int, tuple[str, ...]] = {}
    for d in decisions_in_force(decisions):
        said = {"stage": d.stage, "reviewer": d.reviewer, "verdict": d.verdict, "reason": d.reason}
        said |= {"note": d.note, "at": d.at.isoformat(), "kind": d.kind}
        line = f"{MARK} {json.dumps(said, ensure_ascii=False)}"
        notes[d.record_id] = (*notes.get(d.record_id, ()), line)
    return notes


def read_decisions(
    text: str,
    match: Match,
    *,
    name: str = "the file",
    stage: Stage = ABSTRACT,
    reviewer: str = "",
    verdict: str = "",
) -> ReadDecisions:
    r"""Read decisions from a table (comma, semicolon or tab): ours, another tool's, or one with a label column.

    Record ids are read from our own tables only: in another tool's table the same heading means another number.

    Parameters
    ----------
    text : str
        The whole table, decoded.
    match : callable
        What `jakscreen.matching.matcher` returns.
    name : str
        Name of the file, for the sentences.
    stage, reviewer, verdict : str
        For rows that do not say.

    Raises
    ------
    InputError
        If the table is empty, cannot be parsed, or holds no column of decisions.
    UsageError
        If a table without reviewers is read and `reviewer` is empty.

    Examples
    --------
    >>> from jakscreen.matching import matcher
    >>> find = matcher([Record(title="Ruxolitinib in alopecia", pmid="123", id=1)])
    >>> found = read_decisions("pmid,included\n123,1\n99,0\n123,-1\n", find, reviewer="ada")
    >>> [(d.record_id, d.verdict) for d in found.decisions], found.unlabelled
    ([(1, 'include')], (4,))
    >>> print(*found.problems)
    row 3: no record has the PMID 99
    """
    rows, long = table_rows(text, name)
    problems = [Problem(row, reason) for row, reason in long]
    rows = [(number, {**row, LIST_VERDICT: verdict}) for number, row in rows] if verdict else rows
    return decisions_of_rows(rows, match, name=name, stage=stage, reviewer=reviewer, problems=problems)


def decisions_of_rows(
    rows: Sequence[tuple[int, Mapping[str, str]]],
    match: Match,
    *,
    name: str = "the file",
    stage: Stage = ABSTRACT,
    reviewer: str = "",
    problems: Iterable[Problem] = (),
    ids: Mapping[int, int] | None = None,
    ordered: bool = False,
) -> ReadDecisions:
    """Read decisions from numbered rows, for tables that were parsed elsewhere (a RIS file, a spreadsheet).

    Where it is known which record each row is (`ids`: row to record id, from an import of the same file), nothing is
    matched.

    Rows of a foreign table have no order, so that two verdicts of one reviewer on one record clash; with `ordered`,
    the later row is a vote that was changed.

    Headings are lower case with underscores. A reference of a RIS file gives its notes, joined by ``" | "``, under
    ``notes``: our own ``JAK-DECISION``, Rayyan's ``RAYYAN-INCLUSION`` and ASReview's ``ASReview_relevant`` are read
    there.
    """
    refused = list(problems)
    count = len(rows) + len({problem.row for problem in refused})
    dialect = dialect_of(rows, name)
    taken: list[ReadDecision] = []
    unlabelled: list[int] = []
    heard: dict[tuple[int, str, str], ReadDecision] = {}
    for number, row in rows:
        try:
            said = list(READERS[dialect](row, stage, reviewer))
            if not said:
                unlabelled.append(number)
                continue
            record_id = ids[number] if ids is not None else match(facts_of(row, own=dialect == "jak"))
            found = [_decision(number, record_id, fields) for fields in said]
            if dialect != "jak" and not ordered:  # a foreign table has no order of events: two verdicts clash
                foreign = [d for d, fields in zip(found, said, strict=True) if "own" not in fields]
                _refuse_clash(foreign, heard)
                heard |= {(d.record_id, d.stage, d.reviewer): d for d in foreign}
            taken += found
        except UnmatchedError as error:
            refused.append(Problem(number, str(error)))
        except RowError as error:
            if error.is_usage:
                raise UsageError(f"{name}: {error}", hint="name the reviewer whose decisions they are") from None
            refused.append(Problem(number, str(error)))
    return ReadDecisions(dialect, count, tuple(taken), tuple(sorted(refused, key=lambda p: p.row)), tuple(unlabelled))


def _refuse_clash(found: Iterable[ReadDecision], heard: Mapping[tuple[int, str, str], ReadDecision]) -> None:
    """Raise if a reviewer said something else of the same record in an earlier row."""
    for d in found:
        before = heard.get((d.record_id, d.stage, d.reviewer), d)
        if before.verdict != d.verdict:
            raise RowError(
                f"{d.reviewer} says {d.verdict}, but {before.verdict} in row {before.row} of the same record"
            )


def _decision(row: int, record_id: int, fields: Mapping[str, str]) -> ReadDecision:
    """Check the words of a decision."""
    verdict = _VERDICTS.get(fields["verdict"].strip().lower())
    stage = _STAGES.get(fields["stage"])
    if verdict is None:
        known = "include, exclude, maybe, awaiting, ongoing"
        raise RowError(f"the verdict is {fields['verdict'].strip()!r}; it must be one of {known}")
    if stage is None:
        raise RowError(f"the stage is {fields['stage']!r}; it must be abstract or fulltext")
    if stage == ABSTRACT and verdict in ("awaiting", "ongoing"):
        raise RowError(f"{verdict} exists at full text only")
    if fields["kind"] == "undo":
        raise RowError("an undo names an event of the store that wrote it and cannot be read elsewhere")
    if fields["kind"] not in ("vote", "resolution"):
        raise RowError(f"the kind is {fields['kind']!r}; it must be vote or resolution")
    if not fields["reviewer"]:
        raise RowError("it does not say who decided")
    kind: Literal["vote", "resolution"] = "resolution" if fields["kind"] == "resolution" else "vote"
    reason, note = fields.get("reason", "").strip(), fields.get("note", "").strip()
    at = _time(fields.get("at", "").strip())
    return ReadDecision(row, record_id, stage, kind, fields["reviewer"], verdict, reason, note, at)


def _time(text: str) -> datetime | None:
    """Read a time in ISO 8601 or seconds since 1970; one without a zone is taken as UTC."""
    if not text or text.lower() in ("nan", "nat", "none"):
        return None
    try:
        if re.fullmatch(r"\d{9,}|\d+\.\d+", text):  # eight digits are a date
            return datetime.fromtimestamp(float(text), UTC)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise RowError(f"the time is {text!r}; write it as 2026-11-20T09:30:00+00:00") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
