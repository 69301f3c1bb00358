"""Every stopping rule by name, judged side by side on one reading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

from jakscreen.stopping.calibrated import Calibration, index_of
from jakscreen.stopping.heuristics import consecutive, safe
from jakscreen.stopping.hypergeometric import missed_target_p
from jakscreen.stopping.poisson import poisson_left
from jakscreen.stopping.sampling import SampleBound
from jakscreen.stopping.sequence import FEW_FOUND, Reading

__all__ = ["DEFAULT_RULE", "RULES", "Goal", "Judged", "UnknownRuleError", "judge", "judge_all"]

DEFAULT_RULE = "calibrated"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a rule is asked for, and what it may use besides the reading.

    Attributes
    ----------
    target, confidence : float
        Recall to be reached, and with what confidence.
    calibration : Calibration, optional
        For `calibrated`.
    sample : SampleBound, optional
        Of a random sample of the batch.
    keys_missing : int
        Papers known to belong that were not found yet.
    """

    target: float = 0.95
    confidence: float = 0.95
    calibration: Calibration | None = None
    sample: SampleBound | None = None
    keys_missing: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """What one rule says.

    Attributes
    ----------
    rule : str
        Its name.
    stop : bool or None
        Whether it says that one may stop; none if it gives no advice, and `why` says for what reason.
    figure : float or None
        What it looks at (see `why`), before any guard.
    why : str
        In words.
    """

    rule: str
    stop: bool | None
    figure: float | None
    why: str


class UnknownRuleError(ValueError):
    """There is no rule of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no stopping rule")
        self.hint = f"one of: {', '.join(RULES)}"


_Said = tuple[bool | None, float | None, str]


def judge(name: str, reading: Reading, goal: Goal | None = None, *, guard: bool = True) -> Judged:
    """Ask one rule.

    Parameters
    ----------
    guard : bool
        Give no advice below 20 relevant records found. The rule `sample`, which rests on a random sample, needs no
        guard. All records read is the end, whatever a rule says.

    Raises
    ------
    UnknownRuleError
        If there is no such rule.

    Examples
    --------
    >>> judge("consecutive-50", Reading((1,) * 20 + (0,) * 60, pool=200)).stop
    True
    >>> judge("consecutive-50", Reading((1,) * 19 + (0,) * 60, pool=200)).why
    '19 relevant records found: below 20 the recall cannot be judged without a random sample'
    """
    if name not in RULES:
        raise UnknownRuleError(name)
    wanted = goal or Goal()
    if not reading.unread:
        return Judged(name, True, None, "every record is read")
    stop, figure, why = RULES[name](reading, wanted)
    if guard and name != "sample" and reading.found < FEW_FOUND:
        few = f"{reading.found} relevant record{'' if reading.found == 1 else 's'} found: below {FEW_FOUND} the recall"
        return Judged(name, None, figure, f"{few} cannot be judged without a random sample")
    return Judged(name, stop, figure, why)


def judge_all(
    reading: Reading, goal: Goal | None = None, *, rules: Iterable[str] = (), guard: bool = True
) -> tuple[Judged, ...]:
    """Ask some rules, or all of them."""
    return tuple(judge(name, reading, goal, guard=guard) for name in (tuple(rules) or tuple(RULES)))


def _calibrated(reading: Reading, goal: Goal) -> _Said:
    table = goal.calibration
    if table is None:
        return None, None, "no calibration at hand"
    if goal.target > table.target:
        return None, None, f"calibrated for a recall of {100 * table.target:g} %, not more"
    index = index_of(reading)
    if not isfinite(index):
        return False, None, "nothing relevant was found"
    side = "below" if index < table.threshold else "not below"
    return index < table.threshold, index, f"index {index:.2f}, {side} {table.threshold:.2f}"


def _hypergeometric(reading: Reading, goal: Goal) -> _Said:
    p = missed_target_p(reading.labels, reading.pool, target=goal.target)
    limit = 1 - goal.confidence
    return p < limit, p, f"p = {p:.3f} that the recall is below {100 * goal.target:g} %; below {limit:.2g} it stops"


def _sample(reading: Reading, goal: Goal) -> _Said:
    bound = goal.sample
    if bound is None:
        return None, None, "no random sample was drawn (or it is not read to its end)"
    if bound.recall_low is None:
        return None, None, "nothing relevant was found"
    missed = f"at most {bound.missed_high} missed ({bound.relevant} of {bound.drawn} drawn are relevant)"
    return bound.recall_low >= goal.target, bound.recall_low, f"{missed}: recall {100 * bound.recall_low:.1f} % or more"


def _consecutive(n: int) -> Callable[[Reading, Goal], _Said]:
    def said(reading: Reading, goal: Goal) -> _Said:
        return consecutive(reading, n), float(reading.gap), f"{reading.gap} irrelevant in a row; {n} are wanted"

    return said


def _safe(reading: Reading, goal: Goal) -> _Said:
    found = safe(reading, relevant=goal.sample.total if goal.sample else None, keys_missing=goal.keys_missing)
    parts = (
        ("a tenth of the pool read", found.share),
        ("the last 50 irrelevant", found.silence),
        ("twice as many read as are relevant", found.twice),
        ("all key papers found", found.keys),
    )
    missing = [words for words, met in parts if not met]
    why = "all conditions of its second phase are met" if found.met else f"not met: {', '.join(missing)}"
    return found.met, float(reading.gap), why


def _poisson(shape: str) -> Callable[[Reading, Goal], _Said]:
    def said(reading: Reading, goal: Goal) -> _Said:
        process = poisson_left(
            reading, shape="power" if shape == "power" else "exponential", confidence=goal.confidence
        )
        if process is None:
            return None, None, "fewer than two finds"
        why = f"{process.left:.1f} expected among the unread, at most {process.left_high}"
        return (
            process.recall_low >= goal.target,
            process.recall_low,
            f"{why}: recall {100 * process.recall_low:.1f} % or more",
        )

    return said


RULES: Mapping[str, Callable[[Reading, Goal], _Said]] = {
    DEFAULT_RULE: _calibrated,
    "hypergeometric": _hypergeometric,
    "sample": _sample,
    "poisson-power": _poisson("power"),
    "poisson-exponential": _poisson("exponential"),
    "safe": _safe,
    "consecutive-50": _consecutive(50),
    "consecutive-100": _consecutive(100),
    "consecutive-200": _consecutive(200),
}
"""The rules, the default first; each tells whether one may stop, the figure it looks at, and why, in words."""
