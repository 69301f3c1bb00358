"""The score interval against published figures, and the edges of recall."""

from __future__ import annotations

import pytest

from jaksearch.recall import number_needed_to_read, recall_of, wilson_interval


@pytest.mark.parametrize(
    ("found", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_is_that_of_newcombe(found: int, of: int, low: float, high: float) -> None:
    """Newcombe 1998, Stat Med 17:857-872, table I, method 3, printed to four places."""
    assert wilson_interval(found, of) == pytest.approx((low, high), abs=5e-5)


def test_an_interval_never_leaves_the_proportions() -> None:
    assert wilson_interval(0, 1)[0] == 0.0
    assert wilson_interval(7, 7)[1] == 1.0
    with pytest.raises(ValueError, match="3 of 2"):
        wilson_interval(3, 2)


def test_a_recall_without_papers_is_none() -> None:
    assert recall_of(0, 0) is None
    found = recall_of(3, 4)
    assert found is not None
    assert (found.found, found.of, found.share) == (3, 4, 0.75)
    assert found.low < 0.75 < found.high


def test_nothing_included_has_no_number_needed_to_read() -> None:
    assert number_needed_to_read(10, 0) is None
    assert number_needed_to_read(10, 4) == 2.5
