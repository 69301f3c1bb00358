"""Laws of the translation: nothing changes in silence, and operators find the same whatever order a database has."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from translate_strategies import CALM, LEVELS, evaluate, leaf_trees, trees, words_of

from jakdb.errors import UsageError
from jaksearch.translate import KINDS, TARGETS, Draft, PubmedStrategy, draft
from jaksearch.translate.grammar import Levels
from jaksearch.translate.pubmed import parse, write
from jaksearch.translate.syntax import LANGUAGES
from jaksearch.translate.tree import (
    ByHand,
    Coded,
    Heading,
    Leaf,
    LineRef,
    Near,
    Node,
    Phrase,
    Range,
    Term,
    flat,
    leaves,
    mapped,
)

FOUR = tuple(TARGETS)
SAME_FIELD = {
    "ovid": {
        "tiab": "ti,ab,kf",
        "ti": "ti",
        "ab": "ab",
        "ot": "kf",
        "ad": "in",
        "la": "lg",
        "nm": "nm",
        "rn": "rn",
        "pmid": "ui",
        "aid": "do",
        "si": "si",
        "sb": "lg",
    },
    "embase": {"tiab": "ti,ab,kw", "ti": "ti", "ab": "ab", "ot": "kw", "ad": "ad", "la": "la", "rn": "rn", "sb": "la"},
    "wos": {"ti": "TI", "ab": "AB", "ot": "AK", "ad": "AD", "la": "LA", "pmid": "PMID", "aid": "DO", "sb": "LA"},
    "cochrane": {"ti": "ti", "ab": "ab"},
}
"""Fields that hold the same in both databases: any other is a loss that must be said."""


def read_back(found: Draft) -> dict[int, Node]:
    """Return the trees of a draft's lines, read from its text."""
    syntax = TARGETS[found.target]
    return {line.number: flat(syntax.read(line.text, syntax.levels)) for line in found.lines}


def told(found: Draft, leaf: Leaf) -> set[str]:
    """Return the kinds of the losses that name a leaf."""
    names = {write(leaf), leaf.text if isinstance(leaf, Term) else ""}
    return {loss.kind for loss in found.losses if names & set(loss.words)}


def told_of_all(found: Draft) -> set[str]:
    """Return the kinds of the losses that are said of all lines."""
    return {loss.kind for loss in found.losses if not loss.line}


def words_in(node: Leaf) -> list[str]:
    """Return the words of a leaf of either language, whatever their order."""
    match node:
        case Term(text, "la", _):
            return words_of(LANGUAGES.get(text.casefold(), text))
        case Heading(text, _, _, _, _) | Term(text, _, _):
            return words_of(text)
        case Phrase(words, _) | Near(words, _, _):
            return words_of(" ".join(words))
        case Coded(value, _):
            return words_of(value)
    return []


@pytest.mark.parametrize("target", FOUR)
@settings(CALM, max_examples=200)
@given(leaf=leaf_trees())
def test_no_leaf_changes_in_silence(target: str, leaf: Leaf) -> None:
    found = draft(PubmedStrategy(query=write(leaf)), target)
    got = list(leaves(read_back(found)[1]))
    said, general = told(found, leaf), told_of_all(found)
    if any(isinstance(one, ByHand) for one in got):
        assert said
        assert got == [ByHand(write(leaf).replace(">", "> "))]
        return
    if isinstance(leaf, Heading):
        [one] = got
        kept = isinstance(one, Heading) and not one.to_map and (one.explode, one.major) == (leaf.explode, leaf.major)
        assert kept or "heading" in said
        assert "explosion" in said or not leaf.explode or isinstance(one, Heading)
        assert not leaf.subheading or getattr(one, "subheading", "") == leaf.subheading or "subheading" in said
        assert not leaf.major or getattr(one, "major", False) or "major topic" in said
        assert words_in(one) == words_in(leaf) or said
        return
    if isinstance(leaf, Range):
        [one] = got
        assert isinstance(one, Range)
        assert (one.low, one.high) == (leaf.low, leaf.high.removesuffix("/12/31")) or "date" in said
        return
    assert sorted(word for one in got for word in words_in(one)) == words_in(leaf) or said
    assert isinstance(leaf, Term | Near)
    fields = {one.field for one in got if isinstance(one, Phrase | Near | Coded)}
    name = leaf.field.removesuffix(":noexp")
    assert fields == {SAME_FIELD[target].get(name)} or said or "field" in general or name in ("pt", "sh")
    if isinstance(leaf, Near):
        [near] = got
        assert isinstance(near, Near)
        assert near.between >= leaf.between
        assert near.between == leaf.between or "proximity" in said


def numbered(tree: Node) -> Node:
    """Return a tree with the numbers of its leaves in their place."""
    count = itertools.count()
    return mapped(flat(tree), lambda _leaf: LineRef(str(next(count))))


@pytest.mark.parametrize("target", FOUR)
@CALM
@given(tree=trees(leaf_trees(stay_one=True)))
def test_operators_and_their_sides_are_those_of_the_strategy(target: str, tree: Node) -> None:
    found = draft(PubmedStrategy(query=write(tree)), target)
    [line] = read_back(found).values()
    assert numbered(line) == numbered(tree)


@pytest.mark.parametrize("target", FOUR)
@CALM
@given(text=st.text(alphabet="()\"[]:#1* hairANDORNOTtiabmhd29éα斑<>/'.-_\n", max_size=40))
def test_no_text_breaks_a_draft(target: str, text: str) -> None:
    found: Draft | UsageError
    try:
        found = draft(PubmedStrategy((("1", "hair[ti]"),), text), target)
    except UsageError as error:
        found = error
    assert found.hint if isinstance(found, UsageError) else all(loss.kind in KINDS for loss in found.losses)


def expressions() -> st.SearchStrategy[str]:
    """Draw searches as people type them, with parentheses here and there and operators in any row."""
    term = st.builds(
        lambda number, form: form.format(number),
        st.integers(0, 9),
        st.sampled_from(
            ["w{0}[ti]", '"w{0} x"[tiab]', '"w{0}"[mh]', "w{0} y*[tw]", '"w{0} z"[ti:~3]', "w{0}[la]", "w{0}[gr]"]
        ),
    )

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        rest = st.lists(st.tuples(st.sampled_from([" AND ", " OR ", " NOT ", " "]), inner), min_size=1, max_size=4)
        row = st.builds(lambda first, more: first + "".join(sign + one for sign, one in more), inner, rest)
        return st.one_of(row.map(lambda text: f"({text})"), st.builds("({})".format, inner))

    return st.recursive(term, larger, max_leaves=12).map(lambda text: text[1:-1] if text[0] == "(" else text)


def typed(text: str, sets: list[int]) -> int:
    """Return what PubMed finds, by its rule alone: from left to right, groups first."""
    pieces = re.findall(r"\(|\)|\b(?:AND|OR|NOT)\b|(?:\"[^\"]*\"|[^\s()\"\[]+(?: \w\*)?)\[[^\]]*\]", text)
    at = 0

    def group() -> int:
        nonlocal at
        result, sign = -1, "AND"
        while at < len(pieces) and pieces[at] != ")":
            piece = pieces[at]
            at += 1
            if piece in ("AND", "OR", "NOT"):
                sign = piece
                continue
            if piece == "(":
                found = group()
                at += 1
            else:
                found = sets[int(re.findall(r"w(\d)", piece)[0])]
            result = {"AND": result & found, "OR": result | found, "NOT": result & ~found}[sign]
            sign = "AND"
        return result

    return group()


def finds(sets: list[int], lines: Callable[[str], int]) -> Callable[[Node], int]:
    """Return what a leaf finds, in either language: the set of the number in its first word."""

    def found(node: Node) -> int:
        if isinstance(node, LineRef):
            return lines(node.label)
        number = re.search(r"\bw(\d)\b", repr(node))
        assert number is not None, node
        return sets[int(number[1])]

    return found


SETS = st.lists(st.integers(0, 2**16 - 1), min_size=10, max_size=10)


@CALM
@given(text=expressions(), sets=SETS)
def test_the_tree_finds_what_pubmed_finds(text: str, sets: list[int]) -> None:
    assert evaluate(parse(text).tree, finds(sets, int)) == typed(text, sets)


@pytest.mark.parametrize("target", FOUR)
@CALM
@given(one=expressions(), two=expressions(), sets=SETS)
def test_a_draft_finds_what_pubmed_finds_whatever_the_order_of_operators(
    target: str, one: str, two: str, sets: list[int]
) -> None:
    """Each line is read by the rules of a database that binds AND, OR and NOT in every possible way."""
    strategy = PubmedStrategy((("a", one), ("b", two)), "#a NOT w0[ti] OR #b", ("w1[la]",))
    found = draft(strategy, target)
    a, b = typed(one, sets), typed(two, sets)
    want = (a & ~sets[0] | b) & sets[1]
    texts = {str(line.number): line.text for line in found.lines}
    for levels in LEVELS:

        def line(label: str, levels: Levels = levels) -> int:
            return evaluate(TARGETS[target].read(texts[label], levels), finds(sets, line))

        assert line(str(found.search)) == want


@CALM
@given(text=expressions(), sets=SETS, years=st.tuples(*[st.integers(0, 2**16 - 1)] * 2))
def test_limits_of_ovid_find_what_the_dates_find(text: str, sets: list[int], years: tuple[int, int]) -> None:
    query = f"(({text}) AND 2019:2024[dp]) OR (w5[ti] AND 2019:2024[dp] AND w6[ti])"
    found = draft(PubmedStrategy((("1", "w7[ti]"), ("2", query)), "#2 NOT #1", ("2020:3000[dp]",)), "ovid")
    texts = {str(line.number): line.text for line in found.lines}
    syntax = TARGETS["ovid"]

    def leaf(node: Node) -> int:
        if isinstance(node, Range):
            return years[("2024", "").index(node.high)]
        if isinstance(node, LineRef):
            return evaluate(syntax.read(texts[node.label], syntax.levels), leaf)
        return finds(sets, int)(node)

    inner = (typed(text, sets) | sets[5] & sets[6]) & years[0]
    assert evaluate(LineRef(str(found.search)), leaf) == inner & ~sets[7] & years[1]
