"""List everything that a query finds from a service that gives it page by page, each page naming the next.

A listing is proved at its end: as many rows as the service counts, each once. Pages may come short, come twice, or
their cursor may go out of date while the service grows; so the whole is asked for again until all passes together hold
what is counted, and else it is a shortfall.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from jakdb.errors import ShortfallError
from jaksearch.sources.protocol import Tick
from jaksearch.sources.slicing import settled_count

__all__ = ["Page", "every_row", "is_refused_cursor"]

PASSES = 10
"""How often the whole is listed, if what was listed so far is not what the service counts."""
VAIN = 2
"""So many whole passes in a row that bring nothing new are enough: the service has no more to give."""
SHORT = 3
"""How often a page that is short is asked for, before its shortness is left to the sum at the end."""
IDLE = 3
"""So many pages in a row without a new row end a pass: the service goes in a circle."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes
    ----------
    rows : tuple
        In the order of the service.
    following : str
        The cursor of the next page; empty if this was the last.
    count : int, optional
        How many rows there are in all, if the page says so.
    is_expired : bool
        Whether the cursor of this page is no longer known, so that the pass has to begin again.
    """

    rows: tuple[T, ...]
    following: str = ""
    count: int | None = None
    is_expired: bool = False


@dataclass(slots=True)
class _Told:
    """What the pages of one pass told beside their rows: the newest count, and whether there was a last page."""

    count: int = -1
    is_whole: bool = False


def every_row(
    ask: Callable[[str], Page[T]],
    *,
    key: Callable[[T], str],
    count: Callable[[], int],
    size: int,
    first: str = "*",
    service: str = "the service",
    tick: Tick = lambda _done, _total: None,
) -> Iterator[T]:
    """Yield every row of a list, each once.

    Parameters
    ----------
    ask : callable
        Returns the page of a cursor.
    key : callable
        What tells one row from another.
    count : callable
        Asks how many rows there are.
    size : int
        Rows of a full page.
    first : str
        The cursor of the first page.

    Raises
    ------
    ShortfallError
        At the end, if there are more or fewer rows than the service counts, though it was asked again.

    Examples
    --------
    >>> pages = {"*": Page((1, 2), "b", 3), "b": Page((2,), "c", 3), "c": Page((), "", 3)}
    >>> list(every_row(pages.get, key=str, count=lambda: 2, size=2))
    [1, 2]
    >>> list(every_row(pages.get, key=str, count=lambda: 3, size=2, service="it"))
    Traceback (most recent call last):
    jakdb.errors.ShortfallError: it counts 3 records, but lists 2: 1 missing
    """
    seen: set[str] = set()
    counted = vain = 0
    for _ in range(PASSES):
        if vain == VAIN:
            break
        before, told = len(seen), _Told()
        for row in _one_pass(ask, key=key, size=size, first=first, told=told):
            name = key(row)
            if name not in seen:
                seen.add(name)
                yield row
            tick(len(seen), max(len(seen), told.count))
        counted = told.count
        if len(seen) != counted:
            counted = settled_count(count)
        if len(seen) == counted:
            tick(counted, counted)
            return
        if len(seen) > before:
            vain = 0
        elif told.is_whole:
            vain += 1
    few = f"{counted - len(seen)} missing" if len(seen) < counted else f"{len(seen) - counted} too many"
    raise ShortfallError(
        f"{service} counts {counted} records, but lists {len(seen)}: {few}",
        hint="the database may have changed meanwhile: run the search again",
    )


def is_refused_cursor(status: int, cursor: str) -> bool:
    """Say whether a refusal means that a cursor is too old: the same search was accepted with the first page.

    Examples
    --------
    >>> is_refused_cursor(404, "AoJ0tu"), is_refused_cursor(400, "*"), is_refused_cursor(503, "AoJ0tu")
    (True, False, False)
    """
    return cursor not in ("", "*") and status in (400, 404, 410)


def _one_pass(
    ask: Callable[[str], Page[T]], *, key: Callable[[T], str], size: int, first: str, told: _Told
) -> Iterator[T]:
    """Yield the rows from the first page to the last, or as far as the cursors hold; note what is told on the way."""
    cursor, idle = first, 0
    met: set[str] = set()
    while idle < IDLE:
        rows: dict[str, T] = {}
        following = ""
        for _ in range(SHORT):
            page = ask(cursor)
            if page.is_expired:
                yield from rows.values()
                return
            if page.count is not None:
                told.count = page.count
            rows |= {key(row): row for row in page.rows}
            following = page.following
            if len(page.rows) >= min(size, told.count - len(met)):
                break
        yield from rows.values()
        idle = 0 if rows.keys() - met else idle + 1
        met |= rows.keys()
        if not rows or not following:
            told.is_whole = True
            return
        cursor = following
    told.is_whole = True
