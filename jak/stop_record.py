"""What is refused where a stop is put on record, or taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jakdb.errors import UsageError
from jakdb.words import Stage, Stop

__all__ = ["only_advice", "stop_in_force"]


def only_advice(names: Sequence[str]) -> None:
    """Refuse options of the advice where a rule is put on record."""
    if names:
        raise UsageError(
            f"--{names[0]} goes with advice, not with a rule that is put on record",
            hint='without RULE for advice; or say it in the rule\'s words: jak screen stop "calibrated, recall 95 %"',
        )


def stop_in_force(stops: Iterable[Stop], stage: Stage) -> Stop:
    """Return the stop of a stage that stands, the one that can be taken back."""
    from jak.report.flow_inputs import stops_in_force  # noqa: PLC0415

    found = stops_in_force(stops).get(stage)
    if found is None:
        raise UsageError(
            f"no stop stands at the {stage} stage: there is none to take back", hint="--stage says which stage is meant"
        )
    return found
