"""A record beyond the limits is a reject with a sentence and the beginning of its text; its neighbours are read."""

import io
from collections.abc import Callable

import pytest

from jakdb.errors import InputError
from jakdb.words import RawRecord, Reject
from jaksearch import read_bytes
from jaksearch.formats.limits import MAX_KEPT, MAX_LINES, MAX_VALUE
from jaksearch.formats.people import read_author, read_authors
from jaksearch.formats.source import Source, line_counter
from jaksearch.formats.xml_records import cut_records

LONG = "x" * (MAX_VALUE + 1)
NEXT: dict[str, tuple[Callable[[str], str], str]] = {
    "ris": (lambda rest: f"TY  - JOUR\nTI  - Hair\n{rest}ER  - \n", "KW  - {}\n"),
    "medline": (lambda rest: f"PMID- 1\nOWN - NLM\nTI  - Hair\n{rest}\n", "OT  - {}\n"),
    "wos": (lambda rest: f"PT J\nTI Hair\nSO J Hair\n{rest}ER\n\n", "AU {}\n"),
    "refer": (lambda rest: f"%0 Journal Article\n%T Hair\n{rest}\n", "%K {}\n"),
    "sinomed": (lambda rest: f"【流水号】1\n【标题】Hair\n{rest}\n", "【关键词】{}\n"),
}


@pytest.mark.parametrize("kind", NEXT)
def test_a_record_of_too_many_lines_is_rejected_and_the_next_is_read(kind: str) -> None:
    record, line = NEXT[kind]
    text = record(line.format("a few words") * (MAX_LINES + 5)) + record("")
    rejected, taken = read_bytes(text.encode(), format=kind).records
    assert isinstance(rejected, Reject)
    assert rejected.reason.startswith("more than 100,000 lines in one record")
    assert text.startswith(rejected.text)
    assert len(rejected.text) <= MAX_KEPT
    assert isinstance(taken, RawRecord)
    assert taken.text.strip() == record("").strip()
    assert taken.line == text.count("\n", 0, text.rindex(record(""))) + 1


@pytest.mark.parametrize("kind", NEXT)
def test_a_value_too_long_rejects_its_record(kind: str) -> None:
    record, line = NEXT[kind]
    rejected, taken = read_bytes((record(line.format(LONG)) + record("")).encode(), format=kind).records
    assert isinstance(rejected, Reject)
    assert rejected.reason.startswith("a value of more than 1,048,576 characters under ")
    assert rejected.reason.endswith("the first 1,048,576 characters of its text are kept")
    assert isinstance(taken, RawRecord)


def test_a_record_at_the_limit_of_lines_is_read() -> None:
    record, line = NEXT["ris"]
    [taken] = read_bytes(record(line.format("a") * (MAX_LINES - 3)).encode()).accepted
    assert len(taken.fields) == MAX_LINES - 1


def test_a_cell_too_long_rejects_its_row() -> None:
    rejected, taken = read_bytes(f'Title,Year\n"{LONG}",2020\nHair,2021\n'.encode(), name="a.csv").records
    assert isinstance(rejected, Reject)
    assert rejected.reason.startswith("a cell of more than 1,048,576 characters; the first")
    assert isinstance(taken, RawRecord)
    assert taken.line == 3


def test_a_row_of_delimiters_is_rejected() -> None:
    for mark in (",", ',"'):
        text = "Title,Year\nLoss" + mark * 200_001 + "\nHair,2021\n"
        rejected, taken = read_bytes(text.encode(), name="a.csv").records
        assert isinstance(rejected, Reject)
        assert rejected.reason == "more than 200,000 delimiters or quotation marks in one row"
        assert isinstance(taken, RawRecord)


def test_a_long_quoted_cell_with_delimiters_is_cut_where_it_ends() -> None:
    cell = "a, b and c; " * 15_000  # longer than the standard library's limit
    [taken] = read_bytes(f'Title,Abstract,Year\nHair,"{cell}",2020\n'.encode(), name="a.csv").accepted
    assert dict(taken.fields) == {"Title": "Hair", "Abstract": cell.strip(), "Year": "2020"}


def test_an_object_too_long_is_rejected_in_json_and_its_lines() -> None:
    [rejected, taken] = read_bytes(f'[{{"type":"book","title":"{LONG}"}},{{"title":"Hair"}}]'.encode()).records
    assert isinstance(rejected, Reject)
    assert rejected.reason.startswith("a value of more than")
    assert isinstance(taken, RawRecord)
    lines = f'{{"title":"x","notes":["{"x" * (5 << 20)}"]}}\n{{"title":"Hair"}}\n'
    rejected, taken = read_bytes(lines.encode(), format="jsonl").records
    assert isinstance(rejected, Reject)
    assert rejected.reason.startswith("a record of more than 4 million characters")
    assert isinstance(taken, RawRecord)


def test_millions_of_empty_lines_are_refused() -> None:
    source = Source(io.BytesIO(b"TY  - JOUR\n" + b"\n" * (4 << 20)), name="a.ris")
    with pytest.raises(InputError, match="a million empty lines"):
        list(source.lines())


@pytest.mark.parametrize("opened", ["", "<!--", "<![CDATA["])
def test_a_stream_whose_record_never_ends_is_refused(opened: str) -> None:
    text = f"<set><a>{opened}" + "x" * (20 << 20)
    with pytest.raises(InputError, match="longer than 16 million characters"):
        list(cut_records(io.StringIO(text), names=["a"], around=["set"]))


def test_a_comment_across_pieces_of_a_stream_hides_records() -> None:
    filler = "x" * ((1 << 20) - 100)
    text = f"<set><a>1</a>{filler}<!-- <a>2</a> {'y' * 500_000} --><a>3</a></set>"
    pieces = list(cut_records(io.StringIO(text), names=["a"], around=["set"]))
    assert [piece.text for piece in pieces if piece.is_record] == ["<a>1</a>", "<a>3</a>"]


def test_lines_are_counted_forwards_and_back() -> None:
    line_of = line_counter("a\n\nb\nc")
    assert [line_of(index) for index in (0, 1, 2, 3, 5, 0, 5)] == [1, 1, 2, 3, 4, 1, 4]


def test_names_too_long_for_a_person_are_kept_as_they_stand() -> None:
    name = "Liu " * 100
    author = read_author(name)
    assert author is not None
    assert author.literal == name.strip()
    assert [str(one) for one in read_authors(["Lim SM, Cheng LJ"], listed=True)] == ["Lim, SM", "Cheng, LJ"]
