"""Find every record of a query that finds more than a service lists: slices that are small enough, and add up.

PubMed lists the first 9,999 records of a query and no more. A larger query is asked for in halves of the days on which
records were created ([crdt]: the entry date [edat] is set back to the publication date when a record enters late),
and a day that is still too large in ranges of PMIDs. What has no such day is asked for too. Whenever something is cut,
the counts of the parts must add up to the count of the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from jakdb.errors import ShortfallError, UsageError
from jaksearch.sources.protocol import Tick

__all__ = ["CAP", "LAST_DAY", "Ask", "Listing", "Slice", "every_id", "is_balanced", "settled_count"]

CAP = 9_999
"""Records that PubMed lists of one query."""
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)
LAST_UID = 99_999_999
"""PMIDs have eight digits; a longer one would be missing from the sum."""
ASKS = 8
"""How often counts that do not add up are asked for again."""


@dataclass(frozen=True, slots=True)
class Listing:
    """How many records a query finds, and their identifiers as far as they are listed."""

    count: int
    ids: tuple[str, ...]


Ask = Callable[[str], Listing]


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of what a query finds.

    Attributes
    ----------
    days : (date, date) or None
        First and last day of creation; none if the slice holds the records that have no day between
        `FIRST_DAY` and `LAST_DAY`.
    uids : (int, int) or None
        First and last PMID; none if they do not matter.
    """

    days: tuple[date, date] | None
    uids: tuple[int, int] | None = None

    def term(self, query: str) -> str:
        """Return the query limited to the slice.

        Examples
        --------
        >>> may = (date(2024, 5, 1), date(2024, 5, 31))
        >>> Slice(may).term("a OR b"), Slice(may, (1, 9)).term("a")
        ('(a OR b) AND 2024/05/01:2024/05/31[crdt]', '(a) AND 2024/05/01:2024/05/31[crdt] AND 1:9[uid]')
        """
        days = self.days or (FIRST_DAY, LAST_DAY)
        dated = ":".join(f"{day:%Y/%m/%d}" for day in days)
        text = f"({query}) {'AND' if self.days else 'NOT'} {dated}[crdt]"
        return f"{text} AND {self.uids[0]}:{self.uids[1]}[uid]" if self.uids else text

    def halves(self, listed: Sequence[str] = ()) -> tuple[Slice, ...]:
        """Return two slices that make up this one; none if it cannot be cut.

        Parameters
        ----------
        listed : sequence of str
            Some PMIDs in the slice: one day is cut in their middle.

        Examples
        --------
        >>> day = date(2024, 5, 1)
        >>> [half.term("a") for half in Slice((day, date(2024, 5, 3))).halves()]
        ['(a) AND 2024/05/01:2024/05/02[crdt]', '(a) AND 2024/05/03:2024/05/03[crdt]']
        >>> [half.uids for half in Slice((day, day)).halves(["38700004", "38700001", "38700009"])]
        [(1, 38700004), (38700005, 99999999)]
        >>> Slice((day, day), (5, 5)).halves()
        ()
        """
        if self.days and self.days[0] < self.days[1]:
            first, last = self.days
            middle = date.fromordinal((first.toordinal() + last.toordinal()) // 2)
            after = date.fromordinal(middle.toordinal() + 1)
            return replace(self, days=(first, middle)), replace(self, days=(after, last))
        low, high = self.uids or (1, LAST_UID)
        if low >= high:
            return ()
        inside = sorted(uid for uid in map(int, listed) if low <= uid <= high)
        cut = inside[(len(inside) - 1) // 2] if len(inside) > 1 else (low + high) // 2
        return replace(self, uids=(low, cut)), replace(self, uids=(cut + 1, high))


def every_id(
    query: str, ask: Ask, *, cap: int = CAP, tick: Tick = lambda _done, _total: None, service: str = "the service"
) -> Iterator[str]:
    """Yield every identifier that a query finds, each once.

    Parameters
    ----------
    ask : callable
        Lists a query: its count, and its identifiers up to `cap`. It must see to it that they are as many as the
        count, as far as that is below `cap`.

    Raises
    ------
    ShortfallError
        If parts do not add up to the whole though both were asked for again, if a part cannot be cut, or if an
        identifier is in two parts.
    UsageError
        If the query has to be cut and its brackets or quotation marks do not match: a limit behind it would not
        hold for all of it.

    Examples
    --------
    >>> held = {n: date(2024, 1, n) for n in range(1, 10)}
    >>> def ask(term):
    ...     days = term.partition(" AND ")[2].removesuffix("[crdt]").split(":")
    ...     if "NOT" in term: return Listing(0, ())
    ...     inside = [str(n) for n, day in held.items() if days == [""] or days[0] <= f"{day:%Y/%m/%d}" <= days[1]]
    ...     return Listing(len(inside), tuple(inside[:4]))
    >>> list(every_id("hair", ask, cap=4))
    ['1', '2', '3', '4', '5', '6', '7', '8', '9']
    """
    whole = ask(query)
    tick(0, whole.count)
    if whole.count <= cap:
        yield from whole.ids
        tick(whole.count, whole.count)
        return
    if not is_balanced(query):
        raise UsageError(
            f"the query finds {whole.count} records and has to be asked for in parts, but its brackets or quotation"
            " marks do not match",
            hint="close every bracket and quotation mark",
        )
    seen: set[int] = set()
    parts = (Slice((FIRST_DAY, LAST_DAY)), Slice(None))
    for listing in _leaves(query, whole, parts, lambda part: ask(part.term(query) if part else query), cap, service):
        for identifier in listing.ids:
            if int(identifier) in seen:
                raise ShortfallError(
                    f"{service}: record {identifier} came in two parts of the search", hint="run the search again"
                )
            seen.add(int(identifier))
            yield identifier
        tick(len(seen), whole.count)
    count = whole.count
    for _ in range(ASKS):
        if len(seen) == count:
            return
        count = ask(query).count
    raise _shortfall(service, count, len(seen))


def settled_count(ask: Callable[[], int], *, agree: int = 3) -> int:
    """Ask until so many answers are the same, and return that one.

    Examples
    --------
    >>> answers = iter([7, 8, 7, 7])
    >>> settled_count(lambda: next(answers)), next(answers, "all were needed")
    (7, 'all were needed')
    """
    counts: Counter[int] = Counter()
    while True:
        count = ask()
        counts[count] += 1
        if counts[count] == agree or counts.total() >= ASKS * agree:
            return count


def is_balanced(query: str) -> bool:
    """Say whether brackets and quotation marks of a query match.

    Examples
    --------
    >>> is_balanced('(a OR "b)") AND c[ti]'), is_balanced("a) OR (b"), is_balanced('"a'), is_balanced("a[ti")
    (True, False, False, False)
    """
    depth, quoted, tagged = 0, False, False
    for letter in query:
        if letter == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "[]":
            if tagged == (letter == "["):
                return False
            tagged = letter == "["
        elif letter in "()" and not tagged:
            depth += 1 if letter == "(" else -1
            if depth < 0:
                return False
    return depth == 0 and not quoted and not tagged


def _leaves(
    query: str,
    whole: Listing,
    parts: Sequence[Slice],
    ask: Callable[[Slice | None], Listing],
    cap: int,
    service: str,
    around: Slice | None = None,
) -> Iterator[Listing]:
    """Yield the listings of parts, cut until each is listed in full; the parts must add up to the whole."""
    listings = _agreed(query, whole, parts, ask, service, around)
    for part, listing in zip(parts, listings, strict=True):
        if listing.count <= cap:
            yield listing
            continue
        halves = part.halves(listing.ids)
        if not halves:
            raise _shortfall(service, listing.count, cap, where=part.term(query))
        yield from _leaves(query, listing, halves, ask, cap, service, around=part)


def _agreed(
    query: str,
    whole: Listing,
    parts: Sequence[Slice],
    ask: Callable[[Slice | None], Listing],
    service: str,
    around: Slice | None,
) -> list[Listing]:
    """Return the listings of parts that add up to the whole; ask for all of them again as long as they do not.

    A wrong count that happens to fit does no harm: it is found out when its part is listed or cut in turn.
    """
    counts = {whole.count}
    for _ in range(ASKS):
        listings = [ask(part) for part in parts]
        found = sum(listing.count for listing in listings)
        if found in counts:
            return listings
        counts.add(ask(around).count)
        if found in counts:
            return listings
    raise _shortfall(service, max(counts), found, where=around.term(query) if around else query)


def _shortfall(service: str, count: int, found: int, *, where: str = "") -> ShortfallError:
    """Return the error of a count that is not met."""
    place = f" in {where!r}" if where else ""
    few = f"{count - found} missing" if found < count else f"{found - count} too many"
    return ShortfallError(
        f"{service} counts {count} records{place}, but its parts hold {found}: {few}",
        hint="the database may have changed meanwhile: run the search again; if it stays so, search in smaller parts",
    )
