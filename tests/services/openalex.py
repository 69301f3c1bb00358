"""OpenAlex's works (``cursor``, filters, both directions of citation) over a synthetic corpus.

A list gives the first hundred authors of a work. Use costs money, of which a little is free each day; single works are
free.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .corpus import Article
from .faults import Fault
from .links import linked
from .paged import BadCursorError, Paged, SearchError, json_reply
from .serving import Reply, Request, whole

__all__ = ["OpenAlex"]

SEARCHED = {"title.search": "ti", "title_and_abstract.search": "tiab", "default.search": ""}
DATES = {
    "from_publication_date": ("dp", True),
    "to_publication_date": ("dp", False),
    "from_created_date": ("crdt", True),
    "publication_year": ("dp", None),
}
NAMES = {"pmid": "uid", "ids.pmid": "uid", "doi": "aid", "openalex": "uid", "ids.openalex": "uid"}
WEB = ("https://openalex.org/W", "https://doi.org/", "https://pubmed.ncbi.nlm.nih.gov/", "W", "pmid:")


class OpenAlex(Paged):
    """``/works`` and ``/works/W…``; a work has the number of its PMID."""

    root = "/"
    largest = 100
    paged_by_number = 10_000
    values = 100
    authors = 100

    def __init__(self, *given: Any, free: float | None = None, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self.free, self.spent = free, 0.0

    def answer(self, request: Request, key: str, fault: Fault | None) -> Reply:
        """Answer a request."""
        asked, rest = request.params, request.path.removeprefix(self.root)
        if fault and fault.kind == "backend":
            return Reply(b"<html><title>503 Service Temporarily Unavailable</title></html>", "text/html", 503)
        if rest.startswith("works/"):
            one = _bare(rest.removeprefix("works/"))
            article = self.corpus.article(int(one)) if one.isdecimal() else None
            return (
                json_reply(self.work(article)) if article else Reply(b"<title>404 Not Found</title>", "text/html", 404)
            )
        if rest != "works":
            return Reply(b"<title>404 Not Found</title>", "text/html", 404)
        if request.method != "GET":
            return Reply(b"<title>405 Method Not Allowed</title>", "text/html", 405)
        self.spent += 0.001 if asked.get("search") or ".search:" in asked.get("filter", "") else 0.0001
        if self.free is not None and self.spent > self.free:
            said = {"error": "Rate limit exceeded", "message": "Insufficient budget. Resets at midnight UTC."}
            return json_reply(said, status=429, headers={"Retry-After": "30000", "X-RateLimit-Remaining-USD": "0"})
        size = whole(asked, "per-page" if "per-page" in asked else "per_page", 25)
        number = whole(asked, "page", 1)
        if not 1 <= size <= self.largest:
            return _refused(f"per-page parameter must be between 1 and {self.largest}")
        if "cursor" not in asked and size * number > self.paged_by_number:
            return _refused("Maximum results size of 10,000 records is exceeded. Cursor pagination is required")
        try:
            ids = self._find(asked)
            if "cursor" in asked:
                shown, following, _ = self.page(ids, asked, cursor=asked["cursor"], size=size, fault=fault)
            else:
                shown, following = ids[(number - 1) * size : number * size], ""
        except BadCursorError:
            return _refused("Cursor value is invalid")
        except (SearchError, KeyError, ValueError) as error:
            return _refused(f"{error} is not a valid field or value")
        meta: dict[str, Any] = {
            "count": len(ids) + (1 if fault and fault.kind == "count" else 0),
            "db_response_time_ms": 12,
            "page": None if "cursor" in asked else number,
            "per_page": size,
            "groups_count": None,
        }
        if "cursor" in asked:
            meta["next_cursor"] = following if shown else None
        works = [self._listed(article) for pmid in shown if (article := self.corpus.article(pmid))]
        chosen = [name for name in asked.get("select", "").split(",") if name]
        if chosen:
            works = [{name: work[name] for name in chosen if name in work} for work in works]
        return json_reply({"meta": meta, "results": works, "group_by": []})

    def work(self, a: Article) -> dict[str, Any]:
        """Write a work."""
        words: dict[str, list[int]] = {}
        for at, word in enumerate(" ".join(text for _, text in a.abstract).split()):
            words.setdefault(word, []).append(at)
        return {
            "id": f"https://openalex.org/W{a.pmid}",
            "doi": f"https://doi.org/{a.doi}",
            "title": a.title,
            "display_name": a.title,
            "publication_year": a.published.year,
            "publication_date": a.published.isoformat(),
            "ids": {
                "openalex": f"https://openalex.org/W{a.pmid}",
                "doi": f"https://doi.org/{a.doi}",
                "pmid": f"https://pubmed.ncbi.nlm.nih.gov/{a.pmid}",
            },
            "language": {"eng": "en", "ger": "de", "chi": "zh"}[a.language],
            "primary_location": {"source": {"display_name": a.journal.title, "issn": [a.journal.issn]}},
            "type": "retraction" if "Retraction of Publication" in a.types else "article",
            "authorships": [{"author": {"display_name": f"{p.fore} {p.last}"}} for p in a.authors],
            "is_retracted": "Retracted Publication" in a.types,
            "biblio": {
                "volume": str(a.volume),
                "issue": str(a.issue),
                "first_page": a.pages.split("-")[0],
                "last_page": a.pages.split("-")[1],
            },
            "referenced_works": [f"https://openalex.org/W{pmid}" for pmid in a.references],
            "abstract_inverted_index": words or None,
            "cited_by_api_url": f"https://api.openalex.org/works?filter=cites:W{a.pmid}",
            "created_date": a.created.isoformat(),
            "updated_date": a.revised.isoformat(),
        }

    def _listed(self, a: Article) -> dict[str, Any]:
        """Write a work as lists hold it."""
        work = self.work(a)
        if len(work["authorships"]) > self.authors:
            work |= {"authorships": work["authorships"][: self.authors], "is_authors_truncated": True}
        return work

    def _find(self, asked: dict[str, str]) -> list[int]:
        """Return what the search and every filter find."""
        ids = self.find(asked["search"] if asked.get("search", "").strip() else "all[sb]")
        for part in [one for one in asked.get("filter", "").split(",") if one]:
            name, _, value = part.partition(":")
            kept = self._filtered(name.strip(), value)
            ids = [pmid for pmid in ids if pmid in kept]
        return ids

    def _filtered(self, name: str, value: str) -> set[int]:
        """Return what one filter finds."""
        values = [_bare(one) for one in value.split("|")]
        if len(values) > self.values:
            raise SearchError(f"more than {self.values} values in {name}: it")
        if name in ("cites", "cited_by"):
            link = "pubmed_pubmed_citedin" if name == "cites" else "pubmed_pubmed_refs"
            return {pmid for one in values for pmid in linked(self.corpus, [int(one)], link)}
        if name in DATES:
            tag, is_start = DATES[name]
            day = value.replace("-", "/")
            first, _, last = value.partition("-")
            ends = (first, last or first) if is_start is None else (day, "3000") if is_start else ("1000", day)
            return set(self.find(f"{ends[0]}:{ends[1]}[{tag}]"))
        if name == "is_retracted":
            every = {int(pmid) for pmid in self.corpus.ids}
            gone = set(self.find('"Retracted Publication"[pt]'))
            return gone if value == "true" else every - gone
        if name in SEARCHED:
            return set(self.find(f"{value}[{SEARCHED[name]}]" if SEARCHED[name] else value))
        if name in NAMES and NAMES[name] == "uid":
            known = np.isin(self.corpus.ids, [int(one) for one in values])
            return {int(pmid) for pmid in self.corpus.ids[known]}
        return {pmid for one in values for pmid in self.find(f'"{one}"[{NAMES[name]}]')}


def _bare(name: str) -> str:
    """Take the address or the prefix off an identifier."""
    for start in WEB:
        name = name.removeprefix(start)
    return name


def _refused(message: str) -> Reply:
    return json_reply({"error": "Invalid query parameters error.", "message": message}, status=400)
