"""Dialogues on a terminal: one key at a time, and records laid out to be read."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from jak.citing import cite, identifiers
from jak.console import emit, say
from jakdb.words import Record

if TYPE_CHECKING:
    from jak.deduping import OpenQuestion

__all__ = ["ask_choice", "ask_key", "show_pair", "show_record", "wrapped"]


def ask_key(prompt: str, keys: str) -> str:
    """Wait for one of the keys and return it; Ctrl-C leaves the command.

    Keys pressed before the prompt stands are thrown away: nobody votes on a record that they have not seen.
    """
    with _single_keys() as read:
        say(prompt)
        while True:
            key = read().lower()
            if key in ("\x03", "\x04", ""):
                raise KeyboardInterrupt
            if key in keys:
                return key


@contextmanager
def _single_keys() -> Iterator[Callable[[], str]]:
    """Read keys without Enter while inside; the terminal is put back as it was."""
    try:
        import termios  # noqa: PLC0415 - not on every system
        import tty  # noqa: PLC0415
    except ImportError:
        yield typer.getchar
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal, termios.TCSAFLUSH)
    try:
        yield lambda: os.read(terminal, 1).decode(errors="replace")
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def ask_choice(prompt: str, choices: Sequence[str], *, optional: bool) -> str:
    """Let the person pick one of numbered choices by its number; Enter picks none where that is allowed."""
    for number, choice in enumerate(choices, start=1):
        say(f"  {number} {choice}")
    while True:
        sys.stderr.write(f"{prompt}{' (Enter: none)' if optional else ''}: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if line == "":
            raise KeyboardInterrupt
        answer = line.strip()
        if not answer and optional:
            return ""
        if answer.isdigit() and 1 <= int(answer) <= len(choices):
            return choices[int(answer) - 1]
        for choice in choices:
            if answer and choice.casefold().startswith(answer.casefold()):
                return choice
        say(f"a number from 1 to {len(choices)}, please")


def show_record(record: Record, *, label: str = "") -> None:
    """Print a record to be read: citation, identifiers, abstract, keywords."""
    emit(wrapped(f"{label}{cite(record)}"))
    names = "; ".join(map(str, record.authors[:12])) + (" …" if len(record.authors) > 12 else "")
    for line in (names, identifiers(record), record.translated_title):
        if line:
            emit(wrapped(line, indent="   "))
    emit()
    emit(wrapped(record.abstract or "(no abstract)", indent="   "))
    if record.keywords:
        emit()
        emit(wrapped("keywords: " + "; ".join(record.keywords), indent="   "))


def show_pair(question: OpenQuestion) -> None:
    """Print two records of a question and what was seen."""
    for label, record in (("A", question.a), ("B", question.b)):
        emit(wrapped(f"{label} record {record.id}, {record.database}: {cite(record)}"))
        names = "; ".join(map(str, record.authors[:8]))
        for line in (names, identifiers(record), record.abstract[:300]):
            if line:
                emit(wrapped(line, indent="   "))
    emit(wrapped("seen: " + "; ".join(question.reasons)))
    emit()


def wrapped(text: str, *, indent: str = "") -> str:
    """Break a text at the terminal's width, at most 100 columns."""
    width = min(shutil.get_terminal_size((100, 24)).columns, 100)
    return textwrap.fill(text, width=width, initial_indent=indent, subsequent_indent=indent or "   ")
