"""Choose among the numbers of an arm: one population, one time, so that no patient is counted twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from jakdb.errors import UsageError
from jakdb.words import Extraction
from jakscreen.extract.pairs import ArmCount
from jakscreen.extract.times import days, same_time
from jakscreen.extract.vocabulary import number

__all__ = ["Chosen", "choose_population", "choose_time", "once_an_arm", "population_of"]

FIRST, LAST = "first", "last"
UNSTATED = "no time stated"
_SAID = {"count": "{} of {}", "rate": "{} in {}", "mean": "{} ({}) of {}"}
_NAMED = {"count": "counts", "rate": "rates", "mean": "means"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The counts that remain, those passed over with the reason, and what to say about the choice."""

    counts: tuple[ArmCount, ...]
    passed_over: tuple[tuple[ArmCount, str], ...] = ()
    notes: tuple[str, ...] = ()


def population_of(count: ArmCount) -> str:
    """Return whose numbers these are; a number with the status ``imputed`` is imputed whatever its column says."""
    return "imputed" if "imputed" in count.statuses else count.population


def choose_population(counts: Sequence[ArmCount], population: str, *, analysis: str) -> Chosen:
    """Keep the counts of one population; an unstated one goes with any, and is noted.

    Parameters
    ----------
    population : str
        ``observed``, ``imputed``, ``itt``, or "" if the analysis names none.
    analysis : str
        Name of the analysis, for the sentences.

    Raises
    ------
    UsageError
        If several populations are there and none is named.

    Examples
    --------
    >>> from dataclasses import replace
    >>> observed = ArmCount("brave_aa1", "4 mg", "baricitinib", "salt20", "36 weeks", "observed", None, None, None)
    >>> chosen = choose_population([observed, replace(observed, population="imputed")], "observed", analysis="late")
    >>> [count.population for count in chosen.counts], [why for _, why in chosen.passed_over]
    (['observed'], ['population imputed, the analysis takes observed'])
    """
    present: dict[str, list[ArmCount]] = {}
    for count in counts:
        present.setdefault(population_of(count), []).append(count)
    stated = [word for word in present if word]
    if not population and len(stated) > 1:
        listed = "; ".join(f"{word}: {_names(present[word])}" for word in sorted(stated))
        raise UsageError(
            f"analysis {analysis}: numbers of different populations must not be mixed ({listed})",
            hint=f'write in jak.toml under [analysis.{analysis}] population = "{sorted(stated)[-1]}" '
            f"(or another of: {', '.join(sorted(stated))})",
        )
    if not population:
        unstated = present.get("", []) if stated else []
        return Chosen(tuple(counts), notes=_unstated_note(unstated, stated[0] if stated else ""))
    named = {(count.study, count.arm, count.time) for count in present.get(population, [])}
    unstated = [count for count in present.get("", []) if (count.study, count.arm, count.time) not in named]
    passed = tuple(
        (count, f"population {word}, the analysis takes {population}")
        for word in stated
        if word != population
        for count in present[word]
    )
    chosen = (*present.get(population, []), *unstated)
    notes = _unstated_note(unstated, population)
    return Chosen(chosen, passed, (*notes, *_shadowed_notes(present, population)))


def _shadowed_notes(present: Mapping[str, Sequence[ArmCount]], population: str) -> tuple[str, ...]:
    """Name the counts without a population that stand beside other counts of the population taken."""
    taken = {(c.study, c.arm, c.time): c for c in present.get(population, [])}
    notes = []
    for count in present.get("", []):
        other = taken.get((count.study, count.arm, count.time))
        if other is not None and _values(other) != _values(count):
            notes.append(
                f"{count.study}, {count.arm}: a count without a population ({_values(count)}) was passed over for the "
                f"{population} one ({_values(other)})"
            )
    return tuple(notes)


def _values(count: ArmCount) -> str:
    """Return what is pooled as ``9/13``."""
    return "/".join("?" if cell is None else number(cell.value) for cell in count.cells)


def choose_time(
    counts: Sequence[ArmCount],
    rule: str,
    *,
    analysis: str,
    is_control: Callable[[ArmCount], bool] | None = None,
) -> Chosen:
    """Keep one time of each arm, and when arms are compared the same time for all arms of a study.

    Parameters
    ----------
    rule : str
        ``last``, ``first``, a time ("24 weeks"), or "" if the analysis names none.
    is_control : callable, optional
        Says which counts are a control's; only times are then taken that treatment and control share.

    Raises
    ------
    UsageError
        If an arm was measured at several times and there is no rule, or `last` and `first` cannot put them in order.

    Examples
    --------
    >>> from dataclasses import replace
    >>> week_24 = ArmCount("brave_aa1", "4 mg", "baricitinib", "salt20", "24 weeks", "", None, None, None)
    >>> chosen = choose_time([week_24, replace(week_24, time="36 weeks")], "last", analysis="late")
    >>> [count.time for count in chosen.counts]
    ['36 weeks']
    """
    if not rule:
        several = [held for held in _by(counts, lambda count: (count.study, count.arm)) if len(_times(held)) > 1]
        if several:
            _no_rule(several, analysis=analysis)
    kept: list[ArmCount] = []
    passed: list[tuple[ArmCount, str]] = []
    together = _by(counts, lambda count: (count.study, "" if is_control else count.arm))
    for held in together:
        if is_control is None:
            times = _times(held)
        else:
            controls = _times([count for count in held if is_control(count)])
            treatments = _times([count for count in held if not is_control(count)])
            if not controls or not treatments:
                kept.extend(held)
                continue
            times = [time for time in treatments if any(same_time(time, other) for other in controls)]
            if not times:
                why = f"treatment and control were measured at different times ({_listed(treatments + controls)})"
                passed.extend((count, why) for count in held)
                continue
        time = _pick(times, rule, held, analysis=analysis)
        for count in held:
            if same_time(count.time, time):
                kept.append(count)
            else:
                passed.append((count, f"measured at {count.time}, not at {time}" if count.time else UNSTATED))
    return Chosen(tuple(kept), tuple(passed))


def once_an_arm(counts: Sequence[ArmCount], *, analysis: str) -> tuple[ArmCount, ...]:
    """Return one count an arm; the same count stated twice is one.

    Raises
    ------
    UsageError
        If an arm has different counts that differ in nothing the analysis could choose by.
    """
    kept: list[ArmCount] = []
    for held in _by(counts, lambda count: (count.study, count.arm)):
        values = {tuple(map(_value, count.cells)) for count in held}
        if len(values) > 1:
            rows = ", ".join(str(row.row) for count in held for row in count.rows)
            said = "; ".join(_SAID[held[0].kind].format(*each) for each in sorted(values))
            what = f"several {_NAMED[held[0].kind]} of one outcome"
            raise UsageError(
                f"analysis {analysis}: {_names(held[:1])} has {what} ({said}; rows {rows})",
                hint="write the time or the population of each in the extraction table, so that one can be chosen",
            )
        kept.append(max(held, key=lambda count: (bool(count.population), bool(count.time))))
    return tuple(kept)


def _no_rule(several: Sequence[Sequence[ArmCount]], *, analysis: str) -> None:
    """Raise the error that names the arms, their times, and the rule to write."""
    listed = "; ".join(f"{_names(held[:1])}: {_listed(_times(held))}" for held in several)
    example = next((time for held in several for time in _times(held) if time), "24 weeks")
    raise UsageError(
        f"analysis {analysis}: arms were measured at several times and each patient may count once ({listed})",
        hint=f'write in jak.toml under [analysis.{analysis}] time = "last", "first" or a time such as "{example}"',
    )


def _pick(times: Sequence[str], rule: str, held: Sequence[ArmCount], *, analysis: str) -> str:
    """Return the time that the rule takes; a rule that names a time is taken at its word."""
    if rule and rule.casefold() not in (FIRST, LAST):
        return rule
    if len(times) == 1:
        return times[0]
    if not rule:
        _no_rule([held], analysis=analysis)
    in_days = {time: days(time) for time in times}
    unclear = [time for time, length in in_days.items() if length is None]
    if unclear:
        raise UsageError(
            f'analysis {analysis}: time = "{rule}" cannot put the times of {_names(held[:1])} in order: '
            f"{_listed(unclear)} is not one number and one unit",
            hint='write times as "24 weeks" or "6 months" in the extraction table, '
            f"or name one in jak.toml under [analysis.{analysis}]",
        )
    choose = max if rule.casefold() == LAST else min
    return choose(times, key=lambda time: in_days[time] or 0.0)


def _times(counts: Iterable[ArmCount]) -> list[str]:
    """Return the different times, in their order."""
    times: list[str] = []
    for count in counts:
        if not any(same_time(count.time, time) for time in times):
            times.append(count.time)
    return times


def _listed(times: Iterable[str]) -> str:
    """Return times as a list in words."""
    return ", ".join(time or UNSTATED for time in dict.fromkeys(times))


def _unstated_note(unstated: Sequence[ArmCount], population: str) -> tuple[str, ...]:
    """Return the note that some numbers do not say whose they are."""
    if not unstated:
        return ()
    return (f"population not stated, pooled with {population} numbers: {_names(unstated)}",)


def _names(counts: Iterable[ArmCount]) -> str:
    """Return the arms by name."""
    return ", ".join(dict.fromkeys(f"{count.study} ({count.arm})" if count.arm else count.study for count in counts))


def _value(row: Extraction | None) -> str:
    """Return a number's value as written; a spread with what it is: an SD and an SE of one value differ."""
    value = number(row.value if row else None)
    return f"{row.field.upper()} {value}" if row and row.field in ("sd", "se") else value


def _by(counts: Iterable[ArmCount], key: Callable[[ArmCount], object]) -> list[list[ArmCount]]:
    """Return the counts in groups of equal key, in the order of their first."""
    groups: dict[object, list[ArmCount]] = {}
    for count in counts:
        groups.setdefault(key(count), []).append(count)
    return list(groups.values())
