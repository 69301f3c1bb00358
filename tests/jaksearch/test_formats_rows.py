"""The text of a table's row, read again by itself, says what it said in its file."""

from __future__ import annotations

import io
import random

import openpyxl
import pytest
from formats_seeds import CSV, TOKENS
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import InputError
from jakdb.words import RawRecord, TableLayout
from jaksearch.formats import open_exports
from jaksearch.formats.table import read_row

WOS_TAB = 'PT\tAU\tTI\tUT\nJ\tBerg, A\tThe "lost" hair\tWOS:1\nJ\tDoe, J\t"Hair" again\tWOS:2\t\n'
FUNDED = (
    "Authors,Title,Year,Funding Details,Funding Text 1,References,EID\n"
    "A,One,2020,f,f1,r,2-s2.0-1\nB,Two,2021,f,f1,f2,r,2-s2.0-2\n"
)
CUT_OFF = 'Title,Year,Abstract\nOne,2020,a\nTwo,2021,"never closed\nand more'
TABLES = {
    "scopus": CSV,
    "tabs without quoting": WOS_TAB,
    "more cells than headings": FUNDED,
    "cut off": CUT_OFF,
    "one column": 'Title\nHair\n"Hair, and nails"\n',
    "semicolons": 'Title;Year\nHair;2020\n="007";2021\n',
}


def account(data: bytes, name: str, **options: object) -> list[tuple[RawRecord, TableLayout]]:
    """Read a table, and return each record with the layout that holds for it."""
    with open_exports((name, data), **options) as exports:  # type: ignore[arg-type] # options of the tests
        export = next(exports)
        records = [raw for raw in export if isinstance(raw, RawRecord)]
        layouts = export.layouts
    return [(raw, [one for one in layouts if one.first <= raw.number][-1]) for raw in records]


@pytest.mark.parametrize("name", TABLES)
def test_a_row_says_the_same_without_its_file(name: str) -> None:
    rows = account(TABLES[name].encode(), "a.csv", format="csv")
    assert len(rows) >= 2
    assert [read_row(raw.text, layout) for raw, layout in rows] == [raw.fields for raw, _ in rows]


@given(st.integers(0, 10_000))
def test_a_row_of_a_damaged_table_says_the_same_without_its_file(seed: int) -> None:
    chance = random.Random(seed)
    text = CSV
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(text))
        text = text[:at] + chance.choice(TOKENS["csv"]) + text[at + chance.randint(0, 3) :]
    try:
        rows = account(text.encode(), "a.csv", format="csv")
    except InputError:
        return
    assert [read_row(raw.text, layout) for raw, layout in rows] == [raw.fields for raw, _ in rows]


def test_a_mapped_column_keeps_its_field() -> None:
    [(raw, layout)] = account(b"Paper,Title,Year\nHair,Dr,2020\n", "a.csv", columns={"title": "Paper"})
    assert read_row(raw.text, layout) == raw.fields == (("title", "Hair"), ("unused: Title", "Dr"), ("Year", "2020"))


def test_each_sheet_of_a_workbook_has_its_own_layout() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Title", "Year", "DOI"])
    book.active.append(["Hair", 2020, "10.1000/1"])
    book.active.append(["Hair\tand\nnails", None, "10.1000/2"])
    other = book.create_sheet("more")
    other.append(["Year", "Title"])
    other.append([2021, '"Hair"'])
    stream = io.BytesIO()
    book.save(stream)
    rows = account(stream.getvalue(), "a.xlsx")
    assert [layout.first for _, layout in rows] == [1, 1, 3]
    assert [read_row(raw.text, layout) for raw, layout in rows] == [
        (("Title", "Hair"), ("Year", "2020"), ("DOI", "10.1000/1")),
        (("Title", "Hair and\nnails"), ("DOI", "10.1000/2")),
        (("Year", "2021"), ("Title", '"Hair"')),
    ]


def test_other_formats_have_no_layout() -> None:
    with open_exports(("a.ris", b"TY  - JOUR\nTI  - Hair\nER  - \n")) as exports:
        export = next(exports)
        list(export)
        assert export.layouts == ()
