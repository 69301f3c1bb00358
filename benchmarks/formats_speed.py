"""Parts *speed* and *memory* of `formats.py`: large files from real records, each measurement in a fresh process.

A large file repeats the sample records of its format with numbers of their own (PMID, accession number, DOI), so that
each record differs and is stored. Rounds are interleaved: each task once, then all of them again; the median counts.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from formats_samples import sample_list, table

from jakdb.errors import InputError
from jaksearch import read_file

__all__ = ["build", "speed"]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OWN = ("read", "normalise", "import")
PEERS: dict[str, tuple[str, ...]] = {
    "ris": ("rispy",),
    "medline": ("nbib",),
    "pubmed-xml": ("pubmed_parser", "entrez"),
}
MOST_AT_ONCE = 20_000  # records; the peers hold a whole file in memory (Bio.Entrez.read 1.5 GiB for 10,000)
SUFFIXES = {"ris": ".ris", "medline": ".nbib", "pubmed-xml": ".xml"}
XML_HEAD = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN"
 "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">
<PubmedArticleSet>
"""
ARTICLE = re.compile(r"<PubmedArticle>.*?</PubmedArticle>", re.DOTALL)
LARGEST = 100_000  # characters of a record; one sample lists a thousand authors and would be most of the file
RIS_NUMBERED = re.compile(r"^((?:DO|AN|ID|UT|U1|U2|PM|C2|L2|UR)  - \S.*)$", re.MULTILINE)
LONG_NUMBER = re.compile(r"\d{7,}")


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement."""

    records: int
    seconds: float
    peak: int
    base: int


def speed(folder: Path, sizes: list[int], rounds: int, peers: Path | None, only: str, *, markdown: bool) -> None:
    """Build the files, measure, and print rates, ratios and memory."""
    kinds = [kind for kind in PEERS if not only or kind in only.split(",")]
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory(prefix="formats-speed-") as name:
        for kind in kinds:
            peaks: dict[str, int] = {}
            for index, size in enumerate(sizes):
                path = Path(name) / f"{kind}{SUFFIXES[kind]}"
                with path.open("w", encoding="utf-8") as stream:
                    stream.writelines(build(folder, kind, size))
                tasks = [*OWN, *(PEERS[kind] if peers else ())]
                if size > MOST_AT_ONCE:
                    tasks = [task for task in tasks if task not in PEERS["pubmed-xml"]]
                found = measured(path, tasks, rounds if index == 0 else 1, peers)
                rows += rated(kind, size, path.stat().st_size, found, peaks)
                path.unlink()
    heads = ("format", "records", "MB", "task", "records/CPU s", "of the peer's rate", "peak MiB", "growth")
    print("\n" + table(heads, rows, markdown=markdown) + "\n")


def rated(
    kind: str, size: int, length: int, found: dict[str, list[Measured]], peaks: dict[str, int]
) -> Iterator[tuple[object, ...]]:
    """Return the rows of one file; `peaks` remembers the memory at the first size."""
    rates = {task: statistics.median(one.records / one.seconds for one in runs) for task, runs in found.items() if runs}
    for task, runs in found.items():
        if not runs:
            yield kind, f"{size:,}", f"{length / 1e6:,.0f}", task, "failed", "-", "-", "-"
            continue
        peak = max(one.peak for one in runs)
        growth = f"{100 * (peak / peaks[task] - 1):+.0f} %" if task in peaks else "-"
        peaks.setdefault(task, peak)
        ratios = [f"{rates[task] / rates[peer]:.2f} {peer}" for peer in PEERS[kind] if task in OWN and peer in rates]
        short = f" ({runs[0].records:,} found)" if runs[0].records != size else ""
        yield (
            kind, f"{size:,}", f"{length / 1e6:,.0f}", task + short, f"{rates[task]:,.0f}", ", ".join(ratios) or "-",
            f"{peak / 1024:,.0f} ({(peak - runs[0].base) / 1024:,.0f} of it work)", growth,
        )  # fmt: skip


def measured(path: Path, tasks: list[str], rounds: int, peers: Path | None) -> dict[str, list[Measured]]:
    """Run every task once a round, in turn."""
    found: dict[str, list[Measured]] = {task: [] for task in tasks}
    for _, task in itertools.product(range(rounds), tasks):
        if one := measure(path, task, peers):
            found[task].append(one)
    return found


def measure(path: Path, task: str, peers: Path | None) -> Measured | None:
    """Run one task in a fresh process; None if it failed, with the reason printed."""
    python = sys.executable if task in OWN else str(peers)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'db'}", "PYTHONUTF8": "1"}
    with tempfile.TemporaryDirectory(prefix="formats-review-") as name:
        command = [python, str(HERE / "formats_measure.py"), task, str(path), str(Path(name) / "review")]
        command = command if task == "import" else command[:-1]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=3600, check=False)
    if done.returncode:
        print(f"  {task} on {path.name}: {(done.stderr.strip().splitlines() or ['failed'])[-1][:300]}")
        return None
    answer = json.loads(done.stdout)
    print(f"  {path.name} {task}: {answer}", flush=True)
    return Measured(**answer)


def build(folder: Path, kind: str, size: int) -> Iterator[str]:
    """Return the pieces of a file of so many records of one format, each with numbers of its own."""
    made: dict[str, tuple[Callable[[Path], list[str]], Callable[[str, int], str]]] = {
        "pubmed-xml": (_articles, _numbered_article),
        "ris": (lambda folder: _samples(folder, "ris"), _numbered_ris),
        "medline": (lambda folder: _samples(folder, "medline"), _numbered_medline),
    }
    originals, numbered = made[kind]
    texts = originals(folder)
    if kind == "pubmed-xml":
        yield XML_HEAD
    for number, text in zip(range(1, size + 1), itertools.cycle(texts), strict=False):
        yield numbered(text, number)
    if kind == "pubmed-xml":
        yield "</PubmedArticleSet>\n"


def _articles(folder: Path) -> list[str]:
    """Return the articles of the PubMed XML samples that fit today's DTD (Bio.Entrez validates)."""
    texts = [
        article
        for path in sorted(folder.glob("pubmed*/*.xml"))
        for article in ARTICLE.findall(path.read_text(encoding="utf-8", errors="replace"))
    ]
    return [text for text in texts if len(text) <= LARGEST and "<DateCreated>" not in text and "<PMID" in text]


def _samples(folder: Path, kind: str) -> list[str]:
    """Return the records of the larger samples that jak and the peers can both read: at least 40 in a file."""
    texts = []
    for sample in sample_list(folder):
        if (sample.listed or 0) < 40 or sample.path.suffix not in (".ris", ".nbib"):
            continue
        try:
            reading = read_file(sample.path)
        except InputError:
            continue
        if reading.format == kind:
            texts += [record.text for record in reading.accepted]
    return texts


def _numbered_article(text: str, number: int) -> str:
    """Give an article a PMID and DOIs of its own."""
    own = re.search(r"<PMID[^>]*>(\d+)</PMID>", text)
    assert own is not None  # chosen so
    text = re.sub(rf">{own[1]}<", f">{60_000_000 + number}<", text)
    text = re.sub(r'(<ELocationID[^>]*EIdType="doi"[^>]*>)([^<]*)', rf"\g<1>\g<2>.{number}", text)
    return re.sub(r'(<ArticleId IdType="doi">)([^<]*)', rf"\g<1>\g<2>.{number}", text, count=1) + "\n"


def _numbered_ris(text: str, number: int) -> str:
    """Give a RIS record numbers of its own, and an end."""
    text = RIS_NUMBERED.sub(lambda line: _renumbered(line[1], number), text).rstrip()
    text = re.sub(r"(?<=Accession Number: )\d{7,}", lambda digits: f"{digits[0][:-7]}{number:07d}", text)  # EBSCO's N1
    text = re.sub(r"\nER {1,2}-\s*$", "", text)
    return f"{text}\nC8  - {number}\nER  - \n\n"


def _renumbered(line: str, number: int) -> str:
    """Put the number into every long number of a line, or behind it."""
    changed = LONG_NUMBER.sub(lambda digits: f"{digits[0][:-7]}{number:07d}", line)
    return changed if changed != line and not line.startswith("DO") else f"{line}.{number}"


def _numbered_medline(text: str, number: int) -> str:
    """Give a MEDLINE record a PMID and DOIs of its own."""
    text = re.sub(r"^PMID- *\d+", f"PMID- {60_000_000 + number}", text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^((?:AID|LID) - \S+) \[doi\]", rf"\1.{number} [doi]", text, flags=re.MULTILINE)
    return f"{text.rstrip()}\n\n"
