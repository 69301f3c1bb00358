"""Why two settings give two results: from one to the other, one setting at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jakpool.errors import PoolError
from jakpool.results import Pooled

__all__ = ["WhyStep", "why"]

ORDER = ("measure", "add", "to", "drop00", "model", "tau2", "test", "separate_tau2", "pi", "i2", "level")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyStep:
    """One setting changed.

    Attributes
    ----------
    setting : str
        Which one; empty for the first row, where nothing is changed yet.
    before, after : object
        Its value in the first and in the second setting.
    pooled : Pooled or None
        The result with this and all earlier changes; the last is that of the second setting. ``None`` where the
        settings so far do not go together (`reason` says why).
    alone : Pooled or None
        The result with this change only.
    reason : str
    """

    setting: str
    before: Any
    after: Any
    pooled: Pooled | None
    alone: Pooled | None = None
    reason: str = ""


def why(
    fit: Callable[[Mapping[str, Any]], Pooled], first: Mapping[str, Any], second: Mapping[str, Any]
) -> tuple[WhyStep, ...]:
    """Return the results on the way from one setting to another, changing one setting at a time.

    Parameters
    ----------
    fit : function
        From settings to a result.
    first, second : mapping
        Settings by name; a name that only one of them has counts as ``None`` in the other.

    Returns
    -------
    tuple of WhyStep
        The first setting's result, then a step for each setting that differs. The order (measure, corrections, model,
        tau2, test, prediction; a setting that does not go with the others yet waits) decides how much of a joint
        effect a step gets; `WhyStep.alone` does not depend on it.

    Raises
    ------
    PoolError
        If the first or the second setting itself cannot be pooled.

    Examples
    --------
    >>> from jakpool import generic, pool
    >>> effects = generic([0.1, 0.5, 0.9, 0.2], [0.02, 0.04, 0.05, 0.03])
    >>> steps = why(lambda how: pool(effects, **how), {"tau2": "REML", "test": "adhoc"}, {"tau2": "DL", "test": "z"})
    >>> [(step.setting, round(step.pooled.ci_lb, 2)) for step in steps]
    [('', -0.16), ('tau2', -0.16), ('test', 0.06)]
    """
    names = [*ORDER, *sorted((set(first) | set(second)) - set(ORDER))]
    changed = [name for name in names if first.get(name) != second.get(name)]
    steps = [WhyStep(setting="", before=None, after=None, pooled=fit(first))]
    fit(second)
    so_far = dict(first)
    while changed:
        name = changed[0]
        pooled, reason = _tried(fit, _with(so_far, name, second))
        for other in changed[1:] if pooled is None else ():
            found, _ = _tried(fit, _with(so_far, other, second))
            if found is not None:
                name, pooled, reason = other, found, ""
                break
        changed.remove(name)
        so_far = _with(so_far, name, second)
        alone, _ = _tried(fit, _with(dict(first), name, second))
        steps.append(
            WhyStep(
                setting=name,
                before=first.get(name),
                after=second.get(name),
                pooled=pooled,
                alone=alone,
                reason=reason,
            )
        )
    return tuple(steps)


def _with(settings: dict[str, Any], name: str, second: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with one of them as in the second."""
    made = dict(settings)
    if name in second:
        made[name] = second[name]
    else:
        made.pop(name, None)
    return made


def _tried(fit: Callable[[Mapping[str, Any]], Pooled], settings: Mapping[str, Any]) -> tuple[Pooled | None, str]:
    """Pool, or say why these settings do not go together."""
    try:
        return fit(settings), ""
    except PoolError as error:
        return None, str(error)
