"""Hand the extracted numbers of the included studies to pooling: the one bridge between words and arrays.

Each patient is used once. Whatever is not pooled is left out by name; whatever a reader of the result must know is a
note; whatever would mix or count twice is an error with the line of jak.toml that settles it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from jak.handover_columns import Columns, added_up, said_of
from jak.handover_rules import (
    HIGH_RISK,
    NOT_STATED,
    SECONDARY,
    Account,
    LeftOut,
    check_included,
    check_words,
    counts_of,
    is_one_of,
    not_extracted,
    of_groups,
    without_words,
)
from jak.settings import AnalysisSpec
from jakdb.errors import UsageError
from jakdb.words import Arm, Doubt, Extraction, Study
from jakscreen.extract import (
    ArmCount,
    Cell,
    Resolution,
    choose_population,
    choose_time,
    once_an_arm,
    same_time,
    touches,
)
from jakscreen.extract.vocabulary import number

__all__ = ["Columns", "LeftOut", "NothingToPoolError", "Variant", "columns_for", "variants"]

POOLED_WITH_A_NOTE = {
    "lower_bound": "a lower bound: the true number may be higher",
    "upper_bound": "an upper bound: the true number may be lower",
    "approximate": "approximate",
    "imputed": "imputed, not observed",
}
TITLES = {
    SECONDARY: "without secondary sources",
    HIGH_RISK: "without studies at high risk of bias",
    "lower_bound": "without lower bounds",
    "upper_bound": "without upper bounds",
    "approximate": "without approximate numbers",
    "imputed": "without imputed numbers",
    "read_derived": "without derived numbers",
    "read_secondary": "without numbers read in a secondary source",
    "read": "without numbers read as printed",
}


class NothingToPoolError(UsageError):
    """Every number of an outcome is left out; the hint names each with its reason."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One extra run: what it leaves out, and its columns (None if nothing would remain; `why` says so)."""

    word: str
    title: str
    columns: Columns | None
    dropped: tuple[LeftOut, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    """One pooled row on its way: the counts of the treatment (or only) side and of the control."""

    study: str
    label: str
    group: str
    counts: tuple[ArmCount, ...]
    controls: tuple[ArmCount, ...] = ()


def columns_for(
    spec: AnalysisSpec,
    rows: Sequence[Extraction],
    *,
    studies: Mapping[str, Study],
    arms: Sequence[Arm] = (),
    included_studies: Collection[str],
    secondary_studies: Mapping[str, str] | None = None,
    excluded_studies: Mapping[str, str] | None = None,
    resolutions: Mapping[Cell, Resolution | tuple[float | None, str, str]] | None = None,
    doubts: Sequence[Doubt] = (),
    high_risk: Collection[str] = (),
) -> Columns:
    """Make the columns of one analysis from the extracted numbers.

    Parameters
    ----------
    rows : sequence of Extraction
        All numbers of the review; the analysis takes those of its outcome and their denominators.
    included_studies : collection of str
        Keys of the studies with an included report.
    secondary_studies, excluded_studies : mapping of str to str
        Keys of studies told of by another source on purpose, and of studies that are out, each with the reason.
    resolutions : mapping
        How differences between extractors were settled, by cell.
    doubts : sequence of Doubt
        What `jakscreen.extract.check` found; those about a pooled number become notes.
    high_risk : collection of str
        Keys of the studies at high risk of bias by the rule of jak.toml (used by `variants` and `leave_out`).

    Raises
    ------
    GateError
        If two extractors still differ about a number of this outcome, or a number belongs to a study that is neither
        included nor declared secondary.
    UsageError
        If nobody extracted the outcome, nothing of it can be pooled, arms were measured at several times without a
        rule, populations would mix, an arm has more events than patients, or a control group would be counted twice.

    Examples
    --------
    >>> spec = AnalysisSpec("salt50", "SALT50", "salt50")
    >>> numbers = [
    ...     Extraction("jerjen", "tofa", "tofacitinib", "salt50", "events", 7),
    ...     Extraction("jerjen", "tofa", "tofacitinib", "salt50", "n", 11),
    ... ]
    >>> made = columns_for(spec, numbers, studies={"jerjen": Study("jerjen", "Jerjen")}, included_studies={"jerjen"})
    >>> made.labels, made.events, made.n
    (('Jerjen',), (7,), (11,))
    """
    secondary = {key: why for key, why in (secondary_studies or {}).items() if key not in included_studies}
    check_words(spec)
    counts = counts_of(spec, rows, resolutions or {}, arms)
    check_included(counts, included_studies, secondary, excluded_studies or {})
    account = Account()
    for count in counts:
        if count.lack:
            account.pass_over(count, count.lack)
    given = [count for count in counts if not count.lack]
    usable = of_groups(spec, given, account)
    usable = without_words(spec.leave_out, usable, account, secondary=secondary, high_risk=high_risk)
    is_control = (lambda count: is_one_of(count.group, spec.control)) if spec.two_arm else None
    population = choose_population(usable, spec.population, analysis=spec.name)
    time = choose_time(population.counts, spec.time, analysis=spec.name, is_control=is_control)
    for count, why in population.passed_over + time.passed_over:
        account.pass_over(count, why)
    account.notes.extend(population.notes + time.notes)
    taken = once_an_arm(time.counts, analysis=spec.name)
    _refuse_recurrent(taken, spec)
    make = _two_arm if spec.two_arm else _one_arm
    pooled = make(spec, taken, studies, arms, account)
    left_out = account.left_out_but_for({(c.study, c.arm) for row in pooled for c in (*row.counts, *row.controls)})
    if not pooled:
        reasons = "; ".join(str(entry) for entry in left_out)
        raise NothingToPoolError(f"analysis {spec.name}: no number of {spec.outcome!r} can be pooled", hint=reasons)
    _note_what_was_pooled(spec, pooled, studies, secondary, doubts, account)
    given_for = {(count.study, count.arm) for count in counts}
    silent = not_extracted(spec, given_for, studies=studies, arms=arms, taking_part={*included_studies, *secondary})
    made = replace(_columns(spec, pooled, left_out=left_out, notes=tuple(account.notes)), not_extracted=silent)
    overall = _one_a_study(pooled, studies)
    if len(overall) == len(pooled):
        return made
    return replace(made, combined=_columns(replace(spec, by=""), overall, left_out=left_out, notes=made.notes))


def _refuse_recurrent(counts: Iterable[ArmCount], spec: AnalysisSpec) -> None:
    """Raise for events above the patients: events that recur are pooled in person-time."""
    for count in counts:
        events = None if count.events is None else count.events.value
        n = None if count.n is None else count.n.value
        if count.kind == "count" and events is not None and n is not None and events > n:
            raise UsageError(
                f"analysis {spec.name}: {count.study}, {count.arm or 'its only arm'} has {number(events)} events of "
                f"{number(n)} patients: {spec.measure} counts patients",
                hint="pool events that recur as a rate (measure IR, IRLN or IRR), or leave the arm out",
            )


def variants(
    spec: AnalysisSpec,
    rows: Sequence[Extraction],
    *,
    studies: Mapping[str, Study],
    arms: Sequence[Arm] = (),
    included_studies: Collection[str],
    secondary_studies: Mapping[str, str] | None = None,
    excluded_studies: Mapping[str, str] | None = None,
    resolutions: Mapping[Cell, Resolution | tuple[float | None, str, str]] | None = None,
    doubts: Sequence[Doubt] = (),
    high_risk: Collection[str] = (),
) -> tuple[Variant, ...]:
    """Make the columns of the extra runs that ``without`` asks for; the arguments are those of `columns_for`.

    A variant that drops nothing has the columns of the main run and an empty `dropped`.

    Examples
    --------
    >>> spec = AnalysisSpec("salt50", "SALT50", "salt50", without=("read_derived",))
    >>> numbers = [
    ...     Extraction("jerjen", "tofa", "tofacitinib", "salt50", "events", 7),
    ...     Extraction("jerjen", "tofa", "tofacitinib", "salt50", "n", 11, status="read_derived"),
    ...     Extraction("jabbari", "tofa", "tofacitinib", "salt50", "events", 8),
    ...     Extraction("jabbari", "tofa", "tofacitinib", "salt50", "n", 12),
    ... ]
    >>> [variant] = variants(spec, numbers, studies={}, included_studies={"jerjen", "jabbari"})
    >>> variant.title, variant.columns.events, [str(entry) for entry in variant.dropped]
    ('without derived numbers', (8,), ['jerjen, tofa: status read_derived'])
    """

    def made_without(words: tuple[str, ...]) -> Columns:
        """Make the columns with some words left out besides."""
        return columns_for(
            replace(spec, leave_out=spec.leave_out + words),
            rows,
            studies=studies,
            arms=arms,
            included_studies=included_studies,
            secondary_studies=secondary_studies,
            excluded_studies=excluded_studies,
            resolutions=resolutions,
            doubts=doubts,
            high_risk=high_risk,
        )

    main = made_without(()) if spec.without else None
    made: list[Variant] = []
    for word in spec.without:
        title = TITLES.get(word, f"without numbers of status {word}")
        try:
            columns = made_without((word,))
        except NothingToPoolError as error:
            made.append(Variant(word, title, None, (), f"{error}: {error.hint}"))
            continue
        before = main.left_out if main else ()
        dropped = tuple(entry for entry in columns.left_out if entry not in before)
        made.append(Variant(word, title, columns, dropped))
    return tuple(made)


def _one_arm(
    spec: AnalysisSpec,
    counts: Sequence[ArmCount],
    studies: Mapping[str, Study],
    arms: Sequence[Arm],
    account: Account,
) -> list[_Row]:
    """Make one row a study, or one a study and group: arms of one study in one row are added up."""
    rows: dict[tuple[str, str], list[ArmCount]] = {}
    for count in counts:
        group = _subgroup(spec, count, studies)
        rows.setdefault((count.study, group), []).append(count)
    groups_of: dict[str, list[str]] = {}
    for study, group in rows:
        groups_of.setdefault(study, []).append(group)
    made = [
        _Row(study, _label(study, studies) + (f", {group}" if len(groups_of[study]) > 1 else ""), group, tuple(held))
        for (study, group), held in rows.items()
    ]
    for row in made:
        _note_sum(row.study, row.counts, "arms", studies, arms, account)
    for study, groups in groups_of.items():
        if len(groups) > 1:
            account.note(
                f"{_label(study, studies)} has arms in several subgroups ({', '.join(groups)}): the test between "
                f"subgroups takes them as independent, and the overall result counts them as one study"
            )
    return made


def _two_arm(
    spec: AnalysisSpec,
    counts: Sequence[ArmCount],
    studies: Mapping[str, Study],
    arms: Sequence[Arm],
    account: Account,
) -> list[_Row]:
    """Make one row a trial: all its treatment arms added up against its control, which counts once."""
    made: list[_Row] = []
    for count in counts:
        if not count.group.strip():
            account.left_out.append(LeftOut(count.study, count.arm, "no group stated: treatment or control?"))
    counts = [count for count in counts if count.group.strip()]
    for study in dict.fromkeys(count.study for count in counts):
        held = [count for count in counts if count.study == study]
        controls = tuple(count for count in held if is_one_of(count.group, spec.control))
        treated = tuple(count for count in held if not is_one_of(count.group, spec.control))
        if not controls or not treated:
            missing = f"control numbers ({', '.join(spec.control)})" if treated else "treatment numbers"
            account.left_out.append(LeftOut(study, "", f"no {missing}"))
            continue
        label = _label(study, studies)
        groups = tuple(dict.fromkeys(_subgroup(spec, count, studies) for count in treated))
        if len(groups) > 1:
            raise UsageError(
                f'analysis {spec.name}: {label} compares {" and ".join(groups)} with one control; by = "{spec.by}" '
                f"would count the control's patients {len(groups)} times",
                hint=f'write in jak.toml under [analysis.{spec.name}] treatment = ["{groups[0]}"] to take one of them, '
                f"or take out `by` to combine them against the control",
            )
        _note_sum(study, treated, "treatment arms", studies, arms, account)
        _note_sum(study, controls, "control arms", studies, arms, account)
        made.append(_Row(study, label, groups[0], treated, controls))
    return made


def _subgroup(spec: AnalysisSpec, count: ArmCount, studies: Mapping[str, Study]) -> str:
    """Return the subgroup a count belongs to; "" without subgroups."""
    if spec.by == "group":
        return count.group or NOT_STATED
    if spec.by == "design":
        return (studies[count.study].design if count.study in studies else "") or NOT_STATED
    return ""


def _label(study: str, studies: Mapping[str, Study]) -> str:
    """Return what a figure calls the study."""
    return (studies[study].label if study in studies else "") or study


def _note_sum(
    study: str,
    counts: Sequence[ArmCount],
    what: str,
    studies: Mapping[str, Study],
    arms: Sequence[Arm],
    account: Account,
) -> None:
    """Note that arms were added up."""
    if len(counts) > 1:
        label_of = {(arm.study_key, arm.key): arm.label for arm in arms}
        names = [label_of.get((count.study, count.arm)) or count.arm or count.group for count in counts]
        sums = " + ".join(said_of(count) for count in counts)
        how = "combined" if counts[0].kind == "mean" else "added up"
        account.note(
            f"{_label(study, studies)}: {len(counts)} {what} {how}, so that each patient counts once "
            f"({', '.join(names)}: {sums})"
        )


def _note_what_was_pooled(
    spec: AnalysisSpec,
    pooled: Sequence[_Row],
    studies: Mapping[str, Study],
    secondary: Mapping[str, str],
    doubts: Iterable[Doubt],
    account: Account,
) -> None:
    """Note what a reader must know of the pooled numbers: bounds, secondary sources, times, definitions, doubts."""
    counts = [count for row in pooled for count in (*row.counts, *row.controls)]
    cells = [row for count in counts for row in count.used]
    for row in cells:
        if row.status in POOLED_WITH_A_NOTE:
            said = f"{row.field} ({number(row.value)}) is {POOLED_WITH_A_NOTE[row.status]}"
            account.note(f"{_label(row.study, studies)}: {said}")
        if row.field == "se":
            said = f"the standard deviation of {row.arm or 'the arm'} was worked out from its standard error"
            account.note(f"{_label(row.study, studies)}: {said} ({number(row.value)}) and n")
    for row_study in dict.fromkeys(row.study for row in pooled):
        if row_study in secondary:
            account.note(f"{_label(row_study, studies)} was read in a secondary source: {secondary[row_study]}")
    times: dict[str, list[str]] = {}
    for count in counts:
        named = next((time for time in times if same_time(time, count.time)), count.time)
        held = times.setdefault(named, [])
        if _label(count.study, studies) not in held:
            held.append(_label(count.study, studies))
    if len([time for time in times if time]) > 1:
        listed = "; ".join(f"{time or NOT_STATED}: {', '.join(held)}" for time, held in times.items())
        account.note(f"the studies measured at different times ({listed})")
    definitions = {count.cells[0].definition for count in counts if count.cells[0] and count.cells[0].definition}
    if len(definitions) > 1:
        account.note(f"the studies define {spec.outcome} in {len(definitions)} ways; see the definition of each number")
    if spec.by and any(row.group == NOT_STATED for row in pooled):
        names = ", ".join(row.label for row in pooled if row.group == NOT_STATED)
        account.note(f"{spec.by} not stated, a subgroup of its own: {names}")
    if spec.two_arm:
        other = [row.label for row in pooled if row.study in studies and not studies[row.study].randomised]
        if other and len(other) < len(pooled):
            account.note(f"pooled with randomised trials though not marked as randomised: {', '.join(other)}")
    for doubt in doubts:
        if doubt.kind not in POOLED_WITH_A_NOTE and any(touches(doubt, row) for row in cells):
            account.note(f"doubt: {doubt.message}")


def _one_a_study(pooled: Sequence[_Row], studies: Mapping[str, Study]) -> list[_Row]:
    """Add up the rows of each study."""
    made: list[_Row] = []
    for study in dict.fromkeys(row.study for row in pooled):
        held = [row for row in pooled if row.study == study]
        counts = tuple(count for row in held for count in row.counts)
        controls = tuple(count for row in held for count in row.controls)
        made.append(_Row(study, _label(study, studies), "", counts, controls))
    return made


def _bound(row: _Row) -> str:
    """Return what a row's label says of a count that is a bound only."""
    found = {cell.status for count in (*row.counts, *row.controls) for cell in count.used}
    return "".join(f", {word.replace('_', ' ')}" for word in ("lower_bound", "upper_bound") if word in found)


def _columns(
    spec: AnalysisSpec, pooled: Sequence[_Row], *, left_out: tuple[LeftOut, ...], notes: tuple[str, ...]
) -> Columns:
    """Write the rows as columns."""
    numbers: dict[str, list[float]] = {}
    for row in pooled:
        sides = [("", row.counts), ("_c", row.controls)] if spec.two_arm else [("", row.counts)]
        for suffix, counts in sides:
            for name, value in added_up(counts).items():
                numbers.setdefault(name + suffix, []).append(value)
    return Columns(
        labels=tuple(row.label + _bound(row) for row in pooled),
        studies=tuple(row.study for row in pooled),
        groups=tuple(row.group for row in pooled) if spec.by else (),
        numbers={name: tuple(values) for name, values in numbers.items()},
        cells=tuple(tuple(cell for c in (*row.counts, *row.controls) for cell in c.used) for row in pooled),
        left_out=left_out,
        notes=notes,
    )
