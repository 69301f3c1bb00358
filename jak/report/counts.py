"""The numbers of the PRISMA 2020 flow, and the sums that they must satisfy.

The boxes and their order are those of PRISMA 2020 (Page et al. 2021, BMJ 372:n71, figure 1). Three things are added,
each in a box of its own: what a stopping rule left unread, what still waits for somebody, and the studies that await
classification or are still running. What is open makes the flow an interim one. An updated review takes over the
studies of its previous version, as in the PRISMA 2020 template for updated reviews.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from jak.flow_settings import Convention
from jakdb.errors import JakError

__all__ = [
    "FlowCounts",
    "FlowMismatchError",
    "FullTextCounts",
    "Named",
    "OtherCounts",
    "PreviousCounts",
    "as_dict",
    "check",
    "equations",
    "total",
]


class FlowMismatchError(JakError):
    """The counts of the flow contradict each other; such a flow is never drawn."""

    def __init__(self, equation: str, left: int, right: int) -> None:
        super().__init__(f"the PRISMA flow does not add up: {equation}: {left} is not {right}")
        self.equation = equation
        self.left = left
        self.right = right
        self.hint = "this is a fault of jak or of the store, not yours: run `jak doctor` and report what it says"


@dataclass(frozen=True, slots=True)
class Named:
    """A source, a reason or a rule, and how many records or reports it stands for."""

    name: str
    n: int


@dataclass(frozen=True, slots=True)
class FullTextCounts:
    """From reports sought downwards, the same in both columns of the diagram.

    Attributes
    ----------
    retrieval_open : int
        Sought, and nobody has said yet whether they were retrieved.
    unassessed : int
        Retrieved, and nobody has judged them yet.
    not_assessed : tuple of Named
        Retrieved, and left unread by a stopping rule.
    assessed : int
        Judged by one reviewer at least.
    pending, conflicts : int
        Judged, but by fewer reviewers than required, or differently.
    """

    sought: int = 0
    not_retrieved: int = 0
    retrieval_open: int = 0
    unassessed: int = 0
    not_assessed: tuple[Named, ...] = ()
    assessed: int = 0
    excluded: tuple[Named, ...] = ()
    awaiting: int = 0
    ongoing: int = 0
    pending: int = 0
    conflicts: int = 0
    included: int = 0


@dataclass(frozen=True, slots=True)
class OtherCounts:
    """The column of other methods: reports that no database or register brought.

    `duplicates` are records of other sources beyond the first of their report, or whose report a database or register
    brought as well; those reports are counted in the column of databases. `found_again` and `known` as in `FlowCounts`.
    """

    identified: tuple[Named, ...]
    duplicates: int
    removed: int
    excluded: int
    not_screened: tuple[Named, ...]
    unscreened: int
    pending: int
    conflicts: int
    fulltext: FullTextCounts
    found_again: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class PreviousCounts:
    """What an updated review takes over from its previous version, and what of the included is new.

    Attributes
    ----------
    studies, reports : int
        Included in the previous version.
    new_studies, new_reports : int
        Studies that the previous version did not have, and the reports included since that tell of one (those that are
        linked with no study yet among them).
    more_reports : int
        Reports included since that tell of studies of the previous version only.
    open : int
        Reports of the previous version that still wait for somebody.
    since : str
        First day of the new searches, ISO; empty if the numbers of the previous version were given.
    citation : str
        Where the previous version is published.
    """

    studies: int
    reports: int
    new_studies: int
    new_reports: int
    more_reports: int = 0
    open: int = 0
    since: str = ""
    citation: str = ""


@dataclass(frozen=True, slots=True)
class FlowCounts:
    """Every number of the PRISMA 2020 flow diagram.

    Attributes
    ----------
    databases, registers : tuple of Named
        Records by source, in the order in which the sources were first searched.
    duplicates : int
        Records of databases and registers beyond the first of their report, `found_again` and `known` among them.
    automation : int
        Reports that a tool marked as ineligible before screening.
    removed : tuple of Named
        Reports removed before screening for other reasons, by reason.
    not_screened : tuple of Named
        Reports that a stopping rule left unread, by rule; they are not excluded.
    unscreened, pending, conflicts : int
        Open at title and abstract: no vote yet, fewer votes than required, different votes.
    other : OtherCounts or None
        ``None`` when every record came from a database or register.
    included_reports, included_studies, secondary_studies : int
        Included reports of both columns, and of the previous version if there is one; studies that they tell of;
        studies known from a secondary source only.
    unlinked_reports : int
        Included reports that are linked with no study yet.
    convention : str
        How records that several searches found are counted; see `jak.flow_settings`.
    found_again, known : int
        Duplicates that are the same record once more, retrieved by another search or twice by one; and those whose
        report belongs to the previous version. Both 0 where a record counts once.
    previous : PreviousCounts or None
        Of an updated review.
    """

    databases: tuple[Named, ...]
    registers: tuple[Named, ...]
    duplicates: int
    automation: int
    removed: tuple[Named, ...]
    not_screened: tuple[Named, ...]
    unscreened: int
    screened: int
    excluded_human: int
    excluded_automation: int
    pending: int
    conflicts: int
    fulltext: FullTextCounts
    other: OtherCounts | None
    included_reports: int
    included_studies: int
    secondary_studies: int
    unlinked_reports: int
    convention: Convention = "once"
    found_again: int = 0
    known: int = 0
    previous: PreviousCounts | None = None

    @property
    def open_items(self) -> tuple[Named, ...]:
        """What still waits for somebody, with how many reports it concerns."""
        both = [self.fulltext] + ([self.other.fulltext] if self.other else [])
        unscreened = self.unscreened + (self.other.unscreened if self.other else 0)
        pending = self.pending + (self.other.pending if self.other else 0)
        conflicts = self.conflicts + (self.other.conflicts if self.other else 0)
        rows = (
            Named("not yet screened", unscreened),
            Named("title and abstract: waiting for another reviewer", pending),
            Named("title and abstract: conflict to resolve", conflicts),
            Named("full text: not known whether retrieved", sum(c.retrieval_open for c in both)),
            Named("full text: retrieved, not yet assessed", sum(c.unassessed for c in both)),
            Named("full text: waiting for another reviewer", sum(c.pending for c in both)),
            Named("full text: conflict to resolve", sum(c.conflicts for c in both)),
            Named("included, not yet linked with a study", self.unlinked_reports),
            Named("reports of the previous version: not settled", self.previous.open if self.previous else 0),
        )
        return tuple(row for row in rows if row.n)

    @property
    def interim(self) -> bool:
        """Whether anything is still open, so that the numbers will change."""
        return bool(self.open_items)


def equations(counts: FlowCounts) -> Iterator[tuple[str, int, int]]:
    """Yield each sum that must hold: in words, its left side and its right side."""
    identified = total(counts.databases) + total(counts.registers)
    gone = counts.duplicates + counts.automation + total(counts.removed)
    waiting = total(counts.not_screened) + counts.unscreened
    yield (
        "records identified - duplicates - ineligible by automation - other reasons - not screened = screened",
        identified - gone - waiting,
        counts.screened,
    )
    yield (
        "screened = excluded by a human + excluded by automation + waiting or in conflict + sought",
        counts.screened,
        counts.excluded_human + counts.excluded_automation + counts.pending + counts.conflicts + counts.fulltext.sought,
    )
    yield from _fulltext_equations(counts.fulltext, "databases and registers")
    included = counts.fulltext.included
    if counts.other:
        other = counts.other
        included += other.fulltext.included
        yield (
            "other methods: records identified - duplicates - removed - not screened - excluded - waiting = sought",
            total(other.identified)
            - other.duplicates
            - other.removed
            - total(other.not_screened)
            - other.excluded
            - other.unscreened
            - other.pending
            - other.conflicts,
            other.fulltext.sought,
        )
        yield from _fulltext_equations(other.fulltext, "other methods")
    if counts.previous is None:
        yield (
            "included reports = those of databases and registers + those of other methods",
            counts.included_reports,
            included,
        )
        return
    previous = counts.previous
    yield (
        "reports of new studies + new reports of previous studies = included of both columns",
        previous.new_reports + previous.more_reports,
        included,
    )
    yield (
        "reports of total included studies = reports of the previous version + new reports",
        counts.included_reports,
        previous.reports + previous.new_reports + previous.more_reports,
    )
    yield (
        "total studies = studies of the previous version + new studies",
        counts.included_studies,
        previous.studies + previous.new_studies,
    )


def check(counts: FlowCounts) -> None:
    """Raise unless every sum of the flow holds and no count is negative.

    Raises
    ------
    FlowMismatchError
        Names the first sum that fails, with both sides.

    Examples
    --------
    >>> from dataclasses import replace
    >>> empty = FlowCounts((), (), 0, 0, (), (), 0, 0, 0, 0, 0, 0, FullTextCounts(), None, 0, 0, 0, 0)
    >>> check(empty)
    >>> check(replace(empty, screened=1))
    Traceback (most recent call last):
    jak.report.counts.FlowMismatchError: the PRISMA flow does not add up: records identified - duplicates - ineligible
    by automation - other reasons - not screened = screened: 0 is not 1
    """
    for words, left, right in equations(counts):
        if left != right:
            raise FlowMismatchError(words, left, right)
    for name, n in _walk(as_dict(counts), "flow"):
        if n < 0:
            raise FlowMismatchError(f"{name} cannot be negative", n, 0)
    limits = [
        ("reports without a study cannot outnumber included reports", counts.unlinked_reports, counts.included_reports),
        *(
            ("records found again or known before cannot outnumber duplicates", c.found_again + c.known, c.duplicates)
            for c in (counts, counts.other)
            if c is not None
        ),
    ]
    for words, part, whole in limits:
        if part > whole:
            raise FlowMismatchError(words, part, whole)


def as_dict(counts: FlowCounts) -> dict[str, Any]:
    """Return the counts as plain dictionaries for JSON, with `interim` and `open` spelled out."""
    table = asdict(counts)
    table["open"] = [asdict(row) for row in counts.open_items]
    table["interim"] = counts.interim
    return table


def total(rows: Iterable[Named]) -> int:
    """Return the sum over names.

    >>> total((Named("PubMed", 2), Named("Embase", 3)))
    5
    """
    return sum(row.n for row in rows)


def _fulltext_equations(counts: FullTextCounts, column: str) -> Iterator[tuple[str, int, int]]:
    """Yield the two sums from reports sought to reports included."""
    yield (
        f"{column}: sought = not retrieved + waiting for retrieval or assessment + assessed",
        counts.sought,
        counts.not_retrieved + counts.retrieval_open + counts.unassessed + total(counts.not_assessed) + counts.assessed,
    )
    yield (
        f"{column}: assessed = excluded by reason + included + awaiting + ongoing + waiting or in conflict",
        counts.assessed,
        total(counts.excluded) + counts.included + counts.awaiting + counts.ongoing + counts.pending + counts.conflicts,
    )


def _walk(value: Any, name: str) -> Iterator[tuple[str, int]]:
    """Yield every number of nested dictionaries and sequences with its name."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, f"{name}.{key}")
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _walk(inner, name)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield name, value
