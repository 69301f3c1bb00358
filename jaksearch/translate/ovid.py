"""Drafts for MEDLINE on Ovid: ``.ti,ab,kf.``, ``exp Heading/``, ``adjN``, ``or/1-3`` and the ``limit`` command.

Ovid's ``adjN`` allows N - 1 words between two, in any order; ``adj`` alone means "follows directly". Sources: Ovid,
Advanced Search Techniques; Ovid MEDLINE Database Guide.
"""

from __future__ import annotations

import re

from jaksearch.translate import pubmed
from jaksearch.translate.fields import QUALIFIERS
from jaksearch.translate.grammar import AND_FIRST, Expression, Levels, ReadBackError, Style, render
from jaksearch.translate.losses import Notes
from jaksearch.translate.syntax import Rule, Syntax
from jaksearch.translate.tree import Coded, Heading, Limited, LineRef, Near, Node, Or, Phrase, Range
from jaksearch.translate.words import Wildcards, by_hand

__all__ = ["OVID"]

RESERVED = frozenset({"and", "or", "not", "adj", "exp", "freq", "limit", "to", "use"})
_NAMES = {code: name for name, code in QUALIFIERS.items()}
_CODED = ("pt", "lg", "au", "jn", "nm", "rn", "fs", "ui", "do", "si")
_OPERATORS = re.compile(r" (and|or|not|adj\d*) ")
_SUFFIX = re.compile(r"\.([a-z]+(?:,[a-z]+)*)\.")
_REFERENCE = re.compile(r"(\d+)(?= (?:and|or|not) |\)|$)")
_AHEAD = r"(?: (?!(?:and|or|not|adj\d*) )[\w*',-]+)*"
"""More words of the same value: an operator ends it."""
_HEADING = re.compile(rf"(exp )?(\*)?(?:\"([^\"]+)\"|(\w[\w',-]*{_AHEAD}))/([a-z]{{2}})?(?!\w)")
_VALUE = re.compile(rf"(?:\"([^\"]*)\"|([\w*'-]+{_AHEAD}))\.({'|'.join(_CODED)})\.")
_WORDS = re.compile(r"\"([^\"]*)\"|([\w*?'-]+)")
_ROW = re.compile(r"or/(\d+)-(\d+)")
_LIMIT = re.compile(r'limit (\d+) to yr="(\d{4})(?:-(\d{4})| -Current)"')

RULES = {
    "tiab": Rule("text", "ti,ab,kf"),
    "ti": Rule("text", "ti"),
    "ab": Rule("text", "ab"),
    "ot": Rule("text", "kf"),
    "ad": Rule("text", "in"),
    "tw": Rule("text", "mp", "field", "[tw] became .mp., which holds about the same fields", once=True),
    "all": Rule("text", "af", "field", "All Fields became .af.; look at what else Ovid finds there", once=True),
    "pt": Rule("coded", "pt", "explosion", "PubMed adds narrower publication types, .pt. does not; add them"),
    "sh": Rule("coded", "fs", "explosion", "PubMed adds narrower subheadings, .fs. does not; add any there are"),
    "la": Rule("coded", "lg"),
    "au": Rule("author", "au", "field", "PubMed adds further initials to an author, the draft does so by a *"),
    "ta": Rule("coded", "jn", "field", ".jn. wants the full name of the journal"),
    "nm": Rule("coded", "nm"),
    "rn": Rule("coded", "rn"),
    "pmid": Rule("coded", "ui"),
    "aid": Rule("coded", "do"),
    "si": Rule("coded", "si"),
}


def _heading(node: Heading, notes: Notes) -> Node:
    """Keep a heading: Ovid MEDLINE has MeSH."""
    notes.once(
        "heading",
        "PubMed takes other names of a MeSH heading too (entry terms), Ovid wants the heading itself: look each up",
    )
    if node.subheading and node.explode:
        notes.add("subheading", "PubMed adds narrower subheadings, Ovid does not; add their codes", pubmed.write(node))
    return node


def _span(node: Range, notes: Notes) -> Node:
    """Leave dates to a person where they cannot become a limit."""
    if node.field == "dp":
        notes.add("date", "years are a limit of another line in Ovid (limit N to yr=...)", pubmed.write(node))
    else:
        notes.add(
            "date",
            f"[{node.field}] has no counterpart that jak trusts; Ovid's dates (dt, ez, ed) mean something else",
            pubmed.write(node),
        )
    return by_hand(node)


def _write(node: Node) -> str:
    """Write a line; an OR of neighbouring lines is ``or/1-3``."""
    if isinstance(node, Limited):
        if not isinstance(node.base, LineRef):
            raise TypeError("Ovid limits a line")
        return f'limit {node.base.label} to yr="{node.low}{f"-{node.high}" if node.high else " -Current"}"'
    if isinstance(node, Or) and len(node.parts) > 2:
        numbers = [int(part.label) for part in node.parts if isinstance(part, LineRef)]
        if numbers == list(range(numbers[0], numbers[0] + len(node.parts))) if numbers else False:
            return f"or/{numbers[0]}-{numbers[-1]}"
    return render(node, _STYLE)


def _leaf(node: Node) -> str:
    """Write a heading or a coded value."""
    match node:
        case Heading(text, explode, major, subheading, _):
            is_plain = re.fullmatch(r"\w[\w' ,-]*", text) and not RESERVED & set(text.casefold().split())
            name = text if is_plain else f'"{text}"'
            code = QUALIFIERS[subheading] if subheading else ""
            return f"{'exp ' if explode else ''}{'*' if major else ''}{name}/{code}"
        case Coded(value, field):
            is_plain = re.fullmatch(r"[\w* '-]+", value) and not RESERVED & set(value.casefold().split())
            return f"{value if is_plain else f'{chr(34)}{value}{chr(34)}'}.{field}."
    raise TypeError(f"{type(node).__name__} has no form in Ovid")


def _bare(node: Phrase | Near) -> str:
    """Write words without their field."""
    # A number without quotation marks would be the number of a line.
    words = [f'"{word}"' if word.casefold() in RESERVED or word.isdecimal() else word for word in node.words]
    if isinstance(node, Near):
        return f"({f' adj{node.between + 1} '.join(words)})"
    if len(words) == 1:
        return words[0]
    if any(mark in word for word in words for mark in "*?"):
        return f"({' adj '.join(words)})"
    return f'"{" ".join(node.words)}"'


_STYLE = Style(("and", "or", "not"), "", _leaf, _bare, lambda text, field: f"{text}.{field}.")


def _read(text: str, levels: Levels = AND_FIRST) -> Node:
    """Read what `_write` writes."""
    if limit := _LIMIT.fullmatch(text):
        return Limited(LineRef(limit[1]), limit[2], limit[3] or "")
    if row := _ROW.fullmatch(text):
        return Or(tuple(LineRef(str(number)) for number in range(int(row[1]), int(row[2]) + 1)))
    return Expression(
        text,
        operators=_OPERATORS,
        levels=levels,
        leaf=_read_leaf,
        reference=_REFERENCE,
        suffix=_SUFFIX,
        proximity=lambda sign: int(sign.removeprefix("ADJ")) - 1 if sign != "ADJ" else -1,
    ).read()


def _read_leaf(expression: Expression) -> Node:
    """Read a heading, a coded value or words."""
    if heading := expression.take(_HEADING):
        below = _NAMES[heading[5]] if heading[5] else ""
        return Heading(heading[3] or heading[4], bool(heading[1]), bool(heading[2]), below)
    if value := expression.take(_VALUE):
        return Coded(value[1] or value[2], value[3])
    if words := expression.take(_WORDS):
        return Phrase(tuple((words[1] or words[2]).split()), "?")
    raise ReadBackError(f"no term at {expression.text[expression.at :]!r}")


OVID = Syntax(
    name="ovid",
    title="Ovid MEDLINE",
    rules=RULES,
    untagged="mp",
    wildcards=Wildcards("Ovid", inner="?"),
    heading=_heading,
    span=_span,
    reference="",
    levels=AND_FIRST,
    write=_write,
    read=_read,
    hints={"pa": "explode the heading of the group of drugs instead"},
    filters="a filter is validated for one platform: take its version for MEDLINE on Ovid",
    has_limits=True,
)
