"""The columns that jakpool takes, made of extracted numbers: counts and person-time added up, means combined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jak.handover_rules import LeftOut
from jakdb.words import Extraction
from jakscreen.extract import ArmCount
from jakscreen.extract.vocabulary import number

__all__ = ["Columns", "added_up", "said_of"]


@dataclass(frozen=True, slots=True)
class Columns:
    """What jakpool takes, one entry a pooled row, and what stands behind each.

    Attributes
    ----------
    labels, studies : tuple of str
        What the forest plot prints, and the study's key (rows of one study share it).
    groups : tuple of str
        Subgroup of each row; empty if the analysis has none.
    numbers : mapping of str to tuple
        The columns of a plain table (`jak.pool_table.CANONICAL`) that the measure is made of: events and n, events and
        time, or mean, sd and n; of the treatment when two arms are compared, those of the control with ``_c``.
    cells : tuple of tuples of Extraction
        The numbers each row was made of.
    left_out : tuple of LeftOut
        Arms of this outcome that are not pooled.
    notes : tuple of str
        Cautions that belong under every result.
    not_extracted : tuple of LeftOut
        Arms of included and secondary studies to which nobody gave a number of this outcome.
    combined : Columns or None
        The same numbers with one row a study, for the overall result, when a study has arms in several subgroups;
        None when `self` has one row a study already.
    """

    labels: tuple[str, ...]
    studies: tuple[str, ...]
    groups: tuple[str, ...]
    numbers: Mapping[str, tuple[float, ...]]
    cells: tuple[tuple[Extraction, ...], ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    not_extracted: tuple[LeftOut, ...] = ()
    combined: Columns | None = None

    @property
    def events(self) -> tuple[float, ...]:
        """Events of the treatment or only side; empty for means."""
        return self.numbers.get("events", ())

    @property
    def n(self) -> tuple[float, ...]:
        """Patients of the treatment or only side; empty for rates."""
        return self.numbers.get("n", ())

    @property
    def events_c(self) -> tuple[float, ...] | None:
        """Events of the control; None for a one-arm measure."""
        return self.numbers.get("events_c")

    @property
    def n_c(self) -> tuple[float, ...] | None:
        """Patients of the control; None for a one-arm measure."""
        return self.numbers.get("n_c")


def added_up(counts: Sequence[ArmCount]) -> dict[str, float]:
    """Return several arms as one: events, n and person-time added up, means and SDs as if measured together.

    An SE is turned into an SD with the arm's n.

    References
    ----------
    Cochrane Handbook for Systematic Reviews of Interventions, version 6, sections 6.5.2.2 and 6.5.2.10.
    """
    kind = counts[0].kind
    cells = [[_value(cell) for cell in count.cells] for count in counts]
    if kind == "rate":
        return {"events": sum(int(x) for x, _ in cells), "time": sum(t for _, t in cells)}
    if kind == "count":
        return {"events": sum(int(x) for x, _ in cells), "n": sum(int(n) for _, n in cells)}
    from jakpool.conversions import Arm, combine_means, sd_from_se  # noqa: PLC0415 - numpy, for means only

    arms = []
    for count, (mean, spread, size) in zip(counts, cells, strict=True):
        n, by_se = int(size), count.cells[1] is count.se
        arms.append(Arm(mean, sd_from_se(spread, n) if by_se else spread, n))
    both = combine_means(arms)
    return {"mean": both.mean, "sd": both.sd, "n": both.n}


def said_of(count: ArmCount) -> str:
    """Return the numbers of an arm as a note prints them: ``9/13``, or mean (SD), n."""
    first, *rest = (number(_value(cell)) for cell in count.cells)
    if count.kind != "mean":
        return f"{first}/{rest[0]}"
    return f"{first} ({'SE ' if count.cells[1] is count.se else ''}{rest[0]}), n = {rest[1]}"


def _value(row: Extraction | None) -> float:
    """Return the number that a cell of a usable count holds."""
    if row is None or row.value is None:
        raise ValueError("a cell without a value reached the pooling")
    return row.value
