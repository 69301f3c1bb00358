"""docs/formats.md says what the program does: formats, targets, and which tag is read into which field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from jakdb.words import RawRecord, Record
from jaksearch.convert import Converted, convert, write
from jaksearch.formats import FORMATS
from jaksearch.formats.headings import FIELDS
from jaksearch.formats.targets import TARGETS
from jaksearch.normalise import normalise

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
TITLE = {"ris": "TI", "medline": "TI", "wos": "TI", "refworks": "T1", "refer": "T", "noteexpress": "Title"}
AUTHOR = {"ris": "AU", "refer": "A", "noteexpress": "Author"}
KIND = {
    "ris": ("TY", "JOUR"),
    "medline": ("PT", "Journal Article"),
    "wos": ("PT", "J"),
    "refworks": ("RT", "Journal Article"),
    "refer": ("0", "Journal Article"),
    "noteexpress": ("Reference Type", "Journal Article"),
}
VALUE = {
    "authors": "Quill, Zoe",
    "editors": "Quill, Zoe",
    "translated_authors": "Quill, Zoe",
    "translators": "Quill, Zoe",
    "year": "1987",
    "date": "1987-05-17",
    "volume": "47",
    "issue": "48",
    "pages": "611-618",
    "article_number": "e0611",
    "doi": "10.5555/probe",
    "pmid": "9900017",
    "pmcid": "PMC9900018",
    "issn": "1234-5679",
    "url": "https://probe.example/1",
}
"""What is put under a tag, where a plain word would not be taken for a value of the field."""
PARTS = frozenset(("SP", "EP", "BP", "OP"))
"""First and last page, which are read together."""


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table whose heading row begins so."""
    lines = PAGE.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {heading}"))
    end = next(place for place in range(start, len(lines)) if not lines[place].startswith("|"))
    table = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines[start:end]]
    return [table[0], *table[2:]]


def tags_of_the_page() -> Iterator[tuple[str, str, str]]:
    """Yield field, format and tag of each tag outside brackets in the table of fields."""
    heads, *body = rows("field | `ris`")
    names = [head.strip("`") for head in heads]
    for field, *cells in body:
        for name, cell in zip(names[1:], cells, strict=True):
            for tag in re.findall(r"`([^`]+)`", re.sub(r"\([^)]*\)", "", cell)):
                if tag not in PARTS:
                    yield field.strip("`"), name, tag


def read(name: str, field: str, tag: str, value: str) -> Record:
    """Return the record of the tag that is asked for; a title and, beside translated names, an author are there."""
    others = [(TITLE[name], "A title")] if field != "title" else []
    if field == "translated_authors":
        others.append((AUTHOR[name], "Berg, Ann"))
    return normalise(RawRecord(1, 1, "", (KIND[name], *others, (tag, value))), format=name)


def test_the_page_names_the_formats_that_are_read() -> None:
    assert [row[0].strip("`") for row in rows("format | ")[1:]] == list(FORMATS)


def test_the_page_names_the_formats_that_are_written() -> None:
    assert [row[0].strip("`") for row in rows("`--to` | ")[1:]] == list(TARGETS)


def test_the_page_names_the_headings_of_every_field() -> None:
    found = {row[0].strip("`"): row[1].split(", ") for row in rows("field | headings")[1:]}
    assert found == {name: list(headings) for name, headings in FIELDS.items()}


def test_every_format_is_of_a_database_or_explained() -> None:
    listed = " ".join(row[3] for row in rows("database | ")[1:])
    elsewhere = {"jsonl"}
    assert {name for name in FORMATS if f"`{name}`" not in listed} == elsewhere


def test_every_field_of_a_record_is_on_the_page() -> None:
    named = {field.name for field in fields(Record)} - {"id", "platform"}
    section = PAGE[PAGE.index("## What is read") : PAGE.index("### Headings")]
    assert {name for name in named if f"`{name}`" not in section} == set()


@pytest.mark.parametrize(("field", "name", "tag"), list(tags_of_the_page()))
def test_a_tag_of_the_page_is_read_into_its_field(field: str, name: str, tag: str) -> None:
    value = VALUE.get(field, "Probeword")
    found = getattr(read(name, field, tag, value), field)
    assert found != getattr(read(name, field, "XX", value), field)
    if field not in ("year", "date"):
        assert value.casefold().split(", ")[0] in str(found).casefold()


@pytest.mark.parametrize(("name", "start", "end"), [("ris", "SP", "EP"), ("wos", "BP", "EP"), ("refworks", "SP", "OP")])
def test_first_and_last_page_are_read_together(name: str, start: str, end: str) -> None:
    raw = RawRecord(1, 1, "", (KIND[name], (TITLE[name], "A title"), (start, "611"), (end, "8")))
    assert normalise(raw, format=name).pages == "611-618"


@pytest.mark.parametrize("target", list(TARGETS))
def test_what_is_written_is_read_and_written_again_as_the_same_text(target: str) -> None:
    record = Record(
        title="Hair",
        keywords=("scalp",),
        mesh=("*Alopecia", "Janus Kinases/*antagonists & inhibitors", "Scalp"),
        database="PubMed",
        pmid="9900017",
        accession="9900017",
        type="article-journal",
    )
    once = "".join(write([record], to=target))
    read_back = [one.record for one in convert([("a", once.encode())]) if isinstance(one, Converted)]
    assert "".join(write(read_back, to=target)) == once
