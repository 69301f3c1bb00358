"""Percentages against counts, on what the alopecia papers and registry entries print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakscreen.extract.percent import (
    Percentage,
    counts_that_fit,
    denominators_that_fit,
    printed_for,
    printed_like,
)


@pytest.mark.parametrize(
    ("value", "decimals", "n", "counts"),
    [
        (35.2, 1, 281, (99,)),  # BRAVE-AA1, 4 mg (NCT03570749)
        (5.3, 1, 189, (10,)),  # BRAVE-AA1, placebo
        (2.6, 1, 156, (4,)),  # BRAVE-AA2, placebo (NCT03899259)
        (0.8, 1, 127, (1,)),  # THRIVE-AA2, placebo (NCT04797650)
        (38.3, 1, 127, ()),  # THRIVE-AA2, 12 mg: an imputed estimate, no count
        (33.0, 1, 249, ()),  # THRIVE-AA2, 8 mg: likewise
        (10.0, 0, 18, ()),  # Shin 2019: 1/18 = 5.6 %, 2/18 = 11.1 %
        (64.0, 0, 66, (42,)),  # Kennedy Crispin 2016
        (41.4, 1, 9, ()),  # Akdogan 2019: the response rate of its text
        (0.0, 0, 9, (0,)),
        (100.0, 0, 9, (9,)),
    ],
)
def test_whole_numbers_behind_a_percentage(value: float, decimals: int, n: int, counts: tuple[int, ...]) -> None:
    assert counts_that_fit(Percentage(value, decimals), n) == counts


@given(n=st.integers(1, 3000), share=st.floats(0, 1), decimals=st.integers(0, 2))
def test_a_rounded_share_always_fits_its_own_count(n: int, share: float, decimals: int) -> None:
    events = round(share * n)
    printed = Percentage(float(f"{100 * events / n:.{decimals}f}"), decimals)
    assert printed.is_share(events, n)
    assert events in counts_that_fit(printed, n)


@given(n=st.integers(1, 400), tenths=st.integers(0, 1000))
def test_the_counts_that_fit_are_those_that_round(n: int, tenths: int) -> None:
    printed = Percentage(tenths / 10, 1)
    assert counts_that_fit(printed, n) == tuple(events for events in range(n + 1) if printed.is_share(events, n))


def test_a_denominator_that_was_meant_is_found() -> None:
    """Jerjen: seven patients are printed as 63.6 %, of fourteen enrolled: eleven were evaluated."""
    assert denominators_that_fit(Percentage(63.6, 1), 7, below=60) == (11,)


def test_trailing_zeros_count_as_decimals_where_the_quote_prints_them() -> None:
    assert printed_like(33.0, "denominator 249, 33.0%; randomised 258").decimals == 1
    assert printed_like(33.0, "about a third").decimals == 0
    assert printed_like(0.25, "").decimals == 2


@pytest.mark.parametrize(
    ("quote", "events", "n", "value"),
    [
        ("64% of patients responded to treatment (42/66=63.6%)", 42, 66, 64.0),
        ("32% experienced 50% or greater improvement in SALT score (21/66=31.8%)", 21, 66, 32.0),
        ("44.4% of patients in the tofacitinib group achieved 50% improvements (8/18=44.4%)", 8, 18, None),
        ("74.3% showed clinical response (26/35=74.3%)", 26, 35, 74.3),
        ("51.4% achieving >=50% hair regrowth (18/35=51.4%)", 18, 35, 51.4),
        ("seven (63.6%) achieved over 50% improvement in SALT", 7, 11, 63.6),
        ("1 (11.1%) was complete responder", 1, 9, 11.1),
        ("2 (2%) of 130 patients", 2, 130, 2.0),
        ("38 (31%) of 124 patients", 38, 124, 31.0),
        ("denominator 249, 33.0%; randomised 258", 82, 249, 33.0),
        ("77% of those who responded achieved regrowth of more than 95% (7/9; lower bound for >90%)", 7, 12, None),
        ("1 intermediate (51-90%) + 1 complete (90%)", 2, 9, None),
        ("Complete or near-complete hair regrowth in 5, 98% improvement", 5, 8, None),
        ("Eight of 12 >=50% regrowth, three <50%, one no regrowth", 11, 12, None),
        ("30% of patients who relapsed", 3, 20, None),
        ("20% of 50 patients", 3, 20, None),
        ("30% of patients responded at week 12 and 60% of patients at week 24", 4, 20, None),
        ("", 4, 20, None),
    ],
)
def test_only_a_percentage_clearly_said_of_the_count_is_taken(
    quote: str, events: int, n: int, value: float | None
) -> None:
    found = printed_for(quote, events=events, n=n)
    assert (found.value if found else None) == value
