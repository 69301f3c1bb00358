"""Work on many objects that all stay: Python need not look through them again and again for circular garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["garbage_seldom"]


@contextmanager
def garbage_seldom(*, after: int = 1_000_000) -> Iterator[None]:
    """Let Python look for circular garbage seldom; jak's own records make none.

    Parameters
    ----------
    after : int
        How many objects more than before are looked through at once; Python's own number is 700.

    Examples
    --------
    >>> before = gc.get_threshold()
    >>> with garbage_seldom():
    ...     gc.get_threshold()[0] > before[0]
    True
    >>> gc.get_threshold() == before
    True
    """
    before = gc.get_threshold()
    gc.set_threshold(after, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
