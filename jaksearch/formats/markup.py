"""Read the markup of abstracts (JATS, HTML): plain text, and the sections that its headings mark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jaksearch.formats.sections import abstract_sections

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["marked_abstract"]

TAG = re.compile(r"<[/A-Za-z]")
ENTITY = re.compile(r"&#?\w{1,32};")
HEADINGS = frozenset(("title", "h1", "h2", "h3", "h4", "h5", "h6"))
BLOCKS = HEADINGS | {"p", "sec", "div", "li", "list", "list-item", "def-list", "def-item", "br", "table", "tr", "td"}
WHOLE = frozenset(("abstract", "summary", ""))
"""Headings that stand over the whole abstract."""
DEEPEST = 200

Sections = tuple[tuple[str, str], ...]


def marked_abstract(text: str) -> tuple[str, Sections]:
    """Return an abstract as plain text, with a colon behind each heading, and its sections.

    Without headings in the markup, the text itself may still tell its sections.

    Examples
    --------
    >>> marked_abstract("<h4>Aim</h4>To see if p&lt;0.05.<h4>Results</h4>H<sub>2</sub>O")
    ('Aim: To see if p<0.05. Results: H2O', (('Aim', 'To see if p<0.05.'), ('Results', 'H2O')))
    >>> marked_abstract("<jats:title>Abstract</jats:title><jats:p>Hair <jats:italic>loss</jats:italic></jats:p>")
    ('Hair loss', ())
    """
    if not TAG.search(text) and not ENTITY.search(text):
        plain = " ".join(text.split())
        return plain, abstract_sections(plain)
    from lxml import etree  # noqa: PLC0415 - most texts need it not

    parser = etree.HTMLParser(no_network=True, recover=True, huge_tree=True)
    # What stands in text as a letter must not break the parser: it is not part of XML or HTML either.
    root = etree.fromstring(f"<div>{text.replace(chr(0), '')}</div>", parser)
    found: list[list[str]] = [["", ""]]
    _walk(root, found, depth=0)
    sections = tuple(
        (" ".join(label.split()).rstrip(" :"), words) for label, part in found if (words := " ".join(part.split()))
    )
    sections = tuple(("" if label.casefold() in WHOLE else label, words) for label, words in sections)
    plain = " ".join(f"{label}: {words}" if label else words for label, words in sections)
    return plain, sections if any(label for label, _ in sections) else abstract_sections(plain)


def _walk(element: _Element, found: list[list[str]], *, depth: int) -> None:
    """Put the text of an element under the heading that stands before it."""
    tag = str(element.tag).rpartition(":")[2].lower() if isinstance(element.tag, str) else ""
    if tag in HEADINGS:
        found.append(["".join(map(str, element.itertext())), ""])
    else:
        blank = " " if tag in BLOCKS else ""
        if isinstance(element.tag, str):
            found[-1][1] += f"{blank}{element.text or ''}"
        for child in element:
            if depth < DEEPEST:
                _walk(child, found, depth=depth + 1)
            else:
                found[-1][1] += f" {''.join(map(str, child.itertext()))}{child.tail or ''}"
        found[-1][1] += blank
    found[-1][1] += element.tail or ""
