"""Sensitivity: how much a result depends on single studies, on their choice, and on the model."""

from jakpool.sensitivity.automatic import SensitivityRow, SensitivitySet, sensitivity_set
from jakpool.sensitivity.cumulative import CumulativeStep, cumulative
from jakpool.sensitivity.gosh import Gosh, gosh
from jakpool.sensitivity.influence import Influence, influence
from jakpool.sensitivity.leave_one_out import leave_one_out

__all__ = [
    "CumulativeStep",
    "Gosh",
    "Influence",
    "SensitivityRow",
    "SensitivitySet",
    "cumulative",
    "gosh",
    "influence",
    "leave_one_out",
    "sensitivity_set",
]
