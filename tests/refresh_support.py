"""What the tests of refreshing share: PubMed at a local address, and a source that holds texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from services.serving import Server

from jakdb.errors import SourceError
from jaksearch.sources import Batch, Found, make_source
from jaksearch.sources.protocol import Source

__all__ = ["HAIR", "SETTINGS", "Texts", "pubmed"]

SETTINGS = """
[screening]
reviewers_required = 1

[search.main]
source = "pubmed"
lines = ["all[sb]"]
"""


def pubmed(server: Server, tmp_path: Path) -> Source:
    """Return PubMed at a local address, without a limit of requests."""
    return make_source(
        "pubmed",
        base_url=server.url,
        email="ann@example.org",
        per_second=0,
        state=tmp_path / "state",
        batch_size=50,
        sleep=lambda _seconds: None,
    )


class Texts:
    """A source that holds MEDLINE texts by number and can be made to fail."""

    name = "pubmed"
    database = "PubMed"
    platform = "paper"
    kind = "database"
    batch_size = 2

    def __init__(self, held: dict[str, str]) -> None:
        self.held = held
        self.said = 0
        self.fails = False

    def look(self, lines: Sequence[tuple[str, str]], query: str) -> Found:
        return Found(self.said or len(self.held), query)

    def ids(self, query: str, *, tick: Callable[[int, int], None] = lambda _done, _total: None) -> Iterator[str]:
        yield from self.held

    def fetch(self, ids: Sequence[str]) -> Batch:
        if self.fails and "1" not in ids:
            raise SourceError("PubMed is not there")
        text = "".join(f"PMID- {one}\n{self.held[one]}\n\n" for one in ids)
        return Batch("medline", text.encode(), tuple(ids), ())


HAIR = {
    "1": "TI  - One\nPT  - Meeting Abstract",
    "2": "TI  - Two\nPT  - Journal Article",
    "3": "TI  - Three\nPT  - Journal Article",
}
