"""What is kept of a record is what was read of it, and its outline says the same of two papers as all of it."""

from __future__ import annotations

from dataclasses import fields
from itertools import combinations

import pytest
from dedupe_challenge import CHALLENGE

from jaksearch.dedupe.decide import are_plainly_two, decide_facts
from jaksearch.dedupe.find import find_among, judge
from jaksearch.dedupe.keys import pairs_of_facts
from jaksearch.dedupe.prepare import Facts, Outline, prepare
from jaksearch.dedupe.stored import facts_from_json, facts_to_json, outline_from_json
from jaksearch.formats import read_file
from jaksearch.normalise import normalise


@pytest.fixture(scope="module")
def facts() -> dict[int, Facts]:
    """Return what is read of the invented cases, whose records stand in pairs that are hard to tell apart."""
    reading = read_file(CHALLENGE)
    records = [normalise(raw, format=reading.format) for raw in reading.records]
    assert len(records) >= 300
    return {number: prepare(record, number) for number, record in enumerate(records, 1)}


def test_facts_and_outlines_come_back_as_they_were(facts: dict[int, Facts]) -> None:
    for one in facts.values():
        text = facts_to_json(one)
        assert facts_from_json(text) == one
        outline = outline_from_json(text)
        assert {f.name: getattr(outline, f.name) for f in fields(Outline)} == {
            f.name: getattr(one, f.name) for f in fields(Outline)
        }


def test_two_outlines_are_plainly_two_only_where_all_facts_are_apart(facts: dict[int, Facts]) -> None:
    """The pairs that share a key, and each record with the next ones, which share none."""
    outlines = {number: outline_from_json(facts_to_json(one)) for number, one in facts.items()}
    pairs = {
        *pairs_of_facts(list(facts.values())),
        *((n, n + step) for n in range(1, len(facts) - 4) for step in (1, 4)),
    }
    plain = [(a, b) for a, b in pairs if are_plainly_two(outlines[a], outlines[b])]
    assert len(plain) > 300
    assert {decide_facts(facts[a], facts[b]).kind for a, b in plain} == {"apart"}
    assert all(are_plainly_two(outlines[b], outlines[a]) for a, b in plain)


def test_what_was_judged_before_changes_nothing(facts: dict[int, Facts]) -> None:
    pairs = pairs_of_facts(list(facts.values()))
    judged = judge(facts, pairs[::3])
    assert judged
    assert find_among(facts, pairs=pairs, judged=judged) == find_among(facts, pairs=pairs)


def test_a_pair_that_was_judged_and_is_not_to_be_compared_is_left_out(facts: dict[int, Facts]) -> None:
    one, other = next(iter(judge(facts, list(combinations(range(1, 3), 2)))))
    assert find_among(facts, pairs=[], judged=judge(facts, [(one, other)])) == find_among(facts, pairs=[])
