"""What every tagged text beside RIS and MEDLINE has in common: an exact account, whatever stands around a record."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jakdb.errors import InputError
from jakdb.words import RawRecord, Reject
from jaksearch import normalise, read_bytes
from jaksearch.formats.tagged_formats import TAGGED

# For each format: a record with a title and a wrapped abstract, and a record that says nothing.
RECORDS = {
    "wos": ("PT J\nAU Liu, L\n   Ko, J\nTI {0}\nAB One,\n   two.\nPY 2020\nER\n", "PT J\nPU ELSEVIER\nER\n"),
    "ovid": (
        "<1. >\nVN  - Ovid Technologies\nTI  - {0}\nAU  - Liu, L\nAU  - Ko, J\nAB  - One,\n      two.\nYR  - 2020\n\n",
        "<2. >\nVN  - Ovid Technologies\nLG  - English\n\n",
    ),
    "refworks": (
        "RT Journal Article\nSR 1\nA1 Liu, L\nA1 Ko, J\nT1 {0}\nAB One,\ntwo.\nYR 2020\n\n",
        "RT Book\nSR 2\n\n",
    ),
    "noteexpress": (
        "{{Reference Type}}: Journal Article\n{{Title}}: {0}\n{{Author}}: Liu, L\n{{Author}}: Ko, J\n"
        "{{Abstract}}：One,\ntwo.\n{{Year}}: 2020\n",
        "{{Reference Type}}: Thesis\n{{Publisher}}: X\n",
    ),
    "estudy": (
        "DataType: 1\nTitle-题名: {0}\nAuthor-作者: Liu, L;Ko, J;\nSummary-摘要: One,\ntwo.\nYear-年: 2020\n",
        "DataType: 1\nPageCount-页数: 3\n",
    ),
    "cochrane": (
        "Record #1 of 2\nID: CN-01234567\nAU: Liu L\nAU: Ko J\nTI: {0}\nAB: One,\n two.\nYR: 2020\n\n",
        "Record #2 of 2\nKY: Hair\n\n",
    ),
    "embase-fields": (
        '"TITLE","{0}"\n"AUTHOR NAMES","Liu L.","Ko J."\n"ABSTRACT","One,\ntwo."\n"PUBLICATION YEAR","2020"\n\n',
        '"TITLE",""\n"VOLUME","3"\n\n',
    ),
    "sinomed": (
        "【标题】{0}\n【作者】Liu, L;Ko, J\n【摘要】One,\ntwo.\n【年】2020\n\n",
        "【标题】\n【期】3\n\n",
    ),
    "vip": ("题名：{0}\n作者：Liu, L;Ko, J\n文摘：One,\ntwo.\n年份：2020\n\n", "题名：\n期号：3\n\n"),
    "refer": ("%0 Journal Article\n%A Liu, L\n%A Ko, J\n%T {0}\n%X One,\ntwo.\n%D 2020\n\n", "%0 Book\n%I X\n\n"),
}
WORD = st.text("abcdefghij klmop 斑秃é", min_size=1, max_size=20).filter(str.strip)


def test_every_tagged_format_is_tried_here() -> None:
    assert RECORDS.keys() == TAGGED.keys()


@pytest.mark.parametrize("kind", RECORDS)
@given(st.lists(st.tuples(st.booleans(), WORD), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_each_block_is_one_record_or_one_reject(kind: str, blocks: list[tuple[bool, str]]) -> None:
    good, bad = RECORDS[kind]
    parts = [(good if right else bad).format(word) for right, word in blocks]
    records = list(TAGGED[kind].read("".join(parts)))
    assert [isinstance(record, RawRecord) for record in records] == [right for right, _ in blocks]
    assert [record.number for record in records] == list(range(1, len(blocks) + 1))
    starts = [1 + sum(part.count("\n") for part in parts[:index]) for index in range(len(parts))]
    assert [record.line for record in records] == starts
    assert [record.text for record in records] == [
        part.removesuffix("ER\n").rstrip() + ("\nER" if kind == "wos" else "") for part in parts
    ]
    for record, (_, word) in zip(records, blocks, strict=True):
        if isinstance(record, RawRecord):
            made = normalise(record, format=kind)
            assert (made.title, made.year, made.abstract) == (" ".join(word.split()), 2020, "One, two.")
            assert [author.family for author in made.authors] == ["Liu", "Ko"]
        else:
            assert record.reason.startswith("nothing")


VARIANTS: dict[str, Callable[[str], bytes]] = {
    "mark": lambda text: text.encode("utf-8-sig"),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "cr": lambda text: text.replace("\n", "\r").encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "gb18030": lambda text: text.encode("gb18030"),
    "blank lines around": lambda text: f"\n\n{text}\n\n \n".encode(),
}


@pytest.mark.parametrize("kind", RECORDS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_marks_newlines_and_encodings_change_nothing(kind: str, variant: str) -> None:
    text = "".join(RECORDS[kind]).format("斑秃的治疗与脱发的研究进展")
    plain, other = read_bytes(text.encode()), read_bytes(VARIANTS[variant](text))
    assert other.format == plain.format == kind
    assert [record.text for record in other.records] == [record.text for record in plain.records]
    assert [record.fields for record in other.accepted] == [record.fields for record in plain.accepted]
    assert len(plain.rejects) == len(plain.accepted) == 1


@given(st.sampled_from(sorted(RECORDS)), st.data())
@settings(deadline=None)
def test_damage_raises_nothing_but_input_errors_and_no_line_is_lost(kind: str, data: st.DataObject) -> None:
    lines = ("".join(RECORDS[kind]).format("斑秃") * 2).split("\n")
    for _ in range(data.draw(st.integers(0, 8))):
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at : at + 1] = data.draw(st.sampled_from([[], [lines[at]] * 2, [lines[at][1:]], ["", lines[at]], ["ER"]]))
        lines = lines or [""]
    try:
        reading = read_bytes("\n".join(lines).encode(), format=kind)
    except InputError:
        return
    assert [record.number for record in reading.records] == list(range(1, len(reading.records) + 1))
    covered = set[int]()
    for record in reading.records:
        span = set(range(record.line, record.line + record.text.count("\n") + 1))
        assert not span & covered
        covered |= span
        assert record.text.split("\n") == lines[record.line - 1 : record.line + record.text.count("\n")]
    lost = [line for at, line in enumerate(lines, 1) if at not in covered and line.strip() and line != "ER"]
    said = [*reading.warnings, *(reject.reason for reject in reading.rejects)]
    assert not lost or any("left out" in sentence for sentence in said)
    for raw in reading.accepted:
        normalise(raw, format=kind)


def test_unknown_tags_are_kept_and_said() -> None:
    [record] = read_bytes(b"PT J\nTI Hair\nQQ new\nER\n").records
    assert isinstance(record, RawRecord)
    assert record.fields[-1] == ("QQ", "new")
    assert record.warnings == ("line 3: unknown tag QQ, kept",)


def test_lines_without_indent_go_on_and_are_said_once() -> None:
    [record] = read_bytes("RT Journal Article\nSR 1\nT1 斑秃\nAB 一\n,二\nMR 成像\nLA 中文;\n".encode()).records
    assert isinstance(record, RawRecord)
    assert record.fields[3:] == (("AB", "一\n,二\nMR 成像"), ("LA", "中文;"))
    assert record.warnings == ("line 5: no tag, joined to AB",)


def test_a_record_without_its_last_line_is_kept_and_said() -> None:
    first, second = read_bytes(b"PT J\nTI Hair\n\nPT J\nTI Loss\nER\n").records
    assert isinstance(first, RawRecord)
    assert isinstance(second, RawRecord)
    assert first.warnings == ("line 1: no line that ends the record",)
    assert second.warnings == ()


def test_text_between_records_is_said_and_headers_in_the_middle_are_not() -> None:
    batch = "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nTI A\nER\n\nEF\n"
    reading = read_bytes((batch + batch).encode())
    assert (len(reading.accepted), reading.warnings) == (2, ())
    assert read_bytes(b"PT J\nTI A\nER\nwhat is this\nPT J\nTI B\nER\n").warnings == (
        "1 record: text between records left out",
    )


def test_a_record_of_tags_without_a_beginning_is_a_record_with_a_warning() -> None:
    first, second = read_bytes(b"PT J\nTI A\nER\nTI B\nAU Liu, L\nER\n").records
    assert isinstance(first, RawRecord)
    assert isinstance(second, RawRecord)
    assert second.warnings == ("line 4: begins without PT",)
    [third] = [record for record in read_bytes(b"PT J\nTI A\nER\nNR 5\nER\n").records if isinstance(record, Reject)]
    assert third.line == 4
