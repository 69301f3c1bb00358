"""Frozen results of a pooling, in metafor's words, ready for tables, figures and JSON.

Every number is a Python float on the scale its class names. ``None`` means that the number does not exist for these
data (never NaN, never infinite); a note of the same result says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

__all__ = [
    "SCHEMA_VERSION",
    "Back",
    "Between",
    "Interval",
    "LeftOut",
    "Note",
    "Pooled",
    "Settings",
    "StudyRow",
    "Subgroup",
    "plain",
]

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Note:
    """A caution that the reader of the result needs.

    Attributes
    ----------
    code : str
        Short and stable, for programs ("two_arms", "zero_cells").
    message : str
        One plain sentence, for people.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval and how it was made.

    Attributes
    ----------
    lower, upper : float or None
        ``None`` where the bound lies at infinity or does not exist.
    method : str
        In words, with its degrees of freedom ("t with 8 df", "profile likelihood", "Clopper-Pearson").
    estimate : float or None
        The estimate in the middle where it is another one than the result's (common effect beside random effects).
    """

    lower: float | None
    upper: float | None
    method: str
    estimate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A pooled figure on the natural scale: a proportion (0 to 1), a ratio, or unchanged for generic effects."""

    estimate: float | None = None
    ci_lb: float | None = None
    ci_ub: float | None = None
    profile_lb: float | None = None
    profile_ub: float | None = None
    pi_lb: float | None = None
    pi_ub: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRow:
    """One row of the forest plot.

    Attributes
    ----------
    yi, sei : float
        Effect and standard error on the pooling scale (continuity-corrected where a cell is zero).
    estimate : float
        The effect on the natural scale, uncorrected for one-arm proportions (``events / n``).
    ci : Interval
        On the natural scale: Clopper-Pearson for one-arm proportions, else normal on the pooling scale.
    weight : float or None
        Percent of the pooled estimate; `Settings.weights` says of what kind.
    time, mean, sd : float or None
        Person-time of a rate; mean and standard deviation; those of the control with ``_c``.
    """

    label: str
    study: str
    group: str
    events: int | None
    n: int | None
    events_c: int | None
    n_c: int | None
    yi: float | None
    sei: float | None
    estimate: float | None
    ci: Interval
    weight: float | None
    time: float | None = None
    time_c: float | None = None
    mean: float | None = None
    sd: float | None = None
    mean_c: float | None = None
    sd_c: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup:
    """The pooled figure of one subgroup, from one model with the subgroup as a factor and a common tau2, or by itself.

    `tau2` is the subgroup's own where each has one, else ``None``.

    `df` are the degrees of freedom of the interval's t distribution (``None`` for a normal or profile interval).
    `QE`, `QE_df`, `QEp` and `I2_Q` (percent) tell of the subgroup's own arms.
    """

    name: str
    k: int
    k_studies: int
    n_total: int | None
    events_total: int | None
    beta: float | None
    se: float | None
    ci_lb: float | None
    ci_ub: float | None
    ci_method: str
    df: float | None
    profile_lb: float | None = None
    profile_ub: float | None = None
    tau2: float | None = None
    QE: float | None = None
    QE_df: int = 0
    QEp: float | None = None
    I2_Q: float | None = None
    back: Back


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """The model with the subgroups, and the test between them.

    Attributes
    ----------
    QM, QMdf, QMp : float, (int, float or None), float
        The test named by `method`: an F statistic if the second degrees of freedom are there, else a chi-square.
    LRT, LRTp : float or None
        Likelihood ratio test beside it (chi-square with the first degrees of freedom of `QMdf`; GLMM only).
    tau2 : float or None
        Common between-study variance within the subgroups.
    QE, QE_df, QEp : float, int, float
        Heterogeneity that remains within the subgroups.
    I2 : float or None
        Percent, from `tau2`, within the subgroups.
    """

    groups: tuple[str, ...]
    method: str
    QM: float | None
    QMdf: tuple[int, float | None]
    QMp: float | None
    LRT: float | None = None
    LRTp: float | None = None
    tau2: float | None = None
    QE: float | None = None
    QE_df: int = 0
    QEp: float | None = None
    QE_method: str = ""
    I2: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every choice behind a result, so that a report needs nothing else.

    `model` and `test` are what was asked; `Pooled.model` and `Pooled.ci_method` what was done.
    """

    measure: str
    model: str
    tau2_method: str
    test: str
    level: float
    alpha: float
    nodes: int | None = None
    quadrature: str = ""
    by: str = ""
    correction: str = ""
    weights: str = ""
    ci_method: str = ""
    profile_method: str = ""
    pi_method: str = ""
    tau2_ci_method: str = ""
    I2_method: str = ""
    I2_Q_method: str = ""
    software: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """A pooled result: estimate, intervals, heterogeneity, rows, subgroups, settings, notes.

    `beta` to `pi_ub` are on the pooling scale of `measure` (logit, arcsine, log ratio), `back` is on the natural
    scale.

    Attributes
    ----------
    measure, model : str
        metafor's word for the effect; ``glmm``, ``random``, ``common``, ``mh``, or ``exact`` (one study, or no events,
        or nothing but events: no model was fitted).
    k, k_studies : int
        Arms (rows) and studies.
    n_total, events_total : int or None
        Over both arms where there are two.
    zval, pval, df : float or None
        Statistic of ``beta = 0``, its p, and the degrees of freedom of t (``None``: normal or likelihood ratio).
    ci_lb, ci_ub, ci_method : float or None, str
        The main interval and what it is.
    profile_lb, profile_ub : float or None
        Profile-likelihood interval.
    intervals : tuple of Interval
        Further intervals given beside, on the pooling scale.
    tau2, tau2_lb, tau2_ub : float or None
        Between-study variance and its interval (`Settings.tau2_ci_method`).
    QE, QE_df, QEp, QE_method : float or None, int, float or None, str
        Test of heterogeneity; for the GLMM the Wald form, or the likelihood ratio when a cell is zero. `QE_Wld`,
        `QEp_Wld`, `QE_LRT` and `QEp_LRT` are both forms (GLMM only; Wald ``None`` when a cell is zero).
    I2, I2_lb, I2_ub : float or None
        Percent, from `tau2`; `H2` likewise.
    I2_Q, I2_Q_lb, I2_Q_ub : float or None
        Percent, from Q; the interval is the test-based one.
    back : Back
    subgroups : tuple of Subgroup
    between : Between or None
    studies : tuple of StudyRow
    settings : Settings
    notes : tuple of Note
    """

    measure: str
    model: str
    k: int
    k_studies: int
    n_total: int | None
    events_total: int | None
    beta: float | None
    se: float | None
    zval: float | None
    pval: float | None
    df: float | None
    ci_lb: float | None
    ci_ub: float | None
    ci_method: str
    profile_lb: float | None = None
    profile_ub: float | None = None
    pi_lb: float | None = None
    pi_ub: float | None = None
    intervals: tuple[Interval, ...] = ()
    tau2: float | None = None
    tau2_lb: float | None = None
    tau2_ub: float | None = None
    QE: float | None = None
    QE_df: int = 0
    QEp: float | None = None
    QE_method: str = ""
    QE_Wld: float | None = None
    QEp_Wld: float | None = None
    QE_LRT: float | None = None
    QEp_LRT: float | None = None
    I2: float | None = None
    I2_lb: float | None = None
    I2_ub: float | None = None
    I2_Q: float | None = None
    I2_Q_lb: float | None = None
    I2_Q_ub: float | None = None
    H2: float | None = None
    loglik: float | None = None
    back: Back
    subgroups: tuple[Subgroup, ...] = ()
    between: Between | None = None
    studies: tuple[StudyRow, ...] = ()
    settings: Settings
    notes: tuple[Note, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain dicts, lists, numbers and ``None``, with its `schema_version`."""
        return {"schema_version": SCHEMA_VERSION, **plain(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What the pooled result is without one study (all its arms)."""

    study: str
    arms: int
    pooled: Pooled

    def to_dict(self) -> dict[str, Any]:
        """Return the left-out study and the remaining result's overall figures as plain values."""
        rest = self.pooled
        names = ("k", "k_studies", "n_total", "beta", "se", "ci_lb", "ci_ub", "ci_method", "tau2", "QE", "QEp", "I2")
        figures = {name: getattr(rest, name) for name in names}
        return {
            "study": self.study,
            "arms": self.arms,
            **figures,
            "back": plain(rest.back),
            "notes": plain(rest.notes),
        }


def plain(value: Any) -> Any:
    """Turn nested dataclasses and tuples into dicts and lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    return value
