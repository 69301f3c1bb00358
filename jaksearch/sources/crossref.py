"""Search Crossref: list DOIs by cursor, fetch works by their DOIs.

Crossref has no Boolean search. A query finds what holds any of its words, the best first; only its filters
(``filter:from-pub-date:2020``) leave anything out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from jakdb.errors import UsageError
from jakdb.words import SourceKind
from jaksearch.formats.crossref import SHAPE
from jaksearch.sources.clauses import apart
from jaksearch.sources.introduction import Names
from jaksearch.sources.json_replies import ask_json
from jaksearch.sources.listed import checked_query, fetched, looked, records_of
from jaksearch.sources.paging import Page, every_row, is_refused_cursor
from jaksearch.sources.protocol import Batch, Found, Tick
from jaksearch.sources.transport import Transport, Trouble

__all__ = ["Crossref"]

MOST = 20_000
"""Works of one query that are fetched: of a ranking of more, hardly any is about the question."""
LARGEST_PAGE = 1_000
LONGEST = 3_500
"""Characters of DOIs in one address."""
OPERATORS = re.compile(r"\b(?:AND|OR|NOT)\b")


class Crossref:
    """Crossref as a `Source`; a record is known by its DOI.

    Parameters
    ----------
    transport : Transport
        How requests get there; made with `names`.
    cap : int
        Works of one query that are fetched.
    """

    name = "crossref"
    kind: SourceKind = "database"
    database = "Crossref"
    platform = "Crossref REST API"
    format = "crossref"
    base_url = "https://api.crossref.org/"
    names = Names(tool="", email="mailto", api_key="")

    def __init__(
        self, transport: Transport, *, batch_size: int = 50, page_size: int = LARGEST_PAGE, cap: int = MOST
    ) -> None:
        self._transport = transport
        self.batch_size = batch_size
        self._size = page_size
        self._cap = cap

    @staticmethod
    def rate(*, email: str, api_key: str) -> float:
        """Return requests a second: what Crossref allows for lists, more to who gives an address."""
        del api_key
        return 3.0 if email else 1.0

    def look(self, lines: Sequence[tuple[str, str]], query: str) -> Found:
        """Return the counts of a query and its lines; nothing is fetched."""
        return looked(self.count, lines, query, warnings=lambda count: self._warnings(query, count))

    def count(self, query: str) -> int:
        """Return how many works a query finds."""

        def read(said: dict[str, Any], _: bytes) -> int | Trouble:
            message = _message(said)
            return message if isinstance(message, Trouble) else _count(message)

        return ask_json(self._transport, "works", [*_form(query), ("rows", "0")], read=read)

    def ids(self, query: str, *, tick: Tick = lambda _done, _total: None) -> Iterator[str]:
        """Yield the DOI of every work that a query finds, each once.

        Raises
        ------
        UsageError
            If they are more than `cap`.
        """
        count = self.count(query)
        if count > self._cap:
            raise UsageError(
                f"Crossref finds {count} works with any of these words, and jak fetches {self._cap} at most",
                hint="use fewer and rarer words, query.title: for words of titles, or filters such as"
                " filter:from-pub-date:2020",
            )
        yield from every_row(
            lambda cursor: self._page(query, cursor),
            key=str,
            count=lambda: self.count(query),
            size=self._size,
            service=self.database,
            tick=tick,
        )

    def fetch(self, ids: Sequence[str]) -> Batch:
        """Return the works of DOIs.

        Raises
        ------
        UsageError
            If there are more than `batch_size`, or one is no DOI.
        """
        for one in ids:
            if not _doi({"DOI": one}):
                raise UsageError(f"{one!r} is no DOI", hint="it begins with 10. and has a slash")
        return fetched(ids, self._records, format=self.format, most=self.batch_size)

    def close(self) -> None:
        """Close the connections of this thread."""
        self._transport.close()

    def _warnings(self, query: str, count: int) -> list[str]:
        """Return what a searcher has to know of a ranking."""
        words, _ = apart(query)
        said = [f"Crossref has no Boolean search: {count} works hold any of the words, and all of them are fetched"]
        if OPERATORS.search(words):
            said.append("AND, OR and NOT are words like any other to Crossref, and parentheses mean nothing")
        if count > self._cap:
            said.append(f"more than the {self._cap} works that jak fetches of one query: a run will be refused")
        return said if words or count > self._cap else []

    def _page(self, query: str, cursor: str) -> Page[str]:
        """Return one page of DOIs."""

        def read(said: dict[str, Any], _: bytes) -> Page[str] | Trouble:
            message = _message(said)
            if isinstance(message, Trouble):
                return message
            count, items = _count(message), message.get("items")
            if isinstance(count, Trouble):
                return count
            dois = [_doi(one) if isinstance(one, dict) else "" for one in items or ()]
            if not isinstance(items, list) or not all(dois):
                return Trouble("no list of works")
            return Page(tuple(dois), str(message.get("next-cursor") or ""), count)

        def refused(status: int, _: str) -> Page[str] | None:
            return Page((), is_expired=True) if is_refused_cursor(status, cursor) else None

        form = [*_form(query), ("rows", str(self._size)), ("select", "DOI"), ("cursor", cursor)]
        return ask_json(self._transport, "works", form, read=read, words=refused)

    def _records(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the source texts of works: as many in one request as its address holds, odd DOIs one by one."""
        found: dict[str, str] = {}
        some: list[str] = []
        for doi in ids:
            if "," in doi:  # it would end the filter
                found |= self._single(doi)
                continue
            if some and len(quote(",".join([*some, doi]))) > LONGEST:
                found |= self._several(some)
                some = []
            some.append(doi)
        return found | (self._several(some) if some else {})

    def _several(self, dois: Sequence[str]) -> dict[str, str]:
        """Return the source texts of some works."""
        form = [("filter", ",".join(f"doi:{doi}" for doi in dois)), ("rows", str(len(dois)))]

        def read(said: dict[str, Any], body: bytes) -> dict[str, str] | Trouble:
            message = _message(said)
            return message if isinstance(message, Trouble) else records_of(body, SHAPE, name=_doi, wanted=dois)

        return ask_json(self._transport, "works", form, read=read)

    def _single(self, doi: str) -> dict[str, str]:
        """Return the source text of one work."""

        def read(said: dict[str, Any], body: bytes) -> dict[str, str] | Trouble:
            message = _message(said)
            return message if isinstance(message, Trouble) else records_of(body, SHAPE, name=_doi, wanted=[doi])

        def refused(status: int, _: str) -> dict[str, str] | None:
            return {} if status == 404 else None

        return ask_json(self._transport, f"works/{quote(doi, safe='')}", [], read=read, words=refused)


def _form(query: str) -> list[tuple[str, str]]:
    """Return the parameters of a search."""
    words, clauses = apart(checked_query(query))
    filters = ",".join(value for name, value in clauses if name == "filter")
    others = [(name, value) for name, value in clauses if name != "filter"]
    return [(name, text) for name, text in (("query", words), *others, ("filter", filters)) if text]


def _message(said: dict[str, Any]) -> dict[str, Any] | Trouble:
    """Return the message of a reply."""
    message = said.get("message")
    if said.get("status") != "ok" or not isinstance(message, dict):
        return Trouble("no message")
    return message


def _count(message: dict[str, Any]) -> int | Trouble:
    """Return how many works there are."""
    count = message.get("total-results")
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else Trouble("no count")


def _doi(work: dict[str, Any]) -> str:
    """Return the DOI of a work, lower case; nothing if it has none."""
    doi = str(work.get("DOI") or "").strip().lower()
    return doi if doi.startswith("10.") and "/" in doi else ""
