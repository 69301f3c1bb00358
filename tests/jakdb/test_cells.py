"""Cells that a spreadsheet would run are guarded, and come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.cells import FORMULA, bare_cell, guarded_cell


@given(st.one_of(st.text(max_size=8), st.builds(str.__add__, st.sampled_from(["'", *FORMULA]), st.text(max_size=5))))
def test_a_guarded_cell_begins_no_formula_and_comes_back(value: str) -> None:
    assert not guarded_cell(value).startswith(FORMULA)
    assert bare_cell(guarded_cell(value)) == value


@pytest.mark.parametrize("value", ["Hair", "'t Hooft", "", "7"])
def test_what_a_person_wrote_stays(value: str) -> None:
    assert bare_cell(value) == value
