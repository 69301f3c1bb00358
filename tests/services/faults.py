"""Faults that a service can be told to have: which request fails, and how."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["KINDS", "Chance", "Fault", "Faults", "Script"]

KINDS = (
    "429",  # the JSON of NCBI's limit, without Retry-After
    "429-retry-after",  # the same with the header
    "500",
    "502",
    "reset",  # the connection is reset before a byte comes
    "stall",  # nothing comes for `seconds`, then the connection closes
    "truncated",  # half of the body comes, and the connection closes before the promised length
    "cut",  # half of the body comes as if it were all
    "empty",  # 200 without a byte
    "html",  # 200 with a page of words
    "limit-200",  # the JSON of the limit under 200
    "backend",  # 200 with <ERROR>Search Backend failed
    "expired",  # the WebEnv of the request is forgotten
    "count",  # the count of a search is one too high
    "missing",  # one identifier asked for is left out
)
"""Every kind. ``expired``, ``count`` and ``missing`` change only requests with a WebEnv, a count or identifiers."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its kind, the seconds of Retry-After (told as a number or a date), and how long a stall lasts."""

    kind: str
    retry_after: int | None = None
    seconds: float = 30.0
    as_date: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind}: not a fault; one of: {', '.join(KINDS)}")


class Faults(Protocol):
    """Chooses the fault of a request."""

    def choose(self, path: str, params: dict[str, str]) -> Fault | None:
        """Return the fault that this request meets, or None."""


class Script:
    """Faults in a row: the first request meets the first, and so on; None lets one pass, after the last all pass.

    Examples
    --------
    >>> script = Script(["500", None, Fault("429-retry-after", retry_after=2)], path="efetch.fcgi")
    >>> script.choose("esearch.fcgi", {}) is None, script.choose("efetch.fcgi", {}).kind
    (True, '500')
    """

    def __init__(self, faults: Iterable[Fault | str | None], *, path: str = "") -> None:
        self.left = [Fault(fault) if isinstance(fault, str) else fault for fault in faults]
        self.path = path
        self.lock = threading.Lock()

    def choose(self, path: str, params: dict[str, str]) -> Fault | None:
        """Take the next fault, if the request is of the named path (or any)."""
        with self.lock:
            return self.left.pop(0) if self.left and path.endswith(self.path) else None


class Chance:
    """Faults by chance, the same ones for the same seed and order of requests.

    Parameters
    ----------
    rate : float
        The share of requests that fail.
    kinds : sequence of str
        One of these, each as likely as the next.
    in_a_row : int
        So many times at most the very same request fails before it is let pass.
    """

    def __init__(
        self, rate: float, *, seed: int = 4, kinds: Sequence[str] = KINDS, in_a_row: int = 3, seconds: float = 0.2
    ) -> None:
        self.rate = rate
        self.choices = [Fault(kind, 1 if kind == "429-retry-after" else None, seconds) for kind in kinds]
        self.in_a_row = in_a_row
        self.random = random.Random(seed)
        self.met: Counter[str] = Counter()
        self.lock = threading.Lock()

    def choose(self, path: str, params: dict[str, str]) -> Fault | None:
        """Throw the dice for a request."""
        same = repr((path, sorted(params.items())))
        with self.lock:
            strikes = self.random.random() < self.rate
            fault = self.random.choice(self.choices)
            if not strikes or self.met[same] >= self.in_a_row:
                self.met[same] = 0
                return None
            self.met[same] += 1
            return fault
