"""The rows of a forest plot: what each says and what is drawn in it, before anything has a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jakpool.effects import back_transform
from jakpool.errors import NoStudiesError, PoolError
from jakpool.given import Given, given_of
from jakpool.naming import row_noun
from jakpool.plots.layouts import PLAIN, Layout
from jakpool.plots.wording import (
    bounds,
    ends,
    estimate_words,
    interval_words,
    is_percent,
    model_words,
    q_words,
    rows_words,
)
from jakpool.results import Pooled, StudyRow, Subgroup

__all__ = ["Others", "Row", "forest_rows"]

Bounds = tuple[float | None, float | None]
Others = Sequence[tuple[str, Pooled]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a forest plot.

    Attributes
    ----------
    kind : str
        ``heading``, ``study``, ``subgroup``, ``overall``, ``other`` or ``prediction``.
    cells : tuple of str
        The columns of numbers, arm by arm: events/n, or mean (SD) and n, or events/time.
    share : float
        Area of the study's square against the largest, 0 to 1.
    below : str
        A small line under the label.
    """

    kind: str
    label: str
    cells: tuple[str, ...] = ()
    estimate: float | None = None
    interval: Bounds = (None, None)
    words: str = ""
    weight: str = ""
    share: float = 0.3
    indent: bool = False
    below: str = ""


@dataclass(frozen=True, slots=True)
class Cells:
    """How the columns of numbers are filled: what the rows were given, of one arm or two, in one column or more."""

    given: Given
    arms: int
    split: bool

    def of(self, rows: Sequence[StudyRow], *, total: bool) -> tuple[str, ...]:
        """Return the cells of one row, or of the sum of several."""
        every = [self.given.cells(rows, arm=i, split=self.split, total=total) for i in range(self.arms)]
        return tuple(cell for cells in every for cell in cells)


def forest_rows(pooled: Pooled, *, others: Others = (), beside: bool = False, layout: Layout = PLAIN) -> list[Row]:
    """Return the rows from the first study to the last diamond.

    Raises
    ------
    NoStudiesError
        If the result has no rows.
    PoolError
        If another result is on another natural scale.
    """
    if not pooled.studies:
        raise NoStudiesError("no studies to draw")
    rows: list[Row] = []
    heaviest = max((s.weight for s in pooled.studies if s.weight is not None), default=None)
    names = [s.name for s in pooled.subgroups]
    strays = [s for s in pooled.studies if s.group not in names]
    cells = Cells(given_of(pooled.studies), arms_of(pooled.measure), layout.split)
    rows += [_study(s, pooled.measure, heaviest, cells, indent=False, layout=layout) for s in strays]
    for subgroup in pooled.subgroups:
        members = [s for s in pooled.studies if s.group == subgroup.name]
        rows.append(Row(kind="heading", label=subgroup.name))
        rows += [_study(s, pooled.measure, heaviest, cells, indent=True, layout=layout) for s in members]
        rows.append(_subgroup(subgroup, members, pooled, cells, layout))
    rows += _overall(pooled, others, beside, cells, layout)
    return rows


def _study(study: StudyRow, measure: str, heaviest: float | None, cells: Cells, *, indent: bool, layout: Layout) -> Row:
    """Return the row of one study or arm."""
    weighed = study.weight is not None and heaviest
    return Row(
        kind="study",
        label=study.label,
        cells=cells.of((study,), total=False),
        estimate=study.estimate,
        interval=ends(study.ci),
        words=_words(study.estimate, ends(study.ci), measure, layout),
        weight="" if study.weight is None else f"{study.weight:.1f}",
        share=(study.weight or 0.0) / heaviest if weighed and heaviest else 0.3,
        indent=indent,
    )


def _subgroup(subgroup: Subgroup, members: Sequence[StudyRow], pooled: Pooled, cells: Cells, layout: Layout) -> Row:
    """Return the diamond of one subgroup."""
    measure = pooled.measure
    weights = [s.weight for s in members if s.weight is not None]
    about = "" if subgroup.ci_method in ("", "none") else subgroup.ci_method
    if subgroup.QE is not None and subgroup.QE_df > 0:
        about += ("; " if about else "") + q_words(subgroup.QE, subgroup.QE_df, subgroup.QEp)
    return Row(
        kind="subgroup",
        label=_named(layout.subgroup, measure, subgroup.k, subgroup.k_studies, pooled.settings.level),
        cells=cells.of(members, total=True),
        estimate=subgroup.back.estimate,
        interval=bounds(subgroup.back),
        words=_words(subgroup.back.estimate, bounds(subgroup.back), measure, layout),
        weight=f"{sum(weights):.1f}" if weights else "",
        indent=True,
        below=about,
    )


def _overall(pooled: Pooled, others: Others, beside: bool, cells: Cells, layout: Layout) -> list[Row]:
    """Return the overall diamond, those of other models, and the prediction interval."""
    measure, back = pooled.measure, pooled.back
    weighed = any(s.weight is not None for s in pooled.studies)
    name = _named(layout.overall, measure, pooled.k, pooled.k_studies, pooled.settings.level)
    rows = [
        Row(
            kind="overall",
            label=name,
            cells=cells.of(pooled.studies, total=True),
            estimate=back.estimate,
            interval=bounds(back),
            words=_words(back.estimate, bounds(back), measure, layout),
            weight="100.0" if weighed else "",
            below=model_words(pooled),
        )
    ]
    called = name.partition(" (")[0]
    extra: list[tuple[str, float | None, Bounds]] = []
    if beside:
        profile = (back.profile_lb, back.profile_ub)
        if profile != (None, None) and not pooled.ci_method.startswith("profile"):
            extra.append((f"{called}, profile likelihood", back.estimate, profile))
        for interval in pooled.intervals:
            low, high = (back_transform(v, measure) for v in ends(interval))
            middle = back.estimate if interval.estimate is None else back_transform(interval.estimate, measure)
            extra.append((f"{called}, {interval.method}", middle, (low, high)))
    for label, other in others:
        if _scale(other.measure) != _scale(measure):
            raise PoolError(
                f"{label}: {other.measure} cannot stand on the axis of {measure}",
                hint="draw results of different effects in plots of their own",
            )
        extra.append((label, other.back.estimate, bounds(other.back)))
    for label, middle, interval_ in extra:
        words = _words(middle, interval_, measure, layout)
        rows.append(Row(kind="other", label=label, estimate=middle, interval=interval_, words=words))
    predicted = (back.pi_lb, back.pi_ub)
    if predicted != (None, None):
        words = interval_words(predicted, measure, brackets=layout.brackets, dash=layout.dash)
        rows.append(Row(kind="prediction", label="Prediction interval", interval=predicted, words=words))
    return rows


def _named(pattern: str, measure: str, k: int, k_studies: int, level: float) -> str:
    """Return what a pooled row is called."""
    return pattern.format(rows=rows_words(measure, k, k_studies), level=f"{100 * level:g} %")


def _words(estimate: float | None, interval: Bounds, measure: str, layout: Layout) -> str:
    """Return an estimate with its interval in the layout's signs."""
    return estimate_words(estimate, interval, measure, brackets=layout.brackets, dash=layout.dash)


def arms_of(measure: str) -> int:
    """Return how many columns of counts a measure has: two groups, or one."""
    return 2 if row_noun(measure) == "comparison" else 1


def _scale(measure: str) -> str:
    """Say which natural scale a measure is on; both proportions share theirs."""
    return "proportion" if is_percent(measure) else measure
