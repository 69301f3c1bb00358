"""Small-study effects: tests of asymmetry, trim and fill, PET-PEESE, fail-safe numbers, Doi plot."""

from jakpool.small_study.adjust import Adjusted, TrimFill, pet_peese, trim_fill
from jakpool.small_study.counts import deeks, harbord, macaskill, peters
from jakpool.small_study.fail_safe import FailSafe, fail_safe
from jakpool.small_study.lfk import Doi, doi
from jakpool.small_study.rank import begg, rank_test
from jakpool.small_study.regression import Asymmetry, egger, regression_test, thompson_sharp
from jakpool.small_study.suite import SmallStudy, small_study_effects

__all__ = [
    "Adjusted",
    "Asymmetry",
    "Doi",
    "FailSafe",
    "SmallStudy",
    "TrimFill",
    "begg",
    "deeks",
    "doi",
    "egger",
    "fail_safe",
    "harbord",
    "macaskill",
    "pet_peese",
    "peters",
    "rank_test",
    "regression_test",
    "small_study_effects",
    "thompson_sharp",
    "trim_fill",
]
