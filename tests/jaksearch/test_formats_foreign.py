"""Two formats in one file: what is not read is a reject with its text, never a part of a record."""

from __future__ import annotations

import pytest

from jakdb.words import RawRecord, Reject
from jaksearch.formats import read_bytes

FILES = {
    "ris": "TY  - JOUR\nTI  - Hair loss\nAU  - Liu, L\nER  - \n\n",
    "medline": "PMID- 123\nTI  - Hair loss\nFAU - Liu, L\n\n",
    "wos": "PT J\nAU Liu, L\nTI Hair loss\nUT WOS:1\nER\n\n",
    "refer": "%0 Journal Article\n%A Liu, L\n%T Hair loss\n\n",
    "noteexpress": "{Reference Type}: Journal Article\n{Title}: Hair loss\n{Author}: Liu\n\n",
    "refworks": "RT Journal Article\nSR 1\nA1 Liu, L\nT1 Hair loss\n\n",
    "bibtex": "@article{liu,\n title = {Hair loss},\n author = {Liu, L}\n}\n\n",
}
PAIRS = [(own, other) for own in FILES for other in FILES if own != other]


@pytest.mark.parametrize(("own", "other"), PAIRS)
def test_records_of_another_format_behind_are_one_reject_with_their_text(own: str, other: str) -> None:
    text = FILES[own] * 3 + FILES[other] * 2
    reading = read_bytes(text.encode(), format=own)
    alone = read_bytes((FILES[own] * 3).encode(), format=own)
    assert [raw.fields for raw in reading.accepted] == [raw.fields for raw in alone.accepted]
    [reject] = reading.rejects
    assert reject.reason.startswith(f"2 records of another format ({other}) in this file")
    assert text.encode()[reject.offset :].decode().startswith(FILES[other].strip())
    assert FILES[other].strip() in reject.text
    assert [item.number for item in reading.records] == [1, 2, 3, 4]


@pytest.mark.parametrize(("own", "other"), [("ris", "medline"), ("medline", "ris"), ("refer", "ris"), ("wos", "ris")])
def test_records_of_another_format_between_take_nothing_along(own: str, other: str) -> None:
    reading = read_bytes((FILES[own] + FILES[other] + FILES[own]).encode(), format=own)
    assert [type(item) for item in reading.records] == [RawRecord, Reject, RawRecord]
    assert [item.number for item in reading.records] == [1, 2, 3]
    assert reading.records[2].line == 1 + (FILES[own] + FILES[other]).count("\n")


@pytest.mark.parametrize("wrong", ["medline", "wos", "ovid", "refworks", "refer"])
def test_a_wrong_format_makes_no_record_of_a_whole_file(wrong: str) -> None:
    reading = read_bytes((FILES["ris"] * 40).encode(), format=wrong)
    assert reading.accepted == ()
    assert reading.rejects[0].reason.startswith("40 records of another format (ris)")


def test_cells_of_a_table_may_hold_lines_of_any_format() -> None:
    text = (
        'Title,Year,Abstract,DOI\nHair,2020,"TY  - JOUR\nER  - \nPMID- 5\nOWN - NLM",10.1000/a\nLoss,2021,x,10.1000/b\n'
    )
    reading = read_bytes(text.encode())
    assert (reading.format, len(reading.accepted), reading.rejects) == ("csv", 2, ())
