"""Measure the readers on a folder of exports: ``python benchmarks/formats.py --data FOLDER``.

The folder holds SOURCES.tsv (file, records, expected_first_title, …) and, beside some files, ``*.expected.json`` with
the items that another tool's tests expect. Parts, all by default:

records      format, database and count of each file, against the list
detection    format and database without flags, of each file and its transcoded copies, against formats_expected.json
agreement    fields against the expected items, each difference listed; formats_disputed.json names wrong expectations
peers        rispy, nbib and bibtexparser on the same files (with --peers PYTHON, an interpreter that has them)
mutations    accepted + rejected == records on each file and on seeded damaged copies
speed        records per CPU second of readers, normalising and import, peers between them
memory       peak memory at two sizes and its growth (the same runs as speed)
fuzz         a few hundred fuzzed files a format (formats_fuzz.py does more)
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT), str(ROOT / "db"), str(ROOT / "tests")]

import formats_agreement  # noqa: E402
import formats_fuzz  # noqa: E402
from formats_account import account, tried  # noqa: E402
from formats_damage import mutated  # noqa: E402
from formats_samples import Sample, read_sample, sample_list, table  # noqa: E402
from formats_speed import speed  # noqa: E402

from jaksearch import FileReading  # noqa: E402

PARTS = ("records", "detection", "agreement", "peers", "mutations", "speed", "memory", "fuzz")


def main() -> int:
    options = parsed()
    if not (options.data / "SOURCES.tsv").is_file():
        print(f"{options.data}: no SOURCES.tsv; give the folder of exports with --data", file=sys.stderr)
        return 2
    parts = options.parts.split(",")
    if unknown := [part for part in parts if part not in PARTS]:
        print(f"no part {unknown[0]!r}; parts: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    samples = [sample for sample in sample_list(options.data) if sample.path.is_file()]
    readings = {sample.name: read_sample(sample.path.read_bytes(), sample.name) for sample in samples}
    for part in parts:
        if part == "memory" and "speed" in parts:
            continue
        print(f"\n## {part}\n")
        run(part, samples, readings, options)
    return 0


def parsed() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with SOURCES.tsv")
    parser.add_argument("--parts", default=",".join(PARTS), help="some of the parts, with commas [all]")
    parser.add_argument(
        "--peers", type=Path, help="Python that has rispy, nbib, bibtexparser, biopython, pubmed_parser"
    )
    parser.add_argument("--expected", type=Path, default=HERE / "formats_expected.json")
    parser.add_argument("--disputed", type=Path, default=HERE / "formats_disputed.json")
    parser.add_argument("--mutations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--sizes", default="10000,100000", help="records in the files of speed and memory")
    parser.add_argument("--rounds", type=int, default=3, help="rounds at the smallest size; one at the others")
    parser.add_argument("--only", default="", help="formats of speed and memory: pubmed-xml,ris,medline")
    parser.add_argument("--fuzz-count", type=int, default=300)
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    return parser.parse_args()


def run(part: str, samples: Sequence[Sample], readings: dict[str, object], options: argparse.Namespace) -> None:
    """Run one part."""
    if part == "records":
        formats_agreement.records(samples, readings)
    elif part == "detection":
        formats_agreement.detection(samples, readings, options.expected, markdown=options.markdown)
    elif part == "agreement":
        formats_agreement.agreement(samples, readings, options.disputed, markdown=options.markdown)
    elif part == "peers":
        if options.peers is None:
            print("not run: name an interpreter with --peers (README.md says how to make one)")
        else:
            formats_agreement.peers(samples, readings, options.peers, markdown=options.markdown)
    elif part == "mutations":
        damaged(samples, readings, options.mutations, options.seed, markdown=options.markdown)
    elif part in ("speed", "memory"):
        sizes = [int(size) for size in options.sizes.split(",")]
        speed(options.data, sizes, options.rounds, options.peers, options.only, markdown=options.markdown)
    else:
        texts = formats_fuzz.sample_texts(options.data)
        numbers = range(options.fuzz_count)
        rows = [formats_fuzz.fuzz(kind, texts, numbers, options.seed) for kind in texts]
        print(formats_fuzz.fuzz_table(rows, markdown=options.markdown))


def damaged(samples: Sequence[Sample], readings: dict[str, object], count: int, seed: int, *, markdown: bool) -> None:
    """Check the account of each file and of damaged copies: only refusals with a sentence may be raised."""
    read = [(sample, reading) for sample in samples if isinstance(reading := readings[sample.name], FileReading)]
    wrong = [
        f"  {sample.name}: {problem}"
        for sample, reading in read
        if (problem := account(reading, sample.path.read_bytes()))
    ]
    print("\n".join([*wrong, f"{len(read) - len(wrong)} of {len(read)} files as they are: account exact"]))
    random_ = random.Random(seed)
    tallies: dict[str, Counter[str]] = {}
    slowest = (0.0, "")
    # Formats take turns, so that the many RIS files do not crowd the others out.
    by_format: dict[str, list[Sample]] = {}
    for sample, reading in read:
        by_format.setdefault(reading.format, []).append(sample)
    kinds = sorted(by_format)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        sample = random_.choice(by_format[kind])
        outcome = tried(mutated(sample.path.read_bytes(), random_), name=sample.path.name)
        tally = tallies.setdefault(kind, Counter())
        what = "wrong" if outcome.problem else "refused" if outcome.refused else "exact"
        tally[what] += 1
        tally["records"] += outcome.records
        slowest = max(slowest, (outcome.seconds, sample.name))
        if outcome.problem:
            print(f"  mutation {number} of {sample.name}: {outcome.problem}")
    rows = [
        (
            kind,
            sum(tally[key] for key in ("exact", "refused", "wrong")),
            tally["records"],
            tally["exact"],
            tally["refused"],
            tally["wrong"],
        )
        for kind, tally in [*tallies.items(), ("all", sum(tallies.values(), Counter()))]
    ]
    print(table(("format", "copies", "records", "account exact", "refused", "anything else"), rows, markdown=markdown))
    print(f"\nseed {seed}; slowest {slowest[0]:.2f} CPU s ({slowest[1]})")


if __name__ == "__main__":
    raise SystemExit(main())
