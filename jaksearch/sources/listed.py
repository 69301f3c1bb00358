"""What sources that list by cursor and answer in JSON share: a look, and the records of some identifiers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jakdb.errors import UsageError
from jaksearch.formats.json_objects import Shape, json_objects
from jaksearch.sources.protocol import Batch, Found
from jaksearch.sources.slicing import settled_count
from jaksearch.sources.transport import Trouble

__all__ = ["as_list", "checked_query", "fetched", "looked", "records_of"]

ASKS = 6
"""How often a record is asked for before it counts as absent."""
AGREE = 2
"""So many answers have to name the same count."""


def looked(
    count: Callable[[str], int],
    lines: Sequence[tuple[str, str]],
    query: str,
    *,
    warnings: Callable[[int], Sequence[str]] = lambda _count: (),
    translation: str = "",
    version: str = "",
) -> Found:
    """Count a query and its lines.

    Parameters
    ----------
    warnings : callable
        Says what is to be doubted of a query that finds so many records.

    Examples
    --------
    >>> looked(len, [("1", "hair")], "hair loss", warnings=lambda n: [f"{n} are many"])
    Found(count=9, query='hair loss', translation='', warnings=('9 are many',), lines=(('1', 'hair', 4),), version='')
    """
    counted = tuple((label, text, count(text)) for label, text in lines)
    whole = settled_count(lambda: count(query), agree=AGREE)
    return Found(whole, query, translation, tuple(warnings(whole)), counted, version)


def checked_query(query: str) -> str:
    """Return a query that says something."""
    if not query.strip():
        raise UsageError("the query is empty", hint="write what to search for")
    return query


def fetched(
    ids: Sequence[str],
    ask: Callable[[Sequence[str]], dict[str, str]],
    *,
    format: str,  # noqa: A002 - the word people use
    most: int,
) -> Batch:
    """Return the records of identifiers; those that are missing are asked for again, then listed as absent.

    Parameters
    ----------
    ask : callable
        Returns the source text of each record that the service gives, by its identifier.

    Raises
    ------
    UsageError
        If there are more than `most`.
    """
    asked = tuple(dict.fromkeys(ids))
    if len(asked) > most:
        raise UsageError(f"{len(asked)} records in one batch", hint=f"ask for {most} at a time")
    found: dict[str, str] = {}
    for _ in range(ASKS):
        missing = [one for one in asked if one not in found]
        if not missing:
            break
        found |= ask(missing)
    here = [found[one] for one in asked if one in found]
    return Batch(format, as_list(here), asked, tuple(one for one in asked if one not in found))


def as_list(records: Sequence[str]) -> bytes:
    r"""Return one document with the source texts of records; nothing if there are none.

    Examples
    --------
    >>> as_list(['{"id": 1}', '{"id": 2}'])
    b'[\n{"id": 1},\n{"id": 2}\n]\n'
    """
    return ("[\n" + ",\n".join(records) + "\n]\n").encode() if records else b""


def records_of(
    body: bytes, shape: Shape, *, name: Callable[[dict[str, Any]], str], wanted: Sequence[str]
) -> dict[str, str] | Trouble:
    """Return the source text of each record of a reply by its identifier, or what is wrong with the reply.

    Parameters
    ----------
    name : callable
        The identifier of a record; nothing if it has none.
    wanted : sequence of str
        What was asked for. Other records are left; they are a trouble only if they came in place of these.
    """
    text = body.decode("utf-8", "replace")
    found: dict[str, str] = {}
    strange = ""
    for start, end, value, problem in json_objects(text, shape):
        if problem:
            return Trouble("a record that is damaged")
        identifier = name(value)
        if identifier not in wanted:
            strange = identifier or "without a number"
        elif identifier in found:
            return Trouble("a record came twice in one reply")
        else:
            found[identifier] = text[start:end]
    if strange and len(found) < len(set(wanted)):
        return Trouble(f"a record came that was not asked for ({strange})")
    return found
