"""The automatic sensitivity set: one table of what the result would be under other defensible choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from jakpool.choices import default_model
from jakpool.effects import Effects, back_size
from jakpool.errors import PoolError
from jakpool.measures import BACK_N, ONE_ARM, back_transform
from jakpool.one_arm import proportions
from jakpool.pool import pool
from jakpool.results import LeftOut, Note, Pooled
from jakpool.sensitivity.counts import count_models
from jakpool.sensitivity.leave_one_out import leave_one_out
from jakpool.tau2 import TAU2_METHODS

__all__ = ["SensitivityRow", "SensitivitySet", "sensitivity_set"]

SMALL = 10
RELATIVE, POINTS = 0.2, 0.05
ASIDE = ("arms_of_one_study", "double_zero", "no_prediction", "one_df", "silent_rows", "tau2_zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityRow:
    """One line of the table, on the natural scale (a proportion or a ratio).

    Attributes
    ----------
    name : str
    k : int or None
        Rows pooled.
    estimate, ci_lb, ci_ub : float or None
        ``None`` with the reason in `why`.
    against : float or None
        The estimate it is compared with: the main one, or the subgroup's with a common tau2.
    flags : tuple of str
        ``outside`` (of the interval of the result it is compared with), ``moved`` (by more than 20 %, or for
        proportions by more than 5 points).
    remark : str
        What the reader must know about this choice.
    measure : str
        What it gives if that is another than the result's (an odds ratio beside risk ratios); such a row is not for the
        axis of the others.
    """

    name: str
    k: int | None = None
    estimate: float | None = None
    ci_lb: float | None = None
    ci_ub: float | None = None
    against: float | None = None
    flags: tuple[str, ...] = ()
    remark: str = ""
    why: str = ""
    measure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivitySet:
    """The main result, the rows, the results without each study, and cautions."""

    main: Pooled
    rows: tuple[SensitivityRow, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[Note, ...]


def sensitivity_set(
    effects: Effects,
    *,
    model: str | None = None,
    tau2: str = "REML",
    test: str | None = None,
    glmm: str = "UM.FS",
    nodes: int | None = None,
    level: float = 0.95,
    high_risk: Sequence[bool] | None = None,
    overlap: Sequence[str] | None = None,
) -> SensitivitySet:
    """Return the result under other choices, each flagged where it leaves the main interval or moves far.

    Proportions: logit REML with Hartung-Knapp (ad hoc), every other estimator of tau2, arcsine, Freeman-Tukey with each
    n in use, DerSimonian-Laird with a normal interval, common effect, beta-binomial. Two arms: REML with Hartung-Knapp,
    the other estimators, common effect, and the models of the counts (`jakpool.sensitivity.counts`): Mantel-Haenszel,
    Peto, GLMM. All: subgroups with a tau2 of their own, leave-one-out, without a high risk of bias, without arms of
    fewer than 10, without suspected overlap of patients.

    Parameters
    ----------
    model, tau2, test, glmm, nodes
        Of the main result, as in `pool`.
    high_risk : sequence of bool, optional
        Which rows have a high risk of bias.
    overlap : sequence of str, optional
        A word for each row; rows of one word (same centre, same years) may share patients, and only the study with most
        patients is kept. Empty words overlap with nothing.

    Raises
    ------
    PoolError
        If the main result cannot be had, or a sequence is not of the rows' length. A row of the table that cannot be
        fitted says why instead.

    References
    ----------
    Page et al. (2021), BMJ 372:n160, items 13f and 20d (PRISMA 2020); Cochrane Handbook 6.5, section 10.14.

    Examples
    --------
    >>> from jakpool import proportions, sensitivity_set
    >>> table = sensitivity_set(proportions([16, 10, 4, 43], [17, 12, 8, 58]))
    >>> len(table.rows), [note.code for note in table.notes]
    (16, ['stable'])
    """
    for name, given in (("high_risk", high_risk), ("overlap", overlap)):
        if given is not None and len(given) != len(effects):
            raise PoolError(f"{name} has {len(given)} entries for {len(effects)} rows", hint="give one entry a row")
    options: dict[str, Any] = {"model": model, "tau2": tau2, "test": test, "glmm": glmm, "nodes": nodes, "level": level}
    main = pool(effects, by="group" if effects.group else "", **options)
    left = leave_one_out(replace(effects, group=()), **options)
    one_arm = effects.measure in ONE_ARM and effects.events is not None
    makers: list[tuple[str, str, Callable[[], Pooled]]] = []
    makers += _one_arm(effects, level) if one_arm else _others(effects, level)
    rows = [_row(name, remark, make, main) for name, remark, make in makers]
    if one_arm:
        rows.insert(len(TAU2_METHODS) + 1, _double_arcsine(effects, main, level))
    else:
        rows += _counts(effects, main, options)
    rows += _separate(effects, main, options)
    rows += _left_out(left, main)
    rows += _without(effects, main, options, high_risk, overlap)
    return SensitivitySet(main=main, rows=tuple(rows), left_out=left, notes=_notes(rows))


def _one_arm(effects: Effects, level: float) -> list[tuple[str, str, Callable[[], Pooled]]]:
    """Return the other models of proportions."""
    x, n = effects.events or (), effects.n or ()
    words: dict[str, Any] = {"labels": effects.labels, "studies": effects.studies}
    logit = proportions(x, n, **words)
    arcsine = proportions(x, n, measure="PAS", **words)

    def fit(chosen: Effects, **options: Any) -> Callable[[], Pooled]:
        return lambda: pool(chosen, level=level, **options)

    return [
        *(
            (f"logit, {method}, Hartung-Knapp (ad hoc)", "", fit(logit, model="random", tau2=method, test="adhoc"))
            for method in TAU2_METHODS
        ),
        ("arcsine, REML, Hartung-Knapp (ad hoc)", "", fit(arcsine, model="random", tau2="REML", test="adhoc")),
        (
            "logit, DL, Wald",
            "legacy: too narrow with few studies or rare events",
            fit(logit, model="random", tau2="DL", test="z"),
        ),
        ("logit, common effect", "assumes that all studies share one proportion", fit(logit, model="common")),
        (
            "beta-binomial",
            "the mean of the proportions, not their median: they differ when tau is large",
            lambda: _beta_binomial(logit, level),
        ),
    ]


def _others(effects: Effects, level: float) -> list[tuple[str, str, Callable[[], Pooled]]]:
    """Return the other models of two arms or of effects as given."""

    def fit(**options: Any) -> Callable[[], Pooled]:
        return lambda: pool(replace(effects, group=()), level=level, **options)

    rows: list[tuple[str, str, Callable[[], Pooled]]] = [
        (f"{method}, Hartung-Knapp (ad hoc)", "", fit(model="random", tau2=method, test="adhoc"))
        for method in TAU2_METHODS
    ]
    rows.append(("DL, Wald", "legacy: too narrow with few studies", fit(model="random", tau2="DL", test="z")))
    rows.append(("common effect", "assumes that all studies share one effect", fit(model="common")))
    return rows


def _counts(effects: Effects, main: Pooled, options: dict[str, Any]) -> list[SensitivityRow]:
    """Return the models of the counts; odds ratios beside risk ratios are held against the main model's odds ratio."""
    rows = []
    for model in count_models(effects):
        if model.effects is None:
            rows.append(SensitivityRow(name=model.name, why=model.why))
            continue
        against, remark, other = main, model.remark, ""
        if effects.measure == "RR" and model.effects.measure == "OR":
            other = "OR"
            against = pool(model.effects, **options)
            if against.back.estimate is not None:
                remark = f"{remark}; against {against.back.estimate:.2f}, the main model's odds ratio"
        make = partial(pool, model.effects, level=options["level"], **model.options)
        rows.append(replace(_row(model.name, remark, make, against), measure=other))
    return rows


def _beta_binomial(logit: Effects, level: float) -> Pooled:
    """Fit the beta-binomial, or say why not."""
    events, total = sum(logit.events or ()), sum(logit.n or ())
    if len(logit) < 2 or events in (0, total):
        raise PoolError("the beta-binomial needs two rows, patients with the event and patients without")
    return pool(logit, model="betabin", level=level)


def _double_arcsine(effects: Effects, main: Pooled, level: float) -> SensitivityRow:
    """Return Freeman-Tukey with the harmonic mean, and its range over the n in use."""
    name = "Freeman-Tukey, REML, Hartung-Knapp (ad hoc)"
    if len(effects) < 2:
        return SensitivityRow(name=name, why="it needs two rows")
    transformed = proportions(effects.events or (), effects.n or (), measure="PFT", labels=effects.labels)
    found = pool(transformed, model="random", tau2="REML", test="adhoc", level=level)
    middle = found.back.estimate
    if found.beta is not None and found.se is not None:  # else no model was fitted, and there is nothing to choose
        sizes = {kind: back_size(transformed, se=found.se, kind=kind) for kind in BACK_N}
        each = [back_transform(found.beta, "PFT", size=size) or 0.0 for size in sizes.values()]
    else:
        each = [middle or 0.0]
    spread = f"{100 * min(each):.1f} to {100 * max(each):.1f} %"
    remark = f"for comparability only: {spread} over harmonic, geometric and arithmetic n and inverse variance"
    return _row(name, remark, lambda: found, main)


def _row(name: str, remark: str, make: Callable[[], Pooled], main: Pooled) -> SensitivityRow:
    """Return a row compared with the main result."""
    try:
        found = make()
    except PoolError as error:
        return SensitivityRow(name=name, remark=remark, why=f"{error}")
    back = found.back
    why = "" if back.estimate is not None else _reason(found)
    row = _compared(name, found.k, (back.estimate, back.ci_lb, back.ci_ub), main, remark)
    return replace(row, why=why)


def _reason(found: Pooled) -> str:
    """Return the note that says why there is no estimate, past those that are asides."""
    notes = [note for note in found.notes if note.code not in ASIDE] or list(found.notes)
    return notes[0].message if notes else "no estimate"


def _compared(
    name: str,
    k: int,
    figures: tuple[float | None, float | None, float | None],
    main: Pooled,
    remark: str = "",
    against: tuple[float | None, float | None, float | None] | None = None,
) -> SensitivityRow:
    """Return a row with its flags."""
    middle, low, high = figures
    back = main.back
    centre, lower, upper = against or (back.estimate, back.ci_lb, back.ci_ub)
    flags = []
    if middle is not None and centre is not None:
        if (lower is not None and middle < lower) or (upper is not None and middle > upper):
            flags.append("outside")
        points = main.measure in ONE_ARM and abs(middle - centre) > POINTS
        if points or abs(middle - centre) > RELATIVE * abs(centre):
            flags.append("moved")
    return SensitivityRow(
        name=name, k=k, estimate=middle, ci_lb=low, ci_ub=high, against=centre, flags=tuple(flags), remark=remark
    )


def _separate(effects: Effects, main: Pooled, options: dict[str, Any]) -> list[SensitivityRow]:
    """Return each subgroup with a tau2 of its own, against the one with a common tau2, if they have one in common."""
    rows: list[SensitivityRow] = []
    if main.between is None or main.between.tau2 is None:
        return rows
    for group in main.subgroups:
        kept = [i for i, name in enumerate(effects.group) if name == group.name]
        own = pool(replace(effects.keep(kept), group=()), profile=False, **options)
        shared = (group.back.estimate, group.back.ci_lb, group.back.ci_ub)
        figures = (own.back.estimate, own.back.ci_lb, own.back.ci_ub)
        remark = "compared with the subgroup under a common tau2"
        rows.append(_compared(f"{group.name}: tau2 of its own", own.k, figures, main, remark, shared))
    return rows


def _left_out(left: Sequence[LeftOut], main: Pooled) -> list[SensitivityRow]:
    """Return the lowest and the highest result without one study."""
    there = [one for one in left if one.pooled.back.estimate is not None]
    if not there:
        return [SensitivityRow(name="leave one study out", why="there is only one study")]
    rows = []
    for word, pick in (("lowest", min), ("highest", max)):
        one = pick(there, key=lambda each: each.pooled.back.estimate or 0.0)
        back = one.pooled.back
        figures = (back.estimate, back.ci_lb, back.ci_ub)
        rows.append(_compared(f"leave one study out, {word}: {one.study}", one.pooled.k, figures, main))
    return rows


def _without(
    effects: Effects,
    main: Pooled,
    options: dict[str, Any],
    high_risk: Sequence[bool] | None,
    overlap: Sequence[str] | None,
) -> list[SensitivityRow]:
    """Return the results without some rows."""
    every = range(len(effects))
    choices: list[tuple[str, list[int], str]] = []
    if high_risk is not None:
        choices.append(("without a high risk of bias", [i for i in every if not high_risk[i]], "high risk of bias"))
    if effects.n is not None:
        small = [min(effects.n[i], effects.n_c[i]) if effects.n_c else effects.n[i] for i in every]
        kept = [i for i in every if small[i] >= SMALL]
        choices.append((f"without arms of fewer than {SMALL}", kept, f"fewer than {SMALL} patients"))
    if overlap is not None:
        choices.append(("without suspected overlap of patients", _largest(effects, overlap), "suspected overlap"))
    rows = []
    for name, kept, what in choices:
        if len(kept) == len(effects):
            rows.append(SensitivityRow(name=name, why=f"no row has {what}: nothing changes"))
        elif not kept:
            rows.append(SensitivityRow(name=name, why=f"every row has {what}: nothing is left"))
        else:
            rest = replace(effects.keep(kept), group=())
            model = options["model"] or default_model(effects)
            again = {**options, "model": model, "profile": False}
            rows.append(_row(name, "", partial(pool, rest, **again), main))
    return rows


def _largest(effects: Effects, overlap: Sequence[str]) -> list[int]:
    """Return the rows of the studies with most patients among those that may overlap."""
    sizes: dict[tuple[str, str], int] = {}
    for i, word in enumerate(overlap):
        key = (word, effects.studies[i])
        sizes[key] = sizes.get(key, 0) + (effects.n[i] if effects.n else 1) + (effects.n_c[i] if effects.n_c else 0)
    best = {word: max((k for k in sizes if k[0] == word), key=lambda k: sizes[k])[1] for word in overlap if word}
    return [i for i, word in enumerate(overlap) if not word or effects.studies[i] == best[word]]


def _notes(rows: Sequence[SensitivityRow]) -> tuple[Note, ...]:
    """Say which rows are flagged."""
    flagged = [row.name for row in rows if row.flags]
    if not flagged:
        return (Note("stable", "No choice moves the estimate out of the main interval or far from it."),)
    return (
        Note(
            "unstable",
            f"{len(flagged)} of {len(rows)} rows leave the main interval or move far from the estimate: "
            f"{'; '.join(flagged)}.",
        ),
    )
