"""How a strategy combines its lines: which of them lose a record, and what it would find without one.

AND, OR and NOT bind alike and are read from left to right, as PubMed reads them; only brackets bind closer. What cannot
be taken apart stays whole: every part is a query that a service can be asked by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from jak.strategies import SearchSpec, resolve, sent

__all__ = ["Guilt", "Part", "asked_parts", "bracketed", "combination", "guilty", "part_name", "removable", "without"]

Operator = Literal["", "AND", "OR", "NOT"]
_TOKEN = re.compile(r'"[^"]*"|\[[^\]]*\]|\s+|[()]|[^\s()"\[\]]+')
_REFERENCE = re.compile(r"#(\w+)")
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a strategy.

    Attributes
    ----------
    text : str
        The query for this part alone, every reference to a line resolved.
    label : str
        Of a line, a limit or a filter (``drugs``, ``limit 1``); empty for what stands in the query or in a line.
    operands : tuple of Part
        What `operator` joins; of NOT two. Empty for what is not taken apart.
    place : str
        The line in which it stands; empty if it stands in none.
    """

    text: str
    label: str = ""
    operator: Operator = ""
    operands: tuple[Part, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Guilt:
    """Why a record is missed.

    Attributes
    ----------
    how : str
        ``misses``: none of `parts` finds it, where one would do. ``removes``: the part behind a NOT finds it.
        ``together``: each part would find it, and the whole does not.
    """

    how: Literal["misses", "removes", "together"]
    parts: tuple[Part, ...]

    @property
    def sentence(self) -> str:
        """What is guilty, in words."""
        names = [part_name(part) for part in self.parts]
        if self.how == "removes":
            return f"{names[0]} takes it out (NOT)"
        if self.how == "together":
            return f"no single line: the parts of {names[0]} find it, together they do not"
        return f"{names[0]} does not find it" if len(names) == 1 else f"none of these finds it: {'; '.join(names)}"


def combination(spec: SearchSpec) -> Part:
    """Return a strategy as the parts that it combines; its text is the query that is sent.

    Raises
    ------
    UsageError
        If a reference cannot be resolved.

    Examples
    --------
    >>> from jak.strategies import Part as Limit
    >>> lines = (("a", "areata"), ("b", "jak1 OR jak3"))
    >>> whole = combination(SearchSpec("main", "pubmed", lines, "#a AND #b", limits=(Limit("english[la]"),)))
    >>> whole.operator, [(part.label, part.text) for part in whole.operands[0].operands], whole.operands[1].label
    ('AND', [('a', 'areata'), ('b', 'jak1 OR jak3')], 'limit 1')
    """
    whole = sent(spec)
    lines = dict(spec.lines)
    written = spec.query or f"#{spec.lines[-1][0]}"
    body = _read(written, lines, ())
    behind = [Part(text, label) for label, text in whole.lines[len(spec.lines) :]]
    if not behind:
        return replace(body, text=whole.query)
    return Part(whole.query, "", "AND", (body, *behind))


def asked_parts(part: Part) -> tuple[Part, ...]:
    """Return the parts that a service has to be asked for, each query once: every line, and what a line hides."""
    found: dict[str, Part] = {}
    for one in _walk(part):
        if one.label or _is_atom(one):
            found.setdefault(one.text, one)
    return tuple(found.values())


def guilty(part: Part, finds: Callable[[Part], bool]) -> tuple[Guilt, ...]:
    """Return what loses a record that the whole does not find; every one of them has to change.

    Parameters
    ----------
    finds : callable
        Whether a part of `asked_parts` finds the record.

    Examples
    --------
    >>> whole = combination(SearchSpec("x", "pubmed", query="areata AND (jak1 OR jak3) NOT mice"))
    >>> [guilt.sentence for guilt in guilty(whole, lambda part: part.text in ("areata", "mice"))]
    ["'jak1 OR jak3' does not find it", "'mice' takes it out (NOT)"]
    """
    return _guilty(part, finds) or (Guilt("together", (part,)),)


def removable(part: Part, *, terms: bool = False) -> tuple[tuple[Part, ...], ...]:
    """Return what can be left out of a strategy: each line, limit and filter, and what stands in the query itself.

    A line counts as often as it is named. What is all there is to search for cannot be left out.

    Parameters
    ----------
    terms : bool
        Whether what stands between the operators of the lines counts too.
    """
    found: dict[tuple[str, str, str], list[Part]] = {}
    body = part.operands[0] if part.operator == "AND" and _is_behind(part.operands[-1]) else part
    for one in _walk(part):
        if one.label:
            found.setdefault((one.label, "", ""), []).append(one)
        elif not one.operands and (terms or not one.place):
            found.setdefault(("", one.place, one.text), []).append(one)
    return tuple(tuple(parts) for parts in found.values() if without(body, parts) is not None)


def bracketed(part: Part) -> str:
    """Return the query with every part in brackets, so that no rule about the order of operators matters.

    Examples
    --------
    >>> bracketed(combination(SearchSpec("x", "pubmed", query="a OR b AND c")))
    '((a) OR (b)) AND (c)'
    """
    return f" {part.operator} ".join(f"({bracketed(one)})" for one in part.operands) if part.operands else part.text


def without(part: Part, gone: Sequence[Part]) -> str | None:
    """Return the query without some of its parts; None if nothing would be left.

    Examples
    --------
    >>> whole = combination(SearchSpec("x", "pubmed", query="(jak1 OR jak3 OR tyk2) AND areata NOT mice"))
    >>> without(whole, [whole.operands[0].operands[0].operands[1]])
    '(((jak1) OR (tyk2)) AND (areata)) NOT (mice)'
    """
    if any(part is one for one in gone):
        return None
    if not any(one is other for one in _walk(part) for other in gone):
        return part.text
    kept = [without(one, gone) for one in part.operands]
    if part.operator == "NOT" and kept[0] is None:
        return None
    texts = [text for text in kept if text is not None]
    if len(texts) < 2:
        return texts[0] if texts else None
    return f" {part.operator} ".join(f"({text})" for text in texts)


def part_name(part: Part) -> str:
    """Return how people call a part: by its label, else by its text and the line it stands in."""
    if part.label:
        return part.label if _is_behind(part) else f"line {part.label}"
    text = f"{part.text[:SHOWN].rstrip()}…" if len(part.text) > SHOWN else part.text
    return f"'{text}'" + (f" in line {part.place}" if part.place else "")


def _is_behind(part: Part) -> bool:
    """Say whether a part is a limit or a filter; labels of lines have no blank."""
    return part.label.startswith(("limit ", "filter "))


def _walk(part: Part) -> Iterator[Part]:
    """Yield a part and all parts below it."""
    yield part
    for one in part.operands:
        yield from _walk(one)


def _is_atom(part: Part) -> bool:
    """Say whether guilt ends at a part: it is not taken apart, or joins words with OR and names no line."""
    return not part.operands or (part.operator == "OR" and not any(one.label for one in _walk(part) if one is not part))


def _guilty(part: Part, finds: Callable[[Part], bool]) -> tuple[Guilt, ...]:
    """Return what loses a record in a part; nothing if the part finds it as far as its own parts tell."""
    if part.label or _is_atom(part):
        if finds(part):
            return ()
        if _is_atom(part):
            return (Guilt("misses", (part,)),)
        # A line that is made of parts: what loses it there, unless these parts do not explain it.
        return _below(part, finds) or (Guilt("together", (part,)),)
    return _below(part, finds)


def _below(part: Part, finds: Callable[[Part], bool]) -> tuple[Guilt, ...]:
    """Return what loses a record among the operands."""
    told = [_guilty(one, finds) for one in part.operands]
    if part.operator == "OR":
        if not all(told):
            return ()
        return (Guilt("misses", tuple(_alternatives(part))),)
    if part.operator == "NOT":
        return (*told[0], *(() if told[1] else (Guilt("removes", (part.operands[1],)),)))
    return tuple(guilt for one in told for guilt in one)


def _alternatives(part: Part) -> Iterator[Part]:
    """Yield what an OR joins, an OR in brackets or at the beginning taken apart as well."""
    for one in part.operands:
        if one.operator == "OR" and not one.label and not _is_atom(one):
            yield from _alternatives(one)
        else:
            yield one


def _read(text: str, lines: Mapping[str, str], path: tuple[str, ...]) -> Part:
    """Take a text apart at its operators; what cannot be read stays whole."""
    place = path[-1] if path else ""
    whole = Part(resolve(text, lines), place=place)
    operands = _operands(text)
    if operands is None:
        return whole
    begun, joined = "", [_operand(operands[0][1], lines, path)]
    operator: Operator = ""
    for (_, written), (following, next_written) in pairwise(operands):
        begun = f"{begun} {operator} {written}" if begun else written
        if operator and (following != operator or operator == "NOT"):
            # From left to right: what was read so far is one operand of what follows.
            joined = [Part(resolve(begun, lines), "", operator, tuple(joined), place)]
        operator = following
        joined.append(_operand(next_written, lines, path))
    return replace(whole, operator=operator, operands=tuple(joined)) if operator else joined[0]


def _operand(text: str, lines: Mapping[str, str], path: tuple[str, ...]) -> Part:
    """Read what stands between two operators: a line, a bracket, or words."""
    reference = _REFERENCE.fullmatch(text)
    if reference:
        label = reference[1]
        inner = _read(lines[label], lines, (*path, label))
        return replace(inner, text=resolve(text, lines), label=label, place="")
    if text.startswith("(") and _closes_at(text) == len(text) - 1:
        return _read(text[1:-1].strip(), lines, path)
    return Part(resolve(text, lines), place=path[-1] if path else "")


def _operands(text: str) -> list[tuple[Operator, str]] | None:
    """Cut a text at the operators outside of brackets and quotation marks; None if it cannot be read."""
    if not text.strip() or "".join(_TOKEN.findall(text)) != text:
        return None
    found: list[tuple[Operator, str]] = []
    operator: Operator = ""
    words: list[str] = []
    depth = 0
    for token in _TOKEN.findall(text):
        depth += (token == "(") - (token == ")")
        if depth < 0:
            return None
        if depth == 0 and token in ("AND", "OR", "NOT"):
            found.append((operator, "".join(words).strip()))
            operator, words = token, []
        else:
            words.append(token)
    found.append((operator, "".join(words).strip()))
    return None if depth or not all(words for _, words in found) else found


def _closes_at(text: str) -> int:
    """Return where the bracket closes that a text begins with; -1 if it does not."""
    depth = at = 0
    for token in _TOKEN.findall(text):
        depth += (token == "(") - (token == ")")
        if depth == 0:
            return at
        at += len(token)
    return -1
