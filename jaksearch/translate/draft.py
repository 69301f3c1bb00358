"""Draft a whole strategy of PubMed for another database: numbered lines that speak of each other, and every loss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jakdb.errors import JakError, UsageError
from jaksearch.translate import pubmed
from jaksearch.translate.cochrane import COCHRANE
from jaksearch.translate.embase import EMBASE
from jaksearch.translate.grammar import ReadBackError
from jaksearch.translate.losses import Loss, Notes
from jaksearch.translate.ovid import OVID
from jaksearch.translate.syntax import Syntax, adapt
from jaksearch.translate.tree import And, Leaf, Limited, LineRef, Node, Not, Or, Range, flat, leaves, mapped
from jaksearch.translate.wos import WOS

__all__ = ["TARGETS", "Draft", "DraftLine", "PubmedFilter", "PubmedStrategy", "draft"]

TARGETS: Mapping[str, Syntax] = {one.name: one for one in (OVID, EMBASE, WOS, COCHRANE)}
"""The databases for which drafts are made, by the word for them."""

WHOLE = "whole query"
SEARCH = "whole search"
"""Labels of lines that a person did not write; they hold a blank, which no label of a person does."""


@dataclass(frozen=True, slots=True)
class PubmedFilter:
    """A published search filter, and where it was published."""

    query: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class PubmedStrategy:
    """A strategy for PubMed.

    Attributes
    ----------
    lines : tuple of (str, str)
        Label and text of each line; a line may speak of others (``#LABEL``), also of later ones.
    query : str
        What combines the lines; empty means the last line.
    limits : tuple of str
        Each is joined with AND.
    filters : tuple of PubmedFilter
        The same for published search filters.
    """

    lines: tuple[tuple[str, str], ...] = ()
    query: str = ""
    limits: tuple[str, ...] = ()
    filters: tuple[PubmedFilter, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line of a draft.

    Attributes
    ----------
    number : int
        Its place; other lines speak of it by this number.
    label : str
        The line of the strategy from which it was made.
    pubmed : str
        What stands there; empty for a line that only the draft has.
    """

    number: int
    label: str
    text: str
    pubmed: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A strategy in the syntax of another database, to be checked by a person.

    Attributes
    ----------
    search : int
        Number of the line that is the whole search.
    reference : str
        What stands before a number where a line speaks of another.
    """

    target: str
    title: str
    reference: str
    search: int
    lines: tuple[DraftLine, ...]
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line on its way: its label, its tree, its PubMed text."""

    label: str
    tree: Node
    pubmed: str


def draft(strategy: PubmedStrategy, target: str) -> Draft:
    """Draft a strategy for one of `TARGETS`.

    Every line is read back from the text of the draft and compared with its tree before the draft is given out.

    Raises
    ------
    UsageError
        If a line cannot be read (`StrategyError`), or speaks of a line that is not there or of itself.

    Examples
    --------
    >>> strategy = PubmedStrategy((("1", "hair[ti]"), ("2", "janus kinase*[tiab]"), ("3", "#1 AND #2")))
    >>> [line.text for line in draft(strategy, "ovid").lines]
    ['hair.ti.', '(janus adj kinase*).ti,ab,kf.', '1 and 2']
    >>> [line.text for line in draft(strategy, "wos").lines]
    ['TI=("hair")', 'TS=("janus kinase*")', '#1 AND #2']
    """
    syntax = TARGETS[target]
    notes = Notes()
    read, search = _trees(strategy, notes)
    if syntax.has_limits:
        read = _with_dates_inside(read, search)
    lines: list[_Line] = []
    for line in _ordered(read):
        notes.line = line.label
        adapted = _Line(line.label, adapt(line.tree, syntax, notes), line.pubmed)
        lines += _lifted(adapted) if syntax.has_limits else [adapted]
    for number, one in enumerate(strategy.filters, start=1):
        notes.line = f"filter {number}"
        source = f" ({one.source})" if one.source else ""
        notes.add("filter", f"this filter was made for PubMed{source}; {syntax.filters}", one.query)
    numbered = tuple(_numbered(lines, syntax))
    places = {line.label: line.number for line in numbered}
    losses = sorted(notes.losses, key=lambda loss: places.get(loss.line, len(places) if loss.line else 0))
    return Draft(syntax.name, syntax.title, syntax.reference, places[search], numbered, tuple(losses))


def _trees(strategy: PubmedStrategy, notes: Notes) -> tuple[list[_Line], str]:
    """Read every line of a strategy, and name the one that is the whole search."""
    found: list[_Line] = []

    def read(label: str, text: str) -> Node:
        parsed = pubmed.parse(text, place=label if " " in label else f"line {label}")
        notes.line = label
        for remark in parsed.remarks:
            notes.add(*_REMARKS[remark.kind], remark.words)
        return parsed.tree

    def add(label: str, text: str, tree: Node) -> LineRef:
        found.append(_Line(label, tree, text))
        return LineRef(label)

    for label, text in strategy.lines:
        add(label, text, read(label, text))
    if not strategy.query and not found:
        raise UsageError("there is nothing to translate", hint="give the strategy lines or a query")
    query = read(WHOLE, strategy.query) if strategy.query else LineRef(found[-1].label)
    whole = query if isinstance(query, LineRef) else add(WHOLE, strategy.query, query)
    parts: list[Node] = [whole]
    for number, text in enumerate(strategy.limits, start=1):
        label = f"limit {number}"
        parts.append(add(label, text, read(label, text)))
    for number, one in enumerate(strategy.filters, start=1):
        label = f"filter {number}"
        parts.append(add(label, one.query, read(label, one.query)))
    if whole.label not in [line.label for line in found]:
        raise _no_line(WHOLE, whole.label, [line.label for line in found])
    last = add(SEARCH, "", And(tuple(parts))) if len(parts) > 1 else whole
    return found, last.label


def _with_dates_inside(lines: list[_Line], search: str) -> list[_Line]:
    """Return the lines with each that is nothing but dates written where others speak of it."""
    dates = {line.label: line.tree for line in lines if isinstance(line.tree, Range) and line.label != search}
    used = {leaf.label for line in lines for leaf in leaves(line.tree) if isinstance(leaf, LineRef)}

    def inside(leaf: Leaf) -> Node:
        return dates.get(leaf.label, leaf) if isinstance(leaf, LineRef) else leaf

    return [
        _Line(line.label, mapped(line.tree, inside), line.pubmed)
        for line in lines
        if line.label not in dates or line.label not in used
    ]


_REMARKS = {
    "order": (
        "order",
        "PubMed works from left to right whatever the operators; parentheses keep that order in the draft: see whether "
        "it was meant",
    ),
    "and not": ("order", "AND NOT was read as NOT"),
    "small": ("small letters", "and, or, not in small letters are words to PubMed, not operators, and are so here"),
    "quotes": ("characters", "typographic quotation marks were read as straight ones"),
}
"""Kind and sentence of each remark of the reader."""


def _ordered(lines: Iterable[_Line]) -> list[_Line]:
    """Return the lines so that each speaks of earlier ones only; others keep their places."""
    given = {line.label: line for line in lines}
    found: dict[str, _Line] = {}
    for first in given:
        path = [first]
        while path:
            line = given[path[-1]]
            wanted = [leaf.label for leaf in leaves(line.tree) if isinstance(leaf, LineRef) and leaf.label not in found]
            if line.label in found or not wanted:
                found.setdefault(line.label, line)
                path.pop()
            elif wanted[0] not in given:
                raise _no_line(line.label, wanted[0], given)
            elif wanted[0] in path:
                circle = " -> ".join(f"#{label}" for label in (*path[path.index(wanted[0]) :], wanted[0]))
                raise UsageError(f"line {wanted[0]} speaks of itself ({circle})", hint="write one of these lines out")
            else:
                path.append(wanted[0])
    return list(found.values())


def _no_line(place: str, label: str, known: Iterable[str]) -> UsageError:
    """Return the error for a line that is not there."""
    there = ", ".join(f"#{one}" for one in known if " " not in one) or "none"
    where = place if " " in place else f"line {place}"
    return UsageError(f"{where}: there is no line #{label}", hint=f"lines: {there}")


def _lifted(line: _Line) -> list[_Line]:
    """Return a line and, before it, a line for each limit inside it: a limit is a command and stands alone."""
    extra: list[_Line] = []

    def lift(node: Node) -> Node:
        """Return a tree in which each limit is a line."""
        if isinstance(node, Limited):
            return own(Limited(own(lift(node.base)), node.low, node.high))
        if isinstance(node, And | Or):
            return type(node)(tuple(lift(part) for part in node.parts))
        if isinstance(node, Not):
            return Not(lift(node.keep), lift(node.drop))
        return node

    def own(node: Node) -> LineRef:
        """Give a tree a line of its own, if it has none."""
        if isinstance(node, LineRef):
            return node
        extra.append(_Line(f"{line.label}, part {len(extra) + 1}", node, ""))
        return LineRef(extra[-1].label)

    tree = line.tree
    top = Limited(own(lift(tree.base)), tree.low, tree.high) if isinstance(tree, Limited) else lift(tree)
    return [*extra, _Line(line.label, top, line.pubmed)]


def _numbered(lines: Iterable[_Line], syntax: Syntax) -> Iterable[DraftLine]:
    """Yield the lines as text, each read back and compared."""
    numbers: dict[str, str] = {}

    def by_number(leaf: Leaf) -> Node:
        return LineRef(numbers[leaf.label]) if isinstance(leaf, LineRef) else leaf

    for number, line in enumerate(lines, start=1):
        tree = mapped(line.tree, by_number)
        text = syntax.write(tree)
        try:
            same = flat(syntax.read(text, syntax.levels)) == flat(tree)
        except ReadBackError:
            same = False
        if not same:
            raise JakError(
                f"line {line.label}: the draft for {syntax.title} does not say what the strategy says: {text}",
                hint="no draft is given out; this is a mistake in jak: please report it with this line",
            )
        numbers[line.label] = str(number)
        yield DraftLine(number, line.label, text, line.pubmed)
