"""Keep a spreadsheet from running the cells of our tables as formulas, so that it can be undone exactly."""

from __future__ import annotations

__all__ = ["bare_cell", "guarded_cell"]

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell begins with that Excel, LibreOffice or Google Sheets may run (OWASP, CSV Injection)."""
GUARDED = tuple(f"'{mark}" for mark in (*FORMULA, "'"))


def guarded_cell(value: str) -> str:
    """Return the cell with an apostrophe in front, if a spreadsheet would run it or it begins with an apostrophe.

    Examples
    --------
    >>> guarded_cell("=1+1"), guarded_cell("Hair"), bare_cell(guarded_cell("'=1"))
    ("'=1+1", 'Hair', "'=1")
    """
    return f"'{value}" if value.startswith((*FORMULA, "'")) else value


def bare_cell(value: str) -> str:
    """Take the apostrophe away that `guarded_cell` put in front."""
    return value[1:] if value.startswith(GUARDED) else value
