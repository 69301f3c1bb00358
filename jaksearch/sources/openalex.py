"""Ask OpenAlex for works: by a search and filters, page by page, and by their identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from jaksearch.sources.introduction import Names
from jaksearch.sources.json_replies import TOO_MANY, ask_json, quoted
from jaksearch.sources.paging import Page, every_row
from jaksearch.sources.protocol import Tick
from jaksearch.sources.transport import Transport, Trouble

__all__ = ["BASE_URL", "NAMES", "PER_SECOND", "OpenAlex"]

BASE_URL = "https://api.openalex.org/"
NAMES = Names(tool="", email="mailto", api_key="api_key")
PER_SECOND = 10.0
"""A tenth of what is allowed to everybody (100)."""
LARGEST_PAGE = 100
VALUES = 100
"""Values that one filter may name, with ``|`` between them."""

CURSOR = re.compile(r"cursor", re.I)
SPENT = re.compile(r"budget|credits|\bdaily\b|per day|insufficient", re.I)


class OpenAlex:
    """The works of OpenAlex.

    Parameters
    ----------
    transport : Transport
        How requests get there; made with `NAMES`.
    """

    name = "openalex"
    database = "OpenAlex"
    platform = "OpenAlex API"

    def __init__(self, transport: Transport, *, page_size: int = LARGEST_PAGE) -> None:
        self._transport = transport
        self._size = page_size

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
            As OpenAlex documents it: ``cites:W1|W2``, ``doi:10.1/x|10.1/y``, ``ids.pmid:1|2``; `VALUES` values at
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

        def ask(cursor: str) -> Page[dict[str, Any]]:
            return self._page(filter, search, fields, cursor)

        return every_row(
            ask,
            key=lambda work: str(work["id"]),
            count=lambda: self.works_count(filter=filter, search=search),
            size=self._size,
            service=self.database,
            tick=tick,
        )

    def works_count(self, *, filter: str = "", search: str = "") -> int:  # noqa: A002
        """Return how many works a filter and a search find."""
        form = [*_asked(filter, search), ("select", "id"), ("per_page", "1")]
        return ask_json(self._transport, "works", form, read=_count, words=_words)

    def close(self) -> None:
        """Close the connections of this thread."""
        self._transport.close()

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
            if not isinstance(works, list) or not all(isinstance(one, dict) and one.get("id") for one in works):
                return Trouble("no list of works")
            return Page(tuple(works), str(said["meta"].get("next_cursor") or ""), count)

        is_first = cursor == "*"
        return ask_json(self._transport, "works", form, read=read, words=_words if is_first else _words_of_page)


def _asked(filter_: str, search: str) -> list[tuple[str, str]]:
    """Return the parameters of a search."""
    return [(name, text) for name, text in (("filter", filter_), ("search", search)) if text]


def _count(said: dict[str, Any], _: bytes) -> int | Trouble:
    """Return how many works there are."""
    meta = said.get("meta")
    count = meta.get("count") if isinstance(meta, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else Trouble("no count")


def _words(status: int, text: str) -> Trouble | None:
    """Return what a refusal means."""
    if status == 429 and SPENT.search(text):
        hint = "the day's free requests are used up: go on tomorrow (midnight UTC), or set JAK_OPENALEX_API_KEY"
        return Trouble(f"it reports {quoted(text)}", again=False, hint=hint)
    if status == 403 and text:
        again = TOO_MANY.search(text) is not None
        hint = "" if again else "check the query"
        return Trouble(f"it does not accept the request: {quoted(text)}", again=again, hint=hint)
    return None


def _words_of_page(status: int, text: str) -> Page[dict[str, Any]] | Trouble | None:
    """Return what a refusal of a page means: its cursor may be too old."""
    return Page((), is_expired=True) if status in (400, 403) and CURSOR.search(text) else _words(status, text)
