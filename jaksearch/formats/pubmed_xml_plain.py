"""Read the records of PubMed's XML that are written plainly, without a parser, by a table that grows as it is used.

Between two end tags of a record stand an end tag's name, start tags and a text. Which names and start tags follow each
other is the same in nearly all records. So each such stretch is looked at closely once, and what it means (where it
leads, whose text follows) is kept in a table; the next time one look into the table replaces it.

Only what is well-formed beyond doubt is read: known elements, properly nested, each attribute once, no comments,
sections, prefixes, control characters or entities other than XML's own. Everything else is left to the parser of
`jaksearch.formats.pubmed_xml`, and what is read here is what that gives, to the letter (the tests hold them together).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jaksearch.formats.pubmed_xml_fields import KNOWN_ELEMENTS
from jaksearch.formats.pubmed_xml_inline import marked, unmarked
from jaksearch.formats.pubmed_xml_rules import (
    DATES,
    GATHERED,
    KINDS,
    NAME_PARTS,
    NOT_READ,
    PERSONS,
    WITHIN,
    Fields,
    Finish,
    NotPlainError,
    Parts,
    labelled,
    mark_of,
    place_label,
    with_kind,
)
from jaksearch.formats.text import LONG, is_printable
from jaksearch.formats.xml_records import ILLEGAL, is_legal

__all__ = ["plain_fields"]

LONGEST = 400_000
"""Characters of a record; longer ones are left to the parser, which knows the limits of a record."""
LONGEST_STRETCH = 500
MOST_STEPS = 16_384
"""Steps that are kept; real files need about 1,000, and two for each heading of MeSH."""
DEEPEST = 32
TAG = re.compile(r'[ \t\n]*<([A-Za-z]+)((?: [A-Za-z]+="[^<>&"\t\n]*")*)(/?)>')
ATTRIBUTE = re.compile(r' ([A-Za-z]+)="([^"]*)"')
UI = re.compile(r' UI="[A-Z0-9]*"')
"""The number of a heading, which is not read and is another one each time."""
REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7})));")
NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
BLANK = " \t\n"
LEGAL = bytes(byte for byte in range(256) if byte > 0x1F or byte in b"\t\n\r")
ROOTS = {"PubmedArticle": "", "PubmedBookArticle": "", "MedlineCitation": "MedlineCitation/"}
SECTIONS = "AbstractText"

SILENT, FIELD, PART, SECTION = range(4)
"""What the text of a step is: nothing (blank), a field, a part of an element around it, a section of the abstract."""

Step = tuple["_Place", int, str, str, Finish | None, Parts]
"""Where it leads; what the text that follows is, its path (or label, for a part), the label of a section; what makes
the fields of the element that ends, and empty parts of the one that goes on."""


@dataclass(frozen=True, slots=True)
class _Open:
    """An element that is open.

    Attributes
    ----------
    prefix : str
        What stands before the name of an element in it in a path; the path of the person, date, ... that it is or
        belongs to.
    gathers : str
        Its own name if its elements are parts of one field; nothing if they are fields of their own.
    finish : callable or None
        What is done when it ends.
    """

    name: str
    prefix: str = ""
    gathers: str = ""
    finish: Finish | None = None


class _Place(dict[str, Step]):
    """A place in a record, by the elements that are open there, and the steps that lead on from it."""

    __slots__ = ("stack",)

    def __init__(self, *stack: _Open) -> None:
        self.stack = stack

    def __missing__(self, stretch: str) -> Step:
        """Look closely at a stretch, once."""
        if len(stretch) > LONGEST_STRETCH:
            raise NotPlainError
        bare = UI.sub(' UI=""', stretch) if ' UI="' in stretch else stretch
        step = self.get(bare) or _step(self, bare)
        TABLE.keep(self, bare, step)
        if bare != stretch:
            TABLE.keep(self, stretch, step)
        return step


START, END = _Place(), _Place()


class _Table:
    """The places that were met so far, and how many steps lead on from them."""

    def __init__(self) -> None:
        self.places: dict[tuple[tuple[str, str, str], ...], _Place] = {}
        self.steps = 0

    def place(self, stack: Sequence[_Open]) -> _Place:
        """Return the place in which these elements are open."""
        key = tuple([(one.name, one.prefix, one.gathers) for one in stack])
        found = self.places.get(key)
        if found is None:
            found = self.places[key] = _Place(*stack)
        return found

    def keep(self, place: _Place, stretch: str, step: Step) -> None:
        """Keep a step; begin anew when there are too many, as damaged or very many files bring."""
        if self.steps >= MOST_STEPS:
            self.forget()
        place[stretch] = step
        self.steps += 1

    def forget(self) -> None:
        """Begin anew."""
        START.clear()
        self.places.clear()
        self.steps = 0


TABLE = _Table()


def plain_fields(text: str) -> Fields | None:
    """Return the fields of a record; nothing if only the parser can tell them.

    Parameters
    ----------
    text : str
        The source of the record, from its start tag to its end tag, without the list of references.

    Examples
    --------
    >>> plain_fields("<PubmedArticle><MedlineCitation><PMID>1</PMID></MedlineCitation></PubmedArticle>")
    [('MedlineCitation/PMID', '1')]
    >>> plain_fields("<PubmedArticle><MedlineCitation><PMID>1</PMID></MedlineCitation><!-- 2 --></PubmedArticle>")
    """
    if len(text) > LONGEST:
        return None
    reading = _Reading()
    pieces = text.split("</")
    try:
        at = reading.go_on(pieces)
        if at < len(pieces):  # italics or the like: they are part of the text around them
            reading.is_marked = True
            pieces = marked(pieces[at:])
            if reading.go_on(pieces) < len(pieces):
                return None
    except NotPlainError:
        return None
    return reading.fields if reading.place is END else None


class _Reading:
    """How far a record is read."""

    __slots__ = ("fields", "is_marked", "parts", "place")

    def __init__(self) -> None:
        self.fields: Fields = []
        self.parts: Parts = []
        self.place = START
        self.is_marked = False

    def go_on(self, pieces: Sequence[str]) -> int:
        """Read what follows end tags; return how many pieces could be read.

        Raises
        ------
        NotPlainError
            If a text cannot be read without the parser.
        """
        fields, parts, place = self.fields, self.parts, self.place
        for at, piece in enumerate(pieces):
            stretch, _, words = piece.rpartition(">")
            try:
                place, kind, path, label, finish, empty = place[stretch]
            except NotPlainError:
                self.place = place
                return at
            if finish is not None:
                finish(parts, fields)
                parts.clear()
            if empty:
                parts += empty
            if kind == SILENT:
                if words and words.strip(BLANK):
                    raise NotPlainError
                continue
            if not words.isalnum():
                if "&" in words or "<" in words:
                    words = _resolved(words)
                is_plain = words.isprintable() if len(words) < LONG else is_printable(words)
                if not is_plain or "  " in words or words.strip() != words:
                    words = _cleaned(unmarked(words) if self.is_marked and not is_plain else words)
            if kind == PART:
                parts.append((path, words))
            elif words:
                fields.append((path, labelled(label, words) if kind == SECTION else words))
        self.place = place
        return len(pieces)


def _step(place: _Place, stretch: str) -> Step:
    """Return what a stretch means in a place; an error if only the parser can tell."""
    opened = list(place.stack)
    finish: Finish | None = None
    rest = f"{stretch}>"
    if opened:
        last = opened.pop()
        if not rest.startswith(f"{last.name}>"):
            raise NotPlainError
        rest = rest[len(last.name) + 1 :]
        finish = last.finish
        if not opened:
            if rest:
                raise NotPlainError
            return END, SILENT, "", "", finish, []
    elif place is not START:
        raise NotPlainError  # something behind the end of the record
    kind, path, label = SILENT, "", ""
    empty: Parts = []
    tags = _tags(rest)
    for at, (name, attributes, is_empty) in enumerate(tags):
        is_leaf = is_empty or at == len(tags) - 1
        found, kind, path, label = _opened(opened, name, attributes, is_leaf=is_leaf)
        if not is_empty:
            opened.append(found)
            continue
        if found.finish is not None:
            raise NotPlainError
        if kind == PART:
            empty.append((path, ""))
        kind, path, label = SILENT, "", ""
    if not 0 < len(opened) <= DEEPEST:
        raise NotPlainError
    return TABLE.place(opened), kind, path, label, finish, empty


def _tags(text: str) -> list[tuple[str, dict[str, str], bool]]:
    """Return name, attributes, and whether it is an empty element, of each start tag in a text of nothing else."""
    tags = []
    at = 0
    while at < len(text):
        match = TAG.match(text, at)
        if match is None:
            raise NotPlainError
        pairs = ATTRIBUTE.findall(match[2])
        attributes = dict(pairs)
        if len(attributes) < len(pairs) or any(name.startswith("xml") for name in attributes):
            raise NotPlainError
        tags.append((match[1], attributes, match[3] != ""))
        at = match.end()
    if ILLEGAL.search(text):
        raise NotPlainError
    return tags


def _opened(
    opened: Sequence[_Open], name: str, attributes: dict[str, str], *, is_leaf: bool
) -> tuple[_Open, int, str, str]:
    """Return an element, and what its text is: kind, path and label.

    Parameters
    ----------
    opened : sequence
        The elements around it.
    is_leaf : bool
        Whether it holds a text, and no elements.
    """
    if name not in KNOWN_ELEMENTS or name in NOT_READ:
        raise NotPlainError
    if not opened:
        if is_leaf or name not in ROOTS:
            raise NotPlainError
        return _Open(name, ROOTS[name]), SILENT, "", ""
    around = opened[-1]
    if around.gathers:
        return _part(around, name, attributes, is_leaf=is_leaf)
    path = f"{around.prefix}{name}"
    if name in GATHERED:
        kind_of, finish_of = GATHERED[name]
        path = with_kind(path, kind_of(attributes.get))
        return _Open(name, path, name, finish_of(path)), SILENT, "", ""
    if name in WITHIN:
        attribute, usual = WITHIN[name]
        kind = attributes.get(attribute)
        return _Open(name, f"{with_kind(path, None if kind == usual else kind)}/"), SILENT, "", ""
    if not is_leaf:
        if name in KINDS or name == SECTIONS:
            raise NotPlainError
        return _Open(name, f"{path}/"), SILENT, "", ""
    if name == SECTIONS:
        return _Open(name), SECTION, path, attributes.get("Label", "")
    return _Open(name), FIELD, with_kind(path, attributes.get(KINDS.get(name, ""))), ""


def _part(around: _Open, name: str, attributes: dict[str, str], *, is_leaf: bool) -> tuple[_Open, int, str, str]:
    """Return the same for an element in one whose parts make its fields together."""
    gatherer, path = around.gathers, around.prefix
    if (gatherer in PERSONS and name == "AffiliationInfo") or (gatherer, name) == ("DataBank", "AccessionNumberList"):
        return _Open(name, path, name), SILENT, "", ""
    if not is_leaf:
        raise NotPlainError
    label = ""
    if gatherer == "MeshHeading":
        label = mark_of(attributes.get)
    elif gatherer == "AffiliationInfo":
        label = place_label(path, name)
    elif gatherer in PERSONS:
        label = name if name in NAME_PARTS else with_kind(f"{path}/{name}", attributes.get("Source"))
    elif gatherer in DATES or name == "AccessionNumber" or (gatherer, name) == ("DataBank", "DataBankName"):
        label = name
    elif gatherer in ("DataBank", "AccessionNumberList"):
        raise NotPlainError
    return _Open(name), PART, label, ""


def _cleaned(text: str) -> str:
    """Return a text on one line, if XML allows all its characters."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise NotPlainError from None
    if data.translate(None, LEGAL) or "\ufffe" in text or "\uffff" in text:
        raise NotPlainError
    return " ".join(text.split())


def _resolved(text: str) -> str:
    """Return a text with its references as the characters they stand for."""
    if "<" in text or text.count("&") != len(REFERENCE.findall(text)):
        raise NotPlainError
    return REFERENCE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    """Return the character of a reference."""
    name, hexadecimal, decimal = match.groups()
    if name:
        return NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if not is_legal(code):
        raise NotPlainError
    return chr(code)
