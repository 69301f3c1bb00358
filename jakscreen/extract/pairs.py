"""Put each count with its denominator: an arm's events, n and percentage for one outcome, time and population."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from jakdb.errors import GateError
from jakdb.words import Extraction
from jakscreen.extract.vocabulary import Cell, cell_of, covers, describe, number

__all__ = ["ArmCount", "find_n", "pair_counts"]

COUNTED = ("events", "percent", "n")


@dataclass(frozen=True, slots=True)
class ArmCount:
    """What is known of one arm, outcome, time and population: up to three numbers with their sources.

    Attributes
    ----------
    n : Extraction or None
        The denominator of this outcome; it may be shared with other outcomes (its own outcome is then ``ae_*``).
    """

    study: str
    arm: str
    group: str
    outcome: str
    time: str
    population: str
    events: Extraction | None
    n: Extraction | None
    percent: Extraction | None

    @property
    def rows(self) -> tuple[Extraction, ...]:
        """The numbers there are: events, n, percent."""
        return tuple(row for row in (self.events, self.n, self.percent) if row is not None)

    @property
    def statuses(self) -> frozenset[str]:
        """The statuses of the events and the n: what must be known of a proportion made of them."""
        return frozenset(row.status for row in (self.events, self.n) if row is not None)

    @property
    def is_usable(self) -> bool:
        """Whether events and n are both given and anybody was evaluated."""
        return (
            self.events is not None
            and self.n is not None
            and self.events.value is not None
            and self.n.value is not None
            and self.n.value > 0
        )

    @property
    def lack(self) -> str:
        """Why it cannot be pooled, in words; "" if it can."""
        if self.is_usable:
            return ""
        has_n = self.n is not None and self.n.value is not None
        if self.events is not None and self.events.value is not None:
            return "nobody was evaluated (n = 0)" if has_n else "events are given, but n is not reported"
        if self.percent is not None and self.percent.value is not None:
            return f"given as {'n and ' if has_n else ''}percent only"
        return "given as n only" if has_n else "not reported"


def find_n(of: Extraction | ArmCount, denominators: Iterable[Extraction]) -> Extraction | None:
    """Return the denominator of a count, or None.

    It belongs to the same study and arm. A denominator of the very outcome comes before one of a longer prefix
    (``ae_liver*``), that before one of a shorter (``ae_*``). Its time and population equal the count's, or it has
    none (and then serves any); among equals the one that says more is taken.

    Examples
    --------
    >>> shared = Extraction("dai_2020", "tofa", "tofacitinib", "ae_*", "n", 35)
    >>> find_n(Extraction("dai_2020", "tofa", "tofacitinib", "ae_serious", "events", 0), [shared]).value
    35
    """
    best: tuple[tuple[int, bool, bool], Extraction] | None = None
    for row in denominators:
        if (row.study, row.arm) != (of.study, of.arm) or row.field != "n" or not covers(row.outcome, of.outcome):
            continue
        if row.time not in ("", of.time) or row.population not in ("", of.population):
            continue
        exact = 10_000 if row.outcome == of.outcome else len(row.outcome)
        rank = (exact, row.population == of.population, row.time == of.time)
        if best is None or rank > best[0]:
            best = (rank, row)
    return best[1] if best else None


def pair_counts(rows: Sequence[Extraction]) -> tuple[ArmCount, ...]:
    """Put events, percentages and denominators of one arm, outcome, time and population side by side.

    A denominator that serves no count makes an `ArmCount` of its own unless it is a shared one (``ae_*``).

    Parameters
    ----------
    rows : sequence of Extraction
        One value a cell, as `in_force` gives them; rows of other fields (mean, sd, …) are passed over.

    Raises
    ------
    GateError
        If a cell has two different values.

    Examples
    --------
    >>> rows = [
    ...     Extraction("jerjen", "tofa", "tofacitinib", "salt50", "events", 7),
    ...     Extraction("jerjen", "tofa", "tofacitinib", "salt50", "n", 11),
    ... ]
    >>> [(count.outcome, count.events.value, count.n.value) for count in pair_counts(rows)]
    [('salt50', 7, 11)]
    """
    by_cell: dict[Cell, Extraction] = {}
    for row in rows:
        if row.field not in COUNTED:
            continue
        held = by_cell.setdefault(cell_of(row), row)
        if held.value != row.value:
            raise GateError(
                f"{row.field} of {describe(row)} has two values: {number(held.value)} and {number(row.value)}",
                hint="settle the difference between the extractors first",
            )
    denominators: dict[tuple[str, str], list[Extraction]] = defaultdict(list)
    for row in by_cell.values():
        if row.field == "n":
            denominators[row.study, row.arm].append(row)
    groups = _groups(rows)
    keys = dict.fromkeys(_key(row) for row in by_cell.values() if row.field != "n")
    counts: list[ArmCount] = []
    for study, arm, outcome, time, population in keys:
        cell = Cell(study, arm, outcome, time, population, "")
        events = by_cell.get(cell._replace(field="events"))
        percent = by_cell.get(cell._replace(field="percent"))
        of = events or percent
        n = find_n(of, denominators[study, arm]) if of else None
        group = groups.get((study, arm), "")
        counts.append(ArmCount(study, arm, group, outcome, time, population, events, n, percent))
    used = {id(count.n) for count in counts}
    for n in chain.from_iterable(denominators.values()):
        if id(n) not in used and not n.outcome.endswith("*"):
            group = groups.get((n.study, n.arm), "")
            counts.append(ArmCount(n.study, n.arm, group, n.outcome, n.time, n.population, None, n, None))
    return tuple(counts)


def _key(row: Extraction) -> tuple[str, str, str, str, str]:
    """Return what the numbers of one count share."""
    return row.study, row.arm, row.outcome, row.time, row.population


def _groups(rows: Iterable[Extraction]) -> dict[tuple[str, str], str]:
    """Return each arm's group: the first that a row of the arm names."""
    groups: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.group:
            groups.setdefault((row.study, row.arm), row.group)
    return groups
