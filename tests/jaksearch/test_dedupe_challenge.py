"""What comes of the invented cases of tests/reference/dedupe_challenge.csv, all compared at once."""

from __future__ import annotations

from collections import Counter

import pytest
from dedupe_challenge import CHALLENGE, Case, count, read_cases, wrong_merges

from jak.deduping_files import FilesDeduped
from jaksearch.dedupe.relations import RELATIONS


@pytest.fixture(scope="module")
def challenge() -> tuple[list[Case], FilesDeduped]:
    return read_cases(CHALLENGE)


def test_the_cases_are_many_and_their_words_known(challenge: tuple[list[Case], FilesDeduped]) -> None:
    cases, found = challenge
    assert len(cases) >= 150
    assert found.records == 2 * len(cases)
    assert found.rejected == ()
    assert len({case.name for case in cases}) == len(cases)
    assert {word for case in cases for word in case.expect} <= {"duplicate", "different", *RELATIONS}
    same_script = Counter(case.expect for case in cases if case.kind == "Chinese same script")
    assert same_script[("duplicate",)] >= 40


def test_nothing_is_merged_wrongly(challenge: tuple[list[Case], FilesDeduped]) -> None:
    cases, found = challenge
    assert [case for case in cases if case.outcome == "merged" and case.expect != ("duplicate",)] == []
    assert wrong_merges(found) == []


def test_chinese_duplicates_in_one_script_are_merged(challenge: tuple[list[Case], FilesDeduped]) -> None:
    chinese = [case for case in challenge[0] if case.kind == "Chinese same script"]
    counts = count(chinese)
    assert counts.merged >= 0.98 * counts.duplicates, [case for case in chinese if case.outcome != "merged"]


def test_duplicates_are_merged_or_asked_first(challenge: tuple[list[Case], FilesDeduped]) -> None:
    counts = count(challenge[0])
    assert counts.merged + counts.asked >= 0.9 * counts.duplicates
    assert counts.merged >= 0.9 * counts.duplicates


def test_relations_have_the_right_word(challenge: tuple[list[Case], FilesDeduped]) -> None:
    counts = count(challenge[0])
    assert counts.related >= 40
    assert counts.related_right >= 0.9 * counts.related
