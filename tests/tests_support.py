"""Small makers of input that several tests use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]


def ris(*titles: str, extra: str = "") -> str:
    """Return an export with a record a title."""
    return "".join(f"TY  - JOUR\nTI  - {title}\n{extra}ER  - \n\n" for title in titles)
