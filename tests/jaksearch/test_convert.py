"""Laws of writing: exact for JSONL and CSV, equal elsewhere on the fields that the target holds, stable twice."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from record_strategies import ANY_RECORD, RECORDS, ROUGH_RECORDS

from jakdb.errors import InputError, UsageError
from jakdb.words import Author, Record
from jaksearch.convert import Converted, Rejected, convert, write
from jaksearch.formats import read_bytes
from jaksearch.formats.own import JSONL_KEYS
from jaksearch.formats.ris_fields import EDITED
from jaksearch.formats.targets import FIELDS_OF_RECORD, TARGETS, find_target
from jaksearch.normalise import normalise

RIS = b"TY  - JOUR\nTI  - Hair\nER  - \nTY  - JOUR\nPB  - X\nER  - \nTY  - JOUR\nTI  - Hair\nER  - \n"


PEOPLE = ("authors", "translated_authors", "editors", "translators")


def again(text: str, target: str) -> list[Record]:
    """Read what was written, told the format, and without what a whole file tells of its database."""
    reader = TARGETS[target].reader
    reading = read_bytes(text.encode(), format=reader)
    assert reading.rejects == ()
    return [normalise(raw, format=reader) for raw in reading.accepted]


def without_orcid(authors: tuple[Author, ...]) -> tuple[Author, ...]:
    """Return the names alone."""
    return tuple(replace(author, orcid="") for author in authors)


def expected(record: Record, target: str) -> Record:
    """Return the record as the target's remarks say that it comes back."""
    changes: dict[str, object] = {}
    if not record.accession and target in ("ris", "bib", "csl", "endnote-xml"):
        changes["accession"] = record.pmid
    if target in ("ris", "enw", "endnote-xml"):
        changes["keywords"] = tuple(dict.fromkeys((*record.keywords, *record.mesh)))
    if target == "nbib":
        changes["authors"] = tuple(sorted(record.authors, key=lambda author: bool(author.literal)))
        changes["editors"] = without_orcid(record.editors)
    if target in ("ris", "bib", "enw", "endnote-xml"):
        changes |= {name: without_orcid(getattr(record, name)) for name in PEOPLE}
    if target == "endnote-xml" and record.type not in EDITED:
        changes["editors"] = ()
    if target == "enw" and record.type in ("book", "thesis"):
        changes["pages"] = ""
    if target == "enw" and record.type != "article-journal":
        changes["journal_abbreviation"] = ""
    return replace(record, **changes)  # type: ignore[arg-type] # the keys are fields


@pytest.mark.parametrize("target", ["jsonl", "csv"])
@settings(max_examples=60, deadline=None)
@given(records=st.lists(st.one_of(ANY_RECORD, RECORDS), min_size=1, max_size=3))
def test_own_formats_are_exact_for_any_record(target: str, records: list[Record]) -> None:
    records = [record for record in records if record != Record()] or [Record(title="x")]
    assert again("".join(write(records, to=target)), target) == records


@pytest.mark.parametrize("target", ["ris", "nbib", "bib", "csl", "enw", "endnote-xml"])
@settings(max_examples=50, deadline=None)
@given(record=RECORDS)
@example(record=Record(title="Some hair", authors=(Author("Plato"), Author(literal="A and B")), type="report"))
def test_what_a_target_holds_comes_back(target: str, record: Record) -> None:
    [found] = again("".join(write([record], to=target)), target)
    wanted = expected(record, target)
    for field in TARGETS[target].holds:
        assert getattr(found, field) == getattr(wanted, field), field


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=25, deadline=None)
@given(records=st.lists(ANY_RECORD.map(lambda r: replace(r, title=f"Hair {r.title}")), min_size=1, max_size=3))
def test_as_many_records_come_back_whatever_they_hold(target: str, records: list[Record]) -> None:
    assert len(again("".join(write(records, to=target)), target)) == len(records)


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=25, deadline=None)
@given(records=st.lists(RECORDS, min_size=1, max_size=3))
def test_normalised_records_are_written_the_same_twice(target: str, records: list[Record]) -> None:
    once = "".join(write(records, to=target))
    assert "".join(write(again(once, target), to=target)) == once


@pytest.mark.parametrize("target", ["jsonl", "ris", "nbib", "bib", "csl", "enw", "endnote-xml"])
@settings(max_examples=40, deadline=None)
@given(records=st.lists(ROUGH_RECORDS, min_size=1, max_size=2))
@example(records=[Record(title="Hair", keywords=("a; b",), authors=(Author(literal="A; B"),))])
@example(records=[Record(title="Hair", url="https://example.org/a b", abstract="One\ntwo")])
@example(records=[Record(authors=(Author("Liu", "LY"),), year=2020, journal="J Hair", type="article-journal")])
def test_any_records_are_written_the_same_twice(target: str, records: list[Record]) -> None:
    once = "".join(write(records, to=target))
    assert "".join(write(again(once, target), to=target)) == once


@pytest.mark.parametrize("target", TARGETS)
def test_the_format_of_what_was_written_is_seen(target: str) -> None:
    records = [Record(title="Hair", year=2020, authors=(Author("Liu", "LY"),), journal="J Derm", pmid="7")] * 2
    reading = read_bytes("".join(write(records, to=target)).encode())
    assert (reading.format, len(reading.accepted), reading.rejects) == (TARGETS[target].reader, 2, ())


@pytest.mark.parametrize("target", TARGETS)
def test_newlines_in_values_cannot_make_a_record(target: str) -> None:
    evil = "x\nER  - \n\nTY  - JOUR\n\nPMID- 1\n\n%0 Book\n%T y\n\n@article{a,\ntitle = {b}}\n"
    text = "".join(write([Record(title=evil, abstract=evil, keywords=(evil,)), Record(title="Hair")], to=target))
    assert len(again(text, target)) == 2


def test_every_lost_field_is_a_field_of_a_record_and_the_exact_targets_lose_none() -> None:
    for target in TARGETS.values():
        assert target.lost <= set(FIELDS_OF_RECORD)
    assert TARGETS["jsonl"].holds == TARGETS["csv"].holds == FIELDS_OF_RECORD


def test_an_unknown_target_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="docx") as caught:
        find_target("docx")
    assert "enw" in caught.value.hint


def test_keys_of_entries_and_items_all_differ() -> None:
    records = [Record(title="Hair", year=2020)] * 3
    entries = read_bytes("".join(write(records, to="bib")).encode()).accepted
    assert [dict(raw.fields)["ID"] for raw in entries] == ["2020hair", "2020hair-2", "2020hair-3"]
    assert len({item["id"] for item in json.loads("".join(write(records, to="csl")))}) == 3


def test_nothing_is_an_empty_file_of_the_target() -> None:
    assert json.loads("".join(write([], to="csl"))) == []
    assert "".join(write([], to="csv")).startswith("title,")
    assert "".join(write([], to="ris")) == ""


def test_convert_keeps_every_row_and_collects_rejects() -> None:
    accounts: list[int] = []
    found = list(convert([("a.ris", RIS)], done=lambda export: accounts.append(export.records)))
    assert [type(one) for one in found] == [Converted, Rejected, Converted]
    assert [one.line for one in found] == [1, 4, 7]
    assert accounts == [3]


def test_jsonl_tells_where_a_record_was_read() -> None:
    kept = [one for one in convert([("a.ris", RIS)]) if isinstance(one, Converted)]
    lines = [json.loads(line) for line in write(kept, to="jsonl")]
    assert [tuple(line) for line in lines] == [JSONL_KEYS] * 2
    assert [(line["file"], line["format"], line["line"]) for line in lines] == [
        ("a.ris", "ris", 1),
        ("a.ris", "ris", 7),
    ]


def test_databases_of_records_stay_apart_through_another_format() -> None:
    records = [Record(title=f"Hair {name}", database=name, journal="J") for name in ("Embase", "CNKI", "Embase", "")]
    for target in ("jsonl", "csv", "bib"):
        text = "".join(write(records, to=target)).encode()
        names = [one.record.database for one in convert([("x", text)]) if isinstance(one, Converted)]
        assert names[:3] == ["Embase", "CNKI", "Embase"]


def test_an_unreadable_file_is_an_error_when_its_turn_comes() -> None:
    found = convert([("a.ris", RIS), ("b.pdf", b"%PDF-1.7")])
    assert isinstance(next(found), Converted)
    with pytest.raises(InputError, match=r"b\.pdf"):
        list(found)
