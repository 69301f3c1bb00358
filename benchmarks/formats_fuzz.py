"""Read fuzzed files: ``python benchmarks/formats_fuzz.py --data FOLDER --count 10000 --formats ris,csv --out FOLDER``.

Each case is made by grammar-aware changes of samples (of FOLDER, and invented ones): marks of the format put in,
lines taken out, repeated, shuffled or taken from another file, other encodings and newlines, flipped bytes, cuts.
A failure is a traceback, more than two CPU seconds, or an account that is not exact; each kind is made smaller and
written to the folder of --out with its seed. The same seed makes the same cases.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "db"), str(ROOT / "tests")]

from formats_account import Outcome, tried  # noqa: E402
from formats_damage import case_random, fuzzed  # noqa: E402
from formats_seeds import MAIN_FORMATS, SEEDS  # noqa: E402

from jakdb.errors import InputError  # noqa: E402
from jaksearch.formats import decode, sniff  # noqa: E402

SUFFIXES = {
    "ris": ".ris", "medline": ".nbib", "pubmed-xml": ".xml", "csv": ".csv", "wos": ".ciw", "noteexpress": ".net",
    "endnote-xml": ".xml", "bibtex": ".bib", "europepmc": ".json", "clinicaltrials": ".json", "openalex": ".json",
    "crossref": ".json",
}  # fmt: skip
FORCED = 0.25
FOREIGN = 0.15
SMALLER_STEPS = 300


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, help="folder of exports with SOURCES.tsv; without it only invented samples"
    )
    parser.add_argument("--count", type=int, default=10_000, help="files a format")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--formats", default=",".join(MAIN_FORMATS))
    parser.add_argument("--start", type=int, default=0, help="number of the first case")
    parser.add_argument("--seconds", type=float, default=0, help="stop each format after so many seconds")
    parser.add_argument("--out", type=Path, help="where failures are written")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    options = parser.parse_args()
    texts = sample_texts(options.data)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
    rows = [
        fuzz(
            kind, texts, range(options.start, options.start + options.count), options.seed, options.seconds, options.out
        )
        for kind in options.formats.split(",")
    ]
    print(fuzz_table(rows, markdown=options.markdown))
    return 1 if any(row["failures"] for row in rows) else 0


def sample_texts(folder: Path | None) -> dict[str, list[str]]:
    """Return the texts of each main format: the invented one, and those of a folder."""
    texts = {kind: [text] for kind, text in SEEDS.items()}
    for path in sorted(folder.rglob("*")) if folder else ():
        if path.is_file() and not path.name.endswith((".expected.json", "SOURCES.tsv", ".md")):
            try:
                text = decode(path.read_bytes(), name=path.name).text
                kind = sniff(text, name=path.name)
            except InputError:
                continue
            if kind in texts:
                texts[kind].append(text)
    return texts


def fuzz(
    kind: str,
    texts: Mapping[str, Sequence[str]],
    numbers: Iterable[int],
    seed: int,
    seconds: float = 0,
    out: Path | None = None,
) -> dict[str, object]:
    """Try the cases of one format; return what came of them."""
    begin = time.monotonic()
    tally: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    slowest = 0.0
    for number in numbers:
        if seconds and time.monotonic() - begin > seconds:
            break
        data, forced = case(kind, texts, number, seed)
        outcome = tried(data, name=f"case{SUFFIXES[kind]}", format=forced)
        slowest = max(slowest, outcome.seconds)
        tally["files"] += 1
        tally["records"] += outcome.records
        tally["refused"] += bool(outcome.refused)
        if outcome.problem:
            sign = signature(outcome.problem)
            kinds[sign] += 1
            if kinds[sign] <= 3:
                report(kind, number, seed, data, forced, outcome, out)
    print(f"{kind}: {tally['files']} files, {kinds.total()} failures, {slowest:.2f} CPU s at most", file=sys.stderr)
    return {
        "format": kind, "files": tally["files"], "records": tally["records"], "refused": tally["refused"],
        "tracebacks": sum(count for sign, count in kinds.items() if " at " in sign),
        "hangs": sum(count for sign, count in kinds.items() if sign.startswith(("hang", "slow"))),
        "failures": kinds.total(), "kinds": dict(kinds), "slowest": slowest,
    }  # fmt: skip


def case(kind: str, texts: Mapping[str, Sequence[str]], number: int, seed: int) -> tuple[bytes, str | None]:
    """Return the bytes of a case, and the format it is read as (mostly found out)."""
    random_ = case_random(seed, kind, number)
    pool = list(texts[kind])
    if random_.random() < FOREIGN:
        pool += random_.choice([texts[other] for other in sorted(texts)])
    forced = kind if random_.random() < FORCED else None
    return fuzzed(pool, kind, random_), forced


def signature(problem: str) -> str:
    """Return the problem without its numbers, so that equal ones count as one kind."""
    return re.sub(r"(?<!py:)\b\d+\b", "n", problem.split(": ", maxsplit=1)[0] if " at " in problem else problem)[:80]


def report(
    kind: str, number: int, seed: int, data: bytes, forced: str | None, outcome: Outcome, out: Path | None
) -> None:
    """Print a failure and write it down, as found and made smaller."""
    wanted = signature(outcome.problem)
    small = smaller(
        data, lambda less: signature(tried(less, name=f"case{SUFFIXES[kind]}", format=forced).problem) == wanted
    )
    print(f"{kind} case {number} (seed {seed}, format {forced}): {outcome.problem}\n  {small[:400]!r}", flush=True)
    if out:
        name = f"{kind}-{number}"
        (out / f"{name}.full").write_bytes(data)
        (out / f"{name}.small").write_bytes(small)
        note = {"format": kind, "case": number, "seed": seed, "read_as": forced, "problem": outcome.problem}
        (out / f"{name}.json").write_text(json.dumps(note, ensure_ascii=False) + "\n", encoding="utf-8")


def smaller(data: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """Return a part of the data that still fails: halves, quarters, … are left out while that is so."""
    steps = 0
    size = max(1, len(data) // 2)
    begin = time.process_time()
    while steps < SMALLER_STEPS and time.process_time() - begin < 20:
        at = 0
        cut = False
        while at < len(data) and steps < SMALLER_STEPS:
            less = data[:at] + data[at + size :]
            steps += 1
            if less and fails(less):
                data, cut = less, True
            else:
                at += size
        if size == 1 and not cut:
            break
        size = max(1, size // 2)
    return data


def fuzz_table(rows: Sequence[Mapping[str, object]], *, markdown: bool = False) -> str:
    """Return the table of what came of the cases."""
    heads = (
        "format",
        "files",
        "records",
        "refused",
        "tracebacks",
        "over 2 s",
        "account wrong or else",
        "slowest, CPU s",
    )
    cells = [
        (
            str(row["format"]),
            *(f"{row[key]:,}" for key in ("files", "records", "refused", "tracebacks", "hangs")),
            f"{int(str(row['failures'])) - int(str(row['tracebacks'])) - int(str(row['hangs'])):,}",
            f"{row['slowest']:.2f}",
        )
        for row in rows
    ]
    if markdown:
        lines = ["| " + " | ".join(heads) + " |", "|---" + "|---:" * (len(heads) - 1) + "|"]
        return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in cells)])
    return "\n".join("  ".join(f"{cell:>14}" for cell in row) for row in (heads, *cells))


if __name__ == "__main__":
    raise SystemExit(main())
