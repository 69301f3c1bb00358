"""How other tools, and our own tables, write down who decided what: one small reader a dialect."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from jakdb.cells import bare_cell
from jakdb.errors import InputError
from jakdb.words import FULLTEXT, Stage

__all__ = [
    "LABEL_COLUMNS",
    "LIST_VERDICT",
    "MARK",
    "READERS",
    "SENT",
    "Dialect",
    "Fields",
    "RowError",
    "dialect_of",
    "facts_of",
    "sent_note",
    "table_rows",
]

Fields = Mapping[str, str]
"""stage, kind, reviewer, verdict, reason, note and at of one decision, as written."""

Reader = Callable[[Mapping[str, str], Stage, str], Iterator[Fields]]

Dialect = Literal["jak", "rayyan", "asreview", "covidence", "eppi", "labels", "list"]

LABEL_COLUMNS = (
    "label_included",
    "included",
    "included_label",
    "final_included",
    "included_final",
    "included_flag",
    "label",
    "include",
)
"""Headings under which tools keep a 1, 0 or -1 (not seen)."""

_LABELS = {"1": "include", "1.0": "include", "0": "exclude", "0.0": "exclude"} | {
    word: verdict
    for words, verdict in (
        ("yes true include included relevant", "include"),
        ("no false exclude excluded irrelevant", "exclude"),
    )
    for word in words.split()
}
_UNSEEN = ("", "-1", "-1.0", "na", "nan", "none", "not seen")
_ALIASES = {
    "pmid": ("pmid", "pubmed_id", "pubmed"),
    "doi": ("doi", "url"),
    "title": ("title", "primary_title"),
    "year": ("year", "publication_year"),
    "database": ("database",),
    "accession": ("accession",),
}
_INCLUSION = re.compile(r'RAYYAN-INCLUSION:\s*\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\}', re.DOTALL)
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')
_REASONS = re.compile(r"RAYYAN-EXCLUSION-REASONS:\s*([^|]*)")
_REASON = re.compile(r"Exclusion reason:\s*([^;|\n]+)", re.IGNORECASE)
_CODE = re.compile(r"(?:^|\|)\s*(INCLUDE|EXCLUDE)\s+(?:based\s+)?on\s+([^|]*)")
_FULL = re.compile(r"full[- ]?(text|report)", re.IGNORECASE)
_ABSTRACTS = re.compile(r"title|abstract", re.IGNORECASE)
MARK = "JAK-DECISION:"
SENT = "JAK-SENT:"
"""Stands in a note with the verdict that jak wrote for another tool: what comes back unchanged is no new vote."""
LIST_VERDICT = "jak_list_verdict"
"""Field of a row under which the verdict stands that was given for the whole file."""
_SENT = re.compile(rf"{SENT} (abstract|fulltext) (\w+)")


class RowError(Exception):
    """A row that cannot be taken."""

    def __init__(self, reason: str, *, is_usage: bool = False) -> None:
        super().__init__(reason)
        self.is_usage = is_usage


def table_rows(text: str, name: str) -> tuple[list[tuple[int, dict[str, str]]], list[tuple[int, str]]]:
    """Return numbered rows by heading (the heading is row 1), and rows longer than the heading as problems."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise InputError(f"{name} is empty", hint="export the decisions again")
    line = text.lstrip().splitlines()[0]
    delimiter = max(",;\t", key=line.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    problems: list[tuple[int, str]] = []
    headings: list[str] = []
    number = 0
    try:
        for cells in table:
            number += 1
            if not any(cell.strip() for cell in cells):
                continue
            if not headings:
                headings = [re.sub(r"\s+", "_", cell.strip().lower()) for cell in cells]
                twice = sorted({h for h in headings if h and headings.count(h) > 1})
                if twice:
                    raise InputError(f"{name} has the heading {twice[0]!r} twice", hint="rename or remove one of them")
            elif any(cell.strip() for cell in cells[len(headings) :]):
                problems.append((number, f"it has {len(cells)} cells, the heading has {len(headings)}"))
            else:
                rows.append((number, dict(zip(headings, map(bare_cell, cells), strict=False))))
    except csv.Error as error:
        where = f"{name}: the table breaks off at line {table.line_num} (after row {number}): {error}"
        raise InputError(where, hint="save it again as CSV in UTF-8") from None
    return rows, problems


def dialect_of(rows: Sequence[tuple[int, Mapping[str, str]]], name: str) -> Dialect:
    """Return whose table it is."""
    headings = {heading for _, row in rows for heading in row}
    if "verdict" in headings:
        return "jak"
    if "asreview_label" in headings:
        return "asreview"
    notes = [row["notes"] for _, row in rows if "notes" in row]
    if any("RAYYAN-INCLUSION" in note for note in notes):
        return "rayyan"
    if any("ASReview_" in note for note in notes):
        return "asreview"
    if "covidence_#" in headings:
        return "covidence"
    if any(_CODE.search(_codes(row)) for _, row in rows):
        return "eppi"
    if any(MARK in note for note in notes):
        return "jak"
    if headings.intersection(LABEL_COLUMNS):
        return "labels"
    if LIST_VERDICT in headings:
        return "list"
    if not rows:
        raise InputError(f"{name} has a heading but no row", hint="export the decisions again")
    raise InputError(
        f"{name} has no column of decisions",
        hint=f"one of: verdict, asreview_label, {', '.join(LABEL_COLUMNS)}; or Rayyan's notes; "
        "if it is a list of what was included or excluded: --verdict include|exclude",
    )


def facts_of(row: Mapping[str, str], *, own: bool) -> dict[str, str]:
    """Return what tells which record a row means."""
    facts = {}
    for what, headings in _ALIASES.items():
        if any(heading in row for heading in headings):
            facts[what] = next((row[h] for h in headings if row.get(h, "").strip()), "")
    if own:
        facts["record_id"] = row.get("record_id", "")
    return facts


def _own_row(row: Mapping[str, str], stage: Stage, reviewer: str) -> Iterator[Fields]:
    """Read a row of our own table."""
    if MARK in row.get("notes", ""):
        yield from _own_notes(row["notes"], stage, reviewer)
        return
    if not any(row.get(column, "").strip() for column in ("verdict", "reason", "note", "at")):
        return
    yield {
        "stage": row.get("stage", "").strip().lower() or stage,
        "kind": row.get("kind", "").strip().lower() or "vote",
        "reviewer": row.get("reviewer", "").strip() or reviewer,
        "verdict": row.get("verdict", ""),
        "reason": row.get("reason", ""),
        "note": row.get("note", ""),
        "at": row.get("at", ""),
    }


def _own_notes(notes: str, stage: Stage, reviewer: str) -> Iterator[Fields]:
    """Read the decisions that our RIS files keep in notes."""
    for piece in notes.split(MARK)[1:]:
        try:
            said, _ = json.JSONDecoder().raw_decode(piece.lstrip())
            fields = {str(key): str(value) for key, value in said.items()}
        except (ValueError, AttributeError):
            raise RowError(f"the note {MARK} {piece.strip()[:60]} cannot be read") from None
        yield {"stage": stage, "kind": "vote", "reviewer": reviewer, "verdict": "", **fields, "own": "yes"}


def _rayyan_row(row: Mapping[str, str], stage: Stage, reviewer: str) -> Iterator[Fields]:
    """Read each reviewer's decision out of Rayyan's notes; its reasons belong to the record, not to a reviewer."""
    notes = row.get("notes", "")
    held = _INCLUSION.findall(notes)
    if len(held) != notes.count("RAYYAN-INCLUSION:"):
        raise RowError("Rayyan's decision cannot be read: its braces or quotes are not closed")
    pairs = [pair for one in held for pair in _PAIR.findall(one)]
    if not pairs and any(one.strip() for one in held):
        raise RowError(f"Rayyan's decision cannot be read: {{{held[0]}}}")
    if len(dict(pairs)) != len(set(pairs)):
        raise RowError("Rayyan has two decisions of one reviewer on it")
    found = _REASONS.search(notes)
    reasons = [reason.strip() for reason in found.group(1).split(",") if reason.strip()] if found else []
    for quoted, verdict in dict(pairs).items():
        who = quoted.replace('\\"', '"').replace("\\\\", "\\")
        excluded = verdict.strip().lower() == "excluded"
        if excluded and stage == FULLTEXT and len(reasons) > 1:
            raise RowError(f"it has {len(reasons)} reasons ({'; '.join(reasons)}); a full text has one primary reason")
        yield {
            "stage": stage,
            "kind": "vote",
            "reviewer": who.strip() or reviewer,
            "verdict": verdict,
            "reason": "; ".join(reasons) if excluded else "",
        }


def _asreview_row(row: Mapping[str, str], stage: Stage, reviewer: str) -> Iterator[Fields]:
    """Read ASReview's label, of a table or out of the notes of a RIS reference."""
    label = row.get("asreview_label", "").strip().lower()
    if not label:
        marks = {"ASReview_irrelevant": "0", "ASReview_relevant": "1"}
        label = next((value for mark, value in marks.items() if mark in row.get("notes", "")), "")
    who = row.get("asreview_user_name", "").strip() or row.get("asreview_user_email", "").strip()
    extra = {"at": row.get("asreview_time", ""), "note": row.get("asreview_note", "")}
    yield from _labelled(label, stage, who or reviewer, extra)


def _tools_row(row: Mapping[str, str], stage: Stage, reviewer: str) -> Iterator[Fields]:
    """Read Rayyan's decisions and ASReview's label: a project may have gone through both."""
    yield from _rayyan_row(row, stage, reviewer)
    yield from _asreview_row(row, stage, reviewer)


def _covidence_row(row: Mapping[str, str], stage: Stage, reviewer: str) -> Iterator[Fields]:
    """Read a row of one of Covidence's lists: an exclusion with its reason, a tag, or the verdict of the list."""
    reason = _REASON.search(row.get("notes", ""))
    if reason:
        yield _vote(FULLTEXT, reviewer, "exclude", reason[1].strip())
        return
    tags = row.get("tags", "").casefold()
    for tag, verdict in (("awaiting classification", "awaiting"), ("ongoing study", "ongoing")):
        if tag in tags:
            yield _vote(FULLTEXT, reviewer, verdict, "")
            return
    yield from _list_row(row, stage, reviewer)


def _eppi_row(row: Mapping[str, str], stage: Stage, reviewer: str) -> Iterator[Fields]:
    """Read EPPI-Reviewer's screening codes: ``INCLUDE on title & abstract``, ``EXCLUDE on population``."""
    found = _CODE.findall(_codes(row))
    if not found:
        yield from _list_row(row, stage, reviewer)
        return
    if len({word for word, _ in found}) > 1:
        raise RowError("it carries codes of inclusion and of exclusion; export one stage at a time")
    word, verdict = found[0][0], found[0][0].lower()
    said = [text.strip() for _, text in found]
    at = FULLTEXT if any(_FULL.search(text) for text in said) else stage
    place = _FULL if word == "EXCLUDE" else _ABSTRACTS
    reasons = [text for text in said if text and not place.fullmatch(text)] if word == "EXCLUDE" else []
    yield _vote(at, reviewer, verdict, "; ".join(dict.fromkeys(reasons)))


def _list_row(row: Mapping[str, str], stage: Stage, reviewer: str) -> Iterator[Fields]:
    """Read a row of a list of which one verdict was given for all."""
    verdict = row.get(LIST_VERDICT, "")
    if verdict:
        yield _vote(stage, reviewer, verdict, "")


def _codes(row: Mapping[str, str]) -> str:
    """Return where a row may hold EPPI-Reviewer's codes, each after a bar."""
    lists = (row.get(name, "") for name in ("codes", "notes"))
    return "|".join(text.replace(";", "|") for text in lists)


def _vote(stage: Stage, reviewer: str, verdict: str, reason: str) -> Fields:
    """Return a vote as read."""
    if not reviewer:
        raise RowError("it does not say who decided", is_usage=True)
    return {"stage": stage, "kind": "vote", "reviewer": reviewer, "verdict": verdict, "reason": reason}


def sent_note(stage: Stage, verdict: str) -> str:
    """Return the note by which a verdict that comes back unchanged is known."""
    return f"{SENT} {stage} {verdict}"


def _with_own(read: Reader) -> Reader:
    """Return a reader that reads jak's own decisions in the notes first, and then what the other tool has changed."""

    def reader(row: Mapping[str, str], stage: Stage, reviewer: str) -> Iterator[Fields]:
        notes = row.get("notes", "")
        own = list(_own_notes(notes, stage, reviewer)) if MARK in notes else []
        yield from own
        last = {(f["reviewer"], f["stage"]): _plain(f["verdict"]) for f in own if f["kind"] == "vote"}
        sent = set(_SENT.findall(notes))
        for fields in read(row, stage, reviewer):
            verdict = _plain(fields["verdict"])
            if last.get((fields["reviewer"], fields["stage"])) == verdict or (fields["stage"], verdict) in sent:
                continue
            yield fields

    return reader


def _plain(verdict: str) -> str:
    """Return a verdict as one word, whoever wrote it."""
    word = verdict.strip().lower()
    return {"included": "include", "excluded": "exclude", "undecided": "maybe"}.get(word, word)


def _label_row(row: Mapping[str, str], stage: Stage, reviewer: str) -> Iterator[Fields]:
    """Read a column of 1, 0 and -1."""
    column = next((c for c in LABEL_COLUMNS if c in row), "")
    yield from _labelled(row.get(column, "").strip().lower(), stage, row.get("reviewer", "").strip() or reviewer, {})


def _labelled(label: str, stage: Stage, reviewer: str, extra: Mapping[str, str]) -> Iterator[Fields]:
    """Turn a label into a vote."""
    if label in _UNSEEN:
        return
    if label not in _LABELS:
        raise RowError(f"the label is {label!r}; it must be 1 (include), 0 (exclude), or -1 or empty (not seen)")
    if not reviewer:
        raise RowError("it does not say who decided", is_usage=True)
    yield {"stage": stage, "kind": "vote", "reviewer": reviewer, "verdict": _LABELS[label], **extra}


READERS: Mapping[Dialect, Reader] = {
    "jak": _own_row,
    "rayyan": _with_own(_tools_row),
    "asreview": _with_own(_tools_row),
    "covidence": _with_own(_covidence_row),
    "eppi": _with_own(_eppi_row),
    "labels": _label_row,
    "list": _with_own(_list_row),
}
