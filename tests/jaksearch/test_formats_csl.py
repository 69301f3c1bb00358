from __future__ import annotations

import json
import time

import pytest

from jakdb.words import Author, RawRecord, Record
from jaksearch.formats import read_bytes, sniff
from jaksearch.formats.csl_json import read_csl
from jaksearch.formats.own import read_jsonl
from jaksearch.normalise import normalise

ITEM = {
    "id": "http://zotero.org/users/1/items/A", "type": "article-journal", "title": "Hair <i>loss</i>",
    "container-title": "J Derm", "container-title-short": "JD", "volume": 7, "issue": "4", "page": "475-82",
    "DOI": "10.1000/ABC", "ISSN": "1234-567X", "language": "en", "note": "PMID: 31494993\nPMCID: PMC123456",
    "author": [
        {"family": "Maas", "given": "M. K.", "non-dropping-particle": "van der"}, {"literal": "Hair Group"},
        {"family": "Smith", "given": "John", "suffix": "Jr."},
    ],
    "issued": {"date-parts": [["2020", 1, 5]]}, "keyword": "hair, loss",
}  # fmt: skip


def one(text: str) -> Record:
    [raw] = read_bytes(text.encode(), format="csl").accepted
    return normalise(raw, format="csl")


def test_an_item_is_read_into_the_fields_of_a_record() -> None:
    record = one(json.dumps([ITEM]))
    assert (record.title, record.journal, record.journal_abbreviation) == ("Hair loss", "J Derm", "JD")
    assert (record.volume, record.issue, record.pages, record.year) == ("7", "4", "475-482", 2020)
    assert (record.doi, record.pmid, record.pmcid) == ("10.1000/abc", "31494993", "PMC123456")
    assert record.authors == (
        Author("van der Maas", "M. K."),
        Author(literal="Hair Group"),
        Author("Smith", "John, Jr."),
    )
    assert (record.keywords, record.issn, record.type) == (("hair", "loss"), ("1234-567X",), "article-journal")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ITEM), json.dumps([ITEM]), json.dumps([ITEM], indent=2), json.dumps({"items": [ITEM]}),
        json.dumps({"status": "ok", "total": 1, "items": [ITEM]}, indent=1),
    ],
)  # fmt: skip
def test_an_object_an_array_and_a_wrapped_array_hold_one_record(text: str) -> None:
    assert sniff(text) == "csl"
    assert one(text).title == "Hair loss"


def test_lists_and_dates_of_services_are_read() -> None:
    record = one('[{"title": ["Hair"], "container-title": ["J"], "published-print": {"date-parts": [[2019]]}}]')
    assert (record.title, record.journal, record.year) == ("Hair", "J", 2019)
    assert one('{"title": "Hair", "issued": {"raw": "Spring 2018"}}').year == 2018


def test_a_broken_item_costs_itself_only() -> None:
    two = '{"title": "Two", "author": [{"family": "Liu"}, ],}'
    text = f'[\n{{"title": "One"}},\n{two},\n{{"title": "Three"}},\nnull, {{"x": 1}}\n]'
    found = list(read_csl(text))
    assert [type(item).__name__ for item in found] == ["RawRecord", "Reject", "RawRecord", "Reject", "Reject"]
    assert [(item.number, item.line) for item in found] == [(1, 2), (2, 3), (3, 4), (4, 5), (5, 5)]
    assert found[1].text.startswith('{"title": "Two"')
    assert found[3].text == "null,"[:4]


def test_unknown_variables_are_kept_with_a_warning() -> None:
    [raw] = read_csl('{"title": "Hair", "mood": "good"}')
    assert isinstance(raw, RawRecord)
    assert ("mood", "good") in raw.fields
    assert raw.warnings == ("line 1: unknown variable mood, kept",)


def test_half_a_letter_of_utf16_can_be_written_again() -> None:
    assert one('[{"title": "Hair \\ud83d loss"}]').title == "Hair \ufffd loss"


@pytest.mark.parametrize(
    "text",
    [
        '[{"title": ' * 20_000, "[" * 200_000, '[{"a":"},{' * 20_000, '{"title": ' + "9" * 100_000 + "}",
        '{"title": "x"},{' * 20_000, '[{"title": "' + "\\" * 100_000, "{" * 100_000, "},\n{" * 20_000,
    ],
)  # fmt: skip
def test_hostile_json_is_read_in_time(text: str) -> None:
    begin = time.process_time()
    numbers = [item.number for item in read_csl(text)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert time.process_time() - begin < 5


def test_a_bad_line_of_jsonl_is_a_reject() -> None:
    text = '{"title": "One"}\n\n{"title": "Tw\n[1]\n{"foo": 1}\n{"title": "Five", "mood": "good"}\n'
    found = list(read_jsonl(text))
    assert [type(item).__name__ for item in found] == ["RawRecord", "Reject", "Reject", "Reject", "RawRecord"]
    assert [item.line for item in found] == [1, 3, 4, 5, 6]
    assert found[4].warnings == ("line 6: unknown key mood, kept",)  # type: ignore[union-attr]
