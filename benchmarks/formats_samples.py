"""The folder of exports: what it lists, what jak reads of it, and its transcoded copies."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jakdb.words import Author, Record
from jaksearch import FileReading, normalise, read_bytes

__all__ = ["COPIES", "Sample", "expected_items", "own_fields", "read_sample", "sample_list", "table"]

COPIES: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16 LE": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "GB18030": lambda text: text.encode("gb18030"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One listed export; `listed` is None where the list has no number."""

    name: str
    path: Path
    listed: int | None
    first_title: str


def sample_list(folder: Path) -> list[Sample]:
    """Return the exports that SOURCES.tsv lists."""
    with (folder / "SOURCES.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Sample(
            row["file"],
            folder / row["file"],
            int(row["records"]) if row["records"] else None,
            row["expected_first_title"] or "",
        )
        for row in rows
    ]


def read_sample(data: bytes, name: str) -> FileReading | Exception:
    """Return the reading of a file, the `InputError` that refuses it, or another error, which is a bug to report."""
    try:
        return read_bytes(data, name=Path(name).name)
    except Exception as error:
        return error


def own_fields(reading: FileReading) -> list[dict[str, object] | None]:
    """Return the compared fields of each record, in the file's order; None for a reject."""
    accepted = set(map(id, reading.accepted))
    return [
        _fields(normalise(raw, format=reading.format, database=reading.database)) if id(raw) in accepted else None  # type: ignore[arg-type] # only records were accepted
        for raw in reading.records
    ]


def expected_items(sample: Sample) -> list[dict[str, object]]:
    """Return the items that another tool's tests expect of a file, if there are any."""
    path = sample.path.with_name(f"{sample.path.name}.expected.json")
    items: list[dict[str, object]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return items


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, markdown: bool) -> str:
    """Return a table, as Markdown or in columns; the first column is left-aligned."""
    cells = [[str(cell) for cell in row] for row in rows]
    if markdown:
        marks = "|---" + "|---:" * (len(heads) - 1) + "|"
        return "\n".join(["| " + " | ".join(heads) + " |", marks, *("| " + " | ".join(row) + " |" for row in cells)])
    widths = [max(len(row[i]) for row in [list(heads), *cells]) for i in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in [list(heads), *cells]
    )


def _fields(record: Record) -> dict[str, object]:
    """Return the compared fields of one record."""
    return {
        "title": record.title,
        "authors": _people(record.authors),
        "year": record.year,
        "journal": record.journal,
        "volume": record.volume,
        "issue": record.issue,
        "pages": record.pages or record.article_number,
        "doi": record.doi,
        "abstract": record.abstract,
        "editors": _people(record.editors),
        "translators": _people(record.translators),
    }


def _people(people: Iterable[Author]) -> list[list[str]]:
    """Return family and given name of each person."""
    return [[person.literal or person.family, person.given] for person in people]
