"""`jak pool why`: the way from one setting to another on the user's own numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jak.choosing import like_settings
from jak.console import emit, emit_table
from jak.parsing import parse_mapping
from jak.pool_source import refitted
from jak.pooling import in_our_words
from jak.tabling import figure, interval
from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.pool_source import Source
    from jakpool.results import Pooled
    from jakpool.why import WhyStep

__all__ = ["settings_against", "show_why", "steps_between", "why_dict"]

NAMES = {
    "test": "interval",
    "pi": "prediction interval",
    "i2": "I2 from",
    "add": "added to zero cells",
    "to": "added to",
}


NUMERIC = ("level", "add", "nodes")


def settings_against(source: Source, against: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the settings of an analysis, and those of another program, or as ``tau2=DL,test=z`` changes them.

    Raises
    ------
    UsageError
        If `against` is neither a program nor pairs of settings that exist.
    """
    measure = source.once.measure
    first = _full(source, {**source.how, "measure": measure})
    if "=" not in against:
        kept: dict[str, Any] = {name: first[name] for name in ("measure", "level", "alpha", "nodes") if name in first}
        return first, _full(source, {**kept, **like_settings(against, measure)})
    pairs = parse_mapping([x for x in against.split(",") if x.strip()], option="--against", example="tau2=DL,test=z")
    unknown = sorted(set(pairs) - set(first))
    if unknown:
        raise UsageError(f"--against changes {', '.join(unknown)}", hint=f"settings: {', '.join(sorted(first))}")
    changed: dict[str, Any] = {}
    for name, value in pairs.items():
        try:
            changed[name] = float(value) if name in NUMERIC else value
        except ValueError:
            raise UsageError(f"--against {name}={value} is no number", hint="write for example level=0.9") from None
    return first, {**first, **changed}


def _full(source: Source, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with the model and the test that are used where none is named; no tau2 where there is none."""
    with in_our_words(source.name, source.numbers):
        used = refitted(source, settings).settings
    full = {**settings, "model": used.model, "test": used.test}
    if used.model != "random":
        full.pop("tau2", None)
    return full


def steps_between(source: Source, first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[WhyStep, ...]:
    """Return the results on the way between two settings of the same numbers."""
    from jakpool.why import why  # noqa: PLC0415

    with in_our_words(source.name, source.numbers):
        return why(lambda how: refitted(source, how), first, second)


def show_why(title: str, steps: Sequence[WhyStep], *, first: str, second: str) -> None:
    """Print the steps: what each changed, the result after it, and what it would have done alone."""
    emit(f"{title}: from {first} to {second}, one setting at a time")
    emit()
    rows = [
        (
            _change(step, first),
            *_figures(step.pooled),
            "" if not step.setting else _short(step.alone),
        )
        for step in steps
    ]
    heads = ("changed", "estimate", "interval", "prediction interval", "tau2", "I2 %", "from Q %", "this change alone")
    emit_table(heads, rows)
    if len(steps) == 1:
        emit()
        emit("The two settings are the same for these numbers.")
    notes = dict.fromkeys(f"{_change(step, first)}: {step.reason}" for step in steps if step.reason)
    last = steps[-1].pooled
    notes |= dict.fromkeys(note.message for note in (last.notes if last is not None else ()))
    if notes:
        emit()
        emit("Notes")
        for note in notes:
            emit(f"- {note}")


def why_dict(steps: Sequence[WhyStep], *, first: str, second: str) -> dict[str, Any]:
    """Return the steps with the figures of each, the last result's words of metafor at top level."""
    last = steps[-1].pooled
    body = last.to_dict() if last is not None else {}
    body["first"], body["second"] = first, second
    body["steps"] = [
        {
            "setting": step.setting,
            "before": step.before,
            "after": step.after,
            "reason": step.reason,
            "result": _kept(step.pooled),
            "alone": _kept(step.alone),
        }
        for step in steps
    ]
    return body


KEPT = (
    "measure",
    "model",
    "k",
    "beta",
    "se",
    "ci_lb",
    "ci_ub",
    "ci_method",
    "pi_lb",
    "pi_ub",
    "tau2",
    "I2",
    "I2_Q",
    "back",
)


def _kept(pooled: Pooled | None) -> dict[str, Any] | None:
    """Return the figures of one step."""
    if pooled is None:
        return None
    body = pooled.to_dict()
    return {name: body[name] for name in KEPT}


def _change(step: WhyStep, first: str) -> str:
    """Say what a step changes."""
    if not step.setting:
        return f"({first})"
    return f"{NAMES.get(step.setting, step.setting)}: {_value(step.before)} -> {_value(step.after)}"


def _value(value: Any) -> str:
    """Write a setting's value."""
    return "default" if value in (None, "") else f"{value}"


def _figures(pooled: Pooled | None) -> tuple[str, ...]:
    """Return the cells of one result."""
    if pooled is None:
        return "does not go together", "", "", "", "", ""
    back, measure = pooled.back, pooled.measure
    predicted = "" if back.pi_lb is None else interval(back.pi_lb, back.pi_ub, measure)
    return (
        figure(back.estimate, measure),
        interval(back.ci_lb, back.ci_ub, measure),
        predicted,
        "" if pooled.tau2 is None else f"{pooled.tau2:.4f}",
        "" if pooled.I2 is None else f"{pooled.I2:.1f}",
        "" if pooled.I2_Q is None else f"{pooled.I2_Q:.1f}",
    )


def _short(pooled: Pooled | None) -> str:
    """Return an estimate with its interval."""
    if pooled is None:
        return "not possible"
    back, measure = pooled.back, pooled.measure
    return f"{figure(back.estimate, measure)} ({interval(back.ci_lb, back.ci_ub, measure)})"
