"""Draft a strategy of jak.toml for other databases, and write the drafts as text.

A draft is never run and never stored: it goes to a librarian, who corrects it, runs it in the other database and
imports the export with the strategy as it was run (`jak search import --strategy @FILE`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.strategies import SearchSpec
    from jaksearch.translate import Draft

__all__ = ["HEADER", "as_text", "drafts", "spec_of_query"]

HEADER = "DRAFT, to be checked by a librarian"


def spec_of_query(query: str) -> SearchSpec:
    """Return a strategy for a query that stands in no jak.toml."""
    from jak.strategies import SearchSpec  # noqa: PLC0415 - the rest of this module needs only its name

    return SearchSpec("query", "pubmed", query=query.strip())


def drafts(spec: SearchSpec, targets: Iterable[str]) -> tuple[Draft, ...]:
    """Draft a strategy for each of some databases.

    Raises
    ------
    UsageError
        If the strategy is not for PubMed, or a line of it cannot be read.
    """
    from jaksearch.translate import PubmedFilter, PubmedStrategy, draft  # noqa: PLC0415 - not for --help

    if spec.source != "pubmed":
        raise UsageError(
            f"{spec.name} is written for {spec.source}, and jak translates from PubMed only",
            hint='name a search with source = "pubmed"',
        )
    strategy = PubmedStrategy(
        lines=spec.lines,
        query=spec.query,
        limits=tuple(part.query for part in spec.limits),
        filters=tuple(PubmedFilter(part.query, part.why) for part in spec.filters),
    )
    return tuple(draft(strategy, target) for target in targets)


def as_text(name: str, found: Iterable[Draft], *, with_losses: bool = False) -> str:
    """Return drafts as text: for each the header, its lines, and what is to be checked if that is asked for."""
    return "\n\n".join("\n".join(_lines(name, draft, with_losses=with_losses)) for draft in found)


def _lines(name: str, draft: Draft, *, with_losses: bool) -> Iterator[str]:
    """Yield the lines of one draft."""
    sign = draft.reference
    width = len(f"{sign}{len(draft.lines)}")
    yield HEADER
    yield f"{draft.title}, drafted from the PubMed strategy {name}; the whole search is line {sign}{draft.search}"
    if len(draft.lines) > 1 and any(line.label != str(line.number) for line in draft.lines):
        yield f"Lines: {', '.join(f'{sign}{line.number} = {line.label}' for line in draft.lines)}"
    yield ""
    for line in draft.lines:
        yield f"{f'{sign}{line.number}':<{width}}  {line.text}"
    if with_losses:
        yield ""
        yield "To check:"
        yield from (f"- {loss}" for loss in draft.losses)
        if not draft.losses:
            yield "- jak knows of no loss; check it all the same"
