"""Reports that belong together without being one paper: what the rules suggest, and linking them into studies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jakdb.errors import UsageError
from jakdb.words import Record, RelationEvent, Study

if TYPE_CHECKING:
    from jak.workspace import Review, Snapshot

__all__ = ["Accepted", "Suggestion", "accept", "dismiss", "suggestions", "take_back"]

_LINK = re.compile(r"link (\d+)")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two reports that the rules hold to belong together.

    Attributes
    ----------
    state : str
        ``open``, ``accept`` or ``dismiss``.
    studies : tuple of str
        Keys of the studies that either report is linked with.
    """

    event: int
    relation: str
    report_a: int
    report_b: int
    a: Record
    b: Record
    score: float
    reasons: tuple[str, ...]
    state: str
    studies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A suggestion that a person took up, and the links that this made."""

    event: int
    study: str
    links: tuple[int, ...]


def suggestions(review: Review, *, everything: bool = False) -> tuple[Suggestion, ...]:
    """Return the suggestions that wait for an answer, or all; without those whose reports have been merged since."""
    from jakdb import numbers  # noqa: PLC0415 - SQLAlchemy is not for --help
    from jakdb.relations import relation_events, relations_in_force  # noqa: PLC0415

    snapshot = review.snapshot()
    studies: dict[int, list[str]] = {}
    for link in numbers.links(review.store):
        if link.record_id in snapshot.report_of:
            studies.setdefault(snapshot.report_of[link.record_id], []).append(link.study_key)
    found = []
    for event, state in relations_in_force(relation_events(review.store)):
        one, other = snapshot.report_of.get(event.record_a), snapshot.report_of.get(event.record_b)
        if one is None or other is None or one == other or not (everything or state == "open"):
            continue
        found.append(
            Suggestion(
                event=event.id,
                relation=event.relation,
                report_a=one,
                report_b=other,
                a=snapshot.records[event.record_a],
                b=snapshot.records[event.record_b],
                score=event.score,
                reasons=event.reasons,
                state=state,
                studies=tuple(dict.fromkeys((*studies.get(one, ()), *studies.get(other, ())))),
            )
        )
    return tuple(found)


def accept(review: Review, number: int, *, study: str = "", by: str) -> Accepted:
    """Link both reports of a suggestion with one study: the named one, the one that either has, or a new one.

    Raises
    ------
    UsageError
        If there is no such open suggestion, or the reports are linked with two studies and none is named.
    """
    from jakdb import numbers  # noqa: PLC0415
    from jakdb.relations import answer_relation  # noqa: PLC0415

    found = _open(review, number)
    snapshot = review.snapshot()
    known = numbers.studies(review.store)
    key = study or _key(found, snapshot, known)
    if key not in known:
        record = min((found.a, found.b), key=lambda r: (r.year or 9999, r.id))
        numbers.save_studies(review.store, [_study(key, record)], by=by)
    standing = {(x.study_key, snapshot.report_of.get(x.record_id)) for x in numbers.links(review.store)}
    links = tuple(
        numbers.add_link(review.store, key, snapshot.voted(report).id, by=by, role="report", why=found.relation)
        for report in (found.report_a, found.report_b)
        if (key, report) not in standing
    )
    why = f"study {key}" + "".join(f"; link {n}" for n in links)
    event = answer_relation(review.store, number, "accept", by=by, why=why)
    return Accepted(event.id, key, links)


def dismiss(review: Review, number: int, *, why: str = "", by: str) -> RelationEvent:
    """Put a suggestion aside: the reports do not belong together. It is never suggested again."""
    from jakdb.relations import answer_relation  # noqa: PLC0415

    _open(review, number)
    return answer_relation(review.store, number, "dismiss", by=by, why=why)


def take_back(review: Review, number: int, *, by: str) -> RelationEvent:
    """Take an answer back, and with it the links that it made; the suggestion is open again."""
    from jakdb import numbers  # noqa: PLC0415
    from jakdb.relations import answer_relation, relation_events  # noqa: PLC0415

    answer = next((e for e in relation_events(review.store) if e.id == number), None)
    undone = answer_relation(review.store, number, "undo", by=by)
    standing = {x.id for x in numbers.links(review.store)}
    for text in answer.reasons if answer is not None else ():
        for link in map(int, _LINK.findall(text)):
            if link in standing:
                numbers.undo_link(review.store, link, by=by)
    return undone


def _open(review: Review, number: int) -> Suggestion:
    """Return the open suggestion of a number."""
    found = next((s for s in suggestions(review) if s.event == number), None)
    if found is None:
        raise UsageError(f"there is no open suggestion {number}", hint="`jak search dedupe relations` shows them")
    return found


def _key(found: Suggestion, snapshot: Snapshot, known: Mapping[str, Study]) -> str:
    """Return the key of the study that both reports will tell of."""
    if len(found.studies) > 1:
        raise UsageError(
            f"reports {found.report_a} and {found.report_b} are linked with {' and '.join(found.studies)}",
            hint="name one with --study KEY, or take a link back (`jak pool unlink`)",
        )
    if found.studies:
        return found.studies[0]
    record = min((found.a, found.b), key=lambda r: (r.year or 9999, r.id))
    author = record.authors[0] if record.authors else None
    name = (author.family or author.literal) if author is not None else "study"
    stem = re.sub(r"\W+", "-", f"{name} {record.year or ''}".strip().lower()).strip("-") or "study"
    return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, 1000))) if key not in known)


def _study(key: str, record: Record) -> Study:
    """Return a new study named after a record."""
    from jak.citing import authors_short  # noqa: PLC0415

    return Study(key=key, label=f"{authors_short(record)} {record.year or ''}".strip() or key, year=record.year)
