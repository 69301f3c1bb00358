"""What a ranking may learn from: labels out of states, blind or not."""

from __future__ import annotations

from collections.abc import Mapping

from jakdb.words import ABSTRACT
from jakscreen.status import ReportState

__all__ = ["labels_for"]


def labels_for(reviewer: str, states: Mapping[int, ReportState], *, blind: bool = True) -> dict[int, int]:
    """Return report id to 1 (include, maybe) or 0 (exclude) at the abstract stage.

    Blind, that is this reviewer's own votes and, above them, resolved consensus: nobody else's votes can be read off
    the order. Otherwise it is the state of every report, and where that is open, include if anyone said so. Removed
    reports teach nothing.

    Examples
    --------
    >>> labels_for("ada", {3: ReportState(3, abstract="include")}, blind=True)
    {}
    >>> labels_for("ada", {3: ReportState(3, abstract="include")}, blind=False)
    {3: 1}
    """
    labels = {}
    for report_id, state in sorted(states.items()):
        if state.removed:
            continue
        votes = [vote for vote in state.votes_at(ABSTRACT) if not blind or vote.reviewer == reviewer]
        if state.abstract_resolved or (not blind and state.abstract in ("include", "exclude")):
            labels[report_id] = int(state.abstract == "include")
        elif votes:
            labels[report_id] = int(any(vote.verdict != "exclude" for vote in votes))
    return labels
