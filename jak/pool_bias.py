"""`jak pool bias`: small-study effects of a source, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from jak.console import emit, emit_table
from jak.pooling import in_our_words
from jak.tabling import figure, interval, p_value
from jakpool.naming import SCALES

if TYPE_CHECKING:
    from jak.pool_source import Source
    from jakpool.small_study import SmallStudy

__all__ = ["bias_dict", "bias_lines", "bias_of", "show_bias"]


def bias_of(source: Source) -> SmallStudy:
    """Return the tests for small-study effects, each study once."""
    from jakpool.small_study import small_study_effects  # noqa: PLC0415

    with in_our_words(source.name, source.numbers):
        return small_study_effects(
            source.once, tau2=source.how.get("tau2") or "REML", level=source.how.get("level", 0.95)
        )


def bias_dict(source: Source, found: SmallStudy) -> dict[str, Any]:
    """Return the tests as plain values, with the settings behind them."""
    from jakpool.results import SCHEMA_VERSION  # noqa: PLC0415
    from jakpool.versions import data_hash, software  # noqa: PLC0415

    settings = {
        "measure": found.measure,
        "tau2_method": source.how.get("tau2") or "REML",
        "level": source.how.get("level", 0.95),
        "software": software(),
        "data_sha256": data_hash(source.once),
    }
    body = {"schema_version": SCHEMA_VERSION, **asdict(found), "settings": settings}
    body["notes"] += [{"code": "numbers", "message": note} for note in source.notes]
    return body


def show_bias(source: Source, found: SmallStudy) -> None:
    """Print the tests, trim and fill, and the notes."""
    emit(f"{source.name}: small-study effects, {SCALES.get(found.measure, found.measure)}, {found.k} rows")
    emit()
    for line in bias_lines(found):
        emit(line)
    notes = dict.fromkeys([*(note.message for note in found.notes), *source.notes])
    if notes:
        emit()
        emit("Notes")
        for note in notes:
            emit(f"- {note}")


def bias_lines(found: SmallStudy) -> Iterator[str]:
    """Print the table of tests, and yield the lines below it."""
    rows = [
        (
            f"{test.name}{' *' if test.main else ''}",
            test.predictor,
            _statistic(test.statistic, test.df, test.slope is None),
            "" if test.pval is None else p_value(test.pval).removeprefix("= "),
            "" if test.limit is None else figure(test.limit, found.measure),
            "" if test.limit is None else interval(test.limit_lb, test.limit_ub, found.measure),
            test.remark,
        )
        for test in found.tests
    ]
    heads = ("test", "against", "statistic", "p", "at 0", "interval", "")
    emit_table(heads, rows, right=(2, 3, 4))
    yield "* the one to look at for this measure; at 0: the effect of an infinitely large study"
    fill = found.trim_fill
    if fill is not None:
        said = f"{figure(fill.estimate, found.measure)}, {interval(fill.lower, fill.upper, found.measure)}"
        where = f" on the {fill.side}" if fill.k0 else ""
        yield f"Trim and fill (L0, Wald): {fill.k0} rows filled in{where}; with them {said}"


def _statistic(value: float | None, df: float | None, ranks: bool) -> str:
    """Return a statistic with what it is."""
    if value is None:
        return ""
    return f"tau {value:.2f}" if ranks else f"z {value:.2f}" if df is None else f"t({df:g}) {value:.2f}"
