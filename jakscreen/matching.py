"""Find the record that a row of somebody else's table means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

from jakdb.errors import InputError
from jakdb.words import Record

__all__ = ["Match", "UnmatchedError", "matcher"]

Match = Callable[[Mapping[str, str]], int]
"""From record_id, pmid, doi, database, accession, title, year of a row (any may be missing) to a record id."""

_DOI = re.compile(r"10\.\d{4,9}/\S+", re.IGNORECASE)


class UnmatchedError(InputError):
    """A row means no record, several, or two different ones."""


_FACTS = ("pmid", "doi", "accession", "title")


def matcher(records: Iterable[Record], members: Mapping[int, Sequence[int]] | None = None) -> Match:
    """Return the function that finds a record by its PMID, DOI, accession or title, or else by its id.

    Whatever a row gives must fit: a PMID of one record and a DOI of another match nothing, nor does a title whose
    record has another PMID or DOI, or a year more than one off. Several records that fit are one match only if they are
    one report; the lowest id stands for it. A record id means something in one store only: it decides between records
    that fit alike, and alone it is believed where the table has no column that could name the paper.

    Parameters
    ----------
    records : iterable of Record
        With their ids.
    members : mapping of int to sequence of int, optional
        Report id to record ids; without it each record is its own report.

    Returns
    -------
    callable
        Raises `UnmatchedError` with the reason.

    Examples
    --------
    >>> find = matcher([Record(title="Ruxolitinib in alopecia", pmid="123", id=1), Record(title="Baricitinib", id=2)])
    >>> find({"pmid": "123"}), find({"title": "BARICITINIB."})
    (1, 2)
    >>> find({"doi": "10.1000/none"})
    Traceback (most recent call last):
    jakscreen.matching.UnmatchedError: no record has the DOI 10.1000/none
    """
    known = {record.id: record for record in records}
    home = {record: report for report, ids in (members or {}).items() for record in ids}
    index: dict[tuple[str, str], set[int]] = {}
    for record in known.values():
        for key in _keys(record):
            index.setdefault(key, set()).add(record.id)

    def _by_number(number: str, wanted: Sequence[tuple[str, str]], row: Mapping[str, str]) -> int:
        """Believe a record id that nothing else confirms only where nothing else could be said."""
        record = known.get(int(number)) if number.isdecimal() else None
        if record is None:
            raise UnmatchedError(f"there is no record {number}")
        _agree(record, wanted, row)
        database = row.get("database", "").strip().casefold()
        if wanted or (any(h in row for h in _FACTS) and (_keys(record) or database != record.database.casefold())):
            said = (
                f"no record has {' or '.join(_said(key, row) for key in wanted)}"
                if wanted
                else "the row names no paper"
            )
            raise UnmatchedError(f"{said}, so nothing confirms that it means record {number}")
        return record.id

    def find(row: Mapping[str, str]) -> int:
        wanted = _wanted(row)
        number = row.get("record_id", "").strip()
        if number and (not wanted or not any(key in index for key in wanted)):
            return _by_number(number, wanted, row)
        if not wanted:
            raise UnmatchedError("the row has no record id, PMID, DOI, accession or title")
        found = [index[key] for key in wanted if key in index]
        if not found:
            raise UnmatchedError(f"no record has {' or '.join(_said(key, row) for key in wanted)}")
        fitting = set.intersection(*found)
        if not fitting:
            many = ", ".join(str(i) for i in sorted(set().union(*found)))
            raise UnmatchedError(f"its identifiers and title belong to different records ({many})")
        refusal: UnmatchedError | None = None
        fits = []
        for record_id in sorted(fitting):
            try:
                _agree(known[record_id], wanted, row)
                fits.append(record_id)
            except UnmatchedError as error:
                refusal = error
        if not fits:
            raise refusal or UnmatchedError("no record fits")
        if number.isdecimal() and int(number) in fits:
            return int(number)
        if len({home.get(record_id, -record_id) for record_id in fits}) > 1:
            many = ", ".join(map(str, fits))
            raise UnmatchedError(f"the records {many} fit alike and are not one report; give record_id, or merge them")
        return fits[0]

    return find


def _keys(record: Record) -> list[tuple[str, str]]:
    """Return what a record can be found by."""
    keys = [("pmid", record.pmid), ("doi", _doi(record.doi))]
    keys += [("accession", f"{record.database.casefold()}\n{record.accession}")] if record.accession else []
    keys += [("title", _plain(record.title)), ("title", _plain(record.translated_title))]
    return [key for key in keys if key[1]]


def _wanted(row: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what a row gives to find its record by."""
    pmid = re.sub(r"\D", "", row.get("pmid", "").removesuffix(".0"))
    accession = row.get("accession", "").strip()
    keys = [("pmid", pmid), ("doi", _doi(row.get("doi", "")))]
    keys += [("accession", f"{row.get('database', '').strip().casefold()}\n{accession}")] if accession else []
    keys.append(("title", _plain(row.get("title", ""))))
    return [key for key in keys if key[1]]


def _agree(record: Record, wanted: Sequence[tuple[str, str]], row: Mapping[str, str]) -> None:
    """Raise if a record contradicts what the row says."""
    own = _keys(record)
    for what in ("pmid", "doi"):
        said, has = [v for k, v in wanted if k == what], [v for k, v in own if k == what]
        if said and has and said != has:
            raise UnmatchedError(f"record {record.id} has the {what.upper()} {has[0]}, the row {said[0]}")
    sure = any(key in own for key in wanted if key[0] in ("pmid", "doi", "accession"))
    titles = [v for k, v in own if k == "title"]
    said = [v for k, v in wanted if k == "title"]
    if said and titles and said[0] not in titles and not sure:
        raise UnmatchedError(f"record {record.id} is {record.title!r}, the row says {row.get('title', '').strip()!r}")
    year = row.get("year", "").strip().removesuffix(".0")
    if not sure and year.isdecimal() and record.year is not None and abs(int(year) - record.year) > 1:
        raise UnmatchedError(f"record {record.id} is of {record.year}, the row of {year}")


def _said(key: tuple[str, str], row: Mapping[str, str]) -> str:
    """Return an identifier in words."""
    what, value = key
    if what == "title":
        return f"the title {row['title'].strip()!r}"
    if what == "accession":
        return f"the accession {row['accession'].strip()}"
    return f"the {what.upper()} {value}"


def _doi(text: str) -> str:
    """Return the DOI in a text, lower case, without what often sticks to its end."""
    found = _DOI.search(text)
    return found.group().rstrip(".,;)").lower() if found else ""


def _plain(title: str) -> str:
    """Return the letters and digits of a title, without case or width."""
    return "".join(c for c in unicodedata.normalize("NFKC", title).casefold() if c.isalnum())
