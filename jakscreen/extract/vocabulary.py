"""The words an extraction table may use, and what was probably meant by others."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

from jakdb.words import Extraction

__all__ = [
    "COLUMNS",
    "ENROLLED",
    "FIELDS",
    "POPULATIONS",
    "REQUIRED_COLUMNS",
    "SHARED_FIELDS",
    "STATUSES",
    "Cell",
    "cell_of",
    "covers",
    "describe",
    "near",
    "number",
]

COLUMNS = (
    "study",
    "arm",
    "group",
    "outcome",
    "definition",
    "time",
    "population",
    "field",
    "value",
    "status",
    "source",
    "quote",
    "extractor",
    "note",
)
REQUIRED_COLUMNS = ("study", "outcome", "field", "value")

FIELDS = (
    *("events", "n", "percent", "person_time", "mean", "sd", "se"),
    *("median", "q1", "q3", "min", "max", "ci_low", "ci_high"),
)
SHARED_FIELDS = ("n", "person_time")
"""The fields that may be written once for several outcomes (``ae_*``)."""

STATUSES = (
    "read",
    "read_secondary",
    "read_derived",
    "approximate",
    "imputed",
    "upper_bound",
    "lower_bound",
    "not_reported",
)
"""From the surest to the one that calls for most caution."""

POPULATIONS = ("", "observed", "imputed", "itt")

ENROLLED = "enrolled"
"""Outcome whose n is the number of patients who entered the arm, whoever was evaluated later."""


class Cell(NamedTuple):
    """What a number is the value of: two numbers of one cell say the same thing or contradict each other."""

    study: str
    arm: str
    outcome: str
    time: str
    population: str
    field: str


def cell_of(row: Extraction) -> Cell:
    """Return the cell a number belongs to.

    Examples
    --------
    >>> from jakdb.words import Extraction
    >>> cell_of(Extraction("dai_2020", "tofa", "tofacitinib", "salt50", "events", 18, time="24 weeks"))
    Cell(study='dai_2020', arm='tofa', outcome='salt50', time='24 weeks', population='', field='events')
    """
    return Cell(row.study, row.arm, row.outcome, row.time, row.population, row.field)


def covers(pattern: str, outcome: str) -> bool:
    """Say whether a denominator's outcome (``salt50``, or a prefix such as ``ae_*``) covers an outcome.

    Examples
    --------
    >>> covers("ae_*", "ae_liver"), covers("salt50", "salt50"), covers("ae_*", "salt50")
    (True, True, False)
    """
    if pattern.endswith("*"):
        return outcome.startswith(pattern[:-1])
    return pattern == outcome


def near(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest known word, or "" if nothing is near.

    Examples
    --------
    >>> near("quotes", COLUMNS)
    "; did you mean 'quote'?"
    >>> near("blood pressure", COLUMNS)
    ''
    """
    by_folded = {candidate.casefold(): candidate for candidate in known if candidate}
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return f"; did you mean {by_folded[found[0]]!r}?" if found else ""


def number(value: float | None) -> str:
    """Return a value as a reader writes it: 9, 38.3, "not reported".

    Examples
    --------
    >>> number(9.0), number(38.3), number(None)
    ('9', '38.3', 'not reported')
    """
    return "not reported" if value is None else f"{value:.15g}"


def describe(cell: Cell | Extraction) -> str:
    """Return where a number belongs, in words: "salt50 of dai_2020, tofa, at 24 weeks, observed".

    Examples
    --------
    >>> describe(Cell("dai_2020", "tofa", "salt50", "24 weeks", "observed", "events"))
    'salt50 of dai_2020, tofa, at 24 weeks, observed'
    """
    words = f"{cell.outcome} of {cell.study}"
    for part in (cell.arm, f"at {cell.time}" if cell.time else "", cell.population):
        if part:
            words += f", {part}"
    return words
