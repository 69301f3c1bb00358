"""Test a strategy with known papers: which it finds at the service, and which line loses each of the others.

Nothing is run, fetched into the review or stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jak.combination import asked_parts, combination, guilty, part_name
from jak.strategies import SearchSpec, sent
from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.combination import Part
    from jak.console import Tick
    from jak.workspace import Review
    from jaksearch.known_items import ItemsRead, KnownItem
    from jaksearch.recall import Recall
    from jaksearch.sources import KnownItems, Resolved, Source

__all__ = [
    "CAUTION",
    "CheckedItem",
    "CheckedLine",
    "StrategyChecked",
    "check_strategy",
    "known_items",
    "knows_papers",
    "strategies_named",
    "together",
]

CAUTION = (
    "recall of known papers is relative recall (Sampson et al. 2006, doi:10.1186/1471-2288-6-33): it says nothing of "
    "papers that nobody knew, and papers from which the terms were taken are found too easily"
)
Standing = Literal["found", "missed", "absent", "unresolved"]


@dataclass(frozen=True, slots=True)
class CheckedItem:
    """A known paper at a service.

    Attributes
    ----------
    line : int
        Where the list names it.
    name : str
        As the list names it.
    standing : str
        ``found``; ``missed`` by the strategy; ``absent`` from the database; ``unresolved`` (which record it is, a
        person must say).
    why : tuple of str
        Of a missed one, each line, limit or filter that would have to change; of the others, what is wrong.
    title, mesh, keywords, has_abstract
        What the service's record offers to search for.
    """

    line: int
    name: str
    standing: Standing
    id: str = ""
    why: tuple[str, ...] = ()
    title: str = ""
    mesh: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    has_abstract: bool = False


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line, limit or filter, and how many of the papers that the database holds it finds."""

    label: str
    query: str
    finds: int


@dataclass(frozen=True, slots=True)
class StrategyChecked:
    """What a strategy finds of the known papers.

    Attributes
    ----------
    recall : Recall or None
        Of those that the database holds; None if it holds none.
    lines : tuple of CheckedLine
        As the strategy is sent.
    repeated : int
        Papers that the list names twice, by different numbers; they count once.
    """

    strategy: str
    source: str
    database: str
    query: str
    recall: Recall | None
    lines: tuple[CheckedLine, ...]
    items: tuple[CheckedItem, ...]
    repeated: int = 0

    def that_are(self, standing: Standing) -> tuple[CheckedItem, ...]:
        """Return the papers of one standing."""
        return tuple(item for item in self.items if item.standing == standing)


def known_items(review: Review, path: Path | None) -> ItemsRead:
    """Return the known papers of a file, or else those that jak.toml names.

    Raises
    ------
    UsageError
        If there are none.
    InputError
        If the file cannot be read or names no paper.
    """
    from jaksearch.known_items import items_of_texts, read_items  # noqa: PLC0415 - rapidfuzz is not for --help

    said = review.settings.searches
    if path is not None:
        return read_items(path)
    if said.known_file:
        return read_items(review.settings.folder / said.known_file)
    if not said.known:
        hint = 'name a list with --items FILE, or in jak.toml: [search_check] items = ["PMID", "DOI", "title"]'
        raise UsageError("no known papers are named", hint=hint)
    return items_of_texts(said.known)


def strategies_named(review: Review, names: Sequence[str]) -> tuple[tuple[SearchSpec, ...], tuple[str, ...]]:
    """Return the strategies of these names, from jak.toml or typed at the prompt before, and the names of no strategy.

    Without names, all of jak.toml.
    """
    from jakdb import runs  # noqa: PLC0415 - SQLAlchemy is not for --help

    saved = review.settings.searches.strategies
    if not names:
        return tuple(saved.values()), ()
    typed = {s.name: s for s in runs.strategies(review.store) if s.name.startswith(f"{s.source} ad hoc ")}
    found, others = [], []
    for name in names:
        if name in saved:
            found.append(saved[name])
        elif name in typed:
            found.append(SearchSpec(name, typed[name].source, query=str(typed[name].text["query"])))
        else:
            others.append(name)
    return tuple(found), tuple(others)


def knows_papers(source: Source) -> KnownItems:
    """Return the source if it can be asked for known papers.

    Raises
    ------
    UsageError
        If it cannot.
    """
    from jaksearch.sources import KnownItems  # noqa: PLC0415

    if isinstance(source, KnownItems):
        return source
    raise UsageError(
        f"{source.database} cannot be asked which known papers a query finds",
        hint="run the search, then `jak search check --stored` looks for them among its records",
    )


def check_strategy(
    spec: SearchSpec,
    source: Source,
    items: Sequence[KnownItem],
    resolved: Sequence[Resolved],
    *,
    tick: Tick = lambda _done, _total: None,
) -> StrategyChecked:
    """Ask a service which known papers a strategy, each of its lines, limits and filters finds.

    Parameters
    ----------
    resolved : sequence of Resolved
        Of each item, as the source's `resolve` returns it.
    """
    from jaksearch.known_items import named  # noqa: PLC0415
    from jaksearch.recall import recall_of  # noqa: PLC0415

    service = knows_papers(source)
    whole, as_sent = combination(spec), sent(spec)
    first: dict[str, int] = {}
    for number, one in enumerate(resolved):
        if one.standing == "held":
            first.setdefault(one.id, number)
    texts = list(dict.fromkeys([whole.text, *(p.text for p in asked_parts(whole)), *(q for _, q in as_sent.lines)]))
    finds: dict[str, frozenset[str]] = {}
    for done, text in enumerate(texts, 1):
        finds[text] = service.which(text, tuple(first)) if first else frozenset()
        tick(done, len(texts))
    checked = []
    for number, (item, one) in enumerate(zip(items, resolved, strict=True)):
        name = named(item.record)
        if one.record is None:
            checked.append(CheckedItem(item.line, name, _standing(one), why=(one.why,)))
            continue
        if first[one.id] != number:
            continue
        is_found = one.id in finds[whole.text]
        checked.append(
            CheckedItem(
                line=item.line,
                name=name,
                standing="found" if is_found else "missed",
                id=one.id,
                why=() if is_found else _why(whole, finds, one.id),
                title=one.record.title,
                mesh=one.record.mesh,
                keywords=one.record.keywords,
                has_abstract=bool(one.record.abstract),
            )
        )
    return StrategyChecked(
        strategy=spec.name,
        source=source.name,
        database=source.database,
        query=whole.text,
        recall=recall_of(len(finds[whole.text]), len(first)),
        lines=tuple(CheckedLine(label, text, len(finds[text])) for label, text in as_sent.lines),
        items=tuple(checked),
        repeated=sum(one.standing == "held" for one in resolved) - len(first),
    )


def together(checked: Sequence[StrategyChecked]) -> Recall | None:
    """Return the recall of all strategies together, of the papers that one of their databases holds."""
    from jaksearch.recall import recall_of  # noqa: PLC0415

    standing: dict[tuple[int, str], set[str]] = {}
    for one in checked:
        for item in one.items:
            standing.setdefault((item.line, item.name), set()).add(item.standing)
    held = [said for said in standing.values() if said & {"found", "missed"}]
    return recall_of(sum("found" in said for said in held), len(held))


def _standing(one: Resolved) -> Standing:
    """Return how a paper stands that was not found at the service."""
    return "absent" if one.standing == "absent" else "unresolved"


def _why(whole: Part, finds: Mapping[str, frozenset[str]], one: str) -> tuple[str, ...]:
    """Say what loses a record."""
    found = guilty(whole, lambda part: one in finds[part.text])
    # A limit says little by its number: its query goes with it.
    return tuple(
        guilt.sentence + "".join(f": {p.text}" for p in guilt.parts if part_name(p) == p.label) for guilt in found
    )
