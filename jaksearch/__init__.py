"""Find records, bring them in, and see which of them are the same paper."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jaksearch.normalise import normalise, source_key

if TYPE_CHECKING:
    from jaksearch.formats import FORMATS, FileReading, read_bytes, read_file

__all__ = ["FORMATS", "FileReading", "normalise", "read_bytes", "read_file", "source_key"]

_OF_FORMATS = frozenset({"FORMATS", "FileReading", "read_bytes", "read_file"})


def __getattr__(name: str) -> Any:
    """Return what reads files when it is first asked for: who compares records reads none."""
    if name not in _OF_FORMATS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("jaksearch.formats"), name)
