"""Judge an extraction table: errors that block the whole file, doubts that every result must carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from jakdb.errors import InputError
from jakdb.words import Doubt, Extraction
from jakscreen.extract.pairs import find_n
from jakscreen.extract.percent import Percentage, counts_that_fit, denominators_that_fit, printed_for, printed_like
from jakscreen.extract.table import read_table
from jakscreen.extract.vocabulary import (
    ENROLLED,
    FIELDS,
    POPULATIONS,
    SHARED_FIELDS,
    STATUSES,
    Cell,
    cell_of,
    covers,
    describe,
    near,
    number,
)

__all__ = ["NESTED", "Checked", "Sound", "check", "load_table", "touches"]

NESTED: tuple[tuple[str, ...], ...] = (("any_response", "salt50", "salt90"),)
"""Outcomes that contain one another: whoever reached the later reached the earlier."""

CONTRADICTION = "contradiction:"
_DOUBTFUL = {
    "lower_bound": "a lower bound",
    "upper_bound": "an upper bound",
    "approximate": "approximate",
    "imputed": "imputed, not observed",
}
_NOT_NEGATIVE = ("events", "n", "percent", "person_time", "sd", "se")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: `errors` block the load of the whole table, `doubts` load flagged."""

    errors: tuple[str, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Sound:
    """A table without errors: its numbers and the doubts about them."""

    rows: tuple[Extraction, ...]
    doubts: tuple[Doubt, ...]
    untouched: int


def load_table(
    text: str,
    *,
    name: str,
    known_studies: Mapping[str, Collection[str]] | None = None,
    nested: Sequence[Sequence[str]] = NESTED,
    beside: Sequence[Extraction] = (),
    extractor: str = "",
) -> Sound:
    r"""Read and check an extraction table, whole or not at all.

    Parameters
    ----------
    known_studies, nested
        As for `check`.
    beside : sequence of Extraction
        Numbers loaded before: the table's own replace those of the same cell and extractor, and must fit the rest.
    extractor : str
        Who read the rows that do not say.

    Raises
    ------
    InputError
        If a row cannot be read or is wrong; `problems` lists every one with its row.

    Examples
    --------
    >>> text = "study,outcome,field,value\ndai_2020,salt50,events,18\ndai_2020,salt50,n,35\n"
    >>> [row.value for row in load_table(text, name="cells.csv").rows]
    [18.0, 35.0]
    """
    loaded = read_table(text, name=name)
    loaded = replace(loaded, rows=tuple(replace(row, extractor=row.extractor or extractor) for row in loaded.rows))
    own = {(cell_of(row), row.extractor) for row in loaded.rows}
    kept = tuple(replace(row, row=0) for row in beside if (cell_of(row), row.extractor) not in own)
    checked = check((*loaded.rows, *kept), known_studies=known_studies, nested=nested)
    before = set(check(kept, known_studies=known_studies, nested=nested).errors)
    problems = loaded.problems + tuple(map(_named, (e for e in checked.errors if e not in before)))
    if not problems and not loaded.rows:
        problems = (f"{name}: none of its {loaded.untouched} rows has a value",)
    if problems:
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise InputError(
            f"{name}: {count}; nothing was loaded", hint="correct the rows and load it again", problems=problems
        )
    doubts = tuple(replace(d, message=_named(d.message)) for d in checked.doubts if any(d.rows))
    return Sound(loaded.rows, doubts, loaded.untouched)


def _named(sentence: str) -> str:
    """Return a sentence in which numbers loaded before are called so; they have no row in the table."""
    return sentence.replace("row 0: ", "a number loaded before: ").replace("(row 0)", "(loaded before)")


def check(
    rows: Sequence[Extraction],
    *,
    known_studies: Mapping[str, Collection[str]] | None = None,
    nested: Sequence[Sequence[str]] = NESTED,
) -> Checked:
    """Judge the numbers of a table, of one extractor or several.

    Parameters
    ----------
    known_studies : mapping or None
        Study key to the keys of its arms; an empty collection of arms allows any arm, None allows any study.
    nested : sequence of sequences of str
        Chains of outcomes, each containing the next; compared for the same arm, time, population and denominator.

    Examples
    --------
    >>> events = Extraction("shin_2019", "tofa", "tofacitinib", "salt50", "events", 19, row=2)
    >>> n = Extraction("shin_2019", "tofa", "tofacitinib", "salt50", "n", 18, row=3)
    >>> check([events, n]).errors
    ('row 2: 19 events of 18 patients (row 3): salt50 of shin_2019, tofa',)
    """
    pairs = _pairs(rows)
    errors = [
        *_name_errors(rows, known_studies),
        *(error for row in rows for error in _row_errors(row)),
        *_group_errors(rows),
        *_repeat_errors(rows),
        *_pair_errors(rows, pairs),
    ]
    doubts = [
        *(doubt for row in rows for doubt in _row_doubts(row)),
        *(doubt for row, n in pairs if n is not None for doubt in _percentage_doubts(row, n, rows)),
        *_recurrent_doubts(rows, pairs),
        *_spread_doubts(rows),
        *_enrolled_doubts(rows),
        *(doubt for chain in nested for doubt in _nesting_doubts(pairs, chain)),
    ]
    return Checked(tuple(errors), _merged(doubts))


def touches(doubt: Doubt, row: Extraction) -> bool:
    """Say whether a doubt is about this number.

    Examples
    --------
    >>> doubt = Doubt((7,), "nesting", "more SALT90 than SALT50", study="jerjen")
    >>> touches(doubt, Extraction("jerjen", "tofa", "", "salt50", "events", 7, row=7))
    True
    >>> touches(doubt, Extraction("jerjen", "tofa", "", "salt50", "n", 11, row=8))
    False
    """
    return (
        doubt.study in ("", row.study)
        and doubt.arm in ("", row.arm)
        and doubt.outcome in ("", row.outcome)
        and (not doubt.rows or not row.row or row.row in doubt.rows)
    )


def _pairs(rows: Sequence[Extraction]) -> list[tuple[Extraction, Extraction | None]]:
    """Put each events or percent row with its denominator, the same extractor's before another's."""
    denominators: dict[tuple[str, str], list[Extraction]] = defaultdict(list)
    for row in rows:
        if row.field == "n" and row.value is not None:
            denominators[row.study, row.arm].append(row)
    pairs: list[tuple[Extraction, Extraction | None]] = []
    for row in rows:
        if row.field in ("events", "percent") and row.value is not None:
            arm = denominators[row.study, row.arm]
            own = find_n(row, [n for n in arm if n.extractor == row.extractor])
            pairs.append((row, own or find_n(row, arm)))
    return pairs


def _name_errors(rows: Sequence[Extraction], known: Mapping[str, Collection[str]] | None) -> Iterator[str]:
    """Yield unknown studies and arms."""
    if known is None:
        return
    for row in rows:
        if row.study not in known:
            some = f"; known: {', '.join(sorted(known))}" if 0 < len(known) <= 8 else ""
            yield f"row {row.row}: the study {row.study!r} is not known{near(row.study, known) or some}"
        elif known[row.study] and row.arm not in known[row.study]:
            arms = ", ".join(sorted(known[row.study]))
            what = f"the arm {row.arm!r} is not known" if row.arm else "no arm is given"
            yield f"row {row.row}: {what}; the arms of {row.study} are {arms}{near(row.arm, known[row.study])}"


def _row_errors(row: Extraction) -> Iterator[str]:
    """Yield what is wrong with one row by itself."""
    where = f"row {row.row}"
    words = (
        ("status", row.status, STATUSES),
        ("field", row.field, FIELDS),
        ("population", row.population, POPULATIONS),
    )
    for what, word, known in words:
        if word not in known:
            listed = ", ".join(filter(None, known))
            yield f"{where}: the {what} {word!r} is not known{near(word, known)} (known: {listed})"
    if row.outcome.endswith("*") and row.field not in SHARED_FIELDS:
        shared = f"only an {' or a '.join(SHARED_FIELDS)} may be shared by outcomes ({row.outcome!r})"
        yield f"{where}: {shared}; write {row.field} for each of them"
    if row.population == "observed" and row.status == "imputed":
        yield f"{where}: the population is 'observed' but the status 'imputed'; the number can only be one of them"
    if row.value is None:
        return
    if row.status == "not_reported":
        yield f"{where}: the status is 'not_reported' but the value {number(row.value)}; take one of them out"
    if row.value < 0 and row.field in _NOT_NEGATIVE:
        yield f"{where}: {row.field} cannot be negative ({number(row.value)})"
    elif row.field in ("events", "n") and not float(row.value).is_integer():
        yield f"{where}: {row.field} must be a whole number, not {number(row.value)}; a share has the field 'percent'"
    if row.field == "percent" and row.value > 100:
        yield f"{where}: a percentage of patients cannot exceed 100 ({number(row.value)})"


def _group_errors(rows: Iterable[Extraction]) -> Iterator[str]:
    """Yield arms that stand in two groups."""
    first: dict[tuple[str, str], Extraction] = {}
    for row in rows:
        if row.group:
            held = first.setdefault((row.study, row.arm), row)
            if held.group != row.group:
                yield (
                    f"row {row.row}: the arm {row.arm or 'without a name'} of {row.study} is in the group "
                    f"{row.group!r}, in row {held.row} in {held.group!r}; an arm has one group"
                )


def _repeat_errors(rows: Iterable[Extraction]) -> Iterator[str]:
    """Yield cells to which one extractor gives two values."""
    first: dict[tuple[Cell, str], Extraction] = {}
    for row in rows:
        held = first.setdefault((cell_of(row), row.extractor), row)
        if held.value != row.value:
            yield (
                f"row {row.row}: {row.field} is {number(row.value)}, in row {held.row} {number(held.value)} "
                f"for the same cell: {describe(row)}"
            )


def _pair_errors(rows: Sequence[Extraction], pairs: Iterable[tuple[Extraction, Extraction | None]]) -> Iterator[str]:
    """Yield counts without a denominator or above it."""
    for row, n in pairs:
        if row.field != "events":
            continue
        if n is None and find_n(row, rows, field="person_time"):
            continue  # a rate: it has no n
        if n is None:
            yield f"row {row.row}: events without an n: {describe(row)}{_other_n(row, rows)}"
        elif (row.value or 0) > (n.value or 0) and _person_time(row, rows) is None:
            share = f"{number(row.value)} events of {number(n.value)} patients (row {n.row})"
            yield f"row {row.row}: {share}: {describe(row)}"


def _person_time(row: Extraction, rows: Iterable[Extraction]) -> Extraction | None:
    """Return the person-time that makes events a rate, in which a patient may count more than once."""
    return find_n(row, [time for time in rows if time.value is not None], field="person_time")


def _other_n(row: Extraction, rows: Iterable[Extraction]) -> str:
    """Return a hint at an n that would serve but for its time or population."""
    for n in rows:
        if n.field == "n" and (n.study, n.arm) == (row.study, row.arm) and covers(n.outcome, row.outcome):
            if n.value is None:
                return f"; the n in row {n.row} is not reported"
            return (
                f"; the n in row {n.row} is for time {n.time!r} and population {n.population!r}: "
                f"write the same ones, or leave them empty there to serve any"
            )
    return "; add a row with the field 'n'"


def _merged(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Return each doubt once: a percentage in a row of its own and in the quote of the count is one doubt."""
    merged: dict[tuple[str, str], Doubt] = {}
    for doubt in doubts:
        key = (doubt.kind, doubt.message)
        held = merged.get(key, doubt)
        merged[key] = replace(held, rows=tuple(dict.fromkeys((*held.rows, *doubt.rows))))
    return tuple(merged.values())


def _doubt(row: Extraction, kind: str, message: str, others: Sequence[int] = ()) -> Doubt:
    """Return a doubt about one row (and the rows it was held against)."""
    return Doubt((row.row, *others), kind, message, study=row.study, arm=row.arm, outcome=row.outcome)


def _row_doubts(row: Extraction) -> Iterator[Doubt]:
    """Yield what a row says of itself: a bound, an approximation, a contradiction in its source."""
    if row.status in _DOUBTFUL and row.value is not None:
        message = f"{row.field} of {describe(row)} is {_DOUBTFUL[row.status]} ({number(row.value)})"
        yield _doubt(row, row.status, message)
    if row.note.casefold().startswith(CONTRADICTION):
        said = row.note[len(CONTRADICTION) :].strip() or "its source contradicts itself"
        yield _doubt(row, "contradiction", f"{describe(row)}: contradiction in the source: {said}")


def _percentage_doubts(row: Extraction, n: Extraction, rows: Sequence[Extraction]) -> Iterator[Doubt]:
    """Yield a printed percentage that is no count of its n, or not this count."""
    if n.value is None or row.value is None or n.value <= 0 or not float(n.value).is_integer():
        return
    whole = int(n.value)
    events: Extraction | None = None
    percentage: Percentage | None
    if row.field == "percent":
        percentage = printed_like(row.value, row.quote)
        cell = cell_of(row)._replace(field="events")
        of_cell = [r for r in rows if r.value is not None and cell_of(r) == cell]
        events = next((r for r in of_cell if r.extractor == row.extractor), next(iter(of_cell), None))
    elif row.status in ("lower_bound", "upper_bound"):
        return
    else:
        percentage, events = printed_for(row.quote, events=row.value, n=n.value), row
    if percentage is None:
        return
    others = [other.row for other in (events, n) if other is not None and other is not row]
    if not counts_that_fit(percentage, whole):
        share = 100 * events.value / whole if events and events.value is not None else None
        given = f"; {number(events.value)}/{whole} is {share:.1f} %" if events and share is not None else ""
        message = f"{describe(row)}: {percentage} is no whole number of {whole} patients{given}"
        yield _doubt(row, "no_integer", message, others)
    elif events is not None and events.value is not None and not percentage.is_share(events.value, whole):
        meant = denominators_that_fit(percentage, int(events.value), below=max(4 * whole, 100))
        guess = f"; it would be {number(events.value)}/{meant[0]}" if len(meant) == 1 else ""
        message = (
            f"{describe(row)}: {percentage} is printed, but {number(events.value)}/{whole} is "
            f"{100 * events.value / whole:.1f} %{guess}"
        )
        yield _doubt(row, "percentage", message, others)


def _recurrent_doubts(
    rows: Sequence[Extraction], pairs: Iterable[tuple[Extraction, Extraction | None]]
) -> Iterator[Doubt]:
    """Yield events above the patients of an outcome that has a person-time: a rate, never a proportion."""
    for row, n in pairs:
        if row.field != "events" or n is None or (row.value or 0) <= (n.value or 0):
            continue
        time = _person_time(row, rows)
        if time is not None:
            share = f"{number(row.value)} events of {number(n.value)} patients"
            message = f"{describe(row)}: {share}; as a rate in person-time only"
            yield _doubt(row, "recurrent", message, [n.row, time.row])


def _spread_doubts(rows: Sequence[Extraction]) -> Iterator[Doubt]:
    """Yield SDs that are not the SE times the root of n: by over a tenth, and more than rounding explains."""
    sizes = [row for row in rows if row.field == "n" and row.value]
    for sd in rows:
        if sd.field != "sd" or sd.value is None:
            continue
        cell = cell_of(sd)._replace(field="se")
        of_cell = [row for row in rows if row.value is not None and cell_of(row) == cell]
        se = next((row for row in of_cell if row.extractor == sd.extractor), next(iter(of_cell), None))
        n = find_n(sd, [row for row in sizes if row.extractor == sd.extractor]) or find_n(sd, sizes)
        if se is None or se.value is None or n is None or n.value is None or n.value <= 0:
            continue
        root = float(n.value) ** 0.5
        meant = se.value * root
        apart = abs(sd.value - meant)
        if apart > max(0.1 * max(sd.value, meant), _rounding(sd.value) + _rounding(se.value) * root):
            message = (
                f"{describe(sd)}: the sd is {number(sd.value)}, but the se {number(se.value)} of "
                f"{number(n.value)} patients makes it {meant:.3g}"
            )
            yield _doubt(sd, "spread", message, [se.row, n.row])


def _rounding(value: float) -> float:
    """Return half a unit of the last digit that is written."""
    return 0.5 * 10.0 ** min(int(Decimal(repr(value)).normalize().as_tuple().exponent), 0)


def _enrolled_doubts(rows: Sequence[Extraction]) -> Iterator[Doubt]:
    """Yield denominators above the number of patients who entered the arm."""
    enrolled: dict[tuple[str, str], Extraction] = {}
    for row in rows:
        if row.outcome == ENROLLED and row.field == "n" and row.value is not None:
            enrolled.setdefault((row.study, row.arm), row)
    for row in rows:
        entered = enrolled.get((row.study, row.arm))
        if row.field != "n" or row.value is None or entered is None or entered.value is None:
            continue
        if row.outcome != ENROLLED and row.value > entered.value:
            message = f"{describe(row)}: {number(row.value)} evaluated, but {number(entered.value)} enrolled"
            yield _doubt(row, "above_enrolled", message, [entered.row])


def _nesting_doubts(pairs: Iterable[tuple[Extraction, Extraction | None]], chain: Sequence[str]) -> Iterator[Doubt]:
    """Yield responses that exceed the wider response they are part of."""
    alike: dict[tuple[str, str, str, str, float], dict[str, Extraction]] = defaultdict(dict)
    for row, n in pairs:
        if row.field == "events" and row.outcome.casefold() in chain and n is not None and n.value is not None:
            key = (row.study, row.arm, row.time, row.population, n.value)
            alike[key].setdefault(row.outcome.casefold(), row)
    for held in alike.values():
        present = [held[outcome] for outcome in chain if outcome in held]
        for wider, narrower in pairwise(present):
            if (narrower.value or 0) > (wider.value or 0):
                message = (
                    f"{describe(narrower)}: {number(narrower.value)} events, but only {number(wider.value)} "
                    f"for {wider.outcome}, which contains it"
                )
                rows = (wider.row, narrower.row)
                yield Doubt(rows, "nesting", message, study=wider.study, arm=wider.arm)
