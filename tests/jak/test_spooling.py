"""What is put into the spool comes out: records, identities and rejects, in their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_strategies import ANY_RECORD

from jak import spooling
from jak.spooling import Row, Spool
from jakdb.words import RawRecord, Reject

ROWS = st.one_of(
    st.builds(lambda record, n: (RawRecord(n, n, record.title, ()), record, f"key {n}"), ANY_RECORD, st.integers(1, 9)),
    st.builds(Reject, st.integers(1, 9), st.integers(1, 9), st.text(), st.text(), st.integers(-1, 9)),
)


@pytest.mark.parametrize("batch", [1, 2, 200])
def test_rows_come_out_as_they_went_in(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spooling, "SPOOLED_ROWS", batch)

    @given(st.lists(ROWS, max_size=5))
    def check(rows: list[Row]) -> None:
        with Spool() as spool:
            spool.fill(iter(rows))
            assert list(spool) == rows == list(spool)

    check()


def test_the_fields_as_printed_stay_behind() -> None:
    from jakdb.words import Record

    row = (RawRecord(1, 2, "TY  - JOUR", (("TY", "JOUR"),), ("odd",)), Record(title="Hair"), "key")
    with Spool() as spool:
        spool.fill([row])
        assert list(spool) == [(RawRecord(1, 2, "TY  - JOUR", ()), Record(title="Hair"), "key")]
