"""Errors with their own sentence and a way out.

JakError                     exit 1 unless a subclass says otherwise
├── UsageError               2  the command, a name or a setting is wrong
│   └── SettingsError        2  jak.toml cannot be used
├── InputError               4  a file cannot be read, or rows of it are wrong
├── SourceError              5  a service cannot be reached, refuses, or answers what cannot be used
│   └── ShortfallError       5  a service gave less (or more) than it said it has
├── StoreError               6  the store is locked, damaged, of a newer version, or the disk is full
└── GateError                7  something unfinished stands before the answer
"""

from __future__ import annotations

__all__ = [
    "GateError",
    "InputError",
    "JakError",
    "SettingsError",
    "ShortfallError",
    "SourceError",
    "StoreError",
    "UsageError",
]


class JakError(Exception):
    """An error that a user can understand: one sentence, and in `hint` the way out.

    Attributes
    ----------
    exit_code : int
        What the process ends with; documented in docs/commands.md.
    hint : str
        What to do next; empty if the sentence says it.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(JakError):
    """The command, a name or a value is not one that jak knows."""

    exit_code = 2


class SettingsError(UsageError):
    """jak.toml is missing, is no TOML, or holds a value that cannot be used."""


class InputError(JakError):
    """A file cannot be used; `problems` lists row by row what is wrong with it."""

    exit_code = 4

    def __init__(self, message: str, *, hint: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


class SourceError(JakError):
    """A service on the network cannot be reached, refuses, or answers what cannot be used."""

    exit_code = 5


class ShortfallError(SourceError):
    """A service gave another number of records than it said it has."""


class StoreError(JakError):
    """The store is locked, damaged, written by a newer jak, or cannot be written."""

    exit_code = 6


class GateError(JakError):
    """An unfinished step stands before the answer: open conflicts, a number whose report is not included."""

    exit_code = 7

    def __init__(self, message: str, *, hint: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems
