"""What measures are called, and which scale a reader sees them on."""

from __future__ import annotations

from jakpool.measures import ONE_ARM

__all__ = ["NOUNS", "SCALES", "effect_name", "has_null", "is_percent", "row_noun"]

NOUNS = {
    **dict.fromkeys(ONE_ARM, "proportion"),
    **dict.fromkeys(("IR", "IRLN", "IRS", "IRFT"), "incidence rate"),
    **dict.fromkeys(("MN", "MNLN"), "mean"),
    "RR": "risk ratio",
    "OR": "odds ratio",
    "PETO": "Peto odds ratio",
    "RD": "risk difference",
    "AS": "arcsine difference",
    "IRR": "incidence rate ratio",
    "MD": "mean difference",
    "SMD": "standardised mean difference",
    "SMDH": "standardised mean difference (unequal variances)",
    "ROM": "ratio of means",
    "HR": "hazard ratio",
    "RATIO": "ratio",
    "IRD": "incidence rate difference",
    "GEN": "effect",
}
SCALES = {
    "PR": "untransformed proportions",
    "PLN": "log-transformed proportions",
    "PLO": "logit-transformed proportions",
    "PAS": "arcsine-transformed proportions",
    "PFT": "Freeman-Tukey double-arcsine-transformed proportions",
    "IR": "incidence rates",
    "IRLN": "log incidence rates",
    "IRS": "square roots of incidence rates",
    "IRFT": "Freeman-Tukey-transformed incidence rates",
    "MN": "means",
    "MNLN": "log means",
    "RR": "log risk ratios",
    "OR": "log odds ratios",
    "PETO": "log odds ratios (Peto)",
    "RD": "risk differences",
    "AS": "arcsine differences",
    "IRR": "log incidence rate ratios",
    "MD": "mean differences",
    "SMD": "standardised mean differences (Hedges' g)",
    "SMDH": "standardised mean differences with unequal variances",
    "ROM": "log ratios of means",
    "HR": "log hazard ratios",
    "RATIO": "log ratios",
    "IRD": "incidence rate differences",
    "GEN": "effects as given",
}
RATIOS = {
    "RR": "Risk ratio",
    "OR": "Odds ratio",
    "PETO": "Peto odds ratio",
    "IRR": "Rate ratio",
    "ROM": "Ratio of means",
    "HR": "Hazard ratio",
    "RATIO": "Ratio",
}
EFFECTS = {
    **dict.fromkeys(ONE_ARM, "Proportion, %"),
    **RATIOS,
    **dict.fromkeys(("IR", "IRLN", "IRS", "IRFT"), "Rate"),
    **dict.fromkeys(("MN", "MNLN"), "Mean"),
    "RD": "Risk difference",
    "IRD": "Rate difference",
    "AS": "Arcsine difference",
    "MD": "Mean difference",
    "SMD": "Standardised mean difference",
    "SMDH": "Standardised mean difference",
}
ONE_GROUP = (*ONE_ARM, "IR", "IRLN", "IRS", "IRFT", "MN", "MNLN")


def is_percent(measure: str) -> bool:
    """Say whether a measure's natural scale is a proportion, printed in percent."""
    return measure in ONE_ARM


def has_null(measure: str) -> bool:
    """Say whether a measure has a value of no effect: not the proportion, rate or mean of one group."""
    return measure not in ONE_GROUP


def effect_name(measure: str) -> str:
    """Return what the axis and the column of estimates are called."""
    return EFFECTS.get(measure, "Effect")


def row_noun(measure: str) -> str:
    """Return what a row of a measure is: an arm, a comparison, or an effect.

    Examples
    --------
    >>> row_noun("PLO"), row_noun("MD"), row_noun("GEN")
    ('arm', 'comparison', 'effect')
    """
    if measure in ONE_GROUP:
        return "arm"
    return "effect" if measure in ("GEN", "HR", "RATIO") else "comparison"
