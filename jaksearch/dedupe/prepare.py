"""Read a record once into the facts that keys and features compare: no fact is computed twice for two pairs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote

from jakdb.words import Record
from jaksearch.dedupe.language import is_foreign
from jaksearch.dedupe.names import Name, read_name
from jaksearch.dedupe.text import fold, squeeze
from jaksearch.dedupe.titles import Title, read_title
from jaksearch.formats.values import find_registry_ids

__all__ = ["Facts", "Kind", "Outline", "Pages", "prepare", "read_pages", "read_volume"]

Kind = Literal["article", "conference", "preprint", "registration", "thesis", "book"]

_DOI_PREFIX = re.compile(r"^(?:https?://)?(?:dx\.)?(?:www\.)?(?:doi\.org/|doi:?\s*)", re.I)
_PREPRINT_DOI = re.compile(
    r"^10\.(?:1101/(?:\d{4}\.\d\d\.\d\d\.|0|\d{6})|21203/rs|20944/preprints|2139/ssrn|48550/arxiv|31219/osf|31234/osf|"
    r"36227/techrxiv|26434/chemrxiv|7287/peerj\.preprints|12688/f1000|22541/au|33774/coe)"
)
_PREPRINT_NAMES = (
    "rxiv", "chinaxiv", "preprint", "research square", "researchsquare", "ssrn", "social science research network",
    "authorea", "qeios",
)  # fmt: skip
"""What the names of preprint servers hold, and those of no journals."""
_CONFERENCE_NAME = re.compile(
    r"\bconference\s*:|\bannual (?:scientific )?meeting\b|\bcongress (?:of|on)\b|^proceedings of the \d+|会议论文集"
)
_JOINED_NAMES = re.compile(r" = |\.\s*(?=conference:\s)")
"""Between the names of a journal in two languages, and between a journal and the meeting whose abstracts it prints."""
_REGISTRY_NAME = re.compile(
    r"clinicaltrials?\.?gov|clinical ?trials? regist|clinicaltrialsregister|isrctn|chictr|\bictrp\b|anzctr|irct\.ir|"
    r"jprn|ctri\b|umin-ctr|drks|\btrials? regist(?:er|ry)\b|regist(?:er|ry) of clinical trials|eudract|"
    r"who\.int/trialsearch|trialsearch\.who\.int|临床试验注册中心|jrct\.niph|cris\.nih\.go\.kr|\bprospero\b"
)
_PAGE = re.compile(r"([a-z]*)0*(\d+)([a-z]*)(?:\s*(?:[-–—−‐‑]+|\bto\b)\s*([a-z]*)0*(\d+)([a-z]*))?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(rf"^(?:0*(\d{{1,2}})[-/ ]({'|'.join(_MONTHS)})|({'|'.join(_MONTHS)})[-/ ]0*(\d{{1,2}}))$")
_SUPPLEMENT = re.compile(r"s\s*\d")
_LOST_FIRST = re.compile(r"^(?:suppl?|pt|t|spec no)-(\d+)$")


@dataclass(frozen=True, slots=True)
class Pages:
    """First and last page as printed, with the letters of their series (``s42``, ``e123``).

    Attributes
    ----------
    article_number : bool
        It counts articles, not pages: ``e89776``, ``950450``.
    tail : str
        The last digits of the last page, all that is left where an export lost the first ("Suppl-29").
    """

    first: str = ""
    last: str = ""
    article_number: bool = False
    tail: str = ""

    @property
    def given(self) -> bool:
        """Say whether the source gives pages."""
        return bool(self.first)


@dataclass(frozen=True, slots=True)
class Outline:
    """What tells of most pairs at once that they are two papers; empty where the source does not say.

    Attributes
    ----------
    notice : str
        What notice about another paper the record is, by its title or its publication types; empty for a paper.
    registrations : frozenset of str
        Trial registration numbers, also those found in a register's address or instead of an author.
    kind : str
        ``article``, ``conference``, ``preprint``, ``registration``, ``thesis`` or ``book``.
    """

    id: int
    title: Title
    notice: str
    year: int | None
    volume: str
    pages: Pages
    doi: str
    pmid: str
    accession: str
    registrations: frozenset[str]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Facts(Outline):
    """What is compared of one record; empty where the source does not say.

    Attributes
    ----------
    translated : bool
        The paper is not in English, so that its titles may be translations of one another: the record says so, or its
        title is in another language.
    other_names : tuple of Name
        The same authors in a second script, where the source gives them.
    journals : tuple of str
        The journal's names, folded (full, abbreviated, in another language; of the meeting that it prints).
    abstract : str
        The first 600 letters, squeezed.
    bare : bool
        Nothing but a title (and perhaps an abstract) is known.
    """

    translated: bool
    names: tuple[Name, ...]
    other_names: tuple[Name, ...]
    journals: tuple[str, ...]
    issue: str
    issn: frozenset[str]
    abstract: str
    bare: bool


def prepare(record: Record, number: int | None = None) -> Facts:
    """Return what is compared of `record`, under its own number or another.

    >>> facts = prepare(Record(title="T", pages="482-91", volume="20(9)", doi="https://doi.org/10.1/X", id=7))
    >>> facts.pages.last, facts.volume, facts.issue, facts.doi
    ('491', '20', '9', '10.1/x')
    """
    title = read_title(record.title, record.translated_title)
    names = tuple(n for n in map(read_name, record.authors) if n is not None)
    named = (record.journal, record.journal_abbreviation, record.translated_journal)
    every = (one.strip(" 《》") for name in named if name for one in _JOINED_NAMES.split(fold(name)))
    journals = tuple(dict.fromkeys(one for one in every if one))
    volume, issue = read_volume(record.volume, record.issue)
    pages = read_pages(record.pages)
    registrations = {r.upper() for r in record.registry_ids}
    kind = _kind(record, journals)
    if kind == "registration":
        places = (record.url, record.journal, record.accession, *(a.literal or a.family for a in record.authors))
        registrations.update(find_registry_ids(places))
        journals = ()
    doi = unquote(_DOI_PREFIX.sub("", record.doi.strip())).lower().rstrip(" .,;")
    return Facts(
        id=record.id if number is None else number,
        title=title,
        translated=title.translated
        or bool(record.translated_title)
        or not _is_english(record.language)
        or any(map(is_foreign, title.tokens)),
        notice=title.notice or _notice_by_type(record.publication_types),
        names=names,
        other_names=tuple(n for n in map(read_name, record.translated_authors) if n is not None),
        year=record.year,
        journals=journals,
        volume=volume,
        issue=issue,
        pages=pages,
        doi=doi if doi.startswith("10.") else "",
        pmid=record.pmid.strip().lstrip("0"),
        accession=_accession(record),
        registrations=frozenset(registrations),
        issn=frozenset(i.replace("-", "").lower() for i in record.issn),
        kind=kind,
        abstract=squeeze(record.abstract[:800])[:600] if record.abstract else "",
        bare=not (names or journals or volume or pages.given or doi or record.pmid or record.year),
    )


@lru_cache(maxsize=8192)
def read_pages(pages: str) -> Pages:
    """Return first and last page; a shortened last page is completed.

    >>> read_pages("482-91"), read_pages("e89776").article_number, read_pages("５６０-３").last
    (Pages(first='482', last='491', article_number=False, tail=''), True, '563')
    >>> read_pages("03-Apr").last
    '4'
    """
    text = re.sub(r"\([^)]*\)|\bpp?\.?\s+", " ", fold(pages)).strip()
    if not text:
        return Pages()
    dated = _DATE.match(text)
    if dated:  # a spreadsheet turned "3-4" into "03-Apr"
        day, month, month_first, day_last = dated.groups()
        if day:
            return Pages(day, str(_MONTHS.index(month) + 1))
        return Pages(str(_MONTHS.index(month_first) + 1), day_last)
    lost = _LOST_FIRST.match(text)
    if lost:
        return Pages(tail=lost[1])
    found = _PAGE.search(text)
    if not found:
        return Pages()
    letters, first, tail, letters2, last, _ = found.groups()
    start = f"{letters}{first}{tail if len(tail) == 1 else ''}" if len(letters) <= 4 else first
    if last is None:
        lettered = letters in ("e", "cd", "art", "id") or (len(letters) == 1 and letters != "s" and len(first) >= 4)
        return Pages(start, "", lettered or len(first) >= 5)
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return Pages(start, f"{letters2 or letters}{last}", len(first) >= 6)


@lru_cache(maxsize=8192)
def read_volume(volume: str, issue: str) -> tuple[str, str]:
    """Return volume and issue as bare numbers; ``20(9)`` in the volume is both.

    >>> read_volume("20(9)", ""), read_volume("Vol. 5", "03"), read_volume("30a", "(Jul)")
    (('20', '9'), ('5', '3'), ('30a', ''))
    >>> read_volume("175", "S1"), read_volume("28", "增刊2")
    (('175', 's1'), ('28', 's2'))
    """
    volume, issue = fold(volume), fold(issue)
    inside = re.match(r"^\D*(\d+)\s*\(([^)]*)\)", volume)
    if inside:
        volume, issue = inside[1], issue or inside[2]
    v = re.search(r"0*(\d+)([a-z](?![a-z]))?", volume)
    i = re.search(r"0*(\d+)", issue)
    if _DATE.match(issue):
        i = None
    supplement = "s" if "sup" in issue or "sup" in volume or "增" in issue or _SUPPLEMENT.match(issue) else ""
    return (v[1] + (v[2] or "") if v else ""), ((supplement + i[1]) if i else supplement)


def _accession(record: Record) -> str:
    """Return the database's own number with the database; a row number or a number from nowhere identifies nothing."""
    source = record.database or record.platform
    return f"{source}:{record.accession}".lower() if source and len(record.accession) >= 5 else ""


def _is_english(language: str) -> bool:
    """Say whether a paper is in English, as far as the record says."""
    named = re.findall(r"[a-z]+", language.lower())
    return not named or any(word == "en" or word.startswith("eng") for word in named)


def _notice_by_type(publication_types: tuple[str, ...]) -> str:
    """Return the kind of notice that a database calls the record."""
    types = {t.lower() for t in publication_types}
    if types & {"published erratum", "erratum", "corrigendum"}:
        return "erratum"
    return (
        "retraction notice"
        if types & {"retraction of publication", "retraction notice", "expression of concern"}
        else ""
    )


def _kind(record: Record, journals: tuple[str, ...]) -> Kind:
    """Return what kind of publication a record describes, as far as the record says so."""
    doi, place = record.doi.lower(), " ".join(journals)
    types = " ".join(record.publication_types).lower()
    named = not (record.volume or record.pages)
    if named and _REGISTRY_NAME.search(f"{place} {record.url} {record.database}".lower()):
        return "registration"
    if (
        _PREPRINT_DOI.search(_DOI_PREFIX.sub("", doi))
        or "preprint" in types
        or any(name in place for name in _PREPRINT_NAMES)
    ):
        return "preprint"
    if record.type == "paper-conference" or any(w in types for w in ("conference", "congress", "meeting abstract")):
        return "conference"
    if any(map(_CONFERENCE_NAME.search, journals)):
        return "conference"
    if record.type == "thesis" or "dissertation" in types:
        return "thesis"
    return "book" if record.type in ("book", "chapter") else "article"
