"""Turn option texts into values, with an error that names the option."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TypeVar

from jakdb.errors import UsageError

__all__ = ["parse_choice", "parse_date", "parse_mapping", "text_or_file"]

Word = TypeVar("Word", bound=str)


def parse_choice(value: str, known: tuple[Word, ...], *, option: str) -> Word:
    """Return the known word that the value means.

    Examples
    --------
    >>> parse_choice("Register", ("database", "register"), option="--kind")
    'register'
    """
    for word in known:
        if word.casefold() == value.strip().casefold():
            return word
    raise UsageError(f"{option} {value!r} is not known", hint=f"one of: {', '.join(w for w in known if w)}")


def parse_date(value: str, *, option: str) -> date | None:
    """Return an ISO date; nothing for an empty text."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UsageError(f"{option} {value!r} is no date", hint="write it as 2026-11-20") from None


def parse_mapping(values: Iterable[str], *, option: str, example: str = 'title="Article name"') -> dict[str, str]:
    """Return ``field=Heading`` texts as a mapping.

    Examples
    --------
    >>> parse_mapping(["title=Article name"], option="--column")
    {'title': 'Article name'}
    """
    found = {}
    for value in values:
        name, sign, heading = value.partition("=")
        if not sign or not name.strip() or not heading.strip():
            raise UsageError(f"{option} {value!r} is no pair", hint=f"write {option} {example}")
        found[name.strip()] = heading.strip()
    return found


def text_or_file(value: str) -> str:
    """Return the text itself, or what stands in the file after an ``@``."""
    if not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{value[1:]} cannot be read: {error}", hint="name a text file in UTF-8") from None
