"""The XML formats: how each is recognised, read and understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jakdb.words import RawRecord, Reject
from jaksearch.formats.endnote_xml import read_endnote_xml
from jaksearch.formats.endnote_xml_fields import endnote_as_ris, endnote_xml_meaning
from jaksearch.formats.meaning import Meaning
from jaksearch.formats.pubmed_xml import read_pubmed_xml
from jaksearch.formats.pubmed_xml_fields import pubmed_xml_meaning

__all__ = ["XML", "XmlFormat", "endnote_as_ris", "sniff_xml"]


@dataclass(frozen=True, slots=True)
class XmlFormat:
    """An XML format: what it is in words, its signs, its reader, and ``meaning(raw, database)``."""

    description: str
    sign: re.Pattern[str]
    read: Callable[..., Iterator[RawRecord | Reject]]
    meaning: Callable[[RawRecord, str], Meaning]


XML: dict[str, XmlFormat] = {
    "pubmed-xml": XmlFormat(
        "PubMed's XML (.xml)",
        re.compile(r"<(?:PubmedArticle(?:Set)?|PubmedBookArticle(?:Set)?|MedlineCitation(?:Set)?)[\s/>]"),
        read_pubmed_xml,
        lambda raw, _: pubmed_xml_meaning(raw),
    ),
    "endnote-xml": XmlFormat(
        "EndNote's XML (.xml)",
        re.compile(r"<record>(?=[\s\S]{0,20000}<(?:ref-type|rec-number|titles|contributors|periodical)[\s/>])"),
        read_endnote_xml,
        endnote_xml_meaning,
    ),
}
BEGINS = re.compile(r"\s*<[?!A-Za-z]")


def sniff_xml(head: str) -> str:
    r"""Return the XML format that the beginning of a text is in, or nothing.

    Examples
    --------
    >>> sniff_xml('<?xml version="1.0"?>\n<PubmedArticleSet>\n'), sniff_xml("TY  - JOUR\n")
    ('pubmed-xml', '')
    """
    if not BEGINS.match(head):
        return ""
    return next((name for name, kind in XML.items() if kind.sign.search(head)), "")
