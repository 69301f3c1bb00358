"""What was read, in which order, and what it was called: the one thing that stopping rules look at."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FEW_FOUND", "Reading", "allowed_missed"]

FEW_FOUND = 20
"""Below so many relevant records found, a recall of 95 % cannot be told from 100 %: no rule advises."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One batch of records as far as it was read.

    Attributes
    ----------
    labels : tuple of int
        1 (relevant) or 0, in the order of reading. What was presumed from a question or a seed paper is no label.
    pool : int
        Records of the batch, read or not.
    """

    labels: tuple[int, ...]
    pool: int

    def __post_init__(self) -> None:
        """Refuse what is no reading."""
        if any(label not in (0, 1) for label in self.labels):
            raise ValueError("labels are 1 (relevant) and 0 (irrelevant)")
        if self.pool < len(self.labels):
            raise ValueError(f"{len(self.labels)} labels, but a pool of {self.pool}")

    @property
    def read(self) -> int:
        """Number of records read."""
        return len(self.labels)

    @property
    def found(self) -> int:
        """Number of relevant records found."""
        return sum(self.labels)

    @property
    def unread(self) -> int:
        """Number of records not read."""
        return self.pool - len(self.labels)

    @property
    def places(self) -> tuple[int, ...]:
        """Places in the reading, from 1, at which relevant records were found."""
        return tuple(place for place, label in enumerate(self.labels, start=1) if label)

    @property
    def gap(self) -> int:
        """Number of irrelevant records since the last relevant one."""
        places = self.places
        return self.read - (places[-1] if places else 0)


def allowed_missed(found: int, *, target: float = 0.95) -> int:
    """Return how many relevant records may be unread if the recall is to be `target` or more.

    Examples
    --------
    >>> allowed_missed(20), allowed_missed(19), allowed_missed(18), allowed_missed(100)
    (1, 1, 0, 5)
    """
    return max(0, _whole(found / target) - found)


def _whole(number: float) -> int:
    """Return the whole part, not led astray by a last binary digit."""
    return int(number + 1e-9)
