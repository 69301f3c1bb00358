"""Known papers, with which a search is tested: read the list that names them by PMID, DOI or title."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jakdb.errors import InputError
from jakdb.words import RawRecord, Record
from jaksearch.convert import Rejected, convert
from jaksearch.dedupe.text import han_count, squeeze
from jaksearch.formats.detect import sniff
from jaksearch.formats.headings import canonical
from jaksearch.formats.table import DELIMITERS, find_heading
from jaksearch.formats.text import decode
from jaksearch.formats.values import clean_doi, find_pmcid, find_pmid
from jaksearch.normalise import normalise

__all__ = [
    "ItemsRead",
    "KnownItem",
    "items_of_texts",
    "named",
    "quoted",
    "read_items",
]

IDENTIFIERS = ("pmid", "doi", "title")
PMIDS = re.compile(r"(?:PMIDs?:?\s*)?\d{1,8}(?:[\s,;]+\d{1,8})*", re.IGNORECASE)
TITLE_WORDS = 3
TITLE_SIGNS = 4
"""A title has three words, or four Chinese characters."""
SHOWN = 60


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A paper that people know, as their list names it: what it says, and the line that says so."""

    record: Record
    line: int


@dataclass(frozen=True, slots=True)
class ItemsRead:
    """A list of known papers.

    Attributes
    ----------
    problems : tuple of str
        Rows that name no paper, each with its line.
    repeated : int
        Rows that name a paper again; they are left out.
    """

    items: tuple[KnownItem, ...]
    problems: tuple[str, ...] = ()
    repeated: int = 0


def read_items(path: Path) -> ItemsRead:
    """Read a list of known papers: a table with columns for PMID, DOI or title, a list of these, or any export.

    Raises
    ------
    InputError
        If the file cannot be read or names no paper at all.
    """
    try:
        data = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise InputError(f"{path}: no such file", hint="name a list of PMIDs, DOIs or titles, or an export") from None
    text = _text(data, path.name)
    lines = text.splitlines()
    delimiter = _delimiter(lines) if text else None
    if not text or (delimiter is None and _format(text) not in ("", "csv")):
        found: Iterable[tuple[int, Record | str]] = _of_export(path)
    elif delimiter is not None:
        found = _of_table(lines, delimiter)
    else:
        found = ((number, one) for number, line in enumerate(lines, 1) for one in _of_line(line))
    read = _collected(found)
    if not read.items:
        raise InputError(
            f"{path.name}: it names no paper",
            hint="a table with a column PMID, DOI or title, one of these a line, or an export of a database",
            problems=read.problems,
        )
    return read


def items_of_texts(texts: Iterable[str]) -> ItemsRead:
    """Return the papers that texts name, each by PMID, DOI or title.

    Examples
    --------
    >>> read = items_of_texts(["PMID: 123", "https://doi.org/10.1000/x", "123", "hair"])
    >>> [named(item.record) for item in read.items], read.repeated, read.problems
    (['PMID 123', 'doi:10.1000/x'], 1, ("4: 'hair' is no PMID, DOI or title",))
    """
    return _collected((number, one) for number, text in enumerate(texts, 1) for one in _of_line(text))


def named(record: Record) -> str:
    """Return what names a paper shortest: its PMID, its DOI, or the beginning of its title."""
    if record.pmid or record.doi:
        return f"PMID {record.pmid}" if record.pmid else f"doi:{record.doi}"
    return quoted(record.title or record.translated_title)


def quoted(title: str) -> str:
    """Return a title in quotes, cut if it is long."""
    return f"'{title[:SHOWN].rstrip()}…'" if len(title) > SHOWN else f"'{title}'"


def _text(data: bytes, name: str) -> str:
    """Return the text of a file; nothing for what is no text, such as a workbook."""
    try:
        return decode(data, name=name).text
    except InputError:
        return ""


def _format(text: str) -> str:
    """Return the format of an export; nothing if it is none."""
    try:
        return sniff(text)
    except InputError:
        return ""


def _delimiter(lines: Sequence[str]) -> str | None:
    """Return what parts the cells of a table whose first row names PMIDs, DOIs or titles; empty for a single column."""
    first = next((line for line in lines if line.strip()), "")
    heading = find_heading([first])
    if heading is None or not heading.known:
        return None
    meant = {found[0] for name in heading.names if (found := canonical(name))}
    if not meant.intersection(IDENTIFIERS) or heading.known < len(heading.names) / 2:
        return None
    return heading.delimiter if len(heading.names) > 1 else ""


def _of_table(lines: Sequence[str], delimiter: str) -> Iterator[tuple[int, Record | str]]:
    """Yield what each row below the headings names, or what is wrong with it."""
    begin = next(at for at, line in enumerate(lines) if line.strip())
    text = [line + "\n" for line in lines[begin:]]
    if delimiter in DELIMITERS:
        reader = csv.reader(text, delimiter=delimiter)
        rows = ((reader.line_num, cells) for cells in reader)
    else:
        rows = ((number, [line.strip().strip('"')]) for number, line in enumerate(text, 1))
    _, heads = next(rows)
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        fields = tuple((h.strip(), c.strip()) for h, c in zip(heads, cells, strict=False) if h.strip() and c.strip())
        record = normalise(RawRecord(number, number, "", fields), format="csv")
        said = {found[0]: cell for head, cell in fields if (found := canonical(head))}
        wrong = [name for name in ("pmid", "doi") if said.get(name) and not getattr(record, name)]
        yield begin + number, f"{said[wrong[0]]!r} is no {wrong[0].upper()}" if wrong else record


def _of_line(line: str) -> Iterator[Record | str]:
    """Yield what one line names; several PMIDs may stand in it."""
    text = line.strip().strip('"').strip()
    if not text:
        return
    if PMIDS.fullmatch(text):
        yield from (Record(pmid=number.lstrip("0")) for number in re.findall(r"\d+", text))
    elif pmid := find_pmid(text):
        yield Record(pmid=pmid)
    elif doi := clean_doi(text):
        yield Record(doi=doi)
    elif find_pmcid(text) and " " not in text:
        yield f"{text!r} is a number of PMC: give the PMID or the DOI"
    elif len(text.split()) >= TITLE_WORDS or han_count(text) >= TITLE_SIGNS:
        yield Record(title=text)
    else:
        yield f"{text[:SHOWN]!r} is no PMID, DOI or title"


def _of_export(path: Path) -> Iterator[tuple[int, Record | str]]:
    """Yield the records of an export."""
    for one in convert([path]):
        yield one.line, one.reason if isinstance(one, Rejected) else one.record


def _collected(found: Iterable[tuple[int, Record | str]]) -> ItemsRead:
    """Return the papers, each once, and what names none."""
    items: dict[str, KnownItem] = {}
    problems, repeated = [], 0
    for line, one in found:
        if isinstance(one, Record) and not (one.pmid or one.doi or one.title or one.translated_title):
            one = "no PMID, DOI or title"
        if isinstance(one, str):
            problems.append(f"{line}: {one}")
            continue
        key = f"PMID {one.pmid}" if one.pmid else one.doi or squeeze(one.title or one.translated_title)
        repeated += key in items
        items.setdefault(key, KnownItem(one, line))
    return ItemsRead(tuple(items.values()), tuple(problems), repeated)
