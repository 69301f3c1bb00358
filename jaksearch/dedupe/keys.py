"""Blocking: which pairs are worth a look, so that a thousand records do not cost half a million comparisons.

A key is a short string two printings of one paper are likely to share. A pair is a candidate when any key is shared;
misses of one key (a typo in the title) are caught by another (author and page).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from zlib import crc32

from jakdb.words import Record
from jaksearch.dedupe.han_titles import telling_text
from jaksearch.dedupe.prepare import Facts, prepare
from jaksearch.dedupe.text import han_count
from jaksearch.family_sounds import family_sounds

__all__ = ["IDENTIFIER_KEYS", "candidate_pairs", "facts_keys", "keys", "neighbour_order", "pairs_of_facts"]

IDENTIFIER_KEYS = frozenset({"doi", "pmid", "acc", "reg"})
"""Kinds of keys whose blocks are always compared whole, however large."""

_LARGEST_BLOCK = 60
_WINDOW = 15


def keys(record: Record) -> frozenset[str]:
    """Return the blocking keys of a record, each with its kind before the first colon.

    >>> for key in sorted(keys(Record(title="Tofacitinib for alopecia areata", doi="10.1/X", pages="1-9", volume="3"))):
    ...     print(key)
    doi:10.1/x
    suffix:opeciaareata
    title:tofacitinibforal
    words:alopecia areata tofacitinib
    """
    return facts_keys(prepare(record))


def facts_keys(facts: Facts) -> frozenset[str]:
    """Return the blocking keys of a record that `prepare` has read."""
    found: set[str] = set()
    if facts.doi:
        found.add(f"doi:{facts.doi}")
    if facts.pmid:
        found.add(f"pmid:{facts.pmid}")
    if facts.accession:
        found.add(f"acc:{facts.accession}")
    found.update(f"reg:{r}" for r in facts.registrations)
    for squeezed, tokens in zip(facts.title.versions, facts.title.tokens, strict=True):
        if han_count(squeezed) >= 4:
            found.update(_bigram_keys(squeezed))
            continue
        if len(squeezed) >= 8:
            found.add(f"title:{squeezed[:16]}")
            found.add(f"suffix:{squeezed[-12:]}")
        telling = sorted({t for t in tokens if len(t) >= 5}, key=lambda t: (-len(t), t))[:4]
        if len(telling) >= 3:
            found.add(f"words:{' '.join(sorted(telling))}")
    found.update(_place_keys(facts))
    return frozenset(found)


def _place_keys(facts: Facts) -> Iterable[str]:
    """Return the keys made of author, year, volume and page."""
    page, volume, year = facts.pages.first.lstrip("secdabpt"), facts.volume.rstrip("abcdefs"), facts.year
    if page and volume and year:
        yield f"place:{year}/{volume}/{page}"
    if page and volume and facts.journals:
        yield f"jvp:{facts.journals[0][:1]}/{volume}/{page}"
    if not facts.names:
        return
    first, place = facts.names[0], f"{year}/{volume}" if volume and year else ""
    for family in first.family:
        short = family[:5]
        if page:
            yield f"page:{short}/{page}"
        if place:
            yield f"volume:{short}/{place}"
            if not page and facts.issue:
                yield f"issue:{short}/{place}/{facts.issue}"
    # A Chinese name meets its spellings in Latin letters. A few families write most papers of China, so that the volume
    # is no key for them where there is anything better.
    for family in family_sounds(first.han)[1] if first.han else ():
        short = family[:5]
        if page:
            yield f"page:{short}/{page}"
        if place and not page:
            yield f"volume:{short}/{place}"
        if place and facts.issue:
            yield f"issue:{short}/{place}/{facts.issue}"


def _bigram_keys(squeezed: str) -> Iterable[str]:
    """Return keys of a title written without spaces: its beginning, its end, and the smallest hashes of its bigrams.

    What fills most titles (治疗, 疗效观察) is left out: it would put all of them into one block.
    """
    telling = telling_text(squeezed)
    text = telling if len(telling) >= 4 else squeezed
    yield f"title:{text[:8]}"
    yield f"suffix:{text[-8:]}"
    bigrams = {text[i : i + 2] for i in range(len(text) - 1)}
    for seed in ("1", "2", "3"):
        two = sorted(crc32((seed + b).encode()) for b in bigrams)[:2]
        yield f"bigrams:{seed}/" + "-".join(map(str, two))


def candidate_pairs(records: Sequence[Record], new_ids: Collection[int] | None = None) -> list[tuple[int, int]]:
    """Return the pairs of record numbers that share a key, the smaller number first, sorted.

    Parameters
    ----------
    records : sequence of Record
        With distinct `id`.
    new_ids : collection of int, optional
        Only pairs with at least one of these are returned: a refresh costs what is new.

    Notes
    -----
    In a block of more than 60 records that share no identifier (thirty thousand editorials), each is compared with its
    15 neighbours in the order of title, author and page instead of with all; blocks of identifiers are never cut.

    Examples
    --------
    >>> candidate_pairs([Record(id=1, pmid="7"), Record(id=2, pmid="7"), Record(id=3, pmid="8")])
    [(1, 2)]
    """
    return pairs_of_facts([prepare(r) for r in records], new_ids)


def pairs_of_facts(facts: Sequence[Facts], new_ids: Collection[int] | None = None) -> list[tuple[int, int]]:
    """Return the candidate pairs of records that `prepare` has read; see `candidate_pairs`."""
    new = None if new_ids is None else frozenset(new_ids)
    blocks: dict[str, list[Facts]] = {}
    for f in facts:
        for key in facts_keys(f):
            blocks.setdefault(key, []).append(f)
    pairs: set[tuple[int, int]] = set()
    for key, block in blocks.items():
        if len(block) < 2:
            continue
        if len(block) > _LARGEST_BLOCK and key.partition(":")[0] not in IDENTIFIER_KEYS:
            block.sort(key=neighbour_order)
            reach = _WINDOW
        else:
            reach = len(block)
        for i, one in enumerate(block):
            for other in block[i + 1 : i + 1 + reach]:
                if new is None or one.id in new or other.id in new:
                    pairs.add((one.id, other.id) if one.id < other.id else (other.id, one.id))
    return sorted(pairs)


def neighbour_order(facts: Facts) -> str:
    """Return the place of a record in a block too large to compare whole: by title, author and page.

    >>> from jaksearch.dedupe.prepare import prepare
    >>> neighbour_order(prepare(Record(id=7, title="Editorial", pages="12")))
    'editorial||12|0000000007'
    """
    name = min(facts.names[0].family, default="") if facts.names else ""
    title = facts.title.versions[0][:80] if facts.title.versions else ""
    return f"{title}|{name}|{facts.pages.first}|{facts.id:010d}"
