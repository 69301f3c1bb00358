"""Read the sheets of an old Excel workbook (.xls, BIFF 2 to 8) by xlrd."""

from __future__ import annotations

import importlib
import io
import re
from collections.abc import Iterator
from typing import IO, Any

from jakdb.errors import InputError
from jaksearch.formats.sheets import MAX_CELL, Sheet, SheetRow, date_text, number_text

__all__ = ["xls_sheets"]

MAX_SIZE = 32 << 20
"""Bytes; xlrd holds the workbook, and one of these has 65,536 rows at most."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SAVE_HINT = "open it in a spreadsheet program and save it as .xlsx or CSV (UTF-8)"
TEXT, NUMBER, DATE, BOOLEAN, ERROR = range(1, 6)
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xls_sheets(stream: IO[bytes]) -> Iterator[Sheet]:
    """Yield the sheets of a workbook in their order.

    Raises
    ------
    InputError
        If the workbook is damaged, encrypted or too large, or is a Word file.
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    if size > MAX_SIZE:
        sizes = f"{size >> 20:,} MiB; jak reads .xls up to {MAX_SIZE >> 20} MiB"
        raise InputError(f"the workbook has {sizes}", hint=SAVE_HINT)
    held = stream.read()
    if ENCRYPTED in held:
        raise InputError("the workbook is protected by a password", hint="save it without the password")
    try:
        xlrd = importlib.import_module("xlrd")  # an extra: without it the rest of jak works
    except ImportError as error:
        raise InputError(
            "an .xls file needs xlrd, which is not installed", hint=f"install xlrd, or {SAVE_HINT}"
        ) from error
    try:
        book = xlrd.open_workbook(file_contents=held, logfile=io.StringIO(), on_demand=True, ragged_rows=True)
        for index in range(book.nsheets):
            sheet = book.sheet_by_index(index)
            yield Sheet(sheet.name, _rows(book, sheet, xlrd), is_hidden=bool(sheet.visibility))
            book.unload_sheet(index)
    except InputError:
        raise
    except Exception as error:  # xlrd lets through what its parts raise: assertions, index and struct errors
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise InputError(f"the workbook is damaged, or no workbook ({reason})", hint=SAVE_HINT) from error


def _rows(book: Any, sheet: Any, xlrd: Any) -> Iterator[SheetRow]:
    """Yield the rows of a sheet that are not empty."""
    for index in range(sheet.nrows):
        values, kinds = sheet.row_values(index), sheet.row_types(index)
        cells = [_text(value, kind, book.datemode, xlrd) for value, kind in zip(values, kinds, strict=True)]
        if any(cells):
            long = any(len(cell) > MAX_CELL for cell in cells)
            reason = f"a cell of more than {MAX_CELL:,} characters" if long else ""
            yield SheetRow(index + 1, [cell[:MAX_CELL] for cell in cells], reason=reason)


def _text(value: Any, kind: int, datemode: int, xlrd: Any) -> str:
    """Return what a cell says."""
    if kind == TEXT:
        return ODD.sub("\ufffd", re.sub(r"\r\r?\n|\r", "\n", value)).strip()
    if kind == NUMBER:
        return number_text(repr(value))
    if kind == DATE:
        return date_text(value, since_1904=datemode == 1)
    if kind == BOOLEAN:
        return "TRUE" if value else "FALSE"
    if kind == ERROR:
        return str(xlrd.error_text_from_code.get(value, "#ERROR"))
    return ""
