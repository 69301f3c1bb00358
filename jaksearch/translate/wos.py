"""Drafts for Web of Science: ``TS=("janus kinase*" OR jak)``, ``NEAR/n`` and ``#1 AND #2``; there are no headings.

``NEAR/n`` allows n words between two, in any order. Words in quotation marks, and words with a wildcard, are searched
as they stand; others are reduced to their stem, which PubMed does not do, so that all are put into quotation marks.
Sources: Web of Science help, Search Rules, Search Operators, Wildcards.
"""

from __future__ import annotations

import re

from jaksearch.translate import pubmed
from jaksearch.translate.grammar import AND_FIRST, Expression, Levels, ReadBackError, Style, in_field, render
from jaksearch.translate.losses import Notes
from jaksearch.translate.syntax import Rule, Syntax, heading_as_words, years
from jaksearch.translate.tree import Coded, Heading, Near, Node, Phrase, Range, Term
from jaksearch.translate.words import Wildcards, by_hand, phrase

__all__ = ["WOS"]

_WORDS_IN = ("TS", "TI", "AB", "AK", "AD", "ALL")
_CODED = ("LA", "AU", "SO", "DT", "PMID", "DO")
_OPERATORS = re.compile(r" (AND|OR|NOT|NEAR/\d+) ")
_FIELD = re.compile(rf"({'|'.join(_WORDS_IN)})=\(")
_VALUE = re.compile(rf"({'|'.join(_CODED)})=\((?:\"([^\"]*)\"|([^()\"]*))\)")
_YEARS = re.compile(r"PY=\((\d{4})-(\d{4})\)")
_WORDS = re.compile(r"\"([^\"]*)\"|(\*?\w[\w*]*)")

_WILDCARDS = Wildcards("Web of Science", least=3, after=3)
_TOPIC = "Web of Science has no subject headings: each became a phrase of the topic; add synonyms"

RULES = {
    "tiab": Rule("text", "TS", "field", "[tiab] became TS=, which holds Keywords Plus too and is wider", once=True),
    "ti": Rule("text", "TI"),
    "ab": Rule("text", "AB"),
    "ot": Rule("text", "AK"),
    "ad": Rule("text", "AD"),
    "tw": Rule("text", "TS", "field", "[tw] became TS=, which has no subject headings", once=True),
    "all": Rule("text", "ALL", "field", "All Fields became ALL=; look at what else Web of Science finds", once=True),
    "pt": Rule("topic", "TS", "field", "publication types of PubMed became phrases of the topic; look for a filter"),
    "nm": Rule("topic", "TS", "heading", "substances became phrases of the topic; add other names"),
    "sh": Rule("topic", "TS", "subheading", "subheadings became phrases of the topic, which authors write otherwise"),
    "la": Rule("coded", "LA"),
    "au": Rule("author", "AU", "field", "PubMed adds further initials to an author, the draft does so by a *"),
    "ta": Rule("coded", "SO", "field", "SO= wants the full name of the journal"),
    "pmid": Rule("coded", "PMID"),
    "aid": Rule("coded", "DO"),
}


def _heading(node: Heading, notes: Notes) -> Node:
    """Turn a heading into a phrase of the topic."""
    written = pubmed.write(node)
    notes.add("heading", _TOPIC, written)
    if node.explode:
        notes.add("explosion", "what stands below a heading in MeSH is not found here; add narrower terms", written)
    if node.subheading:
        notes.add("subheading", "the subheading is left out, which is wider", written)
    if node.major:
        notes.add("major topic", "there are no main topics here, which is wider; or search titles (TI=)", written)
    return phrase(Term(heading_as_words(node.text), quoted=True), "TS", wildcards=_WILDCARDS, notes=notes)


def _span(node: Range, notes: Notes) -> Node:
    """Keep years; leave other dates to a person."""
    span = years(node, notes)
    if span and span[1]:
        return Range(*span, "PY")
    if span:
        notes.add("date", f"an open end: write PY=({span[0]}-THIS YEAR) in its place", pubmed.write(node))
    else:
        notes.add("date", f"[{node.field}] is no date of Web of Science; use its index date", pubmed.write(node))
    return by_hand(node)


def _leaf(node: Node) -> str:
    """Write a coded value or years."""
    match node:
        case Coded(value, field):
            is_plain = field != "SO" and re.fullmatch(r"[\w* ./'-]+", value)
            return f"{field}=({value})" if is_plain else f'{field}=("{value}")'
        case Range(low, high, _):
            return f"PY=({low}-{high})"
    raise TypeError(f"{type(node).__name__} has no form in Web of Science")


def _bare(node: Phrase | Near) -> str:
    """Write words without their field."""
    if isinstance(node, Near):
        return f"({f' NEAR/{node.between} '.join(map(_word, node.words))})"
    return _word(" ".join(node.words))


def _word(text: str) -> str:
    """Write a word or a phrase; a single word with a wildcard needs no quotation marks."""
    return text if "*" in text and re.fullmatch(r"[\w*]+", text) else f'"{text}"'


def _fielded(text: str, field: str) -> str:
    """Write words in their field."""
    return f"{field}={text}" if text.startswith("(") else f"{field}=({text})"


_STYLE = Style(("AND", "OR", "NOT"), "#", _leaf, _bare, _fielded)


def _read(text: str, levels: Levels = AND_FIRST) -> Node:
    """Read what `_STYLE` writes."""
    return Expression(
        text,
        operators=_OPERATORS,
        levels=levels,
        leaf=_read_leaf,
        reference=re.compile(r"#(\d+)"),
        suffix=None,
        proximity=lambda sign: int(sign.removeprefix("NEAR/")),
    ).read()


def _read_leaf(expression: Expression) -> Node:
    """Read a field with its words, a coded value, years or words."""
    if field := expression.take(_FIELD):
        inner = expression.side()
        if not expression.take(r"\)"):
            raise ReadBackError(f"a field is open: {expression.text!r}")
        return in_field(inner, field[1])
    if value := expression.take(_VALUE):
        return Coded(value[2] or value[3], value[1])
    if span := expression.take(_YEARS):
        return Range(span[1], span[2], "PY")
    if words := expression.take(_WORDS):
        return Phrase(tuple((words[1] or words[2]).split()), "?")
    raise ReadBackError(f"no term at {expression.text[expression.at :]!r}")


WOS = Syntax(
    name="wos",
    title="Web of Science",
    rules=RULES,
    untagged="TS",
    wildcards=_WILDCARDS,
    heading=_heading,
    span=_span,
    reference="#",
    levels=AND_FIRST,
    write=lambda node: render(node, _STYLE),
    read=_read,
    types={
        "editorial": Coded("Editorial Material", "DT"),
        "letter": Coded("Letter", "DT"),
        "review": Coded("Review", "DT"),
    },
    hints={"pa": "search the names of the drugs", "rn": "search the names of the substance"},
    filters="filters rest on headings, which are missing here: take one that was made for Web of Science, or none",
)
