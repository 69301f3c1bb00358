"""`jak pool bias`: small-study effects of a source, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from jak.console import counted, emit, emit_table
from jak.pooling import in_our_words
from jak.tabling import figure, interval, p_value
from jakpool.effects import back_transform
from jakpool.naming import SCALES

if TYPE_CHECKING:
    from jak.pool_source import Source
    from jakpool.small_study import Asymmetry, SmallStudy

__all__ = ["bias_dict", "bias_lines", "bias_of", "filled_rows", "show_bias", "small_study_dict"]

DOI = ("lfk", "judgement", "tip", "labels", "yi", "zi")
FIGURES = ("k", "beta", "se", "ci_lb", "ci_ub", "ci_method", "tau2", "back")


def bias_of(source: Source) -> SmallStudy:
    """Return the tests for small-study effects, each study once."""
    from jakdb.errors import UsageError  # noqa: PLC0415
    from jakpool.small_study import small_study_effects  # noqa: PLC0415

    k = len(source.once)
    if k < 3:
        raise UsageError(
            f"{source.name}: {counted(k, 'row')}, too few to look for small-study effects", hint="it takes three"
        )
    with in_our_words(source.name, source.numbers):
        return small_study_effects(source.once, level=source.how.get("level", 0.95))


def small_study_dict(found: SmallStudy) -> dict[str, Any]:
    """Return the tests as plain values; of trim and fill the figures with the filled rows."""
    fill = found.trim_fill
    filled = None
    if fill is not None:
        pooled = fill.pooled.to_dict()
        filled = {
            "estimator": fill.estimator,
            "side": fill.side,
            "k0": fill.k0,
            "se_k0": fill.se_k0,
            "filled": list(fill.filled),
            **{name: pooled[name] for name in FIGURES},
        }
    return {
        "funnel": found.funnel,
        "appendix": found.appendix,
        "main": None if found.main is None else asdict(found.main),
        "others": [asdict(test) for test in found.others],
        "trim_fill": filled,
        "pet_peese": None if found.pet_peese is None else asdict(found.pet_peese),
        "doi": None if found.doi is None else {name: getattr(found.doi, name) for name in DOI},
        "notes": [asdict(note) for note in found.notes + (() if found.doi is None else (found.doi.caution,))],
    }


def bias_dict(source: Source, found: SmallStudy) -> dict[str, Any]:
    """Return the tests as plain values, with the settings behind them."""
    from jakpool.results import SCHEMA_VERSION  # noqa: PLC0415
    from jakpool.versions import data_hash, software  # noqa: PLC0415

    effects = source.once
    settings = {
        "measure": effects.measure,
        "level": source.how.get("level", 0.95),
        "software": software(),
        "data_sha256": data_hash(effects),
    }
    body = small_study_dict(found)
    notes = [*body.pop("notes"), *({"code": "numbers", "message": note} for note in source.notes)]
    head = {"schema_version": SCHEMA_VERSION, "measure": effects.measure, "k": len(effects)}
    return {**head, **body, "settings": settings, "notes": notes}


def filled_rows(found: SmallStudy) -> tuple[tuple[float, float], ...]:
    """Return effect and standard error of the rows that trim and fill adds."""
    if found.trim_fill is None or not found.trim_fill.k0:
        return ()
    rows = found.trim_fill.pooled.studies[-found.trim_fill.k0 :]
    return tuple((row.yi, row.sei) for row in rows if row.yi is not None and row.sei is not None)


def show_bias(source: Source, found: SmallStudy) -> None:
    """Print the tests, trim and fill, PET-PEESE, and the notes."""
    measure, k = source.once.measure, len(source.once)
    emit(f"{source.name}: small-study effects, {SCALES.get(measure, measure)}, {counted(k, 'row')}")
    emit()
    for line in bias_lines(found, measure):
        emit(line)
    cautions = [note.message for note in found.notes]
    if found.doi is not None:
        emit(f"LFK index of the Doi plot: {found.doi.lfk:.2f}, {found.doi.judgement} by its authors' rule")
        cautions.append(found.doi.caution.message)
    notes = dict.fromkeys([*cautions, *source.notes])
    if notes:
        emit()
        emit("Notes")
        for note in notes:
            emit(f"- {note}")


def bias_lines(found: SmallStudy, measure: str) -> Iterator[str]:
    """Print the table of tests, and yield the lines below it."""
    tests = [*((found.main,) if found.main is not None else ()), *found.others]
    rows = [
        (f"{test.name}{' *' if test is found.main else ''}", *_figures(test), *_limit(test, measure)) for test in tests
    ]
    emit_table(("test", "statistic", "p", "slope", "se", "at 0", "interval"), rows, right=(1, 2, 3, 4, 5))
    if found.main is not None:
        yield "* the one for this measure; at 0: the effect of an endless study"
    fill = found.trim_fill
    if fill is not None:
        back = fill.pooled.back
        said = f"{figure(back.estimate, measure)}, {interval(back.ci_lb, back.ci_ub, measure)}"
        where = f" on the {fill.side}; with them {said}" if fill.k0 else ": the funnel lacks none"
        yield f"Trim and fill ({fill.estimator}): {counted(fill.k0, 'row')} filled in{where}"
    adjusted = found.pet_peese
    if adjusted is not None:
        back = adjusted.back
        said = f"{figure(back.estimate, measure)}, {interval(back.ci_lb, back.ci_ub, measure)}"
        yield f"PET-PEESE ({adjusted.chosen} by the rule): {said}"


def _figures(test: Asymmetry) -> tuple[str, str, str, str]:
    """Return statistic, p, slope and standard error of a test."""
    statistic = ""
    if test.statistic is not None:
        statistic = f"z {test.statistic:.2f}" if test.df is None else f"t({test.df:g}) {test.statistic:.2f}"
    p = "" if test.pval is None else p_value(test.pval).removeprefix("= ")
    slope, se = ("" if v is None else f"{v:.3g}" for v in (test.estimate, test.se))
    return statistic, p, slope, se


def _limit(test: Asymmetry, measure: str) -> tuple[str, str]:
    """Return the effect of an endless study, with its interval, on the natural scale."""
    if test.limit is None:
        return "", ""
    low, middle, high = (back_transform(v, measure) for v in (test.limit_lb, test.limit, test.limit_ub))
    return figure(middle, measure), interval(low, high, measure)
