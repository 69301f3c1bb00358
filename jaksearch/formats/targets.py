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


_ENDNOTE_LOSES = "mesh translators translated_journal translated_abstract abstract_sections article_number related"
ENDNOTE_LOSES = frozenset(_ENDNOTE_LOSES.split())
TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target("jsonl", "jsonl", "jak's own records, one a line: exact"),
        Target("csv", "csv", "a table with a column a field: exact, cells guarded against formulas"),
        Target(
            "ris",
            "ris",
            "RIS",
            frozenset(
                ("mesh", "translators", "translated_journal", "translated_abstract", "abstract_sections", "related")
            ),
            (
                "sections of the abstract come back where the text itself marks them, ORCIDs do not",
                "translators are kept for books and their parts only",
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
            frozenset(
                [
                    "accession",
                    "database",
                    "platform",
                    "type",
                    "translators",
                    "translated_authors",
                    "translated_journal",
                    "translated_abstract",
                    "abstract_sections",
                    "article_number",
                    "related",
                ]
            ),
            (
                "sections of the abstract come back where the text itself marks them",
                "an abstract in translation is kept beside an abstract only; ORCIDs of persons are kept",
                "related publications are kept whose kind PubMed has a tag for",
                "an article number is kept where it has the shape of one and there are no other pages",
                "groups come behind persons",
                "a record with a PMID comes back as PubMed's, with the PMID as its accession number",
                "the type is told by the publication types alone",
            ),
        ),
        Target(
            "bib",
            "bibtex",
            "BibTeX with fields of BibLaTeX",
            frozenset(("abstract_sections", "related")),
            (
                "a record without an accession number gets its PMID as one",
                "sections of the abstract come back where the text itself marks them, ORCIDs do not",
            ),
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
            frozenset(
                [
                    "mesh",
                    "platform",
                    "translators",
                    "translated_journal",
                    "translated_abstract",
                    "abstract_sections",
                    "article_number",
                    "related",
                ]
            ),
            (
                "sections of the abstract come back where the text itself marks them, ORCIDs do not",
                "translators are kept for books and their sections only",
                "MeSH terms come back as keywords",
                "journal abbreviations are kept for journal articles only",
                "books and theses lose their pages",
                "a preprint comes back as a manuscript, a blog as a web page, a pamphlet or a speech as a document",
                "a keyword with blanks between Chinese words comes back as several",
            ),
        ),
        Target(
            "endnote-xml",
            "endnote-xml",
            "EndNote's XML (.xml)",
            ENDNOTE_LOSES,
            (
                "sections of the abstract come back where the text itself marks them, ORCIDs do not",
                "MeSH terms come back as keywords",
                "a record without an accession number gets its PMID as one",
                "a preprint (article) comes back as a manuscript, a speech as a document",
                "editors are kept for books, their parts and papers of conferences only",
                "a journal that is the title of a book, thesis or report itself is left out",
            ),
        ),
    )
}
"""Targets by name, the exact ones first."""
ALIASES = {
    "nbib": "nbib", "medline": "nbib", "bibtex": "bib", "biblatex": "bib", "json": "csl", "csl-json": "csl",
    "endnote": "endnote-xml", "endnotexml": "endnote-xml", "refer": "enw",
}  # fmt: skip


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
