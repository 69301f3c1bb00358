"""What the rows of a result were given, as columns of words: events of patients, events in person-time, or means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jakpool.results import StudyRow

__all__ = ["Given", "given_of"]

MOST = 6


@dataclass(frozen=True, slots=True)
class Given:
    """How the numbers behind a set of rows are printed.

    Attributes
    ----------
    kind : str
        ``mean``, ``rate`` or ``count``.
    counted : bool
        Whether events are known (else n alone).
    mean, sd, time : int
        Decimals of each, the same in every row.
    """

    kind: str
    counted: bool
    mean: int = 0
    sd: int = 0
    time: int = 0

    def heads(self, *, split: bool = False) -> tuple[str, ...]:
        """Return the headings of one arm's columns; `split` gives every number a column of its own."""
        if self.kind == "mean":
            return ("Mean", "SD", "Total") if split else ("Mean (SD)", "n")
        if self.kind == "rate":
            return ("Events", "Time") if split else ("Events/time",)
        return ("Events", "Total") if split else ("Events/n" if self.counted else "n",)

    def cells(
        self, rows: Sequence[StudyRow], *, arm: int = 0, split: bool = False, total: bool = False
    ) -> tuple[str, ...]:
        """Return one arm's cells of a row, or with `total` of the sum of several (means have no sum, only their n).

        Parameters
        ----------
        arm : int
            0 for the first or only arm, 1 for the control.
        """
        last = "_c" if arm else ""
        n, events = _sum(rows, f"n{last}"), _sum(rows, f"events{last}")
        if self.kind == "mean":
            alone = rows[0] if len(rows) == 1 and not total else None
            mean = self._decimal(getattr(alone, f"mean{last}", None), self.mean)
            sd = self._decimal(getattr(alone, f"sd{last}", None), self.sd)
            return (mean, sd, _count(n)) if split else (f"{mean} ({sd})" if mean else "", _count(n))
        if self.kind == "rate":
            time = self._decimal(_sum(rows, f"time{last}"), self.time)
            return (_count(events), time) if split else (f"{_count(events)}/{time}" if time else "",)
        if split:
            return _count(events), _count(n)
        return (_count(n) if events is None or n is None else f"{_count(events)}/{_count(n)}",)

    @staticmethod
    def _decimal(value: float | None, digits: int) -> str:
        """Write a number with its decimals; nothing for none."""
        if value is None:
            return ""
        text = f"{value:,.{digits}f}"
        return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text.replace("-", "\N{MINUS SIGN}")


def given_of(rows: Sequence[StudyRow]) -> Given:
    """Return how the numbers behind these rows are printed.

    Decimals are those that were written, but no more than tell two significant digits of the smallest SD (or one
    decimal of a time), and the same in every row.

    Examples
    --------
    >>> from jakpool import means, pool
    >>> rows = pool(means([5.25, 12.5], [1.5, 20.25], [30, 41])).studies
    >>> given = given_of(rows)
    >>> given.heads(), given.cells(rows[:1]), given.cells(rows, total=True)
    (('Mean (SD)', 'n'), ('5.25 (1.50)', '30'), ('', '71'))
    """
    counted = any(row.events is not None for row in rows)
    means = [v for row in rows for v in (row.mean, row.mean_c) if v is not None]
    if means:
        sds = [v for row in rows for v in (row.sd, row.sd_c) if v is not None]
        least = min((sd for sd in sds if sd > 0), default=1.0)
        cap = min(max(2, 1 - math.floor(math.log10(least))), MOST)
        return Given("mean", counted, mean=_decimals(means, cap), sd=_decimals(sds, cap))
    times = [v for row in rows for v in (row.time, row.time_c) if v is not None]
    if times:
        cap = 1 if min(times) >= 1 else min(1 - math.floor(math.log10(min(times))), MOST)
        return Given("rate", counted, time=_decimals(times, cap))
    return Given("count", counted)


def _decimals(values: Sequence[float], cap: int) -> int:
    """Return how many decimals show all values as they were written, at most `cap`."""
    for digits in range(cap):
        if all(math.isclose(round(v, digits), v, rel_tol=1e-12, abs_tol=1e-12) for v in values):
            return digits
    return cap


def _sum(rows: Sequence[StudyRow], name: str) -> float | None:
    """Add a number of the rows; nothing if one is missing."""
    values = [getattr(row, name) for row in rows]
    return None if any(v is None for v in values) else sum(values)


def _count(value: float | None) -> str:
    """Write a count; nothing for none."""
    return "" if value is None else f"{value:.10g}"
