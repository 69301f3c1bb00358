"""What a record says, whatever its format: the common ground of all readings of fields."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from jakdb.words import Author, RelatedItem
from jaksearch.formats.values import said

__all__ = ["CSL_TYPES", "DOI_LINK", "EMBASE_LINK", "RIS_TYPES", "SCOPUS_EID", "Meaning", "Values", "csl_type"]

RIS_TYPES: dict[str, str] = {
    "JOUR": "article-journal", "EJOUR": "article-journal", "JFULL": "article-journal", "INPR": "article-journal",
    "ABST": "article-journal", "MGZN": "article-magazine", "NEWS": "article-newspaper", "CHAP": "chapter",
    "ECHAP": "chapter", "ENCYC": "entry-encyclopedia", "DICT": "entry-dictionary", "BOOK": "book", "EBOOK": "book",
    "EDBOOK": "book", "SER": "book", "WHOLE": "book", "CLSWK": "book", "CONF": "paper-conference",
    "CPAPER": "paper-conference", "THES": "thesis", "RPRT": "report", "GOVDOC": "report", "STAND": "standard",
    "DATA": "dataset", "AGGR": "dataset", "DBASE": "dataset", "ELEC": "webpage", "WEB": "webpage", "ICOMM": "webpage",
    "BLOG": "post-weblog", "UNPB": "manuscript", "UNPD": "manuscript", "MANSCPT": "manuscript", "PAT": "patent",
    "COMP": "software", "CASE": "legal_case", "STAT": "legislation", "BILL": "bill", "HEAR": "hearing",
    "MPCT": "motion_picture", "VIDEO": "motion_picture", "ADVS": "motion_picture", "SOUND": "song", "MAP": "map",
    "ART": "graphic", "FIGURE": "figure", "PCOMM": "personal_communication", "PAMP": "pamphlet", "SLIDE": "speech",
    "GEN": "document",
}  # fmt: skip
"""RIS type of reference -> type of CSL."""
CSL_TYPES = frozenset(RIS_TYPES.values()) | {"article"}

TYPE_WORDS: tuple[tuple[str, str], ...] = (
    (r"book section|booksection|book chapter|chapter|incollection|inbook", "chapter"),
    (r"conference|proceeding|congress|meeting abstract|inproceedings|会议", "paper-conference"),
    (r"thesis|dissertation|学位论文|硕士|博士", "thesis"),
    (r"preprint|working paper", "article"),
    (r"patent|专利", "patent"),
    (r"data ?set|database", "dataset"),
    (r"web ?page|website|blog", "webpage"),
    (r"newspaper|报纸", "article-newspaper"),
    (r"magazine", "article-magazine"),
    (r"report(?!s? - research)|technical report|guideline document", "report"),
    (r"\barticle|journal|review|letter|editorial|note|erratum|survey|期刊|trial|comment", "article-journal"),
    (r"books?\b|monograph|图书", "book"),
)
TYPE_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), word) for pattern, word in TYPE_WORDS)

EMBASE_LINK = re.compile(r"embase\.com\S*[?&]id=(L\d+)", re.IGNORECASE)
DOI_LINK = re.compile(r"doi(?:\.org/|:|=)10\.", re.IGNORECASE)
SCOPUS_EID = re.compile(r"\b2-s2\.0-\d+")


@dataclass(slots=True)
class Meaning:
    """What a raw record says, still as printed; `listed` if one value may hold several authors between commas.

    Attributes
    ----------
    people, editing_people, translating_people, translated_people : list of Author
        Persons whose parts the file itself keeps apart (family, given, literal); they come before `authors`, `editors`,
        `translators` and `translated_authors`.
    orcids : dict of int to str
        ORCID of one of `authors`, by its place there.
    named_orcids : list of (str, str)
        A name as printed and its ORCID, where the source lists them beside the authors.
    date : list of str
        Texts that tell the year; `days` those that may tell month and day, if they are others.
    sections : tuple of (str, str) or None
        Sections of the abstract that the source keeps apart; None if only the text itself may tell them.
    """

    title: str = ""
    translated_title: str = ""
    people: list[Author] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    listed: bool = False
    editing_people: list[Author] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    translating_people: list[Author] = field(default_factory=list)
    translators: list[str] = field(default_factory=list)
    translated_people: list[Author] = field(default_factory=list)
    translated_authors: list[str] = field(default_factory=list)
    orcids: dict[int, str] = field(default_factory=dict)
    named_orcids: list[tuple[str, str]] = field(default_factory=list)
    date: list[str] = field(default_factory=list)
    days: list[str] | None = None
    journal: str = ""
    translated_journal: str = ""
    journal_abbreviation: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    article_number: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    registry: list[str] = field(default_factory=list)
    accession: str = ""
    abstract: str = ""
    translated_abstract: str = ""
    sections: tuple[tuple[str, str], ...] | None = None
    related: list[RelatedItem] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    mesh: list[str] = field(default_factory=list)
    language: str = ""
    types: list[str] = field(default_factory=list)
    issn: list[str] = field(default_factory=list)
    url: str = ""
    type: str = ""
    database: str = ""
    platform: str = ""


class Values:
    """The values of a record by tag."""

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        self.by_tag: dict[str, list[str]] = defaultdict(list)
        for tag, value in fields:
            self.by_tag[tag].append(value)

    def all(self, *tags: str) -> list[str]:
        """Return all values of the tags, in the order of the tags."""
        found = self.by_tag
        values: list[str] = []
        for tag in tags:
            if tag in found:
                values += found[tag]
        return values

    def first(self, *tags: str) -> str:
        """Return the first value that says something."""
        found = self.by_tag
        for tag in tags:
            if tag in found:
                for value in found[tag]:
                    if text := said(value):
                        return text
        return ""


def csl_type(words: Iterable[str]) -> str:
    """Return the type of CSL that a database's words for a document mean; nothing if none is known.

    Examples
    --------
    >>> csl_type(["Journal Article", "Review"]), csl_type(["bookSection"]), csl_type(["J"])
    ('article-journal', 'chapter', '')
    """
    return next((kind for word in words if (kind := _type_of(word))), "")


@lru_cache(maxsize=2048)
def _type_of(word: str) -> str:
    """Return the type of CSL that one word means."""
    return next((kind for pattern, kind in TYPE_PATTERNS if pattern.search(word)), "")
