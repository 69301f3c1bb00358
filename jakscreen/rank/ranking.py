"""Order a pool by what votes and protocol teach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from jakscreen.rank.features import Features, extract
from jakscreen.rank.learners import DEFAULT, Fitted, Learner, make_learner
from jakscreen.rank.text import ReportText

__all__ = ["Basis", "Model", "Ranking", "rank", "rank_with"]

Basis = Literal["votes", "question", "nothing"]

_DIGITS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What a ranking rests on, for `why`.

    Attributes
    ----------
    basis : str
        ``votes`` (learnt from includes and excludes), ``question`` (from guesses in place of votes of one kind or both:
        see `guidance`) or ``nothing`` (order of report ids).
    learner : Learner
    fitted : Fitted or None
        None where the basis is ``nothing``.
    relevant : mapping of int to bool
        Rows that it was learnt from.
    """

    basis: Basis
    learner: Learner
    fitted: Fitted | None
    relevant: Mapping[int, bool]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every report of the pool, the most likely include first.

    Attributes
    ----------
    order : tuple of int
        All report ids, those already voted on among them; equal scores stand by id.
    scores : mapping of int to float
        Higher comes sooner; no probability. Their size means something within one ranking alone.
    includes, excludes : int
        Votes that it was learnt from.
    note : str
        What the order rests on, in words.
    """

    order: tuple[int, ...]
    scores: Mapping[int, float]
    basis: Basis
    includes: int
    excludes: int
    note: str
    model: Model


def rank(
    texts: Mapping[int, ReportText | str] | Features,
    labels: Mapping[int, int],
    *,
    query_text: str = "",
    seeds: Sequence[int] = (),
    seed: int = 0,
    learner: str = DEFAULT,
) -> Ranking:
    """Order a pool by what the labels teach, and, as long as there are few, by the question.

    The same pool, labels and seed give the same order, in whatever sequence they are handed in.

    Parameters
    ----------
    texts : mapping of int to ReportText or str, or Features
        Report id to fields (see `report_fields`) or text, or what `extract` made of them, which saves time; then its
        guiding texts count, and `query_text` is not asked for.
    labels : mapping of int to int
        Report id to 1 (include) or 0 (exclude), see `labels_for`; reports outside the pool are left aside.
    query_text : str
        Question and criteria for inclusion. Criteria for exclusion do not belong here: their words would raise what
        they describe.
    seeds : sequence of int
        Reports known to be relevant before anybody voted.
    seed : int
        Which reports stand in for irrelevant ones before there are enough excludes.
    learner : str
        See `learners`.

    Raises
    ------
    ValueError
        If a label is neither 0 nor 1.
    UnknownLearnerError
        If there is no learner of that name.

    Examples
    --------
    >>> pool = {1: "asthma in children", 2: "tofacitinib for alopecia", 3: "ruxolitinib, alopecia", 4: "asthma drugs"}
    >>> rank(pool, {}, query_text="JAK inhibitors, alopecia: ruxolitinib").order[:2]
    (3, 2)
    >>> rank(pool, {2: 1, 1: 0}).order
    (2, 3, 4, 1)
    """
    if isinstance(texts, Features):
        features = texts
    else:
        guides = [ReportText(title=query_text)] if query_text.strip() else []
        features = extract(texts, guides=guides)
    return rank_with(make_learner(learner, features), labels, seeds=seeds, seed=seed)


def rank_with(learner: Learner, labels: Mapping[int, int], *, seeds: Sequence[int] = (), seed: int = 0) -> Ranking:
    """Order the pool of a learner, which is kept and asked again as votes come (see `rank`)."""
    import numpy as np  # noqa: PLC0415 - importing jakscreen stays light

    from jakscreen.rank.guidance import examples_of  # noqa: PLC0415

    features = learner.features
    wrong = sorted(report_id for report_id, label in labels.items() if label not in (0, 1))
    if wrong:
        raise ValueError(
            f"the label of report {wrong[0]} is {labels[wrong[0]]!r}; it must be 1 (include) or 0 (exclude)"
        )
    pool = set(features.ids)
    votes = [label for report_id, label in labels.items() if report_id in pool]
    includes, excludes = sum(votes), len(votes) - sum(votes)
    silent = not len(features.tokens.stream) or int(features.tokens.ends[-1]) == _first(features)
    examples = None if silent else examples_of(features, labels, seeds=seeds, seed=seed)
    fitted = learner.learn(examples) if examples is not None else None
    basis: Basis = "nothing" if fitted is None else ("votes" if includes and excludes else "question")
    relevant: dict[int, bool] = {}
    scores = np.zeros(len(features.ids))
    if fitted is not None and examples is not None:
        scores = np.round(fitted.scores[features.extra :], _DIGITS) + 0.0
        relevant = dict(zip(examples.rows.tolist(), examples.relevant.tolist(), strict=True))
    order = np.lexsort((np.array(features.ids, dtype=np.int64), -scores))
    return Ranking(
        order=tuple(features.ids[row] for row in order.tolist()),
        scores=dict(zip(features.ids, scores.tolist(), strict=True)),
        basis=basis,
        includes=includes,
        excludes=excludes,
        note=_note(features, basis, includes, excludes, guides=_guides(features, relevant, labels), silent=silent),
        model=Model(basis, learner, fitted, relevant),
    )


def _first(features: Features) -> int:
    """Return where the words of the reports begin, behind those of guiding texts."""
    return int(features.tokens.ends[features.extra - 1]) if features.extra else 0


def _guides(features: Features, relevant: Mapping[int, bool], labels: Mapping[int, int]) -> list[str]:
    """Name what stood in for includes: the question, if it shares a word with the pool, and seed studies."""
    known = [row for row, is_relevant in relevant.items() if is_relevant]
    seeded = any(row >= features.extra and features.ids[row - features.extra] not in labels for row in known)
    asked = any(row < features.extra for row in known)
    return [*(["the question"] if asked else []), *(["the seed studies"] if seeded else [])]


def _note(
    features: Features, basis: Basis, includes: int, excludes: int, *, guides: Sequence[str], silent: bool
) -> str:
    """Say what an order rests on."""
    if basis == "votes":
        return f"learnt from {includes} includes and {excludes} excludes"
    if basis == "question":
        sources = [*guides, *([f"the {includes} included"] if includes else [])]
        named = ", ".join([*sources[:-2], " and ".join(sources[-2:])])
        return f"likeness to {named}; votes take its place as they come"
    if not features.ids:
        return "there is no report to order yet"
    if silent:
        return "no report has a title, an abstract or keywords: the order is that of the report ids"
    if includes:
        return "no report is left to tell the included ones from: the order is that of the report ids"
    said = "the question shares no word with the pool" if features.extra else "there is no question"
    return f"{said} and nothing is included yet: the order is that of the report ids"
