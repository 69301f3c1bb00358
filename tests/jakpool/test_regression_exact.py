"""A regression that leaves no residue: Hartung-Knapp has nothing to measure error by."""

import math

import pytest

from jakpool import generic, permutation_test, regress


@pytest.mark.parametrize(
    ("yi", "moderator"),
    [
        ([1.0, 1.0, 1.0, 1.0], [1, 2, 3, 4]),
        ([0.0, 0.0, 2.0, 2.0], ["a", "a", "b", "b"]),
        ([0.1, 0.2, 0.3, 0.4], [1, 2, 3, 4]),
    ],
)
def test_effects_on_the_line_have_the_intervals_of_t_and_a_note(yi: list[float], moderator: list[object]) -> None:
    effects = generic(yi, [0.02] * 4)
    found, t = regress(effects, {"m": moderator}, test="knha"), regress(effects, {"m": moderator}, test="t")
    assert "knha_zero" in {note.code for note in found.notes}
    assert (found.QM, found.QMp, found.coefficients) == (t.QM, t.QMp, t.coefficients)
    assert all(math.isfinite(c.stat) and c.se > 0 for c in found.coefficients)


def test_permutations_of_such_effects_are_counted() -> None:
    found = permutation_test(generic([1.0, 1.0, 1.0, 1.0], [0.02] * 4), {"m": [1, 2, 3, 4]}, test="knha")
    assert found.QMp == 1.0
