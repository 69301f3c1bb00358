"""The XML formats: how each is recognised, read and understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jakdb.words import RawRecord, Reject
from jaksearch.formats.later import later
from jaksearch.formats.meaning import Meaning

__all__ = ["XML", "XmlFormat", "sniff_xml"]


@dataclass(frozen=True, slots=True)
class XmlFormat:
    """An XML format: in words, its sign and what must stand near it, its reader, and ``meaning(raw, database)``."""

    description: str
    sign: re.Pattern[str]
    near: re.Pattern[str] | None
    read: Callable[..., Iterator[RawRecord | Reject]]
    meaning: Callable[[RawRecord, str], Meaning]


def _any(names: str) -> re.Pattern[str]:
    """Return the pattern of a start tag with one of the names."""
    return re.compile(rf"<(?:{'|'.join(names.split())})(?=[\s/>])")


def _of_record(module: str, name: str) -> Callable[[RawRecord, str], Meaning]:
    """Return a function of a record and its database that looks at the record alone."""
    meaning = later(module, name)
    return lambda raw, _: meaning(raw)


NEAR = 20_000
"""Characters behind the first sign of a format in which the other one stands."""
XML: dict[str, XmlFormat] = {
    "pubmed-xml": XmlFormat(
        "PubMed's XML (.xml)",
        _any(
            "PubmedArticle PubmedArticleSet PubmedBookArticle PubmedBookArticleSet MedlineCitation MedlineCitationSet"
        ),
        None,
        later("pubmed_xml", "read_pubmed_xml"),
        _of_record("pubmed_xml_fields", "pubmed_xml_meaning"),
    ),
    "endnote-xml": XmlFormat(
        "EndNote's XML (.xml)",
        _any("record RECORD"),
        _any("ref-type rec-number titles contributors periodical REFERENCE_TYPE REFNUM AUTHORS SECONDARY_TITLE"),
        later("endnote_xml", "read_endnote_xml"),
        later("endnote_xml_fields", "endnote_xml_meaning"),
    ),
    "ictrp": XmlFormat(
        "ICTRP's XML, trials of the WHO's registry platform (.xml)",
        _any("Trials_downloaded_from_ICTRP Trial"),
        _any("Trials_downloaded_from_ICTRP TrialID Public_title"),
        later("ictrp", "read_ictrp"),
        _of_record("ictrp", "ictrp_meaning"),
    ),
    "notefirst": XmlFormat(
        "NoteFirst's XML, as CNKI, Wanfang, SinoMed and VIP export it (.xml, .txt)",
        _any("Bibliographies Bibliography"),
        _any("PrimaryTitle Author Authors Media Title PageScope"),
        later("notefirst", "read_notefirst"),
        _of_record("notefirst", "notefirst_meaning"),
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
    for name, kind in XML.items():
        first = kind.sign.search(head)
        if first and (kind.near is None or kind.near.search(head, first.start(), first.start() + NEAR)):
            return name
    return ""
