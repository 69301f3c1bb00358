"""What every model hands to `pool`: an estimate with its intervals, heterogeneity, weights and cautions."""

from __future__ import annotations

from dataclasses import dataclass

from jakpool.results import Interval, Note

__all__ = ["Bounds", "Estimate", "df_words", "two_rows", "zero_tau2"]

Bounds = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One model's overall result on the pooling scale; the words are those of `jakpool.results.Pooled`.

    `natural` overrides the back-transformed estimate and interval where they are exact proportions; `open_profile`
    says whether a ``None`` in `profile` means that the bound is infinite.
    """

    model: str
    ci: Interval
    beta: float | None = None
    se: float | None = None
    zval: float | None = None
    pval: float | None = None
    df: float | None = None
    profile: Bounds = (None, None)
    open_profile: bool = False
    pi: Bounds = (None, None)
    intervals: tuple[Interval, ...] = ()
    tau2: float | None = None
    tau2_ci: Bounds = (None, None)
    QE: float | None = None
    QE_df: int = 0
    QEp: float | None = None
    QE_method: str = ""
    QE_Wld: float | None = None
    QEp_Wld: float | None = None
    QE_LRT: float | None = None
    QEp_LRT: float | None = None
    typical: float | None = None
    loglik: float | None = None
    natural: tuple[float, float, float] | None = None
    weights: tuple[float | None, ...] = ()
    nodes: int | None = None
    words: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()


def df_words(df: float | None) -> str:
    """Return how an interval with these degrees of freedom is called."""
    return "normal (z)" if df is None else f"t with {df:g} df"


def two_rows(what: str, given: str, *, random: bool = True) -> Note:
    """Return the caution for one degree of freedom; `given` names the interval that stands in its place."""
    return Note(
        "one_df",
        f"{what} leave 1 degree of freedom: a t interval with 1 df is too wide to mean anything and is not given. The "
        f"interval is the {given} one, which is probably too narrow with so few rows"
        f"{'; the others are given beside' if random else ''}.",
    )


def zero_tau2() -> Note:
    """Return the caution for an estimate of zero."""
    return Note(
        "tau2_zero",
        "The between-study variance is estimated as 0: with few studies that is no proof that they agree, and a "
        "prediction interval is then too narrow.",
    )
