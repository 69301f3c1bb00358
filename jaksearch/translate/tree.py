"""A search as a tree: operators over leaves, without the parentheses and the precedence of any one database.

The tree of a PubMed strategy has `Term`, `Heading`, `Near` and `Range` leaves with PubMed's fields. The tree of a draft
has `Phrase`, `Heading`, `Near`, `Range`, `Coded` and `ByHand` leaves with the fields of its database. There is no node
for a pair of parentheses: what stands inside is a node below another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

__all__ = [
    "And",
    "ByHand",
    "Coded",
    "Heading",
    "Leaf",
    "Limited",
    "LineRef",
    "Near",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "Range",
    "Row",
    "Term",
    "flat",
    "leaves",
    "mapped",
]


@dataclass(frozen=True, slots=True)
class And:
    """Records that every part finds; two parts or more."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Records that any part finds; two parts or more."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Records that `keep` finds and `drop` does not."""

    keep: Node
    drop: Node


@dataclass(frozen=True, slots=True)
class LineRef:
    """What another line of the strategy finds."""

    label: str


@dataclass(frozen=True, slots=True)
class Term:
    """Words of a PubMed strategy; without a field PubMed maps them to whatever it thinks is meant.

    Attributes
    ----------
    text : str
        The words with their wildcards (``*``), one blank between two.
    field : str
        The short name of a PubMed field (``tiab``), or nothing.
    """

    text: str
    field: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A subject heading.

    Attributes
    ----------
    explode : bool
        Whether narrower headings are found too.
    major : bool
        Whether the heading must be a main topic of the paper.
    subheading : str
        Full name of the qualifier, or nothing.
    to_map : bool
        The draft's database has another thesaurus: a person must find the heading there.
    """

    text: str
    explode: bool = True
    major: bool = False
    subheading: str = ""
    to_map: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Words in any order with at most `between` others between them."""

    words: tuple[str, ...]
    between: int
    field: str


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of dates or numbers, both ends included."""

    low: str
    high: str
    field: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A word, or words that follow each other in this order, in a field of the draft's database."""

    words: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class Coded:
    """A value of a field that holds no running text: language, publication type, author."""

    value: str
    field: str


@dataclass(frozen=True, slots=True)
class ByHand:
    """A piece of PubMed that has no counterpart: the draft has a mark there, and a person must put something else."""

    text: str


@dataclass(frozen=True, slots=True)
class Limited:
    """What `base` finds, limited to years; an empty `high` is today."""

    base: Node
    low: str
    high: str


Leaf = Term | Heading | Near | Range | Phrase | Coded | ByHand | LineRef
Node = And | Or | Not | Limited | Leaf


class Row:
    """Joins operands from left to right; a row of the same operator becomes one node, however long it is.

    Examples
    --------
    >>> row = Row(Term("a"))
    >>> row.add("OR", Term("b"))
    >>> row.add("OR", Term("c"))
    >>> len(row.node().parts)
    3
    """

    def __init__(self, first: Node) -> None:
        self._parts = [first]
        self.sign = ""

    def add(self, sign: str, right: Node) -> None:
        """Join AND, OR or NOT and its right side to what is there."""
        if sign != self.sign or sign == "NOT":
            self._parts = [self.node()]
            self.sign = sign
        self._parts.append(right)

    def node(self) -> Node:
        """Return what was joined so far."""
        if len(self._parts) == 1:
            return self._parts[0]
        if self.sign == "NOT":
            return Not(self._parts[0], self._parts[1])
        return (And if self.sign == "AND" else Or)(tuple(self._parts))


def flat(node: Node) -> Node:
    """Return the tree with AND below AND and OR below OR joined, which changes nothing that is found.

    Examples
    --------
    >>> a, b, c = Term("a"), Term("b"), Term("c")
    >>> flat(And((And((a, b)), c))) == And((a, b, c))
    True
    """
    if isinstance(node, And | Or):
        kind = type(node)
        parts: list[Node] = []
        for part in map(flat, node.parts):
            parts += part.parts if isinstance(part, kind) else (part,)
        return kind(tuple(parts))
    if isinstance(node, Not):
        return Not(flat(node.keep), flat(node.drop))
    if isinstance(node, Limited):
        return replace(node, base=flat(node.base))
    return node


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield every leaf, from left to right."""
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from leaves(part)
    elif isinstance(node, Not):
        yield from leaves(node.keep)
        yield from leaves(node.drop)
    elif isinstance(node, Limited):
        yield from leaves(node.base)
    else:
        yield node


def mapped(node: Node, change: Callable[[Leaf], Node]) -> Node:
    """Return the tree with every leaf changed.

    Examples
    --------
    >>> mapped(Not(LineRef("a"), LineRef("b")), lambda leaf: LineRef(leaf.label.upper()))
    Not(keep=LineRef(label='A'), drop=LineRef(label='B'))
    """
    if isinstance(node, And | Or):
        return type(node)(tuple(mapped(part, change) for part in node.parts))
    if isinstance(node, Not):
        return Not(mapped(node.keep, change), mapped(node.drop, change))
    if isinstance(node, Limited):
        return replace(node, base=mapped(node.base, change))
    return change(node)
