"""Learn from the decisions so far which reports come next, and say why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jakscreen.rank.features import Features, extract, terms, vector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Basis", "Model", "Ranking", "Term", "Why", "rank", "why"]

Basis = Literal["votes", "question", "nothing"]

C = 0.11
RATIO = 9.8
"""The recipe of ASReview's ELAS u4: cost of an error, and weight of all includes against all excludes."""

_ROUNDS = 5000
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Model:
    """What a ranking rests on: a weight for each term of the pool.

    Attributes
    ----------
    basis : str
        ``votes`` (a linear support vector machine learnt from includes and excludes), ``question`` (likeness to the
        question and to the includes so far) or ``nothing`` (order of report ids).
    features : Features
        The pool.
    weights : array, shape (terms,)
        Positive weights raise a report, negative ones lower it.
    intercept : float
        The same for every report.
    """

    basis: Basis
    features: Features
    weights: NDArray[np.float64]
    intercept: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every report of the pool, the most likely include first.

    Attributes
    ----------
    order : tuple of int
        All report ids, those already voted on among them; equal scores stand by id.
    scores : mapping of int to float
        Distance from the boundary (basis ``votes``; no probability), or cosine (basis ``question``).
    includes, excludes : int
        Labels that it was learnt from.
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


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a text and what it adds to the score."""

    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class Why:
    """What raises and lowers one text, the strongest first."""

    score: float
    raises: tuple[Term, ...]
    lowers: tuple[Term, ...]


def rank(
    records_texts: Mapping[int, str] | Features, labels: Mapping[int, int], *, query_text: str = "", seed: int = 0
) -> Ranking:
    """Order a pool by what the labels teach, or, before there are labels of both kinds, by the question.

    With an include and an exclude it is a linear support vector machine (squared hinge loss, C 0.11; all includes
    together weigh 9.8 times all excludes together). Before that it is the cosine with the question and with the mean
    of the includes so far; with neither there is no order but that of the ids. The same pool, labels and seed give the
    same order, in whatever sequence they are handed in.

    Parameters
    ----------
    records_texts : mapping of int to str, or Features
        Report id to text (see `report_text`), or what `extract` made of them, which saves time.
    labels : mapping of int to int
        Report id to 1 (include) or 0 (exclude), see `labels_for`; reports outside the pool are left aside.
    query_text : str
        Question and criteria for inclusion. Criteria for exclusion do not belong here: their words would raise what
        they describe.

    Raises
    ------
    ValueError
        If a label is neither 0 nor 1.

    References
    ----------
    ASReview 3.0.8, model ELAS u4, for the recipe. The solver is LIBLINEAR: Fan et al. (2008), J Mach Learn Res
    9:1871-1874.

    Examples
    --------
    >>> pool = {1: "asthma in children", 2: "tofacitinib for alopecia", 3: "ruxolitinib, alopecia", 4: "asthma drugs"}
    >>> rank(pool, {}, query_text="JAK inhibitors, alopecia: ruxolitinib").order
    (3, 2, 1, 4)
    >>> rank(pool, {2: 1, 1: 0}).order
    (2, 3, 4, 1)
    """
    import numpy as np  # noqa: PLC0415 - importing jakscreen stays light

    wrong = sorted(report_id for report_id, label in labels.items() if label not in (0, 1))
    if wrong:
        raise ValueError(
            f"the label of report {wrong[0]} is {labels[wrong[0]]!r}; it must be 1 (include) or 0 (exclude)"
        )
    features = records_texts if isinstance(records_texts, Features) else extract(records_texts)
    rows = [row for row, report_id in enumerate(features.ids) if report_id in labels]
    y = np.array([labels[features.ids[row]] for row in rows], dtype=np.int64)
    includes, excludes = int(y.sum()), int((1 - y).sum())
    if features.matrix.shape[1] == 0:
        model = Model("nothing", features, np.zeros(0), 0.0)
        note = "no report has a title, an abstract or keywords: the order is that of the report ids"
    elif includes and excludes:
        model = _learn(features, rows, y, seed=seed)
        note = f"learnt from {includes} includes and {excludes} excludes"
    else:
        model, note = _likeness(features, [row for row, label in zip(rows, y, strict=True) if label], query_text)
    scores = np.round(features.matrix @ model.weights + model.intercept, _DIGITS)
    order = np.lexsort((np.array(features.ids, dtype=np.int64), -scores))
    return Ranking(
        order=tuple(features.ids[row] for row in order),
        scores={report_id: float(score) for report_id, score in zip(features.ids, scores, strict=True)},
        basis=model.basis,
        includes=includes,
        excludes=excludes,
        note=note,
        model=model,
    )


def why(record_text: str, model: Model, *, top: int = 10) -> Why:
    """Return the terms of a text that raise or lower it in a ranking.

    Parameters
    ----------
    record_text : str
        Any text; terms that the pool lacks count for nothing.
    top : int
        How many terms of each kind, at most.

    Examples
    --------
    >>> pool = {1: "asthma in children", 2: "tofacitinib for alopecia"}
    >>> because = why("alopecia in children", rank(pool, {2: 1, 1: 0}).model)
    >>> [t.term for t in because.raises], [t.term for t in because.lowers]
    (['alopecia'], ['children', 'in', 'in children'])
    """
    row = vector(record_text, model.features)
    words = {model.features.vocabulary.get(term, -1): term for term in terms(record_text)}
    parts = [
        Term(words[column], float(value * model.weights[column]))
        for column, value in zip(row.indices.tolist(), row.data.tolist(), strict=True)
    ]
    ordered = sorted(parts, key=lambda part: (-abs(round(part.weight, _DIGITS)), part.term))
    return Why(
        score=sum(part.weight for part in parts) + model.intercept,
        raises=tuple(part for part in ordered if part.weight > 0)[:top],
        lowers=tuple(part for part in ordered if part.weight < 0)[:top],
    )


def _learn(features: Features, rows: list[int], y: NDArray[np.int64], *, seed: int) -> Model:
    """Fit the support vector machine to the labelled rows."""
    import warnings  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415
    from sklearn.svm import LinearSVC  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # ships no types  # noqa: PLC0415

    weights = np.where(y == 1, 1.0, y.sum() / (RATIO * (1 - y).sum()))
    weights *= len(y) / weights.sum()
    machine = LinearSVC(C=C, loss="squared_hinge", dual=True, random_state=seed, max_iter=_ROUNDS)
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last round of 5,000 ranks as well as the one after
        machine.fit(features.matrix[rows], y, sample_weight=weights)
    return Model("votes", features, np.asarray(machine.coef_[0], dtype=np.float64), float(machine.intercept_[0]))


def _likeness(features: Features, includes: list[int], query_text: str) -> tuple[Model, str]:
    """Weigh terms by the question and the includes so far."""
    import numpy as np  # noqa: PLC0415

    query = vector(query_text, features).toarray().ravel()
    parts = [query] if query.any() else []
    if includes:
        parts.append(np.asarray(features.matrix[includes].mean(axis=0)).ravel())
    weights = sum(parts, np.zeros(len(features.idf)))
    length = float(np.sqrt(weights @ weights))
    if length == 0:
        said = "the question shares no word with the pool" if query_text.strip() else "there is no question"
        note = f"{said} and nothing is included yet: the order is that of the report ids"
        return Model("nothing", features, weights, 0.0), note
    sources = [*(["the question"] if query.any() else []), *([f"the {len(includes)} included"] if includes else [])]
    note = f"likeness to {' and '.join(sources)}; it learns once there is an include and an exclude"
    return Model("question", features, weights / length, 0.0), note
