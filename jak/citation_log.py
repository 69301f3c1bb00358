"""What the search log says of citation searching: PRISMA-S item 5 asks from which papers, how and where it started."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from jak.citation_rounds import NotChased, Round
from jak.console import counted

__all__ = ["not_chased", "papers_of", "statement"]

WAYS = {
    ("backward",): "references of",
    ("forward",): "papers that cite",
    ("backward", "forward"): "references of, and papers that cite,",
}


def statement(found: Round, *, place: str, day: date | None, records: int, new: int) -> str:
    """Return one round in a sentence.

    Examples
    --------
    >>> from jak.citation_rounds import RoundSeed
    >>> seed = RoundSeed("report 12", "Hair", 12, ("7",), ("backward",), backward=20)
    >>> found = Round(3, 4, "pubmed", 2, "complete", (seed,), ())
    >>> statement(found, place="search 4 (PubMed)", day=date(2026, 11, 28), records=20, new=17)
    'search 4 (PubMed), round 2 on 2026-11-28: references of 1 paper (report 12): 20 records, 17 of them new'
    """
    papers = f" ({', '.join(seed.label for seed in found.seeds)})" if found.seeds else ""
    when = f" on {day.isoformat()}" if day is not None else ""
    what = f"{WAYS.get(found.directions, 'citations of')} {counted(len(found.seeds), 'paper')}{papers}"
    return f"{place}, round {found.number}{when}: {what}: {counted(records, 'record')}, {new} of them new"


def not_chased(found: Round, *, place: str) -> Iterator[str]:
    """Yield for each paper that a round could not start from which and why."""
    for one in found.not_chased:
        yield f"{place}, round {found.number}, not chased: {_named(one)}: {one.reason}"


def papers_of(found: Round) -> Iterator[tuple[str, str]]:
    """Yield the papers of a round, each with the number of its links, and those that were not chased."""
    for seed in found.seeds:
        counts = (
            "" if seed.backward is None else counted(seed.backward, "reference"),
            "" if seed.forward is None else counted(seed.forward, "citing paper"),
        )
        title = f", {' '.join(seed.title.split())}" if seed.title else ""
        yield "started from", f"{seed.label} ({', '.join(seed.ids)}{title}): {', '.join(filter(None, counts))}"
    for one in found.not_chased:
        yield "not chased", f"{_named(one)}: {one.reason}"


def _named(one: NotChased) -> str:
    """Name a paper that could not be started from."""
    return f"{one.label} ({' '.join(one.title.split())})" if one.title else one.label
