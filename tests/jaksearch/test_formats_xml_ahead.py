"""The cutter goes from a record's start to its end at once, where nothing in between matters to the cut."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaksearch.formats.xml_records import cut_records

NAMES = ("Article", "Book")
PARTS = (
    "<Article>", "</Article>", "<Book>", "</Book>", "</ArticleSet>", "<Inner>", "</Inner>", "<!-- </Article> -->",
    "<![CDATA[</Article>]]>", "<Article/>", "!", "text\n", "<!--", "<x>1</x>",
)  # fmt: skip


def cut(source: str | io.StringIO) -> list[tuple[int, str, bool]]:
    pieces = cut_records(source, names=NAMES, inside="Inner", around=("ArticleSet",))
    return [(piece.line, piece.text, piece.is_record) for piece in pieces]


@pytest.mark.parametrize("hidden", ["<!-- </Article> -->", "<![CDATA[</Article>]]>", "! <!--</Article>-->"])
def test_an_end_tag_in_a_comment_or_section_does_not_end_the_record(hidden: str) -> None:
    text = f"<Article><x>1</x>{hidden}<y>2</y></Article>"
    assert cut(text) == [(1, text, True)]


def test_a_record_without_its_end_stops_before_the_next() -> None:
    text = "<Article>1\n<Article>2</Article>\n<Book>3\n<Article>4</Article>"
    assert cut(text) == [
        (1, "<Article>1", True), (2, "<Article>2</Article>", True), (3, "<Book>3", True),
        (4, "<Article>4</Article>", True),
    ]  # fmt: skip


def test_the_end_of_the_set_does_not_end_a_record() -> None:
    assert cut("<Article>1</ArticleSet><y>2</y></Article>") == [(1, "<Article>1</ArticleSet><y>2</y></Article>", True)]


@given(st.lists(st.sampled_from(PARTS), max_size=25))
def test_no_part_of_a_text_is_lost_or_cut_twice(parts: list[str]) -> None:
    text = "".join(parts)
    position = 0
    for _, piece, is_record in cut(text):
        if is_record:
            position = text.index(piece, position) + len(piece)
            assert piece.startswith(("<Article", "<Book", "<Inner"))


@given(st.lists(st.sampled_from(PARTS), max_size=25))
def test_a_stream_is_cut_as_its_text(parts: list[str]) -> None:
    text = "".join(parts)
    assert cut(io.StringIO(text)) == cut(text)
