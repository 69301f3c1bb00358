"""Write records as EndNote's XML, which EndNote imports with every field in its place."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from jakdb.words import Record
from jaksearch.formats.ris_fields import EDITED
from jaksearch.formats.settle import printed_names, settled
from jaksearch.formats.values import split_keywords

__all__ = ["ENDNOTE_FOOTER", "ENDNOTE_HEADER", "to_endnote_xml"]

ENDNOTE_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n<xml><records>\n'
ENDNOTE_FOOTER = "</records></xml>\n"
TYPES: dict[str, tuple[str, int]] = {
    "article-journal": ("Journal Article", 17), "article-magazine": ("Magazine Article", 19),
    "article-newspaper": ("Newspaper Article", 23), "article": ("Unpublished Work", 34),
    "manuscript": ("Unpublished Work", 34), "book": ("Book", 6), "chapter": ("Book Section", 5),
    "paper-conference": ("Conference Paper", 47), "thesis": ("Thesis", 32), "report": ("Report", 27),
    "webpage": ("Web Page", 12), "post-weblog": ("Blog", 56), "dataset": ("Dataset", 59), "patent": ("Patent", 25),
    "standard": ("Standard", 58), "software": ("Computer Program", 9), "document": ("Generic", 13),
    "entry-encyclopedia": ("Encyclopedia", 53), "entry-dictionary": ("Dictionary", 52), "pamphlet": ("Pamphlet", 24),
    "personal_communication": ("Personal Communication", 26), "legal_case": ("Case", 7), "legislation": ("Statute", 31),
    "bill": ("Bill", 4), "hearing": ("Hearing", 14), "map": ("Map", 20), "graphic": ("Artwork", 2),
    "figure": ("Figure", 37), "motion_picture": ("Film or Broadcast", 21), "song": ("Music", 61),
}  # fmt: skip
"""Type of CSL -> EndNote's name and number."""
IN_BOOK = frozenset(("chapter", "paper-conference", "entry-encyclopedia", "entry-dictionary"))
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def to_endnote_xml(record: Record) -> str:
    r"""Return the record as one ``<record>``; a file is ENDNOTE_HEADER, the records and ENDNOTE_FOOTER.

    EndNote has no element for PMIDs and registration numbers: they stand in ``notes``, as in the other formats.

    Examples
    --------
    >>> from jakdb.words import Author
    >>> text = to_endnote_xml(Record(title="Hair & loss", authors=(Author("Liu", "LY"),), type="article-journal"))
    >>> print(text.replace("><", ">\n<"), end="")
    <record>
    <ref-type name="Journal Article">17</ref-type>
    <contributors>
    <authors>
    <author>Liu, LY</author>
    </authors>
    </contributors>
    <titles>
    <title>Hair &amp; loss</title>
    </titles>
    </record>
    """
    record = settled(record)
    unknown = TYPES["article-journal" if record.journal and not record.type else "document"]
    name, number = TYPES.get(record.type, unknown)
    container = "secondary-title" if record.type in IN_BOOK else ""
    periodical = "" if container else _in("full-title", record.journal)
    notes = [f"PMID: {record.pmid}"] if record.pmid else []
    notes += [f"Registration: {found}" for found in record.registry_ids]
    parts = (
        f"<ref-type name={quoteattr(name)}>{number}</ref-type>",
        _in_all(
            "contributors",
            _in_all("authors", *(_in("author", name) for name in printed_names(record.authors))),
            _in_all(
                "secondary-authors",
                *(_in("author", name) for name in printed_names(record.editors) if record.type in EDITED),
            ),
            _in_all("translated-authors", *(_in("author", name) for name in printed_names(record.translated_authors))),
        ),
        _in_all(
            "titles",
            _in("title", record.title),
            _in(container, record.journal) if container else "",
            _in("translated-title", record.translated_title),
        ),
        _in_all("periodical", periodical, _in("abbr-1", record.journal_abbreviation)),
        _in("pages", record.pages),
        _in("volume", record.volume),
        _in("number", record.issue),
        _in_all(
            "keywords",
            *(_in("keyword", word) for word in dict.fromkeys((*record.keywords, *split_keywords(record.mesh)))),
        ),
        _in_all(
            "dates",
            _in("year", str(record.year) if record.year is not None else ""),
            _in_all("pub-dates", _in("date", record.date)),
        ),
        _in("isbn", *record.issn),
        _in("accession-num", record.accession if record.accession != record.pmid else ""),
        _in("electronic-resource-num", record.doi),
        _in("custom2", record.pmcid),
        _in("abstract", record.abstract),
        _in("notes", *notes),
        _in_all("urls", _in_all("related-urls", _in("url", record.url))),
        _in("remote-database-name", record.database),
        _in("remote-database-provider", record.platform),
        _in("work-type", *record.publication_types),
        _in("language", record.language),
    )
    return f"<record>{''.join(parts)}</record>\n"


def _in(element: str, *values: str) -> str:
    """Return an element with the values, each on one line, with EndNote's mark between them; nothing for no text."""
    texts = [escape(text) for value in values if (text := " ".join(ILLEGAL.sub(" ", value).split()))]
    return f"<{element}>{'&#13;'.join(texts)}</{element}>" if texts else ""


def _in_all(element: str, *parts: str) -> str:
    """Return an element with the parts in it; nothing if there are none."""
    inner = "".join(parts)
    return f"<{element}>{inner}</{element}>" if inner else ""
