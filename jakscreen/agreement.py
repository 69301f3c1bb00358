"""How well reviewers agree: Cohen's kappa with its interval, on first independent votes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import sqrt
from statistics import NormalDist

from jakdb.words import ABSTRACT, Decision, Stage, Verdict
from jakscreen.status import AUTOMATION

__all__ = ["Agreement", "Kappa", "agreements", "cohen_kappa", "first_votes"]

_FEW = 5


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of one table of counts.

    Attributes
    ----------
    n : int
        Number of things that both judged.
    observed, expected : float or None
        Share of agreement seen, and expected by chance from the margins; ``None`` if nothing was judged by both.
    kappa, se, low, high : float or None
        Kappa, its large-sample standard error and interval; ``None`` where kappa does not exist, and `note` says why.
    level : float
        Confidence level of the interval.
    note : str
        Why there is no kappa, or what its interval cannot say; empty if there is nothing to add.
    """

    n: int
    observed: float | None
    expected: float | None
    kappa: float | None
    se: float | None
    low: float | None
    high: float | None
    level: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two reviewers agreed at one stage.

    Attributes
    ----------
    table : tuple
        Counts ``((both include, only a includes), (only b includes, both exclude))``; *maybe* is include.
    n : int
        Reports on which both voted.
    prevalence : float or None
        Mean share of includes of the two reviewers.
    prevalence_index, bias_index : float or None
        ``|both include - both exclude| / n`` and ``|only a - only b| / n``: how far kappa is pulled down by a rare
        verdict, and how far the reviewers differ in leniency.
    pabak : float or None
        Prevalence- and bias-adjusted kappa, ``2 * observed - 1``. It stands beside kappa and never replaces it.
    notes : tuple of str
        What was counted how, and cautions, in words.
    """

    reviewer_a: str
    reviewer_b: str
    stage: Stage
    table: tuple[tuple[int, int], tuple[int, int]]
    n: int
    observed: float | None
    kappa: float | None
    se: float | None
    low: float | None
    high: float | None
    level: float
    pabak: float | None
    prevalence: float | None
    prevalence_index: float | None
    bias_index: float | None
    notes: tuple[str, ...]


def first_votes(
    decisions: Iterable[Decision],
    members: Mapping[int, Sequence[int]] | None = None,
    *,
    stage: Stage = ABSTRACT,
    automation: bool = False,
) -> dict[int, dict[str, Verdict]]:
    """Return what each reviewer said of each report first, unswayed by the others.

    Only the first vote counts: not a changed one, none after a resolution of the report (taken back or not). A vote
    that was taken back counts as never cast if it was a slip: if the reviewer took it back as the very next thing that
    they did, or before anyone else had voted on the report. Otherwise it was the independent vote, whatever followed.

    Parameters
    ----------
    decisions : iterable of Decision
        All events, undos included, in any order.
    members : mapping of int to sequence of int, optional
        Report id to record ids; events on other records are left aside. Without it each record is its own report.
    automation : bool
        Whether votes of an ``automation: ...`` count as a reviewer's.

    Returns
    -------
    dict
        Report id to reviewer to verdict, by report id.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
    >>> votes = [Decision(n, 7, "abstract", "vote", "ada", v, "", "", noon) for n, v in ((1, "maybe"), (2, "exclude"))]
    >>> first_votes(votes)
    {7: {'ada': 'maybe'}}
    """
    every = sorted(decisions, key=lambda d: (d.at, d.id))
    home = None if members is None else {record: report for report, records in members.items() for record in records}
    here = [d for d in every if d.stage == stage and (home is None or d.record_id in home)]
    slips = _slips(every, here, home)
    first: dict[int, dict[str, Verdict]] = {}
    closed: set[int] = set()
    for d in here:
        report = d.record_id if home is None else home[d.record_id]
        if d.kind == "resolution":
            closed.add(report)
        elif d.kind != "vote" or report in closed or d.id in slips:
            continue
        elif automation or not d.reviewer.startswith(AUTOMATION):
            first.setdefault(report, {}).setdefault(d.reviewer, d.verdict)
    return {report: first[report] for report in sorted(first)}


def agreements(
    first: Mapping[int, Mapping[str, Verdict]], *, stage: Stage = ABSTRACT, level: float = 0.95
) -> tuple[Agreement, ...]:
    """Return the agreement of each pair of reviewers, by name; what `first_votes` returns goes in.

    A pair that has no report in common is there too, and says so. With one reviewer or none there is no pair.

    References
    ----------
    Byrt, Bishop, Carlin (1993), J Clin Epidemiol 46:423-429 (PABAK, prevalence and bias index).
    doi:10.1016/0895-4356(93)90018-V

    Examples
    --------
    >>> first = {n: {"ada": "include", "bea": "include"} for n in range(20)}
    >>> first |= {n: {"ada": "exclude", "bea": "exclude"} for n in range(20, 35)}
    >>> first |= {n: {"ada": "include", "bea": "exclude"} for n in range(35, 40)}
    >>> first |= {n: {"ada": "exclude", "bea": "maybe"} for n in range(40, 50)}
    >>> (pair,) = agreements(first)
    >>> pair.table, round(pair.kappa, 2), round(pair.pabak, 2)
    (((20, 5), (10, 15)), 0.4, 0.4)
    """
    reviewers = sorted({reviewer for votes in first.values() for reviewer in votes})
    return tuple(_agreement(first, a, b, stage=stage, level=level) for a, b in combinations(reviewers, 2))


def cohen_kappa(table: Sequence[Sequence[int]], *, level: float = 0.95) -> Kappa:
    """Return Cohen's kappa of a square table of counts with its large-sample interval.

    Parameters
    ----------
    table : k x k counts
        Rows: what one said; columns: what the other said, in the same order.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative, or `level` is not between 0 and 1.

    References
    ----------
    Cohen (1960), Educ Psychol Meas 20:37-46. doi:10.1177/001316446002000104
    Fleiss, Cohen, Everitt (1969), Psychol Bull 72:323-327 (variance for kappa that is not zero). doi:10.1037/h0028106

    Examples
    --------
    >>> result = cohen_kappa([[20, 5], [10, 15]])
    >>> round(result.kappa, 3), round(result.low, 3), round(result.high, 3)
    (0.4, 0.151, 0.649)
    """
    k = len(table)
    if any(len(row) != k for row in table) or any(count < 0 for row in table for count in row):
        raise ValueError("the table of two reviewers must be square and its counts not negative")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    n = sum(map(sum, table))
    if n == 0:
        return Kappa(0, None, None, None, None, None, None, level, "no report has a first vote of both: no kappa")
    p = [[count / n for count in row] for row in table]
    rows = [sum(row) for row in p]
    columns = [sum(row[j] for row in p) for j in range(k)]
    observed = sum(p[i][i] for i in range(k))
    expected = sum(r * c for r, c in zip(rows, columns, strict=True))
    if sum(1 for i in range(k) if sum(table[i]) + sum(row[i] for row in table)) < 2:
        note = "both gave one and the same verdict throughout: chance agreement is complete and kappa does not exist"
        return Kappa(n, observed, expected, None, None, None, None, level, note)
    kappa = (observed - expected) / (1 - expected)
    on = sum(p[i][i] * (1 - (rows[i] + columns[i]) * (1 - kappa)) ** 2 for i in range(k))
    off = sum(p[i][j] * (columns[i] + rows[j]) ** 2 for i in range(k) for j in range(k) if i != j)
    variance = on + (1 - kappa) ** 2 * off - (kappa - expected * (1 - kappa)) ** 2
    se = sqrt(max(0.0, variance) / n) / (1 - expected)
    note = ""
    if sum(table[i][i] for i in range(k)) == n:
        kappa, se = 1.0, 0.0
        note = "they never disagreed: the large-sample interval has no width, which is no certainty"
    half = NormalDist().inv_cdf(0.5 + level / 2) * se
    return Kappa(n, observed, expected, kappa, se, max(-1.0, kappa - half), min(1.0, kappa + half), level, note)


def _agreement(first: Mapping[int, Mapping[str, Verdict]], a: str, b: str, *, stage: Stage, level: float) -> Agreement:
    """Return the agreement of one pair."""
    both = [(votes[a] != "exclude", votes[b] != "exclude") for votes in first.values() if a in votes and b in votes]
    yes, only_a = both.count((True, True)), both.count((True, False))
    only_b, no = both.count((False, True)), both.count((False, False))
    table = ((yes, only_a), (only_b, no))
    found = cohen_kappa(table, level=level)
    n = found.n
    notes = ["first independent votes; maybe counts as include"]
    if stage != ABSTRACT:
        notes[0] += ", and so do awaiting and ongoing (anything but exclude)"
    if found.note:
        notes.append(found.note)
    rarest = min(2 * yes + only_a + only_b, 2 * no + only_a + only_b)
    if found.kappa is not None and rarest < 2 * _FEW:
        notes.append(f"fewer than {_FEW} reports of the rarer verdict: the large-sample interval is rough")
    return Agreement(
        reviewer_a=a,
        reviewer_b=b,
        stage=stage,
        table=table,
        n=n,
        observed=found.observed,
        kappa=found.kappa,
        se=found.se,
        low=found.low,
        high=found.high,
        level=level,
        pabak=None if found.observed is None else 2 * found.observed - 1,
        prevalence=(2 * yes + only_a + only_b) / (2 * n) if n else None,
        prevalence_index=abs(yes - no) / n if n else None,
        bias_index=abs(only_a - only_b) / n if n else None,
        notes=tuple(notes),
    )


def _slips(every: Sequence[Decision], here: Sequence[Decision], home: Mapping[int, int] | None) -> set[int]:
    """Return the votes that were taken back at once or before anyone else had voted on the report."""
    undone = {d.undoes for d in every if d.kind == "undo"}
    back = {d.undoes: d for d in every if d.kind == "undo" and d.undoes is not None and d.id not in undone}
    own: dict[str, list[int]] = {}
    for d in every:
        own.setdefault(d.reviewer, []).append(d.id)
    following = {one: two for ids in own.values() for one, two in pairwise(ids)}
    voted: dict[int, list[Decision]] = {}
    for d in here:
        if d.kind == "vote":
            voted.setdefault(d.record_id if home is None else home[d.record_id], []).append(d)
    slips = set()
    for votes in voted.values():
        for vote in votes:
            undo = back.get(vote.id)
            if undo is None:
                continue
            at_once = following.get(vote.id) == undo.id
            alone = not any(o.reviewer != vote.reviewer and (o.at, o.id) < (undo.at, undo.id) for o in votes)
            if at_once or alone:
                slips.add(vote.id)
    return slips
