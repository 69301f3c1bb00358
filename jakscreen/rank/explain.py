"""Say why a report stands where it stands: by its terms, and by the reports that it resembles."""

from __future__ import annotations

from dataclasses import dataclass

from jakscreen.rank.ranking import Model

__all__ = ["Neighbour", "Term", "Why", "why"]

_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a report and what it adds to the score."""

    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A report that was learnt from, and what the likeness to it adds to the score.

    Attributes
    ----------
    report_id : int
        Negative for a guiding text: -1 is the question.
    relevant : bool
        What its label says, or what was presumed.
    """

    report_id: int
    relevant: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Why:
    """What raises and lowers one report, the strongest first.

    Attributes
    ----------
    score : float
        That of the ranking.
    raises, lowers : tuple of Term
        Words, pairs of words, headings and authors, all blocks together. What is not in them is in what all reports
        have in common.
    like, unlike : tuple of Neighbour
        Reports whose likeness raises and lowers it.
    """

    score: float
    raises: tuple[Term, ...]
    lowers: tuple[Term, ...]
    like: tuple[Neighbour, ...] = ()
    unlike: tuple[Neighbour, ...] = ()


def why(report_id: int, model: Model, *, top: int = 10) -> Why:
    """Return the terms and the reports that raise or lower a report of the pool in a ranking.

    Parameters
    ----------
    top : int
        How many of each kind, at most.

    Raises
    ------
    KeyError
        If the report is not in the pool.

    Examples
    --------
    >>> from jakscreen.rank import rank
    >>> pool = {1: "asthma in children", 2: "tofacitinib for alopecia", 3: "alopecia in children"}
    >>> because = why(3, rank(pool, {2: 1, 1: 0}, learner="elas").model)
    >>> [t.term for t in because.raises], [t.term for t in because.lowers], because.like[0].report_id
    (['alopecia'], ['children', 'in', 'in children'], 2)
    """
    import numpy as np  # noqa: PLC0415 - importing jakscreen stays light

    features, fitted = model.learner.features, model.fitted
    if report_id not in features.ids:
        raise KeyError(report_id)
    if fitted is None:
        return Why(0.0, (), ())
    row = features.extra + features.ids.index(report_id)
    weights: dict[str, float] = {}
    near: dict[int, float] = {}
    for machine, share in zip(fitted.machines, fitted.shares, strict=True):
        for name, size in machine.weights.items():
            block = features.block(name)
            direction = block.direction(machine.rows, size * machine.coefficients)
            for key, part in block.terms(row, direction):
                term = features.term(name, key)
                weights[term] = weights.get(term, 0.0) + share * part
            products = block.gram(np.array([row]), machine.rows)[0]
            for other, part in zip(machine.rows.tolist(), (products * machine.coefficients).tolist(), strict=True):
                near[other] = near.get(other, 0.0) + share * size * part
    near.pop(row, None)
    parts = sorted((Term(t, w) for t, w in weights.items()), key=lambda part: (-abs(round(part.weight, 9)), part.term))
    named = [Neighbour(int(features.tokens.ids[other]), model.relevant[other], w) for other, w in near.items()]
    named.sort(key=lambda one: (-abs(round(one.weight, 9)), one.report_id))
    return Why(
        score=float(fitted.scores[row]),
        raises=tuple(part for part in parts if part.weight > _TINY)[:top],
        lowers=tuple(part for part in parts if part.weight < -_TINY)[:top],
        like=tuple(one for one in named if one.weight > _TINY)[:top],
        unlike=tuple(one for one in named if one.weight < -_TINY)[:top],
    )
