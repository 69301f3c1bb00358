"""PubMed searches for the tests of the translation: drawn by Hypothesis, and published ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import permutations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from jaksearch.translate.fields import DATE_FIELDS, FIELDS, NEAR_FIELDS, QUALIFIERS
from jaksearch.translate.grammar import LEFT_TO_RIGHT, Levels
from jaksearch.translate.tree import And, Heading, Leaf, Limited, Near, Node, Not, Or, Range, Term

__all__ = ["CALM", "HSSS_OVID", "HSSS_PUBMED", "LEVELS", "ROBINSON", "evaluate", "leaf_trees", "trees", "words_of"]

HSSS_PUBMED = (
    ("1", "randomized controlled trial [pt]"),
    ("2", "controlled clinical trial [pt]"),
    ("3", "randomized [tiab]"),
    ("4", "placebo [tiab]"),
    ("5", "drug therapy [sh]"),
    ("6", "randomly [tiab]"),
    ("7", "trial [tiab]"),
    ("8", "groups [tiab]"),
    ("9", "#1 OR #2 OR #3 OR #4 OR #5 OR #6 OR #7 OR #8"),
    ("10", "animals [mh] NOT humans [mh]"),
    ("11", "#9 NOT #10"),
)
"""Cochrane Highly Sensitive Search Strategy, sensitivity-maximizing, 2008, PubMed: Cochrane Handbook 5.1, Box 6.4.a."""

HSSS_OVID = (
    "randomized controlled trial.pt.",
    "controlled clinical trial.pt.",
    "randomized.ab.",
    "placebo.ab.",
    "drug therapy.fs.",
    "randomly.ab.",
    "trial.ab.",
    "groups.ab.",
    "or/1-8",
    "exp animals/ not humans.sh.",
    "9 not 10",
)
"""The same for Ovid, as its authors wrote it: Cochrane Handbook 5.1, Box 6.4.c."""

ROBINSON = (
    "(randomized controlled trial [pt] OR controlled clinical trial [pt] OR randomized controlled trials [mh] OR "
    "random allocation [mh] OR double-blind method [mh] OR single-blind method [mh] OR clinical trial [pt] OR "
    'clinical trials [mh] OR ("clinical trial" [tw]) OR ((singl* [tw] OR doubl* [tw] OR trebl* [tw] OR tripl* '
    '[tw]) AND (mask* [tw] OR blind* [tw])) OR ("latin square" [tw]) OR placebos [mh] OR placebo* [tw] OR random* '
    "[tw] OR research design [mh:noexp] OR comparative study [mh] OR evaluation studies [mh] OR follow-up studies "
    "[mh] OR prospective studies [mh] OR cross-over studies [mh] OR control* [tw] OR prospectiv* [tw] OR "
    "volunteer* [tw]) NOT (animal [mh] NOT human [mh])"
)
"""Robinson & Dickersin (2002), Int J Epidemiol 31:150-153: controlled trials in PubMed."""

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For a machine that others use too."""

LEVELS: tuple[Levels, ...] = (
    LEFT_TO_RIGHT,
    *(tuple(frozenset({sign}) for sign in order) for order in permutations(("AND", "OR", "NOT"))),
    (frozenset({"AND", "NOT"}), frozenset({"OR"})),
)
"""Every order in which a database might apply its operators."""

WORD = st.sampled_from(
    ["hair", "loss", "alopecia", "jak", "JAK1", "COVID-19", "Sjögren's", "斑秃", "or", "to", "2019", "5"]
)
STAR = st.sampled_from(["inhibit*", "alopeci*", "organi*ation", "tumo*r*", "anti-jak*"])
PHRASE = st.lists(st.one_of(WORD, STAR), min_size=1, max_size=3).map(" ".join)
HEADING = st.sampled_from(
    ["Alopecia Areata", "Arthritis, Rheumatoid", "Wounds and Injuries", "Poly(ADP-ribose) Polymerases", "3T3 Cells"]
)
TEXT_FIELDS = ("tiab", "ti", "ab", "tw", "all", "ot", "ad")
CODED_FIELDS = tuple(name for name in FIELDS if name not in (*TEXT_FIELDS, *DATE_FIELDS, "mh", "majr", "pmid"))
DAY = st.sampled_from(["2019", "2020/06", "2024/12/31", "3000"])


def leaf_trees(*, stay_one: bool = False) -> st.SearchStrategy[Leaf]:
    """Draw leaves of a PubMed search, or only such as stay one leaf in every draft.

    Words without a tag and lists of PMIDs become several leaves, dates a limit.
    """
    below = st.one_of(st.just(""), st.sampled_from(sorted(QUALIFIERS)))
    near_words = st.lists(st.one_of(WORD, STAR), min_size=2, max_size=3).map(tuple)
    kinds: list[st.SearchStrategy[Leaf]] = [
        st.builds(Term, PHRASE, st.sampled_from(TEXT_FIELDS), st.booleans()),
        st.builds(Term, PHRASE, st.sampled_from(CODED_FIELDS), st.booleans()),
        st.builds(Heading, HEADING, st.booleans(), st.booleans(), below),
        st.builds(Near, near_words, st.integers(0, 9), st.sampled_from(NEAR_FIELDS)),
        st.just(Term("10.1016/S0140-6736(20)30183-5", "aid", quoted=True)),
    ]
    if not stay_one:
        kinds += [
            st.builds(Term, PHRASE, st.just(""), st.booleans()),
            st.builds(Term, st.sampled_from(["12345678", "1,2"]), st.just("pmid")),
            st.builds(Range, DAY, DAY, st.one_of(st.just("dp"), st.sampled_from(DATE_FIELDS))),
        ]
    return st.one_of(kinds)


def trees(leaves: st.SearchStrategy[Leaf] | None = None) -> st.SearchStrategy[Node]:
    """Draw whole PubMed searches."""

    def larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        parts = st.lists(inner, min_size=2, max_size=4).map(tuple)
        return st.one_of(st.builds(And, parts), st.builds(Or, parts), st.builds(Not, inner, inner))

    return st.recursive(leaves if leaves is not None else leaf_trees(), larger, max_leaves=10)


def evaluate(node: Node, found: Callable[[Node], int]) -> int:
    """Return the records that a tree finds, as the bits of a number, from those that its leaves find."""
    if isinstance(node, And):
        result = -1
        for part in node.parts:
            result &= evaluate(part, found)
        return result
    if isinstance(node, Or):
        result = 0
        for part in node.parts:
            result |= evaluate(part, found)
        return result
    if isinstance(node, Not):
        return evaluate(node.keep, found) & ~evaluate(node.drop, found)
    if isinstance(node, Limited):
        return evaluate(node.base, found) & found(Range(node.low, node.high, "dp"))
    return found(node)


def words_of(text: str) -> list[str]:
    """Return the words of a text without punctuation, in small letters and in order of the alphabet."""
    return sorted(re.findall(r"[\w*?]+", text.casefold().replace("'", "")))
