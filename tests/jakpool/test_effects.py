"""From counts to effects: formulas, zero cells, and rows that cannot be."""

import math

import numpy as np
import pytest

from jakpool import BadRowError, ChoiceError, NoStudiesError, PoolError, generic, proportions, two_arm
from jakpool.effects import back_transform


def test_zero_cells_of_a_proportion_get_half_in_their_row_only() -> None:
    """PLO: log((x + .5) / (n - x + .5)) in the row with the zero, raw in the other."""
    e = proportions([0, 5], [10, 10])
    assert e.yi == pytest.approx((math.log(0.5 / 10.5), 0.0))
    assert e.vi == pytest.approx((1 / 0.5 + 1 / 10.5, 0.4))
    assert e.corrected == (True, False)


def test_zero_cells_of_two_arms_get_half_in_all_four() -> None:
    """RR with a = 0: all four cells of the row move, the other row does not."""
    e = two_arm([0, 4], [116, 123], [3, 11], [117, 139], measure="RR")
    assert e.yi[0] == pytest.approx(math.log(0.5 / 117) - math.log(3.5 / 118))
    assert e.yi[1] == pytest.approx(math.log((4 / 123) / (11 / 139)))
    assert e.corrected == (True, False)


def test_double_zero_studies_stay_and_are_named() -> None:
    """A study without events in either arm is kept, and a note says what becomes of it."""
    e = two_arm([0, 2], [118, 50], [0, 5], [105, 50], labels=["Nil 1999", "Some 2000"])
    assert len(e) == 2
    (note,) = e.notes
    assert note.code == "double_zero"
    assert "Nil 1999" in note.message
    assert e.keep([1]).notes == ()


@pytest.mark.parametrize(
    ("events", "n", "says"),
    [
        ([3, 11], [5, 10], "events (11) exceeds n (10)"),
        ([3, -1], [5, 10], "events is -1, below zero"),
        ([3, 1.5], [5, 10], "events is 1.5, which is no whole number"),
        ([3, 0], [5, 0], "n is 0, nobody was counted"),
        ([3, float("nan")], [5, 10], "events is missing or not finite"),
        ([3, None], [5, 10], "which is no number"),
        ([3, "many"], [5, 10], "events is 'many', which is no number"),
    ],
)
def test_a_count_that_cannot_be_is_an_error_naming_the_row(events: list[float], n: list[float], says: str) -> None:
    """The sentence names row number, label and the figure."""
    with pytest.raises(BadRowError) as caught:
        proportions(events, n, labels=["Good 2001", "Bad 2002"])
    assert str(caught.value).startswith("row 2 (Bad 2002): ")
    assert says in str(caught.value)
    assert caught.value.hint
    assert isinstance(caught.value, ValueError)


def test_a_control_arm_without_patients_is_an_error() -> None:
    """n_c = 0 is named as such."""
    with pytest.raises(BadRowError, match=r"row 1 \(1\): n_c is 0"):
        two_arm([1], [10], [0], [0])


def test_no_rows_are_an_error() -> None:
    """An empty table is not an empty result."""
    with pytest.raises(NoStudiesError):
        proportions([], [])


def test_columns_of_different_length_are_an_error() -> None:
    """The sentence says which."""
    with pytest.raises(PoolError, match="n has 1 entries for 2 rows"):
        proportions([1, 2], [3])
    with pytest.raises(PoolError, match="labels has 3 entries"):
        proportions([1, 2], [3, 4], labels=["a", "b", "c"])


def test_a_variance_of_zero_is_an_error() -> None:
    """No weight could be given."""
    with pytest.raises(BadRowError, match="vi is 0"):
        generic([0.1, 0.2], [0.1, 0.0])


def test_an_unknown_measure_names_the_known() -> None:
    """The way out lists them."""
    with pytest.raises(ChoiceError) as caught:
        proportions([1], [2], measure="PXX")
    assert "PLO, PAS" in caught.value.hint


def test_labels_stand_for_studies_unless_they_repeat() -> None:
    """Two rows with one label and no study key are two studies."""
    assert proportions([1, 2], [3, 4], labels=["A", "B"]).studies == ("A", "B")
    assert len(set(proportions([1, 2], [3, 4], labels=["A", "A"]).studies)) == 2
    assert proportions([1, 2], [3, 4], studies=["A", "A"]).labels == ("A", "A")


def test_numpy_arrays_and_lists_are_alike() -> None:
    """And the effects are Python numbers."""
    e = proportions(np.array([3, 4]), np.array([5, 9]))
    assert e == proportions([3, 4], [5, 9])
    assert type(e.yi[0]) is float
    assert type(e.n[0]) is int  # type: ignore[index]  # counts are there


@pytest.mark.parametrize("measure", ["PLO", "PAS"])
def test_back_transform_undoes_the_effect(measure: str) -> None:
    """The proportion comes back."""
    e = proportions([3], [8], measure=measure)
    assert back_transform(e.yi[0], measure) == pytest.approx(3 / 8)


def test_back_transform_stays_within_bounds() -> None:
    """An arcsine beyond 0 or pi/2 is 0 or 1; a logit far out is not an overflow."""
    assert back_transform(-0.3, "PAS") == 0.0
    assert back_transform(2.0, "PAS") == 1.0
    assert back_transform(-2000.0, "PLO") == 0.0
    assert back_transform(2000.0, "PLO") == 1.0
    assert back_transform(5000.0, "RR") is None
    assert back_transform(None, "RR") is None
