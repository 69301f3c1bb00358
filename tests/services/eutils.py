"""An E-utilities server over a synthetic corpus, for the tests and for trying jak offline.

``python -m tests.services.eutils --corpus 2500`` serves until it is interrupted. What it does not know: sorting by
relevance, spelling beyond one letter, mapping beyond the headings of its own vocabulary, databases other than PubMed.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from .corpus import Article, Corpus, Pair, make_corpus, make_pair
from .faults import Chance, Fault, Faults, Script
from .links import info_reply, link_reply, spelling
from .publication import SET_HEAD, SET_TAIL, document_summary, json_summary, medline, pubmed_xml
from .replies import JSON, doctype, error_reply, json_of, search_json, search_xml
from .search import RANGES, TAGS, Answer, SearchError, days_between, search
from .serving import Log, Reply, Request, start, whole

__all__ = [
    "CEILING",
    "Chance",
    "Corpus",
    "EUtils",
    "Fault",
    "Log",
    "Pair",
    "Script",
    "make_corpus",
    "make_pair",
    "start",
]

CEILING = 9_999
TOO_FAR = (
    "Search Backend failed: Exception:\n'retstart' cannot be larger than {0}. For PubMed, ESearch can only retrieve "
    "the first {1:,} records matching the query. To obtain more than {1:,} PubMed records, consider using EDirect that "
    "contains additional logic to batch PubMed search results automatically so that an arbitrary number can be "
    "retrieved. For details see https://www.ncbi.nlm.nih.gov/books/NBK25499/"
)
NO_ITEMS = "No items found."
CLAMPED = "Restrictions achieved. start and count adjusted to {}, {}"
TOO_MANY_SUMMARIES = "Too many UIDs in request. Maximum number of UIDs is 500 for JSON format output."
PLAIN = "text/plain; charset=UTF-8"
Ids = NDArray[np.int64]


@dataclass(slots=True)
class Session:
    """What one WebEnv holds: the results by query key."""

    results: dict[int, Ids] = field(default_factory=dict)


class EUtils:
    """The E-utilities of one database, PubMed, over a corpus (`services.serving.Service`).

    Parameters
    ----------
    corpus : Corpus or Pair
        What there is to find; of a pair the state before, until `advance` is called.
    per_second, keyed_per_second : float, optional
        More requests than this in any one second are refused: for each address, and for each key. None is no limit.
    faults : Faults, optional
        `Script` or `Chance`.
    keys : collection of str, optional
        The keys that are valid; without it every key is.
    today : date, optional
        The service's own day, for `reldate`; by default the day its corpus was built.
    delay : float
        Seconds before each answer.
    ceiling : int
        So many records of one search can be reached; a test may lower it.
    """

    root = "/entrez/eutils/"

    def __init__(
        self,
        corpus: Corpus | Pair,
        *,
        per_second: float | None = None,
        keyed_per_second: float | None = None,
        faults: Faults | None = None,
        keys: Sequence[str] | None = None,
        today: dt.date | None = None,
        delay: float = 0.0,
        ceiling: int = CEILING,
    ) -> None:
        self.pair = corpus if isinstance(corpus, Pair) else None
        self.corpus = corpus.before if isinstance(corpus, Pair) else corpus
        self.per_second, self.keyed_per_second = per_second, keyed_per_second
        self.faults, self.keys, self.delay = faults, keys, delay
        self.ceiling, self.too_far = ceiling, TOO_FAR.format(ceiling - 1, ceiling)
        self.today = today or self.corpus.built.date()
        self.sessions: dict[str, Session] = {}
        self.numbers = itertools.count(1)
        self.lock = threading.Lock()
        self.tools: dict[str, Callable[[Request, Fault | None], Reply]] = {
            "esearch": self.esearch,
            "epost": self.epost,
            "efetch": self.efetch,
            "esummary": self.esummary,
            "elink": self.elink,
            "einfo": self.einfo,
            "espell": self.espell,
        }

    def advance(self) -> None:
        """Move the clock to the second state of the pair; what the history holds stays as it was."""
        if self.pair is None:
            raise ValueError("there is one state only: give a Pair")
        self.corpus = self.pair.after
        self.today = self.corpus.built.date()

    def expire(self) -> None:
        """Forget every WebEnv."""
        with self.lock:
            self.sessions.clear()

    def answer(self, request: Request, key: str, fault: Fault | None) -> Reply:
        """Answer a request."""
        if key and self.keys is not None and key not in self.keys:
            said = {"error": "API key invalid", "api-key": key, "type": "invalid", "status": "unknown"}
            return Reply(json.dumps(said).encode(), "application/json", 400)
        tool = self.tools.get(request.tool) if request.path.startswith(self.root) else None
        if tool is None or not request.path.endswith(".fcgi"):
            return Reply(b"<html><head><title>404 Not Found</title></head></html>", "text/html", 404)
        if fault and fault.kind == "expired":
            with self.lock:
                self.sessions.pop(request.params.get("WebEnv", ""), None)
        if fault and fault.kind == "backend":
            return error_reply(request, "Search Backend failed: Exception:\nRead timed out")
        database = request.params.get("db", "" if request.tool == "einfo" else "pubmed").lower()
        if database not in ("pubmed", "") and request.tool != "elink":
            return error_reply(request, f"Invalid db name specified: {database}")
        return tool(request, fault)

    def esearch(self, request: Request, fault: Fault | None) -> Reply:
        """Search, or show a stored search again."""
        asked = request.params
        session = self._session(asked.get("WebEnv", ""))
        stored = session.results if session else {}
        start_at, most = whole(asked, "retstart", 0), whole(asked, "retmax", 20)
        term, number = asked.get("term", ""), asked.get("query_key", "")
        if number and not term:
            if not number.isdigit() or int(number) not in stored:
                return error_reply(request, f"Unable to obtain query #{number}")
            found, said = stored[int(number)], Answer(np.zeros(0, bool), translation=f"#{number}")
        else:
            if not term.strip():
                return error_reply(request, "Empty term and query_key - nothing todo")
            try:
                said = search(self.corpus, _in_field(term, asked.get("field", "")), history=stored)
                mask = said.mask & self._within(asked)
            except SearchError as error:
                return error_reply(request, str(error))
            found = self.corpus.ids[mask][::-1]
            if asked.get("sort") in ("pub_date", "pub+date", "pub date"):
                found = found[np.argsort(-self.corpus.published[mask][::-1], kind="stable")]
        if start_at > self.ceiling - 1:
            return error_reply(request, self.too_far)
        shown = found[start_at : min(start_at + max(0, most), self.ceiling)]
        messages = [] if len(found) else [NO_ITEMS]
        if most > self.ceiling and len(found) > self.ceiling:
            messages.append(CLAMPED.format(start_at, self.ceiling - start_at))
        kept = self._keep(asked.get("WebEnv", ""), found) if asked.get("usehistory") == "y" else ("", 0)
        count = len(found) + (1 if fault and fault.kind == "count" else 0)
        write = search_json if asked.get("retmode") == "json" else search_xml
        return write(count, start_at, shown, kept, said, messages, only_count=asked.get("rettype") == "count")

    def epost(self, request: Request, fault: Fault | None) -> Reply:
        """Store identifiers."""
        ids, bad = _numbers(request.params.get("id", ""))
        if not ids:
            said = ["Empty ID list; Nothing to store"]
            if bad:
                said.append("Some IDs have invalid value and were omitted. Maximum ID value 18446744073709551615")
            return error_reply(request, *said)
        webenv, number = self._keep(request.params.get("WebEnv", ""), np.array(ids, np.int64))
        omitted = "\t<InvalidIdList>" + "".join(f"<Id>{escape(one)}</Id>" for one in bad) + "</InvalidIdList>\n"
        body = (
            f'<?xml version="1.0" encoding="UTF-8" ?>\n{doctype("ePostResult", "epost 20090526")}<ePostResult>\n'
            f"{omitted if bad else ''}\t<QueryKey>{number}</QueryKey>\n\t<WebEnv>{webenv}</WebEnv>\n</ePostResult>\n"
        )
        return Reply(body.encode())

    def efetch(self, request: Request, fault: Fault | None) -> Reply:
        """Give records: of identifiers in their order or of a stored result; what is unknown is left out in silence."""
        asked = request.params
        wanted = self._wanted(request, default=10_000)
        if isinstance(wanted, Reply):
            return wanted
        if fault and fault.kind == "missing":
            wanted = wanted[:-1]
        kind = (asked.get("rettype", ""), asked.get("retmode", "xml" if "rettype" not in asked else "text"))
        if kind[0] == "uilist":
            known = [str(pmid) for pmid in wanted if self.corpus.place(pmid) >= 0]
            if kind[1] == "xml":
                inner = "".join(f"\t<Id>{pmid}</Id>\n" for pmid in known)
                return Reply(f'<?xml version="1.0"?>\n<IdList>\n{inner}</IdList>\n'.encode())
            return Reply(("\n".join(known) + "\n").encode(), PLAIN)
        articles = [article for pmid in wanted if (article := self.corpus.article(pmid))]
        if kind[0] == "medline" and kind[1] != "xml":
            return Reply("".join(f"{medline(article)}" for article in articles).encode(), PLAIN)
        if kind[1] != "xml":
            return error_reply(request, f"Unsupported rettype or retmode: {kind[0]} {kind[1]}", status=400)
        return Reply((SET_HEAD + "".join(map(pubmed_xml, articles)) + SET_TAIL).encode())

    def esummary(self, request: Request, fault: Fault | None) -> Reply:
        """Give summaries; an unknown identifier is named in an error beside the others."""
        wanted = self._wanted(request, default=10_000)
        if isinstance(wanted, Reply):
            return wanted
        pairs: list[tuple[int, Article | None]] = [(pmid, self.corpus.article(pmid)) for pmid in wanted]
        if request.params.get("retmode") == "json":
            if len(pairs) > 500:
                return Reply(json_of("esummary", {"error": TOO_MANY_SUMMARIES}), JSON)
            result: dict[str, Any] = {"uids": [str(pmid) for pmid, _ in pairs]}
            for pmid, article in pairs:
                unknown = {"uid": str(pmid), "error": "cannot get document summary"}
                result[str(pmid)] = json_summary(article) if article else unknown
            return Reply(json_of("esummary", {"result": result}), JSON)
        inner = "".join(
            document_summary(article) if article else f"\t<ERROR>UID={pmid}: cannot get document summary</ERROR>\n"
            for pmid, article in pairs
        )
        head = f'<?xml version="1.0" encoding="UTF-8" ?>\n{doctype("eSummaryResult", "esummary v1 20041029")}'
        return Reply(f"{head}<eSummaryResult>\n{inner}</eSummaryResult>\n".encode())

    def elink(self, request: Request, fault: Fault | None) -> Reply:
        """Give citing and cited articles."""
        repeated = request.repeated.get("id", [])
        if repeated:
            sets = [ids for ids, _ in map(_numbers, repeated)]
        else:
            wanted = self._wanted(request, default=10_000)
            if isinstance(wanted, Reply):
                return wanted
            sets = [wanted]
        if fault and fault.kind == "missing":
            sets = sets[:-1]
        return link_reply(self.corpus, request.params, sets, keep=lambda ids: self._keep("", np.array(ids, np.int64)))

    def einfo(self, request: Request, fault: Fault | None) -> Reply:
        """Tell the databases, or the build, the count and the fields of PubMed."""
        return info_reply(self.corpus, request.params)

    def espell(self, request: Request, fault: Fault | None) -> Reply:
        """Suggest another spelling."""
        return spelling(request.params.get("term", ""))

    def _within(self, asked: dict[str, str]) -> NDArray[np.bool_]:
        """Apply datetype, mindate, maxdate and reldate."""
        name = TAGS.get(asked.get("datetype", "edat").lower(), "")
        everything = np.ones(len(self.corpus), bool)
        low, high = asked.get("mindate", ""), asked.get("maxdate", "")
        if asked.get("reldate", "").isdigit():
            first, last = self.today.toordinal() - int(asked["reldate"]), self.today.toordinal()
        elif low and high:
            first, last = days_between(low, high)
        else:
            return everything
        if not name.startswith("Date"):
            raise SearchError("Search Backend failed: Exception:\nInvalid datetype")
        column = getattr(self.corpus, RANGES[name])
        return everything & (column >= first) & (column <= last)

    def _wanted(self, request: Request, *, default: int) -> list[int] | Reply:
        """Return the identifiers asked for: those named, or a stretch of a stored result."""
        asked = request.params
        if asked.get("id"):
            return _numbers(asked["id"])[0]
        if not asked.get("query_key"):
            return error_reply(request, "Neither query_key nor id specified", status=400)
        session = self._session(asked.get("WebEnv", ""))
        number = asked["query_key"]
        if session is None or not number.isdigit() or int(number) not in session.results:
            return error_reply(request, f"Unable to obtain query #{number}", status=400)
        start_at, most = whole(asked, "retstart", 0), whole(asked, "retmax", default)
        if start_at > self.ceiling - 1:
            return error_reply(request, self.too_far, status=400)
        return [int(pmid) for pmid in session.results[int(number)][start_at : min(start_at + most, self.ceiling)]]

    def _session(self, webenv: str) -> Session | None:
        with self.lock:
            return self.sessions.get(webenv)

    def _keep(self, webenv: str, ids: Ids) -> tuple[str, int]:
        """Store a result; return its WebEnv (a new one if the given is unknown) and key."""
        with self.lock:
            if webenv not in self.sessions:
                webenv = f"MCID_{next(self.numbers):024x}"
                self.sessions[webenv] = Session()
            results = self.sessions[webenv].results
            results[len(results) + 1] = ids
            return webenv, len(results)


def _in_field(term: str, name: str) -> str:
    """Limit a search without tags to a field, as the parameter `field` does."""
    return f"{term}[{name}]" if name and "[" not in term else term


def _numbers(text: str) -> tuple[list[int], list[str]]:
    """Return the identifiers in a list and what is none; a repeated one counts once."""
    parts = [part for part in text.replace(",", " ").split() if part]
    good = dict.fromkeys(int(part) for part in parts if part.isdecimal() and len(part) < 19)
    return list(good), [part for part in parts if not (part.isdecimal() and len(part) < 19)]


if __name__ == "__main__":
    from .alone import main

    main()
