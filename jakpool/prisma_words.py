"""What PRISMA 2020 asks a report to say of a synthesis, item by item, from the result itself.

Items 12 to 15 are methods, 19 to 22 results. A sentence only says what was done or found; where an item was not done,
it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jakpool.measures import is_ratio
from jakpool.naming import NOUNS, is_percent
from jakpool.results import LeftOut, Pooled
from jakpool.sentences import methods_sentence, results_sentence

__all__ = ["PrismaItem", "prisma_items"]


@dataclass(frozen=True, slots=True)
class PrismaItem:
    """One item of PRISMA 2020 with what the report says of it.

    Attributes
    ----------
    number : str
        Such as ``12`` or ``13d``.
    topic : str
        What the item asks for, in our words.
    text : str
        Whole sentences.
    """

    number: str
    topic: str
    text: str


def prisma_items(
    pooled: Pooled,
    *,
    leave_one_out: Sequence[LeftOut] = (),
    sensitivity: Sequence[str] = (),
    sensitivity_results: Sequence[str] = (),
    small_study: Sequence[str] = (),
    small_study_results: Sequence[str] = (),
) -> tuple[PrismaItem, ...]:
    """Return items 12 to 15 and 19 to 22 for one synthesis.

    Parameters
    ----------
    pooled : Pooled
    leave_one_out : sequence of LeftOut
        From `leave_one_out`; empty if it was not done.
    sensitivity, sensitivity_results : sequence of str
        Names of the sensitivity analyses, and sentences on what they gave.
    small_study, small_study_results : sequence of str
        Names of the methods for small-study effects, and sentences on what they gave; results from fewer than ten
        studies do not belong here.

    References
    ----------
    Page and others (2021), BMJ 372:n71. doi:10.1136/bmj.n71; Page and others (2021), BMJ 372:n160.
    doi:10.1136/bmj.n160 (explanation and elaboration).

    Examples
    --------
    >>> from jakpool import pool, proportions
    >>> items = prisma_items(pool(proportions([9, 11, 26], [13, 12, 35])))
    >>> [item.number for item in items]
    ['12', '13a', '13b', '13c', '13d', '13e', '13f', '14', '15', '19', '20a', '20b', '20c', '20d', '21', '22']
    >>> items[0].text
    'The effect measure was the proportion; it was pooled on the logit scale and is given in percent.'
    """
    s = pooled.settings
    done = [*(["leaving out each study in turn"] if leave_one_out else []), *sensitivity]
    return (
        PrismaItem("12", "effect measures", _measure(pooled)),
        PrismaItem("13a", "which studies were eligible for the synthesis", _eligible(pooled)),
        PrismaItem("13b", "preparing the numbers", _preparing(pooled)),
        PrismaItem("13c", "tabulating and displaying", "Results of the studies and of the synthesis are tabulated and "
                   "shown in a forest plot; the area of a square goes with the study's weight"
                   f"{f' ({s.weights})' if s.weights else ''}."),
        PrismaItem("13d", "methods of the synthesis", methods_sentence(pooled) + f" Software: {s.software}."),
        PrismaItem("13e", "exploring heterogeneity", _exploring(pooled)),
        PrismaItem("13f", "sensitivity analyses", f"Sensitivity analyses: {'; '.join(done)}." if done else
                   "No sensitivity analysis was done."),
        PrismaItem("14", "assessing reporting biases", _bias_methods(pooled, small_study)),
        PrismaItem("15", "assessing certainty", "This analysis does not grade the certainty of the evidence; its "
                   "intervals (imprecision) and the heterogeneity (inconsistency) are what a grading needs of it."),
        PrismaItem("19", "results of single studies", _studies(pooled)),
        PrismaItem("20a", "studies in the synthesis", _contributing(pooled)),
        PrismaItem("20b", "results of the synthesis", results_sentence(pooled)),
        PrismaItem("20c", "results on heterogeneity", _between(pooled)),
        PrismaItem("20d", "results of sensitivity analyses", _sensitivity(pooled, leave_one_out, sensitivity_results)),
        PrismaItem("21", "results on reporting biases", " ".join(small_study_results) or _no_bias_results(pooled)),
        PrismaItem("22", "certainty of the evidence", "Not graded by this analysis (see item 15)."),
    )  # fmt: skip


SCALES = {
    "PLO": "on the logit scale and is given in percent",
    "PAS": "on the arcsine scale and is given in percent",
    "PFT": "on the Freeman-Tukey double-arcsine scale and is given in percent",
    "PLN": "on the log scale and is given in percent",
    "PR": "untransformed and is given in percent",
}


def _noun(pooled: Pooled) -> str:
    """Return what the measure is called."""
    return NOUNS.get(pooled.measure, "effect")


def _measure(pooled: Pooled) -> str:
    """Item 12."""
    scale = "on the log scale" if is_ratio(pooled.measure) else "as it is"
    return f"The effect measure was the {_noun(pooled)}; it was pooled {SCALES.get(pooled.measure, scale)}."


def _eligible(pooled: Pooled) -> str:
    """Item 13a."""
    rows = "" if pooled.k == pooled.k_studies else f" with {pooled.k} rows"
    studies = f"{pooled.k_studies} {'study' if pooled.k_studies == 1 else 'studies'}"
    return f"{studies[0].upper()}{studies[1:]}{rows} reported what the synthesis needs and entered it."


def _preparing(pooled: Pooled) -> str:
    """Item 13b."""
    correction = pooled.settings.correction
    said = f"Zero cells: {correction}." if correction else "No number was imputed or corrected for the synthesis."
    several = [note.message for note in pooled.notes if note.code == "arms_of_one_study"]
    return " ".join([said, *several])


def _exploring(pooled: Pooled) -> str:
    """Item 13e."""
    if pooled.between is None and not pooled.subgroups:
        return "Possible causes of heterogeneity were not explored."
    names = ", ".join(group.name for group in pooled.subgroups)
    return f"Subgroups by {pooled.settings.by} ({names}) were compared in one model with the subgroup as a factor."


def _bias_methods(pooled: Pooled, small_study: Sequence[str]) -> str:
    """Item 14."""
    if small_study:
        return f"Small-study effects were examined by a funnel plot and by {'; '.join(small_study)}."
    few = " (fewer than ten studies do not allow a test)" if pooled.k_studies < 10 else ""
    return f"Small-study effects were not tested{few}."


def _studies(pooled: Pooled) -> str:
    """Item 19."""
    from jakpool.plots.wording import estimate_words

    unit = " %" if is_percent(pooled.measure) else ""
    each = [
        f"{row.label} {estimate_words(row.estimate, (row.ci.lower, row.ci.upper), pooled.measure)}{unit}"
        for row in pooled.studies
    ]
    return f"{'; '.join(each)}."


def _contributing(pooled: Pooled) -> str:
    """Item 20a."""
    patients = "" if pooled.n_total is None else f" with {pooled.n_total} patients"
    events = "" if pooled.events_total is None else f", {pooled.events_total} of whom had the event"
    noun = "study" if pooled.k_studies == 1 else "studies"
    return f"The synthesis rests on {pooled.k_studies} {noun}{patients}{events}."


def _between(pooled: Pooled) -> str:
    """Item 20c."""
    between = pooled.between
    if between is None or between.QMp is None:
        return "No cause of heterogeneity was tested."
    said = "differed" if between.QMp < 0.05 else "did not differ significantly"
    return f"The subgroups {said} ({between.method}, p = {between.QMp:.3g})."


def _sensitivity(pooled: Pooled, left: Sequence[LeftOut], results: Sequence[str]) -> str:
    """Item 20d."""
    from jakpool.plots.wording import value_words

    said = []
    known = [(x.pooled.back.estimate, x.study) for x in left if x.pooled.back.estimate is not None]
    if known:
        unit = " %" if is_percent(pooled.measure) else ""
        (low, first), (high, last) = min(known), max(known)
        said.append(
            f"Without each study in turn the {_noun(pooled)} ranged from {value_words(low, pooled.measure)}{unit} "
            f"(without {first}) to {value_words(high, pooled.measure)}{unit} (without {last})."
        )
    return " ".join([*said, *results]) or "No sensitivity analysis was done."


def _no_bias_results(pooled: Pooled) -> str:
    """Item 21 without a test."""
    if pooled.k_studies < 10:
        return "With fewer than ten studies small-study effects cannot be judged."
    return "Small-study effects were not tested."
