"""Arrays in, frozen results out: the meta-analysis of jak, usable alone.

>>> from jakpool import pool, proportions
>>> result = pool(proportions([9, 11, 26], [13, 12, 35]))
>>> round(result.back.estimate, 3), result.k, result.n_total
(0.767, 3, 60)
"""

from jakpool.effects import Effects, generic
from jakpool.errors import BadRowError, ChoiceError, NoStudiesError, PoolError
from jakpool.many import fit_many, pool_many
from jakpool.one_arm import means, proportions, rates
from jakpool.pool import pool
from jakpool.regression import Regression, permutation_test, predict_grid, regress
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
    "Regression",
    "Settings",
    "StudyRow",
    "Subgroup",
    "fit_many",
    "generic",
    "leave_one_out",
    "means",
    "methods_sentence",
    "permutation_test",
    "pool",
    "pool_many",
    "predict_grid",
    "proportions",
    "rates",
    "regress",
    "results_sentence",
    "two_arm",
    "two_means",
    "two_rates",
]
