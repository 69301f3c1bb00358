"""What a service that jak can search gives, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable

from jakdb.words import SourceKind

__all__ = ["Batch", "Dated", "Found", "Source", "Tick"]

Tick = Callable[[int, int], None]
"""Told how many of how many are done."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a service says of a query before anything is fetched.

    Attributes
    ----------
    count : int
        Records that the query finds.
    query : str
        The query, byte for byte as it was sent.
    translation : str
        How the service read the query.
    warnings : tuple of str
        Everything that the service doubts: phrases not found or ignored, a likelier spelling.
    lines : tuple of (str, str, int)
        Label, query as sent and count of every line of the strategy.
    version : str
        The state of the database, as the service names it.
    """

    count: int
    query: str
    translation: str = ""
    warnings: tuple[str, ...] = ()
    lines: tuple[tuple[str, str, int], ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of some identifiers, as the service gave them.

    Attributes
    ----------
    format : str
        A name of `jaksearch.formats.FORMATS`.
    data : bytes
        What `open_exports` reads; empty if every identifier is absent.
    asked : tuple of str
        Each identifier once, in the order it was asked for.
    absent : tuple of str
        Identifiers that the service does not give, after it was asked again.
    """

    format: str
    data: bytes
    asked: tuple[str, ...]
    absent: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Records in the batch."""
        return len(self.asked) - len(self.absent)


class Source(Protocol):
    """A service that finds records by a query and gives them by their identifiers.

    Attributes
    ----------
    kind : {"database", "register", "other"}
        What PRISMA counts its records under.
    """

    name: str
    kind: SourceKind
    database: str
    platform: str
    batch_size: int

    def look(self, lines: Sequence[tuple[str, str]], query: str) -> Found:
        """Return counts, translation and warnings of a query and its lines (label, query); fetch nothing."""
        ...

    def ids(self, query: str, *, tick: Tick = ...) -> Iterator[str]:
        """Yield the identifier of every record that the query finds, each once.

        Raises
        ------
        ShortfallError
            At the end, if they are not as many as the service said.
        """
        ...

    def fetch(self, ids: Sequence[str]) -> Batch:
        """Return the records of up to `batch_size` identifiers."""
        ...


@runtime_checkable
class Dated(Protocol):
    """A source that knows when it created a record."""

    def created_since(self, query: str, day: date) -> str:
        """Return a query limited to the records that were created on a day or later."""
        ...
