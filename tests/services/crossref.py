"""Crossref's works (``cursor``, filters) over a synthetic corpus: a query finds what holds any of its words.

Its cursors are those of Elasticsearch's scroll: the same one stands under every page, each request with it gives the
page that follows, and a page whose reply was lost does not come again.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from .corpus import Article, Correction
from .faults import Fault
from .paged import BadCursorError, Paged, SearchError, json_reply
from .serving import Reply, Request, whole
from .vocabulary import STOPWORDS, plain

__all__ = ["Crossref"]

QUERIES = {"query": "all", "query.bibliographic": "all", "query.title": "ti", "query.author": "au"}
DATES = {
    "from-pub-date": ("dp", True),
    "until-pub-date": ("dp", False),
    "from-created-date": ("crdt", True),
    "until-created-date": ("crdt", False),
    "from-update-date": ("lr", True),
    "until-update-date": ("lr", False),
}
LIMIT = {"X-Rate-Limit-Limit": "50", "X-Rate-Limit-Interval": "1s"}


class Crossref(Paged):
    """``/works`` and ``/works/DOI``."""

    root = "/"
    largest = 1_000
    paged_by_offset = 10_000

    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self.scrolls: dict[str, int] = {}

    def page(
        self, ids: Sequence[int], params: Mapping[str, str], *, cursor: str, size: int, fault: Fault | None
    ) -> tuple[list[int], str, bool]:
        """Return the page that follows, and the same cursor again."""
        if not cursor:
            return list(ids[:size]), "", False
        is_new = cursor == "*"
        if is_new:
            _, mark, _ = super().page(ids, params, cursor="*", size=0, fault=None)
            cursor = f"{mark}.{len(self.scrolls)}"
            self.scrolls[cursor] = 0
        _, known, _ = super().page(ids, params, cursor="*", size=0, fault=None)
        is_old = fault is not None and fault.kind == "expired" and not is_new
        if is_old or cursor not in self.scrolls or cursor.partition(".")[0] != known:
            raise BadCursorError(cursor)
        start = self.scrolls[cursor]
        self.scrolls[cursor] = start + size
        shown = list(ids[start : start + size])
        if fault and fault.kind == "missing":
            shown = shown[:-1]
        return shown, cursor, start + size < len(ids)

    def answer(self, request: Request, key: str, fault: Fault | None) -> Reply:
        """Answer a request."""
        asked, rest = request.params, request.path.removeprefix(self.root)
        if fault and fault.kind == "backend":
            return Reply(b"Service Unavailable", "text/plain", 503)
        if rest.startswith("works/"):
            ids = self._of_doi(unquote(rest.removeprefix("works/")))
            article = self.corpus.article(ids[0]) if ids else None
            if article is None:
                return Reply(b"Resource not found.", "text/plain", 404)
            return _said("work", item(article))
        if rest != "works":
            return Reply(b"Resource not found.", "text/plain", 404)
        if request.method != "GET":
            return Reply(b"Method not allowed.", "text/plain", 405)
        size, start = whole(asked, "rows", 20), whole(asked, "offset", 0)
        if size > self.largest:
            return _wrong(
                "integer-not-valid", f"Integer specified as {size} must be a positive integer less than 1000."
            )
        if start + size > self.paged_by_offset and "cursor" not in asked:
            return _wrong("integer-not-valid", "Offset is over 10000: use a cursor.")
        try:
            ids = self._find(asked)
            cursor = asked.get("cursor", "")
            shown, following, _ = self.page(ids[start:], asked, cursor=cursor, size=size, fault=fault)
        except BadCursorError:
            return Reply(b"Resource not found.", "text/plain", 404)
        except (SearchError, KeyError) as error:
            return _wrong("filter-not-available", f"Filter {error} specified but there is no such filter.")
        message: dict[str, Any] = {
            "facets": {},
            "total-results": len(ids) + (1 if fault and fault.kind == "count" else 0),
            "items": [_only(item(article), asked) for pmid in shown if (article := self.corpus.article(pmid))],
            "items-per-page": size,
            "query": {"start-index": start, "search-terms": asked.get("query")},
        }
        if "cursor" in asked:
            message["next-cursor"] = following
        return _said("work-list", message)

    def _of_doi(self, doi: str) -> list[int]:
        """Return the article with a DOI, also one that is not made from its number."""
        odd = [pmid for pmid, patch in self.corpus.patches.items() if patch.get("doi") == doi]
        return odd or self.find(f'"{doi}"[aid]')

    def _find(self, asked: dict[str, str]) -> list[int]:
        """Return what the queries and every filter find."""
        parts = []
        for name, tag in QUERIES.items():
            words = [word for word in plain(asked.get(name, "")).split() if word not in STOPWORDS]
            if words:
                parts.append("(" + " OR ".join(f"{word}[{tag}]" for word in words) + ")")
        same: dict[str, list[str]] = defaultdict(list)
        for one in [one for one in asked.get("filter", "").split(",") if one]:
            name, _, value = one.partition(":")
            if name == "doi":
                same[name].append(f'"{value}"[aid]')
            elif name != "type":
                tag, is_start = DATES[name]
                day = value.replace("-", "/")
                same[name].append(f"{day}:3000[{tag}]" if is_start else f"1000:{day}[{tag}]")
        parts += [f"({' OR '.join(values)})" for values in same.values()]  # the same filter again widens it
        return self.find(" AND ".join(parts) or "all[sb]")


def _only(whole: dict[str, Any], asked: dict[str, str]) -> dict[str, Any]:
    """Return those parts of a work that were asked for."""
    names = [name for name in asked.get("select", "").split(",") if name]
    return {name: whole[name] for name in names if name in whole} if names else whole


def item(a: Article) -> dict[str, Any]:
    """Write a work."""
    content: dict[str, Any] = {
        "DOI": a.doi,
        "URL": f"https://doi.org/{a.doi}",
        "type": "journal-article",
        "title": [a.title],
        "author": [
            {"given": p.fore, "family": p.last, "sequence": "additional" if at else "first", "affiliation": []}
            for at, p in enumerate(a.authors)
        ],
        "container-title": [a.journal.title],
        "short-container-title": [a.journal.abbreviation],
        "volume": str(a.volume),
        "issue": str(a.issue),
        "page": a.pages,
        "ISSN": [a.journal.issn],
        "language": {"eng": "en", "ger": "de", "chi": "zh"}[a.language],
        "issued": {"date-parts": [[a.published.year, a.published.month]]},
        "published": {"date-parts": [[a.published.year, a.published.month]]},
        "created": _moment(a.created),
        "deposited": _moment(a.revised),
        "indexed": _moment(a.revised),
        "reference": [
            {"key": f"ref{n}", "DOI": f"10.99999/jak.{pmid}"} for n, pmid in enumerate(a.references, start=1)
        ],
        "references-count": len(a.references),
        "update-to": [_update(link) for link in a.corrections if link.kind in ("RetractionOf", "ErratumFor")],
        "updated-by": [_update(link) for link in a.corrections if link.kind in ("RetractionIn", "ErratumIn")],
    }
    if a.abstract:
        content["abstract"] = "".join(f"<jats:p>{text}</jats:p>" for _, text in a.abstract)
    return {name: value for name, value in content.items() if value != []}


def _update(link: Correction) -> dict[str, str]:
    """Write a link to or from a retraction or an erratum."""
    kind = "retraction" if link.kind.startswith("Retraction") else "erratum"
    return {"DOI": f"10.99999/jak.{link.pmid}", "type": kind, "label": kind.capitalize(), "source": "publisher"}


def _moment(day: dt.date) -> dict[str, Any]:
    moment = dt.datetime.combine(day, dt.time(), dt.UTC)
    return {
        "date-parts": [[day.year, day.month, day.day]],
        "date-time": f"{day.isoformat()}T00:00:00Z",
        "timestamp": int(moment.timestamp() * 1000),
    }


def _said(kind: str, message: Any, *, status: str = "ok", code: int = 200) -> Reply:
    content = {"status": status, "message-type": kind, "message-version": "1.0.0", "message": message}
    return json_reply(content, status=code, headers=LIMIT)


def _wrong(kind: str, text: str) -> Reply:
    message = [{"type": kind, "value": "", "message": text}]
    return _said("validation-failure", message, status="failed", code=400)
