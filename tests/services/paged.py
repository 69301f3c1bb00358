"""What the services that page by a cursor share: a corpus with two states, cursors, and searches in PubMed's words."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .corpus import Corpus, Pair
from .faults import Fault, Faults
from .search import SearchError, search
from .serving import Reply

__all__ = ["BadCursorError", "Paged", "SearchError", "in_pubmed_words", "json_reply"]

NAMED = re.compile(r'(?P<name>[A-Za-z_]+):(?P<value>\[[^\]]*\]|"[^"]*"|[^\s()]+)')


class BadCursorError(Exception):
    """The cursor is none of this service's, of another search, or too old."""


class Paged:
    """A service over a corpus that gives its results page by page (`services.serving.Service`).

    Parameters
    ----------
    corpus : Corpus or Pair
        What there is to find; of a pair the state before, until `advance` is called.
    per_second : float, optional
        More requests than this from an address in one second are refused.
    faults : Faults, optional
        `Script` or `Chance`; ``expired`` makes the cursor of the request invalid.
    delay : float
        Seconds before each answer.
    """

    root = "/"

    def __init__(
        self,
        corpus: Corpus | Pair,
        *,
        per_second: float | None = None,
        faults: Faults | None = None,
        delay: float = 0.0,
    ) -> None:
        self.pair = corpus if isinstance(corpus, Pair) else None
        self.corpus = corpus.before if isinstance(corpus, Pair) else corpus
        self.per_second = self.keyed_per_second = per_second
        self.faults, self.delay = faults, delay

    def advance(self) -> None:
        """Move to the second state of the pair."""
        if self.pair is None:
            raise ValueError("there is one state only: give a Pair")
        self.corpus = self.pair.after

    def find(self, term: str) -> list[int]:
        """Return the PMIDs that a search in PubMed's words finds, newest first."""
        return [int(pmid) for pmid in self.corpus.ids[search(self.corpus, term).mask][::-1]]

    def page(
        self, ids: Sequence[int], params: Mapping[str, str], *, cursor: str, size: int, fault: Fault | None
    ) -> tuple[list[int], str, bool]:
        """Return a page, the cursor of what follows, and whether anything follows; a cursor belongs to one search."""
        rest = {name: value for name, value in params.items() if name not in ("cursor", "cursorMark", "pageToken")}
        mark = hashlib.sha256(json.dumps(sorted(rest.items())).encode()).hexdigest()[:16]
        start = 0
        if cursor not in ("", "*"):
            if fault and fault.kind == "expired":
                raise BadCursorError(cursor)
            try:
                start, known = json.loads(base64.urlsafe_b64decode(cursor))
            except ValueError:
                raise BadCursorError(cursor) from None
            if known != mark:
                raise BadCursorError(cursor)
        shown = list(ids[start : start + size])
        end = start + len(shown)
        following = base64.urlsafe_b64encode(json.dumps([end, mark]).encode()).decode()
        if fault and fault.kind == "missing":
            shown = shown[:-1]
        return shown, following, end < len(ids)


def in_pubmed_words(query: str, fields: Mapping[str, str], *, fixed: Mapping[str, str] | None = None) -> str:
    """Turn ``FIELD:value`` into PubMed's ``value[tag]``; a field that is not known becomes one that PubMed rejects.

    Examples
    --------
    >>> in_pubmed_words('TITLE:"hair loss" AND PUB_YEAR:[2019 TO 2020]', {"TITLE": "ti", "PUB_YEAR": "dp"})
    '"hair loss"[ti] AND 2019:2020[dp]'
    """

    def one(match: re.Match[str]) -> str:
        name, value = match["name"].upper(), match["value"]
        if fixed and name in fixed:
            return fixed[name]
        if value.startswith("["):
            low, _, high = value.strip("[]").partition(" TO ")
            return f"{low.replace('-', '/')}:{high.replace('-', '/').replace('*', '3000')}[{fields.get(name, name)}]"
        return f"{value}[{fields.get(name, name)}]"

    return NAMED.sub(one, query)


def json_reply(content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Write JSON."""
    return Reply(json.dumps(content, ensure_ascii=False).encode(), "application/json", status, headers or {})
