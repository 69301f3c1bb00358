"""Which report comes next: the most relevant one, mixed with uncertain, different and random ones.

A random turn takes the next report of one random order of the whole stage. What was drawn is therefore always the
beginning of that order: a simple random sample of the stage without replacement, whether a report was drawn to be read
or had been read by then, and so it bounds what is missed (see `jakdb.words.Draw`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from jakscreen.rank.features import Seen

__all__ = ["RELEVANCE", "Drawn", "Mix", "Picked", "Query", "clusters", "draw", "pick", "random_order", "uncertain"]

Query = Literal["relevance", "uncertain", "diverse", "random"]
RELEVANCE: Query = "relevance"

_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of the turns that are not given to the most relevant report; the rest is.

    Attributes
    ----------
    uncertain : float
        Reports that the ranking knows least about.
    diverse : float
        The best report of another cluster each time.
    random : float
        Reports drawn at random.

    Examples
    --------
    >>> mix = Mix(random=0.2)
    >>> [mix.turn(n) for n in range(5)]
    ['relevance', 'random', 'relevance', 'relevance', 'relevance']
    >>> round(sum(mix.turn(n) == "random" for n in range(1000)) / 1000, 2)
    0.2
    """

    uncertain: float = 0.0
    diverse: float = 0.0
    random: float = 0.0

    def turn(self, number: int) -> Query:
        """Return what a turn asks for: the same number, the same answer, and any run of turns keeps the shares.

        Multiples of the golden ratio are spread evenly over the unit interval (Knuth, The Art of Computer Programming,
        volume 3, section 6.4, theorem S), which is cut by the shares.
        """
        place = (0.5 + number * _GOLDEN) % 1.0
        for query, share in (("random", self.random), ("uncertain", self.uncertain), ("diverse", self.diverse)):
            if place < share:
                return query  # type: ignore[return-value]  # the words of Query
            place -= share
        return RELEVANCE


@dataclass(frozen=True, slots=True)
class Picked:
    """A report to read next, and by which query it came."""

    report: int
    query: Query


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one random turn takes.

    Attributes
    ----------
    report : int or None
        The report to read; none if every report of the stage has been drawn.
    new : tuple of (int, int)
        Reports that are drawn by this turn, with their place: those read before, and the one to read.
    """

    report: int | None
    new: tuple[tuple[int, int], ...]


def pick(
    order: Iterable[int],
    waiting: Collection[int],
    query: Query = RELEVANCE,
    *,
    uncertain: Iterable[int] = (),
    clusters: Sequence[Sequence[int]] = (),
    round_: int = 0,
) -> Picked | None:
    """Return the first waiting report that a query finds, or else the most relevant one; none if none waits.

    Parameters
    ----------
    order : iterable of int
        Reports, most relevant first.
    waiting : collection of int
        Reports that may be shown, with a fast ``in``.
    uncertain : iterable of int
        Reports, the most uncertain first.
    clusters : sequence of sequence of int
        Groups of reports that are alike, each with its most relevant first.
    round_ : int
        Which cluster's turn it is; they take turns.

    Examples
    --------
    >>> pick([3, 1, 2], {1, 2}), pick([3, 1, 2], {1, 2}, "uncertain", uncertain=[2]).report
    (Picked(report=1, query='relevance'), 2)
    """
    listed: Iterable[int] = ()
    if query == "uncertain":
        listed = uncertain
    elif query == "diverse" and clusters:
        start = round_ % len(clusters)
        listed = (report for group in (*clusters[start:], *clusters[:start]) for report in group)
    for report in listed:
        if report in waiting:
            return Picked(report, query)
    return next((Picked(report, RELEVANCE) for report in order if report in waiting), None)


def random_order(reports: Iterable[int], seed: int) -> list[int]:
    """Return reports in the random order of a seed; a report more or less leaves the order of the others as it is.

    The order is that of the SHA-256 digests of seed and report number.

    Examples
    --------
    >>> random_order([1, 2, 3, 4], seed=0), [r for r in random_order([1, 2, 3, 4, 5], seed=0) if r != 5]
    ([4, 3, 2, 1], [4, 3, 2, 1])
    """
    return sorted(reports, key=lambda report: sha256(f"{seed}:{report}".encode()).digest())


def draw(
    order: Sequence[int], waiting: Collection[int], drawn: Collection[int], *, skipped: Collection[int] = ()
) -> Drawn:
    """Return the report that a random turn shows, and the reports that are drawn by it.

    Parameters
    ----------
    order : sequence of int
        Every report of the stage in its `random_order`.
    waiting, drawn, skipped : collections of int
        Reports that wait for the reviewer, those drawn before, and those put off.

    Examples
    --------
    >>> draw([2, 3, 4, 1], waiting={4, 1}, drawn={2})
    Drawn(report=4, new=((3, 2), (4, 3)))
    >>> draw([2, 3, 4, 1], waiting={4, 1}, drawn={2, 3, 4})
    Drawn(report=4, new=())
    """
    new = []
    for place, report in enumerate(order, start=1):
        if report not in drawn:
            new.append((report, place))
        if report in waiting and report not in skipped:
            return Drawn(report, tuple(new))
    return Drawn(None, tuple(new))


def uncertain(
    scores: Mapping[int, float], labels: Mapping[int, int], among: Iterable[int], *, most: int = 200
) -> tuple[int, ...]:
    """Return the reports whose scores lie nearest the middle between the includes and the excludes; none before both.

    The middle is that of the two mean scores, so that it holds for any learner: margins, probabilities, ranks.

    Examples
    --------
    >>> uncertain({1: 0.9, 2: 0.5, 3: 0.1, 4: 0.8}, {1: 1, 3: 0}, [2, 4])
    (2, 4)
    """
    means = []
    for label in (0, 1):
        found = [scores[report] for report, said in sorted(labels.items()) if said == label and report in scores]
        if not found:
            return ()
        means.append(sum(found) / len(found))
    middle = sum(means) / 2
    nearest = sorted((abs(scores[report] - middle), report) for report in among if report in scores)
    return tuple(report for _, report in nearest[:most])


def clusters(ids: Sequence[int], rows: Sequence[int], seen: Seen, *, count: int = 10) -> tuple[tuple[int, ...], ...]:
    """Return groups of reports that are alike, each in the order in which they were given.

    The first report leads the first group; each further leader is the report least like all leaders so far, and every
    report joins the leader that it is most like. Nothing is drawn at random.

    Parameters
    ----------
    ids, rows : sequence of int
        Reports, the most relevant first, and the row of each.
    seen : Seen
        A block of their features; likeness is its inner product.

    References
    ----------
    Gonzalez (1985), Theor Comput Sci 38:293-306 (farthest-first traversal). doi:10.1016/0304-3975(85)90224-5

    Examples
    --------
    >>> from jakscreen.rank import extract
    >>> words = extract({7: "hair loss", 8: "asthma drug", 9: "loss of hair", 10: "drug for asthma"}).block("words")
    >>> clusters([7, 8, 9, 10], [0, 1, 2, 3], words, count=2)
    ((7, 9), (8, 10))
    """
    import numpy as np  # noqa: PLC0415 - importing jakscreen stays light

    if not ids:
        return ()
    every = np.array(rows, dtype=np.int64)
    best = np.full(len(ids), -np.inf)
    home = np.zeros(len(ids), dtype=np.int64)
    leader = 0
    for group in range(min(count, len(ids))):
        alike = np.round(seen.gram(every[leader : leader + 1], every)[0], 6)
        alike[leader] = np.inf
        home[alike > best] = group
        best = np.maximum(best, alike)
        leader = int(np.argmin(best))
        if best[leader] == np.inf:
            break
    found: dict[int, list[int]] = {}
    for report, place in zip(ids, home.tolist(), strict=True):
        found.setdefault(place, []).append(report)
    return tuple(tuple(found[place]) for place in sorted(found))
