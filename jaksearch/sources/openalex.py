"""Search OpenAlex: list works by cursor, fetch them by their identifiers.

A query is words with AND, OR and NOT for OpenAlex' ``search``, and behind them any of its filters
(``filter:publication_year:2020-2024``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote_plus

from jakdb.errors import UsageError
from jakdb.words import Record, SourceKind
from jaksearch.formats.openalex import SHAPE
from jaksearch.sources.citing import Direction, Numbers
from jaksearch.sources.clauses import apart
from jaksearch.sources.introduction import Names
from jaksearch.sources.json_replies import TOO_MANY, ask_json, quoted
from jaksearch.sources.known import Resolved
from jaksearch.sources.listed import checked_query, fetched, looked, records_of
from jaksearch.sources.openalex_citing import citation_request, find_works, numbers_of, works_linked
from jaksearch.sources.paging import Page, every_row, is_refused_cursor
from jaksearch.sources.protocol import Batch, Found, Tick
from jaksearch.sources.transport import Transport, Trouble

__all__ = ["BASE_URL", "NAMES", "OpenAlex"]

BASE_URL = "https://api.openalex.org/"
NAMES = Names(tool="", email="mailto", api_key="api_key")
MOST = 100_000
"""Works of one query that are fetched: OpenAlex gives larger sets as files."""
LARGEST_PAGE = 100
LONGEST = 4_000
"""Characters of an address; OpenAlex takes some 4 KB."""
FREE = {False: 0.1, True: 1.0}
"""US dollars of use that are free each day, without and with a key (OpenAlex, Authentication & Pricing, 2026)."""
SEARCH, FILTER = 0.001, 0.0001
"""US dollars that one request with a search, and one with filters alone, cost of that."""

WORK = re.compile(r"(?:https?://openalex\.org/)?(W\d+)", re.IGNORECASE | re.ASCII)
CURSOR = re.compile(r"cursor", re.I)
SPENT = re.compile(r"budget|credits|\bdaily\b|per day|insufficient|prepaid", re.I)
CUT = re.compile(r'"is_authors_truncated"\s*:\s*true')


class OpenAlex:
    """OpenAlex as a `Source` that knows which papers cite which (`CitationIndex`), and its works by any filter.

    Parameters
    ----------
    transport : Transport
        How requests get there; made with `names`.
    cap : int
        Works of one query that are fetched.
    has_key : bool
        Whether the transport has an API key.
    """

    name = "openalex"
    kind: SourceKind = "database"
    database = "OpenAlex"
    platform = "OpenAlex API"
    format = "openalex"
    base_url = BASE_URL
    names = NAMES

    def __init__(
        self,
        transport: Transport,
        *,
        batch_size: int = LARGEST_PAGE,
        page_size: int = LARGEST_PAGE,
        cap: int = MOST,
        has_key: bool = False,
    ) -> None:
        self._transport = transport
        self.batch_size = batch_size
        self._size = page_size
        self._cap = cap
        self._has_key = has_key

    @staticmethod
    def rate(*, email: str, api_key: str) -> float:
        """Return requests a second: a tenth of what OpenAlex allows to everybody."""
        del email, api_key
        return 10.0

    def look(self, lines: Sequence[tuple[str, str]], query: str) -> Found:
        """Return the counts of a query and its lines; nothing is fetched."""
        return looked(self.count, lines, query, warnings=lambda count: self._warnings(query, count))

    def count(self, query: str) -> int:
        """Return how many works a query finds."""
        search, filter_ = _parted(query)
        return self.works_count(filter=filter_, search=search)

    def ids(self, query: str, *, tick: Tick = lambda _done, _total: None) -> Iterator[str]:
        """Yield the identifier (``W…``) of every work that a query finds, each once.

        Raises
        ------
        UsageError
            If they are more than `cap`.
        """
        search, filter_ = _parted(query)
        count = self.works_count(filter=filter_, search=search)
        if count > self._cap:
            raise UsageError(
                f"OpenAlex finds {count} works, and jak fetches {self._cap} of one query at most",
                hint="add words or filters to the query, or cut it by publication_year",
            )
        for work in self.works(filter=filter_, search=search, select=("id",), tick=tick):
            yield _number(work)

    def fetch(self, ids: Sequence[str]) -> Batch:
        """Return the works of identifiers.

        Raises
        ------
        UsageError
            If there are more than `batch_size`, or one is no identifier of a work.
        """
        for one in ids:
            if not WORK.fullmatch(one) or not one.startswith("W"):
                raise UsageError(f"{one!r} is no work of OpenAlex", hint="W and digits")
        return fetched(ids, self._records, format=self.format, most=self.batch_size)

    def works(
        self,
        *,
        filter: str = "",  # noqa: A002 - the name that OpenAlex gives it
        search: str = "",
        select: Sequence[str] = (),
        tick: Tick = lambda _done, _total: None,
    ) -> Iterator[dict[str, Any]]:
        """Yield every work that a filter and a search find, each once, as OpenAlex writes it.

        Parameters
        ----------
        filter : str
            As OpenAlex documents it: ``cites:W1|W2``, ``doi:10.1/x|10.1/y``, ``ids.pmid:1|2``; a hundred values at
            most, and the address of a request has 4 KB.
        search : str
            Words with AND, OR, NOT, for title, abstract and full text.
        select : sequence of str
            Fields to give (all, if none are named); ``id`` is among them in any case.

        Raises
        ------
        SourceError
            If the service does not answer, or does not accept the filter.
        ShortfallError
            At the end, if there are not as many works as it counts.
        """
        fields = tuple(dict.fromkeys(("id", *select))) if select else ()
        return every_row(
            lambda cursor: self._page(filter, search, fields, cursor),
            key=_number,
            count=lambda: self.works_count(filter=filter, search=search),
            size=self._size,
            service=self.database,
            tick=tick,
        )

    def works_count(self, *, filter: str = "", search: str = "") -> int:  # noqa: A002
        """Return how many works a filter and a search find."""
        form = [*_asked(filter, search), ("select", "id"), ("per_page", "1")]
        return ask_json(self._transport, "works", form, read=_count, words=_words)

    def resolve(self, items: Sequence[Record], *, tick: Tick = lambda _done, _total: None) -> tuple[Resolved, ...]:
        """Return the work that OpenAlex has of each paper; ``W1|W2`` if it has several of one."""
        return find_works(items, self.works, tick=tick)

    def citations(
        self, ids: Sequence[str], direction: Direction, *, tick: Tick = lambda _done, _total: None
    ) -> dict[str, tuple[str, ...]]:
        """Return the works that each work cites, or is cited by; one that is not known is left out."""
        return works_linked(ids, direction, self.works, tick=tick)

    def citation_request(self, ids: Sequence[str], direction: Direction) -> str:
        """Return the requests for citations, one a line, but for who asks and where a page begins."""
        return citation_request(ids, direction)

    def numbers_of(self, ids: Sequence[str]) -> dict[str, Numbers]:
        """Return PMID and DOI of works."""
        return numbers_of(ids, self.works)

    def version(self) -> str:
        """Return nothing: OpenAlex does not name its state."""
        return ""

    def close(self) -> None:
        """Close the connections of this thread."""
        self._transport.close()

    def _warnings(self, query: str, count: int) -> list[str]:
        """Return what the fetching of so many works would need, if that is more than a day's free use."""
        search, _ = _parted(query)
        pages = -(-count // LARGEST_PAGE)
        cost = pages * (SEARCH if search else FILTER) + pages * FILTER
        said = []
        if count > self._cap:
            said.append(f"more than the {self._cap} works that jak fetches of one query")
        elif cost > FREE[self._has_key]:
            free = "with a key" if self._has_key else "without a key; a free key allows ten times as much"
            said.append(
                f"{2 * pages} requests cost ${cost:.2f} of use, and ${FREE[self._has_key]:.2f} a day are free {free}"
            )
        return said

    def _page(self, filter_: str, search: str, fields: tuple[str, ...], cursor: str) -> Page[dict[str, Any]]:
        """Return one page of works."""
        form = [*_asked(filter_, search), ("per_page", str(self._size)), ("cursor", cursor)]
        if fields:
            form.append(("select", ",".join(fields)))

        def read(said: dict[str, Any], _: bytes) -> Page[dict[str, Any]] | Trouble:
            count = _count(said, b"")
            if isinstance(count, Trouble):
                return count
            works = said.get("results")
            if not isinstance(works, list) or not all(isinstance(one, dict) and _number(one) for one in works):
                return Trouble("no list of works")
            return Page(tuple(works), str(said["meta"].get("next_cursor") or ""), count)

        def words(status: int, text: str) -> Page[dict[str, Any]] | Trouble | None:
            is_old = is_refused_cursor(status, cursor) or (status == 403 and CURSOR.search(text))
            return Page((), is_expired=True) if is_old else _words(status, text)

        return ask_json(self._transport, "works", form, read=read, words=words)

    def _records(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the source texts of works; one with more authors than a list gives is asked for by itself."""
        form = [("filter", f"openalex:{'|'.join(ids)}"), ("per_page", str(len(ids)))]

        def read(said: dict[str, Any], body: bytes) -> dict[str, str] | Trouble:
            count = _count(said, b"")
            return count if isinstance(count, Trouble) else records_of(body, SHAPE, name=_number, wanted=ids)

        found = ask_json(self._transport, "works", form, read=read, words=_words)
        return {one: self._whole(one) if CUT.search(text) else text for one, text in found.items()}

    def _whole(self, number: str) -> str:
        """Return the source text of one work."""

        def read(said: dict[str, Any], body: bytes) -> str | Trouble:
            return body.decode("utf-8", "replace").strip() if _number(said) == number else Trouble("another work")

        return ask_json(self._transport, f"works/{number}", [], read=read, words=_words)


def _parted(query: str) -> tuple[str, str]:
    """Return the search and the filter of a query."""
    search, clauses = apart(checked_query(query))
    if strange := next((name for name, _ in clauses if name != "filter"), ""):
        raise UsageError(f"OpenAlex has no {strange!r}", hint="use a filter, such as filter:title.search:alopecia")
    filter_ = ",".join(value for _, value in clauses)
    if len(quote_plus(search)) + len(quote_plus(filter_)) > LONGEST - 200:
        raise UsageError(
            f"the query is too long: OpenAlex takes addresses of {LONGEST} characters",
            hint="split it into two searches",
        )
    return search, filter_


def _asked(filter_: str, search: str) -> list[tuple[str, str]]:
    """Return the parameters of a search."""
    return [(name, text) for name, text in (("filter", filter_), ("search", search)) if text]


def _number(work: dict[str, Any]) -> str:
    """Return the identifier of a work, without its address."""
    match = WORK.fullmatch(str(work.get("id") or ""))
    return match[1].upper() if match else ""


def _count(said: dict[str, Any], _: bytes) -> int | Trouble:
    """Return how many works there are."""
    meta = said.get("meta")
    count = meta.get("count") if isinstance(meta, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else Trouble("no count")


def _words(status: int, text: str) -> Trouble | None:
    """Return what a refusal means."""
    if status == 402 or (status == 429 and SPENT.search(text)):
        hint = "the day's free use is spent: go on after midnight UTC, or set JAK_OPENALEX_API_KEY"
        return Trouble(f"it reports {quoted(text)}", again=False, hint=hint)
    if status == 403 and text:
        again = TOO_MANY.search(text) is not None
        hint = "" if again else "check the query"
        return Trouble(f"it does not accept the request: {quoted(text)}", again=again, hint=hint)
    return None
