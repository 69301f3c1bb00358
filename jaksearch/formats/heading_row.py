"""The row of headings of a table, whatever the table is written in: text, a workbook's sheet, a web page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jakdb.errors import InputError, UsageError
from jaksearch.formats.headings import FIELDS, canonical
from jaksearch.formats.limits import is_known

__all__ = ["HEAD_LINES", "Heading", "best_heading", "checked_heading", "column_keys", "recognisable"]

HEAD_LINES = 12
KNOWN_BY = frozenset(
    ("title", "translated_title", "doi", "pmid", "pmcid", "accession", "abstract", "url", "registry", "source", "jak")
)
PEOPLE = frozenset(("authors", "authors_full", "group_authors", "editors"))
WHERE = frozenset(("year", "date", "journal", "translated_journal", "journal_abbreviation"))
UNUSED = "unused: "
"""Put before a heading whose meaning the user gave to another column."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The row of headings: its line (from 0), its names, the delimiter, and how many of the names are known."""

    index: int
    names: tuple[str, ...]
    delimiter: str
    known: int

    @property
    def has_title(self) -> bool:
        """Whether one of the columns holds titles."""
        return any((found := canonical(name)) and found[0] == "title" for name in self.names)


def best_heading(
    rows: Iterable[tuple[int, Sequence[str], str]], wanted: frozenset[str] = frozenset()
) -> Heading | None:
    """Return the heading among a table's first rows: the one with most known names, then the earliest, the widest.

    Parameters
    ----------
    rows : iterable of (int, sequence of str, str)
        Line (from 0), cells and delimiter; the same line may come with several delimiters.
    wanted : frozenset of str
        Headings that the user named.

    Examples
    --------
    >>> best_heading([(0, ["My search"], ""), (1, ["Title", "Year", ""], "")]).names
    ('Title', 'Year')
    """
    best: Heading | None = None
    for index, cells, delimiter in rows:
        names = [name.strip().lstrip("\ufeff") for name in cells]
        while len(names) > 1 and not names[-1]:
            names.pop()
        known = sum(canonical(name) is not None or name in wanted for name in names)
        found = Heading(index, tuple(names), delimiter, known)
        if best is None or _rank(found) > _rank(best):
            best = found
    return best


def checked_heading(heading: Heading | None, columns: Mapping[str, str]) -> Heading:
    """Return the heading; raise if the user's mapping is wrong or no column holds titles.

    Raises
    ------
    UsageError
        If `columns` names a field that does not exist.
    InputError
        If `columns` names a heading that the table does not have, or no column holds titles.
    """
    if unknown := sorted(set(columns) - set(FIELDS)):
        raise UsageError(
            f"{unknown[0]!r} is not a field that a column can be mapped to",
            hint=f"fields: {', '.join(FIELDS)}",
        )
    if heading is None:
        raise InputError("the table is empty", hint="export the search again as CSV")
    listed = ", ".join(repr(name[:60]) for name in heading.names[:40])
    for field, name in columns.items():
        if name not in heading.names:
            raise InputError(f"the table has no column {name!r} (for {field})", hint=f"its headings are: {listed}")
    if not heading.has_title and "title" not in columns:
        raise InputError(
            f"no column of the table holds titles; its headings are: {listed}",
            hint='say which one does: --column title="Heading"',
        )
    return heading


def column_keys(names: Sequence[str], columns: Mapping[str, str]) -> list[str]:
    """Return the key under which each column's cells are kept: the heading, or the field the user mapped it to.

    Examples
    --------
    >>> column_keys(["Paper", "Title", "Year"], {"title": "Paper"})
    ['title', 'unused: Title', 'Year']
    """
    mapped = {heading: field for field, heading in columns.items()}
    keys = []
    for name in names:
        found = canonical(name)
        if name in mapped:
            keys.append(mapped[name])
        elif found and found[0] in columns:
            keys.append(UNUSED + name)
        else:
            keys.append(name)
    return keys


def recognisable(fields: Iterable[tuple[str, str]]) -> bool:
    """Say whether the cells of a row tell what the record is."""
    named = ((found[0] if (found := canonical(key)) else key, value) for key, value in fields)
    return is_known(named, KNOWN_BY, people=PEOPLE, where=WHERE)


def _rank(heading: Heading) -> tuple[int, int, int]:
    """Prefer more known headings, then the earlier line, then more columns."""
    return heading.known, -heading.index, len(heading.names)
