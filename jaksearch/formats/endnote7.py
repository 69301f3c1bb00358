"""The elements of EndNote 7's XML (``<XML><RECORDS><RECORD>``), said as the elements of the later versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaksearch.formats.xml_records import first_line, inner_text

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["old_fields"]

PATHS: dict[str, str] = {
    "AUTHORS/AUTHOR": "contributors/authors/author",
    "SECONDARY_AUTHORS/SECONDARY_AUTHOR": "contributors/secondary-authors/author",
    "TERTIARY_AUTHORS/TERTIARY_AUTHOR": "contributors/tertiary-authors/author",
    "SUBSIDIARY_AUTHORS/SUBSIDIARY_AUTHOR": "contributors/subsidiary-authors/author",
    "KEYWORDS/KEYWORD": "keywords/keyword",
    "TITLE": "titles/title",
    "SECONDARY_TITLE": "titles/secondary-title",
    "TERTIARY_TITLE": "titles/tertiary-title",
    "ALTERNATE_TITLE": "titles/alt-title",
    "SHORT_TITLE": "titles/short-title",
    "TRANSLATED_TITLE": "titles/translated-title",
    "YEAR": "dates/year",
    "DATE": "dates/pub-dates/date",
    "REFNUM": "rec-number",
    "VOLUME": "volume",
    "NUMBER": "number",
    "NUMBER_OF_VOLUMES": "num-vols",
    "PAGES": "pages",
    "SECTION": "section",
    "EDITION": "edition",
    "ISBN": "isbn",
    "ACCESSION_NUMBER": "accession-num",
    "CALL_NUMBER": "call-num",
    "LABEL": "label",
    "ABSTRACT": "abstract",
    "NOTES": "notes",
    "URL": "urls/related-urls/url",
    "TYPE_OF_WORK": "work-type",
    "LANGUAGE": "language",
    "PUBLISHER": "publisher",
    "PLACE_PUBLISHED": "pub-location",
    "AUTHOR_ADDRESS": "auth-address",
    "ORIGINAL_PUB": "orig-pub",
    "REPRINT_EDITION": "reprint-edition",
    "REPRINT_STATUS": "reprint-status",
    "REVIEWED_ITEM": "reviewed-item",
    "IMAGE": "urls/image-urls/url",
    "CAPTION": "caption",
    "ELECTRONIC_RESOURCE_NUMBER": "electronic-resource-num",
    "NAME_OF_DATABASE": "remote-database-name",
    "DATABASE_PROVIDER": "remote-database-provider",
    **{f"CUSTOM{number}": f"custom{number}" for number in range(1, 8)},
}
"""Path of an element of EndNote 7 -> path of the same field later."""
TYPES: dict[str, str] = {
    "0": "Journal Article", "1": "Book", "2": "Thesis", "3": "Conference Proceedings", "4": "Personal Communication",
    "5": "Newspaper Article", "6": "Computer Program", "7": "Book Section", "8": "Magazine Article", "9": "Edited Book",
    "10": "Report", "11": "Map", "12": "Audiovisual Material", "13": "Artwork", "15": "Patent", "16": "Web Page",
    "17": "Bill", "18": "Case", "19": "Hearing", "20": "Manuscript", "21": "Film or Broadcast", "22": "Statute",
    "25": "Figure", "26": "Chart or Table", "27": "Equation", "31": "Generic",
}  # fmt: skip
"""EndNote 7's number of a type of reference -> its name; later versions count otherwise."""


def old_fields(record: _Element, unknown: dict[str, int]) -> list[tuple[str, str]]:
    """Return the fields of a record of EndNote 7; elements without a later name keep theirs, and go into `unknown`.

    Examples
    --------
    >>> from jaksearch.formats.xml_records import parse_piece
    >>> text = "<RECORD><REFERENCE_TYPE>0</REFERENCE_TYPE><AUTHORS><AUTHOR>Liu, L</AUTHOR></AUTHORS></RECORD>"
    >>> old_fields(parse_piece(text)[0], {})
    [('ref-type', 'Journal Article'), ('contributors/authors/author', 'Liu, L')]
    """
    fields: list[tuple[str, str]] = []
    for child in record:
        tag = str(child.tag)
        parts = [(f"{tag}/{part.tag}", part) for part in child] or [(tag, child)]
        for path, part in parts:
            value = inner_text(part)
            if tag == "REFERENCE_TYPE":
                path, value = "ref-type", TYPES.get(value, value)
            elif path in PATHS:
                path = PATHS[path]
            else:
                unknown.setdefault(path, first_line(part))
            if value:
                fields.append((path, value))
    return fields
