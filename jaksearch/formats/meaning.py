"""What a record says, whatever its format: the common ground of the three readings of fields."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from jakdb.words import Author
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

    `people` are authors whose parts the file itself keeps apart (family, given, literal); they come before `authors`.
    """

    title: str = ""
    translated_title: str = ""
    people: list[Author] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    listed: bool = False
    date: list[str] = field(default_factory=list)
    journal: str = ""
    journal_abbreviation: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    registry: list[str] = field(default_factory=list)
    accession: str = ""
    abstract: str = ""
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
        return [value for tag in tags if tag in self.by_tag for value in self.by_tag[tag]]

    def first(self, *tags: str) -> str:
        """Return the first value that says something."""
        return next((text for value in self.all(*tags) if (text := said(value))), "")


def csl_type(words: Iterable[str]) -> str:
    """Return the type of CSL that a database's words for a document mean; nothing if none is known.

    Examples
    --------
    >>> csl_type(["Journal Article", "Review"]), csl_type(["bookSection"]), csl_type(["J"])
    ('article-journal', 'chapter', '')
    """
    for word in words:
        for pattern, kind in TYPE_PATTERNS:
            if pattern.search(word):
                return kind
    return ""
