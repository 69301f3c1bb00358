"""Held-out check of the duplicate rules: records of screened reviews whose PMIDs are hidden from the rules.

A folder holds ``<name>.csv.gz`` with pmid, title, abstract, authors (``Adams, R; Baker, P`` or ``Ruth Adams; Paul
Baker``) and year. Exact duplicates were removed from each set; what counts is that records of two PMIDs are never
merged. The rules see title, abstract, authors and year: less than any search gives. All sets as one search hold papers
that several of the reviews found, by the same export, so that finding those is easy.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dedupe_sets import all_pairs, closure, read_rows

from jakdb.words import Author, Record
from jaksearch.dedupe import decide, find_duplicates

__all__ = ["measure_screened"]


@dataclass(frozen=True, slots=True)
class _Counted:
    """What came of some records: pairs merged and asked, with the PMIDs that they were found to have."""

    records: int
    with_pmid: int
    true: int
    merged: int
    one_pmid: int
    wrong: int
    asked: int
    asked_wrong: int
    related: int
    seconds: float


def measure_screened(folder: Path, *, show: bool) -> None:
    """Print a row for each set, one for all of them together as one search, and each merge of two PMIDs."""
    paths = sorted(folder.glob("*.csv.gz"))
    if not paths:
        raise SystemExit(f"{folder}: no screened set (*.csv.gz)")
    sets = [(path.name[: -len(".csv.gz")], read_rows(path)) for path in paths]
    print("| set | records | with PMID | pairs of one | merged | of one | of two | asked | of two | related | CPU s |")
    print("|---|" + "---:|" * 10)
    told: list[str] = []
    counted = [(name, _count(rows, told if show else [])) for name, rows in sets]
    everything = [row for _, rows in sets for row in rows]
    shown: list[str] = []
    together = _count(everything, shown)
    for name, n in [*counted, ("one by one", _total([n for _, n in counted])), ("as one search", together)]:
        print(
            f"| {name} | {n.records:,} | {n.with_pmid:,} | {n.true} | {n.merged} | {n.one_pmid} | {n.wrong} "
            f"| {n.asked} | {n.asked_wrong} | {n.related} | {n.seconds:.1f} |"
        )
    print("", *told, *shown, sep="\n")


def _count(rows: Sequence[dict[str, str]], told: list[str]) -> _Counted:
    """Run the rules over some rows, and add the merges of two PMIDs to what is to be told."""
    records = [_read(number, row) for number, row in enumerate(rows, 1)]
    began = time.process_time()
    found = find_duplicates(records)
    seconds = time.process_time() - began
    pmids = {number: row["pmid"].strip() for number, row in enumerate(rows, 1)}

    def two(pair: tuple[int, int]) -> bool:
        return bool(pmids[pair[0]] and pmids[pair[1]] and pmids[pair[0]] != pmids[pair[1]])

    def one(pair: tuple[int, int]) -> bool:
        return bool(pmids[pair[0]] and pmids[pair[0]] == pmids[pair[1]])

    merged = all_pairs(closure([(p.a, p.b) for p in found.merges]))
    for a, b in sorted(filter(two, merged)):
        told.append(f"\nmerged: {'; '.join(decide(records[a - 1], records[b - 1]).reasons)}")
        told.extend(
            f"- PMID {pmids[n]}: {rows[n - 1]['title']} | {rows[n - 1]['authors'][:80]} | {rows[n - 1]['year']} | "
            f"{rows[n - 1]['abstract'][:160]}"
            for n in (a, b)
        )
    return _Counted(
        records=len(rows),
        with_pmid=sum(map(bool, pmids.values())),
        true=sum(n * (n - 1) // 2 for number, n in Counter(pmids.values()).items() if number),
        merged=len(merged),
        one_pmid=sum(map(one, merged)),
        wrong=sum(map(two, merged)),
        asked=len(found.asks),
        asked_wrong=sum(two((p.a, p.b)) for p in found.asks),
        related=len(found.relations),
        seconds=seconds,
    )


def _total(parts: Sequence[_Counted]) -> _Counted:
    """Add counts up."""
    sums = {name: sum(getattr(part, name) for part in parts) for name in _Counted.__slots__}
    return _Counted(**sums)


def _read(number: int, row: dict[str, str]) -> Record:
    """Return a row as a record without its PMID."""
    year = re.search(r"\d{4}", row["year"])
    names = [name.strip() for name in row["authors"].split(";") if name.strip()]
    authors = [
        Author(family=family.strip(), given=given.strip()) if comma else Author(literal=name)
        for name in names
        for family, comma, given in [name.partition(",")]
    ]
    return Record(
        id=number,
        title=row["title"],
        abstract=row["abstract"],
        authors=tuple(authors),
        year=int(year[0]) if year else None,
    )
