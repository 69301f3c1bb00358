"""What a source can do beyond searching: follow the citations of a paper to others.

*Backward* leads to the references of a paper, *forward* to the papers that cite it (Rethlefsen et al. 2021, PRISMA-S,
item 5; doi:10.1186/s13643-020-01542-z).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from jakdb.words import Record
from jaksearch.sources.known import Resolved
from jaksearch.sources.protocol import Tick

__all__ = ["DIRECTIONS", "CitationIndex", "Direction", "Numbers"]

Direction = Literal["backward", "forward"]
DIRECTIONS: tuple[Direction, ...] = ("backward", "forward")


@dataclass(frozen=True, slots=True)
class Numbers:
    """By what else a paper is known, as far as a service says it."""

    pmid: str = ""
    doi: str = ""


@runtime_checkable
class CitationIndex(Protocol):
    """A source (`jaksearch.sources.Source`) that knows which papers cite which."""

    def resolve(self, items: Sequence[Record], *, tick: Tick = ...) -> tuple[Resolved, ...]:
        """Return for each paper, known by PMID, DOI or title, the record that the service has of it."""
        ...

    def citations(self, ids: Sequence[str], direction: Direction, *, tick: Tick = ...) -> Mapping[str, tuple[str, ...]]:
        """Return the identifiers to which each identifier leads; one about which no answer comes is left out."""
        ...

    def citation_request(self, ids: Sequence[str], direction: Direction) -> str:
        """Return what `citations` asks for, in the words of the service."""
        ...

    def numbers_of(self, ids: Sequence[str]) -> Mapping[str, Numbers]:
        """Return by what else papers are known; no record of them is fetched."""
        ...

    def version(self) -> str:
        """Return the state of the service, as it names it; empty if it does not."""
        ...
