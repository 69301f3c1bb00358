"""Count the PRISMA 2020 flow from the events of a review, by one of three conventions.

``once`` counts a record where it was first found. ``per-run`` counts for each search every record that it retrieved.
``update`` does so for the searches since a previous version of the review, and takes over the studies of that version;
what the new searches retrieved of it is removed as duplicate. PRISMA 2020 has the boxes (Page et al. 2021, BMJ 372:n71)
and leaves open where records go that a search found again; that the results of several searches are added up and the
previously included studies join at the end follows Stovold et al. (2014), Syst Rev 3:54. doi:10.1186/2046-4053-3-54

What the numbers mean and which sums they must satisfy is said in `jak.report.counts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from jak.flow_settings import Convention, UpdateSpec
from jak.report.counts import FlowCounts, FullTextCounts, Named, OtherCounts, check, total
from jak.report.flow_inputs import (
    FlowInputs,
    ScreenedReport,
    left_by_stop,
    links_in_force,
    reports_of_records,
    stops_in_force,
    studies_told,
)
from jak.report.previous import part_of, previous_version, with_previous
from jakdb.words import ABSTRACT, FULLTEXT, SearchRun, Stop

__all__ = ["count_flow"]

NO_REASON = "No reason recorded"
VOTED = ("pending", "conflict", "include", "exclude", "awaiting", "ongoing")


def count_flow(inputs: FlowInputs, *, convention: Convention = "once", update: UpdateSpec | None = None) -> FlowCounts:
    """Count the flow and check its sums.

    Raises
    ------
    FlowMismatchError
        If a record has no search or no report, or stands in two, or if any sum of `equations` fails.
    UsageError
        If the convention is ``update`` and no previous version is named, or no search belongs to it.

    Examples
    --------
    >>> from datetime import datetime
    >>> from types import SimpleNamespace
    >>> search = SearchRun(1, "PubMed", "NLM", "database", None, 2, "", datetime(2026, 1, 1))
    >>> state = SimpleNamespace(abstract="exclude", abstract_by_automation=False, retrieval="", fulltext="",
    ...                         fulltext_reason="", removed="", removal_reason="")
    >>> inputs = FlowInputs([search], [(10, 1), (11, 1), (10, 1)], {10: [10, 11]}, {10: state})
    >>> counts = count_flow(inputs)
    >>> counts.databases, counts.duplicates, counts.screened, counts.excluded_human
    ((Named(name='PubMed', n=2),), 1, 1, 1)
    >>> counts = count_flow(inputs, convention="per-run")
    >>> counts.databases, counts.duplicates, counts.found_again, counts.screened
    ((Named(name='PubMed', n=3),), 2, 1, 1)
    """
    searches = {search.id: search for search in inputs.searches if not search.undone}
    report_of = reports_of_records(inputs, searches)
    old, earlier = previous_version(inputs, update) if convention == "update" else (frozenset(), frozenset())
    first: dict[int, int] = {}
    for record, search_id in inputs.retrieved:
        first.setdefault(record, search_id)
    kind_of = {record: searches[search_id].kind for record, search_id in first.items()}
    new = {report: records for report, records in inputs.members.items() if report not in earlier}
    main = {r for r, records in new.items() if any(kind_of[record] != "other" for record in records)}
    others = {r: inputs.states[r] for r in new if r not in main}

    # Every pair is the first of a record, or that record once more, or one of a report known from the previous version.
    pairs = first.items() if convention == "once" else [pair for pair in inputs.retrieved if pair[1] not in old]
    by_search = Counter(search_id for _, search_id in pairs)
    by_kind = Counter(searches[search_id].kind for _, search_id in pairs)
    known = Counter(searches[search_id].kind for record, search_id in pairs if report_of[record] in earlier)
    fresh = Counter(kind_of[record] for records in new.values() for record in records)
    again = Counter({kind: n - known[kind] - fresh[kind] for kind, n in by_kind.items()})
    sources = [(search, by_search[search.id]) for search in searches.values() if search.id not in old]

    states = [inputs.states[r] for r in new if r in main]
    kept = {r: inputs.states[r] for r in new if r in main and not inputs.states[r].removed}
    abstract = Counter(s.abstract for s in kept.values())
    stops = stops_in_force(inputs.stops)
    not_screened, unscreened = left_by_stop(
        stops.get(ABSTRACT), (r for r, s in kept.items() if s.abstract == "unscreened"), inputs.came
    )
    links = links_in_force(inputs.links)
    included = {r for r, s in inputs.states.items() if not s.removed and s.fulltext == "include"}
    tells = studies_told(links, report_of)
    told = {study for report in included for study in tells.get(report, ())}
    other = _count_other(_by_source(sources, "other"), others, stops, inputs.came) if by_kind["other"] else None
    counts = FlowCounts(
        databases=_by_source(sources, "database"),
        registers=_by_source(sources, "register"),
        duplicates=by_kind["database"] + by_kind["register"] - len(main),
        automation=sum(s.removed == "automation" for s in states),
        removed=_tally(s.removal_reason for s in states if s.removed and s.removed != "automation"),
        not_screened=not_screened,
        unscreened=unscreened,
        screened=sum(n for word, n in abstract.items() if word != "unscreened"),
        excluded_human=sum(s.abstract == "exclude" and not s.abstract_by_automation for s in kept.values()),
        excluded_automation=sum(s.abstract == "exclude" and s.abstract_by_automation for s in kept.values()),
        pending=abstract["pending"],
        conflicts=abstract["conflict"],
        fulltext=_count_fulltext(
            {r: s for r, s in kept.items() if s.abstract == "include"}, stops.get(FULLTEXT), inputs.came
        ),
        other=replace(other, found_again=again["other"], known=known["other"]) if other else None,
        included_reports=len(included),
        included_studies=len(told),
        secondary_studies=len({link.study_key for link in links if link.role == "secondary"} - told),
        unlinked_reports=len(included - tells.keys()),
        convention=convention,
        found_again=again["database"] + again["register"],
        known=known["database"] + known["register"],
    )
    if update is not None and convention == "update":
        before = count_flow(part_of(inputs, earlier))
        counts = with_previous(
            counts,
            update,
            tells,
            before=before,
            included_before=included & earlier,
            included_since=included - earlier,
        )
    check(counts)
    return counts


def _by_source(searches: Iterable[tuple[SearchRun, int]], kind: str) -> tuple[Named, ...]:
    """Return the records of each source of one kind; a source that found nothing stands with 0."""
    tally: dict[str, int] = {}
    for search, n in searches:
        if search.kind == kind:
            tally[search.source] = tally.get(search.source, 0) + n
    return tuple(Named(name, n) for name, n in tally.items())


def _count_other(
    identified: tuple[Named, ...],
    states: Mapping[int, ScreenedReport],
    stops: Mapping[str, Stop],
    came: Mapping[int, datetime],
) -> OtherCounts:
    """Count the column of other methods."""
    kept = {r: s for r, s in states.items() if not s.removed}
    sought = {r: s for r, s in kept.items() if _is_sought_directly(s)}
    rest = {r: s for r, s in kept.items() if r not in sought}
    left = Counter(s.abstract for s in rest.values())
    not_screened, unscreened = left_by_stop(
        stops.get(ABSTRACT), (r for r, s in rest.items() if s.abstract == "unscreened"), came
    )
    return OtherCounts(
        identified=identified,
        duplicates=total(identified) - len(states),
        removed=len(states) - len(kept),
        excluded=left["exclude"],
        not_screened=not_screened,
        unscreened=unscreened,
        pending=left["pending"],
        conflicts=left["conflict"],
        fulltext=_count_fulltext(sought, stops.get(FULLTEXT), came),
    )


def _is_sought_directly(state: ScreenedReport) -> bool:
    """Tell whether a report of other methods was sought: chosen by abstract, or sought without that step."""
    if state.abstract == "include":
        return True
    return state.abstract == "unscreened" and (bool(state.retrieval) or state.fulltext in VOTED)


def _count_fulltext(
    states: Mapping[int, ScreenedReport], stop: Stop | None, came: Mapping[int, datetime]
) -> FullTextCounts:
    """Count retrieval and full text of the reports sought in one column."""
    judged = [s for s in states.values() if s.fulltext in VOTED]
    rest = [s for s in states.values() if s.fulltext not in VOTED]
    verdicts = Counter(s.fulltext for s in judged)
    retrieved = (r for r, s in states.items() if s.fulltext not in VOTED and s.retrieval == "retrieved")
    not_assessed, unassessed = left_by_stop(stop, retrieved, came)
    not_retrieved = sum(s.retrieval == "not_retrieved" for s in rest)
    return FullTextCounts(
        sought=len(states),
        not_retrieved=not_retrieved,
        retrieval_open=sum(s.retrieval in ("", "sought") for s in rest),
        unassessed=unassessed,
        not_assessed=not_assessed,
        assessed=len(judged),
        excluded=_tally(s.fulltext_reason for s in judged if s.fulltext == "exclude"),
        awaiting=verdicts["awaiting"],
        ongoing=verdicts["ongoing"],
        pending=verdicts["pending"],
        conflicts=verdicts["conflict"],
        included=verdicts["include"],
    )


def _tally(reasons: Iterable[str]) -> tuple[Named, ...]:
    """Return each reason with its number, the commonest first, equals by name."""
    counted = Counter(reason.strip() or NO_REASON for reason in reasons)
    return tuple(Named(name, n) for name, n in sorted(counted.items(), key=lambda row: (-row[1], row[0])))
