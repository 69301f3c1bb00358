"""The words of the search log: what is known of each search and file, and the answer to each item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from jak.citation_rounds import Round

__all__ = ["Item", "LoggedFile", "LoggedRun", "LoggedSearch", "SearchLog"]


@dataclass(frozen=True, slots=True)
class LoggedFile:
    """One file of a search; for a run, one reply of the service."""

    name: str
    sha256: str
    size: int
    format: str
    records: int
    accepted: int
    seen_again: int
    rejected: int
    imported: datetime
    undone: bool


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """What is known of a search that jak ran itself.

    Attributes
    ----------
    citations : Round or None
        Of a round of citation searching, the papers from which it started and those from which it could not.
    since : date or None
        Of a refresh by date, the day from which records were asked for.
    """

    run: int
    strategy: str
    version: int
    purpose: str
    began: datetime
    ended: datetime | None
    outcome: str
    equation: str
    lines: tuple[tuple[str, str, int], ...]
    translation: str
    warnings: tuple[str, ...]
    database_version: str
    absent: tuple[str, ...]
    limits: tuple[tuple[str, str], ...]
    filters: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    citations: Round | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class LoggedSearch:
    """One search of one source, run by jak or imported.

    Attributes
    ----------
    query : str
        The strategy, byte for byte as it was sent; for an import, as the person wrote it down.
    records, new, seen_again, rejected : int
        ``records == new + seen_again + rejected``: what its files brought, against the whole review at that time. Files
        that were taken back do not count, unless the whole search was.
    told : tuple of str
        Which of ``platform``, ``searched_on``, ``hits`` and ``strategy`` come from jak.toml, as the import did not say
        them.
    """

    id: int
    source: str
    platform: str
    kind: str
    searched_on: date | None
    hits: int | None
    query: str
    by: str
    records: int
    new: int
    seen_again: int
    rejected: int
    undone: bool
    run: LoggedRun | None
    files: tuple[LoggedFile, ...]
    told: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """What other parts of the log call it."""
        return f"search {self.id}, {self.source}"

    @property
    def citations(self) -> Round | None:
        """The round of citation searching that it is; none if it is another search."""
        return self.run.citations if self.run is not None else None


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the checklist.

    Attributes
    ----------
    where : tuple of str
        Where what is said stands: in which key of jak.toml, or with the searches of the log.
    said, missing : tuple of str
        What is known; what a person still has to say, and how.
    """

    number: int
    section: str
    name: str
    where: tuple[str, ...]
    said: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchLog:
    """The whole log.

    Attributes
    ----------
    software : str
        The name and version of what wrote it.
    """

    title: str
    software: str
    items: tuple[Item, ...]
    searches: tuple[LoggedSearch, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Everything that nobody has said yet."""
        return tuple(one for item in self.items for one in item.missing)
