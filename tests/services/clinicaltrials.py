"""ClinicalTrials.gov's API, version 2 (``pageToken``), over the registered studies of a synthetic corpus.

A study is an article with a registration number; ``query.*`` are searched in all fields, ``fields`` knows the sections
and the NCT number.
"""

from __future__ import annotations

import re
from typing import Any

from .corpus import Article
from .faults import Fault
from .paged import BadCursorError, Paged, SearchError, json_reply
from .serving import Reply, Request, whole

__all__ = ["ClinicalTrials"]

KNOWN = frozenset(
    (
        "query.term",
        "query.cond",
        "query.intr",
        "query.titles",
        "query.id",
        "filter.ids",
        "filter.advanced",
        "filter.overallStatus",
        "fields",
        "sort",
        "countTotal",
        "pageSize",
        "pageToken",
        "format",
        "markupFormat",
    )
)
RANGE = re.compile(r"AREA\[(StudyFirstPostDate|LastUpdatePostDate)\]RANGE\[([\d-]+|MIN),\s*([\d-]+|MAX)\]")
FIELDS = {
    name: key
    for key in ("protocolSection", "derivedSection", "documentSection", "resultsSection", "hasResults", "nctId")
    for name in (key, f"{key[0].upper()}{key[1:]}")
} | {"NCTId": "nctId"}
DATES = {"StudyFirstPostDate": "crdt", "LastUpdatePostDate": "lr"}


class ClinicalTrials(Paged):
    """``/api/v2/studies``, ``/api/v2/studies/NCT…`` and ``/api/v2/version``."""

    root = "/api/v2/"
    largest = 1_000

    def answer(self, request: Request, key: str, fault: Fault | None) -> Reply:
        """Answer a request."""
        asked, rest = request.params, request.path.removeprefix(self.root)
        if fault and fault.kind == "backend":
            return Reply(b"Service Unavailable", "text/plain", 503)
        if rest == "version":
            return json_reply({"apiVersion": "2.0.5", "dataTimestamp": f"{self.corpus.built:%Y-%m-%dT%H:%M:%S}"})
        if rest.startswith("studies/"):
            [*found] = self._studies(f"{rest.removeprefix('studies/')}[si]")
            return json_reply(study(found[0])) if found else Reply(b"NCT number not found", "text/plain", 404)
        if rest != "studies":
            return Reply(b"Not Found", "text/plain", 404)
        unknown = sorted(set(asked) - KNOWN)
        if unknown:
            return Reply(f"`{unknown[0]}` is unknown parameter".encode(), "text/plain", 400)
        if request.method != "GET":
            return Reply(b"Method Not Allowed", "text/plain", 405)
        wrong = [name for name in _names(asked.get("fields", "")) if name not in FIELDS]
        if wrong:
            return Reply(f"`{wrong[0]}` is unknown field in `fields` parameter".encode(), "text/plain", 400)
        if asked.get("format", "json") != "json":
            return Reply(b"this server writes JSON only", "text/plain", 400)
        size = min(whole(asked, "pageSize", 10), self.largest) or 10
        token = asked.get("pageToken", "")
        try:
            studies = {one.pmid: one for one in self._studies(_term(asked))}
            same = {name: value for name, value in asked.items() if name != "countTotal"}
            shown, following, more = self.page(list(studies), same, cursor=token, size=size, fault=fault)
        except BadCursorError:
            return Reply(b"`pageToken` is invalid", "text/plain", 400)
        except SearchError as error:
            return Reply(f"Invalid query: {error}".encode(), "text/plain", 400)
        content: dict[str, Any] = {}
        if asked.get("countTotal") == "true" and not token:
            content["totalCount"] = len(studies) + (1 if fault and fault.kind == "count" else 0)
        fields = _names(asked.get("fields", ""))
        content["studies"] = [_only(study(studies[pmid]), fields) for pmid in shown]
        if more:
            content["nextPageToken"] = following
        return json_reply(content)

    def _studies(self, term: str) -> list[Article]:
        """Return the registered studies that a search finds."""
        articles = (self.corpus.article(pmid) for pmid in self.find(term))
        return [article for article in articles if article and article.registration]


def study(a: Article) -> dict[str, Any]:
    """Write a study in the sections of the API."""
    drug, _, rest = a.title.partition(" for ")
    condition = rest.partition(" in ")[0]
    return {
        "protocolSection": {
            "identificationModule": {
                "nctId": a.registration,
                "orgStudyIdInfo": {"id": f"JAK-{a.pmid}"},
                "briefTitle": a.title,
                "officialTitle": a.title,
            },
            "statusModule": {
                "overallStatus": "COMPLETED" if a.published.year < 2024 else "RECRUITING",
                "startDateStruct": {"date": f"{a.published:%Y-%m}"},
                "studyFirstPostDateStruct": {"date": a.created.isoformat(), "type": "ACTUAL"},
                "lastUpdatePostDateStruct": {"date": a.revised.isoformat(), "type": "ACTUAL"},
            },
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": f"{a.authors[0].last} Institute", "class": "OTHER"}},
            "descriptionModule": {"briefSummary": " ".join(text for _, text in a.abstract) or a.title},
            "conditionsModule": {"conditions": [condition]},
            "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE3"]},
            "armsInterventionsModule": {"interventions": [{"type": "DRUG", "name": drug}]},
        },
        "resultsSection": {"moreInfoModule": {"limitationsAndCaveats": {"description": "None."}}},
        "derivedSection": {"miscInfoModule": {"versionHolder": a.revised.isoformat()}},
        "hasResults": bool(a.mesh),
    }


def _names(text: str) -> list[str]:
    """Return the names in a list with commas or bars."""
    return [name for name in re.split(r"[,|]", text) if name]


def _only(whole: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Return those parts of a study that were asked for."""
    keys = {FIELDS[name] for name in names}
    if not keys:
        return whole
    kept = {key: value for key, value in whole.items() if key in keys}
    if "nctId" in keys and "protocolSection" not in keys:
        number = whole["protocolSection"]["identificationModule"]["nctId"]
        kept = {"protocolSection": {"identificationModule": {"nctId": number}}, **kept}
    return kept


def _term(asked: dict[str, str]) -> str:
    """Join everything asked for into one search."""
    parts = [f"({asked[name]})" for name in sorted(asked) if name.startswith("query.") and asked[name].strip()]
    if asked.get("filter.ids"):
        parts.append("(" + " OR ".join(f"{one}[si]" for one in re.split(r"[,|]", asked["filter.ids"])) + ")")
    for area, low, high in RANGE.findall(asked.get("filter.advanced", "")):
        ends = "1000" if low == "MIN" else low.replace("-", "/"), "3000" if high == "MAX" else high.replace("-", "/")
        parts.append(f"{ends[0]}:{ends[1]}[{DATES[area]}]")
    return " AND ".join(parts) or "all[sb]"
