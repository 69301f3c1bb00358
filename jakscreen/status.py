"""Where every report stands: a pure view over the events of screening, retrieval and removal.

Nothing here stores anything. The same events give the same states, and taking an event back gives exactly the states
from before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from jakdb.words import ABSTRACT, FULLTEXT, Decision, MergeEvent, Removal, Retrieval, Stage
from jakscreen.events import in_force, merges_of, together

__all__ = [
    "AbstractState",
    "Conflict",
    "ConflictKind",
    "FulltextState",
    "ReportState",
    "decisions_in_force",
    "open_conflicts",
    "pending_for",
    "report_states",
]

AbstractState = Literal["unscreened", "pending", "conflict", "include", "exclude"]
FulltextState = Literal["", "unassessed", "pending", "conflict", "include", "exclude", "awaiting", "ongoing"]
ConflictKind = Literal["", "verdict", "reason", "merge", "after_resolution"]

AUTOMATION = "automation:"
_MEANWHILE = ("include", "awaiting", "ongoing", "exclude")  # the first of these that anyone said stands meanwhile


@dataclass(frozen=True, slots=True)
class ReportState:
    """Where one report stands.

    Attributes
    ----------
    abstract : str
        ``unscreened``, ``pending`` (too few votes), ``conflict``, ``include`` or ``exclude``. *maybe* counts as
        include, also where nobody said anything else.
    abstract_reason : str
        Reason of an exclusion; where the reviewers named different ones, all of them, joined by ``"; "``.
    abstract_by_automation : bool
        Whether the exclusion rests on automation votes alone: no person voted and no person resolved.
    retrieval : str
        ``sought``, ``retrieved``, ``not_retrieved``, or empty if nobody wrote anything down. A full-text vote cast
        after the last such event says that the text was in hand: it reads ``retrieved``.
    fulltext : str
        Empty unless the abstract stage says include and the text was retrieved; then ``unassessed``, ``pending``,
        ``conflict``, ``include``, ``exclude``, ``awaiting`` or ``ongoing``.
    fulltext_reason : str
        The one primary reason of a full-text exclusion.
    removed, removal_reason : str
        Whether the report left the pool before screening: ``automation``, ``other``, or empty.
    conflict : str
        What an open conflict is about: ``verdict``; ``reason`` (all exclude at full text, for different primary
        reasons); ``merge`` (records merged later carry different votes of one reviewer, or different resolutions);
        ``after_resolution`` (votes on records merged in after a resolution disagree with it). Empty if none is open.
    meanwhile : str
        What to go on with while a conflict is open: ``include`` if anyone said so, else ``awaiting``, ``ongoing`` or
        ``exclude``. Empty if no conflict is open.
    votes : tuple of Decision
        Votes in force at both stages, in the order in which they were cast.
    resolutions : tuple of Decision
        Resolutions in force at both stages, in order.
    resolved : bool
        Whether a resolution settles the stage that the report has reached.
    abstract_resolved, fulltext_resolved : bool
        Whether a resolution settles that stage.
    """

    report_id: int
    abstract: AbstractState = "unscreened"
    abstract_reason: str = ""
    abstract_by_automation: bool = False
    retrieval: Literal["", "sought", "retrieved", "not_retrieved"] = ""
    fulltext: FulltextState = ""
    fulltext_reason: str = ""
    removed: Literal["", "automation", "other"] = ""
    removal_reason: str = ""
    conflict: ConflictKind = ""
    meanwhile: str = ""
    votes: tuple[Decision, ...] = ()
    resolutions: tuple[Decision, ...] = ()
    abstract_resolved: bool = False
    fulltext_resolved: bool = False

    @property
    def resolved(self) -> bool:
        """Whether a resolution settles the stage that the report has reached."""
        return self.fulltext_resolved if self.fulltext else self.abstract_resolved

    @property
    def is_included(self) -> bool:
        """Whether the report is in the review: included at full text and not removed."""
        return self.fulltext == "include" and not self.removed

    def votes_at(self, stage: Stage) -> tuple[Decision, ...]:
        """Return the votes in force at one stage."""
        return tuple(vote for vote in self.votes if vote.stage == stage)


@dataclass(frozen=True, slots=True)
class Conflict:
    """An open conflict, with what was said and what stands meanwhile."""

    report_id: int
    stage: Stage
    kind: ConflictKind
    votes: tuple[Decision, ...]
    resolutions: tuple[Decision, ...]
    meanwhile: str

    @property
    def sentence(self) -> str:
        """What the conflict is, in words."""
        said = ", ".join(f"{d.reviewer}: {d.verdict}" + (f" ({d.reason})" if d.reason else "") for d in self.votes)
        what = {
            "verdict": "the votes differ",
            "reason": "all exclude, but for different primary reasons",
            "merge": "records that were merged later carry different decisions",
            "after_resolution": "records merged in after the resolution carry votes against it",
        }[self.kind or "verdict"]
        return f"{what} ({said})" if said else what


def report_states(
    members: Mapping[int, Sequence[int]],
    decisions: Iterable[Decision],
    retrievals: Iterable[Retrieval],
    removals: Iterable[Removal] = (),
    *,
    reviewers_required: int = 2,
    merges: Iterable[MergeEvent] | None = None,
) -> dict[int, ReportState]:
    """Return where each report stands.

    The rules, stage by stage:

    - Events count in the order of their time, then of their id. An undo takes back the event that it names; taking
      back an undo brings that event back.
    - A reviewer's later vote on the same record replaces the earlier one. On another record of the same report it
      replaces it only if the records were one report when it was cast (see `merges`); else both stand, and if they
      differ that is a conflict, never a pick.
    - Any disagreement is a conflict. Fewer than `reviewers_required` voters who agree are *pending*, never excluded.
    - A resolution settles the stage. A vote cast after it on what it covered is kept and changes nothing: take the
      resolution back, or resolve again. Votes and resolutions on records merged in after it are not covered; if they
      disagree, the conflict is open again.
    - At full text an exclusion has one primary reason: two different ones are a conflict of reason, until a resolution
      names one. An empty reason contradicts nothing.

    Parameters
    ----------
    members : mapping of int to sequence of int
        Report id to the ids of its records. Events on other records (of an import taken back) are left aside.
    decisions, retrievals, removals : iterable
        All events, in any order.
    reviewers_required : int
        How many different reviewers must vote; an automation counts as one.
    merges : iterable of MergeEvent, optional
        When records became one report. Without it a vote speaks for its own record, a resolution for whatever was
        said before it, and a removal for the whole report.

    Raises
    ------
    ValueError
        If a record stands in two reports or `reviewers_required` is below one.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
    >>> vote = Decision(1, 7, "abstract", "vote", "ada", "exclude", "animal study", "", noon)
    >>> report_states({7: [7]}, [vote], [])[7].abstract
    'pending'
    >>> report_states({7: [7]}, [vote], [], reviewers_required=1)[7].abstract
    'exclude'
    """
    if reviewers_required < 1:
        raise ValueError("reviewers_required must be 1 or more")
    home = _homes(members)
    voted: dict[int, list[Decision]] = {}
    for decision in decisions_in_force(decisions):
        if decision.record_id in home:
            voted.setdefault(home[decision.record_id], []).append(decision)
    sought: dict[int, list[Retrieval]] = {}
    for retrieval in sorted(retrievals, key=lambda event: (event.at, event.id)):
        if retrieval.record_id in home:
            sought.setdefault(home[retrieval.record_id], []).append(retrieval)
    removed: dict[int, list[Removal]] = {}
    for removal in in_force(removals, undo=lambda event: event.cause == "undo"):
        if removal.record_id in home:
            removed.setdefault(home[removal.record_id], []).append(removal)
    joined = None if merges is None else merges_of(merges)
    return {
        report_id: _state(
            report_id,
            tuple(records),
            voted.get(report_id, []),
            sought.get(report_id, []),
            removed.get(report_id, []),
            required=reviewers_required,
            merges=None if joined is None else joined.get(min(records, default=0), ()),
        )
        for report_id, records in members.items()
    }


def decisions_in_force(decisions: Iterable[Decision]) -> list[Decision]:
    """Return the votes and resolutions that nobody took back, ordered by time and id.

    A vote that the same reviewer changed later is still among them: nobody took it back.
    """
    return in_force(decisions, undo=lambda event: event.kind == "undo")


def open_conflicts(states: Mapping[int, ReportState]) -> tuple[Conflict, ...]:
    """Return the open conflicts of reports that were not removed, by report id."""
    found = []
    for report_id, state in sorted(states.items()):
        if state.conflict and not state.removed:
            stage: Stage = "fulltext" if state.fulltext == "conflict" else "abstract"
            resolutions = tuple(r for r in state.resolutions if r.stage == stage)
            found.append(
                Conflict(report_id, stage, state.conflict, state.votes_at(stage), resolutions, state.meanwhile)
            )
    return tuple(found)


def pending_for(
    states: Mapping[int, ReportState], reviewer: str, stage: Stage, *, reviewers_required: int = 2
) -> tuple[int, ...]:
    """Return the ids of the reports that this reviewer still has to vote on at this stage, in order.

    Left out are reports that they voted on, that are settled or removed, that have enough voters already (a conflict
    among them waits for a resolution, not for one more vote), and at full text those not in hand.
    """
    waiting = ("unscreened", "unassessed", "pending", "conflict")
    found = []
    for report_id, state in sorted(states.items()):
        if state.removed or (state.abstract if stage == ABSTRACT else state.fulltext) not in waiting:
            continue
        if any(resolution.stage == stage for resolution in state.resolutions):
            continue
        voters = {vote.reviewer for vote in state.votes_at(stage)}
        if reviewer not in voters and len(voters) < reviewers_required:
            found.append(report_id)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Settled:
    """What one stage says: the state and what it rests on."""

    state: str
    votes: tuple[Decision, ...] = ()
    resolutions: tuple[Decision, ...] = ()
    reason: str = ""
    conflict: ConflictKind = ""
    meanwhile: str = ""


_Merges = Sequence[MergeEvent] | None


def _homes(members: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Return the report of each record."""
    home: dict[int, int] = {}
    for report_id, records in members.items():
        for record_id in records:
            if home.setdefault(record_id, report_id) != report_id:
                raise ValueError(f"record {record_id} stands in reports {home[record_id]} and {report_id}")
    return home


def _state(
    report_id: int,
    records: Sequence[int],
    decisions: Sequence[Decision],
    retrievals: Sequence[Retrieval],
    removals: Sequence[Removal],
    *,
    required: int,
    merges: _Merges,
) -> ReportState:
    """Return the state of one report from its own events in force, in order."""
    first = _settle([d for d in decisions if d.stage == ABSTRACT], ABSTRACT, required=required, merges=merges)
    second = _settle([d for d in decisions if d.stage == FULLTEXT], FULLTEXT, required=required, merges=merges)
    retrieval: Literal["", "sought", "retrieved", "not_retrieved"] = retrievals[-1].status if retrievals else ""
    if any(not retrievals or d.at >= retrievals[-1].at for d in (*second.votes, *second.resolutions)):
        retrieval = "retrieved"
    assessed = first.state == "include" and retrieval == "retrieved"
    opened = first if first.conflict else second if assessed else _Settled("")
    removal = removals[-1] if removals and _is_removed(records, removals, merges) else None
    by = [d.reviewer for d in (*first.votes, *first.resolutions)]
    return ReportState(
        report_id=report_id,
        abstract=cast("AbstractState", first.state),
        abstract_reason=first.reason,
        abstract_by_automation=first.state == "exclude" and all(name.startswith(AUTOMATION) for name in by),
        retrieval=retrieval,
        fulltext=cast("FulltextState", second.state) if assessed else "",
        fulltext_reason=second.reason if assessed else "",
        removed="" if removal is None else cast("Literal['automation', 'other']", removal.cause),
        removal_reason="" if removal is None else removal.reason,
        conflict=opened.conflict,
        meanwhile=opened.meanwhile,
        votes=tuple(sorted((*first.votes, *second.votes), key=lambda d: (d.at, d.id))),
        resolutions=tuple(sorted((*first.resolutions, *second.resolutions), key=lambda d: (d.at, d.id))),
        abstract_resolved=bool(first.resolutions) and not first.conflict,
        fulltext_resolved=assessed and bool(second.resolutions) and not second.conflict,
    )


def _settle(decisions: Sequence[Decision], stage: Stage, *, required: int, merges: _Merges) -> _Settled:
    """Return what the votes and resolutions of one report say at one stage."""
    votes: list[Decision] = []
    resolutions: list[Decision] = []
    for d in reversed(decisions):  # the later one replaces what it covers
        if d.kind == "resolution":
            if not any(_covers(later, d, merges) for later in resolutions):
                resolutions.insert(0, d)
        elif not any(later.reviewer == d.reviewer and _covers(later, d, merges) for later in votes):
            votes.insert(0, d)
    uncovered = [v for v in votes if not any(_covers(r, v, merges) for r in resolutions)]
    deciding = [*resolutions, *uncovered]
    stances = {_stance(d) for d in deciding}
    reasons = _reasons(deciding) or _reasons(votes)
    conflict: ConflictKind = ""
    if len(stances) > 1:
        conflict = _kind_of(resolutions, uncovered)
    elif stances == {"exclude"} and stage == FULLTEXT and len(reasons) > 1:
        conflict = "reason"
    if conflict:
        meanwhile = next(word for word in _MEANWHILE if word in stances)
        return _Settled("conflict", tuple(votes), tuple(resolutions), "", conflict, meanwhile)
    if not deciding:
        return _Settled("unscreened" if stage == ABSTRACT else "unassessed")
    if not resolutions and len({vote.reviewer for vote in votes}) < required:
        return _Settled("pending", tuple(votes))
    state = stances.pop()
    return _Settled(state, tuple(votes), tuple(resolutions), "; ".join(reasons) if state == "exclude" else "")


def _kind_of(resolutions: Sequence[Decision], uncovered: Sequence[Decision]) -> ConflictKind:
    """Return what a disagreement comes from."""
    if len({_stance(r) for r in resolutions}) > 1:
        return "merge"
    if resolutions:
        return "after_resolution"
    if len({(v.reviewer, _stance(v)) for v in uncovered}) > len({v.reviewer for v in uncovered}):
        return "merge"
    return "verdict"


def _stance(decision: Decision) -> str:
    """Return the verdict as it counts: maybe is include; before the full text only exclude is not include."""
    if decision.verdict == "maybe" or (decision.stage == ABSTRACT and decision.verdict != "exclude"):
        return "include"
    return decision.verdict


def _reasons(decisions: Sequence[Decision]) -> list[str]:
    """Return the different reasons given for exclusion, in the order of the decisions."""
    given = (d.reason.strip() for d in decisions if d.verdict == "exclude")
    return list(dict.fromkeys(reason for reason in given if reason))


def _covers(later: Decision, earlier: Decision, merges: _Merges) -> bool:
    """Return whether a vote replaces, or a resolution settles, another decision on the same report."""
    if later.record_id == earlier.record_id:
        return True
    if merges is not None:
        return earlier.record_id in together(later.record_id, later.at, merges)
    return later.kind == "resolution" and (earlier.at, earlier.id) < (later.at, later.id)


def _is_removed(records: Sequence[int], removals: Sequence[Removal], merges: _Merges) -> bool:
    """Return whether removals speak for every record: those that were one report when it was removed."""
    if merges is None:
        return bool(removals)
    gone: set[int] = set()
    for removal in removals:
        gone |= together(removal.record_id, removal.at, merges)
    return gone.issuperset(records)
