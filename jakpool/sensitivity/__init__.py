"""Sensitivity: how much a result depends on single studies, on their choice, and on the model."""

from jakpool.sensitivity.cumulative import CumulativeStep, cumulative
from jakpool.sensitivity.gosh import Gosh, gosh
from jakpool.sensitivity.influence import Influence, influence
from jakpool.sensitivity.leave_one_out import leave_one_out

__all__ = [
    "CumulativeStep",
    "Gosh",
    "Influence",
    "cumulative",
    "gosh",
    "influence",
    "leave_one_out",
]
