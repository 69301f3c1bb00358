"""What a source can do beyond searching: say which known papers it holds, and which of them a query finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from jakdb.words import Record
from jaksearch.sources.protocol import Tick

__all__ = ["KnownItems", "Resolved"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A known paper at a service.

    Attributes
    ----------
    standing : str
        ``held``; ``absent`` (the service has no such record); ``unresolved`` (a person must say which record, if any).
    id : str
        The service's identifier; empty if it is not held.
    record : Record or None
        As the service gives it.
    why : str
        What is missing or unclear, in words.
    """

    standing: Literal["held", "absent", "unresolved"]
    id: str = ""
    record: Record | None = None
    why: str = ""


@runtime_checkable
class KnownItems(Protocol):
    """A source (`jaksearch.sources.Source`) at which a strategy can be tested with known papers."""

    def resolve(self, items: Sequence[Record], *, tick: Tick = ...) -> tuple[Resolved, ...]:
        """Return for each paper, known by PMID, DOI or title, the record that the service has of it."""
        ...

    def which(self, query: str, ids: Sequence[str]) -> frozenset[str]:
        """Return those of some identifiers that a query finds."""
        ...

    def hits(self, query: str) -> int:
        """Return how many records a query finds."""
        ...
