"""Why two settings differ: one change at a time, the last result is the second setting's."""

from collections.abc import Mapping
from typing import Any

import pytest

from jakpool import ChoiceError, Pooled, pool, proportions
from jakpool.why import why

EVENTS, TOTALS = [42, 9, 11, 26, 5, 8, 9, 9, 0], [66, 13, 12, 35, 9, 13, 14, 12, 8]


def fit(how: Mapping[str, Any]) -> Pooled:
    """Pool the arms by these settings."""
    settings = dict(how)
    return pool(proportions(EVENTS, TOTALS, measure=settings.pop("measure", "PLO")), profile=False, **settings)


GLMM = {"measure": "PLO", "model": "glmm", "test": "t"}
LEGACY = {"measure": "PAS", "model": "random", "tau2": "DL", "test": "z"}


def test_the_first_and_the_last_result_are_those_of_the_two_settings() -> None:
    steps = why(fit, GLMM, LEGACY)
    assert steps[0].pooled == fit(GLMM)
    assert steps[-1].pooled == fit(LEGACY)


def test_each_step_changes_one_setting() -> None:
    steps = why(fit, GLMM, LEGACY)
    assert sorted(step.setting for step in steps) == ["", "measure", "model", "tau2", "test"]
    so_far: dict[str, Any] = dict(GLMM)
    for step in steps[1:]:
        so_far[step.setting] = step.after
        assert step.pooled == fit(so_far)


def test_a_setting_that_does_not_go_with_the_others_yet_waits() -> None:
    steps = why(fit, GLMM, LEGACY)
    names = [step.setting for step in steps]
    assert names.index("model") < names.index("measure")  # a GLMM pools logits, not arcsines
    assert all(step.pooled is not None for step in steps)


def test_what_is_not_possible_alone_has_no_result() -> None:
    (measure,) = [step for step in why(fit, GLMM, LEGACY) if step.setting == "measure"]
    assert measure.alone is None


def test_equal_settings_have_no_step() -> None:
    assert [step.setting for step in why(fit, GLMM, dict(GLMM))] == [""]


def test_a_setting_that_cannot_be_is_an_error() -> None:
    with pytest.raises(ChoiceError, match="tau2"):
        why(fit, GLMM, {**LEGACY, "tau2": "XX"})
