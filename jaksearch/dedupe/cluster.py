"""Join pairs into reports, and check every report before it is believed.

Merging is not transitive by itself: a sparse record may resemble two papers that cannot be one (two PMIDs). Pairs are
taken from the surest down; a join that would put two contradicting records into one report is not made, and its pair
is asked instead. Among pairs of one score, a record that stands between two contradicting ones joins neither, so no
order of records decides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Forest", "Joined", "join"]


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of the pairs.

    Attributes
    ----------
    merges : tuple of (int, int)
        Pairs enough to join each cluster, in order of falling score; none closes a ring.
    refused : tuple of ((int, int), str)
        Pairs that would have joined contradicting records, with the contradiction.
    """

    merges: tuple[tuple[int, int], ...]
    refused: tuple[tuple[tuple[int, int], str], ...]


class Forest:
    """Disjoint sets of record numbers; the smallest number names its set."""

    def __init__(self) -> None:
        self.root: dict[int, int] = {}
        self.members: dict[int, list[int]] = {}

    def find(self, x: int) -> int:
        """Return the name of the set of `x`."""
        if x not in self.root:
            self.root[x] = x
            self.members[x] = [x]
        while self.root[x] != x:
            self.root[x] = self.root[self.root[x]]
            x = self.root[x]
        return x

    def union(self, a: int, b: int) -> None:
        """Join the sets of `a` and `b`."""
        ra, rb = sorted((self.find(a), self.find(b)))
        if ra != rb:
            self.root[rb] = ra
            self.members[ra].extend(self.members.pop(rb))


def join(
    scores: Mapping[tuple[int, int], float],
    *,
    contradiction: Callable[[int, int], str],
    excused: Callable[[int, int, list[int]], bool] = lambda _a, _b, _cluster: False,
    joined: Iterable[tuple[int, int]] = (),
    distinct: Collection[tuple[int, int]] = frozenset(),
) -> Joined:
    """Join the pairs of `scores` into clusters without a contradiction.

    Parameters
    ----------
    scores : mapping of (int, int) to float
        Pairs to merge, smaller number first, and how sure each is.
    contradiction : callable
        What speaks against two records being one report, in words; empty if nothing does.
    excused : callable
        Whether a contradiction between two records is explained by the other records of the cluster they would share.
    joined : iterable of (int, int)
        Pairs already merged; they are believed and not returned.
    distinct : collection of (int, int)
        Pairs a person has told apart; their clusters are never joined.

    Examples
    --------
    >>> pmid = {1: "7", 2: "", 3: "8"}
    >>> both = lambda a, b: "two PMIDs" if pmid[a] and pmid[b] and pmid[a] != pmid[b] else ""
    >>> join({(1, 2): 0.99, (2, 3): 0.95}, contradiction=both).merges
    ((1, 2),)
    >>> join({(1, 2): 0.95, (2, 3): 0.95}, contradiction=both).merges
    ()
    """
    forest = Forest()
    for a, b in joined:
        forest.union(a, b)
    told_apart: dict[int, set[int]] = {}
    for a, b in distinct:
        told_apart.setdefault(a, set()).add(b)
        told_apart.setdefault(b, set()).add(a)

    def against(ones: list[int], others: list[int]) -> str:
        """Return the first contradiction between two sets of records."""
        for x in sorted(ones):
            for y in sorted(others):
                if y in told_apart.get(x, ()):
                    return f"a person told records {x} and {y} apart"
                said = contradiction(x, y)
                if said and not excused(x, y, [*ones, *others]):
                    return f"records {x} and {y}: {said}"
        return ""

    def contradicting(pairs: list[tuple[int, int]]) -> str:
        """Return the first contradiction among all records that the pairs would make one cluster."""
        for cluster in _touching(pairs, forest):
            sets = sorted({forest.find(x) for pair in cluster for x in pair})
            for i, one in enumerate(sets):
                for other in sets[i + 1 :]:
                    said = against(forest.members[one], forest.members[other])
                    if said:
                        return said
        return ""

    def torn(pairs: list[tuple[int, int]]) -> dict[int, str]:
        """Return the sets that stand between two contradicting ones, each with the contradiction."""
        near: dict[int, set[int]] = {}
        for a, b in pairs:
            ra, rb = forest.find(a), forest.find(b)
            near.setdefault(ra, set()).add(rb)
            near.setdefault(rb, set()).add(ra)
        found: dict[int, str] = {}
        for one, neighbours in near.items():
            sides = sorted(neighbours - {one})
            for i, x in enumerate(sides):
                for y in sides[i + 1 :]:
                    said = against(forest.members[x], forest.members[y])
                    if said:
                        found.setdefault(one, said)
        return found

    merges: list[tuple[int, int]] = []
    refused: list[tuple[tuple[int, int], str]] = []
    levels: dict[float, list[tuple[int, int]]] = {}
    for pair, score in scores.items():
        levels.setdefault(score, []).append(pair)
    for level in sorted(levels, reverse=True):
        for group in _touching(sorted(levels[level]), forest):
            doubtful: dict[int, str] = {}
            if said := contradicting(group):
                doubtful = torn(group)
                certain = [p for p in group if forest.find(p[0]) not in doubtful and forest.find(p[1]) not in doubtful]
                if not doubtful or contradicting(certain):
                    doubtful = {forest.find(x): said for pair in group for x in pair}
            named = [(pair, forest.find(pair[0]), forest.find(pair[1])) for pair in group]
            for pair, ra, rb in named:  # sets are named before the first of them is joined
                if ra == rb:
                    continue
                if ra in doubtful or rb in doubtful:
                    refused.append((pair, doubtful.get(ra) or doubtful[rb]))
                elif forest.find(ra) != forest.find(rb):
                    forest.union(ra, rb)
                    merges.append(pair)
    return Joined(tuple(merges), tuple(refused))


def _touching(pairs: list[tuple[int, int]], forest: Forest) -> list[list[tuple[int, int]]]:
    """Return the pairs of one score in groups that would become one cluster together."""
    local = Forest()
    for a, b in pairs:
        local.union(forest.find(a), forest.find(b))
    groups: dict[int, list[tuple[int, int]]] = {}
    for a, b in pairs:
        groups.setdefault(local.find(forest.find(a)), []).append((a, b))
    return [groups[k] for k in sorted(groups)]
