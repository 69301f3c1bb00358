"""Read a text table that a person hands over."""

from __future__ import annotations

import hashlib
from pathlib import Path

from jakdb.errors import InputError

__all__ = ["digest", "read_text"]


def read_text(path: Path) -> str:
    """Return the text of a file in any encoding that jak reads, or say why not."""
    from jaksearch.formats.text import decode  # noqa: PLC0415

    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path} does not exist", hint="check the name; nothing was loaded") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder", hint="name a file; nothing was loaded") from None
    return decode(data, name=path.name).text


def digest(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
