"""Measure `jaksearch.dedupe` on record sets whose duplicates are known, and print the figures as markdown.

    python benchmarks/dedupe.py --data FOLDER [--show NAME] [--without pages,doi] [--with erratum]
    python benchmarks/dedupe.py --challenge
    python benchmarks/dedupe.py --screening FOLDER

The sets are described in dedupe_sets.py. A folder with cases.csv (ID_1, ID_2, case, expect) instead is a table of
single cases. `--challenge` needs no data: it counts the cases of tests/reference/dedupe_challenge.csv. `--screening`
takes records of screened reviews, whose PMIDs the rules do not see (dedupe_screened.py). `--without` blanks fields of
every record, as poorer exports do. `--with` counts what is linked by a relation as merged, as the labels of some sets
do. The rules were written by
people who could look at the sets of `--data`; the weights of the score are trained on them too, and reported
leave-one-dataset-out by dedupe_train.py.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests"), str(ROOT), str(ROOT / "db")]

from dedupe_challenge import count as count_cases  # noqa: E402
from dedupe_challenge import read_cases, wrong_merges  # noqa: E402
from dedupe_screened import measure_screened  # noqa: E402
from dedupe_sets import Labelled, Pairs, all_pairs, closure, count, read_labelled, read_record, read_rows  # noqa: E402

from jakdb.words import Record  # noqa: E402
from jaksearch.dedupe import decide, find_duplicates  # noqa: E402
from jaksearch.dedupe.relations import RELATIONS  # noqa: E402

BLANK: dict[str, Any] = {field.name: field.default for field in fields(Record) if field.name not in ("id", "title")}
"""Every field but the title, with what it is where a source does not give it."""


def measure(
    folder: Path, show: str, *, adjudicated: bool, without: Sequence[str] = (), linked: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the row of one set; pairs of the relations `linked` count as merged."""
    labelled = read_labelled(folder, adjudicated=adjudicated)
    if without:
        poorer = [replace(r, **{name: BLANK[name] for name in without}) for r in labelled.records]
        labelled = replace(labelled, records=poorer)
    gold = labelled.gold
    began = time.process_time()
    found = find_duplicates(labelled.records)
    seconds = time.process_time() - began
    found = replace(found, merges=(*found.merges, *(p for p in found.relations if p.relation in linked)))
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


def measure_challenge() -> None:
    """Print what comes of the invented cases, by kind."""
    began = time.process_time()
    cases, found = read_cases()
    seconds = time.process_time() - began
    print("| kind | cases | duplicates | merged | asked | related | right word | wrong merges |")
    print("|---|" + "---:|" * 7)
    kinds = list(dict.fromkeys(c.kind for c in cases))
    for name, some in [*((k, [c for c in cases if c.kind == k]) for k in kinds), ("all", cases)]:
        n = count_cases(some)
        row = (n.cases, n.duplicates, n.merged, n.asked, n.related, n.related_right, n.wrong)
        print(f"| {name} | {' | '.join(map(str, row))} |")
    across = wrong_merges(found)
    print(
        f"\n{len(across)} merges between cases. {found.records} records, {found.compared} pairs, {seconds:.2f} CPU s.\n"
    )
    for case in cases:
        if not case.right or (case.outcome != "merged" and case.expect == ("duplicate",)):
            mark = "" if case.right else ", WRONG"
            print(f"- {case.name} {case.kind}, {' or '.join(case.expect)}: {case.outcome} {case.relation}{mark}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--data", type=Path, help="folder of the sets")
    asked.add_argument("--challenge", action="store_true", help="count the invented cases instead")
    asked.add_argument("--screening", type=Path, help="folder of screened sets whose PMIDs are hidden")
    parser.add_argument("--show", default="", help="name of a set (or 'all'): print its errors")
    parser.add_argument("--without", default="", help=f"fields that no record gives then: {', '.join(BLANK)}")
    parser.add_argument("--with", default="", dest="linked", help=f"relations: {', '.join(RELATIONS)}")
    chosen = parser.parse_args()
    linked = [name for name in chosen.linked.split(",") if name]
    if unknown := sorted(set(linked) - RELATIONS.keys()):
        parser.error(f"--with: no relation {unknown[0]}")
    without = [name for name in chosen.without.split(",") if name]
    if strange := sorted(set(without) - BLANK.keys()):
        parser.error(f"--without: no field {strange[0]}")
    if chosen.challenge:
        measure_challenge()
        return
    if chosen.screening:
        measure_screened(chosen.screening, show=bool(chosen.show))
        return
    folders = sorted(p for p in chosen.data.iterdir() if p.is_dir())
    sets = [f for f in folders if (f / "gold.csv").exists()]
    table = [measure(f, chosen.show, adjudicated=False, without=without, linked=linked) for f in sets]
    table += [measure(f, "", adjudicated=True, without=without, linked=linked) for f in sets]
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
