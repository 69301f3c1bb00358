"""Search PubMed through NCBI's E-utilities.

The small replies are parsed by lxml with entities and network off, not by Bio.Entrez: that makes folders in the user's
home when it is imported, and opens the address of every document type that it does not know. The tests hold the two
side by side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from jakdb.errors import SourceError, UsageError
from jaksearch.sources.entrez_replies import (
    Searched,
    as_set,
    judge_reply,
    pmids_of,
    read_einfo,
    read_elink,
    read_esearch,
    read_espell,
)
from jaksearch.sources.protocol import Batch, Found, Tick
from jaksearch.sources.slicing import CAP, LAST_DAY, Listing, Slice, every_id, is_balanced, settled_count
from jaksearch.sources.transport import Transport, Trouble

__all__ = ["BASE_URL", "PubMed"]

BASE_URL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
BATCH = 200
"""Records of one request: NCBI's advice for lists of identifiers."""
ASKS = 6
"""How often a record is asked for before it counts as absent."""

T = TypeVar("T")


class PubMed:
    """PubMed as a `Source`.

    Parameters
    ----------
    transport : Transport
        How requests get there.
    cap : int
        Records that the service lists of one query.
    """

    name = "pubmed"
    database = "PubMed"
    platform = "NCBI E-utilities"
    format = "pubmed-xml"

    def __init__(self, transport: Transport, *, cap: int = CAP, batch_size: int = BATCH) -> None:
        self._transport = transport
        self._cap = cap
        self.batch_size = batch_size

    def look(self, lines: Sequence[tuple[str, str]], query: str) -> Found:
        """Return counts, translation and warnings of a query and its lines; nothing is fetched.

        Raises
        ------
        UsageError
            If the query or a line is empty.
        SourceError
            If the service does not answer.
        """
        version = self.version()
        counted = []
        warnings = []
        for label, text in lines:
            line = self.count(text)
            counted.append((label, text, line.count))
            warnings += [f"line {label}: {warning}" for warning in line.warnings]
        found = self._search(query, self._cap)
        count = found.count if found.count <= self._cap else settled_count(lambda: self.count(query).count)
        warnings = [*found.warnings, *self._spelling(query), *warnings]
        return Found(count, query, found.translation, tuple(warnings), tuple(counted), version)

    def ids(self, query: str, *, tick: Tick = lambda _done, _total: None) -> Iterator[str]:
        """Yield every PMID that a query finds, each once, however many they are.

        Raises
        ------
        ShortfallError
            If the parts of a large search do not add up to its count.
        """
        return every_id(query, self._list, cap=self._cap, tick=tick, service=self.database)

    def fetch(self, ids: Sequence[str]) -> Batch:
        """Return the records of PMIDs; those that are missing are asked for again, then listed as absent.

        Raises
        ------
        UsageError
            If there are more than `batch_size`, or one is no PMID.
        SourceError
            If the service does not answer, or gives records that were not asked for.
        """
        asked = _pmids(ids)
        if len(asked) > self.batch_size:
            raise UsageError(f"{len(asked)} records in one batch", hint=f"ask for {self.batch_size} at a time")
        missing, replies = asked, []
        for _ in range(ASKS):
            if not missing:
                break
            body, found = self._records(missing)
            if found:
                replies.append(body)
            missing = tuple(pmid for pmid in missing if pmid not in found)
        return Batch(self.format, as_set(replies), asked, missing)

    def created_since(self, query: str, day: date) -> str:
        """Return a query limited to the records that PubMed created on a day or later ([crdt], never set back).

        Raises
        ------
        UsageError
            If brackets or quotation marks do not match: the limit would not hold for all of it.
        """
        if not is_balanced(query):
            raise UsageError(
                "the query cannot be limited to a day: its brackets or quotation marks do not match",
                hint="close every bracket and quotation mark",
            )
        return Slice((day, LAST_DAY)).term(query)

    def version(self) -> str:
        """Return the build and the last update of the database."""
        return self._ask("einfo.fcgi", [], read_einfo, roots=("eInfoResult",))

    def count(self, query: str) -> Searched:
        """Return count, translation and warnings of a query."""
        return self._search(query, 0)

    def suggestion(self, query: str) -> str:
        """Return the query as the service would spell it; nothing if it has no doubts."""
        return self._ask("espell.fcgi", [("term", query)], read_espell, roots=("eSpellResult",), attempts=3)

    def linked(self, ids: Sequence[str], *, link: str = "pubmed_pubmed_citedin") -> dict[str, tuple[str, ...]]:
        """Return the PMIDs that a link leads to from each PMID.

        Parameters
        ----------
        link : str
            ``pubmed_pubmed_citedin`` (papers that cite it), ``pubmed_pubmed_refs`` (papers it cites), ...
        """
        asked = _pmids(ids)
        found: dict[str, tuple[str, ...]] = {}
        for start in range(0, len(asked), self.batch_size):
            some = asked[start : start + self.batch_size]
            form = [("dbfrom", "pubmed"), ("linkname", link), *(("id", pmid) for pmid in some)]
            found |= self._ask("elink.fcgi", form, lambda body: read_elink(body, link), roots=("eLinkResult",))
        return {pmid: found.get(pmid, ()) for pmid in asked}

    def close(self) -> None:
        """Close the connections of this thread."""
        self._transport.close()

    def _spelling(self, query: str) -> tuple[str, ...]:
        """Return the service's doubt about the spelling as a warning; that it gives none is one too."""
        try:
            better = self.suggestion(query)
        except SourceError as error:
            return (f"the spelling could not be checked ({error})",)
        return (f"did you mean: {better}",) if better else ()

    def _list(self, query: str) -> Listing:
        """Return count and identifiers of a query, as many as the service lists."""
        found = self._search(query, self._cap)
        return Listing(found.count, found.ids)

    def _search(self, query: str, listed: int) -> Searched:
        """Search, and list so many identifiers."""
        if not query.strip():
            raise UsageError("the query is empty", hint="write what to search for")
        form = [("term", query), ("retmax", str(listed))]
        return self._ask("esearch.fcgi", form, lambda body: read_esearch(body, listed), roots=("eSearchResult",))

    def _records(self, pmids: Sequence[str]) -> tuple[bytes, frozenset[str]]:
        """Return the reply with some records, and which they are."""
        wanted = frozenset(pmids)

        def read(body: bytes) -> tuple[bytes, frozenset[str]] | Trouble:
            found = pmids_of(body)
            if isinstance(found, Trouble):
                return found
            if strange := sorted(set(found) - wanted):
                return Trouble(f"a record came that was not asked for ({strange[0]})")
            if len(set(found)) < len(found):
                return Trouble("a record came twice in one reply")
            return body, frozenset(found)

        form = [("id", ",".join(pmids)), ("retmode", "xml")]
        return self._ask("efetch.fcgi", form, read, roots=("PubmedArticleSet", "eFetchResult"))

    def _ask(
        self,
        path: str,
        form: Iterable[tuple[str, str]],
        read: Callable[[bytes], T | Trouble],
        *,
        roots: tuple[str, ...],
        attempts: int | None = None,
    ) -> T:
        """Send a request until its reply can be read, and return what is read."""
        kept: list[T] = []

        def judge(status: int, body: bytes) -> Trouble | None:
            trouble = judge_reply(status, body, roots)
            if trouble is not None:
                return trouble
            found = read(body)
            if isinstance(found, Trouble):
                return found
            kept[:] = [found]
            return None

        self._transport.call(path, [("db", "pubmed"), *form], judge=judge, attempts=attempts)
        return kept[0]


def _pmids(ids: Sequence[str]) -> tuple[str, ...]:
    """Return PMIDs, each once, without zeros in front."""
    for identifier in ids:
        if not re.fullmatch(r"\d{1,12}", identifier, re.ASCII) or int(identifier) == 0:
            raise UsageError(f"{identifier!r} is no PMID", hint="PMIDs are numbers")
    return tuple(dict.fromkeys(str(int(identifier)) for identifier in ids))
