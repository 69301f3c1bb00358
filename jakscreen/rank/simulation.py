"""Replay screened reviews with a learner, to see how much reading it would have saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jakdb.errors import InputError, UsageError
from jakscreen.rank.labelled import Labelled, read_labelled
from jakscreen.rank.learners import DEFAULT, LEARNERS, UnknownLearnerError
from jakscreen.rank.metrics import Metrics, measure

if TYPE_CHECKING:
    from jakscreen.rank.features import Features

__all__ = ["Run", "Simulated", "Start", "parse_start", "replay", "simulate"]


@dataclass(frozen=True, slots=True)
class Start:
    """What is known before the first record is read.

    Attributes
    ----------
    relevant, irrelevant : int
        So many records of each kind, drawn by chance and left out of the counts.
    question : bool
        Whether the review's question guides the order.
    """

    relevant: int = 1
    irrelevant: int = 5
    question: bool = False

    def __str__(self) -> str:
        """Return how a command names it."""
        if self.question:
            return "question"
        return f"{self.relevant}+{self.irrelevant}" if self.relevant or self.irrelevant else "none"


@dataclass(frozen=True, slots=True)
class Run:
    """One replay.

    Attributes
    ----------
    priors : tuple of int
        Rows of the file that were known beforehand, from 0.
    order : tuple of int
        All other rows in the order in which they are read; behind the last relevant one, as the last ranking had them.
    labels : tuple of int
        Their labels, in that order.
    """

    file: str
    learner: str
    seed: int
    priors: tuple[int, ...]
    order: tuple[int, ...]
    labels: tuple[int, ...]
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class Simulated:
    """All replays, and the means of their figures: over the files, each the mean of its seeds."""

    runs: tuple[Run, ...]
    summary: Mapping[str, float]


def parse_start(text: str) -> Start:
    """Return the start that a word means: ``1+5``, ``question`` or ``none``.

    Raises
    ------
    UsageError
        If it is none of these.

    Examples
    --------
    >>> parse_start("1+5"), str(parse_start("none"))
    (Start(relevant=1, irrelevant=5, question=False), 'none')
    """
    word = text.strip().casefold()
    if word in ("question", "none"):
        return Start(0, 0, question=word == "question")
    ones, plus, zeros = word.partition("+")
    if plus and ones.isascii() and ones.isdigit() and zeros.isascii() and zeros.isdigit() and int(ones) and int(zeros):
        return Start(int(ones), int(zeros))
    raise UsageError(
        f"{text!r} says not what is known before the first record", hint="1+5 (relevant + irrelevant), question, none"
    )


def simulate(
    paths: Sequence[Path],
    *,
    learner: str = DEFAULT,
    seeds: int = 3,
    start: Start | None = None,
    questions: Mapping[str, str] | None = None,
    question: str = "",
    executor: Executor | None = None,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> Simulated:
    """Replay each review with each of the seeds 0, 1, ….

    Parameters
    ----------
    paths : sequence of Path
        See `labelled.read_labelled`.
    start : Start, optional
        One relevant and five irrelevant records by default.
    questions : mapping of str to str, optional
        Question of each review by the name of its file without endings; `question` for those that are not in it.
    executor : Executor, optional
        Does the replays; one after another in this process if there is none. The result is the same.
    tick : function
        Told after each replay how many of how many are done.

    Raises
    ------
    InputError
        If a file cannot be used, or holds too few records of a kind.
    UsageError
        If there is no such learner, two files have one name, or a review has no question and needs one.
    """
    begin = start or Start()
    if learner not in LEARNERS:
        raise UsageError(str(UnknownLearnerError(learner)), hint=UnknownLearnerError(learner).hint)
    pieces = []
    named: dict[str, Path] = {}
    for path in paths:
        review = read_labelled(path)
        if review.name in named:
            raise UsageError(
                f"{named[review.name]} and {path} are both called {review.name}",
                hint="each review once, each file by a name of its own",
            )
        named[review.name] = path
        asked = (questions or {}).get(review.name, question) if begin.question else ""
        if begin.question and not asked.strip():
            raise UsageError(f"{path.name}: no question for it", hint="--question TEXT, or a row in --questions FILE")
        _check(path, review, begin)
        pieces += [(review, learner, seed, begin, asked) for seed in range(seeds)]
    runs: list[Run] = []
    waiting: list[Future[Run]] = [executor.submit(replay, *piece) for piece in pieces] if executor is not None else []
    made: tuple[Labelled, Features] | None = None
    for number, piece in enumerate(pieces):
        if executor is not None:
            runs.append(waiting[number].result())
        else:
            if made is None or made[0] is not piece[0]:
                made = piece[0], features_of(piece[0], piece[4])
            runs.append(replay(*piece, features=made[1]))
        tick(number + 1, len(pieces))
    return Simulated(tuple(runs), _summary(runs))


def replay(
    review: Labelled, learner: str, seed: int, start: Start, question: str = "", *, features: Features | None = None
) -> Run:
    """Read one screened review in the order of a learner, which learns from every label before the next is read.

    The records known beforehand are drawn by ``numpy.random.default_rng(1000 + seed)``, relevant ones first, without
    replacement. Without any, and without a question, records are read by chance until a relevant one is found.

    Parameters
    ----------
    features : Features, optional
        What `features_of` makes of the review, where it is there already.
    """
    import numpy as np  # noqa: PLC0415 - importing jakscreen stays light

    from jakscreen.rank.guidance import examples_of  # noqa: PLC0415
    from jakscreen.rank.learners import make_learner  # noqa: PLC0415

    made = features or features_of(review, question)
    labels = np.array(review.labels)
    rng = np.random.default_rng(1000 + seed)
    priors = [
        int(row)
        for label, count in ((1, start.relevant), (0, start.irrelevant))
        for row in rng.choice(np.flatnonzero(labels == label), count, replace=False)
    ]
    by_chance = rng.permutation(len(labels))
    teacher = make_learner(learner, made)
    votes = {row: int(labels[row]) for row in priors}
    scores = np.zeros(len(labels))
    scores[by_chance] = -np.arange(len(labels), dtype=np.float64)
    unread = np.ones(len(labels), dtype=bool)
    unread[priors] = False
    left = int(labels[unread].sum())
    order: list[int] = []
    while left:
        examples = examples_of(made, votes, seed=seed)
        if examples is not None:
            scores = np.round(teacher.learn(examples).scores[made.extra :], 6)
        row = int(np.argmax(np.where(unread, scores, -np.inf)))
        order.append(row)
        unread[row] = False
        votes[row] = int(labels[row])
        left -= votes[row]
    rest = np.flatnonzero(unread)
    order += [int(row) for row in rest[np.argsort(-scores[rest], kind="stable")]]
    read = tuple(int(label) for label in labels[order])
    return Run(review.name, learner, seed, tuple(priors), tuple(order), read, measure(read))


def features_of(review: Labelled, question: str = "") -> Features:
    """Return the features of a screened review; a question stands before it as a guiding text."""
    from jakscreen.rank.features import extract  # noqa: PLC0415
    from jakscreen.rank.text import ReportText  # noqa: PLC0415

    return extract(dict(enumerate(review.texts)), guides=[ReportText(title=question)] if question.strip() else [])


def _check(path: Path, review: Labelled, start: Start) -> None:
    """Make sure that a review has enough records of each kind."""
    relevant = sum(review.labels)
    irrelevant = len(review.labels) - relevant
    for found, needed, kind in ((relevant, start.relevant, "relevant"), (irrelevant, start.irrelevant, "irrelevant")):
        if found <= needed:
            raise InputError(
                f"{path.name}: {found} {kind} of {len(review.labels)} records; "
                f"a replay from {start} needs more than {needed}",
                hint="label_included is 1 for what the review included",
            )


def _summary(runs: Sequence[Run]) -> dict[str, float]:
    """Return the mean of each figure over the files."""
    files = dict.fromkeys(run.file for run in runs)
    figures = [[asdict(run.metrics) for run in runs if run.file == file] for file in files]
    names: Sequence[str] = tuple(figures[0][0]) if figures else ()
    means: dict[str, Any] = {
        name: sum(sum(one[name] for one in each) / len(each) for each in figures) / len(figures) for name in names
    }
    return {"files": len(files), "runs": len(runs), **means}
