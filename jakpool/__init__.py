"""Arrays in, frozen results out: the meta-analysis of jak, usable alone.

>>> from jakpool import pool, proportions
>>> result = pool(proportions([9, 11, 26], [13, 12, 35]))
>>> round(result.back.estimate, 3), result.k, result.n_total
(0.767, 3, 60)
"""

from jakpool.effects import Effects, generic
from jakpool.errors import BadRowError, ChoiceError, NoStudiesError, PoolError
from jakpool.one_arm import means, proportions, rates
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
from jakpool.sensitivity import leave_one_out
from jakpool.sentences import methods_sentence, results_sentence
from jakpool.two_arm import two_arm, two_means, two_rates

__all__ = [
    "Back",
    "BadRowError",
    "Between",
    "ChoiceError",
    "Effects",
    "Interval",
    "LeftOut",
    "NoStudiesError",
    "Note",
    "PoolError",
    "Pooled",
    "Settings",
    "StudyRow",
    "Subgroup",
    "generic",
    "leave_one_out",
    "means",
    "methods_sentence",
    "pool",
    "proportions",
    "rates",
    "results_sentence",
    "two_arm",
    "two_means",
    "two_rates",
]
