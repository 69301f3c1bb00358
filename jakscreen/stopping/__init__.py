"""When one may stop reading: rules side by side, each with how often it kept its promise.

They advise; nothing here stops anything.
"""

from jakscreen.stopping.calibrated import Calibration, Expected, expected_missed, index_of
from jakscreen.stopping.heuristics import Safe, consecutive, safe
from jakscreen.stopping.hypergeometric import Frontier, missed_target_p, recall_frontier, supported_recall
from jakscreen.stopping.poisson import Process, poisson_left
from jakscreen.stopping.reliability import Learnt, Reliability, learnt, wilson
from jakscreen.stopping.replaying import Replayed, Tally, checkpoints, replay, tally
from jakscreen.stopping.rules import DEFAULT_RULE, RULES, Goal, Judged, UnknownRuleError, judge, judge_all
from jakscreen.stopping.sampling import SampleBound, clopper_pearson, hypergeometric_bounds, needed_for, sample_bound
from jakscreen.stopping.sequence import FEW_FOUND, Reading, allowed_missed

__all__ = [
    "DEFAULT_RULE",
    "FEW_FOUND",
    "RULES",
    "Calibration",
    "Expected",
    "Frontier",
    "Goal",
    "Judged",
    "Learnt",
    "Process",
    "Reading",
    "Reliability",
    "Replayed",
    "Safe",
    "SampleBound",
    "Tally",
    "UnknownRuleError",
    "allowed_missed",
    "checkpoints",
    "clopper_pearson",
    "consecutive",
    "expected_missed",
    "hypergeometric_bounds",
    "index_of",
    "judge",
    "judge_all",
    "learnt",
    "missed_target_p",
    "needed_for",
    "poisson_left",
    "recall_frontier",
    "replay",
    "safe",
    "sample_bound",
    "supported_recall",
    "tally",
    "wilson",
]
