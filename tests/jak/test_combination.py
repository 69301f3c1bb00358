"""How lines are combined: what loses a record, and what is left without a line. Laws over random strategies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jak.combination import Part, asked_parts, bracketed, combination, guilty, part_name, removable, without
from jak.strategies import Part as Limit
from jak.strategies import SearchSpec, sent

WORDS = "abcdef"


def spec(query: str = "", lines: Mapping[str, str] | None = None, *, limits: Sequence[str] = ()) -> SearchSpec:
    """Return a strategy."""
    return SearchSpec("main", "pubmed", tuple((lines or {}).items()), query, tuple(Limit(x) for x in limits))


def matches(query: str, found_by: str) -> bool:
    """Say whether words find a record by a query: an evaluator of its own, from left to right."""
    tokens = re.findall(r"[()]|\w+", query)

    def group(at: int) -> tuple[bool, int]:
        value, operator = True, "AND"
        while at < len(tokens) and tokens[at] != ")":
            if tokens[at] in ("AND", "OR", "NOT"):
                operator = tokens[at]
                at += 1
                continue
            if tokens[at] == "(":
                one, at = group(at + 1)
            else:
                one = tokens[at] in found_by
            at += 1
            value = {"AND": value and one, "OR": value or one, "NOT": value and not one}[operator]
        return value, at

    return group(0)[0]


def sentences(one: SearchSpec, found_by: str) -> list[str]:
    """Return what loses a record that only some words find."""
    return [guilt.sentence for guilt in guilty(combination(one), lambda part: matches(part.text, found_by))]


def walk(part: Part) -> Iterator[Part]:
    """Yield a part and all below it."""
    yield part
    for one in part.operands:
        yield from walk(one)


LINES = {"x": "a OR b", "y": "c", "z": "#x AND #y", "w": "d NOT e"}


@pytest.mark.parametrize(
    ("query", "found_by", "said"),
    [
        ("#x AND #y", "a", ["line y does not find it"]),
        ("#x AND #y", "d", ["line x does not find it", "line y does not find it"]),
        ("#x OR #y", "d", ["none of these finds it: line x; line y"]),
        ("#z", "a", ["line y does not find it"]),
        ("#z AND #w", "abcde", ["'e' in line w takes it out (NOT)"]),
        ("#x NOT #y", "ac", ["line y takes it out (NOT)"]),
        ("#x NOT #y", "c", ["line x does not find it", "line y takes it out (NOT)"]),
        ("#x AND (d OR e)", "a", ["'d OR e' does not find it"]),
        ("#x AND #y OR f", "a", ["none of these finds it: '(a OR b) AND (c)'; 'f'"]),
        ("(#x OR (#y OR d)) AND f", "f", ["none of these finds it: line x; line y; 'd'"]),
        ("", "a", ["'d' in line w does not find it"]),
    ],
)
def test_what_loses_a_record_is_named(query: str, found_by: str, said: list[str]) -> None:
    assert sentences(spec(query, LINES), found_by) == said


def test_limits_are_named_by_their_number() -> None:
    one = spec("#x", LINES, limits=["f", "d"])
    assert sentences(one, "af") == ["limit 2 does not find it"]
    assert combination(one).text == sent(one).query


def test_a_whole_that_its_parts_do_not_explain_is_said() -> None:
    whole = combination(spec("#x AND #y", LINES))
    [guilt] = guilty(whole, lambda part: part.text != whole.text)
    assert guilt.how == "together"
    assert "no single line" in guilt.sentence
    named = combination(spec("#z", LINES))
    assert [g.how for g in guilty(named, lambda part: part.label in ("x", "y"))] == ["together"]


@pytest.mark.parametrize("query", ["a AND (b OR c", "a AND", "NOT a", "a AND OR b", '"a AND b', "a[ti AND b"])
def test_what_cannot_be_taken_apart_stays_whole(query: str) -> None:
    whole = combination(spec(query))
    assert (whole.text, whole.operands) == (query, ())


def test_operators_in_quotation_marks_tags_and_small_letters_are_words() -> None:
    whole = combination(spec('"a AND b"[tiab] and c AND d[ti:~3] e'))
    assert [part.text for part in whole.operands] == ['"a AND b"[tiab] and c', "d[ti:~3] e"]
    whole = combination(spec('x AND ("2010"[dp] : "2020"[dp])'))
    assert whole.operands[1].text == '"2010"[dp] : "2020"[dp]'


def test_a_bracket_with_words_beside_it_is_one_part() -> None:
    whole = combination(spec("(a OR b)[tiab] AND (c) (d)"))
    assert [part.text for part in whole.operands] == ["(a OR b)[tiab]", "(c) (d)"]


def test_lines_limits_and_what_stands_in_the_query_can_be_left_out() -> None:
    whole = combination(spec("#x AND #y AND f", LINES, limits=["e"]))
    units = removable(whole)
    assert [part_name(unit[0]) for unit in units] == ["line x", "line y", "'f'", "limit 1"]
    assert without(whole, units[0]) == "((c) AND (f)) AND (e)"
    assert without(whole, units[3]) == "(a OR b) AND (c) AND f"
    assert [part_name(u[0]) for u in removable(whole, terms=True)][1:3] == ["'a' in line x", "'b' in line x"]


def test_a_line_that_is_named_twice_is_left_out_twice() -> None:
    whole = combination(spec("(#x AND #y) OR (#x AND d)", LINES))
    [of_x] = [unit for unit in removable(whole) if unit[0].label == "x"]
    assert len(of_x) == 2
    assert without(whole, of_x) == "(c) OR (d)"


def test_what_is_all_there_is_cannot_be_left_out() -> None:
    assert removable(combination(spec("", {"1": "a"}))) == ()
    [limit] = removable(combination(spec("#1", {"1": "a"}, limits=["e"])))
    assert limit[0].label == "limit 1"
    assert [part_name(unit[0]) for unit in removable(combination(spec("#x NOT #y", LINES)))] == ["line y"]


def test_a_long_part_is_cut_in_its_name() -> None:
    assert part_name(Part("word " * 40)).endswith("…'")


FEW = settings(deadline=None, max_examples=60)
OPERATORS = st.sampled_from(["AND", "OR", "NOT"])


def queries(words: Sequence[str]) -> st.SearchStrategy[str]:
    """Make queries of words, brackets and operators."""

    def chain(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        def joined(first: str, rest: list[tuple[str, str]]) -> str:
            return " ".join([first, *(f"{operator} {part}" for operator, part in rest)])

        return st.builds(joined, parts, st.lists(st.tuples(OPERATORS, parts), min_size=1, max_size=2))

    atoms = st.sampled_from(words)
    return chain(st.recursive(atoms, lambda inner: chain(inner).map(lambda text: f"({text})"), max_leaves=4))


STRATEGIES = st.builds(
    lambda one, two, query: spec(query, {"1": one, "2": two}),
    queries(WORDS),
    queries([*WORDS, "#1"]),
    queries([*WORDS, "#1", "#2"]),
)
FOUND = st.sets(st.sampled_from(WORDS)).map(lambda words: "".join(sorted(words)))


@FEW
@given(STRATEGIES, FOUND)
def test_parts_say_together_what_the_query_says(one: SearchSpec, found_by: str) -> None:
    whole = combination(one)
    assert whole.text == sent(one).query
    assert matches(bracketed(whole), found_by) == matches(whole.text, found_by)
    for part in walk(whole):
        if part.operands:
            values = [matches(operand.text, found_by) for operand in part.operands]
            told = {"AND": all(values), "OR": any(values), "NOT": values[0] and not values[1]}[part.operator]
            assert told == matches(part.text, found_by), part.text


@FEW
@given(STRATEGIES, FOUND)
def test_what_is_guilty_is_so_and_mending_it_is_enough(one: SearchSpec, found_by: str) -> None:
    whole = combination(one)
    asked = {part.text for part in asked_parts(whole)}

    def finds(part: Part) -> bool:
        assert part.text in asked
        return matches(part.text, found_by)

    if matches(whole.text, found_by):
        return
    found = guilty(whole, finds)
    mended: dict[int, bool] = {}
    for guilt in found:
        assert guilt.how in ("misses", "removes")
        for part in guilt.parts:
            assert matches(part.text, found_by) == (guilt.how == "removes")
        mended[id(guilt.parts[0])] = guilt.how == "misses"

    def holds(part: Part) -> bool:
        if id(part) in mended:
            return mended[id(part)]
        values = [holds(operand) for operand in part.operands]
        if not values:
            return matches(part.text, found_by)
        return {"AND": all(values), "OR": any(values), "NOT": values[0] and not values[1]}[part.operator]

    assert holds(whole)


@FEW
@given(STRATEGIES)
def test_without_a_part_the_others_stay(one: SearchSpec) -> None:
    whole = combination(one)
    for unit in removable(whole, terms=True):
        rest = without(whole, unit)
        assert rest
        assert rest.count("(") == rest.count(")")
        assert without(whole, []) == whole.text
