"""What a ranking may learn from: labels out of states, blind or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from jakdb.words import ABSTRACT
from jakscreen.status import ReportState

__all__ = ["Combine", "label_of", "labels_for"]

Combine = Literal["any", "consensus", "weighted"]
"""How several reviewers' votes make one label where screening is not blind."""


def labels_for(
    reviewer: str,
    states: Mapping[int, ReportState],
    *,
    blind: bool = True,
    combine: Combine = "any",
    weights: Mapping[str, float] | None = None,
) -> dict[int, int]:
    """Return report id to 1 (include, maybe) or 0 (exclude) at the abstract stage.

    Blind, that is this reviewer's own votes and, above them, resolved consensus: nobody else's votes can be read off
    the order, and `combine` counts for nothing. Otherwise it is the state of every report that is settled or resolved,
    and of the others what `combine` makes of their votes. Removed reports teach nothing.

    Parameters
    ----------
    combine : str
        ``any``: include if anyone said so. ``consensus``: open reports teach nothing. ``weighted``: include if the
        weights of those who include are half of all or more.
    weights : mapping of str to float, optional
        Weight of each reviewer for ``weighted``; 1 for who is not named.

    Examples
    --------
    >>> labels_for("ada", {3: ReportState(3, abstract="include")}, blind=True)
    {}
    >>> labels_for("ada", {3: ReportState(3, abstract="include")}, blind=False)
    {3: 1}
    """
    labels = {}
    for report_id, state in sorted(states.items()):
        label = label_of(reviewer, state, blind=blind, combine=combine, weights=weights)
        if label is not None:
            labels[report_id] = label
    return labels


def label_of(
    reviewer: str,
    state: ReportState,
    *,
    blind: bool = True,
    combine: Combine = "any",
    weights: Mapping[str, float] | None = None,
) -> int | None:
    """Return what one report teaches, see `labels_for`; none if it teaches nothing."""
    if state.removed:
        return None
    if state.abstract_resolved or (not blind and state.abstract in ("include", "exclude")):
        return int(state.abstract == "include")
    votes = [vote for vote in state.votes_at(ABSTRACT) if not blind or vote.reviewer == reviewer]
    if not votes or (not blind and combine == "consensus"):
        return None
    if blind or combine == "any":
        return int(any(vote.verdict != "exclude" for vote in votes))
    weight = [(weights or {}).get(vote.reviewer, 1.0) for vote in votes]
    if sum(weight) == 0:
        return None
    said = sum(w for w, vote in zip(weight, votes, strict=True) if vote.verdict != "exclude")
    return int(said >= sum(weight) / 2)
