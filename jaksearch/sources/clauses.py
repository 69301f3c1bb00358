"""Take a query apart where a service has parameters beside its search: ``hair loss filter:type:article``.

A clause is ``filter:NAME:VALUE`` (or ``query.title:VALUE`` and the like, for a service that has such parameters) behind
the words of the search. It holds for the whole search, so it cannot stand in parentheses, where it would seem to hold
for a part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from jakdb.errors import UsageError

__all__ = ["BEGINS", "apart", "is_clause", "joined"]

BEGINS = re.compile(r"(?:filter|query\.[a-z-]+):(?=\S)")
"""How a clause begins."""


def is_clause(text: str) -> bool:
    """Say whether a text is a clause and no words of a search.

    Examples
    --------
    >>> is_clause("filter:from-pub-date:2020"), is_clause("hair filter:type:article")
    (True, False)
    """
    return BEGINS.match(text.strip()) is not None


def joined(words: str, clauses: Sequence[str]) -> str:
    """Return a query with its clauses behind the words.

    Examples
    --------
    >>> joined("hair loss", ["filter:type:article"])
    'hair loss filter:type:article'
    """
    return " ".join(text for text in (words, *clauses) if text)


def apart(query: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the words of a search, and name and value of each clause.

    Raises
    ------
    UsageError
        If a clause stands in parentheses, or words behind one in a way that cannot be told from its value.

    Examples
    --------
    >>> apart('"hair loss" AND drug filter:type:article filter:publication_year:2020-2024')
    ('"hair loss" AND drug', (('filter', 'type:article'), ('filter', 'publication_year:2020-2024')))
    >>> apart("query.title:alopecia areata filter:from-pub-date:2020")
    ('', (('query.title', 'alopecia areata'), ('filter', 'from-pub-date:2020')))
    >>> apart("(hair filter:type:article) OR skin")
    Traceback (most recent call last):
    jakdb.errors.UsageError: 'filter:' stands in parentheses, but holds for the whole search
    """
    marks: list[tuple[int, str]] = []
    depth, quoted = 0, False
    for at, letter in enumerate(query):
        if letter == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif (at == 0 or query[at - 1] in " \t\n(") and (begin := BEGINS.match(query, at)):
            if depth > 0:
                raise UsageError(
                    f"{begin[0]!r} stands in parentheses, but holds for the whole search",
                    hint="write it behind the search, or in jak.toml among the limits",
                )
            marks.append((at, begin[0][:-1]))
    ends = [at for at, _ in marks[1:]] + [len(query)]
    clauses = tuple(
        (name, query[at + len(name) + 1 : end].strip()) for (at, name), end in zip(marks, ends, strict=False)
    )
    return (query[: marks[0][0]] if marks else query).strip(), clauses
