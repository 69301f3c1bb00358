"""Europe PMC's search (REST, JSON, ``cursorMark``) over a synthetic corpus.

As in Solr, the cursor after the last record gives an empty page that names itself as the next. XML is not served. Every
tenth article stands in a second source (``CBA``) under the same number, as a number means nothing without its source.
"""

from __future__ import annotations

import re
from typing import Any

from .corpus import Article
from .faults import Fault
from .paged import BadCursorError, Paged, SearchError, in_pubmed_words, json_reply
from .serving import Reply, Request, whole

__all__ = ["EuropePMC"]

FIELDS = {
    "TITLE": "ti",
    "ABSTRACT": "ab",
    "TITLE_ABS": "tiab",
    "AUTH": "au",
    "JOURNAL": "ta",
    "PUB_YEAR": "dp",
    "FIRST_PDATE": "dp",
    "FIRST_IDATE": "crdt",
    "CREATION_DATE": "crdt",
    "EXT_ID": "uid",
    "DOI": "aid",
    "KW": "mh",
    "MESH": "mh",
    "PUB_TYPE": "pt",
    "LANG": "la",
}
FIXED = {"HAS_ABSTRACT": "hasabstract[sb]", "SRC": "all[sb]"}
SOURCE = re.compile(r"\bSRC:([A-Za-z]{3})\b")
ONE = r"\(?EXT_ID:(\w+) AND SRC:(\w{3})\)?"
NAMED = re.compile(rf"{ONE}(?: OR {ONE})*")
METHODS = {"search": "GET", "searchPOST": "POST"}
LITE = ("id", "source", "pmid", "pmcid", "doi", "title", "authorString", "journalTitle", "pubYear", "pageInfo")


class EuropePMC(Paged):
    """``/europepmc/webservices/rest/search``."""

    root = "/europepmc/webservices/rest/"
    largest = 1_000

    def answer(self, request: Request, key: str, fault: Fault | None) -> Reply:
        """Answer a request."""
        asked = request.params
        tool = request.path.removeprefix(self.root)
        if tool not in METHODS:
            return Reply(b"", "text/html", 404)
        if request.method != METHODS[tool]:
            return Reply(b"<html><title>405 Method Not Allowed</title></html>", "text/html", 405)
        if fault and fault.kind == "backend":
            return Reply(b"<html><title>503 Service Unavailable</title></html>", "text/html", 503)
        query = asked.get("query", "")
        if not query.strip():
            return json_reply({"version": "6.9", "errCode": 404, "errMsg": "No search criteria provided"})
        if asked.get("format") != "json":
            return Reply(b"<error>this server writes JSON only: format=json</error>", "text/xml", 400)
        size = min(whole(asked, "pageSize", 25), self.largest)
        kind, cursor = asked.get("resultType", "lite"), asked.get("cursorMark", "*")
        try:
            ids = self._documents(query)
            shown, following, _ = self.page(ids, asked, cursor=cursor, size=size, fault=fault)
        except (SearchError, BadCursorError) as error:
            return json_reply({"version": "6.9", "errCode": 400, "errMsg": f"Bad request: {error}"}, status=400)
        records = [self._record(document) for document in shown]
        if kind != "core":
            wanted = ("id", "source", "pmid", "pmcid", "doi") if kind == "idlist" else LITE
            records = [{name: one[name] for name in wanted if name in one} for one in records]
        told = {"queryString": query, "resultType": kind, "cursorMark": cursor, "pageSize": size, "sort": ""}
        content: dict[str, Any] = {
            "version": "6.9",
            "hitCount": len(ids) + (1 if fault and fault.kind == "count" else 0),
            "nextCursorMark": following if shown else cursor,
            "request": {**told, "synonym": False},
            "resultList": {"result": records},
        }
        return json_reply(content)

    def _documents(self, query: str) -> list[int]:
        """Return what a query finds: the PMID of an article, and less than nothing for its copy in another source."""
        if NAMED.fullmatch(query):
            named = [(int(number), source) for number, source in re.findall(ONE, query) if number.isdecimal()]
            known = [pmid if source == "MED" else -pmid for pmid, source in named if source in ("MED", "CBA")]
            return [one for one in known if self.corpus.article(abs(one)) and (one > 0 or abs(one) % 10 == 0)]
        found = self.find(in_pubmed_words(query, FIELDS, fixed=FIXED))
        sources = set(SOURCE.findall(query)) or {"MED", "CBA"}
        copies = [-pmid for pmid in found if pmid % 10 == 0 and "CBA" in sources]
        return [*(found if "MED" in sources else []), *copies]

    def _record(self, document: int) -> dict[str, Any]:
        """Write one document."""
        article = self.corpus.article(abs(document))
        assert article is not None
        written = record(article)
        if document > 0:
            return written
        return {**{name: value for name, value in written.items() if name not in ("pmid", "pmcid")}, "source": "CBA"}


def record(a: Article) -> dict[str, Any]:
    """Write a record as ``resultType=core`` does."""
    people = [
        {"fullName": f"{p.last} {p.initials}", "firstName": p.fore, "lastName": p.last, "initials": p.initials}
        for p in a.authors
    ]
    content: dict[str, Any] = {
        "id": str(a.pmid),
        "source": "MED",
        "pmid": str(a.pmid),
        "pmcid": a.pmc,
        "doi": a.doi,
        "title": a.title,
        "authorString": ", ".join(one["fullName"] for one in people) + ".",
        "authorList": {"author": people},
        "journalTitle": a.journal.abbreviation,
        "journalInfo": {
            "issue": str(a.issue),
            "volume": str(a.volume),
            "yearOfPublication": a.published.year,
            "journal": {"title": a.journal.title, "isoabbreviation": a.journal.abbreviation, "essn": a.journal.issn},
        },
        "pubYear": str(a.published.year),
        "pageInfo": a.pages,
        "abstractText": "".join(
            f"<h4>{label.capitalize()}</h4>{text}" if label else text for label, text in a.abstract
        ),
        "language": a.language,
        "pubTypeList": {"pubType": [name.lower() for name in a.types]},
        "meshHeadingList": {
            "meshHeading": [
                {"majorTopic_YN": "Y" if major else "N", "descriptorName": name} for _, name, major in a.mesh
            ]
        },
        "commentCorrectionList": {
            "commentCorrection": [
                {"id": str(link.pmid), "source": "MED", "reference": link.source, "type": _spaced(link.kind)}
                for link in a.corrections
            ]
        },
        "dateOfCreation": a.created.isoformat(),
        "firstIndexDate": a.created.isoformat(),
        "firstPublicationDate": a.published.isoformat(),
    }
    for empty in ("meshHeadingList", "commentCorrectionList"):
        if not next(iter(content[empty].values())):
            del content[empty]
    return {name: value for name, value in content.items() if value != ""}


def _spaced(kind: str) -> str:
    """Write ``RetractionIn`` as ``Retraction in``."""
    return "".join(f" {c.lower()}" if c.isupper() and at else c for at, c in enumerate(kind))
