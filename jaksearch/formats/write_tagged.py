"""Write records as PubMed's tagged text (.nbib) and as EndNote's refer text (.enw)."""

from __future__ import annotations

import re
import textwrap

from jakdb.words import Record
from jaksearch.formats.dates import PLAIN_DATE
from jaksearch.formats.related import TAG_OF_KIND, related_text
from jaksearch.formats.settle import printed_name, printed_names, settled
from jaksearch.formats.values import split_keywords

__all__ = ["to_enw", "to_nbib"]

ARTICLE_NUMBER = re.compile(r"[A-Za-z]{0,3}\d{1,8}")
WIDTH = 88
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905
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
    >>> from jakdb.words import Author
    >>> print(to_nbib(Record(pmid="7", title="Hair", authors=(Author("Liu", "LY"),), year=2020)), end="")
    PMID- 7
    TI  - Hair
    FAU - Liu, LY
    DP  - 2020
    <BLANKLINE>
    """
    record = settled(record)
    people = [author for author in record.authors if not author.literal]
    pairs = [("PMID", record.pmid)] if record.pmid else [("OWN", "NOTNLM")]
    pairs += [("TI", record.title), ("TT", record.translated_title)]
    for author in people:
        pairs += [("FAU", printed_name(author)), ("AUID", f"ORCID: {author.orcid}" if author.orcid else "")]
    pairs += [("CN", author.literal) for author in record.authors if author.literal]
    pairs += [("FED", name) for name in printed_names(record.editors)]
    pairs += [
        ("DP", _medline_date(record)),
        ("JT", record.journal),
        ("TA", record.journal_abbreviation),
        ("VI", record.volume),
        ("IP", record.issue),
        ("PG", record.pages),
        ("LID", f"{record.doi} [doi]" if record.doi else ""),
        ("LID", f"{record.article_number} [pii]" if _stands_for_pages(record) else ""),
        ("PMC", record.pmcid),
        ("AB", record.abstract),
        ("OAB", record.translated_abstract if record.abstract else ""),
    ]
    pairs += [("OT", word) for word in record.keywords]
    pairs += [("MH", term) for term in record.mesh]
    pairs += [("LA", record.language)]
    pairs += [("PT", word) for word in record.publication_types]
    pairs += [("IS", number) for number in record.issn]
    pairs += [("SI", number) for number in record.registry_ids]
    pairs += [("URL", record.url)]
    pairs += [(TAG_OF_KIND[one.kind], related_text(one)) for one in record.related if one.kind in TAG_OF_KIND]
    lines = [line for tag, value in pairs if value.strip() for line in _wrapped(tag, value)]
    return "\n".join([*lines, "", ""])


def to_enw(record: Record) -> str:
    """Return the record in EndNote's refer text, with a blank line at the end.

    Examples
    --------
    >>> from jakdb.words import Author
    >>> record = Record(title="Hair", authors=(Author("Liu", "LY"), Author(literal="WHO")), type="article-journal")
    >>> print(to_enw(record), end="")
    %0 Journal Article
    %A Liu, LY
    %A WHO,
    %T Hair
    <BLANKLINE>
    """
    record = settled(record)
    container = "%B" if record.type in ("chapter", "paper-conference") else "%J"
    pairs = [("%A", name) for name in printed_names(record.authors)]
    pairs += [("%E", name) for name in printed_names(record.editors)]
    pairs += [("%?", name) for name in printed_names(record.translators) if record.type in ("book", "chapter")]
    pairs += [("%H", name) for name in printed_names(record.translated_authors)]
    pairs += [
        ("%T", record.title),
        ("%Q", record.translated_title),
        ("%D", str(record.year) if record.year is not None else ""),
        ("%8", record.date),
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
    pairs += [("%K", word) for word in dict.fromkeys((*record.keywords, *split_keywords(record.mesh)))]
    pairs += [("%G", record.language)]
    pairs += [("%9", word) for word in record.publication_types]
    pairs += [("%@", number) for number in record.issn]
    pairs += [("%U", record.url), ("%~", record.database)]
    pairs += [("%Z", f"PMID: {record.pmid}" if record.pmid else "")]
    pairs += [("%Z", f"Registration: {number}") for number in record.registry_ids]
    kind = ENW_TYPES.get(record.type, "Journal Article" if record.journal and not record.type else "Generic")
    lines = [f"%0 {kind}", *(f"{tag} {line}" for tag, value in pairs if (line := " ".join(value.split())))]
    return "\n".join([*lines, "", ""])


def _stands_for_pages(record: Record) -> bool:
    """Say whether the article number is one that PubMed's readers take for the page."""
    return record.pages in ("", record.article_number) and ARTICLE_NUMBER.fullmatch(record.article_number) is not None


def _medline_date(record: Record) -> str:
    """Return the date as PubMed prints it: ``2020 Jan 15``."""
    if not PLAIN_DATE.fullmatch(record.date):
        return "" if record.year is None else str(record.year)
    year, month, *day = record.date.split("-")
    return " ".join((year, MONTHS[int(month) - 1], *(str(int(text)) for text in day)))


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
