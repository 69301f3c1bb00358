"""Search ClinicalTrials.gov by its API, version 2: list by ``pageToken``, fetch by NCT number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from jakdb.errors import UsageError
from jakdb.words import SourceKind
from jaksearch.formats.clinicaltrials import SHAPE
from jaksearch.sources.introduction import Names
from jaksearch.sources.json_replies import ask_json
from jaksearch.sources.listed import checked_query, fetched, looked, records_of
from jaksearch.sources.paging import Page, every_row, is_refused_cursor
from jaksearch.sources.protocol import Batch, Found, Tick
from jaksearch.sources.transport import Transport, Trouble

__all__ = ["ClinicalTrials"]

NUMBER = re.compile(r"NCT\d{8}", re.ASCII)
SECTIONS = "protocolSection,derivedSection,hasResults"
"""What is fetched of a study: posted results may have megabytes, and are read on the register's page."""


class ClinicalTrials:
    """ClinicalTrials.gov as a `Source`.

    Parameters
    ----------
    transport : Transport
        How requests get there; made with `names`.
    """

    name = "clinicaltrials"
    kind: SourceKind = "register"
    database = "ClinicalTrials.gov"
    platform = "ClinicalTrials.gov API v2"
    format = "clinicaltrials"
    base_url = "https://clinicaltrials.gov/api/v2/"
    names = Names(tool="", email="", api_key="")

    def __init__(self, transport: Transport, *, batch_size: int = 100, page_size: int = 1_000) -> None:
        self._transport = transport
        self.batch_size = batch_size
        self._size = page_size

    @staticmethod
    def rate(*, email: str, api_key: str) -> float:
        """Return requests a second: no limit is published, but the site asks robots for a second between requests."""
        del email, api_key
        return 1.0

    def look(self, lines: Sequence[tuple[str, str]], query: str) -> Found:
        """Return the counts of a query and its lines; nothing is fetched."""
        checked_query(query)
        return looked(self.count, lines, query, version=self.version())

    def version(self) -> str:
        """Return the state of the register's data."""

        def read(said: dict[str, Any], _: bytes) -> str | Trouble:
            moment, version = said.get("dataTimestamp"), said.get("apiVersion")
            if not isinstance(moment, str) or not moment:
                return Trouble("no time of its data")
            return f"data of {moment}" + (f", API {version}" if version else "")

        return ask_json(self._transport, "version", [], read=read)

    def count(self, query: str) -> int:
        """Return how many studies a query finds."""

        def read(said: dict[str, Any], _: bytes) -> int | Trouble:
            count = said.get("totalCount")
            return (
                count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else Trouble("no count")
            )

        return ask_json(self._transport, "studies", [*_form(query, 1), ("fields", "NCTId")], read=read)

    def ids(self, query: str, *, tick: Tick = lambda _done, _total: None) -> Iterator[str]:
        """Yield the number of every study that a query finds, each once."""
        return every_row(
            lambda token: self._page(query, token),
            key=str,
            count=lambda: self.count(query),
            size=self._size,
            first="",
            service=self.database,
            tick=tick,
        )

    def fetch(self, ids: Sequence[str]) -> Batch:
        """Return the studies of NCT numbers.

        Raises
        ------
        UsageError
            If there are more than `batch_size`, or one is no NCT number.
        """
        for one in ids:
            if not NUMBER.fullmatch(one):
                raise UsageError(f"{one!r} is no NCT number", hint="NCT and eight digits")
        return fetched(ids, self._records, format=self.format, most=self.batch_size)

    def close(self) -> None:
        """Close the connections of this thread."""
        self._transport.close()

    def _page(self, query: str, token: str) -> Page[str]:
        """Return one page of numbers; the first one says how many there are."""

        def read(said: dict[str, Any], _: bytes) -> Page[str] | Trouble:
            studies = said.get("studies")
            numbers = [_number(one) if isinstance(one, dict) else "" for one in studies or ()]
            if not isinstance(studies, list) or not all(map(NUMBER.fullmatch, numbers)):
                return Trouble("no list of studies")
            count = said.get("totalCount")
            if not token and not isinstance(count, int):
                return Trouble("no count")
            return Page(tuple(numbers), str(said.get("nextPageToken") or ""), count if isinstance(count, int) else None)

        def refused(status: int, _: str) -> Page[str] | None:
            return Page((), is_expired=True) if is_refused_cursor(status, token) else None

        form = [*_form(query, self._size), ("fields", "NCTId")]
        if token:
            form.append(("pageToken", token))
        return ask_json(self._transport, "studies", form, read=read, words=refused)

    def _records(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the source texts of studies."""
        form = [("filter.ids", ",".join(ids)), ("pageSize", str(len(ids))), ("fields", SECTIONS), ("format", "json")]

        def read(said: dict[str, Any], body: bytes) -> dict[str, str] | Trouble:
            if not isinstance(said.get("studies"), list):
                return Trouble("no list of studies")
            return records_of(body, SHAPE, name=_number, wanted=ids)

        return ask_json(self._transport, "studies", form, read=read)


def _form(query: str, size: int) -> list[tuple[str, str]]:
    """Return the parameters of a search."""
    return [
        ("query.term", checked_query(query)),
        ("pageSize", str(size)),
        ("countTotal", "true"),
        ("format", "json"),
    ]


def _number(study: dict[str, Any]) -> str:
    """Return the NCT number of a study; nothing if it has none."""
    found: Any = study
    for key in ("protocolSection", "identificationModule", "nctId"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""
