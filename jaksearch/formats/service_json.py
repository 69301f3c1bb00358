"""The JSON of services that jak searches: how each is recognised, read and understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from jakdb.words import RawRecord, Reject
from jaksearch.formats.later import later
from jaksearch.formats.meaning import Meaning

if TYPE_CHECKING:
    from jaksearch.formats.json_objects import Shape

__all__ = ["SERVICE_JSON", "ServiceJson", "sniff_service"]


@dataclass(frozen=True, slots=True)
class ServiceJson:
    """The JSON of a service.

    Attributes
    ----------
    signs : tuple of pattern
        All of them stand near the beginning of a file.
    module : str
        Where it is read.
    """

    description: str
    database: str
    signs: tuple[re.Pattern[str], ...]
    module: str
    read: Callable[..., Iterator[RawRecord | Reject]]
    meaning: Callable[[RawRecord], Meaning]

    @property
    def shape(self) -> Shape:
        """How its objects are laid out."""
        shape: Shape = import_module(f"jaksearch.formats.{self.module}").SHAPE
        return shape


def _signs(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, patterns))


SERVICE_JSON: dict[str, ServiceJson] = {
    "europepmc": ServiceJson(
        "Europe PMC's JSON (.json)",
        "Europe PMC",
        _signs(
            r'"source"\s*:\s*"[A-Z]{3}"|"resultList"\s*:\s*\{\s*"result"',
            r'"(?:resultList|authorString|pubYear|firstPublicationDate|journalInfo)"\s*:',
        ),
        "europepmc",
        later("europepmc", "read_europepmc"),
        later("europepmc", "europepmc_meaning"),
    ),
    "clinicaltrials": ServiceJson(
        "ClinicalTrials.gov's JSON (.json)",
        "ClinicalTrials.gov",
        _signs(r'"protocolSection"\s*:\s*\{|"studies"\s*:\s*\[\s*\]'),
        "clinicaltrials",
        later("clinicaltrials", "read_clinicaltrials"),
        later("clinicaltrials", "clinicaltrials_meaning"),
    ),
    "openalex": ServiceJson(
        "OpenAlex' JSON (.json)",
        "OpenAlex",
        _signs(
            r'"id"\s*:\s*"https://openalex\.org/W\d+"',
            r'"(?:display_name|publication_year|authorships|primary_location|abstract_inverted_index)"\s*:',
        ),
        "openalex",
        later("openalex", "read_openalex"),
        later("openalex", "openalex_meaning"),
    ),
    "crossref": ServiceJson(
        "Crossref's JSON (.json)",
        "Crossref",
        _signs(
            r'"message-type"\s*:\s*"work|"is-referenced-by-count"\s*:',
            r'"message"\s*:\s*\{|"title"\s*:\s*\[',
        ),
        "crossref",
        later("crossref", "read_crossref"),
        later("crossref", "crossref_meaning"),
    ),
}


def sniff_service(head: str) -> str:
    """Return the service whose JSON a text begins with, or nothing.

    Examples
    --------
    >>> sniff_service('{"studies": [{"protocolSection": {}}]}'), sniff_service('[{"title": "Hair", "DOI": "10.1/x"}]')
    ('clinicaltrials', '')
    """
    return next((name for name, kind in SERVICE_JSON.items() if all(sign.search(head) for sign in kind.signs)), "")
