"""How the PRISMA flow counts what several searches found, and what an updated review says of its previous version.

``[report] flow`` in jak.toml names the convention, ``[update]`` the previous version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from jakdb.errors import SettingsError, UsageError

__all__ = ["CONVENTIONS", "Convention", "UpdateSpec", "as_convention", "parse_convention", "parse_update"]

Convention = Literal["once", "per-run", "update"]
"""A record once; each search with all that it retrieved; the searches since a previous version, and its studies."""
CONVENTIONS: tuple[Convention, ...] = get_args(Convention)


@dataclass(frozen=True, slots=True)
class UpdateSpec:
    """The ``[update]`` table: a previous version of this review in the same store, or one made elsewhere.

    Attributes
    ----------
    since : date or None
        Searches before this day belong to the previous version; ``None`` if its numbers are given.
    studies, reports : int
        What a previous version that was made elsewhere included; 0 with `since`.
    citation : str
        Where the previous version is published.
    """

    since: date | None = None
    studies: int = 0
    reports: int = 0
    citation: str = ""


def as_convention(word: str) -> Convention:
    """Return the convention that ``--flow`` names.

    Raises
    ------
    UsageError
        For any other word; a name of a file is told where it belongs now.

    Examples
    --------
    >>> as_convention("Per-Run")
    'per-run'
    >>> as_convention("prisma.svg")
    Traceback (most recent call last):
    jakdb.errors.UsageError: --flow says how the flow counts, and 'prisma.svg' is a file
    """
    for known in CONVENTIONS:
        if known == word.strip().casefold():
            return known
    words = ", ".join(CONVENTIONS)
    if "." in word or "/" in word or "\\" in word:
        raise UsageError(
            f"--flow says how the flow counts, and {word!r} is a file",
            hint=f"write the drawing with --svg {word}; --flow is one of: {words}",
        )
    raise UsageError(
        f"--flow {word}: not a way to count", hint=f"one of: {words}; the drawing is written by --svg FILE"
    )


def parse_convention(table: Mapping[str, Any]) -> Convention:
    """Read ``[report]`` from the parsed TOML."""
    from jak.settings import _choice, _refuse_unknown, _table  # noqa: PLC0415 - settings imports this module

    report = _table(table, "report")
    _refuse_unknown(report, {"flow"}, where="report")
    return as_convention(_choice(report, "flow", "report", CONVENTIONS, "once"))


def parse_update(table: Mapping[str, Any]) -> UpdateSpec | None:
    """Read ``[update]`` from the parsed TOML; ``None`` if it is not there."""
    from jak.settings import _refuse_unknown, _table, _text  # noqa: PLC0415 - settings imports this module

    if "update" not in table:
        return None
    update = _table(table, "update")
    _refuse_unknown(update, {"since", "studies", "reports", "citation"}, where="update")
    given = [key for key in ("studies", "reports") if key in update]
    citation = _text(update, "citation", "update")
    if "since" in update:
        if given:
            raise SettingsError(
                f"jak.toml: update.since and update.{given[0]} exclude each other",
                hint="since counts the previous version in this review; studies and reports tell of one made elsewhere",
            )
        return UpdateSpec(since=_day(update["since"]), citation=citation)
    if len(given) < 2:
        missing = "reports" if given == ["studies"] else "studies" if given else "since"
        raise SettingsError(
            f"jak.toml: update.{missing} is missing",
            hint="say since = 2026-01-01 (the first day of the new searches), or studies and reports of a version made "
            "elsewhere",
        )
    studies, reports = (_count(update[key], key) for key in ("studies", "reports"))
    if (studies == 0) != (reports == 0):
        raise SettingsError(f"jak.toml: update: {studies} studies cannot have {reports} reports")
    return UpdateSpec(studies=studies, reports=reports, citation=citation)


def _day(value: Any) -> date:
    """Return a day, written as a date of TOML or as text."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    elif isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise SettingsError("jak.toml: update.since must be a day", hint="write since = 2026-01-01")


def _count(value: Any, key: str) -> int:
    """Return a whole number of zero or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise SettingsError(f"jak.toml: update.{key} must be a whole number of 0 or more")
    return value
