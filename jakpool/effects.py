"""Effects on their pooling scale, with the counts they come from; and effects as they are given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from jakpool.columns import Numbers, Words, counts_of, floats, ints, known, numbers, rows_of
from jakpool.distributions import clopper_pearson_rows, poisson_interval, two_sided_quantile
from jakpool.errors import BadRowError
from jakpool.measures import MEASURES, back_transform, size_for_back
from jakpool.results import Interval, Note

__all__ = ["Effects", "back_size", "back_transform", "finished", "generic", "study_intervals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Effects on their pooling scale, with the counts they come from; tuples of one length.

    Attributes
    ----------
    measure : str
        metafor's word; `jakpool.measures.MEASURES` lists them.
    labels, studies, group : tuple of str
        What each row is called, the study it belongs to (rows of one study are its arms), and its subgroup; `group`
        is empty if there are no subgroups.
    yi, vi : tuple of float
        Effect and sampling variance.
    events, n, events_c, n_c : tuple of int, or None
        Counts of the (treated) arm and of the control arm.
    time, time_c : tuple of float, or None
        Person-time of rates.
    mean, sd, mean_c, sd_c : tuple of float, or None
        Means and standard deviations.
    corrected : tuple of bool
        Whether something was added to the cells of the row, and `correction` how much (0 if nowhere).
    notes : tuple of Note
        Cautions that every result from these effects carries.
    """

    measure: str
    labels: tuple[str, ...]
    studies: tuple[str, ...]
    group: tuple[str, ...]
    yi: tuple[float, ...]
    vi: tuple[float, ...]
    events: tuple[int, ...] | None = None
    n: tuple[int, ...] | None = None
    events_c: tuple[int, ...] | None = None
    n_c: tuple[int, ...] | None = None
    time: tuple[float, ...] | None = None
    time_c: tuple[float, ...] | None = None
    mean: tuple[float, ...] | None = None
    sd: tuple[float, ...] | None = None
    mean_c: tuple[float, ...] | None = None
    sd_c: tuple[float, ...] | None = None
    corrected: tuple[bool, ...] = ()
    correction: float = 0.0
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.yi)

    def keep(self, rows: Sequence[int]) -> Effects:
        """Return the effects of some rows, in the order asked, with the notes that still hold."""

        def some(values: Any) -> Any:
            return tuple(values[i] for i in rows) if values else values

        kept = replace(self, **{name: some(getattr(self, name)) for name in _COLUMNS})
        return finished(kept)


_COLUMNS = (
    *("labels", "studies", "group", "yi", "vi", "events", "n", "events_c", "n_c", "corrected"),
    *("time", "time_c", "mean", "sd", "mean_c", "sd_c"),
)


def back_size(effects: Effects, *, se: float | None, kind: str = "harmonic") -> float | None:
    """Return the sample size for the way back from Freeman-Tukey; ``None`` for other measures, or without sizes."""
    sizes = effects.n if effects.n is not None else effects.time
    if not MEASURES[effects.measure].scale.startswith("freeman-tukey") or sizes is None:
        return None
    return size_for_back(sizes, se=se, kind=kind)


def finished(effects: Effects) -> Effects:
    """Return the effects with the notes that hold for their rows."""
    return replace(effects, notes=_notes(effects))


def generic(
    yi: Numbers,
    vi: Numbers,
    *,
    measure: str = "GEN",
    n: Numbers | None = None,
    labels: Words = None,
    studies: Words = None,
    group: Words = None,
) -> Effects:
    """Return effects given as they are, with their sampling variances.

    Parameters
    ----------
    yi, vi : sequence of float
        Effect and variance (above zero) of each row, on the scale of `measure`.
    measure : str
        What the effects are, for the back-transformation; ``GEN`` leaves them as they are.
    n : sequence of whole numbers, optional
        Patients, for the total only.

    Raises
    ------
    BadRowError
        An effect that is no finite number, a variance that is not above zero.

    Examples
    --------
    >>> generic([0.1, 0.3], [0.04, 0.09]).measure
    'GEN'
    """
    known("measure", measure, tuple(MEASURES))
    rows = rows_of(yi, labels, studies, group, {"vi": vi} if n is None else {"vi": vi, "n": n})
    effect, variance = numbers(yi, rows.labels, "yi"), numbers(vi, rows.labels, "vi")
    for i, v in enumerate(variance):
        if v <= 0:
            raise BadRowError(i + 1, rows.labels[i], f"vi is {v:g}; a sampling variance must be above zero")
    made = Effects(
        measure=measure,
        labels=rows.labels,
        studies=rows.studies,
        group=rows.group,
        yi=floats(effect),
        vi=floats(variance),
    )
    return made if n is None else replace(made, n=ints(counts_of(n, rows.labels, "n")))


def study_intervals(effects: Effects, *, level: float) -> list[tuple[float | None, Interval]]:
    """Return the estimate and the interval of every row on the natural scale; exact for one-arm counts."""
    if effects.events is not None and effects.n is not None and effects.events_c is None:
        exact = clopper_pearson_rows(effects.events, effects.n, level=level)
        shares = [x / n for x, n in zip(effects.events, effects.n, strict=True)]
        return [(p, Interval(*ends, "Clopper-Pearson")) for p, ends in zip(shares, exact, strict=True)]
    if effects.events is not None and effects.time is not None and effects.events_c is None:
        return [
            (x / time, Interval(*poisson_interval(x, time, level=level), "exact Poisson"))
            for x, time in zip(effects.events, effects.time, strict=True)
        ]
    measure, quantile = effects.measure, two_sided_quantile(level)
    found = []
    for y, v in zip(effects.yi, effects.vi, strict=True):
        half = quantile * math.sqrt(v)
        low, high = back_transform(y - half, measure), back_transform(y + half, measure)
        found.append((back_transform(y, measure), Interval(low, high, "normal (Wald)")))
    return found


def _notes(effects: Effects) -> tuple[Note, ...]:
    """Say which two-arm rows hold no event, or nothing but events, in both arms."""
    if effects.events is None or effects.n is None or effects.events_c is None or effects.n_c is None:
        return ()
    cells = zip(effects.labels, effects.events, effects.n, effects.events_c, effects.n_c, strict=True)
    double = [label for label, a, n1, c, n2 in cells if a == c == 0 or (a == n1 and c == n2)]
    if not double:
        return ()
    added = f"with {effects.correction:g} added to each cell" if effects.correction else "without a correction"
    return (
        Note(
            "double_zero",
            f"{len(double)} {'study has' if len(double) == 1 else 'studies have'} no event, or nothing but events, in "
            f"both arms ({', '.join(double)}): {added} by inverse variance; for "
            "Mantel-Haenszel a row without events tells nothing, nor for the odds ratio one with nothing but events.",
        ),
    )
