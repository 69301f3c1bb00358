"""Turn a tree of PubMed into the tree of a draft, by the rules of one database, and note every loss."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from jaksearch.translate import pubmed
from jaksearch.translate.grammar import Levels
from jaksearch.translate.losses import Notes
from jaksearch.translate.tree import (
    And,
    ByHand,
    Coded,
    Heading,
    Leaf,
    Limited,
    LineRef,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Range,
    Term,
)
from jaksearch.translate.words import Wildcards, by_hand, near, phrase, plain, separate

__all__ = ["LANGUAGES", "Rule", "Syntax", "adapt", "heading_as_words", "years"]

FUTURE = "3000"
"""PubMed's year for an open end."""

LANGUAGES = {
    "ara": "arabic",
    "chi": "chinese",
    "dut": "dutch",
    "eng": "english",
    "fre": "french",
    "ger": "german",
    "ita": "italian",
    "jpn": "japanese",
    "kor": "korean",
    "pol": "polish",
    "por": "portuguese",
    "rus": "russian",
    "spa": "spanish",
    "tur": "turkish",
}
"""PubMed's codes of languages; other databases want the name."""

SUBSET = "it is a filter that only PubMed has; look for one that is published for this database"
OTHERWISE = "put something else in its place, or take it away"

Kind = Literal["text", "coded", "author", "topic", "to map"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of a term in one PubMed field.

    Attributes
    ----------
    kind : str
        ``text`` (words in a field), ``coded`` (a value of a field without running text), ``author`` (the same, with a
        ``*`` for further initials), ``topic`` (a controlled value that is searched as words), ``to map`` (a heading of
        another thesaurus).
    field : str
        The field of the draft's database.
    loss, sentence : str
        What is lost by it; nothing if nothing is.
    once : bool
        Whether the loss is said once for the strategy, without the terms.
    """

    kind: Kind
    field: str
    loss: str = ""
    sentence: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True)
class Syntax:
    """A database for which drafts are made.

    Attributes
    ----------
    rules : mapping
        What becomes of each PubMed field; a field that is not there is left to a person.
    untagged : str
        Field for words without a tag, which PubMed would map.
    heading, span : callable
        What becomes of a heading, and of a stretch of dates.
    reference : str
        What stands before the number of a line.
    levels : tuple
        How the operators of the database bind; the drafts do not depend on it.
    write, read : callable
        The text of a draft's tree, and the tree of the text.
    has_limits : bool
        Whether years are a command of their own (Ovid).
    hints : mapping
        For fields without a rule, what a person can do.
    filters : str
        What to do about a published search filter.
    types : mapping
        Publication types that the database has too, where the others need another treatment.
    quoted_truncation : str
        What to say where a phrase with a ``*`` is written without quotation marks.
    near_sentence : str
        What to say of words near each other, if their distance is in doubt.
    """

    name: str
    title: str
    rules: Mapping[str, Rule]
    untagged: str
    wildcards: Wildcards
    heading: Callable[[Heading, Notes], Node]
    span: Callable[[Range, Notes], Node]
    reference: str
    levels: Levels
    write: Callable[[Node], str]
    read: Callable[[str, Levels], Node]
    hints: Mapping[str, str]
    filters: str
    has_limits: bool = False
    types: Mapping[str, Coded] = field(default_factory=dict)
    quoted_truncation: str = ""
    near_sentence: str = ""


def adapt(node: Node, syntax: Syntax, notes: Notes) -> Node:
    """Return the tree of a draft for a tree of PubMed; operators and lines stay as they are."""
    if isinstance(node, Not):
        notes.add(
            "not",
            "NOT also takes away records that have both; look at what it takes away in this database",
            pubmed.write(node.drop),
        )
        return Not(adapt(node.keep, syntax, notes), adapt(node.drop, syntax, notes))
    if isinstance(node, And):
        return _conjunction(node, syntax, notes)
    if isinstance(node, Or):
        return Or(tuple(adapt(part, syntax, notes) for part in node.parts))
    if isinstance(node, Limited):
        raise TypeError("a limit is no part of a PubMed search")
    return _leaf(node, syntax, notes)


def years(node: Range, notes: Notes) -> tuple[str, str] | None:
    """Return the years of a range of publication dates, the end empty if it is open; nothing for other dates.

    Examples
    --------
    >>> years(Range("2019/01/01", "3000", "dp"), Notes()), years(Range("2019", "2024", "crdt"), Notes())
    (('2019', ''), None)
    """
    if node.field != "dp":
        return None
    low, high = node.low, node.high
    if not re.fullmatch(r"\d{4}(/0?1)?(/0?1)?", low) or not re.fullmatch(r"\d{4}(/12)?(/31)?|3000.*", high):
        notes.add("date", "only years are kept here, which is wider: months and days are gone", pubmed.write(node))
    return low[:4], "" if high[:4] >= FUTURE else high[:4]


def heading_as_words(text: str) -> str:
    """Return a heading in the order in which authors write it.

    Examples
    --------
    >>> heading_as_words("Arthritis, Rheumatoid"), heading_as_words("Diabetes Mellitus, Type 2")
    ('Rheumatoid Arthritis', 'Type 2 Diabetes Mellitus')
    """
    return " ".join(reversed([part.strip() for part in text.split(",")])).strip()


def _conjunction(node: And, syntax: Syntax, notes: Notes) -> Node:
    """Adapt an AND; where years are a command of their own, they become a limit of the other parts."""
    spans: list[tuple[str, str]] = []
    others: list[Node] = []
    for part in node.parts:
        span = years(part, notes) if syntax.has_limits and isinstance(part, Range) else None
        if span is None or (len(others) == 0 and part is node.parts[-1]):
            others.append(part)
        else:
            spans.append(span)
    sides = tuple(adapt(part, syntax, notes) for part in others)
    found = sides[0] if len(sides) == 1 else And(sides)
    for low, high in spans:
        found = Limited(found, low, high)
    return found


def _leaf(node: Leaf, syntax: Syntax, notes: Notes) -> Node:
    """Adapt a leaf."""
    match node:
        case LineRef():
            return node
        case Heading():
            if "*" in node.text:
                notes.add("truncation", "a truncated heading: write the headings out", pubmed.write(node))
                return by_hand(node)
            return syntax.heading(node, notes)
        case Range():
            return syntax.span(node, notes)
        case Near():
            rule = syntax.rules.get(node.field)
            if rule is None:
                return _missing(node, node.field, syntax, notes)
            _say(rule, pubmed.write(node), notes)
            if syntax.near_sentence:
                notes.once("proximity", syntax.near_sentence)
            return near(node, rule.field, wildcards=syntax.wildcards, notes=notes)
        case Term():
            return _term(node, syntax, notes)
    raise TypeError(f"{type(node).__name__} is no part of a PubMed search")


def _term(node: Term, syntax: Syntax, notes: Notes) -> Node:
    """Adapt a term by the rule for its field."""
    # PubMed maps no word that is truncated, but the others beside it.
    if not node.field and not node.quoted and (" " in node.text or "*" not in node.text):
        notes.add(
            "mapping",
            "PubMed maps words without a tag to headings, journals and authors (automatic term mapping): here they are "
            "words only; see `jak search run --dry-run` for its translation and add the headings",
            node.text,
        )
        return separate(node, syntax.untagged, wildcards=syntax.wildcards, notes=notes)
    name = node.field.removesuffix(":noexp")
    if name == "sb" and node.text.casefold() in LANGUAGES.values():
        name = "la"
    if name == "pt" and node.text.casefold() in syntax.types:
        return syntax.types[node.text.casefold()]
    rule = syntax.rules.get(name or "all")
    if rule is None:
        return _missing(node, name, syntax, notes)
    explode = not node.field.endswith(":noexp")
    if explode or rule.loss != "explosion":
        _say(rule, pubmed.write(node), notes)
    if rule.kind in ("coded", "to map") and "*" in node.text:
        notes.add("truncation", f"a * in [{name}] is not translated: write the values out", pubmed.write(node))
        return by_hand(node)
    if rule.kind in ("coded", "author"):
        return _coded(node, name, rule, syntax, notes)
    if rule.kind == "to map":
        return Heading(node.text, explode, to_map=True)
    if rule.kind == "topic":
        node = replace(node, text=heading_as_words(node.text))
    found = phrase(node, rule.field, wildcards=syntax.wildcards, notes=notes)
    if isinstance(found, Phrase) and len(found.words) > 1 and rule.kind == "text":
        notes.once(
            "phrase",
            "PubMed searches the words of a phrase that is not in its index of phrases one by one, the draft keeps the "
            "phrase: `jak search run --dry-run` names such phrases",
        )
        if syntax.quoted_truncation and any("*" in word for word in found.words):
            notes.once("truncation", syntax.quoted_truncation)
    return found


def _coded(node: Term, name: str, rule: Rule, syntax: Syntax, notes: Notes) -> Node:
    """Adapt a value of a field without running text."""
    if name == "pmid":
        numbers = re.split(r"[\s,]+", node.text)
        if not all(one.isascii() and one.isdigit() for one in numbers):
            return _missing(node, name, syntax, notes)
        found = [Coded(one, rule.field) for one in numbers]
        return found[0] if len(found) == 1 else Or(tuple(found))
    value = node.text
    if name == "la":
        value = LANGUAGES.get(value.casefold(), value)
    elif name == "au":
        value = plain(value).rstrip("*")
    if not value or "*" in value or (name == "aid" and not value.startswith("10.")):
        return _missing(node, name, syntax, notes)
    return Coded(f"{value}*" if rule.kind == "author" else value, rule.field)


def _say(rule: Rule, written: str, notes: Notes) -> None:
    """Note what a rule loses."""
    if rule.loss and rule.once:
        notes.once(rule.loss, rule.sentence)
    elif rule.loss:
        notes.add(rule.loss, rule.sentence, written)


def _missing(node: Leaf, name: str, syntax: Syntax, notes: Notes) -> ByHand:
    """Leave a leaf to a person."""
    kind, hint = ("filter", SUBSET) if name == "sb" else ("field", syntax.hints.get(name, OTHERWISE))
    notes.add(kind, f"{syntax.title} has no counterpart of [{name}]: {hint}", pubmed.write(node))
    return by_hand(node)
