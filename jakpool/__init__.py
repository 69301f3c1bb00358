"""Arrays in, frozen results out: the meta-analysis of jak, usable alone.

>>> from jakpool import pool, proportions
>>> result = pool(proportions([9, 11, 26], [13, 12, 35]))
>>> round(result.back.estimate, 3), result.k, result.n_total
(0.767, 3, 60)
"""

from jakpool.conversions import combine_counts, combine_means, mean_sd_from_quantiles, ratios, split_control
from jakpool.effects import Effects, generic
from jakpool.errors import BadRowError, ChoiceError, NoStudiesError, PoolError
from jakpool.many import fit_many, pool_many
from jakpool.one_arm import means, proportions, rates
from jakpool.pool import pool
from jakpool.predictive import prediction_interval
from jakpool.prisma_words import PrismaItem, prisma_items
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
from jakpool.script_r import metafor_script
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
    Doi,
    FailSafe,
    SmallStudy,
    TrimFill,
    begg,
    deeks,
    doi,
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
from jakpool.two_arm import two_arm, two_means, two_rates
from jakpool.why import WhyStep, why

__all__ = [
    "Adjusted",
    "Asymmetry",
    "Back",
    "BadRowError",
    "Between",
    "ChoiceError",
    "CumulativeStep",
    "Doi",
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
    "PrismaItem",
    "Regression",
    "SensitivityRow",
    "SensitivitySet",
    "Settings",
    "SmallStudy",
    "StudyRow",
    "Subgroup",
    "TrimFill",
    "WhyStep",
    "begg",
    "combine_counts",
    "combine_means",
    "cumulative",
    "deeks",
    "doi",
    "egger",
    "fail_safe",
    "fit_many",
    "generic",
    "gosh",
    "harbord",
    "influence",
    "leave_one_out",
    "macaskill",
    "mean_sd_from_quantiles",
    "means",
    "metafor_script",
    "methods_sentence",
    "permutation_test",
    "pet_peese",
    "peters",
    "pool",
    "pool_many",
    "predict_grid",
    "prediction_interval",
    "prisma_items",
    "proportions",
    "rank_test",
    "rates",
    "ratios",
    "regress",
    "regression_test",
    "results_sentence",
    "sensitivity_set",
    "small_study_effects",
    "split_control",
    "thompson_sharp",
    "trim_fill",
    "two_arm",
    "two_means",
    "two_rates",
    "why",
]
