"""The previous version of an updated review: its searches, its reports, its studies, and what is new beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from jak.flow_settings import UpdateSpec
from jak.report.counts import FlowCounts, PreviousCounts
from jak.report.flow_inputs import FlowInputs
from jakdb.errors import UsageError
from jakdb.words import SearchRun

__all__ = ["part_of", "previous_reports", "previous_version", "with_previous"]


def previous_reports(inputs: FlowInputs, since: date) -> frozenset[int]:
    """Return the reports of which a search before that day found a record; an undated search counts by its import."""
    old = {search.id for search in inputs.searches if _day(search) < since}
    report_of = {record: report for report, records in inputs.members.items() for record in records}
    return frozenset(report_of[record] for record, search in inputs.retrieved if search in old)


def previous_version(inputs: FlowInputs, update: UpdateSpec | None) -> tuple[frozenset[int], frozenset[int]]:
    """Return the searches and the reports of the previous version; none if its numbers were given."""
    if update is None:
        raise UsageError(
            "jak.toml does not say what the previous version of this review is",
            hint="add a table [update] with since = 2026-01-01 (first day of the new searches), or with studies and "
            "reports of a version made elsewhere",
        )
    if update.since is None:
        return frozenset(), frozenset()
    since = update.since
    old = frozenset(search.id for search in inputs.searches if not search.undone and _day(search) < since)
    if not old:
        raise UsageError(
            f"no search of this review was made before {since}, so that there is no previous version",
            hint="correct update.since in jak.toml, or give studies and reports of a version made elsewhere",
        )
    return old, previous_reports(inputs, since)


def _day(search: SearchRun) -> date:
    """Return the day of a search, or that of its import."""
    return search.searched_on or search.at.date()


def part_of(inputs: FlowInputs, reports: Collection[int]) -> FlowInputs:
    """Return the inputs of some of the reports, without their studies."""
    members = {report: records for report, records in inputs.members.items() if report in reports}
    records = {record for own in members.values() for record in own}
    return replace(
        inputs,
        retrieved=[pair for pair in inputs.retrieved if pair[0] in records],
        members=members,
        states={report: inputs.states[report] for report in members},
        links=(),
    )


def with_previous(
    counts: FlowCounts,
    update: UpdateSpec,
    tells: Mapping[int, Collection[str]],
    *,
    before: FlowCounts,
    included_before: Collection[int],
    included_since: Collection[int],
) -> FlowCounts:
    """Return the counts with the box of previous studies, and what of the included is new.

    Parameters
    ----------
    tells : mapping
        The studies of each report.
    before : FlowCounts
        Those of the reports of the previous version, for what of them is open.
    included_before, included_since : collection of int
        Included reports of the previous version, and the others.
    """
    had = {study for report in included_before for study in tells.get(report, ())}
    new = {study for report in included_since for study in tells.get(report, ())} - had
    more = sum(bool(tells.get(report)) and had.issuperset(tells[report]) for report in included_since)
    is_given = update.since is None
    previous = PreviousCounts(
        studies=update.studies if is_given else len(had),
        reports=update.reports if is_given else len(included_before),
        new_studies=len(new),
        new_reports=len(included_since) - more,
        more_reports=more,
        open=sum(row.n for row in replace(before, unlinked_reports=0).open_items),
        since=update.since.isoformat() if update.since else "",
        citation=update.citation,
    )
    if not is_given:
        return replace(counts, previous=previous)
    return replace(
        counts,
        included_studies=previous.studies + previous.new_studies,
        included_reports=counts.included_reports + previous.reports,
        previous=previous,
    )
