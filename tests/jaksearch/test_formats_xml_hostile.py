"""Hostile XML is refused or neutralised, quickly, and never reaches for a file, the network or much memory."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jakdb.words import RawRecord, Reject
from jaksearch import normalise, read_bytes
from jaksearch.formats import read_endnote_xml, read_pubmed_xml

LOLS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
BOMB = f'<!DOCTYPE x [<!ENTITY l0 "lol">{LOLS}]>'
QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>'
CITATION = "<MedlineCitation><PMID>1</PMID><Article><ArticleTitle>{}</ArticleTitle></Article></MedlineCitation>"
PUBMED = f"<PubmedArticleSet><PubmedArticle>{CITATION}</PubmedArticle></PubmedArticleSet>"
ENDNOTE = "<xml><records><record><ref-type>17</ref-type><titles><title>{}</title></titles></record></records></xml>"
READERS = [(read_pubmed_xml, PUBMED), (read_endnote_xml, ENDNOTE)]
KINDS = ["pubmed-xml", "endnote-xml"]

HOSTILE: dict[str, Callable[[str], str]] = {
    "entity bomb": lambda file: BOMB + file.format("&l9;"),
    "quadratic bomb": lambda file: QUADRATIC + file.format("&a;" * 100_000),
    "parameter entity": lambda file: (
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>' + file.format("x")
    ),
    "external type": lambda file: '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">' + file.format("x"),
    "deep nesting": lambda file: file.format("<i>" * 100_000 + "x" + "</i>" * 100_000),
    "deep nesting, never closed": lambda file: file.format("<i>" * 500_000),
    "huge attribute": lambda file: file.format(f'<i a="{"x" * 50_000_000}">x</i>'),
    "huge value": lambda file: file.format("x" * 50_000_000),
    "many attributes": lambda file: file.format("<i" + "".join(f" a{n}='1'" for n in range(100_000)) + ">x</i>"),
    "many equal attributes": lambda file: file.format("<i" + " a='1'" * 100_000 + ">x</i>"),
    "comments never closed": lambda file: file.format("<!--" * 500_000),
    "sections never closed": lambda file: file.format("<![CDATA[" * 500_000),
    "types never closed": lambda file: file.format("<!DOCTYPE [" * 500_000),
    "quotes never closed": lambda file: "<!DOCTYPE x [" + "\"'" * 500_000 + file.format("x"),
    "instructions never closed": lambda file: "<?" * 1_000_000 + file.format("x"),
    "start tags only": lambda file: "<PubmedArticle><record>" * 20_000,
    "end tags only": lambda file: "</PubmedArticle></record>" * 20_000,
    "end tags never closed": lambda file: "</PubmedArticle </record " * 100_000,
    "blanks in tags": lambda file: f"<PubmedArticle{' ' * 1_000_000}<record{' ' * 1_000_000}",
    "ampersands": lambda file: file.format("&" * 2_000_000),
    "NUL": lambda file: file.format("a\x00b"),
    "lone surrogate": lambda file: file.format("a\ud800b"),
    "prefixes": lambda file: file.format("".join(f"<p{n}:i/>" for n in range(20_000))),
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize(("read", "file"), READERS, ids=KINDS)
def test_hostile_texts_end_soon_with_an_account(read: Callable[[str], object], file: str, kind: str) -> None:
    text = HOSTILE[kind](file)
    begin = time.process_time()
    records = list(read(text))  # type: ignore[call-overload] # both readers give iterators
    assert time.process_time() - begin < 4  # twice that of a quiet machine, as in test_formats_hostile.py
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    assert all(isinstance(record, RawRecord | Reject) for record in records)
    for record in records:
        if isinstance(record, RawRecord):
            assert sum(len(value) for _, value in record.fields) <= 2 * len(record.text)


@pytest.mark.parametrize(("read", "file"), READERS, ids=KINDS)
def test_the_bombs_entities_stay_names(read: Callable[[str], object], file: str) -> None:
    [record] = read(HOSTILE["entity bomb"](file))  # type: ignore[misc] # an iterator
    assert "&l9;" in [value for _, value in record.fields]
    assert record.warnings == (
        "line 1: the document type declares entities or elements of its own, which are not read",
        "line 1: characters that XML does not allow, read as text",
    )


@pytest.mark.parametrize(("file", "kind"), [(PUBMED, "pubmed-xml"), (ENDNOTE, "endnote-xml")])
def test_a_local_file_is_not_read(tmp_path: Path, file: str, kind: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret", encoding="utf-8")
    head = f'<!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'
    include = f'<i xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{secret.as_uri()}" parse="text"/></i>'
    reading = read_bytes((head + file.format(f"A &s; {include} B")).encode(), format=kind)
    [raw] = reading.accepted
    record = normalise(raw, format=kind)
    assert record.title == "A &s; B"
    assert "the secret" not in repr(reading)


def test_a_nul_byte_in_a_file_is_said() -> None:
    reading = read_bytes(PUBMED.format("a\x00b").encode())
    assert [dict(raw.fields)["MedlineCitation/Article/ArticleTitle"] for raw in reading.accepted] == ["a\ufffdb"]
    assert [warning for warning in reading.warnings if warning.startswith("1 NUL byte (first in line 1)")]


def test_too_deep_and_too_long_are_rejected_with_a_reason() -> None:
    [deep] = read_pubmed_xml(HOSTILE["deep nesting"](PUBMED))
    assert isinstance(deep, Reject)
    assert deep.reason.startswith("line 1: not well-formed XML (")
    assert len(deep.reason) < 200
    for kind in ("huge attribute", "huge value"):
        [reject] = read_pubmed_xml(HOSTILE[kind](PUBMED))
        assert isinstance(reject, Reject)
        assert reject.reason == "line 1: the record is longer than 8 million characters"
    [crowded] = read_pubmed_xml(HOSTILE["ampersands"](PUBMED))
    assert isinstance(crowded, Reject)
    assert crowded.reason == "line 1: the record has more than 500,000 tags, attributes or references"
