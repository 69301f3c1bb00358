"""The effect measures by metafor's words: what they are made of, their names, and the way back from their scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "BACK_N",
    "MEASURES",
    "ONE_ARM",
    "RATES",
    "SINGLE_MEANS",
    "TWO_ARM",
    "TWO_MEANS",
    "TWO_RATES",
    "Measure",
    "back_transform",
    "harmonic",
    "is_ratio",
    "size_for_back",
    "to_scale",
]


@dataclass(frozen=True, slots=True)
class Measure:
    """One effect measure.

    Attributes
    ----------
    word : str
        metafor's word.
    family : str
        ``proportion``, ``rate``, ``mean`` (one arm); ``two_arm``, ``two_rates``, ``two_means`` (two arms);
        ``generic``.
    scale : str
        How the natural figure is transformed for pooling: ``identity``, ``log``, ``logit``, ``arcsine``,
        ``freeman-tukey``, ``sqrt``, ``freeman-tukey-rate``.
    name : str
        The natural figure in words.
    """

    word: str
    family: str
    scale: str
    name: str


_TABLE = (
    Measure("PLO", "proportion", "logit", "proportion"),
    Measure("PAS", "proportion", "arcsine", "proportion"),
    Measure("PFT", "proportion", "freeman-tukey", "proportion"),
    Measure("PR", "proportion", "identity", "proportion"),
    Measure("PLN", "proportion", "log", "proportion"),
    Measure("IR", "rate", "identity", "rate"),
    Measure("IRLN", "rate", "log", "rate"),
    Measure("IRS", "rate", "sqrt", "rate"),
    Measure("IRFT", "rate", "freeman-tukey-rate", "rate"),
    Measure("MN", "mean", "identity", "mean"),
    Measure("MNLN", "mean", "log", "mean"),
    Measure("RR", "two_arm", "log", "risk ratio"),
    Measure("OR", "two_arm", "log", "odds ratio"),
    Measure("RD", "two_arm", "identity", "risk difference"),
    Measure("AS", "two_arm", "identity", "arcsine difference"),
    Measure("PETO", "two_arm", "log", "odds ratio (Peto)"),
    Measure("IRR", "two_rates", "log", "rate ratio"),
    Measure("IRD", "two_rates", "identity", "rate difference"),
    Measure("MD", "two_means", "identity", "mean difference"),
    Measure("SMD", "two_means", "identity", "standardised mean difference"),
    Measure("SMDH", "two_means", "identity", "standardised mean difference (unequal variances)"),
    Measure("ROM", "two_means", "log", "ratio of means"),
    Measure("HR", "generic", "log", "hazard ratio"),
    Measure("RATIO", "generic", "log", "ratio"),
    Measure("GEN", "generic", "identity", "effect"),
)
MEASURES: dict[str, Measure] = {measure.word: measure for measure in _TABLE}
ONE_ARM = ("PLO", "PAS", "PFT", "PR", "PLN")
RATES = ("IR", "IRLN", "IRS", "IRFT")
SINGLE_MEANS = ("MN", "MNLN")
TWO_ARM = ("RR", "OR", "RD", "AS", "PETO")
TWO_RATES = ("IRR", "IRD")
TWO_MEANS = ("MD", "SMD", "SMDH", "ROM")
BACK_N = ("harmonic", "geometric", "arithmetic", "variance")
"""The sample size put into the way back from Freeman-Tukey."""


def is_ratio(measure: str) -> bool:
    """Whether the natural figure is a ratio of two arms, for which 1 means no difference.

    >>> is_ratio("OR"), is_ratio("RD"), is_ratio("PLN")
    (True, False, False)
    """
    return MEASURES[measure].scale == "log" and MEASURES[measure].family not in ("proportion", "rate", "mean")


def back_transform(value: float | None, measure: str, *, size: float | None = None) -> float | None:
    """Return a pooled figure on the natural scale (a proportion, a rate, a ratio, or unchanged).

    Proportions stay within 0 and 1, rates do not fall below 0.

    Parameters
    ----------
    value : float or None
        On the pooling scale.
    measure : str
    size : float, optional
        Patients (PFT) or person-time (IRFT) that stand for the pooled figure; `size_for_back` gives it.

    References
    ----------
    PFT: Miller (1978), Am Stat 32:138. IRFT: Freeman, Tukey (1950), Ann Math Stat 21:607-611, its variance-stabilising
    root solved for the rate.

    Examples
    --------
    >>> back_transform(0.0, "PLO"), back_transform(0.0, "RR"), back_transform(-0.2, "PAS")
    (0.5, 1.0, 0.0)
    >>> round(back_transform(0.5, "PFT", size=20.0), 4)
    0.2168
    """
    if value is None:
        return None
    scale, family = MEASURES[measure].scale, MEASURES[measure].family
    if scale == "logit":
        small = math.exp(-abs(value))
        return 1 / (1 + small) if value >= 0 else small / (1 + small)
    if scale == "arcsine":
        return math.sin(min(max(value, 0.0), math.pi / 2)) ** 2
    if scale == "freeman-tukey":
        return None if size is None else _miller(value, size)
    if scale == "freeman-tukey-rate":
        return None if size is None else _rate_back(value, size)
    if scale == "sqrt":
        return max(value, 0.0) ** 2
    if scale == "log":
        natural = math.exp(value) if value < 709 else None
        return natural if family != "proportion" else min(natural or 1.0, 1.0)
    if family == "proportion":
        return min(max(value, 0.0), 1.0)
    return max(value, 0.0) if family == "rate" else value


def to_scale(p: float, measure: str, *, size: float | None = None) -> float | None:
    """Return a proportion or rate on the pooling scale of a one-arm measure; ``None`` where that is infinite.

    >>> to_scale(0.5, "PLO"), to_scale(0.0, "PLN"), to_scale(4.0, "IRS")
    (0.0, None, 2.0)
    """
    scale = MEASURES[measure].scale
    if scale == "logit":
        return math.log(p) - math.log1p(-p) if 0.0 < p < 1.0 else None
    if scale == "log":
        return math.log(p) if p > 0.0 else None
    if scale == "arcsine":
        return math.asin(math.sqrt(p))
    if scale == "freeman-tukey":
        return None if size is None else _double_arcsine(p * size, size)
    if scale == "freeman-tukey-rate":
        return None if size is None else _rate_root(p, size)
    return math.sqrt(p) if scale == "sqrt" else p


def harmonic(sizes: Sequence[float]) -> float:
    """Return the harmonic mean.

    >>> round(harmonic([10, 40]), 3)
    16.0
    """
    return len(sizes) / math.fsum(1.0 / s for s in sizes)


def size_for_back(sizes: Sequence[float], *, se: float | None, kind: str = "harmonic") -> float:
    """Return the sample size that the way back from Freeman-Tukey uses.

    Parameters
    ----------
    sizes : sequence of float
        Patients (or person-time) of the rows.
    se : float or None
        Standard error of the pooled figure on the transformed scale, for ``variance``: n is then ``1 / (4 se^2)``, as
        if the pooled figure came from one study of that variance.
    kind : str
        ``harmonic``, ``geometric``, ``arithmetic`` or ``variance``.

    References
    ----------
    harmonic: Miller (1978), Am Stat 32:138; variance: Barendregt et al. (2013), J Epidemiol Community Health
    67:974-978; why none of them is right when sizes differ: Schwarzer et al. (2019), Res Synth Methods 10:476-483.

    Examples
    --------
    >>> [round(size_for_back([10, 40], se=0.1, kind=kind), 2) for kind in BACK_N]
    [16.0, 20.0, 25.0, 25.0]
    """
    if kind == "geometric":
        return math.exp(math.fsum(math.log(s) for s in sizes) / len(sizes))
    if kind == "arithmetic":
        return math.fsum(sizes) / len(sizes)
    if kind == "variance" and se:
        return 1.0 / (4.0 * se * se)
    return harmonic(sizes)


def _double_arcsine(x: float, n: float) -> float:
    """Return the Freeman-Tukey double arcsine of x out of n, halved as metafor has it."""
    return 0.5 * (math.asin(math.sqrt(x / (n + 1))) + math.asin(math.sqrt((x + 1) / (n + 1))))


def _miller(value: float, n: float) -> float:
    """Return the proportion behind a double arcsine; what lies beyond that of 0 or n events is 0 or 1."""
    if value <= _double_arcsine(0.0, n):
        return 0.0
    if value >= _double_arcsine(n, n):
        return 1.0
    sine, cosine = math.sin(2 * value), math.cos(2 * value)
    inner = max(0.0, 1.0 - (sine + (sine - 1.0 / sine) / n) ** 2)
    return 0.5 * (1.0 - math.copysign(1.0, cosine) * math.sqrt(inner))


def _rate_root(rate: float, time: float) -> float:
    """Return the halved Freeman-Tukey root of a rate."""
    return 0.5 * (math.sqrt(rate) + math.sqrt(rate + 1.0 / time))


def _rate_back(value: float, time: float) -> float:
    """Return the rate behind a halved Freeman-Tukey root."""
    if value <= _rate_root(0.0, time):
        return 0.0
    return (value - 1.0 / (4.0 * time * value)) ** 2
