"""Count the PRISMA 2020 flow from the events of a review.

What the numbers mean and which sums they must satisfy is said in `jak.report.counts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from jak.report.counts import (
    FlowCounts,
    FlowMismatchError,
    FullTextCounts,
    Named,
    OtherCounts,
    as_dict,
    check,
    equations,
    total,
)
from jakdb.words import ABSTRACT, FULLTEXT, Link, SearchRun, Stop

__all__ = [
    "FlowCounts",
    "FlowInputs",
    "FlowMismatchError",
    "FullTextCounts",
    "Named",
    "OtherCounts",
    "ScreenedReport",
    "as_dict",
    "check",
    "count_flow",
    "equations",
]

NO_REASON = "No reason recorded"
VOTED = ("pending", "conflict", "include", "exclude", "awaiting", "ongoing")


class ScreenedReport(Protocol):
    """What the flow asks of a report's state (`jakscreen.status.ReportState` answers it)."""

    @property
    def abstract(self) -> str:
        """``unscreened``, ``pending``, ``conflict``, ``include`` or ``exclude``."""

    @property
    def abstract_by_automation(self) -> bool:
        """Whether a tool alone excluded it."""

    @property
    def retrieval(self) -> str:
        """Empty, ``sought``, ``retrieved`` or ``not_retrieved``."""

    @property
    def fulltext(self) -> str:
        """Empty, ``unassessed``, ``pending``, ``conflict``, ``include``, ``exclude``, ``awaiting``, ``ongoing``."""

    @property
    def fulltext_reason(self) -> str:
        """The primary reason of an exclusion at full text."""

    @property
    def removed(self) -> str:
        """Empty, ``automation`` or ``other``: removed before screening."""

    @property
    def removal_reason(self) -> str:
        """Why it was removed."""


@dataclass(frozen=True, slots=True)
class FlowInputs:
    """What the flow is counted from.

    Attributes
    ----------
    searches : sequence of SearchRun
        The searches in force; one that found nothing is still named in the flow.
    found : mapping of int to int
        Record id to the id of the search that brought it first. A record seen again is no second record.
    members : mapping of int to sequence of int
        Report id to its record ids; every record belongs to exactly one report.
    states : mapping of int to ScreenedReport
        Report id to where it stands.
    stops : sequence of Stop
        The last one of a stage counts; an empty rule takes a stop back.
    links : sequence of Link
        Which reports tell of which studies, undos included.
    """

    searches: Sequence[SearchRun]
    found: Mapping[int, int]
    members: Mapping[int, Sequence[int]]
    states: Mapping[int, ScreenedReport]
    stops: Sequence[Stop] = ()
    links: Sequence[Link] = ()


def count_flow(inputs: FlowInputs) -> FlowCounts:
    """Count the flow and check its sums.

    Raises
    ------
    FlowMismatchError
        If a record has no search or no report, or stands in two, or if any sum of `equations` fails.

    Examples
    --------
    >>> from datetime import datetime
    >>> from types import SimpleNamespace
    >>> search = SearchRun(1, "PubMed", "NLM", "database", None, 2, "", datetime(2026, 1, 1))
    >>> state = SimpleNamespace(abstract="exclude", abstract_by_automation=False, retrieval="", fulltext="",
    ...                         fulltext_reason="", removed="", removal_reason="")
    >>> counts = count_flow(FlowInputs([search], {10: 1, 11: 1}, {10: [10, 11]}, {10: state}))
    >>> counts.databases, counts.duplicates, counts.screened, counts.excluded_human
    ((Named(name='PubMed', n=2),), 1, 1, 1)
    """
    searches = {search.id: search for search in inputs.searches if not search.undone}
    report_of = _check_membership(inputs, searches)
    kind_of = {record: searches[search].kind for record, search in inputs.found.items()}
    main = [r for r, records in inputs.members.items() if any(kind_of[record] != "other" for record in records)]
    others = [r for r in inputs.members if r not in set(main)]
    rules = _rules_in_force(inputs.stops)

    states = [inputs.states[r] for r in main]
    kept = [s for s in states if not s.removed]
    abstract = Counter(s.abstract for s in kept)
    unread = abstract["unscreened"]
    by_kind = Counter(kind_of.values())
    links = _links_in_force(inputs.links)
    included = {r for r, s in inputs.states.items() if not s.removed and s.fulltext == "include"}
    told = {link.study_key for link in links if link.role == "report" and report_of.get(link.record_id) in included}
    linked = {report_of.get(link.record_id) for link in links if link.role == "report"}
    counts = FlowCounts(
        databases=_by_source(inputs, searches, "database"),
        registers=_by_source(inputs, searches, "register"),
        duplicates=by_kind["database"] + by_kind["register"] - len(main),
        automation=sum(s.removed == "automation" for s in states),
        removed=_tally(s.removal_reason for s in states if s.removed and s.removed != "automation"),
        not_screened=(Named(rules[ABSTRACT], unread),) if ABSTRACT in rules and unread else (),
        unscreened=0 if ABSTRACT in rules else unread,
        screened=sum(n for word, n in abstract.items() if word != "unscreened"),
        excluded_human=sum(s.abstract == "exclude" and not s.abstract_by_automation for s in kept),
        excluded_automation=sum(s.abstract == "exclude" and s.abstract_by_automation for s in kept),
        pending=abstract["pending"],
        conflicts=abstract["conflict"],
        fulltext=_count_fulltext([s for s in kept if s.abstract == "include"], rules.get(FULLTEXT, "")),
        other=_count_other(inputs, searches, others, rules) if by_kind["other"] else None,
        included_reports=len(included),
        included_studies=len(told),
        secondary_studies=len({link.study_key for link in links if link.role == "secondary"} - told),
        unlinked_reports=len(included - linked),
    )
    check(counts)
    return counts


def _check_membership(inputs: FlowInputs, searches: Mapping[int, SearchRun]) -> dict[int, int]:
    """Return each record's report, after making sure that records, reports and searches fit together."""
    for record, search in inputs.found.items():
        if search not in searches:
            raise FlowMismatchError(f"searches in force that brought record {record} (search {search})", 0, 1)
    report_of: dict[int, int] = {}
    for report, records in inputs.members.items():
        if not records:
            raise FlowMismatchError(f"records of report {report}, one at least", 0, 1)
        for record in records:
            if record in report_of:
                raise FlowMismatchError(f"reports of record {record}, exactly one", 2, 1)
            report_of[record] = report
    missing = set(inputs.found) ^ set(report_of)
    if missing:
        words = f"records found = records in reports (record {min(missing)} is in one of them only)"
        raise FlowMismatchError(words, len(inputs.found), len(report_of))
    if set(inputs.members) != set(inputs.states):
        raise FlowMismatchError("reports = reports with a state", len(inputs.members), len(inputs.states))
    return report_of


def _by_source(inputs: FlowInputs, searches: Mapping[int, SearchRun], kind: str) -> tuple[Named, ...]:
    """Return the records of each source of one kind; a source that found nothing stands with 0."""
    tally = {search.source: 0 for search in searches.values() if search.kind == kind}
    for search_id in inputs.found.values():
        if searches[search_id].kind == kind:
            tally[searches[search_id].source] += 1
    return tuple(Named(name, n) for name, n in tally.items())


def _count_other(
    inputs: FlowInputs, searches: Mapping[int, SearchRun], others: Sequence[int], rules: Mapping[str, str]
) -> OtherCounts:
    """Count the column of other methods."""
    identified = _by_source(inputs, searches, "other")
    states = [inputs.states[r] for r in others]
    kept = [s for s in states if not s.removed]
    sought = [s for s in kept if _is_sought_directly(s)]
    left = Counter(s.abstract for s in kept if not _is_sought_directly(s))
    unread = left["unscreened"]
    return OtherCounts(
        identified=identified,
        duplicates=total(identified) - len(others),
        removed=len(states) - len(kept),
        excluded=left["exclude"],
        not_screened=(Named(rules[ABSTRACT], unread),) if ABSTRACT in rules and unread else (),
        unscreened=0 if ABSTRACT in rules else unread,
        pending=left["pending"],
        conflicts=left["conflict"],
        fulltext=_count_fulltext(sought, rules.get(FULLTEXT, "")),
    )


def _is_sought_directly(state: ScreenedReport) -> bool:
    """Tell whether a report of other methods was sought: chosen by abstract, or sought without that step."""
    if state.abstract == "include":
        return True
    return state.abstract == "unscreened" and (bool(state.retrieval) or state.fulltext in VOTED)


def _count_fulltext(states: Sequence[ScreenedReport], rule: str) -> FullTextCounts:
    """Count retrieval and full text of the reports sought in one column."""
    judged = [s for s in states if s.fulltext in VOTED]
    rest = [s for s in states if s.fulltext not in VOTED]
    verdicts = Counter(s.fulltext for s in judged)
    retrieved = sum(s.retrieval == "retrieved" for s in rest)
    not_retrieved = sum(s.retrieval == "not_retrieved" for s in rest)
    return FullTextCounts(
        sought=len(states),
        not_retrieved=not_retrieved,
        retrieval_open=sum(s.retrieval in ("", "sought") for s in rest),
        unassessed=0 if rule else retrieved,
        not_assessed=(Named(rule, retrieved),) if rule and retrieved else (),
        assessed=len(judged),
        excluded=_tally(s.fulltext_reason for s in judged if s.fulltext == "exclude"),
        awaiting=verdicts["awaiting"],
        ongoing=verdicts["ongoing"],
        pending=verdicts["pending"],
        conflicts=verdicts["conflict"],
        included=verdicts["include"],
    )


def _rules_in_force(stops: Iterable[Stop]) -> dict[str, str]:
    """Return the stopping rule of each stage, the last word counting."""
    rules: dict[str, str] = {}
    for stop in sorted(stops, key=lambda s: (s.at, s.id)):
        rules[stop.stage] = stop.rule.strip()
    return {stage: rule for stage, rule in rules.items() if rule}


def _links_in_force(links: Iterable[Link]) -> list[Link]:
    """Return the links that no later link undoes."""
    kept: list[Link] = []
    undone: set[int | None] = set()
    for link in sorted(links, key=lambda row: row.id, reverse=True):
        if link.id in undone:
            continue
        if link.role == "undo":
            undone.add(link.undoes)
        else:
            kept.append(link)
    return kept[::-1]


def _tally(reasons: Iterable[str]) -> tuple[Named, ...]:
    """Return each reason with its number, the commonest first, equals by name."""
    counted = Counter(reason.strip() or NO_REASON for reason in reasons)
    return tuple(Named(name, n) for name, n in sorted(counted.items(), key=lambda row: (-row[1], row[0])))
