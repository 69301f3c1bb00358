"""The way back of a whole estimate to the natural scale."""

from __future__ import annotations

from jakpool.estimate import Estimate
from jakpool.measures import back_transform
from jakpool.results import Back

__all__ = ["back"]


def back(measure: str, e: Estimate, *, size: float | None = None) -> Back:
    """Return an estimate on the natural scale; an infinite logit is a proportion of 0 or 1."""

    def natural(value: float | None) -> float | None:
        return back_transform(value, measure, size=size)

    def bound(value: float | None, infinite: float | None) -> float | None:
        return infinite if value is None else natural(value)

    zero, one = (0.0, 1.0) if e.open_profile and measure == "PLO" else (None, None)
    infinite_ci = e.open_profile and (e.ci.method.endswith("profile likelihood") or e.ci.method == "none")
    return Back(
        estimate=e.natural[0] if e.natural else natural(e.beta),
        ci_lb=e.natural[1] if e.natural else bound(e.ci.lower, zero if infinite_ci else None),
        ci_ub=e.natural[2] if e.natural else bound(e.ci.upper, one if infinite_ci else None),
        profile_lb=bound(e.profile[0], zero),
        profile_ub=bound(e.profile[1], one),
        pi_lb=natural(e.pi[0]),
        pi_ub=natural(e.pi[1]),
    )
