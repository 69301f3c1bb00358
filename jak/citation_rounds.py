"""What is on record of citation searching: its rounds, and for each record the papers that led to it.

A round is a run like any other. Beside what every run keeps, its strategy says which papers it started from and which
it could not, and what it found says which of them led to which identifier.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jakdb.store import Store
    from jakdb.words import Record, Run, Strategy
    from jaksearch.sources.citing import Direction

__all__ = [
    "METHOD",
    "NotChased",
    "Round",
    "RoundSeed",
    "Trace",
    "is_citation_search",
    "rounds",
    "seeds_from_text",
    "text_of",
    "traces",
]

METHOD = "Citation searching"
"""The source of these searches, as the PRISMA flow names it."""
KEY = "citations"
"""Where the text of a strategy holds the papers to start from."""
LINKS = "links"
"""Where what a run found holds its links: number of the seed (from 0), direction, identifiers."""


@dataclass(frozen=True, slots=True)
class RoundSeed:
    """A paper from which a round started.

    Attributes
    ----------
    ids : tuple of str
        What the service calls it.
    directions : tuple of str
        Those in which it was followed in this round.
    backward, forward : int or None
        References and citing papers that the service knows; none if they were not asked for.
    """

    label: str
    title: str
    record: int | None
    ids: tuple[str, ...]
    directions: tuple[Direction, ...]
    backward: int | None = None
    forward: int | None = None


@dataclass(frozen=True, slots=True)
class NotChased:
    """A paper that was to be started from and could not be, and why."""

    label: str
    title: str
    record: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Round:
    """One round of citation searching in one service.

    Attributes
    ----------
    number : int
        From 1, for each service.
    """

    run: int
    search: int
    source: str
    number: int
    outcome: str
    seeds: tuple[RoundSeed, ...]
    not_chased: tuple[NotChased, ...]

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The directions of any seed, backward first."""
        return tuple(sorted({one for seed in self.seeds for one in seed.directions}))


@dataclass(frozen=True, slots=True)
class Trace:
    """That a paper led to a record.

    Attributes
    ----------
    report : int or None
        The report of the paper, as duplicates are merged now; none if the review has no such report.
    """

    run: int
    seed: str
    report: int | None
    direction: Direction

    @property
    def sentence(self) -> str:
        """What the record is to the paper.

        Examples
        --------
        >>> Trace(4, "report 12", 12, "backward").sentence, Trace(4, "PMID 7", None, "forward").sentence
        ('cited by report 12', 'cites PMID 7')
        """
        paper = self.seed if self.report is None else f"report {self.report}"
        return f"cited by {paper}" if self.direction == "backward" else f"cites {paper}"


def is_citation_search(strategy: Strategy) -> bool:
    """Say whether a strategy is a round of citation searching."""
    return KEY in strategy.text


def text_of(seeds: Sequence[RoundSeed], not_chased: Sequence[NotChased]) -> dict[str, Any]:
    """Return what the text of a strategy says of a round, in values that JSON gives back unchanged."""
    told = [
        {"label": s.label, "title": s.title, "record": s.record, "ids": list(s.ids), "directions": list(s.directions)}
        for s in seeds
    ]
    return {KEY: {"seeds": told, "not_chased": [asdict(one) for one in not_chased]}}


def seeds_from_text(text: Mapping[str, Any], links: Iterable[Sequence[Any]] = ()) -> tuple[RoundSeed, ...]:
    """Return the papers that a strategy names, with the number of links of each.

    Examples
    --------
    >>> seed = RoundSeed("report 12", "Hair", 12, ("7",), ("backward",), backward=2)
    >>> seeds_from_text(text_of([seed], ()), [[0, "backward", ["1", "2"]]]) == (seed,)
    True
    """
    counts: Counter[tuple[int, str]] = Counter()
    for number, direction, ids in links:
        counts[number, direction] += len(ids)
    return tuple(
        RoundSeed(
            row["label"],
            row["title"],
            row["record"],
            tuple(row["ids"]),
            tuple(row["directions"]),
            *(counts[number, way] if way in row["directions"] else None for way in ("backward", "forward")),
        )
        for number, row in enumerate(text[KEY]["seeds"])
    )


def rounds(store: Store) -> tuple[Round, ...]:
    """Return every round of citation searching that was not given up, in the order in which they began."""
    from jakdb import runs  # noqa: PLC0415 - SQLAlchemy is not for --help

    texts = {s.id: s for s in runs.strategies(store) if is_citation_search(s)}
    found = runs.found_by_runs(store, [r.id for r in runs.runs(store) if r.strategy_id in texts])
    counts: Counter[str] = Counter()
    told = []
    for run in runs.runs(store):
        if run.strategy_id not in texts or run.outcome == "abandoned":
            continue
        strategy = texts[run.strategy_id]
        counts[strategy.source] += 1
        told.append(
            Round(
                run.id,
                run.search_id,
                strategy.source,
                counts[strategy.source],
                run.outcome,
                seeds_from_text(strategy.text, found[run.id].get(LINKS, ())),
                tuple(NotChased(**row) for row in strategy.text[KEY]["not_chased"]),
            )
        )
    return tuple(told)


def traces(store: Store, record: Record, *, report_of: Mapping[int, int]) -> tuple[Trace, ...]:
    """Return the papers that led to a record, round by round; a round whose file was taken back no longer counts."""
    from jakdb import imports, runs  # noqa: PLC0415

    brought = runs.files_of_runs(store)
    here = {brought[place.file_id] for place in imports.sightings(store, [record.id]) if place.file_id in brought}
    texts = {s.id: s for s in runs.strategies(store) if is_citation_search(s)}
    chased: list[tuple[Run, Strategy]] = [
        (run, texts[run.strategy_id]) for run in runs.runs(store) if run.id in here and run.strategy_id in texts
    ]
    found = runs.found_by_runs(store, [run.id for run, _ in chased])
    names = {record.accession, record.pmid} - {""}
    told: dict[Trace, None] = {}
    for run, strategy in chased:
        seeds = seeds_from_text(strategy.text)
        for number, direction, ids in found[run.id].get(LINKS, ()):
            if not names.isdisjoint(ids):
                seed = seeds[number]
                report = report_of.get(seed.record) if seed.record is not None else None
                told[Trace(run.id, seed.label, report, direction)] = None
    return tuple(told)
