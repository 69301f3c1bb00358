"""PubMed's search syntax: what it means, what is refused, and how it comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from translate_strategies import CALM, ROBINSON, trees

from jaksearch.translate import StrategyError
from jaksearch.translate.fields import FIELDS, QUALIFIERS, TAGS, qualifier
from jaksearch.translate.pubmed import parse, write
from jaksearch.translate.tree import And, Heading, LineRef, Near, Node, Not, Or, Range, Term, leaves


def a(name: str) -> Term:
    """Return a title word."""
    return Term(name, "ti")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("hair", Term("hair")),
        ("hair loss treatment", Term("hair loss treatment")),
        ("hair  loss [ Title/Abstract ]", Term("hair loss", "tiab")),
        ('"hair loss"[TIAB]', Term("hair loss", "tiab", quoted=True)),
        ('hair "loss"[ti]', And((Term("hair"), Term("loss", "ti", quoted=True)))),
        ("a[ti] b[ti]", And((a("a"), a("b")))),
        ("a[ti] OR b[ti] AND c[ti]", And((Or((a("a"), a("b"))), a("c")))),
        ("a[ti] AND b[ti] OR c[ti] OR d[ti]", Or((And((a("a"), a("b"))), a("c"), a("d")))),
        ("a[ti] NOT b[ti] NOT c[ti]", Not(Not(a("a"), a("b")), a("c"))),
        ("a[ti] AND NOT b[ti]", Not(a("a"), a("b"))),
        ("(a[ti] AND (b[ti]))", And((a("a"), a("b")))),
        ("(a[ti] OR b[ti]) OR c[ti]", Or((Or((a("a"), a("b"))), a("c")))),
        ("#1 AND #drugs", And((LineRef("1"), LineRef("drugs")))),
        ('"Alopecia Areata"[Mesh]', Heading("Alopecia Areata")),
        ("alopecia areata[mh:noexp]", Heading("alopecia areata", explode=False)),
        ('"Alopecia/DT"[Majr:NoExp]', Heading("Alopecia", explode=False, major=True, subheading="drug therapy")),
        ("alopecia/prevention and control[mh]", Heading("alopecia", subheading="prevention & control")),
        ("alopecia/no such thing[mh]", Heading("alopecia/no such thing")),
        ('"hip pain"[Title/Abstract:~2]', Near(("hip", "pain"), 2, "tiab")),
        ('"hip pain"[ti: ~0]', Near(("hip", "pain"), 0, "ti")),
        ("2019:2024[dp]", Range("2019", "2024", "dp")),
        ("2019[dp]", Range("2019", "2019", "dp")),
        ('"2019/01/01"[Date - Publication] : "3000"[Date - Publication]', Range("2019/01/01", "3000", "dp")),
        ("2019-01-31:2019-12-31[crdt]", Range("2019/01/31", "2019/12/31", "crdt")),
        ('"last 5 years"[dp]', Term("last 5 years", "dp", quoted=True)),
        ("1:99[uid]", Range("1", "99", "pmid")),
        ("review[pt:noexp]", Term("review", "pt:noexp")),
        ('"a (b) OR [c] #1: d"[tw]', Term("a (b) OR [c] #1: d", "tw", quoted=True)),
        ("“hair loss”[ti]", Term("hair loss", "ti", quoted=True)),
        ("y_10[Filter]", Term("y_10", "sb")),
        ("斑秃[tiab]", Term("斑秃", "tiab")),
    ],
)
def test_a_search_means_what_pubmed_makes_of_it(text: str, tree: Node) -> None:
    assert parse(text).tree == tree
    assert parse(write(tree)).tree == tree


@pytest.mark.parametrize(
    ("text", "column", "what", "way_out"),
    [
        ("", 1, "nothing to search for", "at least one term"),
        (" \n ", 1, "nothing to search for", ""),
        ('hair OR "loss', 9, "quotation mark is not closed", "close it"),
        ('""[ti]', 1, "nothing between these quotation marks", "write a term"),
        ("(hair", 1, "parenthesis is not closed", "close it"),
        ("hair) OR loss", 5, "parenthesis closes nothing", "take it away"),
        ("()", 2, "nothing between these parentheses", "write a term"),
        ("hair[tiab", 5, "bracket is not closed", "[tiab]"),
        ("hair]", 5, "bracket closes nothing", "open the tag"),
        ("hair[tibab]", 5, "[tibab] is no tag", "tiab"),
        ("hair[]", 5, "[] is no tag", ""),
        ("[ti]", 1, "no term before it", "before its tag"),
        ("(hair OR loss)[ti]", 15, "not to a group", "after each term"),
        ("#1[ti]", 3, "not to a line", "after each term"),
        ("hair # loss", 6, "# begins", "quotation marks"),
        ("AND hair", 1, "AND has nothing on its left", "begin with a term"),
        ("NOT hair", 1, "NOT has nothing on its left", ""),
        ("hair OR", 6, "OR has nothing on its right", "end with a term"),
        ("(hair AND) OR loss", 7, "AND has nothing on its right", ""),
        ("hair AND OR loss", 10, "OR follows AND", "keep one"),
        ("hair OR NOT loss", 9, "NOT follows OR", ""),
        ("hair:loss[ti]", 1, "two dates", "quotation marks"),
        ("2019:2024", 5, "range has no tag", "[dp]"),
        ("2019:[dp]", 5, "range has no end", "3000"),
        ("2019:20245[dp]", 1, "two dates", ""),
        ("2019[dp]:2024[crdt]", 14, "different tags", "the same"),
        (": hair", 1, "a colon stands", ""),
        ("* [ti]", 1, "a * alone", "four letters"),
        ("hair[ti:noexp]", 5, "no narrower terms", ":noexp"),
        ('"hair loss"[mh:~2]', 12, "no distance in [mh]", "tiab"),
        ("hair loss[ti:~2]", 1, "stand together in quotation marks", "~2"),
        ('"hair"[ti:~2]', 1, "stand together", ""),
        ('"hair loss"[ti:~x]', 12, "is no tag", ""),
    ],
)
def test_what_cannot_be_read_is_shown_with_a_caret_and_a_way_out(
    text: str, column: int, what: str, way_out: str
) -> None:
    with pytest.raises(StrategyError) as caught:
        parse(text, place="line drugs")
    error = caught.value
    assert (error.column, what in str(error), way_out in error.hint) == (column, True, True), str(error)
    sentence, shown, caret = str(error).split("\n")
    assert sentence.startswith(f"line drugs, column {column}: ")
    assert caret.index("^") == 4 + column - 1
    assert shown[4:] == " ".join(text.split())


def test_the_caret_stands_below_its_place_in_wide_and_long_text() -> None:
    with pytest.raises(StrategyError) as caught:
        parse("斑秃 é ) x")
    assert str(caught.value).split("\n")[1:] == ["    斑秃 é ) x", "           ^"]
    with pytest.raises(StrategyError) as caught:
        parse("hair OR " * 30 + "( loss")
    shown, caret = str(caught.value).split("\n")[1:]
    assert (len(shown) < 90, shown[4], shown[caret.index("^")]) == (True, "…", "(")


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("a[ti] OR b[ti] AND c[ti]", "order", "a[ti] OR b[ti] AND c[ti]"),
        ("x[ti] OR (a[ti] AND b[ti] NOT c[ti])", "order", "a[ti] AND b[ti] NOT c[ti]"),
        ("hair and loss", "small", "hair and loss"),
        ("a[ti] AND NOT b[ti]", "and not", "AND NOT"),
        ("„hair”", "quotes", "„hair”"),
    ],
)
def test_what_a_person_should_know_is_remarked(text: str, kind: str, words: str) -> None:
    assert [(remark.kind, remark.words) for remark in parse(text).remarks] == [(kind, words)]


def test_an_order_that_is_clear_is_not_remarked() -> None:
    assert parse("a[ti] OR b[ti] OR (c[ti] AND d[ti] e[ti]) OR (f[ti] NOT g[ti])").remarks == ()


def test_every_tag_is_known_in_each_of_its_spellings() -> None:
    for tag, name in TAGS.items():
        leaf = parse(f"hair[{tag.upper()}]").tree
        assert leaf == (Heading("hair", major=name == "majr") if name in ("mh", "majr") else Term("hair", name))
    assert len(TAGS) == sum(1 + len(tags) for tags in FIELDS.values())


def test_every_subheading_is_known_by_name_and_code() -> None:
    assert len(set(QUALIFIERS.values())) == len(QUALIFIERS) == 76
    for name, code in QUALIFIERS.items():
        assert qualifier(name.title()) == qualifier(code.upper()) == name


def test_a_published_filter_is_read_whole() -> None:
    parsed = parse(ROBINSON)
    assert parsed.remarks == ()
    assert len(list(leaves(parsed.tree))) == ROBINSON.count("[") == 30
    assert isinstance(parsed.tree, Not)
    assert parse(write(parsed.tree)).tree == parsed.tree


def test_searches_too_deep_for_the_machine_are_refused_and_long_ones_are_not() -> None:
    assert parse("(" * 100 + "hair" + ")" * 100).tree == Term("hair")
    with pytest.raises(StrategyError, match="more than 100 parentheses"):
        parse("(" * 101 + "hair" + ")" * 101)
    with pytest.raises(StrategyError, match="more than 100 operators"):
        parse("hair[ti]" + " AND a[ti] OR b[ti]" * 51)
    assert len(list(leaves(parse(" OR ".join(f"w{number}[ti]" for number in range(5000))).tree))) == 5000


@CALM
@given(trees())
def test_a_tree_comes_back_from_its_text(tree: Node) -> None:
    assert parse(write(tree)).tree == tree


PIECES = st.sampled_from(
    [
        "(",
        ")",
        '"',
        "[",
        "]",
        ":",
        "#",
        "#1",
        "*",
        "AND",
        "OR",
        "NOT",
        "hair",
        "jak*",
        "[tiab]",
        "[mh]",
        "[ti:~2]",
        "2019",
    ]
)


@CALM
@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join), st.lists(PIECES).map("".join)))
def test_every_text_is_read_or_refused_with_a_place_and_a_way_out(text: str) -> None:
    found: Node | StrategyError
    try:
        found = parse(text).tree
    except StrategyError as error:
        found = error
    if isinstance(found, StrategyError):
        assert 1 <= found.column <= len(text) + 1
        assert found.hint
    else:
        assert parse(write(found)).tree == found
