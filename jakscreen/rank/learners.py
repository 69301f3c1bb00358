"""The ways to learn an order from labels, by name.

A learner is made for a pool (`make_learner`) and asked again and again: `Learner.learn` takes all labels of the moment
and gives a score to every row. It may keep what saves time (kernels, the last solution), and its answer depends on
the labels alone, within the tolerance of the solver.

========  =============================================================================================================
elas      ASReview's recipe (ELAS u4): one support vector machine on words and pairs of words of title and abstract
single    One machine on the diffusion of the pool, parts of words and titles: the fastest for its worth
fusion    The default: the weighted mean of three machines' standardised scores: words, with more weight on includes;
          the diffusion and headings; parts of words, titles, headings and authors. The words lead at first: the
          others gain weight with every relevant report that is known
========  =============================================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from jakscreen.rank.features import Features

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jakscreen.rank.machine import Examples, Learnt, Machine

__all__ = ["DEFAULT", "LEARNERS", "Fitted", "Learner", "Recipe", "UnknownLearnerError", "make_learner"]

DEFAULT = "fusion"

COST = 0.11
RATIO = 9.8
"""Cost of an error, and weight of all includes against all excludes, of ASReview 3.0.8's ELAS u4."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One machine among those of a learner.

    Attributes
    ----------
    blocks : mapping of str to float
        Weights of the blocks that it reads.
    ratio : float
        Weight of all includes against all excludes.
    half : float
        With so many relevant reports known it counts half as much as it will in the end, with n of them
        ``n / (n + half)``; 0: wholly from the start. What a few reports have in common beyond their words says little.
    """

    blocks: Mapping[str, float]
    ratio: float = RATIO
    half: float = 0.0


LEARNERS: Mapping[str, tuple[Recipe, ...]] = {
    "elas": (Recipe({"words": 1.0}),),
    "single": (Recipe({"diffusion": 1.0, "parts": 0.5, "title": 0.3}),),
    "fusion": (
        Recipe({"words": 1.0}, ratio=30.0),
        Recipe({"diffusion": 1.0, "headings": 0.3}, half=5.0),
        Recipe({"parts": 1.0, "title": 1.0, "headings": 0.3, "authors": 0.1}, half=20.0),
    ),
}
"""The machines of each learner, chosen as benchmarks/RESULTS.md tells."""


class UnknownLearnerError(ValueError):
    """No learner has that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no learner")
        self.name = name
        self.hint = f"one of: {', '.join(LEARNERS)}"


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What a learner has learnt.

    Attributes
    ----------
    scores : array of float64, shape (rows,)
        By row of the blocks, guiding texts among them; higher comes sooner.
    machines : tuple of Learnt
        What the scores are made of: their sum, each times its `share`.
    shares : tuple of float
    shift : float
        Taken from the sum.
    """

    scores: NDArray[np.float64]
    machines: tuple[Learnt, ...]
    shares: tuple[float, ...]
    shift: float


class Learner(Protocol):
    """Learns from labels which reports of one pool come first."""

    name: str
    features: Features

    def learn(self, examples: Examples) -> Fitted:
        """Return scores for every row, learnt from all of these examples and from nothing else."""
        ...


class Machines:
    """Machines side by side; the weighted mean of their standardised scores, or the score itself of one alone."""

    def __init__(self, name: str, features: Features, machines: Sequence[Machine], halves: Sequence[float]) -> None:
        from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped] # ships no types  # noqa: PLC0415

        self.name = name
        self.features = features
        self.machines = tuple(machines)
        self.halves = tuple(halves)
        self._threads = ThreadpoolController()  # looks for libraries of numpy and scipy once, not at each decision

    def learn(self, examples: Examples) -> Fitted:
        """Return scores for every row.

        Standardised over the reports that have no label: their mean is zero, and the standard deviation of each machine
        is its weight (see `Recipe.half`), where the weights add up to one. A guess counts as the part of a relevant
        report that it weighs.
        """
        import numpy as np  # noqa: PLC0415 - importing jakscreen stays light

        with self._threads.limit(limits=1, user_api="blas"):  # unpinned, small products cost forty times as much
            learnt = tuple(machine.learn(examples) for machine in self.machines)
        if len(learnt) == 1:
            return Fitted(learnt[0].scores, learnt, (1.0,), 0.0)
        waiting = np.ones(len(learnt[0].scores), dtype=bool)
        waiting[: self.features.extra] = False
        waiting[examples.rows] = False
        if not waiting.any():
            waiting[:] = True
        known = float(examples.weight[examples.relevant].sum())
        counts = [known / (known + half) for half in self.halves]
        spread = [float(one.scores[waiting].std()) for one in learnt]
        shares = tuple(c / sum(counts) / (s if s > 0 else 1.0) for c, s in zip(counts, spread, strict=True))
        shift = sum(share * float(one.scores[waiting].mean()) for share, one in zip(shares, learnt, strict=True))
        scores = sum(share * one.scores for share, one in zip(shares, learnt, strict=True)) - shift
        return Fitted(np.asarray(scores), learnt, shares, shift)


def make_learner(name: str, features: Features) -> Learner:
    """Return a learner for a pool by its name (see `LEARNERS`).

    Raises
    ------
    UnknownLearnerError
        If there is none of that name.

    Examples
    --------
    >>> import numpy as np
    >>> from jakscreen.rank import Examples, extract
    >>> pool = extract({0: "tofacitinib, alopecia", 1: "asthma in children", 2: "ruxolitinib in alopecia", 3: "asthma"})
    >>> votes = Examples(np.array([0, 1]), np.array([True, False]), np.ones(2))
    >>> np.argsort(-make_learner("single", pool).learn(votes).scores).tolist()
    [0, 2, 3, 1]
    """
    from jakscreen.rank.machine import Machine  # noqa: PLC0415 - numpy is not for --help

    if name not in LEARNERS:
        raise UnknownLearnerError(name)
    recipes = LEARNERS[name]
    machines = [Machine(features, one.blocks, cost=COST, ratio=one.ratio) for one in recipes]
    return Machines(name, features, machines, [one.half for one in recipes])
