"""Workbooks and tables in web pages become records as text tables do; what a sheet hides or lacks is said."""

import datetime
import io
import struct
from collections.abc import Sequence

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import InputError, UsageError
from jakdb.words import RawRecord, Reject
from jaksearch.formats.html_table import is_html_table
from jaksearch.formats.limits import UNKNOWN
from jaksearch.formats.sheets import date_text, is_date_format, number_text
from jaksearch.formats.spreadsheet import read_spreadsheet
from jaksearch.normalise import normalise

TITLES = ("Title", "Authors", "Year", "DOI")


def workbook(*sheets: tuple[str, Sequence[Sequence[object]]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def page(*rows: Sequence[str]) -> str:
    return "<table>" + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows) + "</table>"


def test_rows_become_records_with_their_numbers() -> None:
    rows = [
        ("Search of June",),
        (),
        TITLES,
        ("Hair", "Liu, L", 2020, "10.1000/x"),
        (),
        (None, "Liu, L"),
        ("B", "", 2021.0),
    ]
    records = read_spreadsheet(saved(workbook(("Results", rows))), kind="xlsx")
    one, two, three = records
    assert one == RawRecord(
        1, 4, "Hair\tLiu, L\t2020\t10.1000/x",
        (("Title", "Hair"), ("Authors", "Liu, L"), ("Year", "2020"), ("DOI", "10.1000/x")),
    )  # fmt: skip
    assert two == Reject(2, 6, UNKNOWN, "\tLiu, L", -1)
    assert isinstance(three, RawRecord)
    assert (three.number, three.line, three.fields) == (3, 7, (("Title", "B"), ("Year", "2021")))
    assert records.headings == TITLES
    assert records.warnings == []
    record = normalise(one, format="xlsx")
    assert (record.title, record.year, record.doi) == ("Hair", 2020, "10.1000/x")


def test_dates_truths_errors_and_formulas_are_text() -> None:
    day, moment = datetime.date(2020, 1, 30), datetime.datetime(2020, 1, 30, 12, 0)  # noqa: DTZ001 - cells have no zone
    rows = [("Title", "A", "B", "C", "D", "E"), ("Hair", day, moment, True, "#N/A", "=1+1")]
    records = read_spreadsheet(saved(workbook(("S", rows))), kind="xlsx")
    [record] = records
    assert record.text == "Hair\t2020-01-30\t2020-01-30 12:00:00\tTRUE\t#N/A"
    assert isinstance(record, RawRecord)
    assert record.warnings == ("row 2: a formula without a value in column 6",)
    assert records.warnings == ["sheet 'S': 1 formula without a value, read as empty"]


def test_sheets_left_out_hidden_and_merged_are_said() -> None:
    book = workbook(
        ("First", [("Title",), ("Hair",), ("Skin",)]),
        ("Notes", [("just words",)]),
        ("Empty", []),
        ("Second", [("题名",), ("脱发",)]),
    )
    book["Second"].sheet_state = "hidden"
    book["First"].merge_cells("A2:B2")
    book["First"].row_dimensions[3].hidden = True
    records = read_spreadsheet(saved(book), kind="xlsx")
    assert [(record.number, record.line) for record in records] == [(1, 2), (2, 3), (3, 2)]
    assert records.warnings == [
        "sheet 'First': 1 hidden rows are read too",
        "sheet 'First': 1 merged ranges: their value stands in the first cell only",
        "sheet 'Notes' left out: no column of the table holds titles; its headings are: 'just words'",
        "sheet 'Second' is hidden; it is read too",
        "records of several sheets: 1 to 2 from 'First', 3 to 3 from 'Second'",
    ]


SILENT = ("NA", "N/A", "None", "null", "-")  # what a table says where it has nothing to say
CELLS = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)
    .map(str.strip)
    .filter(lambda cell: cell not in SILENT)
)


@given(st.lists(st.tuples(CELLS.filter(lambda cell: cell and not cell.startswith("=")), CELLS), min_size=1, max_size=6))
def test_text_comes_out_as_it_went_in(rows: list[tuple[str, str]]) -> None:
    book = workbook(("S", [("Title", "Notes")]))
    for number, row in enumerate(rows, start=2):
        for column, text in enumerate(row, start=1):
            cell = book["S"].cell(number, column)
            cell.value, cell.data_type = text, "s"
    odd = str.maketrans("\ufffe\uffff", "\ufffd\ufffd")
    found = [
        dict(record.fields) for record in read_spreadsheet(saved(book), kind="xlsx") if isinstance(record, RawRecord)
    ]
    wanted = [{"Title": title, "Notes": notes} for title, notes in rows]
    assert found == [{key: text.translate(odd) for key, text in row.items() if text} for row in wanted]


def test_columns_can_be_mapped() -> None:
    held = saved(workbook(("S", [("Paper", "Year"), ("Hair", 2020)])))
    [record] = read_spreadsheet(held, kind="xlsx", columns={"title": "Paper"})
    assert isinstance(record, RawRecord)
    assert record.fields == (("title", "Hair"), ("Year", "2020"))
    with pytest.raises(InputError, match="no column of the table holds titles"):
        list(read_spreadsheet(held, kind="xlsx"))
    with pytest.raises(InputError, match="the table has no column 'Name'"):
        list(read_spreadsheet(held, kind="xlsx", columns={"title": "Name"}))
    with pytest.raises(UsageError, match="'colour' is not a field"):
        list(read_spreadsheet(held, kind="xlsx", columns={"colour": "Paper"}))


def test_a_row_wider_than_the_heading_is_rejected() -> None:
    held = saved(workbook(("S", [("Title",), ("Hair", None, "more"), ("Skin",)])))
    wide, good = read_spreadsheet(held, kind="xlsx")
    assert isinstance(wide, Reject)
    assert wide.reason == "3 cells where the heading has 1"
    assert good.number == 2


@pytest.mark.parametrize("held", [saved(workbook(("S", []))), b"PK\x05\x06" + bytes(18), b"PK\x03\x04 cut off"])
def test_an_empty_or_damaged_workbook_is_an_error(held: bytes) -> None:
    with pytest.raises(InputError) as caught:
        list(read_spreadsheet(held, kind="xlsx"))
    assert caught.value.hint


def biff2(*rows: Sequence[str | float]) -> bytes:
    """Return a workbook of Excel 2, the one kind of .xls that is a plain row of cells."""
    pieces = [struct.pack("<HHHH", 0x0009, 4, 2, 0x0010)]
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            head = struct.pack("<HH3x", number, column)
            is_text = isinstance(cell, str)
            body = head + (struct.pack("<B", len(cell)) + cell.encode() if is_text else struct.pack("<d", cell))
            pieces.append(struct.pack("<HH", 0x0004 if is_text else 0x0003, len(body)) + body)
    return b"".join((*pieces, struct.pack("<HH", 0x000A, 0)))


def test_an_old_workbook_is_read() -> None:
    records = read_spreadsheet(biff2(("Title", "Year", "Score"), ("Hair", 2020.0, 0.5), ("", 2021.0)), kind="xls")
    assert [(record.line, record.text) for record in records] == [(2, "Hair\t2020\t0.5"), (3, "\t2021")]
    assert records.headings == ("Title", "Year", "Score")
    assert records.warnings == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_page_is_read_in_its_encoding(encoding: str) -> None:
    held = page(("题名", "作者"), ("脱发的治疗与护理", "王伟;李娜")).encode(encoding)
    assert is_html_table(held)
    [record] = read_spreadsheet(held, kind="html-table")
    assert isinstance(record, RawRecord)
    assert record.fields == (("题名", "脱发的治疗与护理"), ("作者", "王伟;李娜"))


def test_cells_of_a_page_are_text_without_markup() -> None:
    held = page(("Title", "Notes"), ("Hair &amp; <i>skin</i>", "one<br>two<script>evil()</script>"), ("=1", ""))
    one, two = read_spreadsheet(held.encode(), kind="html-table")
    assert one.text == "Hair & skin\tone\ntwo"
    assert two.text == "=1"


def test_a_layout_around_the_table_is_none() -> None:
    held = f"<html><table><tr><td>Menu<td>{page(('Title', 'Year'), ('Hair', '2020'))}<tr><td>Foot</table>"
    [record] = read_spreadsheet(held.encode(), kind="html-table")
    assert (record.line, record.text) == (2, "Hair\t2020")


def test_a_page_without_records_is_an_error() -> None:
    with pytest.raises(InputError, match="web page without a table of records") as caught:
        list(read_spreadsheet(page(("User", "Password")).encode(), kind="html-table"))
    assert "log in again" in caught.value.hint


def test_numbers_dates_and_formats() -> None:
    assert [number_text(text) for text in ("1.0", "-3", "1e3", "0.30000000000000004", "9" * 30, "x", "1e999")] == [
        "1", "-3", "1000", "0.30000000000000004", "9" * 30, "x", "1e999",
    ]  # fmt: skip
    assert [date_text(day) for day in (1, 59, 61, 43860)] == ["1900-01-01", "1900-02-28", "1900-03-01", "2020-01-30"]
    assert date_text(42398, since_1904=True) == "2020-01-30"
    shown = {'[$-409]mmm\\ d": "yyyy': True, "[h]:mm": True, "General": False, '"day" 0': False, "[Red]0.00": False}
    assert {code: is_date_format(200, code) for code in shown} == shown


def test_a_heading_that_spans_columns_names_all_of_them() -> None:
    held = b"<table><tr><th>Title<th>Year<th colspan=2>Keywords<tr><td>Hair<td>2020<td>a<td>b</table>"
    [record] = read_spreadsheet(held, kind="html-table")
    assert isinstance(record, RawRecord)
    assert record.fields == (("Title", "Hair"), ("Year", "2020"), ("Keywords", "a"), ("Keywords", "b"))
    assert record.warnings == ()


def test_headings_in_two_rows_are_joined() -> None:
    held = (
        b"<table><tr><td colspan=4>Results<tr><th rowspan=2>Title<th colspan=3>Source"
        b"<tr><th>Journal<th>Year<th>Pages<tr><td>Hair<td>J Hair<td>2020<td>1-2</table>"
    )
    [record] = read_spreadsheet(held, kind="html-table")
    assert isinstance(record, RawRecord)
    assert record.fields == (("Title", "Hair"), ("Journal", "J Hair"), ("Year", "2020"), ("Pages", "1-2"))


def test_cells_that_span_rows_or_columns_are_said() -> None:
    held = (
        b"<table><tr><th>Title<th>Journal<th>Year<tr><td>Hair<td rowspan=3>J Hair<td>2020<tr><td>Loss<td>2021"
        b"<tr></tr><tr><td colspan=2>More<td>2022</table>"
    )
    _, loss, more = read_spreadsheet(held, kind="html-table")
    assert isinstance(loss, RawRecord)
    assert loss.fields == (("Title", "Loss"), ("Journal", "J Hair"), ("Year", "2021"))
    assert loss.warnings == ("line 3: cells above span several rows, their text repeated",)
    assert isinstance(more, RawRecord)
    assert (more.line, more.fields) == (5, (("Title", "More"), ("Year", "2022")))
    assert more.warnings == ("line 5: cells span several columns, their text stands in the first",)
