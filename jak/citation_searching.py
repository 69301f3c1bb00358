"""Citation searching: from papers of the review to their references and to the papers that cite them.

The links are asked for before anything is stored. What they lead to is then one run: the list of identifiers first,
then its records batch by batch, proven by the same equation and resumed the same way as any other search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from jak.citation_rounds import LINKS, METHOD, NotChased, Round, RoundSeed, is_citation_search, rounds, text_of
from jakdb.errors import SourceError, UsageError

if TYPE_CHECKING:
    from jak.citation_seeds import Seed, Unread
    from jak.console import Tick
    from jak.searching import RunResult
    from jak.workspace import Snapshot
    from jakdb.store import Store
    from jakdb.words import Record
    from jaksearch.sources import Source
    from jaksearch.sources.citing import CitationIndex, Direction, Numbers
    from jaksearch.sources.known import Resolved

__all__ = ["Plan", "Reached", "carried_on", "chase", "plan", "reached"]

WHAT = {"backward": "references", "forward": "citing papers"}
ENDED = ("complete", "shortfall")


@dataclass(frozen=True, slots=True)
class Plan:
    """One round before anything is fetched or stored.

    Attributes
    ----------
    number : int
        Of the round, from 1 for each source.
    seeds : tuple of RoundSeed
        The papers that are started from in this round, with the number of their links.
    before : tuple of str
        Papers that are left out because an earlier round started from them in every direction asked for.
    links : tuple of (int, str, tuple of str)
        Number of the seed, direction, and the identifiers to which it leads.
    ids : tuple of str
        All of these, each once.
    warnings : tuple of str
        Papers for which the source knows no link in a direction, and numbers that it does not have.
    has_news : bool
        Whether it starts from a paper, or names a report of the review that it could not start from and that no round
        has named so far: else there is nothing to keep.
    """

    source: str
    database: str
    number: int
    directions: tuple[Direction, ...]
    seeds: tuple[RoundSeed, ...]
    not_chased: tuple[NotChased, ...]
    before: tuple[str, ...]
    links: tuple[tuple[int, Direction, tuple[str, ...]], ...]
    ids: tuple[str, ...]
    warnings: tuple[str, ...]
    has_news: bool


@dataclass(frozen=True, slots=True)
class Reached:
    """How much of what a round leads to is in the review already, by PMID, DOI or the source's own number.

    Attributes
    ----------
    seeds : mapping of str to int
        Label of a seed -> papers it leads to that the review has.
    """

    found: int
    in_review: int
    seeds: Mapping[str, int]


def plan(
    store: Store,
    seeds: Sequence[Seed],
    source: Source,
    *,
    directions: Sequence[Direction],
    unread: Sequence[Unread] = (),
    again: bool = False,
    tick: Tick = lambda _done, _total: None,
) -> Plan:
    """Find the papers in a source and ask where their citations lead; nothing is fetched and nothing stored.

    Parameters
    ----------
    unread : sequence of Unread
        What was to be started from and names no paper; it is passed on.
    again : bool
        Whether papers from which earlier rounds started are started from again.

    Raises
    ------
    UsageError
        If the source does not know citations.
    SourceError
        If it does not answer.
    """
    index = _index(source)
    earlier = [one for one in rounds(store) if one.source == source.name]
    done = {} if again else _chased(store, earlier)
    placed = _placed(seeds, index, source.database)
    wanted, before = [], []
    for paper, ids, _ in placed:
        todo = tuple(way for way in directions if not all(way in done.get(one, ()) for one in ids))
        if ids and todo:
            wanted.append(RoundSeed(paper.label, paper.title, paper.record, ids, todo))
        elif ids:
            before.append(paper.label)
    asked = {way: _ids_of(wanted, way) for way in directions}
    answers = {way: index.citations(ids, way, tick=tick) for way, ids in asked.items() if ids}
    chased = [_counted(seed, answers) for seed in wanted]
    followed = tuple(seed for seed in chased if seed.directions)
    links = tuple(
        (number, way, _ends(seed, way, answers)) for number, seed in enumerate(followed) for way in seed.directions
    )
    lost = [NotChased(one.label, "", None, one.reason) for one in unread]
    lost += [NotChased(paper.label, paper.title, paper.record, why) for paper, ids, why in placed if not ids]
    for seed, known in zip(wanted, chased, strict=True):
        silent = [WHAT[way] for way in seed.directions if way not in known.directions]
        reason = f"{source.database} gives no answer about its {' and '.join(silent)}"
        lost += [NotChased(seed.label, seed.title, seed.record, reason)] if silent else []
    told = {(one.label, one.reason) for before_this in earlier for one in before_this.not_chased}
    return Plan(
        source=source.name,
        database=source.database,
        number=len(earlier) + 1,
        directions=tuple(directions),
        seeds=followed,
        not_chased=tuple(lost),
        before=tuple(before),
        links=links,
        ids=tuple(dict.fromkeys(one for _, _, found in links for one in found)),
        warnings=(
            *(f"{paper.label}: {why}" for paper, ids, why in placed if ids and why and paper.label not in before),
            *_without_links(followed, source.database),
        ),
        has_news=bool(followed) or any(one.record is not None and (one.label, one.reason) not in told for one in lost),
    )


def reached(snapshot: Snapshot, found: Plan, source: Source) -> Reached:
    """Say how much of what a round leads to the review has already; records are not fetched for it."""
    numbers = _index(source).numbers_of(found.ids)
    names = {name for record in snapshot.records.values() for name in _names(record)}
    here = {one for one in found.ids if not names.isdisjoint(_names_of(one, numbers.get(one), source.database))}
    by_seed: dict[str, set[str]] = {seed.label: set() for seed in found.seeds}
    for number, _, ids in found.links:
        by_seed[found.seeds[number].label].update(here.intersection(ids))
    return Reached(len(found.ids), len(here), {label: len(ids) for label, ids in by_seed.items()})


def chase(
    store: Store,
    found: Plan,
    source: Source,
    *,
    by: str,
    before: Callable[[int], None] = lambda _requests: None,
    tick: Tick = lambda _done, _total: None,
) -> RunResult:
    """Store a round as a search by other methods, and fetch what it leads to.

    Parameters
    ----------
    before : callable
        Told how many requests the fetch will take, before the first of them is sent.

    Raises
    ------
    UsageError
        If the round has no news.
    SourceError
        If the source does not answer; what has arrived stays, and `carried_on` fetches the rest.
    """
    from jak.searching import finish  # noqa: PLC0415
    from jak.strategies import SearchSpec, as_text  # noqa: PLC0415
    from jakdb import imports, runs  # noqa: PLC0415 - SQLAlchemy is not for --help
    from jaksearch.sources.protocol import Found  # noqa: PLC0415

    if not found.has_news:
        raise UsageError("there is no paper to start from", hint="earlier rounds started from all of them")
    index = _index(source)
    asked = {way: _ids_of(found.seeds, way) for way in found.directions}
    query = "\n".join(index.citation_request(ids, way) for way, ids in asked.items() if ids)
    told = Found(
        count=len(found.ids),
        query=query,
        warnings=found.warnings,
        lines=tuple(
            (f"{seed.label}: {WHAT[way]}", index.citation_request(seed.ids, way), len(ids))
            for seed, way, ids in ((found.seeds[number], way, ids) for number, way, ids in found.links)
        ),
        version=index.version(),
    )
    name = f"{METHOD.lower()} {source.name}"
    text = as_text(SearchSpec(name, source.name, query=query)) | text_of(found.seeds, found.not_chased)
    strategy = runs.save_strategy(store, runs.NewStrategy(name, source.name, query, text), by=by)
    search = imports.NewSearch(
        source=METHOD,
        platform=f"{source.database}, {source.platform}" if source.platform else source.database,
        kind="other",
        searched_on=store.now().date(),
        hits=len(found.ids),
        strategy=query,
    )
    kept = {**asdict(told), LINKS: [[number, way, list(ids)] for number, way, ids in found.links]}
    begun = runs.start_run(store, strategy.id, search=search, found=kept, ids=found.ids, by=by)
    return finish(store, begun, by=by, source=source, before=before, tick=tick)


def carried_on(
    store: Store,
    source: Source,
    *,
    by: str,
    before: Callable[[int], None] = lambda _requests: None,
    tick: Tick = lambda _done, _total: None,
) -> tuple[tuple[Round, RunResult], ...]:
    """Fetch what unfinished rounds in a source still lack, and end them; as `chase`."""
    from jak.searching import finish, unfinished  # noqa: PLC0415

    open_runs = [r for s, r in unfinished(store) if is_citation_search(s) and s.source == source.name]
    done = {r.id: finish(store, r, by=by, source=source, resumed=True, before=before, tick=tick) for r in open_runs}
    return tuple((one, done[one.run]) for one in rounds(store) if one.run in done)


def _index(source: Source) -> CitationIndex:
    """Return a source as one that knows citations."""
    from jaksearch.sources.citing import CitationIndex  # noqa: PLC0415

    if not isinstance(source, CitationIndex):
        raise UsageError(f"{source.database} does not say which papers cite which", hint="sources: pubmed, openalex")
    return source


def _chased(store: Store, earlier: Sequence[Round]) -> dict[str, set[str]]:
    """Return the directions in which each identifier was followed in rounds that ended and were not taken back."""
    from jakdb import imports  # noqa: PLC0415

    standing = {s.id for s in imports.searches(store) if not s.undone}
    done: dict[str, set[str]] = {}
    for one in earlier:
        if one.search in standing and one.outcome in ENDED:
            for seed in one.seeds:
                for number in seed.ids:
                    done.setdefault(number, set()).update(seed.directions)
    return done


def _placed(seeds: Sequence[Seed], index: CitationIndex, database: str) -> list[tuple[Seed, tuple[str, ...], str]]:
    """Return for each paper what the source calls it, and what is missing or unclear, in words.

    A report is looked for as its first record and as all of them that bear a PMID; only if that leads to nothing, as
    its other records.
    """
    first = [tuple(p for n, p in enumerate(seed.papers) if n == 0 or p.pmid) for seed in seeds]
    found = _resolved(first, index, database)
    rest = [
        tuple(p for p in seed.papers if p not in tried) if not any(x.id for x in here) else ()
        for seed, tried, here in zip(seeds, first, found, strict=True)
    ]
    further = _resolved(rest, index, database)
    placed = []
    for seed, here, there in zip(seeds, found, further, strict=True):
        ids = tuple(dict.fromkeys(one.id for one in (*here, *there) if one.id))
        why = "; ".join(dict.fromkeys(one.why for one in (*here, *there) if one.why and not one.id))
        placed.append((seed, ids, why or ("" if ids else f"{database} does not have it")))
    return placed


def _resolved(papers: Sequence[Sequence[Record]], index: CitationIndex, database: str) -> list[list[Resolved]]:
    """Return what the source answers about groups of papers, asked for at once."""
    every = [paper for group in papers for paper in group]
    found = index.resolve(every) if every else ()
    if len(found) != len(every):
        raise SourceError(f"{database}: the answer is about {len(found)} papers, not {len(every)}")
    answers = iter(found)
    return [[next(answers) for _ in group] for group in papers]


def _counted(seed: RoundSeed, answers: Mapping[Direction, Mapping[str, tuple[str, ...]]]) -> RoundSeed:
    """Return a paper with the number of its links, in the directions about which an answer came."""
    known = tuple(way for way in seed.directions if all(one in answers[way] for one in seed.ids))
    counts: dict[str, Any] = {way: len(_ends(seed, way, answers)) for way in known}
    return replace(seed, directions=known, **counts)


def _ends(
    seed: RoundSeed, direction: Direction, answers: Mapping[Direction, Mapping[str, tuple[str, ...]]]
) -> tuple[str, ...]:
    """Return the identifiers to which a paper leads, each once."""
    return tuple(dict.fromkeys(x for one in seed.ids for x in answers[direction][one]))


def _ids_of(seeds: Sequence[RoundSeed], direction: Direction) -> tuple[str, ...]:
    """Return the identifiers that are followed in a direction, each once."""
    return tuple(dict.fromkeys(one for seed in seeds if direction in seed.directions for one in seed.ids))


def _without_links(seeds: Sequence[RoundSeed], database: str) -> Iterator[str]:
    """Yield a warning for each direction in which the source knows nothing of some papers."""
    for way, what in WHAT.items():
        if none := [seed.label for seed in seeds if getattr(seed, way) == 0]:
            yield f"{database} knows no {what} of {', '.join(none)}"


def _names(record: Record) -> Iterator[str]:
    """Yield by what a record of the review can be known again."""
    if record.pmid:
        yield f"pmid {record.pmid}"
    if record.doi:
        yield f"doi {record.doi}"
    if record.accession:
        yield f"{record.database} {record.accession}"


def _names_of(identifier: str, numbers: Numbers | None, database: str) -> set[str]:
    """Return by what a paper of a source can be known again."""
    found = {f"{database} {identifier}"}
    if numbers is not None:
        found.update(f"{name} {text}" for name, text in (("pmid", numbers.pmid), ("doi", numbers.doi)) if text)
    return found
