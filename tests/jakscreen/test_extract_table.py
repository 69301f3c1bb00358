"""The extraction table: what is read, what is refused, and that nothing is lost or invented on the way."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.words import Arm, Study
from jakscreen.extract import COLUMNS, read_table, template

HEADING = ",".join(COLUMNS)
STUDIES = [Study("almutairi_2019", "Almutairi 2019"), Study("dai_2020", "Dai 2020")]
ARMS = [
    Arm("almutairi_2019", "tofa", group="tofacitinib"),
    Arm("almutairi_2019", "ruxo", group="ruxolitinib"),
    Arm("dai_2020", "tofa", group="tofacitinib"),
]


def table(*lines: str, heading: str = "study,arm,outcome,field,value,status,quote") -> str:
    return "\n".join((heading, *lines)) + "\n"


def test_template_has_events_and_n_of_every_arm_and_outcome() -> None:
    rows = list(csv.DictReader(io.StringIO(template(STUDIES, ARMS, ["any_response", "salt50"]))))
    assert len(rows) == 3 * 2 * 2
    assert {(row["study"], row["arm"], row["group"]) for row in rows} == {
        (arm.study_key, arm.key, arm.group) for arm in ARMS
    }
    assert {row["field"] for row in rows} == {"events", "n"}
    assert {row["value"] for row in rows} == {""}


def test_template_keeps_a_study_without_arms() -> None:
    assert "ibrahim_2017,,,salt50" in template([Study("ibrahim_2017", "Ibrahim 2017")], ARMS, ["salt50"])


def test_untouched_template_makes_no_numbers_and_no_problems() -> None:
    loaded = read_table(template(STUDIES, ARMS, ["salt50"]), name="t.csv")
    assert (loaded.rows, loaded.problems, loaded.untouched) == ((), (), 6)


def test_row_numbers_are_those_of_the_spreadsheet() -> None:
    """A quoted line break is inside a row, and an empty row counts."""
    loaded = read_table(table('a,x,salt50,events,3,read,"two\nlines"', "", "a,x,salt50,n,9,read,"), name="t.csv")
    assert [row.row for row in loaded.rows] == [2, 4]
    assert loaded.rows[0].quote == "two\nlines"


@pytest.mark.parametrize("written", ["NR", "nr", "not reported", "N.R.", "n/a", "Not Reported"])
def test_a_number_the_source_does_not_give_is_none(written: str) -> None:
    loaded = read_table(table(f"thrive_aa1,8mg,salt20,events,{written},read,"), name="t.csv")
    assert loaded.problems == ()
    assert (loaded.rows[0].value, loaded.rows[0].status) == (None, "not_reported")


def test_an_empty_value_with_a_quote_is_not_reported() -> None:
    loaded = read_table(table("allegro,10mg,salt20,events,,,responders not in the abstract"), name="t.csv")
    assert (loaded.rows[0].value, loaded.rows[0].status, loaded.untouched) == (None, "not_reported", 0)


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("12 %", "write 12 and the field 'percent'"),
        ("38.3%", "write 38.3 and the field 'percent'"),
        ("12/35", "write 12 in a row with the field 'events' and 35 in one with 'n'"),
        ("8 of 12", "write 8 in a row with the field 'events' and 12 in one with 'n'"),
        ("35,2", "write the decimal comma as a point: 35.2"),
        ("1,234", "write 1234, or 1.234 if the comma is a decimal comma"),
        ("1 234", "write 1234"),
        (">=9", "write 9 and the status 'lower_bound'"),
        ("≥ 9", "write 9 and the status 'lower_bound'"),
        ("<5", "write 5 and the status 'upper_bound'"),
        ("~82", "write 82 and the status 'approximate'"),
        ("nine", "or NR if it is not reported"),
        ("nan", "or NR if it is not reported"),
        ("inf", "or NR if it is not reported"),
        ("%", "write a number"),
        ("1e999", "too large"),
    ],
)
def test_what_is_no_number_is_a_problem_with_its_row_and_advice(written: str, advice: str) -> None:
    loaded = read_table(table(f'a,x,salt50,events,"{written}",read,q', "a,x,salt50,n,9,read,"), name="t.csv")
    assert len(loaded.problems) == 1
    assert loaded.problems[0].startswith("row 2: ")
    assert advice in loaded.problems[0]
    assert [row.field for row in loaded.rows] == ["n"]


@pytest.mark.parametrize(
    ("written", "value"), [("9", 9.0), ("-2.5", -2.5), ("\u22122.5", -2.5), ("１２", 12.0), ("1e2", 100.0)]
)
def test_numbers_are_read(written: str, value: float) -> None:
    assert read_table(table(f"a,x,salt,mean,{written},read,"), name="t.csv").rows[0].value == value


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_delimiter_byte_order_mark_and_line_ending_do_not_matter(delimiter: str, mark: str, ending: str) -> None:
    plain = table("dai_2020,tofa,salt50,events,18,read_derived,51.4%", "dai_2020,tofa,salt50,n,35,read,35 patients")
    written = mark + plain.replace(",", delimiter).replace("\n", ending)
    assert read_table(written, name="t") == read_table(plain, name="t")


def test_excels_own_separator_line_is_skipped() -> None:
    loaded = read_table("sep=;\r\nstudy;outcome;field;value\r\na;salt50;n;9\r\n", name="t.csv")
    assert [(row.study, row.value) for row in loaded.rows] == [("a", 9.0)]


def test_headings_and_words_count_without_regard_to_case() -> None:
    loaded = read_table("Study,OUTCOME,Field,Value,Status\na,salt50,Events,9,Lower Bound\n", name="t.csv")
    assert (loaded.rows[0].field, loaded.rows[0].status) == ("events", "lower_bound")


@pytest.mark.parametrize(
    ("written", "status"), [("derived", "read_derived"), ("secondary", "read_secondary"), ("", "read")]
)
def test_short_words_for_a_status_are_understood(written: str, status: str) -> None:
    assert read_table(table(f"a,x,salt50,n,9,{written},"), name="t.csv").rows[0].status == status


def test_an_unknown_column_is_named_with_what_was_meant() -> None:
    [problem] = read_table("study,outcome,field,value,quotes\na,salt50,n,9,x\n", name="cells.csv").problems
    assert "cells.csv" in problem
    assert "'quotes' is not known; did you mean 'quote'?" in problem


def test_a_missing_column_is_named() -> None:
    loaded = read_table("study,outcome,value\na,salt50,9\n", name="cells.csv")
    assert loaded.problems == ("cells.csv: the column 'field' is missing",)
    assert loaded.rows == ()


def test_a_column_twice_is_a_problem() -> None:
    [problem] = read_table("study,outcome,field,value,value\na,salt50,n,9,8\n", name="cells.csv").problems
    assert "'value' stands twice" in problem


@pytest.mark.parametrize("text", ["", "\ufeff", "  \n\n"])
def test_an_empty_file_is_a_problem(text: str) -> None:
    [problem] = read_table(text, name="cells.csv").problems
    assert problem.startswith("cells.csv is empty")


def test_a_heading_alone_is_a_problem() -> None:
    assert read_table(HEADING + "\n", name="cells.csv").problems == ("cells.csv holds a heading but no row",)


def test_a_file_that_is_no_table_is_one_problem() -> None:
    [problem] = read_table("%PDF-1.7\n%\u00e2\u00e3\n1 0 obj << /Type /Catalog >>\n", name="paper.csv").problems
    assert "no heading that is known here" in problem


def test_an_open_quotation_mark_swallows_nothing_in_silence() -> None:
    loaded = read_table(table('a,x,salt50,events,3,read,"open', "a,x,salt50,n,9,read,"), name="t.csv")
    assert any("quotation mark" in problem for problem in loaded.problems)


def test_more_cells_than_headings_is_a_problem() -> None:
    loaded = read_table(table("a,x,salt50,events,3,read,eight, of twelve"), name="t.csv")
    assert loaded.problems == (
        "row 2: 8 cells under 7 headings; a cell that holds the delimiter must stand in quotation marks",
    )


def test_a_row_that_ends_early_is_a_problem() -> None:
    [problem] = read_table(table("a,x,salt50"), name="t.csv").problems
    assert problem == "row 2: the row ends after 3 cells, before the column 'field'"


def test_a_row_without_study_or_field_is_a_problem() -> None:
    assert read_table(table(",x,salt50,,3,read,"), name="t.csv").problems == ("row 2: no study and no field given",)


def test_studies_and_arms_stand_in_the_order_of_the_table() -> None:
    loaded = read_table(table("b,x,o,n,1,,", "a,y,o,n,1,,", "b,x,o,events,1,,"), name="t.csv")
    assert loaded.studies == ("b", "a")
    assert loaded.arms == (("b", "x"), ("a", "y"))


@given(
    values=st.lists(st.integers(0, 10_000), min_size=1, max_size=8),
    quote=st.text(st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=("Cs",)), max_size=30),
)
def test_what_is_written_is_what_is_read(values: list[int], quote: str) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(["study", "outcome", "field", "value", "quote"])
    writer.writerows([f"study_{i}", "salt50", "n", value, quote] for i, value in enumerate(values))
    loaded = read_table(stream.getvalue(), name="t.csv")
    assert loaded.problems == ()
    assert [row.value for row in loaded.rows] == values
    assert {row.quote for row in loaded.rows} == {quote.strip()}
