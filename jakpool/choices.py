"""The choices of a pooling, checked against the effects they are made for."""

from __future__ import annotations

from dataclasses import dataclass

from jakpool.effects import Effects
from jakpool.errors import ChoiceError, NoStudiesError
from jakpool.measures import BACK_N, TWO_RATES
from jakpool.tau2 import TAU2_METHODS

__all__ = [
    "GROUPS",
    "MODELS",
    "PREDICTION",
    "TAU2_INTERVALS",
    "TESTS",
    "Choices",
    "default_model",
    "default_test",
    "models_for",
]

MODELS = ("glmm", "betabin", "random", "common", "mh", "peto")
TESTS = ("z", "t", "knha", "adhoc")
TESTS_OF = {
    "glmm": ("z", "t", "wider"),
    "betabin": ("z", "t"),
    "random": TESTS,
    "common": TESTS,
    "mh": ("z",),
    "peto": ("z",),
}
PREDICTION = ("auto", "z", "t", "hts", "hk", "none")
TAU2_INTERVALS = ("auto", "qp", "pl", "none")
GROUPS = ("common", "separate")
GLMM_MODELS = ("UM.FS", "CM.EL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Every option of `jakpool.pool`, under the same names."""

    model: str
    tau2: str = "REML"
    test: str = "adhoc"
    pi: str = "auto"
    tau2_ci: str = "auto"
    tau2_groups: str = "common"
    glmm: str = "UM.FS"
    back_n: str = "harmonic"
    level: float = 0.95
    alpha: float = 0.1
    nodes: int | None = None
    profile: bool = True

    def check(self, effects: Effects) -> None:
        """Refuse what is not known, or does not fit the effects.

        Raises
        ------
        ChoiceError
            It lists what can be chosen.
        NoStudiesError
            There are no effects.
        """
        if len(effects) == 0:
            raise NoStudiesError
        for option, value, known in (
            ("model", self.model, MODELS),
            ("tau2", self.tau2, TAU2_METHODS),
            ("test", self.test, (*TESTS, "wider")),
            ("pi", self.pi, PREDICTION),
            ("tau2_ci", self.tau2_ci, TAU2_INTERVALS),
            ("tau2_groups", self.tau2_groups, GROUPS),
            ("glmm", self.glmm, GLMM_MODELS),
            ("back_n", self.back_n, BACK_N),
        ):
            if value not in known:
                raise ChoiceError(option, value, known)
        fits = models_for(effects)
        if self.model not in fits:
            raise ChoiceError("model", self.model, fits, why=f"it does not fit {effects.measure} effects of this kind")
        if self.test not in TESTS_OF[self.model]:
            raise ChoiceError("test", self.test, TESTS_OF[self.model], why=f"model {self.model} has no such test")
        if self.test == "wider" and effects.measure != "PLO":
            others = tuple(test for test in TESTS_OF[self.model] if test != "wider")
            raise ChoiceError("test", self.test, others, why="only the GLMM of one-arm proportions has it")
        for option, share in (("level", self.level), ("alpha", self.alpha)):
            if not 0.0 < share < 1.0:
                raise ChoiceError(option, share, ("a number between 0 and 1",))


def models_for(effects: Effects) -> tuple[str, ...]:
    """Return the models that can pool these effects, the default first.

    Examples
    --------
    >>> from jakpool import proportions, two_arm
    >>> models_for(proportions([1], [5])), models_for(two_arm([1], [5], [2], [5]))
    (('glmm', 'betabin', 'random', 'common'), ('random', 'common', 'mh'))
    """
    inverse = ("random", "common")
    one_arm = effects.events is not None and effects.events_c is None
    both = effects.events is not None and effects.events_c is not None
    if effects.measure == "PLO" and one_arm:
        return ("glmm", "betabin", *inverse)
    if effects.measure == "IRLN" and one_arm:
        return (*inverse, "glmm")
    if not both:
        return inverse
    more = {"OR": ("mh", "peto", "glmm"), "PETO": ("peto",), "RR": ("mh",), "RD": ("mh",), "IRR": ("mh", "glmm")}
    return (*inverse, *more.get(effects.measure, ("mh",) if effects.measure in TWO_RATES else ()))


def default_model(effects: Effects) -> str:
    """Return the model used when none is asked: the GLMM for counts of one-arm proportions, else random effects."""
    return models_for(effects)[0]


def default_test(model: str) -> str:
    """Return the test used when none is asked: t for the GLMM, Hartung-Knapp (ad hoc) for random effects, else z."""
    return {"glmm": "t", "betabin": "t", "random": "adhoc"}.get(model, "z")
