"""Put the reports that matter first.

`tokens` reads each report once; `features` makes blocks of numbers of a pool; a learner (`learners`) scores the pool
from `Examples`, which `guidance` makes of votes and protocol; `ranking.rank` is all of it in one call, and
`ranking.rank_with` the call for a learner that is kept. `explain.why` reads a score back into words.
"""

from typing import TYPE_CHECKING, Any

from jakscreen.rank.explain import Neighbour, Term, Why, why
from jakscreen.rank.features import BLOCKS, Features, extract
from jakscreen.rank.labels import labels_for
from jakscreen.rank.learners import DEFAULT, LEARNERS, Fitted, Learner, UnknownLearnerError, make_learner
from jakscreen.rank.ranking import Model, Ranking, rank, rank_with
from jakscreen.rank.text import ReportText, report_fields, report_text
from jakscreen.rank.tokens import Tokens, from_arrays, joined, to_arrays, tokenise, without

if TYPE_CHECKING:
    from jakscreen.rank.guidance import examples_of
    from jakscreen.rank.machine import Examples

__all__ = [
    "BLOCKS",
    "DEFAULT",
    "LEARNERS",
    "Examples",
    "Features",
    "Fitted",
    "Learner",
    "Model",
    "Neighbour",
    "Ranking",
    "ReportText",
    "Term",
    "Tokens",
    "UnknownLearnerError",
    "Why",
    "examples_of",
    "extract",
    "from_arrays",
    "joined",
    "labels_for",
    "make_learner",
    "rank",
    "rank_with",
    "report_fields",
    "report_text",
    "to_arrays",
    "tokenise",
    "why",
    "without",
]


def __getattr__(name: str) -> Any:
    """Load what needs numpy when it is first asked for."""
    if name == "Examples":
        from jakscreen.rank.machine import Examples  # noqa: PLC0415 - numpy is not for --help

        return Examples
    if name == "examples_of":
        from jakscreen.rank.guidance import examples_of  # noqa: PLC0415

        return examples_of
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
