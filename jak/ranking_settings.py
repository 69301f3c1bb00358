"""How reports are ordered for reading: the ``[ranking]`` table of jak.toml, and ``--mix``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from jakdb.errors import SettingsError, UsageError
from jakscreen.rank.labels import Combine
from jakscreen.rank.queries import Mix

__all__ = ["LEARNERS", "Learner", "RankingSettings", "as_mix", "parse_ranking"]

Learner = Literal["fusion", "single", "elas"]
LEARNERS: tuple[Learner, ...] = get_args(Learner)
QUERIES = tuple(f.name for f in fields(Mix))


@dataclass(frozen=True, slots=True)
class RankingSettings:
    """The ``[ranking]`` table.

    Attributes
    ----------
    learner : str
        Who learns from the votes.
    seeds : tuple of str
        Papers known to belong: ``pmid:…``, a DOI, numbers of reports, or a file that lists papers, beside jak.toml.
    mix : Mix
        Shares of turns for uncertain, diverse and random reports.
    seed : int
        Of the random order that random turns follow.
    votes : str
        How several reviewers' votes are combined where screening is not blind: ``any``, ``consensus``, ``weighted``.
    weights : mapping of str to float
        Weight of each reviewer's vote if ``votes`` is ``weighted``; 1 for who is not named.
    """

    learner: Learner = "fusion"
    seeds: tuple[str, ...] = ()
    mix: Mix = field(default_factory=Mix)
    seed: int = 0
    votes: Combine = "any"
    weights: Mapping[str, float] = field(default_factory=dict)


def parse_ranking(table: Mapping[str, Any]) -> RankingSettings:
    """Read the ``[ranking]`` table out of a parsed jak.toml.

    Raises
    ------
    SettingsError
        If a key or value is not known; the sentence names it.

    Examples
    --------
    >>> parse_ranking({"ranking": {"mix": {"random": 0.1}, "seeds": ["pmid:123"]}}).mix
    Mix(uncertain=0.0, diverse=0.0, random=0.1)
    """
    row = table.get("ranking", {})
    if not isinstance(row, Mapping):
        raise SettingsError("jak.toml: ranking must be a table")
    known = [f.name for f in fields(RankingSettings)]
    for key in row:
        if key not in known:
            raise SettingsError(f"jak.toml: ranking.{key} is not known", hint=f"known there: {', '.join(known)}")
    seeds = row.get("seeds", [])
    if not isinstance(seeds, list) or not all(isinstance(word, str) and word.strip() for word in seeds):
        raise SettingsError(
            "jak.toml: ranking.seeds must be a list of texts",
            hint='for example seeds = ["pmid:30529964", "10.1000/x", "report 12", "seeds.ris"]',
        )
    seed = row.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**31:
        raise SettingsError("jak.toml: ranking.seed must be a whole number of 0 or more")
    return RankingSettings(
        learner=_word(row, "learner", LEARNERS, "fusion"),
        seeds=tuple(word.strip() for word in seeds),
        mix=_mix(row),
        seed=seed,
        votes=_word(row, "votes", get_args(Combine), "any"),
        weights=_numbers(row, "weights"),
    )


def as_mix(text: str) -> Mix:
    """Return the shares that ``--mix`` names, for example ``random=0.1,uncertain=0.05``, or ``relevance`` for none.

    Raises
    ------
    UsageError
        If a word or share is not known.

    Examples
    --------
    >>> as_mix("random=0.1, uncertain=5%")
    Mix(uncertain=0.05, diverse=0.0, random=0.1)
    >>> as_mix("relevance") == Mix()
    True
    """
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, sign, said = (word.strip() for word in part.partition("="))
        if name.casefold() == "relevance" and not sign:
            continue
        if name.casefold() not in QUERIES or name.casefold() in shares:
            raise UsageError(
                f"--mix {part.strip()!r}: not a query, or one named twice",
                hint=f"relevance, or shares of {', '.join(QUERIES)}: --mix random=0.1,uncertain=0.05",
            )
        try:
            shares[name.casefold()] = float(said.removesuffix("%")) / (100 if said.endswith("%") else 1)
        except ValueError:
            raise UsageError(f"--mix {part.strip()!r}: {said!r} is no share", hint="write 0.1 or 10%") from None
    wrong = _wrong(shares)
    if wrong:
        raise UsageError(f"--mix {text}: {wrong}", hint="the rest of the turns goes by relevance")
    return Mix(**shares)


def _mix(row: Mapping[str, Any]) -> Mix:
    """Read ranking.mix."""
    shares = _numbers(row, "mix")
    unknown = [name for name in shares if name not in QUERIES]
    if unknown:
        raise SettingsError(
            f"jak.toml: ranking.mix.{unknown[0]} is not known", hint=f"known there: {', '.join(QUERIES)}"
        )
    wrong = _wrong(shares)
    if wrong:
        raise SettingsError(f"jak.toml: ranking.mix: {wrong}", hint="the rest of the turns goes by relevance")
    return Mix(**shares)


def _wrong(shares: Mapping[str, float]) -> str:
    """Say what is wrong with shares; empty if nothing is."""
    if not all(0 <= share <= 1 for share in shares.values()):
        return "a share lies between 0 and 1"
    return "the shares add up to more than 1" if math.fsum(shares.values()) > 1 else ""


def _numbers(row: Mapping[str, Any], key: str) -> dict[str, float]:
    """Read a table of numbers that are not negative."""
    value = row.get(key, {})
    if not isinstance(value, Mapping):
        raise SettingsError(f"jak.toml: ranking.{key} must be a table of numbers")
    for name, number in value.items():
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number < math.inf:
            raise SettingsError(f"jak.toml: ranking.{key}.{name} must be a number of 0 or more")
    return {str(name): float(number) for name, number in value.items()}


def _word(row: Mapping[str, Any], key: str, known: tuple[str, ...], default: str) -> Any:
    """Return one of the known words."""
    value = row.get(key, default)
    if isinstance(value, str) and value.strip().casefold() in known:
        return value.strip().casefold()
    raise SettingsError(f"jak.toml: ranking.{key} is {value!r}", hint=f"one of: {', '.join(known)}")
