"""The defaults of other programs, so that their results can be had again from the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jakpool.errors import ChoiceError

__all__ = ["PROGRAMS", "Preset", "preset"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """The defaults of one program.

    Attributes
    ----------
    program : str
    settings : mapping
        What `jakpool.pool` takes: model, tau2, test, pi.
    i2 : str
        Which I2 the program prints: ``tau2`` (`Pooled.I2`) or ``Q`` (`Pooled.I2_Q`).
    source : str
        Where these defaults are documented.
    """

    program: str
    settings: Mapping[str, Any]
    i2: str
    source: str


def _random(tau2: str, test: str) -> dict[str, str]:
    """Return the settings of random effects by inverse variance."""
    return {"model": "random", "tau2": tau2, "test": test}


SOURCES = {
    "metafor": "metafor, rma(): method REML, test z; I2 from tau2 (Viechtbauer 2010, doi:10.18637/jss.v036.i03)",
    "meta": "meta, metaprop() and metabin(): tau2 by REML, for single proportions a GLMM by ML; classic intervals, "
    "prediction with t(k - 1) (Balduzzi, Rücker, Schwarzer 2019, doi:10.1136/ebmental-2019-300117)",
    "revman5": "Review Manager 5: tau2 by DerSimonian and Laird, Wald interval, no prediction interval, I2 from Q "
    "(Deeks, Higgins 2010, Statistical algorithms in Review Manager 5)",
    "revman-web": "RevMan Web since 2024: tau2 by REML, Hartung-Knapp-Sidik-Jonkman interval, I2 from tau2 (Veroniki, "
    "McKenzie 2022, Introduction to new random-effects methods in RevMan, Cochrane)",
}
PROGRAMS = tuple(SOURCES)


def preset(program: str, measure: str) -> Preset:
    """Return the defaults of a program for a measure.

    Parameters
    ----------
    program : str
        ``metafor``, ``meta``, ``revman5`` or ``revman-web``.
    measure : str
        metafor's word.

    Raises
    ------
    ChoiceError
        If the program is not known.

    References
    ----------
    See `Preset.source` of each.

    Examples
    --------
    >>> dict(preset("revman5", "RR").settings), preset("revman5", "RR").i2
    ({'model': 'random', 'tau2': 'DL', 'test': 'z', 'pi': 'none'}, 'Q')
    """
    if program not in SOURCES:
        raise ChoiceError("like", program, PROGRAMS)
    settings, i2 = {
        "metafor": (_random("REML", "z"), "tau2"),
        "meta": ({**_random("REML", "z"), "pi": "t"}, "Q"),
        "revman5": ({**_random("DL", "z"), "pi": "none"}, "Q"),
        "revman-web": (_random("REML", "knha"), "tau2"),
    }[program]
    if program == "meta" and measure == "PLO":
        settings = {"model": "glmm", "test": "z", "pi": "t"}
    return Preset(program=program, settings=settings, i2=i2, source=SOURCES[program])
