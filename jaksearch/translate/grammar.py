"""What the four syntaxes share: writing a tree with every group in parentheses, and reading operators by precedence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from jaksearch.translate.tree import And, ByHand, Leaf, LineRef, Near, Node, Not, Or, Phrase, Row, leaves, mapped

__all__ = [
    "AND_FIRST",
    "LEFT_TO_RIGHT",
    "MAP",
    "Expression",
    "Levels",
    "ReadBackError",
    "Style",
    "combine",
    "in_field",
    "render",
]

Levels = tuple[frozenset[str], ...]
"""Sets of operators from the one that binds most; operators of one set bind from left to right."""

LEFT_TO_RIGHT: Levels = (frozenset({"AND", "OR", "NOT"}),)
AND_FIRST: Levels = (frozenset({"NOT"}), frozenset({"AND"}), frozenset({"OR"}))

MAP = "<<MAP>>"
"""Stands after a heading for which a person must find the one of another thesaurus."""
HAND = re.compile(r"<<BY-HAND (.*?)>>")


class ReadBackError(ValueError):
    """A text is not what jak would write in this syntax."""


@dataclass(frozen=True, slots=True)
class Style:
    """How one database writes what every tree has.

    Attributes
    ----------
    operators : tuple of str
        The words for AND, OR, NOT.
    reference : str
        What stands before a line's number.
    leaf : callable
        Writes a heading, a coded value or a range.
    bare : callable
        Writes a phrase or a proximity search without its field.
    fielded : callable
        Puts a field to a text that is one word, one phrase or in parentheses.
    """

    operators: tuple[str, str, str]
    reference: str
    leaf: Callable[[Node], str]
    bare: Callable[[Phrase | Near], str]
    fielded: Callable[[str, str], str]


def render(node: Node, style: Style) -> str:
    """Write a tree; a group inside another is always in parentheses, so that precedence has no say.

    Neighbours of an OR in the same field share one pair of parentheses and one field. This is done for OR only: whether
    all words of an AND must stand in the same field differs between databases.
    """
    if isinstance(node, And | Not):
        sides = node.parts if isinstance(node, And) else (node.keep, node.drop)
        word = style.operators[0 if isinstance(node, And) else 2]
        return f" {word} ".join(_atom(side, style) for side in sides)
    if isinstance(node, Or):
        return f" {style.operators[1]} ".join(_alternatives(node, style))
    return _atom(node, style)


def _alternatives(node: Or, style: Style) -> Iterator[str]:
    """Yield the parts of an OR, neighbours in one field as one."""
    for field, group in groupby(node.parts, lambda part: part.field if isinstance(part, Phrase | Near) else None):
        parts = list(group)
        if field is None or len(parts) == 1:
            yield from (_atom(part, style) for part in parts)
        else:
            shown = (style.bare(part) for part in parts if isinstance(part, Phrase | Near))
            joined = f" {style.operators[1]} ".join(shown)
            yield style.fielded(f"({joined})", field)


def _atom(node: Node, style: Style) -> str:
    """Write something that can stand beside an operator."""
    if isinstance(node, Or):
        shown = list(_alternatives(node, style))
        return shown[0] if len(shown) == 1 else f"({f' {style.operators[1]} '.join(shown)})"
    if isinstance(node, And | Not):
        return f"({render(node, style)})"
    if isinstance(node, LineRef):
        return f"{style.reference}{node.label}"
    if isinstance(node, ByHand):
        return f"<<BY-HAND {node.text}>>"
    if isinstance(node, Phrase | Near):
        return style.fielded(style.bare(node), node.field)
    return style.leaf(node)


class Expression:
    """Reads what one syntax writes: operators, parentheses and lines here, leaves by a function of the syntax.

    Attributes
    ----------
    leaf : callable
        Reads one leaf at the present place; a phrase without its own field has the field ``?``.
    suffix : pattern or None
        The field after a term or a parenthesis, in its first group.
    proximity : callable
        Returns the number of words between for a proximity operator, or -1 for one that means "follows directly".
    default : str or None
        The field of words without one; None if there are no such words.
    """

    def __init__(
        self,
        text: str,
        *,
        operators: re.Pattern[str],
        levels: Levels,
        leaf: Callable[[Expression], Node],
        reference: re.Pattern[str],
        suffix: re.Pattern[str] | None,
        proximity: Callable[[str], int],
        default: str | None = None,
    ) -> None:
        self.text = text
        self.at = 0
        self.operators = operators
        self.levels = levels
        self.leaf = leaf
        self.reference = reference
        self.suffix = suffix
        self.proximity = proximity
        self.default = default

    def read(self) -> Node:
        """Read everything."""
        found = self.side()
        if self.at != len(self.text):
            raise ReadBackError(f"not understood: {self.text[self.at :]!r}")
        if self.default is not None:
            return in_field(found, self.default)
        if any(isinstance(leaf, Phrase | Near) and leaf.field == "?" for leaf in leaves(found)):
            raise ReadBackError(f"words without a field: {self.text!r}")
        return found

    def take(self, pattern: re.Pattern[str] | str) -> re.Match[str] | None:
        """Read a pattern at the present place, if it is there."""
        found = re.compile(pattern).match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def side(self) -> Node:
        """Read operands with operators between them, up to a closing parenthesis or the end."""
        operands, operators = [self.operand()], []
        while operator := self.take(self.operators):
            operators.append(operator[1].upper())
            operands.append(self.operand())
        if operators and not set(operators) <= {"AND", "OR", "NOT"}:
            return self.close_words(operands, operators)
        return combine(operands, operators, self.levels)

    def close_words(self, operands: Sequence[Node], operators: Sequence[str]) -> Node:
        """Return a phrase or a proximity search of single words."""
        if len(set(operators)) != 1 or not all(isinstance(one, Phrase) and len(one.words) == 1 for one in operands):
            raise ReadBackError(f"not understood: {self.text!r}")
        words = tuple(one.words[0] for one in operands if isinstance(one, Phrase))
        between = self.proximity(operators[0])
        return Phrase(words, "?") if between < 0 else Near(words, between, "?")

    def operand(self) -> Node:
        """Read one operand with its field."""
        if self.take(r"\("):
            inner = self.side()
            if not self.take(r"\)"):
                raise ReadBackError(f"a parenthesis is open: {self.text!r}")
            return self.with_suffix(inner)
        if reference := self.take(self.reference):
            return LineRef(reference[1])
        if hand := self.take(HAND):
            return ByHand(hand[1])
        found = self.leaf(self)
        return self.with_suffix(found) if isinstance(found, Phrase) and found.field == "?" else found

    def with_suffix(self, node: Node) -> Node:
        """Give a field that stands here to the words before it."""
        if self.suffix is None or not (field := self.take(self.suffix)):
            return node
        return in_field(node, field[1])


def in_field(node: Node, field: str) -> Node:
    """Return a tree with a field for every word that has none."""

    def filled(leaf: Leaf) -> Node:
        if isinstance(leaf, Phrase) and leaf.field == "?":
            return Phrase(leaf.words, field)
        if isinstance(leaf, Near) and leaf.field == "?":
            return Near(leaf.words, leaf.between, field)
        return leaf

    return mapped(node, filled)


def combine(operands: Sequence[Node], operators: Sequence[str], levels: Levels) -> Node:
    """Join operands by operators that bind as `levels` say.

    Examples
    --------
    >>> a, b, c = (LineRef(x) for x in "abc")
    >>> combine([a, b, c], ["OR", "AND"], AND_FIRST) == Or((a, And((b, c))))
    True
    >>> combine([a, b, c], ["OR", "AND"], LEFT_TO_RIGHT) == And((Or((a, b)), c))
    True
    """
    row, signs = list(operands), list(operators)
    for level in levels:
        joined: list[Node] = []
        left: list[str] = []
        run = Row(row[0])
        for sign, right in zip(signs, row[1:], strict=True):
            if sign in level:
                run.add(sign, right)
            else:
                joined.append(run.node())
                left.append(sign)
                run = Row(right)
        row, signs = [*joined, run.node()], left
    return row[0]
