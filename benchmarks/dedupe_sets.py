"""Sets of records whose duplicates are known, and what the rules make of them; used by dedupe.py and dedupe_train.py.

A set is a folder with records.csv (or .csv.gz) and gold.csv (ID, cluster; only records in groups of two or more).
Pairs are counted after transitive closure. *Lost* counts records that a wrong merge would hide: a cluster that mixes k
papers loses k - 1, as in the tables of ASySD (Hair et al. 2023, doi:10.1186/s12915-023-01686-z).
"""

from __future__ import annotations

import csv
import gzip
import itertools
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "db")]
csv.field_size_limit(2**31 - 1)

from jakdb.words import Author, Record  # noqa: E402
from jaksearch.dedupe import Found, find_duplicates  # noqa: E402

ADJUDICATED = Path(__file__).with_name("dedupe_adjudicated.json")
Pairs = set[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One set: its rows and records, the pairs that are one paper, and the cluster of each record in a group."""

    name: str
    rows: Sequence[dict[str, str]]
    records: Sequence[Record]
    gold: Pairs
    cluster_of: dict[int, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules made of a set, counted against the labels."""

    found: Found
    pairs: Pairs
    precision: float
    recall: float
    f1: float
    lost: int
    queue: int
    queue_true: int
    with_queue: float


# "Adeli K.Lewis G. F.": a full stop, a capital and a small letter begin the next author.
_GLUED = re.compile(r"(?<=\.)(?=[A-Z][a-z']|[a-z]{2,3}(?:[A-Z ])|[A-Z]'[A-Z])")
_TYPES = {"inproceedings": "paper-conference", "phdthesis": "thesis", "book": "book", "incollection": "chapter"}


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file, compressed or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def read_authors(text: str) -> tuple[Author, ...]:
    """Return the authors of a cell: ``Zuna, R E and Wang, S S``, ``Liu L.Y. and Dai F.`` or ``Adeli K.Lewis G. F.``."""
    names = [n.strip() for n in text.split(" and ") if n.strip()]
    if len(names) == 1 and "," not in names[0]:
        names = [n.strip() for n in _GLUED.split(names[0]) if n.strip()]
    found = []
    for name in names:
        family, comma, given = name.partition(",")
        found.append(Author(family=family.strip(), given=given.strip()) if comma else Author(literal=name))
    return tuple(found)


def read_record(number: int, row: dict[str, str]) -> Record:
    """Return one row as a record."""
    year = re.search(r"\d{4}", row["year"])
    return Record(
        id=number,
        title=row["title"],
        authors=read_authors(row["author"]),
        year=int(year[0]) if year else None,
        journal=row["journal"] or row["booktitle"],
        volume=row["volume"],
        issue=row["number"],
        pages=row["pages"],
        abstract=row["abstract"],
        doi=row["doi"],
        issn=tuple(re.findall(r"\d{4}-?\d{3}[\dxX]", row["isbn"])),
        url=row["url"],
        type=_TYPES.get(row["ENTRYTYPE"], ""),
    )


def closure(pairs: list[tuple[int, int]]) -> list[list[int]]:
    """Return the clusters that the pairs make."""
    root: dict[int, int] = {}

    def find(x: int) -> int:
        while root.setdefault(x, x) != x:
            x = root[x]
        return x

    for a, b in pairs:
        root[find(a)] = find(b)
    groups: dict[int, list[int]] = {}
    for x in list(root):
        groups.setdefault(find(x), []).append(x)
    return list(groups.values())


def all_pairs(groups: list[list[int]]) -> set[tuple[int, int]]:
    """Return every pair within the groups."""
    return {tuple(sorted(p)) for g in groups for p in itertools.combinations(g, 2)}  # type: ignore[misc]  # pairs


def read_labelled(folder: Path, *, adjudicated: bool = False) -> Labelled:
    """Read a set; `adjudicated` applies the changes of its labels that dedupe_adjudicated.json justifies."""
    path = next(p for p in (folder / "records.csv", folder / "records.csv.gz") if p.exists())
    rows = read_rows(path)
    number = {row["ID"]: i for i, row in enumerate(rows, 1)}
    groups: dict[str, list[int]] = {}
    for row in read_rows(folder / "gold.csv"):
        groups.setdefault(row["cluster"], []).append(number[row["ID"]])
    if adjudicated and ADJUDICATED.exists():
        for change in json.loads(ADJUDICATED.read_text("utf-8")).get(folder.name, ()):
            ids = [number[one] for one in change["records"]]
            taken = [g for g in groups if set(groups[g]) & set(ids)]
            if change["verdict"] == "one paper":
                together = {i for g in taken for i in groups.pop(g)} | set(ids)
                groups[min(taken, default=f"adjudicated {min(ids)}")] = sorted(together)
            else:  # these records are a paper of their own, apart from the rest of their group
                for g in taken:
                    groups[g] = [i for i in groups[g] if i not in ids]
                groups[f"adjudicated {min(ids)}"] = ids
    groups = {g: members for g, members in groups.items() if len(members) > 1}
    records = [read_record(i, row) for i, row in enumerate(rows, 1)]
    cluster_of = {i: c for c, members in groups.items() for i in members}
    return Labelled(folder.name, rows, records, all_pairs(list(groups.values())), cluster_of)


def outcome_of(labelled: Labelled) -> Outcome:
    """Run the rules over a set and count."""
    return count(labelled, find_duplicates(labelled.records))


def count(labelled: Labelled, found: Found) -> Outcome:
    """Count what was found against the labels."""
    merges = [(p.a, p.b) for p in found.merges]
    clusters = closure(merges)
    pairs, gold = all_pairs(clusters), labelled.gold
    lost = sum(len({labelled.cluster_of.get(i, f"single {i}") for i in c}) - 1 for c in clusters)
    asked = {(p.a, p.b) for p in found.asks}
    rejoined = all_pairs(closure(merges + sorted(asked & gold)))
    hit = len(pairs & gold)
    return Outcome(
        found=found,
        pairs=pairs,
        precision=hit / max(1, len(pairs)),
        recall=hit / max(1, len(gold)),
        f1=2 * hit / max(1, len(pairs) + len(gold)),
        lost=lost,
        queue=len(asked),
        queue_true=len(asked & gold),
        with_queue=len(rejoined & gold) / max(1, len(gold)),
    )
