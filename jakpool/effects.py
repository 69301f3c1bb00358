"""From counts to effects: one-arm proportions, two-arm ratios, or effects as given, checked row by row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from jakpool.distributions import clopper_pearson, logit
from jakpool.errors import BadRowError, ChoiceError, NoStudiesError, PoolError
from jakpool.results import Interval, Note

__all__ = ["MEASURES", "ONE_ARM", "TWO_ARM", "Effects", "back_transform", "generic", "proportions", "two_arm"]

ONE_ARM = ("PLO", "PAS")
TWO_ARM = ("RR", "OR")
MEASURES = (*ONE_ARM, *TWO_ARM, "GEN")

Floats = npt.NDArray[np.float64]
Numbers = Sequence[float] | npt.NDArray[Any]
Words = Sequence[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Effects on their pooling scale, with the counts they come from; tuples of one length.

    Attributes
    ----------
    measure : str
        metafor's word: PLO (logit proportion), PAS (arcsine of the square root), RR (log risk ratio), OR (log odds
        ratio), GEN (as given).
    labels, studies, group : tuple of str
        What each row is called, the study it belongs to (rows of one study are its arms), and its subgroup; `group`
        is empty if there are no subgroups.
    yi, vi : tuple of float
        Effect and sampling variance.
    events, n, events_c, n_c : tuple of int, or None
        Counts of the (treated) arm and of the control arm.
    corrected : tuple of bool
        Whether 0.5 was added to the cells of the row.
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
    corrected: tuple[bool, ...] = ()
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.yi)

    def keep(self, rows: Sequence[int]) -> Effects:
        """Return the effects of some rows, in the order asked, with the notes that still hold."""

        def some(values: Any) -> Any:
            return tuple(values[i] for i in rows) if values else values

        names = ("labels", "studies", "group", "yi", "vi", "events", "n", "events_c", "n_c", "corrected")
        kept = replace(self, **{name: some(getattr(self, name)) for name in names})
        return replace(kept, notes=_notes(kept))


def proportions(
    events: Numbers,
    n: Numbers,
    *,
    measure: str = "PLO",
    labels: Words = None,
    studies: Words = None,
    group: Words = None,
) -> Effects:
    """Return the effects of one-arm proportions.

    ``PLO``: ``yi = log(x / (n - x))``, ``vi = 1/x + 1/(n - x)``; where a cell is zero, 0.5 is added to both cells of
    that row only (metafor's ``add = 1/2, to = "only0"``). ``PAS``: ``yi = asin(sqrt(x / n))``, ``vi = 1 / (4 n)``.
    The GLMM works on the counts themselves and needs no correction.

    Parameters
    ----------
    events, n : sequence of whole numbers
        One entry a row; ``0 <= events <= n`` and ``n >= 1``.
    labels, studies, group : sequence of str, optional
        What rows are called (default "1", "2", …), which study they belong to (default: each row is its own), and
        their subgroup.

    Raises
    ------
    BadRowError
        A count that cannot be; it names the row.
    NoStudiesError
        No row.

    References
    ----------
    Stijnen, Hamza, Özdemir (2010), Stat Med 29:3046-3067. doi:10.1002/sim.4040 (logit and its correction);
    Freeman, Tukey (1950), Ann Math Stat 21:607-611 (arcsine).

    Examples
    --------
    >>> e = proportions([9, 0], [13, 10], labels=["Craiglow 2017", "Nil"])
    >>> [round(y, 4) for y in e.yi], e.corrected
    ([0.8109, -3.0445], (False, True))
    """
    _known("measure", measure, ONE_ARM)
    rows = _rows(events, labels, studies, group, {"n": n})
    x = _counts(events, rows.labels, "events")
    total = _counts(n, rows.labels, "n")
    _within(x, total, rows.labels, "events", "n")
    zero = (x == 0) | (x == total)
    if measure == "PLO":
        add = np.where(zero, 0.5, 0.0)
        a, b = x + add, total - x + add
        yi, vi, corrected = np.log(a / b), 1 / a + 1 / b, zero
    else:
        yi, vi, corrected = np.arcsin(np.sqrt(x / total)), 1 / (4 * total), np.zeros(len(x), dtype=bool)
    made = Effects(
        measure=measure,
        labels=rows.labels,
        studies=rows.studies,
        group=rows.group,
        yi=_floats(yi),
        vi=_floats(vi),
        events=_ints(x),
        n=_ints(total),
        corrected=tuple(bool(c) for c in corrected),
    )
    return replace(made, notes=_notes(made))


def two_arm(
    events: Numbers,
    n: Numbers,
    events_c: Numbers,
    n_c: Numbers,
    *,
    measure: str = "RR",
    labels: Words = None,
    studies: Words = None,
    group: Words = None,
) -> Effects:
    """Return log risk ratios or log odds ratios of two-arm studies.

    ``RR``: ``yi = log(a/n1) - log(c/n2)``, ``vi = 1/a - 1/n1 + 1/c - 1/n2``. ``OR``: ``yi = log(a d / (b c))``,
    ``vi = 1/a + 1/b + 1/c + 1/d``. Where one of the four cells is zero, 0.5 is added to all four of that row
    (metafor's ``add = 1/2, to = "only0", drop00 = FALSE``): studies without any event in both arms stay, and a note
    says so. Mantel-Haenszel works on the counts themselves and needs no correction.

    Parameters
    ----------
    events, n, events_c, n_c : sequence of whole numbers
        Counts of the treated arm and of the control arm.
    labels, studies, group : sequence of str, optional
        As in `proportions`.

    Raises
    ------
    BadRowError
        A count that cannot be; it names the row.
    NoStudiesError
        No row.

    References
    ----------
    Fleiss, Berlin (2009), in The handbook of research synthesis, 2nd ed., chapter 13.

    Examples
    --------
    >>> e = two_arm([4], [123], [11], [139], measure="RR")
    >>> round(e.yi[0], 4), round(e.vi[0], 4)
    (-0.8893, 0.3256)
    """
    _known("measure", measure, TWO_ARM)
    rows = _rows(events, labels, studies, group, {"n": n, "events_c": events_c, "n_c": n_c})
    a, n1 = _counts(events, rows.labels, "events"), _counts(n, rows.labels, "n")
    c, n2 = _counts(events_c, rows.labels, "events_c"), _counts(n_c, rows.labels, "n_c")
    _within(a, n1, rows.labels, "events", "n")
    _within(c, n2, rows.labels, "events_c", "n_c")
    b, d = n1 - a, n2 - c
    zero = (a == 0) | (b == 0) | (c == 0) | (d == 0)
    add = np.where(zero, 0.5, 0.0)
    aa, bb, cc, dd = a + add, b + add, c + add, d + add
    if measure == "RR":
        yi = np.log(aa / (aa + bb)) - np.log(cc / (cc + dd))
        vi = 1 / aa - 1 / (aa + bb) + 1 / cc - 1 / (cc + dd)
    else:
        yi = np.log(aa * dd / (bb * cc))
        vi = 1 / aa + 1 / bb + 1 / cc + 1 / dd
    made = Effects(
        measure=measure,
        labels=rows.labels,
        studies=rows.studies,
        group=rows.group,
        yi=_floats(yi),
        vi=_floats(vi),
        events=_ints(a),
        n=_ints(n1),
        events_c=_ints(c),
        n_c=_ints(n2),
        corrected=tuple(bool(z) for z in zero),
    )
    return replace(made, notes=_notes(made))


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
    _known("measure", measure, MEASURES)
    rows = _rows(yi, labels, studies, group, {"vi": vi} if n is None else {"vi": vi, "n": n})
    effect, variance = _numbers(yi, rows.labels, "yi"), _numbers(vi, rows.labels, "vi")
    for i, v in enumerate(variance):
        if v <= 0:
            raise BadRowError(i + 1, rows.labels[i], f"vi is {v:g}; a sampling variance must be above zero")
    made = Effects(
        measure=measure,
        labels=rows.labels,
        studies=rows.studies,
        group=rows.group,
        yi=_floats(effect),
        vi=_floats(variance),
    )
    return made if n is None else replace(made, n=_ints(_counts(n, rows.labels, "n")))


def back_transform(value: float | None, measure: str) -> float | None:
    """Return a pooled figure on the natural scale (a proportion, a ratio, or unchanged).

    Examples
    --------
    >>> back_transform(0.0, "PLO"), back_transform(0.0, "RR"), back_transform(-0.2, "PAS")
    (0.5, 1.0, 0.0)
    """
    if value is None:
        return None
    if measure == "PLO":
        small = math.exp(-abs(value))
        return 1 / (1 + small) if value >= 0 else small / (1 + small)
    if measure == "PAS":
        return math.sin(min(max(value, 0.0), math.pi / 2)) ** 2
    if measure in TWO_ARM:
        return math.exp(value) if value < 709 else None
    return value


def to_scale(p: float, measure: str) -> float | None:
    """Return a proportion on the pooling scale of a one-arm measure; ``None`` for an infinite logit."""
    return math.asin(math.sqrt(p)) if measure == "PAS" else logit(p)


def study_interval(effects: Effects, row: int, *, level: float, quantile: float) -> tuple[float | None, Interval]:
    """Return the estimate and the interval of one row on the natural scale."""
    if effects.events is not None and effects.n is not None and effects.events_c is None:
        x, total = effects.events[row], effects.n[row]
        return x / total, Interval(*clopper_pearson(x, total, level=level), "Clopper-Pearson")
    y, half = effects.yi[row], quantile * math.sqrt(effects.vi[row])
    low, middle, high = (back_transform(v, effects.measure) for v in (y - half, y, y + half))
    return middle, Interval(low, high, "normal (Wald)")


@dataclass(frozen=True, slots=True)
class _Words:
    """Labels, study keys and groups of the rows."""

    labels: tuple[str, ...]
    studies: tuple[str, ...]
    group: tuple[str, ...]


def _rows(first: Numbers, labels: Words, studies: Words, group: Words, others: dict[str, Numbers]) -> _Words:
    """Check that all columns are of one length, and fill in default words."""
    k = len(first)
    if k == 0:
        raise NoStudiesError
    columns: dict[str, Any] = {**others, "labels": labels, "studies": studies, "group": group}
    for name, column in columns.items():
        if column is not None and len(column) != k:
            raise PoolError(f"{name} has {len(column)} entries for {k} rows", hint="every column needs one entry a row")
    keys = None if studies is None else tuple(str(s) for s in studies)
    names = tuple(str(v) for v in labels) if labels is not None else keys or tuple(str(i + 1) for i in range(k))
    if keys is None:
        keys = names if len(set(names)) == k else tuple(f"{name} (row {i + 1})" for i, name in enumerate(names))
    return _Words(names, keys, () if group is None else tuple(str(g) for g in group))


def _numbers(values: Numbers, labels: Sequence[str], name: str) -> Floats:
    """Return finite floats, or name the first row that has none."""
    out = np.empty(len(values))
    for i, value in enumerate(values):
        try:
            out[i] = float(value)
        except (TypeError, ValueError):
            raise BadRowError(i + 1, labels[i], f"{name} is {value!r}, which is no number") from None
        if not math.isfinite(out[i]):
            raise BadRowError(i + 1, labels[i], f"{name} is missing or not finite ({value})")
    return out


def _counts(values: Numbers, labels: Sequence[str], name: str) -> Floats:
    """Return whole numbers of zero or more (``n``: one or more), or name the first row that has none."""
    out = _numbers(values, labels, name)
    for i, value in enumerate(out):
        if value != round(value):
            raise BadRowError(i + 1, labels[i], f"{name} is {value:g}, which is no whole number")
        if value < 0:
            raise BadRowError(i + 1, labels[i], f"{name} is {value:g}, below zero")
        if value == 0 and name in ("n", "n_c"):
            raise BadRowError(i + 1, labels[i], f"{name} is 0, nobody was counted")
    return out


def _within(events: Floats, n: Floats, labels: Sequence[str], events_name: str, n_name: str) -> None:
    """Refuse more events than patients."""
    for i, (x, total) in enumerate(zip(events, n, strict=True)):
        if x > total:
            raise BadRowError(i + 1, labels[i], f"{events_name} ({x:g}) exceeds {n_name} ({total:g})")


def _known(option: str, value: str, known: tuple[str, ...]) -> None:
    """Refuse a word that is not known."""
    if value not in known:
        raise ChoiceError(option, value, known)


def _floats(values: Floats) -> tuple[float, ...]:
    """Return Python floats."""
    return tuple(float(v) for v in values)


def _ints(values: Floats) -> tuple[int, ...]:
    """Return Python ints."""
    return tuple(round(float(v)) for v in values)


def _notes(effects: Effects) -> tuple[Note, ...]:
    """Say which two-arm rows hold no event, or nothing but events, in both arms."""
    if effects.events is None or effects.n is None or effects.events_c is None or effects.n_c is None:
        return ()
    cells = zip(effects.labels, effects.events, effects.n, effects.events_c, effects.n_c, strict=True)
    double = [label for label, a, n1, c, n2 in cells if a == c == 0 or (a == n1 and c == n2)]
    if not double:
        return ()
    return (
        Note(
            "double_zero",
            f"{len(double)} {'study has' if len(double) == 1 else 'studies have'} no event, or nothing but events, in "
            f"both arms ({', '.join(double)}): with 0.5 added to each cell by inverse variance; for "
            "Mantel-Haenszel a row without events tells nothing, nor for the odds ratio one with nothing but events.",
        ),
    )
