"""jak's own two formats, which keep a record exactly: JSONL, and the CSV that jak writes.

Other readers take a printed record and clean it; these two hold a `Record` already and give it back unchanged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from jakdb.cells import bare_cell, guarded_cell
from jakdb.words import Author, RawRecord, Record, Reject, RelatedItem
from jaksearch.formats.csl_json import json_fields
from jaksearch.formats.limits import MAX_VALUE, UNKNOWN, beginning, oversize
from jaksearch.formats.source import lines_of

__all__ = [
    "CSV_COLUMNS",
    "CSV_MARK",
    "JSONL_KEYS",
    "is_own_row",
    "jsonl_record",
    "read_jsonl",
    "row_record",
    "to_csv_rows",
    "to_jsonl",
]

_TEXTS = """
    title translated_title date journal translated_journal journal_abbreviation volume issue pages article_number doi
    pmid pmcid accession abstract translated_abstract language url type database platform
"""
TEXTS = tuple(_TEXTS.split())
PEOPLE = ("authors", "translated_authors", "editors", "translators")
LISTS = ("registry_ids", "keywords", "mesh", "publication_types", "issn")
_KEYS = """
    title translated_title authors editors translators year journal volume issue pages doi pmid abstract
    abstract_sections keywords language type database format file line journal_abbreviation pmcid registry_ids accession
    mesh publication_types issn url platform date article_number translated_authors translated_journal
    translated_abstract related
"""
JSONL_KEYS = tuple(_KEYS.split())
"""Keys of a line of JSONL: all of them, always, in this order; ``format``, ``file`` and ``line`` tell the source."""
CSV_MARK = ("jak", "2")
"""Column that marks a row as written by jak, and the layout's number: only such rows are read back exactly."""
CSV_MARKS = frozenset((("jak", "1"), CSV_MARK))
"""Layouts that are read; the first had neither ORCIDs nor the columns behind `platform`."""
_COLUMNS = """
    title translated_title authors year journal journal_abbreviation volume issue pages doi pmid pmcid registry
    accession abstract keywords mesh language types issn url type database platform editors translators date
    article_number translated_authors translated_journal translated_abstract abstract_sections related jak
"""
CSV_COLUMNS = tuple(_COLUMNS.split())
"""Headings of the rows that `to_csv_rows` makes; `read_table` knows them all."""
COLUMN_OF = {"registry_ids": "registry", "publication_types": "types"}
PARTS_OF_NAME = ("family", "given", "literal", "orcid")
PARTS_OF_RELATED = ("kind", "citation", "pmid", "doi")
MAX_LINE = 4 << 20
"""Characters of one record's line; its JSON takes twenty times as much memory."""


def to_jsonl(record: Record, *, format: str = "", file: str = "", line: int = 0) -> str:  # noqa: A002
    r"""Return the record as one line of JSON, with where it was read; exact for every record.

    The store's number (``id``) belongs to a store and is not written.

    Examples
    --------
    >>> text = to_jsonl(Record(title="Hair", year=2020, authors=(Author("Liu", "LY"),)), file="a.ris", line=7)
    >>> text[:96], text.endswith("\n")
    ('{"title": "Hair", "translated_title": "", "authors": [{"family": "Liu", "given": "LY", "literal"', True)
    """
    found: dict[str, Any] = {name: getattr(record, name) for name in (*TEXTS, *LISTS, "year")}
    for name in PEOPLE:
        found[name] = [_name_parts(one) for one in getattr(record, name)]
    found["abstract_sections"] = [{"label": label, "text": text} for label, text in record.abstract_sections]
    found["related"] = [{part: getattr(one, part) for part in PARTS_OF_RELATED} for one in record.related]
    found |= {"format": format, "file": file, "line": line}
    return json.dumps({key: found[key] for key in JSONL_KEYS}, ensure_ascii=False) + "\n"


def _name_parts(author: Author) -> dict[str, str]:
    """Return family, given and literal name, and the ORCID if there is one."""
    parts = {part: getattr(author, part) for part in PARTS_OF_NAME}
    return parts if author.orcid else {part: said for part, said in parts.items() if part != "orcid"}


def read_jsonl(text: str | Iterable[str], *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every line of jak's JSONL, as a raw record or a reject, numbered from 1; blank lines are no records.

    Parameters
    ----------
    text : str
        The file's text with newlines as ``\n``.
    columns : object
        Not used; it is there because every reader takes it.

    Examples
    --------
    >>> record, reject = read_jsonl('{"title": "Hair", "year": 2020}\n{"title": "Lo\n')
    >>> record.fields, reject.line
    ((('title', 'Hair'), ('year', '2020')), 2)
    """
    number = 0
    for line, source in enumerate(lines_of(text), start=1):
        if not source.strip(" \t\r\ufeff"):
            continue
        number += 1
        if len(source) > MAX_LINE:
            reason = f"a record of more than {MAX_LINE >> 20} million characters"
            yield Reject(number, line, *beginning(source, reason))
            continue
        try:
            value = json.loads(source.strip("\ufeff"))
        except json.JSONDecodeError as error:
            yield Reject(number, line, f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}", source)
            continue
        except (RecursionError, ValueError):
            yield Reject(
                number, line, "not valid JSON: nested too deeply, or a number with thousands of digits", source
            )
            continue
        if not isinstance(value, dict):
            yield Reject(number, line, "this is no object of JSON", source)
            continue
        notes = [f"line {line}: unknown key {key}, kept" for key in value if key not in JSONL_KEYS]
        fields = json_fields(value)
        if len(source) > MAX_VALUE and (reason := oversize(fields)):
            yield Reject(number, line, *beginning(source, reason))
            continue
        if jsonl_record(fields) == Record():
            yield Reject(number, line, UNKNOWN, source)
        else:
            yield RawRecord(number, line, source, fields, tuple(notes))


def jsonl_record(fields: Iterable[tuple[str, str]]) -> Record:
    """Return the record that a line of JSONL holds."""
    texts: dict[str, str] = {}
    lists: dict[str, list[str]] = {name: [] for name in LISTS}
    people: dict[str, list[Author]] = {name: [] for name in PEOPLE}
    sections: list[tuple[str, str]] = []
    related: list[RelatedItem] = []
    year = None
    for key, value in fields:
        if key in lists:
            lists[key].append(value)
        elif key in people:
            people[key].append(_author(value))
        elif key == "abstract_sections":
            label, text = _parts(value, ("label", "text")) or ("", value)
            sections.append((label, text))
        elif key == "related":
            related.append(RelatedItem(*(_parts(value, PARTS_OF_RELATED) or ("", value))))
        elif key == "year":
            year = int(value) if re.fullmatch(r"-?\d{1,6}", value) else year
        elif key in TEXTS and key not in texts:
            texts[key] = value
    return Record(
        year=year,
        abstract_sections=tuple(sections),
        related=tuple(related),
        **texts,  # type: ignore[arg-type] # the keys are fields of Record
        **{name: tuple(named) for name, named in people.items()},  # type: ignore[arg-type]
        **{name: tuple(words) for name, words in lists.items()},  # type: ignore[arg-type]
    )


def to_csv_rows(records: Iterable[Record]) -> list[dict[str, str]]:
    """Return one row a record, under headings that `read_table` reads back exactly.

    Lists are joined by ``; ``, with a backslash before a semicolon, comma or backslash that belongs to a value. A cell
    that a spreadsheet would run as a formula gets an apostrophe in front, and so does one that begins with an
    apostrophe.

    Examples
    --------
    >>> [row] = to_csv_rows([Record(title="=1+1", authors=(Author("Liu", "LY"), Author(literal="WHO")))])
    >>> row["title"], row["authors"], tuple(row) == CSV_COLUMNS
    ("'=1+1", 'Liu, LY; WHO,', True)
    """
    return [_row(record) for record in records]


def is_own_row(fields: Iterable[tuple[str, str]]) -> bool:
    """Say whether a row of a table was written by jak."""
    return any(field in CSV_MARKS for field in fields)


def row_record(fields: Iterable[tuple[str, str]]) -> Record:
    """Return the record that a row written by jak holds.

    Examples
    --------
    >>> record = Record(title="=1+1", authors=(Author("Liu", "LY"), Author(literal="A, B; C")), keywords=("a;b", "c"))
    >>> row_record(to_csv_rows([record])[0].items()) == record
    True
    """
    cells = {name: bare_cell(value) for name, value in fields}
    year = cells.get("year", "").removesuffix(".0")
    lists = {name: tuple(map(_plain, _cut(cells.get(COLUMN_OF.get(name, name), ""), ";"))) for name in LISTS}
    people = {name: tuple(map(_printed_author, _cut(cells.get(name, ""), ";"))) for name in PEOPLE}
    sections = [_plain_parts(cell, 2) for cell in _cut(cells.get("abstract_sections", ""), ";")]
    return Record(
        year=int(year) if re.fullmatch(r"-?\d{1,6}", year) else None,
        abstract_sections=tuple((label, text) for label, text in sections),
        related=tuple(RelatedItem(*_plain_parts(cell, 4)) for cell in _cut(cells.get("related", ""), ";")),
        **people,  # type: ignore[arg-type] # the names are fields of Record
        **{name: cells.get(name, "") for name in TEXTS},  # type: ignore[arg-type] # the names are fields of Record
        **lists,  # type: ignore[arg-type]
    )


def _row(record: Record) -> dict[str, str]:
    """Return the cells of one record."""
    cells = {name: getattr(record, name) for name in TEXTS}
    cells |= {
        COLUMN_OF.get(name, name): "; ".join(_escaped(word, ";") for word in getattr(record, name)) for name in LISTS
    }
    cells |= {name: "; ".join(map(_author_cell, getattr(record, name))) for name in PEOPLE}
    cells["abstract_sections"] = "; ".join(_joined(section) for section in record.abstract_sections)
    cells["related"] = "; ".join(_joined((one.kind, one.citation, one.pmid, one.doi)) for one in record.related)
    cells["year"] = "" if record.year is None else str(record.year)
    cells |= dict([CSV_MARK])
    return {name: guarded_cell(cells[name]) for name in CSV_COLUMNS}


def _author_cell(author: Author) -> str:
    """Return "Family, Given", "Family" or "Group," marks of a name escaped; all parts with an ORCID."""
    if author.orcid:
        return _joined((author.family, author.given, author.literal, author.orcid))
    family, given, literal = (_escaped(part, ";,") for part in (author.family, author.given, author.literal))
    if literal:
        return f"{family}, {given}, {literal}" if family or given else f"{literal},"
    return f"{family}, {given}" if given else family


def _printed_author(text: str) -> Author:
    """Return the author that `_author_cell` wrote."""
    parts = [_plain(part) for part in _cut(text, ",")]
    if len(parts) in (3, 4):
        return Author(*parts)
    if len(parts) == 2:
        return Author(parts[0], parts[1]) if parts[1] else Author(literal=parts[0])
    return Author(family=parts[0] if parts else "")


def _joined(parts: Iterable[str]) -> str:
    """Join parts by commas, with marks that belong to a part escaped."""
    return ", ".join(_escaped(part, ";,") for part in parts)


def _plain_parts(text: str, count: int) -> list[str]:
    """Return as many parts as `_joined` joined."""
    parts = [_plain(part) for part in _cut(text, ",")][:count]
    return parts + [""] * (count - len(parts))


def _escaped(text: str, marks: str) -> str:
    """Put a backslash before backslashes and the marks."""
    return re.sub(rf"[\\{marks}]", lambda match: f"\\{match[0]}", text)


def _plain(text: str) -> str:
    """Take the backslashes away again."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _cut(text: str, mark: str) -> Sequence[str]:
    """Cut at the marks that have no backslash; the pieces keep theirs."""
    if not text:
        return ()
    pieces = [""]
    for token in re.findall(rf"\\.|{mark}|[^\\{mark}]+|\\", text, flags=re.DOTALL):
        if token == mark:
            pieces.append("")
        else:
            pieces[-1] += token
    return [piece.strip() for piece in pieces]


def _author(text: str) -> Author:
    """Return the author that a field holds as JSON; a plain text is a name as printed."""
    parts = _parts(text, PARTS_OF_NAME)
    return Author(literal=text) if parts is None else Author(*parts)


def _parts(text: str, names: Sequence[str]) -> list[str] | None:
    """Return the values of an object of JSON; None for a plain text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return [str(value.get(name) or "") for name in names] if isinstance(value, dict) else None
