from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.words import Author, RawRecord, Record, Reject
from jaksearch.formats import read_bytes, sniff
from jaksearch.formats.bibtex import read_bibtex
from jaksearch.formats.latex import from_latex, to_latex
from jaksearch.normalise import normalise


def records(text: str) -> list[Record]:
    return [normalise(raw, format="bibtex") for raw in read_bytes(text.encode(), format="bibtex").accepted]


def test_an_entry_is_read_into_the_fields_of_a_record() -> None:
    text = r"""@string{jd = "J {Derm}"}
    @Article{liu2020,
      Author = {Liu, Lucy Y. and van der Maas, M. K. and {Hair and Skin Group} and Smith, Jr., John and others},
      title = "{JAK} inhibitors: M\"uller's \emph{trial} of 50\% {\ss}",
      journal = jd # { and Skin}, year = 2020, month = jan, volume = {7}, number = {4}, pages = {475--82},
      doi = {10.1000/a_b}, keywords = {hair, loss}, issn = {1234-567X}, note = {PMID: 31494993},
      url = {https://example.org/a\_b}
    }"""
    [record] = records(text)
    assert record.title == "JAK inhibitors: Müller's trial of 50% ß"
    assert record.authors == (
        Author("Liu", "Lucy Y."), Author("van der Maas", "M. K."), Author(literal="Hair and Skin Group"),
        Author("Smith", "John, Jr."),
    )  # fmt: skip
    assert (record.journal, record.year, record.volume, record.issue) == ("J Derm and Skin", 2020, "7", "4")
    assert (record.pages, record.doi, record.pmid) == ("475-482", "10.1000/a_b", "31494993")
    assert (record.keywords, record.issn, record.url) == (("hair", "loss"), ("1234-567X",), "https://example.org/a_b")
    assert record.type == "article-journal"


def test_comments_strings_and_preambles_are_no_records() -> None:
    text = 'junk\n@comment{x @ y}\n@preamble{"z"}\n@string{a = {b}}\n% @article{no,\n@book{b, title = a}\n'
    [record] = read_bibtex(text)
    assert isinstance(record, RawRecord)
    assert (record.line, dict(record.fields)["title"]) == (6, "b")
    assert record.warnings == ("line 1: text before the first record left out",)


def test_duplicate_keys_and_fields_are_all_kept() -> None:
    found = list(read_bibtex("@article{a, title={One}, note={x}, note={y}}\n@article{a, title={Two}}\n"))
    assert [dict(raw.fields)["title"] for raw in found if isinstance(raw, RawRecord)] == ["One", "Two"]
    assert [value for name, value in found[0].fields if name == "note"] == ["x", "y"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "broken",
    [
        "@article{a,\n title = {Hair {loss},\n year = {2020},\n",
        "@article{a,\n title = {Hair {loss}},\n year = {2020},\n abstract = {One.\nTwo, p = 0.05",
        "@article{a,\n title = {Hair {loss}},\n year = {2020}\n abstract = {no comma}\n}",
        "@article{a,\n title = {Hair {loss}},\n abstract = {One},\n untagged line\n year = {2020}\n}",
        "@article{a,\n title = {Hair {loss}},\n abstract = {cut} off},\n year = {2020}\n}",
        "@article{\n title = {Hair {loss}},\n year = {2020}\n}",
    ],
)
def test_a_broken_entry_is_rescued_and_costs_no_other(broken: str) -> None:
    text = f"@book{{x, title={{Before}}}}\n\n{broken}\n\n@book{{y, title={{After}}}}\n"
    found = records(text)
    assert [record.title for record in found] == ["Before", "Hair loss", "After"]
    assert found[1].year == 2020


def test_an_entry_that_says_nothing_is_a_reject_with_its_line() -> None:
    found = list(read_bibtex("@article{a, title={One}}\n\n@misc{b,\n  note = {nothing}\n}\n"))
    assert isinstance(found[1], Reject)
    assert (found[1].number, found[1].line) == (2, 3)
    assert found[1].text.startswith("@misc{b")


def test_an_at_sign_inside_a_value_begins_no_record() -> None:
    text = '@article{a, title={One}, abstract={mail\n@home {x} or a@b.org\n@misc{see it}} }\n@book(b, title="Two )")'
    assert [record.title for record in records(text)] == ["One", "Two )"]


def test_entries_on_one_line_are_apart() -> None:
    assert [r.title for r in records("@a{x,title={One}}@a{y,title={Two}} @a{z,title={Three}}")] == [
        "One",
        "Two",
        "Three",
    ]


def test_names_without_and_or_braces_are_read() -> None:
    [one] = records("@article{a, title={T}, author={王伟 and 欧阳明}}")
    assert one.authors == (Author("王", "伟"), Author("欧阳", "明"))
    [two] = records("@article{a, title={T}, author={Liu, L.Y.; Ko, J.}}")
    assert [author.family for author in two.authors] == ["Liu", "Ko"]
    [three] = records("@article{a, title={T}, author={Lucy Liu and WHO Study Group}}")
    assert three.authors == (Author("Liu", "Lucy"), Author(literal="WHO Study Group"))


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        (r"{\'E}t\'e {\o} \v{c} \c c \H{o} \'{\i} \~n", "Été ø č ç ő í ñ"),
        (r"$\alpha$ is $< 5$ and costs $5 or $10", "α is < 5 and costs $5 or $10"),
        (r"50% of a--b ``said''", "50% of a–b “said”"),
        (r"\unknown{x} \& \textbf{y}~z", r"\unknownx & y z"),
    ],
)
def test_latex_is_decoded(written: str, printed: str) -> None:
    assert from_latex(written) == printed


@given(st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Mn", "Mc", "Me", "Lo", "Sk", "So"))))
def test_escaped_text_comes_back(text: str) -> None:
    import unicodedata

    assert from_latex(to_latex(text)) == unicodedata.normalize("NFC", text)


def test_bibtex_is_recognised_with_its_database() -> None:
    assert sniff("% made by hand\n\n@article{a,\n title={x}\n}\n") == "bibtex"
    reading = read_bytes(b"@article{WOS:1, title={x}, unique-id={WOS:000468040200020}}")
    assert (reading.format, reading.database) == ("bibtex", "Web of Science")


@pytest.mark.parametrize(
    "piece", ["@a{b,", "@a{b,\n", "{", "}", '"', "a=#", "\n", "@string{a=", "@a{b,t={x}#", "\\", "x = {"]
)
def test_hostile_repetition_is_read_in_time(piece: str) -> None:
    begin = time.process_time()
    list(read_bibtex("@a{b, title={x}, abstract={" + piece * 20_000))
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("kind", ["preamble", "string", "comment"])
@pytest.mark.parametrize("opened", ['{mble{"x {y}"}', '{a = {b "', "{"])
def test_what_is_no_record_and_never_closed_swallows_nothing(kind: str, opened: str) -> None:
    for head in ("@article{berg20@article{x,20,", "@article{x,"):
        found = list(read_bibtex(f"@{kind}{opened}\n{head}\n title={{Hair}}\n}}\n@book{{b, title={{Loss}}}}\n"))
        assert [dict(raw.fields)["title"] for raw in found if isinstance(raw, RawRecord)] == ["Hair", "Loss"]
        assert found[0].warnings[0] == f"line 1: @{kind} before the record is never closed"  # type: ignore[union-attr]


def test_an_entry_behind_an_unclosed_preamble_on_its_line_is_read() -> None:
    [record] = read_bibtex('@preamble{"x @article{a, title={Hair}}')
    assert dict(record.fields)["title"] == "Hair"  # type: ignore[union-attr]


def test_a_value_beyond_the_limit_costs_its_entry() -> None:
    long = "A B and " * 200_000
    rejected, record = read_bibtex(f"@article{{a, title={{x}}, author={{{long}}}}}\n@article{{b, title={{Hair}}}}\n")
    assert isinstance(rejected, Reject)
    assert rejected.reason.startswith("a value of more than 1,048,576 characters under author; the first")
    assert isinstance(record, RawRecord)
    assert record.line == 2
