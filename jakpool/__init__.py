"""Arrays in, frozen results out: the meta-analysis of jak, usable alone.

>>> from jakpool import pool, proportions
>>> result = pool(proportions([9, 11, 26], [13, 12, 35]))
>>> round(result.back.estimate, 3), result.k, result.n_total
(0.767, 3, 60)
"""

from jakpool.effects import Effects, generic, proportions, two_arm
from jakpool.errors import BadRowError, ChoiceError, NoStudiesError, PoolError
from jakpool.pool import pool
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
from jakpool.sensitivity import CumulativeStep, Gosh, Influence, cumulative, gosh, influence, leave_one_out
from jakpool.sentences import methods_sentence, results_sentence

__all__ = [
    "Back",
    "BadRowError",
    "Between",
    "ChoiceError",
    "CumulativeStep",
    "Effects",
    "Gosh",
    "Influence",
    "Interval",
    "LeftOut",
    "NoStudiesError",
    "Note",
    "PoolError",
    "Pooled",
    "Settings",
    "StudyRow",
    "Subgroup",
    "cumulative",
    "generic",
    "gosh",
    "influence",
    "leave_one_out",
    "methods_sentence",
    "pool",
    "proportions",
    "results_sentence",
    "two_arm",
]
