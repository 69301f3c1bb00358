import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaksearch.formats.reading import FORMATS
from jaksearch.formats.sample import anonymised, sample_of

EVERY_FORMAT = ["", *FORMATS]


@pytest.mark.parametrize("name", EVERY_FORMAT)
@pytest.mark.parametrize(
    "line",
    [
        "{Alopecia in Jane Smith} of Oslo",
        "{Smith}: Oslo",
        "张三：男，45岁",
        "【张三】男",
        "张三-题名: 男",
        "Smith-题名: 男",
        "WANG- patient 5",
        "Smith: Oslo",
        "<Smith age='45'>",
        '"Smith": 45',
        "@Smith{oslo,",
        "  Smith = {Oslo}",
        "Smith,Oslo,Title",
        "SMITH JANE",
        "张三",
    ],
)
def test_nobodys_words_stay_in_any_format(name: str, line: str) -> None:
    shown = anonymised(line, format=name)
    assert not re.search("Smith|SMITH|Jane|Oslo|Alopecia|WANG|[张三男岁45]", shown)
    assert len(shown) == len(line)


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_two_capitals_at_the_beginning_of_a_line_are_a_name(name: str) -> None:
    assert anonymised("LI Wei, patient 5", format=name) == "XX Xxx, xxxxxxx 9"


@pytest.mark.parametrize(
    ("name", "line", "shown"),
    [
        ("ris", "ZZ  - Liu", "ZZ  - Xxx"),
        ("medline", "PMID- 12", "PMID- 99"),
        ("wos", "AU Liu, L", "AU Xxx, X"),
        ("refworks", "A1林行众", "A1字字字"),
        ("refworks", "{RT}: Book", "{RT}: Xxxx"),
        ("refer", "%A Liu", "%A Xxx"),
        ("noteexpress", "{Reference Type}: Book", "{Reference Type}: Xxxx"),
        ("noteexpress", "{Title}: Hair", "{Title}: Xxxx"),
        ("estudy", "Title-题名: 斑秃", "Title-题名: 字字"),
        ("sinomed", "【标题】斑秃", "【标题】字字"),
        ("vip", "题名：斑秃", "题名：字字"),
        ("cochrane", "AU: Liu L", "AU: Xxx X"),
        ("ovid", "Unique Identifier", "Unique Identifier"),
        ("embase-fields", '"TITLE","Hair"', '"TITLE","Xxxx"'),
        ("bibtex", "@article{liu2020,", "@article{xxx9999,"),
        ("bibtex", "  title = {Hair},", "  title = {Xxxx},"),
        ("csl", '[{"title": "Hair", "secret": 1}]', '[{"title": "Xxxx", "xxxxxx": 9}]'),
        ("jsonl", '{"doi": "10.1/x"}', '{"doi": "99.9/x"}'),
        ("csv", "Title,Smith,Year,DOI", "Title,Xxxxx,Year,DOI"),
        ("endnote-xml", "<title>Hair</title><Jane/>", "<title>Xxxx</title><Xxxx/>"),
        ("pubmed-xml", '<PMID Version="1">12</PMID>', '<PMID Xxxxxxx="9">99</PMID>'),
        ("", "【标题】斑秃", "【标题】字字"),
        ("", "Jekyll: 12", "Xxxxxx: 99"),
    ],
)
def test_what_the_format_knows_stays(name: str, line: str, shown: str) -> None:
    assert anonymised(line, format=name) == shown


@pytest.mark.parametrize("name", EVERY_FORMAT)
@settings(max_examples=15, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_keeps_its_length_and_its_lines(name: str, text: str) -> None:
    shown = anonymised(text, format=name)
    assert (len(shown), shown.count("\n")) == (len(text), text.count("\n"))


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("{Reference Type}: Book\n{Title}: x\n{Smith}: y\n\n{Reference Type}: Book\n{Jane}: z\n", "rejected (1"),
        ("PT J\nTI Hair\nSM Oslo\nER\n\nPT J\nPU Smith\nER\n\nEF\n", "unknown tag"),
        ("@article{smith,\n title = {Hair},\n smith = {Oslo}\n}\n", "unknown field"),
        ("<xml><records><record><titles><title>x</title></titles><Smith>y</Smith></record>"
         "<record><titles><title>x</Smith></title></record></records></xml>", "not well-formed XML"),
        ('[{"title": "Hair", "Smith": 1}]', "unknown variable"),
        ("Paper,Written by Smith\nOslo,Jane\n", "refused"),
        ("Mystery of Smith\n", "refused"),
    ],
)  # fmt: skip
def test_the_sentences_of_a_sample_hold_no_word_of_the_file(content: str, kept: str) -> None:
    sample = sample_of(("Jane Smith.export", io.BytesIO(content.encode())))
    assert kept in sample
    assert not re.search("Smith|smith|Jane|Oslo|Mystery|export", sample.replace("export the search", ""))
