"""What a pooling command works on: the effects of a review's analysis or of a plain file, and how they are pooled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jak.pool_table import NEEDED, Table, numbers_of, read_table
from jak.settings import AnalysisSpec
from jakdb.errors import InputError, UsageError

if TYPE_CHECKING:
    from jak.handover import Columns
    from jakpool import Effects
    from jakpool.results import Pooled

__all__ = ["Source", "effects_of", "refitted", "source_of_columns", "source_of_table"]


@dataclass(frozen=True, slots=True)
class Source:
    """What is pooled and how.

    Attributes
    ----------
    spec : AnalysisSpec
        Name, title, measure, model and the other choices in words.
    effects : Effects
        The rows as analysed, with their subgroups.
    once : Effects
        One row a study, where `effects` has a study in several subgroups; else `effects`.
    how : mapping
        What `jakpool.pool` and its neighbours take besides the effects: model, tau2, test, level, alpha, nodes.
    moderators : mapping of str to tuple of str
        Other columns by their headings, one cell a row of `effects`.
    notes : tuple of str
        Cautions about the numbers.
    numbers : tuple of int
        Row of each effect in the file, for messages; empty for a review.
    like : str
        The program whose defaults are used; empty for those of jak.
    taken : tuple of str
        Headings of the file that name the rows or hold their numbers, and so are no moderators.
    high_risk, overlap : tuple or None
        Which rows of `once` are at high risk of bias; a word for rows that may share patients (same centre, same
        years), empty for none.
    """

    spec: AnalysisSpec
    effects: Effects
    once: Effects
    how: Mapping[str, Any]
    moderators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    like: str = ""
    high_risk: tuple[bool, ...] | None = None
    overlap: tuple[str, ...] | None = None
    taken: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what the analysis is called."""
        return self.spec.title


def source_of_table(
    path: Path,
    *,
    measure: str,
    by: str = "",
    columns: Mapping[str, str] | None = None,
    how: Mapping[str, Any],
    like: str = "",
) -> Source:
    """Read a plain table as something to pool; every row of it is kept.

    Raises
    ------
    InputError
        If the file or a cell cannot be used; the sentence names row and column.
    """
    table = read_table(path, columns or {})
    numbers = numbers_of(table, measure)
    labels, studies, notes = _names(table)
    group = _groups(table, by) if by else None
    effects = effects_of(measure, numbers, labels=labels, studies=studies, group=group, name=path.name)
    spec = AnalysisSpec(
        path.stem,
        path.name,
        path.stem,
        measure=measure,
        model=how.get("model") or "",
        tau2=how.get("tau2") or "REML",
        test=how.get("test") or "",
        by=by,
        alpha=how.get("alpha", 0.1),
        level=how.get("level", 0.95),
    )
    said = (*notes, *_like_note(like, measure))
    others = table.moderators
    risk, overlap = _high_risk(table, others.get("high_risk")), others.get("overlap")
    taken = tuple(heading for heading in table.heads if heading not in others)
    return Source(spec, effects, effects, how, others, said, table.numbers, like, risk, overlap, taken)


def source_of_columns(
    spec: AnalysisSpec, columns: Columns, *, moderators: Mapping[str, tuple[str, ...]], like: str = ""
) -> Source:
    """Turn what the handover made of a review's numbers into something to pool."""
    from jak.pooling import in_our_words  # noqa: PLC0415

    with in_our_words():
        effects = _of_columns(spec, columns)
        once = _of_columns(spec, columns.combined) if columns.combined is not None else effects
    how = {
        "model": spec.model,
        "tau2": spec.tau2,
        "test": spec.test or None,
        "level": spec.level,
        "alpha": spec.alpha,
    }
    how |= {name: getattr(spec, name) for name in ("glmm", "pi", "tau2_groups") if getattr(spec, name)}
    said = (*columns.notes, *_like_note(like, spec.measure))
    return Source(spec, effects, once, how, moderators, said, like=like)


def effects_of(
    measure: str,
    numbers: Mapping[str, Sequence[float]],
    *,
    labels: Sequence[str],
    studies: Sequence[str],
    group: Sequence[str] | None = None,
    name: str = "",
    corrections: Mapping[str, Any] | None = None,
) -> Effects:
    """Return the effects of a measure from the columns that it needs; `corrections` are the words to, add, drop00."""
    import jakpool  # noqa: PLC0415
    from jak.pooling import in_our_words  # noqa: PLC0415
    from jakpool.measures import MEASURES  # noqa: PLC0415

    makers: dict[str, Callable[..., Effects]] = {
        "proportion": jakpool.proportions,
        "rate": jakpool.rates,
        "mean": jakpool.means,
        "two_arm": jakpool.two_arm,
        "two_rates": jakpool.two_rates,
        "two_means": jakpool.two_means,
        "generic": jakpool.generic,
    }
    made = makers[MEASURES[measure].family]
    columns = [numbers[column] for column in NEEDED[measure]]
    with in_our_words(name):
        return made(*columns, measure=measure, labels=labels, studies=studies, group=group, **(corrections or {}))


def refitted(source: Source, settings: Mapping[str, Any]) -> Pooled:
    """Pool the rows of a source anew by other settings: its measure among them, made from the same counts."""
    from jakpool import pool  # noqa: PLC0415

    how = dict(settings)
    measure = how.pop("measure", source.once.measure)
    return pool(_as_measure(source.once, measure), **how)


def _as_measure(effects: Effects, measure: str) -> Effects:
    """Return effects of another measure from the counts of these."""
    if measure == effects.measure:
        return effects
    needed = NEEDED[measure]
    numbers = {name: getattr(effects, name, None) for name in needed}
    missing = [name for name, values in numbers.items() if values is None]
    if missing:
        raise UsageError(
            f"{measure} needs {', '.join(missing)}, which {effects.measure} effects do not have",
            hint="compare measures of the same numbers",
        )
    known = {name: values for name, values in numbers.items() if values is not None}
    group = effects.group or None
    return effects_of(measure, known, labels=effects.labels, studies=effects.studies, group=group)


def _of_columns(spec: AnalysisSpec, columns: Columns) -> Effects:
    """Turn columns into effects."""
    return effects_of(
        spec.measure, columns.numbers, labels=columns.labels, studies=columns.studies, group=columns.groups or None
    )


YES, NO = ("yes", "true", "high", "1"), ("", "no", "false", "low", "0")


def _high_risk(table: Table, cells: Sequence[str] | None) -> tuple[bool, ...] | None:
    """Return which rows a column ``high_risk`` says yes to."""
    if cells is None:
        return None
    for number, cell in zip(table.numbers, cells, strict=True):
        if cell.casefold() not in (*YES, *NO):
            raise InputError(
                f"{table.name}, row {number}, column high_risk: {cell!r} is neither yes nor no",
                hint="write yes or no; an empty cell is a no",
            )
    return tuple(cell.casefold() in YES for cell in cells)


def _like_note(program: str, measure: str) -> tuple[str, ...]:
    """Say whose defaults are used, and which I2 that program prints."""
    if not program:
        return ()
    from jakpool.like import preset  # noqa: PLC0415

    found = preset(program, measure)
    return (f"The settings are the defaults of {found.source}. It prints I2 from {found.i2}.",)


def _names(table: Table) -> tuple[list[str], list[str], list[str]]:
    """Return what each row is called, its study, and a note where rows share a study."""
    heading = table.names.get("study")
    cells = table.column(heading) if heading else ("",) * len(table.rows)
    studies = [cell or f"row {number}" for cell, number in zip(cells, table.numbers, strict=True)]
    rows: dict[str, list[int]] = {}
    for study, number in zip(studies, table.numbers, strict=True):
        rows.setdefault(study, []).append(number)
    seen: dict[str, int] = {}
    labels = []
    for study in studies:
        seen[study] = seen.get(study, 0) + 1
        labels.append(f"{study} ({seen[study]})" if len(rows[study]) > 1 else study)
    notes = [
        f"{table.name}, column {heading}: rows {', '.join(map(str, places))} are all called {study!r} and are taken as "
        "arms of one study; give different studies different names."
        for study, places in rows.items()
        if len(places) > 1
    ]
    return labels, studies, notes


def _groups(table: Table, by: str) -> list[str]:
    """Return the subgroup of each row; an empty one is an error."""
    heading = table.names["group"] if by == "group" and "group" in table.names else by
    if heading not in table.heads:
        raise InputError(
            f"{table.name} has no column {by!r}", hint=f"its columns: {', '.join(h for h in table.heads if h)}"
        )
    if heading in (h for name, h in table.names.items() if name not in ("group", "study")):
        raise UsageError(f"--by {by}: the column holds the numbers", hint="name a column of words, a moderator")
    cells = list(table.column(heading))
    for number, cell in zip(table.numbers, cells, strict=True):
        if not cell:
            raise InputError(
                f"{table.name}, row {number}, column {heading}: the subgroup is empty",
                hint="write one ('not stated' is one too), or take the row out and say so in your report",
            )
    return cells
