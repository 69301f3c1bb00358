"""The effect measures that an analysis of jak.toml can name, the models of each, and the numbers they are made of.

A table of words: jakpool knows what they mean, and is not imported to read a setting.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["AS_GIVEN", "MEANS", "MEASURES", "RATES", "TWO_ARM"]

INVERSE = ("random", "common")
MEASURES: Mapping[str, tuple[str, ...]] = {
    "PLO": ("glmm", "betabin", *INVERSE),
    "PAS": INVERSE,
    "PFT": INVERSE,
    "PLN": INVERSE,
    "PR": INVERSE,
    "IRLN": (*INVERSE, "glmm"),
    "IR": INVERSE,
    "IRS": INVERSE,
    "IRFT": INVERSE,
    "MN": INVERSE,
    "MNLN": INVERSE,
    "RR": (*INVERSE, "mh"),
    "OR": (*INVERSE, "mh", "peto", "glmm"),
    "RD": (*INVERSE, "mh"),
    "AS": INVERSE,
    "PETO": (*INVERSE, "peto"),
    "IRR": (*INVERSE, "mh", "glmm"),
    "IRD": (*INVERSE, "mh"),
    "MD": INVERSE,
    "SMD": INVERSE,
    "SMDH": INVERSE,
    "ROM": INVERSE,
}
"""What can be worked out of extracted numbers, and the models that pool it, the default first."""
RATES = ("IRLN", "IR", "IRS", "IRFT", "IRR", "IRD")
MEANS = ("MN", "MNLN", "MD", "SMD", "SMDH", "ROM")
TWO_ARM = ("RR", "OR", "RD", "AS", "PETO", "IRR", "IRD", "MD", "SMD", "SMDH", "ROM")
AS_GIVEN = ("GEN", "HR", "RATIO")
"""Measures of effects as they are given: an extraction table has no place for them."""
