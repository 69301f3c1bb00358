"""The papers from which citation searching starts: reports of the review, or papers that a person names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jakdb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jak.workspace import Snapshot
    from jakdb.words import Record
    from jakscreen.status import ReportState
    from jaksearch.known_items import ItemsRead

__all__ = ["WHICH", "Seed", "Unread", "seeds_of"]

NUMBERS = re.compile(r"\d+(?:\s*,\s*\d+)*")
IDENTIFIER = re.compile(r"(?:pmid\b|doi\b|https?://|10\.\d{4,9}/)", re.IGNORECASE)
JUDGED = ("pending", "conflict", "include", "exclude", "awaiting", "ongoing")


@dataclass(frozen=True, slots=True)
class Seed:
    """One paper to start from.

    Attributes
    ----------
    label : str
        How it is named to people: ``report 12``, or as the person named it.
    record : int or None
        A record of the report (its number stays when duplicates are merged); none if the review has no such report.
    papers : tuple of Record
        As what it can be looked for, the likeliest first: the records of one report need not bear the same numbers.
    """

    label: str
    title: str
    record: int | None
    papers: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A line of a list that names no paper."""

    label: str
    reason: str


def seeds_of(snapshot: Snapshot, words: Sequence[str]) -> tuple[tuple[Seed, ...], tuple[Unread, ...]]:
    """Return the papers that some words mean, each once, and what names none.

    Parameters
    ----------
    words : sequence of str
        Each one of `WHICH`, numbers of reports (``12,15``), a PMID or DOI (``pmid:123``), or a file that lists papers.

    Raises
    ------
    UsageError
        If a word means nothing, or there is no such report.
    InputError
        If a file cannot be read.
    """
    found: dict[str, Seed] = {}
    unread: list[Unread] = []
    for word in words:
        for one in _meant(snapshot, word.strip()):
            if isinstance(one, Unread):
                unread.append(one)
            else:
                found.setdefault(one.label, one)
    return tuple(found.values()), tuple(unread)


def _meant(snapshot: Snapshot, word: str) -> Iterator[Seed | Unread]:
    """Yield the papers that one word means."""
    if word.casefold() in WHICH:
        chosen = WHICH[word.casefold()]
        reports = [r for r, state in sorted(snapshot.states.items()) if not state.removed and chosen(state)]
        yield from (_of_report(snapshot, report) for report in reports)
    elif NUMBERS.fullmatch(word):
        yield from (_of_report(snapshot, snapshot.report(int(number))) for number in re.findall(r"\d+", word))
    elif (path := Path(word)).is_file():
        from jaksearch.known_items import read_items  # noqa: PLC0415 - lxml is not for --help

        yield from _of_list(snapshot, read_items(path), place=path.name)
    elif IDENTIFIER.match(word):
        from jaksearch.known_items import items_of_texts  # noqa: PLC0415

        yield from _of_list(snapshot, items_of_texts([word]), place="")
    else:
        raise UsageError(
            f"--of {word!r}: no such file, and nothing else that jak knows",
            hint=f"{', '.join(WHICH)}, numbers of reports (12,15), pmid:123, a DOI, or a file of PMIDs, DOIs or titles",
        )


def _of_report(snapshot: Snapshot, report: int) -> Seed:
    """Return a report with the records by which it can be looked for: one for each PMID, then for each further DOI."""
    best = snapshot.best(report)
    records = [best, *(snapshot.records[r] for r in snapshot.members[report] if r != best.id)]
    papers: list[Record] = []
    seen: set[str] = set()
    for name in ("pmid", "doi"):
        for record in records:
            number = getattr(record, name)
            if number and number not in seen:
                papers.append(record)
                seen.update((record.pmid, record.doi))
    return Seed(f"report {report}", best.title or best.translated_title, best.id, tuple(papers) or (best,))


def _of_list(snapshot: Snapshot, read: ItemsRead, *, place: str) -> Iterator[Seed | Unread]:
    """Yield the papers of a list, those that the review has as its reports."""
    from jaksearch.same_paper import find_held  # noqa: PLC0415

    papers = [item.record for item in read.items]
    for item, held in zip(read.items, find_held(papers, snapshot.records.values()), strict=True):
        paper = item.record
        if held.records:
            seed = _of_report(snapshot, snapshot.report_of[held.records[0]])
            yield replace(seed, papers=tuple(dict.fromkeys((*seed.papers, paper))))
            continue
        number = f"PMID {paper.pmid}" if paper.pmid else f"DOI {paper.doi}" if paper.doi else ""
        yield Seed(number or f"{place}, line {item.line}", paper.title or paper.translated_title, None, (paper,))
    for problem in read.problems:
        line, _, reason = problem.partition(": ")
        yield Unread(f"{place}, line {line}" if place else reason, reason)


def _is_included(state: ReportState) -> bool:
    """Return whether a report is included as far as it has come."""
    return state.fulltext == "include" if state.fulltext in JUDGED else state.abstract == "include"


def _is_sought(state: ReportState) -> bool:
    """Return whether the full text of a report was wanted, whatever became of it."""
    return state.abstract == "include" or bool(state.retrieval) or state.fulltext in JUDGED


WHICH: Mapping[str, Callable[[ReportState], bool]] = {
    "included": _is_included,
    "fulltext": lambda state: state.fulltext == "include",
    "sought": _is_sought,
}
"""Word -> the reports that it means: included as far as they have come, included at full text, sought for retrieval."""
