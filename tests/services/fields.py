"""What stands in which field of an article: looked up by slots for all at once, or read in one article's texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .corpus import Article, Corpus
from .vocabulary import DESIGN_TYPES, MESH, SLOTS, mesh_below, plain

__all__ = ["find_by_slots", "matches", "texts_of"]

Mask = NDArray[np.bool_]
TITLE = ("condition", "drug", "population", "design", "name")
ABSTRACT = ("condition", "drug", "opening", "method", "result", "conclusion")


def matches(article: Article, name: str, pattern: str) -> bool:
    """Say whether a field of an article holds a pattern, by reading the article itself."""
    if name.startswith("MeSH"):
        headings = {heading for _, heading, major in article.mesh if major or name != "MeSH Major Topic"}
        below = {MESH[term][1] for term in mesh_below(pattern, explode=not name.endswith("noexp"))}
        return bool(headings & below) or pattern.strip() in {plain(heading).strip() for heading in headings}
    texts = [plain(text) for text in texts_of(article, name)]
    if name.startswith("Author"):  # initials are truncated by themselves: `Okafor B` finds Okafor BA
        return any(text.startswith(pattern.rstrip()) for text in texts)
    return any(pattern in text for text in texts)


def find_by_slots(corpus: Corpus, name: str, pattern: str) -> Mask:
    """Find a pattern in a field of the unpatched articles."""
    slots = corpus.slots

    def among(names: Sequence[str]) -> Mask:
        mask = np.zeros(len(corpus), bool)
        for slot in names:
            hits = [n for n, text in enumerate(SLOTS[slot]) if pattern in plain(text)]
            if hits:
                mask |= np.isin(slots[slot], hits)
        return mask

    def numbered() -> Mask:
        text = pattern.strip()
        return corpus.ids % 1_000_000 == (int(text) if text.isdecimal() and pattern.endswith(" ") else -1)

    title = among(TITLE) | numbered() if name in ("Title", "Title/Abstract", "All Fields", "Text Word") else None
    abstract = among(ABSTRACT) & (slots["has_abstract"] == 1)
    if name == "Title":
        return title if title is not None else abstract
    if name == "Abstract":
        return abstract
    if name == "Title/Abstract" and title is not None:
        return title | abstract
    if name.startswith("MeSH"):
        indexed = slots["indexed"] == 1
        if pattern.strip() == "humans":
            return indexed & (name != "MeSH Major Topic")
        terms = mesh_below(pattern, explode=not name.endswith("noexp"))
        hits = [[n for n, text in enumerate(SLOTS[slot]) if text in terms] for slot in ("condition", "drug")]
        return indexed & (np.isin(slots["condition"], hits[0]) | np.isin(slots["drug"], hits[1]))
    if name in ("Author", "Author - First"):
        mask = np.zeros(len(corpus), bool)
        for number in (1,) if name == "Author - First" else (1, 2):
            for n, last in enumerate(SLOTS["surname1"]):
                for m, fore in enumerate(SLOTS["forename1"]):
                    if _author(last, fore).startswith(pattern.rstrip()):
                        mask |= (slots[f"surname{number}"] == n) & (slots[f"forename{number}"] == m)
        return mask
    if name == "Publication Type":
        hits_of = [n for n, types in enumerate(DESIGN_TYPES) if any(pattern in plain(one) for one in types)]
        return np.isin(slots["design"], hits_of)
    if name == "Filter":
        return {
            " hasabstract ": slots["has_abstract"] == 1,
            " medline ": slots["indexed"] == 1,
            " all ": np.ones(len(corpus), bool),
        }.get(pattern, np.zeros(len(corpus), bool))
    if name in ("Article Identifier", "Secondary Source ID"):
        text = pattern.split()
        number = int(text[-1]) if text and text[-1].isdecimal() else -1
        if name == "Article Identifier":
            return (corpus.ids == number) & (text[:-1] == ["10", "99999", "jak"])
        number = int(pattern.strip()[3:]) - 90_000_000 if re.fullmatch(r" nct\d{8} ", pattern) else -1
        return (corpus.ids % 1_000_000 == number) & np.isin(slots["design"], (0, 4, 5))
    if name in ("Journal", "Language"):
        return among((name.lower(),))
    people = find_by_slots(corpus, "Author", pattern) | among(("journal",)) if name == "All Fields" else None
    rest = abstract if title is None else title | abstract
    rest = (
        rest | find_by_slots(corpus, "MeSH Terms:noexp", pattern) | find_by_slots(corpus, "Publication Type", pattern)
    )
    return rest if people is None else rest | people


def texts_of(article: Article, name: str) -> list[str]:
    """Name the texts of a field, as the article prints them."""
    abstract = [" ".join(text for _, text in article.abstract)] if article.abstract else []
    authors = [_author(author.last, author.fore) for author in article.authors]
    fields = {
        "Title": [article.title],
        "Abstract": abstract,
        "Title/Abstract": [article.title, *abstract],
        "Author": authors,
        "Author - First": authors[:1],
        "Journal": [article.journal.title, article.journal.abbreviation, article.journal.issn],
        "Publication Type": list(article.types),
        "Language": [next(text for text in SLOTS["language"] if text.startswith(article.language))],
        "Filter": ["all", *(["hasabstract"] if article.abstract else []), *(["medline"] if article.mesh else [])],
        "Article Identifier": [article.doi],
        "Secondary Source ID": [article.registration],
    }
    if name in fields:
        return fields[name]
    headings = [heading for _, heading, _ in article.mesh]
    words = [article.title, *abstract, *headings, *article.types]
    return words if name == "Text Word" else [*words, *authors, *fields["Journal"]]


def _author(last: str, fore: str) -> str:
    return plain(f"{last} {''.join(part[0] for part in fore.split())}")
