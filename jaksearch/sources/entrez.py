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
from jakdb.words import Record, SourceKind
from jaksearch.sources.citing import Direction, Numbers
from jaksearch.sources.entrez_known import find_papers, which_of
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
from jaksearch.sources.introduction import Names
from jaksearch.sources.known import Resolved
from jaksearch.sources.protocol import Batch, Found, Tick
from jaksearch.sources.slicing import CAP, LAST_DAY, Listing, Slice, every_id, is_balanced, settled_count
from jaksearch.sources.transport import Transport, Trouble

__all__ = ["PubMed"]

BATCH = 200
"""Records of one request: NCBI's advice for lists of identifiers."""
CITATIONS: dict[Direction, str] = {"backward": "pubmed_pubmed_refs", "forward": "pubmed_pubmed_citedin"}
"""Direction -> the link of elink that leads there."""
LINKED = 100
"""Records whose links are asked for at a time: each is a parameter of its own, so that its links stay apart."""
ASKS = 6
"""How often a record is asked for before it counts as absent."""

T = TypeVar("T")


class PubMed:
    """PubMed as a `Source` that knows papers (`KnownItems`) and which of them cite which (`CitationIndex`).

    Parameters
    ----------
    transport : Transport
        How requests get there.
    cap : int
        Records that the service lists of one query.
    """

    name = "pubmed"
    kind: SourceKind = "database"
    database = "PubMed"
    platform = "NCBI E-utilities"
    format = "pubmed-xml"
    base_url = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
    names = Names()

    def __init__(self, transport: Transport, *, cap: int = CAP, batch_size: int = BATCH) -> None:
        self._transport = transport
        self._cap = cap
        self.batch_size = batch_size

    @staticmethod
    def rate(*, email: str, api_key: str) -> float:
        """Return requests a second: what NCBI allows, more to who has a key."""
        del email
        return 10.0 if api_key else 3.0

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

    def linked(
        self,
        ids: Sequence[str],
        *,
        link: str = "pubmed_pubmed_citedin",
        tick: Tick = lambda _done, _total: None,
    ) -> dict[str, tuple[str, ...]]:
        """Return the PMIDs that a link leads to from each PMID; one about which no answer comes is left out.

        An answer without links is no lack of an answer: the service gives it for a PMID that it does not know, too.

        Parameters
        ----------
        link : str
            ``pubmed_pubmed_citedin`` (papers that cite it), ``pubmed_pubmed_refs`` (papers it cites), ...
        """
        asked = _pmids(ids)
        found: dict[str, tuple[str, ...]] = {}
        for start in range(0, len(asked), LINKED):
            tick(start, len(asked))
            missing = asked[start : start + LINKED]
            for _ in range(ASKS):
                if not missing:
                    break
                found |= self._links(missing, link)
                missing = tuple(pmid for pmid in missing if pmid not in found)
        tick(len(asked), len(asked))
        return {pmid: found[pmid] for pmid in asked if pmid in found}

    def citations(
        self, ids: Sequence[str], direction: Direction, *, tick: Tick = lambda _done, _total: None
    ) -> dict[str, tuple[str, ...]]:
        """Return the PMIDs that each PMID cites, or is cited by, as far as PubMed knows."""
        return self.linked(ids, link=CITATIONS[direction], tick=tick)

    def citation_request(self, ids: Sequence[str], direction: Direction) -> str:
        """Return the requests for citations, one a line, but for who asks."""
        parts = (ids[start : start + LINKED] for start in range(0, len(ids), LINKED))
        named = ("&".join(f"id={pmid}" for pmid in part) for part in parts)
        asked = f"elink.fcgi: db=pubmed&dbfrom=pubmed&linkname={CITATIONS[direction]}"
        return "\n".join(f"{asked}&{one}" for one in named)

    def numbers_of(self, ids: Sequence[str]) -> dict[str, Numbers]:
        """Return PMIDs as what they are; nothing is asked."""
        return {pmid: Numbers(pmid=pmid) for pmid in ids}

    def resolve(self, items: Sequence[Record], *, tick: Tick = lambda _done, _total: None) -> tuple[Resolved, ...]:
        """Return the record that PubMed has of each paper, known by PMID, DOI or title."""
        return find_papers(items, self._first, self.fetch, batch_size=self.batch_size, tick=tick)

    def which(self, query: str, ids: Sequence[str]) -> frozenset[str]:
        """Return those of some PMIDs that a query finds.

        Raises
        ------
        UsageError
            If one is no PMID, or the brackets or quotation marks of the query do not match.
        """
        return which_of(query, _pmids(ids), self._first)

    def hits(self, query: str) -> int:
        """Return how many records a query finds."""
        return self.count(query).count

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

    def _first(self, query: str, count: int) -> Sequence[str]:
        """Return the PMIDs of the first so many records of a query."""
        return self._search(query, count).ids

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

    def _links(self, pmids: Sequence[str], link: str) -> dict[str, tuple[str, ...]]:
        """Return what one reply says of the links of some records."""

        def read(body: bytes) -> dict[str, tuple[str, ...]] | Trouble:
            found = read_elink(body, link)
            if isinstance(found, Trouble):
                return found
            if strange := sorted(found.keys() - set(pmids)):
                return Trouble(f"links of a record came that was not asked for ({strange[0]})")
            return found

        form = [("dbfrom", "pubmed"), ("linkname", link), *(("id", pmid) for pmid in pmids)]
        return self._ask("elink.fcgi", form, read, roots=("eLinkResult",))

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
        return self._ask("efetch.fcgi", form, read, roots=("PubmedArticleSet", "eFetchResult"), errors=False)

    def _ask(
        self,
        path: str,
        form: Iterable[tuple[str, str]],
        read: Callable[[bytes], T | Trouble],
        *,
        roots: tuple[str, ...],
        attempts: int | None = None,
        errors: bool = True,
    ) -> T:
        """Send a request until its reply can be read, and return what is read.

        Parameters
        ----------
        errors : bool
            Whether the reply is searched for errors; without it `read` does that.
        """
        kept: list[T] = []

        def judge(status: int, body: bytes) -> Trouble | None:
            trouble = judge_reply(status, body, roots, errors=errors)
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
