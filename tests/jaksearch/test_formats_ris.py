import pytest

from jakdb.words import RawRecord, Reject
from jaksearch.formats import read_ris


def taken(text: str) -> list[RawRecord]:
    """Return the records of a text in which nothing is rejected."""
    records = list(read_ris(text))
    assert all(isinstance(record, RawRecord) for record in records), records
    return [record for record in records if isinstance(record, RawRecord)]


def values(record: RawRecord, tag: str) -> list[str]:
    return [value for name, value in record.fields if name == tag]


def test_source_text_and_lines_are_kept() -> None:
    text = "\nTY  - JOUR\nTI  - One\nER  - \n\n\nTY  - BOOK\nTI  - Two\nER  -\n"
    one, two = taken(text)
    assert (one.number, one.line, one.text) == (1, 2, "TY  - JOUR\nTI  - One\nER  - ")
    assert (two.number, two.line, two.fields) == (2, 7, (("TY", "BOOK"), ("TI", "Two")))
    assert one.warnings == two.warnings == ()


def test_missing_er_does_not_merge_records() -> None:
    records = taken("".join(f"TY  - JOUR\nTI  - Paper {i}\n\n" for i in range(11)))
    assert [values(record, "TI") for record in records] == [[f"Paper {i}"] for i in range(11)]
    assert records[0].warnings == ("line 1: no ER before the next TY",)
    assert "cut off" in records[10].warnings[0]


def test_er_and_ty_on_one_line_end_and_begin() -> None:
    one, two = taken("TY  - JOUR\nTI  - One\nER  - TY  - JOUR\nTI  - Two\nER  - ")
    assert (values(one, "TI"), values(two, "TI"), two.line) == (["One"], ["Two"], 3)


@pytest.mark.parametrize(
    "begin", ["TY - JOUR", "TY  -JOUR", "TY- JOUR", "TY  - JOUR  ", " TY  - JOUR", "TY\t- JOUR", "TY  - "]
)
def test_sloppy_ty_begins_a_record(begin: str) -> None:
    _, two = taken(f"TY  - JOUR\nTI  - One\nER  - \n{begin}\nTI  - Two\nER  - \n")
    assert values(two, "TI") == ["Two"]


def test_er_in_an_abstract_is_text() -> None:
    text = "TY  - JOUR\nTI  - Breast\nAB  - Tumours were\nER  - positive in half.\nER+ tumours too.\nKW  - x\nER  - \n"
    text += "TY  - JOUR\nTI  - Two\nER  -"
    one, _ = taken(text)
    assert values(one, "AB") == ["Tumours were\nER  - positive in half.\nER+ tumours too."]
    assert values(one, "KW") == ["x"]


def test_er_with_a_remark_ends_before_ty_or_the_end() -> None:
    one, two = taken("TY  - JOUR\nTI  - One\nER  - 1\n\nTY  - JOUR\nTI  - Two\nER  - end of file\n")
    assert (one.warnings, two.warnings) == ((), ())


@pytest.mark.parametrize(
    "line", ["T2-weighted images", "TY - yes we can", "CT-guided", "DA-9701 was given", "IL - 17", "BRCA - 1"]
)
def test_words_that_look_like_tags_go_on_with_the_text(line: str) -> None:
    [record] = taken(f"TY  - JOUR\nTI  - One\nAB  - Begins\n{line}\nKW  - x\nER  - \n")
    assert values(record, "AB") == [f"Begins\n{line}"]
    assert record.warnings == ("line 4: no tag, joined to AB",)


def test_indented_and_unindented_values_go_on() -> None:
    [record] = taken("TY  - JOUR\nT1  - Breach following\ncontusion\nKW  - a\n      b\nER  - \n")
    assert values(record, "T1") == ["Breach following\ncontusion"]
    assert values(record, "KW") == ["a\nb"]
    assert record.warnings == ("line 3: no tag, joined to T1",)


def test_paragraphs_of_an_abstract_stay_together() -> None:
    [record] = taken("TY  - JOUR\nTI  - One\nAB  - Aim.\n\nMethods.\n\nPB  - X\nER  - \n")
    assert values(record, "AB") == ["Aim.\nMethods."]


def test_text_after_a_record_without_er_is_not_its_value() -> None:
    one, two = taken("TY  - JOUR\nTI  - One\nDO  - 10.1000/1\n\n% a comment\nTY  - JOUR\nTI  - Two\nER  - \n")
    assert values(one, "DO") == ["10.1000/1"]
    assert "text between records left out" in one.warnings[0]
    assert "% a comment" in one.text
    assert two.line == 6


def test_text_between_records_is_left_out_and_said() -> None:
    text = "search: hair\nTY  - JOUR\nTI  - One\nER  - \n(exp Alopecia/) and 2020\n\n"
    text += "TY  - JOUR\nTI  - Two\nER  - \nthe end\n"
    one, two = taken(text)
    assert one.warnings == ("line 1: text between records left out",)
    assert two.warnings == ("line 5: text between records left out", "line 10: text after the last record left out")


def test_numbers_and_headers_of_platforms_are_silent() -> None:
    ovid = "1.\nTY  - JOUR\nTI  - One\nER  - \n\nLink to the Ovid Full Text or citation: http://x\n\n"
    ovid += "<1337>\nTY  - JOUR\nTI  - Two\nER  - \n"
    cochrane = 'Provider: John Wiley\nContent: text/plain; charset="UTF-8"\n\n'
    cochrane += "Record #1 of 1\nTY  - JOUR\nTI  - Three\nER  - \n"
    assert [record.warnings for record in taken(ovid + cochrane)] == [(), (), ()]


def test_unknown_tags_are_kept_and_said() -> None:
    [record] = taken("TY  - JOUR\nTI  - One\nZ9  - 17\nER  - \n")
    assert record.fields[-1] == ("Z9", "17")
    assert record.warnings == ("line 3: unknown tag Z9, kept",)


def test_loose_known_tags_are_read_and_said() -> None:
    [record] = taken("TY  - JOUR\nTI  - One\nKW - hair\nPMID - 123\nA1\t- Liu L\nER  - \n")
    assert record.fields[2:] == (("KW", "hair"), ("PMID", "123"), ("A1", "Liu L"))
    assert len(record.warnings) == 3


def test_empty_values_are_dropped_but_ty_stays() -> None:
    [record] = taken("TY  -\nTI  - One\nIS  - \nVL  -\nER  -\n")
    assert record.fields == (("TY", ""), ("TI", "One"))


def test_a_record_that_lost_its_first_line_is_read_and_said() -> None:
    one, two, three = read_ris("TY  - JOUR\nTI  - A\nER  - \nTI  - B\nAU  - C\nER  - \nTY  - JOUR\nTI  - D\nER  - ")
    assert isinstance(two, RawRecord)
    assert (two.number, two.line, two.text) == (2, 4, "TI  - B\nAU  - C\nER  - ")
    assert two.fields == (("TI", "B"), ("AU", "C"))
    assert two.warnings == ("line 4: no TY, the line that begins a record",)
    assert (one.number, three.number) == (1, 3)


@pytest.mark.parametrize("lines", ["AU  - C\nPY  - 2020\n", "TI  - B\n", "TI  - B\nAU  - C\nTI  - D\nAU  - E\n"])
def test_fields_without_ty_that_may_be_a_part_or_several_records_are_one_reject(lines: str) -> None:
    one, reject = read_ris(f"TY  - JOUR\nTI  - A\nER  - \n{lines}ER  - \n")
    assert isinstance(reject, Reject)
    assert (reject.number, reject.line, reject.text) == (2, 4, f"{lines}ER  - ")
    assert "without TY" in reject.reason
    assert one.number == 1


@pytest.mark.parametrize("body", ["", "PB  - Elsevier\n", "AU  - Liu L\n", "N1  - a note\nID  - 7\n", "AB  - NA\n"])
def test_a_record_with_nothing_to_know_it_by_is_rejected(body: str) -> None:
    [reject] = read_ris(f"TY  - JOUR\n{body}ER  - \n")
    assert isinstance(reject, Reject)
    assert reject.line == 1


@pytest.mark.parametrize(
    "body", ["DO  - 10.1/x\n", "AN  - 7\n", "AB  - Text\n", "AU  - Liu L\nPY  - 2020\n", "UR  - http://x\n"]
)
def test_a_record_without_title_is_taken_if_something_names_it(body: str) -> None:
    assert len(taken(f"TY  - JOUR\n{body}ER  - \n")) == 1
