"""Measure the readers on a folder of real exports: ``python benchmarks/formats.py --data FOLDER``.

The folder holds SOURCES.tsv (file, records, expected_first_title, …) and, beside some files, ``*.expected.json`` with
the items that other tools expect. Printed: format and database detected, records against the list, first titles,
agreement field by field with every disagreement, the account on seeded damaged copies, and records per CPU second.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "db")]

from jakdb.errors import InputError  # noqa: E402
from jakdb.words import Record  # noqa: E402
from jaksearch import FileReading, normalise, read_bytes, read_file  # noqa: E402
from jaksearch.formats import decode  # noqa: E402

READ = (".ris", ".nbib", ".csv", ".tsv", ".txt", ".ciw", ".isi", ".enw", ".net", ".xml", ".bib", ".json", ".jsonl")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with SOURCES.tsv")
    parser.add_argument("--mutations", type=int, default=300)
    parser.add_argument("--seed", type=int, default=20261122)
    options = parser.parse_args()
    if not (options.data / "SOURCES.tsv").is_file():
        print(f"{options.data}: no SOURCES.tsv; give the folder of exports with --data", file=sys.stderr)
        return 2
    readings = read_all(options.data)
    agreement(options.data, readings)
    transcoded(options.data, readings)
    damaged([options.data / name for name in readings], options.mutations, options.seed)
    speed(options.data, readings)
    return 0


def read_all(folder: Path) -> dict[str, FileReading]:
    """Read every listed file; print one line each."""
    with (folder / "SOURCES.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    readings: dict[str, FileReading] = {}
    tally: Counter[str] = Counter()
    for row in rows:
        path = folder / row["file"]
        if path.suffix.lower() not in READ:
            tally["formats not built yet (by extension)"] += 1
            continue
        try:
            reading = read_file(path)
        except InputError as error:
            print(f"refused   {row['file']}: {error}")
            tally["refused as a format not built yet"] += 1
            continue
        readings[row["file"]] = reading
        titles = [normalise(raw, format=reading.format).title for raw in reading.accepted]
        wanted = folded(row["expected_first_title"])
        first = folded(titles[0]) if titles else ""
        marks = []
        if row["records"] and int(row["records"]) != len(reading.records):
            marks.append(f"{row['records']} EXPECTED")
            tally["record counts that differ"] += 1
        if wanted and not (first.startswith(wanted) or (first and wanted.startswith(first))):
            marks.append(f"FIRST TITLE {titles[:1]} not {row['expected_first_title']!r}")
            tally["first titles that differ"] += 1
        counts = f"{len(reading.records)} records ({len(reading.rejects)} rejected)"
        print(f"{reading.format:9} {row['file']}: {counts}, {reading.database or '?'}; {'; '.join(marks) or 'ok'}")
        tally["files read"] += 1
        tally["records"] += len(reading.records)
        tally["rejects"] += len(reading.rejects)
    print("\n" + "\n".join(f"{count:6} {what}" for what, count in tally.items()) + "\n")
    return readings


def agreement(folder: Path, readings: dict[str, FileReading]) -> None:
    """Compare with the expected items, field by field."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for name, reading in readings.items():
        path = folder / f"{name}.expected.json"
        if not path.is_file():
            continue
        items = json.loads(path.read_text(encoding="utf-8"))
        records = [normalise(raw, format=reading.format, database=reading.database) for raw in reading.accepted]
        if len(items) != len(records):
            print(f"{name}: {len(records)} records, {len(items)} expected items")
        for number, (item, record) in enumerate(zip(items, records, strict=False), start=1):
            for field, (wanted, got) in compared(item, record).items():
                total[field] += 1
                if wanted == got:
                    right[field] += 1
                else:
                    print(f"  {name} record {number} {field}: expected {wanted!r:.90} got {got!r:.90}")
    for field, count in total.items():
        print(f"{field:9} {right[field]:4} of {count:4} = {100 * right[field] / count:5.1f} %")
    print(f"all       {right.total():4} of {total.total():4} = {100 * right.total() / max(1, total.total()):5.1f} %\n")


def compared(item: dict[str, object], record: Record) -> dict[str, tuple[object, object]]:
    """Return expected and own value of each field the expectation has."""

    def word(*names: str) -> str:
        return " ".join(next((str(item[name]) for name in names if item.get(name)), "").split())

    creators = item.get("creators") or []
    people = [
        person(str(one.get("lastName", "")), str(one.get("firstName", "")))
        for one in creators  # type: ignore[attr-defined] # JSON
        if one.get("creatorType") == "author"
    ]
    own = [person(author.literal or author.family, author.given) for author in record.authors]
    year = re.search(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)", word("date", "issueDate", "dateDecided", "dateEnacted"))
    pairs: dict[str, tuple[object, object]] = {
        "title": (folded(word("title", "caseName", "nameOfAct")), folded(record.title)),
        "year": (int(year[1]) if year else None, record.year),
        "volume": (word("volume"), record.volume),
        "issue": (word("issue"), record.issue),
        "doi": (word("DOI").lower(), record.doi),
        "abstract": (folded(word("abstractNote")), folded(record.abstract)),
        "authors": (people, own),
        "journal": (folded(word("publicationTitle", "bookTitle", "proceedingsTitle")), folded(record.journal)),
        "pages": (word("pages"), record.pages),
    }
    return {field: pair for field, pair in pairs.items() if pair[0]}


def person(family: str, given: str) -> tuple[str, str]:
    """Return family name and initials; a Chinese name whole, since the expectations do not cut it."""
    if re.search("[㐀-鿿]", family):
        return folded(family + given), ""
    return folded(family), initials(given)


def folded(text: str) -> str:
    """Return letters and digits only, in lower case."""
    return "".join(char for char in text.casefold() if char.isalnum())


def initials(given: str) -> str:
    """Return the initials of given names ("Jimmy T." and "JT" alike)."""
    if given.replace(".", "").replace(" ", "").isupper():
        return "".join(char for char in given if char.isalpha())
    return "".join(word[0] for word in re.split(r"[\s.-]+", given) if word).upper()


def transcoded(folder: Path, readings: dict[str, FileReading]) -> None:
    """Read copies in other encodings and newlines: format, database, count and fields must stay."""
    changes = {
        "UTF-8 with mark": lambda text: text.encode("utf-8-sig"),
        "UTF-16": lambda text: text.encode("utf-16"),
        "UTF-16 BE": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
        "GB18030": lambda text: text.encode("gb18030"),
        "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
        "CR": lambda text: text.replace("\n", "\r").encode(),
    }
    same: Counter[str] = Counter()
    for name, reading in readings.items():
        text = decode((folder / name).read_bytes()).text
        for change, make in changes.items():
            copy = read_bytes(make(text), name=Path(name).name)
            seen = (copy.format, copy.database, [raw.fields for raw in copy.accepted], len(copy.rejects))
            kept = (reading.format, reading.database, [raw.fields for raw in reading.accepted], len(reading.rejects))
            same[change] += seen == kept
            if seen != kept:
                print(
                    f"  {name} as {change}: {copy.format} {copy.database} {copy.encoding}, {len(copy.records)} records"
                )
    print(f"copies that read the same, of {len(readings)}: {dict(same)}\n")


def damaged(paths: list[Path], count: int, seed: int) -> None:
    """Read damaged copies: only InputError may be raised, and the account must be exact."""
    random_ = random.Random(seed)
    outcome: Counter[str] = Counter()
    slowest = (0.0, "")
    for number in range(count):
        path = random_.choice(paths)
        data = mutated(path.read_bytes(), random_)
        begin = time.process_time()
        try:
            reading = read_bytes(data, name=path.name)
            for raw in reading.accepted:
                normalise(raw, format=reading.format, database=reading.database)
        except InputError:
            outcome["refused with a sentence"] += 1
            continue
        finally:
            slowest = max(slowest, (time.process_time() - begin, path.name))
        problems = account(reading, data)
        outcome["account exact" if not problems else f"ACCOUNT WRONG: {problems}"] += 1
        if problems:
            print(f"  mutation {number} of {path.name}: {problems}")
    print(f"{count} damaged copies: {dict(outcome)}; slowest {slowest[0]:.2f} s ({slowest[1]})")


def mutated(data: bytes, random_: random.Random) -> bytes:
    """Cut, shuffle lines, double a part, or flip bits."""
    kind = random_.randrange(4)
    if kind == 0:
        return data[: random_.randrange(1, len(data))]
    lines = data.splitlines(keepends=True)
    if kind == 1:
        start = random_.randrange(len(lines))
        part = lines[start : start + 40]
        random_.shuffle(part)
        return b"".join([*lines[:start], *part, *lines[start + 40 :]])
    if kind == 2:
        start = random_.randrange(len(lines))
        return b"".join([*lines[: start + 30], *lines[start:]])
    flipped = bytearray(data)
    for _ in range(random_.randrange(1, 40)):
        flipped[random_.randrange(len(flipped))] ^= 1 << random_.randrange(8)
    return bytes(flipped)


def account(reading: FileReading, data: bytes) -> str:
    """Say what is wrong with the account, counted in another way than the reader counts; nothing if it is exact."""
    items = reading.records
    if [item.number for item in items] != list(range(1, len(items) + 1)):
        return "numbers have gaps"
    if len(reading.accepted) + len(reading.rejects) != len(items):
        return "accepted + rejected != records"
    encoding = "utf-8" if reading.encoding == "utf-8" else reading.encoding
    lines = re.split(r"\r\r\n|\r\n|\r|\n", data.decode(encoding, errors="replace"))
    end = 0
    for item in items:
        if item.line <= end - reading.format.endswith(
            ("-xml", "csl", "bibtex")
        ):  # they may hold many records on one line
            return f"record {item.number} overlaps the one before"
        end = item.line + item.text.count("\n")
    if reading.format == "ris":
        begins = [i for i, line in enumerate(lines, 1) if re.fullmatch("\ufeff?TY  - [A-Z]{2,6} *", line)]
        starts = {item.line for item in items}
        lost = [line for line in begins if line not in starts]
        return f"TY in line {lost[0]} begins no record" if lost else ""
    if reading.format.endswith("-xml"):
        begin = "<record[ />\n]" if reading.format == "endnote-xml" else "<Pubmed(?:Book)?Article[ />\n]"
        shown = re.sub(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<!DOCTYPE[^>\[]*>", "", "\n".join(lines), flags=re.DOTALL)
        inside = "\n".join(item.text for item in items)
        starts = len(re.findall(begin, shown))
        kept = len(re.findall(begin, re.sub(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", "", inside, flags=re.DOTALL)))
        return "" if kept == starts <= len(items) else f"{starts} start tags, {kept} in {len(items)} records"
    if reading.format == "medline":
        numbers = sum(bool(re.match(r"PMID- \d", line)) for line in lines)
        return "" if numbers <= len(items) else f"{numbers} PMID lines in {len(items)} records"
    if reading.format == "wos":
        begins = [i for i, line in enumerate(lines, 1) if re.fullmatch("\ufeff?PT [JBSP] *", line)]
        starts = {item.line for item in items}
        lost = [line for line in begins if line not in starts]
        return f"PT in line {lost[0]} begins no record" if lost else ""
    if reading.format == "bibtex":
        head = re.compile(r"@(?:article|book|inproceedings|misc) *\{\S*,$")
        begins = [i for i, line in enumerate(lines, 1) if head.match(line)]
        starts = {item.line for item in items}
        lost = [line for line in begins if line not in starts]
        return f"entry in line {lost[0]} begins no record" if lost else ""
    covered = {line for item in items for line in range(item.line, item.line + item.text.count("\n") + 1)}
    first = min(item.line for item in items)
    lost = [i for i, line in enumerate(lines, 1) if i >= first and i not in covered and line.strip(' ,;\t|"\x1a[]')]
    return f"line {lost[0]} is in no record" if lost else ""


def speed(folder: Path, readings: dict[str, FileReading]) -> None:
    """Print records per CPU second: the reader alone, and with normalising."""
    for kind in dict.fromkeys(reading.format for reading in readings.values()):
        files = [(folder / name).read_bytes() for name, reading in readings.items() if reading.format == kind]
        begin = time.process_time()
        rounds = 3
        results = [read_bytes(data) for _ in range(rounds) for data in files]
        read = time.process_time() - begin
        begin = time.process_time()
        for reading in results:
            for raw in reading.accepted:
                normalise(raw, format=kind, database=reading.database)
        normalised = time.process_time() - begin
        count = sum(len(reading.records) for reading in results)
        both = count / (read + normalised)
        print(f"{kind:8} {count / read:8.0f} records/s read, {both:8.0f} records/s with normalising")


if __name__ == "__main__":
    raise SystemExit(main())
