"""Write records as PubMed's tagged text (.nbib) and as EndNote's refer text (.enw)."""

from __future__ import annotations

import textwrap

from jakdb.words import Author, Record

__all__ = ["to_enw", "to_nbib"]

WIDTH = 88
INDENT = " " * 6
ENW_TYPES: dict[str, str] = {
    "article-journal": "Journal Article", "article-magazine": "Magazine Article",
    "article-newspaper": "Newspaper Article", "article": "Manuscript", "manuscript": "Manuscript",
    "book": "Book", "chapter": "Book Section", "paper-conference": "Conference Paper", "thesis": "Thesis",
    "report": "Report", "webpage": "Web Page", "post-weblog": "Web Page", "dataset": "Dataset",
    "software": "Computer Program", "patent": "Patent", "standard": "Standard", "legal_case": "Case",
    "legislation": "Statute", "bill": "Bill", "hearing": "Hearing", "entry-encyclopedia": "Encyclopedia",
    "entry-dictionary": "Dictionary", "motion_picture": "Film or Broadcast", "song": "Sound Recording",
    "map": "Map", "graphic": "Artwork", "figure": "Figure", "personal_communication": "Personal Communication",
    "document": "Generic",
}  # fmt: skip


def to_nbib(record: Record) -> str:
    r"""Return the record in PubMed's tagged text, with a blank line at the end.

    A record without a PMID begins with ``OWN - NOTNLM``. Persons come before groups, as PubMed has them; what PubMed
    has no tag for (platform, database, an accession number that is no PMID) is not written.

    Examples
    --------
    >>> print(to_nbib(Record(pmid="7", title="Hair", authors=(Author("Liu", "LY"),), year=2020)), end="")
    PMID- 7
    TI  - Hair
    FAU - Liu, LY
    DP  - 2020
    <BLANKLINE>
    """
    people = [author for author in record.authors if not author.literal]
    pairs = [("PMID", record.pmid)] if record.pmid else [("OWN", "NOTNLM")]
    pairs += [("TI", record.title), ("TT", record.translated_title)]
    pairs += [("FAU", str(author)) for author in people]
    pairs += [("CN", author.literal) for author in record.authors if author.literal]
    pairs += [
        ("DP", str(record.year) if record.year is not None else ""),
        ("JT", record.journal),
        ("TA", record.journal_abbreviation),
        ("VI", record.volume),
        ("IP", record.issue),
        ("PG", record.pages),
        ("LID", f"{record.doi} [doi]" if record.doi else ""),
        ("PMC", record.pmcid),
        ("AB", record.abstract),
    ]
    pairs += [("OT", word) for word in record.keywords]
    pairs += [("MH", term) for term in record.mesh]
    pairs += [("LA", record.language)]
    pairs += [("PT", word) for word in record.publication_types]
    pairs += [("IS", number) for number in record.issn]
    pairs += [("SI", number) for number in record.registry_ids]
    pairs += [("URL", record.url)]
    lines = [line for tag, value in pairs if value.strip() for line in _wrapped(tag, value)]
    return "\n".join([*lines, "", ""])


def to_enw(record: Record) -> str:
    """Return the record in EndNote's refer text, with a blank line at the end.

    Examples
    --------
    >>> record = Record(title="Hair", authors=(Author("Liu", "LY"), Author(literal="WHO")), type="article-journal")
    >>> print(to_enw(record), end="")
    %0 Journal Article
    %A Liu, LY
    %A WHO,
    %T Hair
    <BLANKLINE>
    """
    container = "%B" if record.type in ("chapter", "paper-conference") else "%J"
    pairs = [("%A", _enw_name(author)) for author in record.authors]
    pairs += [
        ("%T", record.title),
        ("%Q", record.translated_title),
        ("%D", str(record.year) if record.year is not None else ""),
        (container, record.journal),
        ("%O", record.journal_abbreviation if record.type in ("article-journal", "") else ""),
        ("%V", record.volume),
        ("%N", record.issue),
        ("%P", "" if record.type in ("book", "thesis") else record.pages),
        ("%R", record.doi),
        ("%M", record.accession),
        ("%2", record.pmcid),
        ("%X", record.abstract),
    ]
    pairs += [("%K", word) for word in dict.fromkeys((*record.keywords, *record.mesh))]
    pairs += [("%G", record.language)]
    pairs += [("%9", word) for word in record.publication_types]
    pairs += [("%@", number) for number in record.issn]
    pairs += [("%U", record.url), ("%~", record.database)]
    pairs += [("%Z", f"PMID: {record.pmid}" if record.pmid else "")]
    pairs += [("%Z", f"Registration: {number}") for number in record.registry_ids]
    kind = ENW_TYPES.get(record.type, "Journal Article" if record.journal and not record.type else "Generic")
    lines = [f"%0 {kind}", *(f"{tag} {line}" for tag, value in pairs if (line := " ".join(value.split())))]
    return "\n".join([*lines, "", ""])


def _enw_name(author: Author) -> str:
    """Return a name as EndNote writes it: a comma at the end marks a group."""
    return f"{author.literal}," if author.literal else str(author)


def _wrapped(tag: str, value: str) -> list[str]:
    """Return the lines of one value, broken at blanks and indented as PubMed does."""
    return textwrap.wrap(
        " ".join(value.split()),
        WIDTH,
        initial_indent=f"{tag:<4}- ",
        subsequent_indent=INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
