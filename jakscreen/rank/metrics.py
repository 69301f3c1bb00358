"""How much reading an order saves: the figures of a replayed screening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log2

__all__ = ["Metrics", "loss", "measure", "ndcg", "recall_at"]


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of one order of N records, R of them relevant; what was known beforehand is in neither.

    Attributes
    ----------
    wss95, wss100 : float
        Work saved over sampling: the share of records not read when 95 % (all) of the relevant ones, rounded up, are
        found, less the 5 % (0 %) that a random order would save.
    nwss : float
        Share of the irrelevant records not read at 95 % recall: `wss95` freed of how many are relevant.
    recall5, recall10, recall20, recall50 : float
        Share of the relevant ones among the first 5, 10, 20, 50 % of the records, rounded up.
    atd : float
        Average time to discovery: mean rank of the relevant ones over N.
    loss : float
        Mean of ``rank_i - i`` over N - R: 0 is the best order, 1 the worst, 1/2 that of chance.
    first_relevant : int
        Records read up to the first relevant one.
    """

    wss95: float
    wss100: float
    nwss: float
    recall5: float
    recall10: float
    recall20: float
    recall50: float
    atd: float
    loss: float
    first_relevant: int


def measure(labels: Sequence[int]) -> Metrics:
    """Return the figures of an order.

    Parameters
    ----------
    labels : sequence of int
        1 (relevant) or 0 of all records, in the order in which they are read.

    Raises
    ------
    ValueError
        If not both kinds are there: the figures do not exist.

    References
    ----------
    WSS: Cohen, Hersh, Peterson, Yen (2006), J Am Med Inform Assoc 13:206-219, doi:10.1197/jamia.M1929. Normalised WSS:
    Kusa, Lipani, Knoth, Hanbury (2023), Intell Syst Appl 18:200193, doi:10.1016/j.iswa.2023.200193. ATD: Ferdinands et
    al. (2023), Syst Rev 12:100, doi:10.1186/s13643-023-02257-7. Loss: ASReview 3.0.8, `asreview.metrics`.

    Examples
    --------
    >>> found = measure([1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    >>> round(found.wss95, 2), found.recall10, found.atd, found.loss, found.first_relevant
    (0.65, 0.5, 0.2, 0.0625, 1)
    """
    ranks = _ranks(labels)
    n, r = len(labels), len(ranks)
    n95 = ranks[ceil(0.95 * r) - 1]
    return Metrics(
        wss95=(n - n95) / n - 0.05,
        wss100=(n - ranks[-1]) / n,
        nwss=1 - (n95 - ceil(0.95 * r)) / (n - r),
        recall5=recall_at(labels, 0.05),
        recall10=recall_at(labels, 0.10),
        recall20=recall_at(labels, 0.20),
        recall50=recall_at(labels, 0.50),
        atd=sum(ranks) / r / n,
        loss=loss(labels),
        first_relevant=ranks[0],
    )


def loss(labels: Sequence[int]) -> float:
    """Return how far the relevant records stand behind their best places, 0 to 1 (see `Metrics`).

    >>> loss([1, 1, 0, 0]), loss([0, 0, 1, 1])
    (0.0, 1.0)
    """
    ranks = _ranks(labels)
    behind = sum(rank - place for place, rank in enumerate(ranks, start=1))
    return behind / (len(ranks) * (len(labels) - len(ranks)))


def ndcg(labels: Sequence[int]) -> float:
    """Return the normalised discounted cumulative gain of an order.

    References
    ----------
    Järvelin, Kekäläinen (2002), ACM Trans Inf Syst 20:422-446, with the gain 1 and the discount ``log2(rank + 1)``.
    doi:10.1145/582415.582418

    Examples
    --------
    >>> ndcg([1, 1, 0]), round(ndcg([0, 1]), 4)
    (1.0, 0.6309)
    """
    ranks = _ranks(labels)
    best = sum(1 / log2(place + 1) for place in range(1, len(ranks) + 1))
    return sum(1 / log2(rank + 1) for rank in ranks) / best


def recall_at(labels: Sequence[int], share: float) -> float:
    """Return the share of the relevant records that are found when a share of all, rounded up, is read.

    >>> recall_at([1, 0, 1, 0], 0.25)
    0.5
    """
    return sum(labels[: ceil(share * len(labels))]) / sum(labels)


def _ranks(labels: Sequence[int]) -> list[int]:
    """Return the ranks of the relevant records, from 1."""
    ranks = [rank for rank, label in enumerate(labels, start=1) if label]
    if not ranks or len(ranks) == len(labels):
        raise ValueError(f"an order needs relevant and irrelevant records; of {len(labels)}, {len(ranks)} are relevant")
    return ranks
