"""Draw what a pooling command asks for: forests (also cumulative and leave-one-out ones) and funnels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jak.choosing import MODELS, result_for
from jak.figures import check_ending, draw, write_picture
from jak.parsing import parse_choice
from jak.pooling import in_our_words
from jakdb.errors import InputError, UsageError

if TYPE_CHECKING:
    from jak.commands.pool_options import Asked
    from jak.pool_moderators import Moderator
    from jak.pool_source import Source
    from jak.pooling import AnalysisResult
    from jakpool.plots import Step
    from jakpool.regression import Regression
    from jakpool.results import Pooled
    from jakpool.small_study import SmallStudy

__all__ = [
    "draw_bubble",
    "draw_doi",
    "draw_filled",
    "draw_forest",
    "draw_funnel",
    "draw_labbe",
    "draw_sensitivity",
    "parse_pair",
    "step_of",
]

NAMES = {
    "random": "Random effects",
    "common": "Common effect",
    "mh": "Mantel-Haenszel",
    "peto": "Peto",
    "glmm": "GLMM",
    "betabin": "Beta-binomial",
}


def draw_forest(
    asked: Asked, output: Path, *, cumulative: str, leave_one_out: bool, wanted: Mapping[str, str]
) -> tuple[Path, int]:
    """Draw a forest plot to a file; return its path and the number of rows pooled."""
    check_ending(output)
    if cumulative and leave_one_out:
        raise UsageError("--cumulative and --leave-one-out were both given", hint="draw two figures")
    options: dict[str, Any] = {"layout": wanted["layout"]}
    if wanted["limits"]:
        options["limits"] = parse_numbers(wanted["limits"], option="--limits")
    for name in ("favours", "arms"):
        if wanted[name]:
            options[name] = parse_pair(wanted[name], option=f"--{name}")
    others = [parse_choice(word, MODELS[1:], option="--also") for word in wanted["also"].split(",") if word.strip()]
    result = result_for(asked, quick=not leave_one_out)
    if result.source is not None and others:
        options["others"] = [(NAMES[word], _other(result.source, word)) for word in others]
    if not cumulative and not leave_one_out:
        return draw("forest", result, output, title=wanted["title"], options=options), result.pooled.k
    if cumulative:
        head, steps = "Study added", _cumulative(result, cumulative)
    else:
        head = "Study left out"
        steps = [step_of(f"{left.study}", left.pooled) for left in result.leave_one_out]
    return _steps(result, steps, output, head=head, title=wanted["title"]), result.overall.k


def draw_funnel(
    asked: Asked, output: Path, *, title: str, against: str, contours: bool, radial: bool = False
) -> tuple[Path, int]:
    """Draw a funnel plot, or a radial one, to a file; return its path and the number of rows."""
    from jakpool.measures import ONE_ARM  # noqa: PLC0415

    ending = check_ending(output)
    result = result_for(asked, quick=True)
    if radial:
        from jakpool.plots import radial as draw_radial  # noqa: PLC0415

        with in_our_words():
            content = draw_radial(result.overall, title=title or result.spec.title, format=ending)
        return write_picture(output, content), result.overall.k
    chosen = parse_choice(against, ("", "se", "n"), option="--against")
    if not chosen:
        counted = all(row.n is not None for row in result.overall.studies)
        chosen = "n" if result.overall.measure in ONE_ARM and counted and not contours else "se"
    options = {"against": chosen, "contours": contours}
    return draw("funnel", result, output, title=title, options=options), result.overall.k


def draw_labbe(result: AnalysisResult, output: Path) -> Path:
    """Draw a L'Abbé plot to a file."""
    from jakpool.plots import labbe  # noqa: PLC0415

    ending = check_ending(output)
    with in_our_words():
        return write_picture(output, labbe(result.overall, title=result.spec.title, format=ending))


def draw_filled(source: Source, found: SmallStudy, output: Path) -> Path:
    """Draw a funnel plot with the rows that trim and fill adds."""
    from jak.pool_bias import filled_rows  # noqa: PLC0415
    from jak.pooling import fit  # noqa: PLC0415
    from jakpool.plots import funnel  # noqa: PLC0415

    ending = check_ending(output)
    filled = filled_rows(found)
    with in_our_words():
        content = funnel(fit(source, once=True), title=source.name, format=ending, filled=filled)
    return write_picture(output, content)


def draw_doi(source: Source, found: SmallStudy, output: Path) -> Path:
    """Draw the Doi plot."""
    from jakpool.plots import doi  # noqa: PLC0415

    ending = check_ending(output)
    if found.doi is None:
        few = len(source.once) < 3
        why = "a Doi plot needs three effects" if few else "all effects are the same: a Doi plot has no limbs"
        raise UsageError(f"{source.name}: {why}", hint="leave --doi out")
    with in_our_words():
        return write_picture(output, doi(found.doi, measure=source.once.measure, title=source.name, format=ending))


def draw_bubble(source: Source, named: Mapping[str, Moderator], found: Regression, output: Path) -> Path:
    """Draw a bubble plot of the only moderator, with the line of the regression."""
    from jak.pool_regress import line_of  # noqa: PLC0415
    from jak.pooling import fit  # noqa: PLC0415
    from jakpool.plots import bubble  # noqa: PLC0415

    ending = check_ending(output)
    (name, values), *others = named.items()
    numbers = [value for value in values if not isinstance(value, str)]
    if others or len(numbers) < len(values):
        raise UsageError("a bubble plot needs one moderator of numbers", hint="name one with --mods")
    with in_our_words():
        line = line_of(found, name, numbers)
        content = bubble(fit(source), numbers, line=line, name=name, title=source.name, format=ending)
    return write_picture(output, content)


def draw_sensitivity(result: AnalysisResult, output: Path) -> Path:
    """Draw the set of sensitivity analyses as a forest of steps, with its flags."""
    from jak.tabling import flag_words  # noqa: PLC0415
    from jakpool.plots import Step  # noqa: PLC0415

    check_ending(output)
    steps = [
        Step(label=row.name, estimate=row.estimate, ci_lb=row.ci_lb, ci_ub=row.ci_ub, k=row.k, flag=flag_words(row))
        for row in result.sensitivity
        if row.estimate is not None and not row.measure
    ]
    return _steps(result, steps, output, head="Analysis", title="", main="Main result")


def step_of(label: str, pooled: Pooled, *, flag: str = "") -> Step:
    """Return a result as a row of a forest of steps."""
    from jakpool.plots import Step  # noqa: PLC0415

    back = pooled.back
    return Step(label=label, estimate=back.estimate, ci_lb=back.ci_lb, ci_ub=back.ci_ub, k=pooled.k, flag=flag)


def parse_pair(text: str, *, option: str, example: str = "LEFT,RIGHT") -> tuple[str, str]:
    """Return two words.

    Examples
    --------
    >>> parse_pair("drug, placebo", option="--arms")
    ('drug', 'placebo')
    """
    first, comma, second = (part.strip() for part in text.partition(","))
    if not comma or not first or not second:
        raise UsageError(f"{option} {text!r} is no pair", hint=f"write {option} {example}")
    return first, second


def parse_numbers(text: str, *, option: str) -> tuple[float, float]:
    """Return two numbers.

    Examples
    --------
    >>> parse_numbers("0,0.2", option="--limits")
    (0.0, 0.2)
    """
    pair = parse_pair(text, option=option, example="0,0.2")
    try:
        return float(pair[0]), float(pair[1])
    except ValueError:
        raise UsageError(f"{option} {text!r} is no pair of numbers", hint=f"write {option} 0,0.2") from None


def _steps(
    result: AnalysisResult, steps: Sequence[Step], output: Path, *, head: str, title: str, main: str = "All studies"
) -> Path:
    """Draw a forest of steps."""
    from jakpool.plots import steps as draw_steps  # noqa: PLC0415

    overall = result.overall
    with in_our_words():
        content = draw_steps(
            steps,
            measure=overall.measure,
            overall=step_of(main, overall),
            head=head,
            title=title or result.spec.title,
            format=check_ending(output),
            level=overall.settings.level,
        )
    return write_picture(output, content)


def _other(source: Source, model: str) -> Pooled:
    """Pool the same rows by another model."""
    from jakpool import pool  # noqa: PLC0415

    how = {**source.how, "model": model, "test": None}
    with in_our_words():
        return pool(source.once, **how)


def _cumulative(result: AnalysisResult, order: str) -> list[Step]:
    """Pool study after study in an order: as in the file, by weight (the heaviest first), or by a column."""
    from jakpool import pool  # noqa: PLC0415

    source = result.source
    if source is None:  # every result of these commands has one
        return []
    rows = list(range(len(source.once)))
    if order == "weight":
        weights = [row.weight or 0.0 for row in result.overall.studies]
        rows.sort(key=lambda i: (-weights[i], i))
    elif order != "file":
        cells = source.moderators.get(order)
        if cells is None or len(cells) != len(rows):
            known = ", ".join(("file", "weight", *source.moderators))
            raise InputError(f"there is no column {order!r} to order by", hint=f"one of: {known}")
        rows.sort(key=lambda i: (_key(cells[i]), i))
    steps = []
    with in_our_words():
        for last in range(1, len(rows) + 1):
            pooled = pool(source.once.keep(rows[:last]), **source.how)
            label = source.once.labels[rows[last - 1]]
            steps.append(step_of(label if last == 1 else f"+ {label}", pooled))
    return steps


def _key(cell: str) -> tuple[int, float, str]:
    """Return what a cell sorts by: numbers first, then words."""
    try:
        return 0, float(cell), ""
    except ValueError:
        return 1, 0.0, cell
