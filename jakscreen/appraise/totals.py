"""Totals of each instrument, differences between appraisers, and who falls below the review's own rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from jakdb.errors import UsageError
from jakdb.words import Appraisal, Study
from jakscreen.appraise.catalogue import instrument, instruments
from jakscreen.extract.vocabulary import near

__all__ = ["Agreement", "ItemDifference", "Total", "agreement", "differences", "high_risk", "totals"]

COMPARATIVE = "_comparative"
CONSENSUS = "consensus"


@dataclass(frozen=True, slots=True)
class Total:
    """One appraiser's total for one study by one instrument.

    Attributes
    ----------
    total, maximum : float
        Sum of the items scored so far, and the highest that a study of its design can reach.
    complete : bool
        Whether every counted item is scored; the total of an incomplete appraisal is only what it is so far.
    missing : tuple of str
        Counted items without a score.
    missing_maximum : float
        What the missing items could add at most.
    """

    study: str
    instrument: str
    reviewer: str
    total: float
    maximum: float
    complete: bool
    missing: tuple[str, ...] = ()
    missing_maximum: float = 0.0
    comparative: bool = False


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """One item that appraisers scored differently."""

    study: str
    instrument: str
    item: str
    scores: tuple[tuple[str, float | None], ...]

    def __str__(self) -> str:
        """Return the item and who gave what: ``MINORS item 3 of dai_2020 (Ann: 2; Ben: 1)``."""
        said = "; ".join(f"{who}: {'no score' if score is None else f'{score:g}'}" for who, score in self.scores)
        return f"{self.instrument} item {self.item} of {self.study} ({said})"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two appraisers agree on one instrument.

    Attributes
    ----------
    items : int
        Items that both scored.
    equal : int
        Of these, scored alike.
    kappa : float or None
        Cohen's kappa, linearly weighted; None if both gave one and the same score throughout.
    """

    instrument: str
    reviewers: tuple[str, str]
    items: int
    equal: int
    kappa: float | None


def totals(appraisals: Sequence[Appraisal], studies: Mapping[str, Study]) -> tuple[Total, ...]:
    """Add up the items of each study, instrument and appraiser; instruments are never added to one another.

    Examples
    --------
    >>> rows = [Appraisal("dai_2020", "MINORS", str(item), 2, "Ann") for item in range(1, 8)]
    >>> [total] = totals(rows, {"dai_2020": Study("dai_2020", "Dai 2020")})
    >>> total.total, total.maximum, total.complete, total.missing
    (14.0, 16.0, False, ('8',))
    """
    scores: dict[tuple[str, str, str], dict[str, float]] = {}
    for row in appraisals:
        held = scores.setdefault((row.study, row.instrument, row.reviewer), {})
        if row.score is not None:
            held[row.item] = float(row.score)
    made: list[Total] = []
    for (key, name, reviewer), given in scores.items():
        scale = instrument(name)
        study = studies.get(key, Study(key, key))
        counted = [question.key for question in scale.questions_for(study) if question.scored]
        missing = tuple(item for item in counted if item not in given)
        highest = max(score for score, _ in scale.scores)
        made.append(
            Total(
                study=key,
                instrument=scale.name,
                reviewer=reviewer,
                total=sum((given[item] for item in counted if item in given), 0.0),
                maximum=scale.maximum(study),
                complete=not missing,
                missing=missing,
                missing_maximum=highest * len(missing),
                comparative=study.comparative and any(question.comparative_only for question in scale.questions),
            )
        )
    return tuple(made)


def differences(appraisals: Iterable[Appraisal]) -> tuple[ItemDifference, ...]:
    """Return the items that appraisers scored differently.

    Examples
    --------
    >>> rows = [Appraisal("dai_2020", "MINORS", "2", 2, "Ann"), Appraisal("dai_2020", "MINORS", "2", 1, "Ben")]
    >>> differences(rows)[0].scores
    (('Ann', 2), ('Ben', 1))
    """
    held: dict[tuple[str, str, str], list[tuple[str, float | None]]] = {}
    for row in appraisals:
        held.setdefault((row.study, row.instrument, row.item), []).append((row.reviewer, row.score))
    return tuple(
        ItemDifference(study, name, item, tuple(scores))
        for (study, name, item), scores in held.items()
        if len({score for _, score in scores}) > 1
    )


def agreement(appraisals: Sequence[Appraisal]) -> tuple[Agreement, ...]:
    """Return, for each instrument and pair of appraisers, how far they agree on the items that both scored.

    References
    ----------
    Cohen (1968), Weighted kappa, Psychol Bull 70:213-220. doi:10.1037/h0026256

    Examples
    --------
    >>> pairs = [(2, 2), (1, 1), (0, 1), (2, 2)]
    >>> rows = [
    ...     Appraisal("dai_2020", "MINORS", str(item), score, reviewer)
    ...     for item, both in enumerate(pairs, start=1)
    ...     for reviewer, score in zip(("Ann", "Ben"), both, strict=True)
    ... ]
    >>> [found] = agreement(rows)
    >>> found.items, found.equal, round(found.kappa, 3)
    (4, 3, 0.667)
    """
    scores: dict[str, dict[str, dict[tuple[str, str], float]]] = {}
    for row in appraisals:
        if row.score is not None:
            scores.setdefault(row.instrument, {}).setdefault(row.reviewer, {})[row.study, row.item] = float(row.score)
    made: list[Agreement] = []
    for name, by_reviewer in scores.items():
        for a, b in combinations(sorted(by_reviewer), 2):
            shared = sorted(set(by_reviewer[a]) & set(by_reviewer[b]))
            if shared:
                both = [(by_reviewer[a][item], by_reviewer[b][item]) for item in shared]
                equal = sum(x == y for x, y in both)
                made.append(Agreement(name, (a, b), len(both), equal, _weighted_kappa(both)))
    return tuple(made)


def high_risk(found: Iterable[Total], rules: Mapping[str, float]) -> frozenset[str]:
    """Return the studies whose total is below the review's own rule; without a rule there are none.

    A rule ``minors`` holds for all studies, unless ``minors_comparative`` gives comparative studies, whose maximum is
    higher, their own. The totals of an appraiser called ``consensus`` count alone; without them the lowest of several
    appraisers counts. An incomplete appraisal counts only if the missing items could not lift it above the rule.

    Parameters
    ----------
    rules : mapping of str to float
        Instrument to the lowest total that is not at high risk.

    Raises
    ------
    UsageError
        If a rule names no instrument.

    Examples
    --------
    >>> total = Total("dai_2020", "MINORS", "Ann", 9, 16, True)
    >>> sorted(high_risk([total], {"minors": 10})), sorted(high_risk([total], {}))
    (['dai_2020'], [])
    """
    folded = {name.casefold(): cut for name, cut in rules.items()}
    known = {word for scale in instruments() for word in (scale.key, scale.key + COMPARATIVE)}
    for name in folded:
        if name not in known:
            raise UsageError(
                f"high_risk_below.{name} names no instrument{near(name, known)}",
                hint=f"instruments: {', '.join(sorted(known))}",
            )
    held = tuple(found)
    settled = {(total.study, total.instrument) for total in held if total.reviewer.casefold() == CONSENSUS}
    below: set[str] = set()
    for total in held:
        if (total.study, total.instrument) in settled and total.reviewer.casefold() != CONSENSUS:
            continue
        key = total.instrument.casefold()
        cut = folded.get(key + COMPARATIVE) if total.comparative else None
        cut = folded.get(key) if cut is None else cut
        if cut is not None and total.total + total.missing_maximum < cut:
            below.add(total.study)
    return frozenset(below)


def _weighted_kappa(both: Sequence[tuple[float, float]]) -> float | None:
    """Return one minus the ratio of observed to expected distance between the two scores."""
    observed = sum(abs(x - y) for x, y in both) / len(both)
    expected = sum(abs(x - y) for x, _ in both for _, y in both) / len(both) ** 2
    return None if expected == 0 else 1 - observed / expected
