"""Find known papers in PubMed, by PMID, DOI or title, and never guess: what the record says must agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from jakdb.errors import SourceError, UsageError
from jakdb.words import RawRecord, Record
from jaksearch.dedupe.text import words
from jaksearch.formats import read_bytes
from jaksearch.known_items import named
from jaksearch.normalise import normalise
from jaksearch.same_paper import sorted_out
from jaksearch.sources.known import Resolved
from jaksearch.sources.protocol import Batch, Tick
from jaksearch.sources.slicing import is_balanced

__all__ = ["find_papers", "which_of"]

IDS_A_QUERY = 100
DOIS_A_QUERY = 40
TITLES_LISTED = 50
"""Records of one search for a title that are looked at."""
TITLE_WORDS = 4
"""Twice as many words of a title are searched for, the longest ones; then each half of them, as one may be misspelt."""
SHOWN = 3
"""Records that a title may mean, in one message."""
LEAST_WORD = 3
LEAST_WORDS = 2
STOP = frozenset(("and", "the", "for", "with", "from", "not", "via", "are", "was", "were", "its"))
FEW_WORDS = "its title has too few words to search for: name the PMID or the DOI"
NO_TITLE = "PubMed shows no record with this title: name the PMID or the DOI"

Search = Callable[[str, int], Sequence[str]]
"""From a query and how many to list, to the PMIDs."""
Fetch = Callable[[Sequence[str]], Batch]


def which_of(query: str, ids: Sequence[str], search: Search) -> frozenset[str]:
    """Return those of some PMIDs that a query finds.

    Raises
    ------
    UsageError
        If the brackets or quotation marks of the query do not match: the limit behind it would not hold for all of it.
    SourceError
        If the service answers with other records.
    """
    if not is_balanced(query):
        raise UsageError(f"the brackets or quotation marks do not match: {query}", hint="close every one of them")
    found: set[str] = set()
    for some in _parts(ids, IDS_A_QUERY):
        listed = search(f"({query}) AND ({_uids(some)})", len(some))
        if strange := set(listed) - set(some):
            raise SourceError(f"PubMed: a record came that was not asked for ({min(strange)})")
        found.update(listed)
    return frozenset(found)


def find_papers(
    items: Sequence[Record],
    search: Search,
    fetch: Fetch,
    *,
    batch_size: int,
    tick: Tick = lambda _done, _total: None,
) -> tuple[Resolved, ...]:
    """Return the record that PubMed has of each paper, or why there is none.

    PubMed is asked for all PMIDs and DOIs at once, and for a title where these lead to nothing. A DOI may be found with
    another paper, and a PMID may be mistyped, so that every record is fetched and read before it counts.
    """
    held = _fetched(_listed(items, search), fetch, batch_size)
    by_doi: dict[str, list[Record]] = {}
    for record in held.values():
        by_doi.setdefault(record.doi.lower(), []).append(record)
    found: list[Resolved] = []
    for number, item in enumerate(items, 1):
        named_so = {r.pmid: r for r in by_doi.get(item.doi.lower(), ()) if item.doi}
        named_so |= {item.pmid: held[item.pmid]} if item.pmid in held else {}
        done = _of_candidates(item, named_so.values())
        if done.standing == "absent" and (item.title or item.translated_title):
            by_title = _by_title(item, search, fetch, batch_size)
            done = by_title if by_title.standing != "absent" else replace(done, why=f"{done.why}{by_title.why}")
            if done.standing == "absent" and not (item.pmid or item.doi):
                # A title may be misspelt: that nothing was found does not prove that nothing is there.
                done = replace(done, standing="unresolved")
        found.append(done)
        tick(number, len(items))
    return tuple(found)


def _listed(items: Sequence[Record], search: Search) -> list[str]:
    """Return the PMIDs that PubMed lists for the identifiers of the papers."""
    pmids = dict.fromkeys(item.pmid for item in items if item.pmid)
    dois = dict.fromkeys(item.doi.replace('"', "") for item in items if item.doi)
    found: dict[str, None] = {}
    for some in _parts(list(pmids), IDS_A_QUERY):
        found.update(dict.fromkeys(search(_uids(some), len(some))))
    for some in _parts(list(dois), DOIS_A_QUERY):
        found.update(dict.fromkeys(search(" OR ".join(f'"{doi}"[aid]' for doi in some), 10 * len(some))))
    return list(found)


def _fetched(ids: Sequence[str], fetch: Fetch, batch_size: int) -> dict[str, Record]:
    """Return records by PMID, as read by jak."""
    found: dict[str, Record] = {}
    for some in _parts(ids, batch_size):
        batch = fetch(some)
        if not batch.data:
            continue
        for raw in read_bytes(batch.data, format=batch.format).records:
            if isinstance(raw, RawRecord):
                record = normalise(raw, format=batch.format, database="PubMed")
                found[record.pmid] = record
    return found


def _of_candidates(item: Record, candidates: Iterable[Record]) -> Resolved:
    """Return the one candidate that is the paper."""
    same, conflicts, perhaps = sorted_out(item, candidates)
    if conflicts:
        return Resolved("unresolved", why="; ".join(why for _, why in conflicts))
    if item.pmid:
        same = [record for record in same if record.pmid == item.pmid] or same
    if len(same) == 1:
        return _held(item, same[0])
    if same:
        many = ", ".join(record.pmid for record in same)
        return Resolved("unresolved", why=f"several records are this paper (PMIDs {many}): name the PMID")
    if perhaps:
        told = "; ".join(f"PMID {record.pmid} ({why})" if why else named(record) for record, why in perhaps[:SHOWN])
        return Resolved("unresolved", why=f"perhaps {told}: name the PMID")
    said = [f"PMID {item.pmid}" if item.pmid else "", f"DOI {item.doi}" if item.doi else ""]
    missing = " or ".join(filter(None, said))
    return Resolved("absent", why=f"PubMed has no record with the {missing}" if missing else "")


def _held(item: Record, record: Record) -> Resolved:
    """Return the record as that of the paper, unless the list gives another PMID."""
    if item.pmid and item.pmid != record.pmid:
        return Resolved("unresolved", why=f"the list says PMID {item.pmid}, but the paper is PMID {record.pmid}")
    return Resolved("held", record.pmid, record)


def _by_title(item: Record, search: Search, fetch: Fetch, batch_size: int) -> Resolved:
    """Search for words of the title, and look at what comes."""
    spoken = _title_words(item.title) or _title_words(item.translated_title)
    has_number = bool(item.pmid or item.doi)
    if len(spoken) < LEAST_WORDS:
        return Resolved("absent", why="" if has_number else FEW_WORDS)
    # A PMID or DOI that PubMed does not have must not speak against a record with the same title.
    bare = replace(item, pmid="", doi="")
    longest, others = spoken[:TITLE_WORDS], spoken[TITLE_WORDS : 2 * TITLE_WORDS]
    for some in dict.fromkeys(map(tuple, (spoken[: 2 * TITLE_WORDS], longest, others))):
        if len(some) < LEAST_WORDS:
            continue
        listed = search(" AND ".join(f"{word}[ti]" for word in some), TITLES_LISTED)
        found = _of_candidates(bare, _fetched(listed, fetch, batch_size).values())
        if found.record is not None:
            return _held(item, found.record)
        if found.standing == "unresolved":
            return found
    return Resolved("absent", why=", and none with this title" if has_number else NO_TITLE)


def _title_words(title: str) -> list[str]:
    """Return the words of a title that are worth searching for, the longest first."""
    spoken = dict.fromkeys(word for word in words(title) if word.isascii() and word.isalpha())
    return sorted((word for word in spoken if len(word) >= LEAST_WORD and word not in STOP), key=len, reverse=True)


def _uids(ids: Iterable[str]) -> str:
    """Return a query for PMIDs."""
    return " OR ".join(f"{one}[uid]" for one in ids)


def _parts(things: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield a sequence in parts."""
    for start in range(0, len(things), size):
        yield things[start : start + size]
