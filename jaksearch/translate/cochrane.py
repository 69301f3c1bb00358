"""Drafts for the Cochrane Library (CENTRAL): ``:ti,ab,kw``, ``[mh "Heading"]``, ``NEAR/n``, ``NEXT`` and ``#1 AND #2``.

Guides disagree whether ``NEAR/n`` allows n or n - 1 words between two; the draft takes the reading that cannot lose a
record. ``*`` does not work inside quotation marks, so that such a phrase is written with ``NEXT``. Sources: Cochrane
Library, Search Manager help; Cochrane Handbook, chapter 4 with its Technical Supplement.
"""

from __future__ import annotations

import re

from jaksearch.translate import pubmed
from jaksearch.translate.fields import QUALIFIERS
from jaksearch.translate.grammar import AND_FIRST, Expression, Levels, ReadBackError, Style, render
from jaksearch.translate.losses import Notes
from jaksearch.translate.syntax import Rule, Syntax
from jaksearch.translate.tree import Coded, Heading, Near, Node, Phrase, Range
from jaksearch.translate.words import Wildcards, by_hand

__all__ = ["COCHRANE"]

RESERVED = frozenset({"and", "or", "not", "near", "next"})
_NAMES = {code.upper(): name for name, code in QUALIFIERS.items()}
_CODED = ("au", "so", "pt")
_OPERATORS = re.compile(r" (AND|OR|NOT|NEAR/\d+|NEXT) ")
_SUFFIX = re.compile(r":((?:ti|ab|kw)(?:,(?:ti|ab|kw))*)(?!\w)")
_HEADING = re.compile(r"\[mh (\^)?\"([^\"]+)\"(?:/([A-Z]{2}))?(\[mj\])?\]")
_VALUE = re.compile(rf"(?:\"([^\"]+)\"|([\w*]+)):({'|'.join(_CODED)})(?!\w)")
_LETTERS = re.compile(r"[\w*]+")
_WORDS = re.compile(r"\"([^\"]*)\"|([\w*]+)")

RULES = {
    "tiab": Rule(
        "text", "ti,ab,kw", "field", "[tiab] became :ti,ab,kw, where kw holds index terms too and is wider", once=True
    ),
    "ti": Rule("text", "ti"),
    "ab": Rule("text", "ab"),
    "ot": Rule("text", "kw", "field", "[ot] became :kw, which holds index terms too", once=True),
    "tw": Rule("text", "ti,ab,kw", "field", "[tw] became :ti,ab,kw, which holds about the same", once=True),
    "all": Rule("text", "", "field", "All Fields became words without a field, full texts of reviews too", once=True),
    "pt": Rule("coded", "pt", "filter", "CENTRAL holds trials already: take publication types of trials away"),
    "nm": Rule("topic", "kw", "heading", "substances became words of :kw; add other names"),
    "au": Rule("coded", "au", "field", "PubMed adds further initials to an author; add them: (smith NEXT j*):au"),
    "ta": Rule("coded", "so", "field", ":so wants the name of the journal as Cochrane writes it"),
}


def _heading(node: Heading, notes: Notes) -> Node:
    """Keep a heading: the records from MEDLINE have MeSH."""
    notes.once(
        "heading",
        "PubMed takes other names of a MeSH heading too (entry terms), Cochrane wants the heading itself: look each "
        "up; records from Embase and registers have no MeSH",
    )
    if node.subheading:
        notes.add("subheading", "check the subheading: not all records have any", pubmed.write(node))
    return node


def _span(node: Range, notes: Notes) -> Node:
    """Leave dates to a person."""
    notes.add("date", "dates are set beside the search (Search limits), not in it", pubmed.write(node))
    return by_hand(node)


def _leaf(node: Node) -> str:
    """Write a heading or a coded value."""
    match node:
        case Heading(text, explode, major, subheading, _):
            below = f"/{QUALIFIERS[subheading].upper()}" if subheading else ""
            return f'[mh {"" if explode else "^"}"{text}"{below}{"[mj]" if major else ""}]'
        case Coded(value, field):
            return f"{value if _LETTERS.fullmatch(value) else f'{chr(34)}{value}{chr(34)}'}:{field}"
    raise TypeError(f"{type(node).__name__} has no form in the Cochrane Library")


def _bare(node: Phrase | Near) -> str:
    """Write words without their field."""
    words = [_word(word) for word in node.words]
    if isinstance(node, Near):
        return f"({f' NEAR/{node.between + 1} '.join(words)})"
    if len(words) == 1:
        return words[0]
    return f"({' NEXT '.join(words)})" if any("*" in word for word in words) else f'"{" ".join(node.words)}"'


def _word(word: str) -> str:
    """Write one word; what is more than letters goes into quotation marks."""
    return word if _LETTERS.fullmatch(word) and word.casefold() not in RESERVED else f'"{word}"'


def _fielded(text: str, field: str) -> str:
    """Write words with their field, if they have one."""
    return f"{text}:{field}" if field else text


_STYLE = Style(("AND", "OR", "NOT"), "#", _leaf, _bare, _fielded)


def _read(text: str, levels: Levels = AND_FIRST) -> Node:
    """Read what `_STYLE` writes."""
    return Expression(
        text,
        operators=_OPERATORS,
        levels=levels,
        leaf=_read_leaf,
        reference=re.compile(r"#(\d+)"),
        suffix=_SUFFIX,
        proximity=lambda sign: int(sign.removeprefix("NEAR/")) - 1 if sign.startswith("NEAR") else -1,
        default="",
    ).read()


def _read_leaf(expression: Expression) -> Node:
    """Read a heading, a coded value or words."""
    if heading := expression.take(_HEADING):
        below = _NAMES[heading[3]] if heading[3] else ""
        return Heading(heading[2], not heading[1], bool(heading[4]), below)
    if value := expression.take(_VALUE):
        return Coded(value[1] or value[2], value[3])
    if words := expression.take(_WORDS):
        return Phrase(tuple((words[1] or words[2]).split()), "?")
    raise ReadBackError(f"no term at {expression.text[expression.at :]!r}")


COCHRANE = Syntax(
    name="cochrane",
    title="Cochrane Library (CENTRAL)",
    rules=RULES,
    untagged="ti,ab,kw",
    wildcards=Wildcards("Cochrane"),
    heading=_heading,
    span=_span,
    reference="#",
    levels=AND_FIRST,
    write=lambda node: render(node, _STYLE),
    read=_read,
    hints={
        "la": "do not limit CENTRAL by language",
        "sh": "choose the qualifier on the page for MeSH, with an empty heading",
        "pa": "explode the heading of the group of drugs instead",
        "pmid": "look the papers up by their titles",
        "aid": "look the paper up by its title",
    },
    filters="CENTRAL holds trials only: take filters for trials and for humans away",
    quoted_truncation="a * inside quotation marks is not searched in the Cochrane Library: such phrases are written "
    "with NEXT",
    near_sentence="guides disagree whether NEAR/n allows n or n - 1 words between two: the draft may be one word wider",
)
