"""Say whether a record is a known paper, and find the records that are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process

from jakdb.words import Record
from jaksearch.dedupe.decide import decide, decide_facts, full_verdict
from jaksearch.dedupe.prepare import Facts, prepare
from jaksearch.dedupe.text import squeeze
from jaksearch.dedupe.titles import match_titles
from jaksearch.known_items import named, quoted

__all__ = ["Agreement", "Held", "agreement", "find_held", "sorted_out"]

Doubt = tuple[Record, str]
"""A record, and what speaks against it."""
YEARS_APART = 1
ALIKE = 90
"""Percent of two titles' letters that agree, from which they are compared word by word."""
MOST_ALIKE = 20
TITLE = "title:"
BEGINNING = 20
"""Letters from which a title that another one goes on from is looked at."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether a record is a known paper.

    Attributes
    ----------
    kind : str
        ``same``; ``perhaps`` (a person must say); ``conflict`` (one identifier speaks for it, and another or the title
        against it); ``other``.
    why : str
        What speaks against it, in words.
    """

    kind: Literal["same", "perhaps", "conflict", "other"]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """The records of a collection that are a known paper.

    Attributes
    ----------
    records : tuple of int
        Their numbers.
    doubts : tuple of str
        Records that a person must look at, in words.
    by_number : bool
        Whether the PMID or the DOI of one of the records is that of the paper.
    are_one : bool
        Whether the rules for duplicates call all of these records one paper.
    """

    records: tuple[int, ...] = ()
    doubts: tuple[str, ...] = ()
    by_number: bool = False
    are_one: bool = True


def agreement(item: Record, found: Record) -> Agreement:
    """Say whether a record is the known paper, by PMID, DOI, then title and year.

    Examples
    --------
    >>> one = Record(title="Oral ruxolitinib induces hair regrowth in alopecia areata", year=2016, pmid="7")
    >>> agreement(Record(pmid="7"), one).kind, agreement(Record(title=one.title.upper(), year=2015), one).kind
    ('same', 'same')
    >>> agreement(Record(pmid="7", title="Minoxidil for a bald head"), one).kind
    'conflict'
    >>> agreement(Record(title=one.title, year=2009), one).kind, agreement(Record(pmid="8"), one).kind
    ('perhaps', 'other')
    """
    a, b = prepare(item), prepare(found)
    match = match_titles(a.title, b.title)
    numbers = [("PMID", a.pmid, b.pmid), ("DOI", a.doi, b.doi)]
    shared = [name for name, here, there in numbers if here and here == there]
    differing = [f"{name} {there}, not {here}" for name, here, there in numbers if here and there and here != there]
    is_translated = a.title.translated or b.title.translated or bool(item.translated_title or found.translated_title)
    if shared:
        if match.kind == "different" and not is_translated:
            return Agreement("conflict", f"{named(found)} is {quoted(found.title)}, not {quoted(item.title)}")
        if differing and match.kind not in ("equal", "near"):
            return Agreement("conflict", f"the record with this {shared[0]} has the {differing[0]}")
        return Agreement("same")
    if differing or a.notice != b.notice:  # an erratum is another paper than what it corrects
        return Agreement("other")
    if match.kind in ("equal", "near") and a.title.numbers == b.title.numbers:
        return _by_title(a, b)
    if decide_facts(a, b).kind == "merge":
        return Agreement("same")
    return Agreement("perhaps" if match.kind in ("near", "contained", "words") else "other", match.words)


def sorted_out(item: Record, records: Iterable[Record]) -> tuple[list[Record], list[Doubt], list[Doubt]]:
    """Return the records that are a paper, those that speak against its list, and, if none is it, those that may be it.

    Abstracts of one supplement may share a DOI: beside the one with the title of the paper the others are no conflict.
    """
    judged = [(record, agreement(item, record)) for record in records]
    same = [record for record, found in judged if found.kind == "same"]
    doi_is_right = any(item.doi and record.doi.lower() == item.doi.lower() for record in same)
    conflicts = [
        (record, found.why)
        for record, found in judged
        if found.kind == "conflict" and not (doi_is_right and record.pmid != item.pmid)
    ]
    perhaps = [] if same else [(record, found.why) for record, found in judged if found.kind == "perhaps"]
    return same, conflicts, perhaps


def find_held(items: Sequence[Record], records: Collection[Record]) -> list[Held]:
    """Return for each known paper the records that are this paper, whatever database they come from.

    A record found by its number leads to others: an export without PMIDs has the same paper under its title.

    Examples
    --------
    >>> title = "Oral ruxolitinib induces hair regrowth in patients with alopecia areata"
    >>> held = [Record(title=title, pmid="7", year=2016, id=1), Record(title=title + ".", year=2016, id=2)]
    >>> find_held([Record(pmid="7")], held)
    [Held(records=(1, 2), doubts=(), by_number=True, are_one=True)]
    """
    shelf = _Shelf(records)
    held = []
    for item in items:
        near = shelf.near(item)
        same, conflicts, perhaps = sorted_out(item, near)
        numbered = [record for record in same if _shares_number(item, record)]
        # Where a number says which record it is, a title alone says nothing more: duplicates are told by all fields.
        sure = {record.id: record for record in numbered or same}
        for record in tuple(sure.values()):
            others = (other for other in shelf.equal(record) if other.id not in sure)
            sure |= {other.id: other for other in others if decide(record, other).kind == "merge"}
        doubts = [f"record {record.id}: {why or named(record)}" for record, why in (*conflicts, *perhaps)]
        held.append(Held(tuple(sorted(sure)), tuple(doubts), bool(numbered), _are_one(list(sure.values()))))
    return held


def _shares_number(item: Record, record: Record) -> bool:
    """Say whether two records have one PMID or one DOI."""
    same_doi = bool(item.doi) and item.doi.lower() == record.doi.lower()
    return same_doi or (bool(item.pmid) and item.pmid == record.pmid)


def _are_one(records: Sequence[Record]) -> bool:
    """Say whether each of some records is a duplicate of another one of them, directly or by way of others."""
    reached, waiting = list(records[:1]), list(records[1:])
    for record in reached:
        joined = [other for other in waiting if decide(record, other).kind == "merge"]
        reached += joined
        waiting = [other for other in waiting if other not in joined]
    return not waiting


class _Shelf:
    """Records by PMID, DOI and title."""

    def __init__(self, records: Collection[Record]) -> None:
        self._by_key: dict[str, dict[int, Record]] = {}
        for record in records:
            for key in _keys(record):
                self._by_key.setdefault(key, {})[record.id] = record
        self._titles = [key[len(TITLE) :] for key in self._by_key if key.startswith(TITLE)]

    def equal(self, record: Record) -> list[Record]:
        """Return the records that share a number or the title with one."""
        found: dict[int, Record] = {}
        for key in _keys(record):
            found |= self._by_key.get(key, {})
        return list(found.values())

    def near(self, item: Record) -> list[Record]:
        """Return the records that share a number or the title with a paper; else those with a title like its own."""
        found = self.equal(item)
        if found:
            return found
        alike: dict[int, Record] = {}
        for version in _titles(item):
            near = process.extract(version, self._titles, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST_ALIKE)
            titles = [title for title, _, _ in near]
            if len(version) >= BEGINNING:
                titles += [
                    t for t in self._titles if len(t) >= BEGINNING and (t.startswith(version) or version.startswith(t))
                ]
            for title in titles:
                alike |= self._by_key[TITLE + title]
        return list(alike.values())


def _keys(record: Record) -> list[str]:
    """Return what a record is looked up by."""
    keys = [TITLE + title for title in _titles(record)]
    keys += [f"pmid:{record.pmid}"] if record.pmid else []
    return [*keys, f"doi:{record.doi.lower()}"] if record.doi else keys


def _titles(record: Record) -> list[str]:
    """Return the letters of the title, and of its translation."""
    return [letters for title in (record.title, record.translated_title) if (letters := squeeze(title))]


def _by_title(a: Facts, b: Facts) -> Agreement:
    """Judge two records with one title."""
    if a.year is not None and b.year is not None and abs(a.year - b.year) > YEARS_APART:
        return Agreement("perhaps", f"the title is the same, the years are {a.year} and {b.year}")
    verdict = full_verdict(a, b)
    if verdict.kind == "merge":
        return Agreement("same")
    if verdict.vetoes:
        return Agreement("perhaps", f"the title is the same, but: {', '.join(verdict.vetoes)}")
    if a.title.generic or b.title.generic:
        return Agreement("perhaps", "the title is too short or too common to tell")
    return Agreement("same")
