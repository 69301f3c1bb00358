"""The numbers behind the rows as columns of words: as written, alike in every row, summed where that is right."""

import pytest

from jakpool import generic, means, pool, proportions, rates, two_means
from jakpool.given import given_of
from jakpool.results import StudyRow


def rows_of_means(*values: float, sd: float = 2.5) -> tuple[StudyRow, ...]:
    k = len(values)
    return pool(means(values, [sd] * k, [20] * k)).studies


@pytest.mark.parametrize(
    ("values", "sd", "shown"),
    [
        ((5.0, 12.0), 2.0, ["5 (2)", "12 (2)"]),
        ((5.25, 12.5), 2.5, ["5.25 (2.5)", "12.50 (2.5)"]),
        ((-5.0, 1 / 3), 2.0, ["\N{MINUS SIGN}5.00 (2)", "0.33 (2)"]),
        ((0.01234, 0.02), 0.0031, ["0.0123 (0.0031)", "0.0200 (0.0031)"]),
        ((12345.5, -0.0), 100.0, ["12,345.5 (100)", "0.0 (100)"]),
    ],
)
def test_means_keep_the_decimals_that_were_written(values: tuple[float, ...], sd: float, shown: list[str]) -> None:
    rows = rows_of_means(*values, sd=sd)
    given = given_of(rows)
    assert [given.cells((row,))[0] for row in rows] == shown


def test_means_have_no_sum_but_their_patients_have() -> None:
    rows = rows_of_means(5.0, 12.0)
    given = given_of(rows)
    assert given.cells(rows, total=True) == ("", "40")
    assert given.cells(rows, total=True, split=True) == ("", "", "40")
    assert given.cells(rows[:1], total=True) == ("", "20")  # a subgroup of one


def test_events_and_person_time_are_summed() -> None:
    rows = pool(rates([5, 7], [100.5, 20.0])).studies
    given = given_of(rows)
    assert given.heads() == ("Events/time",)
    assert given.cells(rows, total=True) == ("12/120.5",)
    assert given.cells(rows, total=True, split=True) == ("12", "120.5")


def test_both_arms_share_their_decimals() -> None:
    rows = pool(two_means([5], [1], [20], [6.25], [1.5], [21])).studies
    given = given_of(rows)
    assert given.cells(rows) == ("5.00 (1.0)", "20")
    assert given.cells(rows, arm=1) == ("6.25 (1.5)", "21")


def test_counts_and_effects_as_given_stay_as_they_were() -> None:
    counts = pool(proportions([3, 4], [9, 10])).studies
    assert given_of(counts).cells(counts, total=True) == ("7/19",)
    effects = pool(generic([0.1, 0.2], [0.1, 0.1])).studies
    assert given_of(effects).cells(effects) == ("",)
