"""Search Europe PMC: list by ``cursorMark``, fetch by source and number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from jakdb.errors import UsageError
from jakdb.words import SourceKind
from jaksearch.formats.europepmc import SHAPE, europepmc_id
from jaksearch.sources.introduction import Names
from jaksearch.sources.json_replies import ask_json, quoted
from jaksearch.sources.listed import checked_query, fetched, looked, records_of
from jaksearch.sources.paging import Page, every_row, is_refused_cursor
from jaksearch.sources.protocol import Batch, Found, Tick
from jaksearch.sources.transport import Transport, Trouble

__all__ = ["EuropePMC"]

IDENTIFIER = re.compile(r"([A-Z]{2,4})/([\w.:-]+)", re.ASCII)
LARGEST_PAGE = 1_000


class EuropePMC:
    """Europe PMC as a `Source`; a record is ``MED/31494993``, as the same number may stand in another source too.

    Parameters
    ----------
    transport : Transport
        How requests get there; made with `names`.
    """

    name = "europepmc"
    kind: SourceKind = "database"
    database = "Europe PMC"
    platform = "Europe PMC REST API"
    format = "europepmc"
    base_url = "https://www.ebi.ac.uk/europepmc/webservices/rest/"
    names = Names(tool="", email="email", api_key="")

    def __init__(self, transport: Transport, *, batch_size: int = 100, page_size: int = LARGEST_PAGE) -> None:
        self._transport = transport
        self.batch_size = batch_size
        self._size = page_size

    @staticmethod
    def rate(*, email: str, api_key: str) -> float:
        """Return requests a second: Europe PMC publishes no limit, and this asks little of it."""
        del email, api_key
        return 5.0

    def look(self, lines: Sequence[tuple[str, str]], query: str) -> Found:
        """Return the counts of a query and its lines; nothing is fetched."""
        _, version, understood = self._asked(query)
        translation = understood if understood != query else ""
        return looked(self.count, lines, query, translation=translation, version=version)

    def count(self, query: str) -> int:
        """Return how many records a query finds."""
        return self._asked(query)[0]

    def ids(self, query: str, *, tick: Tick = lambda _done, _total: None) -> Iterator[str]:
        """Yield source and number of every record that a query finds, each once."""
        return every_row(
            lambda cursor: self._page(query, cursor),
            key=str,
            count=lambda: self.count(query),
            size=self._size,
            service=self.database,
            tick=tick,
        )

    def fetch(self, ids: Sequence[str]) -> Batch:
        """Return the records of identifiers."""
        return fetched(ids, self._records, format=self.format, most=self.batch_size)

    def close(self) -> None:
        """Close the connections of this thread."""
        self._transport.close()

    def _asked(self, query: str) -> tuple[int, str, str]:
        """Return count, version of the service, and the query as it was understood."""

        def read(said: dict[str, Any], _: bytes) -> tuple[int, str, str] | Trouble:
            count = _count(said)
            request = said.get("request")
            understood = request.get("queryString") if isinstance(request, dict) else None
            version = f"version {said['version']}" if said.get("version") else ""
            return count if isinstance(count, Trouble) else (count, version, str(understood or query))

        return ask_json(
            self._transport,
            "searchPOST",
            _form(query, "idlist", 1),
            read=read,
            method="POST",
        )

    def _page(self, query: str, cursor: str) -> Page[str]:
        """Return one page of identifiers."""

        def read(said: dict[str, Any], _: bytes) -> Page[str] | Trouble:
            count = _count(said)
            if isinstance(count, Trouble):
                return count
            listed = said.get("resultList")
            rows = listed.get("result") if isinstance(listed, dict) else None
            names = [europepmc_id(row) if isinstance(row, dict) else "" for row in rows or ()]
            if not isinstance(rows, list) or not all(map(IDENTIFIER.fullmatch, names)):
                return Trouble("no list of records")
            following = str(said.get("nextCursorMark") or "")
            return Page(tuple(names), "" if following == cursor else following, count)

        def refused(status: int, _: str) -> Page[str] | None:
            return Page((), is_expired=True) if is_refused_cursor(status, cursor) else None

        form = [*_form(query, "idlist", self._size), ("cursorMark", cursor)]
        return ask_json(self._transport, "searchPOST", form, read=read, method="POST", words=refused)

    def _records(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the source texts of records."""
        parts = []
        for one in ids:
            match = IDENTIFIER.fullmatch(one)
            if match is None:
                raise UsageError(f"{one!r} is no record of Europe PMC", hint="source and number, as in MED/31494993")
            parts.append(f"(EXT_ID:{match[2]} AND SRC:{match[1]})")
        form = [*_form(" OR ".join(parts), "core", LARGEST_PAGE), ("cursorMark", "*")]

        def read(said: dict[str, Any], body: bytes) -> dict[str, str] | Trouble:
            count = _count(said)
            return count if isinstance(count, Trouble) else records_of(body, SHAPE, name=europepmc_id, wanted=ids)

        return ask_json(self._transport, "searchPOST", form, read=read, method="POST")


def _form(query: str, kind: str, size: int) -> list[tuple[str, str]]:
    """Return the fields of a search; synonyms are not looked for, as the query would not say so."""
    return [
        ("query", checked_query(query)),
        ("format", "json"),
        ("resultType", kind),
        ("synonym", "false"),
        ("pageSize", str(size)),
    ]


def _count(said: dict[str, Any]) -> int | Trouble:
    """Return how many records there are, or what the service says instead."""
    if words := said.get("errMsg"):
        return Trouble(f"it reports {quoted(str(words))}", again=False, hint="check the query")
    count = said.get("hitCount")
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else Trouble("no count")
