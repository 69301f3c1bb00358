"""Arrays in, frozen results out: the meta-analysis of jak, usable alone.

>>> from jakpool import pool, proportions
>>> result = pool(proportions([9, 11, 26], [13, 12, 35]))
>>> round(result.back.estimate, 3), result.k, result.n_total
(0.767, 3, 60)
"""

from jakpool.effects import Effects, generic, proportions, two_arm
from jakpool.errors import BadRowError, ChoiceError, NoStudiesError, PoolError
from jakpool.pool import pool
from jakpool.prediction import prediction_interval
from jakpool.results import (
    Back,
    Between,
    Interval,
    LeftOut,
    Note,
    Pooled,
    Settings,
    StudyRow,
    Subgroup,
)
from jakpool.sensitivity import (
    CumulativeStep,
    Gosh,
    Influence,
    SensitivityRow,
    SensitivitySet,
    cumulative,
    gosh,
    influence,
    leave_one_out,
    sensitivity_set,
)
from jakpool.sentences import methods_sentence, results_sentence
from jakpool.small_study import (
    Adjusted,
    Asymmetry,
    FailSafe,
    SmallStudy,
    TrimFill,
    begg,
    deeks,
    egger,
    fail_safe,
    harbord,
    macaskill,
    pet_peese,
    peters,
    rank_test,
    regression_test,
    small_study_effects,
    thompson_sharp,
    trim_fill,
)

__all__ = [
    "Adjusted",
    "Asymmetry",
    "Back",
    "BadRowError",
    "Between",
    "ChoiceError",
    "CumulativeStep",
    "Effects",
    "FailSafe",
    "Gosh",
    "Influence",
    "Interval",
    "LeftOut",
    "NoStudiesError",
    "Note",
    "PoolError",
    "Pooled",
    "SensitivityRow",
    "SensitivitySet",
    "Settings",
    "SmallStudy",
    "StudyRow",
    "Subgroup",
    "TrimFill",
    "begg",
    "cumulative",
    "deeks",
    "egger",
    "fail_safe",
    "generic",
    "gosh",
    "harbord",
    "influence",
    "leave_one_out",
    "macaskill",
    "methods_sentence",
    "pet_peese",
    "peters",
    "pool",
    "prediction_interval",
    "proportions",
    "rank_test",
    "regression_test",
    "results_sentence",
    "sensitivity_set",
    "small_study_effects",
    "thompson_sharp",
    "trim_fill",
    "two_arm",
]
