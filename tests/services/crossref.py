"""Crossref's works (``cursor``, filters) over a synthetic corpus: a query finds what holds any of its words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from .corpus import Article
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

    def answer(self, request: Request, key: str, fault: Fault | None) -> Reply:
        """Answer a request."""
        asked, rest = request.params, request.path.removeprefix(self.root)
        if fault and fault.kind == "backend":
            return Reply(b"Service Unavailable", "text/plain", 503)
        if rest.startswith("works/"):
            ids = self.find(f'"{rest.removeprefix("works/").replace("%2F", "/")}"[aid]')
            article = self.corpus.article(ids[0]) if ids else None
            if article is None:
                return Reply(b"Resource not found.", "text/plain", 404)
            return _said("work", item(article))
        if rest != "works":
            return Reply(b"Resource not found.", "text/plain", 404)
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
            return _wrong("cursor-not-valid", "Cursor specified but expired or not valid.")
        except (SearchError, KeyError) as error:
            return _wrong("filter-not-available", f"Filter {error} specified but there is no such filter.")
        message: dict[str, Any] = {
            "facets": {},
            "total-results": len(ids) + (1 if fault and fault.kind == "count" else 0),
            "items": [item(article) for pmid in shown if (article := self.corpus.article(pmid))],
            "items-per-page": size,
            "query": {"start-index": start, "search-terms": asked.get("query")},
        }
        if "cursor" in asked:
            message["next-cursor"] = following
        return _said("work-list", message)

    def _find(self, asked: dict[str, str]) -> list[int]:
        """Return what the queries and every filter find."""
        parts = []
        for name, tag in QUERIES.items():
            words = [word for word in plain(asked.get(name, "")).split() if word not in STOPWORDS]
            if words:
                parts.append("(" + " OR ".join(f"{word}[{tag}]" for word in words) + ")")
        for one in [one for one in asked.get("filter", "").split(",") if one]:
            name, _, value = one.partition(":")
            if name == "doi":
                parts.append(f'"{value}"[aid]')
            elif name != "type":
                tag, is_start = DATES[name]
                day = value.replace("-", "/")
                parts.append(f"{day}:3000[{tag}]" if is_start else f"1000:{day}[{tag}]")
        return self.find(" AND ".join(parts) or "all[sb]")


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
        "update-to": [
            {"DOI": f"10.99999/jak.{link.pmid}", "type": "retraction", "label": "Retraction"}
            for link in a.corrections
            if link.kind == "RetractionOf"
        ],
    }
    if a.abstract:
        content["abstract"] = "".join(f"<jats:p>{text}</jats:p>" for _, text in a.abstract)
    return {name: value for name, value in content.items() if value != []}


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
