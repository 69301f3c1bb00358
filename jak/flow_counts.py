"""The PRISMA flow of an open review: what it is counted from, its counts, and its lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from jak.flow_settings import Convention
    from jak.report.counts import FlowCounts
    from jak.report.flow_inputs import FlowInputs
    from jak.workspace import Review, Snapshot

__all__ = ["came_in", "decided_since", "flow_counts", "flow_inputs", "flow_rows"]


def flow_counts(review: Review, snapshot: Snapshot, *, convention: Convention = "once") -> FlowCounts:
    """Count the PRISMA 2020 flow from the events; a sum that fails is an error.

    Raises
    ------
    UsageError
        If the convention is ``update`` and jak.toml names no previous version, or none of the searches belongs to it.
    """
    from jak.report.flow import count_flow  # noqa: PLC0415

    return count_flow(flow_inputs(review, snapshot), convention=convention, update=review.settings.update)


def flow_inputs(review: Review, snapshot: Snapshot) -> FlowInputs:
    """Gather what the flow is counted from."""
    from jak.report.flow_inputs import FlowInputs  # noqa: PLC0415
    from jakdb import imports, numbers  # noqa: PLC0415 - SQLAlchemy is not for --help

    return FlowInputs(
        searches=[s for s in imports.searches(review.store) if not s.undone],
        retrieved=imports.retrieved(review.store),
        members=snapshot.members,
        states=snapshot.states,
        stops=snapshot.stops,
        links=numbers.links(review.store),
        came=came_in(review, snapshot),
    )


def came_in(review: Review, snapshot: Snapshot) -> dict[int, datetime]:
    """Return when the first record of each report came in; nothing where no stop asks for it."""
    from jakdb import imports  # noqa: PLC0415

    if not snapshot.stops:
        return {}
    seen = imports.first_seen(review.store, snapshot.records)
    dates = {report: [seen[r] for r in ids if r in seen] for report, ids in snapshot.members.items()}
    return {report: min(found) for report, found in dates.items() if found}


def flow_rows(flow: FlowCounts) -> list[tuple[str, int]]:
    """Return the flow as lines for a terminal."""
    previous = flow.previous
    rows = [(f"identified: {x.name}", x.n) for x in (*flow.databases, *flow.registers)]
    rows.append(("duplicates removed", flow.duplicates))
    if previous and previous.since:
        rows.append(("  known from the previous version", flow.known))
    if flow.convention != "once":
        rows.append(("  found again", flow.found_again))
    if flow.automation:
        rows.append(("marked ineligible by automation", flow.automation))
    rows += [(f"removed before screening: {x.name}", x.n) for x in flow.removed]
    rows += [(f"not screened, stopping rule {x.name}", x.n) for x in flow.not_screened]
    rows.append(("screened", flow.screened))
    rows.append(("excluded", flow.excluded_human))
    if flow.excluded_automation:
        rows.append(("excluded by automation", flow.excluded_automation))
    text = flow.fulltext
    rows += [("sought for retrieval", text.sought), ("not retrieved", text.not_retrieved), ("assessed", text.assessed)]
    rows += [(f"excluded at full text: {x.name}", x.n) for x in text.excluded]
    rows += [(f"retrieved, not assessed, stopping rule {x.name}", x.n) for x in text.not_assessed]
    rows += [(name, n) for name, n in (("awaiting classification", text.awaiting), ("ongoing", text.ongoing)) if n]
    if flow.other:
        rows += [(f"other methods: {x.name}", x.n) for x in flow.other.identified]
        rows += [
            ("other methods: sought", flow.other.fulltext.sought),
            ("other methods: included", flow.other.fulltext.included),
        ]
    if previous:
        rows += [
            ("studies of the previous version", previous.studies),
            ("reports of the previous version", previous.reports),
            ("new studies included", previous.new_studies),
            ("reports of new included studies", previous.new_reports),
        ]
        if previous.more_reports:
            rows.append(("new reports of previously included studies", previous.more_reports))
    studies, reports = ("total studies", "total included studies") if previous else ("studies", "included studies")
    rows += [(f"{studies} included", flow.included_studies), (f"reports of {reports}", flow.included_reports)]
    if flow.secondary_studies:
        rows.append(("studies from a secondary source only", flow.secondary_studies))
    rows += [(f"open: {x.name}", x.n) for x in flow.open_items]
    return rows


def decided_since(review: Review, snapshot: Snapshot) -> int:
    """Count the included reports of the previous version of which a decision is as young as the new searches."""
    from jak.report.previous import previous_reports  # noqa: PLC0415

    update = review.settings.update
    if update is None or update.since is None:
        return 0
    states = [snapshot.states[r] for r in previous_reports(flow_inputs(review, snapshot), update.since)]
    return sum(
        s.fulltext == "include"
        and not s.removed
        and any(event.at.date() >= update.since for event in (*s.votes, *s.resolutions))
        for s in states
    )
