"""Import the reader of a format when a file of it comes: most runs read one format, and jak knows thirty."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

__all__ = ["later"]


def later(module: str, name: str) -> Callable[..., Any]:
    """Return a function that does what the one called `name` of a module of `jaksearch.formats` does.

    Parameters
    ----------
    module : str
        Imported when the function is first called.

    Examples
    --------
    >>> later("values", "clean_doi")("https://doi.org/10.5555/X")
    '10.5555/x'
    """

    def call(*args: Any, **kwargs: Any) -> Any:
        return _function(module, name)(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    return call


@cache
def _function(module: str, name: str) -> Callable[..., Any]:
    """Return a function of a module of this package."""
    function: Callable[..., Any] = getattr(import_module(f"jaksearch.formats.{module}"), name)
    return function
