"""Citation searching in OpenAlex: find the works, and follow their references and the works that cite them.

OpenAlex may hold one paper as several works. They are followed together, and written as in its filters: ``W1|W2``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Protocol
from urllib.parse import quote

from jakdb.words import Record
from jaksearch.formats.values import clean_doi, find_pmid
from jaksearch.same_paper import agreement
from jaksearch.sources.citing import Direction, Numbers
from jaksearch.sources.known import Resolved
from jaksearch.sources.protocol import Tick

__all__ = ["citation_request", "find_works", "numbers_of", "works_linked"]

VALUES = 50
"""Values of one filter; OpenAlex takes twice as many."""
LONGEST = 2_500
"""Characters of these values in an address, of which OpenAlex takes some 4,000."""
FIELDS = ("id", "doi", "display_name", "publication_year", "ids")
WORD = re.compile(r"[^\W_]{3,}")
MANY_WORDS = 10
"""Words of a title that are searched for: its longest."""
ENDS_VALUE = frozenset(",|&#")
CANDIDATES = 100
"""Works with the words of a title that are looked at."""


class Works(Protocol):
    """How OpenAlex is asked for works (`OpenAlex.works`)."""

    def __call__(self, *, filter: str, select: Sequence[str]) -> Iterator[dict[str, Any]]:  # noqa: A002
        """Yield the works that a filter finds."""
        ...


def find_works(
    items: Sequence[Record], works: Works, *, tick: Tick = lambda _done, _total: None
) -> tuple[Resolved, ...]:
    """Return the works that OpenAlex has of each paper, or why there are none; a title must agree with its number."""
    held: dict[str, list[Record]] = {}
    for name, values in (("ids.pmid", [x.pmid for x in items]), ("doi", [x.doi for x in items])):
        for some in _parts(values):
            for record in map(_record, works(filter=f"{name}:{'|'.join(some)}", select=FIELDS)):
                for number in (f"pmid {record.pmid}", f"doi {record.doi}"):
                    if record not in held.setdefault(number, []):
                        held[number].append(record)
    found = []
    for done, item in enumerate(items, 1):
        numbers = [f"{name} {text}" for name, text in (("pmid", item.pmid), ("doi", item.doi)) if text]
        candidates = list(dict.fromkeys(record for number in numbers for record in held.get(number, ())))
        one = _judged(item, candidates)
        if one.standing == "absent" and not ENDS_VALUE.isdisjoint(item.doi):
            one = replace(one, why=f"OpenAlex cannot be asked for the DOI {item.doi}")
        if one.standing == "absent" and (item.title or item.translated_title):
            one = _by_title(item, works, before=one.why)
        found.append(one)
        tick(done, len(items))
    return tuple(found)


def works_linked(
    ids: Sequence[str], direction: Direction, works: Works, *, tick: Tick = lambda _done, _total: None
) -> dict[str, tuple[str, ...]]:
    """Return the works that each work cites, or is cited by; one that OpenAlex does not know is left out."""
    if direction == "forward":
        found = {}
        for done, one in enumerate(ids):
            tick(done, len(ids))
            found[one] = tuple(dict.fromkeys(_number(x["id"]) for x in works(filter=f"cites:{one}", select=("id",))))
        tick(len(ids), len(ids))
        return found
    cited: dict[str, list[str]] = {}
    for some in _parts([work for one in ids for work in one.split("|")]):
        for work in works(filter=f"openalex:{'|'.join(some)}", select=("id", "referenced_works")):
            cited[_number(work["id"])] = [_number(text) for text in work.get("referenced_works") or ()]
        tick(len(cited), max(len(ids), len(cited)))
    return {
        one: tuple(dict.fromkeys(x for work in one.split("|") for x in cited[work]))
        for one in ids
        if all(work in cited for work in one.split("|"))
    }


def citation_request(ids: Sequence[str], direction: Direction) -> str:
    """Return the requests for citations, one a line, but for who asks.

    Examples
    --------
    >>> print(citation_request(["W1", "W2|W3"], "forward"))
    works?filter=cites:W1&select=id
    works?filter=cites:W2|W3&select=id
    >>> print(citation_request(["W1", "W2|W3"], "backward"))
    works?filter=openalex:W1|W2|W3&select=id,referenced_works
    """
    if direction == "forward":
        return "\n".join(f"works?filter=cites:{one}&select=id" for one in ids)
    parts = _parts([work for one in ids for work in one.split("|")])
    return "\n".join(f"works?filter=openalex:{'|'.join(some)}&select=id,referenced_works" for some in parts)


def numbers_of(ids: Sequence[str], works: Works) -> dict[str, Numbers]:
    """Return PMID and DOI of works."""
    found = {}
    for some in _parts(ids):
        for work in works(filter=f"openalex:{'|'.join(some)}", select=("id", "doi", "ids")):
            record = _record(work)
            found[record.accession] = Numbers(record.pmid, record.doi)
    return found


def _judged(item: Record, candidates: Sequence[Record]) -> Resolved:
    """Return the candidates that are the paper."""
    judged = [(record, agreement(item, record)) for record in candidates]
    if conflicts := [found.why for _, found in judged if found.kind == "conflict"]:
        return Resolved("unresolved", why="; ".join(conflicts))
    if same := [record for record, found in judged if found.kind == "same"]:
        return Resolved("held", "|".join(sorted(record.accession for record in same)), same[0])
    if perhaps := [f"{r.accession} ({found.why or r.title})" for r, found in judged if found.kind == "perhaps"]:
        return Resolved("unresolved", why=f"perhaps {'; '.join(perhaps)}: give the DOI or the PMID")
    said = " or ".join(f"{name} {text}" for name, text in (("PMID", item.pmid), ("DOI", item.doi)) if text)
    return Resolved("absent", why=f"OpenAlex has no work with the {said}" if said else "")


def _by_title(item: Record, works: Works, *, before: str) -> Resolved:
    """Return the works with the title of a paper that was not found by a number."""
    spoken = list(dict.fromkeys(WORD.findall(item.title or item.translated_title)))
    longest = sorted(spoken, key=len, reverse=True)[:MANY_WORDS]
    if len(longest) < 2:
        few = "its title has too few words to search for: give the DOI or the PMID"
        return Resolved("unresolved" if not before else "absent", why=before or few)
    asked = works(filter=f"title.search:{' '.join(w for w in spoken if w in longest)}", select=FIELDS)
    # A PMID or DOI that OpenAlex does not have must not speak against a work with the same title.
    done = _judged(replace(item, pmid="", doi=""), [_record(work) for work in islice(asked, CANDIDATES)])
    if done.standing != "absent":
        return done
    if before:
        return Resolved("absent", why=f"{before}, and none with this title")
    return Resolved("unresolved", why="OpenAlex shows no work with this title: give the DOI or the PMID")


def _record(work: dict[str, Any]) -> Record:
    """Return what a work says of itself, as far as papers are told apart by it."""
    ids, year = work.get("ids"), work.get("publication_year")
    pmid = str(ids.get("pmid") or "") if isinstance(ids, dict) else ""
    return Record(
        title=str(work.get("display_name") or ""),
        year=year if isinstance(year, int) else None,
        doi=clean_doi(str(work.get("doi") or "")),
        pmid=find_pmid(pmid) or (pmid if pmid.isdigit() else ""),
        accession=_number(work["id"]),
    )


def _number(text: str) -> str:
    """Return the number of a work without the address before it."""
    return text.rpartition("/")[2].upper()


def _parts(values: Sequence[str]) -> Iterator[list[str]]:
    """Yield values, each once, as many at a time as a filter takes; what would end the filter is left out."""
    part: list[str] = []
    length = 0
    for value in dict.fromkeys(v for v in values if v and ENDS_VALUE.isdisjoint(v)):
        size = len(quote(value, safe="")) + 3
        if part and (len(part) == VALUES or length + size > LONGEST):
            yield part
            part, length = [], 0
        part.append(value)
        length += size
    if part:
        yield part
