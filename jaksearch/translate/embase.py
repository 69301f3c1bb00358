"""Drafts for Embase.com: ``:ti,ab,kw``, ``'heading'/exp``, ``NEAR/n``, ``NEXT/1`` and ``#1 AND #2``.

``NEAR/n`` allows n - 1 words between two, in any order; ``NEXT/1`` means "follows directly". Operators work from left
to right without precedence, as in PubMed. Older help pages say that ``*`` does not work inside quotation marks, so that
such a phrase is written with ``NEXT/1``. Sources: Embase.com help, Boolean operators and Wildcards; Elsevier support,
"Can I use Boolean operators, wildcards and proximity operators in Embase?".
"""

from __future__ import annotations

import re

from jaksearch.translate import pubmed
from jaksearch.translate.grammar import LEFT_TO_RIGHT, MAP, Expression, Levels, ReadBackError, Style, render
from jaksearch.translate.losses import Notes
from jaksearch.translate.syntax import Rule, Syntax, years
from jaksearch.translate.tree import Coded, Heading, Near, Node, Phrase, Range
from jaksearch.translate.words import Wildcards, by_hand

__all__ = ["EMBASE"]

RESERVED = frozenset({"and", "or", "not", "near", "next"})
_CODED = ("it", "la", "au", "jt", "rn")
_OPERATORS = re.compile(r" (AND|OR|NOT|NEAR/\d+|NEXT/1) ")
_SUFFIX = re.compile(r":((?:ti|ab|kw|de|ad)(?:,(?:ti|ab|kw|de|ad))*)(?!\w)")
_HEADING = re.compile(rf"(?:'([^']+)'|\"([^\"]+)\")/(exp/mj|exp|mj|de) {MAP}")
_VALUE = re.compile(rf"(?:'([^']+)'|\"([^\"]+)\"|([\w*-]+)):({'|'.join(_CODED)})(?!\w)")
_YEARS = re.compile(r"\[(\d{4})-(\d{4})\]/py")
_LETTERS = re.compile(r"[\w*]+")
_WORDS = re.compile(r"'([^']*)'|\"([^\"]*)\"|([\w*]+)")

_EMTREE = (
    f"Embase is indexed with Emtree, not MeSH: find the Emtree term of each heading marked {MAP}, look at what stands "
    "below it, and take the mark away"
)

RULES = {
    "tiab": Rule("text", "ti,ab,kw"),
    "ti": Rule("text", "ti"),
    "ab": Rule("text", "ab"),
    "ot": Rule("text", "kw"),
    "ad": Rule("text", "ad"),
    "tw": Rule("text", "ti,ab,kw,de", "field", "[tw] became :ti,ab,kw,de, with Emtree terms for MeSH", once=True),
    "all": Rule("text", "", "field", "All Fields became words without a field; see what else Embase finds", once=True),
    "pt": Rule("to map", "", "heading", "a publication type of PubMed is mostly an Emtree term here: find it"),
    "nm": Rule("to map", "", "heading", "substances are Emtree terms here: find each, and add its trade names"),
    "la": Rule("coded", "la"),
    "au": Rule("author", "au", "field", "PubMed adds further initials to an author, the draft does so by a *"),
    "ta": Rule("coded", "jt", "field", ":jt wants the full name of the journal"),
    "rn": Rule("coded", "rn"),
}


def _heading(node: Heading, notes: Notes) -> Node:
    """Keep the words of a heading and mark it for a person."""
    written = pubmed.write(node)
    notes.add("heading", _EMTREE, written)
    if node.subheading:
        notes.add("subheading", "the subheading is left out, which is wider: Emtree has its own (:lnk)", written)
    if node.major:
        notes.add("major topic", "other indexers choose main topics here; /mj may lose what PubMed finds", written)
    return Heading(node.text, node.explode, node.major, to_map=True)


def _span(node: Range, notes: Notes) -> Node:
    """Keep years; leave other dates to a person."""
    span = years(node, notes)
    if span and span[1]:
        return Range(*span, "py")
    if span:
        notes.add("date", f"an open end: write [{span[0]}-THIS YEAR]/py in its place", pubmed.write(node))
    else:
        notes.add("date", f"[{node.field}] is no date of Embase; its own date of entry is /sd", pubmed.write(node))
    return by_hand(node)


def _quoted(text: str) -> str:
    """Put a text into the quotation marks that it does not have itself."""
    return f'"{text}"' if "'" in text else f"'{text}'"


def _leaf(node: Node) -> str:
    """Write a heading, a coded value or years."""
    match node:
        case Heading(text, explode, major, _, _):
            kinds = [kind for kind, is_so in (("exp", explode), ("mj", major)) if is_so] or ["de"]
            return f"{_quoted(text)}/{'/'.join(kinds)} {MAP}"
        case Coded(value, field):
            return f"{value if _LETTERS.fullmatch(value) else _quoted(value)}:{field}"
        case Range(low, high, _):
            return f"[{low}-{high}]/py"
    raise TypeError(f"{type(node).__name__} has no form in Embase")


def _bare(node: Phrase | Near) -> str:
    """Write words without their field."""
    words = [_word(word) for word in node.words]
    if isinstance(node, Near):
        return f"({f' NEAR/{node.between + 1} '.join(words)})"
    if len(words) == 1:
        return words[0]
    return f"({' NEXT/1 '.join(words)})" if any("*" in word for word in words) else _quoted(" ".join(node.words))


def _word(word: str) -> str:
    """Write one word; what is more than letters goes into quotation marks."""
    return word if _LETTERS.fullmatch(word) and word.casefold() not in RESERVED else _quoted(word)


def _fielded(text: str, field: str) -> str:
    """Write words with their field, if they have one."""
    return f"{text}:{field}" if field else text


_STYLE = Style(("AND", "OR", "NOT"), "#", _leaf, _bare, _fielded)


def _read(text: str, levels: Levels = LEFT_TO_RIGHT) -> Node:
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
    """Read a heading, a coded value, years or words."""
    if heading := expression.take(_HEADING):
        kinds = heading[3].split("/")
        return Heading(heading[1] or heading[2], "exp" in kinds, "mj" in kinds, to_map=True)
    if value := expression.take(_VALUE):
        return Coded(value[1] or value[2] or value[3], value[4])
    if span := expression.take(_YEARS):
        return Range(span[1], span[2], "py")
    if words := expression.take(_WORDS):
        return Phrase(tuple((words[1] or words[2] or words[3]).split()), "?")
    raise ReadBackError(f"no term at {expression.text[expression.at :]!r}")


EMBASE = Syntax(
    name="embase",
    title="Embase.com",
    rules=RULES,
    untagged="ti,ab,kw,de",
    wildcards=Wildcards("Embase"),
    heading=_heading,
    span=_span,
    reference="#",
    levels=LEFT_TO_RIGHT,
    write=lambda node: render(node, _STYLE),
    read=_read,
    types={name: Coded(name, "it") for name in ("editorial", "letter", "review")},
    hints={
        "sh": "Emtree has its own subheadings (:lnk)",
        "pa": "explode the Emtree term of the group of drugs instead",
        "pmid": "look the papers up by their titles",
        "aid": "look the paper up by its title",
    },
    filters="a filter is validated for one database: take one that was made for Embase",
    quoted_truncation="a * inside quotation marks is not searched by every version of Embase.com: such phrases are "
    "written with NEXT/1",
)
