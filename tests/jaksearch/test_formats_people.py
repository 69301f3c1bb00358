"""Names of people, groups and registered trials: every name is synthetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.words import Author
from jaksearch.formats.people import read_author, read_authors
from jaksearch.surnames import PINYIN_FAMILIES


def names(values: list[str], *, pinyin: bool = False) -> list[str]:
    return [str(author) for author in read_authors(values, pinyin=pinyin)]


@pytest.mark.parametrize("comma", [",", ", ", "，"])
def test_two_chinese_names_around_a_comma_are_two_people(comma: str) -> None:
    assert names([f"张三{comma}李四", f"王五{comma}赵六"]) == ["张, 三", "李, 四", "王, 五", "赵, 六"]


def test_a_comma_behind_a_short_or_double_family_name_stands_in_the_name() -> None:
    assert names(["张,三丰", "欧阳,娜娜"]) == ["张, 三丰", "欧阳, 娜娜"]
    assert names(["すずき, いちろう", "たなか,まり"]) == ["すずき, いちろう", "たなか, まり"]


def test_japanese_names_with_a_comma_stay_whole_where_every_value_has_one() -> None:
    assert names(["佐藤, 康夫", "山本, 太郎", "Suzuki, Ichiro"]) == ["佐藤, 康夫", "山本, 太郎", "Suzuki, Ichiro"]


@pytest.mark.parametrize(
    "number", ["NCT02345678", "NCT02345678,", "ISRCTN12345678", "ChiCTR-TRC-12345678", "JPRN-UMIN000012345",
               "EUCTR2010-018714-14-GB", "IRCT20130121012345N1", "ACTRN12612000123456"],
)  # fmt: skip
def test_a_registration_number_is_nobody(number: str) -> None:
    assert read_author(number) is None


def test_a_name_with_a_number_beside_it_is_somebody() -> None:
    assert read_author("Berg A1") == Author("Berg", "A")
    assert read_author("NCT02345678 Study Group") == Author(literal="NCT02345678 Study Group")


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("Bureau, Alexandre", "Bureau", "Alexandre"),
        ("Board, Ruth E.", "Board", "Ruth E."),
        ("Center, Jacqueline R", "Center", "Jacqueline R"),
        ("Center JR", "Center", "JR"),
        ("School, Mary-Ann", "School", "Mary-Ann"),
        ("World, M. J.", "World", "M. J."),
    ],
)
def test_a_family_name_may_be_a_word_of_groups(name: str, family: str, given: str) -> None:
    assert read_author(name) == Author(family, given)


@pytest.mark.parametrize(
    "name",
    ["Board, Editorial", "Health, Ministry of", "Consortium, International", "Group, ALLEGRO Study", "University, Lund",
     "Center, National Cancer", "Medical Center, Boston", "World Health Organization", "Hospital, Lund"],
)  # fmt: skip
def test_groups_stay_groups(name: str) -> None:
    assert read_author(name) == Author(literal=name)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["Zhang San", "ZHANG Wei"], ["Zhang, San", "ZHANG, Wei"]),
        (["Ouyang Nana", "LI XIAO MING", "Lü Xiaomin"], ["Ouyang, Nana", "LI, XIAO MING", "Lü, Xiaomin"]),
        (["Wang Wei"], ["Wang, Wei"]),
        (["Wei Wang", "Xiaoming Li"], ["Wang, Wei", "Li, Xiaoming"]),
        (["Wei WANG", "San-feng ZHANG"], ["WANG, Wei", "ZHANG, San-feng"]),
        (["Zhang, Wei", "Wang S", "S. Li", "John Smith"], ["Zhang, Wei", "Wang, S", "Li, S.", "Smith, John"]),
    ],
)
def test_pinyin_begins_with_the_family_unless_a_name_tells_otherwise(values: list[str], expected: list[str]) -> None:
    assert names(values, pinyin=True) == expected


GIVEN = st.sampled_from(["Xiaoming", "Sanfeng", "Mei-ling", "Jianguo"])


PEOPLE = st.lists(st.tuples(st.sampled_from(sorted(PINYIN_FAMILIES)), GIVEN), min_size=1, max_size=5)


@given(PEOPLE, st.booleans())
def test_clear_pinyin_names_are_read_the_same_in_both_orders(people: list[tuple[str, str]], first: bool) -> None:
    written = [f"{family.title()} {given}" if first else f"{given} {family.title()}" for family, given in people]
    expected = dict.fromkeys(Author(family.title(), given) for family, given in people)
    assert read_authors(written, pinyin=True) == tuple(expected)


def test_names_that_are_not_said_to_be_chinese_keep_their_order() -> None:
    assert names(["Zhang San", "Long John"]) == ["San, Zhang", "John, Long"]
