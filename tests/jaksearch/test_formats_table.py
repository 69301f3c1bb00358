import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import InputError, UsageError
from jakdb.words import RawRecord, Reject
from jaksearch.formats import FIELDS, read_table
from jaksearch.formats.headings import canonical, normal_heading

WIDE = "Title,Authors,Year,Abstract\n"


def test_no_heading_means_two_things() -> None:
    names = [normal_heading(name) for names in FIELDS.values() for name in names]
    owners = {}
    for field, headings in FIELDS.items():
        for heading in headings:
            assert owners.setdefault(normal_heading(heading), field) == field
    assert len(set(names)) == len(owners)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Source title", "journal"), ("Art. No.", "article_number"), ("Author(s)", "authors"), ("PubMed ID", "pmid"),
        ("Medline PMID", "pmid"), ("DI", "doi"), ("UT (Unique WOS ID)", "accession"), ("Abstract Note", "abstract"),
        ("Title-题名", "title"), ("Source-文献来源", "journal"), ("PubTime-发表时间", "date"),
        ("Summary-摘要", "abstract"),
        ("刊名", "journal"), ("作者（英文）", "authors"), ("Journal/Book", "journal"),
        ("Emtree Drug Index Terms", "keywords"),
    ],
)  # fmt: skip
def test_headings_of_databases_are_known(heading: str, field: str) -> None:
    found = canonical(heading)
    assert found is not None
    assert found[0] == field


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(delimiter: str) -> None:
    [record] = read_table(delimiter.join(("Title", "Year")) + "\n" + delimiter.join(("Hair", "2020")) + "\n")
    assert isinstance(record, RawRecord)
    assert record.fields == (("Title", "Hair"), ("Year", "2020"))


def test_lines_of_quoted_cells_count() -> None:
    one, two = read_table(WIDE + '"A, ""b""",X,2020,"line one\nline two"\nB,Y,2021,short\n')
    assert isinstance(one, RawRecord)
    assert one.fields[0] == ("Title", 'A, "b"')
    assert one.fields[3] == ("Abstract", "line one\nline two")
    assert (one.line, two.line) == (2, 4)
    assert one.text == '"A, ""b""",X,2020,"line one\nline two"'


def test_a_row_of_the_wrong_width_is_rejected_and_the_rest_goes_on() -> None:
    one, two, three = read_table(WIDE + "A,X,2020,t\nB,2021\nC,Z,2022,t\n")
    assert isinstance(two, Reject)
    assert (two.line, two.reason, two.text) == (3, "2 cells where the heading has 4", "B,2021")
    assert isinstance(three, RawRecord)
    assert (one.number, three.number) == (1, 3)


def test_one_open_quotation_mark_costs_one_row() -> None:
    records = list(read_table(WIDE + 'A,X,2020,t\nB,"Y,2021,t\nC,Z,2022,t\nD,W,2023,t\n'))
    assert [type(record) for record in records] == [RawRecord, Reject, RawRecord, RawRecord]
    assert records[1].line == 3


def test_two_open_quotation_marks_do_not_swallow_what_is_between() -> None:
    records = list(read_table(WIDE + 'A,"X,2020,t\nB,Y,2021,t\nC,Z,2022,t\nD,"W,2023,t\nE,V,2024,t\n'))
    taken = [record for record in records if isinstance(record, RawRecord)]
    assert [record.fields[0][1] for record in taken] == ["B", "C", "E"]


def test_a_row_cut_off_inside_a_cell_is_taken_with_a_warning() -> None:
    _, two = read_table(WIDE + 'A,X,2020,t\nB,Y,2021,"An abstract\nthat is cut o')
    assert isinstance(two, RawRecord)
    assert two.fields[3] == ("Abstract", "An abstract\nthat is cut o")
    assert "cut off" in two.warnings[0]


def test_marks_inside_cells_open_nothing() -> None:
    one, two = read_table(WIDE + 'A 5" disk,X,2020,t\nB,Y,2021,t\n')
    assert isinstance(one, RawRecord)
    assert one.fields[0] == ("Title", 'A 5" disk')
    assert isinstance(two, RawRecord)


def test_web_of_science_tables_are_not_quoted() -> None:
    text = 'PT\tAU\tTI\tSO\tPY\tUT\t\nJ\tLiu, L; Ko, J\t"Smart" hair and "dumb\tHAIR J\t2020\tWOS:1\t\n'
    text += "J\tXu, B\tOne\tHAIR J\t2021\tWOS:2\t\n"
    one, two = read_table(text)
    assert isinstance(one, RawRecord)
    assert dict(one.fields)["TI"] == '"Smart" hair and "dumb'
    assert isinstance(two, RawRecord)


def test_scopus_rows_with_a_second_funding_text_are_mended() -> None:
    heading = "Authors,Title,Year,Funding Text 1,References,PubMed ID,EID\n"
    one, two = read_table(heading + "A,One,2020,f,r,1,2-s2.0-1\nB,Two,2021,f,f2,r,2,2-s2.0-2\n")
    assert isinstance(two, RawRecord)
    assert dict(two.fields)["PubMed ID"] == "2"
    assert two.warnings == ("line 3: 1 of 8 cells without a heading",)
    assert isinstance(one, RawRecord)


def test_blank_rows_are_no_records_and_a_trailing_delimiter_is_no_cell() -> None:
    records = list(read_table(WIDE + "\n,,,\nA,X,2020,t,\n  \n"))
    assert len(records) == 1
    assert records[0].line == 4


def test_lines_before_the_heading_are_skipped() -> None:
    [record] = read_table('"About the data: exported today"\nTitle,DOI,Year\nHair,10.1000/1,2020\n')
    assert record.line == 3


def test_a_cell_beyond_the_limit_of_the_csv_module_is_read() -> None:
    long = "x" * 300_000
    [record] = read_table(WIDE + f'A,"Y, Z",2020,"{long}"\n')
    assert isinstance(record, RawRecord)
    assert record.fields[3] == ("Abstract", long)
    assert csv.field_size_limit() == 131072


def test_no_title_column_is_an_error_that_lists_the_headings() -> None:
    with pytest.raises(InputError, match="'Name', 'Year'") as caught:
        list(read_table("Name,Year\nHair,2020\n"))
    assert "--column title=" in caught.value.hint


def test_a_mapping_names_fields_and_beats_known_headings() -> None:
    [record] = read_table("Paper,Title,Year\nHair,Dr,2020\n", columns={"title": "Paper"})
    assert isinstance(record, RawRecord)
    assert record.fields == (("title", "Hair"), ("unused: Title", "Dr"), ("Year", "2020"))


def test_a_wrong_mapping_is_an_error_with_the_names_that_exist() -> None:
    with pytest.raises(UsageError, match="titel"):
        list(read_table("Paper\nHair\n", columns={"titel": "Paper"}))
    with pytest.raises(InputError, match="Papre") as caught:
        list(read_table("Paper\nHair\n", columns={"title": "Papre"}))
    assert "'Paper'" in caught.value.hint


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=12).map(
    lambda text: text + "x"
)
ROWS = st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8)


@given(ROWS, st.sampled_from([",", ";", "\t"]), st.booleans())
def test_what_the_csv_module_writes_comes_back(rows: list[tuple[str, ...]], delimiter: str, broken: bool) -> None:
    if broken:
        rows = [(title, authors.replace("x", "x\ny"), abstract) for title, authors, abstract in rows]
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("Title", "Authors", "Abstract"), *rows])
    records = list(read_table(stream.getvalue()))
    assert [tuple(value for _, value in record.fields) for record in records if isinstance(record, RawRecord)] == [
        tuple(cell.strip() for cell in row) for row in rows
    ]
