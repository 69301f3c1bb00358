"""Likelihoods of two arms with a random effect, where Newton's steps alone go astray."""

import pytest

from jakpool import pool, two_arm
from jakpool.count_likelihoods import likelihood_of

APART = two_arm([0, 0, 307], [2169, 1, 673], [52, 1, 1], [91, 2, 6], measure="OR")


@pytest.mark.parametrize(
    ("theta", "tau", "expected"), [(-5.79, 11.2, -16.7891713), (-4.3238398964854055, 4.583900478653096, -15.5477585)]
)
def test_a_mode_that_newtons_steps_circle_is_found(theta: float, tau: float, expected: float) -> None:
    """Expected: the integral over 200,001 points, each study's base by scipy's bounded search (within 1e-7)."""
    likelihood, _ = likelihood_of(APART, "UM.FS", nodes=25)
    assert likelihood.value(theta, tau) == pytest.approx(expected, abs=2e-7)


def test_the_maximum_beyond_such_modes_is_the_global_one() -> None:
    result = pool(APART, model="glmm")
    assert result.loglik is not None
    assert result.loglik >= -15.5477586


@pytest.mark.parametrize("glmm", ["UM.FS", "CM.EL"])
@pytest.mark.parametrize(
    ("x", "c"), [((0, 3, 0), (4, 9, 1)), ((7, 2, 5), (0, 0, 0)), ((0, 0, 0), (3, 2, 1))], ids=["edge", "none", "all"]
)
def test_all_rows_at_one_edge_have_no_finite_ratio(x: tuple[int, ...], c: tuple[int, ...], glmm: str) -> None:
    """No events in one arm, or nothing but events in the other: the likelihood has no maximum."""
    result = pool(two_arm(x, [7, 8, 9], c, [9, 9, 9], measure="OR"), model="glmm", glmm=glmm)
    assert result.beta is None
    assert "no_finite_ratio" in [note.code for note in result.notes]
