"""Measure `jaksearch.dedupe` on record sets whose duplicates are known, and print the figures as markdown.

    python benchmarks/dedupe.py --data FOLDER [--show NAME]

The sets are described in dedupe_sets.py. A folder with cases.csv (ID_1, ID_2, case, expect) instead is a table of
single cases. The rules were written by people who could look at these sets; the weights of the score are trained on
them too, and reported leave-one-dataset-out by dedupe_train.py.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from dedupe_sets import Labelled, Pairs, all_pairs, closure, count, read_labelled, read_record, read_rows

from jaksearch.dedupe import decide, find_duplicates


def measure(folder: Path, show: str, *, adjudicated: bool) -> tuple[str, ...]:
    """Return the row of one set."""
    labelled = read_labelled(folder, adjudicated=adjudicated)
    gold = labelled.gold
    began = time.process_time()
    found = find_duplicates(labelled.records)
    seconds = time.process_time() - began
    o = count(labelled, found)
    if show in (folder.name, "all"):
        asked = {(p.a, p.b) for p in found.asks}
        related = {(p.a, p.b) for p in found.relations}
        rejoined = all_pairs(closure([(p.a, p.b) for p in found.merges] + sorted(asked & gold)))
        kinds = {
            "WRONG": o.pairs - gold,
            "MISSED": gold - rejoined,
            "ASKED": gold & rejoined - o.pairs,
            "IDLE": asked - gold,
        }
        show_errors(labelled, kinds | ({"RELATED": related} if show == "all" else {}))
    return (
        folder.name + (", adjudicated" if adjudicated else ""),
        str(len(labelled.rows)),
        str(len(gold)),
        f"{o.precision:.4f}",
        f"{o.recall:.4f}",
        f"{o.f1:.4f}",
        str(o.lost),
        f"{o.queue} ({o.queue_true} true)",
        f"{o.with_queue:.4f}",
        str(len(found.relations)),
        str(found.compared),
        f"{seconds:.2f}",
        f"{len(labelled.rows) / seconds:.0f}",
    )


def show_errors(labelled: Labelled, kinds: dict[str, Pairs]) -> None:
    """Print the pairs that went wrong, with both records."""
    for kind, pairs in kinds.items():
        for a, b in sorted(pairs):
            v = decide(labelled.records[a - 1], labelled.records[b - 1])
            print(f"\n{kind} {v.kind} {v.relation} {v.points:.1f} {v.score} vetoes={v.vetoes} {v.reasons}")
            for i in (a, b):
                r = labelled.rows[i - 1]
                print(
                    "   ",
                    labelled.cluster_of.get(i, "-"),
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
        right = verdict.kind in (("merge", "ask") if case["expect"] == "dup" else ("apart", "related", "ask"))
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
    sets = [f for f in folders if (f / "gold.csv").exists()]
    table = [measure(f, chosen.show, adjudicated=False) for f in sets]
    table += [measure(f, "", adjudicated=True) for f in sets]
    print(
        "\n| set | records | true pairs | precision | recall | F1 | lost | queue | merged or asked | related "
        "| compared | CPU s | records/s |"
    )
    print("|---|" + "---:|" * 12)
    for row in table:
        print("| " + " | ".join(row) + " |")
    for folder in folders:
        if (folder / "cases.csv").exists():
            measure_cases(folder)
    print(f"\nPeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB.")


if __name__ == "__main__":
    main()
