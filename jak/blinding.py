"""What one reviewer may not see yet of another's votes."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from jakdb.words import ABSTRACT

if TYPE_CHECKING:
    from jak.settings import ScreeningSettings
    from jak.workspace import Snapshot
    from jakscreen import Conflict

__all__ = ["HIDDEN", "hidden_conflicts", "hidden_decisions"]

HIDDEN = "hidden while blind"


def hidden_decisions(snapshot: Snapshot, settings: ScreeningSettings, reviewer: str) -> frozenset[int]:
    """Return the numbers of the decisions that this reviewer must not see yet; none if screening is not blind.

    A vote of somebody else is hidden while its report is pending at that stage, and while it is in conflict but this
    reviewer's own vote is still wanted. Undos of hidden votes are hidden with them.
    """
    if not settings.blind:
        return frozenset()
    hidden: set[int] = set()
    for d in snapshot.decisions:
        report = snapshot.report_of.get(d.record_id)
        if d.reviewer == reviewer or report is None or d.kind == "resolution":
            continue
        state = snapshot.states[report]
        standing = state.abstract if d.stage == ABSTRACT else state.fulltext
        voters = {v.reviewer for v in state.votes_at(d.stage)}
        wanted = reviewer not in voters and len(voters) < settings.reviewers_required
        if standing in ("pending", "unscreened", "unassessed", "") or (standing == "conflict" and wanted):
            hidden.add(d.id)
    return frozenset(hidden)


def hidden_conflicts(
    snapshot: Snapshot, conflicts: Collection[Conflict], settings: ScreeningSettings, reviewer: str
) -> frozenset[int]:
    """Return the reports whose conflict this reviewer must not see the votes of."""
    hidden = hidden_decisions(snapshot, settings, reviewer)
    return frozenset(c.report_id for c in conflicts if any(v.id in hidden for v in c.votes))
