"""Where a review stands, and the next thing to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jak.search_accounts import SearchAccount
    from jak.workspace import Review, Snapshot
    from jakdb.words import Run, SearchRun

__all__ = ["Standing", "where_it_stands"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts from search to numbers, cautions, the next step, and what each search retrieved."""

    title: str
    counts: tuple[tuple[str, int], ...]
    cautions: tuple[str, ...]
    next_step: str
    searches: tuple[SearchAccount, ...]


def where_it_stands(review: Review) -> Standing:
    """Count what is done and name what comes next."""
    from jak.citation_rounds import is_citation_search  # noqa: PLC0415
    from jak.deduping import open_questions  # noqa: PLC0415
    from jak.extracting import compared  # noqa: PLC0415
    from jak.importing import missing_batch  # noqa: PLC0415
    from jak.looking_again import look_again  # noqa: PLC0415
    from jak.notices import included_reports_noticed  # noqa: PLC0415
    from jak.pooling import memberships  # noqa: PLC0415
    from jak.search_accounts import search_accounts  # noqa: PLC0415
    from jak.searching import unfinished  # noqa: PLC0415
    from jakdb import imports, members, numbers, runs  # noqa: PLC0415
    from jakscreen import open_conflicts  # noqa: PLC0415

    store = review.store
    snapshot = review.snapshot()
    states = [s for s in snapshot.states.values() if not s.removed]
    abstract, fulltext = Counter(s.abstract for s in states), Counter(s.fulltext for s in states if s.fulltext)
    files = [f for f in imports.files(store) if not f.undone]
    questions = len(open_questions(review))
    conflicts = len(open_conflicts(snapshot.states))
    studies, cells = numbers.studies(store), numbers.extractions(store)
    differ = len(compared(review).open)
    who = memberships(snapshot, numbers.links(store), list(studies))
    taking_part = {*who.included, *who.secondary}
    closed = sorted({x.study for x in cells} - taking_part)
    counts = (
        ("searches", sum(not s.undone for s in imports.searches(store))),
        ("records", len(snapshot.records)),
        ("reports after merging duplicates", len(snapshot.members)),
        ("duplicate questions open", questions),
        ("abstract: not settled", abstract["unscreened"] + abstract["pending"]),
        ("abstract: excluded", abstract["exclude"]),
        ("abstract: included", abstract["include"]),
        ("full text: included", fulltext["include"]),
        ("full text: excluded", fulltext["exclude"]),
        ("conflicts open", conflicts),
        ("studies", len(studies)),
        ("extracted numbers", len(cells)),
        ("analyses in jak.toml", len(review.settings.analyses)),
    )
    cautions = [one.sentence for one in included_reports_noticed(review, snapshot)]
    cautions += [
        f"rejected: {f.rejected} records of {f.name} (`jak search rejects {f.id}`)" for f in files if f.rejected
    ]
    ran = {r.search_id: r for r in runs.runs(store)}
    for kept, run in unfinished(store):
        to_fetch = run.ids - run.fetched - len(run.absent)
        way_on = "`jak search citations`" if is_citation_search(kept) else "`jak search run`"
        way_on = way_on if run.since is None else "the same `jak search refresh --since` again"
        cautions.append(f"unfinished: {kept.name}, run {run.id}: {to_fetch} of {run.ids} records to fetch ({way_on})")
    cautions += [f"shortfall: {s.source}: {ran[s.id].message}" for s in imports.searches(store) if _is_short(s, ran)]
    for s in imports.searches(store):
        if s.id in ran:
            continue
        short = missing_batch(s.hits, [f.records for f in files if f.search_id == s.id])
        if short is not None and not s.undone:
            cautions.append(f"{s.source}: {short.message}")
    listed = look_again(review, snapshot)
    by_criteria = sum(one.by_criteria for one in listed)
    if many := len(listed) - by_criteria:
        cautions.append(f"decided reports that read otherwise since: {many} (`jak search look-again`)")
    if by_criteria:
        cautions.append(f"decided reports whose criteria changed since: {by_criteria} (`jak search look-again`)")
    if differ:
        cautions.append(f"{differ} numbers differ between extractors (`jak pool compare`)")
    unretrieved = sum(1 for s in states if s.abstract == "include" and s.retrieval in ("", "sought"))
    waiting_text = fulltext["unassessed"] + fulltext["pending"]
    is_compared = members.all_compared(store)
    if not snapshot.records:
        step = "`jak search run`" if review.settings.searches.strategies else "`jak search import FILES`"
    elif not is_compared:
        step = "see which records are one paper: `jak search dedupe`"
    elif questions:
        step = f"answer {questions} duplicate question{'s' if questions > 1 else ''}: `jak search dedupe review`"
    elif conflicts:
        step = f"settle {conflicts} conflicts: `jak screen conflicts`, then `jak screen resolve`"
    elif unread := _waiting_abstracts(review, snapshot):
        step = f"screen {unread} abstract{'s' if unread > 1 else ''}: `jak screen next`"
    elif unretrieved:
        step = f"note the retrieval of {unretrieved} full texts: `jak screen reports to-retrieve`"
    elif waiting_text:
        step = f"assess {waiting_text} full texts: `jak screen next --stage fulltext`"
    elif fulltext["include"] and not studies:
        step = "link reports and studies: `jak pool link REPORT STUDY --arm KEY=GROUP`"
    elif studies and not cells:
        step = "extract numbers: `jak pool template > extraction.csv`, fill it in, `jak pool load extraction.csv`"
    elif differ:
        step = "settle what extractors read differently: `jak pool compare`"
    elif cells and not review.settings.analyses:
        step = "name an analysis in jak.toml: [analysis.NAME]"
    elif closed:
        step = f"see `jak pool studies`: no included report stands behind the numbers of {', '.join(closed)}"
    elif cells:
        step = "`jak pool run NAME`, then `jak report`"
    else:
        step = "`jak report`"
    return Standing(review.settings.title, counts, tuple(cautions), step, search_accounts(store))


def _waiting_abstracts(review: Review, snapshot: Snapshot) -> int:
    """Return how many abstracts are not settled, but for those that a stop in force left."""
    from jak.flow_counts import came_in  # noqa: PLC0415
    from jak.report.flow_inputs import left_by_stop, stops_in_force  # noqa: PLC0415
    from jakdb.words import ABSTRACT  # noqa: PLC0415

    open_ = [r for r, s in snapshot.states.items() if not s.removed and s.abstract in ("unscreened", "pending")]
    return left_by_stop(stops_in_force(snapshot.stops).get(ABSTRACT), open_, came_in(review, snapshot))[1]


def _is_short(search: SearchRun, ran: Mapping[int, Run]) -> bool:
    """Return whether a service gave less for this search than it announced."""
    return search.id in ran and ran[search.id].outcome == "shortfall" and not search.undone
