"""The small-study part of a report: which tests, in which order, and what to say with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from jakpool.effects import Effects
from jakpool.errors import PoolError
from jakpool.measures import ONE_ARM
from jakpool.results import Note
from jakpool.small_study.adjust import Adjusted, TrimFill, pet_peese, trim_fill
from jakpool.small_study.counts import deeks, harbord, macaskill, peters
from jakpool.small_study.lfk import Doi, doi
from jakpool.small_study.rank import begg
from jakpool.small_study.regression import Asymmetry, egger, regression_test, thompson_sharp

__all__ = ["LEAST", "SmallStudy", "small_study_effects"]

LEAST = 10
Test = Callable[..., Asymmetry]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallStudy:
    """Tests of asymmetry and adjusted results.

    Attributes
    ----------
    funnel : str
        What the funnel plot is drawn against: ``n`` for proportions, else ``sei``.
    main : Asymmetry or None
        The test that the report names; ``None`` if it cannot be made (a note says why).
    others : tuple of Asymmetry
        Shown beside it.
    appendix : bool
        With fewer than ten studies the tests have no power: they belong into an appendix, and into no sentence.
    trim_fill : TrimFill or None
    pet_peese : Adjusted or None
    doi : Doi or None
        The Doi plot with its LFK index, and in it what speaks against them.
    notes : tuple of Note
    """

    funnel: str
    main: Asymmetry | None
    others: tuple[Asymmetry, ...]
    appendix: bool
    trim_fill: TrimFill | None
    pet_peese: Adjusted | None
    notes: tuple[Note, ...]
    doi: Doi | None = None


def small_study_effects(effects: Effects, *, level: float = 0.95) -> SmallStudy:
    """Return the tests of asymmetry that fit the effects.

    Proportions: Peters-type regression on 1/n, beside it Egger, Begg and Thompson-Sharp with the reason why they
    mislead. Log odds ratios: Harbord; log risk ratios: Peters; other effects: Egger.

    References
    ----------
    Sterne, Sutton, Ioannidis et al. (2011), BMJ 343:d4002. doi:10.1136/bmj.d4002 (ten studies or more; which test);
    Hunter et al. (2014), J Clin Epidemiol 67:897-903. doi:10.1016/j.jclinepi.2014.03.003 (proportions).

    Examples
    --------
    >>> from jakpool import proportions, small_study_effects
    >>> found = small_study_effects(proportions([1, 10, 4, 43, 30], [17, 12, 8, 58, 40]))
    >>> found.funnel, found.main.name, found.appendix
    ('n', 'Peters', True)
    """
    one_arm = effects.measure in ONE_ARM and effects.events is not None
    counted = effects.events_c is not None
    tests: list[Test]
    if one_arm:
        tests = [peters, egger, thompson_sharp, begg]
    elif counted:
        tests = [harbord, peters] if effects.measure == "OR" else [peters, harbord]
        tests += [egger, thompson_sharp, begg, macaskill, deeks]
    else:
        tests = [egger, thompson_sharp, begg]
    found: list[Asymmetry | None] = []
    notes: list[Note] = []
    for test in tests:
        try:
            found.append(test(effects) if test is begg else test(effects, level=level))
        except PoolError as error:
            found.append(None)
            notes.append(Note("test_impossible", f"{error}."))
    if one_arm and found[0] is None:
        notes.append(Note("peters_impossible", "Peters' test cannot be made; no other test takes its place."))
    if one_arm:
        notes.insert(0, _hunter())
        dropped = sum(effects.corrected) if effects.measure == "PLO" else 0
        if dropped:
            notes.append(
                Note(
                    "peters_dropped",
                    f"{dropped} row{'s' if dropped > 1 else ''} without events, or with nothing but events, "
                    f"{'have' if dropped > 1 else 'has'} no weight in Peters' test.",
                )
            )
            found.append(_try(lambda: regression_test(effects, predictor="ninv", level=level), notes))
    studies = len(set(effects.studies))
    if studies < LEAST:
        notes.insert(
            0,
            Note(
                "few_studies",
                f"{studies} studies: tests of asymmetry have too little power below ten to tell chance from bias; they "
                "are for an appendix.",
            ),
        )
    return SmallStudy(
        funnel="n" if one_arm else "sei",
        main=found[0],
        others=tuple(test for test in found[1:] if test is not None),
        appendix=studies < LEAST,
        trim_fill=_try(lambda: trim_fill(effects, level=level), notes),
        pet_peese=_try(lambda: pet_peese(effects, level=level), notes),
        notes=tuple(dict.fromkeys(notes)),
        doi=_try(lambda: doi(effects), []),
    )


def _try(make: Callable[[], T], notes: list[Note]) -> T | None:
    """Return what can be made, or note why not."""
    try:
        return make()
    except PoolError as error:
        notes.append(Note("test_impossible", f"{error}."))
        return None


def _hunter() -> Note:
    """Say why Egger's test misleads for proportions."""
    return Note(
        "egger_proportions",
        "The standard error of a proportion depends on the proportion itself: plotted or tested against it (Egger, "
        "Begg, Thompson-Sharp, trim and fill, PET-PEESE) the funnel is lopsided without any bias. The funnel is drawn "
        "against n and tested by regression on 1/n (Hunter et al. 2014).",
    )
