"""Measure `jaksearch.dedupe` on record sets whose duplicates are known, and print the figures as markdown.

    python benchmarks/dedupe.py --data FOLDER [--show NAME]

Each set is a folder of FOLDER with records.csv (or .csv.gz) and gold.csv (ID, cluster; only records in groups of two
or more). A folder with cases.csv (ID_1, ID_2, case, expect) instead is a table of single cases. Pairs are counted
after transitive closure; *lost* counts records that a wrong merge would hide (a cluster that mixes k papers loses
k - 1), as in the tables of ASySD (Hair et al. 2023, doi:10.1186/s12915-023-01686-z). The rules are set by hand:
nothing is learnt from these sets, so there is nothing to leave out.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import re
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "db")]
csv.field_size_limit(2**31 - 1)

from jakdb.words import Author, Record  # noqa: E402
from jaksearch.dedupe import Found, decide, find_duplicates  # noqa: E402

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


def measure(folder: Path, show: str) -> tuple[str, ...]:
    """Return the row of one set."""
    path = next(p for p in (folder / "records.csv", folder / "records.csv.gz") if p.exists())
    rows = read_rows(path)
    records = [read_record(i, row) for i, row in enumerate(rows, 1)]
    number = {row["ID"]: i for i, row in enumerate(rows, 1)}
    groups: dict[str, list[int]] = {}
    for row in read_rows(folder / "gold.csv"):
        groups.setdefault(row["cluster"], []).append(number[row["ID"]])
    gold = all_pairs(list(groups.values()))
    cluster_of = {i: c for c, members in groups.items() for i in members}

    began = time.process_time()
    found: Found = find_duplicates(records)
    seconds = time.process_time() - began

    clusters = closure([(p.a, p.b) for p in found.merges])
    pairs = all_pairs(clusters)
    lost = sum(len({cluster_of.get(i, f"single {i}") for i in c}) - 1 for c in clusters)
    asked = {(p.a, p.b) for p in found.asks}
    rejoined = all_pairs(closure([(p.a, p.b) for p in found.merges] + sorted(asked & gold)))
    hit = len(pairs & gold)
    if show in (folder.name, "all"):
        show_errors(
            rows,
            records,
            cluster_of,
            {"WRONG": pairs - gold, "MISSED": gold - rejoined, "ASKED": gold & rejoined - pairs, "IDLE": asked - gold},
        )
    return (
        folder.name,
        str(len(rows)),
        str(len(gold)),
        f"{hit / max(1, len(pairs)):.4f}",
        f"{hit / max(1, len(gold)):.4f}",
        f"{2 * hit / max(1, len(pairs) + len(gold)):.4f}",
        str(lost),
        f"{len(asked)} ({len(asked & gold)} true)",
        f"{len(rejoined & gold) / max(1, len(gold)):.4f}",
        str(found.compared),
        f"{seconds:.2f}",
        f"{len(rows) / seconds:.0f}",
    )


def show_errors(
    rows: list[dict[str, str]],
    records: list[Record],
    cluster_of: dict[int, str],
    kinds: dict[str, set[tuple[int, int]]],
) -> None:
    """Print the pairs that went wrong, with both records."""
    for kind, pairs in kinds.items():
        for a, b in sorted(pairs):
            verdict = decide(records[a - 1], records[b - 1])
            print(f"\n{kind} {verdict.kind} {verdict.score} vetoes={verdict.vetoes} {verdict.reasons}")
            for i in (a, b):
                r = rows[i - 1]
                print(
                    "   ",
                    cluster_of.get(i, "-"),
                    r["ID"],
                    *(r[k][:150] for k in ("title", "author", "year", "journal", "volume", "number", "pages", "doi")),
                    sep=" | ",
                )


def measure_cases(folder: Path) -> None:
    """Print the table of single cases."""
    rows = {r["ID"]: read_record(i, r) for i, r in enumerate(read_rows(folder / "records.csv"), 1)}
    print(f"\n## {folder.name}\n\n| case | expected | verdict | seen |\n|---|---|---|---|")
    good = 0
    for case in read_rows(folder / "cases.csv"):
        verdict = decide(rows[case["ID_1"]], rows[case["ID_2"]])
        right = verdict.kind in (("merge", "ask") if case["expect"] == "dup" else ("apart", "ask"))
        good += right
        seen = "; ".join((*verdict.reasons, *(f"veto: {v}" for v in verdict.vetoes)))
        print(f"| {case['case']} | {case['expect']} | {verdict.kind}{'' if right else ' WRONG'} | {seen} |")
    print(f"\n{good} right (merged or asked; apart or asked).")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--show", default="", help="name of a set (or 'all'): print its errors")
    chosen = parser.parse_args()
    folders = sorted(p for p in chosen.data.iterdir() if p.is_dir())
    table = [measure(f, chosen.show) for f in folders if (f / "gold.csv").exists()]
    print(
        "\n| set | records | true pairs | precision | recall | F1 | lost | queue | merged or asked | compared "
        "| CPU s | records/s |"
    )
    print("|---|" + "---:|" * 11)
    for row in table:
        print("| " + " | ".join(row) + " |")
    for folder in folders:
        if (folder / "cases.csv").exists():
            measure_cases(folder)
    print(f"\nPeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB.")


if __name__ == "__main__":
    main()
