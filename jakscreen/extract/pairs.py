"""Put the numbers of an arm together, for one outcome, time and population: counts, events in person-time, means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from jakdb.errors import GateError
from jakdb.words import Extraction
from jakscreen.extract.vocabulary import Cell, cell_of, covers, describe, number

__all__ = ["FIELDS_OF", "ArmCount", "find_n", "pair_counts"]

FIELDS_OF = {
    "count": ("events", "percent", "n"),
    "rate": ("events", "person_time"),
    "mean": ("mean", "sd", "se", "median", "n"),
}
"""The fields that an analysis looks at: of events of patients, of events in person-time, of means."""
_DENOMINATOR = {"count": "n", "rate": "person_time", "mean": "n"}


@dataclass(frozen=True, slots=True)
class ArmCount:
    """What is known of one arm, outcome, time and population: its numbers with their sources.

    Attributes
    ----------
    n, person_time : Extraction or None
        The denominator of this outcome; it may be shared with other outcomes (its own outcome is then ``ae_*``).
    kind : str
        What is pooled of it, a word of `FIELDS_OF`.
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
    person_time: Extraction | None = None
    mean: Extraction | None = None
    sd: Extraction | None = None
    se: Extraction | None = None
    median: Extraction | None = None
    kind: str = "count"

    @property
    def cells(self) -> tuple[Extraction | None, ...]:
        """The numbers that are pooled, None for one that is not there: events and n, or mean, SD (or SE) and n."""
        if self.kind == "rate":
            return self.events, self.person_time
        if self.kind == "mean":
            return self.mean, self.sd if _given(self.sd) or not _given(self.se) else self.se, self.n
        return self.events, self.n

    @property
    def used(self) -> tuple[Extraction, ...]:
        """The numbers that are pooled, as far as they are there."""
        return tuple(row for row in self.cells if row is not None)

    @property
    def rows(self) -> tuple[Extraction, ...]:
        """The numbers there are."""
        every = (self.events, self.n, self.percent, self.person_time, self.mean, self.sd, self.se, self.median)
        return tuple(row for row in every if row is not None)

    @property
    def statuses(self) -> frozenset[str]:
        """The statuses of the numbers that are pooled: what must be known of a figure made of them."""
        return frozenset(row.status for row in self.used)

    @property
    def is_usable(self) -> bool:
        """Whether all that is pooled is given, and anybody was evaluated (or any time, or a spread above 0 of two)."""
        if self.kind == "mean" and self.n is not None and (self.n.value or 0) < 2:
            return False
        return all(map(_given, self.cells)) and all(float(row.value or 0) > 0 for row in self.used[1:])

    @property
    def lack(self) -> str:
        """Why it cannot be pooled, in words; "" if it can."""
        if self.is_usable:
            return ""
        return {"rate": self._rate_lack, "mean": self._mean_lack}.get(self.kind, self._count_lack)()

    def _count_lack(self) -> str:
        """Say what is missing of events and n."""
        has_n = _given(self.n)
        if _given(self.events):
            return "nobody was evaluated (n = 0)" if has_n else "events are given, but n is not reported"
        if _given(self.percent):
            return f"given as {'n and ' if has_n else ''}percent only"
        return "given as n only" if has_n else "not reported"

    def _rate_lack(self) -> str:
        """Say what is missing of events and person-time."""
        has_time = _given(self.person_time)
        if _given(self.events):
            return "the person-time is 0" if has_time else "events are given, but person_time is not reported"
        return "given as person_time only" if has_time else "not reported"

    def _mean_lack(self) -> str:
        """Say what is missing of mean, SD and n."""
        if not _given(self.mean):
            told = [row.field for row in (self.median, self.sd, self.se, self.n) if _given(row) and row is not None]
            return f"given as {', '.join(told)} without a mean" if told else "not reported"
        spread = self.cells[1]
        if not _given(spread):
            return "a mean is given, but neither sd nor se"
        if not _given(self.n):
            return "a mean is given, but n is not reported"
        if not (self.n and self.n.value):
            return "nobody was evaluated (n = 0)"
        if self.n.value < 2:
            return f"a standard deviation needs two patients (n = {number(self.n.value)})"
        return "its standard deviation is 0"


def _given(row: Extraction | None) -> bool:
    """Say whether there is a number."""
    return row is not None and row.value is not None


def find_n(of: Extraction | ArmCount, denominators: Iterable[Extraction], *, field: str = "n") -> Extraction | None:
    """Return the denominator of a count (or, as its `field` says, the person_time), or None.

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
        if (row.study, row.arm) != (of.study, of.arm) or row.field != field or not covers(row.outcome, of.outcome):
            continue
        if row.time not in ("", of.time) or row.population not in ("", of.population):
            continue
        exact = 10_000 if row.outcome == of.outcome else len(row.outcome)
        rank = (exact, row.population == of.population, row.time == of.time)
        if best is None or rank > best[0]:
            best = (rank, row)
    return best[1] if best else None


def pair_counts(rows: Sequence[Extraction], *, kind: str = "count") -> tuple[ArmCount, ...]:
    """Put the numbers of one arm, outcome, time and population side by side.

    A denominator that serves no count makes an `ArmCount` of its own unless it is a shared one (``ae_*``).

    Parameters
    ----------
    rows : sequence of Extraction
        One value a cell, as `in_force` gives them; rows of fields that the kind does not look at are passed over.
    kind : str
        ``count`` (events of patients), ``rate`` (events in person-time) or ``mean``.

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
    below = _DENOMINATOR[kind]
    by_cell: dict[Cell, Extraction] = {}
    for row in rows:
        if row.field not in FIELDS_OF[kind]:
            continue
        held = by_cell.setdefault(cell_of(row), row)
        if held.value != row.value:
            raise GateError(
                f"{row.field} of {describe(row)} has two values: {number(held.value)} and {number(row.value)}",
                hint="settle the difference between the extractors first",
            )
    denominators: dict[tuple[str, str], list[Extraction]] = defaultdict(list)
    for row in by_cell.values():
        if row.field == below:
            denominators[row.study, row.arm].append(row)
    groups = _groups(rows)
    keys = dict.fromkeys(_key(row) for row in by_cell.values() if row.field != below)
    counts: list[ArmCount] = []
    for study, arm, outcome, time, population in keys:
        cell = Cell(study, arm, outcome, time, population, "")
        found = {field: by_cell.get(cell._replace(field=field)) for field in FIELDS_OF[kind] if field != below}
        of = next(row for row in found.values() if row is not None)
        found[below] = find_n(of, denominators[study, arm], field=below)
        group = groups.get((study, arm), "")
        counts.append(_arm_count((study, arm, group, outcome, time, population), found, kind))
    used = {id(getattr(count, below)) for count in counts}
    for row in chain.from_iterable(denominators.values()):
        if id(row) not in used and not row.outcome.endswith("*"):
            group = groups.get((row.study, row.arm), "")
            whose = (row.study, row.arm, group, row.outcome, row.time, row.population)
            counts.append(_arm_count(whose, {below: row}, kind))
    return tuple(counts)


def _arm_count(
    whose: tuple[str, str, str, str, str, str], found: Mapping[str, Extraction | None], kind: str
) -> ArmCount:
    """Return the numbers of one arm."""
    of = found.get
    return ArmCount(
        *whose,
        events=of("events"),
        n=of("n"),
        percent=of("percent"),
        person_time=of("person_time"),
        mean=of("mean"),
        sd=of("sd"),
        se=of("se"),
        median=of("median"),
        kind=kind,
    )


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
