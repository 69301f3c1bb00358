"""The instruments for risk of bias, read from the data files beside this module."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jakdb.errors import UsageError
from jakdb.words import Study
from jakscreen.extract.vocabulary import near

__all__ = ["Instrument", "Question", "instrument", "instruments"]

FOLDER = "instruments"


@dataclass(frozen=True, slots=True)
class Question:
    """One item of an instrument.

    Attributes
    ----------
    comparative_only : bool
        Asked of studies with a comparison group only.
    scored : bool
        Whether it counts in the total.
    """

    key: str
    text: str
    comparative_only: bool = False
    scored: bool = True


@dataclass(frozen=True, slots=True)
class Instrument:
    """A scale of items for one kind of study.

    Attributes
    ----------
    key : str
        What tables call it: the name in lower case (``minors``).
    scores : tuple of (float, str)
        The scores an item may get and what each means.
    """

    key: str
    name: str
    title: str
    reference: str
    doi: str
    randomised_only: bool
    scores: tuple[tuple[float, str], ...]
    questions: tuple[Question, ...]

    def questions_for(self, study: Study) -> tuple[Question, ...]:
        """Return the items asked of a study; none if the instrument is not made for its design."""
        if self.randomised_only and not study.randomised:
            return ()
        return tuple(question for question in self.questions if study.comparative or not question.comparative_only)

    def maximum(self, study: Study) -> float:
        """Return the highest total the study can reach."""
        highest = max(score for score, _ in self.scores)
        return highest * sum(question.scored for question in self.questions_for(study))


@cache
def instruments() -> tuple[Instrument, ...]:
    """Return every instrument there is, by name.

    Examples
    --------
    >>> [(scale.name, len(scale.questions)) for scale in instruments()]
    [('MINORS', 12), ('PEDro', 11)]
    """
    folder = resources.files("jakscreen.appraise") / FOLDER
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(_read(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8")) for file in files)


def instrument(name: str) -> Instrument:
    """Return an instrument by name, without regard to case.

    Raises
    ------
    UsageError
        If there is none of this name; the hint lists those there are.

    Examples
    --------
    >>> instrument("minors").maximum(Study("dai_2020", "Dai 2020"))
    16.0
    """
    for scale in instruments():
        if name.strip().casefold() == scale.key:
            return scale
    names = [scale.name for scale in instruments()]
    raise UsageError(
        f"{name!r} is no instrument that jak knows{near(name, names)}", hint=f"instruments: {', '.join(names)}"
    )


def _read(key: str, text: str) -> Instrument:
    """Read one data file."""
    table = tomllib.loads(text)
    return Instrument(
        key=key,
        name=table["name"],
        title=table["title"],
        reference=table["reference"],
        doi=table["doi"],
        randomised_only=table["randomised_only"],
        scores=tuple((float(score), meaning) for score, meaning in table["scores"].items()),
        questions=tuple(Question(**row) for row in table["items"]),
    )
