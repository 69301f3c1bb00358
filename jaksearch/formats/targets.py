"""Which formats jak writes, and which fields of a record each of them can hold."""

from __future__ import annotations

from dataclasses import dataclass, fields

from jakdb.errors import UsageError
from jakdb.words import Record

__all__ = ["FIELDS_OF_RECORD", "TARGETS", "Target", "find_target"]

FIELDS_OF_RECORD = tuple(field.name for field in fields(Record) if field.name != "id")
"""Every field of a record but the store's number."""


@dataclass(frozen=True, slots=True)
class Target:
    """A format that jak writes.

    Attributes
    ----------
    name : str
        As ``--to`` takes it.
    reader : str
        The format of `jaksearch.formats.FORMATS` that reads it back.
    description : str
        What it is, in words.
    lost : frozenset of str
        Fields of a record that the target has no place for.
    remarks : tuple of str
        What comes back in another shape, in words.
    """

    name: str
    reader: str
    description: str
    lost: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()

    @property
    def holds(self) -> tuple[str, ...]:
        """The fields that come back as they were."""
        return tuple(name for name in FIELDS_OF_RECORD if name not in self.lost)


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target("jsonl", "jsonl", "jak's own records, one a line: exact"),
        Target("csv", "csv", "a table with a column a field: exact, cells guarded against formulas"),
        Target(
            "ris",
            "ris",
            "RIS",
            frozenset(("mesh",)),
            (
                "MeSH terms come back as keywords",
                "a record without an accession number gets its PMID as one",
                "a preprint (article) comes back as a manuscript",
                "a journal that is the title of a book, thesis or report itself is left out",
            ),
        ),
        Target(
            "nbib",
            "medline",
            "PubMed's tagged text (.nbib)",
            frozenset(("accession", "database", "platform", "type")),
            (
                "groups come behind persons",
                "a record with a PMID comes back as PubMed's, with the PMID as its accession number",
                "the type is told by the publication types alone",
            ),
        ),
        Target(
            "bib",
            "bibtex",
            "BibTeX with fields of BibLaTeX",
            remarks=("a record without an accession number gets its PMID as one",),
        ),
        Target(
            "csl",
            "csl",
            "CSL-JSON; what CSL has no variable for stands under custom",
            remarks=("a record without an accession number gets its PMID as one",),
        ),
        Target(
            "enw",
            "refer",
            "EndNote's refer text (.enw)",
            frozenset(("mesh", "platform")),
            (
                "MeSH terms come back as keywords",
                "journal abbreviations are kept for journal articles only",
                "books and theses lose their pages",
                "a preprint comes back as a manuscript, a blog as a web page, a pamphlet or a speech as a document",
                "a keyword with blanks between Chinese words comes back as several",
            ),
        ),
    )
}
"""Targets by name, the exact ones first."""
ALIASES = {"nbib": "nbib", "medline": "nbib", "bibtex": "bib", "biblatex": "bib", "json": "csl", "csl-json": "csl"}


def find_target(name: str) -> Target:
    """Return the target of a name.

    Raises
    ------
    UsageError
        If jak writes no such format.

    Examples
    --------
    >>> find_target("BibTeX").name, "mesh" in find_target("ris").holds
    ('bib', False)
    """
    folded = name.strip().casefold()
    try:
        return TARGETS[ALIASES.get(folded, folded)]
    except KeyError:
        raise UsageError(f"{name!r} is not a format jak writes", hint=f"formats: {', '.join(TARGETS)}") from None
